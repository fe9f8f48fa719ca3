"""Archives that nobody's backup wrote, drawn from a number.

    python -m tests.care.fuzz CASES [--first NUMBER] [--json FILE]

Two kinds: a signed archive whose bytes were damaged, and one whose members, manifest or contents
were forged and signed by a key that the unit trusts, so that the signature stops nothing. Every
case is restored onto a bare unit; whatever comes, the unit is afterwards as before or wholly the
archive's, and nothing outside its data and its settings has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.care import names
from appliance.care.backup import MANIFEST, SIGNATURE, SIGNED
from appliance.care.key import public_bytes, unit_key
from appliance.care.tar import BLOCK, END, header, member_name, padding
from appliance.refusal import Refusal
from appliance.store import StoreError
from tests.about import about

from .units import bare_unit, contents, full_unit, trusting

HOSTILE = (
    "../evil", "records/../../evil", "/etc/evil", "records/pictures/../../evil", "records/.owner",
    "records/badge.key", "records/page.key", "recipes/../records/records.db", "recipes/a/../../b",
    "commissioning/..", "commissioning/.", "commissioning//a", "commissioning/a\0b", "unit.key",
    "commissioning/a\\b", "settings/../evil", "settings/goldenboard.toml/a",
    "recipes/.x/recipe.toml", "recipes/x/recipe.toml", "recipes/x/versions/0001.toml",
    "records/records.db-wal", "records/pictures/2026-03-02/00000001-..%2Fa.jpg/../b", "", "/", ".",
    "records/pictures/2026-03-02/00000001-" + "a" * 300 + ".jpg", "recipes/" + "ü" * 199 + "/a",
    "commissioning/\ud800", "commissioning/\u202egnp", "COMMISSIONING/state.toml", "records",
    "commissioning/state.toml/below", "commissioning/STATE.toml", "commissioning/state.toml",
    "updates/evil", "C:/evil", "recipes/a/b/c/d/e/f/g", "records/records.db", "secrets.sealed",
)  # fmt: skip
ODD_VALUES: tuple[object, ...] = (
    None, True, -1, 0, 2**63, 2**70, 1e308, "", "x", "../..", [], {}, [[]], "\ud800", "a" * 70_000,
)  # fmt: skip


@dataclass
class Forgery:
    """The parts of an archive, to be changed and put together again."""

    files: list[tuple[str, bytes]]
    about: dict[str, Any]
    format: Any = 1
    tar_names: dict[int, bytes] = field(default_factory=dict)
    """Header blocks that are another than the proper one, by the member's position."""
    digests: dict[int, Any] = field(default_factory=dict)
    sizes: dict[int, Any] = field(default_factory=dict)
    text: bytes | None = None

    def archive(self, key: Ed25519PrivateKey) -> bytes:
        rows, out = [], b""
        for at, (path, data) in enumerate(self.files):
            digest = self.digests.get(at, hashlib.sha256(data).hexdigest())
            rows.append([path, self.sizes.get(at, len(data)), digest])
            out += self.tar_names.get(at) or _header(path, len(data))
            out += data + padding(len(data))
        table = {"format": self.format, "about": self.about, "files": rows}
        text = json.dumps(table).encode() if self.text is None else self.text
        signature = public_bytes(key) + key.sign(SIGNED + text)
        for name, data in ((MANIFEST, text), (SIGNATURE, signature)):
            out += header(name, len(data)) + data + padding(len(data))
        return out + END


def _header(path: str, size: int) -> bytes:
    """As hostile as the path, where a header can say it."""
    try:
        return header(member_name(path), size)
    except (UnicodeEncodeError, AssertionError):
        raw = path.encode("utf-8", "replace")[:100]
        return _summed(raw.ljust(100, b"\0") + header("x", size)[100:])


def _summed(block: bytes) -> bytes:
    blank = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(blank) + block[156:]


