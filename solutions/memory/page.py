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
# # 05b · Attention without the matrix
#
# *The same attention, up to rounding, in a fraction of the memory.*
#
# ![Drawn to scale, except the thickness of queries and keys: the matrix A, 9216 x 9216, is a large square of 324 MiB. Beside it stand queries, keys and values as lines: 9216 x 4, 9216 x 4 and 9216 x 32, together 1.4 MiB. Does the matrix ever have to exist?](figures/to_scale.svg)
#
# The drawing shows lesson 05a's position attention for *one* image of 768 x 768 pixels, at 1/8 of its resolution.
# Does the large matrix ever have to exist?
# For a text of 131,072 tokens (pieces of words), one such matrix would take 64 GiB, and a language model has many of them.
# Yet language models read such texts.
# These models call [FlashAttention](https://arxiv.org/abs/2205.14135) or one of its relatives, and in this lesson you implement its central idea yourself.
#
# **Needs** lessons 05a (position attention, shown again below) and 00 (dot products, softmax) · 1 h 55 min · 7 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - compute attention without ever holding its large matrix, and prove that you never hold it;
# - explain why this alone does not help in training, and what does;
# - compute a softmax over a row that you only ever see in pieces, which is the idea behind FlashAttention;
# - say when torch's fused attention really is fused.
#
# | part | minutes |
# |---|---|
# | [what the matrix costs](#1.-What-the-matrix-costs) | 8 |
# | three ideas, [exercise 1, `EfficientPositionAttention`](#2.-Exercise-1:-EfficientPositionAttention) (3 points), the proof | 33 |
# | [five ways side by side](#3.-Five-ways-side-by-side) | 8 |
# | [exercise 2, `streaming_attention`](#4.-Exercise-2:-streaming_attention) (4 points); a row to touch | 41 |
# | [the bug museum](#5.-The-bug-museum) (the challenge takes 20 to 30 more) | 9 |
# | [what we now know](#6.-What-we-now-know), [questions](#7.-Questions-to-think-about) | 16 |
#
# </details>

# %%
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from attention_lab import check, course_map, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.largest_storage import largest_storage
from attention_lab.pictures import predict_then_run, show
from attention_lab.pictures.memory_growth import growth_in_words, memory_growth
from attention_lab.pictures.sliders import so_far_in_words, softmax_so_far
from attention_lab.pictures.touch import slide

# %% [markdown]
# ## 1. What the matrix costs
#
# An image of 768 x 768 pixels, at 1/8 of its resolution, has 96 · 96 = 9216 positions.
# From 32 channels, position attention makes queries and keys with 4 numbers per position.
# It also makes values with 32 numbers per position.
# From the queries and keys it then computes the matrix A.
# (In the drawing, queries and keys are thicker than they should be: to scale, they would be thinner than a hair.)
#
# Everything that A holds can be computed from these thin tensors, at any time.
# So does A ever have to exist?
#
# This is lesson 05a's module, as you wrote it there.
# If you skipped that lesson, read `attention` and `forward`; you need nothing else from lesson 05a:

# %%
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)  # (B, N, C // r)
        return (q @ self.key(x).flatten(2)).softmax(dim=-1)  # (B, N, N)

    def forward(self, x):
        gathered = self.value(x).flatten(2) @ self.attention(x).transpose(1, 2)
        return x + self.gamma * gathered.view_as(x)


# %% [markdown]
# `cost` reports how much memory is in use at the worst moment: it adds up the bytes of all tensors that are alive then.
# **Predict, then run:** when height and width double, by what factor does the memory of a training step grow?
# Replace each `None`.

# %%
predicted = {"16 x 16 to 32 x 32": None, "32 x 32 to 64 x 64": None}

step = {n: cost(PositionAttention(32), torch.randn(1, 32, n, n), backward=True, latency=False)
        .training_memory for n in (16, 32, 64)}
measured = {f"{n} x {n} to {2 * n} x {2 * n}": step[2 * n] / step[n] for n in (16, 32)}
predict_then_run(predicted, measured, unit="times as much memory")

