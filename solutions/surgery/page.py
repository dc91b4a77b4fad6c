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
# # e4 · Surgery: your module in a network that was trained without it
#
# *Put SE into a trained network, lose everything, and learn how to lose nothing.*
#
# ![Two rows of blocks. The trained network gives its former answer on 100 % of the pictures. The same network with SE in each block gives it on 0 %.](figures/operation.svg)
#
# I put SE into a pretrained network and trained nothing.
# Before, the network agreed with itself on 100 % of the pictures; now it agrees on 0 %.
# Is SE bad?
#
# Almost everybody who wants attention has a network that was trained without it.
# This page is about the operation, and about proving that the patient is alive.
#
# **Needs** lessons 01 and 03 (gates, training mode) · 2 h 5 min · 6 points · difficulty 3 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - put a module into any block of a trained network, and say beforehand where that hurts;
# - start the module so that the network's answers do not change at all, and so that it still learns;
# - load weights by their names, with a receipt that adds up;
# - train only your module, without anything else changing in silence;
# - draw what the network looks at, and say what such a picture does not prove.
#
# | part | minutes |
# |---|---|
# | [the operation](#1.-Exercise-1:-insert) (2 points) | 25 |
# | [where it hurts](#2.-Where-does-it-hurt?) | 15 |
# | [a start that changes nothing](#3.-Exercise-2:-identity_start) (1 point) | 25 |
# | [a receipt](#4.-Exercise-3:-load_by_key) (2 points) | 25 |
# | [frozen, really](#5.-Exercise-4:-freeze) (1 point) | 15 |
# | [what it looks at](#6.-What-does-it-look-at?) | 10 |
# | [the bug museum](#7.-The-bug-museum), [what we now know](#8.-What-we-now-know) | 10 |
#
# </details>

# %%
from attention_lab.lessons.surgery import *

begin("e4_surgery")

# %% [markdown]
# ## 1. Exercise 1: `insert`
#
# The patient is EfficientNet-Lite0, a network of 16 blocks that was trained on ImageNet, whose authors took SE [*out*](https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite), because small devices do not support it well.
# It gets 60 pieces of six photographs, without labels: the untouched network's own answers are the yardstick.

# %% tags=["experiment"]
patient = Patient()  # says so if the trained weights are not installed
print(f"{len(patient.answers)} pieces, {patient.answers.unique().numel()} different answers")
print(f"agreement with itself: {patient.agreement(patient.network):.0f} %")

# %% [markdown]
# A block widens its map, looks at each channel by itself (with a *depthwise* convolution), and narrows it again.
# Most blocks also carry their input past all this, on a shortcut.
# There are three places for a module, and each is behind a module that has a name.
#
# ![A map x (B, C, H, W) goes through expand, depthwise and project, and x is added at the end if the block has a shortcut. The place depthwise is behind the module blocks.3.depthwise. The place branch is behind blocks.3.project, before the sum. The place after is behind blocks.3, which is behind the sum.](figures/places.svg)
#
# ### The exercise
#
# *About 15 minutes.*
# `insert(network, make, names, example)` returns a copy of any network, in which a new module `make(channels)` stands behind each module of these names.
# Nobody tells you how many channels come out of a module, so give the network the `example`, and look at what passes: a map (B, C, H, W) or, in a transformer, tokens (B, N, C).
# The tool for looking is a *hook*, a function that a layer calls whenever it has worked: `layer.register_forward_hook(function)` calls `function(layer, inputs, output)`.
#
# Worked example: behind `"blocks.3.depthwise"` the map has 144 channels.
# `insert(network, SE, ["blocks.3.depthwise"], example)` calls `SE(144)` once, and in the copy, `blocks.3.depthwise` is a sequence of what it was, `blocks.3.depthwise.0`, and the new SE, `blocks.3.depthwise.1`.

# %% exercise
def insert(network: nn.Module, make, names, example) -> nn.Module:
    """A copy of the network with make(channels) behind each module of these names.

    A sequence of both takes its place, with the names 0 and 1, and the
    new module is in the mode of the old one, which gets whatever it is
    called with. The original, its modes and statistics stay as they are.
    Raises ValueError, which names it (and the nearest, if you like: difflib),
    for a name that is not there, or whose output is no map or tokens.
    """
    ...


