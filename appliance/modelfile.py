"""Released models: where they lie and what model.toml promises of them."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from appliance.refusal import Refusal
from appliance.toml_strict import TomlError, read_toml

DEFAULT_BACKBONE = "efficientnet-lite0-stride16-128"
RELEASE_FOLDER = Path(sys.prefix) / "share" / "goldenboard" / "models"
"""A release holds its models beside its code: both change together, or go back together."""
DEVICE_FOLDER = Path("/usr/share/goldenboard/models")
_CHECKOUT_FOLDER = Path(__file__).resolve().parents[1] / "models" / "released"


class ModelError(Refusal):
    """A model that is missing, is not the one named, or is not what its model.toml says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSpec:
    """One input or output of the model; real value = scale · (stored − zero_point)."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int
    meaning: str = ""
    colour_order: str = ""
    layout: str = ""
    preprocessing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The contents of model.toml that the instrument relies on, and those it only shows."""

    format_version: int
    id: str
    file: str
    sha256: str
    size_bytes: int
    input: TensorSpec
    outputs: tuple[TensorSpec, ...]
    licence: str
    golden: str = ""
    licence_file: str = ""
    build_command: str = ""
    runtimes: tuple[str, ...] = ()
    source: dict[str, str] | None = None

    def __post_init__(self) -> None:
        if self.format_version != 1:
            raise ValueError(f"format_version {self.format_version} where 1 is known")
        if Path(self.file).name != self.file:
            raise ValueError(f"file {self.file!r} is not a plain file name")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A model whose bytes were checked against its manifest.

    The bytes are kept and run: a mapped file would crash the process when it is exchanged under
    it, and could be another file than the one that was checked."""

    path: Path
    manifest: Manifest
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return self.manifest.sha256

    @property
    def input_px(self) -> int:
        return self.manifest.input.shape[1]


def models_folder(chosen: Path | None = None) -> Path:
    """Where released models lie: `chosen`, else $GOLDENBOARD_MODELS, else the release's own,
    else the device's folder, else the checkout's. Raises `ModelError` when the first of these
    that is set is no folder."""
    named = chosen or (Path(os.environ["GOLDENBOARD_MODELS"]) if _environment() else None)
    candidates = [named] if named else [RELEASE_FOLDER, DEVICE_FOLDER, _CHECKOUT_FOLDER]
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise ModelError(
        expected=f"a folder of models at {' or '.join(str(each) for each in candidates)}",
        found="none",
        action="Name it with --models or in GOLDENBOARD_MODELS.",
    )


def open_model(name: str, folder: Path) -> ModelFile:
    """The model `name` of `folder`, its bytes compared with its sha256. Raises `ModelError`."""
    path = folder / name / "model.toml"
    if not path.is_file():
        raise ModelError(
            expected=f"a model '{name}' in {folder}",
            found="no model.toml there",
            action="Install the model or correct --models.",
        )
    manifest = _manifest(path)
    file = path.parent / manifest.file
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(
            expected=f"the model's file {file}",
            found=error.strerror or str(error),
            action="Install the model again.",
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != manifest.sha256:
        raise ModelError(
            expected=f"sha256 {manifest.sha256[:12]}… for {name}/{manifest.file}",
            found=f"{found[:12]}…",
            action="Install the model again: its file is damaged or was exchanged.",
        )
    return ModelFile(path=file, manifest=manifest, content=content)


def find_model(sha256: str, folder: Path, *, name: str = "") -> ModelFile:
    """The model with this content, whatever its folder is called. Raises `ModelError`.

    `name` is what the recipe called it, for the error's words."""
    for path in sorted(folder.glob("*/model.toml")):
        if _manifest(path).sha256 == sha256:
            return open_model(path.parent.name, folder)
    known = ", ".join(sorted(path.parent.name for path in folder.glob("*/model.toml")))
    raise ModelError(
        expected=f"the model {name or 'that the recipe names'} with sha256 {sha256[:12]}…",
        found=f"none with it in {folder} (there: {known or 'nothing'})",
        action="Install the recipe's model, or teach the board again with the model at hand.",
    )


def _environment() -> bool:
    return bool(os.environ.get("GOLDENBOARD_MODELS"))


def _manifest(path: Path) -> Manifest:
    try:
        return read_toml(path, Manifest)
    except TomlError as error:
        raise ModelError(
            expected=error.expected, found=error.found, action="Install the model again."
        ) from error
