# expect: softmax runs over W alone
# softmax before flattening
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
        q = self.wq(x).softmax(-1).flatten(2)
        v = self.wv(x).flatten(2)
        z = (q * v).sum(-1)[..., None, None]
        z = self.wz(z).flatten(1)
        return self.ln(z).sigmoid()[..., None, None]
