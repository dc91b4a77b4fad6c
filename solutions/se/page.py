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
# # 01 · Squeeze-and-Excitation
#
# *Let the whole image decide how strong each channel is.*
#
# ![A picture of 16 x 16 pixels: coloured papers under a lamp whose colour nobody tells you. A frame marks the paper in the centre, which looks reddish. Is it red paper, or blue paper under a red lamp?](figures/question.svg)
#
# A window of 3 x 3 pixels sees only the inside of the frame, so red paper and blue paper under a red lamp can look the same to it.
# An SE block looks at the whole image.
# A network built from such blocks [won the last ImageNet challenge](https://arxiv.org/abs/1709.01507), in 2017, and [MobileNetV3](https://arxiv.org/abs/1905.02244) and [EfficientNet](https://arxiv.org/abs/1905.11946) still contain them.
#
# **Needs** lesson 00, and PyTorch from a first tutorial · 1 h 20 min · 11 points · difficulty 2 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build an SE block from three small pieces and give the shape of every tensor in it;
# - show with an experiment when a view of the whole image helps, and when it does not;
# - count SE's parameters by hand and arrive at the number in the paper;
# - find and repair a wrong squeeze that trains.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-What-colour-is-this-paper?) | 5 |
# | [exercise 1, `squeeze`](#2.-Exercise-1:-squeeze) (2 points); something to touch | 12 |
# | [the idea](#3.-The-idea) | 4 |
# | [exercise 2, `Excitation`](#4.-Exercise-2:-Excitation) (3 points) | 13 |
# | [exercise 3, `SEBlock`](#5.-Exercise-3:-SEBlock) (4 points); your block, set by hand | 13 |
# | [exercise 4, `se_parameter_cost`](#6.-Exercise-4:-se_parameter_cost) (1 point), after a prediction | 10 |
# | [the bug museum](#7.-The-bug-museum), where you repair `ExhibitA` (1 point) | 6 |
# | [the experiment](#8.-The-experiment:-papers-under-lamps) and [what we now know](#9.-What-we-now-know) | 17 |
#
# </details>

# %%
from attention_lab.lessons.se import *

begin("01_se")

# %% [markdown]
# ## 1. What colour is this paper?
#
# Here are six pictures of coloured papers, each lit by a lamp of a different colour.
# Only the paper in the centre matters: **does it reflect more red light, or more blue?**
# (Green does not count.)
# Make six guesses before you go on.

# %% tags=["nbval-ignore-output"]
scenes = lamp_scenes(6, seed=3)
show(show_images(scenes.image, titles=["1", "2", "3", "4", "5", "6"]),
     "Six pictures of coloured papers, each with a square paper in the centre.")

# %% [markdown]
# And here are the same papers in white light.
# How many did you get right?

# %% tags=["nbval-ignore-output"]
colours = ["more red" if red else "more blue" for red in scenes.label]
show(show_images(scenes.paper, colours), f"The papers in white light: {', '.join(colours)}.")

# %% [markdown]
# If you were often wrong, you did what a small window does: you trusted the colour that arrives at the camera, which is the paper's colour *times* the lamp's.
# How far does that carry, on 10,000 pictures?
# A coin gets 50 %; write your guess into the first line.

# %%
my_guess = None  # per cent right, if one compares red with blue at the centre

many = lamp_scenes(10_000, seed=4)


def right(image):
    """Right answers of the rule "more red than blue at the centre", in per cent."""
    says = image[:, 0, 8, 8] > image[:, 2, 8, 8]
    return f"{100 * (says == many.label.bool()).float().mean():.0f} % right"


print("the centre alone:", right(many.image), "- you said", my_guess)

