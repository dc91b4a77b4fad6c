"""A position bias from a small network, and cosine attention within windows: Swin v2's attention, and the window half
of GRL's.

Liu et al., "Swin Transformer V2: Scaling Up Capacity and Resolution" (CVPR 2022). Li et al., "Efficient and Explicit
Modelling of Image Hierarchies for Image Restoration" (GRL, CVPR 2023), use it beside stripes, whose tokens meet a few
anchors. Sizes are pairs `(height, width)`; h is the number of heads, N the number of tokens of a window, A the number
of its anchors (without a `down_factor` each token is one), nW the number of windows of an image. Windows, shifts and
masks are those of lesson 08a.

What differs from the authors' code: tables, indices and masks are built in `forward` from the size of the image (there
they are buffers of the network), tables have the dtype of the features (there float32), and a window is shifted by half
its own height and half its own width (there by half its height on both axes).
"""
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.windows.reference import Size, shifted_window_mask, window_partition, window_reverse

# --- The position bias -----------------------------------------------------------------------------------------------

def relative_coords_table(window_size: Size, down_factor: int = 1, dtype: torch.dtype = torch.float32) -> Tensor:
    """Every offset between a token of a window and one of its anchors, on a log scale.

    The anchors are `window_size // down_factor` and sit, one pixel apart, in the middle of the window. Offsets are
    scaled to t, the largest positive one being 8, and become `sign(t) log2(|t| + 1) / 3` (Swin V2, equation 4).

    Returns:
        `(1, Wh + Ah - 1, Ww + Aw - 1, 2)`.

    Raises:
        ValueError: the window is smaller than `down_factor`.
    """
    axes = []
    for tokens, anchors in zip(window_size, anchors_of(window_size, down_factor), strict=True):
        origin = (tokens - anchors) // 2
        offsets = torch.arange(1 - anchors - origin, tokens - origin, dtype=dtype)
        axes.append(8 * offsets / max(tokens - 1 - origin, 1))
    t = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)[None]
    return t.sign() * torch.log2(t.abs() + 1) / 3


def relative_position_index(window_size: Size, down_factor: int = 1, from_anchor: bool = False) -> Tensor:
    """Where the offset of each pair stands in the flattened `relative_coords_table`.

    Returns:
        `(N, A)`, or `(A, N)` from the anchors.

    Raises:
        ValueError: the window is smaller than `down_factor`.
    """
    rows, columns = window_size, anchors_of(window_size, down_factor)
    if from_anchor:
        rows, columns = columns, rows
    offset = _positions(rows)[:, None] - _positions(columns)[None, :] + torch.tensor(columns) - 1
    return offset[..., 0] * (rows[1] + columns[1] - 1) + offset[..., 1]


def anchors_of(window_size: Size, down_factor: int) -> Size:
    if not 1 <= down_factor <= min(window_size):
        raise ValueError(f"a window of {tuple(window_size)} has no anchors with down_factor={down_factor}")
    return window_size[0] // down_factor, window_size[1] // down_factor


def _positions(size: Size) -> Tensor:
    """Row and column of every cell, row by row: `(height * width, 2)`."""
    return torch.cartesian_prod(torch.arange(size[0]), torch.arange(size[1]))


# --- Tokens, grids and heads -----------------------------------------------------------------------------------------

def as_grid(tokens: Tensor, image_size: Size) -> Tensor:
    """`(B, L, C) -> (B, H, W, C)`."""
    if tokens.shape[1] != image_size[0] * image_size[1]:
        raise ValueError(f"{tokens.shape[1]} tokens are not an image of {tuple(image_size)}")
    return tokens.unflatten(1, tuple(image_size))


def windows_of_heads(grid: Tensor, window_size: Size, parts: int, num_heads: int) -> Tensor:
    """`(B, H, W, parts * C) -> (parts, B * nW, h, N, C / h)`."""
    if grid.shape[-1] % (parts * num_heads):
        raise ValueError(f"{grid.shape[-1]} channels are not {parts} times a multiple of num_heads={num_heads}")
    windows = window_partition(grid, window_size).flatten(1, 2)  # (B * nW, N, parts * C)
    return windows.unflatten(2, (parts, num_heads, -1)).permute(2, 0, 3, 1, 4)


def grid_of_windows(y: Tensor, window_size: Size, image_size: Size) -> Tensor:
    """`(B * nW, h, N, C / h) -> (B, H, W, C)`."""
    windows = y.transpose(1, 2).flatten(2).unflatten(1, tuple(window_size))
    return window_reverse(windows, window_size, image_size)


def roll(grid: Tensor, shift: Size) -> Tensor:
    return torch.roll(grid, tuple(shift), dims=(1, 2))


def negative(shift: Size) -> Size:
    return -shift[0], -shift[1]


# --- Attention -------------------------------------------------------------------------------------------------------

class AffineTransform(nn.Module):
    """Scale and position bias of cosine logits (Liu et al., "Swin Transformer V2", CVPR 2022, equations 2 and 3).

    `attn * scale + 16 * sigmoid(cpb_mlp(table)[index]) + mask`, with one learned scale per head, at most 100.

    Shapes: attn `(B * nW, h, N1, N2)`, table `(1, ., ., 2)`, index `(N1, N2)`, mask `(nW, N1, N2)` -> as attn.

    Raises:
        ValueError: the number of windows is no multiple of the mask's.
    """

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn: Tensor, table: Tensor, index: Tensor, mask: Tensor | None = None) -> Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        bias = self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)  # (h, N1, N2)
        logits = attn * scale + 16 * torch.sigmoid(bias)
        if mask is None:
            return logits
        if logits.shape[0] % mask.shape[0]:
            raise ValueError(f"{logits.shape[0]} windows do not belong to images with {mask.shape[0]} windows each")
        return (logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)


def cosine_attention(q: Tensor, k: Tensor, v: Tensor, transform: Callable[[Tensor], Tensor]) -> Tensor:
    """Attention by the cosine between queries and keys (Liu et al., "Swin Transformer V2", equation 2).

    `(B', h, N1, d), (B', h, N2, d), (B', h, N2, e) -> (B', h, N1, e)`; `transform` maps the cosines `(B', h, N1, N2)`
    to the logits of the softmax over N2.
    """
    cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    return transform(cosine).softmax(dim=-1) @ v


class WindowAttention(nn.Module):
    """Cosine attention within windows, on projected tokens.

    `forward(qkv, image_size)`: `(B, L, 3C) -> (B, L, C)`, the channels being `[q | k | v]`, each split into heads.

    Raises:
        ValueError: L is not H * W, windows do not tile the image, or C does not divide by the heads.
    """

    def __init__(self, num_heads: int, window_size: Size, shift: bool = False) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.shift = shift
        self.shift_size = (window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: Tensor, image_size: Size) -> Tensor:
        grid = roll(as_grid(qkv, image_size), negative(self.shift_size))
        q, k, v = windows_of_heads(grid, self.window_size, 3, self.num_heads)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv) if self.shift else None
        y = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        return roll(grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)
