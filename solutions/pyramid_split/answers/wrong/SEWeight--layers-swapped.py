# expect: first of your two layers gives `channels` channels
# inputs and outputs of both layers exchanged
import torch
from torch import nn


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Conv2d(h, channels, 1)
        self.fc2 = nn.Conv2d(channels, h, 1)

    def forward(self, x):
        s = x.mean((2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))
