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
# # 03 · Convolutional Block Attention Module
#
# *A gate for each channel, then a gate for each position: what, then where.*
#
# **After this lesson you will be able to**
#
# - build CBAM's two gates, and say which axes each of them pools;
# - explain what the maximum of a channel tells you that its mean does not;
# - draw a spatial map over a photograph, and say where it comes from;
# - recognise a module you know when it appears under a different name;
# - measure whether the order of the two gates matters.
#
# **Why it matters.** CBAM goes one step further than a gate per channel: it also gates positions.
# A variant of its spatial gate is part of the detector [YOLOv4](https://arxiv.org/abs/2004.10934), and timm, the library of vision models, ships [both gates](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/cbam.py).
#
# **You need** lesson 01 (squeeze, excitation, gate).
# **Difficulty** 2 of 5.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-A-question-with-a-what-and-a-where), [the maximum](#2.-What-else-the-mean-forgets), [the idea](#3.-The-idea) | 15 |
# | [exercise 1, `ChannelGate`](#4.-Exercise-1:-ChannelGate) (4 points) | 20 |
# | [exercise 2, `SpatialGate`](#5.-Exercise-2:-SpatialGate) (3 points) | 20 |
# | maps over photographs, with and without BatchNorm | 10 |
# | [exercise 3, `CBAM`](#6.-Exercise-3:-CBAM) (2 points) | 10 |
# | [predict, then run](#7.-Predict,-then-run) | 8 |
# | [exercise 4, `flexible_attention`](#8.-Exercise-4:-have-you-seen-this-before?) (1 point) | 10 |
# | [the bug museum](#9.-The-bug-museum) | 12 |
# | [the experiment](#10.-The-experiment:-what,-where,-and-in-which-order?) | 20 |
# | [paper against code](#11.-Paper-against-code), [questions](#12.-A-challenge,-and-questions-to-think-about), without the challenge | 10 |

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.tasks.data import photograph
from attention_lab.pictures import heat_map_over, predict_then_run, show, show_images
from attention_lab.tasks.framed_crosses import crosses_without_cue, framed_crosses

# %% [markdown]
# In lesson 01 each channel got one gate, which all positions shared.
# Now each position gets a gate too.
# You are here:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. A question with a what and a where
#
# Each of these little pictures has two crosses, one on the left and one on the right.
# A cross is a red bar and a blue bar on top of each other, magenta where they meet (and magenta all over if both point the same way).
# Each bar is horizontal or vertical.
#
# A green frame says **where** to look.
# The colour of the stars says **what** to look at: the red bar or the blue one.
# The question: *is that bar horizontal?*
# Answer for all six, then run the cells.

# %%
pictures, answers, places = framed_crosses(6, seed=6)

# %% tags=["experiment"]
show(show_images(pictures.clamp(0, 1), ["1", "2", "3", "4", "5", "6"]),
     "Six pictures with stars above and two crosses below; a green frame is around one cross.")

# %%
print(["horizontal" if answer else "vertical" for answer in answers])

# %% [markdown]
# Lesson 01's gate can deal with the stars: the channels' means show the stars' colour.
# A gate can then close the channels of the other colour.
# The frame is a different matter.
# Mirror a picture, and the frame, with its cross, moves to the other side.
# How much of this does SE notice?

# %%
# do a picture and its mirror image have the same means?
torch.allclose(pictures.mean((2, 3)), pictures.flip(3).mean((2, 3)))

# %% [markdown]
# SE notices nothing.
# Pooling over H and W forgets *where* things were, and a gate with one number per channel treats left and right alike.
#
# ## 2. What else the mean forgets
#
# Here is a photograph of a rocket and two channels made from it by hand.
# In one, a pixel is bright if red is the strongest of its three colours; in the other, if blue is.
# Which channel has the larger mean, and which the larger maximum?

# %% tags=["experiment"]
red, green, blue = photo = F.avg_pool2d(photograph("rocket"), 4)
by_hand = torch.stack([red - green.maximum(blue), blue - red.maximum(green)]).relu()
shown = [photo, *(by_hand / by_hand.max())[:, None].expand(-1, 3, -1, -1)]
show(show_images(torch.stack(shown), ["photograph", "red", "blue"]),
     "A rocket at its launch pad under a blue sky, and the two channels in grey.")

# %% tags=["experiment"]
{"means of red and blue": by_hand.mean((1, 2)), "maxima": by_hand.amax((1, 2))}

# %% [markdown]
# The blue channel has by far the larger mean: there is a little blue all over the sky.
# The red one has the larger maximum: a few bright lamps at the foot of the rocket.
# The mean tells you how much of a colour there is in all; the maximum, how strong its strongest pixel is.
# CBAM reads both.

