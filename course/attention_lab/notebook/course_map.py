"""The map of the course. For each lesson it shows what the lesson builds on and adds, how long it takes, and how much
of it is solved."""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

from ..checking.known import recorded
from ..checking.verdict.report import number
from ..lesson_files import LIST, around, home
from ..short_errors import Unusable
from ..storage import found, keep
from .map_drawing import Box, drawing
from .progress import rows, total

CHOSEN = ".path.json"  # beside the lessons' folders: the path that was chosen
EVERYTHING = "everything"
HEAD = ("lesson", "what it adds", "builds on", "time", "solved")


class CourseMap:
    """A drawing of the lessons, each below those that it builds on, with a ring that fills as it is solved; as text, a
    table. The current lesson is marked. If a path was chosen, it shows only its lessons and the current one."""

    def __init__(self, folder: Path, path: str = EVERYTHING):
        listed = tomllib.loads(LIST.read_text(encoding="utf-8"))
        beside = {name: (files == home(folder), *total(rows(place, files / recorded.FOLDER)))
                  for name, (place, files) in around(folder).items() if files != place}  # the course's own lessons
        self.rows = []  # (is it the current lesson, the texts for the columns of HEAD)
        self.boxes = []  # each lesson on the drawing
        chosen = {each["name"]: each["lessons"]
                  for each in listed["path"]}.get(path, [lesson["name"] for lesson in listed["lesson"]])
        shown = [lesson for lesson in listed["lesson"]
                 if lesson["name"] in chosen or beside.get(lesson["name"], (False,))[0]]
        self.note = _note(path, sum(lesson["minutes"] for lesson in shown if lesson["name"] in chosen),
                          len(listed["lesson"]) - len(chosen))
        for lesson in shown:
            here, got, most = beside.get(lesson["name"], (False, 0, 0))
            solved = most > 0 and got == most
            points = f"{'✓ ' if solved else ''}{number(got)} of {number(most)}" if most else "not in this folder"
            builds_on = ", ".join(name.partition("_")[0] for name in lesson["builds_on"]) or "–"
            self.rows.append((here, (f"{lesson['name'].partition('_')[0]} {lesson['title']}", lesson["adds"],
                                             builds_on,
                                             duration(lesson["minutes"]), points)))
            notebook = f"../{lesson['name']}/{lesson['name']}.ipynb"
            link = notebook if not here and (folder / notebook).exists() else None  # None if it is open already
            says = f"{lesson['adds']} · {duration(lesson['minutes'])} · {points}"
            self.boxes.append(Box(lesson["name"], lesson["title"], lesson["builds_on"], link,
                                  got / most if most else 0.0, says))

    def __repr__(self) -> str:
        cells = [HEAD, *(cells for _, cells in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        marks = [" ", *("▶" if here else " " for here, _ in self.rows)]
        lines = ("  ".join([mark, *(cell.ljust(width) for cell, width in zip(row, widths, strict=True))]).rstrip()
                 for mark, row in zip(marks, cells, strict=True))
        return "\n".join([*lines, *([self.note] if self.note else [])])

    def _repr_html_(self) -> str:
        current = next((box.name for box, (here, _) in zip(self.boxes, self.rows, strict=True) if here), "")
        return drawing(self.boxes, current) + (f"<p>{escape(self.note)}</p>" if self.note else "")


def duration(minutes: int) -> str:
    """Formats minutes as hours and minutes: 2 h, 1 h 45 min, 30 min."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest))


def course_map(path: str = "") -> CourseMap:
    """Returns a map of the course that shows where you are, for the last line of a cell.

    path: "evening" or "weekend" limits the map to the lessons of that path, in all lessons beside this one, until you
        choose another path. "everything" shows all lessons again.

    Raises ValueError for any other word.
    """
    known = [*(each["name"] for each in tomllib.loads(LIST.read_text(encoding="utf-8"))["path"]), EVERYTHING]
    if path and path not in known:
        raise Unusable(f"there is no path {path!r}: choose one of {', '.join(map(repr, known))}")
    file = Path.cwd().parent / CHOSEN
    if path:
        keep(file, {"path": path})
    else:
        path = _last_choice(file)
    return CourseMap(Path.cwd(), path if path in known else EVERYTHING)


def _last_choice(file: Path) -> str:
    """Returns the path that was chosen before, or everything if none was chosen or the file cannot be read."""
    try:
        content = found(file)
    except (FileNotFoundError, ValueError):
        return EVERYTHING
    path = content.get("path") if isinstance(content, dict) else None
    return path if isinstance(path, str) else EVERYTHING


def _note(path: str, minutes: int, left_out: int) -> str:
    if not left_out:
        return ""
    return (f"Your path, {path!r}, takes about {duration(minutes)}. {left_out} lessons are not on it; "
            f'course_map("{EVERYTHING}") shows them.')
