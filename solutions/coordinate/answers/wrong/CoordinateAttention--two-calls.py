# expect: apart
import torch.nn.functional as F
from torch import nn


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        x_h, x_w = directional_pool(x)
        a_h = self.conv_h(F.hardswish(self.bn1(self.conv1(x_h)))).sigmoid()
        a_w = self.conv_w(F.hardswish(self.bn1(self.conv1(x_w)))).sigmoid()
        return x * a_h * a_w
