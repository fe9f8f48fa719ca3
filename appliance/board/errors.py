"""What is wrong with a board's description."""

from appliance.refusal import Refusal


class BoardError(Refusal):
    """A board file, an outline or a part that can't be what it says; nothing was written."""