# %% [markdown]
# <details><summary>Why</summary>
#
# Twice the side means four times the positions, and sixteen times the entries of A.
# The forward pass holds two such matrices at once: the products and their softmax.
# A training step needs three: A, the gradient of A, and the gradient of the products.
# The gradient of the products is computed from the other two matrices, so all three are alive at the same time.
# Users of DANet's code (lesson 05a) noticed that this one module [doubled the memory](https://github.com/CASIA-IVA-Lab/DANet/issues/104) of their network.
# </details>

# %% [markdown]
# ## 2. Exercise 1: `EfficientPositionAttention`
#
# ### Three ideas
#
# All three ideas give the same result, up to rounding.
#
# **1. Chunks.** To compute one row of A, you need one query and all the keys, but no other row of A.
# So take 128 queries, compute their rows, multiply these by the values, forget the rows, and go on.
# `queries.split(128, dim=1)` cuts the queries into such chunks.
# (`chunk(4, dim=1)` makes four pieces, so each piece needs a quarter of A, which still grows as N · N.)
#
# ![One chunk: two of eight queries times all keys give two rows of A, 2 x N; these rows times all values give the results of two positions. The rest of A is never built.](figures/chunks.svg)
#
# **2. Recomputation.** In training, nothing is forgotten.
# Autograd keeps each chunk's weights for the backward pass, and the weights of all chunks together are N x N numbers again.
# `checkpoint(f, a, b, use_reentrant=False)` computes f(a, b) but keeps only a and b.
# In the backward pass, it computes f a second time.

# %% [markdown]
# **3. A fused kernel.** `F.scaled_dot_product_attention(q, k, v, scale=1.0)` works through A in small blocks inside a single operation.
# (A kernel is a routine here, not the window of a convolution.)
# Without `scale=1.0`, torch would divide the products by the square root of q's width.
# (The width is how many numbers q holds for each position.)
# Lesson 05a's position attention, like that of DANet, does not divide the products.
# On the CPU, torch 2.13 works in blocks only if
#
# - q, k and v have four axes, (B, heads, N, width); here there is one head (one set of q, k and v), so the second axis has size 1;
# - all three have the *same width*; v has C numbers, but q and k have only C // r.
#   So pad q and k with zeros (`F.pad`), which change no product;
# - the numbers of one position lie *side by side* in memory (a `transpose` undoes this; `.contiguous()` restores it in a copy).
#
# Otherwise torch silently builds A.

# %% [markdown]
# ### The exercise
#
# Here is a worked example first: if N = 300 rows are cut after every 128, the chunks have 128, 128 and 44 rows.
# The weights of each chunk are (B, rows, N), and its result is (B, rows, C).
# Joined along the row axis, the results are (B, 300, C), and you turn this into (B, C, H, W).
# Compare the pieces of `split(128)` with those of `chunk(4)`, for N = 300 and for N = 3000.
# With which of the two calls do the pieces grow with N?

# %%
for n in (300, 3000):
    q = torch.randn(1, n, 4)
    for name, pieces in (("split(128)", q.split(128, dim=1)), ("chunk(4)", q.chunk(4, dim=1))):
        rows = [piece.shape[1] for piece in pieces]
        print(f"N = {n}, {name}: {len(rows)} pieces, the last with {rows[-1]} rows;",
              f"the first has {rows[0] * n:,} weights")

# %% [markdown]
# The pieces of `split(128)` never have more than 128 rows, while the pieces of `chunk(4)` grow with N.
#
# `EfficientPositionAttention` inherits its layers, so only `forward` is left to write.
# It returns the same result as before, but it never makes a tensor with N · N numbers.
# These are the limits, for one image with up to 32 channels, forward and backward:
#
# | N | every tensor's *storage* (the memory behind it) must hold fewer than |
# |---|---|
# | 1024 | N² / 2 numbers |
# | 4096 | N² / 8 numbers |
#
# When your work is graded, there is one more limit.
# A call with N = 6144, without gradients, must need less than 144 MiB.
#
# A copy of `PositionAttention` earns at most half of the points.
# Chunks earn all three points, with or without recomputation, and so does the padded fused kernel.
# If you write the softmax yourself, it needs all N keys at once, so cut the queries, not the keys.

