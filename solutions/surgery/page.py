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
# We put SE into a pretrained network and trained nothing.
# Before, the network agreed with itself on 100 % of the pictures; now it agrees on 0 %.
# Is SE bad?
#
# Almost everybody who wants attention has a network that was trained without it.
# This page is about the operation, and about proving that the patient is alive.
#
# **Needs** lessons 01 and 03 (gates, training mode) · 2 h 5 min · 7 points · difficulty 3 of 5
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
# | [the bug museum](#6.-The-bug-museum), where you repair `exhibit_a` (1 point) | 10 |
# | [what it looks at](#7.-What-does-it-look-at?) and [what we now know](#8.-What-we-now-know) | 10 |
#
# </details>

# %%
from attention_lab.lessons.surgery import *

begin("e4_surgery")

# %% [markdown]
# ## 1. Exercise 1: `insert`
#
# The patient is EfficientNet-Lite0, a network of 16 blocks that was trained on ImageNet, and whose authors took SE [*out*](https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite).
# It gets 60 pieces of six photographs, without labels: the untouched network's own answers are the yardstick.
# With its weights installed (17 MB; the next cell says how), every number that a cell prints is yours.

# %% tags=["experiment"]
patient = Patient()  # says so if the trained weights are not installed
print(f"{len(patient.answers)} pieces, {patient.answers.unique().numel()} different answers")
print(f"agreement with itself: {patient.agreement(patient.network):.0f} %")

# %% [markdown]
# A block widens its map, looks at each channel by itself (with a *depthwise* convolution), and narrows it again.
# Most blocks also carry their input past all this, on a shortcut.
# So there are three places for a module, and each is behind a module that has a name.
#
# ![A map x (B, C, H, W) goes through expand, depthwise and project, and x is added at the end if the block has a shortcut. The place depthwise is behind the module blocks.3.depthwise. The place branch is behind blocks.3.project, before the sum. The place after is behind blocks.3, which is behind the sum.](figures/places.svg)
#
# *About 15 minutes.*
# You write the surgeon, for any network and any module.
#
# 1. Nobody tells you how many channels come out of a place, so let an `example` run through the network, and look at what passes.
# The tool for looking is a *hook*, a function that a layer calls whenever it has worked: `layer.register_forward_hook(function)` calls `function(layer, inputs, output)`.
# 2. In a copy of the network, replace each named module by a sequence of itself and the new one.
#
# Behind `"blocks.3.depthwise"` the map has 144 channels, so there your function calls `make(144)`.

