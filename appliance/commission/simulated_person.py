"""The technician of the simulated cabinet: reads the prompt, looks, listens, presses.

It knows what a person in front of the cabinet knows: the words of the prompt and what its eyes
and ears tell. Which fault is in the wiring it learns only from what it sees.
"""

from __future__ import annotations

from collections.abc import Mapping

from appliance.commission.simulated_sheet import sheet_for
from appliance.commission.values import Prompt
from hw.sim.faults import Fault
from hw.sim.scene import Placement
from hw.sim.world import World

LOOK_S = 0.7
"""Long enough for one whole blink of a lamp."""
LISTEN_S = 1.2
REACH_S = 0.08
HOLD_S = 0.12
"""From the thought to the finger, and down. A thought is thought between two holds of the cabinet
(`bench.HOLD_S`); so timed, press and release fall into one hold and not into the gaps, where they
would be seen late again and again. A person's fingers know nothing of our holds."""
PAUSE_S = 0.5
ARRIVE_S = 1.0
"""Until a sheet lies where it was pushed."""


class SimulatedPerson:
    """`react` is called again and again with the prompt that is shown, from any one thread."""

    def __init__(self, world: World, answers: Mapping[str, str] | None = None) -> None:
        """`answers` are for prompts that no look at the cabinet answers, by the prompt's name; they
        go before what is seen."""
        self._world = world
        self._answers = dict(answers or {})
        self._shown: object = None
        self._laid: object = None
        self._since_s = self._pressed_s = world.clock.monotonic()
        self._seen: set[str] = set()
        self._heard: set[str] = set()

    def react(self, prompt: Prompt, number: int) -> str | None:
        """The answer, once the person has one. `number` tells one prompt from the next of the
        same name."""
        now_s = self._world.clock.monotonic()
        if self._shown != number:
            self._shown, self._since_s = number, now_s
            self._seen, self._heard = set(), set()
        self._watch()
        if prompt.name in self._answers:
            return self._answers[prompt.name]
        lasted_s = now_s - self._since_s
        match prompt.name:
            case "lamp" if lasted_s >= LOOK_S:
                return self._one(self._seen)
            case "tone" if lasted_s >= LISTEN_S:
                return self._one(self._heard)
            case "strip" if lasted_s >= LOOK_S:
                return self._strip(now_s)
            case name if name.startswith("sheet_"):
                return self._lay(name, lasted_s)
            case "press_left" | "press_right" | "press_button":
                self._press(prompt.name.removeprefix("press_"), now_s)
            case "fingerprint" if len(prompt.choices) > 1 and lasted_s >= LOOK_S:
                return "yes"
            case _ if len(prompt.choices) == 1 and lasted_s >= LOOK_S:
                return prompt.choices[0].key
            case _ if prompt.free_text and prompt.suggestion:
                return prompt.suggestion
        return None

    def _lay(self, name: str, lasted_s: float) -> str | None:
        """Push the sheet in as the prompt wants it, once, and say so when it lies still."""
        if self._laid != self._shown:
            self._laid = self._shown
            self._world.insert(sheet_for(name), lies=Placement())
        return "done" if lasted_s >= ARRIVE_S else None

    def _watch(self) -> None:
        lamps = self._world.lamps
        self._seen |= {name for name in ("red", "amber", "green") if getattr(lamps, name)}
        if lamps.buzzer:
            self._heard.add("high" if lamps.tone_high else "low")

    @staticmethod
    def _one(noticed: set[str]) -> str:
        if len(noticed) == 1:
            return next(iter(noticed))
        return "several" if noticed else "none"

    def _strip(self, now_s: float) -> str:
        scene = self._world.scene()
        if Fault.FLICKER in scene.faults and scene.brightness(now_s) > 0.0:
            return "flickers"
        return "bright" if scene.brightness(now_s) > 0.5 else "dark"

    def _press(self, what: str, now_s: float) -> None:
        if now_s - self._pressed_s < HOLD_S + PAUSE_S:
            return
        if self._world.board is not None:
            self._world.remove()
        self._pressed_s = now_s
        if what == "button":
            self._world.press_button(HOLD_S, after_s=REACH_S)
        elif what == "left":
            self._world.press_switch("left", HOLD_S, after_s=REACH_S)
        else:
            self._world.press_switch("right", HOLD_S, after_s=REACH_S)
