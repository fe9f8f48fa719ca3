"""The technicians' page for cradles: order one, watch it being built, look at it, take it home."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from appliance.store import Role
from appliance.store.clock import utc_text
from appliance.web import asking
from appliance.web.access import needs, open_to_all
from appliance.web.problems import ProblemError
from appliance.web.site import signed_in, site
from appliance.web.static_files import StaticFiles
from appliance.web.texts import t
from cradles.web.child import STEPS
from cradles.web.desk import Build, BuildState, Desk, NoRoomError, OccupiedError
from cradles.web.findings import findings, for_the_form
from cradles.web.order import SUFFIXES, Order, TableOrder, shown_name, suffix_of
from cradles.web.shelf import DOWNLOADS, PRINTED, MadeCradle
from cradles.wishes import Wishes

pages = Blueprint("cradles", __name__, url_prefix="/cradles", template_folder="templates")
_static = StaticFiles(Path(__file__).parent / "static")
CHOICES = {
    "units": ("mm", "inch", "mil"),
    "face": ("top", "bottom"),
    "location": ("edges", "pins"),
    "turn": ("0", "90", "180", "270"),
}


def desk() -> Desk:
    found = site().desks["cradles"]
    assert isinstance(found, Desk)
    return found


@pages.get("/")
@open_to_all
def index() -> str:
    return _page(
        "cradles.html",
        made=desk().shelf.all(),
        under_way=desk().under_way(),
        failed=desk().failed(),
        choices=CHOICES,
        suffixes=SUFFIXES,
        most_mb=site().settings.max_body_bytes // (1024 * 1024),
        deleted=asking.text(request.args, "deleted"),
    )


@pages.post("/build")
@needs(Role.TECHNICIAN)
def build() -> ResponseReturnValue:
    """Takes the file in and starts to build; one at a time."""
    upload, table = request.files.get("board"), request.files.get("table")
    filename = shown_name(upload.filename or "" if upload else "")
    if upload is None or not filename:
        raise asking.bad(t("cradles.no_file"))
    if not suffix_of(filename):
        raise asking.bad(t("cradles.no_board_file", name=filename, kinds=", ".join(SUFFIXES)))
    order = Order(
        filename=filename,
        suffix=suffix_of(filename),
        by=signed_in().name,
        at_utc=utc_text(site().settings.utc_now()),
        units=_choice("units"),
        wishes=Wishes(
            face=_choice("face"),
            thickness_mm=_millimetres("thickness"),
            clearance_mm=_millimetres("clearance"),
            location=_choice("location"),
            turn_deg=None if (turn := _choice("turn")) is None else int(turn),
        ),
        table=_table_order(shown_name(table.filename or "")) if table else None,
    )

    def save(folder: Path) -> None:
        _save(upload, folder / order.stored, filename)
        if table and order.table:
            _save(table, folder / order.table.stored, order.table.filename)

    try:
        begun = desk().begin(order, save)
    except OccupiedError as error:
        raise ProblemError(
            409, "cradle_under_way",
            t("cradles.occupied", name=error.build.order.filename, by=error.build.order.by),
            action=t("cradles.occupied.action"),
        ) from None  # fmt: skip
    except NoRoomError:
        raise ProblemError(
            507, "disk_full", t("cradles.failed.disk"), action=t("cradles.failed.disk.action")
        ) from None
    return redirect(url_for("cradles.building", number=begun.number), 303)


@pages.get("/builds/<number>")
@open_to_all
def building(number: str) -> ResponseReturnValue:
    """How far it is; the cradle itself as soon as it is made. Works by being asked again."""
    found = _build(number)
    if found.state is BuildState.DONE:
        return redirect(url_for("cradles.one", identity=found.identity, new=1), 303)
    return _page("cradle_building.html", build=found, steps=STEPS)


@pages.get("/builds/<number>/now")
@open_to_all
def now(number: str) -> str:
    """The part that moves, as a piece of the page; `data-done` when there is more to see."""
    return _page("cradle_building_now.html", build=_build(number), steps=STEPS)


@pages.post("/builds/<number>/cancel")
@needs(Role.TECHNICIAN)
def cancel(number: str) -> ResponseReturnValue:
    _build(number)
    desk().cancel(number)
    return redirect(url_for("cradles.building", number=number), 303)


@pages.get("/made/<identity>")
@open_to_all
def one(identity: str) -> str:
    cradle = _made(identity)
    return _page(
        "cradle.html",
        cradle=cradle,
        found=findings(cradle.report),
        printed=PRINTED,
        new=asking.text(request.args, "new"),
    )


@pages.get("/made/<identity>/<name>")
@open_to_all
def file(identity: str, name: str) -> Response:
    made = _made(identity)
    if name not in DOWNLOADS or not (made.folder / name).is_file():
        raise ProblemError(404, "no_file", t("cradles.no_such_file", name=name))
    response = Response((made.folder / name).read_bytes(), mimetype=DOWNLOADS[name])
    if name in PRINTED:
        _to_keep(response, f"{made.identity}-{name}")
    # Asked for each time, sent only when it was built again.
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/made/<identity>/all.zip", endpoint="zip")
@open_to_all
def everything(identity: str) -> Response:
    """All that is printed or kept, in one file. A few megabytes: made in memory."""
    made = _made(identity)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (*PRINTED, "preview.png", "report.json"):
            path = made.folder / name
            if path.is_file():
                archive.write(path, f"{made.identity}/{name}")
    response = Response(packed.getvalue(), mimetype="application/zip")
    _to_keep(response, f"{made.identity}.zip")
    return response


@pages.post("/made/<identity>/delete")
@needs(Role.TECHNICIAN)
def delete(identity: str) -> ResponseReturnValue:
    """Asked for twice: the form says which one is meant."""
    made = _made(identity)
    if asking.text(request.form, "sure") != identity:
        raise asking.bad(t("cradles.not_sure"))
    desk().shelf.remove(made.identity)
    site().store.add_event("cradle_deleted", signed_in().name, identity)
    return redirect(url_for("cradles.index", deleted=identity), 303)


@pages.get("/static/<path:filename>", endpoint="static")
@open_to_all
def static_file(filename: str) -> Response:
    return _static.answer(filename)


def _page(template: str, **values: object) -> str:
    return render_template(
        template,
        BuildState=BuildState,
        own=_static.release,
        for_the_form=for_the_form,
        **values,
    )


def _table_order(filename: str) -> TableOrder | None:
    if not filename:
        return None
    sides = _millimetres("unknown_width"), _millimetres("unknown_height")
    return TableOrder(
        filename=filename,
        origin_mm=(_millimetres("origin_x") or 0.0, _millimetres("origin_y") or 0.0),
        bottom_mirrored=asking.text(request.form, "bottom_mirrored") == "yes",
        unknown_size_mm=None if sides[0] is None or sides[1] is None else (sides[0], sides[1]),
    )


def _save(upload: FileStorage, place: Path, filename: str) -> None:
    upload.save(place)
    if place.stat().st_size == 0:
        raise asking.bad(t("cradles.empty_file", name=filename))


def _build(number: str) -> Build:
    found = desk().build(number)
    if found is None:
        raise ProblemError(
            404, "no_build", t("cradles.no_build"), action=t("cradles.no_build.action")
        )
    return found


def _made(identity: str) -> MadeCradle:
    found = desk().shelf.one(identity)
    if found is None:
        raise ProblemError(404, "no_cradle", t("cradles.no_cradle", name=identity))
    return found


def _choice(name: str) -> str | None:
    found = asking.text(request.form, name)
    if found and found not in CHOICES[name]:
        raise asking.bad(t("ask.choice"))
    return found or None


def _millimetres(name: str) -> float | None:
    return asking.number(request.form, name) if asking.text(request.form, name) else None


def _to_keep(response: Response, filename: str) -> None:
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
