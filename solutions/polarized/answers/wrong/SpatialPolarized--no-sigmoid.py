# expect: sigmoid at the end is missing
# the sigmoid is left to the block
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = self.wq(x).mean((2, 3)).softmax(1)
        s = torch.einsum("bc,bchw->bhw", q, self.wv(x))
        return s.unsqueeze(1)
