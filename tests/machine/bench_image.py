"""`make boot-image`: the image starts in an emulated board, gets ready, serves its page, keeps its
records over a restart and over a power cut.

    python -m tests.machine.bench_image [--image FILE] [--json FILE]

QEMU without KVM: its seconds say nothing of a Pi. A cut here is the end of QEMU: what the machine
had handed to its card stays, what it had not is lost; no torn sectors.
"""

from __future__ import annotations

import argparse
import json
import ssl
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.about import about
from tests.conftest import ROOT

from .board import Board
from .disk import Disk

IMAGE = ROOT / "build/image/goldenboard-bookworm-arm64.img"
SETTINGS = """config_version = 1
[system]
hostname = "line-3"
[locale]
timezone = "Europe/Berlin"
"""
READY_S = 300.0
MARK = "/var/lib/goldenboard/records/kept"


def ready(board: Board, began_s: float) -> dict[str, object]:
    """Seconds of emulation until the instrument says READY, and what the machine is like then."""
    board.wait_for_shell()
    board.until("echo =$(systemctl is-active goldenboard.service)", "=active", READY_S)
    seconds = round(time.monotonic() - began_s, 1)
    board.until("systemctl is-system-running || true", "running", 120.0)
    return {
        "power_to_ready_s": seconds,
        "failed_units": board.run("systemctl --failed --no-legend --plain").split("\n")[0],
        "root": board.run("findmnt -n -o FSTYPE /"),
        "lower_root": board.run("findmnt -n -o OPTIONS /media/root-ro").split(",")[0],
        "data": board.run("findmnt -n -o FSTYPE,OPTIONS /var/lib/goldenboard").split(",")[0],
        "name": board.run("hostname"),
        "zone": board.run("readlink /etc/localtime"),
        "firewall": "policy drop" in board.run("nft list table inet goldenboard"),
        "ssh": board.try_run("systemctl is-active ssh.service")[1],
    }


def page(board: Board) -> str:
    """The state that the unit's page tells, through TLS and its firewall."""
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    url = f"https://127.0.0.1:{board.page_port}/api/status"
    with urllib.request.urlopen(url, timeout=60, context=blind) as answer:
        return str(json.loads(answer.read())["status"]["state"])


def tried(image: Path, folder: Path) -> dict[str, object]:
    disk = Disk.copy_of(image, folder / "card.img")
    disk.write(disk.numbered(1), "custom.toml", SETTINGS.encode())
    figures: dict[str, object] = {}
    board = Board(disk, folder)
    try:
        began_s = time.monotonic()
        board.power_on()
        figures["first_start"] = ready(board, began_s)
        print(json.dumps(figures, indent=1), flush=True)
        figures["page"] = page(board)
        figures["boot_partition"] = board.run("ls /boot/firmware").split()
        began_s = time.monotonic()
        said = board.run("goldenboard selftest", 900.0)
        figures["self_test"] = {
            "seconds": round(time.monotonic() - began_s, 1),
            "lines": [line for line in said.splitlines() if line.startswith(("ok", "FAIL"))],
        }
        board.run(f"echo kept > {MARK}; sync {MARK}; echo lost > /etc/lost")
        began_s = time.monotonic()
        board.restart()
        figures["restart"] = {**ready(board, began_s), **_kept(board)}
        print(json.dumps(figures, indent=1), flush=True)
        board.cut()
        began_s = time.monotonic()
        board.power_on()
        figures["after_power_cut"] = {**ready(board, began_s), **_kept(board)}
    finally:
        board.cut()
    return figures


def _kept(board: Board) -> dict[str, object]:
    database = "/var/lib/goldenboard/records/records.db"
    check = (
        '/opt/goldenboard/current/bin/python -c "import sqlite3; '
        f"print(sqlite3.connect('file:{database}?mode=ro', uri=True)"
        ".execute('PRAGMA integrity_check').fetchone()[0])\""
    )
    return {
        "data_kept": board.run(f"cat {MARK}") == "kept",
        "system_as_delivered": board.try_run("test -e /etc/lost")[0] != 0,
        "database": board.run(check),
    }


def good(figures: dict[str, object]) -> bool:
    for name in ("first_start", "restart", "after_power_cut"):
        found = figures[name]
        assert isinstance(found, dict)
        wanted = {
            "failed_units": "", "root": "overlay", "lower_root": "ro", "name": "line-3",
            "zone": "/usr/share/zoneinfo/Europe/Berlin", "firewall": True, "ssh": "inactive",
        }  # fmt: skip
        if name != "first_start":
            wanted |= {"data_kept": True, "system_as_delivered": True, "database": "ok"}
        if not wanted.items() <= found.items():
            return False
    lines = figures["self_test"]
    assert isinstance(lines, dict)
    return bool(lines["lines"]) and not any("FAIL" in line for line in lines["lines"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", type=Path, default=IMAGE)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goldenboard-machine-") as folder:
        result = {**about("tests.machine.bench_image"), **tried(args.image, Path(folder))}
    manifest = json.loads(args.image.with_suffix(".json").read_text())
    result["image"] = {key: manifest[key] for key in ("bytes", "bytes_on_disk")}
    text = json.dumps(result, indent=1)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")
    return 0 if good(result) else 1


if __name__ == "__main__":
    sys.exit(main())
