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
# *Every position asks every other position, every channel asks every other channel.*
#
# **After this lesson you will be able to**
#
# - build attention between the positions of an image, and show where a position looks;
# - say of any attention module which things its matrix compares, from the shape alone;
# - notice when a parameter that starts at zero makes a wrong module look right.
#
# **You need** lesson 00 (attention on three words) and lesson 04 (padding, dilation, how far a position sees; here it sees everything).
# **Difficulty** 4 of 5.
#
# | part | minutes |
# |---|---|
# | the problem, the idea | 12 |
# | exercise 1, `PositionAttention` (3 points) | 25 |
# | where does it look? why gamma starts at zero | 25 |
# | two matrices; exercise 2, `ChannelAttention` (2 points) | 30 |
# | exercise 3, `DANetHead` (2 points) | 20 |
# | the bug museum | 15 |
# | the experiment | 25 |
# | paper against code, questions | 30 |

# %%
import math
from functools import cache

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress
from attention_lab.data import photo_patches, photograph
from attention_lab.pictures import (PAPER, heat_map_over, predict_then_run, score_bars,
                                    show_images)
from attention_lab.training import compare, train

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# ## 1. A map and its legend
#
# Each picture below is a small map: a grey photograph with coloured fields.
# At the left edge stands the legend.
# It says which colour means black and which means white.
# Your task, for each field: black or white?
#
# Colours and legend are new in every map, so there is nothing to learn by heart.
# (The cell makes maps; you need not read it closely.)

# %%
SIDE = 24


def hue(turn):
    """Colours on a circle of equal brightness: (...,) in turns -> (..., 3)."""
    return 0.5 + 0.5 * torch.cos(2 * math.pi * (turn[..., None] - torch.arange(3) / 3))


def painted(grey, colours, classes, fields, seed):
    """Legend and fields on grey photographs (n, H, W): maps (n, 3, H, W), labels (n, H/2, W/2).

    colours: (n, 2, 3). classes: (n, 2), 0 is black. fields: (row, column, entry), each (n,):
    the middle of a field of 5 x 5 pixels and its entry in the legend.
    """
    n, height, width = grey.shape
    picture = (0.2 + 0.6 * grey)[..., None].repeat(1, 1, 1, 3)
    label, every = torch.zeros(n, height, width, dtype=torch.long), torch.arange(n)
    for entry in range(2):
        top = (1 + 2 * entry) * height // 6 - 3
        picture[:, top:top + 5, 1:4] = colours[:, entry, None, None]
        picture[:, top:top + 5, 4:7] = classes[:, entry, None, None, None].float()
    y, x = torch.arange(height)[:, None], torch.arange(width)
    for row, column, entry in fields:
        near = [(a - b[:, None, None]).abs() <= 2 for a, b in ((y, row), (x, column))]
        field = near[0] & near[1]
        picture = torch.where(field[..., None], colours[every, entry][:, None, None], picture)
        label = torch.where(field, classes[every, entry][:, None, None] + 1, label)
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(seed))
    return (picture + 0.05 * noise).movedim(3, 1), label[:, ::2, ::2].contiguous()


def maps(n, seed, split="train"):
    """Maps with four fields (n, 3, 24, 24); labels (n, 12, 12): 0 ground, 1 black, 2 white."""
    g = torch.Generator().manual_seed(seed)
    ground = F.avg_pool2d(photo_patches(split, 2 * SIDE).mean(1), 2)
    grey = ground[torch.randint(len(ground), (n,), generator=g)]
    colours = hue(torch.rand(n, 1, generator=g) + torch.arange(2) / 2)  # opposite colours
    classes = torch.rand(n, 2, generator=g).argsort(1)
    fields = [(torch.randint(3, SIDE - 3, (n,), generator=g),
               torch.randint(11, SIDE - 3, (n,), generator=g),
               torch.randint(2, (n,), generator=g)) for _ in range(4)]
    return painted(grey, colours, classes, fields, seed)


pictures, labels = maps(4000, seed=1)
show_images(pictures[:6].clamp(0, 1), columns=6)

# %% [markdown]
# You look at a field, search the legend for its colour, and read what stands beside it.
# The answer for one position stands at *another* position, and which one it is depends on the picture.
# Lesson 04 made windows wider.
# A window alone does not help here, because its weights are the same for every map.
# It would have to know which of the things that it sees is meant.

