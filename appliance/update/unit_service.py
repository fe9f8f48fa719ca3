"""The unit's service as an updater handles it: stop, start, and what it says of itself."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Protocol

from appliance.config import Config
from appliance.states import State
from appliance.status_socket import NAME, ask
from appliance.update.errors import UpdateError

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
    """From the unit's own socket; None while it gives no answer. Raises `UpdateError` where asking
    is not allowed: a cabinet that can't be asked may be judging."""
    try:
        return _parsed(ask(config.data, _ASK_S))
    except PermissionError as error:
        raise UpdateError(
            expected=f"the right to ask the instrument at {config.data / NAME}",
            found=error.strerror or "a refusal",
            action="Run the update as root; its unit is one of the group goldenboard.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _parsed(told: object) -> Said:
    if not isinstance(told, dict) or not isinstance(told["faults"], list):
        raise TypeError("no status")
    worker = told["worker"]
    return Said(
        version=str(told["version"]),
        state=State(str(told["state"])),
        heartbeat=int(told["heartbeat"]),
        faults=tuple(map(str, told["faults"])),
        worker=None if worker is None else str(worker),
    )
