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
# # 08c · Global, Regional, Local
#
# *To clean a photograph, a network looks for each pixel's true colour in three places: next to it, in a window, and in a long stripe.*
#
# ![Left, a rocket before an evening sky, under strong noise; a pixel of the sky is marked, with a frame for its neighbours, one for its window, and a long one for its stripe. Right, the same picture, clean. Which other pixels know this pixel's true colour?](figures/question.svg)
#
# Which other pixels know the marked pixel's true colour?
# At the end, blocks that you built clean this photograph, and we ask them.
# First comes a wall whose answers are known.
# Its stickers come in pairs with one motif, and where a motif has faded, only the partner knows it.
# Run the next cells, and point at a sticker without a motif: you see what each of three branches looks at, and how it would restore it.
#
# **Needs** lessons 08b (windows, cosine attention) and 07b (LayerNorm, MLP) · 2 h 55 min · 11 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - let distant tokens exchange information through a few summary tokens, and say how much memory this saves;
# - build GRL's anchored stripe attention, its mixed attention and its block;
# - find out where a network found its answer: nearby, in a window or in a stripe;
# - load weights that we trained into your own blocks, and clean a photograph with them.
#
# | part | minutes |
# |---|---|
# | [three places to look](#1.-Three-places-to-look) | 10 |
# | [exercise 1, `AnchorProjection`](#2.-Exercise-1:-AnchorProjection) (1 point) | 12 |
# | [two small maps](#3.-Two-small-maps) | 10 |
# | [stripes](#4.-A-long-window) | 14 |
# | [exercise 2, `AnchoredStripeAttention`](#5.-Exercise-2:-AnchoredStripeAttention) (4 points) | 48 |
# | [exercise 3, `MixedAttention`](#6.-Exercise-3:-MixedAttention) (2 points) | 14 |
# | [exercise 4, `GRLBlock`](#7.-Exercise-4:-GRLBlock) (3 points) | 24 |
# | [the bug museum](#8.-The-bug-museum), where you repair `ExhibitA` (1 point) | 5 |
# | [the experiment](#9.-The-experiment:-where-is-the-answer?) | 20 |
# | [your blocks clean a photograph](#10.-Your-blocks-clean-a-photograph) and [what we now know](#11.-What-we-now-know) | 18 |
#
# </details>

# %%
from attention_lab.lessons.grl import *

begin("08c_grl")

# %% tags=["experiment"]
train_set = sticker_walls(930, seed=1)
test_set = sticker_walls(200, seed=2)
point_at_wall(test_set)

# %% [markdown]
# ## 1. Three places to look
#
# Bright pixels are those that a branch looks at, and the orange frame is as far as it can see.
# (These branches are set by hand: all skip damaged tokens, and window and stripe prefer the token's own colour.)
# Blue and violet stickers have their partner in the window, red and green ones in the stripe, and in some pairs both have faded.
#
# Why not let all tokens look at all tokens, as in lesson 05a?
# Because a photograph has too many of them: at 512 x 512 pixels, in patches of 2 x 2, one map of everything against everything takes 16 GiB.
# [GRL](https://arxiv.org/abs/2303.00748) (2023) takes a long **stripe** instead, whose tokens talk through a few go-betweens, the **anchors**, one for each block of d x d tokens.
# First the anchors look at the tokens, and then the tokens look at the anchors.
#
# ![A stripe of 4 x 8 tokens, and next to it its 8 anchors, each the mean of 2 x 2 tokens. In one step, each of the 32 tokens would be compared with all 32: 1024 numbers. In two steps, anchors gather from tokens and tokens from anchors.](figures/anchors.svg)
#
# In the drawing N is 32 and d is 2: how many weights do the two steps need together, and for which d do you save nothing?
#
# <details><summary>The answers</summary>
#
# 8 · 32 + 32 · 8 = 512, half of 1024.
# In general it is 2 · N · N / d², so for d = 1 the two maps are *twice* as large as the full one, for d = 2 half as large, and for d = 4 an eighth.
# </details>