# %% [markdown]
# ## 2. The idea
#
# Fu and others (2019) let each position ask all positions, as the words in lesson 00 do.
# Each position has a **query** (what it would like to find), a **key** (by which it is found) and a **value** (what it tells).
# What a position gathers is added to its features.
#
# ![Position attention: from x three 1 x 1 convolutions give queries (B, N, C/r), keys (B, C/r, N) and values (B, C, N). Queries times keys and a softmax along each row give A (B, N, N). The values times A transposed give (B, C, H, W), which is multiplied by gamma and added to x.](figures/position_attention.svg)
#
# | in words | in code | shape |
# |---|---|---|
# | one list of all positions, N = H · W, row by row | `.flatten(2)` | (B, C, H, W) → (B, C, N) |
# | query of j times key of i | `queries @ keys` | (B, N, N) |
# | $A_{ji}$: how position j weighs position i | softmax along each row | (B, N, N) |
# | $\sum_i A_{ji} V_i$: what j gathers | V Aᵀ: the values times A, its last two axes exchanged | (B, C, N) |
# | $x + \gamma \cdot$ gathered | one learned number $\gamma$ | (B, C, H, W) |
#
# Unlike lesson 00, DANet does **not** divide the products by $\sqrt{D}$.

# %% [markdown]
# ## 3. Exercise 1: `PositionAttention`
#
# Three 1 x 1 convolutions with bias: `query` and `key` to C // r channels, `value` to C.
# And `gamma`, an `nn.Parameter(torch.zeros(1))`.
#
# `attention(x)` returns A, (B, N, N).
# Row j holds the weights of position j and sums to 1.
# `forward(x)` returns x + γ · gathered.
#
# Worked example: one channel, two positions, x = (0, 2).
# Let `query` multiply by 1, `key` by ln(3) / 4, `value` by 4, without biases.
# Position 1 has query 2; with the keys (0, ln(3) / 2) its products are 0 and ln 3, so its weights are (1/4, 3/4).
# Position 0 has query 0: (1/2, 1/2).
# The values are (0, 8): position 0 gathers 4, position 1 gathers 6.
# With γ = 0.5 the output is (0 + 2, 2 + 3) = (2, 5).
#
# A bare `exp` of large products overflows, torch's softmax does not.
# Where C // r is 0, raise the usual `ValueError` with both numbers.
# Maps need not be square.

