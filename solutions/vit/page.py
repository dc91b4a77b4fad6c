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
#
# **Needs** lesson 05a (query, key, value, row j of A) · 2 h · 7 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build a Vision Transformer whose parameters have the names under which published weights load;
# - compute how well one look-up can do before you train it, and check;
# - say which part of the network knows where a patch was, and take this knowledge away;
# - find a mistake that public code makes with heads.
#
# | part | minutes |
# |---|---|
# | [two look-ups](#1.-Two-look-ups) | 10 |
# | [patches](#2.-Exercise-1:-PatchEmbed) (1 point) | 15 |
# | [heads](#3.-Exercise-2:-MultiHeadSelfAttention) (2 points) | 30 |
# | [one head or two?](#4.-One-head-or-two?) | 15 |
# | [the block](#5.-Exercise-3:-ViTBlock) (2 points) | 15 |
# | [places](#6.-Who-knows-where?) | 8 |
# | [the network](#7.-Exercise-4:-VisionTransformer) (1 point), and photographs | 17 |
# | [the bug museum](#8.-The-bug-museum), where you repair `ExhibitA` (1 point), [what we now know](#9.-What-we-now-know) | 10 |
#
# </details>

# %%
from attention_lab.lessons.vit import *

begin("05c_vit")

# %% [markdown]
# ## 1. Two look-ups
#
# Our posters are small: 24 x 24 pixels, six marked patches and twelve flags, and every poster has colours, places and marks of its own.

# %%
posters, test_posters = flags(3200, seed=1), flags(500, seed=2)
show(show_images(posters.pictures[:3].clamp(0, 1), columns=3),
     "Three noisy posters with marked patches and flags of two colours on grey.")

# %% [markdown]
# How good can a reader be that searches only once?
# Say it finds the mark of the left colour every time, and does not know the other one.
# It does know that three of the six marks are black and three are white, and that the flag's two colours are different.
# So what should it answer for the right colour, and how often will it be right, over both questions?
# Work it out before you open the fold; we will hold a trained network against your number.
#
# <details><summary>By hand</summary>
#
# Say the opposite of what you found.
# Of the five marks that are left, three have the opposite colour, so you are right in 3/5 of the cases.
# With one answer always right and the other one right in 60 % of the cases, that makes (100 + 60) / 2 = **80 %**.
# </details>
#
# ## 2. Exercise 1: `PatchEmbed`
#
# A transformer reads a list of vectors, its **tokens**.
# Dosovitskiy and others (2021) make such a list of a picture in the simplest way that one can think of: cut it into square patches, and multiply all the numbers of a patch by one matrix.
#
# There is a layer that does both at once.
# A convolution with a kernel as large as a patch, which moves on by a whole patch each time, sees every patch exactly once.
# Its output is a map with one position for each patch, (B, dim, H / p, W / p), and from there it is a matter of axes: a token is a *row*, (B, N, dim), and the patches come row by row, as one reads.

# %% [markdown]
# ### The exercise
#
# *About 8 minutes.*
# `self.proj` is an `nn.Conv2d` from `in_channels` to `dim` whose kernel and stride are the patch size, with a bias.
# `forward` turns (B, C, H, W) into (B, N, dim).
# If H or W is no multiple of the patch size, such a convolution would drop the last pixels in silence, so raise a `ValueError` instead.
#
# Worked example: one channel, patches of 2 x 2, a kernel of ones and no bias.
# The picture has the rows (1, 2, 3, 4) and (5, 6, 7, 8), so there are two patches.
# The first one sums to 1 + 2 + 5 + 6 = 14 and the second one to 3 + 4 + 7 + 8 = 22: the tokens are (14) and (22).

