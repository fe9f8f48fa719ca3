"""What a visitor asks for in the address or a form, checked before it is used."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import tzinfo
from urllib.parse import urlsplit

from flask import request

from appliance.store import Selection, zone_of
from appliance.terms import Call, Verdict
from appliance.web.problems import ProblemError
from appliance.web.texts import t

MOST_TEXT = 128
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
PAGE_SIZE = 50


def bad(message: str) -> ProblemError:
    return ProblemError(400, "bad_request", message, action=t("error.400.action"))


def text(values: Mapping[str, str], name: str, *, most: int = MOST_TEXT) -> str:
    """A trimmed value, empty when it is not there."""
    found = values.get(name, "").strip()
    if len(found) > most:
        raise bad(t("ask.too_long", name=name, most=most))
    return found


def needed(values: Mapping[str, str], name: str, *, most: int = MOST_TEXT) -> str:
    found = text(values, name, most=most)
    if not found:
        raise bad(t("ask.missing", name=name))
    return found


def whole(values: Mapping[str, str], name: str) -> int | None:
    found = text(values, name)
    if not found:
        return None
    if not found.isascii() or not found.isdigit() or len(found) > 18:
        raise bad(t("ask.number", name=name))
    return int(found)


def number(values: Mapping[str, str], name: str) -> float:
    try:
        found = float(needed(values, name))
    except ValueError:
        raise bad(t("ask.number", name=name)) from None
    if not math.isfinite(found):
        raise bad(t("ask.number", name=name))
    return found


def zone() -> tuple[str, tzinfo]:
    """The viewer's zone as the browser told it; UTC for whoever tells none or a strange one."""
    name = request.args.get("zone") or request.cookies.get("zone") or "UTC"
    try:
        return name, zone_of(name[:64])
    except ValueError:
        return "UTC", zone_of("UTC")


def selection() -> Selection:
    """The boards that the address's question names."""
    asked = request.args
    verdict, call = text(asked, "verdict"), text(asked, "call")
    try:
        return Selection(
            since_utc=_instant("since"),
            until_utc=_instant("until"),
            serial=text(asked, "serial") or None,
            part_number=text(asked, "part") or None,
            recipe=text(asked, "recipe") or None,
            operator=text(asked, "operator") or None,
            verdict=Verdict(verdict) if verdict else None,
            component=text(asked, "component") or None,
            call=Call(call) if call else None,
            unanswered=True if text(asked, "open") else None,
        )
    except ValueError:
        raise bad(t("ask.choice")) from None


def question(**changes: object) -> dict[str, str]:
    """The address's question with some values changed; empty ones fall away."""
    names = (
        "since", "until", "serial", "part", "recipe", "operator",
        "verdict", "component", "call", "open",
    )  # fmt: skip
    kept = {name: request.args.get(name, "") for name in names}
    kept.update({name: "" if value is None else str(value) for name, value in changes.items()})
    return {name: value for name, value in kept.items() if value}


def own_path(target: str) -> str:
    """Where to go after signing in: only a path of this unit, never another host."""
    parts = urlsplit(target)
    same = target.startswith("/") and not target.startswith(("//", "/\\"))
    if parts.scheme or parts.netloc or not same or "\\" in target:
        return "/"
    return target


def _instant(name: str) -> str | None:
    found = text(request.args, name)
    if found and not _UTC.fullmatch(found):
        raise bad(t("ask.instant", name=name))
    return found or None
