"""Reading an archive, in an order that lets nobody in before they are known: the outer form, then
the signature over the manifest, then whether that unit is trusted, and only then what it says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from appliance.care import manifest as manifests
from appliance.care.backup import MANIFEST, SIGNATURE, SIGNED
from appliance.care.errors import ArchiveError, damaged
from appliance.care.key import KEY_BYTES, SIGNATURE_BYTES, fingerprint, is_signed
from appliance.care.manifest import File, Manifest, from_json
from appliance.care.tar import Member, member_name, members

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A manifest that its signature fits, not yet believed."""

    text: bytes
    fingerprint: str
    members: tuple[Member, ...]


class Archive:
    """`with Archive(path, trusts) as archive:` has checked everything but the contents.

    `trusts` is asked with the fingerprint of the unit that signed; what it refuses is not even
    parsed. Raises `ArchiveError`.
    """

    def __init__(self, path: Path, trusts: Callable[[str], bool]) -> None:
        self.path = path
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise ArchiveError(
                expected=f"a readable archive at {path}",
                found=error.strerror or str(error),
                action="Check the path and the stick.",
            ) from error
        try:
            sealed = _sealed(self._file)
            self.fingerprint = sealed.fingerprint
            if not trusts(sealed.fingerprint):
                raise ArchiveError(
                    expected="an archive of a unit that you trust",
                    found=f"one signed by the key {sealed.fingerprint}",
                    action="Compare it with what the old unit or its acceptance sheet shows, then "
                    "restore with `--trust` and that fingerprint.",
                )
            self.manifest: Manifest = from_json(sealed.text)
            self._members = _matched(self.manifest, sealed.members)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def read(self, path: str, most_bytes: int) -> bytes:
        """A small file's content, checked. Raises `ArchiveError`."""
        file, member = self._members[path]
        if file.bytes > most_bytes:
            raise damaged(f"{file.bytes} bytes in {path}")
        self._file.seek(member.offset)
        data = self._file.read(file.bytes)
        if len(data) != file.bytes or hashlib.sha256(data).hexdigest() != file.sha256:
            raise damaged(f"{path} changed since it was saved")
        return data

    def extract(self, path: str, target: Path) -> None:
        """Write a file's content to `target`, which must not be there, and check it on the way.
        Raises `ArchiveError`, OSError."""
        file, member = self._members[path]
        digest = hashlib.sha256()
        self._file.seek(member.offset)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(target, flags, 0o640), "wb") as out:
            left = file.bytes
            while left and (chunk := self._file.read(min(left, _CHUNK))):
                digest.update(chunk)
                out.write(chunk)
                left -= len(chunk)
        if left or digest.hexdigest() != file.sha256:
            raise damaged(f"{path} changed since it was saved")


def _sealed(file: BinaryIO) -> Sealed:
    found = tuple(members(file, file.seek(0, os.SEEK_END)))
    if [member.name for member in found[-2:]] != [MANIFEST, SIGNATURE]:
        raise damaged("no manifest and signature at its end")
    text, seal = found[-2:]
    if text.bytes > manifests.MOST_BYTES or seal.bytes != KEY_BYTES + SIGNATURE_BYTES:
        raise damaged("a manifest or signature of the wrong size")
    file.seek(seal.offset)
    signed = file.read(seal.bytes)
    file.seek(text.offset)
    content = file.read(text.bytes)
    public, signature = signed[:KEY_BYTES], signed[KEY_BYTES:]
    if not is_signed(public, signature, SIGNED + content):
        raise ArchiveError(
            expected="an archive as its unit signed it",
            found="a signature that does not fit: it was changed since",
            action="Don't use it; take another copy. Nothing was changed.",
        )
    return Sealed(text=content, fingerprint=fingerprint(public), members=found[:-2])


def _matched(manifest: Manifest, found: tuple[Member, ...]) -> dict[str, tuple[File, Member]]:
    """The manifest's files are the archive's members, in the same order, and no others."""
    said = [(member_name(file.path), file.bytes) for file in manifest.files]
    if said != [(member.name, member.bytes) for member in found]:
        raise damaged("other files in it than its manifest names")
    pairs = zip(manifest.files, found, strict=True)
    return {file.path: (file, member) for file, member in pairs}
