"""NetworkManager's connections (nm-settings-keyfile(5)): one file each, root's alone.

A wireless network's name is written as its bytes, so that no name can be anything but a name.
"""

from __future__ import annotations

import ipaddress
import uuid

from .settings import Addresses, UnitSettings

_SPACE = uuid.UUID("6f1c2f0e-5e0a-4a52-9d0b-7f1a9f6e3c11")
WIRED, WLAN = "goldenboard-wired", "goldenboard-wlan"


def connections(settings: UnitSettings) -> list[tuple[str, str]]:
    """Name and text of each."""
    made = []
    if settings.wired is not None:
        wired = settings.wired
        made.append((WIRED, _head(WIRED, "ethernet", wired.interface) + _addresses(wired)))
    if settings.wlan is not None:
        wlan = settings.wlan
        octets = "".join(f"{octet};" for octet in wlan.ssid.encode())
        text = _head(WLAN, "wifi", wlan.interface)
        text += f"[wifi]\nmode=infrastructure\nssid={octets}\nhidden={str(wlan.hidden).lower()}\n\n"
        if wlan.psk is not None:
            text += f"[wifi-security]\nkey-mgmt=wpa-psk\npsk={wlan.psk}\n\n"
        made.append((WLAN, text + _addresses(wlan)))
    return made


def _head(name: str, kind: str, interface: str | None) -> str:
    text = f"[connection]\nid={name}\nuuid={uuid.uuid5(_SPACE, name)}\ntype={kind}\n"
    # before the connections that the system makes by itself
    text += "autoconnect=true\nautoconnect-priority=10\n"
    return text + (f"interface-name={interface}\n" if interface else "") + "\n"


def _addresses(about: Addresses) -> str:
    return "\n".join(_family(about, version) for version in (4, 6))


def _family(about: Addresses, version: int) -> str:
    own = [each for each in about.addresses if ipaddress.ip_interface(each).version == version]
    lines = [f"[ipv{version}]"]
    # without an address of its own a family asks for one; for IPv6 that costs nothing where none is
    lines.append("method=manual" if own else "method=auto")
    lines += [f"address{number}={each}" for number, each in enumerate(own, 1)]
    gateways = _of(about.gateways, version)
    if own and gateways:
        lines.append(f"gateway={gateways[0]}")
    servers = _of(about.name_servers, version)
    if servers:
        lines.append("dns=" + "".join(f"{each};" for each in servers))
    if about.search and version == 4:
        lines.append("dns-search=" + "".join(f"{each};" for each in about.search))
    if version == 4 and not own and about.addresses:
        lines[1] = "method=disabled"
    return "\n".join(lines) + "\n"


def _of(addresses: tuple[str, ...], version: int) -> list[str]:
    return [each for each in addresses if ipaddress.ip_address(each).version == version]
