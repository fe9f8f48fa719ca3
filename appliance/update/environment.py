"""A version's own environment: made offline, of the bundle's wheels alone."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

from appliance.update.children import Children
from appliance.update.manifest import PRODUCT

MODELS = Path("share") / PRODUCT / "models"
_TIMEOUT_S = 900


def build(children: Children, release: Path, unpacked: Path, version: str) -> None:
    """Fill `release`, which must not exist. The system's packages (picamera2, libcamera) are seen,
    the bundle's go before them. Raises `UpdateError`."""
    children.run(
        [sys.executable, "-m", "venv", "--system-site-packages", release],
        what="an environment of its own for the new version",
        timeout_s=_TIMEOUT_S,
    )
    children.run(
        [
            release / "bin" / "python", "-m", "pip", "install",
            "--quiet", "--disable-pip-version-check", "--no-input",
            "--no-cache-dir", "--ignore-installed", "--no-index",
            "--find-links", unpacked / "wheels", f"{PRODUCT}=={version}",
        ],
        what=f"every wheel that {PRODUCT} {version} needs to be in the bundle",
        timeout_s=_TIMEOUT_S,
        # A unit's own pip settings must not lead an update to a network or elsewhere.
        environment={"PIP_CONFIG_FILE": os.devnull},
    )  # fmt: skip
    take_models(release, unpacked)


def take_models(release: Path, unpacked: Path) -> None:
    if (unpacked / "models").is_dir():
        (release / MODELS).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(unpacked / "models", release / MODELS)


def sync_file_system(folder: Path) -> None:
    """Everything that was written to this file system, durably (syncfs(2)): one wait instead of
    one for each of thousands of files. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)
