"""The one place that opens a TFLite interpreter, and the pool that runs several side by side.

One interpreter of one thread for each worker, built and warmed once: independent windows share
nothing, so n of these beat one interpreter of n threads, and `invoke` releases Python's lock.
"""

from __future__ import annotations

import importlib
import math
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from appliance.modelfile import ModelError, ModelFile, TensorSpec
from appliance.vision.crop import Pixels

Outputs = dict[str, npt.NDArray[np.int8]]
"""A model's outputs by name, int8 as stored, without the batch axis."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Interpreter:
    """One warmed interpreter of one thread. Not to be shared between threads."""

    def __init__(self, model: ModelFile, *, threads: int = 1) -> None:
        """Raises `ModelError` when no runtime is installed or the file is not what model.toml
        says of it."""
        runtime = _runtime()
        try:
            self._inner = runtime(model_content=model.content, num_threads=threads)
            self._inner.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                expected=f"a TFLite model in {model.path}",
                found=str(error).splitlines()[0][:200],
                action="Install the model again.",
            ) from error
        (given,) = self._inner.get_input_details()
        _check(model.manifest.input, given)
        details = {str(detail["name"]): detail for detail in self._inner.get_output_details()}
        self._outputs: list[tuple[str, int]] = []
        for spec in model.manifest.outputs:
            if spec.name not in details:
                raise ModelError(
                    expected=f"an output '{spec.name}' in {model.manifest.id}",
                    found=", ".join(details),
                    action="Install the model again.",
                )
            _check(spec, details[spec.name])
            self._outputs.append((spec.name, int(details[spec.name]["index"])))
        self._input = int(given["index"])
        self._shape = model.manifest.input.shape
        self.run(np.zeros(self._shape[1:], np.uint8))

    def run(self, crop: Pixels) -> Outputs:
        """Run the model on one (S, S, 3) uint8 RGB crop; the outputs are copies.

        The input's quantisation is checked to be "byte − 128" at the start, so the picture is
        handed over by flipping its highest bit and never becomes float."""
        self._inner.set_tensor(self._input, (crop ^ np.uint8(0x80)).view(np.int8)[np.newaxis])
        self._inner.invoke()
        return {name: self._inner.get_tensor(index)[0] for name, index in self._outputs}


class InterpreterPool:
    """`n` interpreters of one model, one thread each; `map` keeps the order."""

    def __init__(self, model: ModelFile, n: int) -> None:
        if n < 1:
            raise ValueError(f"a pool of at least one interpreter is needed, not {n}")
        self.model = model
        self.n = n
        free: queue.SimpleQueue[Interpreter] = queue.SimpleQueue()
        for _ in range(n):
            free.put(Interpreter(model))
        self._own = threading.local()

        def take() -> None:
            self._own.interpreter = free.get_nowait()

        self._threads = ThreadPoolExecutor(n, thread_name_prefix="judge", initializer=take)
        self._closed = False

    def map(
        self, task: Callable[[Interpreter, Item], Result], items: Iterable[Item]
    ) -> list[Result]:
        """`task(interpreter, item)` for every item, on all workers; raises what a task raised."""
        if self._closed:
            raise RuntimeError("the interpreters were closed; open a new pool")
        return list(self._threads.map(lambda item: task(self._own.interpreter, item), items))

    def run(self, crops: Sequence[Pixels]) -> list[Outputs]:
        """The model's outputs for each crop, in order."""
        return self.map(lambda interpreter, crop: interpreter.run(crop), crops)

    def close(self) -> None:
        self._closed = True
        self._threads.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def runtime_name() -> str:
    """Which runtime opens models here: `ai_edge_litert` or `tflite_runtime`. Its kernels round in
    their own way, so that a recipe is good for the one that it was taught with."""
    return str(_runtime().__module__).partition(".")[0]


def _runtime() -> Any:
    for name in ("ai_edge_litert.interpreter", "tflite_runtime.interpreter"):
        try:
            return importlib.import_module(name).Interpreter
        except ModuleNotFoundError:
            continue
    raise ModelError(
        expected="ai-edge-litert or tflite-runtime",
        found="neither installed",
        action="Install the package again with its dependencies.",
    )


def _check(spec: TensorSpec, detail: dict[str, Any]) -> None:
    scale, zero_point = detail["quantization"]
    found = (
        tuple(int(side) for side in detail["shape"]),
        np.dtype(detail["dtype"]).name,
        int(zero_point),
    )
    expected = (spec.shape, spec.dtype, spec.zero_point)
    same_scale = math.isclose(scale, spec.scale, rel_tol=1e-5)
    byte_input = spec.preprocessing in ("", "int8 = uint8 - 128")
    if found != expected or not same_scale or spec.dtype != "int8" or not byte_input:
        raise ModelError(
            expected=f"tensor {spec.name} as int8 {spec.shape}, scale {spec.scale:g}, "
            f"zero point {spec.zero_point}",
            found=f"{found[1]} {found[0]}, scale {scale:g}, zero point {found[2]}",
            action="Install the model again: its file and its model.toml do not fit.",
        )
