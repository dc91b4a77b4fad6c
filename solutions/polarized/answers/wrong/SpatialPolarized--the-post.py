# expect: channels of the query is missing
# the snippet of the post
import torch
from torch import nn


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, h, w = x.size()
        wv = self.wv(x).reshape(b, c // 2, -1)
        wq = nn.AdaptiveAvgPool2d((1, 1))(self.wq(x))
        wq = wq.permute(0, 2, 3, 1).reshape(b, 1, c // 2)
        wz = torch.matmul(wq, wv)
        return torch.sigmoid(wz.reshape(b, 1, h, w))
