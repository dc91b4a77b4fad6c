"""Dual Attention Network: junfu1115/DANet."""
from torch import nn

from solutions.danet.reference import ChannelAttention, DANetHead, PositionAttention
from solutions.memory.reference import EfficientPositionAttention
from solutions.shared.parity import Case, Skip, Unit

PROJECTIONS = ("query_conv", "query"), ("key_conv", "key"), ("value_conv", "value")
HEAD = (
    ("conv5a", "position_in"),
    ("conv5c", "channel_in"),
    ("sa", "position"),
    ("sc", "channel"),
    ("conv51", "position_out"),
    ("conv52", "channel_out"),
    ("conv6", "classify_position"),
    ("conv7", "classify_channel"),
    ("conv8", "classify_fused"),
    *PROJECTIONS,
)


def position_attention(case: Case, in_dim: int) -> Unit:
    """Asked of both of our forms in turn: the efficient one in training mode, where only its backward pass differs."""
    kind = EfficientPositionAttention if case.mode == "train" else PositionAttention
    return Unit(kind(in_dim), names=PROJECTIONS)


def channel_attention(case: Case, in_dim: int) -> Unit:
    """`in_dim` is kept in the published module and never used."""
    return Unit(ChannelAttention(negate=True))


def head(case: Case, in_channels: int, out_channels: int, norm_layer: str) -> Unit | Skip:
    """Recorded with a dropout probability of 0."""
    if norm_layer != "BatchNorm2d":
        return Skip(f"{norm_layer} in the place of BatchNorm2d: no exercise")
    module = DANetHead(in_channels, out_channels)
    for dropout in module.modules():
        if isinstance(dropout, nn.Dropout2d):
            dropout.p = 0.0

    def call(x):
        return dict(zip(("sasc", "sa", "sc"), module(x), strict=True))

    return Unit(module, call, names=HEAD)


UNITS = {"PAM_Module": position_attention, "CAM_Module": channel_attention, "DANetHead": head}
