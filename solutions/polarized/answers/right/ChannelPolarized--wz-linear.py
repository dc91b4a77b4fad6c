# wz as a linear layer, LayerNorm of (C, 1, 1)
import torch
from torch import nn


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Linear(channels // 2, channels)
        self.ln = nn.LayerNorm((channels, 1, 1))

    def forward(self, x):
        weights = self.wq(x).flatten(2).softmax(dim=2)
        values = self.wv(x).flatten(2)
        mean = (values @ weights.mT)[..., 0]
        scores = self.wz(mean)[:, :, None, None]
        return self.ln(scores).sigmoid()
