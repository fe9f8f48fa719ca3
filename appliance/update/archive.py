"""The bundle's container: the plainest tar there is (POSIX.1-1988 ustar), read strictly.

A header is not interpreted: the only thing taken from it is a size, and only of the first two
members, which are small. For all others the header is computed from what the signed manifest says
and must be the same, byte for byte. So there are no links, devices, owners, long names, sparse
files or paths to be careful about.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from appliance.update.errors import BundleError

BLOCK = 512
END = bytes(2 * BLOCK)
PIECE = 1024 * 1024


def header(name: str, size_bytes: int) -> bytes:
    """The one header that a member of this name and size may have."""
    info = tarfile.TarInfo(name)
    info.size = size_bytes
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def padding(size_bytes: int) -> bytes:
    return bytes(-size_bytes % BLOCK)


def read_small(file: BinaryIO, name: str, *, most_bytes: int) -> bytes:
    """The next member, which must have this name. Raises `BundleError`."""
    found = exactly(file, BLOCK)
    size_bytes = _size(found)
    if size_bytes is None or size_bytes > most_bytes or found != header(name, size_bytes):
        raise _strange(f"something else than {name} of at most {most_bytes} bytes")
    data = exactly(file, size_bytes)
    _skip_padding(file, size_bytes)
    return data


def read_pieces(file: BinaryIO, name: str, size_bytes: int) -> Iterator[bytes]:
    """The next member in pieces; must be read to its end. Raises `BundleError`."""
    if exactly(file, BLOCK) != header(name, size_bytes):
        raise _strange(f"something else where {name} of {size_bytes} bytes was announced")
    left = size_bytes
    while left:
        piece = exactly(file, min(left, PIECE))
        left -= len(piece)
        yield piece
    _skip_padding(file, size_bytes)


def read_end(file: BinaryIO) -> None:
    """Raises `BundleError` unless the bundle ends here."""
    if exactly(file, len(END)) != END or file.read(1):
        raise _strange("more than the manifest announces")


def exactly(file: BinaryIO, size_bytes: int) -> bytes:
    data = file.read(size_bytes)
    if len(data) != size_bytes:
        raise _strange("its end too early: it was cut short")
    return data


def _skip_padding(file: BinaryIO, size_bytes: int) -> None:
    if any(exactly(file, len(padding(size_bytes)))):
        raise _strange("something between its members")


def _size(block: bytes) -> int | None:
    digits = block[124:135]
    return int(digits, 8) if digits.isdigit() and not set(digits) & set(b"89") else None


def _strange(found: str) -> BundleError:
    return BundleError(
        expected="a whole update bundle (.gbu)",
        found=found,
        action="Copy or download the bundle again.",
    )
