"""`make campaign-system-update`: the image's system is exchanged in an emulated board, by RAUC and
the stand-in for the firmware's tryboot: kept when it proves itself, undone when it does not.

    python -m tests.machine.bench_system_update [--image FILE] [--json FILE]

QEMU without KVM: its seconds say nothing of a Pi. A cut is the end of QEMU; no torn sectors.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from provisioning.image import system_bundle
from tests.about import about
from tests.machine import stick
from tests.machine.bench_image import IMAGE
from tests.machine.board import Board
from tests.machine.disk import Disk
from tests.machine.stick import MARK, Maker

READY_S = 300.0
INSTALL_S = 1800.0
TRIAL_S = 1500.0
STATUS = "goldenboard system-update status --json"
Case = dict[str, object]


@dataclass
class Unit:
    """An emulated board with a stick in it, and what was found so far."""

    board: Board
    disk: Disk
    cases: dict[str, Case] = field(default_factory=dict)

    def ready(self) -> None:
        self.board.wait_for_shell()
        self.board.until("echo =$(systemctl is-active goldenboard.service)", "=active", READY_S)
        self.board.until(f"ls {STICK} 2>&1", "good.raucb", 60.0)

    def status(self) -> dict[str, object]:
        said: dict[str, object] = json.loads(self.board.run(STATUS).splitlines()[-1])
        return said

    def facts(self) -> Case:
        """Which system runs, which starts by itself, how the last update ended, and the record."""
        said = self.status()
        kept = {name: said[name] for name in ("slot", "default", "on_trial", "phase", "outcome")}
        return {
            **kept,
            "mark": self.board.try_run(f"cat {MARK}")[1],
            "database": self.board.run(INTEGRITY),
            "ready": self.board.run("systemctl is-active goldenboard.service"),
        }

    def install(self, bundle: str) -> float:
        """Begin it; the machine goes off by itself when the other one is to be tried. Seconds."""
        began_s = time.monotonic()
        self.board.send(f"goldenboard system-update install {STICK}/{bundle}")
        return began_s

    def ask_on_the_page(self, bundle: str) -> float:
        """Lay the wish down as the page does, with the service's rights; root takes it up."""
        began_s = time.monotonic()
        self.board.run(f'runuser -u goldenboard -- {PYTHON} -c "{WISH.format(bundle)}"')
        return began_s

    def settled(self, within_s: float) -> None:
        """Until an update is over, in the system that is left running."""
        self.board.until(f"{STATUS} | tail -1", '"phase": "settled"', within_s)

    def case(self, name: str, work: Callable[[Case], None]) -> None:
        began_s = time.monotonic()
        found: Case = {}
        print(f"{name} ...", flush=True)
        work(found)
        found |= {**self.facts(), "seconds": round(time.monotonic() - began_s, 1)}
        self.cases[name] = found
        print(json.dumps({name: found}, indent=1), flush=True)


STICK = "/media/sda"
"""Where the unit's own udev rule mounts it."""
PYTHON = "/opt/goldenboard/current/bin/python"
WISH = (
    "from pathlib import Path; from appliance.update.asked import Asked, ask_for; "
    "from appliance.system_update.desk import WISH; "
    f"ask_for(Path('/var/lib/goldenboard'), Asked(file=Path('{STICK}/{{}}'), by='Teo'), WISH)"
)
INTEGRITY = (
    f'{PYTHON} -c "import sqlite3; '
    "print(sqlite3.connect('file:/var/lib/goldenboard/records/records.db?mode=ro', uri=True)"
    ".execute('PRAGMA integrity_check').fetchone()[0])\""
)


def prepare(image: Path, folder: Path) -> tuple[Disk, Path]:
    """A card that trusts a maker, and a stick with that maker's bundles and others."""
    maker, stranger = Maker.new(folder, "maker"), Maker.new(folder, "stranger")
    disk = Disk.copy_of(image, folder / "card.img")
    part = disk.partitions()["gb-system-a"]
    system = stick.system_of(disk.file, part.start, folder / "system.ext4")
    stick.trust(system, maker)
    disk.overwrite_from(part, system)
    boot = folder / "boot.vfat"
    system_bundle.boot_image(boot, image.parent / "tree", folder)
    version = json.loads(image.with_suffix(".json").read_text())["release"]
    mark = folder / "mark"
    mark.write_text("next\n")
    stick.debugfs(system, f"write {mark} {MARK}")

    def bundle(name: str, by: Maker) -> Path:
        print(f"bundle {name} ...", flush=True)
        return stick.bundle(folder / name, system, boot, maker=by, work=folder, version=version)

    good = bundle("good.raucb", maker)
    bundles = [good, bundle("stranger.raucb", stranger)]
    bundles.append(stick.damaged(good, folder / "damaged.raucb"))
    stick.debugfs(system, "rm /opt/goldenboard/current")
    bundles.append(bundle("broken.raucb", maker))
    made = stick.stick(folder / "stick.img", bundles)
    for each in bundles:
        each.unlink()
    return disk, made


