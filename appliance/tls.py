"""The pages' key and certificate: made on the unit, never leaving it, renewed before they expire.

The certificate signs itself. A person compares its fingerprint once, at the unit, and the browser
keeps it. An authority of the unit's own would spare that comparison at each renewal, but its key,
once stolen from a unit, would vouch for any site to every browser that was told to trust it; this
certificate (CA:FALSE) vouches for the unit alone.

Key and certificate lie in one file, so that no power cut leaves one without the other. A new one
is made when there is none that can be read, `RENEW_DAYS` before the end, when the unit got another
name, and when `goldenboard tls renew` asks for it. A changed address alone is no reason: the
fingerprint would change with every lease.

Sources: RFC 5280 (certificate), RFC 6125 (names), BSI TR-02102-2 (P-256, TLS 1.2 and newer);
825 days are the most that Apple's systems take of a certificate of one's own.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.durable import make_folder, sync_folder, write_temporary
from appliance.host_names import IPAddress, addresses, host_names
from appliance.refusal import Refusal
from appliance.store.clock import is_clock_synced

log = logging.getLogger(__name__)

FOLDER = "tls"
FILE = "page.pem"
LIFE_DAYS = 820
RENEW_DAYS = 30
_EARLIER = timedelta(days=1)
"""Valid from yesterday: a viewer's clock may be behind the unit's."""
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; TLS 1.3 has no weak ones."""


class TlsError(Refusal):
    """The pages can't be encrypted; they are then not served at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the certificate is for."""

    hosts: tuple[str, ...]
    addresses: tuple[IPAddress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What people are shown of it."""

    pem: str
    """Without the key."""
    fingerprint: str
    """SHA-256 over the DER form, 16 groups of 4 hexadecimal digits: what browsers show."""
    names: Names
    not_before: datetime
    not_after: datetime


def names_of_this_unit(also: tuple[str, ...] = ()) -> Names:
    """`also`: full names from the configuration ([pages] allowed_hosts)."""
    return Names(hosts=tuple(dict.fromkeys((*host_names(), *also))), addresses=addresses())


def grouped(digest: bytes) -> str:
    text = digest.hex().upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def make(names: Names, now: datetime) -> bytes:
    """A new key (ECDSA P-256) and its certificate as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Goldenboard"),
            x509.NameAttribute(NameOID.COMMON_NAME, names.hosts[0][:64]),
        ]
    )
    alternatives = [
        *(x509.DNSName(host) for host in names.hosts),
        *(x509.IPAddress(address) for address in names.addresses),
    ]
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    begin = (now - _EARLIER).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=LIFE_DAYS))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def read(pem: bytes) -> Certificate:
    """Raises ValueError when there is no certificate in it or its key is not the one beside it."""
    found = x509.load_pem_x509_certificate(pem)
    key = serialization.load_pem_private_key(pem, password=None)
    if key.public_key() != found.public_key():
        raise ValueError("the key is not the certificate's")
    try:
        found.verify_directly_issued_by(found)
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InvalidSignature, TypeError, x509.ExtensionNotFound) as error:
        raise ValueError(f"this is not a certificate of the unit's own ({error})") from error
    return Certificate(
        pem=found.public_bytes(serialization.Encoding.PEM).decode(),
        fingerprint=grouped(found.fingerprint(hashes.SHA256())),
        names=Names(
            hosts=tuple(names.get_values_for_type(x509.DNSName)),
            addresses=tuple(names.get_values_for_type(x509.IPAddress)),  # type: ignore[arg-type]
        ),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
    )


