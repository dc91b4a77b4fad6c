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
# ![A picture of 16 x 16 pixels: coloured papers under a lamp whose colour nobody tells you. A frame marks the paper in the centre, which looks reddish. Is it red paper, or blue paper under a red lamp?](figures/question.svg)
#
# **Why anyone cares.** A convolution of 3 x 3 pixels sees only the inside of the frame, so it cannot find out the lamp's colour.
# SE blocks look at the whole image.
# A network built from them [won the last ImageNet challenge](https://arxiv.org/abs/1709.01507), in 2017, with about a quarter fewer errors than the winner of 2016.
# The block is now part of [MobileNetV3](https://arxiv.org/abs/1905.02244) and [EfficientNet](https://arxiv.org/abs/1905.11946).
#
# **Needs** lesson 00, and PyTorch from a first tutorial · 1 h 30 min · 10 points · difficulty 2 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build an SE block from three small pieces and give the shape of every tensor in it;
# - show with an experiment when a view of the whole image helps, and when it does not;
# - count SE's parameters by hand and arrive at the number in the paper;
# - find a real mistake in other people's SE code.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-What-colour-is-this-paper?), something to touch, [the idea](#2.-The-idea) | 13 |
# | [exercise 1, `squeeze`](#3.-Exercise-1:-squeeze) (2 points) | 6 |
# | [exercise 2, `Excitation`](#4.-Exercise-2:-Excitation) (3 points) | 13 |
# | [exercise 3, `SEBlock`](#5.-Exercise-3:-SEBlock) (4 points) | 10 |
# | if you have time: its gradients, by hand | another 10 |
# | the cost: predict it, then [exercise 4, `se_parameter_cost`](#6.-Exercise-4:-se_parameter_cost) (1 point) | 12 |
# | [the bug museum](#7.-The-bug-museum) | 7 |
# | [the experiment](#8.-The-experiment:-papers-under-lamps) | 19 |
# | [paper against code](#9.-Paper-against-code,-and-a-challenge), without the challenge | 2 |
# | [what we now know](#10.-What-we-now-know), [questions](#11.-Questions-to-think-about) | 8 |
#
# </details>

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.backward import check_gradients
from attention_lab.networks.training import Trained, compare, train
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import predict_then_run, score_bars, show, show_images
from attention_lab.pictures.gaps import print_gaps
from attention_lab.pictures.prediction import remind
from attention_lab.pictures.se import show_gate_under_lamps, slide_a_lamp
from attention_lab.tasks.data import lamp_scenes, photograph, with_two_lamps
from attention_lab.tasks.papers_under_lamps import (CHANNELS, GateEachPosition, colour_reader,
                                                    loss_at_centre, right_at_centre)

# %% [markdown]
# ## 1. What colour is this paper?
#
# In each exercise on this page, fill in the gap, run the cell, and then run the line `check(...)` below it, as often as you like.
# Hints are folded below each check.
#
# Here are six little pictures of coloured papers, each lit by a lamp of a different colour.
# Only the paper in the centre matters: **does it reflect more red light, or more blue?**
# (Green does not count.)
# Write down six guesses.

# %% tags=["nbval-ignore-output"]
scenes = lamp_scenes(6, seed=3)
show(show_images(scenes.image, titles=["1", "2", "3", "4", "5", "6"]),
     "Six pictures of coloured papers, each with a square paper in the centre.")

# %% [markdown]
# Here are the same papers in white light.
# How many did you get right?

# %% tags=["nbval-ignore-output"]
colours = ["more red" if red else "more blue" for red in scenes.label]
show(show_images(scenes.paper, colours), f"The papers in white light: {', '.join(colours)}.")

# %% [markdown]
# Can a simple rule do better than you?
# **Rule 1** looks at the centre pixel alone: is its red value above its blue one?
# **Rule 2** first divides each colour channel by its mean over the whole picture, and then compares the two values at the centre.
# Guess how often each rule is right on 10,000 pictures (tossing a coin gives 50 %), then run the cell.

# %%
many = lamp_scenes(10_000, seed=4)
means = many.image.mean(dim=(2, 3), keepdim=True)
for rule, image in (("the centre alone", many.image),
                    ("divided by the means", many.image / means)):
    right = (image[:, 0, 8, 8] > image[:, 2, 8, 8]) == many.label.bool()
    print(f"{rule}: {100 * right.float().mean():.0f} % right")

