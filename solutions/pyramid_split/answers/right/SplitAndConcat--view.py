# concatenated, then given the axis of the scales
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        n = len(kernel_sizes)
        self.n, self.each = n, channels // n
        self.convs = nn.ModuleList([
            nn.Conv2d(in_channels, self.each, k, stride, k // 2, groups=g, bias=False) for (k, g) in zip(kernel_sizes, groups)
        ])

    def forward(self, x):
        y = torch.cat([conv(x) for conv in self.convs], dim=1)
        return y.view(x.size(0), self.n, self.each, y.size(2), y.size(3))
