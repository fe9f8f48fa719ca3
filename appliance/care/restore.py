"""A unit takes the place of the one that an archive was made of: everything is laid down beside,
checked and synced, then put in place in one go (`swap`)."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from appliance.care import names
from appliance.care.archive import Archive
from appliance.care.errors import CareError, damaged
from appliance.care.key import give_to_owner_of, own_fingerprint, same_fingerprint
from appliance.care.manifest import Manifest
from appliance.care.places import Place, places
from appliance.care.sealed import MOST_BYTES as MOST_SEALED_BYTES
from appliance.care.sealed import unseal
from appliance.care.swap import Note, commit, digest_of, free_number, one_restore, settle_alone
from appliance.config import Config
from appliance.durable import make_folder, sync_folder, sync_tree, write_durably, write_temporary
from appliance.recipe import load
from appliance.store import CorruptDatabaseError, MissingError, StoreError
from appliance.store.copying import check_copy, forget_badges, held, known_version
from appliance.store.database import FILE as DATABASE_FILE
from appliance.store.operators import KEY_BYTES, KEY_FILE
from appliance.store.owner import OWNER_FILE, own
from appliance.toml_strict import parse_toml, to_table

MOST_SETTINGS_BYTES = 1024 * 1024
SPARE_BYTES = 64 * 1024 * 1024
"""Room that a restore leaves on the disk, for the record to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What the person at the unit decided."""

    trusts: Callable[[str], bool]
    """Asked with the fingerprint of the unit that signed, unless it is this unit's own."""
    replace: bool = False
    keep_settings: bool = False
    badges: bool = True
    passphrase: str | None = None
    """Opens the badges' key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    manifest: Manifest
    fingerprint: str
    kept: tuple[Path, ...]
    """The folders that were there before, where they lie now."""
    words: tuple[str, ...]
    """What the person should know, in sentences."""


def restore(
    path: Path,
    config: Config,
    settings: Path,
    how: How,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Restored:
    """Restore the archive at `path` onto the unit of `config`, which was read from `settings`.

    Afterwards the unit is wholly the archive's, or as it was. Raises `CareError`, `ArchiveError`,
    `StoreError` (`InUseError` while the service runs), `RecipeError`.
    """
    try:
        make_folder(config.data)
        with one_restore(config.data):
            settle_alone(config, settings)
            with _nobody_records(config), Archive(path, _trust(config, how)) as archive:
                return _Restore(archive, config, settings, how, progress).run()
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise CareError(
            expected="to write what is restored",
            found=f"{error.strerror or error}" + (f" ({error.filename})" if error.filename else ""),
            action="Check the disk and its free space, then restore again; a restore that had "
            "become final is brought to its end at the next start.",
        ) from error


class _Restore:
    def __init__(
        self,
        archive: Archive,
        config: Config,
        settings: Path,
        how: How,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self._archive = archive
        self._config = config
        self._settings = settings
        self._how = how
        self._progress = progress
        self._places = places(config)
        self._words: list[str] = []

    def run(self) -> Restored:
        manifest = self._archive.manifest
        self._refuse_newer()
        parts = self._parts()
        self._refuse_replacing(parts)
        new_settings = self._new_settings()
        self._refuse_without_room(parts)
        temporary: Path | None = None
        try:
            self._stage(parts)
            self._check(parts)
            if new_settings is not None:
                temporary = self._settings_beside(new_settings)
            for place in parts:
                sync_tree(place.staged)
                sync_folder(place.staged.parent)
            number = free_number(self._config)
        except BaseException:
            for place in parts:
                shutil.rmtree(place.staged, ignore_errors=True)
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise
        kept = tuple(place.before(number) for place in parts if place.folder.exists())
        note = Note(
            parts=tuple(place.part for place in parts),
            number=number,
            settings_sha256=None if temporary is None else digest_of(temporary),
        )
        try:
            commit(self._config, self._settings, temporary, note)
        except OSError:
            with suppress(OSError):
                settle_alone(self._config, self._settings)
            raise
        return Restored(
            manifest=manifest,
            fingerprint=self._archive.fingerprint,
            kept=kept,
            words=tuple(self._words),
        )

    def _refuse_newer(self) -> None:
        about = self._archive.manifest.about
        if about.database_version > known_version():
            raise CareError(
                expected=f"a record of form {known_version()} or older",
                found=f"form {about.database_version}, of software {about.software_version}",
                action=f"Install {about.software_version} or newer on this unit first.",
            )

    def _parts(self) -> tuple[Place, ...]:
        """The places that the archive has something for."""
        there = {names.part_of(path)[0] for path in self._archive.manifest.paths()}
        if names.COMMISSIONING in there:
            if _has_files(self._places[names.COMMISSIONING].folder):
                there.remove(names.COMMISSIONING)
                self._words.append("This unit's own commissioning stays.")
            else:
                self._words.append(
                    "The commissioning is that of the archive's cabinet: where this is another "
                    "one, commission it again."
                )
        return tuple(place for part, place in self._places.items() if part in there)

    def _refuse_replacing(self, parts: tuple[Place, ...]) -> None:
        """Boards and recipes that are here are not put aside unless the person says so."""
        if self._how.replace:
            return
        found = [words for place in parts if (words := _stands_in(place))]
        if found:
            about = self._archive.manifest.about
            raise CareError(
                expected="a unit without boards and recipes of its own",
                found=f"{' and '.join(found)} (in the archive: {about.inspections} boards to "
                f"number {about.newest_inspection}, made {about.made_utc})",
                action="With `--replace` the archive takes their place; they are kept beside it.",
            )

    def _refuse_without_room(self, parts: tuple[Place, ...]) -> None:
        needed = self._archive.manifest.bytes + SPARE_BYTES
        free = shutil.disk_usage(self._config.data).free
        if free < needed:
            raise CareError(
                expected=f"{needed / 1e6:.0f} MB free in {self._config.data}",
                found=f"{free / 1e6:.0f} MB",
                action="Use a larger card, or make the backup with the records of fewer days.",
            )

    def _new_settings(self) -> bytes | None:
        """The archive's, at this unit's places; None where this unit's stay."""
        if self._how.keep_settings or names.SETTINGS not in self._archive.manifest.paths():
            return None
        text = self._archive.read(names.SETTINGS, MOST_SETTINGS_BYTES)
        here = self._config
        theirs = parse_toml(_decoded(text), Config, where=names.SETTINGS)
        if theirs.cabinet.kind != here.cabinet.kind:
            raise CareError(
                expected=f"the settings of a {here.cabinet.kind} cabinet, which this one is",
                found=f"those of a {theirs.cabinet.kind} cabinet",
                action="Restore with `--keep-settings`.",
            )
        text = self._moved(text, theirs)
        return None if text == self._settings.read_bytes() else text

    def _moved(self, text: bytes, theirs: Config) -> bytes:
        """The settings with this unit's places, and its lens where it has been measured. Comments
        are lost where anything has to be changed."""
        here = self._config
        changes: dict[str, dict[str, object]] = {}
        if theirs.records.folder != here.records.folder:
            changes["records"] = {"folder": str(here.records.folder)}
        if theirs.recipes.folder != here.recipes.folder:
            changes["recipes"] = {"folder": str(here.recipes.folder)}
        if changes:
            self._words.append("The folders in the settings are this unit's.")
        if here.lens is not None and here.lens != theirs.lens:
            changes["lens"] = to_table(here.lens)
            self._words.append("The lens in the settings is this unit's.")
        if not changes:
            return text
        table = tomllib.loads(_decoded(text))
        for name, values in changes.items():
            table[name] = {**table.get(name, {}), **values}
        return tomli_w.dumps(table).encode()

    def _settings_beside(self, text: bytes) -> Path:
        old = self._settings.stat()
        temporary = write_temporary(self._settings, text, old.st_mode & 0o777)
        if os.geteuid() == 0:
            os.chown(temporary, old.st_uid, old.st_gid)
        return temporary

    def _stage(self, parts: tuple[Place, ...]) -> None:
        folders = {place.part: place.staged for place in parts}
        for folder in folders.values():
            folder.parent.mkdir(parents=True, exist_ok=True)
            self._make_folder(folder)
        files = self._archive.manifest.files
        for done, file in enumerate(files):
            self._progress("files", done, len(files))
            part, below = names.part_of(file.path)
            if part in folders:
                target = folders[part] / below
                self._make_folder(target.parent)
                self._archive.extract(file.path, target)

    def _make_folder(self, folder: Path) -> None:
        """The service's from the beginning, so that it may clear away what a cut leaves."""
        if not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir(mode=0o750)
            give_to_owner_of(self._config.data, folder)

    def _badge_key(self, records: Path) -> None:
        about = self._archive.manifest.about
        if not about.operators or names.SECRETS not in self._archive.manifest.paths():
            self._words.append("Badges are not in the archive: scan them anew.")
            return
        if not self._how.badges:
            forget_badges(records / DATABASE_FILE)
            self._words.append("Badges are left out: scan them anew.")
            return
        if self._how.passphrase is None:
            raise CareError(
                expected="the passphrase of the archive's badges",
                found="none",
                action="Give it by `--passphrase-file`; with `--no-badges` they are left out.",
            )
        sealed = self._archive.read(names.SECRETS, MOST_SEALED_BYTES)
        key = unseal(sealed, self._how.passphrase).get(KEY_FILE, b"")
        if len(key) != KEY_BYTES:
            raise CareError(
                expected=f"a badge key of {KEY_BYTES} bytes",
                found=f"{len(key)}",
                action="Don't use this archive.",
            )
        write_durably(records / KEY_FILE, key, mode=0o600)

    def _check(self, parts: tuple[Place, ...]) -> None:
        """What was laid down is what a running unit would take."""
        for place in parts:
            if place.part == names.RECORDS:
                try:
                    check_copy(place.staged / DATABASE_FILE)
                except (CorruptDatabaseError, MissingError) as error:
                    raise damaged(f"a record that is not whole ({error.found})") from error
                self._badge_key(place.staged)
            if place.part == names.RECIPES:
                for recipe in sorted(place.staged.iterdir()):
                    load(recipe)
            made = (
                Path(at) / name for at, some, more in os.walk(place.staged) for name in some + more
            )
            give_to_owner_of(self._config.data, place.staged, *made)


