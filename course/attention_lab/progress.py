"""What a learner has solved: in this notebook, and across the lessons that lie beside it."""

from __future__ import annotations

import json
import os
from html import escape
from pathlib import Path

from .checking import recorded
from .checking.report import GOOD, OPEN, number
from .checking.verdict import Verdict

FILE = ".progress.json"


def _read(folder: Path) -> dict[str, float]:
    """The best points of each exercise so far; empty if nothing readable was kept."""
    try:
        kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {str(name): float(points) for name, points in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def remember(folder: Path, verdict: Verdict) -> None:
    """Keep the best points of each exercise in `folder`: trying something else later takes nothing away.

    A folder that cannot be written to costs the memory, not the check.
    """
    kept = _read(folder)
    kept[verdict.exercise] = max(verdict.points, kept.get(verdict.exercise, 0.0))
    beside = folder / f"{FILE}.new"
    try:
        beside.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        os.replace(beside, folder / FILE)  # never half a file, whatever happens in between
    except OSError:
        beside.unlink(missing_ok=True)


def _at_most(maximum: float, points: float | None) -> float | None:
    """Points from a check; an exercise may have been worth more in an older copy of the lesson."""
    return None if points is None else min(points, maximum)


def total(rows: list[tuple[str, float | None, float]]) -> tuple[float, float]:
    """Points and maximum of a lesson's exercises."""
    return sum(points or 0 for _, points, _ in rows), sum(most for _, _, most in rows)


class Progress:
    """Points by exercise in this lesson, and by lesson in the course."""

    def __init__(self, folder: Path):
        self.lessons = []  # (is it this one, name, title, [(exercise, points or None, maximum)])
        for path in sorted(folder.parent.glob(f"*/{recorded.FOLDER}")) or [folder / recorded.FOLDER]:
            try:
                parts, kept = list(recorded.parts(path).values()), _read(path.parent)
            except ValueError:  # a broken neighbour is no reason to hide the rest
                continue
            if parts:
                rows = [(part.exercise, _at_most(part.points, kept.get(part.exercise)), part.points) for part in parts]
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
