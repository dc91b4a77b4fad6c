# expect: reverse order
# the loop of the authors' file
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
        w = torch.stack([self.se(y[:, i]) for i in range(self.s)], dim=1).softmax(1)
        y = y * w
        for i in range(self.s):
            if i == 0:
                out = y[:, i]
            else:
                out = torch.cat((y[:, i], out), 1)
        return out
