"""Squeeze-and-Excitation (Hu, Shen & Sun, "Squeeze-and-Excitation Networks", CVPR 2018).

One number per channel is read off the image (squeeze), a small bottleneck turns these numbers into one weight per
channel (excitation), and the image is multiplied by them. Both linear layers are without bias, as in the published
experiments; timm's `SEModule` has biases and rounds the hidden width to a multiple of 8.
"""
from collections.abc import Sequence

import torch
from torch import Tensor, nn


def squeeze(x: Tensor) -> Tensor:
    """Mean over the positions of each channel (equation 2): `(B, C, H, W) -> (B, C)`.

    Raises:
        ValueError: `x` does not have four dimensions.
    """
    if x.dim() != 4:
        raise ValueError(f"expected an image (B, C, H, W), got the shape {tuple(x.shape)}")
    return x.mean(dim=(2, 3))


class Excitation(nn.Module):
    """Channel weights in (0, 1) from channel means, `sigmoid(fc2(relu(fc1(z))))` (equation 3): `(B, C) -> (B, C)`.

    Raises:
        ValueError: the bottleneck has no channel left, `channels // reduction == 0`.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        hidden = channels // reduction
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))


class SEBlock(nn.Module):
    """An image with its channels reweighted (equation 4, figure 1): `(B, C, H, W) -> (B, C, H, W)`.

    Raises:
        ValueError: as `Excitation` and `squeeze`.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.excitation(squeeze(x))[:, :, None, None]


def se_parameter_cost(stage_channels: Sequence[int], stage_blocks: Sequence[int], reduction: int = 16) -> float:
    """Parameters that SE adds to a network, `2 / r * sum(N * C**2)` over its stages (equation 5).

    `stage_channels` holds the output channels C of each stage, `stage_blocks` the number N of blocks in it. Where
    `reduction` does not divide C this is the paper's estimate; the layers themselves round the hidden width down.

    Raises:
        ValueError: the two lists differ in length, or `reduction < 1`.
    """
    if len(stage_channels) != len(stage_blocks):
        raise ValueError(f"{len(stage_channels)} stages have channels, {len(stage_blocks)} have blocks")
    if reduction < 1:
        raise ValueError(f"reduction must be at least 1, got {reduction}")
    return 2 * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels)) / reduction
