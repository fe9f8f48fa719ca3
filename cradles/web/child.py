"""The building process: `python -m cradles.web.child FOLDER PARENT LIMITS`.

Reads the order in FOLDER and writes the finished cradle into FOLDER/out. What it does and how it
ends it says on stdout, one JSON object a line; the page's process believes nothing else.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from appliance.refusal import Refusal
from cradles.web.limits import Limits, take_limits

OUT = "out"
STEPS = ("read", "build", "check", "fit", "write")
CHANNEL = 100
"""A descriptor that nothing else has: the pipe to the page."""
_NO_MEMORY = b'{"failed": "memory"}\n'
_NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def main(arguments: list[str]) -> int:
    folder, parent = Path(arguments[0]), int(arguments[1])
    _own_stdout()
    take_limits(Limits(**json.loads(arguments[2])), parent)
    try:
        _make(folder)
    except Refusal as refusal:
        if isinstance(refusal.__cause__, OSError) and refusal.__cause__.errno in _NO_ROOM:
            _failed(folder, "disk")
        else:
            _failed(folder, "refused", refusal.expected, refusal.found, refusal.action)
    except MemoryError:
        os.write(CHANNEL, _NO_MEMORY)  # there may be none left for anything longer
    except ValueError as error:
        _failed(folder, "value", found=str(error))
    except ImportError as error:
        if "map segment" not in str(error) and "allocate memory" not in str(error):
            raise
        os.write(CHANNEL, _NO_MEMORY)
    except OSError as error:
        if error.errno not in (*_NO_ROOM, errno.ENOMEM):
            raise
        _failed(folder, "memory" if error.errno == errno.ENOMEM else "disk")
    return 0


def _make(folder: Path) -> None:
    """Imports here: the limits have to stand before the large libraries come in."""
    from appliance.durable import sync_tree
    from cradles import job
    from cradles.export.view import view_bytes
    from cradles.read import TableWishes, read_design
    from cradles.web.order import UPLOAD, read_order
    from cradles.web.shelf import MADE, VIEW, made_text

    order = read_order(folder)
    say({"step": "read"})
    table = order.table
    design = read_design(
        folder / order.stored,
        units=order.units,
        table=None if table is None else folder / table.stored,
        wishes=None
        if table is None
        else TableWishes(
            origin_mm=table.origin_mm,
            bottom_mirrored=table.bottom_mirrored,
            unknown_size_mm=table.unknown_size_mm,
        ),
    )
    notes = tuple(order.named(note, folder) for note in design.notes)
    board = replace(design.board, source=order.filename)
    if board.name == UPLOAD:  # the file does not say: then its own name has to do
        board = replace(board, name=order.stem)
    board = order.wishes.of(board)
    made = job.make(board, progress=lambda _, done, total: say({"step": STEPS[done + 1]}))
    say({"step": "write"})
    out = folder / OUT
    try:
        job.write(made, out)
        (out / VIEW).write_bytes(view_bytes(made.cradle))
        (out / MADE).write_text(made_text(order, notes), encoding="utf-8")
        sync_tree(out)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    say({"made": made.cradle.identity})


def _own_stdout() -> None:
    """What libraries print goes to stderr; the pipe is kept for what the page has to know."""
    os.dup2(1, CHANNEL)
    os.dup2(2, 1)


def say(what: Mapping[str, object]) -> None:
    os.write(CHANNEL, json.dumps(what).encode() + b"\n")


def _failed(folder: Path, code: str, expected: str = "", found: str = "", action: str = "") -> None:
    from cradles.web.order import read_order

    words = {"expected": expected, "found": found, "action": action}
    order = read_order(folder)
    say({"failed": code} | {name: order.named(text, folder) for name, text in words.items()})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
