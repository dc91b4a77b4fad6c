# expect: one of yours gets (B, C // 2)
# wz without the two axes
import torch
from torch import nn


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        weights = self.wq(x).flatten(2).softmax(dim=2)
        values = self.wv(x).flatten(2)
        mean = (values * weights).sum(dim=2)
        scores = self.wz(mean)
        return torch.sigmoid(self.ln(scores))[:, :, None, None]
