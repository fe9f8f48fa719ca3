"""An update from beginning to end: it ends in the new version or, for every reason there is, in
the old one, and the record is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.refusal import Refusal
from appliance.update.environment import build
from appliance.update.errors import SignatureError, UnfitError, UpdateError
from appliance.update.releases import CURRENT, PROVEN
from appliance.update.state import BusyUpdateError, Phase, only_updater, read_progress
from appliance.update.trial import Waits
from tests.update import tiny
from tests.update.tiny import Flavour
from tests.update.unit import BOARDS, Unit

Bundles = Callable[[str, Flavour], Path]
PLAIN = Flavour()
NEXT_DATABASE = Flavour(database=tiny.NEXT)


def _database(unit: Unit) -> int:
    with closing(sqlite3.connect(unit.records / "records.db")) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _is_as_before(unit: Unit) -> None:
    assert unit.releases.linked(CURRENT) == "0.1.0"
    assert unit.releases.whole() == ["0.1.0"]
    assert sorted(path.name for path in unit.releases.folder.iterdir()) == ["0.1.0"]
    assert _database(unit) == tiny.NOW
    assert len(unit.boards()) == BOARDS


def test_an_update_while_the_service_runs(unit: Unit, bundle_of: Bundles) -> None:
    boards, pictures = unit.boards(), unit.pictures()
    service = unit.service()
    service.start()
    said: list[str] = []
    installer = unit.installer(say=said.append)
    words = installer.install(bundle_of("0.2.0", NEXT_DATABASE), by="Ana")
    assert words == "Version 0.2.0 runs (before: 0.1.0)."
    now = service.said()
    assert now is not None
    assert now.version == "0.2.0"
    service.stop()
    assert (unit.releases.linked(CURRENT), unit.releases.linked(PROVEN)) == ("0.2.0", "0.2.0")
    assert set(unit.releases.whole()) == {"0.1.0", "0.2.0"}
    models = unit.releases.path("0.2.0") / "share/goldenboard/models/tiny-model/model.tflite"
    assert models.read_bytes() == bytes(900)
    progress = read_progress(unit.places.state)
    assert (progress.phase, progress.good, progress.outcome) == (Phase.SETTLED, True, words)
    assert _database(unit) == tiny.NEXT
    # Everything recorded is there, also in the copy that was made before.
    with closing(sqlite3.connect(unit.records / "records.db")) as connection:
        assert connection.execute("SELECT count(*) FROM inspection").fetchone() == (BOARDS,)
    assert progress.copy is not None
    (unit.records / progress.copy.name).replace(unit.records / "records.db")
    assert (unit.boards(), unit.pictures()) == (boards, pictures)


def test_a_unit_that_does_not_run_is_updated_and_left_so(unit: Unit, bundle_of: Bundles) -> None:
    unit.installer().install(bundle_of("0.2.0", PLAIN), by="Ana")
    assert not unit.service().is_active()
    assert unit.version_that_starts() == "0.2.0"


REFUSED: list[tuple[Flavour, str]] = [
    (Flavour(selftest="fails"), "a board without C1 passed"),
    (Flavour(call="DEFECT"), "is called DEFECT, was GOOD"),
    (Flavour(score=0.28), "scores 0.280, was 0.250"),
    (Flavour(needs="a-wheel-that-is-not-there"), "a-wheel-that-is-not-there"),
]


@pytest.mark.parametrize(("flavour", "finding"), REFUSED, ids=lambda each: str(each)[:40])
def test_what_is_not_fit_never_runs(
    unit: Unit, bundle_of: Bundles, flavour: Flavour, finding: str
) -> None:
    by_pip = unit.installer(build=build) if flavour.needs else unit.installer()
    with pytest.raises(UpdateError, match=finding):
        by_pip.install(bundle_of("0.2.0", flavour), by="Ana")
    _is_as_before(unit)
    progress = read_progress(unit.places.state)
    assert (progress.phase, progress.good) == (Phase.SETTLED, False)
    assert finding in progress.outcome


def test_a_score_within_tolerance_is_no_difference(unit: Unit, bundle_of: Bundles) -> None:
    unit.installer().install(bundle_of("0.2.0", Flavour(score=0.274)), by="Ana")
    assert unit.releases.linked(CURRENT) == "0.2.0"


UNDONE: list[tuple[Flavour, str]] = [
    (Flavour(database=tiny.NEXT, ready="never"), "not ready after 1 s: it is still starting"),
    (Flavour(database=tiny.NEXT, ready="dies"), "its service ended"),
    (
        Flavour(database=tiny.NEXT, ready="fault"),
        "faults that were not there before: camera_timeout",
    ),
]


@pytest.mark.parametrize(("flavour", "finding"), UNDONE, ids=lambda each: str(each)[:40])
def test_what_does_not_get_ready_is_undone_and_the_old_one_runs_again(
    unit: Unit, bundle_of: Bundles, flavour: Flavour, finding: str
) -> None:
    boards, pictures = unit.boards(), unit.pictures()
    service = unit.service()
    service.start()
    waits = Waits(hold_s=5, ready_s=1, steady_s=0.05, poll_s=0.02)
    with pytest.raises(UpdateError, match=finding) as caught:
        unit.installer(waits=waits).install(bundle_of("0.2.0", flavour), by="Ana")
    assert "Version 0.1.0 runs on." in str(caught.value)
    assert service.is_active()
    service.stop()
    assert unit.version_that_starts() == "0.1.0"
    assert _database(unit) == tiny.NOW
    assert (unit.boards(), unit.pictures()) == (boards, pictures)


def test_a_fault_that_was_there_before_is_none_of_the_new_version(
    unit: Unit, bundle_of: Bundles
) -> None:
    unit.add_release("0.1.1", Flavour(ready="fault"))
    unit.releases.link(CURRENT, "0.1.1")
    service = unit.service()
    service.start()
    waits = Waits(hold_s=0.2, ready_s=5, steady_s=0.05, poll_s=0.02)
    with pytest.raises(UpdateError, match="the state fault"):
        unit.installer(waits=waits).install(bundle_of("0.2.0", Flavour(ready="fault")), by="Ana")
    assert service.is_active()


def test_a_cabinet_that_is_not_free_is_waited_for_and_then_left_alone(
    unit: Unit, bundle_of: Bundles
) -> None:
    unit.add_release("0.1.1", Flavour(ready="never"))  # never comes to rest
    unit.releases.link(CURRENT, "0.1.1")
    service = unit.service()
    service.start()
    waits = Waits(hold_s=0.2, ready_s=5, steady_s=0.05, poll_s=0.02)
    with pytest.raises(UpdateError, match="Take the board out"):
        unit.installer(waits=waits).install(bundle_of("0.2.0", PLAIN), by="Ana")
    said = service.said()
    assert said is not None
    assert said.version == "0.1.1"
    # It is prepared by now: the next try only switches.
    assert unit.releases.is_whole("0.2.0")


def test_signature_machine_python_age_and_record_are_looked_at_first(
    unit: Unit, tmp_path: Path
) -> None:
    for arguments, error in (
        ({"key": tiny.STRANGER}, SignatureError),
        ({"arch": "sparc64"}, UnfitError),
        ({"python": "3.8"}, UnfitError),
    ):
        file = tiny.bundle(tmp_path / error.__name__, "0.2.0", **arguments)  # type: ignore[arg-type]
        with pytest.raises(error):
            unit.installer().install(file, by="Ana")
        told = read_progress(unit.places.state)
        assert (told.phase, told.good) == (Phase.SETTLED, False)
        assert "was refused: Expected" in told.outcome, "`update status` has a word for it"
    with pytest.raises(UnfitError, match=r"newer than 0\.1\.0"):
        unit.installer().install(tiny.bundle(tmp_path / "old", "0.0.9"), by="Ana")
    with closing(sqlite3.connect(unit.records / "records.db")) as connection:
        connection.execute("PRAGMA user_version = 777")
    with pytest.raises(UnfitError, match="database 777"):
        unit.installer().install(tiny.bundle(tmp_path / "new", "0.2.0"), by="Ana")
    assert [path.name for path in unit.releases.folder.iterdir()] == ["0.1.0"]


def test_a_cut_bundle_leaves_nothing(unit: Unit, bundle_of: Bundles, tmp_path: Path) -> None:
    whole = bundle_of("0.2.0", PLAIN).read_bytes()
    for share in (0.3, 0.7, 0.99):
        (tmp_path / "cut.gbu").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(UpdateError):
            unit.installer().install(tmp_path / "cut.gbu", by="Ana")
        _is_as_before(unit)


def test_an_older_version_on_purpose_and_back_again(unit: Unit, bundle_of: Bundles) -> None:
    unit.installer().install(bundle_of("0.0.9", PLAIN), by="Ana", allow_older=True)
    assert unit.version_that_starts() == "0.0.9"
    assert unit.installer().roll_back(by="Ana") == "Version 0.1.0 runs (before: 0.0.9)."
    assert unit.version_that_starts() == "0.1.0"
    assert len(unit.boards()) == BOARDS


def test_no_way_back_to_a_version_that_can_t_read_the_record(
    unit: Unit, bundle_of: Bundles
) -> None:
    unit.installer().install(bundle_of("0.2.0", NEXT_DATABASE), by="Ana")
    with pytest.raises(UpdateError, match=f"database {tiny.NEXT}"):
        unit.installer().roll_back(by="Ana")
    assert unit.version_that_starts() == "0.2.0"


def test_one_update_at_a_time(unit: Unit, bundle_of: Bundles) -> None:
    with only_updater(unit.places.lock):
        with pytest.raises(BusyUpdateError):
            unit.installer().install(bundle_of("0.2.0", PLAIN), by="Ana")
        assert "under way" in unit.installer().guard()


def test_two_releases_are_kept(unit: Unit, bundle_of: Bundles) -> None:
    for version in ("0.2.0", "0.3.0"):
        unit.installer().install(bundle_of(version, PLAIN), by="Ana")
    assert set(unit.releases.whole()) == {"0.2.0", "0.3.0"}


def test_the_same_version_again_is_refused_and_another_content_gets_another_name(
    unit: Unit, bundle_of: Bundles
) -> None:
    unit.installer().install(bundle_of("0.2.0", PLAIN), by="Ana")
    with pytest.raises(Refusal, match="which runs"):
        unit.installer().install(bundle_of("0.2.0", PLAIN), by="Ana")
    unit.installer().install(bundle_of("0.2.0", Flavour(score=0.26)), by="Ana")
    name = unit.releases.linked(CURRENT)
    assert name.startswith("0.2.0+")
    assert unit.version_that_starts() == "0.2.0"
