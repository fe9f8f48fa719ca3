"""`goldenboard calibrate`: the measuring sheet to print, and what pictures of it say."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import cast

import cv2

from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.commission.camera_file import keep_lens
from appliance.commission.camera_lens import LensFound, measure_lens
from appliance.commission.camera_limits import EXIT_BEYOND, lens_figures
from appliance.commission.camera_look import SheetError, SheetSeen, check_light, see_sheet
from appliance.commission.camera_sheet import ACROSS_MM, ALONG_MM, paper_of
from appliance.commission.steps import commissioning_folder
from appliance.config import read_config
from appliance.durable import write_durably
from appliance.refusal import Refusal
from appliance.toml_strict import to_table
from appliance.vision.crop import Pixels


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    calibrate = subparsers.add_parser("calibrate", help="measure the camera by a printed sheet")
    commands = calibrate.add_subparsers(dest="calibrate_command", required=True, metavar="COMMAND")
    sheet = commands.add_parser("sheet", help="write the measuring sheet as PDF")
    sheet.add_argument("--out", type=Path, required=True, metavar="PDF")
    sheet.add_argument("--paper", choices=("a4", "letter"), default="a4")
    sheet.set_defaults(run=run_sheet)
    lens = commands.add_parser(
        "lens",
        help="lens and millimetres per pixel from pictures of the sheet",
        description="The first picture shows the sheet flat in the board's plane, its arrow to "
        "the back; the others show it tilted by 10 to 25 degrees, each another way. The lens model "
        "is OpenCV's with k1, k2, p1, p2.",
    )
    lens.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    lens.add_argument(
        "--across", type=float, default=ACROSS_MM, metavar="MM", help="the lower line as measured"
    )
    lens.add_argument(
        "--along", type=float, default=ALONG_MM, metavar="MM", help="the left line as measured"
    )
    lens.add_argument(
        "--config", type=Path, metavar="TOML", help="keep what is found for this unit"
    )
    lens.add_argument("--json", action="store_true", help="one JSON object on stdout")
    lens.set_defaults(run=run_lens)


def run_sheet(args: argparse.Namespace) -> int:
    from appliance.commission.camera_print import PaperSize, sheet_pdf

    try:
        write_durably(args.out, sheet_pdf(PaperSize(args.paper)))
    except OSError as error:
        print(f"goldenboard calibrate: {args.out}: {error.strerror or error}", file=sys.stderr)
        return EXIT_UNUSABLE
    print(
        f"{args.out}: two pages. Print at 100 % on matt paper; the lines must be {ACROSS_MM:.1f} "
        f"and {ALONG_MM:.1f} mm long. Glue the first page to something stiff and flat."
    )
    return EXIT_GOOD


def run_lens(args: argparse.Namespace) -> int:
    """0 within the limits, 1 beyond one, 2 with a word on stderr where nothing was measured."""
    try:
        paper = paper_of(across_mm=args.across, along_mm=args.along)
        found = measure_lens([_seen(path) for path in args.pictures], paper)
        figures = lens_figures(found)
        passed = all(each.passed for each in figures)
        if args.config and passed:
            keep_lens(commissioning_folder(read_config(args.config)), found)
    except Refusal as error:
        print(f"goldenboard calibrate: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    if args.json:
        print(json.dumps({"ok": passed} | to_table(found), allow_nan=False))
    else:
        for each in figures:
            limit = f" ({each.limit})" if each.limit else ""
            mark = "ok  " if each.passed else "FAIL"
            print(f"{mark} {each.name}: {each.value:g} {each.unit}{limit}")
        print(_as_toml(found))
    return EXIT_GOOD if passed else EXIT_BEYOND


def _seen(path: Path) -> SheetSeen:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise SheetError(
            expected=f"a picture {path}",
            found="none that can be read",
            action="Name PNG or JPEG pictures.",
        )
    try:
        check_light(cast(Pixels, pixels))
        return see_sheet(cast(Pixels, pixels))
    except SheetError as error:
        raise SheetError(
            expected=error.expected, found=f"{error.found} ({path.name})", action=error.action
        ) from error


def _as_toml(found: LensFound) -> str:
    lines = [f"{key} = {value}" for key, value in to_table(found.lens).items()]
    return "\n".join(["[lens]", *lines])
