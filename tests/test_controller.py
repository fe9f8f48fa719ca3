"""The cabinet at work: boards, hands, faults, late results; every way in, one way to green."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import commands as ask
from appliance.controller_settings import ControllerSettings
from appliance.states import State
from appliance.terms import TestResult, Verdict
from hw.errors import HardwareError
from hw.ports import Lamps
from tests.cabinet_bench import BOARD, Bench, inspection

PASS, FAIL, REVIEW, FAULT = (
    inspection(each) for each in (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.FAULT)
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as made:
        made.start()
        yield made


def _codes(bench: Bench) -> list[str]:
    return [fault.code for fault in bench.status.faults]


@pytest.mark.parametrize(
    ("said", "state", "lamps", "result"),
    [
        (PASS, State.PASSED, Lamps(green=True), TestResult.PASSED),
        (FAIL, State.FAILED, Lamps(red=True), TestResult.FAILED),
        (REVIEW, State.REVIEW, Lamps(amber=True), TestResult.FAILED),
    ],
)
def test_a_board_goes_in_is_judged_and_its_lamp_lights(
    bench: Bench, said: object, state: State, lamps: Lamps, result: TestResult
) -> None:
    bench.insert(said)  # type: ignore[arg-type]
    bench.run_until(state)
    bench.run(3.0)
    assert bench.world.lamps == lamps
    assert bench.status.inspection_id == bench.rows()[0].inspection_id
    bench.remove()
    assert (bench.state, bench.world.lamps) == (State.EMPTY, Lamps())
    assert [row.result for row in bench.rows()] == [result]
    assert bench.states[-5:] == [
        State.SEATED,
        State.INSPECTING,
        State.RECORDING,
        state,
        State.EMPTY,
    ]


def test_green_comes_only_after_the_row_is_on_disk(bench: Bench) -> None:
    bench.recording.delay_s = 5.0
    bench.insert(PASS)
    bench.run_until(State.RECORDING)
    bench.run(4.5)
    assert bench.state is State.RECORDING
    assert bench.greens() == 0
    assert "card is slow" in bench.status.step
    bench.run_until(State.PASSED, within_s=1.0)
    assert bench.greens() == 1


def test_the_judged_frame_began_after_seated_and_settled(bench: Bench) -> None:
    bench.insert(PASS)
    bench.run_until(State.SEATED)
    seated_s = bench.clock.monotonic()
    bench.run_until(State.PASSED)
    (sensor_s,) = bench.recipe.frames
    assert sensor_s > seated_s + bench.world.physics.light_settle_s - 0.02


def test_the_light_is_full_for_the_picture_and_low_without_a_board(bench: Bench) -> None:
    assert bench.cabinet.light.level == pytest.approx(0.15)
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    assert bench.cabinet.light.level == 1.0
    bench.remove()
    assert bench.cabinet.light.level == pytest.approx(0.15)


@pytest.mark.parametrize("when", [State.SEATED, State.INSPECTING, State.RECORDING])
def test_a_board_pulled_out_midway_is_aborted_and_its_late_result_is_dropped(
    bench: Bench, when: State
) -> None:
    bench.insert(PASS)
    bench.run_until(when)
    bench.world.remove_halfway()
    bench.run_until(State.EMPTY)
    bench.run(2.0)
    bench.settle()
    assert bench.greens() == 0
    assert [row.result for row in bench.rows()] == [TestResult.ABORTED]
    assert bench.controller.late_results == (0 if when is State.SEATED else 1)
    bench.script.clear()
    bench.world.remove()
    bench.run(1.0)
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    assert [row.result for row in bench.rows()] == [TestResult.ABORTED, TestResult.PASSED]


def test_two_boards_in_quick_succession_each_get_their_own_verdict(bench: Bench) -> None:
    bench.judging.delay_s = 3.0
    bench.insert(PASS)
    bench.run_until(State.INSPECTING)
    judged_s = bench.clock.monotonic() + 3.0
    bench.world.remove()
    bench.run(0.36)
    bench.insert(FAIL)
    bench.run_until(State.FAILED)
    bench.settle()
    assert bench.greens() == 0
    assert [row.result for row in bench.rows()] == [TestResult.ABORTED, TestResult.FAILED]
    assert bench.controller.late_results == 1
    first_s, second_s = bench.recipe.frames
    assert first_s < judged_s < second_s, "no new frame while the old one is still being read"


def test_a_record_that_comes_while_the_board_is_leaving_lights_nothing(bench: Bench) -> None:
    """The contact is open in the very tick in which the record is durable."""
    bench.insert(PASS)
    bench.run_until(State.RECORDING)
    bench.run(0.04)
    bench.world.remove()
    while not bench.recording.ready:
        bench.clock.sleep(0.001)
    assert not bench.cabinet.slot.read().seated
    bench.run(2.0)
    bench.settle()
    assert State.PASSED not in bench.states
    assert bench.greens() == 0
    assert [(row.verdict, row.result) for row in bench.rows()] == [
        (Verdict.PASS, TestResult.ABORTED)
    ]


def test_green_goes_dark_at_the_first_open_contact(bench: Bench) -> None:
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    bench.run(1.0)
    bench.world.remove()
    bench.clock.sleep(0.03)
    bench.controller.tick()
    assert not bench.world.lamps.green


def test_a_held_button_tests_the_lamps_once_and_all_together(bench: Bench) -> None:
    before = bench.states.count(State.LAMP_TEST)
    bench.world.press_button(6.0)
    bench.run(10.0)
    assert bench.states.count(State.LAMP_TEST) == before + 1
    assert bench.greens() == 0
    assert bench.state is State.EMPTY


def test_a_stuck_button_is_named_and_stops_nothing(bench: Bench) -> None:
    bench.world.start_fault("stuck_button")
    bench.run(30.0)
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    (view,) = (view for view in bench.status.devices if view.name == "button")
    assert (view.level, view.next_step) == ("bad", "Free the button; if it stays, check its wire.")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("stale_frame", "stale_frame"),
        ("hung_camera", "camera_timeout"),
        ("camera_gone", "camera"),
        ("wrong_exposure", "camera_settings"),
        ("wrong_colour", "camera_settings"),
        ("light_gone", "light"),
        ("slot_gone", "slot"),
        ("beacon_gone", "beacon"),
        ("full_disk", "disk_full"),
    ],
)
def test_every_broken_device_ends_in_a_named_fault_and_mends_itself(
    bench: Bench, fault: str, code: str
) -> None:
    bench.world.start_fault(fault)
    bench.script.append(PASS)
    bench.world.insert(BOARD)
    bench.run_until(State.FAULT)
    bench.run(20.0)
    assert _codes(bench) == [code]
    assert all(view.found and view.action for view in bench.status.faults)
    assert bench.greens() == 0
    bench.world.stop_fault(fault)
    bench.world.remove()
    bench.run_until(State.EMPTY, within_s=60.0)
    bench.script.clear()
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    bench.settle()
    assert bench.greens() == 1
    (row,) = bench.store.faults()
    assert (row.code, row.cleared is not None) == (code, True)


@pytest.mark.parametrize("fault", ["jammed_slot", "stuck_switch"])
def test_a_slot_that_is_pressed_on_one_side_is_a_fault_after_a_while(
    bench: Bench, fault: str
) -> None:
    bench.world.start_fault(fault)
    if fault == "jammed_slot":
        bench.world.insert(BOARD)
    bench.run(2.0)
    assert (bench.state, bench.status.step) == (State.EMPTY, "Push the board fully in.")
    bench.run_until(State.FAULT, within_s=12.0)
    assert _codes(bench) == ["slot_jammed"]
    bench.world.stop_fault(fault)
    bench.world.remove()
    bench.run_until(State.EMPTY, within_s=60.0)


def test_undervoltage_while_looking_is_a_fault_and_otherwise_a_warning(bench: Bench) -> None:
    bench.world.start_fault("undervoltage")
    bench.run(2.0)
    assert bench.state is State.EMPTY
    bench.insert(PASS)
    bench.run_until(State.FAULT)
    assert _codes(bench) == ["undervoltage"]
    assert bench.greens() == 0


def test_what_the_machine_could_not_judge_is_recorded_as_error(bench: Bench) -> None:
    bench.insert(FAULT)
    bench.run_until(State.FAULT)
    assert _codes(bench) == ["not_judged"]
    bench.settle()
    assert [(row.verdict, row.result) for row in bench.rows()] == [
        (Verdict.FAULT, TestResult.ERROR)
    ]
    bench.remove()
    bench.run_until(State.EMPTY)


def test_a_board_that_is_taken_out_of_a_fault_is_not_taken_for_a_new_one(bench: Bench) -> None:
    """The switches bounce and open one after the other."""
    for _ in range(12):
        bench.insert(FAULT)
        bench.run_until(State.FAULT)
        bench.run(2.0)
        bench.remove()
        assert bench.states[-2:] == [State.FAULT, State.EMPTY]
    bench.settle()
    assert [row.result for row in bench.rows()] == [TestResult.ERROR] * 12


def test_the_button_tries_again_with_the_board_in(bench: Bench) -> None:
    bench.insert(FAULT, PASS)
    bench.run_until(State.FAULT)
    bench.run(5.0)
    assert bench.state is State.FAULT
    bench.world.press_button(0.2)
    bench.run_until(State.PASSED)
    assert bench.greens() == 1


def test_a_judge_that_fails_is_a_fault(bench: Bench) -> None:
    bench.insert(RuntimeError("interpreter is gone"))
    bench.run_until(State.FAULT)
    assert _codes(bench) == ["judge_failed"]
    assert "interpreter is gone" in bench.status.faults[0].found


def test_a_judge_that_hangs_is_a_fault_and_its_late_pass_lights_nothing(bench: Bench) -> None:
    bench.judging.delay_s = 25.0
    bench.insert(PASS)
    bench.run_until(State.FAULT, within_s=25.0)
    assert _codes(bench) == ["judge_timeout"]
    bench.run(10.0)
    assert (bench.controller.late_results, bench.greens()) == (1, 0)


def test_a_record_that_never_comes_is_a_fault_and_is_disowned(tmp_path: Path) -> None:
    settings = ControllerSettings(record_deadline_s=3.0)
    with Bench(tmp_path, settings=settings) as bench:
        bench.start()
        bench.recording.delay_s = 8.0
        bench.insert(PASS)
        bench.run_until(State.FAULT)
        bench.recording.delay_s = 0.05
        bench.run(15.0)
        bench.settle()
        assert bench.greens() == 0
        (row,) = bench.rows()
        assert (row.verdict, row.result) == (Verdict.PASS, TestResult.ABORTED)


def test_a_record_that_can_not_be_written_is_a_fault_and_never_green(bench: Bench) -> None:
    """The pictures' folder has turned into something that takes no files; later it is back."""
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    bench.remove()
    pictures = bench.store.folder / "pictures"
    aside = bench.store.folder / "aside"
    pictures.rename(aside)
    pictures.write_bytes(b"")
    bench.insert(PASS)
    bench.run_until(State.FAULT)
    assert [fault.device for fault in bench.status.faults] == ["storage"]
    assert "write" in bench.status.faults[0].found
    bench.remove()
    pictures.unlink()
    aside.rename(pictures)
    bench.run_until(State.EMPTY, within_s=60.0)
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    bench.settle()
    assert bench.greens() == 2
    assert [row.result for row in bench.rows()] == [
        TestResult.PASSED,
        TestResult.ERROR,
        TestResult.PASSED,
    ]
    assert [row.cleared is not None for row in bench.store.faults()] == [True]


