"""What happens to a good cradle's picture in a cabinet: tall parts beside the marks, motion, dust
and scratches, a camera with another curve, a lens that bends. Each alone, on top of the usual
chance."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from appliance.board import BoardFile
from appliance.refusal import Refusal
from appliance.vision.cradle import see_cradle
from appliance.vision.lens import Lens
from cradles.build import Cradle, build
from cradles.optics import Body, Camera, Curve, Dirt, Scene, Scratch, photograph
from tests.cradles.conftest import cradle_of

BOARDS = ("rounded sensor", "led ring", "controller", "panel of four")
K1 = -0.02
"""About what a good lens of 6 mm for the camera's format bends."""
Rng = np.random.Generator
Change = Callable[[Rng, Scene, Camera], tuple[Scene, Camera]]


def camera(chance: Rng) -> Camera:
    """Drawn from what a cabinet's camera may do."""
    return Camera(
        height_mm=float(chance.uniform(200, 300)),
        tilt_x_deg=float(chance.uniform(-2, 2)),
        tilt_y_deg=float(chance.uniform(-2, 2)),
        turn_deg=float(chance.uniform(-1, 1)),
        shift_mm=(float(chance.uniform(-3, 3)), float(chance.uniform(-3, 3))),
        defocus_px=float(chance.uniform(0, 2.5)),
        noise=float(chance.uniform(0, 4)),
        falloff=float(chance.uniform(0, 0.35)),
        brightness=float(chance.uniform(0.7, 1.2)),
    )


def lens_of(eye: Camera) -> Lens:
    """What a perfect commissioning would have measured of this camera."""
    return Lens(
        width_px=eye.width_px,
        height_px=eye.height_px,
        focal_px=(eye.focal_px, eye.focal_px),
        centre_px=((eye.width_px - 1) / 2, (eye.height_px - 1) / 2),
        k1=eye.k1,
        k2=eye.k2,
        p1=eye.p1,
        p2=eye.p2,
    )


def corner_errors_mm(
    scene: Scene, eye: Camera, seed: int, *, lens: Lens | None = None
) -> list[float]:
    """Of the four corners of the board's box. Raises `CradleError` where nothing is read."""
    seen = see_cradle(photograph(scene, eye, seed=seed), scene.cradle.layout, lens)
    x0, y0, x1, y1 = scene.cradle.seating.board.bounds
    corners = np.array([[x0, y1], [x1, y1], [x1, y0], [x0, y0]])
    true = eye.project(np.column_stack([corners, np.zeros(4)]))
    away = np.hypot(*(seen.px(corners) - true).T) / seen.px_per_mm
    return [float(value) for value in away]


