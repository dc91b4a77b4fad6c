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
# *Two branches look at the same features: one asks "what", and the other asks "where", with a wide view.*
#
# ![Two strips of 5 x 42 pixels with the same two bars, a horizontal one on the left and a vertical one on the right. In strip 1 two posts stand 8 pixels to the left and right of the left bar; in strip 2 they stand around the right bar. A box of 3 x 3 pixels shows how much a convolution sees. Is the bar between the posts horizontal?](figures/strips.svg)
#
# **Why anyone cares.** A 3 x 3 convolution carries information only one position in each direction.
# The first stage of a ResNet-50 works on 56 x 56 positions, so it would take 55 such convolutions to get from one edge to the other.
# [BAM](https://arxiv.org/abs/1807.06514) uses *dilated* convolutions, which skip positions and so reach farther.
# Dilated convolutions also give [DeepLab](https://arxiv.org/abs/1606.00915), a well-known network for segmentation, its wide view.
#
# **Needs** lesson 01 (squeeze, gate) · 2 h 10 min · 10 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# Lesson 03 (CBAM) asks "what" and then "where", but you do not need it here.
# After this lesson you will be able to
#
# - work out the size of a convolution's output, and how far a dilated convolution sees;
# - build BAM's two branches and put them together;
# - find out why a published "spatial" map holds only one number, and repair it;
# - measure how far a module really sees.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Which-bar-counts?), [the idea](#2.-The-idea) | 9 |
# | [exercise 1, `conv_output_size`](#3.-Exercise-1:-conv_output_size) (1 point) | 10 |
# | predict, then run: how far do two layers see? | 8 |
# | [exercise 2, `ChannelBranch`](#4.-Exercise-2:-ChannelBranch) (2 points) | 13 |
# | [exercise 3, `SpatialBranch`](#5.-Exercise-3:-SpatialBranch) (3 points); something to touch | 19 |
# | [exercise 4, `BAM`](#6.-Exercise-4:-BAM) (2 points); what it costs; sum or product | 19 |
# | a map that says nothing, [exercise 5, `RepairedSpatialAttention`](#7.-Exercise-5:-RepairedSpatialAttention) (2 points) | 17 |
# | [the bug museum](#8.-The-bug-museum) | 5 |
# | [the experiment](#9.-The-experiment:-how-far-does-it-see?) | 17 |
# | [paper against code](#10.-Paper-against-code,-and-a-challenge), without the challenge | 3 |
# | [what we now know](#11.-What-we-now-know), [questions](#12.-Questions-to-think-about) | 10 |
#
# </details>

# %%
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.backbones import parameters
from attention_lab.networks.cost import cost
from attention_lab.networks.dilated_reach import ways_to_the_centre, window
from attention_lab.networks.training import Trained, compare, train
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import predict_then_run, show
from attention_lab.pictures.bam import (print_sides, show_posted_and_repaired, show_ways,
                                        show_what_branches_mark, slide_a_position)
from attention_lab.pictures.gaps import print_verdicts
from attention_lab.pictures.longer_runs import longer_runs, runs_in_words, short_and_longer_runs
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.bars_and_posts import (CHANNELS, bars_and_posts, right_on_strips,
                                                strip_reader)

# %% [markdown]
# ## 1. Which bar counts?
#
# Each strip at the top holds two short bars, and each bar is horizontal or vertical.
# One of the bars stands between two posts, and that is the bar that counts.
# **Is it horizontal?**
#
# You see the answers at a glance: yes for strip 1, no for strip 2.
# A 3 x 3 kernel sees a bar, or a piece of a post, but it never sees a bar and a post together.
#
# So suppose that a network sees both bars, but cannot tell which one counts.
# What is the best that it can do?
# Guess a percentage, then run the cell.

# %%
strips = bars_and_posts(10_000, distance=8, seed=8)
left, right = strips.horizontal.long().T
vote = torch.where(left == right, left == strips.answers, 0.5).float().mean()
print(f"answer for the left bar: {100 * (left == strips.answers).float().mean():.0f} % right")
print(f"let both bars vote, and toss a coin if they differ: {100 * vote:.0f} % right")

# %% [markdown]
# <details><summary>Why neither strategy is better</summary>
#
# In half of the strips the bars agree, so the left bar gives the right answer, and so does a vote.
# In the other half you can only guess, so the score is 50 % + 25 % = 75 %.
# </details>
#
# For a better score, some position has to see a bar *and* one of its posts, which is up to 12 pixels away in this lesson.
# Each 3 x 3 convolution lets a position see one pixel farther on each side.
# If bar and post are 12 pixels apart, a position halfway between them needs about six convolutions to see both.

