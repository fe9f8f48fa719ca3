"""What can go wrong with a device, each kind with what the technician can do about it."""


class HardwareError(Exception):
    """A device can't do its work; the cabinet goes to FAULT and never to PASS.

    `device` names the part as the wiring table does, `found` says what was seen and
    `action` what a person can do. The text of the error is made of all three.
    """

    device = "cabinet"
    action = "Switch the unit off and on; if it stays, call a technician."

    def __init__(self, found: str, *, device: str | None = None, action: str | None = None) -> None:
        self.found = found
        self.device = device or type(self).device
        self.action = action or type(self).action
        super().__init__(f"{self.device}: {found} {self.action}")


class NotOpenError(HardwareError, RuntimeError):
    """A device was used before it was opened or after it was closed: a bug, not a loose wire."""

    action = "Open the cabinet before its devices are used."


class CameraError(HardwareError, OSError):
    device = "camera"
    action = "Check the camera's cable and that no other program has it open."


class CameraTimeoutError(CameraError, TimeoutError):
    """No frame that satisfies the request arrived before the deadline."""

    action = "The camera is restarted; if it happens again, reseat its cable."


class LightError(HardwareError, OSError):
    device = "light"
    action = "Check the LED strip's supply and its wire to the driver."


class SlotError(HardwareError, OSError):
    device = "slot"
    action = "Check the two seat switches and their wires."


class BeaconError(HardwareError, OSError):
    device = "beacon"
    action = "Check the lamps' supply and their wires."


class ButtonError(HardwareError, OSError):
    device = "button"
    action = "Check the button and its wire."


class SerialLinkError(HardwareError, OSError):
    device = "scanner"
    action = "Plug the barcode scanner in again."


class WiringError(HardwareError, ValueError):
    """The wiring file names something this unit can't have."""

    device = "wiring"
    action = "Correct the unit's configuration file."
