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
# # 07a · External Attention
#
# *A few learned vectors, the same for every image, do the work of keys and values.*
#
# ![Two pictures with the same six coloured discs; one disc has a ring. Each hue stands for an answer, white or black. In the left picture two colour patches, side by side, say that this disc's hue stands for white. In the right picture they say that it stands for black. Both ringed discs are compared with the same 64 learned vectors, and with nothing else. Can the two answers differ?](figures/mystery.svg)
#
# Each hue stands for *white* or *black*, and the patches at the left of each picture say which.
# A module compares every ringed disc with 64 learned vectors, the same in both pictures, and with nothing else in its picture.
# Can its answers for the two discs differ?
#
# Guess now; at the end of this page your own module answers.
# Why anyone would try such a thing is a matter of size: on a map of 512 x 512, stored self-attention needs 256 GiB, and [external attention](https://arxiv.org/abs/2105.02358) 64 MiB.
#
# **Needs** lesson 05a (queries, keys, values) and lesson 00 (softmax) · 2 h 5 min · 8 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build attention whose cost grows with N instead of N · N;
# - find out which numbers a module relies on, by replacing them with those of another image;
# - say which changes to the logits a normalisation cancels, and which it does not;
# - share one small memory between many heads.
#
# | part | minutes |
# |---|---|
# | [three sources](#1.-Three-sources-of-an-answer), [the idea](#2.-The-idea) | 10 |
# | [exercise 1, `double_normalize`](#3.-Exercise-1:-double_normalize) (2 points); something to touch | 15 |
# | [exercise 2, `ExternalAttention`](#4.-Exercise-2:-ExternalAttention) (2 points), and what cancels | 22 |
# | [exercise 3, `attention_cost`](#5.-Exercise-3:-attention_cost) (1 point), and the clock | 12 |
# | [a block around it](#6.-ExternalAttentionBlock) | 4 |
# | [exercise 4, `MultiHeadExternalAttention`](#7.-Exercise-4:-MultiHeadExternalAttention) (3 points) | 26 |
# | [the bug museum](#8.-The-bug-museum) | 8 |
# | [the experiment](#9.-The-experiment:-book,-legend,-odd-one-out), [what we now know](#10.-What-we-now-know) | 28 |
#
# </details>

# %%
from attention_lab.lessons.external import *

begin("07a_external")

# %% [markdown]
# ## 1. Three sources of an answer
#
# The discs of this page are white or black, which one cannot see; one sees their colour, the **hue**.
# The answer has to come from one of three sources:
#
# ![Three pictures with six coloured discs. Book: six hues, each with one answer in all pictures. Legend: two hues, paired with white and black by two swatches (patches) at the left. Odd one out: five discs of one hue, one of a different hue.](figures/questions.svg)
#
# - **book**: it was learned from *other* pictures;
# - **legend**: it stands at *one other spot* of this picture, in a patch of two colours, a **swatch**;
# - **odd one out**: it takes *counting* the hues in the whole picture.
#
# Three modules will have to answer.
# An **MLP** works on each position by itself, in **self-attention** each position looks at all others, and there is **external attention**, which compares each position with 64 learned vectors, and never with another position.
#
# How often is each of them right about the *legend*?
# Replace each None with a percentage, from 50 (a coin) to 100.

# %%
guessed = {"MLP": None, "self-attention": None, "external attention": None}
print(INVITATION if None in guessed.values() else "Noted, until section 9.")

# %% [markdown]
# ## 2. The idea
#
# In self-attention, keys and values come from the picture.
# Guo and others (2021) replace them with two learned matrices and call these an **external memory**, because they lie outside the picture (section 3.1 of the paper).
# The memory has S pairs of a key and a value, and each pair is called a **slot**.
# A position is called a **token**, as in transformers.
#
# ![x (B, N, C) times the keys mk gives logits (B, N, S); a normalisation of each column, then of each row, makes weights A (B, N, S); A times the values mv gives what is gathered, (B, N, C). mk and mv are learned and the same for all images.](figures/memory.svg)
#
# <details><summary>The paper's letters</summary>
#
# | in the paper | in words | in code |
# |---|---|---|
# | $F$ | N tokens of d numbers | `x`, (B, N, dim) |
# | $\tilde\alpha = F M_k^T$ | logits (lesson 00's scores): token times key | `mk(x)`, (B, N, S) |
# | $\hat\alpha_{ij} = e^{\tilde\alpha_{ij}} / \sum_k e^{\tilde\alpha_{kj}}$ | exp of the logits, each column divided by its sum: a softmax over the *tokens* | `softmax(dim=1)` |
# | $\alpha_{ij} = \hat\alpha_{ij} / \sum_k \hat\alpha_{ik}$ | each row divided by its sum | exercise 1 |
# | $F_{out} = A M_v$ | weighted mean of the values | `mv(A)` |
#
# Here i is a token and j is a slot; k counts tokens in the first sum and slots in the second one.
# The numbers d, `dim` and C (in the drawing) are the same.
# </details>

