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
# # e3 · CAT-Net: one example
#
# *One picture with a mask, one picture without: find the same thing again.*
#
# ![Left, the support: an ellipse striped in red, green and blue on a background striped in yellow, cyan and magenta. Middle, its mask: the ellipse. Right, the query: the same six colours in other stripes, and no mask. Where is the object? And what is the mean of its three colours?](figures/episode.svg)
#
# On the left you are shown an object, once, with a mask.
# Where is it on the right?
# And what would you have compared, if all you were allowed to remember was the mean of its three colours?
# Run the next cells for two more such **episodes**, in which the ellipse of each support is the object.
#
# **Needs** lesson 05a (queries, keys, values) and lesson 03 (features multiplied by a map) · 1 h 50 min · 8 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - segment a picture with the help of one labelled example, in three ways that need no training;
# - build masked attention between two pictures, and a block that refines both;
# - find out which part of a network deserves the credit for a result.
#
# | part | minutes |
# |---|---|
# | [one example](#1.-One-example) | 4 |
# | [exercise 1, `masked_average_pool`](#2.-Exercise-1:-masked_average_pool) (1 point) | 10 |
# | [`prototype_segmentation`](#3.-prototype_segmentation) | 5 |
# | [exercise 2, `prior_mask`](#4.-Exercise-2:-prior_mask) (2 points) | 17 |
# | [three ways, measured](#5.-Three-ways,-measured), and a mask to draw | 14 |
# | [exercise 3, `CrossMaskedAttention`](#6.-Exercise-3:-CrossMaskedAttention) (2 points) | 19 |
# | [`CMAT`](#7.-CMAT) | 8 |
# | [exercise 4, `iterative_refinement`](#8.-Exercise-4:-iterative_refinement) (2 points) | 12 |
# | [the bug museum](#9.-The-bug-museum), where you repair `exhibit_a` (1 point) | 5 |
# | [the experiment](#10.-The-experiment:-which-word-deserves-the-credit?) and [what we now know](#11.-What-we-now-know) | 16 |
#
# </details>

# %%
from attention_lab.lessons.catnet import *

begin("e3_catnet")

# %% tags=["experiment"]
show_two_episodes(striped_episodes(300, seed=2))

# %% [markdown]
# ## 1. One example
#
# The labelled picture is the **support**, and the new one is the **query**.
# In the next episode the object has other colours, so nobody can learn by heart what objects look like.
#
# <details><summary>The answers to the drawing</summary>
#
# The object is the ellipse at the lower right.
# The mean of red, green and blue is a middle grey, and so is the mean of yellow, cyan and magenta, because all six colours are equally bright.
# You probably looked for the marked colours one by one, and checked that they are *not* colours of the background.
# </details>
#
# Marking one street scene, pixel by pixel, took its annotators [more than an hour and a half](https://arxiv.org/abs/1604.01685), so making do with a single example is worth a lot.
# [CAT-Net](https://arxiv.org/abs/2303.13867) (2023), made for CT and MRI scans, lets the two pictures look at each other.

# %% [markdown]
# ## 2. Exercise 1: `masked_average_pool`
#
# The simplest memory of an object is *one* vector, its **prototype**: the mean of the features under the mask.
# Features are usually smaller than the mask, so one of the two must change its size.
# Shrinking the mask would be cheaper, but look at what that does to a small object:

# %%
mask = torch.zeros(1, 1, 16, 16)
mask[0, 0, 4, 4] = 1  # an object of one pixel
shrunk = F.interpolate(mask, (4, 4), mode="bilinear", align_corners=False)
print(f"sum of the mask: {mask.sum():.0f}; shrunk to 4 x 4: {shrunk.sum():.0f}")

# %% [markdown]
# The object has vanished, so the features have to grow.
#
# *About 6 minutes.*
#
# 1. Enlarge the features to the mask's size.
# 2. Take the mean of the vectors $f_i$ over all positions i, each weighted by the mask there:
#
# $$p = \frac{\sum_i m_i f_i}{\sum_i m_i + 10^{-5}}$$
#
# In one row, the features (1, 2) become (1, 1.25, 1.75, 2), and under the mask (0, 0, 1, 1) their mean is 3.75 / 2.

