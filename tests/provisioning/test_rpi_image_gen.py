"""The configuration for rpi-image-gen, as far as it can be tried without a Raspberry Pi: what its
layers say of themselves, and the card that genimage really makes of a small tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.system_update import autoboot
from provisioning.image import finish, layout
from tests.conftest import ROOT
from tests.machine import firmware
from tests.machine.disk import Disk

HERE = ROOT / "provisioning/rpi-image-gen"
LAYERS = (HERE / "layer/goldenboard-unit.yaml", HERE / "image/goldenboard-card.yaml")
HOOKS = sorted(HERE.glob("*/*.d/hooks/*"))


def metadata(layer: Path) -> dict[str, str]:
    """The fields between METABEGIN and METAEND; a line that begins with a blank goes on with the
    one before (deb822(5))."""
    text = layer.read_text().partition("# METABEGIN\n")[2].partition("# METAEND\n")[0]
    fields: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        content = line.removeprefix("#").removeprefix(" ")
        if content.startswith(" "):
            fields[name] += f"\n{content.strip()}"
        elif content:
            name, found, value = content.partition(":")
            assert found and name not in fields, f"{layer.name}: {line}"
            fields[name] = value.strip()
    return fields


def variables(fields: dict[str, str]) -> dict[str, str]:
    """Each variable with its default."""
    return {
        name.removeprefix("X-Env-Var-"): value
        for name, value in fields.items()
        if re.fullmatch(r"X-Env-Var-[a-z_]+", name)
    }


def satisfies(value: str, rule: str, layer: Path) -> bool:
    """As rpi-image-gen's help on validation has it."""
    value = value.replace("${DIRECTORY}", str(layer.parent))
    kind, _, detail = rule.partition(":")
    match kind:
        case "regex":
            return re.search(detail, value) is not None
        case "keywords":
            return value in detail.split(",")
        case "bool":
            return value.lower() in ("true", "false", "1", "0", "yes", "no", "y", "n")
        case "dir":
            # made by `make release`
            return Path(value).resolve() in (ROOT, ROOT / "build/release/wheels")
    raise AssertionError(f"unknown rule {rule}")


@pytest.mark.parametrize("layer", LAYERS, ids=lambda path: path.stem)
def test_every_variable_is_told_and_its_default_is_one_that_its_rule_takes(layer: Path) -> None:
    fields = metadata(layer)
    assert re.fullmatch(r"\d+\.\d+\.\d+", fields["X-Env-Layer-Version"])
    assert fields["X-Env-Layer-Name"] and fields["X-Env-Layer-Desc"]
    found = variables(fields)
    assert found
    for name, default in found.items():
        for part in ("Desc", "Required", "Valid", "Set"):
            assert fields[f"X-Env-Var-{name}-{part}"], f"{name}-{part}"
        rule = fields[f"X-Env-Var-{name}-Valid"]
        assert satisfies(default, rule, layer), f"{name}: {default} is not {rule}"
    assert not satisfies("3 GB", r"regex:^[1-9][0-9]*[MG]$", layer)


def test_a_hook_uses_what_its_layer_declares_and_no_more() -> None:
    declared = {"image_name", "image_suffix"}  # of rpi-image-gen's own image-base
    for layer in LAYERS:
        fields = metadata(layer)
        declared |= {f"{fields['X-Env-VarPrefix']}_{name}" for name in variables(fields)}
    assert len(HOOKS) == 2
    for hook in HOOKS:
        assert os.access(hook, os.X_OK), "rpi-image-gen runs only what may be executed"
        assert set(re.findall(r"IGconf_([a-z_]+)", hook.read_text())) <= declared


def test_configurations_name_layers_that_exist() -> None:
    ours = {metadata(layer)["X-Env-Layer-Name"] for layer in LAYERS}
    common = (HERE / "config/goldenboard-common.yaml").read_text()
    assert set(re.findall(r"(?:layer|app): (\S*goldenboard\S*)", common)) == ours
    for suite in ("trixie", "bookworm"):
        text = (HERE / f"config/goldenboard-{suite}.yaml").read_text()
        assert "file: goldenboard-common.yaml" in text
        assert f"base: {suite}-minbase" in text


def test_the_version_is_pinned_once_by_its_whole_hash() -> None:
    pin = (HERE / "pin").read_text()
    (commit,) = re.findall(r"^RPI_IMAGE_GEN_COMMIT=([0-9a-f]{40})$", pin, re.M)
    others = [path for path in HERE.rglob("*") if path.is_file() and path.name != "pin"]
    assert all(commit not in path.read_text() for path in others)


