"""The page's side of updates on the unit that this is: with one system or two, written to or
read-only."""

from __future__ import annotations

from pathlib import Path

from appliance.config import DEFAULT_PATH, Config
from appliance.system_update.autoboot import running_slot
from appliance.system_update.desk import SystemDesk
from appliance.system_update.places import SystemPlaces
from appliance.system_update.rauc import Rauc
from appliance.update.desk import STICKS, UpdateDesk
from appliance.update.errors import UnfitError
from appliance.update.lasting import must_last


def desk_of_unit(base: Path, trusted: Path, config: Config, config_path: Path | None) -> UpdateDesk:
    slot, systems, lasting = running_slot(), None, True
    if slot is not None:
        places = SystemPlaces(data=config.data, config=config_path or DEFAULT_PATH, slot=slot)
        systems = SystemDesk(places, Rauc(), sticks=STICKS)
    try:
        must_last(base)
    except UnfitError:
        lasting = False
    return UpdateDesk(base, trusted, config.data, systems=systems, lasting=lasting)
