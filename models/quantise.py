"""From a float TFLite model to one that is int8 from the input to the outputs.

Ranges are the least and greatest values seen on the calibration pictures. The quantiser's own
habit, a moving average over pictures, forgets the rare strong activations and clips them, which
costs far more agreement than the slightly coarser step costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from ai_edge_quantizer import quantizer, recipe
from ai_edge_quantizer.calibrator import Calibrator
from ai_edge_quantizer.recipe_manager import RecipeManager
from ai_edge_quantizer.utils import qsv_utils

from models.calibration import Picture
from models.nets.efficientnet_lite0 import INPUT_MEAN, INPUT_SPREAD
from models.progress import counted

INPUT_NAME = "rgb"
INPUT_SCALE = 1.0 / INPUT_SPREAD
INPUT_ZERO_POINT = int(INPUT_MEAN) - 128
"""With these, the quantised input is the camera's byte minus 128 and nothing else:
((byte − 127) / 128) / scale + zero point = byte − 128."""

_BIAS_LIMIT = 2**30
"""Leaves the int32 accumulator room for the products that are added to the bias."""


def preprocess(picture: Picture) -> np.ndarray:
    """Return the float32 batch (1, S, S, 3) that the float net expects for a uint8 picture."""
    return ((picture.astype(np.float32) - INPUT_MEAN) / INPUT_SPREAD)[np.newaxis]


def int8_tflite(
    float_model: bytes, pictures: Iterable[Picture], output_names: tuple[str, ...]
) -> bytes:
    """Quantise weights (per channel) and activations (per tensor) to int8 and name the ends.

    `pictures` must between them hold the bytes 0 and 255, else the input's scale would not be
    the exact one of INPUT_SCALE. Raises ValueError where it is not, or where any operation was
    left in floating point.
    """
    recipe_manager = RecipeManager()
    recipe_manager.load_quantization_recipe(recipe.static_wi8_ai8())
    calibrator = Calibrator(float_model, num_threads=1, qsv_update_func=qsv_utils.min_max_update)
    for batch in _batches(pictures):
        calibrator.calibrate(batch, recipe_manager)
    worker = quantizer.Quantizer(float_model, recipe.static_wi8_ai8())
    result = worker.quantize(calibrator.get_model_qsvs(), enable_progress_report=False)
    if result.quantized_model is None:
        raise ValueError("the quantiser returned no model; check its version against README.md")
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(result.quantized_model))
    _name_ends(model, output_names)
    _check(model)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def _batches(pictures: Iterable[Picture]) -> Iterator[dict[str, list[dict[str, np.ndarray]]]]:
    for picture in counted(list(pictures), "calibrating"):
        yield {"serving_default": [{"args_0": preprocess(picture)}]}


def _name_ends(model: schema.ModelT, output_names: tuple[str, ...]) -> None:
    """Give input and outputs the names of model.toml and drop the converter's long ones."""
    graph = model.subgraphs[0]
    for index, tensor in enumerate(graph.tensors):
        tensor.name = f"t{index}".encode()
    (only_input,) = graph.inputs
    graph.tensors[only_input].name = INPUT_NAME.encode()
    for index, name in zip(graph.outputs, output_names, strict=True):
        graph.tensors[index].name = name.encode()
    (signature,) = model.signatureDefs
    names_by_tensor = {
        index: graph.tensors[index].name for index in (*graph.inputs, *graph.outputs)
    }
    for entry in (*signature.inputs, *signature.outputs):
        entry.name = names_by_tensor[entry.tensorIndex]


def _check(model: schema.ModelT) -> None:
    graph = model.subgraphs[0]
    activations = {index for operator in graph.operators for index in operator.outputs}
    for index in activations | set(graph.inputs):
        tensor = graph.tensors[index]
        if tensor.type != schema.TensorType.INT8:
            raise ValueError(
                f"expected int8 for every activation, found type {tensor.type} in "
                f"{tensor.name!r}: the quantiser left an operation in floating point"
            )
    for tensor in graph.tensors:
        if tensor.type == schema.TensorType.INT32 and tensor.quantization.scale is not None:
            bias = np.frombuffer(bytes(model.buffers[tensor.buffer].data), dtype="<i4")
            if np.abs(bias.astype(np.int64)).max() > _BIAS_LIMIT:
                raise ValueError(
                    f"expected biases within ±{_BIAS_LIMIT}, found {bias.min()}…{bias.max()} in "
                    f"{tensor.name!r}: a channel's weights are too small for its bias"
                )
    quantization = graph.tensors[graph.inputs[0]].quantization
    found = (float(quantization.scale[0]), int(quantization.zeroPoint[0]))
    if found != (INPUT_SCALE, INPUT_ZERO_POINT):
        raise ValueError(
            f"expected input scale {INPUT_SCALE} and zero point {INPUT_ZERO_POINT}, found "
            f"{found}: the calibration pictures must hold both 0 and 255"
        )
