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
# ![Four dark pictures, each with two crosses of a red and a blue bar, a row of red or blue stars above, and a green frame around one cross. The stars' colour says which bar counts, and the frame says at which cross. Is that bar horizontal?](figures/question.svg)
#
# **Why anyone cares.** In the first stage of a ResNet-50, each gate of lesson 01's SE is shared by 56 · 56 = 3,136 positions.
# It can choose *what* to look at, but never *where*.
# [CBAM](https://arxiv.org/abs/1807.06521) gates the positions too.
# A variant of its spatial gate is part of the detector [YOLOv4](https://arxiv.org/abs/2004.10934), and [timm](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/cbam.py), the library of vision models, has both gates.
#
# **Needs** lesson 01 (squeeze, excitation, gate) · 2 h · 10 points · difficulty 2 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build CBAM's two gates, and say which axes each of them pools;
# - explain what the maximum of a channel tells you that its mean does not;
# - draw a spatial map over a photograph, and say where it comes from;
# - recognise a module you know when it appears under a different name;
# - measure whether the order of the two gates matters.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-A-question-with-a-what-and-a-where), [the idea](#2.-The-idea) | 10 |
# | what the mean forgets, [exercise 1, `ChannelGate`](#3.-Exercise-1:-ChannelGate) (4 points) | 20 |
# | [exercise 2, `SpatialGate`](#4.-Exercise-2:-SpatialGate) (3 points); something to touch | 18 |
# | maps over photographs, with and without BatchNorm | 8 |
# | [exercise 3, `CBAM`](#5.-Exercise-3:-CBAM) (2 points) | 10 |
# | predict, then run: what it costs | 6 |
# | [exercise 4, `flexible_attention`](#6.-Exercise-4:-have-you-seen-this-before?) (1 point) | 10 |
# | [the bug museum](#7.-The-bug-museum) | 5 |
# | [the experiment](#8.-The-experiment:-what,-where,-and-in-which-order?) | 20 |
# | [paper against code](#9.-Paper-against-code,-and-a-challenge), without the challenge | 2 |
# | [what we now know](#10.-What-we-now-know), [questions](#11.-Questions-to-think-about) | 11 |
#
# </details>

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.training import Trained, compare, train
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import predict_then_run, show
from attention_lab.pictures.cbam import (show_maps_over, show_red_and_blue, show_spatial_maps,
                                         slide_shared_channels)
from attention_lab.pictures.gaps import print_verdicts
from attention_lab.pictures.longer_runs import longer_runs, runs_in_words, short_and_longer_runs
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.data import photograph
from attention_lab.tasks.framed_crosses import (CHANNELS, cross_reader, crosses_without_cue,
                                                framed_crosses, right_on_crosses)
from attention_lab.tasks.hand_made_features import (edges_and_colours, made_to_stand_out,
                                                    red_and_blue)

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. A question with a what and a where
#
# Each picture at the top has two crosses, one on the left and one on the right.
# A cross is a red bar and a blue bar on top of each other, and the bars are magenta where they overlap.
# If both bars point the same way, they cover each other, and you see a single magenta bar, as on the right of picture 3.
#
# Two cues say which of the four bars counts.
# The small squares along the top edge are stars.
# Their colour says **what** to look at, the red bar or the blue one, and the green frame says **where**.
# In each of the four pictures one bar counts: in which pictures is this bar horizontal?
# Decide, then run the cell and compare.

# %%
crosses = framed_crosses(4, seed=275)
print(["horizontal" if answer else "vertical" for answer in crosses.answers])

# %% [markdown]
# Lesson 01's gate can deal with the stars.
# It sees the mean of each channel, and the means of red and blue show the stars' colour.
# So it can close the channels for the other colour.
#
# The frame is a different matter.
# Flip a picture from left to right, and the frame moves to the other side, together with its cross.
# What do the means say about that?

# %%
for name, x in (("as drawn", crosses.pictures), ("mirrored", crosses.pictures.flip(3))):
    print(f"picture 1, {name}: means of R, G and B", x[0].mean((1, 2)).numpy().round(3))

# %% [markdown]
# The means say nothing about that.
# The mean over H and W forgets *where* things are, and a gate with one number per channel treats left and right alike.

