# expect: sees a part of the input channels
# each convolution on its own chunk
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        s = len(kernel_sizes)
        self.convs = nn.ModuleList()
        for k, g in zip(kernel_sizes, groups):
            self.convs.append(nn.Conv2d(in_channels // s, channels // s, k, stride, k // 2, groups=g, bias=False))

    def forward(self, x):
        parts = torch.chunk(x, len(self.convs), dim=1)
        return torch.stack([conv(p) for conv, p in zip(self.convs, parts)], dim=1)
