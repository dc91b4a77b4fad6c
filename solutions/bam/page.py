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
# # 04 · Bottleneck Attention Module
#
# *Two branches look at the same features: one asks "what", and the other asks "where", with a wide view.*
#
# ![Two strips of 5 x 42 pixels with the same two bars, a horizontal one on the left and a vertical one on the right. In strip 1 two posts stand 8 pixels to the left and right of the left bar; in strip 2 they stand around the right bar. A box of 3 x 3 pixels shows how much a convolution sees. Is the bar between the posts horizontal?](figures/strips.svg)
#
# One of the two bars stands between two posts, and that is the bar that counts: **is it horizontal?**
# You see the answers at a glance, yes for strip 1 and no for strip 2, but a 3 x 3 kernel never sees a bar and a post together.
# [BAM](https://arxiv.org/abs/1807.06514) looks farther with *dilated* convolutions, which skip positions, as [DeepLab](https://arxiv.org/abs/1606.00915) does too.
#
# **Needs** lesson 01 (squeeze, gate) · 1 h 55 min · 10 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# Lesson 03 (CBAM) asks "what" and then "where", but you do not need it here.
# After this lesson you will be able to
#
# - work out the size of a convolution's output, and how far a dilated convolution sees;
# - build BAM's two branches and put them together;
# - find out why a published "spatial" map holds only one number, and repair it;
# - measure how far a module really sees.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Which-bar-counts?), [how far two layers see](#2.-How-far-do-two-layers-see?) | 13 |
# | [exercise 1, `conv_output_size`](#3.-Exercise-1:-conv_output_size) (1 point) | 8 |
# | the idea, [exercise 2, `ChannelBranch`](#4.-Exercise-2:-ChannelBranch) (2 points) | 15 |
# | [exercise 3, `SpatialBranch`](#5.-Exercise-3:-SpatialBranch) (3 points); something to touch | 18 |
# | [exercise 4, `BAM`](#6.-Exercise-4:-BAM) (2 points); sum or product | 17 |
# | a map that says nothing, [exercise 5, `RepairedSpatialAttention`](#7.-Exercise-5:-RepairedSpatialAttention) (2 points) | 15 |
# | [the bug museum](#8.-The-bug-museum) | 6 |
# | [the experiment](#9.-The-experiment:-how-far-does-it-see?) and [what we now know](#10.-What-we-now-know) | 23 |
#
# </details>

# %%
from attention_lab.lessons.bam import *

begin("04_bam")

# %% [markdown]
# ## 1. Which bar counts?
#
# Suppose that a network sees both bars, but cannot tell which one counts.
# How often can it be right?
# Say a number, then run the cell.

# %%
strips = bars_and_posts(10_000, distance=8, seed=8)
left, right = strips.horizontal.long().T
vote = torch.where(left == right, left == strips.answers, 0.5).float().mean()
print(f"answer for the left bar: {100 * (left == strips.answers).float().mean():.0f} % right")
print(f"let both bars vote, and toss a coin if they differ: {100 * vote:.0f} % right")

# %% [markdown]
# <details><summary>Why neither strategy is better</summary>
#
# In half of the strips the bars agree, so the left bar gives the right answer, and so does a vote.
# In the other half you can only guess, so the score is 50 % + 25 % = 75 %.
# </details>
#
# To do better, some position has to see a bar *and* one of its posts, which stand up to 12 pixels apart in this lesson.
# Each 3 x 3 convolution lets a position see one pixel farther on each side.
# So a position halfway between bar and post would need about six of them, and in the first stage of a ResNet-50 it takes 55 to get from one edge to the other.

