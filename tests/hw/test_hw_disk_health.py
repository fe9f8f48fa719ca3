"""What a disk says of itself: the unit's own script asks this computer's disk by the real smartctl;
answers that no disk here gives are read from texts laid out as smartctl writes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hw.card import read_card
from hw.disk_health import FILE, MOST_BYTES, DiskHealth, parse, raw_disk_health, read_disk_health
from tests.conftest import ROOT

SCRIPT = ROOT / "provisioning/root/usr/lib/goldenboard/read-storage-health"


def answer(device: str, **parts: Any) -> dict[str, Any]:
    """With the head that every answer has."""
    return {
        "json_format_version": [1, 0],
        "smartctl": {
            "version": [7, 3],
            "argv": ["smartctl", "--json", "--nocheck=standby", "--all", device],
            "exit_status": 0,
        },
        "local_time": {"time_t": 1_772_452_800, "asctime": "Mon Mar  2 12:00:00 2026 UTC"},
        **parts,
    }


# Fields and units as in scrutiny's collection of real answers (github.com/AnalogJ/scrutiny,
# webapp/backend/pkg/models/testdata); the values are ours.
NVME = answer(
    "/dev/nvme0n1",
    model_name="A disk of 256 GB",
    serial_number="N0001",
    smart_status={"passed": True, "nvme": {"value": 0}},
    nvme_smart_health_information_log={
        "critical_warning": 0, "temperature": 36, "available_spare": 97,
        "available_spare_threshold": 10, "percentage_used": 12, "data_units_written": 2_000_000,
        "media_errors": 0, "power_on_hours": 2401,
    },
    temperature={"current": 36},
    power_on_time={"hours": 2401},
)  # fmt: skip


def ata(*rows: tuple[int, str, int, int], passed: bool = True, **more: Any) -> dict[str, Any]:
    """Rows: id, name, normalised value, raw value."""
    table = [
        {"id": number, "name": name, "value": value, "worst": value, "thresh": 10,
         "raw": {"value": raw, "string": str(raw)}}
        for number, name, value, raw in rows
    ]  # fmt: skip
    return answer(
        "/dev/sda", smart_status={"passed": passed}, ata_smart_attributes={"table": table}, **more
    )


def test_an_nvme_disk() -> None:
    assert parse(NVME) == DiskHealth(
        device="nvme0n1",
        asked_utc="2026-03-02T12:00:00Z",
        model="A disk of 256 GB",
        serial="N0001",
        refused=None,
        passed=True,
        warnings=0,
        life_used_percent=12,
        spare_percent=97,
        spare_least_percent=10,
        bad=0,
        written_bytes=1_024_000_000_000,  # two million units of 512,000 bytes
        on_hours=2401,
        temperature_c=36,
    )


def test_a_sata_disk() -> None:
    found = parse(
        ata(
            (5, "Reallocated_Sector_Ct", 100, 3),
            (177, "Wear_Leveling_Count", 81, 190),
            (197, "Current_Pending_Sector", 100, 1),
            (198, "Offline_Uncorrectable", 100, 0),
            (241, "Total_LBAs_Written", 99, 4_000_000_000),
            passed=False,
            logical_block_size=512,
        )
    )
    assert (found.device, found.passed, found.refused) == ("sda", False, None)
    assert (found.life_used_percent, found.bad) == (19, 4)
    assert found.written_bytes == 2_048_000_000_000


def test_what_a_newer_smartctl_counts_itself_goes_first() -> None:
    found = parse(
        ata((177, "Wear_Leveling_Count", 81, 190), endurance_used={"current_percent": 23},
            spare_available={"current_percent": 90, "threshold_percent": 5})
    )  # fmt: skip
    assert (found.life_used_percent, found.spare_percent, found.spare_least_percent) == (23, 90, 5)


def test_what_a_maker_counts_in_its_own_way_is_not_taken_for_bytes() -> None:
    found = parse(ata((241, "Host_Writes_32MiB", 100, 4000), logical_block_size=512))
    assert found.written_bytes is None


def test_odd_values_are_no_values() -> None:
    odd = ata((5, "Reallocated_Sector_Ct", 100, -1), temperature={"current": "warm"})
    odd["power_on_time"] = [1]
    odd["ata_smart_attributes"]["table"] += [None, {"id": "5"}, {"id": 197, "raw": 7}]
    odd["local_time"]["time_t"] = 2**70
    odd["model_name"] = "\u202e"
    found = parse(odd)
    assert (found.bad, found.temperature_c, found.on_hours) == (None, None, None)
    assert (found.asked_utc, found.model) == (None, None)


def recorded(name: str) -> DiskHealth:
    """What smartctl 7.3 said of QEMU's disks in `tests.provisioning.bench_storage_health`."""
    found = read_disk_health(Path(__file__).parent / "smartctl" / name)
    assert found is not None
    return found


def test_what_smartctl_said_of_an_emulated_nvme_disk() -> None:
    found = recorded("nvme-qemu.json")
    assert (found.device, found.model, found.serial) == ("nvme0n1", "QEMU NVMe Ctrl", "QEMU-NVME-1")
    assert (found.refused, found.passed, found.warnings, found.bad) == (None, True, 0, 0)
    assert (found.life_used_percent, found.spare_percent, found.temperature_c) == (0, 0, 50)
    assert found.written_bytes == 512_000


def test_what_smartctl_said_of_an_emulated_sata_disk() -> None:
    found = recorded("sata-qemu.json")
    assert (found.device, found.model, found.serial) == ("sda", "QEMU HARDDISK", "QEMU-SATA-1")
    assert (found.refused, found.passed, found.bad, found.on_hours) == (None, True, 0, 1)
    assert (found.life_used_percent, found.written_bytes) == (None, None)


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"smartctl": 1}', "[" * 100_000, '{"smartctl": {}}', "\xff"]
)
def test_what_smartctl_did_not_write_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "health.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match="smartctl"):
        read_disk_health(file)


def test_a_file_that_does_not_end_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "health.json"
    file.write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(ValueError, match="more than"):
        raw_disk_health(file)


def test_nothing_was_asked(tmp_path: Path) -> None:
    assert read_disk_health(tmp_path / "health.json") is None


def asked(below: Path, to: Path) -> subprocess.CompletedProcess[str]:
    for program in ("smartctl", "findmnt"):
        if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            pytest.skip(f"no {program} on this machine")
    return subprocess.run(
        ["sh", str(SCRIPT), str(below), str(to)], capture_output=True, text=True, timeout=60,
        check=False, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )  # fmt: skip


def test_this_computers_own_disk_is_asked_and_its_answer_read(tmp_path: Path) -> None:
    """Whatever it is: a disk that tells, or one that refuses and whose refusal is told."""
    card = read_card(ROOT)
    if card is None or card.device.startswith("mmcblk") or not Path("/dev", card.device).exists():
        pytest.skip("the project lies on no disk here that could be asked")
    done = asked(ROOT, tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [FILE.name]
    found = read_disk_health(tmp_path / FILE.name)
    assert found is not None
    assert found.device == card.device
    assert found.asked_utc is not None
    assert (found.refused is None) == (found.passed is not None or found.bad is not None)


def test_a_folder_in_memory_lies_on_no_disk(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if read_card(memory) is not None or not os.access(memory, os.R_OK):
        pytest.skip("no folder in memory here")
    (tmp_path / FILE.name).write_text(json.dumps(NVME))
    done = asked(memory, tmp_path)
    assert (done.returncode, "no disk of its own" in done.stdout) == (0, True), done.stderr
    # What was said of another disk is not kept.
    assert list(tmp_path.iterdir()) == []
