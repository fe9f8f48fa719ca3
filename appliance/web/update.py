"""Whole versions: which one runs, which could be installed, and the word to do it."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.store import Role
from appliance.update.desk import Offer, OffsetError, UpdateDesk
from appliance.update.errors import UpdateError
from appliance.update.state import Phase, Progress
from appliance.web import asking
from appliance.web.access import needs, open_to_all
from appliance.web.problems import ProblemError
from appliance.web.site import signed_in, site
from appliance.web.texts import t

pages = Blueprint("update", __name__, url_prefix="/update")
PIECE_BYTES = 4 * 1024 * 1024
"""One request's part of an upload: below the server's limit, done within its time."""


@pages.get("/")
@needs(Role.TECHNICIAN)
def index() -> str:
    desk = _desk()
    return render_template(
        "update.html",
        offers=desk.offers() if desk.lasting else [],
        lasting=desk.lasting,
        system_offers=[] if desk.systems is None else desk.systems.offers(),
        piece=PIECE_BYTES,
        **_now(),
    )


@pages.get("/now")
@open_to_all
def now() -> str:
    """The part that follows the update, as a piece of the page."""
    return render_template("update_now.html", **_now())


@pages.post("/piece")
@needs(Role.TECHNICIAN)
def piece() -> ResponseReturnValue:
    """A piece of an upload as the request's body; answers how many bytes there are."""
    at, total = asking.whole(request.args, "at"), asking.whole(request.args, "total")
    if at is None or total is None:
        raise asking.bad(t("ask.missing", name="at, total"))
    data = request.get_data(cache=False)
    if not data or len(data) > PIECE_BYTES:
        raise asking.bad(t("update.piece"))
    try:
        return {"bytes": _desk().take_piece(at, total, data)}
    except OffsetError as error:
        return {"bytes": error.size_bytes}, 409
    except UpdateError as error:
        raise ProblemError(422, "refused", error.finding, action=error.action) from None
    except OSError:
        raise ProblemError(507, "disk_full", t("update.disk")) from None


@pages.post("/install")
@needs(Role.TECHNICIAN)
def install() -> ResponseReturnValue:
    """Asked for twice: the form names the bundle by its hash, so what was shown is meant."""
    offer = _desk().offer(asking.needed(request.form, "bundle", most=1000))
    if offer is None or offer.announced is None:
        raise ProblemError(404, "no_bundle", t("update.gone"), action=t("update.gone.action"))
    if asking.needed(request.form, "sha256") != offer.announced.manifest_sha256:
        raise ProblemError(409, "changed", t("update.changed"), action=t("update.gone.action"))
    _desk().ask(offer, signed_in().name)
    site().store.add_event(
        "update_asked", signed_in().name, f"{offer.announced.manifest.version} ({_where(offer)})"
    )
    return redirect(url_for("update.index"), 303)


@pages.post("/system")
@needs(Role.TECHNICIAN)
def system() -> ResponseReturnValue:
    """The whole system: the form names the file as it was shown."""
    systems = _desk().systems
    if systems is None:
        abort(404)
    offer = systems.offer(asking.needed(request.form, "bundle", most=1000))
    if offer is None or offer.bundle is None:
        raise ProblemError(404, "no_bundle", t("update.gone"), action=t("update.gone.action"))
    if asking.needed(request.form, "mark") != offer.mark:
        raise ProblemError(409, "changed", t("update.changed"), action=t("update.gone.action"))
    systems.ask(offer, signed_in().name)
    site().store.add_event(
        "system_update_asked", signed_in().name, f"{offer.bundle.version} ({offer.path.name})"
    )
    return redirect(url_for("update.index"), 303)


def _where(offer: Offer) -> str:
    return offer.path.name


def _now() -> dict[str, object]:
    desk = _desk()
    try:
        progress = desk.progress()
    except UpdateError as error:
        progress = Progress(good=False, outcome=str(error))
    return {
        "runs": desk.runs(),
        "releases": desk.releases(),
        "progress": progress,
        "under_way": progress.phase is not Phase.SETTLED,
        "asked": desk.is_asked(),
        "system": None if desk.systems is None else desk.systems.now(),
    }


def _desk() -> UpdateDesk:
    found = site().updates
    if found is None:
        raise ProblemError(404, "no_releases", t("update.none"), action=t("update.none.action"))
    return found
