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
# *Every position makes a query, but only one key is made for each window: attention for images of any size.*
#
# ![Left: a grey field of 16 x 16 cells. Four entries, a to d, form a block; each has a hue, and a dot that is black or white. Lone cells in these four hues carry the letters of their entries. All 256 cells make queries. Right: the same field with 16 large windows, in four rows of four. Each window makes one key, so 16 keys answer. One window holds all four entries. What is the smallest number of keys that still gives every answer?](figures/keys.svg)
#
# Four *entries* say which answer, black or white, belongs to which hue, and the lone cells want to know.
# 256 queries ask; how many keys does it take to answer them all?
#
# The question is worth money: a map of 256 x 256 positions with a key for each of them has an attention matrix of 16 GiB per head, and one key for every 8 x 8 positions leaves 256 MiB.
# That is why [PVT](https://arxiv.org/abs/2102.12122), [ResT](https://arxiv.org/abs/2105.13677) and [SegFormer](https://huggingface.co/docs/transformers/model_doc/segformer) have fewer keys than queries.
#
# **Needs** lesson 05a (queries, keys, values, rows of A) and lesson 06a (groups) · 2 h 35 min · 11 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build attention with more queries than keys, and say what that saves;
# - tell a network that learns slowly from one that has lost the details that it needs;
# - build a position code that works for any image size, and say what it tells a network;
# - say what happens to attention weights if a norm follows the softmax;
# - go from a map to tokens and back, for any image size.
#
# | part | minutes |
# |---|---|
# | [how many keys?](#1.-How-many-keys?) | 7 |
# | [exercise 1, `PixelAttention`](#2.-Exercise-1:-PixelAttention) (1 point), and a shuffled image | 16 |
# | [map and tokens](#3.-Map-and-tokens), [exercise 2, `OverlapPatchEmbed`](#4.-Exercise-2:-OverlapPatchEmbed) (2 points) | 18 |
# | [the idea](#5.-Many-queries,-few-keys), [exercise 3, `EMSA`](#6.-Exercise-3:-EMSA) (5 points) | 48 |
# | [what it saves, and what the rows sum to](#7.-What-it-saves,-and-what-the-rows-sum-to) | 17 |
# | [exercise 4, `ResTBlock`](#8.-Exercise-4:-ResTBlock) (2 points), and a whole network | 16 |
# | [the bug museum](#9.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [the experiment](#10.-The-experiment:-black-or-white?), [what we now know](#11.-What-we-now-know) | 28 |
#
# </details>

# %%
from attention_lab.lessons.rest import *

begin("07b_rest")

# %% [markdown]
# ## 1. How many keys?
#
# Find the answer for each lone cell in the drawing: it is that of the entry with the same hue.
# Attention can do this, as in lesson 05a, by comparing 256 queries with 256 keys.
#
# ResT keeps all the queries, but makes only one key *and one value* from each window of cells.
# A new window starts every r cells, and r is called the *ratio*; a window is r + 1 cells wide, so neighbouring windows share a row or a column.
# At ratio 4 there are 4 x 4 windows of 5 x 5 cells, and 16 keys answer 256 queries, so that in the drawing one of them has to hold all four entries.
#
# In the experiment at the end of this page, an entry fills one cell, or 2 x 2 cells, or 4 x 4.
# For each of these sizes, guess now, and write it down: what is the largest ratio (1, 2, 4 or 8) at which a network still finds nine of ten answers after a short training?
#
# Attention by itself does not know where in the image a feature lies.
# Some questions need that, and a network of images of any size needs a way to provide it, so we begin there; the experiment's question does not need it.

