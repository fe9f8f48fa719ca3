"""The product's own path on the real board: what the README says of it stays true.

Labels are looked at to hold the figures, never to make them: thresholds come from the goldens.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from appliance.cli_common import Ticker, cores
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.vision.interpreter import InterpreterPool
from tests.evaluation.evaluate_pcba import figures, judged_rows
from tests.evaluation.pcba import Boards


@pytest.mark.real_data
def test_no_fault_escapes_and_few_good_windows_are_suspected(shared_data: Path) -> None:
    folder = shared_data / "pcba-fixed-pose"
    if not folder.is_dir():
        pytest.skip("pcba-fixed-pose is missing")
    data = Boards.read(folder)
    model = open_model(DEFAULT_BACKBONE, models_folder(None))
    with InterpreterPool(model, min(4, cores())) as pool, Ticker(sys.stderr) as say:
        rows, guarantee = judged_rows(data, data.goldens(None, 0), ["val", "test"], pool, say)
    found = figures(rows)
    assert "defects were not used" in guarantee
    assert (found["escapes"]["all"]["count"], found["escapes"]["all"]["total"]) == (0, 19)
    assert found["not_good"]["all"]["total"] == 706
    assert found["not_good"]["all"]["share"] <= 0.01
    lost = found["share_lost_with_hindsight"]
    assert lost["judge_no_escape"] < lost["baseline_no_escape"]