# %% [markdown]
# ## 2. How far do two layers see?
#
# A kernel of size k has k numbers per side, its **taps**.
# With **dilation** d, neighbouring taps are d positions apart, so the kernel spans d · (k - 1) + 1 positions with the same number of taps.
#
# ![Left: three taps with dilation 1, 2 and 4 span 3, 5 and 9 positions. Right: a row of 7 positions with a zero beyond each end; a kernel that spans 5 fits in 5 places.](figures/dilation.svg)
#
# BAM has *two* dilated 3 x 3 convolutions in a row.
# How wide is their joint window, from its first to its last position?
# Replace each `None`.
# (The cell sets all weights to 1 and counts, for each position, the paths that lead from it to the centre.)

# %%
predicted = {"dilation 1": None, "dilation 2": None, "dilation 4": None}

measured = {f"dilation {d}": window(ways_to_the_centre((d, d))) for d in (1, 2, 4)}
predict_then_run(predicted, measured, unit="positions per side")

# %% [markdown]
# <details><summary>The rule</summary>
#
# Each layer adds d positions to the left and d to the right, so two layers have a window that is 2 · 2d + 1 = 4d + 1 positions wide.
# For d = 1, 2 and 4, that is 5, 9 and 17 positions.
# </details>
#
# And *which* positions of the window do they see?
# Run the cell, then try other dilations, such as (2, 1) or (1, 4).

# %% tags=["experiment"]
show_ways((1, 1), (2, 2), (4, 4))

# %% [markdown]
# Two layers with the same dilation always see 25 positions.
# A larger dilation does not make them see *more*, it makes them see *farther*, with holes in between.
# (An ordinary 3 x 3 convolution before them fills the holes for dilations 2 and 3, but not for larger ones.)

# %% [markdown]
# ## 3. Exercise 1: `conv_output_size`
#
# *About 6 minutes.*
# A dilated kernel takes up more room, so features can shrink without anyone noticing; section 7 has a published case.
# Look again at the drawing, on the right: n = 7 positions, p = 1 zero at *each* end, and a kernel that spans 5.
# With the zeros there are 9 positions, so the kernel fits in 9 - 5 + 1 = 5 places, and the output has 5 positions.
#
# If the kernel moves by s positions at a time (the **stride**), it fits in
#
# $$\left\lfloor \frac{n + 2p - (d\,(k - 1) + 1)}{s} \right\rfloor + 1$$
#
# places.
# For n = 10, no zeros, k = 3, d = 1 and s = 2 that is (10 - 3) / 2 = 3.5, rounded **down** to 3, plus 1, so 4 places.
#
# Return an `int`.
# If the result is below 1, the kernel fits nowhere, so raise a `ValueError`.

# %% exercise
def conv_output_size(size: int, kernel_size: int, padding: int = 0, dilation: int = 1,
                     stride: int = 1) -> int:
    """Height or width of a map after a convolution, from the height or width before it.

    padding: zeros at each end. dilation: positions from one tap to the next. stride: positions
    from one place of the kernel to the next. Raises ValueError if the result is below 1.
    """
    ...


# %% points=1
check(conv_output_size)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Compute the span first and give it a name.
# For d = 1 it is k; for k = 1 it is 1.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `//` divides and rounds down, for negative numbers too: -1 // 2 is -1.
# `int(-1 / 2)` is 0, which is too large.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Write one line for the span, one for the formula, one `if` that raises an error, and one `return`.
# </details>

# %% [markdown]
# When does a 3 x 3 kernel keep the size of its input?
# Let your function tell you, and look for the rule in the table that it prints.

# %%
print("32 positions, kernel 3; rows: dilation, columns: padding 0 to 6")
for dilation in (1, 2, 4, 6):
    print(f"dilation {dilation}:", [conv_output_size(32, 3, p, dilation) for p in range(7)])

