"""Build a released model from nothing: `python -m models.release efficientnet-lite0-128`.

Runs in the training environment (see README.md beside this file) and writes the model, its
manifest and its golden outputs into models/released/<id>/. The same environment gives the same
bytes each time; the card and the licence there are written by hand and left alone.
`--until` and `--size-px` with `--out` build a variant that is not released.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.calibration import calibration_pictures
from models.export import Until, float_tflite, output_specs, published_net
from models.golden import write_golden
from models.manifest import write_manifest
from models.quantise import int8_tflite

RELEASED = Path(__file__).parent / "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Which cut of the backbone: input side in pixels and depth."""

    size_px: int
    until: Until

    @property
    def id(self) -> str:
        """The folder's name; the full depth, being the usual one, is not spelt out."""
        depth = "" if self.until is Until.EMBEDDING else f"-{self.until.value}"
        return f"efficientnet-lite0{depth}-{self.size_px}"


RELEASES: dict[str, Variant] = {
    variant.id: variant for variant in (Variant(size_px=128, until=Until.EMBEDDING),)
}


def build(variant: Variant, folder: Path) -> None:
    """Write model.tflite, model.toml and golden.npz of `variant` into `folder`.

    Each file is replaced whole, the manifest last, so that a build that breaks off leaves a
    manifest whose sha256 refuses the mixture. Raises ValueError where the weights or the
    quantised graph are not what a release needs.
    """
    if variant.size_px % 32:
        raise ValueError(f"expected an input side divisible by 32, found {variant.size_px} px")
    _say("reading the published weights")
    net = published_net()
    _say(f"converting {variant.id} to float TFLite")
    float_model = float_tflite(net, size_px=variant.size_px, until=variant.until)
    _say("drawing the calibration pictures")
    pictures = calibration_pictures(variant.size_px)
    names = tuple(spec.name for spec in output_specs(variant.until))
    model = int8_tflite(float_model, pictures, names)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for name in ("model.tflite", "golden.npz", "model.toml"):
            fresh = Path(scratch) / name
            if name == "model.tflite":
                fresh.write_bytes(model)
            elif name == "golden.npz":
                write_golden(Path(scratch) / "model.tflite", fresh, variant.size_px)
            else:
                write_manifest(
                    Path(scratch) / "model.tflite",
                    fresh,
                    model_id=variant.id,
                    specs=output_specs(variant.until),
                )
        for name in ("model.tflite", "golden.npz", "model.toml"):
            (Path(scratch) / name).replace(folder / name)
    _say(f"wrote {folder}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m models.release", description=__doc__)
    parser.add_argument("id", nargs="?", choices=sorted(RELEASES), help="a released model")
    parser.add_argument("--until", type=Until, choices=list(Until), default=Until.EMBEDDING)
    parser.add_argument("--size-px", type=int, default=128)
    parser.add_argument("--out", type=Path, help="folder to write to instead of models/released")
    options = parser.parse_args(arguments)
    if options.id is None and options.out is None:
        parser.error("name a released model, or give --out for a variant")
    variant = RELEASES.get(options.id) or Variant(size_px=options.size_px, until=options.until)
    build(variant, options.out or RELEASED / variant.id)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
