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
# ![A grid of 4 x 6 cells in four windows of 2 x 3. Cells 8 and 9 are neighbours in different windows. Beside it are three layers with the same windows: layer 1, layer 2, layer 100. How can 8 ever learn what 9 contains?](figures/windows.svg)
#
# Each cell looks only at its own window: how can 8 ever learn what its neighbour 9 contains?
#
# An image of 1536 x 1536 pixels, cut into patches of 4 x 4, has 147,456 tokens, whose pairs need 81 GiB of weights per head.
# Within windows of 8 x 8 tokens it is 36 MiB, and so [Swin v2](https://arxiv.org/abs/2111.09883) could train a network of 3 billion parameters on such images.
#
# **Needs** lesson 05a (queries, keys, values) and lesson 00 (softmax) · 2 h 45 min · 11 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - cut images into windows and put them together again, with two reshapes and a swap;
# - build the mask that says which tokens of a shifted window may look at each other;
# - build Swin v2's attention: cosines, a learned scale, a position bias for windows of any size;
# - judge when adding -100 to a logit is enough to hide a token;
# - find mistakes that raise no error, in masks and in indices.
#
# | part | minutes |
# |---|---|
# | [exercise 1, `window_partition`](#1.-Exercise-1:-window_partition) (1 point), [exercise 2, `window_reverse`](#2.-Exercise-2:-window_reverse) (1 point) | 27 |
# | [shift and mask](#3.-Shift-and-mask), [exercise 3, `shifted_window_mask`](#4.-Exercise-3:-shifted_window_mask) (2 points), and a photograph to touch | 34 |
# | [a bias for each offset](#5.-A-bias-for-each-offset), [exercise 4, `AffineTransform`](#6.-Exercise-4:-AffineTransform) (2 points) | 29 |
# | [exercise 5, `cosine_attention`](#7.-Exercise-5:-cosine_attention) (1 point), and when -100 is not enough | 14 |
# | [exercise 6, `WindowAttention`](#8.-Exercise-6:-WindowAttention) (3 points) | 29 |
# | [the bug museum](#9.-The-bug-museum), where you repair `exhibit_a` (1 point) | 8 |
# | [the experiment](#10.-The-experiment:-the-tile-on-the-right), [what we now know](#11.-What-we-now-know) | 24 |
#
# </details>

# %%
from attention_lab.lessons.windows import *

begin("08a_windows")

# %% [markdown]
# ## 1. Exercise 1: `window_partition`
#
# A single `reshape` seems to cut the grid of the drawing into windows.
# Its result has the right shape, and no error is raised:

# %%
grid = torch.arange(24).reshape(1, 4, 6, 1)  # the grid of the drawing
wrong = grid.reshape(4, 2, 3, 1)  # four windows of 2 x 3?
print("window 0:", wrong[0, ..., 0].tolist(), "window 1:", wrong[1, ..., 0].tolist())

# %% [markdown]
# Window 0 should hold 0, 1, 2, 6, 7, 8.
# A `reshape` keeps the order of the numbers in memory, so a window gets the next six numbers, which are all in one row.

# %% [markdown]
# ### The exercise
#
# *About 9 minutes.*
# Cut a batch x of grids, (B, H, W, C), into windows, (B · nW, wh, ww, C), each of wh rows and ww columns.
# B counts images and nW the windows of one image; the C channels come *last* in this lesson.
# All sizes are pairs (height, width), and windows need not be square.
# All windows of image 0 come first, row by row, then those of image 1.
# If wh does not divide H, or ww does not divide W, raise a `ValueError`.
#
# Worked example: the grid of the drawing has shape (1, 4, 6, 1), and window_size is (2, 3).
# The result has shape (4, 2, 3, 1); window 0 is [[0, 1, 2], [6, 7, 8]], and window 1 is [[3, 4, 5], [9, 10, 11]].

