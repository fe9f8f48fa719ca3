"""The record as an update handles it, always as the user who owns it: a file that root left in
its folder would keep the service from its own record.

    python -m appliance.update.record version|aside|back FOLDER [NAME [VERSION LAST_INSPECTION]]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from appliance.store import StoreError
from appliance.store.set_aside import database_version, put_aside, put_back
from appliance.update.errors import UpdateError
from appliance.update.state import RecordCopy

_TIMEOUT_S = 600


class RecordKeeper:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def version(self) -> int | None:
        """Of the database; None where there is none yet. Raises `UpdateError`."""
        if not self.folder.is_dir():
            return None
        found = self._done("version")
        return None if found is None else int(str(found))

    def put_aside(self, name: str) -> RecordCopy:
        found = self._done("aside", name)
        assert isinstance(found, list)
        return RecordCopy(name=name, version=found[0], last_inspection=found[1])

    def put_back(self, copy: RecordCopy) -> str:
        """The name of what was kept of a newer database, if anything."""
        return str(self._done("back", copy.name, str(copy.version), str(copy.last_inspection)))

    def _done(self, *words: str) -> object:
        owner = self.folder.stat()
        if os.geteuid() != 0 or owner.st_uid == os.geteuid():
            try:
                return _do(self.folder, *words)
            except StoreError as error:
                raise _refused(error.expected, error.found, error.action) from error
        done = subprocess.run(
            [sys.executable, "-m", "appliance.update.record", words[0], self.folder, *words[1:]],
            user=owner.st_uid,
            group=owner.st_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        try:
            said = json.loads(done.stdout)
        except json.JSONDecodeError:
            said = {"refused": ["an answer", done.stderr.strip()[-300:] or "none", "Try again."]}
        if "refused" in said:
            raise _refused(*said["refused"])
        found: object = said["done"]
        return found


def _refused(expected: str, found: str, action: str) -> UpdateError:
    return UpdateError(expected=expected, found=found, action=action)


def _do(folder: Path, verb: str, name: str = "", *numbers: str) -> object:
    match verb:
        case "version":
            return database_version(folder)
        case "aside":
            return list(put_aside(folder, name))
        case "back":
            return put_back(folder, name, *map(int, numbers))
    raise ValueError(verb)


def main() -> int:
    try:
        said: dict[str, object] = {"done": _do(Path(sys.argv[2]), sys.argv[1], *sys.argv[3:])}
    except StoreError as error:
        said = {"refused": [error.expected, error.found, error.action]}
    sys.stdout.write(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
