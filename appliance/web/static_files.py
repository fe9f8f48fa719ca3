"""Scripts, styles and the icon: read once, served by name, so that no path leads anywhere else."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, abort, request

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class StaticFiles:
    """The files of one folder; a plug-in has a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.name: (path.read_bytes(), _TYPES[path.suffix])
            for path in sorted(folder.iterdir())
            if path.suffix in _TYPES
        }
        digest = hashlib.sha256()
        for name, (content, _) in self._files.items():
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        self.release = digest.hexdigest()[:12]
        """Changes with any of the files: it stands in their address, so that they may be kept."""

    def answer(self, filename: str) -> Response:
        """A script names others without their release, so the browser asks each time whether
        what it kept is still the same."""
        found = self._files.get(filename)
        if found is None:
            abort(404)
        response = Response(found[0], mimetype=found[1])
        response.cache_control.no_cache = True
        response.set_etag(self.release)
        response.make_conditional(request)
        return response


@cache
def house_files() -> StaticFiles:
    return StaticFiles(Path(__file__).parent / "static")


def release() -> str:
    return house_files().release
