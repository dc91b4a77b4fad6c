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
# # 04 · Bottleneck Attention Module
#
# *Two branches look at the same features: one asks "what", the other asks "where".
# The second one looks far.*
#
# **After this lesson you will be able to**
#
# - work out the size of a convolution's output, and how far a dilated convolution sees;
# - build BAM's two branches and put them together;
# - find out why a published "spatial" map holds only one number, and repair it;
# - measure how far a module really sees.
#
# **Why it matters.** In its authors' tests, [BAM](https://arxiv.org/abs/1807.06514) improves classification on ImageNet and detection on COCO at little cost.
# Its main ingredient, dilation, is everywhere: it gives segmentation networks such as [DeepLab](https://arxiv.org/abs/1606.00915) their wide view.
#
# **You need** lesson 01 (squeeze, gate).
# Lesson 03 (CBAM) asks the same two questions in turn, but you can do without it.
# **Difficulty** 3 of 5.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Which-bar-counts?), [the idea](#2.-The-idea) | 12 |
# | [exercise 1, `conv_output_size`](#3.-Exercise-1:-conv_output_size) (1 point) | 12 |
# | predict, then run: how far do two layers see? | 10 |
# | [exercise 2, `ChannelBranch`](#4.-Exercise-2:-ChannelBranch) (2 points) | 15 |
# | [exercise 3, `SpatialBranch`](#5.-Exercise-3:-SpatialBranch) (3 points) | 18 |
# | [exercise 4, `BAM`](#6.-Exercise-4:-BAM) (2 points); sum or product | 23 |
# | [a map that says nothing](#7.-Read-the-code-of-others:-a-map-that-says-nothing), [exercise 5, `RepairedSpatialAttention`](#8.-Exercise-5:-RepairedSpatialAttention) (2 points) | 20 |
# | [the bug museum](#9.-The-bug-museum) | 10 |
# | [the experiment](#10.-The-experiment:-how-far-does-it-see?) | 15 |
# | [paper against code](#11.-Paper-against-code), [questions](#12.-A-challenge,-and-questions-to-think-about) | 10 |

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.cost import cost
from attention_lab.pictures import predict_then_run, score_bars, show, show_maps
from attention_lab.tasks.bars_and_posts import bars_and_posts
from attention_lab.pictures.sliders import parts_seen, pixels_reached, strip_seen
from attention_lab.pictures.touch import slide
from attention_lab.networks.training import compare, train

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. Which bar counts?
#
# Each strip holds two short bars, and each bar is horizontal or vertical.
# One of them stands between two posts.
# **Is *that* bar horizontal?**
#
# ![Two strips of 5 x 42 pixels with the same two bars, a horizontal one on the left and a vertical one on the right. In strip 1 two posts stand 8 pixels to the left and right of the left bar; in strip 2 they stand around the right bar. A box of 3 x 3 pixels shows how much a convolution sees.](figures/strips.svg)
#
# You see the answers at a glance: yes for strip 1, no for strip 2.
# A 3 x 3 kernel sees a bar, or a piece of a post, but never both together.
#
# So suppose that a network sees both bars, but cannot tell which one counts.
# What is the best it can do?
# Guess a percentage, then run the cell.

# %%
_, answers, horizontal, _ = bars_and_posts(10_000, distance=8, seed=8)
left, right = horizontal[:, 0].long(), horizontal[:, 1].long()
always_left = (left == answers).float().mean()
vote = torch.where(left == right, left == answers, 0.5).float().mean()  # if they differ: a coin
print(f"answer for the left bar: {100 * always_left:.0f} % right")
print(f"let both bars vote, and toss a coin if they differ: {100 * vote:.0f} % right")

# %% [markdown]
# <details><summary>Why neither strategy is better</summary>
#
# In half of the strips the bars agree, and both strategies are right.
# In the other half you can only guess: 50 % + 25 % = 75 %.
# </details>
#
# To do better, some position has to see a bar *and* its post, which are up to 12 pixels apart in this lesson.
# Each 3 x 3 convolution adds one pixel on each side, so a position halfway between the two needs about six convolutions.

# %% [markdown]
# ## 2. The idea
#
# Park, Woo, Lee and Kweon (2018) ask two questions side by side.
# The **channel branch** says which channels matter, like SE.
# The **spatial branch** says which positions matter, with **dilated** convolutions.
# Their small kernels have gaps between the numbers and so reach far.
# The two answers are added, and one sigmoid makes a gate for every channel *and* every position.
#
# ![BAM: from x (B, C, H, W) the channel branch goes up: mean, fc1, BatchNorm and ReLU, fc2, Mc (B, C, 1, 1). The spatial branch goes down: reduce, two dilated convolutions, project, Ms (B, 1, H, W). Both are stretched to (B, C, H, W) and added; a sigmoid gives the gate. x times the gate, plus x, is the output.](figures/bam_block.svg)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $M_c(F)$ | one number per channel | `ChannelBranch(...)(x)`, (B, C, 1, 1) |
# | $M_s(F)$ | one number per position | `SpatialBranch(...)(x)`, (B, 1, H, W) |
# | $M(F) = \sigma(M_c(F) + M_s(F))$ | the gate | `torch.sigmoid(Mc + Ms)`, (B, C, H, W) |
# | $F' = F + F \otimes M(F)$ | x, plus x times its gate | `BAM(...)(x)` |

