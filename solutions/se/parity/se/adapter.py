"""Squeeze-and-Excitation: moskomule/senet.pytorch and timm."""
from torch import nn

from solutions.pyramid_split.reference import SEWeight
from solutions.se.reference import SEBlock
from solutions.shared.parity import Case, Skip, Unit


def se_layer(case: Case, channel: int, reduction: int = 16) -> Unit:
    return Unit(SEBlock(channel, reduction), names=(("fc.0", "excitation.fc1"), ("fc.2", "excitation.fc2")))


def se_module(
    case: Case,
    channels: int,
    rd_ratio: float = 1 / 16,
    rd_channels: int | None = None,
    rd_divisor: int = 8,
    add_maxpool: bool = False,
) -> Unit | Skip:
    """Quirk: the hidden width is rounded to the nearest multiple of a divisor."""
    if add_maxpool:
        return Skip("SEModule with add_maxpool: no exercise")
    hidden = rd_channels or max(rd_divisor, int(channels * rd_ratio + rd_divisor / 2) // rd_divisor * rd_divisor)
    weight = SEWeight(channels, reduction=1)
    weight.fc1, weight.fc2 = nn.Conv2d(channels, hidden, 1), nn.Conv2d(hidden, channels, 1)
    return Unit(weight, call=lambda x: x * weight(x))


UNITS = {"SELayer": se_layer, "SEModule (alias SqueezeExcite)": se_module}
