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
# *Four windows of different sizes look at the same features, and a mixing desk decides how much of each to take.*
#
# ![Three cloths, each woven of fine and coarse stripes. The first has a red dot, which asks for the direction of the fine stripes; the other two have a blue dot, which asks for the coarse ones. Below them, samples of the three directions: upright, rising, falling.](figures/question.svg)
#
# A red dot asks for the direction of the **fine** stripes, a blue dot for that of the **coarse** ones.
# A small window holds a whole fine stripe and only a part of a coarse one, and a large window is expensive: with kernels of 9 x 9 instead of 3 x 3, ResNet-50's 26 million parameters would become 116 million.
# So networks have put kernels of several sizes side by side since [GoogLeNet](https://arxiv.org/abs/1409.4842) in 2014.
#
# **Needs** lesson 01 (squeeze, gate) and lesson 04 (a convolution's window) · 1 h 55 min · 7 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - say what a kernel's size and groups cost, before you run any code;
# - build EPSANet's block: a pyramid of convolutions, and a softmax that chooses between its scales;
# - arrive at the number of parameters of the authors' network;
# - catch a mistake that shapes, sums and scores all hide;
# - use an experiment to find out what each part of a module contributes.
#
# | part | minutes |
# |---|---|
# | [the question](#1.-Which-stripes-are-meant?), [what four windows cost](#2.-What-four-windows-cost) | 15 |
# | [the idea](#3.-The-idea) | 12 |
# | [exercise 1, `SplitAndConcat`](#4.-Exercise-1:-SplitAndConcat) (3 points) | 20 |
# | [exercise 2, `PyramidSplitAttention`](#5.-Exercise-2:-PyramidSplitAttention) (3 points); a mixing desk to touch | 28 |
# | [`EPSABlock`](#6.-EPSABlock), and a number from the paper | 9 |
# | [the bug museum](#7.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [the experiment](#8.-The-experiment:-what-chooses-between-the-scales?) and [what we now know](#9.-What-we-now-know) | 23 |
#
# </details>

# %%
from attention_lab.lessons.pyramid_split import *

begin("06a_pyramid_split")

# %% [markdown]
# ## 1. Which stripes are meant?
#
# Name the direction (upright, rising or falling) for each of these six cloths.
# Half close your eyes to see the coarse stripes, which change slowly from dark to light.

# %% tags=["nbval-ignore-output"]
cloths = striped_cloths(6, seed=4)
show(show_images(0.5 + 0.7 * cloths.pictures, ["1", "2", "3", "4", "5", "6"]),
     "Six cloths of fine and coarse stripes, each with a red or a blue dot at its left.")

# %% tags=["nbval-ignore-output"]
print([DIRECTIONS[answer] for answer in cloths.answers])

# %% [markdown]
# Fine stripes repeat every 3 pixels and coarse ones every 12, so a 3 x 3 window holds only a quarter of a coarse stripe, under fine stripes and noise.
#
# ![Fine stripes plus coarse stripes make a cloth with both, with a dot to its left. A window of 3 x 3 pixels holds a whole fine stripe, but only a small part of a coarse one; a window of 9 x 9 holds most of a coarse stripe.](figures/cloth.svg)
#
# But seeing both kinds is not enough.
# Half of the dots are red, and the three directions are equally common.
# How often is a network right if it ignores *the dot* and always names the direction of the fine stripes?
#
# <details><summary>By hand</summary>
#
# Half of the pictures ask for the fine stripes, and there the network is right.
# In the other half it is right by luck, one time in three: 1/2 + 1/2 · 1/3 = **67 %**.
# </details>
#
# To do better, a network must see **both scales**, and **choose for each picture**.

# %% [markdown]
# ## 2. What four windows cost
#
# Lesson 04's dilated kernels reach far with few weights, but they have holes.
# Without holes, a kernel three times as wide has nine times as many weights, and that is where **groups** help.
# A convolution has one k x k kernel for each pair of an input and an output channel; with G groups, an output channel reads only the input channels of its own group.
#
# ![Three tables of 8 input channels by 4 output channels, whose filled cells are k x k kernels. One group: all 32. Two groups: each output reads 4 inputs, 16 kernels. Four groups: each reads 2, 8 kernels.](figures/groups.svg)
#
# So `nn.Conv2d(inputs, outputs, k, groups=G)` has (inputs / G) · outputs · k² weights, and G must divide both numbers of channels.
#
# In EPSANet, the network of this lesson, four convolutions read 64 channels and return 16 each, and the larger the kernel, the more groups it has: 1, 4, 8 and 16.
# Which of the four has the most parameters?
# Replace each `None`, then run.

