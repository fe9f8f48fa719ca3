"""What stands on the acceptance sheet: everything that proves one unit, gathered in one value, and
what is still missing. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.commission import record as commissioning
from appliance.commission.record import Record, Result
from appliance.commission.values import Figure, PlannedStep
from appliance.proof.limits import Held
from appliance.proof.limits import Result as Judged
from appliance.proof.study import StudyFigures, figures
from appliance.recipe import Recipe, RecipeError, load
from appliance.recipe.folder import seal
from appliance.store import Challenge, ChallengeBoard, Moment, Store, StudyRow

_DEVICE_TREE = Path("/proc/device-tree")
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part of the self-test."""

    name: str
    ok: bool
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    title: str
    needed: bool
    result: Result | None
    """None: not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeLine:
    recipe: Recipe
    sha256: str
    """The recipe's own seal: over windows, thresholds and the hashes of its pictures."""
    study: StudyRow | None
    """The newest of this very version."""
    figures: StudyFigures | None

    @property
    def held(self) -> tuple[Held, ...]:
        return self.figures.held if self.figures else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    unit: str
    url: str
    """Of the unit's page, for the code."""
    made: Moment
    software: str
    simulated: bool
    identity: tuple[tuple[str, str], ...]
    """Name and value: computer, camera, certificate, ..."""
    steps: tuple[StepLine, ...]
    recipes: tuple[RecipeLine, ...]
    challenge_every_h: float | None
    challenge_boards: tuple[ChallengeBoard, ...]
    challenges: tuple[Challenge, ...]
    checks: tuple[Check, ...] | None
    """None: the self-test was not run for this sheet."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps the unit from being accepted, in words; empty when nothing does."""
        return (
            *_steps_missing(self.steps, self.simulated),
            *_recipes_missing(self.recipes),
            *(
                f"Challenge board {each.serial} was missed and nobody released it."
                for each in self.challenges
                if each.outcome == "missed" and each.released_by is None
            ),
            *_checks_missing(self.checks),
        )


def gather(
    *,
    unit: str,
    url: str,
    made: Moment,
    software: str,
    simulated: bool,
    identity: Sequence[tuple[str, str]],
    store: Store,
    recipes: Path,
    commissioning_folder: Path,
    planned: Sequence[PlannedStep],
    challenge_every_h: float | None,
    checks: Sequence[Check] | None,
) -> Sheet:
    """Raises `TomlError` for a commissioning record that can't be read, `StoreError`, and
    `RecipeError` for a recipe that is broken."""
    record = commissioning.read(commissioning_folder, unit=unit)
    studies = store.studies()
    return Sheet(
        unit=unit,
        url=url,
        made=made,
        software=software,
        simulated=simulated,
        identity=(*identity, *_noted(record)),
        steps=_steps(record, planned),
        recipes=tuple(_line(each, studies, store) for each in _recipes(recipes)),
        challenge_every_h=challenge_every_h,
        challenge_boards=store.challenge_boards(),
        challenges=store.challenges(),
        checks=None if checks is None else tuple(checks),
    )


def computer(device_tree: Path = _DEVICE_TREE) -> tuple[tuple[str, str], ...]:
    """Model and serial as the firmware gives them to the kernel (devicetree(5) of the Pi)."""

    def text(name: str) -> str:
        try:
            return (device_tree / name).read_text(encoding="ascii", errors="replace").strip("\0 \n")
        except OSError:
            return UNKNOWN

    return ("Computer", text("model")), ("Computer's serial", text("serial-number"))


def figure_text(figure: Figure) -> str:
    limit = f" ({figure.limit})" if figure.limit else ""
    return f"{figure.name} {figure.value:.4g} {figure.unit}{limit}".strip()


def _noted(record: Record) -> tuple[tuple[str, str], ...]:
    """Of the certificate's step: the fingerprint that was compared."""
    step = record.result("certificate")
    return tuple((note.name.capitalize(), note.text) for note in step.finding.notes) if step else ()


def _steps(record: Record, planned: Sequence[PlannedStep]) -> tuple[StepLine, ...]:
    if planned:
        return tuple(
            StepLine(title=each.title, needed=each.needed, result=record.result(each.name))
            for each in planned
        )
    return tuple(
        StepLine(title=each.step.capitalize(), needed=True, result=each) for each in record.results
    )


def _recipes(folder: Path) -> tuple[Recipe, ...]:
    try:
        paths = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except FileNotFoundError:
        return ()
    return tuple(load(path) for path in paths)


def _line(recipe: Recipe, studies: Sequence[StudyRow], store: Store) -> RecipeLine:
    def fits(row: StudyRow) -> bool:
        return (row.part_number, row.recipe_version) == (recipe.part_number, recipe.version)

    study = next((row for row in studies if fits(row)), None)
    trials = store.trials(study.study_id) if study else ()
    return RecipeLine(
        recipe=recipe,
        sha256=seal(recipe).split('"')[1],
        study=study,
        figures=figures(trials) if trials else None,
    )


def _steps_missing(steps: Sequence[StepLine], simulated: bool) -> list[str]:
    if not steps:
        return ["Commissioning has not begun."]
    words = []
    for each in steps:
        if each.result is None and each.needed:
            words.append(f"{each.title}: not done.")
        elif each.result is not None and each.needed and not each.result.finding.passed:
            words.append(f"{each.title}: {each.result.finding.outcome}.")
        elif each.result is not None and each.result.simulated and not simulated:
            words.append(f"{each.title}: done on a simulated cabinet.")
    return words


def _recipes_missing(lines: Sequence[RecipeLine]) -> list[str]:
    if not lines:
        return ["No recipe is taught."]
    words = []
    for each in lines:
        name = f"Recipe {each.recipe.name} {each.recipe.version}"
        if each.study is None or each.figures is None:
            words.append(f"{name}: no study of this version.")
        elif each.study.next is not None or each.figures.overall.left_out:
            words.append(f"{name}: study {each.study.name} lacks insertions.")
        elif each.figures.verdict is not Judged.ACCEPTABLE:
            words.append(f"{name}: study {each.study.name} is {each.figures.verdict}.")
    return words


def _checks_missing(checks: Sequence[Check] | None) -> list[str]:
    if checks is None:
        return ["The self-test was not run for this sheet."]
    return [f"Self-test, {each.name}: {each.found}" for each in checks if not each.ok]


__all__ = [
    "Check",
    "RecipeError",
    "RecipeLine",
    "Sheet",
    "StepLine",
    "computer",
    "figure_text",
    "gather",
]
