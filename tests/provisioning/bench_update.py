"""`make bench-update`: updates under a real systemd, by the shipped units with their few rights.

    python -m tests.provisioning.bench_update [--json FILE]

A bare Debian of this computer's own kind is installed and started (see bench_install, booted). The
wish is laid down as the page does it; the unit takes it up. Three bundles of the real product: the
next version, one whose instrument never gets ready, and one that a stranger signed. Root only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from provisioning.image.chroot import run
from tests.about import about
from tests.conftest import ROOT
from tests.provisioning.bench_install import SYSTEMS, Chroot, prepare
from tests.provisioning.booted import Booted, until
from tests.wheels import built_wheel

NEXT, MUTE, STRANGE = "0.2.0", "0.3.0", "0.4.0"
SERVICE, UPDATE = "goldenboard.service", "goldenboard-update.service"
PROGRAM = "/opt/goldenboard/current/bin/goldenboard"
OWN = str(Path(sys.executable).with_name("goldenboard"))
NEVER_READY = ("ready=lamps_obey and status.state is not State.STARTING,", "ready=False,")
"""What makes a version that starts, judges, and never tells systemd that it is ready."""


@dataclass(frozen=True)
class Maker:
    """A key pair, and a folder to make bundles in."""

    folder: Path
    name: str

    def make(self) -> Path:
        """The public half."""
        key = self.folder / f"{self.name}.pem"
        run(OWN, "update", "make-key", "--out", key, "--comment", self.name)
        return key.with_suffix(".pub")

    def bundle(self, version: str, source: Path, wheels: Path) -> Path:
        """Of the product in `source` under that number, with the libraries in `wheels`."""
        made = self.folder / version
        shutil.copytree(source, made, ignore=shutil.ignore_patterns("made", "build", "*.egg-info"))
        project = made / "pyproject.toml"
        text = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', project.read_text())
        project.write_text(text)
        if version == MUTE:
            service = made / "appliance/service.py"
            assert NEVER_READY[0] in service.read_text()
            service.write_text(service.read_text().replace(*NEVER_READY))
        whole = self.folder / f"wheels-{version}"
        shutil.copytree(wheels, whole)
        run(
            sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check",
            "--no-deps", "--no-build-isolation", "--wheel-dir", whole, made,
        )  # fmt: skip
        out = self.folder / f"goldenboard-{version}.gbu"
        run(
            OWN, "update", "pack", "--wheels", whole, "--models", ROOT / "models/released",
            "--key", self.folder / f"{self.name}.pem", "--out", out,
        )  # fmt: skip
        return out


def asked_for(system: Booted, tree: Path, bundle: Path) -> dict[str, object]:
    """Lay the wish down as the page does, and wait for its end."""
    data = tree / "var/lib/goldenboard"
    owner, updates = data.stat(), data / "updates"
    shutil.copy(bundle, updates / "uploaded.gbu")
    wish = updates / ".asked.toml"
    wish.write_text('file = "/var/lib/goldenboard/updates/uploaded.gbu"\nby = "Teo"\n')
    for path in (updates / "uploaded.gbu", wish):
        os.chown(path, owner.st_uid, owner.st_gid)
    began_s = time.monotonic()
    wish.rename(updates / "asked.toml")
    until(lambda: system.show(UPDATE, "ActiveState") == "activating", 30)
    until(lambda: system.show(UPDATE, "ActiveState") != "activating", 900)
    seconds = round(time.monotonic() - began_s, 1)
    said = json.loads(system.run(PROGRAM, "update", "status", "--json"))
    until(lambda: system.show(SERVICE, "ActiveState") == "active", 120)
    until(lambda: not (updates / "asked.toml").exists(), 10)
    return {
        "seconds": seconds,
        "runs": said["runs"],
        "outcome": said["outcome"],
        "version_that_answers": system.run(PROGRAM, "--version"),
        "inspection": inspected(system),
    }


def inspected(system: Booted) -> list[str]:
    """A good and a faulty board, by the version that runs."""
    python = "/opt/goldenboard/current/bin/python"
    said = system.run(python, "/src/inspect_on_cabinet.py", "/tmp/inspected")
    system.run("rm", "-r", "/tmp/inspected")
    # beside its log
    (line,) = [line for line in said.splitlines() if line.startswith("{")]
    return [board["verdict"] for board in json.loads(line)["boards"]]


def tried(work: Path) -> dict[str, object]:
    system = SYSTEMS[0]
    source = work / "source"
    for name in ("source", "makers"):
        shutil.rmtree(work / name, ignore_errors=True)
        (work / name).mkdir()
    chroot: Chroot = prepare(system, work, built_wheel(source))
    maker, stranger = (Maker(work / "makers", name) for name in ("maker", "stranger"))
    key, _ = maker.make(), stranger.make()
    shutil.copy(key, chroot.tree / "src")
    chroot.install("--update-key", f"/src/{key.name}")
    wheels = work / f"wheels-{system.name}"
    figures: dict[str, object] = {}
    with Booted(chroot.tree) as booted:
        until(lambda: booted.show(SERVICE, "ActiveState") == "active", 120)
        for what, who, version in (
            ("next_version", maker, NEXT),
            ("never_ready", maker, MUTE),
            ("a_stranger_s", stranger, STRANGE),
        ):
            print(f"{what}: packing ...", flush=True)
            bundle = who.bundle(version, source, wheels)
            print(f"{what}: installing ...", flush=True)
            figures[what] = asked_for(booted, chroot.tree, bundle)
            print(json.dumps(figures[what], indent=1), flush=True)
    shutil.rmtree(chroot.tree)
    return figures


def good(figures: dict[str, object]) -> bool:
    """The next version runs after each of the three, and judges."""
    for found in figures.values():
        assert isinstance(found, dict)
        if found["runs"] != NEXT or found["inspection"] != ["PASS", "FAIL"]:
            return False
    words = [str(dict(found)["outcome"]) for found in figures.values()]  # type: ignore[call-overload]
    # a stranger's bundle is no update: the last one's words stay
    return "runs (before" in words[0] and "was undone" in words[1] and words[2] == words[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench-install")
    args = parser.parse_args()
    if os.geteuid() != 0 or not shutil.which("mmdebstrap"):
        print("Needed: root, mmdebstrap.", file=sys.stderr)
        return 2
    args.work.mkdir(parents=True, exist_ok=True)
    figures = tried(args.work.resolve())
    text = json.dumps({**about("tests.provisioning.bench_update"), **figures}, indent=1)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 0 if good(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