# %% [markdown]
# ## 2. The idea
#
# Park, Woo, Lee and Kweon (2018) ask two questions side by side.
# Like SE, the **channel branch** says which channels matter.
# The **spatial branch** says which positions matter, and it uses **dilated** convolutions.
# The kernel of a dilated convolution is small, but has gaps between its numbers, so it reaches far at no extra cost.
# The paper (section 3) argues that a position's importance depends on what surrounds it, so a wide view pays off.
# The two answers are added, and a sigmoid turns the sums into gates, one for each channel *at* each position.
#
# ![BAM: from x (B, C, H, W) the channel branch goes up: mean, fc1, BatchNorm and ReLU, fc2, Mc (B, C, 1, 1). The spatial branch goes down: reduce, two dilated convolutions, project, Ms (B, 1, H, W). Both are stretched to (B, C, H, W) and added; a sigmoid gives the gate. x times the gate, plus x, is the output.](figures/bam_block.svg)

# %% [markdown]
# | in the paper | in words | in code |
# |---|---|---|
# | $M_c(F)$ | one number per channel | `ChannelBranch(...)(x)`, (B, C, 1, 1) |
# | $M_s(F)$ | one number per position | `SpatialBranch(...)(x)`, (B, 1, H, W) |
# | $M(F) = \sigma(M_c(F) + M_s(F))$ | the gate | `torch.sigmoid(Mc + Ms)`, (B, C, H, W) |
# | $F' = F + F \otimes M(F)$ | x, plus x times its gate | `BAM(...)(x)` |
#
# The paper's F is our x, σ is the sigmoid, and ⊗ multiplies element by element.
# The block is placed where a network's features shrink, at its *bottlenecks*.

# %% [markdown]
# ## 3. Exercise 1: `conv_output_size`
#
# A kernel of size k has k numbers per side, its **taps**.
# With **dilation** d, neighbouring taps are d positions apart.
# There are k - 1 steps between k taps, so the kernel spans d · (k - 1) + 1 positions.
#
# ![Left: three taps with dilation 1, 2 and 4 span 3, 5 and 9 positions. Right: a row of 7 positions with a zero beyond each end; a kernel that spans 5 fits in 5 places.](figures/dilation.svg)
#
# In how many places does a kernel fit on a row of positions?
# Torch can count the places, and the next cell lets it do so for two rows of positions.
# The first row is the one in the drawing.
# The second row is longer, and the kernel moves along it by two positions at a time:

# %%
for n, padding, dilation, stride in ((7, 1, 2, 1), (10, 0, 1, 2)):
    row, kernel = torch.zeros(1, 1, n), torch.zeros(1, 1, 3)
    places = F.conv1d(row, kernel, stride=stride, padding=padding, dilation=dilation).shape[2]
    print(f"n = {n}, p = {padding}, d = {dilation}, s = {stride}: {places} places")

# %% [markdown]
# Here is the rule.
# There are n positions, with p zeros added at *each* end, and the kernel moves by s positions (the **stride**) at a time.
# Then this is the number of places of the kernel, and of positions in the output:
#
# $$\left\lfloor \frac{n + 2p - (d\,(k - 1) + 1)}{s} \right\rfloor + 1$$
#
# In the first example the span is 5.
# With the zeros there are 9 positions, so there are (9 - 5) / 1 + 1 = 5 places.
# In the second example (10 - 3) / 2 = 3.5 is rounded **down** to 3, so there are 4 places.
#
# Return an `int`.
# If the result is below 1, the kernel fits nowhere.
# In that case, raise a `ValueError`.

# %% exercise
def conv_output_size(size: int, kernel_size: int, padding: int = 0, dilation: int = 1,
                     stride: int = 1) -> int:
    """Height or width of a map after a convolution, from the height or width before it.

    padding: zeros at each end. dilation: positions from one tap to the next. stride: positions
    from one place of the kernel to the next. Raises ValueError if the result is below 1.
    """
    ...


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
# Write one line for the span, one for the formula, one `if` that raises an error, and one `return`.
# </details>

# %% [markdown]
# When does a 3 x 3 kernel keep the size of its input?
# Let your function tell you: run the cell, and look for the rule in the table that it prints.

# %%
print("32 positions, kernel 3; rows: dilation, columns: padding 0 to 6")
for dilation in (1, 2, 4, 6):
    print(f"dilation {dilation}:", [conv_output_size(32, 3, p, dilation) for p in range(7)])

# %% [markdown]
# ### Predict, then run: how far do two layers see?
#
# One 3 x 3 convolution with dilation d sees a window of 2d + 1 positions per side.
# BAM has *two* such convolutions in a row.
# How wide is their joint window, from its first to its last position, for d = 1, 2 and 4?
# Replace each `None`.
#
# The cell sets all weights to 1 and measures the window.
# Think of the paths that lead from an input position through both layers to the centre.
# Each path adds the input's value once to the central output.
# So the gradient of the central output with respect to that input is the number of such paths.

# %%
predicted = {"dilation 1": None, "dilation 2": None, "dilation 4": None}

