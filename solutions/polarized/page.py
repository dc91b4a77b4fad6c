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
# # 06b · Polarized Self-Attention
#
# *One gate gives up all positions, so it can keep many channels; the other gives up the channels, so it can keep all positions.*
#
# ![A small picture with an orange, a green and a blue dot under an orange bar. Beside it the answer, a white spot where the orange dot lies, on a fine map, and the same answer averaged over cells of 4 x 4 and of 8 x 8 pixels. Squares mark the three dots. On which of the maps can you tell which dot is meant?](figures/question.svg)
#
# Pose estimation and segmentation need an answer for every pixel, and the answer may depend on something far away.
# For a street scene of 2048 x 1024 pixels at a quarter of its resolution, attention between all positions would need a matrix of 64 GiB.
# This lesson's module makes a map of full size without such a matrix.
# It needs only two vectors of weights, one over the positions and one over the channels.
# [PaddlePaddle's segmentation library](https://github.com/PaddlePaddle/PaddleSeg/tree/develop/configs/psa) ships this module.
#
# **Needs** lesson 03 (channel and spatial gate) and lesson 00 (attention) · 2 h 5 min · 10 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - say what "polarized" means, and draw what is collapsed and what is kept;
# - build both branches, and explain over which axis each softmax runs and what breaks without it;
# - spot a step that a text explains and its code leaves out, and prove that it is missing;
# - say what the two layouts do to the strength of the features;
# - measure how fine a map must be if each pixel matters.
#
# | part | minutes |
# |---|---|
# | [the question](#1.-A-question-about-one-pixel), [the idea](#2.-The-idea), LayerNorm | 16 |
# | [exercise 1, `ChannelPolarized`](#3.-Exercise-1:-ChannelPolarized) (4 points) | 21 |
# | one query, many keys | 5 |
# | [exercise 2, `SpatialPolarized`](#4.-Exercise-2:-SpatialPolarized) (4 points); a gate to touch | 22 |
# | [exercise 3, `PolarizedSelfAttention`](#5.-Exercise-3:-PolarizedSelfAttention) (2 points); predict, then run | 16 |
# | [the experiment](#6.-The-experiment:-how-fine-must-the-map-be?), without the challenge | 20 |
# | [the bug museum](#7.-The-bug-museum:-tick-off-the-steps), paper against code | 13 |
# | [what we now know](#8.-What-we-now-know), [questions](#9.-Questions-to-think-about) | 12 |
#
# </details>

# %%
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.pictures import maps_below, predict_then_run, show, show_images
from attention_lab.pictures.gaps import print_verdicts
from attention_lab.pictures.longer_runs import longer_runs, runs_in_words, short_and_longer_runs
from attention_lab.pictures.polarized import gate_in_words, gate_over
from attention_lab.pictures.prediction import remind
from attention_lab.pictures.touch import slide
from attention_lab.tasks.coloured_dots import (
    Coarse,
    Gated,
    coloured_dots,
    dot_finder,
    gate_maps,
    heat_loss,
    right_dots,
    right_with_perfect_map,
    sharing_a_cell,
    with_bar,
    with_other_bars,
)

# %% [markdown]
# ## 1. A question about one pixel
#
# Three dots lie side by side, one red, one green and one blue.
# A bar at the top edge has one of these colours.
# **Where is the centre of the dot of that colour?**
# The answer is a picture too, a **heat map**.
# The heat map is 1 at that centre, less around it, and 0 everywhere else.
# Here are four pictures, each with its answer below:

# %% tags=["experiment"]
examples = coloured_dots(4, seed=5)
with_answers = torch.cat([examples.pictures.clamp(0, 1), examples.heat.expand(-1, 3, -1, -1)])
show(show_images(with_answers, columns=4),
     "Four pictures of three dots under a bar; below each, a white spot on black: the answer.")

# %% [markdown]
# Two things make this hard.
# A small window that sees a dot does not see the bar, so the colour has to travel across the picture.
# And the answer must be *fine*, because the next dot is only three pixels away.
#
# Attention between all pairs of positions is costly, because it needs a matrix of N x N numbers.
# So networks often compute it on a smaller, coarser map.
# How much of a *perfect* answer survives on such a coarse map?
# We average the true heat map over cells, as in the picture at the top, and take the dot that is then the hottest.
# If several dots are equally hot because they share a cell, we guess among them.
#
# **Predict, then run:** in what percentage of 1,000 pictures is the hottest dot the right one?
# Replace each `None`.

# %%
predicted = {"cells of 2 x 2": None, "cells of 4 x 4": None, "cells of 8 x 8": None}

test_set = coloured_dots(1000, seed=1)
perfect = {cell: right_with_perfect_map(test_set, cell) for cell in (2, 4, 8)}
predict_then_run(predicted, dict(zip(predicted, perfect.values())), unit="% right")

