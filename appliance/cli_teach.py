"""`goldenboard teach`: a recipe from one or more good boards."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

from appliance.board import read_board
from appliance.cli_common import (
    EXIT_GOOD,
    EXIT_UNUSABLE,
    Ticker,
    add_model_options,
    add_unit_option,
    lens_of,
    open_pool,
)
from appliance.modelfile import DEFAULT_BACKBONE, models_folder, open_model
from appliance.recipe import CameraLock, Recipe
from appliance.refusal import Refusal
from appliance.tables import read_faults, read_windows
from appliance.takt import PROMISED_S, check_takt
from appliance.teach import Lesson, teach
from appliance.teach_board import height_notes, inspected
from appliance.terms import Rect
from appliance.toml_strict import read_toml

FEW_GOLDENS = 5
"""With fewer, good boards are stopped often: see the curve over golden boards in README."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "teach",
        help="build a recipe from good boards",
        description="Builds a recipe from pictures of one or more good boards. Thresholds come "
        "from the good samples alone; what they promise is written into the recipe.",
    )
    parser.add_argument("--name", required=True, help="the recipe's name")
    parser.add_argument("--part-number", help="of the board; the recipe's name if left out")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--board",
        type=Path,
        metavar="TOML",
        help="board.toml of a board in its cradle: windows, scale and the cradle's name come from "
        "it and from the cradle's marks in the first picture",
    )
    where.add_argument(
        "--windows",
        type=Path,
        metavar="CSV",
        help="component,part_type,xmin,ymin,xmax,ymax[,polarity] in pixels of the first picture; "
        "polarity is fixed or half_turn",
    )
    parser.add_argument(
        "--golden", required=True, nargs="+", type=Path, metavar="IMG", action="extend",
        help="pictures of good boards",
    )  # fmt: skip
    parser.add_argument(
        "--faults",
        type=Path,
        metavar="CSV",
        help="image,component of windows that are bad on a golden board and are left out",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="recipe folder")
    parser.add_argument(
        "--camera",
        type=Path,
        metavar="TOML",
        help="settings every frame must have been taken with: exposure_us, analogue_gain, "
        "colour_gains, lens_position, light_level; and focal_px, the lens' focal length in pixels, "
        "with which --board finds the tops of tall parts",
    )
    parser.add_argument(
        "--grey",
        type=_rect,
        metavar="X0,Y0,X1,Y1",
        help="a grey patch, in pixels; its colour is learnt and checked (--board knows its own)",
    )
    parser.add_argument(
        "--takt-s",
        type=_seconds,
        default=PROMISED_S,
        metavar="S",
        help="insert to lamp, 2 unless said otherwise; a recipe that can't keep it is refused",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    add_unit_option(parser)
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    began_s = time.monotonic()
    try:
        board = read_board(args.board) if args.board else None
        windows = read_windows(args.windows) if args.windows else ()
        components = [row.component for row in windows]
        if board is not None:
            components = [part.designator for part in inspected(board)]
        goldens = tuple(args.golden)
        faults = (
            read_faults(args.faults, goldens, components)
            if args.faults
            else tuple(frozenset[str]() for _ in goldens)
        )
        lesson = Lesson(
            name=args.name,
            part_number=args.part_number or (board and board.part_number) or args.name,
            windows=windows,
            board=board,
            goldens=goldens,
            faults=faults,
            camera=read_toml(args.camera, CameraLock) if args.camera else CameraLock(),
            lens=lens_of(args),
            grey=args.grey,
            takt_s=args.takt_s,
        )
        model = open_model(args.model or DEFAULT_BACKBONE, models_folder(args.models))
        with open_pool(model, args.interpreters) as pool, Ticker(sys.stderr) as ticker:
            recipe = teach(lesson, pool, args.out, progress=ticker)
    except Refusal as refusal:
        print(f"goldenboard teach: {refusal}", file=sys.stderr)
        return EXIT_UNUSABLE
    notes = () if board is None else height_notes(board, recipe.camera.focal_px)
    takt = check_takt(len(recipe.windows), args.takt_s)
    _report(recipe, args.out, time.monotonic() - began_s, notes, takt, as_json=args.json)
    return EXIT_GOOD


def _report(
    recipe: Recipe,
    folder: Path,
    seconds: float,
    notes: tuple[str, ...],
    takt: str,
    *,
    as_json: bool,
) -> None:
    left_out = sum(len(golden.left_out) for golden in recipe.goldens)
    camera_mm = None
    if recipe.cradle is not None and recipe.camera.focal_px is not None:
        camera_mm = recipe.camera.focal_px / recipe.cradle.px_per_mm
    if as_json:
        line = {
            "recipe": str(folder),
            "name": recipe.name,
            "version": recipe.version,
            "windows": len(recipe.windows),
            "goldens": len(recipe.goldens),
            "left_out": left_out,
            "cradle": recipe.cradle and recipe.cradle.identity,
            "camera_above_mm": camera_mm and round(camera_mm, 1),
            "notes": notes,
            "takt": takt,
            "anchors": len(recipe.anchors),
            "guarantee": recipe.guarantee,
            "seconds": round(seconds, 2),
        }
        print(json.dumps(line, ensure_ascii=False))
        return
    print(f"Recipe {recipe.name}, version {recipe.version}, in {folder}")
    print(
        f"{len(recipe.windows)} windows from {len(recipe.goldens)} golden boards "
        f"({left_out} samples left out as faulty), found again by {len(recipe.anchors)} anchors; "
        f"{seconds:.1f} s"
    )
    if recipe.cradle is not None:
        print(f"Cradle {recipe.cradle.identity}, {recipe.cradle.px_per_mm:.2f} px/mm")
    if camera_mm is not None:
        print(f"By focal_px the camera stands {camera_mm:.0f} mm above the board: is that so?")
    print(takt)
    for note in notes:
        print(note)
    print(f"Thresholds: {recipe.guarantee}")
    if len(recipe.goldens) < FEW_GOLDENS:
        print(
            f"From {len(recipe.goldens)} golden board(s) many good places will be called to look "
            f"at. Teach again with {FEW_GOLDENS} or more when you have them."
        )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"a number of seconds above 0, not {text!r}")
    return seconds


def _rect(text: str) -> Rect:
    try:
        xmin, ymin, xmax, ymax = (float(each) for each in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"four numbers X0,Y0,X1,Y1, not {text!r}") from None
    return Rect(xmin_px=xmin, ymin_px=ymin, xmax_px=xmax, ymax_px=ymax)
