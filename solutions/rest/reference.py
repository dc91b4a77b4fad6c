"""ResT (Zhang and Yang, "ResT: An Efficient Transformer for Visual Recognition", NeurIPS 2021).

Attention in which a strided depth-wise convolution leaves fewer keys and values than there are queries (EMSA), a
position code for any size (PixelAttention), an embedding of overlapping patches, and the block that a network is made
of. The exercises follow the authors' code (wofmanaf/ResT, rest.py). What differs: `OverlapPatchEmbed` returns the true
size of its map; theirs returns H // p and W // p, which is too small for odd sizes.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn


def as_map(tokens: Tensor, H: int, W: int) -> Tensor:
    """Tokens as a map, row by row: `(B, N, C) -> (B, C, H, W)`.

    Raises:
        ValueError: there are not H * W tokens.
    """
    if tokens.shape[1] != H * W:
        raise ValueError(f"{tokens.shape[1]} tokens are no map of {H} x {W} = {H * W} positions")
    return tokens.transpose(1, 2).unflatten(2, (H, W))


def as_tokens(x: Tensor) -> Tensor:
    """The positions of a map, row by row: `(B, C, H, W) -> (B, H * W, C)`."""
    return x.flatten(start_dim=2).transpose(1, 2)


class PixelAttention(nn.Module):
    """A gate from each channel's own 3 x 3 neighbourhood, which also tells neighbours apart:
    `(B, C, H, W) -> (B, C, H, W)`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.conv(x))


class OverlapPatchEmbed(nn.Module):
    """Overlapping patches as tokens, and the size of their map: `(B, C, H, W) -> (B, H' * W', C'), (H', W')`."""

    def __init__(self, in_channels: int, out_channels: int, patch_size: int = 2, with_position: bool = True) -> None:
        super().__init__()
        p = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, p + 1, stride=p, padding=p // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x: Tensor) -> tuple[Tensor, tuple[int, int]]:
        patches = self.position(self.bn(self.conv(x)))
        return as_tokens(patches), (patches.shape[2], patches.shape[3])


def head_width(dim: int, num_heads: int) -> int:
    """The channels of a head.

    Raises:
        ValueError: dim is not divisible by num_heads.
    """
    width, rest = divmod(dim, num_heads)
    if rest:
        raise ValueError(f"dim must be divisible by num_heads: {dim} and {num_heads}")
    return width


class EMSA(nn.Module):
    """Self-attention with fewer keys and values than queries: `(B, N, dim) -> (B, N, dim)` for N = H * W tokens.

    `apply_transform`: with more than one head, the heads' logits are mixed before the softmax and each head's map is
    normalised after it, so that the rows do not sum to one.

    Raises:
        ValueError: as `head_width` and, when called, `as_map`.
    """

    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        self.num_heads, self.sr_ratio, self.scale = num_heads, sr_ratio, head_width(dim, num_heads) ** -0.5
        self.apply_transform = apply_transform and num_heads > 1
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, stride=sr_ratio, padding=sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        if self.apply_transform:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x: Tensor, H: int, W: int) -> Tensor:
        grid = as_map(x, H, W)
        reduced = self.sr_norm(as_tokens(self.sr(grid))) if self.sr_ratio > 1 else x  # (B, M, dim)
        q = self.q(x).unflatten(2, (self.num_heads, -1)).transpose(1, 2)  # (B, heads, N, head_dim)
        # each (B, heads, M, head_dim)
        k, v = self.kv(reduced).unflatten(2, (2, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        logits = q @ k.transpose(2, 3) * self.scale
        if self.apply_transform:
            weights = self.transform_norm(torch.softmax(self.transform_conv(logits), dim=3))
        else:
            weights = torch.softmax(logits, dim=3)
        return self.proj((weights @ v).transpose(1, 2).flatten(2))


class ResTBlock(nn.Module):
    """EMSA, then an MLP, each behind a LayerNorm of its own and beside a shortcut: `(B, N, dim) -> (B, N, dim)`.

    Raises:
        ValueError: as `EMSA`.
    """

    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.LayerNorm(dim)
        self.attn = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(OrderedDict(fc1=nn.Linear(dim, hidden), gelu=nn.GELU(), fc2=nn.Linear(hidden, dim)))

    def forward(self, x: Tensor, H: int, W: int) -> Tensor:
        x = x + self.attn(self.norm1(x), H, W)
        return x + self.mlp(self.norm2(x))
