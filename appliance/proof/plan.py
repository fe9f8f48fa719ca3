"""Which board is inserted by whom and when: in a seeded random order, so that nobody learns it.

Within one operator's repeat every board comes once; the order is drawn anew for each of them, as
AIAG, Measurement Systems Analysis, 4th edition, asks. The same seed gives the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from appliance.proof.errors import ProofError

MOST_TRIALS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One insertion that the plan asks for."""

    operator: str
    repeat: int
    board: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    boards: tuple[str, ...]
    """Serials."""
    operators: tuple[str, ...]
    repeats: int
    seed: int
    bad: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By serial the windows known to be bad; its other windows are then known to be good. A board
    that does not stand here has no reference."""

    def __post_init__(self) -> None:
        trials = len(self.boards) * len(self.operators) * self.repeats
        doubled = len(set(self.boards)) < len(self.boards)
        if doubled or len(set(self.operators)) < len(self.operators):
            raise ProofError(
                expected="each board and each operator once",
                found="one twice",
                action="Name each serial and each person once; repeats are a number.",
            )
        if not 1 <= trials <= MOST_TRIALS:
            raise ProofError(
                expected=f"1 to {MOST_TRIALS} insertions",
                found=f"{len(self.boards)} boards x {len(self.operators)} operators x "
                f"{self.repeats} repeats",
                action="Choose at least one of each, and fewer if it is too many.",
            )
        if strangers := set(self.bad) - set(self.boards):
            raise ProofError(
                expected="references of boards of the study",
                found=", ".join(sorted(strangers)),
                action="Name these boards in the study or leave their references out.",
            )

    def reference(self, board: str, component: str) -> bool | None:
        return component not in self.bad[board] if board in self.bad else None

    def turns(self) -> tuple[Turn, ...]:
        """Every insertion, in the order in which they are asked for."""
        return tuple(
            Turn(operator=operator, repeat=repeat, board=board)
            for repeat in range(1, self.repeats + 1)
            for operator in self._shuffled(self.operators, f"{repeat}")
            for board in self._shuffled(self.boards, f"{repeat}/{operator}")
        )

    def left(self, done: Collection[Turn]) -> tuple[Turn, ...]:
        """What is still to be inserted, the next first."""
        made = set(done)
        return tuple(turn for turn in self.turns() if turn not in made)

    def _shuffled(self, names: tuple[str, ...], what: str) -> list[str]:
        # By a digest and not by a generator: the same on every Python for as long as a study lasts.
        def place(name: str) -> bytes:
            return sha256(f"{self.seed}/{what}/{name}".encode()).digest()

        return sorted(names, key=place)
