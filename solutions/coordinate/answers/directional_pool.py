import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: adaptive-pooling
def directional_pool(x):
    return F.adaptive_avg_pool2d(x, (None, 1)), F.adaptive_avg_pool2d(x, (1, None))


# %% right: as-in-the-hints
def directional_pool(x):
    rows = x.mean(dim=3, keepdim=True)
    columns = x.mean(dim=2, keepdim=True)
    return rows, columns


# %% right: avg-pool-kernel
# avg_pool2d with a kernel as long as the row or column


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    B, C, H, W = x.size()
    z_h = F.avg_pool2d(x, kernel_size=(1, W))
    z_w = F.avg_pool2d(x, kernel_size=(H, 1))
    return z_h, z_w


# %% right: depthwise-conv
# a depthwise convolution with constant weights


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    C, H, W = x.shape[1:]
    along_w = x.new_full((C, 1, 1, W), 1.0 / W)
    along_h = x.new_full((C, 1, H, 1), 1.0 / H)
    return F.conv2d(x, along_w, groups=C), F.conv2d(x, along_h, groups=C)


# %% right: einsum
# einsum with the size as divisor


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    h, w = x.shape[2], x.shape[3]
    row = torch.einsum("bchw->bch", x) / w
    col = torch.einsum("bchw->bcw", x) / h
    return row[..., None], col[:, :, None, :]


# %% right: filled-in
# new_zeros of the right type, filled by loops over images and rows


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    B, C, H, W = x.shape
    rows = x.new_zeros(B, C, H, 1)
    cols = x.new_zeros(B, C, 1, W)
    for b in range(B):
        for h in range(H):
            rows[b, :, h, 0] = x[b, :, h, :].mean(dim=1)
        for w in range(W):
            cols[b, :, 0, w] = x[b, :, :, w].mean(dim=1)
    return rows, cols


# %% right: interpolate-area
# F.interpolate in area mode


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    H, W = x.shape[-2], x.shape[-1]
    a = F.interpolate(x, size=(H, 1), mode="area")
    b = F.interpolate(x, size=(1, W), mode="area")
    return a, b


# %% right: list-unsqueezed
def directional_pool(x):
    return [x.mean(-1).unsqueeze(-1), x.mean(-2).unsqueeze(-2)]


# %% right: loops-stack
# loops over rows and columns, stacked


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = [x[:, :, i].mean(-1) for i in range(x.shape[2])]
    columns = [x[:, :, :, j].mean(-1) for j in range(x.shape[3])]
    return torch.stack(rows, dim=2).unsqueeze(3), torch.stack(columns, dim=2).unsqueeze(2)


# %% right: matmul-ones
# matrix products with a vector of 1/W and of 1/H


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    H, W = x.shape[2:]
    right = torch.full((W, 1), 1 / W, dtype=x.dtype, device=x.device)
    left = torch.full((1, H), 1 / H, dtype=x.dtype, device=x.device)
    return x @ right, left @ x


# %% right: matrix-product
def directional_pool(x):
    b, c, h, w = x.shape
    ones_w = x.new_full((w, 1), 1 / w)
    ones_h = x.new_full((1, h), 1 / h)
    return x @ ones_w, ones_h @ x


# %% right: mean-keepdim
# mean with keepdim, the short way


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


# %% right: modules-in-function
# nn.AdaptiveAvgPool2d made outside the function, other names


pool_rows = nn.AdaptiveAvgPool2d((None, 1))
pool_cols = nn.AdaptiveAvgPool2d((1, None))


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return pool_rows(x), pool_cols(x)


# %% right: namedtuple
# returns a namedtuple


from collections import namedtuple

Means = namedtuple('Means', 'rows columns')


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return Means(rows=x.mean(dim=-1).unsqueeze(-1), columns=x.mean(dim=-2).unsqueeze(-2))


# %% right: reshape-and-helper
# a helper for the last axis, the columns by transposing there and back


def mean_of_last(t):
    n = t.shape[-1]
    flat = t.reshape(-1, n)
    return flat.mean(1).reshape(*t.shape[:-1], 1)


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return mean_of_last(x), mean_of_last(x.transpose(2, 3)).transpose(2, 3)


