"""A system update from its bundle to the end of its trial, with every way that it can end in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from appliance.states import State
from appliance.system_update.slots import remembered
from appliance.update.errors import UnfitError, UpdateError
from appliance.update.state import BusyUpdateError, Phase, Progress, only_updater, read_progress
from tests.system_update.card import BOARDS, GOLDEN, Card, Installs


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card.new(tmp_path)


def _state(card: Card) -> Progress:
    return read_progress(card.places.state)


def _as_before(card: Card) -> None:
    assert card.default == "a"
    assert remembered(card.places.slots).next == ""
    assert card.instrument.active
    assert (_state(card).phase, _state(card).good) == (Phase.SETTLED, False)
    assert card.boards() == BOARDS


def test_a_system_that_proves_itself_is_kept(card: Card) -> None:
    card.install()
    assert card.restarts == ["trial"]
    assert not card.instrument.active, "the record is copied while nobody writes it"
    assert (_state(card).phase, card.default) == (Phase.TRIAL, "a")
    assert card.starts("b") == "System b is on trial."
    words = card.trial().run()
    assert words == "System b runs (before: a)."
    assert card.default == "b"
    assert card.restarts == ["trial"]
    assert (_state(card).phase, _state(card).good, _state(card).outcome) == (
        Phase.SETTLED, True, words,
    )  # fmt: skip
    assert card.starts("b") == "System b runs."
    assert card.trial().run() == "System b runs; nothing is on trial."
    assert card.boards() == BOARDS


def test_not_ready_and_the_machine_goes_back(card: Card) -> None:
    card.install()
    card.starts("b")
    card.instrument.active = False
    assert "its service ended" in card.trial().run()
    assert card.restarts == ["trial", "plain"]
    said = card.starts("a")
    assert "was undone" in said
    assert "its service ended" in said, "the system before tells why"
    assert said.endswith("System a runs on.")
    assert remembered(card.places.slots).bad == ("b",)
    _as_before(card)


def test_a_fault_that_was_there_before_is_no_reason(card: Card) -> None:
    card.instrument.faults = ("lamp_dark",)
    card.install()
    card.starts("b")
    assert card.trial().run() == "System b runs (before: a)."
    card.instrument.faults = ("lamp_dark",)
    card.install()
    card.starts("a")
    card.instrument.faults = ("camera_gone", "lamp_dark")
    assert "camera_gone" in card.trial().run()
    assert "camera_gone" in card.starts("b")
    assert card.default == "b"


def test_golden_boards_that_are_judged_otherwise(card: Card) -> None:
    card.install()
    card.starts("b")
    card.goldens = [replace(GOLDEN, call="unsure", score=14.0)]
    assert "C1 of recipe small is called unsure, was good" in card.trial().run()
    assert "C1 of recipe small is called unsure" in card.starts("a")
    _as_before(card)


def test_a_self_test_that_fails(card: Card) -> None:
    def fails(children: object, places: object) -> None:
        raise UpdateError(expected="its own self-test", found="lamp_dark", action="Mend it.")

    card.install()
    card.starts("b")
    assert "lamp_dark" in card.trial(self_test=fails).run()
    card.starts("a")
    _as_before(card)


def test_a_trial_that_nobody_asked_for(card: Card) -> None:
    """Somebody restarted the machine by hand with the firmware's argument."""
    card.starts("b")
    assert "a trial of system b" in card.trial().run()
    assert card.restarts == ["plain"]
    assert card.starts("a") == "System a runs."


def test_without_what_the_system_before_said_nothing_is_kept(card: Card) -> None:
    card.install()
    card.places.before.unlink()
    card.starts("b")
    assert "what the system before said" in card.trial().run()
    card.starts("a")
    _as_before(card)


def test_boot_selection_that_did_not_obey(card: Card) -> None:
    class Deaf(Installs):
        def mark_good(self) -> None: ...

    card.install()
    card.starts("b")
    assert "to be the one that starts" in card.trial(rauc=Deaf(places=card.places)).run()
    card.starts("a")
    _as_before(card)


def test_the_record_is_put_back_as_it_was(card: Card) -> None:
    """A newer system brings the database forward at its start."""
    import sqlite3

    card.install()
    card.starts("b")
    connection = sqlite3.connect(card.data / "records/records.db")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.close()
    card.instrument.active = False
    card.trial().run()
    card.starts("a")
    assert card.record().version() == version
    _as_before(card)


def test_rauc_that_fails(card: Card) -> None:
    rauc = Installs(places=card.places, fails="No space left on device")
    with pytest.raises(OSError, match="No space left"):
        card.install(rauc=rauc)
    assert card.restarts == []
    assert remembered(card.places.slots).bad == ("b",)
    _as_before(card)


def test_an_older_one_only_on_purpose(card: Card) -> None:
    older = Installs(places=card.places, version="0.1.9")
    with pytest.raises(UnfitError, match="--allow-older"):
        card.install(rauc=older)
    assert card.restarts == []
    card.installer(rauc=older).install(card.folder / "x.raucb", by="Ana", allow_older=True)
    assert card.restarts == ["trial"]


def test_a_board_that_stays_in(card: Card) -> None:
    card.instrument.state = State.PASSED
    with pytest.raises(UpdateError, match="Take the board out"):
        card.install()
    assert card.restarts == []
    _as_before(card)


def test_a_restart_that_is_refused(card: Card) -> None:
    def refused() -> None:
        raise OSError(1, "Operation not permitted")

    with pytest.raises(OSError, match="not permitted"):
        card.install(restart=refused)
    _as_before(card)


def test_one_at_a_time_and_none_on_trial(card: Card) -> None:
    card.places.folder.mkdir()
    with only_updater(card.places.lock), pytest.raises(BusyUpdateError):
        card.install()
    card.slot = "b"
    with pytest.raises(UpdateError, match="system b on trial"):
        card.install()


@pytest.mark.parametrize(
    ("progress", "default", "slot", "words"),
    [
        (Progress(phase=Phase.PREPARING, before="a", after="b"), "a", "a", "cut short before"),
        (Progress(phase=Phase.HOLDING, before="a", after="b"), "a", "a", "cut short before"),
        (Progress(phase=Phase.SWITCHING, before="a", after="b"), "a", "a", "was undone"),
        (Progress(phase=Phase.TRIAL, before="a", after="b"), "a", "a", "was undone"),
        (Progress(phase=Phase.TRIAL, before="a", after="b"), "b", "b", "System b runs (before: a)"),
        (Progress(phase=Phase.TRIAL, before="a", after="b"), "a", "b", "System b is on trial."),
    ],
)
def test_whatever_a_cut_left(
    card: Card, progress: Progress, default: str, slot: str, words: str
) -> None:
    from appliance.system_update import autoboot
    from appliance.update.state import keep_progress

    card.places.folder.mkdir()
    keep_progress(card.places.state, progress)
    autoboot.make_default(default, card.boot)
    assert words in card.starts(slot)
    again = card.starts(slot)
    assert again == ("System b is on trial." if slot != default else f"System {slot} runs.")
    assert card.boards() == BOARDS


def test_a_state_that_is_spoilt(card: Card) -> None:
    card.places.folder.mkdir()
    card.places.state.write_text("phase = ")
    assert "System a runs" in card.starts("a")
    assert "can't be read" in _state(card).outcome
