"""The steps of commissioning in their order, as data."""

from __future__ import annotations

from appliance.commission import (
    camera_steps,
    certificate,
    heat,
    indicators,
    naming,
    network,
    storage,
    switches,
    timekeeping,
)
from appliance.commission.steps import Step, Steps

_STEPS = (
    Step(
        name="name",
        title="Name",
        task="Give the unit the name by which people know it.",
        measure=naming.name,
        minutes=1,
        picture="label",
    ),
    Step(
        name="people",
        title="People",
        task="The first technician gets a random PIN, shown on the terminal.",
        measure=naming.people,
        minutes=1,
        picture="key",
    ),
    Step(
        name="certificate",
        title="Certificate",
        task="The pages are encrypted by the unit's own key. Compare its fingerprint once.",
        measure=certificate.certificate,
        minutes=1,
        picture="lock",
    ),
    Step(
        name="lamps",
        title="Lamps",
        task="Stand where you see the beacon. One lamp after the other blinks; say which.",
        measure=indicators.lamps,
        minutes=1,
        picture="beacon",
    ),
    Step(
        name="buzzer",
        title="Buzzer",
        task="Listen: a high and a low tone, one after the other.",
        measure=indicators.buzzer,
        minutes=1,
        picture="buzzer",
    ),
    Step(
        name="strip",
        title="LED strip",
        task="Look into the slot: the strip is set bright, then dark.",
        measure=indicators.strip,
        minutes=1,
        picture="strip",
    ),
    Step(
        name="slot",
        title="Seat switches",
        task="Take any board out. Press each of the two switches at the back stop with a finger.",
        measure=switches.slot,
        minutes=2,
        picture="slot",
    ),
    Step(
        name="button",
        title="Button",
        task="Press the button at the front.",
        measure=switches.button,
        minutes=1,
        picture="button",
    ),
    Step(
        name="camera_exposure",
        title="Exposure and white balance",
        task="Print the sheet of goldenboard calibrate sheet at 100 % on matt paper. Its second "
        "page goes flat into the slot. Close the drawer.",
        measure=camera_steps.exposure,
        minutes=1,
        picture="camera",
    ),
    Step(
        name="camera_focus",
        title="Focus",
        task="The sheet's first page goes flat into the slot. Turn the lens until the bars stand "
        "highest; then fix it.",
        measure=camera_steps.focus,
        minutes=3,
        picture="camera",
    ),
    Step(
        name="camera_evenness",
        title="Evenness of the light",
        task="A clean white sheet of paper goes flat into the slot and fills the picture.",
        measure=camera_steps.evenness,
        minutes=1,
        picture="strip",
    ),
    Step(
        name="camera_lens",
        title="Lens and scale",
        task="Glue the sheet's first page to something stiff and flat and measure its two lines. "
        "It is looked at flat, then tilted seven ways.",
        measure=camera_steps.lens,
        minutes=6,
        picture="sheet",
    ),
    Step(
        name="clock",
        title="Clock",
        task="Nothing to do: the clock is watched for some seconds.",
        measure=timekeeping.clock,
        minutes=0.5,
        picture="clock",
    ),
    Step(
        name="storage",
        title="Memory card",
        task="Nothing to do: the card's speed and its slowest moments are measured.",
        measure=storage.storage,
        minutes=1,
        picture="card",
    ),
    Step(
        name="heat",
        title="Heat",
        task="Close the case as it will be used. All cores are kept busy for two minutes.",
        measure=heat.heat,
        minutes=2.5,
        picture="processor",
    ),
    Step(
        name="network",
        title="Network",
        task="Connect the unit to the network it will work in.",
        measure=network.network,
        minutes=0.5,
        picture="network",
    ),
)

STEPS: Steps = {step.name: step for step in _STEPS}
"""By name, in their order."""
NEEDED = tuple(step.name for step in _STEPS if step.needed)
