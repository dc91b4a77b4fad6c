"""The capstone's map as a table in HTML: every module on every task, and the runs that each number is the mean of.

modules.js shows the runs of one cell; without scripts there are the means.
"""

from __future__ import annotations

from html import escape
from types import ModuleType

from autograder.lessons.topics import topic

FIRST = "SE", "look-up"  # the cell whose runs are shown at the beginning: they say why there are five


def table() -> str:
    """The table, a place for the runs of one cell, and the findings."""
    figures = topic("capstone").module("figures")
    runs = figures.table()
    heads = "".join(f'<th scope="col" data-chance="{chance:.0f}">{task}<small>{chance:.0f} %</small></th>'
                    for task, chance in figures.GUESSES.items())
    rows = ""
    for arm in figures.arms(runs):
        both = figures.scores(runs, arm, 1), figures.trained_longer(runs, arm)
        cells = "".join(_cell(figures, arm, task, [of[task] for of in both]) for task in figures.TASKS)
        name = f"<b>{escape(arm)}</b>" if arm in figures.CONTROLS else escape(arm)
        rows += f'<tr><th scope="row">{name}</th>{cells}</tr>'
    found = "".join(f"<li>{escape(' '.join(words))}</li>" for _, _, *words in figures.FINDINGS)
    return (f'<div class="modules"><div class="scrolled"><table><caption>Right answers in per cent, at the lesson’s '
            f'number of steps (first) and at {figures.LONGER} times as many (second). "3 of 5": '
            f'so many of the five runs solved the task. Below each task: at chance. In bold: controls.</caption>'
            f'<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
            f'<div class="runs" role="status"></div><ol>{found}</ol></div>')


def _cell(figures: ModuleType, arm: str, task: str, both: list[list[float]]) -> str:
    """One cell with two halves, as blue as they are above chance."""
    halves = "".join(f'<span style="background:{figures.shade(task, runs)}">{figures.score_of(runs)}</span> '
                     for runs in both)
    runs = " ".join(",".join(f"{score:.1f}" for score in of) for of in both)
    framed = (number for number, (arms, tasks, *_) in enumerate(figures.FINDINGS, 1) if arm in arms and task in tasks)
    about = "".join(f' data-finding="{number}"' for number in framed) + " data-first" * ((arm, task) == FIRST)
    return f'<td data-runs="{runs}"{about}>{halves}</td>'