# %%
predicted = {"3 x 3": None, "5 x 5": None, "7 x 7": None, "9 x 9": None}

measured = {f"{k} x {k}": parameters(nn.Conv2d(64, 16, k, groups=g, bias=False))
            for k, g in ((3, 1), (5, 4), (7, 8), (9, 16))}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>By hand</summary>
#
# The 3 x 3 convolution has 64 · 16 · 9 = 9,216 parameters, and the 5 x 5 convolution has 16 · 16 · 25 = 6,400.
# The 7 x 7 convolution has 8 · 16 · 49 = 6,272, and the 9 x 9 convolution has 4 · 16 · 81 = 5,184.
# The *smallest* kernel has the most parameters.
# Together the four have 27,072, and they replace a plain 3 x 3 convolution from 64 to 64 channels, which has 36,864.
# </details>
#
# Four windows, and fewer parameters than one.
# Groups save arithmetic too, but not always time: on one thread of our CPU the 9 x 9 convolution took [3 to 7 times as long](lab_book.md#9.-What-groups-cost) with its 16 groups as without.

# %% [markdown]
# ## 3. The idea
#
# Zhang, Zu, Lu, Zou and Meng (2021) let four convolutions, with kernels of 3, 5, 7 and 9, look at the same features.
# The output of each convolution is a **scale**.
# For each channel, a softmax says how much of each scale to take, so the scales compete.
#
# ![Pyramid split attention: x (B, C, H, W) goes into four convolutions, 3 x 3 to 9 x 9, each of which gives a scale (B, C', H', W'). One se, called four times, makes weights (B, C', 1, 1) from each scale. A softmax over the scales turns them into shares, which multiply the scales. Concatenated, they are the output (B, 4 C', H', W').](figures/psa_block.svg)
#
# There are S scales, and each has C' = `channels` // S channels, so S must divide `channels`.
# H' and W' are H and W divided by the stride, rounded up.
#
# <details><summary>The paper's letters</summary>
#
# | in the paper | in words | here |
# |---|---|---|
# | $F_i = \mathrm{Conv}_{k_i, G_i}(X)$ | the features of scale i, with kernel size $k_i$ and $G_i$ groups | `SplitAndConcat`, (B, S, C', H', W') |
# | $Z_i = \mathrm{SEWeight}(F_i)$ | one number between 0 and 1 per channel of a scale | `SEWeight`, (B, C', 1, 1) |
# | $a_i = e^{Z_i} / \sum_j e^{Z_j}$ | the share of scale i | a softmax over the S scales |
# | $Y = \mathrm{Cat}_i\,(a_i \odot F_i)$ | every scale times its share, one after the other | `PyramidSplitAttention`, (B, S · C', H', W') |
# </details>

# %% [markdown]
# ### `SEWeight`
#
# Begin with the numbers that compete.
# `SEWeight` is lesson 01's squeeze and excitation, with three differences.
# Its layers are **1 x 1 convolutions** (`nn.Conv2d`), which accept the shape (B, C', 1, 1) as it is, and they have a **bias**.
# And the weights are *returned*, not multiplied by x, because the softmax has to read them first.
# Between which two numbers does each weight lie?

# %%
class SEWeight(nn.Module):
    """Channel weights, returned, not applied: (B, C', H, W) -> (B, C', 1, 1)."""

    def __init__(self, channels, reduction=16):
        super().__init__()
        if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel: channels={channels}, reduction={reduction}")
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x):
        mean = x.mean(dim=(2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))

# %% [markdown]
# Worked example: C' is 2, r is 2, and the means are (3, 1).
# `fc1` has weights (1, -1) and bias 0, so the hidden number is 2.
# `fc2` has weights (1, -1) and biases (0, 2), which gives (2, 0), and the sigmoid turns that into (0.88, 0.5): between 0 and 1, always.
# Remember it; the softmax will read these numbers, and no others.

