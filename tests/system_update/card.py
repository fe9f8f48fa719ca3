"""A unit with two systems in a folder: the first partition's file, the data with a real record, and
a service that is as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from appliance.states import State
from appliance.store import Store
from appliance.system_update import autoboot
from appliance.system_update.after_start import put_in_order
from appliance.system_update.install import SystemInstaller
from appliance.system_update.places import SystemPlaces
from appliance.system_update.rauc import Rauc, SystemBundle
from appliance.system_update.slots import answer
from appliance.system_update.trial import SystemTrial
from appliance.update.golden import GoldenCall
from appliance.update.record import RecordKeeper
from appliance.update.trial import Waits
from appliance.update.unit_service import Said
from tests.store.factories import RecordFactory, fill

BOARDS = 4
VERSION = "0.2.0"
GOLDEN = GoldenCall(
    recipe="small", component="C1", golden=0, call="good", score=1.0, review_above=13.0
)


def utc_now() -> str:
    return "2026-11-27T08:00:00.000Z"


@dataclass
class Instrument:
    """The service as an updater sees it."""

    active: bool = True
    state: State = State.MAINTENANCE
    version: str = VERSION
    faults: tuple[str, ...] = ()
    heartbeat: int = 0

    def is_active(self) -> bool:
        return self.active

    def stop(self) -> None:
        self.active = False

    def start(self) -> bool:
        self.active = True
        return True

    def said(self) -> Said | None:
        self.heartbeat += 1
        return (
            Said(
                version=self.version,
                state=self.state,
                heartbeat=self.heartbeat,
                faults=self.faults,
                worker=None,
            )
            if self.active
            else None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Installs(Rauc):
    """RAUC as far as the product's own steps are concerned: it asks the boot selection what RAUC
    1.8 asks it, in that order (test_real_rauc.py installs with the real one)."""

    places: SystemPlaces
    version: str = VERSION
    fails: str = ""

    def read(self, file: Path) -> SystemBundle:
        return SystemBundle(compatible="goldenboard", version=self.version)

    def install(self, file: Path, say: object) -> None:
        other = autoboot.other(self.places.slot)
        answer(self.places, "set-state", other, "bad")
        if self.fails:
            raise OSError(5, self.fails)
        answer(self.places, "set-primary", other)

    def mark_good(self) -> None:
        answer(self.places, "set-state", self.places.slot, "good")


@dataclass
class Card:
    folder: Path
    slot: str = "a"
    instrument: Instrument = field(default_factory=Instrument)
    goldens: list[GoldenCall] = field(default_factory=lambda: [GOLDEN])
    restarts: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, folder: Path) -> Card:
        card = cls(folder)
        for path in (card.boot, card.data / "records"):
            path.mkdir(parents=True)
        autoboot.make_default("a", card.boot)
        card.write_config()
        factory = RecordFactory()
        with Store.open(card.data / "records", quota_bytes=10**9, clock=factory.clock) as store:
            fill(store, factory, BOARDS)
        return card

    def write_config(self) -> None:
        self.config.write_text(
            f'[cabinet]\nkind = "simulated"\n[records]\nfolder = "{self.data / "records"}"\n'
            f'[recipes]\nfolder = "{self.data / "recipes"}"\n'
        )

    @property
    def boot(self) -> Path:
        return self.folder / "boot"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "goldenboard.toml"

    @property
    def places(self) -> SystemPlaces:
        return SystemPlaces(data=self.data, config=self.config, boot=self.boot, slot=self.slot)

    @property
    def default(self) -> str:
        return autoboot.default_slot(self.boot)

    def record(self) -> RecordKeeper:
        return RecordKeeper(self.data / "records")

    def boards(self) -> int:
        with Store.open(self.data / "records", quota_bytes=10**9) as store:
            return len(list(store.every_inspection()))

    # -- the two halves of an update ------------------------------------------------------------

    def installer(self, **changed: object) -> SystemInstaller:
        made: dict[str, object] = {
            "places": self.places,
            "version": VERSION,
            "service": lambda config: self.instrument,
            "goldens": lambda children, places: list(self.goldens),
            "utc_now": utc_now,
            "rauc": Installs(places=self.places),
            "restart": lambda: self.restarts.append("trial"),
            "waits": Waits(hold_s=0.0, steady_s=0.0, poll_s=0.0, sleep=lambda s: None),
        }
        return SystemInstaller(**{**made, **changed})  # type: ignore[arg-type]

    def install(self, **changed: object) -> str:
        return self.installer(**changed).install(self.folder / "x.raucb", by="Ana")

    def trial(self, **changed: object) -> SystemTrial:
        made: dict[str, object] = {
            "places": self.places,
            "version": VERSION,
            "service": lambda config: self.instrument,
            "self_test": lambda children, places: None,
            "goldens": lambda children, places: list(self.goldens),
            "utc_now": utc_now,
            "rauc": Installs(places=self.places),
            "restart": lambda: self.restarts.append("plain"),
            "waits": Waits(ready_s=1.0, steady_s=0.0, poll_s=0.0, sleep=lambda s: None),
        }
        return SystemTrial(**{**made, **changed})  # type: ignore[arg-type]

    def starts(self, slot: str) -> str:
        """The firmware has started that one; what its guard says."""
        self.slot = slot
        said = put_in_order(self.places, self.record, utc_now)
        self.instrument.active = True
        return said
