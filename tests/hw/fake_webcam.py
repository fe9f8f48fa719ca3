"""A webcam under OpenCV's names, as far as our driver uses them."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from hw.clock import VirtualClock

LARGEST_PX = {cv2.CAP_PROP_FRAME_WIDTH: 3840, cv2.CAP_PROP_FRAME_HEIGHT: 2160}


class FakeWebcam:
    """Plays `cv2.VideoCapture` on V4L2: buffers fill in the background, the oldest comes first."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.plugged = True
        self.hung = False
        self.stuck_controls: dict[int, float] = {}
        self.controls: dict[int, float] = {
            cv2.CAP_PROP_EXPOSURE: 250.0,
            cv2.CAP_PROP_AUTO_EXPOSURE: 3.0,
            cv2.CAP_PROP_GAIN: 0.0,
            cv2.CAP_PROP_AUTO_WB: 1.0,
            cv2.CAP_PROP_WB_TEMPERATURE: 4000.0,
            cv2.CAP_PROP_FOCUS: -1.0,
        }
        self._size: dict[int, float | None] = {
            cv2.CAP_PROP_FRAME_WIDTH: None,
            cv2.CAP_PROP_FRAME_HEIGHT: None,
        }
        self.limits = {cv2.CAP_PROP_EXPOSURE: (3, 2047)}
        self.stamp_offset_s = 0.0
        self.released = False
        self._stamps_s: list[float] = []
        self._next_s = clock.monotonic()
        self._stamp_s = 0.0

    def isOpened(self) -> bool:
        return self.plugged

    def set(self, control: int, value: float) -> bool:
        if control in self._size:
            self._size[control] = value
            if None not in self._size.values():
                self.controls.update(
                    {side: float(min(to or 0, LARGEST_PX[side])) for side, to in self._size.items()}
                )
                self._size = dict.fromkeys(self._size)
        elif control not in self.stuck_controls:
            least, most = self.limits.get(control, (-math.inf, math.inf))
            self.controls[control] = min(max(value, least), most)
        return True

    def get(self, control: int) -> float:
        if control == cv2.CAP_PROP_POS_MSEC:
            return (self._stamp_s + self.stamp_offset_s) * 1000.0
        return self.stuck_controls.get(control, self.controls.get(control, 0.0))

    def grab(self) -> bool:
        if not self.plugged:
            return False
        if self.hung:
            self._clock.sleep(1.0)
            return False
        now_s = self._clock.monotonic()
        while self._next_s <= now_s:
            self._stamps_s = [*self._stamps_s, self._next_s][:4]
            self._next_s += 1 / 30
        if not self._stamps_s:
            self._clock.sleep(self._next_s - now_s)
            self._stamps_s = [self._next_s]
            self._next_s += 1 / 30
        self._stamp_s = self._stamps_s.pop(0)
        return True

    def retrieve(self) -> tuple[bool, Any]:
        width = int(self.controls[cv2.CAP_PROP_FRAME_WIDTH])
        height = int(self.controls[cv2.CAP_PROP_FRAME_HEIGHT])
        return True, np.zeros((height, width, 3), np.uint8)

    def release(self) -> None:
        self.released = True
