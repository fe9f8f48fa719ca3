"""Under which names and addresses this computer is reached, as its certificate lists them."""

from __future__ import annotations

import ipaddress
import re
import socket
from pathlib import Path

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_PROC_NET = Path("/proc/net")
_LOCAL = re.compile(r"\|-- (\S+)\n\s+/32 host LOCAL")
_MOST_ADDRESSES = 16


def host_names(host: str | None = None) -> tuple[str, ...]:
    """The host's name, its mDNS name (RFC 6762), and `localhost` for who sits at the unit."""
    label = (host or socket.gethostname()).split(".")[0].lower() or "localhost"
    return tuple(dict.fromkeys((f"{label}.local", label, "localhost")))


def addresses(proc_net: Path = _PROC_NET) -> tuple[IPAddress, ...]:
    """Every address of this computer but link-local ones, which change their meaning from link to
    link. Read from the kernel's tables (proc(5)): no name server is asked, and a table that
    can't be read gives none."""
    found: list[IPAddress] = []
    for name in _LOCAL.findall(_text(proc_net / "fib_trie")):
        found.append(ipaddress.IPv4Address(name))
    for line in _text(proc_net / "if_inet6").splitlines():
        found.append(ipaddress.IPv6Address(bytes.fromhex(line.split()[0])))
    kept = [each for each in dict.fromkeys(found) if not each.is_link_local]
    return tuple(sorted(kept, key=lambda each: (each.version, int(each))))[:_MOST_ADDRESSES]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
