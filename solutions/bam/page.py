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
# *Two branches look at the same features, one for "what", one for "where".
# The second one looks far.*
#
# **After this lesson you will be able to**
#
# - say what a convolution leaves of a map, and how far a dilated one sees;
# - build BAM's two branches and put them together;
# - find out why a published "spatial" map holds one number, and repair it;
# - show in an experiment that the dilation decides how far the block sees, and that the gate does not.
#
# **You need** lesson 01 (squeeze, gate).
# Lesson 03 (CBAM) asks the same two questions one after the other; you can do without it.
# **Difficulty** 3 of 5.
#
# | part | minutes |
# |---|---|
# | the problem, the idea | 12 |
# | exercise 1, `conv_output_size` (1 point) | 12 |
# | predict, then run: how far do two layers see? | 10 |
# | exercise 2, `ChannelBranch` (2 points) | 15 |
# | exercise 3, `SpatialBranch` (3 points) | 18 |
# | exercise 4, `BAM` (2 points); sum or product | 25 |
# | exercise 5, `RepairedSpatialAttention` (2 points) | 20 |
# | the bug museum | 10 |
# | the experiment | 15 |
# | paper against code, questions | 8 |

# %%
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress
from attention_lab.cost import cost
from attention_lab.pictures import (FEATURES, INK, LAYERS, MAPS, OTHER, PAPER,
                                    predict_then_run)
from attention_lab.training import compare, train

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# ## 1. Which bar is meant?
#
# Each strip below holds two short bars, each of them horizontal or vertical.
# One bar stands between two orange posts.
# **Is *that* bar horizontal?**
# The other one does not matter.
#
# The next cell makes such strips; you need not read it closely.

# %%
HEIGHT, GAP = 5, 4  # pixels


def strips(n, distance, seed, cue=True):
    """Two places side by side; the posts stand `distance` pixels left and right of a bar.

    Returns strips (n, 2, 5, W) with bars and posts as two channels, answers (n,), and
    (n, 2): is the left, the right bar horizontal? Without cue the posts stand anywhere.
    """
    g = torch.Generator().manual_seed(seed)
    place, row = 2 * distance + 1 + GAP, HEIGHT // 2
    picture = torch.zeros(n, 2, HEIGHT, 2 * place)
    flat = torch.randint(2, (n, 2), generator=g).bool()
    chosen, elsewhere = torch.randint(2, (2, n), generator=g)
    posts = chosen if cue else elsewhere
    for side in range(2):
        middle = side * place + place // 2
        picture[flat[:, side], 0, row, middle - 1:middle + 2] = 1
        picture[~flat[:, side], 0, row - 1:row + 2, middle] = 1
        for post in (middle - distance, middle + distance):
            picture[posts == side, 1, :, post] = 1
    picture += 0.1 * torch.randn(picture.shape, generator=g)
    return picture, flat[torch.arange(n), chosen].long(), flat


# %% tags=["experiment"]
import matplotlib.pyplot as plt

BAR, POST = torch.tensor([0.0, 0.45, 0.7]), torch.tensor([0.9, 0.62, 0.0])


def paint(axis, strip):
    """A strip (2, H, W): bars in blue, posts in orange."""
    bar, post = strip[:, :, :, None]
    axis.imshow((1 - bar * (1 - BAR) - post * (1 - POST)).clamp(0, 1))
    axis.set(xticks=[], yticks=[])


figure, axes = plt.subplots(3, 1, figsize=(8, 3.1), facecolor=PAPER, layout="constrained")
for axis, (distance, seed) in zip(axes, ((5, 14), (8, 16), (12, 0))):
    strip, answer, _ = strips(1, distance, seed)
    paint(axis, strip[0])
    title = f"posts {distance} pixels from the bar: {'yes' if answer else 'no'}"
    axis.set_title(title, fontsize=9)
plt.show()

# %% [markdown]
# A convolution with a 3 x 3 kernel sees bars.
# It does not see a bar and its posts together.
# Suppose a network sees every bar and cannot tell which one counts.
# What is the best that it can do?
# Guess a percentage, then run the cell.

# %%
_, answer, flat = strips(10_000, distance=8, seed=8)
left_bar = (flat[:, 0] == answer.bool()).float().mean()
vote = torch.where(flat[:, 0] == flat[:, 1], flat[:, 0] == answer.bool(), 0.5).float().mean()
print(f"always the left bar: {100 * left_bar:.0f} % right")
print(f"a vote of both bars, a coin where they disagree: {100 * vote:.0f} % right")

