"""Orders for cradles, and looking at the processes that build them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from cradles.web.desk import Build, BuildState, Desk
from tests.cradles.test_read import NEW

DEADLINE_S = 120.0
KICAD = NEW.encode()
"""60 × 40 mm with two tooling holes; it calls itself Sensor "A"."""


def until(is_so: Callable[[], object]) -> None:
    """Waits for an event that another process makes, with a deadline; never for luck."""
    end_s = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.02)


def saved(data: bytes, name: str = "upload.kicad_pcb") -> Callable[[Path], None]:
    def save(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return save


def ended(desk: Desk, build: Build) -> Build:
    until(lambda: desk.under_way() is None)
    found = desk.build(build.number)
    assert found is not None
    assert found.state is not BuildState.BUILDING
    return found


def children(folder: Path) -> list[int]:
    """The processes that build in `folder`, by what stands in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has just ended
        if b"cradles.web.child" in words and any(str(folder).encode() in w for w in words):
            found.append(int(process.name))
    return found


def process_state(number: int) -> str:
    """R, S, T (stopped), ... ; "" when it is gone."""
    try:
        text = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[0]
