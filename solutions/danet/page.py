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
# # 05a · Dual Attention Network
#
# *Every position looks at all positions, and every channel at all channels.*
#
# ![A poster with coloured patches. One patch of each colour has a mark on its right, black or white; three patches have none and are numbered: 1 is blue, 2 red, 3 yellow. Which marks belong to 1, 2 and 3?](figures/poster.svg)
#
# **Why anyone cares.** A 3 x 3 convolution sees one pixel to each side.
# So it takes 223 such convolutions, without pooling, before opposite corners of a picture of 224 x 224 pixels can exchange information.
# With the module of this lesson they do so in a single step, and [vision transformers](https://arxiv.org/abs/2010.11929) are built from a relative of this module.
#
# **Needs** lesson 00 (attention on three words) and lesson 04 (how far a position sees) · 2 h 15 min · 7 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build attention between the positions of an image, and show where a position looks;
# - tell from the shape of an attention matrix what it compares;
# - notice when a parameter that starts at zero makes a wrong module look right;
# - say what vision transformers kept of this module, and what they changed.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Black-or-white?), [the idea](#2.-The-idea) | 12 |
# | [exercise 1, `PositionAttention`](#3.-Exercise-1:-PositionAttention) (3 points), and what a fresh module hides | 29 |
# | [where does it look?](#4.-Where-does-it-look?), with a poster to touch | 11 |
# | [exercise 2, `ChannelAttention`](#5.-Exercise-2:-ChannelAttention) (2 points), and its sign | 22 |
# | [exercise 3, `DANetHead`](#6.-Exercise-3:-DANetHead) (2 points) | 19 |
# | [the bug museum](#7.-The-bug-museum) | 7 |
# | [the experiment](#8.-The-experiment:-which-mark-belongs-to-each-patch?) | 17 |
# | [on the way to ViT](#9.-On-the-way-to-ViT), [paper against code](#10.-Paper-against-code,-and-a-challenge), without the challenge | 7 |
# | [what we now know](#11.-What-we-now-know), [questions](#12.-Questions-to-think-about) | 11 |
#
# </details>

# %%
import math

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.backbones import parameters
from attention_lab.networks.training import compare, train
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import predict_then_run, show, show_images
from attention_lab.pictures.danet import show_channel_maps
from attention_lab.pictures.external import show_own_and_borrowed
from attention_lab.pictures.gaps import print_verdicts
from attention_lab.pictures.look import look
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.coloured_posters import (coloured_posters, poster_loss, poster_network,
                                                  right_on_posters, weight_on_the_same)

# %% [markdown]
# ## 1. Black or white?
#
# On the poster at the top, patches of the same colour have the same mark.
# Which marks should 1, 2 and 3 have?
# Write them down before you read on.
#
# <details><summary>The answers</summary>
#
# White, black, white.
# </details>
#
# How did you do it?
# You looked at a patch, searched the poster for the marked patch with the *same* colour, and read what stands next to it.
# The answer for one position is written at *another* position.
# The picture decides where that other position is.
#
# The posters of this lesson are small (24 x 24 pixels) and noisy, with six marked patches and fourteen unmarked ones.
# Colours, places and marks are new in every poster, so there is nothing to learn by heart.

# %%
train_set = coloured_posters(4000, seed=1)
show(show_images(train_set.pictures[:3].clamp(0, 1), columns=3),
     "Three noisy posters: coloured patches on grey, six of them with a black or white mark.")

# %% [markdown]
# A convolution has the same weights for every poster.
# To compare two patches, a convolution's window must cover both of them, wherever they are.
# Then the network must still find out which mark belongs to which colour.

# %% [markdown]
# ## 2. The idea
#
# Fu and others (2019) let each position look at all positions, in the same way as each word in lesson 00 looks at all words.
# Each position has three vectors.
# Its **query** says what it would like to find, its **key** is what it is found by, and its **value** is what it has to say.
# A position compares its query with all keys, and **gathers** a mean of the values, weighted by how well their keys fit the query.
# The gathered features are added to the position's own features.
#
# Here x (B, C, H, W) is the module's input, and N = H · W is the number of positions.
# Queries and keys have r times fewer channels than x.
#
# ![Position attention: from x three 1 x 1 convolutions give queries (B, N, C/r), keys (B, C/r, N) and values (B, C, N). Queries times keys and a softmax along each row give A (B, N, N). Row j of the queries gives row j of A. The values times A transposed are what is gathered: column j is for position j. All of it is multiplied by gamma and added to x.](figures/position_attention.svg)
#
# In the figure, follow the strong colour, which shows what happens to one position, j.

