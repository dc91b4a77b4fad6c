"""`autograder restore`: brings back what `autograder backup` saved.

An archive may come from anybody, so it is read twice: first all of it is checked, then its files are written. It may
hold only what `backup` writes. Its settings and its own lessons are programs all the same: restore only what you trust.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url

from autograder.classroom.backup import FILES, MANIFEST, POSTGRESQL, SQLITE, postgresql
from autograder.classroom.backup_archive import DAMAGED, Archive
from autograder.classroom.class_files import SETTINGS, belongs, class_files
from autograder.classroom.course import course_app
from autograder.lessons.course import own_lessons
from autograder.outward import command, named
from autograder.terminal import say

SAID = "made", "attention_lab", "gradebook"  # what a backup says of itself
SMALL = 1 << 20  # bytes of what a backup says of itself, and of its settings


@dataclass
class _Checked:
    """What a first reading found. said: what the backup says of itself. files: the names to write, below the course's
    folder. bytes: how many there are in all."""

    said: dict[str, str]
    files: set[str]
    bytes: int


def restore(path: Path, console: Console) -> int:
    """Puts a backup into the course of this folder, which must not hold a class yet. Returns the command's exit status.

    Raises ValueError if the file is not a backup, if the folder holds a class or anything else under a name in the
    backup, or if its gradebook would be of another kind. Then nothing is written.
    """
    coursedir = course_app("restore").coursedir
    root = Path(coursedir.root)
    try:
        checked = _check(path, coursedir)
    except DAMAGED as error:
        raise ValueError(f"{path} is not a backup of a class: {error}") from error
    _check_place(checked, coursedir)
    with tempfile.TemporaryDirectory() as scratch, _undone_if_it_fails() as made:
        gradebook = _write(path, root, checked, made, Path(scratch))
        # its settings may be among the files
        _put_gradebook(gradebook, make_url(course_app("restore").coursedir.db_url), made)
    say(console, f"Restored the class that was saved on {checked.said['made']} with attention_lab "
                 f"{checked.said['attention_lab']}. Here, attention_lab is {version('attention-lab')}. Next, run "
                 "`.venv/bin/autograder doctor`, then `.venv/bin/autograder feedback LESSON` for the pages.")
    for lesson in own_lessons():
        if not Path(lesson.folder).is_dir():
            build = command(".venv/bin/python", "-m", "builder", lesson.name)
            say(console, f"{lesson.name}: work/lessons.toml says that this lesson is in {lesson.folder}, which is not "
                         f"here. Correct the folder in that file, then run {build}.")
    return 0


def _check(path: Path, coursedir: CourseDirectory) -> _Checked:
    """Reads all of an archive. Raises ValueError, or one of the other errors in DAMAGED, if it is not one that `backup`
    writes."""
    found: dict[str, bytes] = {}
    size = 0
    with open(path, "rb") as file:
        archive = Archive(file)
        for entry in archive.entries():
            top, _, name = entry.name.partition("/")
            if not (belongs(name, coursedir) if top == FILES else entry.name in (MANIFEST, SQLITE, POSTGRESQL)):
                raise ValueError(f"it holds {named(entry.name)!r}, which is not a file of a class here. Nothing was "
                                 f"restored. If that class had other folders, put its {SETTINGS} here first")
            size += entry.size
            small = entry.name in (MANIFEST, f"{FILES}/{SETTINGS}") and entry.size <= SMALL
            found[entry.name] = b"".join(archive.content(entry.size)) if small else b""
    said = json.loads(found.get(MANIFEST, b""))
    if not isinstance(said, dict) or not all(isinstance(said.get(key), str) for key in SAID):
        raise ValueError(f"{MANIFEST} does not say {', '.join(SAID)}")
    if {SQLITE, POSTGRESQL} & found.keys() != {said["gradebook"]}:
        raise ValueError(f"it should hold one gradebook, {named(said['gradebook'])}")
    files = {name.removeprefix(f"{FILES}/") for name in found if name.startswith(f"{FILES}/")}
    with contextlib.suppress(OSError):  # settings that were put here to name the folders stay
        if SETTINGS in files and (Path(coursedir.root) / SETTINGS).read_bytes() == found[f"{FILES}/{SETTINGS}"]:
            files.remove(SETTINGS)
    return _Checked({key: named(said[key]) for key in SAID}, files, size)


def _check_place(checked: _Checked, coursedir: CourseDirectory) -> None:
    """Raises ValueError if a name is taken here, if a link or a file is in the place of a folder, or if there is too
    little room."""
    root = Path(coursedir.root)
    found = class_files(coursedir)
    here = [each for each in [*found.files, *(path for path, _ in found.left_out)]
            if each != root / SETTINGS or SETTINGS in checked.files]
    taken = here or [root / name for name in sorted(checked.files) if os.path.lexists(root / name)]
    if taken:
        raise ValueError("this folder holds a class already "
                         f"({', '.join(named(each.relative_to(root)) for each in taken[:3])}"
                         f"{', ...' if taken[3:] else ''}). Restore into a fresh clone, or move these away")
    for folder in sorted({parent for name in checked.files for parent in Path(name).parents[:-1]}):
        if (root / folder).is_symlink() or os.path.lexists(root / folder) and not (root / folder).is_dir():
            raise ValueError(f"{named(folder)} is a link or a file here, and `restore` writes only into folders: move "
                             "it away")
    url = make_url(coursedir.db_url)
    if url.get_backend_name() == "sqlite" and os.path.lexists(url.database or ""):
        raise ValueError(f"there is a gradebook already: {url.render_as_string(hide_password=True)}")
    if checked.bytes > (free := shutil.disk_usage(root).free):
        raise ValueError(f"the backup needs {checked.bytes / 2**30:.1f} GiB, and {free / 2**30:.1f} GiB are free here")


@contextlib.contextmanager
def _undone_if_it_fails() -> Iterator[list[Path]]:
    """Yields a list to which each new file or folder is added. If an error occurs, they are removed."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        raise