# %% [markdown]
# <details><summary>Why</summary>
#
# Dots that share a cell cannot be told apart any more.
# Dots that are three pixels apart never share a cell of 2 x 2, but they often share larger cells:
#
# | cells | no two dots share one | two dots share one | all three share one |
# |---|---|---|---|
# | 4 x 4 | 652 of the 1,000 pictures | 305 | 43 |
# | 8 x 8 | 145 | 517 | 338 |
#
# If two dots share a cell, the guess is right in two thirds of all cases: always if the third dot is meant, and otherwise half of the time.
# If all three share one, it is right in a third of the cases.
# So for cells of 8 x 8 we expect 14.5 + 51.7 · 2/3 + 33.8 / 3 = 60 %.
# </details>
#
# So we want a map of *full* size, made with knowledge of the *whole* image, and we want it to be cheap.

# %% [markdown]
# ## 2. The idea
#
# A polarizing filter in front of a camera lets light of one direction pass and blocks the other direction completely.
# Liu, Liu, Fan and Huang (2021) treat features in the same way.
# The **channel branch** collapses the positions completely, to one, and keeps many channels: C // 2 of them.
# The **spatial branch** collapses the channels completely, to one, and keeps every position.
# So each branch gives up either the positions or the channels completely, and does not keep some of each.
# That is what **polarized** means.
#
# The light that passes such a filter is faint and has to be enhanced, so each branch also enhances what it keeps.
# In the channel branch, a **softmax** turns a tensor with one channel into a weight for each position.
# In the spatial branch, a softmax turns a tensor with one position into a weight for each channel.
# The last step of each branch is a **sigmoid**.
#
# ![The channel branch takes a weighted mean of x over H and W, keeps C // 2 channels, and makes gates (B, C, 1, 1) with wz, a LayerNorm and a sigmoid. The spatial branch takes a weighted mean over C // 2 channels, keeps H x W positions, and makes a map (B, 1, H, W) with a sigmoid.](figures/polarized.svg)
#
# One sentence describes both branches: each is *a weighted mean over what is collapsed, with weights that the image chooses*.

# %% [markdown]
# | in the paper (section 3.1) | in words | in code |
# |---|---|---|
# | $F_{SM}(\sigma_2(W_q(X)))$ | a weight for each position | softmax of `wq(x)` |
# | $A^{ch}(X) = F_{SG}[W_z(\sigma_1(W_v(X)) \times \ldots)]$ | weighted mean of the values, back to C, sigmoid | `ChannelPolarized(...)(x)` |
# | (not in the formula) | between $W_z$ and the sigmoid: a LayerNorm over the C numbers | `ln`, on (B, C) |
# | $F_{SM}(\sigma_1(F_{GP}(W_q(X))))$ | a weight for each of C // 2 channels | softmax of pooled `wq(x)` |
# | $A^{sp}(X) = F_{SG}[\sigma_3(\ldots \times \sigma_2(W_v(X)))]$ | weighted mean of the value's channels, sigmoid | `SpatialPolarized(...)(x)` |
#
# Each … stands for the softmax in the row above.
# $F_{SM}$ is a softmax, $F_{SG}$ is a sigmoid, and $F_{GP}$ is a mean over H and W.
# The paper's $\sigma_1, \sigma_2, \sigma_3$ only reshape tensors; below, σ is the sigmoid.
# $W_q, W_v, W_z$ are 1 x 1 convolutions, which means linear layers at each position.

# %% [markdown]
# ### LayerNorm: the C numbers of one image
#
# A BatchNorm compares the numbers of *one channel* over all images.
# A **LayerNorm** compares the numbers of *one image* over its channels.
# It subtracts the mean of these numbers and divides by their standard deviation.
# (The variance has the divisor C, not C - 1, and 1e-5 is added to the variance.)
# Then the LayerNorm multiplies each channel by a weight of its own, which is 1 before training, and adds a bias of its own, which is 0.
# No image affects another, so a LayerNorm does the same in training and afterwards.
#
# Here are the four channels of two images; the second image is ten times as strong as the first.
# If you work them out by hand, the means are 3 and 30, and the standard deviations are 1.87 and 18.7.
# Look first at the gates *without* the norm: what is wrong with their second row?

# %%
scores = torch.tensor([[1.0, 2.0, 3.0, 6.0], [10.0, 20.0, 30.0, 60.0]])  # (B, C)
normed = nn.LayerNorm(4)(scores).detach()  # each row by itself
{"gates without it": scores.sigmoid(), "LayerNorm": normed, "gates with it": normed.sigmoid()}

