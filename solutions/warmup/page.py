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
# Run the next cell (Shift+Enter), and type your answer into the one after it.
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
# | predict, then run; something to touch, and a photograph | 6 |
# | [exercise 4, `count_parameters`](#6.-Exercise-4:-count_parameters) (1 point) | 5 |
# | [the bug museum](#7.-The-bug-museum), where you repair `exhibit_a` (1 point) | 6 |
# | [the experiment](#8.-The-experiment:-when-would-you-notice?) and [what we now know](#9.-What-we-now-know) | 13 |
#
# </details>

# %%
from attention_lab.lessons.warmup import *

begin("00_warmup")

# %% tags=["nbval-ignore-output"]
guess = None  # in quotes: black, blue, green, orange, pink or red

game = card_games(1, seed=14)
answer = list(CARD_COLOURS)[game.answers[0, 0]]
print(f"You say {guess}, it is {answer}." if guess else "Your guess first: write it above.")
print("The mean of the six cards:")
show(show_images(card_pictures(game.cards[0], game.colours[0]).mean(dim=0)[None]),
     "4 x 4 squares in pale, muddy colours.")

# %% [markdown]
# ## 1. Which colour is this card?
#
# You probably compared card by card, and read off the colour of the best match.
# The muddy picture is what you get without comparing: an average, the same whichever pattern you ask about, which no longer knows what colour belonged to which card.
#
# So each card needs a *weight*, nearly 1 if it fits and nearly 0 if it doesn't, and then the average, so weighted, is the colour you want.
# That is the idea of the course, and it comes in two forms.
# A **gate** multiplies features by weights, so that some of them fade; many blocks of [MobileNetV3](https://arxiv.org/abs/1905.02244), a network made for phones, contain one.
# **Attention** takes a weighted mean, in which the things that matter weigh more; it is the heart of the [transformer](https://arxiv.org/abs/1706.03762), the network behind today's language models.
# By the end of this page you will have written both, and a small network that uses yours will play this game against you.

# %% [markdown]
# ## 2. Exercise 1: `global_average_pool`
#
# *About 5 minutes.*
# An **exercise** is a cell with a gap, marked `YOUR CODE HERE`.
# Fill the gap, run the cell, then run the line `check(...)` below it, as often as you like.
#
# A **feature map**, such as the output of a convolution, has the shape (B, C, H, W): B images (the batch), each with C **channels** that are H rows high and W columns wide.
# Axes are counted from 0, so B is axis 0 and W is axis 3; from the right they are -1, -2 and so on.
# Your first tool forgets the picture and keeps one number per channel, its mean.
# Here is one image with two channels of 2 x 3 numbers:
#
# ```python
# x = torch.tensor([[[[1., 2., 3.], [4., 5., 9.]], [[0., 0., 0.], [0., 6., 0.]]]])   # (1, 2, 2, 3)
# global_average_pool(x)   # tensor([[4., 1.]]): (1 + 2 + 3 + 4 + 5 + 9) / 6 and 6 / 6
# ```
#
# 1. **First hand in a wrong answer, on purpose.** Replace the two lines in the gap with `return x.mean(dim=(1, 2))`, run the cell and the check below it, and read what it says.
# 2. Then repair the line: over which axes should the mean be taken?

# %% exercise
def global_average_pool(x: torch.Tensor) -> torch.Tensor:
    """The mean of each channel of each image, (B, C, H, W) -> (B, C).

    Feature maps need not be square, and a batch may hold a single image.
    """
    ...

# %% points=2
check(global_average_pool)

# %% [markdown]
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
# How much of a photograph does it keep?
# Three numbers, however large the photograph is.

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
# Torch lines up two shapes *from the right*; a missing axis counts as an axis of size 1, and an axis of size 1 is stretched.
# Any other difference between the sizes is an error.
#
# Try it in your head: which of these five can be multiplied by an `x` of shape (4, 6, 4, 6)?

# %%
x = torch.randn(4, 6, 4, 6)
for shape in ((4, 6, 1, 1), (4, 1, 4, 6), (4, 6), (6, 4), (4, 1, 4, 1)):
    try:
        print(f"{str(shape):15s} runs, and gives {tuple((x * torch.rand(shape)).shape)}")
    except RuntimeError:
        print(f"{str(shape):15s} is an error")