# %% [markdown]
# ## 2. The idea
#
# Woo, Park, Lee and Kweon (2018) put two gates in a row.
# The **channel gate** is SE's gate, but it reads the maximum of each channel as well as its mean.
# The **spatial gate** turns the idea around: it pools over the *channels*, which leaves two numbers at each position.
# A convolution turns these numbers into one gate per position, and these gates together are called a **map**.
#
# ![The channel gate turns x (B, C, H, W) into gates (B, C, 1, 1); multiplying x by these gates gives x'. The spatial gate turns x' into a map (B, 1, H, W); multiplying x' by the map gives the output.](figures/cbam_block.svg)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $M_c(F) = \sigma(\mathrm{MLP}(\mathrm{AvgPool}(F)) + \mathrm{MLP}(\mathrm{MaxPool}(F)))$ | mean and maximum over H, W, one shared mlp, sum, sigmoid | `ChannelGate(...)(x)` |
# | $F' = M_c(F) \otimes F$ | each channel times its gate | `x = x * channel_gate(x)` |
# | $M_s(F') = \sigma(f^{7 \times 7}([\mathrm{AvgPool}(F'); \mathrm{MaxPool}(F')]))$ | mean and maximum over C, a 7 x 7 convolution, sigmoid | `SpatialGate()(x)` |
# | $F'' = M_s(F') \otimes F'$ | each position times its gate | `x * spatial_gate(x)` |

# %% [markdown]
# The paper's F is our x, and σ is the sigmoid.
# The sign ⊗ stretches axes of size 1, and then multiplies element by element.
# In the spatial gate we follow the authors' code, which puts the maximum first and adds a BatchNorm.
# Section 4 shows what the BatchNorm is good for.
#
# An **mlp** (multi-layer perceptron) is a chain of linear layers with a nonlinearity between them.
# Here there are two linear layers, with a ReLU in between.

# %% [markdown]
# ## 3. Exercise 1: `ChannelGate`
#
# ### What the mean forgets
#
# SE squeezes each channel to its mean.
# The paper argues (in its section 3) that the maximum carries another clue, about what is distinctive in the picture.
# Look at a photograph of a rocket, and at two channels that are made from it by hand.
# In one channel a pixel is bright if red is the strongest of its three colours.
# In the other channel it is bright if blue is the strongest.
# Which channel has the larger mean, and which one has the larger maximum?

# %% tags=["experiment"]
rocket = F.avg_pool2d(photograph("rocket"), 4)
channels = red_and_blue(rocket)
show_red_and_blue(rocket, channels)

# %% tags=["experiment"]
for name, channel in zip(("red", "blue"), channels):
    print(f"{name:4s}: mean {channel.mean():.3f}, maximum {channel.max():.2f}")

# %% [markdown]
# The channel for blue has by far the larger mean, because there is a little blue all over the sky.
# The channel for red has the larger maximum, because of a few bright lamps at the foot of the rocket.
# The mean tells you how much of a colour there is in all, and the maximum tells you how strong the strongest pixel is.

# %% [markdown]
# ### A gate by hand
#
# Take two channels that hold (1, 2, 3, 2) and (0, 0, 4, 0), and an mlp with a single hidden number.
# Its first layer has the weights (1, -1), its second layer has the weights (2, -2), and all biases are 0.
# Both pooled vectors go through this same mlp:

# %%
first, second = torch.tensor([1.0, -1]), torch.tensor([2.0, -2])
scores = torch.zeros(2)
for name, pooled in (("means ", [2.0, 1]), ("maxima", [3.0, 4])):
    hidden = (first @ torch.tensor(pooled)).relu()
    scores += second * hidden
    print(name, f"{pooled}: hidden {hidden:.0f}; output", [int(n) for n in second * hidden])
print(f"sum {scores.tolist()}, gates", [round(gate, 2) for gate in scores.sigmoid().tolist()])

# %% [markdown]
# The means open channel 0 and close channel 1.
# The maxima have nothing to add here, because the ReLU cuts off their hidden number, which is 3 - 4 = -1.
#
# ### The exercise
#
# Pool `x` over H and W twice, by mean and by maximum, which gives two vectors (B, C).
# Send each vector through the same `self.mlp`, add the results, and take the sigmoid.
# Return the gates as (B, C, 1, 1), and do not multiply x by them yet.
#
# ![x is pooled over H, W to means and maxima, each (B, C). Both go through one mlp (Linear C to C/r, ReLU, Linear back to C), are added, and pass a sigmoid; reshaped they are the gates (B, C, 1, 1).](figures/channel_gate.svg)
#
# `self.mlp` is an `nn.Sequential` of three layers.
# Unlike SE's, its linear layers have biases.
# As in SE, the hidden layer has C // r numbers.
# If C // r is 0, raise a `ValueError` that names C and r.

