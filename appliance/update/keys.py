"""Who may make updates: Ed25519 keys (RFC 8032). The maker's private key never gets to a unit; the
unit's file of public keys may hold several, so that a key can be changed by two updates."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from appliance.durable import sync_folder, write_durably
from appliance.update.errors import SignatureError

KIND = "ed25519"
_CONTEXT = b"goldenboard update manifest, format 1\n"
"""Signed in front of every manifest, so that a signature made for anything else is none here."""
MOST_KEYS = 16
MOST_SIGNATURE_BYTES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A line of the unit's file: `ed25519 BASE64 comment`."""

    public: bytes
    """The 32 bytes of RFC 8032."""
    comment: str = ""

    @property
    def key_id(self) -> str:
        return key_id_of(self.public)

    @property
    def line(self) -> str:
        return f"{KIND} {base64.b64encode(self.public).decode()} {self.comment}".rstrip()


def key_id_of(public: bytes) -> str:
    """The first 16 hexadecimal digits of the public key's sha256: a name, no proof."""
    return hashlib.sha256(public).hexdigest()[:16]


def make_key(private: Path, *, comment: str, passphrase: bytes | None) -> TrustedKey:
    """A new pair: the private half to `private` (PEM, readable by its owner alone), the public one
    beside it as NAME.pub and returned. Raises `SignatureError` when a file is there already."""
    public_file = private.with_name(f"{private.stem}.pub")
    taken = next((each for each in (private, public_file) if each.exists()), None)
    if taken is not None:
        raise SignatureError(
            expected=f"no file at {taken} yet",
            found="one",
            action="Choose another name: a key that was replaced can sign no more updates.",
        )
    key = Ed25519PrivateKey.generate()
    lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    trusted = TrustedKey(public=key.public_key().public_bytes_raw(), comment=comment)
    try:
        handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(private.parent)
        write_durably(public_file, f"{trusted.line}\n".encode())
    except OSError as error:
        raise SignatureError(
            expected=f"to write the key to {private}",
            found=error.strerror or str(error),
            action="Choose a folder that can be written.",
        ) from error
    return trusted


def read_private(path: Path, *, passphrase: bytes | None) -> Ed25519PrivateKey:
    """The maker's key. Raises `SignatureError`."""
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase)
    except OSError as error:
        found = error.strerror or str(error)
    except (ValueError, TypeError) as error:
        found = str(error)
    else:
        if isinstance(key, Ed25519PrivateKey):
            return key
        found = "a key of another kind"
    raise SignatureError(
        expected=f"an Ed25519 private key in {path}",
        found=found,
        action="Name the file that `goldenboard update make-key` wrote, and its passphrase.",
    )


def read_trusted(path: Path) -> Mapping[str, TrustedKey]:
    """The unit's keys by id. Lines that are empty or begin with # are passed over; any other that
    is no key is refused, because a key that is quietly left out is an update that never comes.
    Raises `SignatureError`, for a file without any key, too."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SignatureError(
            expected=f"the public keys of whoever makes updates in {path}",
            found=getattr(error, "strerror", None) or str(error),
            action="Put the maker's .pub file there.",
        ) from error
    keys: dict[str, TrustedKey] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            key = _parse_key(line, f"line {number} of {path.name}")
            keys[key.key_id] = key
    if not 1 <= len(keys) <= MOST_KEYS:
        raise SignatureError(
            expected=f"1 to {MOST_KEYS} keys in {path}",
            found=str(len(keys)),
            action="Put the maker's .pub file there.",
        )
    return keys


def sign(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """The detached signature as it stands in the bundle: `ed25519 KEY-ID BASE64`."""
    number = key_id_of(key.public_key().public_bytes_raw())
    return f"{KIND} {number} {_base64(key.sign(_CONTEXT + manifest))}\n".encode()


def check_signature(
    manifest: bytes, signature: bytes, trusted: Mapping[str, TrustedKey]
) -> TrustedKey:
    """The key that signed exactly these bytes. Raises `SignatureError`."""
    words = signature.decode("ascii", errors="replace").split(" ")
    raw = _unbase64(words[2].rstrip("\n")) if len(words) == 3 and words[0] == KIND else None
    if raw is None or len(raw) != 64:
        raise _unsigned("a signature that is none")
    key = trusted.get(words[1])
    if key is None:
        known = ", ".join(trusted) or "none"
        raise _unsigned(f"one by the key {words[1][:16]!r}, which it does not know ({known})")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw, _CONTEXT + manifest)
    except InvalidSignature:
        raise _unsigned(f"one that does not fit the key {key.key_id}") from None
    return key


def _unsigned(found: str) -> SignatureError:
    return SignatureError(
        expected="a bundle signed by a key that this unit trusts",
        found=found,
        action="Do not install it. Get the bundle from its maker again.",
    )


def _parse_key(line: str, where: str) -> TrustedKey:
    words = line.split(None, 2)
    public = _unbase64(words[1]) if len(words) >= 2 and words[0] == KIND else None
    if public is None or len(public) != 32:
        raise SignatureError(
            expected=f"`{KIND} BASE64 comment` in {where}",
            found=repr(line[:60]),
            action="Copy the maker's .pub file again.",
        )
    return TrustedKey(public=public, comment=words[2].strip() if len(words) == 3 else "")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
