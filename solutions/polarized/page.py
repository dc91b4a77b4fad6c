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
# *Two gates.
# Each gives up one direction completely, so that it can afford to keep the other.*
#
# **After this lesson you will be able to**
#
# - say what "polarized" means, and draw what is collapsed and what is kept;
# - build both branches, and say over which axis each softmax runs and what breaks without it;
# - find a step that a text explains and its code does not have, and prove that it is missing;
# - say what the two layouts do to the size of the features;
# - measure how fine a map must be when the exact pixel matters.
#
# **You need** lesson 03 (a gate for each channel, a map for the positions) and the warm-up's attention.
# **Difficulty** 3 of 5.
#
# | part | minutes |
# |---|---|
# | the problem, the idea, LayerNorm | 16 |
# | exercise 1, `ChannelPolarized` (4 points) | 26 |
# | between mean and maximum; one query | 12 |
# | exercise 2, `SpatialPolarized` (4 points); the same weights by day and night | 24 |
# | exercise 3, `PolarizedSelfAttention` (2 points) | 10 |
# | predict, then run | 7 |
# | read the code of others | 16 |
# | the bug museum | 12 |
# | the experiment | 24 |
# | paper against code, questions | 16 |

# %%
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress
from attention_lab.data import photograph
from attention_lab.pictures import PAPER, heat_map_over, predict_then_run, score_bars
from attention_lab.training import compare, train

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# ## 1. A question about one pixel
#
# Three dots, one red, one green, one blue, touch each other.
# A bar at the top edge has one of these colours.
# **Where is the centre of the dot of that colour?** The answer is a picture of its own, a **heat map**.
# It is 1 at that centre, less around it, 0 elsewhere.
# (So are a person's joints marked in pose estimation, the task for which this lesson's module was made.)
#
# The next cell makes such pictures; you need not read it closely.

# %%
SIDE, PITCH = 16, 3  # pixels: of a picture, from one dot to the next
COLOURS = torch.tensor([[0.85, 0.2, 0.15], [0.1, 0.65, 0.3], [0.15, 0.35, 0.9]])


