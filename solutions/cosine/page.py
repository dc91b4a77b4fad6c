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
# # 08b · Cosine attention
#
# *Compare directions and forget lengths; then say how sharply to look, and where.*
#
# ![A query arrow and three keys. Key A points almost the same way and is short. Key B stands at a right angle to it. Key C is long and points some 60 degrees away. Which key is most like the query?](figures/question.svg)
#
# Which key is most like the query?
# Your eye says A, because it points the same way.
# A dot product says C, because C is long.
#
# When Swin was made large, a few loud pairs came to dominate whole attention maps, and in [Swin v2](https://arxiv.org/abs/2111.09883) its authors changed the comparison.
# You build theirs, and take it somewhere it has never been.
#
# **Needs** lesson 08a (windows, shift, mask) · 1 h 45 min · 7 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - say what a cosine forgets, and what takes its place;
# - build Swin v2's attention: cosines, a learned scale, a bias for each offset;
# - judge when adding -100 to a logit is enough to hide a token;
# - use windows of a size that was never trained, and say what that costs.
#
# | part | minutes |
# |---|---|
# | [directions](#1.-Directions), exercise 1, `cosine_attention` (1 point) | 20 |
# | [how sharply, and where](#2.-How-sharply,-and-where), exercise 2, `AffineTransform` (2 points) | 30 |
# | [exercise 3, `WindowAttention`](#3.-Into-windows) (3 points) | 28 |
# | [the bug museum](#4.-The-bug-museum), where you repair `exhibit_a` (1 point) | 10 |
# | [the experiment](#5.-The-experiment:-wider-windows), [what we now know](#6.-What-we-now-know) | 17 |
#
# </details>

# %%
from attention_lab.lessons.cosine import *

begin("08b_cosine")

# %% [markdown]
# ## 1. Directions
#
# Two keys, one query.
# Change `longer` to 3 and then to 10, and watch the weights.

# %%
longer = 1  # your turn: 3, then 10
q = torch.tensor([3.0, 4.0])
keys = torch.stack([torch.tensor([4.0, 3.0]), longer * torch.tensor([6.0, -1.0])])
cosines = F.cosine_similarity(keys, q[None])
for name, logits in (("dot products", keys @ q), ("cosines", cosines)):
    print(f"{name:12s}", [round(a, 2) for a in logits.tolist()], "weights",
          [round(w, 2) for w in logits.softmax(0).tolist()])

# %% [markdown]
# The second key never turns, it only gets louder, and soon the dot product gives it everything.
# The cosine does not notice.
#
# ### Exercise 1: `cosine_attention`
#
# *About 8 minutes.*
#
# 1. Divide each query and each key by its own length, and multiply: these are the cosines.
# 2. Let `transform` make logits of them; the rest is attention as you know it.
#
# (Nothing is divided by the square root of d any more, because a cosine does not grow with the number of channels.)

