# expect: kernel size must be 3 or 7
# allows 3 and 7 only, by an assert
import torch
from torch import nn


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        assert kernel_size in (3, 7), "kernel size must be 3 or 7"
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        mx = x.amax(dim=1, keepdim=True)
        avg = x.mean(dim=1, keepdim=True)
        y = torch.cat([mx, avg], dim=1)
        return torch.sigmoid(self.bn(self.conv(y)))
