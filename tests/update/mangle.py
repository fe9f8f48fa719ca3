"""Bundles as a broken stick, a cut download or somebody with ill intent would bring them, drawn
from a seed. Half of them are changed behind the signature's back: the manifest is changed and then
signed by a key that the unit trusts, so that what comes after the signature is tried, too."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from appliance.update.archive import BLOCK, END, header, padding
from appliance.update.bundle import MANIFEST, SIGNATURE
from appliance.update.keys import sign
from tests.update import tiny

HOSTILE = (
    "../../outside", "/tmp/outside", "..", ".", "", "a/b", "a\\\\b", "C:evil", "x\\u0000y",
    "%2e%2e", "~root", "-rf", "a" * 300, "ünï.whl", "wheels/../../x", "goldenboard-0.2.0-x.whl",
)  # fmt: skip
NUMBERS = ("-1", "0", "1", "511", "512", "513", "899", "901", "99999999999", "1e9", "true", '"7"')


def mangled(whole: bytes, seed: int) -> bytes:
    draw = random.Random(seed)
    data = whole
    if draw.random() < 0.5:
        data = _resigned(data, draw)
    for _ in range(draw.choice((0, 1, 1, 2, 5)) if data != whole else draw.choice((1, 1, 2, 5))):
        data = draw.choice(_BYTES)(data, draw)
    return data


def _resigned(data: bytes, draw: random.Random) -> bytes:
    size = int(data[124:135], 8)
    text = data[BLOCK : BLOCK + size].decode()
    for _ in range(draw.choice((1, 1, 2, 3))):
        text = draw.choice(_TEXT)(text, draw)
    changed = text.encode("utf-8", errors="surrogatepass")
    rest_at = data.index(SIGNATURE.encode(), BLOCK + size)
    signature_size = int(data[rest_at + 124 : rest_at + 135], 8)
    rest = data[rest_at + BLOCK + signature_size + len(padding(signature_size)) :]
    head = b""
    for name, content in ((MANIFEST, changed), (SIGNATURE, sign(changed, tiny.MAKER))):
        head += header(name, len(content)) + content + padding(len(content))
    return head + rest


def _line(text: str, draw: random.Random) -> tuple[list[str], int]:
    lines = text.splitlines(keepends=True) or [""]
    return lines, draw.randrange(len(lines))


def _hostile_name(text: str, draw: random.Random) -> str:
    lines, at = _line(text, draw)
    key = lines[at].split("=")[0].strip() or draw.choice(("name", "model", "version", "sha256"))
    lines[at] = f'{key} = "{draw.choice(HOSTILE)}"\n'
    return "".join(lines)


def _number(text: str, draw: random.Random) -> str:
    lines, at = _line(text, draw)
    key = lines[at].split("=")[0].strip() or "size_bytes"
    lines[at] = f"{key} = {draw.choice(NUMBERS)}\n"
    return "".join(lines)


def _drop(text: str, draw: random.Random) -> str:
    lines, at = _line(text, draw)
    del lines[at]
    return "".join(lines)


def _twice(text: str, draw: random.Random) -> str:
    lines, at = _line(text, draw)
    upto = draw.randrange(at, len(lines)) + 1
    return "".join(lines[:upto] + lines[at:])


def _character(text: str, draw: random.Random) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice('"[]{}=\n\\#\t é\x00') + text[at + 1 :]


def _flip(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    if changed:
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _signed_byte(data: bytes, draw: random.Random) -> bytes:
    """One bit of what is signed or of the signature, a header aside."""
    at = BLOCK + draw.randrange(3 * BLOCK)
    return (
        data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]
        if at < len(data)
        else data
    )


def _cut(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _noise(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.randbytes(draw.choice((1, 8, 512))) + data[at:]


def _block_away(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) // BLOCK + 1) * BLOCK
    return data[:at] + data[at + BLOCK :]


def _blocks_swapped(data: bytes, draw: random.Random) -> bytes:
    blocks = [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    if len(blocks) > 1:
        one, other = draw.sample(range(len(blocks)), 2)
        blocks[one], blocks[other] = blocks[other], blocks[one]
    return b"".join(blocks)


def _type_flag(data: bytes, draw: random.Random) -> bytes:
    """Links, devices, folders, long names: whatever a tar can hold."""
    at = draw.randrange(len(data) // BLOCK + 1) * BLOCK + 156
    return data[:at] + draw.choice(b"1234567LKxgS").to_bytes(1, "big") + data[at + 1 :]


def _size_field(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) // BLOCK + 1) * BLOCK + 124
    digits = draw.choice((b"77777777777", b"00000000000", b"-0000000001", b"\x80" + b"\xff" * 10))
    return data[:at] + digits + data[at + 11 :]


def _more(data: bytes, draw: random.Random) -> bytes:
    return data + draw.choice((b"\0", END, data[:BLOCK], data))


_TEXT: tuple[Callable[[str, random.Random], str], ...] = (
    _hostile_name, _hostile_name, _number, _number, _drop, _twice, _character,
)  # fmt: skip
_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _signed_byte, _cut, _noise, _block_away, _blocks_swapped, _type_flag, _size_field, _more,
)  # fmt: skip


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every name below a folder with size and time of change: what was written shows."""
    found = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        found[path.relative_to(folder).as_posix()] = (facts.st_size, facts.st_mtime_ns)
    return found