# %% [markdown]
# ## 3. Exercise 1: `double_normalize`
#
# The usual softmax runs over the slots, and there the tokens are strangers to each other.
# Take three tokens a, b and c, and two slots, and say that a token *likes* a slot if its logit for that slot is large.
# Now a comes to like slot 2 far more: the exponential of this logit rises from 4 to 40.
# What happens to the weights of b?

# %%
fond = torch.tensor([[1.0, 4.0], [2.0, 2.0], [1.0, 2.0]])  # exp(logits), rows are a, b, c
crowded = torch.tensor([[1.0, 40.0], [2.0, 2.0], [1.0, 2.0]])  # a likes slot 2 much more
for name, example in (("before", fond), ("after", crowded)):
    weights = example.log().softmax(dim=1)  # along each row: one softmax over the slots
    print(f"{name}: columns of exp(logits) sum to {example.sum(dim=0).tolist()},",
          f"b's weights are {weights[1].tolist()} and sum to {weights[1].sum():g}")

# %% [markdown]
# Nothing at all.
# Of the numbers that the cell prints, only the sum of slot 2's column has changed, and the paper's normalisation is built on exactly these sums (section 3.2).
#
# ### The exercise
#
# *About 8 minutes.*
# Write its two steps for logits (B, N, S), with N tokens and S slots:
#
# 1. for each slot, take a softmax over the tokens; the results are called **shares**, and each slot's shares sum to 1;
# 2. divide each token's shares by their sum over the slots *plus eps*.
#
# Apart from eps, each row then sums to 1.
# The authors' code has `eps=1e-9`, so that nothing is divided by 0 (in float32).
#
# ![Three tokens a, b, c and two slots. exp(logits): 1 4, 2 2, 1 2; columns sum to 4 and 8. Shares: 1/4 1/2, 1/2 1/4, 1/4 1/4. Weights: 1/3 2/3, 2/3 1/3, 1/2 1/2.](figures/double_normalization.svg)
#
# Check row b by hand: the exponentials of its logits are (2, 2), so b likes both slots equally.
# The columns sum to 4 and 8, so its shares are 2/4 and 2/8, which sum to 3/4, and its weights are (2/3, 1/3).
# Why does b now prefer slot 1?
# Because the *other* tokens want slot 2.

# %% exercise
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    """A softmax over the tokens, then division by the sum over the slots plus eps.

    (B, N, S) -> (B, N, S): B images, N tokens, S slots.
    """
    ...


# %% points=2
check(double_normalize)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Of the three axes of (B, N, S), which one counts tokens?
# A softmax along that axis makes each column of shares in the drawing sum to 1.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The second step has no `exp`: it is a sum and a division.
# `sum(dim=..., keepdim=True)` keeps the axis, so that the division broadcasts.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# You need one line with a softmax, and one `return` with a division.
# </details>

# %% [markdown]
# **Touch it: how can a memory count?**
# Six discs look at one slot that likes green: green discs have the logit 3 there, grey ones 0, and everybody has 0 for a second slot.
# The slider says how many of the six are green.
# The first disc always is; what does it learn about the others?

# %% tags=["experiment"]
def weights_of_six(green):
    """Each disc's weight for the slot that likes green, normalised in two ways."""
    # (B, discs, slots)
    logits = torch.tensor([[[3.0, 0.0]] * green + [[0.0, 0.0]] * (6 - green)])
    return {"plain softmax": logits.softmax(dim=2)[0, :, 0],
            "double normalisation": double_normalize(logits)[0, :, 0]}


slide_green_discs(weights_of_six)

