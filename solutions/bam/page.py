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
# [BAM](https://arxiv.org/abs/1807.06514) looks farther with *dilated* convolutions, which skip positions, and you are about to find out what that buys.
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
# - find out what a published "spatial" map leaves out, and repair it;
# - measure how far a module really sees.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Which-bar-counts?), [how far two layers see](#2.-How-far-do-two-layers-see?) | 13 |
# | [exercise 1, `conv_output_size`](#3.-Exercise-1:-conv_output_size) (1 point) | 8 |
# | the idea, [exercise 2, `ChannelBranch`](#4.-Exercise-2:-ChannelBranch) (2 points) | 15 |
# | [exercise 3, `SpatialBranch`](#5.-Exercise-3:-SpatialBranch) (3 points); something to touch | 20 |
# | [exercise 4, `BAM`](#6.-Exercise-4:-BAM) (2 points); sum or product, and a photograph | 18 |
# | [the bug museum](#7.-The-bug-museum), where you repair `RepairedSpatialAttention` (2 points) | 18 |
# | [the experiment](#8.-The-experiment:-how-far-does-it-see?) and [what we now know](#9.-What-we-now-know) | 23 |
#
# </details>

# %%
from attention_lab.lessons.bam import *

begin("04_bam")

# %% [markdown]
# ## 1. Which bar counts?
#
# Cover the posts with your thumbs.
# You still see two bars, but not which one counts, so you answer for the left one and hope.
# How often will you be right?
# Say a number, then run the cell.

# %%
strips = bars_and_posts(10_000, distance=8, seed=8)
left, right = strips.horizontal.long().T
vote = torch.where(left == right, left == strips.answers, 0.5).float().mean()
print(f"answer for the left bar: {100 * (left == strips.answers).float().mean():.0f} % right")
print(f"let both bars vote, and toss a coin if they differ: {100 * vote:.0f} % right")

# %% [markdown]
# <details><summary>By hand</summary>
#
# In half of the strips the bars agree, and there you are always right.
# In the other half you guess, so you get 1/2 + 1/2 · 1/2 = **75 %**, and a vote gets no more.
# </details>
#
# Keep that number, because a network will come back to it.
# To do better, some position has to see a bar *and* one of its posts, and each 3 x 3 convolution lets a position see only one pixel farther on each side.
# In the first stage of a ResNet-50 it takes 55 of them to get from one edge to the other.
#
# ## 2. How far do two layers see?
#
# So stretch the kernel.
# A kernel of size k has k numbers per side, its **taps**.
# With **dilation** d, neighbouring taps are d positions apart, so the kernel spans d · (k - 1) + 1 positions with the same number of taps.
#
# ![Left: three taps with dilation 1, 2 and 4 span 3, 5 and 9 positions. Right: a row of 7 positions with a zero beyond each end; a kernel that spans 5 fits in 5 places.](figures/dilation.svg)
#
# BAM has *two* dilated 3 x 3 convolutions in a row.
# How wide is their joint window, from its first to its last position?
# Replace each `None`; the cell then counts the paths that lead to the centre.

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
# A larger dilation does not make them see *more*, it makes them see *farther*, with holes in between, and it costs nothing: the taps, the weights and the multiply-adds are the same.

# %% [markdown]
# ## 3. Exercise 1: `conv_output_size`
#
# *About 6 minutes.*
# Nothing, that is, except room: a wide kernel fits in fewer places, so features can shrink without anyone noticing.
# Look at the drawing again, on the right: 7 positions and a zero at *each* end make 9, and a kernel that spans 5 fits in 5 places.
#
# 1. Work out the span of the kernel from k and d, as above.
# 2. Count the places in which it fits among n positions with p zeros at each end, if it moves by s positions at a time (the **stride**):
#
# $$\left\lfloor \frac{n + 2p - (d\,(k - 1) + 1)}{s} \right\rfloor + 1$$
#
# What should happen if it fits nowhere?

# %% exercise
def conv_output_size(size: int, kernel_size: int, padding: int = 0, dilation: int = 1,
                     stride: int = 1) -> int:
    """Height or width of a map after a convolution, from the height or width before it.

    padding: zeros at each end. dilation: positions from one tap to the next. stride: positions
    from one place of the kernel to the next; what is left over is rounded down.
    Returns an int. Raises ValueError if the result is below 1.

    conv_output_size(10, 3, stride=2) is 4: (10 - 3) / 2 = 3.5, rounded down to 3, plus 1.
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
# Let your function tell you, and look for the rule in its table.

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
# You wrote most of this branch in lesson 01.
# The sigmoid is missing, because an answer becomes a gate only after both have been added, and there is a **BatchNorm** before the ReLU, which brings the hidden numbers to one scale.
#
# 1. Take the mean of each channel.
# 2. Send the means down to a few hidden numbers, through BatchNorm and ReLU, and back up.

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
#
# *About 12 minutes.*
#
# 1. A 1 x 1 convolution makes the channels fewer, so that looking around is cheap.
# 2. Two dilated 3 x 3 convolutions look around.
# 3. Another 1 x 1 convolution makes a single number at each position.
#
# The features must not shrink on the way, and the table above has told you what that takes.

# %% exercise
class SpatialBranch(nn.Module):
    """One number per position from its surroundings, (B, C, H, W) -> (B, 1, H, W), no sigmoid.

    reduce: nn.Conv2d, 1 x 1, to channels // reduction; conv1, conv2: 3 x 3 with this dilation,
    padded so that H and W stay; bn0, bn1, bn2: nn.BatchNorm2d after each of these, before a
    ReLU; project: 1 x 1 to one channel. All convolutions have a bias.
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
# Then it makes four convolutions and three norms, named as in the docstring.
# `forward` has four lines.
# </details>

