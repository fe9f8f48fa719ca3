"""`goldenboard update` on a unit: install, status, roll-back, guard, find, and what versions ask
each other."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.cli_common import EXIT_GOOD, Ticker, cores
from appliance.config import DEFAULT_PATH, read_config
from appliance.machine import software_version
from appliance.store import utc_text
from appliance.update.places import BASE, TRUSTED_FILE, Places

if TYPE_CHECKING:
    from appliance.update.install import Installer

Work = Callable[[argparse.Namespace], int]
_Parsers = argparse._SubParsersAction  # argparse has no public name for it
STICKS = (Path("/media"), Path("/run/media"), Path("/mnt"))


def add_parsers(
    commands: _Parsers[argparse.ArgumentParser], guarded: Callable[[Work], Work]
) -> None:
    install = commands.add_parser(
        "install",
        help="install a bundle and switch to it",
        description="Prepares the version beside the running one, switches between two boards, and "
        "goes back by itself when it does not get ready. Needs root.",
    )
    install.add_argument("bundle", type=Path, nargs="?", help="the bundle (.gbu)")
    install.add_argument(
        "--asked", action="store_true", help="the one that was asked for on the page"
    )
    install.add_argument(
        "--allow-older", action="store_true", help="on purpose: an older version than this"
    )
    install.set_defaults(run=guarded(_install))
    status = commands.add_parser("status", help="which version runs, how the last update ended")
    status.add_argument("--json", action="store_true", help="one JSON object on stdout")
    status.set_defaults(run=guarded(_status))
    back = commands.add_parser("roll-back", help="switch to the version before. Needs root")
    back.set_defaults(run=guarded(_roll_back))
    guard = commands.add_parser(
        "guard", help="before the service starts: finish or undo what a cut left. Needs root"
    )
    guard.set_defaults(run=guarded(_guard))
    for each in (install, status, back, guard):
        each.add_argument("--base", type=Path, default=BASE, metavar="DIR", help=argparse.SUPPRESS)
        each.add_argument("--config", type=Path, default=DEFAULT_PATH, metavar="TOML")
        each.add_argument("--trusted", type=Path, default=TRUSTED_FILE, metavar="FILE")
    find = commands.add_parser("find", help="list the bundles on sticks that are plugged in")
    find.add_argument("folders", type=Path, nargs="*", default=list(STICKS), metavar="DIR")
    find.set_defaults(run=guarded(_find))
    facts = commands.add_parser("facts", help="what this version says of itself, as JSON")
    facts.set_defaults(run=guarded(_facts))
    golden = commands.add_parser(
        "golden", help="judge the golden boards of the unit's recipes, a JSON object a line"
    )
    golden.add_argument("--config", type=Path, default=DEFAULT_PATH, metavar="TOML")
    golden.set_defaults(run=guarded(_golden))


def _installer(args: argparse.Namespace) -> Installer:
    from appliance.update.install import Installer
    from appliance.update.unit_service import SystemdService

    return Installer(
        places=Places(base=args.base, config=args.config, trusted=args.trusted),
        service=SystemdService,
        utc_now=lambda: utc_text(datetime.now(UTC)),
        say=lambda words: print(words, flush=True),
    )


def _install(args: argparse.Namespace) -> int:
    from appliance.update.asked import take_asked
    from appliance.update.errors import UpdateError

    with Ticker(sys.stderr) as ticker:
        by, file, allow_older = _person(), args.bundle, args.allow_older
        if args.asked:
            asked = take_asked(read_config(args.config).data)
            # Going back to an older version takes root's own word: the page has no rights.
            file, by, allow_older = asked.file, asked.by, False
        if file is None:
            raise UpdateError(
                expected="a bundle", found="none", action="Name it, or look with `update find`."
            )
        words = _installer(args).install(
            file,
            by=by,
            allow_older=allow_older,
            reading=lambda done, total: ticker("MB", done // 10**6, total // 10**6),
        )
    print(words)
    return EXIT_GOOD


def _status(args: argparse.Namespace) -> int:
    from appliance.update.releases import CURRENT, Releases
    from appliance.update.state import Phase, read_progress

    releases = Releases(args.base)
    progress = read_progress(args.base / "update.toml")
    runs, kept = releases.linked(CURRENT), releases.whole()
    if args.json:
        said = {"runs": runs, "releases": kept, **asdict(progress)}
        print(json.dumps(said, ensure_ascii=False))
        return EXIT_GOOD
    print(f"Runs: {runs or 'no version installed in ' + str(releases.folder)}")
    print(f"Whole: {', '.join(kept) or 'none'}")
    if progress.phase is not Phase.SETTLED:
        print(f"An update to {progress.after} is {progress.phase}, since {progress.utc}")
    elif progress.outcome:
        print(f"Last update ({progress.utc}): {progress.outcome}")
    return EXIT_GOOD


def _roll_back(args: argparse.Namespace) -> int:
    print(_installer(args).roll_back(by=_person()))
    return EXIT_GOOD


def _guard(args: argparse.Namespace) -> int:
    print(f"goldenboard update guard: {_installer(args).guard()}")
    return EXIT_GOOD


def _find(args: argparse.Namespace) -> int:
    from appliance.update.asked import bundles_on

    found = bundles_on(args.folders)
    for path in found:
        print(path)
    if not found:
        print(f"No bundle in {', '.join(map(str, args.folders))}.", file=sys.stderr)
    return EXIT_GOOD


def _facts(args: argparse.Namespace) -> int:
    from appliance.store.migrate import migrations

    print(json.dumps({"version": software_version(), "database_newest": len(migrations())}))
    return EXIT_GOOD


def _golden(args: argparse.Namespace) -> int:
    from appliance.update.golden import judge_goldens

    config = read_config(args.config)
    for each in judge_goldens(config, config.judges.models, min(2, cores())):
        print(json.dumps(asdict(each), ensure_ascii=False), flush=True)
    return EXIT_GOOD


def _person() -> str:
    return os.environ.get("SUDO_USER") or getpass.getuser()