# %% [markdown]
# **Touch it.** Why does the second rule work?
# Change the lamp, and watch the three means and the framed paper.
# Which of the four pictures change with the lamp, and which do not?

# %% tags=["experiment"]
slide_a_lamp()

# %% [markdown]
# <details><summary>What we think</summary>
#
# The colours that the camera sees follow the lamp, and so do the means.
# The picture divided by its means does not change at all.
# Apart from its brightness, it looks almost like the papers in white light.
# Rule 2 assumes that the papers in a picture are grey on average.
# In any one picture, their average is not exactly grey, so the rule still errs now and then.
# </details>
#
# ![Orange paper in white light and white paper in orange light give a 3 x 3 window the same orange pixels. The mean over the whole picture differs: a neutral grey for the first, an orange tint for the second.](figures/two_views.svg)
#
# The papers' colours are random, so on average they are grey.
# If the mean of the picture is reddish, the *lamp* is reddish.
# One number per channel, taken from the whole picture, is enough to tell the lamp's colour.
#
# A convolution with a 3 x 3 kernel sees nine pixels, and two such convolutions in a row see 5 x 5.
# They cannot compute a mean over all 256 pixels of a picture of 16 x 16.

# %% [markdown]
# ## 2. The idea
#
# Hu, Shen and Sun (2018) give a network this global view after every few convolutions.
# Their reason is the one that you met in section 1: a convolution knows nothing of what lies outside its window.
# (See section 3.1 of the paper.)
# **Squeeze**: for each of the C channels, take one number from the whole image, the channel's mean.
# **Excite**: let a tiny network turn these C numbers into C weights between 0 and 1, and multiply each channel by its weight.
#
# Each of these C weights is called a **gate**: 0 closes the channel, 1 lets it pass.
# Several channels may be open at once, so each gate has its own sigmoid.
# There is no softmax, which would make the gates compete (section 3.2 of the paper).
# B is the number of images, C is the number of channels, and H and W are height and width.
# The tiny network has one hidden layer, with C // r numbers, and r is called the **reduction**.
#
# ![The SE block: x (B, C, H, W) is averaged over H and W, which gives z (B, C). Two layers, fc1 with a ReLU and fc2 with a sigmoid, turn z into gates (B, C), by way of a hidden layer (B, C/r). Reshaped to (B, C, 1, 1), the gates multiply x, which takes a path of its own and arrives unchanged; the output is (B, C, H, W).](figures/se_block.svg)
#
# The block's input is called $u$ in the paper and `x` in our code, as in all lessons.

# %% [markdown]
# | in the paper | in words | in code |
# |---|---|---|
# | $z_c = \frac{1}{HW}\sum_{i,j} u_c(i, j)$ | mean of each channel | `squeeze(x)` |
# | $\delta(W_1 z)$ | first layer, ReLU (δ) | `torch.relu(fc1(z))` |
# | $s = \sigma(W_2\, \delta(W_1 z))$ | second layer, sigmoid (σ): the gates | `Excitation(...)(z)` |
# | $\tilde x_c = s_c \cdot u_c$ | each channel times its gate | `SEBlock(...)(x)` |
#
# You will build the block in this order, smallest piece first.

# %% [markdown]
# ## 3. Exercise 1: `squeeze`
#
# A **feature map** `x`, such as the output of a convolution, has shape (B, C, H, W).
# `squeeze(x)` returns the mean of each channel of each image.
# Before you write the general form, look at one image with two channels of 2 x 2 pixels:
#
# ![A (1, 2, 2, 2) tensor is squeezed to z (1, 2): channel 0 holds 1, 2, 3, 6 and becomes its mean 3; channel 1 holds 0, 0, 4, 0 and becomes 1.](figures/squeeze.svg)
#
# The name can mislead you, because every tensor has a method called `squeeze` too.
# The next cell tries that method first, and then computes the two means by hand:

# %%
small = torch.tensor([[[[1.0, 2], [3, 6]], [[0, 0], [4, 0]]]])  # (1, 2, 2, 2)
print("small.squeeze():", tuple(small.squeeze().shape), small.squeeze().tolist())
for c in (0, 1):
    numbers = small[0, c].flatten().tolist()
    print(f"channel {c}: {numbers}, sum {sum(numbers):g}, mean {sum(numbers) / len(numbers):g}")

# %% [markdown]
# The method has removed the axis of size 1, but all eight numbers are still there, and nothing has been averaged.
# *Your* function keeps one number per channel, so for this image it returns `tensor([[3., 1.]])`.
#
# In general, x has shape (B, C, H, W), and `squeeze(x)` has shape (B, C).
# Feature maps need not be square, and a batch may hold a single image.
# You wrote this in lesson 00 as `global_average_pool`; copy your line, or write it again from memory.

