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
# # e2 · Coordinate Attention
#
# *A gate for each row times a gate for each column.*
#
# ![A board with sixteen coloured squares in four rows and four columns. A white mark at the left edge points at a row, one at the top edge at a column. Which colour is the square at the crossing?](figures/board.svg)
#
# To find the crossing, a network has to know *where* the two marks are, and a mean over the whole picture forgets that.
# This lesson's module remembers where things are, and it was made for networks that run on phones.
# Its [authors report](https://arxiv.org/abs/2103.02907) that it lifts MobileNetV2's accuracy on ImageNet from 72.3 to 74.3 %, and that SE (lesson 01) reaches 73.5 %.
# [timm](https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/coord_attn.py), the library of vision models, contains it.
#
# **Needs** lessons 01 (SE) and 03 (CBAM's spatial gate) · 1 h · 5 points · difficulty 2 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - summarise a map along one axis without losing the positions along the other;
# - build a module that turns two such summaries into gates;
# - say what a product of two gates can draw, and what it cannot.
#
# | part | minutes |
# |---|---|
# | [which colour is at the crossing?](#1.-Which-colour-is-at-the-crossing?), [the idea](#2.-The-idea) | 9 |
# | [exercise 1, `directional_pool`](#3.-Exercise-1:-directional_pool) (2 points), what can two gates draw? | 8 |
# | [exercise 2, `CoordinateAttention`](#4.-Exercise-2:-CoordinateAttention) (3 points) | 18 |
# | if you have time: a number from the paper (run its cells even if you skip the text) | another 5 |
# | [the experiment](#5.-The-experiment), without the challenge | 18 |
# | [the bug museum](#6.-The-bug-museum), [paper against code](#7.-Paper-against-code), [what we now know](#8.-What-we-now-know) | 7 |
# | if you have time: [questions](#9.-Questions-to-think-about) | another 9 |
#
# </details>

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.tasks import boards
from attention_lab import check, course_map, progress, review
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import predict_then_run, score_bars, show, show_images
from attention_lab.pictures.prediction import INVITATION, remind
from attention_lab.pictures.gaps import print_gaps
from attention_lab.pictures.coordinate import slide_the_marks
from attention_lab.networks.training import compare, train

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. Which colour is at the crossing?
#
# In the drawing above, one mark points at a row and the other mark points at a column.
# A network must name the colour of the square where they cross: red, green, blue or yellow.
#
# Five networks will try.
# All five are built alike.
# They have two 3 x 3 convolutions, a place for a module, a third convolution, the mean over all positions and one Linear layer.
# They differ in the module:
#
# - **none**;
# - **SE**: one gate per channel, made from the mean over all positions;
# - **CBAM's map**: one gate per position, made by a 7 x 7 window (the spatial gate of lesson 03);
# - **coordinate**: the module of this lesson;
# - **coordinate, no places**: the same layers, but the mean of every row and column is replaced by the mean over all positions.
#
# A random guess is right in 25 % of all cases.
# A network that always names the most frequent colour of the board is right in 38 % of the cases, on average over all possible boards.
# (On the 500 boards of section 5 it is right in 36.6 % of all cases.)
#
# **Guess now:** what does each network score?
# Replace each None with a percentage; section 5 trains the networks.

# %%
five = {"none": None, "SE": None, "CBAM's map": None, "coordinate": None,
        "coordinate, no places": None}
print(INVITATION if None in five.values() else "Noted, until section 5.")

