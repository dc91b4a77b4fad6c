"""`make class`: a whole class through nbgrader, from generate_assignment to the exported grades, in a fresh course
below work/class."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .course import Course
from .pupils import LESSON, PUPILS, ROOT

FOLDER = ROOT / "work/class"
STEPS = (("autograde", LESSON), ("generate_feedback", LESSON), ("export", "--to", "grades.csv"))


def main(console: Console, folder: Path) -> int:
    """Run the commands, show a line for each pupil. Returns the number of pupils whose points are not the expected
    ones."""
    shutil.rmtree(folder, ignore_errors=True)
    course = Course(folder)
    begin = time.monotonic()
    course.release()
    course.collect(PUPILS)
    console.print(f"{len(PUPILS)} people hand in {LESSON}, in {folder.relative_to(ROOT)}/submitted")
    for step in STEPS:
        started = time.monotonic()
        command = course.nbgrader(*step)
        (folder / f"{step[0]}.log").write_text(command.stdout + command.stderr, encoding="utf-8")
        console.print(f"nbgrader {' '.join(step)}: exit {command.returncode}, {time.monotonic() - started:.0f} s, log "
                      f"in {step[0]}.log")
    grades, surprises = course.grades(), 0
    table = Table("student", "what was handed in", "points", "expected", "feedback (below feedback/)", box=None,
                  pad_edge=False)
    for pupil in PUPILS:
        points = grades.get(pupil.student)
        right = points == pupil.points
        surprises += not right
        page = course.feedback(pupil.student)
        name, space, _ = pupil.student.partition(" ")
        table.add_row(name + ("..." if space else ""), pupil.what + (" (-2)" if pupil.late else ""),
                      Text(_points(points), style="green" if right else "bold red"), _points(pupil.points),
                      Text(str(page.relative_to(folder / "feedback")) if page.exists() else "none", overflow="ellipsis",
                           no_wrap=True))
    console.print(table)
    console.print(f"{len(PUPILS) - surprises} of {len(PUPILS)} as expected, {time.monotonic() - begin:.0f} s; "
                  f"grades in {(folder / 'grades.csv').relative_to(ROOT)}")
    return surprises


def _points(points: tuple[float | None, ...] | None) -> str:
    return "none" if points is None else " + ".join("?" if value is None else f"{value:g}" for value in points)


if __name__ == "__main__":
    sys.exit(1 if main(Console(), FOLDER) else 0)
