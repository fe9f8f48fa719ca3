"""Reading a bundle: signature first, then every byte against the signed manifest.

    manifest.toml   what it is, and name, size and sha256 of all that follows
    manifest.sig    detached Ed25519 signature over the manifest's bytes
    0001 0002 …     the members in the manifest's order

Nothing of a member is believed before the manifest's signature was checked, and nothing of it is
used before its sha256 was. The file is read once, from one end to the other, in small pieces.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from appliance.update.archive import read_end, read_pieces, read_small
from appliance.update.errors import BundleError
from appliance.update.keys import MOST_SIGNATURE_BYTES, TrustedKey, check_signature
from appliance.update.manifest import (
    MOST_MANIFEST_BYTES,
    Kind,
    Manifest,
    Member,
    parse_manifest,
)

MANIFEST, SIGNATURE = "manifest.toml", "manifest.sig"
SUFFIX = ".gbu"

Reading = Callable[[int, int], None]
"""Bytes read, bytes in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What stands at the head of a bundle whose signature is good."""

    manifest: Manifest
    manifest_sha256: str
    """Names the bundle: everything in it follows from it."""
    signed_by: TrustedKey


class Bundle:
    """A bundle that is being read; its head is checked, its members are still to come."""

    def __init__(self, file: BinaryIO, trusted: Mapping[str, TrustedKey]) -> None:
        self._file = file
        text = read_small(file, MANIFEST, most_bytes=MOST_MANIFEST_BYTES)
        signature = read_small(file, SIGNATURE, most_bytes=MOST_SIGNATURE_BYTES)
        key = check_signature(text, signature, trusted)
        self.announced = Announced(
            manifest=parse_manifest(text),
            manifest_sha256=hashlib.sha256(text).hexdigest(),
            signed_by=key,
        )

    def check(self, progress: Reading = lambda done, total: None) -> None:
        """Read every member and compare it with the manifest; keep nothing. Once only."""
        for _, pieces in self._members(progress):
            for _ in pieces:
                pass
        read_end(self._file)

    def unpack(self, folder: Path, progress: Reading = lambda done, total: None) -> None:
        """Write wheels to `folder`/wheels and models to `folder`/models/NAME, each under a name
        that says it is not whole until its sha256 was compared. Once only. Raises `BundleError`
        and OSError; `folder` then holds no file under its final name that is not as signed."""
        for member, pieces in self._members(progress):
            target = place_of(member, folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            unproven = target.with_name(f"{target.name}.part")
            with unproven.open("xb") as out:
                for piece in pieces:
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            unproven.rename(target)
        read_end(self._file)

    def _members(self, progress: Reading) -> Iterator[tuple[Member, Iterable[bytes]]]:
        members, total = self.announced.manifest.members, self.announced.manifest.size_bytes
        done = 0
        for number, member in enumerate(members, start=1):
            read = partial(_from, progress, done, total)
            yield member, self._checked(number, member, read)
            done += member.size_bytes

    def _checked(self, number: int, member: Member, read: Callable[[int], None]) -> Iterator[bytes]:
        """The pieces of a member; raises at their end when they are others than announced."""
        digest, count = hashlib.sha256(), 0
        for piece in read_pieces(self._file, member_name(number), member.size_bytes):
            digest.update(piece)
            count += len(piece)
            read(count)
            yield piece
        if digest.hexdigest() != member.sha256:
            raise BundleError(
                expected=f"{member.name} with sha256 {member.sha256[:12]}…",
                found=f"{digest.hexdigest()[:12]}…: damaged or exchanged",
                action="Copy or download the bundle again.",
            )


@contextmanager
def opened(path: Path, trusted: Mapping[str, TrustedKey]) -> Iterator[Bundle]:
    """Raises `BundleError`, `SignatureError`."""
    try:
        # The path may come from the page: a pipe or a device must not keep root waiting.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _no_bundle(path, error.strerror or str(error)) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _no_bundle(path, "something else than a file")
    with os.fdopen(handle, "rb") as file:
        yield Bundle(file, trusted)


def _no_bundle(path: Path, found: str) -> BundleError:
    return BundleError(
        expected=f"a bundle at {path}", found=found, action="Name a file that ends in .gbu."
    )


def _from(progress: Reading, start: int, total: int, more: int) -> None:
    progress(start + more, total)


def member_name(number: int) -> str:
    """Names in the container are numbers: what is a file's name stands in the signed manifest."""
    return f"{number:04d}"


def place_of(member: Member, folder: Path) -> Path:
    if member.kind is Kind.MODEL:
        return folder / "models" / member.model / member.name
    return folder / "wheels" / member.name
