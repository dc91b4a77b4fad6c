# expect: ReLU in front of wz
# a ReLU, as in SE
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
        a = self.wq(x).flatten(2).softmax(dim=2)
        v = self.wv(x).flatten(2)
        s = (a * v).sum(dim=2)[:, :, None, None]
        s = self.wz(torch.relu(s)).flatten(1)
        return torch.sigmoid(self.ln(s))[:, :, None, None]