# %% exercise
class PositionAttention(nn.Module):
    """x + gamma * (what each position gathers from all), (B, C, H, W) -> (B, C, H, W).

    query, key: 1 x 1 nn.Conv2d to channels // reduction; value: 1 x 1 nn.Conv2d to channels.
    gamma: nn.Parameter(torch.zeros(1)).
    Raises ValueError, with both numbers in the message, where channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))
        ### END SOLUTION

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, N, N): row j is how position j weighs all positions."""
        ### BEGIN SOLUTION
        q = self.query(x).flatten(2).transpose(1, 2)  # (B, N, C // r)
        k = self.key(x).flatten(2)  # (B, C // r, N)
        return (q @ k).softmax(dim=-1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        v = self.value(x).flatten(2)  # (B, C, N)
        gathered = v @ self.attention(x).transpose(1, 2)
        return x + self.gamma * gathered.view_as(x)
        ### END SOLUTION


# %% points=3
check(PositionAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape behind each line.
# (B, N, D) @ (B, D, N) gives (B, N, N).
# What has to be transposed for that, and what for the last product?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# With the values as (B, C, N), output j is the sum over i of V[:, i] · A[j, i].
# A matrix product runs over the *rows* of its second factor, so A must be turned: `.transpose(1, 2)`.
# Afterwards `.view_as(x)` cuts N into H rows of W again.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `attention`: queries, keys, and a return with one product and one softmax.
# `forward`: values, what is gathered, and `x + self.gamma * ...`.
# </details>

# %% [markdown]
# ## 4. Where does it look?
#
# Train your module on the maps, in a small network.
# It has two convolutions, your `PositionAttention`, one more convolution, and scores for ground, black and white.
# (500 steps, a few seconds on an idle machine.)

# %% tags=["experiment"]
CHANNELS = 32
RARE = torch.tensor([0.2, 1.0, 1.0])  # most of a map is ground: it counts less


def layer(inputs, outputs, stride=1, dilation=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU())


def network(middle):
    """Scores (B, 3, H/2, W/2) for the positions of a map (B, 3, H, W)."""
    return nn.Sequential(layer(3, CHANNELS, stride=2), layer(CHANNELS, CHANNELS), middle,
                         layer(CHANNELS, CHANNELS), nn.Conv2d(CHANNELS, 3, 1))


def learn(model, seed):
    return train(model, pictures, labels, loss=lambda s, y: F.cross_entropy(s, y, RARE),
                 epochs=2, batch_size=16, peak_rate=5e-3, seed=seed)


@cache
def looking():
    """The small network with your module, trained once."""
    torch.manual_seed(0)
    return learn(network(PositionAttention(CHANNELS, reduction=4)), seed=0)


print(f"gamma has gone from 0 to {looking()[2].gamma.item():.2f}")

# %% [markdown]
# Now give it a map of another size, 48 x 72, painted on a photograph that it has never seen.
# Which way does the field at row 10, column 30 look?
# Guess, then run.
# Then choose other positions in the call: a field, the legend, the roof.

# %% tags=["experiment"]
def large_map(name, seed=3):
    """A map (1, 3, 48, 72) on a photograph: four fields, two of each colour."""
    grey = F.adaptive_avg_pool2d(photograph(name).mean(0, keepdim=True), (48, 72))
    g = torch.Generator().manual_seed(seed)
    colours = hue(torch.rand(1, 1, generator=g) + torch.arange(2) / 2)
    classes = torch.rand(1, 2, generator=g).argsort(1)
    places = torch.tensor([(10, 30, 0), (12, 60, 1), (34, 40, 1), (38, 62, 0)])
    return painted(grey, colours, classes, places[..., None], seed)[0]


def look(name, row, column):
    """Where the position at this pixel of the map looks: its row of A, over the photograph."""
    picture = large_map(name)
    with torch.no_grad():
        weights = looking()[2].attention(looking()[:2](picture))[0]  # (N, N)
    height, width = picture.shape[2] // 2, picture.shape[3] // 2
    chosen = weights[row // 2 * width + column // 2].view(height, width)
    upper, lower = (100 * chosen[top:top + 4, :4].sum() for top in (2, 10))
    print(f"weight on the legend: upper entry {upper:.0f} %, lower entry {lower:.0f} %")
    title = "a row of A; features trained on other maps in the cell above"
    return heat_map_over(picture[0].clamp(0, 1), chosen, mark=(row, column), title=title)


look("china", row=10, column=30)

# %% tags=["experiment"]
look("china", row=34, column=40)

# %% [markdown]
# Each field looks past the photograph and past the other fields, at the seam in the legend where a colour meets its answer.
# Nobody told it about legends.
#
# But look at *which* entry.
# In our run a red field looks at the entry of the other colour!
# With two entries that tells as much: what the other one is, this one is not.
# Which it becomes depends on the seed.
# We tried five seeds.
# In two, each field looked at the entry of the other colour; in two, at its own; and in one, both fields looked at the same entry.
# A map of weights says where an answer is read.
# It does not say what is alike, and it does not say what is made of it.
#
# N here is 24 · 36 = 864; in training it was 144.
# The layers do not care: nothing in them has the size N.

# %% [markdown]
# ## 5. Why gamma starts at zero
#
# In the beginning gamma is 0, so the module returns x, whatever it gathers.
# You can put it into the middle of a trained network and nothing breaks.
# The network learns how much of it to let in.
# (It comes from SAGAN, an image generator of 2018.)
#
# It has a price for whoever writes the module.
# Here are four ways to gather.
# *Before you run it, for each of them: does the output differ from your module's, with gamma at 0?
# And at 0.5?*

# %%
torch.manual_seed(0)
x, module = torch.randn(2, 16, 3, 4), PositionAttention(16, reduction=4)
suspects = {
    "V Aᵀ": lambda v, a: v @ a.transpose(1, 2),
    "V A": lambda v, a: v @ a,
    "A Vᵀ": lambda v, a: a @ v.transpose(1, 2),
    "noise": lambda v, a: torch.randn_like(v),
}
for gamma in (0, 0.5):
    nn.init.constant_(module.gamma, gamma)
    print(f"gamma = {gamma}")
    for name, gather in suspects.items():
        gathered = gather(module.value(x).flatten(2), module.attention(x))
        y = x + module.gamma * gathered.reshape(x.shape)
        print(f"    {name:6s} differs by {(y - module(x)).abs().max():.2f}")

# %% [markdown]
# At gamma 0 even noise passes.
# At 0.5 the second shows that it takes columns of A for rows, the third that it mixes up channels and positions.
# A test of a fresh module, "the output has the right shape, the numbers agree with the published ones", tests nothing but x = x.
# This is why the checks of this lesson give `gamma` another value first.
# (Two do not: one asks whether a fresh module returns x, one which gradients arrive where gamma is 0.)
# Do the same in your own tests: *set every parameter to something that is not its first value.*
#
# **Predict, then run.** The module has 7 parameter tensors: three weights, three biases, gamma.
# How many of them receive a gradient other than zero in the very first step, with gamma 0?
# And with gamma 0.5?

# %%
predicted = {"gamma = 0": None, "gamma = 0.5": None}

torch.manual_seed(0)
measured = {}
for gamma in (0, 0.5):
    module = PositionAttention(16, reduction=4).double()
    nn.init.constant_(module.gamma, gamma)
    module(torch.randn(2, 16, 3, 4).double()).square().sum().backward()
    moved = [name for name, p in module.named_parameters() if p.grad.abs().max() > 1e-9]
    measured[f"gamma = {gamma}"] = len(moved)
predict_then_run(predicted, measured, unit="parameter tensors with a gradient")

# %% [markdown]
# <details><summary>Why</summary>
#
# With gamma 0 everything gathered is multiplied by 0, and so is its gradient: only gamma itself learns in the first step.
# Then the others follow.
#
# With gamma 0.5 it is 6, not 7.
# The bias of `key` adds the same number to all products of one query, and a softmax does not notice what is added to a whole row.
# It could be left out.
# </details>

# %% [markdown]
# ## 6. Two matrices
#
# DANet's second branch asks the same question of the channels: which channels belong together in *this* image?
# It has no layers.
# Each channel, as a list of N numbers, is query, key and value at once.
#
# ![One image with 3 channels of 2 x 2 positions. As X (C, N) it is 3 x 4. X transposed times X compares columns, the positions: 4 x 4, N x N. X times X transposed compares rows, the channels: 3 x 3, C x C.](figures/two_matrices.svg)
#
# Check one number of each by hand: positions a and c are (2, 0, 1) and (1, 0, 1), 2 · 1 + 1 · 1 = 3.
# Channels 0 and 2 are (2, 0, 1, 0) and (1, 0, 1, 0): 3.
# Channels 0 and 1 are never active together: 0.
#
# **Predict, then run.** How many numbers has each matrix, for 64 channels on a map of 32 x 32?
# And on one of 64 x 64?

# %%
predicted = {"positions, 32 x 32": None, "channels, 32 x 32": None,
             "positions, 64 x 64": None, "channels, 64 x 64": None}

measured = {}
for side in (32, 64):
    channels_first = torch.randn(64, side, side).flatten(1)
    measured[f"positions, {side} x {side}"] = (channels_first.T @ channels_first).numel()
    measured[f"channels, {side} x {side}"] = (channels_first @ channels_first.T).numel()
predict_then_run(predicted, measured, unit="numbers in the matrix")

# %% [markdown]
# ## 7. Exercise 2: `ChannelAttention`
#
# The only parameter is `gamma`, as before.
# With X = x as (B, C, N):
#
# - E = X Xᵀ, (B, C, C), the **energies**, without any scale;
# - `attention(x)` returns A, the softmax of E along its last axis;
# - `forward(x)` returns x + γ · (A X), in x's shape.
#
# `ChannelAttention(negate=True)` is what the authors' code does: in the place of E stands max(E) - E, with the maximum of each row.
# (Section 8 asks why.)
#
# Worked example: two channels, X = (1, 0) and (1, 1).
# E is (1, 1) and (1, 2).
# Row 0 has two equal energies: weights (1/2, 1/2), and it gathers (1, 1/2).
# Row 1: (0.27, 0.73), and it gathers (1, 0.73).
# Negated, row 1 is (2 - 1, 2 - 2) = (1, 0): weights (0.73, 0.27), and it gathers (1, 0.27).

# %% exercise
class ChannelAttention(nn.Module):
    """x + gamma * (what each channel gathers from all), (B, C, H, W) -> (B, C, H, W).

    gamma: nn.Parameter(torch.zeros(1)). negate: weigh by max(E) - E in the place of E.
    """

    def __init__(self, negate: bool = False) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))
        ### END SOLUTION

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, C): row i is how channel i weighs all channels."""
        ### BEGIN SOLUTION
        energy = x.flatten(2) @ x.flatten(2).transpose(1, 2)
        if self.negate:
            energy = energy.amax(dim=-1, keepdim=True) - energy
        return energy.softmax(dim=-1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        gathered = self.attention(x) @ x.flatten(2)
        return x + self.gamma * gathered.view_as(x)
        ### END SOLUTION


# %% points=2
check(ChannelAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# (B, C, N) @ (B, N, C) gives (B, C, C).
# Here A stands in front, A X, and is not transposed: row i belongs to channel i.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `energy.amax(dim=-1, keepdim=True)` has shape (B, C, 1), so that it broadcasts along each row.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `attention`: the energies, one `if`, a return with a softmax.
# `forward`: one product, one sum.
# </details>

# %% [markdown]
# ## 8. The sign that nobody expects
#
# max(E) - E turns the order around: the *least* similar channels get the largest weights.
# The maximum has no part in it: it is one number for a whole row, and a softmax does not notice what is added to a row.
# The weights are those of -E.
#
# Readers have [asked](https://github.com/CASIA-IVA-Lab/DANet/issues/62) and [asked](https://github.com/CASIA-IVA-Lab/DANet/issues/106) whether it is a slip.
# After all, E - max(E) is a common way to keep a softmax from overflowing, and changes no weight.
# The authors tried that form and [answered](https://github.com/CASIA-IVA-Lab/DANet/issues/48) that it did not do well.
#
# What do the two forms look at?
# Take the features of your trained network, before its attention, and measure.

# %% tags=["experiment"]
new, truth = maps(500, seed=2, split="test")
with torch.no_grad():
    x = looking()[:2](new[:64])  # (64, 32, 12, 12)
both = {"paper: softmax(E)": ChannelAttention(),
        "code: softmax(max(E) - E)": ChannelAttention(negate=True)}
figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.7), facecolor=PAPER, layout="constrained")
for axis, (name, module) in zip(axes, both.items()):
    weights = module.attention(x)
    itself = weights.diagonal(dim1=1, dim2=2).mean()
    print(f"{name:26s} the largest weight of a row: {weights.amax(-1).mean():.2f},",
          f"a channel's weight for itself: {itself:.2f}")
    drawn = axis.imshow(weights[0].detach(), cmap="Oranges", vmin=0, vmax=1)
    axis.set(title=f"{name}, one map", xlabel="channel that is weighed",
             ylabel="channel that asks")
figure.colorbar(drawn, ax=axes, label="weight (features trained above)")
plt.show()

# %% [markdown]
# An energy is a sum over all positions, without a scale.
# Energies are therefore large and far apart, and a softmax of such numbers is nearly one-hot.
# In the paper's form nearly all weight lies on one channel, more often than not the channel itself: A X is hardly more than copies of x.
# Turned around, a channel hardly ever looks at itself in these features.
# It spreads its weight over several others, and brings in what it does not have.
#
# The sign of what it brings is left open: gamma may become negative.
# Section 11 measures what each form can learn; it is *our* measurement of one task.
# The authors' own reason we know only from a [reader of theirs](https://github.com/dmlc/gluon-cv/issues/1444): it keeps the loss from diverging.

# %% [markdown]
# ## 9. Exercise 3: `DANetHead`
#
# The published head.
# A **backbone** (a network made for images) gives features; the head gives **logits**, scores of each class for each position.
#
# ![From x two branches start: position_in, position, position_out, and channel_in, channel, channel_out. classify_position and classify_channel read one branch each, classify_fused reads their sum.](figures/head.svg)
#
# inter stands for in_channels // 4:
#
# - `position_in`, `channel_in`: conv-BN-ReLU, in_channels to inter; `position_out`, `channel_out`: the same, inter to inter.
#   Each is a `Sequential` of a 3 x 3 `Conv2d` without bias that keeps H and W, `BatchNorm2d`, `ReLU`;
# - `position = PositionAttention(inter)`, `channel = ChannelAttention(negate=True)`;
# - `classify_fused`, `classify_position`, `classify_channel`: `Sequential` of `Dropout2d(0.1)` and a 1 x 1 `Conv2d` to num_classes.
#
# `classify_fused` reads the *sum* of the two branches.
# Return a tuple: fused, position, channel.
# With fewer than 32 channels `PositionAttention` raises its `ValueError`: let it.
#
# Worked example, `DANetHead(32, 5)` and x of shape (2, 32, 6, 9): both branches (2, 8, 6, 9) throughout; three logits of (2, 5, 6, 9).

# %% exercise
class DANetHead(nn.Module):
    """Three logits from features (B, in_channels, H, W): fused, position, channel.

    Each is (B, num_classes, H, W). position_in, channel_in, position_out, channel_out:
    conv-BN-ReLU; position, channel: the attentions; classify_fused, classify_position,
    classify_channel: nn.Dropout2d(0.1) and a 1 x 1 convolution.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        inter = in_channels // 4

        def block(inputs):
            return nn.Sequential(nn.Conv2d(inputs, inter, 3, padding=1, bias=False),
                                 nn.BatchNorm2d(inter), nn.ReLU())

        def classifier():
            return nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

        self.position_in, self.channel_in = block(in_channels), block(in_channels)
        self.position, self.channel = PositionAttention(inter), ChannelAttention(negate=True)
        self.position_out, self.channel_out = block(inter), block(inter)
        self.classify_fused = classifier()
        self.classify_position = classifier()
        self.classify_channel = classifier()
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        ### BEGIN SOLUTION
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)
        ### END SOLUTION


