"""The scores of an experiment's arms as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .style import ALERT, FEATURES, INK, PAPER, house_figure, one_plot

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

    from ..networks.training import Results


@house_figure
def score_bars(
    results: Results,
    label: str,
    *,
    measure: str | None = None,
    baselines: Mapping[str, float] | None = None,
    parameters: Mapping[str, int] | None = None,
    highlight: str | None = None,
) -> Figure:
    """Draws the mean score of each arm as a bar, with a dot for each seed. With three seeds or more, a line shows two
    standard errors to each side.

    results: what `compare` returned, finished or not.
    label: the score's name and unit, such as "PSNR on new papers (dB)".
    measure: which measure to draw, if runs have several.
    baselines: scores that need no training, drawn as dashed lines, such as {"chance": 0.25}.
    parameters: how many parameters each arm has, written on its bar.
    highlight: the arm that the lesson is about.

    Raises ValueError for a name in parameters or highlight that is not an arm, KeyError for an unknown measure.
    """
    baselines, parameters = baselines or {}, parameters or {}
    unknown = [name for name in (*parameters, *([highlight] if highlight else [])) if name not in results.arms]
    if unknown:
        raise ValueError(f"no arm is called {', '.join(unknown)}: there are {', '.join(results.arms)}")
    figure, axis = one_plot(7.5, 1.3 + 0.42 * len(results.arms))
    for row, arm in enumerate(results.arms):
        scores, mean = results.scores(arm, measure), results.mean(arm, measure)
        if not scores:
            axis.text(0.01, row, "no run finished", transform=axis.get_yaxis_transform(), va="center", style="italic")
            continue
        chosen = arm == highlight
        axis.barh(row, mean, 0.7, color=FEATURES if chosen else "#B9CFDD")
        if len(scores) > 2:  # with two scores, it would only be their distance
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
    errors = (
        "line: two standard errors to each side; "
        if any(len(results.scores(arm, measure)) > 2 for arm in results.arms)
        else ""
    )
    key = f"(bar: mean; {errors}dots: seeds)"
    axis.set(ylim=(len(results.arms) - 0.5, -0.5), xlabel=f"{label}\n{key}")
    axis.tick_params(axis="y", length=0)
    return figure
