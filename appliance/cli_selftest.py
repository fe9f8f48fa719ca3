"""`goldenboard selftest`: does this unit's software do its work, part by part, in words."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.cli_common import EXIT_GOOD, Ticker, open_pool
from appliance.config import Config, read_config
from appliance.generated import generated_lesson, photographs
from appliance.inspection import Inspector
from appliance.modelfile import DEFAULT_BACKBONE, ModelFile, models_folder, open_model
from appliance.recipe import load
from appliance.refusal import Refusal
from appliance.store import MissingError, Store, StoreError
from appliance.teach import teach
from appliance.terms import Verdict
from appliance.vision.interpreter import runtime_name
from hw import open_cabinet
from hw.errors import HardwareError
from hw.sim.boards import BoardFault
from hw.sim.generator import GeneratedBoard

EXIT_FAILED = 1
_SIZE_PX = (1920, 1374)
_GOLDENS = 3
_FAULTS = (BoardFault(component="C1", kind="missing"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    check: str
    ok: bool
    found: str
    seconds: float


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "selftest",
        help="try every part of this unit's software",
        description="Opens the models, teaches and judges generated boards, and checks the unit's "
        "recipes, records and devices if its configuration is named. Changes nothing.",
    )
    parser.add_argument("--config", type=Path, metavar="TOML", help="the unit's configuration")
    parser.add_argument(
        "--devices",
        action="store_true",
        help="with --config: open the cabinet, too (not while the service runs)",
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of released models")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    made = []
    for finding in findings(args):
        made.append(finding)
        if not args.json:
            mark = "ok  " if finding.ok else "FAIL"
            print(f"{mark} {finding.check}: {finding.found} ({finding.seconds:.1f} s)", flush=True)
    good = all(finding.ok for finding in made)
    if args.json:
        report = {"ok": good, "checks": [asdict(finding) for finding in made]}
        print(json.dumps(report, ensure_ascii=False))
    return EXIT_GOOD if good else EXIT_FAILED


def findings(args: argparse.Namespace) -> Iterator[Finding]:
    yield _try("runtime", lambda: runtime_name())
    yield _try("model", lambda: _model(args).manifest.id)
    yield _try("judging", lambda: _judges(args))
    if args.config is None:
        return
    yield _try("configuration", lambda: f"{read_config(args.config).cabinet.kind} cabinet")
    try:
        config = read_config(args.config)
    except Refusal:
        return
    yield _try("recipes", lambda: _recipes(config))
    yield _try("records", lambda: _records(config))
    if args.devices:
        yield _try("devices", lambda: _devices(config))


def _try(check: str, work: Callable[[], str]) -> Finding:
    began_s = time.monotonic()
    try:
        ok, found = True, work()
    except (Refusal, StoreError, HardwareError, OSError) as error:
        ok, found = False, str(error)
    return Finding(check=check, ok=ok, found=found, seconds=round(time.monotonic() - began_s, 2))


def _model(args: argparse.Namespace) -> ModelFile:
    return open_model(DEFAULT_BACKBONE, models_folder(args.models))


def _judges(args: argparse.Namespace) -> str:
    """Teach three generated boards; a fourth good one must PASS, one without C1 must not."""
    with (
        tempfile.TemporaryDirectory(prefix="goldenboard-") as folder,
        open_pool(_model(args), None) as pool,
        Ticker(sys.stderr) as ticker,
    ):
        lesson = generated_lesson(
            Path(folder), name="selftest", goldens=_GOLDENS, size_px=_SIZE_PX, progress=ticker
        )
        recipe = teach(lesson, pool, Path(folder) / "recipe", progress=ticker)
        inspector = Inspector(recipe, pool)
        boards = [GeneratedBoard(seed=90), GeneratedBoard(seed=91, faults=_FAULTS)]
        good, bad = (inspector.inspect(pixels) for pixels in photographs(boards, _SIZE_PX))
    wrong = {each.component for each in bad.windows if each.call != "GOOD"}
    if bad.verdict not in {Verdict.FAIL, Verdict.REVIEW} or "C1" not in wrong:
        raise _Wrong(
            expected="a board without C1 to be stopped",
            found=f"{bad.verdict}: {bad.reason}",
            action="Do not use this unit; install its software again.",
        )
    if good.verdict is Verdict.FAULT:
        raise _Wrong(
            expected="a good board to be judged",
            found=good.reason,
            action="Do not use this unit; install its software again.",
        )
    return f"a good board: {good.verdict}; one without C1: {bad.verdict}"


class _Wrong(Refusal):
    """The unit does not do what it is for."""


def _recipes(config: Config) -> str:
    folder = config.recipes.folder
    names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in names:
        load(path)
    return f"{len(names)} whole" if names else f"none in {folder}"


def _records(config: Config) -> str:
    try:
        with Store.open_for_reading(config.records.folder) as store:
            store.check()
            return f"{store.space().database_bytes / 1e6:.1f} MB, whole"
    except MissingError:
        return "none yet"


def _devices(config: Config) -> str:
    with open_cabinet(config.cabinet_settings()) as cabinet:
        cabinet.slot.read()
        cabinet.button.pressed()
        health = cabinet.health.read()
    free_gb = health.disk_free_bytes / 1e9
    return f"all open; {free_gb:.1f} GB free"
