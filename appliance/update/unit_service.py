"""The unit's service as an updater handles it: stop, start, and what it says of itself."""

from __future__ import annotations

import json
import ssl
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Protocol

from appliance.config import Config
from appliance.states import State

UNIT = "goldenboard.service"
_START_S = 300
_ASK_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What matters here of the service's status."""

    version: str
    state: State
    heartbeat: int
    faults: tuple[str, ...]
    worker: str | None


class UnitService(Protocol):
    def is_active(self) -> bool: ...

    def stop(self) -> None:
        """Returns when its process is gone. Raises OSError, `subprocess.SubprocessError`."""

    def start(self) -> bool:
        """False when it did not come up."""

    def said(self) -> Said | None:
        """None while it gives no answer."""


class SystemdService:
    """The unit `goldenboard.service`; its start returns when it said READY."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def is_active(self) -> bool:
        state = self._ctl("show", "--property=ActiveState", "--value", UNIT).stdout.strip()
        return state not in ("inactive", "failed", "")

    def stop(self) -> None:
        self._ctl("stop", UNIT).check_returncode()

    def start(self) -> bool:
        # A version that died five times must not keep the other one from its start.
        self._ctl("reset-failed", UNIT)
        return self._ctl("start", UNIT).returncode == 0

    def said(self) -> Said | None:
        return ask_status(self._config)

    @staticmethod
    def _ctl(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["systemctl", *words], capture_output=True, text=True, timeout=_START_S, check=False
        )


def ask_status(config: Config) -> Said | None:
    """From the unit's own pages, on this machine; with TLS or without. The certificate is not
    looked at: nothing is sent, and who can listen on this port is root or the service."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.pages.host, config.pages.host)
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=blind)
    )
    for scheme in ("http", "https"):
        try:
            url = f"{scheme}://{host}:{config.pages.port}/api/status"
            with direct.open(url, timeout=_ASK_S) as answer:
                return _parsed(json.loads(answer.read(1024 * 1024)))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def _parsed(told: dict[str, dict[str, object]]) -> Said:
    status = told["status"]
    faults = status["faults"]
    worker = status["worker"]
    assert isinstance(faults, list)
    return Said(
        version=str(status["software_version"]),
        state=State(str(status["state"])),
        heartbeat=int(str(told["heartbeat"])),
        faults=tuple(str(each["code"]) for each in faults),
        worker=None if worker is None else str(worker),
    )
