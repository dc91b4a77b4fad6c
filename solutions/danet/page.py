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
# # 05a · Dual Attention Network
#
# *Every position looks at every other position, and every channel at every other channel.*
#
# **After this lesson you will be able to**
#
# - build attention between the positions of an image, and show where a position looks;
# - tell from the shape of an attention matrix what it compares;
# - notice when a parameter that starts at zero makes a wrong module look right;
# - say what vision transformers kept of this module, and what they changed.
#
# **Why it matters.** This is the step from gates to attention as transformers use it: weights between *pairs* of positions.
# DANet is part of [MMSegmentation](https://github.com/open-mmlab/mmsegmentation/tree/main/configs/danet), a widely used library for segmentation.
# The same idea, in another form, is what every [vision transformer](https://arxiv.org/abs/2010.11929) is made of.
#
# **You need** lesson 00 (attention on three words) and lesson 04 (padding, dilation, how far a position sees; here it sees everything).
# **Difficulty** 4 of 5.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Black-or-white?), [the idea](#2.-The-idea) | 15 |
# | [exercise 1, `PositionAttention`](#3.-Exercise-1:-PositionAttention) (3 points) | 30 |
# | [where does it look?](#4.-Where-does-it-look?), [why gamma starts at zero](#5.-Why-gamma-starts-at-zero) | 20 |
# | [two matrices](#6.-Two-matrices), [exercise 2, `ChannelAttention`](#7.-Exercise-2:-ChannelAttention) (2 points), [the sign](#8.-The-sign-that-nobody-expects) | 25 |
# | [exercise 3, `DANetHead`](#9.-Exercise-3:-DANetHead) (2 points) | 20 |
# | [the bug museum](#10.-The-bug-museum) | 12 |
# | [the experiment](#11.-The-experiment:-which-mark-belongs-to-each-patch?) | 20 |
# | [on the way to ViT](#12.-On-the-way-to-ViT), [paper against code](#13.-Paper-against-code), [a challenge, questions](#14.-A-challenge,-and-questions-to-think-about) | 18 |

# %%
from functools import cache

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.pictures import PAPER, predict_then_run, score_bars, show, show_images
from attention_lab.tasks.scoring import UNASKED
from attention_lab.tasks.coloured_posters import (
    coloured_posters,
    weight_on_the_same,
    what_it_reads,
)
from attention_lab.pictures.touch import point
from attention_lab.networks.training import compare, train

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. Black or white?
#
# ![A poster with coloured patches. One patch of each colour has a mark on its right, black or white; three patches have none and are numbered: 1 is blue, 2 red, 3 yellow.](figures/poster.svg)
#
# Patches of the same colour should have the same mark.
# Which marks should 1, 2 and 3 have?
# Write them down before you read on.
#
# <details><summary>The answers</summary>
#
# White, black, white.
# </details>
#
# How did you do it?
# You looked at a patch, searched the poster for the marked patch with the *same* colour, and read what stands beside it.
# The answer for one position stands at *another* position, and which one that is depends on the picture.
#
# Our posters are small (24 x 24 pixels) and noisy, with six marked patches and fourteen unmarked.
# Colours, places and marks are new in every poster, so there is nothing to learn by heart.

# %%
posters = coloured_posters(4000, seed=1)
show(show_images(posters.pictures[:3].clamp(0, 1), columns=3),
     "Three noisy posters: coloured patches on grey, six of them with a black or white mark.")

# %% [markdown]
# A window, as in lesson 04, has the same weights for every poster.
# To compare two patches it must cover both, wherever they are, and find out which mark belongs to which colour.

# %% [markdown]
# ## 2. The idea
#
# Fu and others (2019) let each position look at all positions, as the words in lesson 00 do.
# Each position has a **query** (what it would like to find), a **key** (by which it is found) and a **value** (what it tells).
# What a position gathers is added to its features.
#
# ![Position attention: from x three 1 x 1 convolutions give queries (B, N, C/r), keys (B, C/r, N) and values (B, C, N). Queries times keys and a softmax along each row give A (B, N, N). Row j of the queries gives row j of A. The values times A transposed are what is gathered: column j is for position j. All of it is multiplied by gamma and added to x.](figures/position_attention.svg)
#
# In the figure, follow the strong colour: it shows what happens to one position, j.

