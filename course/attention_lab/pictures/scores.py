"""The scores of an experiment's arms, drawn run by run, with the learner's predictions and the gaps between arms."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from ..significance.gaps import Verdict, compared, verdict
from .prediction import EXPECTED, OPENS_FINDINGS, after_predicting, check_predictions, complete
from .style import ALERT, FEATURES, INK, NOTE, OTHER, PAPER, house_figure, image

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..networks.training import Results

NONE_YET = "no run finished"
PALE = "#B9CFDD"
WIDE, ROW, LETTER, LANE = 7.6, 0.44, 0.075, 0.11  # inches: the figure, an arm, a letter, a bracket


@dataclass
class ScorePlot:
    """How the scores of an experiment are drawn: while it runs (`growing`), and afterwards (`show`). In per cent, the
    axis goes from 0 to 100 from the first run on.

    label: the score's name and unit, such as "right answers on new pictures (%)".
    measure: which measure to draw, if runs have several.
    highlight: the arms that the lesson is about.
    baselines: scores that need no training, drawn as dashed lines, such as {"chance": 25}.
    parameters: how many parameters each arm has.
    longer: returns the scores of recorded runs with five times the steps, by arm; see `longer_runs`.
    limits: for some arms, a score that no run should exceed; `limit` says what it is.
    gaps: pairs of arms. A bracket says how far the first is ahead of the second, and whether that may be luck.
    matters: the smallest gap that matters, in points.
    """

    label: str
    measure: str | None = None
    highlight: Collection[str] = ()
    baselines: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, int] = field(default_factory=dict)
    longer: Callable[[], Mapping[str, Sequence[float]]] = dict
    limits: Mapping[str, float] = field(default_factory=dict)
    limit: str = ""
    gaps: Sequence[tuple[str, str]] = ()
    matters: float = 5
    _growing: Any = field(default=None, init=False, repr=False)  # the display below the training, in a notebook

    @house_figure
    def draw(self, results: Results, predicted: Mapping[str, float | None] | None = None) -> Figure:
        """Returns the figure.

        results: what `compare_arms` returned, finished or not.
        predicted: the learner's numbers, by arm.

        Raises ValueError for a name in parameters or highlight that is not an arm, KeyError for an unknown measure.
        """
        import matplotlib.pyplot as plt
        from matplotlib.patches import Rectangle

        if unknown := [arm for arm in (*self.parameters, *self.highlight) if arm not in results.arms]:
            raise ValueError(f"no arm is called {', '.join(unknown)}: there are {', '.join(results.arms)}")
        names = [f"{arm}\n{self.parameters[arm]:,} parameters" if arm in self.parameters else arm
                 for arm in results.arms]
        key = textwrap.wrap(self._key(results, predicted or {}), 115)
        rows = max(len(names), 0.95 * len(self.gaps))
        above, below = 0.12 + 0.2 * len(self.baselines), 0.55 + 0.17 * len(key)
        tall = above + ROW * rows + below
        left = 0.15 + LETTER * max(len(line) for name in names for line in name.split("\n"))
        right = 0.65 + (1.75 + LANE * (len(self.gaps) + (len(self.gaps) > 1)) if self.gaps else 0)
        # Laid out by hand, so that nothing moves from one run to the next.
        figure = plt.figure(figsize=(WIDE, tall), layout="none")
        figure.add_artist(Rectangle((0, 0), 1, 1, facecolor="none", edgecolor="none"))
        axis = figure.add_axes((left / WIDE, below / tall, 1 - (left + right) / WIDE, ROW * rows / tall))
        axis.set(ylim=(rows - 0.5 - (rows - len(names)) / 2, -0.5 - (rows - len(names)) / 2))
        if "%" in self.label:
            axis.set_xlim(0, 102)
        for row, arm in enumerate(results.arms):
            self._draw_arm(axis, row, results, arm, (predicted or {}).get(arm))
        self._draw_baselines(axis)
        axis.set_yticks(range(len(names)), names)
        axis.tick_params(axis="y", length=0)
        axis.set_xlabel(self.label)
        figure.text(0.012, 0.06 / tall, "\n".join(key), color=NOTE, fontsize=9, va="bottom", linespacing=1.25)
        self._draw_gaps(axis, results, 0.62 / (WIDE - left - right), LANE / (WIDE - left - right))
        return figure

    def words(self, results: Results, predicted: Mapping[str, float | None] | None = None) -> str:
        """Says in sentences what `draw` draws."""
        unit, said = " %" if "%" in self.label else "", []
        for arm in results.arms:
            parts = [f"{arm}: {results.mean(arm, self.measure):.1f}{unit}" if results.scores(arm, self.measure)
                     else f"{arm}: {NONE_YET}"]
            if (guess := (predicted or {}).get(arm)) is not None:
                parts.append(f"you said {guess:g}")
            if longer := self.longer().get(arm):
                parts.append(f"with five times the steps {', '.join(f'{score:.0f}' for score in longer)}")
            if arm in self.limits:
                parts.append(f"{self.limit} {self.limits[arm]:.0f}{unit}")
            said.append(", ".join(parts))
        lines = "".join(f" {name}: {value:.4g}{unit}." for name, value in self.baselines.items())
        gaps = "".join(f" {arm} against {control}: {gap} points, {said}."
                       for (arm, control), (gap, said, _) in self._judged(results))
        return f"{self.label[0].upper()}{self.label[1:]}. {'; '.join(said)}.{lines}{gaps}"

    def growing(self, predicted: Mapping[str, float | None]) -> Callable[[Results], None] | None:
        """Returns a function for `compare_arms` that draws the runs that are finished. While a prediction is missing,
        there is none: the plot would give the answers away. `show` takes the drawing away again.

        Raises TypeError, before anything is trained, for a prediction that is not a number.
        """
        from IPython import get_ipython

        check_predictions(predicted, predicted)
        if not complete(predicted) or not hasattr(get_ipython(), "kernel"):
            return None
        self._growing = None

        def draw(results: Results) -> None:
            from IPython.display import display

            picture = {"text/html": image(self.draw(results, predicted), self.words(results, predicted)),
                       "text/plain": ""}
            if self._growing is None:
                self._growing = display(picture, raw=True, display_id=True)
            else:
                self._growing.update(picture, raw=True)

        return draw

    def show(self, results: Results, predicted: Mapping[str, float | None]) -> None:
        """Displays the plot; folded, while a prediction is missing. Otherwise the findings below on the page open.

        Raises ValueError and TypeError as `predict_then_run` does.
        """
        from IPython.display import display

        check_predictions(predicted, results.arms)
        if self._growing is not None:
            self._growing.update({"text/plain": ""}, raw=True)
            self._growing = None
        with after_predicting(predicted):
            said = self.words(results, predicted)
            picture = image(self.draw(results, predicted), said)
            display({"text/html": picture + OPENS_FINDINGS * complete(predicted), "text/plain": said}, raw=True)

    def _draw_arm(self, axis: Axes, row: int, results: Results, arm: str, guess: float | None) -> None:
        beside = axis.get_yaxis_transform()
        scores, mean = results.scores(arm, self.measure), results.mean(arm, self.measure)
        if scores:
            axis.barh(row, mean, 0.6, color=FEATURES if arm in self.highlight else PALE)
            if len(scores) > 2:  # with two scores, it would only be their distance
                axis.errorbar(mean, row, xerr=2 * results.standard_error(arm, self.measure), color=INK, capsize=3,
                              linewidth=1.1)
            spread = [row + 0.2 * (2 * i / (len(scores) - 1) - 1) if len(scores) > 1 else row
                      for i in range(len(scores))]
            axis.plot(scores, spread, "o", color=PAPER, markeredgecolor=INK, markersize=4.5, markeredgewidth=0.9,
                      zorder=3, clip_on=False)
        else:
            axis.text(0.015, row, NONE_YET, transform=beside, va="center", style="italic", color=NOTE)
        longer = self.longer().get(arm, ())
        axis.plot(longer, [row + 0.3] * len(longer), "s", color=OTHER, markeredgecolor=INK, markersize=4.5,
                  markeredgewidth=0.7, zorder=3, clip_on=False)
        if arm in self.limits:
            axis.plot([self.limits[arm]] * 2, [row - 0.4, row + 0.4], color=ALERT, linewidth=2.2)
        if guess is not None:
            axis.plot(guess, row, "D", color=EXPECTED, markeredgecolor=INK, markersize=7, zorder=4, clip_on=False)
        if scores:
            axis.text(1.025, row - 0.17 * (guess is not None), f"{mean:.1f}", transform=beside, va="center",
                      weight="bold", color=INK)
        if guess is not None:
            axis.text(1.025, row + 0.21 * bool(scores), f"you: {guess:g}", transform=beside, va="center",
                      color="#7A4F00", fontsize=9)

    def _draw_baselines(self, axis: Axes) -> None:
        middle = sum(axis.get_xlim()) / 2
        for i, (name, value) in enumerate(self.baselines.items()):
            axis.axvline(value, color=ALERT, linestyle="--", linewidth=1.2)
            axis.annotate(f"{name}: {value:.4g}", (value, 1), (0, 3 + 13 * i), xycoords=axis.get_xaxis_transform(),
                          textcoords="offset points", ha="right" if value > middle else "left", va="bottom",
                          color="#A84400", fontsize=9)

    def _judged(self, results: Results) -> list[tuple[tuple[str, str], Verdict]]:
        """Returns the pairs whose arms have run, each with what to say of its gap."""
        pairs = [(arm, control) for arm, control in self.gaps
                 if results.scores(arm, self.measure) and results.scores(control, self.measure)]
        found = compared(results, [(*pair, self.measure) for pair in pairs])
        return [(pair, verdict(difference, self.matters)) for pair, difference in zip(pairs, found, strict=True)]

    def _draw_gaps(self, axis: Axes, results: Results, start: float, lane: float) -> None:
        """Draws a bracket between the arms of each pair, right of the numbers, and what to say of it at the edge. Of
        several brackets, a letter says which is meant.

        start, lane: where the first bracket stands and how far the next is from it, in widths of the axis.
        """
        beside = axis.get_yaxis_transform()
        rows = [(results.arms.index(arm), results.arms.index(control), said)
                for (arm, control), said in self._judged(results)]
        rows.sort(key=lambda each: abs(each[0] - each[1]))  # the longest bracket is the outermost
        brackets = sorted(((one + other) / 2, 1 + start + lane * place, one, other, said)
                          for place, (one, other, said) in enumerate(rows))
        edge, heights = 1 + start + lane * (len(rows) + 0.2), _apart([middle for middle, *_ in brackets])
        letters = [""] if len(brackets) == 1 else ascii_lowercase[:len(brackets)]
        for (middle, x, one, other, (gap, luck, clear)), y, letter in zip(brackets, heights, letters, strict=True):
            style: dict[str, Any] = {"color": INK if clear else NOTE, "transform": beside, "clip_on": False}
            axis.plot([x - lane / 2, x, x, x - lane / 2], [one, one, other, other], linewidth=1.2,
                      linestyle="-" if clear else (0, (3, 2)), **style)
            if letter:
                axis.text(x, middle, letter, ha="center", va="center", fontsize=9,
                          bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1}, **style)
            axis.text(edge, y - 0.19, f"{letter}  {gap}".strip(), va="center", fontsize=9,
                      weight="bold" if clear else "normal", **style)
            axis.text(edge, y + 0.19, luck, va="center", fontsize=9, **style)

    def _key(self, results: Results, predicted: Mapping[str, float | None]) -> str:
        spread = any(len(results.scores(arm, self.measure)) > 2 for arm in results.arms)
        parts = ["bar: mean", "dots: runs"]
        parts += ["line: two standard errors to each side"] * spread
        parts += ["diamonds: your predictions"] * any(guess is not None for guess in predicted.values())
        parts += ["squares: recorded runs with five times the steps"] * bool(self.longer())
        parts += [f"red line: {self.limit}"] * bool(self.limits)
        if self.gaps:
            parts.append("brackets: gap in points (and where the true gap lies in 95 of 100 such experiments)")
        return "; ".join(parts)


def _apart(heights: Sequence[float]) -> list[float]:
    """Moves heights, in rising order, so far that the words at them do not touch."""
    step, found = 0.95, list(heights)
    for _ in range(50):
        for i in range(len(found) - 1):
            if (missing := step - (found[i + 1] - found[i])) > 1e-6:
                found[i], found[i + 1] = found[i] - missing / 2, found[i + 1] + missing / 2
    return found


def score_bars(
    results: Results,
    label: str,
    *,
    measure: str | None = None,
    baselines: Mapping[str, float] | None = None,
    parameters: Mapping[str, int] | None = None,
    highlight: str | None = None,
) -> Figure:
    """Draws a `ScorePlot` without predictions and gaps. The arguments are the same."""
    return ScorePlot(label, measure, [highlight] if highlight else [], baselines or {}, parameters or {}).draw(results)
