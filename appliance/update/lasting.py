"""Whether what an update writes is still there at the next start.

On a unit with a read-only root (overlayroot) everything outside its data lies in memory: a version
installed there would be gone at the next start, while the record that it brought forward stays.
"""

from __future__ import annotations

from pathlib import Path

from appliance.update.errors import UnfitError

OVERLAYROOT = "overlayroot"
"""What overlayroot calls its file system, as the source of the mount (mountinfo, proc(5))."""
_MOUNTS = Path("/proc/self/mountinfo")


def must_last(base: Path, mounts: Path = _MOUNTS) -> None:
    """Raises `UnfitError` where versions below `base` would be lost."""
    if _source_of(base.resolve(), mounts.read_text(encoding="utf-8")) == OVERLAYROOT:
        raise UnfitError(
            expected=f"a place in {base} that outlives a restart",
            found="a read-only system, whose changes lie in memory",
            action="Nothing was changed. Exchange the system as a whole: write a new card, and "
            "keep the data by a backup.",
        )


def _source_of(folder: Path, mounts: str) -> str:
    """Of the file system that `folder` lies on: the last mount on the longest way to it."""
    longest, source = "", ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        # blanks and the like are written as octal numbers
        place = left.split()[4].encode().decode("unicode_escape")
        if len(place) >= len(longest) and folder.is_relative_to(place):
            longest, source = place, right.split()[1]
    return source
