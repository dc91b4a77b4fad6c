# expect: over the positions after the product
# softmax where the authors' file has it
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        q = self.wq(x).mean((2, 3)).unsqueeze(1)
        v = self.wv(x).view(b, c // 2, h * w)
        s = torch.softmax(q @ v, dim=2)
        return torch.sigmoid(s).view(b, 1, h, w)