# %% [markdown]
# The table below shows the paper's formulas (section 3.2), and the code that they become.
# The paper and the authors' code use different letters, and we follow the code.
# The features that the paper calls A are our x, the paper's matrix S is our A, and the paper's number α is our γ.
# The paper also calls the keys, queries and values B, C and D; elsewhere on this page, B is the batch and C the channels.
#
# | in the paper | in words | in code |
# |---|---|---|
# | B, C, D | the maps of keys, queries and values, each as a list of N positions, row by row | `.flatten(2)` |
# | $s_{ji}$ | how position j weighs position i: softmax of query j times all keys | softmax along each row |
# | $\sum_i s_{ji} D_i$ | what j gathers | values times A transposed |
# | $E_j = \alpha \sum_i s_{ji} D_i + A_j$ | one learned number times the gathered features, plus the features | x + γ · gathered |
#
# Follow one position in numbers before you write the general form.
# There are three positions a, b and c, and this is what b gathers:

# %%
query = torch.tensor([math.log(2), 1.0])  # what b would like to find
keys = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, math.log(2)]])  # one row each for a, b and c
values = torch.tensor([7.0, 0.0, 14.0])  # for a, b and c, in one channel
weights = (keys @ query).softmax(dim=0)
print("exp of the logits:", [f"{number:.2f}" for number in (keys @ query).exp()])
print("row b of A:", [f"{weight:.3f}" for weight in weights], f"their sum: {weights.sum():.3f}")
print(f"b gathers {weights @ values:.2f}")

# %% [markdown]
# The products of b's query with the three keys are 0, ln 2 and ln 4.
# Such scores, before a softmax, are called **logits**.
# The exponentials of these logits are 1, 2 and 4, so the weights are 1/7, 2/7 and 4/7.
# Position b gathers 1/7 · 7 + 2/7 · 0 + 4/7 · 14 = 9.
# (Lesson 00 divides the products by $\sqrt{D}$, where D is the length of a query; DANet does *not*.)

# %% [markdown]
# ## 3. Exercise 1: `PositionAttention`
#
# Your module has three 1 x 1 convolutions with bias: `query` and `key` go to C // r channels, and `value` goes to C.
# It also has `gamma`, which is `nn.Parameter(torch.zeros(1))`.
#
# `attention(x)` returns A, (B, N, N): row j holds the weights of position j and sums to 1.
# `forward(x)` returns x + γ · gathered.
#
# Worked example: one channel, two positions, x = (0, 2).
# Let `query` multiply by 1, `key` by ln(3) / 4, and `value` by 4, without biases.
# Position 1 has the query 2, and the keys are 0 and ln(3) / 2.
# So its products are 0 and ln 3, and its weights are (1/4, 3/4).
# Position 0 has the query 0, so its weights are (1/2, 1/2).
# The values are (0, 8), so position 0 gathers 4, and position 1 gathers 6.
# With γ = 0.5 the output is (0 + 2, 2 + 3) = (2, 5).
#
# A bare `exp` of large products overflows; torch's softmax does not.
# If C // r is 0, raise a `ValueError` that names C and r.
# Feature maps need not be square.

