"""The unit itself: a traffic light a subsystem, what to do next, and the buttons."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.commands import BeginMaintenance, EndMaintenance, RetryFault, TestLamps
from appliance.states import State
from appliance.store import Role
from appliance.web import asking
from appliance.web.access import has_rank, needs, open_to_all
from appliance.web.site import ask, person, signed_in, site

pages = Blueprint("technician", __name__, url_prefix="/technician")
_HISTORY = 25


@pages.get("/")
@open_to_all
def page() -> str:
    here = site()
    before = asking.whole(request.args, "before")
    faults = here.store.faults(limit=_HISTORY + 1, before=before)
    return render_template(
        "technician.html",
        faults=faults[:_HISTORY],
        older=faults[_HISTORY - 1].fault_id if len(faults) > _HISTORY else None,
        # Who came and went is nobody's business who only looks.
        events=here.store.events(limit=_HISTORY) if _may_read_the_diary() else None,
        space=here.store.space(),
        can_update=here.updates is not None,
        certificate=here.settings.certificate and here.settings.certificate(),
        asked=asking.text(request.args, "asked"),
        **_now(),
    )


def _may_read_the_diary() -> bool:
    who = person()
    return who is not None and has_rank(who.role, Role.SUPERVISOR)


@pages.get("/now")
@open_to_all
def now() -> str:
    """The part that follows the cabinet, as a piece of the page."""
    return render_template("technician_now.html", **_now())


def _now() -> dict[str, object]:
    status = site().status.current()[1]
    order = {"bad": 0, "warn": 1, "ok": 2}
    return {
        "status": status,
        "State": State,
        "devices": sorted(status.devices, key=lambda d: (order.get(d.level, 0), d.name)),
    }


@pages.post("/lamp-test")
@needs(Role.TECHNICIAN)
def lamp_test() -> ResponseReturnValue:
    ask(TestLamps(by=signed_in().name))
    return _asked("lamp_test")


@pages.post("/maintenance/begin")
@needs(Role.TECHNICIAN)
def begin_maintenance() -> ResponseReturnValue:
    ask(BeginMaintenance(by=signed_in().name))
    return _asked("maintenance_begin")


@pages.post("/maintenance/end")
@needs(Role.TECHNICIAN)
def end_maintenance() -> ResponseReturnValue:
    ask(EndMaintenance(by=signed_in().name))
    return _asked("maintenance_end")


@pages.post("/retry")
@needs(Role.TECHNICIAN)
def retry() -> ResponseReturnValue:
    ask(RetryFault(by=signed_in().name))
    return _asked("retry")


def _asked(what: str) -> ResponseReturnValue:
    return redirect(url_for("technician.page", asked=what), 303)
