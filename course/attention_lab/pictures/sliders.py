"""What sliders move: for lessons that have one, the picture of one place of the sliders, drawn from the numbers of a learner's module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .style import ALERT, FEATURES, INK, MAPS, house_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALE = 0.15  # opacity of what is not seen


def pixels_reached(layers: nn.Module, size: tuple[int, int], place: tuple[int, int]) -> Tensor:
    """Lesson 04: from which pixels of a strip a gradient comes to a position of the layers' output, (H, W); all their numbers become 1.

    layers: (1, 2, H, W) -> (1, 1, H, W). size: H and W. place: row and column of the position.
    """
    for numbers in layers.eval().parameters():
        nn.init.ones_(numbers)  # so that nothing cancels, and no ReLU is closed
    x = torch.ones(1, 2, *size, requires_grad=True)
    return torch.autograd.grad(layers(x)[0, 0, place[0], place[1]], x)[0][0, 0] > 0


def parts_seen(strip: Tensor, seen: Tensor) -> str:
    """Lesson 04: how far a position sees, and whether it sees the bar that counts and a post, in a sentence.

    strip: (2, H, W), a picture of `bars_and_posts` whose left bar counts. seen: (H, W), as `pixels_reached` gives it.
    """
    bar, posts = strip > 0.5
    bar[:, bar.shape[1] // 2:] = False  # without the other bar
    of_bar, of_posts = ("yes" if (seen & part).any() else "no" for part in (bar, posts))
    return f"it sees {seen.sum()} pixels, in {seen.any(0).sum()} columns. The left bar: {of_bar}; a post beside it: {of_posts}."


@house_figure
def strip_seen(strip: Tensor, seen: Tensor, place: tuple[int, int]) -> Figure:
    """Lesson 04: a strip, bars blue and posts brown, pale where it is not seen; a ring around the position that looks.

    strip: (2, H, W), a picture of `bars_and_posts`. seen: (H, W), true where a pixel is seen. place: row and column of the ring.
    """
    import matplotlib.pyplot as plt

    height, width = seen.shape
    bars, posts = strip.clamp(0, 1)[..., None]  # (H, W, 1)
    paints = torch.tensor([[int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)] for colour in (FEATURES, ALERT, "#CDCDCD")])
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
    """Lesson 05b: one query's row after some of its blocks: exp(logit - m) of each key that was read, and o / s after each block.

    logits: (M,), in the order in which they are read. results: o / s after each block that was read, and then that of the whole row.
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
    left.set(ylim=(0, 1.05), xlim=(-1, len(logits)), xlabel="keys as they are read; orange: the last block", ylabel="exp(logit - m)")
    right.axhline(whole, color=ALERT, linestyle="--", linewidth=1.3)
    right.plot(range(1, len(read) + 1), read, "o-", color=FEATURES, markersize=5)
    right.set(ylim=(0, 10), xlim=(0.5, len(logits) / block + 0.5), xlabel="blocks read; dashed: whole row", ylabel="o / s")
    return figure


def so_far_in_words(logits: Tensor, results: Sequence[float], block: int) -> str:
    """What `softmax_so_far` draws of the same numbers, in a sentence."""
    *read, whole = results
    keys = logits[:block * len(read)]
    before = keys[:-block]
    m, s = keys.max(), (keys - keys.max()).exp().sum()
    factor = f"multiplied the old s and o by {(before.max() - m).exp():.2f}" if len(before) else "was the first"
    return (f"After {len(read)} of {len(logits) // block} blocks m = {m:.2f} and s = {s:.2f}. The last block {factor}. "
            f"o / s = {read[-1]:.2f}; the whole row gives {whole:.2f}.")