# %% points=2
check(DANetHead)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Four conv-BN-ReLU blocks differ in one number, three classifiers differ in nothing.
# A small helper function for each saves most of the typing.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A 3 x 3 kernel keeps a map's size with `padding=1` (lesson 04).
# Each branch is three calls inside one another.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: inter, two helpers, nine attributes.
# `forward`: one line for each branch, one `return` with three calls.
# </details>

# %% [markdown]
# **The number of the authors' code.** Take the 2048 channels of a ResNet and the 19 classes of Cityscapes, street scenes.
# For these their head has 23,954,619 parameters.
# Yours?
# And which part of it is the attention?
# Guess a percentage first.

# %%
def count(module):
    return sum(p.numel() for p in module.parameters())


head = DANetHead(2048, 19)
attentions = count(head.position) + count(head.channel)
print(f"DANetHead(2048, 19): {count(head):,} parameters")
print(f"the two attentions: {attentions:,}, {100 * attentions / count(head):.1f} %")

# %% [markdown]
# Nearly all of it is in the 3 x 3 convolutions around the attentions, of which channel attention has a single parameter.
# Keep it in mind when a table says that "dual attention" improves a network: part of the improvement may be the convolutions'.

# %% [markdown]
# ## 10. The bug museum
#
# ### Exhibit A: N x N or C x C?
#
# *Symptom.* A widely read Chinese post of 2021 explains the channel branch so: make Q, K and V of the features.
# Then Q transposed times K, "that is (C x N) times (N x C)", gives "the N x N matrix of similarities between pixels".
# Two of these statements cannot both be true.
# Here is the sentence as code:

# %%
def posted_energy(x):
    q = k = x.flatten(2)  # (B, C, N)
    return q.transpose(1, 2) @ k

# %% [markdown]
# Which statement is wrong?
# Measure the shape for an image of 3 channels and 4 x 5 positions.
# Then repair the cell above, until the next one says yes.

# %%
x = torch.randn(1, 3, 4, 5)
energy = posted_energy(x)
print("the energies have shape", tuple(energy.shape))
same = energy.shape == (1, 3, 3) and torch.allclose(
    energy.softmax(-1), ChannelAttention().attention(x), atol=1e-5)
print("Is it the channel branch?", "Yes." if same else "No, not yet.")

# %% [markdown]
# <details><summary>What is wrong, and where it was seen</summary>
#
# (C x N) times (N x C) is C x C: that half of the sentence is right, and it is Q times K *transposed*.
# "Q transposed times K" and "N x N" describe the position branch, from which the paragraph seems to have been copied.
# A matrix that mixes channels must be as large as there are channels.
# One line would have shown it: `print(energy.shape)`.
# </details>
#
# ### Exhibit B: a change that few notice
#
# *Symptom.* An early TensorFlow version of SAGAN's attention, rebuilt.
# Output shape right, rows sum to 1, it trains.
# But what happens far away in another row of the image changes nothing.

