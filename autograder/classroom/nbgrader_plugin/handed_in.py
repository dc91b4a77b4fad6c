"""Finds the file that somebody handed in as a lesson's notebook, whatever its name, and computes a digest of its
content."""

from __future__ import annotations

from pathlib import Path

from autograder.intake.files import digest, read
from autograder.submission.parse import Unreadable

NOT_THEIRS = "timestamp.txt"


def file_of(path: Path) -> Path:
    """Returns the file that is graded as the notebook `path`: that file itself, or else the only notebook beside it, if
    it holds the lesson's exercises. (Browsers rename a file that is downloaded twice: `01_se (1).ipynb`.)

    Raises Unreadable if there is no such file, or if there are several. Nothing is guessed.
    """
    if path.is_file() and not path.is_symlink():  # a link could lead to a file that its reader must not see
        return path
    missing, others = f"is missing: there is no file {path.name}", notebooks_beside(path)
    if len(others) == 1 and (why := _no_lesson(others[0], path.stem)) is None:
        return others[0]
    if len(others) > 1:
        raise Unreadable(f"{missing}, and it is unclear which of these files it is: {_names(others)}")
    if others:
        raise Unreadable(f"{missing}, only {others[0].name}, which {why}")
    files = sorted(p for p in path.parent.glob("*") if p.is_file() and p.name != NOT_THEIRS)
    raise Unreadable(missing + (f", only {_names(files)}" if files else ""))


def notebooks_beside(path: Path) -> list[Path]:
    """Returns every other notebook in a folder, including one that was saved as text. Links are left out, and so are
    hidden files such as macOS adds to a zip."""
    return sorted(p for p in path.parent.glob("*")
                  if ".ipynb" in p.name.lower() and p.name != path.name and not p.name.startswith(".")
                  and p.is_file() and not p.is_symlink())


def _no_lesson(file: Path, lesson: str) -> str | None:
    """Says why a file does not hold the exercises of a lesson; None if it does."""
    from autograder.submission.notebook import lesson_of  # imports the lessons

    try:
        found = lesson_of(read(file)).name
    except Unreadable:
        return "holds no exercise of any lesson"
    return None if found == lesson else f"holds exercises of {found}"


def _names(files: list[Path]) -> str:
    return ", ".join(file.name for file in files[:5]) + (", ..." if len(files) > 5 else "")


def digest_of(path: Path) -> str:
    """Returns the digest of the file that is graded as the notebook `path`; empty if there is none."""
    try:
        return digest(file_of(path))
    except (Unreadable, OSError):
        return ""