def _write(path: Path, root: Path, checked: _Checked, made: list[Path], scratch: Path) -> Path:
    """Writes the files of an archive that was checked, none over another one. Returns the gradebook, which is written
    to `scratch`."""
    with open(path, "rb") as file:
        archive = Archive(file)
        for entry in archive.entries():
            name = entry.name.removeprefix(f"{FILES}/")
            if entry.name == checked.said["gradebook"]:
                target = scratch / entry.name
            elif name in checked.files:
                target = root / name
                for folder in reversed(Path(name).parents):
                    if not os.path.lexists(root / folder):
                        (root / folder).mkdir()
                        made.append(root / folder)
            else:
                continue
            # "x" follows no link. What only its owner could read stays so.
            with open(target, "xb", opener=partial(os.open, mode=entry.mode & 0o755 | 0o600)) as copy:
                made.append(target)
                for data in archive.content(entry.size):
                    copy.write(data)
            with contextlib.suppress(OSError, ValueError, OverflowError):
                os.utime(target, (entry.mtime, entry.mtime))
    return scratch / checked.said["gradebook"]


def _put_gradebook(copy: Path, url: URL, made: list[Path]) -> None:
    """Restores the gradebook. Raises ValueError if the settings name another kind of database, or one that is not
    empty."""
    here = url.render_as_string(hide_password=True)
    if (url.get_backend_name() == "sqlite") != (copy.name == SQLITE):
        raise ValueError(f"the backup holds a gradebook of {'SQLite' if copy.name == SQLITE else 'PostgreSQL'}, but "
                         f"db_url here is {here}: set CourseDirectory.db_url in {SETTINGS}")
    if url.get_backend_name() == "sqlite":
        try:
            with open(copy, "rb") as saved, open(url.database or "", "xb") as gradebook:
                made.append(Path(url.database or ""))
                shutil.copyfileobj(saved, gradebook)
        except FileExistsError:
            raise ValueError(f"there is a gradebook already: {here}") from None
        return
    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise ValueError(f"the database is not empty: {here}")
    finally:
        engine.dispose()
    postgresql("psql", url, "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={copy}")