# %% exercise
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C).

    ValueError if windows do not divide the grid.
    """
    ...


# %% points=1
check(window_partition)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# H is the number of windows from top to bottom, times the number of rows in one window.
# Split the axis of size H in two, with the sizes (number of windows, wh), in this order.
# Then do the same with the axis of size W.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Now there are six axes: (B, H // wh, wh, W // ww, ww, C).
# Which two must change places, so that wh and ww stand side by side?
# </details>

# %% [markdown]
# ## 2. Exercise 2: `window_reverse`
#
# Now go the other way: windows (B · nW, wh, ww, C) go in, with the window's size and the image's size, and grids (B, H, W, C) come out.
# Here are four windows of 2 x 3, and every cell holds the number of its window.
# A `reshape` alone raises no error here either:

# %%
numbered = torch.arange(4).reshape(4, 1, 1).expand(4, 2, 3)  # window 0 holds zeros, and so on
print("rows 0 and 1 by reshape:   ", numbered.reshape(4, 6)[:2].tolist())
side_by_side = torch.cat((numbered[0], numbered[1]), dim=1)
print("rows 0 and 1 of the image:", side_by_side.tolist())

# %% [markdown]
# The `reshape` puts all of window 0 into row 0 and all of window 1 into row 1, but in the image the two stand side by side.

# %% [markdown]
# ### The exercise
#
# *About 8 minutes.*
# The number of images is not given; it follows from the number of windows.
# Again, raise a `ValueError` if the windows do not divide the image.
#
# Worked example: 12 windows of 2 x 3 are given for images of 4 x 6.
# An image has 2 windows down and 2 across, so nW = 4, and B = 12 / 4 = 3.
# Windows 0 to 3 make up image 0; its row 0 is row 0 of window 0, then row 0 of window 1.
#
# `window_reverse(window_partition(x, size), size, (H, W))` gives x back.
# This is a good test, but not a complete one: the wrong `reshape` of section 1, together with the `reshape` that undoes it, passes it too.

# %% exercise
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C).

    ValueError if windows do not divide the image.
    """
    ...


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
# You need a check of the sizes, a `reshape` to six axes, with -1 for B, and a `return` with a swap and a second `reshape`.
# </details>

# %% [markdown]
# ## 3. Shift and mask
#
# With windows that never move, cell 8 never learns what 9 contains, however many layers you stack.
# So [Swin](https://arxiv.org/abs/2103.14030) *moves* the borders down and to the right by half a window, rounded down, in every second layer (section 3.2 of its paper).
# For windows of 2 x 3 the shift s is (1, 1).
#
# ![Left: the borders moved by (1, 1), with pieces left over at the rim. Right: the picture rolled by (-1, -1), cut into ordinary windows; the second window holds 10, 11, 6, 16, 17, 12.](figures/shift.svg)
#
# Moved borders leave small pieces at the rim, and the right half shows the trick: roll the picture (`torch.roll`), cut ordinary windows, and roll the result back after attention.
# But now some windows hold cells from opposite sides of the picture.
# In each window, the cells that were next to one another before the roll form a **region**, and a **mask** keeps the regions apart.
# It is 0 for two cells of one region and -100 for two of different ones, and it is added to the logits (lesson 00's scores) before the softmax.
# Next to a logit of 0, a logit of -100 becomes a weight of about $e^{-100}$, or 4 · 10⁻⁴⁴.
#
# ![The second window: 10, 11, 16, 17 are region A, 6 and 12 are region B. Its 6 x 6 mask is 0 within A and within B, -100 between them.](figures/mask.svg)

# %% [markdown]
# **By hand:** the last window of the rolled picture holds 22, 23, 18, 4, 5, 0.
# How many regions does it have, and how many of the 36 numbers of its mask are 0?
#
# <details><summary>The answers</summary>
#
# It has four regions: {22, 23}, {18}, {4, 5} and {0}.
# The tokens 22, 23, 4 and 5 may each look at two tokens, and 18 and 0 only at themselves, so there are 4 · 2 + 2 = 10 zeros.
# </details>

