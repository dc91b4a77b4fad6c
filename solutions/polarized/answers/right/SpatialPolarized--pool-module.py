# AdaptiveAvgPool2d and a softmax module
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        q = self.softmax(self.pool(self.wq(x)))
        return (self.wv(x) * q).sum(dim=1, keepdim=True).sigmoid()
