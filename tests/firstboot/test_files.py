"""The two kinds of file: what they say, and the words for what they must not say."""

from __future__ import annotations

import pytest

from appliance.firstboot.cloud import read_cloud
from appliance.firstboot.custom_toml import read_custom_toml
from appliance.firstboot.settings import UnitSettings, Wired, Wlan
from appliance.refusal import Refusal

from .roots import SAMPLES
from .test_values import KEY

HEAD = "config_version = 1\n"
CLOUD = "#cloud-config\n"
PSK = "9a37fb8c081cffb6b056b455bb33068ee81b5aad5a22a9c5560873c3ddd4c139"
"""Of the passphrase "verysecret" in the network "works", as wpa_passphrase makes it."""


def test_custom_toml() -> None:
    said = read_custom_toml(
        f'''{HEAD}
[system]
hostname = "Line-3"
[wlan]
ssid = "works"
password = "verysecret"
password_encrypted = false
hidden = true
country = "DE"
[locale]
timezone = "Europe/Berlin"
keymap = "de"
[ssh]
enabled = true
authorized_keys = ["{KEY}"]
'''
    )
    assert said == UnitSettings(
        name="line-3",
        time_zone="Europe/Berlin",
        keymap="de",
        country="DE",
        wlan=Wlan(ssid="works", psk=PSK, hidden=True),
        ssh_keys=(KEY,),
    )


def test_cloud_init_s_files() -> None:
    said = read_cloud(
        f"""{CLOUD}hostname: line-3
timezone: Europe/Berlin
locale: de_DE.UTF-8
keyboard: {{layout: de}}
ntp: {{servers: [time.works.example, 192.168.1.1]}}
enable_ssh: true
ssh_authorized_keys: ["{KEY}"]
""",
        """network:
  version: 2
  ethernets:
    eth0:
      addresses: [192.168.1.20/24, "fd00::20/64"]
      routes: [{to: default, via: 192.168.1.1}]
      nameservers: {addresses: [192.168.1.1], search: [works.example]}
  wifis:
    wlan0:
      dhcp4: true
      regulatory-domain: "DE"
      access-points:
        "works": {password: "verysecret", hidden: true}
""",
    )
    assert said == UnitSettings(
        name="line-3",
        time_zone="Europe/Berlin",
        locale="de_DE.UTF-8",
        keymap="de",
        country="DE",
        wired=Wired(
            interface="eth0",
            addresses=("192.168.1.20/24", "fd00::20/64"),
            gateways=("192.168.1.1",),
            name_servers=("192.168.1.1",),
            search=("works.example",),
        ),
        wlan=Wlan(interface="wlan0", ssid="works", psk=PSK, hidden=True),
        time_servers=("time.works.example", "192.168.1.1"),
        ssh_keys=(KEY,),
    )


def test_the_samples_that_go_with_the_product_are_taken() -> None:
    toml = read_custom_toml((SAMPLES / "custom.toml").read_text())
    cloud = read_cloud(
        (SAMPLES / "user-data").read_text(), (SAMPLES / "network-config").read_text()
    )
    assert toml.name == cloud.name == "line-3"
    assert toml.wlan is not None and cloud.wired is not None
    assert toml.ssh_keys == ()


