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
# *First what, then where: a gate for each channel, then a gate for each position.*
#
# **After this lesson you will be able to**
#
# - build CBAM's two gates, and say which axes each of them pools;
# - say what the maximum of a channel knows that its mean does not;
# - draw a spatial map over a photograph, and say what made it;
# - recognise a module that you know under another name;
# - measure whether the order of the two gates matters.
#
# **You need** lesson 01 (squeeze, excitation, gate).
# **Difficulty** 2 of 5.
#
# | part | minutes |
# |---|---|
# | the problem, the maximum, the idea | 15 |
# | exercise 1, `ChannelGate` (4 points) | 20 |
# | exercise 2, `SpatialGate` (3 points) | 20 |
# | maps over photographs, with and without BatchNorm | 10 |
# | exercise 3, `CBAM` (2 points) | 10 |
# | predict, then run | 8 |
# | exercise 4, `flexible_attention` (1 point) | 10 |
# | the bug museum | 12 |
# | the experiment | 20 |
# | paper against code, questions | 10 |

# %%
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress
from attention_lab.cost import cost
from attention_lab.data import photograph
from attention_lab.pictures import (FEATURES, MAPS, PAPER, heat_map_over, predict_then_run,
                                    score_bars, show_gate, show_images)
from attention_lab.training import compare, train

# %% [markdown]
# In lesson 01 each channel got one gate, and all positions shared it.
# Now each position gets one too.
# You are here:

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# ## 1. A question with a what and a where
#
# In each of these little pictures there are two crosses, left and right.
# A cross is a red bar and a blue bar on top of each other, magenta where they meet (all of it, where both point the same way).
# Each bar is horizontal or vertical.
#
# A green frame says **where** to look.
# The stars in the sky say **what** to look at: the red bar or the blue one.
# The question: *is that bar horizontal?*

# %%
SIDE = 19  # pixels


def scenes(n, seed):
    """Pictures (n, 3, 19, 19), answers (is that bar horizontal?) (n,), framed places (n,)."""
    g = torch.Generator().manual_seed(seed)
    horizontal = torch.randint(2, (n, 2, 2), generator=g).bool()  # picture, place, colour
    place, colour = torch.randint(2, (2, n), generator=g)
    x = torch.zeros(n, 3, SIDE, SIDE)
    for p, column in enumerate((4, 14)):
        for c in (0, 1):  # red is channel 0, blue is channel 2
            x[horizontal[:, p, c], 2 * c, 13, column - 1:column + 2] = 1
            x[~horizontal[:, p, c], 2 * c, 12:15, column] = 1
        frame = torch.zeros(SIDE, SIDE)
        frame[9:18, column - 4:column + 5] = 1
        frame[10:17, column - 3:column + 4] = 0
        x[place == p, 1] += frame
    for c in (0, 1):
        x[colour == c, 2 * c, 0:3:2, ::2] = 1  # the stars
    x += 0.1 * torch.randn(x.shape, generator=g)
    return x, horizontal[torch.arange(n), place, colour].long(), place


pictures, answers, places = scenes(6, seed=6)
show_images(pictures.clamp(0, 1), ["horizontal" if yes else "vertical" for yes in answers])

# %% [markdown]
# The stars are a job for lesson 01: their colour can be read off the channels' means, and a gate can close the other colour's channels.
# The frame is not.
# Mirror a picture and the frame changes places, so the other cross is asked about.
# What does SE notice?

# %%
mirrored = pictures.flip(3)
same = torch.allclose(pictures.mean((2, 3)), mirrored.mean((2, 3)))
print("the squeezed numbers of a picture and of its mirror image are the same:", same)

# %% [markdown]
# Nothing.
# Whatever is pooled over H and W forgets *where*.
# A gate with one number per channel cannot look left.
#
# ## 2. What the mean forgets besides
#
# Here is a photograph of a rocket, and two channels made from it by hand.
# One says how much redder a pixel is than green and blue, the other how much bluer than red and green.
# Which channel has more to say?

# %% tags=["experiment"]
photo = F.avg_pool2d(photograph("rocket"), 4)
red, green, blue = photo
by_hand = {"red": (red - torch.maximum(green, blue)).clamp(min=0),
           "blue": (blue - torch.maximum(red, green)).clamp(min=0)}