# %% [markdown]
# Two shapes are traps.
# (4, 6) was meant as (B, C), but torch lines it up with (H, W); because the sizes happen to agree, it multiplies the wrong numbers.
# And (4, 1, 4, 1) is a gate that nobody meant, yet it stretches without complaint.
# A result of the right shape proves little.

# %% [markdown]
# ### The exercise
#
# *About 8 minutes.*
# So write a gate that cannot be fooled.
#
# 1. Weights with two axes mean channels: give them two more axes, by indexing with `None` (if `t` has the shape (B, C), `t[:, :, None]` has the shape (B, C, 1)).
# 2. Refuse every shape that is none of the three in the drawing, even if torch would stretch it: whoever passes it has made a mistake and wants to know.
# 3. Multiply.
#
# If one image has the two channels `[1, 2]` and `[3, 4]`, the weights `[[0.5, 0.]]` make them `[0.5, 1]` and `[0, 0]`; weights of shape (1, 1, 1, 2) that hold `[1, 0]` make them `[1, 0]` and `[3, 0]`.

# %% exercise
def gate(x: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Multiply a feature map by weights, (B, C, H, W) -> (B, C, H, W). x itself stays as it is.

    weights: (B, C) or (B, C, 1, 1), one per channel; (B, 1, H, W), one per position; or
    (B, C, H, W), one per element. Two axes always mean (B, C), never (H, W).
    Raises ValueError for weights of any other shape, even one that torch would stretch.
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
# Here is your gate on a photograph, once with a weight per channel and once with a weight per position.
# Which one is a spotlight?

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
# A gate has its weights from outside.
# Attention makes its own, by comparing, and it does so in three steps that fit into your head.
#
# Take three words: *red ball rolls*.
# Two of them ask a question: *ball* wants to know which word is a colour, and *rolls* which word is a thing.
#
# - Each word has a **key**, by which it is found.
#   Our keys are pairs of numbers (is it a colour? is it a thing?): red (1, 0), ball (0, 1), rolls (0, 0).
# - Each word has a **value**, which it gives when it is found: red (8, 0), ball (0, 4), rolls (4, 4).
# - Whoever asks has a **query**, the key that it would like to find: ball (1, 0), rolls (0, 1).

# %% [markdown]
# **Score.** Multiply the query by each key, number by number, and add up the products (a dot product).
# The query of *ball* has the score (1, 0) · (1, 0) = 1 with red, 0 with ball and 0 with rolls.
#
# **Weight.** A **softmax** makes positive weights that sum to 1: raise a base to the power of each score, then divide each power by the sum of all the powers.
# Usually the base is e; we take 2, because powers of 2 are easier in your head.
# The scores 1, 0, 0 become 2, 1, 1, whose sum is 4, so the weights are **1/2, 1/4, 1/4**.
#
# **Mean.** Multiply each value by its weight, and add up: 1/2 · (8, 0) + 1/4 · (0, 4) + 1/4 · (4, 4) = (4 + 0 + 1, 0 + 1 + 1) = **(5, 2)**.
#
# Your turn: *rolls* asks with (0, 1).
# Find its three weights and its output before you look at the drawing.

# %% [markdown]
# ![The queries of ball (1, 0) and rolls (0, 1) meet the keys of red (1, 0), ball (0, 1), rolls (0, 0). The scores are 1, 0, 0 and 0, 1, 0. The weights are 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4. With the values (8, 0), (0, 4), (4, 4), the outputs are (5, 2) and (3, 3).](figures/attention.svg)
#
# All questions can be asked at once, with a row for each query and a column for each key.
# In the drawing's table of weights each *row* is one query's, and sums to 1.
#
# <details><summary>The paper's letters, and the base 2</summary>
#
# The transformer paper (section 3.2.1) writes $\mathrm{softmax}(QK^\top / \sqrt{d_k})\,V$.
# Its $d_k$ is our D, and $1 / \sqrt{D}$ is its scale; section 5 says why it is there.
# The softmax in this formula computes $e^{\text{scale} \cdot \text{score}}$ for each score, so the scale also decides which base is raised to the power of the score.
# With scale = ln 2 the base is 2, as in our example.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `dot_product_attention`
#
# Here are the three words as tensors.
# To multiply each query by each key, the keys, (3, 2), are needed in the shape (2, 3).
# There are two ways to get it, and one of them is wrong.

# %%
q = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])              # ball and rolls ask
k = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]])  # red, ball, rolls
v = torch.tensor([[[8.0, 0.0], [0.0, 4.0], [4.0, 4.0]]])
print("transposed: ", k.transpose(1, 2).tolist())
print("reshaped:   ", k.reshape(1, 2, 3).tolist())

