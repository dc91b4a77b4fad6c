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
# In each picture one bar counts: the stars say which colour it has, and the frame says at which cross it stands.
# In which of the four pictures is that bar horizontal?
# (The bars turn magenta where they overlap, and on the right of picture 3 both point the same way, so you see only one.)
# Decide for each picture, and then run the next cells: they load what this page needs, and print the answers.
#
# **Needs** lesson 01 (squeeze, excitation, gate) · 1 h 55 min · 11 points · difficulty 2 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build CBAM's two gates, and say which axes each of them pools;
# - explain what the maximum of a channel tells you that its mean does not;
# - draw a spatial map over a photograph, and say where it comes from;
# - recognise a module you know when it appears under a different name;
# - say what each gate cannot see, and test it.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-A-question-with-a-what-and-a-where), [the idea](#2.-The-idea) | 10 |
# | what the mean forgets, [exercise 1, `ChannelGate`](#3.-Exercise-1:-ChannelGate) (4 points) | 20 |
# | [exercise 2, `SpatialGate`](#4.-Exercise-2:-SpatialGate) (3 points); something to touch | 18 |
# | maps over photographs, with and without BatchNorm | 8 |
# | [exercise 3, `CBAM`](#5.-Exercise-3:-CBAM) (2 points), and what it costs | 16 |
# | [exercise 4, `flexible_attention`](#6.-Exercise-4:-have-you-seen-this-before?) (1 point) | 10 |
# | [the bug museum](#7.-The-bug-museum), where you repair `ExhibitA` (1 point) | 5 |
# | [the experiment](#8.-The-experiment:-what,-where,-and-in-which-order?) and [what we now know](#9.-What-we-now-know) | 28 |
#
# </details>

# %%
from attention_lab.lessons.cbam import *

begin("03_cbam")

# %%
crosses = framed_crosses(4, seed=275)
print(["horizontal" if answer else "vertical" for answer in crosses.answers])

# %% [markdown]
# To answer, you put two cues together, *what* and *where*, probably without noticing.
# Lesson 01's SE can use only the first one: in the first stage of a ResNet-50, each of its gates is shared by 56 · 56 = 3,136 positions, so it can choose what to look at, but never where.
# [CBAM](https://arxiv.org/abs/1807.06521) gates the positions as well.
# The library [timm](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/cbam.py) has both of its gates, and the detector [YOLOv4](https://arxiv.org/abs/2004.10934) has a variant of the second one.
# By the end of this page you will have written both, and a small network that uses them will answer questions like these and show you where its gate was open.
#
# ## 1. A question with a what and a where
#
# Begin with the half that SE can do.
# Its gate sees one number per channel, the mean, and the means of red and blue give away the colour of the stars, so it can close the channels of the colour that does not count.
#
# The frame is the harder half.
# Suppose you flip picture 1 from left to right, so that the frame moves to the other side and takes its cross along.
# What happens to the three means?
# Say it before you run the cell.

# %%
for name, x in (("as drawn", crosses.pictures), ("mirrored", crosses.pictures.flip(3))):
    print(f"picture 1, {name}: means of R, G and B", x[0].mean((1, 2)).numpy().round(3))

# %% [markdown]
# Nothing happens to them.
# A mean over H and W forgets *where* things are, and a gate with one number per channel treats left and right alike.
# If the frame is to count for anything, different positions need different gates.

