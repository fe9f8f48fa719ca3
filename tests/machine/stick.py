"""System bundles on a stick, made of an image's own system: as it is, damaged, a stranger's, or
with a product that can't start."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from appliance.system_update.certificate import make_key
from provisioning.image import layout, system_bundle
from tests.machine.disk import run

MARK = "/etc/goldenboard-mark"
"""A file that tells one system from another."""
STICK_MIB = 3700


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    key: Path
    certificate: Path

    @classmethod
    def new(cls, folder: Path, name: str) -> Maker:
        key = folder / f"{name}.pem"
        return cls(key=key, certificate=make_key(key, name=name))


def debugfs(system: Path, *commands: str) -> None:
    """Change an ext4 image without mounting it."""
    script = "\n".join(commands) + "\n"
    done = subprocess.run(
        ["/sbin/debugfs", "-w", "-f", "/dev/stdin", system],
        input=script, capture_output=True, text=True, check=True,
    )  # fmt: skip
    wrong = [line for line in done.stderr.splitlines()[1:] if line]
    if wrong:
        raise RuntimeError(f"debugfs {system}: {wrong}")


def trust(system: Path, maker: Maker) -> None:
    """The certificate into the system, whatever it had."""
    name = "/etc/rauc/keyring.pem"
    subprocess.run(["/sbin/debugfs", "-w", "-R", f"rm {name}", system], capture_output=True)
    debugfs(system, f"write {maker.certificate} {name}")


def bundle(out: Path, system: Path, boot: Path, *, maker: Maker, work: Path, version: str) -> Path:
    system_bundle.make(
        out,
        system=system,
        boot=boot,
        words=system_bundle.manifest(version, "campaign", "Made by the campaign."),
        key=maker.key,
        certificate=maker.certificate,
        work=work,
    )
    return out


def damaged(bundle_file: Path, out: Path) -> Path:
    """One byte in its middle is another: the signature holds, a block's hash does not."""
    run("cp", "--reflink=auto", str(bundle_file), str(out))
    with out.open("r+b") as file:
        file.seek(bundle_file.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes((byte ^ 0xFF,)))
    return out


def stick(file: Path, bundles: list[Path]) -> Path:
    """A FAT32 file system, as sticks have it."""
    file.unlink(missing_ok=True)
    run("truncate", "-s", f"{STICK_MIB}M", str(file))
    run("/sbin/mkfs.vfat", "-F", "32", str(file))
    for each in bundles:
        run("mcopy", "-i", str(file), str(each), f"::{each.name}")
    return file


def system_of(disk_file: Path, start: int, out: Path) -> Path:
    """A slot's file system out of an image."""
    size = layout.SYSTEM_A.size_mib
    run(
        "dd", f"if={disk_file}", f"of={out}", "bs=1M", f"skip={start // layout.MIB}",
        f"count={size}", "conv=sparse", "status=none",
    )  # fmt: skip
    return out