# %%
def exhibit_b(q, k, v):  # each (B, H, W, C), channels last
    weights = (q @ k.transpose(-1, -2)).softmax(dim=-1)
    return weights @ v


torch.manual_seed(0)
q, k, v = torch.randn(3, 1, 4, 6, 8)
changed = v.clone()
changed[0, 3] += 1  # the last row of the image
moved = (exhibit_b(q, k, changed) - exhibit_b(q, k, v)).abs().amax(-1)[0] > 1e-6
print("positions that notice:\n", moved.int())

# %% [markdown]
# Print the shape of `weights`, and you have it.
# Repair the cell until all 24 positions notice.
#
# <details><summary>What is wrong, and where it was seen</summary>
#
# A product of tensors with four axes runs over the last two.
# So the weights are (B, H, W, W), and each position asks the W positions of its own row.
# First make one list: `q.flatten(1, 2)`, (B, N, C), for all three, and at the end `.view_as(v)`.
# Reported and mended in [taki0112/Self-Attention-GAN-Tensorflow, issue 3](https://github.com/taki0112/Self-Attention-GAN-Tensorflow/issues/3).
# (It is not always a mistake: attention along rows and columns is an idea of its own, of CCNet for instance.)
# </details>
#
# ### Exhibit C: 49 and 512
#
# *Symptom.* "The DANet module: when I change h and w of the features, it is wrong.
# Why?"

# %%
class Part(nn.Module):
    def __init__(self, d_model=512, H=7, W=7):
        super().__init__()
        self.conv = nn.Conv2d(d_model, d_model, 3, padding=1)
        self.mix = nn.Linear(H * W, H * W)

    def forward(self, x):
        return self.mix(self.conv(x).flatten(2)).view_as(x)


class ExhibitC(nn.Module):
    def __init__(self, d_model=512, H=7, W=7):
        super().__init__()
        self.part = Part(d_model=512, H=7, W=7)

    def forward(self, x):
        return self.part(x)


for channels, side in ((512, 7), (512, 14), (256, 7)):
    try:
        shape = ExhibitC(channels, side, side)(torch.randn(1, channels, side, side)).shape
        print(f"{channels} channels, {side} x {side}: runs, {tuple(shape)}")
    except RuntimeError as error:
        message = str(error).replace(", expected", ",\n    expected")
        print(f"{channels} channels, {side} x {side}:\n    {message}")

# %% [markdown]
# 49 is 7 · 7, and 512 is written nowhere in the last call.
# Repair one line, until all three run.
#
# <details><summary>What is wrong, and where it was seen</summary>
#
# The outer class takes three arguments and hands on none of them: `Part(d_model, H, W)`.
# The file's own test uses 512 channels and 7 x 7, so it ran.
# Seen in [External-Attention-pytorch, issue 56](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/56), the collection that you met in lesson 04.
#
# Even repaired, a layer with H · W inputs fits one image size only.
# DANet's attention has no such layer.
# Nor has that file a gamma or a shortcut: what is called DANet there is another module.
# </details>

