# einsum
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = torch.einsum("bchw->bc", self.wq(x)) / (x.shape[2] * x.shape[3])
        m = torch.einsum("bc,bchw->bhw", w.softmax(-1), self.wv(x))
        return 1 / (1 + torch.exp(-m[:, None]))
