"""What a released model answers to one generated picture, kept beside it.

Runtimes round in their own ways: two of them agree to some steps, not bit for bit. With the
picture and the answers stored, any machine can show that it computes the released model: the tests
do, and a device's self-test may.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from models.calibration import GOLDEN_SEED, Picture, picture


def run_int8(interpreter: Interpreter, shown: Picture) -> dict[str, np.ndarray]:
    """Invoke on a uint8 RGB picture (S, S, 3); return int8 outputs by name, batch removed."""
    (rgb,) = interpreter.get_input_details()
    batch = (shown.astype(np.int16) - 128).astype(np.int8)[np.newaxis]
    interpreter.set_tensor(rgb["index"], batch)
    interpreter.invoke()
    return {
        detail["name"]: interpreter.get_tensor(detail["index"])[0]
        for detail in interpreter.get_output_details()
    }


def open_reference(model: Path) -> Interpreter:
    """Open as the device does: LiteRT with its delegate XNNPACK, whose int8 kernels give the same
    outputs to the bit on x86-64 and on a Cortex-A72 (`make bench-arm`)."""
    interpreter = Interpreter(str(model), num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def write_golden(model: Path, target: Path, size_px: int) -> None:
    """Store `picture` (uint8) and each output (int8) under its name in one .npz file."""
    shown = picture(GOLDEN_SEED, size_px)
    outputs = run_int8(open_reference(model), shown)
    np.savez_compressed(target, picture=shown, **outputs)
