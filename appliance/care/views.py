"""What the page of the unit's care shows and may ask for; the page knows nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from appliance.proof.sheet import Check
from appliance.status import DeviceView
from appliance.store import Inflow, Latency, NextToGo, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class CareView:
    lights: tuple[DeviceView, ...]
    """Card, wear, commits, room, file system."""
    latency: Latency
    space: Space
    inflow: Inflow
    next_to_go: tuple[NextToGo, ...]
    fingerprint: str | None
    """Of the unit's signing key; None as long as no backup was made."""
    saves: bool
    """Whether a backup can be made here."""


class CareDesk(Protocol):
    """Every call may raise `Refusal` and `StoreError`."""

    def view(self) -> CareView:
        """A few seconds old at most."""

    def bundle(self) -> BinaryIO:
        """A support bundle, to be closed by the caller; nothing of it stays on the disk."""

    def backup(self, passphrase: str | None) -> BinaryIO:
        """Settings, recipes, commissioning and people, without boards; likewise."""

    def selftest(self) -> tuple[Check, ...]:
        """Made now, in about a minute of both cores."""
