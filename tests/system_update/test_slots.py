"""What RAUC asks and says of the slots, and that one thing alone changes which system starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.system_update.slots import answer, try_none
from appliance.update.errors import UpdateError
from tests.system_update.card import Card


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card.new(tmp_path)


def test_an_installation_makes_the_other_slot_the_next_and_no_more(card: Card) -> None:
    places = card.places
    assert answer(places, "get-primary") == "a"
    assert answer(places, "get-current") == "a"
    answer(places, "set-state", "b", "bad")
    assert answer(places, "get-state", "b") == "bad"
    answer(places, "set-primary", "b")
    assert answer(places, "get-primary") == "b"
    assert answer(places, "get-state", "b") == "good"
    assert card.default == "a", "a plain start takes the proven one"


def test_the_slot_on_trial_is_kept_when_it_is_called_good(card: Card) -> None:
    answer(card.places, "set-primary", "b")
    card.slot = "b"
    answer(card.places, "set-state", "b", "good")
    assert card.default == "b"
    assert answer(card.places, "get-primary") == "b"


def test_calling_another_slot_good_changes_nothing_that_starts(card: Card) -> None:
    answer(card.places, "set-state", "b", "good")
    assert card.default == "a"
    card.slot = "b"
    answer(card.places, "set-state", "a", "good")
    assert card.default == "a"


def test_back_to_the_default_or_to_a_bad_one(card: Card) -> None:
    answer(card.places, "set-primary", "b")
    answer(card.places, "set-primary", "a")
    assert answer(card.places, "get-primary") == "a"
    answer(card.places, "set-primary", "b")
    answer(card.places, "set-state", "b", "bad")
    assert answer(card.places, "get-primary") == "a"
    answer(card.places, "set-primary", "b")
    try_none(card.places)
    assert answer(card.places, "get-primary") == "a"


@pytest.mark.parametrize(
    "words", [("get-state", "c"), ("set-state", "b", "well"), ("hello",), ("set-primary",)]
)
def test_what_is_not_a_question(card: Card, words: tuple[str, ...]) -> None:
    with pytest.raises(UpdateError, match="set-primary SLOT"):
        answer(card.places, *words)


def test_a_memory_that_is_spoilt_is_none(card: Card) -> None:
    answer(card.places, "set-primary", "b")
    card.places.slots.write_text("next = [")
    assert answer(card.places, "get-primary") == "a"
