"""Your output beside the expected one, and the difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .style import (
    ALERT,
    FEATURES,
    INK,
    colour_map,
    described,
    grid,
    house_figure,
    numbers,
    one_plot,
    scale,
    whole_ticks,
)

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

ROUNDING = 1e-6  # a difference below this share of the largest value counts as rounding


@house_figure
def yours_against_expected(yours: Any, expected: Tensor) -> Figure:
    """Draws your tensor, the expected one and their difference side by side, with the largest difference in the title.

    A tensor with one axis longer than 1 is drawn as bars, and one with two as a map. If there are more, the map that
    holds the largest difference is drawn, with its index above it. If nothing can be subtracted (another shape, no
    tensor), the figure says in words what you return.

    yours, expected: tensors of the same shape, with any number of axes.
    """
    if not isinstance(yours, Tensor):
        return _message(f"Yours is not a tensor but {described(yours)}.\nExpected: {tuple(expected.shape)}.")
    if yours.shape != expected.shape:
        return _message(f"Yours has the shape {tuple(yours.shape)}.\nExpected: {tuple(expected.shape)}.")
    if not expected.numel():
        return _message(f"Both are empty: {tuple(expected.shape)}.")
    yours, expected = numbers(yours, "yours"), numbers(expected, "expected")
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
        verdict = f"{strange} of your {yours.numel()} values are not finite (nan or inf; grey)"
    elif equal:
        verdict = f"Equal up to rounding: the largest difference is {largest:.2g}"
    else:
        place = f" at [{', '.join(map(str, worst))}]" if worst else ""
        verdict = f"The largest difference is {largest:.3g}{place}"
    whole = all(isinstance(i, slice) for i in part) or not expected.ndim
    shape = f"shape {tuple(expected.shape)}" + ("" if whole else f", drawn: {index}")
    figure.suptitle(f"{verdict}; expected values go up to {size:.3g}\n{shape}")
    return figure


def _three_maps(values: Mapping[str, Tensor], drawn: list[int], equal: bool) -> Figure:
    height, width = next(iter(values.values())).shape
    tall = 3.2 * min(2.0, max(0.35, height / width))
    figure, axes = grid(1, 3, 3.6, tall, above=0.7)
    together = torch.cat([value.flatten() for value in list(values.values())[:2]])
    for axis, (name, value) in zip(axes, values.items(), strict=True):
        is_difference = name.startswith("difference")
        # A difference of rounding errors, on a scale of its own, would look like a mistake.
        colours, low, high = scale(value if is_difference and not equal else together)
        if is_difference:
            colours, low = colour_map("signed"), -high
        picture = axis.imshow(value.numpy(), cmap=colours, vmin=low, vmax=high, aspect="auto")
        axis.set_title(name)
        axis.set(xlabel=f"axis {drawn[1]}", ylabel=f"axis {drawn[0]}")
        whole_ticks(axis.xaxis, axis.yaxis)
        figure.colorbar(picture, ax=axis)
    return figure


def _three_bars(values: Mapping[str, Tensor], equal: bool) -> Figure:
    figure, axes = grid(1, 3, 3.4, 2.9)
    for axis, (name, value) in zip(axes, values.items(), strict=True):
        colour = ALERT if name.startswith("difference") else FEATURES
        axis.bar(range(len(value)), value.nan_to_num(0, 0, 0).numpy(), color=colour)
        axis.axhline(0, color=INK, linewidth=0.8)
        axis.set_title(name)
        axis.set_xlabel("index")
        whole_ticks(axis.xaxis)
    limits = [axis.get_ylim() for axis in axes[:2]]
    for axis in axes[: 3 if equal else 2]:
        axis.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    axes[0].set_ylabel("value")
    return figure


def _message(text: str) -> Figure:
    figure, axis = one_plot(7.5, 1.0)
    axis.set_axis_off()
    axis.text(0.02, 0.5, text, va="center", fontsize=11, color=ALERT)
    return figure