# %% points=2
check(insert)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `copy.copy` copies the network, but not the layers in it; which function of the same module copies everything?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Copy twice: one copy gets the hooks and the `example`, in eval mode, where BatchNorms bear a single picture, and you throw it away.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `modules = dict(copied.named_modules())` has all names, taken before anything changes; the network itself is `modules[""]`.
# `parent, _, last = name.rpartition(".")` cuts off the last part of a name, and `setattr(modules[parent], last, new)` puts something there, also for `"blocks.3"`.
# Some modules are called with more than one input, such as a mask, and `nn.Sequential` hands on one, so give a class of its own, `class Behind(nn.Sequential)`, a `forward(self, *inputs, **named)`.
# Call `make` for every name, because each needs weights of its own; `train(mode)` sets a module's mode, which it has in `training`.
# </details>

# %% [markdown]
# Now operate.
# This is lesson 01's SE, shortened; use your own if you like, or any other module that takes a number of channels.

# %%
class SE(nn.Module):
    def __init__(self, channels, bias=None):
        super().__init__()
        narrow = nn.Conv2d(channels, channels // 4, 1, bias=False)
        widen = nn.Conv2d(channels // 4, channels, 1, bias=bias is not None)
        if bias is not None:
            nn.init.constant_(widen.bias, bias)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), narrow, nn.ReLU(), widen,
                                  nn.Sigmoid())

    def forward(self, x):
        return x * self.gate(x)

# %% tags=["experiment"]
example = normalised(square("coffee", 96))[None]
print(places("branch", range(3)))


def agreement(make, where, blocks, called):
    torch.manual_seed(0)
    operated = insert(patient.network, make, places(where, blocks), example)
    return patient.agreement(operated, min(blocks), called)


everywhere = agreement(SE, "depthwise", range(16), "SE everywhere, depthwise")
print(f"SE in all 16 blocks: {everywhere:.0f} % agreement")

# %% [markdown]
# There it is.
# There is a price as well: SE's layers grow with the square of the channels, so after the depthwise unit, where the map is wide, 16 of them make the network [81 % larger, and in the branch 3 %](lab_book.md#2.-Where-it-hurts).
#
# ## 2. Where does it hurt?
#
# One operation in 16 blocks says little, so operate on one block at a time.
#
# *Predict* for block 10: with a new, untrained SE in this one block, how many of the pieces keep their answer (%)?

# %% tags=["experiment"]
predicted = {"branch": None, "depthwise": None, "after": None}

# %% tags=["experiment"]
remind(predicted)  # about 30 seconds
in_one = {where: [agreement(SE, where, [i], f"{where} {i}") for i in range(16)]
          for where in predicted}

# %% tags=["experiment"]
measured = {where: values[10] for where, values in in_one.items()}
predict_then_run(predicted, measured, unit="pieces with their former answer (%)")

# %% tags=["experiment"]
with after_predicting(predicted):
    show_blocks(in_one)

# %% [markdown]
# Look at the upper two rows.
# Some blocks bear the operation and some do not, and the difference is large.
# Which ones do not, and what do they have in common?
# The drawing above has a hint, and `patient.network.blocks[5]` has an attribute for it.

# %% tags=["experiment"]
with after_predicting(predicted):
    for kept in (True, False):
        group = [i for i in range(16) if patient.network.blocks[i].shortcut == kept]
        mean = sum(in_one["depthwise"][i] for i in group) / len(group)
        print(f"shortcut: {kept}. Blocks {group}: {mean:.0f} % on average (depthwise)")
    half, halves = (agreement(lambda channels: Half(), "depthwise", blocks, called)
                    for blocks, called in (([10], "half, depthwise 10"),
                                           (range(16), "half everywhere, depthwise")))
    print(f"One half instead of SE: block 10 {half:.0f} %, all 16 {halves:.0f} %")

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **The shortcut protects the network from the surgeon.**
# With a shortcut, a damaged branch is only one part of a sum.
# After the sum the module stands on the shortcut's way, too, and there the good blocks are as bad as the others.
# In the branch and after the depthwise unit, each block with a shortcut bore the operation better than any block without one, [in each of five runs](lab_book.md#2.-Where-it-hurts).
#
# **The damage is scale.**
# A new SE has never seen anything worth attending to, so all its gates are near one half.
# A constant of one half, which attends to nothing, [does about the same harm](lab_book.md#2.-Where-it-hurts).
# One half in all 16 blocks leaves 0 % as well, so the first screen says nothing about attention: the layers behind were trained for numbers twice as large.
# </details>