# %% [markdown]
# **Touch it.** Here your branch reads the features of one 3 x 3 convolution, as it will in the experiment.
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
# ## 6. Exercise 4: `BAM`
#
# Put the branches together.
# Mc is (B, C, 1, 1), and Ms is (B, 1, H, W), so what shape does their sum have?

# %%
Mc = torch.tensor([2.0, 0]).view(1, 2, 1, 1)
Ms = torch.tensor([-2.0, 1, 0]).view(1, 1, 1, 3)
print("shape", tuple((Mc + Ms).shape), "sum", (Mc + Ms)[0, :, 0].tolist())

# %% [markdown]
# Every channel at every position gets a number of its own, although the branches made far fewer.
# The paper adds Mc and Ms and reports that this is better, and yet the released code multiplies.
# (Readers [asked about it](https://github.com/Jongchan/attention-module/issues/1) in 2018, and [again](https://github.com/Jongchan/attention-module/issues/52) in 2024.)
# Your block can do both.
#
# *About 8 minutes.*
#
# 1. Let both branches read x, and add or multiply their answers.
# 2. A sigmoid makes the gate; the output is x plus x times its gate, so a closed gate leaves x as it is, and an open one doubles it.

# %% exercise
class BAM(nn.Module):
    """x + x * sigmoid(Mc + Ms), shape (B, C, H, W) -> (B, C, H, W); x itself stays as it is.

    channel: ChannelBranch(channels, reduction) gives Mc; spatial: SpatialBranch(channels,
    reduction, dilation) gives Ms. combine: "sum", or "product" for sigmoid(Mc * Ms).
    Raises ValueError for any other combine. (If channels // reduction is 0, the branches do.)

    Where x is 10, Mc is 2 and Ms is -2, the output is 15 with the sum, 10.18 with the product.
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
# **Sum or product?**
# Suppose that both branches say *no*, with the numbers -2 and -2: what is the gate of the sum, and the gate of the product?

# %%
predicted = {"sum": None, "product": None}

no = torch.tensor(-2.0)
measured = {"sum": round(torch.sigmoid(no + no).item(), 2),
            "product": round(torch.sigmoid(no * no).item(), 2)}
predict_then_run(predicted, measured, unit="gate if both branches say no")

# %% [markdown]
# You can see the answer in a photograph, too.
# Here is your block with weights that we set by hand, not trained.
# Its channel branch says -2 to every channel, and its spatial branch also says -2, unless a position is brighter or darker than what lies around it, d steps away.
# Light is where the gate is open: what will each of the three find?

# %% tags=["experiment"]
photo = photograph("rocket")  # or my_picture("me.jpg", keep=True), a file beside this notebook
photo = F.adaptive_avg_pool2d(photo, (50, 75)).clamp(min=0.01)
gates = {}  # the output is x + x · gate, so output / x - 1 is the gate
for d, combine in ((1, "sum"), (4, "sum"), (4, "product")):
    block = made_to_stand_out(BAM(3, reduction=1, dilation=d, combine=combine))
    gates[f"{combine}, d = {d}"] = (block(photo[None]) / photo - 1)[:, :1].clamp(0, 1).detach()
look(gates, photo)

# %% [markdown]
# With d = 1 the sum finds what is thin, the lamps and the lower half of the rocket.
# With d = 4 it finds the rocket, with a ghost on each side, four pixels away.
# The product, with the very same weights, prefers the empty sky, because "no" times "no" is "yes".
# So "BAM" is the name of two modules, and the weights of either load into the other without complaint.

# %% [markdown]
# ## 7. The bug museum
#
# ### A map of a blog post
#
# Somebody explains BAM in a Chinese blog post of October 2021, with a snippet from a popular collection of attention modules; here are its layers, rebuilt by us.
# The result should say *where* something is, so it should differ from position to position.

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

# %% [markdown]
# The shape is right, and the post prints only the shape.
# How many different values does the map of each image hold?

# %%
print([len(values.unique()) for values in y])

# %% [markdown]
# All 7 x 7 positions share one number: a "spatial" attention that knows nothing of space.
# Your `conv_output_size` can tell why, because the next cell lets it follow the side of the features through the three dilated layers.
# For which sides does the snippet run at all?

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
#
# **Exercise 5, the repair.** *About 8 minutes.*
#
# 1. Write the snippet again, with a map that has as many positions as x, whatever its size and the dilation.
# 2. Leave the dilation and the names of the layers as they are, so that it still sees far and its weights still fit.

# %% exercise
class RepairedSpatialAttention(nn.Module):
    """One number per position, repeated for each channel: (B, C, H, W) -> (B, C, H, W).

    sa: nn.Sequential of conv_reduce1 (1 x 1, to channels // reduction), bn_reduce1,
    relu_reduce1; for i from 0 to num_layers - 1 conv_i (3 x 3, with this dilation), bn_i,
    relu_i; last_conv (1 x 1, to one channel). Every layer keeps H and W, for any dilation.
    All convolutions have a bias. No sigmoid.
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
# Here are both versions with the same weights, on the same features:

# %% tags=["experiment"]
repaired = RepairedSpatialAttention(64, reduction=8).eval()
repaired.load_state_dict(posted.state_dict())
show_posted_and_repaired(posted, repaired)

# %% [markdown]
# ## 8. The experiment: how far does it see?
#
# Back to the strips, now with a small network that has to answer.
# We made it short-sighted on purpose: before your block each position has seen 3 x 3 pixels, and after it everything is averaged, so nothing but the block can bring a bar and its post together.
#
# Whoever cannot do that is left with the thumbs over the posts, and you know what that is worth.
# After the block a position has seen a window of (4d + 1) + 2 = 4d + 3 pixels, and one halfway between bar and post could see both.
# So how far apart may they stand for d = 1, and for d = 2?
#
# And is it the gate, or only the view?
# Of three more arms, one has no module, one *adds* both branches to x without a gate, and one gets posts that stand at either bar and so say nothing.
# Predict the percentage of right answers in four of the nine.

# %% tags=["experiment"]
predicted = {"dilation 1, posts 8 away": None, "dilation 2, posts 8 away": None,
             "dilation 2, posts 12 away": None, "no gate, posts 8 away": None}

# %% tags=["experiment"]
SIZE = CHANNELS, 2  # of a block: the network's 16 channels, reduction 2
# of each arm: its network, and how far its posts stand from their bar
arms = {f"dilation {d}, posts {far} away": (lambda d=d: strip_reader(BAM(*SIZE, d)), far)
        for d, far in ((1, 5), (1, 8), (2, 8), (2, 12), (4, 8), (4, 12))}
arms |= {"no module, posts 8 away": (lambda: strip_reader(nn.Identity()), 8),
         "no gate, posts 8 away": (lambda: strip_reader(WithoutGate(BAM(*SIZE))), 8),
         "dilation 4, posts anywhere": (lambda: strip_reader(BAM(*SIZE)), 8)}
run, trained, plot = on_strips(arms, longer=longer_runs)
remind(predicted)  # three runs of each arm
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **The window sets the limit.**
# It holds a bar and its post up to 7 pixels apart for d = 1, and 11 for d = 2; in the arms that keep to that (the dark ones), every one of our longer runs found the right bar.
# In the others the network stayed at the vote that you worked out by hand, as it did without BAM and with posts that say nothing; [close to the edge](lab_book.md#3.-At-the-edge-of-the-window), luck decides how many steps a run needs.
#
# **The reach costs nothing.**
# With d = 1 and with d = 4 your block has the same parameters and the same multiply-adds, and all that lies between their scores is how far apart its taps stand.
#
# **It is the view, and not the gate.**
# *No gate* is as good with posts 8 pixels away, and with posts 12 pixels away it even [learns faster](lab_book.md#4.-Is-it-the-gate).
# </details>

# %% [markdown]
# ### The same bars, two questions
#
# Take one pair of bars and move only the posts, first around the left bar, then around the right one.
# What should happen to Ms with dilation 4, and what with dilation 1?

# %% tags=["experiment"]
show_what_branches_mark({f"dilation {d}": trained[f"dilation {d}, posts 8 away", 0]
                         for d in (1, 4)})

# %% [markdown]
# With dilation 1 Ms changes only near the posts, because the window around a bar ends long before them.
# With dilation 4 it changes at the bars: darker where the posts now stand around one, paler at the other.
# The picture is beside this notebook: `my_bam.png`.
# Show it to a friend, and ask why only one of the two networks is right twice.

# %% [markdown]
# ## 9. What we now know
#
# BAM asks *what* and *where* side by side, adds the two answers, and makes one gate for each channel at each position.
# But no gate can weigh what its position has not seen.
# With the same nine taps, only farther apart, the network went from a guess between two bars to every answer right, with or without the gate.
#
# So before you put BAM into a network, ask how far apart the things are that one position has to see together.
#
# **Next.** A dilated kernel looks at places that were fixed beforehand.
# In [lesson 05a](../05a_danet/05a_danet.ipynb), DANet, each position chooses for itself where to look.
# (For doubters there is the [lab book](lab_book.md), with every run, real pictures on which BAM and a plain convolution tie, and a challenge with 250 parameters.)

# %% tags=["nbval-ignore-output"]
progress()
