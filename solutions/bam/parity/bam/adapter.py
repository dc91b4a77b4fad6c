"""Bottleneck Attention Module: Jongchan/attention-module and xmu-xiaoma666/External-Attention-pytorch."""
from collections import OrderedDict

import torch
from torch import Tensor, nn

from solutions.bam.reference import BAM, ChannelBranch, RepairedSpatialAttention, SpatialBranch
from solutions.shared.parity import Case, Skip, Unit

CHANNEL = ("gate_c.gate_c_fc_0", "fc1"), ("gate_c.gate_c_bn_1", "bn"), ("gate_c.gate_c_fc_final", "fc2")
SPATIAL = (
    ("gate_s.gate_s_conv_reduce0", "reduce"),
    ("gate_s.gate_s_bn_reduce0", "bn0"),
    ("gate_s.gate_s_conv_di_0", "conv1"),
    ("gate_s.gate_s_bn_di_0", "bn1"),
    ("gate_s.gate_s_conv_di_1", "conv2"),
    ("gate_s.gate_s_bn_di_1", "bn2"),
    ("gate_s.gate_s_conv_final", "project"),
)


def square(x: Tensor) -> Tensor:
    """Quirk: the published pooling takes the height for both sides, so that on a wide image a part on the left
    counts alone."""
    return x[..., : x.shape[2]]


def channel_gate(case: Case, gate_channel: int, reduction_ratio: int = 16, num_layers: int = 1) -> Unit | Skip:
    if num_layers != 1:
        return Skip(f"a channel branch of {num_layers} hidden layers: no exercise")
    branch = ChannelBranch(gate_channel, reduction_ratio)
    return Unit(branch, call=lambda x: branch(square(x)).expand_as(x), names=CHANNEL)


def spatial_gate(
    case: Case, gate_channel: int, reduction_ratio: int = 16, dilation_conv_num: int = 2, dilation_val: int = 4
) -> Unit | Skip:
    if dilation_conv_num != 2:
        return Skip(f"a spatial branch of {dilation_conv_num} dilated convolutions: no exercise")
    branch = SpatialBranch(gate_channel, reduction_ratio, dilation_val)
    return Unit(branch, call=lambda x: branch(x).expand_as(x), names=SPATIAL)


def bam(case: Case, gate_channel: int) -> Unit:
    """Published only with a reduction of 16 and a dilation of 4. Its channel gate has the quirk of `square`."""
    names = (("channel_att", "channel"), ("spatial_att", "spatial"), *CHANNEL, *SPATIAL)
    block = BAM(gate_channel, combine="product")
    return Unit(block, call=lambda x: x + x * torch.sigmoid(block.channel(square(x)) * block.spatial(x)), names=names)


def bam_block(case: Case, channel: int = 512, reduction: int = 16, dia_val: int = 2) -> Unit:
    """Quirk: padded by 1 whatever the dilation is; a channel branch of three hidden layers; the maps are added."""
    hidden, layers = channel // reduction, OrderedDict()
    for i, width in enumerate((channel, hidden, hidden)):
        layers |= {f"fc{i}": nn.Linear(width, hidden), f"bn{i}": nn.BatchNorm1d(hidden), f"relu{i}": nn.ReLU()}
    block = nn.Module()
    block.ca = nn.Sequential(layers | {"last_fc": nn.Linear(hidden, channel)})
    block.sa = RepairedSpatialAttention(channel, reduction, num_layers=3, dilation=dia_val)
    for i in range(3):
        getattr(block.sa.sa, f"conv_{i}").padding = 1, 1

    def call(x: Tensor) -> Tensor:
        channels = block.ca(x.mean(dim=(2, 3)))[:, :, None, None]
        return x + x * torch.sigmoid(block.sa(x) + channels)

    return Unit(block, call, names=(("ca.ca", "ca"),))


UNITS = {
    "ChannelGate": channel_gate,
    "SpatialGate": spatial_gate,
    "BAM": bam,
    "BAMBlock (community, = seed 000 snippet)": bam_block,
}
