"""The sentences of the page Audit, in English."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "audit.title": "Audit log",
    "audit.lead": "Who did what at this unit. Entries are only ever added; each holds the hash of "
    "the one before it.",
    "audit.number": "No.",
    "audit.when": "When",
    "audit.kind": "What",
    "audit.by": "Who",
    "audit.detail": "Detail",
    "audit.hash": "Hash",
    "audit.all": "everything",
    "audit.anybody": "anybody",
    "audit.filter": "Show",
    "audit.none": "No entry fits",
    "audit.none.how": "Choose everything and anybody.",
    "audit.head": "Head of the log",
    "audit.head.how": "Keep it somewhere else, and check against it later: a log that was cut or "
    "written anew can only be told by a head from before. Backups and exports hold it.",
    "audit.head.none": "Nothing has happened yet.",
    "audit.check": "Check the log",
    "audit.check.head": "Head that you kept (optional)",
    "audit.whole": "Whole: {entries} entries, each follows on the one before.",
    "audit.whole.older": "{older} older ones are from before the chain.",
    "audit.whole.head": "The head that you kept is in it.",
    "audit.touched": "NOT whole. Somebody changed the record past the unit's software:",
    "audit.export": "The whole log as a file:",
    "audit.newest": "Newest",
    "audit.older": "Older",
}
