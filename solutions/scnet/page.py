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
# # e1 · SCNet: self-calibrated convolutions
#
# *A 3 x 3 convolution, cut into four smaller ones that help each other.*
#
# ![Four white dots, all alike, each in the middle of a thin ring: red, green or blue. The ring's radius is 6 pixels; a 3 x 3 window around the dot sees white and grey. Which colour is the ring around a dot?](figures/rings.svg)
#
# All four dots look alike, and a network has to name, *at the dot*, the colour of the ring around it.
# A 3 x 3 convolution sees one pixel in each direction, and the ring is at least five away.
# This lesson's convolution first looks at a smaller copy of the image.
# Its network, SCNet ([project page](https://mmcheng.net/scconv/)), improves on ResNet-50 at several tasks, its authors report.
#
# **Needs** lesson 01 (gates); lesson 04 helps · 50 min · 4 points · difficulty 2 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build a convolution that asks what is around a position before it answers;
# - measure how far a network sees, instead of calculating it;
# - check with numbers what the code really does, when a paper and its code disagree.
#
# | part | minutes |
# |---|---|
# | [what is around this dot?](#1.-What-is-around-this-dot?), [the idea](#2.-The-idea) | 9 |
# | [exercise 1, `SCConv`](#3.-Exercise-1:-SCConv) (3 points); how far it sees, to touch | 18 |
# | [`SCBottleneck`](#4.-SCBottleneck), and what it costs | 6 |
# | [the bug museum](#5.-The-bug-museum), where you repair `ExhibitA` (1 point) | 5 |
# | [the experiment](#6.-The-experiment) and [what we now know](#7.-What-we-now-know) | 12 |
#
# </details>

# %%
from attention_lab.lessons.scnet import *

begin("e1_scnet")

# %%
new = ringed_dots(200, seed=2)
show(show_images((new.pictures[:3] + 0.3).clamp(0, 1)),
     "Three pictures, each with four white dots inside red, green or blue rings.")

# %% [markdown]
# ## 1. What is around this dot?
#
# Four blocks will try, each of them after one 3 x 3 convolution:
#
# - **plain**: ResNet's bottleneck, where only a 3 x 3 convolution looks around;
# - **dilated**: the same, but the nine weights of that convolution are 4 pixels apart (lesson 04);
# - **SC, pooling 1** and **SC, pooling 4**: the block of this lesson, with averages over 1 x 1 or 4 x 4 pixels in one of its branches.
#
# The ring is at least five pixels away from every pixel of its dot, so which blocks can know its colour at all?
# Replace each None with the percentage of right answers that you expect; section 6 compares.

# %%
four = {"plain": None, "dilated": None, "SC, pooling 1": None, "SC, pooling 4": None}
print(INVITATION if None in four.values() else "Noted, until section 6.")

# %% [markdown]
# ## 2. The idea
#
# Liu and others (2020) cut the convolution itself into parts.
# Half of the channels take a normal path, and for the other half, a small copy of the image says what is around each position.
# A gate made from this copy and x itself corrects ("calibrates") a normal convolution.
#
# ![The calibrated half has three convolutions, k2, k3 and k4. x (B, C, H, W) goes through k3. In a second branch, k2 averages x over cells of r x r pixels and convolves the averages; the result is enlarged to H x W, x is added, and a sigmoid makes the gate. k3's result times the gate goes through k4.](figures/scconv.svg)
#
# In SE (lesson 01), a channel has one gate for the whole image; here every position has its own.
#
# <details><summary>The paper's letters</summary>
#
# $X_1$ is the calibrated half's input, and $*$ means a convolution.
# (The normal path's convolution, $K_1$, is not in this table.)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $T_1 = \text{AvgPool}_r(X_1)$ | means of r x r pixels (r: `pooling`) | the first layer of `k2` |
# | $X_1' = \text{Up}(T_1 * K_2)$ | a convolution of the means, enlarged again | `k2(x)`, then Up |
# | $\sigma(X_1 + X_1')$ | the gate, one number per channel and position | `sigmoid` of a sum |
# | $Y_1' = (X_1 * K_3) \cdot \sigma(X_1 + X_1')$ | a normal convolution, gated | `k3(x)` times the gate |
# | $Y_1 = Y_1' * K_4$ | one more convolution | `k4` |
# </details>
#
# **How is the small copy enlarged?** The paper says "bilinear", which is smooth, and the [authors' code](https://github.com/MCG-NKU/SCNet/blob/master/scnet.py) calls `F.interpolate(..., size)` and leaves everything else to torch.
# This call enlarges the row (0, 8) to eight numbers: what are the third and the fourth?

