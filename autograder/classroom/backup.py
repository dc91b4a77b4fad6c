"""`autograder backup`: one file with everything of a class that can't be made again.

That is the gradebook, the class's seed, its settings, its own lessons, the submissions, and their graded copies.
Feedback pages, exports, caches and releases can be made again by their commands.
"""

from __future__ import annotations

import math
import os
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from sqlalchemy.engine import make_url

from autograder.classroom import gradebook_copy
from autograder.classroom.class_files import FILES, OWN_LESSONS, places, submitted_folder
from autograder.classroom.nbgrader_course import course_app
from autograder.intake.folders import DEEPEST, LARGEST, MOST, MOST_FILES
from autograder.intake.plain_file import open_plain
from autograder.lessons.course import own_lessons
from autograder.outward import count, named
from autograder.terminal import say


def backup(path: Path, console: Console) -> int:
    """Writes the class of this folder to a new file, a gzipped tar archive. Returns the command's exit status.

    What a submission holds is bounded as it is when it is graded. What is left out is listed.

    Raises ValueError if the file exists already, or if the gradebook is neither SQLite nor PostgreSQL.
    """
    if os.path.lexists(path):
        raise ValueError(f"{path} exists already: a backup never replaces another one")
    coursedir = course_app("backup").coursedir
    root = Path(coursedir.root)
    # Only its owner can read it, because it holds the seed.
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with (tempfile.TemporaryDirectory() as scratch, open(descriptor, "wb") as file,
              tarfile.open(fileobj=file, mode="w:gz", dereference=True) as archive):  # a hard link is a file, too
            gradebook = gradebook_copy.save(make_url(coursedir.db_url), Path(scratch))
            archive.add(gradebook, gradebook.name)
            saving = _Saving(archive, root)
            saving.add_class(coursedir)
        os.link(beside, path)  # never over another one
    finally:
        os.unlink(beside)
    say(console, f"{path} holds the gradebook and {count(saving.files, 'file')} "
                 f"({path.stat().st_size / 2**20:.1f} MiB). It holds the class's seed, so keep it "
                  "where your class can't read it.")
    for line in saving.left_out:
        say(console, line)
    for lesson in own_lessons():
        if not Path(lesson.folder).resolve().is_relative_to((root / OWN_LESSONS).resolve()):
            say(console, f"left out, because it is in another folder: {lesson.name}. Keep a copy of {lesson.folder} "
                          "too.")
    if saving.left_out:
        say(console, f"Not everything is in this backup: {len(saving.left_out):,} left out, named above.")
    return 0


@dataclass
class _Room:
    """What is still taken: files and folders, bytes, the bytes of one file, and folders inside each other."""

    entries: float = MOST_FILES
    bytes: float = MOST
    largest: int = LARGEST
    deepest: int = DEEPEST


class _Saving:
    """Adds the files of a class to an archive. Of a submission, which is a stranger's, only as much as is graded.

    left_out: a line about each file or folder that is left out.
    """

    def __init__(self, archive: tarfile.TarFile, root: Path):
        self.archive, self.root, self.files = archive, root, 0
        self.left_out: list[str] = []

    def add_class(self, coursedir: CourseDirectory) -> None:
        """Adds all that can't be made again. Strangers' work comes first, so that what is left out of the instructor's
        own is read last."""
        handed_in = self.root / submitted_folder(coursedir)
        for student in self._inside(handed_in) if handed_in.is_dir() else []:
            for each in self._inside(student) if student.is_dir() and not student.is_symlink() else [student]:
                self._add(each, _Room())
        for place in places(coursedir, self.root):
            top, room = self.root / place, _Room(math.inf, math.inf, 8 << 30, 100)
            if top.is_dir() and top != handed_in:  # it may be a link: its instructor made it
                for each in self._inside(top):
                    self._add(each, room)
            elif os.path.lexists(top) and top != handed_in:
                self._add(top, room)

    def _inside(self, folder: Path) -> list[Path]:
        """Returns what is in a folder, notebooks first."""
        try:
            return sorted(folder.iterdir(), key=lambda each: (each.suffix != ".ipynb", each.name))
        except OSError as error:
            self._leave_out(folder, f"it can't be read ({error.strerror})")
            return []

    def _add(self, path: Path, room: _Room, depth: int = 0) -> None:
        """Adds a file, or the files of a folder, as far as there is room. No link is followed."""
        if os.path.islink(path):
            self._leave_out(path, "it is a link")
        elif os.path.isdir(path) and depth == room.deepest:
            self._leave_out(path, f"it is a folder more than {depth} levels deep")
        elif os.path.isdir(path):
            for each in self._inside(path):
                if not room.entries:
                    self._leave_out(path / "...", f"there are more than {MOST_FILES:,} files and folders")
                    break
                room.entries -= 1
                self._add(each, room, depth + 1)
        else:
            self._add_file(path, room)

    def _add_file(self, path: Path, room: _Room) -> None:
        try:
            file = open_plain(path)
        except OSError as error:
            self._leave_out(path, f"it can't be read ({error.strerror or error})")
            return
        with file:
            entry = self.archive.gettarinfo(arcname=f"{FILES}/{path.relative_to(self.root).as_posix()}", fileobj=file)
            if entry.size > room.largest:
                self._leave_out(path, f"it has more than {room.largest:,} bytes")
            elif entry.size > room.bytes:
                self._leave_out(path, f"with it, there would be more than {MOST:,} bytes")
            else:
                room.bytes -= entry.size
                self.archive.addfile(entry, file)  # so many bytes, even if the file grows meanwhile
                self.files += 1

    def _leave_out(self, path: Path, why: str) -> None:
        self.left_out.append(f"left out, because {why}: {named(path.relative_to(self.root))}")