# %% [markdown]
# ## 11. The experiment: can it read the legend?
#
# | arm | between the second and the third convolution |
# |---|---|
# | no attention | nothing |
# | wide window | two more convolutions, dilated (lesson 04): a position sees 35 x 35 pixels, the legend from nearly every field |
# | mean of all | `PositionAttention`'s parameters, but every position gathers the same plain mean |
# | position | your `PositionAttention` |
# | channel, paper | your `ChannelAttention()` |
# | channel, code | your `ChannelAttention(negate=True)` |
#
# Two runs each, about 25 s on an idle machine.
# The score: right positions among those of the fields, on maps over new photographs.
# A guess is right in 1 of 2.
# And the sharpest control needs no training: **another map's weights**.
# The trained network reads each map with the A of its neighbour in the batch.
# If the score stays, A was not used.
#
# *Before you run it: write down a score for each arm, and for the last three another one, with the weights of another map.*

# %% tags=["experiment"]
class Position(PositionAttention):
    borrowed = False  # use the weights of another map of the batch?

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        weights = self.attention(x).roll(1, 0)
        return x + self.gamma * (self.value(x).flatten(2) @ weights.mT).view_as(x)


class Channel(ChannelAttention):
    borrowed = False

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        return x + self.gamma * (self.attention(x).roll(1, 0) @ x.flatten(2)).view_as(x)


class MeanOfAll(PositionAttention):
    def forward(self, x):
        return x + self.gamma * self.value(x).mean((2, 3), keepdim=True)


arms = {
    "no attention": nn.Identity,
    "wide window": lambda: nn.Sequential(layer(CHANNELS, CHANNELS, dilation=2),
                                         layer(CHANNELS, CHANNELS, dilation=4)),
    "mean of all": lambda: MeanOfAll(CHANNELS, reduction=4),
    "position": lambda: Position(CHANNELS, reduction=4),
    "channel, paper": lambda: Channel(),
    "channel, code": lambda: Channel(negate=True),
}
FIELDS = truth > 0


def right_on_fields(scores):
    return 100 * (scores.argmax(1) == truth)[FIELDS].float().mean().item()


# %% tags=["experiment"]
@cache
def trained(arm, seed):
    return learn(network(arms[arm]()), seed)


def run(arm, seed):
    model = trained(arm, seed)
    scores = {}
    for borrowed, measure in ((False, "right on fields"), (True, "A of another map")):
        model[2].borrowed = borrowed
        with torch.no_grad():
            scores[measure] = right_on_fields(model(new))
    model[2].borrowed = False
    return scores


results = compare(arms, seeds=range(2), run=run)
results

# %% tags=["experiment"]
sizes = {arm: count(network(middle())) for arm, middle in arms.items()}
for arm, control in (("position", "no attention"), ("position", "wide window"),
                     ("position", "mean of all"), ("channel, code", "channel, paper")):
    matters = results.lead(arm, control) > 2 and results.mean(arm) - results.mean(control) > 5
    print(f"'{arm}' is {'clearly' if matters else 'not clearly'} ahead of '{control}'")
for arm in ("position", "channel, code"):
    print(f"'{arm}' with the A of another map: {results.mean(arm, 'A of another map'):.0f} %")
score_bars(results, "right positions on fields of new maps (%)", highlight="position",
           parameters=sizes, baselines={"a guess": 50})

# %% [markdown]
# **Read it.** Two arms read the legend, and both read all of it.
# The wide window reaches the legend from nearly every field and has almost twice the parameters, but it stays at a guess.
# So does the mean of all positions, with the very parameters of position attention.
# With the A of another map both winners fall back to a guess: the answer comes through A.
#
# **Channel attention** needs no N x N map for it, and one parameter.
# Its C x C matrix says which channels are active together in *this* map, "this colour beside white".
# It applies that at every position: a 1 x 1 convolution made anew for each image.
# But only in the code's form.
# The paper's stays at a guess.
# Is it because its rows are nearly one-hot, or because a channel looks at itself?
# We tried beforehand, one or two runs each: E / N; E without its diagonal; both.
# All stayed at a guess, and so did the *negated* form with E / N.
# So neither explains it alone, and why the code's form learns we do not know.

# %% [markdown]
# Be honest.
# The task is *made* for a look-up, and 500 steps of a small network say nothing about photographs.
# And it is close to a cliff: for a long time every arm is at a guess, then the look-up appears all at once.
# With two colours both winners got there in every run that we made (three and four seeds).
# We also tried *three* colours and answers (2000 maps, 500 steps).
# Position attention got 100, 69 and 67 % in three runs, and the code's channel attention 99 and 33 % in two.

# %% [markdown]
# ### Every class counts: IoU
#
# Segmentation is not scored by the share of right positions: 85 % of these maps are ground.
# The usual score is **IoU**, intersection over union, for each class.
# It counts the positions that are of this class *and* are called so, divided by those that are *or* are called so.
# Then the mean over the classes.
#
# Worked example: 10 positions are white, 8 are called white, 6 are both.
# The union is 12, the IoU 0.5.
#
# **Predict, then run.** An arm finds every field, and for each position of one it tosses a coin: black or white?
# What is its IoU for ground, and what for black?

# %% tags=["experiment"]
predicted = {"ground": None, "black": None}

NAMES = ("ground", "black", "white")


