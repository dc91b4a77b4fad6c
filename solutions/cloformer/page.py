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
# ![Left: a cloth of nine patches with fine diagonal threads under a faint red glow. Right: rising and falling threads, and the rule. Under a red glow we see the front of the cloth. Under a blue glow we see its back, so rising and falling swap.](figures/questions.svg)
#
# Seen from the front, do the threads at the question mark rise or fall?
# To tell, you need the threads, which are fine and near, and the glow, which is faint and far away: a red one means that you see the front of the cloth, a blue one that you see its back.
# Run the next cells, and you get a cloth as a network gets it.
# In which of the three versions could you still answer?
#
# **Needs** lessons 05a (queries, keys, values, heads) and 07b (few keys, a block) · 2 h 15 min · 12 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build attention from convolutions, and test how it differs from a convolution;
# - divide heads between branches that work side by side;
# - test which positions a layer really sees, and find a leak;
# - say what each branch of your block adds, and what it does not.
#
# | part | minutes |
# |---|---|
# | [near and far](#1.-Near-and-far) | 4 |
# | [exercise 1, `AttnMap`](#2.-Exercise-1:-AttnMap) (1 point) | 8 |
# | [exercise 2, `AttnConv`](#3.-Exercise-2:-AttnConv) (3 points), and four tests | 23 |
# | [exercise 3, `GlobalBranch`](#4.-Exercise-3:-GlobalBranch) (4 points) | 27 |
# | [exercise 4, `CloAttention`](#5.-Exercise-4:-CloAttention) (3 points); something to touch | 21 |
# | [the experiment](#6.-The-experiment:-near,-far,-or-both?) | 26 |
# | [`ConvFFN`](#7.-ConvFFN) and [`CloBlock`](#8.-CloBlock) | 7 |
# | [a leak](#9.-A-leak) | 6 |
# | [the bug museum](#10.-The-bug-museum), where you repair `ExhibitA` (1 point) | 6 |
# | [your block reads a cloth](#11.-Your-block-reads-a-cloth), and [what we now know](#12.-What-we-now-know) | 7 |
#
# </details>

# %%
from attention_lab.lessons.cloformer import *

begin("09_cloformer")

# %% tags=["experiment"]
cloths = {"a cloth": woven_cloths(300, seed=2),
          "glow removed": woven_cloths(300, seed=2, glow="none"),
          "glow as checkerboard": woven_cloths(300, seed=2, glow="checkerboard")}
show_cloths(cloths)

# %% [markdown]
# ## 1. Near and far
#
# Without the glow nobody can answer, because exactly half of our cloths show their back.
# With the checkerboard the colours are there, pixel by pixel, but from a distance they cancel.
#
# A module that answers has to do two jobs at once: read fine threads here, and learn from far away which side faces us.
# [CloFormer](https://arxiv.org/abs/2303.17803) (2023) gives each job to heads of its own.
# Its local heads are half convolution, half attention, and see a small window; its global heads see everything, but only as averages.
# The authors report 77 % on ImageNet with 4.2 million parameters, where [DeiT-Tiny](https://arxiv.org/abs/2012.12877) gets 72 % with 5.7 million.
# The two networks differ in nearly everything, so this does not tell you what the heads contribute; a network that you build on this page will.

# %% [markdown]
# ## 2. Exercise 1: `AttnMap`
#
# A convolution has one kernel for all positions of all pictures: its weights are **shared**.
# The weights of attention are **context-aware**, which means computed from the picture, for each position anew.
# CloFormer's local heads have both, and the context-aware ones come out of a small network, FC(Swish(FC(·))).
# An FC here is a 1 x 1 convolution with bias, so it mixes the channels of each position.
# Swish, or SiLU, is z · σ(z), and `F.silu` computes it.
#
# Take one channel, and let the first FC multiply by 2, and the second one multiply by 3 and add 1:

# %%
for x in (0.5, -0.5):
    z = F.silu(torch.tensor(2 * x))
    print(f"x = {x}: SiLU({2 * x}) = {z:.2f}, and 3 times that plus 1 is {3 * z + 1:.2f}")


