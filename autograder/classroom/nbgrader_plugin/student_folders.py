"""Finds the folders of a lesson's students. An id is a name, and so is the path of the course: neither is taken for a
pattern, whatever it holds.

nbgrader puts both into patterns for `glob`. So it never finds the student `li [a1]`, and for `*` it finds everybody.
"""

from __future__ import annotations

import glob
import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from nbgrader.converters import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.outward import named

EVERYBODY = "*"  # nbgrader's default for the students that a command is for
TORN = "an id can't hold a line break"
EXACTLY = "\0"  # before an id, which is then no pattern; no path holds this sign
SAID = 20  # files in wrong places that are named
NOBODY_FOUND = BaseConverter.init_notebooks  # nbgrader's own, which then says what it looked for, and raises


def folders_by_student(coursedir: CourseDirectory, step: str, lesson: str) -> dict[str, str]:
    """Returns everybody's existing folder by id, in the order of the folders.

    step: nbgrader's directory, such as `coursedir.submitted_directory`.
    """
    before, after = coursedir.format_path(step, EXACTLY, lesson).split(EXACTLY)
    paths = glob.glob(f"{glob.escape(before)}*{glob.escape(after)}")
    return {folder[len(before):len(folder) - len(after)]: folder for folder in sorted(paths) if os.path.isdir(folder)}


def misplaced(coursedir: CourseDirectory, lesson: str) -> list[str]:
    """Returns sentences about notebooks that seem to be of a lesson and lie where neither nbgrader nor we look: in a
    folder of nearly the lesson's name, in the student's own folder, or beside the students' folders."""
    before, after = coursedir.format_path(coursedir.submitted_directory, EXACTLY, lesson).split(EXACTLY)
    root = Path(before)
    if after != f"{os.sep}{lesson}" or not root.is_dir():
        return []  # an instructor's own arrangement
    found = [(path, "STUDENT") for path in root.glob("*.ipynb") if _plainly(lesson) in _plainly(path.stem)]
    for folder in (each for each in root.glob("*") if each.is_dir()):  # glob passes over what may not be read
        found += [(path, folder.name) for path in folder.glob("*.ipynb") if _plainly(lesson) in _plainly(path.stem)]
        found += [(path, folder.name) for other in folder.glob("*") if other.is_dir() and other.name != lesson
                  and _plainly(lesson) == _plainly(other.name) for path in sorted(other.glob("*.ipynb"))[:1]]
    said = [f"Not graded, because it lies in a wrong place: {named(path)} (its place is "
            f"{named(f'{before}{student}{after}{os.sep}{lesson}.ipynb')})" for path, student in sorted(found)]
    return said[:SAID] + ([f"... and {len(said) - SAID} more in wrong places"] if said[SAID:] else [])


def _plainly(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def chosen_folders(coursedir: CourseDirectory, step: str) -> dict[str, str]:
    """Returns the folders of the lesson and of the students that one of nbgrader's commands is for. They are named by
    an id, or else by a pattern with a star or a question mark."""
    lesson, pattern = coursedir.assignment_id, coursedir.student_id
    one = pattern.removeprefix(EXACTLY)
    if pattern != EVERYBODY and os.path.isdir(folder := coursedir.format_path(step, one, lesson)):
        return {one: folder}
    if pattern != one or not is_pattern(pattern):
        return {}
    return {student: folder for student, folder in folders_by_student(coursedir, step, lesson).items()
            if fnmatchcase(student, pattern)}


def is_torn(student: str) -> bool:
    """Says whether nbgrader can't read the id from the folder's path. It would then stop at everybody's work."""
    return "\n" in student


def is_pattern(student: str) -> bool:
    """Says whether this can't be an id only."""
    return "*" in student or "?" in student


def submissions(converter: Any) -> dict[str, list[str]]:
    """Returns the notebooks of each folder that a converter is for. Raises NbGraderException if there is no folder."""
    coursedir = converter.coursedir
    folders = chosen_folders(coursedir, converter._input_directory)
    if not folders and coursedir.student_id in (EVERYBODY, "."):
        NOBODY_FOUND(converter)
    elif not folders:
        where = converter._format_source(coursedir.assignment_id, coursedir.student_id.removeprefix(EXACTLY))
        converter.log.error(message := f"No notebooks were matched by '{where}'")
        raise NbGraderException(message)
    for student in filter(is_torn, folders):
        converter.log.error("%r is passed over: %s", folders[student], TORN)
    return {folder: sorted(glob.glob(os.path.join(glob.escape(folder), f"{coursedir.notebook_id}.ipynb")))
            for student, folder in folders.items() if not is_torn(student)}


def init_notebooks(self: Any) -> None:
    """Overrides nbgrader's method. Here too, a folder without a notebook is passed over."""
    notebooks = submissions(self)
    self.assignments, self.notebooks = {folder: files for folder, files in notebooks.items() if files}, []
    for folder in notebooks.keys() - self.assignments.keys():
        self.log.warning("No notebooks were matched in '%s'", folder)
    if not self.assignments:
        raise NbGraderException(f"there is no notebook in {', '.join(notebooks)}")
