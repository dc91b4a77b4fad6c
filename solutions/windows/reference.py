"""Windows, shifts, masks, a position bias from a small network, and cosine attention: Swin v2's attention, and the
window half of GRL's.

Liu et al., "Swin Transformer V2: Scaling Up Capacity and Resolution" (CVPR 2022); windows, shifts and masks are those
of Liu et al., "Swin Transformer" (ICCV 2021). Li et al., "Efficient and Explicit Modelling of Image Hierarchies for
Image Restoration" (GRL, CVPR 2023), use them beside stripes, whose tokens meet a few anchors. Sizes are pairs
`(height, width)`; h is the number of heads, N the number of tokens of a window, A the number of its anchors (without a
`down_factor` each token is one), nW the number of windows of an image.
Windows count row by row within an image, images outermost.

What differs from the authors' code: tables, indices and masks are built in `forward` from the size of the image (there
they are buffers of the network), tables have the dtype of the features (there float32), and a window is shifted by half
its own height and half its own width (there by half its height on both axes).
"""
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Size = tuple[int, int]
MASKED = -100.0


# --- Windows ---------------------------------------------------------------------------------------------------------

def window_partition(x: Tensor, window_size: Size) -> Tensor:
    """Cut a grid into windows: `(B, H, W, C) -> (B * nW, wh, ww, C)`.

    Raises:
        ValueError: windows do not tile the grid.
    """
    check_tiles(x.shape[1:3], window_size)
    wh, ww = window_size
    rows = x.unflatten(2, (-1, ww)).unflatten(1, (-1, wh))
    return rows.transpose(2, 3).flatten(0, 2).contiguous()


def window_reverse(windows: Tensor, window_size: Size, image_size: Size) -> Tensor:
    """Put windows together again: `(B * nW, wh, ww, C) -> (B, H, W, C)`.

    Raises:
        ValueError: windows do not tile the image, or theirs is another size or number.
    """
    check_tiles(image_size, window_size)
    down, across = image_size[0] // window_size[0], image_size[1] // window_size[1]
    if tuple(windows.shape[1:3]) != tuple(window_size) or windows.shape[0] % (down * across):
        raise ValueError(f"{tuple(windows.shape)} is not a number of images with "
                         f"{down} x {across} windows of {tuple(window_size)}")
    grid = windows.unflatten(0, (-1, down, across))
    return grid.transpose(2, 3).flatten(3, 4).flatten(1, 2).contiguous()


def check_tiles(image_size: Size, window_size: Size) -> None:
    if min(window_size) < 1 or any(n % w for n, w in zip(image_size, window_size, strict=True)):
        raise ValueError(f"windows of {tuple(window_size)} do not tile an image of {tuple(image_size)}")


# --- Masks -----------------------------------------------------------------------------------------------------------

def shifted_window_mask(image_size: Size, window_size: Size, shift_size: Size) -> Tensor:
    """The mask of shifted windows (Liu et al., "Swin Transformer", ICCV 2021, figure 4), `(nW, N, N)` of 0 and -100.

    After an image was rolled by `-shift_size`, a window at its end holds tokens that were not neighbours. Per axis
    of length n the regions are `[0, n - w)`, `[n - w, n - s)` and `[n - s, n)`; tokens of one region see each other.

    Raises:
        ValueError: windows do not tile the image, or a shift is not in `[0, w)`.
    """
    regions = region_of_tokens(image_size, window_size, shift_size)
    return mask_between(regions, regions)


def region_of_tokens(image_size: Size, window_size: Size, shift_size: Size) -> Tensor:
    """The number of the region of every token, window by window: `(nW, N)`."""
    rows, columns = (_regions(*axis) for axis in zip(image_size, window_size, shift_size, strict=True))
    # 0, 1 or 2 along the width, and three times that along the height
    return window_partition((3 * rows[:, None] + columns)[None, ..., None], window_size).flatten(1)


def _regions(length: int, window: int, shift: int) -> Tensor:
    if not 0 <= shift < max(window, 1):
        raise ValueError(f"a window of {window} cannot be shifted by {shift}")
    position = torch.arange(length)
    # as the published slices have it: all is the last region, and lesson 08b's mask to anchors depends on it
    if shift == 0:
        return torch.full_like(position, 2)
    return (position >= length - window).long() + (position >= length - shift).long()


def mask_between(rows: Tensor, columns: Tensor) -> Tensor:
    different = rows[:, :, None] != columns[:, None, :]
    return torch.zeros(different.shape).masked_fill(different, MASKED)


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