# %% [markdown]
# *About 5 minutes.*
# Write `AttnMap` for any number of channels.
# `conv1` and `conv2` both go from dim to dim channels, at each position separately, and nothing follows the second one.
# (Call them so, because later cells look for these names.)
#
# Worked example, the one above: from x = 0.5, conv1 makes z = 1, SiLU makes 1 · σ(1) = 0.73, and conv2 makes 3.19.
# From x = -0.5 we get z = -1, which SiLU turns into -0.27 and conv2 into 0.19: unlike a ReLU, a SiLU lets a little of a negative number through.

# %% exercise
class AttnMap(nn.Module):
    """Two 1 x 1 convolutions with a SiLU between them, (B, dim, H, W) -> (B, dim, H, W).

    conv1, conv2: nn.Conv2d, dim to dim, with bias.
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
# Which z of the example would a ReLU change?
# A SiLU is smooth, and can be negative.
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
# It makes q, k and v, lets neighbours in with a depth-wise convolution, and then multiplies q and k *element by element*.
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
# Suppose that `attn_map` returns 2, that head_dim is 4, so the scale is 1/2, and that v is 10:

# %%
two, v, scale = torch.tensor(2.0), 10, 4 ** -0.5
print(f"scaled inside the tanh: {v * torch.tanh(two * scale):.1f}")
print(f"scaled outside it:      {v * torch.tanh(two) * scale:.1f}")

# %% [markdown]
# Inside is the paper's way.
# Outside, no weight could ever exceed 1/2.
#
# *About 10 minutes.*
# Three layers, all with bias:
#
# - `qkv`: 1 x 1, dim to 3 · heads · head_dim channels, in the order [q | k | v];
# - `mixer`: depth-wise (3 · heads · head_dim groups), kernel_size, padding kernel_size // 2 (kernel sizes are odd);
# - `attn_map`: one `AttnMap` for all heads together, so it has heads · head_dim channels.
#
# The number of channels that come out, heads · head_dim, may differ from dim.
# The heads are never separated here, but head_dim sets the scale.
#
# Worked example: `AttnConv(16, heads=2, head_dim=4, kernel_size=5)`, x (2, 16, 6, 7).
# `qkv` and `mixer` make (2, 24, 6, 7), and q, k, v and the output have 8 channels each.

# %% exercise
class AttnConv(nn.Module):
    """The local branch, (B, dim, H, W) -> (B, heads * head_dim, H, W).

    qkv: 1 x 1 nn.Conv2d, dim to 3 * heads * head_dim: q, then k, then v.
    mixer: depth-wise nn.Conv2d over all these channels, padding kernel_size // 2.
    attn_map: AttnMap(heads * head_dim).
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
# Doubling x doubles v, but it also makes q · k four times as large.
# That changes the weights of v, because they are context-aware.
# With -x, both q and k change sign, so q · k and the weights stay the same; only v changes sign.
#
# No operation in `AttnConv` depends on the position, so its output moves with the picture, as a convolution's does.
# With biases, the border would matter: where x is 0, `qkv` would return its bias, but `mixer` would still pad with zeros.
# </details>

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
# There are two windows, and the last column is left over: `F.avg_pool2d(x, window_size)` drops it.
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
#
# *About 15 minutes.*
# There are two 1 x 1 convolutions with bias.
# `q` reads x and makes heads · head_dim channels; `kv` reads the pooled x and makes twice as many, [k | v].
# Each head takes head_dim neighbouring channels of q, of k and of v, and head 0 comes first.
# Logits are scaled by head_dim ** -0.5, and the softmax runs over the keys.
# In the end the heads' results stand side by side again, in the same order, as a map.
# You may assume that no map is smaller than a window.
#
# Worked example: `GlobalBranch(16, heads=3, head_dim=4, window_size=2)` and x (2, 16, 5, 7).
# The pooled map is (2, 16, 2, 3), so there are M = 6 keys; q is (2, 12, 5, 7) and kv is (2, 24, 2, 3).
# Cut into heads, the queries are (2, 3, 35, 4), the keys are (2, 3, 6, 4), and the weights are (2, 3, 35, 6).
# The output is (2, 12, 5, 7).

