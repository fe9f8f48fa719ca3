"""What every driver shares: the open/closed rules of `hw.ports`, written once."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Self

from hw.errors import NotOpenError

log = logging.getLogger(__name__)


class DeviceBase:
    """Opening twice and closing twice do nothing, any other use while closed is `NotOpenError`,
    and closing never raises.

    A driver fills in `_start` (which cleans up after itself when it raises) and `_stop` (which
    leaves the device in its safe state).
    """

    device = "device"

    def __init__(self) -> None:
        self._is_open = False

    def _start(self) -> None:
        raise NotImplementedError

    def _stop(self) -> None:
        raise NotImplementedError

    def open(self) -> None:
        if self._is_open:
            return
        self._start()
        self._is_open = True

    def close(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        try:
            self._stop()
        except Exception:
            log.exception("The %s did not close cleanly.", self.device)

    def _require_open(self) -> None:
        if not self._is_open:
            raise NotOpenError("it was used while it is closed.", device=self.device)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
