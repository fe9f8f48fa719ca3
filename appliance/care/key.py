"""The unit's own signing key (Ed25519, RFC 8032): whoever has a backup can tell which unit made it
and that nobody changed it since. Made on first need; only the service and root can read it."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from appliance.care.errors import CareError
from appliance.durable import write_durably

FILE = "unit.key"
KEY_BYTES = 32
SIGNATURE_BYTES = 64
_P = 2**255 - 19
# The y of the eight points whose order divides 8: 0 and -1 and 1, and those of order eight, as in
# Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs" (2020).
_Y8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER_Y = frozenset((0, 1, _P - 1, _Y8, _P - _Y8))


def unit_key(data: Path) -> Ed25519PrivateKey:
    """The key in the unit's data folder, made where there is none. Raises `CareError`."""
    file = data / FILE
    try:
        with suppress(FileNotFoundError):
            raw = file.read_bytes()
            if len(raw) == KEY_BYTES:
                return Ed25519PrivateKey.from_private_bytes(raw)
            raise CareError(
                expected=f"the unit's signing key of {KEY_BYTES} bytes in {file}",
                found=f"{len(raw)} bytes",
                action=f"Remove {file}: a new key is made, with another fingerprint.",
            )
        key = Ed25519PrivateKey.generate()
        write_durably(file, key.private_bytes_raw(), mode=0o600)
        give_to_owner_of(data, file)
    except OSError as error:
        raise CareError(
            expected=f"to read or make the unit's signing key {file}",
            found=error.strerror or str(error),
            action="Run the command as root or as the service's user.",
        ) from error
    return key


def own_fingerprint(data: Path) -> str | None:
    """Of the unit's key; None as long as none was made."""
    return fingerprint(public_bytes(unit_key(data))) if (data / FILE).exists() else None


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """SHA-256 of the public key in eight groups, to be compared by eye."""
    digits = hashlib.sha256(public).hexdigest()
    return "-".join(digits[at : at + 8] for at in range(0, 64, 8))


def same_fingerprint(one: str, other: str) -> bool:
    """Whatever its groups, spaces or case."""
    return _digits(one) == _digits(other)


def _digits(text: str) -> str:
    return "".join(each for each in text.lower() if each.isalnum())


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Not by a key of small order either: its signatures fit more than one message, and libraries
    differ in whether they take them (RFC 8032, section 5.1.7, leaves it open)."""
    if is_of_small_order(public):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_of_small_order(public: bytes) -> bool:
    """Whether eight times the point is the neutral one, in whichever way it was written."""
    return (int.from_bytes(public, "little") & (2**255 - 1)) % _P in _SMALL_ORDER_Y


def give_to_owner_of(folder: Path, *paths: Path) -> None:
    """What root made in the service's folder is the service's. Raises OSError."""
    if os.geteuid() != 0:
        return
    owner = folder.stat()
    for path in paths:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
