"""The last touches of a tree that becomes a unit's card, whoever made it: what an image has beside
the root tree, what a unit needs to exchange its system, and what must not be the same on two units.

    python3 -m provisioning.image.finish TREE --suite SUITE [--arch ARCH] [--certificate FILE]

Plain Python: it runs on the computer that builds, as root or within its user namespace.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NOT_BY_ITSELF = ("ssh.service", "smartmontools.service", "e2scrub_reap.service")
"""Units of Debian's packages that would start with the system and shall not."""
STARTED = (
    ("local-fs.target", "boot-firmware.mount"),
    ("multi-user.target", "goldenboard-system-guard.service"),
    ("multi-user.target", "goldenboard-system-trial.service"),
    ("multi-user.target", "goldenboard-system-update.path"),
    ("timers.target", "goldenboard-system-trial-end.timer"),
)
"""Units of the image's own, and what starts them."""
DATA = Path("var/lib/goldenboard")
NAME = "goldenboard"
"""Of every unit until its technician names it."""


def finish(tree: Path, *, suite: str, arch: str, certificate: Path | None) -> None:
    """`certificate` is of the maker whose system bundles the unit takes, none for no bundles.
    Raises OSError, `subprocess.CalledProcessError`."""
    shutil.copytree(HERE / "root", tree, dirs_exist_ok=True)
    two_systems(tree, suite=suite, arch=arch, certificate=certificate)
    (tree / "boot/firmware").mkdir(parents=True, exist_ok=True)
    no_one_s(tree)
    shared_data(tree)


def two_systems(tree: Path, *, suite: str, arch: str, certificate: Path | None) -> None:
    """RAUC's configuration, the units around a trial, and whose bundles are taken."""
    shutil.copytree(ROOT / "provisioning/root-slots", tree, dirs_exist_ok=True)
    conf = tree / "etc/rauc/system.conf"
    conf.write_text(conf.read_text().replace("@SUITE@", suite).replace("@ARCH@", arch))
    if certificate is not None:
        shutil.copyfile(certificate, tree / "etc/rauc/keyring.pem")
    for target, unit in STARTED:
        wanted = tree / f"etc/systemd/system/{target}.wants"
        wanted.mkdir(exist_ok=True)
        (wanted / unit).unlink(missing_ok=True)
        (wanted / unit).symlink_to(f"/etc/systemd/system/{unit}")


def no_one_s(tree: Path) -> None:
    """No name, number, key or password that two units would share; nothing left of the making."""
    (tree / "etc/hostname").write_text(f"{NAME}\n")
    (tree / "etc/hosts").write_text(
        f"127.0.0.1\tlocalhost\n127.0.1.1\t{NAME}\n::1\tlocalhost ip6-localhost ip6-loopback\n"
    )
    for path in (tree / "etc/ssh").glob("ssh_host_*"):
        path.unlink()
    (tree / "etc/machine-id").write_text("")
    subprocess.run(["chroot", tree, "passwd", "--quiet", "--lock", "root"], check=True)
    for wanting in (tree / "etc/systemd/system").glob("*.wants"):
        for link in wanting.iterdir():
            if link.name in NOT_BY_ITSELF:
                link.unlink()
    for name in ("var/lib/apt/lists", "var/cache/apt", "var/log", "tmp", "root/.cache"):
        folder = tree / name
        if folder.is_dir():
            for each in folder.iterdir():
                shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()


def shared_data(tree: Path) -> None:
    """Folders on the data partition that root's own programs write, and where they are mounted."""
    # the last time known; systemd gives it to its owner
    (tree / DATA / "timesync").mkdir(exist_ok=True)
    (tree / "var/lib/systemd/timesync").mkdir(parents=True, exist_ok=True)
    # how far an update of the system is, for both systems to see
    (tree / DATA / "system").mkdir(exist_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--arch", default="arm64")
    parser.add_argument("--certificate", type=Path)
    args = parser.parse_args()
    settings = args.tree / DATA / "settings"
    if not settings.is_dir():
        print(
            f"Expected a tree with the product installed by install.sh --read-only-root; found no "
            f"{settings}.",
            file=sys.stderr,
        )
        return 2
    finish(args.tree, suite=args.suite, arch=args.arch, certificate=args.certificate)
    return 0


if __name__ == "__main__":
    sys.exit(main())
