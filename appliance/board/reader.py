"""board.toml, read strictly and written so that it reads back as the same values."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from appliance.board.errors import BoardError
from appliance.board.values import BoardFile
from appliance.toml_strict import parse_toml, to_table

MOST_BYTES = 16_000_000


def read_board(path: Path) -> BoardFile:
    """Raises `BoardError` or `TomlError` (both `Refusal`)."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise BoardError(
                expected=f"a board.toml of at most {MOST_BYTES // 1_000_000} MB",
                found=f"{size / 1e6:.0f} MB",
                action="Name the board's own description.",
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BoardError(
            expected=f"a readable file {path}",
            found=str(error),
            action="Check the path, and that it is TOML text in UTF-8.",
        ) from error
    return parse_toml(text, BoardFile, where=path.name)


def board_text(board: BoardFile) -> str:
    """The text of a board.toml that `read_board` reads back as `board`."""
    return tomli_w.dumps(to_table(board))