# %% exercise
def squeeze(x: torch.Tensor) -> torch.Tensor:
    """The mean of each channel of each image.

    x: feature maps, (B, C, H, W). Returns (B, C).
    """
    ...


# %% points=2
check(squeeze)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which axes of (B, C, H, W) are gone in (B, C)?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# One line: `return x.mean(dim=(..., ...))` with the numbers of the two spatial axes.
# Axes are counted from 0.
# </details>

# %% [markdown]
# What does your `squeeze` see in a photograph?
# Here are four photographs, each with its three means, the only numbers that SE would see.

# %% tags=["nbval-ignore-output"]
photos = torch.stack([photograph(name) for name in ("coffee", "flower", "rocket", "china")])
numbers = [f"R {r:.2f}  G {g:.2f}  B {b:.2f}" for r, g, b in squeeze(photos)]
show(show_images(photos, numbers),
     f"A cup, a flower, a rocket and a pavilion: {'; '.join(numbers)}.")

# %% [markdown]
# ## 4. Exercise 2: `Excitation`
#
# Turn the C means into C gates.
# First work through a small example, with C = 2 and one hidden number.
# Let the first matrix have the weights (1, -1) and the second one the weights (2, -2).

# %%
for first, second in ((3, 1), (1, 3)):
    hidden = max(0, 1 * first - 1 * second)  # the ReLU
    scores = torch.tensor([2 * hidden, -2 * hidden])
    print(f"z = ({first}, {second}): hidden {hidden}, scores {scores.tolist()},",
          f"gates {[round(gate, 2) for gate in torch.sigmoid(scores).tolist()]}")

# %% [markdown]
# For z = (3, 1) one channel is opened and the other one is closed.
# For z = (1, 3) the hidden number would be negative, so the ReLU makes it 0, and both gates are 0.5.
#
# ![For C = 8 and r = 4, a 2 x 8 matrix and a ReLU turn eight numbers into two; then an 8 x 2 matrix and a sigmoid turn these two into eight gates.](figures/excitation.svg)
#
# For any C and r, use two linear layers without bias: `fc1` goes from C down to C // r, and `fc2` goes back up to C.
# Put a ReLU between these layers and a sigmoid at the end, so that every gate lies between 0 and 1.
#
# If r does not divide C, round down: 10 // 4 = 2 hidden numbers.
# If the result is 0, that is an error: `Excitation(8, reduction=16)` would have no hidden number at all.
# Such a call is almost certainly a typo.
# Raise a `ValueError` whose message contains both numbers, channels and reduction.

# %% exercise
class Excitation(nn.Module):
    """Gates from channel means: sigmoid(fc2(relu(fc1(z)))), shape (B, C) -> (B, C).

    fc1: nn.Linear from channels to channels // reduction; fc2: nn.Linear back to channels.
    Neither has a bias.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ...

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        ...


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
# Create the layers in `__init__`, as attributes (`self.fc1 = ...`), so that torch finds their weights.
# `forward` only uses them.
# `torch.relu` and `torch.sigmoid` are functions, so they have no weights and need no attribute.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes `hidden`.
# If `hidden` is 0, it raises an error: `raise ValueError(f"... {channels} ... {reduction} ...")`.
# Then it makes two layers.
# `forward` is one line with four nested calls, and the innermost call runs first.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `SEBlock`
#
# Put the pieces together.
# The gates have shape (B, C) and `x` has shape (B, C, H, W).
# Each channel is multiplied by its gate.
# The obvious product, `x * gates`, is wrong.
# Here is one image with two channels.
# All its numbers are 1, and its gates are 0.5 and 0:

# %%
x, gates = torch.ones(1, 2, 2, 2), torch.tensor([[0.5, 0.0]])
print("x * gates:", (x * gates).tolist())

# %% [markdown]
# Channel 0 should be 0.5 everywhere, and channel 1 should be 0 everywhere.
# Instead each *column* got a gate, and nothing complained.
# Torch aligns shapes **from the right** (lesson 00), so a plain product matches C with W.
#
# ![Correct: gates (B, C, 1, 1) are stretched over H and W, so every channel is multiplied by its own gate. Incorrect: gates (B, C) are aligned from the right, so that C meets W. Usually this is an error. If the sizes happen to fit (for example B = 1 and C = W), there is no error, and each column gets a gate, not each channel.](figures/broadcast.svg)
#
# So give the gates two more axes of size 1, which makes their shape (B, C, 1, 1).
# Axes of size 1 are stretched.
# (Indexing with `None` adds such an axis: if `g` has shape (B, C), `g[:, :, None]` has shape (B, C, 1).)
#
# The block squeezes `x` and passes the means to its `excitation`, which returns the gates.
# Then it multiplies each channel by its gate.
# The output has x's shape.
# Worked example: if a channel holds (1, 2, 3, 6) and its gate is 0.5, it becomes (0.5, 1, 1.5, 3).
#
# A gate changes how strong a channel is, but not its pattern.
# Do not change `x` itself, because the network around the block may still need it.

# %% exercise
class SEBlock(nn.Module):
    """Multiply each channel by its gate, (B, C, H, W) -> (B, C, H, W).

    excitation: the Excitation(channels, reduction) that turns squeeze(x) into gates.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=4