# %% [markdown]
# 75 %, whatever you do: where the bars agree you are right, elsewhere you toss a coin.
# To do better, some position must see a bar and its post together, which lie up to 12 pixels apart.
# Each further 3 x 3 convolution sees one pixel more on each side: that would take half a dozen layers.

# %% [markdown]
# ## 2. The idea
#
# Park, Woo, Lee and Kweon (2018) ask two questions side by side.
# The **channel branch** says which channels matter, like SE.
# The **spatial branch** says which positions matter, with **dilated** convolutions.
# Their kernels have numbers that lie apart, so that few of them reach far.
# The two answers are added, and one sigmoid makes a gate for every channel *and* every position.
#
# ![BAM: from x (B, C, H, W) the channel branch goes up: mean, fc1, BatchNorm and ReLU, fc2, Mc (B, C, 1, 1). The spatial branch goes down: reduce, two dilated convolutions, project, Ms (B, 1, H, W). Both are stretched to (B, C, H, W) and added; a sigmoid gives the gate. x times the gate, plus x, is the output.](figures/bam_block.svg)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $M_c(F)$ | one number per channel | `ChannelBranch(...)(x)`, (B, C, 1, 1) |
# | $M_s(F)$ | one number per position | `SpatialBranch(...)(x)`, (B, 1, H, W) |
# | $M(F) = \sigma(M_c + M_s)$ | the gate | `torch.sigmoid(Mc + Ms)`, (B, C, H, W) |
# | $F' = F + F \otimes M(F)$ | x, and x gated | `BAM(...)(x)` |
#
# A sum of (B, C, 1, 1) and (B, 1, H, W) has shape (B, C, H, W): each is stretched along the axes in which it has size 1.
# The name comes from the place: BAM stands at a network's *bottlenecks*, where the maps become smaller.

# %% [markdown]
# ## 3. Exercise 1: `conv_output_size`
#
# A kernel of size k has k numbers a side, its **taps**.
# With **dilation** d they lie d positions apart: k taps, k - 1 steps, a span of d · (k - 1) + 1 positions.
#
# ![Left: three taps with dilation 1, 2 and 4 span 3, 5 and 9 positions. Right: a row of 7 positions with a zero beyond each end; a kernel that spans 5 stands at 5 places.](figures/dilation.svg)
#
# At how many places does it fit?
# There are n positions and p padded zeros at *each* end; the kernel moves on s positions (the **stride**) at a time:
#
# $$\left\lfloor \frac{n + 2p - (d\,(k - 1) + 1)}{s} \right\rfloor + 1$$
#
# Worked example, the drawing: n = 7, k = 3, p = 1, d = 2, s = 1.
# The span is 5, with the zeros there are 9 positions: (9 - 5) / 1 + 1 = 5.
# With n = 10, k = 3, s = 2, no padding: 7 / 2 is 3.5, rounded **down** 3, so 4 places.
#
# Return an `int`.
# Where no place is left (a result below 1), raise a `ValueError`.

# %% exercise
def conv_output_size(size: int, kernel_size: int, padding: int = 0, dilation: int = 1,
                     stride: int = 1) -> int:
    """Height or width of a map after a convolution, from the height or width before it.

    padding: zeros at each end. dilation: positions from one tap to the next. stride: positions
    from one place of the kernel to the next. Raises ValueError where the result is below 1.
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
# For d = 1 it is k.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `//` divides and rounds down, also for negative numbers: -1 // 2 is -1.
# `int(-1 / 2)` is 0, which is too large.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# One line for the span, one for the formula, one `if` that raises, one `return`.
# </details>

# %% [markdown]
# When does a 3 x 3 kernel keep a map's size?
# Your function knows.
# Look for the rule in the table.

# %%
print("a map of 32 positions, kernel 3; rows: dilation, columns: padding 0 to 6")
for dilation in (1, 2, 4, 6):
    sizes = [conv_output_size(32, 3, padding, dilation) for padding in range(7)]
    print(f"dilation {dilation}: ", "  ".join(f"{size:2d}" for size in sizes))

# %% [markdown]
# ### Predict, then run: how far do two layers see?
#
# One 3 x 3 convolution with dilation d sees a window of 2d + 1 positions a side.
# BAM has *two* in a row.
# How many positions a side do they see together, for d = 1, 2 and 4?
# Replace each `None`.
# The cell measures it with all weights set to 1.
# The gradient of the centre's output with respect to each input position says in how many ways that position reaches it.

# %%
predicted = {"dilation 1": None, "dilation 2": None, "dilation 4": None}


def ways(dilations, side=19):
    """In how many ways each position reaches a map's centre, through one layer a dilation."""
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
predict_then_run(predicted, measured, unit="positions a side")

