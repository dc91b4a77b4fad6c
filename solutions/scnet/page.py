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
# A 3 x 3 convolution sees one pixel in each direction, so one convolution sees nothing of the ring.
# SCNet ([project page](https://mmcheng.net/scconv/)) replaces ResNet-50's bottleneck with this lesson's block.
# In the paper, this improves on ResNet-50's results in classification, object detection and keypoint detection.
# The main block of [PAN](https://arxiv.org/abs/2010.01073), a small network that enlarges images, has a similar structure.
#
# **Needs** lesson 01 (gates); lesson 04 helps · 1 h 5 min · 6 points · difficulty 2 of 5
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
# | [what is around this dot?](#1.-What-is-around-this-dot?), [the idea](#2.-The-idea), and what Up is | 11 |
# | [exercise 1, `SCConv`](#3.-Exercise-1:-SCConv) (3 points), the paper or the code? | 17 |
# | [exercise 2, `SCBottleneck`](#4.-Exercise-2:-SCBottleneck) (3 points), and what it costs | 20 |
# | if you have time: [how far does it see?](#5.-How-far-does-it-see?) (run its cells even if you skip the text) | another 8 |
# | [the experiment](#6.-The-experiment), without the challenge | 12 |
# | [the bug museum](#7.-The-bug-museum), [paper against code](#8.-Paper-against-code), [what we now know](#9.-What-we-now-know) | 5 |
# | if you have time: [questions](#10.-Questions-to-think-about) | another 6 |
#
# </details>

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.notebook.challenge import challenge
from attention_lab.networks.cost import cost
from attention_lab.pictures import predict_then_run, score_bars, show, show_images
from attention_lab.pictures.prediction import INVITATION, remind
from attention_lab.tasks.ringed_dots import enlarging, right_at_dots, ringed_dots, seen
from attention_lab.pictures.gaps import print_gaps
from attention_lab.pictures.scnet import slide_a_view
from attention_lab.networks.training import compare, train

# %% [markdown]
# ## 1. What is around this dot?
#
# The drawing above is the puzzle: at each of a dot's five white pixels, a network must name the ring's colour.
# All dots look alike.
# The ring's pixels are 6 to 7 pixels away from the dot's centre, and at least five pixels away from every pixel of the dot.
#
# Four blocks will try, each of them placed after one 3 x 3 convolution:
#
# - **plain**: ResNet's bottleneck, where only a 3 x 3 convolution looks around;
# - **dilated**: the same block, but the nine weights of its 3 x 3 convolution are 4 pixels apart (dilation, lesson 04);
# - **SC, pooling 1** and **SC, pooling 4**: the block of this lesson, with averages over 1 x 1 or 4 x 4 pixels in one of its branches.
#
# At chance, 33 % of the answers are right.
# **Predict first:** what does each block score?
# The important point is how far each block can look.
# Replace each None with a percentage; section 6 trains the networks and compares their scores with your numbers.

# %%
four = {"plain": None, "dilated": None, "SC, pooling 1": None, "SC, pooling 4": None}
print(INVITATION if None in four.values() else "Noted, until section 6.")

# %% [markdown]
# ## 2. The idea
#
# Liu and others (2020) cut the convolution itself into parts.
# Half of the channels take a normal path.
# For the other half, a map of averages says what is around each position.
# A gate made from this map corrects ("calibrates") a normal convolution of this half.
#
# ![The calibrated half has three convolutions, k2, k3 and k4. x (B, C, H, W) goes through k3. In a second branch, k2 averages x over cells of r x r pixels and convolves the averages; the result is enlarged to H x W, x is added, and a sigmoid makes the gate. k3's result times the gate goes through k4.](figures/scconv.svg)
#
# In the paper's notation, $X_1$ is the calibrated half's input, and $*$ means a convolution.
# (The normal path's convolution, $K_1$, is not in this table.)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $T_1 = \text{AvgPool}_r(X_1)$ | means of r x r pixels (r: `pooling`) | the first layer of `k2` |
# | $X_1' = \text{Up}(T_1 * K_2)$ | a convolution of the means, enlarged again | `k2(x)`, then Up |
# | $\sigma(X_1 + X_1')$ | the gate, one number per channel and position | `sigmoid` of a sum |
# | $Y_1' = (X_1 * K_3) \cdot \sigma(X_1 + X_1')$ | a normal convolution, gated | `k3(x)` times the gate |
# | $Y_1 = Y_1' * K_4$ | one more convolution | `k4` |
#
# In SE (lesson 01), a channel has one gate for the whole image; here every position has its own gate.

