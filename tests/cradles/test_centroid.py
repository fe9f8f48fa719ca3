"""Pick-and-place tables: the same parts from every dialect; what is missing is refused by line."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.board import Side
from appliance.refusal import Refusal
from cradles.errors import DesignFileError
from cradles.read.centroid import Centroids, read_centroids
from cradles.read.table_text import MOST_BYTES
from tests.cradles.tables import DIALECTS, ROWS, eagle, kicad_csv

WITHOUT_PACKAGES = ("jlc",)


def _read(folder: Path, name: str, data: bytes | str, units: str | None = None) -> Centroids:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_centroids(path, units=units)


def _check(table: Centroids, *, packages: bool = True) -> None:
    found = {p.designator: p for p in table.placements}
    assert list(found) == [row.name for row in ROWS]
    for row in ROWS:
        part = found[row.name]
        assert (part.x_mm, part.y_mm) == pytest.approx((row.x, row.y), abs=2e-4)
        assert part.turn_deg == pytest.approx(row.turn % 360)
        assert part.side is (Side.BOTTOM if row.below else Side.TOP)
        assert part.package == (row.package if packages else "")


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_every_dialect_tells_the_same_parts(tmp_path: Path, dialect: str) -> None:
    table = _read(tmp_path, *DIALECTS[dialect])
    _check(table, packages=dialect not in WITHOUT_PACKAGES)
    assert table.from_pin_1 is dialect.startswith("kicad")


def test_kicads_csv_does_not_say_its_unit_and_is_asked_for_it(tmp_path: Path) -> None:
    with pytest.raises(DesignFileError, match="--units mm, --units inch or --units mil"):
        _read(tmp_path, "a.csv", kicad_csv())
    _check(_read(tmp_path, "a.csv", kicad_csv(), "mm"))
    inches = _read(tmp_path, "a.csv", kicad_csv(), "inch")
    assert inches.placements[1].x_mm == pytest.approx(20.0 * 25.4)


def test_eagles_tables_are_one_a_side(tmp_path: Path) -> None:
    with pytest.raises(DesignFileError, match="--units"):
        _read(tmp_path, "psu.mnt", eagle(False))
    above = _read(tmp_path, "psu.mnt", eagle(False), "mm")
    below = _read(tmp_path, "psu.mnb", eagle(True), "mm")
    assert [p.designator for p in above.placements] == ["R1", "C12", "U1"]
    assert [(p.designator, p.side, p.package) for p in below.placements] == [
        ("D2", Side.BOTTOM, "SOD-123")
    ]
    assert "lower" in " ".join(below.notes) or "bottom" in " ".join(below.notes)
    value = _read(tmp_path, "b.mnt", "U1 1 2 R90 LM 358 N SO08\n", "mm").placements[0]
    assert (value.value, value.package, value.turn_deg) == ("LM 358 N", "SO08", 90)


def test_a_files_own_unit_counts_more_than_the_one_asked_for(tmp_path: Path) -> None:
    _check(_read(tmp_path, *DIALECTS["altium csv, mil"], units="inch"))


HEAD = "Designator,Mid X,Mid Y,Layer,Rotation\n"
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "an empty file"),
    "blank": (" \n \n", "an empty file"),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no text"),
    "a heading alone": (HEAD, "found none"),
    "no heading": ("hello\nworld\n", "names a designator, an x and a y"),
    "no rotation": ("Ref,PosX,PosY,Side\nR1,1,2,top\n", "no rotation"),
    "a short line": (HEAD + "R1,1mm,2mm,T,0\nR2,1mm\n", "line 3"),
    "no number": (HEAD + "R1,1mm,2mm,T,0\nR2,1mm,here,T,0\n", "a number for y in line 3"),
    "nan": (HEAD + "R1,nan,2mm,T,0\n", "a number for x in line 2"),
    "infinite": (HEAD + "R1,1e999mm,2mm,T,0\n", "a number for x in line 2"),
    "a strange unit": (HEAD + "R1,1mm,2furlong,T,0\n", "furlong"),
    "a strange side": (HEAD + "R1,1mm,2mm,left,0\n", "a side (top or bottom) in line 2"),
    "a wild angle": (HEAD + "R1,1mm,2mm,T,1e9\n", "±3600 degrees in line 2"),
    "no designator": (HEAD + ",1mm,2mm,T,0\n", "a designator in line 2"),
    "two decimal signs": (HEAD + '"R1",1.5mm,2mm,T,0\n"R2","1,5mm",2mm,T,0\n', "line 3"),
    "thousands": (HEAD + '"R1","1,234.5mil",2mil,T,0\n', "line 2"),
    "a line without end": (HEAD + "R" * 30_000, "too long"),
    "columns that do not fit": (
        "Designator X(mm) Y(mm) Rotation Side\nR1 thick film 1.0 2.0 0 top\n", "line 2"
    ),
    "no unit": ("Designator,X,Y,Rotation\nR1,1,2,0\n", "--units"),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_a_broken_table_is_refused_with_its_line(tmp_path: Path, what: str) -> None:
    data, words = BROKEN[what]
    with pytest.raises(DesignFileError) as refusal:
        _read(tmp_path, "a.csv", data)
    assert words in str(refusal.value)


def test_a_huge_or_missing_table_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    path.chmod(0)
    assert MOST_BYTES < 200_000_000
    with pytest.raises(DesignFileError, match="200 MB"):
        read_centroids(path)
    with pytest.raises(DesignFileError, match="No such file"):
        read_centroids(tmp_path / "none.csv")


def test_a_table_without_sides_says_what_is_taken(tmp_path: Path) -> None:
    text = "Designator,X(mm),Y(mm),Rotation\nR1,1,2,0\n"
    top, bottom = (_read(tmp_path, name, text) for name in ("psu.csv", "psu-bottom.csv"))
    assert [p.side for p in (*top.placements, *bottom.placements)] == [Side.TOP, Side.BOTTOM]
    assert "tells no side" in top.notes[0] and "bottom" in bottom.notes[0]


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(sorted(DIALECTS)), st.integers(0, 10**9), st.integers(1, 8))
def test_a_damaged_table_is_read_or_refused_and_nothing_else(
    tmp_path: Path, dialect: str, seed: int, strokes: int
) -> None:
    name, data = DIALECTS[dialect]
    chance = random.Random(seed)
    bad = bytearray(data)
    choices: list[Callable[[int], bytes]] = [
        lambda _: b"", lambda _: b'"', lambda _: b",", lambda _: b"\n", lambda _: b"\x00",
        lambda _: b"e9", lambda _: b"\xff", lambda at: bytes(bad[at : at + 20]) * 2,
    ]  # fmt: skip
    for _ in range(strokes):
        at = chance.randrange(len(bad))
        bad[at : at + chance.randrange(3)] = chance.choice(choices)(at)
    try:
        table = _read(tmp_path, name, bytes(bad))
    except Refusal:
        return
    assert table.placements and all(each.designator for each in table.placements)
