"""A learner's progress in a lesson, kept in a file beside the notebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from html import escape
from pathlib import Path
from types import CodeType
from typing import Any

from ..checking.known import recorded
from ..checking.verdict.report import GOOD, OPEN, number
from ..checking.verdict.verdict import Verdict
from ..lesson_files import checks
from ..storage import LONGEST, bounded, found, keep, put_beside

FILE = ".progress.json"
NEWEST = 20  # how many digests of wrong answers are kept


@dataclass
class Kept:
    """What is remembered of an exercise.

    points: the best points so far.
    tries: how many different answers were checked.
    failed: digests of the wrong answers since the last right one, without repeats. Only the last NEWEST of them are
        kept.
    solved: the day of the first right answer, such as 2026-11-22; empty before that.
    """

    points: float = 0.0
    tries: int = 0
    failed: list[str] = field(default_factory=list)
    solved: str = ""


def _read(folder: Path) -> dict[str, Kept]:
    """Returns what is remembered of each exercise; empty if there is no readable file."""
    try:
        return _strictly(folder)
    except ValueError:
        return {}


def _strictly(folder: Path) -> dict[str, Kept]:
    """Returns what is remembered of each exercise, as `_read` does. Raises ValueError if the file holds something else.
    """
    try:
        return {name: _one(entry) for name, entry in found(folder / FILE).items()}
    except FileNotFoundError:
        return {}
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{FILE} holds something else") from error


def _one(entry: dict) -> Kept:
    """Returns what is remembered of one exercise. Raises ValueError, TypeError or KeyError for an entry of another
    form."""
    tries, failed, solved = entry["tries"], entry["failed"], entry["solved"]
    if (
        not isinstance(tries, int)
        or not isinstance(failed, list)
        or not all(isinstance(digest, str) for digest in failed)
    ):
        raise TypeError("tries must be a whole number, and failed answers must be a list of digests")
    if solved and date.fromisoformat(solved) > date.today():  # a clock that was wrong, or a file that was made up
        solved = date.today().isoformat()
    digests = [digest for digest in failed[-NEWEST:] if len(digest) <= LONGEST]
    return Kept(_points(entry["points"]), tries, digests, solved)


def _points(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise TypeError("points are a number")
    return float(value)


def recall(folder: Path, name: str) -> Kept:
    """Returns what is remembered of one exercise."""
    return _read(folder).get(name, Kept())


def began(folder: Path) -> date | None:
    """Returns the day on which the first exercise of a lesson was solved; None if no exercise is solved yet."""
    return min((date.fromisoformat(each.solved) for each in _read(folder).values() if each.solved), default=None)


def remember(folder: Path, verdict: Verdict, digest: str = "") -> tuple[Kept, bool]:
    """Keeps the best points of an exercise in `folder`, and counts its tries. A worse answer later takes no points
    away.

    digest: the digest of the answer. The answer does not count as a new try if nothing has been written yet, or if the
        same wrong answer was tried before. A right answer after a right one does not count either.

    Exercises that the file names but the lesson lacks, such as those of another lesson in the same folder, are kept as
    far as there is room for them. If the folder cannot be written to, a note in the verdict says so, and the check
    still works. A file that cannot be read is kept under another name, and a note in the verdict says so.

    Returns what is now remembered of this exercise, and whether this was a new try.
    """
    try:
        everything = _strictly(folder)
    except ValueError:
        everything = {}
        verdict.notes.append(put_beside(folder / FILE))
    own = everything.setdefault(verdict.exercise, Kept())
    solved = verdict.points == verdict.max_points
    new = (
        verdict.started
        and digest not in own.failed
        and not (solved and own.points == verdict.max_points and not own.failed)
    )
    if new:
        own.tries += 1
        own.failed = [*own.failed, digest][-NEWEST:]
    if solved:
        own.failed.clear()
        own.solved = own.solved or date.today().isoformat()
    own.points = max(verdict.points, own.points)
    lesson = {verdict.exercise, *(path.stem for path in checks(folder, verdict.exercise).glob(f"*{recorded.SUFFIX}"))}
    kept = bounded(everything, lambda name: (name == verdict.exercise, name in lesson, everything[name].points))
    if why := keep(folder / FILE, {name: asdict(each) for name, each in kept.items()}):
        verdict.notes.append(f"Your progress could not be kept: {FILE} can't be written ({why}).")
    return own, new


def digest(thing: Callable) -> str:
    """Returns a short digest of the code of a function or class. It does not change with comments, blank lines, or
    another run."""
    return sha256(repr(_code(thing)).encode()).hexdigest()[:12]


def _code(thing: Any) -> Any:
    """Returns the code that is executed, as plain data."""
    if isinstance(thing, type):
        return [(name, _code(part)) for name, part in sorted(vars(thing).items())
                if name not in ("__doc__", "__firstlineno__")]
    if isinstance(thing, CodeType):
        return thing.co_code, thing.co_names, thing.co_varnames, [_code(each) for each in thing.co_consts]
    code = getattr(getattr(thing, "__func__", thing), "__code__", None)
    return (
        _code(code) if code else thing if isinstance(thing, int | float | str | bytes | tuple) else type(thing).__name__
    )


@dataclass
class Row:
    """An exercise of a lesson.

    name: the exercise's name.
    points: the best points so far; None before the first check. They are never above `most`, even if the exercise was
        worth more then.
    most: the points that the exercise is worth.
    """

    name: str
    points: float | None
    most: float


def rows(folder: Path, files: Path) -> list[Row]:
    """Returns the exercises of a lesson, in order; empty if there is no lesson.

    folder: the folder with the notebook.
    files: the folder with the recorded checks.

    Raises ValueError if the lesson's checks cannot be read.
    """
    known = _read(folder)
    return [Row(part.exercise, min(known[part.exercise].points, part.points) if part.exercise in known else None,
                part.points)
            for part in recorded.parts(files).values()]


def total(of: list[Row]) -> tuple[float, float]:
    """Returns the points and the maximum of a lesson's exercises."""
    return sum(row.points or 0 for row in of), sum(row.most for row in of)


