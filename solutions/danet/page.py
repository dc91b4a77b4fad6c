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
# Decide, and run the next cells, which draw three of the posters that your network will read.
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
# | [exercise 1, `PositionAttention`](#3.-Exercise-1:-PositionAttention) (3 points), and what a fresh module hides | 26 |
# | [where does it look?](#4.-Where-does-it-look?), with a poster and a photograph to touch | 16 |
# | [exercise 2, `ChannelAttention`](#5.-Exercise-2:-ChannelAttention) (2 points), and its sign | 20 |
# | [exercise 3, `DANetHead`](#6.-Exercise-3:-DANetHead) (2 points) | 17 |
# | [the bug museum](#7.-The-bug-museum), where you repair `ExhibitA` (1 point) | 8 |
# | [the experiment](#8.-The-experiment:-does-the-answer-come-through-A?) and [what we now know](#9.-What-we-now-know) | 18 |
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
# Colours, places and marks are new in each of these posters, so there is nothing to learn by heart.
#
# A convolution has a hard time here, because its weights are the same for every poster and it sees one pixel to each side.
# The module of this lesson reads across the whole picture in a single step.

# %% [markdown]
# ## 2. The idea
#
# Fu and others (2019) let each position look at all positions, as each word in lesson 00 looks at all words.
# A position has three vectors: its **query** is what it would like to find, its **key** is what it is found by, and its **value** is what it has to say.
# It compares its query with all keys, and **gathers** a mean of the values, in which those whose keys fit the query weigh most.
#
# Here are three positions a, b and c, and what b gathers.
# Run it; then find a query with which b gathers nearly 14, the value of c.

# %%
query = torch.tensor([math.log(2), 1.0])  # what b would like to find: change these two numbers

keys = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, math.log(2)]])  # one row each: a, b, c
values = torch.tensor([7.0, 0.0, 14.0])  # what a, b and c have to say, in one channel
weights = (keys @ query).softmax(dim=0)
print("row b of A:", weights, "  b gathers", weights @ values)

# %% [markdown]
# The products of b's first query with the three keys are 0, ln 2 and ln 4; such scores, before a softmax, are called **logits**.
# Their exponentials are 1, 2 and 4, so the weights are 1/7, 2/7 and 4/7, and b gathers 1 + 0 + 8 = 9.
# (For nearly 14, ask for a long second number, such as (0, 20).
# The query (0, 0) asks for nothing in particular, and gets the plain mean.)
#
# Now for a whole picture with N = H · W positions.
# All the rows of weights together are A, (B, N, N).
# One learned number, γ (gamma), multiplies the gathered features, and they are added to the position's own.
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
# This is the drawing above, as a module.
#
# 1. `attention(x)`: every position asks all positions, itself too, and gets a row of weights.
# 2. `forward(x)`: gather the values with these weights, and add γ times the result to x.
#
# The second step has the trap.
# Row j of A belongs to position j, but in the values, (B, C, N), the positions are *columns*: which of the two matrices do you have to turn?

# %% exercise
class PositionAttention(nn.Module):
    """x + gamma * (what each position gathers from all), (B, C, H, W) -> (B, C, H, W).

    query, key: 1 x 1 nn.Conv2d to channels // reduction; value: 1 x 1 nn.Conv2d to channels;
    all with bias. gamma: nn.Parameter(torch.zeros(1)).
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.

    With x = (0, 2) in one channel and two positions, a query of x, a key of x ln(3) / 4, a
    value of 4 x and gamma 0.5, A is ((1/2, 1/2), (1/4, 3/4)); the positions gather 4 and 6, and
    (2, 5) is returned.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, N, N): row j is how position j weighs all positions, the softmax of its query
        times all keys. N counts row by row, and nothing is divided by a square root."""
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
# ### What a fresh module hides
#
# At the beginning gamma is 0, so the module returns x, and you can put it into the middle of a trained network without breaking anything.
# Whoever *writes* the module pays for that.
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
# Our checks give `gamma` another value first.
# Do the same in your own tests: *set every parameter to something other than its starting value.*

# %% [markdown]
# ## 4. Where does it look?
#
# Now train your module on the posters, in the middle of a small network: two convolutions before it, two after it, and scores for black and white at the end.
# The first convolution has stride 2, so your module gets 12 x 12 positions.
# (`learn` takes 500 steps of Adam, with a learning rate that rises and falls once.)
#
# **Predict first.** Nobody tells the network about colours or marks; it only sees posters and answers.
# Take an unmarked patch on a poster that it has never seen.
# How much of its attention weight will lie on the marked patch of the same colour, or on the mark beside it?
# They fill one of the poster's 24 cells, so by chance the share would be 4 %.

# %%
predicted = {"on the marked patch of its colour": None}

# %% tags=["experiment"]
test_set = coloured_posters(500, seed=2)
remind(predicted)
torch.manual_seed(0)
network = learn(PositionAttention(CHANNELS, reduction=4), train_set, seed=0)

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
# Arcs lead to what it reads, as wide as the weights in that position's row of A, and what is not read is dark.
# The ring begins on a patch without a mark; try the others of that kind.
# Then find out what the marks look at, and what plain grey looks at.

