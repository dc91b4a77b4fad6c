# expect: deals the channels out
# the axes of the view in the wrong order
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        self.s = len(kernel_sizes)
        self.convs = nn.ModuleList()
        for k, g in zip(kernel_sizes, groups):
            self.convs.append(nn.Conv2d(in_channels, channels // self.s, k, stride, k // 2, groups=g, bias=False))

    def forward(self, x):
        y = torch.cat([conv(x) for conv in self.convs], dim=1)
        b, c, h, w = y.shape
        return y.reshape(b, c // self.s, self.s, h, w).permute(0, 2, 1, 3, 4)
