# expect: turn the weights around, after the softmax
# the weights turned around, not the energies
import torch
from torch import nn


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        e = x.flatten(2) @ x.flatten(2).mT
        if self.negate:
            return e.amax(-1, keepdim=True) - e.softmax(-1)
        return e.softmax(-1)

    def forward(self, x):
        return x + self.gamma * (self.attention(x) @ x.flatten(2)).view_as(x)
