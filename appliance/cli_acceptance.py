"""`goldenboard acceptance`: the sheet that a unit is accepted by, as a PDF to sign."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.cli_selftest import findings
from appliance.commission.steps import commissioning_folder
from appliance.commission.table import STEPS
from appliance.config import DEFAULT_PATH, CabinetKind, Config, read_config
from appliance.durable import write_durably
from appliance.host_names import host_names
from appliance.machine import software_version
from appliance.proof.sheet import Check, Sheet, computer, gather
from appliance.proof.sheet_pdf import draw
from appliance.refusal import Refusal
from appliance.store import Store, StoreError, system_clock

EXIT_OPEN = 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "acceptance",
        help="write the acceptance sheet as a PDF",
        description="Commissioning, studies, challenge boards, self-test, versions and hashes of "
        "this unit on A4, with a code that leads to its page and room for signatures. Also while "
        "the service runs. Exit code 1: written, and something is still open.",
    )
    parser.add_argument("--config", type=Path, default=DEFAULT_PATH, metavar="TOML")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.PDF")
    parser.add_argument(
        "--no-selftest", action="store_true", help="leave the self-test out; the sheet says so"
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of released models")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when nothing is open, 1 when something is, 2 when there is no sheet."""
    try:
        sheet = _sheet(args, read_config(args.config))
        write_durably(args.out, draw(sheet))
    except (Refusal, StoreError) as error:
        print(f"goldenboard acceptance: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    except OSError as error:
        print(f"goldenboard acceptance: {args.out}: {error.strerror or error}", file=sys.stderr)
        return EXIT_UNUSABLE
    for each in sheet.missing:
        print(f"open: {each}")
    print(f"The sheet is in {args.out}.")
    return EXIT_OPEN if sheet.missing else EXIT_GOOD


def _sheet(args: argparse.Namespace, config: Config) -> Sheet:
    checks = None
    if not args.no_selftest:
        tried = argparse.Namespace(config=args.config, devices=False, models=args.models)
        checks = [Check(name=each.check, ok=each.ok, found=each.found) for each in findings(tried)]
    with Store.open_for_reading(config.records.folder) as store:
        return gather(
            unit=config.unit.name,
            url=page_url(config),
            made=system_clock()(),
            software=software_version(),
            simulated=config.cabinet.kind is CabinetKind.SIMULATED,
            identity=(*computer(), ("Camera", _camera(config))),
            store=store,
            recipes=config.recipes.folder,
            commissioning_folder=commissioning_folder(config),
            planned=tuple(step.planned for step in STEPS.values()),
            challenge_every_h=config.proof.challenge_every_h,
            checks=checks,
        )


def page_url(config: Config) -> str:
    scheme, usual = ("https", 443) if config.pages.tls else ("http", 80)
    port = "" if config.pages.port == usual else f":{config.pages.port}"
    return f"{scheme}://{host_names()[0]}{port}/technician/"


def _camera(config: Config) -> str:
    if config.cabinet.kind is CabinetKind.SIMULATED:
        return "simulated"
    return f"{config.cabinet.camera}, device {config.cabinet.camera_device}; serial not told"
