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
# # 09 · CloFormer
#
# *Some heads look nearby, and the others look everywhere: two kinds of attention in one block.*
#
# ![Left: a cloth of nine patches with fine diagonal threads under a faint blue glow. Right: rising and falling threads, and the rule. Under a red glow we see the front of the cloth. Under a blue glow we see its back, so rising and falling swap.](figures/questions.svg)
#
# Seen from the front, do the threads at the question mark rise or fall?
# You need the threads, which are fine and near, and the glow, which is wide and far away.
# Most modules are good at one of the two; [CloFormer](https://arxiv.org/abs/2303.17803) (2023), a network for small devices, gives each job to heads of its own.
#
# **Needs** lessons 05a (queries, keys, values, heads) and 07b (few keys) · 2 h 5 min · 12 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build attention from convolutions, and test how it differs from a convolution;
# - divide heads between branches that work side by side;
# - say what each kind of head can and cannot see;
# - test which positions a layer really sees, and find a leak.
#
# | part | minutes |
# |---|---|
# | [near and far](#1.-Near-and-far) | 5 |
# | [exercise 1, `AttnMap`](#2.-Exercise-1:-AttnMap) (1 point) | 8 |
# | [exercise 2, `AttnConv`](#3.-Exercise-2:-AttnConv) (3 points), and four tests | 23 |
# | [exercise 3, `GlobalBranch`](#4.-Exercise-3:-GlobalBranch) (4 points) | 25 |
# | [exercise 4, `CloAttention`](#5.-Exercise-4:-CloAttention) (3 points), and your heads on a photograph | 24 |
# | [the bug museum](#6.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [the experiment](#7.-The-experiment:-near,-far,-or-both?) | 20 |
# | [a leak](#8.-A-leak), and [what we now know](#9.-What-we-now-know) | 12 |
#
# </details>

# %%
from attention_lab.lessons.cloformer import *

begin("09_cloformer")

# %%
guess = "?"  # rise or fall? write it here, and run
answer_the_drawing(guess)

# %% [markdown]
# ## 1. Near and far
#
# This is how a network gets such a cloth: smaller, and noisy.
# Below you see it three times, once without the glow, and once with the glow as a checkerboard of red and blue pixels.
# In which of the three could you still answer, and what would you look at?

# %% tags=["experiment"]
cloths = {"a cloth": woven_cloths(300, seed=2),
          "glow removed": woven_cloths(300, seed=2, glow="none"),
          "glow as checkerboard": woven_cloths(300, seed=2, glow="checkerboard")}
show_cloths(cloths)

# %% [markdown]
# Without the glow nobody can answer, because half of our cloths show their back.
# The checkerboard has the colours, pixel by pixel, and a mean over a few pixels has none of them.
#
# So whoever answers has to read what is fine and near, *and* gather what is wide and far away.
# CloFormer's **local heads** see a small window, sharply; its **global heads** see everything, but only as averages.
# You will write both, put them side by side, and let them read cloths alone and together.
# And at the end a layer that is no attention at all will ruin the experiment.

# %% [markdown]
# ## 2. Exercise 1: `AttnMap`
#
# A convolution has the same kernel for all positions of all pictures: its weights are **shared**.
# The weights of attention are **context-aware**, which means computed from the picture, for each position anew.
# A local head has both kinds.
# It begins as a convolution, and then weighs the result by what it has seen, with a small network that looks at one position at a time: FC(Swish(FC(·))).
# Swish, or SiLU, is z · σ(z).
#
# Take one channel, and let the first FC multiply by 2, and the second one multiply by 3 and add 1:

# %%
for x in (0.5, -0.5):
    z = F.silu(torch.tensor(2 * x))
    print(f"x = {x}: SiLU({2 * x}) = {z:.2f}, and 3 times that plus 1 is {3 * z + 1:.2f}")


