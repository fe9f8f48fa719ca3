"""The service under a real systemd: ready, hung, killed, hung with green lit. Part of
`make bench-install`; needs root.

    python -m tests.provisioning.bench_service TREE

TREE is a system of this computer's own kind on which install.sh has run (see bench_install).
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.provisioning.booted import Booted, until

UNIT, FAULT = "goldenboard.service", "goldenboard-fault.service"
DROP_IN = f"etc/systemd/system/{UNIT}.d/trial.conf"
STATE = "/var/lib/goldenboard/trial"
HANGS = f"""[Service]
ExecStart=
ExecStart=/opt/goldenboard/current/bin/python /opt/trial/hang_while_green.py {STATE}
TimeoutStartSec=600
Restart=no
"""


def _is(system: Booted, unit: str, state: str) -> bool:
    return system.show(unit, "ActiveState") == state


def limits(system: Booted) -> dict[str, str]:
    """Of the running process: what the unit's hardening came to."""
    pid = system.show(UNIT, "MainPID")
    wanted = ("Uid", "CapEff", "NoNewPrivs", "Seccomp")
    lines = system.run("cat", f"/proc/{pid}/status").splitlines()
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {name: value.split()[0] for name, value in pairs if name in wanted}


def ready_hung_and_killed(tree: Path) -> dict[str, object]:
    began_s = time.monotonic()
    with Booted(tree) as system:
        until(lambda: _is(system, UNIT, "active"), 120)
        ready_s = round(time.monotonic() - began_s, 1)
        # the lamp test lights green, too, and shortens the watchdog
        until(lambda: system.show(UNIT, "StatusText").startswith("Setup"), 60)
        figures: dict[str, object] = {
            "systemd": system.run("systemctl", "--version").split()[1],
            "boot_to_ready_s": ready_s,
            "status": system.show(UNIT, "StatusText"),
            "process": limits(system),
        }
        system.run("systemctl", "kill", "--signal=STOP", "--kill-whom=main", UNIT)
        began_s = time.monotonic()
        until(lambda: system.show(UNIT, "Result") == "watchdog", 60)
        figures["hung_process_ended_after_s"] = round(time.monotonic() - began_s, 1)
        until(lambda: _is(system, UNIT, "active"), 60)
        kills = 0
        while not _is(system, UNIT, "failed"):
            system.run("systemctl", "kill", "--signal=KILL", "--kill-whom=main", UNIT)
            kills += 1
            until(lambda: system.show(UNIT, "SubState") in {"running", "failed"}, 60)
            if kills > 10:
                break
        figures["kills_until_fault"] = kills
        until(lambda: _is(system, FAULT, "active"), 30)
        figures["fault_lamps"] = system.show(FAULT, "ActiveState")
        system.run("systemctl", "reset-failed", UNIT)
        system.run("systemctl", "start", UNIT)
        figures["started_again"] = system.show(UNIT, "ActiveState")
        figures["fault_lamps_then"] = system.show(FAULT, "ActiveState")
    return figures


def hung_while_green(tree: Path) -> float:
    """Seconds from the hang, with green lit, to the end of the process."""
    scripts = tree / "opt/trial"
    shutil.rmtree(scripts, ignore_errors=True)
    scripts.mkdir(parents=True)
    for name in ("hang_while_green.py", "inspect_on_cabinet.py"):
        shutil.copy(ROOT / "tests/provisioning" / name, scripts)
    (tree / DROP_IN).parent.mkdir(exist_ok=True)
    (tree / DROP_IN).write_text(HANGS)
    stopped = tree / STATE.lstrip("/") / "stopped"
    stopped.unlink(missing_ok=True)
    try:
        with Booted(tree) as system:
            until(stopped.is_file, 600)
            until(lambda: _is(system, UNIT, "failed"), 60)
            if system.show(UNIT, "Result") != "watchdog":
                raise SystemExit(f"not the watchdog: {system.run('systemctl', 'status', UNIT)}")
            ended_s = int(system.show(UNIT, "ExecMainExitTimestampMonotonic")) / 1e6
            return round(ended_s - float(stopped.read_text()), 2)
    finally:
        (tree / DROP_IN).unlink()


def installed_live(tree: Path, install: tuple[str, ...]) -> dict[str, object]:
    """install.sh where the service runs: it is left alone, started anew for a change, and gone
    after uninstalling. `install` is the command that installed the tree."""
    with Booted(tree) as system:
        until(lambda: _is(system, UNIT, "active"), 120)
        pid = system.show(UNIT, "MainPID")
        system.run(*install)
        figures: dict[str, object] = {
            "unchanged_leaves_it_running": system.show(UNIT, "MainPID") == pid
        }
        with (tree / "src/provisioning/root/etc/systemd/system" / UNIT).open("a") as unit:
            unit.write("# changed\n")
        said = system.run(*install)
        until(lambda: system.show(UNIT, "MainPID") not in {pid, "0"}, 60)
        until(lambda: _is(system, UNIT, "active"), 120)
        figures["change_starts_it_anew"] = "started the instrument" in said
        waiting = (tree / "etc/systemd/system").glob("goldenboard*.path")
        figures["waiting_units_wait"] = all(_is(system, path.name, "active") for path in waiting)
        system.run(*install, "--uninstall")
        figures["after_uninstalling"] = system.show(UNIT, "LoadState")
    return figures


def main() -> int:
    tree = Path(sys.argv[1]).resolve()
    figures = ready_hung_and_killed(tree)
    figures["hung_while_green_ended_after_s"] = hung_while_green(tree)
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