def test_a_stalled_loop_vouches_for_nothing(bench: Bench) -> None:
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    bench.clock.sleep(4.0)
    bench.tick()
    assert (bench.state, _codes(bench)) == (State.FAULT, ["loop_stalled"])
    assert not bench.world.lamps.green


def test_an_unplugged_scanner_warns_and_is_a_fault_only_where_required(tmp_path: Path) -> None:
    for required, state in ((False, State.EMPTY), (True, State.FAULT)):
        settings = ControllerSettings(scanner_required=required)
        with Bench(tmp_path / str(required), settings=settings) as bench:
            bench.start()
            bench.world.start_fault("unplugged_scanner")
            bench.run(3.0)
            (view,) = (view for view in bench.status.devices if view.name == "scanner")
            assert (bench.state, view.level in {"warn", "bad"}) == (state, True)


def test_a_scanned_serial_goes_with_the_next_board_only(bench: Bench) -> None:
    bench.world.scan("SN-A100")
    bench.run(0.1)
    for _ in range(2):
        bench.insert(PASS)
        bench.run_until(State.PASSED)
        bench.remove()
    assert [row.serial for row in bench.rows()] == ["A100", None]


def test_a_serial_that_contradicts_the_picture_is_a_fault(bench: Bench) -> None:
    bench.world.scan("SN-A100")
    bench.run(0.1)
    bench.insert(inspection(Verdict.PASS, serial="B200"))
    bench.run_until(State.FAULT)
    assert _codes(bench) == ["serial_mismatch"]
    assert bench.greens() == 0