# %% exercise
class PatchEmbed(nn.Module):
    """Each patch becomes a token, row by row, (B, C, H, W) -> (B, N, dim).

    proj: nn.Conv2d from in_channels to dim, kernel and stride patch_size.
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
# Give your module a photograph, and let it keep only the mean of each patch.
# The tokens come back as a coarse picture; if it is upside down or striped, your patches are not in the order of reading.

# %%
photo = F.adaptive_avg_pool2d(photograph("chelsea"), (96, 144))
cut = PatchEmbed(8, 3, 3)  # three numbers a token: the patch's mean red, green and blue
nn.init.zeros_(cut.proj.bias)
cut.proj.weight.data = torch.eye(3)[:, :, None, None].expand(-1, -1, 8, 8) / 64
tokens = cut(photo[None]).detach()
print("tokens:", tuple(tokens.shape))
coarse = tokens[0].T.unflatten(1, (12, 18))
blocks = F.interpolate(coarse[None], scale_factor=8)[0]
show(show_images(torch.stack([photo, blocks]), ["the photograph", "its tokens"]),
     "A cat's face, and beside it the same picture in blocks of 8 x 8 pixels, one a token.")

# %% [markdown]
# ## 3. Exercise 2: `MultiHeadSelfAttention`
#
# Position attention compares one query with all keys, takes a softmax, and gathers one mean of the values.
# A mean of two marks, one black and one white, is grey, and from grey [no linear layer](lab_book.md#2.-One-head-or-two) can say which of them was which.
# So a token that needs two answers has to read twice, with two queries, and keep the two results apart.
# That is all a head is.
#
# ![Tokens x (B, N, dim) go through one layer, qkv. Its outputs are queries, keys and values, each (B, N, dim), and each is cut into heads. In each head a softmax along the rows gives a map (B, heads, N, N), and the map times the values is what this head has read. The heads are joined side by side, (B, N, dim), and pass the layer proj.](figures/heads.svg)
#
# The surprise is that heads cost no parameters.
# Instead of making more queries, one *cuts* the `dim` numbers of a token into `num_heads` pieces of `head_dim` numbers each, and every piece does its own attention.
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
# The products of queries and keys are sums of `head_dim` terms, so the longer a query is, the larger they get, and a softmax of large numbers has made up its mind before anything is learned.
# The next cell draws 36 random keys and looks at a random query's weights, for queries of different lengths.
# What happens to the largest weight?

# %% tags=["experiment"]
compare_scales()

# %% [markdown]
# Divided by the root of the length, the weights look alike at every length.
# Undivided, one key takes nearly everything, and the gradient of a *typical* row fades away; a few undecided rows keep theirs, so the average hides it.
# This is about the start, and about long queries: with short ones it [hardly mattered](lab_book.md#4.-The-scale) for what was learned.

# %% [markdown]
# ### The exercise
#
# *About 18 minutes.*
# `self.qkv` is one `nn.Linear` from `dim` to `3 * dim`, with a bias unless `qkv_bias` is False.
# Its outputs are q, then k, then v, and each of the three is cut into heads in their order.
# `self.proj` is an `nn.Linear` from `dim` to `dim`.
#
# `attention(x)` returns the maps, (B, heads, N, N): the softmax of the products of queries and keys, divided by $\sqrt{\mathrm{head\_dim}}$, along each row.
# `forward(x)` lets each head read its own values, joins the heads side by side, and applies `proj`.
# If `num_heads` does not divide `dim`, raise a `ValueError`.
#
# Worked example: dim = 4, two heads, and a token whose q is (1, 2, 3, 4).
# Head 1 has the query (1, 2) and head 2 the query (3, 4), and both divide by $\sqrt{2}$.
# If head 1 reads (10, 20) and head 2 reads (30, 40), `proj` gets (10, 20, 30, 40).

# %% exercise
class MultiHeadSelfAttention(nn.Module):
    """Every token reads all tokens, once in each head, (B, N, dim) -> (B, N, dim).

    qkv: nn.Linear from dim to 3 * dim, [q | k | v], each
    heads x head_dim. proj: nn.Linear from dim to dim.
    Raises ValueError if num_heads does not divide dim.
    """

    def __init__(self, dim: int, num_heads: int, qkv_bias: bool = True) -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, heads, N, N): row j is how token j weighs all tokens."""
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
# Back to the flags.
# The network below is as small as it can be.
# Your patches of 4 x 4 become tokens of 32 numbers, each token is prepared by itself, and your attention lets the tokens read each other *once*.
# Then a linear layer gives two answers for each token, the mark of its left colour and the mark of its right one.
# The task is made for this comparison, and both networks have the same 10,178 parameters.
#
# *Predict.* What percentage of the answers is right with one head, and with two?
# You have worked out one of these numbers already.

# %% tags=["experiment"]
predicted = {"one head": None, "two heads": None}

# %% tags=["experiment"]
boards, test_boards = mirror_boards(3200, 1, hide=NEVER), mirror_boards(500, 2)


def reads_flags(heads):
    return flag_reader(PatchEmbed(4, 3, DIM), MultiHeadSelfAttention(DIM, heads))


def reads_boards(kind):
    return board_reader(PatchEmbed(4, 3, DIM), kind, MultiHeadSelfAttention(DIM, 2))