# %% [markdown]
# ### What is Up?
#
# The [authors' code](https://github.com/MCG-NKU/SCNet/blob/master/scnet.py) calls `F.interpolate(..., size)` and leaves everything else to torch.
# **Predict, then run:** this call enlarges the row (0, 8) to eight numbers.
# What are the third and fourth numbers?

# %%
predicted = {"third": None, "fourth": None}

row = F.interpolate(torch.tensor([[[[0.0, 8.0]]]]), (1, 8)).flatten()
measured = {"third": row[2].item(), "fourth": row[3].item()}
predict_then_run(predicted, measured, unit="the number at this place")

# %% [markdown]
# ## 3. Exercise 1: `SCConv`
#
# Build the calibrated half, as in the drawing.
# This module does not cut the channels in half: its input and its output both have C = `channels` channels.
#
# - `k2`: an `nn.Sequential` of `nn.AvgPool2d(pooling)`, a convolution and a BatchNorm;
# - `k3`, `k4`: Sequentials of a convolution and a BatchNorm; `k4`'s convolution has the `stride`;
# - every convolution is 3 x 3 with padding 1, *without* bias; there is no ReLU;
# - Up is the call whose result you predicted in section 2: `F.interpolate` to the height and width of x, without a `mode`.
#
# Worked example: there is one channel, pooling is 2, and x has two rows, both (0, 2, 4, 6).
# The means are (1, 5).
# Suppose that k2's other layers subtract 5.
# That makes (-4, 0), which Up enlarges to (-4, -4, 0, 0).
# The sum with x is (-4, -2, 4, 6).
# The gate is (0.02, 0.12, 0.98, 1.00): almost closed on the left, open on the right.
#
# Height and width need not be multiples of `pooling`: `AvgPool2d` drops the pixels that are left over.
# With pooling 4, a map of 9 x 7 pixels has 2 x 1 means.

