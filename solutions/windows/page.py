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
# A photograph of 1536 x 1536 pixels in patches of 4 x 4 is 147,456 tokens, and if every token looks at every other, the weights take 81 GiB per head.
# Within windows of 8 x 8 they take 36 MiB, and that is the offer of [Swin](https://arxiv.org/abs/2103.14030) and its heirs.
# (Code as in lesson 05b does not store all the weights, but it computes them.)
#
# **Needs** lesson 05a (queries, keys, values) and lesson 00 (softmax) · 1 h 30 min · 5 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - cut pictures into windows and put them together again, with two reshapes and a swap;
# - move all windows with one roll, and say which cells must not meet afterwards;
# - build the mask that keeps them apart, and say what a network loses without it;
# - find mistakes that raise no error, in reshapes and in masks.
#
# | part | minutes |
# |---|---|
# | [exercise 1, `window_partition`](#1.-Cut) (1 point), [exercise 2, `window_reverse`](#2.-And-back) (1 point) | 26 |
# | [move the windows](#3.-Move) | 10 |
# | [exercise 3, `shifted_window_mask`](#4.-Keep-strangers-apart) (2 points), and a photograph to touch | 24 |
# | [the bug museum](#5.-The-bug-museum), where you repair `exhibit_a` (1 point) | 10 |
# | [the experiment](#6.-The-experiment:-the-tile-on-the-right), [what we now know](#7.-What-we-now-know) | 20 |
#
# </details>

# %%
from attention_lab.lessons.windows import *

begin("08a_windows")

# %% [markdown]
# ## 1. Cut
#
# Here are the drawing's 24 cells, and a `reshape` that raises no error and seems to cut them into four windows of 2 x 3.
# Which six numbers should window 0 hold, and which ones does it hold?

# %%
grid = torch.arange(24).reshape(1, 4, 6, 1)  # the grid of the drawing
wrong = grid.reshape(4, 2, 3, 1)  # four windows of 2 x 3?
print("window 0:", wrong[0, ..., 0].tolist(), "window 1:", wrong[1, ..., 0].tolist())

# %% [markdown]
# A `reshape` never moves a number, so a window gets the next six in memory, which all come from one row.
# To bring two rows together you have to change the order of axes in between.
#
# ### Exercise 1: `window_partition`
#
# *About 9 minutes.*
#
# 1. Split the height and the width, so that a window's rows and columns have axes of their own.
# 2. Bring these two side by side, and merge all windows into the first axis.
#
# Channels come *last* in this lesson, and all sizes are pairs (height, width).

# %% exercise
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C).

    window_size: (wh, ww); windows need not be square. An image has nW of them.
    All windows of image 0 come first, row by row, then those of image 1:
    in the drawing window 0 is [[0, 1, 2], [6, 7, 8]], window 1 begins with 3, 4, 5.
    ValueError if wh does not divide H, or ww does not divide W.
    """
    ...


# %% points=1
check(window_partition)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# H is the number of windows from top to bottom, times the number of rows in one window.
# Split the axis of size H in two, with the sizes (number of windows, wh), in this order.
# The axis of size W is split likewise.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Now there are six axes: (B, H // wh, wh, W // ww, ww, C).
# Which two must change places, so that wh and ww stand side by side?
# </details>

# %% [markdown]
# ## 2. And back
#
# How would you test a function that joins windows?
# Most people cut, join and compare; does this test catch the `reshape` of section 1?

# %%
joined = wrong.reshape(1, 4, 6, 1)  # the wrong windows, and another reshape
print("the same picture as before:", joined.equal(grid))

# %% [markdown]
# Two mistakes that cancel are still two mistakes, so the check below hands your function windows that yours did not cut.
#
# ### Exercise 2: `window_reverse`
#
# *About 8 minutes.*
#
# 1. Find out how many windows an image has; nobody tells you how many images there are.
# 2. Walk back through exercise 1: six axes, which this time come out of the *first* axis, the same swap as before, and then four axes again.

# %% exercise
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C).

    window_size: (wh, ww). image_size: (H, W). 12 windows of 2 x 3 are 3 images of 4 x 6.
    The windows are in the order that window_partition gives them.
    ValueError if wh does not divide H, or ww does not divide W.
    """
    ...


# %% points=1
check(window_reverse)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Undo your `window_partition`, from its last step to its first.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# You need a check of the sizes, a `reshape` to six axes, with -1 for B, and a `return` with a swap and a second `reshape`.
# </details>

# %% [markdown]
# ## 3. Move
#
# If windows stay where they are, 8 never hears of 9.
# So Swin *moves* them in every second layer, down and right by half a window (rounded down: in the drawing, one row and one column).
# Now 8 and 9 share a window, and 9 can pass on in the next layer what it heard from its other neighbours.
#
# ![Left: the borders moved by (1, 1), with pieces left over at the rim. Right: the picture rolled by (-1, -1), cut into ordinary windows; the second window holds 10, 11, 6, 16, 17, 12.](figures/shift.svg)
#
# But moved borders leave slivers at the rim, and nobody wants to write attention for slivers.
# The trick of the paper (section 3.2) is to leave the windows where they are and to move the *picture*.
# `torch.roll` pushes it up and to the left, the cells that fall off come back on the other side, and your `window_partition` cuts it as ever.
# After attention, the result is rolled back.

