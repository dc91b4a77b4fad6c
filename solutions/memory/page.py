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
# This is lesson 05a's position attention for *one* image of 768 x 768 pixels, at 1/8 of its resolution.
# Everything in the square can be computed from the thin lines beside it, at any time.
# So does it ever have to exist?
#
# For a text of 131,072 tokens (pieces of words) such a matrix would take 64 GiB.
# Yet language models read such texts, and without that matrix, like your code at the end of this page.
#
# **Needs** lessons 05a (position attention, shown again below) and 00 (dot products, softmax) · 1 h 50 min · 8 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - compute attention without ever holding its large matrix, and prove that you never hold it;
# - explain why this alone does not change how memory grows in training, and what does;
# - compute a softmax over a row that you only ever see in pieces, which is the idea behind FlashAttention;
# - say when torch's fused attention really is fused.
#
# | part | minutes |
# |---|---|
# | [what the matrix costs](#1.-What-the-matrix-costs) | 7 |
# | [exercise 1, `EfficientPositionAttention`](#2.-Exercise-1:-EfficientPositionAttention) (3 points), and the proof | 32 |
# | [five ways side by side](#3.-Five-ways-side-by-side) | 10 |
# | [exercise 2, `streaming_attention`](#4.-Exercise-2:-streaming_attention) (4 points), and a row to touch | 40 |
# | [the bug museum](#5.-The-bug-museum), where you repair `exhibit_a` (1 point) | 9 |
# | [a photograph that cleans itself](#6.-A-photograph-that-cleans-itself), [what we now know](#7.-What-we-now-know) | 12 |
#
# </details>

# %%
from attention_lab.lessons.memory import *

begin("05b_memory")

# %% [markdown]
# ## 1. What the matrix costs
#
# Here is lesson 05a's module, as you wrote it there.
# If you skipped that lesson, `attention` and `forward` are all that you need of it:

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
# `cost` adds up the bytes of all tensors that are alive at the worst moment.
# When height and width double, by what factor does the memory of a training step grow?
# Replace each `None`, and run.

# %%
predicted = {"16 x 16 to 32 x 32": None, "32 x 32 to 64 x 64": None}

step = {n: cost(PositionAttention(32), torch.randn(1, 32, n, n), backward=True, latency=False)
        .training_memory for n in (16, 32, 64)}
measured = {f"{n} x {n} to {2 * n} x {2 * n}": step[2 * n] / step[n] for n in (16, 32)}
predict_then_run(predicted, measured, unit="times as much memory")

# %% [markdown]
# Twice the side means four times the positions, and sixteen times the entries of A.
# (The smaller the image, the more the other tensors weigh beside A, so the first factor is smaller.)
# Users of DANet noticed that this one module [doubled the memory](https://github.com/CASIA-IVA-Lab/DANet/issues/104) of their network.

# %% [markdown]
# ## 2. Exercise 1: `EfficientPositionAttention`
#
# Three ideas avoid the matrix, and all three give the same result, up to rounding.
#
# **1. Chunks.** One row of A takes one query and all the keys, and no other row of A.
# So take 128 queries, compute their rows, multiply these by the values, forget the rows, and go on: `queries.split(128, dim=1)` cuts the queries up.
# (`chunk(4, dim=1)` makes four pieces whatever N is, so each of them still grows as N · N.)
#
# ![One chunk: two of eight queries times all keys give two rows of A, 2 x N; these rows times all values give the results of two positions. The rest of A is never built.](figures/chunks.svg)
#
# **2. Recomputation.** In training nothing is forgotten: autograd keeps each chunk's weights for the backward pass, and all chunks together are N x N numbers again.
# `checkpoint(f, a, b, use_reentrant=False)` computes f(a, b) but keeps only a and b, and computes f a second time when the backward pass needs it.
#
# **3. A fused kernel.** `F.scaled_dot_product_attention(q, k, v, scale=1.0)` works through A in small blocks inside a single operation, if a few conditions hold.
# (Without `scale=1.0` it would divide the products by the square root of q's width.)
#
# <details><summary>The conditions</summary>
#
# On the CPU, torch 2.13 works in blocks only if
#
# - q, k and v have four axes, (B, heads, N, width); here there is one head (one set of q, k and v), so the second axis has size 1;
# - all three have the *same width*; v has C numbers, but q and k have only C // r.
#   So pad q and k with zeros (`F.pad`), which change no product;
# - the numbers of one position lie *side by side* in memory (a `transpose` undoes this; `.contiguous()` restores it in a copy).
#
# Otherwise torch silently builds A.
# </details>

