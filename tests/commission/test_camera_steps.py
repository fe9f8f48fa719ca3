"""The camera's steps on the simulated cabinet: a good one passes, and each fault is named. Focus,
light and grey against pictures whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from appliance.commission import simulated_person
from appliance.commission.camera_file import read_camera, read_lock
from appliance.commission.camera_focus import coarse_sharpness, sharpness
from appliance.commission.camera_light import see_evenness, see_grey
from appliance.commission.camera_look import SheetError, gray_of, see_sheet
from appliance.commission.camera_sheet import Paper
from appliance.commission.errors import CommissionError
from appliance.commission.simulated_sheet import Face, SheetInSlot, sheet_for
from appliance.commission.steps import commissioning_folder
from appliance.commission.values import Outcome
from hw.sim.faults import Fault
from tests.commission.rig import Rig
from tests.commission.sheet_bench import SIZE, picture

SMALL = (1280, 720)
STEPS = ("camera_exposure", "camera_focus", "camera_evenness", "camera_lens")


@pytest.fixture
def small(rig: Rig) -> Rig:
    rig.config = replace(rig.config, cabinet=replace(rig.config.cabinet, picture_px=SMALL))
    return rig


def test_a_good_camera_passes_and_all_is_kept(small: Rig) -> None:
    found = {name: small.do(name) for name in STEPS}
    assert all(each.passed for each in found.values()), found
    folder = commissioning_folder(small.config)
    lock = read_lock(folder)
    assert lock is not None and lock.exposure_us is not None
    assert 3000 < lock.exposure_us < 15000
    kept = read_camera(folder)
    assert kept.lens is not None and kept.evenness is not None
    truth = sheet_for("sheet_flat")
    assert abs(kept.lens.mm_per_px / truth.mm_per_px(SMALL[0]) - 1) < 0.0005
    assert abs(kept.lens.lens.k1 - truth.lens.k1) < 0.004
    assert len(kept.evenness.blocks) == 36 and len(kept.evenness.blocks[0]) == 64
    live = [each for each in small.talk.said if each.readings]
    assert live == [], "the lens step has no bars"
    assert small.do("camera_focus").passed
    (bars,) = [each.readings for each in small.talk.said if each.readings]
    assert (bars[0].limit, bars[0].good) == (0.15, True)


@pytest.mark.parametrize(
    ("step", "fault", "named"),
    [
        ("camera_focus", Fault.DEFOCUS, "The lens is far out of focus."),
        ("camera_evenness", Fault.UNEVEN_STRIP, "The strip is uneven: darker side over brighter"),
    ],
)
def test_what_is_broken_is_named(small: Rig, step: str, fault: Fault, named: str) -> None:
    finding = small.do(step, fault)
    assert finding.outcome is Outcome.FAILED
    assert finding.found.startswith(named), finding.found
    assert finding.next_step


def test_the_dark_side_is_named(small: Rig) -> None:
    finding = small.do("camera_evenness", Fault.UNEVEN_STRIP)
    assert "right darker" in finding.found
    assert "on the right side" in finding.next_step


def test_a_dark_strip_is_named(small: Rig) -> None:
    finding = small.do("camera_exposure", Fault.DARK_LIGHT)
    assert finding.outcome is Outcome.FAILED
    assert finding.found.startswith("The light is too dim: "), finding.found


def test_the_lines_as_typed(small: Rig) -> None:
    small.answers["line_across"] = "194"
    with pytest.raises(CommissionError, match="printed at 97%"):
        small.do("camera_lens")
    small.answers["line_across"] = "as it should be"
    with pytest.raises(CommissionError, match="a length in mm"):
        small.do("camera_lens")


@pytest.mark.parametrize(
    ("laid", "named"),
    [
        (SheetInSlot(turn_deg=180.0), "it lies upside down"),
        (SheetInSlot(face=Face.BLANK), "face down"),
    ],
    ids=["upside down", "face down"],
)
def test_a_sheet_that_lies_wrong_is_asked_for_again(
    small: Rig, monkeypatch: pytest.MonkeyPatch, laid: SheetInSlot, named: str
) -> None:
    monkeypatch.setattr(simulated_person, "sheet_for", lambda _: laid)
    with pytest.raises(SheetError, match=named):
        small.do("camera_lens")
    asked = [each.text for each in small.talk.said if each.name == "sheet_flat"]
    assert len(asked) == 3
    assert all(named in text for text in asked[1:])


def _theory(sigma_px: float) -> float:
    """MTF50 of a Gaussian blur over a pixel's square."""
    cycles = np.linspace(0, 1, 4001)
    left = np.exp(-2 * (np.pi * sigma_px * cycles) ** 2) * np.sinc(cycles)
    return float(cycles[np.argmax(left < 0.5)])


