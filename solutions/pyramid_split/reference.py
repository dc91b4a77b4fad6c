"""Pyramid split attention (Zhang, Zu, Lu, Zou & Meng, "EPSANet: An Efficient Pyramid Squeeze Attention Block on
Convolutional Neural Network", 2021).

Convolutions with kernels of several sizes look at the same features; for each channel a softmax over the sizes says how
much of each it gets. As in the authors' code (murufeng/EPSANet), each convolution sees all channels, one `SEWeight`
serves all scales, and the softmax acts on its sigmoid's outputs. Their code puts the scales out in reverse order;
here they stay in order.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class SEWeight(nn.Module):
    """The channel weights of an image, given out and not applied: `(B, C, H, W) -> (B, C, 1, 1)`.

    It is Squeeze-and-Excitation with 1x1 convolutions that have biases, as in the authors' `SEWeightModule`.

    Raises:
        ValueError: the bottleneck has no channel left, `channels // reduction == 0`.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        hidden = channels // reduction
        self.fc1 = nn.Conv2d(channels, hidden, kernel_size=1)
        self.fc2 = nn.Conv2d(hidden, channels, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(dim=(2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))


def channels_per_scale(channels: int, kernel_sizes: Sequence[int], groups: Sequence[int]) -> int:
    """Channels that each scale puts out.

    Raises:
        ValueError: the scales cannot share the channels, or do not have a number of groups each.
    """
    if len(kernel_sizes) != len(groups):
        raise ValueError(f"{len(kernel_sizes)} kernel sizes and {len(groups)} numbers of groups: one of each "
                         "for a scale")
    if channels % len(kernel_sizes):
        raise ValueError(f"{len(kernel_sizes)} scales cannot share {channels} channels")
    return channels // len(kernel_sizes)


class SplitAndConcat(nn.Module):
    """One convolution for each kernel size, all of the same features:
    `(B, in_channels, H, W) -> (B, S, channels // S, H', W')`.

    Raises:
        ValueError: as `channels_per_scale`, or (by torch) where a number of groups does not divide the channels.
    """

    def __init__(self, in_channels: int, channels: int, kernel_sizes: Sequence[int] = (3, 5, 7, 9),
                 groups: Sequence[int] = (1, 4, 8, 16), stride: int = 1) -> None:
        super().__init__()
        width = channels_per_scale(channels, kernel_sizes, groups)
        self.convs = nn.ModuleList(
            nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False)
            for k, g in zip(kernel_sizes, groups, strict=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([conv(x) for conv in self.convs], dim=1)


class PyramidSplitAttention(nn.Module):
    """Every channel of every scale times its share: `(B, in_channels, H, W) -> (B, channels, H', W')`, scale by scale.

    The shares of one channel over the S scales sum to one. They come from numbers between 0 and 1, so that no share is
    more than e times another.

    Raises:
        ValueError: as `SplitAndConcat`, and as `SEWeight` with `channels // S` channels.
    """

    def __init__(self, in_channels: int, channels: int, kernel_sizes: Sequence[int] = (3, 5, 7, 9),
                 groups: Sequence[int] = (1, 4, 8, 16), stride: int = 1, reduction: int = 16) -> None:
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)

    def forward(self, x: Tensor) -> Tensor:
        scales = self.split(x)
        weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
        shares = torch.softmax(weights, dim=1)
        return (scales * shares).flatten(1, 2)


class EPSABlock(nn.Module):
    """ResNet's bottleneck with pyramid split attention in place of its 3x3 convolution.

    `(B, in_channels, H, W) -> (B, 4 * planes, H', W')`. downsample: what makes the shortcut fit;
    None where x fits as it is.

    Raises:
        ValueError: as `PyramidSplitAttention`: planes that are no multiple of 64.
    """

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * planes)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.psa(y)))
        y = self.bn3(self.conv3(y))
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(y + shortcut)
