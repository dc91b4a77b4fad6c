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
# The bar at the top has the colour of one of the three dots.
# Where is the centre of that dot?
# The right answer is drawn three times, on a fine map and on two coarse ones: on which of them can you still tell which dot is meant?
# Run the next two cells for four more pictures, each with its answer below.
#
# **Needs** lesson 03 (channel and spatial gate) and lesson 00 (attention) · 1 h 45 min · 11 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - say what "polarized" means, and draw what is collapsed and what is kept;
# - build both branches, and explain over which axis each softmax runs;
# - measure how fine a map must be if each pixel matters;
# - test whether a module listens to a layer that it has.
#
# | part | minutes |
# |---|---|
# | [the question](#1.-A-question-about-one-pixel), [the idea](#2.-The-idea) | 13 |
# | [exercise 1, `ChannelPolarized`](#3.-Exercise-1:-ChannelPolarized) (4 points) | 25 |
# | [exercise 2, `SpatialPolarized`](#4.-Exercise-2:-SpatialPolarized) (4 points); a gate to touch | 22 |
# | [exercise 3, `PolarizedSelfAttention`](#5.-Exercise-3:-PolarizedSelfAttention) (2 points) | 12 |
# | [the bug museum](#6.-The-bug-museum), where you repair `ExhibitA` (1 point) | 7 |
# | [the experiment](#7.-The-experiment:-how-fine-must-the-map-be?) and [what we now know](#8.-What-we-now-know) | 26 |
#
# </details>

# %%
from attention_lab.lessons.polarized import *

begin("06b_polarized")

# %% tags=["experiment"]
examples = coloured_dots(4, seed=5)
with_answers = torch.cat([examples.pictures.clamp(0, 1), examples.heat.expand(-1, 3, -1, -1)])
show(show_images(with_answers, columns=4),
     "Four pictures of three dots under a bar; below each, a white spot on black: the answer.")


# %% [markdown]
# ## 1. A question about one pixel
#
# The answer is a picture too, a **heat map**: 1 at the centre of that dot, less around it, and 0 everywhere else.
# Two things make it hard.
# A small window that sees a dot does not see the bar, so the colour has to travel across the picture.
# And the answer must be fine, because the next dot is only three pixels away.
#
# Attention between all pairs of positions would carry the colour, but for 256 x 512 positions its matrix would take 64 GiB, so networks often compute it on a coarser map.
# How much of a *perfect* answer survives that?
# Average the true heat map over cells, take the dot that is then the hottest, and guess if several are equally hot because they share a cell.
# In what percentage of 1,000 pictures will you be right?

# %%
predicted = {"cells of 2 x 2": None, "cells of 4 x 4": None, "cells of 8 x 8": None}

test_set = coloured_dots(1000, seed=1)
perfect = {cell: right_with_perfect_map(test_set, cell) for cell in (2, 4, 8)}
predict_then_run(predicted, dict(zip(predicted, perfect.values())), unit="% right")

# %% [markdown]
# <details><summary>Why</summary>
#
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
# So you want a map of *full* size, made with knowledge of the *whole* image, and you want it cheap.
# Yours will need a single row of weights, where self-attention needs one for every position.

# %% [markdown]
# ## 2. The idea
#
# A polarizing filter in front of a camera lets light of one direction pass and blocks the other direction completely.
# Liu, Liu, Fan and Huang ([2021](https://arxiv.org/abs/2107.00782)) treat features in the same way.
# Their **channel branch** collapses the positions completely, to one, and keeps many channels.
# Their **spatial branch** collapses the channels completely, to one, and keeps every position.
#
# ![The channel branch takes a weighted mean of x over H and W, keeps C // 2 channels, and makes gates (B, C, 1, 1) with wz, a LayerNorm and a sigmoid. The spatial branch takes a weighted mean over C // 2 channels, keeps H x W positions, and makes a map (B, 1, H, W) with a sigmoid.](figures/polarized.svg)
#
# That is the whole trick, twice: *a weighted mean over what is collapsed, with weights that the image chooses*.
# A softmax makes the weights, and a sigmoid makes the gates.
#
# <details><summary>The paper's letters</summary>
#
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
# </details>

