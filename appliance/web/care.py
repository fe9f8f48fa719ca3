"""How the card is doing, what goes next, and what is taken home: a support bundle, a backup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from flask import Blueprint, Response, abort, render_template, request

from appliance.care.views import CareDesk
from appliance.refusal import Refusal
from appliance.store import EDGES_MS, Role
from appliance.web.access import needs, open_to_all
from appliance.web.problems import ProblemError
from appliance.web.site import signed_in, site

pages = Blueprint("care", __name__, url_prefix="/care")
LONGEST_PASSPHRASE = 200
_PIECE_BYTES = 256 * 1024


def _desk() -> CareDesk:
    found = site().care
    if found is None:
        abort(404)
    return found


@pages.get("/")
@open_to_all
def page() -> str:
    view = _desk().view()
    order = {"bad": 0, "warn": 1, "ok": 2}
    counts = view.latency.counts
    used = max((at + 1 for at, count in enumerate(counts) if count), default=0)
    classes = [*(f"≤ {edge}" for edge in EDGES_MS), f"> {EDGES_MS[-1]}"]
    return render_template(
        "care.html",
        view=view,
        lights=sorted(view.lights, key=lambda light: order.get(light.level, 0)),
        bars=[
            (name, count, 100 * count / max(counts))
            for name, count in zip(classes[:used], counts, strict=False)
        ],
    )


@pages.post("/bundle")
@needs(Role.TECHNICIAN)
def bundle() -> Response:
    return _file("support", "zip", "application/zip", lambda: _desk().bundle())


@pages.post("/backup")
@needs(Role.TECHNICIAN)
def backup() -> Response:
    words = request.form.get("passphrase", "")[:LONGEST_PASSPHRASE] or None
    return _file("backup", "goldenboard", "application/x-tar", lambda: _desk().backup(words))


def _file(what: str, ending: str, mimetype: str, make: Callable[[], BinaryIO]) -> Response:
    """Made now and sent as a download; the diary says who took it."""
    try:
        content = make()
    except Refusal as error:
        raise ProblemError(409, what, error.finding, action=error.action) from error
    site().store.add_event(f"{what}_taken", by=signed_in().name)
    unit = re.sub(r"[^A-Za-z0-9_-]+", "-", site().status.current()[1].unit).strip("-") or "unit"
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    answer = Response(_pieces(content), mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{unit}-{what}-{day}.{ending}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.call_on_close(content.close)
    return answer


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while piece := content.read(_PIECE_BYTES):
            yield piece