# %% exercise
class EfficientPositionAttention(PositionAttention):
    """What PositionAttention computes, without a tensor of N * N numbers.

    The same layers and gamma. (B, C, H, W) -> (B, C, H, W).
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(EfficientPositionAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Start from `PositionAttention`, with the values as (B, N, C).
# Which of its lines makes N x N numbers?
# Put only that line, and the product after it, into a loop over chunks of queries.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Write a small function of some queries, all keys and all values.
# It computes the weights, and then their product with the values.
# Call it for each chunk, collect the results in a list, and join them with `torch.cat(..., dim=1)`.
# To recompute, call `checkpoint(that_function, some, keys, values, use_reentrant=False)`.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Three lines make queries, keys and values.
# Next come the small function, and a list with its result for each piece of `.split(...)`.
# The `return` joins the list, transposes, reshapes, multiplies by gamma and adds x.
# </details>

# %% [markdown]
# ### Prove it
#
# The library's `largest_storage` watches every operation that torch runs, including those of the backward pass.
# It returns the size of the largest storage that any of these operations made.
# (Its twelve lines in `attention_lab/networks/largest_storage.py` are worth keeping for your own work.)
# The next cell also measures how much a *training step's* memory grows from 32 x 32 to 64 x 64.
# Four times the positions should cost about four times as much, not sixteen times.
#
# For `PositionAttention`, the cell answers *no* twice.
# For your module, it should answer *yes* twice.
# If only your last answer is *no*, there are two possible reasons.
# Either you do not recompute: each chunk is small, but autograd keeps them all.
# Or the number of chunks is fixed, as with `chunk(4)`.

# %%
for kind in (PositionAttention, EfficientPositionAttention):
    share = largest_storage(kind(32), torch.randn(1, 32, 32, 32)) / 1024**2
    small, large = (cost(kind(32), torch.randn(1, 32, side, side), backward=True,
                         latency=False).training_memory for side in (32, 64))
    print(f"{kind.__name__}: largest storage {share:.2f} N²,",
          f"training step {large / small:.1f} times as much")
    print("  below N² / 2?", "yes;" if share < 0.5 else "no;", "below 6 times?",
          "yes" if large < 6 * small else "no")

# %% [markdown]
# ## 3. Five ways side by side
#
# Here are the three ideas as functions of queries, keys and values, next to the naive form.
# The third idea comes twice, with and without padding.

# %%
def naive(q, k, v):  # (1, N, D), (1, N, D), (1, N, C) -> (1, N, C)
    return (q @ k.transpose(1, 2)).softmax(-1) @ v


def chunks(q, k, v):
    return torch.cat([naive(rows, k, v) for rows in q.split(128, 1)], 1)


def recomputed(q, k, v):
    return torch.cat([checkpoint(naive, rows, k, v, use_reentrant=False)
                      for rows in q.split(128, 1)], 1)


def fused(q, k, v):
    return F.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None], scale=1.0)[:, 0]


def fused_padded(q, k, v):
    q, k = (F.pad(t, (0, v.shape[-1] - t.shape[-1])) for t in (q, k))
    return fused(q, k, v)


# %% [markdown]
# **Predict, then run:** how many MiB does each of these functions need in a training step at N = 4096?
# (A itself, with 4096² numbers in float32, takes 64 MiB.)

# %% tags=["experiment"]
predicted = {"naive": None, "chunks": None, "chunks, recomputed": None, "fused": None,
             "fused, padded": None}

sizes, memory = (256, 1024, 2304, 4096), {}
for name, method in zip(predicted, (naive, chunks, recomputed, fused, fused_padded)):
    memory[name] = [cost(method, *(torch.randn(1, n, width) for width in (4, 4, 32)),
                         backward=True, latency=False).training_memory / 2**20 for n in sizes]
predict_then_run(predicted, {name: memory[name][-1] for name in memory}, unit="MiB")

# %% [markdown]
# The figure shows the memory of each function at four values of N.
# Compare how steeply the lines rise:

# %% tags=["experiment"]
show(memory_growth(sizes, memory), growth_in_words(sizes, memory))

# %% [markdown]
# Both axes are logarithmic, so a straight line is a power of N, and a steeper line is a higher power.
# When N grows fourfold, sixteenfold memory means quadratic growth, and fourfold memory means linear growth.
# (The memory of *chunks* would come closer to sixteenfold growth at even larger N.)
#
# **Three findings.**
#
# - **Chunks alone are not enough for training.**
#   Chunks pass every test that looks at the largest tensor, because no single tensor is large.
#   But autograd keeps the weights of all chunks.
# - **Chunks with recomputation, and the padded fused kernel, need memory that grows only linearly with N.**
# - **Fused attention is not always fused.**
#   When the values have a different width from the queries and keys, the call needs as much memory as the naive form on our CPU.
#
# `cost` counts tensors only, but the memory of a process tells the same story (`solutions/memory/measured.md` in the course's repository).
# With 64 channels and N = 9216, a training step made the process grow by 977 MiB for *naive* and for *fused* without padding.
# The process grew by 351 MiB for *chunks*, by 39 MiB for *chunks, recomputed*, and by 19 MiB for *fused, padded*.
#
# None of these methods saves multiplications, so the time stays quadratic in N.
# Only the memory can become linear.

# %% [markdown]
# ## 4. Exercise 2: `streaming_attention`
#
# ### A softmax in pieces
#
# In exercise 1 you cut the queries, and each softmax saw its whole row.
# What if even one row is too long, or if its keys arrive one block after the other?
#
# A softmax needs two things from the whole row: its **maximum** (so that `exp` does not overflow) and the **sum** of the exponentials.
# What goes wrong without the maximum?
#
# **Predict, then run.** The logits of one query are 1000 and 999, and the values are 10 and 20.
# (A **logit** here is lesson 00's score, query times key.)
# What is the result with torch's softmax, and what is it with the exponentials divided by their sum?
# (Write `float("nan")` if you expect no valid number.)

# %%
predicted = {"softmax": None, "exp / sum": None}

large, values = torch.tensor([1000.0, 999.0]), torch.tensor([10.0, 20.0])
measured = {"softmax": (large.softmax(0) @ values).item(),
            "exp / sum": (large.exp() / large.exp().sum() @ values).item()}
predict_then_run(predicted, measured, unit="the result for one query")

# %% [markdown]
# Now take one query with three keys, in blocks of two and one.
# The exponentials of the logits are 1, 2 and 4, so the weights are 1/7, 2/7 and 4/7.
# With the values 7, 0 and 14, the result is (7 + 0 + 56) / 7 = 9.
# The obvious way is to subtract each block's own maximum m from its logits.
# Each block then gives two sums, one of the exponentials and one of exponential times value, and we add up each of them over all blocks.
# Run it, and see it fail:

# %%
logits, values = torch.tensor([1.0, 2.0, 4.0]).log(), torch.tensor([7.0, 0.0, 14.0])
total = torch.zeros(2)
for keys in (slice(0, 2), slice(2, 3)):
    m = logits[keys].max()
    e = torch.exp(logits[keys] - m)
    total += torch.stack([e.sum(), e @ values[keys]])
    print(f"m {m:.2f}, sum of exp {e.sum():.2f}, of exp times value {e @ values[keys]:.2f}")
print(f"together {total[1] / total[0]:.2f}; the softmax gives {logits.softmax(0) @ values:.2f}")

# %% [markdown]
# The two blocks have subtracted *different* maxima, so their sums cannot be added as they are.
#
# Milakov and Gimelshein (2018) solved this problem for the sum alone.
# Their method keeps a running maximum and a running sum, and it corrects both when a larger number turns up.
# We keep a running output as well, so for each query we carry three things from block to block:
#
# - m, the largest logit so far;
# - s, the sum of exp(logit - m) so far;
# - o, the sum of exp(logit - m) · value so far.
#
# A new block may raise the maximum from m to m'.
# Everything in s and o was computed with the old m, so s and o must both be multiplied by exp(m - m').
# That turns exp(logit - m) into exp(logit - m').
# At the very end, o / s is the result.
#
# ![One query and three keys, in blocks of two and one: m, s and o after each block, the factor 1/2 when the maximum rises, and o / s, which is 9.](figures/online_softmax.svg)

# %% [markdown]
# ### The exercise
#
# Write `streaming_attention(q, k, v, block=64)`: the softmax of q kᵀ, *without a scale*, times v, with `block` keys at a time.
#
# | | shape |
# |---|---|
# | q | (B, N, D) |
# | k, v | (B, M, D), (B, M, E) |
# | result | (B, N, E) |
#
# For each query keep m, s and o, as in the drawing.
# Before the first block m is minus infinity, and s and o are 0.
# The result has to be right, up to rounding, for every M ≥ 1: the last block may be shorter, and `block` may exceed M.
# Logits may reach 10,000 or -10,000, so never call `exp` on a positive number.
# The function is differentiable and uses q's device and dtype.
# It makes no tensor of N · M numbers if N and M are both much larger than `block`.
# If `block` is less than 1, raise a `ValueError`.
#
# Worked example: with q = (1), k = (0, ln 2, ln 4), v = (7, 0, 14) and `block=2`, the result is 9.

# %% exercise
def streaming_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, block: int = 64
) -> torch.Tensor:
    """softmax(q kᵀ) v over blocks of keys: (B, N, D), (B, M, D), (B, M, E) -> (B, N, E).

    No scale. Exact for every M >= 1. Raises ValueError if block is less than 1.
    """
    ...


# %% points=4
check(streaming_attention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Keep m and s as (B, N, 1), with `keepdim=True`: then they broadcast against (B, N, block) and (B, N, E).
# `torch.maximum(a, b)` takes the larger of two tensors, entry by entry.
# `amax(dim=-1, keepdim=True)` finds the maximum over the keys of a block.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Compute the new maximum under a new name, because the factor exp(old - new) needs both the old and the new maximum.
# In the first block the old maximum is minus infinity, so the factor is exp(-∞) = 0, which is right for sums that hold nothing yet.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# You need an `if` that raises, three tensors to start with, and a loop over `zip(k.split(block, dim=1), v.split(block, dim=1))`.
# The loop has six steps.
# The first two compute the logits and the new maximum.
# The third computes the factor exp(old - new) and the exponentials exp(logit - new); the fourth and the fifth compute s and o.
# In the last step, the new maximum becomes the old one.
# After the loop there is one division.
# </details>

# %% [markdown]
# Now run your function on the worked example, and then on something large: the 16,384 queries and keys of a map of 128 x 128.
# The whole matrix would hold 16,384² numbers, exactly one GiB in float32.
# **Predict** how many MiB your function needs at its worst moment, with the default block of 64.

# %%
predicted = {"N = M = 16,384": None}

k, v = logits.view(1, 3, 1), values.view(1, 3, 1)  # those of the wrong way, above
print(f"worked example: {streaming_attention(torch.ones(1, 1, 1), k, v, block=2).item():.4f}")

large = [torch.randn(1, 128 * 128, width) for width in (8, 8, 32)]
needed = cost(streaming_attention, *large, latency=False).forward_memory / 2**20
predict_then_run(predicted, {"N = M = 16,384": needed}, unit="MiB")

# %% [markdown]
# <details><summary>Where the memory goes</summary>
#
# One block's logits are 16,384 · 64 numbers, which take 4 MiB.
# In our solution four such tensors are alive at the worst moment, in the line with the exponentials.
# They are the logits, the logits minus m, their exponentials, and the exponentials that are left from the previous block.
# The output so far needs 2 MiB more.
# A larger block needs more memory for its logits; smaller blocks mean more, but smaller, matrix products.
# </details>
#
# **Touch it.** One query reads 32 keys in blocks of 4, and your function computes the result after each block.
# In which order of the keys is the result nearly right after a few blocks?
# In which order does every block rescale what was read before?

# %% tags=["nbval-ignore-output"]
g = torch.Generator().manual_seed(1)
logits, values = 2 * torch.randn(32, generator=g), 10 * torch.rand(32, generator=g)
orders = {"random": torch.arange(32), "small logits first": logits.argsort(),
          "large logits first": logits.argsort(descending=True)}


def results(order, blocks):
    """Your function's result after each block that was read, and that of the whole row."""
    k, v = (numbers[order].view(1, -1, 1) for numbers in (logits, values))
    return [streaming_attention(torch.ones(1, 1, 1), k[:, :end], v[:, :end], block=4).item()
            for end in (*range(4, 4 * blocks + 1, 4), 32)]


