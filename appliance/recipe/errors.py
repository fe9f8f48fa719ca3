"""What makes a recipe unusable."""

from __future__ import annotations

from appliance.refusal import Refusal


class RecipeError(Refusal):
    """A recipe that can't be read, written or used. Nothing on disk was changed."""
