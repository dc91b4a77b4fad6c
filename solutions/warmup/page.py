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
# *Four small tools that all later lessons are built on, and how this course works.*
#
# ![Six cards in a row, each a pattern of 4 x 4 squares in its own colour: black, blue, green, orange, pink and red. Below them one more pattern in grey, badly printed: a few squares are flipped. Which colour is this card?](figures/cards.svg)
#
# Somebody shows you six coloured cards and one badly printed pattern.
# Which colour is this card?
# Decide, and then run the next cells (Shift+Enter): they load what this page needs, and print the answer.
#
# **Needs** PyTorch from a first tutorial: tensors, `nn.Module`, linear layers, a training loop · 1 h 20 min · 11 points · difficulty 1 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - say what shape a tensor has, draw it, and predict what broadcasting does to it;
# - close and open channels and positions of an image with a gate;
# - compute attention on three words in your head, then write it for any number of them;
# - test whether an attention function has its softmax along the right axis.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Which-colour-is-this-card?) | 4 |
# | how the course works, [exercise 1, `global_average_pool`](#2.-Exercise-1:-global_average_pool) (2 points) | 10 |
# | what broadcasts, [exercise 2, `gate`](#3.-Exercise-2:-gate) (3 points) | 16 |
# | [attention by hand](#4.-Attention-by-hand), [exercise 3, `dot_product_attention`](#5.-Exercise-3:-dot_product_attention) (4 points) | 20 |
# | predict, then run; something to touch; the scale | 6 |
# | [exercise 4, `count_parameters`](#6.-Exercise-4:-count_parameters) (1 point) | 5 |
# | [the bug museum](#7.-The-bug-museum), where you repair `exhibit_a` (1 point) | 6 |
# | [the experiment](#8.-The-experiment:-when-would-you-notice?) and [what we now know](#9.-What-we-now-know) | 13 |
#
# </details>

# %%
from attention_lab.lessons.warmup import *

begin("00_warmup")

# %% tags=["nbval-ignore-output"]
game = card_games(1, seed=14)
print("The answer is", list(CARD_COLOURS)[game.answers[0, 0]] + ". The mean of the six cards:")
show(show_images(card_pictures(game.cards[0], game.colours[0]).mean(dim=0)[None]),
     "4 x 4 squares in pale, muddy colours.")

# %% [markdown]
# ## 1. Which colour is this card?
#
# You probably looked from card to card, compared, and read off the colour of the best match.
# The picture below the answer is what you get without comparing: the **average** of the six cards.
# It is the same whichever pattern you ask about, and it no longer knows which colour belonged to which pattern.
#
# So each card needs a *weight*: nearly 1 for the card that fits, nearly 0 for the others.
# Then the weighted average is the answer.
# That is the idea of the course, and it comes in two forms.
# A **gate** multiplies features by weights, so that some features fade; many blocks of [MobileNetV3](https://arxiv.org/abs/1905.02244), a network made for phones, contain one.
# **Attention** takes a weighted mean, in which the things that matter weigh more; it is the heart of the [transformer](https://arxiv.org/abs/1706.03762), the network behind today's language models.

# %% [markdown]
# ## 2. Exercise 1: `global_average_pool`
#
# *About 5 minutes.*
# An **exercise** is a cell with a gap, marked `YOUR CODE HERE`.
# Fill the gap, run the cell, then run the line `check(...)` below it, as often as you like.
#
# A **feature map**, such as the output of a convolution, has the shape (B, C, H, W): B images (the batch), each with C **channels** that are H rows high and W columns wide.
# Axes are counted from 0, so B is axis 0 and W is axis 3; from the right they are -1, -2 and so on.
# `global_average_pool(x)` returns the mean of each channel of each image, (B, C).
# Here is one image with two channels of 2 x 3 numbers:
#
# ```python
# x = torch.tensor([[[[1., 2., 3.], [4., 5., 9.]], [[0., 0., 0.], [0., 6., 0.]]]])   # (1, 2, 2, 3)
# global_average_pool(x)   # tensor([[4., 1.]]): (1 + 2 + 3 + 4 + 5 + 9) / 6 and 6 / 6
# ```
#
# **First hand in a wrong answer, on purpose.** Replace the two lines in the gap with `return x.mean(dim=(1, 2))`.
# Run the cell, run the check below it, and read what it says.
# Then repair the line: over which axes should the mean be taken?
#
# Feature maps need not be square, and a batch may hold a single image.

