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
# The [authors of ECA](https://github.com/BangguWu/ECANet) state 24.37M parameters for a ResNet-50 with one ECA module in each of its 16 blocks, and that module, from lesson 02, *adds* a few numbers and removes nothing.
# People choose networks by such tables.
# What may you believe of such a row: its count, its computation, its lead?
#
# **Needs** lessons 01 and 09 (other lessons add rows to the tables) · 2 h 50 min · 8 points · difficulty 3 of 5
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
# Each of the four parts ends by itself, so this can be four evenings.
#
# | part | minutes |
# |---|---|
# | *counting*: [exercise 1, `parameter_table`](#1.-Exercise-1:-parameter_table) (1 point) | 13 |
# | *building*: [exercise 2, `AttentionResNet`](#2.-Exercise-2:-AttentionResNet) (3 points), and what each module costs | 32 |
# | [exercise 3, `CloFormer`](#3.-Exercise-3:-CloFormer) (3 points) | 28 |
# | [the papers' tables](#4.-The-papers'-tables), [the bug museum](#5.-The-bug-museum), where you repair `ExhibitA` (1 point) | 22 |
# | *comparing*: [what is attention good for?](#6.-What-is-attention-good-for?) | 30 |
# | *asking*: [your own network, trained](#7.-Your-own-network,-trained) | 12 |
# | [a question of your own](#8.-A-question-of-your-own) | 25 |
# | [what we now know](#9.-What-we-now-know) | 8 |
#
# </details>

# %%
from attention_lab.lessons.capstone import *

begin("10_capstone")

# %% [markdown]
# ## 1. Exercise 1: `parameter_table`
#
# **Guess now:** where did more than a million parameters go?
# Is the authors' ResNet-50 smaller than the usual one, do they leave something out when they count, or are all parameters still there?
# A function that counts will tell you, and it is tempting to add up everything in a module's state dict:

# %%
square = nn.Linear(1024, 1024, bias=False)
for name, module in (("twice", nn.Sequential(square, square)), ("norm", nn.BatchNorm2d(8))):
    print(name, sum(each.numel() for each in module.state_dict().values()))

# %% [markdown]
# In the line `twice` one matrix was counted twice.
# In the line `norm` only 16 of the 33 numbers are trained; the others are running means, variances and a counter.

# %% [markdown]
# ### The exercise
#
# *About 7 minutes.*
# `parameter_table` takes `rows`, a list of pairs, each made of a name and a module, and returns a list with one tuple for each pair, in their order:
#
# - the name;
# - the number of *trainable* parameters (those whose `requires_grad` is True), an `int`; a parameter that the module holds in two places counts once;
# - that number in units of 10^6, rounded to two decimals (`round(x, 2)`);
# - that number in units of 2^20 = 1,048,576, rounded to two decimals.
#
# Worked example: `nn.Linear(1024, 1024, bias=False)` has 2^20 weights, so with the name "square" its row is `("square", 1048576, 1.05, 1.0)`.
# Frozen, it would be 0, 0.0 and 0.0.
# With `body = nn.Linear(30, 20)`, 620 parameters, and `head = nn.Linear(20, 10)`, 210, the rows `body`, `nn.Sequential(body, head)` and `nn.Sequential(body, body)` have 620, 830 and 620.
# A row counts all that its own module holds, whatever the rows above it have counted.

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
# Now answer the question on top.
# `resnet` builds torchvision's ResNets.
# On the device `"meta"` tensors have shapes but no numbers, so even the largest network is built in an instant.

# %%
with torch.device("meta"):
    plain = resnet(50)
parameter_table([("ResNet-50", plain)])

# %% [markdown]
# All parameters are still there: 25,557,032 are 25.56 million, or 24.37 times 2^20.
# ECA-Net50's row counts in units of 2^20, as megabytes are sometimes counted; somebody [asked](https://github.com/BangguWu/ECANet/issues/35), and the authors answered ("uses 1024").
# Put this row beside one that counts in millions, and ECA seems to have removed 5 % of the network.

