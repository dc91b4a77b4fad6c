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
# Each hue stands for *white* or *black*, and the patches at the left say which.
# A module compares each ringed disc with 64 learned vectors, the same in both pictures, and with nothing else.
# Can its answers for the two discs differ?
#
# **Why anyone cares.** Attention between all positions is too expensive on large maps if its matrix is stored.
# A map of 512 x 512 has 262,144 positions.
# Self-attention needs an entry for each pair of them: 69 billion entries, or 256 GiB in float32.
# [External attention](https://arxiv.org/abs/2105.02358) compares each position with 64 learned vectors instead, which takes 64 MiB.
# One of [Keras's examples](https://keras.io/examples/vision/eanet/) builds it.
#
# **Needs** lesson 05a (queries, keys, values) and lesson 00 (softmax) · 2 h 30 min · 10 points · difficulty 3 of 5
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
# | [one question](#1.-One-question,-three-sources), [the idea](#2.-The-idea) | 12 |
# | [exercise 1, `double_normalize`](#3.-Exercise-1:-double_normalize) (2 points) | 11 |
# | [exercise 2, `ExternalAttention`](#4.-Exercise-2:-ExternalAttention) (2 points), [what cancels?](#5.-What-cancels?) | 22 |
# | [exercise 3, `attention_cost`](#6.-Exercise-3:-attention_cost) (1 point), and the clock | 11 |
# | [exercise 4, `ExternalAttentionBlock`](#7.-Exercise-4:-ExternalAttentionBlock) (2 points) | 13 |
# | [the experiment](#8.-The-experiment:-book,-legend,-odd-one-out) | 29 |
# | [the bug museum](#9.-The-bug-museum) | 8 |
# | [exercise 5, `MultiHeadExternalAttention`](#10.-Exercise-5:-MultiHeadExternalAttention) (3 points) | 26 |
# | [paper against code](#11.-Paper-against-code,-and-a-challenge), [what we now know](#12.-What-we-now-know), [questions](#13.-Questions,-and-where-to-read-on), without the challenge | 18 |
#
# </details>

# %%
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from attention_lab import check, course_map, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.training import compare, train
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import predict_then_run
from attention_lab.pictures.external import (show_examples, show_own_and_borrowed,
                                             slide_green_discs)
from attention_lab.pictures.prediction import INVITATION, remind
from attention_lab.pictures.gaps import print_verdicts
from attention_lab.tasks.hue_discs import (QUESTIONS, SelfAttention, disc_network, hue_discs,
                                           mlp, right_on_discs)

# %% tags=["nbval-ignore-output"]
review()

# %% [markdown]
# ## 1. One question, three sources
#
# Each coloured disc has an answer, *white* or *black*; its own colour is called its **hue**.
# The answer has to come from one of three sources:
#
# ![Three pictures with six coloured discs. Book: six hues, each with one answer in all pictures. Legend: two hues, paired with white and black by two swatches (patches) at the left. Odd one out: five discs of one hue, one of a different hue.](figures/questions.svg)
#
# - **book**: the answer was learned from *other* images;
# - **legend**: it comes from *one other spot* in this image, a small patch of two colours that we call a *swatch*;
# - **odd one out**: it comes from *counting* the hues in the whole image.
#
# We will put three modules, one at a time, in the middle of the same small network:
#
# - an **MLP** (two linear layers with a ReLU between them), which works on each position by itself;
# - **self-attention**, in which each position looks at all others;
# - **external attention**, which compares each position with 64 learned vectors, the same for all images, and never with another position.
#
# The drawing at the top of this page asks about the most puzzling case: can external attention answer the *legend* question?
#
# **Guess now:** how often does each module give the right answer to the *legend* question?
# Replace each None with a percentage, from 50 (no better than a coin) to 100.
# In section 8 you will train all three on all three questions.

# %%
guessed = {"MLP": None, "self-attention": None, "external attention": None}
print(INVITATION if None in guessed.values() else "Noted, until section 8.")

