"""RAUC's questions about starting systems, answered for the Pi's tryboot.

RAUC calls a custom boot-selection program with `get-primary`, `set-primary SLOT`, `get-state SLOT`,
`set-state SLOT good|bad` and, from 1.11 on, `get-current` (RAUC documentation, "Integration",
"Custom bootloader backend"). The firmware knows one number, the slot that starts; what RAUC has to
remember beyond that lies in a file beside the unit's data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import tomli_w

from appliance.durable import make_folder, write_durably
from appliance.system_update.autoboot import BOOT_PARTITION, default_slot, make_default
from appliance.system_update.places import SystemPlaces
from appliance.toml_strict import TomlError, read_toml, to_table
from appliance.update.errors import UpdateError

GOOD, BAD = "good", "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    bad: tuple[str, ...] = ()
    """Slots that are not to be started: half written, or tried and found wanting."""
    next: str = ""
    """The one to try at the next start; empty when that is the default."""


def remembered(path: Path) -> Remembered:
    """A file that can't be read is taken for none: which slot starts does not hang on it."""
    try:
        return read_toml(path, Remembered) if path.exists() else Remembered()
    except TomlError:
        return Remembered()


def remember(path: Path, facts: Remembered) -> None:
    """Raises OSError."""
    make_folder(path.parent)
    write_durably(path, tomli_w.dumps(to_table(facts)).encode())


def answer(places: SystemPlaces, verb: str, *words: str) -> str:
    """What the boot-selection program prints. Raises `UpdateError`, OSError."""
    known = remembered(places.slots)
    match verb, *words:
        case ("get-primary",):
            return known.next or default_slot(places.boot)
        case ("get-current",):
            return places.slot
        case ("get-state", slot) if slot in BOOT_PARTITION:
            return BAD if slot in known.bad else GOOD
        case ("set-primary", slot) if slot in BOOT_PARTITION:
            to_try = "" if slot == default_slot(places.boot) else slot
            remember(places.slots, replace(_without(known, slot), next=to_try))
        case ("set-state", slot, "good") if slot in BOOT_PARTITION:
            _found_good(places, known, slot)
        case ("set-state", slot, "bad") if slot in BOOT_PARTITION:
            mark_bad(places, slot)
        case _:
            raise UpdateError(
                expected="get-primary, get-current, get-state SLOT, set-primary SLOT or "
                f"set-state SLOT good|bad, with SLOT one of {', '.join(BOOT_PARTITION)}",
                found=" ".join((verb, *words)),
                action="Only RAUC asks here; look at its system.conf.",
            )
    return ""


def mark_bad(places: SystemPlaces, slot: str) -> None:
    """Never started by an update that is under way. Raises OSError."""
    known = _without(remembered(places.slots), slot)
    to_try = "" if known.next == slot else known.next
    remember(places.slots, Remembered(bad=tuple(sorted({*known.bad, slot})), next=to_try))


def try_none(places: SystemPlaces) -> None:
    """The slot that was prepared is left alone. Raises OSError."""
    remember(places.slots, replace(remembered(places.slots), next=""))


def _found_good(places: SystemPlaces, known: Remembered, slot: str) -> None:
    """The slot on trial becomes the one that starts: by this, and by nothing else."""
    if slot == places.slot and slot != default_slot(places.boot):
        make_default(slot, places.boot)
        known = replace(known, next="")
    remember(places.slots, _without(known, slot))


def _without(known: Remembered, slot: str) -> Remembered:
    return replace(known, bad=tuple(each for each in known.bad if each != slot))
