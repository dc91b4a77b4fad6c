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
# # 05a · Dual Attention Network
#
# *Every position looks at all positions, and every channel at all channels.*
#
# ![A poster with coloured patches. One patch of each colour has a mark on its right, black or white; three patches have none and are numbered: 1 is blue, 2 red, 3 yellow. Which marks belong to 1, 2 and 3?](figures/poster.svg)
#
# On this poster, patches of the same colour have the same mark, black or white.
# The patches 1, 2 and 3 have lost theirs.
# Which marks should they have?
# Decide, and then run the next cells, which load what this page needs and draw three of the posters that your network will read.
#
# **Needs** lesson 00 (attention on three words) and lesson 04 (how far a position sees) · 1 h 55 min · 8 points · difficulty 4 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build attention between the positions of an image, and show where a position looks;
# - tell from the shape of an attention matrix what it compares;
# - notice when a parameter that starts at zero makes a wrong module look right;
# - test whether a trained network uses its attention matrix at all.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Black-or-white?), [the idea](#2.-The-idea) | 10 |
# | [exercise 1, `PositionAttention`](#3.-Exercise-1:-PositionAttention) (3 points) | 22 |
# | [where does it look?](#4.-Where-does-it-look?), with a poster to touch, and what a fresh module hides | 16 |
# | [exercise 2, `ChannelAttention`](#5.-Exercise-2:-ChannelAttention) (2 points), and its sign | 21 |
# | [exercise 3, `DANetHead`](#6.-Exercise-3:-DANetHead) (2 points) | 19 |
# | [the bug museum](#7.-The-bug-museum), where you repair `ExhibitA` (1 point) | 7 |
# | [the experiment](#8.-The-experiment:-does-the-answer-come-through-A?) and [what we now know](#9.-What-we-now-know) | 20 |
#
# </details>

# %%
from attention_lab.lessons.danet import *

begin("05a_danet")

# %%
train_set = coloured_posters(4000, seed=1)
show(show_images(train_set.pictures[:3].clamp(0, 1), columns=3),
     "Three noisy posters: coloured patches on grey, six of them with a black or white mark.")

# %% [markdown]
# ## 1. Black or white?
#
# (1 is white, 2 is black and 3 is white.)
#
# How did you do it?
# You looked at a patch, searched the poster for the marked patch of the *same* colour, and read what stands next to it.
# So the answer for one position is written at *another* position, and the picture decides where that is.
# In these small, noisy posters the colours, places and marks are new each time, so there is nothing to learn by heart.
#
# A convolution has a hard time here.
# Its weights are the same for every poster, and it sees one pixel to each side: on a picture of 224 x 224 pixels it takes 223 such convolutions, without pooling, until opposite corners can exchange information.
# The module of this lesson does it in a single step.

# %% [markdown]
# ## 2. The idea
#
# Fu and others (2019) let each position look at all positions, as each word in lesson 00 looks at all words.
# A position has three vectors: its **query** is what it would like to find, its **key** is what it is found by, and its **value** is what it has to say.
# It compares its query with all keys, and **gathers** a mean of the values, in which those whose keys fit the query weigh most.
#
# Here are three positions a, b and c, and this is what b gathers:

# %%
query = torch.tensor([math.log(2), 1.0])  # what b would like to find
keys = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, math.log(2)]])  # one row each: a, b, c
values = torch.tensor([7.0, 0.0, 14.0])  # what a, b and c have to say, in one channel
weights = (keys @ query).softmax(dim=0)
print("row b of A:", weights, "  b gathers", weights @ values)

