# expect: made for all channels at once
# SEWeight(channels) on the concatenated scales
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.s = len(kernel_sizes)
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels, reduction)

    def forward(self, x):
        f = self.split(x)
        b, s, c, h, w = f.shape
        a = self.se(f.view(b, s * c, h, w)).view(b, s, c, 1, 1)
        return (f * a.softmax(1)).view(b, s * c, h, w)
