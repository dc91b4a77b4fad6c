import torch
import torch.nn.functional as F
from torch import nn


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Linear(in_channels, m)
        self.bn1 = nn.BatchNorm1d(m)
        self.conv_h = nn.Linear(m, out_channels)
        self.conv_w = nn.Linear(m, out_channels)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        line = torch.cat([x_h.flatten(2), x_w.flatten(2)], dim=2).transpose(1, 2)
        line = F.hardswish(self.bn1(self.conv1(line).transpose(1, 2))).transpose(1, 2)
        a_h = self.conv_h(line[:, :h]).sigmoid().transpose(1, 2).unsqueeze(3)
        a_w = self.conv_w(line[:, h:]).sigmoid().transpose(1, 2).unsqueeze(2)
        return x * a_h * a_w
