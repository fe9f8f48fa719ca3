"""The people of this unit, looked after by a technician."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.store import Role
from appliance.web import asking
from appliance.web.access import needs
from appliance.web.site import signed_in, site
from appliance.web.texts import t

pages = Blueprint("operators", __name__, url_prefix="/operators")


@pages.get("/")
@needs(Role.TECHNICIAN)
def index() -> str:
    return render_template(
        "operators.html",
        people=site().store.operators(),
        roles=tuple(Role),
        done=asking.text(request.args, "done"),
    )


@pages.post("/add")
@needs(Role.TECHNICIAN)
def add() -> ResponseReturnValue:
    name = asking.needed(request.form, "name")
    role = _role()
    pin = asking.text(request.form, "pin", most=200) or None
    badge = asking.text(request.form, "badge", most=200) or None
    with site().one_pin_at_a_time:
        added = site().store.add_operator(name, role, pin=pin, badge=badge)
    return _done("operator_added", f"{added.name}: {role}", added.name)


@pages.post("/change")
@needs(Role.TECHNICIAN)
def change() -> ResponseReturnValue:
    """Role, PIN or badge of one person; what is left empty stays. Signs that person out."""
    store = site().store
    name = store.operator(asking.needed(request.form, "name")).name
    role = _role()
    pin = asking.text(request.form, "pin", most=200) or None
    badge = asking.text(request.form, "badge", most=200) or None
    with site().one_pin_at_a_time:
        if role is not store.operator(name).role:
            store.set_role(name, role, pin=pin)
        elif pin is not None:
            store.set_pin(name, pin)
    if request.form.get("no_badge"):
        store.set_badge(name, None)
    elif badge is not None:
        store.set_badge(name, badge)
    site().sessions.end_all_of(name)
    return _done("operator_changed", f"{name}: {role}", name)


@pages.post("/active")
@needs(Role.TECHNICIAN)
def set_active() -> ResponseReturnValue:
    store = site().store
    name = store.operator(asking.needed(request.form, "name")).name
    active = asking.needed(request.form, "active") == "yes"
    store.set_active(name, active)
    if not active:
        site().sessions.end_all_of(name)
    return _done("operator_enabled" if active else "operator_disabled", name, name)


def _role() -> Role:
    try:
        return Role(asking.needed(request.form, "role"))
    except ValueError:
        raise asking.bad(t("ask.choice")) from None


def _done(kind: str, detail: str, name: str) -> ResponseReturnValue:
    site().store.add_event(kind, signed_in().name, detail)
    return redirect(url_for("operators.index", done=name), 303)
