"""Is the new version fit to judge? Asked of it by its own command, before anything is switched."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.toml_strict import TomlError, build
from appliance.update.children import Children
from appliance.update.errors import UpdateError
from appliance.update.golden import GoldenCall, differences

_SELFTEST_S = 900
_GOLDEN_S = 1800
_FACTS_S = 120
MOST_SHOWN = 5
OURSELVES: tuple[str, ...] = (sys.executable, "-m", "appliance.cli")
"""The command of the version that runs this."""


def prove(
    children: Children,
    program: Path,
    *,
    version: str,
    config: Path,
    data: Path,
    running: list[str | Path] | None = None,
) -> None:
    """Raises `UpdateError`. `running` is the command of the version to compare with: the one that
    runs this, unless given."""
    found_version = facts_of(children, program).version
    if found_version != version:
        raise UpdateError(
            expected=f"a program of version {version}",
            found=found_version,
            action="Tell the maker: the bundle holds another version than it says.",
        )
    run_self_test(children, [program], version, data)
    old = golden_calls(children, running or OURSELVES, config, data)
    new = golden_calls(children, [program], config, data)
    must_judge_alike(old, new)


def run_self_test(
    children: Children, command: Sequence[str | Path], version: str, data: Path
) -> None:
    """Raises `UpdateError`. As the service's user: what a self-test leaves behind must not be
    root's."""
    children.run(
        [*command, "selftest", "--json"],
        what=f"version {version} to pass its own self-test",
        timeout_s=_SELFTEST_S,
        as_owner_of=data,
    )


def must_judge_alike(old: list[GoldenCall], new: list[GoldenCall]) -> None:
    """Raises `UpdateError` naming what is judged otherwise than before."""
    found = differences(old, new)
    if found:
        more = f" and {len(found) - MOST_SHOWN} more" if len(found) > MOST_SHOWN else ""
        raise UpdateError(
            expected="the golden boards of this unit's recipes to be judged as before",
            found="; ".join(found[:MOST_SHOWN]) + more,
            action="Stay with this version and tell the maker.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a version says of itself."""

    version: str
    database_newest: int


def facts_of(children: Children, program: Path) -> Facts:
    """By its command `update facts`. Raises `UpdateError`."""
    out = children.run(
        [program, "update", "facts"], what="a program that starts", timeout_s=_FACTS_S
    )
    try:
        return build(json.loads(out), Facts, where="what the new version says of itself")
    except (json.JSONDecodeError, TomlError, AttributeError) as error:
        raise UpdateError(
            expected="a version that says what it is",
            found=repr(out.strip()[:80]),
            action="Tell the maker.",
        ) from error


def golden_calls(
    children: Children, command: Sequence[str | Path], config: Path, data: Path
) -> list[GoldenCall]:
    """What a version says of the unit's golden boards. Raises `UpdateError`."""
    out = children.run(
        [*command, "update", "golden", "--config", config],
        what="the golden boards of this unit's recipes to be judged",
        timeout_s=_GOLDEN_S,
        as_owner_of=data,
    )
    try:
        return [
            build(json.loads(line), GoldenCall, where="a golden board") for line in out.splitlines()
        ]
    except (json.JSONDecodeError, TomlError) as error:
        raise UpdateError(
            expected="one JSON object for each golden window",
            found=str(error)[:200],
            action="Stay with this version and tell the maker.",
        ) from error