# %%
rolled = grid.roll((-1, -1), dims=(1, 2))
print("the four windows:", *window_partition(rolled, (2, 3)).flatten(1).tolist(), sep="\n")

# %% [markdown]
# The first window is what we wanted.
# The others hold strangers: 11 is the end of a row, 6 is the beginning of one, and after the roll they are neighbours.
# In each window, the cells that were together before the roll form a **region**, and a **mask** keeps regions apart: it is added to the logits (lesson 00's scores) before the softmax, 0 for two cells of one region and -100 for strangers.
# Beside an equal logit, -100 leaves a weight of about 4 · 10⁻⁴⁴, as good as nothing.
# (Minus infinity would do, too; -100 is the number in Swin's code.)
#
# ![The second window: 10, 11, 16, 17 are region A, 6 and 12 are region B. Its 6 x 6 mask is 0 within A and within B, -100 between them.](figures/mask.svg)
#
# **By hand:** the last window holds 22, 23, 18, 4, 5, 0.
# How many regions does it have, and how many of the 36 numbers of its mask are 0?
# Write it down; your own mask will answer in ten minutes.
#
# <details><summary>The answers</summary>
#
# It has four regions: {22, 23}, {18}, {4, 5} and {0}.
# The tokens 22, 23, 4 and 5 may each look at two tokens, and 18 and 0 only at themselves, so there are 4 · 2 + 2 = 10 zeros.
# </details>

# %% [markdown]
# ## 4. Keep strangers apart
#
# ### Exercise 3: `shifted_window_mask`
#
# *About 16 minutes.*
#
# 1. Along each axis of the rolled picture, mark the cells that came from the other side of the picture; the marks of its row and of its column then give each cell the number of its region.
# 2. Cut this picture of numbers into windows (you have a function for that), and compare each cell of a window with each other one.

# %% exercise
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    """Which cells of each window may meet after a roll by -shift_size: (nW, N, N).

    N is the number of cells in a window. mask[w, i, j] is 0.0 where cells i and j of window
    w may look at each other, and -100.0 where they may not.
    A roll by -s brings the first s rows (or columns) to the other side. Two cells of a window
    may meet if both their rows came from there or neither did, and their columns likewise.
    Without any shift, all is 0.
    Windows divide the image, and each shift is at least 0 and less than its window's side.
    """
    ...


# %% points=2
check(shifted_window_mask)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Give each cell the number of its region; this makes a picture of shape (H, W).
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Number rows that came from the other side 1 and others 0, columns likewise, and give each cell the number 2 · (its row's) + (its column's).
# (The authors number three stretches, which makes the same mask.)
# Partition this picture, and flatten each window: (nW, N).
# To compare all pairs in a window, take two copies, and give each copy an axis of size 1 in a different place.
# Then `==` broadcasts.
# </details>

# %% [markdown]
# Count the zeros in the drawing's windows: the last number is the one that you worked out by hand.

# %%
print((shifted_window_mask((4, 6), (2, 3), (1, 1)) == 0).sum((1, 2)).tolist())

# %% [markdown]
# **Touch it.** A photograph is cut into 8 x 12 cells, with windows of 4 x 4; on the right they are moved by (2, 2).
# Point at a cell, or use the arrow keys: what your mask lets it read is clear (in the corners on the right, little).

# %% tags=["nbval-ignore-output"]
photo = F.adaptive_avg_pool2d(photograph("chelsea"), (160, 240))
point_windows(window_partition, shifted_window_mask, photo)

# %% [markdown]
# The cells that a cell reads have read others before, so news travels from layer to layer.
# Play the layers: does any of it ever leave an ordinary window?

# %% tags=["nbval-ignore-output"]
slide_layers(window_partition, shifted_window_mask, photo)

# %% [markdown]
# ## 5. The bug museum
#
# A reader found this mask [in a network that restores images](https://github.com/zsyOAOA/ResShift/issues/81).
# The network trained, and all shapes were right; here is our copy.

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
# Count before you read.
# Take 8 x 12 cells in two rows of three windows of 4 x 4, rolled by (-2, -2).
# How many of a window's 256 pairs should the mask hide: at the top left, at the right edge, at the bottom, in the corner?
# The next cell prints the exhibit's counts, and where they are not yours, its mask is wrong.
#
# <details><summary>The right counts</summary>
#
# None at the top left.
# At an edge, two regions of 8 cells hide 2 · 8 · 8 = 128 pairs.
# In the corner, four regions of 4 cells leave 4 · 16 open, so 192 are hidden.
# </details>
#
# Then repair the function in its own cell, until the test says *Yes*.
# One line is enough, and `shifted_window_mask` is only there to compare with: an answer that calls it earns nothing.