# %% exercise
class PositionAttention(nn.Module):
    """x + gamma * (what each position gathers from all), (B, C, H, W) -> (B, C, H, W).

    query, key: 1 x 1 nn.Conv2d to channels // reduction; value: 1 x 1 nn.Conv2d to channels.
    gamma: nn.Parameter(torch.zeros(1)).
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, N, N): row j is how position j weighs all positions."""
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(PositionAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape next to each line.
# (B, N, D) @ (B, D, N) gives (B, N, N).
# What has to be transposed for this product?
# And what has to be transposed for the second product, values times A?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Let V be the values, (B, C, N).
# Then position j gathers the sum over i of V[:, i] · A[j, i].
# A matrix product V M sums V[:, i] · M[i, j] over i, so M has to be A transposed: `.transpose(1, 2)`.
# Afterwards `.view_as(x)` cuts the N positions into H rows of W again.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `attention` makes the queries and the keys, and ends with one product and one softmax.
# `forward` makes the values, gathers them, and returns `x + self.gamma * ...`.
# </details>

# %% [markdown]
# ### What a fresh module hides
#
# At the beginning gamma is 0, so the module returns x.
# You can put it into the middle of a trained network, and nothing breaks.
# The network learns how much of the gathered features to let in.
#
# But this start has a price for whoever writes the module.
# The next cell makes "gathered features" in four ways, and the fourth way is plain noise.
# *Before you run it, predict: how many of the four give an output that differs from your module's, with gamma at 0?
# And at 0.5?*

# %%
predicted = {"gamma = 0": None, "gamma = 0.5": None}

torch.manual_seed(0)
x, module = torch.randn(2, 16, 3, 4), PositionAttention(16, reduction=4)
v, A = module.value(x).flatten(2), module.attention(x)  # (B, C, N) and (B, N, N)
gathered = [v @ A.mT, v @ A, A @ v.mT, torch.randn_like(v)]
measured = {}
for gamma in (0, 0.5):
    nn.init.constant_(module.gamma, gamma)
    outputs = [x + gamma * each.reshape(x.shape) for each in gathered]
    differ = [not torch.allclose(output, module(x), atol=1e-5) for output in outputs]
    measured[f"gamma = {gamma}"] = sum(differ)
predict_then_run(predicted, measured, unit="ways that differ, of four")

# %% [markdown]
# With gamma at 0, none of the four outputs differs, not even that of the noise.
# At 0.5 only the first way gives your module's output.
# The second way, `v @ A`, mistakes columns of A for rows, and the third way, `A @ v.mT`, mixes up channels and positions.
# A test of the output's shape finds neither mistake, whatever gamma is.
# While gamma is 0, even a comparison with a fresh copy of the published module finds neither, because both modules return x.
# Our checks give `gamma` another value first.
# Do the same in your own tests: *set every parameter to something other than its starting value.*

# %% [markdown]
# ## 4. Where does it look?
#
# Now train your module on the posters, in the middle of a small network.
# Two convolutions come before the module, and one comes after it.
# The first convolution has stride 2, so a poster of 24 x 24 pixels reaches the module as a map of 12 x 12 = 144 positions.
# A last layer gives scores for black and white at each of these positions.
# (`train` uses Adam, with a learning rate that rises and falls once.
# Here it takes 500 steps of 16 posters, about five seconds.)
#
# **Predict first.** Nobody tells the network about colours or marks; it only sees posters and answers.
# Now take an unmarked patch on a poster that the network has never seen.
# How much of its attention weight will lie on the marked patch that has the same colour, or on the mark of that patch?
# A poster is divided into 24 cells, and a marked patch and its mark fill one of them.
# So by chance the share would be 4 %.

# %%
predicted = {"on the marked patch of its colour": None}

# %% tags=["experiment"]
CHANNELS, test_set = 32, coloured_posters(500, seed=2)


def learn(middle, seed, posters=4000, epochs=2, peak_rate=5e-3):
    """The small network with this module in its middle, trained on the first `posters`."""
    return train(poster_network(middle, CHANNELS), train_set.pictures[:posters],
                 train_set.answers[:posters], loss=poster_loss, epochs=epochs, batch_size=16,
                 peak_rate=peak_rate, seed=seed)


# %% tags=["experiment"]
remind(predicted)
torch.manual_seed(0)
network = learn(PositionAttention(CHANNELS, reduction=4), seed=0)

# %% tags=["experiment"]
with torch.no_grad():
    features = network[:2](test_set.pictures)  # (500, 32, 12, 12)
    A = network[2].attention(features)  # (500, 144, 144)
share = 100 * weight_on_the_same(A, test_set)
predict_then_run(predicted, {"on the marked patch of its colour": share},
                 unit="% of an unmarked patch's weight")

# %% [markdown]
# **Touch it.** Here is one of the new posters.
# Point at a position, or click it and use the arrow keys; the position gets a ring.
# Arcs lead to what it reads: an arc is as wide as its weight in that position's row of A, and what is not read is dark.
# Start with patches without a mark.
# Then find out what the marks look at, and what plain grey looks at.

# %% tags=["experiment"]
look(A[0], test_set.pictures[0].clamp(0, 1), grid=(12, 12))

# %% [markdown]
# <details><summary>What we think</summary>
#
# A patch without a mark looks at patches of its own colour.
# In our run, more than 90 % of its weight lies on the marked one.
# We also trained this network with seven other seeds.
# Six of these runs answer every patch correctly, as our run does, but in them only 49 to 76 % of the weight lies on the marked patch.
# Most of the rest lies on unmarked patches of the same colour.
# (The seventh network still answers only 68 % correctly, and its weight is spread over the poster.)
#
# Most marks look at themselves, and grey looks at marked patches or all over the poster.
# Only patches without a mark have to answer, so nothing asks the other rows of A to make sense.
# </details>
#
# So the network has found out which patches have the same colour.
# A map of weights says where an answer is *read*.
# It does not say what the network does with the answer, because that is up to the values, and to the layers that follow.
#
# No parameter has N (here 144) in its shape, so the module works on feature maps of any size.

# %% [markdown]
# ## 5. Exercise 2: `ChannelAttention`
#
# ### Two matrices
#
# DANet has a second attention module, which works side by side with the first.
# It does the same for channels, and asks which channels belong together in *this* image (section 3.3 of the paper).
# This attention has no layers: each channel, as a list of N numbers, is query, key and value at once.
#
# ![One image with 3 channels of 2 x 2 positions. As X (C, N) it is 3 x 4. X transposed times X compares columns, the positions: 4 x 4, N x N. X times X transposed compares rows, the channels: 3 x 3, C x C.](figures/two_matrices.svg)
#
# Check some entries by hand.
# Positions a and c are (2, 0, 1) and (1, 0, 1), so their entry in the 4 x 4 matrix is 2 · 1 + 1 · 1 = 3.
# Channels 0 and 2 are (2, 0, 1, 0) and (1, 0, 1, 0), so their entry in the 3 x 3 matrix is 3 again.
# Channels 0 and 1 are never active together, so their entry is 0.
#
# The two matrices are easy to mix up.
# A blog post from 2021 explains the attention between *channels* in this way: Q transposed times K gives the matrix of similarities.
# Run that sentence as code, on an image with 3 channels and 4 x 5 positions:

# %%
q = k = torch.randn(1, 3, 4, 5).flatten(2)  # (B, C, N)
print("the energies have shape", tuple((q.transpose(1, 2) @ k).shape))

# %% [markdown]
# A matrix that mixes 3 channels must be 3 x 3, so the post's matrix is that of the attention between *positions*.
# The shape of an attention matrix tells you what it compares.
# The shape also tells you what the matrix costs.
# If height and width double, an N x N matrix becomes 16 times larger, but a C x C matrix keeps its size.

# %% [markdown]
# ### The exercise
#
# The only parameter is `gamma`, which starts at 0 as before.
# Let X be x with H and W flattened into one axis, (B, C, N).
# These are the steps:
#
# - E = X Xᵀ, (B, C, C), the **energies**, without any scale;
# - `attention(x)` returns A, the softmax of E along its last axis;
# - `forward(x)` returns x + γ · (A X), in x's shape.
#
# `ChannelAttention(negate=True)` does what the authors' code does: it uses max(E) - E instead of E.
# Here max(E) is the maximum of each row.
#
# Worked example: two channels, X = (1, 0) and (1, 1).
# The rows of E are (1, 1) and (1, 2).
# Row 0 has two equal energies, so its weights are (1/2, 1/2), and it gathers (1, 1/2).
# Row 1 has the weights (0.27, 0.73), and it gathers (1, 0.73).
# With `negate=True`, row 1 becomes (2 - 1, 2 - 2) = (1, 0).
# Its weights are then (0.73, 0.27), and it gathers (1, 0.27).

# %% exercise
class ChannelAttention(nn.Module):
    """x + gamma * (what each channel gathers from all), (B, C, H, W) -> (B, C, H, W).

    gamma: nn.Parameter(torch.zeros(1)). negate: weigh by max(E) - E instead of E.
    """

    def __init__(self, negate: bool = False) -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, C): row i is how channel i weighs all channels."""
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(ChannelAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# (B, C, N) @ (B, N, C) gives (B, C, C).
# That is the product for the energies.
# The channels gather A X.
# Now the channels are the *rows* of X, so A comes first and is not transposed.
# In exercise 1 the positions were the *columns* of the values, so A came second and was transposed.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `energy.amax(dim=-1, keepdim=True)` has shape (B, C, 1), so it broadcasts along each row.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `attention` computes the energies, has one `if`, and returns a softmax.
# `forward` has one product, and then returns `x + self.gamma * ...`.
# </details>

# %% [markdown]
# ### The sign that nobody expects
#
# max(E) - E reverses the order, so the *least* similar channels get the largest weights.
# The maximum does not matter, because it is one number for a whole row.
# A softmax does not notice a number that is added to a whole row.
# So the weights are the softmax of -E.
#
# Readers were [puzzled](https://github.com/CASIA-IVA-Lab/DANet/issues/62), and one [asked](https://github.com/CASIA-IVA-Lab/DANet/issues/106) whether the sign is a slip.
# The authors had tried the paper's form, E without the minus sign, and [answered](https://github.com/CASIA-IVA-Lab/DANet/issues/48) that it did not do well.
#
# What do the two forms look at?
# Take the features of your trained network, before its attention.
# **Predict, then run:** how much of its weight does a channel give to *itself*, in each form?

# %% tags=["experiment"]
predicted = {"paper: softmax(E)": None, "code: softmax(max(E) - E)": None}

maps = {"paper: softmax(E)": ChannelAttention().attention(features),
        "code: softmax(max(E) - E)": ChannelAttention(negate=True).attention(features)}
measured = {form: 100 * weights.diagonal(dim1=1, dim2=2).mean().item()
            for form, weights in maps.items()}
predict_then_run(predicted, measured, unit="% of its weight")

# %% [markdown]
# Here are the two maps for one poster.
# Look first at the diagonal, where a channel looks at itself:

# %% tags=["experiment"]
show_channel_maps({form: weights[0] for form, weights in maps.items()})

# %% [markdown]
# An energy is a sum over all positions, without a scale.
# So the energies are large and far apart, and the softmax of E is nearly one-hot.
# Most of its large weights lie on the diagonal.
# A channel that looks only at itself gathers only its own numbers, which it has already.
# In the code's form hardly any channel looks at itself.
#
# In their reply (above), the authors did not say *why* the paper's form did badly.
# [Elsewhere](https://github.com/CASIA-IVA-Lab/DANet/issues/45) one of them says that the negated form helps training converge.

# %% [markdown]
# ## 6. Exercise 3: `DANetHead`
#
# DANet's published *head* puts the two modules side by side, in two branches.
# A **backbone** (a convolutional network, usually pretrained on images) gives features.
# The head turns them into logits, here one score for each class at each position.
#
# ![From x two branches start: position_in, position, position_out, and channel_in, channel, channel_out. classify_position and classify_channel read one branch each, classify_fused reads their sum.](figures/head.svg)
#
# These are its parts, where inter stands for in_channels // 4:
#
# - `position_in` and `channel_in` go from in_channels to inter channels; `position_out` and `channel_out` go from inter to inter channels.
#   Each of the four is a conv-BN-ReLU block, a `Sequential` of three layers:
#   a 3 x 3 `Conv2d` without bias that keeps H and W, a `BatchNorm2d` and a `ReLU`;
# - `position = PositionAttention(inter)`, `channel = ChannelAttention(negate=True)`;
# - `classify_fused`, `classify_position`, `classify_channel`: `Sequential` of `Dropout2d(0.1)` and a 1 x 1 `Conv2d` to num_classes.
#
# Before you write the general form, look at `classify_fused`, which reads the *sum* of the two branches.
# It is tempting to classify each branch first, and to add the logits.
# At one position, let the branches hold (1, 0) and (0, 2) in two channels.
# For one class, let the classifier have the weights (3, 4) and the bias 5:

# %%
branches, weight, bias = torch.tensor([[1.0, 0], [0, 2]]), torch.tensor([3.0, 4]), 5
print(f"sum of the logits: {(branches @ weight + bias).sum():g}")
print(f"logit of the sum: {branches.sum(0) @ weight + bias:g}")

# %% [markdown]
# The logits of the two branches are 3 + 5 = 8 and 8 + 5 = 13, so their sum, 21, counts the bias twice.
# The sum of the branches is (1, 2), and its logit is 3 + 8 + 5 = 16.
# `classify_fused` computes a logit of the sum, such as the 16 here.
# It shares no weights with the other two classifiers.
#
# Return a tuple: fused, position, channel.
# If in_channels is below 32, inter is below 8, so `PositionAttention(inter)` raises its `ValueError`.
# You need not write anything for that.
#
# Worked example: in `DANetHead(32, 5)`, let x have the shape (2, 32, 6, 9).
# Between the parts of each branch, every tensor then has the shape (2, 8, 6, 9).
# The head returns three tensors of logits, each of shape (2, 5, 6, 9).

# %% exercise
class DANetHead(nn.Module):
    """Three logits from features (B, in_channels, H, W): fused, position, channel.

    Each is (B, num_classes, H, W). position_in, channel_in, position_out, channel_out:
    conv-BN-ReLU; position, channel: the attentions; classify_fused, classify_position,
    classify_channel: nn.Dropout2d(0.1) and a 1 x 1 convolution.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        ...


