"""How an SSD or hard disk says it is doing (SMART), from the file that the unit's
goldenboard-storage-health.service has smartctl write: asking the disk itself takes rights that the
instrument does not have.

Fields as in the JSON of smartmontools 7 (smartctl(8), `--json`); NVMe's are those of its log page
02h (NVM Express Base Specification, "SMART / Health Information"). What a disk does not say is
None.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = Path("/run/goldenboard-storage/health.json")
MOST_BYTES = 1024 * 1024
NVME_UNIT_BYTES = 512_000
"""A data unit of NVMe is a thousand blocks of 512 bytes, whatever the disk's own."""
_LIFE_LEFT = (
    "Percent_Lifetime_Remain", "SSD_Life_Left", "Media_Wearout_Indicator", "Wear_Leveling_Count",
)  # fmt: skip
"""ATA attributes whose normalised value falls from 100 with wear, by their names in smartmontools'
drivedb.h; the first that is there counts."""
_BAD_SECTORS = (5, 197, 198)
"""Reallocated, pending, uncorrectable sectors: ATA attributes that all makers count alike."""
_WRITTEN_LBAS = 241


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskHealth:
    device: str
    """Name of the kernel's, such as nvme0n1."""
    asked_utc: str | None
    model: str | None
    serial: str | None
    refused: str | None
    """Why the disk told nothing, in smartctl's words; None where it told something."""
    passed: bool | None
    """The disk's own verdict of itself."""
    warnings: int | None
    """NVMe's bits of critical warnings."""
    life_used_percent: int | None
    """Of what the maker gives it; may exceed 100."""
    spare_percent: int | None
    spare_least_percent: int | None
    bad: int | None
    """NVMe: media and data integrity errors; ATA: reallocated, pending, uncorrectable sectors."""
    written_bytes: int | None
    """Ever, by the host."""
    on_hours: int | None
    temperature_c: int | None


def read_disk_health(file: Path = FILE) -> DiskHealth | None:
    """None where nothing was written (no smartctl, an SD card). Raises OSError for a file that
    can't be read, ValueError for one that smartctl did not write."""
    found = raw_disk_health(file)
    return None if found is None else parse(found)


def raw_disk_health(file: Path = FILE) -> dict[str, Any] | None:
    """All that smartctl said. As `read_disk_health`."""
    try:
        with file.open("rb") as content:
            text = content.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    if len(text) > MOST_BYTES:
        raise ValueError(f"{file}: more than {MOST_BYTES} bytes, which is no answer of smartctl")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file}: no JSON of smartctl: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("smartctl"), dict):
        raise ValueError(f"{file}: JSON, but not smartctl's")
    return found


def parse(found: dict[str, Any]) -> DiskHealth:
    """Of smartctl's answer. Raises ValueError when it names no device."""
    asked = _list(found, "smartctl", "argv")
    if not asked or not isinstance(asked[-1], str):
        raise ValueError("smartctl's answer names no device")
    nvme = _dict(found, "nvme_smart_health_information_log")
    ata = {row["id"]: row for row in _rows(found)}
    passed = _at(found, "smart_status", "passed")
    told = bool(nvme or ata) or isinstance(passed, bool)
    return DiskHealth(
        device=asked[-1].rpartition("/")[2],
        asked_utc=_utc(_at(found, "local_time", "time_t")),
        model=_text(found.get("model_name")),
        serial=_text(found.get("serial_number")),
        refused=None if told else _refusal(found),
        passed=passed if isinstance(passed, bool) else None,
        warnings=_count(nvme, "critical_warning"),
        life_used_percent=_life_used(found, nvme, ata),
        spare_percent=_first(
            _count(nvme, "available_spare"), _count(found, "spare_available", "current_percent")
        ),
        spare_least_percent=_first(
            _count(nvme, "available_spare_threshold"),
            _count(found, "spare_available", "threshold_percent"),
        ),
        bad=_bad(nvme, ata),
        written_bytes=_written(found, nvme, ata),
        on_hours=_count(found, "power_on_time", "hours"),
        temperature_c=_count(found, "temperature", "current"),
    )


def _life_used(
    found: dict[str, Any], nvme: dict[str, Any], ata: dict[int, dict[str, Any]]
) -> int | None:
    said = _first(
        _count(nvme, "percentage_used"), _count(found, "endurance_used", "current_percent")
    )
    if said is not None:
        return said
    left = {row.get("name"): _count(row, "value") for row in ata.values()}
    for name in _LIFE_LEFT:
        value = left.get(name)
        if value is not None and value <= 100:
            return 100 - value
    return None


def _bad(nvme: dict[str, Any], ata: dict[int, dict[str, Any]]) -> int | None:
    if nvme:
        return _count(nvme, "media_errors")
    counts = [_count(ata[number], "raw", "value") for number in _BAD_SECTORS if number in ata]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _written(
    found: dict[str, Any], nvme: dict[str, Any], ata: dict[int, dict[str, Any]]
) -> int | None:
    units = _count(nvme, "data_units_written")
    if units is not None:
        return units * NVME_UNIT_BYTES
    row = ata.get(_WRITTEN_LBAS, {})
    blocks, block_bytes = _count(row, "raw", "value"), _count(found, "logical_block_size")
    # Some makers count in other units under another name.
    if row.get("name") != "Total_LBAs_Written" or blocks is None or block_bytes is None:
        return None
    return blocks * block_bytes


def _refusal(found: dict[str, Any]) -> str:
    words = [
        text
        for each in _list(found, "smartctl", "messages")
        if isinstance(each, dict) and (text := _text(each.get("string")))
    ]
    return "; ".join(words)[:300] or "it told nothing of its health"


def _rows(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in _list(found, "ata_smart_attributes", "table"):
        if isinstance(row, dict) and isinstance(row.get("id"), int):
            yield row


def _at(found: Any, *path: str) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _dict(found: Any, *path: str) -> dict[str, Any]:
    value = _at(found, *path)
    return value if isinstance(value, dict) else {}


def _list(found: Any, *path: str) -> list[Any]:
    value = _at(found, *path)
    return value if isinstance(value, list) else []


def _count(found: Any, *path: str) -> int | None:
    value = _at(found, *path)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 2**63 else None


def _text(value: object) -> str | None:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if text and text.isprintable() else None


def _utc(value: object) -> str | None:
    if not isinstance(value, int) or not 0 <= value < 2**33:
        return None
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
