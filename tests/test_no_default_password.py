"""No password that two units share: none in the tree, and none that comes out twice."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from appliance.store import Store
from tests.conftest import ROOT

SHIPPED = ("appliance", "hw", "cradles", "models", "provisioning")
_ASSIGNED = re.compile(
    r"""(?i)\b\w*(password|passwd|passphrase|pin|secret|api_key|auth_token)["']?\s*(=|:)\s*"""
    r"""["'](?!-?["']|[^"']*\.key["'])[^"'{$ ]+["']"""
)
_CHPASSWD = re.compile(r"(?i)\b(chpasswd|usermod\s+-p|htpasswd)\b")
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*\n[A-Za-z0-9+/=]{20}")


def secrets_in(text: str) -> list[str]:
    found = [*_ASSIGNED.finditer(text), *_CHPASSWD.finditer(text), *_KEY.finditer(text)]
    return [match[0] for match in found]


def _shipped() -> list[Path]:
    """What git knows of; where there is no git (an unpacked source), all there is."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", *SHIPPED], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = [str(p.relative_to(ROOT)) for part in SHIPPED for p in (ROOT / part).rglob("*")]
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def test_nothing_that_is_shipped_holds_one() -> None:
    found = {}
    files = 0
    for path in _shipped():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures and models
        files += 1
        if path.name.startswith("texts_"):
            continue  # sentences: what a field is called
        if path.suffix in (".py", ".sh", ".toml", ".conf", ".service", ".cfg", ".yaml", ""):
            found[str(path.relative_to(ROOT))] = secrets_in(text)
    assert files > 200
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


@pytest.mark.parametrize(
    "text",
    [
        'PASSWORD = "goldenboard"',
        "default_pin: '1234'",
        'first_pin="0000"',
        "echo pi:raspberry | chpasswd",
        "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49",
    ],
)
def test_one_that_slipped_in_is_found(text: str) -> None:
    assert secrets_in(text) != []


def test_every_unit_makes_its_own_and_shows_it_once(tmp_path: Path) -> None:
    pins = set()
    for unit in range(3):
        folder = tmp_path / str(unit)
        with Store.open(folder, quota_bytes=10**9) as store:
            login = store.ensure_first_technician()
            assert login is not None
            pins.add(login.pin)
            assert store.operator(login.name).must_change_pin
        with Store.open(folder, quota_bytes=10**9) as store:
            assert store.ensure_first_technician() is None
    assert len(pins) == 3
    assert {len(pin.replace("-", "")) for pin in pins} == {16}  # 64 bits
