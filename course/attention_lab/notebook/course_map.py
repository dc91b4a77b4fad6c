"""The map of the course: what each lesson builds on and adds, how long it takes, and how much of it is solved.

`course.toml` beside this file is a copy of solutions/course.toml, made by the build.
"""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

from ..checking import recorded
from ..checking.report import GOOD, number
from .progress import rows, total

LIST = Path(__file__).parents[1] / "course.toml"
HEAD = ("lesson", "what it adds", "builds on", "time", "solved")


class CourseMap:
    """One row a lesson, in order; the one at hand is marked."""

    def __init__(self, folder: Path):
        beside = _beside(folder)
        self.rows = []  # (is it this one, is it solved, the cells of HEAD)
        self.links = []  # for each row the notebook to open, or None if it is open already or not there
        for lesson in tomllib.loads(LIST.read_text(encoding="utf-8"))["lesson"]:
            here, got, most = beside.get(lesson["name"], (False, 0, 0))
            solved = most > 0 and got == most
            points = f"{'✓ ' if solved else ''}{number(got)} of {number(most)}" if most else "not in this folder"
            builds_on = ", ".join(name.partition("_")[0] for name in lesson["builds_on"]) or "–"
            self.rows.append((here, solved, (f"{lesson['name'].partition('_')[0]} {lesson['title']}", lesson["adds"], builds_on,
                                             duration(lesson["minutes"]), points)))
            notebook = f"../{lesson['name']}/{lesson['name']}.ipynb"
            self.links.append(notebook if not here and (folder / notebook).exists() else None)

    def __repr__(self) -> str:
        cells = [HEAD, *(cells for _, _, cells in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        marks = [" ", *("▶" if here else " " for here, _, _ in self.rows)]
        lines = ("  ".join([mark, *(cell.ljust(width) for cell, width in zip(row, widths, strict=True))]).rstrip()
                 for mark, row in zip(marks, cells, strict=True))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        table = "<tr>" + "".join(f"<th {left}>{escape(cell)}</th>" for cell in HEAD) + "</tr>"
        for (here, solved, cells), link in zip(self.rows, self.links, strict=True):
            title, adds, builds_on, time, points = (escape(cell) for cell in cells)
            title = f"<b>▶ {title}</b>" if here else f'<a href="{escape(link)}">{title}</a>' if link else title
            points = f'<span style="color:{GOOD}">{points}</span>' if solved else points
            row = "".join(f"<td {left}>{cell}</td>" for cell in (title, adds, builds_on))
            table += f'<tr>{row}<td style="text-align:left;white-space:nowrap">{time}</td><td {left}>{points}</td></tr>'
        return f"<table>{table}</table>"


def _beside(folder: Path) -> dict[str, tuple[bool, float, float]]:
    """The lessons that lie beside `folder`, by name: is it the one at hand, its points, its maximum."""
    found = {}
    for path in sorted(folder.parent.glob(f"*/{recorded.FOLDER}")):
        try:
            parts, solved = list(recorded.parts(path).values()), rows(path.parent)
        except ValueError:  # a broken neighbour is no reason to hide the rest
            continue
        if parts:
            found[parts[0].lesson] = (path.parent == folder, *total(solved))
    return found


def duration(minutes: int) -> str:
    """Hours and minutes: 2 h, 1 h 45 min, 30 min."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest))


def course_map() -> CourseMap:
    """Where you are in the course: shown when it is the last line of a cell."""
    return CourseMap(Path.cwd())
