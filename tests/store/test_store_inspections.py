"""What was recorded is what is read."""

from __future__ import annotations

from pathlib import Path

from appliance.store import Store
from appliance.terms import Verdict

from .factories import RecordFactory

QUOTA_BYTES = 10**9


def test_an_inspection_is_read_as_it_was_written(tmp_path: Path) -> None:
    factory = RecordFactory()
    record = factory.record(Verdict.FAIL, serial="SN1")
    pictures = factory.pictures(record)
    with Store.open(tmp_path / "r", quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
        factory.clock.advance(1.25)
        number = store.add_inspection(record, pictures)
        stored = store.inspection(number)
        assert stored.record == record
        assert stored.duration_s == 1.25
        assert {p.name: store.picture(number, p.name) for p in stored.pictures} == pictures
