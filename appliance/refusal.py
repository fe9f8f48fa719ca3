"""The one shape of every error that a person reads: expected, found, what to do."""

from __future__ import annotations


class Refusal(Exception):
    """Something was refused and nothing was changed.

    `expected` says what would have been right, `found` what was there instead and `action`
    what the person can do about it. The text of the error is made of all three.
    """

    def __init__(self, *, expected: str, found: str, action: str) -> None:
        self.expected = expected
        self.found = found
        self.action = action
        super().__init__(f"{self.finding} {action}")

    @property
    def finding(self) -> str:
        """The text without what can be done about it."""
        return f"Expected {self.expected}; found {self.found}."
