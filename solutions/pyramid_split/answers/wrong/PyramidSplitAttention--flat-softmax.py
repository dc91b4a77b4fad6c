# expect: all channels of all scales
# softmax before the view
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.s = len(kernel_sizes)
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // self.s, reduction)

    def forward(self, x):
        y = self.split(x)
        w = torch.cat([self.se(y[:, i]) for i in range(self.s)], dim=1)
        w = torch.softmax(w, dim=1)
        return torch.cat([y[:, i] for i in range(self.s)], dim=1) * w
