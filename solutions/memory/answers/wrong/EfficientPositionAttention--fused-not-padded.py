# expect: another width than the values
# without the large map: fused-not-padded
import torch
import torch.nn.functional as F
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
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        out = F.scaled_dot_product_attention(q, k.transpose(1, 2), v, scale=1.0)
        return x + self.gamma * out.transpose(1, 2).reshape(x.shape)
