"""`make system-bundle`: the system of a card as one signed file that a unit with two systems
writes beside its own (RAUC's format `verity`); of the image that `make image` made, unless files
are given.

    python -m provisioning.image.system_bundle --key FILE --certificate FILE [--notes TEXT]
        [--system FILE --boot FILE --release VERSION --suite SUITE]    (of a Raspberry Pi's card)
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from provisioning.image import disk, layout
from provisioning.image.chroot import run
from provisioning.image.tree import ARCH, ROOT, SUITE

HOOK = Path(__file__).with_name("slot-hook")
NEEDED = ("rauc", "mksquashfs", "mcopy", "mkfs.vfat")
SYSTEM, BOOT = "system.ext4", "boot.vfat"


def manifest(version: str, build: str, notes: str, *, suite: str = SUITE) -> str:
    """RAUC's; its format is `verity`: every block is checked while it is read."""
    plain = " ".join(notes.split())
    return (
        f"[update]\ncompatible=goldenboard-{suite}-{ARCH}\nversion={version}\n"
        f"description={plain}\nbuild={build}\n"
        "[bundle]\nformat=verity\n"
        f"[hooks]\nfilename={HOOK.name}\n"
        f"[image.rootfs]\nfilename={SYSTEM}\n"
        f"[image.bootfs]\nfilename={BOOT}\nhooks=post-install\n"
    )


def boot_image(file: Path, tree: Path, work: Path) -> None:
    """A boot partition for either slot: the hook takes the command line of the one it came to."""
    files = {}
    for slot in layout.SLOTS:
        files |= disk.boot_files(tree, slot, work)
        files[f"cmdline-{slot}.txt"] = files.pop("cmdline.txt")
    disk.fat(file, layout.BOOT_B, files)


def make(
    out: Path, *, system: Path, boot: Path, words: str, key: Path, certificate: Path, work: Path
) -> None:
    """`words` is the manifest; it names the two by their own names. Raises SystemExit with what
    RAUC says when it fails."""
    content = work / "system-bundle"
    shutil.rmtree(content, ignore_errors=True)
    content.mkdir(parents=True)
    (content / "manifest.raucm").write_text(words)
    shutil.copyfile(HOOK, content / HOOK.name)
    (content / HOOK.name).chmod(0o755)
    for source in (system, boot):
        run("cp", "--sparse=always", "--reflink=auto", source, content / source.name)
    half = out.with_suffix(".half")
    half.unlink(missing_ok=True)
    print("squashfs and its hashes ...", flush=True)
    run("rauc", "bundle", f"--cert={certificate}", f"--key={key}", content, half)
    half.replace(out)
    shutil.rmtree(content)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build/image")
    parser.add_argument("--key", type=Path, required=True, help="the maker's private key")
    parser.add_argument("--certificate", type=Path, required=True, help="the units have it")
    parser.add_argument("--notes", default="", help="what is new, in plain words")
    pi = parser.add_argument_group("of a Raspberry Pi's card, as rpi-image-gen left it")
    pi.add_argument("--system", type=Path, help="system.ext4")
    pi.add_argument("--boot", type=Path, help="boot-a.vfat")
    pi.add_argument("--release", help="the product's version in it")
    pi.add_argument("--suite", choices=("bookworm", "trixie"))
    args = parser.parse_args()
    given = [each for each in (args.system, args.boot, args.release, args.suite) if each]
    if given and len(given) != 4:
        parser.error("expected all of --system, --boot, --release and --suite, or none")
    places = f"{os.environ['PATH']}:/sbin"
    missing = [tool for tool in NEEDED if not shutil.which(tool, path=places)]
    image = args.work / f"goldenboard-{SUITE}-{ARCH}.json"
    system = args.system or args.work / f"{layout.SYSTEM_A.name}.ext4"
    files = [args.key, args.certificate, system, args.boot if given else image]
    missing += [str(path) for path in files if not path.is_file()]
    if missing:
        print(f"Missing: {', '.join(missing)}. The image is of `make image`.", file=sys.stderr)
        return 2
    args.work.mkdir(parents=True, exist_ok=True)
    suite, release, build = args.suite or SUITE, args.release, "rpi-image-gen"
    boot = args.work / BOOT
    if given:
        shutil.copyfile(args.boot, boot)
    else:
        facts = json.loads(image.read_text())
        release, build = facts["release"], facts["commit"]
        boot_image(boot, args.work / "tree", args.work)
    named = args.work / SYSTEM
    run("cp", "--sparse=always", "--reflink=auto", system, named)
    out = args.work / f"goldenboard-{suite}-{ARCH}-{release}.raucb"
    make(
        out,
        system=named,
        boot=boot,
        words=manifest(release, build, args.notes, suite=suite),
        key=args.key,
        certificate=args.certificate,
        work=args.work,
    )
    named.unlink()
    said = subprocess.run(
        ["rauc", f"--keyring={args.certificate}", "info", out],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    print(said)
    print(f"{out} ({out.stat().st_size >> 20} MiB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
