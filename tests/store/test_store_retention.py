"""The quota is kept, and what people may come back to stays longest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.store import DiskError, PictureState, ReadOnlyError, Store, StoreError
from appliance.store.pictures import Pictures
from appliance.terms import Answer, Call, Verdict

from .conftest import Opener
from .factories import RecordFactory

SIZE_BYTES = 1000
PICTURE = {"board": bytes(SIZE_BYTES)}


def kept(store: Store) -> list[int]:
    return [b.inspection_id for b in reversed(store.boards(limit=-1)) if b.has_pictures]


def lying(folder: Path) -> list[int]:
    return sorted({int(f.name.split("-")[0]) for f in folder.glob("pictures/*/*.jpg")})


def test_the_order_in_which_pictures_go(
    open_store: Opener, factory: RecordFactory, folder: Path
) -> None:
    store = open_store(quota_bytes=SIZE_BYTES)
    defect = {"C1": Call.DEFECT}

    def add(verdict: Verdict | None, calls: dict[str, Call] | None = None) -> int:
        return store.add_inspection(factory.record(verdict, calls=calls), PICTURE)

    confirmed = add(Verdict.FAIL, defect)
    answered = add(Verdict.FAIL, defect)
    taken_back = add(Verdict.FAIL, defect)
    failed = add(Verdict.FAIL)
    review = add(Verdict.REVIEW)
    passed = add(Verdict.PASS)
    fault = add(Verdict.FAULT)
    gone = add(None)
    later = add(Verdict.PASS)
    newest = add(Verdict.PASS)
    store.add_review(confirmed, "C1", Answer.TRUE_DEFECT, "Ana")
    store.add_review(answered, "C1", Answer.FALSE_CALL, "Ana")
    store.undo_review(store.add_review(taken_back, "C1", Answer.TRUE_DEFECT, "Ana"), "Ana")
    room = store.make_room()
    assert room.inspections == (
        *(passed, fault, gone, later),
        *(failed, review),
        *(answered, taken_back),
        confirmed,
    )
    assert (room.freed_bytes, room.kept_bytes, room.trouble) == (9 * SIZE_BYTES, SIZE_BYTES, None)
    assert kept(store) == lying(folder) == [newest]


def test_the_rows_stay_and_say_that_the_picture_expired(
    open_store: Opener, factory: RecordFactory
) -> None:
    store = open_store(quota_bytes=SIZE_BYTES)
    record = factory.record()
    old = store.add_inspection(record, PICTURE)
    store.add_inspection(factory.record(), PICTURE)
    store.make_room()
    stored = store.inspection(old)
    assert stored.record == record
    assert [p.state for p in stored.pictures] == [PictureState.EXPIRED]
    assert store.picture(old, "board") is None


def test_nothing_goes_below_the_quota_and_never_the_newest(
    open_store: Opener, factory: RecordFactory
) -> None:
    store = open_store(quota_bytes=2 * SIZE_BYTES)
    for _ in range(2):
        store.add_inspection(factory.record(), PICTURE)
    assert store.make_room().inspections == ()
    big = store.add_inspection(factory.record(), {"board": bytes(10 * SIZE_BYTES)})
    assert store.make_room().inspections == (1, 2)
    assert store.make_room().inspections == ()
    assert kept(store) == [big]


def test_an_empty_day_has_no_folder(
    open_store: Opener, factory: RecordFactory, folder: Path
) -> None:
    store = open_store(quota_bytes=SIZE_BYTES)
    store.add_inspection(factory.record(), PICTURE)
    factory.clock.advance(86_400)
    store.add_inspection(factory.record(), PICTURE)
    store.make_room()
    assert [d.name for d in (folder / "pictures").iterdir()] == ["2026-03-03"]


def test_files_go_also_while_the_database_takes_nothing(
    open_store: Opener, factory: RecordFactory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(quota_bytes=2 * SIZE_BYTES)
    for _ in range(5):
        store.add_inspection(factory.record(), PICTURE)

    def refuse(doing: str) -> None:
        raise ReadOnlyError(f"{doing}: the disk is read-only.")

    with monkeypatch.context() as patch:
        patch.setattr(store._database, "writing", refuse)
        room = store.make_room()
        assert isinstance(room.trouble, ReadOnlyError)
        assert room.inspections == (1, 2, 3)
        again = store.make_room()
        assert (again.inspections, again.kept_bytes) == ((), 2 * SIZE_BYTES)
    assert (lying(folder), kept(store)) == ([4, 5], [1, 2, 3, 4, 5])
    assert store.picture(1, "board") is None
    assert store.make_room().trouble is None
    assert kept(store) == [4, 5]


def test_a_file_that_can_not_be_deleted_is_an_error_and_not_forgotten(
    open_store: Opener, factory: RecordFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(quota_bytes=SIZE_BYTES)
    for _ in range(3):
        store.add_inspection(factory.record(), PICTURE)

    def refuse(self: Pictures, path: str) -> None:
        raise DiskError(f"remove {path}: the disk failed.")

    with monkeypatch.context() as patch:
        patch.setattr(Pictures, "remove", refuse)
        with pytest.raises(StoreError, match="the disk failed"):
            store.make_room()
    assert kept(store) == [1, 2, 3]
    assert store.make_room().inspections == (1, 2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    boards=st.lists(
        st.tuples(st.sampled_from(list(Verdict)), st.integers(1, 5), st.booleans()), max_size=14
    ),
    quota=st.integers(1, 20),
)
def test_the_quota_holds_and_no_more_goes_than_must(
    tmp_path_factory: pytest.TempPathFactory,
    boards: list[tuple[Verdict, int, bool]],
    quota: int,
) -> None:
    factory = RecordFactory()
    folder = tmp_path_factory.mktemp("record")
    sizes: dict[int, int] = {}
    order: list[tuple[int, int]] = []
    with Store.open(folder, quota_bytes=quota, clock=factory.clock) as store:
        for verdict, size, reviewed in boards:
            calls = {"C1": Call.DEFECT} if verdict is Verdict.FAIL else None
            number = store.add_inspection(
                factory.record(verdict, calls=calls), {"board": bytes(size)}
            )
            sizes[number] = size
            rank = 1 if verdict in (Verdict.FAIL, Verdict.REVIEW) else 0
            if calls and reviewed:
                store.add_review(number, "C1", Answer.TRUE_DEFECT, "Ana")
                rank = 3
            order.append((rank, number))
        room = store.make_room()
        left = sum(sizes.values())
        expected = []
        for _, number in sorted(order):
            if left <= quota:
                break
            if number != max(sizes):
                expected.append(number)
                left -= sizes[number]
        assert room.inspections == tuple(expected)
        assert room.kept_bytes == left == store.space().pictures_bytes
        assert kept(store) == lying(folder) == sorted(set(sizes) - set(expected))