arms = {"one head": lambda: reads_flags(1), "two heads": lambda: reads_flags(2),
        "no vectors": lambda: reads_boards("none"),
        "one per place": lambda: reads_boards("place"),
        "row and column": lambda: reads_boards("row and column"),
        "never trained": lambda: reads_boards("never trained")}
PLACES = list(arms)[2:]  # section 6 needs these
trained = Trained()


def run(arm, seed):
    on_boards = arm in PLACES
    pictures, answers = boards if on_boards else posters[:2]
    network = train(arms[arm](), pictures, answers, loss=asked_loss, batch_size=16,
                    epochs=3 if on_boards else 5, peak_rate=3e-3, seed=seed)
    trained[arm, seed] = network
    if on_boards:
        return right_on_boards(network, *test_boards)
    return right_on_flags(network, test_posters)

# %% tags=["experiment"]
plot = ScorePlot("right answers on new posters (%)", highlight=["two heads"],
                 baselines={"chance": 50}, longer=longer_runs, limits={"one head": 80},
                 limit="one look-up, and a guess", gaps=[("two heads", "one head")])

remind(predicted)  # about 20 seconds
results = compare(["one head", "two heads"], seeds=range(3), run=run,
                  after_each=plot.growing(predicted))

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **One head reads one thing.**
# It answers one side of every flag and says the opposite for the other one, which gives the 80 % that you worked out by hand.
# In our recorded runs [not one of them got past it](lab_book.md#2.-One-head-or-two), after five times the steps or at another rate.
#
# **Two heads can read both**, with the same number of parameters.
#
# (With this page's steps four of our six runs found both, and after five times as many all six.
# With an MLP behind the attention, as in the block that you build next, [it is the same](lab_book.md#3.-With-an-MLP-behind).)
# </details>

# %% [markdown]
# Now look at your own two heads.
# Point at a flag, and see where head 1 and head 2 read; then take a marked patch, which nobody asks anything, and see where they read there.

# %% tags=["experiment"]
network, poster = trained["two heads", 0], test_posters.pictures[0]
reader = network[2]
with torch.no_grad():
    maps = reader.part.attention(reader.norm(network[:2](poster[None])))[0]  # (2, 36, 36)
flag = divmod(int(test_posters.places[0, 6]), 6)
look({"head 1": maps[0], "head 2": maps[1]}, poster.clamp(0, 1), grid=(6, 6), start=flag)

# %% [markdown]
# If your first run reached 100, one head reads the left colour's patch on a flag and the other one the right colour's; which is which depends on the seed.
# Nobody told them to share the work.
#
# ## 5. Exercise 3: `ViTBlock`
#
# A block is two small steps, each beside a shortcut: first the tokens read each other, and then every token thinks by itself, in an MLP.
# In front of each step stands a LayerNorm, which brings the numbers of each token to mean 0 and variance 1; the shortcut carries x past it as it came.
#
# ### The exercise
#
# *About 12 minutes.*
# `norm1` and `norm2` are `nn.LayerNorm(dim, eps=1e-6)`; the authors' eps is smaller than torch's, and trained weights need it.
# `attn` is your `MultiHeadSelfAttention`.
# `mlp` holds `fc1`, a linear layer to `int(dim * mlp_ratio)` numbers, and `fc2`, a linear layer back, with a GELU between them; `nn.Sequential(OrderedDict(fc1=..., gelu=nn.GELU(), fc2=...))` is one way to give its layers these names.
# The block computes x + attn(norm1(x)), and then, of this new x, x + mlp(norm2(x)).
#
# Worked example: if `attn` returned 0 and `mlp` returned 1 for everything, a token (3, 5) would leave the block as (4, 6).

