"""The steps 'camera_exposure', 'camera_focus', 'camera_evenness' and 'camera_lens': by the sheet of
`goldenboard calibrate sheet`, with the strip at full, at the size that boards are inspected at."""

from __future__ import annotations

from dataclasses import replace

from appliance.commission.camera_file import (
    keep_evenness,
    keep_lens,
    keep_lock,
    read_lock,
)
from appliance.commission.camera_focus import Sharpness, coarse_sharpness, sharpness
from appliance.commission.camera_lens import measure_lens
from appliance.commission.camera_light import TARGET, better, see_evenness, see_grey
from appliance.commission.camera_limits import (
    CAST,
    EXPOSURE,
    SHARP,
    SHARP_CORNER,
    WHITE,
    evenness_figures,
    focus_figures,
    grey_figures,
    lens_figures,
)
from appliance.commission.camera_look import (
    BlurredError,
    SheetError,
    SheetSeen,
    check_light,
    check_upright,
    gray_of,
    see_sheet,
)
from appliance.commission.camera_sheet import ACROSS_MM, ALONG_MM, Paper, paper_of
from appliance.commission.errors import CommissionError
from appliance.commission.steps import DONE, Work
from appliance.commission.values import Figure, Finding, Outcome, Prompt, Reading
from appliance.recipe.values import CameraLock
from hw.ports import CameraSettings, Frame

_START_US, _START_GAINS = 8000, (1.9, 1.6)
_LONGEST_US = 80_000
_ROUNDS = 8
_TRIES = 3
_TILTS = (
    "Raise the edge at the back by 70 mm.",
    "Raise the edge at the front by 70 mm.",
    "Raise the right edge by 70 mm.",
    "Raise the left edge by 70 mm.",
    "Raise the corner at the back right by 70 mm and move the sheet 25 mm to the right.",
    "Raise the corner at the front left by 70 mm and move the sheet 25 mm to the left.",
    "Raise the corner at the back left by 70 mm and move the sheet 25 mm to the left.",
)


_FOCUS = Prompt(
    name="focus",
    text="Turn the lens until the bars stand highest, then press Done.",
    choices=DONE,
)
_TURN = (
    "Turn the lens until the bar stands highest, fix it, and do the step again; clean the lens if "
    "it stays low."
)


def exposure(work: Work) -> Finding:
    """Exposure by the paper, colour gains by the grey; kept as what `teach --camera` locks."""
    work.talk.ask(
        Prompt(
            name="sheet_grey",
            text="Lay the sheet's second page flat into the slot, the grey square in the middle.",
            choices=DONE,
        )
    )
    work.bench.light(1.0)
    width, height = _picture_px(work)
    settings = CameraSettings(
        width_px=width,
        height_px=height,
        exposure_us=_START_US,
        analogue_gain=1.0,
        colour_gains=_START_GAINS,
    )
    seen = see_grey(work.bench.picture(settings).pixels)
    for number in range(_ROUNDS):
        near = abs(seen.white - TARGET) <= WHITE.value / 3 and 100 * seen.cast <= CAST.value / 2
        if near and seen.clipped < 0.001:
            break
        work.talk.say(
            Prompt(
                name="measuring",
                text="Exposure and white balance are set.",
                progress=number / _ROUNDS,
            )
        )
        settings = better(settings, seen)
        assert settings.exposure_us is not None
        if settings.exposure_us > _LONGEST_US:
            return _failed(
                f"The light is too dim: {settings.exposure_us / 1000:.0f} ms of exposure would be "
                "needed.",
                "Check that the whole strip is lit and that the lens' aperture is open.",
                (EXPOSURE.figure(settings.exposure_us / 1000),),
            )
        seen = see_grey(work.bench.picture(settings).pixels)
    frame = work.bench.picture(settings)
    again = see_grey(frame.pixels)
    figures = (
        *grey_figures(seen, again, frame.exposure_us),
        Figure(name="grey square", value=round(again.grey[1], 1), unit="of 255"),
    )
    wrong = _first_wrong(figures)
    if wrong is not None:
        return _failed(
            f"The picture can't be set: {wrong}.",
            "Keep daylight and other lamps out, check the strip and the printed page, and do the "
            "step again.",
            figures,
        )
    keep_lock(work.folder, _lock(frame))
    gains = frame.colour_gains
    return Finding(
        outcome=Outcome.PASSED,
        found=f"Exposure {frame.exposure_us / 1000:.2f} ms, red gain {gains[0]:.2f}, blue gain "
        f"{gains[1]:.2f}; kept for teach --camera.",
        figures=figures,
    )


