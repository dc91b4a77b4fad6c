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
# # 02 · Efficient Channel Attention
#
# *Three numbers instead of two matrices: each channel's gate looks at its neighbours.*
#
# ![A camera sees 48 bands, which are narrow ranges of colours. In one of the bands a disc glows. Left, the sum of all bands: 16 x 16 grey pixels of noise, in which no disc can be seen. Right, the mean of each band as a line of 48 dots: smooth hills with small bumps. Which band glows?](figures/question.svg)
#
# A camera sees 48 **bands**, narrow ranges of colour in the order of their wavelength, and in one of them a disc glows.
# Which one?
# Decide, and run the next cells.
#
# A gate for each band could tune in.
# Lesson 01's SE would make the gates of a whole ResNet-50 with about 2.5 million parameters; [ECA](https://arxiv.org/abs/1910.03151) makes them with 80 and, in its authors' tables, does as well or better.
#
# **Needs** lesson 01 · 1 h 25 min · 11 points · difficulty 2 of 5
#
# <details><summary>Goals, parts and minutes</summary>
#
# After this lesson you will be able to
#
# - build an ECA block and say where its kernel size comes from;
# - write ECA's kernel as a matrix and compare it with SE's matrices;
# - say where the 80 parameters of the paper's abstract come from;
# - find out with an experiment what ECA takes for granted.
#
# | part | minutes |
# |---|---|
# | [the problem](#1.-Which-band-glows?), [the idea](#2.-The-idea) | 12 |
# | [exercise 1, `eca_kernel_size`](#3.-Exercise-1:-eca_kernel_size) (2 points); the released networks | 11 |
# | [exercise 2, `ECABlock`](#4.-Exercise-2:-ECABlock) (5 points); something to touch | 20 |
# | [exercise 3, `band_matrix`](#5.-Exercise-3:-band_matrix) (3 points) | 14 |
# | [the experiment](#6.-The-experiment:-does-the-gate-find-the-band?) | 18 |
# | [the bug museum](#7.-The-bug-museum), where you repair `ExhibitA` (1 point) | 6 |
# | [your block at work](#8.-Tuned-in) and [what we now know](#9.-What-we-now-know) | 4 |
#
# </details>

# %%
from attention_lab.lessons.eca import *

begin("02_eca")

# %% tags=["experiment"]
pictures, discs, bands = glowing_discs(6, seed=27)
print(f"Band {bands[0]} glows, with the mean {pictures[0, bands[0]].mean():.2f}. Here it is:")
show(show_means(pictures[0], bands[0].item()),
     f"Left, band {bands[0]}: a bright disc. Right, the means; band {bands[0]} is marked.")

# %% [markdown]
# ## 1. Which band glows?
#
# The disc lifts the mean of its band a little above the smooth hills, but it need not make it the *largest* mean, so no threshold will find it.
# What will?
#
# Try a rule that reads three means, those of a band and its two neighbours, multiplies each by a number of yours, and adds up.
# The band with the largest sum is the answer.
# With (0, 1, 0) the rule takes the largest mean.
# Change the three numbers, and see how far you get.
# (A random guess is right for 2 % of the pictures.)

# %%
left, own, right = 0, 1, 0  # change these

thousand = glowing_discs(1000, seed=4)
means = thousand.pictures.mean(dim=(2, 3))
sums = left * means[:, :-2] + own * means[:, 1:-1] + right * means[:, 2:]
answers = sums.argmax(1) + 1  # the first band and the last one lack a neighbour
print(f"{100 * (answers == thousand.bands).float().mean():.0f} % right")

# %% [markdown]
# <details><summary>Three numbers that work</summary>
#
# The glowing band stands out from its neighbours, so compare it with them: (-0.5, 1, -0.5) subtracts the neighbours' average and is right in 94 % of the pictures.
# Any positive multiple of it does as well, such as (-1, 2, -1).
# </details>
#
# Your three numbers are the same for every band, and that is the whole trick of this page: what they know of band 7, they know of band 8 too.

