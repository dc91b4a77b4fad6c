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
# One mark points at a row, the other one at a column, and you read off the colour where they cross.
# How would a network do it that takes the mean over the whole picture?
# It hardly knows where the marks are.
#
# This lesson's module remembers, and it was made for networks that run on phones, where its [authors report](https://arxiv.org/abs/2103.02907) that it gains clearly more than SE (lesson 01).
#
# **Needs** lessons 01 (SE) and 03 (CBAM's spatial gate) · 1 h · 6 points · difficulty 2 of 5
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
# | [which colour is at the crossing?](#1.-Which-colour-is-at-the-crossing?), [the idea](#2.-The-idea) | 8 |
# | [exercise 1, `directional_pool`](#3.-Exercise-1:-directional_pool) (2 points), what can two gates draw? | 9 |
# | [exercise 2, `CoordinateAttention`](#4.-Exercise-2:-CoordinateAttention) (3 points), and a number from the paper | 22 |
# | [the bug museum](#5.-The-bug-museum), where you repair `ExhibitA` (1 point) | 4 |
# | [the experiment](#6.-The-experiment), [what we now know](#7.-What-we-now-know) | 17 |
#
# </details>

# %%
from attention_lab.lessons.coordinate import *

begin("e2_coordinate")

# %% [markdown]
# ## 1. Which colour is at the crossing?
#
# Five networks will have to name the colour, all built alike around one module:
#
# - **none**;
# - **SE**: one gate per channel, made from the mean over all positions;
# - **CBAM's map**: one gate per position, made by a 7 x 7 window (lesson 03);
# - **coordinate**: the module of this lesson;
# - **coordinate, no places**: the same layers, but every mean of a row or a column is replaced by the mean over all positions.
#
# Blind guessing is right in 25 % of the cases, and "the most frequent colour of this board" in 37 %.
# **Guess now:** what does each network score?
# Replace each None with a percentage; section 6 trains them.

# %%
five = {"none": None, "SE": None, "CBAM's map": None, "coordinate": None,
        "coordinate, no places": None}
print(INVITATION if None in five.values() else "Noted, until section 6.")

# %% [markdown]
# ## 2. The idea
#
# Hou and others (2021) average along one axis at a time, so that the mean of a row still belongs to that row, and the mean of a column to that column.
# The module turns these means into a gate for each row and a gate for each column.
#
# ![x is averaged over W and over H. Both results, joined into one line, go through conv1, bn1 and a hard-swish, and are split. conv_h and conv_w, each with a sigmoid, make a_h and a_w, and x is multiplied by both.](figures/module.svg)
#
# <details><summary>The paper's letters</summary>
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
# In the sums, i counts columns and j counts rows; the last line swaps the two.
# </details>

# %% [markdown]
# ## 3. Exercise 1: `directional_pool`
#
# The trap in this exercise is an axis that one would rather drop.
# Here are two gates for the two rows of a small map: 1 leaves row 0 open, and 0 should close row 1.

# %%
small_map, two_gates = torch.tensor([[1.0, 3], [5, 7]]), torch.tensor([1.0, 0.0])
print("gates of shape (2,):  ", (small_map * two_gates).tolist())
print("gates of shape (2, 1):", (small_map * two_gates[:, None]).tolist())

# %% [markdown]
# Gates of shape (2,) close column 1 instead, and because the map is square, nothing crashes.
#
# *About 4 minutes.*
# So summarise a map twice, and keep every axis:
#
# 1. take the mean of each row;
# 2. take the mean of each column.
#
# A map of two rows and three columns has these five means, and they will go through the whole module:
#
# | | column 0 | column 1 | column 2 | mean of the row |
# |---|---|---|---|---|
# | row 0 | 0 | 3 | 6 | **3** |
# | row 1 | 2 | 2 | 2 | **2** |
# | mean of the column | **1** | **2.5** | **4** | |
#
# Which of the two results lies like a column?

