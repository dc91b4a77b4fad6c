"""What a learner has solved in a lesson, kept in a file beside its notebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from html import escape
from pathlib import Path
from types import CodeType
from typing import Any

from ..checking import recorded
from ..checking.report import GOOD, OPEN, number
from ..checking.verdict import Verdict
from ..storage import found, keep, put_beside

FILE = ".progress.json"
NEWEST = 20  # digests of wrong answers that are kept


@dataclass
class Kept:
    """What is remembered of an exercise. points: the best so far. tries: how many different answers were checked.

    failed: digests of the newest different answers that failed since the last one that was right. solved: the day of
    the first right one, 2026-11-22; empty before it, and in what an older library kept.
    """

    points: float = 0.0
    tries: int = 0
    failed: list[str] = field(default_factory=list)
    solved: str = ""


def _read(folder: Path) -> dict[str, Kept]:
    """What is remembered of each exercise; empty if nothing readable was kept."""
    try:
        return _strictly(folder)
    except ValueError:
        return {}


def _strictly(folder: Path) -> dict[str, Kept]:
    """The same. Raises ValueError where there is a file that holds something else."""
    try:
        return {name: _one(entry) for name, entry in found(folder / FILE).items()}
    except FileNotFoundError:
        return {}
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{FILE} holds something else") from error


def _one(entry: dict | float) -> Kept:
    """An exercise's entry: a plain number of points in files of an older library.
    Raises ValueError, TypeError and KeyError."""
    if not isinstance(entry, dict):
        return Kept(_points(entry))
    tries, failed, solved = entry["tries"], entry["failed"], entry["solved"]
    if (
        not isinstance(tries, int)
        or not isinstance(failed, list)
        or not all(isinstance(digest, str) for digest in failed)
    ):
        raise TypeError("tries are a whole number, and failed answers a list of digests")
    if solved and date.fromisoformat(solved) > date.today():  # a clock that was wrong, or a file that was made up
        solved = date.today().isoformat()
    return Kept(_points(entry["points"]), tries, failed[-NEWEST:], solved)


def _points(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise TypeError("points are a number")
    return float(value)


def kept(folder: Path, name: str) -> Kept:
    """What is remembered of one exercise."""
    return _read(folder).get(name, Kept())


def began(folder: Path) -> date | None:
    """The day when the first exercise of a lesson was solved;
    long ago if an older library did not write it down, None before it."""
    days = [each.solved for each in _read(folder).values() if each.solved or each.points and not each.tries]
    return min((date.fromisoformat(day) if day else date.min for day in days), default=None)


def remember(folder: Path, verdict: Verdict, digest: str = "") -> tuple[Kept, bool]:
    """Keep the best points of each exercise in `folder`, and count its tries: trying something else later takes nothing
    away.

    digest: of the answer; the same wrong answer again is no new try, nor is an empty one, nor a right one when the last
    was right. A folder that cannot be written to costs the memory, not the check. A file that can't be read is kept
    beside a new one, and a note of the verdict says so.
    Returns what is remembered of this exercise now, and whether this was a new try.
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
    keep(folder / FILE, {name: asdict(each) for name, each in everything.items()})
    return own, new


def digest(thing: Callable) -> str:
    """A short name for a function's or class's code: other comments, other blank lines and another run give the same
    one."""
    return sha256(repr(_code(thing)).encode()).hexdigest()[:12]


def _code(thing: Any) -> Any:
    """What is executed, as plain data."""
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
    """An exercise of a lesson. points: the best so far, None before the first check;
    at most `most`, whatever an older copy gave."""

    name: str
    points: float | None
    most: float


def rows(folder: Path) -> list[Row]:
    """The exercises of the lesson in `folder`, in order; empty if there is none.
    Raises ValueError if its checks are not readable."""
    known = _read(folder)
    return [Row(part.exercise, min(known[part.exercise].points, part.points) if part.exercise in known else None,
                part.points)
            for part in recorded.parts(folder / recorded.FOLDER).values()]


def total(of: list[Row]) -> tuple[float, float]:
    """Points and maximum of a lesson's exercises."""
    return sum(row.points or 0 for row in of), sum(row.most for row in of)


class Progress:
    """The points of the lesson in `folder`, and of each of its exercises.
    Raises ValueError if its checks are not readable."""

    def __init__(self, folder: Path):
        self.rows = rows(folder)
        first = next(iter(recorded.parts(folder / recorded.FOLDER).values()), None)
        self.name = f"{first.lesson}: {first.title}" if first else ""

    def _lines(self) -> list[tuple[str, float, float]]:
        """(text, points, maximum): of the lesson, then of its exercises."""
        lines = [(self.name, *total(self.rows))] if self.rows else []
        for row in self.rows:
            lost = row.most - (row.points or 0)
            missing = " (not checked yet)" if row.points is None else f" ({number(lost)} missing)" if lost else ""
            lines.append((f"    {row.name}{missing}", row.points or 0, row.most))
        return lines

    def __repr__(self) -> str:
        lines = (f"{'✓' if got == most else '○'} {text:44s} {number(got):>5} of {number(most)}"
                 for text, got, most in self._lines())
        return "\n".join(lines) or "No lesson here: a notebook and its folder `checks` belong in one folder."

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
    """What is solved in this lesson: shown when it is the last line of a cell. `course_map()` shows the others."""
    return Progress(Path.cwd())
