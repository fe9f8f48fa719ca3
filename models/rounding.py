"""Round a net's weights to int8 so that its outputs, not its weights, stay close.

Many depthwise filters of EfficientNet-Lite0 are large weights that nearly cancel. Rounding
each weight to the nearest step then leaves a remainder that the (always positive, slowly
varying) input multiplies into an offset: most of the int8 loss came from there. So each weight
may go up or down, and the choice minimises the expected squared error of the channel's output,
e' H e, with e the rounding errors and H the second moments of the inputs on the calibration
pictures: the layer-wise objective of Nagel et al., "Up or Down?" (arXiv 2004.10568), solved
here by coordinate descent from the nearest rounding. What offset remains goes into the bias.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.nets.efficientnet_lite0 import EfficientNetLite0, SameConv
from models.progress import counted

INT8_GREATEST = 127
_SWEEPS = 3
_DAMPING = 1e-3
_PLACES_PER_PICTURE = 32
"""Positions used of each picture's maps: the moments need many pictures, not every position."""


def round_for_outputs(net: EfficientNetLite0, batches: list[Tensor]) -> None:
    """Move every convolution's weights onto its per-channel int8 grid, in place.

    `batches`: preprocessed RGB (n, 3, S, S). Each channel's greatest weight is left as it is, so
    that a quantiser that derives the step from it finds exactly this grid again.
    """
    layers = [module for module in net.modules() if isinstance(module, SameConv)]
    moments = [Moments(layer.conv) for layer in layers]
    with torch.no_grad():
        for batch in counted(batches, "reading moments, batch"):
            net.embed(list(net.stage_outputs(batch))[-1])
        for layer, seen in counted(list(zip(layers, moments, strict=True)), "rounding layer"):
            seen.stop()
            round_layer(layer.conv, seen.second(), seen.first())


class Moments:
    """First and second moments of what a convolution multiplies, gathered while it runs.

    Shapes (groups, taps) and (groups, taps, taps), float64: a depthwise layer has moments of
    its own for each channel, any other layer has one group.
    """

    def __init__(self, conv: nn.Conv2d) -> None:
        self._groups = conv.groups
        taps = conv.weight[0].numel()
        self._sum = torch.zeros(conv.groups, taps, dtype=torch.float64)
        self._products = torch.zeros(conv.groups, taps, taps, dtype=torch.float64)
        self._samples = 0
        self._chooser = torch.Generator().manual_seed(0)
        self._handle = conv.register_forward_pre_hook(self._see)

    def _see(self, conv: nn.Module, given: tuple[Tensor, ...]) -> None:
        assert isinstance(conv, nn.Conv2d)
        patches = nn.functional.unfold(given[0], conv.kernel_size, stride=conv.stride)
        pictures, _, places = patches.shape
        chosen = torch.randint(places, (_PLACES_PER_PICTURE,), generator=self._chooser)
        flat = (
            patches[:, :, chosen].permute(1, 0, 2).reshape(self._groups, -1, pictures * len(chosen))
        )
        self._sum += flat.double().sum(dim=2)
        self._products += (flat @ flat.transpose(1, 2)).double()
        self._samples += flat.shape[2]

    def stop(self) -> None:
        """See no more."""
        self._handle.remove()

    def first(self) -> Tensor:
        """The mean of each tap's input."""
        return self._sum / self._samples

    def second(self) -> Tensor:
        """The mean product of each two taps' inputs."""
        return self._products / self._samples


def round_layer(conv: nn.Conv2d, second: Tensor, first: Tensor) -> None:
    """Round one convolution in place; `second` and `first` as `Moments` gives them."""
    weights = conv.weight.double().flatten(1)
    taps = weights.shape[1]
    step = weights.abs().amax(dim=1, keepdim=True) / INT8_GREATEST
    mean_square = second.diagonal(dim1=1, dim2=2).mean(dim=1)[:, None, None]
    second = second + (_DAMPING * mean_square + 1e-12) * torch.eye(taps, dtype=torch.float64)
    greatest = weights.abs().argmax(dim=1)
    rounded = (weights / step).round() * step
    # One row of `slope` a channel: the objective's half gradient, kept up to date move by move.
    slope = _times(rounded - weights, second)
    for _ in range(_SWEEPS):
        for tap in range(taps):
            wanted = rounded[:, tap] - slope[:, tap] / second[:, tap, tap]
            whole = (wanted / step[:, 0]).round().clamp(-INT8_GREATEST, INT8_GREATEST)
            move = torch.where(greatest == tap, 0.0, whole * step[:, 0] - rounded[:, tap])
            rounded[:, tap] += move
            slope += move[:, None] * second[:, tap, :]
    offset = ((weights - rounded) * first).sum(dim=1)
    conv.weight.copy_(rounded.reshape(conv.weight.shape))
    conv.bias.add_(offset)


def _times(errors: Tensor, second: Tensor) -> Tensor:
    """Multiply each channel's row of errors by its group's matrix."""
    if len(second) == 1:
        return errors @ second[0]
    return torch.einsum("ot,ots->os", errors, second)
