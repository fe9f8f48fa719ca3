"""The units and settings of the root file tree, held against systemd's own tools."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from appliance.notify import FEEDS_A_PERIOD, VOUCHING_S
from hw.camera_process import CLOSE_TIMEOUT_S, CONFIGURE_TIMEOUT_S, START_TIMEOUT_S
from tests.provisioning.trees import LAYERS, PROVISIONING, lay_out, tool

MOST_EXPOSED = 2.0
UNITS = PROVISIONING / "root/etc/systemd/system"
SERVICE = UNITS / "goldenboard.service"


def _unit(path: Path) -> configparser.ConfigParser:
    """The last of repeated keys; enough for keys that stand once."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes="#")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path)
    return parser


def _services() -> list[Path]:
    return [path for layer in LAYERS for path in layer.glob("etc/systemd/system/*.service")]


def _exposure(unit: Path) -> float:
    done = tool("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    (figure,) = re.findall(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    return float(figure)


@pytest.mark.parametrize("unit", _services(), ids=lambda path: path.name)
def test_every_service_is_exposed_little(unit: Path) -> None:
    assert _exposure(unit) <= MOST_EXPOSED


def test_who_asks_the_disk_is_exposed_little_too() -> None:
    """It has rights that the instrument has not."""
    unit = UNITS / "goldenboard-storage-health.service"
    assert _exposure(unit) <= MOST_EXPOSED
    service = _unit(unit)["Service"]
    assert service["User"] == "goldenboard"
    assert service["CapabilityBoundingSet"] == "CAP_SYS_RAWIO CAP_SYS_ADMIN"
    assert service["RestrictAddressFamilies"] == "none"


def test_a_service_without_its_hardening_is_found(tmp_path: Path) -> None:
    bare = tmp_path / "bare.service"
    bare.write_text(
        re.sub(r"(?m)^(Protect|Restrict|SystemCall|Private).*\n", "", SERVICE.read_text())
    )
    assert _exposure(bare) > MOST_EXPOSED


def _complaints(root: Path) -> str:
    units = sorted(path for path in (root / "etc/systemd/system").iterdir() if path.is_file())
    done = tool("systemd-analyze", "verify", "--man=no", f"--root={root}", *units)
    return done.stdout + done.stderr


def test_all_units_are_clean_to_systemd(tmp_path: Path) -> None:
    assert _complaints(lay_out(tmp_path)) == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("Restart=alwais", "alwais"),
        ("WatchDog=3", "WatchDog"),
        ("ExecStartPost=/opt/none", "/opt/none"),
    ],
)
def test_a_wrong_unit_is_found(tmp_path: Path, wrong: str, said: str) -> None:
    root = lay_out(tmp_path)
    unit = root / "etc/systemd/system/goldenboard.service"
    unit.write_text(unit.read_text().replace("[Service]\n", f"[Service]\n{wrong}\n"))
    assert said in _complaints(root)


def test_the_watchdog_outlasts_what_the_loop_waits_for_and_is_short_while_green_is_lit() -> None:
    service = _unit(SERVICE)["Service"]
    period_s = float(service["WatchdogSec"])
    assert (service["Type"], service["NotifyAccess"]) == ("notify", "main")
    assert period_s > START_TIMEOUT_S + CONFIGURE_TIMEOUT_S + CLOSE_TIMEOUT_S
    assert period_s > VOUCHING_S
    assert FEEDS_A_PERIOD >= 2


def test_restarts_end_in_the_fault_lamps() -> None:
    unit = _unit(SERVICE)
    assert unit["Unit"]["OnFailure"] == "goldenboard-fault.service"
    assert (UNITS / unit["Unit"]["OnFailure"]).is_file()
    burst, interval_s = (int(unit["Unit"][f"StartLimit{key}"]) for key in ("Burst", "IntervalSec"))
    service = unit["Service"]
    # starts that hang to their end, or loops that hang to theirs, reach the limit, too
    for hangs in ("TimeoutStartSec", "WatchdogSec"):
        once_s = float(service["RestartSec"]) + float(service[hangs])
        assert burst * (once_s + float(service["TimeoutAbortSec"])) < interval_s
    assert unit["Service"]["Restart"] == "always"


def test_the_pins_go_through_lgpio_in_a_runtime_folder() -> None:
    text = SERVICE.read_text()
    assert "Environment=GPIOZERO_PIN_FACTORY=lgpio\n" in text
    assert "Environment=LG_WD=/run/goldenboard\n" in text


def test_the_hardware_watchdog_is_one_that_a_pi_can_keep() -> None:
    manager = _unit(PROVISIONING / "root/etc/systemd/system.conf.d/goldenboard.conf")["Manager"]
    assert 10 <= int(manager["RuntimeWatchdogSec"]) <= 14
    assert 10 <= int(manager["RebootWatchdogSec"]) <= 14


def test_the_overlay_leaves_the_data_partition_writable() -> None:
    text = (PROVISIONING / "root-read-only/etc/overlayroot.local.conf").read_text()
    assert 'overlayroot="tmpfs:recurse=0"' in text.splitlines()


def test_users_and_folders_are_made_by_systemd_as_they_should_be(tmp_path: Path) -> None:
    """The real tools on a root of their own; a second run changes nothing."""
    root = lay_out(tmp_path)
    for _ in range(2):
        done = tool("systemd-sysusers", f"--root={root}", "goldenboard.conf")
        assert done.returncode == 0, done.stderr
        users = (root / "etc/passwd").read_text(), (root / "etc/group").read_text()
    (user,) = [line for line in users[0].splitlines() if line.startswith("goldenboard:")]
    assert user.endswith(":/var/lib/goldenboard:/usr/sbin/nologin")
    groups = {line.split(":")[0]: line.split(":")[3] for line in users[1].splitlines()}
    for devices in ("gpio", "video", "dialout"):
        assert groups[devices] == "goldenboard"
    assert "goldenboard" in groups
    done = tool("systemd-tmpfiles", f"--root={root}", "--create", "goldenboard.conf")
    assert done.returncode == 0, done.stderr
    modes = {
        path.name: oct(path.stat().st_mode & 0o777)
        for path in (root / "var/lib/goldenboard").iterdir()
    }
    private = dict.fromkeys(("records", "recipes", "commissioning", "cradles"), "0o750")
    assert modes == {**private, "updates": "0o770"}


def test_sticks_are_looked_at_after_udev_knows_what_is_on_them() -> None:
    """ID_BUS and ID_FS_USAGE of a disk are set by systemd's own rules of that name."""
    rules = PROVISIONING / "root/usr/lib/udev/rules.d"
    using = [path.name for path in rules.iterdir() if "ID_FS_USAGE" in path.read_text()]
    assert using == ["90-goldenboard-sticks.rules"]
    assert all(name > "60-persistent-storage.rules" for name in using)