# %% [markdown]
# The formulas of the paper, and the code that they become:
#
# | in the paper | in words | in code |
# |---|---|---|
# | B, C, D | keys, queries and values, each a list of N = H · W positions, row by row | `.flatten(2)` |
# | $s_{ji}$ | how position j weighs position i: softmax of query j times all keys | softmax along each row |
# | $\sum_i s_{ji} D_i$ | what j gathers | values times A transposed |
# | $E_j = \alpha \sum_i s_{ji} D_i + A_j$ | one learned number times that, plus the features | x + γ · gathered |
#
# (The paper calls the features A and the matrix S; its learned number is α; its B, C, D are not our B, C, D.
# We call the features x, the matrix A and the number γ, as the authors' code does.)

# %% [markdown]
# **In numbers.** Three positions a, b, c, and the query of b is (ln 2, 1):
#
# | | a | b | c |
# |---|---|---|---|
# | key | (0, 0) | (1, 0) | (1, ln 2) |
# | query of b times key | 0 | ln 2 | ln 2 + ln 2 = ln 4 |
# | exp of that | 1 | 2 | 4 |
# | row b of A | 1/7 | 2/7 | 4/7 |
# | value | 7 | 0 | 14 |
#
# So b gathers 1/7 · 7 + 2/7 · 0 + 4/7 · 14 = **9**.
# (Unlike lesson 00, DANet does *not* divide the products by $\sqrt{D}$, where D is now the length of a query or key.)

# %% [markdown]
# ## 3. Exercise 1: `PositionAttention`
#
# Three 1 x 1 convolutions with bias: `query` and `key` to C // r channels, `value` to C.
# And `gamma`, an `nn.Parameter(torch.zeros(1))`.
#
# `attention(x)` returns A, (B, N, N): row j holds the weights of position j and sums to 1.
# `forward(x)` returns x + γ · gathered.
#
# Worked example: one channel, two positions, x = (0, 2).
# Let `query` multiply by 1, `key` by ln(3) / 4, `value` by 4, without biases.
# Position 1 has query 2, the keys are 0 and ln(3) / 2: products 0 and ln 3, weights (1/4, 3/4).
# Position 0 has query 0: weights (1/2, 1/2).
# The values are (0, 8): position 0 gathers 4, position 1 gathers 6.
# With γ = 0.5 the output is (0 + 2, 2 + 3) = (2, 5).
#
# A bare `exp` of large products overflows; torch's softmax does not.
# If C // r is 0, raise a `ValueError` that names C and r.
# Feature maps need not be square.

