"""The card's layout, and the parts of an image that are made without another processor."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.system_update.autoboot import text_for
from provisioning.image import disk, layout
from provisioning.image.tree import HERE, packages
from tests.machine import firmware
from tests.machine.disk import Disk

TOOLS = ("sfdisk", "mke2fs", "mkfs.vfat", "mcopy", "e2fsck")


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/sbin:/usr/sbin")
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")


SMALL = tuple(part if part.fat else replace(part, size_mib=16) for part in layout.PARTS)
"""The same card with smaller systems."""


def _tree(folder: Path) -> Path:
    (folder / "boot").mkdir(parents=True)
    (folder / "boot/vmlinuz-6.1").write_bytes(b"kernel")
    (folder / "boot/initrd.img-6.1").write_bytes(b"initrd")
    (folder / "etc").mkdir()
    (folder / "etc/hostname").write_text("goldenboard\n")
    return folder


def _image(folder: Path) -> Disk:
    tree = _tree(folder / "tree")
    autoboot = folder / "autoboot.txt"
    autoboot.write_text(text_for("a"))
    contents = {"GB-BOOT": {"autoboot.txt": autoboot}}
    for slot, (boot, _) in layout.SLOTS.items():
        contents[boot.name] = disk.boot_files(tree, slot, folder)
    files = {part.name: folder / f"{part.name}.part" for part in SMALL}
    for part in SMALL:
        if part.fat:
            disk.fat(files[part.name], part, contents[part.name])
        else:
            disk.ext4(files[part.name], part, tree)
    disk.put_together(folder / "card.img", files, SMALL)
    return Disk(folder / "card.img")


def test_a_card_is_put_together_and_read_again(tmp_path: Path) -> None:
    card = _image(tmp_path)
    found = card.partitions()
    assert [(each.number, each.name) for each in found.values()] == [
        (layout.number(part), part.name) for part in layout.PARTS
    ]
    for part in SMALL:
        assert found[part.name].start == layout.start_mib(part, SMALL) * layout.MIB
        assert found[part.name].size == part.size_mib * layout.MIB
    assert card.names(found["GB-BOOT"]) == ["autoboot.txt"]
    assert sorted(card.names(found["GB-BOOT-B"])) == ["cmdline.txt", "initrd.img", "kernel8.img"]
    for name in ("gb-system-a", "gb-system-b", "goldenboard"):
        assert card.check_ext4(found[name]) == ""
    assert card.file.stat().st_blocks * 512 < 40 * layout.MIB, "holes stay holes"
    # the check can fail: bytes of the file system's table are lost
    card.overwrite(found["gb-system-b"], bytes(65536), at=1024)
    assert card.check_ext4(found["gb-system-b"]) != ""


def test_the_firmware_starts_what_autoboot_names(tmp_path: Path) -> None:
    card = _image(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    usual, trial = (firmware.choose(card, out, tryboot=tryboot) for tryboot in (False, True))
    assert (usual.partition, trial.partition) == (2, 3)
    assert "root=PARTLABEL=gb-system-a" in usual.cmdline
    assert "root=PARTLABEL=gb-system-b" in trial.cmdline
    assert trial.kernel.read_bytes() == b"kernel"
    card.write(card.numbered(1), "autoboot.txt", text_for("b").encode())
    assert firmware.choose(card, out, tryboot=False).partition == 3
    card.overwrite(card.numbered(3), bytes(1 << 20))
    with pytest.raises(firmware.NothingToBootError, match="GB-BOOT-B"):
        firmware.choose(card, out, tryboot=False)


@pytest.mark.parametrize(
    ("text", "usual", "trial"),
    [
        ("", 1, 1),
        ("boot_partition=2\n", 2, 2),
        ("[all]\nboot_partition=2\n[tryboot]\nboot_partition=3\n", 2, 3),
        ("[tryboot]\nboot_partition=3\n[all]\nboot_partition=2\n", 2, 2),
        ("[pi4]\nboot_partition=4\n[all]\r\nboot_partition=2\r\n", 2, 2),
    ],
)
def test_sections_of_autoboot(text: str, usual: int, trial: int) -> None:
    assert firmware.boot_partition(text, tryboot=False) == usual
    assert firmware.boot_partition(text, tryboot=True) == trial


def test_labels_fit_their_file_systems() -> None:
    for part in layout.PARTS:
        assert len(part.name) <= (11 if part.fat else 16)


def test_the_image_s_units_and_packages_are_there() -> None:
    for path in (HERE / "root").rglob("*"):
        assert path.is_dir() or path.read_text().strip()
    assert {"overlayroot", "rauc", "network-manager", "linux-image-arm64"} <= set(packages())


def test_too_little_room_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="Make room"):
        disk.room(tmp_path, 1 << 30)
