"""What was found out about a cradle, in a technician's words: check, found, limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from appliance.web.texts import t

_FIELDS = {
    "units": "cradles.units",
    "face": "cradles.face",
    "thickness": "cradles.thickness",
    "clearance": "cradles.clearance",
    "location": "cradles.location",
    "turn": "cradles.turn",
    "centroid": "cradles.table",
    "origin": "cradles.origin",
    "bottom-mirrored": "cradles.mirrored",
    "unknown-size": "cradles.unknown",
}
_OPTION = re.compile("--(" + "|".join(_FIELDS) + r")\b")


def for_the_form(text: str) -> str:
    """Notes and refusals name the command's options; here they are the form's fields."""
    return _OPTION.sub(lambda found: f"“{t(_FIELDS[found[1]])}”", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    name: str
    found: str
    limit: str
    holds: bool


def findings(report: dict[str, Any]) -> list[Finding]:
    """Those that do not hold first; empty for a report that can't be read as one."""
    try:
        rows = [
            Finding(name=c["name"], found=c["found"], limit=c["limit"], holds=bool(c["passed"]))
            for c in report["checks"]
        ]
        rows += _of_fit(report["fit"], report["wrong_ways"])
    except (KeyError, TypeError):
        return []
    return sorted(rows, key=lambda row: row.holds)


def _of_fit(fit: dict[str, Any], ways: list[dict[str, Any]]) -> list[Finding]:
    most = max(fit["play_x_mm"][1], fit["play_y_mm"][1])
    kept = sum(bool(way["kept_out_by"]) for way in ways)
    seats = ", ".join(fit["wrongly_seated"])
    caught = "; ".join(fit["caught"])
    return [
        Finding(
            name=t("cradles.laid"),
            found=caught or t("cradles.laid.found", count=fit["laid_down"]),
            limit=t("cradles.laid.limit"),
            holds=not caught,
        ),
        Finding(
            name=t("cradles.fit"),
            found=t("cradles.fit.found", seated=fit["seated"], boards=fit["boards"]),
            limit=t("cradles.fit.limit"),
            holds=bool(fit["always_seats"]),
        ),
        Finding(
            name=t("cradles.play"),
            found=t("cradles.play.found", most=f"{most:.2f}"),
            limit=t("cradles.play.limit", clearance=f"{fit['clearance_mm']:g}"),
            holds=bool(fit["play_is_within"]),
        ),
        Finding(
            name=t("cradles.wrong"),
            found=t("cradles.wrong.seats", ways=seats)
            if seats
            else t("cradles.wrong.found", kept=kept, count=len(ways)),
            limit=t("cradles.wrong.limit"),
            holds=bool(fit["keys_hold"]),
        ),
    ]
