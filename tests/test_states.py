"""The table itself: every cell decided, PASS in one cell, everything reachable, no dead end."""

from __future__ import annotations

from collections import deque
from itertools import product
from pathlib import Path

import pytest

from appliance import states
from appliance.states import TABLE, Action, Event, State, UndecidedError, decide, diagram

ROOT = Path(__file__).resolve().parents[1]


def _reachable(start: State) -> set[State]:
    seen, queue = {start}, deque([start])
    while queue:
        for cell in TABLE[queue.popleft()].values():
            if cell.next not in seen:
                seen.add(cell.next)
                queue.append(cell.next)
    return seen


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_state_decides_every_event(state: State, event: Event) -> None:
    cell = decide(state, event)
    if cell.next is state and cell.action is Action.NOTHING:
        assert cell.why, "what is ignored says why"


def test_the_table_has_no_cell_for_something_that_does_not_exist() -> None:
    assert set(TABLE) == set(State)
    assert all(set(row) == set(Event) for row in TABLE.values())


def test_pass_is_entered_by_exactly_one_cell_and_that_is_after_the_record() -> None:
    entries = [
        (state, event)
        for state, event in product(State, Event)
        if decide(state, event).next is State.PASSED and state is not State.PASSED
    ]
    assert entries == [(State.RECORDING, Event.RECORDED_PASS)]


def test_every_verdict_is_entered_only_from_recording() -> None:
    for verdict in (State.PASSED, State.FAILED, State.REVIEW):
        entries = {
            state
            for state, event in product(State, Event)
            if decide(state, event).next is verdict and state is not verdict
        }
        assert entries == {State.RECORDING}


def test_every_state_is_reachable_from_the_start() -> None:
    assert _reachable(State.STARTING) == set(State)


@pytest.mark.parametrize("state", list(State))
def test_the_ready_state_is_reachable_from_each(state: State) -> None:
    assert State.EMPTY in _reachable(state)


@pytest.mark.parametrize("state", [s for s in State if s is not State.MAINTENANCE])
def test_a_fault_is_shown_from_everywhere_but_maintenance(state: State) -> None:
    assert decide(state, Event.FAULT_RAISED).next is State.FAULT


@pytest.mark.parametrize("state", [State.SEATED, State.INSPECTING, State.RECORDING])
def test_a_board_that_leaves_midway_aborts(state: State) -> None:
    cell = decide(state, Event.BOARD_REMOVED)
    assert (cell.next, cell.action) == (State.EMPTY, Action.ABORT)


@pytest.mark.parametrize(
    "event",
    [Event.JUDGED, Event.RECORDED_PASS, Event.RECORDED_FAIL, Event.RECORDED_REVIEW],
)
@pytest.mark.parametrize(
    "state", [s for s in State if s not in {State.INSPECTING, State.RECORDING}]
)
def test_a_late_result_changes_nothing(state: State, event: Event) -> None:
    cell = decide(state, event)
    assert (cell.next, cell.action) == (state, Action.NOTHING)


def test_a_missing_cell_is_an_error_that_names_state_and_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = {event: cell for event, cell in TABLE[State.EMPTY].items() if event is not Event.JUDGED}
    monkeypatch.setitem(states.TABLE, State.EMPTY, row)
    with pytest.raises(UndecidedError, match=r"state empty does not decide event judged"):
        decide(State.EMPTY, Event.JUDGED)


def test_the_diagram_in_the_docs_is_the_table() -> None:
    page = (ROOT / "appliance" / "README.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{diagram()}```" in page, "run `make diagram`"