class Fuzz:
    """One unit's archive and the bare unit that all cases are restored onto."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.old = full_unit(folder / "old", None, boards=1)
        self.file = folder / "archive"
        self.old.back_up(self.file)
        self.whole = self.file.read_bytes()
        self.key = unit_key(self.old.data)
        self.parts = _parts_of(self.whole)
        self.outcomes: Counter[str] = Counter()
        (folder / "outside").mkdir()
        self._fresh()

    def _fresh(self) -> None:
        shutil.rmtree(self.folder / "new", ignore_errors=True)
        self.new = bare_unit(self.folder / "new")
        self.before = contents(self.folder / "new")
        self.outside = self._outside()

    def _outside(self) -> set[str]:
        return {path.name for path in (*self.folder.iterdir(), *self.folder.parent.iterdir())}

    def case(self, number: int) -> str:
        """The kind of the case and what came of it. Raises AssertionError when it should not have,
        and whatever else the restore raises."""
        draw = random.Random(number)
        kind = draw.choice(RAW + FORGED)
        data = kind(self, draw)
        self.file.write_bytes(data)
        try:
            self.new.restore(self.file, trusting())
        except (Refusal, StoreError) as error:
            assert str(error).isprintable(), ascii(str(error))
            assert contents(self.new.folder) == self.before, f"{number}: a refusal left something"
            outcome = "refused"
        else:
            outcome = "as it was" if data == self.whole else "restored"
            self._is_whole(data)
            self._fresh()
        assert self._outside() == self.outside, f"{number}: something outside was written"
        assert kind is not _strangers or outcome == "refused", f"{number}: a signature of nobody"
        word = f"{kind.__name__.strip('_')}: {outcome}"
        self.outcomes[word] += 1
        return word

    def _is_whole(self, data: bytes) -> None:
        for path, content in _parts_of(data).files:
            part, below = names.part_of(path)
            if part in names.PARTS and path != names.DATABASE:
                assert (self.new.data / part / below).read_bytes() == content, path
        if (self.new.data / "records" / "records.db").exists():
            with self.new.open() as store:
                for board in store.boards():
                    store.inspection(board.inspection_id)
        assert not list(self.new.data.glob(".*restoring"))


def _parts_of(archive: bytes) -> Forgery:
    at, files = 0, []
    while (block := archive[at : at + BLOCK]) != bytes(BLOCK):
        size = int(block[124:135], 8)
        files.append((block[:100].rstrip(b"\0").decode(), archive[at + BLOCK :][:size]))
        at += BLOCK + size + len(padding(size))
    table = json.loads(dict(files)[MANIFEST])
    paths = [row[0] for row in table["files"]]
    contents_of = [data for _, data in files[:-2]]
    return Forgery(files=list(zip(paths, contents_of, strict=True)), about=table["about"])


# -- damaged ------------------------------------------------------------------------------------


def _bits(fuzz: Fuzz, draw: random.Random) -> bytes:
    data = bytearray(fuzz.whole)
    for _ in range(draw.choice((1, 1, 2, 8))):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def _cut(fuzz: Fuzz, draw: random.Random) -> bytes:
    blocks = len(fuzz.whole) // BLOCK
    return fuzz.whole[
        : draw.choice((draw.randrange(len(fuzz.whole)), BLOCK * draw.randrange(blocks)))
    ]


def _moved(fuzz: Fuzz, draw: random.Random) -> bytes:
    """Blocks lost, doubled, emptied or at another place."""
    blocks = [fuzz.whole[at : at + BLOCK] for at in range(0, len(fuzz.whole), BLOCK)]
    for _ in range(draw.choice((1, 1, 3))):
        one, other = draw.randrange(len(blocks)), draw.randrange(len(blocks))
        match draw.randrange(4):
            case 0:
                del blocks[one]
            case 1:
                blocks.insert(one, blocks[other])
            case 2:
                blocks[one] = bytes(BLOCK)
            case _:
                blocks[one], blocks[other] = blocks[other], blocks[one]
    return b"".join(blocks)


def _more(fuzz: Fuzz, draw: random.Random) -> bytes:
    return fuzz.whole + draw.choice((b"\0", bytes(BLOCK), fuzz.whole, draw.randbytes(700)))


def _noise(fuzz: Fuzz, draw: random.Random) -> bytes:
    return draw.choice(
        (b"", draw.randbytes(draw.randrange(5000)), bytes(4096), fuzz.whole[:BLOCK] + END)
    )


# -- forged and signed --------------------------------------------------------------------------


def _forged(fuzz: Fuzz) -> Forgery:
    return Forgery(files=list(fuzz.parts.files), about=dict(fuzz.parts.about))


def _names(fuzz: Fuzz, draw: random.Random) -> bytes:
    """A file of a hostile name, added or in the place of another."""
    forged = _forged(fuzz)
    at, path = draw.randrange(len(forged.files)), draw.choice(HOSTILE)
    if draw.random() < 0.5:
        forged.files.insert(at, (path, b"evil"))
    else:
        forged.files[at] = (path, forged.files[at][1])
    return forged.archive(fuzz.key)


def _kinds(fuzz: Fuzz, draw: random.Random) -> bytes:
    """A member that is a link, a device, a folder, or has fields of its own."""
    forged = _forged(fuzz)
    at = draw.randrange(len(forged.files))
    path, data = forged.files[at]
    block = bytearray(header(member_name(path), len(data)))
    match draw.randrange(4):
        case 0:
            block[156] = draw.choice(b"1234567xgLKSDV\0")
            block[157:172] = b"/etc/passwd\0\0\0\0"
        case 1:
            block[124:136] = draw.choice(
                (b"7" * 11 + b"\0", b"\x80" + b"\xff" * 11, b"-0000000001\0")
            )
        case 2:
            block[draw.randrange(100, 512)] = draw.randrange(256)
        case _:
            block[345:352] = draw.choice((b"../../.", b"/etc\0\0\0", b"records"))
    forged.tar_names[at] = _summed(bytes(block))
    return forged.archive(fuzz.key)


def _twice(fuzz: Fuzz, draw: random.Random) -> bytes:
    forged = _forged(fuzz)
    path, data = draw.choice(forged.files)
    path = draw.choice((path, path.swapcase(), path + "/x", path.upper()))
    forged.files.insert(draw.randrange(len(forged.files)), (path, draw.choice((data, b"other"))))
    return forged.archive(fuzz.key)


def _lost(fuzz: Fuzz, draw: random.Random) -> bytes:
    forged = _forged(fuzz)
    for _ in range(draw.randrange(1, len(forged.files))):
        del forged.files[draw.randrange(len(forged.files))]
    return forged.archive(fuzz.key)


def _manifests(fuzz: Fuzz, draw: random.Random) -> bytes:
    forged, odd = _forged(fuzz), draw.choice(ODD_VALUES)
    at = draw.randrange(len(forged.files))
    match draw.randrange(7):
        case 0:
            forged.about[draw.choice(list(forged.about))] = odd
        case 1:
            del forged.about[draw.choice(list(forged.about))]
        case 2:
            forged.about["unknown"] = odd
        case 3:
            forged.format = odd
        case 4:
            forged.digests[at] = odd
        case 5:
            forged.sizes[at] = odd
        case _:
            forged.text = draw.choice(
                (
                    b"[" * 200_000,
                    b"{}",
                    b"null",
                    b"\xff\xfe",
                    b'{"format": 1e999}',
                    b"1" * 6000,
                    b"",
                )
            )
    return forged.archive(fuzz.key)


def _insides(fuzz: Fuzz, draw: random.Random) -> bytes:
    """A file's content changed, with the right hash for it."""
    forged = _forged(fuzz)
    at = draw.randrange(len(forged.files))
    path, data = forged.files[at]
    changed = bytearray(data)
    for _ in range(draw.choice((1, 4, 64))):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    text = draw.choice((bytes(changed), data[: draw.randrange(len(data))], draw.randbytes(600)))
    forged.files[at] = (path, text)
    return forged.archive(fuzz.key)


