"""The page's side of updates, without rights: takes a bundle in piece by piece, reads its head, and
lays down the wish that root's own unit waits for."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from appliance.durable import make_folder
from appliance.refusal import Refusal
from appliance.system_update.desk import SystemDesk
from appliance.update.archive import BLOCK, END, padding
from appliance.update.asked import FOLDER, UPLOADED, WISH, Asked, ask_for, bundles_on
from appliance.update.bundle import Announced, opened
from appliance.update.errors import BundleError, UpdateError
from appliance.update.keys import read_trusted
from appliance.update.manifest import MOST_BYTES
from appliance.update.places import STATE_FILE
from appliance.update.releases import CURRENT, Releases
from appliance.update.state import Progress, read_progress

SPARE_BYTES = 500 * 1000 * 1000
"""Left for records while a bundle comes in."""
STICKS = (Path("/media"), Path("/run/media"), Path("/mnt"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A bundle that could be installed, as far as its head says."""

    key: str
    """What the page's form names it by."""
    path: Path
    announced: Announced | None
    refusal: Refusal | None


class OffsetError(Exception):
    """A piece that does not follow; `size_bytes` is what there is."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(str(size_bytes))
        self.size_bytes = size_bytes


class UpdateDesk:
    def __init__(
        self,
        base: Path,
        trusted: Path,
        data: Path,
        *,
        sticks: tuple[Path, ...] = STICKS,
        systems: SystemDesk | None = None,
        lasting: bool = True,
    ) -> None:
        """`systems` on a unit with two; `lasting`: whether a version that is installed is still
        there at the next start."""
        self.systems = systems
        self.lasting = lasting
        self._base = base
        self._trusted = trusted
        self._data = data
        self._sticks = sticks
        self._one_piece = threading.Lock()

    def runs(self) -> str:
        return Releases(self._base).linked(CURRENT)

    def releases(self) -> list[str]:
        return Releases(self._base).whole()

    def progress(self) -> Progress:
        """Raises `UpdateError`."""
        return read_progress(self._base / STATE_FILE)

    def is_asked(self) -> bool:
        """Whether a wish lies there that nobody has taken up yet."""
        return (self._folder / WISH).exists()

    def take_piece(self, at: int, total: int, piece: bytes) -> int:
        """Put a piece of the upload in its place; bytes so far. Piece by piece, so that no request
        is long or large, and a broken one goes on where it was. Raises `OffsetError`,
        `UpdateError`, OSError."""
        if not 0 < total <= MOST_BYTES or at + len(piece) > total:
            raise UpdateError(
                expected=f"a bundle of at most {MOST_BYTES / 1e9:.0f} GB",
                found=f"{total / 1e9:.1f} GB",
                action="Choose the .gbu file that the maker gave you.",
            )
        with self._one_piece:
            make_folder(self._folder)
            part = self._folder / f"{UPLOADED}.part"
            if at == 0:
                (self._folder / UPLOADED).unlink(missing_ok=True)
                part.unlink(missing_ok=True)
                if shutil.disk_usage(self._folder).free < total + SPARE_BYTES:
                    raise UpdateError(
                        expected=f"{(total + SPARE_BYTES) / 1e6:.0f} MB free",
                        found=f"{shutil.disk_usage(self._folder).free / 1e6:.0f} MB",
                        action="Make room, or bring the bundle on a stick.",
                    )
            size = part.stat().st_size if part.exists() else 0
            if size != at:
                raise OffsetError(size)
            with part.open("ab") as file:
                file.write(piece)
                if at + len(piece) == total:
                    file.flush()
                    os.fsync(file.fileno())
            if at + len(piece) == total:
                part.replace(self._folder / UPLOADED)
            return at + len(piece)

    def offers(self) -> list[Offer]:
        """The uploaded bundle and those on sticks, each with its version or why it is none."""
        uploaded = self._folder / UPLOADED
        found = [uploaded] if uploaded.is_file() else []
        return [
            self._offer("uploaded" if path == uploaded else str(path), path)
            for path in (*found, *bundles_on(self._sticks))
        ]

    def offer(self, key: str) -> Offer | None:
        """Only what `offers` lists: no other path can be named."""
        return next((each for each in self.offers() if each.key == key), None)

    def ask(self, offer: Offer, by: str) -> None:
        """Raises OSError."""
        ask_for(self._data, Asked(file=offer.path, by=by))

    @property
    def _folder(self) -> Path:
        return self._data / FOLDER

    def _offer(self, key: str, path: Path) -> Offer:
        try:
            with opened(path, read_trusted(self._trusted)) as bundle:
                announced = bundle.announced
            _check_size(announced, path)
        except (Refusal, OSError) as error:
            told = error if isinstance(error, Refusal) else _unreadable(path, error)
            return Offer(key=key, path=path, announced=None, refusal=told)
        return Offer(key=key, path=path, announced=announced, refusal=None)


def _check_size(announced: Announced, path: Path) -> None:
    """A cheap look for a copy that was cut short; the installer reads every byte."""
    members = announced.manifest.members
    body = sum(BLOCK + each.size_bytes + len(padding(each.size_bytes)) for each in members)
    if path.stat().st_size < body + len(END):
        raise BundleError(expected="a whole bundle", found="a part of one", action="Copy it again.")


def _unreadable(path: Path, error: OSError) -> BundleError:
    return BundleError(
        expected=f"a bundle at {path}",
        found=error.strerror or str(error),
        action="Plug the stick in again.",
    )
