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
# # 07b · ResT
#
# *A transformer block for images of any size: every position makes a query, but only one key is made for each window.*
#
# ![Left: a grey field of 16 x 16 cells. Four entries, a to d, form a block; each has a hue, and a dot that is black or white. Lone cells in these four hues carry question marks. All 256 cells make queries. Right: the same field with 16 large windows, in four rows of four. Each window makes one key, so 16 keys answer. One window holds all four entries. What is the smallest number of keys that still gives every answer?](figures/keys.svg)
#
# In the drawing, 256 queries look for answers; how many keys does it take to answer them all?
# A real feature map may have 256 x 256 = 65,536 positions.
# With a query and a key for each position, the attention matrix has 4.3 billion entries per head, which is 16 GiB in float32.
# With one key for every 8 x 8 positions, the matrix takes 256 MiB.
# This is why the networks [PVT](https://arxiv.org/abs/2102.12122), [ResT](https://arxiv.org/abs/2105.13677)
# and [SegFormer](https://huggingface.co/docs/transformers/model_doc/segformer) all have fewer keys than queries.
#
# **Needs** lesson 05a (queries, keys, values, rows of A) and lesson 06a (groups) · 2 h 50 min · 10 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build attention with more queries than keys, and say what that saves;
# - tell a network that learns slowly from one that has lost the details that it needs;
# - build a position code that works for any image size, and test what it tells a network;
# - say what happens to attention weights if a norm follows the softmax;
# - go from a map to tokens and back, for any image size.
#
# | part | minutes |
# |---|---|
# | [how many keys?](#1.-How-many-keys?) | 7 |
# | [exercise 1, `PixelAttention`](#2.-Exercise-1:-PixelAttention) (1 point), and a shuffled image | 16 |
# | [map and tokens](#3.-Map-and-tokens:-the-bug-museum), [exercise 2, `OverlapPatchEmbed`](#4.-Exercise-2:-OverlapPatchEmbed) (2 points) | 23 |
# | [the idea](#5.-Many-queries,-few-keys), [exercise 3, `EMSA`](#6.-Exercise-3:-EMSA) (5 points) | 50 |
# | [what it saves](#7.-What-it-saves), [rows of A](#8.-What-do-the-rows-sum-to?) | 17 |
# | [exercise 4, `ResTBlock`](#9.-Exercise-4:-ResTBlock) (2 points), and a whole network | 16 |
# | [the experiment](#10.-The-experiment:-black-or-white?) | 26 |
# | [paper against code](#11.-Paper-against-code,-and-a-challenge), [what we now know](#12.-What-we-now-know), [questions](#13.-Questions,-and-where-to-read-on), without the challenge | 15 |
#
# </details>

# %%
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.rest_lite import ResTLite
from attention_lab.networks.training import compare, train
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import predict_then_run, score_bars, show, show_images
from attention_lab.pictures.keys import slide_windows
from attention_lab.pictures.prediction import remind
from attention_lab.pictures.gaps import print_verdicts
from attention_lab.tasks.legends_and_dominoes import painted, small_legends
from attention_lab.tasks.scoring import right_of_each

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. How many keys?
#
# Look at the left half of the drawing at the top.
# Four *entries* say which answer, black or white, belongs to which hue.
# Find the answer for each lone cell: it is the answer of the entry with the same hue.
# Attention can do this, as in lesson 05a: with N = 256 cells it compares 256 queries with 256 keys.
#
# ResT asks whether we need that many *keys*.
# It keeps all queries, but makes only one key *and one value* from each window of cells.
# A new window starts every r cells; r is called the *ratio*.
# For r > 1 a window is r + 1 cells wide, so neighbouring windows share a row or a column.
# (At the top and at the left, the first windows stick out over the edge.)
# At ratio 4 there are 4 x 4 windows of 5 x 5 cells, so 16 keys answer 256 queries.
# In the drawing, one of these keys has to hold all four entries.
#
# In our experiment an entry fills one cell, a square of 2 x 2 cells, or a square of 4 x 4 cells.
# **Guess now,** for each size: what is the largest ratio (1, 2, 4 or 8) at which a network finds 90 % of the answers after 180 steps?
# Write down your three numbers.
# Section 10 trains the networks.
#
# Attention by itself does not know where in the image a feature lies.
# Some questions need positions, so we begin with a way to provide them.

# %% [markdown]
# ## 2. Exercise 1: `PixelAttention`
#
# A **position code** tells a network where in the image each feature lies.
# Often, as in ViT (lesson 05a), this code is a learned table with one vector per position, which is added to the features.
# Such a table is made for one image size.
# ResT uses a gate instead, and calls it pixel attention (section 3.4 of the paper):
#
# $$\text{output} = x \cdot \sigma(\text{conv}(x))$$
#
# `conv` is a depth-wise 3 x 3 convolution with bias: `groups=channels`, so that each channel has one kernel of its own.
# Padding 1 keeps the size.
#
# ![x is 4, 2, 0; the kernel has a 1 right of its middle; conv(x) is 2, 0, 0; the gate is 0.88, 0.5, 0.5; the output is 3.52, 1, 0.](figures/pixel.svg)
#
# The drawing is a worked example with one row and a bias of 0, in which the kernel reads the right neighbour.
# Before you write the module, run this example, together with a second channel, whose kernel reads the *left* neighbour:

# %%
for row, kernel in (([4., 2., 0.], [0., 0., 1.]), ([1., 0., 3.], [1., 0., 0.])):
    seen = F.conv1d(torch.tensor([[row]]), torch.tensor([[kernel]]), padding=1)[0, 0]
    print(f"x {row}, conv(x) {seen.tolist()}, gates", seen.sigmoid().numpy().round(2))

# %% [markdown]
# In the first channel, conv(x) is 2 at the first position, and $\sigma(2) = 0.88$.
# The last position sees the padding, so conv(x) is 0 there, and $\sigma(0) = 0.5$.
# So (4, 2, 0) becomes (4 · 0.88, 2 · 0.5, 0 · 0.5) = (3.52, 1, 0).
# In the second channel, (1, 0, 3) becomes (0.5, 0, 1.5).
#
# The code above runs one channel after the other.
# Your `conv` handles all channels in one call, and still no channel reads another.

# %% exercise
class PixelAttention(nn.Module):
    """x * sigmoid(conv(x)), (B, C, H, W) -> (B, C, H, W).

    conv: depth-wise 3 x 3 nn.Conv2d with padding 1 and bias.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=1
check(PixelAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How many of your convolution's weights read channel 0?
# With `groups=channels` the answer is nine.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# You need one attribute, and one `return` with a product.
# </details>
# %% [markdown]
# **A shuffled image.** Shuffle the positions of an image, and apply a module.
# Does the module return the same numbers as without shuffling, only in the shuffled order?
# If so, the module cannot know where in the image each feature lies.
#
# **Predict, then run:** write 1 for "the same numbers" and 0 for "different ones".

# %%
predicted = {"attention alone": None, "PixelAttention, then attention": None}


def attention(x):
    tokens = x.flatten(2).transpose(1, 2)[:, None]
    return F.scaled_dot_product_attention(tokens, tokens, tokens)[:, 0]  # (B, N, C)


torch.manual_seed(0)
x, order = torch.randn(1, 8, 3, 4), torch.randperm(12)
shuffled, code = x.flatten(2)[:, :, order].view_as(x), PixelAttention(8)
measured = {}
for name, module in (("attention alone", attention),
                     ("PixelAttention, then attention", lambda x: attention(code(x)))):
    measured[name] = int(torch.allclose(module(shuffled), module(x)[:, order], atol=1e-5))
predict_then_run(predicted, measured, unit="1 (the same numbers) or 0 (different ones)")

# %% [markdown]
# Different numbers show only that a module notices the shuffle.
# *What* does `PixelAttention` tell a network?
#
# To find out, we used pictures of 12 x 12 cells that hold pairs of coloured cells: in each pair, one cell is red and one is blue.
# The networks had to say on which *side* of the red cell the blue one lies, and in which *quarter* of the picture the pair lies.
# (There are four answers to each question, so chance level is 25 %, and networks without a position code stay at that level.)
# We trained five networks with `PixelAttention` and five with a learned table, for 900 steps each.
# Then we tested them on larger pictures too.
#
# - At 12 x 12, four of the five runs with the learned table score 100 % on both questions.
#   The fifth scores 88 % for the side and 100 % for the quarter.
#   For 18 x 20 cells the table has to be stretched (interpolated).
#   Then these runs score 24 to 34 % for the side, and 69 to 74 % for the quarter.
# - `PixelAttention` scores 100 % for the side at every size that we tried, but only 32 to 40 % for the quarter.

# %% [markdown]
# So at the size that it was trained on, the table answers both questions.
# On the larger pictures it still helps with the quarter, that is, with the *place in the picture*.
# But it hardly helps with the side, that is, with the *order of neighbours*.
# `PixelAttention` tells a network the order of neighbours at every size, but little about the place.
# %% [markdown]
# The gate itself is not what helps: the same convolution, *added* to x, works equally well.
# `PixelAttention(64)` has 640 parameters for images of any size; a table for 56 x 56 positions has 200,704, and it fits only this size.
# All runs are in `solutions/rest/experiment.md` in the course's repository.

# %% [markdown]
# ## 3. Map and tokens: the bug museum
#
# ResT is a chain of four *stages*, each with some blocks at one map size; between two stages, the map shrinks.
# The blocks work on a list of *tokens* (B, N, C), one per position, row by row.
# Convolutions work on a map (B, C, H, W).
# So a function that makes tokens must also return the height and width of their map.
#
# *Symptom.* With some image sizes there is no error, but the features land in the wrong places.
# The [authors' code](https://github.com/wofmanaf/ResT/blob/main/models/rest.py) makes tokens like this (rebuilt here):

# %%
def exhibit(x, conv):
    H, W = x.shape[2:]
    tokens = conv(x).flatten(2).transpose(1, 2)
    return tokens, (H // 2, W // 2)

# %%
torch.manual_seed(0)
conv = nn.Conv2d(3, 6, 3, stride=2, padding=1)
for size in ((8, 12), (7, 9)):
    tokens, (H, W) = exhibit(torch.randn(2, 3, *size), conv)
    back = tokens.transpose(1, 2).reshape(2, -1, H, W)
    print(f"{size}: {tokens.shape[1]} tokens of {tokens.shape[2]} numbers;",
          f"as a map again: {tuple(back.shape)}")

# %% [markdown]
# Compare the two lines of the output.
# What happened to each picture, and is there anything to repair in `exhibit`?
#
# <details><summary>What is wrong</summary>
#
# The second picture's tokens have six numbers each, but its map has ten channels.
# The convolution makes 4 x 5 tokens from 7 x 9 positions, but 7 // 2 and 9 // 2 are 3 and 4.
# Because of its `-1`, `reshape` then finds another number of channels that fits, and mixes channels and positions.
# Here such a number exists only by luck: the tokens of an image hold 20 · 6 = 120 values, and 120 is divisible by 3 · 4 = 12.
# With most odd sizes, such as 9 x 9, no number of channels fits, and `reshape` raises an error.
# An error is better, because then nobody trains on a scrambled map; `reshape(2, 6, H, W)` raises one for every wrong size.
#
# To repair the function, read the size off conv's output, before `flatten`.
# ImageNet's 224 x 224 pixels never show the bug, because at this size every map that ResT halves has even sides.
# </details>

# %% [markdown]
# ## 4. Exercise 2: `OverlapPatchEmbed`
#
# Between its stages, ResT halves the map and increases the number of channels (section 3.3).
# A convolution does this: it turns each of its windows, called **patches**, into one token.
# Neighbouring patches overlap, so a detail that is cut in two at the edge of one patch may be complete in the next:
#
# ![Eight positions and one of padding; four windows of three positions, each beginning two positions after the previous one, make four tokens.](figures/overlap.svg)
#
# For patch size p:
#
# - `conv`: not depth-wise, kernel p + 1, stride p, padding p // 2, with bias; `bn`: a `BatchNorm2d`;
# - `position`: `PixelAttention`, or `nn.Identity()` if `with_position` is False;
# - return the tokens (B, H' · W', C), row by row, and the pair (H', W'): the true size of their map.
#
# Here is a worked example with x (2, 3, 6, 8), 16 output channels and p = 2.
# conv, bn and position give (2, 16, 3, 4), so the result is (2, 12, 16) and (3, 4).
# Token 5 is the position in row 1, column 1, because row 0 has the tokens 0 to 3.

# %% exercise
class OverlapPatchEmbed(nn.Module):
    """Overlapping patches as tokens, with the size of their map.

    (B, in_channels, H, W) -> (B, H' * W', out_channels), (H', W').
    conv: nn.Conv2d, kernel patch_size + 1, stride patch_size, padding patch_size // 2.
    bn: nn.BatchNorm2d. position: PixelAttention, or nn.Identity without a position code.
    """

    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        ...


# %% points=2
check(OverlapPatchEmbed)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# After `flatten`, height and width are gone.
# When can you still read them?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` sets three attributes, one of them with an `if ... else`.
# `forward` has a line that makes the map, and a `return` with two results.
# </details>
# %% [markdown]
# ## 5. Many queries, few keys
#
# Zhang and Yang call their attention EMSA, for efficient multi-head self-attention (section 3.2):
#
# ![x takes two paths. Above, q makes N queries. Below, x becomes a map; a convolution with stride (sr) and a LayerNorm (sr_norm) make M tokens, one for each window, and a Linear (kv) makes M keys and M values of them. Queries times keys and a softmax give A, N rows of M weights; A times the values, through proj, gives (B, N, dim).](figures/emsa.svg)
#
# $$\text{EMSA}(Q, K, V) = \text{IN}\Big(\text{Softmax}\Big(\text{Conv}\Big(\frac{QK^T}{\sqrt{d_k}}\Big)\Big)\Big)\,V$$
#
# | in the paper | in words | in code |
# |---|---|---|
# | Q | N queries, from all tokens | `q(x)` |
# | K, V | M keys and M values, from the reduced map | `kv(sr_norm(sr(map)))` |
# | $1 / \sqrt{d_k}$ | the scale; $d_k$ is `head_dim`, the number of channels per head | `head_dim ** -0.5` |
# | Conv | mixes the heads' logits (the scores before the softmax) | only with `apply_transform` |
# | IN | InstanceNorm: normalises each head's weights after the softmax | only with `apply_transform` |

# %% [markdown]
# - **Logits** are the scaled products of queries and keys, before the Conv and the Softmax of the formula.
# - **Heads** are groups of channels, and each group computes its own attention, so that one position can look at several things.
#   The heads' results, (B, heads, N, head_dim), are put side by side again, in the order of the heads: (B, N, dim).
# - `sr` (spatial reduction) is a depth-wise convolution with stride `sr_ratio`, so it computes one weighted sum per window and channel.
#   M is the number of these windows.
# - A **LayerNorm** (06b) treats each token by itself.
#   It subtracts the token's mean, divides by the token's standard deviation, and then applies a learned weight and bias.
# - **Conv2d and InstanceNorm2d** take (B, channels, height, width), and A is (B, heads, N, M), so heads act as channels.
#   For each query and key, a 1 x 1 convolution replaces the logit of each head by a weighted sum of the logits of all heads, plus a bias.
#   InstanceNorm treats each head of each image by itself.
#   It subtracts the mean of the head's N · M weights, and divides by their standard deviation.
#
# **In numbers.** Take one row of four tokens, with ratio 2 and one head.
# Each kernel of `sr` is 1 in its middle and 0 elsewhere, so `sr` keeps tokens 0 and 2.
# The values are 8 times the output of `sr_norm`.
# Run the cell: *four* queries are compared with *two* keys, and the result for each query is a weighted mean of two values.

# %%
row = torch.tensor([[6.0, 2.0], [1.0, 1.0], [0.0, 8.0], [5.0, 3.0]])  # four tokens
fewer = F.layer_norm(row[[0, 2]], (2,))  # sr and sr_norm: two tokens are left
logits = torch.tensor([[3.0, 1.0], [1.0, 1.0], [1.0, 7.0], [1.0, 1.0]]).log()  # made by hand
weights = logits.softmax(dim=1)
values = 8 * fewer
print("sr_norm makes", fewer.round().tolist(), "and the values are", values.round().tolist())
for query in range(4):
    print(f"query {query}: weights {weights[query].round(decimals=3).tolist()},",
          f"sum {weights[query].sum():.0f},",
          f"gathers {(weights[query] @ values).round().int().tolist()}")

# %% [markdown]
# Query 0 has the logits ln 3 and 0, so its weights are 3/4 and 1/4.
# It gathers 3/4 · (8, -8) + 1/4 · (-8, 8) = (4, -4).
# Now you build the same for any number of tokens, heads and images.

# %% [markdown]
# ## 6. Exercise 3: `EMSA`
#
# These layers are always there:
#
# - `q`: a Linear from dim to dim, with a bias if `qkv_bias`;
# - `kv`: a Linear from dim to 2 · dim, keys first, with a bias if `qkv_bias`;
# - `proj`: a Linear from dim to dim, always with bias.
#
# Head 0 takes the first dim // num_heads channels, and so on (num_heads divides dim).
#
# If `sr_ratio` > 1:
#
# - `sr`: a depth-wise convolution, kernel sr_ratio + 1, stride sr_ratio, padding sr_ratio // 2, with bias;
# - `sr_norm`: a LayerNorm.
#
# With `apply_transform` and more than one head:
#
# - `transform_conv`: a 1 x 1 Conv2d with bias on the logits, from num_heads to num_heads channels;
# - `transform_norm`: an `nn.InstanceNorm2d(num_heads)`, after the softmax.
#
# Tokens come row by row.
# If H · W is not N, raise a `ValueError`, for any ratio.
#
# Worked example: `EMSA(16, num_heads=4, sr_ratio=2)` reads x (2, 63, 16) with H = 7 and W = 9.
# The map is (2, 16, 7, 9), and the reduced map is (2, 16, 4, 5), so M = 20.
# The queries are (2, 4, 63, 4), the keys are (2, 4, 20, 4), and A is (2, 4, 63, 20).

# %% exercise
class EMSA(nn.Module):
    """Attention with reduced keys and values, (B, N, dim) -> (B, N, dim) for N = H * W tokens.

    q, kv, proj: nn.Linear. sr, sr_norm: only if sr_ratio > 1. transform_conv, transform_norm:
    only with apply_transform and more than one head.
    Raises ValueError if H * W is not N.
    """

    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        ...


# %% points=5
check(EMSA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with `sr_ratio=1` and no transform, and run the check: it says which cases are right.
# Write the shape next to each line.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# To go from tokens to a map, use `transpose(1, 2)` first, and then cut N into H and W.
# The way back is `flatten(2).transpose(1, 2)`.
# `kv` gives (B, M, 2 · dim); read it as (B, M, 2, heads, head_dim), and bring the 2 to the front with `permute`.
# The softmax runs over the keys, the last axis.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` needs a few numbers, three layers, and two `if`s with two layers each.
# `forward` first compares H · W with N, and may raise the `ValueError`.
# It makes the tokens for `kv`, then the queries, keys and values, and then the logits.
# Then come an `if` with a softmax in each branch, and a `return` with `proj`.
# </details>
# %% [markdown]
# ## 7. What it saves
#
# **Touch it.** The left side shows a field of 16 x 16 cells with four entries, and the windows of your EMSA's `sr`.
# Each square on the right is a key, and its number says how many different entries its window touches.
# Choose a ratio and a size for the entries.
# When does one key have to hold all four entries, and how many keys are left then?

# %% tags=["experiment"]
slide_windows(lambda ratio: EMSA(4, num_heads=1, sr_ratio=ratio))

# %% [markdown]
# In their first stage, where the map is largest, the authors use ratio 8; the ratios of the other stages are 4, 2 and 1.
#
# **Predict, then run.** We run the forward pass of an EMSA with one head, on 64 x 64 positions with 64 channels.
# By what factor are memory and multiply-adds larger at ratio 1 than at ratio 8?
# Memory here means peak memory: the largest amount that all tensors together take up at any moment of the forward pass.
# The layers `q`, `kv` and `proj` count too.

# %%
predicted = {"memory": None, "multiply-adds": None}

torch.manual_seed(0)
x = torch.randn(1, 64 * 64, 64)
one, eight = (cost(EMSA(64, 1, ratio), x, 64, 64, latency=False) for ratio in (1, 8))
measured = {"memory": one.forward_memory / eight.forward_memory,
            "multiply-adds": one.multiply_adds / eight.multiply_adds}
predict_then_run(predicted, measured, unit="times as much as at ratio 8")

# %% [markdown]
# At ratio 8, M is N / 64, so A has N · N / 64 entries instead of N · N.
# But `q` and `proj` still see all N tokens.
# And the matrix A still grows with N · N: ratio r only divides its number of entries by the constant r · r.

# %% [markdown]
# ## 8. What do the rows sum to?
#
# With `apply_transform`, an InstanceNorm follows the softmax.
# The authors write that mixing the heads' logits makes it harder for the heads to attend to different things.
# They add that the norm makes this easier again.
# What else does the norm do?
#
# **Predict, then run.** What does the first row of A sum to before the norm, and after it?
# Then add 10 to *all values*.
# Look at the first number that query 0 gathers.
# By how much does it grow if we use the weights before the norm, and by how much if we use the weights after it?

# %%
predicted = {"row sum before": None, "row sum after": None, "growth before": None,
             "growth after": None}

torch.manual_seed(0)
logits, v = torch.randn(1, 4, 12, 6).double(), torch.randn(1, 4, 6, 3).double()
weights = {"before": logits.softmax(dim=3)}  # 4 heads, 12 queries, 6 keys
weights["after"] = nn.InstanceNorm2d(4)(weights["before"])
measured = {}
for when, a in weights.items():
    measured[f"row sum {when}"] = abs(round(a.sum(dim=3)[0, 0, 0].item(), 6))
    measured[f"growth {when}"] = abs(round((a @ (v + 10) - a @ v)[0, 0, 0, 0].item(), 6))
predict_then_run(predicted, measured, unit="(plain numbers)")

# %% [markdown]
# <details><summary>Why</summary>
#
# Every row of a softmax sums to 1, so the mean of all weights is 1 / M.
# The norm subtracts 1/M from each of a row's M weights, so the row then sums to 1 - M · 1/M = 0.
# Dividing by the standard deviation does not change that.
# </details>
#
# After the norm, each number says how many standard deviations the softmax's weight lies above 1/M.
# It is negative if that weight was below 1/M.
# The numbers of a row sum to 0, so a number that is added to all values cancels.
# With a single key, every number becomes 0, so nothing but the bias of `proj` is left in the output.

# %% [markdown]
# ## 9. Exercise 4: `ResTBlock`
#
# Attention mixes tokens; an MLP (two linear layers) then works on each token by itself.
# Each of these two parts has a LayerNorm before it and a shortcut around it:
#
# ![x goes through norm1 and attn, and x is added; the sum goes through norm2 and mlp, and the sum itself is added to the result.](figures/block.svg)
#
# Before you write the block, look at an example.
# It has two tokens of two numbers each, and a branch (such as `attn` or `mlp`) that multiplies its input by 2.
# An easy slip is to write `x = norm(x)` first; the shortcut then starts *after* the norm:

# %%
for token in (torch.tensor([30.0, 10.0]), torch.tensor([3.0, 1.0])):
    normed = F.layer_norm(token, (2,))
    print(f"x {token.tolist()}: shortcut from x {(token + 2 * normed).round().tolist()},",
          f"shortcut from norm(x) {(normed + 2 * normed).round().tolist()}")

# %% [markdown]
# For both tokens the norm returns (1, -1), so if the shortcut starts after the norm, the block cannot tell the two tokens apart.
# With the shortcut from x, each token keeps its own numbers, and the branch only adds to them.
# These are the parts:
#
# - `norm1`, `norm2`: LayerNorms over dim;
# - `attn`: your `EMSA`, with all its arguments;
# - `mlp`: `fc1`, a Linear from dim to int(dim · mlp_ratio), then a GELU, then `fc2`, a Linear back to dim.
#   Use torch's default GELU (a smooth ReLU).
#   Both Linears have a bias.
#   `nn.Sequential(OrderedDict(fc1=..., gelu=..., fc2=...))` gives the three layers their names.
#
# The block has two halves, one with `attn` and one with `mlp`, and the second half reads the result of the first.
# Pass H and W on to `attn` unchanged.
#
# Here is a worked example: with dim 6 and mlp_ratio 2.6, dim · mlp_ratio is 15.6, so there are 15 hidden channels.
# If the weights and biases of `attn.proj` and of `fc2` are all 0, both branches return 0, and the block returns x.

# %% exercise
class ResTBlock(nn.Module):
    """x + attn(norm1(x)), then the same with mlp and norm2, (B, N, dim) -> (B, N, dim).

    norm1, norm2: nn.LayerNorm. attn: EMSA.
    mlp: nn.Linear fc1 to int(dim * mlp_ratio), GELU, nn.Linear fc2 back to dim.
    """

    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        ...


# %% points=2
check(ResTBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is added in the second half: the x that came in, or the x that the first half made?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` computes a number and sets four attributes.
# `forward` has two lines, each with one `+`.
# </details>
# %% [markdown]
# **A whole network.** Your modules are the parts of ResT-Lite, the smallest network in the paper.
# It has a stem of three convolutions, and then four stages of two blocks each, with 64, 128, 256 and 512 channels.
#
# **Predict, then run:** how many million parameters does it have?
# (The authors' [README](https://github.com/wofmanaf/ResT) has the number, rounded.)

# %%
predicted = {"ResT-Lite": None}

lite = ResTLite(PixelAttention, OverlapPatchEmbed, ResTBlock).eval()
for size in ((224, 224), (225, 161)):
    print(size, "->", tuple(lite(torch.randn(1, 3, *size)).shape))
measured = {"ResT-Lite": sum(p.numel() for p in lite.parameters()) / 1e6}
predict_then_run(predicted, measured, unit="million parameters")

# %% [markdown]
# The README rounds this number to 11 M (in 2021 it said 10.5 M).
# An image of 225 x 161 pixels is no problem for your network, because your tokens come with the true size of their map.

# %% [markdown]
# ## 10. The experiment: black or white?
#
# The network has a 1 x 1 convolution, one block with two heads, and a Linear that gives scores at each position.
# So positions are mixed by the block alone.
# Each picture has 12 lone cells.
# Hues and places are chosen at random for each picture, and so is the answer that belongs to each hue.
# Training takes 180 steps of 12 pictures, with Adam and a learning rate that rises to 0.01 and falls.
#
# The score is the mean of two percentages, one for black answers and one for white answers, so chance level is 50 %.
# After training, we also test without the cue: black and white are erased from the test pictures.

# %% tags=["experiment"]
CHANNELS = 32


class Net(nn.Module):
    """Scores at each position, (B, inputs, H, W) -> (B, answers, H, W)."""

    def __init__(self, inputs, answers, **of_block):
        super().__init__()
        self.embed = nn.Conv2d(inputs, CHANNELS, 1)
        self.block = ResTBlock(CHANNELS, num_heads=2, mlp_ratio=2, **of_block)
        self.norm, self.head = nn.LayerNorm(CHANNELS), nn.Linear(CHANNELS, answers)

    def forward(self, x):
        tokens = self.embed(x).flatten(2).transpose(1, 2)
        scores = self.head(self.norm(self.block(tokens, *x.shape[2:])))
        return scores.transpose(1, 2).unflatten(2, x.shape[2:])


def learn(model, pictures, answers, seed):
    return train(model, pictures, answers, loss=F.cross_entropy, epochs=1, batch_size=12,
                 peak_rate=0.01, seed=seed)


train_sets = {size: small_legends(2160, seed=1, size=size) for size in (1, 2, 4)}
test_sets = {size: small_legends(300, seed=2, size=size) for size in (1, 2, 4)}
show(show_images(torch.cat([painted(train_sets[size].pictures[:1]) for size in (1, 2, 4)]),
                 titles=[f"entries of {size} x {size}" for size in (1, 2, 4)]),
     "Three fields with a block of four entries, of 1, 2 x 2 and 4 x 4 cells, and twelve lone "
     "cells. Each cell of an entry has a black or white dot.")

# %% [markdown]
# Look at your three guesses from section 1.
# We train six networks: for each size of entry, one with a ratio equal to the entry's side, and one with twice that ratio.
# In the next cell, predict a percentage for each of them.
# The cell after your predictions trains each of the six networks with three seeds, in about 40 seconds.

# %% tags=["experiment"]
predicted = {"entries 1 x 1, ratio 1": None, "entries 1 x 1, ratio 2": None,
             "entries 2 x 2, ratio 2": None, "entries 2 x 2, ratio 4": None,
             "entries 4 x 4, ratio 4": None, "entries 4 x 4, ratio 8": None}

# %% tags=["experiment"]
arms = {f"entries {size} x {size}, ratio {ratio}": (size, {"sr_ratio": ratio})
        for size, ratio in ((1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 8))}


def run(arm, seed):
    size, of_block = arms[arm]
    pictures, answers, *_ = train_sets[size]
    model = learn(Net(4, 2, **of_block), pictures, answers, seed)
    pictures, answers, *_ = test_sets[size]
    wiped = pictures.clone()
    wiped[:, 3] = 0  # the channel of black and white
    with torch.no_grad():
        return {"right": right_of_each(model(pictures), answers),
                "cue removed": right_of_each(model(wiped), answers)}


remind(predicted)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {arm: results.mean(arm) for arm in arms}
predict_then_run(predicted, measured, unit="% right (at chance: 50 %)")

# %% [markdown]
# In the next figure, each dot is a run.
# Compare the two ratios for each size of entry:

# %% tags=["experiment"]
show(score_bars(results, "right on new pictures after 180 steps (%)", measure="right",
                baselines={"chance": 50}),
     "Bars: " + "; ".join(f"{arm} {results.mean(arm):.0f} %, without the cue "
                          f"{results.mean(arm, 'cue removed'):.0f} %" for arm in arms))
print_verdicts(results, ("entries 1 x 1, ratio 1", "entries 1 x 1, ratio 2", "right"),
               ("entries 2 x 2, ratio 2", "entries 2 x 2, ratio 4", "right"),
               ("entries 4 x 4, ratio 4", "entries 4 x 4, ratio 8", "right"))
print("cue removed:", ", ".join(f"{results.mean(arm, 'cue removed'):.0f} %" for arm in arms))

# %% [markdown]
# After 180 steps, the means of our three runs are 90 to 100 % if the ratio equals an entry's side, and 50 to 80 % at twice that ratio.
# A lack of parameters cannot explain the lower scores.
# The networks with the larger ratio have *more* parameters, because at ratio 1 there is no `sr`, and a larger ratio has a larger kernel.
# Without black and white in the test pictures, all six networks are at chance.
# So the networks take their answers from the entries, and nothing else in a picture gives the answer away.
#
# Would you write "the reduction destroys small entries"?
# First think of an experiment that could prove you wrong, and only then read on.

# %% [markdown]
# **We trained for longer** (% right; one number for each run):
#
# | entries, ratio | 180 steps | 900 steps | 3,600 steps |
# |---|---|---|---|
# | 1 x 1, ratio 2 | 50, 50, 50, 52, 61 | 63, 98, 86, 83, 99 | 95, 100 |
# | 2 x 2, ratio 4 | 65, 66, 50, 75, 72 | 93, 87, 77, 98, 99 | 100, 100 |
# | 4 x 4, ratio 8 | 63, 88, 85, 88, 84 | 96, 100, 96, 94, 94 | 100, 100 |
# | 2 x 2, ratio 8 | 50, 50, 50, 52, 48 | 70, 65, 67, 60, 70 | 89, 94 |
# | 1 x 1, ratio 4 | 50, 50, 50, 50, 48 | 51, 50, 52, 71, 78 | 95, 80 |
# | 1 x 1, ratio 8 | 50, 50, 50, 52, 48 | 50, 50, 50, 50, 50 | 50, 58 |
#
# **In the first three rows, the low scores came mostly from slow learning, not from lost detail.**
# After 3,600 steps, these rows are at 95 to 100 %.
# The next two rows gain a lot with more steps too, and end at 80 to 95 %.
# For entries of one cell at ratio 8, we do not know whether any number of steps is enough.

# %% [markdown]
# **So what does a ratio save?** For entries of 2 x 2, ratio 2 is enough, so a quarter of the keys will do.
# For entries of 4 x 4, ratio 4 is enough, so a sixteenth will do.
# This costs no accuracy after 900 steps.
# All six runs with entries of 2 x 2 at ratio 2 score 100 %, and so do all six with entries of 4 x 4 at ratio 4.
# (These twelve runs are not in the table; in each group of six, five runs use this page's learning rate, and one uses half of it.)
# On a harder task, accuracy might suffer.

# %% [markdown]
# **How can one key hold four entries?**
# Is it because `sr` is depth-wise, so that each channel can read a different place in a window?
# To test this, we replaced `sr` with the plain mean over the same window; a mean has no weights to learn.
# For entries of 1 x 1 at ratio 2, the networks with the mean began to learn sooner.
# (For this comparison we tried only this page's learning rate.)
# After 180 steps, eight runs with the mean scored 49 to 89 %, and eight runs with `sr` scored 50 to 61 %.
# After 900 steps, five runs with the mean scored 80 to 98 %, and five runs with `sr` scored 63 to 99 %.
#

# %% [markdown]
# This does not yet prove that one key can hold four entries.
# These windows overlap, so some keys hold only one or two of the entries, and the network may be reading those.
# So we also laid windows of 2 x 2 cells side by side, and put all four entries, of one cell each, into one of them.
# We trained eight networks with the mean for 900 steps, five of them at this page's learning rate and three at half of it.
# Six of them scored 90 to 94 %, and two were at chance.
# So one key can hold four entries without a learned kernel.
# With these windows and this page's learning rate, five runs with a learned kernel scored 65 to 73 % after 180 steps.
# After the same 180 steps, four of the five runs with the mean were still at chance, and the fifth scored 90 %.
# After 900 steps, three of these five runs with the mean scored 91 to 94 %, and two were at chance.
# After 900 steps, all five runs with the learned kernel scored 75 to 87 %.
# All runs are in the repository's `solutions/rest/experiment.md`.

# %% [markdown]
# ## 11. Paper against code, and a challenge
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | heads | Conv and IN are always applied | only with `apply_transform` and more than one head | as in the code |
# | size of a map | not said | H // p, wrong for odd sides | the true size |
# | position | once per stage | the same: in the stem and in each patch embedding | an argument, `with_position` |
# | windows of `sr` | not said | the last rows may lie in no window (question 3) | as in the code |
#
# For maps with even sides, your modules with the authors' weights give the same outputs and gradients as their code.
# (In our tests, the two differ by less than 1e-10.)
#
# **A challenge (not graded).** For entries of one cell at ratio 2, EMSA scores 50 to 61 % after 180 steps of 12 pictures.
# If the kernels of `sr` start as a plain mean (each weight 1/9, bias 0) and then learn, three runs score 67, 51 and 62 %.
# Can you get above 80 % on average (our best: 86 %)?
# Ratio, steps and pictures stay as they are; how the network starts and what else is in the block are up to you.
#
# Before you run the cell below, run the imports, your exercises and the first cell of section 10.
# You can skip the cells that train the networks of section 10.

# %% tags=["experiment"]
mine = None  # your turn: a function that makes a network, such as lambda: Net(4, 2, sr_ratio=2)


def attempt(arm, seed):
    model = learn(mine(), train_sets[1].pictures, train_sets[1].answers, seed)
    with torch.no_grad():
        return right_of_each(model(test_sets[1].pictures), test_sets[1].answers)


score = compare(["yours"], range(3), attempt).mean("yours") if mine else None
challenge("entries of one cell, ratio 2: right answers, mean of three runs", score, 80, "%")

# %% [markdown]
# ## 12. What we now know
#
# - **We kept a query for every position, but far fewer keys were enough here.**
#   In our runs of 900 steps, the keys were enough if the ratio was equal to an entry's side.
#   So a sixteenth of the keys was enough for entries of 4 x 4 cells, and a quarter of them for entries of 2 x 2.
# - Ratios of twice an entry's side made learning slower, and our runs do not show whether they make the final score worse.
#   Such a ratio means fewer keys, but also a larger window for each key, and we have not separated the two.
#   If the ratio was twice an entry's side, runs scored 50 to 88 % after 180 steps, and 95 to 100 % after 3,600.
# - One key can hold several entries, even if it is the plain mean of its window.
#   With overlapping windows (and this page's rate), networks with the mean began to learn sooner than those with the learned kernel.
#   With windows side by side, networks with the learned kernel began to learn sooner.
# - The matrix A still grows with N · N: ratio r only divides its number of entries by r · r.
# - At the image sizes that we tried, `PixelAttention` tells a network the order of neighbours, but little about their place in the picture.
#
# So before you choose a ratio, ask: *how small are the things that a key has to hold, and how long can you train?*

# %% [markdown]
# **Today.** PVT and [SegFormer](https://arxiv.org/abs/2105.15203) use fewer keys than queries.
# SegFormer is part of [Hugging Face's Transformers library](https://huggingface.co/docs/transformers/model_doc/segformer).
# Swin, published in 2021 like PVT, ResT and SegFormer, keeps all keys but lets each query see only a window of them.
#
# **On real pictures.** The cell at the end of this page shows a recorded experiment.
# In it, a handwritten digit lies on a photograph with a coloured frame.
# The network should name the digit if it has the colour of the frame, and otherwise say "not it".
# The answer is read off at the position of the digit.
# With nothing in EMSA's place, that position does not see the frame, and the network scores 50 %.
# With EMSA it scores 92 %, and with one more 3 x 3 convolution in EMSA's place 93 %.
# So EMSA carries the colour of the frame to the digit, but this does not show that attention beats a convolution.
#
# **What stays open.** We do not know whether mixing the heads is worth it.
# On entries of 1 x 1 at ratio 2, networks with `apply_transform` score 98, 99 and 99 % after 900 steps.
# But `apply_transform` also adds an InstanceNorm, and with this norm alone they score 99, 99 and 94 %.
# So our three runs show no gain from mixing the heads.
#
# **What comes next.** In lesson 08a you build Swin's attention within windows, and see how to look beyond their borders.

# %% [markdown]
# ## 13. Questions, and where to read on
#
# 1. `transform_conv` has a bias.
#    What is the gradient of this bias, and why?
# 2. Shuffle the tokens of an image: does EMSA give the shuffled output at ratio 1?
#    And at ratio 2?
# 3. At 224 x 224 pixels, ResT's first stage has 56 x 56 positions and ratio 8.
#    How many rows of this map lie in no window of `sr`?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The gradient is zero, apart from rounding, because the bias adds one number to all logits of a head, and a softmax ignores that.
# 2. At ratio 1, yes.
#    At ratio 2, no, because then the windows of `sr` hold different tokens.
#    So the reduction is itself a position code.
# 3. Three rows, and as many columns on the right.
#    Windows are centred on rows 0, 8, 16, ..., 48 and reach 4 rows to each side, up to row 52.
#    Rows 53 to 55 still have queries, but no key reads them.
# </details>

# %% [markdown]
# **References**
#
# - Q. Zhang, Y. Yang: *ResT: An Efficient Transformer for Visual Recognition*.
#   NeurIPS 2021, [arXiv:2105.13677](https://arxiv.org/abs/2105.13677).
#   Authors' code: [wofmanaf/ResT](https://github.com/wofmanaf/ResT).
# - W. Wang and others: *Pyramid Vision Transformer: A Versatile Backbone for Dense Prediction without Convolutions*.
#   ICCV 2021, [arXiv:2102.12122](https://arxiv.org/abs/2102.12122).
# - E. Xie and others: *SegFormer: Simple and Efficient Design for Semantic Segmentation with Transformers*.
#   NeurIPS 2021, [arXiv:2105.15203](https://arxiv.org/abs/2105.15203).

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", EMSA) puts the block of an earlier lesson first.
my_net(EMSA)

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