# %% [markdown]
# <details><summary>The rule</summary>
#
# Each layer adds d positions on each side: 2 · 2d + 1 = 4d + 1, so 5, 9 and 17.
# </details>
#
# And *which* positions of the window?
# Change `networks` and run again: (3, 3), (2, 1), (1, 4); for three layers, (4, 4, 4), the side must be larger.

# %% tags=["experiment"]
figure, axes = plt.subplots(1, 3, figsize=(9, 3.3), facecolor=PAPER, layout="constrained")
networks, side = ((1, 1), (2, 2), (4, 4)), 19  # the dilations of each; pixels
for axis, dilations in zip(axes, networks):
    count = ways(dilations, side)
    axis.imshow(count, cmap="Greens", vmin=0, vmax=count.max())
    edges = [n - 0.5 for n in range(side + 1)]
    axis.set(xticks=edges, yticks=edges)
    axis.tick_params(labelbottom=False, labelleft=False, length=0)
    axis.grid(color=OTHER, linewidth=0.4)
    axis.plot(side // 2, side // 2, "o", markersize=5, markerfacecolor=PAPER,
              markeredgecolor=INK)
    seen = int((count > 0).sum())
    axis.set_title(f"dilations {dilations}: {seen} positions seen", fontsize=10)
figure.suptitle("darker: more ways lead to the centre (circle)", fontsize=10)
plt.show()

# %% [markdown]
# Always 25 positions, farther and farther apart.
# Two layers of the same dilation do not see more, they see *farther*, with holes in between.
# (Layers of different dilations may fill them: try (1, 3).)
# BAM can live with that, because each position in front of it already knows its surroundings: earlier convolutions have filled the holes.

# %% [markdown]
# ## 4. Exercise 2: `ChannelBranch`
#
# SE's excitation with three changes.
# Both linear layers have a **bias**.
# Before the ReLU stands a **BatchNorm** (`nn.BatchNorm1d`), which brings each hidden number to one scale over the batch.
# And there is **no sigmoid**: it comes after the sum of both branches.
#
# Take the mean of each channel, (B, C); `fc1` to C // r; `bn`; ReLU; `fc2` back to C.
# Return (B, C, 1, 1).
# For x of shape (4, 32, 5, 7) and r = 16: (4, 32), three times (4, 2), (4, 32), then (4, 32, 1, 1).
#
# Worked example, C = 2, r = 2, in eval mode with an untrained BatchNorm (which changes next to nothing).
# Means (3, 1), `fc1` weights (1, -1), bias 1: hidden 3.
# `fc2` weights (2, -1), biases (0, 5): the result is (6, 2).
#
# As in lesson 01: where C // r is 0, a `ValueError` names both numbers.

# %% exercise
class ChannelBranch(nn.Module):
    """One number per channel from the channel means, (B, C, H, W) -> (B, C, 1, 1), no sigmoid.

    fc1: nn.Linear from channels to channels // reduction; bn: nn.BatchNorm1d; then ReLU;
    fc2: nn.Linear back to channels. Both linear layers have a bias.
    Raises ValueError, with both numbers in the message, where channels // reduction is 0.
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
# `nn.BatchNorm1d(n)` takes (B, n) and gives (B, n).
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Every layer with numbers of its own, `bn` too, is made in `__init__` and called in `forward`.
# Called as `self.bn(...)` it knows by itself whether the module is in training or in eval mode.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: the hidden number, the `ValueError`, three layers.
# `forward`: means; four calls inside one another; two axes of size 1 behind.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `SpatialBranch`
#
# One number for each position, from its surroundings.
# Four convolutions, all with bias:
#
# | layer | what | channels |
# |---|---|---|
# | `reduce`, `bn0`, ReLU | 1 x 1 | C to C // r |
# | `conv1`, `bn1`, ReLU | 3 x 3, dilated | C // r to C // r |
# | `conv2`, `bn2`, ReLU | 3 x 3, dilated | C // r to C // r |
# | `project` | 1 x 1 | C // r to 1 |
#
# The map must keep its H and W.
# Your table above says how: for a kernel of 3 the padding *is* the dilation, since n + 2d - (2d + 1) + 1 = n.
#
# For x of shape (4, 32, 6, 9) and r = 16: (4, 2, 6, 9) three times, then (4, 1, 6, 9).
# No sigmoid; where C // r is 0, the usual `ValueError`.

# %% exercise
class SpatialBranch(nn.Module):
    """One number per position from its surroundings, (B, C, H, W) -> (B, 1, H, W), no sigmoid.

    reduce: nn.Conv2d, 1 x 1, to channels // reduction; conv1, conv2: 3 x 3 with this dilation,
    padded so that H and W stay; bn0, bn1, bn2: nn.BatchNorm2d after each of these, before a
    ReLU; project: 1 x 1 to one channel.
    Raises ValueError, with both numbers in the message, where channels // reduction is 0.
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
# `nn.Conv2d(4, 4, 3, padding=..., dilation=...)`: two words, and for a kernel of 3 the same number.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Three lines of `forward` look alike: `torch.relu(` a norm `(` a convolution `( ... )))`.
# The fourth is one call.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: the hidden number, the `ValueError`, four convolutions, three norms, with the names of the table.
# `forward`: four lines.
# </details>

