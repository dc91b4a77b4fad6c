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
# # 06a · Pyramid Split Attention
#
# *Four windows of different sizes look at the same features.
# A mixing desk decides how much of each to take.*
#
# **After this lesson you will be able to**
#
# - say what a kernel's size and groups cost, before you run it;
# - build EPSANet's block: a pyramid of convolutions, and a softmax that chooses between its scales;
# - use a parameter count to choose between interpretations of a paper;
# - catch two mistakes that the output's shape hides;
# - use an experiment to separate what a module's parts do.
#
# **Why it matters.** Networks have put kernels of several sizes side by side since [GoogLeNet](https://arxiv.org/abs/1409.4842).
# A softmax that chooses between branches is also the idea of [SKNet](https://arxiv.org/abs/1903.06586) and [ResNeSt](https://arxiv.org/abs/2004.08955), and the library timm ships both.
#
# **You need** lesson 01 (squeeze, gate), and a convolution's window from lesson 04.
# **Difficulty** 3 of 5.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Which-stripes-are-meant?), [the idea](#2.-The-idea) | 15 |
# | [exercise 1, `SEWeight`](#3.-Exercise-1:-SEWeight) (2 points) | 12 |
# | [predict, then run: what do groups cost?](#4.-What-four-windows-cost) | 18 |
# | [exercise 2, `SplitAndConcat`](#5.-Exercise-2:-SplitAndConcat) (3 points) | 20 |
# | [exercise 3, `PyramidSplitAttention`](#6.-Exercise-3:-PyramidSplitAttention) (3 points); faders, the authors' order | 35 |
# | [exercise 4, `EPSABlock`](#7.-Exercise-4:-EPSABlock) (2 points); the network's parameter count | 35 |
# | [the bug museum](#8.-The-bug-museum) | 25 |
# | [the experiment](#9.-The-experiment:-what-chooses-between-the-scales?) | 25 |
# | [paper against code](#10.-Paper-against-code), [questions](#11.-A-challenge,-and-questions-to-think-about) | 15 |

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.cost import cost
from attention_lab.pictures import predict_then_run, score_bars, show, show_images
from attention_lab.tasks.striped_cloths import (
    DIRECTIONS,
    striped_cloths,
    with_dots,
    with_other_dots,
)
from attention_lab.pictures.sliders import desks_in_words, mixing_desks
from attention_lab.networks.threads import one_thread
from attention_lab.pictures.touch import slide
from attention_lab.networks.training import compare, train

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. Which stripes are meant?
#
# Each cloth is woven from **fine** stripes, which repeat every 3 pixels, and **coarse** ones, which repeat every 12.
# Each kind runs in one of three directions.
# The dot on the left says whose direction to name: a red dot asks for the fine stripes, a blue dot for the coarse ones.
#
# ![Fine stripes, which are rising, plus coarse stripes, which are falling, make a cloth with both; to its left is a red dot, which asks for the fine stripes. A window of 3 x 3 pixels holds a whole fine stripe, but only a small part of a coarse one. Below, samples of the three directions: upright, rising, falling.](figures/cloth.svg)
#
# Now you.
# In which direction do the fine stripes run in pictures 1 to 3, and the coarse ones in pictures 4 to 6?
# (For the coarse ones, half close your eyes: they change slowly from dark to light.)

# %%
pictures, answers, asked = striped_cloths(6, seed=1456)
order = asked.argsort(stable=True)  # red dots first
show(show_images((pictures[order] + 0.5).clamp(0, 1), list("123456"), columns=3),
     "Six cloths, three with a red dot and three with a blue one.")

# %%
print([DIRECTIONS[answer] for answer in answers[order]])

# %% [markdown]
# A 3 x 3 window holds a whole fine stripe, but only a quarter of a coarse one.
# Fine stripes and noise lie on top, so the window shows little of the coarse direction.
#
# And seeing both kinds is not enough.
# How often is a network right if it ignores *the dot* and always names the fine stripes?
# Work it out before you unfold the answer.
#
# <details><summary>The answer</summary>
#
# Half of the pictures ask for the fine stripes, and there it is right.
# In the other half it is right by luck, one time in three: 1/2 + 1/2 · 1/3 = **67 %**.
# </details>
#
# To do better, a network must see **both scales**, and **choose for each picture**.

# %% [markdown]
# ## 2. The idea
#
# Zhang, Zu, Lu, Zou and Meng (2021) let four convolutions, with kernels of 3, 5, 7 and 9, look at the same features.
# Each of them is a **scale**.
# For each channel, a softmax says how much of each scale to take: the scales compete.
#
# ![Pyramid split attention: x (B, C, H, W) goes into four convolutions, 3 x 3 to 9 x 9, each of which gives a scale (B, C', H', W'). One se, called four times, makes weights (B, C', 1, 1) from each scale. A softmax over the scales turns them into shares, which multiply the scales. Concatenated, they are the output (B, 4 C', H', W').](figures/psa_block.svg)
#
# The input x has C channels, the output has `channels` of them; H' and W' are H and W divided by the stride, rounded up.
# Each of the S scales makes C' = `channels` // S output channels, so S must divide `channels`.