def scenes(n, seed):
    """Pictures (n, 3, 16, 16), heat maps (n, 1, 16, 16), the three centres (n, 3, 2), and
    which of them is asked for (n,)."""
    g = torch.Generator().manual_seed(seed)
    corner = torch.randint(6, SIDE - 5, (n, 1, 2), generator=g)
    cell = torch.rand(n, 4, generator=g).argsort(1)[:, :3]  # three of 2 x 2 places
    asked = torch.randint(3, (n,), generator=g)
    centres = corner + PITCH * torch.stack([cell // 2, cell % 2], dim=2)
    rows, columns = torch.arange(SIDE)[:, None], torch.arange(SIDE)
    distance = ((rows - centres[:, :, 0, None, None]) ** 2
                + (columns - centres[:, :, 1, None, None]) ** 2)  # squared, (n, 3, 16, 16)
    pictures = torch.full((n, 3, SIDE, SIDE), 0.3)
    for dot, colour in enumerate(COLOURS):
        pictures = torch.where(distance[:, dot, None] <= 1, colour[:, None, None], pictures)
    pictures[:, :, :2] = COLOURS[asked][:, :, None, None]
    pictures += 0.05 * torch.randn(pictures.shape, generator=g)
    heat = torch.exp(-distance[torch.arange(n), asked] / 2)[:, None]
    return pictures, heat, centres, asked


pictures, heat, centres, asked = scenes(4, seed=5)
figure, axes = plt.subplots(2, 4, figsize=(8, 4.1), facecolor=PAPER, layout="constrained")
for (above, below), picture, answer in zip(axes.T, pictures, heat):
    above.imshow(picture.clamp(0, 1).permute(1, 2, 0))
    below.imshow(answer[0], cmap="inferno", vmin=0, vmax=1)
for axis in axes.flat:
    axis.set(xticks=[], yticks=[])
axes[0, 0].set_ylabel("picture")
axes[1, 0].set_ylabel("answer")
plt.show()

# %% [markdown]
# Two things make it hard.
# A small window that sees a dot does not see the bar: somebody has to carry the colour down.
# And the answer is *fine*: the next dot is three pixels away.
#
# Networks like to make maps small, because attention over every pair of positions (lesson 05's N x N matrix) is costly.
# What is left of a *perfect* answer when it passes through a small map?
# Average it over cells, stretch it again, and ask whether the right dot still stands out from the other two.
# Guess for cells of 4 x 4 pixels, then run.

# %%
def coarse(sheet, cell):
    """(n, 1, H, W) averaged over cells of cell x cell positions, and stretched again."""
    return F.interpolate(F.avg_pool2d(sheet, cell), scale_factor=cell)


def at(sheet, places):
    """The values of (n, 1, H, W) at k places of each picture, (n, k, 2) -> (n, k)."""
    return sheet.flatten(1).gather(1, places[..., 0] * SIDE + places[..., 1])


def stands_out(heat, centres, asked, cell):
    """Is the right dot of each picture ahead of the other two on such a map? (n,)"""
    values = at(coarse(heat, cell), centres)
    right = values.gather(1, asked[:, None])
    return (values >= right).sum(1) == 1  # nothing but the right one itself


_, heat, centres, asked = scenes(2000, seed=1)
for cell in (1, 2, 4, 8):
    share = stands_out(heat, centres, asked, cell).float().mean()
    print(f"cells of {cell} x {cell}: the right dot stands out in {100 * share:.0f} %")

# %% [markdown]
# <details><summary>What is lost</summary>
#
# With 2 x 2 cells the right dot still stands out in every picture, with 4 x 4 in three quarters of them, with 8 x 8 in a third.
# Dots in one cell cannot be told apart any more.
# </details>
#
# So we want a map of *full* size, made with knowledge of the *whole* image, and it should be cheap.

# %% [markdown]
# ## 2. The idea
#
# A polarizing filter in front of a camera lets light of one direction pass and swallows the other direction whole.
# Liu, Liu, Fan and Huang (2021) treat features so.
# The **channel branch** collapses the positions completely, to one, and keeps many channels: C // 2 of them.
# The **spatial branch** collapses the channels completely, to one, and keeps every position.
# Neither keeps a little of both; that is what **polarized** means.
#
# What passes a filter is faint, so it is enhanced: a **softmax** on the smallest tensor, a **sigmoid** at the end.
#
# ![From x (B, C, H, W) the channel branch takes a weighted mean over H and W: positions collapsed to 1, C // 2 channels kept; wz, a LayerNorm (ln) and a sigmoid make gates (B, C, 1, 1). The spatial branch takes a weighted mean over C // 2 channels: channels collapsed to 1, H x W positions kept; a sigmoid makes a map (B, 1, H, W). Softmax makes the weights, none negative, their sum 1; sigmoid makes the gates, each between 0 and 1.](figures/polarized.svg)

# %% [markdown]
# One sentence holds both branches: *a weighted mean over what is collapsed, with weights that the image chooses*.
#
# | in the paper | in words | in code |
# |---|---|---|
# | $F_{SM}(\sigma_2(W_q(X)))$ | a weight for each position | softmax of `wq(x)` |
# | $A^{ch} = F_{SG}[W_z(W_v(X) \times \ldots)]$ | weighted mean of the values, back to C, sigmoid | `ChannelPolarized(...)(x)` |
# | (not in the formula) | between $W_z$ and the sigmoid: a LayerNorm over the C numbers | `ln`, on (B, C) |
# | $F_{SM}(\sigma_1(F_{GP}(W_q(X))))$ | a weight for each of C // 2 channels | softmax of pooled `wq(x)` |
# | $A^{sp} = F_{SG}[\ldots \times W_v(X)]$ | weighted mean of the value's channels, sigmoid | `SpatialPolarized(...)(x)` |
#
# $F_{SM}$ is a softmax, $F_{SG}$ a sigmoid, $F_{GP}$ a mean over H and W; the paper's $\sigma_1, \sigma_2$ reshape tensors, they are no sigmoids.
# All of $W_q, W_v, W_z$ are 1 x 1 convolutions: linear layers at each position.

# %% [markdown]
# ### LayerNorm: the C numbers of one image
#
# One layer is new in this course.
# A BatchNorm compares the numbers of *one channel* over all images.
# A **LayerNorm** compares the numbers of *one image* over its channels.
# It subtracts their mean and divides by their standard deviation (of all C, not C - 1; 1e-5 is added to its square).
# Then it gives every channel a weight and a bias of its own, 1 and 0 before training.
# No image looks at another one, so it does the same in training and afterwards.
#
# Two images, four channels, the second image ten times as strong.
# By hand, for both: the mean is 3 (or 30), the standard deviation 1.87 (or 18.7).

# %%
scores = torch.tensor([[1.0, 2.0, 3.0, 6.0], [10.0, 20.0, 30.0, 60.0]])  # (B, C)
with torch.no_grad():
    normed = nn.LayerNorm(4)(scores)  # each row by itself
for name, rows in (("scores", scores), ("their sigmoid", scores.sigmoid()),
                   ("with LayerNorm", normed), ("their sigmoid", normed.sigmoid())):
    for image, row in zip(("weak", "strong"), rows.tolist()):
        print(f"{name:16s}{image:8s}", *(f"{number:6.2f}" for number in row))

# %% [markdown]
# Without it all gates of the strong image are 1, and nothing is closed.
# With it both images have the same gates, some above a half and some below, however strong the features are.
#
# **Over which axes?** `nn.LayerNorm(C)` works over the *last* axis, so it takes (B, C).
# Given (B, C, 1, 1) it stops with an error.
# `nn.LayerNorm([C, 1, 1])` works over the last *three*, so it takes (B, C, 1, 1); as two of them have size 1 it computes the same.
# The exercise names the first; its check takes either.

# %% [markdown]
# ## 3. Exercise 1: `ChannelPolarized`
#
# ![x goes through wq to one number per position; softmax over the N positions makes weights (B, 1, N). x goes through wv to values (B, C // 2, N). Their weighted mean, (B, C // 2, N) @ (B, N, 1), with one axis more (B, C // 2, 1, 1), goes through wz, LayerNorm on (B, C) and sigmoid: gates (B, C, 1, 1).](figures/channel_branch.svg)
#
# 1. `wq(x)` gives one number per position.
#    Flatten H and W to one axis of N = H · W, and take the softmax over it: weights that sum to 1.
# 2. `wv(x)` gives C // 2 channels of values.
#    Take their weighted mean over the N positions: multiply and add up.
#    Or write the drawing's product `@`, which adds over the N that stand side by side.
# 3. `wz`, a convolution that wants (B, C // 2, 1, 1), makes C numbers of it.
#    Then come `ln`, on (B, C), and a sigmoid: gates (B, C, 1, 1).
#    Return the gates, not multiplied onto x.
#
# By hand, C = 2, two positions: `wq` says 0 and 1.1, and $e^{1.1}$ is about 3, so the weights are 1/4 and 3/4.
# The values 4 and 8 have the weighted mean 1 + 6 = 7.
# `wz` with weights 1 and -1 gives (7, -7), `ln` (1, -1), sigmoid (0.73, 0.27).

# %% exercise
class ChannelPolarized(nn.Module):
    """Gates from a weighted mean over all positions, (B, C, H, W) -> (B, C, 1, 1).

    wq, wv: 1 x 1 nn.Conv2d from channels to 1, and from channels to channels // 2.
    wz: 1 x 1 nn.Conv2d from channels // 2 back to channels. All three have a bias.
    ln: nn.LayerNorm(channels), between wz and the sigmoid.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        weights = self.wq(x).flatten(2).softmax(dim=2)  # (B, 1, N)
        values = self.wv(x).flatten(2)  # (B, C // 2, N)
        mean = (values * weights).sum(dim=2)
        scores = self.wz(mean[:, :, None, None])[:, :, 0, 0]
        return torch.sigmoid(self.ln(scores))[:, :, None, None]
        ### END SOLUTION


# %% points=4
check(ChannelPolarized)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape behind every line.
# Of (B, 1, N), which axis must sum to 1?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `t.flatten(2)` makes one axis of H and W.
# A weighted mean is a product and a sum over that axis, or one matrix product, (B, C // 2, N) @ (B, N, 1).
# `nn.LayerNorm(C)` works on the *last* axis: give it (B, C).
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: three convolutions, one norm.
# `forward`: weights; values; their weighted mean; `wz` of it (a convolution wants two axes more, `[:, :, None, None]`).
# Then `ln` on (B, C), sigmoid, two axes more.
# </details>

# %% [markdown]
# ### Between the mean and the maximum
#
# SE reads the mean of each channel, CBAM also the maximum.
# A softmax can do either, and everything between.
# Take lesson 03's rocket and its two channels made by hand, red and blue, and let the query be *how red a pixel is*, times a sharpness.
# With sharpness 0 all positions weigh the same.

# %% tags=["experiment"]
photo = F.avg_pool2d(photograph("rocket"), 4)
red, green, blue = photo
by_hand = {"red": (red - torch.maximum(green, blue)).clamp(min=0),
           "blue": (blue - torch.maximum(red, green)).clamp(min=0)}


def look_at_red(sharpness):
    """A weight for each position of the photograph, (H, W); they sum to 1."""
    query = sharpness * by_hand["red"]
    return query.flatten().softmax(dim=0).view_as(query)


sharpnesses = torch.logspace(-0.5, 3.5, 41)
figure, axes = plt.subplots(1, 3, figsize=(11, 2.9), width_ratios=[1.1, 1.1, 1],
                            facecolor=PAPER, layout="constrained")
for axis, sharpness in zip(axes, (3, 40)):
    weights = look_at_red(sharpness)
    axis.imshow(photo.mean(0), cmap="gray")
    axis.imshow(weights, cmap="inferno", alpha=0.75, norm="log", vmin=1e-5, vmax=1e-2)
    axis.set_title(f"weights, sharpness {sharpness} (log colours)", fontsize=10)
    axis.set_axis_off()
for (name, channel), colour in zip(by_hand.items(), ("#D55E00", "#0072B2")):
    pooled = [(look_at_red(s) * channel).sum() for s in sharpnesses]
    axes[2].plot(sharpnesses, pooled, color=colour, label=name)
    axes[2].axhline(channel.mean(), color=colour, linestyle=":")
axes[2].axhline(by_hand["red"].max(), color="#D55E00", linestyle="--")
axes[2].text(0.4, by_hand["red"].max() - 0.025, "the maximum of red", fontsize=8)
axes[2].set(xscale="log", xlabel="sharpness of the query", ylabel="weighted mean",
            facecolor=PAPER)
axes[2].legend(frameon=False, loc="center left")
plt.show()

# %% [markdown]
# From left to right the red channel goes from its mean (dotted) to its maximum (dashed), where the lamps are.
# Blue goes its own way: there is *one* set of weights, so every channel is read where the query looks, not where it is largest itself.
# How sharp to look is learned: it is the size of `wq`'s weights.
#
# ### Where is the self-attention?
#
# In the warm-up N queries met N keys.
# Here the query is learned, and there is only **one**, whatever the image: `wq`'s weights.
# The pixels are the keys.

# %%
def at_each(layer, pixels):
    """What a 1 x 1 convolution does at each position, (B, N, inputs) -> (B, N, outputs)."""
    return F.linear(pixels, layer.weight.flatten(1), layer.bias)


torch.manual_seed(0)
branch, x = ChannelPolarized(8), torch.randn(2, 8, 5, 7)
pixels = x.flatten(2).transpose(1, 2)  # (2, 35, 8): the keys
query = branch.wq.weight.view(1, 1, 8).expand(2, -1, -1)  # (2, 1, 8)
values = at_each(branch.wv, pixels)  # (2, 35, 4)
pooled = F.scaled_dot_product_attention(query, pixels, values, scale=1.0)  # no 1 / sqrt(D)
scores = at_each(branch.wz, pooled)  # (2, 1, 8)
normed = F.layer_norm(scores, (8,), branch.ln.weight.flatten(), branch.ln.bias.flatten())
gates = normed.sigmoid().transpose(1, 2)[..., None]  # (2, 8, 1, 1)
print("the same gates:", torch.allclose(gates, branch(x), atol=1e-6))

# %% [markdown]
# One row of N weights where self-attention between all positions has N of them.
# (And `wq`'s bias?
# It adds the same number to every query · key, which a softmax does not notice.
# It has no effect at all.
# The spatial branch's `wq` has a bias for each channel; those do count.)

# %% [markdown]
# ## 4. Exercise 2: `SpatialPolarized`
#
# Now turned around: collapse the channels, keep the positions.
#
# ![x goes through wq to C // 2 channels; their means over H and W are the query (B, C // 2); softmax over its C // 2 numbers makes weights. x goes through wv to values (B, C // 2, H, W). The weighted mean of their channels, (B, 1, C // 2) @ (B, C // 2, N), is one sheet (B, 1, N); sigmoid makes the map (B, 1, H, W).](figures/spatial_branch.svg)
#
# 1. `wq(x)` has C // 2 channels.
#    The mean of each over H and W is the query, (B, C // 2).
#    A softmax over these C // 2 numbers makes the weights.
# 2. `wv(x)` has C // 2 channels too, at every position.
#    At each position take the weighted mean of these C // 2 numbers: one sheet.
#    As a product `@` it wants three axes on either side, as the drawing says.
# 3. A sigmoid makes the map, (B, 1, H, W).
#    There is no LayerNorm and no third convolution here.
#
# By hand, C = 4: the pooled query is (1.1, 0), so the weights are (3/4, 1/4).
# Where the values are (2, -2), the sheet is 1.5 - 0.5 = 1 and the map σ(1) = 0.73.
# Where they are (0, 4), the sheet is 1 again.

# %% exercise
class SpatialPolarized(nn.Module):
    """A map from a weighted mean over the value's channels, (B, C, H, W) -> (B, 1, H, W).

    wq, wv: 1 x 1 nn.Conv2d from channels to channels // 2, with bias.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        weights = self.wq(x).mean(dim=(2, 3)).softmax(dim=1)  # (B, C // 2)
        sheet = (weights[:, :, None, None] * self.wv(x)).sum(dim=1, keepdim=True)
        return torch.sigmoid(sheet)
        ### END SOLUTION


# %% points=4
check(SpatialPolarized)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Two means, over different axes.
# The first one is plain, the second one weighted.
# Which shape is left after each?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The weights are (B, C // 2), the values (B, C // 2, H, W): two axes more make them fit.
# Weights that sum to 1 need no division: multiply, then `sum` over the channels, with `keepdim=True`.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: two convolutions.
# `forward`: one line for the weights, `wq`, mean, softmax; one line for the weighted sum; one `return` with a sigmoid.
# </details>

# %% [markdown]
# ### The same weights, by day and by night
#
# What can a map do whose channels are weighed by the image?
# Two sheets made by hand: *bright* and *dark* (1 - bright).
# The query, by hand as well: the darker the image on the whole, the more weight for *bright*, and the other way round.
# One module, two photographs:

# %% tags=["experiment"]
from IPython.display import display

branch = SpatialPolarized(4)  # channels: bright, dark, and two that are 0
with torch.no_grad():
    for layer in (branch.wq, branch.wv):
        layer.weight.zero_(), layer.bias.zero_()
    branch.wq.weight[0, 1] = 30  # the mean of dark asks for bright,
    branch.wq.weight[1, 0] = 30  # that of bright for dark
    branch.wv.weight[0, 0] = branch.wv.weight[1, 1] = 16
    branch.wv.bias.fill_(-11)  # a value above 0 where a sheet is above 0.7
for name in ("rocket", "china"):
    photo = F.avg_pool2d(photograph(name), 4)
    bright = photo.mean(0)
    features = torch.stack([bright, 1 - bright, 0 * bright, 0 * bright])[None]
    with torch.no_grad():
        query = at_each(branch.wq, features.flatten(2).transpose(1, 2)).mean(dim=1)  # (1, 2)
        weights = query.softmax(dim=1)[0]
        spatial = branch(features)[0]
    display(heat_map_over(photo, spatial, label="map (0 closed, 1 open)",
                          title=f"made by hand; weights: bright {weights[0]:.2f},"
                                f" dark {weights[1]:.2f}"))

# %% [markdown]
# In the night picture the map opens for light, by day for what is dark.
# CBAM's map is one fixed convolution; this one is a 1 x 1 convolution that *each image chooses for itself*, between C // 2 candidates.
# Each position is judged by its own channels alone: the map is as fine as the features.

# %% [markdown]
# ## 5. Exercise 3: `PolarizedSelfAttention`
#
# Put `channel`, a `ChannelPolarized`, and `spatial`, a `SpatialPolarized`, together.
# The paper has two **layouts**:
#
# ![Parallel: x goes through channel and, beside it, spatial; each result multiplies x; the two products are added. Sequential: x times its channel gates; of the result, spatial makes a map, which multiplies it.](figures/layouts.svg)
#
# - `"parallel"`: both branches read x; x times the gates *plus* x times the map.
# - `"sequential"`: x times the gates; the spatial branch reads *that*, and its map multiplies it.
# - Anything else is a `ValueError`.
#
# The output has x's shape; there is no shortcut besides.
#
# By hand: at one position of one channel x is 10, the gate 0.4, the map 0.9.
# Parallel: 4 + 9 = 13.
# Sequential: 4, and if the map made of the gated features is 0.8 there, 3.2.

# %% exercise
class PolarizedSelfAttention(nn.Module):
    """x gated by both branches, (B, C, H, W) -> (B, C, H, W).

    channel: ChannelPolarized(channels). spatial: SpatialPolarized(channels).
    layout: "parallel" (the two gated maps added) or "sequential" (channel, then spatial).
    Raises ValueError for any other layout.
    """

    def __init__(self, channels: int, layout: str = "parallel") -> None:
        super().__init__()
        ### BEGIN SOLUTION
        if layout not in ("parallel", "sequential"):
            raise ValueError(f"layout must be parallel or sequential, not {layout}")
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        gated = x * self.channel(x)
        if self.layout == "parallel":
            return gated + x * self.spatial(x)
        return gated * self.spatial(gated)
        ### END SOLUTION


# %% points=2
check(PolarizedSelfAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Both layouts begin with the same product.
# What does the spatial branch read in each?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__`: one `if` that raises, three attributes.
# `forward`: the gated x; one `if` with a `return`; another `return`.
# </details>

# %% [markdown]
# ## 6. Predict, then run
#
# Before training, gates are near 0.5.
# Set every parameter to 0, so that they *are* 0.5.
# What is the output of one block of each layout, as a multiple of x?
# Replace each `None`.

# %%
predicted = {"parallel": None, "sequential": None}


def half_open(layout):
    """A block whose gates are all 0.5."""
    block = PolarizedSelfAttention(8, layout)
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.zero_()
    return block


ones = torch.ones(1, 8, 3, 4)
measured = {layout: half_open(layout)(ones).mean().item() for layout in predicted}
predict_then_run(predicted, measured, unit="times x")

# %% [markdown]
# And after eight blocks in a row?
# How many parameters has a block for 64 channels, in either layout?

# %%
predicted = {"parallel": None, "sequential": None}

measured = {layout: nn.Sequential(*[half_open(layout)] * 8)(ones).mean().item()
            for layout in predicted}
predict_then_run(predicted, measured, unit="times x after eight blocks")

# %%
predicted = {"64 channels": None}

measured = {"64 channels": sum(p.numel() for p in PolarizedSelfAttention(64).parameters())}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>By hand</summary>
#
# Parallel: 0.5 + 0.5 = 1.
# Sequential: 0.5 · 0.5 = 0.25; eight times, 0.000015.
# Parameters: `wv`, `wz` and the spatial branch's `wq` and `wv` have 64 · 32 weights each, together 8192; the channel branch's `wq` has 64.
# The biases have 1 + 32 + 64 + 32 + 32, and `ln` has 128: 8545 for either layout.
# SE with r = 16 has 512.
# </details>
#
# The same parameters, and yet parallel leaves the size of the features alone (its factor lies between 0 and 2).
# Sequential takes three quarters away, in every block.
# A BatchNorm behind it puts that right; without one a deep network would fall silent.
#
# ## 7. Read the code of others: tick off the steps
#
# A widely read Chinese post ("polarized self-attention, a finer structure of dual attention") explains this module.
# It was written before the authors' own code was public, and prints code for both branches.
# Of the spatial one it says, in our words:
#
# > (1) Two 1 x 1 convolutions make a query and a value of the input.
# > (2) The query is pooled over all positions; the value keeps its H x W.
# > (3) As the query has lost its positions, a softmax enhances what it says.
# > (4) Query and value are multiplied.
# > (5) Reshape, then a sigmoid, so that every number lies between 0 and 1.
#
# And this is its code, rewritten by us with the same steps.
# Tick off (1) to (5) before you read on.

# %%
class PostedSpatial(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.wq = nn.Conv2d(channels, half, 1)
        self.wv = nn.Conv2d(channels, half, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def query(self, x):
        return self.pool(self.wq(x)).flatten(1)[:, None]  # (B, 1, C // 2)

    def forward(self, x):
        value = self.wv(x).flatten(2)  # (B, C // 2, N)
        product = self.query(x) @ value  # (B, 1, N)
        return torch.sigmoid(product.reshape(len(x), 1, *x.shape[2:]))

# %% [markdown]
# <details><summary>Which step has no line?</summary>
#
# Step (3) is explained, and missing.
# Would you have noticed without the text?
# The shapes are right, the map lies between 0 and 1, it trains.
# </details>
#
# **The symptom.** A weighted mean of threes is 3, whatever the weights are.
# Make every value 3: the map must be σ(3) = 0.95 everywhere, for every image.
# Repair `query` in the cell above until the next one says yes.

# %%
torch.manual_seed(1)
x = torch.randn(3, 64, 6, 8).relu()


def sum_to_one(block):
    """Is the map sigmoid(3) on three images when every value is 3?"""
    with torch.no_grad():
        block.wv.weight.zero_(), block.wv.bias.fill_(3)
        found = block(x)[:, 0, 0, 0]
    print("gates of three images, all values 3:", [round(gate, 2) for gate in found.tolist()])
    return torch.allclose(found, torch.tensor(3.0).sigmoid().expand(3), atol=1e-4)


print("Do the weights sum to 1?", "Yes." if sum_to_one(PostedSpatial(64)) else "No, not yet.")

# %% [markdown]
# <details><summary>The repair, and where it was seen</summary>
#
# `.softmax(dim=-1)` behind the query.
# The code is that of [External-Attention-pytorch](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/19) as it was in the middle of July 2021.
# A reader asked there where the softmax was, and the author added it the next day.
# The post has the old lines.
# </details>
#
# **What that "yes" is worth.** The test is necessary: what fails it is not this branch.
# It is not sufficient: it sees that the weights sum to 1, and nothing else.
# Here is another module that passes.

# %%
class NobodyAsks(PostedSpatial):
    def query(self, x):
        return torch.full((len(x), 1, 32), 1 / 32)  # 32 equal weights, whatever the image


print("Do the weights sum to 1?", "Yes." if sum_to_one(NobodyAsks(64)) else "No, not yet.")

# %% [markdown]
# A plain mean: `wq` never has a say.
# A query divided by its own sum passes as well, and may have weights below 0.
# So a test of one property finds a fault and proves nothing.
# Exercise 2's check compares numbers and gradients with a reference, on many inputs; that is evidence of another kind.
#
# **The measurement.** Multiply the features by 4.
# How many times as large is the sheet, that is, what the sigmoid is taken of?
# Guess twice: with the softmax, and as posted.

# %%
torch.manual_seed(2)
branch = SpatialPolarized(64)
nn.init.zeros_(branch.wq.bias), nn.init.zeros_(branch.wv.bias)


def sheet(x, softmax):
    """What the map is the sigmoid of, (B, N, 1), with the weights of one branch."""
    pixels = x.flatten(2).transpose(1, 2)  # (B, N, 64)
    query = at_each(branch.wq, pixels).mean(dim=1)  # (B, 32)
    weights = query.softmax(dim=1) if softmax else query
    return at_each(branch.wv, pixels) @ weights[:, :, None]  # (B, N, 32) @ (B, 32, 1)


for name, softmax in (("with softmax", True), ("as posted", False)):
    with torch.no_grad():
        size, larger = (sheet(scale * x, softmax).abs().mean().item() for scale in (1, 4))
    print(f"{name:12s} mean size of the sheet {size:.3f}; with x times 4 {larger:.3f}:",
          f"{larger / size:.1f} times as large")

# %% [markdown]
# As posted query *and* value grow with x, so the sheet grows 16 times, as every product of two things that grow 4 times.
# A map that is soft on one image is a hard mask on a stronger one.
# With the softmax the weights share a sum of 1, however large x is.
# (It grows more than 4 times all the same, because larger queries make sharper weights.)
#
# Does it matter for what can be learned?
# Section 9 has an answer, and it is not a loud one.
# A forgotten step need not hurt to be a mistake: it is another module, and weights of one are wrong in the other.

# %% [markdown]
# ## 8. The bug museum
#
# Three exhibits, rebuilt as small as possible.
#
# ### Exhibit A: once more with the channels
#
# *Symptom.* A sequential block.
# The map is 0 at a position, and the position is not closed.

# %%
def sequential(x, channel, spatial):
    channel_out = x * channel(x)
    spatial_out = channel_out * spatial(channel_out)
    return spatial_out + channel_out


closed = sequential(torch.ones(1, 4, 2, 2), lambda x: 0.5, lambda x: 0.0)
is_closed = bool(closed.abs().max() == 0)
print("Does a map of 0 close a position?", "Yes." if is_closed else "No, not yet.")

# %% [markdown]
# Repair the return and run again.
#
# <details><summary>What is wrong, and where it was seen</summary>
#
# The sum belongs to the parallel layout; here `spatial_out` holds everything already.
# Added once more, the map moves a position between 1 and 2 times its gated value and can never close it.
# Found by another reader in [the same thread](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/19), and mended.
# </details>
#
# ### Exhibit B: gates that cannot move
#
# *Symptom.* The larger the image, the more the map says 0.5 everywhere.

# %%
def map_of(query, values):
    """query: (B, 1, c). values: (B, c, N). Returns a map (B, 1, N)."""
    return torch.sigmoid((query @ values).softmax(dim=2))


g = torch.Generator().manual_seed(0)
for side in (4, 7, 14, 56):
    query = torch.randn(1, 1, 32, generator=g) / 2
    made = map_of(query, torch.randn(1, 32, side * side, generator=g) / 2)
    print(f"{side:2d} x {side:<2d}  lowest {made.min():.4f}, median {made.median():.4f},",
          f"highest {made.max():.4f}")

# %% [markdown]
# Why?
# Between which numbers can this map lie at all?
# Work it out, then unfold.
#
# <details><summary>What is wrong, and where it was seen</summary>
#
# The softmax runs over the N positions, *behind* the product.
# Its N numbers sum to 1, so most are close to 1 / N, and σ(1 / N) is close to σ(0) = 0.5.
# None can be below 0, so no gate falls below 0.5; none is above 1, so none rises above σ(1) = 0.73.
# A position can be emphasised a little, at the cost of all others, and none can be closed.
#
# This is the authors' own parallel code, and readers [asked](https://github.com/DeLightCMU/PSA/issues/5) why it differs from the paper.
# Which of the two made the paper's numbers we do not know.
# </details>
#
# ### Exhibit C: a bug that is none
#
# *Symptom.* In the authors' file the channel branch is called `spatial_pool`, and the spatial branch `channel_pool`.
# [The same thread](https://github.com/DeLightCMU/PSA/issues/5) opens with it: have the two been exchanged?
#
# <details><summary>Have they?</summary>
#
# No.
# The names say what is pooled *away*: the channel branch pools over space.
# Every module of this course could be named either way: by what it collapses, or by what it keeps.
# Say which, when you name yours.
# </details>

# %% [markdown]
# ## 9. The experiment: how fine must the map be?
#
# Back to the three dots.
# Two 3 x 3 convolutions see 5 x 5 pixels; then comes a branch, or your block; then *one linear layer at each position* makes the heat map.
# So the gate has the last word: after it nothing can look around any more.
# A picture counts as right when the peak of the heat map is the pixel that was asked for, or one of its four neighbours.
#
# | arm | what it is |
# |---|---|
# | no attention | sees the dots, not the bar: a guess, 1/3 |
# | map, 1 x 1, 2 x 2, 4 x 4, 8 x 8 | x times the spatial branch's map, averaged over such cells. 1 x 1 is your `SpatialPolarized`. The same layers and parameters in all four |
# | channel | x times your `ChannelPolarized`'s gates |
# | parallel, sequential | your `PolarizedSelfAttention` |
#
# The control costs no training: each test picture gets the **bar of another one**.
# Who uses the bar must fall to 1/3.
# Two runs each, about 35 s.
# *Before you run it: section 1 says what a **perfect** map of such cells could do.
# Will a trained one reach that with 4 x 4, with 8 x 8?
# And is the channel branch of any use, where the question is a place?*

# %% tags=["experiment"]
CHANNELS = 16


class Gated(nn.Module):
    """x times a gate of x."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def forward(self, x):
        return x * self.gate(x)


class CoarseMap(SpatialPolarized):
    """The spatial branch with its map averaged over cells of cell x cell positions."""

    def __init__(self, channels, cell):
        super().__init__(channels)
        self.cell = cell

    def forward(self, x):
        return coarse(super().forward(x), self.cell)


def network(attention):
    """Two convolutions, attention, one linear layer: (B, 3, H, W) -> (B, 1, H, W)."""
    layers = []
    for inputs in (3, CHANNELS):
        layers += [nn.Conv2d(inputs, CHANNELS, 3, padding=1, bias=False),
                   nn.BatchNorm2d(CHANNELS), nn.ReLU()]
    return nn.Sequential(*layers, attention, nn.Conv2d(CHANNELS, 1, 1))


# %% tags=["experiment"]
arms = {
    "no attention": nn.Identity,
    "map, 1 x 1": lambda: Gated(SpatialPolarized(CHANNELS)),
    "map, 2 x 2": lambda: Gated(CoarseMap(CHANNELS, 2)),
    "map, 4 x 4": lambda: Gated(CoarseMap(CHANNELS, 4)),
    "map, 8 x 8": lambda: Gated(CoarseMap(CHANNELS, 8)),
    "channel": lambda: Gated(ChannelPolarized(CHANNELS)),
    "parallel": lambda: PolarizedSelfAttention(CHANNELS, "parallel"),
    "sequential": lambda: PolarizedSelfAttention(CHANNELS, "sequential"),
}
seen, answers, *_ = scenes(1536, seed=0)
new, _, centres, asked = scenes(1000, seed=1)
other_bar = new.clone()
other_bar[:, :, :2] = new.roll(1, 0)[:, :, :2]
wanted = centres[torch.arange(len(new)), asked]  # (n, 2)
trained = {}


def hits(model, pictures):
    """Is the peak the wanted pixel or one of its four neighbours? (n,)"""
    with torch.no_grad():
        peak = model(pictures - 0.3).flatten(1).argmax(1)
    return (torch.stack([peak // SIDE, peak % SIDE], dim=1) - wanted).abs().sum(1) <= 1


def score(model, pictures):
    """Per cent of pictures that count as right."""
    return 100 * hits(model, pictures).float().mean().item()


def run(arm, seed):
    model = train(network(arms[arm]()), seen - 0.3, answers,
                  loss=lambda found, heat: 100 * F.mse_loss(found, heat),
                  epochs=4, batch_size=24, peak_rate=0.02, seed=seed)
    trained[arm, seed] = model.state_dict()
    return {"right dot (%)": score(model, new), "with another bar": score(model, other_bar)}


results = compare(arms, seeds=range(2), run=run)
results

# %% tags=["experiment"]
sizes = {arm: sum(p.numel() for p in network(attention()).parameters())
         for arm, attention in arms.items()}
for arm, control in (("map, 1 x 1", "no attention"), ("map, 1 x 1", "map, 4 x 4"),
                     ("map, 4 x 4", "map, 8 x 8"), ("map, 8 x 8", "no attention"),
                     ("sequential", "map, 1 x 1")):
    # more than luck (two standard errors), and enough to matter (5 points)
    matters = results.lead(arm, control) > 2 and results.mean(arm) - results.mean(control) > 5
    print(f"'{arm}' is {'clearly' if matters else 'not clearly'} ahead of '{control}'")
score_bars(results, "right dot on new pictures (%)", parameters=sizes, highlight="map, 1 x 1",
           baselines={"a guess": 100 / 3})

# %% [markdown]
# **Read it.** The finer the map, the better, with the same layers and the same parameters.
# A map of full size finds the dot; cells of 8 x 8 are no better than no map at all.
# And with the bar of another picture all fall back to a guess: the bar is what they use.
#
# Is it the cells alone?
# Take the pictures in which a perfect map of such cells lets the right dot stand out, and the others.

# %% tags=["experiment"]
_, truth, *_ = scenes(1000, seed=1)
for cell in (4, 8):
    possible = stands_out(truth, centres, asked, cell)
    for seed in range(2):
        model = network(arms[f"map, {cell} x {cell}"]()).eval()
        model.load_state_dict(trained[f"map, {cell} x {cell}", seed])
        right = 100 * hits(model, new).float()
        print(f"cells of {cell} x {cell}, run {seed}: {right[possible].mean():.0f} % right",
              f"where it could be told, {right[~possible].mean():.0f} % where not")

# %% [markdown]
# No.
# A perfect map says where the trained ones fail in principle; these fail elsewhere too.
# A mean over a cell is mostly ground.
# What the branch says of a dot of 5 pixels arrives thinned, to a third in a cell of 16 positions, to less than a tenth in one of 64.
# Perhaps too little moves in the larger cells to be learned from; we did not test it.
#
# What do the maps look like?
# One picture, two of whose dots lie in one cell of 4 x 4, under a bar of each colour:

# %% tags=["experiment"]
of_cells = centres // 4
number = of_cells[..., 0] * 4 + of_cells[..., 1]  # the cell of each dot, (n, 3)
pairs = (number == number.roll(1, 1)).sum(1)
picture = new[pairs == 1][:1]
bars = []
for colour in range(3):
    changed = picture.clone()
    changed[:, :, :2] = COLOURS[colour][:, None, None]
    bars.append(changed)
figure, axes = plt.subplots(3, 4, figsize=(8.4, 6.2), facecolor=PAPER, layout="constrained")
for row, changed in zip(axes, bars):
    row[0].imshow(changed[0].clamp(0, 1).permute(1, 2, 0))
    for axis, cell in zip(row[1:], (1, 4, 8)):
        arm = f"map, {cell} x {cell}"
        model = network(arms[arm]()).eval()
        model.load_state_dict(trained[arm, 0])
        with torch.no_grad():
            spatial = model[6].gate(model[:6](changed - 0.3))[0, 0]
        drawn = axis.imshow(spatial, cmap="inferno", vmin=0, vmax=1)
for axis in axes.flat:
    axis.set(xticks=[], yticks=[])
for axis, title in zip(axes[0], ("picture", "map, 1 x 1", "map, 4 x 4", "map, 8 x 8")):
    axis.set_title(title, fontsize=10)
figure.colorbar(drawn, ax=axes, label="map (0 closed, 1 open)", shrink=0.7)
plt.show()

# %% [markdown]
# The full map closes the dots that are not asked for, and opens or at least spares the one that is.
# In the map of 4 x 4 cells two of the dots have one gate between them, whatever the bar says.
# The map of 8 x 8 cells hardly moves.
#
# And the two layouts, with the *same* weights?
# Both have the same parameter names, so a file of weights loads into either without a complaint.
# Will the peak stay where it was?
# And the heat map as a whole?

# %% tags=["experiment"]
models = {layout: network(PolarizedSelfAttention(CHANNELS, layout)).eval()
          for layout in ("parallel", "sequential")}
best = max(range(2), key=lambda seed: results.scores("parallel")[seed])
for layout in models:
    for other, model in models.items():
        model.load_state_dict(trained[layout, best])
        with torch.no_grad():
            off = F.mse_loss(model(new - 0.3), truth).sqrt().item()
        print(f"trained {layout + ',':11s} run as {other + ':':11s}",
              f"{score(model, new):5.1f} % right, heat map off by {off:.3f}")
print(f"a heat map of zeros is off by {truth.square().mean().sqrt():.3f}")

# %% [markdown]
# The peak stays: what was highest is still highest.
# The heat map as a whole is lost; on our machine it is off by about 0.17 and 0.48, where a map of zeros is off by 0.11.
# The layouts give features of another size (section 6), and a sum of gates is not a product.
# A score that looks at the peak alone would never tell you that you loaded the wrong one.

# %% [markdown]
# **Be honest about the rest.** Two runs show little.
# Measured beforehand with the same settings, eight runs each:
#
# | arm | mean | runs |
# |---|---|---|
# | no attention | 30.9 | 29 to 34 |
# | spatial branch: map, 1 x 1 | 100.0 | eight times 100 |
# | map, 2 x 2 | 93.3 | 72, 78, 97; five times 100 |
# | map, 4 x 4 | 60.2 | 34 to 87 |
# | map, 8 x 8 | 31.8 | 30 to 37 |
# | spatial branch as posted, without the softmax | 91.9 | 65, 70; six times 100 |
# | channel branch | 92.1 | 67, 69; six times 100 |
# | the same with a plain mean in place of its softmax | 95.6 | 65; seven times 100 |
# | parallel | 83.3 | 65, 66, 67, 69; four times 100 |
# | sequential | 100.0 | eight times 100 |
# | the authors' code, parallel | 95.8 | 75, 92; six times 100 |
# | the authors' code, sequential | 98.8 | 94 to 100 |
# | lesson 01's SE with r = 2 and biases | 84.4 | 30, 66, 87, 93; four times 100 |
#
# An earlier measurement had one stuck run less in "channel", and one less in "parallel".
# So do not read anything into one run.

# %% [markdown]
# - **The channel branch answers as well**, though the question is a place.
#   It turns *colours* on and off, everywhere at once, and the features know where each colour is.
#   Its softmax pooling buys nothing here: a plain mean does as well.
#   (SE, which has a mean too, is less steady.
#   It has no LayerNorm; whether that is why, we did not test.)
# - **Both branches are not better than one.** Parallel gets stuck four times with two of the three colours (2/3 is 67 %).
#   Sequential never does.
#   A guess: in a sum, a position is closed only if *both* branches close it.
#   The paper reports marginal differences between its layouts, on large networks; eight runs of a toy do not contradict it.
# - **Without the softmax** two runs of eight get stuck, with it none.
#   That may be luck.
# - **The fine map matters because the gate has the last word.**
#   We put one more 3 x 3 convolution, BatchNorm and ReLU behind it (question 7).
#   Then even the map of 8 x 8 cells reached 78 % in the mean of eight runs (55 to 100), where it has about 32 % without.
# - The paper promises 2 to 4 points on pose estimation and segmentation.
#   A user who tried it on pose [found none](https://github.com/DeLightCMU/PSA/issues/9).
#   We measured neither.

# %% [markdown]
# ## 10. Paper against code
#
# | | the paper | the authors' code, parallel | the authors' code, sequential | here |
# |---|---|---|---|---|
# | softmax of the spatial branch | over the query's C // 2 channels, before the product | over the H · W positions, after the product | over the H · W positions, on the value | as the paper |
# | between mean and gates of the channel branch | `wz`; in its figure, a LayerNorm too | `wz` alone | C // 2 → C // 8, LayerNorm, ReLU, C // 8 → C | as the paper |
# | biases | not said | none | only in that little network | everywhere |
# | parameters, 64 channels | not said | 8,256 | 7,064 | 8,545, in both layouts |
#
# So "PSA" is the name of three modules.
# The formulas of the paper, which the re-implementation of section 7 follows, are none of the two that its authors published.
# This course's reference library keeps theirs as `AuthorsPolarized`; it is no exercise.
# It reproduces what their code computes, gradients included, to ten decimals.

# %% [markdown]
# ## 11. Questions to think about
#
# 1. Shuffle the positions of x.
#    What do the channel gates do, and what does the map?
#    Then shuffle the *channels*.
# 2. In the spatial branch, take the mean of x before `wq` in place of after it.
#    What changes in the result, and what in the cost?
# 3. The same trick in the channel branch: may the weighted mean be taken of x, before `wv`?
#    Why are the weights' sum and `wv`'s bias part of the answer?
# 4. A map of one position (H = W = 1): what are the channel branch's weights, and what is left of the branch?
# 5. Half of the channels are kept inside.
#    What would you lose with C // 16, and what does the experiment's task need at least?
# 6. Exhibit B's map can emphasise one position by at most 0.73 / 0.5.
#    Design a task on which that is enough.
# 7. In `network`, put a 3 x 3 convolution, BatchNorm and ReLU between `attention` and the last layer, and run the experiment again.
#    Coarse maps recover.
#    How can a map that cannot tell the dots apart still tell the next layers the colour?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. Positions: the gates stay, the map is shuffled along.
#    Channels: both change in no simple way, since each weight of a 1 x 1 convolution belongs to a channel.
# 2. Nothing in the result: a mean and a linear layer can change places.
#    The cost falls from C · C // 2 multiply-adds a position to as many in all.
# 3. Yes: the weighted mean of `wv(x)` is `wv` of the weighted mean of x.
#    The bias is added to each value, so its weighted mean is the bias times the sum of the weights: right where that sum is 1.
# 4. The only weight is 1.
#    What is left is `wv`, `wz`, LayerNorm and a sigmoid; `wq` does nothing and learns nothing.
# 5. A narrow passage, as in SE.
#    With one value channel (here C // 16) the spatial branch cannot work at all, and it stays at a guess.
#    A softmax over one number is 1, so the image has no say.
#    The channel branch still answered in most of our runs with one: three colours fit into one number.
# 6. Any in which only the *order* counts, such as a peak among candidates that are otherwise equal: a small lead is enough.
# 7. By how bright it is as a whole: one level for red, another for green.
#    That level is in every feature, everywhere, and a layer with a ReLU can compare it with something.
# </details>

# %% [markdown]
# ## 12. References
#
# - H. Liu, F. Liu, X. Fan, D. Huang: *Polarized Self-Attention: Towards High-quality Pixel-wise Regression*.
#   2021, [arXiv:2107.00782](https://arxiv.org/abs/2107.00782).
#   Authors' code: [DeLightCMU/PSA](https://github.com/DeLightCMU/PSA).
# - S. Woo, J. Park, J.-Y. Lee, I. S. Kweon: *CBAM*, ECCV 2018, [arXiv:1807.06521](https://arxiv.org/abs/1807.06521): a gate and a map, made otherwise.
# - The post of section 7: 《…极化自注意力，更精细的双重注意力建模结构》.
# - Photographs: sources and licences stand in `attention_lab/photos/CARD.md`.
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
