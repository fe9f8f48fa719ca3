"""What every device promises (`hw/ports.py`), as tests that any implementation runs.

A test class takes one of these as its base and gives it a `rig`: the device, closed, and the
means to act on the other side of it. `rig.settle()` lets the world catch up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hw.errors import (
    CameraError,
    CameraTimeoutError,
    HardwareError,
    LightError,
    NotOpenError,
    SerialLinkError,
)
from hw.ports import CameraSettings, Frame, HealthReading, Lamps, SlotReading

Uses = tuple[Callable[[Any], object], ...]


class DeviceContract:
    """Open and closed, for all devices. `uses` are all other calls of the device."""

    uses: Uses = ()

    def test_every_use_while_closed_is_refused(self, rig: Any) -> None:
        for use in self.uses:
            with pytest.raises(NotOpenError, match="closed"):
                use(rig.device)

    def test_every_use_after_closing_is_refused(self, rig: Any) -> None:
        rig.device.open()
        rig.device.close()
        for use in self.uses:
            with pytest.raises(NotOpenError, match="closed"):
                use(rig.device)

    def test_opening_and_closing_twice_do_nothing(self, rig: Any) -> None:
        rig.device.open()
        rig.device.open()
        rig.device.close()
        rig.device.close()

    def test_it_can_be_opened_again(self, rig: Any) -> None:
        with rig.device as first:
            assert first is rig.device
        with rig.device as again:
            assert again is rig.device


class SlotContract(DeviceContract):
    uses: Uses = (lambda slot: slot.read(),)

    @pytest.mark.parametrize("left", [False, True])
    @pytest.mark.parametrize("right", [False, True])
    def test_each_switch_is_read_by_itself(self, rig: Any, left: bool, right: bool) -> None:
        with rig.device as slot:
            rig.press(left, right)
            rig.settle()
            assert slot.read() == SlotReading(left=left, right=right)


class ButtonContract(DeviceContract):
    uses: Uses = (lambda button: button.pressed(),)

    def test_it_follows_the_finger(self, rig: Any) -> None:
        with rig.device as button:
            levels = []
            for pressed in (False, True, False):
                rig.press(pressed)
                rig.settle()
                levels.append(button.pressed())
            assert levels == [False, True, False]


class LightContract(DeviceContract):
    uses: Uses = (
        lambda light: light.set(0.0),
        lambda light: light.level,
    )

    def test_it_opens_dark(self, rig: Any) -> None:
        with rig.device as light:
            assert (light.level, rig.shining()) == (0.0, 0.0)

    def test_it_follows_and_says_what_it_was_told(self, rig: Any) -> None:
        with rig.device as light:
            light.set(1.0)
            rig.settle()
            assert (light.level, rig.shining()) == (1.0, pytest.approx(1.0, abs=0.01))

    def test_closing_switches_it_off(self, rig: Any) -> None:
        with rig.device as light:
            light.set(1.0)
            rig.settle()
        rig.settle()
        assert rig.shining() == pytest.approx(0.0, abs=0.01)

    @pytest.mark.parametrize("level", [-0.01, 1.01, float("nan"), float("inf")])
    def test_levels_that_make_no_sense_are_refused(self, rig: Any, level: float) -> None:
        with rig.device as light:
            with pytest.raises(ValueError, match="between 0 and 1"):
                light.set(level)
            assert light.level == 0.0

    def test_its_settling_time_is_known(self, rig: Any) -> None:
        assert 0.0 <= rig.device.settle_s <= 5.0


class FailingLightContract:
    def test_a_strip_that_does_not_follow_is_an_error(self, rig: Any) -> None:
        with rig.device as light:
            rig.fail()
            with pytest.raises(LightError, match="light"):
                light.set(1.0)


class BeaconContract(DeviceContract):
    uses: Uses = (
        lambda beacon: beacon.show(Lamps()),
        lambda beacon: beacon.shown,
    )

    def test_it_opens_dark(self, rig: Any) -> None:
        with rig.device as beacon:
            assert (beacon.shown, rig.lit()) == (Lamps(), Lamps())

    @pytest.mark.parametrize(
        "lamps",
        [
            Lamps(red=True),
            Lamps(amber=True),
            Lamps(green=True),
            Lamps(red=True, amber=True),
            Lamps(buzzer=True),
            Lamps(green=True, buzzer=True, tone_high=True),
            Lamps(),
        ],
    )
    def test_it_shows_what_it_was_told(self, rig: Any, lamps: Lamps) -> None:
        with rig.device as beacon:
            beacon.show(Lamps(red=True, amber=True, green=True))
            beacon.show(lamps)
            assert (beacon.shown, rig.lit()) == (lamps, lamps)

    def test_closing_makes_it_dark(self, rig: Any) -> None:
        with rig.device as beacon:
            beacon.show(Lamps(red=True, green=True, buzzer=True))
        assert rig.lit() == Lamps()


class SerialContract(DeviceContract):
    uses: Uses = (
        lambda link: link.read_line(),
        lambda link: link.write_line("x"),
    )

    def test_nothing_sent_is_none(self, rig: Any) -> None:
        with rig.device as link:
            assert link.read_line() is None

    def test_lines_come_whole_and_in_order(self, rig: Any) -> None:
        with rig.device as link:
            assert link.read_line() is None
            rig.send("GB01-000001")
            rig.send("GB01-000002")
            assert [rig.next_line(link), rig.next_line(link)] == ["GB01-000001", "GB01-000002"]
            assert link.read_line() is None

    def test_an_unplugged_device_is_an_error_until_it_is_back(self, rig: Any) -> None:
        with rig.device as link:
            assert link.read_line() is None
            rig.unplug()
            for _ in range(3):
                with pytest.raises(SerialLinkError, match="Plug the barcode scanner in again"):
                    rig.next_line(link)
            rig.plug()
            rig.settle()
            assert link.read_line() is None
            rig.send("back")
            assert rig.next_line(link) == "back"


class HealthContract(DeviceContract):
    uses: Uses = (lambda health: health.read(),)

    def test_a_reading_is_whole_and_possible(self, rig: Any) -> None:
        with rig.device as health:
            reading = health.read()
        assert isinstance(reading, HealthReading)
        assert 0 <= reading.disk_free_bytes <= reading.disk_total_bytes
        assert reading.cpu_c is None or 0.0 < reading.cpu_c < 125.0


class CameraContract(DeviceContract):
    """`rig.settings` is something this camera can do; `rig.frame(camera)` polls to the end."""

    uses: Uses = (
        lambda camera: camera.configure(CameraSettings(width_px=640, height_px=480)),
        lambda camera: camera.request(not_before_s=0.0, deadline_s=1.0),
        lambda camera: camera.poll(),
        lambda camera: camera.cancel(),
        lambda camera: camera.full_px,
    )

    def ask(self, rig: Any, *, after_s: float = 0.0, within_s: float = 20.0) -> float:
        """Request a frame that starts more than `after_s` from now; returns that instant."""
        not_before_s: float = rig.clock.monotonic() + after_s
        rig.device.request(not_before_s=not_before_s, deadline_s=not_before_s + within_s)
        return not_before_s

    def test_its_full_size_is_one_that_it_takes(self, rig: Any) -> None:
        with rig.device as camera:
            width, height = camera.full_px
            camera.configure(replace(rig.settings, width_px=width, height_px=height))
            self.ask(rig)
            assert rig.frame(camera).pixels.shape == (height, width, 3)
            assert camera.full_px == (width, height)

    def test_a_request_before_the_settings_is_refused(self, rig: Any) -> None:
        with rig.device, pytest.raises(CameraError, match="before it was configured"):
            self.ask(rig)

    def test_polling_without_a_request_is_refused(self, rig: Any) -> None:
        with rig.device as camera:
            camera.configure(rig.settings)
            with pytest.raises(CameraError, match="nobody requested"):
                camera.poll()

    def test_frames_are_new_whole_and_taken_as_told(self, rig: Any) -> None:
        with rig.device as camera:
            camera.configure(rig.settings)
            frames: list[Frame] = []
            for _ in range(3):
                not_before_s = self.ask(rig, after_s=0.05)
                frame = rig.frame(camera)
                assert frame.sensor_time_s > not_before_s
                assert frame.sensor_time_s <= rig.clock.monotonic()
                assert frame.pixels.shape == (rig.settings.height_px, rig.settings.width_px, 3)
                assert frame.pixels.dtype == np.uint8
                frames.append(frame)
            told = rig.settings
            for frame in frames:  # a sensor rounds to its own steps
                assert (frame.exposure_us, frame.analogue_gain) == pytest.approx(
                    (told.exposure_us, told.analogue_gain), rel=0.02
                )
                assert frame.colour_gains == pytest.approx(told.colour_gains, rel=0.02)
            numbers = [frame.sequence for frame in frames]
            assert numbers == sorted(set(numbers))

    def test_a_frame_is_handed_out_once(self, rig: Any) -> None:
        with rig.device as camera:
            camera.configure(rig.settings)
            self.ask(rig)
            rig.frame(camera)
            with pytest.raises(CameraError, match="nobody requested"):
                camera.poll()

    def test_a_request_forgets_the_one_before(self, rig: Any) -> None:
        with rig.device as camera:
            camera.configure(rig.settings)
            self.ask(rig)
            later_s = self.ask(rig, after_s=0.4)
            assert rig.frame(camera).sensor_time_s > later_s

    def test_a_cancelled_request_is_gone(self, rig: Any) -> None:
        with rig.device as camera:
            camera.configure(rig.settings)
            self.ask(rig)
            camera.cancel()
            with pytest.raises(CameraError, match="nobody requested"):
                camera.poll()
            camera.cancel()
            not_before_s = self.ask(rig)
            assert rig.frame(camera).sensor_time_s > not_before_s


class FailingCameraContract(CameraContract):
    """For cameras that can be made to fail: `rig.hang(yes)` and `rig.unplug(yes)`."""

    def test_a_hang_ends_at_the_deadline_and_the_next_request_works(self, rig: Any) -> None:
        with rig.device as camera:
            camera.configure(rig.settings)
            rig.hang(True)
            self.ask(rig, within_s=0.5)
            with pytest.raises(CameraTimeoutError, match="deadline"):
                rig.frame(camera)
            rig.hang(False)
            not_before_s = self.ask(rig, within_s=20.0)
            assert rig.frame(camera).sensor_time_s > not_before_s

    def test_a_camera_that_went_away_is_an_error(self, rig: Any) -> None:
        with rig.device as camera:
            camera.configure(rig.settings)
            rig.unplug(True)
            with pytest.raises(CameraError, match="camera: it") as caught:
                self.ask(rig)
                rig.frame(camera)
            assert not isinstance(caught.value, CameraTimeoutError)

    def test_settings_it_can_not_do_are_refused_with_what_it_can(self, rig: Any) -> None:
        with rig.device as camera:
            with pytest.raises(CameraError, match=rig.can_do):
                camera.configure(rig.impossible)
            camera.configure(rig.settings)
            self.ask(rig)
            rig.frame(camera)


class FailingContract:
    """For slot, button and beacon: `rig.fail()` breaks it, `rig.error` is what it raises."""

    uses: Uses

    def test_a_failure_names_the_device_and_what_to_do(self, rig: Any) -> None:
        with rig.device as device:
            rig.fail()
            with pytest.raises(rig.error) as caught:
                self.uses[0](device)
            error = caught.value
            assert isinstance(error, HardwareError)
            assert (error.device in str(error), error.action in str(error)) == (True, True)
