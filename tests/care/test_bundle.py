"""The support bundle shows what helps and holds no secret."""

from __future__ import annotations

import base64
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from appliance.care import bundle
from appliance.care.bundle import Ask, write_bundle
from appliance.care.errors import CareError
from appliance.care.scrub import GONE, Scrubber
from appliance.cli import main
from appliance.store import Role
from appliance.tls import FILE as TLS_FILE
from appliance.tls import FOLDER as TLS_FOLDER
from appliance.tls import CertificateKeeper

from .units import NOW, TestUnit, bare_unit, full_unit

SESSION_KEY = bytes(range(100, 132))
PSK = "correct horse battery staple"
COOKIE = "eyJuIjoiQWJDZGVmIn0.aaBB.c2lnbmF0dXJlLW9mLXRoZS1wYWdl"
FIRST_PIN = "3f1a-77b0-9c2e-10dd"
PINS = ("4711", "a long enough pin", FIRST_PIN)


@pytest.fixture(scope="module")
def unit(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> TestUnit:
    """With secrets wherever a hand, a journal or the unit itself may have put them."""
    made = full_unit(tmp_path_factory.mktemp("unit"), recipe)
    (made.data / "records" / "page.key").write_bytes(SESSION_KEY)
    CertificateKeeper(made.data / TLS_FOLDER).renew()
    made.back_up(made.folder / "archive")
    made.settings.write_text(f"# wlan psk = {PSK}\n" + made.settings.read_text())
    key = made.data / "unit.key"
    (made.data / "commissioning" / "state.toml").write_text(
        f'unit = "line 3"\npsk = "{PSK}"\nnote = "PIN {FIRST_PIN} noted"\n'
        f'key = "{key.read_bytes().hex()}"\n'
    )
    with made.open() as store:
        store.add_operator("Zacharias", Role.OPERATOR, pin="4711")
        store.add_event("network", by="Tom", detail=f"password={PSK!r} set by Zacharias")
        store.open_fault("x", "network", f"cookie: {COOKIE}", f"Look at https://tom:{PSK}@host/")
    return made


@pytest.fixture
def journal(unit: TestUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that a careless unit has written."""
    records = unit.data / "records"
    badge = (records / "badge.key").read_bytes()
    pem = (unit.data / TLS_FOLDER / TLS_FILE).read_text()
    lines = [
        f"First technician: name technician, PIN {FIRST_PIN}. It is shown this once.",
        f"request with Cookie: goldenboard={COOKIE}",
        f"goldenboard={COOKIE}; Path=/",
        f"page key {SESSION_KEY.hex()} and {base64.b64encode(SESSION_KEY).decode()}",
        f"badge key {badge.hex().upper()} or {base64.urlsafe_b64encode(badge).decode()}",
        pem,
        pem.replace("-----BEGIN", "").replace("-----END", ""),
        f"the hash is {_hashes(unit)[0]}",
        f"badge_hash {_badge_hash(unit).hex()}",
        f'"passphrase": "{PSK}"',
        f"psk={PSK.replace(' ', '_')}",
        "Zacharias signed in",
    ]
    monkeypatch.setattr(bundle, "_journal", lambda: "\n".join(lines))


def _hashes(unit: TestUnit) -> list[str]:
    with closing(sqlite3.connect(unit.data / "records" / "records.db")) as connection:
        return [r[0] for r in connection.execute("SELECT pin_hash FROM operator")]


def _badge_hash(unit: TestUnit) -> bytes:
    with closing(sqlite3.connect(unit.data / "records" / "records.db")) as connection:
        found = connection.execute("SELECT badge_hash FROM operator WHERE name = 'Ana'")
        return bytes(found.fetchone()[0])


def _unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _private_lines(pem: str) -> list[str]:
    private = pem.split("PRIVATE KEY-----")[1]
    return [line for line in private.splitlines() if len(line) > 20]


@pytest.mark.usefixtures("journal")
def test_no_secret_is_in_it(unit: TestUnit, tmp_path: Path) -> None:
    write_bundle(unit.config, unit.settings, tmp_path / "b.zip", Ask(selftest=False), NOW)
    files = _unpacked(tmp_path / "b.zip")
    everything = b"\n".join(files.values()).lower()
    pem = (unit.data / TLS_FOLDER / TLS_FILE).read_text()
    private = _private_lines(pem)
    assert private
    keys = [
        SESSION_KEY,
        (unit.data / "records" / "badge.key").read_bytes(),
        (unit.data / "unit.key").read_bytes(),
        _badge_hash(unit),
    ]
    forms = [
        form
        for key in keys
        for form in (key.hex(), base64.b64encode(key).decode(), repr(key)[2:-1])
    ]
    planted = [*PINS[1:], PSK, PSK.replace(" ", "_"), COOKIE, *_hashes(unit), *private, *forms]
    found = [secret for secret in planted if secret.lower().encode() in everything]
    assert found == []
    assert b'"4711"' not in everything
    assert b"$argon2" not in everything
    for name in (b"zacharias", b'"ana"', b'"tom"'):
        assert name not in everything
    assert GONE.encode() in files["journal.txt"]
    # What is no secret is still there.
    assert b"First technician: name technician, PIN" in files["journal.txt"]
    assert b"signed in" in files["journal.txt"]


def test_what_helps_is_in_it(unit: TestUnit, tmp_path: Path) -> None:
    ask = Ask(selftest=False, pictures=2, more={"status.json": lambda: {"state": "empty"}})
    write_bundle(unit.config, unit.settings, tmp_path / "b.zip", ask, NOW)
    files = _unpacked(tmp_path / "b.zip")
    tables = {n: json.loads(data) for n, data in files.items() if n.endswith(".json")}
    assert tables["unit.json"]["unit"] == "line 3"
    assert tables["database.json"]["integrity"] == ["ok"]
    assert tables["database.json"]["rows"]["inspection"] == 6
    assert any("CREATE TABLE inspection" in sql for sql in tables["database.json"]["schema"])
    (recipe,) = tables["recipes.json"]
    assert (recipe["folder"], recipe["version"], recipe["windows"]) == ("small", 2, 2)
    assert len(tables["inspections.json"]) == 6
    assert tables["inspections.json"][0]["serial"] == "S5"
    assert "disk_free_bytes" in tables["health.json"]
    assert tables["storage.json"].keys() == {"card", "smartctl"}
    assert tables["status.json"] == {"state": "empty"}
    assert b'name = "line 3"' in files["settings.toml"]
    assert b'unit = "line 3"' in files["commissioning/state.toml"]
    pictures = [name for name in files if name.startswith("pictures/")]
    assert {name[9:17] for name in pictures} == {"00000006", "00000005"}
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600


def test_a_unit_in_trouble_still_gives_a_bundle(recipe: Path, tmp_path: Path) -> None:
    unit = full_unit(tmp_path / "unit", recipe, boards=1)
    (unit.data / "records" / "records.db").write_bytes(b"no database")
    (unit.data / "recipes" / "small" / "recipe.toml").write_text("half")
    write_bundle(unit.config, unit.settings, tmp_path / "b.zip", Ask(selftest=False), NOW)
    files = _unpacked(tmp_path / "b.zip")
    for name in ("database.json", "inspections.json", "faults.json"):
        assert "CorruptDatabaseError" in json.loads(files[name])["could not be read"]
    assert "could not be read" in json.loads(files["recipes.json"])[0]


def test_the_command_with_its_self_test(tmp_path: Path) -> None:
    unit = bare_unit(tmp_path / "unit")
    out = tmp_path / "b.zip"
    assert main(["support-bundle", "--config", str(unit.settings), "--out", str(out)]) == 0
    found = json.loads(_unpacked(out)["selftest.json"])
    checks = {check["check"]: check["ok"] for check in found["checks"]}
    assert checks["judging"]
    assert checks["records"]


def test_nowhere_to_write_is_said_in_words(unit: TestUnit, tmp_path: Path) -> None:
    with pytest.raises(CareError, match="No such file"):
        write_bundle(unit.config, unit.settings, tmp_path / "no" / "b.zip", Ask(), NOW)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("PIN 4711 was set", f"PIN {GONE} was set"),
        ("pin=4711", f"pin={GONE}"),
        ("GPIO pin: 17", f"GPIO pin: {GONE}"),
        ("Authorization: Bearer abc.def", f"Authorization: {GONE}"),
        ('{"wifi_psk": "a b c"}', f'{{"wifi_psk": {GONE}}}'),
        ("postgres://me:pw@host/x", f"postgres://me:{GONE}@host/x"),
        ("$6$salt$hashhashhash", GONE),
        ("nothing to hide: 12 boards", "nothing to hide: 12 boards"),
        ("the pinion spins", "the pinion spins"),
    ],
)
def test_what_secrets_look_like(text: str, left: str) -> None:
    assert Scrubber([], []).text(text) == left