# %% exercise
def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C).

    The features are resized to (H, W), bilinearly, with align_corners=False. The mask may have
    any dtype, with values from 0 to 1; the result has the features' dtype. 1e-5 is added to
    the mask's sum, so that an empty mask gives 0.
    """
    ...


# %% points=1
check(masked_average_pool)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `F.interpolate` takes a size: which two numbers of `mask.shape` do you pass?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The mask needs the features' dtype, and an axis for the channels, after the batch.
# Then `*` broadcasts, and all that remains is two sums over the axes (2, 3).
# </details>

# %% [markdown]
# ## 3. `prototype_segmentation`
#
# Now compare each position of the query with the prototype.
# Their cosine s is 1 if they point in the same direction, and 0 if they are at right angles.
# CAT-Net's code turns it into the probability that the position belongs to the object, $1 - \sigma\big(0.5 \cdot (-\text{scale} \cdot s - \text{threshold})\big)$.
# With its scale of 20 and its threshold of -10 this is $1 - \sigma(5 - 10 s)$.
# For which cosine is it one half?

# %%
cosines = torch.tensor([1.0, 0.6, 0.5, 0.4, 0.0])
print("probabilities:", (1 - torch.sigmoid(5 - 10 * cosines)).numpy().round(3))

# %% [markdown]
# A steep slope, and nothing to learn in it.

# %%
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    """The probability of the object, (B, C, h, w), (B, C) -> (B, 1, h, w)."""
    cosine = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    return 1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]

# %% [markdown]
# ## 4. Exercise 2: `prior_mask`
#
# [PFENet](https://arxiv.org/abs/2008.01449) (2020) does without a mean.
# Each query position looks for its best match among the positions of the support's object, and keeps the cosine of that match.
# Look first at the difference that this makes, for an object of two colours and a query position that has one of them:

# %%
red, blue = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])  # the object's two colours
for name, other in (("the mean", (red + blue) / 2), ("red", red), ("blue", blue)):
    print(f"cosine of a red position with {name}: {F.cosine_similarity(red, other, dim=0):.2f}")


# %% [markdown]
# *About 12 minutes.*
#
# 1. Shrink the mask to the features' size, and multiply the support's features by it.
# 2. Take the cosine of each of these vectors with each vector of the query, in one matrix product, and keep for each *query* position the largest.
# 3. Stretch each picture's map to the range from 0 to 1.
#
# If the object has one position with the features (2, 0), and the query three with (1, 0), (3, 4) and (4, 3), the largest cosines are 1, 0.6 and 0.8, which are stretched to 1, 0 and 0.5.

# %% exercise
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    """How well each query position matches its best partner in the object.

    (B, C, h, w), (B, C, h, w), (B, H, W) -> (B, 1, h, w), from 0 to 1.
    The mask, of any dtype, is resized to (h, w), bilinearly, with align_corners=True; where it
    is 0, the support's vector is 0, and so is its cosine. A cosine is f . q / (|f| |q| + 1e-7),
    which F.cosine_similarity does not compute. A map is stretched by
    (value - min) / (max - min + 1e-7), in each picture.
    """
    ...


# %% points=2
check(prior_mask)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `flatten(2)` turns both feature maps into (B, C, N).
# Which of the two must be transposed, so that their product has a row per support position and a column per query position?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The products |f| |q| form a matrix of the same shape as the dot products: (B, N, 1) times (B, 1, N).
# Add 1e-7 to each of them.
# Then take the maximum over the support's axis.
# Only the query positions are left, and the minimum and the maximum for the stretching are taken over those.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# You need five lines and a `return`:
#
# 1. resize the mask
# 2. mask and flatten
# 3. compute the lengths
# 4. find the best match
# 5. take the minimum and the maximum
# </details>

# %% [markdown]
# ### One example, on a photograph
#
# Mark a few petals, and let your function say what is like them.
# The features are no network's, they are each pixel's colour, minus the mean colour of the photograph.
# What do you expect it to find besides the rest of the blossom?
# Move the spot, or take another photograph ("coffee", "chelsea", "astronaut"), and ask again.

# %%
name, row, column, radius = "flower", 16, 29, 6  # change these
photo = F.adaptive_avg_pool2d(photograph(name), (40, 60))[None]
colours = photo - photo.mean((2, 3), keepdim=True)
rows, columns = torch.arange(40)[:, None], torch.arange(60)
spot = ((rows - row) ** 2 + (columns - column) ** 2 < radius ** 2).float()
found = prior_mask(colours, colours, spot[None])[0].expand(3, -1, -1)
show(show_images(torch.stack([photo[0] * (0.3 + 0.7 * spot), found]), ["marked", "found"]),
     "A photograph, dark but for a marked spot, and the map of what is like it.")

# %% [markdown]
# The whole blossom lights up, with the one that is cut off at the bottom, and a bud at the edge: nobody told the function what a flower is.
# It has one example, and it believes it.

# %% [markdown]
# ## 5. Three ways, measured
#
# The third way is attention.
# Each query position looks at *all* support positions, object and background, with `sharpness` · cosine as the score.
# The softmax turns the scores into weights.
# The **values are the mask itself**, which is 1 on the object and 0 elsewhere.
# So the answer at a query position is the share of its weight that lies on the object.
# [DCAMA](https://arxiv.org/abs/2207.08549) (2022) is built on this **look-up**; our version has no trained parameters:

# %%
def look_up(query, support, support_mask, sharpness=100.0):
    """How much of each query position's attention lies on the object, (B, 1, h, w)."""
    q, k = (F.normalize(f.flatten(2), dim=1) for f in (query, support))
    weights = (sharpness * q.mT @ k).softmax(dim=2)  # (B, N of the query, N of the support)
    values = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear",
                           align_corners=True).flatten(2)
    return (values @ weights.mT).unflatten(2, query.shape[-2:])


