# expect: stride
import torch
import torch.nn.functional as F
from torch import nn


class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)
