"""Installs on bare Debian systems, for real: packages, release, self-test, an inspection on the
simulated cabinet, uninstalling, installing again. `make bench-install` runs it; it takes minutes.

The systems are mmdebstrap's smallest ones, entered by chroot; arm64 runs emulated (qemu-user), so
its times say nothing of a Pi. The libraries' wheels are fetched here and taken along, as an update
does it. Nothing is started: no systemd runs in a chroot.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from provisioning.image.chroot import NO_SERVICES, run
from tests.about import about
from tests.conftest import ROOT
from tests.provisioning.bench_service import (
    hung_while_green,
    installed_live,
    ready_hung_and_killed,
)
from tests.provisioning.trees import manifest
from tests.wheels import built_wheel

GLIBC = ("2_34", "2_31", "2_28", "2_27", "2_17")
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
LIVING = ("/proc", "/run", "/tmp", "/dev", "/src")


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    suite: str
    arch: str
    python: str

    @property
    def name(self) -> str:
        return f"{self.suite}-{self.arch}"

    @property
    def machine(self) -> str:
        return MACHINES[self.arch]

    @property
    def emulated(self) -> bool:
        return self.machine != platform.machine()


SYSTEMS = (
    System(suite="bookworm", arch="amd64", python="3.11"),
    System(suite="bookworm", arch="arm64", python="3.11"),
    System(suite="trixie", arch="arm64", python="3.13"),
)


def bare_tree(system: System, work: Path) -> Path:
    """A packed system, made once and kept."""
    packed = work / f"{system.name}.tar"
    if not packed.is_file():
        print(f"{system.name}: making the bare system ...", flush=True)
        half = packed.with_suffix(".half.tar")
        run(
            "mmdebstrap", "--mode=root", f"--arch={system.arch}", "--variant=minbase",
            "--include=ca-certificates", system.suite, half, timeout_s=3000,
        )  # fmt: skip
        half.rename(packed)
    return packed


def requirements(system: System) -> list[str]:
    """The instrument's libraries on that system, without their conditions."""
    surroundings = {
        "python_version": system.python,
        "python_full_version": f"{system.python}.0",
        "platform_machine": system.machine,
        "sys_platform": "linux",
        "extra": "",
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = []
    for each in map(Requirement, project["dependencies"]):
        if each.marker is None or each.marker.evaluate(surroundings):
            each.marker = None
            wanted.append(str(each))
    return wanted


def wheels(system: System, work: Path) -> Path:
    folder = work / f"wheels-{system.name}"
    platforms = [f"--platform=manylinux_{each}_{system.machine}" for each in GLIBC]
    run(
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--only-binary=:all:", f"--python-version={system.python}", *platforms,
        f"--platform=manylinux2014_{system.machine}", "--dest", folder, *requirements(system),
    )  # fmt: skip
    return folder


class Chroot:
    """An unpacked system that commands are run in; /proc is there only while one runs."""

    def __init__(self, tree: Path, wheel: str) -> None:
        self.tree = tree
        self._wheel = wheel

    def run(self, *command: str, timeout_s: float = 3000.0) -> tuple[float, str]:
        """Seconds and output."""
        inside = " ".join(("exec", "chroot", str(self.tree), *command))
        began_s = time.monotonic()
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c",
             f"mount -t proc proc {self.tree}/proc && {inside}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/root",
                "LC_ALL": "C.UTF-8",
                "QEMU_CPU": "cortex-a72",
            },
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{command} in {self.tree}\n{done.stdout}\nexit {done.returncode}")
        return round(time.monotonic() - began_s, 1), done.stdout

    @property
    def command(self) -> tuple[str, ...]:
        wheel = f"/src/wheel/{self._wheel}"
        script = "/src/provisioning/install.sh"
        return (script, "--simulated", "--wheel", wheel, "--wheels", "/src/wheels")

    def install(self, *options: str) -> tuple[float, str]:
        seconds, said = self.run(*self.command, *options)
        print(said, flush=True)
        return seconds, said

    def facts(self) -> dict[str, tuple[object, ...]]:
        """Of every file of the system that isn't living."""
        return manifest(self.tree, without=LIVING)


def prepare(system: System, work: Path, wheel: Path) -> Chroot:
    tree = work / f"tree-{system.name}"
    if tree.exists():
        shutil.rmtree(tree)
    tree.mkdir(parents=True)
    run("tar", "--numeric-owner", "-xf", bare_tree(system, work), "-C", tree)
    shutil.copy("/etc/resolv.conf", tree / "etc/resolv.conf")
    # no package starts a service here
    (tree / "usr/sbin/policy-rc.d").write_text(NO_SERVICES)
    (tree / "usr/sbin/policy-rc.d").chmod(0o755)
    source = tree / "src"
    shutil.copytree(ROOT / "provisioning", source / "provisioning")
    shutil.copytree(ROOT / "models/released", source / "models/released")
    shutil.copytree(wheels(system, work), source / "wheels")
    (source / "wheel").mkdir()
    shutil.copy(wheel, source / "wheel")
    shutil.copy(ROOT / "tests/provisioning/inspect_on_cabinet.py", source)
    return Chroot(tree, wheel.name)


