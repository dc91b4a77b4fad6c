"""The files of a class that can't be made again: submissions, graded copies, own lessons, seeds and settings. It finds
them for a backup, within bounds, and says which names a backup may hold."""

from __future__ import annotations

import heapq
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nbgrader.coursedir import CourseDirectory

from autograder.classroom import participants, roster, rules
from autograder.intake.folders import DEEPEST, LARGEST, MOST, MOST_FILES
from autograder.judge import seed

SETTINGS = "work/nbgrader_config.py"
OWN = [SETTINGS, rules.NAME, roster.NAME, participants.NAME, "work/lessons.toml"]  # what a class's instructor wrote
OWN_LESSONS = "work/lessons"  # where `autograder new` makes lessons


@dataclass(frozen=True)
class Bounds:
    """What is taken of one submission, or of everything: entries of folders, folders inside each other, the bytes of
    one file, and of all."""

    entries: int
    deepest: int
    largest: int
    bytes: int


# A submission is a stranger's, and bounded as it is when it is graded. What an instructor has is bounded by what one
# entry of a tar can say of its size, and by what `restore` reads.
SUBMISSION = Bounds(MOST_FILES, DEEPEST, LARGEST, MOST)
EVERYTHING = Bounds(500_000, 100, (8 << 30) - 1, 50 << 30)


@dataclass
class ClassFiles:
    """Finds the files of a class.

    files: the files, and how many bytes of each are taken at most.
    left_out: what is left out, and why.
    """

    files: dict[Path, int] = field(default_factory=dict)
    left_out: list[tuple[Path, str]] = field(default_factory=list)

    def entries(self, folder: Path) -> list[Path]:
        """Returns what is in one of the class's own folders, in order. The folder may be a link: its instructor made
        it."""
        try:
            return sorted(folder.iterdir()) if folder.is_dir() else []
        except OSError as error:
            self.left_out.append((folder, f"it can't be read ({error.strerror})"))
            return []

    def add(self, path: Path, bounds: Bounds) -> None:
        """Adds a file, or the files of a folder, as far as the bounds allow. No link is followed."""
        taken, entries, left = 0, 1, [(path, 0)]
        while left:
            each, depth = left.pop()
            try:
                about = each.lstat()
                if stat.S_ISDIR(about.st_mode) and depth < bounds.deepest:
                    room = bounds.entries - entries
                    with os.scandir(each) as found:
                        names = heapq.nsmallest(room + 1, (entry.name for entry in found), _notebooks_first)
                    if len(names) > room:
                        self.left_out.append((each / "...", f"there are more than {bounds.entries:,} files and "
                                                            "folders"))
                    left += [(each / name, depth + 1) for name in reversed(names[:room])]
                    entries += len(names[:room])
                elif why := _why_not(about, bounds, taken):
                    self.left_out.append((each, why))
                else:
                    taken += about.st_size
                    self.files[each] = bounds.largest
            except OSError as error:
                self.left_out.append((each, f"it can't be read ({error.strerror})"))


def _notebooks_first(name: str) -> tuple[bool, str]:
    return not name.endswith(".ipynb"), name


def _why_not(about: os.stat_result, bounds: Bounds, taken: int) -> str:
    """Says why a file is left out; empty if it is taken."""
    if stat.S_ISDIR(about.st_mode):
        return f"it is a folder more than {bounds.deepest} levels deep"
    if stat.S_ISLNK(about.st_mode):
        return "it is a link"
    if not stat.S_ISREG(about.st_mode):
        return "it is not a plain file"
    if about.st_size > bounds.largest:
        return f"it has more than {bounds.largest:,} bytes"
    return f"with it, there would be more than {bounds.bytes:,} bytes" if taken + about.st_size > bounds.bytes else ""


def class_files(coursedir: CourseDirectory) -> ClassFiles:
    """Returns the files of the class in this folder, its submissions last."""
    root, found = Path(coursedir.root), ClassFiles()
    seeds = sorted(file for file in (root / seed.NAME).parent.glob("seed*") if not file.is_dir())
    for file in [*seeds, *(root / name for name in OWN if os.path.lexists(root / name))]:
        found.add(file, EVERYTHING)
    for folder in (OWN_LESSONS, coursedir.autograded_directory):
        for each in found.entries(root / folder):
            found.add(each, EVERYTHING)
    for student in found.entries(root / coursedir.submitted_directory):
        for each in [student] if student.is_symlink() or not student.is_dir() else found.entries(student):
            found.add(each, SUBMISSION)
    return found


def belongs(name: str, coursedir: CourseDirectory) -> bool:
    """Says whether a file of this name, below the course's folder, is one that a backup of this class may hold."""
    root, parts = Path(coursedir.root), name.split("/")
    if "\0" in name or any(part in ("", ".", "..") or "\\" in part and os.name == "nt" for part in parts):
        return False
    if name in OWN or name.startswith("work/seed") and len(parts) == 2:
        return True
    folders = (coursedir.submitted_directory, coursedir.autograded_directory, OWN_LESSONS)
    return any((root / folder).relative_to(root) in PurePosixPath(name).parents for folder in folders)
