"""The pictures of the lessons, in one style: features are blue, gates and maps orange, learned layers green.

Every function but `show` returns a matplotlib Figure that pyplot has forgotten: as the last expression of a cell it is
shown once; anywhere else, pass it to `show` or `display`. The colours are from Okabe and Ito's palette, which colour-blind readers can
tell apart; the background is opaque, so a picture looks the same on a light and on a dark page.
"""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import torch
import torch.nn.functional as F
from torch import Tensor

from .prediction import predict_then_run as predict_then_run  # notebooks import it from here

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from collections.abc import Iterator

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

    from .training import Results

FEATURES, MAPS, LAYERS = "#0072B2", "#E69F00", "#009E73"
OTHER, ALERT, INK, PAPER = "#8C8C8C", "#D55E00", "#222222", "#FCFCFA"

ROUNDING = 1e-6  # a difference below this share of the largest value is called rounding

P = ParamSpec("P")


@contextmanager
def _house_style() -> Iterator[None]:
    import matplotlib.pyplot as plt

    ours = {
        "figure.facecolor": PAPER, "savefig.facecolor": PAPER, "axes.facecolor": PAPER, "figure.dpi": 100,
        "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK, "xtick.color": INK, "ytick.color": INK,
        "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "axes.titlelocation": "left",
        "figure.titlesize": 11, "font.size": 9, "image.interpolation": "nearest", "figure.constrained_layout.use": True,
    }
    with plt.style.context(["default", ours]):  # from the default: a notebook's own style would mix with ours
        yield