# %% [markdown]
# A single green disc has most of the slot to itself.
# Five green discs have to share it, so that none of them stands out, and each of them can tell, from its own weight, that it is one of many.
# With a plain softmax the first disc never learns anything.
#
# ## 4. Exercise 2: `ExternalAttention`
#
# Let slot 1 have the value 10, and slot 2 the value 20.
# A token *gathers* the weighted mean of the slots' values.
# What does b gather before a's logit for slot 2 rises, and what afterwards?

# %%
for name, example in (("before", fond), ("after", crowded)):
    of_b = double_normalize(example.log()[None])[0, 1]
    print(f"{name}: weights {of_b.numpy().round(2)}, gathers {10 * of_b[0] + 20 * of_b[1]:.1f}")

# %% [markdown]
# This time b leaves slot 2 to a, and what it gathers moves towards 10.
# With the usual softmax, b would gather 15 both times.
#
# ### The exercise
#
# *About 8 minutes.*
# Build the module in three steps: `mk`, your `double_normalize` with its default eps, and `mv`.
# `mk` is an `nn.Linear` from dim to S, and `mv` is one from S to dim, both *without* bias.
# A linear layer is a matrix product: row s of `mk.weight` is the key of slot s, and column s of `mv.weight` is its value.
# The logits are not scaled, and there is no query layer and no shortcut.
#
# Worked example: dim 1, three tokens x = (0, ln 2, ln 4), two slots with the keys 1 and -1.
# The exponentials of the logits are (1, 1), (2, 1/2) and (4, 1/4), so the columns sum to 7 and 7/4.
# The shares of the middle token are 2/7 and 2/7, so its weights are (1/2, 1/2), and with the values 10 and 20 it gathers 15.
# The first token has the shares 1/7 and 4/7 and the weights (1/5, 4/5), so it gathers 2 + 16 = 18.

