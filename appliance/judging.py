"""A recipe ready to judge by, and what judging one frame gives: the inspection and its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from appliance.terms import Call, Inspection
from hw.ports import CameraSettings, Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    inspection: Inspection
    pictures: Mapping[str, bytes]
    """JPEG files by name: `board`, and for each suspect `seen:<component>` and
    `golden:<component>`."""

    @property
    def suspects(self) -> int:
        """How many windows are not GOOD."""
        return sum(window.call is not Call.GOOD for window in self.inspection.windows)


class RecipeInUse(Protocol):
    """What the controller needs of a loaded recipe."""

    @property
    def folder(self) -> str: ...
    @property
    def part_number(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def light_level(self) -> float: ...
    @property
    def camera(self) -> CameraSettings: ...
    @property
    def window_count(self) -> int: ...
    @property
    def model_sha256s(self) -> tuple[str, ...]: ...

    def judge(self, frame: Frame) -> Judged:
        """Runs on the judging thread; the frame's pixels are valid until it returns."""
