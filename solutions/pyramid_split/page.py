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
# # 06a · Pyramid Split Attention
#
# *Four windows of different sizes look at the same features, and a mixing desk decides how much of each to take.*
#
# ![Three cloths, each woven of fine and coarse stripes. The first has a red dot, which asks for the direction of the fine stripes; the other two have a blue dot, which asks for the coarse ones. Below them, samples of the three directions: upright, rising, falling.](figures/question.svg)
#
# A red dot asks for the direction of the **fine** stripes, a blue dot for that of the **coarse** ones.
# A small window holds a whole fine stripe and only a corner of a coarse one, and large windows are expensive: with kernels of 9 x 9, ResNet-50 would have more than four times its parameters.
# So since [GoogLeNet](https://arxiv.org/abs/1409.4842), in 2014, networks have put several sizes side by side; which of them to listen to, later layers have to find out.
# You first: run the next cell, and write your three directions into the one after it.
#
# **Needs** lesson 01 (squeeze, gate) and lesson 04 (a convolution's window) · 1 h 55 min · 7 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - say what a kernel's size and groups cost, before you run any code;
# - build EPSANet's block: a pyramid of convolutions, and a softmax that chooses between its scales;
# - arrive at the number of parameters of the authors' network;
# - catch a mistake that shapes, sums and scores all hide;
# - use an experiment to find out what each part of a module contributes.
#
# | part | minutes |
# |---|---|
# | [the question](#1.-Which-stripes-are-meant?), [what four windows cost](#2.-What-four-windows-cost) | 15 |
# | [the idea](#3.-The-idea) | 12 |
# | [exercise 1, `SplitAndConcat`](#4.-Exercise-1:-SplitAndConcat) (3 points) | 20 |
# | [exercise 2, `PyramidSplitAttention`](#5.-Exercise-2:-PyramidSplitAttention) (3 points); a photograph on a mixing desk | 28 |
# | [`EPSABlock`](#6.-EPSABlock), and a number from the paper | 9 |
# | [the bug museum](#7.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [the experiment](#8.-The-experiment:-what-chooses-between-the-scales?) and [what we now know](#9.-What-we-now-know) | 23 |
#
# </details>

# %%
from attention_lab.lessons.pyramid_split import *

begin("06a_pyramid_split")

# %% tags=["nbval-ignore-output"]
yours = {"cloth 1": None, "cloth 2": None, "cloth 3": None}  # "upright", "rising" or "falling"

with after_predicting(yours):
    for cloth, answer in zip(yours, (1, 0, 2)):
        print(f"{cloth}: you say {yours[cloth]}, it is {DIRECTIONS[answer]}")

# %% [markdown]
# ## 1. Which stripes are meant?
#
# You did two things at once there: you looked closely *and* from afar, and you let the dot choose which look counts.
#
# ![Fine stripes plus coarse stripes make a cloth with both, with a dot to its left. A window of 3 x 3 pixels holds a whole fine stripe, but only a small part of a coarse one; a window of 9 x 9 holds most of a coarse stripe.](figures/cloth.svg)
#
# Now imagine a network that does only half of this.
# It reads the fine stripes perfectly, and never looks at the dot.
# Half of the dots are red, and the three directions are equally common, so how often is it right?
# Work it out, and keep the number; you will see it again.
#
# <details><summary>By hand</summary>
#
# Half of the pictures ask for the fine stripes, and there the network is right.
# In the other half it is right by luck, one time in three: 1/2 + 1/2 · 1/3 = **67 %**.
# </details>

# %% [markdown]
# ## 2. What four windows cost
#
# A kernel three times as wide has nine times as many weights.
# Lesson 04 saved them by making holes; EPSANet, the network of this lesson, saves them with **groups**.
# A convolution has one k x k kernel for each pair of an input and an output channel; with G groups, an output channel reads only the input channels of its own group.
#
# ![Three tables of 8 input channels by 4 output channels, whose filled cells are k x k kernels. One group: all 32. Two groups: each output reads 4 inputs, 16 kernels. Four groups: each reads 2, 8 kernels.](figures/groups.svg)
#
# So `nn.Conv2d(inputs, outputs, k, groups=G)` has (inputs / G) · outputs · k² weights.
# EPSANet lets four convolutions read the same 64 channels and return 16 each, and the larger the kernel, the more groups it gets.
# Which of the four has the most parameters?

