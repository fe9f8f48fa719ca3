"""Signing in and out, one's own PIN, and who works at the cabinet now.

A badge is a number that anybody who saw it can type: it signs in as operator, whoever's it is.
What needs more, needs a PIN.
"""

from __future__ import annotations

import math
from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from appliance.commands import EnterSerial, SignIn, SignOut
from appliance.store import Operator, RefusedError, Role
from appliance.web import asking
from appliance.web.access import anyone_may_post, needs, open_to_all
from appliance.web.problems import ProblemError
from appliance.web.sessions import Person
from appliance.web.site import Site, ask, person, session_number, signed_in, site
from appliance.web.texts import t

pages = Blueprint("auth", __name__)


@pages.get("/sign-in")
@open_to_all
def form() -> str:
    """Makes the visitor's cookie, so that the form carries a token of its own."""
    session_number()
    return render_template(
        "sign_in.html",
        next=asking.own_path(asking.text(request.args, "next", most=512)),
        wrong=False,
        said=asking.text(request.args, "said"),
    )


@pages.post("/sign-in")
@anyone_may_post("nobody is signed in before it")
def sign_in() -> ResponseReturnValue:
    here = site()
    name = asking.text(request.form, "name")
    pin = asking.text(request.form, "pin", most=256)
    badge = asking.text(request.form, "badge", most=256)
    target = asking.own_path(asking.text(request.form, "next", most=512))
    keys = [f"address:{request.remote_addr}"]
    if not badge:
        keys.append(f"name:{name.casefold()}")
    found = _who(here, keys, name=name, pin=pin, badge=badge)
    if found is None:
        page = render_template("sign_in.html", next=target, wrong=True, said="", name=name)
        return page, 403
    here.sessions.end(session_number())
    session.clear()
    session["n"] = here.sessions.begin(
        Person(
            name=found.name,
            role=Role.OPERATOR if badge else found.role,
            must_change_pin=found.must_change_pin and not badge,
        )
    )
    here.store.add_event("page_signed_in", found.name, "badge" if badge else "pin")
    if found.must_change_pin and not badge:
        return redirect(url_for("auth.form", next=target), 303)
    return redirect(target, 303)


def _who(here: Site, keys: list[str], *, name: str, pin: str, badge: str) -> Operator | None:
    """One at a time and counted: neither many threads nor many names give more tries."""
    with here.one_pin_at_a_time:
        wait_s = here.throttle.wait_s(*keys)
        if wait_s > 0:
            seconds = math.ceil(wait_s)
            problem = ProblemError(
                429, "too_many_tries", t("auth.wait", seconds=seconds), action=t("auth.wait.action")
            )
            problem.retry_after_s = seconds
            raise problem
        if badge:
            found = here.store.find_badge(badge)
        else:
            found = here.store.verify_pin(name, pin) if name and pin else None
        if found is None:
            here.throttle.failed(*keys)
            here.refusals.note(here.store, name=name, address=str(request.remote_addr))
        else:
            here.throttle.succeeded(*keys)
        return found


@pages.post("/sign-out")
@anyone_may_post("harms nobody but the one who asks")
def sign_out() -> ResponseReturnValue:
    who = person()
    site().sessions.end(session_number())
    session.clear()
    if who is not None:
        site().store.add_event("page_signed_out", who.name)
    return redirect(url_for("live.verdict"), 303)


@pages.post("/pin")
@needs(Role.OPERATOR)
def change_pin() -> ResponseReturnValue:
    """One's own, with the old one: a page left open gives nobody a new key."""
    here, who = site(), signed_in()
    new = asking.needed(request.form, "new", most=200)
    if new != asking.text(request.form, "again", most=200):
        raise asking.bad(t("pin.differ"))
    old = asking.text(request.form, "old", most=256)
    keys = [f"address:{request.remote_addr}", f"name:{who.name.casefold()}"]
    if _who(here, keys, name=who.name, pin=old, badge="") is None:
        raise ProblemError(403, "wrong_pin", t("pin.wrong"), action=t("pin.wrong.action"))
    if new == old:
        raise RefusedError(t("pin.same"), action=t("pin.same.action"))
    here.store.set_pin(who.name, new)
    here.sessions.end_all_of(who.name)
    session["n"] = here.sessions.begin(replace(who, must_change_pin=False))
    here.store.add_event("pin_changed", who.name)
    return redirect(url_for("auth.form", said="pin"), 303)


@pages.post("/duty/begin")
@needs(Role.OPERATOR)
def begin_work() -> ResponseReturnValue:
    """Boards from now on are recorded under this name."""
    ask(SignIn(operator=signed_in().name))
    return redirect(url_for("auth.form", said="work"), 303)


@pages.post("/duty/end")
@needs(Role.OPERATOR)
def end_work() -> ResponseReturnValue:
    ask(SignOut(by=signed_in().name))
    return redirect(url_for("auth.form", said="work"), 303)


@pages.post("/duty/serial")
@needs(Role.OPERATOR)
def enter_serial() -> ResponseReturnValue:
    """For who has no scanner."""
    serial = asking.needed(request.form, "serial", most=100)
    if not serial.isprintable():
        raise asking.bad(t("ask.printable"))
    ask(EnterSerial(serial=serial, by=signed_in().name))
    return redirect(url_for("auth.form", said="serial"), 303)
