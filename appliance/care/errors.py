"""What can go wrong while a unit is looked after."""

from __future__ import annotations

from appliance.refusal import Refusal


class CareError(Refusal):
    """A backup, a restore or a bundle that can't be made. Nothing on the unit was changed."""


class ArchiveError(CareError):
    """An archive that is not one, not whole, or not from whom it should be."""


def damaged(found: str) -> ArchiveError:
    return ArchiveError(
        expected="a whole archive as `goldenboard backup` writes it",
        found=found,
        action="Copy the archive anew or take another one; nothing was changed.",
    )