# %%
predicted = {"3 x 3": None, "5 x 5": None, "7 x 7": None, "9 x 9": None}

measured = {f"{k} x {k}": parameters(nn.Conv2d(64, 16, k, groups=g, bias=False))
            for k, g in ((3, 1), (5, 4), (7, 8), (9, 16))}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>By hand</summary>
#
# The 3 x 3 convolution has 64 · 16 · 9 = 9,216 parameters, and the 5 x 5 convolution has 16 · 16 · 25 = 6,400.
# The 7 x 7 convolution has 8 · 16 · 49 = 6,272, and the 9 x 9 convolution has 4 · 16 · 81 = 5,184.
# The *smallest* kernel has the most parameters.
# Together that is 27,072, and the plain 3 x 3 convolution that they replace has 64 · 64 · 9 = 36,864.
# </details>
#
# Four windows, and together they are cheaper than one plain 3 x 3 convolution.
# (Cheaper in parameters and arithmetic, that is: on a CPU, groups can cost more time than they save.)

# %% [markdown]
# ## 3. The idea
#
# Zhang, Zu, Lu, Zou and Meng (2021) let four convolutions, with kernels of 3, 5, 7 and 9, look at the same features.
# The output of each is a **scale**.
# And because nobody can say beforehand which scale a picture needs, each picture says so itself: for every channel a softmax deals out **shares**, and what one scale gets, the others lose.
#
# ![Pyramid split attention: x (B, C, H, W) goes into four convolutions, 3 x 3 to 9 x 9, each of which gives a scale (B, C', H', W'). One se, called four times, makes weights (B, C', 1, 1) from each scale. A softmax over the scales turns them into shares, which multiply the scales. Concatenated, they are the output (B, 4 C', H', W').](figures/psa_block.svg)
#
# There are S scales of C' = `channels` // S channels each; with a stride of 1, H' and W' are H and W.
#
# <details><summary>The paper's letters</summary>
#
# | in the paper | in words | here |
# |---|---|---|
# | $F_i = \mathrm{Conv}_{k_i, G_i}(X)$ | the features of scale i, with kernel size $k_i$ and $G_i$ groups | `SplitAndConcat`, (B, S, C', H', W') |
# | $Z_i = \mathrm{SEWeight}(F_i)$ | one number between 0 and 1 per channel of a scale | `SEWeight`, (B, C', 1, 1) |
# | $a_i = e^{Z_i} / \sum_j e^{Z_j}$ | the share of scale i | a softmax over the S scales |
# | $Y = \mathrm{Cat}_i\,(a_i \odot F_i)$ | every scale times its share, one after the other | `PyramidSplitAttention`, (B, S · C', H', W') |
# </details>
#
# The numbers that compete come from an old acquaintance.
# `SEWeight` is lesson 01's squeeze and excitation, written with 1 x 1 convolutions, except that it does not gate x: it *returns* its weights, because the softmax has to read them first.
# Between which two numbers does each of them lie?

# %%
class SEWeight(nn.Module):
    """Channel weights, returned, not applied: (B, C', H, W) -> (B, C', 1, 1)."""

    def __init__(self, channels, reduction=16):
        super().__init__()
        if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel: channels={channels}, reduction={reduction}")
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x):
        mean = x.mean(dim=(2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(mean))))

# %% [markdown]
# Between 0 and 1, because of the sigmoid.
# Remember it: this harmless line will tie a hand of the softmax behind its back.

