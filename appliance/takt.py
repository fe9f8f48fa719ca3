"""How long a recipe's boards will take on a unit: a prediction from counted instructions.

Counted on an emulated Cortex-A72 (`make bench-arm`), kept in `takt_cost.toml`, worth in time
t = instructions / (IPC × clock) with 0.9 to 1.9 instructions a cycle, what int8 kernels and image
code reach on that core. A prediction, never a measurement: no Pi was there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from appliance.refusal import Refusal
from appliance.toml_strict import read_toml

COST_FILE = "takt_cost.toml"
IPC_LEAST, IPC_MOST = 0.9, 1.9
CLOCK_HZ = 1.5e9
"""A Raspberry Pi 4's Cortex-A72 at its first clock."""
CORES = 4
OTHERWISE_S = 0.45
"""Insert to lamp without the processor's work: switches debounced 0.05, board and light settled
0.15, a fresh frame 0.1 on average and its readout 0.1, the record on the card 0.05."""
PROMISED_S = 2.0
"""Insert to lamp, of every cabinet."""


class TaktError(Refusal):
    """A recipe whose boards can't be ready within the budget, however well the processor runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Executed instructions. `window_parallel` is all of a window's work that runs on every core,
    `window_inference` among it."""

    window_inference: int
    window_parallel: int
    window_alone: int
    board_parallel: int
    board_alone: int

    def parallel(self, windows: int) -> int:
        return self.board_parallel + windows * self.window_parallel

    def alone(self, windows: int) -> int:
        return self.board_alone + windows * self.window_alone


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTable:
    """`takt_cost.toml`: the counts, when and why they were written."""

    reason: str
    date: str
    runtime: str
    cost: Cost


COST = read_toml(Path(__file__).with_name(COST_FILE), CostTable).cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Insert to lamp in seconds, from the most to the least instructions a cycle."""

    least_s: float
    most_s: float

    @property
    def words(self) -> str:
        return f"{self.least_s:.1f} to {self.most_s:.1f} s"


def predict(windows: int, *, cores: int = CORES, cost: Cost = COST) -> Prediction:
    """For a board of so many windows, on a unit with a Cortex-A72 at 1.5 GHz."""
    if windows < 0 or cores < 1:
        raise ValueError(f"windows from 0 and cores from 1, not {windows} and {cores}")
    work = cost.alone(windows) + cost.parallel(windows) / cores
    least_s, most_s = (OTHERWISE_S + work / (ipc * CLOCK_HZ) for ipc in (IPC_MOST, IPC_LEAST))
    return Prediction(least_s=least_s, most_s=most_s)


def most_windows(budget_s: float, *, cores: int = CORES, cost: Cost = COST) -> int:
    """How many windows are sure to fit the budget, and 0 where not even the board does."""
    room = (budget_s - OTHERWISE_S) * IPC_LEAST * CLOCK_HZ
    room -= cost.board_alone + cost.board_parallel / cores
    return max(0, int(room / (cost.window_alone + cost.window_parallel / cores)))


def check_takt(windows: int, budget_s: float) -> str:
    """What is to be said of a recipe of so many windows: that it fits, or that it may not.

    Raises `TaktError` for one that can't fit: even the shorter prediction is over the budget."""
    expected = predict(windows)
    if expected.least_s > budget_s:
        raise TaktError(
            expected=f"a board of {windows} windows ready within {budget_s:g} s",
            found=f"a prediction of {expected.words} on a Cortex-A72 at 1.5 GHz",
            action=f"Take windows out (about {most_windows(budget_s)} are sure to fit), or allow "
            "more time with --takt-s.",
        )
    fits = (
        f"fits {budget_s:g} s"
        if expected.most_s <= budget_s
        else f"may not fit {budget_s:g} s: about {most_windows(budget_s)} windows are sure to"
    )
    return f"Predicted {expected.words} from insert to lamp on a Cortex-A72 at 1.5 GHz: {fits}."