# %% [markdown]
# ## 2. The idea
#
# Wang and others (2020) keep the first and the last step of SE, the squeeze and the product, and replace the two matrices in between by a small **kernel** that slides along the channels.
# So a gate looks at its own channel and at a few neighbours, and all gates share one rule.
#
# ![The ECA block: x (B, C, H, W) is averaged over H and W to s (B, C). A kernel of k numbers slides along the C numbers and gives C scores; a sigmoid makes gates of them. Reshaped to (B, C, 1, 1), the gates multiply x, which takes a path of its own and arrives unchanged; the output is (B, C, H, W).](figures/eca_block.svg)
#
# <details><summary>The paper's letters and reasons</summary>
#
# B is the size of the batch, C is the number of channels, and k is the size of the kernel.
# The paper's $\mathcal{X}$ is our x, and its y (lesson 01's z) is called s in our code.
#
# | in the paper | in words | in code |
# |---|---|---|
# | $y = g(\mathcal{X}) = \frac{1}{WH}\sum_{i,j} \mathcal{X}_{ij}$ | mean of each channel | `s = x.mean((2, 3))` |
# | $\omega = \sigma(\mathrm{C1D}_k(y))$ | a kernel of size k along the channels, sigmoid | `torch.sigmoid(conv(...))` |
# | (only in its figure) | each channel times its gate | `x * gates` |
# | $k = \psi(C) = \left\lvert\frac{\log_2 C}{\gamma} + \frac{b}{\gamma}\right\rvert_{\text{odd}}$ | more channels, a longer kernel; "odd": made odd, as in exercise 1 | `eca_kernel_size(C)` |
#
# In the last row, γ and b are constants, and the paper sets them to 2 and 1.
#
# The paper gives two reasons (section 3.2).
# SE's hidden layer mixes all channels into fewer numbers, so a gate no longer knows what came from its own channel.
# And a gate does not need all channels, because a few neighbours are enough.
# </details>

# %% [markdown]
# ## 3. Exercise 1: `eca_kernel_size`
#
# *About 5 minutes.*
# How many neighbours should a gate see?
# The paper lets the kernel grow with the logarithm of C and takes the odd number nearest to $t = (\log_2 C + b) / \gamma$, with γ = 2 and b = 1, because a kernel needs a middle.
# But for 128 channels t is 4, which is as near to 3 as to 5.
# Somebody [asked about this](https://github.com/BangguWu/ECANet/issues/12), and an author pointed to what [readers had worked out](https://github.com/BangguWu/ECANet/issues/24), which takes the larger:
#
# 1. drop the fraction of t, so that 4.9 becomes 4;
# 2. if the result is even, add 1.
#
# | C | t | without fraction | k |
# |---|---|---|---|
# | 64 | (6 + 1) / 2 = 3.5 | 3 | 3 |
# | 128 | (7 + 1) / 2 = 4 | 4 | 5 |

# %% exercise
def eca_kernel_size(channels: int, gamma: float = 2, b: float = 1) -> int:
    """The kernel size of an ECA block: |(log2(channels) + b) / gamma|, made odd.

    The fraction is dropped; then an even number becomes the next odd one. Returns an int.
    Raises ValueError if channels is less than 1.
    """
    ...


# %% points=2
check(eca_kernel_size)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `math.log2` is the logarithm to base 2, `abs` removes the sign, and `int(4.9)` is 4.
# (`round(4.9)` is 5, which is not what you want here.)
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# For a whole number n, `n % 2` is the remainder when n is divided by 2: 0 if n is even, and 1 if n is odd.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Write one line that computes t and drops its fraction; mind the parentheses, because the *sum* is divided.
# Write a second line that returns this whole number if it is odd, and otherwise the number plus 1.
# `math.log2` raises the ValueError by itself; with another logarithm, begin with an `if` that raises.
# </details>

# %% [markdown]
# ECA adds k parameters to each block of a ResNet, and the authors released the weights of five of them.
# Here are your kernels beside theirs:

# %%
print_released_kernels(eca_kernel_size)

# %% [markdown]
# There are the **80 parameters** of the abstract, in the column on the right, and your rule makes 86.
# Nobody's arithmetic is wrong: in the authors' code the kernel size is an argument, and an author [explained](https://github.com/BangguWu/ECANet/issues/5) that the sizes were worked out by hand.
# When somebody says "ECA with k by the rule", look at the code.

# %% [markdown]
# ## 4. Exercise 2: `ECABlock`
#
# Here are four channels with the means 1, 3, 2 and 2, and a zero beyond each end, so that the first and the last channel have two neighbours too:
#
# ![The means 1, 3, 2, 2 with a zero beyond each end; the kernel -1, 2, -1 lies over 1, 3, 2 and gives 3. The scores are -1, 3, -1, 2, the gates 0.27, 0.95, 0.27, 0.88.](figures/sliding.svg)
#
# The score of channel 1 is -1 + 2 · 3 - 2 = 3, and its gate is σ(3) = 0.95.
#
# *About 12 minutes.*
# Your block does this for any number of channels and any kernel:
#
# 1. squeeze x, and slide one kernel along its means;
# 2. make gates of the scores, and multiply each channel by its own.
#
# Be careful with the word *channel*, which means two things here.
# `Conv1d` takes (batch, input channels, length) and slides along the *length*.
# The image's channels are the length, and there is a single input channel, so the means must have the shape (B, 1, C).