# %% exercise
def insert(network: nn.Module, make, names, example) -> nn.Module:
    """A copy of the network with make(channels) behind each module of these names.

    channels: of the map (B, C, H, W) or the tokens (B, N, C) that the module
    gives when the network, in eval mode, gets `example`. A sequence of both
    takes its place, with the names 0 and 1; the new module is in the mode of
    the old one, which gets whatever it is called with, named inputs, too.
    The original, its modes, gradients and statistics stay as they are.
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
# This is lesson 01's SE, shortened; with the weights installed, you can use your own, or any other module.

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
torch.manual_seed(0)
everywhere = places("depthwise", range(16))
print(everywhere[:3], "...")
careless = insert(patient.network, SE, everywhere, patient.example)
print("in all 16 blocks:", patient.told(careless, "SE everywhere, depthwise"))

# %% [markdown]
# There it is, the scandal of the first screen: with the trained weights by your own hand, without them by ours.
#
# ## 2. Where does it hurt?
#
# Sixteen wounds at once say little, so open one block at a time.
#
# *Predict* for block 10: with a new, untrained SE in this one block, how many of the pieces keep their answer (%)?

# %% tags=["experiment"]
predicted = {"branch": None, "depthwise": None, "after": None}

# %% tags=["experiment"]
remind(predicted)  # about 30 seconds
in_one = one_block_at_a_time(patient, insert, SE)  # three places, 16 blocks

# %% tags=["experiment"]
measured = {place: blocks[10] for place, blocks in in_one.items()}
with after_predicting(predicted):
    show_blocks(in_one)
predict_then_run(predicted, measured, unit="pieces with their former answer (%)")

# %% [markdown]
# Look at the upper two rows.
# Some blocks bear the operation and some do not, and the difference is large.
# What do those that do not have in common?
# The drawing above has a hint, and `patient.network.blocks[5]` has an attribute for it.
#
# Decide, and then ask a second suspect: a module that multiplies everything by one half, and attends to nothing.

# %% tags=["experiment"]
with after_predicting(predicted):
    compare_shortcuts(patient, in_one["depthwise"])
    compare_half(patient, insert, lambda channels: Half())

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **A shortcut softens the blow.**
# With a shortcut, a damaged branch is only one part of a sum.
# After the sum (the lowest row) the module stands on the shortcut's way, too, and there the good blocks are as bad as the others, [in each of five runs](lab_book.md#2.-Where-it-hurts).
#
# **The damage is scale.**
# A new SE has never seen anything worth attending to, so all its gates are near one half.
# A constant of one half, which attends to nothing, does about the same harm, so the first screen says nothing about attention: the layers behind were trained for numbers twice as large.
# </details>

# %% [markdown]
# ## 3. Exercise 2: `identity_start`
#
# If the scale does the damage, let the module begin with no effect at all.
# People do this in several ways: they give the sigmoid a large bias, so that all gates begin near 1, or put a number gamma in front of the module that starts at 0, as in DANet (lesson 05a).
#
# *About 8 minutes.*
# Wrap any module so that the whole begins as the identity, and can become the module:
#
# $$x + \gamma\,(\mathrm{module}(x) - x)$$
#
# 1. Write a small class that holds the module and gamma, and computes the formula.
# 2. Return an object of it.
#
# If x is 4 and the module halves it, the result is 4 at the start, 4 + 0.5 · (2 - 4) = 3 with gamma 0.5, and 2 with gamma 1.

# %% exercise
def identity_start(module: nn.Module) -> nn.Module:
    """An nn.Module that computes x + gamma * (inner(x) - x).

    inner: the module as it came, for maps or tokens.
    gamma: nn.Parameter, torch.zeros(1). The result has x's dtype, also where
    gamma has another one, as in half precision: gamma.to(x.dtype).
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
              everywhere, patient.example)
print(f"your start, all 16 blocks: {patient.agreement(safe):.0f} % agreement")

# %% [markdown]
# ### Does it still learn?
#
# A module that never does anything would also score 100 %.
# So give each start a small task that SE can do exactly: multiply half of the channels by 0.7, in 60 steps.
# For a module that never learns anything, 100 % of the loss is left.
#
# *Predict* what is left with a bias of 6 (gates near 0.998), with your gamma, and with two zeros in a row, `x + gamma * layer(module(x))`, where gamma and all numbers of the layer are 0.

# %% tags=["experiment"]
predicted = {"bias 6": None, "gamma 0": None, "two zeros": None}

# %% tags=["experiment"]
starts = {"as it is": SE, "bias 6": lambda c: SE(c, bias=6.0),
          "gamma 0": lambda c: identity_start(SE(c)), "two zeros": lambda c: TwoZeros(SE(c), c)}
remind(predicted)
found = try_starts(patient, insert, starts)

# %% tags=["experiment"]
with after_predicting(predicted):
    print_starts(found)