class CertificateKeeper:
    """The file in `folder` and what the server uses of it now. Any thread may ask."""

    def __init__(
        self,
        folder: Path,
        *,
        names: Callable[[], Names] = names_of_this_unit,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock_is_set: Callable[[], bool] = is_clock_synced,
    ) -> None:
        self.file = folder / FILE
        self._names = names
        self._now = now
        self._clock_is_set = clock_is_set
        self._used: tuple[bytes, Certificate, ssl.SSLContext] | None = None

    def fingerprint(self) -> str:
        """To be compared with what the browser shows. Raises `TlsError`."""
        return self.certificate().fingerprint

    def certificate(self) -> Certificate:
        """As it lies on the disk now. Raises `TlsError` when none was made yet."""
        return self._read()[1]

    def context(self) -> ssl.SSLContext:
        """For the next handshake: that of the newest `look`. Raises `TlsError`."""
        if self._used is None:
            self.look()
        assert self._used is not None
        return self._used[2]

    def look(self) -> str | None:
        """Make a new certificate where one is due and take up what lies there; the reason when it
        was made. Raises `TlsError` only while there is none to go on with."""
        reason = self._due()
        try:
            if reason is not None:
                self.renew()
            self._take_up()
        except TlsError:
            if self._used is None:
                raise
            log.exception("The certificate can't be renewed; the old one goes on")
            return None
        return reason

    def renew(self) -> Certificate:
        """A new key and certificate in the file's place, durably. A server takes it up at its next
        `look`. Raises `TlsError`."""
        pem = make(self._names(), self._now())
        try:
            make_folder(self.file.parent)
            temporary = write_temporary(self.file, pem, mode=0o600)
            try:
                if os.geteuid() == 0:
                    # Asked for by root: the service has to read it all the same.
                    owner = self.file.parent.stat()
                    os.chown(temporary, owner.st_uid, owner.st_gid)
                temporary.replace(self.file)
            finally:
                temporary.unlink(missing_ok=True)
            sync_folder(self.file.parent)
        except OSError as error:
            raise TlsError(
                expected="a folder that the pages' key can be written to",
                found=f"{self.file.parent}: {error.strerror or error}",
                action="Make room, or give the folder to the service's user, and start again.",
            ) from error
        return read(pem)

    # -- inside -----------------------------------------------------------------------------

    def _due(self) -> str | None:
        try:
            found = self._read()[1]
        except TlsError as error:
            return "none" if not self.file.exists() else f"unreadable: {error.found}"
        now = self._now()
        if now >= found.not_after - timedelta(days=RENEW_DAYS):
            return f"the last ends on {found.not_after:%Y-%m-%d}"
        if now < found.not_before and self._clock_is_set():
            # Without a time server the unit's clock may be years behind: no reason then.
            return "the last was made by a clock that was ahead"
        missing = [host for host in self._names().hosts if host not in found.names.hosts]
        return f"new name {missing[0]}" if missing else None

    def _read(self) -> tuple[bytes, Certificate]:
        try:
            pem = self.file.read_bytes()
            return pem, read(pem)
        except FileNotFoundError as error:
            raise TlsError(
                expected=f"the pages' certificate in {self.file}",
                found="none",
                action="Start the unit once, or say: goldenboard tls renew.",
            ) from error
        except OSError as error:
            raise TlsError(
                expected=f"a certificate in {self.file} that can be read",
                found=str(error.strerror or error),
                action="Ask as root or as the service's user.",
            ) from error
        except (ValueError, TypeError) as error:
            raise TlsError(
                expected=f"a whole certificate in {self.file}",
                found=str(error).splitlines()[0][:120] if str(error) else "something else",
                action="Say: goldenboard tls renew, and compare the new fingerprint.",
            ) from error

    def _take_up(self) -> None:
        pem, found = self._read()
        if self._used is not None and self._used[0] == pem:
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_CIPHERS)
        context.options |= ssl.OP_NO_RENEGOTIATION
        try:
            context.load_cert_chain(self.file)
        except (ssl.SSLError, OSError) as error:
            raise TlsError(
                expected=f"a whole certificate in {self.file}",
                found=str(error),
                action="Say: goldenboard tls renew, and compare the new fingerprint.",
            ) from error
        self._used = (pem, found, context)