# %% [markdown]
# ### The exercise
#
# *About 15 minutes.*
# Write a `forward` that returns what `PositionAttention` returns, and never holds its matrix.
# Chunks earn all three points, with or without recomputation, and so does the padded fused kernel.
#
# 1. Make queries, keys and values as before.
# 2. Go through the queries in chunks, and join the results along the rows: of 300 queries, chunks of 128 give results with 128, 128 and 44 rows.
# 3. Give them the form of an image again, and finish as before, with gamma and x.

# %% exercise
class EfficientPositionAttention(PositionAttention):
    """What PositionAttention computes, without a tensor of N * N numbers.

    The same layers and gamma, which it inherits. (B, C, H, W) -> (B, C, H, W). For one image
    with up to 32 channels, the storage of every tensor, forward and backward, must hold fewer
    than N * N / 2 numbers at N = 1024, and fewer than N * N / 8 at N = 4096. When it is graded,
    a call with N = 6144, without gradients, must need less than 144 MiB. A copy of
    PositionAttention earns at most half of the points.
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
# `largest_storage` watches every operation that torch runs, backward pass included, and returns the size of the largest storage (the memory behind a tensor).
# The cell also measures how a training step's memory grows with four times the positions: four times would be linear, sixteen times is quadratic.

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
# `PositionAttention` gets *no* twice; with recomputation, or the fused kernel, yours gets *yes* twice.
# If only your last answer is *no*, then autograd keeps all your chunks, or their number is fixed.

# %% [markdown]
# ## 3. Five ways side by side
#
# Here are the three ideas beside the naive form; the third comes twice, with and without padding.

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
# A itself, with 4096² numbers in float32, takes 64 MiB.
# How many MiB does each function need in a training step at N = 4096?

# %% tags=["experiment"]
predicted = {"naive": None, "chunks": None, "chunks, recomputed": None, "fused": None,
             "fused, padded": None}

sizes, memory = (256, 1024, 2304, 4096), {}
for name, method in zip(predicted, (naive, chunks, recomputed, fused, fused_padded)):
    memory[name] = [cost(method, *(torch.randn(1, n, width) for width in (4, 4, 32)),
                         backward=True, latency=False).training_memory / 2**20 for n in sizes]
predict_then_run(predicted, {name: memory[name][-1] for name in memory}, unit="MiB")

# %% tags=["experiment"]
show(memory_growth(sizes, memory), growth_in_words(sizes, memory))

# %% [markdown]
# Both axes are logarithmic, so a steeper line is a higher power of N.
#
# **Chunks alone save a part of it, and hardly change its growth.**
# No single tensor is large, and yet the whole matrix is there, in pieces that autograd keeps.
#
# **Chunks with recomputation, and the padded fused kernel, grow linearly**, and [in a real process](lab_book.md#1.-The-memory-of-a-process,-and-six-photographs) they do, too.
#
# **Fused attention is not always fused.**
# Where values and queries differ in width, the call needs as much memory as the naive form, and says nothing.
# A widely used library had such a fused attention, which silently [built the full matrix](https://github.com/huggingface/transformers/pull/46960).
#
# None of the five saves a multiplication, so the time stays quadratic; only the memory can become linear.

# %% [markdown]
# ## 4. Exercise 2: `streaming_attention`
#
# In exercise 1 each softmax saw its whole row.
# What if even one row is too long, or if its keys arrive one block after the other?
# A softmax needs two things from the whole row: the **sum** of the exponentials, and the **maximum**.
# What does it need the maximum for?
#
# The logits of one query (a **logit** is lesson 00's score, query times key) are 1000 and 999, and the values are 10 and 20.
# What is the result with torch's softmax, and what with exponentials divided by their sum?
# (Write `float("nan")` if you expect no valid number.)

# %%
predicted = {"softmax": None, "exp / sum": None}

large, values = torch.tensor([1000.0, 999.0]), torch.tensor([10.0, 20.0])
measured = {"softmax": (large.softmax(0) @ values).item(),
            "exp / sum": (large.exp() / large.exp().sum() @ values).item()}
predict_then_run(predicted, measured, unit="the result for one query")

# %% [markdown]
# So the maximum has to be subtracted, or `exp` overflows.
# Now take one query with three keys, in blocks of two and one.
# The exponentials of the logits are 1, 2 and 4, so with the values 7, 0 and 14 the result is (7 + 0 + 56) / 7 = **9**.
#
# The obvious way is to subtract each block's own maximum.
# The first block then has the exponentials 1/2 and 1, with the sum 3/2, and 1/2 · 7 = 7/2; the second has 1, with the sum 1, and 14.
# Together that is 17.5 / 2.5 = **7**, which is wrong, because the two blocks have subtracted *different* maxima.
#
# Milakov and Gimelshein have the way out: keep a running maximum, and when a larger number turns up, correct what you have summed so far.
# For each query three things go from block to block:
#
# - m, the largest logit so far;
# - s, the sum of exp(logit - m) so far;
# - o, the sum of exp(logit - m) · value so far.
#
# When a new block raises the maximum from m to m', multiply s and o by exp(m - m'): that turns every exp(logit - m) in them into exp(logit - m').
# At the very end, o / s is the result.
#
# ![One query and three keys, in blocks of two and one: m, s and o after each block, the factor 1/2 when the maximum rises, and o / s, which is 9.](figures/online_softmax.svg)

# %% [markdown]
# ### The exercise
#
# *About 20 minutes.*
# Write the loop of the drawing for all queries at once.
#
# 1. Start with m = minus infinity and with s and o = 0.
# 2. For each block of keys and values, compute the logits and the new maximum; correct s and o, and add what the block brings.
# 3. After the last block, divide.
#
# The last block may be shorter than the others, and no `exp` should ever see a positive number.
# (Try it on the three keys above: q = (1), k = (0, ln 2, ln 4), v = (7, 0, 14) and `block=2` give 9.)

# %% exercise
def streaming_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, block: int = 64
) -> torch.Tensor:
    """softmax(q kᵀ) v over blocks of keys: (B, N, D), (B, M, D), (B, M, E) -> (B, N, E).

    No scale. Right, up to rounding, for every M >= 1 and every block >= 1, also for one that
    exceeds M, and for logits of up to 10,000 or -10,000. Differentiable, on q's device and in
    its dtype. No tensor of N * M numbers if N and M are both much larger than block.
    Raises ValueError if block is less than 1.
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
# **Touch it.** One query reads 32 keys in blocks of 4, and your function computes the result after each block.
# In which order of the keys is the result nearly right after a few blocks, and in which does every block rescale what was read before?

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
# With large logits first, the first block already has the maximum, so nothing is ever rescaled, and what comes later has little weight.
# With small logits first every block brings a new maximum, and even near the end o / s is far off.
# The order changes the way, but never the result.
#
# Your function never holds more than a block of A, so is its memory linear in a training step, too?