# %% tags=["experiment"]
look(A[0], test_set.pictures[0].clamp(0, 1), grid=(12, 12), start=(7, 1))

# %% [markdown]
# <details><summary>What we think</summary>
#
# A patch without a mark looks at patches of its own colour, and nearly all of its weight lies on the marked one.
# Most marks look at themselves, and grey looks at marked patches or all over the poster.
# Only patches without a mark have to answer, so nothing asks the other rows of A to make sense.
# </details>
#
# So the network has found out, from black and white alone, which patches have the same colour.
# Among eight such networks ours is the clearest: most others answer as well with half to three quarters of the weight on the marked patch, and nearly all the rest on *unmarked* patches of its colour.
#
# ### On a photograph
#
# The same module can ask that question anywhere.
# This time nothing is trained: we set its layers by hand, so that a position's query and its key are both its own hue.
# Point at the orange suit, at the dark blue patch on it, and at her face.

# %% tags=["experiment"]
photo = F.avg_pool2d(photograph("astronaut"), 2)  # 200 x 200 pixels, 20 x 20 positions
look(asks_for_its_colour(PositionAttention)(photo), photo, grid=(20, 20), start=(16, 4))

# %% [markdown]
# No outline was ever drawn, and yet the whole suit answers, however far away its parts are, and the blue patch finds the blue of the flag.
# (Her face asks the suit, too: skin is a pale orange, and hue is all that this query knows.)

# %% [markdown]
# ## 5. Exercise 2: `ChannelAttention`
#
# ### Two matrices
#
# DANet's second module works beside the first, and asks which *channels* belong together in this image.
# It has no layers: each channel, as a list of N numbers, is query, key and value at once.
#
# ![One image with 3 channels of 2 x 2 positions. As X (C, N) it is 3 x 4. X transposed times X compares columns, the positions: 4 x 4, N x N. X times X transposed compares rows, the channels: 3 x 3, C x C.](figures/two_matrices.svg)
#
# Positions a and c are (2, 0, 1) and (1, 0, 1), so their entry in the 4 x 4 matrix is 2 · 1 + 1 · 1 = 3.
# Channels 0 and 1 are never active together, so their entry in the 3 x 3 matrix is 0.
#
# The two are easy to mix up.
# A blog post from 2021 explains the attention between *channels* in this way: Q transposed times K gives the matrix of similarities.
# Run that sentence as code, on an image with 3 channels and 4 x 5 positions:

# %%
q = k = torch.randn(1, 3, 4, 5).flatten(2)  # (B, C, N)
print("the energies have shape", tuple((q.transpose(1, 2) @ k).shape))

# %% [markdown]
# A matrix that mixes 3 channels must be 3 x 3, so the post's matrix is that of the attention between *positions*.
# The shape tells you what a matrix compares, and also what it costs: if height and width double, an N x N matrix becomes 16 times larger, and a C x C matrix keeps its size.
#
# ### The exercise
#
# *About 12 minutes.*
#
# 1. `attention(x)`: compare every channel with every channel, without any scale, and squash each row.
#    (These products are called **energies**.)
# 2. `forward(x)`: each channel gathers all channels, and γ times the result is added to x.
#
# The authors' code turns the comparison around: it weighs by max(E) - E, where max(E) is the largest energy of a row.
# Your module can do both.

# %% exercise
class ChannelAttention(nn.Module):
    """x + gamma * (A X), (B, C, H, W) -> (B, C, H, W); X (B, C, N) is x, flattened.

    gamma: nn.Parameter(torch.zeros(1)), the only parameter.
    negate: weigh by max(E) - E instead of E, with the maximum of each row of E.

    For X = (1, 0), (1, 1) the rows of E are (1, 1) and (1, 2). Row 1 of A is (0.27, 0.73),
    which gathers (1, 0.73); with negate, it is (0.73, 0.27), which gathers (1, 0.27).
    """

    def __init__(self, negate: bool = False) -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """A, (B, C, C): row i is how channel i weighs all channels, the softmax of row i of
        E = X X transposed, which is not scaled."""
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
# So in the published network the *least* similar channels get the largest weights.
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
# An energy is a sum over all positions, without a scale, so the energies are far apart, and the softmax of E is nearly one-hot, with most of its large weights on the diagonal.
# A channel that looks only at itself gathers only what it already has.
# In the code's form hardly any channel looks at itself.
# Whether that is why the authors' attempt with E did not do well, nobody has tested, as far as we know.

# %% [markdown]
# ## 6. Exercise 3: `DANetHead`
#
# DANet's published *head* puts the two modules side by side, behind a **backbone** (a convolutional network, usually pretrained on images).
# It turns the backbone's features into logits, one score for each class at each position.
#
# ![From x two branches start: position_in, position, position_out, and channel_in, channel, channel_out. classify_position and classify_channel read one branch each, classify_fused reads their sum.](figures/head.svg)
#
# *About 15 minutes.*
#
# 1. Two branches of three parts each: convolve, attend, convolve.
# 2. Three classifiers: one for each branch, and `classify_fused` for the *sum* of the branches.
#
# (The logits of the sum are not the sum of the logits, which would count the bias twice.)