# %% [markdown]
# The products of b's query with the three keys are 0, ln 2 and ln 4.
# Such scores, before a softmax, are called **logits**.
# Their exponentials are 1, 2 and 4, so the weights are 1/7, 2/7 and 4/7, and b gathers 1 + 0 + 8 = 9.
#
# **Change it.** What will b gather if its query is (0, 0)?
# Say it first, then put `torch.tensor([0.0, 0.0])` into the cell.
# Can you find a query with which b gathers nearly 14?
#
# Now for a whole picture.
# Let x (B, C, H, W) be the module's input, and N = H · W its number of positions; queries and keys have r times fewer channels than x.
# All the rows of weights together are A, (B, N, N).
# One learned number, γ (gamma), multiplies the gathered features, and they are added to the position's own features.
# In the drawing, follow the strong colour: it shows what happens to one position, j.
#
# ![Position attention: from x three 1 x 1 convolutions give queries (B, N, C/r), keys (B, C/r, N) and values (B, C, N). Queries times keys and a softmax along each row give A (B, N, N). Row j of the queries gives row j of A. The values times A transposed are what is gathered: column j is for position j. All of it is multiplied by gamma and added to x.](figures/position_attention.svg)
#
# <details><summary>The paper's letters</summary>
#
# | in the paper (section 3.2) | in words | in code |
# |---|---|---|
# | B, C, D | the features as keys, queries and values, each as a list of N positions, row by row | `.flatten(2)` |
# | $s_{ji}$ | how position j weighs position i: softmax of query j times all keys | softmax along each row |
# | $\sum_i s_{ji} D_i$ | what j gathers | values times A transposed |
# | $E_j = \alpha \sum_i s_{ji} D_i + A_j$ | one learned number times the gathered features, plus the features | x + γ · gathered |
#
# We follow the letters of the authors' code.
# The features that the paper calls A are our x, the paper's matrix S is our A, and its number α is our γ.
# Elsewhere on this page, B is the batch and C the channels.
# </details>

# %% [markdown]
# ## 3. Exercise 1: `PositionAttention`
#
# *About 20 minutes.*
# Your module has three 1 x 1 convolutions with bias: `query` and `key` go to C // r channels, and `value` goes to C.
# It also has `gamma`, which is `nn.Parameter(torch.zeros(1))`.
#
# `attention(x)` returns A, (B, N, N), in which row j holds the weights of position j and sums to 1.
# `forward(x)` returns x + γ · gathered.
#
# Worked example: one channel, two positions, x = (0, 2).
# Let `query` multiply by 1, `key` by ln(3) / 4, and `value` by 4, without biases.
# Position 1 has the query 2 and the products 0 and ln 3, so its weights are (1/4, 3/4).
# Position 0 has the query 0, so its weights are (1/2, 1/2).
# The values are (0, 8), so position 0 gathers 4, and position 1 gathers 6.
# With γ = 0.5 the output is (0 + 2, 2 + 3) = (2, 5).
#
# DANet does not divide the products by √D, as lesson 00 does.
# If C // r is 0, raise a `ValueError` that names C and r.
# Feature maps need not be square.

# %% exercise
class PositionAttention(nn.Module):
    """x + gamma * (what each position gathers from all), (B, C, H, W) -> (B, C, H, W).

    query, key: 1 x 1 nn.Conv2d to channels // reduction; value: 1 x 1 nn.Conv2d to channels.
    gamma: nn.Parameter(torch.zeros(1)).
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, N, N): row j is how position j weighs all positions."""
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...

