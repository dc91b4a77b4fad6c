# expect: softmax over the positions is missing
# the query as it is
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
        q = self.wq(x).flatten(2)
        v = self.wv(x).flatten(2)
        z = torch.einsum("bqn,bcn->bc", q, v)
        z = self.ln(self.wz(z[:, :, None, None]).flatten(1))
        return torch.sigmoid(z)[:, :, None, None]
