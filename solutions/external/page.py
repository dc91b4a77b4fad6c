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
# *A few learned vectors, the same for all images, do the work of keys and values.*
#
# **After this lesson you will be able to**
#
# - build attention whose cost grows with N instead of N · N;
# - find out which numbers a module relies on, by borrowing them from another image;
# - say which changes of the logits a normalisation cancels, and which it does not;
# - judge code that normalises differently from the paper: when does it matter?
# - share one small memory between many heads.
#
# **Why it matters.** Self-attention compares all N tokens with each other; this module compares them with a few learned vectors.
# In the [paper](https://arxiv.org/abs/2105.02358) it does about as well on six kinds of tasks, at a much lower cost.
# It is found in [Keras's examples](https://keras.io/examples/vision/eanet/)
# and in [MT-UNet](https://github.com/Dootmaan/MT-UNet), which segments medical images.
#
# **You need** lesson 05a (queries, keys, values) and lesson 00 (softmax).
# **Difficulty** 3 of 5.
#
# | part | minutes |
# |---|---|
# | [one question](#1.-One-question,-three-sources), [the idea](#2.-The-idea) | 14 |
# | [exercise 1, `double_normalize`](#3.-Exercise-1:-double_normalize) (2 points) | 13 |
# | [exercise 2, `ExternalAttention`](#4.-Exercise-2:-ExternalAttention) (2 points), [what cancels?](#5.-What-cancels?) | 27 |
# | [exercise 3, `attention_cost`](#6.-Exercise-3:-attention_cost) (1 point), and the clock | 14 |
# | [exercise 4, `ExternalAttentionBlock`](#7.-Exercise-4:-ExternalAttentionBlock) (2 points) | 14 |
# | [the experiment](#8.-The-experiment:-book,-legend,-odd-one-out), [a look inside](#9.-A-look-inside) | 38 |
# | [the bug museum](#10.-The-bug-museum) | 13 |
# | [exercise 5, `MultiHeadExternalAttention`](#11.-Exercise-5:-MultiHeadExternalAttention) (3 points) | 32 |
# | [paper against code](#12.-Paper-against-code), [questions](#13.-A-challenge,-and-questions-to-think-about), without the challenge | 15 |

# %%
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.notebook.challenge import challenge
from attention_lab.networks.cost import cost
from attention_lab.pictures import (FEATURES, LAYERS, MAPS, PAPER, predict_then_run, score_bars,
                                    show, show_images)
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.hue_discs import QUESTIONS, hue_discs
from attention_lab.tasks.scoring import right_of_each
from attention_lab.pictures.touch import slide
from attention_lab.networks.training import compare, train

# %% tags=["nbval-ignore-output"]
course_map()

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. One question, three sources
#
# ![Three pictures with six coloured discs. Book: six hues, each with one answer in all pictures. Legend: two hues, paired with white and black by two swatches (patches) at the left. Odd one out: five discs of one hue, one of a different hue.](figures/questions.svg)
#
# The question is always which discs count as white, and which as black.
# (Their own colours are called hues; white and black are the answers.)
# What differs is where the answer has to come from:
#
# - book: from what was learned from *other* images;
# - legend: from *one other spot* of this image;
# - odd one out: from a *count* over this whole image.
#
# Three modules, each in the middle of the same small network:
#
# - an **MLP** (two linear layers with a ReLU between them), applied to each position by itself;
# - **self-attention**, in which each position looks at all others;
# - a **memory**: each position is compared with 64 learned vectors, the same for all images; no position is compared with another one.
#
# **Guess now:** which module can answer which question?
# Write nine answers, yes or no, on a piece of paper.
# In section 8 you will train all three, and a fourth one; at least one of the nine answers will probably surprise you.

# %% [markdown]
# ## 2. The idea
#
# Guo and others (2021) replace the keys and values of self-attention, which come from the image, by two learned matrices.
# They call these matrices an **external memory**, because they lie outside the image.
# Each of the S pairs of key and value is a **slot**.
# A position is called a **token**, as in transformers.
#
# ![x (B, N, C) times the keys mk gives logits (B, N, S); a normalisation of each column, then of each row, makes weights A (B, N, S); A times the values mv gives what is gathered, (B, N, C). mk and mv are learned and the same for all images.](figures/memory.svg)
#
# | in the paper | in words | in code |
# |---|---|---|
# | $F$ | N tokens of d numbers | `x`, (B, N, dim) |
# | $\tilde\alpha = F M_k^T$ | logits (lesson 00's scores): token times key | `mk(x)`, (B, N, S) |
# | $\hat\alpha_{ij} = e^{\tilde\alpha_{ij}} / \sum_k e^{\tilde\alpha_{kj}}$ | each column divided by its sum: a softmax over the *tokens* | `softmax(dim=1)` |
# | $\alpha_{ij} = \hat\alpha_{ij} / \sum_k \hat\alpha_{ik}$ | each row divided by its sum | exercise 1 |
# | $F_{out} = A M_v$ | weighted mean of the values | `mv(A)` |
#
# Here i is a token, j a slot; k counts tokens in the first sum, slots in the second.
# The numbers d, `dim` and C (in the drawing) are the same.