# %% [markdown]
# ## 4. Exercise 3: `shifted_window_mask`
#
# *About 16 minutes.*
# Return the masks of an image's windows, (nW, N, N), with the values 0.0 and -100.0; N is the number of cells in a window.
# The image is rolled by *minus* `shift_size`.
#
# *After* the roll, an axis of the whole picture (length n, windows of length w, shift s) has three ranges:
#
# - [0, n - w): all windows but the last;
# - [n - w, n - s): the first part of the last window;
# - [n - s, n): the cells that came from the other side.
#
# Three ranges of rows and three ranges of columns divide the picture into nine parts, and two cells of a window may look at each other if they are in the same part.
#
# Worked example: (n, w, s) = (6, 3, 1) gives columns [0, 3), [3, 5), [5, 6); (4, 2, 1) gives rows [0, 2), [2, 3), [3, 4).
#
# Without a shift, the masks are all zeros.
# You may assume that the windows divide the image, and that 0 ≤ s < w.

# %% exercise
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    """Which cells of each window may meet after a roll by -shift_size.

    (nW, N, N): 0 where they may, -100 where they may not.
    """
    ...


# %% points=2
check(shifted_window_mask)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Give each cell the number of its part; this makes a picture of shape (H, W).
# You have a function that finds the cells of each window.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Number the ranges of each axis 0, 1 and 2.
# Then give each cell the number 3 · (number of its range of rows) + (number of its range of columns).
# Partition this picture, and flatten each window: (nW, N).
# To compare all pairs in a window, take two copies, and give each copy an axis of size 1 in a different place.
# Then `==` broadcasts.
# </details>

# %% [markdown]
# **Touch it.** A photograph is cut into 8 x 12 cells, with windows of 4 x 4; on the right they are shifted by (2, 2).
# Point at a cell, or click it and use the arrow keys: the cells that your mask lets it read are clear.
# Try the corners: on the right, the cell in row 0, column 0 reads only four cells, because the rest of its window came from other sides of the picture.

# %% tags=["nbval-ignore-output"]
photo = F.adaptive_avg_pool2d(photograph("chelsea"), (160, 240))
point_windows(window_partition, shifted_window_mask, photo)

# %% [markdown]
# A cell hears from more cells with each layer, because what it reads has read others before.
# Play the layers: does anything ever leave an ordinary window?

# %% tags=["nbval-ignore-output"]
slide_layers(window_partition, shifted_window_mask, photo)

