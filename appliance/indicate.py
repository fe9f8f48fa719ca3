"""Which lamp is lit when, and what sounds.

Pure: a state, how long it has lasted and what is known go in, one instant of the beacon comes
out. Colour is never alone: each state has its own pattern and word (three-way indication as in
SolderNet, with a fourth pattern for a machine that can't judge).
"""

from __future__ import annotations

from appliance.states import State
from hw.ports import Lamps

LAMP_TEST_S = 1.5
_ALL = Lamps(red=True, amber=True, green=True)

_SHORT_S, _LONG_S, _GAP_S = 0.12, 0.6, 0.15
_SOUNDS: dict[State, tuple[tuple[float, ...], bool]] = {
    # durations of the tones, and whether they are high
    State.PASSED: ((_SHORT_S,), True),
    State.REVIEW: ((_SHORT_S, _SHORT_S), False),
    State.FAILED: ((_LONG_S,), False),
    State.FAULT: ((_LONG_S, _LONG_S, _LONG_S), False),
}


def _sounds(state: State, elapsed_s: float) -> tuple[bool, bool]:
    """Whether the buzzer sounds now, and whether high."""
    tones, high = _SOUNDS.get(state, ((), False))
    start_s = 0.0
    for tone_s in tones:
        if start_s <= elapsed_s < start_s + tone_s:
            return True, high
        start_s += tone_s + _GAP_S
    return False, False


def _double_blink(elapsed_s: float) -> bool:
    phase_s = elapsed_s % 2.0
    return phase_s < 0.2 or 0.4 <= phase_s < 0.6


def lamps(state: State, elapsed_s: float, *, vouched: bool) -> Lamps:
    """The beacon `elapsed_s` after `state` was entered.

    `vouched` is whether every condition of PASS holds at this very instant (the board is seated,
    no fault is open, the loop has not stalled). Green alone is lit only in PASSED while vouched;
    it is dark at the first doubt, before the state itself has changed.
    """
    buzzer, high = _sounds(state, elapsed_s)
    match state:
        case State.PASSED:
            return Lamps(green=True, buzzer=buzzer, tone_high=high) if vouched else Lamps()
        case State.REVIEW:
            return Lamps(amber=True, buzzer=buzzer, tone_high=high)
        case State.FAILED:
            return Lamps(red=True, buzzer=buzzer, tone_high=high)
        case State.FAULT:
            red = elapsed_s % 1.0 < 0.5
            return Lamps(red=red, amber=not red, buzzer=buzzer, tone_high=high)
        case State.SEATED | State.INSPECTING | State.RECORDING:
            return Lamps(amber=elapsed_s % 2.0 < 1.0)
        case State.SETUP | State.MAINTENANCE:
            return Lamps(amber=_double_blink(elapsed_s))
        case State.LAMP_TEST:
            return _ALL
        case State.STARTING | State.EMPTY:
            return Lamps()