# %% points=2
check(DANetHead)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The four conv-BN-ReLU blocks differ in the number of their input channels alone, and all three classifiers are made alike.
# A helper function for the blocks and another one for the classifiers save typing.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A 3 x 3 kernel keeps H and W with `padding=1` (lesson 04).
# Each branch is three nested calls.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes inter, defines two helpers, and sets nine attributes.
# `forward` has one line for each branch, and one `return` with three calls.
# </details>

# %% [markdown]
# **Predict, then run: how large are the attentions?**
# The authors' head takes the 2048 channels of a ResNet, and scores the 19 classes of Cityscapes, a data set of street scenes.
# It has 23,954,619 parameters, and the next cell shows whether your head has as many.
# Predict what percentage of these parameters belongs to the two attentions.

# %%
predicted = {"parameters of the attentions": None}

head = DANetHead(2048, 19)
print(f"DANetHead(2048, 19): {parameters(head):,} parameters")
share = 100 * (parameters(head.position) + parameters(head.channel)) / parameters(head)
predict_then_run(predicted, {"parameters of the attentions": share}, unit="% of the head's")

# %% [markdown]
# <details><summary>Where the other parameters are</summary>
#
# Nearly all other parameters are in the 3 x 3 convolutions around the attentions; channel attention itself has a single parameter.
# So when a table says that "dual attention" improves a network, part of the improvement may come from the convolutions.
# </details>