# %% right: running-sum
# a running sum with +, no reduction at all


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    total_of_row = 0
    for column in x.unbind(3):
        total_of_row = total_of_row + column
    total_of_column = 0
    for row in x.unbind(2):
        total_of_column = total_of_column + row
    return (total_of_row / x.shape[3]).unsqueeze(3), (total_of_column / x.shape[2]).unsqueeze(2)


# %% right: sizes-given
def directional_pool(x):
    h, w = x.size(2), x.size(3)
    return F.avg_pool2d(x, (1, w)), F.avg_pool2d(x, (h, 1))


# %% right: sum-divided
# sum divided by the size, negative axes


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    H, W = x.shape[-2:]
    rows = x.sum(-1, keepdim=True) / W
    cols = x.sum(-2, keepdim=True) / H
    return rows, cols


# %% wrong: axes-off-by-one, expect: Your axes are one too small
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    # dim 1 = rows, dim 2 = columns
    return x.mean(2, keepdim=True), x.mean(1, keepdim=True)


# %% wrong: broadcast-to-map, expect: Expected shape
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = x.mean(3, keepdim=True).expand_as(x)
    cols = x.mean(2, keepdim=True).expand_as(x)
    return rows, cols


# %% wrong: columns-of-rows, expect: it is the expected tensor's mean over axis 3
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = x.mean(3, keepdim=True)
    cols = rows.mean(2, keepdim=True)
    return rows, cols


# %% wrong: dims-swapped, expect: The first should hold the mean of each row, taken over W, the last axis: (B, C, H, 1)
def directional_pool(x):
    rows = x.mean(dim=2, keepdim=True)
    columns = x.mean(dim=3, keepdim=True)
    return rows, columns


# %% wrong: divided-by-c, expect: times the expected one everywhere
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    _, C, H, W = x.shape
    return x.sum(3, keepdim=True) / W, x.sum(2, keepdim=True) / W


# %% wrong: divided-by-the-wrong-side, expect: by H
def directional_pool(x):
    b, c, h, w = x.shape
    return x.sum(3, keepdim=True) / h, x.sum(2, keepdim=True) / w


# %% wrong: float32, expect: its dtype is torch.float32
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    x = x.float()
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


# %% wrong: gates-already, expect: it went through one sigmoid too many
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return x.mean(3, keepdim=True).sigmoid(), x.mean(2, keepdim=True).sigmoid()


# %% wrong: keepdim-only-first, expect: axes of size 1 are missing
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return x.mean(3, keepdim=True), x.mean(2)


# %% wrong: max, expect: maximum
def directional_pool(x):
    return x.max(dim=3, keepdim=True).values, x.max(dim=2, keepdim=True).values


# %% wrong: no-keepdim, expect: keepdim=True
def directional_pool(x):
    return x.mean(dim=3), x.mean(dim=2)


# %% wrong: one-result, expect: only
def directional_pool(x):
    return x.mean(dim=3, keepdim=True)


# %% wrong: one-tensor, expect: Expected a tuple of 2, got a tensor
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = x.mean(3, keepdim=True)
    cols = x.mean(2, keepdim=True).transpose(2, 3)
    return torch.cat([rows, cols], dim=2)


# %% wrong: over-channels-too, expect: You average over the channels, too
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return x.mean((1, 3), keepdim=True), x.mean((1, 2), keepdim=True)


# %% wrong: rows-lie-down, expect: axes of size 1 are in the wrong place
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = x.mean(3).unsqueeze(2)
    cols = x.mean(2).unsqueeze(2)
    return rows, cols


# %% wrong: squeeze-batch-of-one, expect: wrong with a batch of one
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = x.mean(3).squeeze()[..., None]
    cols = x.mean(2).squeeze()[..., None, :]
    return rows, cols


# %% wrong: sum, expect: sums
def directional_pool(x):
    return x.sum(3, keepdim=True), x.sum(2, keepdim=True)


# %% wrong: transposed-columns, expect: Your columns' means are (B, C, W, 1)
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True).permute(0, 1, 3, 2)
