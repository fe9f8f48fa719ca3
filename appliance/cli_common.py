"""What `teach` and `inspect` share: exit codes, the model's options, progress on stderr."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from appliance.commission.camera_file import lens_in_use
from appliance.config import read_config
from appliance.modelfile import ModelFile
from appliance.vision.interpreter import InterpreterPool
from appliance.vision.lens import Lens

EXIT_GOOD = 0
EXIT_UNUSABLE = 2
EXIT_FAULT = 3

MOST_INTERPRETERS = 4
"""The Pi has four cores; more interpreters only cost memory."""


def add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of released models")
    parser.add_argument("--model", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument(
        "--interpreters",
        type=_count,
        metavar="N",
        help="how many windows are judged side by side (default: one a core, at most 4)",
    )


def add_unit_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="TOML",
        help="the unit's configuration: its lens, of the table [lens] or as commissioning "
        "measured it, straightens the cradle's marks",
    )


def lens_of(args: argparse.Namespace) -> Lens | None:
    """Of the unit whose configuration was named. Raises `TomlError`."""
    return lens_in_use(read_config(args.config)) if args.config else None


def open_pool(model: ModelFile, chosen: int | None) -> InterpreterPool:
    return InterpreterPool(model, chosen or min(MOST_INTERPRETERS, cores()))


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0))


class Ticker:
    """Tells on stderr what is being done once it takes longer than two seconds: on a
    terminal twice a second in one line, elsewhere a line every five seconds."""

    def __init__(
        self,
        stream: TextIO,
        *,
        patience_s: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._next_s = clock() + patience_s
        self._terminal = stream.isatty()
        self._written = False

    def __call__(self, what: str, done: int, total: int) -> None:
        now_s = self._clock()
        if now_s < self._next_s:
            return
        self._next_s = now_s + (0.5 if self._terminal else 5.0)
        self._written = True
        text = f"{what}: {done} of {total}"
        self._stream.write(f"\r{text:<50}" if self._terminal else f"{text}\n")
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._written and self._terminal:
            self._stream.write("\r" + " " * 50 + "\r")
            self._stream.flush()


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError(f"1 to 64 interpreters, not {number}")
    return number