# %% [markdown]
# ## 2. Exercise 1: `AnchorProjection`
#
# An anchor is the mean of a block of d x d tokens, projected to half as many channels.
# But tokens come as a list, in which the tokens of a block are not next to each other.
# Take d = 2 and an image of 2 x 4 pixels, with 1, 2, 3, 4 in the first row and 5, 6, 7, 8 in the second.
# The blocks are {1, 2, 5, 6} and {3, 4, 7, 8}, with the means 3.5 and 5.5, and here is what the obvious solution makes:

# %%
tokens = torch.arange(1.0, 9.0).reshape(1, 8, 1)  # the image of 2 x 4, row by row
print("means of four tokens in a row:", tokens.reshape(1, 2, 4, 1).mean(2).flatten())

# %% [markdown]
# Those are the means of the two *rows*, and the shapes won't warn you, because two means are two means.
# So the image has to come back before anything is averaged: there, the 5 stands right below the 1, while in the list it is four places away.
#
# *About 7 minutes.*
#
# 1. Give the tokens their places in the image back, and average each block.
# 2. Project the means, and leave them as a grid.

# %% exercise
class AnchorProjection(nn.Module):
    """Means of d x d tokens, projected: (B, L, dim) -> (B, H // d, W // d, dim // 2).

    d is down_factor. x holds the tokens row by row, image_size is (H, W), and L = H * W.
    reduction: nn.Linear(dim, dim // 2), with a bias, applied to the means.
    Rows or columns that d leaves over belong to no block; they are dropped without an error.
    """

    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        ...


# %% points=1
check(AnchorProjection)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Pooling functions want (B, channels, H, W).
# How do you get there from (B, L, dim) without mixing tokens and channels?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Swap two axes, then `unflatten` one.
# Pool with kernel and stride d, move the channels to the end, and apply `reduction`.
# </details>

# %% [markdown]
# ## 3. Two small maps
#
# An anchor serves only as an *address*: tokens are compared with it, but its own content is never passed on.
# In the first step it is a query, and gathers a mixture Z of the tokens' values V; in the second step it is a key, and passes its row of Z on.
# So there are two maps, A x N and N x A, where A is the number of anchors.
#
# <details><summary>The paper's letters</summary>
#
# The paper's section 3.2 writes the two steps down for one stripe.
# Its matrix **A** holds the anchors.
# (A in plain type is our number of anchors, and the d of $M_d$ is part of a name, not our factor d.)
#
# $$M_d = \operatorname{softmax}(\mathbf{A} K^T), \quad Z = M_d V, \quad M_e = \operatorname{softmax}(Q \mathbf{A}^T), \quad Y = M_e Z$$
#
# | in the paper | in words | in code |
# |---|---|---|
# | $Z = M_d V$ | each anchor gathers values from all tokens; $M_d$ is A x N | `cosine_attention(a, k, v, ...)` |
# | $Y = M_e Z$ | each token gathers from the anchors; $M_e$ is N x A | `cosine_attention(q, a, z, ...)` |
# </details>
#
# ![A tall map of 6 x 2 times a wide map of 2 x 6 gives a map of 6 x 6, which is never built; its first row holds question marks. Every row of the product mixes the wide map's two rows.](figures/maps.svg)
#
# And the price?
# In the drawing, token 0 gives anchor 0 the weight 0.9 and anchor 1 the weight 0.1.
# Anchor 0 gives tokens 0, 1 and 2 a third each; anchor 1 gives tokens 3, 4 and 5 a third each.
# What does row 0 of the product hold, and is there a query with which token 0 looks at token 1 alone?

# %%
to_anchors = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2],
                           [0.2, 0.8], [0.3, 0.7], [0.5, 0.5]])