# %% [markdown]
# ## 7. The bug museum
#
# ### A change that few notice
#
# This is the attention of SAGAN, an image generator, rebuilt from early TensorFlow code.
#
# *Symptom.* The output shape is right, each row of weights sums to 1, and the network trains.
# But the output at a position stays the same if something changes in another row of the image.

# %%
def exhibit(q, k, v):  # each (B, H, W, C), channels last
    weights = (q @ k.transpose(-1, -2)).softmax(dim=-1)
    return weights @ v


torch.manual_seed(0)
q, k, v = torch.randn(3, 1, 4, 6, 8)
changed = v.clone()
changed[0, 3] += 1  # the last row of the image
notices = (exhibit(q, k, changed) - exhibit(q, k, v)).abs().amax(-1)[0] > 1e-6
print("positions that notice:\n", notices.int())

# %% [markdown]
# Repair the cell until all 24 positions notice the change.
#
# <details><summary>What is wrong, and where it was seen</summary>
#
# For tensors with four axes, `@` treats the last two axes as matrices.
# So the weights are (B, H, W, W), and each position looks at the W positions of its own row only.
# First turn each of q, k and v into one list of N positions: `q.flatten(1, 2)` has shape (B, N, C).
# Finally, `.view_as(v)` (the original v) restores the image.
# The mistake was reported and repaired in [taki0112/Self-Attention-GAN-Tensorflow, issue 3](https://github.com/taki0112/Self-Attention-GAN-Tensorflow/issues/3).
# </details>

