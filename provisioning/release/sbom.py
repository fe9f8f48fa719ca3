"""The bill of materials of a release: what its wheels say of themselves, as CycloneDX 1.6.

    python provisioning/release/sbom.py WHEELS [--models MODELS] --out sbom.cdx.json

WHEELS is the folder that `goldenboard update pack --wheels` takes: the bill names what goes into
the bundle, each file by its sha256, and nothing of the environment that it is made in. It is held
against CycloneDX's own schema before it is written. The same wheels give the same bill, byte for
byte: no clock, no chance.
"""

from __future__ import annotations

import argparse
import email
import hashlib
import json
import re
import sys
import uuid
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

PRODUCT = "goldenboard"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_NAMESPACE = uuid.UUID("c6d7f6a2-3c0a-5d52-9c55-6f1d1a5d7e11")
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class BillError(Exception):
    """What is wrong with the folder, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    file: str
    sha256: str
    metadata: Message

    @property
    def name(self) -> str:
        """As PEP 503 writes it."""
        return normal(str(self.metadata["Name"]))

    @property
    def needs(self) -> frozenset[str]:
        """Names only, those of extras left out; which of them apply is for the folder to say."""
        lines = [str(line) for line in self.metadata.get_all("Requires-Dist") or ()]
        found = (_NAME.match(line) for line in lines if "extra ==" not in line)
        return frozenset(normal(match[0]) for match in found if match)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def read_wheels(folder: Path) -> tuple[Wheel, ...]:
    """By name. Raises `BillError`."""
    found: dict[str, Wheel] = {}
    for path in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n)]
            if len(names) != 1:
                raise BillError(f"{path.name} has {len(names)} descriptions, not one.")
            metadata = email.message_from_bytes(archive.read(names[0]))
        wheel = Wheel(
            file=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), metadata=metadata
        )
        if wheel.name in found:
            raise BillError(f"{wheel.name} is there twice: {found[wheel.name].file}, {path.name}.")
        found[wheel.name] = wheel
    if PRODUCT not in found:
        raise BillError(f"There is no wheel of {PRODUCT} in {folder}.")
    return tuple(found[name] for name in sorted(found))


def bill(wheels: tuple[Wheel, ...], models: Path | None) -> str:
    """The bill's text, valid. Raises `BillError`."""
    components = {wheel.name: _component(wheel) for wheel in wheels}
    product = components[PRODUCT]
    learnt = tuple(_models(models)) if models else ()
    everything = json.dumps(
        [(each.name, each.version, [h.content for h in each.hashes])
         for each in (*components.values(), *learnt)]
    )  # fmt: skip
    made = Bom(
        serial_number=uuid.uuid5(_NAMESPACE, everything),
        components=[*(c for c in components.values() if c is not product), *learnt],
        dependencies=[
            Dependency(
                ref=components[wheel.name].bom_ref,
                dependencies=[
                    Dependency(ref=components[name].bom_ref)
                    for name in sorted(wheel.needs & components.keys())
                ]
                + ([Dependency(ref=each.bom_ref) for each in learnt] * (wheel.name == PRODUCT)),
            )
            for wheel in wheels
        ],
    )
    made.metadata.component = product
    made.metadata.timestamp = _BEGINNING
    text = JsonV1Dot6(made).output_as_string(indent=2)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise BillError(f"The bill does not fit CycloneDX's schema: {wrong}")
    return text + "\n"


def _component(wheel: Wheel) -> Component:
    version = str(wheel.metadata["Version"])
    home = wheel.metadata["Home-page"]
    component = Component(
        type=ComponentType.APPLICATION if wheel.name == PRODUCT else ComponentType.LIBRARY,
        name=wheel.name,
        version=version,
        bom_ref=f"{wheel.name}@{version}",
        purl=PackageURL("pypi", None, wheel.name, version, {"file_name": wheel.file}),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)],
        description=wheel.metadata["Summary"],
    )
    if home:
        component.external_references.add(
            ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(str(home)))
        )
    for words in _licence(wheel.metadata):
        component.licenses.add(LicenseFactory().make_from_string(words))
    return component


def _licence(metadata: Message) -> list[str]:
    """As PEP 639 says it, else by classifiers, else by the older field when it is one line."""
    if expression := metadata["License-Expression"]:
        return [str(expression)]
    classified = [
        str(each).rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier") or ()
        if str(each).startswith("License :: ") and str(each) != "License :: OSI Approved"
    ]
    older = str(metadata["License"] or "").strip()
    return classified or ([older] if older and "\n" not in older else [])


def _models(folder: Path) -> list[Component]:
    """Released models: data, but what they were learnt into decides verdicts."""
    return [
        Component(
            type=ComponentType.MACHINE_LEARNING_MODEL,
            name=path.parent.name,
            version=hashlib.sha256(path.read_bytes()).hexdigest()[:12],
            bom_ref=f"model:{path.parent.name}",
            hashes=[
                HashType(
                    alg=HashAlgorithm.SHA_256,
                    content=hashlib.sha256(path.read_bytes()).hexdigest(),
                )
            ],
        )
        for path in sorted(folder.glob("*/model.tflite"))
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="The bill of materials of a folder of wheels.")
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--models", type=Path, help="folder of released models")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(arguments)
    try:
        wheels = read_wheels(args.wheels)
        text = bill(wheels, args.models)
    except (BillError, OSError, zipfile.BadZipFile) as error:
        print(f"sbom: {error}", file=sys.stderr)
        return 2
    args.out.write_text(text, encoding="utf-8")
    print(f"{args.out}: {len(wheels)} wheels, valid CycloneDX 1.6")
    return 0


if __name__ == "__main__":
    sys.exit(main())
