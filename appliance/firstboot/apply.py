"""At every start, before the network: take up what lies on the boot partition, keep it, and lay
down the system's files that follow from what is kept.

The kept file is replaced in one step and everything else follows from it, so a cut anywhere leaves
the settings before or after, and the next start finishes what was begun.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from appliance.durable import make_folder, sync_folder, write_durably
from appliance.refusal import Refusal

from . import boot_folder
from .derived import Wanted, has_network_manager, wanted_files
from .errors import FirstBootError
from .kept import keep, read_kept
from .settings import UnitSettings
from .told import told

Say = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """What came of a start."""

    taken: tuple[str, ...] = ()
    refused: Refusal | None = None
    changed: list[str] = field(default_factory=list)
    """Files of the system that were written, linked or removed."""
    warnings: list[str] = field(default_factory=list)


def apply(boot: Path, root: Path) -> Outcome:
    """Nothing on the boot partition is ever a reason to leave what is kept undone: a refusal is in
    the outcome. Raises OSError when the system's own files can't be written, `Refusal` when the
    kept file is damaged."""
    outcome = Outcome()
    kept = read_kept(root)
    try:
        found = boot_folder.read_boot_folder(boot, cloud_init=_has_cloud_init(root))
        if found is not None:
            _fits_this_system(found.settings, root)
    except Refusal as error:
        found, outcome.refused = None, error
    if found is not None:
        kept = found.settings.over(kept)
        make_folder(root / "etc/goldenboard")
        keep(kept, root)
        outcome.taken = found.files
    for wanted in wanted_files(kept, root):
        if _lay_down(wanted, root):
            outcome.changed.append(f"/{wanted.path}")
    if kept.locale is not None and not _has_locale(kept.locale, root):
        outcome.warnings.append(f"{kept.locale} is not on this unit: its messages stay in English.")
    _answer(boot, kept, outcome)
    return outcome


def _answer(boot: Path, kept: UnitSettings, outcome: Outcome) -> None:
    """The boot partition may be full, read-only or torn: the unit goes on, and says so."""
    if outcome.refused is not None:
        _word(
            boot,
            "Goldenboard: the settings on this partition were NOT taken up.\n"
            f"{outcome.refused}\n"
            "The unit goes on as before and reads them again at its next start.\n",
            outcome,
        )
    elif outcome.taken:
        # the word first: without the files nobody would know what came of them
        lines = [*told(kept), *outcome.warnings]
        text = "Goldenboard: the settings were taken up.\n" + "".join(f"{e}\n" for e in lines)
        _word(boot, text, outcome)
        try:
            boot_folder.take_away(boot, outcome.taken)
        except OSError as error:
            outcome.warnings.append(
                f"{' and '.join(outcome.taken)} could not be removed from {boot} "
                f"({error.strerror}): remove them by hand, they may hold a network's key."
            )


def _word(boot: Path, text: str, outcome: Outcome) -> None:
    try:
        boot_folder.answer(boot, text)
    except OSError as error:
        outcome.warnings.append(f"{boot} can't be written: {error.strerror}.")


def _lay_down(wanted: Wanted, root: Path) -> bool:
    """Whether anything had to be changed."""
    path = root / wanted.path
    if wanted.link is not None:
        if path.is_symlink() and str(path.readlink()) == wanted.link:
            return False
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(wanted.link)
        fresh.replace(path)
        sync_folder(path.parent)
        return True
    if wanted.content is None:
        if not os.path.lexists(path):
            return False
        path.unlink()
        sync_folder(path.parent)
        return True
    same = path.is_file() and path.read_bytes() == wanted.content
    if same and path.stat().st_mode & 0o777 == wanted.mode:
        return False
    make_folder(path.parent)
    write_durably(path, wanted.content, wanted.mode)
    return True


def _fits_this_system(settings: UnitSettings, root: Path) -> None:
    if settings.wlan is not None and not has_network_manager(root):
        raise FirstBootError(
            expected="a wired network alone, on a system without NetworkManager",
            found="a wireless one",
            action="Install the package network-manager, or use a cable.",
        )


def _has_cloud_init(root: Path) -> bool:
    return (root / "usr/bin/cloud-init").exists() and not (
        root / "etc/cloud/cloud-init.disabled"
    ).exists()


def _has_locale(name: str, root: Path) -> bool:
    folder, archive = root / "usr/lib/locale", root / "usr/lib/locale/locale-archive"
    plain = name.replace("UTF-8", "utf8")
    if name == "C.UTF-8" or (folder / plain).is_dir():
        return True
    # glibc's archive holds the names as they are
    return archive.is_file() and plain.encode() + b"\0" in archive.read_bytes()