# %% [markdown]
# ## 3. Exercise 1: `double_normalize`
#
# The two steps in the middle, for logits (B, N, S), with N tokens and S slots:
#
# 1. a softmax over the tokens, for each slot: its **shares** sum to 1;
# 2. each token's shares divided by their sum over the slots *plus eps*.
#
# Apart from eps, each row then sums to 1.
# The authors' code has `eps=1e-9`, so that nothing is ever divided by 0.
#
# ![Three tokens a, b, c and two slots. exp(logits): 1 4, 2 2, 1 2; columns sum to 4 and 8. Shares: 1/4 1/2, 1/2 1/4, 1/4 1/4. Weights: 1/3 2/3, 2/3 1/3, 1/2 1/2.](figures/double_normalization.svg)
#
# Check row b by hand: exp of its logits is (2, 2), so b likes both slots equally.
# The columns sum to 4 and 8, so its shares are 2/4 and 2/8.
# They sum to 3/4, and the weights are (2/3, 1/3).
# Why does b now prefer slot 1?
# Because the *other* tokens want slot 2.

# %% exercise
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    """A softmax over the tokens, then division by the sum over the slots plus eps.

    (B, N, S) -> (B, N, S): B images, N tokens, S slots.
    """
    ### BEGIN SOLUTION
    shares = logits.softmax(dim=1)
    return shares / (shares.sum(dim=2, keepdim=True) + eps)
    ### END SOLUTION


# %% points=2
check(double_normalize)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Of the three axes of (B, N, S), which one counts tokens?
# A softmax along that axis makes the columns of the drawing sum to 1.
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
# One line with a softmax, one `return` with a division.
# </details>

# %% [markdown]
# ## 4. Exercise 2: `ExternalAttention`
#
# The whole module, in three steps: `mk`, your `double_normalize` (with its default eps), `mv`.
#
# `mk` is an `nn.Linear` from dim to S, and `mv` is one from S to dim, both *without* bias.
# A linear layer is a matrix product: row s of `mk.weight` is the key of slot s, and column s of `mv.weight` is its value.
# There is no scale, no query layer and no shortcut.
#
# Worked example: dim 1, three tokens x = (0, ln 2, ln 4), two slots with the keys 1 and -1.
# exp of the logits is (1, 1), (2, 1/2), (4, 1/4), with column sums 7 and 7/4.
# The shares of the middle token are 2/7 and 2/7, so its weights are (1/2, 1/2).
# With the values 10 and 20 it gathers 15.
# The first token has the shares 1/7 and 4/7, the weights (1/5, 4/5), and gathers 2 + 16 = 18.

# %% exercise
class ExternalAttention(nn.Module):
    """Each token gathers from S learned slots, (B, N, dim) -> (B, N, dim).

    mk: nn.Linear from dim to memory_size. mv: nn.Linear from memory_size to dim. No biases.
    """

    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        weights = double_normalize(self.mk(x))  # (B, N, S)
        return self.mv(weights)
        ### END SOLUTION


