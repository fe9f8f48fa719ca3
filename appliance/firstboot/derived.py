"""The system's own files for a unit's settings, each whole, at its own place.

hostname(5), localtime(5), locale.conf(5), keyboard(5), timesyncd.conf(5), sshd_config(5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from . import keyfile, networkd
from .settings import UnitSettings

PLAIN, SECRET, SHARED = 0o644, 0o600, 0o640
SSH_KEYS = "etc/goldenboard/ssh/root.keys"
SSH_OPEN = "etc/goldenboard/ssh-open"
_HOSTS_LINE = re.compile(r"(?m)^127\.0\.1\.1[ \t].*\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file below the root as it has to be: its content, a link's target, or nothing at all."""

    path: PurePosixPath
    content: bytes | None = None
    link: str | None = None
    mode: int = PLAIN


def wanted_files(settings: UnitSettings, root: Path) -> tuple[Wanted, ...]:
    """Of what the settings say; the rest of the system is left as it is."""
    made: list[Wanted] = []
    if settings.name is not None:
        made += [_text("etc/hostname", f"{settings.name}\n"), _hosts(settings.name, root)]
    if settings.time_zone is not None:
        zone = f"/usr/share/zoneinfo/{settings.time_zone}"
        made.append(Wanted(path=PurePosixPath("etc/localtime"), link=zone))
        made.append(_text("etc/timezone", f"{settings.time_zone}\n"))
    if settings.locale is not None:
        named = "etc/locale.conf" if (root / "etc/locale.conf").exists() else "etc/default/locale"
        made.append(_text(named, f"LANG={settings.locale}\n"))
    if settings.keymap is not None:
        made.append(_text("etc/default/keyboard", _keyboard(settings.keymap)))
    if settings.country is not None:
        made.append(_text("run/goldenboard-settings/country", f"{settings.country}\n"))
    if settings.time_servers is not None:
        servers = " ".join(settings.time_servers)
        made.append(
            # after the product's own file; the empty line forgets what was named before
            _text(
                "etc/systemd/timesyncd.conf.d/unit-settings.conf",
                f"[Time]\nNTP=\nNTP={servers}\n",
            )
        )
    if settings.ssh_keys is not None:
        made += _ssh(settings.ssh_keys)
    return (*made, *_network(settings, root))


def has_network_manager(root: Path) -> bool:
    """Raspberry Pi OS has it; a plain Debian has systemd-networkd."""
    return (root / "usr/sbin/NetworkManager").exists()


def _network(settings: UnitSettings, root: Path) -> list[Wanted]:
    made: list[Wanted] = []
    if has_network_manager(root):
        for name, text in keyfile.connections(settings):
            path = f"etc/NetworkManager/system-connections/{name}.nmconnection"
            made.append(_text(path, text, SECRET))
    elif settings.wired is not None:
        text = networkd.network(settings.wired)
        made.append(_text("etc/systemd/network/10-goldenboard-wired.network", text))
    return made


def _text(path: str, text: str, mode: int = PLAIN) -> Wanted:
    return Wanted(path=PurePosixPath(path), content=text.encode(), mode=mode)


def _gone(path: str) -> Wanted:
    return Wanted(path=PurePosixPath(path))


def _hosts(name: str, root: Path) -> Wanted:
    """Debian's line for the computer's own name (hosts(5)); every other line stays."""
    file = root / "etc/hosts"
    text = file.read_text(encoding="utf-8", errors="surrogateescape") if file.is_file() else ""
    if not text:
        text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
    line = f"127.0.1.1\t{name}\n"
    if _HOSTS_LINE.search(text):
        text = _HOSTS_LINE.sub(line, text, count=1)
    else:
        text = f"{text.rstrip()}\n{line}"
    return Wanted(path=PurePosixPath("etc/hosts"), content=text.encode(errors="surrogateescape"))


def _keyboard(layout: str) -> str:
    return (
        f'XKBMODEL="pc105"\nXKBLAYOUT="{layout}"\nXKBVARIANT=""\nXKBOPTIONS=""\nBACKSPACE="guess"\n'
    )


def _ssh(keys: tuple[str, ...]) -> list[Wanted]:
    if not keys:
        return [_gone(SSH_OPEN), _gone(SSH_KEYS)]
    # the keys first: an open door without one lets nobody in
    return [_text(SSH_KEYS, "".join(f"{key}\n" for key in keys)), _text(SSH_OPEN, "")]