# %% [markdown]
# ## 3. Exercise 2: `identity_start`
#
# If the scale does the damage, let the module begin with no effect at all.
# People do this in several ways.
# One is to give the sigmoid's input a large bias, so that all gates begin near 1; another is a number gamma in front of the module that starts at 0, as in DANet (lesson 05a).
#
# Wrap any module so that the whole begins as the identity, and can become the module:
#
# $$x + \gamma\,(\mathrm{module}(x) - x)$$
#
# With gamma 0 this is x, and with gamma 1 it is module(x).
#
# ### The exercise
#
# *About 8 minutes.*
# `identity_start(module)` returns an `nn.Module` that computes this.
# Its parts are `inner`, the module as it came, and `gamma`, a parameter `zeros(1)`.
# Write a small class, and return an object of it.
# In half precision, gamma is still a tensor of single precision, and would make the result single, too: `gamma.to(x.dtype)`.
#
# Worked example: x is 4 and the module halves it.
# At the start the result is 4.
# With gamma 0.5 it is 4 + 0.5 · (2 - 4) = 3, and with gamma 1 it is 2.

# %% exercise
def identity_start(module: nn.Module) -> nn.Module:
    """A module that computes x + gamma * (inner(x) - x), in x's dtype.

    inner: the module, for maps or tokens. gamma: nn.Parameter, torch.zeros(1).
    """
    ...


# %% points=1
check(identity_start)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# At the start the result has to be x, to the last digit and for negative numbers, too.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A class with `inner` and `gamma`, whose `forward` is the formula.
# Only an `nn.Parameter` is found by an optimiser.
# </details>
#
# <details><summary>Hint 3: what to leave alone</summary>
#
# One zero is enough.
# Leave the module's own weights as they are: they get a gradient as soon as gamma has moved.
# </details>

# %% tags=["experiment"]
safe = insert(patient.network, lambda channels: identity_start(SE(channels)),
              places("depthwise", range(16)), example)
print(f"your start, all 16 blocks: {patient.agreement(safe):.0f} % agreement")

# %% [markdown]
# ### Does it still learn?
#
# A module that never does anything would also score 100 %.
# So give each start a small task that SE can do exactly: multiply half of the channels by 0.7, in 60 steps.
# For a module that never learns anything, 100 % of the loss is left.
#
# *Predict.* How much of the loss is left with a bias of 6 (gates near 0.998), with your gamma, and with two zeros in a row, `x + gamma * layer(module(x))`, where gamma and all numbers of the layer are 0?

# %% tags=["experiment"]
predicted = {"bias 6": None, "gamma 0": None, "two zeros": None}

# %% tags=["experiment"]
starts = {"as it is": SE, "bias 6": lambda c: SE(c, bias=6.0),
          "gamma 0": lambda c: identity_start(SE(c)), "two zeros": lambda c: TwoZeros(SE(c), c)}
features = features_for(patient)
remind(predicted)


def tried(name, make):
    torch.manual_seed(0)
    learned = learn_to_dim(make(features.shape[1]), features)
    kept = agreement(make, "depthwise", (4, 7, 10, 14), f"start: {name}")
    # what you have measured; without the trained weights, what we recorded with them
    return [*(patient.recall(f"{what}: {name}", value)
              for what, value in zip(("gradient", "left"), learned)), kept]


found = {name: tried(name, make) for name, make in starts.items()}