# %% exercise
class ViTBlock(nn.Module):
    """x + attn(norm1(x)), then x + mlp(norm2(x)), (B, N, dim) -> (B, N, dim).

    norm1, norm2: nn.LayerNorm(dim, eps=1e-6). attn: MultiHeadSelfAttention(dim, num_heads).
    mlp: fc1, nn.Linear to int(dim * mlp_ratio); nn.GELU; fc2, nn.Linear back to dim.
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
# ## 6. Who knows where?
#
# Shuffle the patches of a picture, and each token still reads the same tokens, with the same weights.
# So up to here no token knows where it stands.

# %%
block, tokens = ViTBlock(32, 2), torch.randn(1, 36, 32)
order = torch.randperm(36)
with torch.no_grad():
    same = torch.allclose(block(tokens[:, order]), block(tokens)[:, order], atol=1e-5)
print("shuffle, then the block: the same as the block, then shuffle?", same)

# %% [markdown]
# Vision transformers put the place into the token: every place has a vector of its own, which is *added* to the patch's token, and these vectors are learned like any weight.
#
# A board game shows what they are good for.
# Each of 36 cells is black or white, and the question is the same for all: which colour stands at the mirrored place, in the same row?
# Without places one can only say the opposite of one's own colour, because 18 of the other 35 cells have it (each board has 18 of each colour), which is right in 51 % of the cases.

# %% tags=["experiment"]
show(show_images(test_boards[0][:3].clamp(0, 1), columns=3),
     "Three noisy boards of 6 x 6 cells, each black or white.")

# %% [markdown]
# Six of the cells are never asked about in training.
# Two more networks are there to compare with: one without any vectors, and one whose vectors are random and never trained.
#
# *Predict* how often the answers are right *there*, when each place has a vector of its own, and when there is a vector for each row and one for each column instead, which are added.

# %% tags=["experiment"]
predicted = {"one per place": None, "row and column": None}

# %% tags=["experiment"]
remind(predicted)
on_boards = compare(PLACES, seeds=range(3), run=run)  # about 30 seconds

# %% tags=["experiment"]
measured = {arm: on_boards.mean(arm, "never asked") for arm in predicted}
predict_then_run(predicted, measured, unit="right answers at places never asked for (%)")

# %% tags=["experiment"]
with after_predicting(predicted):
    print(on_boards)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Places that are in the token can be asked for, even by vectors that were never trained**, because random vectors are different from each other, and that is all the attention needs.
#
# **A vector for each place says nothing about its neighbours.**
# Where training never asked, such a network is at chance, in all our runs.
# Row and column vectors are shared, so what was learned at one place [*can* carry over](lab_book.md#5.-Places) to others, and in most of our runs it did.
# ViT takes one vector for each place all the same; its authors found no difference on ImageNet, where no place is left out.
# </details>

# %% [markdown]
# ### Another picture size
#
# A network with 14 x 14 position vectors gets a picture of 16 x 20 patches.
# The code below lays its vectors out as a picture, with one pixel for each place, and resizes it.
# (The first `prefix` vectors belong to no patch, and are kept.)
# Why does it compare the *grids*, when their numbers of places are quicker to compare?

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
# 2 x 6 and 3 x 4 are both 12 places, and a widely used library [once got that wrong](lab_book.md#9.-Paper-against-code).

# %% [markdown]
# ## 7. Exercise 4: `VisionTransformer`
#
# Now put everything together.
#
# ![A picture (B, 3, H, W) goes through patch_embed to N tokens. A learned class token is put in front, (B, N + 1, dim), and a position vector is added to each. Blocks follow, each with a norm and attention beside a shortcut, and a norm and an MLP beside a shortcut. At the end a norm, and a linear layer that reads the class token.](figures/network.svg)
#
# The answer for the whole picture is read from one more token, the **class token**: a learned vector that is put in front of the patches, belongs to no place, and can read all of them.
#
# ### The exercise
#
# *About 12 minutes.*
# The parts are `patch_embed`, `cls_token` (a parameter (1, 1, dim)), `pos_embed` (a parameter (1, N + 1, dim)), `blocks` (an `nn.ModuleList`), `norm` (`nn.LayerNorm(dim, eps=1e-6)`) and `head` (an `nn.Linear` to the classes).
# Put the class token in front, *then* add the position vectors, because it has one, too.
# Pictures of other sizes than `image_size` need resized vectors.
#
# With `pool="token"`, the head reads norm(class token).
# With `pool="mean"`, it reads norm(mean of the patch tokens), without the class token.
# Any other `pool` is a `ValueError`.

# %% exercise
class VisionTransformer(nn.Module):
    """Scores for each class, (B, 3, H, W) -> (B, num_classes).

    patch_embed, cls_token (1, 1, dim), pos_embed (1, N + 1, dim), blocks, norm, head.
    pool: "token" or "mean"; ValueError for anything else.
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
# ### It reads photographs
#
# With 12 blocks of width 192, your network is ViT-Ti/16: its parameters are those of timm's `vit_tiny_patch16_224`, to the last number, and since they have your names, `load_state_dict` takes its trained weights as they are.
# The one below is small enough to learn something in a minute.
#
# Each picture is a piece of a photograph with a handwritten digit on it.
# If the digit has the colour of the frame, the answer is this digit; if it has another one, the answer is *not it*, which is right for half of the pictures.
# The rival has as many parameters, three convolutions and a mean over all positions, and learns from the same 4,000 pictures.
# Both are tested on photographs and handwritings that they have never seen.
#
# *Predict.* How many per cent of the new pictures will each of them get right?

