"""Pictures that follow sliders. Each function draws the picture for one position of the sliders, from the numbers of a
learner's module."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .panels import Panel, bars, cells, points
from .style import ALERT, FEATURES, LAYERS, MAPS

PALE = 0.15  # opacity of pixels that are not seen


def pixels_reached(layers: nn.Module, size: tuple[int, int], place: tuple[int, int]) -> list[Tensor]:
    """Returns which pixels of a strip send a gradient to a position of the output of each convolution, (H, W) each, in
    the order in which the convolutions are called (lesson 04). All parameters of the layers are set to 1.

    layers: (1, 2, H, W) -> (1, 1, H, W).
    size: H and W.
    place: row and column of the position.
    """
    for numbers in layers.eval().parameters():
        nn.init.ones_(numbers)  # so that nothing cancels, and no ReLU is closed
    outputs: list[Tensor] = []
    hooks = [module.register_forward_hook(lambda _, __, output: outputs.append(output))
             for module in layers.modules() if isinstance(module, nn.Conv2d)]
    x = torch.ones(1, 2, *size, requires_grad=True)
    layers(x)
    for hook in hooks:
        hook.remove()
    return [torch.autograd.grad(output[0, :, place[0], place[1]].sum(), x, retain_graph=True)[0][0, 0] > 0
            for output in outputs]


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


def strip_seen(strip: Tensor, seen: Tensor, place: tuple[int, int]) -> list[Panel]:
    """Draws a strip with blue bars and brown posts (lesson 04). It is pale where it is not seen. A frame marks the
    position whose view is shown.

    strip: (2, H, W), a picture of `bars_and_posts`.
    seen: (H, W), True where a pixel is seen.
    place: row and column of the frame.
    """
    blue, posts = strip.clamp(0, 1)[..., None]  # (H, W, 1)
    paints = torch.tensor([[int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
                           for colour in (FEATURES, ALERT, "#CDCDCD")])
    colours = blue * paints[0] + posts * paints[1] + (1 - blue - posts).clamp(0, 1) * paints[2]
    shown = torch.where(seen[..., None], colours, 1 - PALE * (1 - colours))
    return [cells(shown.permute(2, 0, 1), "pale: not seen", side=16 * len(seen), ring=(*place, 1, 1))]


def softmax_so_far(logits: Tensor, results: Sequence[float], block: int) -> list[Panel]:
    """Draws one query's row after some of its blocks (lesson 05b): exp(logit - m) for each key that was read, and o / s
    after each block.

    logits: (M,), in the order in which they are read.
    results: o / s after each block that was read, and as the last number o / s of the whole row.
    block: how many keys are read at a time.
    """
    *read, whole = results
    keys, blocks = block * len(read), len(logits) // block
    heights = torch.where(torch.arange(len(logits)) < keys, (logits - logits[:keys].max()).exp(), torch.nan)
    so_far = torch.full((blocks,), torch.nan)
    so_far[:len(read)] = torch.tensor(read)
    return [cells(heights.reshape(blocks, block).T, "exp(logit - m); a column is a block, grey is not read yet"),
            points(so_far, "o / s after each block; dashed: the whole row", high=10, line=whole)]


def so_far_in_words(logits: Tensor, results: Sequence[float], block: int) -> str:
    """Says in a sentence or two what `softmax_so_far` draws for the same numbers."""
    *read, whole = results
    keys = logits[:block * len(read)]
    before = keys[:-block]
    m, s = keys.max(), (keys - keys.max()).exp().sum()
    factor = f"multiplied the old s and o by {(before.max() - m).exp():.2f}" if len(before) else "was the first"
    return (f"After {len(read)} of {len(logits) // block} blocks m = {m:.2f} and s = {s:.2f}. The last block {factor}. "
            f"o / s = {read[-1]:.2f}; the whole row gives {whole:.2f}.")


def mixing_desks(picture: Tensor, shares: Tensor, kernels: Sequence[int]) -> list[Panel]:
    """Draws a cloth, (3, H, W) with values around 0, and for each channel the shares of the kernels, (S, C'), which add
    up to 1 (lesson 06a)."""
    return [cells(picture + 0.5, "cloth"), *(
        bars(column, [f"{k} x {k}" for k in kernels], f"channel {channel}", colours=("#9AD0F0", FEATURES, MAPS, ALERT),
             lines=(0.11, 0.25, 0.48)) for channel, column in enumerate(shares.T))]


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


@torch.no_grad()
def where_it_listens(before: nn.Module, branch: nn.Module, as_trained: nn.Module, picture: Tensor) -> list[Panel]:
    """Draws a picture of dots, its `position_weights`, and the gates of each channel, of this branch and of another one
    (lesson 06b).

    before, branch, picture: as in `position_weights`; the picture's values are around 0.
    as_trained: the other branch.
    """
    weights = position_weights(before, branch, picture)
    names = [str(channel) for channel in range(branch(before(picture)).numel())]
    return [cells(picture[0] + 0.3, "picture"),
            cells(weights, "weights of the mean", high=max(weights.max().item(), 8 / weights.numel())),
            *(bars(each(before(picture)).flatten(), names, title, colours=(LAYERS,))
              for title, each in (("gates", branch), ("gates as trained", as_trained)))]