measured = {f"dilation {d}": window(ways_to_the_centre((d, d))) for d in (1, 2, 4)}
predict_then_run(predicted, measured, unit="positions per side")

# %% [markdown]
# <details><summary>The rule</summary>
#
# Each layer adds d positions to the left and d to the right, so two layers have a window that is 2 · 2d + 1 = 4d + 1 positions wide.
# For d = 1, 2 and 4, that is 5, 9 and 17 positions.
# </details>
#
# And *which* positions of the window do they see?
# Run the cell, then try other dilations: (3, 3), (2, 1), (1, 4).

# %% tags=["experiment"]
show_ways((1, 1), (2, 2), (4, 4))

# %% [markdown]
# Two layers with the same dilation always see 25 positions.
# A larger dilation does not make them see *more*.
# It makes them see *farther*, with holes in between.
# If an ordinary 3 x 3 convolution comes before the two layers, it fills the holes for dilations 2 and 3, but not for larger ones.

# %% [markdown]
# ## 4. Exercise 2: `ChannelBranch`
#
# The channel branch is SE's excitation with three changes:
#
# - both linear layers have a **bias**;
# - a **BatchNorm** comes before the ReLU, and it uses the batch to bring all hidden numbers to one scale;
# - there is **no sigmoid**, because it comes later, after the sum of both branches.
#
# Compute one example by hand first, with C = 2 channels that have the means (3, 1), and reduction r = 2.
# So there is a single hidden number.
# `fc1` has the weights (1, -1) and the bias 1, and `fc2` has the weights (2, -1) and the biases (0, 5).
# In eval mode a fresh BatchNorm changes almost nothing, so we leave it out:

# %%
hidden = (torch.tensor([1.0, -1]) @ torch.tensor([3.0, 1]) + 1).relu()
result = torch.tensor([2.0, -1]) * hidden + torch.tensor([0.0, 5])
print(f"hidden number {hidden:.0f}, result {result.tolist()}")

# %% [markdown]
# The hidden number is 3 - 1 + 1 = 3, and the result is (2 · 3, -3 + 5).
# The result may be larger than 1 or below 0, because nothing has turned it into a gate yet.
#
# In your branch, take the mean of each channel, (B, C).
# Then apply `fc1` (to C // r numbers), `bn`, the ReLU, and `fc2` (back to C numbers).
# Return (B, C, 1, 1).
# As in lesson 01, if C // r is 0, raise a `ValueError` that names C and r.

