"""Convolutional Block Attention Module (Woo, Park, Lee & Kweon, "CBAM: Convolutional Block Attention Module", ECCV
2018).

A gate for each channel from the mean and the maximum over the positions, through one shared bottleneck; then, of the
gated image, a gate for each position from the maximum and the mean over the channels, through one convolution. The
BatchNorm behind that convolution is in the authors' code (Jongchan/attention-module, with a momentum of 0.01) and not
in the paper: with `gate.bn = nn.Identity()` the paper's form is left.
timm's `CbamModule` has no biases in its bottleneck.
"""
import torch
from torch import Tensor, nn


class ChannelGate(nn.Module):
    """Channel weights in (0, 1), `sigmoid(mlp(mean) + mlp(max))` over H and W (equation 2):
    `(B, C, H, W) -> (B, C, 1, 1)`.

    Raises:
        ValueError: the bottleneck has no channel left, `channels // reduction == 0`.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        hidden = channels // reduction
        self.mlp = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))

    def forward(self, x: Tensor) -> Tensor:
        scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
        return torch.sigmoid(scores)[:, :, None, None]


class SpatialGate(nn.Module):
    """Position weights in (0, 1), `sigmoid(bn(conv([max, mean])))` over C (equation 3): `(B, C, H, W) -> (B, 1, H, W)`.

    Raises:
        ValueError: `kernel_size` is even.
    """

    def __init__(self, kernel_size: int = 7) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, so that it has a middle, got {kernel_size}")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x: Tensor) -> Tensor:
        pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
        return torch.sigmoid(self.bn(self.conv(pooled)))


class CBAM(nn.Module):
    """An image gated by channel, then by position (equation 1): `(B, C, H, W) -> (B, C, H, W)`.

    Raises:
        ValueError: as `ChannelGate` and `SpatialGate`.
    """

    def __init__(self, channels: int, reduction: int = 16, kernel_size: int = 7) -> None:
        super().__init__()
        self.channel_gate = ChannelGate(channels, reduction)
        self.spatial_gate = SpatialGate(kernel_size)

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)


def flexible_attention(x: Tensor, w1: Tensor, w2: Tensor) -> Tensor:
    """An image with its channels reweighted, `x * sigmoid(w2 relu(w1 mean) + w2 relu(w1 max))`:
    `(B, C, H, W) -> (B, C, H, W)`.

    `w1` is `(C // r, C)`, `w2` is `(C, C // r)`. A widely read post describes this as an attention of its own; it is
    the channel gate without biases, applied.
    """
    scores = sum(torch.relu(s @ w1.T) @ w2.T for s in (x.mean(dim=(2, 3)), x.amax(dim=(2, 3))))
    return x * torch.sigmoid(scores)[:, :, None, None]
