"""The files of a class that can't be made again: submissions, graded copies, own lessons, seeds and settings."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from nbgrader.coursedir import CourseDirectory

from autograder.classroom import participants, roster, rules
from autograder.lessons.course import INSTALLED

SETTINGS = "nbgrader_config.py" if INSTALLED else "work/nbgrader_config.py"  # in a clone, the other one is the clone's
OWN = [SETTINGS, rules.NAME, roster.NAME, participants.NAME, "work/lessons.toml"]  # what a class's instructor wrote
OWN_LESSONS = "work/lessons"  # where `autograder new` makes lessons
FILES = "files"  # the folder of a backup that holds all of this, and not the gradebook


def submitted_folder(coursedir: CourseDirectory) -> str:
    """Returns the folder of what was handed in, below the course's folder. All in it is strangers'."""
    return _below(coursedir, coursedir.submitted_directory)


def places(coursedir: CourseDirectory, root: Path) -> list[str]:
    """Returns the files and folders, below `root`, in which such a class keeps what can't be made again. Not all of
    them need to be there."""
    seeds = sorted(f"work/{path.name}" for path in (root / "work").glob("seed*"))
    folders = [coursedir.source_directory] * INSTALLED + [coursedir.autograded_directory, coursedir.submitted_directory]
    return [*seeds, *OWN, OWN_LESSONS, *(_below(coursedir, folder) for folder in folders)]


def belongs(name: str, coursedir: CourseDirectory) -> bool:
    """Says whether a file of this name, below the course's folder, is one that a backup of this class may hold."""
    path = PurePosixPath(name)
    if str(path) != name or ".." in path.parts:
        return False
    if name in OWN or str(path.parent) == "work" and path.name.startswith("seed"):
        return True
    return any(PurePosixPath(place) in path.parents for place in places(coursedir, Path(coursedir.root)))


def _below(coursedir: CourseDirectory, folder: str) -> str:
    root = Path(coursedir.root)
    return (root / folder).relative_to(root).as_posix()