# %% exercise
class GlobalBranch(nn.Module):
    """Attention over the means of windows, (B, dim, H, W) -> (B, heads * head_dim, H, W).

    q: 1 x 1 nn.Conv2d, dim to heads * head_dim, of x.
    kv: 1 x 1 nn.Conv2d, dim to 2 * heads * head_dim, of the pooled x: keys, then values.
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
#
# ![x goes to an AttnConv for each local group and to the GlobalBranch; their channels are put side by side and go through proj.](figures/clo.svg)
#
# `group_split` says how many heads each branch gets.
# Its *last* entry is the number of global heads; the entries before it belong to local groups, and the first group uses the first entry of `kernel_sizes`, and so on.
# A group may have 0 heads, and this is where people go wrong.
# With the split [3, 0, 2, 3] and the kernels [3, 5, 7], let us drop the empty group first and hand out the kernels afterwards:

# %%
local_heads = [heads for heads in (3, 0, 2) if heads > 0]  # the last 3 heads are global
print("groups of (heads, kernel):", list(zip(local_heads, (3, 5, 7))))

# %% [markdown]
# Nothing crashes, and yet the group of 2 heads gets kernel 5, which belonged to the empty group.
# It should have kernel 7.
#
# *About 12 minutes.*
#
# - `local_branches`: an `nn.ModuleList` of `AttnConv`s.
#   A group of 0 heads gets no branch, and the other groups keep their own kernel sizes.
# - `global_branch`: a `GlobalBranch`, or None if there are no global heads.
# - `proj`: a 1 x 1 convolution, dim to dim, with bias.
#   It reads the branches' results, joined along the channels: first the local ones in order, then the global one.
#
# head_dim is dim // num_heads.
# You may assume that num_heads divides dim, that there is at least one head, and that each local group has a kernel.
# `group_split` and `kernel_sizes` may be lists or tuples.
# If the split does not sum to num_heads, raise a `ValueError`.
#
# Worked example: dim is 32, and there are 8 heads with the split and the kernels above, so head_dim is 4.
# The branches make 3 · 4 + 2 · 4 + 3 · 4 = 32 channels.

# %% exercise
class CloAttention(nn.Module):
    """Local and global heads side by side, (B, dim, H, W) -> (B, dim, H, W).

    local_branches: nn.ModuleList of AttnConv. global_branch: GlobalBranch, or None.
    proj: 1 x 1 nn.Conv2d, dim to dim.
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
# Put your attention into a small network, which nobody has trained yet, and send a grey wave through it.
# Next to the wave you see what comes out of each branch (of its most responsive channel, minus what plain grey gives).
# A pale picture means that little gets through.
# Go from long waves to short ones: which branch loses them, and why that one?

# %% tags=["experiment"]
train_set = woven_cloths(2160, seed=1)


def network(group_split, norm=nn.BatchNorm2d):
    return ClothNet(lambda: CloAttention(16, 4, group_split, [5], window_size=4), norm)


def learn(model, seed, n=2160):
    return train(model, train_set.pictures[:n], train_set.answers[:n],
                 loss=F.cross_entropy, epochs=1, batch_size=12, peak_rate=0.01, seed=seed)


trained = Trained()  # by arm and seed
torch.manual_seed(0)
slide_waves({"before training": network([2, 2]).eval()})

# %% [markdown]
# <details><summary>What we think</summary>
#
# The global branch loses the short ones.
# A window of 4 x 4 holds light and dark stripes of a 3-pixel wave in nearly equal parts, so in its mean they cancel.
# This is pooling, not attention, and it is *built in*.
# The untrained local branch lets waves of all lengths through.
# </details>