# %% [markdown]
# ## 5. A bias for each offset
#
# Attention does not know where tokens are, so Swin adds a learned number to each logit, a **position bias**.
# It depends on the offset between the two tokens: the query's row and column minus the key's.
# (A token that looks to its *right* has a negative column offset.)
#
# ![Token 4 of a 2 x 3 window looks at token 2: the offset is row +1, column -1. In the table of 3 x 5 offsets this is entry 11, so index[4, 2] is 11.](figures/offsets.svg)
#
# A table has one entry for each offset.
# In the original Swin each entry is a parameter, so a larger window has entries that were never trained.
# Swin v2 computes the bias from the offset with a small network, which works for any window, and it gives this network the offsets on a **log scale** from about -1 to 1.
# (For windows of length w, an offset c becomes $t = 8c / (w - 1)$, and then $\operatorname{sign}(t) \log_2(|t| + 1) / 3$.)
#
# You are given the table on this scale, with R = 2 wh - 1 rows and S = 2 ww - 1 columns, and the **index**, which says for each pair of tokens which entry of the table it uses.
# (Lesson 08b needs `down_factor` and `from_anchor`; here you can ignore them.)

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
    """The entry of the flattened table that each pair of tokens reads, (N, N)."""
    rows, columns = window_size, tuple(w // down_factor for w in window_size)
    if from_anchor:
        rows, columns = columns, rows
    places = [torch.cartesian_prod(*map(torch.arange, size)) for size in (rows, columns)]
    offset = places[0][:, None] - places[1] + torch.tensor(columns) - 1
    down, right = offset.unbind(-1)
    return down * (rows[1] + columns[1] - 1) + right


print("index of the pair (4, 2):", relative_position_index((2, 3))[4, 2].item())

# %% [markdown]
# On this scale a larger window never meets a coordinate outside the trained range, and yet "one step to the right" changes its coordinate.
# Our networks of section 10, trained in windows of 2 x 4, fall [from 100 % to between 43 and 50 % in windows of 2 x 8](lab_book.md#3.-Larger-windows), unless the table keeps the trained scale.

# %% [markdown]
# ## 6. Exercise 4: `AffineTransform`
#
# Swin v2 compares a query with a key by their cosine (the next section says why).
# Cosines alone make poor logits, because they lie between -1 and 1:

# %%
cosines = torch.tensor([0.9, 0.1, -0.8])
for scale in (1, 10):
    weights = (scale * cosines).softmax(0)
    print(f"scale {scale}: logits {[round(a, 1) for a in (scale * cosines).tolist()]},",
          f"weights {[round(w, 3) for w in weights.tolist()]}, sum {weights.sum():.2f}")

# %% [markdown]
# Without a scale, even a key that points nearly the opposite way gets a noticeable share.

# %% [markdown]
# ### The exercise
#
# *About 18 minutes.*
# Turn `attn` (cosines) into logits, `attn · scale + 16 · sigmoid(bias) + mask`.
# `attn` is (B · nW, h, N1, N2), for h heads, and for N1 queries and N2 keys in each window; in this lesson N1 = N2.
#
# - **scale**: a parameter `logit_scale`, (h, 1, 1), which starts at the natural logarithm of 10, `math.log(10)`.
#   Clamp it from above at log 100, then take `exp`.
# - **bias**: `cpb_mlp` (for *continuous position bias*) is a `Sequential`: Linear from 2 to 512, ReLU, Linear from 512 to h *without* bias.
#   From the table, (1, R, S, 2), it makes one number per entry and head.
#   Flatten the entries row by row; the pair (i, j) reads entry `index[i, j]`.
# - **mask**: (nW, N1, N2) or `None`; the same mask is added in every head.
#   Window i of *every* image gets `mask[i]`.
#
# Worked example: a new module gets the cosines 0.5 and -0.2, and `cpb_mlp` returns 0 and ln 3.
# The sigmoids are 1/2 and 3/4, so the logits are 5 + 8 = 13 and -2 + 12 = 10.
# The mask (0, -100) changes the logits to 13 and -90.

# %% exercise
class AffineTransform(nn.Module):
    """attn * scale + 16 * sigmoid(bias) + mask, for cosines attn of shape (B * nW, h, N1, N2).

    logit_scale: nn.Parameter (h, 1, 1). cpb_mlp: nn.Sequential, 2 -> 512 -> h.
    table: (1, R, S, 2). index: (N1, N2). mask: (nW, N1, N2) or None.
    """

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        ...

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        ...


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

# %% [markdown]
# ## 7. Exercise 5: `cosine_attention`
#
# Swin v2's authors found that in large networks a few pairs came to dominate whole attention maps (section 3.2 of the paper).
# Dot products make this possible, because they grow with the lengths of the query and the key:

# %%
q = torch.tensor([3.0, 4.0])
for k in (torch.tensor([[4.0, 3.0], [6.0, -1.0]]), torch.tensor([[4.0, 3.0], [60.0, -10.0]])):
    print("keys", k.tolist(), "dot products", (k @ q).tolist(), "weights",
          [round(w, 3) for w in (k @ q).softmax(0).tolist()],
          "cosines", [round(c, 2) for c in F.cosine_similarity(k, q[None]).tolist()])

# %% [markdown]
# The second key is less like the query than the first one, but once it is ten times as long, it gets all the weight.

# %% [markdown]
# ### The exercise
#
# *About 8 minutes.*
# Write `cosine_attention`:
#
# - q: (B', h, N1, d), k: (B', h, N2, d), v: (B', h, N2, e), result (B', h, N1, e); B' counts windows;
# - divide each query and each key by its length, as `F.normalize` does (a length below 1e-12 counts as 1e-12);
# - do *not* divide by the square root of d;
# - `transform` is a function that turns cosines, (B', h, N1, N2), into logits; call it once;
# - take a softmax over the N2 keys, and multiply by v.
#
# Worked example: for q = (3, 4) and the keys (4, 3) and (-30, -40) the cosines are 0.96 and -1.
# With the transform `lambda cosine: 10 * cosine` the logits are 9.6 and -10, so the first key gets nearly all the weight.

# %% exercise
def cosine_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform
) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    ...


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
# You need a line for the cosines, and a `return` with the transform, the softmax and the product.
# </details>

