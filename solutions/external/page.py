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
# **Needs** lesson 05a (queries, keys, values) and lesson 00 (softmax) · 2 h 5 min · 9 points · difficulty 3 of 5
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
# | [exercise 2, `ExternalAttention`](#4.-Exercise-2:-ExternalAttention) (2 points), on a photograph, and what cancels | 25 |
# | [the bug museum](#5.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [exercise 3, `attention_cost`](#6.-Exercise-3:-attention_cost) (1 point), the clock, and a block | 14 |
# | [exercise 4, `MultiHeadExternalAttention`](#7.-Exercise-4:-MultiHeadExternalAttention) (3 points) | 25 |
# | [the experiment](#8.-The-experiment:-book,-legend,-odd-one-out), [what we now know](#9.-What-we-now-know) | 28 |
#
# </details>

# %%
from attention_lab.lessons.external import *

begin("07a_external")

# %% [markdown]
# ## 1. Three sources of an answer
#
# Whether a disc is white or black one cannot see; one sees its **hue**.
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
print(INVITATION if None in guessed.values() else "Noted, until section 8.")

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
# Nothing: beside a's own row, only the sum of slot 2's column has changed, and the paper's normalisation is built on exactly these sums.
#
# ### The exercise
#
# *About 8 minutes.*
#
# 1. Let the tokens compete for each slot, in a softmax over the tokens; the results are called **shares**.
# 2. Divide each token's shares by their sum over the slots, so that its weights sum to 1.
#
# (The authors add a tiny eps to that sum, so that nothing is divided by 0.)
#
# ![Three tokens a, b, c and two slots. exp(logits): 1 4, 2 2, 1 2; columns sum to 4 and 8. Shares: 1/4 1/2, 1/2 1/4, 1/4 1/4. Weights: 1/3 2/3, 2/3 1/3, 1/2 1/2.](figures/double_normalization.svg)
#
# Check row b by hand: the exponentials of its logits are (2, 2), so b likes both slots equally.
# The columns sum to 4 and 8, so its shares are 2/4 and 2/8, which sum to 3/4, and its weights are (2/3, 1/3).
# Why does b now prefer slot 1?
# Because the *other* tokens want slot 2.

# %% exercise
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    """A softmax over the tokens, then division by (the sum over the slots, plus eps).

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
# One line with a softmax, and one `return` with a division.
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
# Five have to share it, and each of them can tell from its own weight that it is one of many.
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
# Two matrices and your function, that is the whole module.
# A linear layer *is* a matrix product: row s of the first layer's weight is the key of slot s, and column s of the second layer's weight is its value.
#
# 1. Compare each token with all keys, and normalise.
# 2. Gather each token's weighted mean of the values.
#
# No query layer, no shortcut, no scale.

# %% exercise
class ExternalAttention(nn.Module):
    """Each token gathers from S learned slots, (B, N, dim) -> (B, N, dim).

    mk: nn.Linear from dim to memory_size. mv: nn.Linear from memory_size to dim. No biases.
    Between them double_normalize, with its default eps; the logits are not scaled.
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
# **A memory on a photograph.**
# Set the memory by hand: six slots, which like red, yellow, green, blue, light and dark.
# Each pixel of a photograph is a token of three numbers; point at one, and see which slots it reads, with a plain softmax and with yours.
# Before you look: will any pixel of a brown cat read mostly from the green slot, or from the blue one?

# %%
photo = photograph("chelsea")  # or my_picture("me.jpg", keep=True), a file beside this notebook
small = F.adaptive_avg_pool2d(photo, (30, 40))
memory = ExternalAttention(3, memory_size=6)
memory.mk.weight.data = colour_keys()  # (6, 3), a key for each slot
logits = memory.mk(colour_tokens(small)).detach()
ways = {"plain softmax": logits.softmax(dim=2)[0], "yours": double_normalize(logits)[0]}
show_favourites(ways, small)  # each pixel in the colour of the slot that it reads most
look(ways, small, grid=(30, 40), keys=list(SLOTS))

