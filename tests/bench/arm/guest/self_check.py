"""Every released model on its golden picture, both ways. Runs in the emulated system.

    python self_check.py RUNTIME MODELS

An operation that the runtime lacks, or an instruction that the processor lacks, ends this program.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from runtime import choose, say

from appliance.modelfile import open_model
from appliance.vision.interpreter import Interpreter

name, models = sys.argv[1], Path(sys.argv[2])
module = importlib.import_module(f"{name}.interpreter")
report = {}
for path in sorted(models.glob("*/model.toml")):
    model = open_model(path.parent.name, models)
    with np.load(model.path.parent / model.manifest.golden) as stored:
        golden = dict(stored)
    apart = {}
    for way, xnnpack in (("default", True), ("built-in kernels", False)):
        choose(name, xnnpack=xnnpack)
        say(f"{model.manifest.id}, {way}")
        outputs = Interpreter(model).run(golden["picture"])
        apart[way] = {
            each: int(np.abs(values.astype(int) - golden[each].astype(int)).max())
            for each, values in outputs.items()
        }
    plain = module.Interpreter(
        model_content=model.content,
        experimental_op_resolver_type=module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    plain.allocate_tensors()
    names = Counter(str(each["op_name"]) for each in plain._get_ops_details())
    report[model.manifest.id] = {"steps_apart": apart, "operations": dict(sorted(names.items()))}
print(json.dumps(report))
