# expect: pooled with the maximum
# global max pooling
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = nn.functional.adaptive_max_pool2d(self.wq(x), 1).softmax(1)
        return (q * self.wv(x)).sum(1, keepdim=True).sigmoid()