# %% [markdown]
# With a plain softmax nobody does: every pixel is something else more than it is green or blue.
# With yours hundreds of pixels do: they are the greenest and the bluest that this picture has, and since hardly anybody else wants these slots, they get them.
# So colours are judged by the standards of the picture now, and yet no pixel has been compared with another.
#
# ### What cancels?
#
# The paper's reason for two steps is another one: logits depend on the *scale* of the features, and normalising twice should remove this.
# Does it?
#
# **Predict, then run.** Take random logits, change them in three ways, and say for each whether the weights change: 1 for yes, 0 for no.

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
# Multiplying the logits by four makes any softmax sharper.
# </details>
#
# So the scale stays, and what the formula removes is a preference that *all* tokens have for the same slot.
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
# ## 5. The bug museum
#
# ### Exhibit A: a faithful copy
#
# The [authors' code](https://github.com/MenghaoGuo/EANet/blob/main/model_torch.py) keeps the tokens last, (B, S, N), because it works on maps.
# Somebody needs the module for a transformer, where tokens are rows, replaces the convolutions by linear layers, and copies the two lines of the normalisation faithfully.
# It runs, every shape is right, it trains, and on the book it answers more than nine of ten discs in two of three recorded runs.
# Read it, and see whether you find what is wrong.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, dim, memory_size=64):
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x):
        shares = self.mk(x).softmax(dim=-1)
        weights = shares / (1e-9 + shares.sum(dim=1, keepdim=True))
        return self.mv(weights)

# %% [markdown]
# Found or not, ask the exhibit for a mean of ones.
# If every slot has the same value, 1, then every token gathers a weighted mean of ones, whatever its weights are.
# So what should each of five tokens gather?
#
# Then repair the exhibit in its own cell, until they all gather it, and run the test and the check again.
# It needs no new line.
# (What leans on your `ExternalAttention` earns nothing.)

# %%
torch.manual_seed(0)
exhibit = ExhibitA(4, memory_size=6)
nn.init.ones_(exhibit.mv.weight)
print("the tokens gather", exhibit(torch.randn(1, 5, 4))[0, :, 0].detach().numpy().round(2))

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write (B, N, S) next to each line, and ask of each `dim` what it counts.
# Who competes with whom for what?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# The numbers of the axes were right in (B, S, N).
# In (B, N, S), `softmax(dim=-1)` runs over the slots and the sum over the tokens; it has to be a softmax over dim 1 and a sum over dim 2.
# As it stands, a slot's weights sum to 1 over the tokens, and a token's weights sum to whatever is left for it.
# In our runs it learned the book, half learned the legend, and never to count.
# </details>
#
# ## 6. Exercise 3: `attention_cost`
#
# Why all this?
# Because of N · N: multiplying (a, b) by (b, c) takes a · b · c multiply-adds: there are a · c results, and each is a sum of b products.
#
# | | first product | second product |
# |---|---|---|
# | self-attention | (n, dim) times (dim, n): logits | (n, n) times (n, dim): weights times values |
# | external attention | (n, dim) times (dim, S) | (n, S) times (S, dim) |

# %% [markdown]
# ### The exercise
#
# *About 4 minutes.*
# Turn the table into a function; only its four products count, and a multiply-add counts as one (Torch's own counter says two).
#
# Try it by hand first: with n = 10, dim = 4 and S = 3, self-attention takes 10 · 4 · 10 twice, and external attention 10 · 4 · 3 twice.
# (With as many slots as tokens there would be nothing to save.)

# %% exercise
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    """Multiply-adds of the two matrix products, two ints: (self-attention, external attention).

    Softmax and division do not count, nor do layers for queries, keys and values.
    """
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
# One `return` with two products, each with a factor of 2.
# </details>

# %%
self_attention, external = attention_cost(4096, 64, memory_size=64)
print(f"{self_attention / external:g} times fewer multiply-adds")

