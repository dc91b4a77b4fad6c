"""The scores of an experiment's short runs, and beside them those of recorded runs that were trained for longer."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from ..lesson_files import handed_out
from .style import ALERT, FEATURES, INK, MAPS, PAPER, house_figure, one_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..networks.training import Results

FILE = "longer.json"


def longer_runs() -> dict[str, list[float]]:
    """Returns the scores, by arm, of this lesson's recorded runs with five times the steps of the page, in per cent.

    Raises FileNotFoundError if the lesson has none.
    """
    return json.loads(handed_out(FILE).read_text(encoding="utf-8"))


@house_figure
def short_and_longer_runs(
    results: Results, label: str, longer: Mapping[str, Sequence[float]], baseline: tuple[str, float], *,
    highlight: Collection[str] = (), limits: Mapping[str, float] | None = None, limit: str = "",
) -> Figure:
    """Draws each arm's mean score as a bar with a dot for each seed, and a diamond for each recorded run with five
    times the steps.

    results: what `compare` returned, in per cent.
    label: the score's name.
    longer: the recorded scores, by arm.
    baseline: a name and a score, drawn as a dashed line.
    highlight: the arms that the lesson is about.
    limits: for some arms, a score that no run should exceed, drawn as a line.
    limit: the label of these lines.
    """
    limits = limits or {}
    figure, axis = one_plot(8.2, 1.7 + 0.42 * len(results.arms))
    for row, arm in enumerate(results.arms):
        scores, recorded = results.scores(arm), longer.get(arm, ())
        axis.barh(row, results.mean(arm), 0.66, color=FEATURES if arm in highlight else "#B9CFDD")
        axis.plot(scores, [row + 0.14 * (i - (len(scores) - 1) / 2) for i in range(len(scores))], "o", color=PAPER,
                  markeredgecolor=INK,
                  markersize=4, markeredgewidth=0.8)
        axis.plot(recorded, [row] * len(recorded), "D", color=MAPS, markeredgecolor=INK, markersize=6)
        if arm in limits:
            axis.plot([limits[arm]] * 2, [row - 0.42, row + 0.42], color=ALERT, linewidth=2.5)
    name, value = baseline
    axis.axvline(value, color=INK, linestyle="--", linewidth=1)
    axis.annotate(name, (value, 1), (3, 2), xycoords=axis.get_xaxis_transform(), textcoords="offset points",
                  va="bottom")
    axis.set_yticks(range(len(results.arms)), results.arms)
    axis.tick_params(axis="y", length=0)
    key = "bar: mean, dots: seeds; diamonds: recorded runs with five times the steps" + (
        f"; red line: {limit}" if limits else ""
    )
    axis.set(ylim=(len(results.arms) - 0.5, -0.5), xlim=(0, 103), xlabel=f"{label} (%)\n{key}")
    return figure


def runs_in_words(results: Results, label: str, longer: Mapping[str, Sequence[float]], baseline: tuple[str, float], *,
                  limits: Mapping[str, float] | None = None, limit: str = "") -> str:
    """Says in sentences what `short_and_longer_runs` draws."""
    limits, words = limits or {}, []
    for arm in results.arms:
        parts = [f"{arm}: {results.mean(arm):.0f} %"]
        parts += (
            [f"with five times the steps {', '.join(f'{score:.0f}' for score in longer[arm])} %"]
            if arm in longer
            else []
        )
        parts += [f"{limit} {limits[arm]:.0f} %"] if arm in limits else []
        words.append(", ".join(parts))
    return f"{label[0].upper()}{label[1:]}; {baseline[0]}: {baseline[1]:.0f} %. {'; '.join(words)}."
