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
# # 05c · Vision Transformer: heads, patches and places
#
# *Cut a picture into words, let each word ask several questions at once, and tell it where it stands.*
#
# ![A grey poster. Six patches have a colour above and a mark below: orange, green and purple black, blue, yellow and light blue white. Three flags have two colours each: 1 is blue and orange, 2 is orange and yellow, 3 is green and purple.](figures/flags.svg)
#
# Flag 1 is blue on the left and orange on the right.
# Which mark belongs to its left colour, and which one to its right colour?
# Answer for all three flags, and count how often you had to search the poster for each of them.
#
# You searched twice, once for each colour.
# Lesson 05a's module lets a position search once.
# Vision transformers search several times at once: their attention has **heads**.
# Many vision models of today grew from the network that you build here, and at the end yours reads a digit on a photograph of your own.
#
# **Needs** lesson 05a (query, key, value, row j of A) · 2 h · 7 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build a Vision Transformer whose parameters have the names under which published weights load;
# - compute how well one look-up can do before you train it, and check;
# - find a mistake that public code makes with heads;
# - say which part of the network knows where a patch was, and take this knowledge away.
#
# | part | minutes |
# |---|---|
# | [two look-ups](#1.-Two-look-ups) | 8 |
# | [patches](#2.-Exercise-1:-PatchEmbed) (1 point) | 14 |
# | [heads](#3.-Exercise-2:-MultiHeadSelfAttention) (2 points) | 30 |
# | [one head or two?](#4.-One-head-or-two?) | 12 |
# | [the bug museum](#5.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [the block](#6.-Exercise-3:-ViTBlock) (2 points) | 14 |
# | [the network](#7.-Exercise-4:-VisionTransformer) (1 point) | 16 |
# | [photographs](#8.-It-reads-photographs), [what we now know](#9.-What-we-now-know) | 18 |
#
# </details>

# %%
from attention_lab.lessons.vit import *

begin("05c_vit")

# %% [markdown]
# ## 1. Two look-ups
#
# Our posters are small and noisy, and each has colours, places and marks of its own, so there is nothing to learn by heart.

# %%
posters, test_posters = flags(3200, seed=1), flags(500, seed=2)
show(show_images(posters.pictures[:3].clamp(0, 1), columns=3),
     "Three noisy posters with marked patches and flags of two colours on grey.")

# %% [markdown]
# How good can a reader be that searches only *once*?
# Say it finds the mark of the left colour every time, and never looks for the other one.
# It does know that three of the six marks are black and three white, and that a flag's two colours are different.
# So what should it say for the right colour, and how often will it be right, over both questions together?

# %%
guessed = {"one search": None}  # your turn: per cent
predict_then_run(guessed, {"one search": search_once(posters)}, unit="right answers (%)")

# %% [markdown]
# <details><summary>By hand</summary>
#
# Say the opposite of what you found.
# Of the five marks that are left, three have the opposite colour, so you are right in 3/5 of the cases.
# With one answer always right and the other one right in 60 % of the cases, that makes (100 + 60) / 2 = **80 %**.
# </details>
#
# Keep your number: in section 4 a network will run into it.
#
# ## 2. Exercise 1: `PatchEmbed`
#
# A transformer reads a list of vectors, its **tokens**.
# Dosovitskiy and others (2021) make such a list of a picture in the crudest way that one can think of: cut it into square patches, and multiply all the numbers of a patch by one matrix.

# %% [markdown]
# ### The exercise
#
# *About 8 minutes.*
# There is a layer that cuts and multiplies at once: a convolution with a kernel as large as a patch, which moves on by a whole patch each time, sees every patch exactly once.
#
# 1. Let the convolution make a map with one position for each patch, (B, dim, H / p, W / p).
# 2. Make a list of it: a token is a *row*, (B, N, dim), and the patches come row by row, as one reads.
#
# A picture that cannot be cut evenly is an error, because the convolution would drop its last pixels in silence.

# %% exercise
class PatchEmbed(nn.Module):
    """Each patch becomes a token, row by row, (B, C, H, W) -> (B, N, dim).

    proj: nn.Conv2d from in_channels to dim, with bias; kernel and stride are patch_size.
    Raises ValueError if H or W is no multiple of patch_size.
    """

    def __init__(self, patch_size: int, in_channels: int = 3, dim: int = 768) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=1