# %% [markdown]
# Each way is tested on new episodes whose objects have one, two or three colours, with features that say only which colour is where.
# The score is the **IoU** (intersection over union): the pixels that are object in the answer *and* in the truth, divided by those that are object in at least one of them.
# Calling everything "object" scores about 30 %.
#
# **Predict, then run:** what does each way reach if the object has one colour, and what if it has three?

# %% tags=["experiment"]
predicted = {"prototype, 1 colour": None, "prototype, 3 colours": None,
             "prior mask, 1 colour": None, "prior mask, 3 colours": None,
             "look-up, 1 colour": None, "look-up, 3 colours": None}


def by_prototype(query, support, support_mask):
    # the cosine itself, without the sigmoid, which is flat at both ends
    mean = masked_average_pool(support, support_mask)
    return F.cosine_similarity(query, mean[..., None, None], dim=1)[:, None]


methods = {"prototype": by_prototype, "prior mask": prior_mask, "look-up": look_up}
table = {name: [untrained_iou(way, n) for n in (1, 2, 3)] for name, way in methods.items()}
measured = {f"{name}, 1 colour": ious[0] for name, ious in table.items()}
measured |= {f"{name}, 3 colours": ious[2] for name, ious in table.items()}
predict_then_run(predicted, measured, unit="% IoU")

# %% [markdown]
# The figure adds objects of two colours.
# Which line falls least?

# %% tags=["experiment"]
show_by_colours(table)

# %% [markdown]
# **Touch it.** Below is an episode drawn as cells, one for each position of the features.
# The pale cells of the query are background.
# Click or drag on the support to mark cells (by keyboard, use Tab, the arrow keys and the space bar), and the three maps follow.
# Try one cell, one stripe, the whole object, and the object *with* a stripe of the background.
# Which map suffers most from the extra stripe?

# %% tags=["experiment"]
touch_a_mask(methods, sharpness=100.0)

# %% [markdown]
# <details><summary>What we think</summary>
#
# With one colour, the mean of the object's features is that colour, and the prototype works well.
# With three colours, the mean points somewhere between them, and a background colour may be nearer to it than the object's own colours.
#
# The prior mask keeps the colours apart, but looks only at the object: it cannot know which of its colours are the background's, too.
# And it trusts the single best match, even at the object's border, where two colours are mixed.
#
# The look-up suffers least from the step from one colour to three, probably because it also looks at the background.
#
# In the episode that you can draw on, the extra stripe costs the look-up most, and the prototype least.
# The prior mask and the look-up believe every marked cell, but a mean dilutes a cell that was marked wrongly.
# </details>

# %% [markdown]
# ## 6. Exercise 3: `CrossMaskedAttention`
#
# Now you build something that learns.
# CAT-Net's tool is attention between two feature maps x and y, each (B, C, H, W), with N = H · W positions.
# Queries come from x, and keys and values come from y.
# (So here a query is a vector: each position of x makes one, whether x is the *query* picture or the support.)
# The rows of the attention map belong to x, and its columns to y.
#
# Here is a small example, with two positions and one number for each query, key and value:

# %%
queries, keys = torch.tensor([1.0, 0.0]), torch.tensor([0.0, math.log(3)])  # of x, of y
for name, axis in (("keys", 1), ("queries", 0)):
    weights = (queries[:, None] * keys).softmax(dim=axis)
    print(f"softmax over the {name}: rows {weights.numpy().round(2).tolist()},",
          f"which sum to {weights.sum(1).numpy().round(2).tolist()}")


