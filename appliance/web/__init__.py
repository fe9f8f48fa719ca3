"""The pages on the LAN. They have the store, a snapshot of the status and a queue of commands;
the cabinet itself they never touch."""

from appliance.web.app import create_app
from appliance.web.serve import PageServer
from appliance.web.settings import WebSettings

__all__ = ["PageServer", "WebSettings", "create_app"]
