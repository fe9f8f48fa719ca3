"""The firewall's rules, read by the kernel in a network of their own, and knocked at from another.

Two network namespaces with a cable between them; it takes root and nftables.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provisioning.trees import PROVISIONING

RULES = PROVISIONING / "root/etc/nftables.d/goldenboard.nft"
SSH = PROVISIONING / "root/etc/systemd/system/goldenboard-ssh.service"
V4, V6 = "10.99.0.1", "fd99::1"
LISTENING = (22, 80, 443, 5432, 8080)
# Takes connections on these ports, and one datagram a port; says when it is ready.
UNIT = """
import socket, sys
kept = [socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        for port in map(int, sys.argv[1:])]
print("ready", flush=True)
sys.stdin.read()
"""
# Refused by the firewall (administratively, an ICMP answer) is another error than "nobody listens".
CLIENT = """
import json, socket, sys
found = {}
for port in map(int, sys.argv[2:]):
    try:
        socket.create_connection((sys.argv[1], port), timeout=20).close()
        found[port] = "open"
    except ConnectionRefusedError:
        found[port] = "nobody there"
    except OSError:
        found[port] = "closed"
print(json.dumps(found))
"""


class Network:
    def __init__(self, name: str) -> None:
        self.unit, self.lan = f"{name}u", f"{name}l"

    def run(self, where: str, *command: str | Path, text: str = "") -> str:
        done = subprocess.run(
            ["ip", "netns", "exec", where, *map(str, command)],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def nft(self, *words: str, text: str = "") -> str:
        return self.run(self.unit, "nft", *words, text=text)

    def knock(self, address: str, *ports: int, at: str = "") -> dict[int, str]:
        words = (sys.executable, "-I", "-S", "-c", CLIENT, address, *map(str, ports))
        answer = json.loads(self.run(at or self.lan, *words))
        return {int(port): how for port, how in answer.items()}


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    if os.geteuid() != 0 or not (shutil.which("nft") and shutil.which("ip")):
        pytest.skip("the firewall is tried by root, with the packages nftables and iproute2")
    made = Network(f"gb{os.getpid() % 100000}")
    try:
        _ip("netns", "add", made.unit)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
    try:
        _ip("netns", "add", made.lan)
        _ip("link", "add", "wire", "netns", made.unit, "type", "veth", "peer", "wire", "netns",
            made.lan)  # fmt: skip
        for where, last in ((made.unit, 1), (made.lan, 2)):
            _ip("-n", where, "address", "add", f"10.99.0.{last}/24", "dev", "wire")
            _ip("-n", where, "address", "add", f"fd99::{last}/64", "dev", "wire", "nodad")
            _ip("-n", where, "link", "set", "wire", "up")
            _ip("-n", where, "link", "set", "lo", "up")
        with subprocess.Popen(
            ["ip", "netns", "exec", made.unit, sys.executable, "-I", "-S", "-c", UNIT]
            + [str(port) for port in LISTENING if port not in (80, 443)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as listening:  # fmt: skip
            assert listening.stdout is not None
            assert listening.stdout.readline() == "ready\n"
            yield made
            listening.terminate()
    finally:
        for where in (made.unit, made.lan):
            subprocess.run(["ip", "netns", "del", where], capture_output=True, check=False)


@pytest.fixture
def rules(network: Network) -> Iterator[Network]:
    """Read in twice: it can be reloaded."""
    text = RULES.read_text().replace('include "/etc/goldenboard/*.nft"\n', "")
    for _ in range(2):
        network.nft("-f", "-", text=text)
    yield network
    network.nft("flush", "ruleset")


def test_without_the_rules_every_port_is_reached(network: Network) -> None:
    assert network.knock(V4, *LISTENING) == {
        22: "open", 80: "nobody there", 443: "nobody there", 5432: "open", 8080: "open",
    }  # fmt: skip


@pytest.mark.parametrize("address", [V4, V6])
def test_the_page_alone_is_reached_also_without_its_port(rules: Network, address: str) -> None:
    assert rules.knock(address, *LISTENING) == {
        22: "closed", 80: "open", 443: "open", 5432: "closed", 8080: "open",
    }  # fmt: skip


@pytest.mark.parametrize("address", [V4, V6])
def test_ssh_is_opened_and_closed_by_its_unit(rules: Network, address: str) -> None:
    start, stop = (
        re.findall(rf"(?m)^{key}=-?/usr/sbin/nft (.*)$", SSH.read_text())
        for key in ("ExecStart", "ExecStop")
    )
    found = []
    for commands in (start, stop):
        for command in commands:
            rules.nft(*command.split())
        found.append(rules.knock(address, 22, 5432, 8080))
    assert found == [
        {22: "open", 5432: "closed", 8080: "open"},
        {22: "closed", 5432: "closed", 8080: "open"},
    ]


def test_the_unit_itself_reaches_out_and_is_pinged(rules: Network) -> None:
    assert rules.knock("10.99.0.2", 9, at=rules.unit) == {9: "nobody there"}
    assert rules.knock("127.0.0.1", 22, 5432, at=rules.unit) == {22: "open", 5432: "open"}
    if shutil.which("ping"):
        for address in (V4, V6):
            assert " 0% packet loss" in rules.run(rules.lan, "ping", "-c1", "-W20", address)


def test_names_and_leases_come_in_and_other_datagrams_do_not(rules: Network) -> None:
    """By the rules' own counters: what passes is counted behind them."""
    rules.nft(
        "-f", "-",
        text="table inet probe {\ncounter names { }\ncounter leases { }\ncounter other { }\n"
        "chain c {\ntype filter hook input priority 10;\nudp dport 5353 counter name names\n"
        "udp dport 68 counter name leases\nudp dport { 69, 161 } counter name other\n}\n}\n",
    )  # fmt: skip
    rules.run(
        rules.lan, sys.executable, "-I", "-S", "-c",
        "import socket\n"
        f"for to, port, by in (('{V4}', 5353, 5353), ('{V6}', 5353, 0), ('{V4}', 68, 67),\n"
        f"                     ('{V4}', 68, 0), ('{V4}', 161, 0), ('{V6}', 161, 0),\n"
        f"                     ('{V4}', 69, 67)):\n"
        "    family = socket.AF_INET6 if ':' in to else socket.AF_INET\n"
        "    s = socket.socket(family, socket.SOCK_DGRAM)\n"
        "    s.bind(('', by)); s.sendto(b'x', (to, port)); s.close()\n",
    )  # fmt: skip
    counted = json.loads(rules.nft("-j", "list", "counters", "table", "inet", "probe"))
    packets = {
        each["counter"]["name"]: each["counter"]["packets"]
        for each in counted["nftables"]
        if "counter" in each
    }
    assert packets == {"names": 2, "leases": 1, "other": 0}