# %%
predicted = {"third": None, "fourth": None}

row = F.interpolate(torch.tensor([[[[0.0, 8.0]]]]), (1, 8)).flatten()
measured = {"third": row[2].item(), "fourth": row[3].item()}
predict_then_run(predicted, measured, unit="the number at this place")

# %% [markdown]
# Torch's default takes the **nearest** cell and makes steps; bilinear would climb.

# %% [markdown]
# ## 3. Exercise 1: `SCConv`
#
# *About 10 minutes.*
# Build the calibrated half, as in the drawing (the cutting comes later):
#
# 1. ask what is around: average, convolve, enlarge again with the call of your prediction, and make a gate of the sum with x;
# 2. gate one normal convolution of x, and send the result through another one.
#
# By hand: x has one channel and two rows, both (0, 2, 4, 6), and pooling is 2, so the means are (1, 5).
# Suppose that k2's other layers subtract 5.
# That makes (-4, 0), which Up enlarges to (-4, -4, 0, 0), and the sum with x is (-4, -2, 4, 6).
# So the gate is (0.02, 0.12, 0.98, 1.00): almost closed on the left, open on the right.

# %% exercise
class SCConv(nn.Module):
    """k4(k3(x) * sigmoid(x + Up(k2(x)))), (B, C, H, W) -> (B, C, H', W'), C = channels.

    k2: nn.Sequential(nn.AvgPool2d(pooling), Conv2d, BatchNorm2d).
    k3, k4: nn.Sequential(Conv2d, BatchNorm2d).
    Convolutions: C to C, 3 x 3, padding 1, no bias. Only k4's has the stride.
    Up: F.interpolate to the height and width of x, without a mode. These need
    not be multiples of pooling. There is no ReLU.
    """

    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(SCConv)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which of the three paths from x changes the size, and which call brings the old size back?
# `x.shape[2:]` is the height and width.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The gate needs a sum of two maps of x's size: x itself, and the enlarged output of `k2`.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` sets three `nn.Sequential`s, with three layers, two layers and two layers.
# `forward` has a line that enlarges, a line with a sigmoid, and a `return`.
# </details>

# %% [markdown]
# **The paper or the code?** We ran the authors' code on one channel, with all convolution weights set to 0.2, and kept one row of the result.
# If they ran nearest, your module should give the same row.
# `enlarging(mode)` makes `F.interpolate` use another mode, so let us try both:

# %%
authors = torch.tensor([0.066, 0.124, 0.174, 0.224, 0.275, 0.328,
                        0.381, 0.439, 0.498, 0.559, 0.537, 0.350])
one = SCConv(1).eval()
for weight in (p for p in one.parameters() if p.ndim == 4):
    nn.init.constant_(weight, 0.2)
for mode in ("nearest", "bilinear"):
    with enlarging(mode), torch.no_grad():
        ours = one(torch.linspace(-2, 2, 144).view(1, 1, 12, 12))[0, 0, 6]
    print(f"{mode}: largest difference {(ours - authors).abs().max():.3f}")

# %% [markdown]
# It was nearest, to the last digit, and one of the authors [writes](https://github.com/MCG-NKU/SCNet/issues/6) that the accuracies in the paper come from exactly this code.
#
# Here is your module on a photograph, with weights set by hand so that its output is the gate alone: open where a pixel is brighter than the mean around it.
# Where do you see "nearest"?

# %%
show_gates(SCConv, "chelsea")

# %% [markdown]
# The steps in the right picture are the borders of its cells: two neighbours of one brightness are judged by different means.
#
# **How far does it see?** Measure it: pixels with gradient zero change nothing, so the gradient of one output tells you which input pixels can matter.
# Predict how many input *rows* one output of your `SCConv` sees, from row 24 with pooling 1, and from rows 24 and 26 with pooling 4.
# (Rows are counted from 0, and a cell of 4 x 4 pixels begins at row 24.)