def focus(work: Work) -> Finding:
    """A live figure while the person turns the lens; what it is at the end counts."""
    work.talk.ask(
        Prompt(
            name="sheet_flat",
            text="Lay the sheet's first page flat into the slot, its arrow to the back.",
            choices=DONE,
        )
    )
    settings = _settings(work)
    work.bench.light(1.0)
    best = coarsely = 0.0
    while True:
        frame = work.bench.picture(settings)
        try:
            now = _sharpness(frame)
            best = max(best, now.overall)
            readings = _bars(now, best)
        except SheetError as error:
            coarse = coarse_sharpness(gray_of(frame.pixels))
            coarsely = max(coarsely, coarse)
            readings = _coarse_bar(coarse, coarsely, error)
        work.talk.say(replace(_FOCUS, readings=readings))
        if work.talk.heard() is not None:
            break
    try:
        found = _sharpness(work.bench.picture(settings))
    except BlurredError as error:
        return _failed(f"The lens is far out of focus. {error.finding}", _TURN, ())
    figures = focus_figures(found)
    wrong = _first_wrong(figures)
    if wrong is None:
        return Finding(outcome=Outcome.PASSED, found="The picture is sharp.", figures=figures)
    if all(each.passed for each in figures[:2]):
        return _failed(
            f"One side is out of focus: {wrong}.",
            "Set the camera square to the slot; then focus again.",
            figures,
        )
    return _failed(
        f"The lens is out of focus: {wrong}.",
        _TURN,
        figures,
    )


def evenness(work: Work) -> Finding:
    """The strip's light over the picture. It is told and kept; pictures are not corrected."""
    work.talk.ask(
        Prompt(
            name="sheet_blank",
            text="Lay a clean, unprinted white sheet into the slot: it has to fill the picture.",
            choices=DONE,
        )
    )
    settings = _settings(work)
    work.bench.light(1.0)
    found = see_evenness(work.bench.picture(settings).pixels)
    keep_evenness(work.folder, found)
    figures = evenness_figures(found)
    wrong = _first_wrong(figures)
    if wrong is None:
        return Finding(outcome=Outcome.PASSED, found="The light is even.", figures=figures)
    if not figures[0].passed:
        return _failed(
            f"The strip is uneven: {wrong}.",
            f"Look for dark segments of the strip on the {found.dark_side} side, for a cable "
            "before it, and for light from outside on the other one.",
            figures,
        )
    return _failed(
        f"The light is uneven: {wrong}.",
        "Look for what shades that place: a cable, the lens' rim, dirt on the strip's cover.",
        figures,
    )


def lens(work: Work) -> Finding:
    """Lens and millimetres per pixel out of one flat and seven tilted pictures."""
    paper = _paper(work)
    settings = _settings(work)
    work.bench.light(1.0)
    seen = [
        _look(work, settings, "sheet_flat", "Lay the sheet flat in the plane of a board's face: on "
              "the empty cradle's rim. Its arrow points to the back.", 0.0)
    ]  # fmt: skip
    for number, how in enumerate(_TILTS, start=1):
        share = number / (len(_TILTS) + 1)
        seen.append(_look(work, settings, f"sheet_tilted_{number}", how, share))
    found = measure_lens(seen, paper)
    figures = lens_figures(found)
    wrong = _first_wrong(figures)
    if wrong is not None:
        return _failed(
            f"The lens is not measured well enough: {wrong}.",
            "Glue the sheet to something stiff and flat, measure its lines again, set the camera "
            "to its height and square to the slot, and do the step again.",
            figures,
        )
    keep_lens(work.folder, found)
    used = "" if work.config.lens is None else " The configuration's own table [lens] goes first."
    return Finding(
        outcome=Outcome.PASSED,
        found=f"{found.mm_per_px:.5f} mm a pixel; the lens moves the picture's corner by "
        f"{found.corner_bend_px:.1f} px, known to {found.corner_error_px:.2f} px. In use from the "
        f"next start on.{used}",
        figures=figures,
    )


