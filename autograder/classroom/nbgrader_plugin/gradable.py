"""What is handed out: the notebook, unless it has a grade cell that nobody here could grade after the deadline, and the
lesson's files beside it."""

from __future__ import annotations

import shutil
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils
from nbgrader.converters import GenerateAssignment, NbGraderException

from autograder.classroom.nbgrader_plugin import student_folders
from autograder.lessons.course import document, files_of, released_folder

INSTEAD = ("Nothing was handed out. Make it a manually graded answer (in JupyterLab, Create Assignment), or put the "
           f"exercise into a lesson of your own: {document('docs/own-lesson.md')}")
THEIRS = GenerateAssignment.init_assignment


def init_notebooks(self: Any) -> None:
    """Overrides GenerateAssignment's method: finds the notebooks, and raises NbGraderException if one of them holds a
    cell for the autograder that belongs to no exercise."""
    student_folders.init_notebooks(self)
    for path in map(Path, chain.from_iterable(self.assignments.values())):
        if problem := not_gradable(path):
            self.log.error(problem)
            raise NbGraderException(problem)


def init_assignment(self: Any, assignment_id: str, student_id: str) -> None:
    """Overrides GenerateAssignment's method: makes the folder that is handed out. It also gets the lesson's checks and
    other files, because a learner may have an older library, or a lesson may have been changed since."""
    THEIRS(self, assignment_id, student_id)
    for files in (released_folder(assignment_id), files_of(assignment_id)):
        if files.is_dir():
            shutil.copytree(files, self._format_dest(assignment_id, student_id), dirs_exist_ok=True, ignore=_stays)


def _stays(folder: str, names: list[str]) -> set[str]:
    """Returns what of a folder is not handed out with a notebook: notebooks, and a kit's code, which the library has.
    """
    code = {name for name in names if Path(folder, name, "__init__.py").exists()}  # a package
    return code | shutil.ignore_patterns("*.ipynb", ".*", "*.py", "*.toml", "__pycache__")(folder, names)


def not_gradable(path: Path) -> str:
    """Says which cells for the autograder in a notebook's source belong to no exercise; empty if there are none."""
    from autograder.submission import notebook  # imports the lessons

    checks = [cell.metadata.nbgrader.grade_id for cell in nbformat.read(path, as_version=4).cells
              if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)]
    exercises = {slot.check_id: slot.name for known in notebook.lessons() if known.name == path.stem
                 for slot in known.exercises}
    unknown = [check for check in checks if check not in exercises]
    if not unknown:
        return ""
    cells = f"cell {unknown[0]} is" if len(unknown) == 1 else f"cells {', '.join(unknown)} are"
    what = f"the lesson has {', '.join(exercises.values())}" if exercises else f"the course has no lesson {path.stem}"
    return f"{path.name}: the {cells} to be graded by the autograder, which knows no such exercise ({what}). {INSTEAD}"
