"""Studies and challenge boards: begun and led through here, counted, exported; a missed challenge
is released here."""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.commands import ProofChanged
from appliance.commission.record import FOLDER
from appliance.proof.errors import ProofError
from appliance.proof.plan import Plan
from appliance.proof.report import as_csv, plain
from appliance.proof.sheet import Check, computer, gather
from appliance.proof.study import Spot, StudyFigures, figures, spots
from appliance.proof.trials import Trial
from appliance.refusal import Refusal
from appliance.states import State
from appliance.store import MissingError, Role, StudyRow
from appliance.store.export import harmless
from appliance.web import asking
from appliance.web.access import needs
from appliance.web.problems import ProblemError
from appliance.web.site import ask, signed_in, site
from appliance.web.texts import t

pages = Blueprint("proof", __name__, url_prefix="/proof")
_SEEDS = 2**31
_MOST_FORM = 20_000
_HEATS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """The table of disagreements: a row a window, a cell a board."""

    boards: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[Spot, int] | None, ...]], ...]
    """With each spot how hot it is, 0 to `_HEATS`."""


@pages.get("/")
@needs(Role.SUPERVISOR)
def index() -> str:
    store = site().store
    status = site().status.current()[1]
    studies = store.studies()
    return render_template(
        "proof.html",
        studies=studies,
        under_way=next((each for each in studies if each.ended_utc is None), None),
        boards=store.challenge_boards(),
        challenges=store.challenges(),
        part=status.part_number or "",
        recipe=status.recipe,
        people=", ".join(each.name for each in store.operators() if each.active),
        in_maintenance=status.state is State.MAINTENANCE,
        done=asking.text(request.args, "done"),
    )


@pages.get("/study")
@needs(Role.SUPERVISOR)
def study() -> ResponseReturnValue:
    row = _asked()
    if row is None:
        return redirect(url_for("proof.index"))
    trials = site().store.trials(row.study_id)
    found = figures(trials) if trials else None
    page = render_template(
        "proof_study.html", study=row, found=found, heat=_heat(trials) if trials else None
    )
    return page, 200


@pages.get("/study.json")
@needs(Role.SUPERVISOR)
def study_json() -> ResponseReturnValue:
    counted = _counted()
    if counted is None:
        return redirect(url_for("proof.index"))
    row, found = counted
    text = json.dumps(
        {
            "study": row.name,
            "recipe": row.recipe,
            "recipe_version": row.recipe_version,
            "part_number": row.part_number,
            "plan": plain(row.plan) | {"bad": dict(row.plan.bad)},
            "done": len(row.done),
            "out_of_order": row.out_of_order,
            "figures": plain(found),
        },
        ensure_ascii=False,
        allow_nan=False,
        indent=2,
    )
    return _file(text, "application/json", "study.json")


@pages.get("/study.csv")
@needs(Role.SUPERVISOR)
def study_csv() -> ResponseReturnValue:
    counted = _counted()
    if counted is None:
        return redirect(url_for("proof.index"))
    return _file(as_csv(counted[1]), "text/csv; charset=utf-8", "study.csv")


@pages.get("/trials.csv")
@needs(Role.SUPERVISOR)
def trials_csv() -> ResponseReturnValue:
    """As `goldenboard proof figures` reads it."""
    row = _asked()
    if row is None:
        return redirect(url_for("proof.index"))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        ("board", "operator", "repeat", "window", "call", "reference", "score", "review_above")
    )
    for trial in site().store.trials(row.study_id):
        known = {None: "", True: "good", False: "bad"}[trial.reference]
        writer.writerow(
            (
                harmless(trial.board),
                harmless(trial.operator),
                trial.repeat,
                harmless(trial.component),
                trial.call,
                known,
                trial.score,
                trial.review_above,
            )
        )
    return _file(text.getvalue(), "text/csv; charset=utf-8", "trials.csv")


@pages.get("/acceptance.pdf")
@needs(Role.SUPERVISOR)
def acceptance() -> ResponseReturnValue:
    """Without the self-test: the sheet says so."""
    return _sheet(None)


@pages.post("/acceptance.pdf")
@needs(Role.SUPERVISOR)
def acceptance_tried() -> ResponseReturnValue:
    """With the self-test, which takes both cores for a minute: in maintenance alone, where no board
    waits for them."""
    here = site()
    if here.care is None:
        abort(404)
    if here.status.current()[1].state is not State.MAINTENANCE:
        raise ProblemError(
            409, "not_in_maintenance", t("proof.sheet.busy"), action=t("proof.sheet.busy.how")
        )
    try:
        checks = here.care.selftest()
    except Refusal as error:
        raise ProblemError(409, "selftest", error.finding, action=error.action) from error
    here.store.add_event("acceptance_sheet_made", by=signed_in().name)
    return _sheet(checks)


