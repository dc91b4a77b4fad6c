# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 08a · Windows
#
# *Attention that stays affordable: each token looks at its window, and windows move.*
#
# **After this lesson you will be able to**
#
# - cut images into windows and put them together again, with two reshapes and a swap;
# - build the mask that says which tokens of a shifted window may meet;
# - build Swin v2's attention: cosines, a learned scale, a position bias that fits any window;
# - judge when a mask of -100 is enough;
# - find mistakes in masks and indices that raise no error.
#
# **Why it matters.** Attention over all N tokens costs N · N.
# [Swin](https://arxiv.org/abs/2103.14030) (2021) computes attention within windows.
# [Swin v2](https://arxiv.org/abs/2111.09883) trained such networks with up to 3 billion parameters.
# [torchvision](https://pytorch.org/vision/stable/models/swin_transformer.html) has both;
# [GRL](https://arxiv.org/abs/2303.00748) (lesson 08b) restores images with the same windows.
#
# **You need** lesson 05a (queries, keys, values) and lesson 00 (softmax).
# **Difficulty** 4 of 5.
#
# | part | minutes |
# |---|---|
# | [a puzzle](#1.-A-puzzle) | 7 |
# | [exercise 1, `window_partition`](#2.-Exercise-1:-window_partition) (1 point), [exercise 2, `window_reverse`](#3.-Exercise-2:-window_reverse) (1 point) | 27 |
# | [shift and mask](#4.-Shift-and-mask), [exercise 3, `shifted_window_mask`](#5.-Exercise-3:-shifted_window_mask) (2 points) | 37 |
# | [a bias for each offset](#6.-A-bias-for-each-offset) | 16 |
# | [exercise 4, `AffineTransform`](#7.-Exercise-4:-AffineTransform) (2 points) | 27 |
# | [exercise 5, `cosine_attention`](#8.-Exercise-5:-cosine_attention) (1 point), and -100 again | 18 |
# | [exercise 6, `WindowAttention`](#9.-Exercise-6:-WindowAttention) (3 points) | 37 |
# | [the experiment](#10.-The-experiment:-the-tile-on-the-right) | 20 |
# | [a window never trained](#11.-A-window-never-trained) | 12 |
# | [the bug museum](#12.-The-bug-museum) | 18 |
# | [paper against code](#13.-Paper-against-code), [questions](#14.-A-challenge,-and-questions-to-think-about), without the challenge | 11 |

# %%
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import (ALERT, FEATURES, LAYERS, MAPS, OTHER, PAPER,
                                    predict_then_run, score_bars, show, show_images)
from attention_lab.pictures.prediction import INVITATION, remind
from attention_lab.tasks.coloured_tiles import coloured_tiles, right_at_borders
from attention_lab.pictures.touch import point
from attention_lab.networks.training import compare, train

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. A puzzle
#
# ![A grid of 4 x 6 cells, numbered row by row, in four windows of 2 x 3. In which order do the cells of the third window count? How can 8 learn about its neighbour 9?](figures/windows.svg)
#
# Each cell is a token: a pixel, or a small patch of an image.
# Attention within windows is cheap: here a token meets 5 others, not 23.
# Four times the tokens make four times the windows, so the cost grows with N, not with N · N.
#
# Answer both questions in the drawing with pen and paper.
# List windows and their cells row by row.
#
# <details><summary>The answers</summary>
#
# The third window holds 12, 13, 14, 18, 19, 20, in this order.
# In such windows 8 never meets 9, however many layers you stack.
# Swin *moves* the borders in every second layer (section 4).
# </details>

# %% [markdown]
# ## 2. Exercise 1: `window_partition`
#
# Cut grids x of shape (B, H, W, C) into windows of shape (B · nW, wh, ww, C).
# B counts images, nW the windows of one image, and C the channels, which come *last* in this lesson.
# All sizes are pairs (height, width); windows need not be square.
#
# All windows of image 0 come first, row by row, then those of image 1.
# If wh does not divide H, or ww does not divide W, raise a `ValueError`.
#
# Worked example: the grid of section 1 has shape (1, 4, 6, 1), and window_size is (2, 3).
# The result has shape (4, 2, 3, 1); window 0 is [[0, 1, 2], [6, 7, 8]], and window 1 is [[3, 4, 5], [9, 10, 11]].
#
# A `reshape` alone keeps the order of the numbers in memory: window 0 would be [[0, 1, 2], [3, 4, 5]].

