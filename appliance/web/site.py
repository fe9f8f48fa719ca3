"""What every view works with, and who is asking."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, current_app, g, session

from appliance.care.views import CareDesk
from appliance.commands import Command, CommandQueue
from appliance.commission.values import PlannedStep
from appliance.status import StatusBoard
from appliance.store import Store
from appliance.update.desk import UpdateDesk
from appliance.web.refusals import Refusals
from appliance.web.rejudging import Archives
from appliance.web.sessions import Person, Sessions
from appliance.web.settings import WebSettings
from appliance.web.streams import StreamGate
from appliance.web.throttle import LoginThrottle

_NAME = "goldenboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    store: Store
    status: StatusBoard
    commands: CommandQueue
    recipes: Path
    settings: WebSettings
    sessions: Sessions
    throttle: LoginThrottle
    refusals: Refusals
    gate: StreamGate
    archives: Archives
    one_pin_at_a_time: threading.Lock
    """Checking a PIN costs 64 MB by design: two at once would cost the unit its memory."""
    desks: Mapping[str, object] = field(default_factory=dict)
    """What the views of each plug-in work with, by its name."""
    steps: tuple[PlannedStep, ...] = ()
    """Of commissioning, in their order."""
    updates: UpdateDesk | None = None
    """None where this version does not lie among releases."""
    care: CareDesk | None = None
    """None where nobody looks after the card: pages without a unit behind them."""


class BusyError(Exception):
    """The cabinet has not caught up with what was asked before; nothing was asked now."""


def attach(app: Flask, site: Site) -> None:
    app.extensions[_NAME] = site


def site_of(app: Flask) -> Site:
    found = app.extensions[_NAME]
    assert isinstance(found, Site)
    return found


def site() -> Site:
    return site_of(current_app)


def session_number() -> str:
    """The number in this visitor's cookie; made on first need."""
    number = session.get("n")
    if not isinstance(number, str):
        number = Sessions.new_id()
        session["n"] = number
    return number


def csrf_token() -> str:
    return site().sessions.csrf(session_number())


def person() -> Person | None:
    """Who is signed in here; asked once a request."""
    if "person" not in g:
        number = session.get("n")
        g.person = site().sessions.person(number) if isinstance(number, str) else None
    found: Person | None = g.person
    return found


def signed_in() -> Person:
    """For views that `needs` a role: there is somebody."""
    found = person()
    assert found is not None
    return found


def ask(command: Command) -> None:
    """Hand a command to the cabinet. Raises `BusyError` when it doesn't take any more."""
    if not site().commands.put(command):
        raise BusyError
