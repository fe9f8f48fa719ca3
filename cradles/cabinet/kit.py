"""Everything of a cabinet that is printed, wired or bought, as files."""

from __future__ import annotations

from cradles.cabinet.bom import Use, bill, bill_files
from cradles.cabinet.parts import PrintedPart, printed_parts
from cradles.cabinet.parts.files import part_files
from cradles.cabinet.sizes import Sizes
from cradles.cabinet.wiring import Circuit, default_circuit, wiring_files


def kit_files(
    sizes: Sizes,
    *,
    parts: tuple[PrintedPart, ...] | None = None,
    circuit: Circuit | None = None,
    panels_m2: float | None = None,
    sheets: tuple[str, ...] = (),
    more: tuple[Use, ...] = (),
    pictures: bool = True,
) -> dict[str, bytes]:
    """By path below the cabinet's folder: `parts/*.3mf`, `.stl` and `.png`, `wiring.svg` and
    `.pdf`, `bom.csv` and `bom.toml`. The same bytes on every run."""
    parts = parts if parts is not None else printed_parts(sizes)
    circuit = circuit or default_circuit(sizes)
    lines = bill(sizes, parts, circuit, panels_m2=panels_m2, sheets=sheets, more=more)
    return {
        **{f"parts/{name}": data for name, data in part_files(parts, pictures=pictures).items()},
        **wiring_files(circuit),
        **bill_files(lines),
    }