# %% [markdown]
# Without the norm, all gates of the strong image are 1, so nothing is closed.
# With the norm, both images get the same gates, some above a half and some below, however strong the features are.
#
# **Over which axes?** `nn.LayerNorm(C)` works over the *last* axis, so it takes (B, C); given (B, C, 1, 1), it raises an error.
# `nn.LayerNorm([C, 1, 1])` works over the last *three* axes and takes (B, C, 1, 1).
# Two of these axes have size 1, so this form computes the same numbers.
# The exercise asks for the first form, but its check accepts either form.

# %% [markdown]
# ## 3. Exercise 1: `ChannelPolarized`
#
# ![wq and a softmax over the N positions make weights (B, 1, N); wv makes values (B, C // 2, N). Their weighted mean goes through wz, LayerNorm and sigmoid: gates (B, C, 1, 1).](figures/channel_branch.svg)
#
# Here is an example by hand, with C = 2 and two positions.
# `wq` returns 0 and 1.1, and $e^{1.1}$ is about 3, so the weights are 1/4 and 3/4.
# The values 4 and 8 have the weighted mean 1 + 6 = 7.
# `wz` with weights 1 and -1 turns it into (7, -7), `ln` turns these numbers into (1, -1), and the sigmoid makes (0.73, 0.27).
# Check these numbers before you write the module:

# %%
logits, values = torch.tensor([0.0, 1.1]), torch.tensor([4.0, 8.0])  # of two positions
weights = logits.softmax(0)
print("weights", weights.numpy().round(2), f"sum {weights.sum():.2f}")
print(f"mean of the values {weights @ values:.2f}")
print("gates", F.layer_norm(torch.tensor([7.0, -7.0]), (2,)).sigmoid().numpy().round(2))

# %% [markdown]
# 1. `wq(x)` gives one number per position.
#    Flatten H and W to one axis of N = H · W, and take the softmax over this axis, so that the weights sum to 1.
#    Nothing is divided by a square root before the softmax, unlike in lesson 00.
# 2. `wv(x)` gives C // 2 channels of values.
#    Take the weighted mean of the values over the N positions: multiply them by the weights, and add up.
#    (The matrix product `@` in the drawing does both steps.)
# 3. `wz`, a convolution that wants (B, C // 2, 1, 1), turns the mean into C numbers.
#    Remove the two axes of size 1, apply `ln` to (B, C) and then a sigmoid, and put the two axes back.
#    These are the gates, (B, C, 1, 1).
#    Return the gates; do not multiply x by them yet.

# %% exercise
class ChannelPolarized(nn.Module):
    """Gates from a weighted mean over all positions, (B, C, H, W) -> (B, C, 1, 1).

    wq, wv: 1 x 1 nn.Conv2d from channels to 1, and from channels to channels // 2.
    wz: 1 x 1 nn.Conv2d from channels // 2 back to channels. All three have a bias.
    ln: nn.LayerNorm(channels), between wz and the sigmoid.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=4
check(ChannelPolarized)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape next to every line.
# Which axis of (B, 1, N) must sum to 1?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `t.flatten(2)` merges H and W into one axis.
# A weighted mean is a product and a sum over that axis, or one matrix product, (B, C // 2, N) @ (B, N, 1).
# `nn.LayerNorm(C)` works on the *last* axis: give it (B, C).
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` makes three convolutions and one norm.
# `forward` computes weights, values and their weighted mean, then `wz` of that mean.
# A convolution wants two more axes, `[:, :, None, None]`.
# Then remove the two axes, apply `ln` to (B, C), take the sigmoid, and add the two axes again.
# </details>

# %% [markdown]
# ### Where is the self-attention?
#
# In lesson 00, each of N queries was compared with N keys.
# Here there is only **one** query, `wq`'s weights, which are learned and the same for every image.
# The pixels are the keys.
# If that is true, torch's own attention function must compute the same gates:

# %%
torch.manual_seed(0)
branch, x = ChannelPolarized(8), torch.randn(2, 8, 5, 7)
keys, values = x.flatten(2).mT, branch.wv(x).flatten(2).mT  # (2, 35, 8), (2, 35, 4)
query = branch.wq.weight.view(1, 1, 8).expand(2, -1, -1)
pooled = F.scaled_dot_product_attention(query, keys, values, scale=1.0)  # no 1 / sqrt(D)
gates = F.layer_norm(branch.wz(pooled.mT[..., None]).flatten(1), (8,)).sigmoid()
print("the same gates:", torch.allclose(gates, branch(x).flatten(1), atol=1e-6))

# %% [markdown]
# So this branch computes one row of N weights; self-attention between all positions computes N rows.
# (The bias of `wq` adds the same number to every logit, so the softmax does not notice it.)

# %% [markdown]
# ## 4. Exercise 2: `SpatialPolarized`
#
# Now go the other way round: collapse the channels and keep the positions.
#
# ![wq, a mean over H and W and a softmax make weights (B, C // 2); wv makes values (B, C // 2, H, W). The weighted mean of their channels is one sheet; sigmoid makes the map (B, 1, H, W).](figures/spatial_branch.svg)
#
# Here is an example to work through by hand, with C = 4.
# The two channels of `wq(x)` have the means 1.1 and 0 over all positions, so the weights are (3/4, 1/4).
# At a position with the values (2, -2), the weighted mean is 1.5 - 0.5 = 1, so the map there is σ(1) = 0.73.
# At a position with the values (0, 4), the weighted mean is 1 again.
# (These weighted means, one for each position, form a map of H x W numbers.
# The drawing and the cell below call this map the *sheet*.)
# Check both positions in the cell:

# %%
weights = torch.tensor([1.1, 0.0]).softmax(0)
values = torch.tensor([[2.0, -2.0], [0.0, 4.0]])  # two positions, two channels
print("weights", weights.numpy().round(2), f"sum {weights.sum():.2f}")
sheet = values @ weights
print("sheet", sheet.numpy().round(2), "map", sheet.sigmoid().numpy().round(2))

# %% [markdown]
# 1. `wq(x)` has C // 2 channels.
#    The mean of each channel over H and W is the query, (B, C // 2).
#    A softmax over these C // 2 numbers makes the weights; here too, no scaling comes before the softmax.
# 2. `wv(x)` has C // 2 channels too, at every position.
#    At each position take the weighted mean of these C // 2 numbers; together the means are one H x W **sheet**.
#    (To write this mean as a product `@`, give both factors three axes.)
# 3. A sigmoid makes the map, (B, 1, H, W).
#    There is no LayerNorm and no third convolution here.

# %% exercise
class SpatialPolarized(nn.Module):
    """A map from a weighted mean over the value's channels, (B, C, H, W) -> (B, 1, H, W).

    wq, wv: 1 x 1 nn.Conv2d from channels to channels // 2, with bias.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=4
