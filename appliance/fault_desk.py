"""Where faults are raised, recorded, tried again and closed."""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.capture import CameraSetup, Capture, CaptureTimes
from appliance.faults import Fault, Faults, Probe
from appliance.judging import RecipeInUse
from appliance.recorder import Recorder
from hw.cabinet import Cabinet
from hw.errors import HardwareError

log = logging.getLogger(__name__)


def code_of(error: HardwareError) -> str:
    """CameraTimeoutError -> camera_timeout."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def at_once() -> bool:
    """The probe of a fault whose cause ended with the board it came with."""
    return True


class FaultDesk:
    def __init__(
        self,
        cabinet: Cabinet,
        setup: CameraSetup,
        recorder: Recorder,
        *,
        utc: Callable[[], str],
        recipe: Callable[[], RecipeInUse | None],
        judging: Callable[[], bool],
        times: CaptureTimes,
        idle_light: float,
    ) -> None:
        """`recipe` is the one in use now, `judging` whether the frame memory is being read."""
        self._cabinet = cabinet
        self._setup = setup
        self._recorder = recorder
        self._utc = utc
        self._recipe = recipe
        self._judging = judging
        self._times = times
        self._idle_light = idle_light
        self._trial: Capture | None = None
        self._try_now = False
        self.open = Faults()

    def add(self, code: str, device: str, found: str, action: str, probe: Probe) -> None:
        fault = Fault(
            code=code,
            device=device,
            found=found,
            action=action,
            probe=probe,
            since_s=self._cabinet.clock.monotonic(),
            since_utc=self._utc(),
        )
        self._try_now = False
        if self.open.add(fault):
            log.error("FAULT %s: %s: %s %s", code, device, found, action)
            self._recorder.fault_opened(fault)

    def add_device(self, error: HardwareError, probe: Probe) -> None:
        self.add(code_of(error), error.device, error.found, error.action, probe)

    def add_store(self, error: Exception) -> None:
        code, found, action = self._recorder.explain(error)
        self.add(code, "storage", found, action, self._recorder.works)

    def add_capture(self, error: HardwareError) -> None:
        """Light or camera failed while a picture was to be taken."""
        probe = self.light_works if error.device == "light" else self.camera_works
        self.add_device(error, probe)

    def try_now(self) -> None:
        """A person asks; then the fault may end with the board still in."""
        self._try_now = True
        self.open.try_again_now()

    def tend(self, now_s: float, *, slot_clear: bool) -> bool:
        """Try the causes whose pause is over. True when the fault is over: every cause works
        again, and the slot is clear or a person asked. Then the list is closed and recorded."""
        self.open.probe(now_s)
        if not self.open.all_work_again or not (slot_clear or self._try_now):
            return False
        how = "tried by hand" if self._try_now else "works again"
        for fault in self.open.clear():
            self._recorder.fault_cleared(fault, by=None, how=how)
        self.rest()
        return True

    def rest(self) -> None:
        """Outside FAULT nothing is tried."""
        self._try_now = False
        self._trial = None

    def light_works(self) -> bool:
        try:
            self._cabinet.light.set(self._idle_light)
        except HardwareError:
            return False
        return True

    def camera_works(self) -> bool | None:
        """Take a picture of whatever lies there; only its freshness and settings count."""
        recipe = self._recipe()
        if self._judging() or recipe is None:
            return None
        try:
            if self._trial is None:
                self._trial = Capture(
                    self._cabinet.light,
                    self._setup,
                    settings=recipe.camera,
                    light_level=recipe.light_level,
                    now_s=self._cabinet.clock.monotonic(),
                    settle_s=0.0,
                    deadline_s=self._times.trial_deadline_s,
                )
            frame = self._trial.step()
        except HardwareError as error:
            log.warning("The camera still fails: %s", error)
            self._trial = None
            return False
        if frame is None:
            return None
        self._trial = None
        return True
