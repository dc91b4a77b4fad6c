"""Pictures that follow sliders. Each function draws the picture for one position of the sliders, from the numbers of a
learner's module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .style import ALERT, FEATURES, INK, LAYERS, MAPS, OTHER, house_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALE = 0.15  # opacity of pixels that are not seen


def pixels_reached(layers: nn.Module, size: tuple[int, int], place: tuple[int, int]) -> Tensor:
    """Returns which pixels of a strip send a gradient to a position of the layers' output, (H, W) (lesson 04). All
    parameters of the layers are set to 1.

    layers: (1, 2, H, W) -> (1, 1, H, W).
    size: H and W.
    place: row and column of the position.
    """
    for numbers in layers.eval().parameters():
        nn.init.ones_(numbers)  # so that nothing cancels, and no ReLU is closed
    x = torch.ones(1, 2, *size, requires_grad=True)
    return torch.autograd.grad(layers(x)[0, 0, place[0], place[1]], x)[0][0, 0] > 0


def parts_seen(strip: Tensor, seen: Tensor) -> str:
    """Says in a sentence how far a position sees, and whether it sees the bar that counts and a post (lesson 04).

    strip: (2, H, W), a picture of `bars_and_posts` whose left bar counts.
    seen: (H, W), from `pixels_reached`.
    """
    bar, posts = strip > 0.5
    bar[:, bar.shape[1] // 2:] = False  # leaves out the other bar
    of_bar, of_posts = ("yes" if (seen & part).any() else "no" for part in (bar, posts))
    return (
        f"it sees {seen.sum()} pixels, in {seen.any(0).sum()} columns. The left bar: {of_bar}; a post beside it:"
        f" {of_posts}."
    )


@house_figure
def strip_seen(strip: Tensor, seen: Tensor, place: tuple[int, int]) -> Figure:
    """Draws a strip with blue bars and brown posts (lesson 04). It is pale where it is not seen. A ring marks the
    position whose view is shown.

    strip: (2, H, W), a picture of `bars_and_posts`.
    seen: (H, W), True where a pixel is seen.
    place: row and column of the ring.
    """
    import matplotlib.pyplot as plt

    height, width = seen.shape
    bars, posts = strip.clamp(0, 1)[..., None]  # (H, W, 1)
    paints = torch.tensor([[int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
                           for colour in (FEATURES, ALERT, "#CDCDCD")])
    colours = bars * paints[0] + posts * paints[1] + (1 - bars - posts).clamp(0, 1) * paints[2]
    figure, axis = plt.subplots(figsize=(7, 1.35))
    axis.imshow(colours.clamp(0, 1).numpy(), alpha=torch.where(seen, 1.0, PALE).numpy())
    axis.plot(place[1], place[0], "o", markersize=8, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=2)
    axis.set_xticks([i - 0.5 for i in range(width)], minor=True)
    axis.set_yticks([i - 0.5 for i in range(height)], minor=True)
    axis.grid(which="minor", color="white", linewidth=0.6)
    axis.tick_params(which="minor", length=0)
    axis.set(yticks=[], xticks=range(0, width, 5), xlabel="column")
    axis.spines[:].set_visible(False)
    return figure


@house_figure
def softmax_so_far(logits: Tensor, results: Sequence[float], block: int) -> Figure:
    """Draws one query's row after some of its blocks (lesson 05b): exp(logit - m) for each key that was read, and o / s
    after each block.

    logits: (M,), in the order in which they are read.
    results: o / s after each block that was read, and as the last number o / s of the whole row.
    block: how many keys are read at a time.
    """
    import matplotlib.pyplot as plt

    *read, whole = results
    keys = block * len(read)
    m = logits[:keys].max()
    colours = [MAPS if key >= keys - block else FEATURES for key in range(keys)]
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.2, 2.1), width_ratios=[1.5, 1])
    left.bar(range(keys), (logits[:keys] - m).exp().numpy(), color=colours)
    left.axvspan(keys - 0.5, len(logits), color="#EEEEEE")
    left.set(ylim=(0, 1.05), xlim=(-1, len(logits)), xlabel="keys as they are read; orange: the last block",
             ylabel="exp(logit - m)")
    right.axhline(whole, color=ALERT, linestyle="--", linewidth=1.3)
    right.plot(range(1, len(read) + 1), read, "o-", color=FEATURES, markersize=5)
    right.set(ylim=(0, 10), xlim=(0.5, len(logits) / block + 0.5), xlabel="blocks read; dashed: whole row",
              ylabel="o / s")
    return figure


def so_far_in_words(logits: Tensor, results: Sequence[float], block: int) -> str:
    """Says in a sentence or two what `softmax_so_far` draws for the same numbers."""
    *read, whole = results
    keys = logits[:block * len(read)]
    before = keys[:-block]
    m, s = keys.max(), (keys - keys.max()).exp().sum()
    factor = f"multiplied the old s and o by {(before.max() - m).exp():.2f}" if len(before) else "was the first"
    return (f"After {len(read)} of {len(logits) // block} blocks m = {m:.2f} and s = {s:.2f}. The last block {factor}. "
            f"o / s = {read[-1]:.2f}; the whole row gives {whole:.2f}.")


@house_figure
def mixing_desks(picture: Tensor, shares: Tensor, kernels: Sequence[int]) -> Figure:
    """Draws a cloth, and beside it, for each channel, the shares of the kernels, which add up to 1 (lesson 06a).

    picture: (3, H, W), from `striped_cloths`, values around 0.
    shares: (S, C').
    kernels: the S kernel sizes.
    """
    import matplotlib.pyplot as plt

    scales, channels = shares.shape
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.3), width_ratios=[1, 1.7])
    left.imshow((picture + 0.5).clamp(0, 1).permute(1, 2, 0).numpy())
    left.set_axis_off()
    for scale, (kernel, colour) in enumerate(zip(kernels, ("#9AD0F0", FEATURES, MAPS, ALERT), strict=True)):
        right.bar([channel + 0.2 * (scale - (scales - 1) / 2) for channel in range(channels)], shares[scale].numpy(),
                  0.18, color=colour,
                  label=f"{kernel} x {kernel}")
    for share in (0.11, 0.25, 0.48):
        right.axhline(share, color=OTHER, linewidth=0.8, linestyle="--", zorder=0)
    right.set(ylim=(0, 0.55), yticks=(0, 0.11, 0.25, 0.48), ylabel="share", xticks=range(channels),
              xticklabels=[f"channel {channel}" for channel in range(channels)])
    right.legend(ncols=scales, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.16), columnspacing=1,
                 handlelength=1)
    return figure


def desks_in_words(right: Tensor, asked: Tensor, shares: Tensor, kernels: Sequence[int]) -> str:
    """Says in a sentence which stripes a network names, and which kernels have the largest shares (lesson 06a).

    right: (n,), whether the answer to the cloth's own question is right.
    asked: (n,), 0 for the fine stripes, 1 for the coarse ones.
    shares, kernels: as in `mixing_desks`.
    """
    fine, coarse = (f"{100 * right[asked == kind].float().mean():.0f} %" for kind in (0, 1))
    most = ", ".join(str(kernels[scale]) for scale in shares.argmax(0))
    return (f"the network names the fine stripes in {fine} of the pictures, the coarse stripes in {coarse}; "
            f"guessing gives 33 %. In the {shares.shape[1]} channels, the largest shares are those of the kernels "
            f"{most}.")


@torch.no_grad()
def position_weights(before: nn.Module, branch: nn.Module, picture: Tensor) -> Tensor:
    """Returns the weight that each position has in the mean of a channel branch, (H, W) (lesson 06b).

    before: the layers before the branch.
    branch: a `ChannelPolarized`.
    picture: (1, 3, H, W).
    """
    return branch.get_submodule("wq")(before(picture)).flatten(2).softmax(dim=2).view(picture.shape[2:])


@house_figure
def where_it_listens(before: nn.Module, branch: nn.Module, as_trained: nn.Module, picture: Tensor) -> Figure:
    """Draws a picture of dots, its `position_weights`, and the gate of each channel, with the gates of another branch
    pale behind them (lesson 06b).

    before, branch, picture: as in `position_weights`; the picture's values are around 0.
    as_trained: the other branch.
    """
    import matplotlib.pyplot as plt

    weights = position_weights(before, branch, picture)
    with torch.no_grad():
        gates, reference = (each(before(picture)).flatten() for each in (branch, as_trained))
    figure, axes = plt.subplots(1, 3, figsize=(7, 2.4), width_ratios=[1, 1, 1.5])
    axes[0].imshow((picture[0] + 0.3).clamp(0, 1).permute(1, 2, 0).numpy())
    axes[0].set_title("picture", loc="center")
    axes[1].imshow(weights.numpy(), cmap="Oranges", vmin=0, vmax=max(weights.max().item(), 8 / weights.numel()))
    axes[1].set_title("weights of the mean", loc="center")
    for axis in axes[:2]:
        axis.set(xticks=[], yticks=[])
    axes[2].bar(range(len(gates)), reference.numpy(), 0.9, color="#BFE3D5")
    axes[2].bar(range(len(gates)), gates.numpy(), 0.5, color=LAYERS)
    axes[2].set(ylim=(0, 1), xlabel="channel", title="gates (0 closed, 1 open)")
    return figure