def test_a_required_serial_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    with Bench(tmp_path, settings=ControllerSettings(serial_required=True)) as bench:
        bench.start()
        bench.insert(PASS)
        bench.run_until(State.FAULT)
        assert _codes(bench) == ["serial_missing"]


def test_a_required_operator_who_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with Bench(tmp_path, settings=ControllerSettings(operator_required=True)) as bench:
        bench.start()
        bench.insert(PASS)
        bench.run_until(State.FAULT)
        assert _codes(bench) == ["operator_missing"]
        bench.commands.put(ask.SignIn(operator="Ana"))
        bench.remove()
        bench.run_until(State.EMPTY)
        bench.insert()
        bench.run_until(State.PASSED)
        assert [row.operator for row in bench.rows()] == [None, "Ana"]


def test_a_recipe_that_can_not_be_loaded_leads_to_setup_with_its_reason(tmp_path: Path) -> None:
    with Bench(tmp_path, recipe="gone") as bench:
        bench.run_until(State.SETUP)
        bench.run(0.1)
        assert "Expected a recipe in gone; found none." in bench.status.step
        bench.world.insert(BOARD)
        bench.run(3.0)
        assert bench.state is State.SETUP
        bench.commands.put(ask.SelectRecipe(folder="demo", by="Tom"))
        bench.script.append(PASS)
        bench.run_until(State.PASSED)


