"""One window through a model: a stretch for each of three runs. Runs in the emulated system.

python count_window.py RUNTIME yes|no MODELS ID     yes: with XNNPACK
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from marks import counted
from runtime import choose

from appliance.modelfile import open_model
from appliance.vision.interpreter import Interpreter

name, xnnpack, models, model_id = sys.argv[1:]
choose(name, xnnpack=xnnpack == "yes")
model = open_model(model_id, Path(models))
interpreter = Interpreter(model)
with counted():
    pass
digest = hashlib.sha256()
for seed in range(3):
    shape = model.manifest.input.shape[1:]
    picture = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    with counted():
        outputs = interpreter.run(picture)
    for each in sorted(outputs):
        digest.update(outputs[each].tobytes())
print(json.dumps({"outputs_sha256": digest.hexdigest()}))
