"""The step 'storage': is the card quick and steady enough to keep a verdict before its lamp?

Written where the records are: one file in one go, then many small pieces, each synced, as the
record does it. A card that forgets what it confirmed is found by reading back past the cache.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
from pathlib import Path

from appliance.commission import limits
from appliance.commission.errors import CommissionError
from appliance.commission.steps import Work
from appliance.commission.values import Figure, Finding, Note, Outcome, Prompt, Reading

BLOCK = 1_000_000
PIECE = 4096
_FILE = ".card-test.tmp"


def storage(work: Work) -> Finding:
    folder = work.config.records.folder
    folder.mkdir(parents=True, exist_ok=True)
    machine, path = work.machine, folder / _FILE
    needed = machine.sequential_bytes + machine.syncs * PIECE
    free = shutil.disk_usage(folder).free
    if free < 2 * needed:
        raise CommissionError(
            expected=f"{2 * needed / 1e6:.0f} MB free where the records are",
            found=f"{free / 1e6:.0f} MB",
            action="Free some space or fit a larger card, then do the step again.",
        )
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            mb_per_s, written = _in_one_go(work, handle)
            times_ms = _in_pieces(work, handle)
            kept = _read_back(handle, machine.sequential_bytes) == written
        finally:
            os.close(handle)
    except OSError as error:
        return Finding(
            outcome=Outcome.FAILED,
            found=f"The card refused to write: {error.strerror}.",
            next_step="Replace the card.",
        )
    finally:
        path.unlink(missing_ok=True)
    return judge(mb_per_s, times_ms, kept=kept, folder=folder)


def judge(mb_per_s: float, times_ms: list[float], *, kept: bool, folder: Path) -> Finding:
    ordered = sorted(times_ms)
    count = len(ordered)
    figures = (
        limits.SEQUENTIAL.figure(mb_per_s),
        Figure(name="half of the syncs within", value=_rank(ordered, 0.5), unit="ms"),
        limits.SYNC_P95.figure(_rank(ordered, 0.95)),
        limits.SYNC_WORST.figure(ordered[-1], name=f"slowest of {count} syncs of 4 KiB"),
    )
    notes = (
        Note(name="folder", text=str(folder)),
        Note(name="read back", text="as written" if kept else "something else", passed=kept),
    )
    if not kept:
        found, next_step = (
            "The card gave back something else than was written.",
            "Throw this card away: it is worn or not as large as it says.",
        )
    elif beyond := [each for each in figures if not each.passed]:
        first = beyond[0]
        found = f"The card is too slow: {first.name} {first.value:g} {first.unit}, {first.limit}."
        next_step = "Replace it: an A1 or A2 card for endurance, or an SSD; then do the step again."
    else:
        return Finding(
            outcome=Outcome.PASSED,
            found=f"The card keeps {count} of {count} records in time.",
            figures=figures,
            notes=notes,
        )
    return Finding(
        outcome=Outcome.FAILED, found=found, next_step=next_step, figures=figures, notes=notes
    )


def _rank(ordered: list[float], share: float) -> float:
    """The value that `share` of the values don't exceed (nearest rank)."""
    return round(ordered[max(math.ceil(len(ordered) * share), 1) - 1], 3)


def _in_one_go(work: Work, handle: int) -> tuple[float, str]:
    """MB/s of one long write with its sync, and the checksum of what was written."""
    clock, total = work.bench.clock, work.machine.sequential_bytes
    checksum = hashlib.sha256()
    chance = os.urandom(BLOCK)  # no controller can shorten it
    spent_s, done = 0.0, 0
    while done < total:
        block = (done.to_bytes(8, "big") + chance)[: min(BLOCK, total - done)]
        checksum.update(block)
        began_s = clock.monotonic()
        _write(handle, block)
        spent_s += clock.monotonic() - began_s
        done += len(block)
        _tell(work, "Writing in one go", done / total / 2)
    began_s = clock.monotonic()
    work.machine.sync(handle)
    spent_s += clock.monotonic() - began_s
    return total / 1e6 / max(spent_s, 1e-6), checksum.hexdigest()


def _in_pieces(work: Work, handle: int) -> list[float]:
    clock, times_ms = work.bench.clock, []
    for number in range(work.machine.syncs):
        piece = os.urandom(PIECE)
        began_s = clock.monotonic()
        _write(handle, piece)
        work.machine.sync(handle)
        times_ms.append((clock.monotonic() - began_s) * 1000)
        done = (number + 1) / work.machine.syncs
        slowest = Reading(name="slowest sync", text=f"{max(times_ms):.0f} ms")
        _tell(work, "Writing records", 0.5 + done / 2, slowest)
    return times_ms


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _read_back(handle: int, size: int) -> str:
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    os.lseek(handle, 0, os.SEEK_SET)
    checksum, left = hashlib.sha256(), size
    while left and (block := os.read(handle, min(BLOCK, left))):
        checksum.update(block)
        left -= len(block)
    return checksum.hexdigest()


def _tell(work: Work, text: str, progress: float, *readings: Reading) -> None:
    work.talk.say(Prompt(name="storage", text=f"{text}…", progress=progress, readings=readings))
