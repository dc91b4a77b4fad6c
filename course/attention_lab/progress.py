"""What a learner has solved: in this notebook, and across the lessons that lie beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from html import escape
from pathlib import Path
from types import CodeType
from typing import Any

from .checking import recorded
from .checking.report import GOOD, OPEN, number
from .checking.verdict import Verdict

FILE = ".progress.json"


@dataclass
class Kept:
    """What is remembered of an exercise. points: the best so far. tries: how many different answers were checked.

    failed: digests of the different answers that failed since the last one that was right. solved: the day of the first right one,
    2026-11-22; empty before it, and in what an older library kept.
    """

    points: float = 0.0
    tries: int = 0
    failed: list[str] = field(default_factory=list)
    solved: str = ""


def _read(folder: Path) -> dict[str, Kept]:
    """What is remembered of each exercise; empty if nothing readable was kept."""
    try:
        kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {str(name): _one(found) for name, found in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return {}


def _one(found: dict | float) -> Kept:
    """An exercise's entry: a plain number of points in files of an older library."""
    if not isinstance(found, dict):
        return Kept(float(found))
    return Kept(float(found["points"]), int(found["tries"]), [str(digest) for digest in found["failed"]], str(found["solved"]))


def kept(folder: Path, name: str) -> Kept:
    """What is remembered of one exercise."""
    return _read(folder).get(name, Kept())


def began(folder: Path) -> date | None:
    """The day when the first exercise of a lesson was solved; long ago if an older library did not write it down, None before it."""
    days = [each.solved for each in _read(folder).values() if each.solved or each.points and not each.tries]
    try:
        return min((date.fromisoformat(day) if day else date.min for day in days), default=None)
    except ValueError:
        return date.min


def remember(folder: Path, verdict: Verdict, digest: str = "") -> Kept:
    """Keep the best points of each exercise in `folder`, and count its tries: trying something else later takes nothing away.

    digest: of the answer; the same wrong answer again is no new try, nor is an empty one, nor a right one when the last was right.
    A folder that cannot be written to costs the memory, not the check. Returns what is remembered of this exercise now.
    """
    everything = _read(folder)
    own = everything.setdefault(verdict.exercise, Kept())
    solved = verdict.points == verdict.max_points
    if verdict.started and digest not in own.failed and not (solved and own.points == verdict.max_points and not own.failed):
        own.tries += 1
        own.failed.append(digest)
    if solved:
        own.failed.clear()
        own.solved = own.solved or date.today().isoformat()
    own.points = max(verdict.points, own.points)
    beside = folder / f"{FILE}.new"
    try:
        beside.write_text(json.dumps({name: asdict(each) for name, each in everything.items()}, indent=1), encoding="utf-8")
        os.replace(beside, folder / FILE)  # never half a file, whatever happens in between
    except OSError:
        beside.unlink(missing_ok=True)
    return own


def digest(thing: Callable) -> str:
    """A short name for a function's or class's code: other comments, other blank lines and another run give the same one."""
    return sha256(repr(_code(thing)).encode()).hexdigest()[:12]


def _code(thing: Any) -> Any:
    """What is executed, as plain data."""
    if isinstance(thing, type):
        return [(name, _code(part)) for name, part in sorted(vars(thing).items()) if name not in ("__doc__", "__firstlineno__")]
    if isinstance(thing, CodeType):
        return thing.co_code, thing.co_names, thing.co_varnames, [_code(each) for each in thing.co_consts]
    code = getattr(getattr(thing, "__func__", thing), "__code__", None)
    return _code(code) if code else thing if isinstance(thing, int | float | str | bytes | tuple) else type(thing).__name__


def _best(known: Kept | None, maximum: float) -> float | None:
    """The best points from a check; an exercise may have been worth more in an older copy of the lesson."""
    return None if known is None else min(known.points, maximum)


def total(rows: list[tuple[str, float | None, float]]) -> tuple[float, float]:
    """Points and maximum of a lesson's exercises."""
    return sum(points or 0 for _, points, _ in rows), sum(most for _, _, most in rows)


class Progress:
    """Points by exercise in this lesson, and by lesson in the course."""

    def __init__(self, folder: Path):
        self.lessons = []  # (is it this one, name, title, [(exercise, points or None, maximum)])
        for path in sorted(folder.parent.glob(f"*/{recorded.FOLDER}")) or [folder / recorded.FOLDER]:
            try:
                parts, known = list(recorded.parts(path).values()), _read(path.parent)
            except ValueError:  # a broken neighbour is no reason to hide the rest
                continue
            if parts:
                rows = [(part.exercise, _best(known.get(part.exercise), part.points), part.points) for part in parts]
                self.lessons.append((path.parent == folder, parts[0].lesson, parts[0].title, rows))

    def _lines(self) -> list[tuple[str, float, float]]:
        """(text, points, maximum): the lesson at hand exercise by exercise, the others as a whole."""
        lines = []
        for here, name, title, rows in self.lessons:
            lines.append((f"{name}: {title}", *total(rows)))
            lines += [(f"    {name}" + ("" if points is not None else " (not checked yet)"), points or 0, most)
                      for name, points, most in rows] if here else []
        return lines

    def __repr__(self) -> str:
        lines = (f"{'✓' if got == most else '○'} {text:44s} {number(got):>5} of {number(most)}" for text, got, most in self._lines())
        return "\n".join(lines) or "No lesson here: a notebook and its folder `checks` belong in one folder."

    def _repr_html_(self) -> str:
        rows = ""
        for text, got, most in self._lines():
            colour, width = (GOOD if got == most else "#E69F00"), round(160 * got / most) if most else 0
            indent = "padding-left:24px" if text.startswith(" ") else "font-weight:600"
            rows += (f'<tr><td style="text-align:left;{indent}">{escape(text.strip())}</td><td style="text-align:left">'
                     f'<div style="width:160px;height:10px;border:1px solid {OPEN};border-radius:5px;overflow:hidden">'
                     f'<div style="width:{width}px;height:10px;background:{colour}"></div></div></td>'
                     f'<td style="text-align:right">{number(got)} of {number(most)}</td></tr>')
        return f"<table>{rows}</table>" if rows else f"<p>{escape(repr(self))}</p>"


def progress() -> Progress:
    """What is solved in this lesson and across the course: shown when it is the last line of a cell."""
    return Progress(Path.cwd())
