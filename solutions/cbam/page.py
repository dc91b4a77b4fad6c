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
# Is that bar horizontal?
# (The bars turn magenta where they overlap, and on the right of picture 3 both point the same way, so you see only one.)
# Decide for each picture, and type your answers below.
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
# | what the mean forgets, [exercise 1, `ChannelGate`](#3.-Exercise-1:-ChannelGate) (4 points) | 22 |
# | [exercise 2, `SpatialGate`](#4.-Exercise-2:-SpatialGate) (3 points); something to touch, and photographs | 25 |
# | [exercise 3, `CBAM`](#5.-Exercise-3:-CBAM) (2 points) | 12 |
# | [exercise 4, `flexible_attention`](#6.-Exercise-4:-have-you-seen-this-before?) (1 point) | 10 |
# | [the bug museum](#7.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [the experiment](#8.-The-experiment:-can-one-gate-do-it?) and [what we now know](#9.-What-we-now-know) | 28 |
#
# </details>

# %%
from attention_lab.lessons.cbam import *

begin("03_cbam")

# %%
guess = "????"  # change each ? to h (horizontal) or v (vertical)

crosses = framed_crosses(4, seed=275)
answers = "".join("vh"[a] for a in crosses.answers)
print(f"{sum(map(str.__eq__, guess, answers))} of 4 are right: the answers are {answers}"
      if "?" not in guess else "Your guess first.")

# %% [markdown]
# You put two cues together, *what* and *where*.
# Lesson 01's SE has only the first one: each of its gates holds for all positions at once, so it chooses what to look at, but never where.
# [CBAM](https://arxiv.org/abs/1807.06521) gates the positions as well.
# The library [timm](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/cbam.py) has both of its gates, and the detector [YOLOv4](https://arxiv.org/abs/2004.10934) has a variant of the second.
# By the end of this page you will have written both, and a small network that uses yours will answer questions like these and show you where its gate was open.
#
# ## 1. A question with a what and a where
#
# SE can do half of it.
# Its gates read the mean of each channel, and the means of red and blue give away the colour of the stars.
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
# A mean over H and W forgets *where* things are, and a gate that reads only means treats left and right alike.
# If the frame is to count for anything, different positions need different gates.

# %% [markdown]
# ## 2. The idea
#
# Woo, Park, Lee and Kweon (2018) put two gates in a row.
# The **channel gate** is SE's gate, except that it reads the maximum of each channel as well as its mean.
# The **spatial gate** is the same thought turned around: it pools over the *channels*, which leaves two numbers at each position, and a convolution makes one gate per position of them.
# The gates of all positions together are called a **map**.
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
# An mlp (multi-layer perceptron) is a chain of linear layers with a nonlinearity between them; here it is Linear, ReLU, Linear.
# In the spatial gate we follow the authors' code, which puts the maximum first and a BatchNorm before the sigmoid.
# </details>

# %% [markdown]
# ## 3. Exercise 1: `ChannelGate`
#
# ### What the mean forgets
#
# Why read the maximum too?
# Here is a rocket at its launch pad, with two channels that we made from the photograph by hand.
# In one a pixel is bright if red is the strongest of its three colours, in the other one if blue is.
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
# Two channels hold (0, 0, 4, 0) and (1, 2, 3, 2), so their means are (1, 2) and their maxima are (4, 3).
# Both pairs go through the same small mlp, in which we set the weights by hand.
# Which channel will it open?

# %%
def mlp(pooled):
    hidden = max(0, 1 * pooled[0] - 1 * pooled[1])  # the first layer, then the ReLU
    return hidden * torch.tensor([2, -2])  # the second layer


means, maxima = (1, 2), (4, 3)
print("means ", mlp(means).tolist())
print("maxima", mlp(maxima).tolist())
print("gates ", [round(gate, 2) for gate in (mlp(means) + mlp(maxima)).sigmoid().tolist()])

# %% [markdown]
# The means alone would leave both gates half open, because the ReLU cuts them off.
# The maxima open channel 0 and close channel 1.
#
# ### The exercise
#
# *About 10 minutes.*
#
# 1. Pool x over its positions twice, by mean and by maximum.
# 2. Send both results through the *same* mlp, add what comes out, and squash the sum.
#
# ![x is pooled over H, W to means and maxima, each (B, C). Both go through one mlp (Linear C to C/r, ReLU, Linear back to C), are added, and pass a sigmoid; reshaped they are the gates (B, C, 1, 1).](figures/channel_gate.svg)
#
# Which axes does the maximum run over, and does it have to be a second mlp that reads it?
# The gate returns weights only; multiplying x by them is the block's job, in exercise 3.