# %% [markdown]
# ## 8. The experiment: which mark belongs to each patch?
#
# Which module can look up a mark that may be anywhere?
# In the small network of section 4, one of these **arms** takes the module's place, between the second and the third convolution:
#
# | arm | what it does | its parameters |
# |---|---|---|
# | wide window | two more convolutions, dilated (lesson 04): through all five convolutions, a position sees 35 x 35 pixels, 17 to each side | 18,560 |
# | mean of all | `PositionAttention`'s layers, but every position gathers the same plain mean | 1,585 |
# | position attention | your `PositionAttention` (r = 4) | 1,585 |
# | channel attention | your `ChannelAttention(negate=True)`, the code's form | 1 |
#
# The score is the share of right answers at the positions of unmarked patches, on new posters.
#
# Does a trained network really use A?
# To find out, no further training is needed: the network gets the A of **another poster**.
# The trained network reads each poster with the A of the poster before it in the batch.
# If the score stays the same, then A was not used.
# If it falls to chance (50 %), the network cannot answer without the poster's own A.

# %% tags=["experiment"]
RIGHT = "right answers on new posters"


class Position(PositionAttention):
    borrowed = False  # use the A of the poster before it in the batch?

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        A = self.attention(x).roll(1, 0)
        return x + self.gamma * (self.value(x).flatten(2) @ A.mT).view_as(x)


class Channel(ChannelAttention):
    borrowed = False

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        return x + self.gamma * (self.attention(x).roll(1, 0) @ x.flatten(2)).view_as(x)


class MeanOfAll(PositionAttention):
    def forward(self, x):
        return x + self.gamma * self.value(x).mean((2, 3), keepdim=True)


def layer(inputs, outputs, dilation=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 1, dilation, dilation, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU())


# %% tags=["experiment"]
arms = {
    "wide window": lambda: nn.Sequential(layer(CHANNELS, CHANNELS, dilation=2),
                                         layer(CHANNELS, CHANNELS, dilation=4)),
    "mean of all": lambda: MeanOfAll(CHANNELS, reduction=4),
    "position attention": lambda: Position(CHANNELS, reduction=4),
    "channel attention": lambda: Channel(negate=True),
}


def run(arm, seed):
    network, scores = learn(arms[arm](), seed), {}
    for borrowed, measure in ((False, RIGHT), (True, f"{RIGHT}, borrowed")):
        network[2].borrowed = borrowed  # the other arms have nothing to borrow
        scores[measure] = right_on_posters(network, test_set)
    return scores


# %% [markdown]
# *Predict* a score for each arm.
# For the two attentions, predict a second score, with the A of another poster.
# The cell after the next one trains each arm three times, which takes about a minute.

# %% tags=["experiment"]
predicted = {"wide window": None, "mean of all": None,
             "position attention": None, "position attention, another poster's A": None,
             "channel attention": None, "channel attention, another poster's A": None}

# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {}
for name in predicted:
    arm, _, other = name.partition(", ")
    measured[name] = results.mean(arm, f"{RIGHT}, borrowed" if other else RIGHT)
predict_then_run(predicted, measured, unit="% right")

# %% [markdown]
# In the figure, compare the bar of each attention with its diamonds, the runs with another poster's A:

# %% tags=["experiment"]
show_own_and_borrowed(results, [RIGHT], ("position attention", "channel attention"),
                      highlight="position attention")
print_verdicts(results, ("position attention", "wide window"),
               ("position attention", "mean of all"),
               ("position attention", "channel attention"),
               ("channel attention", "mean of all"))