# %% [markdown]
# ## 4. Exercise 1: `SplitAndConcat`
#
# *About 10 minutes.*
# First the windows.
# All of them look at the same x, and with the right padding each leaves the map as large as it was:
#
# ![Four times the same 11 x 11 map. A kernel of 3 sees 9 positions around the centre, one of 5 sees 25, one of 7 sees 49, one of 9 sees 81. Padding of 1, 2, 3 and 4 keeps the size of the map.](figures/receptive_fields.svg)
#
# 1. Put one convolution for each kernel size side by side; each reads *all* channels of x, in as many groups as its place in `groups` says.
# 2. Stack what they return on a new axis after the batch (the authors call this step "Concat").

# %% exercise
class SplitAndConcat(nn.Module):
    """Convolutions of several sizes, each over all of x: (B, C, H, W) -> (B, S, C', H', W').

    C is in_channels, S the number of kernel_sizes (odd, and not always four), and C' is
    channels // S. convs: nn.ModuleList of S nn.Conv2d without bias, from C to C' channels;
    the i-th has kernel_sizes[i], padding kernel_sizes[i] // 2, groups[i] and the stride.
    """

    def __init__(self, in_channels: int, channels: int, kernel_sizes=(3, 5, 7, 9),
                 groups=(1, 4, 8, 16), stride: int = 1) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(SplitAndConcat)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.stack` puts tensors of the same shape on a new axis; `torch.cat` joins them along an axis that they already have.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `zip(kernel_sizes, groups)` gives the pairs.
# You fill an `nn.ModuleList` like a list, with `append` or from a generator, and torch finds the layers in it.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes the number of channels per scale, and a loop appends one convolution per pair.
# `forward` is one line: it makes the list of all convolutions' outputs and stacks them.
# </details>

# %% [markdown]
# What does each of your windows notice?
# Give every convolution weights by hand, so that it subtracts the mean of its window from the pixel in the middle, and show it a cloth whose fine stripes are upright and whose coarse ones fall.
# In which of the four scales will the coarse stripes survive?

# %% tags=["nbval-ignore-output"]
split = SplitAndConcat(1, 4, groups=(1, 1, 1, 1))
with torch.no_grad():
    for conv in split.convs:
        k = conv.kernel_size[0]
        conv.weight.fill_(-1 / k ** 2)
        conv.weight[:, :, k // 2, k // 2] += 1
    cloth = striped_cloths(6, seed=4).pictures[4:5, 1:2]
    scales = torch.cat([cloth, split(cloth)[0]])
show(show_images(0.5 + 0.7 * scales, ["the cloth", "3 x 3", "5 x 5", "7 x 7", "9 x 9"]),
     "A cloth and what four windows leave of it. With 3 x 3, only the fine upright stripes.")

# %% [markdown]
# A window of 3 x 3 takes its piece of a coarse stripe for a plain grey, and only the fine stripes are left.
# The wider the window, the more of the coarse ones comes back.

# %% [markdown]
# ## 5. Exercise 2: `PyramidSplitAttention`
#
# Now the choice.
# A softmax is a mixing desk whose faders (sliders) always add up to 1: push one up, and the others go down.
# Every channel has a desk of its own.
#
# ![A mixing desk. For each of three channels there are four faders, one per scale, which add up to 1. Channel 0: 0.37, 0.27, 0.20, 0.16 from the weights 0.9, 0.6, 0.3, 0.1. Channel 1: 0.18, 0.20, 0.28, 0.34. Channel 2: four times 0.25.](figures/mixing_desk.svg)
#
# A softmax can also run along the wrong axis, and no shape will tell you.
# The next cell does it both ways, with the weights of the drawing.
# What do the four shares of a channel add up to if the *channels* compete?

# %%
weights = torch.tensor([[0.9, 0.6, 0.3, 0.1], [0.2, 0.3, 0.6, 0.8], [0.5] * 4])
for dim, axis in enumerate(("channels", "scales")):  # a row for each channel
    desk = weights.softmax(dim)[0]
    print(f"over the {axis}: channel 0 has {desk.numpy().round(2)}, together {desk.sum():.2f}")

# %% [markdown]
# *About 12 minutes.*
#
# 1. Show every scale to the same `se`, one after the other.
# 2. Let a channel's S answers compete in a softmax *over the scales*, and multiply each scale by its shares.
# 3. Lay the scales side by side along the channels.
#
# Follow channel 0 of the drawing: the exponentials of its weights are 2.46, 1.82, 1.35 and 1.11, together 6.74.
# So where the 3 x 3 scale holds 10, the output holds 10 · 2.46 / 6.74 = 3.7.

# %% exercise
class PyramidSplitAttention(nn.Module):
    """Every scale times its shares, side by side: (B, C, H, W) -> (B, S * C', H', W').

    C is in_channels, S the number of kernel_sizes, and C' is channels // S.
    split: SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride), with S scales;
    se: one SEWeight(C', reduction) for all of them, which raises the ValueError if
    C' // reduction is 0. The shares of a channel are the softmax, over the scales, of what se
    returns. The output has all C' channels of the first scale, then those of the second, ...
    """

    def __init__(self, in_channels: int, channels: int, kernel_sizes=(3, 5, 7, 9),
                 groups=(1, 4, 8, 16), stride: int = 1, reduction: int = 16) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(PyramidSplitAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write down the shape after every step.
# Where is the axis of size S, and which `dim` is it?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `scales[:, i]` is scale i, (B, C', H', W'), and so is the i-th element of `scales.unbind(dim=1)`.
# Put the S answers of `se` on a new axis, again at position 1: (B, S, C', 1, 1) broadcasts against (B, S, C', H', W').
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` sets two attributes.
# `forward` computes the scales, stacks their weights, takes a softmax, and returns the product.
# In the product, `flatten(1, 2)` merges axes 1 and 2.
# </details>

