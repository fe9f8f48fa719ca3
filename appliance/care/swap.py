"""Putting what was staged in the place of what was there, so that a cut at any moment leaves the
unit as it was or wholly restored.

    .records.restoring  .recipes.restoring  …   everything new, checked and synced
    .restore.json                               says what is to be put in place
    goldenboard.toml                            the new settings; from here on there is no way back
    records → records.before-restore-1          then folder by folder
    .records.restoring → records

Whatever starts next (the service, or another restore) calls `settle` first: it goes on to the end
where the settings are the new ones, and clears away what was staged where they are not yet. Where
the settings stay, the note is the point of no return. So the service, which may not write below
/etc, can finish what root began.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from appliance.care.errors import CareError
from appliance.care.key import give_to_owner_of
from appliance.care.places import Place, places
from appliance.config import Config
from appliance.durable import TEMPORARY, sync_folder, write_durably

NOTE = ".restore.json"
LOCK = ".restore.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    parts: tuple[str, ...]
    number: int
    """Of this restore on this unit; the old folders are kept under it."""
    settings_sha256: str | None
    """Of the settings that make it final; None where they stay as they are."""


@contextmanager
def one_restore(data: Path) -> Iterator[None]:
    """Raises `CareError` while another restore of this unit runs."""
    handle = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        give_to_owner_of(data, data / LOCK)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CareError(
                expected="nothing else to be restoring this unit",
                found="a restore that is under way",
                action="Wait until it is done.",
            ) from None
        yield
    finally:
        os.close(handle)


def free_number(config: Config) -> int:
    """The first under which nothing is kept yet."""
    number = 1
    while any(place.before(number).exists() for place in places(config).values()):
        number += 1
    return number


def commit(config: Config, settings: Path, new_settings: Path | None, note: Note) -> None:
    """Everything is staged and synced: make it the unit. `new_settings` lies synced beside
    `settings`. Raises OSError; `settle` says what came of it then."""
    text = {
        "parts": note.parts,
        "number": note.number,
        "settings_sha256": note.settings_sha256,
    }
    write_durably(config.data / NOTE, json.dumps(text).encode())
    if new_settings is not None:
        new_settings.replace(settings)
        sync_folder(settings.parent)
    _put_in_place(config, note)


def settle(config: Config, settings: Path) -> str | None:
    """Bring to its end, or undo, what a cut left of a restore; says which, None where there was
    nothing. Raises `CareError` while a restore runs, OSError."""
    if not config.data.is_dir():
        return None
    staged = [place.staged for place in places(config).values() if place.staged.exists()]
    if not staged and not (config.data / NOTE).exists():
        return None
    with one_restore(config.data):
        return settle_alone(config, settings)


def settle_alone(config: Config, settings: Path) -> str | None:
    """`settle` for who holds `one_restore` already."""
    note = _note(config.data / NOTE)
    if note is not None and _is_final(config, note, settings):
        _put_in_place(config, note)
        return "A restore that was cut off has been brought to its end."
    # The note first: without it what is staged is nothing but litter.
    (config.data / NOTE).unlink(missing_ok=True)
    (config.data / f".{NOTE}{TEMPORARY}").unlink(missing_ok=True)
    sync_folder(config.data)
    found = note is not None
    for place in places(config).values():
        if place.staged.exists():
            found = True
            # What root left and the service may not remove, the next restore does.
            shutil.rmtree(place.staged, ignore_errors=True)
    with suppress(OSError):
        settings.with_name(f".{settings.name}{TEMPORARY}").unlink(missing_ok=True)
    return "A restore that was cut off has been undone; the unit is as before." if found else None


def digest_of(settings: Path) -> str:
    return hashlib.sha256(settings.read_bytes()).hexdigest()


def _is_final(config: Config, note: Note, settings: Path) -> bool:
    """Also where a hand has changed the settings since, once the first folder was moved."""
    if note.settings_sha256 is None or note.settings_sha256 == digest_of(settings):
        return True
    where = places(config)
    return any(
        not where[part].staged.exists() or where[part].before(note.number).exists()
        for part in note.parts
    )


def _put_in_place(config: Config, note: Note) -> None:
    """Each step can be done again."""
    where = places(config)
    for part in note.parts:
        _exchange(where[part], note.number)
    (config.data / NOTE).unlink(missing_ok=True)
    sync_folder(config.data)


def _exchange(place: Place, number: int) -> None:
    if not place.staged.exists():
        return
    if place.folder.exists():
        place.folder.rename(place.before(number))
    place.staged.rename(place.folder)
    sync_folder(place.folder.parent)


def _note(path: Path) -> Note | None:
    """None for no note. One that is not ours is an error: better no start than a wrong one."""
    try:
        table = json.loads(path.read_bytes())
        return Note(
            parts=tuple(str(part) for part in table["parts"]),
            number=int(table["number"]),
            settings_sha256=table["settings_sha256"],
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise CareError(
            expected=f"in {path} the note of a restore",
            found=f"something else ({error})",
            action=f"Remove {path.name}, then restore again.",
        ) from None