# %% tags=["experiment"]
predicted = {"vision transformer": None, "three convolutions": None}

# %% tags=["experiment"]
remind(predicted)  # about a minute
torch.manual_seed(0)
readers = {"vision transformer": VisionTransformer((20, 20), 4, 40, depth=2, num_heads=4,
                                                   num_classes=11, mlp_ratio=2),
           "three convolutions": ThreeConvolutions()}
predict_then_run(predicted, read_digits(readers), unit="right answers on new pictures (%)")

# %% tags=["experiment"]
with after_predicting(predicted):
    print_what_differs(readers)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **The convolutions win.**
# On our machine they get 86 of 100 new pictures right, and the transformer 82.
# Both know when a digit does not count; it is the digits themselves that the transformer reads less well.
#
# It has not learned less: of the pictures that it learned from it gets as many right as its rival.
# It carries less of that over to new ones.
# The usual explanation is that a convolution brings something along, a stroke is a stroke wherever it stands, which a transformer has to find out from pictures, and [4,000 are few](lab_book.md#8.-Digits-on-photographs).
# The paper met the same on ImageNet, and with 300 million pictures it was the transformer that won.
# </details>

# %% [markdown]
# And where does the class token look?
# Here is one picture, four times, as light as each head of the first block weighs it.

# %% tags=["experiment"]
picture = new_digits()[1]
reads = class_token_reads(readers["vision transformer"], picture[None], block=0)[0]
print_shares_in_the_middle(readers["vision transformer"], block=0)
look({f"head {number}": reads[number - 1] for number in (1, 2, 3, 4)}, picture / 2 + 0.5)

# %% [markdown]
# In our run heads 2 and 4 look at the digit and heads 1 and 3 at the frame; in yours it may be the other way round.
# Two look-ups, one for the digit and one for the colour that decides whether it counts: nobody told them to share the work this time either.

# %% [markdown]
# ## 8. The bug museum
#
# ### Exhibit A: a number that is nearly right
#
# Here is a multi-head attention with one wrong number.
# It runs, the shapes are right, every weight gets a gradient, and in the network of section 4 it [scored 100 % in four of our five runs](lab_book.md#6.-The-exhibits), like the right one.
# What is wrong?

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
# A small test asks: *does a head know of the others?*
# It should not.
# So take the first of two heads, give its weights to your attention with a single head, and compare the two maps.
#
# Then repair the exhibit, in its own cell, until the test says yes.
# The mistake is one number, and you have met the right one in section 3.
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
# Two more famous ones, heads merged without moving their axis back and patches cut by `view`, are in [the lab book](lab_book.md#6.-The-exhibits).
# </details>
#
# ## 9. What we now know
#
# A head is a look-up: one of them reads one thing at a time, two can read two, and they cost no parameters, because they share out the numbers that are there.
# A patch becomes a token by one matrix, and is compared as a whole.
# Attention does not know where anything is; the place has to be in the token, and a vector for each place teaches nothing about the others.
#
# You have built the network that most of today's vision models start from, and seen it read.
# Keep the two heads over your flag, and show them to somebody who thinks that attention is one heat map.

# %% tags=["experiment"]
lit = [lit_up(poster.clamp(0, 1), maps[head], flag) for head in range(2)]
keepsake("my_heads.png", "Two heads of mine read one flag: each looks up one of its colours",
         {"": [("the poster", poster.clamp(0, 1)),
               ("head 1 reads", lit[0]), ("head 2 reads", lit[1])]},
         f"multi-head attention, written by hand: {results.mean('two heads'):.1f} % right, "
         f"one head: {results.mean('one head'):.1f} %")

# %% [markdown]
# **Next.** Attention between all pairs of tokens is expensive when there are many; [lesson 06a](../06a_pyramid_split/06a_pyramid_split.ipynb) goes back to convolutions, and lessons 07 to 09 make attention cheap.
# (The [lab book](lab_book.md) has every run, the paper against the code, two challenges, and questions to argue about.)

# %% tags=["nbval-ignore-output"]
progress()
