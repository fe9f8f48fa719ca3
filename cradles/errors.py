"""What can go wrong on the way from a board file to a cradle."""

from appliance.refusal import Refusal


class CradleError(Refusal):
    """No cradle can be made of this board as described; nothing was written."""


class DesignFileError(Refusal):
    """A design file that can't be read as a board; nothing was written."""