# %% [markdown]
# **Read it.**
#
# - With the A of another poster (the diamonds), both attentions fall to chance, so their answers come through A.
#   (If one of your runs is far behind the others, it needs more steps than these 500: see below.)
# - *Mean of all* compares no positions, and yet it scores 67 to 75 % in five runs that we made beforehand, also with 500 steps.
#   Then we let these five networks read each poster with the mean of *another* poster, and they fell to chance.
#   So they use the mean.
#   (With no module at all, five other networks score 56 or 57 %.)
#   Perhaps the many channels of this mean hold a small *table* that says, for each hue, how black the mark is.
#   Every position could then read the entry for its own hue.
# - *Channel attention* needs a single parameter and no N x N matrix.
#   Its energies say which channels are active together in *this* poster.
#   Perhaps one channel is active where a certain hue is, and another channel where there is a black mark close by.
#   The module applies the resulting matrix A at every position, so it is a 1 x 1 convolution that is made anew for each image.

# %% [markdown]
# **Would longer training change the picture?**
# We also trained for five times as many steps, with five runs for each arm.
# (All runs are in `solutions/danet/experiment.md` in the course's repository.)
#
# - Both attentions score 100 %, and so does channel attention with the *paper's* sign.
#   After the 500 steps of this page, 16 runs with that sign score 56 to 84 %, and 16 runs with the code's sign score 61 to 100 %.
#   So the sign changes how *soon* a run finds the answer, and so does luck.
#   But every long run found it (five for each sign, and one more for each sign at a third of the learning rate).
# - *Mean of all* comes closer to the attentions: five runs score 79 to 90 % (and one scores 77 % at a third of the learning rate).
# - *Wide window* scores 66 to 74 %, which is more than in our short runs.
#   A network with no module between its second and third convolutions scores 61 or 62 %.
#
# In fairness, the task is *made* for a look-up, and a small network on posters says nothing about photographs.

# %% [markdown]
# ## 9. On the way to ViT
#
# Two years after DANet came the vision transformer (ViT, 2021), which is built almost entirely from two kinds of blocks.
# One kind is position attention, and the other is a small network that is applied to the features of each position by itself.
# ViT kept queries, keys, values, the softmax and the shortcut.
# Its changes address three weaknesses of the module that you built.
#
# **A scale.** If queries and keys hold D independent numbers (mean 0, standard deviation 1), their products have the standard deviation $\sqrt{D}$.
# For a large D, an unscaled softmax of the products is nearly one-hot and passes on hardly any gradient.
# Dividing by $\sqrt{D}$ keeps the standard deviation at 1, whatever D is.
#
# **Heads.** One row of A is one mixture, so a position that needs two things from two places gets their mean.
# ViT-Base cuts its 768 channels into 12 groups of 64, which are called **heads**.
# Each head has its own queries, keys and A, and the features that the heads gather are concatenated.
#
# **Positions.** The module does not know left from right: if you shuffle the positions, the output is shuffled in the same way.
# (See question 1.)
# In DANet, the convolutions around the attention have to tell left from right.
# ViT has almost no convolutions, so it learns one vector for each position, and adds that vector to the features there.

# %% [markdown]
# One thing also became *smaller*: the number of positions.
# ViT cuts an image of 224 x 224 pixels into patches of 16 x 16, so N is only 196.
# DANet works on street scenes at 1/8 resolution, with thousands of positions and one A of N · N numbers.

# %% [markdown]
# ## 10. Paper against code, and a challenge
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | channel energies | E | max(E) - E | E by default; max(E) - E with `negate=True` |
# | scale of the products | none | none | none |
# | queries and keys | C channels | C // 8 channels | C // r, r = 8 by default |
# | the branches are added | after one more convolution on each | the same; the convolution is 3 x 3 | the same |
# | the head's end | a convolution after the sum | three tensors of logits, with dropout of 0.1 on whole channels before each | the same |
# | the N x N matrix | built | built, and kept for the backward pass | built; lesson 05b does without |
#
# This attention has older forms.
# *Non-local* networks (Wang and others, 2018) have several variants of it.
# SAGAN has one with gamma, and DANet's code names SAGAN as its source.
#

# %% [markdown]
# **A challenge (not graded).** Change a copy of `PositionAttention` so that the network scores 90 % after 125 steps.
# (With the page's module it scores 51 to 63 % by then.)
# You may change the scale, the number of heads, r, gamma, the peak rate, and anything else except the steps.
# (Our solution to this challenge scores 99.9 % in the worst of three runs.)
# Before you run the next cell, run the imports, your exercises, and the cells that make `train_set` (section 1) and `learn` (section 4).

# %% tags=["experiment"]
mine = None  # your class; mine(CHANNELS) takes the place of PositionAttention
PEAK_RATE = 5e-3


def attempt(arm, seed):
    network = learn(mine(CHANNELS), seed, posters=2000, epochs=1, peak_rate=PEAK_RATE)
    return right_on_posters(network, test_set)


worst = min(compare(["mine"], range(3), attempt).scores("mine")) if mine else None
challenge("right after 125 steps, worst of three runs", worst, 90, "%")

