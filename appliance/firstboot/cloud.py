"""cloud-init's files on the boot partition: `user-data` and `network-config`, as Raspberry Pi OS
trixie takes them (cloud-init's data source NoCloud; network configuration of version 2).

Only on systems without cloud-init itself; where it is, it reads its own files. Of its many keys
those are taken that a cabinet has a use for; every other is refused with a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appliance.toml_strict import build

from .bounded_yaml import read_yaml
from .errors import FirstBootError, shown
from .netplan import Network, read_network
from .settings import UnitSettings
from .unwanted import no_accounts, no_commands, no_passwords_for_ssh

USER_DATA, NETWORK_CONFIG = "user-data", "network-config"
_HEAD = "#cloud-config"
_ACCOUNTS = ("users", "user", "groups", "ssh_import_id")
_SECRETS = ("passwd", "password")
"""However the key begins."""
_COMMANDS = (
    *("runcmd", "bootcmd", "packages", "package_update", "package_upgrade", "apt"),
    *("write_files", "snap", "phone_home", "power_state", "mounts", "disk_setup"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keyboard:
    layout: str
    model: str = "pc105"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ntp:
    enabled: bool = True
    servers: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _UserData:
    hostname: str | None = None
    manage_etc_hosts: bool = True
    preserve_hostname: bool = False
    timezone: str | None = None
    locale: str | None = None
    keyboard: _Keyboard | None = None
    ntp: _Ntp | None = None
    enable_ssh: bool | None = None
    ssh_pwauth: bool = False
    ssh_authorized_keys: tuple[str, ...] | None = None


def read_cloud(user_data: str | None, network_config: str | None) -> UnitSettings:
    """What the two files say, checked; None for a file that is not there. Raises `TomlError` or
    `FirstBootError`."""
    said = _user_data(user_data) if user_data is not None else _UserData()
    network = Network()
    if network_config is not None:
        network = read_network(read_yaml(network_config, NETWORK_CONFIG), NETWORK_CONFIG)
    ntp = said.ntp
    return UnitSettings(
        name=None if said.preserve_hostname else said.hostname,
        time_zone=said.timezone,
        locale=said.locale,
        keymap=said.keyboard.layout if said.keyboard else None,
        country=network.country,
        wired=network.wired,
        wlan=network.wlan,
        time_servers=(*ntp.servers, *ntp.pools) if ntp and ntp.enabled else None,
        ssh_keys=_keys(said),
    ).checked()


def _user_data(text: str) -> _UserData:
    table = read_yaml(text, USER_DATA)
    if not table:
        return _UserData()
    first = text.split("\n", 1)[0].rstrip()
    if first != _HEAD:
        raise FirstBootError(
            expected=f"'{_HEAD}' as the first line of {USER_DATA}",
            found=shown(first),
            action="Add the line; other kinds of user-data are not taken.",
        )
    _refuse_unwanted(table)
    return build(table, _UserData, where=USER_DATA)


def _refuse_unwanted(table: dict[str, Any]) -> None:
    for key in table:
        where = f"'{key}' in {USER_DATA}"
        if key in _ACCOUNTS or key.endswith(_SECRETS):
            raise no_accounts(where)
        if key in _COMMANDS:
            raise no_commands(where)
    if table.get("ssh_pwauth") is True:
        raise no_passwords_for_ssh(f"'ssh_pwauth' in {USER_DATA}")


def _keys(said: _UserData) -> tuple[str, ...] | None:
    keys = said.ssh_authorized_keys
    if said.enable_ssh is False:
        return ()
    if said.enable_ssh and not keys:
        raise FirstBootError(
            expected=f"ssh_authorized_keys beside enable_ssh in {USER_DATA}",
            found="no key",
            action="Add the public key of whoever shall come in, or leave SSH closed.",
        )
    return keys