# %% [markdown]
# ### A photograph on your desk
#
# How far can a fader go?
# The softmax reads outputs of a sigmoid.
# With four scales, what are the largest and the smallest share that one scale can get?

# %%
predicted = {"the largest share": None, "the smallest share": None}

extremes = torch.tensor([[1.0, 0, 0, 0], [0, 1, 1, 1]]).softmax(dim=1)[:, 0]
predict_then_run(predicted, dict(zip(predicted, extremes.tolist())), unit="share of one scale")

# %% [markdown]
# **Touch it.** Here is your module with weights set by hand, over a photograph: each window takes the mean of what it sees, so the 3 x 3 scale is sharp and the 9 x 9 scale is a blur.
# The slider sets the number that `se` computes for the sharp scale, *before* its sigmoid; those of the others are 0.
# Try to bring the cat's whiskers back.
# If you give up, let the softmax read the number itself, without the sigmoid.

# %% tags=["nbval-ignore-output"]
photo = F.adaptive_avg_pool2d(photograph("chelsea"), (80, 120))
slide({"number of 3 x 3": {str(n): float(n) for n in (-8, -4, -2, 0, 2, 4, 8)},
       "the softmax reads": {"the sigmoid's output": torch.sigmoid,
                             "the number itself": nn.Identity()}},
      lambda number, reads: photograph_on_a_desk(PyramidSplitAttention, photo, number, reads),
      lambda number, reads: desk_in_words(desk_shares(number, reads), KERNELS),
      start=["0", "the sigmoid's output"])

# %% [markdown]
# <details><summary>Why the cat stays blurred</summary>
#
# The largest share is e / (e + 3) = 0.48, and the smallest is 1 / (1 + 3e) = 0.11 (the dashed lines).
# Two shares differ by a factor of e at most, so no scale can be switched off, and no scale gets half.
# The paper speaks of *selecting* scales; the published module can only mildly prefer some.
# </details>

# %% [markdown]
# ## 6. `EPSABlock`
#
# Have you built the authors' module, or a cousin of it?
# A first test is to count.
# ResNet-50's blocks have a 3 x 3 convolution between two 1 x 1 convolutions, and EPSANet puts your module in its place:
#
# ![The EPSA block: x goes through conv1, bn1 and ReLU to (B, P, H, W), through psa, bn2 and ReLU to (B, P, H', W'), through conv3 and bn3 to (B, 4P, H', W'). x, or downsample of x, is added; a ReLU follows.](figures/epsa_block.svg)