# %% tags=["experiment"]
predict_then_run(predicted, {name: found[name][1] for name in predicted},
                 unit="loss that is left (%)")

# %% tags=["experiment"]
with after_predicting(predicted):
    for name, (gradient, left, kept) in found.items():
        print(f"{name}: {kept:.0f} % agreement in four blocks, first gradient {gradient:.1g}, "
              f"{left:.3g} % of the loss left")

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Saturation pays with the gradient.**
# A large bias is safe because the sigmoid is flat there, and where it is flat, little gradient gets through.
# [A bias of 4 or 6](lab_book.md#3.-Identity-starts) keeps nearly all answers and learns slowly; a bias of 2 learns as well as none, and costs about a fifth of the answers.
#
# **One zero costs little, two zeros in a row are dead for ever.**
# Gamma 0 hides the module's weights from the gradient for one step only, because gamma itself gets a gradient.
# In the form with two zeros, gamma's gradient is zero because of the layer, and the layer's because of gamma, so neither ever moves.
# </details>
#
# Gamma 0 does not save you from a module that overflows, because 0 · inf is nan: DANet's energies do that in float16.
# A module that begins with an operation in place changes x itself, unless it is given `x.clone()`.
# One that returns another shape, such as its gates alone, is not noticed as long as gamma is 0, because the shape is broadcast.
# And an optimiser's weight decay pulls gamma back to 0, unless you keep it out:
#
# ```python
# gammas, others = ([p for name, p in network.named_parameters() if name.endswith("gamma") == of] for of in (True, False))
# optimiser = torch.optim.AdamW([{"params": others}, {"params": gammas, "weight_decay": 0.0}])
# ```

# %% [markdown]
# ## 4. Exercise 3: `load_by_key`
#
# So far the network was trained already when you operated.
# In practice it is often the other way round: your code builds the network *with* the module, and then loads a file of weights that knows nothing of it.
# A wrapped block moves its parts from `blocks.3.expand` to `blocks.3.0.expand`, and the file has the old name.
#
# PyTorch's way out is `load_state_dict(state, strict=False)`.
# It loads what fits, and raises no error for the rest.
# It returns the lists of names that did not fit, and nothing makes you read them.

# %% [markdown]
# ### The exercise
#
# *About 18 minutes.*
# `load_by_key(model, state, rename)` loads each entry of `state` whose new name `rename(name)` is an entry of `model.state_dict()` of the same shape.
# It returns a receipt, a dict of four lists of names:
#
# - `loaded` and `new`: the model's names that got an entry, and those that did not;
# - `left` and `wrong_shape`: the names in `state` that have no place, and those whose place has another shape.
#
# Nothing is loaded in part, and the counters `num_batches_tracked` are entries like all others.
# So `loaded` and `new` add up to the model, and `loaded`, `left` and `wrong_shape` to the state.
# If two entries of the state fit the same place, raise a `ValueError`, and load nothing.
#
# Worked example: the model has `a` (3) and `b` (2), the state `old.a` (3), `old.b` (5) and `old.c` (1), and `rename` takes `old.` away.
# Then `loaded` is `["a"]`, `new` is `["b"]`, `left` is `["old.c"]` and `wrong_shape` is `["old.b"]`.

# %% exercise
def load_by_key(model: nn.Module, state: dict, rename) -> dict[str, list[str]]:
    """Loads what fits after rename(name), and returns the receipt.

    loaded, new: names of the model. left, wrong_shape: names of the state.
    Raises ValueError if two entries have the same place.
    """
    ...


# %% points=2
check(load_by_key)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `model.state_dict()` has the parameters *and* the statistics of each BatchNorm.
# Look up every new name there.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Collect what fits in a dict of its own, and hand this dict to `model.load_state_dict(..., strict=False)` at the very end.
# A shape fits only if it is equal: a tensor of one number fits nearly everywhere if you let it.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# One loop over `state.items()` with three cases (no place, another shape, fits), and one list of what is new.
# `loaded` has the model's names, while `left` and `wrong_shape` have the names as they are in the state.
# </details>