# %%
for n in (1024, 4096):
    step = cost(streaming_attention, *(torch.randn(1, n, width) for width in (4, 4, 32)),
                backward=True, latency=False)
    print(f"N = {n}: {step.forward_memory / 2**20:.1f} MiB without gradients,",
          f"{step.training_memory / 2**20:.0f} MiB in a training step")

# %% [markdown]
# As in exercise 1, autograd keeps the pieces, unless they are recomputed.
#
# **FlashAttention** (Dao and others) runs a loop like yours on tiles of queries *and* keys, which fit into the fast memory beside a GPU's arithmetic units, so it saves time, too; its backward pass recomputes them.

# %% [markdown]
# ## 5. The bug museum
#
# ### Exhibit A: a sum that looks corrected
#
# This function streams, too, and one thing in it is wrong.
# Its weights add up to 1, it is finite for logits of any size, and with the whole row in one block it is exact.
# Read it, and see whether you find it.

# %% repair
def exhibit_a(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"a block of {block} keys holds nothing")
    m = q.new_full((*q.shape[:2], 1), -torch.inf)
    s, o = torch.zeros_like(m), v.new_zeros(*q.shape[:2], v.shape[-1])
    for keys, values in zip(k.split(block, dim=1), v.split(block, dim=1)):
        logits = q @ keys.transpose(1, 2)
        top = logits.amax(dim=-1, keepdim=True)
        m = torch.maximum(m, top)
        shrink = torch.exp(m - torch.maximum(m, top))
        weights = torch.exp(logits - m)
        s = shrink * s + weights.sum(dim=-1, keepdim=True)
        o = shrink * o + weights @ values
    return o / s


