"""The snapshot that pages show, put together from what the controller knows."""

from __future__ import annotations

from appliance import words
from appliance.commission.values import CommissionView
from appliance.controller_settings import ControllerSettings
from appliance.device_views import device_views
from appliance.faults import Faults
from appliance.machine import Facts
from appliance.people import People
from appliance.recipe_slot import RecipeSlot
from appliance.senses import Sensed
from appliance.states import State
from appliance.status import DeviceView, FaultView, LampView, Status
from appliance.terms import Verdict
from hw.ports import Lamps


class View:
    """Remembers only since when each subsystem has been as it is."""

    def __init__(self, settings: ControllerSettings, facts: Facts) -> None:
        self._settings = settings
        self._facts = facts
        self._devices: tuple[DeviceView, ...] = ()

    def status(
        self,
        *,
        state: State,
        since_utc: str,
        now_utc: str,
        lasted_s: float,
        lamps: Lamps,
        sensed: Sensed,
        recipes: RecipeSlot,
        people: People,
        faults: Faults,
        serial: str | None,
        verdict: Verdict | None,
        inspection_id: int | None,
        suspects: int,
        challenge: str,
        study: str,
        commission: CommissionView | None = None,
    ) -> Status:
        """`verdict`, `inspection_id` and `suspects` are those of the board whose verdict is
        shown at this instant; None and 0 otherwise, so that nothing stale is ever shown.
        `challenge` says what is due before a board may pass, `study` which board a study waits
        for; both may be empty."""
        self._devices = device_views(
            previous=self._devices,
            utc_now=now_utc,
            sensed=sensed,
            faults=faults,
            min_free_bytes=self._settings.min_free_bytes,
            hot_c=self._settings.hot_c,
        )
        recipe = recipes.recipe
        return Status(
            state=state,
            lamps=LampView(red=lamps.red, amber=lamps.amber, green=lamps.green),
            since_utc=since_utc,
            word=words.word(state, suspects=suspects, due=bool(challenge)),
            step=words.step(
                state,
                sensed=sensed,
                recipes=recipes,
                works_again=faults.all_work_again,
                slow_record=lasted_s > self._settings.slow_record_s,
                challenge=challenge,
                study=study,
            ),
            verdict=verdict,
            inspection_id=inspection_id,
            serial=serial,
            operator=people.operator,
            recipe=recipe.folder if recipe else None,
            recipe_version=recipe.version if recipe else None,
            part_number=recipe.part_number if recipe else None,
            faults=tuple(
                FaultView(
                    code=fault.code,
                    device=fault.device,
                    found=fault.found,
                    action=fault.action,
                    since_utc=fault.since_utc,
                )
                for fault in faults
            ),
            devices=self._devices,
            worker=people.technician if state is State.MAINTENANCE else None,
            software_version=self._facts.software_version,
            simulated=self._facts.simulated,
            unit=self._facts.unit,
            commission=commission if state is State.MAINTENANCE else None,
        )
