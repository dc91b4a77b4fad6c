"""Finds the file that somebody handed in as a lesson's notebook, whatever its name, and computes a digest of its
content."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.intake.files import digest, load
from autograder.intake.folders import DEEPEST, MOST_FILES
from autograder.lessons.course import files_of
from autograder.submission.parse import Unreadable

NOT_THEIRS = "timestamp.txt"
MOST_READ = 10  # notebooks with other names that are looked into


def file_of(path: Path) -> Path:
    """Returns the file that is graded as the notebook `path`: that file itself, or else the only other notebook in its
    folder, or in a folder inside, that holds the lesson's exercises. (Browsers rename a file that is downloaded twice:
    `01_se (1).ipynb`.)

    Raises Unreadable if there is no such file, or if there are several. Nothing is guessed.
    """
    if path.is_file() and not path.is_symlink():  # a link could lead to a file that its reader must not see
        return path
    linked = f"is a link, {path.name}, which is not followed" if path.is_symlink() else ""
    missing, others = linked or f"is missing: there is no file {path.name}", notebooks_beside(path)
    why = {other: _not_this_lesson(other, path.stem) for other in others[:MOST_READ]}
    fitting = [other for other, wrong in why.items() if not wrong]
    if len(fitting) > 1 and len({digest(other) for other in fitting}) == 1:  # copies
        fitting = fitting[:1]
    if len(fitting) == 1 and len(others) <= MOST_READ:
        return fitting[0]
    if fitting:
        raise Unreadable(f"{missing}, and it is unclear which of these files it is: {_names(fitting, path)}")
    if others:
        said = "; ".join(f"{_names([other], path)}, which {wrong}" for other, wrong in [*why.items()][:3])
        raise Unreadable(f"{missing}, only {said}" + (f", and {len(others) - 3} more" if others[3:] else ""))
    files = sorted(p for p in path.parent.glob("*") if p.is_file() and p.name not in (NOT_THEIRS, path.name))
    raise Unreadable(missing + (f", only {_names(files, path)}" if files else ""))


def notebooks_beside(path: Path) -> list[Path]:
    """Returns every other notebook in a folder and in the folders inside, including one that was saved as text. Links
    are left out, and so are hidden files and folders, such as Jupyter's checkpoints and what macOS adds to a zip."""
    notebooks, entries = [], 0
    ours = {file.name for file in files_of(path.stem).glob("*.json")}  # handed out with the notebook
    for folder, folders, files in os.walk(path.parent):  # which follows no link
        depth = len(Path(folder).relative_to(path.parent).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX"
                            and depth < DEEPEST)
        entries += len(folders) + len(files)
        if entries > MOST_FILES:
            break
        notebooks += [each for each in sorted(Path(folder, name) for name in files)
                      if (".ipynb" in each.name.lower() or each.suffix == ".json") and not each.name.startswith(".")
                      and each != path and each.name not in ours and each.is_file() and not each.is_symlink()]
    return notebooks


def _not_this_lesson(file: Path, name: str) -> str:
    """Says why a file does not hold the exercises of a lesson; empty if it does."""
    from autograder.submission.notebook import another_lesson, lesson  # imports the lessons

    try:
        return another_lesson(load(file), lesson(name))
    except Unreadable as problem:
        return str(problem)


def _names(files: list[Path], path: Path) -> str:
    names = [str(file.relative_to(path.parent)) for file in files[:5]]
    return ", ".join(names) + (", ..." if len(files) > 5 else "")


def digest_of(path: Path) -> str:
    """Returns the digest of the file that is graded as the notebook `path`; empty if there is none."""
    try:
        return digest(file_of(path))
    except (Unreadable, OSError):
        return ""
