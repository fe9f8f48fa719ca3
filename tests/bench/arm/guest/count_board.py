"""One board, a stretch for each stage in the order that they are run. Runs in the emulated system.

    python count_board.py RUNTIME yes|no MODELS RECIPE PICTURE

The stages are the product's own: its stopwatch is told to mark what it times. Around them: `map`,
the copy of the frame into the memory that the camera's process shares with the instrument, and
`archive`, the pictures that are kept. One interpreter, one thread.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from marks import counted
from runtime import choose, say

import appliance.inspection
from appliance.inspection import Inspector
from appliance.loaded_recipe import archive_pictures
from appliance.modelfile import open_model
from appliance.picture_files import read_picture
from appliance.recipe import load
from appliance.stopwatch import Stopwatch
from appliance.vision.interpreter import InterpreterPool

name, xnnpack, models, recipe_folder, picture = sys.argv[1:]
choose(name, xnnpack=xnnpack == "yes")
cv2.setNumThreads(1)
stages: list[str] = []


@contextmanager
def stage(label: str) -> Iterator[None]:
    stages.append(label)
    with counted():
        yield


class Marking(Stopwatch):
    """Times as ever, and marks."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        with stage(name), super().stage(name):
            yield


recipe = load(Path(recipe_folder))
# The recipe may be another runtime's: what it costs is asked here, not what it says.
appliance.inspection.runtime_name = lambda: recipe.models[0].runtime
model = open_model(recipe.models[0].name, Path(models))
frame = read_picture(Path(picture))
shared = np.empty_like(frame)
with InterpreterPool(model, 1) as pool:
    inspector = Inspector(recipe, pool, progress=lambda done, total: None)
    say("warm")
    inspector.inspect(frame)  # what is made at the first use stays out of the count
    appliance.inspection.Stopwatch = Marking
    with stage("map"):
        shared[...] = frame
    inspection = inspector.inspect(shared)
    with stage("archive"):
        pictures = archive_pictures(shared, recipe, inspection)
print(
    json.dumps(
        {
            "stages": stages,
            "windows": len(inspection.windows),
            "verdict": str(inspection.verdict),
            "reason": inspection.reason,
            "pictures_bytes": sum(map(len, pictures.values())),
        }
    )
)
