# attention between channels: flatten
import torch
from torch import nn


class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        self.negate = negate

    def attention(self, x):
        X = x.flatten(2)
        E = X @ X.transpose(1, 2)
        if self.negate:
            E = E.max(dim=-1, keepdim=True).values - E
        return nn.functional.softmax(E, dim=-1)

    def forward(self, x):
        A = self.attention(x)
        out = A @ x.flatten(2)
        return x + self.gamma * out.reshape(x.shape)
