"""What the running service does for the page of the unit's care."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from appliance.care.backup import Wish, back_up
from appliance.care.bundle import Ask, write_bundle
from appliance.care.errors import CareError
from appliance.care.key import own_fingerprint, unit_key
from appliance.care.lights import Measured, lights
from appliance.care.selftest import checks_of, run_selftest
from appliance.care.views import CareView
from appliance.config import Config
from appliance.proof.sheet import Check
from appliance.status import DeviceView, StatusBoard
from appliance.store import Store, utc_text
from hw.card import CardReading, read_card
from hw.disk_health import DiskHealth, read_disk_health

log = logging.getLogger(__name__)

FRESH_S = 10.0
"""A view is shown this long: looking takes a little from the inspections."""

_PREFIX = ".care-"


class Desk:
    """Any thread may call; one bundle, backup or self-test at a time."""

    def __init__(
        self,
        config: Config,
        settings: Path | None,
        store: Store,
        board: StatusBoard,
        *,
        card: Callable[[Path], CardReading | None] = read_card,
        disk: Callable[[], DiskHealth | None] = read_disk_health,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`settings` is the file that `config` was read from, None where there is none."""
        self._config = config
        self._settings = settings
        self._store = store
        self._board = board
        self._card = card
        self._disk = disk
        self._clock = clock
        self._looking = threading.Lock()
        self._making = threading.Lock()
        self._view: CareView | None = None
        self._seen_s = 0.0
        with suppress(CareError):  # said by the first backup, where it matters
            unit_key(config.data)
        for left in config.data.glob(f"{_PREFIX}*"):  # by a power cut
            shutil.rmtree(left, ignore_errors=True)

    def view(self) -> CareView:
        with self._looking:
            if self._view is None or self._clock() - self._seen_s >= FRESH_S:
                self._view = self._look(self._view.lights if self._view else ())
                self._seen_s = self._clock()
            return self._view

    def _look(self, previous: tuple[DeviceView, ...]) -> CareView:
        store, card = self._store, None
        with suppress(OSError):
            card = self._card(self._config.records.folder)
        measured = Measured(
            card=card,
            disk=self._disk_under(card),
            latency=store.commit_latency(),
            space=store.space(),
            inflow=store.inflow(),
            min_free_bytes=self._config.records.min_free_mb * 1_000_000,
            endurance_tb=self._config.card.endurance_tb,
        )
        return CareView(
            lights=lights(measured, previous=previous, utc=utc_text(datetime.now(UTC))),
            latency=measured.latency,
            space=measured.space,
            inflow=measured.inflow,
            next_to_go=store.next_to_go(),
            fingerprint=own_fingerprint(self._config.data),
            saves=self._settings is not None,
        )

    def _disk_under(self, card: CardReading | None) -> DiskHealth | None:
        """Of the disk that the records lie on, and of no other."""
        try:
            disk = self._disk()
        except (OSError, ValueError) as error:
            log.warning("What the disk said of its health can't be read: %s", error)
            return None
        if disk is None or card is None or disk.device != card.device:
            return None
        return disk

    def bundle(self) -> BinaryIO:
        def write(out: Path) -> None:
            more = {
                "status.json": lambda: asdict(self._board.current()[1]),
                "card.json": lambda: [asdict(light) for light in self.view().lights],
            }
            # The self-test would take the processor from the inspections.
            ask = Ask(selftest=False, more=more)
            write_bundle(self._config, self._settings, out, ask, datetime.now(UTC))

        return self._made(write)

    def backup(self, passphrase: str | None) -> BinaryIO:
        settings = self._settings
        if settings is None:
            raise CareError(
                expected="a unit with a settings file",
                found="none: this is a demonstration",
                action="Start the unit with its settings.",
            )

        def write(out: Path) -> None:
            wish = Wish(records_days=0, passphrase=passphrase)
            back_up(self._config, settings, out, wish, datetime.now(UTC))

        return self._made(write)

    def selftest(self) -> tuple[Check, ...]:
        if not self._making.acquire(blocking=False):
            raise _busy()
        try:
            return checks_of(run_selftest(self._settings))
        finally:
            self._making.release()

    def _made(self, write: Callable[[Path], None]) -> BinaryIO:
        if not self._making.acquire(blocking=False):
            raise _busy()
        try:
            with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self._config.data) as folder:
                out = Path(folder) / "out"
                write(out)
                # Its name goes with the folder; the file goes when the caller has sent it.
                return out.open("rb")
        except OSError as error:
            raise CareError(
                expected="room for the file while it is made",
                found=error.strerror or str(error),
                action="Make room on the disk.",
            ) from error
        finally:
            self._making.release()


def _busy() -> CareError:
    return CareError(
        expected="one bundle, backup or self-test at a time",
        found="another one under way",
        action="Try again in a minute.",
    )