# %% [markdown]
# **Predict, then run: when is -100 not enough?**
# Take a bad case with two tokens: the allowed one has the cosine -1 and a bias of 0, and the masked one the cosine 1 and a bias of 16.
# At which scale, between 1 and 100, does the *masked* token get as much weight as the allowed one?

# %%
predicted = {"scale": None}

scales = torch.arange(1.0, 100.0, 0.5)
logits = torch.stack([-scales, scales + 16 - 100], dim=1)  # allowed, masked
weight = logits.softmax(dim=1)[:, 1]
measured = {"scale": scales[(weight - 0.5).abs().argmin()].item()}
predict_then_run(predicted, measured, unit="scale at which the mask fails")

# %% [markdown]
# With the scale z, the allowed token's logit is -z and the masked token's is z + 16 - 100, and the two are equal at z = 42.
# A new module starts at 10 and the clamp allows 100, so the mask *can* fail; in the networks with a mask of section 10 it did not, because no scale in them [exceeds 19](lab_book.md#4.-When-a-mask-is-enough).

# %% [markdown]
# ## 8. Exercise 6: `WindowAttention`
#
# Now put the pieces together.
# Roll the grid, cut it with your `window_partition`, and look for tokens 8 and 9:

# %%
rolled_grid = grid.roll((-1, -1), dims=(1, 2))  # the grid of section 1
print("tokens of the four windows:", window_partition(rolled_grid, (2, 3)).flatten(1).tolist())

# %% [markdown]
# They are in one window now.
# So qkv becomes a grid, is rolled by -s, cut into windows and split into heads; after `cosine_attention` the heads are joined, the windows put together, the picture rolled back, and its cells are tokens again.

# %% [markdown]
# ### The exercise
#
# *About 25 minutes.*
# The channels of the input are `[q | k | v]`, with C channels for each of the three.
# Split each of the three into heads of C / h neighbouring channels.
# The L = H · W tokens come row by row.
# With `shift`, roll by -(wh // 2) and -(ww // 2), and pass the mask to `transform`; without `shift`, do neither.
# In `forward`, build the table (`dtype=qkv.dtype`), the index and the mask, and move them to `qkv.device`.
# Give the mask qkv's dtype too, with `.to(qkv)`: otherwise half precision fails.
# Your class has one sub-module, an `AffineTransform` named `transform`.
#
# Worked example: `WindowAttention(2, (2, 3), shift=True)` gets a qkv of shape (5, 24, 12), for five images of 4 x 6.
# The grid has shape (5, 4, 6, 12), the windows (20, 2, 3, 12), the queries (20, 2, 6, 2), and the result (5, 24, 4).
# Token 8 now looks at 7, 8, 9, 13, 14 and 15.
#
# You need not check the sizes: h always divides C, and the windows always divide the image.

# %% exercise
class WindowAttention(nn.Module):
    """Cosine attention within windows, (B, L, 3C) -> (B, L, C). transform: AffineTransform."""

    def __init__(
        self, num_heads: int, window_size: tuple[int, int], shift: bool = False
    ) -> None:
        super().__init__()
        ...

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        ...