# %% exercise
def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W).

    Each channel of each image has its own. Returns a tuple of two tensors, the rows first.
    """
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
# Your two lists of means are all that the module's gates will know of a picture.
# What is left of a rocket if each pixel is its row's mean times its column's?

# %%
photo = F.adaptive_avg_pool2d(photograph("rocket"), (96, 128))[None]
rows, columns = directional_pool(photo)
crossed = (rows * columns / photo.mean((2, 3), keepdim=True)).clamp(0, 1)
show(show_images(torch.cat([photo, crossed]), ["the photograph", "row mean times column mean"]),
     "Left, a rocket at its launch pad. Right, the same colours in stripes that cross: bright "
     "where a bright row meets a bright column.")

# %% [markdown]
# ### What can two gates draw?
#
# Let all gates be 0 or 1, on a 4 x 4 map, so that a position is open when its row *and* its column are.
# To let two positions through, (row 0, column 1) and (row 3, column 2), you open their rows and columns.
# **Predict, then run:** how many of the 16 positions are open now?
# And how many if you want the diagonal?

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
# CBAM's map has a gate for each position, so it could draw any shape, if its window saw enough to know which.
# In Coordinate Attention each channel has its own gates, so different channels can point at different places.
# </details>

# %% [markdown]
# ## 4. Exercise 2: `CoordinateAttention`
#
# Follow the five means of exercise 1 through the module.
# Let `conv1` and `bn1` together subtract 2.5, and let `conv_h` and `conv_w` change nothing.

# %%
five_means = torch.tensor([3.0, 2.0, 1.0, 2.5, 4.0])  # of two rows and three columns
activated = F.hardswish(five_means - 2.5)
print("after the hard-swish:", activated.numpy().round(2))
row_gates, column_gates = activated[:2].sigmoid(), activated[2:].sigmoid()
print("gates of rows", row_gates.numpy().round(2), "of columns", column_gates.numpy().round(2))
print("gates of positions:\n", (row_gates[:, None] * column_gates).numpy().round(2))

# %% [markdown]
# Row 0 has the larger mean of the two rows, column 2 the largest of the three columns, and where they cross the gate is widest open.
#
# *About 15 minutes.*
# Build the module as in the drawing:
#
# 1. lay the means of the rows and of the columns in one line, and send it through `conv1`, `bn1` and `F.hardswish`, which is 0 below -3 and leaves what is above 3 as it is;
# 2. split the line again, make the gates of the rows with `conv_h` and those of the columns with `conv_w`, each with a sigmoid;
# 3. multiply x by both.
#
# A picture of 3 x 4 positions makes a line of seven means.
# (If `conv_h` and `conv_w` are all zeros, every gate is one half: what is left of x?)

# %% exercise
class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1: 1 x 1 nn.Conv2d, in_channels -> m = in_channels // reduction, but at
    least 8. It reads the line of means, (B, C, H + W, 1), the rows' first.
    bn1: nn.BatchNorm2d, then a hard-swish. conv_h, conv_w: 1 x 1 nn.Conv2d,
    m -> out_channels (as in the authors' class; here always in_channels).
    All three convolutions have a bias. x is not changed in place.
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
# **A number from the paper.** The authors' MobileNetV2 has the module in 16 of its 17 blocks, and 3,504,872 parameters without it.
# **Predict, then run:** how many parameters do *your* modules add, and how many would SE, with C // 24 hidden channels?

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
# Add 3,504,872, and you have the paper's 3.89 million with SE and 3.95 million with Coordinate Attention.

# %% [markdown]
# ## 5. The bug museum
#
# ### Exhibit A: fine on squares
#
# It trains, every gradient is there, and every score is what it should be, as long as all images are square.
# A [port to TensorFlow](https://github.com/northBeggar/Plug-and-Play/blob/563d1f324a1a15b8f160788a517e83c307fa0b5f/05-CA/tensorflow/CoordAttention.py) divides the line like this (written anew, in torch):

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        hidden = max(8, in_channels // reduction)
        self.conv1, self.bn1 = nn.Conv2d(in_channels, hidden, 1), nn.BatchNorm2d(hidden)
        self.conv_h = nn.Conv2d(hidden, out_channels, 1)
        self.conv_w = nn.Conv2d(hidden, out_channels, 1)

    def forward(self, x):
        line = torch.cat([x.mean(3), x.mean(2)], dim=2)[..., None]
        line = F.hardswish(self.bn1(self.conv1(line)))
        rows, columns = line.chunk(2, dim=2)
        return x * self.conv_h(rows).sigmoid() * self.conv_w(columns.transpose(2, 3)).sigmoid()

# %% [markdown]
# The test could hardly be cheaper: give it a picture that is not square.
# Try every module that you copy with such a picture, and with odd sides, because no score on squares will do it for you.
#
# Then repair the exhibit, in its own cell, until all three sizes are answered, and run the check.
# Leave your `CoordinateAttention` out of it: an answer that leans on it earns nothing.

# %%
for height, width in ((6, 6), (5, 5), (4, 8)):
    x = torch.randn(1, 2, height, width)
    try:
        print((height, width), "gives", tuple(ExhibitA(2, 2).eval()(x).shape))
    except (RuntimeError, ValueError) as error:
        print((height, width), f"{type(error).__name__}:", error)

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How long is the line of a picture of 4 x 8, and where do its rows end?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `chunk(2)` makes two equal halves, but the line holds H entries for the rows and then W entries for the columns.
# Call `split` with the list of sizes [H, W].
# (If you give it H alone, it cuts pieces of this length, and the line of the wide image gives three such pieces.)
# </details>

# %% [markdown]
# ## 6. The experiment
#
# All modules work on a map of 14 x 14 positions with 16 channels, each of which stands for 2 x 2 pixels of a board.
# The puzzle suits the module, because the marks point along rows and columns.
# There are three tests on the same 500 new boards:
#
# - **right**: the boards as they are;
# - **wrong cue**: the marks are moved to another crossing, but the colour at the first one still counts as right;
# - **other gates**: every board's map is multiplied by the gates that were made for another board.
#
# **Predict:** what does **coordinate** score in these tests?
# (One board in 16 lends the right gates by chance.)

# %%
predicted = {"right": None, "wrong cue": None, "other gates": None}
print(INVITATION if None in predicted.values() else "Noted. Run the next cell.")

# %% [markdown]
# Now train, three times each, in about half a minute.

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


class MeanOfAll(nn.Module):
    def forward(self, line):
        return line.mean((2, 3), keepdim=True).expand_as(line)


def no_places():
    module = coordinate()
    module.conv1 = nn.Sequential(MeanOfAll(), module.conv1)
    return module


arms = {"none": nn.Identity, "SE": lambda: SE(CHANNELS, 2), "CBAM's map": SpatialGate,
        "coordinate, no places": no_places, "coordinate": coordinate}
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
sizes = {arm: parameters(network(module())) for arm, module in arms.items()}
frequent = 100 * (boards.most_frequent(new) == new.answers).float().mean().item()
plot = ScorePlot("right on new boards (%)", highlight=["coordinate"], parameters=sizes,
                 baselines={"at chance": 25, "the most frequent colour": frequent},
                 gaps=[("coordinate", "CBAM's map"), ("coordinate", "coordinate, no places"),
                       ("CBAM's map", "none"), ("SE", "none"), ("coordinate, no places", "SE")])

remind(predicted | five)
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(five))

# %% tags=["experiment"]
measured = {name: results.mean("coordinate", name) for name in predicted}
predict_then_run(predicted, measured, unit="% right, coordinate")

# %% [markdown]
# And all five networks, beside your guesses:

# %% tags=["experiment"]
plot.show(results, five)
with after_predicting(predicted | five):
    print("Wrong cue (%):", {arm: round(results.mean(arm, "wrong cue")) for arm in arms})

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **With places the module solves the puzzle, and without them the same layers do not.**
# *Coordinate, no places* is about as good as SE, and *coordinate* scores 100 %, [at other rates](lab_book.md#2.-Longer-runs-and-other-rates) as well.
#
# **Half right without places.**
# Even *none* scores about 50 %, more than the most frequent colour, and falls to 31 % when the marks move.
# So it reads the marks a little, too; how, we have not examined.
#
# **It reads the marks.**
# When they point elsewhere *coordinate* drops to chance, and with another board's gates to about 30 %.
#
# **A wide view does it as well.**
# CBAM's map stops at 63 %, because its window is too small for the board; [with a dilation](lab_book.md#3.-A-wider-view) it sees all of it, and scores nearly 100 %.
# </details>

# %% [markdown]
# ### Move the marks
#
# On the right you see your trained network's row gates times its column gates, averaged over the channels.
# **Before you look:** apart from the crossing, where will the map be bright?

# %% tags=["experiment"]
trained_network = network(coordinate()).eval()
trained_network.load_state_dict(trained["coordinate"])
slide_the_marks(trained_network)

# %% [markdown]
# <details><summary>What we see</summary>
#
# The crossing is brightest, and there are three ghosts, like those of section 3: at the two marks and in the top left corner.
# A row's gate depends on the mean of that row alone.
# The mark at the top lifts not only the mean of its column, but also the means of the topmost rows; in the same way, the mark at the left lifts the leftmost columns.
# Two groups of rows and two groups of columns are open, and they meet at four places.
# No square lies at the ghosts, so they do no harm.
# </details>
#
# Four boards to keep, and where your gates point:

# %% tags=["experiment"]
show_crossings(trained_network, new.pictures[:4])

# %% [markdown]
# ## 7. What we now know
#
# A mean over one axis keeps the position along the other one, so a row's gate can tell where something is, and a row's gate times a column's marks one crossing; for two crossings it opens two ghosts as well.
# So before you put Coordinate Attention into a network, ask: *does it matter in which row and in which column something is?*
#
# (The [lab book](lab_book.md) has every run, sums instead of products, real pictures, on which a plain convolution ties, and a challenge with 60 parameters.)
#
# **Next.** [Lesson 06b](../06b_polarized/06b_polarized.ipynb), if you have not been there, builds gates that keep full resolution.

# %% tags=["nbval-ignore-output"]
progress()
