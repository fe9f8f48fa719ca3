"""A bundle is whole and signed, or it is refused in words and nothing of it is kept."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.update.archive import BLOCK, END, header, padding
from appliance.update.bundle import MANIFEST, SIGNATURE, Bundle, opened
from appliance.update.errors import BundleError, SignatureError, UnfitError, UpdateError
from appliance.update.fit import UnitFacts, check_fit
from appliance.update.keys import TrustedKey, make_key, read_private, read_trusted, sign
from appliance.update.manifest import (
    Kind,
    Manifest,
    Member,
    Version,
    dump_manifest,
    parse_manifest,
)
from tests.update import tiny


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.bundle(tmp_path_factory.mktemp("bundle"), "0.2.0", notes="Reads more boards.")


def _read(data: bytes, trusted: Mapping[str, TrustedKey]) -> Manifest:
    read = Bundle(io.BytesIO(data), trusted)
    read.check()
    return read.announced.manifest


def test_what_is_packed_is_what_is_unpacked(
    bundle: Path, trusted: Mapping[str, TrustedKey], tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    with opened(bundle, trusted) as read:
        read.unpack(tmp_path / "out", lambda done, total: seen.append((done, total)))
    manifest, key = read.announced.manifest, read.announced.signed_by
    assert (manifest.version, manifest.notes) == ("0.2.0", "Reads more boards.")
    assert (manifest.database_oldest, manifest.database_newest) == (1, tiny.NOW)
    assert key.comment == "the maker"
    source = bundle.parent
    wheel = "goldenboard-0.2.0-py3-none-any.whl"
    expected = {
        f"wheels/{wheel}": (source / "wheels-0.2.0" / wheel).read_bytes(),
        "models/tiny-model/model.tflite": bytes(900),
        "models/tiny-model/model.toml": (source / "models/tiny-model/model.toml").read_bytes(),
    }
    found = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert found == expected
    assert seen[-1] == (manifest.size_bytes, manifest.size_bytes)


def test_the_same_input_makes_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    again = tiny.bundle(tmp_path, "0.2.0", notes="Reads more boards.")
    assert again.read_bytes() == bundle.read_bytes()


def test_any_tar_can_list_a_bundle(bundle: Path) -> None:
    with tarfile.open(bundle) as archive:
        assert archive.getnames() == [MANIFEST, SIGNATURE, "0001", "0002", "0003"]


def test_a_bundle_cut_anywhere_is_refused(bundle: Path, trusted: Mapping[str, TrustedKey]) -> None:
    whole = bundle.read_bytes()
    for size in {0, 1, *range(BLOCK - 1, len(whole), 509), len(whole) - 1}:
        with pytest.raises(UpdateError):
            _read(whole[:size], trusted)


def test_every_single_byte_counts(bundle: Path, trusted: Mapping[str, TrustedKey]) -> None:
    whole = bundle.read_bytes()
    for at in range(0, len(whole), 37):
        changed = bytearray(whole)
        changed[at] ^= 0x10
        with pytest.raises(UpdateError):
            _read(bytes(changed), trusted)


def test_something_behind_the_end_is_refused(
    bundle: Path, trusted: Mapping[str, TrustedKey]
) -> None:
    with pytest.raises(BundleError, match="more than the manifest announces"):
        _read(bundle.read_bytes() + b"\0", trusted)


def test_a_stranger_s_signature_is_refused(
    trusted: Mapping[str, TrustedKey], tmp_path: Path
) -> None:
    strange = tiny.bundle(tmp_path, "0.2.0", key=tiny.STRANGER)
    with pytest.raises(SignatureError, match="does not know"), opened(strange, trusted):
        pass


def test_a_signature_of_another_manifest_is_refused(
    bundle: Path, trusted: Mapping[str, TrustedKey]
) -> None:
    with opened(bundle, trusted) as read:
        manifest = read.announced.manifest
    text = dump_manifest(manifest).replace(b"Reads more", b"Reads less")
    signature = sign(dump_manifest(manifest), tiny.MAKER)
    forged = b"".join(
        header(name, len(data)) + data + padding(len(data))
        for name, data in ((MANIFEST, text), (SIGNATURE, signature))
    )
    with pytest.raises(SignatureError, match="does not fit"):
        _read(forged + END, trusted)


def _signed(text: bytes) -> bytes:
    """A head whose signature is good, whatever the text says."""
    return b"".join(
        header(name, len(data)) + data + padding(len(data))
        for name, data in ((MANIFEST, text), (SIGNATURE, sign(text, tiny.MAKER)))
    )


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ('name = "model.tflite"', 'name = "../model.tflite"', "no plain name"),
        ('name = "model.tflite"', 'name = "/etc/passwd"', "no plain name"),
        ('model = "tiny-model"', 'model = ".."', "no plain name"),
        ('model = "tiny-model"', 'model = "a/b"', "no plain name"),
        ('name = "model.tflite"', 'name = "MODEL.toml"', "stands twice"),
        ("size_bytes = 900", "size_bytes = -1", "-1 bytes"),
        ("size_bytes = 900", "size_bytes = 1073741825", "1073741825 bytes"),
        ('version = "0.2.0"', 'version = "0.2"', "like 1.4.0"),
        ('version = "0.2.0"', 'version = "0.3.0"', "0 wheels of goldenboard 0.3.0"),
        ('product = "goldenboard"', 'product = "other"', "other"),
        ("format = 1", "format = 2", "format 2"),
        ('channel = "stable"', 'chanel = "stable"', "chanel"),
    ],
)
def test_even_the_maker_can_t_name_a_place_outside(
    bundle: Path, trusted: Mapping[str, TrustedKey], old: str, new: str, finding: str
) -> None:
    with opened(bundle, trusted) as read:
        text = dump_manifest(read.announced.manifest).decode()
    assert old in text
    with pytest.raises(BundleError) as caught:
        _read(_signed(text.replace(old, new).encode()), trusted)
    assert finding in str(caught.value)


def test_a_wheel_for_another_machine_is_not_packed(tmp_path: Path) -> None:
    made = tiny.wheel(tmp_path / "wheels", "0.2.0")
    made.rename(made.with_name("goldenboard-0.2.0-cp311-cp311-manylinux2014_aarch64.whl"))
    with pytest.raises(BundleError, match="x86_64"):
        tiny.packed(tmp_path / "wheels", tmp_path / "a.gbu", None, python="3.11", arch="x86_64")
    assert not (tmp_path / "a.gbu").exists()
    tiny.packed(tmp_path / "wheels", tmp_path / "b.gbu", None, python="3.11", arch="aarch64")


# -- whether it is for this unit ----------------------------------------------------------------


def _unit(**changes: object) -> UnitFacts:
    facts: dict[str, object] = {
        "version": "0.1.0", "python": "3.11", "arch": "aarch64", "database": tiny.NOW,
    }  # fmt: skip
    return UnitFacts(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "finding"),
    [
        (_unit(arch="x86_64"), "one for aarch64"),
        (_unit(python="3.13"), "one for Python 3.11"),
        (_unit(version="0.3.0"), "0.2.0"),
        (_unit(version="0.2.1"), "0.2.0"),
        (_unit(database=tiny.NEXT), f"knows databases up to {tiny.NOW}"),
    ],
)
def test_a_bundle_for_another_unit_is_refused(
    bundle: Path, trusted: Mapping[str, TrustedKey], unit: UnitFacts, finding: str, tmp_path: Path
) -> None:
    other = tiny.bundle(tmp_path, "0.2.0", python="3.11", arch="aarch64")
    with opened(other, trusted) as read:
        manifest = read.announced.manifest
    with pytest.raises(UnfitError, match=finding):
        check_fit(manifest, unit)
    check_fit(manifest, _unit())


def test_going_back_is_said_aloud(bundle: Path, trusted: Mapping[str, TrustedKey]) -> None:
    with opened(bundle, trusted) as read:
        manifest = read.announced.manifest
    unit = _unit(version="0.3.0", python=manifest.python)
    with pytest.raises(UnfitError, match="--allow-older"):
        check_fit(manifest, unit)
    check_fit(manifest, unit, allow_older=True)


def test_versions_stand_in_their_order() -> None:
    texts = ["0.1.0", "0.2.0a1", "0.2.0b1", "0.2.0b2", "0.2.0rc1", "0.2.0", "0.2.10", "0.10.0"]
    assert sorted(map(Version, reversed(texts))) == [Version(text) for text in texts]


# -- keys ---------------------------------------------------------------------------------------


def test_a_key_pair_signs_and_is_trusted(tmp_path: Path) -> None:
    made = make_key(tmp_path / "maker.pem", comment="ours 2026", passphrase=b"secret words")
    assert (tmp_path / "maker.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(SignatureError):
        read_private(tmp_path / "maker.pem", passphrase=b"wrong")
    key = read_private(tmp_path / "maker.pem", passphrase=b"secret words")
    assert read_trusted(tmp_path / "maker.pub") == {made.key_id: made}
    trusted_file = tmp_path / "update.pub"
    old = TrustedKey(public=tiny.MAKER.public_key().public_bytes_raw(), comment="old")
    trusted_file.write_text(f"# whoever may make updates\n\n{old.line}\n{made.line}\n")
    trusted = read_trusted(trusted_file)
    for signer, name in ((key, "ours 2026"), (tiny.MAKER, "old")):
        folder = tmp_path / name
        with opened(tiny.bundle(folder, "0.2.0", key=signer), trusted) as read:
            assert read.announced.signed_by.comment == name
    with pytest.raises(SignatureError, match="no file"):
        make_key(tmp_path / "maker.pem", comment="", passphrase=None)


@pytest.mark.parametrize("line", ["ed25519", "rsa AAAA", "ed25519 AAAA short", "ed25519 ??? x", ""])
def test_a_line_that_is_no_key_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "update.pub").write_text(f"{line}\n")
    with pytest.raises(SignatureError):
        read_trusted(tmp_path / "update.pub")


# -- the commands -------------------------------------------------------------------------------


def test_the_maker_s_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, out = str(tmp_path / "maker.pem"), str(tmp_path / "new.gbu")
    tiny.wheel(tmp_path / "wheels", "0.2.0")
    wheels, models = str(tmp_path / "wheels"), str(tiny.model(tmp_path / "models"))
    assert main(["update", "make-key", "--out", key, "--comment", "the works"]) == 0
    packing = ["update", "pack", "--wheels", wheels, "--models", models, "--key", key]
    assert main([*packing, "--arch", "any", "--out", out, "--notes", "Better."]) == 0
    public = str(tmp_path / "maker.pub")
    capsys.readouterr()
    assert main(["update", "verify", out, "--trusted", public]) == 0
    said = capsys.readouterr().out
    assert "Version 0.2.0 (stable)" in said
    assert "Signed by the works" in said
    assert "Better." in said
    assert main(["update", "verify", out, "--trusted", public, "--json"]) == 0
    said_json = json.loads(capsys.readouterr().out)
    size = int((tmp_path / "new.gbu").read_bytes()[124:135], 8)
    manifest = (tmp_path / "new.gbu").read_bytes()[BLOCK : BLOCK + size]
    assert said_json["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert (said_json["version"], said_json["members"]) == ("0.2.0", 3)
    (tmp_path / "new.gbu").write_bytes((tmp_path / "new.gbu").read_bytes()[:-5])
    assert main(["update", "verify", out, "--trusted", public]) == 2
    assert "cut short" in capsys.readouterr().err


_MANIFESTS: list[Callable[[bytes], bytes]] = [
    lambda text: text[: len(text) // 2],
    lambda text: text.replace(b'"', b"'", 1),
    lambda text: b"\xff" + text,
    lambda text: b"[" * 5000,
    lambda text: b"",
]


@pytest.mark.parametrize("change", _MANIFESTS)
def test_a_manifest_that_is_none(
    bundle: Path, trusted: Mapping[str, TrustedKey], change: Callable[[bytes], bytes]
) -> None:
    with opened(bundle, trusted) as read:
        text = dump_manifest(read.announced.manifest)
    with pytest.raises(BundleError):
        parse_manifest(change(text))


def test_a_wheel_may_be_named_after_many_platforms() -> None:
    """As PyPI has them now; a file system's limit is 255."""
    platforms = "manylinux2014_aarch64.manylinux_2_17_aarch64.manylinux_2_28_aarch64"
    name = f"charset_normalizer-3.5.3-cp311-cp311-{platforms}.whl"
    assert len(name) > 96
    assert Member(kind=Kind.WHEEL, name=name, sha256="0" * 64, size_bytes=1).name == name
    with pytest.raises(ValueError, match="no plain name"):
        Member(kind=Kind.WHEEL, name=f"{'a' * 250}.whl", sha256="0" * 64, size_bytes=1)