# %% points=2
check(ExternalAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The drawing of section 2 has three boxes between x and the result.
# Each is one call.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__`: two attributes, each with `bias=False`.
# </details>

# %% [markdown]
# ## 5. What cancels?
#
# Why two steps, and not the usual softmax along each row?
# The paper's reason: logits depend on the *scale* of the features, and normalising columns and rows separately should avoid that.
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
before = double_normalize(logits)
measured = {name: int(not torch.allclose(double_normalize(new), before, atol=1e-6))
            for name, new in changed.items()}
predict_then_run(predicted, measured, unit="1 (the weights change) or 0 (they do not)")

# %% [markdown]
# <details><summary>Why</summary>
#
# Follow one column of logits l: its softmax divides each $e^l$ by Z, their sum.
# A number added to the whole column multiplies both by the same factor, and cancels.
# What is added to a *row* changes every Z, so it does not cancel.
# And four times the logits make any softmax sharper, over tokens or over slots.
#
# So stronger features change the weights here as well.
# What the formula really removes is a preference of *all* tokens for the same slot.
# </details>
#
# Put the two steps into one formula, with l for the logits.
# Token i's share of slot j is
#
# $$\frac{e^{l_{ij}}}{Z_j} = e^{l_{ij} - \ln Z_j} \quad\text{with}\quad Z_j = \sum_{k} e^{l_{kj}}.$$
#
# The second step divides a row of such `exp`s by its sum, which is what a softmax does.
# So a row of weights is one plain softmax over the slots, of $l_{ij} - \ln Z_j$.
# **$Z_j$ says how much all tokens of this image like slot j**, and nothing else in the formula knows about other tokens.
# With 64 slots, these are 64 numbers per image.
# Check this claim in code (`logsumexp` computes $\ln Z$ without overflow):

# %%
sums = logits.logsumexp(dim=1, keepdim=True)  # ln Z, (1, 1, S)
one_softmax = (logits - sums).softmax(dim=2)
print("the same weights:", torch.allclose(one_softmax, double_normalize(logits)))

# %% [markdown]
# ## 6. Exercise 3: `attention_cost`
#
# How many multiply-adds do the two matrix products take?
# Multiplying (a, b) by (b, c) takes a · b · c of them: there are a · c results, and each is a sum of b products.
#
# | | first product | second product |
# |---|---|---|
# | self-attention | (n, dim) times (dim, n): logits | (n, n) times (n, dim): weights times values |
# | external attention | (n, dim) times (dim, S) | (n, S) times (S, dim) |
#
# Return both totals as a tuple of two ints, self-attention first.
# Softmax and division do not count, nor do self-attention's query, key and value layers.
#
# Worked example: n = 10, dim = 4, S = 3.
# Self-attention: 10 · 4 · 10 for the logits, and 10 · 10 · 4 to gather, together 800.
# External attention: 10 · 4 · 3 twice, together 240.
# With n = S = 10 both would be 800.

# %% exercise
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    """Multiply-adds of the two matrix products: (self-attention, external attention)."""
    ### BEGIN SOLUTION
    return 2 * n * n * dim, 2 * n * dim * memory_size
    ### END SOLUTION


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
# One `return` with two products, each with a factor 2.
# </details>

# %% [markdown]
# ### And by the clock?
#
# Three ways, one image, 64 channels, forward only; "naive" self-attention stores its N x N matrix.
# "fused", torch's own function, computes the same without storing it.
# **Predict, then run:** at 64 x 64 = 4096 tokens, how many times as *long* as external attention does fused self-attention take?
# And how many times as much *memory* does it need?

# %% tags=["experiment"]
def naive(x):
    return (x @ x.mT / 8).softmax(-1) @ x


def fused(x):
    return F.scaled_dot_product_attention(x[:, None], x[:, None], x[:, None])[:, 0]


predicted = {"time": None, "memory": None}

ways = {"naive": naive, "fused": fused, "external": ExternalAttention(64)}
tokens = (256, 1024, 4096)
spent = {name: [cost(way, torch.randn(1, n, 64)) for n in tokens] for name, way in ways.items()}
a, b = spent["fused"][-1], spent["external"][-1]
measured = {"time": a.latency / b.latency, "memory": a.forward_memory / b.forward_memory}
predict_then_run(predicted, measured, unit="times as much as external attention")

# %% tags=["experiment"]
own, with_memory = attention_cost(4096, 64, 64)
print(f"multiply-adds at 4096 tokens: {own / with_memory:.0f} times as many in self-attention")
figure, axes = plt.subplots(1, 2, figsize=(8.6, 3.4), facecolor=PAPER, layout="constrained")
for (name, found), colour, mark in zip(spent.items(), (FEATURES, MAPS, LAYERS), "os^"):
    axes[0].loglog(tokens, [1000 * f.latency for f in found], f"{mark}-", color=colour)
    axes[1].loglog(tokens, [f.forward_memory / 2**20 for f in found], f"{mark}-", color=colour,
                   label=name)
for axis, label in zip(axes, ("time of a forward pass (ms)", "tensors at the peak (MiB)")):
    axis.set(xlabel="tokens N", ylabel=label, xticks=tokens, xticklabels=tokens,
             facecolor=PAPER)
    axis.minorticks_off()
axes[1].legend(frameon=False)
show(figure, "Time and memory against N, both axes logarithmic. At 4096 tokens: " + "; ".join(
    f"{name} {1000 * found[-1].latency:.1f} ms, {found[-1].forward_memory / 2**20:.1f} MiB"
    for name, found in spent.items()))

# %% [markdown]
# <details><summary>What the two plots say</summary>
#
# `attention_cost(4096, 64, 64)` says 64 times as many multiply-adds; the factor in time is of similar size, but differs between machines.
# In memory, only the naive form is quadratic.
# Fused self-attention is linear (lesson 05b), and here it even needs less than external attention, which stores its logits and weights.
# So compared with the fused form, external attention saves *time*, not memory.
# </details>

# %% [markdown]
# ## 7. Exercise 4: `ExternalAttentionBlock`
#
# The unit of the authors' network for segmentation, EANet.
# It reads a map (B, C, H, W) and returns one of the same shape:
#
# ![x goes through conv1, becomes tokens, goes through attention, becomes a map, goes through conv2 and bn; x is added; ReLU.](figures/block.svg)
#
# - `conv1`: 1 x 1, C to C, with bias;
# - `attention`: `ExternalAttention(channels, memory_size)`, which wants tokens (B, N, C), N = H · W;
# - `conv2`: 1 x 1, C to C, *without* bias, and `bn`, a `BatchNorm2d`;
# - x is added, and a ReLU comes last.
#
# Worked example: a map (2, 8, 3, 5) becomes tokens (2, 15, 8), and goes back to (2, 8, 3, 5).
# If conv2's weights are all 0 and `bn` is new, then the output is x with its negative numbers set to 0: 2 stays 2, and -3 becomes 0.
#
# Maps need not be square.

# %% exercise
class ExternalAttentionBlock(nn.Module):
    """relu(x + bn(conv2(attention(conv1(x))))), (B, C, H, W) -> (B, C, H, W).

    conv1: 1 x 1 nn.Conv2d. attention: ExternalAttention. conv2: 1 x 1 nn.Conv2d without bias.
    bn: nn.BatchNorm2d.
    """

    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        tokens = self.conv1(x).flatten(2).transpose(1, 2)  # (B, N, C)
        gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
        return F.relu(x + self.bn(self.conv2(gathered)))
        ### END SOLUTION


# %% points=2
check(ExternalAttentionBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Lesson 05a made tokens with `.flatten(2).transpose(1, 2)`.
# On the way back, which of the two must be undone first?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__`: four attributes.
# `forward`: a line that makes tokens, a line that calls the attention and makes a map, a `return` with everything else.
# </details>

# %% [markdown]
# ## 8. The experiment: book, legend, odd one out
#
# The network: a 3 x 3 convolution with stride 2, a BatchNorm, a module, and scores for black and white at each of 12 x 12 positions.
# Positions without a disc have no answer (-100): neither the loss nor the score counts them.
# *Right* is the mean of two percentages, for white discs and for black ones: "always black" has 50 %, even if five of six discs are black.
# There is *no* ReLU, so whatever the network can do beyond a linear layer is done by the module.
#
# | arm | the module, with a shortcut around it |
# |---|---|
# | MLP | two layers of the size of `mk` and `mv`, a ReLU between them |
# | self-attention | query, key, value and output layers: as many parameters as the others |
# | one softmax | `mk` and `mv`, with a plain softmax over the slots between them |
# | external | your `ExternalAttention`, 64 slots |
#
# After training, each test image borrows something from its neighbour in the batch.
# For self-attention that is the whole matrix A, and for external attention the **64 numbers Z**; nothing else changes.
#
# Look at your nine answers.
# Then predict, in the third cell below: what does external attention reach on each question, and with *borrowed* sums?
# That cell trains 36 networks, which takes about a minute.

# %% tags=["experiment"]
CHANNELS, SEEDS = 32, range(3)


class OnTokens(nn.Module):
    """x + module(the positions of x as tokens)."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        made = self.module(x.flatten(2).transpose(1, 2))
        return x + made.transpose(1, 2).view_as(x)


class SelfAttention(nn.Module):
    borrowed = False  # use the A of another image of the batch?

    def __init__(self, dim):
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(dim, dim, bias=False) for _ in range(4))

    def forward(self, x):
        weights = (self.q(x) @ self.k(x).mT / x.shape[2] ** 0.5).softmax(dim=2)
        return self.out((weights.roll(1, 0) if self.borrowed else weights) @ self.v(x))


class Borrowing(ExternalAttention):
    borrowed = False  # use the Z of another image of the batch?

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        logits = self.mk(x)
        sums = logits.logsumexp(dim=1, keepdim=True).roll(1, 0)  # ln Z
        return self.mv((logits - sums).softmax(dim=2))


class OneSoftmax(ExternalAttention):
    def forward(self, x):
        return self.mv(self.mk(x).softmax(dim=2))


def mlp(dim):
    return nn.Sequential(nn.Linear(dim, 64, bias=False), nn.ReLU(),
                         nn.Linear(64, dim, bias=False))


# %% tags=["experiment"]
arms = {"MLP": mlp, "self-attention": SelfAttention, "one softmax": OneSoftmax,
        "external": Borrowing}
rates = {"self-attention": 0.01}  # the others do best at 0.02
seen = {question: hue_discs(4000, seed=1, question=question) for question in QUESTIONS}
new = {question: hue_discs(400, seed=2, question=question) for question in QUESTIONS}
trained = {}
show(show_images(torch.cat([seen[question].pictures[:2] for question in QUESTIONS]).clamp(0, 1),
                 titles=[question for question in QUESTIONS for _ in range(2)]),
     "Two small grey pictures with six coloured discs for each question: book, legend with two "
     "swatches at the left edge, odd one out.")


def network(module):
    return nn.Sequential(nn.Conv2d(3, CHANNELS, 3, 2, 1), nn.BatchNorm2d(CHANNELS),
                         OnTokens(module), nn.Conv2d(CHANNELS, 2, 1))


def run(arm, seed):
    right, borrowed = {}, {}
    for question in QUESTIONS:
        torch.manual_seed(seed)
        model = train(network(arms[arm](CHANNELS)), seen[question].pictures,
                      seen[question].answers, loss=F.cross_entropy, epochs=1, batch_size=16,
                      peak_rate=rates.get(arm, 0.02), seed=seed)
        trained[arm, question, seed] = model.state_dict()
        for scores, flag in ((right, False), (borrowed, True)):
            model[2].module.borrowed = flag
            with torch.no_grad():
                found = right_of_each(model(new[question].pictures), new[question].answers)
            scores[f"{question}, borrowed" if flag else question] = found
        model[2].module.borrowed = False
    return right | borrowed


# %% tags=["experiment"]
predicted = {"book": None, "legend": None, "odd one out": None, "book, borrowed": None,
             "legend, borrowed": None, "odd one out, borrowed": None}

# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=SEEDS, run=run)

# %% tags=["experiment"]
measured = {name: results.mean("external", name) for name in predicted}
predict_then_run(predicted, measured, unit="% right, external attention")

# %% tags=["experiment"]
sizes = {arm: sum(p.numel() for p in network(module(CHANNELS)).parameters())
         for arm, module in arms.items()}
for question in QUESTIONS:
    show(score_bars(results, f"{question}: right on new pictures (%)", measure=question,
                    highlight="external", baselines={"a guess": 50}, parameters=sizes),
         f"Bars for the question {question}: "
         + "; ".join(f"{arm} {results.mean(arm, question):.0f} %" for arm in arms))
for question in QUESTIONS:
    print(f"{question}, own → borrowed:",
          ", ".join(f"{arm} {results.mean(arm, question):.0f} → "
                    f"{results.mean(arm, question + ', borrowed'):.0f} %"
                    for arm in ("self-attention", "external")))
for question, arm, control in (("book", "MLP", "external"), ("book", "external", "one softmax"),
                               ("legend", "external", "one softmax"),
                               ("legend", "self-attention", "external"),
                               ("odd one out", "external", "self-attention")):
    ahead = results.lead(arm, control, question)
    gap = results.mean(arm, question) - results.mean(control, question)
    # more than luck (two standard errors), and enough to matter (5 points)
    clearly = "clearly ahead of" if ahead > 2 and gap > 5 else "not clearly ahead of"
    print(f"{question}: '{arm}' is {clearly} '{control}' ({gap:+.1f} points)")

# %% [markdown]
# **Read it.** On the *book*, the answer depends on one token's hue alone.
# The MLP, with matrices of the same size, is as good as external attention.
# Self-attention can answer only through its A: a borrowed A leaves it near a guess.
#
# On the *legend*, MLP and one softmax guess, as they must: they treat each token by itself.
# External attention compares tokens only with its memory, so one expects it to guess too.
# It does not (nor did lesson 05a's "mean of all").
# With the borrowed sums it falls back to a guess, so the answer came through the 64 numbers Z.
#
# How can that work?
# The swatches are tokens as well.
# The 3 x 3 convolution in front sees both halves of a swatch where they meet, so one token can say "orange beside white".
# Suppose that a slot has a large logit for this token.
# If this swatch is in the image, that slot's Z is large and divides *every* token's share.
# **The slots are the same for all images; how much they count is not.**
#
# The *odd one out* is a matter of counting.
# Suppose that a slot likes green.
# If one disc is green, Z is small, and that disc has a large share of the slot.
# If five are green, Z is about five times as large, and the share of each is small.

# %% [markdown]
# **Is it only a matter of time?** We trained all arms for five times as many steps (% right, three runs each):
#
# | 1,250 steps | book | legend | odd one out |
# |---|---|---|---|
# | MLP | 100, 100, 100 | 53, 52, 51 | 50, 50, 50 |
# | one softmax | 100, 98, 100 | 53, 51, 51 | 50, 50, 50 |
# | self-attention | 83, 94, 99 | 100, 100, 100 | 75, 80, **100** |
# | external | 100, 100, 100 | 100, 100, 100 | 100, 100, 100 |
#
# MLP and one softmax still guess on legend and odd one out, as does external attention with borrowed sums (legend: 48 to 51 %).
# But self-attention *can* count: one long run reached 100 %.
# So on the last question, external attention is the faster learner.
# (With half the rate the findings are the same; all runs: `solutions/external/experiment.md`.)

# %% [markdown]
# ## 9. A look inside
#
# Take the networks trained on the book, and change their logits *after* training, as in section 5.
# A number per slot, the same for all tokens, is a bias of `mk`: here random numbers with standard deviation 4.
#
# **Predict, then run.** The cell prints where we start.
# How many points are lost with four times the logits, and how many with the bias?

# %% tags=["experiment"]
def on_the_book(arm, seed):
    """The network of an arm as it was trained on the book."""
    model = network(arms[arm](CHANNELS)).eval()
    model.load_state_dict(trained[arm, "book", seed])
    return model


def changed_score(arm, factor=1.0, shift=0.0):
    """% right on the book with other logits, mean over the trained networks."""
    found = []
    for seed in SEEDS:
        model = on_the_book(arm, seed)
        torch.manual_seed(0)
        mk = model[2].module.mk
        mk.weight.data *= factor
        mk.bias = nn.Parameter(shift * torch.randn(64))
        with torch.no_grad():
            found.append(right_of_each(model(new["book"].pictures), new["book"].answers))
    return sum(found) / len(found)


predicted = {"external, logits times 4": None, "external, a number for each slot": None}

start = changed_score("external")
print(f"external, before any change: {start:.1f} % right on the book")
measured = {"external, logits times 4": start - changed_score("external", factor=4),
            "external, a number for each slot": start - changed_score("external", shift=4)}
predict_then_run(predicted, measured, unit="points of % lost")

# %% tags=["experiment"]
figure, axis = plt.subplots(figsize=(7.2, 3.4), facecolor=PAPER, layout="constrained")
factors, after, shifted = (0.25, 0.5, 1, 2, 4), {}, {}
for arm, colour, mark in (("one softmax", MAPS, "s"), ("external", FEATURES, "o")):
    after[arm] = [changed_score(arm, factor) for factor in factors]
    axis.semilogx(factors, after[arm], f"{mark}-", color=colour, label=f"{arm}, scaled logits")
    shifted[arm] = changed_score(arm, shift=4)
    axis.plot(1, shifted[arm], mark, color=colour, markersize=12,
              markerfacecolor="none", label=f"{arm}, a number for each slot")
axis.axhline(50, color="#8C8C8C", linestyle="--")
axis.set(xlabel="logits times", ylabel="right on the book (%)", xticks=factors,
         xticklabels=[str(f) for f in factors], facecolor=PAPER)
axis.minorticks_off()
axis.legend(frameon=False, fontsize=8)
show(figure, "Score on the book against the factor of the logits, one line for each module: "
     + "; ".join(f"{arm} " + ", ".join(f"{v:.0f} %" for v in values)
                 for arm, values in after.items()) + ". Hollow marks, a number for each slot: "
     + ", ".join(f"{arm} {value:.0f} %" for arm, value in shifted.items()))

# %% tags=["experiment"]
def in_use(weights):
    """exp of the entropy of the mean weights, (N, S): how many of the S slots are in use."""
    mean = weights.mean(0)
    return torch.exp(-(mean * mean.clamp(min=1e-12).log()).sum()).item()


def slots_used(arm, seed):
    model, pictures = on_the_book(arm, seed), new["book"].pictures
    with torch.no_grad():
        logits = model[2].module.mk(model[:2](pictures).flatten(2).transpose(1, 2))
    weights = double_normalize(logits) if arm == "external" else logits.softmax(dim=2)
    return in_use(weights[new["book"].answers.flatten(1) >= 0])


for arm, scores in after.items():
    quarter, four, bias = (scores[2] - s for s in (scores[0], scores[-1], shifted[arm]))
    print(f"{arm}, points lost: times 1/4 {quarter:.0f}, times 4 {four:.0f},",
          f"a number for each slot {bias:.0f}; slots in use, of 64:",
          ", ".join(f"{slots_used(arm, seed):.0f}" for seed in SEEDS))

# %% [markdown]
# **Read it.** A number for each slot costs external attention nothing, as in section 5; "one softmax" loses a lot.
# But look at the points that scaling costs: external attention loses *more* than one softmax.
# After five times the steps it is the same: logits times 1/4 leave 71 to 79 %, against 83 to 100 % for one softmax.
# So double normalisation does not cancel scale, though this is the reason usually given.
#
# It also spreads the work: after 1,250 steps it uses 18 to 20 slots, one softmax 5 to 8.
# We think that this is the cancelling again: a slot that suits every token has a large Z, which cancels its advantage.

# %% [markdown]
# **Touch it.** Weights of one new picture: a row is a position on a disc, a column is a slot.
# Do larger factors use more slots or fewer, and what stays as it is?

# %% tags=["experiment"]
model, rows = on_the_book("external", 0), new["book"].answers[0].flatten() >= 0
with torch.no_grad():
    logits = model[2].module.mk(model[:2](new["book"].pictures[:1]).flatten(2).transpose(1, 2))
columns = double_normalize(logits)[0, rows].mean(0).argsort(descending=True)


def weights_at(factor):
    return double_normalize(factor * logits)[0, rows][:, columns]


def drawn(factor):
    figure, axis = plt.subplots(figsize=(7.2, 2.6), facecolor=PAPER, layout="constrained")
    axis.imshow(weights_at(factor), aspect="auto", cmap="Blues", vmin=0, vmax=0.5)
    axis.set(xlabel="slots, the most used at times 1 first", ylabel="positions on discs")
    return figure


def says(factor):
    weights = weights_at(factor)
    return (f"Logits times {factor:g}: {in_use(weights):.0f} of 64 slots are in use, "
            f"the largest weight is {weights.max():.2f}, "
            f"and each row sums to {weights.sum(1).mean():.2f}.")


factors = {f"{f:g}": f for f in (0.25, 0.5, 1, 2, 4, 8)}
slide({"Logits times": factors}, drawn, says, start=["1"])

# %% [markdown]
# <details><summary>What we think</summary>
#
# Fewer: in our run 43 slots at 1/4, 6 at 1, 2 at 8.
# Each row sums to 1, until a token's shares of all slots are so small that eps counts: at 8, the mean sum is 0.21.
# </details>

# %% [markdown]
# ## 10. The bug museum
#
# ### Exhibit A: one strong spot
#
# *Symptom.* One image has a few very strong features, and the loss is NaN.
# This is the normalisation of lesson 04's [collection of attention modules](https://github.com/xmu-xiaoma666/External-Attention-pytorch), rebuilt:

# %%
def exhibit(logits):
    attention = F.softmax(logits, dim=1)
    return attention / attention.sum(dim=2, keepdim=True)

# %%
for dtype in (torch.float32, torch.float16):
    logits = torch.zeros(1, 5, 4, dtype=dtype)
    logits[0, 2:] = 120  # three tokens are far above the other two, in every slot
    fine = bool(exhibit(logits).isfinite().all())
    print(f"{dtype}: is every weight a number?", "Yes." if fine else "No, not yet.")

# %% [markdown]
# Repair the function.
# The authors' way makes the cell say yes once; section 5 holds a way that makes it say yes twice.
#
# <details><summary>What is wrong, and what we think of the repairs</summary>
#
# $e^{-120}$ is 0 in float32, so the first two tokens have no share of any slot: 0 / 0.
# Your `double_normalize` divides by the sum plus 1e-9.
# Then such a token gets a row of zeros and gathers nothing: no NaN, but no mean either.
# In float16, 1e-9 itself is rounded to 0, and the NaN is back.
#
# `(logits - logits.logsumexp(dim=1, keepdim=True)).softmax(dim=2)` needs no eps: it subtracts $\ln Z$ first, so no sum is 0.
# Both tokens get equal weights for all slots here; rows always sum to 1.
# </details>

# %% [markdown]
# ### Exhibit B: is that a bug at all?
#
# A reader of the authors' code replaced both steps by *one softmax over the slots*, and found [no clear difference on easy tasks](https://github.com/MenghaoGuo/EANet/issues/11).
# The authors answered that the difference is 0.1 to 0.3 points in some of their experiments.
#
# On which kind of task would you expect no difference, and on which a large one?
#
# <details><summary>What we think</summary>
#
# None if each token can answer for itself (book), all the difference if it cannot (legend, odd one out).
# In a real network other layers let tokens meet too: convolutions, pooling, other attention.
# So a small difference there is no contradiction.
# One softmax is not a bug but a different module: an MLP with a softmax instead of a ReLU.
# </details>

# %% [markdown]
# ## 11. Exercise 5: `MultiHeadExternalAttention`
#
# The authors' second form, for networks that look like transformers.
#
# ![x is expanded to dim times expansion channels and cut into heads. All heads go through the same mk, a normalisation of their own, and the same mv. They are joined, and proj makes (B, N, dim).](figures/heads.svg)
#
# - `expand`: Linear from dim to dim · expansion;
# - num_heads · expansion heads, each head_dim = dim // num_heads wide;
#   head 0 has the first head_dim channels, head 1 the next (num_heads divides dim);
# - `mk`: Linear from head_dim to S, `mv`: Linear from S to head_dim, the same two for all heads;
# - `double_normalize` with its default eps, for each head by itself;
# - the heads side by side again, and `proj`: Linear from dim · expansion to dim.
#
# Here all four layers have biases.
#
# Worked example, `MultiHeadExternalAttention(6, num_heads=3, expansion=2, memory_size=5)` on (2, 10, 6):
# expanded (2, 10, 12), heads (2, 6, 10, 2), weights (2, 6, 10, 5), joined (2, 10, 12), result (2, 10, 6).
#
# Careful: `double_normalize` is made for *three* axes, (B, N, S).
# With four, `dim=1` is a different axis.

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
        ### BEGIN SOLUTION
        self.heads, head_dim = num_heads * expansion, dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(head_dim, memory_size)
        self.mv = nn.Linear(memory_size, head_dim)
        self.proj = nn.Linear(dim * expansion, dim)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        b, n, _ = x.shape
        heads = self.expand(x).reshape(b, n, self.heads, -1).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))  # (B * heads, N, S)
        gathered = self.mv(weights).unflatten(0, (b, self.heads))
        return self.proj(gathered.transpose(1, 2).flatten(2))
        ### END SOLUTION


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
# `flatten(0, 1)` makes one axis of them, as if there were B · heads images.
# At the end `unflatten(0, (B, heads))` undoes it, then the transpose is undone, and `flatten(2)` joins the heads.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__`: two numbers, four layers.
# `forward`: heads; weights; what is gathered; a `return` with `proj`.
# </details>

# %% [markdown]
# **Is it still cheap?** Compare it with torch's `nn.MultiheadAttention(64, 8)`.
# Predict how many times as many parameters and multiply-adds your module has, for 196 tokens (a small vision transformer) and for 4096.

# %%
predicted = {"parameters": None, "multiply-adds, 196 tokens": None,
             "multiply-adds, 4096 tokens": None}

ours, torchs = MultiHeadExternalAttention(64), nn.MultiheadAttention(64, 8, batch_first=True)
measured = {}
for n in (196, 4096):
    x = torch.randn(1, n, 64)
    one, other = cost(ours, x, latency=False), cost(torchs, x, x, x, latency=False)
    measured["parameters"] = one.parameters / other.parameters
    measured[f"multiply-adds, {n} tokens"] = one.multiply_adds / other.multiply_adds
predict_then_run(predicted, measured, unit="times those of self-attention")

# %% [markdown]
# <details><summary>Where the parameters are</summary>
#
# Most parameters are in `expand` and `proj`, four times as wide as usual; the shared memory has 1096, but each token meets it 32 times.
# So "linear in N" is not "cheap": for 196 tokens it costs more than self-attention, as a [reader](https://github.com/MenghaoGuo/EANet/issues/30) of the code noticed.
# </details>
#
# ### One head or four?
#
# A reader of the code [asked](https://github.com/MenghaoGuo/EANet/issues/18) whether a memory shared by all heads is too weak.
# So take a small one, 16 slots, on the odd one out.
# One head of 32 channels or four heads of 8: all layers but the memory are the same, and the four heads even have *fewer* parameters.
# Which is better, and why?
# Predict two percentages, then run.

# %% tags=["experiment"]
def counts(module, seed):
    """% right on the odd one out, after training with this module."""
    pictures, answers, *_ = seen["odd one out"]
    model = train(network(module), pictures, answers, loss=F.cross_entropy, epochs=1,
                  batch_size=16, peak_rate=0.02, seed=seed)
    with torch.no_grad():
        return right_of_each(model(new["odd one out"].pictures), new["odd one out"].answers)


def heads_run(arm, seed):
    heads = int(arm.split()[0])
    return counts(MultiHeadExternalAttention(CHANNELS, heads, 1, memory_size=16), seed)


# %% tags=["experiment"]
predicted = {"1 head": None, "4 heads": None}

# %% tags=["experiment"]
remind(predicted)
of_heads = compare(("1 head", "4 heads"), seeds=range(3), run=heads_run)

# %% tags=["experiment"]
for arm, other in (("1 head", "4 heads"), ("4 heads", "1 head")):
    clearly = "clearly" if of_heads.lead(arm, other) > 2 else "not clearly"
    print(f"'{arm}' is {clearly} ahead of '{other}'")
show(score_bars(of_heads, "odd one out, 16 slots: right on new pictures (%)",
                baselines={"a guess": 50}),
     "Bars: " + "; ".join(f"{arm} {of_heads.mean(arm):.0f} %" for arm in of_heads.arms))
measured = {arm: of_heads.mean(arm) for arm in of_heads.arms}
predict_then_run(predicted, measured, unit="% right on the odd one out")

# %% [markdown]
# <details><summary>Why, and is it only a matter of time?</summary>
#
# Each head has its own sums Z: one head has 16 of them per image, four heads have 64.
# The heads share keys and values, but each *counts* for itself.
# After five times the steps, all runs with two or four heads have 100 %.
# Of two runs with one head, one has 100 % too, the other 71 %.
# </details>

# %% [markdown]
# ## 12. Paper against code
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | denominator | the sum | the sum + 1e-9 | the sum + eps |
# | $M_v$ before training | not said | [$M_k$ transposed](https://github.com/MenghaoGuo/EANet/issues/12) | its own random numbers |
# | biases of the memory | none | none; with many heads, both | as the code |
#
# With the authors' weights your three modules give the same outputs and gradients as their code (our tests compare them to 1e-10).

# %% [markdown]
# ## 13. A challenge, and questions to think about
#
# **A challenge (not graded).** How small can the memory be, in 250 steps of 16 pictures?
# With four heads and 4 slots, 16 sums Z in all, we have 93, 98 and 94 % on the odd one out.
# Eight heads with 2 slots only guess after 250 steps (after 1,250 they have 96 %).
# Can every run stay above 90 % with fewer than 16 sums?
# With 12 our best has 91, 88 and 91 %.
# It needs the imports, your exercises, section 8's first two cells and section 11's `counts`, but not the training.

# %% tags=["experiment"]
mine = None  # your turn, such as lambda: MultiHeadExternalAttention(CHANNELS, 4, 1, 3)

worst = sums = None
if mine:
    small = mine()
    sums = small.expand.out_features // small.mk.in_features * small.mk.out_features
    runs = compare(["yours"], range(3), lambda arm, seed: counts(mine(), seed))
    worst = min(runs.scores("yours"))
challenge("odd one out, right answers in the worst of three runs", worst, 90, "%",
          at_most={"sums Z": (sums, 15)})

# %% [markdown]
# 1. Shuffle the tokens of an image.
#    What happens to Z, and to the output?
# 2. In the multi-head form `mk` has a bias.
#    What is its gradient?
# 3. On the book, the MLP needs no normalisation at all.
#    In what sense is it a memory, too?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. Z stays the same, because a sum has no order; the output is shuffled in the same way.
# 2. Zero, apart from rounding and eps: it adds a number per slot, which cancels (section 5).
#    It could be left out, and the authors' single-head form does so.
# 3. Rows of its first matrix are patterns, columns of its second are what it says when it sees them.
#    Geva and others (2021) read the MLPs of transformers in this way, as keys and values.
#    What it lacks is the sum over the tokens.
# </details>

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, which takes up the blocks of every lesson. It has two places for them:
# my_net("SE", ExternalAttentionBlock) has an earlier one first.
my_net(ExternalAttentionBlock)

# %% [markdown]
# ## 14. References
#
# - M. Guo, Z. Liu, T. Mu, S. Hu: *Beyond Self-attention: External Attention using Two Linear Layers for Visual Tasks*.
#   2021, [arXiv:2105.02358](https://arxiv.org/abs/2105.02358).
#   Authors' code: [MenghaoGuo/EANet](https://github.com/MenghaoGuo/EANet).
# - M. Geva, R. Schuster, J. Berant, O. Levy: *Transformer Feed-Forward Layers Are Key-Value Memories*.
#   EMNLP 2021, [arXiv:2012.14913](https://arxiv.org/abs/2012.14913).
#
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
