"""`autograder restore`: brings back what `autograder backup` saved.

An archive may come from anybody. So all of it is unpacked into a folder of its own, and only if it holds nothing but
what `backup` writes, its files are moved to their places. Its settings and its own lessons are programs all the same:
restore only what you trust.
"""

from __future__ import annotations

import contextlib
import filecmp
import gzip
import os
import shutil
import tarfile
import tempfile
import zlib
from importlib.metadata import version
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from sqlalchemy.engine import make_url

from autograder.classroom import gradebook_copy
from autograder.classroom.class_files import FILES, SETTINGS, belongs, places
from autograder.classroom.nbgrader_course import course_app
from autograder.intake.folders import CHUNK
from autograder.lessons.course import own_lessons
from autograder.outward import command, named
from autograder.terminal import say

GRADEBOOKS = gradebook_copy.SQLITE, gradebook_copy.POSTGRESQL
DAMAGED = tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError
BLOCK = 4096  # bytes that a file takes at least on a disk


def restore(path: Path, console: Console) -> int:
    """Puts a backup into the course of this folder, which must not hold a class yet. Returns the command's exit status.

    Raises ValueError if the file is not a backup, if the folder holds a class, or if its gradebook would be of another
    kind; OSError if the disk is full. Then nothing is restored.
    """
    coursedir = course_app("restore").coursedir
    root = Path(coursedir.root)
    if here := [name for name in places(coursedir, root) if name != SETTINGS and _is_taken(root / name)]:
        raise ValueError(f"this folder holds a class already ({', '.join(map(named, here))}). Restore into a fresh "
                         "clone, or move these away")
    (root / "work").mkdir(exist_ok=True)  # git ignores what is in it
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=root / "work") as scratch, contextlib.ExitStack() as undo:
        unpacked = Path(scratch)
        try:
            gradebook = _unpack(path, unpacked, coursedir)
        except DAMAGED as error:
            raise ValueError(f"{path} is not a backup of a class: {error}") from error
        for place in places(coursedir, unpacked / FILES):
            _move(unpacked / FILES / place, root / place, undo)
        # Its settings may be among the files.
        gradebook_copy.load(gradebook, make_url(course_app("restore").coursedir.db_url))
        undo.pop_all()
    say(console, f"Restored the class of {path}. Here, attention_lab is {version('attention-lab')}. Next, run "
                 f"{command('autograder', 'doctor')}, then {command('autograder', 'feedback', 'LESSON')} for the "
                 "pages.")
    for lesson in own_lessons():
        if not Path(lesson.folder).is_dir():
            build = command("builder", lesson.name)
            say(console, f"{lesson.name}: work/lessons.toml says that this lesson is in {lesson.folder}, which is not "
                         f"here. Correct the folder in that file, then run {build}.")
    return 0


def _is_taken(place: Path) -> bool:
    """Says whether there is anything but an empty folder."""
    return os.path.lexists(place) and (place.is_symlink() or not place.is_dir() or any(place.iterdir()))


def _unpack(path: Path, into: Path, coursedir: CourseDirectory) -> Path:
    """Writes the files of an archive to an empty folder. Returns the gradebook. Raises one of the errors in DAMAGED if
    it holds anything else than `backup` writes, or is not whole."""
    room = shutil.disk_usage(into).free
    with gzip.open(path) as packed:
        with tarfile.open(fileobj=packed, mode="r:") as archive:
            for entry in archive:
                top, _, name = entry.name.partition("/")
                if not entry.isreg() or entry.size < 0:
                    raise ValueError(f"{named(entry.name)!r} is not a plain file")
                if entry.name not in GRADEBOOKS and not (top == FILES and belongs(name, coursedir)):
                    raise ValueError(f"it holds {named(entry.name)!r}, which is not a file of a class here. Nothing "
                                     "was restored. If that class had other folders, put its "
                                     f"{SETTINGS} here first")
                room -= entry.size + BLOCK
                content = archive.extractfile(entry)
                if room < 0 or content is None:
                    raise ValueError("its files need more room than is free here")
                (into / entry.name).parent.mkdir(parents=True, exist_ok=True)
                with content, open(into / entry.name, "xb") as copy:
                    shutil.copyfileobj(content, copy, CHUNK)
                os.chmod(into / entry.name, entry.mode & 0o755 | 0o600)  # what only its owner could read stays so
        while packed.read(CHUNK):  # the sum at its end tells whether it is whole
            pass
    gradebooks = [into / name for name in GRADEBOOKS if (into / name).exists()]
    if len(gradebooks) != 1:
        raise ValueError(f"it should hold one gradebook, {' or '.join(GRADEBOOKS)}")
    return gradebooks[0]


def _move(source: Path, target: Path, undo: contextlib.ExitStack) -> None:
    """Moves a file or a folder, if it is there, to its place, where nothing is. Raises ValueError if there are other
    settings: those of a class that renamed its folders may be there already."""
    if not source.exists():
        return
    if os.path.lexists(target) and not target.is_dir():
        if not filecmp.cmp(source, target, shallow=False):
            raise ValueError(f"there is another {named(target)} already: move it away")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(source, target)
    undo.callback(os.rename, target, source)