# %% exercise
class PositionAttention(nn.Module):
    """x + gamma * (what each position gathers from all), (B, C, H, W) -> (B, C, H, W).

    query, key: 1 x 1 nn.Conv2d to channels // reduction; value: 1 x 1 nn.Conv2d to channels.
    gamma: nn.Parameter(torch.zeros(1)).
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
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

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, N, N): row j is how position j weighs all positions."""
        ### BEGIN SOLUTION
        q = self.query(x).flatten(2).transpose(1, 2)  # (B, N, C // r)
        k = self.key(x).flatten(2)  # (B, C // r, N)
        return (q @ k).softmax(dim=-1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        v = self.value(x).flatten(2)  # (B, C, N)
        gathered = v @ self.attention(x).transpose(1, 2)
        return x + self.gamma * gathered.view_as(x)
        ### END SOLUTION


# %% points=3
check(PositionAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape next to each line.
# (B, N, D) @ (B, D, N) gives (B, N, N).
# What has to be transposed for that, and what for the last product?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# With the values as (B, C, N), output j is the sum over i of V[:, i] · A[j, i].
# A matrix product V M sums V[:, i] · M[i, j] over i, so M is A transposed: `.transpose(1, 2)`.
# Afterwards `.view_as(x)` cuts N back into H rows of W.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `attention`: queries, keys, and a return with one product and one softmax.
# `forward`: values, what is gathered, and `x + self.gamma * ...`.
# </details>

# %% [markdown]
# ## 4. Where does it look?
#
# Train your module on the posters, in a small network.
# It has two convolutions, your `PositionAttention`, one more convolution, and scores for black and white at each position.
# (`train` uses Adam, a learning rate that rises and falls once, and here 500 steps of 16 posters: about five seconds.
# If you change your module, it is trained anew.)

# %% tags=["experiment"]
CHANNELS = 32
new = coloured_posters(500, seed=2)


def layer(inputs, outputs, stride=1, dilation=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU())


def network(middle):
    """Scores (B, 2, 12, 12) for black and white at the positions of a poster (B, 3, 24, 24)."""
    return nn.Sequential(layer(3, CHANNELS, stride=2), layer(CHANNELS, CHANNELS), middle,
                         layer(CHANNELS, CHANNELS), nn.Conv2d(CHANNELS, 2, 1))


def learn(model, seed):
    return train(model, posters.pictures, posters.answers, epochs=2, batch_size=16,
                 peak_rate=5e-3, seed=seed,
                 loss=lambda s, y: F.cross_entropy(s, y, ignore_index=UNASKED))


@cache
def trained(module):
    """The small network around a module, trained once for each class that it is given."""
    torch.manual_seed(0)
    return learn(network(module(CHANNELS, reduction=4)), seed=0)


gamma = trained(PositionAttention)[2].gamma.item()
print(f"gamma has gone from 0 to {gamma:.2f}")

# %% [markdown]
# (A negative gamma is fine: the values and later layers learn the matching signs.)
#
# Here is a poster that the network has never seen.
# Where does a patch without a mark look: at its own colour everywhere, at all marks, at one mark?
# Guess first, then run.
#
# **Touch it.** Point at a position, or click it, then use the arrow keys; it gets a frame.
# The larger a square, the more weight it has in that position's row of A.
# What do marks and plain grey look at?

# %% tags=["experiment"]
model = trained(PositionAttention)
with torch.no_grad():
    A = model[2].attention(model[:2](new.pictures[:1]))[0]
sentences = what_it_reads(A, new, 0)
rows = (A / A.amax(1, keepdim=True)).view(12, 12, 12, 12)
point((12, 12), lambda row, column: rows[row, column],
      lambda row, column: sentences[12 * row + column], (0, 0),
      F.avg_pool2d(new.pictures[0].clamp(0, 1), 2))

# %% [markdown]
# <details><summary>What we think</summary>
#
# A patch without a mark looks at the marked patch of its colour.
# In our run, most marks look at themselves, and grey at marked patches or all over the poster.
# Only patches without a mark have to answer, so training hardly shapes the other rows.
# </details>

# %% tags=["experiment"]
model = trained(PositionAttention)
with torch.no_grad():
    weights = model[2].attention(model[:2](new.pictures))
share = 100 * weight_on_the_same(weights, new)
print(f"on 500 new posters, {share:.0f} % of a patch's weight lies",
      "on the marked patch with its colour (by chance: 1 cell of 24, 4 %)")

# %% [markdown]
# Nobody told the network about colours or marks.
# It saw only the answers, and worked out where they are written.
#
# A map of weights says where an answer is *read*.
# It does not say what the network does with what it reads: that is up to the values, and to the layers that follow.
#
# Nothing in the module has the size N (here 144), so it works on an image of any size.

# %% [markdown]
# ## 5. Why gamma starts at zero
#
# At the beginning gamma is 0, so the module returns x.
# You can put it into the middle of a trained network and nothing breaks.
# The network learns how much of it to let in.
#
# But this start has a price for whoever writes the module.
# Here are four ways to gather.
# *Before you run the next cell, predict: how many of the four give another output than your module, with gamma at 0?
# And at 0.5?*

# %%
predicted = {"gamma = 0": None, "gamma = 0.5": None}

torch.manual_seed(0)
x, module = torch.randn(2, 16, 3, 4), PositionAttention(16, reduction=4)
suspects = {
    "V Aᵀ": lambda v, a: v @ a.transpose(1, 2),
    "V A": lambda v, a: v @ a,
    "A Vᵀ": lambda v, a: a @ v.transpose(1, 2),
    "noise": lambda v, a: torch.randn_like(v),
}
measured = {}
for gamma in (0, 0.5):
    nn.init.constant_(module.gamma, gamma)
    gathered = [gather(module.value(x).flatten(2), module.attention(x)).reshape(x.shape)
                for gather in suspects.values()]
    measured[f"gamma = {gamma}"] = sum(
        not torch.allclose(x + module.gamma * each, module(x), atol=1e-5) for each in gathered)
predict_then_run(predicted, measured, unit="of the four ways that differ")

# %% [markdown]
# At gamma 0, even noise passes.
# At 0.5 three of the four differ, all but the first: the second mistakes columns of A for rows, the third mixes up channels and positions.
# So if a fresh module passes a test (right shape, the published output), that only shows that it returns x.
# Our checks give `gamma` another value first.
# Do the same in your own tests: *set every parameter to something other than its starting value.*
#
# **Predict, then run.** The module has 7 parameter tensors: three weights, three biases, gamma.
# How many of them receive a gradient other than zero in the very first step, with gamma 0?
# And with gamma 0.5?

# %%
predicted = {"gamma = 0": None, "gamma = 0.5": None}

torch.manual_seed(0)
measured = {}
for gamma in (0, 0.5):
    module = PositionAttention(16, reduction=4).double()
    nn.init.constant_(module.gamma, gamma)
    module(torch.randn(2, 16, 3, 4).double()).square().sum().backward()
    moved = [name for name, p in module.named_parameters() if p.grad.abs().max() > 1e-9]
    measured[f"gamma = {gamma}"] = len(moved)
predict_then_run(predicted, measured, unit="parameter tensors with a gradient")

# %% [markdown]
# <details><summary>Why</summary>
#
# With gamma 0 everything gathered is multiplied by 0, and so is its gradient: in the first step only gamma itself learns.
# Then the others follow.
#
# With gamma 0.5 it is 6, not 7.
# The bias of `key` adds the same number to all products of one query, and a softmax does not notice what is added to a whole row.
# </details>

# %% [markdown]
# ## 6. Two matrices
#
# DANet's second branch does the same for channels: which channels belong together in *this* image?
# It has no layers.
# Each channel, as a list of N numbers, is query, key and value at once.
#
# ![One image with 3 channels of 2 x 2 positions. As X (C, N) it is 3 x 4. X transposed times X compares columns, the positions: 4 x 4, N x N. X times X transposed compares rows, the channels: 3 x 3, C x C.](figures/two_matrices.svg)
#
# Check one number of each by hand: positions a and c are (2, 0, 1) and (1, 0, 1), and 2 · 1 + 1 · 1 = 3.
# Channels 0 and 2 are (2, 0, 1, 0) and (1, 0, 1, 0): 3 again.
# Channels 0 and 1 are never active together: 0.
#
# **Predict, then run.** How many numbers does each matrix hold, for 64 channels at 32 x 32 positions?
# And at 64 x 64?

# %%
predicted = {"positions, 32 x 32": None, "channels, 32 x 32": None,
             "positions, 64 x 64": None, "channels, 64 x 64": None}

measured = {}
for side in (32, 64):
    channels_first = torch.randn(64, side, side).flatten(1)
    measured[f"positions, {side} x {side}"] = (channels_first.T @ channels_first).numel()
    measured[f"channels, {side} x {side}"] = (channels_first @ channels_first.T).numel()
predict_then_run(predicted, measured, unit="numbers in the matrix")

# %% [markdown]
# ## 7. Exercise 2: `ChannelAttention`
#
# The only parameter is `gamma`, as before.
# With X = x as (B, C, N):
#
# - E = X Xᵀ, (B, C, C), the **energies**, without any scale;
# - `attention(x)` returns A, the softmax of E along its last axis;
# - `forward(x)` returns x + γ · (A X), in x's shape.
#
# `ChannelAttention(negate=True)` does what the authors' code does: it uses max(E) - E instead of E.
# Here max(E) is the maximum of each row.
#
# Worked example: two channels, X = (1, 0) and (1, 1).
# E is (1, 1) and (1, 2).
# Row 0 has two equal energies, so its weights are (1/2, 1/2), and it gathers (1, 1/2).
# Row 1: weights (0.27, 0.73), and it gathers (1, 0.73).
# Negated, row 1 is (2 - 1, 2 - 2) = (1, 0): weights (0.73, 0.27), and it gathers (1, 0.27).

# %% exercise
class ChannelAttention(nn.Module):
    """x + gamma * (what each channel gathers from all), (B, C, H, W) -> (B, C, H, W).

    gamma: nn.Parameter(torch.zeros(1)). negate: weigh by max(E) - E instead of E.
    """

    def __init__(self, negate: bool = False) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))
        ### END SOLUTION

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, C): row i is how channel i weighs all channels."""
        ### BEGIN SOLUTION
        energy = x.flatten(2) @ x.flatten(2).transpose(1, 2)
        if self.negate:
            energy = energy.amax(dim=-1, keepdim=True) - energy
        return energy.softmax(dim=-1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        gathered = self.attention(x) @ x.flatten(2)
        return x + self.gamma * gathered.view_as(x)
        ### END SOLUTION


# %% points=2
check(ChannelAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# (B, C, N) @ (B, N, C) gives (B, C, C).
# Here the product is A X: A comes first and is not transposed, because row i belongs to channel i.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `energy.amax(dim=-1, keepdim=True)` has shape (B, C, 1), so it broadcasts along each row.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `attention`: the energies, one `if`, a return with a softmax.
# `forward`: one product, then `x + self.gamma * ...`.
# </details>

# %% [markdown]
# ## 8. The sign that nobody expects
#
# max(E) - E turns the order around: the *least* similar channels get the largest weights.
# The maximum does not matter: it is one number for a whole row, and a softmax does not notice what is added to a row.
# The weights are those of -E.
#
# Readers were [puzzled](https://github.com/CASIA-IVA-Lab/DANet/issues/62), and one [asked](https://github.com/CASIA-IVA-Lab/DANet/issues/106) whether it is a slip.
# The authors tried the paper's form, E without the minus sign, and [answered](https://github.com/CASIA-IVA-Lab/DANet/issues/48) that it did not do well.
#
# What do the two forms look at?
# Take the features of your trained network, before its attention, and measure.

# %% tags=["experiment"]
with torch.no_grad():
    x = trained(PositionAttention)[:2](new.pictures[:64])  # (64, 32, 12, 12)
both = {"paper: softmax(E)": ChannelAttention(),
        "code: softmax(max(E) - E)": ChannelAttention(negate=True)}
figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.7), facecolor=PAPER, layout="constrained")
for axis, (name, module) in zip(axes, both.items()):
    weights = module.attention(x)
    itself = weights.diagonal(dim1=1, dim2=2).mean()
    print(f"{name:26s} the largest weight of a row: {weights.amax(-1).mean():.2f},",
          f"a channel's weight for itself: {itself:.2f}")
    drawn = axis.imshow(weights[0].detach(), cmap="Oranges", vmin=0, vmax=1)
    axis.set(title=f"{name}, one poster", xlabel="channel that is looked at",
             ylabel="channel that looks")
figure.colorbar(drawn, ax=axes, label="weight (features trained above)")
show(figure, "Two maps of channel against channel, one per form: "
             "how much weight each channel gives to each.")

# %% [markdown]
# An energy is a sum over all positions, without a scale.
# So energies are large and far apart, and the softmax of E is nearly one-hot: the printed numbers show it.
# How much weight does a channel give itself in each form?
# A channel that looks only at itself gathers what it has already, and A X is little more than a copy of x.
#
# The authors' answer gave no reason; [elsewhere](https://github.com/CASIA-IVA-Lab/DANet/issues/45) an author says that the negated form helps training converge.

# %% [markdown]
# ## 9. Exercise 3: `DANetHead`
#
# The published head.
# A **backbone** (a network made for images) gives features; the head gives **logits**, scores of each class for each position.
#
# ![From x two branches start: position_in, position, position_out, and channel_in, channel, channel_out. classify_position and classify_channel read one branch each, classify_fused reads their sum.](figures/head.svg)
#
# inter stands for in_channels // 4:
#
# - `position_in`, `channel_in`: conv-BN-ReLU, in_channels to inter; `position_out`, `channel_out`: the same, inter to inter.
#   Each is a `Sequential` of a 3 x 3 `Conv2d` without bias that keeps H and W, `BatchNorm2d`, `ReLU`;
# - `position = PositionAttention(inter)`, `channel = ChannelAttention(negate=True)`;
# - `classify_fused`, `classify_position`, `classify_channel`: `Sequential` of `Dropout2d(0.1)` and a 1 x 1 `Conv2d` to num_classes.
#
# `classify_fused` reads the *sum* of the two branches.
# Return a tuple: fused, position, channel.
# With fewer than 32 channels `PositionAttention` raises its `ValueError`: let it.
#
# Worked example, `DANetHead(32, 5)` and x of shape (2, 32, 6, 9): both branches are (2, 8, 6, 9) throughout; three logits of (2, 5, 6, 9).

# %% exercise
class DANetHead(nn.Module):
    """Three logits from features (B, in_channels, H, W): fused, position, channel.

    Each is (B, num_classes, H, W). position_in, channel_in, position_out, channel_out:
    conv-BN-ReLU; position, channel: the attentions; classify_fused, classify_position,
    classify_channel: nn.Dropout2d(0.1) and a 1 x 1 convolution.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        inter = in_channels // 4

        def block(inputs):
            return nn.Sequential(nn.Conv2d(inputs, inter, 3, padding=1, bias=False),
                                 nn.BatchNorm2d(inter), nn.ReLU())

        def classifier():
            return nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

        self.position_in, self.channel_in = block(in_channels), block(in_channels)
        self.position, self.channel = PositionAttention(inter), ChannelAttention(negate=True)
        self.position_out, self.channel_out = block(inter), block(inter)
        self.classify_fused = classifier()
        self.classify_position = classifier()
        self.classify_channel = classifier()
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        ### BEGIN SOLUTION
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)
        ### END SOLUTION


