"""install.sh in a trial tree of its own: for real, with this Python, from a built wheel. The
libraries are lent by this environment (tests use no network)."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.provisioning.trees import LAYERS, PROVISIONING, manifest
from tests.wheels import built_wheel

KEPT = ("/etc/goldenboard", "/var/lib/goldenboard", "/run")
ACCOUNTS = {"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/.pwd.lock"}


class Tree:
    """A root that is installed into."""

    def __init__(self, root: Path, wheel: Path, lent: Path) -> None:
        self.root = root
        self.root.mkdir()
        self._wheel = wheel
        self._environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(root.parent),
            "PYTHON": sys.executable,
            "PYTHONPATH": str(lent),
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
        }

    def run(
        self,
        *options: str,
        provisioning: Path = PROVISIONING,
        cabinet: str = "--simulated",
        **environment: str,
    ) -> tuple[int, list[str]]:
        """Exit code and lines of install.sh."""
        done = subprocess.run(
            ["/bin/sh", str(provisioning / "install.sh"), "--root", str(self.root), cabinet,
             "--wheel", str(self._wheel), "--source", str(ROOT), *options],
            env=self._environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )  # fmt: skip
        return done.returncode, done.stdout.splitlines()

    def inspect(self, folder: Path) -> dict[str, object]:
        """Two boards on the simulated cabinet, by the installed release alone."""
        python = self.root / "opt/goldenboard/current/bin/python"
        script = ROOT / "tests/provisioning/inspect_on_cabinet.py"
        done = subprocess.run(
            [str(python), str(script), str(folder)],
            env=self._environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            timeout=600,
            check=True,
        )
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def manifest(self) -> dict[str, tuple[object, ...]]:
        return manifest(self.root)


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lent")
    ours = ("goldenboard", "__editable__", "pip", "setuptools", "distutils", "_distutils")
    for library in Path(sysconfig.get_path("purelib")).iterdir():
        if not library.name.lower().startswith(ours) and library.suffix != ".pth":
            (folder / library.name).symlink_to(library)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_wheel(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def installed(
    tmp_path_factory: pytest.TempPathFactory, wheel: Path, lent: Path
) -> tuple[Tree, list[str]]:
    tree = Tree(tmp_path_factory.mktemp("unit") / "root", wheel, lent)
    code, lines = tree.run()
    assert code == 0, "\n".join(lines)
    return tree, lines


@pytest.fixture
def tree(installed: tuple[Tree, list[str]]) -> Tree:
    return installed[0]


@pytest.fixture
def empty(tmp_path: Path, wheel: Path, lent: Path) -> Tree:
    return Tree(tmp_path / "root", wheel, lent)


def test_it_says_what_it_changes_and_passes_its_self_test(
    installed: tuple[Tree, list[str]],
) -> None:
    _, lines = installed
    for said in (
        "built release 0.1.0 in /opt/goldenboard/releases",
        "wrote /etc/systemd/system/goldenboard.service",
        "wrote /etc/goldenboard/goldenboard.toml",
        "switched to release 0.1.0",
        "enabled goldenboard.service",
    ):
        assert said in lines
    assert [line for line in lines if line.startswith("ok   judging")] != []
    assert lines[-1].startswith("changed: ")


def test_a_second_run_changes_nothing_and_says_so(tree: Tree) -> None:
    before = tree.manifest()
    assert tree.run("--dry-run")[0] == 0
    code, lines = tree.run()
    assert (code, lines[-1]) == (0, "unchanged: everything is as it should be.")
    assert tree.manifest() == before


def test_the_maker_s_key_is_put_in_place_once_and_nothing_else_is(
    tree: Tree, tmp_path: Path
) -> None:
    key = tmp_path / "maker.pub"
    public = base64.b64encode(bytes(range(1, 33))).decode()
    key.write_text(f"ed25519 {public} works\n")
    placed = tree.root / "etc/goldenboard/update.pub"
    wrong = tmp_path / "wrong.pub"
    wrong.write_text("-----BEGIN PUBLIC KEY-----\n")
    code, lines = tree.run("--update-key", str(wrong))
    assert (code, placed.exists()) == (2, False)
    assert "public keys of whoever makes updates" in lines[-1]
    code, lines = tree.run("--update-key", str(key))
    assert (code, lines[-1]) == (0, "changed: 1.")
    assert placed.read_text() == key.read_text()
    assert placed.stat().st_mode & 0o777 == 0o644
    assert tree.run("--update-key", str(key))[1][-1].startswith("unchanged")
    # without the option it is left as it is
    assert tree.run()[1][-1].startswith("unchanged")
    assert placed.exists()
    placed.unlink()


def test_the_installed_release_inspects_boards_on_the_simulated_cabinet(
    tree: Tree, tmp_path: Path
) -> None:
    found = tree.inspect(tmp_path)
    assert Path(str(found["installed_in"])).is_relative_to(tree.root)
    assert found["boards"] == [
        {"verdict": "PASS", "green": True, "recorded": 1, "faults": []},
        {"verdict": "FAIL", "green": False, "recorded": 2, "faults": []},
    ]
    assert found["records"] == 2


def test_its_configuration_is_read_by_what_was_installed(tree: Tree) -> None:
    command = tree.root / "opt/goldenboard/current/bin/goldenboard"
    config = tree.root / "etc/goldenboard/goldenboard.toml"
    done = subprocess.run(
        [str(command), "fault-lamps", "--dark", "--config", str(config)],
        env=tree._environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0


def test_a_dry_run_changes_nothing_and_says_what_it_would(empty: Tree) -> None:
    code, lines = empty.run("--dry-run")
    assert code == 10
    assert "not done: wrote /etc/systemd/system/goldenboard.service" in lines
    assert empty.manifest() == {}


def test_a_pi_s_tree_made_elsewhere_says_what_its_boot_partition_lacks(empty: Tree) -> None:
    code, lines = empty.run("--dry-run", cabinet="--raspberry-pi")
    assert code == 10
    said = "there is no /boot/firmware/config.txt: the line 'include goldenboard.txt' has to be in"
    assert any(said in line for line in lines)
    assert any("wrote /boot/firmware/goldenboard.txt" in line for line in lines)
    config = empty.root / "boot/firmware/config.txt"
    config.parent.mkdir(parents=True)
    config.write_text("arm_64bit=1\n")
    _, lines = empty.run("--dry-run", cabinet="--raspberry-pi")
    assert not any(said in line for line in lines)
    assert any("included goldenboard.txt in" in line for line in lines)
    code, lines = empty.run("--raspberry-pi")
    assert code == 2 and any("--simulated and --raspberry-pi" in line for line in lines)


def test_what_was_changed_by_hand_is_put_back_and_what_is_gone_from_the_tree_is_taken_away(
    tree: Tree, tmp_path: Path
) -> None:
    newer = tmp_path / "provisioning"
    shutil.copytree(PROVISIONING, newer)
    extra = newer / "root/etc/systemd/system/goldenboard-extra.service"
    extra.write_text("[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n")
    before = tree.manifest()
    code, lines = tree.run(provisioning=newer)
    assert code == 0, lines
    link = tree.root / "etc/systemd/system/multi-user.target.wants/goldenboard-extra.service"
    assert link.is_symlink()
    (tree.root / "etc/sysctl.d/60-goldenboard.conf").write_text("vm.swappiness = 1\n")
    code, lines = tree.run()
    assert lines == [
        "  trial tree: no packages are installed",
        "replaced /etc/sysctl.d/60-goldenboard.conf",
        "removed /etc/systemd/system/multi-user.target.wants/goldenboard-extra.service",
        "removed /etc/systemd/system/goldenboard-extra.service",
        "  without the maker's key the unit takes no updates; give it by --update-key FILE",
        "changed: 3.",
    ]
    assert tree.manifest().keys() == before.keys()
    assert (tree.root / "etc/sysctl.d/60-goldenboard.conf").read_bytes() == (
        PROVISIONING / "root/etc/sysctl.d/60-goldenboard.conf"
    ).read_bytes()


def test_uninstalling_keeps_records_and_configuration_and_nothing_else(
    tree: Tree, tmp_path: Path
) -> None:
    # a copy: taking away asks nothing of the release
    gone = Tree.__new__(Tree)
    gone.__dict__.update(tree.__dict__)
    gone.root = tmp_path / "root"
    shutil.copytree(tree.root, gone.root, symlinks=True)
    (gone.root / "var/lib/goldenboard/records/records.db").write_bytes(b"what must stay")
    stranger = gone.root / "usr/local/bin/another"
    stranger.write_text("of somebody else\n")
    code, lines = gone.run("--uninstall")
    assert code == 0, lines
    left = {name for name in gone.manifest() if not name.startswith(KEPT)} - ACCOUNTS
    # the folders that lead to what stays
    assert left == {
        "/etc", "/usr", "/usr/local", "/usr/local/bin", "/usr/local/bin/another", "/var",
        "/var/lib",
    }  # fmt: skip
    assert (gone.root / "var/lib/goldenboard/records/records.db").read_bytes() == b"what must stay"
    assert (gone.root / "etc/goldenboard/goldenboard.toml").is_file()
    code, lines = gone.run("--uninstall")
    assert (code, lines[-1]) == (0, "unchanged: everything is as it should be.")


def test_a_release_that_fails_its_self_test_is_never_switched_to(empty: Tree) -> None:
    code, lines = empty.run(GOLDENBOARD_MODELS="/none")
    assert code == 1
    assert lines[-1].startswith("install.sh: stopped (code 1).")
    base = empty.root / "opt/goldenboard"
    assert not (base / "current").is_symlink()
    assert not (base / "releases/0.1.0/.whole").exists()
    assert not (empty.root / "etc").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--simulate",), "found --simulate"),
        (("--wheels", "/none/at/all"), "found /none/at/all"),
        (("--wheel", "/etc/passwd"), "found /etc/passwd"),
        (("--source", "/etc"), "Expected the released models in /etc"),
    ],
)
def test_what_can_not_be_is_refused_with_nothing_done(
    empty: Tree, options: tuple[str, ...], said: str
) -> None:
    code, lines = empty.run(*options)
    assert code == 2
    assert said in lines[-1]
    assert empty.manifest() == {}


def _shell(script: str, *, base: Path) -> str:
    """Run a piece of the installer on releases that are only names."""
    preface = (
        f"set -eu; here={PROVISIONING}; root=; base={base}; dry_run=no; work=$(mktemp -d); "
        '. "$here/lib/say.sh"; . "$here/lib/release.sh"; '
    )
    done = subprocess.run(
        ["/bin/sh", "-c", preface + script], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_the_last_two_releases_are_kept_and_never_the_running_one_removed(tmp_path: Path) -> None:
    for number, name in enumerate(("0.1.0", "0.2.0", "0.3.0", "0.4.0")):
        (tmp_path / "releases" / name).mkdir(parents=True)
        marker = tmp_path / "releases" / name / ".whole"
        marker.write_text("")
        os.utime(marker, (1000 + number, 1000 + number))
    (tmp_path / "current").symlink_to("releases/0.2.0")
    said = _shell("remove_old_releases", base=tmp_path)
    left = sorted(path.name for path in (tmp_path / "releases").iterdir())
    assert left == ["0.2.0", "0.4.0"]
    assert said.splitlines() == ["removed release 0.3.0", "removed release 0.1.0"]


def test_the_release_that_last_got_ready_is_never_removed(tmp_path: Path) -> None:
    """The guard runs it, whatever was installed since."""
    for number, name in enumerate(("0.1.0", "0.2.0", "0.3.0", "0.4.0")):
        (tmp_path / "releases" / name).mkdir(parents=True)
        marker = tmp_path / "releases" / name / ".whole"
        marker.write_text("")
        os.utime(marker, (1000 + number, 1000 + number))
    (tmp_path / "current").symlink_to("releases/0.4.0")
    (tmp_path / "proven").symlink_to("releases/0.1.0")
    assert _shell("remove_old_releases", base=tmp_path) == "removed release 0.2.0\n"
    left = sorted(path.name for path in (tmp_path / "releases").iterdir())
    assert left == ["0.1.0", "0.3.0", "0.4.0"]


def test_another_content_of_the_same_version_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    script = "version=0.1.0; content={}; choose_release_name; echo $name"
    assert _shell(script.format("aaaabbbbcccc"), base=tmp_path) == "0.1.0\n"
    release = tmp_path / "releases/0.1.0"
    release.mkdir(parents=True)
    (release / ".whole").write_text("")
    (release / ".content").write_text("aaaabbbbcccc\n")
    assert _shell(script.format("aaaabbbbcccc"), base=tmp_path) == "0.1.0\n"
    assert _shell(script.format("ddddeeeeffff"), base=tmp_path) == "0.1.0+ddddeeee\n"


def test_the_scripts_are_clean_to_shellcheck() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed here")
    scripts = [PROVISIONING / "install.sh", PROVISIONING / "image/slot-hook"]
    pi = PROVISIONING / "rpi-image-gen"
    scripts += [pi / "build.sh", *sorted(pi.glob("*/*.d/hooks/*"))]
    for layer in LAYERS:
        scripts += sorted((layer / "usr/lib/goldenboard").glob("*"))
    done = subprocess.run(
        ["shellcheck", "-x", "-P", f"{PROVISIONING}:{ROOT}", *scripts],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