# %% [markdown]
# The paper's F is our x, σ is the sigmoid, and ⊗ multiplies element by element.
# When you add (B, C, 1, 1) and (B, 1, H, W), each is stretched along the axes in which its size is 1; the sum has shape (B, C, H, W).
#
# BAM goes where a network's features shrink, at its *bottlenecks*.

# %% [markdown]
# ## 3. Exercise 1: `conv_output_size`
#
# A kernel of size k has k numbers per side, its **taps**.
# With **dilation** d, neighbouring taps are d positions apart: k taps, k - 1 steps, so the kernel spans d · (k - 1) + 1 positions.
#
# ![Left: three taps with dilation 1, 2 and 4 span 3, 5 and 9 positions. Right: a row of 7 positions with a zero beyond each end; a kernel that spans 5 fits in 5 places.](figures/dilation.svg)
#
# In how many places does it fit?
# There are n positions and p zeros at *each* end; the kernel moves by s positions (the **stride**) at a time:
#
# $$\left\lfloor \frac{n + 2p - (d\,(k - 1) + 1)}{s} \right\rfloor + 1$$
#
# Worked example: n = 7, k = 3, p = 1, d = 2, s = 1.
# The span is 5; zeros included, there are 9 positions: (9 - 5) / 1 + 1 = 5.
# With n = 10, k = 3, d = 1, s = 2 and no padding: (10 - 3) / 2 = 3.5, rounded **down** to 3, so 4 places.
#
# Return an `int`.
# If it is below 1, the kernel fits nowhere: raise a `ValueError`.

# %% exercise
def conv_output_size(size: int, kernel_size: int, padding: int = 0, dilation: int = 1,
                     stride: int = 1) -> int:
    """Height or width of a map after a convolution, from the height or width before it.

    padding: zeros at each end. dilation: positions from one tap to the next. stride: positions
    from one place of the kernel to the next. Raises ValueError if the result is below 1.
    """
    ### BEGIN SOLUTION
    span = dilation * (kernel_size - 1) + 1
    places = (size + 2 * padding - span) // stride + 1
    if places < 1:
        raise ValueError(f"a span of {span} does not fit into {size} + 2 * {padding}")
    return places
    ### END SOLUTION


# %% points=1
check(conv_output_size)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Compute the span first and give it a name.
# For d = 1 it is k; for k = 1 it is 1.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `//` divides and rounds down, for negative numbers too: -1 // 2 is -1.
# `int(-1 / 2)` is 0, which is too large.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# One line for the span, one for the formula, one `if` that raises, one `return`.
# </details>

# %% [markdown]
# When does a 3 x 3 kernel keep the size of its input?
# Let your function tell you: look for the rule in this table.

# %%
print("32 positions, kernel 3; rows: dilation, columns: padding 0 to 6")
for dilation in (1, 2, 4, 6):
    sizes = [conv_output_size(32, 3, padding, dilation) for padding in range(7)]
    print(f"dilation {dilation}: ", "  ".join(f"{size:2d}" for size in sizes))

# %% [markdown]
# ### Predict, then run: how far do two layers see?
#
# One 3 x 3 convolution with dilation d sees a window of 2d + 1 positions per side.
# BAM has *two* in a row.
# How many positions per side do they see together, for d = 1, 2 and 4?
# Replace each `None`.
#
# The cell sets all weights to 1 and measures.
# The gradient of the central output tells us in how many ways each input position reaches the centre.

# %%
predicted = {"dilation 1": None, "dilation 2": None, "dilation 4": None}