# %% exercise
class ECABlock(nn.Module):
    """x * sigmoid(conv(mean of x over H and W)), shape (B, C, H, W) -> (B, C, H, W).

    conv: nn.Conv1d(1, 1, k) without bias, along the channels, k // 2 zeros at each end.
    k is kernel_size or, if that is None, eca_kernel_size(channels).
    Raises ValueError for an even k, which has no middle. Does not change x itself.
    """

    def __init__(self, channels: int, kernel_size: int | None = None) -> None:
        super().__init__()
        ...

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ...


# %% points=5
check(ECABlock)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape next to each line: x is (B, C, H, W), and its means are (B, C).
# The convolution takes (B, 1, C) and gives (B, 1, C); the product needs (B, C, 1, 1).
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Indexing with `None` adds an axis of size 1: `s[:, None]` has shape (B, 1, C).
# Indexing with a number removes an axis: `g[:, 0]` has shape (B, C).
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# `__init__` chooses k and raises if k is even.
# It makes one layer, `self.conv`, with `padding=...` and `bias=False`.
# `forward` has three lines.
# They compute the means, then the gates (one more axis, the convolution, the sigmoid), then the product.
# For the product the gates lose one axis and gain two.
# </details>

# %% [markdown]
# Back to the camera: here is your block on the picture from the top of the page.
# Its kernel is the rule of section 1 times eight, set by hand.
# Which gate do you expect to be wide open?

# %% tags=["experiment"]
peaks = with_kernel(ECABlock, BANDS, torch.tensor([-4.0, 8.0, -4.0]))
show(show_gate(gates_of(peaks, pictures)[0], title="gates of the kernel (-4, 8, -4)"),
     "A bar for the gate of each of the 48 channels. The text below says what stands out.")

# %% [markdown]
# The gate of the glowing band is, as it should be, and most others scatter around one half, because the means are noisy; band 7 comes close.
# But two gates are open even wider, and in such pictures they nearly always are.
#
# **Touch it.** Find out why: slide a kernel along twelve channels, in your own block.
# Which gates are wide open, and what lies under the kernel there?

# %% tags=["experiment"]
slide_a_kernel(ECABlock)

# %% [markdown]
# <details><summary>What we think</summary>
#
# The gates at both ends, though nothing stands out there.
# Part of the kernel lies over the zeros of the padding, so less is subtracted, and the end looks like a peak.
# The developer who brought ECA to timm noticed it too: channels have no order, so there is no reason why [some of them should lack a neighbour](https://github.com/huggingface/pytorch-image-models/pull/82).
# timm's `CecaModule` pads in a circle, so that the last channel is the neighbour of the first.
# </details>

# %% [markdown]
# ## 5. Exercise 3: `band_matrix`
#
# SE makes its scores with matrices.
# So does ECA, in disguise, because sliding a kernel along a vector is the same as multiplying the vector by a matrix W, in which each row holds the kernel, one column further than the row above.
#
# ![Left: SE for 8 channels, a 2 x 8 and an 8 x 2 matrix, which hold 32 different numbers. Right: ECA's kernel a, b, c as an 8 x 8 matrix: b on the diagonal, a left of it, c right of it, zeros elsewhere: 3 numbers.](figures/two_matrices.svg)
#
# For the four means of section 4 you can write W by hand:

# %%
W = torch.tensor([[2.0, -1, 0, 0],
                  [-1, 2, -1, 0],
                  [0, -1, 2, -1],
                  [0, 0, -1, 2]])
s = torch.tensor([1.0, 3, 2, 2])
print("scores", (W @ s).tolist())
print("gates ", [round(gate, 2) for gate in torch.sigmoid(W @ s).tolist()])

# %% [markdown]
# The four scores of section 4 again, and this time nothing slid.
#
# *About 10 minutes.*
# Build W for any kernel of odd size and any number of channels:
#
# 1. put the kernel's middle on the diagonal of each row, and its other numbers beside it, so that $W_{ij} = \text{kernel}[\,j - i + k // 2\,]$;
# 2. cut off what sticks out over the edge of the matrix, because it would only meet the zeros of the padding.

# %% exercise
def band_matrix(kernel: torch.Tensor, channels: int) -> torch.Tensor:
    """The matrix W for which sigmoid(W @ s) are ECA's gates.

    kernel: (k,), and k may be larger than channels.
    Returns (channels, channels), with the dtype and the device of the kernel:
    W[i, j] = kernel[j - i + k // 2], and 0 where the kernel has no such index.
    Gradients reach the kernel. Raises ValueError for an even k.
    """
    ...