# %% exercise
class ChannelBranch(nn.Module):
    """One number per channel from the channel means, (B, C, H, W) -> (B, C, 1, 1), no sigmoid.

    fc1: nn.Linear from channels to channels // reduction; bn: nn.BatchNorm1d; then ReLU;
    fc2: nn.Linear back to channels. Both linear layers have a bias.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


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
# Every layer with parameters, `bn` included, is made in `__init__` and called in `forward`.
# A layer called as `self.bn(...)` knows whether the module is in training or in eval mode.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes the hidden width C // r, raises the `ValueError`, and makes three layers.
# `forward` takes the means, makes four nested calls, and adds two axes of size 1 at the end.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `SpatialBranch`
#
# The spatial branch makes one number for each position from the position's surroundings.
# It has four convolutions, all with a bias:
#
# | layers | kernel | channels |
# |---|---|---|
# | `reduce`, `bn0`, ReLU | 1 x 1 | C to C // r |
# | `conv1`, `bn1`, ReLU | 3 x 3, dilated | C // r to C // r |
# | `conv2`, `bn2`, ReLU | 3 x 3, dilated | C // r to C // r |
# | `project` | 1 x 1 | C // r to 1 |
#
# H and W must stay the same.
# With a kernel of size 3, the padding must *equal* the dilation, since n + 2d - (2d + 1) + 1 = n.
#
# Before you write the general form, follow one row of nine positions through the layers, with dilation 2.
# The row holds a single 1 among zeros.
# All taps are 1, the biases of `conv1` and `conv2` are 0, and `project` multiplies by 2 and has the bias -3.
# We leave out the norms, and also the ReLUs, which would change nothing, because no number is negative before `project`:

# %%
row, taps = torch.tensor([[[0.0, 0, 0, 0, 1, 0, 0, 0, 0]]]), torch.ones(1, 1, 3)
for layer in ("conv1  ", "conv2  "):
    row = F.conv1d(row, taps, padding=2, dilation=2)
    print(layer, row[0, 0].int().tolist())
print("project", (2 * row - 3)[0, 0].int().tolist())

# %% [markdown]
# The row keeps its nine positions, and the 1 reaches every second one of them.
# After `conv2`, the number at each position says how many paths lead from the 1 to that position.
# There are 3 paths back to the position of the 1, 2 paths to a position two steps away, and 1 path to a position four steps away.
# The result may be negative or larger than 1, because the sigmoid comes later, as in the channel branch.
#
# For example, with r = 16, `reduce` turns an x of shape (4, 32, 6, 9) into (4, 2, 6, 9).
# The two 3 x 3 convolutions keep this shape, and `project` makes it (4, 1, 6, 9).
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
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(SpatialBranch)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `nn.Conv2d(4, 4, 3, padding=..., dilation=...)`: with a kernel of size 3, `padding` and `dilation` get the same number.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Three lines of `forward` look alike: each applies a convolution, then a norm, then a ReLU.
# The fourth line is a single call.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes the hidden width C // r and raises the `ValueError`.
# Then it makes four convolutions and three norms, named as in the table.
# `forward` has four lines.
# </details>

# %% [markdown]
# What does a wider view cost?
# Predict before you run: by what factor do the multiply-adds change from dilation 1 to 4?

# %% tags=["experiment"]
for d in (1, 4):
    print("d =", d, cost(SpatialBranch(64, 4, d), torch.randn(1, 64, 28, 28), latency=False))

# %% [markdown]
# The factor is 1, because the kernel still has nine taps, and only the steps between them grow.
#
# **Touch it.** Here your branch reads the features of one 3 x 3 convolution, as it will in section 9.
# The framed position does not see the pale pixels.
# Play the convolutions one after the other: where does the view grow, and where do its holes come from?
# From which columns can a position see both the left bar and one of its posts?

# %% tags=["experiment"]
slide_a_position(SpatialBranch)

# %% [markdown]
# <details><summary>What we think</summary>
#
# The bar stands at column 10, and its posts stand at columns 2 and 18.
# With dilation 1, none of the columns on the slider sees both bar and post.
# With dilation 2, columns 14 and 16 see both, and with dilation 4, columns 10, 14 and 18 see both.
# The wider the window, the wider its holes.
# With dilation 8, a position at column 14 sees neither bar nor post, because both fall into its window's holes.
# </details>

# %% [markdown]
# ## 6. Exercise 4: `BAM`
#
# Now put the branches together.
# Mc is (B, C, 1, 1), and Ms is (B, 1, H, W).
# What shape does their sum have?
# Here are two channels, a row of three positions, and numbers that are small enough to check in your head:

# %%
Mc = torch.tensor([2.0, 0]).view(1, 2, 1, 1)
Ms = torch.tensor([-2.0, 1, 0]).view(1, 1, 1, 3)
print("shape", tuple((Mc + Ms).shape), "sum", (Mc + Ms)[0, :, 0].tolist())

# %% [markdown]
# Both tensors are stretched along the axes in which their size is 1.
# So every channel at every position gets its own number, although the two branches made only C + H · W numbers.
#
# In your block, `channel` is a `ChannelBranch`, and `spatial` is a `SpatialBranch`.
# Both branches read x itself.
# Then compute the gate:
#
# - with `combine="sum"`, as in the paper: σ(Mc + Ms);
# - with `combine="product"`, as in the authors' code: σ(Mc · Ms).
#
# For any other word, raise a `ValueError`.
# The output is x + x · gate, with x's shape.
# So a gate of 0 leaves x as it is, and a gate of 1 doubles it.
#
# Worked example: at one position of one channel, x is 10, Mc is 2 and Ms is -2.
# The sum gives the gate σ(0) = 0.5 and the output 10 + 10 · 0.5 = 15.
# The product gives the gate σ(-4) = 0.018 and the output 10 + 10 · 0.018 = 10.18.
#
# Pass `reduction` to both branches and `dilation` to the spatial one.
# If C // r is 0, your branches raise the `ValueError`.
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
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


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
# `word not in ("a", "b")` is true if `word` is neither of the two.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` has one `if` that raises an error, and sets three attributes.
# `forward` calls both branches, chooses between sum and product, and ends with a single `return`, which contains a single sigmoid.
# </details>

# %% [markdown]
# **What it costs.** ResNet-50 has four groups of blocks, its stages.
# The authors put one BAM after each of the first three stages, which have 256, 512 and 1024 channels.
# For 256 channels, which branch has more parameters?
# And how many thousand parameters do the three BAMs have together?

# %%
for branch in (ChannelBranch(256), SpatialBranch(256)):
    print(f"{type(branch).__name__} for 256 channels: {parameters(branch):,}")
three = sum(parameters(BAM(channels)) for channels in (256, 512, 1024))
print(f"ResNet-50 with three of them: 25,557,032 + {three:,} = {25_557_032 + three:,}")

# %% [markdown]
# BAM adds 1.4 % to ResNet-50's parameters.
# SE, in all sixteen residual blocks, adds almost 10 %.
#
# ### Sum or product?
#
# The paper adds Mc and Ms, and reports that this works better than multiplying them.
# The released code multiplies.
# Readers [asked about it](https://github.com/Jongchan/attention-module/issues/1) in 2018, and [again](https://github.com/Jongchan/attention-module/issues/52) in 2024.
# Does it matter?
# Suppose that both branches say *no*, with the numbers -2 and -2.
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
# The sum gives 0.02, and the product gives 0.98.
# In a sum, each branch pulls in its own direction, and a strong one overrules the other.
# In a product, "no" times "no" is "yes".
# And if one branch says 0, the gate is 0.5, whatever the other branch says.
# Section 9 tests whether weights that were trained with one form work with the other form.
# </details>

# %% [markdown]
# ## 7. Exercise 5: `RepairedSpatialAttention`
#
# ### A map that says nothing
#
# A Chinese blog post of October 2021 explains BAM with a snippet from a popular collection of attention modules.
# Here are the layers of that snippet's spatial attention, rebuilt by us.
# **Look for the symptom.** The result should say *where* something is, so it should differ from position to position.
# How many different values does it hold?

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
y = posted(torch.randn(2, 64, 7, 7))
print("shape of the result:", tuple(y.shape), "as it should be")
print("different values for each image:", [len(values.unique()) for values in y])

# %% [markdown]
# The shape is right, and the post prints only the shape.
# But all 7 x 7 positions share one number, so the result cannot say where anything is.
#
# **Measure it.** Your `conv_output_size` is the tool for this.
# The cell follows the side length of the features through the three dilated layers.
# Predict before you run: for which of the sides 7, 8, 14 and 28 does the snippet run at all?

# %%
print_sides(posted, conv_output_size, sides=(7, 8, 14, 28))

# %% [markdown]
# <details><summary>What is going on</summary>
#
# Each layer loses two positions, because the kernel spans 5, but there is only one zero at each end.
# So 7 shrinks to 1, and `expand` can stretch a single number to any shape.
# For larger sides, `expand` fails at once.
#
# And 7 happens to be the side of a ResNet's last features for a 224 x 224 image.
# The post's own test uses a side of 7 too.
# Comments in the post's code even mention the size 1 x 1.
# The shape gave no warning, because `expand` had already stretched the single number to the right shape.
# </details>

# %% [markdown]
# ### The exercise
#
# Repair the snippet.
# The snippet's weights should still fit (a later cell loads them), so keep the names of its layers.
# Make a `Sequential` called `sa` that holds
#
# 1. `conv_reduce1` (1 x 1, C to C // r), `bn_reduce1`, `relu_reduce1`;
# 2. for each i from 0 to `num_layers` - 1: `conv_i` (3 x 3, with the dilation), `bn_i`, `relu_i`;
# 3. `last_conv` (1 x 1, to one channel).
#
# As in the snippet, the result is repeated for every channel, so that it has x's shape (B, C, H, W), and there is no sigmoid.
# Your module must work for any H, W and dilation, and must give each position a number of its own.
# Keep the dilation, because it lets the layers see far.
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
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


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
# Which padding keeps the height and width with a 3 x 3 kernel, for any dilation?
# The table after exercise 1 shows it, and your `SpatialBranch` uses it.
# </details>
#
# <details><summary>Where it was seen</summary>
#
# The post's code comes from [External-Attention-pytorch](https://github.com/xmu-xiaoma666/External-Attention-pytorch/blob/d75848e40233ed56fa503c888472bab8b17c568c/model/attention/BAM.py), as it was at the time.
# Nine days before the post, a reader [did the same arithmetic](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/38) in an issue of that repository.
# A [pull request](https://github.com/xmu-xiaoma666/External-Attention-pytorch/pull/111) of 2023 proposes `padding="same"`, and a later version of the repository uses it.
# </details>

# %% [markdown]
# Here are both versions with the same weights, on the same image:

# %% tags=["experiment"]
repaired = RepairedSpatialAttention(64, reduction=8).eval()
repaired.load_state_dict(posted.state_dict())
show_posted_and_repaired(posted, repaired)

# %% [markdown]
# ## 8. The bug museum
#
# This exhibit comes from the authors' own file; we have rebuilt a minimal version of it.
#
# ### Exhibit A: half blind on wide images
#
# *Symptom.* On features of 5 x 8, the channel branch does not notice anything that happens on the right.

# %%
def pooled(x):
    return F.avg_pool2d(x, x.shape[2], stride=x.shape[2]).flatten(1)  # (B, C)


x = torch.tensor([0.0] * 5 + [100] * 3).expand(1, 4, 5, 8)  # 100 in the last three columns
print("means by exhibit A:", pooled(x)[0].tolist())

# %% [markdown]
# Find the mistake, and change the cell above until the next one says yes.

# %%
x = torch.randn(2, 4, 5, 8)
right = torch.allclose(pooled(x), x.flatten(2).mean(2), atol=1e-5)
print("Does it average wide features?", "Yes." if right else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# The window is H x H, because the code uses the height for both sides.
# If H < W < 2H, one window fits, on the left.
# If W is larger, several windows fit, and the linear layer gets more numbers than it can take.
# If W < H, no window fits.
# The repair is a mean over H and W.
# The mistake is reported in [Jongchan/attention-module, issue 50](https://github.com/Jongchan/attention-module/issues/50).
# </details>

# %% [markdown]
# ## 9. The experiment: how far does it see?
#
# We return to the strips.
# A small network decides whether the bar between the posts is horizontal.
# It has a 3 x 3 convolution, a 1 x 1 convolution, your `BAM`, a 1 x 1 convolution, the mean over all positions, and a linear layer.
# Before the block, each position has seen 3 x 3 pixels.
# After the block, a position has seen a window of (4d + 1) + 2 = 4d + 3 pixels per side.
#
# How far apart may a bar and its post be?
# A position halfway between bar and post can see both of them and mark what it sees.
# The mean then collects the marks.
# So if this is how the network finds the answer, bar and post may be up to about 4d + 3 pixels apart.

# %% [markdown]
# These are the **arms**, the versions of the experiment that we compare:
#
# | arm | what it is for |
# |---|---|
# | dilation 1, posts 5 or 8 pixels away | BAM with the smallest window |
# | dilation 2, posts 8 or 12 pixels away | BAM with a larger window |
# | dilation 4, posts 8 or 12 pixels away | BAM with the largest window |
# | no module | the network without BAM |
# | no gate | both branches (with dilation 4) *added* to x, without a sigmoid or a product |
# | posts anywhere | the cue is taken out: the posts stand at either bar, so they do not show which one counts |
#
# In the six arms of the first three rows, BAM has the same 1,657 parameters.
# The number of multiply-adds per position is the same in all six arms, too.
#
# Each arm is trained three times, for 96 steps of Adam with a one-cycle learning rate.
# Together that takes 30 to 75 s.
#
# *Predict.* What percentage of the answers is right in each of the four arms that the next cell names?
# (A vote of both bars scores 75 %.)

# %% tags=["experiment"]
predicted = {"dilation 1, posts 8 away": None, "dilation 2, posts 8 away": None,
             "dilation 2, posts 12 away": None, "no gate, posts 8 away": None}

# %% tags=["experiment"]
SIZE = CHANNELS, 2  # the size of the block: 16 channels, reduction 2


class NoGate(BAM):
    """BAM's branches without its gate."""

    def forward(self, x):
        return x + self.channel(x) + self.spatial(x)