# %% [markdown]
# ## 2. The idea
#
# SE's mean says what is in the image, but not where.
# Hou and others (2021) average along one axis at a time.
# The mean of a row still belongs to that row, and the mean of a column still belongs to that column.
# The module turns these means into a gate for each row and a gate for each column.
#
# ![x is averaged over W and over H. Both results, joined into one line, go through conv1, bn1 and a hard-swish, and are split. conv_h and conv_w, each with a sigmoid, make a_h and a_w, and x is multiplied by both.](figures/module.svg)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $z^h_c(h) = \frac{1}{W} \sum_i x_c(h, i)$ | the mean of row h in channel c | first result of `directional_pool` |
# | $z^w_c(w) = \frac{1}{H} \sum_j x_c(j, w)$ | the mean of column w | second result |
# | $f = \delta(F_1([z^h, z^w]))$ | all H + W means joined, a 1 x 1 convolution, the activation δ | `conv1`, `bn1`, hard-swish |
# | $g^h = \sigma(F_h(f^h))$ | gates from $f^h$, the rows' part of f | `conv_h`, sigmoid |
# | $g^w = \sigma(F_w(f^w))$ | gates from $f^w$, the columns' part | `conv_w`, sigmoid |
# | $y_c(i, j) = x_c(i, j) \cdot g^h_c(i) \cdot g^w_c(j)$ | x times the gates of row i and column j | `x * a_h * a_w` |
#
# In the sums, i counts columns and j counts rows.
# The last line of the table swaps the two.

# %% [markdown]
# ## 3. Exercise 1: `directional_pool`
#
# Return a tuple of two tensors: the mean of each row, (B, C, H, 1), and the mean of each column, (B, C, 1, W), in this order.
# Each channel of each image has its own means.
# Keep the axis that you average over, with size 1, so that a map can be multiplied by both results.
#
# Look first at what happens without this axis.
# Here are two gates for the two rows of a small map: 1 leaves row 0 open, and 0 closes row 1.

# %%
small_map, two_gates = torch.tensor([[1.0, 3], [5, 7]]), torch.tensor([1.0, 0.0])
print("gates of shape (2,):  ", (small_map * two_gates).tolist())
print("gates of shape (2, 1):", (small_map * two_gates[:, None]).tolist())

# %% [markdown]
# Gates of shape (2,) close column 1 instead of row 1, and because the map is square, nothing crashes.
#
# Here is a worked example for one image with one channel, two rows and three columns:
#
# | | column 0 | column 1 | column 2 | mean of the row |
# |---|---|---|---|---|
# | row 0 | 0 | 3 | 6 | **3** |
# | row 1 | 2 | 2 | 2 | **2** |
# | mean of the column | **1** | **2.5** | **4** | |
#
# The rows' means have shape (1, 1, 2, 1), and the columns' means have shape (1, 1, 1, 3).

# %% exercise
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    ...


# %% points=2
check(directional_pool)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which axis do you walk along when you read one row?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `mean` takes the axis to average over, and an argument that keeps this axis with size 1.
# </details>

# %% [markdown]
# ### What can two gates draw?
#
# Suppose that all gates are either 0 or 1, on a 4 x 4 map.
# A position is open when its row *and* its column are open.
#
# You want to let two positions through, (row 0, column 1) and (row 3, column 2), so you open their rows and columns.
# **Predict, then run:** how many of the 16 positions are open now?
# And how many are open if you want the diagonal, (0, 0), (1, 1), (2, 2) and (3, 3)?

# %%
predicted = {"two positions": None, "the diagonal": None}


def opened(*positions):
    rows, columns = torch.zeros(4, 1), torch.zeros(1, 4)
    for row, column in positions:
        rows[row, 0] = columns[0, column] = 1
    return (rows * columns).sum().item()


measured = {"two positions": opened((0, 1), (3, 2)),
            "the diagonal": opened((0, 0), (1, 1), (2, 2), (3, 3))}
predict_then_run(predicted, measured, unit="open positions")

# %% [markdown]
# <details><summary>Why</summary>
#
# Two open rows and two open columns meet at four positions, and two of these are *ghosts* that you did not want.
# The diagonal opens all 16 positions.
# CBAM's map has a gate for each position, so it could draw any shape.
# But its window has to see enough to know which shape is needed.
# In Coordinate Attention, on the other hand, each channel has its own gates, so different channels can point at different places.
# </details>

# %% [markdown]
# ## 4. Exercise 2: `CoordinateAttention`
#
# First follow some numbers through the module: the five means in the table of exercise 1, two of rows and three of columns.
# Suppose that `conv1` and `bn1` together subtract 2.5, and that `conv_h` and `conv_w` change nothing.
# A hard-swish (defined below) comes after `bn1`, and sigmoids make the gates.

