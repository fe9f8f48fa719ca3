"""How much a released int8 model differs from its float original, on photographs.

`python -m models.evaluate efficientnet-lite0-stride16-128 --data ../shared/data/pcba-fixed-pose`
prints one JSON object. The photographs are only looked at: nothing in a released model depends
on them. Only the training split is read, so that the judges' test boards stay unseen.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

from models.calibration import Picture
from models.export import OUTPUTS, float_tflite, published_net
from models.golden import open_reference, run_int8
from models.progress import counted
from models.quantise import preprocess
from models.release import RELEASED, RELEASES

Features = dict[str, np.ndarray]


def train_crops(data: Path, count: int, size_px: int, seed: int = 1) -> list[Picture]:
    """Return `count` training crops of pcba-fixed-pose, chosen by `seed`, as (S, S, 3) RGB.

    Raises FileNotFoundError where the data set is missing.
    """
    with (data / "labels.csv").open(newline="", encoding="utf-8") as file:
        paths = [row["path"] for row in csv.DictReader(file) if row["split"] == "train"]
    chosen = np.random.default_rng(seed).choice(len(paths), min(count, len(paths)), replace=False)
    pictures = []
    for index in chosen:
        with Image.open(data / paths[index]) as image:
            side = (size_px, size_px)
            pictures.append(np.asarray(image.convert("RGB").resize(side, Image.Resampling.BOX)))
    return pictures


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Cosine of each pair of rows of two (n, channels) arrays; 1 where both are zero."""
    product = np.sum(first * second, axis=1)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.where(lengths > 0, product / np.where(lengths > 0, lengths, 1.0), 1.0)


def compare(float_features: list[Features], int8_features: list[Features]) -> dict[str, object]:
    """Cosines per output (each position is one sample) and nearest neighbours kept."""
    report: dict[str, object] = {"pictures": len(float_features)}
    for name, first in float_features[0].items():
        channels = first.shape[-1]
        pairs = [
            cosines(a[name].reshape(-1, channels), b[name].reshape(-1, channels))
            for a, b in zip(float_features, int8_features, strict=True)
        ]
        values = np.concatenate(pairs)
        report[name] = {
            "cosine_mean": round(float(values.mean()), 4),
            "cosine_1_percent": round(float(np.quantile(values, 0.01)), 4),
            "cosine_least": round(float(values.min()), 4),
            "least_picture_mean": round(float(min(pair.mean() for pair in pairs)), 4),
        }
    if "embedding" in float_features[0]:
        kept = _nearest(float_features) == _nearest(int8_features)
        report["nearest_neighbour_kept"] = round(float(kept.mean()), 4)
    return report


def _nearest(features: list[Features]) -> np.ndarray:
    vectors = np.stack([feature["embedding"] for feature in features])
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    return np.argmax(likeness, axis=1)


def _float_runner(model: bytes) -> Interpreter:
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def _run_float(interpreter: Interpreter, shown: Picture) -> Features:
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], preprocess(shown))
    interpreter.invoke()
    details = interpreter.get_output_details()
    names = [spec.name for _, spec in OUTPUTS][: len(details)]
    return {
        name: interpreter.get_tensor(detail["index"])[0]
        for name, detail in zip(names, details, strict=True)
    }


def _run_dequantised(interpreter: Interpreter, shown: Picture) -> Features:
    steps = {detail["name"]: detail["quantization"] for detail in interpreter.get_output_details()}
    return {
        name: (values.astype(np.float32) - steps[name][1]) * np.float32(steps[name][0])
        for name, values in run_int8(interpreter, shown).items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m models.evaluate", description=__doc__)
    parser.add_argument("id", choices=sorted(RELEASES))
    parser.add_argument("--data", type=Path, required=True, help="folder of pcba-fixed-pose")
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args(arguments)
    variant = RELEASES[options.id]
    pictures = train_crops(options.data, options.count, variant.size_px)
    exact = _float_runner(
        float_tflite(published_net(), size_px=variant.size_px, until=variant.until)
    )
    quantised = open_reference(RELEASED / variant.id / "model.tflite")
    pairs = [
        (_run_float(exact, shown), _run_dequantised(quantised, shown))
        for shown in counted(pictures, "comparing")
    ]
    report = compare([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    print(json.dumps({"id": variant.id, **report}, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
