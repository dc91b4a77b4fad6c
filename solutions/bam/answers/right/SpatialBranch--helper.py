# a function that makes a layer
from torch import nn


def block(c, d):
    return nn.Sequential(nn.Conv2d(c, c, 3, 1, d, d), nn.BatchNorm2d(c), nn.ReLU(inplace=True))


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError(f"{channels}//{reduction}")
        c = channels // reduction
        self.first = nn.Sequential(nn.Conv2d(channels, c, kernel_size=1), nn.BatchNorm2d(c), nn.ReLU(inplace=True))
        self.second = block(c, dilation)
        self.third = block(c, dilation)
        self.last = nn.Conv2d(c, 1, kernel_size=1)

    def forward(self, x):
        return self.last(self.third(self.second(self.first(x))))
