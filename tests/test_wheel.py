"""What is installed on a device: the wheel alone, in a fresh environment, judges boards."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from cradles.cli import NEEDED
from tests.conftest import ROOT
from tests.wheels import built_wheel


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_wheel(tmp_path_factory.mktemp("source"))


def test_the_wheel_holds_the_instrument_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"appliance", "cradles", "hw"}
    for needed in (
        "appliance/web/templates/",
        "appliance/web/static/",
        "appliance/store/migra",
        "cradles/web/templates/",
        "cradles/web/static/",
    ):
        assert any(name.startswith(needed) for name in names), needed


def _environment(wheel: Path, folder: Path, lent: Path) -> Path:
    """The python of a fresh environment with the wheel, and the libraries in `lent`."""
    _run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps")
    _run(*pip, "--no-index", wheel, cwd=folder)
    site = _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    (Path(site.strip()) / "lent.pth").write_text(f"{lent}\n")
    return python


def test_the_wheel_judges_boards_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    """The libraries are lent by this environment (tests use no network); goldenboard itself is
    the installed wheel."""
    python = _environment(wheel, tmp_path, Path(sysconfig.get_path("purelib")))
    where = _run(python, "-c", "import appliance; print(appliance.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)
    command = tmp_path / "env" / "bin" / "goldenboard"
    models = ROOT / "models" / "released"
    report = json.loads(_run(command, "selftest", "--json", "--models", models, cwd=tmp_path))
    assert report["ok"], report
    assert [check["check"] for check in report["checks"]] == ["runtime", "model", "judging"]


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_without_the_extra_the_page_for_cradles_is_absent_and_the_unit_runs(
    wheel: Path, tmp_path: Path
) -> None:
    lent = tmp_path / "lent"
    lent.mkdir()
    for library in Path(sysconfig.get_path("purelib")).iterdir():
        if not library.name.lower().startswith((*NEEDED, "goldenboard", "__editable__")):
            (lent / library.name).symlink_to(library)
    python = _environment(wheel, tmp_path, lent)
    (tmp_path / "unit.toml").write_text(
        '[cabinet]\nkind = "simulated"\n[pages]\nhost = "127.0.0.1"\ntls = false\n'
        f'[records]\nfolder = "{tmp_path}/records"\n[recipes]\nfolder = "{tmp_path}/recipes"\n'
    )
    command = python.with_name("goldenboard")
    arguments = ("run", "--config", tmp_path / "unit.toml", "--port", "0", "--json")
    with subprocess.Popen(
        [str(part) for part in (command, *arguments)], cwd=tmp_path, stdout=subprocess.PIPE,
        text=True,
    ) as unit:  # fmt: skip
        assert unit.stdout is not None
        try:
            url = json.loads(unit.stdout.readline())["pages"]
            found = {path: _status(url + path) for path in ("", "technician/", "cradles/")}
        finally:
            unit.terminate()
    assert found == {"": 200, "technician/": 200, "cradles/": 404}
    assert unit.returncode == 0
    assert not (tmp_path / "cradles").exists()
