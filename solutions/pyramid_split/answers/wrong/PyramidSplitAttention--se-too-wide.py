# expect: made for all `channels`
# SEWeight for all channels, asked about one scale
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels, reduction)

    def forward(self, x):
        scales = self.split(x)
        weights = torch.stack([self.se(s) for s in scales.unbind(1)], dim=1)
        return (scales * weights.softmax(dim=1)).flatten(1, 2)
