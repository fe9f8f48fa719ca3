"""The record: lists of boards, one board complete, its pictures, and the export."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.web import asking
from appliance.web.access import open_to_all
from appliance.web.evidence import evidence_of
from appliance.web.problems import ProblemError
from appliance.web.site import site
from appliance.web.texts import t

pages = Blueprint("boards", __name__, url_prefix="/boards")


@pages.get("/")
@open_to_all
def index() -> str:
    """Boards, newest first, by the conditions in the address."""
    here = site()
    selection = asking.selection()
    before = asking.whole(request.args, "before")
    rows = here.store.boards(selection, limit=asking.PAGE_SIZE + 1, before=before)
    return render_template(
        "boards.html",
        rows=rows[: asking.PAGE_SIZE],
        older=rows[asking.PAGE_SIZE - 1].inspection_id if len(rows) > asking.PAGE_SIZE else None,
        is_first=before is None,
        asked=asking.question(),
        question=asking.question,
    )


@pages.get("/search")
@open_to_all
def search() -> ResponseReturnValue:
    """By serial as a scanner types it; one that was inspected once leads straight to it."""
    serial = asking.needed(request.args, "serial")
    found = site().store.boards_of_serial(serial)
    if len(found) == 1:
        return redirect(url_for("boards.one", inspection_id=found[0].inspection_id))
    return redirect(url_for("boards.index", serial=serial))


@pages.get("/<int:inspection_id>")
@open_to_all
def one(inspection_id: int) -> str:
    here = site()
    inspection = here.store.inspection(inspection_id)
    serial = inspection.record.serial
    return render_template(
        "board.html",
        inspection=inspection,
        record=inspection.record,
        evidence=evidence_of(inspection, here),
        same_serial=here.store.boards_of_serial(serial) if serial else (),
    )


@pages.get("/<int:inspection_id>/pictures/<path:name>")
@open_to_all
def picture(inspection_id: int, name: str) -> Response:
    """A picture never changes once recorded."""
    data = site().store.picture(inspection_id, name)
    if data is None:
        raise ProblemError(410, "picture_expired", t("marks.expired"))
    response = Response(data, mimetype="image/jpeg")
    response.cache_control.max_age = 86400
    response.cache_control.private = True
    return response