check(SpatialPolarized)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# There are two means, over different axes.
# The first mean is plain, and the second is weighted.
# Which shape is left after each mean?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The weights are (B, C // 2) and the values are (B, C // 2, H, W), so the weights need two more axes.
# Weights that sum to 1 need no division: multiply, then `sum` over the channels, with `keepdim=True`.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` makes two convolutions.
# `forward` has one line for the weights (`wq`, mean, softmax), one for the weighted sum, and a `return` with a sigmoid.
# </details>

# %% [markdown]
# ### Touch it: the same weights, by day and by night
#
# What can a map do if the image itself chooses the weights of the channels?
# We set the parameters of *your* `SpatialPolarized` by hand.
# At each position, *bright* is the brightness, from 0 to 1, and *dark* is 1 - bright.
# The module's two channels of values are 16 · bright - 11 and 16 · dark - 11.
# So a value is above 0 only where *bright* (or *dark*) is above 11/16, which is about 0.7.
# The factor 16 makes the border between open and closed positions sharp.
# We set the query by hand too.
# The logit of *bright* is 30 times the mean of *dark*, and the logit of *dark* is 30 times the mean of *bright*.
# So the darker the whole image is, the more weight *bright* gets; the brighter it is, the more weight *dark* gets.
#
# Change the photograph, and watch which positions are open.
# Then set the factor of the logits to 0, so that *bright* and *dark* get the same weight.
# What is left of the map, and why?

# %% tags=["experiment"]
from attention_lab.tasks.data import photograph

photos = {name: F.avg_pool2d(photograph(name), 4) for name in ("rocket", "china")}
slide({"photograph": photos, "logits times": {"0": 0, "1/4": 0.25, "1": 1, "4": 4}},
      lambda photo, factor: gate_over(SpatialPolarized(4), photo, factor),
      lambda photo, factor: gate_in_words(SpatialPolarized(4), photo, factor),
      start=["rocket", "1"])

# %% [markdown]
# <details><summary>What we see</summary>
#
# By night the map opens for what is bright, and by day for what is dark.
# With equal weights the mean of *bright* and *dark* is 0.5 at every position.
# The map is then σ(16 · 0.5 - 11) = σ(-3) = 0.05 everywhere, for every photograph: it is closed, and nothing of the image is left in it.
# So without the choice that the softmax makes, this map would say nothing about *where*.
# </details>
#
# CBAM's map comes from one convolution, which is the same for every image.
# Here *each image mixes its own* 1 x 1 convolution from `wv`'s C // 2 kernels.
# Each position is judged by its own channels alone, so the map is as fine as the features.

