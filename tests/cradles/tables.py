"""One list of parts in every dialect of pick-and-place tables: name → file name and bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    value: str
    package: str
    x: float
    y: float
    turn: float
    below: bool = False


ROWS = (
    Row(name="R1", value="4k7", package="R0603", x=12.34, y=5.5, turn=90),
    Row(name="C12", value="100n", package="C0805", x=20.0, y=11.25, turn=0),
    Row(name="U1", value="LM358", package="SOIC-8", x=41.275, y=20.32, turn=270),
    Row(name="D2", value="1N4148W", package="SOD-123", x=60.0, y=30.0, turn=45, below=True),
)
UNITS = {"mm": 1.0, "mil": 0.0254, "inch": 25.4}


def _n(value: float, unit: str, comma: bool = False) -> str:
    text = f"{value / UNITS[unit]:.6f}"
    return text.replace(".", ",") if comma else text


def _delimited(head: str, rows: list[list[str]], between: str = ",", quote: bool = False) -> str:
    def line(cells: list[str]) -> str:
        return between.join(f'"{cell}"' if quote else cell for cell in cells)

    return "\n".join([head, *(line(row) for row in rows)]) + "\n"


def kicad_csv() -> str:
    rows = [
        [f'"{r.name}"', f'"{r.value}"', f'"{r.package}"', f"{r.x:.6f}", f"{r.y:.6f}",
         f"{r.turn:.6f}", "bottom" if r.below else "top"]
        for r in ROWS
    ]  # fmt: skip
    return _delimited("Ref,Val,Package,PosX,PosY,Rot,Side", rows)


def kicad_pos() -> str:
    lines = [
        f"{r.name:<9}{r.value:<10}{r.package:<20}{r.x:9.4f}  {r.y:9.4f}  {r.turn:8.4f}  "
        + ("bottom" if r.below else "top")
        for r in ROWS
    ]
    head = [
        "### Footprint positions - created on a day ###",
        "## Unit = mm, Angle = deg.",
        "## Side : All",
        "# Ref     Val       Package                PosX       PosY       Rot  Side",
    ]
    return "\n".join([*head, *lines, "## End", ""])


def altium_csv(unit: str = "mm") -> str:
    preamble = [
        "Altium Designer Pick and Place Locations", r"C:\boards\psu\Pick Place for psu.csv", "",
        "=" * 60, "File Design Information:", "", "Date:       01/02/26", "Time:       10:00",
        f"Units used: {unit}", "",
    ]  # fmt: skip
    head = ",".join(
        f'"{word}"'
        for word in (
            "Designator", "Comment", "Layer", "Footprint", f"Center-X({unit})",
            f"Center-Y({unit})", "Rotation", "Description",
        )
    )  # fmt: skip
    rows = [
        [r.name, r.value, "BottomLayer" if r.below else "TopLayer", r.package, _n(r.x, unit),
         _n(r.y, unit), f"{r.turn:g}", "Resistor, 1 %"]
        for r in ROWS
    ]  # fmt: skip
    return "\r\n".join(preamble) + "\r\n" + _delimited(head, rows, quote=True)


def altium_txt() -> str:
    """Between spaces, with cells that hold spaces themselves: below the heading's words."""
    head = (
        "Designator Comment     Layer       Footprint   Center-X(mil) Center-Y(mil) Rotation "
        "Description"
    )
    lines = [
        f"{r.name:<11}{r.value:<12}{'BottomLayer' if r.below else 'TopLayer':<12}{r.package:<12}"
        f"{r.x / 0.0254:<14.3f}{r.y / 0.0254:<14.3f}{r.turn:<9g}Chip resistor, thick film"
        for r in ROWS
    ]
    return "\n".join(["Units used: mil", "", head, *lines]) + "\n"


def eagle(below: bool) -> str:
    return "".join(
        f"{r.name:<6} {r.x:5.3f} {r.y:5.3f} {r.turn:3.0f} {r.value} {r.package}\n"
        for r in ROWS
        if r.below is below
    )


def jlc() -> str:
    rows = [
        [r.name, f"{r.x:.4f}mm", f"{r.y:.4f}mm", "B" if r.below else "T", f"{r.turn:g}"]
        for r in ROWS
    ]
    return _delimited("Designator,Mid X,Mid Y,Layer,Rotation", rows)


def easyeda() -> str:
    rows = [
        [r.name, r.value, r.package, *(f"{v:.3f}mm" for v in (r.x, r.y, r.x - 1, r.y, r.x, r.y)),
         "Bottom" if r.below else "Top", f"{r.turn:g}"]
        for r in ROWS
    ]  # fmt: skip
    head = (
        "Designator\tComment\tFootprint\tMid X\tMid Y\tRef X\tRef Y\tPad X\tPad Y\tLayer\tRotation"
    )
    return _delimited(head, rows, "\t")


def allegro(between: str) -> str:
    rows = [
        [r.name, _n(r.x, "mil"), _n(r.y, "mil"), f"{r.turn:g}", "m" if r.below else "", r.package]
        for r in ROWS
    ]
    head = between.join(("REFDES", "SYM_X", "SYM_Y", "SYM_ROTATE", "SYM_MIRROR", "SYM_NAME"))
    return "UUNITS = MILS\n" + _delimited("# " + head, rows, f" {between} ")


def continental() -> str:
    """Semicolons and decimal commas, as a spreadsheet there saves it."""
    rows = [
        [r.name, r.value, r.package, _n(r.x, "mm", True), _n(r.y, "mm", True), f"{r.turn:g}",
         "bottom" if r.below else "top"]
        for r in ROWS
    ]  # fmt: skip
    return _delimited("Designator;Value;Package;X [mm];Y [mm];Rotation;Side", rows, ";")


DIALECTS: dict[str, tuple[str, bytes]] = {
    "kicad .pos": ("psu.pos", kicad_pos().encode()),
    "altium csv, mm": ("a.csv", altium_csv().encode("latin-1")),
    "altium csv, mil": ("a.csv", altium_csv("mil").encode()),
    "altium csv, marked": ("a.csv", altium_csv().encode("utf-8-sig")),
    "altium csv, utf-16": ("a.csv", altium_csv().encode("utf-16")),
    "altium csv, utf-16 without a mark": ("a.csv", altium_csv().encode("utf-16-le")),
    "altium txt": ("a.txt", altium_txt().encode()),
    "jlc": ("cpl.csv", jlc().encode()),
    "easyeda": ("pick.csv", easyeda().encode("utf-16")),
    "allegro, bars": ("place_txt.txt", allegro("|").encode()),
    "allegro, exclamation marks": ("place_txt.txt", allegro("!").encode()),
    "semicolons and commas": ("teile.csv", continental().encode("utf-8-sig")),
}