# %% [markdown]
# | in the paper | in words | here |
# |---|---|---|
# | $F_i = \mathrm{Conv}_{k_i, G_i}(X)$ | the features of scale i, with kernel size $k_i$ and $G_i$ groups | `SplitAndConcat`, (B, S, C', H', W') |
# | $Z_i = \mathrm{SEWeight}(F_i)$ | one number between 0 and 1 per channel of a scale | `SEWeight`, (B, C', 1, 1) |
# | $a_i = e^{Z_i} / \sum_j e^{Z_j}$ | the share of scale i | a softmax over the S scales |
# | $Y = \mathrm{Cat}_i\,(a_i \odot F_i)$ | every scale times its share, one after the other | `PyramidSplitAttention`, (B, S · C', H', W') |

# %% [markdown]
# ## 3. Exercise 1: `SEWeight`
#
# This is lesson 01's squeeze and excitation, with three differences.
# Its layers are **1 x 1 convolutions** (`nn.Conv2d`), which take (B, C', 1, 1) as it is.
# They have a **bias**.
# And the weights are *returned*, not multiplied by x: the softmax needs them first.
#
# Its x is one scale, (B, C', H, W); here the argument `channels` means C'.
# Take the mean of each channel over H and W, (B, C', 1, 1).
# Then `fc1` to C' // r channels (r is `reduction`), ReLU, `fc2` back to C', and a sigmoid.
# Return (B, C', 1, 1).
#
# Worked example with C' = 2 and r = 2: the means are (3, 1).
# `fc1` has weights (1, -1) and bias 0, so the hidden number is 2.
# `fc2` has weights (1, -1) and biases (0, 2), which gives (2, 0).
# The sigmoid turns that into (0.88, 0.5).
#
# If C' // r is 0, `__init__` raises a `ValueError` that names both numbers, C' and r.

