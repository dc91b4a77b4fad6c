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
# *The result of lesson 05a in memory that grows with N, not with N · N.*
#
# **After this lesson you will be able to**
#
# - compute attention without ever holding the large matrix, and prove that you do;
# - keep training linear in memory too, by computing chunks a second time;
# - say when torch's fused attention really is fused.
#
# **You need** lesson 05a (position attention).
# **Difficulty** 4 of 5.
#
# | part | minutes |
# |---|---|
# | what a map costs | 15 |
# | exercise 1, `EfficientPositionAttention` (3 points) | 35 |
# | the proof, and three ideas side by side | 15 |
# | questions | 5 |

# %%
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.checkpoint import checkpoint

from attention_lab import check, course_map, progress
from attention_lab.cost import cost
from attention_lab.pictures import FEATURES, INK, LAYERS, MAPS, OTHER, PAPER, predict_then_run

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# Here is lesson 05a's module once more: what it computes is what you will compute.

# %%
class PositionAttention(nn.Module):
    """x + gamma * (what each position gathers from all), (B, C, H, W) -> (B, C, H, W).

    query, key: 1 x 1 nn.Conv2d to channels // reduction; value: 1 x 1 nn.Conv2d to channels.
    gamma: nn.Parameter(torch.zeros(1)).
    Raises ValueError, with both numbers in the message, where channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, N, N): row j is how position j weighs all positions."""
        q = self.query(x).flatten(2).transpose(1, 2)  # (B, N, C // r)
        k = self.key(x).flatten(2)  # (B, C // r, N)
        return (q @ k).softmax(dim=-1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        v = self.value(x).flatten(2)  # (B, C, N)
        gathered = v @ self.attention(x).transpose(1, 2)
        return x + self.gamma * gathered.view_as(x)


# %% [markdown]
# ## 1. What a map costs
#
# A holds N · N numbers.
# For a network's features of an eighth of an image of 768 x 768, N is 96 · 96 = 9216, and A in float32 takes 324 MiB.
# For one image.
# Forward.
#
# `cost` counts the bytes of all tensors that are alive at the worst moment.
# **Predict, then run:** when H and W double, by what factor does the memory of a training step grow?

# %%
predicted = {"16 x 16 to 32 x 32": None, "32 x 32 to 64 x 64": None}

peak = {}
for side in (16, 32, 64):
    x = torch.randn(1, 32, side, side)
    peak[side] = cost(PositionAttention(32), x, backward=True, latency=False).training_memory
    print(f"{side} x {side}: N = {side * side}, training step {peak[side] / 2**20:.1f} MiB")
measured = {f"{n} x {n} to {2 * n} x {2 * n}": peak[2 * n] / peak[n] for n in (16, 32)}
predict_then_run(predicted, measured, unit="times as much memory")

# %% [markdown]
# Twice the side is four times the positions and sixteen times the map.
# Readers of the authors' code noticed: a module of a few layers [doubled the memory](https://github.com/CASIA-IVA-Lab/DANet/issues/104) of a whole network.
#
# Three ideas, each of which gives the same result but for rounding:
#
# 1. **Chunks.** A row of A needs one query and all keys.
#    Take 128 queries, compute their 128 x N weights, gather, forget, go on.
#    `queries.split(128, dim=1)` cuts; the last chunk may be shorter.
#    (`chunk(4, dim=1)` cuts too, but into four pieces of N / 4 rows, which grow with N.)
# 2. **Recompute.** In training nothing is forgotten.
#    Autograd keeps each chunk's weights for the backward pass, and all chunks together are N x N again.
#    `checkpoint(f, a, b, use_reentrant=False)` computes f(a, b), keeps only a and b, and computes f once more when the gradient comes by.
# 3. **A fused kernel.** `F.scaled_dot_product_attention(q, k, v, scale=1.0)` goes through A in small blocks inside one operation.
#    Without `scale` it divides the products by the square root of q's width, which DANet does not.
#    On the CPU of torch 2.13 it works in blocks only where
#
#     - q, k and v have four axes, (B, 1, N, C);
#     - all three have the *same width*: q and k have C // r numbers, v has C, and zeros added to q and k (`F.pad`) change no product;
#     - a position's numbers lie *side by side* in memory: behind a `transpose` they do not, `.contiguous()` copies them so.
#
#     Otherwise it builds A, without a word.

# %% [markdown]
# ## 2. Exercise 1: `EfficientPositionAttention`
#
# The same layers, the same `gamma`, the same result and gradients as `PositionAttention`.
# But no tensor with N · N numbers may exist, forward or backward.
# No `attention` method is asked for.
# The limits, for one image:
#
# - forward and backward, at N = 1024 and up to 32 channels: no tensor's *storage* (the memory behind it) holds N · N / 2 numbers or more;
# - a float32 forward pass without gradients, C = 32, N = 9216: the memory grows by less than 324 MiB, one map.
#
# A copy of `PositionAttention` earns half of the points at most, idea 1 all; only ideas 2 and 3 keep *training* linear.
# All N keys belong into every softmax: do not chunk *them*.
#
# ![One chunk: two of eight queries times all keys give two rows of A, 2 x N; times all values they give what two positions gather.](figures/chunks.svg)
#
# Worked example: N = 300 in chunks of 128 rows: 128, 128 and 44 rows.
# Each chunk makes (B, rows, N) weights and gathers (B, rows, C).
# Put together along the rows' axis, (B, 300, C), then (B, C, H, W).

# %% exercise
class EfficientPositionAttention(nn.Module):
    """What PositionAttention computes, without a tensor of N * N numbers.

    query, key, value, gamma as there. (B, C, H, W) -> (B, C, H, W).
    Raises ValueError, with both numbers in the message, where channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)

        def gather(rows, k, v):
            return (rows @ k).softmax(dim=-1) @ v

        parts = [checkpoint(gather, rows, k, v, use_reentrant=False)
                 for rows in q.split(128, dim=1)]
        return x + self.gamma * torch.cat(parts, dim=1).transpose(1, 2).reshape(x.shape)
        ### END SOLUTION


# %% points=3
check(EfficientPositionAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Start from your `PositionAttention`, with the values as (B, N, C).
# Which of its lines makes N x N numbers?
# Put only that one, and the product after it, into a loop over chunks of queries.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A small function of some queries, the keys and the values: weights, then the product.
# Call it for each chunk, collect what it returns in a list, `torch.cat(..., dim=1)`.
# To recompute, call `checkpoint(that_function, some, keys, values, use_reentrant=False)`.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Three lines for queries, keys and values; the function; one list over `.split(...)`.
# Then a return that joins, transposes, reshapes, multiplies by gamma and adds x.
# </details>

# %% [markdown]
# **Prove it.** The check above compares results and watches the first limit.
# Measure more here: the largest storage that any operation makes, forward and backward, and the memory of a forward pass at N = 9216.
# Measure also by how much a *training step* grows from 32 x 32 to 64 x 64.
# Four times the positions should cost about four times as much, not sixteen.
#
# `PositionAttention` says *no* three times.
# Yours should say *yes* three times.
# If only the last line says *no*, either nobody recomputes your chunks: each is small, and autograd keeps them all.
# Or their number is fixed, as with `chunk(4)`, so that each of them grows with N · N.

# %%
class Largest(TorchDispatchMode):
    """Remembers the largest storage that an operation returned, in numbers."""

    elements = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for t in tree_leaves(result):
            if isinstance(t, torch.Tensor):
                held = t.untyped_storage().nbytes() // t.element_size()
                self.elements = max(self.elements, held)
        return result


def largest_of(module, x):
    with Largest() as mode:
        module(x).square().sum().backward()
    return mode.elements


for kind in (PositionAttention, EfficientPositionAttention):
    n = 32 * 32
    most = largest_of(kind(32), torch.randn(1, 32, 32, 32, requires_grad=True))
    print(f"{kind.__name__}\n  N = {n}, largest storage: {most / n**2:.2f} N²,",
          "below N² / 2?", "yes" if most < n * n / 2 else "no")
    peak = cost(kind(32), torch.randn(1, 32, 96, 96), latency=False).forward_memory / 2**20
    print(f"  N = 9216, forward: {peak:.0f} MiB, below 324?", "yes" if peak < 324 else "no")
    step = [cost(kind(32), torch.randn(1, 32, side, side), backward=True,
                 latency=False).training_memory for side in (32, 64)]
    print(f"  training step, 64 x 64 against 32 x 32: {step[1] / step[0]:.1f} times as much,",
          "below 6?", "yes" if step[1] < 6 * step[0] else "no")

# %% [markdown]
# Forward, the naive module needs not one map but two at a time: the products and their softmax.
# A training step needs three: A, the gradient of A, and the gradient of the products, which is made of the two.
#
# Now the three ideas side by side.
# *Before you run it: how many times as much memory does the largest of the five need as the smallest, at N = 4096?*

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
    q, k = (F.pad(t, (0, v.shape[-1] - t.shape[-1])) for t in (q, k))  # zeros change no product
    return fused(q, k, v)


# %% tags=["experiment"]
sizes, memory = (256, 1024, 2304, 4096), {}
for method in (naive, chunks, recomputed, fused, fused_padded):
    memory[method.__name__] = [cost(method, *(torch.randn(1, n, width) for width in (4, 4, 32)),
                                    backward=True, latency=False).training_memory / 2**20
                               for n in sizes]
    listed = "  ".join(f"{value:7.1f}" for value in memory[method.__name__])
    print(f"{method.__name__:13s} training step, MiB, N = {sizes}: {listed}")
figure, axis = plt.subplots(figsize=(6.8, 3.6), facecolor=PAPER, layout="constrained")
last = [needed[-1] for needed in memory.values()]
print(f"N = {sizes[-1]}: the largest needs {max(last) / min(last):.0f} times as much")
styles = {"naive": (FEATURES, "o-"), "chunks": (MAPS, "s-"), "recomputed": (LAYERS, "^-"),
          "fused": (OTHER, "o--"), "fused_padded": (INK, "v:")}
for name, (colour, style) in styles.items():
    width, size = (6, 11) if name == "naive" else (1.6, 6)  # wide, to be seen below fused
    axis.loglog(sizes, memory[name], style, color=colour, label=name.replace("_", ", "),
                linewidth=width, markersize=size)
axis.set(xlabel="positions N", ylabel="tensors alive in a training step (MiB)", facecolor=PAPER,
         xticks=sizes, xticklabels=[str(n) for n in sizes])
axis.minorticks_off()
axis.legend(frameon=False)
plt.show()

# %% [markdown]
# Chunks alone pass a test that looks at the largest tensor: none is large.
# Together they are.
# The fused kernel with values of another width is as large as the naive form, and not clearly faster.
# Padded with zeros it is the smallest line in the picture.
#
# `cost` counts tensors.
# What the whole process took, and how long, we measured once, in a process of its own for each line.
# The setting is batch 1, C = 64, 8 channels in queries and keys, float32, forward and backward, one thread, chunks of 256:
#
# | method | N = 1024 | N = 4096 | N = 9216 |
# |---|---|---|---|
# | naive | 12.9 MiB, 0.02 s | 194.5 MiB, 0.38 s | 976 MiB, 1.2 s |
# | chunks | 7.2 MiB, 0.02 s | 75.5 MiB, 0.14 s | 350 MiB, 0.7 s |
# | chunks, recomputed | 5.3 MiB, 0.03 s | 16.6 MiB, 0.17 s | 37 MiB, 1.8 s |
# | fused, 8 and 64 wide | 13.3 MiB, 0.03 s | 194.4 MiB, 0.27 s | 976 MiB, 1.3 s |
# | fused, padded | 3.6 MiB, 0.02 s | 8.7 MiB, 0.17 s | 18 MiB, 1.7 s |
#
# Times of large cases scattered by a factor of two.
# No method saves multiplications: time stays quadratic.
# Only memory becomes linear.

# %% [markdown]
# ## 3. Questions to think about
#
# 1. `checkpoint` computes each chunk twice.
#    Where would you rather spend memory than time?
#
# <details><summary>What we think</summary>
#
# 1. Time where N is large, in early layers: there the maps are what fills the memory.
#    Memory where N is small: there recomputing saves little.
# </details>

# %% [markdown]
# ## 4. References
#
# - M. N. Rabe, C. Staats: *Self-attention Does Not Need O(n²) Memory*, [arXiv:2112.05682](https://arxiv.org/abs/2112.05682): chunks and recomputing.
#   T. Dao and others: *FlashAttention*, [arXiv:2205.14135](https://arxiv.org/abs/2205.14135): the fused kernel.
# - A fused attention that fell back to the full matrix, silently, in a widely used library:
#   [huggingface/transformers, pull request 46960](https://github.com/huggingface/transformers/pull/46960).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
