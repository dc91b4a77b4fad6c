# expect: padding is 1 whatever the kernel is
# padding=1 from the 3 x 3 habit
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        c = channels // len(kernel_sizes)
        self.convs = nn.ModuleList()
        for k, g in zip(kernel_sizes, groups):
            self.convs.append(nn.Conv2d(in_channels, c, k, stride, padding=1, groups=g, bias=False))

    def forward(self, x):
        return torch.stack([conv(x) for conv in self.convs], dim=1)
