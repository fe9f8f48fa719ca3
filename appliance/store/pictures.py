"""The pictures of the inspections: JPEG files beside the database, in a folder a day.

`pictures/2026-11-22/00000042-board.jpg`: the number is the inspection's, the rest the picture's
name with everything but letters, digits and `_.-~` percent-encoded.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from appliance.durable import PRIVATE, TEMPORARY, make_folder, sync_folder, write_temporary
from appliance.store.errors import RefusedError, guarded

FOLDER = "pictures"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FILE = re.compile(r"(\d{8,})-(.+)\.jpg")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One picture that is durably on the disk."""

    name: str
    path: str
    """Below the folder of the pictures."""
    bytes: int
    sha256: str


def relative_path(number: int, day: str, name: str) -> str:
    """Where a picture lies. Raises `RefusedError` for a name that no file can have."""
    encoded = quote(name, safe="")
    if not name or len(encoded) > _LONGEST_NAME:
        raise RefusedError(
            f"A picture's name has {len(encoded)} characters when encoded: {name[:40]!r}.",
            expected=f"1 to {_LONGEST_NAME} characters.",
        )
    return f"{day}/{number:08d}-{encoded}.jpg"


class Pictures:
    """Writes, reads, removes and sweeps the files; knows nothing of the rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._day_lock = threading.Lock()
        """So that no day's folder is taken away under a picture that is being written."""

    def write(self, number: int, day: str, pictures: Mapping[str, bytes]) -> tuple[Written, ...]:
        """Every picture durably on the disk, or none. `day` is the UTC date of the record.

        Raises `StoreError`.
        """
        written = tuple(
            Written(
                name=name,
                path=relative_path(number, day, name),
                bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
            )
            for name, data in pictures.items()
        )
        for picture in written:
            if not picture.bytes:
                raise RefusedError(f"The picture {picture.name!r} is empty.")
        if not written:
            return ()
        temporaries: list[Path] = []
        try:
            doing = f"write the pictures of inspection {number}"
            with self._day_lock, guarded(doing, self.folder):
                make_folder(self.folder / day)
                for picture in written:
                    target = self.folder / picture.path
                    temporaries.append(write_temporary(target, pictures[picture.name], PRIVATE))
                for picture, temporary in zip(written, temporaries, strict=True):
                    temporary.replace(self.folder / picture.path)
                sync_folder(self.folder / day)
        except BaseException:
            for temporary in temporaries:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
            self.remove_quietly(picture.path for picture in written)
            raise
        return written

    def read(self, path: str) -> bytes | None:
        """The bytes, None when the file is gone. Raises `StoreError`."""
        with guarded(f"read the picture {path}", self.folder):
            try:
                return (self.folder / path).read_bytes()
            except FileNotFoundError:
                return None

    def remove(self, path: str) -> None:
        """Gone afterwards, whether it was there or not. Raises `StoreError`."""
        with guarded(f"remove the picture {path}", self.folder):
            file = self.folder / path
            file.unlink(missing_ok=True)
            if self._day_lock.acquire(blocking=False):
                # The day's folder goes with its last picture.
                with suppress(OSError):
                    file.parent.rmdir()
                self._day_lock.release()

    def remove_quietly(self, paths: Iterator[str]) -> None:
        """As far as the disk lets us; the next start sweeps the rest."""
        for path in paths:
            with suppress(OSError):
                (self.folder / path).unlink(missing_ok=True)

    def _days(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [d for d in self.folder.iterdir() if _DAY.fullmatch(d.name) and d.is_dir()]

    def by_number(self) -> dict[int, list[str]]:
        """Every picture that lies here, by the number of its inspection. Raises `StoreError`."""
        found: dict[int, list[str]] = {}
        with guarded("look through the pictures", self.folder):
            for day in self._days():
                for file in day.iterdir():
                    if match := _FILE.fullmatch(file.name):
                        found.setdefault(int(match[1]), []).append(f"{day.name}/{file.name}")
        return found

    def sweep_temporaries(self) -> int:
        """Remove files that a power cut left half written; how many. Raises `StoreError`."""
        count = 0
        with guarded("sweep half written pictures", self.folder):
            for day in self._days():
                for file in day.glob(f".*{TEMPORARY}"):
                    file.unlink()
                    count += 1
        return count
