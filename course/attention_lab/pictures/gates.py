"""Pictures that show weights at work, and follow a slider. One shows the weights of three words, one a lamp and its
gates, one a kernel that moves along the channels, and one marks and their map.

Each function returns a matplotlib Figure that is closed in pyplot, like those in `pictures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from .style import (
    FEATURES,
    INK,
    LAYERS,
    MAPS,
    OTHER,
    colour_map,
    draw_image,
    house_figure,
    numbers,
    one_plot,
    whole_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure


@house_figure
def weight_bars(weights: Tensor, labels: Sequence[str]) -> Figure:
    """Draws the weights of one query as bars from 0 to 1, each with its number.

    weights: (M,).
    labels: a name for each weight.

    Raises ValueError for another shape or another number of labels.
    """
    weights = numbers(weights, "weights")
    if weights.shape != (len(labels),):
        raise ValueError(f"weights must be ({len(labels)},), one for each of {list(labels)}; got "
                         f"{tuple(weights.shape)}")
    figure, axis = one_plot(3.2, 1.9)
    for bar in axis.bar(labels, weights.numpy(), color=MAPS, width=0.6):
        axis.text(bar.get_x() + 0.3, bar.get_height() + 0.03, f"{bar.get_height():.2f}", ha="center", va="bottom")
    axis.set(ylim=(0, 1.2), yticks=[0, 0.5, 1], ylabel="weight")
    return figure


@house_figure
def lamp_and_gates(seen: Tensor, white: Tensor, lamp: Tensor, gates: Tensor, chosen: int) -> Figure:
    """Draws a picture under its lamp and in white light, the means of its red, green and blue, and a bar for each gate.

    seen: the picture under the lamp, (3, H, W) in [0, 1]; its middle is framed.
    white: the picture in white light, (3, H, W) in [0, 1]; its middle is framed.
    lamp: the lamp's colour, (3,), drawn around `seen`.
    gates: (C,) from 0 to 1.
    chosen: the index of the gate that is drawn in another colour, with its number.

    Raises ValueError for gates of another shape, such as those of a batch, or for a gate that does not exist.
    """
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    gates = numbers(gates, "gates")
    if gates.ndim != 1:
        raise ValueError(f"gates must be (C,), got {tuple(gates.shape)}; if this is a batch, choose one: gates[0]")
    if not 0 <= chosen < len(gates):
        raise ValueError(f"there are {len(gates)} gates, counted from 0; got {chosen}")
    figure, (left, middle, means, right) = plt.subplots(1, 4, figsize=(8.4, 2.1), width_ratios=[1, 1, 0.75, 2.2])
    for axis, image, title in ((left, seen, "the camera sees"), (middle, white, "in white light")):
        draw_image(axis, numbers(image, title))
        height, width = image.shape[1:]
        axis.add_patch(Rectangle((0.3 * width - 0.5, 0.3 * height - 0.5), 0.4 * width, 0.4 * height, fill=False,
                                 edgecolor="white"))
        axis.set(xticks=[], yticks=[])
        axis.set_title(title, loc="center")
        for spine in axis.spines.values():
            spine.set(visible=True, linewidth=7, color=(lamp / lamp.max()).tolist() if axis is left else "white")
    for bar in means.bar(["R", "G", "B"], numbers(seen, "seen").mean((1, 2)).numpy(), 0.7,
                         color=["#C0392B", LAYERS, FEATURES]):
        means.text(bar.get_x() + 0.35, bar.get_height() + 0.02, f"{bar.get_height():.2f}", ha="center", va="bottom",
                   fontsize=8)
    means.set(ylim=(0, 1), yticks=[0, 0.5, 1])
    means.set_title("its means", loc="center")
    right.bar(range(len(gates)), gates.numpy(),
              color=[FEATURES if channel == chosen else MAPS for channel in range(len(gates))])
    right.text(chosen, gates[chosen].item() + 0.02, f"{gates[chosen]:.2f}", ha="center", va="bottom", weight="bold",
               color=FEATURES)
    right.axhline(0.5, color=OTHER, linewidth=0.8, linestyle="--")
    right.set(ylim=(0, 1.12), yticks=[0, 0.5, 1], xlim=(-0.6, len(gates) - 0.4), xlabel=f"channel (blue: {chosen})",
              ylabel="gate")
    whole_ticks(right.xaxis)
    return figure


@house_figure
def kernel_at(means: Tensor, kernel: Tensor, gates: Tensor, channel: int) -> Figure:
    """Draws a kernel over the means of a channel and its neighbours, above the gates of all channels. Where the kernel
    reaches beyond an end, the zeros of the padding are drawn.

    means, gates: (C,), no mean below 0.
    kernel: (k,) with odd k.
    channel: the channel under the middle of the kernel.

    Raises ValueError for an even k, or for a channel that does not exist.
    """
    import matplotlib.pyplot as plt

    means, kernel, gates = (numbers(values, name)
                            for values, name in ((means, "means"), (kernel, "kernel"), (gates, "gates")))
    count, size = len(means), len(kernel)
    if size % 2 == 0 or not 0 <= channel < count:
        raise ValueError(f"the kernel must have an odd size, and its channel must be from 0 to {count - 1}: got size "
                         f"{size}, channel {channel}")
    covered = range(channel - size // 2, channel + size // 2 + 1)
    figure, (above, below) = plt.subplots(2, 1, figsize=(6.2, 3.1), sharex=True, height_ratios=[1.5, 1])
    inside = [c in covered for c in range(count)]
    above.bar(range(count), means.numpy(), color=[FEATURES if c else f"{FEATURES}55" for c in inside], width=0.7)
    top = 1.12 * means.max().item()
    place: int | float
    for place, weight in zip(covered, kernel.tolist(), strict=True):
        mean = means[place].item() if 0 <= place < count else 0.0
        above.text(place, top, f"{weight:g}", ha="center", va="bottom", color="white", weight="bold", fontsize=8,
                   bbox={"boxstyle": "square,pad=0.3", "facecolor": LAYERS, "edgecolor": "white"})
        above.plot([place, place], [mean + 0.13 * top, top], color=LAYERS, linewidth=1, linestyle=":")
        above.text(place, mean + 0.02 * top, f"{mean:g}", ha="center", va="bottom", fontsize=8)
    below.bar(range(count), gates.numpy(), color=[MAPS if c == channel else f"{MAPS}55" for c in range(count)],
              width=0.7)
    below.text(channel, gates[channel].item() + 0.03, f"{gates[channel]:.2f}", ha="center", va="bottom", weight="bold")
    below.axhline(0.5, color=OTHER, linewidth=0.8, linestyle="--")
    for axis in (above, below):
        for start, end in ((-3, -0.5), (count - 0.5, count + 2)):
            axis.axvspan(start, end, color=OTHER, alpha=0.18, linewidth=0)
    for place in (-1.75, count + 0.75):
        below.text(place, 0.5, "padding", ha="center", va="center", rotation=90, color=INK)
    above.set(ylabel="mean", ylim=(0, 1.4 * means.max().item()))
    below.set(ylabel="gate", ylim=(0, 1.25), yticks=[0, 0.5, 1], xlabel="channel", xlim=(-3, count + 2),
              xticks=range(count))
    return figure


@house_figure
def pooled_and_gated(x: Tensor, weights: Tensor, high: float) -> Figure:
    """Draws the channels of one image, their maximum and their mean at each position, and the map that a gate computes
    from these two.

    x: (C, H, W), from 0 to `high`.
    weights: the map, (H, W) from 0 to 1.
    high: the largest value on the scale.

    The most frequent number is taken to be that of the empty places. All other numbers are written into the picture.
    """
    import matplotlib.pyplot as plt

    x, weights = numbers(x, "x"), numbers(weights, "weights")
    figure = plt.figure(figsize=(7, 2.6))
    (channels, sheets), = figure.subfigures(1, 2, squeeze=False, width_ratios=[1, 1.75])
    for c, axis in enumerate(channels.subplots(-(-len(x) // 2), 2).flat):
        axis.set_axis_off()
        if c < len(x):
            axis.pcolormesh(x[c].flip(0).numpy(), cmap=colour_map("features"), vmin=0, vmax=high,
                            edgecolors=f"{OTHER}55", linewidth=0.3)
            axis.set_title(f"channel {c}", fontsize=7, pad=1, loc="center")
            axis.set_aspect("equal")
    axes = sheets.subplot_mosaic([["maximum", "."], ["maximum", "map"], ["mean", "map"], ["mean", "."]])
    _sheet(axes["maximum"], x.amax(0), "maximum over C", colour_map("features"), high)
    _sheet(axes["mean"], x.mean(0), "mean over C", colour_map("features"), high)
    _sheet(axes["map"], weights, f"map ({weights.flatten().mode().values:.2g} at the empty places)", "Oranges", 1)
    return figure


def _sheet(axis: Axes, sheet: Tensor, title: str, colours: str | Colormap, high: float) -> None:
    """Draws a sheet of numbers (H, W) from 0 to `high`. Numbers other than the most frequent one are written into it.
    """
    axis.pcolormesh(sheet.flip(0).numpy(), cmap=colours, vmin=0, vmax=high, edgecolors=f"{OTHER}55", linewidth=0.3)
    ground = sheet.flatten().mode().values
    for row, column in (sheet != ground).nonzero().tolist():
        value = sheet[row, column].item()
        axis.text(column + 0.5, len(sheet) - row - 0.5, f"{value:.2g}".replace("0.", "."), ha="center", va="center",
                  fontsize=7,
                  color="white" if value > 0.6 * high else INK)
    axis.set(aspect="equal")
    axis.set_title(title, loc="center")
    axis.set_axis_off()
