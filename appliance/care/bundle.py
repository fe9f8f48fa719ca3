"""The support bundle: what a maker needs to see of a unit that troubles, and no secret of it.

Everything is taken by name, nothing by sweeping folders up; every text passes the scrubber. What
can't be read is named in its place: a unit in trouble is what a bundle is for.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import tomli_w

from appliance.care.errors import CareError
from appliance.care.key import FILE as UNIT_KEY
from appliance.care.key import own_fingerprint
from appliance.care.places import places
from appliance.care.scrub import Scrubber
from appliance.care.selftest import run_selftest
from appliance.config import Config
from appliance.durable import sync_folder
from appliance.machine import software_version
from appliance.recipe import RECIPE_FILE, load, versions
from appliance.refusal import Refusal
from appliance.store import Store, StoreError, first_login, utc_text
from appliance.store.database import FILE as DATABASE_FILE
from appliance.store.describe import describe, secrets_of
from appliance.store.export import nested
from appliance.store.operators import KEY_FILE
from appliance.tls import FILE as TLS_FILE
from appliance.tls import FOLDER as TLS_FOLDER
from appliance.toml_strict import to_table
from hw.card import read_card
from hw.disk_health import raw_disk_health
from hw.health import BoardHealth

BOARDS = 50
HISTORY = 200
JOURNAL_LINES = 2000
JOURNAL_S = 20.0
PAGE_KEY = "page.key"
_LIBRARIES = ("numpy", "opencv-python-headless", "flask", "cheroot", "cryptography", "gpiozero")
_KERNEL = ("etc/os-release", "proc/version", "proc/uptime", "proc/loadavg", "proc/meminfo",
           "proc/device-tree/model", "proc/mounts")  # fmt: skip
_ABOUT = """\
A support bundle of an inspection cabinet. Texts in UTF-8, times in UTC.
Not in it: PINs, badges, their hashes, keys, certificates' keys, sessions, names of people, and
pictures unless they were asked for. Serial numbers of boards are in it (inspections.json).
Look through it before you send it.
"""
_TROUBLE = (Refusal, StoreError, OSError, ValueError, subprocess.SubprocessError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a bundle is to hold beyond the usual."""

    pictures: int = 0
    """Of the last so many boards."""
    selftest: bool = True
    more: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    """Further tables by the name of their file: what only the caller knows."""