# %% points=3
check(PositionAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape next to each line.
# (B, N, D) @ (B, D, N) gives (B, N, N).
# What has to be transposed for this product?
# And what has to be transposed for the second product, values times A?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Let V be the values, (B, C, N).
# Then position j gathers the sum over i of V[:, i] · A[j, i].
# A matrix product V M sums V[:, i] · M[i, j] over i, so M has to be A transposed: `.transpose(1, 2)`.
# Afterwards `.view_as(x)` cuts the N positions into H rows of W again.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `attention` makes the queries and the keys, and ends with one product and one softmax.
# `forward` makes the values, gathers them, and returns `x + self.gamma * ...`.
# </details>

# %% [markdown]
# ## 4. Where does it look?
#
# Now train your module on the posters, in the middle of a small network.
# Two convolutions come before it and two after it, and the last of these gives scores for black and white.
# The first has stride 2, so a poster of 24 x 24 pixels reaches your module as 12 x 12 = 144 positions.
# (`train` uses Adam, with a learning rate that rises and falls once; here it takes 500 steps of 16 posters, about five seconds.)
#
# **Predict first.** Nobody tells the network about colours or marks; it only sees posters and answers.
# Take an unmarked patch on a poster that it has never seen.
# How much of its attention weight will lie on the marked patch of the same colour, or on the mark beside it?
# They fill one of the poster's 24 cells, so by chance the share would be 4 %.

# %%
predicted = {"on the marked patch of its colour": None}

# %% tags=["experiment"]
CHANNELS, test_set = 32, coloured_posters(500, seed=2)


def learn(middle, seed, posters=4000, epochs=2, peak_rate=5e-3):
    """The small network with this module in its middle, trained on the first `posters`."""
    return train(poster_network(middle, CHANNELS), train_set.pictures[:posters],
                 train_set.answers[:posters], loss=poster_loss, epochs=epochs, batch_size=16,
                 peak_rate=peak_rate, seed=seed)

# %% tags=["experiment"]
remind(predicted)
torch.manual_seed(0)
network = learn(PositionAttention(CHANNELS, reduction=4), seed=0)

# %% tags=["experiment"]
with torch.no_grad():
    features = network[:2](test_set.pictures)  # (500, 32, 12, 12)
    A = network[2].attention(features)  # (500, 144, 144)
share = 100 * weight_on_the_same(A, test_set)
predict_then_run(predicted, {"on the marked patch of its colour": share},
                 unit="% of an unmarked patch's weight")

# %% [markdown]
# **Touch it.** Here is one of the new posters.
# Point at a position, or click it and use the arrow keys; the position gets a ring.
# Arcs lead to what it reads: an arc is as wide as its weight in that position's row of A, and what is not read is dark.
# Start with patches without a mark.
# Then find out what the marks look at, and what plain grey looks at.

# %% tags=["experiment"]
look(A[0], test_set.pictures[0].clamp(0, 1), grid=(12, 12))

# %% [markdown]
# <details><summary>What we think</summary>
#
# A patch without a mark looks at patches of its own colour.
# In our run, more than 90 % of its weight lies on the marked one, but this run is the clearest of eight.
# Six others answer every patch correctly too, and yet only 49 to 76 % of their weight lies on the marked patch.
# Most of the rest lies on *unmarked* patches of the same colour, and why that does no harm we have not looked into.
# (The eighth network had not yet learned the task: it answers 68 % correctly.)
#
# Most marks look at themselves, and grey looks at marked patches or all over the poster.
# Only patches without a mark have to answer, so nothing asks the other rows of A to make sense.
# </details>
#
# So the network has found out, from black and white alone, which patches have the same colour.
#
# ### What a fresh module hides
#
# At the beginning gamma is 0, so the module returns x.
# You can put it into the middle of a trained network, and nothing breaks.
# But this start has a price for whoever writes the module.
# The next cell makes "gathered features" in three ways, and the third way is plain noise.
# *How many of the three give an output that differs from your module's, with gamma at 0?
# And at 0.5?*

# %%
predicted = {"gamma = 0": None, "gamma = 0.5": None}

torch.manual_seed(0)
x, module = torch.randn(2, 16, 3, 4), PositionAttention(16, reduction=4)
v, A = module.value(x).flatten(2), module.attention(x)  # (B, C, N) and (B, N, N)
gathered = [v @ A.mT, A @ v.mT, torch.randn_like(v)]
measured = {}
for gamma in (0, 0.5):
    nn.init.constant_(module.gamma, gamma)
    outputs = [x + gamma * each.reshape(x.shape) for each in gathered]
    differ = [not torch.allclose(output, module(x), atol=1e-5) for output in outputs]
    measured[f"gamma = {gamma}"] = sum(differ)
predict_then_run(predicted, measured, unit="ways that differ, of three")

# %% [markdown]
# With gamma at 0 nothing differs, not even the noise.
# At 0.5 only the first way gives your module's output; the second, `A @ v.mT`, mixes up channels and positions, which its number of elements does not tell.
# Our checks give `gamma` another value first.
# Do the same in your own tests: *set every parameter to something other than its starting value.*

# %% [markdown]
# ## 5. Exercise 2: `ChannelAttention`
#
# ### Two matrices
#
# DANet has a second module, which works side by side with the first, and asks which *channels* belong together in this image (section 3.3 of the paper).
# It has no layers: each channel, as a list of N numbers, is query, key and value at once.
#
# ![One image with 3 channels of 2 x 2 positions. As X (C, N) it is 3 x 4. X transposed times X compares columns, the positions: 4 x 4, N x N. X times X transposed compares rows, the channels: 3 x 3, C x C.](figures/two_matrices.svg)
#
# Check some entries by hand.
# Positions a and c are (2, 0, 1) and (1, 0, 1), so their entry in the 4 x 4 matrix is 2 · 1 + 1 · 1 = 3.
# Channels 0 and 2 are (2, 0, 1, 0) and (1, 0, 1, 0), so their entry in the 3 x 3 matrix is 3 again.
# Channels 0 and 1 are never active together, so their entry is 0.
#
# The two matrices are easy to mix up.
# A blog post from 2021 explains the attention between *channels* in this way: Q transposed times K gives the matrix of similarities.
# Run that sentence as code, on an image with 3 channels and 4 x 5 positions:

# %%
q = k = torch.randn(1, 3, 4, 5).flatten(2)  # (B, C, N)
print("the energies have shape", tuple((q.transpose(1, 2) @ k).shape))

# %% [markdown]
# A matrix that mixes 3 channels must be 3 x 3, so the post's matrix is that of the attention between *positions*.
# The shape of an attention matrix tells you what it compares, and also what it costs: if height and width double, an N x N matrix becomes 16 times larger, and a C x C matrix keeps its size.

# %% [markdown]
# ### The exercise
#
# *About 12 minutes.*
# The only parameter is `gamma`, which starts at 0 as before.
# Let X be x with H and W flattened into one axis, (B, C, N).
# These are the steps:
#
# - E = X Xᵀ, (B, C, C), the **energies**, without any scale;
# - `attention(x)` returns A, the softmax of E along its last axis;
# - `forward(x)` returns x + γ · (A X), in x's shape.
#
# `ChannelAttention(negate=True)` does what the authors' code does: it uses max(E) - E instead of E.
# Here max(E) is the maximum of each row.
#
# Worked example: two channels, X = (1, 0) and (1, 1).
# The rows of E are (1, 1) and (1, 2).
# Row 0 has two equal energies, so its weights are (1/2, 1/2), and it gathers (1, 1/2).
# Row 1 has the weights (0.27, 0.73), and it gathers (1, 0.73).
# With `negate=True`, row 1 becomes (2 - 1, 2 - 2) = (1, 0).
# Its weights are then (0.73, 0.27), and it gathers (1, 0.27).

# %% exercise
class ChannelAttention(nn.Module):
    """x + gamma * (what each channel gathers from all), (B, C, H, W) -> (B, C, H, W).

    gamma: nn.Parameter(torch.zeros(1)). negate: weigh by max(E) - E instead of E.
    """

    def __init__(self, negate: bool = False) -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, C): row i is how channel i weighs all channels."""
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...

# %% points=2
check(ChannelAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# (B, C, N) @ (B, N, C) gives (B, C, C).
# That is the product for the energies.
# The channels gather A X.
# Now the channels are the *rows* of X, so A comes first and is not transposed.
# In exercise 1 the positions were the *columns* of the values, so A came second and was transposed.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `energy.amax(dim=-1, keepdim=True)` has shape (B, C, 1), so it broadcasts along each row.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `attention` computes the energies, has one `if`, and returns a softmax.
# `forward` has one product, and then returns `x + self.gamma * ...`.
# </details>

# %% [markdown]
# ### The sign that nobody expects
#
# max(E) - E reverses the order, so the *least* similar channels get the largest weights.
# (A softmax does not notice a number that is added to a whole row, so the maximum does not matter, and the weights are the softmax of -E.)
# Readers were [puzzled](https://github.com/CASIA-IVA-Lab/DANet/issues/62), and one [asked](https://github.com/CASIA-IVA-Lab/DANet/issues/106) whether the sign is a slip.
# The authors had tried E without the minus sign, and [answered](https://github.com/CASIA-IVA-Lab/DANet/issues/48) that it did not do well.
#
# What do the two forms look at?
# Take the features of your trained network, before its attention.
# **Predict, then run:** how much of its weight does a channel give to *itself*, in each form?

# %% tags=["experiment"]
predicted = {"paper: softmax(E)": None, "code: softmax(max(E) - E)": None}

maps = {"paper: softmax(E)": ChannelAttention().attention(features),
        "code: softmax(max(E) - E)": ChannelAttention(negate=True).attention(features)}
measured = {form: 100 * weights.diagonal(dim1=1, dim2=2).mean().item()
            for form, weights in maps.items()}
predict_then_run(predicted, measured, unit="% of its weight")

# %% [markdown]
# Here are the two maps for one poster.
# Look first at the diagonal, where a channel looks at itself:

# %% tags=["experiment"]
show_channel_maps({form: weights[0] for form, weights in maps.items()})

# %% [markdown]
# An energy is a sum over all positions, without a scale.
# So the energies are large and far apart, and the softmax of E is nearly one-hot, with most of its large weights on the diagonal.
# A channel that looks only at itself gathers only what it already has.
# In the code's form hardly any channel looks at itself.
# One of the authors says that this form [helps training converge](https://github.com/CASIA-IVA-Lab/DANet/issues/45); we know of no explanation that has been tested.

# %% [markdown]
# ## 6. Exercise 3: `DANetHead`
#
# *About 15 minutes.*
# DANet's published *head* puts the two modules side by side, in two branches.
# A **backbone** (a convolutional network, usually pretrained on images) gives features.
# The head turns them into logits, here one score for each class at each position.
#
# ![From x two branches start: position_in, position, position_out, and channel_in, channel, channel_out. classify_position and classify_channel read one branch each, classify_fused reads their sum.](figures/head.svg)
#
# These are its parts, where inter stands for in_channels // 4:
#
# - `position_in` and `channel_in` go from in_channels to inter channels; `position_out` and `channel_out` go from inter to inter channels.
#   Each of the four is a conv-BN-ReLU block, a `Sequential` of three layers:
#   a 3 x 3 `Conv2d` without bias that keeps H and W, a `BatchNorm2d` and a `ReLU`;
# - `position = PositionAttention(inter)`, `channel = ChannelAttention(negate=True)`;
# - `classify_fused`, `classify_position`, `classify_channel`: `Sequential` of `Dropout2d(0.1)` and a 1 x 1 `Conv2d` to num_classes.

# %% [markdown]
# Before you write it, look at `classify_fused`, which reads the *sum* of the two branches.
# It is tempting to classify each branch first, and to add the logits.
# But let the branches hold (1, 0) and (0, 2) at one position, and let the classifier have the weights (3, 4) and the bias 5.
# The logits of the two branches are 3 + 5 = 8 and 8 + 5 = 13, so their sum, 21, counts the bias twice.
# The sum of the branches is (1, 2), and its logit is 3 + 8 + 5 = 16.
# `classify_fused` computes such a logit of the sum, and shares no weights with the other two classifiers.
#
# Return a tuple: fused, position, channel.
# If in_channels is below 32, inter is below 8, so `PositionAttention(inter)` raises its `ValueError` without your help.
#
# Worked example: in `DANetHead(32, 5)`, let x have the shape (2, 32, 6, 9).
# Between the parts of each branch, every tensor then has the shape (2, 8, 6, 9).
# The head returns three tensors of logits, each of shape (2, 5, 6, 9).

# %% exercise
class DANetHead(nn.Module):
    """Three logits from features (B, in_channels, H, W): fused, position, channel.

    Each is (B, num_classes, H, W). position_in, channel_in, position_out, channel_out:
    conv-BN-ReLU; position, channel: the attentions; classify_fused, classify_position,
    classify_channel: nn.Dropout2d(0.1) and a 1 x 1 convolution.
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        ...

