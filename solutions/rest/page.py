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
# # 07b · ResT
#
# *Every position makes a query, but only one key is made for each window: attention for images of any size.*
#
# ![Left: a grey field of 16 x 16 cells. Four entries, a to d, form a block; each has a hue, and a dot that is black or white. Lone cells in these four hues carry the letters of their entries. All 256 cells make queries. Right: the same field with 16 large windows, in four rows of four. Each window makes one key, so 16 keys answer. One window holds all four entries. What is the smallest number of keys that still gives every answer?](figures/keys.svg)
#
# Four *entries* say which answer, black or white, belongs to which hue, and the lone cells want to know.
# 256 queries ask; how many keys does it take to answer them all?
#
# The question is worth money: on a map of 256 x 256 positions with a key for each, attention needs a matrix of 16 GiB per head, and [PVT](https://arxiv.org/abs/2102.12122), [ResT](https://arxiv.org/abs/2105.13677) and [SegFormer](https://huggingface.co/docs/transformers/model_doc/segformer) would rather not pay.
#
# **Needs** lesson 05a (queries, keys, values, rows of A) and lesson 06a (groups) · 2 h 35 min · 11 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build attention with more queries than keys, and say what that saves;
# - tell a network that learns slowly from one that has lost the details that it needs;
# - build a position code that works for any image size, and say what it tells a network;
# - go from a map to tokens and back, for any image size, and catch code that only does it for squares.
#
# | part | minutes |
# |---|---|
# | [how many keys?](#1.-How-many-keys?) | 7 |
# | [exercise 1, `PixelAttention`](#2.-Exercise-1:-PixelAttention) (1 point), and a shuffled image | 16 |
# | [exercise 2, `OverlapPatchEmbed`](#3.-Exercise-2:-OverlapPatchEmbed) (2 points) | 18 |
# | [the idea](#4.-Many-queries,-few-keys), [exercise 3, `EMSA`](#5.-Exercise-3:-EMSA) (5 points) | 48 |
# | [a cat made of few keys](#6.-A-cat-made-of-few-keys), and what they save | 14 |
# | [exercise 4, `ResTBlock`](#7.-Exercise-4:-ResTBlock) (2 points), and a whole network | 16 |
# | [the bug museum](#8.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [the experiment](#9.-The-experiment:-black-or-white?), [what we now know](#10.-What-we-now-know) | 28 |
#
# </details>

# %%
from attention_lab.lessons.rest import *

begin("07b_rest")

# %% [markdown]
# ## 1. How many keys?
#
# Find the answer for a lone cell in the drawing: it is that of the entry with the same hue.
# Attention does it the same way, as in lesson 05a, by comparing each query with every key.
#
# ResT keeps all the queries, but makes only one key *and one value* from each window of cells.
# A new window starts every r cells and is r + 1 wide, so that neighbours overlap; r is called the *ratio*.
# So at ratio 4 there are 16 keys for 256 queries, and in the drawing one poor key has to remember all four entries.
#
# An entry can fill one cell, or 2 x 2 cells, or 4 x 4.
# For each of these, guess the largest ratio at which a network still finds nine of ten answers after a short training, of 180 steps.

# %%
guess = {"1 x 1": None, "2 x 2": None, "4 x 4": None}  # for each, write 1, 2, 4 or 8

# %% [markdown]
# At the end of this page your own code decides.

# %% [markdown]
# ## 2. Exercise 1: `PixelAttention`
#
# First a handicap: attention does not know *where* in the image anything lies.
# A **position code** tells it, often a learned table with one vector per position, made for one image size.
# ResT has a gate instead, pixel attention, which tells less, only *what lies beside what*:
#
# $$\text{output} = x \cdot \sigma(\text{conv}(x))$$
#
# The convolution is depth-wise: each channel has one 3 x 3 kernel of its own.
#
# ![x is 4, 2, 0; the kernel has a 1 right of its middle; conv(x) is 2, 0, 0; the gate is 0.88, 0.5, 0.5; the output is 3.52, 1, 0.](figures/pixel.svg)
#
# This kernel reads the neighbour at the right.
# Run it, with a second channel that reads the one at the *left*:

