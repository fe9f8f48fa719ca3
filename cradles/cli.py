"""`goldenboard cradle`: from a board file to a printable cradle. A plug-in of the command line:
it needs the libraries of the extra `cad` only when it is used."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path

from appliance.board import BoardFile, Location, Side, differences, read_board
from appliance.board.layout import identity_of
from appliance.board.values import MOST_MM
from appliance.cli_common import EXIT_FAULT, EXIT_GOOD, EXIT_UNUSABLE, Ticker
from appliance.refusal import Refusal
from cradles.cabinet import cli as cabinet_cli
from cradles.wishes import Wishes

NEEDED = ("shapely", "manifold3d", "trimesh", "ezdxf", "gerbonara")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "cradle",
        help="build the cradle that holds a board",
        description="Builds, from a board file, the printable cradle, its labels and its checks.",
    )
    parts = parser.add_subparsers(title="parts", metavar="PART", required=True)
    building = parts.add_parser("build", help="write the cradle's files into a folder")
    _board_options(building)
    building.add_argument("--out", required=True, type=Path, metavar="DIR")
    building.add_argument("--step", action="store_true", help="a STEP file, too, for CAD programs")
    building.set_defaults(run=_guarded(_build))
    checking = parts.add_parser("check", help="build and check, write nothing")
    _board_options(checking)
    checking.add_argument(
        "--against",
        type=Path,
        metavar="TOML",
        help="board.toml of a printed cradle: does it serve this board, too?",
    )
    checking.set_defaults(run=_guarded(_check))
    housing = parts.add_parser("cabinet", help="drawings and parts to build the cabinet itself")
    cabinet_cli.add_options(housing)
    housing.set_defaults(run=_guarded(cabinet_cli.run))
    testing = parts.add_parser("coupon", help="a small print that tells the right clearance")
    testing.add_argument("--out", required=True, type=Path, metavar="DIR")
    testing.set_defaults(run=_guarded(_coupon))


def _board_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "board",
        type=Path,
        metavar="BOARD",
        help=".kicad_pcb, .dxf, Gerber files in a folder or ZIP, or board.toml",
    )
    parser.add_argument(
        "--units", choices=("mm", "inch", "mil"), help="of a DXF or a table that does not say"
    )
    _table_options(parser)
    parser.add_argument("--face", choices=[side.value for side in Side], help="side to look at")
    parser.add_argument("--thickness", type=float, metavar="MM")
    parser.add_argument("--clearance", type=float, metavar="MM", help="air a side")
    parser.add_argument("--location", choices=[each.value for each in Location])
    parser.add_argument("--turn", type=int, choices=(0, 90, 180, 270), help="how the board lies")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _table_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--centroid",
        type=Path,
        metavar="TABLE",
        help="pick-and-place table: its parts get windows in addition to those of BOARD",
    )
    parser.add_argument(
        "--origin",
        type=_pair(",", "X,Y"),
        metavar="X,Y",
        default=(0.0, 0.0),
        help="where the table's origin lies in the board's drawing, mm",
    )
    parser.add_argument(
        "--bottom-mirrored",
        action="store_true",
        help="the table's x of parts on the lower side counts to the left",
    )
    parser.add_argument(
        "--unknown-size",
        type=_pair("x", "WxH"),
        metavar="WxH",
        help="of parts whose package is not known, mm; without it they are left out and named",
    )


def _pair(between: str, form: str) -> Callable[[str], tuple[float, float]]:
    def pair(text: str) -> tuple[float, float]:
        try:
            one, other = (float(each) for each in text.split(between))
        except ValueError:
            raise argparse.ArgumentTypeError(f"two numbers {form}, not {text!r}") from None
        if not (abs(one) <= MOST_MM and abs(other) <= MOST_MM):
            raise argparse.ArgumentTypeError(f"{form} within ±{MOST_MM:g} mm, not {text!r}")
        return one, other

    return pair


def _guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def guarded(args: argparse.Namespace) -> int:
        missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            print(
                f"goldenboard cradle: {', '.join(missing)} not installed. "
                "Install goldenboard[cad].",
                file=sys.stderr,
            )
            return EXIT_UNUSABLE
        try:
            return run(args)
        except Refusal as refusal:
            print(f"goldenboard cradle: {refusal}", file=sys.stderr)
        except ValueError as error:
            print(f"goldenboard cradle: {error}", file=sys.stderr)
        return EXIT_UNUSABLE

    return guarded


def _board(args: argparse.Namespace) -> BoardFile:
    from cradles.read import TableWishes, read_design

    design = read_design(
        args.board,
        units=args.units,
        table=args.centroid,
        wishes=TableWishes(
            origin_mm=args.origin,
            bottom_mirrored=args.bottom_mirrored,
            unknown_size_mm=args.unknown_size,
        ),
    )
    for note in design.notes:
        print(note, file=sys.stderr)
    wishes = Wishes(
        face=args.face,
        thickness_mm=args.thickness,
        clearance_mm=args.clearance,
        location=args.location,
        turn_deg=args.turn,
    )
    return wishes.of(design.board)


def _build(args: argparse.Namespace) -> int:
    from cradles import job

    with Ticker(sys.stderr) as ticker:
        made = job.make(_board(args), progress=ticker)
        files = job.write(made, args.out, step=args.step)
    if args.json:
        print(json.dumps({**job.report(made), "files": files}, ensure_ascii=False))
        return EXIT_GOOD if made.passed else EXIT_FAULT
    width, depth, height = made.cradle.size_mm
    print(f"Cradle {made.cradle.identity}, {width:.1f} × {depth:.1f} × {height:.2f} mm")
    for note in made.cradle.notes:
        print(note)
    print(f"Simulated fit: {job.fit_words(made.fit)}")
    for fault in made.faults:
        print(f"NOT AS IT SHOULD BE: {fault}")
    print(f"{args.out}: {', '.join(files)}")
    return EXIT_GOOD if made.passed else EXIT_FAULT


def _check(args: argparse.Namespace) -> int:
    from cradles import job

    board = _board(args)
    printed = read_board(args.against) if args.against else None
    changes = differences(printed, board) if printed else ()
    with Ticker(sys.stderr) as ticker:
        made = job.make(board, progress=ticker)
    code = EXIT_GOOD if made.passed and not changes else EXIT_FAULT
    if args.json:
        against = {"against": list(changes)} if printed else {}
        print(json.dumps({**job.report(made), **against}, ensure_ascii=False))
        return code
    print(f"Cradle {made.cradle.identity}")
    if printed is not None and changes:
        print(
            f"{identity_of(printed)} does not serve this board, print anew: {'; '.join(changes)}."
        )
    elif printed is not None:
        print("The printed cradle stays good: nothing differs that it is made from.")
    for each in made.checks:
        word = "good" if each.passed else "BAD "
        print(f"{word}  {each.name}: {each.found} (limit {each.limit})")
    fits = made.fit.always_seats and made.fit.play_is_within
    print(f"{'good' if fits else 'BAD '}  simulated fit: {job.fit_words(made.fit)}")
    flat = made.laid.tries - len(made.laid.caught)
    print(
        f"{'BAD ' if made.laid.caught else 'good'}  {flat} of {made.laid.tries} boards laid down "
        f"askew and aside lie flat{''.join('; ' + each for each in made.laid.caught)}"
    )
    for way, why in made.fit.wrong_ways[:12]:
        print(f"      {way}: " + (f"kept out by {why}" if why else "not kept out mechanically"))
    for note in made.cradle.notes:
        print(note)
    return code


def _coupon(args: argparse.Namespace) -> int:
    from appliance.durable import write_durably
    from cradles.coupon import HOW_TO_USE, coupon
    from cradles.export import stl_bytes, threemf_bytes
    from cradles.solids import solid_of

    part = coupon()
    mesh = solid_of(part).mesh()
    args.out.mkdir(parents=True, exist_ok=True)
    write_durably(args.out / "coupon.stl", stl_bytes(mesh, part.name))
    write_durably(args.out / "coupon.3mf", threemf_bytes(mesh, part.name))
    print(f"{args.out}: coupon.stl, coupon.3mf")
    print(HOW_TO_USE)
    return EXIT_GOOD