# %% exercise
class DANetHead(nn.Module):
    """Logits from features (B, in_channels, H, W), as a tuple: fused, position, channel.

    Each is (B, num_classes, H, W). inter is in_channels // 4.
    position_in, channel_in: conv-BN-ReLU from in_channels to inter; position_out, channel_out:
    conv-BN-ReLU from inter to inter. Each is an nn.Sequential of a 3 x 3 nn.Conv2d without bias
    that keeps H and W, an nn.BatchNorm2d and an nn.ReLU.
    position: PositionAttention(inter), which raises its ValueError if inter is below 8.
    channel: ChannelAttention(negate=True).
    classify_fused, classify_position, classify_channel: nn.Sequential of nn.Dropout2d(0.1) and
    a 1 x 1 nn.Conv2d to num_classes. They share no weights, and classify_fused reads the sum of
    the two branches.
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
# The authors' head reads the 2048 channels of a ResNet, and scores 19 classes of things in the street.
# Which percentage of its parameters belongs to the two attentions that it is named after?

# %%
predicted = {"parameters of the attentions": None}

head = DANetHead(2048, 19)
print(f"DANetHead(2048, 19): {parameters(head):,} parameters, as the authors' head")
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
# ### Exhibit A: it answers, too
#
# Here is a position attention with one mistake.
# It runs, its A is right, every layer in it gets a gradient, and on the posters most of our runs with it ended like those of the right module.
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
# You know from lesson 00 how to catch it.
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
# One that was reported in public code, an attention in which a position sees only its own row of the image, is in section 7 of the lab book.
# </details>

# %% [markdown]
# ## 8. The experiment: does the answer come through A?
#
# Your network answers, and you saw it look at the right places.
# But does it *use* what it looks at?
# You can find out without any training: let the trained network read each poster with the A of **another poster**, the one before it in the batch.
# If the score stays the same, A was not needed.
# If it falls to that of a coin, 50 %, the network cannot answer without the poster's own A.
#
# Beside your two attentions, we train two rivals that compare nothing.
# *Wide window* has two more convolutions, dilated (lesson 04), so that a position sees 17 pixels to each side.
# *Mean of all* has the layers of your `PositionAttention`, but every position gathers the same plain mean.
# The posters are a task that a look-up fits; they say nothing about photographs.
#
# *Predict* how many unmarked patches of new posters each gets right, and what is left with another poster's A.

# %% tags=["experiment"]
predicted = {"wide window": None, "mean of all": None,
             "position attention": None, "position attention, another poster's A": None,
             "channel attention": None, "channel attention, another poster's A": None}

# %% tags=["experiment"]
arms = {  # what stands in the middle of the network
    "wide window": lambda: wide_window(CHANNELS),
    "mean of all": lambda: MeanOfAll(PositionAttention(CHANNELS, reduction=4)),
    "position attention": lambda: PositionAttention(CHANNELS, reduction=4),
    "channel attention": lambda: ChannelAttention(negate=True),
}
run, plot = on_posters(arms, train_set, test_set)
remind(predicted)
results = compare_arms(arms, seeds=range(3), run=run)  # about a minute

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Both attentions answer through A.**
# With the A of another poster (the diamonds), a network that had learned the task is at chance.
# Not every run learns it in 500 steps, but [in five times as many](lab_book.md#3.-Is-it-only-slow) all of ours answered every patch, with position attention and with channel attention, which has a single parameter.
#
# **Without a comparison one gets part of the way.**
# *Mean of all* is far above a coin; how it uses a mean, we don't know.
# *Wide window* is at 50 % because it learns slowly: after five times the steps it scored 66 to 74 %, and was still gaining.
#
# **The sign changes how soon.**
# With the paper's sign, none of our short runs of channel attention learned the task at this learning rate, and [all of the long ones did](lab_book.md#5.-The-sign).
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
# The picture is beside this notebook: `my_danet.png`.
# Show it to a friend, cover the lower row, and let them answer the fourteen patches of one poster.

# %% [markdown]
# ## 9. What we now know
#
# In position attention, each position compares its query with the keys of all positions and gathers their values, so it can read an answer that stands anywhere in the picture.
# The shape of an attention matrix says what it compares: N x N positions, or C x C channels.
# Here both kinds can solve the posters, but only with their own A: with that of another poster both were at chance.
# So before you put position attention into a network, ask whether a position needs something that may be anywhere in the picture.
#
# **Next.** The matrix A has N · N numbers, which is too many for large images, and [lesson 05b](../05b_memory/05b_memory.ipynb) computes the same attention without ever building it.
# (For doubters there is the [lab book](lab_book.md), with every run, and real pictures on which a plain convolution is ahead.)

# %% tags=["nbval-ignore-output"]
progress()