# %% exercise
class SEWeight(nn.Module):
    """Channel weights between 0 and 1, returned, not applied: (B, C', H, W) -> (B, C', 1, 1).

    C' is channels. fc1: nn.Conv2d, 1 x 1, to channels // reduction; fc2: the same, back to
    channels. Both have a bias. Mean over H and W, fc1, ReLU, fc2, sigmoid.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.fc1 = nn.Conv2d(channels, inner, 1)
        self.fc2 = nn.Conv2d(inner, channels, 1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        means = x.mean(dim=(2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(means))))
        ### END SOLUTION


# %% points=2
check(SEWeight)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `x.mean(dim=..., keepdim=True)` leaves an axis of size 1 where it averages.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# At a single position, a 1 x 1 convolution is a linear layer.
# `nn.Conv2d(8, 2, 1)` takes 8 channels and returns 2.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: the hidden number, the `ValueError`, two layers.
# `forward`: the means, then four nested calls.
# </details>

# %% [markdown]
# ## 4. What four windows cost
#
# ![Four times the same 11 x 11 map. A kernel of 3 sees 9 positions around the centre, one of 5 sees 25, one of 7 sees 49, one of 9 sees 81. Padding of 1, 2, 3 and 4 keeps the size of the map.](figures/receptive_fields.svg)
#
# Lesson 04's dilated kernels reach far with few numbers, but have holes.
# These windows have no holes: three times the side costs nine times as many numbers.
# EPSANet, the paper's network, saves numbers with **groups**.
#
# A convolution has one k x k kernel for each pair of an input and an output channel.
# With G groups, input and output channels are split into G packs each, in order, and an output reads only the inputs of its own pack.
#
# ![Three tables of 8 input channels by 4 output channels, each filled cell one k x k kernel. One group: all 32. Two groups: each output reads 4 inputs, 16 kernels. Four groups: each reads 2, 8 kernels.](figures/groups.svg)
#
# So `nn.Conv2d(inputs, outputs, k, groups=G)` has (inputs / G) · outputs · k² numbers.
# G must divide both.
#
# ### Predict, then run: what do groups cost?
#
# EPSANet's first blocks have 64 channels: each scale reads 64 and returns 16.
# The larger the kernel, the more groups: 1, 4, 8, 16.
# Which of the four convolutions has the most parameters?
# Work out all four, replace each `None`, then run.

# %%
predicted = {"3 x 3, 1 group": None, "5 x 5, 4 groups": None,
             "7 x 7, 8 groups": None, "9 x 9, 16 groups": None}


def count(module):
    return sum(p.numel() for p in module.parameters())


convs = [nn.Conv2d(64, 16, k, groups=g, bias=False)
         for k, g in zip((3, 5, 7, 9), (1, 4, 8, 16))]
measured = dict(zip(predicted, map(count, convs)))
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>By hand</summary>
#
# 64 · 16 · 9 = 9,216; 16 · 16 · 25 = 6,400; 8 · 16 · 49 = 6,272; 4 · 16 · 81 = 5,184.
# The *smallest* kernel has the most.
# Together they have 27,072, fewer than the 36,864 of the plain 3 x 3 convolution from 64 to 64 channels that they replace.
# Without groups there would be 167,936.
# </details>
#
# Parameters are one cost, multiply-adds another, and time a third.
# Here are all three for the same convolutions, with and without groups; the time is that of a forward pass.
# *Before you run it: is the 9 x 9 convolution faster with its 16 groups, or without?*

# %% tags=["experiment"]
x = torch.randn(8, 64, 28, 28)
for k, groups in zip((3, 5, 7, 9), (1, 4, 8, 16)):
    for g in sorted({1, groups}):
        with one_thread():
            of_it = cost(nn.Conv2d(64, 16, k, padding=k // 2, groups=g, bias=False), x)
        print(f"{k} x {k}, groups {g:2d}: {of_it.parameters:6,} parameters,",
              f"{of_it.multiply_adds / 1e6:5.0f} million multiply-adds,",
              f"{1000 * of_it.latency:5.1f} ms")

# %% [markdown]
# <details><summary>What we found</summary>
#
# On one thread of our CPU, the 9 x 9 convolution with 16 groups did a sixteenth of the multiply-adds, but took 3 to 4 times as long.
# Groups save parameters and arithmetic; whether they save time depends on how well the program for them is written.
# Slow groups are [an old complaint](https://github.com/pytorch/pytorch/issues/10229).
# A GPU may behave differently; measure yours.
# </details>

# %% [markdown]
# ## 5. Exercise 2: `SplitAndConcat`
#
# Put S convolutions side by side, in an `nn.ModuleList` called `convs`.
# The i-th has kernel size `kernel_sizes[i]`, padding `kernel_sizes[i] // 2`, `groups[i]` groups, the stride, and **no bias**.
# Each reads **all** `in_channels` of x and returns C' = `channels` // S channels.
#
# S is the number of kernel sizes; it is not always four.
# All kernel sizes are odd, so with stride 1 this padding keeps H and W.
# Stack the outputs on a new axis after the batch: (B, S, C', H', W').
# (We stack; "Concat" is the authors' word.)
#
# Worked example: x of shape (1, 2, 5, 5), all ones; `kernel_sizes=(3, 5)`, `groups=(1, 2)`, `channels=4`, and every weight is 1.
# The output has shape (1, 2, 2, 5, 5).
# At the centre, scale 0 has 9 positions · 2 channels = 18.
# Scale 1 has 25 · 1 = 25 there, since with two groups each output reads one channel.
# In a corner, scale 0 has 4 · 2 = 8.

# %% exercise
class SplitAndConcat(nn.Module):
    """Convolutions of several sizes, each over all of x: (B, C, H, W) -> (B, S, C', H', W').

    C is in_channels, C' is channels // S. convs: nn.ModuleList of S nn.Conv2d without bias,
    from C to C' channels; the i-th has kernel_sizes[i], padding kernel_sizes[i] // 2,
    groups[i] and the stride.
    """

    def __init__(self, in_channels: int, channels: int, kernel_sizes=(3, 5, 7, 9),
                 groups=(1, 4, 8, 16), stride: int = 1) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        each = channels // len(kernel_sizes)
        self.convs = nn.ModuleList()
        for k, g in zip(kernel_sizes, groups):
            conv = nn.Conv2d(in_channels, each, k, stride, k // 2, groups=g, bias=False)
            self.convs.append(conv)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return torch.stack([conv(x) for conv in self.convs], dim=1)
        ### END SOLUTION


# %% points=3
check(SplitAndConcat)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.stack` puts tensors of the same shape on a new axis; `torch.cat` joins them along an axis that they already have.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `zip(kernel_sizes, groups)` gives the pairs.
# You fill an `nn.ModuleList` like a list, with `append` or from a generator, and torch finds the layers in it.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: the number of channels per scale; a loop that appends one convolution per pair.
# `forward`: one line, the list of all convolutions' outputs, stacked.
# </details>

# %% [markdown]
# ## 6. Exercise 3: `PyramidSplitAttention`
#
# `split` is a `SplitAndConcat`.
# `se` is **one** `SEWeight` for C' channels, which reads every scale in turn.
# Its S answers for a channel go through a **softmax over the scales**, and each scale is multiplied by its shares.
# The output is (B, S · C', H', W'): all C' channels of the first scale, then those of the second, and so on.
#
# ![A mixing desk. For each of three channels there are four faders, one per scale, which add up to 1. Channel 0: 0.37, 0.27, 0.20, 0.16 from the weights 0.9, 0.6, 0.3, 0.1. Channel 1: 0.18, 0.20, 0.28, 0.34. Channel 2: four times 0.25.](figures/mixing_desk.svg)
#
# A softmax is a mixing desk whose faders (sliders) always add up to 1: if you push one up, the others go down.
# Every channel has a desk of its own.
#
# Worked example, channel 0 of the drawing: the weights are 0.9, 0.6, 0.3, 0.1.
# Their exponentials are 2.46, 1.82, 1.35, 1.11, together 6.74, so the shares are 0.37, 0.27, 0.20, 0.16.
#
# Your `SEWeight` already raises the `ValueError` for C' // reduction = 0.

# %% exercise
class PyramidSplitAttention(nn.Module):
    """Every scale times its shares, side by side: (B, C, H, W) -> (B, S * C', H', W').

    C is in_channels, C' is channels // S.
    split: SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride), with S scales;
    se: one SEWeight(channels // S, reduction) for all of them. The shares of a channel are the
    softmax, over the scales, of what se returns. The output has the scales in their order.
    """

    def __init__(self, in_channels: int, channels: int, kernel_sizes=(3, 5, 7, 9),
                 groups=(1, 4, 8, 16), stride: int = 1, reduction: int = 16) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        scales = self.split(x)
        weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
        return (scales * weights.softmax(dim=1)).flatten(1, 2)
        ### END SOLUTION


# %% points=3
check(PyramidSplitAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write down the shape after every step.
# Where is the axis of size S, and which `dim` is it?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `scales[:, i]` is scale i, (B, C', H', W'), and so is the i-th element of `scales.unbind(dim=1)`.
# Put the S answers of `se` on a new axis in the same place: (B, S, C', 1, 1) broadcasts against (B, S, C', H', W').
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: two attributes.
# `forward`: the scales; their weights, stacked; a softmax; the product, with axes 1 and 2 merged by `flatten(1, 2)`.
# </details>

# %% [markdown]
# ### Predict, then run: how far can a fader go?
#
# The softmax does not see arbitrary numbers, but the output of a sigmoid, between 0 and 1.
# With four scales, what are the largest and the smallest share that one scale can get?

# %%
predicted = {"the largest share": None, "the smallest share": None}

one_high, one_low = torch.tensor([1.0, 0, 0, 0]), torch.tensor([0.0, 1, 1, 1])
measured = {"the largest share": round(one_high.softmax(0)[0].item(), 2),
            "the smallest share": round(one_low.softmax(0)[0].item(), 2)}
predict_then_run(predicted, measured, unit="share of one scale")

# %% [markdown]
# <details><summary>Why these two</summary>
#
# e / (e + 3) = 0.48 and 1 / (1 + 3e) = 0.11.
# No scale can be switched off, and none gets half: two shares differ by a factor of e = 2.7 at most.
# The paper speaks of *selecting* scales; the published module can only mildly prefer some.
# </details>
#
# ### The authors' order
#
# The authors' code puts every new scale *in front of* the earlier ones, so the channels of their largest kernel come first.
# For a network trained that way it makes no difference.
# But if you load their weights into your network, every shape fits, and the layers after your module get the wrong channels.
# Which numbers must be rearranged?
# Those that later layers hold for your module's *output* channels: the BatchNorm's, and the next convolution's along its input axis.

# %%
torch.manual_seed(0)
psa, behind = PyramidSplitAttention(16, 64), nn.Conv2d(64, 4, 1)  # our order
x = torch.randn(2, 16, 6, 6)


def in_reverse(t):
    """The four packs of 16 channels on axis 1, the last one first."""
    return t.unflatten(1, (4, 16)).flip(1).flatten(1, 2)


with torch.no_grad():
    ours = behind(psa(x))
    theirs = behind(in_reverse(psa(x)))
    rearranged = F.conv2d(in_reverse(psa(x)), in_reverse(behind.weight), behind.bias)
print("their order, the next layer as it is:   equal?", torch.allclose(ours, theirs, atol=1e-5))
same = torch.allclose(ours, rearranged, atol=1e-5)
print("their order, the next layer rearranged: equal?", same)

# %% [markdown]
# ## 7. Exercise 4: `EPSABlock`
#
# ResNet-50's blocks are **bottlenecks**: a 1 x 1 convolution to a few channels (`planes`, P), a 3 x 3 one, and a 1 x 1 one to 4P.
# A **shortcut** adds x.
# EPSANet replaces the 3 x 3 convolution with your module.
#
# ![The EPSA block: x goes through conv1, bn1 and ReLU to (B, P, H, W), through psa, bn2 and ReLU to (B, P, H', W'), through conv3 and bn3 to (B, 4P, H', W'). x, or downsample of x, is added; a ReLU follows.](figures/epsa_block.svg)
#
# - `conv1` (1 x 1, to P), `bn1`, ReLU;
# - `psa`, a `PyramidSplitAttention` from P to P with the **stride** (all else by default), `bn2`, ReLU;
# - `conv3` (1 x 1, to 4P), `bn3`; plus the shortcut; then ReLU.
#
# `conv1` and `conv3` have no bias.
# P is a multiple of 64, because 16 groups must divide the P / 4 channels of a scale.
# If the shapes differ, the caller passes `downsample`: add `downsample(x)`.
# If `downsample` is `None`, add x.
# Do not change x in place.
#
# Worked example: `bn3` gives -3, the shortcut 5: relu(-3 + 5) = 2, not relu(-3) + 5 = 5.

# %% exercise
class EPSABlock(nn.Module):
    """ResNet's bottleneck with pyramid split attention: (B, C, H, W) -> (B, 4P, H', W').

    C is in_channels; P is planes, a multiple of 64. conv1, bn1, ReLU: 1 x 1 to P; psa, bn2,
    ReLU: with this stride; conv3, bn3: 1 x 1 to 4P. The shortcut is downsample(x), or x if
    downsample is None; then ReLU.
    """

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        wide = self.expansion * planes
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)
        ### END SOLUTION


# %% points=2
check(EPSABlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# There are seven attributes: two convolutions, the module, three norms, and the `downsample` you were given.
# ReLUs have no parameters and need no attribute.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Each row of the list becomes one line of `forward`.
# `stride=stride` skips the arguments in between, which keep their defaults.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `forward`: three lines for the three rows, the third without a ReLU; one `if` for the shortcut; a `return` with one sum and one ReLU.
# </details>

# %% [markdown]
# ### The network's parameter count
#
# EPSANet-50 has 3, 4, 6 and 3 of your blocks, with 64, 128, 256 and 512 planes.
# Before them come a convolution (7 x 7, 3 to 64 channels) and a BatchNorm, after them a linear layer to 1000 classes.
# ResNet-50 has 25,557,032 parameters.
# *How many parameters does EPSANet-50 have?*
# Predict (in the form `30e6`), then run.
# (On the device `"meta"`, modules have shapes but no numbers, so they take no memory.)

# %%
predicted = {"EPSANet-50": None}


def blocks_of(numbers):
    """All blocks of a network, on the device meta."""
    inputs = 64
    with torch.device("meta"):
        for stage, number in enumerate(numbers):
            planes = 64 * 2**stage
            for i in range(number):
                fit = nn.Sequential(nn.Conv2d(inputs, 4 * planes, 1, bias=False),
                                    nn.BatchNorm2d(4 * planes)) if i == 0 else None
                yield EPSABlock(inputs, planes, downsample=fit)  # a stride has no parameters
                inputs = 4 * planes


rest = (3 * 64 * 49 + 2 * 64) + (2048 * 1000 + 1000)  # before the blocks, and after them
measured = {"EPSANet-50": rest + sum(map(count, blocks_of((3, 4, 6, 3))))}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>The number</summary>
#
# **22,561,715**, exactly what we count in the authors' own code; [their README](https://github.com/murufeng/EPSANet) rounds it to 22.56 M.
# That is 12 % *less* than ResNet-50.
# </details>
#
# ### One paper, four readings
#
# The paper's figure splits x into S parts, one for each convolution, and draws one SE module for each scale.
# A Chinese post of October 2021 describes the split as well.
# The authors' code has neither: every convolution reads all channels, and one SE serves all scales.
# First predict: which reading has the most parameters, which the fewest?

# %%
predicted = {"all channels, one SE": None, "all channels, four SEs": None,
             "a quarter each, one SE": None, "a quarter each, four SEs": None}

fifty = list(blocks_of((3, 4, 6, 3)))
one_se = rest + sum(map(count, fifty))
of_se, of_convs = (sum(count(part) for part in parts) for parts in
                   ([b.psa.se for b in fifty], [b.psa.split for b in fifty]))
more, fewer = 3 * of_se, 3 * of_convs // 4
counts = (one_se, one_se + more, one_se - fewer, one_se + more - fewer)
measured = dict(zip(predicted, counts))
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>The numbers</summary>
#
# In order: 22.56, 22.59, 16.33 and 16.36 million.
# Only the first is the number in the authors' README; the last is what the figure draws.
# </details>
#
# A parameter count is a fingerprint: three lines of code separate readings that a drawing leaves open.

# %% [markdown]
# ## 8. The bug museum
#
# Lesson 04's collection of attention modules had EPSANet's module in 2021.
# Below are its convolutions, without the attention that follows them.
# Two things are wrong, and neither shows in the shape of the output.
#
# ### Exhibit A: how many parameters?
#
# `Found(64)` makes four convolutions from 16 to 16 channels, with bias: 16 · 16 · (9 + 25 + 49 + 81) + 4 · 16 = 42,048 numbers.
# Predict: how many of them does `count(Found(64))` find?

# %%
class Found(nn.Module):
    def __init__(self, channels, scales=4):
        super().__init__()
        each = channels // scales
        self.convs = []
        for i in range(scales):
            self.convs.append(nn.Conv2d(each, each, 2 * i + 3, padding=i + 1))

    def forward(self, x):
        parts = x.view(len(x), len(self.convs), -1, *x.shape[2:])
        for i, conv in enumerate(self.convs):
            parts[:, i] = conv(parts[:, i])
        return parts.view_as(x)


found = Found(64)
print("parameters in its convolutions:", f"{sum(map(count, found.convs)):,}")
print("parameters that torch sees:    ", count(found))
print("entries of its state_dict:     ", len(found.state_dict()))

# %% [markdown]
# <details><summary>What this does to training</summary>
#
# The optimiser gets `module.parameters()`, so these convolutions stay as random as they started.
# `.to("cuda")` leaves them on the CPU, and a saved file does not contain them.
# And in a network with other parameters, no error warns you.
# </details>
#
# ### Exhibit B: one line of `forward`
#
# `view` gives a new shape to the *same* memory.
# So what does `parts[:, i] = ...` write into?
# Predict: is x the same after the call?

# %%
x = torch.ones(1, 64, 8, 8)
before = x.clone()
with torch.no_grad():
    output = Found(64)(x)
print("is x still what it was?              ", torch.equal(x, before))
print("are x and the output the same memory?", x.data_ptr() == output.data_ptr())
print("is a shortcut, x + f(x), now 2 f(x)? ", torch.equal(x + output, 2 * output))

# %% [markdown]
# <details><summary>What this does to a network</summary>
#
# The block overwrites its input with its output, and a shortcut around it adds f(x) to f(x).
# In training, autograd notices, with a message about an operation *in place*.
# </details>
#
# **Repair both**: change the class in exhibit A, run it, then the cell below, until that says yes four times.
# Each convolution should still read its own part.

# %%
def inspected(kind):
    """Is every parameter counted, does each read its part, is x left alone, does it train?"""
    module, x = kind(64), torch.ones(1, 64, 8, 8)
    other = x.clone()
    other[:, 16:32] = 2  # the second part
    with torch.no_grad():
        differs = (module(x) != module(other)).flatten(2).any(dim=2)
    alone = torch.equal(x, torch.ones(1, 64, 8, 8))
    own = differs.view(4, 16).all(dim=1).tolist() == [False, True, False, False]
    own &= differs.sum().item() == 16
    try:
        module(nn.Conv2d(3, 64, 1)(torch.ones(1, 3, 8, 8))).sum().backward()
        trains = "yes"
    except RuntimeError as error:
        trains = f"no\n    {str(error).split(':')[0]}"
    print("every parameter counted?", "yes" if count(module) == 42_048 else "no")
    print("each reads its own part?", "yes" if own else "no")
    print("input left alone?       ", "yes" if alone else "no")
    print("does it train?          ", trains)


inspected(Found)

# %% [markdown]
# <details><summary>A repair</summary>
#
# Use an `nn.ModuleList` instead of the list.
# Do not write into x: convolve each part of `x.chunk(len(self.convs), dim=1)`, collect the outputs in a list, and concatenate them.
# </details>
#
# <details><summary>Where it was seen</summary>
#
# [External-Attention-pytorch, issue 14](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/14) of July 2021 replaces the plain lists with an `nn.ModuleList`.
# [The version that we read](https://github.com/xmu-xiaoma666/External-Attention-pytorch/blob/7f83d989b2a280787bb62450d7c5db7c1c2e9306/model/attention/PSA.py) still writes into the view.
# </details>

# %% [markdown]
# ## 9. The experiment: what chooses between the scales?
#
# Back to the cloth.
# A small network names the direction.
# It has a 1 x 1 convolution, your module with 16 channels and no groups (see section 4), the mean over all positions, and a linear layer.
# Only your module looks at neighbouring pixels.
#
# | arm | what it is |
# |---|---|
# | small kernels | the softmax over four scales that are all 3 x 3: do sizes matter? |
# | equal shares | kernels 3, 5, 7, 9, each with share 1/4: does choosing matter? |
# | softmax | your `PyramidSplitAttention` |
# | sigmoids | each scale times its `SEWeight` output, without competition |
#
# To see whether the dot is used, we show the trained networks each cloth with *another picture's dot*.
# A network that uses the dot now follows a wrong dot half of the time, and falls to section 1's 67 %.
#
# Each arm is trained three times, for 250 steps of Adam with a one-cycle learning rate: 40 to 130 s in all.
# *Before you run it: which arms stay near 67 %, and which is ahead, softmax or sigmoids?*

# %% tags=["experiment"]
KERNELS, CHANNELS = (3, 5, 7, 9), 16


class EqualShares(PyramidSplitAttention):
    """The scales side by side, a quarter of each."""

    def forward(self, x):
        return torch.cat(self.split(x).unbind(1), dim=1) / 4


class Sigmoids(PyramidSplitAttention):
    """An SE gate for each scale by itself."""

    def forward(self, x):
        return torch.cat([part * self.se(part) for part in self.split(x).unbind(1)], dim=1)


def network(kind, kernels):
    """Answers for pictures: (B, 3, H, W) -> (B, 3)."""
    return nn.Sequential(
        nn.Conv2d(3, CHANNELS, 1, bias=False), nn.BatchNorm2d(CHANNELS), nn.ReLU(),
        kind(CHANNELS, CHANNELS, kernels, groups=(1, 1, 1, 1), reduction=1),
        nn.BatchNorm2d(CHANNELS), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(CHANNELS, 3))


# %% tags=["experiment"]
arms = {
    "small kernels": (PyramidSplitAttention, (3, 3, 3, 3)),
    "equal shares": (EqualShares, KERNELS),
    "softmax": (PyramidSplitAttention, KERNELS),
    "sigmoids": (Sigmoids, KERNELS),
}
seen, truth, _ = striped_cloths(2000, seed=0)
unseen, answers, asked = striped_cloths(1000, seed=1)
trained = {}


def run(arm, seed):
    model = train(network(*arms[arm]), seen, truth, loss=F.cross_entropy,
                  epochs=2, batch_size=16, peak_rate=0.02, seed=seed)
    trained[arm, seed] = model.state_dict()
    with torch.no_grad():
        right = 100 * (model(unseen).argmax(1) == answers).float()
        fooled = 100 * (model(with_other_dots(unseen)).argmax(1) == answers).float()
    return {"right (%)": right.mean(), "fine (%)": right[asked == 0].mean(),
            "coarse (%)": right[asked == 1].mean(), "another's dot (%)": fooled.mean()}


# %% tags=["experiment"]
results = compare(arms, seeds=range(3), run=run)
results

# %% tags=["experiment"]
sizes = {arm: count(network(*made)) for arm, made in arms.items()}
for arm, control in (("softmax", "small kernels"), ("softmax", "equal shares"),
                     ("softmax", "sigmoids"), ("sigmoids", "softmax")):
    # more than luck (two standard errors), and enough to matter (5 points)
    gap = results.mean(arm) - results.mean(control)
    clear = "clearly" if results.lead(arm, control) > 2 and gap > 5 else "not clearly"
    print(f"'{arm}' is {clear} ahead of '{control}'")
for arm in arms:
    fooled = results.mean(arm, "another's dot (%)")
    print(f"{arm:13s} with another picture's dot: {fooled - 200 / 3:+.1f} points from 67 %")
show(score_bars(results, "right answers on new pictures (%)", parameters=sizes,
                baselines={"one kind of stripes, always": 200 / 3}, highlight="softmax"),
     "A bar for each arm with its mean score, a dot for each run, and a line at 67 %.")

# %% [markdown]
# **Read it.** *Small kernels* name the fine stripes, but do little better than guess at the coarse ones.
# *Equal shares* have every kernel size and all the parameters, and see both kinds; but they cannot choose.
# The arms with the pyramid *and* a gate are ahead, and another picture's dot takes their lead away: it is the dot that they follow.
# So both parts help: large kernels to see with, and a gate to choose with.
#
# **Is it only a matter of time?** We also trained every arm for five times as many steps, three times each.
# Softmax and sigmoids had 100 % in every run.
# The controls stayed close to 67 %: small kernels had 67 to 72, equal shares 67 to 70.
# At a third of the learning rate we saw the same.
# (At three times the rate no arm got beyond 72 %, gate or not: that is too fast for this task.)
# (All runs: `solutions/pyramid_split/experiment.md`.)

# %% [markdown]
# **In fairness:** competition between the scales sounds right, but this task does not need it.
# In the short training softmax even lags behind: after 250 steps, eight runs of it had 81 to 100 %, eight of sigmoids 94 to 100.
#
# **Four sizes, or only large ones?** Kernels of one size can do it too.
# With five times the steps and a third of the rate, four 5 x 5 kernels had 100 %, and so had four 9 x 9.
# At the page's rate, they had 68 to 100 %.
# The mix of sizes depended less on the rate, and it has half the parameters of four 9 x 9 kernels.
#
# And the task is made for this module: no other layer looks at neighbouring pixels.
# We did not measure what the pyramid does on photographs.
#
# How does the softmax choose?
# Divide the module's output by the output of its convolutions, and you have its shares.

# %% tags=["experiment"]
def shares(model, pictures):
    """The share of each scale, for each picture and channel: (B, 4, 4)."""
    block = model[3]
    with torch.no_grad():
        features = model[:3](pictures)
        scales = block.split(features)
        weighted = block(features).view_as(scales)
        return (weighted * scales).sum((3, 4)) / scales.square().sum((3, 4))


# %% [markdown]
# Equal shares would be 0.25 each, and the limits are 0.11 and 0.48.
#
# **Touch it.** Turn the dot from red to blue, through colours that the network has never seen.
# Which faders move, and when does the answer change?

# %% tags=["experiment"]
best = max(range(3), key=lambda seed: results.runs["softmax", seed]["right (%)"])
model = network(*arms["softmax"]).eval()
model.load_state_dict(trained["softmax", best])
blues = {f"{100 * b:.0f} %": b for b in (0, 0.2, 0.4, 0.5, 0.6, 0.8, 1)}
faders = {b: shares(model, with_dots(unseen, b)).mean(0) for b in blues.values()}


def says(blue):
    with torch.no_grad():
        right = model(with_dots(unseen, blue)).argmax(1) == answers
    told = desks_in_words(right, asked, faders[blue], KERNELS)
    return f"The best of three runs, dots {100 * blue:.0f} % blue: {told}"


slide({"blue in the dot": blues},
      lambda blue: mixing_desks(with_dots(unseen[:1], blue)[0], faders[blue], KERNELS),
      says, start=["50 %"])

# %% [markdown]
# <details><summary>What we think</summary>
#
# In our run two channels move from 7 x 7 to 5 x 5 and 9 x 9, the others towards 7 x 7: not from small kernels to large ones.
# Between 40 and 60 % blue, the answer changes.
# </details>

# %% [markdown]
# ## 10. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | input of each convolution | a part of x, in the figure | all of x | all of x |
# | SE module | one for each scale, in the figure | one for all scales | one for all scales |
# | softmax | over the scales | over the scales, on sigmoids' outputs | the same |
# | order of the output | | the largest kernel first | the order of `kernel_sizes` |
# | kernels (groups) | 3, 5, 7, 9 | 3 (1), 5 (4), 7 (8), 9 (16) | the same by default |
# | EPSANet-50 | | 22,561,715 (22.56 M) | 22,561,715 |
#
# In their abstract, the authors report 1.93 points more top-1 accuracy on ImageNet than SENet-50.
# We did not check that number.

# %% [markdown]
# ## 11. A challenge, and questions to think about
#
# **A challenge (not graded).** Reach 95 % in each of three runs, in the same 250 steps, with as few parameters as you can.
# The number to beat is 5,535 parameters for the whole network: two kernels, 5 and 7, with sigmoids and 12 channels.
# It needs the imports, your exercises, `count` (section 4) and section 9's first two cells, but not the training.

# %% tags=["experiment"]
from attention_lab.notebook.challenge import challenge

mine = None  # a function that makes your network: (B, 3, 12, 20) -> (B, 3)


def run_mine(arm, seed):
    model = train(mine(), seen, truth, loss=F.cross_entropy,
                  epochs=2, batch_size=16, peak_rate=0.02, seed=seed)
    with torch.no_grad():
        return 100 * (model(unseen).argmax(1) != answers).float().mean().item()


wrong = max(compare(["mine"], range(3), run_mine).scores("mine")) if mine else None
challenge("parameters of the network", count(mine()) if mine else None, 5535, fewer=True,
          at_most={"wrong answers in the worst of three runs, in %": (wrong, 5)})

# %% [markdown]
# 1. Put a softmax over *channels* in place of SE's sigmoid.
#    Why is that a mistake, and a softmax over *scales* not?
# 2. How could you give the softmax a wider range than 0.11 to 0.48, without a new parameter?
#    What would you expect in the experiment?
# 3. BAM's dilated kernel of 3 with d = 4 has the same span as a kernel of 9.
#    Compare their parameters, and what each of them misses.

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. Channels are not alternatives: several may matter, or none.
#    Scales are views of one thing, and one of them may be enough.
#    And with equal shares, each of 4 scales keeps 1/4, but each of 512 channels only 1/512.
# 2. Multiply the sigmoids' outputs by a number before the softmax, or leave out the sigmoid.
#    After the page's 250 steps, eight of eight runs without the sigmoid had 100 %, and seven of eight with a factor of 4 (the last had 70).
#    So it seems to be the narrow range that slows the softmax down, and not the competition.
# 3. 9 numbers against 81.
#    The dilated kernel misses what lies between its nine weights: a stripe that repeats every 4 pixels looks constant to it.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, which takes up the blocks of every lesson. It has two places for them:
# my_net("SE", PyramidSplitAttention) has an earlier one first.
my_net(PyramidSplitAttention)

# %% [markdown]
# ## 12. References
#
# - H. Zhang, K. Zu, J. Lu, Y. Zou, D. Meng: *EPSANet: An Efficient Pyramid Squeeze Attention Block on Convolutional Neural Network*.
#   ACCV 2022, [arXiv:2105.14447](https://arxiv.org/abs/2105.14447).
#   Authors' code: [murufeng/EPSANet](https://github.com/murufeng/EPSANet).
# - X. Li, W. Wang, X. Hu, J. Yang: *Selective Kernel Networks*, CVPR 2019, [arXiv:1903.06586](https://arxiv.org/abs/1903.06586).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