# %% [markdown]
# After transposing, each column is a key.
# `reshape` only cuts the same row of numbers differently, so its columns are not the keys, and yet the shape is right and nothing complains.

# %% [markdown]
# ### The exercise
#
# *About 10 minutes.*
# Now for any number of words, in a batch: N queries ask M keys.
#
# 1. **Score** each query with each key, (B, N, M), and multiply by a number that is called the **scale**.
#    (`@` multiplies matrices, and leaves the batch axis alone.)
# 2. **Weights** by a softmax along one axis, `dim`.
#    Which one?
#    *Each query hands out weights to the keys, and these weights sum to 1.*
# 3. **Mean**: each query's weighted mean of the values, (B, N, E).
#
# With scale = ln 2, which makes the base 2, our words give (5, 2) and (3, 3).
# A query (0, 0) likes all keys equally and gets the plain mean, (12, 8) / 3 = (4, 2.67).

# %% exercise
def dot_product_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor,
                          scale: float | None = None) -> torch.Tensor:
    """For each query the mean of the values, weighted by softmax(scale * query · key).

    q: (B, N, D), the queries. k: (B, M, D), the keys. v: (B, M, E), a value for each key.
    scale: D ** -0.5 if it is None. Any other number replaces this default, and so does 0.
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
# **Touch it.** Choose how much the query asks for a colour, and how much for a thing.
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
# (Why is the default scale $1 / \sqrt{D}$?
# A dot product of long vectors is a sum of many products, so it tends to be large by chance; unscaled, one key would get nearly all the weight before anything is learned.)

# %% [markdown]
# **Now a photograph.** Each small square asks all of them: which of you has my colour?
# Nothing is trained here: query and key are both the square's colour, measured from the picture's mean and brought to length 1.
# Point at the blossom, then at what lies behind it, and see who gets the weight.

# %% tags=["nbval-ignore-output"]
photo = photograph("flower")
squares = F.adaptive_avg_pool2d(photo, (16, 24)).flatten(1).T  # (384, 3)
colours = F.normalize(squares - squares.mean(dim=0), dim=1)[None]
weights = dot_product_attention(colours, colours, torch.eye(len(squares))[None], scale=20)
look(weights[0], photo, grid=(16, 24))

# %% [markdown]
# ## 6. Exercise 4: `count_parameters`
#
# *About 4 minutes.*
# Soon you will compare networks, and a comparison is fair only if they are of equal size.
# So count what training may change: `nn.Linear(3, 2)` has a weight of 2 x 3 and a bias of 2, which makes 8.
#
# 1. Leave out what is frozen.
#    With `layer.weight.requires_grad = False`, only the bias's 2 numbers are left.
# 2. Count what is shared once.
#    If two layers `nn.Linear(3, 3)` without bias use the very same weight, they have 9 parameters together, not 18.

# %% exercise
def count_parameters(module: nn.Module) -> int:
    """How many numbers training may change: trainable parameters, a shared one counted once.

    module: any nn.Module, with all modules inside it, and those inside them.
    Layers that only look alike share nothing. A buffer, such as the running mean of a batch
    norm, is no parameter, although the state dict holds it too.
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
# Here is the network that will play the card game, with your attention, and with the plain mean that made the muddy picture:

# %%
for attend in (dot_product_attention, plain_mean):
    print(f"{count_parameters(CardPlayer(attend))} parameters with {attend.__name__}")

# %% [markdown]
# The numbers agree, because attention has nothing to train; the layers around it learn what it compares.

# %% [markdown]
# ## 7. The bug museum
#
# Every lesson has an exhibit: wrong code that looks right.
#
# ### Exhibit A: it trains
#
# In the card game, a small network turns each question into a query, each pattern into a key, and each colour into a value.
# With this attention in it the network [trains](lab_book.md#3.-The-wrong-axis).
# Read it, and see whether you can find the mistake.

