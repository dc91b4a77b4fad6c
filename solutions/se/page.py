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
# # 01 · Squeeze-and-Excitation
#
# *Let the whole image decide how strong each channel is.*
#
# **After this lesson you will be able to**
#
# - build an SE block from three small pieces and say what shape every tensor in it has;
# - say why a view of the whole image is needed, and prove it with an experiment;
# - count SE's parameters by hand and arrive at the number in the paper;
# - find real mistakes in other people's SE code.
#
# **You need** PyTorch from a first tutorial: tensors, `nn.Module`, linear layers and convolutions, a training loop.
# **Difficulty** 2 of 5.
#
# | part | minutes |
# |---|---|
# | the problem, the idea | 15 |
# | exercise 1, `squeeze` (2 points) | 8 |
# | exercise 2, `Excitation` (3 points) | 20 |
# | exercise 3, `SEBlock` (4 points) | 15 |
# | predict, then run | 8 |
# | exercise 4, `se_parameter_cost` (1 point) | 8 |
# | the bug museum | 12 |
# | the experiment | 25 |
# | paper against code, questions | 10 |

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress
from attention_lab.cost import cost
from attention_lab.data import LAMP_CENTRE, lamp_scenes, photo_patches, photograph, under_lamp
from attention_lab.pictures import (predict_then_run, score_bars, show_feature_map, show_gate,
                                    show_images)
from attention_lab.training import compare, train

# %% [markdown]
# **How a lesson works**, in short: fill the gap of an exercise, run it, then run the line `check(...)` below it, as often as you like.
# Hints are folded below each check, and cells below an unsolved exercise stop with `NotImplementedError`.
# Lesson 00 explains the reports and how to read the drawings.
# You are here:

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# ## 1. A question that a small window cannot answer
#
# Here are small pictures, 16 x 16 pixels, of coloured papers.
# Each hangs under a lamp of another colour.
# Below each picture you see the same papers under white light.
# The paper in the centre is what matters: **does it reflect more red, or more blue?**

# %%
scenes = lamp_scenes(6, seed=3)
above = [f"under its lamp\n(more {'red' if label else 'blue'})" for label in scenes.label]
show_images(torch.cat([scenes.image, scenes.paper]), above + ["white light"] * 6, columns=6)

# %% [markdown]
# Look at the centre alone and the lamp fools you: a red lamp makes blue paper look red.
# How often?
# Take the colour of the centre pixel and guess.

# %%
scenes = lamp_scenes(10_000, seed=4)
red, green, blue = scenes.image[:, :, 8, 8].unbind(1)
right = ((red > blue) == scenes.label.bool()).float().mean()
print(f"guessed from the centre pixel: {100 * right:.0f} % right (a coin: 50 %)")

# %% [markdown]
# Now let the whole picture speak.
# The papers around the centre have random colours, so on average they are grey.
# If the mean of the picture is reddish, the *lamp* is reddish.
# Divide each colour channel by its own mean over the picture, then guess again.

# %%
means = scenes.image.mean(dim=(2, 3), keepdim=True)
red, green, blue = (scenes.image / means)[:, :, 8, 8].unbind(1)
right = ((red > blue) == scenes.label.bool()).float().mean()
print(f"after dividing by the mean of each channel: {100 * right:.0f} % right")

# %% [markdown]
# ![Orange paper in white light and white paper in orange light give a 3 x 3 window the same orange pixels. The mean over the whole picture differs: a neutral grey against an orange cast.](figures/two_views.svg)
#
# One number per channel, taken from the whole picture, was enough.
# But a convolution with a 3 x 3 kernel sees nine pixels, and two of them see 25: a few small windows cannot compute a mean over 256 pixels.
# (That the surroundings are grey on average is true of these papers.
# Photographs do not promise it; we come back to that.)