def _picture(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the house style, and close the figure in pyplot: the inline backend shows what is open a second time."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        import matplotlib.pyplot as plt

        with _house_style():
            before = set(plt.get_fignums())
            try:
                return draw(*args, **kwargs)
            finally:
                for number in set(plt.get_fignums()) - before:
                    plt.close(number)

    return drawn


def data_url(figure: Figure) -> str:
    """A figure as the address of an image that a page holds in itself; the figure is closed."""
    import matplotlib.pyplot as plt

    png = io.BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight", facecolor=figure.get_facecolor())
    plt.close(figure)
    return f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"


def show(figure: Figure, alt: str) -> None:
    """Display a figure once, with a description for readers who cannot see it.

    alt: what a sighted reader takes from the picture, in a sentence or two.
    """
    from IPython.display import display

    picture = f'<img alt="{html.escape(alt)}" src="{data_url(figure)}" style="max-width: 100%">'
    display({"text/html": picture, "text/plain": alt}, raw=True)


@_picture
def show_images(images: Tensor, titles: Sequence[str] | None = None, columns: int | None = None) -> Figure:
    """Images side by side.

    images: (n, 3, H, W) or, in grey, (n, 1, H, W), values in [0, 1]. A network's prediction may lie a little outside
    and is clipped. columns: start a new row after so many (default: one row). titles: one for each image, or, with
    columns, one for each column.
    Raises ValueError for another shape, another number of titles, or values below -1 or above 2 (0 to 255, perhaps).
    """
    images = _numbers(images, "images")
    if images.ndim != 4 or images.shape[1] not in (1, 3) or not images.numel():
        raise ValueError(f"images must be (n, 3, H, W) or (n, 1, H, W), got {tuple(images.shape)}")
    columns = min(columns or len(images), len(images))
    rows = math.ceil(len(images) / columns)
    if titles is not None and len(titles) not in (len(images), columns):
        raise ValueError(f"{len(images)} images in {columns} columns, but {len(titles)} titles: {list(titles)}")
    height, width = images.shape[2:]
    side = min(2.2, 12 / columns)
    title_rows = math.ceil(len(titles) / columns) if titles else 0
    figure, axes = _grid(rows, columns, side, side * height / width, above=0.25 * title_rows)
    for i, axis in enumerate(axes):
        if i < len(images):
            _photograph(axis, images[i])
            if titles is not None and i < len(titles):
                axis.set_title(titles[i], loc="center")
        axis.set_axis_off()
    return figure


@_picture
def show_maps(maps: Mapping[str, Tensor], label: str, columns: int | None = None) -> Figure:
    """Maps side by side on one colour scale, with their rows and columns numbered.

    maps: (H, W) each, by title. label: what the colours stand for. columns: start a new row of maps after so many.
    The scale goes from the smallest to the largest value or, if some are negative, equally far to both sides of 0.
    Raises ValueError for no map, or one of another shape (of a batch, choose one: maps[0]).
    """
    values = {title: _numbers(values, title) for title, values in maps.items()}
    if not values or any(v.ndim != 2 or not v.numel() for v in values.values()):
        raise ValueError(f"one map or more, (H, W) each; got {({title: tuple(v.shape) for title, v in values.items()})}")
    columns = min(columns or len(values), len(values))
    rows = math.ceil(len(values) / columns)
    shape = max(v.shape[0] / v.shape[1] for v in values.values())
    side = 8.4 / columns if shape < 0.5 else min(3.2, 9 / columns)
    figure, axes = _grid(rows, columns, side, side * shape + 0.5, beside=0.9)
    together = torch.cat([v.flatten() for v in values.values()])
    colours, low, high = _scale(together)
    low = together.min().item() if low == 0 else low
    for axis in axes[len(values):]:
        axis.set_axis_off()
    for axis, (title, value) in zip(axes, values.items(), strict=False):
        drawn = axis.imshow(value.numpy(), cmap=colours, vmin=low, vmax=high)
        axis.set(title=title, xlabel="column", ylabel="row")
        _whole_ticks(axis.xaxis, axis.yaxis)
        axis.set_xticks([i - 0.5 for i in range(value.shape[1])], minor=True)
        axis.set_yticks([i - 0.5 for i in range(value.shape[0])], minor=True)
        axis.grid(which="minor", color=OTHER, linewidth=0.3)
        axis.tick_params(which="minor", length=0)
    figure.colorbar(drawn, ax=list(axes), label=label, aspect=25, pad=0.02)
    return figure


@_picture
def show_gate(weights: Tensor, labels: Sequence[str] | None = None, title: str = "") -> Figure:
    """The gate of each channel as a bar between 0 (closed) and 1 (open).

    weights: (C,) or (C, 1, 1), one image's. labels: a name for each channel. Weights outside [0, 1] stay visible, and
    the title says that no gate gives them.
    Raises ValueError for another shape (of a batch, choose an image, gate[0]) or another number of labels.
    """
    weights = _numbers(weights, "weights")
    if weights.shape[1:] not in ((), (1, 1)) or not weights.numel():
        raise ValueError(f"a gate is (C,) or (C, 1, 1), got {tuple(weights.shape)}; of a batch, choose one: gate[0]")
    weights = weights.flatten()
    if labels is not None and len(labels) != len(weights):
        raise ValueError(f"{len(weights)} channels, but {len(labels)} labels: {list(labels)}")
    figure, axis = _axes(min(10, 2.5 + 0.25 * len(weights)), 2.6)
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
        slanted = {} if max(map(len, labels)) < 4 else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        axis.set_xticks(range(len(labels)), labels, **slanted)
    else:
        _whole_ticks(axis.xaxis)
    axis.set_title(title)
    return figure


@_picture
def show_means(x: Tensor, channel: int | None = None) -> Figure:
    """One image's channels added up, in grey, and beside it the mean of each channel as a line of dots.

    x: (C, H, W). channel: one to be drawn in grey instead of the sum, and marked in the line.
    Raises ValueError for another shape (of a batch, choose an image: x[0]), IndexError for a channel that x does not have.
    """
    x = _numbers(x, "x")
    if x.ndim != 3 or not x.numel():
        raise ValueError(f"a feature map is (C, H, W), got {tuple(x.shape)}; of a batch, choose one image: x[0]")
    import matplotlib.pyplot as plt

    means = x.mean(dim=(1, 2))
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.7), width_ratios=[1, 2.4])
    left.imshow((x.sum(0) if channel is None else x[channel]).numpy(), cmap="gray")
    left.set_title("all channels added" if channel is None else f"channel {channel} alone", loc="center")
    left.set_axis_off()
    right.plot(means.numpy(), "o-", color=FEATURES, markersize=3, linewidth=1)
    if channel is not None:
        right.plot(channel, means[channel], "o", markersize=11, markerfacecolor="none", markeredgecolor=ALERT, markeredgewidth=1.5)
    right.set(xlabel="channel", ylabel="mean over H and W")
    _whole_ticks(right.xaxis)
    return figure