# %% [markdown]
# ## 4. Exercise 2: `ChannelBranch`
#
# ### The idea
#
# Park, Woo, Lee and Kweon (2018) ask two questions side by side.
# Like SE, the **channel branch** says which channels matter.
# The **spatial branch** says which positions matter, and because that depends on what surrounds a position, it looks through two dilated convolutions.
# The two answers are added, and a sigmoid turns the sums into gates, one for each channel *at* each position.
#
# ![BAM: from x (B, C, H, W) the channel branch goes up: mean, fc1, BatchNorm and ReLU, fc2, Mc (B, C, 1, 1). The spatial branch goes down: reduce, two dilated convolutions, project, Ms (B, 1, H, W). Both are stretched to (B, C, H, W) and added; a sigmoid gives the gate. x times the gate, plus x, is the output.](figures/bam_block.svg)
#
# <details><summary>The paper's letters</summary>
#
# | in the paper | in words | in code |
# |---|---|---|
# | $M_c(F)$ | one number per channel | `ChannelBranch(...)(x)`, (B, C, 1, 1) |
# | $M_s(F)$ | one number per position | `SpatialBranch(...)(x)`, (B, 1, H, W) |
# | $M(F) = \sigma(M_c(F) + M_s(F))$ | the gate | `torch.sigmoid(Mc + Ms)`, (B, C, H, W) |
# | $F' = F + F \otimes M(F)$ | x, plus x times its gate | `BAM(...)(x)` |
#
# The paper's F is our x, σ is the sigmoid, and ⊗ multiplies element by element.
# The block is placed where a network's features shrink, at its *bottlenecks*.
# </details>

# %% [markdown]
# ### The exercise
#
# *About 10 minutes.*
# The channel branch is SE's excitation with three changes:
#
# - both linear layers have a **bias**;
# - a **BatchNorm** comes before the ReLU, and it uses the batch to bring all hidden numbers to one scale;
# - there is **no sigmoid**, because it comes later, after the sum of both branches.
#
# Take two channels with the means (3, 1) and a single hidden number.
# With the weights (1, -1) and the bias 1 in `fc1`, the hidden number is 3 - 1 + 1 = 3.
# With the weights (2, -1) and the biases (0, 5) in `fc2`, the result is (6, 2).
# (A fresh BatchNorm changes almost nothing in eval mode.)
# The numbers may be above 1 or below 0, because nothing has turned them into gates yet.
#
# Take the mean of each channel, (B, C), apply `fc1` (to C // r numbers), `bn`, the ReLU, and `fc2` (back to C numbers), and return (B, C, 1, 1).
# As in lesson 01, if C // r is 0, raise a `ValueError` that names C and r.

# %% exercise
class ChannelBranch(nn.Module):
    """One number per channel from the channel means, (B, C, H, W) -> (B, C, 1, 1), no sigmoid.

    fc1: nn.Linear from channels to channels // reduction; bn: nn.BatchNorm1d; then ReLU;
    fc2: nn.Linear back to channels. Both linear layers have a bias.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(ChannelBranch)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You wrote most of it in lesson 01.
# `nn.BatchNorm1d(n)` takes (B, n) and returns (B, n).
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Every layer with parameters, `bn` included, is made in `__init__` and called in `forward`.
# A layer called as `self.bn(...)` knows whether the module is in training or in eval mode.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes the hidden width C // r, raises the `ValueError`, and makes three layers.
# `forward` takes the means, makes four nested calls, and adds two axes of size 1 at the end.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `SpatialBranch`
#
# Now the branch with the wide view.
# It makes one number for each position with four convolutions, all with a bias:
#
# | layers | kernel | channels |
# |---|---|---|
# | `reduce`, `bn0`, ReLU | 1 x 1 | C to C // r |
# | `conv1`, `bn1`, ReLU | 3 x 3, dilated | C // r to C // r |
# | `conv2`, `bn2`, ReLU | 3 x 3, dilated | C // r to C // r |
# | `project` | 1 x 1 | C // r to 1 |
#
# Follow one row through the two dilated layers, with dilation 2 and all taps 1: nine positions that hold a single 1.

# %%
row, taps = torch.tensor([[[0.0, 0, 0, 0, 1, 0, 0, 0, 0]]]), torch.ones(1, 1, 3)
for layer in ("conv1  ", "conv2  "):
    row = F.conv1d(row, taps, padding=2, dilation=2)
    print(layer, row[0, 0].int().tolist())
print("project", (2 * row - 3)[0, 0].int().tolist())

# %% [markdown]
# The 1 reaches every second position, and after `conv2` each number counts the paths that lead there, as in section 2.
# (`project` multiplies by 2 here and has the bias -3.)
#
# *About 12 minutes.*
# H and W must stay the same, and the table that your `conv_output_size` printed says how: with a kernel of size 3, the padding must *equal* the dilation.
#
# For example, with r = 16, `reduce` turns an x of shape (4, 32, 6, 9) into (4, 2, 6, 9).
# The two 3 x 3 convolutions keep this shape, and `project` makes it (4, 1, 6, 9).
# There is no sigmoid here either.
# If C // r is 0, raise the usual `ValueError`.

# %% exercise
class SpatialBranch(nn.Module):
    """One number per position from its surroundings, (B, C, H, W) -> (B, 1, H, W), no sigmoid.

    reduce: nn.Conv2d, 1 x 1, to channels // reduction; conv1, conv2: 3 x 3 with this dilation,
    padded so that H and W stay; bn0, bn1, bn2: nn.BatchNorm2d after each of these, before a
    ReLU; project: 1 x 1 to one channel.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16, dilation: int = 4) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(SpatialBranch)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `nn.Conv2d(4, 4, 3, padding=..., dilation=...)`: with a kernel of size 3, `padding` and `dilation` get the same number.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Three lines of `forward` look alike: each applies a convolution, then a norm, then a ReLU.
