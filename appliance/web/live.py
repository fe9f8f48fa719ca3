"""The verdict page, for the operator and the unit's own screen, and what keeps it alive."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from appliance.web.access import open_to_all
from appliance.web.evidence import evidence_of
from appliance.web.site import site
from appliance.web.static_files import house_files
from appliance.web.streams import follow
from appliance.web.texts import t

pages = Blueprint("live", __name__)


@pages.get("/")
@open_to_all
def verdict() -> str:
    """Always starts as "connecting": what is shown is only ever what the stream said."""
    return render_template("live.html")


@pages.get("/live/board/<int:inspection_id>")
@open_to_all
def board(inspection_id: int) -> str:
    """The picture with its marks and one line a mark, as a piece of the verdict page."""
    inspection = site().store.inspection(inspection_id)
    return render_template("live_board.html", evidence=evidence_of(inspection, site()))


@pages.get("/events")
@open_to_all
def events() -> ResponseReturnValue:
    """The stream. 503 when every place is taken: the page then asks /api/status instead."""
    here = site()
    if not here.gate.enter():
        body = {"code": "streams_taken", "message": t("error.streams")}
        return body, 503, {"Retry-After": "30"}
    response = Response(
        follow(here.status, here.gate, here.settings.beat_s), mimetype="text/event-stream"
    )
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(here.gate.leave)
    return response


@pages.get("/static/<path:filename>", endpoint="static")
@open_to_all
def static_file(filename: str) -> Response:
    """Scripts and styles."""
    return house_files().answer(filename)


@pages.get("/favicon.ico")
@open_to_all
def icon() -> Response:
    return static_file("icon.svg")