@_picture
def yours_against_expected(yours: Any, expected: Tensor) -> Figure:
    """Yours, the expected and the difference, side by side, with the largest difference in the title.

    yours, expected: tensors of one shape, any number of axes. With one axis longer than 1 they are drawn as bars, with
    two as a map; with more, the map that holds the largest difference is drawn, and its index is written above it.
    Where there is nothing to subtract (another shape, no tensor), the figure says in words what was found.
    """
    if not isinstance(yours, Tensor):
        return _message(f"Yours is not a tensor but {_described(yours)}.\nExpected: {tuple(expected.shape)}.")
    if yours.shape != expected.shape:
        return _message(f"Yours has the shape {tuple(yours.shape)}.\nExpected: {tuple(expected.shape)}.")
    if not expected.numel():
        return _message(f"Both are empty: {tuple(expected.shape)}.")
    yours, expected = _numbers(yours, "yours"), _numbers(expected, "expected")
    difference = yours - expected
    distance = difference.abs().nan_to_num(nan=math.inf)
    worst = [int(i) for i in torch.unravel_index(distance.argmax(), distance.shape)]
    drawn = [axis for axis, size in enumerate(expected.shape) if size > 1][-2:] or [-1]
    part = tuple(slice(None) if axis in drawn else i for axis, i in enumerate(worst)) or (None,)
    index = f"[{', '.join(':' if isinstance(i, slice) else str(i) for i in part)}]" if expected.ndim else ""
    values = {"yours": yours[part], "expected": expected[part], "difference: yours - expected": difference[part]}
    largest, size = distance.max().item(), expected.abs().max().item()
    equal = largest <= ROUNDING * size
    if len(drawn) == 2:
        figure = _three_maps(values, drawn, equal)
    else:
        figure = _three_bars({name: value.reshape(-1) for name, value in values.items()}, equal)
    strange = int((~yours.isfinite()).sum())
    if strange:
        verdict = f"{strange} of {yours.numel()} values of yours are not finite (nan or inf; grey)"
    elif equal:
        verdict = f"Equal up to rounding: the largest difference is {largest:.2g}"
    else:
        place = f" at [{', '.join(map(str, worst))}]" if worst else ""
        verdict = f"The largest difference is {largest:.3g}{place}"
    whole = all(isinstance(i, slice) for i in part) or not expected.ndim
    shape = f"shape {tuple(expected.shape)}" + ("" if whole else f", drawn: {index}")
    figure.suptitle(f"{verdict}; expected values go up to {size:.3g}\n{shape}")
    return figure


@_picture
def score_bars(
    results: Results,
    label: str,
    *,
    measure: str | None = None,
    baselines: Mapping[str, float] | None = None,
    parameters: Mapping[str, int] | None = None,
    highlight: str | None = None,
) -> Figure:
    """The mean score of each arm as a bar, with a dot for each seed; with three seeds or more, two standard errors to each side.

    results: what `compare` returned, finished or not. label: the score's name and unit, "PSNR on new papers (dB)".
    measure: which one, where runs have several. baselines: scores to beat that need no training, drawn as dashed
    lines, {"a guess": 0.25}. parameters: how many each arm has, written on its bar. highlight: the arm that the
    lesson is about.
    Raises ValueError for a name in parameters or highlight that is not an arm, KeyError for an unknown measure.
    """
    baselines, parameters = baselines or {}, parameters or {}
    unknown = [name for name in (*parameters, *([highlight] if highlight else [])) if name not in results.arms]
    if unknown:
        raise ValueError(f"no arm is called {', '.join(unknown)}: there are {', '.join(results.arms)}")
    figure, axis = _axes(7.5, 1.3 + 0.42 * len(results.arms))
    for row, arm in enumerate(results.arms):
        scores, mean = results.scores(arm, measure), results.mean(arm, measure)
        if not scores:
            axis.text(0.01, row, "no run finished", transform=axis.get_yaxis_transform(), va="center", style="italic")
            continue
        chosen = arm == highlight
        axis.barh(row, mean, 0.7, color=FEATURES if chosen else "#B9CFDD")
        if len(scores) > 2:  # of two, it would be their distance
            axis.errorbar(mean, row, xerr=2 * results.standard_error(arm, measure), color=INK, capsize=4, linewidth=1.2)
        spread = [row + 0.22 * (2 * i / (len(scores) - 1) - 1) if len(scores) > 1 else row for i in range(len(scores))]
        axis.plot(scores, spread, "o", color=PAPER, markeredgecolor=INK, markersize=4, markeredgewidth=0.8, zorder=3)
        if arm in parameters:
            text = f"{parameters[arm]:,} parameters"
            axis.annotate(
                text, (0, row), (5, 0), textcoords="offset points", va="center", color="white" if chosen else INK
            )
    middle = sum(axis.get_xlim()) / 2
    for i, (name, value) in enumerate(baselines.items()):
        axis.axvline(value, color=ALERT, linestyle="--", linewidth=1.3)
        axis.annotate(
            f"{name}: {value:.4g}", (value, 1), (0, 3 + 12 * i), xycoords=axis.get_xaxis_transform(),
            textcoords="offset points", ha="right" if value > middle else "left", va="bottom", color="#A84400",
        )
    axis.set_yticks(range(len(results.arms)), results.arms)
    errors = "line: two standard errors to each side; " if any(len(results.scores(arm, measure)) > 2 for arm in results.arms) else ""
    key = f"(bar: mean; {errors}dots: seeds)"
    axis.set(ylim=(len(results.arms) - 0.5, -0.5), xlabel=f"{label}\n{key}")
    axis.tick_params(axis="y", length=0)
    return figure