# %% exercise
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C).

    ValueError if windows do not divide the grid.
    """
    ### BEGIN SOLUTION
    b, h, w, c = x.shape
    wh, ww = window_size
    if h % wh or w % ww:
        raise ValueError(f"windows of {wh} x {ww} do not divide a grid of {h} x {w}")
    split = x.reshape(b, h // wh, wh, w // ww, ww, c)
    return split.transpose(2, 3).reshape(-1, wh, ww, c).contiguous()
    ### END SOLUTION


# %% points=1
check(window_partition)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# H is (windows down) x (rows of a window).
# Split this axis in two, in that order, and W as well.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Now there are six axes: (B, H // wh, wh, W // ww, ww, C).
# Which two must change places, so that wh and ww stand side by side?
# </details>

# %% [markdown]
# ## 3. Exercise 2: `window_reverse`
#
# The way back: windows (B · nW, wh, ww, C), the window's size and the image's size go in, grids (B, H, W, C) come out.
#
# The number of images is not given; it follows from the number of windows.
# Again, raise a `ValueError` if the windows do not divide the image.
#
# Worked example: 12 windows of 2 x 3, for images of 4 x 6.
# An image has 2 windows down and 2 across, so nW = 4, and B = 12 / 4 = 3.
# Windows 0 to 3 make up image 0; its row 0 is row 0 of window 0, then row 0 of window 1.
#
# `window_reverse(window_partition(x, size), size, (H, W))` is x again.
# This is a good test, but not a complete one: two functions that are wrong in the same way pass it too.

# %% exercise
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C).

    ValueError if windows do not divide the image.
    """
    ### BEGIN SOLUTION
    (h, w), (wh, ww) = image_size, window_size
    if h % wh or w % ww:
        raise ValueError(f"windows of {wh} x {ww} do not divide an image of {h} x {w}")
    split = windows.reshape(-1, h // wh, w // ww, wh, ww, windows.shape[3])
    return split.transpose(2, 3).reshape(-1, h, w, windows.shape[3])
    ### END SOLUTION


# %% points=1
check(window_reverse)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Undo your `window_partition`, from its last step to its first.
# A second swap undoes the first.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# A test of the sizes; a `reshape` to six axes, with -1 for B; a `return` with a swap and a second `reshape`.
# </details>

# %% [markdown]
# ## 4. Shift and mask
#
# In every second layer, Swin moves the borders down and to the right by half a window, rounded down.
# For windows of 2 x 3 the shift s is (1, 1).
#
# ![Left: the borders moved by (1, 1), with pieces left over at the rim. Right: the picture rolled by (-1, -1), in ordinary windows; the second holds 10, 11, 6, 16, 17, 12.](figures/shift.svg)
#
# Moved borders leave small pieces at the rim (left).
# The trick on the right: roll the picture (`torch.roll`), cut ordinary windows, and roll the result back after attention.
#
# But now some windows hold cells from opposite sides of the picture.
# In each window, cells that lay together before the roll form a **region**.
# A **mask** is added to the logits, lesson 00's scores, before the softmax: 0 if two cells share a region, and -100 if not.

# %% [markdown]
# ![The second window: 10, 11, 16, 17 are region A, 6 and 12 are region B. Its 6 x 6 mask is 0 within A and within B, -100 between them.](figures/mask.svg)
#
# Beside a logit of 0, one of -100 becomes a weight of about $e^{-100}$, or 4 · 10⁻⁴⁴.
#
# **By hand:** the last window of the rolled picture holds 22, 23, 18, 4, 5, 0.
# How many regions does it have?
# How many of the 36 numbers of its mask are 0?
#
# <details><summary>The answers</summary>
#
# Four regions: {22, 23}, {18}, {4, 5}, {0}.
# The rows of 22, 23, 4 and 5 have two zeros each, those of 18 and 0 have one: 10 zeros.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `shifted_window_mask`
#
# Return the masks of an image's windows: shape (nW, N, N), values 0.0 and -100.0; N now counts the cells of a window.
# The image is rolled by *minus* `shift_size`.
#
# *After* the roll, an axis of the whole picture (length n, windows of length w, shift s) has three ranges:
#
# - [0, n - w): all windows but the last;
# - [n - w, n - s): the first part of the last window;
# - [n - s, n): what came from the other side.
#
# Two axes make nine regions; in a window, cells of one region may meet.
#
# Worked example: (n, w, s) = (6, 3, 1) gives columns [0, 3), [3, 5), [5, 6); (4, 2, 1) gives rows [0, 2), [2, 3), [3, 4).
#
# Without a shift every number is 0.
# Windows divide the image, and 0 ≤ s < w: no test is needed.

# %% exercise
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    """Which cells of each window may meet after a roll by -shift_size.

    (nW, N, N): 0 where they may, -100 where they may not.
    """
    ### BEGIN SOLUTION
    regions = torch.zeros(image_size)
    for axis, (n, w, s) in enumerate(zip(image_size, window_size, shift_size)):
        place = torch.arange(n)
        if s > 0:  # 0, 1 or 2 along the height, and three times that along the width
            part = (place >= n - w).float() + (place >= n - s).float()
            regions += part[:, None] if axis == 0 else 3 * part
    of_cells = window_partition(regions[None, ..., None], window_size).flatten(1)  # (nW, N)
    return torch.where(of_cells[:, :, None] == of_cells[:, None, :], 0.0, -100.0)
    ### END SOLUTION


# %% points=2
check(shifted_window_mask)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Give each cell the number of its region: a picture of shape (H, W).
# You have a function that finds the cells of each window.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Number the regions 3 · (range of the row) + (range of the column).
# Partition this picture, and flatten each window: (nW, N).
# Compare all pairs in a window: give two copies a size-1 axis in different places; `==` broadcasts.
# </details>

# %% [markdown]
# **Touch it.** A picture of 8 x 12 cells with windows of 4 x 4.
# Point at a cell, or click it, then use the arrow keys: its window lights up.
# In the second grid the windows are shifted by (2, 2).
# Your mask lets the orange cells through; pale ones share the window, but are masked.

# %% tags=["experiment"]
SIZE, WINDOW, SHIFT = (8, 12), (4, 4), (2, 2)
places = torch.arange(96.0).reshape(1, *SIZE, 1)


def seen_from(row, column, shift):  # drawing code, from here on
    """What a cell sees: 1 for cells that it may look at, 0.2 for masked ones in its window."""
    rolled = places.roll([-s for s in shift], dims=(1, 2))
    windows = window_partition(rolled, WINDOW).flatten(1).long()
    which, token = (windows == places[0, row, column, 0]).nonzero()[0]
    mask = shifted_window_mask(SIZE, WINDOW, shift)[which, token]
    lights = torch.zeros(96)
    lights[windows[which]] = torch.where(mask == 0, 1.0, 0.2)
    return lights.reshape(SIZE)


for words, shift in (("Not shifted", (0, 0)), ("Shifted", SHIFT)):
    def says(row, column, words=words, shift=shift):
        lights = seen_from(row, column, shift)
        return (f"{words}: the cell in row {row}, column {column} looks at "
                f"{int((lights == 1).sum())} cells; {int((lights == 0.2).sum())} are masked.")

    point(SIZE, lambda row, column, shift=shift: seen_from(row, column, shift), says, (3, 3))

# %% [markdown]
# **Why -100, and not minus infinity?**
# Minus infinity makes the weight exactly 0, and works too, if you are careful.
# Never multiply it by a pattern of 0 and 1: 0 · ∞ is not a number.
# And a row of nothing but minus infinity has the softmax 0 / 0 (our rows are safe: every cell may look at itself).
# With -100 neither can happen.
# Whether it is *enough* depends on the other logits; section 8 works that out.

# %% [markdown]
# ## 6. A bias for each offset
#
# Attention does not know where tokens are.
# Swin adds a learned number to each logit, a **position bias**, which depends on the offset between the two tokens: query minus key.
# So a token that looks to its *right* has a negative column offset.
#
# ![Token 4 of a 2 x 3 window looks at token 2: the offset is row +1, column -1. In the table of 3 x 5 offsets this is cell 11, so index[4, 2] is 11.](figures/offsets.svg)
#
# Pairs with the same offset share a cell of the table.
# In the first Swin, each cell is a parameter, so a larger window has cells that were never trained.
# Swin v2 computes the bias from the offset with a small network instead: a *continuous* position bias, for windows of any size.
#
# The network sees offsets on a **log scale**.
# For windows of length w, an offset c becomes $t = 8c / (w - 1)$, between -8 and 8, and then $\operatorname{sign}(t) \log_2(|t| + 1) / 3$.
# The 3 is $\log_2 8$, so this lies between about -1 and 1 (at most $\log_2 9 / 3 = 1.06$).
#
# The functions for table and index are given; only the first takes a `dtype`.
# (The other arguments are for lesson 08b.)

# %%
def relative_coords_table(window_size, down_factor=1, dtype=torch.float32):
    """The offsets of a window on a log scale, (1, 2 wh - 1, 2 ww - 1, 2): row, column."""
    axes = []
    for w in window_size:
        a = w // down_factor
        start = (w - a) // 2
        offsets = torch.arange(1 - a - start, w - start, dtype=dtype)
        axes.append(8 * offsets / max(w - 1 - start, 1))
    t = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)[None]
    return torch.sign(t) * (t.abs() + 1).log2() / 3


