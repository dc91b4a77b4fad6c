# expect: add the weighted scales up
# sum over the scales
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)

    def forward(self, x):
        f = self.split(x)
        a = torch.softmax(torch.stack([self.se(f[:, i]) for i in range(f.size(1))], 1), dim=1)
        return torch.sum(f * a, dim=1)