@_picture
def heat_map_over(image: Tensor, weights: Tensor, *, title: str = "", label: str = "weight") -> Figure:
    """An image, and a map of weights over it, resized (bilinear) to the image's size.

    image: (3, H, W) or (1, H, W) in [0, 1]. weights: (h, w) or (1, h, w), not negative (a gate, a row of an attention
    map). The caption, `title`, says where the map comes from.
    Raises ValueError for other shapes or negative weights.
    """
    image, weights = _numbers(image, "image"), _numbers(weights, "weights")
    if image.ndim != 3 or image.shape[0] not in (1, 3):
        raise ValueError(f"image must be (3, H, W) or (1, H, W), got {tuple(image.shape)}")
    if weights.ndim not in (2, 3) or weights.shape[:-2] not in ((), (1,)) or not weights.numel():
        raise ValueError(f"weights must be (h, w) or (1, h, w), got {tuple(weights.shape)}")
    if weights.min() < 0:
        raise ValueError(f"weights must not be negative, the smallest is {weights.min():.3g}")
    height, width = image.shape[1:]
    resized = F.interpolate(weights.reshape(1, 1, *weights.shape[-2:]), (height, width), mode="bilinear")[0, 0]
    highest = resized.max().item() or 1.0
    figure, axes = _grid(1, 2, 3.2, 3.2 * height / width, beside=0.8, above=0.5 if title else 0.25)
    _photograph(axes[0], image)
    _photograph(axes[1], 0.1 + 0.5 * image.mean(0, keepdim=True))  # dark, so that more weight is always brighter
    drawn = axes[1].imshow(resized.numpy(), cmap=_colours("heat"), vmin=0, vmax=highest)
    bar = figure.colorbar(drawn, ax=list(axes), label=label, pad=0.02, aspect=25)
    bar.ax.set_facecolor("#404040")
    axes[0].set_title("image", loc="center")
    axes[1].set_title(f"map of {weights.shape[-2]} x {weights.shape[-1]}, over the image", loc="center")
    for axis in axes:
        axis.set_axis_off()
    if title:
        figure.suptitle(title)
    return figure


@_picture
def maps_below(pictures: Tensor, maps: Mapping[str, Tensor], titles: Sequence[str] | None = None) -> Figure:
    """Pictures side by side, and below each of them its maps of gates, from 0 (closed) to 1 (open).

    pictures: (n, 3, H, W) in [0, 1]. maps: for the name of each row below, (n, h, w). titles: one above each picture.
    Raises ValueError for maps of another number of pictures, or another number of titles.
    """
    wrong = {name: len(each) for name, each in [*maps.items(), ("titles", titles or pictures)] if len(each) != len(pictures)}
    if wrong:
        raise ValueError(f"there are {len(pictures)} pictures, but {wrong}")
    side, ratio = min(1.6, 10 / len(pictures)), pictures.shape[2] / pictures.shape[3]
    figure, axes = _grid(1 + len(maps), len(pictures), side, side * ratio, beside=0.8, above=0.25 if titles else 0)
    above, *rows = (axes[start:start + len(pictures)] for start in range(0, len(axes), len(pictures)))
    for axis, image, title in zip(above, pictures, titles or [""] * len(pictures), strict=True):
        _photograph(axis, _numbers(image, "pictures"))
        axis.set_title(title, loc="center")
    for row, (name, each) in zip(rows, maps.items(), strict=True):
        row[0].set_ylabel(name)
        for axis, weights in zip(row, _numbers(each, name), strict=True):
            drawn = axis.imshow(weights.numpy(), cmap="inferno", vmin=0, vmax=1)
    for axis in axes:
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=list(axes), label="map (0 closed, 1 open)", pad=0.02, aspect=25)
    return figure