def parts_on(
    chance: Rng, cradle: Cradle, *, tallest_mm: float, count: int = 15
) -> tuple[Body, ...]:
    """Boxes anywhere on the board's box, some of them at its very edge."""
    x0, y0, x1, y1 = cradle.seating.board.bounds
    bodies = []
    for number in range(count):
        w, d = chance.uniform(3, 15, 2)
        x, y = chance.uniform(x0 + w / 2, x1 - w / 2), chance.uniform(y0 + d / 2, y1 - d / 2)
        if number < 4:  # one at each end of both short sides, as near to a marker as can be
            x = (x0 + w / 2, x1 - w / 2)[number % 2]
            y = (y0 + d / 2, y1 - d / 2)[number // 2]
        corners = ((x - w / 2, y - d / 2), (x + w / 2, y - d / 2),
                   (x + w / 2, y + d / 2), (x - w / 2, y + d / 2))  # fmt: skip
        level = float(chance.uniform(25, 230))
        bodies.append(
            Body(
                corners_mm=tuple((float(a), float(b)) for a, b in corners),
                tall_mm=float(chance.uniform(0.3, 1.0)) * tallest_mm,
                top=(level, level, level),
                side=(0.6 * level, 0.6 * level, 0.6 * level),
            )
        )
    return tuple(bodies)


def soiled(chance: Rng, cradle: Cradle) -> dict[str, Any]:
    """One marker with specks on it and round it, and two scratches across it."""
    spot = cradle.layout.markers[int(chance.integers(4))]

    def near(reach: float) -> tuple[float, float]:
        x, y = chance.uniform(-reach, reach, 2)
        return spot.x_mm + float(x), spot.y_mm + float(y)

    specks = []
    for _ in range(10):
        x, y = near(8.0)
        specks.append(Dirt(x_mm=x, y_mm=y, radius_mm=float(chance.uniform(0.15, 0.5))))
    lines = []
    for _ in range(2):
        level = float(chance.choice([30.0, 200.0]))
        wide = float(chance.uniform(0.1, 0.3))
        lines.append(Scratch(start_mm=near(8.0), end_mm=near(8.0), wide_mm=wide, level=level))
    return {"dirt": tuple(specks), "scratches": tuple(lines)}


@functools.cache
def large_cradle() -> Cradle:
    """Of a board that nearly fills the view: its parts stand beside the markers."""
    outline = ((0.0, 0.0), (230.0, 0.0), (230.0, 140.0), (0.0, 140.0))
    return build(BoardFile(name="large", outline=outline))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    change: Change
    large: bool = False
    """On a board that fills the view."""
    may_refuse: str | None = None
    """Words with which a picture may be refused rightly; None: every picture must be read."""
    lens: Callable[[Camera], Lens] | None = None


def _eye(**changes: Any) -> Change:
    return lambda chance, scene, eye: (scene, replace(eye, **changes))


def _moving(chance: Rng, scene: Scene, eye: Camera) -> tuple[Scene, Camera]:
    turn, far = chance.uniform(0, 2 * np.pi), chance.uniform(2, 8)
    return scene, replace(eye, motion_px=(float(far * np.cos(turn)), float(far * np.sin(turn))))


def _parts(tallest_mm: float) -> Change:
    def change(chance: Rng, scene: Scene, eye: Camera) -> tuple[Scene, Camera]:
        return replace(scene, bodies=parts_on(chance, scene.cradle, tallest_mm=tallest_mm)), eye

    return change


def _soiled(chance: Rng, scene: Scene, eye: Camera) -> tuple[Scene, Camera]:
    return replace(scene, **soiled(chance, scene.cradle)), eye


_LABEL = "all four corner markers|Stick this label square"
DISTURBANCES = {
    "parts to 12 mm on usual boards, their shadows too": Disturbance(change=_parts(12.0)),
    "parts to 30 mm on usual boards, their shadows too": Disturbance(change=_parts(30.0)),
    "parts to 8 mm at the corners of a board that fills the view": Disturbance(
        change=_parts(8.0), large=True
    ),
    "parts to 30 mm at its corners, which hide marks": Disturbance(
        change=_parts(30.0), large=True, may_refuse=_LABEL
    ),
    "moving 2 to 8 px during the exposure": Disturbance(change=_moving),
    "specks and scratches on one marker": Disturbance(change=_soiled, may_refuse=_LABEL),
    "gamma 1.8": Disturbance(change=_eye(curve=Curve(gamma=1.8))),
    "gamma 2.4": Disturbance(change=_eye(curve=Curve(gamma=2.4))),
    "sRGB with an S curve over it": Disturbance(change=_eye(curve=Curve(contrast=0.6))),
    f"a lens of k1 = {K1}, not known": Disturbance(change=_eye(k1=K1)),
    f"a lens of k1 = {K1}, known": Disturbance(change=_eye(k1=K1), lens=lens_of),
    f"a lens of k1 = {K1}, known 10 % too strong": Disturbance(
        change=_eye(k1=K1), lens=lambda eye: lens_of(replace(eye, k1=1.1 * K1))
    ),
    "a lens of k1 = -0.1, k2 = 0.03, p1 = 0.001, p2 = -0.001, known": Disturbance(
        change=_eye(k1=-0.1, k2=0.03, p1=0.001, p2=-0.001), lens=lens_of
    ),
}


@dataclass(slots=True, kw_only=True)
class Outcome:
    pictures: int = 0
    read: int = 0
    refused_rightly: int = 0
    errors_mm: list[float] = field(default_factory=list)


def disturbed(what: str, pictures: int, seed: int) -> Outcome:
    chance = np.random.default_rng(seed)
    kind, found = DISTURBANCES[what], Outcome(pictures=pictures)
    for number in range(pictures):
        cradle = large_cradle() if kind.large else cradle_of(BOARDS[number % len(BOARDS)])
        scene, eye = kind.change(chance, Scene(cradle=cradle), camera(chance))
        try:
            found.errors_mm += corner_errors_mm(
                scene, eye, number, lens=kind.lens(eye) if kind.lens else None
            )
            found.read += 1
        except Refusal as refusal:
            words = kind.may_refuse
            found.refused_rightly += words is not None and bool(re.search(words, str(refusal)))
            print(f"\n{what}, picture {number}: {refusal}", file=sys.stderr)
    print(f"{what}: {found.read} of {pictures} read", file=sys.stderr)
    return found
