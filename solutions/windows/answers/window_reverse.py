import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: batch-from-shape
def window_reverse(windows, window_size, image_size):
    nh, rest_h = divmod(image_size[0], window_size[0])
    nw, rest_w = divmod(image_size[1], window_size[1])
    if rest_h != 0 or rest_w != 0:
        raise ValueError(f"{image_size} / {window_size}")
    B = windows.shape[0] // (nh * nw)
    x = windows.reshape(B, nh, nw, window_size[0], window_size[1], -1)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(B, image_size[0], image_size[1], -1)


# %% right: cat-of-rows
# torch.cat of windows to strips, and of strips to images
def window_reverse(windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]) -> torch.Tensor:
    wh, ww = window_size
    H, W = image_size
    if H % wh or W % ww:
        raise ValueError
    images = []
    for mine in windows.split((H // wh) * (W // ww)):
        strips = [torch.cat(tuple(strip), dim=1) for strip in mine.split(W // ww)]
        images.append(torch.cat(strips, dim=0))
    return torch.stack(images)


# %% right: explicit-B-and-transpose
# the number of images is computed, transpose instead of permute
def window_reverse(windows, window_size, image_size):
    (wh, ww), (H, W) = window_size, image_size
    if any(n % w for n, w in zip(image_size, window_size)):
        raise ValueError("windows do not divide the image")
    down, across = H // wh, W // ww
    B = windows.size(0) // (down * across)
    grid = windows.reshape(B, down, across, wh, ww, windows.size(-1))
    return grid.transpose(2, 3).contiguous().view(B, H, W, -1)


# %% right: new-empty-and-slices
# fills an empty result window by window, with divmod
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    wh, ww = window_size
    H, W = image_size
    if H % wh or W % ww:
        raise ValueError(f"{window_size} does not divide {image_size}")
    per_row, per_image = W // ww, (W // ww) * (H // wh)
    out = windows.new_empty(len(windows) // per_image, H, W, windows.shape[3])
    for number, window in enumerate(windows):
        b, place = divmod(number, per_image)
        i, j = divmod(place, per_row)
        out[b, i * wh:(i + 1) * wh, j * ww:(j + 1) * ww] = window
    return out


# %% right: split-and-cat
def window_reverse(windows, window_size, image_size):
    H, W = image_size
    h, w = window_size
    if H % h or W % w:
        raise ValueError("does not fit")
    rows = H // h
    cols = W // w
    bands = []
    x = windows.reshape(-1, rows, cols, h, w, windows.shape[-1])
    for i in range(rows):
        bands.append(torch.cat([x[:, i, j] for j in range(cols)], dim=2))
    return torch.cat(bands, dim=1)


# %% wrong: ValueError-for-more-than-one-image, expect: ValueError when it was called: windows do not divide
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0 or len(windows) != (H // wh) * (W // ww):
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: across-before-down-in-the-split, expect: across before windows down
def window_reverse(windows, window_size, image_size):
    wh, ww = window_size
    H, W = image_size
    C = windows.shape[-1]
    if H % wh or W % ww:
        raise ValueError("no")
    return windows.reshape(-1, W // ww, H // wh, wh, ww, C).permute(0, 1, 3, 2, 4, 5).reshape(-1, H, W, C)


# %% wrong: across-before-down, expect: column by column
def window_reverse(windows, window_size, image_size):
    (H, W), (h, w) = image_size, window_size
    if H % h or W % w:
        raise ValueError("no")
    x = windows.reshape(-1, W // w, H // h, h, w, windows.shape[3])
    return x.permute(0, 2, 3, 1, 4, 5).reshape(-1, H, W, windows.shape[3])


# %% wrong: batch-is-the-number-of-windows, expect: is invalid for input of size
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(windows.shape[0], H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: image-size-read-as-width-height, expect: You read image_size as
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    W, H = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: images-innermost, expect: You read the axis B * nW as if the first window of every image came first
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(H // wh, W // ww, -1, wh, ww, C)
    x = x.permute(2, 0, 3, 1, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: no-swap, expect: You put the image together with `reshape` or `view` alone
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    return x.reshape(-1, H, W, C)


# %% wrong: no-test-of-the-sizes, expect: ValueError
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: one-image-only, expect: is invalid for input of size
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: other-two-axes-swapped, expect: You swap axes 3 and 4, which are a window's rows and columns
def window_reverse(windows, window_size, image_size):
    wh, ww = window_size
    H, W = image_size
    C = windows.shape[-1]
    if H % wh or W % ww:
        raise ValueError("no")
    return windows.reshape(-1, H // wh, W // ww, wh, ww, C).transpose(3, 4).reshape(-1, H, W, C)


# %% wrong: reshape-alone, expect: You put the image together with `reshape` or `view` alone
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows
    return x.reshape(-1, H, W, C)


# %% wrong: result-of-torch-zeros-loses-the-dtype, expect: follow the input's dtype
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    wh, ww = window_size
    H, W = image_size
    if H % wh or W % ww:
        raise ValueError("windows do not divide the image")
    nW = (H // wh) * (W // ww)
    B, C = windows.shape[0] // nW, windows.shape[-1]
    out = torch.zeros(B, H, W, C, device=windows.device)
    parts = windows.reshape(B, nW, wh, ww, C)
    n = 0
    for i in range(0, H, wh):
        for j in range(0, W, ww):
            out[:, i:i + wh, j:j + ww] = parts[:, n]
            n += 1
    return out


# %% wrong: six-axes-of-partition, expect: split, (B, H // wh
def window_reverse(windows, window_size, image_size):
    wh, ww = window_size
    H, W = image_size
    C = windows.shape[-1]
    if H % wh or W % ww:
        raise ValueError("no")
    return windows.reshape(-1, H // wh, wh, W // ww, ww, C).transpose(2, 3).reshape(-1, H, W, C)


# %% wrong: split-as-in-partition, expect: You read the axes of the windows in the order of window_partition's split
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, wh, W // ww, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: square-windows-only, expect: ValueError when it was called: windows do not divide
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh = ww = window_size[0]
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: tokens-instead-of-grids, expect: You return a list of tokens
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H * W, C)


# %% wrong: view-only, expect: `reshape` or `view` alone
def window_reverse(windows, window_size, image_size):
    if image_size[0] % window_size[0] or image_size[1] % window_size[1]:
        raise ValueError("no")
    return windows.reshape(-1, image_size[0], image_size[1], windows.shape[3])


# %% wrong: width-not-tested, expect: ValueError
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: windows-column-by-column, expect: row by row
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, W // ww, H // wh, wh, ww, C)
    x = x.permute(0, 2, 3, 1, 4, 5)
    return x.reshape(-1, H, W, C)


# %% wrong: windows-turned-over, expect: Rows and columns have changed places inside the windows
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.transpose(1, 2).reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H, W, C)