# %% points=2
check(DANetHead)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The four conv-BN-ReLU blocks differ in the number of their input channels alone, and all three classifiers are made alike.
# A helper function for the blocks and another one for the classifiers save typing.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A 3 x 3 kernel keeps H and W with `padding=1` (lesson 04).
# Each branch is three nested calls.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes inter, defines two helpers, and sets nine attributes.
# `forward` has one line for each branch, and one `return` with three calls.
# </details>

# %% [markdown]
# **Predict, then run: how large are the attentions?**
# The authors' head takes the 2048 channels of a ResNet, and scores the 19 classes of Cityscapes, a data set of street scenes.
# It has 23,954,619 parameters, and the next cell shows whether your head has as many.
# Predict what percentage of these parameters belongs to the two attentions.

# %%
predicted = {"parameters of the attentions": None}

head = DANetHead(2048, 19)
print(f"DANetHead(2048, 19): {parameters(head):,} parameters")
share = 100 * (parameters(head.position) + parameters(head.channel)) / parameters(head)
predict_then_run(predicted, {"parameters of the attentions": share}, unit="% of the head's")

# %% [markdown]
# <details><summary>Where the other parameters are</summary>
#
# Nearly all other parameters are in the 3 x 3 convolutions around the attentions; channel attention itself has a single parameter.
# So when a table says that "dual attention" improves a network, part of the improvement may come from the convolutions.
# </details>