# %% [markdown]
# A real case: the weights' package has names of its own, such as `_blocks.3._expand_conv.weight`.
# Load them into a new network that was built with your gates in it.
# The gates are behind the sum here, so every block is wrapped.

# %% tags=["experiment"]
operated = insert(patient.fresh(), lambda channels: identity_start(SE(channels)),
                  places("after", range(16)), example)


def into_wrapped(name):
    parts = our_name(name).split(".")
    return ".".join([*parts[:2], "0", *parts[2:]] if parts[0] == "blocks" else parts)


receipt = load_by_key(operated, patient.foreign(), into_wrapped)
print("_blocks.3._expand_conv.weight ->", into_wrapped("_blocks.3._expand_conv.weight"))
print({kind: len(names) for kind, names in receipt.items()})
print(f"agreement: {patient.agreement(operated):.0f} %")

# %% [markdown]
# Everything is accounted for: the file's entries have all found a place, and only your gates are new.
#
# ## 5. Exercise 4: `freeze`
#
# *"I froze the network and trained only my module, and the accuracy fell."*
# Suppose that every parameter was frozen indeed.
# The next cell trains nothing at all: it puts the network into training mode, shows its later blocks pictures without any gradient, and puts it back into eval mode.
#
# *Predict* the agreement with the former answers after 5 and after 20 batches of 24 pieces.

# %% tags=["experiment"]
predicted = {"5 batches": None, "20 batches": None}

# %% tags=["experiment"]
remind(predicted)


def show_pictures(network, called):
    found = {}
    for count, batch in enumerate(patient.batches(20), 1):  # about 10 seconds
        with torch.no_grad():
            after(network.train(), batch, EARLY)
        if count in (5, 20):
            score = patient.agreement(network.eval(), EARLY,
                                      f"{called}, momentum 0.01, {count} batches")
            found[f"{count} batches"] = score
    return found


usual = show_pictures(copy.deepcopy(patient.network), "usual")

# %% tags=["experiment"]
predict_then_run(predicted, usual, unit="pieces with their former answer (%)")

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **A BatchNorm changes without being trained.**
# In training mode it collects the mean and the variance of what passes, and no `requires_grad` stops it.
# Our pieces of photographs are not ImageNet, so its statistics move.
# No single layer is [far off](lab_book.md#5.-Statistics), but all of them together are enough.
# </details>
#
# ### The exercise
#
# *About 10 minutes.*
# `freeze(network, but)` lets only those parameters be trained whose names *begin* with one of the texts in `but`, and returns their names.
# All norms with running statistics whose own names do not begin so keep them, and go on normalising with them, even if somebody calls `network.train()` later.
# (Every training loop does, at the start of each epoch.)
# Called again, it decides anew for everything, so that a part can thaw; and a frozen network can be copied and saved.
# (End a name with a dot, because `blocks.1` also begins `blocks.10`.)
# The tool is a hook again, one that a layer calls *before* it works.
#
# Worked example: with `but = ["fc", "blocks.3.1."]`, the parameters `fc.weight`, `fc.bias` and `blocks.3.1.gamma` are trained, and `blocks.3.0.expand.0.weight` is not.

# %% exercise
def freeze(network: nn.Module, but) -> list[str]:
    """Trains only the parameters whose names begin with one of `but`; returns their names.

    All other norms with running statistics (BatchNorm of all kinds, ...)
    keep them, even after network.train(), until freeze is called again.
    Raises ValueError for a text with which no name begins.
    """
    ...


# %% points=1
check(freeze)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Go through `network.named_parameters()` for the weights, and through `network.named_modules()` for the norms: whatever has a `running_mean` that is not None.
# `name.startswith(tuple(but))` takes several texts at once.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `network.train()` undoes any `eval()` that you call now.
# `layer.register_forward_pre_hook(function)` calls `function(layer, inputs)` each time before the layer works.
# Nothing takes the hook away, so let it look at an attribute of the layer, which `freeze` sets anew.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# The hook is a function of two lines that puts its layer into eval mode if `layer.statistics_are_kept`, and returns nothing.
# Define it outside of `freeze`: a file stores a function by its name.
# A norm's name with a dot at its end begins as its parameters' names do.
# </details>

