"""A camera in a process of its own, so that a hang can be killed without the cabinet.

libcamera and USB cameras do hang (picamera2 #794: one call came back after a quarter of an
hour), and a thread that hangs in a driver can't be ended. The frames lie in memory shared by
both processes, which has no name: when both have let go of it, however they ended, it is gone.
"""

from __future__ import annotations

import logging
import mmap
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

import hw.errors
from hw.camera_messages import (
    Answer,
    Cancel,
    Close,
    Configure,
    Configured,
    Failed,
    Note,
    Ready,
    Request,
    Start,
    Taken,
)
from hw.device import DeviceBase
from hw.errors import CameraError, CameraTimeoutError, HardwareError
from hw.ports import CameraSettings, Clock, Frame, Pixels

log = logging.getLogger(__name__)

LARGEST_FRAME_BYTES = 4056 * 3040 * 3
"""The largest sensor in use (IMX477). Memory that no frame has touched costs nothing."""
START_TIMEOUT_S = 15.0
CONFIGURE_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 2.0


class _Child:
    """One running camera process and our end of its line."""

    def __init__(self, memory_fd: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hw.camera_child", str(theirs.fileno()), str(memory_fd)],
                pass_fds=(theirs.fileno(), memory_fd),
                stdin=subprocess.DEVNULL,
                env=environment,
            )
        self.line: Connection[Any, Any] = Connection(ours.detach())
        self._sending = threading.Lock()

    def send(self, message: object) -> bool:
        """False when the process does not empty its mailbox, or has gone."""
        try:
            with self._sending:
                if not select.select([], [self.line], [], 0)[1]:
                    return False
                self.line.send(message)
        except OSError:
            return False
        return True

    def receive(self, timeout_s: float) -> Answer | None:
        """The next answer, None when there is none in time. Raises `EOFError` or `OSError` when
        the process has gone."""
        answer: Answer | None = self.line.recv() if self.line.poll(timeout_s) else None
        return answer

    def kill(self) -> None:
        self.line.close()
        self.process.kill()
        try:
            self.process.wait(CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            log.warning("Camera process %d is stuck in the kernel.", self.process.pid)


class CameraProcess(DeviceBase):
    """Runs the camera that `factory` ("package.module:function", called with `options`) makes.

    `open` waits until the camera is open and `configure` until it is configured; both take as
    long as the camera does, up to their timeouts. `request`, `poll` and `cancel` never wait.
    When the deadline of a request passes, the process is killed, `poll` raises
    `CameraTimeoutError`, and the next request starts a new process with the same settings,
    which takes about a second: allow for it in that request's deadline.

    Safe to use from one thread, except `note`, which may come from any.
    """

    device = "camera"

    def __init__(
        self,
        factory: str,
        options: Mapping[str, Any] | None = None,
        *,
        clock: Clock,
        largest_frame_bytes: int = LARGEST_FRAME_BYTES,
    ) -> None:
        super().__init__()
        self._start_message = Start(factory=factory, options=dict(options or {}))
        self._clock = clock
        self._largest_frame_bytes = largest_frame_bytes
        self._lock = threading.RLock()
        self._child: _Child | None = None
        self._memory: mmap.mmap | None = None
        self._memory_fd = -1
        self._full_px: tuple[int, int] | None = None
        self._settings: CameraSettings | None = None
        self._noted: object = None
        self._number = 0
        self._deadline_s: float | None = None

    @property
    def process_id(self) -> int | None:
        """Of the camera's process, None while there is none."""
        return self._child.process.pid if self._child else None

    def _start(self) -> None:
        self._memory_fd = os.memfd_create("camera frames")
        os.ftruncate(self._memory_fd, self._largest_frame_bytes)
        self._memory = mmap.mmap(self._memory_fd, self._largest_frame_bytes)
        try:
            self._spawn()
            self._await(Ready, "open", START_TIMEOUT_S)
        except BaseException:
            self._stop()
            raise

    def _stop(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            if child.send(Close()):
                try:
                    child.process.wait(CLOSE_TIMEOUT_S)
                except subprocess.TimeoutExpired:
                    log.warning("The camera did not close in %g s.", CLOSE_TIMEOUT_S)
            child.kill()
        # not closed by hand: a frame that somebody still holds keeps the memory alive
        self._memory = None
        if self._memory_fd >= 0:
            os.close(self._memory_fd)
            self._memory_fd = -1
        self._settings, self._deadline_s = None, None

    def _spawn(self) -> _Child:
        try:
            child = _Child(self._memory_fd)
        except OSError as error:
            raise CameraError(
                f"its process can't be started: {error.strerror}.",
                action="Restart the unit; if it happens again, its memory is too small.",
            ) from error
        with self._lock:
            self._child = child
            child.send(self._start_message)
            if self._noted is not None:
                child.send(Note(self._noted))
        return child

    def _drop_child(self) -> None:
        with self._lock:
            child, self._child = self._child, None
            self._deadline_s = None
        if child is not None:
            child.kill()

    def note(self, what: object) -> None:
        """Tell the camera something that isn't in the contract (the simulated one what it looks
        at). The last note is repeated to a process that is started again."""
        with self._lock:
            self._noted = what
            if self._child is not None and not self._child.send(Note(what)):
                log.warning("The camera's process does not take messages.")

    @property
    def full_px(self) -> tuple[int, int]:
        self._require_open()
        assert self._full_px is not None, "an open camera has said it"
        return self._full_px

    def configure(self, settings: CameraSettings) -> None:
        self._require_open()
        if settings.width_px * settings.height_px * 3 > self._largest_frame_bytes:
            raise CameraError(
                f"a frame of {settings.width_px} x {settings.height_px} pixels is larger than the "
                f"{self._largest_frame_bytes} bytes set aside for it.",
                action="Choose a smaller frame in the recipe.",
            )
        self._deadline_s = None
        child = self._child
        if child is None:
            self._spawn()
            self._await(Ready, "open", START_TIMEOUT_S)
            child = self._child
        self._number += 1
        if child is None or not child.send(Configure(self._number, settings)):
            self._drop_child()
            raise CameraError("its process does not take messages.")
        self._await(Configured, "take its settings", CONFIGURE_TIMEOUT_S)
        self._settings = settings

    def _await(self, wanted: type[Ready] | type[Configured], what: str, timeout_s: float) -> None:
        """Wait for one kind of answer; older answers are of no interest any more."""
        give_up_s = self._clock.monotonic() + timeout_s
        while (left_s := give_up_s - self._clock.monotonic()) > 0:
            answer = self._receive(left_s)
            if isinstance(answer, Ready):
                self._full_px = answer.full_px
            if isinstance(answer, wanted) and answer.number in (0, self._number):
                return
            if isinstance(answer, Failed) and answer.number in (0, self._number):
                if wanted is Ready:
                    self._drop_child()
                raise _error_of(answer)
        self._drop_child()
        raise CameraTimeoutError(f"it did not {what} within {timeout_s:g} s.")

    def _receive(self, timeout_s: float = 0.0) -> Answer | None:
        if self._child is None:
            return None
        try:
            return self._child.receive(timeout_s)
        except (EOFError, OSError):
            code = self._child.process.poll()
            self._drop_child()
            raise CameraError(f"its process ended by itself (exit code {code}).") from None

    def request(self, *, not_before_s: float, deadline_s: float) -> None:
        self._require_open()
        if self._settings is None:
            raise CameraError(
                "a frame was requested before it was configured.",
                action="Configure the camera with the recipe's settings first.",
            )
        child = self._child
        if child is None:
            child = self._spawn()
            child.send(Configure(self._number, self._settings))
        self._number += 1
        if not child.send(Request(self._number, not_before_s)):
            self._drop_child()
            raise CameraError("its process does not take messages.")
        self._deadline_s = deadline_s

    def poll(self) -> Frame | None:
        self._require_open()
        if self._deadline_s is None:
            raise CameraError(
                "it was asked for a frame that nobody requested.",
                action="Request a frame before polling for it.",
            )
        while (answer := self._receive()) is not None:
            if isinstance(answer, Taken) and answer.number == self._number:
                self._deadline_s = None
                return self._frame(answer)
            if isinstance(answer, Failed) and answer.number in (0, self._number, self._number - 1):
                self._deadline_s = None
                raise _error_of(answer)
        if self._clock.monotonic() > self._deadline_s:
            self._drop_child()
            raise CameraTimeoutError("no frame arrived before the deadline; it was stopped.")
        return None

    def _frame(self, taken: Taken) -> Frame:
        assert self._memory is not None
        pixels: Pixels = np.ndarray(taken.shape, np.uint8, buffer=self._memory)
        pixels.setflags(write=False)
        return Frame(
            pixels=pixels,
            sensor_time_s=taken.sensor_time_s,
            sequence=taken.sequence,
            exposure_us=taken.exposure_us,
            analogue_gain=taken.analogue_gain,
            colour_gains=taken.colour_gains,
            lens_position=taken.lens_position,
        )

    def cancel(self) -> None:
        self._require_open()
        self._deadline_s = None
        if self._child is not None:
            self._child.send(Cancel())


def _error_of(failed: Failed) -> HardwareError:
    kind = getattr(hw.errors, failed.kind, CameraError)
    error: HardwareError = kind(failed.found, device=failed.device, action=failed.action)
    return error
