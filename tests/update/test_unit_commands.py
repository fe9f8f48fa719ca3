"""The commands on a unit, as root types them. systemd can't run in a test: a program of the name
`systemctl` starts and stops the unit's process under the product's own driver."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.store.migrate import migrations
from appliance.update.asked import Asked, ask_for
from appliance.update.releases import CURRENT
from appliance.update.state import Phase, Progress, keep_progress
from appliance.update.unit_service import SystemdService
from tests.conftest import ROOT
from tests.update.tiny import Flavour
from tests.update.unit import Unit

Bundles = Callable[[str, Flavour], Path]

SYSTEMCTL = """#!{python}
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.update.unit import Unit
folder = Path({folder!r})
with (folder / "systemctl.log").open("a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
service = Unit(folder).service()
match sys.argv[1]:
    case "show":
        print("active" if service.is_active() else "inactive")
    case "start":
        service.start()
    case "stop":
        service.stop()
"""


@pytest.fixture
def systemctl(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of what it was told."""
    program = unit.folder / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(
        SYSTEMCTL.format(python=sys.executable, root=str(ROOT), folder=str(unit.folder))
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return unit.folder / "systemctl.log"


def _where(unit: Unit) -> list[str]:
    places = unit.places
    return [
        "--base", str(places.base), "--config", str(places.config),
        "--trusted", str(places.trusted),
    ]  # fmt: skip


def test_systemd_is_told_to_forget_failures_before_a_start(unit: Unit, systemctl: Path) -> None:
    service = SystemdService(unit.config())
    assert not service.is_active()
    assert service.start()
    assert service.is_active()
    service.stop()
    assert not service.is_active()
    told = [line.split()[0] for line in systemctl.read_text().splitlines()]
    assert told == ["show", "reset-failed", "start", "show", "stop", "show"]


def test_the_guard_undoes_a_trial_that_was_cut_and_says_so(
    unit: Unit, systemctl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.add_release("0.2.0")
    unit.releases.link(CURRENT, "0.2.0")
    trial = Progress(phase=Phase.TRIAL, before="0.1.0", after="0.2.0")
    keep_progress(unit.places.state, trial)
    assert main(["update", "status", *_where(unit)]) == 0
    assert "An update to 0.2.0 is trial" in capsys.readouterr().out
    assert main(["update", "guard", *_where(unit)]) == 0
    assert "Version 0.1.0 is started." in capsys.readouterr().out
    assert main(["update", "status", "--json", *_where(unit)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["runs"], said["phase"], said["good"]) == ("0.1.0", "settled", False)
    assert "it was undone" in said["outcome"]
    # At a boot nothing runs yet: a stop would call the instrument's own start off.
    assert [line.split()[0] for line in systemctl.read_text().splitlines()] == ["show"]


def test_a_trial_whose_updater_died_is_stopped_before_the_way_back(
    unit: Unit, systemctl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.add_release("0.2.0")
    unit.releases.link(CURRENT, "0.2.0")
    unit.service().start()
    keep_progress(unit.places.state, Progress(phase=Phase.TRIAL, before="0.1.0", after="0.2.0"))
    assert main(["update", "guard", *_where(unit)]) == 0
    told = [line.split()[0] for line in systemctl.read_text().splitlines()]
    assert told == ["show", "stop", "reset-failed", "start"]
    assert unit.service().is_active()
    assert unit.releases.linked(CURRENT) == "0.1.0"


def test_a_wish_of_the_page_is_taken_up_once(
    unit: Unit, systemctl: Path, bundle_of: Bundles, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bundle is refused here: what is tried is that a wish is carried out one time."""
    data = unit.config().data
    older = bundle_of("0.0.9", Flavour())
    ask_for(data, Asked(file=older, by="Teo"))
    assert main(["update", "install", "--asked", *_where(unit)]) == 2
    assert "newer than 0.1.0" in capsys.readouterr().err
    assert main(["update", "install", "--asked", "--allow-older", *_where(unit)]) == 2
    assert "none" in capsys.readouterr().err
    # Even root's word for an older one is none for the page's wish.
    ask_for(data, Asked(file=older, by="Teo"))
    assert main(["update", "install", "--asked", "--allow-older", *_where(unit)]) == 2
    (data / "updates" / "asked.toml").symlink_to("/etc/passwd")
    assert main(["update", "install", "--asked", *_where(unit)]) == 2
    assert Path("/etc/passwd").is_file()
    assert not (data / "updates" / "asked.toml").is_symlink()


def test_a_pipe_is_no_bundle_and_holds_nobody_up(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.gbu")
    assert main(["update", "install", str(tmp_path / "pipe.gbu"), *_where(unit)]) == 2
    assert "something else than a file" in capsys.readouterr().err


def test_find_facts_and_golden(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stick" / "a" / "b" / "c" / "d").mkdir(parents=True)
    for place in ("one.gbu", "a/two.gbu", ".hidden.gbu", "a/b/c/d/deep.gbu", "note.txt"):
        (tmp_path / "stick" / place).touch()
    assert main(["update", "find", str(tmp_path / "stick")]) == 0
    found = {Path(line).name for line in capsys.readouterr().out.splitlines()}
    assert found == {"one.gbu", "two.gbu"}
    assert main(["update", "facts"]) == 0
    assert json.loads(capsys.readouterr().out)["database_newest"] == len(migrations())
    assert main(["update", "golden", "--config", str(unit.places.config)]) == 0
    assert capsys.readouterr().out == ""  # a unit without recipes