# %% points=3
check(band_matrix)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Two loops, one over i and one over j, are fine.
# Start with a matrix of zeros, `kernel.new_zeros(channels, channels)`, which has the kernel's dtype and device.
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A negative index is not an error in Python: `kernel[-1]` is the last number.
# So check both ends before you use the index: `0 <= index < k`.
# Assigning to part of a tensor, `W[i, j] = kernel[index]`, keeps the gradient; `.item()` cuts it.
# </details>
#
# <details><summary>Hint 3: the shape of the code</summary>
#
# Raise for an even k.
# Make a matrix of zeros.
# Inside two loops, compute the index, and copy one number if the index lies in the kernel.
# Return the matrix.
# </details>
#
# Does your matrix give the same scores as the convolution in your block?

# %%
torch.manual_seed(0)
block, s = ECABlock(24, kernel_size=5), torch.randn(2, 24)
band = band_matrix(block.conv.weight[0, 0].detach(), 24)
same = torch.allclose(block.conv(s[:, None])[:, 0], s @ band.T, atol=1e-6)
print(f"the convolution and the matrix agree: {same}")

# %% [markdown]
# So an ECA block *is* a block with a 48 x 48 matrix, if there are 48 bands, and all its rows share a few numbers.
# Are neighbours all that it takes?

# %% [markdown]
# ## 6. The experiment: does the gate find the band?
#
# Back to the glowing discs.
# A small network gets all 48 bands and marks the pixels of the disc, and the arms differ in the gate that stands before it.
# (The *full matrix* is SE without its hidden layer; both read means scaled to one size and learn at a tenth of ECA's rate, because they do worse otherwise.)
# The last arm is your block again, on the same pictures, except that the bands come in one new order.
# No information is lost, but adjacent channels no longer hold similar colours.
#
# The score is the **overlap** on new pictures: the pixels that are correctly marked, divided by those that are marked or should be.
# Training shows 1024 pictures.
# In how many of them does band 7 glow?
# From so many pictures row 7 of the full matrix learns where its own band's peak is; from how many does ECA's kernel learn it?
# And what is left of that in shuffled bands?
#
# Without a gate the overlap is about 34 %, and now it is your turn:

# %% tags=["experiment"]
predicted = {"full matrix": None, "ECA": None, "ECA, bands shuffled": None}

# %% tags=["experiment"]
arms = {  # what gates the bands: its parameters
    "no gate": nn.Identity,  # 0
    "no neighbours": lambda: ECABlock(BANDS, kernel_size=1),  # 1
    "SE": se_gate,  # 48 to 12 to 48: 1152
    "full matrix": matrix_gate,  # 48 x 48: 2304
    "ECA": lambda: ECABlock(BANDS),  # 3, by your rule
    "ECA, bands shuffled": lambda: ECABlock(BANDS),  # 3
}
run, trained, plot = on_discs(arms)
remind(predicted)  # three runs of each arm, about two minutes
results = compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted))

# %% [markdown]
# <details><summary>By hand</summary>
#
# Band 7 glows in about 1024 / 48, or 21 pictures, and the kernel learns from all 1024.
# </details>

# %% tags=["experiment"]
plot.show(results, predicted)

# %% [markdown]
# <details><summary>What came out (opens when you have predicted)</summary>
#
# **Three shared numbers more than double the overlap.**
# The gate that reads only its own mean gets none of this, so it is the bands nearby that count.
#
# **Shuffle the bands, and the lead is gone.**
# The little that is left may be luck.
# Nothing was taken out of the pictures; only neighbours are no longer alike, and five times the training does not bring it back.
#
# **Free numbers learn slowly.**
# After so few steps the full matrix is no better than no gate.
# Given more of them it does better, and [stays far behind](lab_book.md#3.-Is-it-the-sharing).
# </details>

# %% [markdown]
# What has the kernel learned?
# Nobody told it which band glows, only where the disc is.

# %% tags=["experiment"]
kernel = trained["ECA", 0].conv.weight[0, 0].detach()
band = band_matrix(kernel, BANDS)
print("ECA's kernel:", [round(weight, 1) for weight in kernel.tolist()])
show_matrices({"ECA: band_matrix(kernel, 48)": band,
               "for shuffled bands": band[NEW_ORDER][:, NEW_ORDER],
               "the full matrix, trained": trained["full matrix", 0].scores.weight},
              "ECA's matrix is a band, positive on the diagonal and negative beside it. "
              "Shuffled, it is scattered. The full matrix has the diagonal too, in noise.")

