"""The file that decides which system starts, and the kernel's command line that says which runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.system_update import autoboot
from appliance.update.errors import UpdateError
from provisioning.image import layout
from tests.machine import firmware


def test_the_firmware_and_we_read_the_same_from_it() -> None:
    for slot, number in autoboot.BOOT_PARTITION.items():
        text = autoboot.text_for(slot)
        assert firmware.boot_partition(text, tryboot=False) == number
        tried = autoboot.BOOT_PARTITION[autoboot.other(slot)]
        assert firmware.boot_partition(text, tryboot=True) == tried
        assert number == layout.number(layout.SLOTS[slot][0])


def test_it_is_written_over_in_its_place(tmp_path: Path) -> None:
    autoboot.make_default("a", tmp_path)
    path = tmp_path / autoboot.FILE
    node, size = path.stat().st_ino, path.stat().st_size
    autoboot.make_default("b", tmp_path)
    assert autoboot.default_slot(tmp_path) == "b"
    assert (path.stat().st_ino, path.stat().st_size) == (node, size)
    assert size <= 512, "one sector: a cut leaves the old or the new one"


def test_a_file_of_another_length_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / autoboot.FILE
    path.write_text(
        "# by hand\r\n[all]\r\nboot_partition=3\r\n\r\n[tryboot]\r\nboot_partition=2\r\n"
    )
    assert autoboot.default_slot(tmp_path) == "b"
    autoboot.make_default("a", tmp_path)
    assert path.read_text() == autoboot.text_for("a")


@pytest.mark.parametrize("text", ["", "[all]\nboot_partition=7\n", "[tryboot]\nboot_partition=2\n"])
def test_a_file_that_does_not_say_it(tmp_path: Path, text: str) -> None:
    (tmp_path / autoboot.FILE).write_text(text)
    with pytest.raises(UpdateError, match="boot partition 2 or 3"):
        autoboot.default_slot(tmp_path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="no board passes"):
        autoboot.default_slot(tmp_path)


@pytest.mark.parametrize(
    ("line", "slot"),
    [
        (layout.cmdline("a"), "a"),
        (layout.cmdline("b"), "b"),
        ("root=/dev/sda1 ro", None),
        ("goldenboard.slot=c", None),
        ("goldenboard.slot=a goldenboard.slot=b", "b"),
    ],
)
def test_which_slot_runs(tmp_path: Path, line: str, slot: str | None) -> None:
    (tmp_path / "cmdline").write_text(line)
    assert autoboot.running_slot(tmp_path / "cmdline") == slot
