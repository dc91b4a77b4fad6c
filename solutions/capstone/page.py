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
# # 10 · Capstone: build the networks, meet the papers' tables
#
# *Everything that you have written comes together: whole networks, published numbers, and a map of what attention is good for.*
#
# ![Two bars. ResNet-50 has 25.56M parameters. ECA-ResNet-50, the same network with 16 more modules, has 24.37M. Where did a million parameters go?](figures/question.svg)
#
# People choose networks by tables of parameters and FLOPs; the library [timm](https://github.com/huggingface/pytorch-image-models) publishes such tables for hundreds of models.
# If two rows differ by 1.2 million parameters although they should not, one of the numbers is wrong,
# or it does not mean what you think.
# Here you count for yourself, with your own modules.
#
# **Needs** lessons 01 and 09 (other lessons add rows to the tables) · 3 h · 7 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build all of CloFormer-XXS, and a ResNet with a place for any attention module;
# - reproduce the parameter counts of published tables, and say which "M" and which "FLOPs" a table means;
# - test a module on tasks that were each made for one mechanism, and read the result without crowning a winner;
# - train your own network within a budget, and say what its score shows and what it does not;
# - ask a question of your own, and answer it with an experiment that could have proved you wrong.
#
# | part | minutes |
# |---|---|
# | [a module that removes parameters?](#1.-A-module-that-removes-parameters?) | 3 |
# | [exercise 1, `parameter_table`](#2.-Exercise-1:-parameter_table) (1 point) | 11 |
# | [exercise 2, `AttentionResNet`](#3.-Exercise-2:-AttentionResNet) (3 points), and what each module costs | 33 |
# | [exercise 3, `CloFormer`](#4.-Exercise-3:-CloFormer) (3 points) | 28 |
# | [the papers' tables](#5.-The-papers'-tables) | 15 |
# | [the bug museum](#6.-The-bug-museum) | 7 |
# | [what is attention good for?](#7.-What-is-attention-good-for?) | 22 |
# | the whole map | 10 |
# | [your own network, trained](#8.-Your-own-network,-trained) | 10 |
# | [a question of your own](#9.-A-question-of-your-own) | 23 |
# | [paper against code](#10.-Paper-against-code,-and-a-challenge), without the challenge | 4 |
# | [what we now know](#11.-What-we-now-know) | 7 |
# | [questions](#12.-Questions-to-think-about) | 7 |
# </details>

# %%
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.adapters import plugged
from attention_lab.networks.backbones import resnet
from attention_lab.networks.paper_tables import network, paper_table
from attention_lab.networks.places import PlacedAttention
from attention_lab.networks.restore import agreement, classes, restore
from attention_lab.networks.training import compare, train
from attention_lab.notebook.card import paper_card
from attention_lab.notebook.challenge import challenge
from attention_lab.notebook.own_record import record
from attention_lab.notebook.study import study
from attention_lab.notebook.train_resnet import train_resnet
from attention_lab.pictures import predict_then_run, show
from attention_lab.pictures.capstone import (
    billions_of_multiply_adds,
    print_missing,
    print_sizes,
    show_task_scores,
    slide_answers,
)
from attention_lab.pictures.leaderboard import fronts
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.data import photograph
from attention_lab.tasks.five_tasks import TASKS, WIDTH, TaskNet
from attention_lab.tasks.task_scores import score, train_questions, with_means

# %% [markdown]
# ## 1. A module that removes parameters?
#
# ResNet-50 has 25.56 million parameters.
# The [authors of ECA](https://github.com/BangguWu/ECANet) state 24.37M parameters for their ECA-Net50.
# This network is a ResNet-50 with one ECA module in each of its 16 blocks.
# That module, from lesson 02, *adds* a few numbers to a network and removes nothing.
#
# **Guess now,** before you read on.
# Where did more than a million parameters go?
#
# 1. The authors' ResNet-50 is smaller than the usual one.
# 2. The authors do not count the last layer, or the BatchNorms.
# 3. All parameters are still there.
#
# The function that you write in exercise 1 will tell you.

# %% [markdown]
# ## 2. Exercise 1: `parameter_table`
#
# How many parameters does a module have?
# It is tempting to add up everything in its state dict, so look at what that counts:

# %%
square = nn.Linear(1024, 1024, bias=False)
for name, module in (("twice", nn.Sequential(square, square)), ("norm", nn.BatchNorm2d(8))):
    print(name, sum(each.numel() for each in module.state_dict().values()))

# %% [markdown]
# In the line `twice`, the same matrix was counted twice.
# In the line `norm`, only 16 of the 33 numbers are trained; the others are running means, variances and a counter.
#
# `parameter_table` takes one argument, `rows`: a list of pairs, each made of a name and a module.
# Return a list with one tuple for each pair, in the order of the pairs.
# Each tuple holds four things:
#
# - the name;
# - the number of *trainable* parameters (those whose `requires_grad` is True), an `int`;
#   a parameter that the module holds in two places counts once;
# - that number in units of 10^6, rounded to two decimals;
# - that number in units of 2^20 = 1,048,576, rounded to two decimals.

# %% [markdown]
# Worked example: `nn.Linear(1024, 1024, bias=False)` has 1024 · 1024 = 2^20 weights.
# With the name "square" its row is `("square", 1048576, 1.05, 1.0)`.
# In an `nn.Sequential` that holds this same layer twice there is still one matrix, so the three numbers stay the same.
# If the layer's weight does not require a gradient (a frozen layer), these three numbers are 0, 0.0 and 0.0.
#
# The rows of a table may share modules, as in the following example.
# `body` is `nn.Linear(30, 20)`, with 620 parameters, and `head` is `nn.Linear(20, 10)`, with 210.
#
# | a row's module | its parameters |
# |---|---|
# | `body` | 620 |
# | `nn.Sequential(body, head)` | 830 |
# | `nn.Sequential(body, body)` | 620 |
#
# A layer that a row holds twice counts once.
# But each row counts all that its own module holds, whatever the rows above it have counted.
#
# `round(x, 2)` rounds to two decimals, and `module.parameters()` gives you each shared parameter once.