# %% [markdown]
# ## 2. The idea
#
# Woo, Park, Lee and Kweon (2018) put two gates in a row.
# The **channel gate** is SE's gate, except that it reads the maximum of each channel as well as its mean.
# The **spatial gate** is the same thought turned around: it pools over the *channels*, which leaves two numbers at each position, and a convolution makes one gate per position of them.
# All the gates of the second kind together are called a **map**.
#
# ![The channel gate turns x (B, C, H, W) into gates (B, C, 1, 1); multiplying x by these gates gives x'. The spatial gate turns x' into a map (B, 1, H, W); multiplying x' by the map gives the output.](figures/cbam_block.svg)
#
# <details><summary>The paper's letters</summary>
#
# | in the paper | in words | in code |
# |---|---|---|
# | $M_c(F) = \sigma(\mathrm{MLP}(\mathrm{AvgPool}(F)) + \mathrm{MLP}(\mathrm{MaxPool}(F)))$ | mean and maximum over H, W, one shared mlp, sum, sigmoid | `ChannelGate(...)(x)` |
# | $F' = M_c(F) \otimes F$ | each channel times its gate | `x = x * channel_gate(x)` |
# | $M_s(F') = \sigma(f^{7 \times 7}([\mathrm{AvgPool}(F'); \mathrm{MaxPool}(F')]))$ | mean and maximum over C, a 7 x 7 convolution, sigmoid | `SpatialGate()(x)` |
# | $F'' = M_s(F') \otimes F'$ | each position times its gate | `x * spatial_gate(x)` |
#
# The paper's F is our x, σ is the sigmoid, and ⊗ stretches axes of size 1 before it multiplies element by element.
# In the spatial gate we follow the authors' code, which puts the maximum first and adds a BatchNorm that section 4 puts to the test.
# </details>

# %% [markdown]
# An **mlp** (multi-layer perceptron) is a chain of linear layers with a nonlinearity between them; here there are two layers, with a ReLU in between.

# %% [markdown]
# ## 3. Exercise 1: `ChannelGate`
#
# ### What the mean forgets
#
# Why read the maximum too?
# The paper argues (in its section 3) that it carries another clue, about what is distinctive in the picture, and a photograph shows you what that can mean.
# Below is a rocket at its launch pad, with two channels that we made from it by hand: in one a pixel is bright if red is the strongest of its three colours, in the other one if blue is.
# Which channel has the larger mean, and which one has the larger maximum?

# %% tags=["experiment"]
rocket = F.avg_pool2d(photograph("rocket"), 4)
channels = red_and_blue(rocket)
show_red_and_blue(rocket, channels)

# %% tags=["experiment"]
for name, channel in zip(("red", "blue"), channels):
    print(f"{name:4s}: mean {channel.mean():.3f}, maximum {channel.max():.2f}")

# %% [markdown]
# There is a little blue all over the sky, so blue has by far the larger mean, and yet red has the larger maximum, because of a few bright lamps at the foot of the rocket.
# The mean tells you how much of a colour there is in all; the maximum tells you how strong it is where it is strongest.

# %% [markdown]
# ### A gate by hand
#
# Before you write the gate, walk through one whose numbers fit in your head.
# Two channels hold (1, 2, 3, 2) and (0, 0, 4, 0), so their means are (2, 1) and their maxima are (3, 4).
# The mlp has a single hidden number; its first layer has the weights (1, -1), its second layer has the weights (2, -2), and all biases are 0.
# Both pooled vectors go through this same mlp:

# %%
def mlp(pooled):
    hidden = max(0, 1 * pooled[0] - 1 * pooled[1])  # the first layer, then the ReLU
    return hidden * torch.tensor([2, -2])  # the second layer


means, maxima = (2, 1), (3, 4)
print("means ", mlp(means).tolist())
print("maxima", mlp(maxima).tolist())
print("gates ", [round(gate, 2) for gate in (mlp(means) + mlp(maxima)).sigmoid().tolist()])

# %% [markdown]
# The means open channel 0 and close channel 1.
# The maxima would have pulled the other way, with 3 - 4 = -1, but the ReLU cut that off, so here they add nothing.

# %% [markdown]
# ### The exercise
#
# *About 10 minutes.*
# Pool `x` over H and W twice, by mean and by maximum, which gives you two vectors (B, C).
# Send each of them through the same `self.mlp`, add the results, and take the sigmoid.
# Return the gates as (B, C, 1, 1); you will multiply x by them later, in exercise 3.
#
# ![x is pooled over H, W to means and maxima, each (B, C). Both go through one mlp (Linear C to C/r, ReLU, Linear back to C), are added, and pass a sigmoid; reshaped they are the gates (B, C, 1, 1).](figures/channel_gate.svg)
#
# `self.mlp` is an `nn.Sequential` of three layers.
# As in SE, the hidden layer has C // r numbers; unlike in SE, the linear layers have biases.
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
# Take two channels on a row of three positions, (4, 1, 2) and (0, 1, 2), and a kernel of size 1 that multiplies the maxima by 1 and the means by -1:

# %%
maxima, means = torch.tensor([4.0, 1, 2]), torch.tensor([2.0, 1, 2])
scores = 1 * maxima - 1 * means
print("scores", scores.tolist(), "map", [round(gate, 2) for gate in scores.sigmoid().tolist()])

# %% [markdown]
# The gate opens at position 0, where one channel is larger than the other.
# At the other two positions both channels agree, so their maximum is their mean, and the gate stays at 0.5.

# %% [markdown]
# ### The exercise
#
# *About 10 minutes.*
# Take the maximum and the mean over C at each position, which gives two sheets of numbers.
# Stack the sheets, with the maxima first, so that they have the shape (B, 2, H, W).
# A k x k convolution turns the two sheets into one, `self.bn` normalises it, and a sigmoid makes the map (B, 1, H, W).
#
# ![x is pooled over C into a sheet of maxima and a sheet of means, joined into (B, 2, H, W). A k x k convolution makes one sheet, bn and sigmoid follow: the map (B, 1, H, W).](figures/spatial_gate.svg)
#
# `self.conv` has no bias, and pads with k // 2 zeros on each side, so that the map has the same H and W as x.
# An even k raises a `ValueError`.
# `self.bn` is an `nn.BatchNorm2d` of one channel.
# A fresh `bn` changes (almost) nothing in eval mode, so with the kernel of our example your gate makes the map of our example.

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
# The maximum can, unless all eight channels share the sum, because then the two marks are the same.
# The difference, maximum - mean, is 0 at the left mark, which the sigmoid turns into a gate of 0.5; at the right mark it is above 0, so the gate is more open, with the same exception.
# </details>

# %% [markdown]
# ### Maps over photographs
#
# We have no trained weights here, so the features *and* the kernel are made by hand.
# Some features mark edges, and the others say how red, green, blue or yellow each pixel is.
# The kernel averages the maxima in a small window of 3 x 3.
# Then it subtracts the average of the maxima around that window, in the rest of the 7 x 7 positions.
# So the map should open where something stands out.
# Where it is closed, the photograph is dark; point at a place to read its gate.

# %% tags=["experiment"]
photos = [F.adaptive_avg_pool2d(photograph(name), (50, 75)) for name in ("rocket", "chelsea")]
features = torch.stack([edges_and_colours(photo) for photo in photos])  # (2, 6, 50, 75)
gate = made_to_stand_out(SpatialGate())
maps = gate(features).detach()  # in training mode: bn uses these two photographs
for photo, weights in zip(photos, maps):
    look(weights, photo)

# %% [markdown]
# The map opens at the lamps and the rocket, and in the photograph of the cat at the nose and at the rims of the eyes.
# (It also opens along the border, because next to the zeros of the padding everything seems to stand out.)

# %% [markdown]
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
# Without BatchNorm the map depends on how large the features happen to be: with small ones it hardly opens or closes, and with large ones its values are close to 0 or 1, where the sigmoid has almost no gradient.
# With BatchNorm the scale hardly matters in training mode, except that at a scale of 0.1 the variance is smaller than the `eps` of 0.00001 that BatchNorm adds to it.
# This has a price: during training, a picture's map depends on the other pictures of its batch.

# %% [markdown]
# ## 5. Exercise 3: `CBAM`
#
# Now put the two gates together.
# Multiply x by its channel gate, which gives x'.
# The spatial gate reads *x'*, and then you multiply x' by the map.
#
# Follow one position, where channels 0 and 1 hold 4 and 2, their gates are 0.5 and 1, and the map is σ(maximum - mean), as in the example of exercise 2.
# It is easy to compute the map from x instead of x' by mistake, and the shapes would not show it, so the cell tries both:

# %%
values, gates = torch.tensor([4.0, 2.0]), torch.tensor([0.5, 1.0])
for name, read in (("x ", values), ("x'", gates * values)):
    opening = (read.max() - read.mean()).sigmoid()
    print(f"map of {name}: {opening:.2f}, output", (gates * values * opening).numpy().round(2))

# %% [markdown]
# In x the two channels differ, so the map opens; in x' they agree, so their maximum is their mean, and the map stays at 0.5.
# CBAM makes its map from x', and each number has been multiplied twice: 4 · 0.5 · 0.5 = 1.

# %% [markdown]
# *About 8 minutes.*
# Both gates return weights, and the block does the multiplying: (B, C, 1, 1) is stretched over the positions, and (B, 1, H, W) over the channels, so the output has x's shape.
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
# Count weights, biases, and bn's two numbers, use the reduction r = 16, and replace each `None`.

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
# But few parameters do not mean little work: the spatial gate has far fewer than the channel gate, and yet it does far more multiply-adds, because its 98 weights are used at each of 3,136 positions.

# %% [markdown]
# ## 6. Exercise 4: have you seen this before?
#
# *About 5 minutes.*
# A Chinese post (《论文中常用的注意力模块合集(下)》, "attention modules common in papers, part 2") presents a "flexible attention" (柔性注意力), and names no paper.
# In our words, it says:
#
# > Take any feature layer.
# > Pool it over all positions twice, by mean and by maximum, into two vectors of C numbers.
# > Send both vectors through two shared, fully connected layers with a ReLU.
# > Add the two results; a sigmoid turns the sum into weights.
# > Multiply each channel by its weight.

# %% [markdown]
# Which module is this?
# To find out, write it without biases, as a function of x and two matrices, `w1` (C // r, C) and `w2` (C, C // r).
# One pooling of a batch is a matrix `s` (B, C) with a row for each image, and the two layers turn it into `(s @ w1.T).relu() @ w2.T`.
#
# Worked example: the channels (0, 4) and (2, 2) have the means (2, 2) and the maxima (4, 2).
# With `w1 = [[1., -1.]]` and `w2 = [[1.], [-1.]]` the means give (0, 0), the maxima give (2, -2), and the gates are 0.88 and 0.12.
# So channel 0 becomes (0, 3.52).

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
# Make two pooled matrices, s for the means and s for the maxima, and send both through the same two layers.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Make two pooled vectors, and add two terms that differ only in the vector that goes in.
# Take the sigmoid of the sum, give it two more axes, and multiply x by it.
# </details>

# %% [markdown]
# If the module looks familiar, compare it with your `ChannelGate`, whose biases we set to 0 for this:

# %%
torch.manual_seed(0)
x, gate = torch.randn(2, 8, 5, 7), ChannelGate(8, reduction=2)
first, _, second = gate.mlp
nn.init.zeros_(first.bias), nn.init.zeros_(second.bias)
difference = flexible_attention(x, first.weight, second.weight) - x * gate(x)
print("the same as x * ChannelGate(x):", bool(difference.abs().max() < 1e-6))

# %% [markdown]
# So the "flexible attention" is CBAM's channel gate under a new name.
# This happens often enough to be worth a habit: when you meet a new attention, take a minute to write down which axes are pooled and how, what is learned, and what is multiplied.

# %% [markdown]
# ## 7. The bug museum
#
# ### Exhibit A: a gate that hides its mistake
#
# Here is a spatial gate with one wrong line.
# It runs, its map has the right shape, and every weight in it gets a gradient.
# And CBAM [trains with it](lab_book.md#8.-The-exhibits), no worse than with the right one.
# So neither the shapes nor the loss will help you.
# Read it, and see whether you can find the line.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f"a kernel of {kernel_size} x {kernel_size} has no middle")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        B, C, H, W = x.shape
        sheets = torch.stack([x.amax(dim=1), x.mean(dim=1)], dim=-1).view(B, 2, H, W)
        return torch.sigmoid(self.bn(self.conv(sheets)))

