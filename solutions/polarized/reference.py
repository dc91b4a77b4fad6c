"""Polarized Self-Attention (Liu, Liu, Fan & Huang, "Polarized Self-Attention: Towards High-quality Pixel-wise
Regression", 2021).

Two gates. Each collapses one direction of the features completely, by a weighted mean whose weights are a softmax, and
keeps the other one at high resolution: C // 2 channels, or every position. The exercises are the paper's form. The
authors' code (DeLightCMU/PSA) differs from it, and its two layouts from each other: `AuthorsPolarized`.
"""

import torch
from torch import Tensor, nn

LAYOUTS = "parallel", "sequential"


def half(channels: int) -> int:
    """The channels that are kept inside a branch.

    Raises:
        ValueError: none is left.
    """
    if channels < 2:
        raise ValueError(f"channels // 2 must be at least 1: channels={channels}")
    return channels // 2


def checked(layout: str) -> str:
    """The layout as it is.

    Raises:
        ValueError: it is neither "parallel" nor "sequential".
    """
    if layout not in LAYOUTS:
        raise ValueError(f'layout is "parallel" or "sequential", got {layout!r}')
    return layout


class ChannelPolarized(nn.Module):
    """A gate for each channel, from a weighted mean over the positions: `(B, C, H, W) -> (B, C, 1, 1)`.

    Raises:
        ValueError: as `half`.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = half(channels)
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, inner, 1)
        self.wz = nn.Conv2d(inner, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.wq(x).flatten(2).softmax(dim=2)  # (B, 1, N)
        values = self.wv(x).flatten(2)
        summary = values @ weights.transpose(1, 2)  # (B, C // 2, 1)
        scores = self.wz(summary[:, :, :, None])
        return torch.sigmoid(self.ln(scores.flatten(1)))[:, :, None, None]


class SpatialPolarized(nn.Module):
    """A gate for each position, from a weighted mean over the channels: `(B, C, H, W) -> (B, 1, H, W)`.

    Raises:
        ValueError: as `half`.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = half(channels)
        self.wq = nn.Conv2d(channels, inner, 1)
        self.wv = nn.Conv2d(channels, inner, 1)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.wq(x).mean(dim=(2, 3)).softmax(dim=1)  # (B, C // 2)
        values = self.wv(x).flatten(2)
        scores = weights[:, None] @ values
        return torch.sigmoid(scores.unflatten(2, x.shape[2:]))


class PolarizedSelfAttention(nn.Module):
    """Features gated by both branches: `(B, C, H, W) -> (B, C, H, W)`.

    layout: "parallel", the two gated maps added; or "sequential", channel then spatial, the second on the first one's
        output.

    Raises:
        ValueError: another layout, or as `half`.
    """

    def __init__(self, channels: int, layout: str = "parallel") -> None:
        super().__init__()
        self.layout = checked(layout)
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x: Tensor) -> Tensor:
        gated = x * self.channel(x)
        if self.layout == "parallel":
            return gated + x * self.spatial(x)
        return gated * self.spatial(gated)


class AuthorsPolarized(nn.Module):
    """What the authors' code computes, so that their weights fit (PSA_p and PSA_s): `(B, C, H, W) -> (B, C, H, W)`.

    No exercise. Its convolutions have no bias but those of the sequential layout's `wz`. The spatial softmax runs over
    the positions, never over the channels: in the parallel layout after the product, in the sequential one on the
    value.

    Raises:
        ValueError: another layout, or as `half`.
    """

    def __init__(self, channels: int, layout: str = "parallel") -> None:
        super().__init__()
        self.layout, inner = checked(layout), half(channels)

        def conv(inputs: int, outputs: int) -> nn.Conv2d:
            return nn.Conv2d(inputs, outputs, 1, bias=False)

        if layout == "parallel":
            wz = conv(inner, channels)
        else:
            hidden = inner // 4
            wz = nn.Sequential(nn.Conv2d(inner, hidden, 1), nn.LayerNorm([hidden, 1, 1]), nn.ReLU(),
                               nn.Conv2d(hidden, channels, 1))
        self.channel = nn.ModuleDict({"wq": conv(channels, 1), "wv": conv(channels, inner), "wz": wz})
        self.spatial = nn.ModuleDict({"wq": conv(channels, inner), "wv": conv(channels, inner)})

    def channel_gate(self, x: Tensor) -> Tensor:
        """(B, C, 1, 1)."""
        weights = self.channel["wq"](x).flatten(2).softmax(dim=2)
        summary = self.channel["wv"](x).flatten(2) @ weights.transpose(1, 2)
        return torch.sigmoid(self.channel["wz"](summary[:, :, :, None]))

    def spatial_gate(self, x: Tensor) -> Tensor:
        """(B, 1, H, W)."""
        query = self.spatial["wq"](x).mean(dim=(2, 3))[:, None]
        values = self.spatial["wv"](x).flatten(2)
        scores = (query @ values).softmax(dim=2) if self.layout == "parallel" else query @ values.softmax(dim=2)
        return torch.sigmoid(scores.unflatten(2, x.shape[2:]))

    def forward(self, x: Tensor) -> Tensor:
        gated = x * self.channel_gate(x)
        if self.layout == "parallel":
            return gated + x * self.spatial_gate(x)
        return gated * self.spatial_gate(gated)
