"""What a scanned line means: a badge, a part number or a serial."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    BADGE = "badge"
    PART = "part"
    SERIAL = "serial"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPatterns:
    """Regular expressions with one group, tried in this order on the whole line."""

    badge: str = r"OP[-:](.+)"
    part: str = r"PN[-:](.+)"
    serial: str = r"(?:SN[-:])?([A-Za-z0-9][A-Za-z0-9 ._/+-]{2,63})"

    def __post_init__(self) -> None:
        for name in ("badge", "part", "serial"):
            pattern = getattr(self, name)
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                raise ValueError(f"scan pattern {name} {pattern!r}: {error}") from None
            if groups != 1:
                raise ValueError(f"scan pattern {name} {pattern!r} needs exactly one group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    kind: Kind
    text: str


def read_scan(line: str, patterns: ScanPatterns) -> Scan:
    """What the line says; UNKNOWN with the line itself when no pattern fits."""
    line = line.strip()
    for kind, pattern in (
        (Kind.BADGE, patterns.badge),
        (Kind.PART, patterns.part),
        (Kind.SERIAL, patterns.serial),
    ):
        if match := re.fullmatch(pattern, line):
            return Scan(kind=kind, text=match.group(1).strip())
    return Scan(kind=Kind.UNKNOWN, text=line[:64])


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProblem:
    """Why the machine can't say which board it judged."""

    code: str
    found: str
    action: str


def identity_problem(
    *, scanned: str | None, seen: str | None, required: bool
) -> IdentityProblem | None:
    """Compare the serial from the scanner with the one read in the picture."""
    if scanned and seen and scanned != seen:
        return IdentityProblem(
            code="serial_mismatch",
            found=f"The scanned serial is {scanned}; the board carries {seen}.",
            action="Take the board out, scan its own label and insert it again.",
        )
    if required and not (scanned or seen):
        return IdentityProblem(
            code="serial_missing",
            found="No serial was scanned and none could be read in the picture.",
            action="Take the board out, scan its label and insert it again.",
        )
    return None