predict_then_run(predicted, {name: found[name].left for name in predicted},
                 unit="loss that is left (%)")

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Saturation pays with the gradient.**
# A large bias is safe because the sigmoid is flat there, and where it is flat, little gradient gets through, so the module learns slowly.
#
# **One zero costs little, two zeros in a row are dead for ever.**
# Gamma 0 hides the module's weights from the gradient for one step only, because gamma itself gets a gradient.
# In the form with two zeros, gamma's gradient is zero because of the layer, and the layer's because of gamma, so neither ever moves.
# </details>
#
# <details><summary>Before you use it in earnest</summary>
#
# An optimiser's weight decay pulls gamma back to 0, so keep gamma out of it.
# Gamma 0 does not save you from a module that overflows, because 0 · inf is nan.
# And a module that begins with an operation in place changes x itself, unless it is given `x.clone()`.
# </details>

# %% [markdown]
# ## 4. Exercise 3: `load_by_key`
#
# So far the network was trained already when you operated.
# In practice it is often the other way round: your code builds the network *with* the module, and then loads a file of weights that knows nothing of it.
# PyTorch's way out is `load_state_dict(state, strict=False)`, so let us try it with one wrapped block.

# %% tags=["experiment"]
torch.manual_seed(0)
wrapped = patient.fresh()  # a new network, with random weights
wrapped.blocks[10] = nn.Sequential(wrapped.blocks[10], nn.Identity())
told = wrapped.load_state_dict(patient.network.state_dict(), strict=False)
print(patient.told(wrapped, "loaded, 1 wrapped"))
print("different blocks:", patient.differing(wrapped))

# %% [markdown]
# No error, no warning, and with the trained weights most answers are right.
# Yet block 10 has kept its random weights, because its parts have moved from `blocks.10.expand` to `blocks.10.0.expand` and the file has the old names.
# (Its shortcut hides it, as it hid your SE.)
# The lists of names that did not fit are in `told`, and nothing made us read them.
#
# *About 18 minutes.*
# Write a loader that hands you a receipt:
#
# 1. Give each entry of the file its new name, and see whether the model has a place of this name and shape.
# 2. Load what fits, and sort every name, the file's and the model's, into one of four lists.
#
# Say the model has `a` (3) and `b` (2), the file `old.a` (3), `old.b` (5) and `old.c` (1), and `rename` takes `old.` away.
# Then `a` is loaded, `b` is new, `old.c` is left over, and `old.b` has the wrong shape.

# %% exercise
def load_by_key(model: nn.Module, state: dict, rename) -> dict[str, list[str]]:
    """Loads each entry of `state` whose new name, rename(name), is an entry of
    model.state_dict() (counters are entries, too) of the same shape.

    Returns the receipt, four lists of names:
    loaded, new: the model's names that got an entry, and those that did not.
    left, wrong_shape: names as they are in `state`, without a place, and those
    whose place has another shape. Nothing is loaded in part.
    Raises ValueError, and loads nothing, if two entries fit the same place.
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
# A real case: the file of the trained weights has names of its own, such as `_blocks.3._expand_conv.weight`.
# Load it into a new network with your gates behind every block.

# %% tags=["experiment"]
operated = insert(patient.fresh(), lambda channels: identity_start(SE(channels)),
                  places("after", range(16)), patient.example)


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
# The next cells train nothing at all: they put the network into training mode, show its later blocks pictures without any gradient, and put it back into eval mode.
#
# *Predict* the agreement with the former answers after 5 and after 20 batches of 24 pieces.

# %% tags=["experiment"]
predicted = {"5 batches": None, "20 batches": None}

# %% tags=["experiment"]
remind(predicted)
usual = show_pictures(patient, copy.deepcopy(patient.network), "usual")  # about 10 seconds

# %% tags=["experiment"]
predict_then_run(predicted, usual, unit="pieces with their former answer (%)")

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **A BatchNorm changes without being trained.**
# In training mode it collects the mean and the variance of what passes, and no `requires_grad` stops it.
# Our pieces of photographs are not ImageNet, so its statistics move.
# No single layer is far off, but all of them together are enough.
# </details>
#
# *About 10 minutes.*
# Freeze a network so that it stays frozen, although every training loop calls `network.train()` at the start of each epoch.
#
# 1. Let only those parameters be trained whose names *begin* with one of the texts in `but`.
# 2. Give each norm a hook that is called *before* the norm works, and that puts a frozen one into eval mode.
#
# With `but = ["fc", "blocks.3.1."]`, the parameters `fc.weight`, `fc.bias` and `blocks.3.1.gamma` are trained, and `blocks.3.0.expand.0.weight` is not.
# (Mind the dot at the end: `blocks.1` also begins `blocks.10`.)

# %% exercise
def freeze(network: nn.Module, but) -> list[str]:
    """Trains only the parameters whose names begin with one of `but`; returns their names.

    Every other norm with running statistics (BatchNorm of all kinds, ...) keeps them, and
    normalises with them, even after network.train() or that of a part; a norm `bn1` is among
    those trained if `but` has "bn1", or "bn1." with its dot. Called again, freeze decides
    anew for everything, so a part can thaw. The network can be copied and saved, so the hook
    is defined outside of freeze.
    Raises ValueError, which names it, for a text with which no name begins.
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
print("the same pictures, frozen by you:", show_pictures(patient, frozen, "by you"))