def relative_position_index(window_size, down_factor=1, from_anchor=False):
    """The cell of the flattened table that each pair of tokens reads, (N, N)."""
    rows, columns = window_size, tuple(w // down_factor for w in window_size)
    if from_anchor:
        rows, columns = columns, rows
    places = [torch.cartesian_prod(*map(torch.arange, size)) for size in (rows, columns)]
    offset = places[0][:, None] - places[1] + torch.tensor(columns) - 1
    down, right = offset.unbind(-1)
    return down * (rows[1] + columns[1] - 1) + right


print("index of the pair (4, 2):", relative_position_index((2, 3))[4, 2].item())

# %%
figure, axis = plt.subplots(figsize=(7.2, 3.2), facecolor=PAPER, layout="constrained")
for side, colour, mark in ((4, FEATURES, "o"), (8, MAPS, "s"), (16, LAYERS, "^")):
    values = relative_coords_table((1, side))[0, 0, :, 1]
    axis.plot(range(1 - side, side), values, f"{mark}-", color=colour, markersize=4,
              label=f"windows of {side}")
axis.set(xlabel="offset (columns)", ylabel="coordinate in the table", facecolor=PAPER)
axis.legend(frameon=False)
show(figure, "Coordinate against offset for windows of 4, 8 and 16 columns. Each curve is "
     "steep near 0 and flat far away; all end at the same heights, -1.06 and 1.06.")

# %% [markdown]
# The curves are steep near 0: a step matters more between neighbours than far away.
# All three end at the same heights, so no coordinate lies outside the range that was trained.
# But the coordinate of offset 1 *changes* with the window; section 11 asks what that means.
#
# **Predict, then run: a number from the paper.**
# Leave out the factor 8 / (w - 1), as the paper does, and move a network from windows of 8 to windows of 16.
# How far is the largest coordinate above the trained maximum, in multiples of that maximum?
# Answer for plain offsets c, and for $\log(|c| + 1)$.

# %%
predicted = {"plain offsets": None, "log scale": None}

coordinates = {"plain offsets": lambda c: c, "log scale": lambda c: math.log(c + 1)}
measured = {name: of(15) / of(7) - 1 for name, of in coordinates.items()}
predict_then_run(predicted, measured, unit="times the trained range")

# %% [markdown]
# <details><summary>What the paper says</summary>
#
# The same numbers, 1.14 and 0.33: they are its argument for the log scale.
# </details>

# %% [markdown]
# ## 7. Exercise 4: `AffineTransform`
#
# Turn `attn` (cosines, section 8) into logits, `attn · scale + 16 · sigmoid(bias) + mask`:
#
# - **scale**: a parameter `logit_scale`, (h, 1, 1) for h heads, starts at log 10 (`math.log`, natural).
#   Clamp it from above at log 100, then take `exp`.
# - **bias**: `cpb_mlp` is a `Sequential`: Linear from 2 to 512, ReLU, Linear from 512 to h *without* bias.
#   From the table, (1, R, S, 2), it makes a number per cell and head.
#   Flatten the cells row by row; pair (i, j) reads cell `index[i, j]`.
# - **mask**: (nW, N1, N2) or `None`, added for all heads.
#
# `attn` is (B · nW, h, N1, N2), here N1 = N2.
# Window i of *every* image gets `mask[i]`.
#
# Worked example: a new module, cosines 0.5 and -0.2, bias outputs 0 and ln 3.
# The sigmoids are 1/2 and 3/4, the logits 5 + 8 = 13 and -2 + 12 = 10.
# The mask (0, -100) makes them 13 and -90.

# %% exercise
class AffineTransform(nn.Module):
    """attn * scale + 16 * sigmoid(bias) + mask, for cosines attn of shape (B * nW, h, N1, N2).

    logit_scale: nn.Parameter (h, 1, 1). cpb_mlp: nn.Sequential, 2 -> 512 -> h.
    table: (1, R, S, 2). index: (N1, N2). mask: (nW, N1, N2) or None.
    """

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False)
        )
        ### END SOLUTION

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        ### BEGIN SOLUTION
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        bias = self.cpb_mlp(table).flatten(0, 2)[index]  # (N1, N2, h)
        logits = attn * scale + 16 * torch.sigmoid(bias.permute(2, 0, 1))
        if mask is not None:
            of_images = logits.unflatten(0, (-1, len(mask)))  # (B, nW, h, N1, N2)
            logits = (of_images + mask[:, None]).flatten(0, 1)
        return logits
        ### END SOLUTION


