"""The computer's own health, read from a copy of the kernel's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw.errors import HardwareError
from hw.health import MEMORY, THERMAL, THROTTLED, BoardHealth


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (
        (THERMAL, "48312\n"),
        (THROTTLED, "0\n"),
        (MEMORY, "MemTotal:  3884360 kB\nMemFree: 1 kB\nMemAvailable:    2048000 kB\n"),
    ):
        write(tmp_path, name, text)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_a_well_board(root: Path) -> None:
    with BoardHealth(records_folder=root, root=root) as health:
        reading = health.read()
    assert (
        reading.cpu_c,
        reading.undervoltage,
        reading.throttled,
        reading.memory_available_bytes,
    ) == (48.312, False, False, 2_097_152_000)


@pytest.mark.parametrize(
    ("bits", "undervoltage", "throttled"),
    [("1", True, False), ("2", False, True), ("4", False, True), ("8", False, True),
     ("5", True, True), ("e0000", False, False)],
)  # fmt: skip
def test_each_bit_that_holds_now(
    root: Path, bits: str, undervoltage: bool, throttled: bool
) -> None:
    with BoardHealth(records_folder=root, root=root) as health:
        write(root, THROTTLED, bits)
        reading = health.read()
    assert (reading.undervoltage, reading.throttled) == (undervoltage, throttled)


def test_a_dip_between_two_readings_is_told_once(root: Path) -> None:
    with BoardHealth(records_folder=root, root=root) as health:
        found = []
        for bits in ("0", "50000", "50000", "50001", "50000"):
            write(root, THROTTLED, bits)
            found.append(health.read().undervoltage)
    assert found == [False, True, False, True, False]


def test_a_dip_before_the_start_is_no_news(root: Path) -> None:
    write(root, THROTTLED, "50000")
    with BoardHealth(records_folder=root, root=root) as health:
        assert health.read().undervoltage is False


@pytest.mark.parametrize("text", [None, "", "hot\n"])
def test_what_can_not_be_told_is_none(root: Path, text: str | None) -> None:
    for name in (THERMAL, THROTTLED, MEMORY):
        if text is None:
            (root / name).unlink()
        else:
            write(root, name, text)
    with BoardHealth(records_folder=root, root=root) as health:
        reading = health.read()
    assert (
        reading.cpu_c,
        reading.undervoltage,
        reading.throttled,
        reading.memory_available_bytes,
    ) == (None, None, None, None)


def test_a_missing_disk_is_an_error(root: Path) -> None:
    with (
        BoardHealth(records_folder=root / "gone", root=root) as health,
        pytest.raises(HardwareError, match=r"disk: the disk of .*gone can't be asked"),
    ):
        health.read()
