"""What the pages need to know that is not in the store: limits, the secret, who may be named."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from appliance.tls import Certificate

LEAST_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Raises `ValueError` for a secret that is too short to sign with."""

    secret_key: bytes = field(repr=False)
    """Signs the session cookie. Random, at least 32 bytes; the caller keeps it in a file that only
    the service can read."""
    challenge_every_h: float | None = None
    """Told on the acceptance sheet; the controller holds to it."""
    allowed_hosts: tuple[str, ...] = ()
    """Full names under which the unit is reached, such as `cabinet-3.plant.example`. Addresses,
    names without a dot and `*.local` need no entry: none of them can be a stranger's domain, so
    a page elsewhere can't read this one by pointing its own name here (DNS rebinding)."""
    max_body_bytes: int = 16 * 1024 * 1024
    max_streams: int = 64
    """Pages that follow the cabinet by a stream; the next ones ask once a second instead."""
    beat_s: float = 0.5
    """A stream says at least this often that it and the controller are alive."""
    session_s: float = 12 * 3600.0
    session_idle_s: float = 3600.0
    clock: Callable[[], float] = time.monotonic
    """Decides expiry and the wait after wrong PINs; never the wall clock, which may jump."""
    certificate: Callable[[], Certificate] | None = None
    """What the pages are encrypted by now, to be shown; None where they are served in the clear.
    With it the session's cookie is never sent in the clear."""
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Only says which day "today" is."""

    def __post_init__(self) -> None:
        if len(self.secret_key) < LEAST_SECRET_BYTES:
            raise ValueError(
                f"the secret key needs at least {LEAST_SECRET_BYTES} random bytes, found "
                f"{len(self.secret_key)}: delete its file and start again, a new one is made"
            )