# %% [markdown]
# ## 2. The idea
#
# In self-attention, keys and values come from the image.
# Guo and others (2021) replace the keys and values with two learned matrices (section 3.1 of the paper).
# They call these matrices an **external memory**, because they lie outside the image.
# The memory has S pairs of a key and a value, and each pair is called a **slot**.
# A position is called a **token**, as in transformers.
#
# ![x (B, N, C) times the keys mk gives logits (B, N, S); a normalisation of each column, then of each row, makes weights A (B, N, S); A times the values mv gives what is gathered, (B, N, C). mk and mv are learned and the same for all images.](figures/memory.svg)
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

# %% [markdown]
# ## 3. Exercise 1: `double_normalize`
#
# Before you write the two normalising steps, look at what the usual softmax over the slots does.
# We take three tokens a, b and c, and two slots.
# We say that a token *likes* a slot if its logit for that slot is large.
# Now token a comes to like slot 2 more, and the exponential of this logit rises from 4 to 40.
# What happens to the weights of b?

# %%
fond = torch.tensor([[1.0, 4.0], [2.0, 2.0], [1.0, 2.0]])  # exp(logits), rows are a, b, c
crowded = torch.tensor([[1.0, 40.0], [2.0, 2.0], [1.0, 2.0]])  # a likes slot 2 much more
for name, example in (("before", fond), ("after", crowded)):
    weights = example.log().softmax(dim=1)  # along each row: one softmax over the slots
    print(f"{name}: columns of exp(logits) sum to {example.sum(dim=0).tolist()},",
          f"b's weights are {weights[1].tolist()} and sum to {weights[1].sum():g}")

# %% [markdown]
# Nothing happens to the weights of b, because with one softmax over the slots no token notices any other token.
# Of the numbers that the cell prints, only the sum of slot 2's column has changed.
# The paper's normalisation (section 3.2) uses these column sums.
#
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
# The columns sum to 4 and 8, so the shares of b are 2/4 and 2/8.
# They sum to 3/4, so the weights of b are (2/3, 1/3).
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
# ## 4. Exercise 2: `ExternalAttention`
#
# Before you write the whole module, look once more at the small example, now with your function.
# Let slot 1 have the value 10, and let slot 2 have the value 20.
# A token *gathers* the weighted mean of the slots' values.
# What does b gather before token a's logit for slot 2 rises, and what does it gather afterwards?

# %%
for name, example in (("before", fond), ("after", crowded)):
    of_b = double_normalize(example.log()[None])[0, 1]
    print(f"{name}: weights {of_b.numpy().round(2)}, gathers {10 * of_b[0] + 20 * of_b[1]:.1f}")

# %% [markdown]
# This time b leaves slot 2 to a, so what b gathers moves towards 10.
# With the usual softmax, b would gather 15 both times.
#
# Now build the module, in three steps: `mk`, your `double_normalize` with its default eps, and `mv`.
#
# `mk` is an `nn.Linear` from dim to S, and `mv` is one from S to dim, both *without* bias.
# A linear layer is a matrix product: row s of `mk.weight` is the key of slot s, and column s of `mv.weight` is its value.
# The logits are not scaled, and there is no query layer and no shortcut.
#
# Here is a worked example with dim 1, three tokens x = (0, ln 2, ln 4), and two slots with the keys 1 and -1.
# The exponentials of the three tokens' logits are (1, 1), (2, 1/2) and (4, 1/4), so the columns sum to 7 and 7/4.
# The shares of the middle token are 2/7 and 2/7, so its weights are (1/2, 1/2).
# If the values of the slots are 10 and 20, this token gathers 15.
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
# ## 5. What cancels?
#
# Why are there two steps, and not the usual softmax along each row?
# The paper's reason (section 3.2) is that logits depend on the *scale* of the features.
# Normalising columns and rows separately should remove this dependence.
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
# So stronger features still change the weights, although the paper introduces this normalisation to avoid that.
# In fact the formula removes something else: a preference that *all* tokens have for the same slot.
#
# Put the two steps into one formula, with l for the logits.
# Token i's share of slot j is
#
# $$\frac{e^{l_{ij}}}{Z_j} = e^{l_{ij} - \ln Z_j} \quad\text{with}\quad Z_j = \sum_{k} e^{l_{kj}}.$$
#
# The second step divides a row of such exponentials by their sum, which is what a softmax does.
# So a row of weights is one plain softmax over the slots, applied to $l_{ij} - \ln Z_j$.
# **$Z_j$ says how much all tokens of this image like slot j**, and nothing else in the formula depends on other tokens.
# With 64 slots, there are 64 such numbers per image.
# Check in code that the weights are this one softmax (`logsumexp` computes $\ln Z$ without overflow):

