import torch
import torch.nn.functional as F
from torch import nn


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = in_channels // reduction if in_channels // reduction > 8 else 8
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w
