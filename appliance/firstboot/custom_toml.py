"""`custom.toml`, as Raspberry Pi OS bookworm takes it.

Tables and keys are those of its reader (`init_config` of the package raspberrypi-sys-mods,
config_version 1). What this unit does not do is refused with a word rather than skipped.
"""

from __future__ import annotations

from dataclasses import dataclass

from appliance.toml_strict import parse_toml

from .errors import FirstBootError, shown
from .settings import UnitSettings, Wlan
from .unwanted import no_accounts, no_passwords_for_ssh

NAME = "custom.toml"
_PSK_DIGITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _System:
    hostname: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _User:
    name: str | None = None
    password: str | None = None
    password_encrypted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ssh:
    enabled: bool = False
    password_authentication: bool = False
    authorized_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wlan:
    ssid: str | None = None
    password: str | None = None
    password_encrypted: bool = True
    hidden: bool = False
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locale:
    keymap: str | None = None
    timezone: str | None = None
    language: str | None = None
    """This unit's own key: Raspberry Pi OS's file has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    config_version: int
    system: _System | None = None
    user: _User | None = None
    ssh: _Ssh | None = None
    wlan: _Wlan | None = None
    locale: _Locale | None = None


def read_custom_toml(text: str) -> UnitSettings:
    """What the file says, checked. Raises `TomlError` or `FirstBootError`."""
    file = parse_toml(text, _File, where=NAME)
    if file.config_version != 1:
        raise FirstBootError(
            expected=f"config_version = 1 in {NAME}",
            found=shown(file.config_version),
            action="Write the file for version 1.",
        )
    if file.user is not None:
        raise no_accounts(f"[user] in {NAME}")
    ssh, wlan = file.ssh, file.wlan or _Wlan()
    if ssh is not None and ssh.password_authentication:
        raise no_passwords_for_ssh(f"password_authentication in {NAME}")
    place = file.locale or _Locale()
    return UnitSettings(
        name=file.system.hostname if file.system else None,
        time_zone=place.timezone,
        locale=place.language,
        keymap=place.keymap,
        country=wlan.country,
        wlan=_wlan(wlan),
        ssh_keys=None if ssh is None else _keys(ssh),
    ).checked()


def _keys(ssh: _Ssh) -> tuple[str, ...]:
    if ssh.enabled and not ssh.authorized_keys:
        raise FirstBootError(
            expected=f"a key in [ssh] authorized_keys of {NAME}",
            found="enabled = true and no key",
            action="Add the public key of whoever shall come in, or leave SSH closed.",
        )
    return ssh.authorized_keys if ssh.enabled else ()


def _wlan(wlan: _Wlan) -> Wlan | None:
    if wlan.ssid is None:
        if wlan.password is not None:
            raise FirstBootError(
                expected=f"ssid beside password in [wlan] of {NAME}",
                found="a password alone",
                action="Add the network's name.",
            )
        return None
    secret = wlan.password
    if secret is not None and wlan.password_encrypted != (len(secret) == _PSK_DIGITS):
        kind = "64 hex digits" if wlan.password_encrypted else "a passphrase of 8 to 63 characters"
        raise FirstBootError(
            expected=f"{kind} for password in [wlan] of {NAME}",
            found=f"{len(secret)} characters, password_encrypted = "
            + str(wlan.password_encrypted).lower(),
            action="Write password_encrypted = false beside a passphrase.",
        )
    return Wlan(ssid=wlan.ssid, psk=secret, hidden=wlan.hidden)