# %% [markdown]
# ## 2. The idea
#
# Hu, Shen and Sun (2018) give a network this global view after every few convolutions.
# **Squeeze**: read one number per channel off the whole image, its mean.
# **Excite**: let a tiny network turn these C numbers into C weights between 0 and 1, and multiply each channel by its weight.
#
# ![The SE block: x (B, C, H, W) is averaged over H and W to s (B, C); fc1, ReLU, fc2 and sigmoid turn s into a gate (B, C), with (B, C/r) in between. Reshaped to (B, C, 1, 1), the gate multiplies x, which arrives unchanged on a skip path; the output is (B, C, H, W).](figures/se_block.svg)
#
# Such a weight is called a **gate**: 0 closes the channel, 1 lets it pass.
# B is the number of images in the batch, C the number of channels, H and W are height and width.
# The letter r is the **reduction**: the hidden layer has C // r channels.
#
# | in the paper | in words | in code |
# |---|---|---|
# | $s_c = \frac{1}{HW}\sum_{i,j} x_c(i, j)$ | mean of each channel | `squeeze(x)` |
# | $\delta(W_1 s)$ | first layer, ReLU | `torch.relu(fc1(s))` |
# | $g = \sigma(W_2\, \delta(W_1 s))$ | second layer, sigmoid: the gate | `Excitation(...)(s)` |
# | $\tilde x_c = g_c \cdot x_c$ | each channel times its gate | `SEBlock(...)(x)` |
#
# You build it in this order, smallest piece first.

# %% [markdown]
# ## 3. Exercise 1: `squeeze`
#
# A **feature map** `x`, such as the output of a convolution, has shape (B, C, H, W).
# `squeeze(x)` returns the mean of each channel of each image, shape (B, C): one number per channel, nothing else.
# For an image with two channels of 2 x 2 pixels:
#
# ![A (1, 2, 2, 2) tensor is squeezed to s (1, 2): channel 0 holds 1, 2, 3, 6 and becomes its mean 3; channel 1 holds 0, 0, 4, 0 and becomes 1.](figures/squeeze.svg)
#
# ```python
# squeeze(torch.tensor([[[[1., 2.], [3., 6.]], [[0., 0.], [4., 0.]]]]))   # tensor([[3., 1.]])
# ```
#
# Feature maps are not always square, H and W may be any numbers, and a batch may hold one image.
# Your function should not care.
# (There is a method of torch called `squeeze` as well.
# It does something else: it removes axes of size 1.
# The warm-up's `global_average_pool` does the same as yours; here it has the paper's name.)

# %% exercise
def squeeze(x: torch.Tensor) -> torch.Tensor:
    """The mean of each channel of each image.

    x: feature maps, (B, C, H, W). Returns (B, C).
    """
    ### BEGIN SOLUTION
    return x.mean(dim=(2, 3))
    ### END SOLUTION


# %% points=2
check(squeeze)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which axes of (B, C, H, W) are gone in (B, C)?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `Tensor.mean` takes one axis or several: `x.mean(dim=...)` averages over the axes that you name and removes them.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# One line: `return x.mean(dim=(..., ...))` with the numbers of the two spatial axes.
# Axes are counted from 0.
# </details>

# %% [markdown]
# What does your squeeze read off a real picture?
# Four photographs, each with the three numbers that are all that SE will know of it.

# %%
photos = torch.stack([photograph(name) for name in ("coffee", "flower", "rocket", "china")])
show_images(photos, titles=[f"R {r:.2f}  G {g:.2f}  B {b:.2f}" for r, g, b in squeeze(photos)])

# %% [markdown]
# ## 4. Exercise 2: `Excitation`
#
# Turn the C means into C gates.
# Two linear layers without bias: `fc1` goes from C down to C // r, `fc2` back up to C.
# Between them a ReLU, at the end a sigmoid, so that every gate lies between 0 and 1.
#
# ![For C = 8 and r = 4, eight numbers pass a 2 x 8 matrix and ReLU to two numbers, then an 8 x 2 matrix and sigmoid to eight gates. The matrices have 2 · C² / r = 32 parameters together.](figures/excitation.svg)
#
# Worked by hand, with C = 2 and r = 2, so one hidden number.
# Let `fc1` have the weights (1, -1) and `fc2` the weights (2, -2).
# For s = (3, 1): hidden = relu(3 - 1) = 2, then (4, -4), then sigmoid: the gates are (0.98, 0.02).
# For s = (1, 3) the hidden number is relu(-2) = 0 and both gates are 0.5.
#
# Where r does not divide C, round down: 10 // 4 = 2 hidden numbers.
# Only 0 is an error: `Excitation(8, reduction=16)` would have 8 // 16 = 0 hidden numbers, most likely a slip of the caller.
# Raise a `ValueError` whose message names both numbers.