# %% [markdown]
# It is more than a coin's 50 %, because many lamps are too weak to turn red into blue.
# What could help with the others?
# The papers have random colours, so in a picture with many of them the colours roughly cancel.
# If the *mean* of the whole picture is reddish all the same, it must be the lamp that is red.
#
# ![Orange paper in white light and white paper in orange light give a 3 x 3 window the same orange pixels. The mean over the whole picture differs: a neutral grey for the first, an orange tint for the second.](figures/two_views.svg)

# %% [markdown]
# ## 2. Exercise 1: `squeeze`
#
# *About 3 minutes.*
# So let us take that mean.
# A **feature map** `x`, such as a picture or the output of a convolution, has the shape (B, C, H, W): B images, C channels, height and width.
# Of each channel of each image, one number is left:
#
# ![A (1, 2, 2, 2) tensor is squeezed to z (1, 2): channel 0 holds 1, 2, 3, 6 and becomes its mean 3; channel 1 holds 0, 0, 4, 0 and becomes 1.](figures/squeeze.svg)
#
# You wrote this in lesson 00 as `global_average_pool`, so copy your line, or write it again from memory.
# (Every tensor has a method called `squeeze` too, but that one only drops axes of size 1 and averages nothing.)

# %% exercise
def squeeze(x: torch.Tensor) -> torch.Tensor:
    """The mean of each channel of each image.

    x: feature maps, (B, C, H, W), which need not be square. Returns (B, C).
    """
    ...


# %% points=2
check(squeeze)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which axes of (B, C, H, W) are gone in (B, C)?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# One line: `return x.mean(dim=(..., ...))` with the numbers of the two spatial axes.
# Axes are counted from 0.
# </details>

# %% [markdown]
# Now divide each channel by *your* mean, and ask the rule from section 1 again.
# Before you run the cell, say what you expect.

# %% tags=["nbval-ignore-output"]
divided = many.image / squeeze(many.image)[:, :, None, None]
print("divided by your means:", right(divided))
few = scenes.image / squeeze(scenes.image)[:, :, None, None]
show(show_images(few / few.amax((1, 2, 3), keepdim=True), colours),
     "The six pictures, each divided by its three means: most of the lamps is gone.")

# %% [markdown]
# Three numbers per picture took most of the lamps away.
# At the centre of one of the six, the rule is still wrong: which one?
#
# **Touch it.** Why does this work?
# Change the lamp, and see which of the four pictures change with it, and which do not.

# %% tags=["experiment"]
slide_a_lamp()

# %% [markdown]
# <details><summary>What we think</summary>
#
# The colours that the camera sees follow the lamp, and so do the means, so their quotient does not change at all.
# Apart from its brightness it looks almost like the papers in white light.
# Almost, because in any one picture the papers are not exactly grey on average, and that is why this rule still errs now and then, as at the centre of picture 6.
# </details>
#
# Here we could write the rule by hand, because we know what the mean has to say.
# In a network nobody knows what the mean of channel 37 has to say.
# Could the network find out by itself?

# %% [markdown]
# ## 3. The idea
#
# That is the idea of Hu, Shen and Sun (2018).
# **Squeeze**: take one number per channel, its mean.
# **Excite**: let a tiny network turn these C numbers into C weights between 0 and 1, and multiply each channel by its weight.
#
# Each of these weights is called a **gate**: 0 closes the channel, 1 lets it pass.
# Several channels may be open at once, so each gate has a sigmoid of its own, and no softmax makes them compete.
#
# ![The SE block: x (B, C, H, W) is averaged over H and W, which gives z (B, C). Two layers, fc1 with a ReLU and fc2 with a sigmoid, turn z into gates (B, C), by way of a hidden layer (B, C/r). Reshaped to (B, C, 1, 1), the gates multiply x, which takes a path of its own and arrives unchanged; the output is (B, C, H, W).](figures/se_block.svg)
#
# The tiny network has one hidden layer with C // r numbers, and r is called the **reduction**.
# The squeeze is there already, so two pieces are left.
#
# <details><summary>The paper's letters</summary>
#
# The block's input is $u$ in the paper and `x` in our code, as in all lessons.
#
# | in the paper | in words | in code |
# |---|---|---|
# | $z_c = \frac{1}{HW}\sum_{i,j} u_c(i, j)$ | mean of each channel | `squeeze(x)` |
# | $\delta(W_1 z)$ | first layer, ReLU (δ) | `torch.relu(fc1(z))` |
# | $s = \sigma(W_2\, \delta(W_1 z))$ | second layer, sigmoid (σ): the gates | `Excitation(...)(z)` |
# | $\tilde x_c = s_c \cdot u_c$ | each channel times its gate | `SEBlock(...)(x)` |
#
# The reason for the global view stands in the paper's section 3.1, and the one against the softmax in its section 3.2.
# </details>

