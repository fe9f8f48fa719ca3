"""A dozen cuts of an update here, all of them in `make campaign-update`."""

from __future__ import annotations

import os

import pytest

from appliance.update.releases import CURRENT
from tests.update import tiny
from tests.update.cuts import (
    NEW,
    OLD,
    Ground,
    child,
    cut_guard,
    cut_install,
    ended,
    full_disk,
    spread,
    start_and_wait,
    steps_of,
)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("ground"))


@pytest.fixture(scope="module")
def steps(ground: Ground) -> int:
    return steps_of(ground, prepared=True)


def test_killed_at_steps_of_the_switch(ground: Ground, steps: int) -> None:
    endings = [cut_install(ground, at, prepared=True) for at in spread(2, steps, 6)]
    # Old until the trial is over, new from there on, and never back again.
    versions = [ending.version for ending in endings]
    assert versions == sorted(versions)
    assert set(versions) == {OLD, NEW}
    assert any("it was undone" in ending.said for ending in endings)
    assert any("before the switch" in ending.said for ending in endings)


def test_killed_while_it_is_prepared(ground: Ground) -> None:
    for at in (8, 33):
        ending = cut_install(ground, at, prepared=False)
        assert ending.version == OLD
        assert "cut short before the switch" in ending.said


def test_killed_and_then_its_guard_twice(ground: Ground, steps: int) -> None:
    assert cut_guard(ground, steps - 8, 4).version == OLD


def test_a_full_disk(ground: Ground) -> None:
    if os.geteuid() != 0:
        pytest.skip("a small file system of its own can be mounted by root only")
    assert full_disk(ground, 8192).version == OLD


def test_the_checks_see_a_version_with_the_other_one_s_record(ground: Ground, steps: int) -> None:
    """Control: somebody chooses the old version by hand and forgets the record."""
    with ground.unit(prepared=True, running=True) as unit:
        killed, _ = ended(child(unit, "install", ground.bundle, steps))
        assert killed
        unit.places.state.unlink()
        unit.releases.link(CURRENT, OLD)
        with pytest.raises(AssertionError, match=rf"0\.1\.0 with database {tiny.NEXT}"):
            ground.started_again(unit, power_cut=True)


def test_the_checks_see_an_unfinished_version(ground: Ground) -> None:
    """Control: a release that nobody finished is started by nobody."""
    with ground.unit(prepared=False, running=False) as unit:
        unit.add_release("0.1.5", tiny.Flavour())
        (unit.releases.path("0.1.5") / ".whole").unlink()
        unit.releases.link(CURRENT, "0.1.5")
        ending = ground.started_again(unit, power_cut=False)
        assert ending.version == OLD
        assert "was chosen and is not whole" in ending.said
        start_and_wait(unit)
