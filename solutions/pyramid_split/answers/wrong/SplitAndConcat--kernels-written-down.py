# expect: `convs.1.weight` has shape (8, 6, 5, 5), expected (8, 6, 3, 3)
# 3, 5, 7, 9 whatever is asked
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels: int, channels: int, kernel_sizes=(3, 5, 7, 9),
                 groups=(1, 4, 8, 16), stride: int = 1) -> None:
        super().__init__()
        each = channels // len(kernel_sizes)
        self.convs = nn.ModuleList()
        for k, g in zip((3, 5, 7, 9), groups):
            conv = nn.Conv2d(in_channels, each, k, stride, k // 2, groups=g, bias=False)
            self.convs.append(conv)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([conv(x) for conv in self.convs], dim=1)
