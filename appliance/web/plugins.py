"""Find the pages of plug-ins, and leave out what would keep the instrument from starting."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from flask import Flask

from appliance.status import StatusBoard
from appliance.store import Store
from appliance.web.access import check_every_view
from appliance.web.app import HOUSE
from appliance.web.extra_pages import GROUP, ExtraPages, Surroundings

log = logging.getLogger(__name__)


def load_extra_pages(
    data: Path,
    *,
    status: StatusBoard,
    store: Store,
    plugins: Iterable[EntryPoint] | None = None,
) -> tuple[ExtraPages, ...]:
    """The pages of every installed plug-in that works; each keeps its things in `data`/name.

    One that can't be loaded, or whose views don't say who may ask for them, is named in the
    journal and left out: boards are judged without it.
    """
    found: list[ExtraPages] = []
    for plugin in sorted(plugins or entry_points(group=GROUP), key=lambda each: each.name):
        around = Surroundings(folder=data / plugin.name, status=status, store=store)
        try:
            extra: ExtraPages | None = plugin.load()(around)
            if extra is None:
                log.info("the pages of '%s' are not installed", plugin.name)
                continue
            check(plugin.name, extra)
        except Exception:
            log.exception("the pages of '%s' are left out", plugin.name)
            continue
        found.append(extra)
    return tuple(found)


def check(name: str, extra: ExtraPages) -> None:
    """Raises `ValueError` for what would stand in another's place, `UnmarkedViewError` for a view
    that does not say who may ask for it. Tried on an app of its own, which is thrown away."""
    if extra.name != name:
        raise ValueError(f"its blueprint is named '{extra.name}', not '{name}'")
    trial = Flask("appliance.web", static_folder=None)
    for pages in HOUSE:
        trial.register_blueprint(pages)
    before = {rule.rule for rule in trial.url_map.iter_rules()}
    trial.register_blueprint(extra.blueprint)
    for rule in trial.url_map.iter_rules():
        if rule.endpoint.startswith(f"{name}.") and (
            not rule.rule.startswith(f"/{name}/") or rule.rule in before
        ):
            raise ValueError(f"the address {rule.rule} is not below /{name}/")
    if f"{name}.{extra.nav}" not in trial.view_functions:
        raise ValueError(f"there is no view {name}.{extra.nav} for the navigation")
    english = extra.texts.get("en", {})
    astray = [key for texts in extra.texts.values() for key in texts if key not in english]
    astray += [key for key in english if not key.startswith(f"{name}.")]
    if astray or f"{name}.nav" not in english:
        raise ValueError(f"its sentences need '{name}.nav', and none of others: {astray[:5]}")
    check_every_view(trial)
