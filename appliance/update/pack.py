"""The maker's side: wheels and models become one signed bundle, the same bytes for the same
input."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.durable import TEMPORARY, sync_folder
from appliance.modelfile import open_model
from appliance.update.archive import END, PIECE, header, padding
from appliance.update.bundle import MANIFEST, SIGNATURE, member_name
from appliance.update.errors import BundleError
from appliance.update.keys import sign
from appliance.update.manifest import ANY, PRODUCT, Kind, Manifest, Member, dump_manifest

_MIGRATION = re.compile(r"appliance/store/migrations/(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be packed."""

    wheels: Path
    """A folder with the product's wheel and every wheel that it needs on the unit."""
    models: Path | None
    """A folder of released models; all of them are packed."""
    python: str
    arch: str
    channel: str
    notes: str
    created_utc: str


def pack(order: Order, key: Ed25519PrivateKey, out: Path) -> Manifest:
    """Write the bundle to `out`, whole or not at all. Raises `BundleError`, `ModelError`."""
    files = [*_wheels(order), *_models(order)]
    own = _own_wheel(order.wheels)
    try:
        manifest = Manifest(
            version=own.name.split("-")[1],
            channel=order.channel,
            created_utc=order.created_utc,
            python=order.python,
            arch=order.arch,
            database_oldest=1,
            database_newest=_newest_database(own),
            members=tuple(member for member, _ in files),
            notes=order.notes,
        )
    except ValueError as error:
        raise BundleError(
            expected="wheels and models that make a bundle",
            found=str(error),
            action="Correct the folders or the options.",
        ) from error
    text = dump_manifest(manifest)
    temporary = out.with_name(f".{out.name}{TEMPORARY}")
    try:
        with temporary.open("wb") as file:
            for name, data in ((MANIFEST, text), (SIGNATURE, sign(text, key))):
                file.write(header(name, len(data)) + data + padding(len(data)))
            for number, (member, path) in enumerate(files, start=1):
                file.write(header(member_name(number), member.size_bytes))
                with path.open("rb") as content:
                    while piece := content.read(PIECE):
                        file.write(piece)
                file.write(padding(member.size_bytes))
            file.write(END)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
        sync_folder(out.parent)
    except OSError as error:
        raise BundleError(
            expected=f"to write {out}",
            found=error.strerror or str(error),
            action="Choose a folder with room that can be written.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return manifest


def _wheels(order: Order) -> Iterator[tuple[Member, Path]]:
    for path in sorted(order.wheels.glob("*.whl")):
        _check_fits(path.name, order)
        yield _member(Kind.WHEEL, path), path


def _models(order: Order) -> Iterator[tuple[Member, Path]]:
    for described in sorted(order.models.glob("*/model.toml")) if order.models else []:
        folder = described.parent
        open_model(folder.name, folder.parent)  # says in words what is wrong with it, if anything
        for path in sorted(each for each in folder.iterdir() if each.is_file()):
            yield _member(Kind.MODEL, path, model=folder.name), path


def _member(kind: Kind, path: Path, *, model: str = "") -> Member:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        return Member(
            kind=kind, name=path.name, model=model, sha256=sha256, size_bytes=path.stat().st_size
        )
    except ValueError as error:
        raise BundleError(
            expected="wheels and files of models under plain names",
            found=str(error),
            action="Take the file out of the folder or rename it.",
        ) from error


def _own_wheel(folder: Path) -> Path:
    found = sorted(folder.glob(f"{PRODUCT}-*.whl"))
    if len(found) == 1:
        return found[0]
    raise BundleError(
        expected=f"one wheel of {PRODUCT} in {folder}",
        found=", ".join(path.name for path in found) or "none",
        action="Build it with `pip wheel` and put it there, alone.",
    )


def _newest_database(wheel: Path) -> int:
    """Read from the wheel: what nobody types, nobody mistypes."""
    with zipfile.ZipFile(wheel) as archive:
        numbers = [int(m[1]) for name in archive.namelist() if (m := _MIGRATION.fullmatch(name))]
    if not numbers:
        raise BundleError(
            expected=f"migrations of the record in {wheel.name}",
            found="none",
            action="Build the wheel again.",
        )
    return max(numbers)


def _check_fits(wheel: str, order: Order) -> None:
    """The tags of the file's name (PEP 427): python, abi, platform. Raises `BundleError`."""
    pythons, abis, platforms = (part.split(".") for part in wheel[:-4].split("-")[-3:])
    minor = order.python.replace(".", "")
    own = f"cp{minor}" in pythons
    stable = "abi3" in abis and any(_at_most(tag, order.python) for tag in pythons)
    pure = any(tag in ("py3", f"py{minor}", f"cp{minor}") for tag in pythons) and "none" in abis
    machine = "any" in platforms or any(
        tag.startswith(("manylinux", "linux")) and tag.endswith(f"_{order.arch}")
        for tag in platforms
    )
    if (own or stable or pure) and machine and not (order.arch == ANY and "any" not in platforms):
        return
    raise BundleError(
        expected=f"wheels for Python {order.python} on {order.arch}",
        found=wheel,
        action="Download the wheels for the unit's Python and machine (pip download --platform).",
    )


def _at_most(tag: str, python: str) -> bool:
    match = re.fullmatch(r"cp3(\d+)", tag)
    return match is not None and int(match[1]) <= int(python.split(".")[1])