def test_a_scanned_part_number_selects_its_recipe_between_boards(tmp_path: Path) -> None:
    with Bench(tmp_path, recipe=None, parts={"4711": "demo"}) as bench:
        bench.run_until(State.SETUP)
        bench.world.scan("PN-4711")
        bench.run_until(State.EMPTY)
        bench.settle()
        assert bench.status.recipe == "demo"
        assert [event.kind for event in bench.store.events()] == ["recipe_selected"]


def test_maintenance_begins_only_without_a_board_and_ends_with_a_lamp_test(bench: Bench) -> None:
    bench.insert(PASS)
    bench.run_until(State.PASSED)
    bench.commands.put(ask.BeginMaintenance(by="Tom"))
    bench.run(0.1)
    assert bench.state is State.PASSED
    bench.remove()
    bench.commands.put(ask.BeginMaintenance(by="Tom"))
    bench.run(0.1)
    assert (bench.state, bench.status.worker) == (State.MAINTENANCE, "Tom")
    bench.world.insert(BOARD)
    bench.run(3.0)
    assert bench.state is State.MAINTENANCE
    bench.world.remove()
    bench.run(1.0)
    bench.commands.put(ask.EndMaintenance(by="Tom"))
    bench.run_until(State.LAMP_TEST)
    bench.run_until(State.EMPTY)


def test_a_board_that_was_in_at_the_start_is_judged_after_the_start(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.insert(PASS)
        bench.run_until(State.PASSED)
        assert bench.greens() == 1


def test_closing_leaves_every_lamp_dark(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.start()
        bench.insert(PASS)
        bench.run_until(State.PASSED)
    assert bench.world.lamps == Lamps()
    with pytest.raises(HardwareError):
        bench.cabinet.beacon.show(Lamps(green=True))