@pytest.mark.parametrize(("sigma_px", "within"), [(0.7, 0.05), (1.0, 0.03), (1.6, 0.03)])
def test_sharpness_is_that_of_the_drawn_blur(sigma_px: float, within: float) -> None:
    pixels = picture(SheetInSlot(blur_px=sigma_px, noise=1.5, light=1.05))
    found = sharpness(gray_of(pixels), see_sheet(pixels))
    for zone in (found.middle, *found.corners):
        assert zone == pytest.approx(_theory(sigma_px), rel=within)
    assert found.tilt > 0.97


def test_a_side_out_of_focus_shows(small: Rig) -> None:
    sharp = picture(SheetInSlot(blur_px=0.7, noise=1.0))
    soft = picture(SheetInSlot(blur_px=2.2, noise=1.0))
    half = SIZE[0] // 2
    both = np.concatenate([sharp[:, :half], soft[:, half:]], axis=1)
    found = sharpness(gray_of(both), see_sheet(both))
    assert found.tilt < 0.5
    assert found.worst_corner[0].endswith("right")


def test_the_coarse_figure_falls_with_every_blur() -> None:
    values = [
        coarse_sharpness(gray_of(SheetInSlot(blur_px=blur_px, light=1.05).picture(*SMALL).pixels))
        for blur_px in (2.0, 5.0, 9.0, 14.0, 20.0)
    ]
    assert values == sorted(values, reverse=True)
    assert all(better > 1.2 * worse for better, worse in pairwise(values))


@pytest.mark.parametrize(
    ("right", "dark_side"), [(0.5, "right"), (1.6, "left")], ids=["right", "left"]
)
def test_unevenness_is_the_drawn_one(right: float, dark_side: str) -> None:
    sheet = SheetInSlot(face=Face.BLANK, light=0.7, light_right=right, noise=1.5)
    found = see_evenness(sheet.picture(*SMALL).pixels)
    edges = np.array([4, 60]) / 64 - 0.5 / 64 * np.array([-1, 1])  # the outermost blocks counted
    light = 1 + (right - 1) * edges
    assert found.darkest == pytest.approx(light.min() / light.max(), rel=0.02)
    assert found.dark_side == dark_side
    assert found.along == pytest.approx(1.0, abs=0.01)


def test_a_sheet_that_is_not_blank_is_refused() -> None:
    with pytest.raises(SheetError, match="something printed"):
        see_evenness(SheetInSlot(light=0.9).picture(*SMALL).pixels)
    with pytest.raises(SheetError, match="burnt out"):
        see_evenness(SheetInSlot(face=Face.BLANK, light=1.4).picture(*SMALL).pixels)


def test_the_grey_tells_the_colour() -> None:
    tinted = replace(SheetInSlot(face=Face.GREY, light=0.8), tint=(1.2, 0.9))
    seen = see_grey(tinted.picture(*SMALL).pixels)
    assert seen.cast == pytest.approx(0.2, abs=0.02)
    with pytest.raises(SheetError, match="a grey square on white paper"):
        see_grey(SheetInSlot(face=Face.BLANK, light=0.8).picture(*SMALL).pixels)


def test_paper_of_another_size_is_drawn_so() -> None:
    """The renderer's own truth: 1 % wider paper puts the corners 1 % farther apart."""
    one, other = (see_sheet(SheetInSlot(paper=Paper(across=a)).picture(*SMALL).pixels)
                  for a in (1.0, 1.01))  # fmt: skip
    shared = np.intersect1d(one.ids, other.ids)
    spans = [np.ptp(each.corners_px[np.isin(each.ids, shared), 0]) for each in (one, other)]
    assert spans[1] / spans[0] == pytest.approx(1.01, abs=0.0015)
