"""A unit's starts: what lay on the boot partition is taken up once and holds from then on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.firstboot.kept import FILE
from appliance.refusal import Refusal

from .roots import HOSTS, SAMPLES, Tree, make_tree
from .test_values import KEY

TOML = """config_version = 1
[system]
hostname = "line-3"
[wlan]
ssid = "works"
password = "verysecret"
password_encrypted = false
country = "DE"
[locale]
timezone = "Europe/Berlin"
keymap = "de"
"""
WLAN = "etc/NetworkManager/system-connections/goldenboard-wlan.nmconnection"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return make_tree(tmp_path)


def test_what_a_technician_wrote_is_the_unit_s_from_then_on(tree: Tree) -> None:
    tree.put("custom.toml", TOML)
    first = tree.start()
    assert (first.taken, first.refused, first.warnings) == (("custom.toml",), None, [])
    assert tree.text("etc/hostname") == "line-3\n"
    assert tree.text("etc/hosts") == HOSTS.replace("raspberrypi", "line-3")
    assert (tree.root / "etc/localtime").readlink() == Path("/usr/share/zoneinfo/Europe/Berlin")
    assert tree.text("etc/timezone") == "Europe/Berlin\n"
    assert 'XKBLAYOUT="de"' in tree.text("etc/default/keyboard")
    assert tree.text("run/goldenboard-settings/country") == "DE\n"
    assert (tree.root / WLAN).stat().st_mode & 0o777 == 0o600
    assert "\nssid=119;111;114;107;115;\n" in tree.text(WLAN)
    assert (tree.root / FILE).stat().st_mode & 0o777 == 0o600
    before = tree.contents()
    assert tree.start().changed == []
    assert tree.contents() == before


def test_the_secret_does_not_stay_on_the_card(tree: Tree) -> None:
    tree.put("custom.toml", TOML)
    tree.start()
    assert [path.name for path in tree.boot.iterdir()] == ["goldenboard-firstboot.txt"]
    assert "line-3.local:8080" in tree.answer and "verysecret" not in tree.answer
    assert "verysecret" not in tree.text(str(FILE))
    assert tree.answer.count("\r\n") == tree.answer.count("\n")


def test_a_read_only_system_forgets_and_is_told_again(tree: Tree, tmp_path: Path) -> None:
    """After a start, or an update of the whole system, only the data is as it was."""
    tree.put("custom.toml", TOML)
    tree.start()
    other = make_tree(tmp_path / "other")
    (other.root / FILE).write_bytes((tree.root / FILE).read_bytes())
    other.start()
    # its mode is this test's own
    differing = {
        name for name, what in tree.contents().items() if other.contents().get(name) != what
    }
    assert differing <= {str(FILE)}


def test_a_later_file_changes_what_it_says_and_nothing_else(tree: Tree) -> None:
    tree.put("custom.toml", TOML)
    tree.start()
    tree.put("user-data", "#cloud-config\nhostname: line-4\n")
    again = tree.start()
    assert again.changed == ["/etc/hostname", "/etc/hosts"]
    assert tree.text("etc/hostname") == "line-4\n"
    assert "psk=" in tree.text(WLAN)


def test_a_refused_file_stays_and_changes_nothing(tree: Tree) -> None:
    tree.put("custom.toml", TOML)
    tree.start()
    before = tree.contents()
    tree.put("custom.toml", TOML.replace("Berlin", "Atlantis").replace("line-3", "line-9"))
    outcome = tree.start()
    assert isinstance(outcome.refused, Refusal)
    assert tree.contents() == before
    assert (tree.boot / "custom.toml").exists()
    assert "NOT taken up" in tree.answer and "'Europe/Atlantis'" in tree.answer


def test_two_kinds_of_files_are_refused(tree: Tree) -> None:
    tree.put("custom.toml", TOML)
    tree.put("user-data", "#cloud-config\nhostname: line-4\n")
    assert "Remove one" in str(tree.start().refused)


def test_cloud_init_s_own_files_are_left_to_it(tree: Tree) -> None:
    (tree.root / "usr/bin/cloud-init").touch()
    tree.put("user-data", "#cloud-config\nhostname: line-4\n")
    outcome = tree.start()
    assert (outcome.taken, outcome.changed, outcome.refused) == ((), [], None)
    (tree.root / "etc/cloud").mkdir()
    (tree.root / "etc/cloud/cloud-init.disabled").touch()
    assert tree.start().taken == ("user-data",)


def test_the_files_of_a_new_card_are_no_settings(tree: Tree) -> None:
    tree.put("user-data", "#cloud-config\n# hostname: x\n")
    tree.put("network-config", "# nothing\n")
    assert tree.start().taken == ()
    assert len(list(tree.boot.iterdir())) == 2


def test_fixed_addresses_for_network_manager_and_for_networkd(tmp_path: Path) -> None:
    config = (SAMPLES / "network-config").read_text()
    managed, plain = make_tree(tmp_path / "a"), make_tree(tmp_path / "b", network_manager=False)
    for tree in (managed, plain):
        tree.put("network-config", config)
        assert tree.start().refused is None
    keyfile = managed.text("etc/NetworkManager/system-connections/goldenboard-wired.nmconnection")
    for line in ("interface-name=eth0", "address1=192.168.40.20/24", "gateway=192.168.40.1"):
        assert f"\n{line}\n" in keyfile
    unit = plain.text("etc/systemd/network/10-goldenboard-wired.network")
    for line in ("Name=eth0", "DHCP=no", "Address=192.168.40.20/24", "Gateway=192.168.40.1"):
        assert f"\n{line}\n" in unit


def test_a_radio_without_its_manager_is_refused(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, network_manager=False)
    tree.put("custom.toml", TOML)
    assert "network-manager" in str(tree.start().refused)
    assert tree.text("etc/hostname") == "raspberrypi\n"


def test_ssh_is_opened_by_a_key_and_closed_again(tree: Tree) -> None:
    tree.put("user-data", f'#cloud-config\nenable_ssh: true\nssh_authorized_keys: ["{KEY}"]\n')
    tree.start()
    assert tree.text("etc/goldenboard/ssh/root.keys") == f"{KEY}\n"
    assert (tree.root / "etc/goldenboard/ssh-open").exists()
    tree.put("user-data", "#cloud-config\nenable_ssh: false\n")
    tree.start()
    assert not (tree.root / "etc/goldenboard/ssh-open").exists()
    assert not (tree.root / "etc/goldenboard/ssh/root.keys").exists()


def test_a_language_that_is_not_there_is_told(tree: Tree) -> None:
    tree.put("user-data", "#cloud-config\nlocale: de_DE.UTF-8\n")
    outcome = tree.start()
    assert outcome.warnings == ["de_DE.UTF-8 is not on this unit: its messages stay in English."]
    assert "stay in English" in tree.answer
    tree.put("user-data", "#cloud-config\nlocale: C.UTF-8\n")
    assert tree.start().warnings == []


@pytest.mark.parametrize("kind", ["folder", "fifo", "link", "large", "latin"])
def test_what_is_no_text_file_is_refused(tree: Tree, tmp_path: Path, kind: str) -> None:
    file = tree.boot / "custom.toml"
    secret = tmp_path / "secret"
    secret.write_text(TOML)
    match kind:
        case "folder":
            file.mkdir()
        case "fifo":
            os.mkfifo(file)
        case "link":
            file.symlink_to(secret)
        case "large":
            file.write_text(TOML + "#" * 70_000)
        case _:
            file.write_bytes(TOML.replace("line-3", "lïne").encode("latin-1"))
    before = tree.contents()
    assert tree.start().refused is not None
    assert {**tree.contents()} == before
    assert secret.read_text() == TOML


def test_a_damaged_kept_file_is_told_and_not_written_over(tree: Tree) -> None:
    (tree.root / FILE).write_text("name = ")
    with pytest.raises(Refusal, match="unit-settings"):
        tree.start()
    assert tree.text(str(FILE)) == "name = "


CUTS = """
import os, signal, sys
from pathlib import Path
from appliance.firstboot import apply
calls = 0
def counted(real):
    def call(*args, **kwargs):
        global calls
        calls += 1
        if calls == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call