# %%
one_softmax = (logits - logits.logsumexp(dim=1, keepdim=True)).softmax(dim=2)
print("the same weights:", torch.allclose(one_softmax, double_normalize(logits)))

# %% [markdown]
# ## 6. Exercise 3: `attention_cost`
#
# Self-attention and external attention each need two matrix products.
# How many multiply-adds do these take?
# Multiplying (a, b) by (b, c) takes a · b · c of them: there are a · c results, and each is a sum of b products.
#
# | | first product | second product |
# |---|---|---|
# | self-attention | (n, dim) times (dim, n): logits | (n, n) times (n, dim): weights times values |
# | external attention | (n, dim) times (dim, S) | (n, S) times (S, dim) |
#
# Before you write the general form, let torch count a small product, (2, 3) times (3, 4).
# It has 2 · 4 results, and each one is a sum of 3 products:

# %%
with FlopCounterMode(display=False) as counter:
    torch.ones(2, 3) @ torch.ones(3, 4)
print(f"by hand {2 * 4 * 3} multiply-adds, torch's counter says {counter.get_total_flops()}")

# %% [markdown]
# Torch's counter says twice as much, because it counts a multiplication and an addition as two operations (FLOPs).
# Papers and tools differ in this, so find out which count you have before you compare two numbers.
# In this course, a multiply-add counts as one.
#
# Return both totals as a tuple of two ints, self-attention first.
# Softmax and division do not count, nor do self-attention's query, key and value layers.
#
# Worked example: n = 10, dim = 4, S = 3.
# Self-attention takes 10 · 4 · 10 for the logits, and 10 · 10 · 4 to gather, which is 800 in total.
# External attention takes 10 · 4 · 3 twice, which is 240 in total.
# With n = S = 10, both kinds of attention would take 800.

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
# According to your `attention_cost(4096, 64, 64)`, self-attention needs 64 times as many multiply-adds as external attention.
# We compare three ways of computing attention on one image with 64 channels and 64 x 64 = 4096 tokens, forward pass only.
# *Naive* self-attention stores its N x N matrix.
# *Fused* self-attention is torch's own function, which computes the same result without storing that matrix (lesson 05b).
#
# **Predict, then run:** how many times longer does fused self-attention take than external attention?
# And how many times more memory do naive and fused self-attention need than external attention?

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
# The measured factor for time is of the same order of magnitude as 64, but it depends on your machine.
# Only the naive form needs memory that grows with N · N.
# Fused self-attention needs even less memory than external attention, which stores its logits and weights.
# So compared with the fused form, external attention saves *time*, not memory.

# %% [markdown]
# ## 7. Exercise 4: `ExternalAttentionBlock`
#
# EANet, the authors' segmentation network, is built around a block that reads a map and returns a map.
# Its attention wants tokens, so the block turns the map into tokens, as you did in lesson 05a.
# Here is a map whose first channel holds the numbers 0 to 5, and whose second channel holds 6 to 11.
# Which token comes first?

# %%
print(torch.arange(12).reshape(1, 2, 2, 3).flatten(2).transpose(1, 2)[0].tolist())

