"""SVG 1.1 in true size: one user unit is a millimetre, text stays text."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape, quoteattr

from cradles.drawing.explode import Plain, bounds, plain
from cradles.drawing.values import Circle, Drawing, Hatch, Layer, Polyline

_COLOURS = {
    Layer.CUT: "#d40000",
    Layer.DRILL: "#0044cc",
    Layer.ENGRAVE: "#222222",
    Layer.DIM: "#555555",
}
_MARGIN_MM = 5.0
CAPITAL = 0.72
"""Height of a capital letter over the size of a sans-serif font."""


def svg_bytes(drawing: Drawing) -> bytes:
    """One group a layer. A laser's program is to cut the groups CUT and DRILL alone."""
    items = plain(drawing)
    x0, y0, x1, y1 = bounds(items)
    margin = _MARGIN_MM * max(drawing.scale, 1.0)
    wide, tall = x1 - x0 + 2 * margin, y1 - y0 + 2 * margin
    dx, dy = margin - x0, y1 + margin
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(wide)}mm" height="{_n(tall)}mm" '
        f'viewBox="0 0 {_n(wide)} {_n(tall)}">',
        f"<title>{escape(drawing.name)}</title>",
    ]
    for layer in Layer:
        rows = [_element(item, dx, dy) for item in items if item.layer is layer]
        if not rows:
            continue
        thin = 0.15 if layer is not Layer.DIM else 0.18 * max(drawing.scale, 1.0)
        lines += [
            f'<g id="{layer}" fill="none" stroke={quoteattr(_COLOURS[layer])} '
            f'stroke-width="{_n(thin)}">',
            *rows,
            "</g>",
        ]
    lines.append("</svg>\n")
    return "\n".join(lines).encode()


def _element(item: Plain, dx: float, dy: float) -> str:
    colour = _COLOURS[item.layer]
    if isinstance(item, Polyline):
        return f'<path d="{_path(item, dx, dy)}"/>'
    if isinstance(item, Circle):
        r = _n(item.diameter_mm / 2)
        return f'<circle cx="{_n(item.x + dx)}" cy="{_n(dy - item.y)}" r="{r}"/>'
    if isinstance(item, Hatch):
        rings = " ".join(
            "M" + " L".join(f"{_n(x + dx)},{_n(dy - y)}" for x, y in ring) + " Z"
            for ring in item.rings
        )
        grey = f"#{item.level:02x}{item.level:02x}{item.level:02x}"
        return f'<path d="{rings}" fill="{grey}" fill-rule="evenodd" stroke="none"/>'
    x, y = _n(item.x + dx), _n(dy - item.y)
    turn = f' transform="rotate({_n(-item.turn_deg)} {x} {y})"' if item.turn_deg else ""
    return (
        f'<text x="{x}" y="{y}" font-family="Helvetica, Arial, sans-serif" '
        f'font-size="{_n(item.tall_mm / CAPITAL)}" text-anchor="{item.anchor}" '
        f'fill="{colour}" stroke="none"{turn}>{escape(item.text)}</text>'
    )


def _path(line: Polyline, dx: float, dy: float) -> str:
    x, y, _ = line.points[0]
    parts = [f"M{_n(x + dx)},{_n(dy - y)}"]
    following = line.points[1:] + line.points[: 1 if line.closed else 0]
    for (x, y, bulge), (x1, y1, _) in zip(line.points, following, strict=False):
        end = f"{_n(x1 + dx)},{_n(dy - y1)}"
        if bulge:
            radius = math.hypot(x1 - x, y1 - y) * (1 + bulge * bulge) / (4 * abs(bulge))
            large, sweep = int(abs(bulge) > 1), int(bulge < 0)
            parts.append(f"A{_n(radius)},{_n(radius)} 0 {large} {sweep} {end}")
        else:
            parts.append(f"L{end}")
    return " ".join(parts) + (" Z" if line.closed else "")


def _n(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
