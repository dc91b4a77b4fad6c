"""Windows, and the shift that joins them, with its mask: Swin's, and the window half of GRL's.

Liu et al., "Swin Transformer" (ICCV 2021). Sizes are pairs `(height, width)`; N is the number of tokens of a window, nW
the number of windows of an image. Windows count row by row within an image, images outermost.

What differs from the authors' code: masks are built from the size of the image (there they are buffers of the network),
and a window may be shifted by another number on each axis.
"""
import torch
from torch import Tensor

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
    # as the published slices have it: all is the last region, and lesson 08c's mask to anchors depends on it
    if shift == 0:
        return torch.full_like(position, 2)
    return (position >= length - window).long() + (position >= length - shift).long()


def mask_between(rows: Tensor, columns: Tensor) -> Tensor:
    different = rows[:, :, None] != columns[:, None, :]
    return torch.zeros(different.shape).masked_fill(different, MASKED)
