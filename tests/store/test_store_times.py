"""Times in rows, and days as the viewer has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.store import Moment, Step, buckets, day_span, system_clock, utc_text, zone_of
from appliance.store.clock import utc_from_text

INSTANTS = st.datetimes(
    min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)


@settings(deadline=None)
@given(INSTANTS, INSTANTS)
def test_the_order_of_texts_is_the_order_of_instants(a: datetime, b: datetime) -> None:
    a, b = (t.replace(microsecond=t.microsecond // 1000 * 1000) for t in (a, b))
    assert (utc_text(a) < utc_text(b)) == (a < b)
    assert utc_from_text(utc_text(a)) == a


def test_texts_are_utc_whatever_the_zone() -> None:
    there = datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=9)))
    assert utc_text(there) == "2026-03-01T16:30:00.000Z"
    with pytest.raises(ValueError, match="with its zone"):
        utc_text(datetime(2026, 3, 2))


@pytest.mark.parametrize("text", ["", "2026-03-02", "2026-03-02T07:30:00Z", "2026-03-02 07:30"])
def test_a_moment_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="expected UTC as"):
        Moment(utc=text, boot_id="b", monotonic_s=0.0, clock_synced=True)


def test_the_machine_has_a_clock() -> None:
    now = system_clock()
    first, second = now(), now()
    assert first.boot_id == second.boot_id
    assert first.monotonic_s <= second.monotonic_s


def test_today_is_the_viewers() -> None:
    now = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert day_span(now, zone_of(0)) == ("2026-03-02T00:00:00.000Z", "2026-03-03T00:00:00.000Z")
    assert day_span(now, zone_of(540)) == ("2026-03-02T15:00:00.000Z", "2026-03-03T15:00:00.000Z")
    assert day_span(now, zone_of("Asia/Seoul")) == day_span(now, zone_of(540))


def test_a_day_of_summer_time_has_its_own_length() -> None:
    berlin = zone_of("Europe/Berlin")
    assert day_span(datetime(2026, 3, 29, 12, tzinfo=UTC), berlin) == (
        "2026-03-28T23:00:00.000Z",
        "2026-03-29T22:00:00.000Z",
    )
    bars = buckets(
        datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC), Step.DAY, berlin
    )
    assert [(bar.since_utc, bar.until_utc) for bar in bars] == [
        ("2026-03-27T23:00:00.000Z", "2026-03-28T23:00:00.000Z"),
        ("2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"),
        ("2026-03-29T22:00:00.000Z", "2026-03-30T22:00:00.000Z"),
    ]
    hours = buckets(
        datetime(2026, 10, 24, 22, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
        Step.HOUR,
        berlin,
    )
    assert len(hours) == 25


def test_hours_begin_where_the_viewers_clock_strikes() -> None:
    kathmandu = zone_of("Asia/Kathmandu")
    bars = buckets(
        datetime(2026, 3, 2, 7, 50, tzinfo=UTC),
        datetime(2026, 3, 2, 8, 20, tzinfo=UTC),
        Step.HOUR,
        kathmandu,
    )
    assert [bar.since_utc for bar in bars] == [
        "2026-03-02T07:15:00.000Z",
        "2026-03-02T08:15:00.000Z",
    ]


@pytest.mark.parametrize("zone", ["Nowhere/Town", "", "../etc/passwd", 24 * 60, -5000])
def test_a_zone_that_is_none_is_said(zone: str | int) -> None:
    with pytest.raises(ValueError, match="expected"):
        zone_of(zone)


def test_a_trend_has_a_bound() -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="at most 1000"):
        buckets(since, since + timedelta(days=365), Step.HOUR, UTC)
