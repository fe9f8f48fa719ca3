"""Build a released model from nothing: `python -m models.release efficientnet-lite0-stride16-128`.

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

import numpy as np
import torch

from models.calibration import CALIBRATION_SEEDS, Picture, picture
from models.export import Until, float_tflite, output_specs, published_net
from models.golden import write_golden
from models.manifest import write_manifest
from models.progress import counted
from models.quantise import int8_tflite, preprocess
from models.rounding import round_for_outputs

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

    @property
    def command(self) -> str:
        """What rebuilds it, in the training environment, from the repository's top folder."""
        if self.id in RELEASES:
            return f"python -m models.release {self.id}"
        cut = f"--until {self.until.value} --size-px {self.size_px}"
        return f"python -m models.release {cut} --out {self.id}"


RELEASES: dict[str, Variant] = {
    variant.id: variant for variant in (Variant(size_px=128, until=Until.STRIDE16),)
}


def build(variant: Variant, folder: Path) -> None:
    """Write model.tflite, model.toml and golden.npz of `variant` into `folder`.

    Each file is replaced whole, the manifest last, so that a build that breaks off leaves a
    manifest whose sha256 refuses the mixture. Raises ValueError where the weights or the
    quantised graph are not what a release needs.
    """
    if variant.size_px % 32:
        raise ValueError(f"expected an input side divisible by 32, found {variant.size_px} px")
    # One thread: sums then have one order, whatever the number of cores.
    torch.set_num_threads(1)
    seeds = counted(CALIBRATION_SEEDS, "drawing calibration picture")
    pictures = [picture(seed, variant.size_px) for seed in seeds]
    net = published_net()
    round_for_outputs(net, _batches(pictures))
    _say(f"converting {variant.id} to float TFLite")
    float_model = float_tflite(net, size_px=variant.size_px, until=variant.until)
    names = tuple(spec.name for spec in output_specs(variant.until))
    model = int8_tflite(float_model, pictures, names)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        fresh = Path(scratch)
        (fresh / "model.tflite").write_bytes(model)
        write_golden(fresh / "model.tflite", fresh / "golden.npz", variant.size_px)
        write_manifest(
            fresh / "model.tflite",
            fresh / "model.toml",
            model_id=variant.id,
            build_command=variant.command,
            specs=output_specs(variant.until),
        )
        for name in ("model.tflite", "golden.npz", "model.toml"):
            (fresh / name).replace(folder / name)
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


def _batches(pictures: list[Picture]) -> list[torch.Tensor]:
    """Preprocessed RGB in the net's own layout, (16, 3, S, S) each."""
    together = np.concatenate([preprocess(shown) for shown in pictures])
    return list(torch.from_numpy(together).permute(0, 3, 1, 2).split(16))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
