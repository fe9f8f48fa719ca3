"""First-boot files that nobody means well with, drawn from a number.

    python -m tests.firstboot.fuzz CASES [--json FILE]

Files are damaged, forged from hostile values, made deep or huge, or put there as something else.
Every case is one start of a unit that has settings already; whatever comes, the unit has afterwards
the settings before or those of the file, its files are those that follow from what it keeps, and
nothing outside its root has changed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from appliance.firstboot.derived import wanted_files
from appliance.firstboot.kept import FILE, read_kept
from tests.about import about

from .roots import SAMPLES, Tree, make_tree
from .test_values import KEY

OURS = (
    "etc/hostname", "etc/hosts", "etc/localtime", "etc/timezone", "etc/default/locale",
    "etc/locale.conf", "etc/default/keyboard", "etc/goldenboard/unit-settings.toml",
    "etc/goldenboard/ssh-open", "etc/goldenboard/ssh/root.keys", "run/goldenboard-settings/country",
    "etc/systemd/timesyncd.conf.d/unit-settings.conf",
    "etc/NetworkManager/system-connections/goldenboard-wired.nmconnection",
    "etc/NetworkManager/system-connections/goldenboard-wlan.nmconnection",
)  # fmt: skip
"""Every file that a start may write below the root."""

HOSTILE = (
    "", " ", "x", "../../evil", "/etc/passwd", "a\nb", "a\r\nb", "a\0b", "a;b", "$(reboot)",
    "`id`", "%n%s", "a" * 64, "ü" * 40, "\u202egnp", "\ud83d\ude00", "-rf", "~root", "[main]",
    "works\n[ipv4]\nmethod=manual", "Europe/../../../etc/shadow", "Europe/Berlin", "de", "DE",
    "12345678", "192.168.1.20/24", "192.168.1.1", "::/0", "fe80::1%eth0", "255.255.255.255/32",
    "localhost", "a.b.c", KEY, f'command="x" {KEY}', "ssh-rsa AAAA", "true", "null", "1e999",
)  # fmt: skip
ODD: tuple[object, ...] = (
    None, True, False, 0, -1, 2**70, 1.5, [], [[]], {}, {"a": {}}, ["x"] * 20, [None], "a" * 5000,
)  # fmt: skip
TOML_KEYS = {
    "system": ("hostname",),
    "user": ("name", "password", "password_encrypted"),
    "ssh": ("enabled", "password_authentication", "authorized_keys", "ssh_import_id"),
    "wlan": ("ssid", "password", "password_encrypted", "hidden", "country"),
    "locale": ("keymap", "timezone", "language"),
}
CLOUD_KEYS = (
    "hostname", "manage_etc_hosts", "preserve_hostname", "timezone", "locale", "keyboard", "ntp",
    "enable_ssh", "ssh_pwauth", "ssh_authorized_keys", "users", "runcmd", "write_files", "x",
)  # fmt: skip
BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
Files = dict[str, bytes]


class Fuzz:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outcomes: Counter[str] = Counter()
        self.slowest_s = 0.0
        self.samples = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir())}
        self.tree = self._fresh()
        self.outside = self._outside()

    def _fresh(self) -> Tree:
        shutil.rmtree(self.folder / "unit", ignore_errors=True)
        tree = make_tree(self.folder / "unit")
        tree.put("custom.toml", self.samples["custom.toml"])
        tree.start()
        self.before = tree.contents()
        return tree

    def _outside(self) -> set[str]:
        here = {str(path) for path in self.folder.iterdir()}
        return here | {str(path) for path in (self.folder / "unit").iterdir()}

    def case(self, number: int) -> str:
        """What came of it. Raises AssertionError when it should not have, and whatever else a start
        raises."""
        draw = random.Random(number)
        kind = draw.choice(KINDS)
        for path in self.tree.boot.iterdir():
            is_folder = path.is_dir() and not path.is_symlink()
            shutil.rmtree(path) if is_folder else path.unlink()
        for name, data in kind(self, draw).items():
            (self.tree.boot / name).write_bytes(data)
        began_s = time.monotonic()
        outcome = self.tree.start()
        self.slowest_s = max(self.slowest_s, time.monotonic() - began_s)
        after = self.tree.contents()
        if outcome.refused is not None:
            text = str(outcome.refused)
            assert text.isprintable(), f"{number}: {text!a}"
            assert after == self.before, f"{number}: a refusal left something"
            assert "NOT taken up" in self.tree.answer
            word = "refused"
        elif outcome.taken:
            self._follows_from_what_is_kept(number)
            changed = {name for name, what in after.items() if self.before.get(name) != what}
            assert changed <= set(OURS), f"{number}: {changed}"
            assert not any((self.tree.boot / name).exists() for name in outcome.taken)
            word = "taken up"
        else:
            assert after == self.before
            word = "nothing there"
        assert self._outside() == self.outside, f"{number}: something outside was written"
        if outcome.taken:
            self.tree = self._fresh()
        told = f"{kind.__name__.strip('_')}: {word}"
        self.outcomes[told] += 1
        return told

    def _follows_from_what_is_kept(self, number: int) -> None:
        root = self.tree.root
        kept = read_kept(root)
        for wanted in wanted_files(kept, root):
            path = root / wanted.path
            if wanted.link is not None:
                assert str(path.readlink()) == wanted.link, number
            elif wanted.content is None:
                assert not path.exists(), number
            else:
                assert path.read_bytes() == wanted.content, number
                lines = wanted.content.decode(errors="surrogateescape")
                assert lines.replace("\n", "").replace("\t", "").isprintable(), number
        assert (root / FILE).stat().st_mode & 0o777 == 0o600
        assert self.tree.start().changed == [], f"{number}: the next start changes something"


# -- damaged ------------------------------------------------------------------------------------


def _pick(fuzz: Fuzz, draw: random.Random) -> tuple[str, bytes]:
    return draw.choice(list(fuzz.samples.items()))


def _bytes(fuzz: Fuzz, draw: random.Random) -> Files:
    name, data = _pick(fuzz, draw)
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8, 64))):
        changed[draw.randrange(len(changed))] = draw.choice((draw.randrange(256), 0x22, 0x0A, 0x3A))
    return {name: bytes(changed)}


def _cut(fuzz: Fuzz, draw: random.Random) -> Files:
    name, data = _pick(fuzz, draw)
    return {name: data[: draw.randrange(len(data))]}


def _lines(fuzz: Fuzz, draw: random.Random) -> Files:
    """Lines lost, doubled, moved, or indented otherwise."""
    name, data = _pick(fuzz, draw)
    lines = data.split(b"\n")
    for _ in range(draw.choice((1, 2, 5))):
        one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
        match draw.randrange(4):
            case 0 if len(lines) > 1:
                del lines[one]
            case 1:
                lines.insert(one, lines[other])
            case 2:
                lines[one] = b" " * draw.randrange(9) + lines[one].lstrip()
            case _:
                lines[one], lines[other] = lines[other], lines[one]
    return {name: b"\n".join(lines)}


def _noise(fuzz: Fuzz, draw: random.Random) -> Files:
    data = draw.choice(
        (
            *(b"", draw.randbytes(300), b"\xff\xfe" + "x = 1".encode("utf-16-le"), bytes(4096)),
            *(
                b"[" * 15_000,
                b"{" * 15_000,
                b"- " * 7_500,
                b"a." * 5_000 + b"a = 1",
                b"? " * 9_000,
            ),
            *(b"#" * 20_000, BOMB.encode(), b"#cloud-config\n" + BOMB.encode(), b"1" * 15_000),
            *(
                b"a: " + b"1" * 12_000,
                b"x = " + b"9" * 12_000,
                b"'" * 999,
                b'"\\ud800"',
                b"%TAG ! x",
            ),
            *(
                b"<<: {a: 1}",
                b"a: !!binary =",
                b"--- a\n--- b",
                b"a: |" + b"\n" * 999,
                b"\xef\xbb\xbf",
            ),
        )
    )
    return {draw.choice(list(fuzz.samples)): data}


# -- forged -------------------------------------------------------------------------------------


def _value(draw: random.Random) -> object:
    return draw.choice(ODD) if draw.random() < 0.3 else draw.choice(HOSTILE)


def _toml(fuzz: Fuzz, draw: random.Random) -> Files:
    lines = ["config_version = 1"]
    for table in draw.sample(list(TOML_KEYS), draw.randrange(1, 4)):
        lines.append(f"[{table}]")
        for key in draw.sample(TOML_KEYS[table], draw.randrange(1, len(TOML_KEYS[table]) + 1)):
            value = _value(draw)
            if draw.random() < 0.3:
                value = draw.choice(([value], True, False))
            text = json.dumps(value, ensure_ascii=draw.random() < 0.5)
            lines.append(f"{key} = {text}")
    return {"custom.toml": "\n".join(lines).encode(errors="surrogatepass")}


def _user_data(fuzz: Fuzz, draw: random.Random) -> Files:
    table = {
        key: draw.choice((_value(draw), [_value(draw)], {draw.choice(HOSTILE): _value(draw)}))
        for key in draw.sample(CLOUD_KEYS, draw.randrange(1, 4))
    }
    if draw.random() < 0.3:
        fitting = (("hostname", "x"), ("timezone", "Europe/Berlin"), ("hostname", "a.b.c"))
        table = dict([draw.choice(fitting)])
    if draw.random() < 0.3:
        table["ntp"] = {"servers": [draw.choice(HOSTILE)]}
    return {"user-data": f"#cloud-config\n{json.dumps(table)}".encode(errors="surrogatepass")}


def _network(fuzz: Fuzz, draw: random.Random) -> Files:
    def link() -> dict[str, object]:
        return {
            key: draw.choice((_value(draw), [draw.choice(HOSTILE)], True))
            for key in draw.sample(
                ("dhcp4", "addresses", "gateway4", "routes", "nameservers", "optional"),
                draw.randrange(3),
            )
        }

    table: dict[str, object] = {"version": draw.choice((2, 2, 2, 2, _value(draw)))}
    if draw.random() < 0.7:
        table["ethernets"] = {draw.choice(("eth0", "en0", draw.choice(HOSTILE))): link()}
    if draw.random() < 0.7:
        point = {"password": draw.choice(HOSTILE)} if draw.random() < 0.7 else {}
        table["wifis"] = {"wlan0": {**link(), "access-points": {draw.choice(HOSTILE): point}}}
    text = json.dumps({"network": table} if draw.random() < 0.5 else table)
    return {"network-config": text.encode(errors="surrogatepass")}


def _both(fuzz: Fuzz, draw: random.Random) -> Files:
    parts = [draw.choice((_toml, _user_data, _network, _cut))(fuzz, draw) for _ in range(2)]
    return {**parts[0], **parts[1]}


def _other(fuzz: Fuzz, draw: random.Random) -> Files:
    """Something that is no file."""
    name = draw.choice(list(fuzz.samples))
    file = fuzz.tree.boot / name
    match draw.randrange(3):
        case 0:
            file.mkdir()
        case 1:
            file.symlink_to(
                draw.choice(("/etc/shadow", "/dev/zero", "..", name, "../../etc/hosts"))
            )
        case _:
            (fuzz.tree.boot / draw.choice(("goldenboard-firstboot.txt", "meta-data"))).write_bytes(
                draw.randbytes(9)
            )
            return _bytes(fuzz, draw)
    return {}


KINDS: tuple[Callable[[Fuzz, random.Random], Files], ...] = (
    *(_bytes, _cut, _lines, _noise, _both, _other),
    *(_toml, _toml, _toml, _user_data, _user_data, _network, _network),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="First-boot files that nobody means well with.")
    parser.add_argument("cases", type=int)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goldenboard-fuzz-") as folder:
        fuzz = Fuzz(Path(folder))
        for number in range(args.cases):
            fuzz.case(number)
            if number % 500 == 499:
                print(f"{number + 1} cases", file=sys.stderr, flush=True)
    result = {
        **about("tests.firstboot.fuzz"),
        "cases": args.cases,
        "slowest_start_s": round(fuzz.slowest_s, 2),
        "outcomes": dict(sorted(fuzz.outcomes.items())),
    }
    text = json.dumps(result, indent=1)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
