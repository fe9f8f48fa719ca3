"""The real board, where its photographs are at hand: found where its table says, faults seen."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from teaching import backbone

from appliance.inspection import Inspector
from appliance.picture_files import read_picture
from appliance.tables import WindowRow
from appliance.teach import Lesson, teach
from appliance.terms import Call, Polarity, Rect, Verdict
from appliance.vision.interpreter import InterpreterPool

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def board_data(shared_data: Path) -> Path:
    data = shared_data / "pcba-fixed-pose"
    if not data.is_dir():
        pytest.skip("the photographs of pcba-fixed-pose are missing")
    return data


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rows(data: Path, components: set[str], scale: float) -> tuple[WindowRow, ...]:
    return tuple(
        WindowRow(
            component=row["component"],
            part_type=row["part_type"],
            rect=Rect(
                xmin_px=float(row["xmin"]) * scale,
                ymin_px=float(row["ymin"]) * scale,
                xmax_px=float(row["xmax"]) * scale,
                ymax_px=float(row["ymax"]) * scale,
            ),
            polarity=Polarity.FIXED,
        )
        for row in table(data / "components.csv")
        if row["component"] in components
    )


@pytest.mark.parametrize(("folder", "scale"), [("boards", 1.0), ("boards_full", 2.4)])
def test_missing_parts_are_seen_from_one_golden_board(
    board_data: Path, tmp_path: Path, folder: str, scale: float
) -> None:
    """The validation boards at both sizes. The train and test splits play no part here."""
    labels = [row for row in table(board_data / "labels.csv") if row["split"] == "val"]
    missing = {(r["board"], r["component"]) for r in labels if r["defect"] == "missing"}
    assert len(missing) == 4
    places = {row["board"]: row for row in table(board_data / "boards.csv")}
    golden = board_data / folder / "b17.jpg"
    lesson = Lesson(
        name="real",
        part_number="1",
        windows=rows(board_data, {component for _, component in missing}, scale),
        goldens=(golden,),
        faults=(frozenset(),),
    )
    called_good = []
    with InterpreterPool(backbone(), 2) as pool:
        inspector = Inspector(teach(lesson, pool, tmp_path / "real"), pool)
        for board in sorted({row["board"] for row in labels}):
            found = inspector.inspect(read_picture(board_data / folder / f"{board}.jpg"))
            assert found.alignment is not None, found.reason
            shift = [
                (float(places[board][axis]) - float(places["b17"][axis])) * scale
                for axis in ("dx", "dy")
            ]
            assert found.alignment.shift_px == pytest.approx(shift, abs=1.0 * scale)
            assert found.verdict is not Verdict.FAULT
            called_good += [
                (board, each.component)
                for each in found.windows
                if each.call is Call.GOOD and (board, each.component) in missing
            ]
        upside_down = np.ascontiguousarray(read_picture(golden)[::-1, ::-1])
        assert inspector.inspect(upside_down).verdict is Verdict.FAULT
    assert called_good == []
