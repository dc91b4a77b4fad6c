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
# # 00 · Shapes, gates and attention by hand
#
# *Four small tools that all later lessons are made of, and how this course works.*
#
# **After this lesson you will be able to**
#
# - say what shape a tensor has, draw it, and predict what broadcasting does to it;
# - close and open channels and positions of an image with a gate;
# - compute attention on three words in your head, then write it for any number of them;
# - notice a softmax over the wrong axis, a mistake that trains without complaint.
#
# **You need** PyTorch from a first tutorial: tensors, `nn.Module`, linear layers, a training loop.
# **Difficulty** 1 of 5.
#
# | part | minutes |
# |---|---|
# | how the course works, the problem | 10 |
# | exercise 1, `global_average_pool` (2 points) | 12 |
# | exercise 2, `gate` (3 points) | 20 |
# | attention by hand; exercise 3, `dot_product_attention` (4 points) | 25 |
# | predict, then run: the scale | 8 |
# | exercise 4, `count_parameters` (1 point) | 8 |
# | the bug museum | 12 |
# | the experiment | 13 |
# | paper against code, questions, handing in | 7 |

# %%
import math
from functools import cache

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress
from attention_lab.data import photograph
from attention_lab.pictures import predict_then_run, show_images
from attention_lab.training import compare, train

# %% [markdown]
# **How a lesson works.** Run the cells from top to bottom (Shift+Enter).
# An **exercise** is a cell with a gap, marked `YOUR CODE HERE`.
# Fill it, run it, then run the line `check(...)` below it.
# The check answers within a second, as often as you like.
# Under each check lie **hints**, folded: open them one by one, as many as you need; they cost nothing.
# Cells below an unsolved exercise stop with `NotImplementedError`; that is as it should be.
#
# This is the map of the course.
# Each lesson says what it adds and what it takes for granted; the last column fills as your checks turn green.

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# ## 1. A question that an average cannot answer
#
# Six cards lie on the table.
# Each has a pattern and a colour.
# Somebody shows you a pattern, badly printed (a few of its 16 squares are flipped), and asks: **which colour has this card?**
# Every game has new patterns, so there is nothing to learn by heart.
# (The cell makes games and draws one; you need not read it.)

# %%
CARDS, SQUARES = 6, 16
COLOURS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73",
           "red": "#D55E00", "pink": "#CC79A7", "black": "#222222"}


def games(count, seed):
    """Questions and cards, 0 or 1, both (count, 6, 16); colours and answers, (count, 6).

    Question i of a game asks for the card `asked[i]`: every card is asked for once.
    """
    g = torch.Generator().manual_seed(seed)
    cards = torch.randint(0, 2, (count, CARDS, SQUARES), generator=g).float()
    colours, asked = torch.rand(2, count, CARDS, generator=g).argsort(dim=2)  # two shuffles
    flipped = (torch.rand(count, CARDS, SQUARES, generator=g) < 0.1).float()
    questions = cards.gather(1, asked[:, :, None].expand_as(cards))
    return (questions - flipped).abs(), cards, colours, colours.gather(1, asked)