# %% exercise
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two decimals.
    """
    ...


# %% points=1
check(parameter_table)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# A parameter is a tensor: `numel()` counts its numbers.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# You need an empty list, a loop over the pairs, a sum with an `if` in it, and one `append` of four things.
# </details>

# %% [markdown]
# Now you can answer the question of section 1.
# `resnet` builds torchvision's ResNets.
# On the device `"meta"`, tensors have shapes but no numbers, so even the largest network is built in an instant.

# %%
with torch.device("meta"):
    plain = resnet(50)
parameter_table([("ResNet-50", plain)])

# %% [markdown]
# 25,557,032 parameters are 25.56 million, or 24.37 times 2^20.
# So the third guess is right: ECA-Net50's row counts in units of 2^20, as megabytes are sometimes counted.
# Somebody [asked](https://github.com/BangguWu/ECANet/issues/35) which unit this is, and the authors answered ("uses 1024").
# If you compare this row with a row of a paper that counts in millions, ECA seems to have removed 5 % of the network.

# %% [markdown]
# ## 3. Exercise 2: `AttentionResNet`
#
# ![The network: a stem, then stages of blocks, a mean and a linear layer, with the shape of the map after each. Below, one block: conv1, bn1, ReLU, conv2, bn2, attention, then the sum with the shortcut, then ReLU.](figures/resnet.svg)
#
# Build a small ResNet in which each block has a place for one module: on the residual branch, after `bn2` and before the shortcut is added.
#
# - `stem`: an `nn.Sequential` of a 3 x 3 convolution from 3 to widths[0] channels, a BatchNorm and a ReLU;
# - `stages`: an `nn.ModuleList` with one entry for each width.
#   Each entry is an `nn.ModuleList` too, and holds the blocks of its stage; the argument `blocks` says how many;
# - a block: `conv1`, `bn1`, ReLU, `conv2`, `bn2`, `attention`, then the sum with the shortcut, then ReLU;
# - the first block of every stage *but the first* has stride 2, in `conv1`;
# - if the stride is 2 or the width changes, the shortcut is `downsample(x)`,
#   where `downsample` is an `nn.Sequential` of a 1 x 1 convolution with the block's stride and a BatchNorm.
#   Otherwise the shortcut is x and `downsample` is None;
# - at the end come the mean over H and W, and then `head: nn.Linear(widths[-1], num_classes)`.
#
# With stride 2, both paths through a block must round odd sides in the same way, or their outputs cannot be added.
# Do they, for a map of 7 x 10?

# %%
for side, zeros in ((3, 1), (1, 0)):  # conv1, and the convolution of downsample
    halving = nn.Conv2d(4, 6, side, stride=2, padding=zeros, bias=False)
    print(f"{side} x {side}:", tuple(halving(torch.zeros(2, 4, 7, 10)).shape))

# %% [markdown]
# Convolutions are 3 x 3 with padding 1, except those in `downsample`, and no convolution has a bias.
#
# `make_attention` is a function: called with a block's width, it returns a module.
# Call it once *for each block*, so that no two blocks share weights.
# If it is None, `attention` is an `nn.Identity()`.
#
# Worked example: `AttentionResNet(make, widths=(4, 6), blocks=2)` on x (2, 3, 8, 10).
# The stem gives (2, 4, 8, 10), both blocks of the first stage keep that shape, and the second stage makes it (2, 6, 4, 5).
# The mean is (2, 6), and the output is (2, 10).
# There are four blocks, so `make` was called four times, with 4, 4, 6 and 6.
# One block, the third, has a `downsample`.
# Stride 2 rounds odd sides up: 7 becomes 4.
#
# We suggest a class `Block` inside `AttentionResNet`, which you then call as `self.Block(...)`; any other way is fine too.

# %% exercise
class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            ### BEGIN SOLUTION
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding=1, bias=False)
            self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False)
            self.attention = attention
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(in_channels, width, 1, stride=stride, bias=False),
                    nn.BatchNorm2d(width))
            ### END SOLUTION

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            ### BEGIN SOLUTION
            shortcut = x if self.downsample is None else self.downsample(x)
            x = F.relu(self.bn1(self.conv1(x)))
            x = self.attention(self.bn2(self.conv2(x)))
            return F.relu(x + shortcut)
            ### END SOLUTION

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages = nn.ModuleList()
        before = widths[0]
        for stage, width in enumerate(widths):
            stage_blocks = nn.ModuleList()
            for place in range(blocks):
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stride = 2 if stage > 0 and place == 0 else 1
                stage_blocks.append(self.Block(before, width, stride, attention))
                before = width
            self.stages.append(stage_blocks)
        self.head = nn.Linear(before, num_classes)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        x = self.stem(x)
        for stage_blocks in self.stages:
            for block in stage_blocks:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))
        ### END SOLUTION


# %% points=3
check(AttentionResNet)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You need two loops, one over the stages and one over the blocks of a stage.
# Besides its width and its module, which two things does a block need to know?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Keep the previous block's number of output channels in a variable; it changes once per stage, at the first block.
# A block has stride 2 if it is the first of its stage *and* the stage is not the first.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `Block` sets six attributes, the last one with an `if`, and its `forward` has four lines.
# The network makes the stem and an empty `ModuleList`, which two loops fill with one `append` each.
# Then it makes the head.
# The `forward` of the network has the same two loops.
# </details>

# %% [markdown]
# **What each module costs.**
# The cell below reads your notebooks of the earlier lessons, which lie next to this one, and takes your modules out of them.
# Modules that are not solved yet are listed with their lesson.
#
# **Predict, then run:** how many parameters does `AttentionResNet` gain from SE, from ECA, and from one more 3 x 3 convolution?
# (With its default arguments it has six blocks, SE has a reduction of 2, and ECA has kernels of size 3.
# The extra convolution has no bias, and a BatchNorm follows it.)

# %% tags=["experiment"]
predicted = {"SE": None, "ECA": None, "one more 3x3 conv": None}

modules, missing = plugged()  # by name: a function that makes the module for so many channels
print_missing(missing)
nets = [(name, AttentionResNet(make_attention)) for name, make_attention in modules.items()]
sizes = {name: count for name, count, *_ in parameter_table(nets)}
measured = {name: sizes.get(name, float("nan")) - sizes["nothing"] for name in predicted}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# <details><summary>Explain, then open</summary>
#
# SE needs C · C/2 parameters twice, so C² for each block.
# Each width has two blocks, so SE needs 2 · (16² + 32² + 64²) = 10,752 in all.
# ECA needs 3 for each block, 18 in all.
# The extra convolution needs 9 C² for each block, and the BatchNorm after it needs 2 C, which makes 97,216 in all.
# A gate adds so few parameters that they alone can hardly explain its effect.
# (Pyramid split and SCConv, in the list below, are not gates but convolutions.)
# The plain convolution is our control: it shows what a network gains from more parameters and a wider view alone.
# </details>

# %% tags=["experiment"]
print_sizes(sizes)

# %% [markdown]
# ## 4. Exercise 3: `CloFormer`
#
# ![CloFormer-XXS: the image (3, 224, 224) goes through patch_embed and four stages of 2, 2, 6 and 2 blocks; the maps have sides of 56, 28, 14 and 7. Then norm, mean, head.](figures/cloformer.svg)
#
# The next cell holds lesson 09's `CloBlock`, so you can do this exercise even if yours is not finished.
# The block's parts and names are those of lesson 09, but here the branches are dictionaries of layers, not classes of their own.

# %%
class CloBlock(nn.Module):
    """(B, dim, H, W) -> (B, out_dim, H', W'): CloAttention, then ConvFFN with the stride."""

    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size,
                 mlp_kernel_size, mlp_ratio, stride):
        def conv(inside, outside, size=1, stride=1, groups=1):
            return nn.Conv2d(inside, outside, size, stride, size // 2, groups=groups)

        super().__init__()
        if dim % num_heads or sum(group_split) != num_heads:
            raise ValueError(f"{dim} channels, {num_heads} heads in groups of {group_split}")
        self.head_dim, self.window_size = dim // num_heads, window_size
        *near, far = (heads * self.head_dim for heads in group_split)
        attn = {"local_branches": nn.ModuleList(
            nn.ModuleDict({"qkv": conv(dim, 3 * w), "mixer": conv(3 * w, 3 * w, size, 1, 3 * w),
                           "attn_map": nn.Sequential(OrderedDict(
                               conv1=conv(w, w), silu=nn.SiLU(), conv2=conv(w, w)))})
            for w, size in zip(near, kernel_sizes) if w)}
        if far:
            everywhere = {"q": conv(dim, far), "kv": conv(dim, 2 * far)}
            attn["global_branch"] = nn.ModuleDict(everywhere)
        attn["proj"] = conv(dim, dim)
        hidden = int(mlp_ratio * dim)
        self.norm1, self.attn = nn.GroupNorm(1, dim), nn.ModuleDict(attn)
        self.norm2, self.mlp = nn.GroupNorm(1, dim), nn.Sequential(OrderedDict(
            fc1=conv(dim, hidden), gelu=nn.GELU(),
            dwconv=conv(hidden, hidden, mlp_kernel_size, stride, hidden),
            fc2=conv(hidden, out_dim)))
        shortcut = nn.Identity() if stride == 1 else nn.Sequential(
            conv(dim, dim, mlp_kernel_size, 2), nn.BatchNorm2d(dim), conv(dim, out_dim))
        self.downsample = shortcut

    def near(self, branch, x):
        q, k, v = branch["mixer"](branch["qkv"](x)).chunk(3, dim=1)
        return (branch["attn_map"](q * k) / self.head_dim ** 0.5).tanh() * v

    def far(self, branch, x):
        def heads(tokens):
            return tokens.flatten(2).unflatten(1, (-1, self.head_dim)).mT

        k, v = branch["kv"](F.avg_pool2d(x, self.window_size)).chunk(2, dim=1)
        gathered = F.scaled_dot_product_attention(heads(branch["q"](x)), heads(k), heads(v))
        return gathered.mT.flatten(1, 2).unflatten(2, x.shape[2:])

    def forward(self, x):
        z = self.norm1(x)
        outputs = [self.near(branch, z) for branch in self.attn["local_branches"]]
        if "global_branch" in self.attn:
            outputs.append(self.far(self.attn["global_branch"], z))
        x = x + self.attn["proj"](torch.cat(outputs, dim=1))
        return self.mlp(self.norm2(x)) + self.downsample(x)

# %% [markdown]
# **Build this** from `CloBlock`s:
#
# - `patch_embed`: an `nn.Sequential` of four 3 x 3 convolutions with padding 1, each followed by a BatchNorm and a ReLU.
#   With d = dims[0], their outputs have d // 2, d, d and d channels, and their strides are 2, 2, 1 and 1.
#   Then come a 1 x 1 convolution from d to d channels, and `nn.GroupNorm(1, d)`.
#   All convolutions have biases;
# - `stages`: an `nn.ModuleList` with one `nn.ModuleList` of depths[i] `CloBlock`s for each stage;
# - `norm`: `nn.GroupNorm(1, dims[-1])`; then the mean over H and W; then `head`, an `nn.Linear`.
#
# `CloFormer` takes six lists with one entry per stage: `dims`, `depths`, `num_heads`, `group_splits`, `kernel_sizes` and `window_sizes`.
# The entries of `group_splits` and `kernel_sizes` are lists themselves.
# If there is a next stage, the *last* block of a stage has stride 2 and leads to the next stage's width.
# (Mind the difference: in exercise 2 the *first* block of the next stage had stride 2.)
# All other blocks keep the width, with stride 1.
# If the six lists do not all have the same length, raise a `ValueError`.
#
# These are the convolutions of `patch_embed` for d = 8:

# %%
for entering, leaving, side in ((3, 4, 3), (4, 8, 3), (8, 8, 3), (8, 8, 1)):
    print(f"{side} x {side}, {entering} to {leaving} channels:",
          sum(p.numel() for p in nn.Conv2d(entering, leaving, side).parameters()), "parameters")

# %% [markdown]
# **Worked example.** Take dims [8, 12] and depths [2, 1], and an image of 32 x 48 pixels.
# `patch_embed` makes (B, 8, 8, 12), because its two strides of 2 divide both sides by 4.
# The first stage has two blocks: 8 to 8 with stride 1, then 8 to 12 with stride 2, which gives (B, 12, 4, 6).
# The second stage has one block, 12 to 12, with stride 1.
# This block is the last of its stage, but there is no next stage to lead to.
#
# `patch_embed` holds 4 · 3 + 2 = 14 layers.
# With d = 8 its 3 x 3 convolutions have 3 · 9 · 4 + 4 = 112, then 4 · 9 · 8 + 8 = 296, then 584 and 584 parameters.
# The 1 x 1 convolution has 72.
#
# CloFormer-XXS, whose settings are in the cell below your check, has 4,166,728 parameters.

# %% exercise
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(CloFormer)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# For each of the twelve blocks of XXS, write down its input width and output width in terms of dims[i], and its stride.
# Three of the twelve blocks are special.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Two conditions make a block special: it is the last one of its stage, *and* there is a next stage.
# Everything else about such a block (heads, split, kernels and window) comes from its own stage.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` starts with the check that may raise the error.
# A loop over four pairs (channels, stride) collects the layers of `patch_embed`.
# A loop over the stages has a loop over the blocks inside it, and `norm` and `head` come last.
# `forward` calls `patch_embed`, and has two loops and one `return`.
# </details>

# %% [markdown]
# Now build CloFormer-XXS from your class, and count its parameters:

# %%
with torch.device("meta"):
    xxs = CloFormer(dims=[32, 64, 128, 256], depths=[2, 2, 6, 2], num_heads=[4, 4, 8, 16],
                    group_splits=[[3, 1], [2, 2], [4, 4], [4, 12]],
                    kernel_sizes=[[3], [5], [7], [9]], window_sizes=[8, 4, 2, 1])
print(parameter_table([("CloFormer-XXS", xxs)]))
print(tuple(xxs(torch.empty(1, 3, 224, 224, device="meta")).shape))

# %% [markdown]
# A `CloBlock` with stride 2 has a `downsample` on its shortcut.
# In the paper's drawing its first layer is a depth-wise convolution, but in the authors' code it is a full convolution.
# Which of the two was trained?
# The paper's table says 4.2 million parameters.
# Your network has full convolutions and 4.17 million parameters; with depth-wise convolutions it would have 3.63 million.
# So the network in the table is the one in the code, not the one in the drawing.
# When a drawing and the code disagree, a number in a table can tell you which of the two was trained.

# %% [markdown]
# ## 5. The papers' tables
#
# Each row below is a published network, built from *your* modules.
# (The rest of each network, its *skeleton*, is in `attention_lab/networks/backbones.py`.
# CloFormer's rows use your `CloBlock` of lesson 09, or the one on this page if yours is not solved yet.)
# In the table, "met" means that two things are true.
# First, your network has exactly as many parameters as we counted in the released code.
# Second, somebody has stated a number of parameters, and your count rounds to this number in the same unit.
# "As the code" means that only the first of these holds: nobody states a number, or the stated number does not fit the released code.
# For nearly every row this code is the authors' own.
# SE's authors have released no network with 18 or 34 layers, so the rows SE-ResNet-18 and -34 follow a third party's code.
# "Second-hand" numbers are often quoted, but we have not read them in the paper itself.
#
# SE's authors gave biases to both layers of the excitation, and your SE block of lesson 01 has none.
# So the skeletons of SE-ResNet-50 and -101 add these biases to your block.
#
# **Guess first:** SE-ResNet-50 and CBAM-ResNet-50 are both quoted at 28.09M.
# Do the two networks have the same number of parameters?

# %% tags=["experiment"]
tables = paper_table(here={"CloFormer": CloFormer})
tables

# %% [markdown]
# The last column says what to look out for in each row.
# If a row says "too many" or "too few", look for a difference between your module and the code: a bias, a norm, a width.
# But a row marked "met" proves little about what the module computes, because a sigmoid in the wrong place does not change the count.
# That is what your checks are for.
#
# <details><summary>The two 28.09M</summary>
#
# SE-ResNet-50 has 28,088,024 parameters.
# Without the biases (16,048 in all) it would have 28,071,976, which rounds to 28.07M.
# CBAM's channel gates have the same layers and biases, and each of its 16 spatial gates adds 100 parameters.
# That makes 28,089,624.
# So two different networks have "the same size", but only to two decimals.
# </details>

# %% [markdown]
# **Your network and the authors', with the same weights** (not graded, and nothing below needs this part).
# Does your network compute what the authors' network computes?
# If both networks get the same weights and the same pictures, every stage must output the same numbers.
# We ran the authors' code for nine networks and wrote down what each stage computed.
# The weights in these runs were not trained: a fixed rule computes them, so nobody has to store them.
# The next cell computes them again for your CloFormer.
# (CloFormer's authors have not released trained weights.)

# %% tags=["experiment"]
your_cloformer = network("CloFormer-XXS", device="cpu", here={"CloFormer": CloFormer})
print(agreement(your_cloformer, "CloFormer-XXS"))

# %% [markdown]
# If `logits` is in the list that the cell printed, your network computes the same as the authors' CloFormer, to eight digits.
#
# The authors of ECA, CBAM, BAM, SCNet, ResT and coordinate attention have released weights that they trained on ImageNet.
# If you download such weights and put the file next to this notebook, a network with your own module says what a photograph shows.
# The next cell does this for ECA-ResNet-50, and it tells you where to find the file.
# We have not been able to try the download ourselves.
# If a file is not what we expect, `restore` says what it found and leaves your network as it is.

# %% tags=["experiment"]
if "ECA" in modules:  # your block of lesson 02
    eca = network("ECA-ResNet-50", device="cpu")
    if restore(eca, "ECA-ResNet-50", "eca_resnet50_k3557.pth.tar"):
        for label, probability in classes(eca, photograph("chelsea")):
            print(f"{probability:6.1%}  {label}")

# %% [markdown]
# ## 6. The bug museum
#
# **Which of these three networks is the cheapest?**
# For images of 224 x 224 pixels the authors' READMEs state these "FLOPs":
#
# | EPSANet-50 (Small) | ECA-ResNet-50 | SCNet-50 |
# |---|---|---|
# | 3.62G | 3.86G | 7.9G |
#
# A survey that copies these numbers would call SCNet-50 twice as expensive as the other two.
#
# Count multiply-adds with your own modules, and find out what each README means by FLOPs.
# **Predict, then run:** how many billion multiply-adds does each network need?

# %% tags=["experiment"]
predicted = {"EPSANet-50 (Small)": None, "ECA-ResNet-50": None, "SCNet-50": None}

measured = billions_of_multiply_adds(predicted)
predict_then_run(predicted, measured, unit="billion multiply-adds")

# %% [markdown]
# <details><summary>What is wrong with that table</summary>
#
# | | stated "FLOPs" | what it is | multiply-adds |
# |---|---|---|---|
# | EPSANet-50 | 3.62G | multiply-adds in 10^9, and some more (for norms and pooling?) | 3.60 · 10^9 |
# | ECA-ResNet-50 | 3.86G | multiply-adds in 2^30, and some more | 4.09 · 10^9 |
# | SCNet-50 | 7.9G | *twice* its multiply-adds (each is a multiplication and an addition); the README's column "MAdds" has 4.0G | 3.93 · 10^9 |
#
# Counted in one unit, EPSANet-50 is the cheapest, and SCNet-50 is 4 % cheaper than ECA-ResNet-50, not twice as expensive.
# It is our guess that two of the stated numbers include norms and pooling.
# It would explain why they are a little larger than the multiply-adds alone, but we have not run the authors' counter.
# We saw these numbers in the READMEs of [EPSANet](https://github.com/murufeng/EPSANet), [ECANet](https://github.com/BangguWu/ECANet) and [SCNet](https://github.com/MCG-NKU/SCNet).
# No single README is wrong, but the table made from all three is wrong.
# </details>

# %% [markdown]
# ## 7. What is attention good for?
#
# ![Five small pictures with their questions: what, where, look-up, far and local.](figures/tasks.svg)
#
# Accuracy on one benchmark cannot tell you which mechanism did the work.
# So here are five small tasks, each made so that one mechanism is enough:
#
# - **what:** a lamp of unknown colour tints sixteen pieces of paper.
#   In white light, would this piece look redder or bluer than grey?
#   (The *average* of the picture is enough, because it shows the lamp's colour; chance level is 50 %.)
# - **where:** is this square in the marked row, in the marked column, in both or in neither?
#   (*Positions* are enough; chance level is 25 %.)
# - **look-up:** in the legend on the left, each colour stands beside black, grey or white.
#   Which of the three belongs to the colour of this patch?
#   (*Content* is enough: the patch has to find its own colour, wherever it stands in the legend.
#   The legend's grey is also the grey of the background, so it does not stand out.
#   Chance level is 33 %.)
# - **far:** what colour are the posts six pixels left and right of this dot?
#   (*Reach* is enough, because the dot's position has to know what lies six pixels away on each side; chance level is 33 %.)
# - **local:** do these noisy stripes rise or fall here?
#   (The neighbourhood is enough, so this task is our control; chance level is 50 %.)

# %% [markdown]
# **The network** is the same for all tasks.
# A 3 x 3 convolution with stride 2 comes first, then one residual block, and then a layer that gives scores at each position.
# The residual block has a 3 x 3 convolution, *the module* and a 1 x 1 convolution.
# There are 16 channels and no pooling anywhere.
# Without the module, the score at a position depends on 7 x 7 pixels.
#
# Gates, and modules that have their own shortcut, are plugged in as they are.
# Four modules are attention without a shortcut: CloAttention, EMSA, window attention and GRL's attention.
# We put a BatchNorm before each of these four, and a shortcut around the BatchNorm and the module.
# (The code is in `attention_lab/networks/adapters.py`.)
#
# Training takes 200 steps (500 for the look-up) of 16 pictures, with Adam and a learning rate that rises to 0.01 and falls again.
# When we speak of **the page's number of steps**, we mean these 200 (or 500).
# The score is the percentage of right answers on 400 new pictures.
# A run has **solved** its task if it scores at least 90 %.
#
# **Predict, then run:** what percentage of the answers does each of five modules get right on two of the tasks?
# (There is one run for each module and task.
# The training takes about half a minute on a quiet machine, and two or three minutes on a busy one.)
# "Look-up" was made for content and "far" was made for reach: which of the modules can use content, and which have reach?

# %% tags=["experiment"]
predicted = {"SE, look-up": None, "SE, far": None, "CBAM, look-up": None, "CBAM, far": None,
             "DANet position, look-up": None, "DANet position, far": None,
             "CloAttention, look-up": None, "CloAttention, far": None,
             "CoordAtt, look-up": None, "CoordAtt, far": None}

# %% tags=["experiment"]
tasks = ["look-up", "far"]
arms = {name: make for name, make in modules.items() if name in (
    "nothing", "SE", "CBAM", "DANet position", "CloAttention", "CoordAtt")}
trained = {}  # by arm and task


def learn(make, task, seed):
    torch.manual_seed(seed)
    net = TaskNet(make(WIDTH), TASKS[task].classes)
    return train(net, *train_questions(task), loss=F.cross_entropy, epochs=1, batch_size=16,
                 peak_rate=0.01, seed=seed)


def run(arm, seed):
    for task in tasks:
        trained[arm, task] = learn(arms[arm], task, seed)
    return {task: score(trained[arm, task], task) for task in tasks}


# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=[0], run=run)

# %% tags=["experiment"]
predict_then_run(*with_means(results, predicted), unit="% right (at chance: 33 %)")

# %% tags=["experiment"]
show_task_scores(results, arms, task="look-up")

# %% [markdown]
# The lines are **Pareto fronts**: a module is on the front if it beats every cheaper one, here by more than two points.
# If a module is not on the front, some cheaper one does about as well or better, *on this task and by this measure of cost*.
# All this comes from a single seed, so trust only the large differences.

# %% [markdown]
# **Touch it.** Here are the answers themselves, in four new pictures.
# Beside each picture, a blue cell is a right answer, and an orange cell is a wrong one.
# Choose the module *nothing* and the task *look-up*: is there a rule behind its right answers?
# Then choose *DANet position*: which of the three answers (black, grey and white) has it learned, and which has it not?
# (If you have not trained a network yet, you see the answers of the untrained one.)

# %% tags=["experiment"]
slide_answers(arms, trained, tasks)

# %% [markdown]
# <details><summary>What surprised us</summary>
#
# There is no rule: a network without a module cannot see the legend, so one answer in three is right by chance.
#
# In our run of the look-up, position attention got no further than two right answers in three.
# Wherever the answer was white, the network was right.
# But it could not tell black from grey, so it had learned one of the three answers.
# In five more runs, with other seeds, position attention solved the task three times.
#
# In three of five runs CBAM solves the look-up, although it never compares two positions.
# A maximum over the picture can tell whether red stands beside black *somewhere*.
# So we first thought that CBAM's maximum did the work.
# After the page's number of steps, all five runs of CBAM without the maximum are still at chance (34 to 37 %).
# Then we trained CBAM without the maximum for five times as many steps, in fifteen runs at three learning rates.
# One of these runs scored 99 %, and the others lay anywhere between 33 and 90 %.
# And ECA, which has a mean and no maximum, solves the look-up in four of five runs with five times as many steps (see the map below).
# So in these runs the maximum helped CBAM to learn sooner, but it is not the only thing that can help.
# Section 9 has a simpler gate, with one linear layer (question 1).
# For that gate, a BatchNorm on the means helps as much as a maximum does.
#
# Position attention compares all pairs of positions, yet none of its runs gets above chance on "far",
# because it cannot tell where the positions are.
# It cannot express "six pixels to the left", because its attention map weighs positions by content.
# </details>

# %% [markdown]
# ### The whole map
#
# The figure below is our map.
# It shows the modules of the course, trained as above.
# (Two modules are left out: that of 05b computes the same as that of 05a, and CAT-Net needs two pictures.)
#
# Each cell stands for five runs with five seeds.
# For each task, the runs in the column "x 1" took the page's number of steps, and those in "x 5" took five times as many.
# For the longer runs we tried three learning rates: the page's rate, half of it and twice it.
# The map shows the scores at only one of these rates.
# We chose that rate by runs with a sixth seed, which do not count in the map.
# In some cells a few runs have solved the task and others are far from it, so their mean describes none of them.
# These cells say how many of the five runs have solved the task.

# %% [markdown]
# **The controls** are the five rows in bold.
# One is the network with *nothing*, and the other four have something in the module's place.
# "The wrapper alone" is the BatchNorm and the shortcut that we put around attention, with nothing inside.
# "One more 3x3 conv" and "three more 3x3 convs" show how much can be gained by more parameters and a wider view alone.
# "SE, no squeeze" is SE with all its layers, but without the mean over the picture.
#
# At its foot, the map states three findings.
# Before you read them, look for a finding of your own: on which task does a control score as much as the best modules?
#
# ![All modules of the course and five controls on all five tasks, at the page's number of steps and at five times as many, in per cent. Three findings are framed: what the mean does for "what", what coordinates do for "where", and that content and reach are different things.](figures/map.svg)
#
# The wrapper alone scores no more than the network with *nothing*.

# %% [markdown]
# "Three more 3x3 convs" are the strictest control: they have as many parameters as SCConv, and each position sees 19 x 19 pixels.
# They solve "far" in every run, and with five times the steps they barely reach 90 % on "what".
# So "far" needs no attention, and on "what" a few plain convolutions score almost as much as SE.
# On "look-up" and "where" the convolutions fail: of fifteen longer runs at three rates, none reached 47 %.
#
# Among the tasks, *local* is the control, and it says nothing about attention.
# Every module scores 96 to 98 %, and so does the network with *nothing*.

# %% [markdown]
# **A loophole that we closed.**
# In our first version of "far", ECA scored 53 % and EMSA up to 88 %.
# ECA sees the whole picture only through a mean, and EMSA weighs its windows by content, not by place.
# So how could they know the colour?
# The task leaked.
# Each picture has three dots, whose posts have three different colours.
# Each colour was meant to fill the same number of pixels, so that the mean would say nothing.
# But posts in the last row were cut off by the edge.
# Their colour filled fewer pixels, and the mean gave that away.
# Besides, the posts of one dot could come into another dot's view.
# In today's version all posts are whole, and no dot has another dot's posts within the 7 x 7 pixels that the network with *nothing* sees.
# In this version, the modules without reach (such as ECA and EMSA) stay at or below 37 % in all their runs, at all three rates.
#
# A small leak is left: the control "one more 3x3 conv", which sees a little further than the network without it, scores 38 %.
# Its view of 11 x 11 pixels sometimes contains a post of another dot.
# No two dots have posts of the same colour, so the network can rule out that post's colour.
# Any task may leak, so look where a score comes from before you praise a module.

# %% [markdown]
# **No winner.** No row is the best everywhere, and an average over the columns would depend on the columns that we chose.
# These are small pictures made for one mechanism each, so they do not say how much a module helps on photographs.
# A high score says that a module *can* use a mechanism.
# A low score does not say that the module cannot, because another rate, more steps or another wrapper may change the score.
# On the look-up, SE is at chance after the page's number of steps.
# After five times as many steps, at half the rate, three of its five runs have solved it.
# Every score holds only for this network, with 16 channels and this number of steps.
#
# <details><summary>What the modules cost</summary>
#
# ![Pareto fronts: for each task and each cost, which modules are better than every cheaper one by more than two points.](figures/fronts.svg)
#
# These are the fronts of all modules, at the page's number of steps.
# Each task has a short front of its own, and the kind of cost matters.
# DANet's channel attention has one parameter, but not the fewest multiply-adds.
# Times are CPU times for one picture on our machine; on another machine the order of the modules may differ.
# </details>

# %% [markdown]
# ## 8. Your own network, trained
#
# The pictures of section 7 were drawn by a program.
# Now train your own `AttentionResNet` on things that people made: handwritten digits on pieces of photographs.
#
# **The task.** Each picture has a coloured frame.
# If the digit has the frame's colour, the answer is the digit.
# Otherwise the answer is "not it".
# Half of the digits do not have the frame's colour, so a network that always says "not it" is right in about 50 % of the cases.
# You know this task from the recorded runs at the end of the lessons.
# Here the pictures are close-ups of 20 x 20 pixels, because your network should learn the task in two minutes.
#
# **The budget.** Your network may have up to 35,000 parameters, and may need up to 5 million multiply-adds for one picture.
# With `parameter_table` of section 2 you can count the parameters before you train.
# Training takes 800 steps of 64 new pictures, with Adam and a rate that rises to 0.01 and falls again.
# You choose the stages and the module.
# `make_attention` is called with a number of channels, so it can choose a different module for each width.

# %% [markdown]
# **The baselines.** We trained five networks within the same budget, five times each.
# Two of them have no module, two have SE, and one has CBAM.
# One network without a module and one with SE are called *wider*: they have more channels, and so use nearly the whole budget.
#
# **Predict:** what percentage of the answers does each network get right?
# In particular, will your network beat the one without a module, and will it beat the wider one without a module?
# (One run takes one or two minutes, and you may interrupt the kernel at any time.)

# %% tags=["experiment"]
predicted = {"your network": None, "no module": None, "no module, wider": None,
             "SE": None, "SE, wider": None, "CBAM": None}

# %% tags=["experiment"]
remind(predicted)
yours = train_resnet(AttentionResNet, lambda channels: modules["CloAttention"](channels),
                     widths=(8, 16, 32), blocks=1)
yours

# %% tags=["experiment"]
predict_then_run(predicted, yours.means(), unit="% right")

# %% [markdown]
# If you run the last two cells again, the network gets a second run, with another seed.
# Then change the widths, the blocks or the module.
#
# <details><summary>What came out when we did it</summary>
#
# | network | widths | parameters | right answers |
# |---|---|---|---|
# | *no module* | 8, 16, 32 | 19,987 | 90.0 % |
# | *no module, wider* | 10, 21, 42 | 33,746 | 93.0 % |
# | *SE* | 8, 16, 32 | 21,331 | 91.3 % |
# | *SE, wider* | 10, 20, 41 | 34,027 | 92.3 % |
# | *CBAM* | 8, 16, 32 | 21,715 | 87.1 % |
#
# These are the means of five runs.
# **No network with a module is ahead of a network without one by more than luck.**
# Two runs of the same network differ by up to 12.1 points, so a gap of one or two points says little.
# (The runs with CBAM differ most: one scores 78.7 %, and the other four score 86 to 91 %.)
# Without a module, the wider network is 3.0 points ahead of the narrower one, and even that may be luck.
#
# Our own network, in the cell above, has CloAttention.
# Its one run scores 85.6 %, which is 4 points behind the network without a module, and that may be luck.
# We tried a single rate and a single number of steps, so our network may only be slower to learn.
#
# In the recorded run of lesson 01, SE was far ahead of the same network without a module.
# Why is it not ahead here?
# The network of lesson 01 gives an answer at every position, and only the answer at the digit's centre counts.
# Without a module, the network cannot see the frame from there.
# Here each position of the last stage sees 25 x 25 pixels, which is more than the picture has.
# The network also ends in a mean over all positions.
# So the network can compare digit and frame without any module.
#
# Our pictures come from only six photographs, and from digits that 13 people wrote, each on one paper form.
# The test pictures come from only two of the photographs and four of the forms, so other pictures may give other numbers.
# </details>

# %% [markdown]
# ## 9. A question of your own
#
# The map asked our questions, so now ask one of yours.
# Do the steps of a study in a fixed order, so that you cannot fool yourself.
# First write down what you expect, and what would prove you wrong.
# Then choose the **arms**, which are the networks that you compare.
# At least one of them should be a **control**, which lacks the part that should make the difference.
# Run them only after that.
#
# `study(...)` holds you to this order.
# Once a run has finished, you can no longer change the hypothesis, or what would refute it.
# The task, the comparisons, the controls and the smallest gap that counts (5 points, unless you say otherwise) are fixed, too.
# You may still change an arm, its training or the number of seeds.
# Fixed rules, the same as in all lessons, give the verdict, and everything ends up in one report that you can show.
# If you have changed an arm, its training or the number of seeds, the report says so.
# It still shows the scores from before the change.
#
# Here is one of our own studies.
# Position attention fails at "far", and we said that it cannot tell where a position is.
# Is that really the reason?
# *Guess:* what will attention score if its queries and keys also see each position's row and column?
# (The module is in `attention_lab/networks/places.py`.)

# %% tags=["experiment"]
study("places", task="far",
      hypothesis='Position attention fails at "far" because it cannot tell where a position is.'
                 " If its queries and keys see rows and columns, it scores much more.",
      refuted_if="It is not 5 points ahead of attention without rows and columns, or rows and "
                 "columns without attention score as much.",
      arms={"attention": lambda c: PlacedAttention(c, places=False),
            "attention with places": PlacedAttention,
            "places alone": lambda c: PlacedAttention(c, attend=False)},
      ahead=[("attention with places", "attention")], controls=["places alone"])

# %% [markdown]
# Open the report that the cell wrote.
# Read its last parts too, which say how the study was done and what it does not show.
# `study(..., conclusion="...")` adds what you conclude.
# You may write it after the runs, and the report says that you did.
#
# `study(..., epochs=5)` trains every run for five times as many steps.
# Longer runs answer another question, so give a study with longer runs a name of its own.
#
# <details><summary>What surprised us</summary>
#
# In our five runs *attention* scored 33 %, *places alone* scored 32 %, and *attention with places* scored 83 % (63 to 99 %).
# So the hypothesis is supported, but only two of the five runs of *attention with places* solved the task (90 % or more).
# If some runs of an arm solve a task and others don't, the mean describes none of them.
# In that case the verdict does not use the means, and depends only on how the runs rank.
# Here every run of *attention with places* scores more than every run of the other two arms.
# That rarely happens by luck (p = 0.02, corrected for both comparisons).
# After five times as many steps, all five runs of *attention with places* solve the task with 100 %.
# The other two arms are still at chance (33 to 36 %).
#
# We had tried a lazier arm first.
# It mixed rows and columns into the features, and then used lesson 05a's module as it is.
# After the same number of steps, its five runs scored 29 to 78 %, and none had solved the task.
# After five times as many, three had solved it.
# With that arm and the short training alone, we would have told you that places help but never solve the task.
# How you build an arm is part of the question.
# </details>

# %% [markdown]
# **Your turn.** Copy the cell above, and change everything in it.
# Take a question that you care about, or one of the six below.
# Each of the six takes ten minutes, of which one or two are training.
# Choose among `modules[...]`, or write a module of your own whose output has the shape of its input.
#
# As an example, [this report](example_study.html) answers question 1.
# We made it with nothing but this notebook.
#
# 1. Does a channel gate need the maximum to do the look-up, or is the mean enough?
# 2. How many slots does external attention need for the look-up?
# 3. How many hidden units does SE need for "what"?
# 4. How wide must a window be for "far"?
# 5. Does attention need its scale, one over the square root of d, for the look-up?
# 6. ECA's kernel reads neighbouring channels, although the channels have no order.
#    Does this help with the task "what"?
#
# <details><summary>How to make the arms</summary>
#
# `from_lesson(lesson, name)` takes a class out of the notebook that you wrote for a lesson.
# Import `from_lesson` first, as below.
# Each arm is a function of the number of channels c, which is 16 here.
#
# ```python
# from attention_lab.networks.adapters import Beside, OnTokens, Projected
# from attention_lab.networks.own_modules import mine as from_lesson
# ```
#
# 1. Write a class: the mean or the maximum over the picture, a linear layer, a sigmoid, and the product with x.
# 2. `from_lesson("07a_external", "ExternalAttentionBlock")(c, 8)` has 8 slots.
# 3. `from_lesson("01_se", "SEBlock")(c, 16)` has one hidden unit, because 16 // 16 is 1.
# 4. `made = Projected(c, from_lesson("08a_windows", "WindowAttention")(2, (6, 6)))` has windows of 6 x 6.
#    To plug it in, write `Beside(c, OnTokens(made, lambda m, tokens, size: m(tokens, size)))`.
# 5. `made = PlacedAttention(c, places=False)` has a scale, and `made.scale = 1.0` takes it away.
# 6. `from_lesson("02_eca", "ECABlock")(c, 3)` has a kernel of size 3.
# </details>
#
# <details><summary>What came out when we asked (five runs of each arm, unless we say otherwise)</summary>
#
# 1. A gate made from the maximum scores 100 %, and one made from the maximum and the mean scores 99 %.
#    One made from the mean alone scores 35 %, which is at chance.
#    After five times as many steps, four of five gates made from the mean score 96 to 100 %, and one is still at chance.
#    So does a gate need the maximum to learn quickly?
#    Not if the means are centred and scaled.
#    If a BatchNorm first normalises the means of each channel over the batch, the gate made from the mean also scores 100 %.
#    (These are five runs at one rate.)
# 2. With 64 slots two of five runs solve the task, with 8 slots one does, and with 2 slots none does.
#    Most of the others stop near two thirds, so the means say little: they are 81 %, 74 % and 59 %.
#    We had predicted only that 64 slots would be ahead of 2, and even that lead may well be luck.
# 3. After 200 steps, one hidden unit brings most of the gain.
#    SE with one hidden unit scores 87 %, SE with eight scores 91 %, and the network without a module scores 76 %.
#    The gap between one and eight hidden units is not luck, but it is smaller than the 5 points that we had said would matter.
#    So this was *not decided*.
# 4. Windows of 2 x 2 positions stay at chance with 35 %, and windows of 4 x 4 and 6 x 6 score 100 % in every run.
# 5. We cannot tell, even from fifteen runs of each arm.
#    Twelve runs with the scale and fourteen runs without it solve the task.
#    The means are 94 % and 98 %, because a run that has not solved the task stops near two thirds.
#    With five times as many steps, twelve runs with the scale and thirteen runs without it solve the task.
#    (The longer runs are new runs, so a seed that solves the task in the short training need not solve it in the long one.)
#    When we had only the first five short runs of each arm, four with the scale and all five without it had solved the task.
#    Then it looked as if the scale did harm.
#    But of ten more runs of each arm, eight with the scale and nine without it solved the task, a difference that may well be luck.
# 6. With a kernel that reads neighbours, networks learned sooner in our runs.
#    A kernel of 3 scores 91 %, a kernel of 1 scores 82 %, and the network without a module scores 76 %.
#    Even so, one of the five runs with a kernel of 1 scores 92 %.
#    With five times as many steps, four of the runs with a kernel of 1 score 93 or 94 %, and so do all runs with a kernel of 3.
#    The fifth run with a kernel of 1 stops at 82 %.
#    So the longer study was *not decided*.
#
#    Why do some runs with a kernel of 1 lag?
#    The kernel's only number starts at random, so we made ten runs in which it starts below 0, and ten in which it starts above 0.
#    After 200 steps, the runs that start below 0 score 84 to 92 %, and those that start above 0 score 76 to 84 %.
#    After five times as many steps, all ten runs that start below 0 score 93 or 94 %.
#    But four of those that start above 0 stop at 82 or 83 %.
#    So the mean of 82 % over five short runs with a kernel of 1 mixed two groups.
#    With a kernel of 3 the start matters less: ten short runs score 89 to 92 %.
# </details>

# %% [markdown]
# ## 10. Paper against code, and a challenge
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | ECA's kernels in ResNet-50 | a rule, which gives 5, 5, 5, 7 | 3, 5, 5, 7 by hand | the code's in section 5, the rule in lesson 02 |
# | CBAM's spatial gate | a convolution | a convolution and a BatchNorm | as in the code |
# | SCNet's enlarging | bilinear | nearest | as in the code |
# | first layer of CloFormer's `downsample` | drawn as depth-wise | a full convolution | as in the code |
# | EPSANet (Large) | in the tables | not in the released code | not built |
#
# A parameter count shows the differences in the rows of ECA, CBAM and CloFormer, but it cannot tell bilinear from nearest.

# %% [markdown]
# **A challenge (not graded): set a record.**
# How many of the five tasks can *one* module solve?
# A task is solved if at least four of five runs answer at least 90 % of the questions correctly, so one lucky run does not help.
# Each run takes the page's number of steps.
# The module may hold up to 1,000 numbers: its parameters, and its buffers, such as BatchNorm's means and variances.
# If two modules solve the same number of tasks, the one with fewer numbers is ahead.
#
# Our best attempt solves four of the five tasks with 393 numbers, so there is room for a fifth.
# The page `docs/records.md` in the course's repository has all the rules and our attempts, and says how a record is verified.
#
# One attempt trains 25 networks, which takes two to five minutes.
# Before you run the cell below, run the imports and the cell that makes `modules` (section 3).

# %% tags=["experiment"]
# record: all that your module needs stands in this cell
mine = None  # your turn: a function of the channels that makes a module, such as
# lambda channels: nn.Sequential(modules["SE"](channels), modules["ECA"](channels))

found = record(mine) if mine else None
print(found or "no attempt yet")
challenge("tasks solved, of five", len(found.solved) if found else None, 4,
          at_most={"numbers in the module": (found.numbers if found else None, 1000)})

# %% [markdown]
# **Your card.** The next cell writes `card.html`, which you can show to others, and `card.json`, which holds the same results for programs.
# Both files hold the rows of section 5 that are marked "met" and the scores of your runs.
# They also hold your three newest studies, and your best record with its code.
# The three networks of section 8 that you trained last are there, too, with their stages, their module and the score of each run.
# Everything that was trained is marked *unverified*, and your name is not in the files.
# The cell needs `tables` from section 5 and `results` from section 7, so run the cells that make them first.
# If you have trained nothing, `paper_card(tables)` is enough.

# %% tags=["experiment"]
paper_card(tables, results)

# %% [markdown]
# ## 11. What we now know
#
# - Attention modules are a few ideas in many arrangements: squeeze and gate, compare and mix, look near and look far,
#   and exchange information through a summary.
# - On our map, one idea is enough for each of four tasks.
#   They are a mean for "what", rows and columns for "where", comparing contents for "look-up", and a wide kernel or window for "far".
#   But most ideas help with several tasks, and no task belongs to one idea alone.
#   A channel gate made from the maximum solves "look-up" too, and it compares nothing.
#   Three plain convolutions solve "far", because they see far enough.
# - No module was the best everywhere.
#   In the lessons' recorded runs on real pictures, after 1,000 steps, nine of fifteen modules score about as much as a plain convolution.
#   (The gaps between them may be luck.)
#   On our close-ups, a small network with SE was not ahead of one without a module by more than luck.
# - A published number means nothing without its unit.
#   24.37M and 25.56M stood for the same network, up to a few weights, and "7.9G" stood for fewer multiply-adds than "3.86G".
# - Before you praise a module, take away one thing at a time, train longer, and look where the score comes from.
#
# %% [markdown]
# **Today.** Squeeze-and-excitation lives on in EfficientNet and MobileNetV3, and windows live on in Swin and its heirs.
# Full attention, computed in blocks as in lesson 05b, is part of nearly every large model.
# But few new gates for convolutional networks are published today.
# Plain attention, made affordable, has replaced most of the older gates.
#
# **Still open:** which of the five tasks occur in photographs, how often, and how would you measure that?

# %% [markdown]
# **What did you learn?**
# Before you close this page, write five sentences without looking anything up.
# Which module surprised you most?
# Which claim of a paper would you test first?
# Which of your predictions was furthest off, and why?
#
# **What next?** Here are three things that are worth a weekend:
#
# 1. *One more question of your own.* Take the verdict of your study, and ask what a sceptic would ask for: longer runs, another rate,
#    another task.
# 2. *Someone else's weights.* Section 5 restores ECA-ResNet-50.
#    Do the same for another network, and let both networks say what your own photographs show.
# 3. *Someone else's code.* Open a repository that uses attention.
#    Look for the bugs of this course,
#    such as a wrong axis, a mask that hides nothing, or a norm that sees too much.
#
# You have written these modules by hand.
# Whatever comes next will be made of the same parts, and you will be able to read it.

# %% [markdown]
# ## 12. Questions to think about
#
# 1. `AttentionResNet` ends in a mean over all positions, but `TaskNet`, the network of section 7, does not.
#    Why would the task "what" be a poor test of attention in a network with such a mean?
# 2. Two networks have the same number of parameters to the last digit.
#    Name two differences that this does not rule out.
# 3. On the map, "SE, no squeeze" has all the layers of SE.
#    What does it control for that "one more 3x3 conv" does not?
#
# <details><summary>What we think</summary>
#
# 1. The mean mixes all positions without any attention, so the head sees the whole picture anyway.
# 2. Anything without parameters: activations, their order, strides, padding, the axis of a softmax, the initial values.
# 3. It has SE's own parameters, its product and its sigmoid, and lacks only the mean over the picture.
#    The convolution shows what more parameters and a wider view would do.
# </details>
#
# **References**
#
# - K. He, X. Zhang, S. Ren, J. Sun: *Deep Residual Learning for Image Recognition*.
#   CVPR 2016, [arXiv:1512.03385](https://arxiv.org/abs/1512.03385).
# - Q. Fan, H. Huang, J. Guan, R. He: *Rethinking Local Perception in Lightweight Vision Transformer*.
#   2023, [arXiv:2303.17803](https://arxiv.org/abs/2303.17803).
# - The other networks are cited in their lessons; `attention_lab/paper_tables.json` says where each row of section 5 was counted.

# %% tags=["experiment"]
# Your own network and everything that you tried in it, from lesson 00 on. It answers the
# questions of all five tasks at once. Which two blocks do you give it now?
# (The board ranks by the mean over the five kinds of question. Other rankings are possible.)
# The three networks train for about a minute on a quiet machine.
from attention_lab.networks.my_net import my_nets

board = my_nets(("nothing",), ("SE", "CBAM"), ("CoordAtt", "EMSA"))
show(fronts(board.scores, board.costs, "right answers (%)", margin=1),
     "Right answers against parameters and multiply-adds, for every network on the board.")
board

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
