"""Cuts: an update is killed at a step, a guard is killed at a step, the disk is full; then the
unit is started as it would be, and it must be exactly the old or the new version, say which, and
have its record whole.

    python -m tests.update.cuts --json bench/update-cuts.json
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.refusal import Refusal
from appliance.update.releases import CURRENT
from appliance.update.state import Phase, read_progress
from tests.about import about
from tests.conftest import ROOT
from tests.update import fuzz, tiny
from tests.update.tiny import NEXT, NOW, Flavour
from tests.update.unit import BOARDS, Unit, copied

OLD, NEW = "0.1.0", "0.2.0"
DATABASES = {OLD: NOW, NEW: NEXT}
DEADLINE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What a unit was after a cut and its next start."""

    version: str
    said: str


class Ground:
    """Units to cut: one where the new version has still to be prepared, one where it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bundle = tiny.bundle(folder / "maker", NEW, Flavour(database=NEXT))
        self.plain = Unit.made(folder / "plain")
        self.prepared = copied(self.plain, folder / "prepared")
        self._prepare()
        self._boards, self._pictures = self.plain.boards(), self.plain.pictures()
        self._count = 0

    def _prepare(self) -> None:
        """Install and go back, so that the new one lies there whole."""
        self.prepared.installer().install(self.bundle, by="Ana")
        self.prepared.releases.link(CURRENT, OLD)
        self.prepared.releases.link("proven", OLD)
        shutil.rmtree(self.prepared.records)
        shutil.copytree(self.plain.records, self.prepared.records)
        self.prepared.places.state.unlink()

    @contextlib.contextmanager
    def unit(self, *, prepared: bool, running: bool) -> Iterator[Unit]:
        self._count += 1
        place = self.folder / f"unit-{self._count}"
        unit = copied(self.prepared if prepared else self.plain, place)
        try:
            if running:
                start_and_wait(unit)
            yield unit
        finally:
            unit.service().stop()
            shutil.rmtree(place)

    def started_again(self, unit: Unit, *, power_cut: bool) -> Ending:
        """What the system does next: after a power cut nothing runs; after the updater alone was
        killed the service may. The guard, then the service. Raises AssertionError for anything
        but one whole version with its record."""
        if power_cut:
            kill_service(unit)
        said = guarded(unit)
        unit.service().stop()
        chosen = unit.releases.linked(CURRENT)
        assert chosen in (OLD, NEW), chosen
        assert f"Version {chosen} is started." in said, said
        assert read_progress(unit.places.state).phase is Phase.SETTLED
        whole = unit.releases.whole()
        assert chosen in whole
        assert {p.name for p in unit.releases.folder.iterdir()} <= set(whole), "left half done"
        assert unit.version_that_starts() == chosen
        self._check_record(unit, chosen)
        return Ending(version=chosen, said=said)

    def _check_record(self, unit: Unit, chosen: str) -> None:
        with contextlib.closing(sqlite3.connect(unit.records / "records.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            assert found == DATABASES[chosen], f"{chosen} with database {found}"
            rows = connection.execute("SELECT id, serial FROM inspection ORDER BY id").fetchall()
        assert rows == self._boards, "boards are missing"
        assert len(rows) == BOARDS
        assert unit.pictures() == self._pictures
        if chosen == OLD:
            assert unit.boards() == self._boards  # by the store itself


def start_and_wait(unit: Unit) -> None:
    service = unit.service()
    service.start()
    end_s = time.monotonic() + DEADLINE_S
    while service.said() is None:
        assert time.monotonic() < end_s, "the service did not start"
        time.sleep(0.02)


def guarded(unit: Unit) -> str:
    """The guard's words. A child of a killed updater keeps the lock until it ends; on a unit the
    system has ended it before."""
    end_s = time.monotonic() + DEADLINE_S
    while "under way" in (said := unit.installer().guard()):
        assert time.monotonic() < end_s, said
        time.sleep(0.05)
    return said


def kill_service(unit: Unit) -> None:
    pid = unit.service().pid()
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        unit.service().stop()


def child(unit: Unit, verb: str, bundle: Path, cut: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.update.cut_child", unit.folder, verb, bundle, str(cut)],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[bool, str]:
    """Whether it was killed, and what it said."""
    out, err = process.communicate(timeout=DEADLINE_S * 2)
    killed = process.returncode == -signal.SIGKILL
    assert killed or process.returncode == 0, err
    return killed, out


def steps_of(ground: Ground, *, prepared: bool) -> int:
    """How many steps an uncut update has."""
    with ground.unit(prepared=prepared, running=True) as unit:
        _, out = ended(child(unit, "install", ground.bundle, 0))
        assert unit.releases.linked(CURRENT) == NEW, out
        return int(out.splitlines()[0])


def cut_install(ground: Ground, at: int, *, prepared: bool) -> Ending:
    """Killed right before step `at`. Every second time the service is killed with it."""
    with ground.unit(prepared=prepared, running=True) as unit:
        killed, out = ended(child(unit, "install", ground.bundle, at))
        assert killed, f"ended before step {at}: {out}"
        return ground.started_again(unit, power_cut=at % 2 == 0)


def cut_by_time(ground: Ground, draw: random.Random, longest_s: float) -> Ending:
    with ground.unit(prepared=False, running=True) as unit:
        process = child(unit, "install", ground.bundle, 0)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(draw.uniform(0, longest_s))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return ground.started_again(unit, power_cut=draw.random() < 0.5)


def cut_guard(ground: Ground, install_at: int, guard_at: int) -> Ending:
    """The update is cut, then its guard is cut twice, then it starts in peace."""
    with ground.unit(prepared=True, running=True) as unit:
        killed, out = ended(child(unit, "install", ground.bundle, install_at))
        assert killed, out
        kill_service(unit)
        for at in (guard_at, guard_at + 1):
            ended(child(unit, "guard", ground.bundle, at))
        return ground.started_again(unit, power_cut=True)


def full_disk(ground: Ground, free_bytes: int) -> Ending:
    """On a small file system of its own, which has so much room left when the update begins."""
    place = Path(tempfile.mkdtemp(dir=ground.folder))
    size = 24 * 1024 * 1024
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)
    try:
        unit = copied(ground.plain, place / "unit")
        start_and_wait(unit)
        filler = place / "filler"
        disk = shutil.disk_usage(place)
        with filler.open("wb") as file:
            file.write(bytes(max(0, disk.free - free_bytes)))
        with contextlib.suppress(Refusal, OSError):
            unit.installer(spare_bytes=-(10**9)).install(ground.bundle, by="Ana")
        filler.unlink()
        try:
            return ground.started_again(unit, power_cut=True)
        finally:
            unit.service().stop()
    finally:
        subprocess.run(["umount", place], check=True)


def refused(ground: Ground, what: str, file: Path) -> Ending:
    """A bundle that must not come to run, installed for real."""
    with ground.unit(prepared=False, running=True) as unit:
        try:
            unit.installer().install(file, by="Ana")
        except Refusal:
            ending = ground.started_again(unit, power_cut=False)
            assert ending.version == OLD, what
            return ending
        raise AssertionError(f"{what} was installed")


def unfit_bundles(folder: Path) -> dict[str, Path]:
    whole = tiny.bundle(folder / "whole", NEW, Flavour(database=NEXT)).read_bytes()
    made = {
        "bad signature": tiny.bundle(folder / "a", NEW, key=tiny.STRANGER),
        "older version": tiny.bundle(folder / "b", "0.0.9"),
        "wrong machine": tiny.bundle(folder / "c", NEW, arch="sparc64"),
        "wrong Python": tiny.bundle(folder / "d", NEW, python="3.8"),
        "failing self-test": tiny.bundle(folder / "f", NEW, Flavour(selftest="fails")),
        "another verdict": tiny.bundle(folder / "g", NEW, Flavour(call="DEFECT")),
        "never ready": tiny.bundle(folder / "h", NEW, Flavour(database=NEXT, ready="never")),
        "dies at its start": tiny.bundle(folder / "i", NEW, Flavour(database=NEXT, ready="dies")),
        "new fault": tiny.bundle(folder / "j", NEW, Flavour(database=NEXT, ready="fault")),
    }
    for share in (0.1, 0.5, 0.999):
        made[f"cut at {share}"] = folder / f"cut-{share}.gbu"
        made[f"cut at {share}"].write_bytes(whole[: int(len(whole) * share)])
    return made


def spread(first: int, last: int, count: int) -> list[int]:
    """So many numbers from first to last, evenly."""
    if count >= last - first + 1:
        return list(range(first, last + 1))
    return [first + round(i * (last - first) / (count - 1)) for i in range(count)]


def campaign(folder: Path, share: float, say: Callable[[str], None]) -> dict[str, object]:
    """`share` of the cuts, evenly spread; 1 for all."""
    ground = Ground(folder)
    kinds: dict[str, Counter[str]] = {}

    def run(kind: str, ending: Ending) -> None:
        kinds.setdefault(kind, Counter())[ending.version] += 1
        say(f"{kind}: {ending.said}")

    whole, switch = steps_of(ground, prepared=False), steps_of(ground, prepared=True)
    say(f"{whole} steps, {switch} of a prepared version")
    for at in spread(1, switch, round(switch * share)):
        run("killed at a step, prepared", cut_install(ground, at, prepared=True))
    for at in spread(1, whole, round(40 * share)):
        run("killed at a step", cut_install(ground, at, prepared=False))
    draw = random.Random(5)
    for _ in range(round(20 * share)):
        run("killed at a chance time", cut_by_time(ground, draw, 4.0))
    for number, at in enumerate(spread(switch // 2, switch, round(12 * share))):
        run("killed, and its guard twice", cut_guard(ground, at, 1 + 2 * number))
    if os.geteuid() == 0:
        for free_bytes in (0, 4096, 8192, 16384, 32768, 65536, 131072, 262144):
            run("disk full", full_disk(ground, free_bytes))
    for what, file in unfit_bundles(folder / "unfit").items():
        run(what, refused(ground, what, file))
    return {
        "steps": whole,
        "steps_prepared": switch,
        "cases": sum(sum(count.values()) for count in kinds.values()),
        "endings": {kind: dict(sorted(count.items())) for kind, count in kinds.items()},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the cuts, 0.1 to 1")
    parser.add_argument("--fuzz", type=int, default=4000, help="mangled bundles")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = {
            **about("tests.update.cuts"),
            **campaign(Path(folder), args.share, lambda words: print(words, flush=True)),
            "mangled_bundles": {"cases": args.fuzz, **fuzz.run(Path(folder) / "fuzz", args.fuzz)},
        }
    result["seconds"] = round(time.monotonic() - began_s)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