# %% exercise
class ChannelGate(nn.Module):
    """sigmoid(mlp(mean of x over H, W) + mlp(maximum over H, W)), (B, C, H, W) -> (B, C, 1, 1).

    mlp: nn.Sequential of nn.Linear from channels to channels // reduction, nn.ReLU, nn.Linear
    back to channels; both linear layers have biases.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=4
check(ChannelGate)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Make one mlp, and call it twice.
# What do you add up: the mlp's inputs, or its outputs?
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
# `__init__` computes the hidden width, raises if it is 0, and sets `self.mlp = nn.Sequential(...)` with three layers.
# `forward` has two lines.
# The first line adds two calls of `self.mlp`, and the second one takes the sigmoid and adds two axes with `None`.
# </details>

# %% [markdown]
# ## 4. Exercise 2: `SpatialGate`
#
# Now pool over the channels.
# Take two channels on a row of three positions, (4, 1, 2) and (0, 1, 2).
# The kernel has size 1, and it multiplies the maxima by 1 and the means by -1:

# %%
maxima, means = torch.tensor([4.0, 1, 2]), torch.tensor([2.0, 1, 2])
scores = 1 * maxima - 1 * means
print("scores", scores.tolist(), "map", [round(gate, 2) for gate in scores.sigmoid().tolist()])

# %% [markdown]
# The gate opens at position 0, where one channel is larger than the other.
# At the other two positions both channels agree, so their maximum is their mean, and the gate stays at 0.5.
#
# ### The exercise
#
# Take the maximum and the mean over C at each position.
# This gives two sheets of numbers.
# Stack the sheets, with the maxima first, so that they have the shape (B, 2, H, W).
# A k x k convolution turns the two sheets into one, `self.bn` normalises it, and a sigmoid makes the map (B, 1, H, W).
#
# ![x is pooled over C into a sheet of maxima and a sheet of means, joined into (B, 2, H, W). A k x k convolution makes one sheet, bn and sigmoid follow: the map (B, 1, H, W).](figures/spatial_gate.svg)
#
# `self.conv` has no bias.
# It pads with k // 2 zeros on each side, so that the map has the same H and W as x.
# An even k raises a `ValueError`.
# `self.bn` is an `nn.BatchNorm2d` of one channel.
# In eval mode a fresh `bn` changes (almost) nothing.
# So if your gate gets the kernel of our example, it makes the map of our example.

# %% exercise
class SpatialGate(nn.Module):
    """sigmoid(bn(conv([maximum of x over C, mean of x over C]))), (B, C, H, W) -> (B, 1, H, W).

    conv: nn.Conv2d from 2 channels to 1, kernel_size x kernel_size, padding kernel_size // 2,
    without bias. bn: nn.BatchNorm2d(1).
    Raises ValueError for an even kernel_size.
    """

    def __init__(self, kernel_size: int = 7) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


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
# `__init__` raises an error if `kernel_size % 2 == 0`, and makes two layers.
# `forward` makes two pooled sheets and joins them with `torch.cat`.
# Then come three nested calls, with the convolution innermost and the sigmoid outermost.
# </details>

# %% [markdown]
# **Touch it.** Your gate reads an image with eight channels that are all 0, except at two marks.
# At the left mark each of the eight channels holds 1, so they sum to 8.
# At the right mark the sum is 8 as well, but you choose how many channels share it.
# What do the maximum and the mean see, and which of the kernels below tells the marks apart?

# %% tags=["experiment"]
slide_shared_channels(SpatialGate)

# %% [markdown]
# <details><summary>What we think</summary>
#
# The mean is 1 at both marks, so it cannot tell them apart on its own.
# The maximum can tell them apart, unless all eight channels share the sum, because then the two marks are the same.
# The difference, maximum - mean, is 0 at the left mark, and the sigmoid turns this into a gate of 0.5.
# At the right mark it is above 0, so the gate is more open, unless all eight channels share the sum.
# </details>
#
# ### Maps over photographs
#
# We have no trained weights here, so the features *and* the kernel are made by hand.
# Some features mark edges, and the others say how red, green, blue or yellow each pixel is.
# The kernel averages the maxima in a small window of 3 x 3.
# Then it subtracts the average of the maxima around that window, in the rest of the 7 x 7 positions.
# So the map should open where something stands out.

# %% tags=["experiment"]
photos = [F.adaptive_avg_pool2d(photograph(name), (50, 75)) for name in ("rocket", "chelsea")]
features = torch.stack([edges_and_colours(photo) for photo in photos])  # (2, 6, 50, 75)
gate = made_to_stand_out(SpatialGate())
maps = gate(features).detach()  # in training mode: bn uses these two photographs
show_maps_over(photos, maps, ["A rocket at its launch pad; the map opens at lamps and rocket.",
                              "A cat's face; the map opens at its nose and eyes."])

# %% [markdown]
# The map opens at the lamps and the rocket.
# In the photograph of the cat it opens at the nose and at the rims of the eyes.
# (The map also opens along the border, because next to the zeros of the padding everything seems to stand out.)
#
# **Paper or code?** The paper's formula has no BatchNorm between the convolution and the sigmoid, but the authors' code has one.
# If you put `nn.Identity()` in its place, you have the paper's gate.
# What difference does it make?
# The next cell multiplies the features by 0.1, 1 and 100, and prints the range of the middle 90 % of the maps' values.

# %% tags=["experiment"]
for name, bn in (("with BatchNorm (code)", nn.BatchNorm2d(1)),
                 ("without (paper)", nn.Identity())):
    gate.bn = bn
    for scale in (0.1, 1, 100):
        low, high = gate(scale * features).quantile(torch.tensor([0.05, 0.95]))
        print(f"{name:22s} features x {scale:<4g} the map goes from {low:.2f} to {high:.2f}")

# %% [markdown]
# Without BatchNorm the map depends on how large the features happen to be.
# If they are small, the map hardly opens or closes.
# If they are large, its values are close to 0 or 1, where the sigmoid has almost no gradient.
# With BatchNorm the scale hardly matters in training mode, unless it is very small.
# A very small scale matters, because BatchNorm adds an `eps` of 0.00001 to the variance before it divides.
# At the scale of 0.1, the variance of the convolution's output is smaller than this `eps`.
# BatchNorm has a price: during training, a picture's map depends on the other pictures of its batch.

# %% [markdown]
# ## 5. Exercise 3: `CBAM`
#
# Now put the two gates together, first `self.channel_gate` and then `self.spatial_gate`.
# First multiply x by its channel gate.
# The spatial gate reads *that result*, and then you multiply the result by the map.
#
# Before you write the general form, follow one position, where channels 0 and 1 hold 4 and 2.
# Their gates are 0.5 and 1, so x' holds 2 and 2 there.
# Let the map be σ(maximum - mean), as in the example of exercise 2.
# It is easy to compute the map from x instead of x' by mistake, and the shapes would not show it.
# So the cell tries both, first x and then x':

# %%
values, gates = torch.tensor([4.0, 2.0]), torch.tensor([0.5, 1.0])
for name, read in (("x ", values), ("x'", gates * values)):
    opening = (read.max() - read.mean()).sigmoid()
    print(f"map of {name}: {opening:.2f}, output", (gates * values * opening).numpy().round(2))

# %% [markdown]
# In x the two channels differ, so the map opens.
# In x' they agree, so their maximum is their mean, and the map stays at 0.5.
# CBAM makes its map from x', so its output is (1, 1).
# Each number has been multiplied twice: 4 · 0.5 · 0.5 = 1.
#
# Both gates return weights, and the block does the multiplying.
# The channel gate's weights, (B, C, 1, 1), are stretched over the positions.
# The spatial gate's weights, (B, 1, H, W), are stretched over the channels.
# The output has x's shape.
#
# Pass `reduction` and `kernel_size` on to the gates.
# Do not change `x` itself, because the network around the block may still need it.
# (`x = x * g` makes a new tensor; `x *= g` changes the caller's tensor.)

# %% exercise
class CBAM(nn.Module):
    """Gate the channels of x, then the positions of the result, (B, C, H, W) -> (B, C, H, W).

    channel_gate: ChannelGate(channels, reduction). spatial_gate: SpatialGate(kernel_size).
    """

    def __init__(self, channels: int, reduction: int = 16, kernel_size: int = 7) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


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
# `__init__` sets two attributes.
# `forward` has two lines that look alike.
# In each line, an image is multiplied by a gate that is made from that image.
# </details>

# %% [markdown]
# ### Predict, then run: what does it cost?
#
# How many parameters does each of these modules have?
# Count weights, biases, and bn's two numbers, and use the reduction r = 16.
# Replace each `None`.

# %%
predicted = {"ChannelGate(64)": None, "SpatialGate()": None, "CBAM(256)": None}

modules = zip(predicted, (ChannelGate(64), SpatialGate(), CBAM(256)))
measured = {name: sum(p.numel() for p in module.parameters()) for name, module in modules}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>By hand</summary>
#
# The channel gate for 64 channels has 2 · 64 · 4 weights and 4 + 64 biases, together 580.
# The maximum adds no parameters, because both vectors go through one mlp.
# (Some public versions have two mlps, and twice as many parameters.)
# The spatial gate has 2 · 7 · 7 + 2 = 100 parameters, whatever the number of channels.
# CBAM(256) has 2 · 256 · 16 + 16 + 256 + 100 = 8564 parameters.
# </details>
#
# Now count the parameters of the authors' ResNet-50, with one CBAM in each of its 16 blocks.
# The cell also prints how much work the two gates do on 256 channels of 56 x 56:

# %%
stages = ((256, 3), (512, 4), (1024, 6), (2048, 3))  # channels, blocks
added = sum(n * sum(p.numel() for p in CBAM(c).parameters()) for c, n in stages)
print(f"ResNet-50 with CBAM: 25,557,032 + {added:,} = {25_557_032 + added:,} parameters")
for gate in (ChannelGate(256), SpatialGate()):
    print(cost(gate, torch.randn(1, 256, 56, 56), latency=False))

# %% [markdown]
# The authors' code has the same number of parameters, to the last digit.
#
# But few parameters do not mean little work.
# The spatial gate has far fewer parameters than the channel gate, but it does far more multiply-adds.
# This is because its 98 weights are used at each of 3,136 positions.
# And multiply-adds do not show how often a block reads its features.
# SE reads them twice, for the mean and for the product.
# CBAM reads them six times, because each of its two gates needs a mean, a maximum and a product.

# %% [markdown]
# ## 6. Exercise 4: have you seen this before?
#
# A Chinese post (《论文中常用的注意力模块合集(下)》, "attention modules common in papers, part 2") presents a "flexible attention" (柔性注意力).
# The post names no paper.
# In our words, it says:
#
# > Take any feature layer.
# > Pool it over all positions twice, by mean and by maximum, into two vectors of C numbers.
# > Send both vectors through two shared, fully connected layers with a ReLU.
# > Add the two results; a sigmoid turns the sum into weights.
# > Multiply each channel by its weight.
#
# Take one of the two poolings.
# It gives one vector for each image of the batch, and these vectors are the *rows* of a matrix `s` (B, C).
# So to apply a layer with the matrix w, multiply s by the transpose of w, as `nn.Linear` does: `s @ w.T`.
# Here are three images with two channels, and a matrix w of shape (1, 2):

# %%
print((torch.tensor([[2., 2.], [4., 2.], [1., 3.]]) @ torch.tensor([[1., -1.]]).T).tolist())

# %% [markdown]
# In the result each image is still one row, now with a single number: 2 - 2 = 0, then 4 - 2 = 2 and 1 - 3 = -2.
#
# Write this attention, without biases, as a function of x and two matrices, `w1` (C // r, C) and `w2` (C, C // r).
# For one image with its two vectors, it is
#
# $$x \cdot \sigma\big(w_2\,\mathrm{relu}(w_1\,\text{mean}) + w_2\,\mathrm{relu}(w_1\,\text{max})\big).$$
#
# Worked example: the channels (0, 4) and (2, 2) have the means (2, 2) and the maxima (4, 2).
# With `w1 = [[1., -1.]]` and `w2 = [[1.], [-1.]]` the means give (0, 0), the maxima give (2, -2), and the gates are 0.88 and 0.12.
# So channel 0 becomes (0, 3.52).
# Have you met this module?

# %% exercise
def flexible_attention(x: torch.Tensor, w1: torch.Tensor, w2: torch.Tensor) -> torch.Tensor:
    """x * sigmoid(w2 relu(w1 mean) + w2 relu(w1 max)), pooled over H and W.

    x: (B, C, H, W). w1: (C // r, C). w2: (C, C // r). Returns (B, C, H, W).
    """
    ...


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
# Make two pooled vectors, and add two terms that differ only in the vector that goes in.
# Take the sigmoid of the sum, give it two more axes, and multiply x by it.
# </details>

# %% [markdown]
# Now compare your function with your `ChannelGate`, whose biases we set to 0:

# %%
torch.manual_seed(0)
x, gate = torch.randn(2, 8, 5, 7), ChannelGate(8, reduction=2)
first, _, second = gate.mlp
nn.init.zeros_(first.bias), nn.init.zeros_(second.bias)
difference = flexible_attention(x, first.weight, second.weight) - x * gate(x)
print("the same as x * ChannelGate(x):", bool(difference.abs().max() < 1e-6))

# %% [markdown]
# The "flexible attention" is CBAM's channel gate under a new name.
# This happens a lot, and the cure takes a minute.
# Write down which axes are pooled, how they are pooled, what is learned, and what is multiplied.

# %% [markdown]
# ## 7. The bug museum
#
# This code was public; we have rebuilt a minimal version of it.
#
# ### Exhibit A: a gate that hides its mistake
#
# *Symptom.* There is none that you would notice, because the loss falls.
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
# A small test finds the mistake.
# The test raises the brightest position of each channel and lowers another one by as much, so that the means stay the same.
# Keep changing the cell above until the next one says yes.

# %%
torch.manual_seed(0)
exhibit, pair = ExhibitA(8, reduction=2), torch.zeros(2, 8, 5, 7)
pair[0, :, 2, 3] = 1
pair[1, :, 2, 3], pair[1, :, 0, 0] = 4, -3  # the second image has the same means as the first
first, second = exhibit(pair)
moved = (second - first).abs().max() > 1e-6
print("Does the gate notice the maximum?", "Yes." if moved else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# `avg + avg` is a typo.
# `largest` is computed and thrown away, and what remains is SE's gate, with biases, and with its scores doubled.
# The typo was seen in modules collected by the authors of a survey, [MenghaoGuo/Awesome-Vision-Attentions, issue 32](https://github.com/MenghaoGuo/Awesome-Vision-Attentions/issues/32) (`y_avg + y_avg`).
# It was seen again, as `x1 + x1`, in [nikhilroxtomar/Attention-Mechanism-Implementation, issue 1](https://github.com/nikhilroxtomar/Attention-Mechanism-Implementation/issues/1).
# </details>

# %% [markdown]
# ## 8. The experiment: what, where, and in which order?
#
# We return to the crosses.
# A small network sees 3 x 3 pixels at a time, so it never sees frame and bar together.
# At the end it takes the mean over all positions.
# Between its convolutions and this mean we put a module.
# We compare six choices, the **arms** of the experiment:
#
# | arm | what happens to the features | its parameters |
# |---|---|---|
# | no module | nothing | 0 |
# | channel gate only | x times your `ChannelGate` of x | 162 |
# | spatial gate only | x times your `SpatialGate` of x | 100 |
# | CBAM | your `CBAM`, the channel gate first | 262 |
# | spatial gate first | the same two gates in the other order | 262 |
# | CBAM, cue taken out | CBAM, but stars and frame come from other pictures, so they say nothing about the bar that counts | 262 |
#
# Without a module the network can count the bars in a picture and let them **vote**: are more of them horizontal, or more of them vertical?
# If it knows the colour or the place, only the two bars with that colour, or in that place, have a vote.
# If it knows both the colour and the place, one bar is left.

# %% [markdown]
# *Predict.* What percentage of the answers is right with the channel gate only, with the spatial gate only, and with CBAM?
# (Chance level is 50 %.)
# And do you expect the order of the two gates to matter?

# %% tags=["experiment"]
predicted = {"channel gate only": None, "spatial gate only": None, "CBAM": None}

# %% [markdown]
# Each arm is trained three times, for 384 steps of Adam with a one-cycle learning rate.
# Together that takes one to two minutes.

# %% tags=["experiment"]
class Gated(nn.Module):
    """x times one gate after another; without gates, x itself."""

    def __init__(self, *gates):
        super().__init__()
        self.gates = nn.ModuleList(gates)

    def forward(self, x):
        for gate in self.gates:
            x = x * gate(x)
        return x


# %% tags=["experiment"]
SIZE = CHANNELS, 2  # the size of the channel gates: 12 channels, reduction 2
with_cue = framed_crosses(1536, seed=0), framed_crosses(2048, seed=1)  # to train on, to test on
no_cue = crosses_without_cue(1536, seed=0), crosses_without_cue(2048, seed=1)
arms = {
    "no module": (lambda: Gated(), with_cue),
    "channel gate only": (lambda: Gated(ChannelGate(*SIZE)), with_cue),
    "spatial gate only": (lambda: Gated(SpatialGate()), with_cue),
    "CBAM": (lambda: CBAM(*SIZE), with_cue),
    "spatial gate first": (lambda: Gated(SpatialGate(), ChannelGate(*SIZE)), with_cue),
    "CBAM, cue taken out": (lambda: CBAM(*SIZE), no_cue),
}
trained = Trained()


def run(arm, seed):
    attention, (train_set, test_set) = arms[arm]
    model = train(cross_reader(attention()), train_set.pictures, train_set.answers,
                  loss=F.cross_entropy, epochs=8, batch_size=32, peak_rate=0.04, seed=seed)
    trained[arm, seed] = model
    return right_on_crosses(model, test_set)


# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {arm: results.mean(arm) for arm in predicted}
predict_then_run(predicted, measured, unit="right answers (%)")

# %% [markdown]
# <details><summary>The votes, by hand</summary>
#
# *Four bars.* One bar counts, and each of the other three agrees with it in half of the pictures.
# If two or three of them point the same way as the bar that counts (half of the pictures), the vote is right.
# If only one does (3/8 of the pictures), the vote is a tie, and a guess is right in half of these pictures.
# Together that is 1/2 + 3/16 = **68.75 %**.
#
# *Two bars.* They agree in half of the pictures, and in the other half the vote is a tie.
# Together that is 1/2 + 1/4 = **75 %**.
#
# *One bar* is always right.
# </details>
#
# Would the arms that score less than CBAM catch up with more time?
# We also trained with five times as many steps: 16 runs each for *CBAM* and *spatial gate first*, and five for each of the other arms.
# (All runs are in `solutions/cbam/experiment.md` in the course's repository.)
# The figure shows the runs on this page and the longer ones:

# %% tags=["experiment"]
votes = {"limits": {"no module": 68.75, "channel gate only": 75, "spatial gate only": 75,
                    "CBAM, cue taken out": 68.75}, "limit": "a vote of the bars that fit"}
about = "right answers on new pictures", longer_runs(), ("chance", 50)
show(short_and_longer_runs(results, *about, highlight=["CBAM", "spatial gate first"], **votes),
     runs_in_words(results, *about, **votes))
print_verdicts(results, ("channel gate only", "no module"), ("spatial gate only", "no module"),
               ("CBAM", "channel gate only"), ("CBAM", "spatial gate only"),
               ("spatial gate first", "CBAM"), ("CBAM, cue taken out", "no module"))

# %% [markdown]
# **Three findings.**
#
# - **Each gate alone scores about as well as a vote of two bars.**
#   *No module* scores about as well as a vote of four bars, so each gate seems to take two bars out of the vote.
#   In our recorded runs of this network, *no module* and the two single gates never scored more than about 2 points above their votes.
#   This holds even after five times as many steps.
# - **In this network, the question is answered only if both gates are present.**
#   Each gate can use one cue, and with both cues a single bar is left.
#   After the gates, this network has only a mean and a linear layer.
#   They can add up what cues and bars say, but they cannot use a cue to choose a bar.
#   We gave the network a hidden layer between the mean and the linear layer (16 units, 216 more parameters).
#   Then the spatial gate alone scored 100 % in all ten runs of 384 steps.
#   But with the channel gate alone the network still scores like a vote of two bars, even after five times as many steps.
#   With the hidden layer and no module, it scores like a vote of two bars as well.
# - **CBAM's lead over *no module* comes from the cues.**
#   Without the cues CBAM is no better than *no module*, so we saw no gain from its 262 parameters alone.

# %% [markdown]
# **The order.** Three runs show little, so we ran 24 for each of the two orders.
# After these 384 steps, 23 of the 24 runs with the spatial gate first score 100 %, and one scores 76 %.
# CBAM scores at least 99 % in 13 of its 24 runs, and between 76 and 96 % in the others.
# So at this learning rate, and after so few steps, the better order is the one that is *not* CBAM's.
# After five times the steps, 13 of 16 runs of CBAM score 100 %; the others score 93.6, 92.5 and 74.4 %.
# With the spatial gate first, all 16 runs score 100 %.
# So most runs of CBAM only need more time.
# The other three had not got there, but these runs are too few to say that the orders differ in the end.
#
# We also let both gates read the same x, side by side.
# Three such runs score 93.5, 76.7 and 93.3 % after 384 steps, and all three score 100 % after 1,920.
# On ImageNet the paper finds small differences (its section 4.1).
# There channel first is best, spatial first is second, and side by side is third.

# %% [markdown]
# ### What has the spatial gate learned?
#
# Look at the maps of the three networks with CBAM.
# Unlike the maps over photographs, these come from trained features and a trained kernel.
# The cell prints how open each map is over the framed cross and over the other cross.
# Then it draws the maps of the run in which these two values differ most.

# %% tags=["experiment"]
show_spatial_maps([trained["CBAM", seed] for seed in results.seeds], results.scores("CBAM"),
                  framed_crosses(500, seed=7))

# %% [markdown]
# In the clearest run the gate closes at the cross without a frame.
# We cannot explain the map's stripes elsewhere.
# In another of our runs the map was *lower* at the framed cross, and yet its network scored 100 %.
# A map shows where the gate is open.
# It does not show why the network is right.
#
# To be fair, the task is *made* for CBAM, and the network is deliberately short-sighted.
# Let the network begin with a dilated convolution (lesson 04: its kernel is spread out, so it sees frame and bar together).
# Then the network needs neither gate.
# Without any gate it scores 98 to 100 %, and 100 % after five times as many steps (five runs each).
# The spatial gate has a limit of its own: it reads only two numbers per position, in a window of 7 x 7.
# So it knows how strong the features are at a position, but not which channel is strong.
# (With a 1 x 1 kernel the gate at a bar cannot see the frame.
# Five runs of CBAM with such a kernel score 75 or 76 % after five times the steps.)

# %% [markdown]
# ## 9. Paper against code, and a challenge
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | spatial gate | convolution, sigmoid | convolution, BatchNorm (momentum 0.01), sigmoid | with `bn`, torch's momentum 0.1; `gate.bn = nn.Identity()` for the paper's form |
# | order of the two sheets | mean, maximum | maximum, mean | maximum, mean, so that the authors' trained weights would fit |
# | biases of the mlp | none in its formula | yes | yes; timm's `CbamModule` has none |
# | what is pooled | mean, maximum | also a 2-norm and a log-sum-exp, as options | mean, maximum |
# | a gate returns | the weights | the gated image | the weights |
# | order of the gates | channel, then spatial | the same | the same |
#
# **A challenge (not graded).** CBAM spends 262 parameters here.
# Answer at least 99 % of the pictures correctly in each of three runs, in the same 384 steps, with fewer than 34 parameters.
# Our block has 34, and scores 100 % in all six runs that we tried.
# (With 25 parameters, some runs got there and some did not.)
# Before you run the next cell, run the imports, your exercises, and the two cells of section 8 that define the arms.
# None of these cells trains anything.

# %% tags=["experiment"]
mine = None  # a function that makes your block, such as lambda: CBAM(*SIZE)

wrong = size = None
if mine:
    arms["mine"] = mine, with_cue
    wrong = 100 - min(compare(["mine"], range(3), run).scores("mine"))
    size = sum(p.numel() for p in mine().parameters())
challenge("parameters of the attention", size, beat=34, fewer=True,
          at_most={"wrong answers, worst of three runs (%)": (wrong, 1)})

# %% [markdown]
# ## 10. What we now know
#
# - CBAM has two gates.
#   The channel gate pools over positions and chooses *what*; the spatial gate pools over channels and chooses *where*.
# - The maximum sees what is strong in one place, and the mean sees how much there is in total.
#   Reading the maximum as well costs no parameters, because mean and maximum share one mlp.
# - In our network neither gate alone got more than about 2 points above a vote of two bars, and both gates together answered the question.
#   With a hidden layer after the mean, the spatial gate does not need the channel gate.
#   Without the hidden layer, 23 of 24 runs with the spatial gate first answered the question within 384 steps.
#   With CBAM's order, 13 of 24 runs did.
#   After five times the steps, 13 of 16 runs with CBAM's order scored 100 %, and all 16 runs with the spatial gate first did.
# - A map shows where a gate is open, but not why the network is right.
# - The BatchNorm in the spatial gate is in the code but not in the paper.
#   During training, the BatchNorm makes the map nearly independent of the features' scale, unless they are very small.
#
# So before you put CBAM into a network, ask: *can a window of 7 x 7 positions tell where the answer is?*

# %% [markdown]
# **Today.** YOLOv4 has a variant of the spatial gate, and timm has both gates.
# timm [warns](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/cbam.py) that results with such layers have been mixed, and that the layers can cost accuracy on some tasks.
# A gate can only make a position stronger or weaker.
# Where one position needs to know what another one holds, self-attention has taken over.
# You build it in lesson 05a.

# %% [markdown]
# **Against a plain convolution.** The cell at the end of this page shows recorded runs on real pictures.
# In each picture, a handwritten digit lies on a photograph with a coloured frame.
# The network should name the digit if it has the colour of the frame, and otherwise say "not it".
# With CBAM it scores 93.7 %.
# The network has two places for a module, and its two CBAM modules have 1,552 parameters.
# With one more 3 x 3 convolution in each place (11,616 parameters), it scores 93.0 %.
# We also tested each network on handwriting and photographs that it had never seen.
# The digits were written by hand on sheets of paper, and for this test we split the sheets into six groups.
# With six photographs for the backgrounds, this makes 36 pairs, each of one group and one photograph.
# Each of the 36 runs trained without one group and without one photograph, and was tested on exactly these two.
# On what was left out, CBAM scores 90.8 % on average, and the convolution scores 91.0 %, which is a tie.
#
# **What stays open.** Does CBAM's order matter in a large network, and why?
# The paper measures small differences on ImageNet, and on our crosses the other order was faster.
# We know of no rule that says beforehand which order suits a task.
#
# **What comes next.** CBAM's spatial gate sees 7 x 7 positions.
# Lesson 04, BAM, looks farther, and asks *what* and *where* side by side.

# %% [markdown]
# ## 11. Questions to think about
#
# 1. Mirror x.
#    What happens to CBAM's channel gates and to its map?
#    For which kernels is the map mirrored exactly?
# 2. Shuffle the channels of x.
#    What does the spatial gate do?
#    What does that tell you about what the gate can and cannot know?
# 3. One pixel of your camera is broken and always bright.
#    In each of the two gates, does this pixel do more harm to the mean or to the maximum?
# 4. Change the experiment so that the order matters even after long training.
#    You need a picture in which the channel gate has to work before the spatial gate can see where to look.

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The channel gates stay the same, because they pool over H and W.
#    The map is exactly mirrored if the kernel is its own mirror image.
# 2. Nothing changes, because maximum and mean over C do not know which channel is which.
#    The map can know *that* something is strong at a position, but not *what* it is.
# 3. In the channel gate, the broken pixel harms the maximum more.
#    This one pixel sets the maximum in every picture, but it shifts the mean by only 1 / (H · W) of the pixel's value.
#    In a spatial gate that reads x itself, both maximum and mean are wrong at that position and right everywhere else.
#    The damage reaches as far as the kernel.
# 4. One way, which we have not tried, is to draw a red frame at one cross and a blue frame at the other one.
#    The stars then say which colour of frame counts.
# </details>
#
# **References**
#
# - S. Woo, J. Park, J.-Y. Lee, I. S. Kweon: *CBAM: Convolutional Block Attention Module*, ECCV 2018, [arXiv:1807.06521](https://arxiv.org/abs/1807.06521).
#   Authors' code: [Jongchan/attention-module](https://github.com/Jongchan/attention-module).
# - J. Hu, L. Shen, G. Sun: *Squeeze-and-Excitation Networks*, CVPR 2018, [arXiv:1709.01507](https://arxiv.org/abs/1709.01507).
# - Photographs: sources and licences are in `attention_lab/photos/CARD.md`.

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", CBAM) puts the block of an earlier lesson first.
my_net(CBAM)

# %% [markdown]
# This is where you are in the course, and what you have solved on this page:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