class Progress:
    """The points of the lesson in `folder`, and of each of its exercises.

    Raises ValueError if the lesson's checks cannot be read.
    """

    def __init__(self, folder: Path):
        files = checks(folder)
        self.rows = rows(folder, files)
        first = next(iter(recorded.parts(files).values()), None)
        self.name = f"{first.lesson}: {first.title}" if first else ""

    def _lines(self) -> list[tuple[str, float, float]]:
        """Returns (text, points, maximum), first for the lesson, then for each of its exercises."""
        lines = [(self.name, *total(self.rows))] if self.rows else []
        for row in self.rows:
            lost = row.most - (row.points or 0)
            missing = " (not checked yet)" if row.points is None else f" ({number(lost)} missing)" if lost else ""
            lines.append((f"    {row.name}{missing}", row.points or 0, row.most))
        return lines

    def __repr__(self) -> str:
        lines = (f"{'✓' if got == most else '○'} {text:44s} {number(got):>5} of {number(most)}"
                 for text, got, most in self._lines())
        return "\n".join(lines) or "No lesson here: run the first cell of the lesson's notebook."

    def _repr_html_(self) -> str:
        table = ""
        for text, got, most in self._lines():
            colour, width = (GOOD if got == most else "#E69F00"), round(160 * got / most) if most else 0
            indent = "padding-left:24px" if text.startswith(" ") else "font-weight:600"
            table += (f'<tr><td style="text-align:left;{indent}">{escape(text.strip())}</td><td '
                      'style="text-align:left">'
                      f'<div style="width:160px;height:10px;border:1px solid {OPEN};border-radius:5px;overflow:hidden">'
                      f'<div style="width:{width}px;height:10px;background:{colour}"></div></div></td>'
                      f'<td style="text-align:right">{number(got)} of {number(most)}</td></tr>')
        return f"<table>{table}</table>" if table else f"<p>{escape(repr(self))}</p>"


def progress() -> Progress:
    """Returns your points in this lesson, for the last line of a cell, which shows them. `course_map()` shows the other
    lessons."""
    return Progress(Path.cwd())
