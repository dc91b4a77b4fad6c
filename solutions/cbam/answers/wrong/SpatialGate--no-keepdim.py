# expect: lost their channel axis
# loses the channel axis before cat
import torch
from torch import nn


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("even kernel")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        mx = x.amax(dim=1)
        avg = x.mean(dim=1)
        y = torch.cat([mx, avg], dim=1)
        return torch.sigmoid(self.bn(self.conv(y)))
