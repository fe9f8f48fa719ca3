"""The few secrets that another unit needs, sealed by a passphrase: scrypt (RFC 7914) makes a key of
it, ChaCha20-Poly1305 (RFC 8439) seals with that. Costs 32 MiB and a fraction of a second a try."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from appliance.care.errors import CareError

LEAST_PASSPHRASE = 12
MOST_BYTES = 64 * 1024
_ABOUT = b"goldenboard sealed secrets 1"
_SALT, _NONCE = 16, 12
# RFC 7914's interactive setting, doubled: the unit has 1 GB, and it is paid once a restore.
_N, _R, _P = 2**15, 8, 1


def seal(secrets: Mapping[str, bytes], passphrase: str) -> bytes:
    """salt, nonce, ciphertext. Raises `CareError` for a passphrase that is too short."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise CareError(
            expected=f"a passphrase of {LEAST_PASSPHRASE} characters or more",
            found=f"{len(passphrase)}",
            action="Choose a longer one, and keep it apart from the archive.",
        )
    plain = json.dumps({name: value.hex() for name, value in secrets.items()}).encode()
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    cipher = ChaCha20Poly1305(_key(passphrase, salt))
    return salt + nonce + cipher.encrypt(nonce, plain, _ABOUT)


def unseal(sealed: bytes, passphrase: str) -> dict[str, bytes]:
    """Raises `CareError` for the wrong passphrase or a changed content."""
    salt, nonce, text = sealed[:_SALT], sealed[_SALT : _SALT + _NONCE], sealed[_SALT + _NONCE :]
    try:
        plain = ChaCha20Poly1305(_key(passphrase, salt)).decrypt(nonce, text, _ABOUT)
        table = json.loads(plain)
        return {str(name): bytes.fromhex(value) for name, value in table.items()}
    except (InvalidTag, ValueError, TypeError, AttributeError):
        raise CareError(
            expected="the passphrase that the archive's secrets were sealed with",
            found="another one, or a changed archive",
            action="Try again; with `--no-badges` they are left out and scanned anew.",
        ) from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(passphrase.encode())
