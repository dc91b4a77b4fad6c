"""`autograder start`: adds lessons to an nbgrader course of an instructor's own, or begins one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from autograder.classroom.nbgrader_course import course_app
from autograder.lessons.course import INSTALLED, solved_folder
from autograder.outward import command
from autograder.submission import notebook
from autograder.terminal import say

CALL = "attention_autograder.add_to(__file__)"
LINES = f"""
# Added by `autograder start`: the lessons of Attention by Hand are graded by their own graders.
import attention_autograder  # noqa: E402

{CALL}
"""
OTHERS = ("Beware: nbgrader runs learners' code for your own assignments ({}) without a sandbox, as you. That code can "
          "read this class's seed and our solutions. Grade those assignments in another account or in a container")


def risk(coursedir: CourseDirectory) -> str:
    """Says what assignments of an instructor's own risk; empty if the course has none."""
    ours, sources = {lesson.name for lesson in notebook.lessons()}, Path(coursedir.root, coursedir.source_directory)
    others = sorted(path.name for path in sources.glob("*/") if path.name not in ours)
    return OTHERS.format(", ".join(others)) if others else ""


def start(folder: Path, names: list[str], console: Console) -> int:
    """Writes the lessons' sources and what nbgrader's configuration needs, and nothing over what is there. Returns the
    command's exit status. Raises ValueError for a lesson that does not exist."""
    if not INSTALLED:
        raise ValueError("this is a clone, whose course has all lessons; `start` is for the graders that pip installs")
    for name in names:
        notebook.lesson(name)
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    Path("work").mkdir(mode=0o700, exist_ok=True)  # seed, hidden questions, roster, verdicts
    config = Path("nbgrader_config.py")
    text = config.read_text(encoding="utf-8") if config.exists() else ""
    if CALL not in text:
        with config.open("a", encoding="utf-8") as file:
            file.write(LINES if text else LINES.lstrip())
    coursedir = course_app(names[0]).coursedir
    sources = Path(coursedir.root, coursedir.source_directory)
    for name in names:
        source = sources / name / f"{name}.ipynb"
        if source.exists():
            same = source.read_bytes() == (solved_folder(name) / source.name).read_bytes()
            say(console, f"{source} is there already, and stays as it is" + (
                "" if same else ". It is not what this version has: move it away and run the same command for that"))
            continue
        source.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(solved_folder(name) / f"{name}.ipynb", source)
    if said := risk(coursedir):
        say(console, said)
    say(console, f"{folder.resolve()}: {', '.join(names)}. Next: "
                 f"{command('nbgrader', 'generate_assignment', names[0])}")
    return 0