# %% points=2
check(AffineTransform)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `flat[index]`, with `flat` of shape (R · S, h), reads all pairs at once.
# Which shape does it give, and where do the heads have to go?
# </details>
#
# <details><summary>Hint 2: the mask</summary>
#
# Split the first axis of the logits into (B, nW).
# Then the mask only lacks an axis for the heads.
# </details>
#
# **Why a clamp?** The paper divides by a temperature τ above 0.01; the scale is 1/τ.
# Without a limit the softmax could become so sharp that its gradient vanishes.

# %% [markdown]
# ## 8. Exercise 5: `cosine_attention`
#
# A dot product grows with the lengths of query and key.
# Swin v2's authors found that in large networks a few pairs came to dominate whole attention maps.
# They take the cosine instead: both vectors are divided by their length first.
#
# - q: (B', h, N1, d), k: (B', h, N2, d), v: (B', h, N2, e), result (B', h, N1, e); B' counts windows;
# - divide each query and each key by its length, as `F.normalize` does (at least by 1e-12);
# - do *not* divide by the square root of d;
# - `transform` is a function that turns cosines, (B', h, N1, N2), into logits; call it once;
# - softmax over the N2 keys, times v.
#
# Worked example: q = (3, 4) and the keys (4, 3) and (-30, -40).
# The cosines are 0.96 and -1.
# With `transform = lambda cosine: 10 * cosine` the logits are 9.6 and -10, so nearly all weight is on the first key.

# %% exercise
def cosine_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform
) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    ### BEGIN SOLUTION
    cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    return transform(cosine).softmax(dim=-1) @ v
    ### END SOLUTION


