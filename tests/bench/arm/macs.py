"""Multiply-accumulates of a model, counted from its file's shapes."""

from __future__ import annotations

import math
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter, OpResolverType

KERNEL_FLOOR = 61 / 256
"""Instructions a multiply-accumulate, 0.238, of the loop of an int8 kernel of 2 rows, 8 columns and
16 deep on a processor without dot product: for 256 of them 16 each of SMULL, SMLAL and SADALP, 8
paired loads of weights, 2 loads of activations, 3 for the loop; bare of edges and of all else."""


def operations(model: Path) -> list[tuple[str, int]]:
    """Each operation's name and its multiply-accumulates, in order."""
    interpreter = Interpreter(
        str(model), experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    )
    interpreter.allocate_tensors()
    shapes = {
        each["index"]: tuple(map(int, each["shape"])) for each in interpreter.get_tensor_details()
    }
    found = []
    for each in interpreter._get_ops_details():
        macs = 0
        if each["op_name"] in {"CONV_2D", "DEPTHWISE_CONV_2D"}:
            weights, given = shapes[int(each["inputs"][1])], shapes[int(each["outputs"][0])]
            # Weights are (out, height, width, in), of a depthwise one (1, height, width, channels).
            a_channel = weights[1:] if each["op_name"] == "CONV_2D" else weights[1:3]
            macs = math.prod(given) * math.prod(a_channel)
        found.append((str(each["op_name"]), macs))
    return found