# The fourth line is a single call.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes the hidden width C // r and raises the `ValueError`.
# Then it makes four convolutions and three norms, named as in the table.
# `forward` has four lines.
# </details>

# %% [markdown]
# **Touch it.** Here your branch reads the features of one 3 x 3 convolution, as it will in section 9.
# The framed position does not see the pale pixels.
# Play the convolutions one after the other: where does the view grow, and where do its holes come from?
# From which columns can a position see both the left bar and one of its posts?

# %% tags=["experiment"]
slide_a_position(SpatialBranch)

# %% [markdown]
# <details><summary>What we think</summary>
#
# The bar stands at column 10, and its posts stand at columns 2 and 18.
# With dilation 1, none of the columns on the slider sees both bar and post.
# With dilation 2, columns 14 and 16 see both, and with dilation 4, columns 10, 14 and 18 see both.
# The wider the window, the wider its holes.
# With dilation 8, a position at column 14 sees neither bar nor post, because both fall into its window's holes.
# </details>

# %% [markdown]
# And what does the wider view cost?
# Say by what factor the multiply-adds change from dilation 1 to 4, then run the cell.

# %% tags=["experiment"]
for d in (1, 4):
    print("d =", d, cost(SpatialBranch(64, 4, d), torch.randn(1, 64, 28, 28), latency=False))

# %% [markdown]
# Nothing at all: the kernel still has nine taps, and only the steps between them grow.

# %% [markdown]
# ## 6. Exercise 4: `BAM`
#
# Put the branches together.
# Mc is (B, C, 1, 1), and Ms is (B, 1, H, W), so what shape does their sum have?

# %%
Mc = torch.tensor([2.0, 0]).view(1, 2, 1, 1)
Ms = torch.tensor([-2.0, 1, 0]).view(1, 1, 1, 3)
print("shape", tuple((Mc + Ms).shape), "sum", (Mc + Ms)[0, :, 0].tolist())