check(SEBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You have written everything already: `squeeze` and `Excitation`.
# All that is left is one product.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` makes one attribute, `self.excitation`: an `Excitation` with both arguments.
# `forward` computes the gates from the squeezed x.
# Then it gives the gates two more axes, and returns x times the gates.
# </details>
#
# If the check is red and you cannot see why, `check(SEBlock, picture=True)` in a new cell draws your output beside the expected one.

# %% [markdown]
# ### If you have time: its gradients, by hand
#
# When a network learns, gradients flow backwards through your block.
# Autograd computes these gradients; compute them yourself, once.
#
# Let y = x · s be the product.
# The gate is s = σ(a), and a is the output of `fc2`.
# Autograd hands you dL/dy, which says how much the loss L changes with each number of y.
# Take one channel with x = (1, 2, 3, 6) and dL/dy = (1, 0, 2, -1).
# Let a be 0, so that s = 0.5.
#
# - The same s multiplies all four numbers, so their effects add up: dL/ds = 1 · 1 + 0 · 2 + 2 · 3 - 1 · 6 = 1.
# - The sigmoid's slope is s · (1 - s) = 0.25, so dL/da = 1 · 0.25.
# - For a fixed gate, each number of x affects only one number of y, with the factor s: dL/dx = s · dL/dy = (0.5, 0, 1, -0.5).
#
# Now write this for whole batches.
# The second of the next two cells tries your function on the example, and then on a batch.

# %%
def gate_backward(grad_y, x, s):
    """dL/ds and dL/da, (B, C) each, and dL/dx, (B, C, H, W), in this order.

    grad_y: dL/dy, (B, C, H, W). x: (B, C, H, W). s: the gates, (B, C).
    """
    return None


# %%
print(check_gradients(gate_backward))

# %% [markdown]
# <details><summary>What we think</summary>
#
# ```python
# grad_s = (grad_y * x).sum(dim=(2, 3))
# return grad_s, grad_s * s * (1 - s), grad_y * s[:, :, None, None]
# ```
#
# Broadcasting in the forward pass becomes a sum in the backward pass.
# A gate near 0 or 1 has almost no slope, so hardly any gradient reaches the two matrices.
# In the whole block, x also reaches y through its mean, `fc1`, `fc2` and the gate.
# Autograd adds the gradient of this second path to dL/dx.
# </details>

# %% [markdown]
# ## 6. Exercise 4: `se_parameter_cost`
#
# What does all this cost?
# Count by hand before you count with the computer.
# With r = 16, how many parameters does an SE block have for 64, 256 and 1024 channels?
# Replace each `None` with your number, then run the cell.
# (A linear layer without bias has *inputs x outputs* parameters.)

# %%
predicted = {"64 channels": None, "256 channels": None, "1024 channels": None}

measured = {f"{channels} channels": sum(p.numel() for p in SEBlock(channels).parameters())
            for channels in (64, 256, 1024)}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# A 3 x 3 convolution from C to C channels is much larger: it has 9 · C² parameters.
# SE has 2 · C² / 16, so such a convolution has 72 times as many.
#
# Now count for a whole network.
# ResNet-50 is a chain of 16 blocks in four **stages**.
# Each of these blocks consists of three convolutions and a shortcut around them.
# Each block gets one SE block, on its output channels.
# Stage s has $N_s$ blocks with $C_s$ channels.
# Each SE block has two matrices with $C_s \cdot C_s / r$ numbers each, so SE adds in total
#
# $$\frac{2}{r} \sum_s N_s\, C_s^2 .$$
#
# Worked example: one stage of 64 channels with two blocks and r = 16 costs 2 / 16 · 2 · 64² = 1024.
#
# ResNet-50's stages have 256, 512, 1024 and 2048 channels and 3, 4, 6 and 3 blocks.
# The paper says that SE adds about 2.5 million parameters.
# Write the formula as it stands, for any number of stages.
# If r does not divide C, the result may not be a whole number; do not round.

# %% exercise
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    """Parameters that SE adds to a network: 2 / reduction * sum(N * C**2) over its stages.

    stage_channels: C of each stage. stage_blocks: N of each stage. Returns a number.
    """
    ...


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
#
# Does your formula arrive at the number in the paper, and how much of it sits in the last stage?

# %%
added = se_parameter_cost((256, 512, 1024, 2048), (3, 4, 6, 3))
last = se_parameter_cost((2048,), (3,))
print(f"ResNet-50 has 25,557,032 parameters; SE adds {added:,.0f}, {added / 25_557_032:.1%}.")
print(f"Of these, {last:,.0f} ({last / added:.0%}) sit in the last stage.")

# %% [markdown]
# That is the paper's number, from your own code.
# Most of these parameters sit in the last stage, because the cost grows with the square of the number of channels.
# The paper notes that you can leave out the last stage's SE blocks and lose little accuracy.
#
# But the number of parameters does not tell you how long SE takes.
# SE reads all features twice, to squeeze them and to multiply them, and neither pass has a parameter.
# (`cost(SEBlock(256), x)`, from `attention_lab.networks.cost`, measures the time on your machine.)

# %% [markdown]
# ## 7. The bug museum
#
# This bug comes from real code; we have rebuilt a minimal version of it.
#
# ### Exhibit A: what do these gates see?
#
# *Symptom.* The network trains, the loss falls, nothing crashes, and yet this is not an SE block.
# (A 1 x 1 convolution is a linear layer at every position.)

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


exhibit, image = ExhibitA(8), torch.randn(2, 8, 5, 7)
print("input  ", tuple(image.shape))
print("gates  ", tuple(exhibit.gates(image).shape))
print("output ", tuple(exhibit(image).shape))

# %% [markdown]
# The output has the right shape, and many tests check no more than that.
# Find the mistake and repair it: change the cell above until the next one says yes.

# %%
yours = SEBlock(8, reduction=4)
for your_weights, weights in zip(yours.parameters(), exhibit.parameters()):
    your_weights.data = weights.data.reshape(your_weights.shape)  # the same weights for both
same = torch.allclose(exhibit(image), yours(image), atol=1e-6)
print("Does exhibit A compute what your SE block computes?", "Yes." if same else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# `self.pool` (the mean over H and W) is created and never called.
# So every position is gated by its own pixel.
# Nothing complains, because 1 x 1 convolutions run on any H x W.
# After the repair, `gates` returns `self.excite(self.pool(x))`.
# `self.pool(self.excite(x))` has the right shape too, but it is not SE.
# It averages the gates of all positions, but SE averages x and then computes one gate per channel.
# The mistake was seen in a MobileNetV3 implementation: [xiaolai-sqlai/mobilenetv3, issue 12](https://github.com/xiaolai-sqlai/mobilenetv3/issues/12).
# The experiment below measures what this mistake costs.
# </details>

# %% [markdown]
# ## 8. The experiment: papers under lamps
#
# A small network answers the question of section 1: is the paper in the centre more red, or more blue?
# Two 3 x 3 convolutions, each with BatchNorm and ReLU, see 5 x 5 pixels around the centre.
# All of these pixels are on the same paper.
# Next comes a module or nothing, as the table says, and then a 1 x 1 convolution gives the answer.
# As in lesson 00, we call the variants **arms**:
#
# | arm | what comes in between |
# |---|---|
# | no module | nothing |
# | no squeeze | exhibit A: the same two matrices as SE, but each position gates itself |
# | gates added | SE's squeeze and matrices, but the gates are *added* to x |
# | SE | your `SEBlock` |
#
# In two more arms there are **two lamps**.
# The paper in the centre keeps its lamp, but everything around it is lit by the lamp of another picture.
# The mean then says almost nothing about the centre's lamp.
# So the **cue**, the hint that SE could use, is taken out.
# Each arm is trained three times, with different initial weights and the same pictures in a different order.

# %% [markdown]
# **How are they trained?** `train` is a short training loop.
# It uses Adam, with a learning rate that rises to `peak_rate` and then falls (one cycle).
# Without the checks and the progress bar, the loop is these eight lines (`steps` is the number of batches, len(inputs) / batch_size):
#
# ```python
# optimizer = torch.optim.Adam(model.parameters())
# schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak_rate, total_steps=epochs * steps)
# for epoch in range(epochs):
#     for batch in torch.randperm(len(inputs)).tensor_split(steps):
#         optimizer.zero_grad()
#         loss(model(inputs[batch]), targets[batch]).backward()
#         optimizer.step()
#         schedule.step()
# ```

# %% tags=["experiment"]
class GatesAdded(nn.Module):
    """SE's gates, added instead of multiplied."""

    def __init__(self):
        super().__init__()
        self.excitation = Excitation(CHANNELS, reduction=2)

    def forward(self, x):
        return x + self.excitation(squeeze(x))[:, :, None, None]


def no_squeeze():
    return GateEachPosition(Excitation(CHANNELS, reduction=2))


def se():
    return SEBlock(CHANNELS, reduction=2)


# %% [markdown]
# What percentage of new pictures will each of the six arms get right?
# SE adds 256 parameters to the network, and so does *no squeeze*.
# In the next cell, replace each `None` with your number, and run the cell.

# %% tags=["experiment"]
predicted = {"no module": None, "no squeeze": None, "gates added": None, "SE": None,
             "no module, two lamps": None, "SE, two lamps": None}

# %% tags=["experiment"]
train_set, test_set = lamp_scenes(1024, seed=0), lamp_scenes(1024, seed=1)
one_lamp = train_set.image, test_set.image
two_lamps = with_two_lamps(train_set), with_two_lamps(test_set)
arms = {
    "no module": (nn.Identity, one_lamp),
    "no squeeze": (no_squeeze, one_lamp),
    "gates added": (GatesAdded, one_lamp),
    "SE": (se, one_lamp),
    "no module, two lamps": (nn.Identity, two_lamps),
    "SE, two lamps": (se, two_lamps),
}
trained = Trained()


def train_and_test(network, images, new_images, seed):
    """Right answers on new pictures, in per cent."""
    model = train(network, images, train_set.label, loss=loss_at_centre,
                  epochs=10, batch_size=32, peak_rate=0.04, seed=seed)
    return right_at_centre(model, new_images, test_set.label)


def run(arm, seed):
    module, pictures = arms[arm]
    trained[arm, seed] = colour_reader(module())
    return train_and_test(trained[arm, seed], *pictures, seed)


# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {arm: results.mean(arm) for arm in predicted}
predict_then_run(predicted, measured, unit="right answers (%)")

# %% [markdown]
# Is a gap more than luck?
# Each arm's score is the mean of three runs (seeds), and another three runs would give a slightly different mean.
# **Welch's t-test** compares two arms.
# It asks: if both were equally good, how often would their means differ by at least as much as in our runs?
# If the answer is 5 % or less, we say that the gap is more than luck.
# The more pairs you compare, the more often luck alone produces a gap, so the test is corrected for the number of pairs.
# In the lines that the next cell prints, the numbers in brackets are an interval.
# It contains the true gap in at least 95 of 100 such experiments, and with three runs it is wide.
# This interval is corrected in the same way, so 0 lies outside it exactly when the gap is more than luck.
# A gap should also be large enough to matter: here, 5 points.

# %% tags=["experiment"]
show(score_bars(results, "right answers on new pictures (%)", highlight="SE",
                baselines={"a coin": 50}),
     "Bars: " + "; ".join(f"{arm}: {results.mean(arm):.0f} %" for arm in arms))
print_gaps(results, [("no squeeze", "no module"), ("SE", "no squeeze"), ("SE", "gates added"),
                     ("SE, two lamps", "no module, two lamps")], matters=5)

# %% [markdown]
# **Read it.** Without a module the network scores about 72 %, as much as rule 1.
# Without the squeeze the two matrices add nothing; with it they add about 22 points.
# When the cue is taken out, SE falls back to the score of the network without a module.
# So it is the global view that counts here, not the parameters.
#
# This holds in longer training too.
# After five times as many steps SE scores 95 or 96 % in each of five runs.
# One such long run with a third of the learning rate scored 96 % too, and one with three times the rate scored 92 %.
# The arms that lack the squeeze or the cue still score 69 to 73 %.
# (The course's repository lists these runs in `solutions/se/experiment.md`.)
#
# *Adding* does about as well as multiplying.
# There is a likely reason: the last layer compares a weighted sum of the channels with a threshold.
# If the added gates depend on the lamp, adding them has the same effect as moving the threshold with the lamp.
# And rule 2, dividing by the mean, gets about 96 % without any training.
# SE learned from examples, and it comes close to this rule that we wrote by hand.

# %% [markdown]
# *Explain what surprised you.*
# Does a gate really depend on the lamp?
# The next cell lights one set of papers with 200 lamps, and follows the gate that depends most on the lamp's balance of red and blue.
# Then it lights 200 other sets of papers with one lamp, to see how much the papers alone move that gate.

# %% tags=["experiment"]
model = trained["SE", 0]
convolutions, block = model[:6], model[6]


def gates_of(images):
    with torch.no_grad():
        return block.excitation(squeeze(convolutions(images)))


show_gate_under_lamps(gates_of)

# %% [markdown]
# The gate follows the lamp (a correlation near 1 or -1 means that the dots lie near a line).
# The papers move it too, because their mean is not exactly grey, but they move it less than the lamp does.
# Each dot stands for one picture, and you may see many dots on a flat line at 0.5.
# For these dots, all hidden numbers are negative before the ReLU, which sets them to 0, so the gate is $\sigma(0) = 0.5$.
# A gate near 0 or 1 hardly changes, because there the sigmoid is almost flat.

# %% [markdown]
# **Where SE helped, and where it did not.** A photograph need not be grey on average: a patch of sky is blue even in white light.
# We put small pieces of photographs under coloured lamps.
# Then we trained networks of the same kind to repaint each piece as it looks in white light.
# We tested them on new photographs.
# The score is the PSNR (peak signal-to-noise ratio) in dB.
# Higher is better, and a gain of 3 dB means half the squared error.
# First we showed each piece **alone**, with nothing around it.
# On these pieces SE scored 16.1 to 16.5 dB in five long runs, and the network without a module scored 16.5 to 16.8 dB.
# On the pieces that they were trained on, SE was ahead: it scored 20.0 to 20.6 dB, and the network without a module scored 19.7 to 19.9 dB.
# So SE may have learned these pieces by heart, and with more photographs it might help.
# Then we hung the same pieces **on a wall** of coloured papers, with one lamp for both the piece and the wall.
# There SE scored 22.1 to 23.2 dB.
# The network without a module and the network without the squeeze scored 17.1 to 17.4 dB (five runs of each).
# (These runs are in `solutions/se/experiment.md` too.)
#
# So before you put SE into a network, ask: *what can a mean over the whole image tell these channels?*

# %% [markdown]
# ## 9. Paper against code, and a challenge
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | bias in fc1, fc2 | none in the gates' formula or in 2/r · Σ N·C² | has biases (28.09 million parameters for SE-ResNet-50) | none (28,071,976 parameters for SE-ResNet-50) |
# | layers | fully connected | 1 x 1 convolutions on the pooled map | `nn.Linear`; a 1 x 1 `Conv2d` with the same numbers is the same layer, and the check accepts it |
# | C // r | C / r | rounds down; timm, a library of vision models, rounds to a multiple of 8 | rounds down; 0 is an error |
# | place | after the three convolutions of a block, before the shortcut is added | the same | the SE block alone |
#
# So the paper's "about 2.5 million more" (28.07 million in all) and the code's "28.09 million" belong to slightly different networks.
#
# **A challenge (not graded).** Beat rule 2, and us, with a network of at most 100 parameters, in the experiment's 320 steps.
# Our best network has 6 parameters and scores 99.80 % in the worst of three runs.
# What would you squeeze out of a picture, to find out the colour of its lamp?
# Before you run the next cell, run the imports, your exercises and the cells of section 8 that define the arms.
# None of these cells trains anything.

# %% tags=["experiment"]
mine = None  # a function that makes your network, such as lambda: colour_reader(se())


def attempt(arm, seed):
    return train_and_test(mine(), *one_lamp, seed)


worst = size = None
if mine:
    worst = min(compare(["mine"], range(3), attempt).scores("mine"))
    size = sum(p.numel() for p in mine().parameters())
challenge("right answers on new pictures, worst of three runs", worst, beat=99.85, unit="%",
          at_most={"parameters": (size, 100)})

# %% [markdown]
# ## 10. What we now know
#
# - An SE block takes one number per channel from the whole image, and turns these numbers into a gate for each channel.
# - A small window cannot tell red paper from red light.
#   But where the papers are grey on average, the picture's mean shows the lamp.
#   The view of the whole picture was worth about 22 points here, and without it the two matrices were worth nothing.
# - When we took the cue out of the mean, SE did not help.
# - SE adds 2.5 million parameters to ResNet-50, and 63 % of them sit in the last stage, because the cost grows with C².
# - An output of the right shape proves little, because even a block that never squeezes gives one.

# %% [markdown]
# **Today.** SE blocks are part of MobileNetV3 and EfficientNet, and many modules of this course start from them.
# In the paper, SE lowers ResNet-50's top-1 error on ImageNet from 24.80 % to 23.29 %, with 10 % more parameters.
# (The top-1 error is the share of photographs that the network's first guess gets wrong.)
# Vision transformers have no SE blocks, but their attention lets each position look at the whole image, too.

# %% [markdown]
# **Against a plain convolution.** The cell at the end of this page shows recorded runs on real pictures.
# In each picture, a handwritten digit lies on a photograph with a coloured frame.
# The network should name the digit if it has the colour of the frame, and otherwise say "not it".
# The network with SE scores 93.7 %.
# The same network with one more 3 x 3 convolution instead of SE scores 93.0 %.
# The difference may be luck, so this is a tie, though SE has fewer parameters (19,771 against 30,107).
# We also tested each network on handwriting and photographs that it had never seen.
# The digits were written by hand on sheets of paper, and for this test we split the sheets into six groups.
# With six photographs for the backgrounds, this makes 36 pairs, each of one group and one photograph.
# Each of the 36 runs trained without one group and without one photograph, and was tested on exactly these two.
# On what was left out, SE scores 90.8 % on average, and the convolution scores 91.0 %.
# So it is still a tie.

# %% [markdown]
# What if the frame is far away?
# We also made larger pictures, in which the frame is 48 to 64 pixels away from the digit.
# There no position sees both of them through convolutions alone.
# We trained each network six times on such pictures, and left out a different photograph each time.
# In half of the pictures the answer is "not it", so a network that always says "not it" scores about 50 %.
# With one more convolution, the network scores no better than that (48 to 50 %), even if the convolution is dilated, as in lesson 04.
# With SE it scores 64 to 89 %.

# %% [markdown]
# **What stays open.** On ImageNet there is no lamp, and channels stand for more than colours.
# What do the means tell the gates there?
# If channels for water are strong, SE may open a channel for boats, but we have not seen it do so.

# %% [markdown]
# **What comes next.** Are two matrices needed to make the gates?
# Lesson 02, ECA, replaces the matrices with a handful of numbers.

# %% [markdown]
# ## 11. Questions to think about
#
# 1. Double all of x, the input of the block.
#    What happens to the squeezed numbers, and what happens to the gates?
#    Would you want that?
# 2. Shuffle the pixels of every channel.
#    What does SE's gate do?
#    When would this be a weakness?
#    Name an example.
# 3. If every hidden number is negative before the ReLU, what are the gates, and what gradient does fc1 get?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The means double.
#    Without biases, both matrices and the ReLU give twice the output for twice the input, so the sigmoid's inputs double too.
#    The gates move away from 0.5: one at 0.73 goes to 0.88.
#    If brightness comes only from the light, you would not want that.
# 2. Nothing changes, because the means stay the same.
#    This is a weakness wherever position matters.
#    One example is the question of which of two things has a frame (lesson 03).
# 3. The hidden numbers are 0, so the gates are 0.5, and fc1 gets no gradient.
#    Nor does fc2, whose inputs are 0.
#    As long as that is so in every picture, neither layer learns.
# </details>
#
# **References**
#
# - J. Hu, L. Shen, G. Sun: *Squeeze-and-Excitation Networks*, CVPR 2018, [arXiv:1709.01507](https://arxiv.org/abs/1709.01507).
#   Authors' code: [hujie-frank/SENet](https://github.com/hujie-frank/SENet).
# - E. H. Land, J. J. McCann: *Lightness and Retinex Theory*, 1971: where pictures of coloured papers under lamps come from.
# - Photographs: six, from public domain, CC0 and CC BY sources; `attention_lab/photos/CARD.md` names authors and licences.

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, which takes up the blocks of every lesson. It has two places for them:
# my_net("nothing", SEBlock) leaves the first one empty.
my_net(SEBlock)

# %% [markdown]
# This is where you are in the course, and what you have solved on this page:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
