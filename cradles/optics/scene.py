"""What lies under the cabinet's camera, and in which way it may lie wrongly or be dirty."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from cradles.build import Cradle
from cradles.optics.bodies import Body, Lamps, Scratch
from cradles.optics.layers import BoardLook
from cradles.optics.pose import Pose, about, rotation


class Edge(StrEnum):
    FRONT = "front"
    BACK = "back"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glare:
    """A lamp's image in something shiny: light added round a point of the cradle's labels' plane,
    fading as a Gaussian."""

    x_mm: float
    y_mm: float
    radius_mm: float
    """Where a seventh of it is left (two sigma)."""
    light: float = 1.0
    """In its middle; 1 is as much as white paper gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirt:
    """A round brown stain in the labels' plane."""

    x_mm: float
    y_mm: float
    radius_mm: float
    opacity: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A cradle under the camera, its board in it."""

    cradle: Cradle
    look: BoardLook | None = None
    """None: a bare board without parts."""
    with_board: bool = True
    turned: bool = False
    """The whole cradle lies the wrong way round."""
    moved_mm: tuple[float, float] = (0.0, 0.0)
    """How far the cradle is from where it belongs."""
    askew_deg: float = 0.0
    raised_mm: float = 0.0
    """How high one edge of the cradle stands on something."""
    raised_edge: Edge = Edge.FRONT
    board_play_mm: tuple[float, float] = (0.0, 0.0)
    """How far the board lies from its place in the cradle."""
    covered: tuple[str, ...] = ()
    """Labels that are missing, by the beginning of their names."""
    bodies: tuple[Body, ...] = ()
    """Parts that stand up from the board; `bodies_of` knows the board file's."""
    lamps: Lamps = field(default_factory=Lamps)
    """Their light is what bodies take from the marks beside them."""
    dirt: tuple[Dirt, ...] = ()
    scratches: tuple[Scratch, ...] = ()
    glare: tuple[Glare, ...] = ()

    def pose(self) -> Pose:
        """Of the cradle. `Camera.project(points, scene.pose())` is where its points are seen."""
        turn = rotation(0.0, 0.0, self.askew_deg + (180.0 if self.turned else 0.0))
        moved = Pose(rotation=turn, shift_mm=np.array([*self.moved_mm, 0.0]))
        return self._tilted().then(moved)

    def board_pose(self) -> Pose:
        """Of the board, whose points are told where they belong in the cradle."""
        play = Pose(rotation=np.eye(3), shift_mm=np.array([*self.board_play_mm, 0.0]))
        return play.then(self.pose())

    def _tilted(self) -> Pose:
        """It stands on the foot of the edge opposite to the raised one."""
        w, h = self.cradle.layout.outer_mm
        foot = -self.cradle.plan.levels.top
        along_y = self.raised_edge in (Edge.FRONT, Edge.BACK)
        deep = h if along_y else w
        angle = float(np.degrees(np.arcsin(np.clip(self.raised_mm / deep, -1, 1))))
        if along_y:
            sense = -1 if self.raised_edge is Edge.FRONT else 1
            return about(np.array([0.0, -sense * h / 2, foot]), rotation(sense * angle, 0, 0))
        sense = 1 if self.raised_edge is Edge.LEFT else -1
        return about(np.array([sense * w / 2, 0.0, foot]), rotation(0, sense * angle, 0))
