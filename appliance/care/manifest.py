"""What an archive says of itself: which unit, which software, and every file with its sha256."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from appliance.care import names
from appliance.care.errors import ArchiveError, damaged
from appliance.toml_strict import TomlError, build

FORMAT = 1
MOST_BYTES = 512 * 1024 * 1024
"""Of its text: two million pictures."""
LONGEST_WORD = 200
_SHA256_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a person is told before anything is restored."""

    unit: str
    software_version: str
    database_version: int
    made_utc: str
    simulated: bool
    records: str
    """all, none, or days N."""
    operators: bool
    badges: bool
    """Whether the badges' key is in it, sealed by a passphrase."""
    inspections: int
    newest_inspection: int
    recipes: tuple[str, ...]
    audit_head: str = ""
    """The newest entry of the audit log: a log on the unit that is cut or written anew later does
    not hold it (`goldenboard audit verify --head`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    about: About
    files: tuple[File, ...]

    def paths(self) -> frozenset[str]:
        return frozenset(file.path for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def to_json(manifest: Manifest) -> bytes:
    table = {
        "format": FORMAT,
        "about": asdict(manifest.about),
        "files": [[file.path, file.bytes, file.sha256] for file in manifest.files],
    }
    return json.dumps(table, ensure_ascii=False, indent=1).encode()


def from_json(text: bytes) -> Manifest:
    """Strict: only the files that an archive may hold, each once. Raises `ArchiveError`, for a
    newer format with what to do."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(f"a manifest that is no JSON ({error})") from None
    if not isinstance(table, dict) or type(table.get("format")) is not int:
        raise damaged("a manifest without a format")
    if table["format"] != FORMAT:
        raise ArchiveError(
            expected=f"an archive of format {FORMAT}",
            found=f"format {table['format']}",
            action="Install the software that made it, or newer, on this unit first; nothing was "
            "changed.",
        )
    if table.keys() != {"format", "about", "files"}:
        raise damaged("a manifest with other entries than format, about and files")
    files = _files(table["files"])
    return Manifest(about=_about(table["about"]), files=files)


def _about(table: object) -> About:
    if not isinstance(table, dict):
        raise damaged("a manifest that does not say what it is about")
    try:
        about = build(table, About, where="manifest")
    except TomlError as error:
        raise damaged(f"a manifest with {error.found}") from None
    words = (
        about.unit, about.software_version, about.made_utc, about.records, about.audit_head,
        *about.recipes,
    )  # fmt: skip
    if not all(len(word) <= LONGEST_WORD and word.isprintable() for word in words):
        raise damaged("a manifest with words that can't be shown")
    return about


def _files(rows: object) -> tuple[File, ...]:
    if not isinstance(rows, list):
        raise damaged("a manifest without its list of files")
    files = tuple(_file(row) for row in rows)
    seen: set[str] = set()
    for file in files:
        names.check(file.path)
        if file.path in seen:
            raise damaged(f"{file.path[:80]!r} twice")
        seen.add(file.path)
    return files


def _file(row: object) -> File:
    match row:
        case [str(path), int(size), str(digest)] if (
            type(size) is int and size >= 0 and len(digest) == 64 and set(digest) <= _SHA256_DIGITS
        ):
            return File(path=path, bytes=size, sha256=digest)
    raise damaged("an entry of its list that is no path, size and sha256")
