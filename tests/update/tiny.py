"""A tiny product: a real wheel with a real `goldenboard` command that keeps the contract of an
update and takes a moment to build and to install. `Flavour` says what is wrong with it."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.store.migrate import migrations
from appliance.update.fit import this_machine
from appliance.update.manifest import ANY, Manifest
from appliance.update.pack import Order, pack

PROGRAM = Path(__file__).with_name("tiny_program.py")
MAKER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CREATED = "2026-11-20T08:00:00.000Z"


NOW = len(migrations())
"""The record's database as the store of this tree makes it; the tiny product has one more."""
NEXT = NOW + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    database: int = NOW
    """It brings the record's database to this version when it starts."""
    selftest: str = "ok"
    """ok, fails or hangs."""
    ready: str = "ok"
    """ok, never, dies or fault."""
    score: float = 0.25
    """Of every window of the stored boards."""
    call: str = "GOOD"
    needs: str = ""
    """A wheel that it needs."""


def wheel(folder: Path, version: str, flavour: Flavour = Flavour()) -> Path:
    migrations = {
        f"appliance/store/migrations/{n:04d}_tiny.sql": f"-- {n}\n"
        for n in range(1, flavour.database + 1)
    }
    files = {
        "goldenboard_tiny/__init__.py": f"VERSION = {version!r}\n",
        "goldenboard_tiny/__main__.py": PROGRAM.read_text(),
        "goldenboard_tiny/flavour.json": json.dumps(asdict(flavour)),
        **migrations,
    }
    needs = f"Requires-Dist: {flavour.needs}\n" if flavour.needs else ""
    info = f"goldenboard-{version}.dist-info"
    files[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: goldenboard\nVersion: {version}\n{needs}"
    )
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/entry_points.txt"] = (
        "[console_scripts]\ngoldenboard = goldenboard_tiny.__main__:main\n"
    )
    files[f"{info}/RECORD"] = (
        "".join(
            f"{name},sha256={_digest(text)},{len(text.encode())}\n" for name, text in files.items()
        )
        + f"{info}/RECORD,,\n"
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"goldenboard-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return path


def model(folder: Path, name: str = "tiny-model", content: bytes = bytes(900)) -> Path:
    """A released model as `open_model` wants it; its content is never run here."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "model.tflite").write_bytes(content)
    (place / "model.toml").write_text(
        f'format_version = 1\nid = "{name}"\nfile = "model.tflite"\n'
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"\nsize_bytes = {len(content)}\n'
        'licence = "MIT"\noutputs = []\n'
        '[input]\nname = "in"\nshape = [1, 8, 8, 3]\ndtype = "int8"\nscale = 1.0\nzero_point = 0\n'
    )
    return folder


def bundle(
    folder: Path,
    version: str,
    flavour: Flavour = Flavour(),
    *,
    key: Ed25519PrivateKey = MAKER,
    python: str = "",
    arch: str = ANY,
    notes: str = "",
) -> Path:
    """A signed bundle of the tiny product with a tiny model."""
    wheel(folder / f"wheels-{version}", version, flavour)
    out = folder / f"goldenboard-{version}.gbu"
    packed(folder / f"wheels-{version}", out, model(folder / "models"), key, python, arch, notes)
    return out


def packed(
    wheels: Path,
    out: Path,
    models: Path | None,
    key: Ed25519PrivateKey = MAKER,
    python: str = "",
    arch: str = ANY,
    notes: str = "",
) -> Manifest:
    order = Order(
        wheels=wheels,
        models=models,
        python=python or this_machine()[0],
        arch=arch,
        channel="stable",
        notes=notes,
        created_utc=CREATED,
    )
    return pack(order, key, out)


def _digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