# %% [markdown]
# ## 3. Exercise 1: `ChannelPolarized`
#
# ![wq and a softmax over the N positions make weights (B, 1, N); wv makes values (B, C // 2, N). Their weighted mean goes through wz, LayerNorm and sigmoid: gates (B, C, 1, 1).](figures/channel_branch.svg)
#
# The surprise is the **LayerNorm** before the sigmoid: what is it for?
# Suppose that `wz` returns (7, -7, 0) for one picture, and ten times as much for another:

# %%
for scores in (torch.tensor([7.0, -7.0, 0.0]), torch.tensor([70.0, -70.0, 0.0])):
    normed = F.layer_norm(scores, (3,))
    print("without the norm", scores.sigmoid().numpy().round(3),
          "with it", normed.sigmoid().numpy().round(3))


# %% [markdown]
# Without the norm one gate is wide open and the other one shut, and where a gate is that sure the sigmoid has almost no gradient.
# With it, ten times the scores give the same gates: it asks only which channels of *this* image get more than others.

# %% [markdown]
# *About 12 minutes.*
#
# 1. Let the N = H · W positions compete: a softmax over the numbers of `wq`, without dividing by a square root as lesson 00 did, makes one weight per position.
# 2. Take the mean of the values, `wv(x)`, with these weights (the product `@` of the drawing multiplies and adds up at once).
# 3. `wz`, the norm and a sigmoid turn the mean into gates.
#
# Mind the shapes on the way: `wz` is a convolution and wants two axes of size 1 at the end, and `ln` works over the *last* axis, so it wants them gone.

# %% exercise
class ChannelPolarized(nn.Module):
    """Gates from a weighted mean over all positions, (B, C, H, W) -> (B, C, 1, 1).

    wq, wv: 1 x 1 nn.Conv2d from channels to 1, and from channels to channels // 2.
    wz: 1 x 1 nn.Conv2d from channels // 2 back to channels. All three have a bias.
    ln: nn.LayerNorm(channels), over (B, C), between wz and the sigmoid.
    The softmax runs over all H * W positions, without a scale. x is not multiplied yet.
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
# **Where is the self-attention?**
# In lesson 00, each of N queries was compared with N keys.
# Here there is **one** query, the weights of `wq`, which is learned and the same for every image, and the pixels are the keys.
# If that is true, torch's own attention function must compute your gates:

# %%
torch.manual_seed(0)
branch, x = ChannelPolarized(8), torch.randn(2, 8, 5, 7)
keys, values = x.flatten(2).mT, branch.wv(x).flatten(2).mT  # (2, 35, 8), (2, 35, 4)
query = branch.wq.weight.view(1, 1, 8).expand(2, -1, -1)
pooled = F.scaled_dot_product_attention(query, keys, values, scale=1.0)  # no 1 / sqrt(D)
gates = F.layer_norm(branch.wz(pooled.mT[..., None]).flatten(1), (8,)).sigmoid()
print("the same gates:", torch.allclose(gates, branch(x).flatten(1), atol=1e-6))

# %% [markdown]
# ## 4. Exercise 2: `SpatialPolarized`
#
# Now go the other way round: collapse the channels and keep the positions.
#
# ![wq, a mean over H and W and a softmax make weights (B, C // 2); wv makes values (B, C // 2, H, W). The weighted mean of their channels is one sheet; sigmoid makes the map (B, 1, H, W).](figures/spatial_branch.svg)
#
# By hand, with two channels of values: if the means of `wq(x)` over all positions are 1.1 and 0, the weights are (3/4, 1/4), because e to the power of 1.1 is about 3.
# A position with the values (2, -2) then gets 1.5 - 0.5 = 1, and one with the values (0, 4) gets 0 + 1 = 1 as well.
# The numbers of all positions together are the *sheet*, and a sigmoid makes it the map, here σ(1) = 0.73 at both: two positions that differ look alike once their channels are collapsed.

# %% [markdown]
# *About 10 minutes.*
#
# 1. The query is the mean of `wq(x)` over all positions, and now its *channels* compete: a softmax over them, again without a scale, makes the weights.
# 2. At every position, take the mean of the values' channels with these weights: one sheet.
# 3. A sigmoid makes the map.
#
# Nothing here looks at the neighbours, so nothing in this map can blur.
# If you write the weighted mean as a product `@`, give both factors three axes.

# %% exercise
class SpatialPolarized(nn.Module):
    """A map from a weighted mean over the value's channels, (B, C, H, W) -> (B, 1, H, W).

    wq, wv: 1 x 1 nn.Conv2d from channels to channels // 2, with bias. The softmax runs over
    the channels // 2 means of wq(x), without a scale. x is not multiplied yet.
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
# **Touch it.**
# Your branch reads two sheets, *bright* and *dark* (1 - bright), and we set its layers by hand.
# A position opens where its sheet is above 0.7, and the query prefers *bright* the more, the darker the whole photograph is.
# So the same layers should open the lamps by night and the shadows by day.
# Change the photograph, and then set the factor of the logits to 0: what is left of the map, and why?

