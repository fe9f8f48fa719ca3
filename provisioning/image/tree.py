"""The system's file tree: Debian, the product installed by its own install.sh, and what an image
has that an installed unit has not."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from provisioning.image.chroot import NO_SERVICES, inside, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NOT_BY_ITSELF = ("ssh.service", "smartmontools.service", "e2scrub_reap.service")
"""Units of Debian's packages that would start with the system and shall not."""
STARTED = (
    ("local-fs.target", "boot-firmware.mount"),
    ("multi-user.target", "goldenboard-system-guard.service"),
    ("multi-user.target", "goldenboard-system-trial.service"),
    ("timers.target", "goldenboard-system-trial-end.timer"),
)
"""Units of the image's own, and what starts them."""
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
    _the_image_s_own(tree)
    two_systems(tree, certificate)
    shutil.rmtree(source)
    policy.unlink()


def _the_image_s_own(tree: Path) -> None:
    shutil.copytree(HERE / "root", tree, dirs_exist_ok=True)
    (tree / "boot/firmware").mkdir(parents=True, exist_ok=True)
    (tree / "etc/hostname").write_text("goldenboard\n")
    (tree / "etc/hosts").write_text(
        "127.0.0.1\tlocalhost\n127.0.1.1\tgoldenboard\n::1\tlocalhost ip6-localhost ip6-loopback\n"
    )
    # made anew by each unit
    for path in (tree / "etc/ssh").glob("ssh_host_*"):
        path.unlink()
    (tree / "etc/machine-id").write_text("")
    # nobody signs in at a console
    inside(tree, "passwd", "--lock", "root")
    for wanting in (tree / "etc/systemd/system").glob("*.wants"):
        for link in wanting.iterdir():
            if link.name in NOT_BY_ITSELF:
                link.unlink()
    for name in ("var/lib/apt/lists", "var/cache/apt", "var/log", "tmp", "root/.cache"):
        folder = tree / name
        if folder.is_dir():
            for each in folder.iterdir():
                shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()


def two_systems(tree: Path, certificate: Path | None) -> None:
    """What a unit needs to exchange its system: RAUC's configuration, the units around a trial, and
    the certificate of the maker whose bundles it takes."""
    shutil.copytree(ROOT / "provisioning/root-slots", tree, dirs_exist_ok=True)
    conf = tree / "etc/rauc/system.conf"
    conf.write_text(conf.read_text().replace("@SUITE@", SUITE).replace("@ARCH@", ARCH))
    if certificate is not None:
        shutil.copyfile(certificate, tree / "etc/rauc/keyring.pem")
    for target, unit in STARTED:
        wanted = tree / f"etc/systemd/system/{target}.wants"
        wanted.mkdir(exist_ok=True)
        (wanted / unit).unlink(missing_ok=True)
        (wanted / unit).symlink_to(f"/etc/systemd/system/{unit}")


def take_data_out(tree: Path, data: Path) -> None:
    """What lies on the data partition, out of the tree and into a folder of its own."""
    shutil.rmtree(data, ignore_errors=True)
    state = tree / "var/lib/goldenboard"
    run("cp", "-a", state, data)
    # where the last time known is kept; systemd gives it to its owner
    (data / "timesync").mkdir()
    # root's own: how far an update of the system is, for both systems to see
    (data / "system").mkdir()
    (tree / "var/lib/systemd/timesync").mkdir(parents=True, exist_ok=True)
    for each in state.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
