"""SCNet (Liu, Hou, Cheng, Wang and Feng, "Improving Convolutional Networks with Self-Calibrated Convolutions", CVPR
2020).

A 3x3 convolution is split into four smaller ones, and one of them works on a map that was averaged over cells: a wide
view for the weights of a narrow one. The exercises follow the authors' code (MCG-NKU/SCNet), which enlarges the
averaged map by nearest interpolation; the paper says bilinear.
What differs: dilation, groups and the variant with an average pooling for the stride (`avd`) are left out.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def conv_bn(channels: int, stride: int = 1) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    """A 3x3 convolution without bias that keeps the channels, and its BatchNorm."""
    return nn.Conv2d(channels, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels)


class SCConv(nn.Module):
    """A convolution whose result is gated by what is around each position: `(B, C, H, W) -> (B, C, H', W')`.

    Raises:
        RuntimeError: H or W is smaller than `pooling` (torch's own).
    """

    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
        self.k3 = nn.Sequential(*conv_bn(channels))
        self.k4 = nn.Sequential(*conv_bn(channels, stride))

    def forward(self, x: Tensor) -> Tensor:
        around = F.interpolate(self.k2(x), size=x.shape[2:], mode="nearest")
        gate = torch.sigmoid(x + around)
        return self.k4(self.k3(x) * gate)


class SCBottleneck(nn.Module):
    """ResNet's bottleneck, one half of it plain and the other self-calibrated:
    `(B, in_channels, H, W) -> (B, 4 * planes, H', W')`.

    downsample: what makes the shortcut fit; None where x fits as it is.
    """

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample: nn.Module | None = None) -> None:
        super().__init__()
        width, out_channels = planes // 2, self.expansion * planes
        self.conv1_a = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(width)
        self.k1 = nn.Sequential(*conv_bn(width, stride))
        self.conv1_b = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(width)
        self.scconv = SCConv(width, stride)
        self.conv3 = nn.Conv2d(2 * width, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        a = torch.relu(self.bn1_a(self.conv1_a(x)))
        a = torch.relu(self.k1(a))
        b = torch.relu(self.bn1_b(self.conv1_b(x)))
        b = torch.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(y + shortcut)