# %%
for row, kernel in (([4., 2., 0.], [0., 0., 1.]), ([1., 0., 3.], [1., 0., 0.])):
    seen = F.conv1d(torch.tensor([[row]]), torch.tensor([[kernel]]), padding=1)[0, 0]
    print(f"x {row}, conv(x) {seen.tolist()}, gates", seen.sigmoid().numpy().round(2))

# %% [markdown]
# In the first row conv(x) is 2 where x is 4, so the output there is 4 · σ(2) = 3.52; the last position sees only the padding, so its gate is half open.
#
# *About 6 minutes.*
#
# 1. Let each channel look at its own neighbourhood, at 3 x 3 positions or, at an edge, zeros.
# 2. Squeeze what it sees between 0 and 1, and multiply x by it.

# %% exercise
class PixelAttention(nn.Module):
    """x * sigmoid(conv(x)), (B, C, H, W) -> (B, C, H, W), for images of any size.

    conv: depth-wise 3 x 3 nn.Conv2d (groups=channels) with padding 1 and bias.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=1
check(PixelAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How many of your convolution's weights read channel 0?
# With `groups=channels` the answer is nine.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# You need one attribute, and one `return` with a product.
# </details>

# %% [markdown]
# **A shuffled image.** Shuffle the positions of an image, and apply a module.
# If it returns the same numbers, only in the shuffled order, it cannot know where a feature lies.
# Write 1 for "the same numbers" and 0 for "different ones".

# %%
predicted = {"attention alone": None, "PixelAttention, then attention": None}


def attention(x):
    tokens = x.flatten(2).transpose(1, 2)[:, None]
    return F.scaled_dot_product_attention(tokens, tokens, tokens)[:, 0]  # (B, N, C)


torch.manual_seed(0)
x, order = torch.randn(1, 8, 3, 4), torch.randperm(12)
shuffled, code = x.flatten(2)[:, :, order].view_as(x), PixelAttention(8)
measured = {}
for name, module in (("attention alone", attention),
                     ("PixelAttention, then attention", lambda x: attention(code(x)))):
    measured[name] = int(torch.allclose(module(shuffled), module(x)[:, order], atol=1e-5))
predict_then_run(predicted, measured, unit="1 (the same numbers) or 0 (different ones)")

# %% [markdown]
# So your module notices the shuffle, as any convolution would.
# Trained networks learn from it [on which side a neighbour lies, and hardly in which quarter of the picture they are](lab_book.md#2.-What-a-position-code-tells), but at every image size.

# %% [markdown]
# ## 3. Exercise 2: `OverlapPatchEmbed`
#
# ResT is a chain of four *stages*; between them the map shrinks, and the number of channels grows.
# A convolution turns each of its windows, called **patches**, into one token.
# Neighbouring patches overlap, so a detail that is cut in two at the edge of one patch may be whole in the next:
#
# ![Eight positions and one of padding; four windows of three positions, each beginning two positions after the previous one, make four tokens.](figures/overlap.svg)
#
# Tokens forget the shape of their map, so it has to travel with them.
# The [authors' code](https://github.com/wofmanaf/ResT/blob/main/models/rest.py) takes it to be half of the picture's, which on ImageNet is true.
# Here is an even picture, and an odd one:

# %%
conv = nn.Conv2d(3, 6, 3, stride=2, padding=1)
for H, W in ((8, 12), (7, 9)):
    tokens = conv(torch.randn(2, 3, H, W)).flatten(2).transpose(1, 2)
    back = tokens.transpose(1, 2).reshape(2, -1, H // 2, W // 2)
    print(f"{H} x {W}: {tokens.shape[1]} tokens of {tokens.shape[2]} numbers;",
          f"as a map again: {tuple(back.shape)}")

# %% [markdown]
# Six channels became ten, by luck a number that fits, and nobody complained: a network would have trained on a scrambled map.
# With most odd sizes no number fits, and you get an error, which is the better luck of the two.
# Who knows the true size?
#
# *About 10 minutes.*
#
# 1. Make patches, normalize them, and give them their position code.
# 2. Return them as tokens, row by row, with the true size of their map.

# %% exercise
class OverlapPatchEmbed(nn.Module):
    """Overlapping patches as tokens, with the size of their map.

    (B, in_channels, H, W) -> (B, H' * W', out_channels), (H', W').
    conv: nn.Conv2d, not depth-wise, kernel patch_size + 1, stride patch_size,
    padding patch_size // 2, with bias. Then bn: nn.BatchNorm2d. Then position: PixelAttention,
    or nn.Identity() if with_position is False. Tokens go row by row.

    With x (2, 3, 6, 8), 16 output channels and patches of 2, the map is (2, 16, 3, 4), and the
    result is (2, 12, 16) and (3, 4). Token 5 is the position in row 1, column 1.
    """

    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        ...


# %% points=2
check(OverlapPatchEmbed)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# After `flatten`, height and width are gone.
# When can you still read them?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` sets three attributes, one of them with an `if ... else`.
# `forward` has a line that makes the map, and a `return` with two results.
# </details>

# %% [markdown]
# ## 4. Many queries, few keys
#
# Zhang and Yang call their attention EMSA, for efficient multi-head self-attention:
#
# ![x takes two paths. Above, q makes N queries. Below, x becomes a map; a convolution with stride (sr) and a LayerNorm (sr_norm) make M tokens, one for each window, and a Linear (kv) makes M keys and M values of them. Queries times keys and a softmax give A, N rows of M weights; A times the values, through proj, gives (B, N, dim).](figures/emsa.svg)
#
# Everybody may ask, but only the windows answer: `sr` (spatial reduction), a depth-wise convolution with a stride, makes one weighted sum per window and channel, and keys and values come from these M sums alone.
# A **LayerNorm** then treats each of them by itself: it subtracts the token's mean, and divides by its standard deviation.
#
# Attention happens in **heads**, groups of channels that each have a matrix A of their own, so that one position can look at several things.
# If you ask for `apply_transform`, the heads also talk: a 1 x 1 convolution mixes their **logits** (the scores before the softmax), and an **InstanceNorm** follows the softmax.
# To both layers A looks like a picture, with heads for channels.
#
# <details><summary>The paper's letters</summary>
#
# $$\text{EMSA}(Q, K, V) = \text{IN}\Big(\text{Softmax}\Big(\text{Conv}\Big(\frac{QK^T}{\sqrt{d_k}}\Big)\Big)\Big)\,V$$
#
# | in the paper | in words | in code |
# |---|---|---|
# | Q | N queries, from all tokens | `q(x)` |
# | K, V | M keys and M values, from the reduced map | `kv(sr_norm(sr(map)))` |
# | $1 / \sqrt{d_k}$ | the scale; $d_k$ is `head_dim`, the number of channels per head | `head_dim ** -0.5` |
# | Conv | mixes the heads' logits | only with `apply_transform` |
# | IN | InstanceNorm, after the softmax | only with `apply_transform` |
#
# IN subtracts the mean of all of a head's weights, so a row of A no longer sums to 1, but to 0.
# </details>

# %% [markdown]
# Take one row of four tokens, with ratio 2 and one head.
# Each kernel of `sr` is 1 in its middle and 0 elsewhere, so it keeps tokens 0 and 2, and the values are 8 times what `sr_norm` makes of them.
# *Four* queries are compared with *two* keys:

# %%
row = torch.tensor([[6.0, 2.0], [1.0, 1.0], [0.0, 8.0], [5.0, 3.0]])  # four tokens
fewer = F.layer_norm(row[[0, 2]], (2,))  # sr and sr_norm: two tokens are left
logits = torch.tensor([[3.0, 1.0], [7.0, 1.0], [1.0, 7.0], [1.0, 1.0]]).log()  # made by hand
weights = logits.softmax(dim=1)
values = 8 * fewer
print("sr_norm makes", fewer.round().tolist(), "and the values are", values.round().tolist())
for query in range(4):
    print(f"query {query}: weights {weights[query].round(decimals=3).tolist()},",
          f"gathers {(weights[query] @ values).round().int().tolist()}")

# %% [markdown]
# Query 0 has the logits ln 3 and 0, so its weights are 3/4 and 1/4, and it gathers 3/4 · (8, -8) + 1/4 · (-8, 8) = (4, -4).
# Token 1 has no key of its own, and still finds what stands in the first window.

# %% [markdown]
# ## 5. Exercise 3: `EMSA`
#
# *About 35 minutes.*
# This is the longest module of the page, and most of it is moving axes, so write the shape next to each line.
#
# 1. Queries from all tokens; keys and values from the reduced ones, if there is anything to reduce.
# 2. Attend in each head, with or without the talk between them.
# 3. Put the heads side by side again, and let `proj` mix them.

# %% exercise
class EMSA(nn.Module):
    """Attention with reduced keys and values, (B, N, dim) -> (B, N, dim) for N = H * W tokens.

    Tokens go row by row. Raises ValueError if H * W is not N, for any ratio.
    q: nn.Linear, dim to dim. kv: nn.Linear, dim to 2 * dim, first all keys, then all values.
    Both have a bias if qkv_bias. proj: nn.Linear, dim to dim, always with bias.
    num_heads divides dim; head 0 has the first head_dim = dim // num_heads channels, and so on.
    Logits are scaled by head_dim ** -0.5; the softmax is over the keys.
    If sr_ratio > 1, keys and values come from sr_norm(sr(map)). sr: depth-wise nn.Conv2d with
    bias, kernel sr_ratio + 1, stride sr_ratio, padding sr_ratio // 2; sr_norm: nn.LayerNorm.
    With apply_transform and more than one head: transform_conv, a 1 x 1 nn.Conv2d with bias,
    num_heads to num_heads, on the scaled logits; transform_norm, nn.InstanceNorm2d(num_heads),
    on the weights.

    With EMSA(16, num_heads=4, sr_ratio=2), x (2, 63, 16), H = 7 and W = 9, the reduced map is
    (2, 16, 4, 5): queries (2, 4, 63, 4), keys (2, 4, 20, 4), A (2, 4, 63, 20).
    """

    def __init__(
        self, dim: int, num_heads: int = 8, sr_ratio: int = 1, qkv_bias: bool = False,
        apply_transform: bool = False
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        ...


# %% points=5
check(EMSA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with `sr_ratio=1` and no transform, and run the check: it says which cases are right.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# To go from tokens to a map, use `transpose(1, 2)` first, and then cut N into H and W.
# The way back is `flatten(2).transpose(1, 2)`.
# `kv` gives (B, M, 2 · dim); read it as (B, M, 2, heads, head_dim), and bring the 2 to the front with `permute`.
# The softmax runs over the keys, the last axis.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` needs a few numbers, three layers, and two `if`s with two layers each.
# `forward` first compares H · W with N, and may raise the `ValueError`.
# It makes the tokens for `kv`, then the queries, keys and values, and then the logits.
# Then come an `if` with a softmax in each branch, and a `return` with `proj`.
# </details>

# %% [markdown]
# ## 6. A cat made of few keys
#
# **Touch it.** Your `EMSA` looks at a cat.
# Nothing is trained; we set its weights by hand, without `sr_norm`, so that a key is the mean colour of its window, and every pixel looks for keys of its own colour.
# Before you move the slider: how much of a cat can be left if all pixels have to share fifteen keys?

# %%
photo = F.adaptive_avg_pool2d(photograph("chelsea"), (96, 144))
# your own: photo = my_picture("cat.jpg", (96, 144), keep=True)
slide_keys(EMSA, photo)

# %% [markdown]
# In the middle you see what the keys hold, and at the right what the queries make of it.
# At ratio 32 the keys alone are no animal, and yet the stripes at the right are sharp to the pixel, because every pixel still asks *for itself*.
# Only colours get lost, and the green of the eyes goes first.
#
# On 64 x 64 positions with 64 channels and one head, by what factor are memory (the peak of the forward pass) and multiply-adds larger at ratio 1 than at ratio 8?

# %%
predicted = {"memory": None, "multiply-adds": None}

torch.manual_seed(0)
x = torch.randn(1, 64 * 64, 64)
one, eight = (cost(EMSA(64, 1, ratio), x, 64, 64, latency=False) for ratio in (1, 8))
measured = {"memory": one.forward_memory / eight.forward_memory,
            "multiply-adds": one.multiply_adds / eight.multiply_adds}
predict_then_run(predicted, measured, unit="times as much as at ratio 8")

# %% [markdown]
# A itself became 64 times smaller, but both factors are below 64, because `q` and `proj` still see all tokens and cost the same as before.
# And A still grows with N · N: the ratio only divides it by a constant.

# %% [markdown]
# ## 7. Exercise 4: `ResTBlock`
#
# (Whoever has built lesson 05c's `ViTBlock` changes little in it.)
# Attention mixes tokens; an MLP (two linear layers) then works on each token by itself.
# Each of the two has a LayerNorm before it and a shortcut around it:
#
# ![x goes through norm1 and attn, and x is added; the sum goes through norm2 and mlp, and the sum itself is added to the result.](figures/block.svg)
#
# It is an easy slip to write `x = norm(x)` first, so that the shortcut starts *after* the norm.
# Here are two tokens, and a branch that multiplies its input by 2:

# %%
for token in (torch.tensor([30.0, 10.0]), torch.tensor([3.0, 1.0])):
    normed = F.layer_norm(token, (2,))
    print(f"x {token.tolist()}: shortcut from x {(token + 2 * normed).round().tolist()},",
          f"shortcut from norm(x) {(normed + 2 * normed).round().tolist()}")

# %% [markdown]
# With the shortcut behind the norm, the block takes a giant for a dwarf.
# Put it in front, and you have the block of nearly every vision transformer; only the attention in it is ResT's own.
# And let the MLP read what the attention has made of x, or it will never hear of what was found.
#
# *About 8 minutes.*
#
# 1. The half with `attn`: norm, attend, add.
# 2. The half with `mlp` does the same to what the first half made.

# %% exercise
class ResTBlock(nn.Module):
    """x + attn(norm1(x)), then the same with mlp and norm2, (B, N, dim) -> (B, N, dim).

    norm1, norm2: nn.LayerNorm(dim). attn: your EMSA, with all its arguments; it gets H and W.
    mlp: nn.Linear fc1 to int(dim * mlp_ratio), nn.GELU (a smooth ReLU), nn.Linear fc2 back to
    dim, both with bias. nn.Sequential(OrderedDict(fc1=..., gelu=..., fc2=...)) names them.

    With dim 6 and mlp_ratio 2.6 there are 15 hidden channels.
    """

    def __init__(
        self, dim: int, num_heads: int, sr_ratio: int = 1, mlp_ratio: float = 4,
        qkv_bias: bool = False, apply_transform: bool = False
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor, H: int, W: int) -> torch.Tensor:
        ...


# %% points=2
check(ResTBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is added in the second half: the x that came in, or the x that the first half made?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` computes a number and sets four attributes.
# `forward` has two lines, each with one `+`.
# </details>

# %% [markdown]
# **A whole network.** Your modules are the parts of ResT-Lite, the smallest network in the paper: a stem of three convolutions, and four stages of two blocks each, with 64, 128, 256 and 512 channels.
# How many million parameters does it have?

# %%
predicted = {"ResT-Lite": None}

lite = ResTLite(PixelAttention, OverlapPatchEmbed, ResTBlock).eval()
for size in ((224, 224), (225, 161)):
    print(size, "->", tuple(lite(torch.randn(1, 3, *size)).shape))
measured = {"ResT-Lite": sum(p.numel() for p in lite.parameters()) / 1e6}
predict_then_run(predicted, measured, unit="million parameters")

# %% [markdown]
# The authors' [README](https://github.com/wofmanaf/ResT) rounds this number to 11 M.
# And the odd picture is no problem, because your tokens know the true size of their map.

# %% [markdown]
# ## 8. The bug museum
#
# ### Exhibit A: the wide cat
#
# This is attention with few keys, written once more, and on every square picture it is *exactly* your `EMSA`: the same numbers, the same gradients, the same training.
# Since most networks are trained on squares, nothing that you can measure there will ever find its mistake.
# It has been published more than once.
# Can you find it, by reading?

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, dim, num_heads=8, sr_ratio=1, qkv_bias=False, apply_transform=False):
        super().__init__()
        self.heads, self.width, self.ratio = num_heads, dim // num_heads, sr_ratio
        self.mixes = apply_transform and num_heads > 1
        self.q = nn.Linear(dim, dim, bias=qkv_bias)
        self.kv = nn.Linear(dim, 2 * dim, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim)
        if sr_ratio > 1:
            self.sr = nn.Conv2d(dim, dim, sr_ratio + 1, sr_ratio, sr_ratio // 2, groups=dim)
            self.sr_norm = nn.LayerNorm(dim)
        if self.mixes:
            self.transform_conv = nn.Conv2d(num_heads, num_heads, 1)
            self.transform_norm = nn.InstanceNorm2d(num_heads)

    def forward(self, x, H, W):
        B, N, C = x.shape
        if N != H * W:
            raise ValueError(f"{N} tokens are no map of {H} x {W} positions")
        q = self.q(x).reshape(B, N, self.heads, self.width).transpose(1, 2)
        if self.ratio > 1:
            x = self.sr(x.mT.reshape(B, C, -1, H)).flatten(2).mT
            x = self.sr_norm(x)
        k, v = self.kv(x).reshape(B, -1, 2, self.heads, self.width).permute(2, 0, 3, 1, 4)
        a = q @ k.mT * self.width ** -0.5
        if self.mixes:
            a = self.transform_norm(self.transform_conv(a).softmax(dim=3))
        else:
            a = a.softmax(dim=3)
        return self.proj((a @ v).transpose(1, 2).reshape(B, N, C))


# %% [markdown]
# Its tokens come row by row, as always.
# So let a cat walk in, once as a square and once as a wide picture, and look at the map that its `sr` reads.
# If all is well, what must you see there, both times, before any training?
# Then repair the exhibit until both cats are whole.
# (Your `EMSA` is no part of the repair: what leans on it earns nothing.)

# %%
show_what_sr_reads(ExhibitA(3, num_heads=1, sr_ratio=2),
                   {"a square cat": photo[:, :, 24:120], "a wide cat": photo})

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# In PyTorch a map is (B, C, rows, columns).
# Count the columns of the map that the exhibit makes: how many should there be?
# </details>
#
# <details><summary>Hint 2: what is wrong, and where it was seen</summary>
#
# `-1` stands for whatever fits, and after it stand H columns.
# With 96 x 144 positions that makes 144 rows of 96, so each row of the cat runs on into the next line, and the windows of `sr` hold cells that were never neighbours.
# No shape complains, because 144 · 96 tokens are as many as 96 · 144.
#
# Repair: `.reshape(B, C, H, W)`.
# Where we saw sides that change places: [DINOv2](https://github.com/facebookresearch/dinov2/pull/582) reads `B, nc, w, h = x.shape`, and [FasterViT](https://github.com/NVlabs/FasterViT/issues/6) had them in a wrong order, too.
# </details>

# %% [markdown]
# ## 9. The experiment: black or white?
#
# Back to the drawing, with a network of your block and little else, so that only the block can look from one cell to another.
# Hues, places and answers are new in every picture, and a coin gets half of them right.

# %% tags=["experiment"]
show_fields()

# %% [markdown]
# Where must one key hold several entries?
# Choose a ratio and a size; the darker a key at the right, the more entries its window touches.

# %% tags=["experiment"]
slide_windows(lambda ratio: EMSA(4, num_heads=1, sr_ratio=ratio))

# %% [markdown]
# Now for each size of entry there are two networks, one whose ratio equals the entry's side, and one with twice that ratio.
# How many per cent does each get right?
# (Their training takes a minute or two.)

# %% tags=["experiment"]
predicted = {"entries 1 x 1, ratio 1": None, "entries 1 x 1, ratio 2": None,
             "entries 2 x 2, ratio 2": None, "entries 2 x 2, ratio 4": None,
             "entries 4 x 4, ratio 4": None, "entries 4 x 4, ratio 8": None}

# %% tags=["experiment"]
def block(ratio):
    return lambda: ResTBlock(CHANNELS, num_heads=2, mlp_ratio=2, sr_ratio=ratio)


arms = {f"entries {size} x {size}, ratio {ratio}": (size, block(ratio))
        for size, ratio in ((1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 8))}
run, trained, plot = on_legends(arms)
remind(predicted)
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% tags=["experiment"]
plot.show(results, predicted)
with after_predicting(predicted):
    print_guesses(guess, results)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **A key for each entry is enough, even if that is only a sixteenth of the keys.**
# If the ratio equals an entry's side, a short training finds nearly all answers, or for 2 x 2 about nine of ten (the mean; two of three runs find fewer).
#
# **At twice that ratio the scores are low, so far**, though the third gap may be luck.
# It is not for lack of parameters, because the networks with the larger ratio have more.
# Without black and white in the test pictures all six are at chance.
# </details>

# %% [markdown]
# Would you write "the reduction destroys small entries"?
# First think of an experiment that could prove you wrong, and then open the next fold.
#
# <details><summary>We trained for longer</summary>
#
# | entries, ratio | 180 steps | 900 steps | 3,600 steps |
# |---|---|---|---|
# | 1 x 1, ratio 2 | 50 to 61 | 63 to 99 | 95 and 100 |
# | 2 x 2, ratio 4 | 50 to 75 | 77 to 99 | 100 and 100 |
# | 4 x 4, ratio 8 | 63 to 88 | 94 to 100 | 100 and 100 |
#
# **So the low scores came mostly from slow learning, and not from lost detail.**
# Windows overlap, so another key often holds one of the four entries by itself.
# But [one key can learn to hold nearly all four](lab_book.md#4.-How-can-one-key-hold-four-entries), even if it is nothing but the plain mean of its window.
# </details>

# %% [markdown]
# Now point at a lone cell at the right, in your own block: does one of the heads find the entry of its hue?
# (A key reads 5 x 5 cells around the upper left one of the 4 x 4 that light up.)

# %% tags=["experiment"]
look_at_keys(trained["entries 4 x 4, ratio 4", 2])

# %% [markdown]
# 256 queries, 16 keys, and nearly every answer right.
# In our run head 1 finds a key that reads its own hue from each of the twelve lone cells.
#
# ## 10. What we now know
#
# We kept a question for every position, and far fewer answers were enough.
# Where each entry has a key of its own, a network learns fast; where four share one, it still learns nearly all, in many more steps.
# So for the opening's picture 16 keys were enough [after 3,600 steps](lab_book.md#3.-Longer-runs), and 4 keys found about nine of ten answers.
# What looks like lost detail may be too little time, so before you choose a ratio, ask: *how small are the things that a key has to hold, and how long can you train?*
#
# Here is a picture to keep, beside this notebook: `my_rest.png`.

# %% tags=["nbval-ignore-output"]
keep_keys(EMSA, photo)

# %% [markdown]
# **Next.** [Lesson 08a](../08a_windows/08a_windows.ipynb) keeps all keys, and lets each query see only a window of them.
# (For doubters there is the lab book beside this notebook: every run, real pictures, and a challenge.)

# %% tags=["nbval-ignore-output"]
progress()
