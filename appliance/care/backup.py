"""One signed archive of a unit, made while it works: settings, recipes with all their versions and
pictures, commissioning, people and records.

Members go out one after the other and are hashed on the way; the manifest with all the hashes and
its signature come last. So nothing is read twice, and a picture that the retention takes away
meanwhile is simply not in it. What is not in it: the certificate's and the pages' keys, which every
unit makes for itself.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.care import names
from appliance.care.errors import CareError
from appliance.care.key import public_bytes, unit_key
from appliance.care.manifest import About, File, Manifest, to_json
from appliance.care.places import places
from appliance.care.sealed import seal
from appliance.care.tar import END, header, member_name, padding
from appliance.config import Config
from appliance.durable import sync_folder
from appliance.machine import software_version
from appliance.recipe import CACHE_FILE, RECIPE_FILE, RecipeError, load
from appliance.store import MissingError, StoreError, utc_text
from appliance.store.copying import Copied, copy_database
from appliance.store.database import FILE as DATABASE_FILE
from appliance.store.operators import KEY_FILE
from appliance.store.pictures import FOLDER as PICTURES_FOLDER

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
SIGNED = b"goldenboard backup 1\n"
"""Before the manifest when it is signed, so that no other signature of the unit can stand here."""
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a backup is to hold beside settings, recipes and commissioning."""

    records_days: int | None = None
    """None keeps the boards of all days, 0 of none; a missed challenge that nobody has released is
    kept all the same."""
    operators: bool = True
    passphrase: str | None = None
    """Seals the badges' key; without it badges have to be scanned anew."""

    @property
    def records(self) -> str:
        if self.records_days is None:
            return "all"
        return f"days {self.records_days}" if self.records_days else "none"


@dataclass(slots=True, kw_only=True)
class Made:
    """What went into a backup, and what did not."""

    manifest: Manifest
    bytes: int
    left_out: list[str] = field(default_factory=list)
    """In sentences."""
    locking: int = 0
    """Missed challenges that are in it whatever was wished: where it is restored, PASS stays locked
    until a technician has released them."""