# %% exercise
class SCConv(nn.Module):
    """k4(k3(x) * sigmoid(x + Up(k2(x)))), (B, C, H, W) -> (B, C, H', W').

    k2: nn.Sequential(AvgPool2d, Conv2d, BatchNorm2d).
    k3, k4: nn.Sequential(Conv2d, BatchNorm2d).
    Convolutions: 3 x 3, padding 1, no bias. Only k4's has the stride.
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
# ### The paper or the code?
#
# The paper says that Up is a **bilinear** interpolation, which is smooth.
# The code names no `mode`, so torch takes the **nearest** cell and makes steps, as you saw.
# We cannot know which of the two is the mistake, but we can check what the code does.
#
# We ran the authors' code on one channel, with untrained BatchNorms and with all convolution weights set to 0.2.
# We kept one row of the result.
# `enlarging(mode)` makes `F.interpolate` use this mode.
# With nearest, your module should give the authors' numbers to three decimals.
# The largest of these numbers is 0.559.
# **Predict first:** with bilinear, what is the largest difference from the authors' numbers?

# %%
predicted = {"bilinear": None}

authors = torch.tensor([0.066, 0.124, 0.174, 0.224, 0.275, 0.328,
                        0.381, 0.439, 0.498, 0.559, 0.537, 0.350])
one, measured = SCConv(1).eval(), {}
for weight in (p for p in one.parameters() if p.ndim == 4):
    nn.init.constant_(weight, 0.2)
for mode in ("nearest", "bilinear"):
    with enlarging(mode), torch.no_grad():
        ours = one(torch.linspace(-2, 2, 144).view(1, 1, 12, 12))[0, 0, 6]
    measured[mode] = round((ours - authors).abs().max().item(), 3)
print("nearest:", measured.pop("nearest"))
predict_then_run(predicted, measured, unit="largest difference")

# %% [markdown]
# <details><summary>What this says, and what it does not</summary>
#
# Only nearest gives these numbers, to the last digit.
# One of the authors [writes](https://github.com/MCG-NKU/SCNet/issues/6) that the accuracies in the paper come from exactly this code.
# So the published accuracies, too, were measured with nearest.
# </details>

# %% [markdown]
# ## 4. Exercise 2: `SCBottleneck`
#
# ResNet's bottleneck narrows its input to `planes` channels, looks around and widens the result again.
# SCNet's block has two branches, a and b, and both look around.
# Each branch narrows *all* of x to w = planes // 2 channels.
# (One 1 x 1 convolution to 2w channels, whose *result* is cut in two, amounts to the same.)
# Compare this with a version that cuts x itself in two, and narrows each part afterwards.
# In this example, one position of x has four channels, and each branch makes one number:

# %%
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
weight = torch.tensor([[1.0, 1.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0]])  # a row for each branch
print("each branch reads all of x:", (weight @ x).tolist())
print("x is cut first:", [(weight[0, :2] @ x[:2]).item(), (weight[1, 2:] @ x[2:]).item()])

# %% [markdown]
# If x is cut first, the first branch knows nothing of the last two channels, and the second branch knows nothing of the first two.
# So in the drawing, both branches start at the whole x:
#
# ![x goes into two branches. a: conv1_a, bn1_a, ReLU, k1, ReLU. b: conv1_b, bn1_b, ReLU, scconv, ReLU. The two results, each (B, w, H', W'), are joined, that of branch a first; conv3 and bn3 make 4 times planes channels; the shortcut is added, and a ReLU follows.](figures/bottleneck.svg)
#
# - `conv1_a`, `conv1_b`: 1 x 1 convolutions from `in_channels` to w channels;
# - `bn1_a`, `bn1_b`: the BatchNorms after these convolutions, each followed by a ReLU;
# - `k1`: a Sequential of a 3 x 3 convolution (w to w, padding 1, the `stride`) and a BatchNorm; a ReLU follows it in `forward`;
# - `scconv`: `SCConv(w, stride)` (pooling 4); a ReLU follows it in `forward`;
# - `conv3`, `bn3`: a 1 x 1 convolution from 2w to 4 · planes channels, and a BatchNorm.
#
# Then the shortcut is added.
# It is `downsample(x)` if that module is given, and x otherwise.
#   `downsample` gives x the shape of `bn3`'s output.
#   A ReLU comes last.
#
# No convolution has a bias.
#
# Worked example: `SCBottleneck(48, 12)` on (2, 48, 5, 6).
# w is 6, so each half is (2, 6, 5, 6).
# Joined, they are (2, 12, 5, 6), and `conv3` makes 48 channels.
# If `bn3`'s weight and bias are 0, the output is relu(x).

# %% exercise
class SCBottleneck(nn.Module):
    """Two branches side by side, (B, in_channels, H, W) -> (B, 4 * planes, H', W').

    conv1_a, conv1_b, conv3: 1 x 1 nn.Conv2d. bn1_a, bn1_b, bn3: nn.BatchNorm2d.
    k1: nn.Sequential(Conv2d, BatchNorm2d). scconv: SCConv. downsample: a module or None.
    """

    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(SCBottleneck)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How many ReLUs does the drawing show?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `torch.cat` joins tensors along an axis; channels are axis 1, and branch a comes first.
# The ReLUs after `k1` and `scconv` are in `forward`, not in the modules.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` sets nine attributes, `downsample` among them.
# `forward` has one line for branch a, one for branch b, one that joins them and applies `conv3` and `bn3`, and a `return`.
# </details>

# %% [markdown]
# **What does it cost?** Compare your block with ResNet's bottleneck, for 256 channels, 64 planes and a map of 56 x 56, as in ResNet-50.
# Your block has four 3 x 3 convolutions (one in `k1`, three in `scconv`); ResNet's block has one.
# Predict your block's parameters and multiply-adds, divided by those of ResNet's block.

# %%
predicted = {"parameters": None, "multiply-adds": None}


class Plain(nn.Module):
    """ResNet's bottleneck, without a stride."""

    def __init__(self, channels, planes, dilation=1):
        super().__init__()
        middle = nn.Conv2d(planes, planes, 3, 1, dilation, dilation, bias=False)
        self.body = nn.Sequential(
            nn.Conv2d(channels, planes, 1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(),
            middle, nn.BatchNorm2d(planes), nn.ReLU(),
            nn.Conv2d(planes, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return F.relu(x + self.body(x))


x = torch.randn(1, 256, 56, 56)
sc, plain = (cost(block(256, 64), x, latency=False) for block in (SCBottleneck, Plain))
measured = {"parameters": sc.parameters / plain.parameters,
            "multiply-adds": sc.multiply_adds / plain.multiply_adds}
predict_then_run(predicted, measured, unit="times those of ResNet's block")

# %% [markdown]
# <details><summary>Why not four times as much?</summary>
#
# A convolution from 32 to 32 channels has a quarter of the weights of one from 64 to 64, and your block has four such small convolutions.
# The small difference (70,528 against 70,400 parameters) comes from BatchNorms.
# And one of the four convolutions works on 14 x 14 means instead of 56 x 56 pixels, at a sixteenth of the price.
# </details>

# %% [markdown]
# ## 5. How far does it see?
#
# Which input pixels can change the output at one position?
# As in lesson 04, the gradient tells you: pixels with gradient zero change nothing.
# `seen(module, channels, row, column)` returns a map of 48 x 48, with 1 for each pixel that can matter.
# (It tries several input maps, since a ReLU can hide a path.)
#
# **Predict, then run:** how many input *rows* does one output position of your `SCConv` see?
# Predict this for an output in row 24 with pooling 1, and for outputs in rows 24 and 26 with pooling 4.
# (Rows are counted from 0, and a cell of 4 x 4 pixels begins at row 24.)

# %%
predicted = {"pooling 1, row 24": None, "pooling 4, row 24": None, "pooling 4, row 26": None}


def rows_seen(module, channels, row):
    return seen(module, channels, row, 24).amax(1).sum().item()


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
# When is the frame in the middle of the blue area?

# %% tags=["experiment"]
slide_a_view(SCConv)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Always with pooling 1, and never with pooling 2, 4 or 8.
# </details>

# %% [markdown]
# ## 6. The experiment
#
# Each network has a 3 x 3 convolution with BatchNorm and ReLU, one of the four blocks (32 channels, 8 planes),
# and three outputs per position, one for each colour.
# All networks are trained with Adam and a one-cycle schedule (peak rate 0.01), for 120 steps of 16 pictures.
# Only the dots' pixels count, in the loss and in the score.
#
# Each trained network is tested three times.
# The first test uses new pictures.
# In the second test, Up is switched to *bilinear*, although the network was trained with nearest.
# The third test uses the same pictures as the first, but with random new colours of the rings and the old answers ("no cue").
#
# You predicted in section 1 what each block scores on new pictures.
# Now make a second prediction: what does **SC, pooling 4** score in these three tests?
# (Training takes about half a minute.)

# %% tags=["experiment"]
CHANNELS, PLANES = 32, 8


def calibrated(pooling):
    block = SCBottleneck(CHANNELS, PLANES)
    block.scconv = SCConv(PLANES // 2, pooling=pooling)
    return block


arms = {"plain": lambda: Plain(CHANNELS, PLANES), "dilated": lambda: Plain(CHANNELS, PLANES, 4),
        "SC, pooling 1": lambda: calibrated(1), "SC, pooling 4": lambda: calibrated(4)}
pictures, answers = ringed_dots(1920, seed=1)
new, without = ringed_dots(200, seed=2), ringed_dots(200, seed=2, cue=False)


def network(block):
    return nn.Sequential(nn.Conv2d(3, CHANNELS, 3, padding=1, bias=False),
                         nn.BatchNorm2d(CHANNELS), nn.ReLU(), block, nn.Conv2d(CHANNELS, 3, 1))


def tested(model):
    with torch.no_grad():
        scores = {"right": right_at_dots(model(new.pictures), new.answers),
                  "no cue": right_at_dots(model(without.pictures), without.answers)}
    with torch.no_grad(), enlarging("bilinear"):
        return scores | {"bilinear Up": right_at_dots(model(new.pictures), new.answers)}


def run(arm, seed):
    model = train(network(arms[arm]()), pictures, answers, loss=F.cross_entropy, epochs=1,
                  batch_size=16, peak_rate=0.01, seed=seed)
    return tested(model)


# %% tags=["experiment"]
predicted = {"right": None, "bilinear Up": None, "no cue": None}

# %% tags=["experiment"]
remind(predicted | four)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {name: results.mean("SC, pooling 4", name) for name in predicted}
predict_then_run(predicted, measured, unit="% right, SC, pooling 4")

# %% [markdown]
# Here are three of the new pictures, and then the scores of all four networks.
# The last lines say how many rows of pixels each network sees.

# %% tags=["experiment"]
show(show_images((new.pictures[:3] + 0.3).clamp(0, 1)),
     "Three new pictures, each with four white dots inside red, green or blue rings.")
sizes = {arm: sum(p.numel() for p in network(block()).parameters())
         for arm, block in arms.items()}
show(score_bars(results, "right at the dots of new pictures (%)", highlight="SC, pooling 4",
                baselines={"at chance": 100 / 3}, parameters=sizes),
     "Bars: " + "; ".join(f"{arm} {results.mean(arm):.0f} %, {sizes[arm]} parameters"
                          for arm in arms))
print_gaps(results, [("SC, pooling 4", "plain"), ("SC, pooling 4", "SC, pooling 1"),
                     ("SC, pooling 4", "dilated"), ("SC, pooling 1", "plain")], matters=5)
for arm in ("dilated", "SC, pooling 4"):
    print(f"'{arm}' without the cue: {results.mean(arm, 'no cue'):.1f} %")
gain = results.mean("SC, pooling 4", "bilinear Up") - results.mean("SC, pooling 4")
print(f"'SC, pooling 4', switched to bilinear: {gain:+.1f} points")
for arm, block in arms.items():
    print(f"{arm}: the whole network sees {rows_seen(network(block()).eval(), 3, 24):.0f} rows")

# %% tags=["experiment"]
predict_then_run(four, {arm: results.mean(arm) for arm in arms}, unit="% right")

# %% [markdown]
# **Read it.** The plain block is at chance, and so is SC with pooling 1, which has the same layers and parameters as pooling 4.
# Only the averaging differs.
# More steps help neither the plain block nor SC with pooling 1.
# After five times as many steps, with this learning rate or half of it, both blocks are still at chance
# (33 to 35 % in twenty long runs).
# They *cannot* learn the task, because the ring lies outside their view.
#
# The network with the dilated block sees three groups of three rows, with gaps between them; the farthest row is 5 pixels away.
# *SC, pooling 4* scores 100 %, and so does the dilated block, which has 16 fewer parameters.
# In the test "no cue" these two blocks are right at only a third of the dots, which is chance.
# So the blocks do use the ring.
# This experiment shows how much a wide view helps.
# It does not show that averages are the best way to get a wide view, or that the gate matters.
# If x + Up(k2(x)) is *added* to k3(x) without a gate, the score is 100 % too (five runs).

# %% [markdown]
# **And Up?** With pooling 4, switching a trained network from nearest to bilinear does not lower its score here.
# Training with bilinear does not either.
# (With pooling 2, switching even helped four networks that had not finished learning; one of them rose from 83 to 96 %.)
# All our networks that score 99 % or more in their own mode score at least 98 % in the other mode.
# So **here the accuracy of a network that had learned the task did not tell you which mode ran**.
# Comparing outputs, as you did after exercise 1, told you at once.
# (All runs are in `solutions/scnet/experiment.md` in the course's repository.)

# %% [markdown]
# ### A challenge (not graded)
#
# With pooling 2, the network sees 10 rows, which is enough for the ring.
# Still, only one of our five runs finishes learning in 120 steps: the five score 100, 85, 83, 89 and 96 %.
# (We also made five runs of 600 steps, and all of them finished.)
# Keep pooling 2 and the training, but change the block.
# Can a network of at most 2,300 parameters get above 95 % with every seed?
# (One of our networks scores 100 %.)
# Before you run the cell below, run the imports, your exercises, `Plain` (section 4) and the first cell of section 6.
# You can skip the cell that trains.

# %% tags=["experiment"]
mine = None  # your turn: a function that makes a block, such as lambda: calibrated(2)


def attempt(arm, seed):
    model = train(network(mine()), pictures, answers, loss=F.cross_entropy, epochs=1,
                  batch_size=16, peak_rate=0.01, seed=seed)
    return tested(model)["right"]


worst = have = None
if mine:
    have = sum(p.numel() for p in network(mine()).parameters())
    worst = min(compare(["yours"], range(3), attempt).scores("yours"))
challenge("right at the dots, worst of three runs", worst, 95, "%",
          at_most={"parameters of the network": (have, 2300)})

# %% [markdown]
# ## 7. The bug museum
#
# **Exhibit: fine in training**
#
# *Symptom.* A network trains for days on crops of 32 x 32, and crashes on the first photograph.
# A [port to Keras](https://github.com/MCG-NKU/SCNet/issues/21) makes the gate in this way, shown here in torch:

# %%
def exhibit(x, means):
    return torch.sigmoid(x + F.interpolate(means, scale_factor=4))


# %%
for side in (32, 30, 35):
    x = torch.randn(1, 2, side, side)
    try:
        print(side, tuple(exhibit(x, F.avg_pool2d(x, 4)).shape))
    except RuntimeError as error:
        print(side, "RuntimeError:", error)

# %% [markdown]
# Repair `exhibit`, and run both cells again.
#
# <details><summary>What is wrong</summary>
#
# Averaging drops the pixels that are left over: 30 pixels become 7 means, and four times 7 is 28.
# Enlarge to a *size*, not by a factor: `F.interpolate(means, x.shape[2:])`.
# </details>

# %% [markdown]
# ## 8. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | Up | bilinear | nearest, by default | nearest |
# | two branches | the narrowed map is split | two 1 x 1 convolutions, which [amounts to the same](https://github.com/MCG-NKU/SCNet/issues/6) | like the code |
# | last ReLU of branch b | not in the formula | inside `SCConv` in one version of the file, after it in another | after it |
#
# With the authors' weights your two modules give the same outputs and gradients as their code (in our tests, to within 1e-10).

# %% [markdown]
# ## 9. What we now know
#
# - The block averages its input over cells and makes a gate from the averages, so each position knows what lies around it.
# - In these runs only blocks whose view reaches the ring rise above chance.
#   Pooling 4 and a dilated convolution solve the task.
# - The gate was not needed here: five runs without it score 100 % too.
# - The paper says bilinear, and its code uses nearest.
#   On our easy task, the accuracy of a network that had learned it did not tell the two apart, but comparing outputs did.
#
# So before you put the block into a network, ask: *how far away is the information that a position needs?*

# %% [markdown]
# **Today.** PAN uses a similar block to enlarge images.
# In newer networks, large kernels and attention between positions give the wide view.

# %% [markdown]
# **Against a plain convolution.** The cell at the end of this page shows recorded runs on real pictures.
# In each picture, a handwritten digit lies on a photograph with a coloured frame.
# The network should name the digit if it has the colour of the frame, and otherwise say "not it".
# With `SCConv` it scores 94.8 %.
# With one more 3 x 3 convolution instead, the network scores 93.0 %, but that convolution has only a third of `SCConv`'s parameters.
# We also tested each network on handwriting and photographs that it had never seen.
# The digits were written by hand on sheets of paper, and for this test we split the sheets into six groups.
# With six photographs for the backgrounds, this makes 36 pairs, each of one group and one photograph.
# Each of the 36 runs trained without one group and without one photograph, and was tested on exactly these two.
# On what was left out, `SCConv` scores 93.2 % on average, and the convolution scores 91.0 %.
# The 95 % confidence interval of the gap is 0.5 to 3.9 points.
#
# Are more parameters the reason?
# On what was left out, we also tested three more 3 x 3 convolutions in `SCConv`'s place.
# They have exactly as many parameters as `SCConv`, and they score 91.5 %.
# `SCConv` is 1.7 points ahead of them, and the interval of this gap is 0.6 to 2.9 points.
# So here the parameters alone do not explain the lead.
#

# %% [markdown]
# Does `SCConv` only learn faster?
# We also repeated this test with five times as many steps.
# With `SCConv` the network then scores 97.9 %, and with the single 3 x 3 convolution in its place 96.5 % (means of eighteen runs).
# Here the gap is 1.4 points, and its interval is 0.2 to 2.6 points.
# So the lead is still there, and these runs cannot tell whether it has shrunk.
# We did not train the three convolutions for that long.

# %% [markdown]
# **What stays open.** On photographs, is the branch that makes the gate worth its parameters?
# A dilated convolution of the same cost would be the right block to compare it with.
#
# **What comes next.** The module of lesson e2 averages over one coordinate and keeps the other.
# The attention of lesson 05a compares positions with each other.

# %% [markdown]
# ## 10. Questions to think about
#
# 1. For which radii of the ring can the dilated block only guess, whatever it learns?
# 2. Is the gate of this lesson's block a kind of attention?
# 3. In [one version](https://github.com/MCG-NKU/SCNet/blob/1666a38ed7a7248de822b2d7708667cade67fe28/scnet.py) of the authors' file,
#    `scnet50(pretrained=True)` stops with an error: the weights have unexpected keys, from `layer3.6` on.
#    The model's `layer3` has six blocks, `layer3.0` to `layer3.5`.
#    You pass `strict=False` to `load_state_dict`, and the error is gone.
#    What was wrong, and what is wrong now?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. From 8 pixels on.
#    The network with this block sees up to 5 pixels in each direction (9 rows, with gaps).
#    A dot's lowest pixel lies one row below the dot's centre.
#    From there, the network sees 5 pixels further down and 5 to the side.
#    So the farthest pixel that it can see is 6 rows and 5 columns from the dot's centre.
#    That is a distance of $\sqrt{61} = 7.8$ pixels, and a ring of radius 8 begins 8 pixels from its centre.
# 2. It is a gate that depends on the image, like the gate of SE.
#    The attention of lesson 05a compares positions with each other, but this gate does not.
# 3. In the file's list of addresses, `scnet50` points to the weights of SCNet-101.
#    With `strict=False`, the small network gets the weights of the large network's first blocks.
#    But the weights of its last stage were trained to follow blocks that only the large network has.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", SCConv) puts the block of an earlier lesson first.
my_net(SCConv)

# %% [markdown]
# ## 11. References
#
# - J. Liu, Q. Hou, M. Cheng, C. Wang, J. Feng: *Improving Convolutional Networks with Self-Calibrated Convolutions*.
#   CVPR 2020, [project page](https://mmcheng.net/scconv/).
#   Authors' code: [MCG-NKU/SCNet](https://github.com/MCG-NKU/SCNet).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
