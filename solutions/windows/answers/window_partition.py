import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: advanced-indexing
# advanced indexing with row and column numbers
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    (wh, ww), (H, W) = window_size, x.shape[1:3]
    if H % wh or W % ww:
        raise ValueError(f"{H} x {W} cannot be cut into {wh} x {ww}")
    rows = torch.arange(H, device=x.device).reshape(-1, 1, wh, 1)
    columns = torch.arange(W, device=x.device).reshape(1, -1, 1, ww)
    return x[:, rows, columns].flatten(0, 2)


# %% right: tensor-unfold
# Tensor.unfold twice, then the channels go last
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    h, w = window_size
    if x.size(1) % h or x.size(2) % w:
        raise ValueError("the windows must divide the grid")
    pieces = x.unfold(1, h, h).unfold(2, w, w)      # B, rows, columns, C, h, w
    return pieces.movedim(3, -1).flatten(0, 2)


# %% right: three-loops
# loops over images, rows and columns of windows, and a stack
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh > 0:
        raise ValueError("height")
    if W % ww > 0:
        raise ValueError("width")
    out = []
    for b in range(B):
        for top in range(0, H, wh):
            for left in range(0, W, ww):
                out.append(x[b, top:top + wh, left:left + ww, :])
    return torch.stack(out)


# %% right: unfold
def window_partition(x, window_size):
    H, W = x.shape[1], x.shape[2]
    h, w = window_size
    if H % h != 0 or W % w != 0:
        raise ValueError("window size must divide the image: %s, %s" % ((H, W), window_size))
    tiles = x.unfold(1, h, h).unfold(2, w, w)  # (B, H/h, W/w, C, h, w)
    return tiles.permute(0, 1, 2, 4, 5, 3).reshape(-1, h, w, x.shape[3])


# %% right: view-permute-contiguous
# the textbook way, with view, permute and contiguous
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.view(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.contiguous().view(-1, wh, ww, C)


# %% right: view
def window_partition(x, window_size):
    B, H, W, C = x.shape
    if H % window_size[0] or W % window_size[1]:
        raise ValueError(f"{(H, W)} is not divisible by {window_size}")
    x = x.contiguous().view(B, H // window_size[0], window_size[0], W // window_size[1], window_size[1], C)
    windows = x.permute(0, 1, 3, 2, 4, 5).contiguous()
    return windows.view(-1, window_size[0], window_size[1], C)


# %% wrong: and-instead-of-or-in-the-test, expect: ValueError
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 and W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, wh, ww, C)


# %% wrong: assert-instead-of-raise, expect: ValueError
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    assert H % wh == 0 and W % ww == 0, "windows do not divide the grid"
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, wh, ww, C)


# %% wrong: axes-split-in-the-wrong-order, expect: split the axes as
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("no")
    return x.reshape(B, wh, H // wh, ww, W // ww, C).permute(0, 1, 3, 2, 4, 5).reshape(-1, wh, ww, C)


# %% wrong: cells-of-a-window-transposed, expect: its axes are in the order
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 4, 2, 5)
    return x.reshape(-1, wh, ww, C)


# %% wrong: channels-first-result, expect: its axes are in the order
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 5, 2, 4)
    return x.reshape(-1, C, wh, ww)


# %% wrong: columns-first, expect: column by column
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("no")
    x = x.view(B, H // wh, wh, W // ww, ww, C) if x.is_contiguous() else x.reshape(B, H // wh, wh, W // ww, ww, C)
    return x.permute(0, 3, 1, 2, 4, 5).reshape(-1, wh, ww, C)


# %% wrong: five-axes-not-joined, expect: Your result has separate axes for images and windows
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(B, -1, wh, ww, C)


# %% wrong: images-innermost, expect: Your windows are right
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(1, 3, 0, 2, 4, 5)
    return x.reshape(-1, wh, ww, C)


# %% wrong: no-error, expect: ValueError
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    return x.reshape(B, H // wh, wh, W // ww, ww, C).permute(0, 1, 3, 2, 4, 5).reshape(-1, wh, ww, C)


# %% wrong: no-permute-after-the-split, expect: You make windows with `reshape` or `view` alone
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    return x.reshape(-1, wh, ww, C)


# %% wrong: no-test-of-the-sizes, expect: ValueError
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, wh, ww, C)


# %% wrong: number-and-size-in-the-wrong-order, expect: Your windows are spread over the whole image
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, wh, H // wh, ww, W // ww, C)
    x = x.permute(0, 2, 4, 1, 3, 5)
    return x.reshape(-1, wh, ww, C)


# %% wrong: remainder-cut-off, expect: ValueError
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    B, H, W, C = x.shape
    wh, ww = window_size
    nh, nw = H // wh, W // ww
    x = x[:, :nh * wh, :nw * ww]
    x = x.reshape(B, nh, wh, nw, ww, C).transpose(2, 3)
    return x.reshape(B * nh * nw, wh, ww, C)


# %% wrong: reshape-alone, expect: You make windows with `reshape` or `view` alone
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    return x.reshape(-1, wh, ww, C)


# %% wrong: size-read-as-width-height, expect: You read window_size as
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    ww, wh = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, wh, ww, C)


# %% wrong: square-only, expect: the window's height for both sides
def window_partition(x, window_size):
    s = window_size[0]
    B, H, W, C = x.shape
    if H % s or W % s:
        raise ValueError("no")
    return x.reshape(B, H // s, s, W // s, s, C).transpose(2, 3).reshape(-1, s, s, C)


# %% wrong: square-windows-only, expect: You use the window's height for both sides
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh = ww = window_size[0]
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, wh, ww, C)


# %% wrong: unfold-leaves-channels-before-the-window, expect: `unfold` puts the window's rows and columns after the channels
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("no")
    return x.unfold(1, wh, wh).unfold(2, ww, ww).reshape(-1, wh, ww, C)


# %% wrong: view-after-permute, expect: contiguous
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.view(-1, wh, ww, C)


# %% wrong: view-only, expect: `reshape` or `view` alone
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("no")
    return x.reshape(B * (H // wh) * (W // ww), wh, ww, C)


# %% wrong: windows-column-by-column, expect: row by row
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 3, 1, 2, 4, 5)
    return x.reshape(-1, wh, ww, C)
