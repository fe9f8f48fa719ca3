"""The comparison on real boards: taught and inspected by the product's own path.

    python -m tests.evaluation.evaluate_pcba --json build/pcba.json

Teaches from train boards of `pcba-fixed-pose` (windows that the labels call faulty or uncertain
left out), inspects the val and test boards at full resolution and compares with the labels.
Labels are looked at for the report only: thresholds come from the golden boards. The grey
correlation of `baseline.py` sees the same boards in the same pose; as it has no threshold, it is
given one with hindsight that lets as many faults escape as the judge did.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from appliance.cli_common import Ticker, cores
from appliance.inspection import Inspector, load_anchors
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.picture_files import read_picture
from appliance.recipe import Recipe
from appliance.teach import Lesson, teach
from appliance.terms import Call, Verdict
from appliance.vision.align import locate
from appliance.vision.interpreter import InterpreterPool
from tests.about import about
from tests.evaluation.baseline import GreyCorrelation
from tests.evaluation.figures import Rate, auroc, rate, share_lost
from tests.evaluation.pcba import Boards

CURVE = (5, 2, 1)
SEEDS = (0, 1, 2)
_FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "pcba-fixed-pose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One judged window beside what is true of it."""

    board: str
    split: str
    component: str
    label: str
    defect: str
    touched: bool
    call: str
    score: float
    review_above: float
    defect_above: float
    reason: str
    baseline: float


def judged_rows(
    data: Boards, goldens: Sequence[str], splits: Sequence[str], pool: InterpreterPool, say: Ticker
) -> tuple[list[Row], str]:
    """Teach from `goldens`, inspect every board of `splits`; the rows and the guarantee.

    Raises RuntimeError for a board that could not be judged: the set is known to be judgeable.
    """
    with tempfile.TemporaryDirectory() as folder:
        lesson = Lesson(
            name="pcba",
            part_number="pcba",
            windows=data.windows(goldens),
            goldens=tuple(data.picture(board) for board in goldens),
            faults=tuple(data.not_good(board) for board in goldens),
        )
        recipe = teach(lesson, pool, Path(folder) / "recipe", progress=say)
        inspector = Inspector(
            recipe, pool, progress=lambda done, total: say("Loading the recipe", done, total)
        )
        plain = _taught_baseline(data, recipe, goldens, say)
        rows = []
        boards = data.of(*splits)
        for number, board in enumerate(boards):
            say("Inspecting", number, len(boards))
            rows += _inspect(data, board, inspector, plain)
    return rows, recipe.guarantee


def _taught_baseline(
    data: Boards, recipe: Recipe, goldens: Sequence[str], say: Ticker
) -> GreyCorrelation:
    plain = GreyCorrelation()
    for number, (board, golden) in enumerate(zip(goldens, recipe.goldens, strict=True)):
        say("Teaching the baseline", number, len(goldens))
        windows = {
            window.component: window.rect
            for window in recipe.windows
            if window.component not in golden.left_out
        }
        plain.learn(read_picture(data.picture(board)), golden.pose, windows)
    return plain


def _inspect(
    data: Boards, board: str, inspector: Inspector, plain: GreyCorrelation
) -> Iterator[Row]:
    recipe = inspector.recipe
    frame = read_picture(data.picture(board))
    inspection = inspector.inspect(frame)
    if inspection.verdict is Verdict.FAULT:
        raise RuntimeError(f"board {board} could not be judged: {inspection.reason}")
    pose = locate(frame, load_anchors(recipe), recipe.alignment).pose
    baseline = plain.scores(frame, pose, {w.component: w.rect for w in recipe.windows})
    for window in inspection.windows:
        truth = data.truths[board, window.component]
        yield Row(
            board=board,
            split=data.splits[board],
            component=window.component,
            label=truth.label,
            defect=truth.defect,
            touched=truth.touched,
            call=window.call.value,
            score=window.score,
            review_above=window.review_above,
            defect_above=window.defect_above,
            reason=window.reason,
            baseline=baseline[window.component],
        )


def figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Everything that the issue asks of one taught judge, as plain values."""
    good = [row for row in rows if row.label == "pass"]
    fails = [row for row in rows if row.label == "fail"]
    touched = [row for row in good if row.touched]
    groups = {
        "all": fails,
        "missing": [row for row in fails if row.defect == "missing"],
        "rotated": [row for row in fails if row.defect == "rotated"],
    }
    escapes = sum(row.call == Call.GOOD for row in fails)
    return {
        "escapes": {name: _rate(some, Call.GOOD) for name, some in groups.items()},
        "faults_called_defect": {name: _rate(some, Call.DEFECT) for name, some in groups.items()},
        "false_calls": {
            "all": _rate(good, Call.DEFECT),
            "touched": _rate(touched, Call.DEFECT),
        },
        "reviews": {"all": _rate(good, Call.UNSURE), "touched": _rate(touched, Call.UNSURE)},
        "not_good": {
            "all": _rate(good, Call.DEFECT, Call.UNSURE),
            "touched": _rate(touched, Call.DEFECT, Call.UNSURE),
        },
        "auroc": {
            f"{name}_{against}": [
                auroc([row.score for row in some], [row.score for row in passes]),
                auroc([row.baseline for row in some], [row.baseline for row in passes]),
            ]
            for name, some in groups.items()
            for against, passes in (("all", good), ("touched", touched))
        },
        "share_lost_with_hindsight": {
            "escapes": escapes,
            "judge": _lost([(row.label, row.score) for row in rows], escapes),
            "baseline": _lost([(row.label, row.baseline) for row in rows], escapes),
            "judge_no_escape": _lost([(row.label, row.score) for row in rows], 0),
            "baseline_no_escape": _lost([(row.label, row.baseline) for row in rows], 0),
        },
        "uncertain": [
            {name: value for name, value in asdict(row).items() if name != "baseline"}
            for row in rows
            if row.label == "uncertain"
        ],
    }


def _rate(rows: Sequence[Row], *calls: Call) -> dict[str, Any]:
    by_board: dict[str, list[bool]] = {}
    for row in rows:
        by_board.setdefault(row.board, []).append(row.call in calls)
    found: Rate = rate(by_board)
    return {**asdict(found), "share": None if math.isnan(found.share) else found.share}


def _lost(scores: Sequence[tuple[str, float]], escapes: int) -> float:
    return share_lost(
        [score for label, score in scores if label == "fail"],
        [score for label, score in scores if label == "pass"],
        escapes,
    )


def print_figures(title: str, found: dict[str, Any]) -> None:
    """A table for people: counts with Wilson's interval and, in brackets, the one by board."""
    print(f"\n{title}")
    for name in ("escapes", "faults_called_defect", "false_calls", "reviews", "not_good"):
        for group, each in found[name].items():
            print(f"  {name.replace('_', ' '):22}{group:10}{_interval(each)}")
    for name, (judge, baseline) in found["auroc"].items():
        print(f"  {'AUROC':22}{name.replace('_', ', '):18}{judge:.4f}   baseline {baseline:.4f}")
    lost = found["share_lost_with_hindsight"]
    print(
        f"  good windows lost at {lost['escapes']} escapes (hindsight): judge {lost['judge']:.2%}, "
        f"baseline {lost['baseline']:.2%}; at none: judge {lost['judge_no_escape']:.2%}, "
        f"baseline {lost['baseline_no_escape']:.2%}"
    )
    for row in found["uncertain"]:
        print(
            f"  uncertain {row['board']} {row['component']:8}{row['call']:8}{row['score']:6.2f}  "
            f"{row['reason']}"
        )


def _interval(each: dict[str, Any]) -> str:
    if not each["total"]:
        return "none"
    low, high = each["wilson"]
    board_low, board_high = each["by_board"]
    return (
        f"{each['count']:4} of {each['total']:4}  {each['share']:7.2%}  "
        f"{low:.2%} to {high:.2%}  [{board_low:.2%} to {board_high:.2%}]"
    )


def print_suspects(rows: Sequence[Row]) -> None:
    """Each fault, and each good window that was not called so, with what was said of it."""
    for row in sorted(rows, key=lambda row: -row.score):
        if row.label == "fail" or (row.label == "pass" and row.call != Call.GOOD):
            kind = row.defect if row.label == "fail" else "good" + ", touched" * row.touched
            print(
                f"  {row.board} {row.component:8}{kind:15}{row.call:8}{row.score:7.2f}  "
                f"{row.reason}"
            )


def _is_worth_a_look(row: Row) -> bool:
    return row.label != "pass" or row.call != Call.GOOD


def _count(text: str) -> int | None:
    return None if text == "all" else int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=_FOLDER, metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there")
    parser.add_argument("--splits", nargs="+", default=["val", "test"], metavar="SPLIT")
    parser.add_argument("--goldens", nargs="+", type=_count, default=[None, *CURVE], metavar="N",
                        help="how many boards to teach from, one run each; or: all")  # fmt: skip
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS), metavar="SEED")
    args = parser.parse_args(arguments)
    if not args.data.is_dir():
        print(f"The real photographs are missing: no folder {args.data}", file=sys.stderr)
        return 2
    data = Boards.read(args.data)
    runs: list[dict[str, Any]] = []
    plans = [
        (count, seed)
        for count in args.goldens
        for seed in (args.seeds if count is not None else args.seeds[:1])
    ]
    taken = about("tests.evaluation.evaluate_pcba")
    model = open_model(DEFAULT_BACKBONE, models_folder(None))
    with InterpreterPool(model, min(4, cores())) as pool:
        for count, seed in plans:
            goldens = data.goldens(count, seed)
            began_s = time.monotonic()
            with Ticker(sys.stderr) as say:
                rows, guarantee = judged_rows(data, goldens, args.splits, pool, say)
            parts = {split: [r for r in rows if r.split == split] for split in args.splits}
            parts = {"+".join(args.splits): rows, **(parts if len(parts) > 1 else {})}
            found = {name: figures(some) for name, some in parts.items()}
            for name, each in found.items():
                if count is None or name == "+".join(args.splits):
                    print_figures(f"{len(goldens)} golden boards (seed {seed}), {name}", each)
            if count is None:
                print_suspects(rows)
            print(f"  {guarantee}\n  {time.monotonic() - began_s:.0f} s", flush=True)
            runs.append(
                {
                    "goldens": goldens,
                    "seed": seed,
                    "guarantee": guarantee,
                    "seconds": time.monotonic() - began_s,
                    "figures": found,
                    "suspects": [asdict(row) for row in rows if _is_worth_a_look(row)],
                }
            )
            if args.json:  # after every run: a long evaluation that is stopped keeps its figures
                args.json.parent.mkdir(parents=True, exist_ok=True)
                args.json.write_text(
                    json.dumps({**taken, "model": model.sha256, "runs": runs}, indent=1)
                )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