# %% points=2
check(DANetHead)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Four conv-BN-ReLU blocks differ in one number, three classifiers only in their weights.
# A helper function for each saves typing.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A 3 x 3 kernel keeps H and W with `padding=1` (lesson 04).
# Each branch is three calls inside one another.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: inter, two helpers, nine attributes.
# `forward`: one line for each branch, one `return` with three calls.
# </details>

# %% [markdown]
# **The authors' parameter count.** Take the 2048 channels of a ResNet and the 19 classes of Cityscapes, a data set of street scenes.
# Then their head has 23,954,619 parameters.
# Does yours?
# And what percentage of them belongs to the two attentions?
# Guess first.

# %%
predicted = {"parameters of the attentions": None}


def count(module):
    return sum(p.numel() for p in module.parameters())


head = DANetHead(2048, 19)
print(f"DANetHead(2048, 19): {count(head):,} parameters")
share = 100 * (count(head.position) + count(head.channel)) / count(head)
predict_then_run(predicted, {"parameters of the attentions": share}, unit="% of the head's")

# %% [markdown]
# <details><summary>Where the others are</summary>
#
# In the 3 x 3 convolutions around the attentions; channel attention itself has a single parameter.
# So when a table says that "dual attention" improves a network, part of the improvement may come from the convolutions.
# </details>

