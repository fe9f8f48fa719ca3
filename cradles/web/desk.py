"""Where cradles are ordered: one build at a time, in a process of its own, beside the inspection
and never in its way."""

from __future__ import annotations

import logging
import secrets
import shutil
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from appliance.states import State
from appliance.status import StatusBoard
from appliance.store import Store, StoreError
from cradles.web.child import OUT, STEPS
from cradles.web.limits import Limits
from cradles.web.order import Order, write_order
from cradles.web.running import Ending, run_child
from cradles.web.shelf import Shelf

log = logging.getLogger(__name__)

AT_WORK = frozenset({State.SEATED, State.INSPECTING, State.RECORDING})
"""While a board is judged, building stands still."""
MOST_REMEMBERED = 20


class BuildState(StrEnum):
    BUILDING = "building"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    code: str
    """refused, value, memory, late, killed, disk, cancelled or broke."""
    expected: str = ""
    found: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One order and how far it is, as the page shows it."""

    number: str
    order: Order
    state: BuildState = BuildState.BUILDING
    step: str = STEPS[0]
    waits: bool = False
    """For the inspection of a board."""
    identity: str = ""
    failure: Failure | None = None

    @property
    def steps_done(self) -> int:
        return STEPS.index(self.step)


class OccupiedError(Exception):
    """Another cradle is being built; nothing was kept of this order."""

    def __init__(self, build: Build) -> None:
        super().__init__(build.number)
        self.build = build


class NoRoomError(Exception):
    """The disk has too little room for anything but records."""


class Desk:
    def __init__(
        self,
        folder: Path,
        *,
        status: StatusBoard,
        store: Store,
        limits: Limits | None = None,
    ) -> None:
        """Sweeps away what an earlier run left half done."""
        self.shelf = Shelf(folder)
        self.limits = limits or Limits()
        self._status = status
        self._store = store
        self._lock = threading.Lock()
        self._builds: OrderedDict[str, Build] = OrderedDict()
        self._under_way: str | None = None
        self._stop = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self.shelf.sweep()

    def begin(self, order: Order, save: Callable[[Path], None]) -> Build:
        """Start to build; `save` writes the uploaded file into the folder that it is given.

        Raises `OccupiedError`, `NoRoomError`, and whatever `save` raises; then nothing is kept."""
        build = self._claim(order)
        folder = self.shelf.work / build.number
        try:
            folder.mkdir(parents=True)
            if shutil.disk_usage(folder).free < self.limits.least_free_bytes:
                raise NoRoomError
            save(folder)
            write_order(order, folder)
            thread = threading.Thread(
                target=self._work, args=(build.number, folder), name="cradle-build", daemon=True
            )
            with self._lock:
                self._thread = thread
            thread.start()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            with self._lock:
                self._under_way = None
                del self._builds[build.number]
            raise
        return build

    def build(self, number: str) -> Build | None:
        with self._lock:
            return self._builds.get(number)

    def under_way(self) -> Build | None:
        with self._lock:
            return self._builds[self._under_way] if self._under_way else None

    def failed(self) -> list[Build]:
        """Newest first, since the unit was started."""
        with self._lock:
            return [b for b in reversed(self._builds.values()) if b.state is BuildState.FAILED]

    def cancel(self, number: str) -> bool:
        """False when that build is not under way (any more)."""
        with self._lock:
            if self._under_way != number:
                return False
            self._stop.set()
            return True

    def close(self) -> None:
        """End a build that is under way, with its process, and take no more."""
        with self._lock:
            self._closed = True
            self._stop.set()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=5)

    # -- inside -----------------------------------------------------------------------------

    def _claim(self, order: Order) -> Build:
        build = Build(number=secrets.token_hex(4), order=order)
        with self._lock:
            if self._under_way is not None:
                raise OccupiedError(self._builds[self._under_way])
            if self._closed:
                raise OccupiedError(build)
            self._stop.clear()
            self._under_way = build.number
            self._builds[build.number] = build
            while len(self._builds) > MOST_REMEMBERED:
                self._builds.popitem(last=False)
        return build

    def _change(self, number: str, change: Callable[[Build], Build]) -> None:
        with self._lock:
            self._builds[number] = change(self._builds[number])

    def _work(self, number: str, folder: Path) -> None:
        last: dict[str, object] = {}

        def said(what: dict[str, object]) -> None:
            last.update(what)
            if what.get("step") in STEPS:
                self._change(number, lambda b: replace(b, step=str(what["step"])))

        try:
            ending = run_child(
                folder,
                self.limits,
                may_run=lambda: self._status.current()[1].state not in AT_WORK,
                stop=self._stop,
                said=said,
                paused=lambda stands: self._change(number, lambda b: replace(b, waits=stands)),
            )
            failure = failure_of(ending, last)
            if failure is None:
                self._take_in(number, folder / OUT, str(last["made"]))
        except Exception:
            log.exception("a cradle could not be built")
            failure = Failure(code="broke")
        shutil.rmtree(folder, ignore_errors=True)
        with self._lock:
            if failure is not None:
                self._builds[number] = replace(
                    self._builds[number], state=BuildState.FAILED, failure=failure, waits=False
                )
            self._under_way = None

    def _take_in(self, number: str, made: Path, identity: str) -> None:
        self.shelf.put(made, identity)
        self._change(number, lambda b: replace(b, state=BuildState.DONE, identity=identity))
        build = self.build(number)
        assert build is not None
        try:
            self._store.add_event(
                "cradle_made", build.order.by, f"{identity} from {build.order.filename}"
            )
        except StoreError:
            log.exception("the diary does not say that %s was made", identity)


def failure_of(ending: Ending, said: dict[str, object]) -> Failure | None:
    """None when the cradle is made."""
    if ending.why == "stopped":
        return Failure(code="cancelled")
    if ending.why == "late" or ending.exit_code in (-signal.SIGXCPU,):
        return Failure(code="late")
    if "failed" in said:
        words = {name: str(said.get(name, "")) for name in ("expected", "found", "action")}
        return Failure(code=str(said["failed"]), **words)
    if ending.exit_code == -signal.SIGKILL:
        return Failure(code="killed")
    if ending.exit_code == 0 and "made" in said:
        return None
    return Failure(code="broke")
