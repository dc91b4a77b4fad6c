# expect: divided by sqrt(D) of the queries
# products scaled by hand
import torch
from torch import nn


class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).mT
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).mT
        out = torch.cat([(s @ k / s.shape[-1] ** .5).softmax(-1) @ v for s in q.split(128, dim=1)], 1)
        return x + self.gamma * out.mT.reshape(x.shape)