# %%
predicted = {"pooling 1, row 24": None, "pooling 4, row 24": None, "pooling 4, row 26": None}


torch.manual_seed(0)
measured = {f"pooling {pooling}, row {row}": rows_seen(SCConv(4, 1, pooling).eval(), 4, row)
            for pooling, row in ((1, 24), (4, 24), (4, 26))}
predict_then_run(predicted, measured, unit="rows of pixels")

# %% [markdown]
# <details><summary>Why two positions of the same layer differ</summary>
#
# `k4` looks one row up and down.
# From row 24 it sees rows 23 to 25, which lie in *two* cells.
# `k2` adds a cell on each side, which makes four cells of 4 rows.
# From row 26 it sees rows 25 to 27, which lie in *one* cell, so with its neighbours there are three cells.
# So the view is tied to the grid of cells.
# </details>
#
# **Touch it.** Move the sliders.
# The small frame is the position, and the blue area is the view from there.
# With which poolings does the blue area reach a ring five pixels away, from every row?

# %% tags=["experiment"]
slide_a_view(SCConv)

# %% [markdown]
# <details><summary>Answer</summary>
#
# With 4 and 8: with pooling 1 it ends two pixels away, and with pooling 2 at most four.
# </details>

# %% [markdown]
# ## 4. `SCBottleneck`
#
# ResNet's bottleneck narrows its input to `planes` channels, looks around and widens the result again.
# SCNet's block has two branches, a and b, which both look around, and each of them narrows *all* of x to w = planes // 2 channels.
# (Cut x in two first, and each branch would know nothing of the other half.)
#
# ![x goes into two branches. a: conv1_a, bn1_a, ReLU, k1, ReLU. b: conv1_b, bn1_b, ReLU, scconv, ReLU. The two results, each (B, w, H', W'), are joined, that of branch a first; conv3 and bn3 make 4 times planes channels; the shortcut is added, and a ReLU follows.](figures/bottleneck.svg)

# %%
class SCBottleneck(nn.Module):
    """Two branches side by side, (B, in_channels, H, W) -> (B, 4 * planes, H', W')."""

    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        width = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(width)
        self.k1 = nn.Sequential(nn.Conv2d(width, width, 3, stride, 1, bias=False),
                                nn.BatchNorm2d(width))
        self.conv1_b = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(width)
        self.scconv = SCConv(width, stride)
        self.conv3 = nn.Conv2d(2 * width, self.expansion * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * planes)
        self.downsample = downsample

    def forward(self, x):
        a = torch.relu(self.k1(torch.relu(self.bn1_a(self.conv1_a(x)))))
        b = torch.relu(self.scconv(torch.relu(self.bn1_b(self.conv1_b(x)))))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(y + shortcut)

# %% [markdown]
# **What does it cost?** This block has four 3 x 3 convolutions (one in `k1`, three in `scconv`), and ResNet's has one.
# For 256 channels, 64 planes and a map of 56 x 56, as in ResNet-50, predict its parameters and multiply-adds, divided by those of ResNet's block.

# %%
predicted = {"parameters": None, "multiply-adds": None}

x = torch.randn(1, 256, 56, 56)
sc, plain = (cost(block(256, 64), x, latency=False) for block in (SCBottleneck, Plain))
measured = {"parameters": sc.parameters / plain.parameters,
            "multiply-adds": sc.multiply_adds / plain.multiply_adds}
predict_then_run(predicted, measured, unit="times those of ResNet's block")

# %% [markdown]
# <details><summary>Why not four times as much?</summary>
#
# A convolution from 32 to 32 channels has a quarter of the weights of one from 64 to 64, and your block has four such small convolutions.
# (The small difference comes from BatchNorms.)
# And one of the four convolutions works on 14 x 14 means instead of 56 x 56 pixels, at a sixteenth of the price.
# </details>

# %% [markdown]
# ## 5. The bug museum
#
# ### Exhibit A: a view that depends on the picture
#
# One line of this module is wrong.
# Shapes and gradients are right, and in the experiment below it does as well as the right one.
# Read it, and see whether you find the line.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()

        def conv(step=1):
            return nn.Conv2d(channels, channels, 3, step, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AdaptiveAvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x):
        around = F.interpolate(self.k2(x), x.shape[2:])
        return self.k4(self.k3(x) * torch.sigmoid(x + around))


