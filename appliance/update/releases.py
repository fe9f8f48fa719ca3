"""Versions side by side, each whole in a folder of its own, and the link that chooses.

The installer of a bare unit (provisioning) lays them out in the same way: a folder is whole when
`.whole` lies in it, which is written last.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from appliance.durable import TEMPORARY, sync_folder, write_durably

WHOLE = ".whole"
CONTENT = ".content"
"""One hash of what the release was made of."""
INCOMING = ".incoming-"
KEPT = 2
CURRENT, PROVEN = "current", "proven"
"""`proven` is the last version that got ready: it runs the guard, whatever `current` is."""


class Releases:
    def __init__(self, base: Path) -> None:
        self.base = base
        self.folder = base / "releases"

    def path(self, name: str) -> Path:
        return self.folder / name

    def program(self, name: str) -> Path:
        return self.path(name) / "bin" / "goldenboard"

    def is_whole(self, name: str) -> bool:
        return bool(name) and (self.path(name) / WHOLE).is_file()

    def content(self, name: str) -> str:
        try:
            return (self.path(name) / CONTENT).read_text().strip()
        except OSError:
            return ""

    def whole(self) -> list[str]:
        """The newest first."""
        markers = self.folder.glob(f"*/{WHOLE}")
        newest = sorted(markers, key=lambda each: each.stat().st_mtime_ns, reverse=True)
        return [marker.parent.name for marker in newest]

    def linked(self, link: str) -> str:
        """The release that a link names; empty when there is no such link."""
        try:
            return (self.base / link).readlink().name
        except OSError:
            return ""

    def link(self, link: str, name: str) -> None:
        """Exchange the link in one step, durably."""
        if self.linked(link) == name:
            return
        fresh = self.base / f".{link}{TEMPORARY}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(f"{self.folder.name}/{name}")
        fresh.replace(self.base / link)
        sync_folder(self.base)

    def mark_whole(self, name: str, content: str) -> None:
        """Last step of building: from here on the release may be switched to."""
        write_durably(self.path(name) / CONTENT, f"{content}\n".encode())
        write_durably(self.path(name) / WHOLE, b"")

    def name_for(self, version: str, content: str) -> str:
        """The version's number; where that is taken by another content, with the hash's start."""
        if not self.is_whole(version) or self.content(version) == content:
            return version
        return f"{version}+{content[:8]}"

    def sweep(self) -> list[str]:
        """Remove what was never finished; the names of what went."""
        gone = []
        used = {self.linked(CURRENT), self.linked(PROVEN)}
        for path in sorted(self.folder.iterdir()) if self.folder.is_dir() else []:
            if path.is_symlink() or not path.is_dir() or path.name in used:
                continue
            if path.name.startswith(INCOMING) or not self.is_whole(path.name):
                shutil.rmtree(path)
                gone.append(path.name)
        return gone

    def prune(self) -> list[str]:
        """Keep the running version and the newest beside it; the names of what went."""
        used = {self.linked(CURRENT), self.linked(PROVEN)}
        others = [name for name in self.whole() if name not in used]
        gone = others[max(0, KEPT - len(used)) :]
        for name in gone:
            (self.path(name) / WHOLE).unlink()
            sync_folder(self.path(name))
            shutil.rmtree(self.path(name))
        return gone