# %% [markdown]
# With the softmax over the keys, each position of x gathers with weights that sum to 1.
# With the softmax over the queries, each position of y *hands out* a total weight of 1, and a row can sum to anything.
# The wrong axis has the right shape, so nothing warns you.
# The authors' cross attention takes the keys' axis and their self-attention the queries', so your module offers both; the page's block takes the keys'.

# %% [markdown]
# *About 12 minutes.*
#
# 1. `attention(x, y)` is lesson 05a's, with two inputs: queries of x, keys of y, their products, scaled, and a softmax.
# 2. `forward(x, y, mask)`: each position of x gathers the values of y, and what it has gathered is multiplied by the mask of x, if there is one.
#
# In the example above, the values 8 and 4 give (5, 6), and the mask (1, 0.5) turns this into (5, 3).

# %% exercise
class CrossMaskedAttention(nn.Module):
    """What x gathers from y, times the mask of x: (B, C, H, W) twice -> (B, C, H, W).

    query, key: nn.Conv2d, 1 x 1, C -> C // reduction. value: nn.Conv2d, 1 x 1, C -> C.
    All with a bias; no shortcut. The mask is (B, 1, H, W). attention(x, y): (B, N, N); row j
    says how position j of x weighs those of y. Products are multiplied by
    (C // reduction) ** -0.5. softmax_over: "keys" (each row sums to 1) or "queries" (each
    column). Raises ValueError if C // reduction is 0, with both numbers, and for another
    softmax_over.
    """

    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        ...

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        ...

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        ...


# %% points=2
check(CrossMaskedAttention)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# It is lesson 05a's position attention, with two inputs.
# Which of its three projections reads which input?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# In the matrix (B, N of x, N of y), the last axis belongs to the keys and the middle axis belongs to the queries.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` has two `if`s that raise; `word not in ("a", "b")` is true if the word is neither of the two.
# `attention` has a line for queries and keys, and a `return`.
# `forward` makes the values, multiplies them by the *transposed* matrix, goes back to (H, W), and applies the mask if there is one.
# </details>

# %% [markdown]
# ## 7. `CMAT`
#
# ![Query and support go through self-attention, each with a shortcut and norm0. Then each gathers from the other by cross attention, and the result is multiplied by its own mask. A shortcut and norm1 follow, then an MLP with a shortcut and norm2. All layers are shared by the two rows.](figures/cmat.svg)
#
# The **CMAT** block (*cross masked attention Transformer*) refines both pictures, query and support, with the same layers:
#
# - first, for query and support alike: `a = norm0(a + self_attention(a, a))`, without a mask;
# - then, for each picture a with its own mask m: `z = norm1(a + cross_attention(a, b, m))`.
#   Here b is the other picture *after the first step*: a's positions ask, and b's answer.
#   The result is `norm2(z + mlp(z))`.
#
# In the second step both pictures change at the same time, each looking at the other as it was, and the two attentions are your `CrossMaskedAttention`.
# (In the last two lines below, both calls read the same two names.)

