"""model.toml: what the device must know of a model file before it trusts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.digest import sha256_of
from models.export import WEIGHTS_PACKAGE, WEIGHTS_SHA256, OutputSpec
from models.golden import open_reference
from models.quantise import INPUT_SCALE, INPUT_ZERO_POINT

FORMAT_VERSION = 1


def write_manifest(
    model: Path, target: Path, *, model_id: str, build_command: str, specs: tuple[OutputSpec, ...]
) -> None:
    """Write the manifest of `model`, with shapes and quantisation read back from the file.

    Raises ValueError where the file's outputs are not those of `specs`, in their order.
    """
    interpreter = open_reference(model)
    (rgb,) = interpreter.get_input_details()
    outputs = interpreter.get_output_details()
    found = [detail["name"] for detail in outputs]
    if found != [spec.name for spec in specs]:
        raise ValueError(f"expected outputs {[spec.name for spec in specs]}, found {found}")
    sections = [
        _table(
            "",
            format_version=FORMAT_VERSION,
            id=model_id,
            file="model.tflite",
            sha256=sha256_of(model),
            size_bytes=model.stat().st_size,
            golden="golden.npz",
            runtimes=["ai-edge-litert 2.3.0", "tflite-runtime 2.14.0"],
            licence="Apache-2.0",
            licence_file="LICENSE",
            build_command=build_command,
        ),
        _table(
            "[source]",
            package=f"{WEIGHTS_PACKAGE} 0.1.0",
            weights_sha256=WEIGHTS_SHA256,
            architecture="EfficientNet-Lite0, ImageNet-1k, models/nets/efficientnet_lite0.py",
            calibration="256 generated pictures, seeds in models/calibration.py",
            rounding="for outputs, models/rounding.py",
        ),
        _table(
            "[input]",
            **_tensor(rgb),
            colour_order="RGB",
            layout="NHWC",
            preprocessing="int8 = uint8 - 128",
        ),
    ]
    if (float(rgb["quantization"][0]), int(rgb["quantization"][1])) != (
        INPUT_SCALE,
        INPUT_ZERO_POINT,
    ):
        raise ValueError(f"the input's quantisation {rgb['quantization']} is not byte - 128")
    for detail, spec in zip(outputs, specs, strict=True):
        sections.append(_table("[[outputs]]", **_tensor(detail), meaning=spec.meaning))
    target.write_text("\n".join(sections), encoding="utf-8")


def _tensor(detail: dict[str, Any]) -> dict[str, Any]:
    scale, zero_point = detail["quantization"]
    return {
        "name": detail["name"],
        "shape": [int(side) for side in detail["shape"]],
        "dtype": detail["dtype"].__name__,
        "scale": float(scale),
        "zero_point": int(zero_point),
    }


def _table(heading: str, **values: Any) -> str:
    """One TOML table. Plain strings, integers, floats and lists of them read as in JSON."""
    lines = [heading] if heading else []
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"
