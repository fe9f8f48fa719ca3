"""Units on the disk: a settings file, recipes, records and people, without anything running."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import tomli_w

from appliance.care.backup import Made, Wish, back_up
from appliance.care.restore import How, Restored, restore
from appliance.config import (
    CabinetConfig,
    CabinetKind,
    Config,
    Pages,
    Recipes,
    Records,
    Unit,
    read_config,
)
from appliance.store import Role, Store
from appliance.terms import Verdict
from appliance.toml_strict import to_table
from tests.store.factories import RecordFactory, TestClock

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
QUOTA_BYTES = 10**9
PASSPHRASE = "seven green lamps"
LOCKS = {".restore.lock", ".owner"}
"""Empty files whose only meaning is who holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestUnit:
    __test__ = False

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "etc" / "goldenboard.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Config:
        return read_config(self.settings)

    def open(self) -> Store:
        return Store.open(self.config.records.folder, quota_bytes=QUOTA_BYTES)

    def back_up(self, out: Path, wish: Wish | None = None) -> Made:
        return back_up(self.config, self.settings, out, wish or Wish(passphrase=PASSPHRASE), NOW)

    def restore(self, archive: Path, how: How | None = None) -> Restored:
        return restore(archive, self.config, self.settings, how or trusting())


def config_of(folder: Path, name: str = "unit") -> Config:
    return Config(
        cabinet=CabinetConfig(kind=CabinetKind.SIMULATED),
        unit=Unit(name=name),
        pages=Pages(host="127.0.0.1", port=0),
        records=Records(folder=folder / "data" / "records"),
        recipes=Recipes(folder=folder / "data" / "recipes"),
    )


def write_settings(unit: TestUnit, config: Config) -> None:
    unit.settings.parent.mkdir(parents=True, exist_ok=True)
    unit.settings.write_text("# Ours.\n" + tomli_w.dumps(to_table(config)))


def bare_unit(folder: Path, name: str = "bare") -> TestUnit:
    """As the installation leaves it."""
    unit = TestUnit(folder=folder)
    write_settings(unit, config_of(folder, name))
    for each in ("records", "recipes"):
        (unit.data / each).mkdir(parents=True)
    return unit


def full_unit(
    folder: Path, recipe: Path | None, *, boards: int = 6, name: str = "line 3"
) -> TestUnit:
    """With a recipe, `boards` boards with pictures, three people and a commissioning."""
    unit = bare_unit(folder, name)
    if recipe is not None:
        shutil.copytree(recipe, unit.data / "recipes" / "small")
    (unit.data / "commissioning").mkdir()
    (unit.data / "commissioning" / "state.toml").write_text('unit = "line 3"\n')
    factory = RecordFactory(clock=TestClock())
    with Store.open(
        unit.config.records.folder, quota_bytes=QUOTA_BYTES, clock=factory.clock
    ) as store:
        store.add_operator("Ana", Role.OPERATOR, pin="4711", badge="BADGE-ANA")
        store.add_operator("Tom", Role.TECHNICIAN, pin="a long enough pin")
        store.add_event("software_started", None, "0.1.0")
        for number, verdict in zip(range(boards), 10 * list(Verdict), strict=False):
            record = factory.record(verdict, serial=f"S{number}")
            store.add_inspection(record, factory.pictures(record, size_bytes=2_000))
            factory.clock.advance(6 * 3600)
    return unit


def trusting(*, replace: bool = False, passphrase: str | None = PASSPHRASE) -> How:
    return How(trusts=lambda fingerprint: True, replace=replace, passphrase=passphrase)


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with its sha256, every link and every folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.name in LOCKS:
            continue
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or path.is_dir():
            found[name] = "link" if path.is_symlink() else "folder"
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