def ways(dilations, side=19):
    """In how many ways each position reaches the centre, through one layer per dilation."""
    if side < 2 * sum(dilations) + 1:
        raise ValueError(f"a side of {side} cuts off the window of {2 * sum(dilations) + 1}")
    x = torch.ones(1, 1, side, side, requires_grad=True)
    seen, kernel = x, torch.ones(1, 1, 3, 3)
    for dilation in dilations:
        seen = F.conv2d(seen, kernel, padding=dilation, dilation=dilation)
    return torch.autograd.grad(seen[0, 0, side // 2, side // 2], x)[0][0, 0]


measured = {}
for dilation in (1, 2, 4):
    columns = ways((dilation, dilation)).sum(0).nonzero()
    measured[f"dilation {dilation}"] = (columns.max() - columns.min() + 1).item()
predict_then_run(predicted, measured, unit="positions per side")

# %% [markdown]
# <details><summary>The rule</summary>
#
# Each layer adds d positions on each side: 2 · 2d + 1 = 4d + 1, so 5, 9 and 17.
# </details>
#
# And *which* positions of the window do they see?
# Run the cell, then try other `networks`: (3, 3), (2, 1), (1, 4).

# %% tags=["experiment"]
networks = (1, 1), (2, 2), (4, 4)  # the dilations of each network's layers
counts = {dilations: ways(dilations) for dilations in networks}
titles = {f"dilations {d}: {int((count > 0).sum())} positions": count
          for d, count in counts.items()}
show(show_maps(titles, "ways to reach the centre (9, 9)"),
     "Grids of 19 x 19 positions, one per network. Darker: more ways lead to the centre.")

# %% [markdown]
# Two layers with the same dilation always see 25 positions.
# A larger dilation does not make them see *more*, it makes them see *farther*, with holes in between.
# The holes matter little if earlier convolutions have already mixed each position with its neighbours.

# %% [markdown]
# ## 4. Exercise 2: `ChannelBranch`
#
# This is SE's excitation with three changes:
#
# - both linear layers have a **bias**;
# - before the ReLU comes a **BatchNorm**, which uses the batch to bring all hidden numbers to one scale;
# - there is **no sigmoid**: it comes later, after the sum of both branches.
#
# Take the mean of each channel, (B, C); then `fc1` to C // r, `bn`, ReLU, and `fc2` back to C.
# Return (B, C, 1, 1).
#
# Worked example with C = 2 and r = 2, in eval mode with a fresh BatchNorm (which changes almost nothing).
# The means are (3, 1).
# `fc1` has weights (1, -1) and bias 1, so the hidden number is 3.
# `fc2` has weights (2, -1) and biases (0, 5), so the result is (6, 2).
#
# As in lesson 01, if C // r is 0, raise a `ValueError` that names both numbers.

# %% exercise
class ChannelBranch(nn.Module):
    """One number per channel from the channel means, (B, C, H, W) -> (B, C, 1, 1), no sigmoid.

    fc1: nn.Linear from channels to channels // reduction; bn: nn.BatchNorm1d; then ReLU;
    fc2: nn.Linear back to channels. Both linear layers have a bias.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.fc1 = nn.Linear(channels, inner)
        self.bn = nn.BatchNorm1d(inner)
        self.fc2 = nn.Linear(inner, channels)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        means = x.mean(dim=(2, 3))
        numbers = self.fc2(torch.relu(self.bn(self.fc1(means))))
        return numbers[:, :, None, None]
        ### END SOLUTION


# %% points=2
check(ChannelBranch)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You wrote most of it in lesson 01.
# `nn.BatchNorm1d(n)` takes (B, n) and returns (B, n).
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Every layer with numbers of its own, `bn` included, is made in `__init__` and called in `forward`.
# A layer called as `self.bn(...)` knows whether the module is in training or in eval mode.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: the hidden width C // r, the `ValueError`, three layers.
# `forward`: the means; four nested calls; two axes of size 1 at the end.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `SpatialBranch`
#
# One number for each position, made from its surroundings.
# There are four convolutions, all with a bias:
#
# | layers | kernel | channels |
# |---|---|---|
# | `reduce`, `bn0`, ReLU | 1 x 1 | C to C // r |
# | `conv1`, `bn1`, ReLU | 3 x 3, dilated | C // r to C // r |
# | `conv2`, `bn2`, ReLU | 3 x 3, dilated | C // r to C // r |
# | `project` | 1 x 1 | C // r to 1 |
#
# H and W must stay the same.
# With a kernel of 3, padding must *equal* dilation, since n + 2d - (2d + 1) + 1 = n.
#
# Worked example, r = 16: x (4, 32, 6, 9) becomes (4, 2, 6, 9).
# The two 3 x 3 convolutions keep this shape, and `project` makes it (4, 1, 6, 9).
# No sigmoid.
# If C // r is 0, raise the usual `ValueError`.

# %% exercise
class SpatialBranch(nn.Module):
    """One number per position from its surroundings, (B, C, H, W) -> (B, 1, H, W), no sigmoid.

    reduce: nn.Conv2d, 1 x 1, to channels // reduction; conv1, conv2: 3 x 3 with this dilation,
    padded so that H and W stay; bn0, bn1, bn2: nn.BatchNorm2d after each of these, before a
    ReLU; project: 1 x 1 to one channel.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16, dilation: int = 4) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.reduce = nn.Conv2d(channels, inner, 1)
        self.bn0 = nn.BatchNorm2d(inner)
        self.conv1 = nn.Conv2d(inner, inner, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(inner)
        self.project = nn.Conv2d(inner, 1, 1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        x = torch.relu(self.bn0(self.reduce(x)))
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)))
        return self.project(x)
        ### END SOLUTION


# %% points=3
check(SpatialBranch)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `nn.Conv2d(4, 4, 3, padding=..., dilation=...)`: with a kernel of 3, `padding` and `dilation` get the same number.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Three lines of `forward` look alike: the ReLU of a norm of a convolution.
# The fourth is a single call.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: the hidden width C // r, the `ValueError`, four convolutions and three norms, named as in the table.
# `forward`: four lines.
# </details>

# %% [markdown]
# What does a wider view cost?
# Predict before you run: by what factor do the multiply-adds change from dilation 1 to 4?

# %% tags=["experiment"]
x = torch.randn(1, 64, 28, 28)
for dilation in (1, 2, 4):
    of_it = cost(SpatialBranch(64, 4, dilation), x, latency=False)
    print(f"dilation {dilation}: window {4 * dilation + 1}, {of_it.parameters:,} parameters,",
          f"{of_it.multiply_adds:,} multiply-adds")

