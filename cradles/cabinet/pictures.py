"""Pictures of the building: each step with what comes to it, the cabinet closed and exploded."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from appliance.board.layout import LEAST_MM
from cradles.cabinet.bodies import Body, Kind, box_solid, drawn_out
from cradles.cabinet.model import Cabinet
from cradles.cabinet.steps import STEPS, BuildStep, Vector
from cradles.mesh import Mesh
from cradles.preview import Colour, Pixels, View, drawn

SIZE_PX = (960, 720)
_WOOD: Colour = (126, 168, 200)
_NEW: Colour = (92, 150, 214)
_COLOURS: dict[Kind, Colour] = {
    Kind.PANEL: _WOOD,
    Kind.PRINTED: (165, 120, 62),
    Kind.BOUGHT: (96, 124, 76),
}
_SHADES = (1.0, 0.93, 1.06, 0.97, 1.03)
"""Of the panels, so that one sees where one ends and the next begins."""
_LAMPS: dict[str, Colour] = {
    "lamp_holder 1": (60, 60, 200),
    "lamp_holder 2": (40, 150, 235),
    "lamp_holder 3": (80, 150, 60),
}
_CRADLE: Colour = (225, 222, 218)
_BOARD: Colour = (70, 130, 52)
_LIFTS = {"Light under the ceiling": 150.0, "Ceiling and camera": 190.0, "Wiring": 260.0,
          "Lid": 400.0}  # fmt: skip
"""How high the exploded picture lifts what a step adds."""
Shown = list[tuple[str, Mesh, Colour]]


def step_picture(cabinet: Cabinet, number: int) -> Pixels:
    """Step `number` of `STEPS`, from 1: what is there already, and what comes, away from its
    place, with a number each."""
    step = STEPS[number - 1]
    before = {stem for each in STEPS[: number - 1] for stem in each.adds}
    shown: Shown = []
    for body in cabinet.bodies:
        new = body.stem in step.adds
        if not new and (body.stem not in before or body.stem in step.hides):
            continue
        shown.append((body.name if new else "", _mesh(body, _away(body, step) if new else None),
                      _colour(body, new=new)))  # fmt: skip
    return labelled(shown, step.view, {name: i + 1 for i, name in enumerate(step.adds)})


def closed_picture(cabinet: Cabinet) -> Pixels:
    return labelled(
        [("", _mesh(body), _colour(body)) for body in cabinet.bodies],
        View(azimuth_deg=-28.0, elevation_deg=24.0),
        {},
    )


def open_picture(cabinet: Cabinet) -> Pixels:
    """With the drawer out, and on it the plain outline of a small cradle with its board."""
    travel = cabinet.sizes.travel_mm
    shown: Shown = [("", _mesh(drawn_out(b, travel)), _colour(b)) for b in cabinet.bodies]
    w, d = LEAST_MM[0] / 2, LEAST_MM[1] / 2
    top = cabinet.sizes.face_mm
    for box, colour in (
        ((-w, -d - travel, 0.0, w, d - travel, top), _CRADLE),
        ((-60.0, -45.0 - travel, top, 60.0, 45.0 - travel, top + 1.6), _BOARD),
    ):
        shown.append(("", box_solid(box).mesh(), colour))
    return labelled(shown, View(azimuth_deg=-28.0, elevation_deg=34.0), {})


def exploded_picture(cabinet: Cabinet) -> Pixels:
    """Every body away from the middle of the cabinet, along the way that it is put on."""
    names = {panel.name: i for i, panel in enumerate(cabinet.panels.values(), 1)}
    shown: Shown = []
    for body in cabinet.bodies:
        shown.append((body.name, _mesh(body, _apart(body)), _colour(body)))
    return labelled(shown, View(azimuth_deg=-28.0, elevation_deg=26.0), names)


def labelled(shown: Shown, view: View, numbers: dict[str, int]) -> Pixels:
    """Numbers are by a body's name or its stem; each stands in a disc where most of the body is
    seen. What is hidden has none, and is in brackets in the legend."""
    picture, which = drawn([(mesh, colour) for _, mesh, colour in shown], view, SIZE_PX)
    sights: dict[int, list[int]] = {}
    for i, (name, _, _) in enumerate(shown):
        number = numbers.get(name, numbers.get(name.split(" ")[0]))
        if number is not None:
            sights.setdefault(number, []).append(i)
    told = set()
    for number, bodies in sights.items():
        spots = [spot for i in bodies if (spot := _spot(which == i)) is not None]
        if spots:
            told.add(number)
            _disc(picture, *max(spots, key=lambda spot: spot[2])[:2], number)
    _legend(
        picture,
        {n: name if n in told else f"({name})" for name, n in numbers.items() if n in sights},
    )
    return picture


def _spot(seen: npt.NDArray[np.bool_]) -> tuple[int, int, float] | None:
    """The pixel that is deepest within what is seen of a body, and how deep; None for nothing."""
    if not seen.any():
        return None
    deep = cv2.distanceTransform(seen.astype(np.uint8), cv2.DIST_L2, 3)
    y, x = np.unravel_index(int(np.argmax(deep)), deep.shape)
    return int(x), int(y), float(deep[y, x])


def _legend(picture: Pixels, names: dict[int, str]) -> None:
    """At the left edge, from below."""
    for line, number in enumerate(sorted(names, reverse=True)):
        words = f"{number}  {names[number].replace('_', ' ')}"
        cv2.putText(picture, words, (12, picture.shape[0] - 14 - 22 * line),
                    cv2.FONT_HERSHEY_SIMPLEX, 0.55, (60, 60, 60), 1, cv2.LINE_AA)  # fmt: skip


def _disc(picture: Pixels, x: int, y: int, number: int) -> None:
    cv2.circle(picture, (x, y), 15, (255, 255, 255), -1, cv2.LINE_AA)
    cv2.circle(picture, (x, y), 15, (40, 40, 40), 1, cv2.LINE_AA)
    words = str(number)
    (wide, tall), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 2)
    cv2.putText(picture, words, (x - wide // 2, y + tall // 2), cv2.FONT_HERSHEY_SIMPLEX, 0.6,
                (20, 20, 20), 2, cv2.LINE_AA)  # fmt: skip


def _away(body: Body, step: BuildStep) -> Vector:
    """What stands at both sides comes from the side where it stands."""
    (x0, _, _), (x1, _, _) = body.solid.bounds
    dx, dy, dz = step.adds[body.stem]
    return (dx if x0 + x1 > 0 else -dx), dy, dz


def _apart(body: Body) -> Vector:
    if body.moves:
        return (0.0, -500.0 if body.stem in ("drawer_front", "handle") else -420.0, 0.0)
    for step in STEPS:
        if body.stem in step.adds and step.title in _LIFTS:
            return (0.0, 0.0, _LIFTS[step.title])
    step = next(each for each in STEPS if body.stem in each.adds)
    dx, dy, dz = _away(body, step)
    return 1.5 * dx, 1.8 * dy, 0.4 * dz


def _mesh(body: Body, away: Iterable[float] | None = None) -> Mesh:
    mesh = body.mesh()
    if away is None:
        return mesh
    return Mesh(vertices=mesh.vertices + list(away), triangles=mesh.triangles)


def _colour(body: Body, *, new: bool = False) -> Colour:
    if body.name in _LAMPS:
        return _LAMPS[body.name]
    if body.kind is not Kind.PANEL:
        return _COLOURS[body.kind]
    blue, green, red = _NEW if new else _WOOD
    shade = _SHADES[sum(map(ord, body.name)) % len(_SHADES)]
    return round(blue * shade), round(green * shade), round(red * shade)
