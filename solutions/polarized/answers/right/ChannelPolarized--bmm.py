# matrix product, reshape
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
        b, c, h, w = x.size()
        n = h * w
        q = torch.softmax(self.wq(x).reshape(b, n, 1), dim=1)
        v = self.wv(x).reshape(b, c // 2, n)
        z = torch.bmm(v, q).reshape(b, c // 2, 1, 1)
        z = self.wz(z).reshape(b, c)
        return torch.sigmoid(self.ln(z)).reshape(b, c, 1, 1)