# %% [markdown]
# Attention does not care in which order the keys arrive; you have seen that with the slider.
# So shuffle the keys, together with their values, and mark with `#` each of 24 queries whose result moves.
#
# Then repair the exhibit, in its own cell, until all the marks are gone, and run the test and the check again.
# Mend what stands there: an answer that calls your `streaming_attention` earns nothing.

# %%
torch.manual_seed(0)
q, k, v = torch.randn(3, 1, 24, 4)
before = exhibit_a(q, k, v, block=8)
for turn in range(4):
    order = torch.randperm(24)
    shuffled = exhibit_a(q, k[:, order], v[:, order], block=8)
    moved = (shuffled - before).abs().amax(dim=-1)[0] > 1e-5
    print(f"shuffle {turn}:", "".join(".#"[yes] for yes in moved.tolist()))

# %% points=1
check(exhibit_a)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What does the exhibit return for the three keys of section 4, and where have you met this number?
# Print `shrink` in each block.
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# When `shrink` is computed, m is the new maximum already, so the factor compares it with itself and is always 1.
# Nothing that was summed is ever corrected: the three keys give 7, as in the obvious way, and early blocks count too much.
# Keep the old maximum under a name of its own until the factor has been computed.
# (We built this exhibit ourselves.)
# </details>

# %% [markdown]
# ## 6. A photograph that cleans itself
#
# Here is a small photograph with noise, 96 x 96 pixels: 9216 positions, so the matrix is that of the drawing on top.
# Each *pixel* is a query and asks all 9216 pixels how much they are like it.
# It compares the 3 x 3 pixels around both places, and gets the mean of the colours, weighted by this likeness.
# Noise differs from pixel to pixel, and the picture repeats itself, so the mean should have less of it.
# (No network, nothing learned: this is *non-local means*, from 2005.)
#
# PSNR says how close two pictures are: 10 dB more means a tenth of the squared error.

# %%
clean, noisy = noisy_photograph()


def psnr(picture):
    return -10 * (picture - clean).square().mean().log10().item()


blurred = F.avg_pool2d(F.pad(noisy[None], (1,) * 4, mode="reflect"), 3, 1)[0]
print(f"with noise {psnr(noisy):.1f} dB, a mean over 3 x 3 pixels {psnr(blurred):.1f} dB")

# %% [markdown]
# What will your attention make of it?
# And how many MiB does your function need for it, with the default block of 64?

# %% tags=["experiment"]
predicted = {"PSNR in dB": None, "MiB": None}

cleaned = streaming_attention(*pixels_alike(noisy))[0].T.view_as(noisy)
needed = cost(streaming_attention, *pixels_alike(noisy), latency=False).forward_memory / 2**20
predict_then_run(predicted, {"PSNR in dB": psnr(cleaned), "MiB": needed}, unit="")

# %% tags=["experiment"]
keepsake("my_streaming.png", "9,216 pixels ask each other, and the matrix never exists",
         {"": [("with noise", noisy.clamp(0, 1)), ("after my attention", cleaned.clamp(0, 1)),
               ("the photograph", clean)]},
         f"streaming attention, by hand: {psnr(cleaned):.1f} dB, "
         f"{needed:.0f} MiB instead of 324")

# %% [markdown]
# The picture is now beside this notebook, as `my_streaming.png`.
# Such attention helps [where a photograph repeats itself](lab_book.md#1.-The-memory-of-a-process,-and-six-photographs).
#
# ## 7. What we now know
#
# The matrix A never has to exist.
# Cut the queries, and each chunk has its whole rows.
# Cut the keys, and a maximum, a sum and an output for each query carry a softmax from block to block.
# In training, recompute the pieces, or autograd keeps them all.
# torch's fused attention does all this by itself, and builds the matrix without a word where its conditions are not met, so measure.
# The memory becomes linear in the number of positions; the multiplications stay quadratic.
#
# **Next.** [Lesson 05c](../05c_vit/05c_vit.ipynb) builds the vision transformer, with several heads and with pictures cut into tokens.
# (For doubters there is the [lab book](lab_book.md), with the memory of real processes, a challenge, and questions to argue about.)

# %% tags=["nbval-ignore-output"]
progress()