# %% [markdown]
# ## 6. The experiment: near, far, or both?
#
# Back to the cloths.
# The network has a 1 x 1 convolution and a BatchNorm, then your `CloAttention` with a shortcut around it, and two more 1 x 1 convolutions.
# It answers for every pixel, but a pixel counts only if it is more than 10 pixels from the middle of the glow, where the glow has long vanished in the noise.
# Task and network are *made* for the module: once trained, a pixel learns about other pixels of its cloth in your heads, and nowhere else.
#
# Work out what to expect, with answering at random at 50 %.
# With local heads only, a pixel sees the 5 x 5 pixels around it.
# With global heads only, it sees itself and the means of all windows of 4 x 4.
# With two of each, it has both.
# And what happens to the last network when the glow of the test cloths becomes a checkerboard?
#
# A fourth network has its *gate open*: the weights that multiply v are forced to 1, so `AttnConv` becomes a plain convolution.
# What does it lose?

# %% tags=["experiment"]
predicted = {"local heads only": None, "global heads only": None, "two of each": None,
             "two of each, gate open": None, "two of each, glow as checkerboard": None}


# %% tags=["experiment"]
arms = {
    "local heads only": lambda: network([4, 0]),
    "global heads only": lambda: network([0, 4]),
    "two of each": lambda: network([2, 2]),
    "two of each, gate open": lambda: with_open_gate(network([2, 2])),
}


def run(arm, seed):
    trained[arm, seed] = model = learn(arms[arm](), seed)
    with torch.no_grad():
        return {name: right_of_each(model(pictures), answers)
                for name, (pictures, answers) in cloths.items()}


plot = ScorePlot("right on new cloths after 180 steps (%)", "a cloth", ["two of each"],
                 baselines={"at chance": 50},
                 parameters={arm: parameters(make()) for arm, make in arms.items()},
                 gaps=[("two of each", arm) for arm in arms if arm != "two of each"])
remind(predicted)
results = compare(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% tags=["experiment"]
measured = {arm: results.mean(arm) for arm in arms}
measured["two of each, glow as checkerboard"] = results.mean("two of each",
                                                             "glow as checkerboard")
predict_then_run(predicted, measured, unit="% right (at chance: 50 %)")

# %% [markdown]
# <details><summary>By hand</summary>
#
# With local heads only, a pixel sees the threads, but not the side.
# Half of the cloths show their back, so the threads alone leave it at **50 %**.
# With global heads only, it learns the side, but from one pixel and the means of windows, in which the threads cancel, it cannot tell which way they run: **50 %** again.
# In the checkerboard red and blue cancel in the means, so the side is lost: **50 %** (though [the means are not all of it](lab_book.md#2.-The-runs-of-the-page)).
# How close *two of each* comes to 100 %, and what the gate does, nobody can work out by hand.
# </details>

# %% tags=["experiment"]
plot.show(results, {arm: predicted[arm] for arm in arms})
with after_predicting(predicted):
    print_what_is_used(results, trained["two of each", 0], cloths["a cloth"])

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Neither kind of head reads the cloth alone; two of each do.**
# In our runs both kinds alone stay at chance, [even after five times as many steps](lab_book.md#3.-Is-it-only-slow), and *two of each* gets about 96 % right, with fewer parameters than the local heads alone.
# Take away the glow, or hand the global heads the keys and values of another cloth, and it is back at chance.
#
# **The gate is not what makes it work.**
# Without a gate (*gate open*) the runs of the figure stay far behind, and that is more than bad luck: with so few steps, 7 of [17 runs](lab_book.md#4.-The-gate) stay below 75 %.
# But with five times as many, nearly all runs learn the cloth, and end a few points behind.
# A local branch with no gate at all, but with a GELU, learns about as fast as the published one.
# So in this network the branch needs a nonlinearity, and it hardly matters that this one is called attention.
#
# **Fine and coarse: one half is built in, the other half is learned.**
# The paper says that global heads keep long waves and local heads short ones.
# Compare your network before and after training: the global branch was blind to short waves from the start, while the local branch *learned* to respond less to long ones.
# [Not every network that solves the task](lab_book.md#6.-Which-waves-pass) learns that.
# </details>

# %% tags=["experiment"]
torch.manual_seed(0)
networks = {"before training": network([2, 2]).eval()}
if trained:
    networks["after training"] = trained["two of each", 0]
slide_waves(networks)

# %% [markdown]
# ## 7. `ConvFFN`
#
# Attention is half of a transformer block, and the other half is an MLP that works at each position.
# CloFormer puts a depth-wise convolution into its middle, so neighbours exchange information once more; with stride 2, this convolution also shrinks the map.
#
# Why there, and not in the cheaper first layer?
# Look at one row of one channel, with the kernel [1, 1, 1].
# The numbers 2, 1, 0, 3 reach `dwconv`, unless `fc1` has the stride and throws every other one away:

# %%
row, kernel = torch.tensor([[[2.0, 1, 0, 3]]]), torch.ones(1, 1, 3)
print("stride in dwconv:", F.conv1d(row, kernel, stride=2, padding=1).flatten().tolist())
print("stride in fc1:   ", F.conv1d(row[..., ::2], kernel, padding=1).flatten().tolist())

# %% [markdown]
# Both results have two numbers, so the shape does not tell you where the stride is.
# In `dwconv`, every number counts: 0 + 2 + 1 = 3 (this 0 is padding), and 1 + 0 + 3 = 4.
# In `fc1`, the 1 and the 3 are gone before anyone has looked at them.

# %%
class ConvFFN(nn.Module):
    """An MLP with a convolution inside, (B, in_channels, H, W) -> (B, out_channels, H', W')."""

    def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
        super().__init__()
        self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
        self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride,
                                kernel_size // 2, groups=hidden_channels)
        self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)

    def forward(self, x):
        return self.fc2(self.dwconv(F.gelu(self.fc1(x))))

