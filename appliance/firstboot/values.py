"""Single values of first-boot files: each is given back as it will be used, or refused."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import zoneinfo

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from .errors import FirstBootError, shown

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30}){0,2}", re.ASCII)
_LOCALE = re.compile(r"C\.UTF-8|[a-z]{2,3}_[A-Z]{2}\.UTF-8", re.ASCII)
_KEYMAP = re.compile(r"[a-z]{2,10}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_INTERFACE = re.compile(r"[a-z][a-z0-9]{1,14}", re.ASCII)
_PSK = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_SSH_KEY = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) (\S+)(?: .*)?")


def host_name(value: str, where: str) -> str:
    """One label (RFC 1123, section 2.1), in lower case: mDNS does not tell them apart."""
    name = value.lower() if value.isascii() else value
    if not _LABEL.fullmatch(name) or name == "localhost":
        raise FirstBootError(
            expected=f"a name of letters, digits and hyphens, 63 at most, for {where}",
            found=shown(value),
            action="Choose another, such as 'line-3'.",
        )
    return name


def time_zone(value: str, where: str) -> str:
    """A zone of the IANA database, as this computer has it."""
    try:
        if not _ZONE.fullmatch(value):
            raise ValueError
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise FirstBootError(
            expected=f"a time zone of the IANA database for {where}",
            found=shown(value),
            action="Write it as region and city, such as 'Europe/Berlin'.",
        ) from None
    return value


def locale(value: str, where: str) -> str:
    return _matching(_LOCALE, value, where, "language, country and UTF-8", "en_GB.UTF-8")


def keymap(value: str, where: str) -> str:
    return _matching(_KEYMAP, value, where, "a keyboard layout", "gb")


def country(value: str, where: str) -> str:
    """Whose radio rules hold: a code of ISO 3166-1 alpha-2."""
    return _matching(_COUNTRY, value, where, "a country's two capital letters", "GB")


def interface(value: str, where: str) -> str:
    return _matching(_INTERFACE, value, where, "a network interface's name", "eth0")


def _matching(pattern: re.Pattern[str], value: str, where: str, what: str, example: str) -> str:
    if not pattern.fullmatch(value):
        raise FirstBootError(
            expected=f"{what} for {where}",
            found=shown(value),
            action=f"Write it like '{example}'.",
        )
    return value


def ssid(value: str, where: str) -> str:
    """A wireless network's name: 1 to 32 octets (IEEE 802.11-2020, 9.4.2.2)."""
    try:
        octets = len(value.encode())
    except UnicodeEncodeError:
        octets = 0
    if not 1 <= octets <= 32 or not value.isprintable():
        raise FirstBootError(
            expected=f"a wireless network's name of 1 to 32 bytes for {where}",
            found=shown(value),
            action="Write the name as the access point shows it.",
        )
    return value


def pre_shared_key(secret: str, name: str, where: str) -> str:
    """The key of WPA-Personal, 64 hex digits. From a passphrase it is made as IEEE 802.11-2020,
    J.4.1, has it: PBKDF2 with SHA-1, the network's name as salt, 4096 rounds. The passphrase
    itself is not kept. Nothing of a secret is shown in an error."""
    if _PSK.fullmatch(secret):
        return secret.lower()
    if not (8 <= len(secret) <= 63 and secret.isascii() and secret.isprintable()):
        raise FirstBootError(
            expected=f"a passphrase of 8 to 63 ASCII characters, or 64 hex digits, for {where}",
            found=f"{len(secret)} characters",
            action="Write the passphrase as the access point has it.",
        )
    return hashlib.pbkdf2_hmac("sha1", secret.encode(), name.encode(), 4096, 32).hex()


def address(value: str, where: str) -> str:
    """An address of this unit with its network's prefix length."""
    try:
        if "/" not in value:
            raise ValueError
        found = ipaddress.ip_interface(value)
    except ValueError:
        raise _no_address(
            value, where, "an address with its prefix length", "192.168.1.20/24"
        ) from None
    if found.ip.is_multicast or found.ip.is_loopback or found.ip.is_unspecified:
        raise _no_address(value, where, "an address that a unit can have", "192.168.1.20/24")
    return found.with_prefixlen


def host_address(value: str, where: str) -> str:
    """Of a gateway or a name server."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise _no_address(value, where, "an address", "192.168.1.1") from None


def _no_address(value: str, where: str, what: str, example: str) -> FirstBootError:
    return FirstBootError(
        expected=f"{what} for {where}", found=shown(value), action=f"Write it like '{example}'."
    )


def server(value: str, where: str) -> str:
    """A time server: an address, or a name of labels."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        pass
    return domain(value, where)


def domain(value: str, where: str) -> str:
    name = value.lower() if value.isascii() else value
    if not 1 <= len(name) <= 253 or not all(map(_LABEL.fullmatch, name.split("."))):
        raise FirstBootError(
            expected=f"a host's name for {where}",
            found=shown(value),
            action="Write it like 'time.example.com'.",
        )
    return name


def ssh_key(value: str, where: str) -> str:
    """One public key without options, as `ssh-keygen` writes it."""
    line = value.strip()
    match = _SSH_KEY.fullmatch(line)
    try:
        if match is None or not line.isprintable():
            raise ValueError
        load_ssh_public_key(f"{match[1]} {match[2]}".encode())
    except (ValueError, UnsupportedAlgorithm):
        raise FirstBootError(
            expected=f"a public SSH key in one line for {where}",
            found=shown(value),
            action="Copy the whole line of a file such as id_ed25519.pub.",
        ) from None
    return line