def _look(work: Work, settings: CameraSettings, name: str, how: str, progress: float) -> SheetSeen:
    """One readable picture; says what hides the sheet and waits for it to be laid anew."""
    text = how
    for tries_left in reversed(range(_TRIES)):
        work.talk.ask(Prompt(name=name, text=text, choices=DONE, progress=progress))
        pixels = work.bench.picture(settings).pixels
        try:
            check_light(pixels)
            seen = see_sheet(pixels)
            check_upright(seen)
            return seen
        except SheetError as error:
            if not tries_left:
                raise
            text = f"{how} Again, because: {error.finding} {error.action}"
    raise AssertionError("unreachable")


def _paper(work: Work) -> Paper:
    lengths = []
    for name, where, true_mm in (
        ("line_across", "below the pattern", ACROSS_MM),
        ("line_along", "left of the pattern", ALONG_MM),
    ):
        answer = work.talk.ask(
            Prompt(
                name=name,
                text=f"How long is the line {where} on the printed sheet, in mm? Measure to a "
                f"tenth; {true_mm:.1f} is right.",
                free_text=True,
                suggestion=f"{true_mm:.1f}",
            )
        )
        try:
            lengths.append(float(answer.replace(",", ".").removesuffix("mm")))
        except ValueError as error:
            raise CommissionError(
                expected="a length in mm",
                found=f"'{answer[:40]}'",
                action="Type a number, such as 199.8.",
            ) from error
    return paper_of(across_mm=lengths[0], along_mm=lengths[1])


def _picture_px(work: Work) -> tuple[int, int]:
    """Width and height that boards are inspected at."""
    return work.config.cabinet.picture_px or work.bench.camera_px()


def _settings(work: Work) -> CameraSettings:
    """What the step 'camera_exposure' found, else the start of it."""
    width, height = _picture_px(work)
    lock = read_lock(work.folder) or CameraLock()
    return CameraSettings(
        width_px=width,
        height_px=height,
        exposure_us=lock.exposure_us or _START_US,
        analogue_gain=lock.analogue_gain or 1.0,
        colour_gains=lock.colour_gains or _START_GAINS,
        lens_position=lock.lens_position,
    )


def _lock(frame: Frame) -> CameraLock:
    """By what the camera said it did."""
    return CameraLock(
        exposure_us=frame.exposure_us,
        analogue_gain=frame.analogue_gain,
        colour_gains=frame.colour_gains,
        lens_position=frame.lens_position,
        light_level=1.0,
    )


def _sharpness(frame: Frame) -> Sharpness:
    check_light(frame.pixels)
    return sharpness(gray_of(frame.pixels), see_sheet(frame.pixels))


def _bars(now: Sharpness, best: float) -> tuple[Reading, ...]:
    return (
        Reading(
            name="middle",
            text=f"{now.middle:.3f} cycles/px, {_way(now.overall, best)}",
            value=now.middle,
            low=0.0,
            high=0.4,
            limit=SHARP.value,
            good=now.middle >= SHARP.value,
        ),
        Reading(
            name=f"worst corner, {now.worst_corner[0]}",
            text=f"{now.worst_corner[1]:.3f} cycles/px",
            value=now.worst_corner[1],
            low=0.0,
            high=0.4,
            limit=SHARP_CORNER.value,
            good=now.worst_corner[1] >= SHARP_CORNER.value,
        ),
    )


def _coarse_bar(now: float, best: float, error: SheetError) -> tuple[Reading, ...]:
    """No corner is found yet: out of focus far enough, or something else hides the sheet."""
    return (
        Reading(
            name="coarse sharpness",
            text=_way(now, best),
            value=now,
            low=0.0,
            high=max(best, 1e-6),
            good=False,
        ),
        Reading(name="the sheet", text=error.finding, good=False),
    )


def _way(now: float, best: float) -> str:
    share = now / max(best, 1e-9)
    return "best so far" if share > 0.98 else f"{share:.0%} of the best seen: turn back"


def _first_wrong(figures: tuple[Figure, ...]) -> str | None:
    wrong = next((each for each in figures if not each.passed), None)
    if wrong is None:
        return None
    return f"{wrong.name} {wrong.value:g} {wrong.unit}".rstrip() + f", {wrong.limit}"


def _failed(found: str, next_step: str, figures: tuple[Figure, ...]) -> Finding:
    return Finding(outcome=Outcome.FAILED, found=found, next_step=next_step, figures=figures)
