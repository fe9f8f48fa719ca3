"""A store in a temporary folder, on an obedient clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.store import Store

from .factories import RecordFactory, TestClock

QUOTA_BYTES = 10**9
Opener = Callable[..., Store]


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def factory(clock: TestClock) -> RecordFactory:
    return RecordFactory(clock=clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "record"


@pytest.fixture
def open_store(folder: Path, clock: TestClock) -> Iterator[Opener]:
    """Opens the store of the test's folder again and again; the last one is closed at the end."""
    opened: list[Store] = []

    def again(quota_bytes: int = QUOTA_BYTES) -> Store:
        if opened:
            opened[-1].close()
        opened.append(Store.open(folder, quota_bytes=quota_bytes, clock=clock))
        return opened[-1]

    yield again
    if opened:
        opened[-1].close()


@pytest.fixture
def store(open_store: Opener) -> Store:
    return open_store()