# %% [markdown]
# ## 5. Exercise 3: `PolarizedSelfAttention`
#
# Put the two branches together: `channel` is a `ChannelPolarized`, and `spatial` is a `SpatialPolarized`.
# The paper describes two **layouts**:
#
# ![Parallel: channel and spatial both read x; each result multiplies x, and the products are added. Sequential: x times its channel gates, then times the map that spatial makes from the result.](figures/layouts.svg)
#
# - `"parallel"`: both branches read x, and the output is x times the gates *plus* x times the map.
# - `"sequential"`: x is multiplied by the gates, the spatial branch reads *that product*, and its map multiplies the product.
# - Any other layout raises a `ValueError`.
#
# Before you write the class, look at what the spatial branch reads in each layout.
# At one position, two channels hold 2 and -1, and their gates are 0.5 and 1.
# In this example, the values are the features themselves, and the weights are (1/2, 1/2), so the sheet is the mean of the features:

# %%
pair, gates = torch.tensor([2.0, -1.0]), torch.tensor([0.5, 1.0])
for layout, read in (("parallel", pair), ("sequential", gates * pair)):
    sheet = read.mean()
    print(f"{layout}: reads {read.tolist()}, sheet {sheet:.1f}, map {sheet.sigmoid():.2f}")

# %% [markdown]
# So even the maps of the two layouts are different.
#
# Here is the rest by hand, for the channel that holds 2, whose gate is 0.5.
# The parallel layout returns 2 · 0.5 + 2 · 0.62 = 2.24.
# The sequential layout first computes 2 · 0.5 = 1, and then 1 · 0.50 = 0.5.
# If you made the sequential layout's map from x, it would return 1 · 0.62 = 0.62 instead, and no shape would give the mistake away.
#
# The output has x's shape, and there is no additional shortcut.

