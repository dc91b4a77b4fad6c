"""Efficient Channel Attention (Wang et al., "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural
Networks", CVPR 2020).

As in Squeeze-and-Excitation one number per channel is read off the image; the gates come from one small kernel that
runs along the channels, the same for all of them. The authors' code takes the kernel sizes by hand, stage by stage (3,
5, 5, 7 for ResNet-50), where the paper gives a rule; timm's `EcaModule` follows the rule, never below 3, and its
`CecaModule` pads with the channels of the other end.
"""
import math

import torch
from torch import Tensor, nn


def eca_kernel_size(channels: int, gamma: float = 2, b: float = 1) -> int:
    """The odd kernel size for a number of channels: `t = |(log2(C) + b) / gamma|` without its fraction, plus 1 if that
    is even.

    The paper asks for the odd number nearest to t; this is it, and of two that are equally near the larger one, as in
    the code that the authors point to (BangguWu/ECANet, issue 24).

    Raises:
        ValueError: `channels < 1`.
    """
    if channels < 1:
        raise ValueError(f"channels must be at least 1, got {channels}")
    t = int(abs((math.log2(channels) + b) / gamma))
    return t if t % 2 else t + 1


class ECABlock(nn.Module):
    """An image with its channels reweighted, `x * sigmoid(conv(mean of x over H and W))`:
    `(B, C, H, W) -> (B, C, H, W)`.

    conv: one kernel without bias that runs along the channels, with zeros beyond the first and the last.
    kernel_size: odd; None takes `eca_kernel_size(channels)`.

    Raises:
        ValueError: `kernel_size` is even, or as `eca_kernel_size`.
    """

    def __init__(self, channels: int, kernel_size: int | None = None) -> None:
        super().__init__()
        k = eca_kernel_size(channels) if kernel_size is None else kernel_size
        if k % 2 == 0:
            raise ValueError(f"kernel_size must be odd, so that it has a middle, got {k}")
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        s = x.mean(dim=(2, 3))
        gates = torch.sigmoid(self.conv(s[:, None]))
        return x * gates[:, 0, :, None, None]


def band_matrix(kernel: Tensor, channels: int) -> Tensor:
    """ECA's kernel written out as a matrix W with `conv(y) == W @ y`: `(k,) -> (C, C)`, differentiable.

    `W[i, j] = kernel[j - i + k // 2]`, and 0 where that index lies outside the kernel: a band along the diagonal.

    Raises:
        ValueError: k is even.
    """
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError(f"the kernel must have a middle, but its size {k} is even")
    place = torch.arange(channels, device=kernel.device)
    index = place - place[:, None] + k // 2
    inside = (index >= 0) & (index < k)
    return torch.where(inside, kernel[index.clamp(0, k - 1)], 0)