# %% points=3
check(WindowAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through the worked example step by step, and print shapes.
# `unflatten(1, (H, W))` turns tokens into a grid, and `flatten(1, 2)` turns the grid back into tokens.
# </details>
#
# <details><summary>Hint 2: the heads</summary>
#
# `unflatten(2, (3, h, C // h))` splits the channels of (B · nW, N, 3C), and you may write -1 instead of C // h.
# Then use `permute` to bring the axis of size 3 to the front, and to put the heads before the tokens.
# On the way back, put the heads after the tokens, and then use `flatten(2)`.
# </details>
#
# <details><summary>Hint 3: the transform</summary>
#
# `cosine_attention` calls its transform with the cosines only, but yours needs a table, an index and a mask, too.
# So pass `lambda cosine: self.transform(cosine, table, index, mask)`: the lambda supplies the other three.
# </details>

# %% [markdown]
# ## 9. The bug museum
#
# **A broken mask that raises no error.**
# The network trains and all shapes are right, but the results are slightly wrong along one edge.
# A reader found this mistake [in a network that restores images](https://github.com/zsyOAOA/ResShift/issues/81); here is our copy:

# %% repair
def exhibit_a(image_size, window_size, shift_size):
    if any(not 0 <= shift < side for shift, side in zip(shift_size, window_size)):
        raise ValueError(f"a window of {window_size} cannot be shifted by {shift_size}")
    regions, number = torch.zeros(1, 1, *image_size), 0
    (h, w), (down, right) = window_size, shift_size
    for rows in (slice(0, -h), slice(-h, -down), slice(-down, None)):
        for columns in (slice(0, -w), slice(-w, -right), slice(-right, None)):
            regions[:, rows, columns, :] = number
            number += 1
    cells = window_partition(regions.permute(0, 2, 3, 1), window_size).flatten(1)
    return torch.where(cells[:, :, None] == cells[:, None, :], 0.0, -100.0)

# %% [markdown]
# A picture of 8 x 12 has two rows of three windows of 4 x 4.
# How many pairs should the mask of each window hide?
# Count them for one window in the middle, one at the edge and one in the corner, and compare: which windows' masks are incomplete?
#
# Then repair the function, in its own cell, until the test answers *Yes*.
# One line is enough, and your `shifted_window_mask` is only there to compare with, because an answer that calls it earns nothing.

# %%
theirs, ours = (mask((8, 12), (4, 4), (2, 2)) for mask in (exhibit_a, shifted_window_mask))
print("pairs that are masked in each window:", (theirs < 0).sum((1, 2)).tolist())
print("repaired:", "Yes." if theirs.equal(ours) else "No, not yet.")

# %% points=1
check(exhibit_a)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is the shape of `regions`, and which of its axes do the two slices cut?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# The third window's mask hides no pair, and the sixth window's mask hides too few.
# `regions` is (1, 1, H, W), but the slices are applied to axes 1 and 2, one axis too early.
# A slice of an axis of size 1 is either empty or the whole axis, and neither case raises an error.
# The repair is `regions[:, :, rows, columns] = number`.
# </details>

# %% [markdown]
# ## 10. The experiment: the tile on the right
#
# The pictures have 6 x 12 tiles in four random colours, and for every tile the network must name the colour of its *right neighbour*.
# A tile in the last column has none, so there the answer is its own colour.
# The network has a linear layer, two blocks of window attention (2 x 4) with shortcuts, and a linear layer that scores the four colours.
#
# | arm | first block | second block |
# |---|---|---|
# | *never shifted* | plain | plain |
# | *both shifted* | shifted | shifted |
# | *no mask* | plain | shifted, without the mask |
# | *one shifted* | plain | shifted |
#
# All four have the same parameters; training takes 150 steps of 16 pictures, with Adam and a peak learning rate of 0.02.
# The task is made for windows, and every tile's answer lies one step away.

# %% tags=["experiment"]
TILE_WINDOW, HEADS = (2, 4), 2


class Unmasked(AffineTransform):
    def forward(self, attn, table, index, mask=None):
        return super().forward(attn, table, index)


def attention(shift, transform=AffineTransform):
    return with_transform(WindowAttention(HEADS, TILE_WINDOW, shift), transform(HEADS))


arms = {"never shifted": (attention, (False, False)), "both shifted": (attention, (True, True)),
        "no mask": (lambda shift: attention(shift, Unmasked), (False, True)),
        "one shifted": (attention, (False, True))}
train_set, test_set = coloured_tiles(2400, seed=1), coloured_tiles(300, seed=2)
show(show_images(train_set.pictures[:3]), "Three pictures of 6 x 12 tiles in four colours.")

# %% [markdown]
# **Predict first:** what percentage of the answers is right in columns 3 and 7 (border), and in column 11 (edge)?
# You can work out some of these numbers: what can a tile say that sees no neighbour?
# And without a mask the picture is a ring, in which column 11 looks like column 3 and needs another answer.
# (Twelve networks, about 20 seconds.)

# %% tags=["experiment"]
predicted = {"never shifted, border": None, "never shifted, edge": None,
             "no mask, border": None, "no mask, edge": None,
             "one shifted, border": None, "one shifted, edge": None}

# %% tags=["experiment"]
def learn(arm, seed):
    return train(TileNet(*arms[arm]), train_set.pictures, train_set.answers, seed=seed,
                 loss=F.cross_entropy, epochs=1, batch_size=16, peak_rate=0.02)


def run(arm, seed):
    model = learn(arm, seed)
    with torch.no_grad():
        scores = model(test_set.pictures)
    return (right_at_borders(scores, test_set.answers, width=4)
            | right_by_column(scores, test_set.answers))


remind(predicted)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {name: results.mean(*name.split(", ")) for name in predicted}
predict_then_run(predicted, measured, unit="% right")

# %% [markdown]
# The figure shows each arm, column by column.
# In which columns is each arm at chance?

# %% tags=["experiment"]
with after_predicting(predicted):
    show_by_column(results, borders=(3, 7), chance=25)
    print_gaps(results, [("one shifted", "never shifted", "border"),
                         ("one shifted", "no mask", "edge"),
                         ("one shifted", "both shifted", "shifted border"),
                         ("one shifted", "never shifted", "elsewhere")], matters=5)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Windows must move.**
# Without a shift a tile in column 3 cannot see column 4, so it is at chance, 25 %, and if *both* blocks are shifted, columns 1, 5 and 9 are blind instead; [no number of steps can help there](lab_book.md#2.-More-time), because nothing about the neighbour ever arrives.
#
# **The mask does more than forbid: it tells a network where the picture ends.**
# Without it the network must choose one rule for column 11 and column 3, and what it gains in one place it loses in the other.
# So the two scores sum to about 125 % at most, all right in one place and chance in the other.
# In our eight runs it mostly said the neighbour's colour.
# (How much the mask matters on photographs, we do not know.)
#
# **Seeing is not yet learning.**
# With one plain and one shifted block every tile can see its neighbour, and yet not every network learns to use that.
# Of ours, [11 of 13](lab_book.md#2.-More-time) did in 150 steps, 9 of 13 in five times as many, and at half the rate ten of ten.
# </details>
#
# Here is how far your windows carry the news over a photograph, a picture to keep:

# %% tags=["experiment"]
keep_spread(window_partition, shifted_window_mask, photo, results.mean("one shifted"))

# %% [markdown]
# ## 11. What we now know
#
# Windows make attention affordable, and moving them lets it see beyond their borders.
# Rolling the picture turns ordinary windows into shifted ones, and the mask that this needs also tells the network where the picture ends.
# -100 hides a token only while the other logits stay small.
#
# Swin's windows are in many networks for segmentation, detection and restoration, and both versions are in [torchvision](https://pytorch.org/vision/stable/models/swin_transformer.html).
# News travels about half a window per layer, so later networks often add a cheap view of the whole image.
# On real pictures (handwritten digits in coloured frames) [a plain 3 x 3 convolution is ahead](lab_book.md#5.-Real-pictures) of windows that never move.
#
# **Next.** [Lesson 08b](../08b_grl/08b_grl.ipynb) puts windows, long stripes and a local branch into one block, and cleans a photograph with it.
# (The [lab book](lab_book.md) has every run, the paper against the code, a challenge, and questions to argue about.)

# %% tags=["nbval-ignore-output"]
progress()