# %% [markdown]
# Nothing stands between `dwconv` and `fc2`, and there is no shortcut.
# `ConvFFN(32, 128, 5, 2, 64)` turns x (2, 32, 7, 9) into (2, 128, 7, 9), then (2, 128, 4, 5), then (2, 64, 4, 5).

# %% [markdown]
# ## 8. `CloBlock`
#
# `CloAttention` and `ConvFFN` become the two halves of one block, each with a shortcut around it: y = x + attn(norm1(x)), and then downsample(y) + mlp(norm2(y)).
#
# The two norms are not those of most transformers.
# `nn.GroupNorm(1, dim)` subtracts the mean of *all* the numbers of one image's map, and divides by their standard deviation.
# Compare it with a LayerNorm over the channels of each position, for two channels (the rows) and two positions:

# %%
x = torch.tensor([[[1.0, 3], [9, 11]]])  # a row for each channel
print("GroupNorm(1, 2):", *F.group_norm(x, 1)[0].numpy().round(2))
print("LayerNorm at each position:", *F.layer_norm(x.mT, (2,)).mT[0].numpy().round(2))

# %% [markdown]
# The LayerNorm makes the two positions alike.
# The GroupNorm subtracts 6 from all four numbers and divides them all by 4.12, so the second position stays the larger one.
#
# Here is the block, with your attention in its first half.
# What does the second half read, shortcut included: x, or the result of the first half?

