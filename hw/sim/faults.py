"""What can be broken on purpose, by name."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """A scripted fault; it acts from `World.start_fault` until `World.stop_fault`."""

    STALE_FRAME = "stale_frame"
    """The camera hands out a frame from before the request, with its honest old sensor time."""
    HUNG_CAMERA = "hung_camera"
    """No frame ever arrives; only the deadline ends the wait."""
    CAMERA_GONE = "camera_gone"
    """The camera's cable is out: every request is an error."""
    DARK_LIGHT = "dark_light"
    """The strip has lost its supply: `set` succeeds and nothing lights up."""
    LIGHT_GONE = "light_gone"
    """The strip's driver does not follow: `set` raises."""
    FLICKER = "flicker"
    """The strip is dimmed badly: bands run across the picture."""
    UNEVEN_STRIP = "uneven_strip"
    """The strip has lost segments at its right end: that side gets less than half the light."""
    WRONG_EXPOSURE = "wrong_exposure"
    """The sensor exposes twice as long as told, and says so in its metadata."""
    WRONG_COLOUR = "wrong_colour"
    """The white balance has drifted from the locked gains, and the metadata says so."""
    DEFOCUS = "defocus"
    """The lens has been knocked."""
    JAMMED_SLOT = "jammed_slot"
    """The cradle sits crooked: the right switch is not pressed although it is in."""
    STUCK_SWITCH = "stuck_switch"
    """The left switch stays pressed although the slot is empty."""
    SLOT_GONE = "slot_gone"
    """The switches can't be read."""
    STUCK_BUTTON = "stuck_button"
    """The button reads as pressed all the time."""
    BEACON_GONE = "beacon_gone"
    """The lamps can't be driven; they go dark."""
    DARK_LAMP = "dark_lamp"
    """The green lamp has lost its wire: it is driven and stays dark."""
    SWAPPED_LAMPS = "swapped_lamps"
    """The wires of the red and the amber lamp are swapped."""
    SILENT_BUZZER = "silent_buzzer"
    """The buzzer is driven and is not heard."""
    SWAPPED_SWITCHES = "swapped_switches"
    """The wires of the left and the right seat switch are swapped."""
    DEAD_SWITCH = "dead_switch"
    """The right seat switch has lost its wire: it never closes."""
    JOINED_SWITCHES = "joined_switches"
    """The wires of the two seat switches touch: each closes both."""
    WORN_SWITCH = "worn_switch"
    """The left seat switch bounces for five times as long as a good one."""
    UNPLUGGED_SCANNER = "unplugged_scanner"
    """The scanner's USB plug is out."""
    FULL_DISK = "full_disk"
    """No byte is free on the disk of the records."""
    UNDERVOLTAGE = "undervoltage"
    """The supply sags."""
    OVERHEATED = "overheated"
    """The processor is hot and its clock is held down."""


def fault_named(name: str | Fault) -> Fault:
    """The fault of this name; `ValueError` lists the names there are."""
    try:
        return Fault(name)
    except ValueError:
        known = ", ".join(sorted(Fault))
        raise ValueError(f"There is no fault {name!r}; there are: {known}.") from None
