# expect: `se` receives five axes
# hands the whole five-axis tensor to se
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)

    def forward(self, x):
        scales = self.split(x)
        weights = torch.softmax(self.se(scales), dim=1)
        return (scales * weights).flatten(1, 2)
