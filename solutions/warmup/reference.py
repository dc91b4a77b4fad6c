"""Pooling, gates, dot-product attention and a parameter count: the pieces that the lessons share.

The attention is that of Vaswani et al., "Attention Is All You Need" (NeurIPS 2017), equation 1, without heads and
without a mask; `scale` makes room for papers that leave the scale out or learn one.
"""
import torch
from torch import Tensor, nn


def global_average_pool(x: Tensor) -> Tensor:
    """Mean of each channel over its positions: `(B, C, H, W) -> (B, C)`.

    Raises:
        ValueError: `x` does not have four dimensions.
    """
    if x.dim() != 4:
        raise ValueError(f"expected an image (B, C, H, W), got the shape {tuple(x.shape)}")
    return x.mean(dim=(2, 3))


def gate(x: Tensor, weights: Tensor) -> Tensor:
    """An image multiplied by weights in [0, 1]: `(B, C, H, W) -> (B, C, H, W)`.

    `weights` holds a number for each channel, `(B, C)` or `(B, C, 1, 1)`, for each position, `(B, 1, H, W)`, or for
    each element, `(B, C, H, W)`. Two axes are always B and C, whatever H and W are.

    Raises:
        ValueError: `weights` has any other shape, one that would broadcast too.
    """
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):
        raise ValueError(f"no weights of shape {tuple(weights.shape)} for an image of shape {tuple(x.shape)}")
    return x * weights


def dot_product_attention(q: Tensor, k: Tensor, v: Tensor, scale: float | None = None) -> Tensor:
    """For each query the mean of the values, weighted by a softmax over the keys: `softmax(scale * q k^T) v`.

    `q: (B, N, D)`, `k: (B, M, D)`, `v: (B, M, E)` give `(B, N, E)`. `scale` is `D ** -0.5` unless it is given.
    """
    if scale is None:
        scale = q.shape[-1] ** -0.5
    weights = torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)
    return weights @ v


def count_parameters(module: nn.Module) -> int:
    """The numbers that training may change: frozen parameters left out, a shared one counted once."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
