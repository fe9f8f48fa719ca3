"""The system's file tree: Debian, the product installed by its own install.sh, and the last touches
(`finish`)."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from provisioning.image.chroot import NO_SERVICES, inside, run
from provisioning.image.finish import HERE, ROOT, finish

INITRD = "etc/initramfs-tools"
SUITE, ARCH = "bookworm", "arm64"


def packages() -> list[str]:
    lines = (HERE / "packages.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def bare_system(work: Path) -> Path:
    """Debian with the image's packages, packed; made once for a list of packages and a kind of
    initrd."""
    kind = [
        path.read_text() for path in sorted((HERE / "root" / INITRD).rglob("*")) if path.is_file()
    ]
    said = "\n".join((SUITE, ARCH, *packages(), *kind))
    packed = work / f"{SUITE}-{ARCH}-{hashlib.sha256(said.encode()).hexdigest()[:12]}.tar"
    if packed.is_file():
        print(f"Debian {SUITE} {ARCH}: as made before, {packed.name}", flush=True)
        return packed
    print(f"Debian {SUITE} {ARCH} (emulated, some ten minutes) ...", flush=True)
    half = packed.with_suffix(".half.tar")
    run(
        "mmdebstrap", "--mode=root", f"--arch={ARCH}", "--variant=minbase",
        f"--include={','.join(packages())}",
        # before the kernel's package makes its initrd
        f'--essential-hook=mkdir -p "$1/{INITRD}"',
        f'--essential-hook=cp -r {HERE}/root/{INITRD}/. "$1/{INITRD}/"',
        # files of the image's own that a package's would stand in the way of
        "--dpkgopt=force-confold", SUITE, half,
    )  # fmt: skip
    half.rename(packed)
    return packed


def make_tree(tree: Path, packed: Path, wheels: Path, certificate: Path | None) -> None:
    """`wheels` has the product's and its libraries' for the image's processor and Python."""
    (wheel,) = wheels.glob("goldenboard-*.whl")
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    run("tar", "--numeric-owner", "-xf", packed, "-C", tree)
    policy = tree / "usr/sbin/policy-rc.d"
    policy.write_text(NO_SERVICES)
    policy.chmod(0o755)
    source = tree / "src"
    shutil.copytree(ROOT / "provisioning", source / "provisioning")
    shutil.copytree(ROOT / "models/released", source / "models/released")
    shutil.copytree(wheels, source / "wheels")
    print("install.sh in the tree (emulated, some five minutes) ...", flush=True)
    inside(
        tree, "/src/provisioning/install.sh", "--simulated", "--read-only-root",
        "--wheel", f"/src/wheels/{wheel.name}", "--wheels", "/src/wheels",
    )  # fmt: skip
    finish(tree, suite=SUITE, arch=ARCH, certificate=certificate)
    shutil.rmtree(source)
    policy.unlink()


def take_data_out(tree: Path, data: Path) -> None:
    """What lies on the data partition, out of the tree and into a folder of its own."""
    shutil.rmtree(data, ignore_errors=True)
    state = tree / "var/lib/goldenboard"
    run("cp", "-a", state, data)
    for each in state.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
