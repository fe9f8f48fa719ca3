"""EfficientNet-Lite0, cut so that its inner maps can be used as features.

The Lite variants of EfficientNet (Tan & Le, arXiv 1905.11946; Google's "EfficientNet-Lite"
announcement of March 2020) drop squeeze-and-excite and use ReLU6, which is what an int8
runtime is fast and accurate at. Strided convolutions pad like TensorFlow's "SAME": with an
even input the extra row and column lie at the bottom and right. The published weights were
trained so, and centred padding shifts every feature map by part of a cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

INPUT_MEAN = 127.0
INPUT_SPREAD = 128.0
"""Preprocessing the weights expect: (value − 127) / 128 on RGB in 0…255."""

STEM_CHANNELS = 32
EMBEDDING_CHANNELS = 1280
IMAGENET_CLASSES = 1000
_BATCH_NORM_EPSILON = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One row of the network's table: `repeats` blocks, the first with `stride`."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    channels: int


STAGES: tuple[Stage, ...] = (
    Stage(repeats=1, kernel=3, stride=1, expand=1, channels=16),
    Stage(repeats=2, kernel=3, stride=2, expand=6, channels=24),
    Stage(repeats=2, kernel=5, stride=2, expand=6, channels=40),
    Stage(repeats=3, kernel=3, stride=2, expand=6, channels=80),
    Stage(repeats=3, kernel=5, stride=1, expand=6, channels=112),
    Stage(repeats=4, kernel=5, stride=2, expand=6, channels=192),
    Stage(repeats=1, kernel=3, stride=1, expand=6, channels=320),
)

STRIDE_8_STAGE = 2
STRIDE_16_STAGE = 4
"""Indices into STAGES of the last stage at that stride (40 and 112 channels)."""


class SameConv(nn.Module):
    """Convolution, batch norm and (unless `linear`) ReLU6, padded like TensorFlow's "SAME"."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        groups: int = 1,
        linear: bool = False,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride=stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=_BATCH_NORM_EPSILON)
        self.activation = nn.Identity() if linear else nn.ReLU6()

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, ceil(H / stride), ceil(W / stride))."""
        top, bottom = _same_padding(x.shape[-2], self.conv)
        left, right = _same_padding(x.shape[-1], self.conv)
        if top or bottom or left or right:
            x = nn.functional.pad(x, (left, right, top, bottom))
        return self.activation(self.norm(self.conv(x)))


def _same_padding(size: int, conv: nn.Conv2d) -> tuple[int, int]:
    kernel, stride = conv.kernel_size[0], conv.stride[0]
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class InvertedResidual(nn.Module):
    """Expand, depthwise, project; with a shortcut where the shape does not change."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int, expand: int) -> None:
        super().__init__()
        hidden = inputs * expand
        self.expand = SameConv(inputs, hidden, 1) if expand != 1 else nn.Identity()
        self.depthwise = SameConv(hidden, hidden, kernel, stride=stride, groups=hidden)
        self.project = SameConv(hidden, outputs, 1, linear=True)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.shortcut else y


class EfficientNetLite0(nn.Module):
    """The whole classifier; `forward` is what the published weights were trained for."""

    def __init__(self, classes: int = IMAGENET_CLASSES) -> None:
        super().__init__()
        self.stem = SameConv(3, STEM_CHANNELS, 3, stride=2)
        stages = []
        inputs = STEM_CHANNELS
        for stage in STAGES:
            blocks = []
            for index in range(stage.repeats):
                blocks.append(
                    InvertedResidual(
                        inputs,
                        stage.channels,
                        kernel=stage.kernel,
                        stride=stage.stride if index == 0 else 1,
                        expand=stage.expand,
                    )
                )
                inputs = stage.channels
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.head = SameConv(inputs, EMBEDDING_CHANNELS, 1)
        self.classifier = nn.Linear(EMBEDDING_CHANNELS, classes)

    def stage_outputs(self, x: Tensor) -> Iterator[Tensor]:
        """Yield each stage's map in order, so that a caller can stop early."""
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
            yield x

    def embed(self, last_map: Tensor) -> Tensor:
        """Turn the last stage's map (N, 320, h, w) into the pooled embedding (N, 1280)."""
        return self.head(last_map).mean(dim=(2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return class logits (N, classes) for preprocessed RGB (N, 3, H, W)."""
        *_, last_map = self.stage_outputs(x)
        return self.classifier(self.embed(last_map))


def load_published(net: EfficientNetLite0, published: dict[str, Tensor]) -> None:
    """Fill `net` with the published state dict, matched by order and checked by shape.

    The two definitions name their layers differently but list them in the same order.
    Raises ValueError where the counts or a shape differ: then the file is another network.
    """
    own = net.state_dict()
    if len(own) != len(published):
        raise ValueError(
            f"expected {len(own)} tensors of EfficientNet-Lite0, found {len(published)}; "
            "install the version of the weights' package that pyproject.toml names"
        )
    filled = {}
    for (own_name, want), (name, found) in zip(own.items(), published.items(), strict=True):
        if want.shape != found.shape:
            raise ValueError(
                f"expected shape {tuple(want.shape)} for {own_name}, "
                f"found {tuple(found.shape)} in {name}"
            )
        filled[own_name] = found
    net.load_state_dict(filled)


def fold_batch_norm(net: EfficientNetLite0) -> EfficientNetLite0:
    """Return `net` in evaluation mode with every batch norm folded into its convolution.

    The quantiser then sees the weights that the device multiplies with.
    """
    net.eval()
    for module in net.modules():
        if isinstance(module, SameConv):
            module.conv = torch.nn.utils.fuse_conv_bn_eval(module.conv, module.norm)
            module.norm = nn.Identity()
    return net


DEAD_WEIGHT = 2e-4
"""Greatest weight of a channel below which the channel counts as constant."""


def give_dead_channels_a_scale(net: EfficientNetLite0) -> int:
    """Make the channels that training switched off survive int8; return how many there were.

    After folding, some channels have weights of 1e-7 or 0 and only their bias left. An int8
    channel's step follows its greatest weight, and its int32 bias is counted in that step: here
    the bias overflows, and a constant of +0.5 came out as 0 on one processor and may come out
    as 6 on another. Raising the channel's greatest weight to DEAD_WEIGHT keeps the bias in
    range and changes the channel by at most 6 · DEAD_WEIGHT, a twentieth of an int8 step.
    """
    raised = 0
    with torch.no_grad():
        for module in net.modules():
            if not isinstance(module, SameConv):
                continue
            weights = module.conv.weight.flatten(1)
            for channel in torch.nonzero(weights.abs().amax(dim=1) < DEAD_WEIGHT).flatten():
                greatest = weights[channel].abs().argmax()
                weights[channel, greatest] = DEAD_WEIGHT
                raised += 1
    return raised