def tried(system: System, work: Path, wheel: Path) -> dict[str, object]:
    chroot = prepare(system, work, wheel)
    print(f"{system.name}: installing ...", flush=True)
    first_s, said = chroot.install()
    (judging,) = re.findall(r"^ok   judging: (.*) \([\d.]+ s\)$", said, re.MULTILINE)
    before = chroot.facts()
    second_s, again = chroot.install()
    unchanged = chroot.facts() == before
    inspect_s, found = chroot.run(
        "/opt/goldenboard/current/bin/python", "/src/inspect_on_cabinet.py", "/tmp/inspected"
    )
    inspected = json.loads(found.splitlines()[-1])
    _, away = chroot.install("--uninstall")
    left = [name for name in chroot.facts() if "goldenboard" in name]
    kept = [name for name in left if not name.startswith(("/etc/goldenboard", "/var/lib/"))]
    third_s, back = chroot.install()
    before = chroot.facts()
    _, last = chroot.install()
    release = chroot.tree / "opt/goldenboard/releases"
    size_mb = sum(path.lstat().st_size for path in release.rglob("*")) / 1e6
    figures: dict[str, object] = {
        "emulated": system.emulated,
        "python": system.python,
        "install_s": first_s,
        "install_changes": _changes(said),
        "replaced_of_others": re.findall(r"^replaced (.*)$", said, re.MULTILINE),
        "self_test": judging,
        "second_install_s": second_s,
        "second_install_changes": _changes(again),
        "second_install_changed_no_file": unchanged,
        "inspection_s": inspect_s,
        "inspection": inspected,
        "uninstall_changes": _changes(away),
        "left_after_uninstalling": kept,
        "install_again_s": third_s,
        "install_again_changes": _changes(back),
        "last_install_changes": _changes(last),
        "last_install_changed_no_file": chroot.facts() == before,
        "release_mb": round(size_mb),
    }
    if not system.emulated:
        print(f"{system.name}: under its own systemd ...", flush=True)
        figures["service"] = {
            **ready_hung_and_killed(chroot.tree),
            "hung_while_green_ended_after_s": hung_while_green(chroot.tree),
            "install": installed_live(chroot.tree, chroot.command),
        }
    shutil.rmtree(chroot.tree)
    return figures


def _changes(said: str) -> int:
    last = said.strip().splitlines()[-1]
    return 0 if last.startswith("unchanged") else int(last.removeprefix("changed: ").rstrip("."))


def _good(figures: dict[str, object]) -> bool:
    inspection = figures["inspection"]
    assert isinstance(inspection, dict)
    verdicts = [board["verdict"] for board in inspection["boards"]]
    return (
        verdicts == ["PASS", "FAIL"]
        and figures["second_install_changes"] == figures["last_install_changes"] == 0
        and figures["second_install_changed_no_file"] is True
        and figures["last_install_changed_no_file"] is True
        and figures["left_after_uninstalling"] == []
        and figures["replaced_of_others"] == []
        and _serves(figures.get("service"))
    )


def _serves(service: object) -> bool:
    """Within the watchdog's periods (40 s, 3 s with green lit) and some time to end."""
    if service is None:
        return True
    assert isinstance(service, dict)
    return (
        service["hung_process_ended_after_s"] <= 45
        and service["hung_while_green_ended_after_s"] <= 8
        and service["fault_lamps"] == service["started_again"] == "active"
        and service["fault_lamps_then"] == "inactive"
        and service["install"]
        == {
            "unchanged_leaves_it_running": True,
            "change_starts_it_anew": True,
            "waiting_units_wait": True,
            "after_uninstalling": "not-found",
        }
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="figures are put beside those already there")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench-install")
    parser.add_argument("--only", choices=[system.name for system in SYSTEMS], action="append")
    args = parser.parse_args()
    missing = [tool for tool in ("mmdebstrap", "unshare", "chroot") if not shutil.which(tool)]
    if os.geteuid() != 0 or missing:
        print(f"Needed: root, mmdebstrap, qemu-user-static, binfmt-support. Missing: {missing}")
        return 2
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    source = work / "source"
    if source.exists():
        shutil.rmtree(source)
    source.mkdir()
    wheel = built_wheel(source)
    systems: dict[str, object] = {}
    if args.json and args.json.is_file():
        systems = json.loads(args.json.read_text())["systems"]
    good = True
    for system in SYSTEMS:
        if args.only and system.name not in args.only:
            continue
        taken_with = about("tests.provisioning.bench_install")
        figures = tried(system, work, wheel)
        good = good and _good(figures)
        systems[system.name] = {**taken_with, **figures}
        text = json.dumps({"systems": systems}, indent=1)
        print(text, flush=True)
        if args.json:
            args.json.write_text(text + "\n", encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
