"""Commissioning: one step a screen, for a technician with a phone in front of the cabinet."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.commands import AnswerStep, BeginMaintenance, BeginStep, SkipStep, StopStep
from appliance.commission import record
from appliance.commission.values import CommissionView, PlannedStep
from appliance.refusal import Refusal
from appliance.states import State
from appliance.store import Role
from appliance.web import asking
from appliance.web.access import needs
from appliance.web.problems import ProblemError
from appliance.web.site import ask, signed_in, site
from appliance.web.texts import t

pages = Blueprint("commission", __name__, url_prefix="/commission")


@pages.get("/")
@needs(Role.TECHNICIAN)
def index() -> str:
    """Every step with its mark and its figures, and which comes next."""
    found = _record()
    missing = found.missing([step.name for step in _steps()])
    needed = found.missing([step.name for step in _steps() if step.needed])
    return render_template(
        "commission.html",
        steps=_steps(),
        record=found,
        next_name=missing[0] if missing else None,
        missing=[step.title for step in _steps() if step.name in needed],
        maintenance=site().status.current()[1].state is State.MAINTENANCE,
    )


@pages.get("/<name>/")
@needs(Role.TECHNICIAN)
def step(name: str) -> str:
    """One step. Its running part follows the cabinet."""
    now, names = _step(name), [each.name for each in _steps()]
    at = names.index(name)
    return render_template(
        "commission_step.html",
        step=now,
        at=at,
        count=len(names),
        before=names[at - 1] if at else None,
        marks=_marks(_record()),
        **_now(now),
    )


@pages.get("/<name>/now")
@needs(Role.TECHNICIAN)
def now(name: str) -> str:
    """The part that follows the cabinet, as a piece of the page."""
    step = _step(name)
    return render_template("commission_now.html", step=step, **_now(step))


@pages.post("/<name>/begin")
@needs(Role.TECHNICIAN)
def begin(name: str) -> ResponseReturnValue:
    """Begins maintenance, too, where the cabinet is not in it; that is refused with a board in."""
    _step(name)
    _maintain()
    ask(BeginStep(step=name, by=signed_in().name))
    return redirect(url_for("commission.step", name=name), 303)


@pages.post("/<name>/skip")
@needs(Role.TECHNICIAN)
def skip(name: str) -> ResponseReturnValue:
    _step(name)
    _maintain()
    ask(SkipStep(step=name, by=signed_in().name))
    return redirect(url_for("commission.step", name=name), 303)


@pages.post("/<name>/answer")
@needs(Role.TECHNICIAN)
def answer(name: str) -> ResponseReturnValue:
    _step(name)
    number = asking.whole(request.form, "number")
    if number is None:
        raise asking.bad(t("ask.missing", name="number"))
    said = asking.text(request.form, "answer")
    ask(AnswerStep(number=number, answer=said, by=signed_in().name))
    return redirect(url_for("commission.step", name=name), 303)


@pages.post("/<name>/stop")
@needs(Role.TECHNICIAN)
def stop(name: str) -> ResponseReturnValue:
    _step(name)
    ask(StopStep(by=signed_in().name))
    return redirect(url_for("commission.step", name=name), 303)


def _maintain() -> None:
    if site().status.current()[1].state is not State.MAINTENANCE:
        ask(BeginMaintenance(by=signed_in().name))


def _steps() -> tuple[PlannedStep, ...]:
    return site().steps


def _step(name: str) -> PlannedStep:
    found = next((each for each in _steps() if each.name == name), None)
    if found is None:
        abort(404)
    return found


def _after(step: PlannedStep) -> PlannedStep | None:
    at = _steps().index(step) + 1
    return _steps()[at] if at < len(_steps()) else None


def _folder() -> Path:
    return site().store.folder.parent / record.FOLDER


def _record() -> record.Record:
    try:
        return record.read(_folder(), unit=site().status.current()[1].unit)
    except Refusal as error:
        raise ProblemError(
            500, "commissioning_unreadable", error.finding, action=t("commission.damaged")
        ) from error


def _marks(found: record.Record) -> list[str]:
    """The outcome of each step, empty where there is none yet."""
    results = [found.result(each.name) for each in _steps()]
    return ["" if each is None else each.finding.outcome.value for each in results]


def _now(step: PlannedStep) -> dict[str, object]:
    status = site().status.current()[1]
    view = status.commission
    return {
        "status": status,
        "maintenance": status.state is State.MAINTENANCE,
        "view": view if view is not None and view.step == step.name else None,
        "other": view if view is not None and view.running and view.step != step.name else None,
        "result": _record().result(step.name),
        "after": _after(step),
        "key": _key(status.state, view),
    }


def _key(state: State, view: CommissionView | None) -> str:
    """What the page is drawn anew for; readings alone are changed in place. As in commission.js."""
    if view is None:
        return f"{state}"
    return f"{state}/{view.step}/{view.number}/{'run' if view.running else view.outcome}"
