"""An operator's shift as a script: boards in and out, buttons, codes, faults, at a human pace."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hw.ports import Clock, Lamps
from hw.sim.boards import Board
from hw.sim.faults import Fault
from hw.sim.generator import good_and_faulty
from hw.sim.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing the operator (or fate) does.

    It happens `after_s` after the step before it, and, with `after_verdict`, not before the lamps
    have shown something steady, for which the operator waits at most `patience_s`.
    """

    what: str
    """In words, for the log."""
    do: Callable[[World], object]
    after_s: float = 0.0
    after_verdict: bool = False
    patience_s: float = 15.0


def prepare(board: Board, *, after_s: float = 0.0) -> Step:
    return Step(what=f"lay {board.name} out", do=lambda w: w.prepare(board), after_s=after_s)


def insert(board: Board, *, after_s: float = 0.0) -> Step:
    return Step(what=f"insert {board.name}", do=lambda w: w.insert(board), after_s=after_s)


def remove(*, after_s: float = 0.0, after_verdict: bool = False, patience_s: float = 15.0) -> Step:
    return Step(
        what="remove",
        do=lambda w: w.remove(),
        after_s=after_s,
        after_verdict=after_verdict,
        patience_s=patience_s,
    )


def remove_halfway(*, after_s: float = 0.0) -> Step:
    return Step(what="pull out by half", do=lambda w: w.remove_halfway(), after_s=after_s)


def push_in(*, after_s: float = 0.0) -> Step:
    return Step(what="push in again", do=lambda w: w.push_in(), after_s=after_s)


def press_button(duration_s: float, *, after_s: float = 0.0) -> Step:
    what = f"press the button for {duration_s:g} s"
    return Step(what=what, do=lambda w: w.press_button(duration_s), after_s=after_s)


def scan(text: str, *, after_s: float = 0.0) -> Step:
    return Step(what=f"scan {text}", do=lambda w: w.scan(text), after_s=after_s)


def start_fault(name: str | Fault, *, after_s: float = 0.0) -> Step:
    return Step(what=f"{name} starts", do=lambda w: w.start_fault(name), after_s=after_s)


def stop_fault(name: str | Fault, *, after_s: float = 0.0) -> Step:
    return Step(what=f"{name} ends", do=lambda w: w.stop_fault(name), after_s=after_s)


STEADY_S = 1.3
"""Lamps that haven't changed for this long are read as a verdict; a pulse is faster."""


class ShiftPlayer:
    """Plays steps on a world. `advance` is called again and again, from any one thread, and does
    what is due; so the same script runs on a virtual clock and on the real one."""

    def __init__(self, world: World, steps: Iterable[Step], *, clock: Clock) -> None:
        self._world = world
        self._steps = iter(steps)
        self._clock = clock
        self._last_s = clock.monotonic()
        self._lit = _lit(world.lamps)
        self._lit_since_s = self._last_s
        self._next: Step | None = next(self._steps, None)

    @property
    def finished(self) -> bool:
        return self._next is None

    def advance(self) -> list[str]:
        """Do what is due now; says in words what was done."""
        done = []
        now_s = self._clock.monotonic()
        self._watch_lamps(now_s)
        while self._next is not None and self._is_due(self._next, now_s):
            self._next.do(self._world)
            done.append(self._next.what)
            self._last_s = now_s
            self._next = next(self._steps, None)
        return done

    def _watch_lamps(self, now_s: float) -> None:
        lit = _lit(self._world.lamps)
        if lit != self._lit:
            self._lit, self._lit_since_s = lit, now_s

    def _is_due(self, step: Step, now_s: float) -> bool:
        waited_s = now_s - self._last_s
        if waited_s < step.after_s:
            return False
        if not step.after_verdict or waited_s >= step.patience_s:
            return True
        steady_s = now_s - max(self._lit_since_s, self._last_s)
        return any(self._lit) and steady_s >= STEADY_S


def _lit(lamps: Lamps) -> tuple[bool, bool, bool]:
    return (lamps.red, lamps.amber, lamps.green)


def endless_shift(
    *,
    seed: int = 1,
    variant: int = 0,
    boards: Sequence[Board] | None = None,
    faulty_share: float = 0.2,
    pause_s: tuple[float, float] = (1.5, 4.0),
    look_s: tuple[float, float] = (1.0, 3.0),
) -> Iterator[Step]:
    """Boards go in and out for ever: generated ones of one variant, mostly good, or the given
    ones in turn. The next board lies on the bench while the operator looks at the verdict."""
    chance = random.Random(f"shift {seed}")
    supply = _generated(chance, seed, variant, faulty_share) if boards is None else _turns(boards)
    board = next(supply)
    yield prepare(board)
    while True:
        yield insert(board, after_s=chance.uniform(*pause_s))
        board = next(supply)
        yield remove(after_s=chance.uniform(*look_s), after_verdict=True)
        yield prepare(board, after_s=0.5)


def _generated(
    chance: random.Random, seed: int, variant: int, faulty_share: float
) -> Iterator[Board]:
    number = seed * 1000
    while True:
        number += 1
        faults = chance.choice((1, 1, 2)) if chance.random() < faulty_share else 0
        yield good_and_faulty(number, variant=variant, faults=faults)


def _turns(boards: Sequence[Board]) -> Iterator[Board]:
    if not boards:
        raise ValueError("A shift needs at least one board.")
    while True:
        yield from boards