# %% [markdown]
# **Touch it.** Your branch behind one 3 x 3 convolution, as in section 10: pale pixels do not reach the ringed position.
# From where does it see the left bar and a post beside it?

# %% tags=["experiment"]
strip = bars_and_posts(1, distance=8, seed=1).pictures[0]  # the posts stand at the left bar


def seen_from(dilation, column):
    layers = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), SpatialBranch(4, 1, dilation))
    return pixels_reached(layers, strip.shape[1:], (2, column))


def says(dilation, column):
    told = parts_seen(strip, seen_from(dilation, column))
    return f"Dilation {dilation}, from column {column}: {told}"


slide({"dilation": {str(d): d for d in (1, 2, 4, 8)},
       "column": {str(c): c for c in (10, 12, 14, 16, 18)}},
      lambda d, c: strip_seen(strip, seen_from(d, c), (2, c)), says, start=["1", "14"])

# %% [markdown]
# <details><summary>What we think</summary>
#
# The bar stands at column 10, its posts at 2 and 18.
# With dilation 1, none of these columns sees both; with 2, 14 and 16 do; with 4, 10, 14 and 18.
# A wider window has holes: with 8, column 14 sees neither.
# </details>

# %% [markdown]
# ## 6. Exercise 4: `BAM`
#
# Put the branches together: `channel`, a `ChannelBranch`, and `spatial`, a `SpatialBranch`.
# Both of them read x itself.
# Then compute the gate:
#
# - with `combine="sum"`, as in the paper: σ(Mc + Ms);
# - with `combine="product"`, as in the authors' code: σ(Mc · Ms);
# - with any other word, raise a `ValueError` when the block is built.
#
# The output is x + x · gate, with x's shape.
# So a gate of 0 leaves x as it is, and a gate of 1 doubles it.
#
# Worked example: at one position of one channel, x is 10, Mc is 2 and Ms is -2.
# Sum: σ(0) = 0.5, and 10 + 10 · 0.5 = 15.
# Product: σ(-4) = 0.018, and 10 + 10 · 0.018 = 10.18.
#
# Pass `reduction` to both branches and `dilation` to the spatial one.
# Your branches already raise the `ValueError` for C // r = 0.
# Do not change x in place.

# %% exercise
class BAM(nn.Module):
    """x + x * sigmoid(Mc + Ms), shape (B, C, H, W) -> (B, C, H, W).

    channel: ChannelBranch(channels, reduction) gives Mc; spatial: SpatialBranch(channels,
    reduction, dilation) gives Ms. combine: "sum", or "product" for sigmoid(Mc * Ms).
    Raises ValueError for any other combine.
    """

    def __init__(self, channels: int, reduction: int = 16, dilation: int = 4,
                 combine: str = "sum") -> None:
        super().__init__()
        ### BEGIN SOLUTION
        if combine not in ("sum", "product"):
            raise ValueError(f"combine must be sum or product, not {combine}")
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        what, where = self.channel(x), self.spatial(x)
        together = what + where if self.combine == "sum" else what * where
        return x + x * torch.sigmoid(together)
        ### END SOLUTION


# %% points=2
check(BAM)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Your branches return (B, C, 1, 1) and (B, 1, H, W).
# Add them as they are and look at the shape.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Save `combine` for `forward`, as `self.combine`.
# `word not in ("a", "b")` is true if it is neither of the two.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: one `if` that raises, three attributes.
# `forward`: both branches, one choice between sum and product, one `return` with one sigmoid.
# </details>

# %% [markdown]
# **What it costs.** ResNet-50 has four groups of blocks, its stages.
# The authors put one BAM after each of the first three, which have 256, 512 and 1024 channels.
# For 256 channels, which branch has more parameters?
# And how many thousand parameters do the three BAMs have together?

# %%
def count(module):
    return sum(p.numel() for p in module.parameters())


for branch in (ChannelBranch(256), SpatialBranch(256)):
    print(f"{type(branch).__name__} for 256 channels: {count(branch):,}")
three = [count(BAM(channels)) for channels in (256, 512, 1024)]
print("three blocks:", " + ".join(f"{n:,}" for n in three), f"= {sum(three):,}")
print(f"ResNet-50 with them: 25,557,032 + {sum(three):,} = {25_557_032 + sum(three):,}")

# %% [markdown]
# BAM adds 1.4 % to ResNet-50's parameters; SE, in all sixteen residual blocks, adds almost 10 %.
#
# ### Sum or product?
#
# The paper adds Mc and Ms, and reports that this works better than multiplying them.
# The released code multiplies; readers [asked about it](https://github.com/Jongchan/attention-module/issues/1) in 2018, and [again](https://github.com/Jongchan/attention-module/issues/52) in 2024.
# Does it matter?
# Suppose both branches say *no*, -2 and -2.
# Predict the gate of the sum and the gate of the product.

# %%
predicted = {"sum": None, "product": None}

no = torch.tensor(-2.0)
measured = {"sum": round(torch.sigmoid(no + no).item(), 2),
            "product": round(torch.sigmoid(no * no).item(), 2)}