check(PatchEmbed)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Let the convolution do the cutting.
# A `view` can't cut patches, because pixels that lie below each other are far apart in memory.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# After the convolution, `flatten(2)` makes one axis of the positions, row by row: (B, dim, N).
# Which two axes have to change places?
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` keeps the patch size and makes one layer.
# `forward` compares `x.shape[2]` and `x.shape[3]` with the patch size, each by its remainder, and returns one line.
# </details>

# %% [markdown]
# Give your module a photograph, yours if you like, and let it keep only the mean colour of each patch.
# If the cat comes back upside down or in stripes, your patches are not in the order of reading.

# %%
photo = photograph("chelsea")  # or my_picture("me.jpg", keep=True), a file beside this notebook
small = F.adaptive_avg_pool2d(photo, (96, 144))
cut = PatchEmbed(8, 3, 3)  # three numbers for each token: mean red, green and blue
nn.init.zeros_(cut.proj.bias)
cut.proj.weight.data = torch.eye(3)[:, :, None, None].expand(-1, -1, 8, 8) / 64
show_tokens(small, cut(small[None]))

# %% [markdown]
# That is a cat in 216 words.
# With a trained matrix, a word says more than its mean colour; it is still one matrix for all of them.
#
# ## 3. Exercise 2: `MultiHeadSelfAttention`
#
# Position attention compares one query with all keys, takes a softmax, and gathers one mean of the values.
# A mean of two marks, one black and one white, is grey, and from grey no linear layer can say which of them was which.
# So a token with two questions had better read twice, with two queries, and keep the two results apart.
# That is all a head is.
#
# ![Tokens x (B, N, dim) go through one layer, qkv. Its outputs are queries, keys and values, each (B, N, dim), and each is cut into heads. In each head a softmax along the rows gives a map (B, heads, N, N), and the map times the values is what this head has read. The heads are joined side by side, (B, N, dim), and pass the layer proj.](figures/heads.svg)
#
# The surprise is that heads cost no parameters.
# Instead of making more queries, one *cuts* the `dim` numbers of a token into `num_heads` pieces of `head_dim` numbers, and every piece does its own attention.
# The layers are the same for one head and for eight.
#
# <details><summary>The paper's letters</summary>
#
# | in the paper (appendix A) | in words | in code |
# |---|---|---|
# | $[q, k, v] = z U_{qkv}$ | one layer for queries, keys and values | `self.qkv(x)` |
# | $A = \mathrm{softmax}(q k^\top / \sqrt{D_h})$ | row j: how token j weighs all tokens | `attention(x)` |
# | $\mathrm{SA}(z) = A v$ | what one head has read | `A @ v` |
# | $\mathrm{MSA}(z) = [\mathrm{SA}_1(z); \dots; \mathrm{SA}_k(z)] U_{msa}$ | the heads side by side, mixed by one more layer | `self.proj(...)` |
#
# The paper's z is our x, and its $D_h$ is our `head_dim`.
# </details>

# %% [markdown]
# ### Why divide by a root?
#
# The product of a query and a key is a sum of `head_dim` terms, so the longer a query is, the larger the products get, and a softmax of large numbers has made up its mind before anything is learned.
# The next cell draws random queries of different lengths, and looks at their weights over 36 random keys.
# What happens to the largest weight?

# %% tags=["experiment"]
compare_scales()

# %% [markdown]
# Divided by the root of the length, the weights look alike at every length.
# Undivided, one key takes nearly everything, and the gradient of a *typical* row fades away, so such a row can hardly learn to look elsewhere.
#
# ### The exercise
#
# *About 18 minutes.*
#
# 1. `attention`: one layer makes all queries, keys and values; cut each of the three into heads, and let every head compare its own queries with its own keys.
# 2. `forward`: let every head gather its own values, put what the heads have read side by side, and mix it with one more layer.
#
# If head 1 reads (10, 20) for a token and head 2 reads (30, 40), the last layer gets (10, 20, 30, 40).

# %% exercise
class MultiHeadSelfAttention(nn.Module):
    """Every token reads all tokens, once in each head, (B, N, dim) -> (B, N, dim).

    qkv: nn.Linear from dim to 3 * dim, with a bias if qkv_bias. Its outputs are
    q, then k, then v, each heads x head_dim (head 1 has the first numbers).
    proj: nn.Linear from dim to dim, with bias. Products of queries and keys are
    divided by the root of head_dim = dim / num_heads.
    Raises ValueError if num_heads does not divide dim.
    """

    def __init__(self, dim: int, num_heads: int, qkv_bias: bool = True) -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, heads, N, N), after the softmax: row j is how token j weighs all tokens."""
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(MultiHeadSelfAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape next to each line, and ask of each axis what it counts.
# Which number's root belongs to a query of *one head*?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `unflatten(2, (3, heads, head_dim))` cuts the last axis of (B, N, 3 · dim) without moving anything: (B, N, 3, heads, head_dim).
# Then `permute` brings the 3 to the front and the heads before the tokens: (3, B, heads, N, head_dim).
# In this order, `q @ k.transpose(2, 3)` works on all heads at once.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Let a third method return the maps A and the values v, so that `qkv` runs once; `attention` returns the first of the two.
# In `forward`, `A @ v` is (B, heads, N, head_dim).
# Bring the heads behind the tokens before you flatten the last two axes.
# The `ValueError` is raised in `__init__`, from a remainder.
# </details>

# %% [markdown]
# ## 4. One head or two?
#
# Back to the flags, with a network that is as small as it can be.
# Your patches become tokens of 32 numbers, each token is prepared by itself, and your attention lets the tokens read each other *once*.
# Then a linear layer gives two answers for each token, the mark of its left colour and the mark of its right one.
# With one head or with two, the network has the same parameters.
#
# *Predict.* What percentage of the answers is right with one head, and with two?
# You have worked out one of these numbers already.

# %% tags=["experiment"]
predicted = {"one head": None, "two heads": None}

# %% tags=["experiment"]
def reads_flags(heads):
    return flag_reader(PatchEmbed(4, 3, DIM), MultiHeadSelfAttention(DIM, heads))


arms = {"one head": lambda: reads_flags(1), "two heads": lambda: reads_flags(2)}
remind(predicted)  # three networks of each, about 20 seconds
results, trained = compare_on_flags(arms, posters, test_posters, predicted)

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **One head reads one thing.**
# It ends where you predicted by hand that a reader ends who searches once, at 80 %.
# More time does not help it (the squares in the figure, after five times the steps): [at no learning rate](lab_book.md#2.-One-head-or-two) did a run end more than a hair above 80 %.
#
# **Two heads can read both**, with the same number of parameters.
# If one of your runs stopped below 90, it needed more time; all of the recorded longer ones got there.
# </details>

# %% [markdown]
# Now look at your own two heads.
# Point at a flag: where does head 1 read, and where head 2?

# %% tags=["experiment"]
poster = test_posters.pictures[0]
maps = head_maps(trained["two heads", 0], poster)  # (2, 36, 36)
flag = divmod(int(test_posters.places[0, 6]), 6)
look({"head 1": maps[0], "head 2": maps[1]}, poster.clamp(0, 1), grid=(6, 6), start=flag)

# %% [markdown]
# If your first run reached 100, one head reads the left colour's patch on a flag and the other one the right colour's; which is which depends on the seed.
# Nobody told them to share the work.
#
# ## 5. The bug museum
#
# ### Exhibit A: a number that is nearly right
#
# Here is a multi-head attention with one wrong number.
# It runs, the shapes are right, every weight gets a gradient, and on the flags it reached 99 % in four of five recorded runs, as the right one mostly does.
# It has been published more than once.
# Read it as you would read a colleague's code before it is merged: what is wrong?

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, dim, num_heads, qkv_bias=True):
        super().__init__()
        if dim % num_heads:
            raise ValueError(f"{num_heads} heads cannot share {dim} numbers evenly")
        self.heads, self.scale = num_heads, dim ** -0.5
        self.qkv, self.proj = nn.Linear(dim, 3 * dim, bias=qkv_bias), nn.Linear(dim, dim)

    def split(self, x):
        parts = self.qkv(x).chunk(3, dim=2)
        return [part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in parts]

    def attention(self, x):
        q, k, _ = self.split(x)
        return (self.scale * q @ k.mT).softmax(dim=-1)

    def forward(self, x):
        _, _, v = self.split(x)
        return self.proj((self.attention(x) @ v).transpose(1, 2).flatten(2))

# %% [markdown]
# So training will not tell you, and neither will the score.
# Ask something else: *does a head know of the others?*
# It should not.
# So the next cell takes the first of two heads, gives its weights to your own attention with a single head, and compares the two maps.
#
# Then repair the exhibit, in its own cell, until the test says yes.
# (What leans on your `MultiHeadSelfAttention` earns nothing.)

# %%
torch.manual_seed(0)
exhibit, alone = ExhibitA(8, num_heads=2), MultiHeadSelfAttention(4, num_heads=1)
for of_q_and_k in (0, 1):  # rows of q, rows of k; the first four columns
    mine = slice(4 * of_q_and_k, 4 * of_q_and_k + 4)
    theirs = slice(8 * of_q_and_k, 8 * of_q_and_k + 4)
    alone.qkv.weight.data[mine] = exhibit.qkv.weight.data[theirs, :4]
    alone.qkv.bias.data[mine] = exhibit.qkv.bias.data[theirs]
x = torch.randn(1, 6, 8)
x[..., 4:] = 0  # nothing for the other four columns to add
same = torch.allclose(exhibit.attention(x)[0, 0], alone.attention(x[..., :4])[0, 0], atol=1e-6)
print("Is head 1 of two the same as that head alone?", "Yes." if same else "No, not yet.")

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What was the scale there for?
# How many products are added up in one score, if there are two heads?
# </details>
#
# <details><summary>Hint 2: what is wrong, and where it was seen</summary>
#
# The scale is that of `dim`, and a query of one head has `dim / num_heads` numbers: `(dim // num_heads) ** -0.5`.
# With a single head the mistake is invisible, and with several it only makes the softmax softer, so that training hides it.
# [lucidrains/vit-pytorch, issue 65](https://github.com/lucidrains/vit-pytorch/issues/65) and [karpathy/ng-video-lecture, pull request 6](https://github.com/karpathy/ng-video-lecture/pull/6) had it, and both were mended at once.
# </details>
#
# ## 6. Exercise 3: `ViTBlock`
#
# Reading is half of the work; a token also has to make something of what it has read.
# So a block is two small steps, each beside a shortcut: first the tokens read each other, and then every token thinks by itself, in an MLP.

# %% [markdown]
# ### The exercise
#
# *About 12 minutes.*
# In front of each step stands a LayerNorm, which brings the numbers of each token to mean 0 and variance 1.
# It stands on the branch and not on the shortcut, so that through a tower of such blocks a straight line leads from the patches to the answer, and the gradient comes back along it unscaled.
#
# 1. Add to x what the attention reads in the normed x.
# 2. Add to *this* what the MLP makes of it, normed once more.

# %% exercise
class ViTBlock(nn.Module):
    """x + attn(norm1(x)), then x + mlp(norm2(x)), (B, N, dim) -> (B, N, dim).

    norm1, norm2: nn.LayerNorm(dim, eps=1e-6), the authors' eps.
    attn: MultiHeadSelfAttention(dim, num_heads).
    mlp: fc1, nn.Linear to int(dim * mlp_ratio) numbers; nn.GELU; fc2, nn.Linear back to dim.
    The MLP's layers have these names, such as mlp.fc1 (nn.Sequential takes an OrderedDict).
    """

    def __init__(self, dim: int, num_heads: int, mlp_ratio: float = 4) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(ViTBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What does the shortcut carry: x, or norm1(x)?
# And what does the MLP read: the block's input, or what the attention has added to?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` makes four parts, two of them norms with the eps above.
# `forward` has two lines that look alike.
# </details>

# %% [markdown]
# ## 7. Exercise 4: `VisionTransformer`
#
# Two things are missing, and the first one is easy to overlook.
# Shuffle the patches of a picture: what changes for your block?

# %%
block, tokens = ViTBlock(32, 2), torch.randn(1, 36, 32)
order = torch.randperm(36)
with torch.no_grad():
    same = torch.allclose(block(tokens[:, order]), block(tokens)[:, order], atol=1e-5)
print("shuffle, then the block: the same as the block, then shuffle?", same)

# %% [markdown]
# Nothing changes: each token still reads the same tokens, with the same weights, so to your block a picture is a bag of patches.
# Vision transformers put the place into the token.
# Every place has a vector of its own, which is *added* to the patch that stands there, and these vectors are learned like any weight.
#
# And somebody has to answer for the whole picture.
# That is one more token, the **class token**: a learned vector in front of the patches, which belongs to none of them and can read them all.
#
# ![A picture (B, 3, H, W) goes through patch_embed to N tokens. A learned class token is put in front, (B, N + 1, dim), and a position vector is added to each. Blocks follow, each with a norm and attention beside a shortcut, and a norm and an MLP beside a shortcut. At the end a norm, and a linear layer that reads the class token.](figures/network.svg)
#
# A larger picture has more places than the network has vectors.
# For that you get a function that lays the vectors out as a picture, one pixel for each place, and resizes it; the first `prefix` of them belong to no patch, and stay as they are.

# %%
def resize_positions(positions, old_grid, new_grid, prefix=1):
    """Vectors for another grid, (1, prefix + h * w, dim) -> (1, prefix + h' * w', dim)."""
    h, w = old_grid
    if positions.shape[1] != prefix + h * w:
        raise ValueError(f"{positions.shape[1]} vectors are not {prefix} and {h} x {w}")
    if tuple(old_grid) == tuple(new_grid):
        return positions
    picture = positions[:, prefix:].transpose(1, 2).unflatten(2, (h, w))
    resized = F.interpolate(picture, size=tuple(new_grid), mode="bicubic", align_corners=False)
    return torch.cat([positions[:, :prefix], resized.flatten(2).transpose(1, 2)], dim=1)

# %% [markdown]
# ### The exercise
#
# *About 12 minutes.*
#
# You have all the parts, and what is left is their order.
#
# 1. Make tokens, put the class token in front, and *then* add the position vectors, resized to the picture's grid: the class token has one, too.
# 2. Send them through the blocks, and let the norm and the head read one vector for each picture, the class token's or, if somebody prefers that, the mean of the patches.

# %% exercise
class VisionTransformer(nn.Module):
    """Scores for each class, (B, 3, H, W) -> (B, num_classes).

    patch_embed: PatchEmbed for 3 channels. cls_token: nn.Parameter (1, 1, dim).
    pos_embed: nn.Parameter (1, N + 1, dim) for the N patches of image_size, (height, width).
    Both may start as they like; 0.02 * torch.randn(...) is usual.
    blocks: nn.ModuleList of depth ViTBlocks. norm: nn.LayerNorm(dim, eps=1e-6).
    head: nn.Linear to num_classes. Pictures may have other sizes than image_size.
    pool="token": head(norm(class token)). pool="mean": head(norm(mean of the patch
    tokens, without the class token)). Raises ValueError for any other pool.
    """

    def __init__(self, image_size: tuple[int, int], patch_size: int, dim: int, depth: int,
                 num_heads: int, num_classes: int, mlp_ratio: float = 4,
                 pool: str = "token") -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=1
check(VisionTransformer)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `self.cls_token.expand(B, -1, -1)` gives every picture of the batch the same token.
# Which of the N + 1 position vectors is its own?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The old grid is known in `__init__`, from `image_size`; the new one in `forward`, from `x.shape`.
# Hand both to `resize_positions`, rows first, whatever the sizes are: for equal grids it changes nothing.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `forward`: tokens, class token in front, positions, a loop over the blocks, one vector for each picture, and `self.head(self.norm(...))`.
# With `"mean"`, the norm comes after the mean.
# </details>

# %% [markdown]
# Make it larger, 12 blocks of width 192 with three heads, for ImageNet's 1,000 classes:

# %%
with torch.device("meta"):  # shapes only, without numbers in them
    tiny = VisionTransformer((224, 224), 16, dim=192, depth=12, num_heads=3, num_classes=1000)
print(f"{sum(part.numel() for part in tiny.parameters()):,} parameters:",
      *list(tiny.state_dict())[:5], "...", sep="\n")

# %% [markdown]
# This is ViT-Ti/16 to the last parameter, and timm's names are yours, so `load_state_dict` takes its `vit_tiny_patch16_224` as it is.
#
# ## 8. It reads photographs
#
# A smaller one learns something in a minute.
# Each picture is a piece of a photograph with a handwritten digit on it.
# If the digit has the colour of the frame, the answer is this digit; if it has another colour, the answer is *not it*.
# So there are two things to look up again: *which digit* is it, and *does it count?*

# %%
show_new_digits()

# %% [markdown]
# It has a rival with as many parameters, three convolutions and a mean over all positions.
# Both learn from the same 4,000 pictures, and are tested on photographs and handwritings that they have never seen.
# Afterwards a copy of your transformer loses all its position vectors: it knows everything that it has learned, except where anything is.
#
# *Predict.* How many per cent of the new pictures will each of the three get right?
# (Always saying *not it* gets 50.)

# %% tags=["experiment"]
predicted = {"vision transformer": None, "three convolutions": None, "without places": None}

# %% tags=["experiment"]
torch.manual_seed(0)
mine = VisionTransformer((20, 20), 4, dim=40, depth=2, num_heads=4, num_classes=11, mlp_ratio=2)
readers = {"vision transformer": mine, "three convolutions": ThreeConvolutions()}
remind(predicted)  # about a minute
train_on_digits(readers)
placeless = copy.deepcopy(mine)
nn.init.zeros_(placeless.pos_embed)
readers["without places"] = placeless

# %% tags=["experiment"]
predict_then_run(predicted, right_digits(readers), unit="right answers on new pictures (%)")

# %% tags=["experiment"]
with after_predicting(predicted):
    print_look_ups(readers)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Without places it still knows *whether*, and no longer *which*.**
# Colours can be compared wherever they are, so nine times in ten your crippled network says correctly whether the digit counts.
# But a digit is strokes *at places*, and of those that count it now reads one in ten, as if it drew lots.
#
# **The convolutions read better.**
# It is the digits themselves that the transformer reads less well; how much less, and whether it lags on its own pictures too, your table says.
# The usual explanation: to a convolution a stroke is a stroke wherever it stands, a transformer has to find that out from pictures, and 4,000 are few.
# (How far they are apart [depends on the training](lab_book.md#8.-Digits-on-photographs).
# The paper met the same on ImageNet, and with 300 million pictures the transformer won.)
# </details>

# %% [markdown]
# And where does the class token look?
# Put a digit on a photograph, yours if you have one beside this notebook, and let your network read it: each picture is as light as one head of the first block weighs its patches.
# Change the digit's colour alone, then the frame's alone.
# Does any head stay with the digit, or with the frame, whatever the colours?

# %% tags=["experiment"]
print_shares_in_the_middle(mine)
touch_digits(mine, photo)

# %% [markdown]
# On average over 500 pictures, heads 2 and 4 of our run give four fifths of their light to the middle and heads 1 and 3 about half; an even look would give 36 %.
# (In yours the shares will be others.)
# The two questions, *which* and *whether*, are about these two places, and a head may change its place with the colours.
#
# ## 9. What we now know
#
# A head is a look-up: in our network one read one thing, two read two, and they cost no parameters, because they share out the numbers that are there.
# A patch becomes a token by one matrix, and attention does not know where any of them stood; take the places away from a network that was trained with them, and a digit is a bag of strokes.
#
# You have built a vision transformer, and you have seen it read.
# Keep its heads, over the flag and over the digit, and show them to somebody who thinks that attention is one heat map.

# %% tags=["experiment"]
keep_heads(poster.clamp(0, 1), maps, flag, mine,
           f"a vision transformer, written by hand; on the flags, two heads are right in "
           f"{results.mean('two heads'):.0f} %, one head in {results.mean('one head'):.0f} %")

# %% [markdown]
# **Next.** Attention between all pairs of tokens is expensive when there are many; [lesson 06a](../06a_pyramid_split/06a_pyramid_split.ipynb) goes back to convolutions, and lessons 07 to 09 make attention cheap.
# (The [lab book](lab_book.md) is there for doubters, with every run, a board game about places, and two challenges.)

# %% tags=["nbval-ignore-output"]
progress()