slide({"order": orders, "blocks read": {str(n): n for n in range(1, 9)}},
      lambda order, blocks: softmax_so_far(logits[order], results(order, blocks), block=4),
      lambda order, blocks: so_far_in_words(logits[order], results(order, blocks), block=4),
      start=["random", "2"], plays="blocks read")

# %% [markdown]
# <details><summary>What we think</summary>
#
# With large logits first, o / s is 6.18 after 4 of 8 blocks, close to the final 6.16, because the keys that are left have little weight.
# The maximum is found in the first block, so nothing is rescaled: after the first block, each factor is 1.
# With small logits first, every block brings a new maximum, so what was read before is rescaled every time.
# After 7 blocks o / s is still 3.65; the last block, which holds the largest logits, brings it to 6.16.
# </details>
#
# ### Which way to cut?
#
# Cutting the queries is easier, because there is no running maximum and each softmax sees its whole row.
# Cutting the keys requires m, s and o, but each query then needs only one block of keys at a time.
# **FlashAttention** (Dao and others, 2022) cuts both the queries and the keys.
# A tile (the logits of some queries and some keys) fits into the fast memory next to a GPU's arithmetic units.
# In that memory, FlashAttention runs a loop like yours.
# The products never travel to the large, slow memory, so FlashAttention saves time too, although it does no fewer multiplications.
# For the backward pass FlashAttention keeps m and s of each query, and computes each tile a second time.
# (Later versions keep only m + ln s.)
#
# | | the papers | here |
# |---|---|---|
# | chunks, recomputed | Rabe and Staats: chunks of queries and of keys | exercise 1: chunks of queries only |
# | running maximum | Milakov and Gimelshein: for a softmax alone | exercise 2: with the output |
# | both, inside one GPU kernel | Dao and others | `F.scaled_dot_product_attention` |