# %% exercise
class PolarizedSelfAttention(nn.Module):
    """x gated by both branches, (B, C, H, W) -> (B, C, H, W).

    channel: ChannelPolarized(channels). spatial: SpatialPolarized(channels).
    layout: "parallel" (the two products added) or "sequential" (channel, then spatial).
    Raises ValueError for any other layout.
    """

    def __init__(self, channels: int, layout: str = "parallel") -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(PolarizedSelfAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Both layouts begin with the same product.
# What does the spatial branch read in each layout?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` has one `if` that raises unless `layout` is exactly one of the two words, and sets three attributes.
# `forward` computes the gated x.
# Then come one `if` with a `return`, and another `return`.
# </details>

# %% [markdown]
# ### Predict, then run: what is left of x?
#
# Before training, gates are around 0.5.
# Set every parameter to 0: then all gates *are* 0.5.
# What is the output of each layout, as a multiple of x, after one block and after eight blocks in a row?
# Replace each `None`.

# %%
predicted = {"parallel, 1 block": None, "sequential, 1 block": None,
             "parallel, 8 blocks": None, "sequential, 8 blocks": None}


def half_open(layout):
    """A block whose gates are all 0.5."""
    block = PolarizedSelfAttention(8, layout)
    for numbers in block.parameters():
        nn.init.zeros_(numbers)
    return block


ones = torch.ones(1, 8, 3, 4)
chains = [nn.Sequential(*[half_open(layout)] * n)
          for n in (1, 8) for layout in ("parallel", "sequential")]
measured = {name: chain(ones).mean().item() for name, chain in zip(predicted, chains)}
predict_then_run(predicted, measured, unit="times x")

# %% [markdown]
# <details><summary>By hand, and what it means for a network</summary>
#
# The parallel layout multiplies x by 0.5 + 0.5 = 1, however many blocks there are.
# The sequential layout multiplies x by 0.5 · 0.5 = 0.25, and after eight blocks by 0.000015.
#
# Both layouts have the same parameters, but with gates of 0.5 only the parallel layout keeps the strength of the features.
# The sequential layout takes away three quarters per block.
# A BatchNorm after the block makes up for that.
# Without one, eight blocks with gates of 0.5 leave almost nothing.
# </details>

# %% [markdown]
# ## 6. The experiment: how fine must the map be?
#
# Now we return to the three dots.
# In our network, two 3 x 3 convolutions together see 5 x 5 pixels.
# Then comes a branch, or your block, and then *one linear layer at each position* makes the heat map.
# After the gate, no layer looks at neighbouring pixels any more.
# A picture counts as right if the peak of the heat map is the centre of the right dot, or one of its four neighbours.
#
# We compare seven versions of the network, called **arms**:
#
# | arm | what it is |
# |---|---|
# | *no module* | sees the dots, but not the bar |
# | *full-size map* | x times the map of your `SpatialPolarized` |
# | *map of 4 x 4 cells*, *map of 8 x 8 cells* | the same, but the map is averaged over such cells |
# | *channel gates* | x times the gates of your `ChannelPolarized` |
# | *both, parallel* and *both, sequential* | your `PolarizedSelfAttention` |
#
# Each test picture is also shown with the **bar of another picture**, to see whether the bar is used.
# An arm that uses the bar must then fall to chance, because in two of three cases the other bar has a different colour.

# %% [markdown]
# Each arm is trained three times, for 256 steps of Adam with a one-cycle learning rate; together that takes about a minute.
# Section 1 told you what a *perfect* map of 4 x 4 or 8 x 8 cells can reach.
# **Predict:** how do the trained networks score after so few steps?
# And are the channel gates of any use if the question is *where*?

# %% tags=["experiment"]
predicted = {"no module": None, "full-size map": None, "map of 4 x 4 cells": None,
             "channel gates": None}

# %% tags=["experiment"]
from attention_lab.networks.training import Trained, compare, train

CHANNELS = 16
arms = {
    "no module": nn.Identity,
    "full-size map": lambda: Gated(SpatialPolarized(CHANNELS)),
    "map of 4 x 4 cells": lambda: Gated(SpatialPolarized(CHANNELS), Coarse(4)),
    "map of 8 x 8 cells": lambda: Gated(SpatialPolarized(CHANNELS), Coarse(8)),
    "channel gates": lambda: Gated(ChannelPolarized(CHANNELS)),
    "both, parallel": lambda: PolarizedSelfAttention(CHANNELS, "parallel"),
    "both, sequential": lambda: PolarizedSelfAttention(CHANNELS, "sequential"),
}
train_set = coloured_dots(1536, seed=0)
GREY = 0.3  # the background, which we subtract


def learn(network, seed, epochs=4, peak_rate=0.02):
    """Train a network to draw the heat maps."""
    return train(network, train_set.pictures - GREY, train_set.heat, loss=heat_loss,
                 epochs=epochs, batch_size=24, peak_rate=peak_rate, seed=seed)


def score(network, pictures):
    """Right dots on pictures of the test set, in per cent."""
    with torch.no_grad():
        return 100 * right_dots(network(pictures - GREY), test_set).float().mean().item()


# %% tags=["experiment"]
remind(predicted)
trained = Trained()


def run(arm, seed):
    trained[arm, seed] = network = learn(dot_finder(arms[arm](), CHANNELS), seed)
    return {"right dot (%)": score(network, test_set.pictures),
            "with another bar": score(network, with_other_bars(test_set.pictures))}


results = compare(arms, seeds=range(3), run=run)
results

# %% tags=["experiment"]
predict_then_run(predicted, {arm: results.mean(arm) for arm in predicted}, unit="% right")

# %% [markdown]
# If an arm scores low, is it the fault of the coarse cells, or was the training too short?
# We also trained some arms for five times as many steps (all runs are in `solutions/polarized/experiment.md` in the course's repository).
# The figure shows the short and the long runs, and the score that a perfect map of such cells reaches:

# %% tags=["experiment"]
about = "right dots on new pictures", longer_runs(), ("chance", 100 / 3)
limits = {"limits": {f"map of {cell} x {cell} cells": perfect[cell] for cell in (4, 8)},
          "limit": "a perfect map of such cells"}
maps = [arm for arm in arms if "map" in arm]
show(short_and_longer_runs(results, *about, highlight=maps, **limits),
     runs_in_words(results, *about, **limits))
print_verdicts(results, ("full-size map", "no module"), ("channel gates", "no module"),
               ("full-size map", "map of 4 x 4 cells"),
               ("map of 4 x 4 cells", "map of 8 x 8 cells"))

# %% [markdown]
# **Three findings.**
#
# - **Coarse cells do harm in two ways.**
#   First, they slowed down learning in our runs, at this page's learning rate and at three times that rate.
#   Second, in the longer runs, of 1,280 steps, the cells of 4 x 4 *are* the limit.
#   The map is then right in *all* pictures in which the right dot has its cell to itself (75 % of the pictures).
#   In five long runs at the page's rate, it is right in 47 to 59 % of the other pictures, in which the right dot shares its cell.
#   A guess among the dots of the cell would be right in 47 % of these.
#   Four of the runs do better than such a guess.
#   Probably this is because the four neighbours of the dot's centre count as right too, and some of them may lie in another cell.

# %% [markdown]
# - **The channel gates also find the dot**, although the question asks for a place.
#   The gates turn *colours* on and off everywhere, and that is enough because the features know where each colour is.
# - **This task cannot show whether two branches are better than one.**
#   One branch, the full-size map, already scores 100 % in our three runs.
#   One short run of the channel gates ends near 67 %, and so does one of the parallel layout.
#   With five times the steps, both of these runs reached 100 %.
#
# With another picture's bar, every arm that learned something falls back to chance, so the arms did use the bar.

# %% [markdown]
# Here are the maps after the short training.
# They belong to a picture in which two dots lie in the same 4 x 4 cell.
# We show this picture under a bar of each colour:

# %% tags=["experiment"]
picture = test_set.pictures[sharing_a_cell(test_set, 4)[:1]]
under_bars = with_bar(picture.expand(3, -1, -1, -1), torch.arange(3))
gates = {arm: gate_maps(trained[arm, 0], under_bars - GREY) for arm in maps}
show(maps_below(under_bars.clamp(0, 1), gates),
     "Columns: one picture under a bar of each colour. Below it, the full-size map, and the "
     "maps of 4 x 4 and 8 x 8 cells.")

# %% [markdown]
# The full-size map closes the dots that are not meant, and leaves the right one more or less open.
# In the map of 4 x 4 cells, two of the dots share one gate, whatever the colour of the bar.
#
# ### A challenge (not graded)
#
# After *half* the steps, the *full-size map* finds 69 to 81 % of the dots.
# Reach 95 % in each of three runs, without more parameters.
# (We changed two numbers and scored 100 % in all three runs, but a run with a fourth seed scored only 65 %.)
# Before you run the next cell, run the imports, your exercises, section 1, and the cell of section 6 that defines the arms.
# You can skip the cells that train the networks of this section.

# %% tags=["experiment"]
from attention_lab.notebook.challenge import challenge

mine = None  # a function that makes your network: (B, 3, 16, 16) -> (B, 1, 16, 16)
PEAK_RATE = 0.02


def run_mine(arm, seed):
    return score(learn(mine(), seed, epochs=2, peak_rate=PEAK_RATE), test_set.pictures)


worst = min(compare(["mine"], range(3), run_mine).scores("mine")) if mine else None
size = sum(p.numel() for p in mine().parameters()) if mine else None
challenge("right dots after 128 steps, worst of three runs", worst, 95, "%",
          at_most={"parameters of the network": (size, 3089)})

# %% [markdown]
# ## 7. The bug museum: tick off the steps
#
# A Chinese post ("polarized self-attention, a finer structure of dual attention") explains this module.
# The post was written before the authors' own code was public, and it shows code for both branches.
# About the spatial branch it says, in our words:
#
# > (1) Two 1 x 1 convolutions make a query and a value from the input.
# > (2) The query is pooled over all positions; the value keeps its H x W.
# > (3) Since the query has lost its positions, a softmax enhances the information that is left in it.
# > (4) Query and value are multiplied.
# > (5) The product is reshaped, and a sigmoid brings every number between 0 and 1.
#
# And this is the code of the post, which we rewrote with the same steps.
# Tick off (1) to (5) before you read on.

# %%
class PostedSpatial(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.wq, self.wv = nn.Conv2d(channels, half, 1), nn.Conv2d(channels, half, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def query(self, x):
        return self.pool(self.wq(x)).flatten(1)[:, None]  # (B, 1, C // 2)

    def forward(self, x):
        product = self.query(x) @ self.wv(x).flatten(2)  # (B, 1, N)
        return torch.sigmoid(product.reshape(len(x), 1, *x.shape[2:]))

# %% [markdown]
# <details><summary>Which step has no line?</summary>
#
# Step (3) is missing: the text explains it, but no line of the code does it.
# The shapes are right, the map lies between 0 and 1, and the module trains.
# </details>
#
# **A test.** A weighted mean of threes is 3, whatever the weights are.
# So if every value is 3, the map must be σ(3) = 0.95 everywhere, for every image.
# Repair `query` in the cell above until the next cell answers *Yes*.

# %%
torch.manual_seed(1)
x, block = torch.randn(3, 64, 6, 8).relu(), PostedSpatial(64)
with torch.no_grad():
    block.wv.weight.zero_(), block.wv.bias.fill_(3)  # every value is 3
    gates, sums = block(x)[:, 0, 0, 0], block.query(x).flatten(1).sum(1)
print("gates of three images, all values 3:", gates.numpy().round(2))
print("sums of their weights:", sums.numpy().round(2))
print("Do the weights sum to 1?", "Yes." if max(abs(gates - 0.9526)) < 1e-3 else "No, not yet.")

# %% [markdown]
# <details><summary>The repair, and where it was seen</summary>
#
# Append `.softmax(dim=-1)` to the query.
# (With `.softmax(dim=1)`, over an axis of size 1, each of the 32 weights is 1, and they sum to 32.)
# [External-Attention-pytorch](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/19) had this code in the middle of July 2021.
# A reader asked where the softmax was, and the author added it the next day.
# </details>
#
# Without the softmax, both the query *and* the value grow with x.
# So if the features are 4 times as strong, the sheet is about 16 times as large.
# Gates that are around a half on one image are then near 0 or 1 on an image with stronger features.
# A module that fails the test with the threes is not the paper's branch.
# But a module that passes this test need not be right, because 32 equal weights pass too.

# %% [markdown]
# **Paper against code.** The table shows what the paper says, what its authors' code does, and what we do.
#
# | | the paper | the authors' code, parallel | the authors' code, sequential | here |
# |---|---|---|---|---|
# | softmax of the spatial branch | over the query's C // 2 channels, before the product | over the H · W positions, after the product | over the H · W positions, on the value | as in the paper |
# | between the mean and the gates of the channel branch | `wz`; in its figure, a LayerNorm too | `wz` alone | C // 2 → C // 8, LayerNorm, ReLU, C // 8 → C | as in the paper |
# | biases | not said | none | only in the layers to and from C // 8 (row above) | everywhere |
# | parameters, 64 channels | not said | 8,256 | 7,064 | 8,545, in both layouts |
#
# So the name covers three modules: the paper's, which you built, and two by its authors.
# In the authors' parallel code, a softmax over all positions is followed by a sigmoid.
# The softmax's numbers sum to 1 over the positions, so most of them are close to 0.
# Every gate therefore lies between σ(0) = 0.5 and σ(1) = 0.73.
# Such a map can emphasise a position a little, but it cannot close any position.
# Readers [asked](https://github.com/DeLightCMU/PSA/issues/5) why the code differs from the paper.

# %% [markdown]
# ## 8. What we now know
#
# - Both branches are weighted means, and a softmax makes the weights: over the positions for the gates, over the channels for the map.
# - So one query is enough to bring knowledge of the whole image to every pixel, without a matrix of N x N numbers.
# - Of the three maps, the full-size map was learned soonest in our runs.
#   In our longer runs, a coarse map scored at most a few points more than a perfect map with cells of the same size.
# - Channel gates can answer a question about a place, if the features already know where everything is.
# - With gates of 0.5, two gates in a row leave a quarter of a feature, and two gates side by side leave all of it.
#
# So before you use such a map, ask: *how fine must it be, and would gates for the channels be enough?*
#
# **Today** PaddleSeg ships the module for segmentation.
# Newer networks for pose and segmentation, such as [ViTPose](https://arxiv.org/abs/2204.12484) and [SegFormer](https://arxiv.org/abs/2105.15203), are transformers, which let patches look at each other.
#
# **What stays open** is how much the module gains.
# The paper reports 2 to 4 points on pose estimation and segmentation.
# A user who tried the module on pose estimation [found no gain](https://github.com/DeLightCMU/PSA/issues/9).
# We measured neither task; on our pictures with handwritten digits (below), one more 3 x 3 convolution does as well as this module.
#
# **Next**, lesson 07a replaces the keys: they no longer come from the image at all.

# %% [markdown]
# ## 9. Questions to think about
#
# 1. Shuffle the positions of x.
#    What happens to the channel gates, and what happens to the map?
# 2. In the spatial branch, take the mean of x before `wq` instead of after it.
#    Does the result change, and does the cost change?
# 3. In the experiment's network, put a 3 x 3 convolution, BatchNorm and ReLU between the module and the last layer.
#    Suppose that the map cannot separate the dots: how can it still tell the later layers the bar's colour?
# 4. How many parameters does the block have for 64 channels?
#
# <details><summary>What we think</summary>
#
# 1. The gates stay the same, and the map is shuffled in the same way.
# 2. The result stays the same, because a mean and a linear layer can change places.
#    The cost falls, because the C · C // 2 multiply-adds are needed only once, and not at each position.
# 3. The map's overall brightness can tell them, for example with one level for red and another level for green.
#    That level changes every feature, everywhere, and a layer with a ReLU can compare the level with a threshold.
# 4. `wv`, `wz` and the spatial branch's `wq` and `wv` have 64 · 32 weights each, together 8,192; the channel branch's `wq` has 64.
#    There are 1 + 32 + 64 + 32 + 32 biases, and `ln` has 128 parameters, so either layout has 8,545 in all.
#    (SE with r = 16 has 512.)
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", PolarizedSelfAttention) puts the block of an earlier lesson first.
my_net(PolarizedSelfAttention)

# %% [markdown]
# ## 10. References
#
# - H. Liu, F. Liu, X. Fan, D. Huang: *Polarized Self-Attention: Towards High-quality Pixel-wise Regression*.
#   2021, [arXiv:2107.00782](https://arxiv.org/abs/2107.00782).
#   Authors' code: [DeLightCMU/PSA](https://github.com/DeLightCMU/PSA).
# - S. Woo, J. Park, J.-Y. Lee, I. S. Kweon: *CBAM*, ECCV 2018, [arXiv:1807.06521](https://arxiv.org/abs/1807.06521).
# - The post of section 7: 《…极化自注意力，更精细的双重注意力建模结构》.
# - Photographs: sources and licences are in `attention_lab/photos/CARD.md`.
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
progress()