# %% tags=["experiment"]
frozen = copy.deepcopy(patient.network)
freeze(frozen, [])
print("the same pictures, frozen by you:", show_pictures(frozen, "by you"))

# %% [markdown]
# Two things are not frozen: dropout is still random in training mode, and an optimiser moves a parameter whose `.grad` is left from before, until you call `zero_grad()`.
# If your module has a BatchNorm (CBAM has one), a receipt's `new` also has names of statistics; `solution(freeze)` takes these for names of the norm.
#
# ## 6. What does it look at?
#
# The last question is the one that everybody asks.
# Grad-CAM (Selvaraju and others, 2017) asks how the score of one class depends on the last map.
# A channel's weight is the mean of its gradient over all positions, and the picture is the weighted sum of the channels, without its negative part:
#
# $$L = \mathrm{ReLU}\Big(\sum_k \alpha_k A^k\Big), \qquad \alpha_k = \frac{1}{Z}\sum_{i,j}\frac{\partial y}{\partial A^k_{ij}}$$
#
# Here $A^k$ is channel k of the map, y is the score of the class, and Z is the number of positions.
#
# Worked example: two channels at two positions, (1, 3) and (2, 2), with the gradients (1, 1) and (-2, 0).
# The weights are 1 and -1, the sum is (1 - 2, 3 - 2) = (-1, 1), and the map is (0, 1).
#
# `grad_cam` is given, in `attention_lab/lessons/surgery/grad_cam.py`, to read and to take along; it knows tokens, too.
# Its hook hands on a copy of what the layer gave, because without one, the map of a BatchNorm in front of `ReLU(inplace=True)`, as in most ResNets, would be that of the ReLU, and no error would say so.

# %% tags=["experiment"]
def seen(network, name):
    x = normalised(square(name))[None]
    with torch.no_grad():
        former = int(patient.network(x).argmax())
        said = network(x).softmax(1)[0]
    return grad_cam(network, network.head, x, former)[0], said, former


found = {name: seen(patient.network, name) for name in PHOTOGRAPHS}
show(show_images(torch.stack([lit(square(name), cam) for name, (cam, *_) in found.items()]),
                 [f"{named(former)}: {said[former]:.2f}" for _, said, former in found.values()],
                 columns=3),
     "Six photographs, each with a bright area where the network finds its answer.")

# %% [markdown]
# Sensible, on most of them: the cup, the flower's head, the pagoda.
# (On the rocket the bright cells lie in the sky beside it, and 7 x 7 cells are coarse.
# Without the trained weights, the maps are those of a random network and mean nothing.)
#
# **Touch it.** Now let the operation do harm, step by step.
# Four blocks have a new SE behind your `identity_start`, and the slider sets all four gammas at once: with 0 nothing has happened, with 1 it is as careless as on the first screen, in four blocks instead of sixteen.
# On the left is the map of the *former* answer; on the right are the former answer and those that take its place.
# Before you slide: which of the two will go first, the map or the answer?

# %% tags=["experiment"]
torch.manual_seed(0)
careless = insert(patient.network, lambda channels: identity_start(SE(channels)),
                  places("depthwise", (4, 7, 10, 14)), example)


def with_gamma(name, gamma):
    for part, number in careless.named_parameters():
        if part.endswith(".gamma"):
            nn.init.constant_(number, gamma)
    return seen(careless, name)


slide_gamma(("coffee", "china"), with_gamma)

# %% [markdown]
# <details><summary>What came out (opens when you have slid)</summary>
#
# **The answer goes, and the map stays.**
# The palace is no longer called a palace, the coffee keeps its name with about a third of its former probability, [in each of five runs](lab_book.md#6.-What-it-looks-at), and the bright cells hardly move.
# So on these two photographs a beautiful heat map is no evidence that the network works: it shows where it would look for an answer that it no longer gives.
# </details>
#
# ## 7. The bug museum
#
# ### Exhibit A: it loads, it runs, and it mostly works
#
# Somebody wraps block 10, to add a module later, and then loads the weights.
# There is no error and no warning, all shapes are right, and most answers too.

