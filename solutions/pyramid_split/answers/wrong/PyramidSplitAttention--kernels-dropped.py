# expect: 4 kernel sizes and 3 numbers of groups
# kernel_sizes is not handed on
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels: int, channels: int, kernel_sizes=(3, 5, 7, 9),
                 groups=(1, 4, 8, 16), stride: int = 1, reduction: int = 16) -> None:
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, groups=groups, stride=stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scales = self.split(x)
        weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
        return (scales * weights.softmax(dim=1)).flatten(1, 2)