# %% [markdown]
# ## 4. Exercise 2: `Excitation`
#
# How do two small matrices make gates?
# Walk through the smallest case: two channels and one hidden number, where the first matrix has the weights (1, -1) and the second one (2, -2).
#
# If the means are z = (3, 1), the hidden number is 3 - 1 = 2, the scores are 2 · 2 = 4 and -2 · 2 = -4, and the sigmoid makes them 0.98 and 0.02.
# Channel 0 is open, and channel 1 is closed.
# If the means are (1, 3), the hidden number would be 1 - 3 = -2.
# So the ReLU makes it 0, both scores are 0, and both gates stay at σ(0) = 0.5.

# %% [markdown]
# ![For C = 8 and r = 4, a 2 x 8 matrix and a ReLU turn eight numbers into two; then an 8 x 2 matrix and a sigmoid turn these two into eight gates.](figures/excitation.svg)
#
# *About 10 minutes.*
#
# 1. Go from C numbers down to C // r with one linear layer, and cut off what is negative.
# 2. Go back up to C with another, and let a sigmoid put every gate between 0 and 1.
#
# What if C is so small, or r so large, that no number is left in the middle?
# That is almost certainly a typo, and your class says so.

# %% exercise
class Excitation(nn.Module):
    """Gates from channel means: sigmoid(fc2(relu(fc1(z)))), shape (B, C) -> (B, C).

    fc1: nn.Linear from channels to channels // reduction (10 // 4 is 2); fc2: nn.Linear
    back to channels. Neither has a bias.
    Raises ValueError, with both numbers in the message, if channels // reduction is 0.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ...

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        ...


# %% points=3
check(Excitation)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `nn.Linear(8, 2, bias=False)` takes 8 numbers and gives 2.
# Which two layers do you need?
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Create the layers in `__init__`, as attributes (`self.fc1 = ...`), so that torch finds their weights.
# `forward` only uses them.
# `torch.relu` and `torch.sigmoid` are functions, so they have no weights and need no attribute.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` computes `hidden`.
# If `hidden` is 0, it raises an error: `raise ValueError(f"... {channels} ... {reduction} ...")`.
# Then it makes two layers.
# `forward` is one line with four nested calls, and the innermost call runs first.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `SEBlock`
#
# Only one product is left, and the obvious one, `x * gates`, is wrong.
# Here is one image of two channels in which all numbers are 1, and its gates are 0.5 and 0:

# %%
x, gates = torch.ones(1, 2, 2, 2), torch.tensor([[0.5, 0.0]])
print("x * gates:", (x * gates).tolist())

# %% [markdown]
# Channel 0 should be 0.5 everywhere, and channel 1 should be 0 everywhere.
# What happened instead, and why did nothing complain?
# (Torch aligns shapes **from the right**, as in lesson 00.)
#
# *About 6 minutes.*
# Your block does it right:
#
# 1. squeeze x, and make gates of its means;
# 2. give the gates two more axes of size 1, which are stretched over H and W, and multiply each channel by its own.
#
# (Indexing with `None` adds such an axis: if `g` has the shape (B, C), `g[:, :, None]` has the shape (B, C, 1).)

# %% exercise
class SEBlock(nn.Module):
    """Multiply each channel by its gate, (B, C, H, W) -> (B, C, H, W).

    excitation: the Excitation(channels, reduction) that turns squeeze(x) into gates.
    Does not change x itself: the network around the block may still need it.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=4