# %% [markdown]
# Both are stretched along the axes in which their size is 1, so every channel at every position gets its own number, although the branches made only C + H · W of them.
#
# *About 8 minutes.*
# In your block, `channel` is a `ChannelBranch` and `spatial` is a `SpatialBranch`, and both read x itself.
# Then compute the gate:
#
# - with `combine="sum"`, as in the paper: σ(Mc + Ms);
# - with `combine="product"`, as in the authors' code: σ(Mc · Ms).
#
# For any other word, raise a `ValueError`.
# The output is x + x · gate, so a gate of 0 leaves x as it is, and a gate of 1 doubles it.
# Worked example: at one position of one channel, x is 10, Mc is 2 and Ms is -2.
# The sum gives the gate σ(0) = 0.5 and the output 10 + 10 · 0.5 = 15; the product gives σ(-4) = 0.018 and the output 10.18.
#
# Pass `reduction` to both branches and `dilation` to the spatial one.
# If C // r is 0, your branches raise the `ValueError`.
# Do not change x in place.

# %% exercise
class BAM(nn.Module):
    """x + x * sigmoid(Mc + Ms), shape (B, C, H, W) -> (B, C, H, W).

    channel: ChannelBranch(channels, reduction) gives Mc; spatial: SpatialBranch(channels,
    reduction, dilation) gives Ms. combine: "sum", or "product" for sigmoid(Mc * Ms).
    Raises ValueError for any other combine.
    """

    def __init__(self, channels: int, reduction: int = 16, dilation: int = 4,
                 combine: str = "sum") -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(BAM)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Your branches return (B, C, 1, 1) and (B, 1, H, W).
# Add them as they are and look at the shape.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Save `combine` for `forward`, as `self.combine`.
# `word not in ("a", "b")` is true if `word` is neither of the two.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` has one `if` that raises an error, and sets three attributes.
# `forward` calls both branches, chooses between sum and product, and ends with a single `return`, which contains a single sigmoid.
# </details>

# %% [markdown]
# **Sum or product?** The paper adds Mc and Ms and reports that this is better, and yet the released code multiplies.
# Readers [asked about it](https://github.com/Jongchan/attention-module/issues/1) in 2018, and [again](https://github.com/Jongchan/attention-module/issues/52) in 2024.
# Suppose that both branches say *no*, with the numbers -2 and -2: what is the gate of the sum, and the gate of the product?

# %%
predicted = {"sum": None, "product": None}

no = torch.tensor(-2.0)
measured = {"sum": round(torch.sigmoid(no + no).item(), 2),
            "product": round(torch.sigmoid(no * no).item(), 2)}
predict_then_run(predicted, measured, unit="gate if both branches say no")

# %% [markdown]
# <details><summary>What this means</summary>
#
# The sum gives 0.02, and the product gives 0.98, because "no" times "no" is "yes".
# In a sum, each branch pulls in its own direction, and a strong one overrules the other; in a product, a branch that says 0 silences both.
# So "BAM" is the name of two modules, and the weights of either load into the other without complaint.
# With weights that were trained for the sum, the product is [worse than a vote](lab_book.md#7.-Sum-or-product) on the strips of section 9; trained with the product from the start, the block finds every bar.
# </details>

# %% [markdown]
# ## 7. Exercise 5: `RepairedSpatialAttention`
#
# ### A map that says nothing
#
# Somebody explains BAM in a Chinese blog post of October 2021, with a snippet from a popular collection of attention modules; here are its layers, rebuilt by us.
# The result should say *where* something is, so it should differ from position to position.
# How many different values does it hold?

# %%
class PostedAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        steps = [("conv_reduce1", nn.Conv2d(channels, c, 1)),
                 ("bn_reduce1", nn.BatchNorm2d(c)), ("relu_reduce1", nn.ReLU())]
        for n in range(num_layers):
            steps += [(f"conv_{n}", nn.Conv2d(c, c, 3, padding=1, dilation=dilation)),
                      (f"bn_{n}", nn.BatchNorm2d(c)), (f"relu_{n}", nn.ReLU())]
        steps += [("last_conv", nn.Conv2d(c, 1, 1))]
        self.sa = nn.Sequential(OrderedDict(steps))

    def forward(self, x):
        return self.sa(x).expand(*x.shape)


torch.manual_seed(0)
posted = PostedAttention(64, reduction=8).eval()
y = posted(torch.randn(2, 64, 7, 7))
print("shape of the result:", tuple(y.shape), "as it should be")
print("different values for each image:", [len(values.unique()) for values in y])

