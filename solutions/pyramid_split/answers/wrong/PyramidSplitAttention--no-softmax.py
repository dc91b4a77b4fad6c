# expect: softmax over the scales is missing
# the sigmoid is gate enough
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)

    def forward(self, x):
        out = []
        for scale in self.split(x).unbind(1):
            out.append(scale * self.se(scale))
        return torch.cat(out, 1)