# %% [markdown]
# A small test finds it: how many rows does one position see in a small picture, and in larger ones?
# Your module sees 16 rows in each of them.
#
# Then repair the exhibit, in its own cell, until the view is the same in every picture, and run the test and the check again.
# One name is enough, and there are two layers to choose from.
# (An answer that leans on your `SCConv` earns nothing.)

# %%
torch.manual_seed(0)
exhibit = ExhibitA(4).eval()
for side in (24, 48, 96):
    rows = seen(exhibit, 4, 12, 12, side=side).amax(1).sum()
    print(f"in a picture of {side} x {side}: {rows:.0f} rows")

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# In each of the three pictures, how many pixels does one cell of the coarse map stand for?
# Which line decides that?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `AvgPool2d(4)` averages cells of 4 x 4 pixels; `AdaptiveAvgPool2d(4)` makes 4 x 4 cells of any picture.
# Up stretches either copy to x's size, so no shape complains.
# In our pictures such a cell is 9 pixels wide, and in a photograph it would be a quarter of its height.
# </details>

# %% [markdown]
# ## 6. The experiment
#
# Each network has one 3 x 3 convolution, one of the four blocks, and three outputs per position, one for each colour.
# Only the dots' pixels count, in the loss and in the score.
# Two controls go with them: the networks with a wide view are tested again with new random colours of the rings and the old answers (*without the cue*), and *SC, pooling 4* with Up switched to bilinear.
# You made your predictions in section 1, so train:

# %% tags=["experiment"]
def calibrated(pooling):
    block = SCBottleneck(CHANNELS, PLANES)
    block.scconv = SCConv(PLANES // 2, pooling=pooling)  # yours
    return block


arms = {"plain": lambda: Plain(CHANNELS, PLANES), "dilated": lambda: Plain(CHANNELS, PLANES, 4),
        "SC, pooling 1": lambda: calibrated(1), "SC, pooling 4": lambda: calibrated(4)}
dots, trained = ringed_dots(1920, seed=1), Trained()


def run(arm, seed):
    trained[arm, seed] = learn_dots(arms[arm](), dots, seed)
    return tested(trained[arm, seed])


plot = dots_plot(arms)
remind(four)
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(four))

# %% tags=["experiment"]
plot.show(results, four)
with after_predicting(four):
    print_controls(results, arms)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Only a view that reaches the ring helps.**
# The plain block is at chance, and [five times the training](lab_book.md#2.-Is-it-only-slow) leaves it there; the dilated block and *SC, pooling 4* answer everything, and without the cue they fall to chance too.
#
# **In this block it is the averaging, and not the layers.**
# SC with pooling 1 has the same layers and the same parameters as with pooling 4, and stays at chance.
#
# **For this task, neither averages nor a gate are needed.**
# A dilated convolution does as well, and so do, in our recorded runs, the enlarged means if they are *added* [instead of gating](lab_book.md#3.-Is-it-the-gate).
# </details>

# %% [markdown]
# ### At every dot
#
# Here two networks answer at every pixel: red, green and blue are mixed by their probabilities, and pale outside the dots, because only the dots were trained.

# %% tags=["experiment"]
show_answers_at_dots({arm: trained[arm, 0] for arm in ("plain", "SC, pooling 4")}, new)

# %% [markdown]
# The plain block's dots are grey, a third of each colour, so what it gets right is luck.
# Yours have the colours of their rings, from pixels that are all white.
# The picture is beside this notebook: `my_scnet.png`.

# %% [markdown]
# ## 7. What we now know
#
# A self-calibrated convolution makes a gate from its input and the means around, so each position knows what lies around it.
# Only blocks whose view reaches the ring rose above chance, with averages or with dilation.
# So before you put the block into a network, ask how far away the information is that a position needs.
#
# (The [lab book](lab_book.md) has all runs, real pictures, on which `SCConv` is a little ahead of plain convolutions, and a challenge.)
#
# **Next.** The module of [lesson e2](../e2_coordinate/e2_coordinate.ipynb) averages over one coordinate and keeps the other.

# %% tags=["nbval-ignore-output"]
progress()