def _trust(config: Config, how: How) -> Callable[[str], bool]:
    def trusts(theirs: str) -> bool:
        ours = own_fingerprint(config.data)
        return (ours is not None and same_fingerprint(theirs, ours)) or how.trusts(theirs)

    return trusts


@contextmanager
def _nobody_records(config: Config) -> Iterator[None]:
    """Raises `InUseError` while the service runs."""
    if not config.records.folder.is_dir():
        yield
        return
    handle = own(config.records.folder)
    try:
        give_to_owner_of(config.records.folder, config.records.folder / OWNER_FILE)
        yield
    finally:
        os.close(handle)


def _stands_in(place: Place) -> str | None:
    if place.part == names.RECORDS:
        try:
            there = held(place.folder / DATABASE_FILE)
        except MissingError:
            return None
        except StoreError as error:
            return f"a record that can't be read ({error.found})"
        boards = (
            f"{there.inspections} boards, the newest number {there.newest} of {there.newest_utc}"
        )
        return boards if there.inspections else None
    if place.part == names.RECIPES and place.folder.is_dir():
        recipes = [path.name for path in place.folder.iterdir() if not path.name.startswith(".")]
        return f"the recipes {', '.join(sorted(recipes))}" if recipes else None
    return None


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise CareError(
            expected="UTF-8 settings in the archive",
            found="other bytes",
            action="Restore with `--keep-settings`.",
        ) from None