# %% [markdown]
# ## 7. The bug museum
#
# ### Exhibit A: the other way round
#
# Here is a position attention with one mistake.
# It runs, its A is right, every layer in it gets a gradient, and on the posters [most of its runs](lab_book.md#7.-The-exhibits) end like those of the right module.
# Read it, and see whether you can find the mistake.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"{channels} channels cannot be reduced by {reduction}")
        self.query, self.key = nn.Conv2d(channels, hidden, 1), nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        queries, keys = self.query(x).flatten(2), self.key(x).flatten(2)  # (B, C // r, N)
        return (queries.mT @ keys).softmax(dim=2)

    def forward(self, x):
        values, A = self.value(x).flatten(2), self.attention(x)  # (B, C, N) and (B, N, N)
        return x + self.gamma * (values @ A).view_as(x)

# %% [markdown]
# Whether you found it or not, a test finds it that you know from lesson 00.
# If every position has the same thing to say, 1, then a weighted mean of what they say is 1, whatever the weights are.
# So let all values be 1, and set gamma to 1.
# What should be added to x at each of 3 x 4 positions?
#
# Then repair the exhibit, in its own cell, until 1 is added at all twelve.
# (An answer that borrows from your `PositionAttention` earns nothing.)

# %%
torch.manual_seed(0)
exhibit, x = ExhibitA(16, reduction=4), torch.randn(1, 16, 3, 4)
nn.init.zeros_(exhibit.value.weight), nn.init.ones_(exhibit.value.bias)
nn.init.ones_(exhibit.gamma)
print("added to channel 0 of x:\n", (exhibit(x) - x)[0, 0].detach().numpy().round(2))

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Row j of A says how much position j looks at each of the others.
# In `values @ A`, over which of A's two positions does the sum run?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `values @ A` weighs position i's value by A[i, j], which is how much i looks at *j*; position j should use A[j, i], its own row.
# So `A.mT` is missing.
# Both matrices are N x N, so no shape complains, but the columns of A do not sum to 1.
#
# How can it answer the posters?
# A question can be answered in two directions: the patch without a mark may fetch the mark, or the patch with the mark may send it.
# The exhibit can learn to send; that this is what it does, we have not tested.
#
# We made this exhibit ourselves.
# One that was reported in public code, an attention in which a position sees only its own row of the image, is in the [lab book](lab_book.md#7.-The-exhibits).
# </details>

