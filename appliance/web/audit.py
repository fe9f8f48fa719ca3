"""The audit log for those who answer for the unit: read, filtered, checked, taken away. There is
no way to change it, here or below."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request

from appliance.store import AuditHead, Role, Store
from appliance.store.export import audit_entry
from appliance.web import asking
from appliance.web.access import needs
from appliance.web.site import site

pages = Blueprint("audit", __name__, url_prefix="/audit")


@pages.get("/")
@needs(Role.SUPERVISOR)
def index() -> str:
    """Newest first; `check` walks the whole chain, against `head` where one is given."""
    store = site().store
    before = asking.whole(request.args, "before")
    asked = {name: asking.text(request.args, name) for name in ("kind", "by")}
    rows = store.audit_entries(
        limit=asking.PAGE_SIZE + 1,
        before=before,
        kind=asked["kind"] or None,
        by=asked["by"] or None,
    )
    published = asking.text(request.args, "head")
    checked = bool(asking.text(request.args, "check"))
    head = AuditHead.parse(published) if checked and published else None
    return render_template(
        "audit.html",
        rows=rows[: asking.PAGE_SIZE],
        older=rows[asking.PAGE_SIZE - 1].event_id if len(rows) > asking.PAGE_SIZE else None,
        asked={name: value for name, value in asked.items() if value},
        kinds=store.audit_kinds(),
        head=store.audit_head(),
        published=published,
        report=store.verify_audit(head) if checked else None,
    )


@pages.get("/log.jsonl")
@needs(Role.SUPERVISOR)
def log_json() -> Response:
    """The head, then every entry up to it, newest first, one JSON object a line."""
    store = site().store
    unit = site().status.current()[1].unit
    response = Response(_lines(store, unit), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return response


def _lines(store: Store, unit: str) -> Iterator[str]:
    head = store.audit_head()
    yield json.dumps({"unit": unit, "head": None if head is None else str(head)}) + "\n"
    before = 1 if head is None else head.number + 1
    while page := store.audit_entries(limit=asking.PAGE_SIZE, before=before):
        for event in page:
            yield json.dumps(audit_entry(event), ensure_ascii=False) + "\n"
        before = page[-1].event_id