def test_its_packages_are_what_install_sh_would_fetch() -> None:
    text = (ROOT / "provisioning/lib/packages.sh").read_text()
    wanted = {word for line in re.findall(r'wanted="([^"]*)"', text) for word in line.split()}
    wanted -= {"$wanted"}
    layer = LAYERS[0].read_text()
    listed = set(re.findall(r"^    - (\S+)$", layer, re.M))
    by_layers = {"ca-certificates", "systemd", "systemd-timesyncd"}
    assert wanted - listed <= by_layers
    assert {"rauc", "rauc-service", "overlayroot", "e2fsprogs", "dosfstools"} <= listed


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """What the hook and genimage make of a small tree."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/sbin:/usr/sbin")
    missing = [tool for tool in ("genimage", "mke2fs", "mkfs.vfat", "mcopy", "sfdisk")
               if shutil.which(tool) is None]  # fmt: skip
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    tree, description = tmp_path / "tree", tmp_path / "description"
    description.mkdir()
    for name, text in (
        ("boot/firmware/config.txt", "include goldenboard.txt\n"),
        ("boot/firmware/kernel8.img", "kernel"),
        ("boot/firmware/initrd.img", "initrd"),
        ("boot/firmware/cmdline.txt", "console=tty1\n"),
        ("etc/hostname", "goldenboard\n"),
        ("var/lib/goldenboard/settings/goldenboard.toml", "[unit]\n"),
    ):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    (hook,) = [hook for hook in HOOKS if hook.name.startswith("preimage")]
    small = {"boot_part_size": "40M", "system_part_size": "24M", "data_part_size": "16M"}
    defaults = variables(metadata(LAYERS[1])) | small | {"name": "unit", "suffix": "img"}
    subprocess.run(
        [hook, tree, description],
        check=True,
        env={**os.environ, "LAYER_DIR": str(LAYERS[1].parent)}
        | {f"IGconf_image_{name}": value for name, value in defaults.items()},
    )
    out = tmp_path / "out"
    done = subprocess.run(
        ["genimage", "--rootpath", tree, "--tmppath", tmp_path / "tmp", "--inputpath", description,
         "--outputpath", out, "--config", description / "genimage.cfg"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return Disk(out / "unit.img")


def test_the_card_is_the_one_that_the_product_and_rauc_know(card: Disk, tmp_path: Path) -> None:
    found = card.partitions()
    assert [(each.number, each.name) for each in found.values()] == [
        (layout.number(part), part.name) for part in layout.PARTS
    ]
    for slot, (boot, _) in layout.SLOTS.items():
        part = found[boot.name]
        line = card.read(part, "cmdline.txt")
        assert line is not None
        assert line.decode() == layout.cmdline(slot)
        assert card.read(part, f"cmdline-{autoboot.other(slot)}.txt") is not None, "for RAUC's hook"
        assert card.read(part, "config.txt") == b"include goldenboard.txt\n"
        assert firmware.choose(card, tmp_path, tryboot=slot == "b").partition == part.number
    first = card.read(found["GB-BOOT"], autoboot.FILE)
    assert first == autoboot.text_for("a").encode()
    assert "sample-custom.toml" in card.names(found["GB-BOOT"])
    for name in ("gb-system-a", "gb-system-b", "goldenboard"):
        assert card.check_ext4(found[name]) == ""


def test_the_data_is_on_its_own_partition_and_not_in_the_system(card: Disk) -> None:
    found = card.partitions()
    assert _listed(card, "goldenboard", "/settings") == ["goldenboard.toml"]
    assert _listed(card, "gb-system-b", f"/{finish.DATA}") == []
    assert _listed(card, "gb-system-b", "/etc") == ["hostname"]
    assert _listed(card, "gb-system-a", "/boot/firmware") == []
    assert found["goldenboard"].size >= 16 << 20


def _listed(card: Disk, name: str, folder: str) -> list[str]:
    start = card.partitions()[name].start
    done = subprocess.run(
        ["/sbin/debugfs", "-R", f"ls -p {folder}", f"{card.file}?offset={start}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = [line.split("/")[5] for line in done.stdout.splitlines() if line.startswith("/")]
    return [each for each in names if each not in (".", "..", "lost+found")]