# %% tags=["experiment"]
photos = {name: F.avg_pool2d(photograph(name), 4) for name in ("rocket", "china")}
slide({"photograph": photos, "logits times": {"0": 0, "1/4": 0.25, "1": 1, "4": 4}},
      lambda photo, factor: gate_over(SpatialPolarized(4), photo, factor),
      lambda photo, factor: gate_in_words(SpatialPolarized(4), photo, factor),
      start=["rocket", "1"])


# %% [markdown]
# <details><summary>What we see</summary>
#
# By night the map opens for what is bright, and by day for what is dark.
# With equal weights the mean of *bright* and *dark* is 0.5 at every position, so the map is closed everywhere, for every photograph.
# Without the choice that the softmax makes, this map would say nothing about *where*.
#
# (The values are 16 · bright - 11 and 16 · dark - 11.
# The logit of *bright* is 30 times the mean of *dark*, and the logit of *dark* is 30 times the mean of *bright*.)
# </details>
#
# CBAM's map comes from one convolution, which is the same for every image.
# Here each image mixes its own 1 x 1 convolution out of C // 2 kernels, and because each position is judged by its own channels alone, the map is as fine as the features.

# %% [markdown]
# ## 5. Exercise 3: `PolarizedSelfAttention`
#
# Put the two branches together.
# The paper does it in two **layouts**:
#
# ![Parallel: channel and spatial both read x; each result multiplies x, and the products are added. Sequential: x times its channel gates, then times the map that spatial makes from the result.](figures/layouts.svg)
#
# The difference is larger than it looks.
# Suppose that all gates, of channels and of positions, are 0.5, and put eight such blocks in a row:

# %%
x = 1.0
for block in range(1, 9):
    parallel, sequential = (0.5 + 0.5) ** block * x, (0.5 * 0.5) ** block * x
    print(f"after {block}: parallel {parallel}, sequential {sequential:.6f}")


# %% [markdown]
# Two gates side by side leave all of x, and two gates in a row leave a quarter, which a BatchNorm after the block has to make up for.
#
# *About 8 minutes.*
#
# 1. Parallel: both branches read x, and you add x times the gates and x times the map.
# 2. Sequential: multiply x by its gates, and let the spatial branch read and gate *that product*.
#
# The likeliest silent mistake is a sequential map that is made from x.
# At one position, two channels hold 2 and -1, their gates are 0.5 and 1, and the spatial branch takes their mean.
# From the product, (1, -1), the map is σ(0) = 0.5; from x it would be σ(0.5) = 0.62, and no shape would give the mistake away.

