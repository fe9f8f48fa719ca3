"""Files and folders that are whole after a power cut, and what a cut leaves behind."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from appliance.durable import exchange, fresh_folder, sweep_unfinished, write_durably
from tests.conftest import ROOT


def test_files_are_synced_before_they_are_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (steps.append("fsync"), real_sync(fd))[1])
    monkeypatch.setattr(
        Path, "replace", lambda self, to: (steps.append("replace"), real_replace(self, to))[1]
    )
    write_durably(tmp_path / "x", b"data")
    assert steps == ["fsync", "replace", "fsync"]
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_file_has_the_wanted_rights_whatever_a_cut_left_under_its_temporary_name(
    tmp_path: Path,
) -> None:
    left = tmp_path / ".key.tmp"
    left.write_bytes(b"half a very long k")
    left.chmod(0o666)
    write_durably(tmp_path / "key", b"key", mode=0o600)
    assert (tmp_path / "key").read_bytes() == b"key"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert not left.exists()


@pytest.mark.parametrize("swap", [0, -1])
def test_folders_are_exchanged_with_and_without_the_systems_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: int
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    if swap:
        refusing = SimpleNamespace(renameat2=lambda *_: swap)
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: refusing)
    exchange(one, other)
    assert ((one / "name").read_text(), (other / "name").read_text()) == ("other", "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


FILLING = """
import sys
from pathlib import Path
from appliance.durable import fresh_folder
with fresh_folder(Path(sys.argv[1])) as fresh:
    (fresh / "half").write_text("a recipe")
    print(fresh.name, flush=True)
    sys.stdin.read()
"""


def test_only_what_nobody_fills_any_more_is_swept(tmp_path: Path) -> None:
    """Another process fills a folder and is killed as by a power cut."""
    kept = ["psu", ".psu.before", ".psu.aside", ".psu.abcdefgh", "psu.abcdefgh.tmp"]
    for name in kept:
        (tmp_path / name).mkdir()
    (tmp_path / ".psu.a_file01.tmp").write_text("no folder")
    (tmp_path / ".psu.a_link01.tmp").symlink_to(tmp_path / "psu")
    before = {path.name for path in tmp_path.iterdir()}
    with subprocess.Popen(
        [sys.executable, "-c", FILLING, str(tmp_path / "psu")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as filling:
        assert filling.stdout is not None
        name = filling.stdout.readline().strip()
        assert sweep_unfinished(tmp_path) == 0
        with fresh_folder(tmp_path / "psu"):
            assert (tmp_path / name / "half").is_file()
        filling.kill()
        filling.wait(timeout=30)
    assert (tmp_path / name / "half").is_file()
    assert sweep_unfinished(tmp_path) == 1
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_fresh_folder_is_gone_when_filling_it_failed(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no space"), fresh_folder(tmp_path / "a" / "b") as fresh:
        (fresh / "half").write_text("x")
        raise OSError("no space")
    assert list((tmp_path / "a").iterdir()) == []
