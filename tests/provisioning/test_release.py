"""The bill of materials: what lies in the folder, by its hash, and nothing else."""

from __future__ import annotations

import hashlib
import json
import runpy
import sys
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.conftest import ROOT

RELEASE = ROOT / "provisioning/release"


def wheel(folder: Path, name: str, version: str, *lines: str) -> Path:
    """A wheel as far as its description goes; the same content gives the same bytes."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    text = "\n".join(["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines])
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo(f"{name}-{version}.dist-info/METADATA")
        archive.writestr(entry, text + "\n")
    return path


@dataclass
class Done:
    code: int
    out: str
    err: str


Runner = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runner:
    """The scripts as they lie there, in this process: their libraries take long to load."""

    def done(script: str, *words: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", [script, *map(str, words)])
        code = 0
        try:
            runpy.run_path(str(RELEASE / script), run_name="__main__")
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(code=code, out=said.out, err=said.err)

    return done


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheel(
        folder, "goldenboard", "0.1.0", "License-Expression: MIT", "Summary: A cabinet",
        "Requires-Dist: Flask>=3.1", "Requires-Dist: absent; python_version < '3'",
        "Requires-Dist: some_lib; extra == 'cad'",
    )  # fmt: skip
    wheel(folder, "flask", "3.1.3", "License-Expression: BSD-3-Clause", "Requires-Dist: some-lib")
    wheel(
        folder, "some_lib", "2.0", "License: MIT License",
        "Classifier: License :: OSI Approved :: MIT License", "Home-page: https://lib.example/",
    )  # fmt: skip
    return folder


def test_the_bill_is_the_folder_and_fits_the_schema(
    run: Runner, wheels: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sbom.cdx.json"
    done = run("sbom.py", wheels, "--models", ROOT / "models/released", "--out", out)
    assert done.code == 0, done.err
    text = out.read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found = json.loads(text)
    assert found["metadata"]["component"]["name"] == "goldenboard"
    models = {path.parent.name for path in (ROOT / "models/released").glob("*/model.tflite")}
    assert models
    parts = {each["name"]: each for each in found["components"]}
    assert parts.keys() == {"flask", "some-lib"} | models
    sha256 = hashlib.sha256((wheels / "flask-3.1.3-py3-none-any.whl").read_bytes()).hexdigest()
    assert parts["flask"]["hashes"] == [{"alg": "SHA-256", "content": sha256}]
    assert parts["flask"]["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]
    assert parts["some-lib"]["purl"].startswith("pkg:pypi/some-lib@2.0")
    needs = {each["ref"]: each.get("dependsOn", []) for each in found["dependencies"]}
    assert needs["goldenboard@0.1.0"] == ["flask@3.1.3", *sorted(f"model:{m}" for m in models)]
    assert needs["flask@3.1.3"] == ["some-lib@2.0"]
    assert str(tmp_path) not in text


def test_the_same_wheels_give_the_same_bill_and_another_another(
    run: Runner, wheels: Path, tmp_path: Path
) -> None:
    texts = []
    for count in range(3):
        if count == 2:
            wheel(wheels, "some_lib", "2.0", "Summary: touched")
        assert run("sbom.py", wheels, "--out", tmp_path / f"{count}.json").code == 0
        texts.append((tmp_path / f"{count}.json").read_bytes())
    assert texts[0] == texts[1] != texts[2]
    serials = {json.loads(text)["serialNumber"] for text in texts}
    assert len(serials) == 2


def test_two_versions_of_one_or_no_product_are_refused(
    run: Runner, wheels: Path, tmp_path: Path
) -> None:
    wheel(wheels, "Flask", "3.0.0")
    done = run("sbom.py", wheels, "--out", tmp_path / "a")
    assert (done.code, "flask is there twice" in done.err) == (2, True)
    for path in wheels.glob("goldenboard*"):
        path.unlink()
    for path in wheels.glob("Flask*"):
        path.unlink()
    done = run("sbom.py", wheels, "--out", tmp_path / "a")
    assert (done.code, "no wheel of goldenboard" in done.err) == (2, True)
    assert not (tmp_path / "a").exists()


def test_what_a_unit_needs_is_judged_for_the_unit(run: Runner, tmp_path: Path) -> None:
    """By the real requirements: this computer is another."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    made = wheel(
        tmp_path, "goldenboard", "0.1.0", *(f"Requires-Dist: {d}" for d in project["dependencies"])
    )
    found = {}
    for version, machine in (("3.11", "aarch64"), ("3.13", "x86_64")):
        done = run("needed.py", made, version, machine)
        assert done.code == 0, done.err
        found[version] = done.out.split()
        assert not any(";" in line for line in found[version])
    assert "tflite-runtime==2.14.0" in found["3.11"]
    assert not any("tflite-runtime" in line for line in found["3.13"])
    assert all(any("litert" in line for line in each) for each in found.values())
    assert not any("lgpio" in line for line in found["3.13"])