# %% [markdown]
# ## 2. Exercise 2: `AttentionResNet`
#
# ![The network: a stem, then stages of blocks, a mean and a linear layer, with the shape of the map after each. Below, one block: conv1, bn1, ReLU, conv2, bn2, attention, then the sum with the shortcut, then ReLU.](figures/resnet.svg)
#
# Now a network to put your modules into: a small ResNet, in which each block has a place for one of them.
# The place is on the residual branch, after `bn2` and before the shortcut is added.
# A shortcut can be x itself only where x has the shape of what it is added to, so every block has to know what comes in.

# %% [markdown]
# ### The exercise
#
# *About 25 minutes.*
#
# 1. Write the block: two convolutions with their norms, the module, and a shortcut that fits.
# 2. Stack blocks to stages: a later stage begins with a block that halves the map.
#    Each block calls `make_attention` for a module of its own.
# 3. Put the stem in front, the mean and the head behind.
#
# `AttentionResNet(make, widths=(4, 6), blocks=2)` has four blocks, so it calls `make` four times, with 4, 4, 6 and 6, and only the third block needs a `downsample`.
# With x (2, 3, 8, 10) the maps of its stages are (2, 4, 8, 10) and (2, 6, 4, 5).
#
# (The class `Block` inside is a suggestion; any other way is fine too.)