# %%
five_means = torch.tensor([3.0, 2.0, 1.0, 2.5, 4.0])  # of two rows and three columns
activated = F.hardswish(five_means - 2.5)
print("after the hard-swish:", activated.numpy().round(2))
row_gates, column_gates = activated[:2].sigmoid(), activated[2:].sigmoid()
print("gates of rows", row_gates.numpy().round(2), "of columns", column_gates.numpy().round(2))
print("gates of positions:\n", (row_gates[:, None] * column_gates).numpy().round(2))

# %% [markdown]
# Row 0 has the larger mean of the two rows, and column 2 has the largest mean of the three columns.
# So the product of the two gates is largest where this row and this column cross.

# %% [markdown]
# Build the module of section 2 with these layers:
#
# - `conv1`: 1 x 1, from `in_channels` to m channels, where m is `in_channels // reduction`, but at least 8;
# - `bn1`: an `nn.BatchNorm2d`, followed by a hard-swish, `F.hardswish`.
#   It computes $z \cdot \min(\max(z + 3, 0), 6) / 6$, which is 0 for z < -3 and equals z for z > 3;
# - `conv_h` for the rows' gates, `conv_w` for the columns' gates: 1 x 1, from m to `out_channels`, each followed by a sigmoid.
#
# All three convolutions have a bias.
# In the line of means that `conv1` reads, the rows' means come first.
# The argument `out_channels` is there because the authors' class has it.
# In our tests it equals `in_channels`; question 4, at the end, is about other values.
# Do not change x in place, and do not detach anything: gradients must reach x.
#
# Worked example: `CoordinateAttention(18, 18, reduction=2)` on (2, 18, 3, 4).
# m is 9, the line is (2, 18, 7, 1), and the gates are (2, 18, 3, 1) and (2, 18, 1, 4).
# If `conv_h` and `conv_w` are all zeros, every gate is 0.5 and the output is x / 4.

# %% exercise
class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(CoordinateAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The columns' means lie along the last axis, and the rows' means lie along the axis before it.
# Transpose one of the two tensors, so that both lie along the same axis.
# After the split, undo the transposition in the part that came from this tensor.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `torch.cat` joins along an axis; `split` takes a list of two sizes and an axis.
# All layers between `cat` and `split` see one line of H + W positions.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes m, and then sets four attributes.
# `forward` pools and joins, passes the result through `conv1`, `bn1` and the hard-swish, and splits it.
# Then comes one line of code for each gate, and a `return`.
# </details>

# %% [markdown]
# ### A number from the paper
#
# The authors' MobileNetV2 has the module in 16 of its 17 blocks: one with 96 channels, two with 144, three with 192,
# four with 384, three with 576 and three with 960.
# Without the module, the network has 3,504,872 parameters.
# **Predict, then run:** how many parameters do *your* modules add in these 16 blocks?
# And how many does SE add in the same places, if its hidden layer has C // 24 channels?

# %%
predicted = {"SE": None, "coordinate": None}


class SE(nn.Module):
    """Lesson 01's block with biases, in short: (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, channels, reduction):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction)
        self.fc2 = nn.Linear(channels // reduction, channels)

    def forward(self, x):
        gates = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3))))))
        return x * gates[..., None, None]


def parameters(module):
    return sum(p.numel() for p in module.parameters())


widths = [96, *2 * [144], *3 * [192], *4 * [384], *3 * [576], *3 * [960]]
measured = {"SE": sum(parameters(SE(c, 24)) for c in widths),
            "coordinate": sum(parameters(CoordinateAttention(c, c)) for c in widths)}
predict_then_run(predicted, measured, unit="parameters added")

# %% [markdown]
# <details><summary>What the paper says</summary>
#
# The paper counts 3.89 million parameters with SE and 3.95 million with Coordinate Attention.
# These are 3,504,872 plus the measured numbers, rounded.
# In a block with C channels, SE has two layers and needs about 2C · C / 24 parameters.
# Coordinate Attention has three convolutions and needs about 3C · C / 32.
# That is an eighth more.
# The narrow blocks add a little to this difference, because their m is 8, the minimum.
# </details>

# %% [markdown]
# ## 5. The experiment
#
# All modules work on a 14 x 14 map with 16 channels; a position of the map stands for 2 x 2 pixels.
# SE has 8 hidden channels, as many as Coordinate Attention.
# Each network is trained with Adam and a one-cycle schedule (peak rate 0.01), for 320 steps of 32 boards.
#
# There are three tests, each with the same 500 new boards:
#
# - **right**: the boards as they are;
# - **wrong cue**: the marks are moved to another crossing, but the colour at the original crossing still counts as the right answer;
# - **other gates**: every board's map is multiplied by the gates that were made for another board.
#
# **Predict first:** what does **coordinate** score in these three tests?

# %%
predicted = {"right": None, "wrong cue": None, "other gates": None}
print(INVITATION if None in predicted.values() else "Noted. Run the next cell.")

# %% [markdown]
# **Then run** the next cells, which train five networks with three seeds each, in about half a minute.

# %% tags=["experiment"]
CHANNELS = 16


class SpatialGate(nn.Module):
    """Lesson 03's map, applied: (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)
        self.norm = nn.BatchNorm2d(1)

    def forward(self, x):
        both = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], dim=1)
        return x * torch.sigmoid(self.norm(self.conv(both)))


