# expect: k1's convolution has no stride
import torch
import torch.nn.functional as F
from torch import nn


class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w))
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)