# %% exercise
class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    make_attention: called with a block's width, once for each block, so that no two blocks
        share weights. If it is None, attention is an nn.Identity().
    stem: nn.Sequential of a convolution from 3 to widths[0] channels, a BatchNorm, a ReLU.
    stages: nn.ModuleList with an nn.ModuleList of as many blocks as `blocks` says for each
        width. The first block of every stage but the first has stride 2.
    head: nn.Linear(widths[-1], num_classes), of the mean over H and W.
    Convolutions are 3 x 3 with padding 1, except in downsample; none has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut); conv1 has the stride.

        If the stride is 2 or the width changes, the shortcut is downsample(x), an
        nn.Sequential of a 1 x 1 convolution with that stride and a BatchNorm.
        Otherwise it is x, and downsample is None.
        """

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
# </details>

# %% [markdown]
# **What each module costs.**
# The cell below takes your modules out of your notebooks of the earlier lessons, which lie next to this one.
# (Modules that are not solved yet are listed with their lesson.)
#
# **Predict, then run:** how many parameters does `AttentionResNet` gain from SE (without biases, as in lesson 01), from ECA, and from one more 3 x 3 convolution without a bias, with a BatchNorm after it?
# With its default arguments it has two blocks of each width 16, 32 and 64; SE has a reduction of 2, and ECA has kernels of size 3.

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
# SE needs C · C/2 parameters twice, so C² for each block: 2 · (16² + 32² + 64²) = 10,752 in all.
# ECA needs 3 for each block, 18 in all.
# The extra convolution needs 9 C² for each block, and the BatchNorm after it 2 C, which makes 97,216.
# SE and ECA add few parameters; the plain convolution is our control, because it shows what more parameters and a wider view bring alone.
# </details>

# %% tags=["experiment"]
print_sizes(sizes)

# %% [markdown]
# ## 3. Exercise 3: `CloFormer`
#
# ![CloFormer-XXS: the image (3, 224, 224) goes through patch_embed and four stages of 2, 2, 6 and 2 blocks; the maps have sides of 56, 28, 14 and 7. Then norm, mean, head.](figures/cloformer.svg)
#
# The next cell holds a `CloBlock`: lesson 09's attention in its first half, and an MLP with a convolution inside in its second.
# You need not read it, only its arguments.
# (It has an attention of its own, so that you can do this exercise before lesson 09; the table in section 4 puts yours in.)

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
# ### The exercise
#
# *About 22 minutes.*
# The blocks are given, so what is left is the order of things.
#
# 1. Make `patch_embed`, which turns 4 x 4 pixels into one position.
# 2. Stack `CloBlock`s to stages, each with the heads, kernels and window of its own stage.
#    Here the *last* block of a stage halves the map and leads to the next width; in exercise 2 the *first* block of the next stage did.
# 3. Put a norm, a mean and a head behind.
#
# For an image of 32 x 48 pixels and dims [8, 12], `patch_embed` makes (B, 8, 8, 12).
# With depths [2, 1] the first stage has a block from 8 to 8 channels and one from 8 to 12, which gives (B, 12, 4, 6); the second stage stays at 12, because no stage follows it.

# %% exercise
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    group_splits and kernel_sizes hold lists themselves.
    patch_embed: nn.Sequential of four 3 x 3 convolutions with padding 1, each followed by a
        BatchNorm and a ReLU. With d = dims[0] they have d // 2, d, d and d output channels,
        and the strides 2, 2, 1 and 1. Then come a 1 x 1 convolution from d to d channels and
        nn.GroupNorm(1, d). All convolutions have biases.
    stages: nn.ModuleList with an nn.ModuleList of depths[i] CloBlocks for each stage. If there
        is a next stage, a stage's last block has stride 2 and leads to the next stage's
        width. All other blocks keep the width, with stride 1.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear, of the mean of norm's map over H and W.
    Raises ValueError if the six lists do not all have the same length.
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
# </details>

# %% [markdown]
# Build CloFormer-XXS from your class, and count its parameters:

# %%
with torch.device("meta"):
    xxs = CloFormer(dims=[32, 64, 128, 256], depths=[2, 2, 6, 2], num_heads=[4, 4, 8, 16],
                    group_splits=[[3, 1], [2, 2], [4, 4], [4, 12]],
                    kernel_sizes=[[3], [5], [7], [9]], window_sizes=[8, 4, 2, 1])
print(parameter_table([("CloFormer-XXS", xxs)]))
print(tuple(xxs(torch.empty(1, 3, 224, 224, device="meta")).shape))

# %% [markdown]
# In the paper's drawing, a shortcut with stride 2 begins with a depth-wise convolution; in the authors' code that is a full one, as here.
# The paper's table says 4.2 million parameters, as yours has; depth-wise it would have 3.63 million, so the table tells you which of the two was counted.
#
# Does yours also *compute* what theirs computes?
# We ran the authors' code with weights that a fixed rule makes, and wrote down the output of every stage.
# If `logits` is in the list, your network gives the same to eight digits:

# %% tags=["experiment"]
your_cloformer = network("CloFormer-XXS", device="cpu", here={"CloFormer": CloFormer})
print(agreement(your_cloformer, "CloFormer-XXS"))

# %% [markdown]
# ## 4. The papers' tables
#
# Each row below is a published network, built from *your* modules.
# "Met" means that your network has exactly as many parameters as we counted in the released code, *and* that somebody states a number to which your count rounds.
# "As the code" means that only the first of these holds.
#
# **Guess first:** SE-ResNet-50 and CBAM-ResNet-50 are both quoted at 28.09M.
# Do the two networks have the same number of parameters?

# %% tags=["experiment"]
paper_table(here={"CloFormer": CloFormer})

# %% [markdown]
# If a row says "too many" or "too few", look for a difference between your module and the code: a bias, a norm, a width.
# But a row that is "met" proves little about what the module computes, because a sigmoid in the wrong place does not change the count.
#
# <details><summary>The two 28.09M</summary>
#
# SE-ResNet-50 has 28,088,024 parameters.
# CBAM's channel gates have the same layers and biases, and each of its 16 spatial gates adds 100 parameters, which makes 28,089,624.
# So two different networks have "the same size", but only to two decimals.
# </details>

# %% [markdown]
# ## 5. The bug museum
#
# ### Exhibit A: half price
#
# This network was written by somebody in a hurry, and its row in a table looks splendid.
# It has a module in each block, as yours has, and pays for half of them.
# A comparison made with it would praise every module, whichever it is, for its low price.
# Its shapes are right, it trains, and every block has its own entries in the state dict.
# Read it, and see whether you can find the line.

# %% repair
class ExhibitA(nn.Module):
    class Block(nn.Module):
        def __init__(self, before, width, stride, attention):
            super().__init__()
            self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
            self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.attention, self.downsample = attention, None
            if stride > 1 or before != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))

        def forward(self, x):
            y = self.bn1(self.conv1(x)).relu()
            y = self.attention(self.bn2(self.conv2(y)))
            return (y + (x if self.downsample is None else self.downsample(x))).relu()

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make = make_attention or (lambda width: nn.Identity())
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, 1, 1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, before = nn.ModuleList(), widths[0]
        for stage, width in enumerate(widths):
            attention, row = make(width), nn.ModuleList()
            for place in range(blocks):
                stride = 2 if stage > 0 and place == 0 else 1
                row.append(self.Block(before, width, stride, attention))
                before = width
            self.stages.append(row)
        self.head = nn.Linear(before, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for block in (block for row in self.stages for block in row):
            x = block(x)
        return self.head(x.mean(dim=(2, 3)))


# %% [markdown]
# Found or not, the cell below makes it visible.
# It puts a 1 x 1 convolution into each block, and counts these convolutions twice: as the state dict lists them, and as they are trained.
#
# Two counts of one network: if they differ, something stands in it more than once.
# Then repair the exhibit, in its own cell, until both counts agree.
# (Your `AttentionResNet` is only there to compare with: what leans on it earns nothing.)

# %%
for name, network_class in (("exhibit", ExhibitA), ("yours", AttentionResNet)):
    net = network_class(lambda width: nn.Conv2d(width, width, 1, bias=False))
    listed, trained = ({key: each.numel() for key, each in found if ".attention." in key}
                       for found in (net.state_dict().items(), net.named_parameters()))
    print(f"{name}: {len(listed)} modules listed, with {sum(listed.values()):,} weights; "
          f"{len(trained)} trained, with {sum(trained.values()):,}")


# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How often is `make` called, and how many blocks are there?
# </details>
#
# <details><summary>Hint 2: what is wrong, and why nobody notices</summary>
#
# `make(width)` is called once per stage, so the blocks of a stage hold one and the same module.
# A state dict lists it under each block's name, and a checkpoint of a right network even loads without a complaint: of the two blocks' weights, the second block's overwrite the first's.
# With one block per stage there is no mistake at all, so the smallest test passes.
#
# Repair: give each block `make(width)` instead of `attention`.
# </details>

# %% [markdown]
# ## 6. What is attention good for?
#
# ![Five small pictures with their questions: what, where, look-up, far and local.](figures/tasks.svg)
#
# Accuracy on one benchmark cannot tell you which mechanism did the work.
# So here are five small tasks, each made so that one mechanism is enough:
#
# - **what:** under a lamp of unknown colour, is this paper redder or bluer than grey?
#   (The *mean* of the picture is enough.)
# - **where:** is this square in the marked row, the marked column, both or neither?
#   (*Positions* are enough.)
# - **look-up:** does this patch's colour stand beside black, grey or white in the legend on the left?
#   (*Content* is enough.)
# - **far:** what colour are the posts six pixels left and right of this dot?
#   (*Reach* is enough, if it tells places apart.)
# - **local:** do these noisy stripes rise or fall?
#   (The neighbourhood is enough, so this is our control.)
#
# One leaderboard for all modules: the same small network with one place for *the module*, the same pictures, steps and seed.
# Without the module, a score depends on 7 x 7 pixels.
#
# **Predict, then run:** what percentage does each of five modules get right on two of the tasks?
# Which of them can use content, and which have reach?

# %% tags=["experiment"]
predicted = {"SE, look-up": None, "SE, far": None, "CBAM, look-up": None, "CBAM, far": None,
             "DANet position, look-up": None, "DANet position, far": None,
             "CloAttention, look-up": None, "CloAttention, far": None,
             "CoordAtt, look-up": None, "CoordAtt, far": None}

# %% tags=["experiment"]
tasks = ["look-up", "far"]
arms = {name: make for name, make in modules.items() if name in (
    "nothing", "SE", "CBAM", "DANet position", "CloAttention", "CoordAtt")}
run, trained = on_tasks(arms, tasks)
remind(predicted)  # one run each, half a minute on a quiet machine
results = compare_arms(arms, seeds=[0], run=run)

# %% tags=["experiment"]
predict_then_run(*with_means(results, predicted), unit="% right (at chance: 33 %)")

# %% tags=["experiment"]
with after_predicting(predicted):
    show_task_scores(results, arms, task="look-up")

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# In our run CBAM and CloAttention had both, position attention some content, coordinate attention reach, and SE neither.
# </details>
#
# The lines are **Pareto fronts**: a module is on the front if it beats every cheaper one, here by more than two points.
# This is a single seed, so trust only the large differences.
#
# **Touch it.** Here are the answers themselves: blue cells are right, orange ones wrong.
# Choose *DANet position* and *look-up*: which of black, grey and white does yours know?

# %% tags=["experiment"]
slide_answers(arms, trained, tasks)

# %% [markdown]
# And these are our runs of all modules and five controls (in bold), where "the wrapper" is a BatchNorm and a shortcut.
# A cell has five runs, on the right with five times as many steps.
# Where a mean would describe no run, the cell says in how many runs at least 90 % of the answers were right.
# On which two tasks does a control score as much as the best modules?
#
# ![All modules of the course and five controls on all five tasks, at the page's number of steps and at five times as many, in per cent. Three findings are framed: what the mean does for "what", what coordinates do for "where", and that content and reach are different things.](figures/map.svg)

# %% [markdown]
# **No winner.** No row is the best everywhere.
#
# **"Local" needs nothing, and "far" needs no attention.** Three more plain convolutions solve it in every run; on "look-up" and "where" they fail at every rate.
#
# **A mechanism is not the property of one module.** CBAM compares no two positions, and yet [looks things up](lab_book.md#3.-What-surprised-us-on-the-map) in three of five runs; with more steps BAM does, too, and most runs of SE and ECA.

# %% [markdown]
# ## 7. Your own network, trained
#
# Now your `AttentionResNet` meets things that people made: handwritten digits on pieces of photographs, each in a coloured frame.
# If the digit has the frame's colour, the answer is the digit, and otherwise, in about half of the pictures, it is "not it".
#
# You may spend up to 35,000 parameters and 5 million multiply-adds; stages and module are yours to choose.
# **Predict:** what do five networks within the same budget get right, and will yours beat the one without a module?
# (The *wider* ones have more channels.)

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
# Run the last two cells again for another seed; then change the widths, the blocks or the module.
#
# <details><summary>What came out when we did it</summary>
#
# **No network with a module is ahead of a network without one by more than luck.**
# Two runs of the same network can differ by more than ten points, so a gap of one or two says little.
# In its one run, our own network was behind all five, behind *no module, wider* and *SE* by more than luck.
#
# In lesson 01's recorded run SE was far ahead, in a network that cannot see the frame from the digit's centre.
# Here positions near the centre of the last stage see the whole picture, so the network can compare digit and frame without any module.
# </details>

# %% [markdown]
# ## 8. A question of your own
#
# The map asked our questions, so now ask one of yours, in an order in which you cannot fool yourself.
# First write down what you expect, and what would prove you wrong.
# Then choose the arms, with a **control** that lacks the part in question, and only then run them.
# `study(...)` holds you to it: once a run has finished, hypothesis and refutation are fixed.
#
# Here is one of our own.
# Position attention fails at "far".
# Is the reason that it cannot tell where a position is?
# *Guess:* what will it score if its queries and keys also see each position's row and column?

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
# Open the report that the cell wrote, its last parts too, which say what it does not show.
#
# <details><summary>What surprised us</summary>
#
# The hypothesis is supported: every run of *attention with places* scores more than every run of the other two arms, which stay at chance.
# But only two of its five runs have solved the task, so their mean describes hardly any of them, and the verdict depends on how the runs rank.
# With five times the steps all five solve it.
# </details>
#
# **Your turn.** Copy the cell above, and change everything in it (`help(study)` says what it takes).
# Take a question that you care about, or one of [six that we asked](lab_book.md#6.-Six-questions), such as: does attention need its scale for the look-up?

# %% [markdown]
# ## 9. What we now know
#
# Attention modules are a few ideas in many arrangements: squeeze and gate, compare and mix, look near and look far, exchange information through a summary.
# Of a row in a table you may believe the count, once you know its unit, and the computation, where outputs agree.
# You may believe its lead if other seeds repeat it, and its cause only if a control that lacks it falls behind.
#
# And this is the way that you have come:

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# You have written these modules by hand.
# Whatever comes next will be made of the same parts, and you will be able to read it.
#
# **Next.** Open a repository that uses attention, and look for the bugs of this course: a wrong axis, a mask that hides nothing, a module that stands in two places.
# (The [lab book](lab_book.md) is there for doubters: every run, a loophole that we closed, and a challenge.)

# %% tags=["nbval-ignore-output"]
progress()