def drawn(patterns, colours):
    """Pictures of cards, (n, 3, 4, 4), on light grey."""
    paint = torch.tensor([[int(c[i:i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])
    return torch.where(patterns.reshape(-1, 1, 4, 4) > 0, paint[:, :, None, None], 0.92)


questions, cards, colours, answers = (part[0] for part in games(1, seed=14))
names = [list(COLOURS)[number] for number in colours]
table = drawn(cards, [COLOURS[name] for name in names])
question = drawn(questions[:1], ["#888888"])
show_images(torch.cat([table, question]), names + ["which colour\nhas this one?"])

# %% [markdown]
# You look from card to card, compare, and read the colour off the one that fits best.
# (It is the one named in the next cell.)
#
# Now try it with an **average**, the first thing that comes to mind for making one answer out of six cards.
# It is the same whichever card was asked for, and it no longer says which colour belonged to which pattern.

# %%
mixed = table.mean(dim=0)
print("The answer is", list(COLOURS)[answers[0]] + ". The average of the cards says:")
show_images(mixed[None], ["the mean\nof the six cards"])

# %% [markdown]
# What was missing is a *weight* for each card: nearly 1 for the card that fits, nearly 0 for the others.
# Then the average is the answer.
# This is the idea of the whole course in two sentences.
# A **gate** multiplies what is there by weights, so that some of it fades.
# **Attention** takes a mean in which what matters weighs more.
#
# Every module that you will build, from Squeeze-and-Excitation to CloFormer, does one of the two, or both.
# They differ in where the weights come from.

# %% [markdown]
# ## 2. How to read the drawings
#
# All drawings of this course use the same signs.
#
# ![Blue boxes and columns of cells are features: (B, C, H, W), or one number a channel, (B, C). A gate (B, C, 1, 1) is a thin orange bar through a dashed box, a map (B, 1, H, W) a thin orange sheet in front of one. Green rounded boxes are layers with weights, white circles operations without. Data flows left to right.](figures/vocabulary.svg)
#
# A **tensor** is drawn as a box, with its **shape** below it: how many numbers it has along each axis.
# A **feature map**, such as the output of a convolution, has the shape (B, C, H, W).
# It holds B images in the batch, each with C **channels** that are H rows high and W columns wide.
# Of the batch one image is drawn.
#
# Axes are counted from 0: B is axis 0, C axis 1, H axis 2, W axis 3.
# From the right they are -1, -2 and so on.

# %% [markdown]
# ## 3. Exercise 1: `global_average_pool`
#
# `global_average_pool(x)` takes a feature map (B, C, H, W) and returns the mean of each channel of each image, (B, C).
# A box becomes a column.
# One image with two channels of 2 x 3:
#
# ```python
# x = torch.tensor([[[[1., 2., 3.], [4., 5., 9.]], [[0., 0., 0.], [0., 6., 0.]]]])   # (1, 2, 2, 3)
# global_average_pool(x)   # tensor([[4., 1.]]): (1 + 2 + 3 + 4 + 5 + 9) / 6 and 6 / 6
# ```
#
# **First hand in a wrong answer, on purpose.** Replace the two lines in the gap with `return x.mean(dim=(1, 2))`.
# Run the cell, run the check below it, and read what it says.
# The drawing below the check explains the parts of the report.
# Then repair the line: which axes should be gone?
#
# Maps need not be square, and a batch may hold a single image.

# %% exercise
def global_average_pool(x: torch.Tensor) -> torch.Tensor:
    """The mean of each channel of each image.

    x: feature maps, (B, C, H, W). Returns (B, C).
    """
    ### BEGIN SOLUTION
    return x.mean(dim=(-2, -1))
    ### END SOLUTION


# %% points=2
check(global_average_pool)

# %% [markdown]
# ![A red report begins with a cross, the exercise and its points; then comes the most useful sentence, then what was seen on which input, a fold with all inputs, and a row of checks, each passed, failed or not compared.](figures/report.svg)
#
# A check compares your code with recorded results (in float64, so that rounding hides nothing).
# *Gradients*: what flows back through your code is right too.
# *dtype*, *device*: your result follows its input's.
# *Input untouched*: you changed nothing that belongs to the caller.
# Green is one line that says what was verified.
#
# <details><summary>Hint 1: a nudge</summary>
#
# (B, C, H, W) goes in, (B, C) comes out.
# Which two axes are gone, and what are their numbers?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# One line: `return x.mean(dim=(..., ...))`.
# The axes that you name are averaged over and removed.
# </details>

# %% [markdown]
# Is it green?
# Then see what your function keeps of a photograph: three numbers, no matter how large it is.

# %%
photos = torch.stack([photograph(name) for name in ("coffee", "flower", "rocket", "china")])
kept = global_average_pool(photos)
print("in", tuple(photos.shape), " out", tuple(kept.shape))
show_images(torch.cat([photos, kept[:, :, None, None].expand_as(photos)]), columns=4)

# %% [markdown]
# ## 4. What broadcasts, and what only seems to
#
# A **gate** is a tensor of weights that multiplies a feature map: 0 closes, 1 lets pass, 0.5 fades by half.
# It may hold one number a channel, one a position, or one for every element:
#
# ![Weights (B, C, 1, 1), a thin bar, are stretched over H and W. Weights (B, 1, H, W), a thin sheet, are stretched over C. Weights (B, C, H, W) have x's own shape. Shapes are lined up from the right, and an axis of size 1 is stretched.](figures/gates.svg)
#
# Stretching is called **broadcasting**.
# Torch lines two shapes up *from the right*; an axis of size 1 is stretched to the other's size, and a missing axis counts as 1.
# Any other difference is an error.
# Try it in your head first: which of these products with an `x` of shape (4, 6, 4, 6) run?

# %%
x = torch.randn(4, 6, 4, 6)
for shape in ((4, 6, 1, 1), (4, 1, 4, 6), (4, 6), (6, 4), (4, 1, 4, 1)):
    try:
        print(f"{str(shape):15s} runs, and gives {tuple((x * torch.rand(shape)).shape)}")
    except RuntimeError:
        print(f"{str(shape):15s} is an error")

# %% [markdown]
# Two of them are traps.
# (4, 6) was meant as (B, C), but from the right it meets (H, W): it runs because B = H and C = W here, and multiplies the wrong numbers.
# And (4, 1, 4, 1) is no gate that anybody meant, yet it stretches without a word.
# A result of the right shape proves little.

# %% [markdown]
# ## 5. Exercise 2: `gate`
#
# Write a gate that cannot be fooled.
# `gate(x, weights)` multiplies x, (B, C, H, W), by weights of exactly one of these shapes:
#
# | shape | meaning |
# |---|---|
# | (B, C) or (B, C, 1, 1) | one weight a channel |
# | (B, 1, H, W) | one weight a position |
# | (B, C, H, W) | one weight an element |
#
# Two axes always mean (B, C), never (H, W).
# Any other shape is a `ValueError`, also one that torch would stretch: a caller who passes it has made a mistake and wants to know.
#
# Worked example: x holds two channels, (1, 2) and (3, 4), so its shape is (1, 2, 1, 2).
# With weights `[[0.5, 0.]]`, shape (1, 2), the result holds (0.5, 1) and (0, 0).
# With weights (1, 1, 1, 2) holding (1, 0), it holds (1, 0) and (3, 0).
#
# Do not change x itself.

# %% exercise
def gate(x: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Multiply a feature map by weights, (B, C, H, W) -> (B, C, H, W).

    weights: (B, C), (B, C, 1, 1), (B, 1, H, W) or (B, C, H, W).
    Raises ValueError for weights of any other shape.
    """
    ### BEGIN SOLUTION
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    if weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise ValueError(f"weights {tuple(weights.shape)} do not fit x {tuple(x.shape)}")
    return x * weights
    ### END SOLUTION


# %% points=3
check(gate)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `b, c, h, w = x.shape` gives the four sizes names.
# A shape can be compared with a tuple: `weights.shape == (b, c)`.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Indexing with `None` adds an axis of size 1: where `t` has the shape (B, C), `t[:, :, None]` has (B, C, 1).
# First bring weights with two axes to four, then ask whether the shape is one of those that are left, then multiply.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `if ...: weights = ...`, then `if weights.shape not in [(...), (...), (...)]: raise ValueError(...)`, then `return ...`.
# </details>
#
# Red, and you cannot see why?
# `check(gate, picture=True)` draws your output beside the expected one.

# %% [markdown]
# A gate on a photograph, twice: first one weight a channel (red passes, green and blue fade), then one weight a position (a spotlight).

# %%
photo = photograph("coffee")[None]
b, c, h, w = photo.shape
rows, columns = torch.linspace(-1, 1, h)[:, None], torch.linspace(-1, 1, w)[None, :]
spotlight = torch.exp(-6 * ((rows + 0.1) ** 2 + columns ** 2))[None, None]  # rows broadcast too
channels = torch.tensor([[1.0, 0.4, 0.2]])
gated = [photo, gate(photo, channels), spotlight.expand(1, 3, -1, -1), gate(photo, spotlight)]
show_images(torch.cat(gated), ["x", f"gate {tuple(channels.shape)}", "the map, a thin sheet",
                               f"gate {tuple(spotlight.shape)}"])

# %% [markdown]
# ## 6. Attention by hand
#
# Three words: *red ball rolls*.
# Two of them ask.
# *ball* asks: which of you is a colour?
# *rolls* asks: which of you is a thing?
# Each word carries
#
# - a **key**, by which it is found.
#   Here two numbers: (is a colour, is a thing). red (1, 0), ball (0, 1), rolls (0, 0);
# - a **value**, what it gives when it is found.
#   Here two numbers again: red (8, 0), ball (0, 4), rolls (4, 4);
# - if it asks, a **query**: the key that it would like to find. ball (1, 0), rolls (0, 1).
#
# **Score.** Multiply the query with each key, number by number, and add up (a dot product).
# *ball*: (1, 0) · (1, 0) = 1 with red, 0 with ball, 0 with rolls.
#
# **Weight.** A **softmax** makes positive weights with sum 1: raise a base to each score, divide by the sum.
# Usually the base is e; take 2, which is easier by head.
# Scores 1, 0, 0 become 2, 1, 1, and divided by 4: **1/2, 1/4, 1/4**.
#
# **Mean.** Add up the values with these weights: 1/2 · (8, 0) + 1/4 · (0, 4) + 1/4 · (4, 4) = (4 + 0 + 1, 0 + 1 + 1) = **(5, 2)**.
#
# Now you: *rolls* asks with (0, 1).
# Find its three weights and its output before you look at the drawing.

# %% [markdown]
# ![Queries of ball (1, 0) and rolls (0, 1) meet the keys of red (1, 0), ball (0, 1), rolls (0, 0): scores 1, 0, 0 and 0, 1, 0; weights 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4; with the values (8, 0), (0, 4), (4, 4) the outputs (5, 2) and (3, 3).](figures/attention.svg)
#
# With matrices all questions are asked at once.
# N queries of D numbers, M keys of D numbers, M values of E numbers:
#
# | in the paper | in words | shape |
# |---|---|---|
# | $S = QK^\top$ | a score for each query and key | (B, N, M) |
# | $A = \mathrm{softmax}(S / \sqrt{D})$ | each query's weights, one row each, sum 1 | (B, N, M) |
# | $AV$ | each query's weighted mean of the values | (B, N, E) |
#
# The factor $1 / \sqrt{D}$ is the **scale**; section 8 shows why it is there.
# It also chooses the base: a softmax computes $e^{\text{scale} \cdot s}$, and with scale = ln 2 that is $2^s$, the base of our example.

# %% [markdown]
# ## 7. Exercise 3: `dot_product_attention`
#
# Write it for any sizes: `q` (B, N, D), `k` (B, M, D), `v` (B, M, E) give (B, N, E).
# The scores are multiplied by `scale`; where none is given, it is D ** -0.5.
# A scale that is given replaces the default, and 0 is a scale too (it makes all weights equal).
#
# Scores need each query with each key, (N, D) times (D, M): the last two axes of k exchanged.
# `@` multiplies matrices and leaves the batch axis alone.
#
# A softmax runs along one axis, `dim`.
# Which one?
# *Each query hands out weights to the keys that sum to 1*: its row of (B, N, M) sums to 1.
#
# Worked example: the words above, scale = ln 2 = 0.693, give (5, 2) and (3, 3).
# And a query (0, 0) likes all three keys equally: weights 1/3 each, output (12, 8) / 3 = (4, 2.67), the plain mean.

# %% exercise
def dot_product_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor,
                          scale: float | None = None) -> torch.Tensor:
    """For each query the mean of the values, weighted by softmax(scale * query · key).

    q: (B, N, D). k: (B, M, D). v: (B, M, E). scale: D ** -0.5 where it is None.
    Returns (B, N, E).
    """
    ### BEGIN SOLUTION
    if scale is None:
        scale = q.shape[-1] ** -0.5
    scores = scale * q @ k.transpose(1, 2)
    return scores.softmax(dim=-1) @ v
    ### END SOLUTION


# %% points=4
check(dot_product_attention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shapes under each other: (B, N, D) @ (B, D, M) is (B, N, M).
# That times (B, M, E) is (B, N, E).
# Which tensor has to be turned first?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `k.transpose(1, 2)` exchanges two axes (`reshape` does not: it cuts the numbers anew).
# In (B, N, M) a row is one query, and going along a row you meet the keys: this is the *last* axis.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `if scale is None: scale = ...`; `scores = ...`, a product times the scale; `weights = scores.softmax(dim=...)`; `return ... @ ...`.
# </details>

# %%
q = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])              # ball and rolls ask
k = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]])  # red, ball, rolls
v = torch.tensor([[[8.0, 0.0], [0.0, 4.0], [4.0, 4.0]]])
print("ball gets ", dot_product_attention(q, k, v, scale=math.log(2))[0, 0])
print("rolls gets", dot_product_attention(q, k, v, scale=math.log(2))[0, 1])

# %% [markdown]
# ## 8. Predict, then run
#
# A word asks with the query (1, 1): a colour *or* a thing.
# Which weights do red, ball and rolls get, with base 2?
# Replace each `None` by a number (a fraction such as `1 / 3` will do), then run the cell.
#
# The cell uses a trick worth knowing: if the values are the rows of the identity matrix, the output *is* the weights.

# %%
predicted = {"red": None, "ball": None, "rolls": None}

either = torch.tensor([[[1.0, 1.0]]])
weights = dot_product_attention(either, k, torch.eye(3)[None], scale=math.log(2))[0, 0]
measured = dict(zip(predicted, weights.tolist()))
predict_then_run(predicted, measured, unit="weight")

# %% [markdown]
# **Why the scale?** Take random queries and 16 random keys of D numbers each.
# A dot product of random vectors is a sum of D random products, about $\sqrt{D}$ large.
# What happens to the largest of the 16 weights when D grows?
# Guess both columns for D = 256 before you run the cell.

# %%
torch.manual_seed(0)
weight_of_each_key = torch.eye(16).expand(200, 16, 16)
for size in (4, 16, 64, 256):
    queries, keys = torch.randn(200, 1, size), torch.randn(200, 16, size)
    raw, scaled = (dot_product_attention(queries, keys, weight_of_each_key, scale=scale)
                   for scale in (1.0, None))
    print(f"D = {size:3d}: largest of 16 weights {raw.amax(-1).mean():.2f} unscaled,",
          f"{scaled.amax(-1).mean():.2f} scaled by D ** -0.5")

# %% [markdown]
# Without a scale, large vectors leave nearly all weight to one key by chance, before anything was learned.
# Where the weights are nearly 0 and 1, a softmax is flat, and hardly any gradient reaches queries and keys.
# Dividing by $\sqrt{D}$ keeps the choice as soft for 256 numbers as for 4.

# %% [markdown]
# ## 9. Exercise 4: `count_parameters`
#
# Every lesson asks what a module costs.
# The first price is its parameters.
# `count_parameters(module)` returns how many numbers training may change, an `int`.
#
# Worked example: `nn.Linear(3, 2)` has a weight of 2 x 3 and a bias of 2: 8 parameters.
# Three rules:
#
# - Only **trainable** parameters count.
#   Where somebody froze the weight (`layer.weight.requires_grad = False`), 2 are left.
# - A **shared** parameter counts once.
#   Two layers of 3 x 3 without bias that use the very same weight have 9, not 18.
#   Two layers that only look alike share nothing.
# - What a module keeps besides, such as the running mean of a batch norm (a **buffer**), is no parameter.
#
# Modules may contain modules, which may contain modules.

# %% exercise
def count_parameters(module: nn.Module) -> int:
    """How many numbers training may change: trainable parameters, a shared one counted once.

    module: any nn.Module, with all modules inside it.
    """
    ### BEGIN SOLUTION
    trainable = [p for p in module.parameters() if p.requires_grad]
    return sum(p.numel() for p in trainable)
    ### END SOLUTION


# %% points=1
check(count_parameters)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `module.parameters()` goes through the modules inside as well, and meets a shared parameter once.
# What does it not leave out?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# A sum over the parameters `p`: `p.numel()` is how many numbers one holds, `p.requires_grad` whether it is trained.
# </details>

# %% [markdown]
# Count by hand, then run: a 3 x 3 convolution from 16 to 32 channels with bias, and a linear layer from 256 to 10.
# The third is the batch norm of 32 channels (a scale and a shift for each).

# %%
predicted = {"convolution": None, "linear": None, "batch norm": None}

layers = nn.Conv2d(16, 32, 3), nn.Linear(256, 10), nn.BatchNorm2d(32)
measured = dict(zip(predicted, map(count_parameters, layers)))
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# ## 10. The bug museum
#
# Three pieces of code that really were wrong, rebuilt here as small as possible.
# Each ran without an error.
#
# ### Exhibit A: every weight is 1
#
# *Symptom.* You pass one sentence and one query, and all attention weights are 1, whatever you pass.
# With more queries they are not.
# (Repaired, with base e and scale 1, *ball* gives about 0.58, 0.21, 0.21.)

# %%
def exhibit_a(q, k, v):
    b, n, _ = q.shape
    scores = (q @ k.mT).reshape(b * n, -1)  # .mT: the last two axes exchanged
    weights = nn.Softmax(dim=0)(scores).reshape(b, n, -1)
    return weights, weights @ v


print(exhibit_a(q[:, :1], k, v)[0])

# %% [markdown]
# Find the mistake and repair it in the cell above, until the next one says yes.

# %%
batch = [torch.randn(2, n, 4, generator=torch.Generator().manual_seed(n)) for n in (3, 5, 5)]
theirs, yours = exhibit_a(*batch)[1], dot_product_attention(*batch, scale=1.0)
same = torch.allclose(theirs, yours, atol=1e-6)
print("Does exhibit A compute what your attention does?", "Yes." if same else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# `dim=0` of (B · N, M) runs over all queries of the whole batch.
# A single query has nobody to share with, so each of its weights is 1.
# The repair: `dim=-1`.
# Seen in [PetrochukM/PyTorch-NLP, issue 2](https://github.com/PetrochukM/PyTorch-NLP/issues/2).
# A similar one, over the queries of one image, in a tutorial on vision transformers: [nerminnuraydogan/vision-transformer, issue 1](https://github.com/nerminnuraydogan/vision-transformer/issues/1).
# The experiment below asks what such a network learns.
# </details>
#
# ### Exhibit B: rows that sum to 1, used as columns
#
# *Symptom.* The softmax is right, each row of the weights sums to 1.
# But where all values are 1 a weighted mean must be 1, and it is not.
# Find out why, and repair the cell.

# %%
scores = torch.randn(1, 4, 4, generator=torch.Generator().manual_seed(0))
weights = scores.softmax(dim=-1)                # (B, N, N): row = query, column = key
values = torch.ones(1, 1, 4)                    # (B, C, N): positions last, as in an image
out = values @ weights.permute(0, 1, 2)
print("sums of the rows:", weights.sum(dim=-1).round(decimals=4))
print("output          :", out[0, 0])

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# `permute(0, 1, 2)` puts axes 0, 1, 2 in the order 0, 1, 2: it does nothing.
# With the positions of the values last, output j adds up *column* j.
# Meant was `permute(0, 2, 1)`.
# As N = M, every shape fits.
# Repaired, the output is four times 1.
# Seen in [heykeetae/Self-Attention-GAN, issue 11](https://github.com/heykeetae/Self-Attention-GAN/issues/11).
# </details>

# %% [markdown]
# ### Exhibit C: nine pictures for one
#
# *Symptom.* To let positions attend to each other, an image (B, C, H, W) is made into a list of positions, (B, H · W, C).
# The shape is right, the network trains, worse than it should.
# Here is the first channel of such a list, made back into a picture.
# Why nine?
# Find the line, and repair it.

# %%
photo = F.avg_pool2d(photograph("coffee")[None], 4)
b, c, h, w = photo.shape
tokens = photo.reshape(b, h * w, c)
print(tuple(photo.shape), "->", tuple(tokens.shape))
show_images(torch.stack([photo[0, :1], tokens[0, :, 0].reshape(1, h, w)]),
            ["channel 0 of the image", "number 0 of each position"])

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# `reshape` keeps the order of the numbers in memory and cuts it anew: three neighbours of one channel become "a position".
# So every third number of a channel is shown: three times side by side, and the three channels one below the other.
# Axes are exchanged by `transpose` or `permute`: `photo.flatten(2).transpose(1, 2)`.
# Try it in the cell above.
# Seen in [jsbaan/transformer-from-scratch, pull request 6](https://github.com/jsbaan/transformer-from-scratch/pull/6), where several attentions side by side are put together.
# Its training test passed all the same, probably (its author says) because the task was easy.
# </details>

# %% [markdown]
# ## 11. The experiment: a wrong axis that trains
#
# Back to the cards.
# A small network turns each question into a query, each pattern into a key, and each colour into a value.
# It attends, and answers with a linear layer.
# An experiment compares variants, called **arms**:
#
# | arm | how the six colours are weighed |
# |---|---|
# | over the keys | your `dot_product_attention` |
# | over the queries | the same scores, softmax along the other axis |
# | plain mean | all alike (control: the same parameters without the mechanism) |
#
# ![Right: along each row, over the keys, weights 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4 sum to 1. Wrong: down each column, over the queries, weights 2/3, 1/3, 1/2 and 1/3, 2/3, 1/2 sum to 3/2 in each row.](figures/axes.svg)
#
# And once more with the **cue taken out**: random patterns as questions.
# Each arm is trained five times (20 seconds for all on an idle machine), with other initial weights and another order of the same games.
# In training, all six questions of a game are asked at once.
# In the test too; and then three, two, and one at a time.
# *A guess is right in 1 of 6.
# Before you run it: what do you expect of "over the queries", asked six at once, and asked one by one?*

# %% tags=["experiment"]
def over_the_queries(q, k, v):
    return (q @ k.mT * q.shape[-1] ** -0.5).softmax(dim=1) @ v


def plain_mean(q, k, v):
    return v.mean(dim=1, keepdim=True).expand(-1, q.shape[1], -1)


class Player(nn.Module):
    """Answers a game, (B, 6, 16 + 16 + 6) -> (B, 6, 6); with `at_once` questions at a time."""

    def __init__(self, attend, width=16):
        super().__init__()
        self.attend = attend
        self.query, self.key = nn.Linear(SQUARES, width), nn.Linear(SQUARES, width)
        self.value, self.answer = nn.Linear(CARDS, width), nn.Linear(width, CARDS)

    def forward(self, game, at_once=CARDS):
        questions, cards, colours = game.split([SQUARES, SQUARES, CARDS], dim=2)
        k, v = self.key(cards), self.value(colours)
        found = [self.attend(q, k, v) for q in self.query(questions).split(at_once, dim=1)]
        return self.answer(torch.cat(found, dim=1))


def packed(count, seed, cue=True):
    """Games as a network sees them, and the answers."""
    questions, cards, colours, answers = games(count, seed)
    if not cue:
        questions = torch.randint(0, 2, questions.shape,
                                  generator=torch.Generator().manual_seed(seed + 100)).float()
    return torch.cat([questions, cards, F.one_hot(colours, CARDS).float()], dim=2), answers


# %% tags=["experiment"]
arms = {
    "over the keys": (dot_product_attention, True),
    "over the queries": (over_the_queries, True),
    "plain mean": (plain_mean, True),
    "over the keys, no cue": (dot_product_attention, False),
    "over the queries, no cue": (over_the_queries, False),
}
losses = {}


@cache
def trained(arm, seed):
    attend, cue = arms[arm]
    curve = losses[arm, seed] = []

    def loss(output, answers):
        value = F.cross_entropy(output.flatten(0, 1), answers.flatten())
        curve.append(value.item())
        return value

    return train(Player(attend), *packed(1024, 0, cue), loss=loss,
                 epochs=12, batch_size=32, peak_rate=0.03, seed=seed)


def run(arm, seed):
    model = trained(arm, seed)
    unseen, right = packed(512, 1, cue=arms[arm][1])
    with torch.no_grad():
        answers = {n: model(unseen, n).argmax(-1) for n in (6, 3, 2, 1)}
    return {f"{n} at once": 100 * (given == right).float().mean().item()
            for n, given in answers.items()}


results = compare(arms, seeds=range(5), run=run)
print(results)

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.3), facecolor="#FCFCFA",
                                     layout="constrained")
styles = {"over the keys": ("#0072B2", "o-"), "over the queries": ("#D55E00", "s--"),
          "plain mean": ("#666666", "^:")}
for arm, (colour, style) in styles.items():
    curves = torch.tensor([losses[arm, seed] for seed in results.seeds]).mean(0)
    smooth = curves.unfold(0, 32, 32).mean(1)  # an epoch has 32 steps
    left.plot(range(1, len(smooth) + 1), smooth, style, color=colour, label=arm, markersize=4)
    counts = (6, 3, 2, 1)
    means = [results.mean(arm, f"{n} at once") for n in counts]
    errors = [2 * results.standard_error(arm, f"{n} at once") for n in counts]
    right.errorbar(range(4), means, yerr=errors, fmt=style, color=colour, label=arm, capsize=4)
left.set(xlabel="epoch", xticks=range(0, 13, 3), ylabel="training loss (cross entropy)",
         title="All six questions at once: the loss")
left.legend(frameon=False)
right.axhline(100 / 6, color="#666666", linewidth=0.8)
right.annotate("a guess", (0, 100 / 6), xytext=(0, 5), textcoords="offset points")
right.set(xticks=range(4), xticklabels=["6", "3", "2", "1"], ylim=(0, 105),
          xlabel="questions asked at once", ylabel="right answers on new games (%)",
          title="Mean of 5 seeds; bars: 2 standard errors")
plt.show()

# %% tags=["experiment"]
print("parameters of each arm:", count_parameters(Player(plain_mean)))
for arm, control, measure in (("over the keys", "over the queries", "6 at once"),
                              ("over the keys", "over the queries", "1 at once"),
                              ("over the keys", "plain mean", "6 at once"),
                              ("over the keys, no cue", "plain mean", "6 at once")):
    gap = results.mean(arm, measure) - results.mean(control, measure)
    # "clearly": by more than luck (two standard errors), and by enough to matter (5 points)
    ahead = results.lead(arm, control, measure) > 2 and gap > 5
    print(f"{measure}: '{arm}' is {'clearly' if ahead else 'not clearly'} ahead of '{control}'")

# %% [markdown]
# **Read it.** With all six questions at once, the wrong axis learns as fast as the right one and answers as well.
# No loss curve tells you, and no test that asks as the training did.
# Ask fewer at once and it gets worse; ask one at a time and nothing is left: one answer in six, a guess.
#
# Why?
# Down a column the *askers* compete for a card.
# In training every card is asked for exactly once.
# So sharing the cards among the askers comes to the same as sharing attention among the cards.
# Alone, an asker competes with nobody: all six weights are 1, the output is the sum of all colours, the same in every game.
# Nothing was wrong with what it learned; its answer needs the other questions.
#
# Without the cue all are where a guess is: no axis finds what is not there.
# And the plain mean, with the same parameters, never leaves it.
#
# Be honest: this game was made so that the mistake hides completely.
# How much of it shows elsewhere depends on who asks what at the same time.
# In an image whose positions all ask at once, always, it may never show as an error.
# You would only see results that are a little worse, or that change with the size of the image.

# %% [markdown]
# ### How you would notice
#
# Two tests that need no training and no data set.
# **One:** where all values are 1, a weighted mean is 1.
# **Two:** what a query gets does not depend on the other queries.
# Put them into your own projects.

# %%
def suspicious(attend, q, k, v):
    """What is wrong with an attention function, or nothing."""
    found = []
    if not torch.allclose(attend(q, k, torch.ones_like(v)), torch.ones(()), atol=1e-5):
        found.append("rows do not sum to 1")
    if not torch.allclose(attend(q, k, v)[:, :1], attend(q[:, :1], k, v), atol=1e-5):
        found.append("a query's output depends on the other queries")
    return found or ["nothing"]


def along(axis):
    return lambda q, k, v: (q @ k.mT).softmax(dim=axis) @ v


print("yours        :", *suspicious(dot_product_attention, *batch))
print("softmax dim 1:", *suspicious(along(1), *batch), sep=" | ")
print("softmax dim 0:", *suspicious(along(0), *batch), sep=" | ")

# %% [markdown]
# And this is what the trained networks look at, in one new game.
# On the left is yours, in the middle the wrong axis with six questions, on the right the wrong axis with one.

# %% tags=["experiment"]
game = packed(1, seed=2)[0]


def weights_of(arm, axis, questions):
    model = trained(arm, 0)
    asked, shown, _ = game.split([SQUARES, SQUARES, CARDS], dim=2)
    q, k = model.query(asked[:, :questions]), model.key(shown)
    return (q @ k.mT * q.shape[-1] ** -0.5).softmax(dim=axis)[0].detach()


maps = {"over the keys": weights_of("over the keys", -1, 6),
        "over the queries": weights_of("over the queries", 1, 6),
        "the same, one asks": weights_of("over the queries", 1, 1)}
figure, axes = plt.subplots(1, 3, figsize=(10.5, 3), facecolor="#FCFCFA", layout="constrained")
for axis, (title, weights) in zip(axes, maps.items()):
    picture = axis.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    axis.set(title=title, xlabel="card (key)", xticks=range(6), yticks=range(len(weights)))
    for row, total in enumerate(weights.sum(dim=1)):
        axis.text(5.7, row, f"sum {total:.2f}", va="center", fontsize=8)
axes[0].set_ylabel("question (query)")
figure.colorbar(picture, ax=axes, label="weight", pad=0.08)
plt.show()

# %% [markdown]
# ## 12. Paper against code
#
# | | the paper (Vaswani et al., 2017) | `F.scaled_dot_product_attention` | here |
# |---|---|---|---|
# | scale | 1 / √D | the same, or the argument `scale` | the same |
# | heads | several attentions side by side | axes in front of (N, D) | none; later lessons have them |
# | mask | hides later words | an argument | none |
# | softmax over | the keys | the keys | the keys |
#
# Not everybody scales.
# DANet (a later lesson) leaves the scale out, others learn it, and CloFormer's local branch has a tanh where you wrote a softmax.
# This is why `scale` is an argument here.

# %% [markdown]
# ## 13. Questions to think about
#
# 1. Weights (B, 1, 1, 1) may be a gate for one channel, (B, C, 1, 1) with C = 1.
#    For which x may they be a map, (B, 1, H, W), as well?
# 2. Add 5 to every score of a query.
#    What happens to its weights?
#    And if you multiply every score by 5?
# 3. Shuffle the keys and the values in the same way.
#    What happens to the output of attention?
#    What does this say about the order of words?
# 4. Give all six askers the same question.
#    What does the network over the queries answer?
# 5. A gate made by a softmax over the channels: what would it do to 512 channels?
#    (Lesson 01 has a look.)

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. Where H = W = 1, whatever C is: then x has one position.
#    With C = 1 as well, the shape could mean all three things, and all three are the same product.
# 2. Nothing: $e^5$ stands in every numerator and in the sum, and cancels.
#    Times 5 makes each weight its fifth power (then brought back to sum 1): the largest wins more clearly.
# 3. Nothing: a sum does not depend on the order of its terms.
#    Attention knows of no order.
#    If the order of words matters, something must write it into the words themselves.
# 4. All rows of scores are equal, so down each column every asker gets 1/6, of every card: the plain mean.
#    A guess.
# 5. Their mean would be 1/512, so features fade almost to nothing, and no two channels could be wide open at once.
# </details>

# %% [markdown]
# ## 14. When you are done
#
# **Your progress** is kept in a file beside this notebook, by the checks; `progress()` shows it, and `course_map()` across all lessons.
#
# **Handing in.** If you study on your own there is nothing to hand in: green is green.
# In a class, hand in this notebook, `00_warmup.ipynb`, saved, where your teacher says.
# It is run again on other inputs than those of the checks: other sizes, one image, other orders of memory, impossible arguments.
# Cells of experiments are not run.
# Leave the `check(...)` cells as they are; where one was lost, it is put back.
#
# **A GPU** is not needed anywhere in this course; lessons run on two CPU cores.
# The check named *device* runs your code on a second device, a stand-in that computes no numbers.
# It sees whether a tensor of yours stayed behind on the CPU.
# So code that is green here moves to a GPU as it is: `module.to("cuda")`, inputs too.
#
# **References**
#
# - A. Vaswani et al.: *Attention Is All You Need*, NeurIPS 2017, [arXiv:1706.03762](https://arxiv.org/abs/1706.03762).
# - [Broadcasting semantics](https://docs.pytorch.org/docs/stable/notes/broadcasting.html) in PyTorch's documentation.
# - Photographs: authors and licences stand in `attention_lab/photos/CARD.md`.

# %% tags=["nbval-ignore-output"]
progress()
