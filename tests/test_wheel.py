"""What is installed on a device: the wheel alone, in a fresh environment, judges boards."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what git would hand out, so that no build leavings are seen."""
    source = tmp_path_factory.mktemp("source")
    names = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    pip = (sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps")
    _run(*pip, "--no-build-isolation", "--wheel-dir", source / "made", source, cwd=source)
    (made,) = (source / "made").glob("goldenboard-*.whl")
    return made


def test_the_wheel_holds_the_instrument_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"appliance", "cradles", "hw"}
    for needed in ("appliance/web/templates/", "appliance/web/static/", "appliance/store/migra"):
        assert any(name.startswith(needed) for name in names), needed


def test_the_wheel_judges_boards_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    """The libraries are lent by this environment (tests use no network); goldenboard itself is
    the installed wheel."""
    _run(sys.executable, "-m", "venv", tmp_path / "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps")
    _run(*pip, "--no-index", wheel, cwd=tmp_path)
    site = _run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path
    )
    (Path(site.strip()) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = _run(python, "-c", "import appliance; print(appliance.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)
    command = tmp_path / "env" / "bin" / "goldenboard"
    models = ROOT / "models" / "released"
    report = json.loads(_run(command, "selftest", "--json", "--models", models, cwd=tmp_path))
    assert report["ok"], report
    assert [check["check"] for check in report["checks"]] == ["runtime", "model", "judging"]
