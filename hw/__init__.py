"""The machine: pins and lenses. Knows nothing of boards' verdicts.

`open_cabinet` is the only place that chooses between real and simulated hardware, by the name in
the settings. Nothing here falls back to something else when a driver is missing: that is an
error.
"""

from __future__ import annotations

from hw.cabinet import Cabinet
from hw.clock import RealClock
from hw.errors import WiringError
from hw.ports import Clock
from hw.settings import CabinetSettings

__all__ = ["Cabinet", "CabinetSettings", "open_cabinet"]


def open_cabinet(settings: CabinetSettings, *, clock: Clock | None = None) -> Cabinet:
    """The cabinet of these settings; `with open_cabinet(settings) as cabinet:` opens its devices
    and closes them on every exit. `clock` is the machine's own unless a test gives another.

    Raises `WiringError` for a kind or a combination that does not exist.
    """
    if settings.kind == "simulated":
        return _simulated(settings, clock)
    if settings.kind == "raspberry-pi":
        from hw.raspberry_pi import raspberry_pi  # needs drivers that only a Pi has

        return raspberry_pi(settings, clock or RealClock())
    raise WiringError(
        f'there is no kind of cabinet {settings.kind!r}; there are "raspberry-pi" and "simulated".'
    )


def _simulated(settings: CabinetSettings, clock: Clock | None) -> Cabinet:
    from hw.sim.cabinet import SimulatedCabinet

    if settings.simulation.camera_in_process and not isinstance(clock or RealClock(), RealClock):
        raise WiringError(
            "a simulated camera in its own process needs the real clock.",
            action="Set camera_in_process = false for a virtual clock.",
        )
    return SimulatedCabinet(settings.simulation, clock or RealClock())
