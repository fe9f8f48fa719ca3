"""`goldenboard inspect`: pictures of boards judged by a recipe."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from appliance.cli_common import (
    EXIT_FAULT,
    EXIT_GOOD,
    EXIT_UNUSABLE,
    Ticker,
    add_model_options,
    add_unit_option,
    lens_of,
    open_pool,
)
from appliance.durable import write_durably
from appliance.inspection import Inspector
from appliance.modelfile import find_model, models_folder
from appliance.picture_files import PictureError, read_picture
from appliance.recipe import RecipeError, load
from appliance.refusal import Refusal
from appliance.terms import Call, Inspection, Verdict, WindowResult
from appliance.vision.crop import Pixels
from appliance.vision.picture import annotated, to_jpeg


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "inspect",
        help="judge pictures of boards",
        description="Judges pictures by a recipe. Exit code 0 when every board was judged, 3 when "
        "at least one could not be (FAULT), 2 when recipe or arguments are unusable.",
    )
    parser.add_argument("--recipe", required=True, type=Path, metavar="DIR", help="recipe folder")
    parser.add_argument("images", nargs="+", metavar="IMG", help="pictures of boards")
    parser.add_argument("--json", action="store_true", help="one JSON object a line a board")
    parser.add_argument(
        "--picture",
        type=Path,
        metavar="DIR",
        help="write each board with its windows and heat maps drawn in; a folder, or with one "
        "picture a .jpg or .png file",
    )
    add_unit_option(parser)
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    try:
        targets = _targets(args.picture, args.images)
        recipe, lens = load(args.recipe), lens_of(args)
        use = recipe.models[0]
        model = find_model(use.sha256, models_folder(args.models), name=use.name)
        with open_pool(model, args.interpreters) as pool, Ticker(sys.stderr) as ticker:
            inspector = Inspector(
                recipe,
                pool,
                lens=lens,
                progress=lambda done, total: ticker("Reading recipe", done, total),
            )
            return _inspect_all(inspector, args, targets, ticker)
    except Refusal as refusal:
        print(f"goldenboard inspect: {refusal}", file=sys.stderr)
        return EXIT_UNUSABLE


def _inspect_all(
    inspector: Inspector, args: argparse.Namespace, targets: Sequence[Path | None], ticker: Ticker
) -> int:
    faults = 0
    for number, (image, seen) in enumerate(_pictures(args.images)):
        if isinstance(seen, PictureError):
            inspection = unreadable(seen)
        else:
            inspection = inspector.inspect(seen)
            target = targets[number]
            if target is not None:
                _write_picture(inspector, seen, inspection, target)
        faults += inspection.verdict is Verdict.FAULT
        if args.json:
            print(json.dumps(as_json(image, inspection), ensure_ascii=False), flush=True)
        else:
            print(as_table(image, inspection), flush=True)
        ticker("Inspecting", number + 1, len(args.images))
    return EXIT_FAULT if faults else EXIT_GOOD


def unreadable(error: PictureError) -> Inspection:
    return Inspection(
        verdict=Verdict.FAULT,
        reason=error.finding,
        action=error.action,
        alignment=None,
        windows=(),
        stages_ms={"total": 0.0},
    )


def as_json(image: str, inspection: Inspection) -> dict[str, Any]:
    """The line that other programs read. A score that is no number becomes null."""
    alignment = inspection.alignment
    return {
        "image": image,
        "verdict": inspection.verdict.value,
        "reason": inspection.reason,
        "action": inspection.action,
        "serial": inspection.serial,
        "alignment": None
        if alignment is None
        else {
            "shift_px": [round(each, 3) for each in alignment.shift_px],
            "rotation_deg": round(alignment.rotation_deg, 5),
            "scale": round(alignment.scale, 6),
            "residual_px": round(alignment.residual_px, 4),
        },
        "windows": [_window_json(each) for each in inspection.windows],
        "stages_ms": {name: round(ms, 3) for name, ms in inspection.stages_ms.items()},
    }


def _window_json(window: WindowResult) -> dict[str, Any]:
    return {
        "component": window.component,
        "call": window.call.value,
        "score": window.score if math.isfinite(window.score) else None,
        "review_above": window.review_above,
        "defect_above": window.defect_above,
        "reason": window.reason,
    }


def as_table(image: str, inspection: Inspection) -> str:
    """For people: the verdict, and one line for each window that is not GOOD, worst first."""
    words = f"{inspection.reason} {inspection.action}".rstrip()
    lines = [f"{image}: {inspection.verdict.value}. {words}"]
    if inspection.serial:
        lines.append(f"  serial {inspection.serial}")
    suspects = [each for each in inspection.windows if each.call is not Call.GOOD]
    suspects.sort(key=lambda each: (each.call is not Call.DEFECT, -each.score))
    if suspects:
        width = max(9, *(len(each.component) for each in suspects))
        lines.append(f"  {'component':<{width}}  call    score  review  defect  what")
        lines += [
            f"  {each.component:<{width}}  {each.call.value:<6} {each.score:6.2f}  "
            f"{each.review_above:6.2f}  {each.defect_above:6.2f}  {each.reason}"
            for each in suspects
        ]
    if inspection.alignment:
        dx, dy = inspection.alignment.shift_px
        lines.append(
            f"  {len(inspection.windows)} windows in {inspection.stages_ms['total']:.0f} ms; board "
            f"shifted {dx:.1f}, {dy:.1f} px, turned {inspection.alignment.rotation_deg:.2f}°"
        )
    return "\n".join(lines)


def _pictures(images: Sequence[str]) -> Iterator[tuple[str, Pixels | PictureError]]:
    """In order; the next picture is decoded while this one is judged."""

    def read(image: str) -> Pixels | PictureError:
        try:
            return read_picture(Path(image))
        except PictureError as error:
            return error

    with ThreadPoolExecutor(1, thread_name_prefix="decode") as reader:
        waiting = reader.submit(read, images[0])
        for number, image in enumerate(images):
            seen = waiting.result()
            if number + 1 < len(images):
                waiting = reader.submit(read, images[number + 1])
            yield image, seen


def _targets(picture: Path | None, images: Sequence[str]) -> list[Path | None]:
    """Where each annotated picture goes; names that repeat are numbered."""
    if picture is None:
        return [None] * len(images)
    try:
        if picture.suffix.lower() in (".jpg", ".jpeg", ".png") and not picture.is_dir():
            if len(images) > 1:
                raise RecipeError(
                    expected="a folder for --picture with several pictures",
                    found=str(picture),
                    action="Name a folder.",
                )
            picture.parent.mkdir(parents=True, exist_ok=True)
            return [picture]
        picture.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecipeError(
            expected=f"a folder that can be written at {picture}",
            found=error.strerror or str(error),
            action="Choose another --picture.",
        ) from error
    stems = [Path(image).stem for image in images]
    return [
        picture / (f"{stem}-{i + 1}.jpg" if stems.count(stem) > 1 else f"{stem}.jpg")
        for i, stem in enumerate(stems)
    ]


def _write_picture(
    inspector: Inspector, seen: Pixels, inspection: Inspection, target: Path
) -> None:
    drawn = annotated(seen, inspector.recipe, inspection)
    try:
        write_durably(target, to_jpeg(drawn, suffix=target.suffix.lower()))
    except OSError as error:
        raise RecipeError(
            expected=f"to write {target}",
            found=error.strerror or str(error),
            action="Check the free space and the folder's rights.",
        ) from error
