"""The state machine of the cabinet: one table, as data. Imports nothing of ours.

Every state decides every event; what is ignored is written as ignored, with the reason. A key
that is missing is a bug and raises `UndecidedError` naming state and event. PASSED is entered by
exactly one cell, (RECORDING, RECORDED_PASS): after the record is durable.

Events that come from levels (BOARD_SEATED, BOARD_REMOVED, RECIPE_MISSING, ...) are derived by
the controller from what is the case now, so a lost edge can't leave a state standing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    STARTING = "starting"
    """Devices open, models warm up."""
    LAMP_TEST = "lamp_test"
    """All lamps together, so that a dead one is seen; never the green one alone."""
    SETUP = "setup"
    """No usable recipe: someone is choosing or teaching one."""
    EMPTY = "empty"
    SEATED = "seated"
    """A board lies in; the light settles and a fresh frame is awaited."""
    INSPECTING = "inspecting"
    RECORDING = "recording"
    """The verdict is known and not yet durable: no verdict lamp."""
    PASSED = "passed"
    FAILED = "failed"
    REVIEW = "review"
    FAULT = "fault"
    """The machine can't judge."""
    MAINTENANCE = "maintenance"


class Event(StrEnum):
    STARTED = "started"
    LAMPS_TESTED = "lamps_tested"
    RECIPE_READY = "recipe_ready"
    RECIPE_MISSING = "recipe_missing"
    BOARD_SEATED = "board_seated"
    BOARD_REMOVED = "board_removed"
    FRAME_TAKEN = "frame_taken"
    JUDGED = "judged"
    RECORDED_PASS = "recorded_pass"
    RECORDED_FAIL = "recorded_fail"
    RECORDED_REVIEW = "recorded_review"
    FAULT_RAISED = "fault_raised"
    FAULTS_GONE = "faults_gone"
    """Every cause of the fault was tried again and works, and the slot is clear or the button
    asked to try again."""
    BUTTON_PRESSED = "button_pressed"
    BUTTON_HELD = "button_held"
    MAINTENANCE_ASKED = "maintenance_asked"
    MAINTENANCE_ENDED = "maintenance_ended"


class Action(StrEnum):
    """What the controller does on the way from one state to the next."""

    NOTHING = "nothing"
    CAPTURE = "capture"
    """New inspection number; full light; ask for a frame newer than seated and settled."""
    JUDGE = "judge"
    RECORD = "record"
    ABORT = "abort"
    """Forget the inspection under way; its late results are dropped; the record says Aborted."""
    RETRY = "retry"
    """Try every open fault's cause again now."""
    REST = "rest"
    """The board is gone: slot light low, buzzer silent."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one event does in one state. `why` is for people; it is not empty where ignored."""

    next: State
    action: Action = Action.NOTHING
    why: str = ""


class UndecidedError(LookupError):
    """The table has no cell for this state and event: a bug in the table."""


def _ignored(state: State, reasons: dict[Event, str]) -> dict[Event, Cell]:
    return {event: Cell(state, why=reason) for event, reason in reasons.items()}


_S, _E, _A = State, Event, Action

_NO_INSPECTION = {
    _E.FRAME_TAKEN: "late frame of an aborted inspection",
    _E.JUDGED: "late result of an aborted inspection",
    _E.RECORDED_PASS: "late record of an aborted inspection: no lamp",
    _E.RECORDED_FAIL: "late record of an aborted inspection: no lamp",
    _E.RECORDED_REVIEW: "late record of an aborted inspection: no lamp",
}
_LONG_STARTED = {
    _E.STARTED: "has started long since",
    _E.LAMPS_TESTED: "the lamp test was cut short",
}
_NOT_IN_MAINTENANCE = {_E.MAINTENANCE_ENDED: "was not in maintenance"}
_NO_FAULT = {_E.FAULTS_GONE: "no fault is open"}
_KEEP_RECIPE = {
    _E.RECIPE_READY: "takes effect with the next board",
    _E.RECIPE_MISSING: "decided when the slot is empty again",
}
_WITH_BOARD = {
    _E.BOARD_SEATED: "is seated already",
    _E.BUTTON_PRESSED: "the board is being judged or shows its verdict: take it out",
    _E.BUTTON_HELD: "no lamp test while a board lies in",
    _E.MAINTENANCE_ASKED: "refused while a board lies in",
}