def coordinate():
    return CoordinateAttention(CHANNELS, CHANNELS)


arms = {"none": nn.Identity, "SE": lambda: SE(CHANNELS, 2), "CBAM's map": SpatialGate,
        "coordinate, no places": lambda: boards.without_places(coordinate()),
        "coordinate": coordinate}
marked = boards.marked_boards(10240, seed=1)
new, moved = boards.marked_boards(500, seed=2), boards.marked_boards(500, seed=2, cue=False)


def conv_bn_relu(channels, stride=1):
    return nn.Sequential(nn.Conv2d(channels, CHANNELS, 3, stride, 1, bias=False),
                         nn.BatchNorm2d(CHANNELS), nn.ReLU())


def network(module):
    return nn.Sequential(conv_bn_relu(3, stride=2), conv_bn_relu(CHANNELS), module,
                         conv_bn_relu(CHANNELS), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(CHANNELS, 4))


def right(model, of):
    with torch.no_grad():
        return 100 * (model(of.pictures).argmax(1) == of.answers).float().mean().item()


trained = {}  # the weights of each network, of the last seed


def run(arm, seed):
    module = arms[arm]()
    model = train(network(module), marked.pictures, marked.answers, loss=F.cross_entropy,
                  epochs=1, batch_size=32, peak_rate=0.01, seed=seed)
    trained[arm] = model.state_dict()
    scores = {"right": right(model, new), "wrong cue": right(model, moved)}
    if arm == "coordinate":
        with boards.gates_of_the_next(module):
            scores["other gates"] = right(model, new)
    return scores


# %% tags=["experiment"]
remind(predicted | five)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {name: results.mean("coordinate", name) for name in predicted}
predict_then_run(predicted, measured, unit="% right, coordinate")

# %% [markdown]
# Now look at three of the new boards, and at the scores of all five networks.
# The last lines of the output compare these scores with your guesses from section 1:

# %% tags=["experiment"]
sizes = {arm: parameters(network(module())) for arm, module in arms.items()}
show(show_images((new.pictures[:3] + 0.3).clamp(0, 1)),
     "Three new boards: sixteen coloured squares, a white mark at the left and one at the top.")
frequent = 100 * (boards.most_frequent(new) == new.answers).float().mean().item()
show(score_bars(results, "right on new boards (%)", highlight="coordinate", parameters=sizes,
                baselines={"at chance": 25, "the most frequent colour": frequent}),
     "Bars: " + "; ".join(f"{arm} {results.mean(arm):.0f} %, {sizes[arm]} parameters"
                          for arm in arms))
print_gaps(results, [("coordinate", "CBAM's map"), ("coordinate", "coordinate, no places"),
                     ("CBAM's map", "none"), ("SE", "none"),
                     ("coordinate, no places", "SE")], matters=5)
print("Wrong cue (%):", {arm: round(results.mean(arm, "wrong cue")) for arm in arms})
predict_then_run(five, {arm: results.mean(arm) for arm in arms}, unit="% right")

