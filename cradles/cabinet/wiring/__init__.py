"""The cabinet's wiring: the circuit as data from `hw.wiring`, and its drawing."""

from __future__ import annotations

from cradles.cabinet.sizes import Sizes
from cradles.cabinet.wiring.circuit import Circuit, circuit_of
from cradles.cabinet.wiring.diagram import diagram
from cradles.cabinet.wiring.supply import Load
from cradles.drawing import pdf_bytes, svg_bytes
from hw.wiring import Wiring

__all__ = ["Circuit", "Load", "circuit_of", "default_circuit", "strip_m", "wiring_files"]


def strip_m(sizes: Sizes) -> float:
    """Two bars, each with its strip doubled at both ends."""
    return 2 * (sizes.strip_length_mm + 2 * sizes.strip_double_mm) / 1000


def wiring_files(circuit: Circuit) -> dict[str, bytes]:
    drawing = diagram(circuit)
    return {"wiring.svg": svg_bytes(drawing), "wiring.pdf": pdf_bytes([drawing])}


def default_circuit(sizes: Sizes, wiring: Wiring | None = None) -> Circuit:
    return circuit_of(wiring or Wiring(), Load(strip_m=strip_m(sizes)))
