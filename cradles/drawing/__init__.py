"""Technical drawings as data in millimetres, written as DXF, SVG and PDF."""

from cradles.drawing.dxf import dxf_bytes
from cradles.drawing.pdf import pdf_bytes
from cradles.drawing.svg import svg_bytes
from cradles.drawing.values import (
    Anchor,
    Circle,
    DiameterDimension,
    Drawing,
    Hatch,
    Layer,
    LinearDimension,
    Polyline,
    Text,
    TitleBlock,
    rectangle,
    rings_of,
)

__all__ = [
    "Anchor",
    "Circle",
    "DiameterDimension",
    "Drawing",
    "Hatch",
    "Layer",
    "LinearDimension",
    "Polyline",
    "Text",
    "TitleBlock",
    "dxf_bytes",
    "pdf_bytes",
    "rectangle",
    "rings_of",
    "svg_bytes",
]
