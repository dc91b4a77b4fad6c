# expect: H and W exchanged
# w and h in the wrong order
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, w, h = x.shape
        q = self.wq(x).mean((2, 3)).softmax(1)
        s = torch.einsum("bc,bcn->bn", q, self.wv(x).flatten(2))
        return s.sigmoid().view(b, 1, h, w)
