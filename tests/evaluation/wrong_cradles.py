"""Every way in which a cradle is the wrong one or lies wrong, as a picture, with the words that its
refusal must hold: a person at the cabinet acts on them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from appliance.vision.cradle import CradleError, check_cradle, see_cradle
from appliance.vision.crop import Pixels
from cradles.build import build
from cradles.optics import Camera, Edge, Scene, photograph
from tests.cradles.conftest import cradle_of
from tests.cradles.outlines import KNOWN

OWN = "rounded sensor"
USUAL = Camera(noise=1.5, defocus_px=0.8, falloff=0.15)
PUSHED = r"found [\d.]+ mm (to the|towards|too far in)|push it fully in"
"""The last where no marker is left in the picture, or none that tells."""
Rng = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    words: str
    """A pattern of the refusal's text."""
    picture: Callable[[Rng, int], Pixels]
    """From chance and the seed of its noise."""


def _shown(change: Callable[[Rng], dict[str, object]]) -> Callable[[Rng, int], Pixels]:
    def picture(chance: Rng, seed: int) -> Pixels:
        scene = replace(Scene(cradle=cradle_of(OWN)), **change(chance))  # type: ignore[arg-type]
        return photograph(scene, USUAL, seed=seed)

    return picture


def _copied(chance: Rng, seed: int) -> Pixels:
    """A photograph of the whole cradle, printed 3 to 20 % too small or large, on the tray."""
    true = photograph(Scene(cradle=cradle_of(OWN)), USUAL, seed=seed)
    factor = 1 + float(chance.uniform(0.03, 0.2)) * float(chance.choice([-1, 1]))
    height, width = true.shape[:2]
    place = cv2.getRotationMatrix2D(
        (width / 2, height / 2), float(chance.uniform(-0.3, 0.3)), factor
    )
    made = cv2.warpAffine(true, place, (width, height), flags=cv2.INTER_AREA)
    return np.asarray(made, dtype=np.uint8)


def _mirrored(chance: Rng, seed: int) -> Pixels:
    true = photograph(Scene(cradle=cradle_of(OWN)), USUAL, seed=seed)
    return np.ascontiguousarray(true[:, ::-1] if chance.random() < 0.5 else true[::-1])


def _either(chance: Rng, low: float, high: float) -> float:
    return float(chance.uniform(low, high)) * float(chance.choice([-1, 1]))


WRONG = {
    "another board's cradle": Wrong(
        words="found cradle edge-card-",
        picture=_shown(lambda _: {"cradle": cradle_of("edge card")}),
    ),
    "another revision of the same size": Wrong(
        words="found cradle rounded-sensor-",
        picture=_shown(
            lambda _: {"cradle": build(replace(KNOWN[OWN].board, revision="B"))}
        ),
    ),
    "turned by 180 degrees": Wrong(
        words="found it is turned by 180°", picture=_shown(lambda _: {"turned": True})
    ),
    # A quarter turn takes all marks out of the picture: it is wider than high.
    "turned by 90 degrees": Wrong(
        words="the right way round", picture=_shown(lambda c: {"askew_deg": _either(c, 89, 91)})
    ),
    "turned by 40 to 70 degrees": Wrong(
        words="the right way round", picture=_shown(lambda c: {"askew_deg": _either(c, 40, 70)})
    ),
    "pulled out": Wrong(
        words=PUSHED, picture=_shown(lambda c: {"moved_mm": (0.0, -c.uniform(1.3, 90))})
    ),
    "pushed aside": Wrong(
        words=PUSHED, picture=_shown(lambda c: {"moved_mm": (_either(c, 1.3, 60), 0.0)})
    ),
    "askew": Wrong(
        words="turned by at most", picture=_shown(lambda c: {"askew_deg": _either(c, 0.7, 8)})
    ),
    "half seated: an edge stands on something": Wrong(
        words="level.*stands on something",
        picture=_shown(
            lambda c: {
                "raised_mm": float(c.uniform(2, 9)), "raised_edge": list(Edge)[c.integers(4)]
            }
        ),
    ),
    "name covered": Wrong(
        words="no readable code", picture=_shown(lambda _: {"covered": ("identity",)})
    ),
    "two markers covered": Wrong(
        words="found 2 of them",
        picture=_shown(lambda _: {"covered": ("marker upper left", "marker lower right")}),
    ),
    "no labels": Wrong(
        words="without labels", picture=_shown(lambda _: {"covered": ("marker", "identity")})
    ),
    "a flat copy at another scale": Wrong(words="no picture or copy", picture=_copied),
    "the picture mirrored": Wrong(words="mirror image", picture=_mirrored),
}  # fmt: skip


def wrong_cradles(
    tries: int, seed: int, kinds: Iterable[str] = tuple(WRONG)
) -> dict[str, dict[str, int]]:
    """For each wrong thing: how often it was shown, refused, and refused in the right words."""
    chance = np.random.default_rng(seed)
    own = cradle_of(OWN)
    use = see_cradle(photograph(Scene(cradle=own), USUAL), own.layout).use
    found = {}
    for what in kinds:
        wrong = WRONG[what]
        row = {"shown": 0, "refused": 0, "in_the_right_words": 0}
        for number in range(tries):
            picture = wrong.picture(chance, number)
            row["shown"] += 1
            try:
                check_cradle(picture, use)
                print(f"\n{what}: taken", file=sys.stderr)
            except CradleError as refusal:
                row["refused"] += 1
                right = re.search(wrong.words, str(refusal)) is not None
                row["in_the_right_words"] += right
                if not right:
                    print(f"\n{what}: {refusal}", file=sys.stderr)
        found[what] = row
        print(f"wrong cradles: {what}", file=sys.stderr)
    return found