# %% [markdown]
# ## 2. Exercise 1: `PixelAttention`
#
# A **position code** tells a network where each feature lies.
# Often, as in a vision transformer, it is a learned table with one vector per position, made for one image size.
# ResT uses a gate instead, and calls it pixel attention (section 3.4 of the paper):
#
# $$\text{output} = x \cdot \sigma(\text{conv}(x))$$
#
# `conv` is a depth-wise 3 x 3 convolution: `groups=channels`, so that each channel has one kernel of its own.
#
# ![x is 4, 2, 0; the kernel has a 1 right of its middle; conv(x) is 2, 0, 0; the gate is 0.88, 0.5, 0.5; the output is 3.52, 1, 0.](figures/pixel.svg)
#
# The drawing has one row and a bias of 0, and its kernel reads the right neighbour.
# Run this example, together with a second channel, whose kernel reads the *left* neighbour:

# %%
for row, kernel in (([4., 2., 0.], [0., 0., 1.]), ([1., 0., 3.], [1., 0., 0.])):
    seen = F.conv1d(torch.tensor([[row]]), torch.tensor([[kernel]]), padding=1)[0, 0]
    print(f"x {row}, conv(x) {seen.tolist()}, gates", seen.sigmoid().numpy().round(2))

# %% [markdown]
# In the first channel conv(x) is 2 at the first position, and $\sigma(2) = 0.88$; the last position sees the padding, so its gate is $\sigma(0) = 0.5$.
# So (4, 2, 0) becomes (4 · 0.88, 2 · 0.5, 0 · 0.5) = (3.52, 1, 0), and in the second channel (1, 0, 3) becomes (0.5, 0, 1.5).

# %% [markdown]
# ### The exercise
#
# *About 6 minutes.*
# Build it for all channels in one call, so that still no channel reads another: `conv` is depth-wise, 3 x 3, with a bias, and padding 1 keeps the size.
# The module returns x times the sigmoid of conv(x), for images of any size.
# Worked example: with all weights and biases of `conv` at 0, every gate is 0.5, and the output is half of x: 4 becomes 2, and -3 becomes -1.5.

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
# If it returns the same numbers, only in the shuffled order, it cannot know where a feature lies.
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
# So your module notices the shuffle, but *what* does it tell a network?
# We asked networks two questions about pairs of a red and a blue cell: on which *side* of the red cell does the blue one lie, and in which *quarter* of the picture?
# Then we tested them on larger pictures than they were trained on.
#
# Your gate answers the side at every size, and hardly ever the quarter.
# A learned table answers both at the size that it was made for; stretched to a larger one, it loses the side.
# So `PixelAttention` tells a network [the order of neighbours, and little about the place](lab_book.md#2.-What-a-position-code-tells), with 640 parameters for 64 channels, where a table for 56 x 56 positions takes 200,704.

# %% [markdown]
# ## 3. Map and tokens
#
# ResT is a chain of four *stages*, and between two of them the map shrinks.
# Its blocks work on *tokens* (B, N, C), one per position, row by row; convolutions work on a map (B, C, H, W).
# So a function that makes tokens must also return the height and width of their map.

# %% [markdown]
# ### Fine on ImageNet
#
# The [authors' code](https://github.com/wofmanaf/ResT/blob/main/models/rest.py) makes tokens like this (rebuilt here).
# At 224 x 224 pixels it trains, and every shape is right.

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
# What happened to the second picture, and what is there to repair in `exhibit`?
#
# <details><summary>What is wrong</summary>
#
# The second picture's tokens have six numbers each, but its map has ten channels.
# The convolution makes 4 x 5 tokens from 7 x 9 positions, but 7 // 2 and 9 // 2 are 3 and 4.
# Because of its `-1`, `reshape` then finds another number of channels that fits, by luck, and mixes channels and positions.
# With most odd sizes none fits, and `reshape` raises an error, which is better, because then nobody trains on a scrambled map.
#
# Read the size off conv's output, before `flatten`.
# </details>

# %% [markdown]
# ## 4. Exercise 2: `OverlapPatchEmbed`
#
# Between its stages, ResT halves the map and increases the number of channels (section 3.3).
# A convolution turns each of its windows, called **patches**, into one token.
# Neighbouring patches overlap, so a detail that is cut in two at the edge of one patch may be complete in the next:
#
# ![Eight positions and one of padding; four windows of three positions, each beginning two positions after the previous one, make four tokens.](figures/overlap.svg)