def test_comments_alone_say_nothing() -> None:
    """As a new card of Raspberry Pi OS trixie has them."""
    assert read_cloud("#cloud-config\n# hostname: x\n", "# network:\n") == UnitSettings()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "config_version"),
        ("config_version = 2", "config_version = 1"),
        (HEAD + "[sytem]", "Did you mean 'system'"),
        (HEAD + '[system]\nhostnam = "a"', "Did you mean 'hostname'"),
        (HEAD + "[system]\nhostname = 3", "text"),
        (HEAD + '[user]\nname = "pi"\npassword = "raspberry"', "no accounts"),
        (HEAD + "[ssh]\nenabled = true", "authorized_keys"),
        (HEAD + "[ssh]\npassword_authentication = true", "by a key alone"),
        (HEAD + '[wlan]\npassword = "verysecret"', "ssid"),
        (HEAD + '[wlan]\nssid = "works"\npassword = "verysecret"', "password_encrypted = false"),
        (HEAD + '[wlan]\nssid = "w"\npassword = "short"\npassword_encrypted = false', "8 to 63"),
        (HEAD + '[locale]\ntimezone = "Mars/Base"', "IANA"),
        ("config_version = 1\n[system", "TOML"),
    ],
)
def test_a_wrong_custom_toml_is_refused_with_a_word(text: str, word: str) -> None:
    with pytest.raises(Refusal, match=word) as refused:
        read_custom_toml(text)
    assert "verysecret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("hostname: a", "#cloud-config"),
        ("#!/bin/sh\nrm -rf /", "keys and values|plain YAML"),
        (CLOUD + "hostnam: a", "Did you mean 'hostname'"),
        (CLOUD + "hostname: 12", "text"),
        (CLOUD + "hostname: a\nhostname: b", "again in line 3"),
        (CLOUD + "users: [{name: pi}]", "no accounts"),
        (CLOUD + "chpasswd: {}", "no accounts"),
        (CLOUD + "runcmd: [reboot]", "no commands"),
        (CLOUD + "ssh_pwauth: true", "by a key alone"),
        (CLOUD + "enable_ssh: true", "ssh_authorized_keys"),
        (CLOUD + "hostname: !!python/object/apply:os.system [id]", "a tag in line 2"),
        (CLOUD + "hostname: &a x\ntimezone: *a", "an anchor"),
        (CLOUD + "hostname: *a", "an alias"),
        (CLOUD + "1: x", "a key that is no text"),
        (CLOUD + "? [a]\n: x", "a key that is no text"),
        (CLOUD + "keyboard: " + "[" * 500, "levels"),
        (CLOUD + "- hostname", "keys and values"),
        (CLOUD + "hostname: 2001-99-99", "plain YAML"),
        (CLOUD + "\thostname: a", "plain YAML"),
    ],
)
def test_a_wrong_user_data_is_refused_with_a_word(text: str, word: str) -> None:
    with pytest.raises(Refusal, match=word):
        read_cloud(text, None)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("version: 1", "version: 2"),
        ("network: []", "a table"),
        ("version: 2\nbonds: {}", "only known keys"),
        ("version: 2\nethernets: {eth0: {}, eth1: {}}", "one of ethernets"),
        ("version: 2\nethernets: {eth0: {dhcp4: true, addresses: [10.0.0.2/8]}}", "either"),
        ("version: 2\nethernets: {eth0: {gateway4: 10.0.0.1}}", "beside a gateway"),
        (
            "version: 2\nethernets: {eth0: {addresses: [10.0.0.2/24], gateway4: 10.0.9.1}}",
            "in the network of the unit's own address",
        ),
        ("version: 2\nethernets: {eth0: {addresses: [10.0.0.2]}}", "prefix"),
        ("version: 2\nethernets: {eth0: {routes: [{to: 10.0.0.0/8, via: 1.1.1.1}]}}", "default"),
        ("version: 2\nwifis: {wlan0: {dhcp4: true}}", "access_points"),
        ("version: 2\nwifis: {wlan0: {access-points: {}}}", "an access point"),
        ("version: 2\nwifis: {wlan0: {access-points: {a: {password: 12345678}}}}", "text"),
        ("version: 2\nwifis: {wlan0: {access-points: {a: {}}, regulatory-domain: NO}}", "text"),
        ("version: 2\nwifis: {wlan0: {access_points: {a: {}}}}", "only known keys"),
    ],
)
def test_a_wrong_network_config_is_refused_with_a_word(text: str, word: str) -> None:
    with pytest.raises(Refusal, match=word):
        read_cloud(None, text)