# %% [markdown]
# ## 8. The experiment: does the answer come through A?
#
# Your network answers, and you saw it look at the right places.
# But does it *use* what it looks at?
# You can find out without any training: let the trained network read each poster with the A of **another poster**, the one before it in the batch.
# If the score stays the same, A was not needed.
# If the network is at chance, at what you would get with a coin (50 %), it cannot answer without the poster's own A.
#
# Two rivals do not compare anything.
# One of the **arms** below sees far, and the other lets every position gather the same mean:
#
# | arm | in the middle of the network | its parameters |
# |---|---|---|
# | wide window | two more convolutions, dilated (lesson 04): through the five that are 3 x 3, a position sees 35 x 35 pixels, 17 to each side | 18,560 |
# | mean of all | `PositionAttention`'s layers, but every position gathers the plain mean of all values | 1,585 |
# | position attention | your `PositionAttention` (r = 4) | 1,585 |
# | channel attention | your `ChannelAttention(negate=True)`, the code's form | 1 |
#
# The score is the share of right answers on the unmarked patches of new posters.
# The task is *made* for a look-up, in a small network; it says nothing about photographs.

# %% tags=["experiment"]
RIGHT = "right answers on new posters"


class Position(PositionAttention):
    borrowed = False  # use the A of the poster before it in the batch?

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        A = self.attention(x).roll(1, 0)
        return x + self.gamma * (self.value(x).flatten(2) @ A.mT).view_as(x)


class Channel(ChannelAttention):
    borrowed = False

    def forward(self, x):
        if not self.borrowed:
            return super().forward(x)
        return x + self.gamma * (self.attention(x).roll(1, 0) @ x.flatten(2)).view_as(x)


class MeanOfAll(PositionAttention):
    def forward(self, x):
        return x + self.gamma * self.value(x).mean((2, 3), keepdim=True)


def layer(inputs, outputs, dilation=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 1, dilation, dilation, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU())

# %% tags=["experiment"]
arms = {
    "wide window": lambda: nn.Sequential(layer(CHANNELS, CHANNELS, dilation=2),
                                         layer(CHANNELS, CHANNELS, dilation=4)),
    "mean of all": lambda: MeanOfAll(CHANNELS, reduction=4),
    "position attention": lambda: Position(CHANNELS, reduction=4),
    "channel attention": lambda: Channel(negate=True),
}


