# expect: divide by C // 2 once more
# mean in place of sum
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = self.wq(x).mean((2, 3), keepdim=True).softmax(dim=1)
        return torch.sigmoid((q * self.wv(x)).mean(1, keepdim=True))