def back_up(
    config: Config,
    settings: Path,
    out: Path,
    wish: Wish,
    now: datetime,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Made:
    """Write the archive of this unit to `out`, whole or not at all. `settings` is the file that
    `config` was read from. Raises `CareError`, `StoreError`."""
    key = unit_key(config.data)
    temporary = out.with_name(f".{out.name}.tmp")
    database = out.with_name(f".{out.name}.db.tmp")
    try:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            made = _Writer(file, key, progress).write(config, settings, database, wish, now)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
        sync_folder(out.parent)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise CareError(
            expected=f"to write the archive {out}",
            found=f"{error.strerror or error}" + (f" ({error.filename})" if error.filename else ""),
            action="Check the stick or the folder and its free space.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
        for leftover in ("", "-journal", "-wal", "-shm"):
            database.with_name(database.name + leftover).unlink(missing_ok=True)
    return made


class _Writer:
    def __init__(
        self, out: BinaryIO, key: Ed25519PrivateKey, progress: Callable[[str, int, int], None]
    ) -> None:
        self._out = out
        self._key = key
        self._progress = progress
        self._files: list[File] = []
        self._left_out: list[str] = []

    def write(
        self, config: Config, settings: Path, database: Path, wish: Wish, now: datetime
    ) -> Made:
        where = places(config)
        self._put(names.SETTINGS, settings.read_bytes())
        recipes = self._recipes(where[names.RECIPES].folder)
        self._folder(names.COMMISSIONING, where[names.COMMISSIONING].folder)
        copied, badges = self._records(where[names.RECORDS].folder, database, wish, now)
        manifest = Manifest(
            about=About(
                unit=config.unit.name,
                software_version=software_version(),
                database_version=copied.version if copied else 0,
                made_utc=utc_text(now),
                simulated=config.cabinet.kind.value == "simulated",
                records=wish.records,
                operators=wish.operators and copied is not None,
                badges=badges,
                inspections=copied.inspections if copied else 0,
                newest_inspection=copied.newest if copied else 0,
                recipes=recipes,
                audit_head=copied.audit_head if copied else "",
            ),
            files=tuple(self._files),
        )
        self._sign(to_json(manifest))
        return Made(
            manifest=manifest,
            bytes=self._out.tell(),
            left_out=self._left_out,
            locking=copied.locking if copied else 0,
        )

    def _records(
        self, folder: Path, database: Path, wish: Wish, now: datetime
    ) -> tuple[Copied | None, bool]:
        key = _badge_key(folder) if wish.operators and wish.passphrase else None
        days = wish.records_days
        since = "" if days is None else utc_text(now - timedelta(days=days)) if days else None
        try:
            copied = copy_database(
                folder / DATABASE_FILE,
                database,
                since_utc=since,
                operators=wish.operators,
                badges=key is not None,
            )
        except MissingError:
            self._left_out.append("There is no record yet, so no records and no people are in it.")
            return None, False
        with database.open("rb") as file:
            self._stream(names.DATABASE, file, database.stat().st_size)
        gone = 0
        for done, picture in enumerate(copied.pictures):
            self._progress("pictures", done, len(copied.pictures))
            gone += not self._picture(folder / PICTURES_FOLDER / picture.path, picture.path)
        if gone:
            self._left_out.append(f"{gone} pictures that the retention has removed meanwhile.")
        sealed = key is not None and copied.has_badges
        if sealed and key is not None and wish.passphrase is not None:
            self._put(names.SECRETS, seal({KEY_FILE: key}, wish.passphrase))
        elif wish.operators:
            self._left_out.append("Badges: without a passphrase they have to be scanned anew.")
        return copied, sealed

    def _picture(self, file: Path, path: str) -> bool:
        try:
            with file.open("rb") as content:
                name = f"{names.PICTURES}/{path}"
                self._stream(name, content, os.fstat(content.fileno()).st_size)
        except FileNotFoundError:
            return False
        return True

    def _recipes(self, folder: Path) -> tuple[str, ...]:
        kept = []
        for recipe in _visible(folder):
            try:
                load(recipe)
            except RecipeError as error:
                self._left_out.append(f"The recipe {recipe.name}, which is not whole: {error}")
                continue
            before = (recipe / RECIPE_FILE).read_bytes()
            self._folder(f"{names.RECIPES}/{recipe.name}", recipe)
            if (recipe / RECIPE_FILE).read_bytes() != before:
                raise CareError(
                    expected=f"the recipe {recipe.name} to stay as it is during the backup",
                    found="a new version, saved meanwhile",
                    action="Make the backup again.",
                )
            kept.append(recipe.name)
        return tuple(kept)

    def _folder(self, name: str, folder: Path) -> None:
        """Every file below a folder; the cache of what a judge has learnt makes itself anew."""
        for path in _visible(folder):
            if path.is_dir():
                self._folder(f"{name}/{path.name}", path)
            elif path.is_file() and path.name != CACHE_FILE:
                self._put(f"{name}/{path.name}", path.read_bytes())

    def _put(self, path: str, data: bytes) -> None:
        self._begin(path, len(data))
        self._out.write(data)
        self._end(path, len(data), hashlib.sha256(data))

    def _stream(self, path: str, content: BinaryIO, size_bytes: int) -> None:
        digest = hashlib.sha256()
        self._begin(path, size_bytes)
        left = size_bytes
        while left and (chunk := content.read(min(left, _CHUNK))):
            digest.update(chunk)
            self._out.write(chunk)
            left -= len(chunk)
        if left:
            raise CareError(
                expected=f"{size_bytes} bytes of {path}",
                found=f"{left} bytes less",
                action="Make the backup again.",
            )
        self._end(path, size_bytes, digest)

    def _begin(self, path: str, size_bytes: int) -> None:
        if not names.may_hold(path):
            raise CareError(
                expected="file names that any unit can hold",
                found=f"{path!r}",
                action="Give the recipe or the file a plain name without leading dots.",
            )
        self._out.write(header(member_name(path), size_bytes))

    def _end(self, path: str, size_bytes: int, digest: hashlib._Hash) -> None:
        self._out.write(padding(size_bytes))
        self._files.append(File(path=path, bytes=size_bytes, sha256=digest.hexdigest()))

    def _sign(self, text: bytes) -> None:
        signature = public_bytes(self._key) + self._key.sign(SIGNED + text)
        for name, data in ((MANIFEST, text), (SIGNATURE, signature)):
            self._out.write(header(name, len(data)) + data + padding(len(data)))
        self._out.write(END)


def _visible(folder: Path) -> Iterator[Path]:
    """What lies in a folder, by name, without what is hidden, half written or a link."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if not path.name.startswith(".") and not path.is_symlink():
                yield path


def _badge_key(records: Path) -> bytes | None:
    try:
        return (records / KEY_FILE).read_bytes()
    except FileNotFoundError:
        return None
