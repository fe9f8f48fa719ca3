"""What a unit can be set to before anybody can reach it."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from . import values
from .errors import FirstBootError

MOST = 8
"""Addresses, servers and keys of a kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Of one network interface. Without addresses of its own it asks a DHCP server."""

    addresses: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()

    def checked(self, where: str) -> Addresses:
        """Raises `FirstBootError`."""
        for name in ("addresses", "gateways", "name_servers", "search"):
            not_too_many(getattr(self, name), f"{where}: {name}")
        made = Addresses(
            addresses=tuple(values.address(each, where) for each in self.addresses),
            gateways=tuple(values.host_address(each, where) for each in self.gateways),
            name_servers=tuple(values.host_address(each, where) for each in self.name_servers),
            search=tuple(values.domain(each, where) for each in self.search),
        )
        networks = [ipaddress.ip_interface(each).network for each in made.addresses]
        for gateway in map(ipaddress.ip_address, made.gateways):
            beside = [network for network in networks if network.version == gateway.version]
            if not gateway.is_link_local and not any(gateway in network for network in beside):
                raise FirstBootError(
                    expected=f"a gateway in the network of the unit's own address for {where}",
                    found=f"{gateway} beside {', '.join(made.addresses) or 'no address'}",
                    action="Correct the gateway, or the address and its prefix length.",
                )
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired(Addresses):
    interface: str | None = None
    """None: whatever wired interface there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wlan(Addresses):
    ssid: str
    psk: str | None = None
    """The pre-shared key, 64 hex digits; None for an open network."""
    hidden: bool = False
    interface: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSettings:
    """None: not said, so it stays as it is."""

    name: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    keymap: str | None = None
    country: str | None = None
    wired: Wired | None = None
    wlan: Wlan | None = None
    time_servers: tuple[str, ...] | None = None
    ssh_keys: tuple[str, ...] | None = None
    """Empty: SSH is closed."""

    def checked(self) -> UnitSettings:
        """As it will be used. Raises `FirstBootError`."""
        return UnitSettings(
            name=_one(self.name, values.host_name, "the unit's name"),
            time_zone=_one(self.time_zone, values.time_zone, "the time zone"),
            locale=_one(self.locale, values.locale, "the language"),
            keymap=_one(self.keymap, values.keymap, "the keyboard"),
            country=_one(self.country, values.country, "the country"),
            wired=self.wired and _wired(self.wired),
            wlan=self.wlan and _wlan(self.wlan),
            time_servers=_each(self.time_servers, values.server, "the time servers"),
            ssh_keys=_each(self.ssh_keys, values.ssh_key, "the SSH keys"),
        )

    def over(self, before: UnitSettings) -> UnitSettings:
        """What these say, and what they don't as it was before."""
        said = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if getattr(self, field.name) is not None
        }
        return dataclasses.replace(before, **said)


def _wired(wired: Wired) -> Wired:
    common = wired.checked("the wired network")
    return Wired(
        **_of(common),
        interface=_one(wired.interface, values.interface, "the wired network"),
    )


def _wlan(wlan: Wlan) -> Wlan:
    where = "the wireless network"
    common = wlan.checked(where)
    name = values.ssid(wlan.ssid, where)
    return Wlan(
        **_of(common),
        ssid=name,
        psk=None if wlan.psk is None else values.pre_shared_key(wlan.psk, name, where),
        hidden=wlan.hidden,
        interface=_one(wlan.interface, values.interface, where),
    )


def _of(common: Addresses) -> dict[str, tuple[str, ...]]:
    return {field.name: getattr(common, field.name) for field in dataclasses.fields(Addresses)}


def _one(said: str | None, check: Callable[[str, str], str], where: str) -> str | None:
    return None if said is None else check(said, where)


def _each(
    said: tuple[str, ...] | None, check: Callable[[str, str], str], where: str
) -> tuple[str, ...] | None:
    if said is None:
        return None
    not_too_many(said, where)
    return tuple(check(each, where) for each in said)


def not_too_many(said: tuple[str, ...], where: str) -> None:
    if len(said) > MOST:
        raise FirstBootError(
            expected=f"at most {MOST} for {where}",
            found=str(len(said)),
            action="Leave those out that are not needed.",
        )
