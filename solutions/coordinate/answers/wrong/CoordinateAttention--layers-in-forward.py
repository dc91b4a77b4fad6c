# expect: missing: `conv1.weight`
import torch
import torch.nn.functional as F
from torch import nn


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.m = max(8, in_channels // reduction)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        rows, cols = directional_pool(x)
        line = torch.cat([rows, cols.transpose(2, 3)], dim=2)
        conv1 = nn.Conv2d(self.in_channels, self.m, 1).to(x)
        bn1 = nn.BatchNorm2d(self.m).to(x)
        conv_h = nn.Conv2d(self.m, self.out_channels, 1).to(x)
        conv_w = nn.Conv2d(self.m, self.out_channels, 1).to(x)
        line = F.hardswish(bn1(conv1(line)))
        rows, cols = line.split([H, W], dim=2)
        return x * conv_h(rows).sigmoid() * conv_w(cols.transpose(2, 3)).sigmoid()