# %% [markdown]
# Whether you found it or not, a small test finds it: poke one position of x, the o, and see which positions of the map notice (#).
# The gate has a 7 x 7 kernel, so what do you expect to see?
#
# Then repair the exhibit, in its own cell, until a square of 7 x 7 surrounds the o, and run the test and the check again.
# One line is enough.
# Don't lean on your `SpatialGate`, which would earn nothing; here you read somebody else's code, and mend it where it stands.

# %%
torch.manual_seed(0)
exhibit, x = ExhibitA().eval(), torch.randn(1, 8, 9, 16)
poked = x.clone()
poked[0, :, 4, 8] += 5
notices = (exhibit(poked) - exhibit(x)).abs()[0, 0] > 1e-6
for row, line in enumerate(notices.tolist()):
    print("".join("o" if (row, column) == (4, 8) else ".#"[yes]
                  for column, yes in enumerate(line)))

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape after each step of the line that makes `sheets`.
# The last step has the shape that the convolution wants, but did it *move* an axis, or only cut the numbers in another way?
# </details>
#
# <details><summary>Hint 2: what is wrong, and where it was seen</summary>
#
# `stack(..., dim=-1)` puts the two sheets last, (B, H, W, 2), and `.view(B, 2, H, W)` does not move them to the front.
# It only cuts the same row of numbers in a different way, so that the first "sheet" holds the upper half of the picture, with maxima and means taking turns.
# The map is then a map of somewhere else.
# With `dim=1` the stack has the right order, and needs no `view`.
# (How such a map still answers nine of ten questions, we do not know; the [lab book](lab_book.md#8.-The-exhibits) has the runs.)
# The same slip, a `view` or `reshape` where a `permute` was needed, was reported in [leaderj1001/Attention-Augmented-Conv2d, issue 21](https://github.com/leaderj1001/Attention-Augmented-Conv2d/issues/21).
# It was also reported in [jsbaan/transformer-from-scratch, pull request 6](https://github.com/jsbaan/transformer-from-scratch/pull/6), where the author wonders why the training test had passed all the same.
# We rebuilt it inside CBAM's gate.
# </details>

# %% [markdown]
# ## 8. The experiment: what, where, and in which order?
#
# Back to the crosses, now with a network that has to answer.
# The task is *made* for CBAM, and the network is short-sighted on purpose.
# Up to your gates, each position sees 3 x 3 pixels, so none of them sees a bar together with the frame around it; after your gates everything is averaged over all positions.
# So your gates are the only place where a cue can choose a bar.
#
# What can each gate do there on its own?
# You know already that the channel gate does not notice when you mirror its input.
# Is there something that the *spatial* gate cannot notice?

# %%
x, what, where = torch.randn(4, 12, 19, 19), ChannelGate(12, 2), SpatialGate().eval()
for change, other in (("mirrored", x.flip(3)), ("channels shuffled", x[:, torch.randperm(12)])):
    for name, gate in (("channel gates", what), ("map", where)):
        same = torch.allclose(gate(other), gate(x), atol=1e-6)
        print(f"{change}: {name} {'the same' if same else 'changed'}")

# %% [markdown]
# Shuffle the channels, and the map stays as it was: the spatial gate knows *that* something is strong at a position, but not in which channel.
# So can either gate, alone in this network, answer the question?
#
# Play one of them yourself.
# The stars are red, but somebody has erased the frame, so two red bars are left, and only one of them counts.
# If both point the same way, you know the answer; if they do not, you have to guess.
# How often will you be right?

# %% [markdown]
# Now predict for the network, which we train with no module, with each gate alone, with your CBAM, and with the two gates in the other order.
# A sixth arm is CBAM with the stars and frames of *other* pictures, which say nothing about the answer.
# What percentage of new pictures does it answer correctly?
# (A coin gets 50 %.)
# And does it matter which gate comes first?

