# expect: works on the last axis
# LayerNorm on (B, C, 1, 1)
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
        q = self.wq(x).flatten(2).softmax(-1)
        v = self.wv(x).flatten(2)
        z = torch.bmm(v, q.mT).unsqueeze(-1)
        return torch.sigmoid(self.ln(self.wz(z)))
