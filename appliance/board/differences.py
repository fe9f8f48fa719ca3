"""What differs between two boards as far as a cradle cares: why another one is wanted, in words."""

from __future__ import annotations

from appliance.board.ring import Ring, area_mm2
from appliance.board.values import BoardFile

_SAME_MM = 1e-4
"""Identities are made of values rounded to this."""


def differences(before: BoardFile, now: BoardFile) -> tuple[str, ...]:
    """Each as it stands in `now` against `before`; empty where one cradle serves both."""
    found = [*_names(before, now), *_outline(before, now)]
    found += _counted("cut-out", _rings(before.cutouts), _rings(now.cutouts))
    found += _counted("hole", _holes(before), _holes(now))
    found += _counted("lead or part on the lower side", _leads(before), _leads(now))
    found += _wishes(before, now)
    return tuple(found)


def _names(before: BoardFile, now: BoardFile) -> list[str]:
    pairs = (
        ("name", before.name, now.name),
        ("revision", before.revision, now.revision),
        ("side looked at", before.face.value, now.face.value),
    )
    return [f"{what} '{new}', was '{old}'" for what, old, new in pairs if old != new]


def _outline(before: BoardFile, now: BoardFile) -> list[str]:
    found = []
    if _rings((before.outline,)) != _rings((now.outline,)):
        old, new = before.size_mm, now.size_mm
        if max(abs(a - b) for a, b in zip(old, new, strict=True)) > _SAME_MM:
            found.append(f"outline of {new[0]:g} × {new[1]:g} mm, was {old[0]:g} × {old[1]:g} mm")
        else:
            change = abs(area_mm2(now.outline)) - abs(area_mm2(before.outline))
            found.append(f"another outline of the same size ({change:+.2f} mm²), or moved")
    if abs(before.thickness_mm - now.thickness_mm) > _SAME_MM:
        found.append(f"thickness {now.thickness_mm:g} mm, was {before.thickness_mm:g} mm")
    return found


def _wishes(before: BoardFile, now: BoardFile) -> list[str]:
    pairs = (
        ("clearance", before.cradle.clearance_mm, now.cradle.clearance_mm, " mm"),
        ("tolerance", before.cradle.tolerance_mm, now.cradle.tolerance_mm, " mm"),
        ("way of holding", before.cradle.location, now.cradle.location, ""),
        ("turn in the cradle", before.cradle.lies_turned_deg, now.cradle.lies_turned_deg, "°"),
    )
    return [
        f"{what} {_said(new, unit)}, was {_said(old, unit)}"
        for what, old, new, unit in pairs
        if old != new
    ]


def _said(value: float | str | None, unit: str) -> str:
    return "left to the software" if value is None else f"{value}{unit}"


def _counted(what: str, before: list[str], now: list[str]) -> list[str]:
    if before == now:
        return []
    gone, new = sorted(set(before) - set(now)), sorted(set(now) - set(before))
    words = []
    if len(now) > len(before):
        words.append(f"{len(now) - len(before)} {_plural(what, len(now) - len(before))} more")
    elif len(now) < len(before):
        words.append(f"{len(before) - len(now)} {_plural(what, len(before) - len(now))} fewer")
    elif new:
        words.append(f"{len(new)} {_plural(what, len(new))} moved or of another size")
    else:
        words.append(f"the same {_plural(what, 2)} in another order")
    place = (new or gone)[:1]
    return [words[0] + (f" (the first {place[0]})" if place else "")]


def _plural(what: str, count: int) -> str:
    if count == 1:
        return what
    return "leads or parts on the lower side" if what.startswith("lead") else f"{what}s"


def _holes(board: BoardFile) -> list[str]:
    return [
        f"at ({_n(h.x_mm)}, {_n(h.y_mm)}) of {_n(h.diameter_mm)} mm"
        + (", for tooling" if h.tooling else "")
        for h in board.holes
    ]


def _leads(board: BoardFile) -> list[str]:
    return [
        f"at ({_n(p.x_mm)}, {_n(p.y_mm)}) of {_n(p.width_mm)} × {_n(p.height_mm)} mm, "
        f"{_n(p.deep_mm)} mm deep"
        for p in board.protrusions
    ]


def _rings(rings: tuple[Ring, ...]) -> list[str]:
    return [" ".join(",".join(_n(v) for v in vertex) for vertex in ring) for ring in rings]


def _n(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
