"""`make image`: a unit's card as one file, for a 64-bit ARM computer with Debian's kernel.

The same root tree as on a Raspberry Pi, with the simulated cabinet; it starts in QEMU. (A Pi's card
is made by `provisioning/rpi-image-gen`, with the Pi's own kernel and firmware.)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from appliance.system_update import autoboot
from provisioning.image import disk, layout
from provisioning.image.chroot import run
from provisioning.image.tree import ARCH, ROOT, SUITE, bare_system, make_tree, take_data_out

NEEDED = ("mmdebstrap", "unshare", "chroot", "mcopy", "mkfs.vfat", "sfdisk", "mke2fs")


def build(work: Path, release: Path, certificate: Path | None) -> Path:
    """The image, beside its manifest, of the wheels in `release` (`make release`); `certificate` is
    of the maker whose system bundles it takes, none for no bundles."""
    disk.room(work, 12)
    began_s = time.monotonic()
    packed = bare_system(work)
    tree = work / "tree"
    make_tree(tree, packed, release, certificate)
    data = work / "data"
    take_data_out(tree, data)
    print("file systems ...", flush=True)
    files: dict[str, Path] = {}
    for slot, (boot, system) in layout.SLOTS.items():
        files[boot.name] = work / f"{boot.name}.fat"
        disk.fat(files[boot.name], boot, disk.boot_files(tree, slot, work))
        files[system.name] = work / f"{layout.SYSTEM_A.name}.ext4"
    disk.ext4(files[layout.SYSTEM_A.name], layout.SYSTEM_A, tree)
    files[layout.DATA.name] = work / "data.ext4"
    disk.ext4(files[layout.DATA.name], layout.DATA, data)
    first = work / autoboot.FILE
    first.write_text(autoboot.text_for("a"))
    files[layout.BOOT.name] = work / "boot.fat"
    disk.fat(files[layout.BOOT.name], layout.BOOT, {autoboot.FILE: first, **_samples()})
    image = work / f"goldenboard-{SUITE}-{ARCH}.img"
    disk.put_together(image, files)
    _write_manifest(image, tree, round(time.monotonic() - began_s))
    return image


def _samples() -> dict[str, Path]:
    """To change and rename; under these names nothing reads them."""
    folder = ROOT / "provisioning/firstboot"
    return {f"sample-{path.name}": path for path in sorted(folder.iterdir())}


def _write_manifest(image: Path, tree: Path, seconds: int) -> None:
    status = subprocess.run(
        ["dpkg-query", f"--admindir={tree}/var/lib/dpkg", "-W", "-f=${Package} ${Version}\n"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    with image.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    (release,) = (path.name for path in (tree / "opt/goldenboard/releases").iterdir())
    facts = {
        "image": image.name,
        "sha256": digest,
        "bytes": image.stat().st_size,
        "bytes_on_disk": image.stat().st_blocks * 512,
        "release": release,
        "suite": SUITE,
        "architecture": ARCH,
        "commit": run("git", "-C", ROOT, "rev-parse", "--short", "HEAD").strip(),
        "built_in_s": seconds,
        "packages": dict(line.split(" ", 1) for line in status.splitlines()),
    }
    image.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build/image")
    parser.add_argument("--wheels", type=Path, default=ROOT / "build/release/wheels")
    parser.add_argument(
        "--certificate",
        type=Path,
        help="of `goldenboard system-update make-key`: whose system bundles the unit takes",
    )
    args = parser.parse_args()
    if args.certificate is not None and not args.certificate.is_file():
        print(f"Expected the maker's certificate at {args.certificate}; no file.", file=sys.stderr)
        return 2
    places = f"{os.environ['PATH']}:/sbin"
    missing = [tool for tool in NEEDED if not shutil.which(tool, path=places)]
    if os.geteuid() != 0 or missing:
        print(f"Expected root and all of {', '.join(NEEDED)}; missing: {missing}.", file=sys.stderr)
        return 2
    args.work.mkdir(parents=True, exist_ok=True)
    image = build(args.work.resolve(), args.wheels.resolve(), args.certificate)
    print(f"{image} ({image.stat().st_blocks * 512 >> 20} MiB on disk)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
