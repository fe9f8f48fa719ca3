"""Hostile files: refused in words, within bounds of memory, nothing written, nothing left over."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.cli import main
from appliance.refusal import Refusal
from cradles.read import read_design
from tests.conftest import ROOT
from tests.cradles.hostile import DRAWING, HOSTILE, SEGMENT
from tests.cradles.outlines import KNOWN
from tests.cradles.writers import FORMATS, drawing_of, kicad, toml_file

MOST_GROWTH_MB = 250
"""What reading may add to an interpreter that has its libraries loaded."""

CHILD = """
import json, resource, sys
from pathlib import Path
from appliance.refusal import Refusal
from cradles.read import read_design

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

began = peak_mb()
for line in sys.stdin:
    try:
        read_design(Path(line.rstrip()))
        said = None
    except Refusal as refusal:
        said = str(refusal)
    print(json.dumps([said, peak_mb() - began]), flush=True)
"""


def _read_in_child(paths: list[Path], temporary: Path) -> list[tuple[str | None, float]]:
    """What each file is refused with, and the peak of memory until then in MB."""
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        input="".join(f"{path}\n" for path in paths),
        text=True,
        capture_output=True,
        timeout=240,
        check=True,
    )
    assert list(temporary.iterdir()) == []
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_every_hostile_file_is_refused_within_bounds_of_memory(tmp_path: Path) -> None:
    paths = []
    for number, write in enumerate(HOSTILE.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths.append(write(folder))
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    found = _read_in_child(paths, tmp_path / "temporary")
    read = {name: said for name, (said, _) in zip(HOSTILE, found, strict=True)}
    assert [name for name, said in read.items() if said is None] == []
    for name, said in read.items():
        assert said is not None and said.startswith("Expected ") and len(said) < 700, name
        assert "root:" not in said, name
    grown = dict(zip(HOSTILE, (round(mb) for _, mb in found), strict=True))
    assert max(grown.values()) < MOST_GROWTH_MB, grown
    (tmp_path / "temporary").rmdir()
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_a_board_of_much_copper_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.kicad_pcb"
    text = kicad(DRAWING)
    path.write_text(text[: text.rindex(")")] + SEGMENT * 150_000 + ")")
    assert path.stat().st_size > 10_000_000
    ((said, grown_mb),) = _read_in_child([path], tmp_path / "temporary")
    assert said is None
    assert grown_mb < 100


@pytest.mark.parametrize("name", ["a picture.kicad_pcb", "a web page.dxf", "an empty folder"])
def test_the_command_says_it_and_writes_nothing(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = HOSTILE[name](tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(["cradle", "build", str(path), "--out", str(tmp_path / "made")]) == 2
    assert "goldenboard cradle: Expected" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(sorted(FORMATS)),
    st.sampled_from(["rounded sensor", "led ring", "panel of four", "edge card"]),
    st.integers(0, 10**9),
    st.integers(1, 6),
)
def test_a_damaged_file_of_any_format_is_a_board_or_a_refusal(
    tmp_path: Path, kind: str, name: str, seed: int, strokes: int
) -> None:
    chance = random.Random(seed)
    path = FORMATS[kind](drawing_of(KNOWN[name].board), tmp_path)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    file = chance.choice(files)
    file.write_bytes(_damaged(file.read_bytes(), strokes, chance))
    _check(path)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 10**9), st.integers(1, 4))
def test_a_damaged_board_toml_is_a_board_or_a_refusal(
    tmp_path: Path, seed: int, strokes: int
) -> None:
    path = toml_file(KNOWN["rounded sensor"].board, tmp_path)
    path.write_bytes(_damaged(path.read_bytes(), strokes, random.Random(seed)))
    _check(path)


def _check(path: Path) -> None:
    try:
        design = read_design(path)
    except Refusal as refusal:
        assert refusal.expected and refusal.found and refusal.action
        return
    assert design.board.area_mm2 > 0


def _damaged(data: bytes, strokes: int, chance: random.Random) -> bytes:
    """Bytes lost, repeated, swapped for those that mean something, digits most of all."""
    bad = bytearray(data)
    for _ in range(strokes):
        at = chance.randrange(len(bad))
        width = chance.choice([0, 1, 1, 1, 4, 40])
        fresh = chance.choice(
            [b"", b"(", b")", b'"', b"9", b"-", b"e9", b"e308", b" ", b"\n", b"*", b"%", b"nan",
             b"\x00", b"\xff", b"0\nINSERT\n", bytes(bad[at : at + 60]) * 2]
        )  # fmt: skip
        bad[at : at + width] = fresh
    return bytes(bad) or b"0"


def test_the_measure_sees_memory() -> None:
    """The bound would mean nothing if the child's peak did not show what was allocated."""
    code = "import resource; a = b'x' * 80_000_000; print(resource.getrusage(0).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) / 1024 > 80
    assert resource.RUSAGE_SELF == 0
