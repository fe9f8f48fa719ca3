"""The page's side of system updates, without rights: which system runs, what is on sticks, and the
wish that root's own unit waits for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from appliance.refusal import Refusal
from appliance.system_update.autoboot import default_slot
from appliance.system_update.places import SystemPlaces
from appliance.system_update.rauc import SUFFIX, Rauc, SystemBundle
from appliance.update.asked import FOLDER, Asked, ask_for, bundles_on
from appliance.update.errors import UpdateError
from appliance.update.state import Phase, Progress, read_progress

WISH = "asked-system.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemOffer:
    """A bundle that could be installed, as far as RAUC reads it."""

    path: Path
    mark: str
    """Another one for another file of that name."""
    bundle: SystemBundle | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemNow:
    slot: str
    on_trial: bool
    progress: Progress
    asked: bool
    """A wish lies there that nobody has taken up yet."""

    @property
    def under_way(self) -> bool:
        return self.asked or self.on_trial or self.progress.phase is not Phase.SETTLED


class SystemDesk:
    def __init__(self, places: SystemPlaces, rauc: Rauc, *, sticks: tuple[Path, ...]) -> None:
        self._places = places
        self._rauc = rauc
        self._sticks = sticks

    def now(self) -> SystemNow:
        try:
            on_trial = default_slot(self._places.boot) != self._places.slot
            progress = read_progress(self._places.state)
        except UpdateError as error:
            on_trial, progress = True, Progress(good=False, outcome=str(error))
        return SystemNow(
            slot=self._places.slot,
            on_trial=on_trial,
            progress=progress,
            asked=(self._places.data / FOLDER / WISH).exists(),
        )

    def offers(self) -> list[SystemOffer]:
        return [self._offer(path) for path in bundles_on(self._sticks, SUFFIX)]

    def offer(self, path: str) -> SystemOffer | None:
        """Only what `offers` lists: no other path can be named."""
        found = next((each for each in bundles_on(self._sticks, SUFFIX) if str(each) == path), None)
        return None if found is None else self._offer(found)

    def ask(self, offer: SystemOffer, by: str) -> None:
        """Raises OSError."""
        ask_for(self._places.data, Asked(file=offer.path, by=by), WISH)

    def _offer(self, path: Path) -> SystemOffer:
        mark = ""
        try:
            facts = path.stat()
            mark = f"{facts.st_size}-{facts.st_mtime_ns}"
            bundle = self._rauc.read(path)
        except (Refusal, OSError) as error:
            told = error if isinstance(error, Refusal) else _unreadable(path, error)
            return SystemOffer(path=path, mark=mark, bundle=None, refusal=told)
        return SystemOffer(path=path, mark=mark, bundle=bundle, refusal=None)


def _unreadable(path: Path, error: OSError) -> UpdateError:
    return UpdateError(
        expected=f"a bundle at {path}",
        found=error.strerror or str(error),
        action="Plug the stick in again.",
    )
