"""What a plug-in brings to the pages, so that the pages know no plug-in.

A plug-in is an entry point of the group `goldenboard.pages`: a function that is given its
`Surroundings` and returns its `ExtraPages`, or None where what it needs is not installed. Its
views pass the same door as the house's: access mark, token, headers, problem pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint

from appliance.status import StatusBoard
from appliance.store import Store

GROUP = "goldenboard.pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What of the unit a plug-in may use."""

    folder: Path
    """Its own, for what it keeps. May not exist yet."""
    status: StatusBoard
    store: Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraPages:
    blueprint: Blueprint
    """Named like the entry point, with all its addresses below `/name/`."""
    texts: Mapping[str, Mapping[str, str]]
    """Its sentences by language and key; every key begins with `name.`, and `name.nav` is the
    word in the navigation."""
    nav: str
    """The view that the navigation leads to, such as `index`."""
    desk: object
    """What its views work with: `site().desks[name]`."""
    close: Callable[[], None]
    """Ends what it started; called once, when the pages are no longer served."""

    @property
    def name(self) -> str:
        return self.blueprint.name
