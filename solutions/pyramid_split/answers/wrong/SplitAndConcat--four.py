# expect: not always four
# always four scales
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        c = channels // 4
        self.convs = nn.ModuleList()
        for i in range(4):
            k = kernel_sizes[i]
            self.convs.append(nn.Conv2d(in_channels, c, k, stride=stride, padding=k // 2, groups=groups[i], bias=False))

    def forward(self, x):
        return torch.stack([conv(x) for conv in self.convs], dim=1)