# A network, how far its posts are from the bar, and whether they stand at the bar that counts.
arms = {f"dilation {d}, posts {far} away": (lambda d=d: strip_reader(BAM(*SIZE, d)), far, True)
        for d, far in ((1, 5), (1, 8), (2, 8), (2, 12), (4, 8), (4, 12))}
arms |= {"no module, posts 8 away": (lambda: strip_reader(nn.Identity()), 8, True),
         "no gate, posts 8 away": (lambda: strip_reader(NoGate(*SIZE)), 8, True),
         "dilation 4, posts anywhere": (lambda: strip_reader(BAM(*SIZE, 4)), 8, False)}
trained = Trained()


def run(arm, seed):
    network, distance, cue = arms[arm]
    train_set = bars_and_posts(768, distance, seed=0, cue=cue)
    test_set = bars_and_posts(2048, distance, seed=1, cue=cue)
    model = train(network(), train_set.pictures, train_set.answers, loss=F.cross_entropy,
                  epochs=4, batch_size=32, peak_rate=0.04, seed=seed)
    trained[arm, seed] = model
    return right_on_strips(model, test_set)


# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {arm: results.mean(arm) for arm in predicted}
predict_then_run(predicted, measured, unit="right answers (%)")

# %% [markdown]
# Would longer training change the picture?
# For every arm we also made at least three runs with five times as many steps.
# (All runs, including those at other learning rates, are in `solutions/bam/experiment.md` in the course's repository.)
# The figure shows the runs on this page and the longer ones:

# %% tags=["experiment"]
wide = [f"dilation {d}, posts {far} away" for d, far in ((1, 5), (2, 8), (4, 8), (4, 12))]
about = "right answers on new strips", longer_runs(), ("a vote of both bars", 75)
show(short_and_longer_runs(results, *about, highlight=wide), runs_in_words(results, *about))
print_verdicts(results, ("dilation 4, posts 8 away", "dilation 1, posts 8 away"),
               ("dilation 4, posts 8 away", "no module, posts 8 away"),
               ("dilation 4, posts 8 away", "no gate, posts 8 away"),
               ("dilation 4, posts anywhere", "no module, posts 8 away"))

# %% [markdown]
# **Three findings.**
#
# - **The window sets the limit.**
#   For d = 1, 2 and 4, the window of 4d + 3 pixels is 7, 11 and 19 pixels wide.
#   In the four arms that are dark in the figure, it is wide enough to hold a bar and its post.
#   With five times the steps, every run of these dark arms found the right bar (three runs with d = 1, eight in each of the others).
#   If the window could not hold a bar and its post, the network stayed at the score of the vote.
#   The network also stayed at this score with *no module*, and without the cue.
#   The networks with d = 1, 2 and 4 have the same number of parameters, and need the same number of multiply-adds.

# %% [markdown]
# (If the posts are almost as far away as the window allows, luck decides how many steps a run needs.
# With d = 2 and posts 10 pixels away, two of ten longer runs were still at the score of the vote.
# We repeated these two runs with 25 times as many steps as on this page, and both scored 100 %.
# We also repeated all ten runs with five times the steps at a third of the learning rate.
# There the two runs scored 100 %, too, but a different one of the ten stayed at the score of the vote.
# With posts exactly 4d + 3 pixels away (7 for d = 1, and 11 for d = 2), one of six longer runs was still at the score of the vote.
# With posts one pixel farther away, every longer run was still at that score.)