def iou(called, truth):
    """Intersection over union for each class: a list of three numbers."""
    return [((called == n) & (truth == n)).sum().item()
            / ((called == n) | (truth == n)).sum().item() for n in range(len(NAMES))]


coin = torch.where(truth > 0, torch.randint(1, 3, truth.shape), 0)
predict_then_run(predicted, dict(zip(predicted, iou(coin, truth))), unit="IoU")

# %% tags=["experiment"]
print(f"{'seed 0':17s} right positions  IoU:", *(f"{name:>7s}" for name in NAMES), "   mean")
for arm in arms:
    with torch.no_grad():
        called = trained(arm, 0)(new).argmax(1)
    right, each = (called == truth).float().mean().item(), iou(called, truth)
    print(f"{arm:17s} {100 * right:13.1f} %      ",
          *(f"{value:7.2f}" for value in (*each, sum(each) / len(each))))

# %% [markdown]
# The four arms near 93 % cannot read a single field: they know ground, which is 85 % of the positions, and guess.
# The share of right positions hides it; the IoU of black and white does not.
# (A fair coin: of n black positions n / 2 are shared, the union is 3n / 2, so 1/3 for each.
# An arm that prefers one word gets more there and less at the other.)
#
# **And the whole head?** We trained `DANetHead(64, 3)` on such maps beforehand, with a loss for each of its three outputs.
# There were three runs of 500 steps.
# In one, the position output reached an IoU of 0.97 for black and white.
# The fused one followed, while the channel output stayed at a guess.
# In the other two all three did.
# Its queries have 16 // 8 = 2 numbers; whether that is what slows it down we did not test.

# %% [markdown]
# ## 12. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | channel energies | E | max(E) - E | `negate=False`, and `True` for the code |
# | scale of the products | none | none | none |
# | queries and keys | C channels | C // 8 channels | C // r, r = 8 by default |
# | the sum | after a convolution on each branch | the same, 3 x 3 | the same |
# | the head's end | | three logits; dropout of 0.1 on whole channels in front of each | the same |
# | the N x N map | built | built, and kept for the backward pass | built; lesson 05b does without |
#
# A form of this attention is older.
# *Non-local* networks (Wang and others, 2018) have it in several variants, SAGAN has it with gamma, and DANet's code names SAGAN.
# New was the second branch beside it.

# %% [markdown]
# ## 13. Questions to think about
#
# 1. Shuffle the positions of x, all channels alike.
#    What happens to the output of position attention?
#    And to A of channel attention?
#    Try it.
#    Can the module alone know left from right?
# 2. Channel attention's A is made from x and multiplies x.
#    In which sense is it a 1 x 1 convolution whose weights are made for each image?
#    How many weights has it?
# 3. An energy is a sum over all positions.
#    What becomes of its softmax on larger maps?
#    Divide E by N in a copy of your module and look at section 8's numbers again.
#    Can you find a change of the paper's form that learns to read the legend?
# 4. For which H, W and C is the C x C matrix larger than the N x N one?
#    Where in a network is that?
# 5. A module starts at x = x because its last factor is zero.
#    Which other modules of this course can you make start so, and how would you test them?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. The output of position attention is shuffled in the same way, and channel attention's A stays: a sum over positions has no order.
#    Alone, neither knows left from right.
#    What tells them is in the features: the zeros that convolutions find beyond a border.
# 2. At each position the output is A times the column of x, with the same A everywhere.
#    That is a 1 x 1 convolution with C · C weights, and each image has its own.
#    With the shortcut, the module as a whole is one with the weights I + γ A, where I is the identity.
# 3. The sum grows with the number of positions, so the softmax becomes sharper on larger maps.
#    Divided by N it does not.
#    We know of no change of the paper's form that learns the legend.
# 4. Where C is larger than H · W: deep in a network for images, with 2048 channels on 7 x 7 positions, for instance.
# 5. A gamma in front of what is added, as here; or, in a bottleneck, a last BatchNorm whose weight starts at 0.
#    To test one, set that number to something else first, as the checks of this course do.
# </details>

# %% [markdown]
# ## 14. References
#
# - J. Fu, J. Liu, H. Tian, Y. Li, Y. Bao, Z. Fang, H. Lu: *Dual Attention Network for Scene Segmentation*.
#   CVPR 2019, [arXiv:1809.02983](https://arxiv.org/abs/1809.02983).
#   Authors' code: [junfu1115/DANet](https://github.com/junfu1115/DANet).
# - X. Wang, R. Girshick, A. Gupta, K. He: *Non-local Neural Networks*, CVPR 2018, [arXiv:1711.07971](https://arxiv.org/abs/1711.07971).
# - H. Zhang, I. Goodfellow, D. Metaxas, A. Odena: *Self-Attention Generative Adversarial Networks*, [arXiv:1805.08318](https://arxiv.org/abs/1805.08318): gamma.
# - Photographs: authors and licences stand in `attention_lab/photos/CARD.md`.
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