# %% [markdown]
# ## 11. What we now know
#
# - Position attention looks things up: each position compares its query with the keys of all positions, and gathers their values.
#   With the A of another poster the network was at chance, so it needs the A of the poster that it reads.
# - The shape of an attention matrix says what it compares: N x N compares positions, and C x C compares channels.
# - Channel attention, a module with one parameter, solved the same posters in every long run.
#   After 500 steps at the page's rate, no run with the paper's sign scored above 84 %, but 11 of 16 runs with the code's sign did.
# - A module whose gamma is 0 returns its input, whatever else is wrong with it.
# - Here a plain mean over all positions did part of attention's work, and more of it with longer training.
#
# So before you put position attention into a network, ask: *does a position need something that may be anywhere in the picture?*

# %% [markdown]
# **Today.** DANet is part of [MMSegmentation](https://github.com/open-mmlab/mmsegmentation/tree/main/configs/danet), a widely used library for segmentation.
# New segmentation networks are mostly transformers, such as [SegFormer](https://arxiv.org/abs/2105.15203) and [Mask2Former](https://arxiv.org/abs/2112.01527).
# These transformers use the attention that you built, with a scale and with heads.

# %% [markdown]
# **Against a plain convolution.** The cell at the end of this page shows recorded runs on real pictures.
# In each picture, a handwritten digit lies on a photograph with a coloured frame.
# The network should name the digit if it has the colour of the frame, and otherwise say "not it".
# With one more 3 x 3 convolution instead of an attention, it answers 93.0 % of the new pictures correctly after 1,000 steps.
# With position attention it answers 86.1 % correctly, and with channel attention 82.6 %.
# (Each score is a mean of three runs, and one run of channel attention was still at 61 %.)
# We also tested each network on handwriting and photographs that it had never seen.
# The digits were written by hand on sheets of paper, and for this test we split the sheets into six groups.
# With six photographs for the backgrounds, this makes 36 pairs, each of one group and one photograph.
# Each of the 36 runs trained without one group and without one photograph, and was tested on exactly these two.
# On what was left out, position attention is 11 points behind the convolution, which is more than luck would explain.

# %% [markdown]
# **What stays open.** Why should a channel look at the channels that are *least* like it?
# With this page's learning rate, and with three times that rate, our networks need fewer steps with the code's sign.
# One of the authors reports that this sign helps training converge.
# But we know of no explanation that has been tested.
#
# **What comes next.** The matrix A has N · N numbers, which is too many for large images.
# Lesson 05b computes the same attention without ever building A.

# %% [markdown]
# ## 12. Questions to think about
#
# 1. Shuffle the positions of x, in the same way in every channel.
#    What happens to the output of position attention?
#    And what happens to the A of channel attention?
#    Try it.
# 2. A channel energy is a sum over all positions.
#    What happens to its softmax on larger images?
# 3. `PositionAttention` has seven parameter tensors: three weights, three biases, and gamma.
#    How many of them receive a gradient other than zero in the very first step, with gamma at 0?
#    And how many receive one when gamma has become 0.5?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The output of position attention is shuffled in the same way, and channel attention's A stays the same.
#    A sum over positions has no order.
#    On its own, neither module knows left from right.
#    Only the features can tell left from right.
#    For instance, the zero padding of an earlier convolution changes the features near the border.
# 2. The sum grows with the number of positions, so the softmax becomes sharper on larger images.
#    Dividing by N prevents this.
# 3. In the first step only one of the seven tensors receives a gradient, and that is gamma.
#    All gathered features are multiplied by gamma, so with gamma at 0 no gradient reaches the layers that made them.
#    With gamma at 0.5, six tensors receive one.
#    The bias of `key` adds the same number to all products of one query.
#    A softmax does not notice a number that is added to a whole row.
# </details>
#
# **References**
#
# - J. Fu, J. Liu, H. Tian, Y. Li, Y. Bao, Z. Fang, H. Lu: *Dual Attention Network for Scene Segmentation*.
#   CVPR 2019, [arXiv:1809.02983](https://arxiv.org/abs/1809.02983).
#   Authors' code: [CASIA-IVA-Lab/DANet](https://github.com/CASIA-IVA-Lab/DANet).
# - X. Wang, R. Girshick, A. Gupta, K. He: *Non-local Neural Networks*, CVPR 2018, [arXiv:1711.07971](https://arxiv.org/abs/1711.07971).
# - H. Zhang, I. Goodfellow, D. Metaxas, A. Odena: *Self-Attention Generative Adversarial Networks*, [arXiv:1805.08318](https://arxiv.org/abs/1805.08318): gamma.
# - A. Dosovitskiy and others: *An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale*.
#   ICLR 2021, [arXiv:2010.11929](https://arxiv.org/abs/2010.11929).

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", PositionAttention) puts the block of an earlier lesson first.
my_net(PositionAttention, ChannelAttention)

# %% [markdown]
# This is where you are in the course, and what you have solved on this page:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