# %% [markdown]
# ### The exercise
#
# *About 10 minutes.*
# For patch size p:
#
# - `conv`: not depth-wise, kernel p + 1, stride p, padding p // 2, with bias; `bn`: a `BatchNorm2d`;
# - `position`: `PixelAttention`, or `nn.Identity()` if `with_position` is False;
# - return the tokens (B, H' · W', C), row by row, and the pair (H', W'): the true size of their map.
#
# Worked example: x (2, 3, 6, 8), 16 output channels and p = 2.
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
# - `sr` (spatial reduction) is a depth-wise convolution with stride `sr_ratio`: one weighted sum per window and channel.
#   M is the number of windows.
# - A **LayerNorm** (06b) treats each token by itself: it subtracts the token's mean, divides by its standard deviation, and applies a learned weight and bias.
# - **Heads** are groups of channels, and each group does its own attention, so that one position can look at several things.
#   Their results, (B, heads, N, head_dim), are put side by side again: (B, N, dim).
# - With `apply_transform`, a 1 x 1 convolution mixes the heads' **logits** (the scores before the softmax), and an **InstanceNorm** follows the softmax.
#   It subtracts the mean of a head's N · M weights and divides by their standard deviation.
#   Both take (B, channels, height, width), and A is (B, heads, N, M), so heads act as channels.
#
# <details><summary>The paper's letters</summary>
#
# $$\text{EMSA}(Q, K, V) = \text{IN}\Big(\text{Softmax}\Big(\text{Conv}\Big(\frac{QK^T}{\sqrt{d_k}}\Big)\Big)\Big)\,V$$
#
# | in the paper | in words | in code |
# |---|---|---|
# | Q | N queries, from all tokens | `q(x)` |
# | K, V | M keys and M values, from the reduced map | `kv(sr_norm(sr(map)))` |
# | $1 / \sqrt{d_k}$ | the scale; $d_k$ is `head_dim`, the number of channels per head | `head_dim ** -0.5` |
# | Conv | mixes the heads' logits | only with `apply_transform` |
# | IN | InstanceNorm, after the softmax | only with `apply_transform` |
# </details>

# %% [markdown]
# **In numbers.** Take one row of four tokens, with ratio 2 and one head.
# Each kernel of `sr` is 1 in its middle and 0 elsewhere, so it keeps tokens 0 and 2, and the values are 8 times what `sr_norm` makes of them.
# *Four* queries are compared with *two* keys:

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
# Query 0 has the logits ln 3 and 0, so its weights are 3/4 and 1/4, and it gathers 3/4 · (8, -8) + 1/4 · (-8, 8) = (4, -4).

# %% [markdown]
# ## 6. Exercise 3: `EMSA`
#
# *About 35 minutes.*
# Always there:
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
# ## 7. What it saves, and what the rows sum to
#
# **Touch it.** The left side shows a field of 16 x 16 cells with four entries, and the windows of your EMSA's `sr`.
# Each square on the right is a key; the darker it is, the more different entries its window touches.
# Choose a ratio and a size for the entries.
# When does one key have to hold all four, and how many keys are left then?

# %% tags=["experiment"]
slide_windows(lambda ratio: EMSA(4, num_heads=1, sr_ratio=ratio))

# %% [markdown]
# In their first stage, where the map is largest, the authors use ratio 8.
#
# **Predict, then run:** on 64 x 64 positions with 64 channels and one head, by what factor are memory and multiply-adds larger at ratio 1 than at ratio 8?
# (Memory is the peak of the forward pass; `q`, `kv` and `proj` count too.)

# %%
predicted = {"memory": None, "multiply-adds": None}

torch.manual_seed(0)
x = torch.randn(1, 64 * 64, 64)
one, eight = (cost(EMSA(64, 1, ratio), x, 64, 64, latency=False) for ratio in (1, 8))
measured = {"memory": one.forward_memory / eight.forward_memory,
            "multiply-adds": one.multiply_adds / eight.multiply_adds}
