"""The technicians' page: a board file goes in, a cradle to look at and to print comes out.

A plug-in of the pages (entry point group `goldenboard.pages`). Nothing here imports the libraries
of the extra `cad`: the build runs in a process of its own.
"""

from __future__ import annotations

import importlib.util

from appliance.web.extra_pages import ExtraPages, Surroundings
from cradles.cli import NEEDED


def extra_pages(around: Surroundings) -> ExtraPages | None:
    """None where the extra `cad` is not installed."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        return None
    from cradles.web import texts_en
    from cradles.web.desk import Desk
    from cradles.web.pages import pages

    desk = Desk(around.folder, status=around.status, store=around.store)
    return ExtraPages(
        blueprint=pages,
        texts={"en": texts_en.TEXTS},
        nav="index",
        desk=desk,
        close=desk.close,
    )
