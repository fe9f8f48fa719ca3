"""Power cuts in a system update: the process is killed right before every step on the files, and
the card is started again as the firmware would.

    python -m tests.system_update.cuts [--json FILE]

A step is what Python announces (audit events) of opening, renaming, removing and making inside the
card's folder. After each cut the system that starts must be the one that the first partition names,
with its record whole and nothing on trial, and the next update must succeed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from appliance.refusal import Refusal
from appliance.system_update import autoboot
from appliance.update.state import Phase, read_progress
from tests.about import about
from tests.system_update.card import BOARDS, Card
from tests.update.cut_child import STEPS

Work = Callable[[Card], object]


def _lost(card: Card) -> None:
    card.instrument.active = False
    card.trial().run()


def _installed(card: Card) -> None:
    card.install()
    card.starts("b")


def _failed(card: Card) -> None:
    _installed(card)
    _lost(card)


SCENARIOS: dict[str, tuple[Work, Work]] = {
    "install": (lambda card: None, lambda card: card.install()),
    "trial that is won": (_installed, lambda card: card.trial().run()),
    "trial that is lost": (_installed, _lost),
    "guard after a lost trial": (_failed, lambda card: card.starts("a")),
}
"""What was before, and what is cut."""


class Counted:
    """Counts steps inside `folder`; kills the process before step `cut`, 0 for never."""

    def __init__(self, folder: Path, cut: int) -> None:
        self._folder, self._cut, self.count = str(folder), cut, 0

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event not in STEPS or not arguments or not isinstance(arguments[0], str | bytes):
            return
        if os.fsdecode(arguments[0]).startswith(self._folder):
            self.count += 1
            if self.count == self._cut:
                os.kill(os.getpid(), signal.SIGKILL)


def _cut(card: Card, work: Work, cut: int) -> int | None:
    """In a process of its own; how many steps there were, None where it was killed."""
    pid = os.fork()
    if pid == 0:
        steps = Counted(card.folder, cut)
        sys.addaudithook(steps)
        try:
            work(card)
        except (Refusal, OSError):
            os._exit(255)
        os._exit(min(steps.count, 254))
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return None
    code = os.waitstatus_to_exitcode(status)
    assert code != 255, "the update was refused where it should have gone through"
    return code


def wrong_after(card: Card) -> str:
    """After a cut: start what the firmware starts, twice. Empty when all is as it must be."""
    texts = [autoboot.text_for(slot) for slot in "ab"]
    if (card.boot / autoboot.FILE).read_text() not in texts:
        return "autoboot.txt is neither the old nor the new one"
    slot = card.default
    for _ in range(2):
        card.starts(slot)
    progress = read_progress(card.places.state)
    if progress.phase is not Phase.SETTLED:
        return f"phase {progress.phase} after the start"
    if card.boards() != BOARDS:
        return f"{card.boards()} boards in the record"
    card.install()
    card.starts(autoboot.other(slot))
    card.trial().run()
    if card.default == slot:
        return f"the next update did not go through: {read_progress(card.places.state).outcome}"
    return "" if card.boards() == BOARDS else "the next update lost boards"


def run_all(folder: Path, say: Callable[[str], None]) -> dict[str, dict[str, object]]:
    first = Card.new(folder / "first")
    found: dict[str, dict[str, object]] = {}
    for name, (before, work) in SCENARIOS.items():
        wrong: list[str] = []
        ends = {"a": 0, "b": 0}
        cut, steps = 0, 0
        while cut <= steps:
            place = folder / "card"
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(first.folder, place)
            card = Card(place)
            card.write_config()
            before(card)
            done = _cut(card, work, cut)
            if cut == 0:
                assert done is not None
                steps = done
            else:
                assert done is None, f"{name}: step {cut} never came"
                ends[card.default] += 1
                said = wrong_after(card)
                wrong += [f"step {cut}: {said}"] if said else []
            cut += 1
        found[name] = {"cuts": steps, "started": ends, "wrong": wrong}
        say(f"{name}: {steps} cuts, {len(wrong)} wrong")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goldenboard-cuts-") as name:
        found = run_all(Path(name), lambda words: print(words, file=sys.stderr, flush=True))
    text = json.dumps({**about("tests.system_update.cuts"), "scenarios": found}, indent=1)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 1 if any(each["wrong"] for each in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
