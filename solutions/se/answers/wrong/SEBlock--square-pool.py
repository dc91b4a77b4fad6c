# expect: Given input size: (8x7x4)
# Pools with an H x H window, wrong for non-square maps.
import torch
import torch.nn.functional as F
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        pooled = F.avg_pool2d(x, x.size(2), stride=x.size(2))[:, :, 0, 0]
        return x * self.excitation(pooled)[:, :, None, None]
