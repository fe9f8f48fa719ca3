"""The camera's process: `python -m hw.camera_child LINE_FD MEMORY_FD`, started by
`hw.camera_process` only.

A thread reads the mailbox, so that the end of the cabinet's process is noticed even while the
camera hangs in its driver: then this process ends at once. (A parent-death signal would not do:
it follows the thread that started the process, not the process.)
"""

from __future__ import annotations

import importlib
import math
import mmap
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from hw.camera_messages import (
    Answer,
    Cancel,
    Close,
    Configure,
    Configured,
    Failed,
    Message,
    Note,
    Ready,
    Request,
    Start,
    Taken,
)
from hw.errors import CameraError, HardwareError
from hw.ports import Camera, Frame

POLL_S = 0.003


class CameraChild:
    """Obeys the mailbox and answers; owns the camera."""

    def __init__(self, camera: Camera, memory: mmap.mmap, answer: Callable[[Answer], None]) -> None:
        self._camera = camera
        self._memory = memory
        self._answer = answer
        self._pending = 0
        self._idle_work = False

    @property
    def waiting(self) -> bool:
        """A frame is under way."""
        return self._pending != 0

    def obey(self, message: Message) -> None:
        """Do what one message says; what goes wrong is answered under its number."""
        number = getattr(message, "number", 0)
        try:
            if isinstance(message, Configure):
                self._pending = 0
                self._camera.configure(message.settings)
                self._answer(Configured(number))
                self._idle_work = True
            elif isinstance(message, Request):
                # the deadline is kept by the cabinet, which can do something about it
                self._pending = number
                self._camera.request(not_before_s=message.not_before_s, deadline_s=math.inf)
            elif isinstance(message, Cancel):
                self._pending = 0
                self._camera.cancel()
            elif isinstance(message, Note):
                self._take_note(message.what)
        except HardwareError as error:
            self._fail(number, error)

    def _take_note(self, what: object) -> None:
        take: Callable[[object], None] = self._camera.note  # type: ignore[attr-defined]
        take(what)
        self._idle_work = True

    def look(self) -> None:
        """Fetch the frame under way, if it is there."""
        try:
            frame = self._camera.poll()
            if frame is not None:
                number, self._pending = self._pending, 0
                self._answer(self._share(number, frame))
        except HardwareError as error:
            self._fail(self._pending, error)

    def rest(self) -> None:
        """Nothing to do: let the camera prepare what it may need next."""
        if self._idle_work:
            self._idle_work = False
            prepare = getattr(self._camera, "prepare", None)
            if prepare is not None:
                prepare()

    def _share(self, number: int, frame: Frame) -> Taken:
        height, width, _ = frame.pixels.shape
        if frame.pixels.nbytes > len(self._memory):
            raise CameraError(f"its frame of {width} x {height} pixels does not fit the memory.")
        np.copyto(np.ndarray(frame.pixels.shape, np.uint8, buffer=self._memory), frame.pixels)
        return Taken(
            number=number,
            shape=(height, width, 3),
            sensor_time_s=frame.sensor_time_s,
            sequence=frame.sequence,
            exposure_us=frame.exposure_us,
            analogue_gain=frame.analogue_gain,
            colour_gains=frame.colour_gains,
            lens_position=frame.lens_position,
        )

    def _fail(self, number: int, error: HardwareError) -> None:
        self._pending = 0
        self._answer(_failed(number, error))


def _failed(number: int, error: HardwareError) -> Failed:
    return Failed(
        number=number,
        kind=type(error).__name__,
        found=error.found,
        device=error.device,
        action=error.action,
    )


def _make(start: Start) -> Camera:
    module, _, function = start.factory.partition(":")
    made: Camera = getattr(importlib.import_module(module), function)(**start.options)
    return made


def _read_mailbox(line: Connection[Any, Any], mailbox: queue.SimpleQueue[Message]) -> None:
    while True:
        try:
            mailbox.put(line.recv())
        except (EOFError, OSError):
            os._exit(0)


def serve(line: Connection[Any, Any], memory: mmap.mmap) -> None:
    """Run until told to close. Returns with the camera closed."""
    mailbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_read_mailbox, args=(line, mailbox), daemon=True).start()
    start = mailbox.get()
    assert isinstance(start, Start)
    try:
        camera = _make(start)
        first: list[Message] = []
        while not mailbox.empty():
            first.append(mailbox.get())
        # a note that came along is taken before the camera is opened: it may look at something
        for note in [message for message in first if isinstance(message, Note)]:
            camera.note(note.what)  # type: ignore[attr-defined]
        camera.open()
    except HardwareError as error:
        line.send(_failed(0, error))
        return
    child = CameraChild(camera, memory, line.send)
    line.send(Ready(camera.full_px))
    try:
        for message in first:
            child.obey(message)
        _obey_mailbox(child, mailbox)
    finally:
        camera.close()


def _obey_mailbox(child: CameraChild, mailbox: queue.SimpleQueue[Message]) -> None:
    while True:
        if mailbox.empty() and not child.waiting:
            child.rest()
        try:
            message = mailbox.get(timeout=POLL_S if child.waiting else None)
        except queue.Empty:
            child.look()
            continue
        if isinstance(message, Close):
            return
        child.obey(message)


def main() -> None:
    # Ctrl-C and a stopping service reach the whole group; the cabinet closes this process itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    line_fd, memory_fd = (int(text) for text in sys.argv[1:3])
    serve(Connection(line_fd), mmap.mmap(memory_fd, 0))


if __name__ == "__main__":
    main()
