# expect: keeps the order of the numbers in memory
# attention between positions: view for permute
import torch
from torch import nn


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels={channels} reduction={reduction}")
        self.query = nn.Conv2d(channels, c, 1)
        self.key = nn.Conv2d(channels, c, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        b, c, h, w = x.shape
        q = self.query(x).reshape(b, h * w, -1)
        k = self.key(x).reshape(b, -1, h * w)
        return torch.softmax(torch.bmm(q, k), dim=-1)

    def forward(self, x):
        b, c, h, w = x.shape
        v = self.value(x).reshape(b, c, h * w)
        out = torch.bmm(v, self.attention(x).permute(0, 2, 1))
        return x + self.gamma * out.reshape(b, c, h, w)
