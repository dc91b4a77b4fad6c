# expect: over the channels of a scale
# softmax over the wrong axis
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)

    def forward(self, x):
        y = self.split(x)
        w = torch.stack([self.se(s) for s in y.unbind(1)], 1)
        return (y * w.softmax(dim=2)).flatten(1, 2)
