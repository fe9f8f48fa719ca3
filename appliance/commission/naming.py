"""The steps 'name' and 'people': what the unit is called, and who may look after it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import tomli_w

from appliance.commission.errors import CommissionError
from appliance.commission.steps import DONE, Work
from appliance.commission.values import Finding, Note, Outcome, Prompt
from appliance.config import Config, Unit
from appliance.durable import write_durably
from appliance.store import Role
from appliance.toml_strict import parse_toml

_TABLE = re.compile(r"^[ \t]*\[unit\][ \t]*(#.*)?$", re.MULTILINE)
_NEXT_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_NAME = re.compile(r"^[ \t]*name[ \t]*=.*$", re.MULTILINE)


def name(work: Work) -> Finding:
    """Asks for the unit's name and writes a new one into its configuration."""
    now = work.config.unit.name
    wanted = work.talk.ask(
        Prompt(
            name="name",
            text="What is this unit called? The name stands on every page and in every record.",
            free_text=True,
            suggestion="" if now == Unit().name else now,
        )
    )
    wanted = " ".join(wanted.split())
    notes = (Note(name="name", text=wanted),)
    try:
        Unit(name=wanted)
    except ValueError as error:
        return _failed(f"That is no name: {error}.", "Type another one.")
    if not wanted.isprintable():
        return _failed("That is no name: it has characters that can't be shown.", "Type it anew.")
    if wanted == Unit().name:
        return _failed(
            f"Every new unit is called '{wanted}'.", "Give it a name of its own, such as 'line 2'."
        )
    if wanted == now:
        return Finding(outcome=Outcome.PASSED, found=f"The unit is called '{now}'.", notes=notes)
    if work.config_path is None:
        return _failed(
            f"This unit has no configuration file; it stays '{now}'.",
            "Start it with a configuration of its own (--config).",
        )
    rename(work.config_path, wanted)
    return Finding(
        outcome=Outcome.PASSED,
        found=f"The unit is called '{wanted}' from its next start on.",
        next_step="Restart the service when commissioning is done.",
        notes=notes,
    )


def rename(path: Path, wanted: str) -> None:
    """Change the one line of the configuration and nothing else. Raises `CommissionError` when the
    file can't be written or would then say anything else than before but the name."""
    try:
        text = path.read_text(encoding="utf-8")
        before = parse_toml(text, Config, where=path.name)
        changed = _with_name(text, tomli_w.dumps({"name": wanted}).strip())
        after = parse_toml(changed, Config, where=path.name)
        if after != replace(before, unit=replace(before.unit, name=wanted)):
            raise CommissionError(
                expected=f"a table [unit] in {path} whose name can be changed",
                found="another form of it",
                action=f'Set name = "{wanted}" under [unit] by hand.',
            )
        write_durably(path, changed.encode(), path.stat().st_mode & 0o777)
    except OSError as error:
        raise CommissionError(
            expected=f"to write the name into {path}",
            found=error.strerror or str(error),
            action="Do this step on the terminal as the owner of the file: "
            "sudo goldenboard commission --step name.",
        ) from error


def _with_name(text: str, line: str) -> str:
    table = _TABLE.search(text)
    if table is None:
        return f"{text.rstrip()}\n\n[unit]\n{line}\n"
    start = table.end()
    following = _NEXT_TABLE.search(text, start)
    end = following.start() if following else len(text)
    inside = text[start:end]
    inside = (
        _NAME.sub(lambda _: line, inside, count=1) if _NAME.search(inside) else f"\n{line}{inside}"
    )
    return text[:start] + inside + text[end:]


def people(work: Work) -> Finding:
    """Makes the first technician with a random PIN, shown here on a terminal; the guard has
    it changed at the first sign-in. One that the service has made is shown by another command."""
    login = work.store.ensure_first_technician()
    if login is not None:
        work.talk.show_secret(
            Prompt(
                name="first_login",
                text=f"The first technician: name {login.name}, PIN {login.pin}. Write it down. "
                "It has to be changed at the first sign-in.",
                choices=DONE,
            )
        )
    active = work.store.operators(active_only=True)
    notes = tuple(
        Note(
            name=who.name,
            text=f"{who.role}{', has to change the first PIN' if who.must_change_pin else ''}",
        )
        for who in active
    )
    count = sum(who.role is Role.TECHNICIAN and who.has_pin for who in active)
    hint = ""
    if login is None and any(who.must_change_pin for who in active):
        hint = "The first PIN, where it is not known: `sudo goldenboard first-login` at the unit."
    made = "made now" if login is not None else "known"
    found = (
        f"{count} technician{'s' if count != 1 else ''} {made}; no PIN is the same on two units."
    )
    return Finding(outcome=Outcome.PASSED, found=found, next_step=hint, notes=notes)


def _failed(found: str, next_step: str) -> Finding:
    return Finding(outcome=Outcome.FAILED, found=found, next_step=next_step)