# %% [markdown]
# **Touch it.** Move the two marks over one board.
# On the right you see the trained network's row gates times its column gates, averaged over the 16 channels.
# **Before you look:** apart from the crossing, where will the map be bright?

# %% tags=["experiment"]
trained_network = network(coordinate()).eval()
trained_network.load_state_dict(trained["coordinate"])
slide_the_marks(trained_network)

# %% [markdown]
# <details><summary>What we see</summary>
#
# In our run the crossing is brightest.
# At the two marks the map is about half as bright, and in the top left corner it is about a third as bright (the caption has the numbers).
# A row's gate depends on the mean of that row alone.
# The mark at the top lifts the mean of its column, but it lifts the means of the topmost rows too.
# In the same way, the mark at the left lifts its row and the leftmost columns.
# So two groups of rows and two groups of columns are open, and they meet at four places.
# Three of these places are ghosts, like those that you met after exercise 1.
# No square lies at these ghosts, so they do no harm, and the network scores 100 %.
# </details>

# %% [markdown]
# **Read it.** With positions the module solves the puzzle, and without them it does not.
# The arm **coordinate, no places** has all the layers of **coordinate**, but after these 320 steps it scores only about what SE scores.
# (Three runs are too few to exclude a gap of 5 points between these two.)
# With the wrong cue, **coordinate** scores 25 %, which is chance.
# With the gates of another board it scores 29 %.
# This is chance too, although it is more than 25 %.
# In one case in 16, the board that lends its gates has the same crossing, so we expect 1/16 · 100 % + 15/16 · 25 % = 29.7 %.
#
# On these boards, always naming the most frequent colour scores 36.6 %.
# The four other networks score more than that, and we have not examined how.
# **CBAM's map** could draw the right spot, but it does not see far enough.
# Its 7 x 7 window, together with the convolutions before it, covers 19 x 19 pixels of the board.

# %% [markdown]
# **Do the other networks need more steps?**
# With five times as many steps, at a peak rate of 0.01 or 0.005, the four other networks score 52 to 65 %.
# **coordinate** scores 100 % in all ten long runs (five seeds, two rates).
# We also replaced the module by two more 3 x 3 convolutions.
# In two runs with five times as many steps, this network scores 69 and 70 %.
# The two convolutions have ten times the module's parameters.
# With them, each position sees 19 x 19 pixels.
# To link a mark to a square, a position must see both at once.
# Take the square that lies farthest from its mark.
# To see the mark and at least the near edge of this square, a position must see 23 x 23 pixels.
# With three more convolutions instead of two, each position sees that much, and the network scores 76 to 79 % in six long runs (two rates).
# If these three have dilations of 1, 2 and 4, a position in the middle sees the whole board.
# This network scores 79 to 97 % after 320 steps, and 100 % in all eight long runs.
# (After 320 steps at twice the rate it scores 78 to 97 %, and at four times the rate 75 to 93 %.)
# So here a view of the whole board can replace the means that keep positions.
# But this network learns more slowly, and the three convolutions have about sixteen times the module's parameters.

# %% [markdown]
# A wide view can be cheap, too.
# With dilation 4, the 7 x 7 kernel of CBAM's map spans more than the whole board, and the map still has 100 parameters.
# With this map the network scores 99.8 to 100 % after 320 steps (five runs), and 100 % in six long runs at two rates.
# At this page's rate, it learns more slowly than **coordinate**: after 160 steps it scores 79 to 85 %, and **coordinate** scores 100 %.
# But at four times the rate, both score 100 % after 160 steps (five runs each).
# So if you compare how quickly two networks learn, try more than one rate.

# %% [markdown]
# The experiment does not show that one must *multiply* the gates.
# timm's `SimpleCoordAttn` adds the outputs of the row convolution and the column convolution, and applies a single sigmoid to the sum.
# If the gates are made in this way, the network also scores 100 % in 320 steps (three runs).
# If the two gates are made as before and added, the network scores 95 to 97 %, and 100 % after five times as many steps.
# And the puzzle suits Coordinate Attention, because the marks point along rows and columns.
# (All runs are in `solutions/coordinate/experiment.md` in the course's repository.)

