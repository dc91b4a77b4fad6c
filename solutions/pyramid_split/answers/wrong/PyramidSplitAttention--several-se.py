# expect: SEWeight of its own
# one SEWeight per scale, as in the paper's figure
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        n = len(kernel_sizes)
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = nn.ModuleList([SEWeight(channels // n, reduction) for _ in range(n)])

    def forward(self, x):
        y = self.split(x)
        w = torch.stack([self.se[i](y[:, i]) for i in range(y.shape[1])], dim=1)
        return (y * torch.softmax(w, 1)).flatten(1, 2)
