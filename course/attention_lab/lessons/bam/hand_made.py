"""A BAM block whose weights are set by hand, without training: it finds what stands out from its surroundings."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def made_to_stand_out(block: nn.Module) -> nn.Module:
    """Sets all weights of a block by hand, and returns it in eval mode. It reads the colours of a photograph.

    The channel branch says -2 for every channel. The spatial branch says -2 where a position is as bright as the mean
    of the eight that lie around it, as many steps away as the dilation says, and more where it is brighter or darker.

    block: a BAM of 3 channels and reduction 1.
    """
    for numbers in block.eval().parameters():
        numbers.zero_()
    for module in block.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.weight.fill_(1)
    get = block.get_parameter
    get("channel.fc2.bias").fill_(-2)
    get("spatial.reduce.weight")[0] = 1 / 3  # the brightness
    surround = torch.full((3, 3), -1 / 8)
    surround[1, 1] = 1
    get("spatial.conv1.weight")[0, 0], get("spatial.conv1.weight")[1, 0] = surround, -surround
    get("spatial.conv2.weight")[0, :2, 1, 1] = 1  # a middle tap alone, which passes on both differences
    get("spatial.project.weight")[0, 0] = 30
    get("spatial.project.bias").fill_(-2)
    return block
