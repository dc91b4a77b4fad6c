"""Draws the page of `autograder insights`: one file that loads nothing and has no script. It can be read on light, dark
and narrow screens."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from attention_lab.checking.verdict.report import number
from autograder.classroom.feedback.student_page import points, prose
from autograder.insights.insights import Insights
from autograder.insights.items import FEWEST
from autograder.judge.packages import package_name
from autograder.outward import count, on_terminal

BINS = 10  # columns of the histogram, at most


def page(found: Insights, names: bool, day: date) -> str:
    """Returns the HTML of the page.

    names: True also says who made each mistake. Without names, the page can be shown to the class.
    """
    return _template().render(found=found, names=names, day=day, bins=histogram(found.totals, found.max_points),
                              FEWEST=FEWEST)


def histogram(totals: list[float], most: float) -> list[tuple[str, int]]:
    """Returns how many students have how many points: for each column its label, and the number of students. Full marks
    have a column of their own."""
    width = max(1, math.ceil(most / BINS))
    edges = [(low, min(low + width, most)) for low in range(0, math.ceil(most), width)]
    columns = [(f"{low} to {number(high)}", sum(low <= total < high for total in totals)) for low, high in edges]
    return [*columns, (f"{number(most)}", sum(total >= most for total in totals))]


@cache
def _template() -> Template:
    # What learners wrote stands in it as text.
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)
    environment.filters |= {"prose": prose, "count": count, "points": points, "listed": listed,
                            "plain": partial(on_terminal, lines=True), "package": package_name}
    return environment.get_template("page.html")


def listed(words: Iterable[str]) -> str:
    return ", ".join(map(on_terminal, words))