# %% [markdown]
# ## 6. The bug museum
#
# ### Exhibit A: everything is put back as it was
#
# This is another surgeon's `insert`.
# It needs one copy of the network where the second hint of section 1 needs two, because it cleans up after its look at what passes: the hooks go, and the network returns to the mode in which it came.
# Its operated networks have the right shapes, answers and gradients, and they train.
# And yet it undoes a part of what somebody did to the network with care.
# Read it, and see whether you find the line.

# %% repair
def exhibit_a(network, make, names, example):
    class Behind(nn.Sequential):
        def forward(self, *inputs, **named):
            return self[1](self[0](*inputs, **named))

    copied, outputs = copy.deepcopy(network), {}
    modules = dict(copied.named_modules())
    if unknown := [name for name in names if name not in modules]:
        raise ValueError(f"there is no module {unknown[0]!r}")
    hooks = [modules[name].register_forward_hook(
        lambda module, inputs, output, name=name: outputs.update({name: output}))
        for name in names]
    before = copied.training
    with torch.no_grad():
        copied.eval()(example)
    copied.train(before)
    for hook in hooks:
        hook.remove()
    for name in names:
        shape = getattr(outputs.get(name), "shape", ())
        if len(shape) not in (3, 4):
            raise ValueError(f"{name!r} gives neither a map nor tokens")
        new = make(shape[1] if len(shape) == 4 else shape[2]).train(modules[name].training)
        parent, _, last = name.rpartition(".")
        setattr(modules[parent], last, Behind(modules[name], new))
    return copied


# %% [markdown]
# Most people freeze BatchNorms with `eval()`, so here is a network in training mode whose first ten blocks sleep.
# The exhibit puts a module behind block 12, far away from them.
# The next cell prints a sign for each BatchNorm from the stem to the head: a dot keeps its statistics, and `#` collects new ones, in silence.
#
# Repair the exhibit in its own cell, until nobody wakes up during the operation.
# (Your `insert` is no help here, because an answer that borrows from it earns nothing.)

# %% tags=["experiment"]
torch.manual_seed(0)
asleep = copy.deepcopy(patient.network).train()
asleep.blocks[:10].eval()
awake = exhibit_a(asleep, lambda channels: identity_start(SE(channels)), ["blocks.12"],
                  patient.example)
print_norms({"before": asleep, "after": awake})

# %% points=1
check(exhibit_a)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Print `module.training` for a few of `asleep.modules()`: is there one mode?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `before` is one mode, and the network has one for each module; `train(before)` gives this one to all of them.
# So keep the mode of each module of the copy, and give each its own again.
# (Or look at what passes in a second copy, as you did.)
# The training loop of Lightning had [this very line](https://github.com/Lightning-AI/pytorch-lightning/issues/2551) behind each validation, which woke every BatchNorm that its users had put to sleep, and it took [more than three years](https://github.com/Lightning-AI/pytorch-lightning/pull/18951) until it remembered each module's mode.
# A network that went through your `freeze` bears the exhibit, because its hooks decide anew each time.
# </details>

