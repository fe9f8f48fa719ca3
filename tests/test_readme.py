"""README says what is so: wiring, commands, links, files."""

from __future__ import annotations

import argparse
import re

import pytest

from appliance.cli import parser
from hw.wiring import wiring_table
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_wiring_table_is_the_wiring() -> None:
    shown = README.split("<!-- wiring -->\n")[1].split("<!-- /wiring -->")[0]
    assert shown.strip() == wiring_table().strip()


def _commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


@pytest.mark.parametrize("line", re.findall(r"^    goldenboard (.+)$", README, re.MULTILINE))
def test_every_command_shown_is_one_that_is_understood(line: str) -> None:
    words = line.split()
    assert words[0] in _commands()
    parser().parse_args(words)


def test_every_command_there_is_is_shown() -> None:
    shown = {
        line.split()[0] for line in re.findall(r"^    goldenboard (.+)$", README, re.MULTILINE)
    }
    assert shown == set(_commands())


@pytest.mark.parametrize(
    "page",
    [path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/README.md")] + ["README.md"],
)
def test_every_link_leads_to_a_file(page: str) -> None:
    folder = (ROOT / page).parent
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text)
    assert [link for link in links if not (folder / link).exists()] == []


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z-]+)`?", README))
    assert named <= targets
