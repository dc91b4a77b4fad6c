# expect: Nothing is pooled
# 1 x 1 convolutions at every position
import torch
from torch import nn


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if not hidden:
            raise ValueError(f"channels {channels} reduction {reduction}")
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        return self.fc2(self.fc1(x).relu()).sigmoid()
