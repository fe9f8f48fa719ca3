"""What is read is what was meant: nothing unknown, nothing missing, no number that is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pytest
import tomli_w

from appliance.toml_strict import TomlError, parse_toml, read_toml, to_table


class Mode(StrEnum):
    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    pin: int
    level: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.level <= 1:
            raise ValueError(f"a level from 0 to 1 is needed, not {self.level}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    name: str
    settle_s: float
    loud: bool = False
    mode: Mode = Mode.DAY
    gains: tuple[float, float] | None = None
    lamps: tuple[Lamp, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)
    folder: Path | None = None


WHOLE = """
name = "unit 1"
settle_s = 2
loud = true
mode = "night"
gains = [1.5, 2]
folder = "/var/lib/unit"
[[lamps]]
pin = 4
[[lamps]]
pin = 5
level = 0.5
[limits]
hot = 70
"""


def test_a_whole_file_becomes_the_value_and_back() -> None:
    unit = parse_toml(WHOLE, Unit, where="unit.toml")
    assert unit == Unit(
        name="unit 1",
        settle_s=2.0,
        loud=True,
        mode=Mode.NIGHT,
        gains=(1.5, 2.0),
        lamps=(Lamp(pin=4), Lamp(pin=5, level=0.5)),
        limits={"hot": 70.0},
        folder=Path("/var/lib/unit"),
    )
    assert parse_toml(tomli_w.dumps(to_table(unit)), Unit, where="again") == unit


def test_what_is_left_out_takes_its_default() -> None:
    unit = parse_toml('name = "a"\nsettle_s = 0.5', Unit, where="unit.toml")
    assert unit == Unit(name="a", settle_s=0.5)
    assert to_table(unit) == {
        "name": "a",
        "settle_s": 0.5,
        "loud": False,
        "mode": "day",
        "lamps": [],
        "limits": {},
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "a"', "a key 'settle_s' in unit.toml"),
        ('name = "a"\nsettle_ms = 5', "found 'settle_ms'. Did you mean 'settle_s'"),
        ('name = "a"\nsettle_s = 1\nxyzzy = 1', "found 'xyzzy'. Did you mean"),
        ('name = "a"\nsettle_s = nan', "a finite number for unit.toml: settle_s; found nan"),
        ('name = "a"\nsettle_s = inf', "a finite number"),
        ('name = "a"\nsettle_s = true', "a finite number"),
        ('name = "a"\nsettle_s = "1"', "a finite number"),
        ("name = 5\nsettle_s = 1", "text for unit.toml: name; found 5"),
        ('name = "a"\nsettle_s = 1\nloud = 1', "true or false"),
        ('name = "a"\nsettle_s = 1\nmode = "dusk"', "one of 'day', 'night'"),
        ('name = "a"\nsettle_s = 1\ngains = [1]', "a list of 2"),
        ('name = "a"\nsettle_s = 1\ngains = 1', "a list"),
        ('name = "a"\nsettle_s = 1\nlamps = 1', "a list"),
        ('name = "a"\nsettle_s = 1\nlamps = [1]', r"a table for unit.toml: lamps\[0\]"),
        ('name = "a"\nsettle_s = 1\nlimits = 1', "a table"),
        ('name = "a"\nsettle_s = 1\nfolder = 1', "a path"),
        ('name = "a"\nsettle_s = 1\n[[lamps]]\npin = 1.5', "a whole number"),
        ('name = "a"\nsettle_s = 1\n[[lamps]]\npin = 1\nlevl = 1', "Did you mean 'level'"),
        ('name = "a"\nsettle_s = 1\n[[lamps]]\npin = 1\nlevel = 2', "a level from 0 to 1"),
        ("name = = 1", "TOML in unit.toml"),
        ('name = "a"\nname = "b"', "TOML in unit.toml"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(TomlError, match=words):
        parse_toml(text, Unit, where="unit.toml")


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match="No such file"):
        read_toml(tmp_path / "none.toml", Unit)
    (tmp_path / "bad.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(TomlError, match=r"UTF-8 text in .*bad\.toml"):
        read_toml(tmp_path / "bad.toml", Unit)