# %% tags=["experiment"]
torch.manual_seed(0)
exhibit = patient.fresh()
exhibit.blocks[10] = nn.Sequential(exhibit.blocks[10], nn.Identity())
told = exhibit.load_state_dict(patient.network.state_dict(), strict=False)
score = patient.agreement(exhibit, called="loaded, 1 wrapped")
print(f"{score:.0f} % of the answers are the same")

# %% [markdown]
# A test that needs no sharp eyes asks each block: *do you compute what you computed before?*

# %% tags=["experiment"]
# your turn: load once more, with load_by_key and a rename that knows the wrapped block
print("blocks that differ:", patient.differing(exhibit))

# %% [markdown]
# Repair the exhibit in this cell, until the list is empty.
#
# <details><summary>What is wrong</summary>
#
# The wrapped block's names begin with `blocks.10.0.`, so none of its entries is found, and the block keeps its random weights.
# The shortcut hides it, as it hid your SE in section 2: one block of random numbers costs only a part of the answers.
# `print(told)` would have said so, and so would a receipt whose `left` is not empty.
# </details>
#
# ## 8. What we now know
#
# SE was not bad: a module that has not learned anything changes the scale, and the layers behind it were trained for another one.
# A shortcut protects the network from that, and with an identity start no protection is needed.
# One zero in front of the module's difference is enough; a saturated gate learns slowly, and two zeros in a row never.
# Weights are loaded by name, and only a receipt that adds up shows that all of them arrived.
# And a frozen network still changes as long as its BatchNorms are in training mode.
#
# **Will it help, and how long must I train?**
# We do not know.
# In [our only trial with labels](lab_book.md#7.-Does-it-gain?), 8 epochs on 2,000 pictures with the network frozen, gates gained nothing, and a small convolution of as many parameters did; nobody here trained longer.
# So train a control beside it: the network without your module, and one with a plain convolution.
#
# Here is your receipt.
# It is the whole operation: built with your gates, loaded by key, frozen but for the gates.

# %% tags=["experiment"]
trained = freeze(operated, receipt["new"])
score = patient.agreement(operated)
pictures = [("the photograph", square("coffee")),
            ("before", lit(square("coffee"), found["coffee"][0])),
            ("with 16 gates of mine", lit(square("coffee"), seen(operated, "coffee")[0]))]
keepsake("my_receipt.png", "16 modules in a network that was trained without them",
         {"": pictures},
         f"{len(receipt['loaded'])} entries loaded, {len(receipt['left'])} left over, "
         f"{len(trained)} tensors to train, {score:.0f} % of the answers unchanged")

# %% [markdown]
# And on Monday?
# This is your SE in a network that nobody here wrote; it runs where timm is installed.
#
# ```python
# import timm
#
# theirs, x = timm.create_model("resnet18", pretrained=True).eval(), torch.randn(2, 3, 224, 224)
# names = [f"layer{i}.1.bn2" for i in (1, 2, 3, 4)]  # the ends of four branches
# mine = insert(theirs, lambda channels: identity_start(SE(channels)), names, x)
# print(torch.equal(theirs(x), mine(x)), freeze(mine, ["fc.", *(f"{name}.1." for name in names)]))
# ```
#
# (Without the trained weights, ask for `zero_init_last=False`: timm starts the last norm of each branch with 0, and then behind it even a careless SE changes nothing.)
# Behind a block of a ViT come tokens, so a module for maps needs an adapter there, `OnTokens(SE(channels))`, which is enough if it looks at no neighbours:
#
# ```python
# class OnTokens(nn.Sequential):
#     def forward(self, x):  # tokens (B, N, C) -> a map (B, C, N, 1) -> tokens
#         return super().forward(x.transpose(1, 2)[..., None])[..., 0].transpose(1, 2)
# ```
#
# **Next.** Take a module of yours from any lesson (CBAM, coordinate attention), operate, and freeze the rest; the [lab book](lab_book.md) has what we measured for six of them, a challenge, and questions to argue about.

# %% tags=["nbval-ignore-output"]
progress()
