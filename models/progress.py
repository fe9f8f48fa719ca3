"""A counter on standard error for work of more than two seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def counted(items: Sequence[Item], doing: str) -> Iterator[Item]:
    """Yield the items while showing "doing n/total": in place on a terminal, else each tenth."""
    total = len(items)
    live = sys.stderr.isatty()
    for number, item in enumerate(items, start=1):
        yield item
        if live:
            end = "\n" if number == total else "\r"
            print(f"{doing} {number}/{total}", end=end, file=sys.stderr, flush=True)
        elif number == total or number * 10 // total != (number - 1) * 10 // total:
            print(f"{doing} {number}/{total}", file=sys.stderr, flush=True)
