"""A boot partition and a system below a folder of the test."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from appliance.firstboot.apply import Outcome, apply

SAMPLES = Path(__file__).resolve().parents[2] / "provisioning" / "firstboot"
HOSTS = "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n10.0.0.9\tserver # ours\n"


@dataclass(frozen=True)
class Tree:
    root: Path
    boot: Path

    def put(self, name: str, text: str | bytes) -> None:
        (self.boot / name).write_bytes(text.encode() if isinstance(text, str) else text)

    def start(self) -> Outcome:
        """What the unit does at every start."""
        return apply(self.boot, self.root)

    def text(self, path: str) -> str:
        return (self.root / path).read_text()

    @property
    def answer(self) -> str:
        return (self.boot / "goldenboard-firstboot.txt").read_bytes().decode()

    def contents(self) -> dict[str, str]:
        """Every file and link below the root but the boot partition, with its mode."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if path.is_relative_to(self.boot):
                continue
            if path.is_symlink():
                found[name] = f"-> {path.readlink()}"
            elif path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found[name] = f"{path.stat().st_mode:o} {digest}"
        return found


def make_tree(folder: Path, *, network_manager: bool = True) -> Tree:
    root = folder / "root"
    for each in (
        *("boot/firmware", "etc/systemd/network", "etc/systemd/timesyncd.conf.d", "etc/default"),
        *("etc/goldenboard", "usr/sbin", "usr/bin", "usr/lib/locale/C.utf8", "run"),
        *(["etc/NetworkManager/system-connections"] if network_manager else []),
    ):
        (root / each).mkdir(parents=True)
    (root / "etc/hosts").write_text(HOSTS)
    (root / "etc/hostname").write_text("raspberrypi\n")
    (root / "etc/localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    if network_manager:
        (root / "usr/sbin/NetworkManager").touch()
    return Tree(root=root, boot=root / "boot/firmware")
