"""The same promises, kept by the simulated devices, by the real drivers over mock pins, a real
pseudo-terminal and cameras under other people's names, and on a unit by its own devices.

On a unit: `GOLDENBOARD_REAL=1 python -m pytest tests/hw/test_hw_contracts.py` (for a webcam
instead of a Pi camera, its path instead of 1). What needs hands or eyes is asked for on the
terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import real_rigs
import rigs
from contracts import (
    BeaconContract,
    ButtonContract,
    CameraContract,
    DeviceContract,
    FailingCameraContract,
    FailingContract,
    FailingLightContract,
    HealthContract,
    LightContract,
    SerialContract,
    SlotContract,
)

from hw.health import BoardHealth


class TestSimulatedSlot(SlotContract, FailingContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.SimSlotRig()


class TestSimulatedButton(ButtonContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.SimButtonRig()


class TestSimulatedLight(LightContract, FailingLightContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.SimLightRig()


class TestSimulatedBeacon(BeaconContract, FailingContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.SimBeaconRig()


class TestSimulatedScanner(SerialContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.SimScannerRig()


class TestSimulatedHealth(HealthContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.SimHealthRig()


class TestSimulatedCamera(FailingCameraContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.SimCameraRig()


class TestSimulatedCameraInItsProcess(FailingCameraContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.SimCameraProcessRig()


class TestSlotOnMockPins(SlotContract, FailingContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.PinSlotRig()


class TestButtonOnMockPins(ButtonContract, FailingContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.PinButtonRig()


class TestSwitchedLightOnMockPins(LightContract, FailingLightContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.PinSwitchedLightRig()


class TestDimmedLightOnAPwmFolder(LightContract, FailingLightContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Any:
        return rigs.PwmLightRig(tmp_path)


@pytest.mark.parametrize("active_low", [False, True])
class TestBeaconOnMockPins(BeaconContract, FailingContract):
    @pytest.fixture
    def rig(self, active_low: bool) -> Any:
        return rigs.PinBeaconRig(active_low=active_low)


class TestScannerOnAPseudoTerminal(SerialContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[Any]:
        rig = rigs.PtyRig(tmp_path)
        yield rig
        rig.close()


class TestHealthOfThisComputer(HealthContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Any:
        rig = rigs.SimHealthRig()
        rig.device = BoardHealth(records_folder=tmp_path)
        return rig


class TestPicameraDriver(FailingCameraContract):
    @pytest.fixture
    def rig(self) -> Any:
        return rigs.PicamRig()


class TestUvcDriver(FailingCameraContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Any:
        return rigs.UvcRig(tmp_path)


class TestRealSlot(SlotContract):
    @pytest.fixture
    def rig(self) -> Any:
        return real_rigs.RealSlotRig()


class TestRealButton(ButtonContract):
    @pytest.fixture
    def rig(self) -> Any:
        return real_rigs.RealButtonRig()


class TestRealLight(LightContract):
    @pytest.fixture
    def rig(self) -> Any:
        return real_rigs.RealLightRig()


class TestRealBeacon(BeaconContract):
    @pytest.fixture
    def rig(self) -> Any:
        return real_rigs.RealBeaconRig()


class TestRealScanner(DeviceContract):
    uses = SerialContract.uses

    @pytest.fixture
    def rig(self) -> Any:
        return real_rigs.RealScannerRig()

    def test_a_code_is_read(self, rig: Any) -> None:
        with rig.device as scanner:
            real_rigs.tell("Scan any code.")
            assert rigs.wait_for(scanner.read_line)


class TestRealHealth(HealthContract):
    @pytest.fixture
    def rig(self) -> Any:
        return real_rigs.RealHealthRig()

    def test_this_board_tells_everything(self, rig: Any) -> None:
        with rig.device as health:
            reading = health.read()
        told = (reading.cpu_c, reading.undervoltage, reading.throttled)
        assert None not in told


class TestRealCamera(CameraContract):
    @pytest.fixture
    def rig(self) -> Any:
        return real_rigs.RealCameraRig()