# %% [markdown]
# ## 3. The idea
#
# Woo, Park, Lee and Kweon (2018) put two gates in a row.
# The **channel gate** is SE's, fed with the maximum as well as the mean.
# The **spatial gate** turns the idea around: it pools over the *channels*, which leaves two numbers at each position.
# A convolution turns them into one gate per position: a **map**.
#
# ![The channel gate makes gates (B, C, 1, 1) from x (B, C, H, W); x times them is x'. The spatial gate makes a map (B, 1, H, W) from x'; x' times it is the output.](figures/cbam_block.svg)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $M_c(F) = \sigma(\mathrm{MLP}(\mathrm{AvgPool}(F)) + \mathrm{MLP}(\mathrm{MaxPool}(F)))$ | mean and maximum over H, W, one shared mlp, sum, sigmoid | `ChannelGate(...)(x)` |
# | $F' = M_c(F) \otimes F$ | each channel times its gate | `x = x * channel_gate(x)` |
# | $M_s(F') = \sigma(f^{7 \times 7}([\mathrm{AvgPool}(F'); \mathrm{MaxPool}(F')]))$ | mean and maximum over C, a 7 x 7 convolution, sigmoid | `SpatialGate()(x)` |
# | $F'' = M_s(F') \otimes F'$ | each position times its gate | `x * spatial_gate(x)` |
#
# The paper's F is our x, σ is the sigmoid, and ⊗ multiplies, stretching axes of size 1.
# In the spatial gate, the authors' code, which we follow, stacks the maximum first and adds a BatchNorm (sections 5 and 11).
#
# An **mlp** (multi-layer perceptron) is a chain of linear layers, here two with a ReLU between them.

# %% [markdown]
# ## 4. Exercise 1: `ChannelGate`
#
# Pool `x` over H and W twice, by mean and by maximum: two vectors (B, C).
# Send each through the same `self.mlp`, add the results, take the sigmoid.
# Return the gates as (B, C, 1, 1); do not multiply x by them yet.
#
# ![x is pooled over H, W to means and maxima, each (B, C). Both go through one mlp (Linear C to C/r, ReLU, Linear back to C), are added, and pass a sigmoid; reshaped they are the gates (B, C, 1, 1).](figures/channel_gate.svg)
#
# `self.mlp` is an `nn.Sequential` of three layers.
# Unlike SE's, its linear layers have biases.
# The hidden layer has C // r numbers, as in SE; if that is 0, raise a `ValueError` that names C and r.
#
# By hand: take two channels, (1, 2, 3, 2) and (0, 0, 4, 0), and one hidden number.
# The first layer has weights (1, -1), the second (2, -2); all biases are 0.
# The means (2, 1) give relu(2 - 1) = 1, then (2, -2).
# The maxima (3, 4) give relu(-1) = 0, then (0, 0).
# Sum (2, -2), gates (0.88, 0.12).

# %% exercise
class ChannelGate(nn.Module):
    """sigmoid(mlp(mean of x over H, W) + mlp(maximum over H, W)), (B, C, H, W) -> (B, C, 1, 1).

    mlp: nn.Sequential of nn.Linear from channels to channels // reduction, nn.ReLU, nn.Linear
    back to channels; both linear layers have biases.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.mlp = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(),
                                 nn.Linear(hidden, channels))
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        scores = self.mlp(x.mean(dim=(2, 3))) + self.mlp(x.amax(dim=(2, 3)))
        return torch.sigmoid(scores)[:, :, None, None]
        ### END SOLUTION


# %% points=4
check(ChannelGate)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Make one mlp, and call it twice.
# What do you add up: what goes in, or what comes out?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `x.amax(dim=...)` takes the maximum over several axes at once, as `x.mean(dim=...)` takes the mean.
# (`x.max(dim=2)` takes one axis and returns a pair: the maxima and their positions.)
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: hidden width; raise if it is 0; `self.mlp = nn.Sequential(...)` with three layers.
# `forward`: one line for the sum of two calls of `self.mlp`; one line that takes the sigmoid and adds two axes with `None`.
# </details>

# %% [markdown]
# ## 5. Exercise 2: `SpatialGate`
#
# Now pool over the channels: take the maximum and the mean over C at each position.
# Stack these two sheets of numbers, maximum first: (B, 2, H, W).
# A k x k convolution turns the two sheets into one, `self.bn` normalises it, and a sigmoid makes the map (B, 1, H, W).
#
# ![x is pooled over C into a sheet of maxima and a sheet of means, joined into (B, 2, H, W). A k x k convolution makes one sheet, bn and sigmoid follow: the map (B, 1, H, W).](figures/spatial_gate.svg)
#
# `self.conv` has no bias; it pads with k // 2 zeros on each side, so that the map has the same H and W as x.
# An even k raises a `ValueError`.
# `self.bn` is an `nn.BatchNorm2d` of one channel.
#
# By hand: two channels on a row of three positions, (4, 1, 2) and (0, 1, 2).
# Maxima (4, 1, 2), means (2, 1, 2).
# With k = 1 and weights 1 and -1 the scores are (2, 0, 0): one channel stands out at position 0.
# In eval mode a fresh `bn` changes (almost) nothing: map (0.88, 0.5, 0.5).

# %% exercise
class SpatialGate(nn.Module):
    """sigmoid(bn(conv([maximum of x over C, mean of x over C]))), (B, C, H, W) -> (B, 1, H, W).

    conv: nn.Conv2d from 2 channels to 1, kernel_size x kernel_size, padding kernel_size // 2,
    without bias. bn: nn.BatchNorm2d(1).
    Raises ValueError for an even kernel_size.
    """

    def __init__(self, kernel_size: int = 7) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {kernel_size}")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        largest, mean = x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)
        return torch.sigmoid(self.bn(self.conv(torch.cat([largest, mean], dim=1))))
        ### END SOLUTION


# %% points=3
check(SpatialGate)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which axis of (B, C, H, W) becomes 1 in (B, 1, H, W)?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `keepdim=True` leaves an axis of size 1 where you pooled.
# `torch.cat([a, b], dim=1)` joins (B, 1, H, W) and (B, 1, H, W) into (B, 2, H, W).
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: raise if `kernel_size % 2 == 0`; two layers.
# `forward`: two pooled sheets; `torch.cat` of them; then three nested calls, convolution innermost, sigmoid outermost.
# </details>

# %% [markdown]
# **Touch it.** At the left mark each of eight channels holds 1; at the right one, as many as you choose share a sum of 8.
# What do the maximum and the mean see, and which kernel tells the marks apart?

# %% tags=["experiment"]
from attention_lab.pictures.gates import pooled_and_gated
from attention_lab.pictures.touch import slide


def gated(share, kernel):
    """The channels, (8, 5, 9), and your gate's map of them, (5, 9)."""
    x = torch.zeros(1, 8, 5, 9)
    x[:, :, 1:4, 1:3] = 1
    x[:, :share, 1:4, 6:8] = 8 / share
    gate = SpatialGate(kernel_size=1).eval()
    gate.conv.weight.data = kernel[None, :, None, None]
    with torch.no_grad():
        return x[0], gate(x)[0, 0]


