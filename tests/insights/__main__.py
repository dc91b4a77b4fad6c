"""`python -m tests.insights 66`: grade a class from the banks in work/crowd, and tell how well its wrong answers are
sorted.

Takes some minutes, so it is run by hand: after a change to how unnamed wrong answers are grouped
(autograder/insights/mistakes.py). More answers may be given as folders that hold a right/ and a wrong/.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from contextlib import chdir
from pathlib import Path

from autograder.classroom.course import course_app
from autograder.insights.insights import Insights, insights
from tests.classroom.course import Course
from tests.classroom.pupils import LESSON, ROOT
from tests.grade.classes import command, environment

from .crowd import crowd
from .graded import SE


def main(size: int, folders: list[Path]) -> None:
    folder, made = ROOT / "work/crowd", crowd(size, folders=folders)
    shutil.rmtree(folder, ignore_errors=True)
    course = Course(folder)
    course.release()
    course.collect(made.pupils)
    subprocess.run(command(), cwd=folder, env=environment(course), check=True)
    with chdir(folder):
        print(sorted_well(insights(course_app(LESSON).coursedir, SE), made.truth))


def sorted_well(found: Insights, truth: dict[str, dict[str, str]]) -> str:
    """How pure the groups of unnamed wrong answers are (those of a group that the bank has as one answer), and how
    whole (those of an answer of the bank that stand in one group)."""
    lines, pure, whole, everybody = [], 0, 0, 0
    placed: dict[tuple[str, str], Counter[int]] = {}
    for number, group in enumerate(exhibit.group for exhibit in found.unnamed):
        origins = Counter(truth[student][group.exercise] for student in group.students if student in truth)
        for origin, students in origins.items():
            placed.setdefault((group.exercise, origin), Counter())[number] += students
        if origins:
            pure += max(origins.values())
            everybody += sum(origins.values())
            lines.append(f"{group.exercise}: "
                         f"{', '.join(f'{students} {origin}' for origin, students in origins.most_common())}")
    whole = sum(max(numbers.values()) for numbers in placed.values())
    return "\n".join([*lines, f"{everybody} unnamed wrong answers in {len(lines)} groups: "
                              f"{100 * pure / everybody:.1f} % pure, {100 * whole / everybody:.1f} % whole"])


if __name__ == "__main__":
    main(int(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
