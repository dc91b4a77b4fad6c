"""EPSANet: murufeng/EPSANet. Its scales leave in reverse order, and the layers behind them are numbered accordingly."""
from collections.abc import Sequence

from torch import Tensor, nn

from solutions.pyramid_split.reference import EPSABlock, PyramidSplitAttention, SEWeight
from solutions.shared.parity import Case, Unit

KERNELS, GROUPS = (3, 5, 7, 9), (1, 4, 8, 16)
CONVS = tuple((f"conv_{i + 1}", f"split.convs.{i}") for i in range(4))
DOWNSAMPLE = "Conv2d(inplanes,4*planes,1,stride,bias=False)+BatchNorm2d"
# Of a block: what stands behind the scales, and the axis of its channels there.
BEHIND = {"bn2.weight": 0, "bn2.bias": 0, "bn2.running_mean": 0, "bn2.running_var": 0, "conv3.weight": 1}


def reversed_scales(tensor: Tensor, axis: int, scales: int = 4) -> Tensor:
    """Quirk: the published loop puts each scale in front of the ones before it."""
    return tensor.unflatten(axis, (scales, -1)).flip(axis).flatten(axis, axis + 1)


class ReversedUnit(Unit):
    """A block whose recorded state and gradients behind the scales are those of the reverse order."""

    def load(self, case: Case) -> dict[str, Tensor]:
        state = super().load(case)
        for name, axis in BEHIND.items():
            state[name].data.copy_(reversed_scales(state[name].data, axis))
        return state

    def observe(self, case: Case) -> dict[str, Tensor]:
        observed = super().observe(case)
        for name in observed:
            kind, _, official = name.partition(".")
            if official in BEHIND and kind in ("grad_param", "after_buffer"):
                observed[name] = reversed_scales(observed[name].detach(), BEHIND[official])
        return observed


def se_weight(case: Case, channels: int, reduction: int = 16) -> Unit:
    return Unit(SEWeight(channels, reduction))


def psa(case: Case, inplans: int, planes: int, conv_kernels: Sequence[int] = KERNELS, stride: int = 1,
        conv_groups: Sequence[int] = GROUPS) -> Unit:
    module = PyramidSplitAttention(inplans, planes, conv_kernels, conv_groups, stride)
    return Unit(module, call=lambda x: reversed_scales(module(x), 1), names=CONVS)


def epsa_block(case: Case, inplanes: int, planes: int, stride: int = 1, downsample: str | None = None,
               conv_kernels: Sequence[int] = KERNELS, conv_groups: Sequence[int] = GROUPS) -> Unit:
    assert downsample in (None, DOWNSAMPLE), f"unknown downsample {downsample!r}"
    shortcut = downsample and nn.Sequential(
        nn.Conv2d(inplanes, 4 * planes, 1, stride, bias=False), nn.BatchNorm2d(4 * planes)
    )
    block = EPSABlock(inplanes, planes, stride, shortcut)
    block.psa = PyramidSplitAttention(planes, planes, conv_kernels, conv_groups, stride)
    return ReversedUnit(block, names=(("conv2", "psa"), *CONVS))


UNITS = {"SEWeightModule": se_weight, "PSAModule": psa, "EPSABlock": epsa_block}
