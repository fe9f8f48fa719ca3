"""The card's traffic lights: measured value, limit, next step in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.status import DeviceView
from appliance.store import Inflow, Latency, Space
from hw.card import CardReading
from hw.disk_health import DiskHealth

OK, WARN, BAD = "ok", "warn", "bad"
YEAR_S = 365.25 * 86_400
LEAST_UPTIME_S = 3600.0
"""Before that a rate of writing is chance."""
LIFE_WARN_PERCENT, LIFE_BAD_PERCENT = 80, 100
YEARS_WARN = 1.0
COMMIT_WARN_MS, COMMIT_BAD_MS = 200, 2000
LEAST_COMMITS = 20
DAYS_WARN = 30.0
_REPLACE = "Make a backup with `goldenboard backup`, then replace the card at the next stop."


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    card: CardReading | None
    latency: Latency
    space: Space
    inflow: Inflow
    min_free_bytes: int
    endurance_tb: float
    disk: DiskHealth | None = None
    """What an SSD or hard disk says of itself; None for cards and where nobody asked it."""


def lights(now: Measured, *, previous: tuple[DeviceView, ...], utc: str) -> tuple[DeviceView, ...]:
    """`since_utc` is kept from `previous` for as long as the level stays the same."""
    since = {view.name: (view.level, view.since_utc) for view in previous}

    def dated(light: _Light) -> DeviceView:
        was_level, was_since = since.get(light.name, ("", ""))
        return DeviceView(
            name=light.name,
            level=light.level,
            value=light.value,
            limit=light.limit,
            next_step=light.next_step if light.level != OK else "",
            since_utc=was_since if was_level == light.level else utc,
        )

    return tuple(dated(light) for light in _lights(now))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Light:
    name: str
    level: str
    value: str
    limit: str = ""
    next_step: str = ""


def _lights(now: Measured) -> Iterator[_Light]:
    if now.card is None:
        yield _Light(name="card", level=OK, value="the record lies on no card or disk of its own")
    else:
        yield _wear(now.card)
        yield _written(now.card, now.endurance_tb)
        yield _errors(now.card)
    if now.disk is not None:
        yield _disk(now.disk)
    yield _commits(now.latency)
    yield _room(now)


def _wear(card: CardReading) -> _Light:
    facts = [card.kind, card.model or card.device]
    if card.size_bytes is not None:
        facts.append(f"{card.size_bytes / 1e9:.0f} GB")
    if card.made is not None:
        facts.append(f"made {card.made}")
    if card.serial is not None:
        facts.append(f"serial {card.serial}")
    used, level = card.life_used_percent, OK
    if used is None:
        facts.append("does not say how worn it is")
    else:
        facts.append(f"at most {used} % of its life used" if used <= 100 else "beyond its life")
        level = BAD if used > LIFE_BAD_PERCENT else WARN if used > LIFE_WARN_PERCENT else OK
    if card.spare is not None:
        facts.append(f"spare blocks: {card.spare}")
        level = WARN if card.spare_low and level == OK else level
    return _Light(
        name="card",
        level=level,
        value=", ".join(facts),
        limit="" if used is None else f"at most {LIFE_WARN_PERCENT} % used",
        next_step=_REPLACE,
    )


def _disk(disk: DiskHealth) -> _Light:
    name = disk.model or disk.device
    if disk.refused is not None:
        return _Light(name="disk", level=OK, value=f"{name} tells nothing: {disk.refused}")
    facts = [name, *([f"serial {disk.serial}"] if disk.serial else [])]
    levels = [OK]
    if disk.passed is not None:
        facts.append("its own check passed" if disk.passed else "its own check FAILED")
        levels.append(OK if disk.passed else BAD)
    used = disk.life_used_percent
    if used is not None:
        facts.append(f"{used} % of its life used")
        levels.append(BAD if used >= LIFE_BAD_PERCENT else WARN if used > LIFE_WARN_PERCENT else OK)
    if disk.spare_percent is not None:
        facts.append(f"{disk.spare_percent} % of the spare blocks left")
        low = disk.spare_percent < (disk.spare_least_percent or 0)
        levels.append(BAD if low else OK)
    if disk.bad is not None:
        facts.append(f"{disk.bad} bad places")
        levels.append(WARN if disk.bad else OK)
    if disk.warnings:
        facts.append(f"critical warnings {disk.warnings:#04x}")
        levels.append(BAD)
    if disk.written_bytes is not None:
        facts.append(f"{disk.written_bytes / 1e12:.3g} TB written")
    if disk.on_hours is not None:
        facts.append(f"on for {disk.on_hours} h")
    if disk.temperature_c is not None:
        facts.append(f"{disk.temperature_c} °C")
    if disk.asked_utc is not None:
        facts.append(f"asked {disk.asked_utc[:16].replace('T', ' ')} UTC")
    return _Light(
        name="disk",
        level=max(levels, key=(OK, WARN, BAD).index),
        value=", ".join(facts),
        limit=f"passed, at most {LIFE_WARN_PERCENT} % used, no bad place",
        next_step=_REPLACE.replace("the card", "the disk"),
    )


def _written(card: CardReading, endurance_tb: float) -> _Light:
    ever = None if card.written_ever_bytes is None else card.written_ever_bytes / 1e12
    facts = [] if ever is None else [f"{ever:.3g} TB so far"]
    rate, level = _tb_a_year(card), OK
    if rate is None:
        facts.append("too early to say how much a year")
    else:
        facts.append(f"{rate:.3g} TB a year at the present rate")
        years = (endurance_tb - (ever or 0.0)) / rate if rate else float("inf")
        if years > 100:
            facts.append("good for a hundred years and more")
        elif years > 0:
            facts.append(f"good for {years:.1f} years" + ("" if ever is not None else " from new"))
        level = WARN if years < YEARS_WARN else OK
    if ever is not None and ever >= endurance_tb:
        facts.append("more than it is made for")
        level = WARN
    return _Light(
        name="written",
        level=level,
        value=", ".join(facts),
        limit=f"{endurance_tb:g} TB, as [card] endurance_tb of the settings says",
        next_step=_REPLACE,
    )


def _tb_a_year(card: CardReading) -> float | None:
    up, written = card.uptime_s, card.written_bytes
    if up is None or written is None or up < LEAST_UPTIME_S:
        return None
    return written / up * YEAR_S / 1e12


def _errors(card: CardReading) -> _Light:
    if card.errors is None:
        return _Light(name="file system", level=OK, value="keeps no count of errors")
    return _Light(
        name="file system",
        level=BAD if card.errors else OK,
        value=f"{card.errors} errors since it was last checked",
        limit="none",
        next_step="Make a backup now, switch the unit off and replace the card.",
    )


def _commits(latency: Latency) -> _Light:
    if latency.count < LEAST_COMMITS:
        value = f"{latency.count} commits today, too few to say"
        return _Light(name="commits", level=OK, value=value)
    slow = latency.p95_ms is None or latency.p95_ms > COMMIT_WARN_MS
    level = WARN if slow else OK
    if latency.p95_ms is None or latency.p95_ms > COMMIT_BAD_MS:
        level = BAD
    return _Light(
        name="commits",
        level=level,
        value=f"half within {_ms(latency.p50_ms)}, 95 of 100 within {_ms(latency.p95_ms)}, slowest "
        f"{latency.worst_ms:.0f} ms, of {latency.count} today",
        limit=f"95 of 100 within {COMMIT_WARN_MS} ms",
        next_step="Use a faster card (`goldenboard commission` measures it); boards wait for it.",
    )


def _ms(edge: int | None) -> str:
    return "more than 5 s" if edge is None else f"{edge} ms"


def _room(now: Measured) -> _Light:
    """The pictures stop growing at their quota; the disk has to be larger than that."""
    space, a_day = now.space, now.inflow.picture_bytes_a_day
    to_quota = max(space.quota_bytes - space.pictures_bytes, 0)
    free = max(space.disk_free_bytes - now.min_free_bytes, 0)
    value = f"{space.disk_free_bytes / 1e9:.1f} GB free"
    if a_day:
        value += f", {a_day / 1e6:.3g} MB of pictures a day"
    if to_quota <= free:
        if a_day:
            value += f", the quota is reached in {_days(to_quota / a_day)}: then the oldest go"
        return _Light(
            name="room", level=OK, value=value, limit="the quota fits on the disk beside the rest"
        )
    if a_day:
        value += f", the disk is full in {_days(free / a_day)}, before the quota is reached"
    soon = not a_day or free / a_day < DAYS_WARN
    return _Light(
        name="room",
        level=WARN if soon and free else BAD if not free else OK,
        value=value,
        limit=f"{now.min_free_bytes / 1e9:.1f} GB stay free",
        next_step="Set a smaller pictures_gb in the settings, or use a larger card.",
    )


def _days(days: float) -> str:
    if days > 36_525:
        return "more than a hundred years"
    return f"{days:.0f} days" if days < 730 else f"{days / 365.25:.0f} years"