# %% repair
def exhibit_a(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    weights = (scale * q @ k.mT).softmax(dim=1)  # (B, N, M); .mT swaps the last two axes
    return weights @ v

# %% [markdown]
# Whether you found it or not, two questions tell, and they need no training and no data.
# If all values are 1, a weighted mean is 1.
# And what one query gets does not depend on what the others ask.
# (The first two answers are your attention's, the other two the exhibit's.)
#
# Then repair it, in its own cell, until all four are yes.
# It needs a single stroke, and no call of your `dot_product_attention`: most of the code that you will ever repair has no right twin in the same notebook.

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
# Suppose that you had not asked those two questions, and trained.
# Would the loss tell you that the axis is wrong?
# Would the score?
#
# ![Right: along each row, over the keys; the rows 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4 sum to 1. Wrong: down each column, over the queries; the rows 2/3, 1/3, 1/2 and 1/3, 2/3, 1/2 sum to 3/2.](figures/axes.svg)
#
# Three variants of the network, called **arms**, learn the game: your attention, the same scores with the softmax over the queries, and the plain mean, which compares nothing.
# In training, all six questions of a game are asked at once; in the test, on new games, also one at a time.
# *What percentage of right answers do you expect?*
# (Who only guesses is right in 1 of 6 cases, or 17 %.)
# Before you write it down, play the wrong axis yourself: if there is only one question, with whom does it compete?

# %% tags=["experiment"]
predicted = {"over the keys, 6 at once": None, "over the keys, 1 at once": None,
             "over the queries, 6 at once": None, "over the queries, 1 at once": None}

# %% tags=["experiment"]
def over_the_queries(q, k, v):
    return (q @ k.mT * q.shape[-1] ** -0.5).softmax(dim=1) @ v


arms = {"over the keys": dot_product_attention,  # yours
        "over the queries": over_the_queries,
        "plain mean": plain_mean}
run, trained, losses = on_cards(arms)
remind(predicted)  # five runs of each arm, each from other initial weights
results = compare_arms(arms, seeds=range(5), run=run)

# %% tags=["experiment"]
with after_predicting(predicted):
    show_losses_and_questions(results, losses)
predict_then_run(predicted, {name: results.mean(*name.split(", ")) for name in predicted},
                 unit="right answers (%)")

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **All at once, the wrong axis goes unnoticed.**
# Networks with the wrong axis learn nearly as fast as those with the right one, and answer about as well.
# Each query wants one card, and each card is wanted by one query, so the wrong competition does no harm.
#
# **One at a time, it is at chance.**
# A single query competes with nobody, so all six of its weights are 1, and the output is the sum of all six colours, which is the same in every game.
# No amount of training changes that.
# In between, the fewer ask together, the more it guesses.
# </details>
#
# And where do your five networks with the right axis look?

# %% tags=["experiment"]
print_matching_weights([trained["over the keys", seed] for seed in results.seeds])

# %% [markdown]
# All of them answer nearly all of the questions, and yet in some of them the *other* five cards share the weight, as in [six of eight more](lab_book.md#5.-Where-does-it-look).
# How can that be?
#
# <details><summary>How a network can be right that does not look at the right card</summary>
#
# All six cards have different colours.
# If you know the colours of five cards, you know the sixth: it is the one that is missing.
# When we let colours repeat, all eight networks looked at the matching card.
# </details>
#
# ### Your first network at work
#
# Back to the game at the top of the page, with one of the five networks that use your attention.
# It gets the six questions one at a time, and yours was the first of them:

# %% tags=["experiment"]
keep_cards(trained["over the keys", 0], game)

# %% [markdown]
# The picture is now beside this notebook, as `my_warmup.png`.
# Show it to a friend, cover the lowest row, and see who is faster.
#
# ## 9. What we now know
#
# A gate multiplies features by weights.
# Attention takes a weighted mean: each query is compared with every key, its scores become weights that sum to 1, and these mix the values.
# The whole of it hangs on who competes with whom, and training did not tell you: with the wrong axis the loss fell, and the score was good as long as all six asked at once.
# Two questions did, in a second: do values of 1 stay 1, and does a query get the same when it asks alone?
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
# (The [lab book](lab_book.md) is there for doubters: every run, what the scale does, the paper against torch's own function, a challenge and three questions.)

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
