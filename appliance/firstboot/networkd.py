"""systemd-networkd's file for the wired network (systemd.network(5))."""

from __future__ import annotations

from .settings import Wired


def network(wired: Wired) -> str:
    # only interfaces with a cable's own driver: bridges and tunnels are Type=ether, too
    match = f"Name={wired.interface}" if wired.interface else "Type=ether\nKind=!*"
    lines = [f"[Match]\n{match}\n\n[Network]", f"DHCP={'no' if wired.addresses else 'yes'}"]
    lines += [f"Address={each}" for each in wired.addresses]
    lines += [f"Gateway={each}" for each in wired.gateways]
    lines += [f"DNS={each}" for each in wired.name_servers]
    if wired.search:
        lines.append(f"Domains={' '.join(wired.search)}")
    return "\n".join(lines) + "\n"