# %% points=1
check(cosine_attention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `F.normalize` takes an axis, and its default is not the last one.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# A line for the cosines; a `return` with transform, softmax, product.
# </details>
#
# **Predict, then run: when is -100 not enough?**
# The worst case: a token may look at only one token, with the cosine -1 and a bias of 0.
# A masked token has the cosine 1 and a bias of 16.
# At which scale, between 1 and 100, does the *masked* token get as much weight as the allowed one?

# %%
predicted = {"scale": None}

scales = torch.arange(1.0, 100.0, 0.5)
logits = torch.stack([-scales, scales + 16 - 100], dim=1)  # allowed, masked
weight = logits.softmax(dim=1)[:, 1]
measured = {"scale": scales[(weight - 0.5).abs().argmin()].item()}
predict_then_run(predicted, measured, unit="scale at which the mask fails")

# %% [markdown]
# <details><summary>Why, and does it happen?</summary>
#
# For scale z, the logits -z and z + 16 - 100 are equal at 42.
# A new module starts at 10; the clamp allows 100.
# So with -100 the allowed token is sure to win only while the scale is below 42.
# Section 10 prints the largest scale of its trained networks.
# </details>

# %% [markdown]
# ## 9. Exercise 6: `WindowAttention`
#
# ![qkv becomes a grid, is rolled by -s, cut into windows and split into heads; after cosine attention the heads are joined, the windows put together, and rolled back.](figures/attention.svg)
#
# The channels of the input are `[q | k | v]`, C each; each of the three is split into heads of C / h neighbouring channels.
# Tokens come row by row, L = H · W.
# With `shift`, roll by -(wh // 2) and -(ww // 2) and pass the mask; without it, do neither.
# In `forward`, build the table (`dtype=qkv.dtype`), the index and the mask, and move them to `qkv.device`.
# Give the mask qkv's dtype too, with `.to(qkv)`: otherwise half precision fails.
# Name the one sub-module `transform`: section 10 replaces it.
#
# Worked example: `WindowAttention(2, (2, 3), shift=True)`, qkv (5, 24, 12), image (4, 6).
# Grid (5, 4, 6, 12), windows (20, 2, 3, 12), queries (20, 2, 6, 2), result (5, 24, 4).
# Token 8 now looks at 7, 8, 9, 13, 14 and 15.
#
# h divides C, and windows divide the image.

# %% exercise
class WindowAttention(nn.Module):
    """Cosine attention within windows, (B, L, 3C) -> (B, L, C). transform: AffineTransform."""

    def __init__(
        self, num_heads: int, window_size: tuple[int, int], shift: bool = False
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.num_heads, self.window_size = num_heads, window_size
        self.shift_size = (window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)
        self.transform = AffineTransform(num_heads)
        ### END SOLUTION

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        ### BEGIN SOLUTION
        down, right = self.shift_size
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        if down or right:
            mask = shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv)

        grid = qkv.unflatten(1, tuple(image_size)).roll((-down, -right), dims=(1, 2))
        windows = window_partition(grid, self.window_size).flatten(1, 2)  # (B * nW, N, 3C)
        q, k, v = windows.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        y = y.transpose(1, 2).flatten(2).unflatten(1, tuple(self.window_size))
        grid = window_reverse(y, self.window_size, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)
        ### END SOLUTION


# %% points=3
check(WindowAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the drawing box by box, and print shapes.
# `unflatten(1, (H, W))` turns tokens into a grid, `flatten(1, 2)` turns it back.
# </details>
#
# <details><summary>Hint 2: the heads</summary>
#
# `unflatten(2, (3, h, C // h))` splits the channels of (B · nW, N, 3C), and -1 may stand for C // h.
# Then `permute`: the axis of 3 first, heads before tokens.
# On the way back: heads after tokens, then `flatten(2)`.
# </details>
#
# <details><summary>Hint 3: the transform</summary>
#
# `lambda cosine: self.transform(cosine, table, index, mask)` is a function of the cosines alone.
# </details>

# %% [markdown]
# ## 10. The experiment: the tile on the right
#
# Pictures of 6 x 12 tiles in four random colours.
# Every tile must say the colour of its *right neighbour*; a tile in the last column, which has none, says its own.
#
# The network: a linear layer, two blocks of window attention with shortcuts, scores for four colours.
# Windows are 2 x 4.
#
# | arm | first block | second block |
# |---|---|---|
# | never shifted | plain | plain |
# | both shifted | shifted | shifted |
# | no mask | plain | shifted, without the mask |
# | shifted | plain | shifted |
#
# All arms have equally many parameters.
# **Predict first:** what percentage is right in columns 3 and 7 (border)?
# And in column 11 (edge)?
# Guessing gives 25 %.

# %%
predicted = {"never shifted, border": None, "never shifted, edge": None,
             "no mask, border": None, "no mask, edge": None,
             "shifted, border": None, "shifted, edge": None}
print(INVITATION if None in predicted.values() else "Noted. Run the next cells.")

# %% [markdown]
# **Then run:** twelve networks, about 20 seconds.

# %% tags=["experiment"]
SEEDS, TILE_WINDOW, HEADS = range(3), (2, 4), 2


class Unmasked(AffineTransform):
    def forward(self, attn, table, index, mask=None):
        return super().forward(attn, table, index)


class Block(nn.Module):
    """x + a linear layer of window attention of x, on tokens."""

    def __init__(self, shift, window, transform):
        super().__init__()
        self.qkv, self.proj = nn.Linear(32, 96), nn.Linear(32, 32)
        self.attention = WindowAttention(HEADS, window, shift)
        assert hasattr(self.attention, "transform"), (
            "WindowAttention's sub-module has another name: call it `transform` (exercise 6).")
        self.attention.transform = transform(HEADS)

    def forward(self, x, size):
        return x + self.proj(self.attention(self.qkv(x), size))


class TileNet(nn.Module):
    """(B, 3, H, W) -> scores for four colours (B, 4, H, W)."""

    def __init__(self, shifts, transform=AffineTransform, window=TILE_WINDOW):
        super().__init__()
        self.first, self.last = nn.Linear(3, 32), nn.Linear(32, 4)
        self.blocks = nn.ModuleList(Block(shift, window, transform) for shift in shifts)

    def forward(self, x):
        size = tuple(x.shape[2:])
        tokens = self.first(x.flatten(2).transpose(1, 2))
        for block in self.blocks:
            tokens = block(tokens, size)
        return self.last(tokens).transpose(1, 2).unflatten(2, size)


# %% tags=["experiment"]
arms = {"never shifted": ((False, False),), "both shifted": ((True, True),),
        "no mask": ((False, True), Unmasked), "shifted": ((False, True),)}
seen, new = coloured_tiles(2400, seed=1), coloured_tiles(300, seed=2)
trained = {}
show(show_images(seen.pictures[:3]), "Three small pictures of 6 x 12 tiles in four colours.")


def run(arm, seed):
    model = train(TileNet(*arms[arm]), seen.pictures, seen.answers, loss=F.cross_entropy,
                  epochs=1, batch_size=16, peak_rate=0.02, seed=seed)  # 150 steps
    trained[arm, seed] = model.state_dict()
    with torch.no_grad():
        return right_at_borders(model(new.pictures), new.answers, TILE_WINDOW[1])


# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=SEEDS, run=run)

# %% tags=["experiment"]
measured = {name: results.mean(*name.split(", ")) for name in predicted}
predict_then_run(predicted, measured, unit="% right")

# %% tags=["experiment"]
def by_column(arm, seed):
    """% right in each column of new pictures."""
    model = TileNet(*arms[arm])
    model.load_state_dict(trained[arm, seed])
    with torch.no_grad():
        right = (model(new.pictures).argmax(1) == new.answers).float()
    return 100 * right.mean((0, 1))


figure, grid = plt.subplots(2, 2, figsize=(8.6, 4.6), sharex=True, sharey=True, facecolor=PAPER,
                            layout="constrained")
for axis, arm in zip(grid.flat, arms):
    for border in (3.5, 7.5):
        axis.axvline(border, color=OTHER, linestyle=":")
    axis.axhline(25, color=ALERT, linestyle="--", linewidth=1)
    for seed in SEEDS:
        axis.plot(range(12), by_column(arm, seed), "o-", color=FEATURES, alpha=0.6, ms=4)
    axis.set_title(arm)
    axis.set(xlabel="column", ylabel="right (%)", ylim=(0, 105), xticks=range(12),
             facecolor=PAPER)
    axis.label_outer()
means = {arm: {place: f"{results.mean(arm, place):.0f} %" for place in results.measures}
         for arm in arms}
show(figure, "% right against the column, a line for each seed; dotted: borders of plain "
     f"windows; dashed: a guess. Means: {means}")
show(score_bars(results, "right in columns 3 and 7 of new pictures (%)", measure="border",
                highlight="shifted", baselines={"a guess": 25}),
     "Bars for the border: " + "; ".join(f"{arm} {means[arm]['border']}" for arm in arms))
for place, arm, control in (("border", "shifted", "never shifted"),
                            ("border", "shifted", "no mask"), ("edge", "shifted", "no mask"),
                            ("shifted border", "shifted", "both shifted"),
                            ("elsewhere", "shifted", "never shifted")):
    gap = results.mean(arm, place) - results.mean(control, place)
    clearly = "clearly" if results.lead(arm, control, place) > 2 and gap > 5 else "not clearly"
    print(f"{place}: '{arm}' is {clearly} ahead of '{control}' ({gap:+.1f} points)")
for seed in SEEDS:
    border, edge = (results.runs["no mask", seed][place] for place in ("border", "edge"))
    print(f"no mask, seed {seed}: {border:.0f} % + {edge:.0f} % = {border + edge:.0f} %")
largest = max(value.exp().max().item() for state in trained.values()
              for name, value in state.items() if name.endswith("logit_scale"))
print(f"the largest scale of all trained networks: {largest:.0f}")

# %% [markdown]
# **Read it.** Without a shift, a tile in column 3 cannot see column 4, so it can only guess: 25 %.
# If *both* blocks are shifted, columns 1, 5 and 9 are blind instead ("shifted border").
# One plain and one shifted block leave no column blind; away from borders ("elsewhere") the shift changes nothing.
# ("Clearly": by more than two standard errors and more than 5 points.)
#
# Without the mask the picture is a ring: column 11 sits beside column 0.
# Roll the picture by a whole window, 4 columns, and the network's answers roll along.
# So it cannot tell column 11 from column 3.
# It has to choose: the neighbour's colour (right at the border, wrong at the edge), or the tile's own.
# If border or edge is 100 %, the other is a guess: the sums are at most about 125.
# Our networks choose the neighbour: without a mask the border loses little, and the edge falls nearly to a guess.
# **The mask does not only forbid; it tells a network where the picture ends.**

# %% [markdown]
# **Is it only a matter of time?** Five times as many steps (% right, three runs each):
#
# | 750 steps | border | edge |
# |---|---|---|
# | never shifted | 26, 26, 26 | 93, 100, 100 |
# | both shifted | 100, 100, 100 | 100, 100, 99 |
# | no mask | 93, 98, 99 | 32, 26, 25 |
# | shifted | 100, 100, 100 | 100, 100, 100 |
#
# In the blind columns of "both shifted" the three runs still have 26, 25 and 24 %.
# Half the learning rate gives the same findings, but after 150 steps one run without a mask chose the tile's own colour.
# (All runs: `solutions/windows/experiment.md`.)
# In blind columns more steps cannot help: the answer never arrives.
#
# The task does not show how much the mask matters on photographs.
# One [reader](https://github.com/microsoft/Swin-Transformer/issues/245) of Swin's code left out mask and bias,
# and reports near 84 %.

# %% [markdown]
# ## 11. A window never trained
#
# No parameter of `WindowAttention` depends on the window's size.
# So take the arm "shifted", trained with windows of 2 x 4, and use its weights with windows of 2 x 6 and 2 x 8.
# The right neighbour is still one tile away.
#
# Two ways to make the table:
#
# - **own scale**: as in section 6, with $t = 8c / (w - 1)$ for the *new* w;
# - **trained scale**: with the w that was trained, 4.
#
# **Predict, then run:** what percentage is right, over all tiles?
# Section 6's formula helps.

# %% tags=["experiment"]
class TrainedScale(AffineTransform):
    """Takes the log back, makes coordinates for windows of 2 x 4, and takes the log again."""

    def forward(self, attn, table, index, mask=None):
        part = table.sign() * (2 ** (3 * table.abs()) - 1) / 8  # of the largest offset, -1 to 1
        offsets = part * (torch.tensor(table.shape[1:3]) - 1) / 2
        t = 8 * offsets / (torch.tensor(TILE_WINDOW) - 1)
        coordinates = torch.sign(t) * (t.abs() + 1).log2() / 3
        return super().forward(attn, coordinates, index, mask)


predicted = {f"windows of 2 x {width}, {scale}": None for width in (6, 8)
             for scale in ("own scale", "trained scale")}


def in_other_windows(seed, width, transform):
    """% right over all tiles, of trained weights in windows of 2 x width."""
    tiles = coloured_tiles(300, seed=2, size=(6, 3 * width))
    model = TileNet((False, True), transform, window=(2, width))
    model.load_state_dict(trained["shifted", seed])
    with torch.no_grad():
        return 100 * (model(tiles.pictures).argmax(1) == tiles.answers).float().mean().item()


measured = {}
for width in (6, 8):
    for name, transform in (("own scale", AffineTransform), ("trained scale", TrainedScale)):
        found = [in_other_windows(seed, width, transform) for seed in SEEDS]
        measured[f"windows of 2 x {width}, {name}"] = sum(found) / len(found)
predict_then_run(predicted, measured, unit="% right over all tiles")

# %% [markdown]
# <details><summary>What we found</summary>
#
# On each window's own scale, an offset of 1 has the coordinate 0.62 for 4 columns, 0.46 for 6, and 0.37 for 8 (signs left out).
# An offset of 2 has 0.69 in windows of 6, and 0.57 in windows of 8.
# The network learned that the answer stands at 0.62.
# In windows of 6 that lies between offsets 1 and 2, and most answers stay right; in windows of 8 between 2 and 3, and half are wrong.
# On the trained scale offset 1 keeps its coordinate; only the far offsets are new.
# Five times the steps change little: on the own scale, three runs have 88, 96 and 86 % in windows of 2 x 6,
# and 47, 46 and 54 % in windows of 2 x 8.
#
# If distance matters as a *share* of the window, the own scale is right; if it matters in pixels, as here, the trained one.
# Swin v2's code has an argument for the second, `pretrained_window_size`.
# </details>

# %% [markdown]
# ## 12. The bug museum
#
# ### Exhibit A: a mask that raises no error
#
# *Symptom.* Training works, shapes are right, but at one rim of the results something is off.
# A reader found it [in a network that restores images](https://github.com/zsyOAOA/ResShift/issues/81); this is our copy:

# %%
def exhibit_a(image_size, window_size, shift_size):
    regions, number = torch.zeros(1, 1, *image_size), 0
    (h, w), (down, right) = window_size, shift_size
    for rows in (slice(0, -h), slice(-h, -down), slice(-down, None)):
        for columns in (slice(0, -w), slice(-w, -right), slice(-right, None)):
            regions[:, rows, columns, :] = number
            number += 1
    cells = window_partition(regions.permute(0, 2, 3, 1), window_size).flatten(1)
    return torch.where(cells[:, :, None] == cells[:, None, :], 0.0, -100.0)

# %%
theirs, ours = (mask((8, 12), (4, 4), (2, 2)) for mask in (exhibit_a, shifted_window_mask))
print("pairs that are masked in each window:", (theirs < 0).sum((1, 2)).tolist())
print("repaired:", "Yes." if theirs.equal(ours) else "No, not yet.")

# %% [markdown]
# There are two rows of three windows.
# Which windows' masks are incomplete?
# Repair the function until the cell says yes.
#
# <details><summary>What is wrong</summary>
#
# The third window masks no pair; the sixth, too few.
# `regions` is (1, 1, H, W), but the slices are applied to the axes 1 and 2, one axis too early.
# A slice of an axis of size 1 is empty or everything, and neither raises an error.
# The repair is `regions[:, :, rows, columns] = number`.
# </details>

# %% [markdown]
# ### Exhibit B: minus one or minus two?
#
# To find the cell of an offset, Swin's code multiplies the row offset by 2 · ww - 1.
# A reader [asks](https://github.com/microsoft/Swin-Transformer/issues/367): is 2 · ww - 2 better?

# %%
def exhibit_b(window_size, step):
    places = torch.cartesian_prod(*map(torch.arange, window_size))
    offset = places[:, None] - places + torch.tensor(window_size) - 1
    down, right = offset.unbind(-1)
    return down * step + right


for step in (2 * 3 - 2, 2 * 3 - 1):
    index = exhibit_b((2, 3), step)
    print(f"step {step}: {len(index.unique())} cells are read, up to {index.max().item()}")

# %% [markdown]
# How many offsets does a window of 2 x 3 have?
# Which offsets share a cell if the step is 4?
#
# <details><summary>What is wrong</summary>
#
# 3 · 5 = 15 offsets, but only 13 cells are read.
# The offsets (0, 2) and (1, -2) share a cell, and so a bias; so do (0, -2) and (-1, 2).
# A row of the table has 2 · ww - 1 cells: that is the step.
# </details>

# %% [markdown]
# ### Exhibit C: large images only
#
# A network stores its masks for the size of its training images, and computes a mask for any other size.
# For other sizes, a [reader](https://github.com/JingyunLiang/SwinIR/issues/153) found, even blocks that are *not* shifted use a mask.
# What should the code check before computing a mask?
#
# <details><summary>What we think</summary>
#
# Whether the block is shifted.
# </details>

# %% [markdown]
# ## 13. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | masked logits | "masking mechanism" | -100 | -100 |
# | temperature | above 0.01 | scale at most 100 | as the code |
# | bias | output of the small network | 16 · sigmoid of it | as the code |
# | offsets | log scale | times 8 / (w - 1) first, and log2(...) / 3 | as the code |
# | shift (GRL) | half a window | half its *height*, on both axes | half of each side |
#
# With the same weights and square windows, outputs and gradients equal those of their code (our tests check this within 1e-10).

# %% [markdown]
# ## 14. A challenge, and questions to think about
#
# **A challenge (not graded).** Make every tile say the colour of the tile *five* columns to its right (own colour, if there is none).
# Windows of 2 x 4 see at most three columns ahead.
# Four blocks (plain, shifted, plain, shifted) and 300 steps at a peak rate of 0.01 give us 72 % over all tiles.
# Can you get above 90 % (our best: 91 %)?
# It needs the imports, your exercises and section 10's cells above the training.

# %% tags=["experiment"]
mine = None  # your turn: make a network of four blocks, with windows of 2 x 4, such as
# lambda: TileNet((False, True, False, True))


def five_right(tiles):
    """Colours five columns to the right; in the last five columns, own ones."""
    return torch.cat([tiles.answers[:, :, 4:11], tiles.answers[:, :, 6:11]], dim=2)


def attempt(arm, seed):
    model = train(mine(), seen.pictures, five_right(seen), loss=F.cross_entropy, epochs=2,
                  batch_size=16, peak_rate=0.01, seed=seed)  # 300 steps
    with torch.no_grad():
        return 100 * (model(new.pictures).argmax(1) == five_right(new)).float().mean().item()


found = compare(["yours"], range(3), attempt).mean("yours") if mine else None
challenge("five columns to the right: right tiles, mean of three runs", found, 90, "%")

# %% [markdown]
# 1. Does `shifted_window_mask` need three ranges per axis?
#    What happens with two, [0, n - s) and [n - s, n)?
# 2. Multiply all queries by 7.
#    How does the attention map change?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. Two give the same masks: n - w is a border of windows, and cells on its two sides never share a window.
# 2. Not at all: a cosine does not depend on lengths.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, which takes up the blocks of every lesson. It has two places for them:
# my_net("SE", WindowAttention) has an earlier one first.
my_net(WindowAttention)

# %% [markdown]
# ## 15. References
#
# - Z. Liu and others: *Swin Transformer: Hierarchical Vision Transformer using Shifted Windows*.
#   ICCV 2021, [arXiv:2103.14030](https://arxiv.org/abs/2103.14030).
# - Z. Liu and others: *Swin Transformer V2: Scaling Up Capacity and Resolution*.
#   CVPR 2022, [arXiv:2111.09883](https://arxiv.org/abs/2111.09883).
#   Authors' code of both: [microsoft/Swin-Transformer](https://github.com/microsoft/Swin-Transformer).
# - Y. Li and others: *Efficient and Explicit Modelling of Image Hierarchies for Image Restoration* (GRL).
#   CVPR 2023, [arXiv:2303.00748](https://arxiv.org/abs/2303.00748).
#   Authors' code: [ofsoundof/GRL-Image-Restoration](https://github.com/ofsoundof/GRL-Image-Restoration).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
