# two 1x1 convolutions and adaptive pooling
import torch
import torch.nn.functional as F
from torch import nn


class ChannelGate(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        mid = channels // reduction
        if mid == 0:
            raise ValueError(f"reduction {reduction} too large for {channels} channels")
        self.mlp = nn.Sequential(nn.Conv2d(channels, mid, kernel_size=1), nn.ReLU(inplace=True), nn.Conv2d(mid, channels, kernel_size=1))

    def forward(self, x):
        avg_out = self.mlp(F.adaptive_avg_pool2d(x, 1))
        max_out = self.mlp(F.adaptive_max_pool2d(x, 1))
        return torch.sigmoid(avg_out + max_out)