# %% exercise
class PolarizedSelfAttention(nn.Module):
    """x gated by both branches, (B, C, H, W) -> (B, C, H, W).

    channel: ChannelPolarized(channels). spatial: SpatialPolarized(channels).
    layout: "parallel" (x times the gates plus x times the map, both made from x) or
    "sequential" (x times the gates, then this product times the map that is made from it).
    No shortcut is added. Raises ValueError for any other layout.
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
# ## 6. The bug museum
#
# ### Exhibit A: a query that nobody hears
#
# Here is a channel branch with one wrong argument.
# It runs, its gates have the right shape, and every parameter has a gradient after `backward()`.
# As the only gate of a small network on the dots of section 1 it does no worse than the right branch.
# Read it, and see whether you can find the mistake.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, channels):
        super().__init__()
        inner = channels // 2
        if inner == 0:
            raise ValueError(f"half of {channels} channels is none")
        self.wq, self.wv = nn.Conv2d(channels, 1, 1), nn.Conv2d(channels, inner, 1)
        self.wz, self.ln = nn.Conv2d(inner, channels, 1), nn.LayerNorm(channels)

    def forward(self, x):
        weights = self.wq(x).flatten(2).softmax(dim=1)
        mean = (self.wv(x).flatten(2) * weights).sum(dim=2)
        scores = self.wz(mean[:, :, None, None]).flatten(1)
        return torch.sigmoid(self.ln(scores))[:, :, None, None]


# %% [markdown]
# Whether you found it or not: a module that has a layer should care what is in it.
# So give each of its layers other weights, one after the other, and see whether the gates change.
# (It is a question for any module, in any repository.)
#
# Then repair the exhibit, in its own cell, until all four layers are heard, and run the test and the check again.
# (Your `ChannelPolarized` is only there to compare with: an answer that leans on it earns nothing.)

# %%
torch.manual_seed(0)
x = torch.randn(2, 8, 5, 7)
for kind in (ChannelPolarized, ExhibitA):
    branch = kind(8)
    before = branch(x)
    for name, layer in branch.named_children():
        kept = layer.weight.data
        layer.weight.data = kept + torch.randn(kept.shape)
        cares = not torch.allclose(branch(x), before, atol=1e-5)
        layer.weight.data = kept
        print(kind.__name__, name, "is heard" if cares else "IS NOT HEARD")


# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Print the shape of `self.wq(x).flatten(2)`.
# How many numbers compete in that softmax?
# </details>
#
# <details><summary>Hint 2: what is wrong, and why nobody noticed</summary>
#
# `wq(x).flatten(2)` is (B, 1, N), so `dim=1` is an axis of size 1, and a softmax over one number is 1.
# Every weight is 1, the weighted mean becomes a plain *sum* over the positions, and `wq` gets a gradient of exactly 0.
# The sum is N times as large as a mean, and that would show, except that the LayerNorm divides it away again.
# With `dim=2`, the weights of an image sum to 1.
#
# It still finds the dots because here a plain mean is enough: it says which colour the bar has.
# A softmax that was *missing* in a public version of the other branch was reported in [External-Attention-pytorch, issue 19](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/19).
# </details>

# %% [markdown]
# ## 7. The experiment: how fine must the map be?
#
# Back to the three dots, now with a network that has to answer.
# Two 3 x 3 convolutions see 5 x 5 pixels together, then comes a branch or your block, and then one linear layer at each position draws the heat map.
# We *made* task and network for the module: nothing after the gate looks at neighbours any more, and the bar is far from the dots.
#
# The same map competes at full size and averaged over cells, beside your channel gates and your block in both layouts.
# You measured in section 1 what a *perfect* map of such cells can reach.
# How close do trained networks come?
# And are gates for the *channels* of any use if the question is *where*?

# %% tags=["experiment"]
predicted = {"no module": None, "full-size map": None, "map of 4 x 4 cells": None,
             "channel gates": None}


# %% tags=["experiment"]
arms = {
    "no module": nn.Identity,
    "full-size map": lambda: Gated(SpatialPolarized(CHANNELS)),
    "map of 4 x 4 cells": lambda: Gated(SpatialPolarized(CHANNELS), Coarse(4)),
    "map of 8 x 8 cells": lambda: Gated(SpatialPolarized(CHANNELS), Coarse(8)),
    "channel gates": lambda: Gated(ChannelPolarized(CHANNELS)),
    "both, parallel": lambda: PolarizedSelfAttention(CHANNELS, "parallel"),
    "both, sequential": lambda: PolarizedSelfAttention(CHANNELS, "sequential"),
}
run, trained, plot = on_dots(arms, longer=longer_runs)
remind(predicted)
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% tags=["experiment"]
plot.show(results, predicted)
with after_predicting(predicted):
    print("with another picture's bar:", ", ".join(
        f"{arm} {results.mean(arm, 'with another bar'):.0f} %" for arm in arms))

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **A map can be too coarse, and more training mends only a part of it.**
# Your full-size map finds every dot, and the coarse ones do not.
# At first they are slow as well as coarse, but with five times the steps (the squares) the map of 4 x 4 cells finds every dot that has its cell to itself.
# Among [dots that share a cell](lab_book.md#4.-Where-a-coarse-map-fails) it does little better than guess.
#
# **Channel gates find the dot too.**
# They turn *colours* on and off everywhere, and because the features know where each colour is, that is enough here.
# A short run of them may get stuck, and so may the parallel block, even below its own map; none of the longer ones did.
#
# **Whether two branches beat one, and what the query is good for, this task cannot tell.**
# One branch already scores all there is to score, and for the gates [a plain mean would do](lab_book.md#7.-The-exhibits), as the exhibit's did.
# With another picture's bar every arm that learned something falls to chance, a third, so the bar is what they use.
# </details>

# %% [markdown]
# ### One picture, three bars
#
# Here are the two finer maps, for a picture in which two dots lie in the same 4 x 4 cell, under a bar of each colour.
# Which map can tell these two apart?

# %% tags=["experiment"]
picture = test_set.pictures[sharing_a_cell(test_set, 4)[:1]]
under_bars = with_bar(picture.expand(3, -1, -1, -1), torch.arange(3))
gates = {arm: gate_maps(trained[arm, 0], under_bars - GREY)
         for arm in ("full-size map", "map of 4 x 4 cells")}
show(maps_below(under_bars.clamp(0, 1), gates),
     "Columns: one picture under a bar of each colour. Below it, the full-size map, and the "
     "map of 4 x 4 cells.")


# %% [markdown]
# In the coarse map the blue and the green dot share one gate, whatever the colour of the bar; yours closes the two dots that are not meant.
# Now your network alone, with its answers:

# %% tags=["experiment"]
keep_dots(trained["full-size map", 0], test_set, GREY)

# %% [markdown]
# Only the bar changes, and the answer moves to the dot of its colour.
# The picture is beside this notebook, as `my_polarized.png`: show it to a friend, cover the bars, and ask which colour they had.
#
# ## 8. What we now know
#
# Both your branches are weighted means with weights that the image chooses: over the positions for the gates, over the channels for the map.
# A single row of weights is enough to bring knowledge of the whole image to every pixel, and the map stays as fine as the features.
# Where the question was about one pixel, a coarse map came about as far as a perfect map of such cells, and hardly farther.
# So before you use such a map, ask how fine it must be, and whether gates for the channels would be enough.
#
# **Next.** Here the keys were the pixels.
# In [lesson 07a](../07a_external/07a_external.ipynb) they no longer come from the image at all.
# (For doubters there is the [lab book](lab_book.md), with every run, real pictures, the paper against the code, and a challenge.)

# %% tags=["nbval-ignore-output"]
progress()