# %% [markdown]
# ## 10. The bug museum
#
# ### Exhibit A: N x N or C x C?
#
# *Symptom.* A Chinese post of 2021 explains the channel branch like this: make Q, K and V from the features.
# Then Q transposed times K, "that is (C x N) times (N x C)", gives "the N x N matrix of similarities between pixels".
# Here is the sentence as code:

# %%
def posted_energy(x):
    q = k = x.flatten(2)  # (B, C, N)
    return q.transpose(1, 2) @ k

# %% [markdown]
# Which of the post's statements are wrong?
# Repair the cell above, until the next one says yes.

# %%
x = torch.randn(1, 3, 4, 5)
energy = posted_energy(x)
print("the energies have shape", tuple(energy.shape))
same = energy.shape == (1, 3, 3) and torch.allclose(
    energy.softmax(-1), ChannelAttention().attention(x), atol=1e-5)
print("Is it the channel branch?", "Yes." if same else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# The part with (C x N) times (N x C) is right: this is Q times *transposed K*, and gives C x C.
# "Q transposed times K" and "N x N" describe the position branch, from which the paragraph seems to have been copied.
# A matrix that mixes C channels must be C x C.
# </details>
#
# ### Exhibit B: a change that few notice
#
# *Symptom.* Attention of SAGAN, an image generator, rebuilt from early TensorFlow code.
# The output shape is right, rows sum to 1, it trains.
# But if something changes far away, in another row of the image, the output stays the same.

# %%
def exhibit_b(q, k, v):  # each (B, H, W, C), channels last
    weights = (q @ k.transpose(-1, -2)).softmax(dim=-1)
    return weights @ v


torch.manual_seed(0)
q, k, v = torch.randn(3, 1, 4, 6, 8)
changed = v.clone()
changed[0, 3] += 1  # the last row of the image
moved = (exhibit_b(q, k, changed) - exhibit_b(q, k, v)).abs().amax(-1)[0] > 1e-6
print("positions that notice:\n", moved.int())

# %% [markdown]
# Repair the cell until all 24 positions notice.
#
# <details><summary>What is wrong, and where it was seen</summary>
#
# For tensors with four axes, `@` multiplies over the last two.
# So the weights are (B, H, W, W), and each position looks at the W positions of its own row only.
# First turn q, k and v each into one list of N positions: `q.flatten(1, 2)` has shape (B, N, C).
# Finally, `.view_as(v)` (the original v) restores the image.
# Reported and repaired in [taki0112/Self-Attention-GAN-Tensorflow, issue 3](https://github.com/taki0112/Self-Attention-GAN-Tensorflow/issues/3).
# </details>

# %% [markdown]
# ## 11. The experiment: which mark belongs to each patch?
#
# | arm | between the second and the third convolution |
# |---|---|
# | wide window | two more convolutions, dilated (lesson 04): through all five a position sees 35 x 35 pixels, 17 to each side |
# | mean of all | `PositionAttention`'s parameters, but every position gathers the same plain mean |
# | position | your `PositionAttention` (r = 4) |
# | channel, code | your `ChannelAttention(negate=True)` |
#
# Each arm is trained three times; together that takes about a minute.
# The score: on new posters, the share of right answers at the positions of unmarked patches.
# And the sharpest control needs no training: **another poster's weights**.
# The trained network reads each poster with the A of its neighbour in the batch.
# If the score stays, A was not used.
#
# *Before you run it: write down a score for each arm.
# For the last two arms, write down a second score, with the weights of another poster.*

# %% tags=["experiment"]
class Position(PositionAttention):
    borrowed = False  # use the weights of another poster of the batch?

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        weights = self.attention(x).roll(1, 0)
        return x + self.gamma * (self.value(x).flatten(2) @ weights.mT).view_as(x)


class Channel(ChannelAttention):
    borrowed = False

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        return x + self.gamma * (self.attention(x).roll(1, 0) @ x.flatten(2)).view_as(x)


class MeanOfAll(PositionAttention):
    def forward(self, x):
        return x + self.gamma * self.value(x).mean((2, 3), keepdim=True)


arms = {
    "wide window": lambda: nn.Sequential(layer(CHANNELS, CHANNELS, dilation=2),
                                         layer(CHANNELS, CHANNELS, dilation=4)),
    "mean of all": lambda: MeanOfAll(CHANNELS, reduction=4),
    "position": lambda: Position(CHANNELS, reduction=4),
    "channel, code": lambda: Channel(negate=True),
}


def right(scores):
    asked = new.answers != UNASKED
    return 100 * (scores.argmax(1) == new.answers)[asked].float().mean().item()


def run(arm, seed):
    model = learn(network(arms[arm]()), seed)
    scores = {}
    for borrowed, measure in ((False, "right"), (True, "A of another poster")):
        model[2].borrowed = borrowed
        with torch.no_grad():
            scores[measure] = right(model(new.pictures))
    return scores


# %% tags=["experiment"]
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
sizes = {arm: count(network(middle())) for arm, middle in arms.items()}
for arm, control in (("position", "wide window"), ("position", "mean of all"),
                     ("position", "channel, code"), ("channel, code", "mean of all")):
    ahead, gap = results.lead(arm, control), results.mean(arm) - results.mean(control)
    # more than luck (two standard errors), and enough to matter (5 points)
    clearly = "clearly ahead of" if ahead > 2 and gap > 5 else "not clearly ahead of"
    print(f"'{arm}' is {clearly} '{control}' ({gap:+.0f} points)")
for arm in ("position", "channel, code"):
    print(f"'{arm}': {results.mean(arm):.0f} % right, with the A of another poster",
          f"{results.mean(arm, 'A of another poster'):.0f} %")
show(score_bars(results, "right positions on patches of new posters (%)", highlight="position",
                parameters=sizes, baselines={"a guess": 50}),
     "Bars: " + "; ".join(f"{arm}: {results.mean(arm):.0f} %" for arm in arms))

# %% [markdown]
# **Read it.** With the A of another poster the attentions fall to a guess: their answers come through A.
#
# The mean of all looks nothing up, yet it beats a guess: that is worth a thought.
# A mean over all positions can hold a small *table* that says, for each hue, how black its mark is.
# Every position can then read the entry for its own hue.
# Such a table can replace attention, but every position gets the same one, averaged over the whole poster.

# %% [markdown]
# **Is it only a matter of time?** We trained the four arms and two more for five times as many steps, twice each (% right on new posters):
#
# | arm | 2,500 steps |
# |---|---|
# | position | 100, 100 |
# | channel, code | 100, 100 |
# | channel, paper | 100, 100 |
# | mean of all | 90, 88 |
# | wide window | 74, 72 |
# | no attention | 61, 61 |
#
# So the paper's form of channel attention can do it too, and it uses A: with another poster's A it has 49 and 50 %.
# After 500 steps it had 56 and 62 %, so here the sign decides how *soon*, not whether.
# With time the table brings the mean of all closer to the attentions, and the window gains a little.
# (At a third of the learning rate, the attentions had 100 % again, mean and window 77 and 64 %.)
# (All runs: `solutions/danet/experiment.md`.)

# %% [markdown]
# **Channel attention** needs a single parameter and no N x N matrix.
# Its energies say which channels are active together in *this* poster, such as one for a hue and one for "black beside it".
# The module applies this matrix at every position: it is a 1 x 1 convolution made anew for each image.
#
# In fairness, the task is *made* for a look-up, and 500 steps of a small network say nothing about photographs.

# %% [markdown]
# ## 12. On the way to ViT
#
# Two years after DANet, the vision transformer (2021) made whole networks of position attention.
# It kept queries, keys, values, the softmax and the shortcut.
# Its changes answer three weaknesses of the form that you built.
#
# **A scale.** With D independent numbers (mean 0, spread 1) in each query and key, their products have a spread of $\sqrt{D}$.
# Unscaled, a softmax of them is nearly one-hot and passes on hardly any gradient.
# Dividing by $\sqrt{D}$ keeps the spread at 1, whatever D is.
#
# **Heads.** One row of A is one mixture: a position that needs two things from two places gets their mean.
# ViT-Base cuts its 768 channels into 12 heads of 64.
# Each head has queries, keys and an A of its own, and what they gather is put side by side.
#
# **Positions.** The module does not know left from right: shuffle the positions, and the output is shuffled in the same way (question 1).
# DANet leaves left and right to the convolutions around it.
# ViT has almost none: to each place's features it adds that place's learned vector.
#
# And one thing became *smaller*: ViT cuts an image of 224 x 224 into patches of 16 x 16, so N is only 196.
# DANet, on street scenes at 1/8 resolution, has thousands of positions and one A of N · N numbers.
# What to do about that is lesson 05b.

# %% [markdown]
# ## 13. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | channel energies | E | max(E) - E | `negate=False`, and `True` for the code |
# | scale of the products | none | none | none |
# | queries and keys | C channels | C // 8 channels | C // r, r = 8 by default |
# | the sum | after a convolution on each branch | the same, 3 x 3 | the same |
# | the head's end | | three logits; dropout of 0.1 on whole channels in front of each | the same |
# | the N x N matrix | built | built, and kept for the backward pass | built; lesson 05b does without |
#
# This attention has older forms.
# *Non-local* networks (Wang and others, 2018) have several variants, SAGAN has one with gamma, and DANet's code names SAGAN as source.

# %% [markdown]
# ## 14. A challenge, and questions to think about
#
# **A challenge (not graded).** Change a copy of `PositionAttention` so that it has 90 % after 125 steps.
# Scale, heads, r, gamma, peak rate: change anything except the steps.
# (Ours has 99.9 % in the worst of three runs.)
# It needs the imports, `posters` (section 1), your exercises, and the first cells of sections 4 and 11, but not the training.

# %% tags=["experiment"]
from attention_lab.notebook.challenge import challenge

mine = None  # your class; mine(CHANNELS) takes the place of PositionAttention
PEAK_RATE = 5e-3


def run_mine(arm, seed):
    model = train(network(mine(CHANNELS)), posters.pictures[:2000], posters.answers[:2000],
                  epochs=1, batch_size=16, peak_rate=PEAK_RATE, seed=seed,
                  loss=lambda s, y: F.cross_entropy(s, y, ignore_index=UNASKED))
    with torch.no_grad():
        return right(model(new.pictures))


worst = min(compare(["mine"], range(3), run_mine).scores("mine")) if mine else None
challenge("right after 125 steps, worst of three runs", worst, 90, "%")

# %% [markdown]
# 1. Shuffle the positions of x, all channels alike.
#    What happens to the output of position attention?
#    And to A of channel attention?
#    Try it.
# 2. A channel energy is a sum over all positions.
#    What happens to its softmax on larger images?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The output of position attention is shuffled in the same way, and channel attention's A stays the same.
#    A sum over positions has no order.
#    On their own, neither knows left from right.
#    Only the features can show it, for instance through the padding's zeros at a border.
# 2. The sum grows with the number of positions, so the softmax becomes sharper on larger images.
#    Dividing by N prevents this.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, which takes up the blocks of every lesson. It has two places for them:
# my_net("SE", PositionAttention) has an earlier one first.
my_net(PositionAttention, ChannelAttention)

# %% [markdown]
# ## 15. References
#
# - J. Fu, J. Liu, H. Tian, Y. Li, Y. Bao, Z. Fang, H. Lu: *Dual Attention Network for Scene Segmentation*.
#   CVPR 2019, [arXiv:1809.02983](https://arxiv.org/abs/1809.02983).
#   Authors' code: [CASIA-IVA-Lab/DANet](https://github.com/CASIA-IVA-Lab/DANet).
# - X. Wang, R. Girshick, A. Gupta, K. He: *Non-local Neural Networks*, CVPR 2018, [arXiv:1711.07971](https://arxiv.org/abs/1711.07971).
# - H. Zhang, I. Goodfellow, D. Metaxas, A. Odena: *Self-Attention Generative Adversarial Networks*, [arXiv:1805.08318](https://arxiv.org/abs/1805.08318): gamma.
# - A. Dosovitskiy and others: *An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale*.
#   ICLR 2021, [arXiv:2010.11929](https://arxiv.org/abs/2010.11929).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