# %% [markdown]
# It is your rule from section 1, a peak detector, times about seven.
# For shuffled bands the same rule is the scattered matrix in the middle, and no kernel of size 3 can produce it.
# The full matrix has begun to find the diagonal, in noise.

# %% [markdown]
# ## 7. The bug museum
#
# ### Exhibit A: neighbours that live elsewhere
#
# This block has one wrong line.
# Its shapes are right, its three numbers get gradients, and in the experiment above its [scores](lab_book.md#8.-The-exhibits) can't be told from ECA's.
# Even a test on a single picture would pass.
# Read it, and see whether you find the line.

# %% repair
class ExhibitA(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = eca_kernel_size(channels) if kernel_size is None else kernel_size
        if k % 2 == 0:
            raise ValueError(f"a kernel of {k} numbers has no middle")
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def gates(self, x):
        s = x.mean((2, 3))
        scores = self.conv(s.reshape(1, 1, -1)).reshape(s.shape)
        return torch.sigmoid(scores)

    def forward(self, x):
        return x * self.gates(x)[:, :, None, None]


# %% [markdown]
# Whether you have found it or not, ask for the gates of four pictures, first one by one and then in a batch, and mark with `#` each gate that is different in company.
# A block that treats every picture alone leaves nothing but dots.
#
# Then repair the exhibit, in its own cell, until no gate depends on who else is in the batch.
# Mend what stands there: an answer that borrows from your `ECABlock` earns nothing.

# %%
torch.manual_seed(0)
exhibit, x = ExhibitA(12), torch.randn(4, 12, 5, 7)
alone = torch.cat([exhibit.gates(picture[None]) for picture in x])
differs = (exhibit.gates(x) - alone).abs() > 1e-6
for picture, line in enumerate(differs.tolist()):
    print(f"picture {picture}:", "".join(".#"[yes] for yes in line))

# %% points=1
check(ExhibitA)

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape next to each line of `gates`, for a batch of four pictures.
# Which of these shapes no longer says where one picture ends?
# </details>
#
# <details><summary>Hint 2: what is wrong</summary>
#
# `s.reshape(1, 1, -1)` lays all pictures of the batch in one long row, and the kernel slides across their borders.
# So the last band of one picture is a neighbour of the first band of the next, and an answer depends on which pictures happen to be asked together.
# With `s[:, None]`, each picture is a row of its own.
# Only two gates of 48 are wrong, and they were odd ones before, so the score does not notice.
# </details>

# %% [markdown]
# ## 8. Tuned in
#
# Three numbers have one more advantage, which two matrices for 48 bands can't have: they fit any number of channels.
# So take the kernel that you trained on discs to a photograph.
# We sort its colours by hue into 24 bands, in the order of the rainbow, and leave of each colour as much as its gate is open.
# Which colours will stay?

# %% tags=["experiment"]
photographs = ["flower", "coffee"]  # or "astronaut", "rocket", "chelsea", "china"
keep_colours(trained["ECA", 0], photographs)

# %% [markdown]
# The orange of the petals stays, because it is a peak among its neighbours; their yellower tips and redder hearts lie beside the peak, and go grey.
# So does the red saucer: there is plenty of red, but next to it there is still more of the wood's brown, and a peak detector takes the summit and not the slope.
#
# And now, on new pictures, what it was trained for.
# We take the band whose gate is widest open, leaving out the two at the ends, which are nearly always open.

# %% tags=["experiment"]
show_tuned_in(trained["ECA", 0], glowing_discs(500, seed=7))

# %% [markdown]
# The upper row hardly shows a disc, and in four of our five pictures one band of 48 does.
# If the ends count as well, as in ECA as published, they win nearly always.
# The picture is beside this notebook: `my_eca.png`.

# %% [markdown]
# ## 9. What we now know
#
# ECA replaces SE's two matrices by one small kernel that slides along the channels, so every gate follows the same rule and every picture teaches it.
# The rule pays as long as neighbours have something to do with each other; shuffle them, and the lead is gone.
# In the middle of an ordinary network nothing gives the channels an order, and yet the authors report gains on ImageNet.
# Do such networks learn an order, or would any small gate do?
# We don't know.
# So before you put ECA into a network, ask whether channels that stand side by side have something in common.
#
# **Next.** So far a gate says *which* channels matter.
# [Lesson 03](../03_cbam/03_cbam.ipynb), CBAM, adds a gate that says *where* in the image.
# (For doubters: the [lab book](lab_book.md) has all runs, real pictures, attempts to learn an order, and a challenge with 6 parameters.)

# %% tags=["nbval-ignore-output"]
progress()
