# expect: 8 is written in its place
# the 8 of the authors' code
import torch
from torch import nn


class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // 8
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).mT
        k = self.key(x).flatten(2)
        return (q @ k).softmax(-1)

    def forward(self, x):
        v = self.value(x).flatten(2)
        return x + self.gamma * (v @ self.attention(x).mT).view_as(x)