def stranger(unit: Unit, found: Case) -> None:
    command = f"goldenboard system-update install {STICK}/stranger.raucb"
    code, said = unit.board.try_run(command, 600)
    found |= {"refused": code != 0 and "signed by the maker" in said, "said": said[-400:]}


def damaged(unit: Unit, found: Case) -> None:
    command = f"goldenboard system-update install {STICK}/damaged.raucb"
    code, said = unit.board.try_run(command, INSTALL_S)
    found |= {"refused": code != 0, "said": said[-400:]}


def cut_while_written(unit: Unit, found: Case) -> None:
    unit.install("good.raucb")
    writing = "journalctl -u rauc.service -b --no-pager | grep -c 'writing data to device'"
    unit.board.until(f"echo =$({writing})", "=2", INSTALL_S)  # the refused one was the first
    time.sleep(1.0)  # the cut's own moment: some way into the system's 2 GiB
    found["phase_at_cut"] = unit.status()["phase"]
    unit.board.cut()
    unit.board.power_on()
    unit.ready()


def kept(unit: Unit, found: Case) -> None:
    _kept(unit, found, unit.install("good.raucb"))


def kept_from_the_page(unit: Unit, found: Case) -> None:
    _kept(unit, found, unit.ask_on_the_page("good.raucb"))


def _kept(unit: Unit, found: Case, began_s: float) -> None:
    found["asked_for_a_trial"] = asked = unit.board.wait_off(INSTALL_S)
    found["install_s"] = round(time.monotonic() - began_s, 1)
    unit.board.power_on(tryboot=asked)
    unit.ready()
    before = unit.status()
    found["during_the_trial"] = {name: before[name] for name in ("slot", "default", "on_trial")}
    unit.settled(TRIAL_S)
    found["trial_s"] = round(time.monotonic() - began_s, 1)
    unit.board.restart()
    unit.ready()


def broken(unit: Unit, found: Case) -> None:
    unit.install("broken.raucb")
    found["asked_for_a_trial"] = asked = unit.board.wait_off(INSTALL_S)
    unit.board.power_on(tryboot=asked)
    found["trial_slot"] = unit.board.booted_from
    found["asked_again"] = unit.board.wait_off(TRIAL_S)
    unit.board.power_on()
    unit.ready()


def cut_on_trial(unit: Unit, found: Case) -> None:
    unit.install("good.raucb")
    asked = unit.board.wait_off(INSTALL_S)
    unit.board.power_on(tryboot=asked)
    unit.ready()
    found["on_trial_at_cut"] = unit.status()["on_trial"]
    unit.board.cut()
    unit.board.power_on()
    unit.ready()


def dead(unit: Unit, found: Case) -> None:
    unit.install("good.raucb")
    asked = unit.board.wait_off(INSTALL_S)
    name = "gb-system-a" if unit.cases["kept"]["slot"] == "b" else "gb-system-b"
    unit.disk.overwrite(unit.disk.partitions()[name], bytes(1 << 20))
    unit.board.power_on(tryboot=asked)
    found["asked_again"] = unit.board.wait_off(TRIAL_S)
    unit.board.power_on()
    unit.ready()


CASES = {
    "stranger": (stranger, "a"),
    "damaged": (damaged, "a"),
    "cut_while_written": (cut_while_written, "a"),
    "kept": (kept, "b"),
    "broken": (broken, "b"),
    "cut_on_trial": (cut_on_trial, "b"),
    "dead": (dead, "b"),
    "kept_from_the_page": (kept_from_the_page, "a"),
}
"""In their order on one card: what is done, and the slot that has to run afterwards."""


def good(cases: dict[str, Case]) -> list[str]:
    """What is not as it has to be."""
    wrong = []
    for name, found in cases.items():
        slot = CASES[name][1]
        wanted: Case = {
            "slot": slot, "default": slot, "on_trial": False, "phase": "settled",
            "database": "ok", "ready": "active",
        }  # fmt: skip
        wanted |= {"refused": True} if name in ("stranger", "damaged") else {}
        wanted |= {"mark": "next"} if name.startswith("kept") else {}
        wrong += [
            f"{name}: {key} is {found.get(key)!r}"
            for key in wanted
            if found.get(key) != wanted[key]
        ]
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", type=Path, default=IMAGE)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goldenboard-systems-", dir=args.image.parent) as name:
        folder = Path(name)
        disk, made = prepare(args.image, folder)
        board = Board(disk, folder / "machine", devices=(
            "-device", "qemu-xhci",
            "-drive", f"file={made},format=raw,if=none,id=stick,readonly=on",
            "-device", "usb-storage,drive=stick",
        ))  # fmt: skip
        unit = Unit(board, disk)
        try:
            board.power_on()
            unit.ready()
            for case in args.cases:
                work = CASES[case][0]
                unit.case(case, lambda found, work=work: work(unit, found))  # type: ignore[misc]
        except BaseException:
            print(f"{board.said()[-3000:]}\n{board.qemu_said()}", file=sys.stderr, flush=True)
            raise
        finally:
            board.cut()
    result = {**about("tests.machine.bench_system_update"), "cases": unit.cases}
    result["wrong"] = good(unit.cases)
    text = json.dumps(result, indent=1)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
