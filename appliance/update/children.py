"""Running other programs while an update is made: with an end, and with their last words."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from appliance.update.errors import UpdateError

_SHOWN = 600


class Children:
    """`lock`: the updater's handle, inherited by every child, so that nobody tidies up under one
    that outlived its updater. `owner`: a folder whose owner the children run as, where that is
    given and we are root."""

    def __init__(self, lock: int) -> None:
        self._lock = lock

    def run(
        self,
        command: Sequence[str | Path],
        *,
        what: str,
        timeout_s: float,
        as_owner_of: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> str:
        """Its output. Raises `UpdateError` when it fails or takes too long."""
        user = as_owner_of.stat() if as_owner_of and os.geteuid() == 0 else None
        with subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            process_group=0,
            pass_fds=(self._lock,),
            env={**os.environ, **(environment or {})},
            user=None if user is None else user.st_uid,
            group=None if user is None else user.st_gid,
            extra_groups=None if user is None else [],
        ) as child:
            try:
                out, err = child.communicate(timeout=timeout_s)
            except BaseException as error:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
                if isinstance(error, subprocess.TimeoutExpired):
                    raise _failed(what, f"no end after {timeout_s:.0f} s") from None
                raise
        if child.returncode != 0:
            last_words = (err.strip() or out.strip())[-_SHOWN:]
            raise _failed(what, f"exit code {child.returncode}: {last_words}")
        return out


def _failed(what: str, found: str) -> UpdateError:
    return UpdateError(
        expected=what,
        found=found,
        action="The running version stays. Tell the maker what stands here.",
    )