predict_then_run(predicted, measured, unit="gate if both branches say no")

# %% [markdown]
# <details><summary>What this means</summary>
#
# In a sum, each branch pulls in its own direction, and a strong one overrules the other.
# In a product, "no" times "no" is "yes", and if one branch says 0, the gate is 0.5 whatever the other says.
# `BAM` offers both; section 10 tests whether weights trained with one form work with the other.
# </details>

# %% [markdown]
# ## 7. Read the code of others: a map that says nothing
#
# A Chinese post of October 2021 explains BAM with a snippet from a popular collection of attention modules.
# Here are the layers of its spatial attention, rebuilt by us.
# **Look for the symptom:** the result should say *where*; how many different values does it hold?

# %%
from collections import OrderedDict


class PostedAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        steps = [("conv_reduce1", nn.Conv2d(channels, c, 1)),
                 ("bn_reduce1", nn.BatchNorm2d(c)), ("relu_reduce1", nn.ReLU())]
        for n in range(num_layers):
            steps += [(f"conv_{n}", nn.Conv2d(c, c, 3, padding=1, dilation=dilation)),
                      (f"bn_{n}", nn.BatchNorm2d(c)), (f"relu_{n}", nn.ReLU())]
        steps += [("last_conv", nn.Conv2d(c, 1, 1))]
        self.sa = nn.Sequential(OrderedDict(steps))

    def forward(self, x):
        return self.sa(x).expand(*x.shape)


torch.manual_seed(0)
posted = PostedAttention(64, reduction=8).eval()
x = torch.randn(2, 64, 7, 7)
with torch.no_grad():
    y = posted(x)
print("shape of the result:", tuple(y.shape), "as it should be")
print("different values for each image:", [len(values.unique()) for values in y])

# %% [markdown]
# The shape is right, and the post prints only the shape.
# But all 7 x 7 positions share one number, so it cannot say where anything is.
#
# **Measure it.** Your `conv_output_size` is the tool for it: follow the side length of the features through the three dilated layers.
# Predict before you run: for which of the sides 7, 8, 14 and 28 does the snippet run at all?

# %%
for side in (7, 8, 14, 28):
    sides = [side]
    for _ in range(3):
        sides.append(conv_output_size(sides[-1], 3, padding=1, dilation=2))
    try:
        posted(torch.randn(2, 64, side, side))
        outcome = "runs"
    except RuntimeError as error:
        outcome = str(error).split(" at ")[0]
    print(" -> ".join(map(str, sides)), " ", outcome)

# %% [markdown]
# <details><summary>What is going on</summary>
#
# Each layer loses two positions: the kernel spans 5, but there is only one zero at each end.
# 7 shrinks to 1, and `expand` can stretch a single number to any shape.
# For larger sides, `expand` fails at once.
#
# And 7 happens to be the side of a ResNet's last features for a 224 x 224 image.
# The post's own test uses the side 7 too.
# Comments in the post's code even say 1 x 1.
# The shape gave no warning, because `expand` had already made it right.
# </details>

# %% [markdown]
# ## 8. Exercise 5: `RepairedSpatialAttention`
#
# Repair the snippet.
# Its weights should still fit (a later cell loads them), so keep its names: a `Sequential` called `sa` that holds
#
# 1. `conv_reduce1` (1 x 1, C to C // r), `bn_reduce1`, `relu_reduce1`;
# 2. for each i from 0 to `num_layers` - 1: `conv_i` (3 x 3, with the dilation), `bn_i`, `relu_i`;
# 3. `last_conv` (1 x 1, to one channel).
#
# As in the snippet, the result is repeated for every channel, to x's shape (B, C, H, W), without a sigmoid.
# It must work for any H, W and dilation, and each position gets a number of its own.
# Keep the dilation: it is what lets the layers see far.
#
# Worked example: with dilation 2 and three layers, a side of 7 goes 7 → 7 → 7 → 7.
#
# If C // r is 0, raise the usual `ValueError`, which the snippet lacks.