# %% [markdown]
# ## 4. Exercise 1: `SplitAndConcat`
#
# ![Four times the same 11 x 11 map. A kernel of 3 sees 9 positions around the centre, one of 5 sees 25, one of 7 sees 49, one of 9 sees 81. Padding of 1, 2, 3 and 4 keeps the size of the map.](figures/receptive_fields.svg)
#
# Here is a worked example: x has shape (1, 2, 5, 5) and holds ones, and every weight is 1.
# With `kernel_sizes=(3, 5)`, `groups=(1, 2)` and `channels=4` the output has shape (1, 2, 2, 5, 5).
# At the centre, the value of scale 0 is 9 positions · 2 channels = 18.
# The value of scale 1 is 25 · 1 = 25, because with two groups each output reads one channel.
# In a corner, the value of scale 0 is 4 · 2 = 8.

# %% [markdown]
# *About 10 minutes.*
# Put S convolutions side by side, in an `nn.ModuleList` called `convs`.
# The i-th convolution has kernel size `kernel_sizes[i]`, padding `kernel_sizes[i] // 2`, `groups[i]` groups, the stride, and **no bias**.
# Each convolution reads **all** `in_channels` channels of x and returns C' = `channels` // S channels.
#
# S is the number of kernel sizes; it is not always four.
# All kernel sizes are odd, so with stride 1 this padding keeps H and W.
# Stack the outputs on a new axis after the batch: (B, S, C', H', W').
# (The authors' name for this step says "Concat", but we stack.)

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
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


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
# `__init__` computes the number of channels per scale, and a loop appends one convolution per pair.
# `forward` is one line: it makes the list of all convolutions' outputs and stacks them.
# </details>

# %% [markdown]
# What does each of your windows notice?
# Give every convolution weights by hand, so that it subtracts the mean of its window from the pixel in the middle, and show it cloth 5, whose fine stripes are upright and whose coarse ones fall.
# In which of the four scales will the coarse stripes survive?

