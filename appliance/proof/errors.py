"""What is refused here."""

from __future__ import annotations

from appliance.refusal import Refusal


class ProofError(Refusal):
    """A study, a table of trials or a challenge board that can't be used as it is."""