def run(arm, seed):
    network, scores = learn(arms[arm](), seed), {}
    for borrowed, measure in ((False, RIGHT), (True, f"{RIGHT}, borrowed")):
        network[2].borrowed = borrowed  # the other arms have nothing to borrow
        scores[measure] = right_on_posters(network, test_set)
    return scores

# %% [markdown]
# *Predict* a score for each arm, and for the two attentions a second one, with the A of another poster.
# The cell after the next one trains each arm three times, which takes about a minute.

# %% tags=["experiment"]
predicted = {"wide window": None, "mean of all": None,
             "position attention": None, "position attention, another poster's A": None,
             "channel attention": None, "channel attention, another poster's A": None}

# %% tags=["experiment"]
remind(predicted)
results = compare(arms, seeds=range(3), run=run)

# %% tags=["experiment"]
measured = {}
for name in predicted:
    arm, _, other = name.partition(", ")
    measured[name] = results.mean(arm, f"{RIGHT}, borrowed" if other else RIGHT)
predict_then_run(predicted, measured, unit="% right")

# %% [markdown]
# In the figure, compare the bar of each attention with its diamonds, the runs with another poster's A:

# %% tags=["experiment"]
with after_predicting(predicted):
    show_own_and_borrowed(results, [RIGHT], ("position attention", "channel attention"),
                          highlight="position attention")
    print_gaps(results, [("position attention", "wide window"),
                         ("position attention", "mean of all"),
                         ("position attention", "channel attention"),
                         ("channel attention", "mean of all")], matters=5)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Both attentions answer through A.**
# With the A of another poster (the diamonds), a network that had learned the task is at chance, so its answers come through A.
# In [five runs with five times the steps](lab_book.md#3.-Is-it-only-slow), both attentions answer all patches, the one with 1,585 parameters and the one with a single parameter.
# In 500 steps not every run gets there: of ours, seven of eight with position attention and 11 of 16 with channel attention scored above 84 %.
#
# **A plain mean gets part of the way.**
# *Mean of all* compares nothing, and in five runs of ours it scored 67 to 75 %, with five times the steps 79 to 90 %.
# Give it the mean of another poster instead, and it is at chance, so it [does use the mean](lab_book.md#4.-What-does-a-mean-know).
# *Wide window* learns more slowly still: 66 to 74 % after five times the steps.
#
# **The sign changes how soon.**
# With the paper's sign, channel attention never got above 84 % in 16 runs of 500 steps at this rate, but it [answers everything after five times as many](lab_book.md#5.-The-sign).
# So these posters do not show that either sign is better in the end.
# </details>

# %% [markdown]
# ### Four posters, answered by your module
#
# Here is the network of section 4 once more, the one with your `PositionAttention`, on four posters that it has never seen.
# Below each poster, its answer is painted over every patch that had no mark.

# %% tags=["experiment"]
keep_posters(network, test_set)

# %% [markdown]
# The picture is now beside this notebook, as `my_danet.png`.
# Show it to a friend, cover the lower row, and let them answer the fourteen patches of one poster.

# %% [markdown]
# ## 9. What we now know
#
# In position attention, each position compares its query with the keys of all positions and gathers their values, so it can read an answer that may be anywhere in the picture.
# The shape of an attention matrix says what it compares, N x N positions or C x C channels.
# Here both kinds solved the posters, and with the A of another poster both were at chance.
# On real pictures (handwritten digits in coloured frames) [a plain 3 x 3 convolution does better than either attention](lab_book.md#8.-Real-pictures) after 1,000 steps.
# So before you put position attention into a network, ask: *does a position need something that may be anywhere in the picture?*

# %% [markdown]
# **On the way to vision transformers**, which lesson 05c builds, this module gets three things more: several look-ups side by side (heads), a vector that says where each position stands, and a division of the products by $\sqrt{D}$.
# The division keeps the products of long vectors in a range where a softmax is not nearly one-hot before anything is learned.
# On our posters it was not needed: with queries of 64 numbers, [four of five networks without it learned the task, and all five with it](lab_book.md#6.-The-scale).
#
# **Next.** The matrix A has N · N numbers, which is too many for large images.
# [Lesson 05b](../05b_memory/05b_memory.ipynb) computes the same attention without ever building A.
# (The [lab book](lab_book.md) of this lesson is there for doubters: every run, the paper against the code, a challenge and three questions.)

# %% tags=["nbval-ignore-output"]
progress()