# %%
class CMAT(nn.Module):
    """Refines two pictures, each by itself and by the other, (B, C, H, W) twice -> the same."""

    def __init__(self, channels, reduction=8):
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(channels) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(),
                                 nn.Linear(channels, channels))

    def at_positions(self, layer, a):
        return layer(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def alone(self, a):
        return self.at_positions(self.norm0, a + self.self_attention(a, a))

    def together(self, a, b, mask):
        z = self.at_positions(self.norm1, a + self.cross_attention(a, b, mask))
        return self.at_positions(self.norm2, z + self.at_positions(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        query, support = self.alone(query), self.alone(support)
        return (self.together(query, support, query_mask),
                self.together(support, query, support_mask))

# %% [markdown]
# ## 8. Exercise 4: `iterative_refinement`
#
# ![The query's first mask is the prior mask. A block refines both pictures; the support's prototype and the query give a probability; where it is above 0.5, the next block's query mask is 1.](figures/refinement.svg)
#
# *About 8 minutes.*
# Now everything comes together, in a loop over `blocks`:
#
# 1. The query's first mask is the prior mask; the support's mask is resized as in exercise 2, and never changes.
# 2. A block refines query and support, and the next block receives what it returns.
# 3. The refined support gives a prototype, and with it the refined query gives a probability map.
# 4. Where that probability is above one half, the next block's query mask is 1.
#
# So after the map (0.2, 0.5, 0.7) the next query mask is (0, 0, 1).
# A comparison has no gradient, so no block is trained through this mask.

# %% exercise
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    """The probability map after each block, in a list: (B, 1, h, w) each.

    A block is called like a CMAT, with four arguments by position: query, support, and their
    masks, (B, 1, h, w) each, in the query's dtype. The prototype is the refined support's
    masked_average_pool under support_mask, (B, H, W), at its full size. threshold and scale
    are those of prototype_segmentation.
    """
    ...


# %% points=2
check(iterative_refinement)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Before the loop, make two masks and an empty list.
# The loop has four lines, and the last one compares the map with 0.5.
# Which dtype does the result of the comparison have, and which one do you need?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `query, support = block(query, support, ...)` overwrites the two names, so that the next round starts from the results of this round.
# All four arguments are passed by position.
# </details>

# %% [markdown]
# ## 9. The bug museum
#
# ### Exhibit A: a map of the other picture
#
# This function makes a prior, and one character of it is wrong.
# The shape is right, the numbers run from 0 to 1, and gradients flow.
# Tried on two copies of one picture, as one tries such a thing, it even looks better than the right one, because its light ends exactly where the object does.
# Read it, and see whether you find it.

# %% repair
def exhibit_a(query, support, support_mask):
    size = query.shape[2:]
    mask = F.interpolate(support_mask[:, None].to(query), size, mode="bilinear",
                         align_corners=True)
    q, s = query.flatten(2), (support * mask).flatten(2)
    lengths = q.norm(dim=1)[:, :, None] * s.norm(dim=1)[:, None, :]
    cosines = (q.transpose(1, 2) @ s) / (lengths + 1e-7)
    best = cosines.amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, size)[:, None]


# %% [markdown]
# A map that belongs to a picture moves with the picture.
# So push everything in the query two columns to the right (what falls off comes in again on the left), and look at where the map is brightest, once before and once after.
# A prior of the query follows; how far does this one go?
#
# Then repair the exhibit, in its own cell, until the light moves as far as the picture did, and run the test and the check again.
# Mend what stands there: an answer that calls your `prior_mask` earns nothing.

# %%
torch.manual_seed(0)
query, support, mask = torch.randn(1, 4, 6, 9), torch.randn(1, 4, 6, 9), torch.ones(1, 6, 9)
for picture, x in (("as it is", query), ("two columns on", query.roll(2, dims=3))):
    columns = exhibit_a(x, support, mask)[0, 0].amax(dim=0)
    print(f"{picture:14}", "".join(".#"[yes] for yes in (columns == columns.max()).tolist()))

# %% points=1
check(exhibit_a)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape next to each line, and say of each axis of length N whose positions it counts, the query's or the support's.
# Which of the two is still there after `best`?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# In `cosines`, axis 1 is the query's and axis 2 the support's.
# `amax(dim=1)` keeps for each *support* position its best partner in the query, which is a map of the wrong picture, and since both pictures have the same size, nothing complains.
# It should be `amax(dim=2)`.
# (The lab book has two more, a CMAT block in which it matters which picture goes first, and a layer that was made inside `forward`.)
# </details>

# %% [markdown]
# ## 10. The experiment: which word deserves the credit?
#
# The module is called *cross masked* attention.
# Does it help because a picture looks *across* at the other one, or because there is a *mask*?
# So we try all four combinations with a look-up at the end, and two of them again with a prototype, your `iterative_refinement`.
# The *own picture* arms are controls: they have every layer of the block, but inside it no picture looks at the other.
#
# All objects have three colours, the features are those of section 5, and each network has two of your `CMAT` blocks.
# Your yardstick is the *untrained* look-up of section 5: which arms will beat it, and by how much?

# %% tags=["experiment"]
# CrossMaskedAttention that looks across or not, and uses the mask or not
class Looks(CrossMaskedAttention):
    def __init__(self, across, masked):
        super().__init__(24, 2)
        self.across, self.masked = across, masked

    def forward(self, x, y, mask=None):
        return super().forward(x, y if self.across else x, mask if self.masked else None)


def with_look_up(blocks, query, support, support_mask):
    # like your iterative_refinement, but the map comes from a look-up, not a prototype
    guess, maps = prior_mask(query, support, support_mask), []
    small = F.interpolate(support_mask[:, None], query.shape[-2:], mode="bilinear",
                          align_corners=True)
    for block in blocks:
        query, support = block(query, support, guess, small)
        maps.append(look_up(query, support, support_mask, sharpness=20.0))
        guess = (maps[-1] > 0.5).float()
    return maps


class Segmenter(nn.Module):
    """Packed episodes (B, 52, 8, 8) -> a map after each of two blocks, (B, 2, 8, 8)."""

    def __init__(self, across, masked, last_step):
        super().__init__()
        self.blocks, self.last_step = nn.ModuleList(CMAT(24, 2) for _ in range(2)), last_step
        for block in self.blocks:
            assert hasattr(block, "cross_attention"), "CMAT must call it `cross_attention`"
            block.cross_attention = Looks(across, masked)

    def forward(self, x):
        return torch.cat(self.last_step(self.blocks, *unpacked(x)), dim=1)


# %% tags=["experiment"]
arms = {  # does the second attention look across? does it use the mask? the last step
    "own picture": (False, False, with_look_up), "other picture": (True, False, with_look_up),
    "own picture, masked": (False, True, with_look_up),
    "other picture, masked": (True, True, with_look_up),
    "own picture, prototype": (False, False, iterative_refinement),
    "other picture, masked, prototype": (True, True, iterative_refinement)}
train_set, tune_set, test_set = map(striped_episodes, (1920, 300, 300), (1, 3, 2))  # seeds
trained = Trained()


def learn(network, seed):
    return train(network, packed(train_set), F.avg_pool2d(train_set.query_mask, 2),
                 loss=map_loss, epochs=1, batch_size=16, peak_rate=0.01, seed=seed)


def run(arm, seed):
    trained[arm, seed] = network = learn(Segmenter(*arms[arm]), seed)
    return {"IoU": trained_iou(network, tune_set, test_set),
            "another support": trained_iou(network, tune_set, with_another_support(test_set))}


# %% tags=["experiment"]
predicted = {"own picture": None, "other picture": None,
             "own picture, masked": None, "other picture, masked": None,
             "own picture, prototype": None, "other picture, masked, prototype": None}


# %% tags=["experiment"]
plot = ScorePlot("IoU on new episodes (%)", highlight=["other picture, masked"], matters=2,
                 longer=longer_runs, baselines={"untrained look-up": table["look-up"][2]},
                 gaps=[("other picture", "own picture"), ("own picture, masked", "own picture"),
                       ("other picture, masked", "own picture, masked"),
                       ("own picture", "own picture, prototype"),
                       ("other picture, masked", "other picture, masked, prototype")])

remind(predicted)
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Two trained blocks bring three to five points.**
# The look-up that learned nothing is at 77.5 %, and your `iterative_refinement`, trained, ends ten to thirteen points *below* it.
#
# **Neither word is worth more than luck in your runs.**
# The mask brings about a point, and [four after longer training](lab_book.md#3.-Across-or-masked), whether the network looks across or not; looking across brings nothing that matters.
# (On handwritten digits the module did better [without its mask](lab_book.md#9.-Real-pictures).)
#
# **The lead of the look-up is mostly a head start.**
# Without training it led the prototype by 30 points (section 5), after yours by half as much, and five times as many steps leave little of it.
# So a prototype *can* stand for three colours, but the network needs many steps to learn that.
#
# **Nobody learned objects by heart.**
# With the support of another episode, all arms fall below 30 %, the score for calling everything "object":
# </details>

# %% tags=["experiment"]
for arm in arms:
    print(f"{arm}: {results.mean(arm, 'another support'):.0f} % with another support")


# %% [markdown]
# ### Six objects that nobody had shown it
#
# Now look at your `CMAT` blocks at work, on episodes that they have never seen.

# %% tags=["experiment"]
keep_episodes(trained["other picture, masked", 0], tune_set, test_set)

# %% [markdown]
# One example was enough for each of these.
# The picture is now beside this notebook, as `my_catnet.png`: show it to a friend, cover the last row, and ask where the object is.
#
# ## 11. What we now know
#
# One example with a mask is enough to find most of an object on our ellipses, even without any training.
# It matters what the query is compared with: a mean of three colours says little, but a look-up that includes the background keeps the colours apart.
# And of the two words in the module's name, only the mask earned any credit, and only after longer training.
# So when a module has two ideas, ask for the arm that has only one of them.
#
# **Next.** The capstone, [lesson 10](../10_capstone/10_capstone.ipynb), asks the same question about whole networks: which part deserves the credit?
# (The [lab book](lab_book.md) of this lesson is there for doubters: every run, the paper against the code, a challenge and two questions.)

# %% tags=["nbval-ignore-output"]
progress()