# %% [markdown]
# The first token is (0, 6): it holds both channels of the position at the upper left.
#
# The block reads a map (B, C, H, W) and returns a map of the same shape:
#
# ![x goes through conv1, becomes tokens, goes through attention, becomes a map, goes through conv2 and bn; x is added; ReLU.](figures/block.svg)
#
# - `conv1`: 1 x 1, C to C, with bias;
# - `attention`: `ExternalAttention(channels, memory_size)`, which wants tokens (B, N, C), N = H · W;
# - `conv2`: 1 x 1, C to C, *without* bias, and `bn`, a `BatchNorm2d`;
# - x is added, and a ReLU comes last.
#
# Worked example: a map (2, 8, 3, 5) becomes tokens (2, 15, 8), and goes back to (2, 8, 3, 5).
# If conv2's weights are all 0 and `bn` is untrained, then the output is x with its negative numbers set to 0: 2 stays 2, and -3 becomes 0.
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
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=2
check(ExternalAttentionBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Lesson 05a made tokens with `.flatten(2).transpose(1, 2)`.
# On the way back, which of these two steps must be undone first?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` sets four attributes.
# `forward` has a line that makes tokens, a line that calls the attention and makes a map, and a `return` with everything else.
# </details>
# %% [markdown]
# ## 8. The experiment: book, legend, odd one out
#
# The network has a 3 x 3 convolution with stride 2, a BatchNorm, one module with a shortcut around it, and a 1 x 1 convolution.
# It gives scores for black and white at each of 12 x 12 positions.
# Positions without a disc have no answer, so they count neither in the loss nor in the percentage of right answers.
# Outside the module there is *no* ReLU, so only the module can do more than a linear layer.
# The score is the mean of two percentages of right answers.
# One is for the discs whose answer is white, and the other for the discs whose answer is black.
# On the *odd one out*, the right answer is white for the odd disc and black for the other five.
# So "always black" is right for five of six discs, but it scores only 50 %.
#
# | arm | the module |
# |---|---|
# | *MLP* | two layers of the size of `mk` and `mv`, with a ReLU between them |
# | *self-attention* | query, key, value and output layers, with as many parameters as the others |
# | *plain softmax* | `mk` and `mv`, with one softmax over the slots between them, as in section 3 |
# | *external attention* | your `ExternalAttention`, with 64 slots |

# %% [markdown]
# **How can we find out where an answer comes from?**
# After training, we let each test image *borrow* some numbers from the image before it in the batch, and change nothing else.
# From that image, self-attention borrows the whole matrix of weights, and external attention borrows the 64 sums Z.
# If an answer survives the swap, it did not come through these numbers.
# If the score falls to chance, the answer depended on them.

# %% tags=["experiment"]
class Borrowing(ExternalAttention):
    borrowed = False  # use the sums Z of the image before it in the batch?

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        logits = self.mk(x)
        sums = logits.logsumexp(dim=1, keepdim=True)  # ln Z, (B, 1, S), as in section 5
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
# Here are two pictures for each question.
# Which of the questions can you answer from the picture alone?

# %% tags=["experiment"]
show_examples(train_sets)

# %% [markdown]
# Each training run takes 250 steps of 16 pictures, with Adam.
# The peak learning rate is 0.02, but it is 0.01 for self-attention.
# At 0.02, self-attention does worse: in five runs it scores 50, 68, 50, 62 and 67 % on the odd one out.

# %% tags=["experiment"]
def learn(module, question, seed, peak_rate=0.02):
    # the network with this module in its middle, trained on one question
    pictures, answers, *_ = train_sets[question]
    return train(disc_network(module), pictures, answers, loss=F.cross_entropy, epochs=1,
                 batch_size=16, peak_rate=peak_rate, seed=seed)


def run(arm, seed):
    own, borrowed = {}, {}
    for question in QUESTIONS:
        torch.manual_seed(seed)
        network = learn(arms[arm](CHANNELS), question, seed, RATES.get(arm, 0.02))
        own[question] = right_on_discs(network, test_sets[question])
        network[2].module.borrowed = True
        borrowed[f"{question}, borrowed"] = right_on_discs(network, test_sets[question])
    return own | borrowed


# %% [markdown]
# **Predict first:** external attention's score on each question, first with its own sums, then with borrowed ones.
# By now you know this module: do you still expect the same for the legend as in section 1?
# The cell after the next one trains 36 networks, which takes about a minute.

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
# And here is what you guessed in section 1:

# %% tags=["experiment"]
predict_then_run(guessed, {arm: results.mean(arm, "legend") for arm in guessed},
                 unit="% right, legend")

# %% [markdown]
# The figure shows all arms on all three questions.
# On some bars there are diamonds, one for each run with borrowed numbers.
# Compare the diamonds with their bar:

# %% tags=["experiment"]
show_own_and_borrowed(results, QUESTIONS, borrowers=("self-attention", "external attention"),
                      highlight="external attention")
print_verdicts(results, ("MLP", "external attention", "book"),
               ("external attention", "plain softmax", "legend"),
               ("self-attention", "external attention", "legend"),
               ("external attention", "self-attention", "odd one out"))

# %% [markdown]
# **Every image uses the same slots, but each image weighs the slots differently.**
#
# - On the *book* question, the answer depends on one token's hue alone.
#   An MLP with matrices of the same size does as well as external attention.
#   With borrowed sums, the score of external attention hardly falls.
#   In self-attention, all that the module adds to a token goes through the matrix of weights, even the token's own hue.
#   With another image's matrix, the score drops to chance.
# - On the *legend*, the MLP and the plain softmax score at chance, as they must, because they treat each token on its own.
#   External attention compares tokens only with its memory, so you would expect it to be at chance as well.
#   It is not.
#   With borrowed sums its score drops to chance, so the answer must have come through the 64 numbers Z.
# - On the *odd one out*, the same happens: external attention finds the answer with its own sums, and is at chance with borrowed sums.

# %% [markdown]
# **How can external attention answer the *legend* question?**
# The positions of the swatches are tokens, too.
# The 3 x 3 convolution sees both halves of a swatch where they meet, so one token can say "orange beside white".
# Suppose that a slot has a large logit for this token.
# If this swatch is in the image, then that slot's Z is large.
# Every token's exponential for a slot is divided by the slot's Z, so *all* tokens notice.
# So each disc finds out which swatches there are, without being compared with any of them.

# %% [markdown]
# **Touch it: how can counting work?**
# We take two slots, and make the logits by hand.
# For the first slot, green discs have logit 3 and all others 0; for the second slot, every disc has logit 0.
# Move the slider to change how many of the six discs are green.
# What does the first disc, which is always green, learn about the others?

# %% tags=["experiment"]
def weights_of_six(green):
    """Each disc's weight for the slot that likes green, normalised in two ways."""
    # (B, discs, slots)
    logits = torch.tensor([[[3.0, 0.0]] * green + [[0.0, 0.0]] * (6 - green)])
    return {"plain softmax": logits.softmax(dim=2)[0, :, 0],
            "double normalisation": double_normalize(logits)[0, :, 0]}


slide_green_discs(weights_of_six)

# %% [markdown]
# A single green disc stands out, because it has most of the slot to itself.
# Five green discs must share the slot, so Z is about four times as large, and none of them stands out.
# With a plain softmax, the first disc cannot tell these cases apart.
#
# **Would the failing arms succeed with more time?**
# We trained all arms for five times as many steps, five runs each.
# The MLP and the plain softmax are still at chance on the legend and the odd one out (49 to 53 %).
# External attention scores 100 % on all three questions in all five runs.
# With borrowed sums, it scores 48 to 51 % on the legend.
# Self-attention scores 100 % on the legend, and 75, 80, 100, 100 and 100 % on the odd one out.
# So self-attention *can* find the odd one out: three of these five runs learned it.
# We repeated these long runs at half the learning rate, with two runs each for external attention and self-attention.
# External attention again scores 100 % on all three questions, and neither run of self-attention solves the odd one out.
# All runs are in `solutions/external/experiment.md` in the course's repository.

# %% [markdown]
# ## 9. The bug museum
#
# **One strong spot.**
# *Symptom.* One image has a few very strong features, and the loss is NaN.
# A widely used [collection of attention modules](https://github.com/xmu-xiaoma666/External-Attention-pytorch) normalises like this (rebuilt here):

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
# Section 5 contains a formula that makes it print two.
#
# <details><summary>What is wrong, and what we think of the repairs</summary>
#
# $e^{-120}$ is 0 in float32, so the first two tokens have no share of any slot, and the division is 0 / 0.
# Your `double_normalize` divides by the sum plus 1e-9.
# Such a token then gets a row of zeros and gathers nothing.
# The result is not NaN, but it is not a weighted mean of the values either.
# In float16, 1e-9 itself is rounded to 0, and the NaN is back.
#
# `(logits - logits.logsumexp(dim=1, keepdim=True)).softmax(dim=2)` needs no eps.
# It subtracts $\ln Z$ from the logits, so no share is ever rounded to 0.
# The softmax first subtracts each row's largest number, so its largest exponential is 1, and it never divides by less than 1.
# Here each of the two tokens gets the same weight for all slots, and rows always sum to 1.
# </details>

# %% [markdown]
# ## 10. Exercise 5: `MultiHeadExternalAttention`
#
# The authors also describe a multi-head version, for transformer-style networks (section 3.3 of the paper).
# The multi-head version hides a trap: logits with heads have *four* axes, (B, heads, N, S), and `double_normalize` is made for three.
# Run the wrong version first.
# Each slot's shares should sum to 1 over the tokens of a head; do they?

# %%
torch.manual_seed(0)
shares = torch.randn(2, 6, 10, 5).softmax(dim=1)  # (B, heads, N, S)
print(f"over the tokens of one head: {shares[0, 0, :, 0].sum():.2f};",
      f"over the heads of one token: {shares[0, :, 0, 0].sum():.2f}")

# %% [markdown]
# This softmax went over the heads, so the heads competed with each other for shares.
# In your module, tokens compete with tokens, and heads do not compete at all:
#
# ![x is expanded to dim · expansion channels, where expansion is a number such as 4, and cut into heads. All heads go through the same mk, a normalisation of their own, and the same mv. They are joined, and proj makes (B, N, dim).](figures/heads.svg)
#
# - `expand`: Linear from dim to dim · expansion;
# - there are num_heads · expansion heads in all, each of head_dim = dim // num_heads channels (dim is a multiple of num_heads).
#   Head 0 has the first head_dim channels, and head 1 has the next ones;
# - `mk`: Linear from head_dim to S, `mv`: Linear from S to head_dim, the same two for all heads;
# - `double_normalize` with its default eps, for each head by itself;
# - the heads are put side by side again, in their order;
# - `proj`: Linear from dim · expansion to dim.
#
# Here all four layers have biases.
#
# Here is a worked example: `MultiHeadExternalAttention(6, num_heads=3, expansion=2, memory_size=5)` reads (2, 10, 6).
# It expands this to (2, 10, 12), and its heads are (2, 6, 10, 2).
# The weights are (2, 6, 10, 5), the joined heads are (2, 10, 12), and the result is (2, 10, 6).
#

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
# **Is it still cheap?** Compare your module with torch's `nn.MultiheadAttention(64, 8)`.
# If you divide your module's number of parameters by that of torch's module, what do you get?
# And what do you get if you divide the multiply-adds, for 196 tokens (as in a small vision transformer) and for 4096?

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
# Most parameters are in `expand` and `proj`, which are four times as wide as usual.
# The shared memory has only 1096 parameters, but each token is compared with it 32 times, once for each head.
# So a cost that grows only with N need not be small.
# For 196 tokens this module costs more than self-attention, as a [reader](https://github.com/MenghaoGuo/EANet/issues/30) of the code noticed.

# %% [markdown]
# ## 11. Paper against code, and a challenge
#
# | | the paper | the authors' code | here |
# |---|---|---|---|
# | denominator | the sum | the sum + 1e-9 | the sum + eps |
# | $M_v$ before training | not said | [$M_k$ transposed](https://github.com/MenghaoGuo/EANet/issues/12) | its own random numbers |
# | biases of the memory | none | none with a single head; with many heads, `mk` and `mv` each have one | as in the code |
#
# With the authors' weights your three modules give the same outputs and gradients as their code (our tests check this to within 1e-10).

# %% [markdown]
# **A challenge (not graded).** How few sums Z does a network need to learn the odd one out in 250 steps of 16 pictures?
# Each head has its own sum for each slot, so h heads of S slots have h · S sums.
# First we take 16 sums in all.
# Five runs with four heads of 4 slots score 87 to 98 %, and five runs with one head of 16 slots score 52 to 78 %.
# Do heads help only because each of them has its own sums?
# To find out, we let four heads *share* the sums, so that each slot has one sum Z over the tokens of all heads.
# With 16 slots, five such runs score 80 to 99 %, so the answer is no.
# (At half the learning rate, four heads are also ahead of one head, both with shared sums and with sums of their own.)
# With 4 sums, four heads that share them score 57 to 92 %, and one head scores 50 to 69 %.
# Eight heads with 2 slots are still at chance after 250 steps; after 1,250, five runs score 96, 96, 92, 50 and 62 %.
# Can every run stay above 90 % with fewer than 16 sums?
# With 12 sums, our best attempt scores 91, 88 and 91 %.
#
# Before you run the cell below, run the imports, your exercises, and the cells of section 8 that come before its prediction.
# You can skip the cells that train the networks of section 8.

# %% tags=["experiment"]
mine = None  # your turn, such as lambda: MultiHeadExternalAttention(CHANNELS, 4, 1, 3)


def attempt(arm, seed):
    return right_on_discs(learn(mine(), "odd one out", seed), test_sets["odd one out"])


worst = sums_in_all = None
if mine:
    small = mine()
    sums_in_all = small.expand.out_features // small.mk.in_features * small.mk.out_features
    worst = min(compare(["yours"], range(3), attempt).scores("yours"))
challenge("odd one out, right answers in the worst of three runs", worst, 90, "%",
          at_most={"sums Z": (sums_in_all, 15)})

# %% [markdown]
# ## 12. What we now know
#
# - **Every image uses the same slots, but each image weighs the slots differently.**
#   The sums Z over all tokens of an image decide how much each slot counts.
# - Borrowing nothing but another image's sums took the scores on the legend and on the odd one out down to chance.
#   So all that one token learns about the others comes through these S numbers per image (with several heads, S numbers per head).
# - If each token can answer on its own, as on the *book* question, the sums are not needed: an MLP of the same size did equally well.
# - Double normalisation does not make the weights independent of the scale of the logits.
#   It removes a preference of all tokens for the same slot.
# - The cost grows with N · S instead of N · N.
#   For 4096 tokens this saves time on our CPU, but no memory, compared with fused self-attention.
#
# Before you put external attention into a network, ask: *what must a token know about the others, and can sums over all tokens express it?*

# %% [markdown]
# **Today.** External attention is used in [Keras's examples](https://keras.io/examples/vision/eanet/) for small images,
# and in [MT-UNet](https://github.com/Dootmaan/MT-UNet), which segments medical images.
# Fused attention took away part of the reason for external attention, because exact self-attention no longer has to store its N x N matrix.
# The cell at the end of this page shows a recorded experiment on real pictures.
# In each picture, a handwritten digit lies on a photograph with a coloured frame.
# The network should name the digit if it has the colour of the frame, and otherwise say "not it".
# With nothing in the module's place, no position sees both the digit and the frame.
# The network then scores 50 %, as it would by always saying "not it".
# With external attention it scores 93 %, and with one more 3 x 3 convolution in its place it also scores 93 %.
# So the module carries information across the picture, but this does not show that it beats a convolution.
#
# **What stays open.** How much does double normalisation matter in a large network?
# A reader of the code replaced it with one softmax, and found [no clear difference on easy tasks](https://github.com/MenghaoGuo/EANet/issues/11).
# The authors answered that double normalisation is worth 0.1 to 0.3 points in some of their experiments.
# In a large network, convolutions and pooling mix tokens as well.
# So a small difference there does not contradict the large difference in our small network, but the question stays open.
#
# **What comes next.** In lesson 07b, keys and values come from the image again, but there are fewer of them.

# %% [markdown]
# ## 13. Questions, and where to read on
#
# 1. Shuffle the tokens of an image.
#    What happens to Z, and to the output?
# 2. In the multi-head form `mk` has a bias.
#    What is the gradient of this bias?
# 3. On the *book* question, the MLP needs no normalisation at all.
#    In what sense is it a memory, too?
# 4. A reader of the code [asked](https://github.com/MenghaoGuo/EANet/issues/18) whether a memory shared by all heads is too weak.
#    With 16 slots, which should be better at counting: one head of 32 channels, or four heads of 8?

# %% [markdown]
# <details><summary>What we think</summary>
#
# 1. Z stays the same, because a sum has no order; the output is shuffled in the same way.
# 2. The gradient is zero, apart from rounding and eps, because the bias adds a number per slot, and this cancels (section 5).
#    The bias could be left out, as it is in the authors' single-head form.
# 3. Each row of the MLP's first matrix is a pattern to look for.
#    The matching column of the second matrix is what the MLP outputs when it finds that pattern.
#    Geva and others (2021) read the MLPs of transformers in this way, as keys and values.
#    But an MLP lacks the sum over the tokens.
# 4. In our runs, the four heads are better at counting.
#    On the odd one out, five runs with four heads score 99 or 100 % after 250 steps, and five runs with one head score 52 to 78 %.
#    The four heads have fewer parameters, but 64 sums Z per image instead of 16.
#    The larger number of sums is not the whole reason: four heads with 4 slots have 16 sums as well, and they score 87 to 98 %.
#    We also made five runs with one head and five with four heads (16 slots), with five times as many steps.
#    With four heads, all five score 100 %.
#    With one head, four of the five score 100 % too, and the fifth scores 71 %, so most of the difference is a matter of time.
# </details>

# %% [markdown]
# **References**
#
# - M. Guo, Z. Liu, T. Mu, S. Hu: *Beyond Self-attention: External Attention using Two Linear Layers for Visual Tasks*.
#   2021, [arXiv:2105.02358](https://arxiv.org/abs/2105.02358).
#   Authors' code: [MenghaoGuo/EANet](https://github.com/MenghaoGuo/EANet).
# - M. Geva, R. Schuster, J. Berant, O. Levy: *Transformer Feed-Forward Layers Are Key-Value Memories*.
#   EMNLP 2021, [arXiv:2012.14913](https://arxiv.org/abs/2012.14913).

# %% tags=["experiment"]
from attention_lab.networks.my_net import my_net
from attention_lab.notebook.real_run import real_run

real_run()

# %% tags=["experiment"]
# Your own network, built from the blocks of all lessons. It has two places for blocks:
# my_net("SE", ExternalAttentionBlock) puts the block of an earlier lesson first.
my_net(ExternalAttentionBlock)

# %% tags=["nbval-ignore-output"]
course_map()

# %% [markdown]
# Here is what you have solved:

# %% tags=["nbval-ignore-output"]
progress()