# %% [markdown]
# What does a larger view cost?
# Predict before you run: how many times the multiply-adds of dilation 1 does dilation 4 need?

# %% tags=["experiment"]
x = torch.randn(1, 64, 28, 28)
for dilation in (1, 2, 4):
    of_it = cost(SpatialBranch(64, 4, dilation), x, latency=False)
    print(f"dilation {dilation}: window {4 * dilation + 1}, {of_it.parameters:,} parameters,",
          f"{of_it.multiply_adds:,} multiply-adds")

# %% [markdown]
# Distance is free here.
# What is bought with it, you saw on the grid: holes.

# %% [markdown]
# ## 6. Exercise 4: `BAM`
#
# Put the branches together: `channel`, a `ChannelBranch`, and `spatial`, a `SpatialBranch`.
# Both look at x itself.
# Then
#
# - `combine="sum"`, the paper: gate = σ(Mc + Ms);
# - `combine="product"`, the authors' code: gate = σ(Mc · Ms);
# - any other word is a `ValueError`.
#
# The output is x + x · gate, with x's shape.
# A gate of 0 therefore leaves x as it is, a gate of 1 doubles it.
#
# Worked example: at one position of one channel x is 10, Mc is 2 and Ms is -2.
# Sum: σ(0) = 0.5, and 10 + 10 · 0.5 = 15.
# Product: σ(-4) = 0.018, and 10.18.
#
# `reduction` goes to both branches, `dilation` to the spatial one.
# The `ValueError` for C // r = 0 comes from your branches by itself.
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
# Keep the word, `self.combine`, for `forward`.
# `word not in ("a", "b")` asks whether it is neither.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: one `if` that raises, three attributes.
# `forward`: both maps, one choice between sum and product, one `return` with one sigmoid.
# </details>

# %% [markdown]
# **What it costs.** ResNet-50 is four groups of blocks, its stages.
# It has a BAM after each of the first three, with 256, 512 and 1024 channels.
# Predict: which branch has more parameters for 256 channels?
# And the three blocks together, in thousands?

# %%
def count(module):
    return sum(p.numel() for p in module.parameters())


for branch in (ChannelBranch(256), SpatialBranch(256)):
    print(f"{type(branch).__name__} for 256 channels: {count(branch):,}")
three = [count(BAM(channels)) for channels in (256, 512, 1024)]
print("three blocks:", " + ".join(f"{n:,}" for n in three), f"= {sum(three):,}")
print(f"ResNet-50 with them: 25,557,032 + {sum(three):,} = {25_557_032 + sum(three):,}")

# %% [markdown]
# **25,915,099**, to the last digit what we count in the network built from the authors' code: three blocks for 1.4 %.
# SE puts one into each of the network's sixteen blocks and pays 2.5 million.
#
# ### Sum or product?
#
# The paper adds the maps and reports that this does better than a product.
# The released code multiplies; [asked about](https://github.com/Jongchan/attention-module/issues/1) in 2018, and [again](https://github.com/Jongchan/attention-module/issues/52) in 2024.
# Does it matter?
# Predict two gates: both branches say *no* (-2 and -2), once added, once multiplied.

# %%
predicted = {"sum": None, "product": None}

no = torch.tensor(-2.0)
measured = {"sum": round(torch.sigmoid(no + no).item(), 2),
            "product": round(torch.sigmoid(no * no).item(), 2)}
predict_then_run(predicted, measured, unit="gate where both branches say no")

# %% [markdown]
# Now for all values at once:

# %% tags=["experiment"]
values = torch.linspace(-3, 3, 121)
surfaces = {"sum: σ(Mc + Ms)": values[:, None] + values,
            "product: σ(Mc · Ms)": values[:, None] * values}
figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.7), facecolor=PAPER, layout="constrained")
for axis, (title, scores) in zip(axes, surfaces.items()):
    drawn = axis.imshow(torch.sigmoid(scores), extent=(-3, 3, -3, 3), origin="lower",
                        cmap="cividis", vmin=0, vmax=1)
    axis.contour(values, values, scores, levels=[0], colors=PAPER, linewidths=1.5)
    axis.set(xlabel="Mc, the channel's number", ylabel="Ms, the position's number", title=title)
figure.colorbar(drawn, ax=axes, label="gate (white line: 0.5)")
plt.show()

# %% [markdown]
# In the sum each branch pulls in its own direction, and a strong one overrules the other.
# In the product two *no* make a *yes*, and a branch that says 0 makes the gate 0.5 whatever the other says.
# The sign of a map alone means nothing any more: turn both around and the gate is the same.
# Weights that were trained with one are of no use with the other, so `BAM` must offer both; section 10 tries it.

# %% [markdown]
# ## 7. Read the code of others: the case of the spatial map
#
# A post of October 2021 explains BAM, in Chinese, with a snippet from a popular collection of attention modules.
# Here are the layers of its spatial attention, rebuilt by us.
# **The symptom:** the map is to say *where*.
# Look at the number of different values in it.

# %%
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
    maps = posted(x)
print("shape of the map:", tuple(maps.shape), "as it should be")
print("different values in the map of each image:", [len(m.unique()) for m in maps])

# %% [markdown]
# The shape is right, and the post prints no more than a shape.
# But 7 x 7 positions share one number: there is no *where* in it.
#
# **The measurement.** You have the instrument.
# Follow the side of a map through the three dilated layers.
# Predict before you run: for which sides does the snippet run at all?

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
# Each layer loses two positions: a span of 5, but one zero at each end.
# 7 becomes 1, and `expand` stretches a single number over anything.
# Every other side is an error at once.
#
# And 7 is the side of a ResNet's last features for images of 224 x 224, and of the post's own test.
# Its comments even do the sum: they arrive at 1 x 1, and go on.
# The shape could not warn anybody: it had been *expanded* to what it should be.

# %% [markdown]
# ## 8. Exercise 5: `RepairedSpatialAttention`
#
# Repair the snippet.
# Its weights should still fit (a later cell loads them), so keep its names: a `Sequential` called `sa` that holds
#
# 1. `conv_reduce1` (1 x 1, C to C // r), `bn_reduce1`, `relu_reduce1`;
# 2. for each i from 0 to `num_layers` - 1: `conv_i` (3 x 3, with the dilation), `bn_i`, `relu_i`.
#    Each entry needs a name of its own: equal ones overwrite each other.
# 3. `last_conv` (1 x 1, to one channel).
#
# The map is repeated for every channel, in x's shape (B, C, H, W), without a sigmoid, as the snippet returns it.
# Any H, W and dilation must run, and each position has its own number.
# Keep the dilation: without it the sizes fit too, but the far view is gone.
#
# Worked example: with dilation 2 and three layers, 7 → 7 → 7 → 7; with dilation 3 and two layers, 5 → 5 → 5.
# Where C // r is 0, the usual `ValueError`, which the snippet lacks.