# %% exercise
class RepairedSpatialAttention(nn.Module):
    """One number per position, repeated for each channel: (B, C, H, W) -> (B, C, H, W).

    sa: nn.Sequential of conv_reduce1, bn_reduce1, a ReLU; conv_i, bn_i, a ReLU for i from 0 to
    num_layers - 1; last_conv. Every layer keeps H and W. No sigmoid.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16, num_layers: int = 3,
                 dilation: int = 2) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, inner, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(inner))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            conv = nn.Conv2d(inner, inner, 3, padding=dilation, dilation=dilation)
            self.sa.add_module(f"conv_{i}", conv)
            self.sa.add_module(f"bn_{i}", nn.BatchNorm2d(inner))
            self.sa.add_module(f"relu_{i}", nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(inner, 1, 1))
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return self.sa(x).expand_as(x)
        ### END SOLUTION


# %% points=2
check(RepairedSpatialAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You may start from `PostedAttention`: copy its two methods.
# One number in it is wrong, and the `ValueError` is missing.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Which padding keeps the side with a 3 x 3 kernel, for any dilation?
# The table after exercise 1 shows it, and your `SpatialBranch` uses it.
# </details>
#
# <details><summary>Where it was seen</summary>
#
# The post's code comes from [External-Attention-pytorch](https://github.com/xmu-xiaoma666/External-Attention-pytorch/blob/d75848e40233ed56fa503c888472bab8b17c568c/model/attention/BAM.py), as it was at that time.
# A reader [did the arithmetic](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/38) there nine days before the post.
# A [pull request](https://github.com/xmu-xiaoma666/External-Attention-pytorch/pull/111) of 2023 proposes `padding="same"`, and a later version has it.
# </details>

# %% [markdown]
# Here are both versions with the same weights, on the same image:

# %% tags=["experiment"]
repaired = RepairedSpatialAttention(64, reduction=8).eval()
repaired.load_state_dict(posted.state_dict())
x = F.avg_pool2d(torch.randn(1, 64, 21, 21, generator=torch.Generator().manual_seed(1)), 3) * 3
with torch.no_grad():
    found = {"the post": posted(x)[0, 0], "repaired": repaired(x)[0, 0]}
show(show_maps({f"{name}: different values: {len(values.unique())}": values
                for name, values in found.items()}, "result (untrained)"),
     "The result of the post has one colour everywhere, the repaired one varies.")

# %% [markdown]
# ## 9. The bug museum
#
# Two more exhibits, rebuilt as small as possible.
# The first comes from the authors' own file.
#
# ### Exhibit A: half blind on wide images
#
# *Symptom.* On features of 5 x 8, the channel branch does not notice anything that happens on the right.

# %%
def pooled(x):
    return F.avg_pool2d(x, x.shape[2], stride=x.shape[2]).flatten(1)  # (B, C)


x = torch.zeros(1, 4, 5, 8)
x[..., 5:] = 100  # the last three columns
print("means by exhibit A:", pooled(x)[0].tolist())

# %% [markdown]
# Find the mistake and repair the cell above until the next one says yes.

# %%
try:
    same = [torch.allclose(pooled(x), x.flatten(2).mean(2), atol=1e-5)
            for x in (torch.randn(2, 4, 5, 8), torch.randn(2, 4, 8, 5))]
except RuntimeError as error:
    print(error)
    same = [False]
print("Does it average wide and tall features alike?", "Yes." if all(same) else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# The window is H x H: it uses the height for both sides.
# If H < W < 2H, one window fits, on the left.
# If W is larger, several fit, and the linear layer refuses; if W < H, none fits.
# The repair is a mean over H and W.
# Reported in [Jongchan/attention-module, issue 50](https://github.com/Jongchan/attention-module/issues/50).
# </details>
#
# ### Exhibit B: dilations that dilate nothing
#
# *Symptom.* Three convolutions with dilation 3, 5 and 7 look at an image "at several scales".
# In each of them, eight of the nine taps get no gradient.

# %%
pooled_image = torch.randn(4, 6, 20, 20).mean((2, 3), keepdim=True)  # (4, 6, 1, 1)
for dilation in (3, 5, 7):
    conv = nn.Conv2d(6, 6, 3, padding=dilation, dilation=dilation)
    conv(pooled_image).square().sum().backward()
    taps = conv.weight.grad.abs().sum((0, 1)) > 0
    print(f"dilation {dilation}: taps that learn", taps.int().tolist())

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# The pooled image has a single position.
# Every tap but the middle one meets padded zeros, so all three are 1 x 1 convolutions in disguise.
# Seen in [saeed-anwar/DRLN, issue 3](https://github.com/saeed-anwar/DRLN/issues/3).
#
# BAM is not immune.
# With 7 x 7 positions and dilation 4, a corner tap of `conv1` meets features at 9 of the 49 positions, and zeros at the other 40.
# So compare the window, 4d + 1, with the side of your features.
# </details>

# %% [markdown]
# ## 10. The experiment: how far does it see?
#
# Back to the strips.
# A small network tells whether the bar between the posts is horizontal.
# It has a 3 x 3 convolution, a 1 x 1 convolution, your `BAM`, a 1 x 1 convolution, the mean over all positions, and a linear layer.
# Before the block, each position knows 3 x 3 pixels; after it, a window of (4d + 1) + 2 = 4d + 3.
#
# How far apart may a bar and its post be?
# A position halfway between them can see both and mark what it sees; the mean collects the marks.
# So the two may be about 4d + 3 pixels apart.
#
# | arm | what it is for |
# |---|---|
# | dilation 1, posts 5 or 8 pixels from the bar; dilations 2 and 4, posts 8 or 12 | these six arms test the window; all three dilations have the same number of parameters and multiply-adds |
# | no attention | the network without BAM |
# | no gate | both branches *added* to x, without sigmoid and product |
# | posts anywhere | the cue taken out: the posts stand at either bar, and do not tell which one counts |
#
# Each arm is trained three times, for 96 steps of Adam with a one-cycle learning rate: 30 to 75 s in all.
# *Before you run it, write down which of the nine arms will not beat a vote (75 %).*

# %% tags=["experiment"]
CHANNELS, REDUCTION = 16, 2
DISTANCES = {1: (5, 8), 2: (8, 12), 4: (8, 12)}  # of the posts, for each dilation


class NoGate(BAM):
    """BAM's branches without its gate."""

    def forward(self, x):
        return x + self.channel(x) + self.spatial(x)


