"""The authors' BAM on maps that are not square, of which no case is recorded."""

import pytest
import torch
import torch.nn.functional as F

from solutions.bam.parity.bam.adapter import bam


def published(block, x):
    """What the authors' pooling makes of the gate: a window as high and as wide as the image is high, moved by its
    own size."""
    height = x.shape[2]
    pooled = F.avg_pool2d(x, height, stride=height).flatten(1)
    channels = block.channel.fc2(block.channel.bn(block.channel.fc1(pooled)).relu())[:, :, None, None].expand_as(x)
    return (1 + (channels * block.spatial(x).expand_as(x)).sigmoid()) * x


@pytest.mark.parametrize("size", [(5, 5), (5, 8), (4, 7)])
@pytest.mark.parametrize("train", [False, True])
def test_the_channel_gate_sees_a_square_on_the_left_alone(size, train):
    torch.manual_seed(0)
    unit = bam(None, 32)
    block = unit.module.double().train(train)
    x = torch.randn(3, 32, *size, dtype=torch.float64)
    torch.testing.assert_close((unit.call or unit.module)(x), published(block, x), rtol=0, atol=1e-12)
