"""`goldenboard cradle cabinet`: all that is needed to build one."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from appliance.cli_common import EXIT_FAULT, EXIT_GOOD, Ticker
from cradles.cabinet.cameras import CAMERAS


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument("--camera", choices=CAMERAS, default="pi3")
    parser.add_argument("--mdf", type=float, default=6.0, metavar="MM", help="thickness, 3 to 10")
    parser.add_argument("--kerf", type=float, default=0.15, metavar="MM", help="of the laser")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    from cradles.cabinet import job
    from cradles.cabinet.sizes import Sizes

    sizes = Sizes(camera=CAMERAS[args.camera], mdf_mm=args.mdf, kerf_mm=args.kerf)
    with Ticker(sys.stderr) as ticker:
        made = job.make(sizes, progress=ticker)
        files = job.write(made, args.out, progress=ticker)
    code = EXIT_GOOD if made.passed else EXIT_FAULT
    if args.json:
        print(json.dumps({**job.report(made), "files": files}, ensure_ascii=False))
        return code
    width, depth, height = sizes.outer_mm
    print(f"Cabinet for the {sizes.camera.name}")
    print(f"{width:.0f} × {depth:.0f} × {height:.0f} mm, MDF {sizes.mdf_mm:g} mm")
    if not sizes.camera.sourced:
        print(f"ITS ANGLE OF VIEW IS {sizes.camera.source}. Measure before you cut.")
    for each in made.checks:
        word = "good" if each.passed else "BAD "
        print(f"{word}  {each.name}: {each.found} (limit {each.limit})")
    print(f"{args.out}: {len(files)} files; begin with drawings.pdf and pictures/")
    return code