figure, axes = plt.subplots(1, 4, figsize=(11, 2.4), width_ratios=[1.5, 1.5, 1.5, 1],
                            facecolor=PAPER, layout="constrained")
axes[0].imshow(photo.permute(1, 2, 0))
axes[0].set_title("photograph", fontsize=10)
for axis, (name, channel) in zip(axes[1:], by_hand.items()):
    axis.imshow(channel, cmap="gray", vmax=0.26)
    axis.set_title(f"{name}: mean {channel.mean():.3f}, max {channel.max():.2f}", fontsize=10)
for axis in axes[:3]:
    axis.set_axis_off()
for shift, how, colour in ((-0.2, "mean", FEATURES), (0.2, "max", MAPS)):
    values = [getattr(channel, how)().item() for channel in by_hand.values()]
    axes[3].bar([place + shift for place in (0, 1)], values, width=0.4, color=colour, label=how)
axes[3].set_xticks((0, 1), list(by_hand))
axes[3].set(ylabel="pooled value", facecolor=PAPER)
axes[3].legend(frameon=False, loc="upper left", bbox_to_anchor=(0, 1.3), ncols=2)
plt.show()

# %% [markdown]
# By the mean the blue channel wins, eleven to one: a little of it all over the sky.
# By the maximum the red one wins: a few pixels of lamps at the foot of the rocket.
# The mean says how much there is in all; the maximum says how strong it is where it is strongest.
# (Question 5 of lesson 01 asked for such a task.)
# CBAM reads both.

# %% [markdown]
# ## 3. The idea
#
# Woo, Park, Lee and Kweon (2018) put two gates in a row.
# The **channel gate** is SE's, fed with the maximum as well as the mean.
# The **spatial gate** turns the idea around: it pools over the *channels*, so that each position keeps two numbers.
# A convolution makes one gate per position of them: a **map**.
#
# ![CBAM: x (B, C, H, W) goes through the channel gate, which gives (B, C, 1, 1); x is multiplied by it and becomes x'. x' goes through the spatial gate, which gives a map (B, 1, H, W); x' is multiplied by it. The output is (B, C, H, W).](figures/cbam_block.svg)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $M_c = \sigma(\mathrm{MLP}(\mathrm{Avg}) + \mathrm{MLP}(\mathrm{Max}))$ | mean and maximum over H, W, one shared mlp, sum, sigmoid | `ChannelGate(...)(x)` |
# | $F' = M_c \otimes F$ | each channel times its gate | `x * channel_gate(x)` |
# | $M_s = \sigma(f^{7 \times 7}([\mathrm{Avg}; \mathrm{Max}]))$ | mean and maximum over C, a 7 x 7 convolution, sigmoid | `SpatialGate()(x)` |
# | $F'' = M_s \otimes F'$ | each position times its gate | `x * spatial_gate(x)` |
#
# The authors' code differs in two things, and we build the code's version.
# It puts the maximum first, and a BatchNorm behind the convolution (more in sections 5 and 11).
#
# An **mlp** (multi-layer perceptron) is a chain of linear layers, here two with a ReLU between them.

# %% [markdown]
# ## 4. Exercise 1: `ChannelGate`
#
# Pool `x` over H and W twice, by mean and by maximum: two vectors (B, C).
# Send each through the same `self.mlp`, add the results, take the sigmoid.
# Return the gates as (B, C, 1, 1), not multiplied onto x yet.
#
# ![x is pooled over H, W to means and maxima, each (B, C). Both go through one mlp (Linear C to C/r, ReLU, Linear back to C), are added, and pass a sigmoid; reshaped they are the gates (B, C, 1, 1).](figures/channel_gate.svg)
#
# `self.mlp` is an `nn.Sequential` of three layers.
# Unlike SE's, its linear layers have biases.
# As in SE, C // r hidden numbers; 0 is a `ValueError` that names both numbers.
#
# By hand, with one hidden number, weights (1, -1) and (2, -2), biases 0: channel 0 holds 1, 2, 3, 2, channel 1 holds 0, 0, 4, 0.
# The means (2, 1) give relu(2 - 1) = 1, then (2, -2).
# The maxima (3, 4) give relu(-1) = 0, then (0, 0).
# Sum (2, -2), gates (0.88, 0.12).