def says(share, kernel):
    x, weights = gated(share, kernel)
    left, right = ((x[:, 2, c].amax(), x[:, 2, c].mean(), weights[2, c]) for c in (1, 6))
    return ("Left mark: maximum {:.0f}, mean {:.0f}, map {:.2f}. ".format(*left)
            + "Right mark: maximum {:.0f}, mean {:.0f}, map {:.2f}. ".format(*right)
            + ("The map tells them apart." if abs(left[2] - right[2]) > 0.01 else "Same map."))


kernels = {"maximum": [1.0, 0], "mean": [0.0, 1], "maximum - mean": [1.0, -1]}
slide({"channels that share the 8": {str(n): n for n in (1, 2, 4, 8)},
       "kernel": {name: torch.tensor(weights) for name, weights in kernels.items()}},
      lambda *place: pooled_and_gated(*gated(*place), 8), says, start=["2", "maximum"])

# %% [markdown]
# <details><summary>What we think</summary>
#
# The mean is 1 at both marks, so alone it cannot tell them apart.
# The maximum can, unless all eight channels share: then both see no difference.
# (Maximum - mean is 0 at the left mark; the sigmoid makes 0.5 of it.)
# </details>
#
# ### Maps over photographs
#
# There are no trained weights here, so features *and* kernel are made by hand.
# The features are edges, and how red, green, blue and yellow each pixel is.
# The kernel averages the maxima in a small window (3 x 3) and subtracts the average around it (7 x 7).
# So the map should open where something stands out.

# %% tags=["experiment"]
def features_of(photo):
    """Six channels made by hand, 0 where a photograph is plain: (3, H, W) -> (6, H, W)."""
    red, green, blue = photo
    grey = photo.mean(0)
    beside, below = (grey - grey.roll(1, 1)).abs(), (grey - grey.roll(1, 0)).abs()
    beside[:, 0], below[0] = 0, 0  # what `roll` brought in from the other end
    return torch.stack([beside, below, (red - torch.maximum(green, blue)).clamp(min=0),
                        (green - torch.maximum(red, blue)).clamp(min=0),
                        (blue - torch.maximum(red, green)).clamp(min=0),
                        (torch.minimum(red, green) - blue).clamp(min=0)])


def standing_out(gate):
    """The gate with its kernel set by hand: the maximum in the middle minus that around it."""
    with torch.no_grad():
        gate.conv.weight.zero_()
        gate.conv.weight[0, 0] = -1 / 40
        gate.conv.weight[0, 0, 2:5, 2:5] = 1 / 9
    return gate


views = [F.adaptive_avg_pool2d(photograph(name), (50, 75)) for name in ("rocket", "chelsea")]
features = torch.stack([features_of(view) for view in views])
gate = standing_out(SpatialGate()).train()  # bn: mean and variance of these two photographs
nn.init.constant_(gate.bn.bias, -1.5)  # closed, unless something opens it
with torch.no_grad():
    maps = gate(features)
for view, weights in zip(views, maps):
    show(heat_map_over(view, weights, label="map (0 closed, 1 open)",
                       title="features and kernel made by hand, nothing trained"),
         "A photograph, and the gate's map over it. The text below says where it opens.")