# %% exercise
class ChannelGate(nn.Module):
    """sigmoid(mlp(mean of x over H, W) + mlp(maximum over H, W)), (B, C, H, W) -> (B, C, 1, 1).

    mlp: nn.Sequential of nn.Linear from channels to channels // reduction, nn.ReLU, nn.Linear
    back to channels; unlike in SE, both linear layers have biases.
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
# Back to the rocket: your gate, with the mlp of the example (times thirty), reads the channels for red and blue, first as they are and then with the lamps dimmed.
# By the means, blue is far ahead both times.
# What will the gates say?

# %%
gate = made_to_prefer_red(ChannelGate(2, reduction=2))
lit = red_and_blue(F.avg_pool2d(photograph("rocket"), 4))
dimmed = torch.stack([lit[0].clamp(max=0.1), lit[1]])
for name, x in (("lamps on ", lit), ("lamps off", dimmed)):
    red, blue = gate(x[None]).flatten().tolist()
    print(f"{name}: mean of red {x[0].mean():.3f}, gates: red {red:.2f}, blue {blue:.2f}")

# %% [markdown]
# A few lamps opened the gate for red; a gate that reads only means would have stayed half open.

# %% [markdown]
# ## 4. Exercise 2: `SpatialGate`
#
# Now turn the thought around, and pool over the channels.
# Take two channels on a row of three positions, (4, 1, 2) and (0, 1, 2), and a kernel of size 1 that subtracts the mean from the maximum.
# Where does the gate open?

# %%
maxima, means = torch.tensor([4.0, 1, 2]), torch.tensor([2.0, 1, 2])
scores = 1 * maxima - 1 * means
print("scores", scores.tolist(), "map", [round(gate, 2) for gate in scores.sigmoid().tolist()])

# %% [markdown]
# It opens at position 0, where one channel is larger than the other.
# At the other two positions both channels agree, so their maximum is their mean, and the gate stays half open.
#
# ### The exercise
#
# *About 10 minutes.*
#
# 1. Pool x over its channels twice, by maximum and by mean, and stack the two sheets.
# 2. One convolution makes one sheet of the two; normalise it, and squash it.
#
# ![x is pooled over C into a sheet of maxima and a sheet of means, joined into (B, 2, H, W). A k x k convolution makes one sheet, bn and sigmoid follow: the map (B, 1, H, W).](figures/spatial_gate.svg)
#
# A fresh `bn` changes (almost) nothing in eval mode, so with the kernel above your gate makes the map above.

# %% exercise
class SpatialGate(nn.Module):
    """sigmoid(bn(conv([maximum of x over C, mean of x over C]))), (B, C, H, W) -> (B, 1, H, W).

    The sheets of maxima come first: (B, 2, H, W).
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
# **Touch it.** Your gate reads eight channels that are all 0, except at two marks.
# At the left mark each of the eight holds 1.
# At the right mark they have the same sum, but you choose how many of them share it.
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
# ### Your map over photographs
#
# Now your gate looks at something worth looking at.
# Nothing is trained here: the features (edges, and how red, green, blue or yellow each pixel is) and the kernel are made by hand.
# The kernel compares a small window with what lies around it, so the map should open where something stands out.
# Where it is closed, the photograph is dark; point at a place to read its gate.

# %% tags=["experiment"]
photos = [F.adaptive_avg_pool2d(photograph(name), (50, 75)) for name in ("rocket", "chelsea")]
features = torch.stack([edges_and_colours(photo) for photo in photos])  # (2, 6, 50, 75)
gate = made_to_stand_out(SpatialGate())
maps = gate(features).detach()  # in training mode: bn uses these two photographs
for photo, weights in zip(photos, maps):
    look(weights, photo)

# %% [markdown]
# It opens at the lamps and at the lower half of the rocket, and in the photograph of the cat at the nose and at the rims of the eyes.
# (It also opens along the border, because next to the zeros of the padding everything seems to stand out.)

# %% [markdown]
# ## 5. Exercise 3: `CBAM`
#
# Put the two gates together, what before where: the second gate reads the *output* of the first.
# It is easy to compute the map from x by mistake, and the shapes would not show it.
# So follow one position, where two channels hold 4 and 2 and have the gates 0.5 and 1, with the map of exercise 2:

