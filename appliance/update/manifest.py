"""What a bundle says of itself: the signed text that names every byte that follows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering

import tomli_w

from appliance.toml_strict import TomlError, parse_toml, to_table
from appliance.update.errors import BundleError

FORMAT = 1
PRODUCT = "goldenboard"
ANY = "any"
MOST_MANIFEST_BYTES = 256 * 1024
MOST_MEMBERS = 400
MOST_MEMBER_BYTES = 1024**3
MOST_BYTES = 2 * 1024**3
"""A whole version is about 150 MB; more than this is no update."""

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,6})(?:(a|b|rc)(\d{1,4}))?")
# wheels of several platforms are named after each: 108 characters were seen
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,199}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """MAJOR.MINOR.PATCH, before a release with a, b or rc and a number (a part of PEP 440)."""

    text: str

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.text):
            raise ValueError(f"a version is written like 1.4.0 or 1.4.0rc1, not {self.text!r}")

    @property
    def _key(self) -> tuple[int, int, int, str, int]:
        match = _VERSION.fullmatch(self.text)
        assert match is not None
        major, minor, patch, stage, number = match.groups()
        return int(major), int(minor), int(patch), stage or "release", int(number or 0)

    def __lt__(self, other: Version) -> bool:
        # The words of the stages happen to stand in the order of the alphabet: a, b, rc, release.
        return self._key < other._key

    def __str__(self) -> str:
        return self.text


class Kind(StrEnum):
    WHEEL = "wheel"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of the bundle, in the order in which it stands there."""

    kind: Kind
    name: str
    """A plain file name: a wheel's, or of a file of a released model."""
    sha256: str
    size_bytes: int
    model: str = ""
    """With kind `model`: the released model that the file belongs to."""

    def __post_init__(self) -> None:
        for name in (self.name, self.model) if self.kind is Kind.MODEL else (self.name,):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name[:100]!r} is no plain name")
        if self.kind is Kind.WHEEL and (self.model or not self.name.endswith(".whl")):
            raise ValueError(f"{self.name!r} is no wheel")
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError(f"the sha256 of {self.name} is none")
        if not 0 <= self.size_bytes <= MOST_MEMBER_BYTES:
            raise ValueError(f"{self.name} would have {self.size_bytes} bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    version: str
    channel: str
    """stable or trial: for people; the unit treats both alike."""
    created_utc: str
    python: str
    """The minor version that the wheels are for, such as 3.11."""
    arch: str
    """As `uname -m` says it, or `any` where no wheel is of one machine."""
    database_oldest: int
    database_newest: int
    """The record's databases that this version can open; it brings older ones to the newest."""
    members: tuple[Member, ...]
    notes: str = ""
    """What is new, for whoever decides: plain text."""
    product: str = PRODUCT
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.product != PRODUCT:
            raise ValueError(f"it is of {self.product[:40]!r}")
        if self.format != FORMAT:
            raise ValueError(f"format {self.format} where {FORMAT} is known")
        Version(self.version)
        if not re.fullmatch(r"\d\.\d{1,3}", self.python):
            raise ValueError(f"python {self.python[:20]!r}")
        if not re.fullmatch(r"[a-z0-9_]{1,20}", self.arch):
            raise ValueError(f"arch {self.arch[:20]!r}")
        if not 1 <= self.database_oldest <= self.database_newest <= 9999:
            raise ValueError(f"databases {self.database_oldest} to {self.database_newest}")
        if not 1 <= len(self.members) <= MOST_MEMBERS:
            raise ValueError(f"{len(self.members)} members")
        # Without case: a bundle must be the same on every file system.
        places = [(m.kind, m.model.lower(), m.name.lower()) for m in self.members]
        if len(set(places)) != len(places):
            raise ValueError("a name stands twice")
        if self.size_bytes > MOST_BYTES:
            raise ValueError(f"{self.size_bytes} bytes in all")
        own = [m for m in self.members if m.name.startswith(f"{PRODUCT}-{self.version}-")]
        if len(own) != 1:
            raise ValueError(f"{len(own)} wheels of {PRODUCT} {self.version} instead of one")

    @property
    def size_bytes(self) -> int:
        return sum(member.size_bytes for member in self.members)


def dump_manifest(manifest: Manifest) -> bytes:
    return tomli_w.dumps(to_table(manifest)).encode()


def parse_manifest(data: bytes) -> Manifest:
    """Raises `BundleError` naming what does not fit."""
    try:
        text = data.decode("utf-8")
        return parse_toml(text, Manifest, where="the bundle's manifest")
    except UnicodeDecodeError as error:
        found = str(error)
    except TomlError as error:
        found = error.finding
    raise BundleError(
        expected="a manifest that this version can read",
        found=found,
        action="Get the bundle again; it may be of a newer kind, then update step by step.",
    )
