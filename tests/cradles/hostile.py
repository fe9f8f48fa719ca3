"""Files that nobody should open: name → writes it into a folder and returns its path."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from cradles.read.gerber import MOST_UNPACKED
from tests.cradles.outlines import KNOWN
from tests.cradles.writers import drawing_of, dxf, gerber_files, kicad

DRAWING = drawing_of(KNOWN["rounded sensor"].board)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8
HTML = b"<!DOCTYPE html><html><head><title>404</title></head><body>Not found</body></html>\n"
SUFFIXES = (".kicad_pcb", ".dxf", ".zip", ".gko", ".toml")

Writer = Callable[[Path], Path]


def _bytes(name: str, data: bytes | str) -> Writer:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        return folder / name

    return write


def _sparse(name: str) -> Writer:
    def write(folder: Path) -> Path:
        with (folder / name).open("wb") as file:
            file.truncate(200_000_000)
        return folder / name

    return write


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.kicad_pcb")
    return folder / "pipe.kicad_pcb"


def _loop(folder: Path) -> Path:
    (folder / "loop.dxf").symlink_to(folder / "loop.dxf")
    return folder / "loop.dxf"


def _folder(files: dict[str, bytes]) -> Writer:
    def write(folder: Path) -> Path:
        made = folder / "gerbers"
        made.mkdir()
        for name, data in files.items():
            (made / name).write_bytes(data)
        return made

    return write


def _many_files(folder: Path) -> Path:
    made = folder / "many"
    made.mkdir()
    for number in range(300):
        (made / f"{number}.gbr").touch()
    return made


def _big_folder(folder: Path) -> Path:
    made = folder / "big"
    made.mkdir()
    for name in ("board.gko", "board.drl"):
        _sparse(name)(made)
    return made


def _big_neighbour(folder: Path) -> Path:
    made = folder / "beside"
    made.mkdir()
    _sparse("board.drl")(made)
    return _bytes("board.gko", gerber_files(DRAWING)["board-Edge_Cuts.gm1"])(made)


def _zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def _zip_of_link() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        link = zipfile.ZipInfo("outline.gko")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return data.getvalue()


def _lying_zip() -> bytes:
    """Says that its one file holds ten bytes."""
    honest = _zipped({"outline.gko": b"\x00" * (MOST_UNPACKED + 1)})
    size = (MOST_UNPACKED + 1).to_bytes(4, "little")
    return honest.replace(size, (10).to_bytes(4, "little"))


def _dxf_of(*groups: tuple[int, object]) -> str:
    body = "".join(f"{code}\n{value}\n" for code, value in groups)
    return dxf(DRAWING).replace("2\nENTITIES\n", "2\nENTITIES\n" + body)


def _laughing_dxf() -> str:
    """Ten blocks, each ten times the one before."""
    blocks = ["0\nSECTION\n2\nBLOCKS\n"]
    for level in range(10):
        inner = "0\nLINE\n8\n0\n10\n0.0\n20\n0.0\n11\n1.0\n21\n1.0\n"
        if level:
            inner = f"0\nINSERT\n8\n0\n2\nB{level - 1}\n10\n0.0\n20\n0.0\n" * 10
        blocks.append(f"0\nBLOCK\n8\n0\n2\nB{level}\n70\n0\n10\n0.0\n20\n0.0\n{inner}0\nENDBLK\n")
    blocks.append("0\nENDSEC\n")
    text = dxf(DRAWING).replace("0\nSECTION\n2\nENTITIES\n", "".join(blocks) + "@")
    insert = "0\nINSERT\n8\n0\n2\nB6\n10\n0.0\n20\n0.0\n"
    return text.replace("@", "0\nSECTION\n2\nENTITIES\n" + insert)


def _spline(value: str) -> str:
    points = [(x, y) for x in ("0.0", "10.0") for y in ("0.0", value)]
    body: list[tuple[int, object]] = [
        (0, "SPLINE"), (5, "FF"), (100, "AcDbEntity"), (8, "0"), (100, "AcDbSpline"), (70, 8),
        (71, 3), (72, 8), (73, 4),
    ]  # fmt: skip
    body += [(40, k) for k in ("0.0", "0.0", "0.0", "0.0", "1.0", "1.0", "1.0", "1.0")]
    for x, y in points:
        body += [(10, x), (20, y), (30, "0.0")]
    return _dxf_of(*body).replace("AC1009", "AC1015")


def _ellipse(value: str) -> str:
    return _dxf_of(
        (0, "ELLIPSE"), (5, "FE"), (100, "AcDbEntity"), (8, "0"), (100, "AcDbEllipse"),
        (10, "0.0"), (20, "0.0"), (30, "0.0"), (11, value), (21, "0.0"), (31, "0.0"),
        (40, "0.5"), (41, "0.0"), (42, "6.283185"),
    ).replace("AC1009", "AC1015")  # fmt: skip


def _kicad_with(line: str) -> str:
    return kicad(DRAWING).replace("(title_block", line + "\n(title_block", 1)


PROFILE = gerber_files(DRAWING)["board-Edge_Cuts.gm1"]
DRILLS = "M48\nMETRIC,TZ\nT1C0.300\n%\nG05\nT1\n{}M30\n"
SEGMENT = '(segment (start 1.5 2.5) (end 3.5 4.5) (width 0.25) (layer "F.Cu") (net 1))\n'
EDGE = '(gr_line (start 1 2) (end 3 4) (layer "Edge.Cuts"))\n'

HOSTILE: dict[str, Writer] = {
    **{f"a picture{s}": _bytes(f"a{s}", PNG) for s in SUFFIXES},
    **{f"a web page{s}": _bytes(f"b{s}", HTML) for s in SUFFIXES},
    **{f"nothing{s}": _bytes(f"c{s}", b"") for s in SUFFIXES},
    **{f"200 MB{s}": _sparse(f"d{s}") for s in SUFFIXES},
    "a pipe": _pipe,
    "a link to itself": _loop,
    "an empty folder": _folder({}),
    "a folder of pictures": _folder({"a.png": PNG, "readme.txt": b"hello"}),
    "a folder of many files": _many_files,
    "a folder of 400 MB": _big_folder,
    "drills of 200 MB beside": _big_neighbour,
    "a bomb": _bytes("bomb.zip", _zipped({"outline.gko": b"\x00" * (MOST_UNPACKED + 1)})),
    "a lying bomb": _bytes("lying.zip", _lying_zip()),
    "an archive in an archive": _bytes(
        "nested.zip", _zipped({"gerbers.zip": _zipped({"outline.gko": PROFILE.encode()})})
    ),
    "a link in an archive": _bytes("link.zip", _zip_of_link()),
    "names that climb": _bytes("climb.zip", _zipped({"../../../climbed.gko": b"*" * 100})),
    "deep brackets": _bytes("deep.kicad_pcb", "(kicad_pcb " + "(a " * 1_000_000),
    "deep brackets of known words": _bytes("pts.kicad_pcb", "(kicad_pcb " + "(pts " * 1_000_000),
    "deep arrays": _bytes("deep.toml", 'name = "x"\noutline = ' + "[" * 100_000),
    "an edge of 500,000 strokes": _bytes(
        "edges.kicad_pcb", "(kicad_pcb " + EDGE * 500_000 + ")"
    ),
    "a quote without end": _bytes("quote.kicad_pcb", '(kicad_pcb (general "' + "\\" * 5_000_001),
    "a million points": _bytes("points.dxf", _dxf_of() + "0\nPOINT\n10\n1\n20\n1\n" * 1_000_000),
    "blocks in blocks": _bytes("laugh.dxf", _laughing_dxf()),
    "a million holes": _folder(
        {"x.gko": PROFILE.encode(), "x.drl": DRILLS.format("X1.5Y1.5\n" * 1_000_000).encode()}
    ),
    "one hole 999,999,999 times": _folder(
        {"x.gko": PROFILE.encode(), "x.drl": DRILLS.format("X1Y1\nR999999999X1\n").encode()}
    ),
    "strokes repeated without end": _bytes(
        "step.gko", PROFILE.replace("D10*", "%SRX99999Y99999I1J1*%\nD10*")
    ),
    **{
        f"{value} in {name}": _bytes(f"{i}{value}{suffix}", text.replace("@", value))
        for value in ("1e308", "-1e308", "1e999", "nan")
        for i, (name, suffix, text) in enumerate(
            (
                ("KiCad", ".kicad_pcb", kicad(DRAWING).replace("start 4.", "start @ ", 1)),
                ("a circle of KiCad", ".kicad_pcb", _kicad_with(
                    '(gr_circle (center 40 -20) (end @ -20) (layer "Edge.Cuts"))')),
                ("a part of KiCad", ".kicad_pcb", _kicad_with(
                    '(footprint "x:y" (layer "F.Cu") (at @ 0) (property "Reference" "R1") '
                    '(fp_rect (start -1 -1) (end 1 1) (layer "F.CrtYd")))')),
                ("a thickness", ".kicad_pcb",
                 kicad(DRAWING).replace("thickness 1.6", "thickness @")),
                ("a line of DXF", ".dxf", _dxf_of(
                    (0, "LINE"), (8, "0"), (10, "@"), (20, "0.0"), (11, "1.0"), (21, "1.0"))),
                ("a circle of DXF", ".dxf", _dxf_of(
                    (0, "CIRCLE"), (8, "0"), (10, "40.0"), (20, "20.0"), (40, "@"))),
                ("an arc of DXF", ".dxf", _dxf_of(
                    (0, "ARC"), (8, "0"), (10, "0.0"), (20, "0.0"), (40, "1.0"), (50, "@"),
                    (51, "1.0"))),
                ("an ellipse of DXF", ".dxf", _ellipse("@")),
                ("a spline of DXF", ".dxf", _spline("@")),
                ("board.toml", ".toml", 'name = "x"\noutline = [[0, 0], [@, 0], [5, 5]]\n'),
                ("a bulge of board.toml", ".toml",
                 'name = "x"\noutline = [[0, 0, @], [50, 0], [50, 50]]\n'),
                ("a hole of board.toml", ".toml",
                 'name = "x"\noutline = [[0, 0], [50, 0], [50, 50]]\n'
                 "holes = [{ x_mm = @, y_mm = 1, diameter_mm = 3 }]\n"),
            )
        )
    },
}  # fmt: skip