# %%
values, gates = torch.tensor([4.0, 2.0]), torch.tensor([0.5, 1.0])
for name, read in (("x ", values), ("x'", gates * values)):
    opening = (read.max() - read.mean()).sigmoid()
    print(f"map of {name}: {opening:.2f}, output", (gates * values * opening).numpy().round(2))

# %% [markdown]
# In x the two channels differ, so the map opens; in x' they agree, and it stays half open.
# Both outputs look plausible, and only the second is CBAM's.
#
# *About 8 minutes.*
# Both of your gates return weights, so the block does the multiplying, and broadcasting stretches the gates over the positions and the map over the channels.
#
# 1. Multiply x by its channel gate, which gives x'.
# 2. Multiply x' by the map that the spatial gate makes from x'.

# %% exercise
class CBAM(nn.Module):
    """Gate the channels of x, then the positions of the result, (B, C, H, W) -> (B, C, H, W).

    channel_gate: ChannelGate(channels, reduction). spatial_gate: SpatialGate(kernel_size).
    x itself stays as it is: x = x * g makes a new tensor, x *= g changes the caller's.
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
# ## 6. Exercise 4: have you seen this before?
#
# A Chinese post (《论文中常用的注意力模块合集(下)》, "attention modules common in papers, part 2") presents a "flexible attention" (柔性注意力), and names no paper.
# In our words, it says:
#
# > Take any feature layer.
# > Pool it over all positions twice, by mean and by maximum, into two vectors of C numbers.
# > Send both vectors through two shared, fully connected layers with a ReLU.
# > Add the two results; a sigmoid turns the sum into weights.
# > Multiply each channel by its weight.
#
# Which module is this?
# To find out, write it down, *in about 5 minutes*:
#
# 1. As a function of x and the two layers' matrices, which have no biases.
#    The vectors of a batch are a matrix `s` (B, C), and the layers turn it into `(s @ w1.T).relu() @ w2.T`.
# 2. Gate x with it.

# %% exercise
def flexible_attention(x: torch.Tensor, w1: torch.Tensor, w2: torch.Tensor) -> torch.Tensor:
    """x * sigmoid(w2 relu(w1 mean) + w2 relu(w1 max)), pooled over H and W.

    x: (B, C, H, W). w1: (C // r, C). w2: (C, C // r). Returns (B, C, H, W).

    The channels (0, 4) and (2, 2) have the means (2, 2) and the maxima (4, 2). With
    w1 = [[1., -1.]] and w2 = [[1.], [-1.]] their gates are 0.88 and 0.12, so (0, 4) becomes
    (0, 3.52).
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
# If it looks familiar, put your suspicion to the test, with your `ChannelGate` and its biases at 0:

# %%
torch.manual_seed(0)
x, gate = torch.randn(2, 8, 5, 7), ChannelGate(8, reduction=2)
first, _, second = gate.mlp
nn.init.zeros_(first.bias), nn.init.zeros_(second.bias)
difference = flexible_attention(x, first.weight, second.weight) - x * gate(x)
print("the same as x * ChannelGate(x):", bool(difference.abs().max() < 1e-6))

# %% [markdown]
# So the "flexible attention" is CBAM's channel gate under a new name.
# This happens often enough to be worth a habit: when you meet a new attention, write down which axes are pooled and how, what is learned, and what is multiplied.

# %% [markdown]
# ## 7. The bug museum
#
# ### Exhibit A: a map of somewhere else
#
# Here is a spatial gate with one wrong line.
# It runs, its map has the right shape, every weight in it gets a gradient, and CBAM [trains with it](lab_book.md#8.-The-exhibits) no worse than with the right one.
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
# Whether you found it or not, poke it: change x at one position, the o, and see which positions of the map notice (#).
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
# The same slip, a `view` or `reshape` where a `permute` was needed, was reported in [leaderj1001/Attention-Augmented-Conv2d, issue 21](https://github.com/leaderj1001/Attention-Augmented-Conv2d/issues/21).
# It was also reported in [jsbaan/transformer-from-scratch, pull request 6](https://github.com/jsbaan/transformer-from-scratch/pull/6), where the author wonders why the training test had passed all the same.
# We rebuilt it inside CBAM's gate.
# </details>

# %% [markdown]
# ## 8. The experiment: can one gate do it?
#
# Back to the crosses, now with a network that has to answer.
# We chose the task to fit CBAM, and made the network short-sighted on purpose.
# Before your gates a position sees 3 x 3 pixels, never a bar together with the frame around it, and after them everything is averaged.
# So your gates are the only place where a cue can choose a bar.
#
# You know that the channel gate does not notice when you mirror its input.
# Is there something that the *spatial* gate cannot notice?

# %%
x, what, where = torch.randn(4, 12, 19, 19), ChannelGate(12, 2), SpatialGate().eval()
for change, other in (("mirrored", x.flip(3)), ("channels shuffled", x[:, torch.randperm(12)])):
    for name, gate in (("channel gates", what), ("map", where)):
        same = torch.allclose(gate(other), gate(x), atol=1e-6)
        print(f"{change}: {name} {'the same' if same else 'changed'}")

# %% [markdown]
# Mirroring fools one gate, and shuffling fools the other, which knows *that* something is strong at a position, but not in which channel.
# So can either gate, alone in this network, answer the question?
#
# Play one of them yourself.
# The stars are red, but somebody has erased the frame, so two red bars are left, and only one of them counts.
# If both point the same way, you know the answer; if they do not, you have to guess.
# How often will you be right?
#
# Now predict for the network: what percentage of new pictures does it answer correctly?
# (A coin gets 50 %.)
# And does it matter which gate comes first?

# %% tags=["experiment"]
predicted = {"channel gate only": None, "spatial gate only": None, "CBAM": None,
             "spatial gate first": None}

# %% tags=["experiment"]
SIZE = CHANNELS, 2  # of a channel gate: the network's 12 channels, reduction 2
arms = {
    "no module": lambda: Gated(),
    "channel gate only": lambda: Gated(ChannelGate(*SIZE)),
    "spatial gate only": lambda: Gated(SpatialGate()),
    "CBAM": lambda: CBAM(*SIZE),
    "spatial gate first": lambda: Gated(SpatialGate(), ChannelGate(*SIZE)),
    "CBAM, cue taken out": lambda: CBAM(*SIZE),  # stars and frames are those of other pictures
}
run, trained, plot = on_crosses(arms, longer=longer_runs)
remind(predicted)  # three runs of each arm, one to two minutes
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

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
# **With one gate, two bars stay in play.**
# Each gate alone stays near the 75 % that you worked out by hand, and more training does not help it.
#
# **With both gates, one bar is left.**
# CBAM answers nearly every new picture, and with the stars and frames of other pictures it does no better than no module, so the gain comes from the cues.
#
# **The faster order is not CBAM's.**
# Your three runs with the spatial gate first are as good as perfect.
# Of [24 of each order](lab_book.md#6.-The-order), all but one were with the spatial gate first, and about half with the channel gate first; most of the others only needed more time.
# </details>

# %% [markdown]
# ### One pair of crosses, four questions
#
# You have a score, but you have not yet seen your gates answer.
# Take one pair of crosses, leave the bars as they are, and ask about them four times, with the stars red or blue and the frame left or right.
# Only the cues change, so only the cues can change the answer.
# What should happen to the map when the frame moves to the other cross?

# %% tags=["experiment"]
show_spatial_maps([trained["CBAM", seed] for seed in results.seeds], results.scores("CBAM"),
                  framed_crosses(500, seed=7))

# %% [markdown]
# The deeper the orange, the wider the gate is open, and white is closed.
# In the clearest of our runs a hole lies over the other cross, and when the frame moves, so does the hole; what the stripes elsewhere are for, we do not know.
# But look at the other runs before you trust a map.
# In one of ours the gate was *more closed* at the framed cross than at the other one, and yet the network answered every picture correctly.
# A map shows where the gate is open, which is not yet a reason for the answer.
#
# The picture is now beside this notebook, as `my_cbam.png`.
# Show it to a friend, cover the upper row, and ask on which side the frame was.

# %% [markdown]
# ## 9. What we now know
#
# The channel gate pools over positions and chooses *what*, so it does not notice a mirrored input; the spatial gate pools over channels and chooses *where*, so it does not notice shuffled channels.
# In our short-sighted network either gate alone was about as good as a vote of two bars, and your CBAM, which has both, answered the question.
# So before you put it into a network, ask whether your question has both a what and a where.
#
# **Next.** And if 7 x 7 is too small a window?
# [Lesson 04](../04_bam/04_bam.ipynb), BAM, looks farther, and asks *what* and *where* side by side.
# (For doubters there is the [lab book](lab_book.md), with every run, real pictures on which CBAM and a plain convolution tie, and a challenge with 34 parameters.)

# %% tags=["nbval-ignore-output"]
progress()