def write_bundle(config: Config, settings: Path | None, out: Path, ask: Ask, now: datetime) -> int:
    """Write the bundle of this unit to `out`, whole or not at all; returns its bytes. Raises
    `CareError` where it can't be written."""
    temporary = out.with_name(f".{out.name}.tmp")
    try:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in contents(config, settings, ask, now):
                    archive.writestr(name, content)
            file.flush()
            os.fsync(file.fileno())
        size = temporary.stat().st_size
        temporary.replace(out)
        sync_folder(out.parent)
    except OSError as error:
        raise CareError(
            expected=f"to write the bundle {out}",
            found=error.strerror or str(error),
            action="Check the stick or the folder and its free space.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return size


def contents(
    config: Config, settings: Path | None, ask: Ask, now: datetime
) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file of the bundle."""
    scrubber = _scrubber(config)

    def table(name: str, work: Callable[[], Any]) -> tuple[str, bytes]:
        item = _tried(work)
        value = scrubber.table({"": item})[""]
        return name, json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()

    def text(name: str, work: Callable[[], str]) -> tuple[str, bytes]:
        found = _tried(work)
        return name, scrubber.text(found if isinstance(found, str) else str(found)).encode()

    records = config.records.folder
    yield "README.txt", _ABOUT.encode()
    yield table("unit.json", lambda: _unit(config, now))
    yield text("settings.toml", lambda: tomli_w.dumps(scrubber.table(to_table(config))))
    yield text("computer.txt", lambda: _computer(Path("/")))
    yield table("health.json", lambda: _health(config))
    yield table("storage.json", lambda: _storage(config.records.folder))
    yield text("journal.txt", _journal)
    yield table("database.json", lambda: asdict(describe(records / DATABASE_FILE)))
    yield table("recipes.json", lambda: _recipes(config.recipes.folder))
    for name, path in _commissioning(config):
        yield text(f"commissioning/{name}", path.read_text)
    yield table("inspections.json", lambda: _inspections(records))
    yield table("faults.json", lambda: _faults(records))
    yield table("events.json", lambda: _events(records))
    for name, work in ask.more.items():
        yield table(name, work)
    if ask.selftest:
        yield table("selftest.json", lambda: run_selftest(settings))
    if ask.pictures:
        yield from _pictures(records, ask.pictures)


def _tried(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except _TROUBLE as error:
        return {"could not be read": f"{type(error).__name__}: {error}"}


def _scrubber(config: Config) -> Scrubber:
    """Knows every secret that this unit has on its disk. A key that can't be read by us can't get
    into what we read either."""
    records, values = config.records.folder, []
    for file in (
        records / PAGE_KEY,
        records / KEY_FILE,
        config.data / UNIT_KEY,
        config.data / TLS_FOLDER / TLS_FILE,
    ):
        with suppress(OSError):
            values.append(file.read_bytes())
    with suppress(StoreError):
        login = first_login.read(records)
        values += [] if login is None else [login.pin.encode()]
    people: tuple[str, ...] = ()
    with suppress(StoreError):
        known = secrets_of(records / DATABASE_FILE)
        values += known.values
        people = known.people
    return Scrubber(values, people)


def _unit(config: Config, now: datetime) -> dict[str, Any]:
    return {
        "unit": config.unit.name,
        "software": software_version(),
        "made_utc": utc_text(now),
        "fingerprint": own_fingerprint(config.data),
        "cabinet": config.cabinet.kind.value,
        "python": sys.version,
        "machine": platform.machine(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _computer(root: Path) -> str:
    parts = []
    for name in _KERNEL:
        with suppress(OSError, UnicodeDecodeError):
            parts.append(f"== /{name}\n{(root / name).read_text().strip(chr(0))}")
    return "\n".join(parts)


def _health(config: Config) -> dict[str, Any]:
    with BoardHealth(records_folder=config.records.folder) as health:
        return asdict(health.read())


def _storage(records: Path) -> dict[str, Any]:
    """What the kernel says of the card or disk, and all that the disk says of itself."""
    card = read_card(records)
    return {
        "card": None if card is None else asdict(card),
        "smartctl": raw_disk_health() or "nothing asked: no smartctl here, or an SD card",
    }


def _journal() -> str:
    program = shutil.which("journalctl")
    if program is None:
        return "This computer has no journalctl."
    done = subprocess.run(
        [program, "-u", "goldenboard*", "-n", str(JOURNAL_LINES), "--no-pager", "-o", "short-iso"],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=JOURNAL_S,
        check=False,
    )
    return done.stdout or done.stderr


def _recipes(folder: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_dir():
            continue
        entry: dict[str, Any] = {"folder": path.name}
        try:
            entry["sha256"] = hashlib.sha256((path / RECIPE_FILE).read_bytes()).hexdigest()
            recipe = load(path)
            entry |= {
                "name": recipe.name,
                "part_number": recipe.part_number,
                "version": recipe.version,
                "versions": versions(path),
                "format": recipe.format,
                "windows": len(recipe.windows),
                "goldens": len(recipe.goldens),
                "models": [asdict(model) for model in recipe.models],
            }
        except _TROUBLE as error:
            entry["could not be read"] = str(error)
        found.append(entry)
    return found


def _commissioning(config: Config) -> Iterator[tuple[str, Path]]:
    folder = places(config)["commissioning"].folder
    if folder.is_dir():
        for path in sorted(folder.glob("*.toml")):
            yield path.name, path


def _inspections(records: Path) -> list[dict[str, Any]]:
    with Store.open_for_reading(records) as store:
        rows = store.boards(limit=BOARDS)
        return [_without_people(nested(store.inspection(row.inspection_id))) for row in rows]


def _faults(records: Path) -> list[dict[str, Any]]:
    with Store.open_for_reading(records) as store:
        return [_without_people(asdict(row)) for row in store.faults(limit=HISTORY)]


def _events(records: Path) -> list[dict[str, Any]]:
    with Store.open_for_reading(records) as store:
        return [_without_people(asdict(row)) for row in store.events(limit=HISTORY)]


def _without_people(item: Any) -> Any:
    """Who worked there is nobody's business who helps with a machine."""
    if isinstance(item, Mapping):
        return {
            key: _without_people(value)
            for key, value in item.items()
            if key not in ("operator", "by", "cleared_by", "answered_by")
        }
    return [_without_people(each) for each in item] if isinstance(item, list | tuple) else item


def _pictures(records: Path, boards: int) -> Iterator[tuple[str, bytes]]:
    with suppress(StoreError), Store.open_for_reading(records) as store:
        for row in store.boards(limit=boards):
            for fact in store.inspection(row.inspection_id).pictures:
                data = store.picture(row.inspection_id, fact.name)
                if data is not None:
                    name = fact.name.replace(":", "-").replace("/", "-").replace("\\", "-")
                    yield f"pictures/{row.inspection_id:08d}-{name}.jpg", data