# %% exercise
def global_average_pool(x: torch.Tensor) -> torch.Tensor:
    """The mean of each channel of each image.

    x: feature maps, (B, C, H, W). Returns (B, C).
    """
    ...

# %% points=2
check(global_average_pool)

# %% [markdown]
# ![A red report begins with a cross, the exercise and its points. Then comes the most useful sentence, and after it what was seen on which input. Below that is a fold with all inputs. At the end is a row of checks, and each check is passed, failed or not compared.](figures/report.svg)
#
# <details><summary>What a check looks at, and what cells do without your code</summary>
#
# A check compares your code's results with recorded ones (in float64, so that rounding hides nothing).
# *Gradients* means that the gradients are right too, so training works.
# *dtype* and *device* mean that your result has the input's data type and is on the input's device.
# *Input untouched* means that your code did not change its inputs.
# Each part of the check earns a share of the points, and the output itself earns the largest share.
#
# Hints cost no points; if one of them fits your mistake, the red report opens it.
# Cells that use an unsolved exercise stop with `NotImplementedError`; that is as it should be.
# </details>
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
# Now see how much of a photograph your function keeps: three numbers, however large the photograph is.

# %% tags=["nbval-ignore-output"]
photos = torch.stack([photograph(name) for name in ("coffee", "flower", "rocket", "china")])
kept = global_average_pool(photos)
print("in", tuple(photos.shape), " out", tuple(kept.shape))
show(show_images(torch.cat([photos, kept[:, :, None, None].expand_as(photos)]), columns=4),
     "Four photographs, and below each a rectangle in its mean colour.")

# %% [markdown]
# ## 3. Exercise 2: `gate`
#
# All drawings in this course use the same symbols.
# A tensor is a box with its shape below it, and only one image of the batch is drawn.
#
# ![A blue box is a feature map, (B, C, H, W). A blue column of cells holds one number per channel, (B, C). A gate (B, C, 1, 1) is a thin orange bar through a dashed box, and a map (B, 1, H, W) is a thin orange sheet in front of such a box. Green rounded boxes are layers with weights, and white circles are operations without weights. Data flows left to right.](figures/vocabulary.svg)

# %% [markdown]
# A **gate** is a tensor of weights that multiplies a feature map: 0 closes the gate, 1 lets a number pass, 0.5 halves it.
# It may hold a number per channel, per position, or per element:
#
# ![Weights (B, C, 1, 1), a thin bar, are stretched over H and W. Weights (B, 1, H, W), a thin sheet, are stretched over C. Weights (B, C, H, W) have x's own shape. Shapes are lined up from the right, and an axis of size 1 is stretched.](figures/gates.svg)
#
# The stretching is called **broadcasting**.
# Torch lines up two shapes *from the right*.
# An axis of size 1 is stretched to the size of the other tensor's axis, and a missing axis counts as an axis of size 1.
# Any other difference between the sizes is an error.
#
# The cell below multiplies an `x` of shape (4, 6, 4, 6) by tensors of five other shapes.
# Try it in your head: which of the products run?

# %%
x = torch.randn(4, 6, 4, 6)
for shape in ((4, 6, 1, 1), (4, 1, 4, 6), (4, 6), (6, 4), (4, 1, 4, 1)):
    try:
        print(f"{str(shape):15s} runs, and gives {tuple((x * torch.rand(shape)).shape)}")
    except RuntimeError:
        print(f"{str(shape):15s} is an error")

# %% [markdown]
# Two shapes are traps.
# (4, 6) was meant as (B, C), but torch lines it up with (H, W).
# The product runs because B = H and C = W here, but it multiplies the wrong numbers.
# And (4, 1, 4, 1) is a gate that nobody meant, yet it stretches without complaint.
# A result of the right shape proves little.

