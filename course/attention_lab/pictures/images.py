"""Images, maps and gates. Every function except `show` returns a matplotlib Figure that is closed in pyplot.

As the last expression of a cell, a figure is shown once; anywhere else, pass it to `show` or `display`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .style import (
    ALERT,
    FEATURES,
    INK,
    MAPS,
    OTHER,
    WIDEST,
    colour_map,
    draw_image,
    grid,
    house_figure,
    image,
    numbers,
    one_plot,
    scale,
    whole_ticks,
)

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure


def show(figure: Figure, alt: str) -> None:
    """Displays a figure once, with a description for readers who cannot see it.

    alt: what a sighted reader sees in the picture, in a sentence or two.
    """
    from IPython.display import display

    display({"text/html": image(figure, alt), "text/plain": alt}, raw=True)


@house_figure
def show_images(images: Tensor, titles: Sequence[str] | None = None, columns: int | None = None) -> Figure:
    """Draws images side by side.

    images: (n, 3, H, W) or, in grey, (n, 1, H, W), with values in [0, 1]. Values a little outside are clipped, because
        a network's prediction may lie there.
    titles: one for each image or, with `columns`, one for each column.
    columns: how many images there are in a row (default: all).

    Raises ValueError for another shape, another number of titles, or values below -1 or above 2 (from 0 to 255,
    perhaps).
    """
    images = numbers(images, "images")
    if images.ndim != 4 or images.shape[1] not in (1, 3) or not images.numel():
        raise ValueError(f"images must be (n, 3, H, W) or (n, 1, H, W), got {tuple(images.shape)}")
    columns = min(columns or len(images), len(images))
    rows = math.ceil(len(images) / columns)
    if titles is not None and len(titles) not in (len(images), columns):
        raise ValueError(f"{len(images)} images in {columns} columns, but {len(titles)} titles: {list(titles)}")
    height, width = images.shape[2:]
    side = min(2.2, WIDEST / columns)
    title_rows = math.ceil(len(titles) / columns) if titles else 0
    figure, axes = grid(rows, columns, side, side * height / width, above=0.25 * title_rows)
    for i, axis in enumerate(axes):
        if i < len(images):
            draw_image(axis, images[i])
            if titles is not None and i < len(titles):
                axis.set_title(titles[i], loc="center")
        axis.set_axis_off()
    return figure


@house_figure
def show_maps(maps: Mapping[str, Tensor], label: str, columns: int | None = None) -> Figure:
    """Draws maps side by side on one colour scale, with their rows and columns numbered.

    The scale goes from the smallest to the largest value. If some values are negative, it goes equally far to both
    sides of 0.

    maps: (H, W) each, by title.
    label: what the colours stand for.
    columns: how many maps there are in a row (default: all).

    Raises ValueError if there is no map, or one has another shape (if it is a batch, choose one: maps[0]).
    """
    values = {title: numbers(values, title) for title, values in maps.items()}
    if not values or any(v.ndim != 2 or not v.numel() for v in values.values()):
        raise ValueError("one map or more, (H, W) each; got "
                         f"{({title: tuple(v.shape) for title, v in values.items()})}")
    columns = min(columns or len(values), len(values))
    rows = math.ceil(len(values) / columns)
    shape = max(v.shape[0] / v.shape[1] for v in values.values())
    side = (WIDEST - 0.9) / columns
    side = side if shape < 0.5 else min(3.2, side)
    figure, axes = grid(rows, columns, side, side * shape + 0.5, beside=0.9)
    together = torch.cat([v.flatten() for v in values.values()])
    colours, low, high = scale(together)
    low = together.min().item() if low == 0 else low
    for axis in axes[len(values):]:
        axis.set_axis_off()
    for axis, (title, value) in zip(axes, values.items(), strict=False):
        drawn = axis.imshow(value.numpy(), cmap=colours, vmin=low, vmax=high)
        axis.set(title=title, xlabel="column", ylabel="row")
        whole_ticks(axis.xaxis, axis.yaxis)
        axis.set_xticks([i - 0.5 for i in range(value.shape[1])], minor=True)
        axis.set_yticks([i - 0.5 for i in range(value.shape[0])], minor=True)
        axis.grid(which="minor", color=OTHER, linewidth=0.3)
        axis.tick_params(which="minor", length=0)
    figure.colorbar(drawn, ax=list(axes), label=label, aspect=25, pad=0.02)
    return figure


@house_figure
def show_gate(weights: Tensor, labels: Sequence[str] | None = None, title: str = "") -> Figure:
    """Draws the gate of each channel as a bar between 0 (closed) and 1 (open).

    weights: (C,) or (C, 1, 1), for one image. Weights outside [0, 1] are drawn too, and the title says that a gate
        cannot have them.
    labels: a name for each channel.
    title: the title of the picture.

    Raises ValueError for another shape (if it is a batch, choose one image: gate[0]) or another number of labels.
    """
    weights = numbers(weights, "weights")
    if weights.shape[1:] not in ((), (1, 1)) or not weights.numel():
        raise ValueError(f"a gate is (C,) or (C, 1, 1), got {tuple(weights.shape)}; if this is a batch, choose one: "
                         "gate[0]")
    weights = weights.flatten()
    if labels is not None and len(labels) != len(weights):
        raise ValueError(f"{len(weights)} channels, but {len(labels)} labels: {list(labels)}")
    figure, axis = one_plot(min(10, 2.5 + 0.25 * len(weights)), 2.6)
    axis.bar(range(len(weights)), weights.numpy(), color=MAPS, width=0.8)
    low, high = min(0.0, weights.min().item()), max(1.0, weights.max().item())
    margin = 0.05 * (high - low)
    axis.set(ylim=(low - margin * (low < 0), high + margin * (high > 1)), xlim=(-0.6, len(weights) - 0.4))
    axis.set(ylabel="gate (0 closed, 1 open)", xlabel="channel")
    if low < 0 or high > 1:
        axis.set_ylabel("weight")
        title = f"{title}{': ' if title else ''}weights from {weights.min():.3g} to {weights.max():.3g}, no gate"
        for edge in (0, 1):
            axis.axhline(edge, color=INK, linewidth=0.8, linestyle="--")
    if labels is not None:
        slanted: dict[str, Any] = (
            {} if max(map(len, labels)) < 4 else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        )
        axis.set_xticks(range(len(labels)), labels, **slanted)
    else:
        whole_ticks(axis.xaxis)
    axis.set_title(title)
    return figure


@house_figure
def show_means(x: Tensor, channel: int | None = None) -> Figure:
    """Draws the sum of one image's channels, in grey, and beside it the mean of each channel as a line of dots.

    x: (C, H, W).
    channel: a channel to be drawn in grey instead of the sum, and marked in the line.

    Raises ValueError for another shape (if it is a batch, choose one image: x[0]), IndexError for a channel that x does
    not have.
    """
    x = numbers(x, "x")
    if x.ndim != 3 or not x.numel():
        raise ValueError(f"a feature map is (C, H, W), got {tuple(x.shape)}; if this is a batch, choose one image: "
                         "x[0]")
    import matplotlib.pyplot as plt

    means = x.mean(dim=(1, 2))
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDEST, 2.6), width_ratios=[1, 2.4])
    left.imshow((x.sum(0) if channel is None else x[channel]).numpy(), cmap="gray")
    left.set_title("all channels added" if channel is None else f"channel {channel} alone", loc="center")
    left.set_axis_off()
    right.plot(means.numpy(), "o-", color=FEATURES, markersize=3, linewidth=1)
    if channel is not None:
        right.plot(channel, means[channel], "o", markersize=11, markerfacecolor="none", markeredgecolor=ALERT,
                   markeredgewidth=1.5)
    right.set(xlabel="channel", ylabel="mean over H and W")
    whole_ticks(right.xaxis)
    return figure


@house_figure
def heat_map_over(image: Tensor, weights: Tensor, *, title: str = "", label: str = "weight") -> Figure:
    """Draws an image, and a map of weights over it, resized (bilinear) to the image's size.

    image: (3, H, W) or (1, H, W) in [0, 1].
    weights: (h, w) or (1, h, w), not negative (a gate, or a row of an attention map).
    title: the caption, which should say where the map comes from.
    label: what the weights are.

    Raises ValueError for other shapes or negative weights.
    """
    image, weights = numbers(image, "image"), numbers(weights, "weights")
    if image.ndim != 3 or image.shape[0] not in (1, 3):
        raise ValueError(f"image must be (3, H, W) or (1, H, W), got {tuple(image.shape)}")
    if weights.ndim not in (2, 3) or weights.shape[:-2] not in ((), (1,)) or not weights.numel():
        raise ValueError(f"weights must be (h, w) or (1, h, w), got {tuple(weights.shape)}")
    if weights.min() < 0:
        raise ValueError(f"weights must not be negative, the smallest is {weights.min():.3g}")
    height, width = image.shape[1:]
    resized = F.interpolate(weights.reshape(1, 1, *weights.shape[-2:]), (height, width), mode="bilinear")[0, 0]
    highest = resized.max().item() or 1.0
    figure, axes = grid(1, 2, 3.2, 3.2 * height / width, beside=0.8, above=0.5 if title else 0.25)
    draw_image(axes[0], image)
    draw_image(axes[1], 0.1 + 0.5 * image.mean(0, keepdim=True))  # dark, so that more weight is always brighter
    drawn = axes[1].imshow(resized.numpy(), cmap=colour_map("heat"), vmin=0, vmax=highest)
    bar = figure.colorbar(drawn, ax=list(axes), label=label, pad=0.02, aspect=25)
    bar.ax.set_facecolor("#404040")
    axes[0].set_title("image", loc="center")
    axes[1].set_title(f"map of {weights.shape[-2]} x {weights.shape[-1]}, over the image", loc="center")
    for axis in axes:
        axis.set_axis_off()
    if title:
        figure.suptitle(title)
    return figure


@house_figure
def maps_below(pictures: Tensor, maps: Mapping[str, Tensor], titles: Sequence[str] | None = None) -> Figure:
    """Draws pictures side by side, and below each of them its maps of gates, from 0 (closed) to 1 (open).

    pictures: (n, 3, H, W) in [0, 1].
    maps: (n, h, w), by the name of the row.
    titles: one above each picture.

    Raises ValueError for maps of another number of pictures, or for another number of titles.
    """
    wrong = {name: len(each) for name, each in [*maps.items(), ("titles", titles or pictures)]
             if len(each) != len(pictures)}
    if wrong:
        raise ValueError(f"there are {len(pictures)} pictures, but {wrong}")
    side, ratio = min(1.6, (WIDEST - 0.8) / len(pictures)), pictures.shape[2] / pictures.shape[3]
    figure, axes = grid(1 + len(maps), len(pictures), side, side * ratio, beside=0.8, above=0.25 if titles else 0)
    above, *rows = (axes[start:start + len(pictures)] for start in range(0, len(axes), len(pictures)))
    for axis, picture, title in zip(above, pictures, titles or [""] * len(pictures), strict=True):
        draw_image(axis, numbers(picture, "pictures"))
        axis.set_title(title, loc="center")
    for row, (name, each) in zip(rows, maps.items(), strict=True):
        row[0].set_ylabel(name)
        for axis, weights in zip(row, numbers(each, name), strict=True):
            drawn = axis.imshow(weights.numpy(), cmap=colour_map("maps"), vmin=0, vmax=1)
    for axis in axes:
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=list(axes), label="map (0 closed, 1 open)", pad=0.02, aspect=25)
    return figure