predict_then_run(predicted, measured, unit="times as much as at ratio 8")

# %% [markdown]
# At ratio 8 the matrix A has N · N / 64 entries instead of N · N.
# The two products with the keys take 2 · N · N · 64 multiply-adds at ratio 1, which are 2,147 million, and 34 million at ratio 8.
# But `q` and `proj` still see all N tokens, and need another 34 million at either ratio.
# And A still grows with N · N: the ratio only divides it by a constant.
#
# **And the rows?** With `apply_transform`, an InstanceNorm follows the softmax.
# What does the first row of A sum to before the norm, and after it?
# Then add 10 to *all values*: by how much does the first number that query 0 gathers grow, with the weights before the norm and with those after it?

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
# After the norm, a number says how many standard deviations a weight lies above 1/M, so a number that is added to all values cancels.
# With a single key every weight becomes 0, and nothing but the bias of `proj` is left.

# %% [markdown]
# ## 8. Exercise 4: `ResTBlock`
#
# Attention mixes tokens; an MLP (two linear layers) then works on each token by itself.
# Each of these two parts has a LayerNorm before it and a shortcut around it:
#
# ![x goes through norm1 and attn, and x is added; the sum goes through norm2 and mlp, and the sum itself is added to the result.](figures/block.svg)
#
# An easy slip is to write `x = norm(x)` first, so that the shortcut starts *after* the norm.
# Here are two tokens, and a branch that multiplies its input by 2:

# %%
for token in (torch.tensor([30.0, 10.0]), torch.tensor([3.0, 1.0])):
    normed = F.layer_norm(token, (2,))
    print(f"x {token.tolist()}: shortcut from x {(token + 2 * normed).round().tolist()},",
          f"shortcut from norm(x) {(normed + 2 * normed).round().tolist()}")

# %% [markdown]
# For both tokens the norm returns (1, -1), so with the shortcut behind it the block cannot tell them apart.

# %% [markdown]
# ### The exercise
#
# *About 8 minutes.*
#
# - `norm1`, `norm2`: LayerNorms over dim;
# - `attn`: your `EMSA`, with all its arguments;
# - `mlp`: `fc1`, a Linear from dim to int(dim · mlp_ratio), then a GELU (a smooth ReLU; torch's default), then `fc2`, a Linear back to dim, both with a bias.
#   `nn.Sequential(OrderedDict(fc1=..., gelu=..., fc2=...))` gives the three layers their names.
#
# The block has two halves, one with `attn` and one with `mlp`, and the second half reads the result of the first.
# Pass H and W on to `attn` unchanged.
#
# Worked example: with dim 6 and mlp_ratio 2.6, dim · mlp_ratio is 15.6, so there are 15 hidden channels.
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
# **A whole network.** Your modules are the parts of ResT-Lite, the smallest network in the paper: a stem of three convolutions, and four stages of two blocks each, with 64, 128, 256 and 512 channels.
#
# **Predict, then run:** how many million parameters does it have?

# %%
predicted = {"ResT-Lite": None}

lite = ResTLite(PixelAttention, OverlapPatchEmbed, ResTBlock).eval()
for size in ((224, 224), (225, 161)):
    print(size, "->", tuple(lite(torch.randn(1, 3, *size)).shape))
measured = {"ResT-Lite": sum(p.numel() for p in lite.parameters()) / 1e6}
predict_then_run(predicted, measured, unit="million parameters")

# %% [markdown]
# The authors' [README](https://github.com/wofmanaf/ResT) rounds this number to 11 M.
# And 225 x 161 pixels are no problem for your network, because your tokens come with the true size of their map.

