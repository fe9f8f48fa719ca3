"""The technician's traffic lights: each subsystem with its measured value, limit and next step."""

from __future__ import annotations

from typing import Protocol

from appliance.faults import Faults
from appliance.senses import Sensed
from appliance.status import DeviceView
from hw.ports import HealthReading, SlotReading

OK, WARN, BAD = "ok", "warn", "bad"


class _View(Protocol):
    def __call__(
        self, name: str, level: str, value: str, limit: str = "", next_step: str = ""
    ) -> DeviceView: ...


def device_views(
    *,
    previous: tuple[DeviceView, ...],
    utc_now: str,
    sensed: Sensed,
    faults: Faults,
    min_free_bytes: int,
    hot_c: float,
) -> tuple[DeviceView, ...]:
    """One view a subsystem, in a fixed order. `since_utc` is kept from `previous` for as long as
    the level stays the same."""
    scanner, stuck = sensed.broken("scanner"), sensed.button.stuck
    since = {view.name: (view.level, view.since_utc) for view in previous}

    def view(name: str, level: str, value: str, limit: str = "", next_step: str = "") -> DeviceView:
        for fault in faults:
            if fault.device == name:
                level, value, next_step = BAD, fault.found, fault.action
        was_level, was_since = since.get(name, ("", ""))
        return DeviceView(
            name=name,
            level=level,
            value=value,
            limit=limit,
            next_step=next_step,
            since_utc=was_since if was_level == level else utc_now,
        )

    return (
        view("camera", OK, "answers"),
        view("light", OK, "follows"),
        _slot(view, sensed.slot),
        view("beacon", OK, "follows"),
        view(
            "button",
            BAD if stuck else OK,
            "pressed for long" if stuck else "answers",
            "",
            "Free the button; if it stays, check its wire." if stuck else "",
        ),
        view(
            "scanner",
            WARN if scanner else OK,
            scanner.found if scanner else "answers",
            "",
            scanner.action if scanner else "",
        ),
        *_board(view, sensed.health, min_free_bytes, hot_c),
    )


def _slot(view: _View, slot: SlotReading | None) -> DeviceView:
    if slot is None:
        return view("slot", BAD, "can't be read")
    words = {True: "pressed", False: "open"}
    value = f"left {words[slot.left]}, right {words[slot.right]}"
    return view("slot", OK if slot.left == slot.right else WARN, value, "both alike")


def _board(
    view: _View, health: HealthReading | None, min_free_bytes: int, hot_c: float
) -> tuple[DeviceView, ...]:
    if health is None:
        return (view("computer", BAD, "does not say", "", "Call a technician."),)
    hot = health.cpu_c is not None and health.cpu_c >= hot_c
    free_gb, total_gb = health.disk_free_bytes / 1e9, health.disk_total_bytes / 1e9
    return (
        view(
            "processor",
            WARN if hot or health.throttled else OK,
            "no sensor"
            if health.cpu_c is None
            else f"{health.cpu_c:.0f} °C" + (", held down" if health.throttled else ""),
            f"below {hot_c:.0f} °C",
            "Clear the vents; check the fan." if hot or health.throttled else "",
        ),
        view(
            "supply",
            WARN if health.undervoltage else OK,
            {None: "no sensor", True: "undervoltage", False: "steady"}[health.undervoltage],
            "no undervoltage",
            "Use the unit's own supply and cable." if health.undervoltage else "",
        ),
        view(
            "storage",
            BAD if health.disk_free_bytes < min_free_bytes else OK,
            f"{free_gb:.1f} of {total_gb:.1f} GB free",
            f"at least {min_free_bytes / 1e9:.1f} GB",
            "",
        ),
        view(
            "memory",
            OK,
            "no sensor"
            if health.memory_available_bytes is None
            else f"{round(health.memory_available_bytes / 50e6) * 50} MB free",
        ),
    )