# %% [markdown]
# The shape is right, and the post prints only the shape, but all 7 x 7 positions share one number.
# Your `conv_output_size` can tell why: the cell follows the side of the features through the three dilated layers.
# For which of the sides 7, 8, 14 and 28 does the snippet run at all?

# %%
print_sides(posted, conv_output_size, sides=(7, 8, 14, 28))

# %% [markdown]
# <details><summary>What is going on</summary>
#
# Each layer loses two positions, because the kernel spans 5, but there is only one zero at each end.
# So 7 shrinks to 1, and `expand` can stretch a single number to any shape.
# For larger sides, `expand` fails at once.
# And 7 happens to be the side of a ResNet's last features for a 224 x 224 image, and the side in the post's own test.
# </details>

# %% [markdown]
# ### The exercise
#
# *About 8 minutes.*
# Repair the snippet, and keep the names of its layers, so that its weights still fit (a later cell loads them).
# Make a `Sequential` called `sa` that holds
#
# 1. `conv_reduce1` (1 x 1, C to C // r), `bn_reduce1`, `relu_reduce1`;
# 2. for each i from 0 to `num_layers` - 1: `conv_i` (3 x 3, with the dilation), `bn_i`, `relu_i`;
# 3. `last_conv` (1 x 1, to one channel).
#
# As in the snippet, the result is repeated for every channel, so that it has x's shape (B, C, H, W), and there is no sigmoid.
# Your module must work for any H, W and dilation, and must give each position a number of its own.
# Keep the dilation, because it lets the layers see far.
#
# Worked example: with dilation 2 and three layers, a side of 7 goes 7 → 7 → 7 → 7.
#
# If C // r is 0, raise the usual `ValueError`, which the snippet lacks.

