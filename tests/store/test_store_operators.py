"""Who may sign in, by PIN and by badge."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from appliance.store import FirstLogin, MissingError, RefusedError, Role, Store, StoreError
from appliance.store.operators import SHORTEST_PIN

from .conftest import Opener


def names(store: Store, *, active_only: bool = False) -> list[tuple[str, Role, bool]]:
    return [(o.name, o.role, o.active) for o in store.operators(active_only=active_only)]


def test_a_fresh_unit_knows_nobody(store: Store) -> None:
    assert store.operators() == ()
    assert store.verify_pin("technician", "technician") is None
    assert store.find_badge("0001") is None


def test_the_first_technician_gets_a_random_pin_once(open_store: Opener) -> None:
    first = open_store().ensure_first_technician()
    assert isinstance(first, FirstLogin)
    store = open_store()
    assert store.ensure_first_technician() is None
    technician = store.verify_pin(first.name, first.pin)
    assert technician is not None
    assert (technician.role, technician.must_change_pin) == (Role.TECHNICIAN, True)
    store.set_pin(first.name, "a better one")
    technician = store.verify_pin(first.name, "a better one")
    assert technician is not None
    assert not technician.must_change_pin
    assert store.verify_pin(first.name, first.pin) is None


def test_two_units_do_not_share_their_first_pin(tmp_path: Path) -> None:
    pins = set()
    for unit in ("a", "b"):
        with Store.open(tmp_path / unit, quota_bytes=1) as store:
            first = store.ensure_first_technician()
            assert first is not None
            pins.add(first.pin)
    assert len(pins) == 2
    assert all(len(pin) >= 16 for pin in pins)


def test_a_taken_name_does_not_stop_the_first_technician(store: Store) -> None:
    store.add_operator("Technician", Role.OPERATOR, pin="1234")
    first = store.ensure_first_technician()
    assert first is not None
    assert first.name == "technician2"


def test_a_pin_opens_for_its_owner_only_while_active(store: Store) -> None:
    ana = store.add_operator("Ana  Maria", Role.OPERATOR, pin="4711")
    assert store.verify_pin("ana maria", "4711") == ana == store.operator(" ANA MARIA ")
    assert store.verify_pin("Ana Maria", "4712") is None
    assert store.verify_pin("Ana Maria", "4" * 1000) is None
    assert store.verify_pin("Nobody", "4711") is None
    store.set_active("Ana Maria", False)
    assert store.verify_pin("Ana Maria", "4711") is None
    store.set_active("Ana Maria", True)
    assert store.verify_pin("Ana Maria", "4711") == ana


def test_who_has_no_pin_has_no_empty_one_either(store: Store) -> None:
    store.add_operator("Ana", Role.OPERATOR, badge="B-1")
    assert store.verify_pin("Ana", "") is None


def test_a_badge_is_found_while_its_owner_is_active(open_store: Opener) -> None:
    open_store().add_operator("Ana", Role.OPERATOR, badge="B-1")
    store = open_store()
    ana = store.find_badge(" B-1\r\n")
    assert ana is not None
    assert (ana.name, ana.has_badge, ana.has_pin) == ("Ana", True, False)
    assert store.find_badge("B-2") is None
    store.set_badge("Ana", "B-2")
    assert store.find_badge("B-1") is None
    store.set_active("Ana", False)
    assert store.find_badge("B-2") is None
    store.set_badge("Ana", None)
    assert not store.operator("Ana").has_badge


def test_secrets_are_not_in_the_database(store: Store, folder: Path) -> None:
    store.add_operator("Ana", Role.OPERATOR, pin="4711-secret", badge="B-secret")
    mode = stat.S_IMODE((folder / "badge.key").stat().st_mode)
    store.close()
    with closing(sqlite3.connect(folder / "records.db")) as connection:
        dump = "\n".join(connection.iterdump())
    assert "secret" not in dump
    assert "$argon2id$" in dump
    assert mode == 0o600


def test_without_its_key_no_badge_is_told(store: Store, folder: Path) -> None:
    store.add_operator("Ana", Role.OPERATOR, badge="B-1")
    (folder / "badge.key").unlink()
    with pytest.raises(StoreError, match=r"badge\.key is missing"):
        store.find_badge("B-1")
    with pytest.raises(StoreError, match=r"badge\.key is missing"):
        store.add_operator("Bo", Role.OPERATOR, badge="B-2")
    store.set_badge("Ana", None)
    store.set_badge("Ana", "B-1")
    found = store.find_badge("B-1")
    assert found is not None
    assert found.name == "Ana"


def test_what_is_taken_or_too_short_is_refused(store: Store) -> None:
    store.add_operator("Ana", Role.OPERATOR, pin="4711", badge="B-1")
    store.add_operator("Bo", Role.OPERATOR)
    with pytest.raises(RefusedError, match="There is a 'ANA' already"):
        store.add_operator("ANA", Role.OPERATOR)
    with pytest.raises(RefusedError, match="This badge is Ana's"):
        store.add_operator("Cy", Role.OPERATOR, badge="B-1")
    with pytest.raises(RefusedError, match="This badge is Ana's"):
        store.set_badge("Bo", "B-1")
    store.set_badge("Ana", "B-1")
    for role, shortest in SHORTEST_PIN.items():
        with pytest.raises(RefusedError, match=f"has {shortest - 1} characters"):
            store.add_operator("Cy", role, pin="1" * (shortest - 1))
    for name in ("", "  ", "a" * 61, "bell\x07"):
        with pytest.raises(RefusedError, match="The name has"):
            store.add_operator(name, Role.OPERATOR)
    with pytest.raises(RefusedError, match="code has 0 characters"):
        store.set_badge("Ana", " ")
    with pytest.raises(MissingError, match="nobody of the name 'Cy'"):
        store.set_pin("Cy", "12345678")
    assert names(store) == [("Ana", Role.OPERATOR, True), ("Bo", Role.OPERATOR, True)]


def test_the_last_technician_stays(store: Store) -> None:
    store.add_operator("Tec", Role.TECHNICIAN, pin="12345678")
    store.add_operator("Ana", Role.OPERATOR, pin="4711")
    with pytest.raises(RefusedError, match="Nobody would be left"):
        store.set_active("Tec", False)
    with pytest.raises(RefusedError, match="Nobody would be left"):
        store.set_role("Tec", Role.SUPERVISOR)
    store.set_active("Ana", False)
    with pytest.raises(RefusedError, match="wants a longer PIN"):
        store.set_role("Ana", Role.TECHNICIAN)
    store.set_active("Ana", True)
    store.set_role("Ana", Role.TECHNICIAN, pin="87654321")
    store.set_active("Tec", False)
    assert names(store, active_only=True) == [("Ana", Role.TECHNICIAN, True)]
    assert names(store) == [("Ana", Role.TECHNICIAN, True), ("Tec", Role.TECHNICIAN, False)]


def test_a_key_of_a_wrong_length_is_no_key(store: Store, folder: Path) -> None:
    store.add_operator("Ana", Role.OPERATOR, badge="B-1")
    (folder / "badge.key").write_bytes(os.urandom(5))
    with pytest.raises(StoreError, match="damaged"):
        store.find_badge("B-1")