# %% tags=["experiment"]
predicted = {"channel gate only": None, "spatial gate only": None, "CBAM": None,
             "spatial gate first": None}

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
plot = ScorePlot("right answers on new pictures (%)", highlight=["CBAM", "spatial gate first"],
                 baselines={"chance": 50}, longer=longer_runs,
                 limits={"no module": 68.75, "channel gate only": 75, "spatial gate only": 75,
                         "CBAM, cue taken out": 68.75}, limit="a vote of the bars that fit",
                 gaps=[("channel gate only", "no module"), ("spatial gate only", "no module"),
                       ("CBAM", "channel gate only"), ("CBAM", "spatial gate only"),
                       ("spatial gate first", "CBAM"), ("CBAM, cue taken out", "no module")])

remind(predicted)  # three runs of each arm, one to two minutes
results = compare(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% [markdown]
# <details><summary>By hand</summary>
#
# The two bars agree in half of the pictures, and there you are always right.
# In the other half you guess, and are right half of the time, so you get 1/2 + 1/4 = **75 %**.
# If the colour is gone and the frame is there, it is the same sum.
# With neither cue, a vote of all four bars is right in 68.75 % of the pictures, and with both cues one bar is left.
# </details>

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **With one gate, two bars stay in play, in this network.**
# Each gate alone scores about what you worked out by hand, and in our recorded runs of this network neither got much more than 2 points above it, even [after five times as many steps](lab_book.md#3.-Is-it-a-vote).
#
# **With both gates, one bar is left.**
# In 22 of our 24 recorded runs CBAM answers more than 90 % of the new pictures correctly, and either gate alone never came near that; the other two runs were still stuck at a vote.
# With the stars and frames of other pictures, the same 262 parameters do no better than no module, so the gain comes from the cues.
# A network that sees farther, or has one more hidden layer, [gets by with one gate or with none](lab_book.md#5.-Is-it-this-network).
#
# **The faster order is not CBAM's.**
# Three runs say little about this, so we made [24 of each order](lab_book.md#6.-The-order): with the spatial gate first, 23 of them score at least 99 % after these 384 steps, and with the channel gate first 13 do.
# After five times the steps most of CBAM's runs get there too.
# </details>

# %% [markdown]
# ### One pair of crosses, four questions
#
# You have a score, but you have not yet seen your gates at work.
# Take one pair of crosses, leave the bars as they are, and ask about them four times, with the stars red or blue and the frame left or right.
# Only the cues change, so only the cues can change the answer.
# What should happen to the map when the frame moves to the other cross?

# %% tags=["experiment"]
show_spatial_maps([trained["CBAM", seed] for seed in results.seeds], results.scores("CBAM"),
                  framed_crosses(500, seed=7))

# %% [markdown]
# In the clearest of our runs the open part moves along with the frame, and the other cross lies in the dark; what the stripes elsewhere are for, we do not know.
# But look at the other runs before you trust a map.
# In two of ours the gate was *more closed* at the framed cross than at the other one, and yet the network answered every picture correctly.
# A map shows where the gate is open, and that is [not yet a reason for the answer](lab_book.md#7.-The-maps).
#
# The picture is now beside this notebook, as `my_cbam.png`.
# Show it to a friend, cover the upper row, and ask on which side the frame was.

# %% [markdown]
# ## 9. What we now know
#
# The channel gate pools over positions and chooses *what*, so it does not notice a mirrored input; the spatial gate pools over channels and chooses *where*, so it does not notice shuffled channels.
# In our short-sighted network either gate alone was about as good as a vote of two bars, and only both together answered the question.
# On real pictures (handwritten digits in coloured frames) [a plain 3 x 3 convolution in each place does as well](lab_book.md#9.-Real-pictures), and so does SE alone: there the map of places adds nothing.
# timm's own file warns that results with such layers have been mixed.
# So before you put CBAM into a network, ask whether a window of 7 x 7 positions can tell where the answer is.
#
# **Next.** And if 7 x 7 is too small a window?
# [Lesson 04](../04_bam/04_bam.ipynb), BAM, looks farther, and asks *what* and *where* side by side.
# (The [lab book](lab_book.md) of this lesson is there for doubters: every run, the paper against the code, a challenge with 34 parameters, and four questions to argue about.)

# %% tags=["nbval-ignore-output"]
progress()
