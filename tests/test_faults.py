"""Faults are tried again with growing pauses and end only when every cause works."""

from __future__ import annotations

from collections.abc import Callable

from appliance.faults import Fault, Faults


def _fault(code: str, probe: Callable[[], bool | None], since_s: float = 0.0) -> Fault:
    return Fault(
        code=code,
        device="camera",
        found="found",
        action="action",
        probe=probe,
        since_s=since_s,
        since_utc="2026-01-01T00:00:00.000Z",
    )


def test_a_cause_is_tried_with_growing_pauses() -> None:
    tried: list[int] = []
    faults = Faults()
    now_s = 0

    def probe() -> bool:
        tried.append(now_s)
        return False

    faults.add(_fault("camera", probe))
    for now_s in range(130):
        faults.probe(float(now_s))
    assert tried == [1, 2, 4, 8, 16, 32, 62, 92, 122]


def test_an_answer_that_is_under_way_is_asked_for_every_tick() -> None:
    answers = iter([None, None, True])
    faults = Faults()
    faults.add(_fault("camera", lambda: next(answers)))
    assert not faults.all_work_again
    for tick in range(3):
        faults.probe(1.0 + tick * 0.01)
    assert faults.all_work_again


def test_a_fault_that_comes_again_is_the_same_fault_and_no_longer_mended() -> None:
    faults = Faults()
    first = _fault("camera", lambda: True)
    assert faults.add(first)
    faults.probe(1.0)
    assert faults.all_work_again
    assert not faults.add(_fault("camera", lambda: True, since_s=2.0))
    assert not faults.all_work_again
    assert list(faults) == [first]


def test_all_causes_must_work_and_asking_forgets_the_pause() -> None:
    works = {"light": False, "camera": False}
    faults = Faults()
    for code in works:
        faults.add(_fault(code, lambda code=code: works[code]))
    faults.probe(1.0)
    works["light"] = True
    faults.try_again_now()
    faults.probe(1.01)
    assert not faults.all_work_again
    works["camera"] = True
    faults.try_again_now()
    faults.probe(1.02)
    assert faults.all_work_again
    assert [fault.code for fault in faults.clear()] == ["light", "camera"]
    assert not faults
