"""What the kernel says of the card, read from copies of its files and from this machine's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hw.card import read_card, read_device

# As a Raspberry Pi 4 with a 32 GB SD card, a CM4 with eMMC and a PC with one partition show them.
STAT = "   81234     1200  4100000   90000   250000   40000  {written}  800000  0  300000  890000\n"
SD = {
    "devices/mmc0/block/mmcblk0/device/type": "SD\n",
    "devices/mmc0/block/mmcblk0/device/name": "SC32G\n",
    "devices/mmc0/block/mmcblk0/device/serial": "0x1f4c0d2e\n",
    "devices/mmc0/block/mmcblk0/device/date": "03/2024\n",
    "devices/mmc0/block/mmcblk0/size": "62333952\n",
    "devices/mmc0/block/mmcblk0/stat": STAT.format(written=20_000_000),
    "devices/mmc0/block/mmcblk0/mmcblk0p2/partition": "2\n",
    "fs/ext4/mmcblk0p2/lifetime_write_kbytes": "781250000\n",
    "fs/ext4/mmcblk0p2/errors_count": "0\n",
}
EMMC = {
    **SD,
    "devices/mmc0/block/mmcblk0/device/type": "MMC\n",
    "devices/mmc0/block/mmcblk0/device/life_time": "0x02 0x09\n",
    "devices/mmc0/block/mmcblk0/device/pre_eol_info": "0x02\n",
    "fs/ext4/mmcblk0p2/errors_count": "3\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/uptime").write_text("86400.50 300000.00\n")
    return tmp_path


def lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / "sys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    numbers = root / "sys/dev/block"
    numbers.mkdir(parents=True)
    disk = "../../devices/mmc0/block/mmcblk0"
    (numbers / "179:0").symlink_to(disk)
    (numbers / "179:2").symlink_to(f"{disk}/mmcblk0p2")


def test_an_sd_card_says_what_it_is_and_nothing_of_its_wear(root: Path) -> None:
    lay(root, SD)
    card = read_device(179, 2, root)
    assert card is not None
    assert (card.device, card.kind, card.model) == ("mmcblk0", "SD", "SC32G")
    assert (card.serial, card.made, card.size_bytes) == ("0x1f4c0d2e", "03/2024", 31_914_983_424)
    assert (card.life_used_percent, card.spare, card.spare_low) == (None, None, False)
    assert (card.written_bytes, card.uptime_s) == (10_240_000_000, 86_400.5)
    assert (card.written_ever_bytes, card.errors) == (800_000_000_000, 0)


def test_an_emmc_says_how_worn_its_worse_half_is(root: Path) -> None:
    lay(root, EMMC)
    card = read_device(179, 2, root)
    assert card is not None
    assert card.life_used_percent == 90
    assert (card.spare, card.spare_low) == ("80 % of the spare blocks used", True)
    assert card.errors == 3


def test_a_disk_without_partitions(root: Path) -> None:
    lay(root, SD)
    card = read_device(179, 0, root)
    assert card is not None
    assert (card.device, card.written_ever_bytes) == ("mmcblk0", None)


@pytest.mark.parametrize("broken", ["", "x", "0xZZ 0x00", "\xff\xfe", "1 2 3"])
def test_what_can_not_be_read_is_unknown(root: Path, broken: str) -> None:
    lay(
        root,
        {name: broken for name in EMMC if not name.endswith("partition")}
        | {"devices/mmc0/block/mmcblk0/mmcblk0p2/partition": "2\n"},
    )
    card = read_device(179, 2, root)
    assert card is not None
    assert card.written_bytes is None
    assert card.spare in (None, "normal")


def test_a_folder_that_lies_on_no_disk(root: Path) -> None:
    assert read_device(0, 42, root) is None


def test_this_machine(tmp_path: Path) -> None:
    """Whatever it has: nothing is raised, and what is said can be."""
    for entry in Path("/sys/dev/block").iterdir() if Path("/sys/dev/block").is_dir() else ():
        major, minor = (int(word) for word in entry.name.split(":"))
        card = read_device(major, minor)
        assert card is not None
        assert card.size_bytes is None or card.size_bytes >= 0
        assert card.uptime_s is not None
        assert card.uptime_s > 0
    found = read_card(tmp_path)
    number = tmp_path.stat().st_dev
    there = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").exists()
    assert (found is not None) == there
