"""For programs on the LAN: status and boards as JSON. Errors are {code, message, action}."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request

from appliance.web import asking
from appliance.web.access import open_to_all
from appliance.web.site import site
from appliance.web.streams import snapshot

pages = Blueprint("api", __name__, url_prefix="/api")
MOST_BOARDS = 500


@pages.get("/status")
@open_to_all
def status() -> dict[str, Any]:
    """What the stream says, for who can't keep one open."""
    board = site().status
    version, now = board.current()
    return snapshot(version, board.heartbeat, now)


@pages.get("/boards")
@open_to_all
def boards() -> dict[str, Any]:
    """Newest first; `before` continues after the last number of the page before."""
    limit = min(asking.whole(request.args, "limit") or asking.PAGE_SIZE, MOST_BOARDS)
    rows = site().store.boards(
        asking.selection(), limit=limit, before=asking.whole(request.args, "before")
    )
    return {"boards": [asdict(row) for row in rows]}


@pages.get("/boards/<int:inspection_id>")
@open_to_all
def board(inspection_id: int) -> dict[str, Any]:
    return asdict(site().store.inspection(inspection_id))
