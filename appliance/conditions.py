"""What is the case about the cabinet that forbids judging: a pure look at what is felt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.controller_settings import ControllerSettings
from appliance.senses import Sensed
from appliance.states import State

SLOT_JAMMED, DISK_FULL, UNDERVOLTAGE = "slot_jammed", "disk_full", "undervoltage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    code: str
    device: str
    found: str
    action: str


def found(sensed: Sensed, state: State, settings: ControllerSettings) -> Iterator[Condition]:
    """Every condition that holds now and forbids judging."""
    health, least = sensed.health, settings.min_free_bytes
    if sensed.half_seated_s > settings.half_seated_s and sensed.slot is not None:
        side = "left" if sensed.slot.left else "right"
        yield Condition(
            code=SLOT_JAMMED,
            device="slot",
            found=f"Only the {side} seat switch is pressed.",
            action="Push the cradle fully in or take it out; if it stays, check the switches.",
        )
    if health is not None and health.disk_free_bytes < least:
        yield Condition(
            code=DISK_FULL,
            device="storage",
            found=f"Free: {health.disk_free_bytes / 1e6:.0f} MB; needed: {least / 1e6:.0f} MB.",
            action="Export the records and make room, or set a smaller quota for pictures.",
        )
    looking = state in {State.SEATED, State.INSPECTING}
    if looking and health is not None and health.undervoltage:
        yield Condition(
            code=UNDERVOLTAGE,
            device="supply",
            found="The supply voltage sagged while the board was looked at.",
            action="Use the unit's own supply and cable, then insert the board again.",
        )


def is_over(code: str, sensed: Sensed, settings: ControllerSettings) -> bool:
    """Whether the condition with this code holds no more. What can't be read is not over."""
    health = sensed.health
    match code:
        case "slot_jammed":
            return sensed.slot is not None and sensed.slot.left == sensed.slot.right
        case "disk_full":
            return health is not None and health.disk_free_bytes >= settings.min_free_bytes
        case "undervoltage":
            return health is not None and not health.undervoltage
    raise LookupError(f"there is no condition {code!r}")
