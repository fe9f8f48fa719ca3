"""No version is installed where it would be gone at the next start."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from appliance.update.errors import UnfitError
from appliance.update.lasting import must_last
from appliance.update.state import read_progress
from tests.update.tiny import Flavour
from tests.update.unit import Unit

Bundles = Callable[[str, Flavour], Path]

MOUNTS = """\
21 1 0:22 / / rw,relatime shared:1 - overlay overlayroot rw,lowerdir=/media/root-ro
30 21 8:6 / /var/lib/goldenboard rw,noatime shared:9 - ext4 /dev/vda6 rw
31 21 0:30 / /tmp rw - tmpfs tmpfs rw
40 21 0:22 /opt/goldenboard /opt/goldenboard rw - overlay overlayroot rw,lowerdir=/media/root-ro
50 21 8:7 / /srv/with\\040blank rw - ext4 /dev/vda7 rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    file = tmp_path / "mountinfo"
    file.write_text(MOUNTS)
    return file


@pytest.mark.parametrize("base", ["/opt/goldenboard", "/opt", "/srv/with", "/varlib"])
def test_a_read_only_system_takes_no_version(mounts: Path, base: str) -> None:
    with pytest.raises(UnfitError, match="Exchange the system as a whole"):
        must_last(Path(base), mounts)


@pytest.mark.parametrize("base", ["/var/lib/goldenboard/opt", "/srv/with blank/opt"])
def test_a_disk_of_its_own_does(mounts: Path, base: str) -> None:
    must_last(Path(base), mounts)


def test_this_computer_s_own_table_is_read(tmp_path: Path) -> None:
    must_last(tmp_path)


def test_a_real_overlay_of_that_name_is_seen(tmp_path: Path) -> None:
    """By the kernel's own table, in a namespace of its own."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare (util-linux) is not installed here")
    for name in ("memory", "opt"):
        (tmp_path / name).mkdir()
    script = f"""
mount -t tmpfs tmpfs {tmp_path}/memory && cd {tmp_path}/memory && mkdir lower upper work &&
mount -t overlay overlayroot -o lowerdir=lower,upperdir=upper,workdir=work {tmp_path}/opt ||
    {{ echo no overlay here; exit 0; }}
exec {sys.executable} -c 'from pathlib import Path
from appliance.update.errors import UnfitError
from appliance.update.lasting import must_last
try:
    must_last(Path("{tmp_path}/opt"))
except UnfitError as error:
    print(error.found)'
"""
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode or done.stdout.startswith("no overlay"):
        pytest.skip(f"no overlay can be mounted here: {done.stderr.strip()}")
    assert done.stdout == "a read-only system, whose changes lie in memory\n"


def test_the_updater_refuses_says_so_and_leaves_all_as_it_was(
    unit: Unit, bundle_of: Bundles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"21 1 0:22 / {unit.places.base} rw - overlay overlayroot rw\n")
    monkeypatch.setattr("appliance.update.install.must_last", partial(must_last, mounts=table))
    with pytest.raises(UnfitError, match="changes lie in memory"):
        unit.installer().install(bundle_of("0.2.0", Flavour()), by="Teo")
    assert unit.releases.whole() == ["0.1.0"]
    assert "changes lie in memory" in read_progress(unit.places.state).outcome
    with pytest.raises(UnfitError, match="changes lie in memory"):
        unit.installer().roll_back(by="Teo")
