"""What the screen says: the large word, and the step under way or the next thing to do."""

from __future__ import annotations

from appliance.recipe_slot import RecipeSlot
from appliance.senses import Sensed
from appliance.states import State


def word(state: State, *, suspects: int, due: bool = False) -> str:
    """The large word of the screen; `suspects` is the number of windows that are not GOOD, `due`
    whether a challenge board has to come before any board may pass."""
    places = "1 place" if suspects == 1 else f"{suspects} places"
    return {
        State.STARTING: "Starting…",
        State.LAMP_TEST: "Lamp test",
        State.SETUP: "Setup",
        State.EMPTY: "Challenge board due" if due else "Ready: insert a board",
        State.SEATED: "Inspecting…",
        State.INSPECTING: "Inspecting…",
        State.RECORDING: "Recording…",
        State.PASSED: "PASS",
        State.FAILED: f"FAIL: {places}",
        State.REVIEW: f"LOOK: {places}",
        State.FAULT: "FAULT",
        State.MAINTENANCE: "Maintenance",
    }[state]


def step(
    state: State,
    *,
    sensed: Sensed,
    recipes: RecipeSlot,
    works_again: bool,
    slow_record: bool,
    challenge: str = "",
    study: str = "",
) -> str:
    """One short sentence. Empty where the large word says it all."""
    slot, recipe = sensed.slot, recipes.recipe
    match state:
        case State.STARTING | State.SETUP if recipes.loading:
            return f"Loading recipe {recipes.loading}"
        case State.STARTING:
            return "Checking the devices"
        case State.LAMP_TEST:
            return "All three lamps are lit. Is one dark?"
        case State.SETUP if recipes.error:
            return f"The recipe can't be used. {recipes.error}"
        case State.SETUP:
            return "Choose a recipe on the page or scan a part number."
        case State.EMPTY if slot is not None and slot.left != slot.right:
            return "Push the board fully in."
        case State.EMPTY:
            return challenge or study
        case State.SEATED:
            return "Waiting for settled light and a fresh picture"
        case State.INSPECTING:
            return f"Judging {recipe.window_count} windows" if recipe else "Judging"
        case State.RECORDING if slow_record:
            return "Writing the record: the card is slow. Leave the board in."
        case State.RECORDING:
            return "Writing the record"
        case State.PASSED | State.FAILED | State.REVIEW:
            return "Take the board out."
        case State.FAULT if works_again:
            return "It works again. Take the board out, or press the button to try again."
        case State.FAULT:
            return "Trying again by itself. The button tries at once."
        case State.MAINTENANCE:
            return "No boards are judged."
