"""The archive's outer form: plain tar (POSIX.1-1988 ustar), files only, nothing compressed.

Any tar program opens it; this reader takes only what this writer writes. Nothing is compressed, so
an archive never grows by being read: pictures are JPEG and PNG already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from appliance.care.errors import damaged

BLOCK = 512
END = bytes(2 * BLOCK)
MOST_MEMBERS = 2_000_000
_MODE, _ID = b"0000600\0", b"0000000\0"
_NAME_BYTES, _PREFIX_BYTES = 100, 155


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    name: str
    offset: int
    """Of its first byte in the file."""
    bytes: int


def member_name(path: str) -> str:
    """The name in the tar of a file that the manifest calls `path`: the same, unless a tar header
    has no room for it."""
    raw = path.encode()
    if _split(raw) is not None and raw.isascii():
        return path
    return f"long/{hashlib.sha256(raw).hexdigest()}"


def header(name: str, size_bytes: int) -> bytes:
    """The 512 bytes before a file's content."""
    parts = _split(name.encode("ascii"))
    assert parts is not None, name
    prefix, short = parts
    fields = [
        short.ljust(_NAME_BYTES, b"\0"),
        _MODE,
        _ID,
        _ID,
        b"%011o\0" % size_bytes if size_bytes < 8**11 else b"\x80" + size_bytes.to_bytes(11),
        b"%011o\0" % 0,
        b" " * 8,
        b"0",
        bytes(_NAME_BYTES),
        b"ustar\00000",
        bytes(32 + 32 + 8 + 8),
        prefix.ljust(_PREFIX_BYTES, b"\0"),
    ]
    block = b"".join(fields).ljust(BLOCK, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def padding(size_bytes: int) -> bytes:
    return bytes(-size_bytes % BLOCK)


def members(file: BinaryIO, size_bytes: int) -> Iterator[Member]:
    """Every member from the first to the end of the file. A header has to be, byte for byte, the
    one that `header` writes for its name and size: links, devices, folders and every other trick
    are none. Raises `ArchiveError`."""
    at, gap = 0, 0
    for _ in range(MOST_MEMBERS):
        file.seek(at)
        if any(file.read(gap)):
            raise damaged(f"something else than nothing before byte {at + gap}")
        at += gap
        block = file.read(BLOCK)
        if block == END[:BLOCK]:
            if file.read(BLOCK + 1) != END[BLOCK:]:
                raise damaged(f"something else after byte {at}, where the archive ends")
            return
        member = _member(block, at)
        at, gap = member.offset + member.bytes, len(padding(member.bytes))
        if at + gap > size_bytes:
            raise damaged(f"{member.name!r} cut short: the file ends before it")
        yield member
    raise damaged(f"more than {MOST_MEMBERS} members")


def _member(block: bytes, at: int) -> Member:
    if len(block) < BLOCK:
        raise damaged(f"an end after {at + len(block)} bytes, in the middle of a member")
    prefix = block[345 : 345 + _PREFIX_BYTES].rstrip(b"\0")
    short = block[:_NAME_BYTES].rstrip(b"\0")
    try:
        name = (prefix + b"/" + short if prefix else short).decode("ascii")
        size = int(block[124:135], 8) if block[124] < 0x80 else int.from_bytes(block[125:136])
        genuine = size >= 0 and header(name, size) == block
    except (ValueError, AssertionError, OverflowError):
        genuine = False
    if not genuine:
        raise damaged(f"a member at byte {at} that is no plain file with a proper header")
    return Member(name=name, offset=at + BLOCK, bytes=size)


def _split(raw: bytes) -> tuple[bytes, bytes] | None:
    """(prefix, name) of a path; None when there is no way to part it."""
    if not raw or b"\0" in raw:
        return None
    if len(raw) <= _NAME_BYTES:
        return b"", raw
    at = raw.find(b"/", len(raw) - _NAME_BYTES - 1)
    if at <= 0 or at > _PREFIX_BYTES or at == len(raw) - 1:
        return None
    return raw[:at], raw[at + 1 :]