# %% [markdown]
# ### The exercise
#
# *About 8 minutes.*
# So write a gate that cannot be fooled.
# `gate(x, weights)` multiplies x, (B, C, H, W), by weights of exactly one of these shapes:
#
# | shape | meaning |
# |---|---|
# | (B, C) or (B, C, 1, 1) | one weight per channel |
# | (B, 1, H, W) | one weight per position |
# | (B, C, H, W) | one weight per element |
#
# Two axes always mean (B, C), never (H, W).
# Raise a `ValueError` for any other shape, even one that torch would stretch.
# A caller who passes such a shape has made a mistake and wants to know.
#
# Worked example: x is one image with two channels, `[1, 2]` and `[3, 4]`, so its shape is (1, 2, 1, 2).
# With weights `[[0.5, 0.]]`, whose shape is (1, 2), the result holds `[0.5, 1]` and `[0, 0]`.
# With weights of shape (1, 1, 1, 2) that hold `[1, 0]`, the result holds `[1, 0]` and `[3, 0]`.
#
# To add an axis of size 1, index with `None`: if `t` has the shape (B, C), `t[:, :, None]` has the shape (B, C, 1).
# Do not change x itself.

# %% exercise
def gate(x: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Multiply a feature map by weights, (B, C, H, W) -> (B, C, H, W).

    weights: (B, C), (B, C, 1, 1), (B, 1, H, W) or (B, C, H, W).
    Raises ValueError for weights of any other shape.
    """
    ...

# %% points=3
check(gate)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `b, c, h, w = x.shape` gives names to the four sizes.
# Compare a shape with a tuple: `weights.shape == (b, c)`.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# First turn weights with two axes into weights with four.
# Then see whether the shape is one of the three that are left, and only then multiply.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `if ...: weights = ...`, then `if weights.shape not in [(...), (...), (...)]: raise ValueError(...)`, then `return ...`.
# </details>
#
# If the check is red and you cannot see why, `check(gate, picture=True)` in a new cell draws your output beside the expected one.

# %% [markdown]
# Here is your gate on a photograph.
# The first gate has one weight per channel: red passes, while green and blue fade.
# The second gate has one weight per position, which makes a spotlight.

# %% tags=["nbval-ignore-output"]
photo, channels = photograph("coffee")[None], torch.tensor([[1.0, 0.4, 0.2]])
light = spotlight(*photo.shape[2:])
gated = [photo, gate(photo, channels), light.expand(1, 3, -1, -1), gate(photo, light)]
titles = ["x", f"gate {tuple(channels.shape)}", "the map, a thin sheet",
          f"gate {tuple(light.shape)}"]
show(show_images(torch.cat(gated), titles),
     "A cup of coffee; the same, reddish; a white spot on black; the cup, lit by that spot.")

# %% [markdown]
# ## 4. Attention by hand
#
# Take three words: *red ball rolls*.
# Two of them ask a question.
# *ball* asks: which of you is a colour?
# *rolls* asks: which of you is a thing?
# Each word carries
#
# - a **key**, by which it is found.
#   Each of our keys is a pair of numbers.
#   The first says whether the word is a colour, and the second whether it is a thing.
#   The keys are red (1, 0), ball (0, 1), rolls (0, 0);
# - a **value**, which it gives when it is found.
#   Each of our values is a pair of numbers as well: red (8, 0), ball (0, 4), rolls (4, 4);
# - if it asks a question, a **query**, which is the key that it would like to find: ball (1, 0), rolls (0, 1).

# %% [markdown]
# **Score.** Multiply the query by each key, number by number, and add up the products (a dot product).
# The query of *ball* has the score (1, 0) · (1, 0) = 1 with red, 0 with ball and 0 with rolls.
#
# **Weight.** A **softmax** makes positive weights that sum to 1.
# Raise a base to the power of each score, then divide each power by the sum of all the powers.
# Usually the base is e; we take 2, because powers of 2 are easier to compute in your head.
# The scores 1, 0, 0 become 2, 1, 1.
# Their sum is 4, so the weights are **1/2, 1/4, 1/4**.
#
# **Mean.** Multiply each value by its weight, and add up: 1/2 · (8, 0) + 1/4 · (0, 4) + 1/4 · (4, 4) = (4 + 0 + 1, 0 + 1 + 1) = **(5, 2)**.
#
# Now it is your turn: *rolls* asks with (0, 1).
# Find its three weights and its output before you look at the drawing.

# %% [markdown]
# ![The queries of ball (1, 0) and rolls (0, 1) meet the keys of red (1, 0), ball (0, 1), rolls (0, 0). The scores are 1, 0, 0 and 0, 1, 0. The weights are 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4. With the values (8, 0), (0, 4), (4, 4), the outputs are (5, 2) and (3, 3).](figures/attention.svg)
#
# With matrices you ask all questions at once.
# There are N queries (Q) and M keys (K) of D numbers each, and M values (V) of E numbers each:
#
# | in words | shape |
# |---|---|
# | a score for each query and key, times a number that is called the **scale** | (B, N, M) |
# | the weights: one row for each query, and each row sums to 1 | (B, N, M) |
# | each query's weighted mean of the values | (B, N, E) |
#
# <details><summary>The paper's letters, and the base 2</summary>
#
# The transformer paper (section 3.2.1) writes $\mathrm{softmax}(QK^\top / \sqrt{d_k})\,V$.
# Its $d_k$ is our D, and $1 / \sqrt{D}$ is its scale; the end of section 5 shows why it is there.
# The softmax in this formula computes $e^{\text{scale} \cdot \text{score}}$ for each score, so the scale also decides which base is raised to the power of the score.
# With scale = ln 2 the base is 2, as in our example.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `dot_product_attention`
#
# Before you write the general form, look at the three words as tensors.
# Each query has to be multiplied by each key, so we need a product of matrices with the shapes (N, D) and (D, M).
# Our keys have the shape (3, 2), and this product needs them in the shape (2, 3).
# There are two ways to get this shape, and one of them is wrong.

# %%
q = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])              # ball and rolls ask
k = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]])  # red, ball, rolls
v = torch.tensor([[[8.0, 0.0], [0.0, 4.0], [4.0, 4.0]]])
print("transposed: ", k.transpose(1, 2).tolist())
print("reshaped:   ", k.reshape(1, 2, 3).tolist())

# %% [markdown]
# After transposing, each column is a key: (1, 0), (0, 1) and (0, 0).
# `reshape` keeps the numbers in their order and only cuts them differently, so the columns of its result are not the keys.
# The reshaped keys have the right shape, and no error is raised.

# %% [markdown]
# ### The exercise
#
# *About 10 minutes.*
# Write attention for inputs of any size: it takes `q` (B, N, D), `k` (B, M, D) and `v` (B, M, E), and returns (B, N, E).
# Multiply the scores by `scale`; if it is `None`, use D ** -0.5.
# Any other scale replaces the default, and 0 is a scale too (it makes all weights equal).
#
# `@` multiplies matrices and leaves the batch axis alone.
# `k.transpose(1, 2)` swaps the last two axes of k.
#
# A softmax runs along one axis, `dim`.
# Which one?
# *Each query hands out weights to the keys, and these weights sum to 1.*
# So in the tensor of weights, (B, N, M), each row sums to 1.
#
# Worked example: the words above, with scale = ln 2 = 0.693, which makes the base 2, give (5, 2) and (3, 3).
# A query (0, 0) likes all three keys equally, so each weight is 1/3.
# The output is then the plain mean, (12, 8) / 3 = (4, 2.67).

# %% exercise
def dot_product_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor,
                          scale: float | None = None) -> torch.Tensor:
    """For each query the mean of the values, weighted by softmax(scale * query · key).

    q: (B, N, D). k: (B, M, D). v: (B, M, E). scale: D ** -0.5 if it is None.
    Returns (B, N, E).
    """
    ...

# %% points=4
check(dot_product_attention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shapes under each other: (B, N, D) @ (B, D, M) is (B, N, M).
# This product times (B, M, E) is (B, N, E).
# Which tensor has to be transposed first?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# In (B, N, M), each row belongs to one query.
# If you go along a row, you pass one key after the other, so the keys are on the *last* axis.
# (`reshape` does not transpose, because it keeps the numbers in order and only cuts them differently.)
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Begin with `if scale is None: scale = ...`.
# In the next line, `scores = ...` is a product times the scale.
# Then come `weights = scores.softmax(dim=...)` and `return ... @ ...`.
# </details>
#
# Do *ball* and *rolls* get what you found by hand?

# %%
print("ball gets ", dot_product_attention(q, k, v, scale=math.log(2))[0, 0])
print("rolls gets", dot_product_attention(q, k, v, scale=math.log(2))[0, 1])

# %% [markdown]
# ### Predict, then run
#
# A word asks with the query (1, 1), because it looks for a colour *or* a thing.
# Which weights do red, ball and rolls get, with base 2?
# Replace each `None` with a number (you may write fractions such as `1 / 3`), then run the cell.
#
# A trick worth knowing: if the values are the rows of the identity matrix, the output *is* the weights.

# %%
predicted = {"red": None, "ball": None, "rolls": None}

either = torch.tensor([[[1.0, 1.0]]])
weights = dot_product_attention(either, k, torch.eye(3)[None], scale=math.log(2))[0, 0]
predict_then_run(predicted, dict(zip(predicted, weights.tolist())), unit="weight")

# %% [markdown]
# **Touch it.** Choose the query: how much does it ask for a colour, and how much for a thing?
# What happens to the weights of the query (1, 0) when its first number grows?

# %% tags=["nbval-ignore-output"]
slide_a_query(dot_product_attention, k)

# %% [markdown]
# <details><summary>What we think</summary>
#
# Red's weight grows: it is 0.5 for the query (1, 0), 0.67 for (2, 0) and 0.89 for (4, 0).
# Ball and rolls share the rest equally.
# A negative number pushes a key away: for the query (-2, 0), red's weight is only 0.11.
# </details>
#
# **Why the scale?** Take random queries and 16 random keys of D numbers each.
# A dot product of random vectors is a sum of D random products.
# This sum is typically about $\sqrt{D}$ in size.
# What happens to the largest of the 16 weights when D grows?
# Guess this largest weight for D = 256, unscaled and scaled, then run the cell.

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
# Without a scale, long vectors give nearly all the weight to one key by chance, before anything is learned.
# When nearly every weight is 0 or 1, a softmax hardly changes with its scores, and little gradient reaches the queries and the keys.
# If we divide by $\sqrt{D}$, the weights for D = 256 are about as even as those for D = 4.
# (How much this matters in training depends on the network: some that you will meet learn without a scale.)

# %% [markdown]
# ## 6. Exercise 4: `count_parameters`
#
# *About 4 minutes.*
# A module has several costs, and we begin with its number of parameters, the values that training may change.
# `nn.Linear(3, 2)` has a weight of 2 x 3 and a bias of 2, which makes 8.
# Three rules for `count_parameters(module)`, which returns an `int`:
#
# - Only **trainable** parameters count.
#   If the weight is frozen (`layer.weight.requires_grad = False`), only the bias's 2 numbers are left.
# - A **shared** parameter counts once.
#   If two layers `nn.Linear(3, 3)` without bias use the very same weight, they have 9 parameters together, not 18.
#   Two layers that only look alike share nothing.
# - Anything else that a module stores, such as the running mean of a batch norm (a **buffer**), is not a parameter.
#   The state dict holds buffers too, so a sum over it would be too large.
#
# Modules may contain modules, which may contain modules.

# %% exercise
def count_parameters(module: nn.Module) -> int:
    """How many numbers training may change: trainable parameters, a shared one counted once.

    module: any nn.Module, with all modules inside it.
    """
    ...

# %% points=1
check(count_parameters)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `module.parameters()` also goes through the modules inside, and meets a shared parameter only once.
# Which parameters does it still include, although they should not count?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Write a sum over the parameters `p`.
# `p.numel()` counts the numbers in `p`, and `p.requires_grad` says whether `p` is trained.
# </details>

# %% [markdown]
# ## 7. The bug museum
#
# Every lesson has an exhibit: a wrong module that looks right.
#
# ### Exhibit A: one wrong axis
#
# In the card game, a small network turns each question into a query, each pattern into a key, and each colour into a value.
# With this attention in it the network [trains](lab_book.md#3.-The-wrong-axis), and its loss falls nearly as fast as with yours.
# Read it, and see whether you can find the mistake.

# %% repair
def exhibit_a(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    weights = (scale * q @ k.mT).softmax(dim=1)  # (B, N, M); .mT swaps the last two axes
    return weights @ v

# %% [markdown]
# Whether you found it or not, two tests need no sharp eyes, no training and no data.
# If all values are 1, a weighted mean is 1.
# And what one query gets does not depend on what the others ask.
# Which of them does the exhibit fail?
# (The first two answers are about your attention, and the other two are the exhibit's.)
#
# Then repair it, in its own cell, until all four are yes.
# It should need a single stroke, so don't call your `dot_product_attention` from there: most of the code that you will ever repair has no right twin in the same notebook.

# %%
def tested(attend, q, k, v):
    ones = attend(q, k, torch.ones_like(v))
    print("values of 1 stay 1?", "Yes." if torch.allclose(ones, torch.ones(())) else "No.")
    together, alone = attend(q, k, v)[:, :1], attend(q[:, :1], k, v)
    same = torch.allclose(together, alone, atol=1e-5)
    print("does a query get the same alone?", "Yes." if same else "No.")


batch = [torch.randn(2, n, 4, generator=torch.Generator().manual_seed(n)) for n in (3, 5, 5)]
tested(dot_product_attention, *batch)
tested(exhibit_a, *batch)

# %% points=1
check(exhibit_a)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write down what each axis of the scores stands for.
# Who should compete with whom: the keys for a query, or the queries for a key?
# </details>
#
# <details><summary>Hint 2: what is wrong, and where such a thing was seen</summary>
#
# The axes of the scores are (batch, query, key), and `softmax(dim=1)` runs over the queries.
# So the *queries* compete for a key, instead of the keys for a query; the repair is `dim=2`, or `dim=-1`.
# We wrote this exhibit ourselves.
# A softmax over `dim=0`, which runs over all queries of the batch, was seen in [PetrochukM/PyTorch-NLP, issue 2](https://github.com/PetrochukM/PyTorch-NLP/issues/2).
# A similar mistake was found in a tutorial on vision transformers: [nerminnuraydogan/vision-transformer, issue 1](https://github.com/nerminnuraydogan/vision-transformer/issues/1).
# </details>

# %% [markdown]
# ## 8. The experiment: when would you notice?
#
# Suppose that you had not tested anything, and trained.
# Would the loss tell you that the axis is wrong?
# Would the score?
#
# An experiment compares variants, called **arms**:
#
# | arm | how the six colours are weighted |
# |---|---|
# | over the keys | your `dot_product_attention` |
# | over the queries | the same scores, with the softmax along the other axis |
# | plain mean | all the same (control: the same parameters without the mechanism) |
#
# ![Right: along each row, over the keys; the rows 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4 sum to 1. Wrong: down each column, over the queries; the rows 2/3, 1/3, 1/2 and 1/3, 2/3, 1/2 sum to 3/2.](figures/axes.svg)
#
# Two more arms lack the **cue**, the pattern by which the right card is found: their questions are random.
# Each arm is trained five times, with different initial weights and the same games in a different order.
# (`train` uses Adam, with a learning rate that rises and falls; lesson 01 shows its eight lines.)

# %% tags=["experiment"]
def over_the_queries(q, k, v):
    return (q @ k.mT * q.shape[-1] ** -0.5).softmax(dim=1) @ v


def plain_mean(q, k, v):
    return v.mean(dim=1, keepdim=True).expand(-1, q.shape[1], -1)


arms = {  # how the colours are weighted; does the question show the pattern?
    "over the keys": (dot_product_attention, True),
    "over the queries": (over_the_queries, True),
    "plain mean": (plain_mean, True),
    "over the keys, no cue": (dot_product_attention, False),
    "over the queries, no cue": (over_the_queries, False),
}
losses, trained = {}, Trained()


def run(arm, seed):
    attend, cue = arms[arm]
    train_set, test_set = card_games(1024, 0, cue), card_games(512, 1, cue)
    loss = AnswerLoss()
    model = train(CardPlayer(attend), as_inputs(train_set), train_set.answers, loss=loss,
                  epochs=12, batch_size=32, peak_rate=0.03, seed=seed)
    losses[arm, seed], trained[arm, seed] = loss.values, model
    return right_answers(model, test_set)


for attend in (dot_product_attention, over_the_queries, plain_mean):
    print(f"{count_parameters(CardPlayer(attend))} parameters with {attend.__name__}")

# %% [markdown]
# In training, all six questions of a game are asked at once.
# In the test we also ask three, two, or one at a time.
# A network that only guesses is right in 1 of 6 cases, or 17 %.
# *What percentage of right answers do you expect?*
# Before you write it down, play the wrong axis yourself: if there is only one question, with whom does it compete?

# %% tags=["experiment"]
predicted = {"over the keys, 6 at once": None, "over the keys, 1 at once": None,
             "over the queries, 6 at once": None, "over the queries, 1 at once": None}

# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=range(5), run=run)

# %% tags=["experiment"]
measured = {name: results.mean(*name.split(", ")) for name in predicted}
predict_then_run(predicted, measured, unit="right answers (%)")

# %% [markdown]
# In the figure, compare two things: how the losses fall in training, and what happens when fewer questions are asked.

# %% tags=["experiment"]
with after_predicting(predicted):
    show_losses_and_questions(results, losses)
    print_gaps(results, [("over the keys", "over the queries", "6 at once"),
                         ("over the keys", "over the queries", "1 at once"),
                         ("over the queries", "plain mean", "1 at once"),
                         ("over the keys, no cue", "plain mean", "6 at once"),
                         ("over the queries, no cue", "plain mean", "6 at once")], matters=5)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# (We say that a gap between two scores matters if it is above 5 percentage points.
# Lesson 01 explains how to tell a real gap from luck.)
#
# **All at once, the wrong axis goes unnoticed.**
# Networks with the wrong axis learn nearly as fast as those with the right one, and answer about as well.
# Each query wants one card, and each card is wanted by one query, so the wrong competition does no harm.
#
# **One at a time, it is at chance.**
# A single query competes with nobody, so all six of its weights are 1, and the output is the sum of all six colours, which is the same in every game.
# [Five times as many steps and two other learning rates](lab_book.md#4.-Is-it-only-slow) change nothing about it.
#
# **Being right is not looking at the right place.**
# In two of [eight networks with the right axis](lab_book.md#5.-Where-does-it-look) the matching card gets about 91 % of the weight.
# In the other six it gets only 4 %, the five *other* cards share the rest, and yet they answer 97 % of the questions.
# </details>

# %% [markdown]
# How can a network be right that does not look at the right card?
# Think about it before you open the answer.
#
# <details><summary>Answer</summary>
#
# All six cards have different colours.
# If you know the colours of five cards, you know the sixth: it is the one that is missing.
# When we let colours repeat, all eight networks looked at the matching card.
# </details>
#
# In an image all positions ask at once, too.
# Whether the wrong axis hides as well there, this game cannot tell: it was made for the question.

# %% [markdown]
# ### Your first network at work
#
# Back to the game at the top of the page, with one of the five networks that use your attention.
# It gets the six questions of that game one at a time.
# Yours was the first of them:

# %% tags=["experiment"]
keep_cards(trained["over the keys", 0], game)

# %% [markdown]
# The picture is now beside this notebook, as `my_warmup.png`.
# Show it to a friend, cover the lowest row, and see who is faster.
#
# ## 9. What we now know
#
# A gate multiplies the features by weights, and attention takes a weighted mean: it compares a query with every key, turns the scores into weights that sum to 1, and mixes the values.
# In our game, a softmax along the wrong axis trained about as well as the right one, so a falling loss and a good score do not show that an attention is right.
# Two tests without any training do: values of 1 must stay 1, and what a query gets must not depend on the other queries.
#
# <details><summary>Handing in, and a GPU</summary>
#
# If you study alone, green checks are enough; they are kept in a file next to this notebook.
# In a class, save this notebook, `00_warmup.ipynb`, and hand it in where your teacher says.
# Your code is run again on inputs that the checks did not use: other sizes, one image, other memory layouts, and invalid arguments.
# Cells of experiments are not run.
#
# A GPU is not needed anywhere in this course.
# The check named *device* runs your code on a stand-in for a GPU, and notices a tensor that stays behind on the CPU.
# So if your checks are green, your code should run unchanged on a GPU: move the module and its inputs there with `.to("cuda")`.
# </details>
#
# **Next.** In [lesson 01](../01_se/01_se.ipynb) the weights of a gate come from the whole image.
# (The [lab book](lab_book.md) of this lesson is there for doubters: every run, the paper against torch's own function, a challenge and three questions.)

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
