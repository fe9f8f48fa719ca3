"""The unit's certificate: when it is made, when it is not, and what it says."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance import cli
from appliance.host_names import addresses, host_names
from appliance.tls import FILE, CertificateKeeper, Names, TlsError, names_of_this_unit

START = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
NAMES = Names(
    hosts=("cabinet-3.local", "cabinet-3", "localhost"),
    addresses=(ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("fd00::2")),
)


class Unit:
    """A folder whose clock and name the test moves."""

    def __init__(self, folder: Path) -> None:
        self.now, self.names, self.clock_is_set = START, NAMES, True
        self.folder = folder

    def keeper(self) -> CertificateKeeper:
        """As after a restart."""
        return CertificateKeeper(
            self.folder,
            names=lambda: self.names,
            now=lambda: self.now,
            clock_is_set=lambda: self.clock_is_set,
        )


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    return Unit(tmp_path / "tls")


def test_the_first_look_makes_one_that_says_what_it_should(unit: Unit) -> None:
    keeper = unit.keeper()
    with pytest.raises(TlsError, match="tls renew"):
        keeper.fingerprint()
    assert keeper.look() == "none"
    found = keeper.certificate()
    assert found.names == NAMES
    assert (found.not_before, found.not_after) == (
        START - timedelta(days=1),
        START + timedelta(days=819),
    )
    der = ssl.PEM_cert_to_DER_cert(found.pem)
    assert found.fingerprint.replace(" ", "") == hashlib.sha256(der).hexdigest().upper()
    assert [len(group) for group in found.fingerprint.split(" ")] == [4] * 16
    assert "PRIVATE" not in found.pem
    assert keeper.file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in unit.folder.iterdir()] == [FILE]


def test_it_stays_over_restarts_and_two_units_have_two(unit: Unit, tmp_path: Path) -> None:
    unit.keeper().look()
    first = unit.keeper().fingerprint()
    assert unit.keeper().look() is None
    assert unit.keeper().fingerprint() == first
    other = Unit(tmp_path / "other").keeper()
    other.look()
    assert other.fingerprint() != first


@pytest.mark.parametrize(
    ("days", "reason"), [(788, None), (789, "the last ends on 2028-05-29"), (5000, "the last ends")]
)
def test_it_is_renewed_before_it_ends(unit: Unit, days: int, reason: str | None) -> None:
    keeper = unit.keeper()
    keeper.look()
    first, context = keeper.fingerprint(), keeper.context()
    unit.now = START + timedelta(days=days)
    said = keeper.look()
    assert said == reason if reason is None else str(said).startswith(reason)
    assert (keeper.fingerprint() == first) is (reason is None)
    assert (keeper.context() is context) is (reason is None)
    assert keeper.certificate().not_after > unit.now


def test_a_clock_that_is_behind_is_a_reason_only_when_it_was_set(unit: Unit) -> None:
    keeper = unit.keeper()
    keeper.look()
    unit.now, unit.clock_is_set = START - timedelta(days=4000), False
    assert keeper.look() is None
    unit.clock_is_set = True
    assert keeper.look() == "the last was made by a clock that was ahead"
    assert keeper.look() is None


def test_a_new_name_is_a_reason_and_a_new_address_is_none(unit: Unit) -> None:
    keeper = unit.keeper()
    keeper.look()
    unit.names = Names(hosts=NAMES.hosts, addresses=(ipaddress.IPv4Address("10.0.0.9"),))
    assert keeper.look() is None
    unit.names = Names(hosts=("line-7.local", "line-7", "localhost"), addresses=())
    assert keeper.look() == "new name line-7.local"
    assert keeper.certificate().names == unit.names


def _cut(pem: bytes) -> bytes:
    return pem[: len(pem) // 2]


def _without_key(pem: bytes) -> bytes:
    return pem[pem.index(b"-----BEGIN CERTIFICATE") :]


def _nothing(pem: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [_cut, _without_key, _nothing])
def test_a_damaged_one_is_made_anew_at_a_start_and_said(unit: Unit, damage: object) -> None:
    unit.keeper().look()
    keeper = unit.keeper()
    first = keeper.fingerprint()
    assert callable(damage)
    keeper.file.write_bytes(damage(keeper.file.read_bytes()))
    with pytest.raises(TlsError, match="tls renew"):
        keeper.fingerprint()
    assert str(keeper.look()).startswith("unreadable")
    assert keeper.fingerprint() != first


def test_the_key_of_another_unit_is_refused(unit: Unit, tmp_path: Path) -> None:
    other = Unit(tmp_path / "other").keeper()
    unit.keeper().look(), other.look()
    mixed = _without_key(unit.keeper().file.read_bytes())
    key = other.file.read_bytes().split(b"-----BEGIN CERTIFICATE")[0]
    other.file.write_bytes(key + mixed)
    with pytest.raises(TlsError, match="not the certificate's"):
        other.certificate()


def test_one_that_cannot_be_written_leaves_the_old_in_use(unit: Unit) -> None:
    keeper = unit.keeper()
    keeper.look()
    context, first = keeper.context(), keeper.fingerprint()
    unit.now += timedelta(days=800)
    # a folder where the temporary file would lie: nothing can be written there
    (unit.folder / f".{FILE}.tmp").mkdir()
    assert keeper.look() is None
    assert (keeper.context(), keeper.fingerprint()) == (context, first)
    with pytest.raises(TlsError, match="Make room"):
        keeper.renew()


def test_one_that_another_process_made_is_taken_up(unit: Unit) -> None:
    keeper = unit.keeper()
    keeper.look()
    context = keeper.context()
    unit.keeper().renew()
    assert keeper.context() is context
    assert keeper.look() is None
    assert keeper.context() is not context


def test_names_and_addresses_of_this_computer(tmp_path: Path) -> None:
    assert host_names("Cabinet-3.plant.example") == ("cabinet-3.local", "cabinet-3", "localhost")
    assert names_of_this_unit(("a.example",)).hosts[-1] == "a.example"
    (tmp_path / "fib_trie").write_text(
        "Local:\n  +-- 10.0.0.0/8 2 0 2\n     |-- 10.0.0.0\n        /8 link UNICAST\n"
        "     |-- 10.0.0.7\n        /32 host LOCAL\n     |-- 10.255.255.255\n"
        "        /32 link BROADCAST\n     |-- 127.0.0.1\n        /32 host LOCAL\n"
    )
    (tmp_path / "if_inet6").write_text(
        "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n"
        "fd000000000000000000000000000002 04 40 00 82     eth0\n"
    )
    assert [str(each) for each in addresses(tmp_path)] == ["10.0.0.7", "127.0.0.1", "fd00::2"]
    assert addresses(tmp_path / "none") == ()
    assert ipaddress.IPv4Address("127.0.0.1") in addresses()


def test_the_command_shows_and_renews(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "unit.toml"
    config.write_text(f'[cabinet]\nkind = "simulated"\n[records]\nfolder = "{tmp_path}/records"\n')
    assert cli.main(["tls", "show", "--config", str(config)]) == 2
    assert "tls renew" in capsys.readouterr().err
    shown = []
    for command in ("renew", "show", "renew"):
        assert cli.main(["tls", command, "--config", str(config)]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1] != shown[2]
    keeper = CertificateKeeper(tmp_path / "tls")
    lines = [line.strip() for line in shown[2].splitlines()[1:5]]
    assert " ".join(lines) == keeper.fingerprint()
    assert cli.main(["tls", "show", "--pem", "--config", str(config)]) == 0
    assert capsys.readouterr().out == keeper.certificate().pem
