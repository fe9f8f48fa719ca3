"""What is particular to the two real camera drivers: the traps they were built for."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import rigs

from hw.errors import CameraError, CameraTimeoutError
from hw.picam import BUFFERS, open_picam
from hw.ports import CameraSettings
from hw.uvc import PIPELINE_S, UvcCamera


def ask(rig: rigs.CameraRig, *, after_s: float = 0.0, within_s: float = 5.0) -> float:
    not_before_s = rig.clock.monotonic() + after_s
    rig.device.request(not_before_s=not_before_s, deadline_s=not_before_s + within_s)
    return not_before_s


# picamera2


def test_a_frame_from_the_queue_is_never_taken_for_new() -> None:
    """picamera2 #849: the library serves what lies in its queue."""
    rig = rigs.PicamRig()
    rig.system.ignores_flush = True
    with rig.device as camera:
        camera.configure(rig.settings)
        for _ in range(300):
            rig.tick()
        not_before_s = ask(rig)
        assert rig.frame(camera).sensor_time_s > not_before_s


def test_a_frame_whose_exposure_began_before_the_instant_is_not_new() -> None:
    """`SensorTimestamp` is the readout: a frame read out after the light settled may have been
    exposed before."""
    rig = rigs.PicamRig()
    rig.system.ignores_flush = True
    settings = CameraSettings(width_px=320, height_px=240, exposure_us=90_000)
    with rig.device as camera:
        camera.configure(settings)
        for _ in range(20):
            not_before_s = ask(rig, after_s=0.013)
            frame = rig.frame(camera)
            truth_s = rig.system.cameras[0].exposed_from_s[frame.sequence]
            assert not_before_s < truth_s <= not_before_s + 0.3
            assert frame.sensor_time_s == pytest.approx(truth_s, abs=1e-6)


def test_frames_before_the_new_controls_have_arrived_are_skipped() -> None:
    rig = rigs.PicamRig()
    with rig.device as camera:
        camera.configure(rig.settings)
        ask(rig)
        rig.frame(camera)
        for exposure_us in (2000, 16_000, 4000):
            camera.configure(
                CameraSettings(
                    width_px=320,
                    height_px=240,
                    exposure_us=exposure_us,
                    analogue_gain=2.0,
                    colour_gains=(2.0, 1.5),
                )
            )
            ask(rig)
            frame = rig.frame(camera)
            assert (frame.exposure_us, frame.analogue_gain, frame.colour_gains) == (
                exposure_us,
                2.0,
                (2.0, 1.5),
            )
    assert rig.system.cameras[0].mode_switches == 1


def test_a_sensor_that_does_not_obey_is_handed_out_honestly() -> None:
    rig = rigs.PicamRig()
    rig.system.exposure_error = 2.0
    with rig.device as camera:
        camera.configure(rig.settings)
        ask(rig)
        assert rig.frame(camera).exposure_us == 16_000


def test_every_buffer_goes_back_to_the_camera() -> None:
    rig = rigs.PicamRig()
    with rig.device as camera:
        camera.configure(rig.settings)
        for _ in range(5 * BUFFERS):
            ask(rig, after_s=0.05)
            ask(rig, after_s=0.15)
            rig.frame(camera)
        camera.cancel()
        for _ in range(100):
            rig.tick()
        ask(rig)
        rig.frame(camera)
    fake = rig.system.cameras[0]
    assert (fake.buffers, fake.buffers_out, fake.started, fake.closed) == (BUFFERS, 0, False, True)


def test_the_pixels_are_the_cameras_own_without_its_padding() -> None:
    rig = rigs.PicamRig()
    with rig.device as camera:
        camera.configure(rig.settings)
        ask(rig)
        frame = rig.frame(camera)
        assert frame.pixels.base is not None
        assert np.array_equal(frame.pixels, np.full((240, 320, 3), frame.sequence % 256, np.uint8))


def test_a_lens_that_can_be_moved_is_locked() -> None:
    rig = rigs.PicamRig(movable_lens=True)
    with rig.device as camera:
        camera.configure(CameraSettings(width_px=320, height_px=240, lens_position=7.5))
        ask(rig)
        assert rig.frame(camera).lens_position == 7.5


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (CameraSettings(width_px=320, height_px=240, lens_position=7.5), "no control LensPosition"),
        (CameraSettings(width_px=9000, height_px=240), "9000 x 240 pixels and offers 4056 x 240"),
        (
            CameraSettings(width_px=320, height_px=240, colour_gains=(1.0, 33.0)),
            r"ColourGains = \(1.0, 33.0\); it can do 0.0 to 32.0",
        ),
    ],
)
def test_what_picamera2_can_not_do(settings: CameraSettings, words: str) -> None:
    with rigs.PicamRig().device as camera, pytest.raises(CameraError, match=words):
        camera.configure(settings)


def test_no_camera_at_all() -> None:
    rig = rigs.PicamRig()
    rig.unplug(True)
    with pytest.raises(CameraError, match="can't be opened: IndexError"):
        rig.device.open()
    rig.unplug(False)
    with rig.device as camera:
        camera.configure(rig.settings)


