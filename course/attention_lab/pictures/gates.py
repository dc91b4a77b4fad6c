"""Weights at work, for sliders: a lamp and its gates, a kernel that moves along the channels, marks and their map."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .panels import Panel, bars, cells, hexadecimal
from .style import FEATURES, LAYERS, MAPS, numbers

PALE_FEATURES, PALE_MAPS = "#B9CFDD", "#F6DFB0"


def weight_bars(weights: Tensor, labels: Sequence[str]) -> list[Panel]:
    """Draws the weights of one query, (M,), as bars from 0 to 1, each with its number and its label."""
    return [bars(weights, labels, "weights")]


def lamp_and_gates(seen: Tensor, white: Tensor, lamp: Tensor, gates: Tensor, chosen: int) -> list[Panel]:
    """Draws a picture under its lamp and in white light, the means of its red, green and blue, and a bar for each gate.

    seen, white: the picture under the lamp and in white light, (3, H, W) in [0, 1].
    lamp: the lamp's colour, (3,), drawn around `seen`.
    gates: (C,) from 0 to 1; the one with the index `chosen` is drawn in another colour.
    """
    return [cells(seen, "the camera sees", around=hexadecimal(lamp / lamp.max())), cells(white, "in white light"),
            bars(seen.mean((1, 2)), "RGB", "its means", colours=("#C0392B", LAYERS, FEATURES)),
            bars(gates, [str(channel) for channel in range(len(gates))], f"gates (blue: {chosen})",
                 colours=[FEATURES if channel == chosen else MAPS for channel in range(len(gates))])]


def kernel_at(means: Tensor, kernel: Tensor, gates: Tensor, channel: int) -> list[Panel]:
    """Draws the means of the channels, with a kernel's weights above a channel and its neighbours, and below them the
    gates of all channels. At both ends are the zeros of the padding.

    means, gates: (C,), no mean below 0.
    kernel: (k,) with odd k.
    channel: the channel under the middle of the kernel.

    Raises ValueError for an even k, or for a channel that does not exist.
    """
    means, kernel, gates = (numbers(values, name)
                            for values, name in ((means, "means"), (kernel, "kernel"), (gates, "gates")))
    count, size = len(means), len(kernel)
    if size % 2 == 0 or not 0 <= channel < count:
        raise ValueError(f"the kernel must have an odd size, and its channel must be from 0 to {count - 1}: got size "
                         f"{size}, channel {channel}")
    ends, first = 2, channel - size // 2
    places = range(-ends, count + ends)
    weights = {first + place: weight for place, weight in enumerate(kernel.tolist())}
    names = [str(place) if 0 <= place < count else "pad" for place in places]
    return [bars(F.pad(means, (ends, ends)), names, "means of the channels, and the kernel's weights above them",
                 high=means.max().item(), colours=[FEATURES if place in weights else PALE_FEATURES for place in places],
                 said=[f"× {weights[place]:g}" if place in weights else "" for place in places]),
            bars(F.pad(gates, (ends, ends)), names, "gates", lines=(0.5,),
                 colours=[MAPS if place == channel else PALE_MAPS for place in places],
                 said=[f"{gates[channel]:.2f}" if place == channel else "" for place in places])]


def pooled_and_gated(x: Tensor, weights: Tensor, high: float) -> list[Panel]:
    """Draws the channels of one image, their maximum and their mean at each position, and the map that a gate computes
    from these two.

    x: (C, H, W) from 0 to `high`; C is even.
    weights: the map, (H, W) from 0 to 1.
    """
    apart = F.pad(x, (0, 1, 0, 1), value=torch.nan)
    halves = [torch.cat(list(half), dim=0) for half in apart.chunk(2)]
    return [cells(torch.cat(halves, dim=1)[:-1, :-1], f"{len(x)} channels", high=high, colour=FEATURES, side=210),
            cells(x.amax(0), "maximum over C", high=high, colour=FEATURES, side=90),
            cells(x.mean(0), "mean over C", high=high, colour=FEATURES, side=90),
            cells(weights, "map", side=90)]
