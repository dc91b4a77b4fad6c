# F.pad and a convolution without padding
import torch
import torch.nn.functional as F
from torch import nn


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("kernel_size must be odd")
        self.half = kernel_size // 2
        self.conv = nn.Conv2d(2, 1, kernel_size, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        pooled = torch.stack((x.amax(1), x.mean(1)), dim=1)
        y = self.conv(F.pad(pooled, (self.half,) * 4))
        return torch.sigmoid(self.bn(y))