def test_a_unit_that_was_suspended_is_refused() -> None:
    with pytest.raises(CameraError, match="suspended"):
        rigs.PicamRig(suspended_s=3.0).device.open()


def test_without_picamera2_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="python3-picamera2"):
        open_picam()


# V4L2


def test_settings_in_v4l2_units(tmp_path: Path) -> None:
    rig = rigs.UvcRig(tmp_path)
    with rig.device as camera:
        camera.configure(
            CameraSettings(
                width_px=320,
                height_px=240,
                exposure_us=12_300,
                analogue_gain=17.0,
                colour_gains=(5200.0, 0.0),
                lens_position=40.0,
            )
        )
        controls = rig.webcam.controls
        ask(rig)
        frame = rig.frame(camera)
    assert {
        name: controls[getattr(cv2, f"CAP_PROP_{name}")]
        for name in ("AUTO_EXPOSURE", "EXPOSURE", "GAIN", "AUTO_WB", "WB_TEMPERATURE", "FOCUS")
    } == {
        "AUTO_EXPOSURE": 1.0,
        "EXPOSURE": 123.0,
        "GAIN": 17.0,
        "AUTO_WB": 0.0,
        "WB_TEMPERATURE": 5200.0,
        "FOCUS": 40.0,
    }
    assert (frame.exposure_us, frame.analogue_gain, frame.colour_gains, frame.lens_position) == (
        12_300,
        17.0,
        (5200.0, 0.0),
        40.0,
    )


def test_a_webcams_frame_is_called_older_than_its_stamp(tmp_path: Path) -> None:
    rig = rigs.UvcRig(tmp_path)
    with rig.device as camera:
        camera.configure(rig.settings)
        not_before_s = ask(rig)
        frame = rig.frame(camera)
        stamp_s = rig.webcam.get(cv2.CAP_PROP_POS_MSEC) / 1000
    assert frame.sensor_time_s == pytest.approx(stamp_s - 0.008 - PIPELINE_S, abs=1e-6)
    assert frame.sensor_time_s > not_before_s


@pytest.mark.parametrize(
    ("control", "words"),
    [
        (cv2.CAP_PROP_AUTO_EXPOSURE, "can't lock manual exposure"),
        (cv2.CAP_PROP_EXPOSURE, "can't lock an exposure"),
        (cv2.CAP_PROP_GAIN, "can't lock a gain"),
        (cv2.CAP_PROP_AUTO_WB, "can't lock manual white balance"),
        (cv2.CAP_PROP_WB_TEMPERATURE, "can't lock a colour temperature"),
        (cv2.CAP_PROP_FRAME_WIDTH, "320 x 240 pixels and offers 7 x 240"),
    ],
)
def test_a_control_that_does_not_hold_is_an_error(tmp_path: Path, control: int, words: str) -> None:
    rig = rigs.UvcRig(tmp_path)
    rig.webcam.stuck_controls[control] = 7.0
    with rig.device as camera, pytest.raises(CameraError, match=words):
        camera.configure(rig.settings)


def test_a_webcam_without_motion_jpeg_is_let_go_of(tmp_path: Path) -> None:
    rig = rigs.UvcRig(tmp_path)
    rig.webcam.stuck_controls[cv2.CAP_PROP_FOURCC] = 7.0
    with pytest.raises(CameraError, match="can't lock motion JPEG"):
        rig.device.open()
    assert rig.webcam.released


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (CameraSettings(width_px=320, height_px=240, exposure_us=8050), "multiples of 100 us"),
        (
            CameraSettings(width_px=320, height_px=240, colour_gains=(1.9, 1.6)),
            r"no colour gains, and was told 1.9 and 1.6; .*\(kelvin, 0\)",
        ),
    ],
)
def test_what_a_webcam_can_not_do(tmp_path: Path, settings: CameraSettings, words: str) -> None:
    with rigs.UvcRig(tmp_path).device as camera, pytest.raises(CameraError, match=words):
        camera.configure(settings)


@pytest.mark.parametrize("offset_s", [-1e6, 3.0])
def test_stamps_of_another_clock_are_refused(tmp_path: Path, offset_s: float) -> None:
    rig = rigs.UvcRig(tmp_path)
    rig.webcam.stamp_offset_s = offset_s
    with rig.device as camera:
        camera.configure(rig.settings)
        ask(rig)
        with pytest.raises(CameraError, match="can't be told whether the frame is new"):
            rig.frame(camera)


def test_a_webcam_that_is_slow_is_a_timeout_not_a_loss(tmp_path: Path) -> None:
    rig = rigs.UvcRig(tmp_path)
    with rig.device as camera:
        camera.configure(rig.settings)
        rig.hang(True)
        ask(rig, within_s=3.0)
        with pytest.raises(CameraTimeoutError):
            rig.frame(camera)


def test_a_missing_webcam_on_the_real_opencv(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="can't be opened as a V4L2 camera"):
        UvcCamera(str(tmp_path / "video7")).open()
