"""DXF (R2010, millimetres) by ezdxf: layers CUT, DRILL, ENGRAVE and DIM."""

from __future__ import annotations

import io
import math
from typing import Any

import ezdxf
from ezdxf.enums import TextEntityAlignment
from ezdxf.math import Matrix44

from cradles.drawing.explode import Plain, bounds, plain
from cradles.drawing.values import Anchor, Circle, Drawing, Hatch, Layer, Polyline

_cad: Any = ezdxf

_COLOURS = {Layer.CUT: 1, Layer.DRILL: 5, Layer.ENGRAVE: 7, Layer.DIM: 8}
_ALIGN = {
    Anchor.START: TextEntityAlignment.LEFT,
    Anchor.MIDDLE: TextEntityAlignment.CENTER,
    Anchor.END: TextEntityAlignment.RIGHT,
}


def dxf_bytes(drawing: Drawing) -> bytes:
    """The same bytes on every run: ezdxf's times and identities are set to fixed ones."""
    items = plain(drawing)
    kept = _cad.options.write_fixed_meta_data_for_testing
    _cad.options.write_fixed_meta_data_for_testing = True
    try:
        document = _cad.new("R2010", units=4)
        document.header["$LUNITS"] = 2
        for layer in Layer:
            document.layers.add(layer.value, color=_COLOURS[layer])
        space = document.modelspace()
        for item in items:
            _add(space, item)
        x0, y0, x1, y1 = bounds(items)
        document.header["$EXTMIN"], document.header["$EXTMAX"] = (x0, y0, 0), (x1, y1, 0)
        document.set_modelspace_vport(
            height=max(y1 - y0, x1 - x0) * 1.1, center=((x0 + x1) / 2, (y0 + y1) / 2)
        )
        stream = io.StringIO()
        document.write(stream)
    finally:
        _cad.options.write_fixed_meta_data_for_testing = kept
    return stream.getvalue().encode()


def _add(space: Any, item: Plain) -> None:
    where = {"layer": item.layer.value}
    if isinstance(item, Polyline):
        space.add_lwpolyline(item.points, format="xyb", close=item.closed, dxfattribs=where)
    elif isinstance(item, Circle):
        space.add_circle((item.x, item.y), item.diameter_mm / 2, dxfattribs=where)
    elif isinstance(item, Hatch):
        made = space.add_hatch(dxfattribs=where)
        made.rgb = (item.level, item.level, item.level)
        for number, ring in enumerate(item.rings):
            made.paths.add_polyline_path(ring, is_closed=True, flags=1 if number == 0 else 16)
    else:
        text = space.add_text(item.text, height=item.tall_mm, dxfattribs=where)
        text.set_placement((0, 0), align=_ALIGN[item.anchor])
        text.transform(
            Matrix44.chain(
                Matrix44.z_rotate(math.radians(item.turn_deg)),
                Matrix44.translate(item.x, item.y, 0),
            )
        )
