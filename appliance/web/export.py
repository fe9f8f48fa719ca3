"""The record for other programs, sent row by row: a year costs no more memory than a day."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from flask import Blueprint, Response

from appliance.store import Selection, Store
from appliance.store.export import COLUMNS, flat, nested
from appliance.web import asking
from appliance.web.access import open_to_all
from appliance.web.site import site

pages = Blueprint("export", __name__, url_prefix="/export")


@pages.get("/boards.csv")
@open_to_all
def boards_csv() -> Response:
    return _file(_csv(site().store, asking.selection()), "text/csv; charset=utf-8", "boards.csv")


@pages.get("/boards.jsonl")
@open_to_all
def boards_json() -> Response:
    """One JSON object a line."""
    return _file(_json(site().store, asking.selection()), "application/x-ndjson", "boards.jsonl")


def _csv(store: Store, selection: Selection) -> Iterator[str]:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for stored in store.every_inspection(selection):
        writer.writerow(flat(stored))
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def _json(store: Store, selection: Selection) -> Iterator[str]:
    for stored in store.every_inspection(selection):
        yield json.dumps(nested(stored), ensure_ascii=False, allow_nan=False) + "\n"


def _file(lines: Iterator[str], mimetype: str, name: str) -> Response:
    response = Response(lines, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