# %% [markdown]
# The map opens at the lamps and the rocket; in the photograph of the cat, at the nose and the rims of the eyes.
# (It also opens along the border: next to the zeros of the padding, everything seems to stand out.
# Lesson 02 showed this border effect in one dimension.)
#
# **Paper or code?** The paper's formula has no BatchNorm between convolution and sigmoid; the authors' code has one.
# Put `nn.Identity()` in its place, and you have the paper's gate.
# What difference does it make?
# Multiply the features by 0.1, 1 and 100, and look at the middle 90 % of the maps' values.

# %% tags=["experiment"]
for name, bn in (("with BatchNorm (code)", nn.BatchNorm2d(1)),
                 ("without (paper)", nn.Identity())):
    gate = standing_out(SpatialGate()).train()
    gate.bn = bn
    for scale in (0.1, 1, 100):
        with torch.no_grad():
            low, high = gate(scale * features).quantile(torch.tensor([0.05, 0.95]))
        print(f"{name:22s} features x {scale:<4g} the map goes from {low:.2f} to {high:.2f}")

# %% [markdown]
# Without BatchNorm the map depends on how large the features happen to be.
# If they are small, it hardly opens or closes; if they are large, its values are close to 0 or 1, with almost no gradient.
# With BatchNorm the scale hardly matters in training mode (except for tiny numbers: BatchNorm adds 1e-5 to the variance).
# The price: during training, a picture's map depends on the rest of its batch.

# %% [markdown]
# ## 6. Exercise 3: `CBAM`
#
# Now put them together: `self.channel_gate` and `self.spatial_gate`, one after the other.
# First multiply x by its channel gate.
# The spatial gate reads *that result*; then multiply the result by the map.
# The output has x's shape.
#
# Both gates return weights, and the block does the multiplying.
# (B, C, 1, 1) is stretched over the positions, (B, 1, H, W) over the channels.
#
# Worked example: at one position channels 0 and 1 hold 4 and 2.
# Their gates are 0.5 and 1, so x' holds 2 and 2 there.
# If the map, made from x', is 0.8 at this position, the output is 1.6 and 1.6.
# Each number has been multiplied twice.
#
# Pass `reduction` and `kernel_size` on to the gates.
# Do not change `x` itself: the network around the block may still need it.
# (`x = x * g` makes a new tensor; `x *= g` changes the caller's.)

# %% exercise
class CBAM(nn.Module):
    """Gate the channels of x, then the positions of the result, (B, C, H, W) -> (B, C, H, W).

    channel_gate: ChannelGate(channels, reduction). spatial_gate: SpatialGate(kernel_size).
    """

    def __init__(self, channels: int, reduction: int = 16, kernel_size: int = 7) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.channel_gate = ChannelGate(channels, reduction)
        self.spatial_gate = SpatialGate(kernel_size)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)
        ### END SOLUTION


# %% points=2
check(CBAM)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# There are two products.
# Which image does the second gate read, and which image does its map multiply?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__`: two attributes.
# `forward`: two lines that look alike; in each, an image times a gate made from that image.
# </details>

# %% [markdown]
# ## 7. Predict, then run
#
# How many parameters does each of these have: the channel gate for 64 channels (r = 16), the spatial gate, CBAM for 256 channels?
# Count weights, biases, and bn's two numbers.
# Replace each `None`.

# %%
predicted = {"ChannelGate(64)": None, "SpatialGate()": None, "CBAM(256)": None}

modules = {"ChannelGate(64)": ChannelGate(64), "SpatialGate()": SpatialGate(),
           "CBAM(256)": CBAM(256)}
measured = {name: sum(p.numel() for p in m.parameters()) for name, m in modules.items()}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>By hand</summary>
#
# 64 channels: 2 · 64 · 4 weights and 4 + 64 biases, 580.
# Spatial gate: 2 · 7 · 7 + 2 = 100, for any number of channels.
# CBAM(256): 2 · 256 · 16 + 16 + 256 + 100 = 8564.
#
# The maximum adds no parameters, because the mlp is shared.
# </details>
#
# Now count the authors' ResNet-50, with one CBAM in each of its 16 blocks:

# %%
stages = ((256, 3), (512, 4), (1024, 6), (2048, 3))  # channels, blocks
added = sum(n * sum(p.numel() for p in CBAM(c).parameters()) for c, n in stages)
print(f"ResNet-50 with CBAM: 25,557,032 + {added:,} = {25_557_032 + added:,} parameters")

# %% [markdown]
# The authors' code has the same number, to the last digit.
# SE-ResNet-50 *with* biases has 28,088,024: 16 spatial gates of 100 parameters each make the whole difference.
#
# Few parameters do not mean little work.
# On features of 56 x 56:

# %% tags=["experiment"]
from attention_lab.networks.cost import cost