# %% exercise
def cosine_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform
) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys).

    q: (B', h, N1, d), k: (B', h, N2, d), v: (B', h, N2, e) -> (B', h, N1, e).
    A length below 1e-12 counts as 1e-12 (as in F.normalize). No division by sqrt(d).
    transform: takes the cosines, (B', h, N1, N2), returns logits of that shape; called once.
    The softmax is over the N2 keys.
    """
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
# Put it on a photograph at once.
# Query and key of each cell are its colour minus the mean colour (otherwise all would point the same way), so a cell looks for cells like itself; the cosines are multiplied by 1, 10 and 100.
# Point at the eye, then at the fur.

# %% tags=["nbval-ignore-output"]
photo = F.adaptive_avg_pool2d(photograph("chelsea"), (180, 240))
colours, every = colours_of(photo), torch.eye(12 * 16)[None, None]
look({f"scale {scale}": cosine_attention(colours, colours, every,
                                         lambda cosine, scale=scale: scale * cosine)[0, 0]
      for scale in (1, 10, 100)}, photo, grid=(12, 16))

# %% [markdown]
# A cosine lies between -1 and 1, so with scale 1 even a key that points the opposite way keeps a seventh of the best one's weight.
# With scale 100 a few cells get everything.
# A dot product could choose its sharpness by growing longer vectors.
# A cosine cannot, so somebody has to tell it.

# %% [markdown]
# ## 2. How sharply, and where
#
# Swin v2 gives each head a **scale** of its own, a learned number.
# It also adds a **bias**, because attention has no idea where a key stands: a number for each offset between two tokens of a window, the query's row and column minus the key's.
#
# ![Token 4 of a 2 x 3 window looks at token 2: the offset is row +1, column -1. In the table of 3 x 5 offsets this is entry 11, so index[4, 2] is 11.](figures/offsets.svg)
#
# You could learn the number in each box, as the first Swin did, and a larger window would have boxes that nobody has ever trained.
# Swin v2 lets a small network compute the numbers *from the offsets*, so any window will do.
# First each offset becomes a **coordinate**: divide it by the largest one in the window, multiply by 8, and take the logarithm, which leaves near offsets further apart than far ones.

# %%
def offsets_of(window_size, dtype=torch.float32):
    """Query minus key, (1, 2 wh - 1, 2 ww - 1, 2): rows, columns."""
    axes = [torch.arange(1 - w, w, dtype=dtype) for w in window_size]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)[None]


def coordinates(offsets, largest):
    part = 8 * offsets / largest.clamp(min=1)
    return torch.sign(part) * (part.abs() + 1).log2() / 3


def relative_coords_table(window_size, dtype=torch.float32):
    return coordinates(offsets_of(window_size, dtype), torch.tensor(window_size) - 1)


def relative_position_index(window_size):
    """The entry of the flattened table that each pair of tokens reads, (N, N)."""
    places = torch.cartesian_prod(*map(torch.arange, window_size))
    down, right = (places[:, None] - places + torch.tensor(window_size) - 1).unbind(-1)
    return down * (2 * window_size[1] - 1) + right


for window in ((2, 4), (2, 8)):
    table = relative_coords_table(window)
    print(f"window {window}: a key one column to the right (offset -1) is at",
          round(table[0, 1, window[1] - 2, 1].item(), 2))

# %% [markdown]
# Remember these two numbers: the same step has another coordinate in a wider window.
#
# ### Exercise 2: `AffineTransform`
#
# *About 18 minutes.*
#
# 1. Multiply the cosines by the scale.
# 2. Let the small network make a bias for each entry of the table, look up each pair's entry, and add it.
# 3. Add the mask of lesson 08a, if there is one.
#
# The sigmoid keeps each bias between 0 and 16.
# A new scale is 10, so place can outvote two cosines that differ by less than 1.6.

# %% exercise
class AffineTransform(nn.Module):
    """attn * scale + 16 * sigmoid(bias) + mask: logits from cosines.

    logit_scale: nn.Parameter (h, 1, 1), starts at math.log(10);
        scale = exp(logit_scale, clamped from above at math.log(100)).
    cpb_mlp: nn.Sequential of Linear 2 -> 512, ReLU, Linear 512 -> h without bias.
        From the table it makes one number for each entry and head.
    attn: (B * nW, h, N1, N2), all windows of image 0 first.
    table: (1, R, S, 2). index: (N1, N2); the pair (i, j) reads entry index[i, j]
        of the table, whose entries are flattened row by row.
    mask: (nW, N1, N2) or None, the same in every head; window i of every image gets mask[i].
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
# **When is -100 not enough?**
# Take the worst case: a permitted token with the cosine -1 and the bias 0, and a masked one with the cosine 1 and the bias 16.
# At which scale do the two get the same weight?

# %%
predicted = {"scale": None}

scales = torch.arange(1.0, 100.0, 0.5)
logits = torch.stack([-scales, scales + 16 - 100], dim=1)  # allowed, masked
weight = logits.softmax(dim=1)[:, 1]
measured = {"scale": scales[(weight - 0.5).abs().argmin()].item()}
predict_then_run(predicted, measured, unit="scale at which the mask fails")

# %% [markdown]
# For a scale z the two logits are -z and z + 16 - 100, which meet at z = 42.
# A new module starts at 10 and may go to 100, so a mask *can* leak; section 5 prints how far your heads go.

# %% [markdown]
# ## 3. Into windows
#
# The functions of lesson 08a are given, so yours need not be finished; scroll on.

# %%
def window_partition(x, window_size):
    split = x.unflatten(2, (-1, window_size[1])).unflatten(1, (-1, window_size[0]))
    return split.transpose(2, 3).flatten(0, 2)


def window_reverse(windows, window_size, image_size):
    split = windows.unflatten(0, (-1, *(n // w for n, w in zip(image_size, window_size))))
    return split.transpose(2, 3).flatten(3, 4).flatten(1, 2)


def shifted_window_mask(image_size, window_size, shift_size):
    axes = zip(map(torch.arange, image_size), image_size, window_size, shift_size)
    rows, columns = ((place >= n - w).long() + (place >= n - s) for place, n, w, s in axes)
    numbers = (3 * rows[:, None] + columns)[None, ..., None]
    cells = window_partition(numbers, window_size).flatten(1)
    return torch.where(cells[:, :, None] == cells[:, None], 0.0, -100.0)


# %% [markdown]
# ### Exercise 3: `WindowAttention`
#
# *About 25 minutes.*
#
# 1. On the way in: tokens become a grid, the grid is rolled if windows are shifted, cut, and split into heads.
# 2. `cosine_attention`, with your `AffineTransform` and the table, index and mask of these windows.
# 3. The same way out, backwards: heads, windows, roll, tokens.
#
# Print the shapes as you go, after each step: this is the place where people lose an evening.

# %% exercise
class WindowAttention(nn.Module):
    """Cosine attention within windows, (B, L, 3C) -> (B, L, C).

    qkv: channels [q | k | v], C each; the C of each are h heads of C / h neighbouring channels.
        The L = H * W tokens come row by row. h divides C, and windows divide the image.
    transform: AffineTransform, the only sub-module.
    shift: roll by -(wh // 2) and -(ww // 2) first and back in the end, and pass the mask
        to `transform`; without shift, neither.
    Build table (in qkv's dtype), index and mask in `forward`, and move them to qkv's device;
    give the mask qkv's dtype, too. Images of any size may follow each other.
    """

    def __init__(
        self, num_heads: int, window_size: tuple[int, int], shift: bool = False
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.shift_size = (window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)
        self.transform = AffineTransform(num_heads)
        ### END SOLUTION

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        ### BEGIN SOLUTION
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv)
        grid = qkv.unflatten(1, tuple(image_size)).roll([-s for s in self.shift_size], (1, 2))
        windows = window_partition(grid, self.window_size).flatten(1, 2)
        q, k, v = windows.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        y = y.transpose(1, 2).flatten(2).unflatten(1, tuple(self.window_size))
        grid = window_reverse(y, self.window_size, image_size)
        return grid.roll(self.shift_size, (1, 2)).flatten(1, 2)
        ### END SOLUTION


# %% points=3
check(WindowAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# For two heads and windows of 2 x 3, five images of 4 x 6 with C = 4 go through these shapes: (5, 24, 12), (5, 4, 6, 12), (20, 2, 3, 12), queries (20, 2, 6, 2), result (5, 24, 4).
# `unflatten(1, (H, W))` turns tokens into a grid, and `flatten(1, 2)` turns the grid back into tokens.
# </details>
#
# <details><summary>Hint 2: the heads</summary>
#
# `unflatten(2, (3, h, -1))` splits the channels of (B · nW, N, 3C).
# Then use `permute` to bring the axis of size 3 to the front, and to put the heads before the tokens.
# On the way back, put the heads after the tokens, and then use `flatten(2)`.
# </details>
#
# <details><summary>Hint 3: the transform</summary>
#
# `cosine_attention` calls its transform with the cosines only, but yours needs a table, an index and a mask, too.
# So pass `lambda cosine: self.transform(cosine, table, index, mask)`.
# </details>

# %% [markdown]
# ## 4. The bug museum
#
# This cosine attention stood in [a public Swin v2](https://github.com/ChristophReich1996/Swin-Transformer-V2/issues/1), until a reader asked about it.
# It divides dot products by lengths, as it should, a token's cosine with itself is 1, and no shape complains.
# Can you see what it divides by?

# %% repair
def exhibit_a(q, k, v, transform):
    def length_of(vectors):
        return vectors.norm(dim=-1, keepdim=True).clamp(min=1e-12)

    cosine = q @ k.mT / (length_of(q) * length_of(k))
    return transform(cosine).softmax(dim=-1) @ v

# %% [markdown]
# If you can't, ask for something that no cosine does.
# Below, three tokens of different lengths are compared with each other.
# Which of the nine numbers cannot be cosines, and why does the diagonal look so innocent?
# (Work out one of them by hand: the second token has the length 2.83, the third one 5.)
# Then repair the exhibit in its own cell; an answer that borrows from your `cosine_attention` earns nothing.

# %%
tokens = torch.tensor([[1.0, 0.0], [2.0, 2.0], [0.0, 5.0]])[None, None]
seen = []
exhibit_a(tokens, tokens, tokens, lambda cosine: seen.append(cosine) or cosine)
print(seen[0][0, 0])

# %% points=1
check(exhibit_a)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write down the shapes of the two lengths and of their product.
# Row i, column j of the dot products belongs to query i and key j: by which two lengths is it divided?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# Both lengths are columns, (..., N, 1), so row i is divided by the lengths of query i and of *key i*.
# On the diagonal that is right.
# The lengths of the keys have to lie in a row: `length_of(q) @ length_of(k).mT` makes a table of all pairs.
# </details>

# %% [markdown]
# ## 5. The experiment: wider windows
#
# "Any window will do", the page said.
# Will it?
# The tiles of lesson 08a are back: name the colour of your right neighbour.
# A network of two of your blocks learns this in windows of 2 x 4, and then it is put, without another step of training, into wider pictures with windows of 2 x 6 and 2 x 8.
# No parameter depends on the window, so nothing crashes.
#
# The last arm has the same weights, but divides its offsets as in training:

# %%
def on_trained_scale(table):
    window = [n // 2 + 1 for n in table.shape[1:3]]
    return coordinates(offsets_of(window, table.dtype), torch.tensor([1, 3]))  # of 2 x 4

# %% [markdown]
# So one step to the right keeps its number.
# **Predict:** what percentage of all tiles does each name correctly?
# (Guessing gives 25 %.)

# %% tags=["experiment"]
predicted = {"2 x 4": None, "2 x 6": None, "2 x 8": None, "2 x 8, trained scale": None}

# %% tags=["experiment"]
class TrainedScale(AffineTransform):
    def forward(self, attn, table, index, mask=None):
        return super().forward(attn, on_trained_scale(table), index, mask)


def yours(window, shift):
    return with_transform(WindowAttention(2, window, shift), AffineTransform(2))


def trained_scale(window, shift):
    return with_transform(WindowAttention(2, window, shift), TrainedScale(2))


results, network = in_wider_windows(yours, trained_scale, predicted)  # half a minute

# %% tags=["experiment"]
measured = {name: results.mean("yours", name) for name in predicted}
with after_predicting(predicted):
    show_bias(network, relative_coords_table)
    print(f"largest scale of a head: {max(results.scores('yours', 'scale')):.0f}")
predict_then_run(predicted, measured, unit="% right")

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **The windows fit, and the answers do not.**
# In windows of 2 x 6 the network loses up to a fifth of its answers, in windows of 2 x 8 [about half](lab_book.md#2.-Wider-windows).
# (Now and then a network does not even learn the windows of 2 x 4.)
# The figure shows why: the bias is stretched with the window.
# The network has learned a place in a window, "a third of the way to the right", and in a wider window that is another tile.
#
# **Keep the scale, and nothing is lost.**
# With offsets divided as in training, the same weights are as right as they were there.
# Swin v2's code has an argument for this, `pretrained_window_size`, and now you know what it repairs.
# Here the distance in tiles is what matters; if tiles had grown with the windows, the stretched bias would be the right one.
#
# **The largest scale is still near 10**, where it began.
# No head comes near the scale at which -100 fails.
# </details>

# %% tags=["experiment"]
keep_answers(network, yours, trained_scale)

# %% [markdown]
# A picture to keep, `my_cosine.png`: one network of yours in three places.
#
# ## 6. What we now know
#
# A cosine compares directions, so no vector can shout; how sharply a head looks is a number of its own.
# **A bias computed from offsets fits every window, but it keeps its meaning only if the offsets are divided as in training.**
# A mask of -100 is enough as long as scales stay small, and they did.
#
# (The [lab book](lab_book.md) has all runs, Swin v2's paper against its code, and a digit on a photograph.)
#
# **Next.** [Lesson 08c](../08c_grl/08c_grl.ipynb) takes your windows, puts long stripes beside them, and cleans a photograph.

# %% tags=["nbval-ignore-output"]
progress()
