"""Single values: taken as they will be used, or refused with expected, found and action."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.firstboot import values
from appliance.firstboot.errors import FirstBootError

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti technician"

GOOD = (
    (values.host_name, "Line-3", "line-3"),
    (values.host_name, "a" * 63, "a" * 63),
    (values.time_zone, "America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
    (values.locale, "de_DE.UTF-8", "de_DE.UTF-8"),
    (values.locale, "C.UTF-8", "C.UTF-8"),
    (values.country, "DE", "DE"),
    (values.ssid, "Halle 3; ü", "Halle 3; ü"),
    (values.address, "192.168.1.20/24", "192.168.1.20/24"),
    (values.address, "FD00:0::1/64", "fd00::1/64"),
    (values.server, "Time.Example.COM", "time.example.com"),
    (values.server, "192.0.2.1", "192.0.2.1"),
    (values.ssh_key, f"  {KEY}\n", KEY),
)
BAD = (
    *((values.host_name, bad) for bad in ("", "a" * 64, "-a", "a-", "a.b", "a b", "localhost")),
    *((values.host_name, bad) for bad in ("../x", "a\nb", "a\0b", "a_b", "ä", "K" + "\u212a")),
    *((values.time_zone, bad) for bad in ("", "Berlin", "Europe", "/etc/localtime")),
    *((values.time_zone, bad) for bad in ("Europe/../Europe/Berlin", "Europe/Berlin\n", "../a")),
    *((values.locale, bad) for bad in ("de", "de_DE", "de_DE.ISO-8859-1", "de_DE.UTF-8\nX=1", "")),
    *((values.country, bad) for bad in ("de", "DEU", "", "D\n", "00")),
    *((values.keymap, bad) for bad in ("", "d", "DE", 'de"\nX="', "de;rm")),
    *((values.interface, bad) for bad in ("", "eth0/..", "eth0\n[X]", "a" * 16, "Eth0")),
    *((values.ssid, bad) for bad in ("", "a" * 33, "ü" * 17, "a\nb", "a\0", "\ud800")),
    *((values.address, bad) for bad in ("192.168.1.20", "192.168.1.256/24", "127.0.0.1/8", "x")),
    *((values.address, bad) for bad in ("224.0.0.1/4", "0.0.0.0/0", "192.168.1.20/33")),
    *((values.host_address, bad) for bad in ("", "192.168.1.1/24", "router", "::1::")),
    *((values.server, bad) for bad in ("", "a..b", "-a.b", "time example", "a" * 254, "x\ny")),
    *((values.ssh_key, bad) for bad in ("", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAA x")),
    *((values.ssh_key, bad) for bad in (f'command="rm" {KEY}', f"{KEY}\n{KEY}", KEY[:60])),
)  # fmt: skip


@pytest.mark.parametrize(("check", "said", "used"), GOOD)
def test_a_good_value_is_taken(check: Callable[[str, str], str], said: str, used: str) -> None:
    assert check(said, "here") == used


@pytest.mark.parametrize(("check", "said"), BAD)
def test_a_bad_value_is_refused(check: Callable[[str, str], str], said: str) -> None:
    with pytest.raises(FirstBootError) as refused:
        check(said, "here")
    assert "here" in refused.value.expected
    assert refused.value.action
    assert str(refused.value).isprintable()


def test_a_passphrase_becomes_the_key_of_the_standard_s_example() -> None:
    """IEEE 802.11-2020, J.4.2, test vector 1."""
    key = values.pre_shared_key("password", "IEEE", "here")
    assert key == "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert values.pre_shared_key(key.upper(), "other", "here") == key


@pytest.mark.parametrize("secret", ["short", "x" * 65, "pässword1", "a\nbcdefgh", ""])
def test_a_bad_passphrase_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(FirstBootError) as refused:
        values.pre_shared_key(secret, "works", "here")
    assert not secret or secret not in str(refused.value)
