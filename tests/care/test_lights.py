"""The card's lights: each limit from both sides, in words that say what to do."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.care.desk import Desk
from appliance.care.lights import Measured, lights
from appliance.status import DeviceView, StatusBoard
from appliance.store import Inflow, Latency, Space
from appliance.store.latency import LatencyCounter
from hw.disk_health import DiskHealth
from tests.web.demo import CARD, READY

from .units import TestUnit

GB = 10**9
WELL = Measured(
    card=CARD,
    latency=LatencyCounter().read(),
    space=Space(
        pictures_bytes=2 * GB,
        quota_bytes=16 * GB,
        database_bytes=GB,
        disk_free_bytes=20 * GB,
        disk_total_bytes=32 * GB,
    ),
    inflow=Inflow(days=7, boards_a_day=900.0, picture_bytes_a_day=0.5 * GB),
    min_free_bytes=200 * 10**6,
    endurance_tb=15.0,
)


def _light(name: str, now: Measured) -> DeviceView:
    (found,) = (view for view in lights(now, previous=(), utc="now") if view.name == name)
    return found


def _level(name: str, now: Measured) -> str:
    found = _light(name, now)
    assert bool(found.next_step) == (found.level != "ok")
    return found.level


def _commits(*times_ms: float) -> Latency:
    counter = LatencyCounter(lambda: "2026-03-02")
    for time_ms in times_ms:
        counter.add(time_ms / 1000)
    return counter.read()


def test_a_well_card_is_green_in_all_of_its_lights() -> None:
    assert {v.name: v.level for v in lights(WELL, previous=(), utc="now")} == dict.fromkeys(
        ("card", "written", "file system", "commits", "room"), "ok"
    )


@pytest.mark.parametrize(
    ("used", "low", "level"),
    [(None, False, "ok"), (80, False, "ok"), (90, False, "warn"), (110, False, "bad"),
     (10, True, "warn"), (110, True, "bad")],
)  # fmt: skip
def test_wear(used: int | None, low: bool, level: str) -> None:
    card = replace(CARD, life_used_percent=used, spare_low=low)
    assert _level("card", replace(WELL, card=card)) == level


@pytest.mark.parametrize(
    ("ever_tb", "a_day_gb", "level", "words"),
    [
        (6.4, 3.5, "ok", "good for 6.7 years"),
        (6.4, 0.0, "ok", "good for a hundred years and more"),
        (14.5, 3.5, "warn", "good for 0.4 years"),
        (15.0, 0.1, "warn", "more than it is made for"),
        (None, 3.5, "ok", "good for 11.7 years from new"),
        (None, 50.0, "warn", "good for 0.8 years from new"),
    ],
)
def test_what_is_written(ever_tb: float | None, a_day_gb: float, level: str, words: str) -> None:
    """15 TB less 6.4 TB at 3.5 GB a day (1.278 TB a year) are 6.7 years."""
    card = replace(
        CARD,
        written_ever_bytes=None if ever_tb is None else int(ever_tb * 1e12),
        written_bytes=int(a_day_gb * 1e9),
        uptime_s=86_400.0,
    )
    now = replace(WELL, card=card)
    assert words in _light("written", now).value
    assert _level("written", now) == level


def test_an_hour_is_too_early_to_say() -> None:
    now = replace(WELL, card=replace(CARD, uptime_s=3599.0))
    assert "too early" in _light("written", now).value


@pytest.mark.parametrize(("errors", "level"), [(None, "ok"), (0, "ok"), (1, "bad")])
def test_errors_of_the_file_system(errors: int | None, level: str) -> None:
    assert _level("file system", replace(WELL, card=replace(CARD, errors=errors))) == level


@pytest.mark.parametrize(
    ("times_ms", "level"),
    [
        ([9000.0] * 19, "ok"),
        ([5.0] * 95 + [300.0] * 5, "ok"),
        ([5.0] * 94 + [300.0] * 6, "warn"),
        ([5.0] * 94 + [3000.0] * 6, "bad"),
        ([5.0] * 94 + [9000.0] * 6, "bad"),
    ],
)
def test_commits(times_ms: list[float], level: str) -> None:
    assert _level("commits", replace(WELL, latency=_commits(*times_ms))) == level


def test_commits_in_words() -> None:
    now = replace(WELL, latency=_commits(*[4.0] * 90, *[80.0] * 9, 712.4))
    assert _light("commits", now).value == (
        "half within 5 ms, 95 of 100 within 100 ms, slowest 712 ms, of 100 today"
    )


@pytest.mark.parametrize(
    ("free_gb", "a_day_gb", "level", "words"),
    [
        (20.0, 0.5, "ok", "the quota is reached in 28 days: then the oldest go"),
        (20.0, 0.0, "ok", "20.0 GB free"),
        (20.0, 1e-6, "ok", "the quota is reached in more than a hundred years"),
        (10.2, 0.5, "warn", "the disk is full in 20 days, before the quota is reached"),
        (10.2, 0.1, "ok", "the disk is full in 100 days, before the quota is reached"),
        (0.1, 0.5, "bad", "the disk is full in 0 days"),
    ],
)
def test_room(free_gb: float, a_day_gb: float, level: str, words: str) -> None:
    now = replace(
        WELL,
        space=replace(WELL.space, disk_free_bytes=int(free_gb * GB)),
        inflow=replace(WELL.inflow, picture_bytes_a_day=a_day_gb * GB),
    )
    assert words in _light("room", now).value
    assert _level("room", now) == level


def test_a_record_on_no_card() -> None:
    names = [view.name for view in lights(replace(WELL, card=None), previous=(), utc="now")]
    assert names == ["card", "commits", "room"]


def test_since_stays_while_the_level_does() -> None:
    first = lights(WELL, previous=(), utc="one")
    worn = replace(WELL, card=replace(CARD, life_used_percent=90))
    second = lights(worn, previous=first, utc="two")
    third = lights(worn, previous=second, utc="three")
    assert {view.since_utc for view in first} == {"one"}
    assert [view.since_utc for view in third] == ["two", "one", "one", "one", "one"]


DISK = DiskHealth(
    device="nvme0n1", asked_utc="2026-03-02T12:00:00Z", model="A disk", serial="N1", refused=None,
    passed=True, warnings=0, life_used_percent=12, spare_percent=97, spare_least_percent=10, bad=0,
    written_bytes=10**12, on_hours=2401, temperature_c=36,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "ok"),
        ({"passed": False}, "bad"),
        ({"life_used_percent": 80}, "ok"),
        ({"life_used_percent": 81}, "warn"),
        ({"life_used_percent": 100}, "bad"),
        ({"spare_percent": 10}, "ok"),
        ({"spare_percent": 9}, "bad"),
        ({"bad": 1}, "warn"),
        ({"warnings": 4}, "bad"),
        ({"bad": 1, "passed": False}, "bad"),
        ({"refused": "it can't", "passed": None}, "ok"),
    ],
)
def test_what_a_disk_says_of_itself(changes: dict[str, object], level: str) -> None:
    assert _level("disk", replace(WELL, disk=replace(DISK, **changes))) == level  # type: ignore[arg-type]


def test_a_disk_in_words() -> None:
    assert _light("disk", replace(WELL, disk=DISK)).value == (
        "A disk, serial N1, its own check passed, 12 % of its life used, 97 % of the spare blocks "
        "left, 0 bad places, 1 TB written, on for 2401 h, 36 °C, asked 2026-03-02 12:00 UTC"
    )
    silent = replace(WELL, disk=replace(DISK, refused="Unable to detect device type"))
    assert _light("disk", silent).value == "A disk tells nothing: Unable to detect device type"


@pytest.mark.parametrize(("device", "shown"), [("mmcblk0", True), ("sda", False)])
def test_only_the_records_own_disk_is_shown(
    old_unit: TestUnit, tmp_path: Path, device: str, shown: bool
) -> None:
    unit = TestUnit(folder=Path(shutil.copytree(old_unit.folder, tmp_path / "unit")))
    with unit.open() as store:
        desk = Desk(
            unit.config, unit.settings, store, StatusBoard(READY),
            card=lambda where: CARD, disk=lambda: replace(DISK, device=device),
        )  # fmt: skip
        assert ("disk" in {view.name for view in desk.view().lights}) == shown


def test_a_spoilt_answer_of_the_disk_leaves_the_page_whole(
    old_unit: TestUnit, tmp_path: Path
) -> None:
    def spoilt() -> DiskHealth | None:
        raise ValueError("no JSON of smartctl")

    unit = TestUnit(folder=Path(shutil.copytree(old_unit.folder, tmp_path / "unit")))
    with unit.open() as store:
        desk = Desk(
            unit.config, unit.settings, store, StatusBoard(READY),
            card=lambda where: CARD, disk=spoilt,
        )  # fmt: skip
        assert "card" in {view.name for view in desk.view().lights}
