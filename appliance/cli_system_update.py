"""`goldenboard system-update`: exchange the whole system of a unit that has two."""

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

from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.config import DEFAULT_PATH, read_config
from appliance.machine import software_version
from appliance.refusal import Refusal
from appliance.store import utc_text
from appliance.system_update import autoboot
from appliance.system_update.places import SystemPlaces

Work = Callable[[argparse.Namespace], int]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "system-update",
        help="exchange the whole system of a unit that has two",
        description="A system comes as one signed file (.raucb). RAUC writes it beside the running "
        "one; it is started on trial and kept only when it has proven itself.",
    )
    commands = parser.add_subparsers(dest="system_command", required=True, metavar="COMMAND")
    make_key = commands.add_parser(
        "make-key", help="the maker's pair: a private key and the certificate for the units"
    )
    make_key.add_argument("--out", type=Path, required=True, metavar="FILE", help="private key")
    make_key.add_argument("--name", required=True, help="the maker, as units show it")
    make_key.set_defaults(run=_guarded(_make_key))
    install = commands.add_parser(
        "install", help="install a system bundle and restart into it on trial. Needs root"
    )
    install.add_argument("bundle", type=Path, nargs="?", help="the bundle (.raucb)")
    install.add_argument(
        "--asked", action="store_true", help="the one that was asked for on the page"
    )
    install.add_argument(
        "--allow-older", action="store_true", help="on purpose: an older version than this"
    )
    install.set_defaults(run=_guarded(_install))
    status = commands.add_parser("status", help="which system runs, how the last update ended")
    status.add_argument("--json", action="store_true", help="one JSON object on stdout")
    status.set_defaults(run=_guarded(_status))
    order = commands.add_parser(
        "guard", help="before the service starts: finish or undo what a cut left. Needs root"
    )
    order.set_defaults(run=_guarded(_guard))
    trial = commands.add_parser(
        "trial", help="prove the system that is on trial; keep it or go back. Needs root"
    )
    trial.set_defaults(run=_guarded(_trial))
    boot = commands.add_parser("boot", help="RAUC's questions about starting systems")
    boot.add_argument("words", nargs="+", metavar="WORD", help="get-primary, set-state b good, ...")
    boot.set_defaults(run=_guarded(_boot))
    for each in (install, status, order, trial, boot):
        each.add_argument("--config", type=Path, default=DEFAULT_PATH, metavar="TOML")
        each.add_argument("--boot", type=Path, default=autoboot.FOLDER, help=argparse.SUPPRESS)
        each.add_argument("--slot", default=None, help=argparse.SUPPRESS)


def _places(args: argparse.Namespace) -> SystemPlaces:
    from appliance.update.errors import UnfitError

    slot = args.slot or autoboot.running_slot()
    if slot is None:
        raise UnfitError(
            expected="a unit with two systems (goldenboard.slot= on the kernel's command line)",
            found="one with a single system",
            action="Install a version instead: `goldenboard update install FILE.gbu`.",
        )
    return SystemPlaces(
        data=read_config(args.config).data, config=args.config, boot=args.boot, slot=slot
    )


def _make_key(args: argparse.Namespace) -> int:
    from appliance.system_update.certificate import make_key

    certificate = make_key(args.out, name=args.name)
    print(f"Private key: {args.out}. Keep it away from every unit.")
    print(f"For the units: {certificate}. `make image SYSTEM_CERTIFICATE={certificate}`")
    return EXIT_GOOD


def _install(args: argparse.Namespace) -> int:
    from appliance.system_update.desk import WISH
    from appliance.system_update.install import SystemInstaller
    from appliance.update.asked import take_asked
    from appliance.update.errors import UpdateError
    from appliance.update.proving import OURSELVES, golden_calls
    from appliance.update.unit_service import SystemdService

    installer = SystemInstaller(
        places=_places(args),
        version=software_version(),
        service=SystemdService,
        goldens=lambda children, at: golden_calls(children, OURSELVES, at.config, at.data),
        utc_now=_now,
        say=_say,
    )
    by, file, allow_older = _person(), args.bundle, args.allow_older
    if args.asked:
        asked = take_asked(installer.places.data, WISH)
        # Going back to an older one takes root's own word: the page has no rights.
        file, by, allow_older = asked.file, asked.by, False
    if file is None:
        raise UpdateError(expected="a bundle", found="none", action="Name the .raucb file.")
    print(installer.install(file, by=by, allow_older=allow_older))
    return EXIT_GOOD


def _status(args: argparse.Namespace) -> int:
    from appliance.system_update.slots import remembered
    from appliance.update.state import Phase, read_progress

    places = _places(args)
    progress = read_progress(places.state)
    default = autoboot.default_slot(places.boot)
    bad = list(remembered(places.slots).bad)
    if args.json:
        said = {
            "slot": places.slot,
            "default": default,
            "on_trial": places.slot != default,
            "version": software_version(),
            "bad": bad,
            **asdict(progress),
        }
        print(json.dumps(said, ensure_ascii=False))
        return EXIT_GOOD
    print(f"System {places.slot} runs (version {software_version()}); {default} starts by itself.")
    if places.slot != default:
        print("It is on trial: no board passes.")
    if bad:
        print(f"Not to be started: {', '.join(bad)}")
    if progress.phase is not Phase.SETTLED:
        print(f"An update to system {progress.after} is {progress.phase}, since {progress.utc}")
    elif progress.outcome:
        print(f"Last system update ({progress.utc}): {progress.outcome}")
    return EXIT_GOOD


def _guard(args: argparse.Namespace) -> int:
    from appliance.system_update.after_start import put_in_order
    from appliance.update.record import RecordKeeper

    records = read_config(args.config).records.folder
    said = put_in_order(_places(args), lambda: RecordKeeper(records), _now)
    print(f"goldenboard system-update guard: {said}")
    return EXIT_GOOD


def _trial(args: argparse.Namespace) -> int:
    from appliance.system_update.trial import SystemTrial
    from appliance.update.proving import OURSELVES, golden_calls, run_self_test
    from appliance.update.unit_service import SystemdService

    version = software_version()
    trial = SystemTrial(
        places=_places(args),
        version=version,
        service=SystemdService,
        self_test=lambda children, at: run_self_test(children, OURSELVES, version, at.data),
        goldens=lambda children, at: golden_calls(children, OURSELVES, at.config, at.data),
        utc_now=_now,
        say=_say,
    )
    print(trial.run())
    return EXIT_GOOD


def _boot(args: argparse.Namespace) -> int:
    from appliance.system_update.slots import answer

    said = answer(_places(args), *args.words)
    if said:
        print(said)
    return EXIT_GOOD


def _guarded(work: Work) -> Work:
    """What is refused is said on stderr, once for all commands."""

    def run(args: argparse.Namespace) -> int:
        try:
            return work(args)
        except (Refusal, OSError) as error:
            print(f"goldenboard system-update: {error}", file=sys.stderr)
        return EXIT_UNUSABLE

    return run


def _person() -> str:
    return os.environ.get("SUDO_USER") or getpass.getuser()


def _now() -> str:
    return utc_text(datetime.now(UTC))


def _say(words: str) -> None:
    if words:
        print(words, flush=True)