from_tokens = torch.tensor([[1.0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]) / 3
print(to_anchors @ from_tokens)

# %% [markdown]
# No query looks at token 1 alone: whatever weights token 0 chooses, tokens 0, 1 and 2 arrive in equal parts, because anchor 0 has already mixed them.
# Every row is a mixture of the anchors' rows, so the map is **low-rank**, and that is what the memory costs.

# %% [markdown]
# ## 4. A long window
#
# The next cell holds lessons 08a and 08b.
# Skip to its last class, because your stripe will be a `WindowAttention` with anchors in between.

# %%
def window_partition(x, window_size):
    split = x.unflatten(2, (-1, window_size[1])).unflatten(1, (-1, window_size[0]))
    return split.transpose(2, 3).flatten(0, 2)


def window_reverse(windows, window_size, image_size):
    split = windows.unflatten(0, (-1, *(n // w for n, w in zip(image_size, window_size))))
    return split.transpose(2, 3).flatten(3, 4).flatten(1, 2)


def region_numbers(image_size, window_size, shift_size):
    # the region of each token, (nW, N); an axis without a shift has only the last one
    parts = []
    for n, w, s in zip(image_size, window_size, shift_size):
        place = torch.arange(n)
        parts.append((place >= n - w).long() + (place >= n - s) if s else 0 * place + 2)
    numbers = 3 * parts[0][:, None] + parts[1]
    return window_partition(numbers[None, ..., None], window_size).flatten(1)


def shifted_window_mask(image_size, window_size, shift_size):
    of_tokens = region_numbers(image_size, window_size, shift_size)
    return torch.where(of_tokens[:, :, None] == of_tokens[:, None], 0.0, -100.0)


class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(),
                                     nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        bias = self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        logits = attn * scale + 16 * torch.sigmoid(bias)
        if mask is not None:
            logits = (logits.unflatten(0, (-1, len(mask))) + mask[:, None]).flatten(0, 1)
        return logits


def cosine_attention(q, k, v, transform):
    cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    return transform(cosine).softmax(dim=-1) @ v


class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size = num_heads, window_size
        self.shift_size = [n // 2 if shift else 0 for n in window_size]
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv)
        grid = qkv.unflatten(1, tuple(image_size)).roll([-s for s in self.shift_size], (1, 2))
        windows = window_partition(grid, self.window_size).flatten(1, 2)
        q, k, v = windows.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        y = y.transpose(1, 2).flatten(2).unflatten(1, tuple(self.window_size))
        y = window_reverse(y, self.window_size, image_size)
        return y.roll(self.shift_size, (1, 2)).flatten(1, 2)


# %% [markdown]
# A stripe is, say, 8 rows high and as wide as the image.
# But how wide is that, if images differ?
# So each axis may name a number of *groups* instead of a size: with one group the stripe spans the axis on every image, and there is nothing left to shift.
#
# Tokens and anchors are two grids, and where stripes are shifted both are rolled, the anchors by d times fewer steps.
# `anchor_mask` then says which tokens of a stripe may exchange information with which of its anchors.
# The last lines of the next cell make two stripes of 16 tokens and 4 anchors each.
# The shift has cut the first into two regions, and the second into four: how many of its 64 pairs may still meet in each?

# %%
def anchor_mask(image_size, stripe_size, shift_size, down_factor):
    # (nW, N, A): 0 where token and anchor share a region after the roll, -100 elsewhere
    tokens = image_size, stripe_size, shift_size
    anchors = [tuple(n // down_factor for n in size) for size in tokens]
    of_tokens, of_anchors = region_numbers(*tokens), region_numbers(*anchors)
    return torch.where(of_tokens[:, :, None] == of_anchors[:, None], 0.0, -100.0)


mask = anchor_mask((4, 8), (4, 4), (2, 2), 2)  # (2, 16, 4)
print("pairs that may meet, by stripe:", (mask == 0).sum((1, 2)).tolist())

# %% [markdown]
# In the first stripe, each of two regions has 8 tokens and 2 anchors: 2 · 8 · 2 pairs.
# In the second, each of four regions has 4 tokens and a single anchor.

# %% [markdown]
# ## 5. Exercise 2: `AnchoredStripeAttention`
#
# *About 35 minutes: this is the longest exercise of the page, and it brings the red and green partners within reach.*
#
# ![Tokens and anchors are rolled, cut and split into heads. Anchors gather through transform_in, tokens through transform_out; then stripes are joined and rolled back.](figures/stripe.svg)
#
# 1. Find out how large the stripe is on this image, and how far it is shifted; roll and cut both grids accordingly.
# 2. Let the anchors gather from the tokens, then the tokens from the anchors, each time with a transform of its own.
# 3. Join the stripes, and roll the tokens home.
#
# For instance, `stripe_size=(4, None)` and `stripe_groups=(None, 2)` with d = 2 make, on an image of 4 x 8, the two stripes above: 4 x 4 tokens with shifts (2, 2).
# Their anchors are 2 x 2, with shifts (1, 1).

# %% exercise
class AnchoredStripeAttention(nn.Module):
    """Tokens of a stripe meet through its anchors.

    qkv (B, L, 3C), anchor (B, H // d, W // d, C) -> (B, L, C). d is down_factor.
    qkv has the channels [q | k | v], as in WindowAttention; anchor is a grid.

    On an axis of n tokens, the stripe's length and the length of its shift come from
    - stripe_groups, if it has a number g for the axis: n // g, and n // (2 * g), or 0 if g is 1
      (stripe_size is ignored on this axis);
    - stripe_size otherwise, if that is s: s, and s // 2, even if the stripe fills the axis.
    They fit: a stripe's length divides n, and d divides it. But d need not divide the shift.

    With shift=True, shifts of t roll tokens by -t and anchors by -(t // d), and anchor_mask
    applies (all zeros if t is 0 on both axes, so it may be left out there).
    Without shift, there is no roll and no mask.

    stripe is the pair (height, width). Both get relative_coords_table(stripe, d, dtype):
    transform_in: AffineTransform(num_heads), where anchors look at tokens: the transposed mask,
        and relative_position_index(stripe, d, from_anchor=True).
    transform_out: AffineTransform(num_heads), where tokens look at anchors: the mask,
        and relative_position_index(stripe, d).
    Table (of qkv's dtype), indices and mask are made in forward, on qkv's device.
    """

    def __init__(
        self,
        num_heads: int,
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.num_heads, self.down_factor, self.shift = num_heads, down_factor, shift
        self.stripe_size, self.stripe_groups = stripe_size, stripe_groups
        self.transform_in = AffineTransform(num_heads)
        self.transform_out = AffineTransform(num_heads)
        ### END SOLUTION

    def forward(
        self, qkv: torch.Tensor, anchor: torch.Tensor, image_size: tuple[int, int]
    ) -> torch.Tensor:
        ### BEGIN SOLUTION
        stripe, shift, d = [], [], self.down_factor
        for n, size, groups in zip(image_size, self.stripe_size, self.stripe_groups):
            stripe.append(size if groups is None else n // groups)
            half = stripe[-1] // 2 if groups is None else n // (2 * groups)
            shift.append(half if self.shift and groups != 1 else 0)

        table = relative_coords_table(stripe, d, dtype=qkv.dtype).to(qkv.device)
        index_in = relative_position_index(stripe, d, from_anchor=True).to(qkv.device)
        index_out = relative_position_index(stripe, d).to(qkv.device)
        mask_in = mask_out = None
        if self.shift:
            mask_out = anchor_mask(image_size, stripe, shift, d).to(qkv)
            mask_in = mask_out.transpose(1, 2)

        def heads(grid, factor, parts):  # (parts, B * nW, h, N or A, C / h)
            grid = grid.roll([-(s // factor) for s in shift], dims=(1, 2))
            windows = window_partition(grid, [n // factor for n in stripe]).flatten(1, 2)
            return windows.unflatten(2, (parts, self.num_heads, -1)).permute(2, 0, 3, 1, 4)

        q, k, v = heads(qkv.unflatten(1, tuple(image_size)), 1, 3)
        a = heads(anchor, d, 1)[0]

        def gather(q, k, v, transform, index, mask):
            return cosine_attention(q, k, v, lambda t: transform(t, table, index, mask))

        z = gather(a, k, v, self.transform_in, index_in, mask_in)
        y = gather(q, a, z, self.transform_out, index_out, mask_out)
        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        return window_reverse(y, stripe, image_size).roll(shift, dims=(1, 2)).flatten(1, 2)
        ### END SOLUTION


# %% points=4
check(AnchoredStripeAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Start from `WindowAttention`: roll, cut, heads, attention, back.
# Which of these steps do the anchors need too?
# Anchors are not rolled back: the output has one entry per token.
# </details>
#
# <details><summary>Hint 2: the sizes</summary>
#
# Write a loop over the two axes that fills two lists, stripe and shift.
# A single *group* makes the shift 0.
# A size has no such exception: its shift is always s // 2.
# For the anchors, divide the sizes and the shift by d, rounding down, and only then change the sign of the shift.
# </details>
#
# <details><summary>Hint 3: the two attentions</summary>
#
# First the anchors are the queries, and the tokens supply the keys and the values: this gives Z, one entry per anchor.
# Then the tokens are the queries, the anchors are the keys, and Z takes the place of the values.
# </details>

# %% [markdown]
# **What does it cost?**
# Take stripes that are 8 rows high and as wide as a square image, with anchors at d = 4.
# When the image's side grows from 32 to 64 tokens, by what factor does the memory of a training step grow for each kind of attention?

# %%
predicted = {"full map": None, "windows of 8 x 8": None, "stripes, anchors 1/4": None}

small = training_memory(cosine_attention, side=32)  # in MiB
large = training_memory(cosine_attention, side=64)
predict_then_run(predicted, {kind: large[kind] / small[kind] for kind in predicted},
                 unit="times as much memory")


# %% [markdown]
# <details><summary>What we found</summary>
#
# There are four times as many tokens, so windows need four times as much memory, and a full map about sixteen times as much.
# There are twice as many stripes, and the maps of each grow fourfold, so a stripe's factor should be 8.
# Yet we measure about 5: with anchors the maps are so small that the tokens themselves, which grow only fourfold, are a large part of the memory.
# At 64 x 64, these stripes need less than the windows do.
# </details>

# %% [markdown]
# ## 6. Exercise 3: `MixedAttention`
#
# Half of the channels go to windows and the other half to stripes, so both kinds of partner are within reach.
# One Linear layer makes the queries, keys and values of both, and here is a trap.
# Most networks cut such a layer's outputs into q, k and v first, and divide these afterwards.
# For dim = 8 there are 24 numbers per token, and the windows would get these:

# %%
q, k, v = torch.arange(24).chunk(3)  # numbers 0 to 23, first cut into q, k and v
print("the windows would get", q[:4].tolist(), k[:4].tolist(), v[:4].tolist())

# %% [markdown]
# All shapes fit, so nothing crashes, but the trained weights of section 10 expect another order: the windows own numbers 0 to 11, and so their queries are 0 to 3, their keys 4 to 7, their values 8 to 11.
#
# *About 9 minutes.*
#
# 1. Make q, k and v of both branches, and cut them between the branches first.
# 2. Let windows and stripes attend; the anchors come from x itself.
# 3. Join what they return, and mix it once more.

# %% exercise
class MixedAttention(nn.Module):
    """Windows and anchored stripes side by side, (B, L, dim) -> (B, L, dim).

    qkv: nn.Linear(dim, 3 * dim), with a bias. The first half of its outputs is the windows'
        [q | k | v], the second half the stripes' [q | k | v].
    anchor: AnchorProjection, of x itself.
    window_attention: WindowAttention. stripe_attention: AnchoredStripeAttention.
        Each has its own number of heads and its own shift.
    proj: nn.Linear(dim, dim), with a bias, of [windows | stripes]. There is no shortcut.
    """

    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )
        ### END SOLUTION

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        ### BEGIN SOLUTION
        of_window, of_stripe = self.qkv(x).chunk(2, dim=-1)
        window = self.window_attention(of_window, image_size)
        stripe = self.stripe_attention(of_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([window, stripe], dim=-1))
        ### END SOLUTION


# %% points=2
check(MixedAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `chunk(2, dim=-1)` halves the channels.
# Which of your two branches needs a third argument?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Each branch has its own shift, and two of the modules need `down_factor`.
# `forward` has four lines: split, windows, stripes, and a `return` that joins and projects.
# </details>

# %% [markdown]
# ## 7. Exercise 4: `GRLBlock`
#
# The third place to look is next door, and there convolutions do well: two of them, and then a gate for each channel, as in SE (lesson 01).

# %%
class LocalConvBlock(nn.Module):
    """Two convolutions and a gate for each channel, (B, L, dim) -> (B, L, dim)."""

    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for name, divisor in (("compress", compress), ("reduction", reduction)):
            if not 1 <= divisor <= dim:
                raise ValueError(f"no hidden channel is left: dim={dim}, {name}={divisor}")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x, image_size):
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        mean = y.mean(dim=(2, 3), keepdim=True)
        y = y * torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))
        return y.flatten(2).transpose(1, 2)

# %% [markdown]
# The block puts the three ranges together.
#
# ![x goes through MixedAttention and norm1, and through the local branch; both are added to x, giving y. Then the MLP and norm2, added to y.](figures/block.svg)
#
# Write s for `res_scale`:
#
# $$y = x + s \cdot \operatorname{norm1}(\operatorname{attn}(x)) + \operatorname{local}(x), \qquad y + s \cdot \operatorname{norm2}(\operatorname{mlp}(y))$$
#
# (A norm brings every input to the same scale, so an s in front of it would change nothing.)
#
# *About 13 minutes.*
#
# 1. Build the parts; for stripes that stand upright, reverse what describes the stripe, but not the window.
# 2. Compute the two lines above.
#
# With `stripe_size=(8, None)` and `stripe_groups=(None, 1)` on 32 x 48 tokens, "H" makes stripes of 8 x 48, and "W" of 32 x 8, so each type crosses the whole image in its own direction.

# %% exercise
class GRLBlock(nn.Module):
    """Attention with a local branch beside it, then an MLP: (B, L, dim) -> (B, L, dim).

    attn: MixedAttention. norm1, norm2: nn.LayerNorm(dim), after attention and after the MLP.
    mlp: a module with fc1 (Linear, dim to int(dim * mlp_ratio)), GELU (exact, torch's default)
        and fc2 (Linear, back to dim). Section 10 loads weights by these names.
    local: LocalConvBlock(dim), or None without local_connection (and then nothing is added).
    stripe_type: "H", or "W", which reverses stripe_size and stripe_groups, not window_size.
        Any other raises a ValueError.
    res_scale: s in the formulas.
    """

    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        ...


# %% points=3
check(GRLBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# In the first half, both attention and the local branch look at x.
# What does the MLP look at?
# `res_scale` multiplies the norms' outputs.
# </details>
#
# <details><summary>Hint 2: the constructor</summary>
#
# Test `stripe_type in ("H", "W")`; for "W", reverse `stripe_size` and `stripe_groups`.
# `nn.ModuleDict({"fc1": ..., "fc2": ...})` has two named layers.
# </details>

# %% [markdown]
# ## 8. The bug museum
#
# ### Exhibit A: a stripe that is not one
#
# Here is somebody's mixed attention, for networks whose stripes shall be 8 rows high and as wide as the image.
# Nothing crashes, all shapes fit, every parameter gets a gradient, and training goes on.
# Yet whatever is far away, its "global" branch doesn't find.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, dim, num_heads_window, num_heads_stripe, window_size, stripe_size,
                 stripe_groups=(None, None), window_shift=False, stripe_shift=False,
                 down_factor=1):
        super().__init__()
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, shift=stripe_shift, down_factor=down_factor)

    def forward(self, x, image_size):
        for_window, for_stripe = self.qkv(x).tensor_split(2, dim=-1)
        anchors = self.anchor(x, image_size)
        found = (self.window_attention(for_window, image_size),
                 self.stripe_attention(for_stripe, anchors, image_size))
        return self.proj(torch.cat(found, dim=-1))


# %% [markdown]
# You could train this for a day and blame the learning rate.
# It is quicker to ask how far one token can see: in how many rows and columns does a change of the image reach that token's result?
# The next cell counts them on three images, for a module that asks for stripes across the whole image.
#
# Repair the exhibit in its own cell, until a token reaches 8 rows and all columns of *any* image.
# Mend what stands there: an answer that borrows from your `MixedAttention` earns nothing.

# %%
def exhibit():
    return ExhibitA(8, 1, 1, (4, 4), (8, 8), (None, 1), down_factor=2).stripe_attention


print_reach(exhibit)

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Follow each argument of the constructor to the part that needs it.
# One of them never arrives.
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `stripe_groups` is not passed on, so the stripes keep their size of 8 x 8.
# With `stripe_groups=stripe_groups` the stripe spans any image's width.
# A forgotten argument raises no error, because the default replaces it.
# GRL's own code has such defaults: a [reader](https://github.com/ofsoundof/GRL-Image-Restoration/issues/14) found that they make a stripe of 8 x 8, and the author answered that the configurations of the experiments override them.
# </details>

# %% [markdown]
# ## 9. The experiment: where is the answer?
#
# Back to the wall, now with a network that has to restore it: one `GRLBlock` between two linear layers that treat each token by itself, so your block is the only place to look around.
# Each window has a blue and a violet pair, and each stripe a red and a green one.
# Where both stickers of a pair have faded, their motif is **nowhere**.
#
# A branch that is *off* averages over its window or stripe, so it lacks one thing: it cannot choose.
#
# A wall that is left as it is scores 16.5 dB on each kind of sticker (PSNR, from lesson 01: 10 dB more means a tenth of the squared error).
# Which network restores which kind?
# Each name below gives the branches that are on, and, after the comma, the kind of sticker.
# (Training takes about four minutes.)

# %% tags=["experiment"]
predicted = {"local + window, window": None, "local + window, stripe": None,
             "local + stripe, window": None, "local + stripe, stripe": None,
             "all three, window": None, "all three, nowhere": None}


# %% tags=["experiment"]
arms = {"local": (False, False), "local + window": (True, False),
        "local + stripe": (False, True), "all three": (True, True)}


def wall_block(window, stripe):
    block = GRLBlock(32, 1, 1, (4, 10), (2, 20), down_factor=2, mlp_ratio=2)
    windows, stripes = block.attn.window_attention, block.attn.stripe_attention
    off = [] if window else [windows.transform]
    off += [] if stripe else [stripes.transform_in, stripes.transform_out]
    for transform in off:  # equal logits
        transform.forward = lambda attn, table, index, mask=None: 0 * attn
    return block


def run(arm, seed):
    network = WallNet(lambda: wall_block(*arms[arm]))
    model = train(network, train_set.seen, wall_targets(train_set), loss=error_at_damage,
                  epochs=3, batch_size=4, peak_rate=0.015, seed=seed)
    with torch.no_grad():
        return restored_at(model(test_set.seen), test_set)


remind(predicted)
results = compare_arms(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
predict_then_run(predicted, {name: results.mean(*name.split(", ")) for name in predicted},
                 unit="dB")


# %% tags=["experiment"]
with after_predicting(predicted):
    show_restored(results, plain=restored_at(left_as_it_is(test_set), test_set))

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Attention finds what lies within its reach, if it can choose.**
# With one of the two on, the stickers of its own kind come out at 31 or 32 dB, and the others stay near 17 dB, hardly above a wall that nobody touched.
# (In one of our ten recorded runs, the window had not begun to learn.)
# More steps don't close the gap, because no patience makes a stripe taller.
#
# **What is nowhere cannot be found.**
# No network restores the stickers whose partner has faded too, so the networks do not guess motifs; they look them up.
#
# **Two branches seem to help each other, and mostly they do not.**
# Together they lead one alone by about 5 dB even on its own kind of sticker.
# But one branch wastes effort on stickers that it cannot restore: if the loss counts only its own kind, the lead shrinks to [about 1 dB](lab_book.md#4.-Do-two-branches-help-each-other).
# </details>

# %% [markdown]
# ## 10. Your blocks clean a photograph
#
# `Restorer` turns patches of 2 x 2 pixels into tokens and back again, and patches exchange information only in your blocks.
# We trained it to remove noise, six times, each time without one of the course's six photographs, and that one it restores below.

# %% tags=["experiment"]
def restorer(photograph, window=(8, 8), stripe=(8, None), groups=(None, 1)):
    # your blocks, with the weights that were trained without this photograph
    blocks = [GRLBlock(24, 1, 1, window, stripe, groups, window_shift=i == 0,
                       stripe_shift=i == 1, stripe_type="HW"[i], down_factor=2, mlp_ratio=2)
              for i in range(2)]
    return Restorer(blocks, dim=24).load("weights.safetensors", left_out=photograph)


whole = photograph_crops()
noisy_pictures = noisy(whole, seed=0)
show(show_images(noisy_pictures, titles=PHOTOGRAPHS, columns=3),
     "Six photographs under the same strong noise: a portrait, a cat, a pagoda, a cup, a "
     "flower, a rocket.")


# %% [markdown]
# A Gaussian blur, which replaces each pixel by a mean of those around it, gains 7.8 dB on `chelsea`, 1.9 dB on `china` and 7.9 dB on `rocket`.
# How much do your blocks gain?

# %% tags=["experiment"]
predicted = {"chelsea": None, "china": None, "rocket": None}

restored = restore_each(restorer, noisy_pictures)
gained = gains(restored, noisy_pictures, whole)
predict_then_run(predicted, {name: gained[name] for name in predicted}, unit="dB gained")

# %% [markdown]
# Here are the cat and the rocket; the slider wipes the restored picture over the noisy one.
# Is anything lost besides the noise?

# %% tags=["experiment"]
show_before_and_after(noisy_pictures, restored, whole)

# %% [markdown]
# Your blocks are ahead of the blur on every photograph.
# (A filter from 2005 that learns nothing, *non-local means*, gains [more on five of the six](lab_book.md#6.-The-photographs).)
# And which pixels knew the sky's true colour?
# We [broke the network](lab_book.md#7.-The-network-broken-in-five-ways): without the local branch, the rocket loses 0.7 dB of those gained, and with stripes that merely average 0.4 dB.
# No single place knew it alone, because much of a sky has one true colour.

# %% tags=["experiment"]
keep_photographs(noisy_pictures, restored, whole)

# %% [markdown]
# The picture is now beside this notebook, as `my_grl.png`.
# Every restored pixel in it went through blocks that you built.
#
# ## 11. What we now know
#
# Two thin maps through a few anchors can stand in for one large map; the price is that no token can separate what an anchor has mixed.
# And on the wall, attention found an answer only within its reach, and only where it could choose.
# So before you pay for a long stripe, ask how far away the answer can be.
#
# **Next.** [Lesson 09](../09_cloformer/09_cloformer.ipynb) also joins near and far in one block, but its local branch is itself a kind of attention.
# (The lab book is there for doubters: every run, digits on which a 3 x 3 convolution is ahead of `MixedAttention`, a challenge and two questions.)

# %% tags=["nbval-ignore-output"]
progress()