# %% [markdown]
# ## 7. What does it look at?
#
# The last question is the one that everybody asks of a patient who is awake.
# Grad-CAM lights up the places of the last map that speak for an answer.
# (A random network has none: without the trained weights, its maps mean nothing.)
#
# <details><summary>How Grad-CAM does it</summary>
#
# A channel's weight is the mean of its gradient over all positions, and the picture is the weighted sum of the channels, without its negative part (Selvaraju and others, 2017):
#
# $$L = \mathrm{ReLU}\Big(\sum_k \alpha_k A^k\Big), \qquad \alpha_k = \frac{1}{Z}\sum_{i,j}\frac{\partial y}{\partial A^k_{ij}}$$
#
# Here $A^k$ is channel k of the map, y is the score of the class, and Z is the number of positions.
# `grad_cam` is in `attention_lab/lessons/surgery/grad_cam.py`, to read and to take along.
# </details>
#
# **Touch it.** Now let the operation do harm, step by step.
# Four blocks have a new SE behind your `identity_start`, and the slider sets all four gammas at once: with 0 nothing has happened, and with 1 these four are as careless as the first screen's sixteen.
# On the left is the map of the *former* answer; on the right are the former answer and those that take its place.
# Before you slide: which of the two will go first, the map or the answer?

# %% tags=["experiment"]
torch.manual_seed(0)
careful = insert(patient.network, lambda channels: identity_start(SE(channels)),
                 places("depthwise", (4, 7, 10, 14)), patient.example)
slide_gamma(("coffee", "china"),
            lambda name, gamma: seen(patient, with_gamma(careful, gamma), name))

# %% [markdown]
# <details><summary>What came out (opens when you have slid)</summary>
#
# **The confidence goes, and the map stays.**
# With the trained weights, the palace is no longer called a palace, the coffee keeps its name and loses most of its probability, [in each of five runs](lab_book.md#6.-What-it-looks-at), and the bright cells hardly move.
# So on these two photographs a beautiful heat map is no evidence that the network works: it shows where it would look for an answer of which it is no longer sure.
# </details>
#
# Here is your receipt, for the whole operation: built with your gates, loaded by key, frozen but for the gates.

# %% tags=["experiment"]
trained = freeze(operated, receipt["new"])
score = patient.agreement(operated)
keepsake("my_receipt.png", "16 modules in a network that was trained without them"
         if patient.trained else "16 modules in a random network of the same form",
         {"": before_and_after(patient, operated, "coffee")},
         f"{len(receipt['loaded'])} entries loaded, {len(receipt['left'])} left over, "
         f"{len(trained)} tensors to train, {score:.0f} % of the answers unchanged")

# %% [markdown]
# ## 8. What we now know
#
# SE was not bad: a module that has not learned anything changes the scale, and the layers behind it were trained for another one.
# A shortcut softens that, and a start as the identity, with one zero in front of the module's difference, needs no protection and still learns.
# And that the patient is alive is proved by counting: a receipt that adds up for the weights, and each norm's mode.
#
# <details><summary>On Monday: your SE in a network that nobody here wrote</summary>
#
# This runs where timm is installed:
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
# Dropout is still random in training mode, and an optimiser moves a parameter whose `.grad` is left from before, until you call `zero_grad()`.
# </details>
#
# **Next.** Take a module of yours from any lesson, operate, freeze the rest, and train it beside the network without it: whether it helps is your experiment.
# (In our only short trial, gates gained nothing and a small convolution did; see the [lab book](lab_book.md), with a challenge.)

# %% tags=["nbval-ignore-output"]
progress()