# %% [markdown]
# ### A challenge (not graded)
#
# The module has 440 parameters here, because m is at least 8.
# With m = 2 it has 134 parameters, and scores 100 % (three runs).
# We can also drop all of its convolutions, and only multiply each mean by a factor and add a shift before the sigmoid.
# With one factor and one shift per channel for the rows, and one of each for the columns, the module has 64 parameters.
# It scores 81 to 84 %.
# Can a module of at most 60 parameters get above 95 % with every seed?
# (Our smallest such module has 32 parameters.)
# Before you run the cell below, run the imports, your exercises, `SE` (section 4) and the cells of this section that come before the
# training.

# %% tags=["experiment"]
mine = None  # your turn: a function that makes a module, (B, 16, H, W) -> (B, 16, H, W)


def attempt(arm, seed):
    model = train(network(mine()), marked.pictures, marked.answers, loss=F.cross_entropy,
                  epochs=1, batch_size=32, peak_rate=0.01, seed=seed)
    return right(model, new)


worst = have = None
if mine:
    have = parameters(mine())
    worst = min(compare(["yours"], range(3), attempt).scores("yours"))
challenge("right on new boards, worst of three runs", worst, 95, "%",
          at_most={"parameters of the module": (have, 60)})

# %% [markdown]
# ## 6. The bug museum
#
# ### Exhibit: fine on squares
#
# *Symptom.* A network runs on all its square images, and crashes on the first wide one.
# A [port to TensorFlow](https://github.com/northBeggar/Plug-and-Play/blob/563d1f324a1a15b8f160788a517e83c307fa0b5f/05-CA/tensorflow/CoordAttention.py)
# divides the line like this (rewritten in torch):

# %%
def exhibit(x, line):
    """x times a gate for each row and for each column; line: (B, C, H + W, 1)."""
    rows, columns = line.sigmoid().chunk(2, dim=2)
    return x * rows * columns.transpose(2, 3)


# %%
for height, width in ((6, 6), (5, 5), (4, 8)):
    x, line = torch.randn(1, 2, height, width), torch.randn(1, 2, height + width, 1)
    try:
        print((height, width), "gives", tuple(exhibit(x, line).shape))
    except (RuntimeError, ValueError) as error:
        print((height, width), f"{type(error).__name__}:", error)

# %% [markdown]
# Repair `exhibit`, and run both cells again.
#
# <details><summary>What is wrong</summary>
#
# `chunk(2)` makes two equal halves, but the line holds H entries for the rows and then W entries for the columns.
# Call `split` with the list of sizes [H, W].
# (If you give it H alone, it cuts pieces of this length, and the line of the wide image gives three such pieces.)
# Square inputs never show the mistake.
# </details>

# %% [markdown]
# ## 7. Paper against code
#
# | | the paper | the [authors' code](https://github.com/houqb/CoordAttention/blob/main/coordatt.py), and ours |
# |---|---|---|
# | hidden channels | C / r | `max(8, inp // reduction)` |
# | δ | some non-linear function | hard-swish |
# | BatchNorm | in the drawing, not in the formula | after `conv1` |
# | biases | not mentioned | in all three convolutions |
#
# With the authors' weights, your module's outputs and gradients are those of their code (in our tests, to within 1e-10).

# %% [markdown]
# ## 8. What we now know
#
# - A mean over one axis keeps the position along the other axis, so a row's gate can tell where something is.
# - In these runs the positions made the difference: without them, the same layers scored about as much as SE after 320 steps.
#   After five times as many steps, *coordinate, no places* is five points ahead of SE at this page's rate.
#   It is nearly eight points ahead at twice that rate.
#   At half the rate it is one or two points behind SE.
#   But with positions the module scores 100 %.
#   A wide view does as well, or nearly as well: CBAM's map with dilation 4 scores 99.8 to 100 % after this page's 320 steps.
#   Three dilated convolutions reach 100 % too, but at the rates that we tried, all of their runs need more steps.
# - The network uses the marks: when they point elsewhere, it drops to chance.
# - A product of a row gate and a column gate can mark one crossing.
#   Marking two crossings also opens the two other places where their rows and columns meet.
# - Multiplying the gates is not necessary for this puzzle: adding the rows' and the columns' results before one sigmoid solves it as well.
#
# So before you put Coordinate Attention into a network, ask: *does it matter in which row and in which column something is?*