# %%
class EPSABlock(nn.Module):
    """ResNet's bottleneck with pyramid split attention: (B, C, H, W) -> (B, 4P, H', W')."""

    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, self.expansion * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * planes)
        self.downsample = downsample

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.psa(y)))
        y = self.bn3(self.conv3(y))
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(y + shortcut)

# %% [markdown]
# ResNet-50 has 25.6 million parameters.
# With four larger windows in each block, will yours have more, or fewer?

# %%
with torch.device("meta"):  # modules there have shapes, but no numbers
    network = resnet(50, EPSABlock)  # torchvision's ResNet-50, with this block in each place
print(f"{parameters(network):,} parameters")

# %% [markdown]
# Fewer, by 12 %, and to the last digit what we count in [the authors' own code](https://github.com/murufeng/EPSANet).
# A wrong count would have given a cousin away; a right one is no proof.

# %% [markdown]
# ## 7. The bug museum
#
# ### Exhibit A: desks that add up to 1
#
# This module has a wrong line.
# Shapes and gradients are right, and the four shares of each desk add up to 1, so a look at the sums finds nothing.
# Nor does the score: trained as in the experiment below, it does as well as yours, and only much longer runs begin to tell.
# It is a mistake that one makes on an ordinary afternoon, with everything green, and the colleague who reads the change nods.
# Read it, and see whether you find the line.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16),
                 stride=1, reduction=16):
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)

    def shares(self, parts):
        B, S, C = parts.shape[:3]
        weights = torch.cat([self.se(part) for part in parts.unbind(1)], dim=1)
        return weights.view(B, C, S).softmax(dim=2).transpose(1, 2)  # (B, S, C)

    def forward(self, x):
        parts = self.split(x)
        return (parts * self.shares(parts)[..., None, None]).flatten(1, 2)


# %% [markdown]
# If you don't, touch a fader: turn up the features of the last scale, for every channel, and mark with `#` the shares that move.
# A score cannot tell you who competes with whom, and a poke can.
# What one scale gains the others lose, so which marks do you expect?
#
# Then repair the exhibit, in its own cell, until you see them.
# Mend what stands there: what leans on your `PyramidSplitAttention` earns nothing.

# %%
torch.manual_seed(0)
exhibit = ExhibitA(16, 32, groups=(1, 1, 1, 1), reduction=2)
parts = exhibit.split(torch.randn(1, 16, 12, 12))
louder = parts.clone()
louder[:, 3] += 1
moved = (exhibit.shares(louder) - exhibit.shares(parts)).abs()[0] > 1e-6
for scale, line in enumerate(moved.tolist()):
    print(f"scale {scale}:", "".join(".#"[yes] for yes in line))

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# In which order do the numbers lie after `cat`: all channels of one scale, or all scales of one channel?
# And in which order does the next line read them?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `cat` puts the scales one after the other, so the numbers lie in the order (S, C), and `view(B, C, S)` cuts this row in a different way.
# Each "desk" then holds neighbouring channels of *one* scale, and they compete with one another.
# `weights.view(B, S, C).softmax(dim=1)` is right, and needs no `transpose`.
# How the network gets by with such desks, we have not looked into; the lab book has the runs, and two mistakes that were seen in public code.
# </details>

# %% [markdown]
# ## 8. The experiment: what chooses between the scales?
#
# Back to the cloths, with a small network that has to name the direction: a 1 x 1 convolution, your module, the mean over all positions, and a linear layer.
# (We *made* both for your module: no other layer looks at neighbouring pixels.)
# Now take it apart.
# *Only 3 x 3 kernels* has the choice without the sizes, *equal shares* has the sizes without the choice, and *sigmoids* lets each scale have a gate of its own, without any competition.
#
# Which of these stay near the number that you worked out in section 1?
# And which is ahead, the softmax or the sigmoids?

