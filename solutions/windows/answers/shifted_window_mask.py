import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: authors-slices-and-counter
# the slices and the counter of Swin's authors, with masked_fill
def shifted_window_mask(image_size, window_size, shift_size):
    H, W = image_size
    img_mask = torch.zeros((1, H, W, 1))
    h_slices = (slice(0, -window_size[0]), slice(-window_size[0], -shift_size[0]), slice(-shift_size[0], None))
    w_slices = (slice(0, -window_size[1]), slice(-window_size[1], -shift_size[1]), slice(-shift_size[1], None))
    cnt = 0
    for h in h_slices:
        for w in w_slices:
            img_mask[:, h, w, :] = cnt
            cnt += 1
    mask_windows = window_partition(img_mask, window_size)
    mask_windows = mask_windows.view(-1, window_size[0] * window_size[1])
    attn_mask = mask_windows.unsqueeze(1) - mask_windows.unsqueeze(2)
    return attn_mask.masked_fill(attn_mask != 0, -100.0).masked_fill(attn_mask == 0, 0.0)


# %% right: bucketize
# torch.bucketize finds the range of every row and column
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    def ranges(n, w, s):
        return torch.bucketize(torch.arange(n), torch.tensor([n - w, n - s]), right=True)

    row, column = (ranges(*sizes) for sizes in zip(image_size, window_size, shift_size))
    picture = torch.add(3 * row.unsqueeze(1), column.unsqueeze(0))
    cell = window_partition(picture.view(1, *image_size, 1), window_size).flatten(1)
    return -100.0 * (cell.unsqueeze(2) != cell.unsqueeze(1)).float()


# %% right: difference
def shifted_window_mask(image_size, window_size, shift_size):
    img = torch.zeros(1, image_size[0], image_size[1], 1)
    count = 0
    for h in ((0, image_size[0] - window_size[0]), (image_size[0] - window_size[0], image_size[0] - shift_size[0]),
              (image_size[0] - shift_size[0], image_size[0])):
        for w in ((0, image_size[1] - window_size[1]), (image_size[1] - window_size[1], image_size[1] - shift_size[1]),
                  (image_size[1] - shift_size[1], image_size[1])):
            img[:, h[0]:h[1], w[0]:w[1], :] = count
            count += 1
    windows = window_partition(img, window_size).reshape(-1, window_size[0] * window_size[1])
    diff = windows.unsqueeze(1) - windows.unsqueeze(2)
    return diff.masked_fill(diff != 0, float(-100.0)).masked_fill(diff == 0, float(0.0))


# %% right: offsets-that-survive-the-roll
# no regions: two cells may meet if the roll kept the offset between them
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (sh, sw) = image_size, shift_size
    here = torch.stack(torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij"), dim=-1)[None]
    before = here.roll((-sh, -sw), dims=(1, 2))
    moved = window_partition(before - here, window_size).flatten(1, 2)     # nW, N, 2
    together = (moved[:, :, None] == moved[:, None]).all(-1)
    mask = torch.full(together.shape, -100.0)
    mask[together] = 0.0
    return mask


# %% right: two-ranges-each-axis-alone
# two ranges only (question 1), rows and columns compared apart, without window_partition
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    def pairs(n, w, s):
        came = (torch.arange(n) >= n - s).reshape(n // w, w)
        return came[:, :, None] == came[:, None, :]          # windows, w, w

    down, across = [pairs(n, w, s) for n, w, s in zip(image_size, window_size, shift_size)]
    meet = down[:, None, :, None, :, None] & across[None, :, None, :, None, :]
    N = window_size[0] * window_size[1]
    return (~meet).reshape(-1, N, N) * -100.0


# %% right: two-ranges
# the border between the first two ranges is a border of windows anyway


def shifted_window_mask(image_size, window_size, shift_size):
    H, W = image_size
    rows = (torch.arange(H) >= H - shift_size[0]).int()
    cols = (torch.arange(W) >= W - shift_size[1]).int()
    regions = (2 * rows[:, None] + cols[None, :]).view(1, H, W, 1)
    w = window_partition(regions, window_size).reshape(-1, window_size[0] * window_size[1])
    mask = torch.zeros(w.shape[0], w.shape[1], w.shape[1])
    mask[w.unsqueeze(2) != w.unsqueeze(1)] = -100
    return mask


# %% wrong: None-without-a-shift, expect: Expected a tensor, got None
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    if shift_size == (0, 0):
        return None
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: all-pairs-of-the-picture, expect: Expected shape
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = regions.reshape(1, -1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: axis-for-the-heads-added, expect: axes of size 1 are left over
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0).unsqueeze(1)


# %% wrong: cells-counted-column-by-column, expect: You number the tokens of a window column by column
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).transpose(1, 2).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: distance-before-the-roll-wrong-for-one-window, expect: wrong with a different part of each side
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    # cells are neighbours if they were less than a window apart before the roll
    H, W = image_size
    rows = torch.arange(H)[:, None].expand(H, W)
    cols = torch.arange(W)[None, :].expand(H, W)
    grid = torch.stack([rows, cols], -1).roll((-shift_size[0], -shift_size[1]), dims=(0, 1))
    cells = window_partition(grid[None], window_size).flatten(1, 2)
    distance = (cells[:, :, None] - cells[:, None]).abs()
    near = (distance[..., 0] < window_size[0]) & (distance[..., 1] < window_size[1])
    return torch.where(near, 0.0, -100.0)


# %% wrong: infinity, expect: minus infinity
def shifted_window_mask(image_size, window_size, shift_size):
    r = (torch.arange(image_size[0]) >= image_size[0] - shift_size[0]).long()
    c = (torch.arange(image_size[1]) >= image_size[1] - shift_size[1]).long()
    x = window_partition((2 * r[:, None] + c)[None, ..., None], window_size).flatten(1)
    return torch.where(x[:, None] == x[:, :, None], 0.0, float("-inf"))


# %% wrong: mask-of-the-corner-for-every-window, expect: All your windows have the mask of the last one
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same[-1:].expand_as(same), 0.0, -100.0)