_FAULT = Cell(_S.FAULT, _A.NOTHING, "the machine can't judge")
_FAULT_MIDWAY = Cell(_S.FAULT, _A.ABORT, "the machine can't judge this board")
_PULLED_OUT = Cell(_S.EMPTY, _A.ABORT, "pulled out before the verdict")
_TAKEN = Cell(_S.EMPTY, _A.REST, "verdict seen, board taken")


def _verdict(state: State) -> dict[Event, Cell]:
    """A verdict is shown until the board is taken out or the machine can't vouch for it."""
    return {
        _E.BOARD_REMOVED: _TAKEN,
        _E.FAULT_RAISED: _FAULT,
        **_ignored(
            state,
            {
                **_NO_INSPECTION,
                **_LONG_STARTED,
                **_NOT_IN_MAINTENANCE,
                **_NO_FAULT,
                **_KEEP_RECIPE,
                **_WITH_BOARD,
            },
        ),
    }


def _under_way(state: State) -> dict[Event, Cell]:
    """An inspection is under way: it ends by its own next step, by the board or by a fault."""
    return {
        **_verdict(state),
        _E.BOARD_REMOVED: _PULLED_OUT,
        _E.FAULT_RAISED: _FAULT_MIDWAY,
    }


TABLE: dict[State, dict[Event, Cell]] = {
    _S.STARTING: {
        _E.STARTED: Cell(_S.LAMP_TEST, why="devices open, models warm"),
        _E.FAULT_RAISED: _FAULT,
        **_ignored(
            _S.STARTING,
            {
                **_NO_INSPECTION,
                **_NOT_IN_MAINTENANCE,
                **_NO_FAULT,
                _E.LAMPS_TESTED: "not tested yet",
                _E.RECIPE_READY: "decided once started",
                _E.RECIPE_MISSING: "decided once started",
                _E.BOARD_SEATED: "judged once started",
                _E.BOARD_REMOVED: "nothing was judged",
                _E.BUTTON_PRESSED: "not ready",
                _E.BUTTON_HELD: "not ready",
                _E.MAINTENANCE_ASKED: "not ready",
            },
        ),
    },
    _S.LAMP_TEST: {
        _E.LAMPS_TESTED: Cell(_S.EMPTY, _A.REST, "a person can tell a dead lamp"),
        _E.BOARD_SEATED: Cell(_S.EMPTY, _A.REST, "a board ends the test; it is judged from EMPTY"),
        _E.FAULT_RAISED: _FAULT,
        _E.MAINTENANCE_ASKED: Cell(_S.MAINTENANCE, why="its end tests the lamps once more"),
        **_ignored(
            _S.LAMP_TEST,
            {
                **_NO_INSPECTION,
                **_NOT_IN_MAINTENANCE,
                **_NO_FAULT,
                **_KEEP_RECIPE,
                _E.STARTED: "has started",
                _E.BOARD_REMOVED: "no board is in",
                _E.BUTTON_PRESSED: "the test ends by itself",
                _E.BUTTON_HELD: "the test runs already",
            },
        ),
    },
    _S.SETUP: {
        _E.RECIPE_READY: Cell(_S.EMPTY, _A.REST, "a recipe is loaded"),
        _E.BUTTON_HELD: Cell(_S.LAMP_TEST),
        _E.MAINTENANCE_ASKED: Cell(_S.MAINTENANCE),
        _E.FAULT_RAISED: _FAULT,
        **_ignored(
            _S.SETUP,
            {
                **_NO_INSPECTION,
                **_LONG_STARTED,
                **_NOT_IN_MAINTENANCE,
                **_NO_FAULT,
                _E.RECIPE_MISSING: "that is why we are here",
                _E.BOARD_SEATED: "nothing to judge it by",
                _E.BOARD_REMOVED: "nothing was judged",
                _E.BUTTON_PRESSED: "a recipe is chosen on the page or by the scanner",
            },
        ),
    },
    _S.EMPTY: {
        _E.BOARD_SEATED: Cell(_S.SEATED, _A.CAPTURE, "a board lies in, debounced"),
        _E.RECIPE_MISSING: Cell(_S.SETUP),
        _E.BUTTON_HELD: Cell(_S.LAMP_TEST),
        _E.MAINTENANCE_ASKED: Cell(_S.MAINTENANCE),
        _E.FAULT_RAISED: _FAULT,
        **_ignored(
            _S.EMPTY,
            {
                **_NO_INSPECTION,
                **_LONG_STARTED,
                **_NOT_IN_MAINTENANCE,
                **_NO_FAULT,
                _E.RECIPE_READY: "ready already",
                _E.BOARD_REMOVED: "no board is in",
                _E.BUTTON_PRESSED: "nothing to acknowledge",
            },
        ),
    },
    _S.SEATED: {
        **_under_way(_S.SEATED),
        _E.FRAME_TAKEN: Cell(_S.INSPECTING, _A.JUDGE, "fresh frame with the recipe's settings"),
    },
    _S.INSPECTING: {
        **_under_way(_S.INSPECTING),
        _E.JUDGED: Cell(_S.RECORDING, _A.RECORD, "every window has its call"),
    },
    _S.RECORDING: {
        **_under_way(_S.RECORDING),
        _E.RECORDED_PASS: Cell(_S.PASSED, why="every window GOOD and the record is durable"),
        _E.RECORDED_FAIL: Cell(_S.FAILED, why="a window is DEFECT; the record is durable"),
        _E.RECORDED_REVIEW: Cell(_S.REVIEW, why="a window is UNSURE; the record is durable"),
    },
    _S.PASSED: _verdict(_S.PASSED),
    _S.FAILED: _verdict(_S.FAILED),
    _S.REVIEW: _verdict(_S.REVIEW),
    _S.FAULT: {
        _E.FAULTS_GONE: Cell(_S.EMPTY, _A.REST, "every cause works again"),
        _E.BUTTON_PRESSED: Cell(_S.FAULT, _A.RETRY, "a person asks to try again"),
        _E.MAINTENANCE_ASKED: Cell(_S.MAINTENANCE, why="a technician takes over"),
        **_ignored(
            _S.FAULT,
            {
                **_NO_INSPECTION,
                **_LONG_STARTED,
                **_NOT_IN_MAINTENANCE,
                _E.FAULT_RAISED: "one more cause is added to the list",
                _E.RECIPE_READY: "decided when the fault is gone",
                _E.RECIPE_MISSING: "decided when the fault is gone",
                _E.BOARD_SEATED: "can't judge it",
                _E.BOARD_REMOVED: "the cause itself is tried again, not the board",
                _E.BUTTON_HELD: "no lamp test in a fault: it would hide the fault's lamps",
            },
        ),
    },
    _S.MAINTENANCE: {
        _E.MAINTENANCE_ENDED: Cell(_S.LAMP_TEST, why="whoever worked on it sees every lamp"),
        **_ignored(
            _S.MAINTENANCE,
            {
                **_NO_INSPECTION,
                **_LONG_STARTED,
                **_NO_FAULT,
                **_KEEP_RECIPE,
                _E.BOARD_SEATED: "no verdicts in maintenance",
                _E.BOARD_REMOVED: "nothing was judged",
                _E.FAULT_RAISED: "kept on the list; shown when maintenance ends",
                _E.BUTTON_PRESSED: "the technician's wiring test reads it",
                _E.BUTTON_HELD: "the technician's wiring test reads it",
                _E.MAINTENANCE_ASKED: "is in maintenance",
            },
        ),
    },
}


def decide(state: State, event: Event) -> Cell:
    """The cell of the table. Raises `UndecidedError` naming both when there is none."""
    try:
        return TABLE[state][event]
    except KeyError:
        raise UndecidedError(f"state {state} does not decide event {event}") from None


def diagram() -> str:
    """The table as a Mermaid state diagram: every cell that changes the state."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.STARTING}"]
    for state, row in TABLE.items():
        for event, cell in row.items():
            if cell.next is not state:
                lines.append(f"    {state} --> {cell.next}: {event}")
    return "\n".join(lines) + "\n"