class SEBlock(nn.Module):
    """Lesson 01's block, in short: (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction, bias=False)
        self.fc2 = nn.Linear(channels // reduction, channels, bias=False)

    def forward(self, x):
        gates = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3))))))
        return x * gates[..., None, None]


x = torch.randn(1, 256, 56, 56)
for name, block in (("SE", SEBlock(256)), ("CBAM", CBAM(256))):
    of_it = cost(block, x, latency=False)
    print(f"{name:4s} {of_it.parameters:5,} parameters, {of_it.multiply_adds:7,} multiply-adds")

# %% [markdown]
# The 7 x 7 convolution is computed at each position.
# Multiply-adds do not show how often a block reads the features: SE does so twice, for mean and product.
# CBAM does so six times: each of its gates needs a mean, a maximum and a product.
# In the experiment below, CBAM takes about twice as long as the plain network.

# %% [markdown]
# ## 8. Exercise 4: have you seen this before?
#
# A Chinese post (《论文中常用的注意力模块合集(下)》, "attention modules common in papers, part 2") presents a "flexible attention" (柔性注意力).
# It names no paper.
# In our words:
#
# > Take any feature layer.
# > Pool it over all positions twice, by mean and by maximum, to two vectors of C numbers.
# > Send both through two shared, fully connected layers with a ReLU.
# > Add the two results; a sigmoid turns them into weights.
# > Multiply each channel by its weight.
#
# Write it as a function of two matrices without biases, `w1` (C // r, C) and `w2` (C, C // r):
#
# $$x \cdot \sigma\big(w_2\,\mathrm{relu}(w_1\,\text{mean}) + w_2\,\mathrm{relu}(w_1\,\text{max})\big).$$
#
# Worked example, channels (0, 4) and (2, 2): means (2, 2), maxima (4, 2).
# With `w1 = [[1., -1.]]`, `w2 = [[1.], [-1.]]` the means give (0, 0), the maxima (2, -2): gates 0.88, 0.12.
# Channel 0 becomes (0, 3.52).
# Have you met this module?

# %% exercise
def flexible_attention(x: torch.Tensor, w1: torch.Tensor, w2: torch.Tensor) -> torch.Tensor:
    """x * sigmoid(w2 relu(w1 mean) + w2 relu(w1 max)), pooled over H and W.

    x: (B, C, H, W). w1: (C // r, C). w2: (C, C // r). Returns (B, C, H, W).
    """
    ### BEGIN SOLUTION
    mean, largest = x.mean(dim=(2, 3)), x.amax(dim=(2, 3))
    scores = torch.relu(mean @ w1.T) @ w2.T + torch.relu(largest @ w1.T) @ w2.T
    return x * torch.sigmoid(scores)[:, :, None, None]
    ### END SOLUTION


# %% points=1
check(flexible_attention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You have written it already, with layers instead of matrices.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Call the matrix of pooled vectors s, (B, C).
# A layer with the matrix w1 computes `s @ w1.T`, (B, C // r).
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Two pooled vectors; the sum of two terms that differ in one name; x times the sigmoid of that sum, with two more axes.
# </details>

# %% [markdown]
# Now compare it with your `ChannelGate`, whose biases we set to 0:

# %%
torch.manual_seed(0)
x, gate = torch.randn(2, 8, 5, 7), ChannelGate(8, reduction=2)
first, _, second = gate.mlp
nn.init.zeros_(first.bias), nn.init.zeros_(second.bias)
difference = flexible_attention(x, first.weight, second.weight) - x * gate(x)
print("the same as x * ChannelGate(x):", bool(difference.abs().max() < 1e-6))

# %% [markdown]
# It is CBAM's channel gate, under a new name.
# This happens a lot.
# The cure takes a minute: write down which axes are pooled, how, what is learned, and what is multiplied.

# %% [markdown]
# ## 9. The bug museum
#
# Exhibits A and B are real code, rebuilt as small as possible; C is different.
#
# ### Exhibit A: a gate that hides its mistake
#
# *Symptom.* None that you would notice: the loss falls.
# What is wrong?

# %%
class ExhibitA(nn.Module):
    def __init__(self, channels, reduction):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(channels, channels // reduction), nn.ReLU(),
                                 nn.Linear(channels // reduction, channels))

    def forward(self, x):
        avg, largest = (self.mlp(pooled) for pooled in (x.mean((2, 3)), x.amax((2, 3))))
        return torch.sigmoid(avg + avg)[:, :, None, None]

# %% [markdown]
# A small test finds it.
# Raise the brightest position of each channel and lower another one by as much, so that the means stay the same.
# Repair the cell above until the next one says yes.

# %%
torch.manual_seed(0)
exhibit, x = ExhibitA(8, reduction=2), torch.zeros(1, 8, 5, 7)
x[0, :, 2, 3] = 1
brighter = x.clone()
brighter[0, :, 2, 3] += 3
brighter[0, :, 0, 0] -= 3
moved = (exhibit(brighter) - exhibit(x)).abs().max() > 1e-6
print("Does the gate notice the maximum?", "Yes." if moved else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# `avg + avg` is a typing slip.
# `largest` is computed and thrown away, and what is left is SE with its scores doubled.
# Seen in modules collected by the authors of a survey, [MenghaoGuo/Awesome-Vision-Attentions, issue 32](https://github.com/MenghaoGuo/Awesome-Vision-Attentions/issues/32) (`y_avg + y_avg`).
# Seen again, as `x1 + x1`, in [nikhilroxtomar/Attention-Mechanism-Implementation, issue 1](https://github.com/nikhilroxtomar/Attention-Mechanism-Implementation/issues/1).
# </details>
#
# ### Exhibit B: twice as many parameters as the paper
#
# *Symptom.* The count is wrong: the channel gate alone has more parameters than the whole of CBAM should have.

# %%
class ExhibitB(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.linear_avg = nn.Sequential(nn.Linear(channels, channels // reduction), nn.ReLU(),
                                        nn.Linear(channels // reduction, channels))
        self.linear_max = nn.Sequential(nn.Linear(channels, channels // reduction), nn.ReLU(),
                                        nn.Linear(channels // reduction, channels))


for name, module in (("exhibit B", ExhibitB(256)), ("CBAM", CBAM(256))):
    print(f"{name}: {sum(p.numel() for p in module.parameters()):,} parameters")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# It has two mlps, one for the mean and one for the maximum; the paper shares one.
# Nothing crashes, but it is not CBAM.
# Seen in [Peachypie98/CBAM, issue 3](https://github.com/Peachypie98/CBAM/issues/3), where the author fixed it; [issue 2](https://github.com/Peachypie98/CBAM/issues/2) found that the sigmoid was missing in its spatial gate.
# </details>
#
# ### Exhibit C: a bug that isn't one
#
# *Symptom.* A reader of the authors' code [reports](https://github.com/Jongchan/attention-module/issues/30): `torch.max(x, 1)[0]` takes the first image of the batch only!
# Is the reader right?

# %%
x = torch.randn(4, 8, 5, 7)
print("x[0]: shape", tuple(x[0].shape))
print("torch.max(x, 1): shapes", [tuple(part.shape) for part in torch.max(x, 1)])
print("torch.max(x, 1)[0]: shape", tuple(torch.max(x, 1)[0].shape))

# %% [markdown]
# <details><summary>Is it one?</summary>
#
# No.
# Given an axis, `torch.max` returns a pair, the maxima and their indices, and `[0]` picks the maxima, of all images.
# The code is right, but it asks too much of its reader.
# `x.amax(1)` would have been clearer.
# </details>

# %% [markdown]
# ## 10. The experiment: what, where, and in which order?
#
# Back to the crosses.
# A small network sees 3 x 3 pixels at a time, so it never sees frame and bar together, and at the end it takes the mean over all positions.
# Without attention it can count the bars and let them vote: more horizontal ones, or more vertical ones?
# How often is such a vote right?
# And how often is it right if the network knows the place or the colour, so that only two bars vote?
#
# <details><summary>The votes, by hand</summary>
#
# *Four bars.* Each of the other three bars agrees with the one in question half of the time.
# If 2 or 3 of them agree (half of the pictures), the vote is right.
# If only 1 does (3/8 of the pictures), it is a tie, and a guess is right in half of them: 1/2 + 3/16 = **68.75 %**.
#
# *Two bars.* They agree in half of the pictures; in the other half it is a tie again: 1/2 + 1/4 = **75 %**.
#
# *Both cues:* one bar is left, and **100 %** are right.
# </details>

# %% [markdown]
# | arm | between the convolutions and the mean |
# |---|---|
# | plain | nothing |
# | what only | x times its channel gate |
# | where only | x times its spatial gate |
# | CBAM | your `CBAM`: first what, then where |
# | where, then what | the same two gates in the other order |
# | CBAM, cue taken out | CBAM, but stars and frame come from other pictures: they say nothing about the bar that counts |
#
# Each arm is trained twice, for 384 steps of Adam with a one-cycle learning rate; together that takes about 40 s.
# *Before you run it: write down which arms will beat 75 %, and whether the order matters.*

# %% tags=["experiment"]
from attention_lab.pictures import score_bars
from attention_lab.networks.training import compare, train

CHANNELS, REDUCTION = 12, 2


class Gated(nn.Module):
    """x times one gate after another; without gates, x itself."""

    def __init__(self, *gates):
        super().__init__()
        self.gates = nn.ModuleList(gates)

    def forward(self, x):
        for gate in self.gates:
            x = x * gate(x)
        return x


def what():
    return ChannelGate(CHANNELS, REDUCTION)


def network(attention):
    """Two convolutions, attention, mean over H and W, two scores: (B, 3, H, W) -> (B, 2)."""
    layers = []
    for inputs, k in ((3, 3), (CHANNELS, 1)):
        layers += [nn.Conv2d(inputs, CHANNELS, k, padding=k // 2, bias=False),
                   nn.BatchNorm2d(CHANNELS), nn.ReLU()]
    return nn.Sequential(*layers, attention, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.BatchNorm1d(CHANNELS), nn.Linear(CHANNELS, 2))


# %% tags=["experiment"]
with_cue = framed_crosses(1536, seed=0)[:2], framed_crosses(2048, seed=1)[:2]
no_cue = crosses_without_cue(1536, seed=0), crosses_without_cue(2048, seed=1)
arms = {
    "plain": (lambda: Gated(), with_cue),
    "what only": (lambda: Gated(what()), with_cue),
    "where only": (lambda: Gated(SpatialGate()), with_cue),
    "CBAM": (lambda: CBAM(CHANNELS, REDUCTION), with_cue),
    "where, then what": (lambda: Gated(SpatialGate(), what()), with_cue),
    "CBAM, cue taken out": (lambda: CBAM(CHANNELS, REDUCTION), no_cue),
}
trained = {}


def run(arm, seed):
    attention, ((seen, answers), (unseen, truth)) = arms[arm]
    model = train(network(attention()), seen, answers, loss=F.cross_entropy,
                  epochs=8, batch_size=32, peak_rate=0.04, seed=seed)
    trained[arm, seed] = model.state_dict()
    with torch.no_grad():
        return 100 * (model(unseen).argmax(1) == truth).float().mean().item()


# %% tags=["experiment"]
results = compare(arms, seeds=range(2), run=run)
results

# %% tags=["experiment"]
sizes = {arm: sum(p.numel() for p in network(attention()).parameters())
         for arm, (attention, _) in arms.items()}
for arm, control in (("what only", "plain"), ("where only", "plain"),
                     ("CBAM", "what only"), ("CBAM", "where only"),
                     ("where, then what", "CBAM"), ("CBAM, cue taken out", "plain")):
    # more than luck (two standard errors), and enough to matter (5 points)
    matters = results.lead(arm, control) > 2 and results.mean(arm) - results.mean(control) > 5
    print(f"'{arm}' is {'clearly' if matters else 'not clearly'} ahead of '{control}'")
for arm, vote in (("plain", 68.75), ("what only", 75), ("where only", 75)):
    print(f"'{arm}' is {results.mean(arm) - vote:+.1f} points from a vote ({vote} %)")
show(score_bars(results, "right answers on new pictures (%)", parameters=sizes,
                highlight="CBAM",
                baselines={"vote of four bars": 68.75, "vote of two bars": 75}),
     "Bars: " + "; ".join(f"{arm}: {results.mean(arm):.0f} %" for arm in arms))

# %% [markdown]
# **Read it.** "Plain" scores about as well as a vote of four bars, and each of the next two arms like a vote of two.
# (Up to two points either way may be luck.)
# Only the two gates together answer the question.
# Take the cue away, and CBAM is no better than the plain network: its lead comes from the cue, not from its 262 extra parameters.
#
# **Is it only a matter of time?** We trained four controls for five times as many steps, twice each.
# None of them gained anything: plain 65.5 and 67.6 %, what only 75.0 and 75.0, where only 75.7 and 76.4, without the cue 66.0 and 65.4.
# The first three gained nothing at a third of the learning rate either.
# (A vote can be beaten: the last layer can also take the stars into account.
# By our count it can then reach at best 71.9 % for "plain" and 87.5 % for "where only"; none of our runs came near.)
# (All runs: `solutions/cbam/experiment.md`.)

# %% [markdown]
# **The order.** Two runs show little, so we ran eight of each.
# After these 384 steps CBAM has 97.0 % on average (four of the eight runs are near 94), and the other order 100 % in all eight.
# That is a lead of 2.7 standard errors, for the order that is *not* CBAM's.
# But after five times the steps the four weaker runs have 100 % too: here the order decides how soon a network learns, not how well.
#
# Two gates side by side, both made from the same x, also need more steps: three runs have 93.5, 76.7 and 93.3 % after 384 steps.
# After 1920 all have 100 %.
# On ImageNet the paper finds small differences: channel first is best, then spatial first, then side by side.
#
# What has the spatial gate learned?
# Look at the maps of the two CBAMs (unlike in section 5, these features *are* trained).
# The cell prints each map's mean over either cross, and draws the maps of the run in which they differ most.

# %% tags=["experiment"]
from attention_lab.pictures import maps_below


def maps_of(seed, pictures):
    """The spatial maps of the CBAM that was trained with this seed: (n, 19, 19)."""
    model = network(CBAM(CHANNELS, REDUCTION)).eval()
    model.load_state_dict(trained["CBAM", seed])
    convolutions, block = model[:6], model[6]
    with torch.no_grad():
        x = convolutions(pictures)
        return block.spatial_gate(x * block.channel_gate(x))[:, 0]


new, _, places = framed_crosses(500, seed=7)
each, clearest = torch.arange(500), {}
for seed in range(2):
    maps = maps_of(seed, new)
    crosses = torch.stack([maps[:, 12:15, c:c + 3].mean((1, 2)) for c in (3, 13)], dim=1)
    framed, other = crosses[each, places].mean(), crosses[each, 1 - places].mean()
    clearest[seed] = framed - other
    print(f"run {seed}: {results.scores('CBAM')[seed]:.1f} % right;",
          f"map {framed:.2f} at the framed cross, {other:.2f} at the other one")

maps = maps_of(max(clearest, key=clearest.get), new[:6])
show(maps_below(new[:6].clamp(0, 1), {"map": maps},
                titles=[f"frame {'right' if place else 'left'}" for place in places[:6]]),
     "Six pictures with a framed and an unframed cross; below each, its spatial map.")

# %% [markdown]
# In the clearest run the gate closes at the unframed cross; we cannot explain the map's stripes elsewhere.
# In our other run the map was *lower* at the framed cross, yet there too the network got every answer right.
# A map shows where the gate is open.
# It does not show why the network is right.
#
# In fairness:
#
# - The task is *made* for CBAM, and the network is deliberately short-sighted.
#   A network that saw frame and bar in one window would need no spatial gate.
# - The spatial gate reads two numbers per position, in a window of 7 x 7.
#   It can tell *that* something is there, but hardly *what*.
#   (With a 1 x 1 kernel, the gate at a bar cannot see the frame: two runs have 74.7 and 75.9 % after five times the steps.)
# - On ImageNet the authors' README reports 77.62 % top-1 for their ResNet-50 with CBAM.
#   timm [warns](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/cbam.py) that results with such layers have been mixed, and that they can cost accuracy on some tasks.

# %% [markdown]
# ## 11. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | spatial gate | convolution, sigmoid | convolution, BatchNorm (momentum 0.01), sigmoid | with `bn`, torch's momentum 0.1; `gate.bn = nn.Identity()` for the paper's form |
# | order of the two sheets | mean, maximum | maximum, mean | maximum, mean, because trained weights depend on it |
# | biases of the mlp | none in its formula | yes | yes; timm's `CbamModule` has none |
# | what is pooled | mean, maximum | also a 2-norm and a log-sum-exp, as options | mean, maximum |
# | a gate returns | the weights | the gated image | the weights |
# | order of the gates | channel, then spatial | the same | the same |

# %% [markdown]
# ## 12. A challenge, and questions to think about
#
# **A challenge (not graded).** CBAM spends 262 parameters here.
# Answer at least 99 % right in each of three runs, in the same 384 steps, with fewer.
# Ours has 25, and 100 % in all three runs; with another rounding, one failed.
# It needs the imports, your exercises and section 10's first two cells, but not the training.

# %% tags=["experiment"]
from attention_lab.notebook.challenge import challenge

mine = None  # a function that makes your block, such as lambda: CBAM(CHANNELS, REDUCTION)

wrong = size = None
if mine:
    arms["mine"] = mine, with_cue
    wrong = 100 - min(compare(["mine"], range(3), run).scores("mine"))
    size = sum(p.numel() for p in mine().parameters())
challenge("parameters of the attention", size, beat=25, fewer=True,
          at_most={"wrong answers, worst of three runs (%)": (wrong, 1)})

# %% [markdown]
# 1. Mirror x.
#    What happens to CBAM's channel gates and to its map?
#    For which kernels is the map mirrored exactly?
# 2. Shuffle the channels of x.
#    What does the spatial gate do?
#    What does that say about what it can know?
# 3. One pixel of your camera is broken and always bright.
#    Does it do more harm to the mean or to the maximum, in each gate?
# 4. Change the experiment so that the order matters even after long training.
#    You need a picture in which the channel gate has to work before the spatial gate can see where to look.

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The channel gates stay the same, because they pool over H and W.
#    The map is exactly mirrored if the kernel is its own mirror image.
# 2. Nothing changes: maximum and mean over C do not know which channel is which.
#    The map can know *that* something is strong at a position, but not *what* it is.
# 3. In the channel gate, to the maximum: this one pixel sets it in every picture, but shifts the mean by only 1 / (H · W) of its value.
#    In the spatial gate both are wrong at that position and right everywhere else; the damage reaches as far as the kernel.
# 4. One way, which we have not tried: a red frame at one cross, a blue one at the other, and stars that say which colour of frame counts.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, which takes up the blocks of every lesson. It has two places for them:
# my_net("SE", CBAM) has an earlier one first.
my_net(CBAM)

# %% [markdown]
# ## 13. References
#
# - S. Woo, J. Park, J.-Y. Lee, I. S. Kweon: *CBAM: Convolutional Block Attention Module*, ECCV 2018, [arXiv:1807.06521](https://arxiv.org/abs/1807.06521).
#   Authors' code: [Jongchan/attention-module](https://github.com/Jongchan/attention-module).
# - J. Hu, L. Shen, G. Sun: *Squeeze-and-Excitation Networks*, CVPR 2018, [arXiv:1709.01507](https://arxiv.org/abs/1709.01507).
# - Photographs: sources and licences are in `attention_lab/photos/CARD.md`.
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
