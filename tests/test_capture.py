"""A frame counts only with the settings that the recipe locks, and only when it is fresh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from appliance.capture import CameraSettingsError, check_settings
from hw.ports import CameraSettings, Frame

WANTED = CameraSettings(
    width_px=64,
    height_px=48,
    exposure_us=8000,
    analogue_gain=2.0,
    colour_gains=(1.9, 1.6),
    lens_position=5.0,
)
FRAME = Frame(
    pixels=np.zeros((48, 64, 3), np.uint8),
    sensor_time_s=1.0,
    sequence=1,
    exposure_us=8000,
    analogue_gain=2.0,
    colour_gains=(1.9, 1.6),
    lens_position=5.0,
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"exposure_us": 8100, "analogue_gain": 2.03, "colour_gains": (1.91, 1.6)},
        {"lens_position": 5.04},
    ],
)
def test_what_a_sensor_rounds_is_accepted(change: dict[str, object]) -> None:
    check_settings(replace(FRAME, **change), WANTED)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"exposure_us": 8200}, "expected exposure in µs 8000, found 8200"),
        ({"exposure_us": 4000}, "expected exposure in µs 8000, found 4000"),
        ({"analogue_gain": 2.1}, "expected gain 2, found 2.1"),
        ({"analogue_gain": float("nan")}, "expected gain 2, found nan"),
        ({"colour_gains": (2.0, 1.6)}, "expected red gain 1.9, found 2"),
        ({"colour_gains": (1.9, 1.7)}, "expected blue gain 1.6, found 1.7"),
        ({"lens_position": 5.2}, "expected lens position 5, found 5.2"),
        ({"lens_position": None}, "expected lens position 5, found none"),
        ({"pixels": np.zeros((64, 48, 3), np.uint8)}, "expected 64×48 px, found 48×64 px"),
    ],
)
def test_another_setting_is_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(CameraSettingsError, match=words):
        check_settings(replace(FRAME, **change), WANTED)


def test_what_the_recipe_leaves_open_is_not_checked() -> None:
    open_ = replace(
        WANTED, exposure_us=None, analogue_gain=None, colour_gains=None, lens_position=None
    )
    check_settings(replace(FRAME, exposure_us=1, lens_position=None), open_)