# %% [markdown]
# ## 5. The bug museum
#
# *Symptom.* Somebody replaced position attention's two products with torch's fused kernel, "to save memory".
# The results are right.
# The memory has not shrunk.

# %%
def exhibit(q, k, v):  # (1, N, 4), (1, N, 4), (1, N, 32), as position attention has them
    q, k, v = q[:, None], k[:, None], v[:, None]
    return F.scaled_dot_product_attention(q, k, v, scale=1.0)[:, 0]


n = 2304
q, k = torch.randn(2, 1, n, 4)
v = torch.randn(1, 32, n).transpose(1, 2)  # strided as .flatten(2).transpose(1, 2) returns it
needed = cost(exhibit, q, k, v, latency=False).forward_memory
same = torch.allclose(exhibit(q, k, v), naive(q, k, v), atol=1e-4)
print("right?", "Yes." if same else "No.", "Without the N x N matrix?",
      "Yes." if needed < 4 * n * n / 2 else "No, not yet.")

# %% [markdown]
# Repair the function until the cell answers *yes* twice.
# (Two of the three conditions in section 2 are broken.)
#
# <details><summary>What is wrong, and where it was seen</summary>
#
# Queries and keys are 4 wide and values are 32 wide, so pad the queries and keys with 28 zeros.
# Also, v comes out of a `transpose`, so a position's numbers are not side by side in memory: call `.contiguous()` on v.
# PyTorch gives no warning, because for PyTorch the kernel is only an optimisation.
# If the kernel cannot run, PyTorch computes the plain form instead.
# A widely used library had a fused attention that silently fell back to the full matrix:
# [huggingface/transformers, pull request 46960](https://github.com/huggingface/transformers/pull/46960).
# On a GPU, `with torch.nn.attention.sdpa_kernel(...)` allows only the kernels that you name, and you get an error if none of them fits.
# </details>
#
# **A challenge (not graded).** When a model writes a text, or draws a picture pixel by pixel, it knows only what came before.
# So each position may look only at itself and at earlier positions, and the logits of all later keys become minus infinity.
# Write this attention so that a training step's memory grows by less than a factor of 6 from N = 1024 to N = 4096.
# Your function must have the same gradients as `plain`, below.
# It must also do less work than `plain`, which computes an N x N matrix and throws nearly half of it away.
# In the forward pass, section 3's function `recomputed`, with a mask, needs as many multiply-adds as `plain`.
# Our solution needs 0.51 times as many.
# Before you run the next cell, run the imports and section 3's first cell.

