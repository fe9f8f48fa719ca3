"""A stretch of execution, as the plugin wrote it: how often each block of instructions ran."""

from __future__ import annotations

import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.bench.arm.root import BUILD

_SOURCE = Path(__file__).with_name("blocks.c")
_WORD_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Stretch:
    """`blocks`: runs of each block, which is its instructions as hexadecimal words."""

    blocks: Counter[str]

    @property
    def instructions(self) -> int:
        return sum(runs * length(block) for block, runs in self.blocks.items())


def length(block: str) -> int:
    return len(block) // _WORD_DIGITS


def words(block: str) -> list[int]:
    return [int(block[at : at + _WORD_DIGITS], 16) for at in range(0, len(block), _WORD_DIGITS)]


def read_stretches(out: Path) -> list[Stretch]:
    """The stretches of a run whose plugin was told `out`, in order."""
    stretches = []
    while (path := out.with_name(f"{out.name}.{len(stretches)}")).is_file():
        blocks: Counter[str] = Counter()
        with path.open(encoding="ascii") as file:
            for line in file:
                runs, block = line.split()
                blocks[block] += int(runs)
        stretches.append(Stretch(blocks))
    return stretches


def plugin() -> Path:
    """The compiled plugin, made again when its source is newer. Raises RuntimeError with the
    compiler's words."""
    made = BUILD / "blocks.so"
    if not made.is_file() or made.stat().st_mtime < _SOURCE.stat().st_mtime:
        BUILD.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(made), str(_SOURCE)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the plugin could not be compiled:\n{done.stderr}")
    return made
