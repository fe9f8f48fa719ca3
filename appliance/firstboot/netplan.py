"""Network configuration of version 2, the form that netplan and cloud-init share: one wired and one
wireless interface of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from appliance.toml_strict import build

from .errors import FirstBootError, shown
from .settings import Addresses, Wired, Wlan

T = TypeVar("T")
_NAMES_BELOW = ("access_points", "ethernets", "wifis")
"""Tables whose keys are names and not words of the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    country: str | None = None
    wired: Wired | None = None
    wlan: Wlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _NameServers:
    addresses: tuple[str, ...] = ()
    search: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    to: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ethernet:
    dhcp4: bool | None = None
    dhcp6: bool | None = None
    addresses: tuple[str, ...] = ()
    gateway4: str | None = None
    gateway6: str | None = None
    routes: tuple[_Route, ...] = ()
    nameservers: _NameServers = _NameServers()
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _AccessPoint:
    password: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wifi(_Ethernet):
    access_points: dict[str, _AccessPoint]
    regulatory_domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    version: int
    renderer: str | None = None
    ethernets: dict[str, _Ethernet] | None = None
    wifis: dict[str, _Wifi] | None = None


def read_network(table: dict[str, Any], where: str) -> Network:
    """Raises `TomlError` or `FirstBootError`; an empty table says nothing."""
    if not table:
        return Network()
    inner = table
    if set(table) == {"network"}:
        inner = table["network"]
        if not isinstance(inner, dict):
            raise _wrong(where, "a table below 'network'", inner)
    file = build(_words(inner, where), _File, where=where)
    if file.version != 2:
        raise _wrong(where, "version: 2", file.version)
    wired = _only(file.ethernets or {}, f"ethernets in {where}")
    wifi = _only(file.wifis or {}, f"wifis in {where}")
    return Network(
        country=wifi[1].regulatory_domain if wifi else None,
        wired=Wired(interface=wired[0], **_addresses(wired[1], where)) if wired else None,
        wlan=_wlan(*wifi, where) if wifi else None,
    )


def _wlan(interface: str, wifi: _Wifi, where: str) -> Wlan:
    point = _only(wifi.access_points, f"access-points in {where}")
    if point is None:
        raise _wrong(where, "an access point of the wireless network", wifi.access_points)
    name, about = point
    return Wlan(
        interface=interface,
        ssid=name,
        psk=about.password,
        hidden=about.hidden,
        **_addresses(wifi, where),
    )


def _addresses(about: _Ethernet, where: str) -> dict[str, tuple[str, ...]]:
    if about.addresses and (about.dhcp4 or about.dhcp6):
        raise _wrong(where, "either addresses or DHCP", "both")
    gateways = [each for each in (about.gateway4, about.gateway6) if each is not None]
    for route in about.routes:
        if route.to != "default":
            raise _wrong(where, "routes to 'default' alone", route.to)
        gateways.append(route.via)
    if gateways and not about.addresses:
        raise _wrong(where, "addresses beside a gateway", "none")
    made = Addresses(
        addresses=about.addresses,
        gateways=tuple(gateways),
        name_servers=about.nameservers.addresses,
        search=about.nameservers.search,
    )
    return {name: getattr(made, name) for name in Addresses.__dataclass_fields__}


def _only(table: dict[str, T], where: str) -> tuple[str, T] | None:
    """The one that a cabinet has."""
    if len(table) > 1:
        raise FirstBootError(
            expected=f"one of {where}", found=str(len(table)), action="Leave the others out."
        )
    return next(iter(table.items()), None)


def _words(table: dict[str, Any], where: str) -> dict[str, Any]:
    """The format's words with the underscores that names of Python have."""
    made: dict[str, Any] = {}
    for key, item in table.items():
        word = key.replace("-", "_")
        if word in made or "_" in key:
            raise _wrong(where, "only known keys", key)
        names = item if word in _NAMES_BELOW and isinstance(item, dict) else None
        if names is not None:
            made[word] = {
                name: _words(each, where) if isinstance(each, dict) else each
                for name, each in names.items()
            }
        else:
            made[word] = _plain(item, where)
    return made


def _plain(item: Any, where: str) -> Any:
    if isinstance(item, dict):
        return _words(item, where)
    if isinstance(item, list):
        return [_plain(each, where) for each in item]
    return item


def _wrong(where: str, expected: str, found: object) -> FirstBootError:
    return FirstBootError(
        expected=f"{expected} in {where}", found=shown(found), action="Correct the file."
    )