# %%
from attention_lab.notebook.challenge import challenge
from attention_lab.tasks.causal_attention import largest_gap, queries_keys_values

mine = None  # your function; mine(q, k, v) returns the same as plain(q, k, v)


def plain(q, k, v):
    later = torch.ones(q.shape[1], k.shape[1]).triu(1).bool()
    return (q @ k.transpose(1, 2)).masked_fill(later, -torch.inf).softmax(-1) @ v


work = growth = thousandths = None
if mine:
    small, large, whole = (
        cost(method, *queries_keys_values(n), backward=True, latency=False)
        for method, n in ((mine, 1024), (mine, 4096), (plain, 4096)))
    work = large.multiply_adds / whole.multiply_adds  # a fused call counts as a whole map
    growth = large.training_memory / small.training_memory
    thousandths = 1000 * largest_gap(mine, plain)
challenge("times the plain form's multiply-adds, forward", work, 0.6, fewer=True, at_most={
    "times as much memory as at N = 1024": (growth, 6),
    "thousandths by which a gradient differs": (thousandths, 1)})

# %% [markdown]
# ## 6. What we now know
#
# - The matrix A never has to exist, because chunks of queries give the same result, up to rounding.
# - In training, chunks alone are not enough, because autograd keeps the weights of all chunks; recomputation trades time for memory.
# - A softmax can be computed over a row that is read in blocks.
#   You keep the maximum, the sum and the output so far, and rescale the sum and the output when the maximum rises.
# - torch's fused attention builds the matrix without a warning if its conditions are not met, so measure how much memory it needs.
# - Memory becomes linear in N, but the number of multiplications stays quadratic.
#
# **Today** nearly every network that applies attention to long inputs runs a fused kernel of this kind.
# Many call torch's own [`scaled_dot_product_attention`](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html).
# Nothing has replaced the idea; newer versions of FlashAttention fit it to newer GPUs.
#
# **What stays open:** can anything be as good as attention in less than quadratic time?
# Many modules try.
# Lesson 07a builds one of them, which compares the queries with a few learned keys instead of with all positions.
#
# **Next**, lesson 06a leaves attention between positions behind.
# There, a network chooses between convolutions with windows of several sizes.