# %% [markdown]
# ## 9. The bug museum
#
# ### Exhibit A: the wide cat
#
# This is attention with few keys, written once more, and on every square picture it is *exactly* your `EMSA`: the same numbers, the same gradients, the same training.
# Since most networks are trained on squares, nothing that you can measure there will ever find its mistake.
# It has been published more than once, by people whose papers you have read.
# Can you find it, by reading?

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.heads, self.width, self.ratio = num_heads, dim // num_heads, sr_ratio
        self.mixes = apply_transform and num_heads > 1
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        if self.mixes:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens are no map of {H} x {W} positions")
        q = self.q(x).reshape(B, N, self.heads, self.width).transpose(1, 2)
        if self.ratio > 1:
            x = self.sr(x.mT.reshape(B, C, -1, H)).flatten(2).mT
            x = self.sr_norm(x)
        k, v = self.kv(x).reshape(B, -1, 2, self.heads, self.width).permute(2, 0, 3, 1, 4)
        a = q @ k.mT * self.width ** -0.5
        if self.mixes:
            a = self.transform_norm(self.transform_conv(a).softmax(dim=3))
        else:
            a = a.softmax(dim=3)
        return self.proj((a @ v).transpose(1, 2).reshape(B, N, C))


# %% [markdown]
# Its tokens are handed over row by row, as always.
# So let a cat walk in, once as a square and once as a wide picture, and look at the map that its `sr` reads.
# If all is well, what must you see there, both times, before any training?
# Then repair the exhibit, in its own cell, until both cats are whole.
# (Your `EMSA` is no part of the repair: what leans on it earns nothing.)

# %%
photo = F.adaptive_avg_pool2d(photograph("chelsea"), (96, 144))
show_what_sr_reads(ExhibitA(3, num_heads=1, sr_ratio=2),
                   {"a square cat": photo[:, :, 24:120], "a wide cat": photo})

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# In PyTorch a map is (B, C, rows, columns).
# How many columns has the exhibit's map, and how many should it have?
# </details>
#
# <details><summary>Hint 2: what is wrong, and where it was seen</summary>
#
# `-1` stands for whatever fits, and after it stand H columns.
# With 96 x 144 positions that makes 144 rows of 96, so each row of the cat runs on into the next line, and the windows of `sr` hold cells that were never neighbours.
# No shape complains, because 144 · 96 tokens are as many as 96 · 144.
#
# Repair: `.reshape(B, C, H, W)`.
# Where we saw sides that change places: [DINOv2](https://github.com/facebookresearch/dinov2/pull/582) reads `B, nc, w, h = x.shape`, and [FasterViT](https://github.com/NVlabs/FasterViT/issues/6) had them in a wrong order, too.
# </details>

# %% [markdown]
# ## 10. The experiment: black or white?
#
# Back to the drawing, with a network of your block and little else: a 1 x 1 convolution in front of it and a Linear behind it, so that only the block can look from one position to another.
# Hues, places and answers are new in every picture.
# The score is the mean of two percentages, one for black answers and one for white ones, so a coin gets 50 %.

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
# Six networks: for each size of entry, one whose ratio equals the entry's side, and one with twice that ratio, trained for 180 steps.
# Look at the guesses that you wrote down, and predict a percentage for each.
# (All runs together take about 40 seconds.)

# %% tags=["experiment"]
predicted = {"entries 1 x 1, ratio 1": None, "entries 1 x 1, ratio 2": None,
             "entries 2 x 2, ratio 2": None, "entries 2 x 2, ratio 4": None,
             "entries 4 x 4, ratio 4": None, "entries 4 x 4, ratio 8": None}

# %% tags=["experiment"]
arms = {f"entries {size} x {size}, ratio {ratio}": (size, {"sr_ratio": ratio})
        for size, ratio in ((1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 8))}


trained = Trained()


def run(arm, seed):
    size, of_block = arms[arm]
    pictures, answers, *_ = train_sets[size]
    model = trained[arm, seed] = learn(Net(4, 2, **of_block), pictures, answers, seed)
    pictures, answers, *_ = test_sets[size]
    wiped = pictures.clone()
    wiped[:, 3] = 0  # the channel of black and white
    with torch.no_grad():
        return {"right": right_of_each(model(pictures), answers),
                "cue removed": right_of_each(model(wiped), answers)}