# %% exercise
class ExternalAttention(nn.Module):
    """Each token gathers from S learned slots, (B, N, dim) -> (B, N, dim).

    mk: nn.Linear from dim to memory_size. mv: nn.Linear from memory_size to dim. No biases.
    """

    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(ExternalAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The drawing of section 2 has three boxes between x and the result.
# Each box is one call.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` makes two linear layers, each with `bias=False`.
# </details>

# %% [markdown]
# ### What cancels?
#
# Why two steps, and not one softmax along each row?
# The paper's reason is that logits depend on the *scale* of the features, and that normalising columns and rows separately should remove this.
# Does it?
#
# **Predict, then run.** Take random logits and change them in three ways.
# Do the weights change?
# Write 1 for yes, 0 for no.

# %%
predicted = {"every logit times 4": None, "a number added for each slot": None,
             "a number added for each token": None}

torch.manual_seed(0)
logits = torch.randn(1, 6, 4).double()  # 6 tokens, 4 slots
changed = {"every logit times 4": 4 * logits,
           "a number added for each slot": logits + 3 * torch.randn(1, 1, 4).double(),
           "a number added for each token": logits + 3 * torch.randn(1, 6, 1).double()}
measured = {name: int(not torch.allclose(double_normalize(other), double_normalize(logits),
                                         atol=1e-6)) for name, other in changed.items()}
predict_then_run(predicted, measured, unit="1 (the weights change) or 0 (they do not)")

# %% [markdown]
# <details><summary>Why</summary>
#
# Follow one column of logits l: the softmax divides each $e^l$ in this column by Z, the sum of them all.
# Adding a number to the whole column multiplies every $e^l$ and Z by the same factor, which cancels.
# A number added to a *row* changes every Z, so it does not cancel.
# Multiplying the logits by four makes any softmax sharper, whether it runs over tokens or over slots.
# </details>
#
# So the scale stays, and what the formula removes is something else: a preference that *all* tokens have for the same slot.
# One line of algebra shows where it goes.
# Token i's share of slot j is
#
# $$\frac{e^{l_{ij}}}{Z_j} = e^{l_{ij} - \ln Z_j} \quad\text{with}\quad Z_j = \sum_{k} e^{l_{kj}},$$
#
# and dividing a row of such exponentials by its sum is a softmax.
# So a row of weights is one plain softmax over the slots, of $l_{ij} - \ln Z_j$.
# **$Z_j$ says how much all tokens of this picture like slot j, and nothing else in the formula knows of other tokens.**
# With 64 slots, these are 64 numbers per picture.

# %%
one_softmax = (logits - logits.logsumexp(dim=1, keepdim=True)).softmax(dim=2)
print("the same weights:", torch.allclose(one_softmax, double_normalize(logits)))

# %% [markdown]
# ## 5. Exercise 3: `attention_cost`
#
# Self-attention and external attention each take two matrix products.
# Multiplying (a, b) by (b, c) takes a · b · c multiply-adds: there are a · c results, and each is a sum of b products.
#
# | | first product | second product |
# |---|---|---|
# | self-attention | (n, dim) times (dim, n): logits | (n, n) times (n, dim): weights times values |
# | external attention | (n, dim) times (dim, S) | (n, S) times (S, dim) |
#
# Let torch count a small product, (2, 3) times (3, 4), before you write the general form:

# %%
with FlopCounterMode(display=False) as counter:
    torch.ones(2, 3) @ torch.ones(3, 4)
print(f"by hand {2 * 4 * 3} multiply-adds, torch's counter says {counter.get_total_flops()}")

# %% [markdown]
# Torch says twice as much, because it counts a multiplication and an addition as two operations (FLOPs).
# Papers and tools differ in this, so find out which count you have before you compare two numbers.
# In this course, a multiply-add counts as one.
#
# ### The exercise
#
# *About 4 minutes.*
# Return both totals as a tuple of two ints, self-attention first.
# Softmax and division do not count, nor do self-attention's query, key and value layers.
#
# Worked example: n = 10, dim = 4, S = 3.
# Self-attention takes 10 · 4 · 10 for the logits and 10 · 10 · 4 to gather, 800 in total.
# External attention takes 10 · 4 · 3 twice, 240 in total.
# With n = S = 10, both would take 800.

# %% exercise
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    """Multiply-adds of the two matrix products: (self-attention, external attention)."""
    ...


# %% points=1
check(attention_cost)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Take the formula a · b · c four times, once for each cell of the table.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# You need one `return` with two products, each with a factor of 2.
# </details>

# %% [markdown]
# **And by the clock?**
# For 4,096 tokens of 64 numbers and 64 slots, your function says 64 times fewer multiply-adds.
# *Naive* self-attention stores its N x N matrix; *fused* self-attention is torch's own function, which computes the same result without storing it (lesson 05b).
#
# **Predict, then run:** how many times longer does fused self-attention take than external attention?
# And how many times more memory do naive and fused self-attention need?

# %% tags=["experiment"]
predicted = {"time, fused": None, "memory, naive": None, "memory, fused": None}


def naive(x):
    return (x @ x.mT / x.shape[2] ** 0.5).softmax(-1) @ x


def fused(x):
    return F.scaled_dot_product_attention(x[:, None], x[:, None], x[:, None])[:, 0]


of_naive, of_fused, of_external = (cost(way, torch.randn(1, 4096, 64))
                                   for way in (naive, fused, ExternalAttention(64)))
measured = {"time, fused": of_fused.latency / of_external.latency,
            "memory, naive": of_naive.forward_memory / of_external.forward_memory,
            "memory, fused": of_fused.forward_memory / of_external.forward_memory}
predict_then_run(predicted, measured, unit="times as much as external attention")

# %% [markdown]
# The factor for time depends on your machine, and is of the order of 64.
# Only the naive form needs memory that grows with N · N; the fused form needs even less than external attention, which stores its logits and weights.
# So against today's self-attention, external attention saves *time*, not memory.
#
# ## 6. `ExternalAttentionBlock`
#
# EANet, the authors' segmentation network, is built around a block that reads a map and returns a map.
# Its attention wants tokens, so the block turns the map into tokens and back, as you did in lesson 05a.
# Here is a map whose first channel holds the numbers 0 to 5, and whose second channel holds 6 to 11.
# Which token comes first?

# %%
print(torch.arange(12).reshape(1, 2, 2, 3).flatten(2).transpose(1, 2)[0].tolist())

# %% [markdown]
# The first token is (0, 6): it holds both channels of the position at the upper left.
#
# ![x goes through conv1, becomes tokens, goes through attention, becomes a map, goes through conv2 and bn; x is added; ReLU.](figures/block.svg)
#
# Here is the block, around your module; maps need not be square.
# Which line undoes the `flatten`, and why must the `transpose` come before it?

# %%
class ExternalAttentionBlock(nn.Module):
    """relu(x + bn(conv2(attention(conv1(x))))), (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, channels, memory_size=64):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        tokens = self.conv1(x).flatten(2).transpose(1, 2)  # (B, N, C)
        gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
        return torch.relu(x + self.bn(self.conv2(gathered)))

# %% [markdown]
# If `conv2`'s weights are all 0 and `bn` is untrained, the output is x with its negative numbers set to 0: 2 stays 2, and -3 becomes 0.
#
# The `reshape` makes the map again, row by row.
# Without the `transpose` it would cut the tokens' channels into rows, and nothing would crash.

# %% [markdown]
# ## 7. Exercise 4: `MultiHeadExternalAttention`
#
# The authors also describe a form with many heads, for transformers (section 3.3 of the paper), and it hides a trap.
# Logits with heads have *four* axes, (B, heads, N, S), and `double_normalize` is made for three.
# Run the wrong version first.
# Each slot's shares should sum to 1 over the tokens of a head; do they?

# %%
torch.manual_seed(0)
shares = torch.randn(2, 6, 10, 5).softmax(dim=1)  # (B, heads, N, S)
print(f"over the tokens of one head: {shares[0, 0, :, 0].sum():.2f};",
      f"over the heads of one token: {shares[0, :, 0, 0].sum():.2f}")

# %% [markdown]
# This softmax went over the heads, so the heads competed with each other for shares.
# In your module, tokens compete with tokens, and heads do not compete at all.
#
# ### The exercise
#
# *About 18 minutes.*
#
# ![x is expanded to dim · expansion channels, where expansion is a number such as 4, and cut into heads. All heads go through the same mk, a normalisation of their own, and the same mv. They are joined, and proj makes (B, N, dim).](figures/heads.svg)
#
# - `expand`: Linear from dim to dim · expansion;
# - there are num_heads · expansion heads in all, each of head_dim = dim // num_heads channels (dim is a multiple of num_heads): head 0 has the first head_dim channels, head 1 the next ones;
# - `mk`: Linear from head_dim to S, `mv`: Linear from S to head_dim, the same two for all heads;
# - `double_normalize` with its default eps, for each head by itself;
# - the heads are put side by side again, in their order, and `proj` is a Linear from dim · expansion to dim.
#
# Here all four layers have biases.
#
# Worked example: `MultiHeadExternalAttention(6, num_heads=3, expansion=2, memory_size=5)` reads (2, 10, 6).
# It expands this to (2, 10, 12), and its heads are (2, 6, 10, 2).
# The weights are (2, 6, 10, 5), the joined heads are (2, 10, 12), and the result is (2, 10, 6).

# %% exercise
class MultiHeadExternalAttention(nn.Module):
    """External attention in num_heads * expansion heads, (B, N, dim) -> (B, N, dim).

    expand: nn.Linear to dim * expansion. mk, mv: nn.Linear from head_dim = dim // num_heads to
    memory_size and back, shared by all heads. proj: nn.Linear back to dim. All with bias.
    """

    def __init__(
        self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64
    ) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(MultiHeadExternalAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Cut the last axis first: (B, N, heads, head_dim).
# Which axis must come before the tokens, so that each head is like an image of its own?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# After `transpose(1, 2)`, the first two axes are images and heads.
# `flatten(0, 1)` merges these two axes into one, as if there were B · heads images.
# At the end `unflatten(0, (B, heads))` splits that axis again, a second `transpose` undoes the first, and `flatten(2)` joins the heads.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes two numbers and makes four layers.
# `forward` makes the heads and the weights, joins the heads' weighted sums, and returns `proj` of the result.
# </details>

# %% [markdown]
# **Is it still cheap?** Divide your module's parameters by those of torch's `nn.MultiheadAttention(64, 8)`, and then its multiply-adds, for 196 tokens (as in a small vision transformer) and for 4,096.
# What do you expect?

# %%
predicted = {"parameters": None, "multiply-adds, 196 tokens": None,
             "multiply-adds, 4096 tokens": None}

external, usual = MultiHeadExternalAttention(64), nn.MultiheadAttention(64, 8, batch_first=True)
measured = {}
for n in (196, 4096):
    x = torch.randn(1, n, 64)
    yours, torchs = cost(external, x, latency=False), cost(usual, x, x, x, latency=False)
    measured["parameters"] = yours.parameters / torchs.parameters
    measured[f"multiply-adds, {n} tokens"] = yours.multiply_adds / torchs.multiply_adds
predict_then_run(predicted, measured, unit="times those of self-attention")

# %% [markdown]
# The shared memory has only 1,096 parameters, but `expand` and `proj` are four times as wide as usual, and each token is compared with the memory once for each of 32 heads.
# So a cost that grows only with N need not be small: for 196 tokens this module costs more than self-attention, as a [reader](https://github.com/MenghaoGuo/EANet/issues/30) of the code noticed.
#
# ## 8. The bug museum
#
# ### One strong spot
#
# A widely used [collection of attention modules](https://github.com/xmu-xiaoma666/External-Attention-pytorch) normalises like this (rebuilt here).
# It gives your weights on all ordinary inputs, it trains, and one day a picture has a few very strong features, and the loss is NaN.

# %%
def exhibit(logits):
    attention = F.softmax(logits, dim=1)
    return attention / attention.sum(dim=2, keepdim=True)

# %%
for dtype in (torch.float32, torch.float16):
    # three tokens are far above the other two, in every slot
    logits = torch.tensor([0, 0, 120, 120, 120], dtype=dtype)[None, :, None].expand(1, 5, 4)
    fine = bool(exhibit(logits).isfinite().all())
    print(f"{dtype}: is every weight a number?", "Yes." if fine else "No, not yet.")

# %% [markdown]
# Repair the function.
# With the authors' eps the cell prints one "Yes".
# Section 4 contains a formula that makes it print two.
#
# <details><summary>What is wrong, and what we think of the repairs</summary>
#
# $e^{-120}$ is 0 in float32, so the first two tokens have no share of any slot, and the division is 0 / 0.
# Your `double_normalize` divides by the sum plus 1e-9.
# Such a token then gets a row of zeros and gathers nothing, which is not NaN, but not a weighted mean of the values either.
# In float16, 1e-9 itself is rounded to 0, and the NaN is back.
#
# `(logits - logits.logsumexp(dim=1, keepdim=True)).softmax(dim=2)` needs no eps.
# It subtracts $\ln Z$ from the logits, so no share is ever rounded to 0, and the softmax never divides by less than 1.
# </details>
#
# ## 9. The experiment: book, legend, odd one out
#
# The network has a 3 x 3 convolution, one module with a shortcut around it, and a 1 x 1 convolution, and nothing else in it is nonlinear, so only the module can do more than add up.
# The score is the mean of two percentages, one for white discs and one for black ones, so a coin gets 50 %, and so does "always black".
# A fourth arm, *plain softmax*, is external attention with one softmax over the slots.
#
# **How do we find out where an answer comes from?**
# After training, each test picture *borrows* some numbers from the picture before it, and nothing else changes: external attention borrows the 64 sums Z, self-attention its whole matrix of weights.
# If an answer survives, it did not come through these numbers.
# If it falls to chance, it did.

# %% tags=["experiment"]
class Borrowing(ExternalAttention):
    borrowed = False  # use the sums Z of the image before it in the batch?

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        logits = self.mk(x)
        sums = logits.logsumexp(dim=1, keepdim=True)  # ln Z, (B, 1, S), as in section 4
        return self.mv((logits - sums.roll(1, 0)).softmax(dim=2))


class PlainSoftmax(ExternalAttention):
    def forward(self, x):
        return self.mv(self.mk(x).softmax(dim=2))


CHANNELS, RATES = 32, {"self-attention": 0.01}
arms = {"MLP": mlp, "self-attention": SelfAttention, "plain softmax": PlainSoftmax,
        "external attention": Borrowing}
train_sets = {question: hue_discs(4000, seed=1, question=question) for question in QUESTIONS}
test_sets = {question: hue_discs(400, seed=2, question=question) for question in QUESTIONS}

# %% [markdown]
# Two pictures for each question.
# Which of them could *you* answer from the picture alone?

# %% tags=["experiment"]
show_examples(train_sets)

# %% tags=["experiment"]
def learn(module, question, seed, peak_rate=0.02):
    # the network with this module in its middle, trained on one question
    pictures, answers, *_ = train_sets[question]
    return train(disc_network(module), pictures, answers, loss=F.cross_entropy, epochs=1,
                 batch_size=16, peak_rate=peak_rate, seed=seed)


trained = Trained()


def run(arm, seed):
    own, borrowed = {}, {}
    for question in QUESTIONS:
        torch.manual_seed(seed)
        network = learn(arms[arm](CHANNELS), question, seed, RATES.get(arm, 0.02))
        trained[f"{arm}, {question}", seed] = network
        own[question] = right_on_discs(network, test_sets[question])
        network[2].module.borrowed = True
        borrowed[f"{question}, borrowed"] = right_on_discs(network, test_sets[question])
    return own | borrowed

# %% [markdown]
# **Predict:** external attention's score on each question, first with its own sums, and then with borrowed ones.
# By now you know this module: do you still expect of the legend what you guessed in section 1?
# (Each run takes 250 steps of 16 pictures; all of them take about a minute.)

# %% tags=["experiment"]
predicted = {"book": None, "legend": None, "odd one out": None, "book, borrowed": None,
             "legend, borrowed": None, "odd one out, borrowed": None}

# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
predict_then_run(predicted, {of: results.mean("external attention", of) for of in predicted},
                 unit="% right, external attention")

# %% [markdown]
# And this is what you guessed in section 1:

# %% tags=["experiment"]
predict_then_run(guessed, {arm: results.mean(arm, "legend") for arm in guessed},
                 unit="% right, legend")

# %% tags=["experiment"]
with after_predicting(predicted):
    show_own_and_borrowed(results, QUESTIONS, highlight="external attention",
                          borrowers=("self-attention", "external attention"))
    print_gaps(results, [("MLP", "external attention", "book"),
                         ("external attention", "plain softmax", "legend"),
                         ("self-attention", "external attention", "legend"),
                         ("external attention", "self-attention", "odd one out")], matters=5)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **The book needs no sums.**
# The answer depends on one token's hue, an MLP of the same size does as well, and with borrowed sums the score hardly falls.
#
# **The legend comes through the sums.**
# The MLP and the plain softmax are at chance, as they must be, because they treat each token on its own.
# External attention compares tokens only with its memory, and yet it answers, [in all our runs](lab_book.md#2.-The-runs-of-the-page); with borrowed sums it falls to chance, so the answer came through 64 numbers.
#
# **So does counting.**
# Self-attention can learn this one too, [in some runs and with more time](lab_book.md#3.-More-time-and-other-rates).
#
# How do they do it?
# The swatches are tokens, too, and the convolution sees both halves of a swatch where they meet, so one token can say "orange beside white".
# Suppose that a slot has a large logit for this token: then that slot's Z is large in this picture, every token's share of it is divided by this Z, and *all* discs notice, without being compared with any swatch.
# That is our reading; the swap of the sums is what we measured.
# </details>

# %% [markdown]
# ### The ringed discs
#
# Now the question at the top of the page.
# Take four pictures with a legend, and let your network answer; then give each picture the sums of another one.

# %% tags=["experiment"]
show_answers(trained["external attention, legend", 0], test_sets["legend"])

# %% [markdown]
# The lower row is the same network, with the same weights and the same pictures, and 64 strange numbers.
# The picture lies beside this notebook, as `my_memory.png`.
#
# ## 10. What we now know
#
# External attention compares a token with a memory that knows nothing of the picture, and still the picture gets a word in.
# The sums over all tokens decide how much each slot counts, so all that one token learns of the others comes through S numbers.
# Double normalisation does not make the weights independent of the scale of the logits; it removes a preference that all tokens share.
# The cost grows with N · S, which saves time against self-attention, and no memory against its fused form.
# On real pictures (handwritten digits in coloured frames) [a plain 3 x 3 convolution in its place does as well](lab_book.md#6.-Real-pictures).
# So before you put external attention into a network, ask: *what must a token know about the others, and can sums over all tokens say it?*
#
# **Next.** In [lesson 07b](../07b_rest/07b_rest.ipynb), keys and values come from the picture again, but there are fewer of them.
# (The [lab book](lab_book.md) has every run, the paper against the code, a challenge with fewer than 16 sums, and questions to argue about.)

# %% tags=["nbval-ignore-output"]
progress()