# %% [markdown]
# ## 7. Questions to think about
#
# 1. `checkpoint` computes each chunk twice.
#    Where in a network would you spend time to save memory, and where not?
# 2. The maximum in your function is differentiable, but the gradients through it always add up to 0.
#    Why may you write `logits.detach().amax(...)`?
# 3. Does the order of the blocks change the result?
#    Does it change the amount of work?
# 4. Each of two machines holds half of the keys.
#    Which numbers do they have to exchange per query?
# 5. Lesson 05a's channel attention has a C x C matrix.
#    Does it need any of this lesson's ideas?
#
# <details><summary>What we think</summary>
#
# 1. It pays in early layers, where N is large and A fills the memory.
#    Deep in the network N is small, and there is little to save.
# 2. o and s contain the same factor exp(-m), which cancels in o / s.
#    The result does not depend on m, so its gradient with respect to m is 0.
# 3. The result stays the same, up to rounding.
#    The work is the same too, because the code multiplies s and o by the factor after every block, even if the factor is 1.
# 4. They exchange m, s and o, which are E + 2 numbers per query.
#    The two machines' numbers are merged exactly as a block is merged into what came before.
# 5. Channel attention needs them only if C is large.
#    With 64 channels the C x C matrix has 4096 entries, however large the image is.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", EfficientPositionAttention) puts the block of an earlier lesson first.
my_net(EfficientPositionAttention)

# %% [markdown]
# ## 8. References
#
# - M. Milakov, N. Gimelshein: *Online normalizer calculation for softmax*, 2018, [arXiv:1805.02867](https://arxiv.org/abs/1805.02867).
# - M. N. Rabe, C. Staats: *Self-attention Does Not Need O(n²) Memory*, 2021, [arXiv:2112.05682](https://arxiv.org/abs/2112.05682).
# - T. Dao, D. Y. Fu, S. Ermon, A. Rudra, C. Ré: *FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness*.
#   NeurIPS 2022, [arXiv:2205.14135](https://arxiv.org/abs/2205.14135).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