# %% exercise
class Excitation(nn.Module):
    """Gates from channel means: sigmoid(fc2(relu(fc1(s)))), shape (B, C) -> (B, C).

    fc1: nn.Linear from channels to channels // reduction; fc2: nn.Linear back to channels.
    Neither has a bias.
    Raises ValueError, with both numbers in the message, where channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)
        ### END SOLUTION

    def forward(self, s: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))
        ### END SOLUTION


# %% points=3
check(Excitation)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `nn.Linear(8, 2, bias=False)` takes 8 numbers and gives 2.
# Which two layers do you need?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Layers are made in `__init__`, as attributes (`self.fc1 = ...`), so that torch finds their weights.
# `forward` only uses them.
# `torch.relu` and `torch.sigmoid` are functions: they have no weights and need no attribute.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# In `__init__`: compute `hidden`; if it is 0, `raise ValueError(f"... {channels} ... {reduction} ...")`; two layers.
# In `forward`: one line, four calls inside one another, the one that comes first innermost.
# </details>

# %% [markdown]
# Gates that nobody has trained yet hover around 0.5.
# Here are those of an untrained `Excitation` for a random input.

# %%
torch.manual_seed(0)
excitation = Excitation(16, reduction=4)
with torch.no_grad():
    gates = excitation(torch.randn(1, 16))
show_gate(gates[0], title="16 untrained gates for a random s")

# %% [markdown]
# ## 5. Exercise 3: `SEBlock`
#
# Put the pieces together.
# The block squeezes `x`, asks its `excitation` for the gates, and multiplies every channel of `x` by its gate.
# The output has x's shape.
#
# The gates have shape (B, C), the image (B, C, H, W).
# Torch lines shapes up **from the right**, so a plain product would bring C together with W.
# Give the gates two axes of size 1, (B, C, 1, 1): axes of size 1 are stretched.
#
# ![Right: a gate (B, C, 1, 1) is stretched over H and W, so every channel's sheet is multiplied by its own number. Wrong: a gate (B, C) is aligned from the right, so that C meets W; this is an error, or, when B = 1 and C = W, one number per column instead of per channel.](figures/broadcast.svg)
#
# Worked example: a channel that holds (1, 2, 3, 6) with gate 0.5 becomes (0.5, 1, 1.5, 3).
#
# Do not change `x` itself: the network around the block may still need it.

# %% exercise
class SEBlock(nn.Module):
    """Multiply each channel by its gate, (B, C, H, W) -> (B, C, H, W).

    excitation: the Excitation(channels, reduction) that turns squeeze(x) into gates.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.excitation = Excitation(channels, reduction)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        gates = self.excitation(squeeze(x))
        return x * gates[:, :, None, None]
        ### END SOLUTION


