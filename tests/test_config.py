"""The unit's configuration: strict, with neighbours named, nothing guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import CabinetKind, read_config
from appliance.toml_strict import TomlError


def _read(folder: Path, text: str) -> object:
    path = folder / "goldenboard.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_the_kind_of_the_cabinet_is_all_that_must_be_said(tmp_path: Path) -> None:
    path = tmp_path / "goldenboard.toml"
    path.write_text('[cabinet]\nkind = "simulated"\n', encoding="utf-8")
    config = read_config(path)
    assert config.cabinet.kind is CabinetKind.SIMULATED
    assert config.cabinet_settings().kind == "simulated"
    assert config.controller_settings().min_free_bytes == 200_000_000
    assert config.lens is None


def test_everything_reaches_the_part_it_is_for(tmp_path: Path) -> None:
    path = tmp_path / "goldenboard.toml"
    path.write_text(
        """
[unit]
name = "line 3"
[cabinet]
kind = "raspberry-pi"
camera = "uvc"
camera_device = "/dev/v4l/by-id/brio"
picture_px = [2560, 1440]
[cabinet.wiring.button]
bcm = 5
[records]
min_free_mb = 500
[operation]
serial_required = true
board_settle_s = 0.2
[scan]
badge = "B(.+)"
[lens]
width_px = 3840
height_px = 2160
focal_px = [3328, 3329.5]
centre_px = [1919.5, 1080]
k1 = -0.02
""",
        encoding="utf-8",
    )
    config = read_config(path)
    cabinet, controller = config.cabinet_settings(), config.controller_settings()
    assert (cabinet.camera, cabinet.camera_device) == ("uvc", "/dev/v4l/by-id/brio")
    assert config.cabinet.picture_px == (2560, 1440)
    assert cabinet.wiring.button.bcm == 5
    assert controller.serial_required
    assert controller.capture_times.board_settle_s == 0.2
    assert controller.patterns.badge == "B(.+)"
    assert controller.min_free_bytes == 500_000_000
    assert config.lens is not None
    assert (config.lens.focal_px, config.lens.k1, config.lens.k2) == ((3328, 3329.5), -0.02, 0.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a key 'cabinet'"),
        ('[cabinet]\nkind = "toaster"', "one of 'raspberry-pi', 'simulated'"),
        ('[cabinet]\nkind = "simulated"\npicture_px = [3840, 0]', "picture_px is width and height"),
        ('[cabinet]\nkind = "simulated"\n[pages]\nprot = 80', "'port'"),
        ('[cabinet]\nkind = "simulated"\n[pages]\nport = 99999', "a port is between"),
        ('[cabinet]\nkind = "simulated"\n[judges]\ninterpreters = 0', "1 to 16"),
        ('[cabinet]\nkind = "simulated"\n[scan]\nbadge = "("', "scan pattern badge"),
        ('[cabinet]\nkind = "simulated"\n[scan]\nserial = "abc"', "exactly one group"),
        ('[cabinet]\nkind = "simulated"\n[operation]\nhot_c = nan', "a finite number"),
        ('[cabinet]\nkind = "raspberry-pi"\n[cabinet.wiring.button]\nbcm = 17', "GPIO 17"),
        ('[cabinet\nkind = "simulated"', "half written"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(TomlError, match=words.replace("(", r"\(")):
        _read(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match=r"gone\.toml"):
        read_config(tmp_path / "gone.toml")
