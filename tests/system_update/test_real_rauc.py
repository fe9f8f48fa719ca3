"""The real RAUC with the shipped configuration, boot selection and hook."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.system_update.certificate import make_key
from appliance.system_update.rauc import Rauc
from appliance.system_update.slots import answer, remembered
from appliance.update.errors import BundleError, SignatureError, UnfitError, UpdateError
from appliance.update.state import Phase, read_progress
from tests.conftest import ROOT
from tests.system_update.rauc_unit import RaucUnit, read_ext4, skip_unless_possible


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RaucUnit]:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/sbin:/usr/sbin")
    skip_unless_possible()
    with RaucUnit(tmp_path) as made:
        yield made


def test_a_bundle_is_written_into_the_other_slot_and_started_on_trial(unit: RaucUnit) -> None:
    bundle = unit.bundle("next")
    said: list[str] = []
    unit.card.installer(rauc=unit.rauc, say=said.append).install(bundle, by="Ana")
    assert unit.card.restarts == ["trial"]
    assert read_ext4(unit.folder / "gb-system-b", "name") == "next"
    assert not any((unit.folder / "gb-system-a").read_bytes()), "the running one is not touched"
    if unit.boot_kind == "ext4":
        assert read_ext4(unit.folder / "GB-BOOT-B", "cmdline.txt") == "goldenboard.slot=b\n"
    assert answer(unit.card.places, "get-primary") == "b"
    assert unit.card.default == "a"
    assert "System 0.2.0. Bundle next." in said
    assert any("Copying image to rootfs.1" in line for line in said), "progress is shown"
    assert read_progress(unit.card.places.state).phase is Phase.TRIAL


def test_a_stranger_s_bundle_another_unit_s_and_half_of_one(unit: RaucUnit) -> None:
    key = unit.folder / "stranger.pem"
    strange = unit.bundle("strange", key=key, certificate=make_key(key, name="A stranger"))
    with pytest.raises(SignatureError, match="signed by the maker"):
        unit.rauc.read(strange)
    with pytest.raises(UnfitError, match="one for something-else"):
        unit.rauc.read(unit.bundle("other", compatible="something-else"))
    half = unit.bundle("half")
    os.truncate(half, half.stat().st_size // 2)
    with pytest.raises(BundleError, match="Copy it again"):
        unit.rauc.read(half)
    with pytest.raises(BundleError, match="no file"):
        unit.rauc.read(unit.folder / "none.raucb")
    with pytest.raises(SignatureError):
        unit.card.installer(rauc=unit.rauc).install(strange, by="Ana")
    assert "signed by the maker" in read_progress(unit.card.places.state).outcome
    assert unit.card.restarts == []
    assert not any((unit.folder / "gb-system-b").read_bytes())


def test_what_is_half_written_is_not_started(unit: RaucUnit) -> None:
    """The system is written, and then the boot partition lacks this slot's command line."""
    with pytest.raises(UpdateError, match="RAUC to write the other system"):
        unit.card.installer(rauc=unit.rauc).install(unit.bundle("half", slots="a"), by="Ana")
    assert read_ext4(unit.folder / "gb-system-b", "name") == "half"
    assert remembered(unit.card.places.slots).bad == ("b",)
    assert remembered(unit.card.places.slots).next == ""
    assert unit.card.restarts == []
    assert unit.card.instrument.active


def test_a_unit_without_rauc_s_configuration(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="compatible"):
        Rauc(conf=tmp_path / "none").compatible()


def test_a_key_is_made_once(tmp_path: Path) -> None:
    key = tmp_path / "maker.pem"
    assert make_key(key, name="M").name == "maker.crt"
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(SignatureError, match="Choose another name"):
        make_key(key, name="M")
    with pytest.raises(SignatureError, match="1 to 64"):
        make_key(tmp_path / "other.pem", name="")


def test_a_bundle_of_a_pi_s_card_by_the_maker_s_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RAUC's format `verity`, as units take it; its signature is read back by the unit's code."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/sbin:/usr/sbin")
    skip_unless_possible()
    key = tmp_path / "maker.pem"
    certificate = make_key(key, name="The maker")
    system, boot = tmp_path / "gb.ext4", tmp_path / "boot-a.vfat"
    for path in (system, boot):
        path.write_bytes(os.urandom(200_000))
    done = subprocess.run(
        [sys.executable, "-m", "provisioning.image.system_bundle", "--work", tmp_path / "work",
         "--key", key, "--certificate", certificate, "--system", system, "--boot", boot,
         "--release", "0.3.0", "--suite", "trixie", "--notes", "For the Pi."],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    conf = tmp_path / "system.conf"
    text = (ROOT / "provisioning/root-slots/etc/rauc/system.conf").read_text()
    text = text.replace("@SUITE@", "trixie").replace("@ARCH@", "arm64")
    conf.write_text(text.replace("/etc/rauc/keyring.pem", str(certificate)))
    bundle = Rauc(conf=conf).read(tmp_path / "work/goldenboard-trixie-arm64-0.3.0.raucb")
    assert (bundle.version, bundle.description, bundle.compatible) == (
        "0.3.0", "For the Pi.", "goldenboard-trixie-arm64",
    )  # fmt: skip