# %% [markdown]
# - **After only a few steps, luck can decide how high a run with BAM scores.**
#   After 96 steps, eight recorded runs with dilation 2 and posts 8 pixels away scored between 76.3 and 100 %.
#   Each of the eight longer runs scored 100 %.
# - **The gate is not needed here.**
#   *No gate* is at least as good as BAM, so adding the branches is enough.
#   With posts 12 pixels away, *no gate* even learns faster.
#   After 96 steps all of its 32 runs score 100 %, but only 18 of the 32 runs of BAM with dilation 4 do.
#   (For each network, 16 of the 32 runs used this page's rate, eight used a third of this rate, and eight used three times this rate.)
#   After five times as many steps, every run of both networks scores 100 %.
#   (*No gate* has neither the sigmoid nor the product, so these runs do not say which of the two slows BAM down.)

# %% [markdown]
# So the experiment shows that *reach* helps, but not that you need a gate.
# Four arms stay at the score of the vote.
# These are dilation 1 with posts 8 pixels away, dilation 2 with posts 12 pixels away, *no module*, and *posts anywhere*.
# They stay there at other learning rates, too.
# At a third of the rate and at three times the rate, none of these arms got above 76.9 %.

# %% [markdown]
# ### What does the spatial branch mark?
#
# Look at Ms for a new strip, in a network with dilation 1 and in a network with dilation 4.
# For both networks, the posts stand 8 pixels away from the bar.

# %% tags=["experiment"]
show_what_branches_mark({f"dilation {d}": trained[f"dilation {d}, posts 8 away", 0]
                         for d in (1, 4)})

# %% [markdown]
# With dilation 1, Ms is nearly the same at both bars, because the window around a bar ends long before the posts.
# With dilation 4, Ms tells the two bars apart.
#
# Can you swap sum and product after training?

# %% tags=["experiment"]
test_set = bars_and_posts(2048, 8, seed=1)
for combine in ("sum", "product"):
    model = strip_reader(BAM(*SIZE, 4, combine)).eval()
    model.load_state_dict(trained["dilation 4, posts 8 away", 0].state_dict())
    print(f"the same weights, {combine}: {right_on_strips(model, test_set):.1f} % right")

# %% [markdown]
# The weights that this network learned with the sum are of little use with the product.
# (Trained with the product from the start, the block scored 100 % in three of three runs.)
# So "BAM" is the name of two modules, and the weights of either load into the other without complaint.

# %% [markdown]
# ## 10. Paper against code, and a challenge
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | Mc and Ms | added | multiplied | `combine="sum"`; `"product"` for released weights |
# | BatchNorm | at the end of each branch | after each hidden layer, before the ReLU; none at the end ([a reader asked](https://github.com/Jongchan/attention-module/issues/49)) | as in the code |
# | mean of a channel | over H and W | over an H x H window | over H and W |
# | dilation, reduction | 4 and 16 | 4 and 16 | 4 and 16 by default |
# | place | where the features shrink | after the first three stages of ResNet | the BAM block alone |
#
# **A challenge (not graded).** With posts 12 pixels away and the same 96 steps, reach 95 % in each of three runs.
# Use fewer than 250 parameters (our smallest network has 161).
# Before you run the next cell, run the imports, your exercises and the cell of section 9 that defines the arms.
# None of these cells trains anything.

# %% tags=["experiment"]
mine = None  # a function that makes your network: (B, 2, H, W) -> (B, 2)

wrong = size = None
if mine:
    arms["mine"] = mine, 12, True
    wrong = 100 - min(compare(["mine"], range(3), run).scores("mine"))
    size = parameters(mine())
challenge("parameters of the network", size, beat=250, fewer=True,
          at_most={"wrong answers in the worst of three runs, in %": (wrong, 5)})

