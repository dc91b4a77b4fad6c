"""A learner's own copy of the lessons, which no update ever overwrites.

    python -m attention_lab.workspace copy COURSE MY            copy new lessons, update figures
    python -m attention_lab.workspace reset COURSE MY LESSON    start a lesson afresh; the old copy is kept beside it
"""

from __future__ import annotations

import argparse
import hashlib
import shlex
from datetime import datetime
from pathlib import Path

from . import storage
from .checking.known import recorded

LARGEST = 200 << 20  # bytes of a notebook
RELEASE = ".release"  # in the learner's folder: the hash of the released notebook that the learner began with

AGAIN = ("python", "-m", "attention_lab.workspace", "reset")  # before the folders and the lesson


def _hash(path: Path) -> str:
    """Raises ValueError for what is not a file, or is too large."""
    return hashlib.sha256(storage.content(path, LARGEST)).hexdigest()


def _lessons(course: Path) -> list[Path]:
    """Returns the lesson folders of a course; empty if there are none."""
    return [folder for folder in sorted(course.glob("*/")) if (folder / f"{folder.name}.ipynb").exists()]


def copy(course: Path, my: Path) -> list[str]:
    """Updates `my` from `course`, and returns what was done, with one line for each lesson that was changed.

    A notebook that its learner has changed is left alone; any other notebook is replaced by a newer release.

    Raises FileNotFoundError if `course` holds no lesson.
    """
    if not (lessons := _lessons(course)):
        raise FileNotFoundError(f"no lesson in {course.resolve()}: give the folder that holds 01_se and the others")
    said = []
    for lesson in lessons:
        own, released = my / lesson.name / f"{lesson.name}.ipynb", lesson / f"{lesson.name}.ipynb"
        newest, mark = _hash(released), own.with_name(RELEASE)
        try:
            _copy_parts(lesson, own.parent)
            mine = _hash(own) if own.exists() else None
            began = storage.content(mark).decode(errors="replace").strip() if mark.exists() else None
        except (NotADirectoryError, ValueError) as error:  # perhaps it is there on purpose, so the other lessons go on
            said.append(f"{lesson.name} is not updated. {error}.")
            continue
        if mine is None or (began not in (None, newest) and mine == began):
            said.append(f"{lesson.name}: {'new' if mine is None else 'updated'}, in {own.parent}")
            storage.write(own, released.read_bytes())
            storage.write(mark, newest)
        elif mine == newest:  # brought along, or updated by hand
            storage.write(mark, newest)
        elif began != newest:
            said.append(f"{lesson.name}: there is a newer version of this lesson. Yours is kept as it is; "
                        f"`make reset LESSON={lesson.name}` starts the new one and keeps yours beside it "
                        f"(without make: `{shlex.join([*AGAIN, str(course), str(my), lesson.name])}`)")
    return said


def _copy_parts(lesson: Path, own: Path) -> None:
    """Copies everything but the lesson's notebook. Raises NotADirectoryError, before any file is written, if a link or
    a file is in the place of a folder."""
    parts = sorted(part for part in lesson.rglob("*") if part != lesson / f"{lesson.name}.ipynb")
    for folder in (lesson, *(part for part in parts if part.is_dir())):
        storage.folder(own / folder.relative_to(lesson))
    for part in parts:
        if not part.is_dir():
            storage.write(own / part.relative_to(lesson), part.read_bytes())
    if (lesson / recorded.FOLDER).is_dir():  # an exercise that is gone leaves no check behind
        storage.only({part.name for part in parts}, own / recorded.FOLDER, f"*{recorded.SUFFIX}")


def reset(course: Path, my: Path, name: str) -> Path | None:
    """Starts the lesson `name` afresh. Returns where the old copy is kept, or None if there was no copy.

    Raises ValueError if the course has no such lesson, PermissionError if the system does not allow the old copy to be
    moved.
    """
    known = [lesson.name for lesson in _lessons(course)]
    if name not in known:
        raise ValueError(f"no lesson {name!r} in {course}; there are {', '.join(known)}")
    kept = None
    if (my / name).exists():
        stamp = f"{datetime.now():%Y-%m-%d-%H%M%S}"
        kept = next(path for n in range(1000)
                    if not (path := my / "old" / f"{name}-{stamp}{f'-{n}' if n else ''}").exists())
        storage.folder(kept.parent)
        try:
            (my / name).rename(kept)
        except PermissionError as error:  # Windows moves no folder that a kernel runs in
            raise PermissionError(
                f"{my / name} can't be moved to {kept} ({error.strerror}), and nothing was changed. "
                "Shut down the lesson's kernel, close what has its files open, and try again."
            ) from error
    copy(course, my)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("copy", "reset"))
    parser.add_argument("course", type=Path)
    parser.add_argument("my", type=Path)
    parser.add_argument("lesson", nargs="?", help="the lesson to reset, such as 01_se")
    arguments = parser.parse_args()
    if (arguments.command == "reset") != bool(arguments.lesson):
        parser.error("reset takes a LESSON, copy takes none")
    try:
        if arguments.command == "copy":
            print("\n".join(copy(arguments.course, arguments.my)) or f"{arguments.my} is up to date")
        else:
            kept = reset(arguments.course, arguments.my, arguments.lesson)
            print(f"{arguments.lesson} starts afresh" + (f"; your old copy is in {kept}" if kept else ""))
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
