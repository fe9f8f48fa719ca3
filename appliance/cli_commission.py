"""`goldenboard commission`: a new unit is proven step by step, on its own terminal."""

from __future__ import annotations

import argparse
import getpass
import json
import select
import signal
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from appliance import indicate, journal
from appliance.cli_common import EXIT_GOOD, EXIT_UNUSABLE
from appliance.commission import record
from appliance.commission.desk import STOPPED, Desk
from appliance.commission.steps import Step, commissioning_folder
from appliance.commission.table import NEEDED, STEPS
from appliance.commission.values import CommissionView, Prompt
from appliance.config import DEFAULT_PATH, CabinetKind, Config, read_config
from appliance.machine import software_version
from appliance.refusal import Refusal
from appliance.states import State
from appliance.store import InUseError, Store, StoreError
from appliance.toml_strict import to_table
from hw import open_cabinet
from hw.cabinet import Cabinet
from hw.errors import HardwareError

EXIT_FAILED = 1
_TICK_S = 0.01
_MARK = {"passed": "ok  ", "failed": "FAIL", "skipped": "skip", STOPPED: "stop"}
Answerer = Callable[[Prompt, int], str | None]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "commission",
        help="prove a new unit step by step",
        description="Leads through the steps that a new unit is proven by and keeps what they "
        "found. Goes on where it was left; a step that has passed is done again by its name. "
        "While the service runs, the same steps stand on its page /commission/.",
    )
    parser.add_argument(
        "--config", type=Path, metavar="TOML", help=f"the unit's configuration ({DEFAULT_PATH})"
    )
    parser.add_argument(
        "--step",
        action="append",
        choices=tuple(STEPS),
        metavar="NAME",
        help=f"only this one; may be given again: {', '.join(STEPS)}",
    )
    parser.add_argument("--list", action="store_true", help="say what was found so far, and end")
    parser.add_argument(
        "--answers",
        type=Path,
        metavar="TOML",
        help="answers by the question's name, for a run without a person",
    )
    parser.add_argument(
        "--simulated-person",
        action="store_true",
        help="on the simulated cabinet: its technician looks, presses and answers",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME",
        help="on the simulated cabinet: break this first",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    journal.set_up(verbose=False)
    path = args.config or DEFAULT_PATH
    try:
        config = read_config(path)
        if not args.list:
            _carry_out(args, path, config)
        found = record.read(commissioning_folder(config), unit=config.unit.name)
    except InUseError as error:
        print(
            f"goldenboard commission: {error.found} Use the page /commission/ of the running "
            "service, or stop the service first.",
            file=sys.stderr,
        )
        return EXIT_UNUSABLE
    except (Refusal, StoreError, HardwareError, OSError) as error:
        print(f"goldenboard commission: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    missing = found.missing(args.step or NEEDED)
    _report(found, missing, as_json=args.json, everything=args.list)
    return EXIT_FAILED if missing else EXIT_GOOD


def _carry_out(args: argparse.Namespace, path: Path, config: Config) -> None:
    stop = threading.Event()
    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            before = signal.signal(number, lambda *_: stop.set())
            stack.callback(signal.signal, number, before)
        store = stack.enter_context(
            Store.open(config.records.folder, quota_bytes=int(config.records.pictures_gb * 1e9))
        )
        cabinet = stack.enter_context(open_cabinet(config.cabinet_settings()))
        answerer = _answerer(args, config, cabinet)
        terminal = Terminal(quiet=args.json, answerer=answerer)
        desk = Desk(
            steps=STEPS,
            config=config,
            config_path=path,
            store=store,
            software_version=software_version(),
            secret_screen=terminal.show_secret,
        )
        stack.callback(desk.close)
        for name in args.step or _left(config):
            by = getpass.getuser()
            if stop.is_set() or not terminal.may_begin(STEPS[name], stop):
                break
            if terminal.leave_out:
                desk.skip(name, by)
            else:
                desk.begin(name, by)
            _until_ended(desk, cabinet, terminal, stop)
            terminal.ended(STEPS[name], desk.view)


def _left(config: Config) -> tuple[str, ...]:
    found = record.read(commissioning_folder(config), unit=config.unit.name)
    return found.missing(STEPS)


def _until_ended(desk: Desk, cabinet: Cabinet, terminal: Terminal, stop: threading.Event) -> None:
    """The loop that owns the cabinet while a step runs beside it."""
    began_s = cabinet.clock.monotonic()
    while desk.running:
        if stop.is_set():
            desk.stop("the command was interrupted")
        desk.serve(cabinet, lends=True)
        lasted_s = cabinet.clock.monotonic() - began_s
        lamps = desk.lamps() or indicate.lamps(State.MAINTENANCE, lasted_s, vouched=False)
        if cabinet.beacon.shown != lamps:
            cabinet.beacon.show(lamps)
        view = desk.view
        if view is not None and view.prompt is not None:
            answer = terminal.look(view.prompt, view.number)
            if answer is not None:
                desk.answer(view.number, answer)
        time.sleep(_TICK_S)


def _answerer(args: argparse.Namespace, config: Config, cabinet: Cabinet) -> Answerer | None:
    """Who answers in the person's place, if anybody. Raises `Refusal`, `OSError`."""
    answers = _answers(args.answers) if args.answers else {}
    if not args.simulated_person and not args.fault:
        return (lambda prompt, _: answers.get(prompt.name)) if args.answers else None
    if config.cabinet.kind is not CabinetKind.SIMULATED:
        raise _Unusable(
            expected='a unit with kind = "simulated" for --simulated-person and --fault',
            found=f'"{config.cabinet.kind}"',
            action="Leave the two out.",
        )
    from appliance.commission.simulated_person import SimulatedPerson
    from hw.sim.cabinet import SimulatedCabinet

    assert isinstance(cabinet, SimulatedCabinet)
    for name in args.fault:
        try:
            cabinet.world.start_fault(name)
        except ValueError as error:
            raise _Unusable(
                expected="a known fault", found=f"'{name}'", action=str(error)
            ) from None
    return SimulatedPerson(cabinet.world, answers).react if args.simulated_person else None


def _answers(path: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _Unusable(
            expected=f"TOML in {path}", found=str(error), action="Correct the file."
        ) from error
    for name, text in table.items():
        if not isinstance(text, str):
            raise _Unusable(
                expected=f"a text for '{name}' in {path}",
                found=repr(text)[:60],
                action="Write the answer in quotes.",
            )
    return table


class _Unusable(Refusal):
    """The command can't be carried out as it was given."""


class Terminal:
    """The person's side: prints prompts, hears answers typed or given by `answerer`."""

    def __init__(self, *, quiet: bool, answerer: Answerer | None) -> None:
        self._out = sys.stderr if quiet else sys.stdout
        self._answerer = answerer
        self._number = 0
        self._next_line_s = 0.0
        self._live = False
        self.leave_out = False

    def may_begin(self, step: Step, stop: threading.Event) -> bool:
        """Says what the step wants; waits for the person. False when the person has gone."""
        self._say(f"\n{step.title}\n  {step.task}")
        self.leave_out = False
        if self._answerer is not None or not sys.stdin.isatty():
            return True
        self._say("  Enter begins, s leaves it out, q ends.")
        while not stop.is_set():
            line = self._typed(0.1)
            if line is not None:
                self.leave_out = line == "s"
                return line != "q"
        return False

    def look(self, prompt: Prompt, number: int) -> str | None:
        """Show what is new; the person's answer, if there is one."""
        if number != self._number:
            self._number = number
            self._end_live()
            self._say(f"  {prompt.text}")
            if prompt.choices:
                keys = [f"{n}: {each.text}" for n, each in enumerate(prompt.choices, start=1)]
                self._say(f"    {'   '.join(keys)}")
        self._show_live(prompt)
        if self._answerer is not None:
            return self._answerer(prompt, number)
        if not prompt.choices and not prompt.free_text:
            return None
        line = self._typed(0.0)
        return None if line is None else _chosen(prompt, line)

    def ended(self, step: Step, view: CommissionView | None) -> None:
        self._end_live()
        if view is not None:
            self._say(f"{_MARK[view.outcome]} {step.title}: {view.found}")
            if view.next_step:
                self._say(f"     → {view.next_step}")

    def show_secret(self, prompt: Prompt) -> None:
        print(f"\n  {prompt.text}\n", file=sys.stderr, flush=True)

    def _say(self, text: str) -> None:
        print(text, file=self._out, flush=True)

    def _show_live(self, prompt: Prompt) -> None:
        now_s = time.monotonic()
        if not self._out.isatty() or now_s < self._next_line_s:
            return
        parts = [f"{each.name}: {each.text}" for each in prompt.readings]
        if prompt.progress is not None:
            parts.append(f"{100 * prompt.progress:.0f} %")
        if parts:
            self._next_line_s, self._live = now_s + 0.2, True
            self._out.write(f"\r    {' · '.join(parts):<74}")
            self._out.flush()

    def _end_live(self) -> None:
        if self._live:
            self._out.write("\n")
            self._live = False

    @staticmethod
    def _typed(patience_s: float) -> str | None:
        """A line, when one was typed. Raises `_Unusable` when nobody can type any more."""
        if not select.select([sys.stdin], [], [], patience_s)[0]:
            return None
        line = sys.stdin.readline()
        if not line:
            raise _Unusable(
                expected="somebody who answers",
                found="the end of the input",
                action="Run it on a terminal, or give --answers.",
            )
        return line.strip()


def _chosen(prompt: Prompt, line: str) -> str:
    if prompt.free_text:
        return line or prompt.suggestion
    keys = [each.key for each in prompt.choices]
    if line.isdigit() and 1 <= int(line) <= len(keys):
        return keys[int(line) - 1]
    return keys[0] if not line and len(keys) == 1 else line


def _report(
    found: record.Record, missing: tuple[str, ...], *, as_json: bool, everything: bool
) -> None:
    if as_json:
        print(json.dumps(_json(found, missing), ensure_ascii=False))
        return
    if everything:
        for result in sorted(found.results, key=lambda each: list(STEPS).index(each.step)):
            finding = result.finding
            print(f"{_MARK[finding.outcome]} {result.step}: {finding.found} ({result.utc})")
    if missing:
        print(f"\nNot passed yet: {', '.join(missing)}.")
    else:
        print("\nEvery step has passed.")


def _json(found: record.Record, missing: tuple[str, ...]) -> Mapping[str, Any]:
    return {
        "ok": not missing,
        "unit": found.unit,
        "missing": list(missing),
        "results": [to_table(each) for each in found.results],
    }
