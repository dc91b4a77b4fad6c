# expect: `stride` has no effect
# stride never used
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        self.convs = nn.ModuleList()
        for k, g in zip(kernel_sizes, groups):
            conv = nn.Conv2d(in_channels, channels // len(kernel_sizes), k, padding=k // 2, groups=g, bias=False)
            self.convs.append(conv)

    def forward(self, x):
        y = [c(x) for c in self.convs]
        return torch.stack(y, dim=1)