# %% [markdown]
# Unlike a ReLU, a SiLU lets a little of a negative number through.
# In a local head these numbers will become weights, one for each channel at each position, and nothing bounds them yet; in the next exercise, a tanh will see to that.
#
# *About 5 minutes.*
#
# 1. Mix the channels of each position, and bend the result with a SiLU.
# 2. Mix them once more, and leave it at that.

# %% exercise
class AttnMap(nn.Module):
    """Two 1 x 1 convolutions with a SiLU between them, (B, dim, H, W) -> (B, dim, H, W).

    conv1, conv2: 1 x 1 nn.Conv2d, dim to dim, with bias. Nothing follows conv2.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=1
check(AttnMap)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `F.silu` computes a SiLU.
# Which z of the example would a ReLU change?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# There are two attributes, and one `return` with three nested calls.
# </details>

# %% [markdown]
# ## 3. Exercise 2: `AttnConv`
#
# The local branch is attention without a matrix of pairs.
# It makes q, k and v, lets neighbours in with a depth-wise convolution (one small kernel per channel), and then multiplies q and k *element by element*.
# Your `AttnMap` turns the product into weights, a tanh keeps them between -1 and 1, and they multiply v.
# There is no softmax anywhere, so a weight can be negative.
#
# ![x goes through qkv, a 1 x 1 convolution, and mixer, a depth-wise convolution, and is cut into q, k and v. q times k goes through attn_map, is scaled, and a tanh makes the weights, which multiply v.](figures/attnconv.svg)
#
# <details><summary>The paper's letters</summary>
#
# | in the paper | in code |
# |---|---|
# | $Q_l, K_l, V_s = \text{DWconv}(Q), \text{DWconv}(K), \text{DWconv}(V)$ | one depth-wise `mixer` for all three, cut into q, k, v |
# | $Attn_t = \text{FC}(\text{Swish}(\text{FC}(Q_l \odot K_l)))$ | `attn_map(q * k)` |
# | $Attn = \tanh(Attn_t / \sqrt d)$ | `tanh(... * head_dim ** -0.5)` |
# | $X_{local} = Attn \odot V_s$ | times v |
#
# ⊙ multiplies element by element.
# </details>
#
# The weights are scaled, as in all attention, and here it matters where.
# Suppose that `attn_map` returns 2, that a head has 4 channels, so that the scale is 1/2, and that v is 10:

# %%
two, v, scale = torch.tensor(2.0), 10, 4 ** -0.5
print(f"scaled inside the tanh: {v * torch.tanh(two * scale):.1f}")
print(f"scaled outside it:      {v * torch.tanh(two) * scale:.1f}")

# %% [markdown]
# Inside is the paper's way.
# Outside, no weight could ever exceed one half.
#
# Compare this with lesson 05a, where each q was compared with every k, and A had a number for each pair.
# Here q meets only the k of its own position, after both have looked around, so there are exactly as many weights as numbers in v.
#
# *About 10 minutes.*
#
# 1. Make q, k and v at each position, and let each of their channels look around.
# 2. Turn q · k into weights: your map, the scale, the tanh.
# 3. Multiply v by them.

# %% exercise
class AttnConv(nn.Module):
    """The local branch, (B, dim, H, W) -> (B, heads * head_dim, H, W).

    qkv: 1 x 1 nn.Conv2d, dim to 3 * heads * head_dim channels: q, then k, then v.
    mixer: depth-wise nn.Conv2d over all these channels (groups = their number), with an odd
        kernel_size and padding kernel_size // 2.
    attn_map: one AttnMap(heads * head_dim), for all heads together.
    All have biases. The scale is head_dim ** -0.5; heads are never separated here.
    """

    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(AttnConv)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the number of channels next to each layer: dim, then 3 · heads · head_dim, then heads · head_dim.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `chunk(3, dim=1)` cuts channels into three equal parts, in order.
# Multiply by the scale after `attn_map` and before the tanh, because outside the tanh it would give other results.
# </details>

# %% [markdown]
# **Is this still a convolution?**
# Put yours to four tests, with all biases set to 0.
# *Doubled:* if x is doubled, does the output double?
# *Negated:* if x becomes -x, does the output only change its sign?
# *Shifted:* if the picture moves by two pixels, does the output move along, with no other change?
# (Near its border, the picture is zero.)
# Replace each `None` with 1 for yes or 0 for no.

# %%
predicted = {"a convolution, doubled": None, "AttnConv, doubled": None,
             "AttnConv, negated": None, "AttnConv, shifted": None}

torch.manual_seed(0)
conv, local = nn.Conv2d(4, 6, 5, padding=2), AttnConv(4, heads=2, head_dim=3, kernel_size=5)
for name, parameter in (*conv.named_parameters(), *local.named_parameters()):
    if name.endswith("bias"):
        nn.init.zeros_(parameter)
x = F.pad(torch.randn(1, 4, 6, 6), (4, 4, 4, 4))
tests = {"a convolution, doubled": (conv(2 * x), 2 * conv(x)),
         "AttnConv, doubled": (local(2 * x), 2 * local(x)),
         "AttnConv, negated": (local(-x), -local(x)),
         "AttnConv, shifted": (local(x.roll(2, 3)), local(x).roll(2, 3))}
measured = {name: int(torch.allclose(*pair, atol=1e-5)) for name, pair in tests.items()}
predict_then_run(predicted, measured, unit="1 (yes) or 0 (no)")

# %% [markdown]
# <details><summary>Why</summary>
#
# Doubling x doubles v, but it also makes q · k four times as large, which changes the weights of v.
# With -x, both q and k change sign, so q · k and the weights stay the same, and only v changes sign.
# And nothing in `AttnConv` depends on the position, so its output moves with the picture, as a convolution's does.
# (With biases, the border would matter: where x is 0, `qkv` returns its bias, but `mixer` pads with zeros.)
# </details>
#
# So it is half a convolution: it slides along as one, but it no longer scales as one.

# %% [markdown]
# ## 4. Exercise 3: `GlobalBranch`
#
# The other heads do ordinary attention, except that they have few keys.
# The map is cut into windows, and each window contributes one key and one value, made from its *mean*.
#
# ![x goes two ways. Above, q makes N queries. Below, kv makes M keys and M values from means of windows. Queries times keys, a softmax, times values, and back to a map.](figures/global.svg)
#
# What if the windows do not fill the map?
# Take one channel of two rows and five columns, and windows of 2:
#
# | | | | | |
# |---|---|---|---|---|
# | 1 | 3 | 0 | 2 | 9 |
# | 5 | 7 | 4 | 2 | 9 |
#
# There are two windows, and the last column is left over; pooling drops it.
# So all *ten* positions ask, and *two* windows answer.
# If the values are the means themselves, and one query gives the windows the logits ln 3 and 0, what does it get?

# %%
small = torch.tensor([[1.0, 3, 0, 2, 9], [5, 7, 4, 2, 9]])
means = F.avg_pool2d(small[None], 2).flatten()
weights = torch.tensor([3.0, 1.0]).log().softmax(0)
print("means", means.tolist(), "weights", weights.tolist())
print("the query gets", (weights @ means).item())

# %% [markdown]
# The 9s had their say as queries, but nobody can read them.
# And there are ten results, one for each query, however few the keys.
#
# *About 15 minutes.*
#
# 1. Make queries from every position of x, and keys and values from the pooled x, and cut all three into heads.
# 2. Attend: each query weighs the windows, and gathers their values.
# 3. Put the heads' results side by side again, as a map of the size of x.

# %% exercise
class GlobalBranch(nn.Module):
    """Attention over the means of windows, (B, dim, H, W) -> (B, heads * head_dim, H, W).

    q: 1 x 1 nn.Conv2d with bias, dim to heads * head_dim, of x.
    kv: 1 x 1 nn.Conv2d with bias, dim to 2 * heads * head_dim, of F.avg_pool2d(x, window_size):
        first all keys, then all values. Rows and columns that fill no window are dropped.
    Head 0 has the first head_dim channels of q, of the keys and of the values, head 1 the next,
    and in the output too. Logits are scaled by head_dim ** -0.5; the softmax is over the keys.

    With heads=3, head_dim=4, window_size=2 and x (2, 16, 5, 7), there are 6 keys: queries
    (2, 3, 35, 4), keys (2, 3, 6, 4), weights (2, 3, 35, 6), output (2, 12, 5, 7).
    """

    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=4
check(GlobalBranch)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Let the pooled map say how many windows there are; `flatten(2)` counts its positions for you.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# To go from (B, heads · head_dim, H, W) to heads, reshape to `(B, heads, head_dim, H * W)`, and transpose the last two axes.
# Cut kv's channels into (2, heads, head_dim).
# The way back is the same, in reverse: transpose first.
# </details>

# %% [markdown]
# ## 5. Exercise 4: `CloAttention`
#
# Now both kinds of heads stand side by side and read the same x.
# `group_split` says how many heads each branch gets: its last entry is for the global one, and the entries before it are local groups, each with a kernel of its own.
#
# ![x goes to an AttnConv for each local group and to the GlobalBranch; their channels are put side by side and go through proj.](figures/clo.svg)
#
# A group may have 0 heads, and this is where people go wrong.
# With the split [3, 0, 2, 3] and the kernels [3, 5, 7], let us drop the empty group first and hand out the kernels afterwards:

# %%
local_heads = [heads for heads in (3, 0, 2) if heads > 0]  # the last 3 heads are global
print("groups of (heads, kernel):", list(zip(local_heads, (3, 5, 7))))

# %% [markdown]
# Nothing crashes, and yet the group of 2 heads has got the kernel of the empty group.
# It should have kernel 7.
#
# Inside, the branches know nothing of each other.
# The last layer, `proj`, is the only place where near and far come together, so it decides what becomes of the two.
#
# *About 12 minutes.*
#
# 1. Make a branch for each group that has heads.
# 2. Join what the branches return, local ones first, and mix it once more.

# %% exercise
class CloAttention(nn.Module):
    """Local and global heads side by side, (B, dim, H, W) -> (B, dim, H, W).

    group_split (a list or a tuple): the heads of each local group, then the global heads.
    kernel_sizes: one for each local group, empty ones included.
    local_branches: nn.ModuleList of AttnConv, in order; a group of 0 heads has none.
    global_branch: GlobalBranch, or None if it has no heads.
    proj: 1 x 1 nn.Conv2d with bias, dim to dim, of the joined channels: local, then global.
    Each head has dim // num_heads channels.
    Raises ValueError if group_split does not sum to num_heads.
    """

    def __init__(
        self, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
        window_size: int = 7
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(CloAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `zip` stops at the shorter list, and `kernel_sizes` has no entry for the global branch.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` checks the split, which may raise the error, and computes one number.
# Then come a `ModuleList` with an `if` inside, an `if` for the global branch, and `proj`.
# `forward` makes a list of the local results.
# If there is a global branch, its result is added to the list.
# Then come `torch.cat` and `proj`.
# </details>

# %% [markdown]
# **Touch it.**
# Your attention with one head of each kind looks at a cat.
# Nothing is trained; we set the weights by hand.
# The near head compares a pixel with the 3 x 3 pixels around it, and opens its gate where they differ.
# The far head looks for windows of the pixel's own colour, and takes their mean.
# Make the windows small, and the far head hardly needs its neighbour.
# Make them large: what does the cat lose, and what does the near head give back?

# %%
photo = F.adaptive_avg_pool2d(photograph("chelsea"), (96, 144))
# your own: photo = my_picture("cat.jpg", (96, 144), keep=True)
slide_photograph(CloAttention, photo)

# %% [markdown]
# With a dozen keys the far head still tells light from dark, and has lost even the green of the eyes; the near head has the whiskers, and no idea what colour anything is.
# Neither picture is the cat, and a plain sum of the two already looks like one.
# (So far this is a drawing, not evidence: nobody has *trained* anything.)

# %% [markdown]
# ## 6. The bug museum
#
# ### Exhibit A: one key
#
# This module works like the global branch of a published network, mistake included.
# Shapes, gradients and training look fine, and at the resolution of the paper so do the results.
# Read it, and see whether you can find the line.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, dim, heads, head_dim, window_size):
        super().__init__()
        self.heads, self.width, self.window = heads, head_dim, window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x):
        b, _, h, w = x.shape
        queries = self.q(x).reshape(b, -1, self.width, h * w).transpose(2, 3)
        pooled = F.avg_pool2d(x, self.window)
        places = (h * w) // self.window ** 2
        pairs = self.kv(pooled).reshape(b, 2, -1, self.width, places).transpose(3, 4)
        keys, values = pairs[:, 0], pairs[:, 1]
        a = (queries @ keys.transpose(2, 3) * self.width ** -0.5).softmax(dim=3)
        return (a @ values).transpose(2, 3).reshape(b, -1, h, w)


# %% [markdown]
# Whether you found it or not, the cell below makes it visible.
# In a map of 6 x 6 only one window of 4 x 4 fits, so each head has one key.
# A softmax over one number is 1, and so every position must get the same vector.
#
# Then repair the exhibit, in its own cell, until it says True as well.
# (Your `GlobalBranch` is only there to compare with: what leans on it earns nothing.)
# One of its lines counts, and it counts right as long as every picture has sides that the window divides.

# %%
torch.manual_seed(0)
x, sizes = torch.randn(2, 8, 6, 6), {"heads": 2, "head_dim": 4, "window_size": 4}
for name, y in (("exhibit", ExhibitA(8, **sizes)(x)), ("yours", GlobalBranch(8, **sizes)(x))):
    same = torch.allclose(y, y[:, :, :1, :1].expand_as(y), atol=1e-5)
    print(f"{name}: output {tuple(y.shape)}, the same at all positions: {same}")


# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How many heads do `keys` have?
# </details>
#
# <details><summary>Hint 2: what is wrong, and where it was seen</summary>
#
# `places` is 36 // 16 = 2, but pooling leaves 1 · 1 = 1 position, because it rounds down in each direction separately.
# The module therefore reads two heads with one key each as *one head with two keys*, and the `-1` in `reshape` hides it.
# One key gets the even channels of both heads, the other one gets the odd ones, and broadcasting hands this mixture to both heads of queries.
#
# Repair: `.reshape(b, 2, self.heads, self.width, -1)`.
# Where we saw it: `low_fre_attention` in the [authors' code](https://github.com/qhfan/CloFormer/blob/main/classification/models/blocks.py).
# At 224 x 224 pixels nothing is left over, because their maps have sides of 56, 28, 14 and 7, and their windows have sides of 8, 4, 2 and 1.
# </details>

# %% [markdown]
# ## 7. The experiment: near, far, or both?
#
# Back to the cloths, with a network that has to answer for every pixel that is far from the glow.
# It is blind by design: once trained, a pixel learns about other pixels of its cloth in your heads, and nowhere else.

# %% tags=["experiment"]
def network(group_split, norm=nn.BatchNorm2d):
    return ClothNet(lambda: CloAttention(16, 4, group_split, [5], window_size=4), norm)


# %% [markdown]
# Play each network in turn, and remember that half of the cloths show their back.
# With local heads only, you see the 5 x 5 pixels around you.
# With global heads only, you see your own pixel and the means of all windows of 4 x 4.
# With two of each, you have both.
# How often will each be right?

# %% tags=["experiment"]
predicted = {"local heads only": None, "global heads only": None, "two of each": None}

# %% [markdown]
# <details><summary>By hand (open it when you have three numbers)</summary>
#
# With local heads only, you see the threads, but not the side: **50 %**.
# With global heads only, you learn the side, but in the means of windows the threads cancel, so you cannot tell which way they run: **50 %** again.
# How close *two of each* comes to 100 %, nobody can work out by hand.
# </details>

# %% tags=["experiment"]
arms = {"local heads only": lambda: network([4, 0]),
        "global heads only": lambda: network([0, 4]),
        "two of each": lambda: network([2, 2])}
run, trained, plot = on_cloths(arms, cloths)
remind(predicted)
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% tags=["experiment"]
plot.show(results, predicted)
with after_predicting(predicted):
    print_what_is_used(results, trained["two of each", 0], cloths["a cloth"])

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Neither kind of head reads the cloth alone; two of each do.**
# Both kinds alone stay at chance, and *two of each* gets nearly everything right, with fewer parameters than the local heads alone.
#
# **It reads what you read.**
# Take away the glow, or cut it into a checkerboard, or hand the global heads the keys and values of another cloth, and the same network is back at chance.
#
# **But the gate is not what makes it possible.**
# A local branch that is only a convolution with a GELU behind it learns it, too, a little [behind the published one](lab_book.md#4.-The-gate).
# So what the branch needs is a nonlinearity, and one that is called attention is a good one, not the only one.
# </details>
#
# Here are your three networks, on two cloths that none of them has ever seen.

# %% tags=["experiment"]
keep_cloths({arm: trained[arm, 0] for arm in arms}, cloths["a cloth"])


# %% [markdown]
# Local heads alone know nothing of the glow, and global heads alone see no threads.
# With both, patches appear, and under the blue glow they are the right way round.
# (Pale means not asked.)
# The picture is now beside this notebook, as `my_cloformer.png`: cover all but a cloth, and ask a friend.
#
# ## 8. A leak
#
# One detail of our network was not CloFormer's.
# The published block has a GroupNorm before its attention, and ours has a BatchNorm, because of a surprise.
# Poke one pixel, the o, and see which answers notice (#), for local heads with a kernel of 5 x 5.
# How many # do you expect with each norm?

# %% tags=["experiment"]
torch.manual_seed(0)
x = torch.randn(1, 3, 9, 16)
poked = x.clone()
poked[0, :, 4, 8] += 5
for name, norm in (("BatchNorm", nn.BatchNorm2d),
                   ("GroupNorm", lambda dim: nn.GroupNorm(1, dim))):
    net = network([4, 0], norm).eval()
    notices = (net(poked) - net(x)).abs().amax(1)[0] > 1e-6
    rows = ["".join(".#"[yes] for yes in row) for row in notices.tolist()]
    rows[4] = rows[4][:8] + "o" + rows[4][9:]
    print(name, *rows, sep="\n")


# %% [markdown]
# With GroupNorm, every position notices, because the mean and the standard deviation of the whole picture have changed.
# So a norm can carry the glow, and it did.
# Trained for longer with the published norm, *local heads only* read the cloths in [five of seven runs](lab_book.md#5.-The-leak), without a single global head.
# An arm that should have been at chance was not, and that is the only reason why we noticed.
#
# ## 9. What we now know
#
# Weights can depend on the context without a softmax and without a matrix of pairs, and your `AttnConv` is the proof.
# Where the detail is near and the cue is far, your two kinds of heads did together what neither did alone, as long as no norm told on the glow.
# Before you claim that a layer sees only its neighbourhood, poke a pixel.
#
# **Next.** In [lesson 10](../10_capstone/10_capstone.ipynb), the capstone, your attention becomes part of all of CloFormer-XXS, and you check that it has the 4.2 million parameters that the paper states.
# (The [lab book](lab_book.md) is there for doubters: every run, real pictures on which a 3 x 3 convolution ties, a challenge and two questions.)

# %% tags=["nbval-ignore-output"]
progress()