# %% [markdown]
# **Today.** timm contains the module, and the authors have released a MobileNetV2 that uses it.
# Self-attention with a position code (lessons 05a and 07b) keeps both coordinates at once, at a higher cost.
#
# **Against a plain convolution.** The cell at the end of this page shows recorded runs on real pictures.
# In each picture, a handwritten digit lies on a photograph with a coloured frame.
# The network should name the digit if it has the colour of the frame, and otherwise say "not it".
# The network has two places for a module.
# With Coordinate Attention in both places it scores 93.0 %.
# With one more 3 x 3 convolution in each place instead, it also scores 93.0 % (three runs each).
# The two Coordinate Attentions have 1,296 parameters, and the two convolutions have 11,616.
# We also tested each network on handwriting and photographs that it had never seen.
# The digits were written by hand on sheets of paper, and for this test we split the sheets into six groups.
# With six photographs for the backgrounds, this makes 36 pairs, each of one group and one photograph.
# Each of the 36 runs trained without one group and without one photograph, and was tested on exactly these two.
# Tested on what was left out, Coordinate Attention scores 90.5 % on average, and the convolution scores 91.0 %, which is a tie.
#
# **What stays open.** How much of the gain on ImageNet comes from positions, and how much from the wider view?
#
# **What comes next.** Lesson 06b builds gates that keep full resolution.

# %% [markdown]
# ## 9. Questions to think about
#
# 1. Why does the module make one line of H + W means, instead of calling `conv1` twice?
#    [An author answers](https://github.com/houqb/CoordAttention/issues/12) that both ways give the same result if the weights are shared, but that one line is faster.
#    Would `bn1` give the same result both ways?
# 2. The mark at the left covers 2 of the 28 pixels of a row.
#    By how much does it lift the mean of this row?
#    And by how much does it lift the mean on a board that is ten times as wide?
# 3. If only the row's gate multiplies x, the network reaches 65 to 67 % (three runs).
#    Why is this more than without a module, and why is it so much less than 100 %?
# 4. [Somebody's network](https://github.com/houqb/CoordAttention/issues/5) stopped with an error, because `oup`, the second argument of the authors' class, was 32 and x had 256 channels.
#    Your class has this argument as well, as `out_channels`.
#    For x with 16 channels, which values fail: 16, 4 or 1?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. In eval mode, yes.
#    In training mode, a BatchNorm that is called twice normalises the rows with one mean and variance, and the columns with another.
#    It also updates its running statistics twice.
#    On one line, rows and columns share one mean and one variance.
# 2. The mark is brighter than the background by some amount d.
#    It lifts the mean of the row by 2/28 of d, about 7 %, and on the wide board by 0.7 % of d.
# 3. If the row is known, four squares are left.
#    A network that names the most frequent colour of these four is right in 53 % of all cases.
#    We have not examined where the remaining 12 to 14 points come from.
# 4. The gates multiply x, so this module cannot change the number of channels: 4 gates do not fit 16 channels.
#    But *one* fits by broadcasting: nothing fails, the output still has 16 channels, and all of them share the same gates.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", CoordinateAttention) puts the block of an earlier lesson first.
my_net(CoordinateAttention)

# %% [markdown]
# ## 10. References
#
# - Q. Hou, D. Zhou, J. Feng: *Coordinate Attention for Efficient Mobile Network Design*.
#   CVPR 2021, [arXiv:2103.02907](https://arxiv.org/abs/2103.02907).
#   Authors' code: [houqb/CoordAttention](https://github.com/houqb/CoordAttention).
# - S. Woo, J. Park, J. Lee, I. S. Kweon: *CBAM: Convolutional Block Attention Module*.
#   ECCV 2018, [arXiv:1807.06521](https://arxiv.org/abs/1807.06521).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