# %% exercise
class ChannelGate(nn.Module):
    """sigmoid(mlp(mean of x over H, W) + mlp(maximum over H, W)), (B, C, H, W) -> (B, C, 1, 1).

    mlp: nn.Sequential of nn.Linear from channels to channels // reduction, nn.ReLU, nn.Linear
    back to channels; both linear layers have biases.
    Raises ValueError, with both numbers in the message, where channels // reduction is 0.
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
# One mlp is made, and it is called twice.
# What is added: what goes in, or what comes out?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `x.amax(dim=...)` is to the maximum what `x.mean(dim=...)` is to the mean: it takes several axes.
# (`x.max(dim=2)` takes one axis and returns a pair: the maxima, and where they lie.)
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: hidden width; raise if it is 0; `self.mlp = nn.Sequential(...)` with three layers.
# `forward`: one line for the sum of two calls of `self.mlp`; one line that takes the sigmoid and adds two axes with `None`.
# </details>

# %% [markdown]
# Try it on a haze and a star: two channels with the same mean, 0.1; one is 0.1 everywhere, the other is 10 at one of 100 positions.
# The mlp is set by hand: each channel for itself, 0.5 · relu(pooled - 1) - 1.
# It runs once for the mean and once for the maximum, so that the -1 is added twice.
# Which two gates do you expect?

# %% tags=["experiment"]
haze_and_star = torch.full((1, 2, 10, 10), 0.1)
haze_and_star[0, 1] = 0
haze_and_star[0, 1, 3, 6] = 10
gate = ChannelGate(2, reduction=1)
first, _, second = gate.mlp
with torch.no_grad():
    first.weight.copy_(torch.eye(2)), first.bias.fill_(-1)
    second.weight.copy_(0.5 * torch.eye(2)), second.bias.fill_(-1)
    gates = gate(haze_and_star)[0]
show_gate(gates, labels=["haze", "star"], title="both have the mean 0.1")

# %% [markdown]
# The haze: mean and maximum are 0.1, twice -1, σ(-2) = 0.12.
# The star: -1 from its mean, 0.5 · 9 - 1 = 3.5 from its maximum, σ(2.5) = 0.92.
# From the means alone both gates would be equal.

# %% [markdown]
# ## 5. Exercise 2: `SpatialGate`
#
# Now pool over the channels: at each position the maximum and the mean over C.
# Put the two sheets together in this order, maximum first, (B, 2, H, W).
# A k x k convolution makes one sheet of two; `self.bn` brings it to scale; a sigmoid makes the map (B, 1, H, W).
#
# ![x is pooled over C to a sheet of maxima and a sheet of means, put together to (B, 2, H, W). A k x k convolution makes one sheet, bn and sigmoid follow: the map (B, 1, H, W).](figures/spatial_gate.svg)
#
# `self.conv` has no bias and k // 2 zeros beyond each border, so that the map keeps its size; an even k is a `ValueError`.
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
# `torch.cat([a, b], dim=1)` puts (B, 1, H, W) and (B, 1, H, W) together to (B, 2, H, W).
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: raise if `kernel_size % 2 == 0`; two layers.
# `forward`: two pooled sheets; `torch.cat` of them; then three calls inside one another, convolution innermost, sigmoid outermost.
# </details>

# %% [markdown]
# ### Maps over photographs
#
# There are no trained weights here, so features *and* kernel are made by hand.
# Features: edges, and how red, green, blue, yellow a pixel is.
# Kernel: what the strongest feature says at a spot (3 x 3), minus what it says around it (7 x 7).
# So the map should open where something stands out from its surroundings.

# %% tags=["experiment"]
from IPython.display import display


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
    display(heat_map_over(view, weights, label="map (0 closed, 1 open)",
                          title="features and kernel made by hand, nothing trained"))

# %% [markdown]
# Lamps, the rocket, the cat's nose and the rims of its eyes.
# (And the margin: beyond the border the convolution finds zeros, so that what lies there seems to stand out.
# Lesson 02 meets this border effect in one dimension.)
#
# **Paper or code?** The paper's formula has no BatchNorm between convolution and sigmoid; the authors' code has one.
# Put `nn.Identity()` in its place, and you have the paper's gate.
# What is the difference?
# Multiply the features by 0.1, 1 and 100, and look at the middle 90 % of each map.

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
# With small ones it hardly opens or closes; with large ones it is a hard mask with hardly any gradient.
# With it the scale hardly matters in training mode (until numbers are so small that BatchNorm's eps, 1e-5, counts).
# The price: in training, a picture's map depends on the rest of its batch.

# %% [markdown]
# ## 6. Exercise 3: `CBAM`
#
# The assembly.
# `self.channel_gate` and `self.spatial_gate`, one after the other: multiply x by its channel gate.
# The spatial gate reads *that result*, and the result is multiplied by the map.
# The output has x's shape.
#
# Both gates return weights.
# Nothing is multiplied until the block does it: (B, C, 1, 1) is stretched over the positions, (B, 1, H, W) over the channels.
#
# Worked example: at one position channels 0 and 1 hold 4 and 2.
# Their gates are 0.5 and 1, so x' holds 2 and 2 there.
# If the map, made from x', is 0.8 at this position, the output is 1.6 and 1.6.
# Each number has been multiplied twice.
#
# Pass `reduction` and `kernel_size` on to the gates.
# Do not change `x` itself: the shortcut of the network around the block still needs it.
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
# Two products.
# Which image does the second gate read, and which one does its map multiply?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__`: two attributes.
# `forward`: two lines that look alike, each an image times a gate of that image.
# </details>

# %% [markdown]
# ## 7. Predict, then run
#
# How many parameters have the channel gate for 64 channels (r = 16), the spatial gate, and CBAM for 256 channels?
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
# 64 channels: 2 · 64 · 4 weights, 4 + 64 biases, 580.
# Spatial gate: 2 · 7 · 7 + 2 = 100, for any number of channels.
# CBAM(256): 2 · 256 · 16 + 16 + 256 + 100 = 8564.
# </details>
#
# The maximum costs no parameter: the mlp is shared.
# A map costs 100.
# Now count what the authors' ResNet-50 has, with one CBAM in each of its 16 blocks:

# %%
stages = ((256, 3), (512, 4), (1024, 6), (2048, 3))  # channels, blocks
added = sum(n * sum(p.numel() for p in CBAM(c).parameters()) for c, n in stages)
print(f"ResNet-50 with CBAM: 25,557,032 + {added:,} = {25_557_032 + added:,} parameters")

# %% [markdown]
# The authors' code has the same number, to the last digit.
# SE-ResNet-50 *with* biases has 28,088,024, so 16 maps of 100 parameters are the whole difference; in a table both are "28.09M".
#
# Parameters are not work.
# On a map of 56 x 56:

# %% tags=["experiment"]
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
# The 7 x 7 convolution works at each position.
# And what no multiply-add counts: SE reads the map twice, to squeeze and to multiply, CBAM six times.
# In the experiment below, a run with CBAM took us about twice the time of a plain one.

# %% [markdown]
# ## 8. Exercise 4: have you seen this before?
#
# A widely read Chinese post (《论文中常用的注意力模块合集(下)》, "attention modules common in papers, part 2") presents a "flexible attention" (柔性注意力).
# No paper is named.
# In our words:
#
# > Take any feature layer.
# > Pool it over all positions twice, by mean and by maximum, to two vectors of C numbers.
# > Send both through two shared, fully connected layers with a ReLU.
# > Add the two results; a sigmoid makes weights of them.
# > Multiply each channel by its weight.
#
# Write it as a function of two matrices without biases, `w1` (C // r, C) and `w2` (C, C // r):
#
# $$x \cdot \sigma\big(w_2\,\mathrm{relu}(w_1\,\text{mean}) + w_2\,\mathrm{relu}(w_1\,\text{max})\big).$$
#
# Worked example: channels 0, 4 and 2, 2: means (2, 2), maxima (4, 2).
# With `w1 = [[1., -1.]]`, `w2 = [[1.], [-1.]]` the means give (0, 0), the maxima (2, -2): gates 0.88, 0.12.
# Channel 0 becomes 0, 3.52.
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
# You have written it already, with layers in the place of matrices.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The pooled vectors are rows: s is (B, C).
# A layer with the matrix w1 computes `s @ w1.T`, (B, C // r).
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Two pooled vectors; the sum of two terms that differ in one name; x times the sigmoid of it with two more axes.
# </details>

# %% [markdown]
# Now hold your `ChannelGate` against it, with its biases set to 0:

# %%
torch.manual_seed(0)
x, gate = torch.randn(2, 8, 5, 7), ChannelGate(8, reduction=2)
first, _, second = gate.mlp
nn.init.zeros_(first.bias), nn.init.zeros_(second.bias)
difference = flexible_attention(x, first.weight, second.weight) - x * gate(x)
print("the same as x * ChannelGate(x):", bool(difference.abs().max() < 1e-6))

# %% [markdown]
# It is CBAM's channel gate.
# Part 1 of the same post has CBAM itself.
# Such things happen often: a drawing is made anew, a name is translated, and an old module looks new.
# The cure takes a minute: write down which axes are pooled, how, what is learned, what is multiplied.

# %% [markdown]
# ## 9. The bug museum
#
# Exhibits A and B were real code, rebuilt here as small as possible.
# C is another kind of bug.
#
# ### Exhibit A: a gate that trains
#
# *Symptom.* None that you would notice.
# The loss falls.
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
# A test sees it in a thousand lines: raise the brightest position of each channel, lower another one as much, so that the means stay.
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
# `avg + avg`: a slip of the hand.
# `largest` is computed and thrown away, and what is left is SE with doubled scores.
# Seen in attention modules collected by the authors of a survey, [MenghaoGuo/Awesome-Vision-Attentions, issue 32](https://github.com/MenghaoGuo/Awesome-Vision-Attentions/issues/32) (`y_avg + y_avg`).
# It was seen once more, as `x1 + x1`, in [nikhilroxtomar/Attention-Mechanism-Implementation, issue 1](https://github.com/nikhilroxtomar/Attention-Mechanism-Implementation/issues/1).
# </details>
#
# ### Exhibit B: twice as many parameters as the paper
#
# *Symptom.* The count is wrong: the channel gate alone has more parameters than all of CBAM should.

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
# Two mlps, one for the mean and one for the maximum.
# The paper shares one.
# Nothing crashes, and it may even be a good idea; but it is not CBAM.
# Seen in [Peachypie98/CBAM, issue 3](https://github.com/Peachypie98/CBAM/issues/3), where the author mended it; [issue 2](https://github.com/Peachypie98/CBAM/issues/2) found the sigmoid missing in its spatial gate.
# </details>
#
# ### Exhibit C: a bug that is none
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
# With an axis, `torch.max` returns a pair, the maxima and their places, and `[0]` takes the maxima, of all images.
# The bug is in what a reader must know.
# The same line puzzled a reader of [another module](https://github.com/landskape-ai/triplet-attention/issues/19) that had taken it over.
# `x.amax(1)` or `x.max(1).values` would have spared both.
# </details>

# %% [markdown]
# ## 10. The experiment: what, where, and in which order?
#
# Back to the crosses.
# A small network sees 3 x 3 pixels at a time, so never frame and bar together; at the end it takes the mean over all positions.
# Left alone it can count bars, no more.
# How often can it be right?
# Work it out before you unfold the answer.
#
# <details><summary>The limits, by hand</summary>
#
# Who sees four bars and does not know which one counts lets them vote.
# Each of the other three agrees with the one in question half of the time.
# Where 2 or 3 of them do, the vote is right (1/2 of the pictures).
# Where 1 does, it is a tie (3/8, half of them right): 1/2 + 3/16 = **68.75 %**.
#
# Who knows only the colour, or only the place, has two bars: alike half of the time, else a coin.
# 1/2 + 1/4 = **75 %**.
# Who knows both: **100 %**.
# </details>
#
# | arm | between the convolutions and the mean |
# |---|---|
# | plain | nothing |
# | what only | x times its channel gate |
# | where only | x times its spatial gate |
# | CBAM | your `CBAM`: first what, then where |
# | where, then what | the same two gates in the other order |
# | CBAM, cue taken out | CBAM, but stars and frame are drawn at random: they say nothing about the bar that counts |
#
# Two runs each, about 40 s for all.
# *Before you run it: does the order matter here?*

# %% tags=["experiment"]
CHANNELS, REDUCTION = 12, 2


class Gated(nn.Module):
    """x times one gate after the other; without gates, x."""

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


def without_cue(n, seed):
    """Every picture gets the cross of one and the stars and the frame of another one."""
    (x, answers, _), (other, *_) = scenes(n, seed), scenes(n, seed + 100)
    mixed = other.clone()  # its stars and its frame; red and blue below the sky come from x
    mixed[:, ::2, 9:] = x[:, ::2, 9:]
    return mixed, answers


# %% tags=["experiment"]
with_cue = scenes(1536, seed=0)[:2], scenes(2048, seed=1)[:2]
no_cue = without_cue(1536, seed=0), without_cue(2048, seed=1)
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


results = compare(arms, seeds=range(2), run=run)
results

# %% tags=["experiment"]
sizes = {arm: sum(p.numel() for p in network(attention()).parameters())
         for arm, (attention, _) in arms.items()}
for arm, control in (("CBAM", "what only"), ("CBAM", "where only"),
                     ("CBAM, cue taken out", "plain"), ("where, then what", "CBAM")):
    matters = results.lead(arm, control) > 2 and results.mean(arm) - results.mean(control) > 5
    print(f"'{arm}' is {'clearly' if matters else 'not clearly'} ahead of '{control}'")
score_bars(results, "right answers on new pictures (%)", parameters=sizes, highlight="CBAM",
           baselines={"four bars": 68.75, "two bars": 75})

# %% [markdown]
# **Read it.** The first three arms land on their limits: votes of four bars, of two, of two.
# (The 2048 test pictures leave about a point to luck, upwards as well: on them the three votes are right in 69.3, 75.0 and 75.3 %.)
# Only both gates together answer the question.
# Take the cue away and CBAM votes like the plain network: it was the stars and the frame, not the 262 extra parameters.
#
# **The order.** Two runs show little.
# We ran eight, to be sure.
# CBAM has 97.0 % on average (three times 100, once 99.7, four times about 94), the other order 100 % in all eight.
# A lead of 3 points and 2.8 standard errors, for the order that is *not* CBAM's.
# Why, we do not know.
# In the paper channel first is slightly ahead, on ImageNet, and both in a row are ahead of both side by side.
#
# Two more arms, three runs each, measured beforehand.
# The paper's form, without BatchNorm in the gate: 98.5, 100 and 100 %, no worse.
# Both gates made from the same x, side by side: 93.5, 76.7 and 93.3 %, worse in each run, but three runs of such spread prove little.
#
# What has the spatial gate learned?
# Look at the maps of the two trained CBAMs (these features *are* trained, in the cell above).
# You see their mean over the cross in the frame and over the other cross, and pictures of the clearest.

# %% tags=["experiment"]
def maps_of(seed, pictures):
    """The spatial maps of the CBAM that was trained with this seed: (n, 19, 19)."""
    model = network(CBAM(CHANNELS, REDUCTION)).eval()
    model.load_state_dict(trained["CBAM", seed])
    convolutions, block = model[:6], model[6]
    with torch.no_grad():
        x = convolutions(pictures)
        return block.spatial_gate(x * block.channel_gate(x))[:, 0]


new, _, places = scenes(500, seed=7)
each, clearest = torch.arange(500), {}
for seed in range(2):
    maps = maps_of(seed, new)
    crosses = torch.stack([maps[:, 12:15, c:c + 3].mean((1, 2)) for c in (3, 13)], dim=1)
    framed, other = crosses[each, places].mean(), crosses[each, 1 - places].mean()
    clearest[seed] = framed - other
    print(f"run {seed}: {results.scores('CBAM')[seed]:.1f} % right;",
          f"map {framed:.2f} at the framed cross, {other:.2f} at the other one")

maps = maps_of(max(clearest, key=clearest.get), new[:6])
figure, axes = plt.subplots(2, 6, figsize=(11, 4), facecolor=PAPER, layout="constrained")
for (above, below), picture, place, weights in zip(axes.T, new, places, maps):
    above.imshow(picture.clamp(0, 1).permute(1, 2, 0))
    above.set_title(f"frame {'right' if place else 'left'}", fontsize=10)
    drawn = below.imshow(weights, cmap="inferno", vmin=0, vmax=1)
for axis in axes.flat:
    axis.set_axis_off()
figure.colorbar(drawn, ax=axes[1], label="map (0 closed, 1 open)")
plt.show()

# %% [markdown]
# In the clearest run the other cross is shut, as one would hope; the rest is stripes that nobody ordered.
# In the other run (run 0, on our machine) the map is *lower* at the framed cross, and all answers are right as well.
# A map says where the gate is open.
# Why the network is right, it does not say.
#
# Be honest about the rest:
#
# - The task is *made* for CBAM, and the network is deliberately short-sighted.
#   One that saw frame and bar in one window would need no spatial gate.
# - The spatial gate reads two numbers per position, and 7 x 7 of them.
#   It sees *that* something is there, hardly *what*.
#   (With a 1 x 1 kernel it cannot see the frame: 75.4, 77.4 and 75.9 % in three runs.)
# - On ImageNet the authors' README gives 77.62 % top-1 for their ResNet-50 with CBAM.
#   timm, a library of vision models, [warns](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/cbam.py) that results with such layers have been mixed.
#   It says that they can cost accuracy on some tasks.

# %% [markdown]
# ## 11. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | spatial gate | convolution, sigmoid | convolution, BatchNorm (momentum 0.01), sigmoid | with `bn`, torch's momentum 0.1; `gate.bn = nn.Identity()` for the paper's form |
# | order of the two sheets | mean, maximum | maximum, mean | maximum, mean: trained weights depend on it |
# | biases of the mlp | none in its formula | yes | yes; timm's `CbamModule` has none |
# | what is pooled | mean, maximum | also a 2-norm and a log-sum-exp, as options | mean, maximum |
# | a gate returns | the weights | the gated image | the weights |
# | order of the gates | channel, then spatial | the same | the same |

# %% [markdown]
# ## 12. Questions to think about
#
# 1. Mirror x.
#    What happens to CBAM's channel gates, and what to its map?
#    For which kernels is the map mirrored exactly?
# 2. Shuffle the channels of x.
#    What does the spatial gate do?
#    What does that say about what it can know?
# 3. One pixel of your camera is broken and always bright.
#    Which of mean and maximum does it hurt more, in each gate?
# 4. `flexible_attention` has no biases.
#    Give x one more channel that is 1 everywhere: how can you now make its matrices do what `ChannelGate` does *with* biases?
#    (The mean of that channel is 1, and so is its maximum.)
# 5. Change the experiment so that the order matters.
#    You need a picture in which the channel gate has to work before the spatial gate can see where to look.
# 6. Multiply x by 2.
#    What do the channel gates do, and what does the map, in training mode?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The channel gates stay: they pool over H and W.
#    The map is mirrored exactly where the kernel is its own mirror image.
# 2. Nothing: maximum and mean over C do not know which channel is which.
#    The map can know *that* something is strong at a position, not *what* it is.
# 3. In the channel gate the maximum: one pixel sets it in every picture, while the mean shifts by 1 / (H · W) of its value.
#    In the spatial gate both are wrong at that position, and no others: its damage reaches as far as the kernel.
# 4. The new column of `w1` holds the first biases.
#    One more hidden number reads only the new channel, so it is always 1, and its column in `w2` holds the second biases.
# 5. One way, not tried: a red frame at one cross and a blue one at the other, and the stars say which colour of frame counts.
# 6. The channel gates move, not by a simple rule, since the mlp has biases.
#    The spatial gate makes the same map of 2x as of x: the convolution's scores double, and BatchNorm takes it back (but for its eps).
# </details>

# %% [markdown]
# ## 13. References
#
# - S. Woo, J. Park, J.-Y. Lee, I. S. Kweon: *CBAM: Convolutional Block Attention Module*, ECCV 2018, [arXiv:1807.06521](https://arxiv.org/abs/1807.06521).
#   Authors' code: [Jongchan/attention-module](https://github.com/Jongchan/attention-module).
# - J. Hu, L. Shen, G. Sun: *Squeeze-and-Excitation Networks*, CVPR 2018, [arXiv:1709.01507](https://arxiv.org/abs/1709.01507).
# - Photographs: sources and licences stand in `attention_lab/photos/CARD.md`.
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