for name in ("replace", "rename", "unlink", "fsync", "symlink"):
    setattr(os, name, counted(getattr(os, name)))
apply.apply(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_cut_anywhere_leaves_it_to_the_next_start(tmp_path: Path) -> None:
    """Killed before every rename, removal, link and fsync in turn: the next start ends where an
    uncut one does, and the passphrase is on the card or taken up, never lost."""
    whole = make_tree(tmp_path / "whole")
    whole.put("custom.toml", TOML)
    whole.start()
    for cut in range(1, 100):
        tree = make_tree(tmp_path / str(cut))
        tree.put("custom.toml", TOML)
        done = subprocess.run(
            [sys.executable, "-c", CUTS, tree.boot, tree.root, str(cut)], check=False
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        kept = tree.root / FILE
        assert (tree.boot / "custom.toml").exists() or "psk" in kept.read_text()
        tree.start()
        left = {name for name in tree.contents() if name.endswith(".tmp") or ".new" in name}
        assert left == set()
        assert tree.contents() == whole.contents()
        assert not (tree.boot / "custom.toml").exists()
    assert cut > 10, "some were cut"
    assert done.returncode == 0


def test_the_command_checks_a_card_and_changes_nothing(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["firstboot", "check", str(tree.boot)]) == 2
    assert "no settings" in capsys.readouterr().out
    tree.put("custom.toml", TOML)
    assert main(["firstboot", "check", str(tree.boot)]) == 0
    out = capsys.readouterr().out
    assert "Wireless network: works, with a key" in out and "verysecret" not in out
    assert (tree.boot / "custom.toml").exists()
    tree.put("custom.toml", TOML.replace("DE", "Germany"))
    assert main(["firstboot", "check", str(tree.boot)]) == 2
    assert "Write it like 'GB'" in capsys.readouterr().err
    assert main(["firstboot", "check", str(tree.boot / "none")]) == 2
    assert "expected a folder" in capsys.readouterr().err


def test_the_command_takes_up(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--boot", str(tree.boot), "--root", str(tree.root)]
    tree.put("custom.toml", TOML)
    assert main(["firstboot", "apply", *where]) == 0
    assert "taken up: custom.toml\nwrote /etc/hostname\n" in capsys.readouterr().out
    tree.put("custom.toml", "config_version = 7")
    assert main(["firstboot", "apply", *where]) == 2
    assert "config_version = 1" in capsys.readouterr().err