plot = ScorePlot("right on new pictures after 180 steps (%)", "right", baselines={"chance": 50},
                 gaps=[("entries 1 x 1, ratio 1", "entries 1 x 1, ratio 2"),
                       ("entries 2 x 2, ratio 2", "entries 2 x 2, ratio 4"),
                       ("entries 4 x 4, ratio 4", "entries 4 x 4, ratio 8")])

remind(predicted)
results = compare(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% tags=["experiment"]
plot.show(results, predicted)
with after_predicting(predicted):
    print("cue removed:",
          ", ".join(f"{results.mean(arm, 'cue removed'):.0f} %" for arm in arms))

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **A key for each entry is enough, even if that is only a sixteenth of the keys.**
# If the ratio equals an entry's side, about nine of ten answers are right after 180 steps, and with five times the steps [every run of ours with entries of 2 x 2 or 4 x 4 scores 100 %](lab_book.md#3.-Longer-runs).
#
# **At twice that ratio the scores are low**, though three runs each leave some of these differences uncertain.
# It is not for lack of parameters, because the networks with the larger ratio have more.
# And without black and white in the test pictures all six are at chance, so nothing else gives the answer away.
# </details>

# %% [markdown]
# Would you write "the reduction destroys small entries"?
# First think of an experiment that could prove you wrong, and then open the next fold.
#
# <details><summary>We trained for longer</summary>
#
# | entries, ratio | 180 steps | 900 steps | 3,600 steps |
# |---|---|---|---|
# | 1 x 1, ratio 2 | 50 to 61 | 63 to 99 | 95 and 100 |
# | 2 x 2, ratio 4 | 50 to 75 | 77 to 99 | 100 and 100 |
# | 4 x 4, ratio 8 | 63 to 88 | 94 to 100 | 100 and 100 |
#
# **So the low scores came mostly from slow learning, and not from lost detail.**
# The windows overlap by a row and a column, so a neighbouring key often holds one of the four entries by itself.
# [With windows side by side](lab_book.md#4.-How-can-one-key-hold-four-entries) one key learned to hold nearly all four too, even where it is nothing but the plain mean of its window.
# For entries of one cell at ratio 8, [we do not know](lab_book.md#3.-Longer-runs) whether any number of steps is enough.
# </details>

# %% [markdown]
# ### Where do the queries look?
#
# Now see your own block at work.
# Point at a lone cell at the right: one of the heads at least should find the entry of its hue, in a field of 8 x 8 keys.
# (A key lights up as 2 x 2 cells, and its window reaches one row and one column further.)

# %% tags=["experiment"]
picture = test_sets[2].pictures[:1]
weights = weights_on_keys(trained["entries 2 x 2, ratio 2", 0], picture)  # (2, 256, 64)
look({"head 1": weights[0], "head 2": weights[1]}, painted(picture)[0], grid=(16, 16),
     keys=(8, 8), start=lone_cell(test_sets[2]))

# %% [markdown]
# 256 queries, 64 keys, and the right answers all the same.

# %% [markdown]
# ## 11. What we now know
#
# We kept a query for every position, and far fewer keys were enough.
# Where each entry has a key of its own a network learns fast; where four entries share one it still learns nearly all, in many more steps.
# Beyond that, learning gets slower, and what looks like lost detail may be a network that was not given the time.
# The matrix A still grows with N · N; the ratio only divides it by r · r.
# On real pictures (handwritten digits in coloured frames) [a plain 3 x 3 convolution in its place does as well](lab_book.md#6.-Real-pictures).
# So before you choose a ratio, ask: *how small are the things that a key has to hold, and how long can you train?*
#
# **Next.** [Lesson 08a](../08a_windows/08a_windows.ipynb) keeps all keys, and lets each query see only a window of them.
# (The [lab book](lab_book.md) has every run, the paper against the code, a challenge, and questions to argue about.)

# %% tags=["nbval-ignore-output"]
progress()
