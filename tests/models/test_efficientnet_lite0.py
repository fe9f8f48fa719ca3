"""The net's definition and the preparation for int8; need the training environment."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is missing: run in the training environment")

from models.nets import efficientnet_lite0 as lite0  # noqa: E402
from models.rounding import INT8_GREATEST, Moments, round_layer  # noqa: E402


@pytest.fixture
def net() -> lite0.EfficientNetLite0:
    torch.manual_seed(0)
    return lite0.EfficientNetLite0()


def folded(net: lite0.EfficientNetLite0) -> lite0.EfficientNetLite0:
    """With batch statistics unlike those of a fresh net, so that folding has work to do."""
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    return lite0.fold_batch_norm(net)


def macs(net: lite0.EfficientNetLite0, size_px: int) -> int:
    counted = 0

    def count(module: torch.nn.Module, given: object, out: torch.Tensor) -> None:
        nonlocal counted
        per_output = module.weight[0].numel()
        counted += out.numel() * per_output

    for module in net.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            module.register_forward_hook(count)
    net.eval()(torch.zeros(1, 3, size_px, size_px))
    return counted


def test_parameters_are_the_published_number(net: lite0.EfficientNetLite0) -> None:
    assert sum(parameter.numel() for parameter in net.parameters()) == 4_652_008


def test_multiplications_are_near_the_published_number(net: lite0.EfficientNetLite0) -> None:
    """Google's table of the Lite models: 407 M at 224 px, which counts more than products."""
    assert 380e6 < macs(net, 224) < 407e6


def test_maps_have_the_strides_their_names_say(net: lite0.EfficientNetLite0) -> None:
    maps = list(net.eval().stage_outputs(torch.zeros(1, 3, 128, 128)))
    assert tuple(maps[lite0.STRIDE_8_STAGE].shape) == (1, 40, 16, 16)
    assert tuple(maps[lite0.STRIDE_16_STAGE].shape) == (1, 112, 8, 8)
    assert tuple(net.embed(maps[-1]).shape) == (1, 1280)


@pytest.mark.parametrize(("size", "kernel", "before"), [(8, 3, 0), (8, 5, 1), (7, 3, 1)])
def test_padding_is_tensorflows(size: int, kernel: int, before: int) -> None:
    """A stride-2 filter that only copies one tap tells where the window begins."""
    layer = lite0.SameConv(1, 1, kernel, stride=2, linear=True)
    layer.norm = torch.nn.Identity()
    layer.conv.weight.data.zero_()
    layer.conv.weight.data[0, 0, before, before] = 1.0
    shown = torch.arange(float(size * size)).reshape(1, 1, size, size)
    torch.testing.assert_close(layer(shown), shown[:, :, ::2, ::2])


def test_another_networks_weights_are_refused(net: lite0.EfficientNetLite0) -> None:
    state = dict(net.state_dict())
    state["stem.conv.weight"] = torch.zeros(32, 3, 5, 5)
    with pytest.raises(ValueError, match=r"stem\.conv\.weight"):
        lite0.load_published(net, state)
    del state["stem.conv.weight"]
    with pytest.raises(ValueError, match="tensors"):
        lite0.load_published(net, state)


def test_folding_keeps_the_function(net: lite0.EfficientNetLite0) -> None:
    shown = torch.rand(1, 3, 64, 64)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
    before = net.eval()(shown).detach()
    torch.testing.assert_close(lite0.fold_batch_norm(net)(shown), before, atol=1e-4, rtol=1e-4)


def test_dead_channels_get_a_step_their_bias_fits_in(net: lite0.EfficientNetLite0) -> None:
    folded(net)
    net.stem.conv.weight.data[3] = 0.0
    net.stem.conv.weight.data[5] *= 1e-7
    assert lite0.give_dead_channels_a_scale(net) == 2
    greatest = net.stem.conv.weight.detach().abs().flatten(1).amax(dim=1)
    assert float(greatest.min()) >= 0.99 * lite0.DEAD_WEIGHT


def test_rounding_lies_on_the_grid_and_beats_the_nearest() -> None:
    torch.manual_seed(0)
    conv = torch.nn.Conv2d(6, 6, 5, groups=6)
    # Positive and slowly varying, as maps after ReLU6 are: where the nearest rounding is bad.
    shown = torch.rand(8, 6, 5, 5).repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)
    original = conv.weight.detach().clone()
    step = original.abs().flatten(1).amax(dim=1)[:, None, None, None] / INT8_GREATEST
    with torch.no_grad():
        wanted = conv(shown)
        nearest = torch.nn.functional.conv2d(
            shown, (original / step).round() * step, conv.bias, groups=6
        )
        moments = Moments(conv)
        conv(shown)
        moments.stop()
        round_layer(conv, moments.second(), moments.first())
        found = conv(shown)
    whole = conv.weight.detach() / step
    torch.testing.assert_close(whole, whole.round(), atol=1e-3, rtol=0)
    assert float(whole.abs().max()) == pytest.approx(INT8_GREATEST, abs=1e-3)
    error, nearest_error = (each.sub(wanted).square().mean() for each in (found, nearest))
    assert float(error) < 0.5 * float(nearest_error)