# %% points=4
check(SEBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You have written everything already: `squeeze` and `Excitation`.
# What is left is one product.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Indexing with `None` adds an axis of size 1: if `g` has shape (B, C), then `g[:, :, None]` has shape (B, C, 1).
# You need one more.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: one attribute, `self.excitation`, which gets both arguments.
# `forward`: gates from the squeezed x; return x times the gates with two more axes.
# </details>
#
# The check is red and you cannot see why?
# `check(SEBlock, picture=True)` draws your output beside the expected one.

# %% [markdown]
# Your block on a photograph.
# Here are eight channels made by hand; dark blue is a large value.
# They are red, green, blue, edges from left to right, edges from top to bottom, darkness, colourfulness, and blur.
# Your SE block, not trained yet, fades each by its gate.
# Every channel keeps its pattern: a gate changes how strong a channel is, never what it shows.

# %%
photo = F.avg_pool2d(photograph("coffee"), 4)
red, green, blue = photo
grey = photo.mean(0)
edges = (grey - grey.roll(1, 1)).abs(), (grey - grey.roll(1, 0)).abs()
blur = F.avg_pool2d(grey[None], 9, stride=1, padding=4)[0]
colourful = photo.amax(0) - photo.amin(0)
features = torch.stack([red, green, blue, *edges, 1 - grey, colourful, blur])
torch.manual_seed(2)
block = SEBlock(8, reduction=2)
with torch.no_grad():
    faded = block(features[None])[0]
show_feature_map(torch.cat([features, faded]),
                 title="0 to 7: made by hand; 8 to 15: after your untrained SE block")

# %% [markdown]
# ## 6. Predict, then run
#
# Before you count with the computer, count by hand.
# How many parameters has an SE block with r = 16 for 64, 256 and 1024 channels?
# Replace each `None` by your number, then run the cell.
# (Each linear layer without bias has *inputs x outputs* parameters.)

# %%
predicted = {"64 channels": None, "256 channels": None, "1024 channels": None}

measured = {f"{channels} channels": sum(p.numel() for p in SEBlock(channels).parameters())
            for channels in (64, 256, 1024)}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# What does the block cost beside the convolution that it follows?
# Compare a 3 x 3 convolution of 256 channels on a map of 14 x 14 with your block on the same map.
# **Multiply-adds** count the products of matrices and convolutions.
# Sums, means and the product with the gate are left out, as in the papers' tables.

# %% tags=["experiment"]
x = torch.randn(1, 256, 14, 14)
for module in (nn.Conv2d(256, 256, 3, padding=1, bias=False), SEBlock(256)):
    of_it = cost(module, x, latency=False)
    print(f"{type(module).__name__:8s} {of_it.parameters:8,} parameters,",
          f"{of_it.multiply_adds:12,} multiply-adds")

# %% [markdown]
# A convolution uses each of its numbers at every position of the map, SE uses each of its numbers once an image.
# By the clock SE is less of a bargain than these numbers promise.
# It has to read the whole map twice, to squeeze and to multiply, which counts as no multiply-add at all.
# The next cell measures it; your numbers differ from run to run and from machine to machine.

# %% tags=["experiment"]
x = torch.randn(1, 256, 56, 56)
conv, block = nn.Conv2d(256, 256, 3, padding=1, bias=False), SEBlock(256)
of_conv, of_block = cost(conv, x), cost(block, x)
work, time = of_conv.multiply_adds / of_block.multiply_adds, of_conv.latency / of_block.latency
print(f"The convolution needs {work:,.0f} times the multiply-adds of the SE block,")
print(f"but only {time:,.0f} times its time.")

# %% [markdown]
# ## 7. Exercise 4: `se_parameter_cost`
#
# Now the paper's number.
# ResNet-50 is a chain of 16 blocks (each three convolutions and a shortcut around them) in four **stages**.
# Every block gets an SE block on its output channels.
# Stage s has $N_s$ blocks with $C_s$ channels.
# Each SE block has two matrices with $C_s \cdot C_s / r$ numbers, so together
#
# $$\frac{2}{r} \sum_s N_s\, C_s^2 .$$
#
# Worked example: one stage of 64 channels with two blocks and r = 16: 2 / 16 · 2 · 64² = 1024.
#
# ResNet-50's stages have 256, 512, 1024 and 2048 channels and 3, 4, 6 and 3 blocks.
# The paper says "about 2.5 million".
# Write the formula as it stands, for any number of stages.
# Where r does not divide C, the result may not be a whole number; do not round.

# %% exercise
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    """Parameters that SE adds to a network: 2 / reduction * sum(N * C**2) over its stages.

    stage_channels: C of each stage. stage_blocks: N of each stage. Returns a number.
    """
    ### BEGIN SOLUTION
    return 2 / reduction * sum(n * c**2 for n, c in zip(stage_blocks, stage_channels))
    ### END SOLUTION


# %% points=1
check(se_parameter_cost)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `zip(stage_blocks, stage_channels)` gives you the pairs (N, C), stage by stage.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `sum(... for n, c in zip(...))`, times 2, divided by the reduction.
# Which of n and c is squared?
# </details>

# %%
added = se_parameter_cost((256, 512, 1024, 2048), (3, 4, 6, 3))
last = se_parameter_cost((2048,), (3,))
print(f"ResNet-50 has 25,557,032 parameters; SE adds {added:,.0f}, {added / 25_557_032:.1%}.")
print(f"Of these, {last:,.0f} ({last / added:.0%}) sit in the last stage.")

# %% [markdown]
# That is the number behind the paper's "about 2.5 million".
# Most of it sits in the last stage, which has three blocks: the cost grows with the square of the channels.
# The paper notes that leaving out the last stage's SE blocks costs little accuracy.

# %% [markdown]
# ## 8. The bug museum
#
# The first two exhibits were real code, rebuilt here as small as possible.
# The third is a question that comes up again and again.
#
# ### Exhibit A: a gate with a view of its own
#
# *Symptom.* The network trains, the loss falls, nothing crashes, and SE buys nothing.
# Look at the shape of the gates: is it one number per channel?

# %%
class ExhibitA(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.excite = nn.Sequential(
            nn.Conv2d(channels, channels // reduction, 1, bias=False), nn.ReLU(),
            nn.Conv2d(channels // reduction, channels, 1, bias=False), nn.Sigmoid())

    def gates(self, x):
        return self.excite(x)

    def forward(self, x):
        return x * self.gates(x)


exhibit, image = ExhibitA(8), torch.randn(1, 8, 5, 7)
print("input  ", tuple(image.shape))
print("gates  ", tuple(exhibit.gates(image).shape))
print("output ", tuple(exhibit(image).shape))

# %% [markdown]
# The output has the right shape, and many tests check no more than that.
# Find the mistake before you unfold the answer, and repair it: change the cell above until the next one says yes.

# %%
yours = SEBlock(8, reduction=4)
for mine, theirs in zip(yours.parameters(), exhibit.parameters()):  # the same weights for both
    mine.data = theirs.data.reshape(mine.shape)
same = torch.allclose(exhibit(image), yours(image), atol=1e-6)
print("Does exhibit A compute what your SE block computes?", "Yes." if same else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# `self.pool` (the mean over H and W) is made and never called.
# Every position is gated by its own pixel: 1 x 1 convolutions run on any H x W, so nothing complains.
# The repair: `gates` returns `self.excite(self.pool(x))`.
# Seen in a MobileNetV3 implementation: [xiaolai-sqlai/mobilenetv3, issue 12](https://github.com/xiaolai-sqlai/mobilenetv3/issues/12).
# The experiment below measures what this mistake costs, under the name "no squeeze".
# </details>
#
# ### Exhibit B: a squeeze that knows the size of your images
#
# *Symptom.* Works on images of 224 x 224.
# On any other size the "gate" is not one number per channel, and the product stops with an error about shapes.

# %%
pool = nn.AvgPool2d(7, stride=1)  # the last stage of a ResNet, for images of 224 x 224
for side in (7, 10):
    pooled = pool(torch.randn(1, 8, side, side))
    print(f"features of {side} x {side}: pooled to {tuple(pooled.shape)}")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# The window is written into the code.
# For 7 x 7 features it happens to be the whole map; for 10 x 10 the "gate" becomes a 4 x 4 map that no longer fits.
# A mean over H and W (or `AdaptiveAvgPool2d(1)`) fits every size.
# Seen in [miraclewkf/SENet-PyTorch, issue 10](https://github.com/miraclewkf/SENet-PyTorch/issues/10), with windows of 56, 28, 14 and 7.
# There is a relative of it, the classifier's pooling, in [Cadene/pretrained-models.pytorch, issue 171](https://github.com/Cadene/pretrained-models.pytorch/issues/171).
# </details>
#
# ### Exhibit C: a gate through a softmax
#
# *Symptom.* Deeper features fade away; with more channels it becomes worse.
# Somebody asked [whether a softmax would not be more meaningful](https://github.com/scut-aitcm/Competitive-Inner-Imaging-SENet/issues/1) than the sigmoid: its numbers lie between 0 and 1 as well.

# %%
for channels in (16, 64, 256):
    scores = torch.randn(1000, channels, generator=torch.Generator().manual_seed(0))
    print(f"{channels:4d} channels: mean gate {torch.sigmoid(scores).mean():.2f} by sigmoid,",
          f"{scores.softmax(dim=-1).mean():.4f} by softmax")

# %% [markdown]
# <details><summary>What is wrong</summary>
#
# A softmax makes the channels compete: the gates sum to 1, so their mean is 1 / C whatever the image shows.
# Opening one channel closes the others a little.
# SE asks of each channel *alone* whether it is useful; several may be, or none.
# (Competition is what you want when you choose *between* things.
# Lesson 06a does: between scales.)
# </details>

# %% [markdown]
# ## 9. The experiment: what does the squeeze buy?
#
# Back to the papers under their lamps.
# An experiment compares variants, called **arms**.
# In each, a small network is asked whether the paper in the centre is more red or more blue.
# Two 3 x 3 convolutions see 5 x 5 pixels around the centre, all of them on the same paper: they cannot know the lamp.
# Then comes one of these, and a 1 x 1 convolution that answers.
#
# | arm | what comes between |
# |---|---|
# | plain | nothing |
# | no squeeze | exhibit A: the same two matrices, each position gated by itself (control: the parameters without the mechanism) |
# | added | the same squeeze and the same matrices, but the result is *added* to x |
# | SE | your `SEBlock` |
#
# And the same again with the **cue taken out**: everything but the centre is lit by another picture's lamp.
# Then the mean says nothing about the lamp on the centre.
# If SE wins because of the squeeze, it must lose its lead there.
# Each arm is trained three times (about 20 seconds for all), with other initial weights and another order of the same pictures.
#
# *Before you run it: what do you expect of "no squeeze", and what of "added"?*

# %% tags=["experiment"]
CHANNELS, REDUCTION = 16, 2


class NoSqueeze(nn.Module):
    """Every position is gated by its own features: (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self):
        super().__init__()
        self.excitation = Excitation(CHANNELS, REDUCTION)

    def forward(self, x):
        b, c, h, w = x.shape
        gates = self.excitation(x.permute(0, 2, 3, 1).reshape(b * h * w, c))
        return x * gates.reshape(b, h, w, c).permute(0, 3, 1, 2)


class Added(nn.Module):
    """SE's numbers, added instead of multiplied."""

    def __init__(self):
        super().__init__()
        self.excitation = Excitation(CHANNELS, REDUCTION)

    def forward(self, x):
        return x + self.excitation(squeeze(x))[:, :, None, None]


class AtCentre(nn.Module):
    """The features of the centre pixel: (B, C, H, W) -> (B, C)."""

    def forward(self, x):
        return x[:, :, 8, 8]


def network(between, outputs):
    """Two convolutions, something, a 1 x 1 convolution: (B, 3, H, W) -> (B, outputs, H, W)."""
    layers = []
    for inputs in (3, CHANNELS):
        layers += [nn.Conv2d(inputs, CHANNELS, 3, padding=1, bias=False),
                   nn.BatchNorm2d(CHANNELS), nn.ReLU()]
    return nn.Sequential(*layers, between, nn.Conv2d(CHANNELS, outputs, 1))


def without_cue(scenes):
    """The same pictures, everything but the centre under another picture's lamp."""
    image = scenes.paper * scenes.lamp.roll(1, 0)[:, :, None, None]
    image[:, :, LAMP_CENTRE, LAMP_CENTRE] = scenes.image[:, :, LAMP_CENTRE, LAMP_CENTRE]
    return image


# %% tags=["experiment"]
training, test = lamp_scenes(1024, seed=0), lamp_scenes(1024, seed=1)
with_cue = training.image, test.image
no_cue = without_cue(training), without_cue(test)


def se():
    return SEBlock(CHANNELS, REDUCTION)


arms = {
    "plain": (nn.Identity, with_cue),
    "no squeeze": (NoSqueeze, with_cue),
    "added": (Added, with_cue),
    "SE": (se, with_cue),
    "plain, cue taken out": (nn.Identity, no_cue),
    "SE, cue taken out": (se, no_cue),
}
trained = {}


def run(arm, seed):
    between, (seen, unseen) = arms[arm]
    model = nn.Sequential(network(between(), outputs=2), AtCentre())
    train(model, seen, training.label, loss=F.cross_entropy,
          epochs=10, batch_size=32, peak_rate=0.04, seed=seed)
    trained[arm, seed] = model.state_dict()
    with torch.no_grad():
        return 100 * (model(unseen).argmax(1) == test.label).float().mean().item()


results = compare(arms, seeds=range(3), run=run)
results

# %% [markdown]
# Is a gap more than luck?
# Three seeds give a mean, and its **standard error** says how far that mean may be from the mean over many seeds.
# A rule of thumb: a gap should be larger than two standard errors of the difference (`lead` gives it in these units).
# And it should be large enough to matter: here, 5 points.

# %% tags=["experiment"]
sizes = {arm: sum(p.numel() for p in network(between(), outputs=2).parameters())
         for arm, (between, _) in arms.items()}
for arm, control in (("SE", "no squeeze"), ("SE, cue taken out", "plain, cue taken out")):
    matters = results.lead(arm, control) > 2 and results.mean(arm) - results.mean(control) > 5
    print(f"'{arm}' is {'clearly' if matters else 'not clearly'} ahead of '{control}'")
score_bars(results, "right answers on new pictures (%)",
           parameters=sizes, highlight="SE", baselines={"a coin": 50})

# %% [markdown]
# **Read it.** The plain network is as good as the guess from the centre pixel in section 1, about 72 %.
# The same two matrices are worth nothing without the squeeze and more than 20 points with it.
# Take the cue away, and SE is where the plain network is.
# So it is the global view that counts here, not the parameters.
# Be honest about the rest.
# *Adding* does about as well as multiplying, because the layer that follows is linear.
# A shift that knows the lamp moves the threshold between red and blue, and this question needs no more.
# And dividing by the mean, a few lines without any training, was right in about 96 %.
# SE comes close to a rule that a person could have written down.
# Its worth is that nobody had to.
#
# What does a gate read?
# Take a trained network and put one set of papers under 200 lamps.
# Follow the gate that answers most to the lamp's balance of red and blue.
# Then hang 200 other sets of papers under one lamp, to see how far the papers move the same gate.

# %% tags=["experiment"]
import matplotlib.pyplot as plt

model = nn.Sequential(network(se(), outputs=2), AtCentre()).eval()
model.load_state_dict(trained["SE", 0])
convolutions, block = model[0][:6], model[0][6]
papers = lamp_scenes(1, seed=9).paper.expand(200, -1, -1, -1)
lit, lamps = under_lamp(papers, seed=5)
others = lamp_scenes(200, seed=10).paper * lamps[:1, :, None, None]
with torch.no_grad():
    gates, by_papers = (block.excitation(squeeze(convolutions(seen))) for seen in (lit, others))
balance = (lamps[:, 0] / lamps[:, 2]).log2()
correlation = torch.corrcoef(torch.cat([gates.T, balance[None]]))[:-1, -1].nan_to_num()
chosen = correlation.abs().argmax().item()
print(f"standard deviation of gate {chosen}: {gates[:, chosen].std():.2f} over lamps, "
      f"{by_papers[:, chosen].std():.2f} over papers")

figure, axis = plt.subplots(figsize=(6.5, 3.2), facecolor="#FCFCFA", layout="constrained")
colours = (lamps / lamps.amax(1, keepdim=True)).numpy()
axis.scatter(balance, gates[:, chosen], c=colours, edgecolors="#222222", linewidths=0.5, s=26)
axis.set(xlabel="lamp: log2(red / blue); each dot has its lamp's colour",
         ylabel=f"gate of channel {chosen}", ylim=(-0.05, 1.05), facecolor="#FCFCFA",
         title=f"The same papers under 200 lamps: correlation {correlation[chosen]:.2f}")
plt.show()

# %% [markdown]
# The gate follows the lamp, and (under the one lamp tried here) to a lesser degree the papers: their mean is only nearly grey.
# Where a curve lies flat at 0.5, the ReLU stops all hidden numbers behind it; where it lies flat at 0 or 1, the sigmoid is saturated.
#
# ### And on real pictures?
#
# Photographs do not promise to be grey on average: a patch of sky is blue under any lamp.
# Give the same networks patches of four photographs under coloured lamps and ask for the colours under white light.
# Test on two other photographs.
# The score is the PSNR, 10 · log10(1 / mean squared error) in decibels (dB): higher is better, +3 dB is half the squared error.

# %% tags=["experiment"]
whole = F.avg_pool2d(photo_patches("train"), 2), F.avg_pool2d(photo_patches("test"), 2)
(seen, _), (unseen, _) = under_lamp(whole[0], seed=0), under_lamp(whole[1], seed=1)


def run_on_photographs(arm, seed):
    model = train(network(arms[arm][0](), outputs=3), seen, whole[0], loss=F.mse_loss,
                  epochs=10, batch_size=32, peak_rate=0.04, seed=seed)
    with torch.no_grad():
        return -10 * F.mse_loss(model(unseen), whole[1]).log10().item()


on_photographs = compare(["plain", "SE"], seeds=range(3), run=run_on_photographs)
untouched = -10 * F.mse_loss(unseen, whole[1]).log10().item()
print(on_photographs)
score_bars(on_photographs, "PSNR on patches of new photographs (dB)",
           highlight="SE", baselines={"the picture as it is": untouched})

# %% [markdown]
# Here SE buys nothing.
# A likely reason, not tested here: the mean of a small patch says as much about what it shows as about the lamp.
# With six photographs we cannot tell more.
#
# In the paper SE lowers ResNet-50's top-1 error on ImageNet from 24.80 % to 23.29 %.
# (That is the share of photographs whose class is not the network's first guess.)
# These are whole photographs, 1.28 million of them, and features that mean more than colours.

# %% [markdown]
# ## 10. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | bias in fc1, fc2 | none in the formula, and 2/r · Σ N·C² counts none | there are biases (28.09 million parameters for SE-ResNet-50) | none: 28,071,976 |
# | layers | fully connected | fully connected on 1 x 1 maps | `nn.Linear`; a 1 x 1 `Conv2d` with the same numbers is the same layer, and the check accepts it |
# | C // r | C / r | rounds down; timm, a library of vision models, rounds to a multiple of 8 | rounds down; 0 is an error |
# | place | after the three convolutions of a block, before the shortcut is added | the same | you will put it there in the last lesson |
#
# "About 2.5 million more" (28.07 in all) and "28.09 million" thus belong to two slightly different networks.
# A widely used re-implementation was [asked about its missing biases](https://github.com/moskomule/senet.pytorch/issues/44).

# %% [markdown]
# ## 11. Questions to think about
#
# 1. Double the brightness of the input.
#    What happens to the squeezed numbers, and what to the gates?
#    Would you want that?
# 2. SE has no bias and ends in a sigmoid.
#    What gate does an all-black feature map get?
# 3. Shuffle the pixels of every channel.
#    What does SE's gate do?
#    Name a picture for which this is a weakness.
#    (Lesson 03 adds a map over the positions.)
# 4. If every hidden number is negative before the ReLU, what are the gates, and what gradient does fc1 get?
# 5. The experiment's cue is a mean.
#    Invent a task in which the *maximum* of each channel is what matters.

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. They double.
#    Without biases, ReLU and both matrices double what they pass on, so the scores double too.
#    The gates move away from 0.5: 0.73 becomes 0.88.
#    If brightness is only the light, you would not want it.
# 2. 0.5, every channel: s is 0, so all scores are 0.
# 3. Nothing: the means stay.
#    Any picture in which the place decides: two things of which one is framed, as in lesson 03.
# 4. The hidden numbers are 0, so the gates are 0.5, and fc1 gets no gradient.
#    Nor does fc2, whose inputs are 0.
#    If that is so in every picture, the block stays like this.
# 5. Two channels with the same sum: one holds it in a single bright pixel, the other spreads it evenly.
#    *Which one has the star?*
# </details>

# %% [markdown]
# ## 12. References
#
# - J. Hu, L. Shen, G. Sun: *Squeeze-and-Excitation Networks*, CVPR 2018, [arXiv:1709.01507](https://arxiv.org/abs/1709.01507).
#   Authors' code: [hujie-frank/SENet](https://github.com/hujie-frank/SENet).
# - E. H. Land, J. J. McCann: *Lightness and Retinex Theory*, 1971: where pictures of coloured papers under lamps come from.
# - Photographs: six, from public domain, CC0 and CC BY sources; authors and licences stand in `attention_lab/photos/CARD.md`.
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
