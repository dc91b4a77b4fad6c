"""Bottleneck Attention Module (Park, Woo, Lee & Kweon, "BAM: Bottleneck Attention Module", BMVC 2018).

Two branches look at the same features, one for each channel and one for each position; their maps are added, and one
sigmoid makes a gate of the sum. The paper puts BatchNorm at the end of each branch; here it stands after each hidden
layer, as in the authors' code (Jongchan/attention-module), so that their weights fit. That code multiplies the two maps
(`combine="product"`), and pools with a square window as high as the image.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from solutions.shared.bottleneck import hidden_channels


def conv_output_size(size: int, kernel_size: int, padding: int = 0, dilation: int = 1, stride: int = 1) -> int:
    """Height or width after a convolution or a pooling.

    Raises:
        ValueError: not even one position is left.
    """
    reach = dilation * (kernel_size - 1) + 1
    result = (size + 2 * padding - reach) // stride + 1
    if result < 1:
        raise ValueError(f"a kernel that spans {reach} does not fit into {size} with padding {padding}")
    return result


class ChannelBranch(nn.Module):
    """What each channel is worth, from the mean of each channel: `(B, C, H, W) -> (B, C, 1, 1)`, before the sigmoid
    (equation 2).

    Raises:
        ValueError: as `hidden_channels`.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        hidden = hidden_channels(channels, reduction)
        self.fc1 = nn.Linear(channels, hidden)
        self.bn = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        s = x.mean(dim=(2, 3))
        scores = self.fc2(torch.relu(self.bn(self.fc1(s))))
        return scores[:, :, None, None]


class SpatialBranch(nn.Module):
    """What each position is worth, from its surroundings: `(B, C, H, W) -> (B, 1, H, W)`, before the sigmoid (equation
    3).

    Two 3x3 convolutions whose taps lie `dilation` positions apart, between two 1x1 convolutions.

    Raises:
        ValueError: as `hidden_channels`.
    """

    def __init__(self, channels: int, reduction: int = 16, dilation: int = 4) -> None:
        super().__init__()
        hidden = hidden_channels(channels, reduction)
        self.reduce = nn.Conv2d(channels, hidden, 1)
        self.bn0 = nn.BatchNorm2d(hidden)
        self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.project = nn.Conv2d(hidden, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.relu(self.bn0(self.reduce(x)))
        h = torch.relu(self.bn1(self.conv1(h)))
        h = torch.relu(self.bn2(self.conv2(h)))
        return self.project(h)


class BAM(nn.Module):
    """Features gated by both branches, with a shortcut, `x + x * sigmoid(Mc + Ms)` (equation 1):
    `(B, C, H, W) -> (B, C, H, W)`.

    combine: "sum" as in the paper, or "product", `sigmoid(Mc * Ms)`, as in the authors' code.

    Raises:
        ValueError: another `combine`, or as `hidden_channels`.
    """

    def __init__(self, channels: int, reduction: int = 16, dilation: int = 4, combine: str = "sum") -> None:
        super().__init__()
        if combine not in ("sum", "product"):
            raise ValueError(f'combine is "sum" or "product", got {combine!r}')
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)
        self.combine = combine

    def forward(self, x: Tensor) -> Tensor:
        channel, spatial = self.channel(x), self.spatial(x)
        scores = channel + spatial if self.combine == "sum" else channel * spatial
        return x + x * torch.sigmoid(scores)


class RepairedSpatialAttention(nn.Module):
    """The spatial attention of a published snippet with its padding repaired: `(B, C, H, W) -> (B, C, H, W)`.

    Layer names are the snippet's, and so is the expanded result without a sigmoid. Published was `padding=1`, which
    takes `2 * dilation - 2` off each side's length in every layer.

    Raises:
        ValueError: as `hidden_channels`.
    """

    def __init__(self, channels: int, reduction: int = 16, num_layers: int = 3, dilation: int = 2) -> None:
        super().__init__()
        hidden = hidden_channels(channels, reduction)
        layers = OrderedDict(
            conv_reduce1=nn.Conv2d(channels, hidden, 1), bn_reduce1=nn.BatchNorm2d(hidden), relu_reduce1=nn.ReLU())
        for i in range(num_layers):
            layers[f"conv_{i}"] = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
            layers[f"bn_{i}"] = nn.BatchNorm2d(hidden)
            layers[f"relu_{i}"] = nn.ReLU()
        layers["last_conv"] = nn.Conv2d(hidden, 1, 1)
        self.sa = nn.Sequential(layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.sa(x).expand_as(x)
