"""The open faults: why the machine can't judge, what a person can do, and whether it works again.

A fault stays until its own cause was tried again and found working; a probe that fails is tried
again after a growing pause, so that a broken camera is not restarted a hundred times a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Probe = Callable[[], bool | None]
"""Tries the cause again: True it works, False it does not, None the answer is not there yet.
Called from the controller's tick, so it returns at once; it raises nothing but HardwareError."""

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0


@dataclass(slots=True, kw_only=True)
class Fault:
    """One cause. `code` is the stable word for programs; one fault of a code is open at a time."""

    code: str
    device: str
    found: str
    action: str
    probe: Probe
    since_s: float
    since_utc: str
    works_again: bool = False
    next_try_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    trying: bool = field(default=False)


class Faults:
    """The list, in the order in which the causes appeared."""

    def __init__(self) -> None:
        self._open: dict[str, Fault] = {}

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._open.values()))

    def __contains__(self, code: str) -> bool:
        return code in self._open

    def __bool__(self) -> bool:
        return bool(self._open)

    def add(self, fault: Fault) -> bool:
        """False when a fault of this code is open already: then it is only told that it does
        not work again yet."""
        known = self._open.get(fault.code)
        if known is not None:
            known.works_again = False
            known.found = fault.found
            return False
        fault.next_try_s = fault.since_s + fault.pause_s
        self._open[fault.code] = fault
        return True

    def try_again_now(self) -> None:
        """A person asks: forget the pauses."""
        for fault in self._open.values():
            fault.next_try_s, fault.pause_s = 0.0, FIRST_PAUSE_S

    def probe(self, now_s: float) -> None:
        """Try every cause whose pause is over."""
        for fault in self._open.values():
            if fault.works_again or (now_s < fault.next_try_s and not fault.trying):
                continue
            answer = fault.probe()
            fault.trying = answer is None
            if answer is True:
                fault.works_again = True
            elif answer is False:
                fault.next_try_s = now_s + fault.pause_s
                fault.pause_s = min(fault.pause_s * 2, LONGEST_PAUSE_S)

    @property
    def all_work_again(self) -> bool:
        return all(fault.works_again for fault in self._open.values())

    def clear(self) -> tuple[Fault, ...]:
        """Close all; returns them for the record."""
        closed = tuple(self._open.values())
        self._open.clear()
        return closed