def _sheet(checks: tuple[Check, ...] | None) -> Response:
    # Here and not above: the PDF's library is loaded when a sheet is asked for, not by the service.
    from appliance.proof.sheet_pdf import draw

    here = site()
    status = here.status.current()[1]
    cameras = [each.value for each in status.devices if each.name == "camera"]
    sheet = gather(
        unit=status.unit,
        url=url_for("technician.page", _external=True),
        made=here.store.now(),
        software=status.software_version,
        simulated=status.simulated,
        identity=(*computer(), *(("Camera", each) for each in cameras)),
        store=here.store,
        recipes=here.recipes,
        commissioning_folder=here.store.folder.parent / FOLDER,
        planned=here.steps,
        challenge_every_h=here.settings.challenge_every_h,
        checks=checks,
    )
    return Response(draw(sheet), mimetype="application/pdf")


@pages.post("/study/begin")
@needs(Role.SUPERVISOR)
def begin() -> ResponseReturnValue:
    """With the recipe in use; the order is drawn now."""
    status = site().status.current()[1]
    if not status.recipe or status.recipe_version is None or not status.part_number:
        raise asking.bad(t("proof.no_recipe"))
    name = asking.needed(request.form, "name", most=60)
    boards, bad = _boards(asking.needed(request.form, "boards", most=_MOST_FORM))
    operators = _names(asking.needed(request.form, "operators", most=2000))
    known = {each.name.casefold(): each.name for each in site().store.operators()}
    if strangers := [each for each in operators if each.casefold() not in known]:
        raise asking.bad(t("proof.stranger", name=strangers[0]))
    try:
        plan = Plan(
            boards=boards,
            operators=tuple(known[each.casefold()] for each in operators),
            repeats=asking.whole(request.form, "repeats") or 1,
            seed=secrets.randbelow(_SEEDS),
            bad=bad,
        )
    except ProofError as error:
        raise ProblemError(400, "bad_request", error.finding, action=error.action) from error
    site().store.begin_study(
        name,
        recipe=status.recipe,
        recipe_version=status.recipe_version,
        part_number=status.part_number,
        plan=plan,
        by=signed_in().name,
    )
    return _done("study_begun", name)


@pages.post("/study/end")
@needs(Role.SUPERVISOR)
def end() -> ResponseReturnValue:
    row = site().store.study(asking.whole(request.form, "study") or 0)
    site().store.end_study(row.study_id, signed_in().name)
    return _done("study_ended", row.name)


@pages.post("/challenge/add")
@needs(Role.TECHNICIAN)
def add_challenge() -> ResponseReturnValue:
    part = asking.needed(request.form, "part")
    serial = asking.needed(request.form, "serial")
    windows = _names(asking.needed(request.form, "windows", most=2000))
    site().store.add_challenge_board(part, serial, windows, signed_in().name)
    return _done("challenge_added", f"{serial}: {' '.join(windows)}")


@pages.post("/challenge/retire")
@needs(Role.TECHNICIAN)
def retire_challenge() -> ResponseReturnValue:
    number = asking.whole(request.form, "board") or 0
    site().store.retire_challenge_board(number, signed_in().name)
    return _done("challenge_retired", str(number))


@pages.post("/challenge/release")
@needs(Role.TECHNICIAN)
def release() -> ResponseReturnValue:
    number = asking.whole(request.form, "inspection") or 0
    words = asking.needed(request.form, "words", most=500)
    site().store.release_challenge(number, signed_in().name, words)
    return _done("challenge_released", f"inspection {number}: {words}")


def _done(kind: str, detail: str) -> ResponseReturnValue:
    who = signed_in().name
    site().store.add_event(kind, who, detail)
    ask(ProofChanged(by=who))
    return redirect(url_for("proof.index", done=kind), 303)


def _asked() -> StudyRow | None:
    number = asking.whole(request.args, "study")
    try:
        return None if number is None else site().store.study(number)
    except MissingError:
        return None


def _counted() -> tuple[StudyRow, StudyFigures] | None:
    row = _asked()
    trials = site().store.trials(row.study_id) if row else ()
    return (row, figures(trials)) if row and trials else None


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for each in re.split(r"[,;\n]", text) if (name := each.strip()))


def _boards(text: str) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """A line a board: its serial, and after a colon `good` or the windows that are bad."""
    boards: list[str] = []
    bad: dict[str, tuple[str, ...]] = {}
    for line in filter(str.strip, text.splitlines()):
        serial, colon, answer = (part.strip() for part in line.partition(":"))
        boards.append(serial)
        if colon:
            windows = tuple(re.split(r"[,;\s]+", answer)) if answer else ()
            bad[serial] = () if answer.casefold() == "good" else windows
    return tuple(boards), bad


def _heat(trials: tuple[Trial, ...]) -> Heat:
    found = {(spot.component, spot.board): spot for spot in spots(trials)}
    boards = tuple(sorted({board for _, board in found}))
    windows = sorted(
        {window for window, _ in found},
        key=lambda name: (-sum(found[name, b].odd for b in boards if (name, b) in found), name),
    )

    def cell(window: str, board: str) -> tuple[Spot, int] | None:
        spot = found.get((window, board))
        # Half of the answers is as torn as can be; a whole miss of the reference is hotter still.
        return None if spot is None else (spot, -(-spot.odd * _HEATS // spot.answers))

    return Heat(boards=boards, rows=tuple((w, tuple(cell(w, b) for b in boards)) for w in windows))


def _file(text: str, mimetype: str, name: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
