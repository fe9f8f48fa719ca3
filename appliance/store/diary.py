"""Answers of people, faults and events, as the store offers them."""

from __future__ import annotations

from appliance.store import happenings, reviews
from appliance.store.part import Part
from appliance.store.records import EventRow, FaultRow
from appliance.terms import Answer

PAGE = 50


class DiaryPart(Part):
    """What people and the machine add to the record beside the boards."""

    def add_review(self, inspection_id: int, component: str, answer: Answer, by: str) -> int:
        """A person's answer; a later one replaces it. Returns the number to take it back by.
        Raises `MissingError`, `RefusedError` for a window that was called GOOD."""
        with self._database.writing("record an answer") as connection:
            at = self._clock()
            number = reviews.add(connection, inspection_id, component, answer, by, at)
            detail = f"inspection {inspection_id} {component}: {answer}"
            happenings.add_event(connection, "review_given", by, detail, at)
            return number

    def undo_review(self, review_id: int, by: str) -> int:
        """Take an answer back; the one before it stands again. The taking back is a row too, and
        its number is returned. Raises `MissingError`, `RefusedError`."""
        with self._database.writing("take an answer back") as connection:
            at = self._clock()
            number = reviews.undo(connection, review_id, by, at)
            detail = f"answer {review_id}"
            happenings.add_event(connection, "review_taken_back", by, detail, at)
            return number

    def open_fault(self, code: str, device: str, found: str, action: str) -> int:
        """Returns the fault's number; an open fault of the same code and device is not doubled."""
        with self._database.writing("record a fault") as connection:
            return happenings.open_fault(connection, code, device, found, action, self._clock())

    def clear_fault(self, fault_id: int, *, by: str | None, how: str) -> None:
        """`how` says in words why it is gone; `by` names a person who acknowledged it. Raises
        `MissingError`."""
        with self._database.writing("record a fault's end") as connection:
            happenings.clear_fault(connection, fault_id, by, how, self._clock())

    def faults(
        self, *, limit: int = PAGE, before: int | None = None, open_only: bool = False
    ) -> tuple[FaultRow, ...]:
        """Newest first."""
        with self._database.reading("list the faults") as connection:
            return happenings.faults(connection, limit=limit, before=before, open_only=open_only)

    def add_event(self, kind: str, by: str | None = None, detail: str = "") -> int:
        """Something worth keeping: operator_signed_in, recipe_changed, software_started,
        clock_set, maintenance_begun, lamp_test, ..."""
        with self._database.writing(f"record the event {kind}") as connection:
            return happenings.add_event(connection, kind, by, detail, self._clock())

    def events(
        self, *, limit: int = PAGE, before: int | None = None, kind: str | None = None
    ) -> tuple[EventRow, ...]:
        """Newest first."""
        with self._database.reading("list the events") as connection:
            return happenings.events(connection, limit=limit, before=before, kind=kind)
