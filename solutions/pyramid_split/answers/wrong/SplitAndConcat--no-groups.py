# expect: `groups` has no effect
# forgot the groups
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        c = channels // len(kernel_sizes)
        self.convs = nn.ModuleList([nn.Conv2d(in_channels, c, k, stride, k // 2, bias=False) for k in kernel_sizes])

    def forward(self, x):
        return torch.stack([conv(x) for conv in self.convs], dim=1)
