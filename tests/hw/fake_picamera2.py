"""A camera system under picamera2's names, as far as our driver uses them.

It stands where libcamera and the sensor are and behaves as they do, on a clock that the test
moves: ten frames a second into a few buffers; a buffer that isn't given back is missing; frames
nobody asked for wait and get old; new controls reach the picture three frames late; rows are
padded. `tick` is its event loop. What can go wrong is switched on by name.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from hw.clock import VirtualClock

PERIOD_S = 0.1
READOUT_S = 0.05
CONTROL_DELAY_FRAMES = 3
PADDING_PX = 16
SENSOR_PX = (4056, 3040)


class FakeJob:
    def __init__(self, flush_ns: int | None, signal: Callable[[FakeJob], None]) -> None:
        self.flush_ns = flush_ns
        self.signal = signal
        self.result: Any = None

    def get_result(self) -> Any:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class FakeRequest:
    def __init__(self, camera: FakePicamera2, number: int, start_s: float, said: dict[str, Any]):
        self._camera = camera
        self._said = said
        self.request = SimpleNamespace(sequence=number)
        self.released = False
        width, height = camera.size
        self.buffer = np.full((height, width + PADDING_PX, 3), number % 256, np.uint8)
        self.exposed_from_s = start_s

    def get_metadata(self) -> dict[str, Any]:
        return dict(self._said)

    def release(self) -> None:
        assert not self.released, "a buffer was given back twice"
        self.released = True
        self._camera.buffers_out -= 1


class FakeMappedArray:
    def __init__(self, request: FakeRequest, stream: str, reshape: bool = True, write: bool = True):
        assert stream == "main"
        assert reshape
        self._request = request
        self.array: Any = None

    def __enter__(self) -> FakeMappedArray:
        assert not self._request.released, "a buffer was mapped after it was given back"
        self.array = self._request.buffer
        return self

    def __exit__(self, *_: object) -> None:
        self.array = None


class FakePicamera2:
    def __init__(self, system: FakeSystem, number: int) -> None:
        if not system.plugged:
            raise IndexError("list index out of range")
        self._system = system
        self.camera_controls = {
            "AeEnable": (False, True, True),
            "AwbEnable": (False, True, True),
            "ExposureTime": (60, 667_244, 20_000),
            "AnalogueGain": (1.0, 22.26, 1.0),
            "ColourGains": (0.0, 32.0, 1.0),
            "FrameDurationLimits": (100_000, 694_434, 100_000),
        }
        if system.movable_lens:
            self.camera_controls |= {"LensPosition": (0.0, 15.0, 1.0), "AfMode": (0, 2, 0)}
        self.sensor_resolution = SENSOR_PX
        self.size = (0, 0)
        self.mode_switches = 0
        self.buffers = 0
        self.buffers_out = 0
        self.started = False
        self.closed = False
        self.exposed_from_s: dict[int, float] = {}
        """The truth of every frame by its number."""
        self._told: dict[str, Any] = {}
        self._history: list[tuple[int, dict[str, Any]]] = [(0, {})]
        self._number = 0
        self._next_s = 0.0
        self._queue: list[FakeRequest] = []
        self._jobs: list[FakeJob] = []
        system.cameras.append(self)

    def create_still_configuration(
        self, main: dict[str, Any], buffer_count: int, queue: bool, controls: dict[str, Any]
    ) -> dict[str, Any]:
        assert main["format"] == "RGB888"
        return {"main": main, "buffer_count": buffer_count, "queue": queue, "controls": controls}

    def configure(self, configuration: dict[str, Any]) -> None:
        assert not self.started, "configured while it runs"
        self.mode_switches += 1
        width, height = configuration["main"]["size"]
        self.size = (min(width, SENSOR_PX[0]), min(height, SENSOR_PX[1]))
        self.buffers = configuration["buffer_count"]
        self._told = dict(configuration["controls"])
        self._history = [(0, dict(self._told))]

    def camera_configuration(self) -> dict[str, Any]:
        return {"main": {"size": self.size}}

    def start(self) -> None:
        self.started = True
        self._next_s = self._system.clock.monotonic() + PERIOD_S

    def stop(self) -> None:
        self.started = False
        for request in self._queue:
            request.release()
        self._queue.clear()
        self._jobs.clear()

    def close(self) -> None:
        self.closed = True

    def set_controls(self, controls: dict[str, Any]) -> None:
        self._told.update(controls)
        self._history.append((self._number + CONTROL_DELAY_FRAMES, dict(self._told)))

    def capture_request(
        self, *, wait: bool, signal_function: Callable[[FakeJob], None], flush: int | None
    ) -> FakeJob:
        assert not wait
        if not self._system.plugged:
            raise RuntimeError("Camera frontend has timed out")
        job = FakeJob(flush, signal_function)
        self._jobs.append(job)
        return job

    def tick(self) -> None:
        now_s = self._system.clock.monotonic()
        while self.started and self._next_s + READOUT_S <= now_s:
            if not self._system.hung and self.buffers_out < self.buffers:
                self._expose(self._next_s)
            self._number += 1
            self._next_s += PERIOD_S
        self._serve()

    def _expose(self, readout_s: float) -> None:
        told = [controls for from_number, controls in self._history if from_number <= self._number]
        controls = told[-1]
        exposure_us = controls.get("ExposureTime", 20_000) * self._system.exposure_error
        said = {
            "SensorTimestamp": round(readout_s * 1e9),
            "ExposureTime": round(exposure_us),
            "AnalogueGain": controls.get("AnalogueGain", 1.0),
            "ColourGains": controls.get("ColourGains", (1.8, 1.5)),
        }
        if self._system.movable_lens:
            said["LensPosition"] = controls.get("LensPosition", 1.0)
        self.buffers_out += 1
        start_s = readout_s - exposure_us / 1e6
        self.exposed_from_s[self._number] = start_s
        self._queue.append(FakeRequest(self, self._number, start_s, said))

    def _serve(self) -> None:
        while self._jobs and self._queue:
            job, request = self._jobs[0], self._queue.pop(0)
            too_old = job.flush_ns is not None and request.exposed_from_s * 1e9 < job.flush_ns
            if too_old and not self._system.ignores_flush:
                request.release()
                continue
            self._jobs.pop(0)
            job.result = request
            job.signal(job)


class FakeSystem:
    """The `picamera2` module and what is behind it."""

    MappedArray = FakeMappedArray

    def __init__(self, clock: VirtualClock, *, movable_lens: bool = False) -> None:
        self.clock = clock
        self.movable_lens = movable_lens
        self.plugged = True
        self.hung = False
        self.ignores_flush = False
        """Serves whatever lies in the queue (picamera2 #849)."""
        self.exposure_error = 1.0
        self.cameras: list[FakePicamera2] = []

    def Picamera2(self, camera_num: int = 0) -> FakePicamera2:
        return FakePicamera2(self, camera_num)

    def tick(self) -> None:
        for camera in self.cameras:
            camera.tick()
