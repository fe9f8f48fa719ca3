"""The device's wheels on an emulated Cortex-A72, in short: the whole is `make bench-arm`.

The models compute what they compute here, a carried recipe gives the same calls, and a window costs
what the baseline says. Skipped with a word where QEMU's user mode or mmdebstrap is missing, or
where Debian's archive can't be reached.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from appliance import takt
from appliance.modelfile import DEFAULT_BACKBONE, models_folder
from tests.bench.arm.cost import DEFAULT, window_cost
from tests.bench.arm.gate import SMALL, baseline_of, differences, write_baseline
from tests.bench.arm.golden_set import SCORE_TOLERANCE, compare, golden_set
from tests.bench.arm.root import BOOKWORM, ArmRoot, make_root, missing

GUEST = Path(__file__).parent / "bench" / "arm" / "guest"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> ArmRoot:
    lacking = [*missing(), *(["gcc"] if shutil.which("gcc") is None else [])]
    if lacking:
        pytest.skip(f"not installed: {', '.join(lacking)}")
    try:
        return make_root(BOOKWORM)
    except RuntimeError as error:
        if "mmdebstrap failed" in str(error):
            pytest.skip(f"no Debian for arm64: {str(error).splitlines()[-1]}")
        raise


def test_every_operation_runs_and_the_outputs_are_those_of_the_release(root: ArmRoot) -> None:
    said = root.run(GUEST / "self_check.py", DEFAULT.runtime, models_folder(), extra_path=GUEST)
    report = json.loads(said.stdout)
    assert sorted(report) == sorted(p.parent.name for p in models_folder().glob("*/model.toml"))
    for model in report.values():
        assert set(model["steps_apart"]["default"].values()) == {0}
        assert {"CONV_2D", "DEPTHWISE_CONV_2D", "ADD"} <= set(model["operations"])
        # The control: kernels of another kind do not give the same to the bit.
        assert max(model["steps_apart"]["built-in kernels"].values()) > 0


def test_a_carried_recipe_gives_the_same_calls(root: ArmRoot, tmp_path: Path) -> None:
    chosen = golden_set(tmp_path, goldens=5, boards=1, windows=6)
    found = compare(root, chosen, tmp_path)
    assert found["windows"] == 6
    assert found["other_calls"] == []
    assert found["score_apart_most"] <= SCORE_TOLERANCE


def test_a_window_costs_what_the_baseline_says(root: ArmRoot) -> None:
    found = window_cost(root, DEFAULT, DEFAULT_BACKBONE, cycles=False)
    counted = replace(takt.COST, window_inference=found["instructions"])
    assert differences(counted) == []
    assert max(found["runs"]) <= 1.001 * min(found["runs"])
    assert found["instructions_per_mac"] > 0.238  # the kernel's floor: less was not counted whole


def test_the_gate_tells_a_dearer_and_a_cheaper_window() -> None:
    for factor in (1.03, 0.97):
        other = replace(takt.COST, window_inference=int(takt.COST.window_inference * factor))
        (told,) = differences(other)
        assert "window_inference" in told
        assert "with a reason" in told
    within = replace(takt.COST, window_inference=int(takt.COST.window_inference * 1.01))
    assert differences(within) == []


def test_a_baseline_is_a_line_through_two_boards(tmp_path: Path) -> None:
    """By hand: 5 M a window and 100 M a board alone; 30 M a window in parallel."""

    def board(windows: int) -> dict[str, object]:
        stages = {"map": 100 * SMALL, "judge": 30 * SMALL * windows, "crop": 0, "compare": 0}
        kept = 9 * SMALL if windows == 10 else 7 * SMALL
        return {"stages": {**stages, "decide": 5 * SMALL * windows, "archive": kept}}

    figures = {"window": {"instructions": 29 * SMALL}, "board_10": board(10), "board_30": board(30)}
    cost = baseline_of(figures, (10, 30))
    assert (cost.board_alone, cost.window_alone) == (109 * SMALL, 5 * SMALL)
    assert (cost.board_parallel, cost.window_parallel) == (0, 30 * SMALL)
    write_baseline(cost, "tried", tmp_path / "cost.toml")
    assert takt.read_toml(tmp_path / "cost.toml", takt.CostTable).cost == cost
