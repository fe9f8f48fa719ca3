"""The cradles that were made on this unit: a folder each, whole or not there."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.durable import exchange, sync_folder
from cradles.web.order import Order

MADE, VIEW = "made.json", "view.bin"
REPORT = "report.json"
"""As `cradles.job` names it, which needs the libraries of CAD."""
WORK = ".work"
"""What is under way, and what is being thrown away. Emptied at the start."""
DOWNLOADS = {
    "cradle.3mf": "model/3mf",
    "cradle.stl": "model/stl",
    "sheet.pdf": "application/pdf",
    "board.toml": "application/toml",
    "preview.png": "image/png",
    "report.json": "application/json",
    VIEW: "application/octet-stream",
}
PRINTED = ("cradle.3mf", "cradle.stl", "sheet.pdf", "board.toml")
_IDENTITY = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCradle:
    identity: str
    folder: Path
    report: dict[str, Any]
    """As `cradles.job.report` writes it; empty when it can't be read."""
    filename: str
    by: str
    at_utc: str
    notes: tuple[str, ...]
    """What the reader of the design file healed, guessed or left out."""

    @property
    def is_whole(self) -> bool:
        return bool(self.report)


def made_text(order: Order, notes: tuple[str, ...]) -> str:
    facts = {
        "filename": order.filename,
        "by": order.by,
        "at_utc": order.at_utc,
        "notes": list(notes),
    }
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


class Shelf:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / WORK

    def sweep(self) -> None:
        """Throw away what an earlier run of the unit left half done."""
        shutil.rmtree(self.work, ignore_errors=True)

    def all(self) -> list[MadeCradle]:
        """Newest first."""
        if not self.folder.is_dir():
            return []
        names = [path.name for path in self.folder.iterdir() if path.is_dir()]
        found = [self._read(name) for name in names if _IDENTITY.fullmatch(name)]
        return sorted(found, key=lambda each: (each.at_utc, each.identity), reverse=True)

    def one(self, identity: str) -> MadeCradle | None:
        if not _IDENTITY.fullmatch(identity) or not (self.folder / identity).is_dir():
            return None
        return self._read(identity)

    def put(self, made: Path, identity: str) -> None:
        """Take in a finished folder, synced already. The same cradle made earlier goes."""
        if not _IDENTITY.fullmatch(identity):
            raise ValueError(f"'{identity}' is no cradle's identity")
        place = self.folder / identity
        if place.exists():
            exchange(made, place)
        else:
            made.rename(place)
        sync_folder(self.folder)

    def remove(self, identity: str) -> None:
        """Out of sight in one step; then piece by piece."""
        self.work.mkdir(parents=True, exist_ok=True)
        away = self.work / f"gone-{identity}"
        shutil.rmtree(away, ignore_errors=True)
        (self.folder / identity).rename(away)
        sync_folder(self.folder)
        shutil.rmtree(away, ignore_errors=True)

    def _read(self, identity: str) -> MadeCradle:
        folder = self.folder / identity
        report, facts = _json(folder / REPORT), _json(folder / MADE)
        return MadeCradle(
            identity=identity,
            folder=folder,
            report=report if report.get("identity") == identity else {},
            filename=str(facts.get("filename", "")),
            by=str(facts.get("by", "")),
            at_utc=str(facts.get("at_utc", "")),
            notes=tuple(str(note) for note in facts.get("notes", ())),
        )


def _json(path: Path) -> dict[str, Any]:
    """Empty for a file that is missing or damaged: the page says so and offers to delete it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