# %% wrong: minus-100-times-the-difference, expect: difference of the two regions
def shifted_window_mask(image_size, window_size, shift_size):
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows, columns = torch.arange(H), torch.arange(W)
    r = (rows >= H - wh).long() + (rows >= H - sh)
    c = (columns >= W - ww).long() + (columns >= W - sw)
    if not sh: r = r * 0
    if not sw: c = c * 0
    regions = (3 * r[:, None] + c).float()
    
    cells = window_partition(regions[None, ..., None], window_size).flatten(1)
    return -100.0 * (cells[:, :, None] - cells[:, None]).abs()


# %% wrong: minus-infinity, expect: Your mask is minus infinity where the regions differ
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, float("-inf"))


# %% wrong: no-mask-if-one-shift-is-zero, expect: it is zero everywhere
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    if sh == 0 or sw == 0:
        N = wh * ww
        return torch.zeros(H * W // N, N, N)
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: off-by-one, expect: Your last region begins at n - s - 1
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh - 1:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw - 1:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: own-shift-of-half-a-window, expect: it should be zero everywhere
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww) = image_size, window_size
    sh, sw = wh // 2, ww // 2
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: plus-100, expect: so tokens that should be kept apart get the largest weights
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, 100.0)


# %% wrong: regions-rolled-back, expect: roll the region numbers
def shifted_window_mask(image_size, window_size, shift_size):
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows, columns = torch.arange(H), torch.arange(W)
    r = (rows >= H - wh).long() + (rows >= H - sh)
    c = (columns >= W - ww).long() + (columns >= W - sw)
    if not sh: r = r * 0
    if not sw: c = c * 0
    regions = (3 * r[:, None] + c).float()
    regions = regions.roll((sh, sw), (0, 1))
    cells = window_partition(regions[None, ..., None], window_size).flatten(1)
    return torch.where(cells[:, :, None] == cells[:, None], 0.0, -100.0)


# %% wrong: regions-rolled-once-more, expect: You roll the region numbers
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    regions = regions.roll((-sh, -sw), dims=(0, 1))
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: row-and-column-shift-swapped, expect: The two shifts have changed places
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sw, sh) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: row-plus-column, expect: the same number
def shifted_window_mask(image_size, window_size, shift_size):
    parts = []
    for n, w, s in zip(image_size, window_size, shift_size):
        i = torch.arange(n)
        parts.append((i >= n - w).long() + (i >= n - s).long())
    regions = parts[0][:, None] + parts[1]
    x = window_partition(regions[None, ..., None], window_size).flatten(1)
    return -100.0 * (x[:, None] != x[:, :, None])


# %% wrong: rows-only, expect: columns
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = rows[:, None].expand(H, W)
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: slices-one-axis-early, expect: You give the two slices to axes 1 and 2
def shifted_window_mask(image_size, window_size, shift_size):
    img = torch.zeros(1, 1, *image_size)
    cnt = 0
    for h in (slice(0, -window_size[0]), slice(-window_size[0], -shift_size[0]), slice(-shift_size[0], None)):
        for w in (slice(0, -window_size[1]), slice(-window_size[1], -shift_size[1]), slice(-shift_size[1], None)):
            img[:, h, w, :] = cnt
            cnt += 1
    x = window_partition(img.permute(0, 2, 3, 1), window_size).flatten(1)
    return torch.where(x[:, None] == x[:, :, None], 0.0, -100.0)


# %% wrong: slices-one-axis-too-early, expect: the ranges of the columns cut the rows
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    regions, number = torch.zeros(1, 1, *image_size), 0
    (h, w), (down, right) = window_size, shift_size
    for rows in (slice(0, -h), slice(-h, -down), slice(-down, None)):
        for columns in (slice(0, -w), slice(-w, -right), slice(-right, None)):
            regions[:, rows, columns] = number
            number += 1
    cells = window_partition(regions.permute(0, 2, 3, 1), window_size).flatten(1)
    return torch.where(cells[:, :, None] == cells[:, None, :], 0.0, -100.0)


# %% wrong: start-of-axis, expect: Your last region begins at token s of an axis
def shifted_window_mask(image_size, window_size, shift_size):
    r = (torch.arange(image_size[0]) < shift_size[0]).long()
    c = (torch.arange(image_size[1]) < shift_size[1]).long()
    x = window_partition((2 * r[:, None] + c)[None, ..., None], window_size).flatten(1)
    return -100.0 * (x[:, None] != x[:, :, None])


# %% wrong: sum-of-the-ranges-as-the-number, expect: Two different regions have the same number
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, 0.0, -100.0)


# %% wrong: true-and-false, expect: Your mask holds True and False
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return same


# %% wrong: zero-and-minus-100-swapped, expect: Your mask is the wrong way round
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, -100.0, 0.0)
