"""A plot of the scores of networks that borrow numbers from another image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .images import show
from .style import ALERT, FEATURES, INK, MAPS, PAPER, WIDEST, house_figure

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

    from ..networks.training import Results

BORROWED = ", borrowed"  # the end of the name of a measure: the same network, with the numbers of another image


def show_own_and_borrowed(results: Results, questions: Sequence[str], borrowers: Sequence[str], highlight: str) -> None:
    """Displays the scores of all arms on each question, with their own numbers and with those borrowed from another
    image.

    results: has a measure for each question, and one for "question, borrowed".
    questions: the names of the questions.
    borrowers: the arms that can borrow numbers.
    highlight: the arm that the lesson is about.

    Raises KeyError for an unknown question or arm.
    """
    words = [f"{question}: " + ", ".join(
        f"{arm} {results.mean(arm, question):.0f} %"
        + (f" and {results.mean(arm, question + BORROWED):.0f} % with borrowed numbers" if arm in borrowers else "")
        for arm in results.arms) for question in questions]
    show(_own_and_borrowed(results, questions, borrowers, highlight),
         "Scores on new pictures, one panel for each question. " + "; ".join(words) + ".")


@house_figure
def _own_and_borrowed(results: Results, questions: Sequence[str], borrowers: Sequence[str], highlight: str) -> Figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(questions), figsize=(WIDEST, 1.2 + 0.42 * len(results.arms)), sharey=True,
                                squeeze=False)
    for axis, question in zip(axes[0], questions, strict=True):
        for row, arm in enumerate(results.arms):
            colour = FEATURES if arm == highlight else "#B9CFDD"
            axis.barh(row, results.mean(arm, question), 0.66, color=colour)
            scores = results.scores(arm, question)
            axis.plot(scores, [row] * len(scores), "o", color=PAPER, markeredgecolor=INK, markersize=4,
                      markeredgewidth=0.8)
            if arm in borrowers:
                scores = results.scores(arm, question + BORROWED)
                axis.plot(scores, [row] * len(scores), "D", color=MAPS, markeredgecolor=INK, markersize=6,
                          markeredgewidth=0.8)
        axis.axvline(50, color=ALERT, linestyle="--", linewidth=1.3)
        axis.set(title=question, xlim=(40, 103), xlabel="right (%)")
    axes[0, 0].set_yticks(range(len(results.arms)), results.arms)
    axes[0, 0].tick_params(axis="y", length=0)
    axes[0, 0].invert_yaxis()
    figure.suptitle("bar: mean; dots: runs; diamonds: runs with borrowed numbers; dashed: chance", fontsize=9, x=0.01,
                    ha="left")
    return figure
