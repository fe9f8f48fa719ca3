"""What the tests of updates share: the maker's key as the unit trusts it, units and bundles that
are made once and copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from appliance.update.keys import TrustedKey
from tests.update import tiny
from tests.update.tiny import MAKER, Flavour
from tests.update.unit import Unit, copied


@pytest.fixture(scope="session")
def trusted() -> Mapping[str, TrustedKey]:
    key = TrustedKey(public=MAKER.public_key().public_bytes_raw(), comment="the maker")
    return {key.key_id: key}


@pytest.fixture(scope="session")
def first_unit(tmp_path_factory: pytest.TempPathFactory) -> Unit:
    return Unit.made(tmp_path_factory.mktemp("unit") / "unit")


@pytest.fixture
def unit(first_unit: Unit, tmp_path: Path) -> Iterator[Unit]:
    """Version 0.1.0 with a record of four boards; its service does not run."""
    made = copied(first_unit, tmp_path / "unit")
    yield made
    made.service().stop()


@pytest.fixture(scope="session")
def bundle_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Flavour], Path]:
    """The bundle of a version and flavour, made once."""
    return cache(
        lambda version, flavour: tiny.bundle(tmp_path_factory.mktemp("bundle"), version, flavour)
    )