# %%
class CloBlock(nn.Module):
    """x + attn(norm1(x)), then downsample(x) + mlp(norm2(x)).

    (B, dim, H, W) -> (B, out_dim, H', W'). With stride 2 it leads to the next stage.
    """

    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size,
                 mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.norm2 = nn.GroupNorm(1, dim)
        self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        self.downsample = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(dim, dim, mlp_kernel_size, stride, mlp_kernel_size // 2),
            nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return self.downsample(x) + self.mlp(self.norm2(x))

# %% [markdown]
# The convolution in `downsample` is a full one, *not* depth-wise: the paper draws it depth-wise, and the published code is not.
# With stride 2, a map of 7 x 9 becomes 4 x 5 on both paths.
# If `attn.proj` and `mlp.fc2` are all 0 (weights and biases), a block with stride 1 returns x.

# %% [markdown]
# ## 9. A leak
#
# Why did our experiment use a BatchNorm, if the published block has a GroupNorm?
# Because of a surprise.
# Poke one pixel, the o, and see which answers notice (#), for local heads with a kernel of 5 x 5.
# You expect a square around the o; do you expect the same with both norms?

# %% tags=["experiment"]
torch.manual_seed(0)
x = torch.randn(1, 3, 9, 16)
poked = x.clone()
poked[0, :, 4, 8] += 5
for name, norm in (("BatchNorm", nn.BatchNorm2d),
                   ("GroupNorm", lambda dim: nn.GroupNorm(1, dim))):
    net = network([4, 0], norm).eval()
    notices = (net(poked) - net(x)).abs().amax(1)[0] > 1e-6
    notices[4, 8] = False
    print(name, *("".join(".#"[yes] for yes in row) for row in notices.tolist()), sep="\n")


# %% [markdown]
# With GroupNorm, every position notices, because the mean and the standard deviation of the whole picture have changed.
# So a norm can carry the glow, and it did: trained for 900 steps with GroupNorm, *local heads only* solved the task in five of [seven runs](lab_book.md#5.-The-leak), without one global head.
# An arm that should have been at chance was not, and that is the only reason why we noticed.
# Before you claim that a layer sees only its neighbourhood, poke a pixel.

# %% [markdown]
# ## 10. The bug museum
#
# ### Exhibit A: one key
#
# This module works like the global branch of a published network, mistake included.
# Shapes, gradients and training all look fine, and at the resolution of the paper so do the results.
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
# Whether you found it or not, a small test finds it.
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
# The module therefore reads two heads with one key each as *one head with two keys*, and the `-1` in `reshape` hides it, as it did in 07b.
# One key gets the even channels of both heads, the other one gets the odd ones, and broadcasting hands this mixture to both heads of queries.
#
# Repair: `.reshape(b, 2, self.heads, self.width, -1)`.
# Where we saw it: `low_fre_attention` in the [authors' code](https://github.com/qhfan/CloFormer/blob/main/classification/models/blocks.py).
# At 224 x 224 pixels nothing is left over, because their maps have sides of 56, 28, 14 and 7, and their windows have sides of 8, 4, 2 and 1.
# </details>

# %% [markdown]
# ## 11. Your block reads a cloth
#
# The last word belongs to your whole block, with both halves, both kinds of heads and its GroupNorm.
# The cell trains it on the cloths (ten seconds or so), and then shows it two that it has never seen.
# Next to its answers you see those of the two networks from section 6 that had one kind of head only.

# %% tags=["experiment"]
torch.manual_seed(0)
with_block = learn(ClothNet(lambda: CloBlock(16, 16, 4, [2, 2], [5], 4, 3, 2.0, 1)), seed=0)
keep_cloths({arm: trained[arm, 0] for arm in ("local heads only", "global heads only")}
            | {"your CloBlock": with_block}, cloths["a cloth"])


# %% [markdown]
# With one kind of head the answers have little to do with the cloth, and your block draws its patches, with the sides the right way round.
# (Your block has the GroupNorm that leaks, too, so this picture is no evidence about the heads.)
# The picture is now beside this notebook, as `my_cloformer.png`: show it to a friend, and let them find the glow.
#
# ## 12. What we now know
#
# Weights can depend on the context without a softmax and without a matrix of pairs, and your `AttnConv` is the proof.
# Where the detail is near and the cue is far, your two kinds of heads did together what neither did alone, as long as no norm leaked the cue.
# That does not make the local one's gate necessary, for a plain GELU instead of it did nearly as well here.
# And on real pictures, where a frame's colour says whether to read a handwritten digit, [a 3 x 3 convolution ties with the whole module](lab_book.md#7.-Real-pictures).
# So before you split the heads, ask how fine the detail is and how far away the cue, and poke a pixel to see who can see it.
#
# **Next.** In [lesson 10](../10_capstone/10_capstone.ipynb), the capstone, your blocks become all of CloFormer-XXS, and you check that it has the 4.2 million parameters that the paper states.
# (The [lab book](lab_book.md) is there for doubters: every run, the paper against the code, a challenge and two questions.)

# %% tags=["nbval-ignore-output"]
progress()
