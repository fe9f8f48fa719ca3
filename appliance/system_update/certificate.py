"""Who may make systems: an ECDSA key on the curve P-256 and a certificate that signs itself (X.509,
RFC 5280), as RAUC's keyring wants it. The private key never gets to a unit."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from appliance.durable import sync_folder, write_durably
from appliance.update.errors import SignatureError

LASTS = timedelta(days=30 * 365)
"""Longer than a unit: held against the day a bundle was signed, as units may have no clock."""


def make_key(private: Path, *, name: str) -> Path:
    """A new pair: the private key to `private` (PEM, readable by its owner alone), the certificate
    beside it as NAME.crt and returned. Raises `SignatureError` when a file is there already."""
    certificate = private.with_name(f"{private.stem}.crt")
    taken = next((each for each in (private, certificate) if each.exists()), None)
    if taken is not None:
        raise SignatureError(
            expected=f"no file at {taken} yet",
            found="one",
            action="Choose another name: a key that was replaced can sign no more systems.",
        )
    if not 0 < len(name) <= 64:
        raise SignatureError(
            expected="a name of 1 to 64 characters", found=repr(name), action="Name the maker."
        )
    key = generate_private_key(SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # a computer that signs may be a little behind the one that made the key
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(private.parent)
    write_durably(certificate, made.public_bytes(Encoding.PEM))
    return certificate