# %% tags=["experiment"]
predicted = {"equal shares": None, "softmax over scales": None,
             "sigmoids, no competition": None}

# %% tags=["experiment"]
class EqualShares(PyramidSplitAttention):
    def forward(self, x):
        return torch.cat(self.split(x).unbind(1), dim=1) / 4


class Sigmoids(PyramidSplitAttention):
    def forward(self, x):
        return torch.cat([part * self.se(part) for part in self.split(x).unbind(1)], dim=1)


arms = {"only 3 x 3 kernels": (PyramidSplitAttention, (3, 3, 3, 3)),
        "equal shares": (EqualShares, KERNELS),
        "softmax over scales": (PyramidSplitAttention, KERNELS),
        "sigmoids, no competition": (Sigmoids, KERNELS)}
run, trained, plot = on_cloths(arms, longer=longer_runs)
remind(predicted)
results = compare_arms(arms, seeds=range(5), run=run, after_each=plot.growing(predicted))

# %% [markdown]
# The figure shows your runs and, as squares, recorded ones with five times as many steps.
# Below it you see which stripes each arm names, and how it does with *another picture's dot*, whose colour is right half of the time.

# %% tags=["experiment"]
plot.show(results, predicted)
with after_predicting(predicted):
    for arm in arms:
        print(f"{arm}:", ", ".join(f"{of[:-4]} {results.mean(arm, of):.0f} %"
                                   for of in results.measures[1:]))

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **From a narrow view, this network reads the fine stripes only.**
# *Only 3 x 3 kernels* names the fine stripes and can do little more than guess at the coarse ones, and longer training helps little.
#
# **Seeing both is not enough, something has to choose.**
# *Equal shares* sees both kinds, and stays near your 67 % however long it is trained.
# The softmax is far ahead of it, and does use the dot: with another picture's it, too, gets about 1/2 + 1/2 · 1/3.
# (A gate is not the only thing that can choose: [a hidden layer before the answer](lab_book.md#4.-Is-it-the-gate) learns it, too, and then even from narrow windows.)
#
# **Competition is not needed.**
# Independent sigmoids do at least as well; given five times the steps, both get there.
# It seems to be [the hand behind its back](lab_book.md#5.-Why-is-the-softmax-slower), the narrow range of its shares, that makes the softmax the slower one in most of our runs.
# </details>

# %% [markdown]
# ### One cloth, two dots
#
# Take two cloths, and give each of them a red dot and then a blue one, so that nothing changes but the question.
# What should happen to the shares?

# %% tags=["experiment"]
show_desks({seed: trained["softmax over scales", seed] for seed in results.seeds},
           results.scores("softmax over scales", "right (%)"))

# %% [markdown]
# Below each cloth are its desks, a column for each channel, and a row for each window, from 3 x 3 at the top to 9 x 9; the deeper the orange, the larger the share.
# In our run the two red desks are alike, and so are the two blue ones: a desk listens to the dot, and hardly to the cloth.
# (The small windows need not answer for the fine stripes, because nobody trains them to a division of labour that we would find tidy.)
# Your picture is now beside this notebook, as `my_pyramid.png`.

# %% [markdown]
# ## 9. What we now know
#
# To name the right stripes, our small network, without a hidden layer, had to see far *and* to choose; with either one alone it was stuck at the score of a single kind of stripes.
# Groups make large windows cheap, in parameters if not in time.
# The softmax lets the windows compete, but because it reads the outputs of sigmoids it can only mildly prefer one, and gates that did not compete at all did at least as well.
# So before you put the module into a network, ask how far a window must see, and what chooses for each picture.
#
# **Next.** [Lesson 06b](../06b_polarized/06b_polarized.ipynb) asks how fine an attention map must be.
# (For doubters there is the [lab book](lab_book.md), with all runs, hidden layers, kernels with holes, real pictures, four readings of the paper, and a challenge with 3,807 parameters.)

# %% tags=["nbval-ignore-output"]
progress()
