"""The product itself, updated to itself under a higher number: real wheels, real pip, its own
self-test, the golden boards of a taught recipe, its service on the simulated cabinet."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from appliance.store import Store
from appliance.update.environment import MODELS, build
from appliance.update.releases import CURRENT, PROVEN, WHOLE
from appliance.update.trial import Waits
from tests.conftest import ROOT
from tests.store.factories import RecordFactory, fill
from tests.update import tiny
from tests.update.cuts import start_and_wait
from tests.update.test_watch import small_recipe
from tests.update.unit import BOARDS, QUOTA_BYTES, Unit
from tests.wheels import built_wheel

OLD, NEW = "0.1.0", "0.1.1"
LENT = "goldenboard_lent-1.0-py3-none-any.whl"


def _wheel(path: Path, files: dict[str, bytes], info: str) -> Path:
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def lent_wheel(folder: Path) -> Path:
    """Tests use no network: the libraries are this environment's, found by a path file that a wheel
    brings. The product itself is not among them."""
    libraries = folder / "libraries"
    libraries.mkdir()
    ours = ("goldenboard", "__editable__", "pip", "setuptools", "distutils", "_distutils")
    for library in Path(sysconfig.get_path("purelib")).iterdir():
        if not library.name.lower().startswith(ours) and library.suffix != ".pth":
            (libraries / library.name).symlink_to(library)
    info = "goldenboard_lent-1.0.dist-info"
    files = {
        "goldenboard_lent.pth": f"{libraries}\n".encode(),
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: goldenboard-lent\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    return _wheel(folder / LENT, files, info)


def renumbered(wheel: Path, version: str, folder: Path) -> Path:
    """The same product under another number, which needs the lent libraries instead of its own."""
    info = f"goldenboard-{version}.dist-info"
    files = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith(".dist-info/RECORD"):
                continue
            if name.endswith(".dist-info/METADATA"):
                lines = [
                    line
                    for line in data.decode().split("\n")
                    if not line.startswith(("Requires-Dist:", "Provides-Extra:"))
                ]
                lines[lines.index(f"Version: {OLD}")] = (
                    f"Version: {version}\nRequires-Dist: goldenboard-lent"
                )
                data = "\n".join(lines).encode()
            place, _, rest = name.partition("/")
            files[f"{info}/{rest}" if place.endswith(".dist-info") else name] = data
    return _wheel(folder / f"goldenboard-{version}-py3-none-any.whl", files, info)


def _old_release(unit: Unit, wheel: Path, lent: Path) -> None:
    """As the installer of a bare unit lays it out; made without pip, for the seconds."""
    release = unit.releases.path(OLD)
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    packages = release / "lib" / f"python{minor}" / "site-packages"
    packages.mkdir(parents=True)
    (release / "bin").mkdir()
    base = Path(sys._base_executable)  # type: ignore[attr-defined]
    (release / "bin" / "python").symlink_to(base)
    (release / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
    for each in (wheel, lent):
        with zipfile.ZipFile(each) as archive:
            archive.extractall(packages)
    script = unit.releases.program(OLD)
    script.write_text(
        f"#!{release}/bin/python\nimport sys\nfrom appliance.cli import main\nsys.exit(main())\n"
    )
    script.chmod(0o755)
    shutil.copytree(ROOT / "models" / "released", release / MODELS)
    (release / WHOLE).touch()
    unit.releases.link(CURRENT, OLD)
    unit.releases.link(PROVEN, OLD)


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    made = Unit(tmp_path / "unit")
    for path in (made.releases.folder, made.places.config.parent, made.records):
        path.mkdir(parents=True)
    made.trust_the_maker()
    made.configure()
    small_recipe(made.folder / "var" / "recipes")
    with made.places.config.open("a") as settings:
        settings.write('use = "small"\n')
    factory = RecordFactory()
    with Store.open(made.records, quota_bytes=QUOTA_BYTES, clock=factory.clock) as store:
        fill(store, factory, BOARDS)
    return made


def test_the_product_is_updated_to_the_next_version_of_itself(unit: Unit, tmp_path: Path) -> None:
    boards = unit.boards()
    wheel, lent = built_wheel(tmp_path / "source"), lent_wheel(tmp_path)
    _old_release(unit, wheel, lent)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    renumbered(wheel, NEW, wheels)
    shutil.copy(lent, wheels)
    bundle = tmp_path / "new.gbu"
    tiny.packed(wheels, bundle, ROOT / "models" / "released", arch="any", notes="The next.")
    service = unit.service()
    start_and_wait(unit)
    try:
        waits = Waits(hold_s=60, ready_s=120, steady_s=1)
        said: list[str] = []
        installer = unit.installer(build=build, waits=waits, say=said.append, spare_bytes=0)
        words = installer.install(bundle, by="Ana")
        assert words == f"Version {NEW} runs (before: {OLD})."
        now = service.said()
        assert now is not None
        assert (now.version, now.faults) == (NEW, ())
    finally:
        service.stop()
    assert unit.boards() == boards
    with Store.open(unit.records, quota_bytes=QUOTA_BYTES) as store:
        kinds = [row.kind for row in store.events(limit=50)]
        assert kinds.count("software_started") == 2
        # The old one held still for it.
        assert "maintenance_begun" in kinds
    assert (
        unit.releases.path(NEW) / MODELS / "efficientnet-lite0-stride16-128" / "model.toml"
    ).is_file()