# %% exercise
class RepairedSpatialAttention(nn.Module):
    """One number per position, repeated for each channel: (B, C, H, W) -> (B, C, H, W).

    sa: nn.Sequential of conv_reduce1, bn_reduce1, a ReLU; conv_i, bn_i, a ReLU for i from 0 to
    num_layers - 1; last_conv. Every layer keeps H and W. No sigmoid.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16, num_layers: int = 3,
                 dilation: int = 2) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(RepairedSpatialAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You may start from `PostedAttention`: copy its two methods.
# One number in it is wrong, and the `ValueError` is missing.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Which padding keeps the height and width with a 3 x 3 kernel, for any dilation?
# The table after exercise 1 shows it, and your `SpatialBranch` uses it.
# </details>
#
# <details><summary>Where it was seen</summary>
#
# The post's code comes from [External-Attention-pytorch](https://github.com/xmu-xiaoma666/External-Attention-pytorch/blob/d75848e40233ed56fa503c888472bab8b17c568c/model/attention/BAM.py), as it was at the time.
# Nine days before the post, a reader [did the same arithmetic](https://github.com/xmu-xiaoma666/External-Attention-pytorch/issues/38) in an issue of that repository.
# A [pull request](https://github.com/xmu-xiaoma666/External-Attention-pytorch/pull/111) of 2023 proposes `padding="same"`, and a later version of the repository uses it.
# </details>

# %% [markdown]
# Here are both versions with the same weights, on the same image:

# %% tags=["experiment"]
repaired = RepairedSpatialAttention(64, reduction=8).eval()
repaired.load_state_dict(posted.state_dict())
show_posted_and_repaired(posted, repaired)

# %% [markdown]
# ## 8. The bug museum
#
# ### Exhibit A: a wide view that is not wide
#
# This spatial branch has the same mistake in two lines.
# It keeps H and W, all of its weights get gradients, and when the posts stand near their bars it [finds every right one](lab_book.md#8.-The-exhibits).
# When they stand farther away it does not, and you might conclude that the task is too hard.
# Read it, and see whether you find the mistake.

# %%
class ExhibitA(SpatialBranch):  # its other layers are yours
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__(channels, reduction, dilation)
        c = channels // reduction
        self.conv1 = nn.Conv2d(c, c, 3, 1, "same", 1, dilation)
        self.conv2 = nn.Conv2d(c, c, 3, 1, "same", 1, dilation)


# %% [markdown]
# A test that needs no sharp eyes: change one position of x, the o, and see which positions of the map notice (#).
# You know the window that two layers with dilation 4 should have.

# %%
torch.manual_seed(0)
exhibit, x = ExhibitA(16, 2).eval(), torch.randn(1, 16, 19, 19)
poked = x.clone()
poked[0, :, 9, 9] += 5
notices = (exhibit(poked) - exhibit(x)).abs()[0, 0] > 1e-6
for row, line in enumerate(notices.tolist()):
    print("".join("o" if (row, column) == (9, 9) else ".#"[yes]
                  for column, yes in enumerate(line)))

# %% [markdown]
# Repair the exhibit until the marks spread over a window of 17 x 17.
#
# <details><summary>What is wrong</summary>
#
# After the kernel's size, `nn.Conv2d` takes stride, padding, dilation and *groups*.
# So here the dilation is 1, and the 4 lands in `groups`: channels in four separate groups, and no wide view.
# `padding="same"` keeps H and W for any dilation, and so it hides the mistake.
# Name such arguments: `padding=dilation, dilation=dilation`.
# The [lab book](lab_book.md#8.-The-exhibits) has the runs, and a mistake in the authors' own file that shows only on wide images.
# </details>

# %% [markdown]
# ## 9. The experiment: how far does it see?
#
# Back to the strips.
# A small network decides whether the bar between the posts is horizontal: a 3 x 3 and a 1 x 1 convolution, your `BAM`, a 1 x 1 convolution, the mean over all positions, and a linear layer.
# The task is *made* for a wide view, because nothing but the block can bring a bar and its post together.
#
# Before the block, each position has seen 3 x 3 pixels, so after it a position has seen (4d + 1) + 2 = 4d + 3 pixels per side.
# A position halfway between bar and post can see both, and mark what it sees.
# So how far apart may they be for d = 1, for d = 2, and for d = 4?

# %% [markdown]
# These are the arms:
#
# | arm | what it is for |
# |---|---|
# | dilation 1, posts 5 or 8 pixels away | BAM with the smallest window |
# | dilation 2, posts 8 or 12 pixels away | BAM with a larger window |
# | dilation 4, posts 8 or 12 pixels away | BAM with the largest window |
# | no module | the network without BAM |
# | no gate | both branches (with dilation 4) *added* to x, without a sigmoid or a product |
# | posts anywhere | the cue is taken out: the posts stand at either bar |
#
# In the first six arms BAM has the same 1,657 parameters, and the same number of multiply-adds.
# Predict the percentage of right answers in four of the nine.
# (If the block can't help, a vote of both bars is left.)

# %% tags=["experiment"]
predicted = {"dilation 1, posts 8 away": None, "dilation 2, posts 8 away": None,
             "dilation 2, posts 12 away": None, "no gate, posts 8 away": None}

# %% tags=["experiment"]
SIZE = CHANNELS, 2  # the size of the block: 16 channels, reduction 2


class NoGate(BAM):
    """BAM's branches without its gate."""

    def forward(self, x):
        return x + self.channel(x) + self.spatial(x)


# A network, how far its posts are from the bar, and whether they stand at the bar that counts.
arms = {f"dilation {d}, posts {far} away": (lambda d=d: strip_reader(BAM(*SIZE, d)), far, True)
        for d, far in ((1, 5), (1, 8), (2, 8), (2, 12), (4, 8), (4, 12))}
arms |= {"no module, posts 8 away": (lambda: strip_reader(nn.Identity()), 8, True),
         "no gate, posts 8 away": (lambda: strip_reader(NoGate(*SIZE)), 8, True),
         "dilation 4, posts anywhere": (lambda: strip_reader(BAM(*SIZE, 4)), 8, False)}
