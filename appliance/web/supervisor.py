"""Yield now and this week, what fails most, and how often the machine cries wolf."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from flask import Blueprint, render_template, request

from appliance.store import Selection, Step, buckets, day_span, utc_text
from appliance.web import asking
from appliance.web.access import open_to_all
from appliance.web.charts import pareto_bars, trend_chart
from appliance.web.site import site

pages = Blueprint("supervisor", __name__)
_LAST_BOARDS = 8
_PARETO = 10
SPANS = {"today": 1, "week": 7, "month": 30}
"""Days that a choice on the page covers, today included."""


@pages.get("/supervisor")
@open_to_all
def figures() -> str:
    return render_template("supervisor.html", **_counted())


@pages.get("/supervisor/figures")
@open_to_all
def figures_now() -> str:
    """The same figures as a piece of the page, asked for when a board was recorded."""
    return render_template("supervisor_figures.html", **_counted())


def _counted() -> dict[str, object]:
    here = site()
    name, zone = asking.zone()
    now = here.settings.utc_now()
    today_utc, tomorrow_utc = day_span(now, zone)
    asked = asking.text(request.args, "span") or "week"
    span = asked if asked in SPANS else "week"
    since = _midnight(now, zone) - timedelta(days=SPANS[span] - 1)
    selection = Selection(since_utc=utc_text(since), until_utc=tomorrow_utc)
    step = Step.HOUR if span == "today" else Step.DAY
    until = _midnight(now, zone) + timedelta(days=1)
    return {
        "span": span,
        "spans": tuple(SPANS),
        "zone": name,
        "today": here.store.figures(Selection(since_utc=today_utc, until_utc=tomorrow_utc)),
        "total": here.store.figures(selection),
        "today_utc": today_utc,
        "since_utc": selection.since_utc,
        "until_utc": tomorrow_utc,
        "pareto": pareto_bars(here.store.pareto(selection, limit=_PARETO)),
        "trend": trend_chart(
            here.store.trend(buckets(since, until, step, zone)), step=step, zone=zone
        ),
        "rows": here.store.boards(limit=_LAST_BOARDS),
    }


def _midnight(now: datetime, zone: tzinfo) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