# %%
theirs, ours = (mask((8, 12), (4, 4), (2, 2)) for mask in (exhibit_a, shifted_window_mask))
print("hidden pairs, window by window:",
      *(theirs < 0).sum((1, 2)).reshape(2, 3).tolist(), sep="\n")
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
# `regions` is (1, 1, H, W), but the slices are applied to axes 1 and 2, one axis too early.
# A slice of an axis of size 1 is either empty or the whole axis, and neither case raises an error.
# The repair is `regions[:, :, rows, columns] = number`.
# </details>

# %% [markdown]
# ## 6. The experiment: the tile on the right
#
# Is the mask worth this trouble?
# Here are pictures of 6 x 12 tiles in four random colours, and for every tile a network must name the colour of its *right neighbour*.
# In the last column there is none, so there the answer is the tile's own colour.

# %% tags=["experiment"]
show(show_images(coloured_tiles(3, seed=1).pictures), "Three pictures of 6 x 12 tiles.")

# %% [markdown]
# The network has two blocks of attention in windows of 2 x 4, and here your three functions do their work.
# (`TwoHeads` is the rest; its learned number for each pair of cells lets a tile tell right from left.)

# %%
class InWindows(TwoHeads):
    def forward(self, qkv, size):  # (B, 72, 96) -> (B, 72, 32)
        down, right = self.step  # (1, 2) in a block whose windows move, otherwise (0, 0)
        rolled = qkv.unflatten(1, size).roll((-down, -right), dims=(1, 2))
        q, k, v = self.split(window_partition(rolled, WINDOW), len(qkv))
        added = self.of_pairs() + self.mask(size, WINDOW, self.step)[:, None]
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=added)  # added to the logits
        joined = window_reverse(self.merge(seen), WINDOW, size)
        return joined.roll((down, right), dims=(1, 2)).flatten(1, 2)

# %% [markdown]
# Without the `roll` in the last line everything runs and trains: what would a tile get then?
#
# <details><summary>The answer</summary>
#
# The answer to another tile's query: that of the tile one row below it and two columns to its right.
# </details>
#
# There are four arms:
#
# - *never shifted*: both blocks have the same windows, which end at columns 3 and 7 (*borders*) and at 11 (the picture's *edge*);
# - *both shifted*: both have the same windows again, moved by (1, 2);
# - *no mask*: only the second block's windows move, with nothing that keeps strangers apart;
# - *one shifted*: the same, with your mask.
#
# **Predict:** what percentage of the answers is right in column 3, for *never shifted*, *both shifted* and *no mask*?
# And in column 11, for *no mask*?
# A tile that cannot see its neighbour can only guess among four colours.

# %% tags=["experiment"]
predicted = {"never shifted, column 3": None, "both shifted, column 3": None,
             "no mask, column 3": None, "no mask, column 11": None}

# %% tags=["experiment"]
def masked(shift):
    return InWindows(shifted_window_mask, shift)


def unmasked(shift):
    return InWindows(no_mask, shift)


arms = {"never shifted": (masked, (False, False)), "both shifted": (masked, (True, True)),
        "no mask": (unmasked, (False, True)), "one shifted": (masked, (False, True))}
results = colour_on_the_right(arms, predicted)  # twelve networks, a minute

# %% tags=["experiment"]
measured = {name: results.mean(*name.split(", ")) for name in predicted}
predict_then_run(predicted, measured, unit="% right")

# %% tags=["experiment"]
with after_predicting(predicted):
    show_by_column(results)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Windows must move, and not all of them.**
# Without a shift, columns 3 and 7 stay at chance, because nothing about the neighbour ever arrives.
# (Column 11 is right all the same, because there the answer is the tile's own colour.)
# Shift *both* blocks, and other columns are blind instead: 1, 5 and 9, where the moved windows end.
# Five times as much training [opens no blind column](lab_book.md#2.-More-time).
#
# **The mask tells the network where the picture ends.**
# Without it, you may have thought, strangers disturb each other a little, everywhere.
# They do not: away from the windows' ends that network is right.
# But after the roll, the picture is a ring, in which column 0 stands to the right of column 11 as column 4 does of column 3.
# Columns 3, 7 and 11 now look alike and need different answers, the neighbour's colour or one's own, so what the network wins in one place it loses in the other.
# Ours leaned towards the borders, of which there are more, and had not finished: with five times the training the borders are nearly all right, and the edge is at chance.
# </details>
#
# ## 7. What we now know
#
# Windows make attention affordable, and they have to move, so the picture is rolled and a mask keeps apart what the roll has brought together.
# Leave the mask out and nothing crashes, but the network loses the picture's edge.
# Nobody ever told it where that is: **it found the edge in the mask that you wrote to keep strangers apart.**

# %% tags=["experiment"]
keep_spread(window_partition, shifted_window_mask, photo, results.mean("one shifted"))

# %% [markdown]
# A picture to keep, `my_windows.png`: where windows move, one cell has heard from 64 cells after two layers, and after four from all 96.
#
# (The [lab book](lab_book.md) is there for doubters: every run, longer ones, two more questions and a challenge.)
#
# **Next.** These windows have one size for life; those of [lesson 08b](../08b_cosine/08b_cosine.ipynb) may grow.

# %% tags=["nbval-ignore-output"]
progress()