trained = Trained()


def run(arm, seed):
    network, distance, cue = arms[arm]
    train_set = bars_and_posts(768, distance, seed=0, cue=cue)
    test_set = bars_and_posts(2048, distance, seed=1, cue=cue)
    model = train(network(), train_set.pictures, train_set.answers, loss=F.cross_entropy,
                  epochs=4, batch_size=32, peak_rate=0.04, seed=seed)
    trained[arm, seed] = model
    return right_on_strips(model, test_set)


# %% tags=["experiment"]
wide = [f"dilation {d}, posts {far} away" for d, far in ((1, 5), (2, 8), (4, 8), (4, 12))]
plot = ScorePlot("right answers on new strips (%)", highlight=wide, longer=longer_runs,
                 baselines={"a vote of both bars": 75},
                 gaps=[("dilation 4, posts 8 away", "dilation 1, posts 8 away"),
                       ("dilation 4, posts 8 away", "no module, posts 8 away"),
                       ("dilation 4, posts 8 away", "no gate, posts 8 away"),
                       ("dilation 4, posts anywhere", "no module, posts 8 away")])

remind(predicted)
results = compare(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% [markdown]
# The figure shows your runs, and beside them recorded ones with five times as many steps:

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **The window sets the limit.**
# For d = 1, 2 and 4 it is 7, 11 and 19 pixels wide.
# Where it can hold a bar and its post (the dark arms), every longer run found the right bar, three runs with d = 1 and eight in each of the others.
# Where it can't, the network stayed at the vote of 75 %, and so it did without BAM, and when the posts stood at either bar; [close to the edge](lab_book.md#3.-At-the-edge-of-the-window), luck decides how many steps a run needs.
#
# **The reach costs nothing.**
# d = 1 and d = 4 have the same parameters and the same multiply-adds, and with posts 8 pixels away about 24 points lie between them (the bracket above says how surely).
#
# **The gate is not needed here.**
# *No gate* is as good with posts 8 pixels away, and with posts 12 pixels away it even [learns faster](lab_book.md#4.-Is-it-the-gate).
# So this experiment speaks for dilated convolutions, and not for gating with them.
# </details>

# %% [markdown]
# ### The same bars, two questions
#
# You have not yet seen your spatial branch at work.
# Take one pair of bars and move only the posts, first around the left bar, then around the right one.
# What should happen to Ms with dilation 4, and what with dilation 1?

# %% tags=["experiment"]
show_what_branches_mark({f"dilation {d}": trained[f"dilation {d}, posts 8 away", 0]
                         for d in (1, 4)})

# %% [markdown]
# With dilation 1 the two maps are alike at the bars, because the window around a bar ends long before the posts.
# With dilation 4 the marks move along with the posts.
# The picture is now beside this notebook, as `my_bam.png`.

# %% [markdown]
# ## 10. What we now know
#
# BAM asks *what* and *where* side by side, adds the two answers, and makes one gate for each channel at each position.
# A dilated kernel sees farther with the same nine taps, and in our runs a network found the right bar only if one position could see the bar and its post together.
# The reach helped, and adding the branches did as well as gating with them.
# On real pictures (handwritten digits in coloured frames) [one more 3 x 3 convolution in each place ties with BAM](lab_book.md#6.-Real-pictures).
# The authors report gains on ImageNet; whether these come from the gate or from the reach, we don't know.
#
# So before you put BAM into a network, ask how far apart the things are that one position has to see together.
#
# **Next.** A dilated kernel looks at places that were fixed beforehand.
# In [lesson 05a](../05a_danet/05a_danet.ipynb), DANet, each position chooses for itself where to look.
# (The [lab book](lab_book.md) of this lesson is for doubters: all runs, the edge of the window, sum and product, the paper against the code, a challenge with 250 parameters, and questions to argue about.)

# %% tags=["nbval-ignore-output"]
progress()