def network(attention):
    """Answers for strips: (B, 2, H, W) -> (B, 2)."""
    def layer(inputs, kernel):
        return [nn.Conv2d(inputs, CHANNELS, kernel, padding=kernel // 2, bias=False),
                nn.BatchNorm2d(CHANNELS), nn.ReLU()]

    return nn.Sequential(
        *layer(2, 3), *layer(CHANNELS, 1), attention, *layer(CHANNELS, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(CHANNELS), nn.Linear(CHANNELS, 2))


def arm_name(dilation, distance):
    return f"dilation {dilation}, posts at {distance}"


# %% tags=["experiment"]
arms = {arm_name(d, far): (lambda d=d: BAM(CHANNELS, REDUCTION, d), far, True)
        for d in DISTANCES for far in DISTANCES[d]}
arms["no attention, posts at 8"] = nn.Identity, 8, True
arms["no gate, posts at 8"] = lambda: NoGate(CHANNELS, REDUCTION, 4), 8, True
arms["dilation 4, posts anywhere"] = lambda: BAM(CHANNELS, REDUCTION, 4), 8, False
data = {(far, cue): [bars_and_posts(n, far, seed, cue=cue) for n, seed in ((768, 0), (2048, 1))]
        for _, far, cue in arms.values()}
trained = {}


def run(arm, seed):
    attention, far, cue = arms[arm]
    (seen, answers, *_), (unseen, truth, *_) = data[far, cue]
    model = train(network(attention()), seen, answers, loss=F.cross_entropy,
                  epochs=4, batch_size=32, peak_rate=0.04, seed=seed)
    trained[arm, seed] = model.state_dict()
    with torch.no_grad():
        return 100 * (model(unseen).argmax(1) == truth).float().mean().item()


# %% tags=["experiment"]
results = compare(arms, seeds=range(3), run=run)
results

# %% tags=["experiment"]
print(f"parameters: {count(network(nn.Identity())):,} without attention,",
      f"{count(network(BAM(CHANNELS, REDUCTION))):,} with BAM, whatever the dilation")
for arm in arms:  # a vote has 75 %, and luck moves it by about a point
    above = sum(score > 80 for score in results.scores(arm))
    print(f"{arm:26s} clearly better than a vote in {above} of {len(results.seeds)} runs")
for arm, control in ((arm_name(4, 8), arm_name(1, 8)),
                     (arm_name(4, 8), "no attention, posts at 8"),
                     (arm_name(4, 8), "no gate, posts at 8"),
                     ("dilation 4, posts anywhere", "no attention, posts at 8")):
    # more than luck (two standard errors), and enough to matter (5 points)
    matters = results.lead(arm, control) > 2 and results.mean(arm) - results.mean(control) > 5
    print(f"'{arm}' is {'clearly' if matters else 'not clearly'} ahead of '{control}'")
show(score_bars(results, "right answers on new strips (%)", highlight=arm_name(4, 8),
                baselines={"a vote of both bars": 75}),
     "A bar for each arm with its mean score and a dot for each run; a line at 75 %, the vote.")

# %% [markdown]
# **Read it.** If the window cannot hold a bar and its post, the network stays at the vote, and so it does with no attention or no cue.
# (For d = 1, 2 and 4, 4d + 3 is 7, 11 and 19 pixels.)
# With a large enough window it *can* find the right bar, with the same parameters and multiply-adds.
# In 96 steps not every run gets there: see the counts above.
#
# **Is it only a matter of time?** We trained every arm three times for five times as many steps, and again at a third of the learning rate.
# The four arms that cannot know which bar counts stayed at the vote, between 73.6 and 76.2 %.
# (At three times the rate they had 76.9 at most.)
# The other five had 100 % in every run.
# So the window sets the limit; after only a few steps, the random seed decides how close a run comes to it.
# After the page's 96 steps, eight runs of dilation 2 with posts at 8 scored between 76.3 and 100 %.
# (All runs: `solutions/bam/experiment.md`.)

# %% [markdown]
# **In fairness:** in our runs *no gate* is as good as BAM, so adding the branches, without a sigmoid, is enough here.
# If the sum lowers a value, the next layer's ReLU can make it 0, like a gate.
# So the experiment shows that *reach* helps, not that you need a gate.
# We did not measure what BAM does on photographs.
# The [authors' README](https://github.com/Jongchan/attention-module) reports 76.86 % top-1 on ImageNet for ResNet-50 with BAM.
#
# What does the spatial branch mark?
# And can you swap sum and product after training?

# %% tags=["experiment"]
def trained_network(d, combine="sum"):
    """The network of seed 0, posts at 8, with this way to combine the branches."""
    model = network(BAM(CHANNELS, REDUCTION, d, combine)).eval()
    model.load_state_dict(trained[arm_name(d, 8), 0])
    return model


def spatial_of(d, strips):
    """Ms for strips, divided by its largest absolute value: (B, H, W)."""
    model = trained_network(d)
    with torch.no_grad():
        values = model[6].spatial(model[:6](strips))[:, 0]
    return values / values.abs().max()


strips, _, _, places = bars_and_posts(500, 8, seed=16)
maps = {d: spatial_of(d, strips) for d in (1, 4)}
drawn = {"a new strip: bars blue, posts brown": strips[0, 0] - strips[0, 1],
         **{f"Ms with dilation {d}": values[0] for d, values in maps.items()}}
show(show_maps(drawn, "strip, or Ms / largest |Ms|", columns=1),
     "A strip with two bars and two posts; below it Ms for this strip, once per dilation.")
each = torch.arange(500)
for d, values in maps.items():
    bars = torch.stack([values[:, 1:4, c - 1:c + 2].mean((1, 2)) for c in (10, 31)], dim=1)
    print(f"dilation {d}: Ms is {bars[each, places].mean():5.2f} at the bar that counts,",
          f"{bars[each, 1 - places].mean():5.2f} at the other one")

unseen, truth, *_ = data[8, True][1]
for combine in ("sum", "product"):
    with torch.no_grad():
        right = (trained_network(4, combine)(unseen).argmax(1) == truth).float().mean()
    print(f"dilation 4, the same weights, {combine}: {100 * right:.1f} % right")

# %% [markdown]
# With dilation 1, Ms cannot tell the two bars apart: at a bar, its window ends long before the posts.
# With dilation 4 it can.
# And weights that were trained with the sum are of little use with the product.
# (Trained with the product from the start, the block has 100 % in three of three runs.)
# So "BAM" is the name of two modules, and weights load into both without complaint.

# %% [markdown]
# ## 11. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | Mc and Ms | added | multiplied | `combine="sum"`; `"product"` for released weights |
# | BatchNorm | at the end of each branch | after each hidden layer, before the ReLU; none at the end ([a reader asked](https://github.com/Jongchan/attention-module/issues/49)) | as in the code |
# | mean of a channel | over H and W | over an H x H window | over H and W |
# | dilation, reduction | 4 and 16 | 4 and 16 | 4 and 16 by default |
# | place | where the features shrink | after the first three stages of ResNet | the BAM block alone |

# %% [markdown]
# ## 12. A challenge, and questions to think about
#
# **A challenge (not graded).** With posts at 12 and the same 96 steps, reach 95 % in each of three runs.
# Use as few parameters as you can; our network has 1,173.
# It needs the imports, your exercises, `count` (section 6) and section 10's first two cells, but not the training.

# %% tags=["experiment"]
from attention_lab.notebook.challenge import challenge

mine = None  # a function that makes your network: (B, 2, H, W) -> (B, 2)


def run_mine(arm, seed):
    (seen, answers, *_), (unseen, truth, *_) = data[12, True]
    model = train(mine(), seen, answers, loss=F.cross_entropy,
                  epochs=4, batch_size=32, peak_rate=0.04, seed=seed)
    with torch.no_grad():
        return 100 * (model(unseen).argmax(1) != truth).float().mean().item()


wrong = max(compare(["mine"], range(3), run_mine).scores("mine")) if mine else None
challenge("parameters of the network", count(mine()) if mine else None, 1173, fewer=True,
          at_most={"wrong answers in the worst of three runs, in %": (wrong, 5)})

# %% [markdown]
# 1. In training mode, `BAM(...)` refuses a batch of one image.
#    Which layer refuses, and why does the spatial branch not mind?
# 2. BAM's factor, 1 + gate, lies between 1 and 2, so no channel is ever closed.
#    Can the network still use it to pick one bar?
# 3. Which positions do two layers with dilations 1 and 4 see?
#    Draw it with `ways`.
# 4. You may put one spatial branch into a network for 32 x 32 images.
#    Where, and with which dilation?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The channel branch's `bn`: one image gives it one number per channel, and a single number has no spread.
#    The spatial branch's norms have H · W numbers per channel.
# 2. Yes.
#    Suppose two channels hold the same values f, and one gate stays at 0.
#    The next layer can take their difference: 2f - f = f if the other gate is 1, f - f = 0 if it is 0.
# 3. They see 81 positions: nine per side, in three groups of three, with gaps of one position between the groups.
# 4. Where the window, 4d + 1, covers the features without hanging far over the edge.
#    That is d = 8 (window 33) for 32 x 32 features, d = 4 (17) for 16 x 16, and d = 2 (9) for 8 x 8.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, which takes up the blocks of every lesson. It has two places for them:
# my_net("SE", BAM) has an earlier one first.
my_net(BAM)

# %% [markdown]
# ## 13. References
#
# - J. Park, S. Woo, J.-Y. Lee, I. S. Kweon: *BAM: Bottleneck Attention Module*, BMVC 2018, [arXiv:1807.06514](https://arxiv.org/abs/1807.06514).
#   Authors' code: [Jongchan/attention-module](https://github.com/Jongchan/attention-module).
# - F. Yu, V. Koltun: *Multi-Scale Context Aggregation by Dilated Convolutions*, ICLR 2016, [arXiv:1511.07122](https://arxiv.org/abs/1511.07122).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