# %% [markdown]
# **And by the clock?**
# *Naive* self-attention stores its N x N matrix; *fused* self-attention is torch's own function, which computes the same result without storing it (lesson 05b).
#
# **Predict, then run:** how many times longer does fused self-attention take than your module?
# And how many times more memory do the naive and the fused one need?

# %% tags=["experiment"]
predicted = {"time, fused": None, "memory, naive": None, "memory, fused": None}

predict_then_run(predicted, beside_self_attention(ExternalAttention(64)),
                 unit="times as much as external attention")

# %% [markdown]
# Only the naive form needs memory that grows with N · N; the fused one needs even less than external attention, which stores its logits and weights.
# So against today's self-attention, external attention saves *time*, and no memory.
#
# ### The block around it
#
# EANet, the authors' segmentation network, reads maps, so its block turns a map into tokens and back:
#
# ![x goes through conv1, becomes tokens, goes through attention, becomes a map, goes through conv2 and bn; x is added; ReLU.](figures/block.svg)

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
# The second `transpose` undoes the first; without it, the `reshape` would cut the tokens' channels into rows, and nothing would crash.

# %% [markdown]
# ## 7. Exercise 4: `MultiHeadExternalAttention`
#
# In the form for transformers (section 3.3 of the paper), each token is cut into heads, and all heads share one small memory.
# It hides a trap.
# Logits with heads have *four* axes, (B, heads, N, S), and `double_normalize` is made for three.
# Run the wrong version first.
# Each slot's shares should sum to 1 over the tokens of a head; do they?

# %%
torch.manual_seed(0)
shares = torch.randn(2, 6, 10, 5).softmax(dim=1)  # (B, heads, N, S)
print(f"over the tokens of one head: {shares[0, 0, :, 0].sum():.2f};",
      f"over the heads of one token: {shares[0, :, 0, 0].sum():.2f}")

# %% [markdown]
# This softmax made the heads compete with each other; in your module tokens compete with tokens, and heads do not compete at all.
#
# ### The exercise
#
# *About 18 minutes.*
#
# ![x is expanded to dim · expansion channels, where expansion is a number such as 4, and cut into heads. All heads go through the same mk, a normalisation of their own, and the same mv. They are joined, and proj makes (B, N, dim).](figures/heads.svg)
#
# 1. Make `expansion` times as many numbers of each token, and cut them into heads.
# 2. Let each head read the one memory, normalised within this head alone.
# 3. Put the heads side by side again, and come back to dim numbers.

