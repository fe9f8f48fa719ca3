"""A line-based serial device on pyserial: the barcode scanner, later the line controller."""

from __future__ import annotations

import re

import serial

from hw.device import DeviceBase
from hw.errors import SerialLinkError
from hw.ports import Clock

LONGEST_LINE_BYTES = 512
WRITE_TIMEOUT_S = 0.015
REOPEN_EVERY_S = 0.5
"""Opening a port that isn't there costs little, but not nothing."""
_ENDING = re.compile(rb"[\r\n]+")


class SerialPort(DeviceBase):
    """Reads what has arrived and never waits.

    `open` succeeds although the plug is out: a missing scanner must not keep the cabinet from
    starting. `read_line` says so then, and works again by itself once it is plugged in. Lines may
    end in CR, LF or both; empty ones are skipped. Half a line is forgotten when the plug is
    pulled.
    """

    device = "scanner"

    def __init__(self, port: str, *, baud: int = 9600, clock: Clock) -> None:
        super().__init__()
        self._path = port
        self._baud = baud
        self._clock = clock
        self._port: serial.Serial | None = None
        self._buffer = b""
        self._skipping = False
        self._next_try_s = float("-inf")

    def _start(self) -> None:
        self._next_try_s = float("-inf")

    def _stop(self) -> None:
        self._unplug()

    def _unplug(self) -> None:
        port, self._port = self._port, None
        self._buffer, self._skipping = b"", False
        if port is not None:
            port.close()

    def _plugged(self) -> serial.Serial:
        self._require_open()
        if self._port is not None:
            return self._port
        now_s = self._clock.monotonic()
        if now_s < self._next_try_s:
            raise SerialLinkError(f"{self._path} is not there.")
        self._next_try_s = now_s + REOPEN_EVERY_S
        try:
            self._port = serial.Serial(
                self._path, self._baud, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise SerialLinkError(f"{self._path} can't be opened: {error}.") from error
        return self._port

    def read_line(self) -> str | None:
        port = self._plugged()
        line = self._next_line()
        if line is None:
            try:
                self._take(port.read(4096))
            except (serial.SerialException, OSError) as error:
                self._unplug()
                raise SerialLinkError(f"{self._path} has gone: {error}.") from error
            line = self._next_line()
        return None if line is None else self._text(line)

    def _take(self, arrived: bytes) -> None:
        self._buffer += arrived
        if self._skipping:  # the rest of a line that was too long
            found = _ENDING.search(self._buffer)
            self._buffer = self._buffer[found.end() :] if found else b""
            self._skipping = found is None

    def _next_line(self) -> bytes | None:
        self._buffer = self._buffer.lstrip(b"\r\n")
        found = _ENDING.search(self._buffer)
        if found is None:
            if len(self._buffer) > LONGEST_LINE_BYTES:
                self._buffer, self._skipping = b"", True
                self._refuse_length()
            return None
        line, self._buffer = self._buffer[: found.start()], self._buffer[found.end() :]
        if len(line) > LONGEST_LINE_BYTES:
            self._refuse_length()
        return line

    def _refuse_length(self) -> None:
        raise SerialLinkError(
            f"it sent a line of more than {LONGEST_LINE_BYTES} bytes, which was thrown away.",
            action="Check the scanner's settings: a code ends with Enter.",
        )

    def _text(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise SerialLinkError(
                f"it sent bytes that are no text: {line[:16]!r}.",
                action=f"Check its baud rate ({self._baud} here) and its settings.",
            ) from error

    def write_line(self, text: str) -> None:
        if "\n" in text or "\r" in text:
            raise ValueError("A line to write has no line ending in it.")
        port = self._plugged()
        try:
            port.write(text.encode("utf-8") + b"\n")
        except serial.SerialTimeoutException as error:
            raise SerialLinkError(f"{self._path} does not take what is sent to it.") from error
        except (serial.SerialException, OSError) as error:
            self._unplug()
            raise SerialLinkError(f"{self._path} has gone: {error}.") from error
