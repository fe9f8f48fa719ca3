"""KiCad's nested lists of words, read without recursion, and of them only what is asked for.

Most of a board's file is copper. Lists of other names than `keep` (and numbers, which the list of
layers has for names) are skipped as a whole, so that time and memory go with what is wanted.
"""

from __future__ import annotations

import re
from typing import Any

Node = list[Any]
"""The list's name, then words (str), numbers (int, float) and lists."""

DEEPEST = 40
"""Lists in lists: a board needs ten."""
MOST_LISTS = 600_000
"""Of those that are kept; a board of 3000 parts has a third of it."""
_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)"|([()])|([^\s()"]++)|(")', re.DOTALL)
_INTEGER = re.compile(r"[+-]?\d{1,15}")
_NUMBER = re.compile(r"[+-]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][+-]?\d{1,4})?")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def parse(text: str, keep: frozenset[str]) -> Node:
    """The first list of `text`. Raises `ValueError`, in words, for brackets that do not close and
    for lists too deep."""
    stack: list[Node] = []
    skipped = 0  # depth inside of a list that is not kept
    kept = 0
    named = True  # whether the list that is open has its name
    for found in _TOKEN.finditer(text):
        quoted, bracket, word, stray = found.groups()
        if stray is not None:
            raise ValueError("a file that is cut short: a quoted text does not end")
        if bracket == "(":
            if len(stack) + skipped >= DEEPEST:
                raise ValueError(f"more than {DEEPEST} lists inside one another")
            if skipped:
                skipped += 1
            else:
                stack.append([])
                named = False
                kept += 1
                if kept > MOST_LISTS:
                    raise ValueError(f"more than {MOST_LISTS} edges, parts and pads")
        elif bracket == ")":
            if skipped:
                skipped -= 1
                continue
            if not stack:
                break
            done = stack.pop()
            named = True
            if not stack:
                return done
            stack[-1].append(done)
        elif not skipped and stack:
            item = _word(word) if quoted is None else _ESCAPE.sub(_unescaped, quoted)
            if not named and item not in keep and not isinstance(item, int):
                stack.pop()
                if not stack:
                    raise ValueError(f"a list of {str(item)[:30]!r}")
                skipped = 1
            else:
                stack[-1].append(item)
            named = True
    raise ValueError("a file that is cut short: its brackets do not close")


def _word(word: str) -> str | int | float:
    if _INTEGER.fullmatch(word):
        return int(word)
    return float(word) if _NUMBER.fullmatch(word) else word


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found.group(1), found.group(1))