# %% tags=["nbval-ignore-output"]
split = SplitAndConcat(1, 4, groups=(1, 1, 1, 1))
with torch.no_grad():
    for conv in split.convs:
        k = conv.kernel_size[0]
        conv.weight.fill_(-1 / k ** 2)
        conv.weight[:, :, k // 2, k // 2] += 1
    cloth = cloths.pictures[4:5, 1:2]
    scales = torch.cat([cloth, split(cloth)[0]])
show(show_images(0.5 + 0.7 * scales, ["the cloth", "3 x 3", "5 x 5", "7 x 7", "9 x 9"]),
     "A cloth and what four windows leave of it. With 3 x 3, only the fine upright stripes.")

# %% [markdown]
# A window of 3 x 3 takes its piece of a coarse stripe for a plain grey, and only the fine stripes are left.
# The wider the window, the more of the coarse ones comes back.

# %% [markdown]
# ## 5. Exercise 2: `PyramidSplitAttention`
#
# ![A mixing desk. For each of three channels there are four faders, one per scale, which add up to 1. Channel 0: 0.37, 0.27, 0.20, 0.16 from the weights 0.9, 0.6, 0.3, 0.1. Channel 1: 0.18, 0.20, 0.28, 0.34. Channel 2: four times 0.25.](figures/mixing_desk.svg)
#
# A softmax is a mixing desk whose faders (sliders) always add up to 1: if you push one up, the others go down.
# Every channel has a desk of its own.
#
# Worked example, channel 0 of the drawing: the weights are 0.9, 0.6, 0.3, 0.1.
# Their exponentials are 2.46, 1.82, 1.35, 1.11, which add up to 6.74.
# So the shares are 0.37, 0.27, 0.20, 0.16.
#
# The softmax can run along the wrong axis, and the shapes will not show it.
# The next cell runs it along the wrong axis first.
# What do the four shares of a channel then add up to?

# %%
weights = torch.tensor([[0.9, 0.6, 0.3, 0.1], [0.2, 0.3, 0.6, 0.8], [0.5] * 4])
for dim, axis in enumerate(("channels", "scales")):  # a row for each channel
    desk = weights.softmax(dim)[0]
    print(f"over the {axis}: channel 0 has {desk.numpy().round(2)}, together {desk.sum():.2f}")

# %% [markdown]
# *About 12 minutes.*
# `split` is a `SplitAndConcat`.
# `se` is **one** `SEWeight` for C' channels, which reads every scale in turn.
# For each channel, the S answers of `se` go through a **softmax over the scales**, and each scale is multiplied by its shares.
# The output is (B, S · C', H', W'): all C' channels of the first scale, then those of the second, and so on.
#
# Your `SEWeight` already raises the `ValueError` if C' // reduction is 0.

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
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


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
# Put the S answers of `se` on a new axis, again at position 1: (B, S, C', 1, 1) broadcasts against (B, S, C', H', W').
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` sets two attributes.
# `forward` computes the scales, stacks their weights, takes a softmax, and returns the product.
# In the product, `flatten(1, 2)` merges axes 1 and 2.
# </details>

# %% [markdown]
# How far can a fader go?
# The inputs of the softmax are outputs of a sigmoid, so they lie between 0 and 1.
# With four scales, what are the largest and the smallest share that one scale can get?

# %%
predicted = {"the largest share": None, "the smallest share": None}

extremes = torch.tensor([[1.0, 0, 0, 0], [0, 1, 1, 1]]).softmax(dim=1)[:, 0]
predict_then_run(predicted, dict(zip(predicted, extremes.tolist())), unit="share of one scale")

# %% [markdown]
# **Touch it.** The slider sets the number that `se` computes for the 9 x 9 scale, *before* its sigmoid.
# The numbers of the other three scales are 0.
# Push the slider as far as it goes.
# Then let the softmax read the number itself, without the sigmoid.

# %% tags=["nbval-ignore-output"]
def shares(number, reads):
    """The shares of four scales; the first three have the number 0."""
    return torch.softmax(reads(torch.tensor([0.0, 0.0, 0.0, number])), 0)


slide({"number of 9 x 9": {str(n): float(n) for n in range(-8, 9)},
       "the softmax reads": {"the sigmoid's output": torch.sigmoid,
                             "the number itself": nn.Identity()}},
      lambda number, reads: mixing_desk(shares(number, reads), (3, 5, 7, 9)),
      lambda number, reads: desk_in_words(shares(number, reads), (3, 5, 7, 9)),
      start=["2", "the sigmoid's output"])

# %% [markdown]
# <details><summary>Why these limits</summary>
#
# The largest share is e / (e + 3) = 0.48, and the smallest is 1 / (1 + 3e) = 0.11.
# Two shares differ by a factor of e = 2.7 at most, so no scale can be switched off, and no scale gets half.
# The paper speaks of *selecting* scales; the published module can only mildly prefer some.
# </details>

# %% [markdown]
# ## 6. `EPSABlock`
#
# ResNet-50's blocks are **bottlenecks** of three convolutions: a 1 x 1 to only a few channels (`planes`, P), a 3 x 3, and a 1 x 1 to 4P channels, and a **shortcut** adds x to the result.
# EPSANet replaces the 3 x 3 convolution with your module.
#
# ![The EPSA block: x goes through conv1, bn1 and ReLU to (B, P, H, W), through psa, bn2 and ReLU to (B, P, H', W'), through conv3 and bn3 to (B, 4P, H', W'). x, or downsample of x, is added; a ReLU follows.](figures/epsa_block.svg)
#
# Look at how it ends.
# A ReLU follows `bn1` and `bn2`, so it is tempting to write one after `bn3` too, and to add the shortcut last.
# If `bn3` returns -3 where the shortcut is 5, that would give 0 + 5 = 5, and the right order gives 5 - 3 = 2: with the ReLU first, the block could never make a value smaller.

# %%
class EPSABlock(nn.Module):
    """ResNet's bottleneck with pyramid split attention: (B, C, H, W) -> (B, 4P, H', W')."""

    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, self.expansion * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * planes)
        self.downsample = downsample

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.psa(y)))
        y = self.bn3(self.conv3(y))
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(y + shortcut)

# %% [markdown]
# P is a multiple of 64, because 16 groups must divide the P / 4 channels of a scale.
# If x and the output of `bn3` have different shapes, the caller passes `downsample`.
#
# EPSANet-50 is ResNet-50 with these blocks around your module, so build it, on the device `"meta"`, where modules have shapes but no numbers.
# ResNet-50 has 25,557,032 parameters; does yours have more, or fewer?

# %%
with torch.device("meta"):
    network = resnet(50, EPSABlock)  # torchvision's ResNet-50, with this block in each place
print(f"{parameters(network):,} parameters")

# %% [markdown]
# That is exactly what we count in the authors' own code ([their README](https://github.com/murufeng/EPSANet) rounds it to 22.56 M), and 12 % *less* than ResNet-50 has, although the windows are larger.
# The paper's figure shows another network, in which each convolution reads a part of x and has an SE module of its own; that one [would have 16.36 million](lab_book.md#8.-One-paper,-four-readings).
# A parameter count is a fingerprint.

# %% [markdown]
# ## 7. The bug museum
#
# ### Exhibit A: desks that add up to 1
#
# This module has a wrong line.
# Shapes and gradients are right, and the four shares of each desk add up to 1, so a look at the sums finds nothing.
# Nor does training: after the steps of the experiment below it [scores like yours](lab_book.md#7.-The-exhibits).
# Read it, and see whether you find the line.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16),
                 stride=1, reduction=16):
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)

    def shares(self, parts):
        B, S, C = parts.shape[:3]
        weights = torch.cat([self.se(part) for part in parts.unbind(1)], dim=1)
        return weights.view(B, C, S).softmax(dim=2).transpose(1, 2)  # (B, S, C)

    def forward(self, x):
        parts = self.split(x)
        return (parts * self.shares(parts)[..., None, None]).flatten(1, 2)


# %% [markdown]
# A small test finds it: turn up the features of the last scale, for every channel, and mark with `#` the shares that move.
# In a softmax over scales, what one scale gains the others lose.
# Which of the marks do you expect?
#
# Then repair the exhibit, in its own cell, until every share moves.
# Its pieces are yours, `SplitAndConcat` and the `SEWeight` that was given; your `PyramidSplitAttention` stays out of it, because what leans on that earns nothing.

# %%
torch.manual_seed(0)
exhibit = ExhibitA(16, 32, groups=(1, 1, 1, 1), reduction=2)
parts = exhibit.split(torch.randn(1, 16, 12, 12))
louder = parts.clone()
louder[:, 3] += 1
moved = (exhibit.shares(louder) - exhibit.shares(parts)).abs()[0] > 1e-6
for scale, line in enumerate(moved.tolist()):
    print(f"scale {scale}:", "".join(".#"[yes] for yes in line))

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# In which order do the numbers lie after `cat`: all channels of one scale, or all scales of one channel?
# And in which order does the next line read them?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `cat` puts the scales one after the other, so the numbers lie in the order (S, C), and `view(B, C, S)` cuts this row in a different way.
# Each "desk" then holds neighbouring channels of *one* scale, and they compete with one another.
# `weights.view(B, S, C).softmax(dim=1)` is right, and needs no `transpose`.
# How the network gets by with such desks, we have not looked into.
# The [lab book](lab_book.md#7.-The-exhibits) has the runs, and two mistakes that were seen in public code.
# </details>

# %% [markdown]
# ## 8. The experiment: what chooses between the scales?
#
# Back to the cloths, with a small network that has to name the direction: a 1 x 1 convolution, your module with 16 channels and no groups, the mean over all positions, and a linear layer.
# The task is *made* for your module, because no other layer looks at neighbouring pixels.
#
# | arm | what it is |
# |---|---|
# | *only 3 x 3 kernels* | the softmax over four scales that are all 3 x 3: do sizes matter? |
# | *equal shares* | kernels 3, 5, 7, 9, each with the share 1/4: does choosing matter? |
# | *softmax over scales* | your `PyramidSplitAttention` |
# | *sigmoids, no competition* | each scale times its `SEWeight` output |
#
# And to see whether the dot is used, we also show the trained networks each cloth with *another picture's dot*.
# Half of these dots have the other colour, so a network that uses the dot falls to the score that you worked out in section 1.
#
# Which of the last three arms stay near 67 %, and which is ahead, the softmax or the sigmoids?

# %% tags=["experiment"]
predicted = {"equal shares": None, "softmax over scales": None,
             "sigmoids, no competition": None}

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


arms = {
    "only 3 x 3 kernels": (PyramidSplitAttention, (3, 3, 3, 3)),
    "equal shares": (EqualShares, KERNELS),
    "softmax over scales": (PyramidSplitAttention, KERNELS),
    "sigmoids, no competition": (Sigmoids, KERNELS),
}
train_set = striped_cloths(2000, seed=0)
test_set = striped_cloths(1000, seed=1)
trained = Trained()


def learn(network, seed):
    """Train a network to name the directions."""
    return train(network, train_set.pictures, train_set.answers, loss=F.cross_entropy,
                 epochs=2, batch_size=16, peak_rate=0.02, seed=seed)


def right_answers(network, pictures):
    """For each picture of the test set 100 if the answer is right, otherwise 0: (1000,)."""
    with torch.no_grad():
        return 100 * (network(pictures).argmax(1) == test_set.answers).float()


# %% tags=["experiment"]
plot = ScorePlot("right answers on new pictures (%)", highlight=["softmax over scales"],
                 baselines={"one kind of stripes, always": 200 / 3}, longer=longer_runs,
                 gaps=[("softmax over scales", "only 3 x 3 kernels"),
                       ("softmax over scales", "equal shares"),
                       ("softmax over scales", "sigmoids, no competition")])

remind(predicted)


def run(arm, seed):
    kind, kernels = arms[arm]
    trained[arm, seed] = network = learn(direction_namer(lambda: kind(
        CHANNELS, CHANNELS, kernels, groups=(1, 1, 1, 1), reduction=1), CHANNELS), seed)
    right = right_answers(network, test_set.pictures)
    other = right_answers(network, with_other_dots(test_set.pictures))
    return {"right (%)": right.mean(), "fine (%)": right[test_set.asked == 0].mean(),
            "coarse (%)": right[test_set.asked == 1].mean(), "another's dot (%)": other.mean()}


results = compare(arms, seeds=range(5), run=run, after_each=plot.growing(predicted))

# %% [markdown]
# The figure shows your runs, and beside them recorded ones with five times as many steps:

# %% tags=["experiment"]
plot.show(results, predicted)
with after_predicting(predicted):
    for arm in arms:
        print(f"{arm}:", ", ".join(f"{of[:-4]} {results.mean(arm, of):.0f} %"
                                   for of in results.measures[1:]))

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **With a narrow view, the coarse stripes stay hidden.**
# *Only 3 x 3 kernels* names the fine stripes and scores 35 % on the coarse ones, where chance is 33 %, and 38 to 47 % in five longer runs at this learning rate.
# Large kernels are one way to see more; [holes are another](lab_book.md#3.-Is-it-the-size), and with those eight longer runs scored 100 %.
#
# **Seeing both is not enough, something has to choose.**
# *Equal shares* sees both kinds and has no gate, and even its long runs stay between 67 and 72 %.
# The softmax is more than 20 points ahead of it (in five runs, so the interval is wide), and with another picture's dot it falls to 67 %, so it does use the dot.
# A gate is not the only way to choose: [a hidden layer before the answer](lab_book.md#4.-Is-it-the-gate) does it too.
#
# **Competition is not needed here.**
# Independent sigmoids scored 94 to 100 % in eight recorded runs, and the softmax 81 to 100 %.
# Given five times the steps both get there, so this is a matter of speed, and [the narrow range of its shares](lab_book.md#5.-Why-is-the-softmax-slower) seems to be what slows the softmax down.
# </details>

# %% [markdown]
# ### One cloth, two dots
#
# You have not yet seen your desks at work.
# Take two cloths, and give each of them a red dot and then a blue one, so that nothing changes but the question.
# What should happen to the shares?

# %% tags=["experiment"]
show_desks({seed: trained["softmax over scales", seed] for seed in results.seeds},
           results.scores("softmax over scales", "right (%)"))

# %% [markdown]
# Below each cloth are its desks, a column for each channel, and a row for each window, from 3 x 3 at the top to 9 x 9; the deeper the orange, the larger the share.
# Only the dot has changed, and the desks are set anew.
# The two lines above the picture say what each window gets on average, under red dots and under blue ones.
# They are of your best run; another one may share the work in another way.
# Your picture is now beside this notebook, as `my_pyramid.png`.

# %% [markdown]
# ## 9. What we now know
#
# To name the right stripes our small network has to see far *and* to choose; either without the other was stuck at about the score of one kind of stripes, unless [its read-out has a hidden layer](lab_book.md#4.-Is-it-the-gate).
# Windows without holes are expensive, and groups make them cheap in parameters and arithmetic, but not always in time.
# A softmax that reads the outputs of sigmoids can only mildly prefer a scale, and on our cloths independent sigmoids did at least as well.
# On real pictures (handwritten digits in coloured frames) a 3 x 3 convolution in the module's place is [slightly better](lab_book.md#6.-Real-pictures).
#
# So before you put the module into a network, ask how far a window must see, and what chooses for each picture.
#
# **Next.** [Lesson 06b](../06b_polarized/06b_polarized.ipynb) asks how fine an attention map must be.
# (The [lab book](lab_book.md) of this lesson is for doubters: all runs, hidden layers, kernels of one size, four readings of the paper, a challenge with 3,807 parameters, and questions to argue about.)

# %% tags=["nbval-ignore-output"]
progress()