# %% exercise
class RepairedSpatialAttention(nn.Module):
    """One number per position, repeated for each channel: (B, C, H, W) -> (B, C, H, W).

    sa: nn.Sequential of conv_reduce1, bn_reduce1, a ReLU; conv_i, bn_i, a ReLU for i from 0 to
    num_layers - 1; last_conv. Every layer keeps H and W. No sigmoid.
    Raises ValueError, with both numbers in the message, where channels // reduction is 0.
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
# One number in it is wrong, and one error is missing.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Which padding keeps a side with a 3 x 3 kernel, whatever the dilation is?
# The table after exercise 1 says it, and your `SpatialBranch` uses it.
# </details>
#
# <details><summary>Where it was seen</summary>
#
# The code is that of [External-Attention-pytorch](https://github.com/xmu-xiaoma666/External-Attention-pytorch/blob/d75848e40233ed56fa503c888472bab8b17c568c/model/attention/BAM.py) as it was then.
# Somebody [did the arithmetic](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/38) there nine days before the post.
# A [pull request](https://github.com/xmu-xiaoma666/External-Attention-pytorch/pull/111) of 2023 proposes `padding="same"`, and a later version of the file has it.
# The post has the old line.
# </details>

# %% [markdown]
# Old and new with the same weights, on the same image:

# %% tags=["experiment"]
repaired = RepairedSpatialAttention(64, reduction=8).eval()
repaired.load_state_dict(posted.state_dict())
x = F.avg_pool2d(torch.randn(1, 64, 21, 21, generator=torch.Generator().manual_seed(1)), 3) * 3
figure, axes = plt.subplots(1, 2, figsize=(6.4, 3), facecolor=PAPER, layout="constrained")
with torch.no_grad():
    found = {"the post": posted(x)[0, 0], "repaired": repaired(x)[0, 0]}
for axis, (name, values) in zip(axes, found.items()):
    drawn = axis.imshow(values, cmap="cividis", vmin=found["repaired"].min(),
                        vmax=found["repaired"].max())
    axis.set_title(f"{name}: different values: {len(values.unique())}", fontsize=10)
    axis.set_axis_off()
figure.colorbar(drawn, ax=axes, label="Ms (untrained)")
plt.show()

# %% [markdown]
# ## 9. The bug museum
#
# Three more exhibits, rebuilt as small as possible.
# The first two are in the authors' own file.
#
# ### Exhibit A: half blind on wide images
#
# *Symptom.* On a map of 5 x 8 the right part can do what it likes: the channel branch does not notice.

# %%
def pooled(x):
    return F.avg_pool2d(x, x.shape[2], stride=x.shape[2]).flatten(1)  # (B, C)


x = torch.zeros(1, 4, 5, 8)
x[..., 5:] = 100  # the last three columns
print("means by exhibit A:", pooled(x)[0].tolist())

# %% [markdown]
# Find the mistake and repair the cell above until this one says yes.

# %%
try:
    same = [torch.allclose(pooled(x), x.flatten(2).mean(2), atol=1e-5)
            for x in (torch.randn(2, 4, 5, 8), torch.randn(2, 4, 8, 5))]
except RuntimeError as error:
    print(error)
    same = [False]
print("Does it average every map, wide or tall?", "Yes." if all(same) else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# The window is H x H: the height for both sides.
# For H < W < 2H one window fits, on the left; a wider map has several, and the linear layer refuses them; for W < H none fits.
# The repair: a mean over H and W.
# Reported in [Jongchan/attention-module, issue 50](https://github.com/Jongchan/attention-module/issues/50).
# On the square images of ImageNet nobody meets it.
# </details>
#
# ### Exhibit B: it does not even start
#
# *Symptom.* `NameError` when the module is built.

# %%
class ExhibitB(nn.Module):
    def __init__(self, gate_channel, reduction_ratio=16, num_layers=1):
        super().__init__()
        self.gate_activation = gate_activation


try:
    ExhibitB(64)
except NameError as error:
    print(error)

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# The line keeps an argument that `__init__` does not have, and nothing ever reads it; the repair is to delete it ([issue 27](https://github.com/Jongchan/attention-module/issues/27)).
# It looks like a rest of an earlier version: what is published is not always what was run.
# A test that builds every class once would have found it.
# </details>
#
# ### Exhibit C: dilations that dilate nothing
#
# *Symptom.* Three convolutions with dilation 3, 5 and 7 look at an image "at several scales".
# Eight of nine weights of each get no gradient.

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
# The map has one position.
# Every tap but the middle one meets padded zeros, so all three are the same kind of 1 x 1 convolution.
# Readers asked about it in [saeed-anwar/DRLN, issue 3](https://github.com/saeed-anwar/DRLN/issues/3).
#
# BAM is not safe from it.
# On a 7 x 7 map with dilation 4 a corner tap of `conv1` lies on the map from 9 of the 49 positions; from the other 40 it meets zeros.
# Compare the window, 4d + 1, with the side of your map.
# </details>

# %% [markdown]
# ## 10. The experiment: how far does it see?
#
# Back to the strips.
# A small network answers whether the bar between the posts is horizontal.
# It has a 3 x 3 convolution, a 1 x 1 convolution, your `BAM`, a 1 x 1 convolution, the mean over the image, and a linear layer.
# In front of the block each position knows 3 x 3 pixels; with it, a window of (4d + 1) + 2 = 4d + 3.
# A bar and a post `distance` pixels away fit into it up to a distance of about 4d + 3: 7, 11 and 19 for d = 1, 2 and 4.
# (A gate *at the bar* reaches only half as far.
# But a position halfway between sees both, can mark what it saw there, and the mean over the image collects the mark.)
#
# | arm | what it is for |
# |---|---|
# | dilation 1, posts at 5 and 8; dilation 2 and 4, posts at 8 and 12 | the question. All have the same parameters and multiply-adds |
# | no attention | the network without BAM |
# | no gate | both branches *added* to x, without sigmoid and product |
# | posts anywhere | the cue taken out: the posts stand at either bar, whichever counts |
#
# Three seeds each, about 35 s on an idle machine.
# *Before you run it, draw a chart: right answers against the distance, two points for each dilation.
# And which of the last three arms stays at 75 %?*

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
data = {(far, cue): (strips(768, far, 0, cue), strips(2048, far, 1, cue))
        for _, far, cue in arms.values()}
trained = {}


def run(arm, seed):
    attention, far, cue = arms[arm]
    (seen, answers, _), (unseen, truth, _) = data[far, cue]
    model = train(network(attention()), seen, answers, loss=F.cross_entropy,
                  epochs=4, batch_size=32, peak_rate=0.04, seed=seed)
    trained[arm, seed] = model.state_dict()
    with torch.no_grad():
        return 100 * (model(unseen).argmax(1) == truth).float().mean().item()


results = compare(arms, seeds=range(3), run=run)
results

# %% tags=["experiment"]
print(f"parameters: {count(network(nn.Identity())):,} without attention,",
      f"{count(network(BAM(CHANNELS, REDUCTION))):,} with BAM, whatever the dilation")
for arm, control in ((arm_name(4, 8), arm_name(1, 8)),
                     (arm_name(4, 8), "no attention, posts at 8"),
                     ("no gate, posts at 8", "no attention, posts at 8"),
                     ("dilation 4, posts anywhere", "no attention, posts at 8")):
    matters = results.lead(arm, control) > 2 and results.mean(arm) - results.mean(control) > 5
    print(f"'{arm}' is {'clearly' if matters else 'not clearly'} ahead of '{control}'")

figure, axis = plt.subplots(figsize=(7.5, 3.8), facecolor=PAPER, layout="constrained")
for d, colour, marker in ((1, FEATURES, "o"), (2, LAYERS, "s"), (4, MAPS, "^")):
    means = [results.mean(arm_name(d, far)) for far in DISTANCES[d]]
    shift = {1: -0.2, 2: 0, 4: 0.2}[d]
    axis.plot([far + shift for far in DISTANCES[d]], means, "_", color=colour, markersize=30,
              markeredgewidth=2)
    axis.plot([], [], marker, color=colour, markeredgecolor=INK, label=f"dilation {d}: runs")
    for far in DISTANCES[d]:
        scores = results.scores(arm_name(d, far))
        axis.plot([far + shift] * len(scores), scores, marker, color=colour,
                  markeredgecolor=INK, markersize=6)
    axis.axvline(4 * d + 3, color=colour, linestyle=":")
    axis.text(4 * d + 3, 62, f"window\n4 · {d} + 3", ha="center", fontsize=8,
              backgroundcolor=PAPER)
axis.plot([], [], "_", color=INK, markersize=12, label="their mean")
axis.axhline(75, color=INK, linestyle="--", linewidth=1)
axis.text(14.2, 76, "a vote of both bars: 75 %", fontsize=8)
axis.set(xlabel="distance of the posts (pixels)", ylabel="right answers on new strips (%)",
         xlim=(4, 20), ylim=(60, 103), facecolor=PAPER)
axis.legend(facecolor=PAPER, framealpha=1, edgecolor="none", loc=(0.62, 0.6), fontsize=8)
plt.show()

# %% [markdown]
# **Read it.** Where the window is too small, no seed learns anything beyond the vote (75 %; 2048 strips leave an error of about 1 %).
# Where it is large enough, most do.
# Near its end it depends on the seed: look at dilation 2 with posts at 8, dot by dot.
# A window says how far a block *can* see.
# What it learns to see in a short training may be less.
#
# All three dilations have the same parameters and the same multiply-adds.
# And with the cue taken out, the best arm falls back to the vote: it is the posts that it uses.
#
# Be honest about the rest.
# *No gate* is as good: adding the branches without any sigmoid answers (nearly) every strip.
# A layer follows that can subtract and cut off, and that is gate enough for this question.
# So this experiment shows what the *reach* buys, and not that a gate is needed.
# And in so small a network, with r = 2, BAM more than doubles the parameters: the spatial branch has two 3 x 3 convolutions.
# What it buys on photographs is not measured here.
#
# What does the spatial branch mark?
# And can you exchange sum and product afterwards?

# %% tags=["experiment"]
def trained_network(d, combine="sum"):
    """The network of seed 0, posts at 8, with its weights and this way to combine the maps."""
    model = network(BAM(CHANNELS, REDUCTION, d, combine)).eval()
    model.load_state_dict(trained[arm_name(d, 8), 0])
    return model


models = {d: trained_network(d) for d in (1, 4)}
strip, _, _ = strips(1, 8, seed=16)
figure, axes = plt.subplots(3, 1, figsize=(8, 3.6), facecolor=PAPER, layout="constrained")
paint(axes[0], strip[0])
axes[0].set_title("a new strip, posts at 8", fontsize=9)
for axis, (d, model) in zip(axes[1:], models.items()):
    with torch.no_grad():
        spatial = model[6].spatial(model[:6](strip))[0, 0]
    reach = spatial.abs().max()
    drawn = axis.imshow(spatial, cmap="RdBu", vmin=-reach, vmax=reach)
    axis.set(xticks=[], yticks=[])
    axis.set_title(f"Ms, dilation {d} (blue above 0, red below)", fontsize=9)
    figure.colorbar(drawn, ax=axis, aspect=8)
plt.show()

(unseen, truth, _) = data[8, True][1]
for combine in ("sum", "product"):
    with torch.no_grad():
        right = (trained_network(4, combine)(unseen).argmax(1) == truth).float().mean()
    print(f"dilation 4, the same weights, {combine}: {100 * right:.1f} % right")

# %% [markdown]
# Dilation 1 marks both bars; it cannot do better.
# Dilation 4 marks the posts and the bar between them, and not the other bar.
#
# The same weights with the product answer little better than a coin.
# So "BAM" is the name of two modules, and a file of weights loads into both without a complaint.

# %% [markdown]
# ## 11. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | the two maps | added | multiplied | `combine="sum"`; `"product"` for released weights |
# | BatchNorm | at the end of each branch | after each hidden layer, before the ReLU; none at the end ([asked](https://github.com/Jongchan/attention-module/issues/49)) | as the code |
# | mean of a channel | over H and W | over an H x H window | over H and W |
# | size of the maps | both expanded to (C, H, W) | the same | (C, 1, 1) and (1, H, W), which broadcast |
# | dilation, reduction | 4 and 16 | 4 and 16 | 4 and 16 by default |
# | place | where the maps become smaller | after the first three stages of ResNet | the last lesson |
#
# A BatchNorm at the end would bring each map to one scale, so that neither branch drowns the other.
# As released, nothing does that.

# %% [markdown]
# ## 12. Questions to think about
#
# 1. `BAM(...)` in training mode refuses a batch of one image.
#    Which layer does, and why does the spatial branch not mind?
# 2. A bias in front of a BatchNorm has no effect in training.
#    Why?
#    What does that say of `fc1.bias`?
# 3. BAM's factor 1 + gate lies between 1 and 2, so no channel is ever closed.
#    Can the network still use it to choose one bar?
#    (Two channels may hold the same feature.)
# 4. Two layers with dilations 1 and 4: which positions do they see?
#    Draw it with `ways`.
#    Which pairs leave no holes?
# 5. Where would you put one dilated branch in a network for images of 32 x 32, and with which dilation?
#    Compare windows with sides.
# 6. `padding="same"` makes the repair for you.
#    What does it do with a stride of 2?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. `bn` of the channel branch: one image gives it one number a channel, and one number has no spread.
#    The spatial branch's norms have H · W numbers a channel.
# 2. The norm subtracts the batch's mean, and the bias with it.
#    So `fc1.bias` gets no gradient and could be left out; the authors' code has it.
# 3. Yes.
#    Where two channels hold the same f, one gated and one not, the next layer can subtract them.
#    It gets 2f - f where the gate is 1, and f - f = 0 where it is 0.
# 4. 81: nine a side, in three groups of three, with a hole two positions from the centre.
#    No holes: dilation 1 with 1, 2 or 3.
# 5. Where its window, 4d + 1, covers the map without hanging far over it: on 32 x 32 or 16 x 16 d = 4 (window 17), on 8 x 8 d = 2.
# 6. It refuses: `padding='same' is not supported for strided convolutions`.
#    With a stride no padding keeps the size.
# </details>

# %% [markdown]
# ## 13. References
#
# - J. Park, S. Woo, J.-Y. Lee, I. S. Kweon: *BAM: Bottleneck Attention Module*, BMVC 2018, [arXiv:1807.06514](https://arxiv.org/abs/1807.06514).
#   Authors' code: [Jongchan/attention-module](https://github.com/Jongchan/attention-module).
# - F. Yu, V. Koltun: *Multi-Scale Context Aggregation by Dilated Convolutions*, ICLR 2016, [arXiv:1511.07122](https://arxiv.org/abs/1511.07122).
#   This is where dilated convolutions became common in vision.
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