def _numbers(values: Any, name: str) -> Tensor:
    if not isinstance(values, Tensor):
        raise TypeError(f"{name} must be a tensor, got {_described(values)}")
    return values.detach().cpu().double()


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height))


def _grid(
    rows: int, columns: int, width: float, height: float, beside: float = 0, above: float = 0
) -> tuple[Figure, np.ndarray]:
    """A figure of rows x columns pictures, each of width x height inches, with room for a colour bar beside them and
    titles above; the axes in reading order."""
    import matplotlib.pyplot as plt

    size = columns * width + beside, rows * height + above
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    return figure, axes.flatten()


def _photograph(axis: Axes, image: Tensor) -> None:
    low, high = image.min().item(), image.max().item()
    if low < -1 or high > 2:
        raise ValueError(f"an image has values in [0, 1]; these go from {low:.3g} to {high:.3g}")
    axis.imshow(image.expand(3, -1, -1).permute(1, 2, 0).clamp(0, 1).numpy())


def _colours(kind: str) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    stops = {
        "features": ["#FFFFFF", "#7FB8D8", FEATURES, "#00253D"],
        "signed": ["#5A2000", ALERT, "#F2B58C", "#FFFFFF", "#7FB8D8", FEATURES, "#00253D"],
        "heat": [MAPS + "00", MAPS + "90", MAPS + "E0", "#FFE08AF2"],  # without weight the image shows through
    }
    return LinearSegmentedColormap.from_list(kind, stops[kind]).with_extremes(bad=OTHER)


def _scale(values: Tensor) -> tuple[Colormap, float, float]:
    """Colours and their ends: from 0 where nothing is negative, else the same to both sides of 0."""
    finite = values[values.isfinite()]
    low, high = (finite.min().item(), finite.max().item()) if finite.numel() else (0.0, 1.0)
    if low >= 0:
        return _colours("features"), 0.0, high or 1.0
    reach = max(-low, high)
    return _colours("signed"), -reach, reach


def _three_maps(values: Mapping[str, Tensor], drawn: list[int], equal: bool) -> Figure:
    height, width = next(iter(values.values())).shape
    tall = 3.2 * min(2.0, max(0.35, height / width))
    figure, axes = _grid(1, 3, 3.6, tall, above=0.7)
    together = torch.cat([value.flatten() for value in list(values.values())[:2]])
    for axis, (name, value) in zip(axes, values.items(), strict=True):
        is_difference = name.startswith("difference")
        # A difference of rounding errors, on a scale of its own, would look like a mistake.
        colours, low, high = _scale(value if is_difference and not equal else together)
        if is_difference:
            colours, low = _colours("signed"), -high
        picture = axis.imshow(value.numpy(), cmap=colours, vmin=low, vmax=high, aspect="auto")
        axis.set_title(name)
        axis.set(xlabel=f"axis {drawn[1]}", ylabel=f"axis {drawn[0]}")
        _whole_ticks(axis.xaxis, axis.yaxis)
        figure.colorbar(picture, ax=axis)
    return figure


def _three_bars(values: Mapping[str, Tensor], equal: bool) -> Figure:
    figure, axes = _grid(1, 3, 3.4, 2.9)
    for axis, (name, value) in zip(axes, values.items(), strict=True):
        colour = ALERT if name.startswith("difference") else FEATURES
        axis.bar(range(len(value)), value.nan_to_num(0, 0, 0).numpy(), color=colour)
        axis.axhline(0, color=INK, linewidth=0.8)
        axis.set_title(name)
        axis.set_xlabel("index")
        _whole_ticks(axis.xaxis)
    limits = [axis.get_ylim() for axis in axes[:2]]
    for axis in axes[: 3 if equal else 2]:
        axis.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    axes[0].set_ylabel("value")
    return figure


def _message(text: str) -> Figure:
    figure, axis = _axes(7.5, 1.0)
    axis.set_axis_off()
    axis.text(0.02, 0.5, text, va="center", fontsize=11, color=ALERT)
    return figure


def _whole_ticks(*axes: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    for axis in axes:
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _described(value: Any) -> str:
    return "None" if value is None else f"an object of type {type(value).__name__}"
