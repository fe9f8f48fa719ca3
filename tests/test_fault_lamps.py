"""FAULT on the lamps while the instrument does not run."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance import cli_fault_lamps
from appliance.cli import main
from hw import CabinetSettings, open_cabinet
from hw.errors import LightError, NotOpenError
from hw.ports import Lamps
from hw.sim.cabinet import SimulatedCabinet

CONFIG = '[cabinet]\nkind = "simulated"\n[records]\nfolder = "{folder}/records"\n'


def _cabinet() -> SimulatedCabinet:
    made = open_cabinet(CabinetSettings(kind="simulated"))
    assert isinstance(made, SimulatedCabinet)
    return made


def test_red_and_amber_alternate_never_green_and_it_ends_dark() -> None:
    cabinet, stop, seen = _cabinet(), threading.Event(), []

    def on_lamps(at_s: float, lamps: Lamps) -> None:
        seen.append((lamps.red, lamps.amber, lamps.green))
        if len(set(seen)) == 2 and len(seen) > 12:
            stop.set()

    cabinet.world.on_lamps = on_lamps
    cli_fault_lamps.show(cabinet, stop)
    assert set(seen[:-1]) == {(True, False, False), (False, True, False)}
    assert seen[-1] == (False, False, False)
    with pytest.raises(NotOpenError):
        cabinet.light.level  # noqa: B018  nothing but the lamps was opened


def test_dark_switches_the_light_off_even_where_the_lamps_are_gone() -> None:
    cabinet = _cabinet()
    cabinet.world.set_light(1.0)
    cabinet.world.show_lamps(Lamps(green=True))
    cli_fault_lamps.darken(cabinet)
    assert cabinet.world.lamps == Lamps()
    cabinet.world.show_lamps(Lamps(green=True))

    def refuses() -> None:
        raise LightError("the strip's driver does not follow.")

    cabinet.light.open = refuses  # type: ignore[method-assign]
    with pytest.raises(LightError):
        cli_fault_lamps.darken(cabinet)
    assert cabinet.world.lamps == Lamps()


def test_the_command_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    config = tmp_path / "unit.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    assert main(["fault-lamps", "--dark", "--config", str(config)]) == 0
    program = (
        "import sys\nfrom appliance import cli_fault_lamps\nfrom appliance.cli import main\n"
        "show = cli_fault_lamps.show\n"
        "cli_fault_lamps.show = lambda *each: (print('shows', flush=True), show(*each))\n"
        f"sys.exit(main(['fault-lamps', '--config', {str(config)!r}]))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as lamps:
        assert lamps.stdout is not None
        assert lamps.stdout.readline() == b"shows\n"
        assert lamps.poll() is None
        lamps.send_signal(signal.SIGTERM)
        assert lamps.wait(30) == 0


def test_a_configuration_that_is_unusable_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fault-lamps", "--config", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err