# %% [markdown]
# ## 11. What we now know
#
# - BAM asks *what* and *where* side by side, adds the two answers, and makes one gate for each channel at each position.
# - A dilated kernel sees farther, but it reads no more positions, and it costs the same.
#   For a 3 x 3 kernel, padding must equal dilation, or the features change size.
# - In our runs the window set the limit: a network found the right bar only if one position could see a bar and its post.
# - In these runs the reach helped, and the gate was not needed.
# - The paper adds and the code multiplies.
#   The one network that we trained with the sum and tested with the product failed.
#
# So before you put BAM into a network, ask: *how far apart are the things that one position has to see together?*

# %% [markdown]
# **Today.** We know of no widely used network that has BAM in it.
# But its main ingredient, the dilated convolution, lives on.
# DeepLabV3 stacks dilated convolutions, and [torchvision](https://docs.pytorch.org/vision/stable/models/deeplabv3.html) offers it with trained weights.
# The [Visual Attention Network](https://arxiv.org/abs/2202.09741) multiplies its features by a map that comes from a dilated convolution.
# For tasks in which every position should see every other position, self-attention has taken over.

# %% [markdown]
# **Against a plain convolution.** The cell at the end of this page shows recorded runs on real pictures.
# In each picture, a handwritten digit lies on a photograph with a coloured frame.
# The network should name the digit if it has the colour of the frame, and otherwise say "not it".
# With BAM it scores 92.8 %.
# The network has two places for a module, and its two BAM modules have 8,042 parameters.
# With one more 3 x 3 convolution in each place (11,616 parameters), it scores 93.0 %, so this is a tie.
# We also tested each network on handwriting and photographs that it had never seen.
# The digits were written by hand on sheets of paper, and for this test we split the sheets into six groups.
# With six photographs for the backgrounds, this makes 36 pairs, each of one group and one photograph.
# Each of the 36 runs trained without one group and without one photograph, and was tested on exactly these two.
# On what was left out, BAM scores 89.7 % on average, and the convolution scores 91.0 %, which is a tie too: luck could explain the gap.

# %% [markdown]
# **What stays open.** The [authors' README](https://github.com/Jongchan/attention-module) reports a top-1 accuracy of 76.86 % on ImageNet for ResNet-50 with BAM.
# Suppose that this is more than a plain ResNet-50 reaches: does the gain come from the gate, or from the reach?
# Our strips need only the reach.
# On photographs, we have not tested gate and reach separately.
#
# **What comes next.** A dilated kernel looks at places that were fixed beforehand.
# In lesson 05a, DANet, each position chooses for itself where to look.

# %% [markdown]
# ## 12. Questions to think about
#
# 1. In training mode, a `BAM` block refuses a batch of one image.
#    Which layer refuses, and why does the spatial branch not mind?
# 2. BAM's factor, 1 + gate, lies between 1 and 2, so no channel is ever closed.
#    Can the network still use it to pick one bar?
# 3. Which positions do two layers with dilations 1 and 4 see?
#    Draw them with `show_ways`.
# 4. You may put one spatial branch into a network for 32 x 32 images.
#    Which dilation do you choose if the features have 32 x 32 positions, and which if they have 16 x 16 or 8 x 8?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The channel branch's `bn` refuses, because one image gives it one number per channel, and a single number has no spread.
#    The spatial branch's norms have H · W numbers per channel.
# 2. Yes.
#    Suppose that two channels hold the same values f, and that one of the two gates stays at 0, so that its channel remains f.
#    The next layer can take the difference of the two channels.
#    If the other channel's gate is 1, the difference is 2f - f = f.
#    If that gate is 0, the difference is f - f = 0.
# 3. They see 81 positions, nine per side, in three groups of three, with gaps of one position between the groups.
# 4. The best d makes the window, 4d + 1, cover the features without hanging far over the edge.
#    For 32 x 32 features that is d = 8, with a window of 33.
#    For 16 x 16 features it is d = 4, with a window of 17, and for 8 x 8 features it is d = 2, with a window of 9.
#    On 7 x 7 features with dilation 4, for example, the kernel hangs far over the edge.
#    The kernel is applied at 49 positions, but a corner weight of `conv1` meets a feature at only 9 of them.
#    At the other 40 it reads zeros.
# </details>
#
# **References**
#
# - J. Park, S. Woo, J.-Y. Lee, I. S. Kweon: *BAM: Bottleneck Attention Module*, BMVC 2018, [arXiv:1807.06514](https://arxiv.org/abs/1807.06514).
#   Authors' code: [Jongchan/attention-module](https://github.com/Jongchan/attention-module).
# - F. Yu, V. Koltun: *Multi-Scale Context Aggregation by Dilated Convolutions*, ICLR 2016, [arXiv:1511.07122](https://arxiv.org/abs/1511.07122).

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", BAM) puts the block of an earlier lesson first.
my_net(BAM)

# %% [markdown]
# This is where you are in the course, and what you have solved on this page:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
