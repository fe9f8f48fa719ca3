"""The cabinet's sizes follow from what the camera sees and from the board it is cut of."""

from __future__ import annotations

import math

import pytest

from cradles.cabinet.cameras import CAMERAS
from cradles.cabinet.sizes import CabinetError, Sizes


def test_the_camera_sees_the_view_at_its_working_distance() -> None:
    pi3 = Sizes()
    assert 2 * pi3.working_distance_mm * math.tan(math.radians(33)) == pytest.approx(300)
    assert pi3.working_distance_mm == pytest.approx(230.98, abs=0.01)
    assert 2 * pi3.working_distance_mm * math.tan(math.radians(41) / 2) > 168.75
    hq = Sizes(camera=CAMERAS["hq6"])
    assert hq.working_distance_mm == pytest.approx(6 * (1 + 300 / 6.287))


def test_a_camera_whose_angle_nobody_states_says_so() -> None:
    assert [key for key, each in CAMERAS.items() if not each.sourced] == ["brio"]
    assert "to be measured" in CAMERAS["brio"].source


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("mdf_mm", [3.0, 6.0, 9.0, 10.0])
def test_every_panel_fits_a_laser_and_screws_do_not_reach_the_floor(
    camera: str, mdf_mm: float
) -> None:
    sizes = Sizes(camera=CAMERAS[camera], mdf_mm=mdf_mm)
    width, depth, height = sizes.outer_mm
    assert width <= 600 and depth <= 400 and height - mdf_mm <= 397, "the lid lies on the sides"
    assert 5 - sizes.screw_mm > sizes.floor_mm + 0.5


@pytest.mark.parametrize("wrong", [{"mdf_mm": 2.0}, {"mdf_mm": 18.0}, {"kerf_mm": -0.1}])
def test_boards_and_kerfs_without_joints_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CabinetError, match="Choose a board"):
        Sizes(**wrong)  # type: ignore[arg-type]
