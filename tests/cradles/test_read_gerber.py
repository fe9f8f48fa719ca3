"""Gerber and Excellon as board houses get them."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import pytest

from cradles.build import build
from cradles.errors import DesignFileError
from cradles.read import read_design
from cradles.read.gerber import MOST_FILES, MOST_UNPACKED

# 70 × 45 mm, the upper right corner round with 5 mm, a hole of 10 mm as a whole circle.
PROFILE = """%TF.FileFunction,Profile,NP*%
%FSLAX46Y46*%
%MOMM*%
%LPD*%
%ADD10C,0.100000*%
D10*
G01*
X0Y0D02*
X70000000Y0D01*
X70000000Y40000000D01*
G75*
G03*
X65000000Y45000000I-5000000J0D01*
G01*
X0Y45000000D01*
X0Y0D01*
X40000000Y20000000D02*
G02*
X40000000Y20000000I-5000000J0D01*
M02*
"""
DRILLS = """M48
METRIC,TZ
T1C3.200
%
T1
X5.0Y5.0
X60.0Y5.0
M30
"""

OPEN = PROFILE.replace("X0Y0D01*\n", "X0Y300000D01*\n")


def _folder(where: Path) -> Path:
    where.mkdir()
    (where / "psu-Edge_Cuts.gbr").write_text(PROFILE)
    (where / "psu-NPTH.drl").write_text(DRILLS)
    (where / "psu-F_Cu.gbr").write_text(PROFILE.replace("Profile,NP", "Copper,L1,Top"))
    return where


def _zip(where: Path, names: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(where, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    return where


def test_a_folder_is_read_with_its_round_corner_hole_and_drills(tmp_path: Path) -> None:
    design = read_design(_folder(tmp_path / "psu"))
    board = design.board
    assert board.area_mm2 == pytest.approx(
        70 * 45 - (1 - math.pi / 4) * 25 - math.pi * 25, rel=1e-6
    )
    assert board.size_mm == pytest.approx((70, 45))
    assert [(h.x_mm, h.y_mm, h.diameter_mm, h.tooling) for h in board.holes] == [
        (5, 5, 3.2, True), (60, 5, 3.2, True)
    ]  # fmt: skip
    assert "psu-Edge_Cuts.gbr" in design.notes[0]
    assert len(build(board).seating.pins) == 2


def test_inches_become_millimetres(tmp_path: Path) -> None:
    path = tmp_path / "board.gko"
    path.write_text(PROFILE.replace("%MOMM*%", "%MOIN*%").replace("000000", "00000"))
    assert read_design(path).board.size_mm == pytest.approx((7 * 25.4, 4.5 * 25.4))


def test_an_archive_is_read_and_its_names_are_no_paths(tmp_path: Path) -> None:
    path = _zip(
        tmp_path / "psu.zip",
        {"../../evil/outline.gko": PROFILE.encode(), "/etc/x-npth.drl": DRILLS.encode()},
    )
    before = sorted(tmp_path.rglob("*"))
    board = read_design(path).board
    assert (board.size_mm, len(board.holes)) == (pytest.approx((70, 45)), 2)
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "evil").exists()


BROKEN = {
    "no profile": ({"a.gtl": PROFILE.replace("Profile", "Copper").encode()}, "one profile layer"),
    "two profiles": (
        {"a.gko": PROFILE.encode(), "b.gko": PROFILE.encode()}, "a.gko, b.gko"
    ),
    "open": ({"a.gko": OPEN.encode()}, "a gap of 0.300 mm"),
    "junk": ({"a.gko": b"\x00\xff" * 200}, "Gerber file"),
    "empty": ({"a.gko": b""}, "Gerber file"),
    "many": ({f"{n}.gko": b"" for n in range(MOST_FILES + 1)}, "at most 200 files"),
    "bomb": ({"a.gko": b"\x00" * (MOST_UNPACKED + 1)}, "MB unpacked"),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_a_broken_archive_is_refused_in_words(tmp_path: Path, what: str) -> None:
    names, words = BROKEN[what]
    with pytest.raises(DesignFileError) as refusal:
        read_design(_zip(tmp_path / "x.zip", names))
    assert words in str(refusal.value)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(DesignFileError, match="ZIP archive"):
        read_design(path)
