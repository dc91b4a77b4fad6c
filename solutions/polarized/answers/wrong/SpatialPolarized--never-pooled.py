# expect: is not pooled
# forgot the mean over the positions
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = torch.softmax(self.wq(x), dim=1)
        v = self.wv(x)
        return torch.sigmoid((q * v).sum(dim=1, keepdim=True))