check(SEBlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You have written everything already: `squeeze` and `Excitation`.
# All that is left is one product.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `__init__` makes one attribute, `self.excitation`: an `Excitation` with both arguments.
# `forward` computes the gates from the squeezed x.
# Then it gives the gates two more axes, and returns x times the gates.
# </details>
#
# If the check is red and you cannot see why, `check(SEBlock, picture=True)` in a new cell draws your output beside the expected one.

# %% [markdown]
# ### Your block, set by hand
#
# Take your block for the three channels red, green and blue, let `fc1` pass the three means on as they are, and let `fc2` multiply each of them by -4.
# The stronger a colour is in the whole picture, the further its gate closes: a mean of 0.5 gives σ(-2) = 0.12, and a mean of 0.25 gives σ(-1) = 0.27.
# What do you expect of the rule from section 1 behind this block?

# %% tags=["nbval-ignore-output"]
strength = -4  # try other numbers
block = SEBlock(3, reduction=1)
with torch.no_grad():
    for layer, matrix in ((block.excitation.fc1, torch.eye(3)),
                          (block.excitation.fc2, strength * torch.eye(3))):
        layer.weight.copy_(matrix.reshape(layer.weight.shape))
    print("behind your block:", right(block(many.image)))
    gated = block(scenes.image)
show(show_images(gated / gated.amax((1, 2, 3), keepdim=True), colours),
     "The six pictures after the block, each made brighter: the lamps are weaker.")

# %% [markdown]
# No gate of this kind divides by the mean exactly, and still the rule gains 14 points.
#
# And on a photograph?
# Here are two, each under three lamps, and below them what the same block makes of them.

# %% tags=["nbval-ignore-output"]
show_photograph_under_lamps(block, "china")
show_photograph_under_lamps(block, "coffee")  # or "flower", "rocket", "chelsea", "astronaut"

# %% [markdown]
# The three pagodas are much more alike than before, though the sky still gives the lamp away.
# But the table with the cup *is* brown, which your block takes for a lamp, so that even in white light it drives the warmth out.
# A mean tells you the lamp only where the scene is grey on average.
# In section 8 we leave the search for good numbers to gradients.

# %% [markdown]
# ## 6. Exercise 4: `se_parameter_cost`
#
# What does all this cost?
# Count by hand first: with r = 16, how many parameters does an SE block have for 64, 256 and 1024 channels?
# (A linear layer without bias has *inputs x outputs* parameters.)

# %%
predicted = {"64 channels": None, "256 channels": None, "1024 channels": None}

measured = {f"{channels} channels": sum(p.numel() for p in SEBlock(channels).parameters())
            for channels in (64, 256, 1024)}
predict_then_run(predicted, measured, unit="parameters")

# %% [markdown]
# *About 5 minutes.*
# Now count for a whole network.
# ResNet-50 is a chain of blocks in four **stages**, and each block gets one SE block on its output channels:
#
# 1. an SE block on C channels has two matrices with C · C / r numbers each, if r divides C as it does here;
# 2. stage s has $N_s$ blocks with $C_s$ channels, so SE adds in total $\frac{2}{r} \sum_s N_s\, C_s^2$.
#
# One stage of 64 channels with two blocks costs 2 / 16 · 2 · 64² = 1024.
# For ResNet-50 the paper says "about 2.5 million": check it.

# %% exercise
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    """Parameters that SE adds to a network: 2 / reduction * sum(N * C**2) over its stages.

    stage_channels: C of each stage. stage_blocks: N of each stage; any number of stages.
    Returns a number, which is not rounded if reduction does not divide it.
    """
    ...


# %% points=1
check(se_parameter_cost)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `zip(stage_blocks, stage_channels)` gives you the pairs (N, C), stage by stage.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `sum(... for n, c in zip(...))`, times 2, divided by the reduction.
# Which of n and c is squared?
# </details>
#
# Its stages have 256, 512, 1024 and 2048 channels and 3, 4, 6 and 3 blocks:

# %%
added = se_parameter_cost((256, 512, 1024, 2048), (3, 4, 6, 3))
last = se_parameter_cost((2048,), (3,))
print(f"ResNet-50 has 25,557,032 parameters; SE adds {added:,.0f}, {added / 25_557_032:.1%}.")
print(f"Of these, {last:,.0f} ({last / added:.0%}) sit in the last stage.")

# %% [markdown]
# That is the paper's number, from your own code.
# Most of it sits in the last stage, because the cost grows with the square of the number of channels, and the paper notes that you can leave SE out there and lose little accuracy.
# (Parameters are not time: SE reads all features twice, to squeeze them and to multiply them, and neither pass has a parameter.)

# %% [markdown]
# ## 7. The bug museum
#
# ### Exhibit A: a squeeze of something else
#
# In this block one line is wrong.
# Its shapes are right, every weight gets a gradient, and [it trains](lab_book.md#7.-The-exhibits), not much worse than the right one.
# So neither the shapes nor the loss will tell you; read it, and see whether you find the line.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no hidden number: channels {channels}, reduction {reduction}")
        self.excitation = nn.Sequential(
            nn.Linear(channels, hidden, bias=False), nn.ReLU(),
            nn.Linear(hidden, channels, bias=False), nn.Sigmoid())

    def means(self, x):
        B, C, H, W = x.shape
        pixels = x.reshape(B, H * W, C)
        return pixels.mean(dim=1)

    def forward(self, x):
        return x * self.excitation(self.means(x))[:, :, None, None]


# %% [markdown]
# Raise one channel at a time, and mark with `#` which of the means move.
# What should the eight lines look like?
#
# Then repair the exhibit, in its own cell, until each channel moves its own number, and no other.
# Mend what stands there: an answer that borrows from your `SEBlock` or your `squeeze` earns nothing, because the code that you will repair one day has no right version in the cell above.

# %%
torch.manual_seed(0)
exhibit, x = ExhibitA(8, reduction=4), torch.randn(1, 8, 5, 7)
for raised in range(8):
    louder = x.clone()
    louder[:, raised] += 1
    moved = (exhibit.means(louder) - exhibit.means(x)).abs()[0] > 1e-6
    print(f"channel {raised} raised:", "".join(".#"[yes] for yes in moved.tolist()))

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which numbers of x stand side by side in memory: those of one pixel, or those of one channel?
# Try `torch.arange(8).reshape(1, 2, 2, 2)`, two channels of four pixels, and look at `pixels`.
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `reshape(B, H * W, C)` does not move the channels to the end.
# It cuts the same row of numbers into pieces of length C, so each "pixel" holds C neighbouring numbers, mostly of *one* channel, and each "mean" is a mixture of all channels.
# Let the positions become one axis where they stand, with `flatten(2)`, and then move the axes or take the mean over the last one.
# Why does it train at all?
# The convolutions before the block can still learn features whose *common* strength tells the lamp; that is our guess, and we have not looked.
# </details>

# %% [markdown]
# ## 8. The experiment: papers under lamps
#
# Back to the papers, now with a network that has to learn the answer.
# Its two 3 x 3 convolutions see only 5 x 5 pixels, all of them on the same paper.
# Then comes a module, and a 1 x 1 convolution gives the answer.
# The module is nothing at all, or your `SEBlock`, or one of two controls that lack one thing each.
# *No squeeze* has SE's matrices, but each position makes its gates from its own features; *gates added* adds the gates to x.
#
# In two more arms the **cue**, the hint that SE could use, is taken out: the paper in the centre keeps its lamp, but everything around it is lit by the lamp of *another* picture.
#
# <details><summary>How a network is trained: <code>train</code> in eight lines</summary>
#
# It uses Adam, with a learning rate that rises to `peak_rate` and then falls (one cycle); `steps` is the number of batches.
#
# ```python
# optimizer = torch.optim.Adam(model.parameters())
# schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak_rate, total_steps=epochs * steps)
# for epoch in range(epochs):
#     for batch in torch.randperm(len(inputs)).tensor_split(steps):
#         optimizer.zero_grad()
#         loss(model(inputs[batch]), targets[batch]).backward()
#         optimizer.step()
#         schedule.step()
# ```
# </details>

# %% [markdown]
# Which scores should you expect, in per cent of new pictures?
# What does each of them see, and which rule of this page saw as much?

# %% tags=["experiment"]
predicted = {"no module": None, "no squeeze": None, "gates added": None, "SE": None,
             "no module, two lamps": None, "SE, two lamps": None}

# %% tags=["experiment"]
arms = {
    "no module": nn.Identity,
    "no squeeze": lambda: GateEachPosition(Excitation(CHANNELS, reduction=2)),
    "gates added": lambda: GatesAdded(Excitation(CHANNELS, reduction=2)),
    "SE": lambda: SEBlock(CHANNELS, reduction=2),
    "no module, two lamps": nn.Identity,
    "SE, two lamps": lambda: SEBlock(CHANNELS, reduction=2),
}
run, trained, plot = on_papers(arms)
remind(predicted)
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% [markdown]
# Each arm has three runs (**seeds**), with different initial weights and the pictures in a different order, so a gap between two means may be luck.
# The brackets of the next figure hold the true gap in at least 95 of 100 such experiments (**Welch's t-test**), and we call a gap large enough to matter from 5 points on.

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **The view of the whole picture is worth about 22 points, and the parameters alone are worth nothing.**
# Without a module the network scores what the centre alone is worth, and the same two matrices without the squeeze leave it there, [with five times the training, too](lab_book.md#2.-Is-it-only-slow).
# With the squeeze it gets close to the rule that you tried in section 2.
#
# **Where the mean says nothing about the lamp, SE is worth nothing.**
# With two lamps it falls back to the score of the network without a module, though it still has all of its parameters.
#
# **It is not the multiplying.**
# Adding the gates does about as well here, so the page's claim is about the squeeze.
# </details>

# %% [markdown]
# ### One set of papers, four lamps
#
# The network gives an answer at every position, not only at the centre on which it was trained.
# So take one set of papers, light it with four lamps, and colour each pixel red or blue as the network says.
# What should happen along a row if the network looks through the lamp?

# %% tags=["experiment"]
show_answers_under_lamps({"no module": trained["no module", 0], "SE": trained["SE", 0]})

# %% [markdown]
# The papers are the same in all four columns, so the answers should be too.
# Without a module they follow the lamp, and the picture turns from blue to red; under your SE block the centre keeps its answer, though the outer pixels, on which nothing was trained, still move.
# Your picture is beside this notebook: `my_se.png`.

# %% [markdown]
# ## 9. What we now know
#
# An SE block takes one number per channel from the whole image, and turns these numbers into a gate for each channel.
# The view is what counted, because gates that were added did about as well.
# So a network with a short sight can know what lights the whole scene, as long as the mean shows it; when we took that cue away, the block was worth nothing.
# So before you put SE into a network, ask what a mean over the whole image can tell these channels.
#
# **Next.** Does it take two matrices to make the gates?
# [Lesson 02](../02_eca/02_eca.ipynb), ECA, replaces them with a handful of numbers.
# (For doubters: the [lab book](lab_book.md) has all runs, real pictures, photographs on which SE did not help, the gradients by hand, and a challenge with 100 parameters.)

# %% tags=["nbval-ignore-output"]
progress()
