"""The sentences of the page Update in English."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "update.open": "Update",
    "update.title": "Update",
    "update.lead": "A version comes whole, as one signed file. It is prepared beside the running "
    "one, tried, and undone by itself if it does not get ready.",
    "update.state": "This unit",
    "update.runs": "Runs",
    "update.kept": "Installed",
    "update.bring": "Bring a bundle",
    "update.bring.how": "Choose the .gbu file, or plug in a stick that holds it: what is on a "
    "stick is listed below.",
    "update.file": "File",
    "update.upload": "Upload",
    "update.failed": "The upload broke off. Try again; it begins anew.",
    "update.noscript": "The upload needs JavaScript. Bring the bundle on a stick.",
    "update.offers": "Bundles",
    "update.version": "Version {version}",
    "update.signed": "Signed by",
    "update.trusted": "a trusted key",
    "update.made": "Made",
    "update.size": "Contents",
    "update.notes": "What is new",
    "update.install": "Install…",
    "update.sure": "Version {version} is prepared while boards go on, a few minutes long. Then the "
    "cabinet waits for an empty slot, judges nothing for about a minute, and starts the new "
    "version. If that does not get ready, this one runs again.",
    "update.yes": "Yes, install {version}",
    "update.no_offers": "No bundle here",
    "update.no_offers.how": "Upload one, or plug in a stick and open this page again.",
    "update.phase.asked": "The update was asked for and begins in a moment.",
    "update.phase.preparing": "Version {version} is being prepared. Boards go on.",
    "update.phase.holding": "Version {version} is prepared. Take the board out; no new one is "
    "judged.",
    "update.phase.switching": "Switching to version {version}.",
    "update.phase.trial": "Version {version} is on trial. No board is judged yet.",
    "update.ended.good": "The last update went well.",
    "update.ended.bad": "The last update was not carried out.",
    "update.piece": "A piece of an upload has 1 byte to 4 MB.",
    "update.disk": "The upload could not be written: the disk is full or broken.",
    "update.gone": "That bundle is not here any more.",
    "update.gone.action": "Open the page again.",
    "update.changed": "The bundle is another one than was shown.",
    "update.none": "This software was not installed as a release, so it can't be updated from the "
    "page.",
    "update.none.action": "Install it with the installer of provisioning.",
    "system.title": "System",
    "system.lead": "This unit has two systems. A new one is written beside the one that runs, "
    "started on trial, and kept only when it has proven itself.",
    "system.asked": "The update was asked for and begins in a moment.",
    "system.preparing": "The other system is being written, some minutes long. Boards go on.",
    "system.holding": "The other system is ready. Take the board out; no new one is judged.",
    "system.switching": "The unit restarts into the other system.",
    "system.trial": "This system is on trial: it proves itself on the golden boards. No board is "
    "judged yet.",
    "system.version": "System {version}",
    "system.build": "Build",
    "system.install": "Install…",
    "system.sure": "System {version} is written while boards go on. Then the cabinet waits for an "
    "empty slot and restarts; no board is judged for some minutes. If the new system does not "
    "prove itself, this one is started again.",
    "system.yes": "Yes, install system {version}",
    "system.none": "No system bundle here",
    "system.none.how": "Plug in a stick that holds a .raucb file and open this page again.",
    "system.versions": "Versions are part of the system here: they come with it.",
}
