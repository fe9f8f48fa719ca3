"""Why a step of commissioning ended without a finding."""

from __future__ import annotations

from appliance.refusal import Refusal


class CommissionError(Refusal):
    """A step can't be carried out; its earlier result stands."""


class StoppedError(CommissionError):
    """The person left the step, or maintenance ended. Nothing was measured."""

    def __init__(self, found: str = "it was stopped") -> None:
        super().__init__(
            expected="the step to be carried through",
            found=found,
            action="Begin the step again; the results so far are kept.",
        )