# %% exercise
class MultiHeadExternalAttention(nn.Module):
    """External attention in num_heads * expansion heads, (B, N, dim) -> (B, N, dim).

    dim is a multiple of num_heads. expand: nn.Linear to dim * expansion; head 0 has its
    first head_dim = dim // num_heads numbers, head 1 the next ones, and so on.
    mk, mv: nn.Linear from head_dim to memory_size and back, shared by all heads.
    double_normalize (default eps) within each head. The heads are joined in their order;
    proj: nn.Linear from dim * expansion to dim. All four layers have biases.
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
# With dim 6, three heads, expansion 2 and five slots, two pictures of ten tokens go this way: (2, 10, 6), expanded (2, 10, 12), heads (2, 6, 10, 2), weights (2, 6, 10, 5), joined (2, 10, 12), result (2, 10, 6).
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
# **Is it still cheap?** Divide your module's multiply-adds by those of torch's `nn.MultiheadAttention(64, 8)`, for 196 tokens (as in a small vision transformer) and for 4,096.

# %%
predicted = {"196 tokens": None, "4096 tokens": None}

predict_then_run(predicted, beside_torchs_heads(MultiHeadExternalAttention(64)),
                 unit="times the multiply-adds of self-attention")

# %% [markdown]
# The memory is small, but `expand` and `proj` are four times as wide as usual, and each token is compared with the memory once for each of 32 heads.
# So a cost that grows only with N need not be small, as a [reader](https://github.com/MenghaoGuo/EANet/issues/30) of the authors' code noticed, too.
#
# ## 8. The experiment: book, legend, odd one out
#
# The network has a convolution, one module beside a shortcut, and a 1 x 1 convolution; nothing else in it is nonlinear, so only the module can do more than add up.
# Two pictures for each question; which of them could *you* answer from the picture alone?

# %%
show_examples()

# %% [markdown]
# **How do we find out where an answer comes from?**
# After training, each test picture *borrows* some numbers from the picture before it, and nothing else changes: external attention borrows the 64 sums Z, self-attention its whole matrix of weights.
# An answer that survives did not come through these numbers; one that falls to chance did, unless strange numbers spoil every answer.
#
# **Predict** (a coin gets 50 %) external attention's score on the legend, on the legend with borrowed sums, and on the book with borrowed sums.
# Do you still expect of the legend what you guessed in section 1?

# %% tags=["experiment"]
predicted = {"legend": None, "legend, borrowed": None, "book, borrowed": None}

# %% tags=["experiment"]
class Borrowing(ExternalAttention):
    borrowed = False  # use the sums Z of the image before it in the batch?

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        logits = self.mk(x)
        sums = logits.logsumexp(dim=1, keepdim=True)  # ln Z, (B, 1, S), as in section 4
        return self.mv((logits - sums.roll(1, 0)).softmax(dim=2))


arms = {"MLP": mlp, "self-attention": SelfAttention, "plain softmax": PlainSoftmax,
        "external attention": Borrowing}
remind(predicted)  # each run trains three networks, one a question; about a minute
results, trained = compare_on_discs(arms)

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
# An MLP does as well, and with borrowed sums the score hardly falls, so strange sums alone spoil nothing.
# (Self-attention's does: through its matrix goes even a token's own hue.)
#
# **The legend comes through the sums.**
# The MLP and the plain softmax are at chance, because they treat each token on its own.
# External attention answers, though it compares tokens only with its memory; with borrowed sums it falls to chance, so the answer came through 64 numbers.
#
# **So does counting.**
# With borrowed sums it is at chance as well.
# Over three runs the lead over self-attention may be luck; that can count, too, [in some runs and with more time](lab_book.md#3.-More-time-and-other-rates).
#
# How does it read a legend?
# The swatches are tokens, too, and the convolution sees both halves of a swatch where they meet, so one token can say "orange beside white".
# Suppose that a slot has a large logit for this token: then that slot's Z is large in this picture, every token's share of it is divided by this Z, and *all* discs notice, without being compared with any swatch.
# That is our reading; the swap of the sums is what we measured.
# </details>

# %% [markdown]
# ### Your module answers
#
# Back to the ringed discs: four new pictures with a legend, first with their own sums and then with those that they would have if their swatches were exchanged.
# Do equal discs get equal answers?

# %% tags=["experiment"]
show_answers(trained["external attention, legend", 0])

# %% [markdown]
# **Yes, the two answers can differ**: same discs, same 64 vectors, other sums, and in our run every answer turns.
# Keep `my_memory.png`, beside this notebook.
#
# ## 9. What we now know
#
# External attention compares a token with a memory that knows nothing of the picture, and still the picture gets a word in.
# *All that one token learns of the others comes through the sums over all tokens, one for each slot.*
# Double normalisation does not remove the scale of the logits; it removes a preference that all tokens share.
# The cost grows with N · S, which saves time, and against the fused form no memory.
# So before you put external attention into a network, ask: *what must a token know about the others, and can sums over all tokens say it?*
#
# **Next.** In [lesson 07b](../07b_rest/07b_rest.ipynb), keys and values come from the picture again, but there are fewer of them.
# (The [lab book](lab_book.md) is there for doubters: every run, [real pictures](lab_book.md#6.-Real-pictures), and a challenge with fewer than 16 sums.)

# %% tags=["nbval-ignore-output"]
progress()
