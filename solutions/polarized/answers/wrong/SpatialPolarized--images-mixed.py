# expect: with the values of every image
# weights of two axes in a matrix product
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        weights = self.wq(x).mean(dim=(2, 3)).softmax(dim=-1)
        sheet = weights @ self.wv(x).flatten(2)
        return torch.sigmoid(sheet.view(b, 1, h, w))
