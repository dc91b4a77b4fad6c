# expect: 4 is written in its place
# 4 instead of the argument
import torch.nn.functional as F
from torch import nn


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=4, dilation=4)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=4, dilation=4)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv2(out)))
        return self.project(out)
