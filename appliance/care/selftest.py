"""The self-test of the running unit, by a process of its own below everything else: the service
may be inspecting."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from appliance.care.errors import CareError
from appliance.proof.sheet import Check

LONGEST_S = 240.0


def run_selftest(settings: Path | None) -> dict[str, Any]:
    """What `goldenboard selftest --json` says of the unit of `settings`; failed checks are in it.
    Raises `CareError` when it says nothing."""
    words = ["nice", "-n", "10", sys.executable, "-m", "appliance.cli", "selftest", "--json"]
    if settings is not None:
        words += ["--config", str(settings)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LONGEST_S, check=False)
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise _none(f"none within {LONGEST_S:.0f} s") from error
    except OSError as error:
        raise _none(error.strerror or str(error)) from error
    except ValueError as error:
        raise _none(f"exit code {done.returncode}: {done.stderr.strip()[-200:]}") from error
    if not isinstance(found, dict) or not isinstance(found.get("checks"), list):
        raise _none(done.stdout[:200])
    return found


def checks_of(found: dict[str, Any]) -> tuple[Check, ...]:
    """For the acceptance sheet."""
    return tuple(
        Check(name=each["check"], ok=each["ok"] is True, found=each["found"])
        for each in found["checks"]
    )


def _none(found: str) -> CareError:
    return CareError(
        expected="the self-test's answer",
        found=found,
        action="Run `goldenboard selftest` at the unit: it says more.",
    )