def _settings(fuzz: Fuzz, draw: random.Random) -> bytes:
    forged = _forged(fuzz)
    simulated = "[cabinet]\nkind = 'simulated'\n"
    added = draw.choice(
        (
            "[cabinet]\nkind = 'raspberry-pi'",
            simulated + "[records]\nfolder = '/'",
            simulated + "[recipes]\nfolder = '/etc'",
            simulated + "[records]\nfolder = 3",
            simulated + "[pages]\nport = " + "9" * 5000,
            "a = " + "[" * 5000,
            *("x = 1", "= 1", "\0", "[[a]]", "[records]"),
        )
    )
    forged.files[0] = (names.SETTINGS, added.encode())
    return forged.archive(fuzz.key)


def _databases(fuzz: Fuzz, draw: random.Random) -> bytes:
    """A proper database that says improper things."""
    forged = _forged(fuzz)
    at = [path for path, _ in forged.files].index(names.DATABASE)
    statement = draw.choice(
        (
            "PRAGMA user_version = 900", "PRAGMA user_version = 0", "DROP TABLE inspection",
            "UPDATE picture SET path = '../../' || path", "UPDATE picture SET path = '/etc/passwd'",
            "UPDATE picture SET path = path || '/../x.jpg'", "DELETE FROM inspection",
            "UPDATE inspection SET frame = 'x'", "DROP TABLE operator", "PRAGMA user_version = -5",
            "CREATE TABLE more (a)", "UPDATE operator SET badge_hash = x'00' WHERE name = 'Ana'",
        )
    )  # fmt: skip
    file = fuzz.folder / "forged.db"
    file.write_bytes(forged.files[at][1])
    with closing(sqlite3.connect(file)) as connection:
        try:
            connection.execute(statement)
            connection.commit()
        except sqlite3.IntegrityError:
            connection.rollback()
    forged.files[at] = (names.DATABASE, file.read_bytes())
    file.unlink()
    return forged.archive(fuzz.key)


def _strangers(fuzz: Fuzz, draw: random.Random) -> bytes:
    """A signature of another kind or key."""
    data = bytearray(fuzz.whole)
    at = len(data) - len(END) - BLOCK
    data[at : at + 96] = draw.choice(
        (bytes(96), draw.randbytes(96), b"\xff" * 96, bytes(data[at + 1 : at + 97]))
    )
    return bytes(data)


RAW: tuple[Callable[[Fuzz, random.Random], bytes], ...] = (_bits, _cut, _moved, _more, _noise)
FORGED: tuple[Callable[[Fuzz, random.Random], bytes], ...] = (
    *(_names, _names, _kinds, _kinds, _twice, _lost, _manifests),
    *(_insides, _settings, _databases, _strangers),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Archives that nobody's backup wrote.")
    parser.add_argument("cases", type=int)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goldenboard-fuzz-") as folder:
        (Path(folder) / "in").mkdir()
        fuzz = Fuzz(Path(folder) / "in")
        for number in range(args.first, args.first + args.cases):
            fuzz.case(number)
            if number % 500 == 499:
                print(f"{number + 1 - args.first} cases", file=sys.stderr, flush=True)
    result = {
        **about("tests.care.fuzz"),
        "cases": args.cases,
        "outcomes": dict(sorted(fuzz.outcomes.items())),
    }
    text = json.dumps(result, indent=1)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
