"""Who handed in a file of a platform's download: each platform's own rule for names, never a pattern that happens to
fit.

What a platform writes into a name comes first, what a learner chose comes behind it. So of a path the first part that
fits is the platform's, and what stands behind it is never asked whose it is.
A name that could be two students', or nobody's, is left to a human.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

STUDENT = re.compile(r"(?!\.+$)[\w.@+-]+")  # an id that names a folder of its own below `submitted`
# what Canvas and browsers put behind the name of a file that they have seen before
COPY = re.compile(r"-\d+| ?\(\d+\)")


@dataclass(frozen=True)
class Claim:
    """A file says that it is a student's notebook. time: when it was handed in, such as 2026-11-20 10:00:00, or
    empty."""

    student: str
    notebook: str
    time: str = ""


@dataclass(frozen=True)
class Doubt:
    """It is not to be told whose a file is. why: completes "It is set aside, because ..."."""

    why: str


@dataclass(frozen=True)
class Names:
    """What a rule needs to know besides the paths. released: the names of the lesson's notebooks. archives: those of
    the zips, with whose folders paths begin. title: an assignment's, on Blackboard."""

    released: frozenset[str] = frozenset()
    archives: frozenset[str] = frozenset()
    title: str = ""


Placed = dict[PurePosixPath, Claim | Doubt]
Rule = Callable[[list[PurePosixPath], Names], Placed]


def placed(platform: str, paths: Iterable[PurePosixPath], names: Names) -> Placed:
    """For each notebook of a lesson's downloads who handed it in, or why that is not to be told."""
    return {path: usable(claim) for path, claim in RULES[platform](list(paths), names).items()}


def usable(claim: Claim | Doubt) -> Claim | Doubt:
    """A claim whose names can be those of folders and files."""
    if isinstance(claim, Claim) and not STUDENT.fullmatch(claim.student):
        return Doubt(f"{claim.student!r} can't be the name of a student's folder")
    return claim if isinstance(claim, Doubt) or claim.notebook.isprintable() else Doubt("its name can't be printed")


def without_doubles(found: Placed) -> Placed:
    """Of several files that are one student's same notebook the newest counts, if the platform tells the time.
    Else none does."""
    claims = {path: claim for path, claim in found.items() if isinstance(claim, Claim)}
    several: dict[tuple[str, str], list[PurePosixPath]] = {}
    for path, claim in claims.items():
        several.setdefault((claim.student, claim.notebook), []).append(path)
    decided = dict(found)
    for (student, notebook), paths in several.items():
        newest = max(claims[path].time for path in paths)
        last = [path for path in paths if claims[path].time == newest]
        for path in paths:
            if path not in last:
                decided[path] = Doubt(f"{student} handed in a newer {notebook}")
            elif len(last) > 1:
                decided[path] = Doubt(f"{len(last)} files are {student}'s {notebook}"
                                      + (f" of {newest}" if newest else ""))
    return decided


def _moodle(paths: list[PurePosixPath], names: Names) -> Placed:
    """`Ada Byron_40213_assignsubmission_file/01_se.ipynb`, the number being the participant's; or all in one folder,
    with `..._file_01_se.ipynb`. Moodle takes underscores out of full names: `get_student_prefix` in
    mod/assign/classes/downloader.php."""
    fits = re.compile(r"[^_]+_(?P<student>[0-9]+)_assignsubmission_file(?:_(?P<file>.*))?", re.DOTALL)

    def claim(part: re.Match, notebook: str) -> Claim:
        return Claim(part["student"], notebook)
    return {path: _first(path, fits, claim) for path in paths}


def _canvas(paths: list[PurePosixPath], names: Names) -> Placed:
    """`byronada_LATE_40213_551200_01_se-2.ipynb`: a name, the student's number, the file's, and the learner's name for
    it (`add_upload_submission` in Canvas's lib/content_zipper.rb). Canvas takes `_9_` out of names, but not `_9` at
    their end, so two numbers alone can be read where a learner puts more of them: before, in their own name, or
    behind, in the file's."""
    fits = re.compile(r".+?_(?:LATE_)?[1-9][0-9]*_[1-9][0-9]*_(?P<file>.+)", re.DOTALL)
    numbers = re.compile(r"(?<=.)(?=_(?:LATE_)?([1-9][0-9]*)_[1-9][0-9]*_(.+))", re.DOTALL)

    def claim(part: re.Match, notebook: str) -> Claim | Doubt:
        if part[0].startswith("anon_"):
            return Doubt("Canvas has left out whose it is: the assignment is marked anonymously")
        readings = dict.fromkeys(found.groups() for found in numbers.finditer(part[0]))
        student, file = next(iter(readings))
        if len(readings) > 1 and _as_released(file, names) not in names.released:
            return Doubt(f"it could be from {' or '.join(dict.fromkeys(who for who, _ in readings))}")
        return Claim(student, _as_released(notebook, names))
    return {path: _first(path, fits, claim) for path in paths}


def _blackboard(paths: list[PurePosixPath], names: Names) -> Placed:
    """`Week 3_ada_attempt_2026-11-20-10-00-00_01_se.ipynb`: the assignment's title, a user name, the time, and the
    learner's name for the file. Not documented by Blackboard; as in nbgrader's own example, and as tools that sort such
    downloads have it. A title and a user name may both hold underscores, but the title is the same for all."""
    fits = re.compile(r"(?P<head>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})_(?P<file>.+)", re.DOTALL)
    heads = {part["head"] for path in paths if (part := _part(path, fits)[0])}
    titles = [{head[:place.start()] for place in re.finditer("_", head)} for head in heads]
    common = {names.title} if names.title else set.intersection(*titles) if titles else set()

    def claim(part: re.Match, notebook: str) -> Claim | Doubt:
        head = part["head"]
        own = {head[:place.start()] for place in re.finditer("_", head) if 0 < place.start() < len(head) - 1}
        users = sorted(head[len(title) + 1:] for title in own & common or own)
        if len(users) != 1:
            return Doubt(f"it could be from {' or '.join(users)}: say which assignment it is, "
                         "--Download.title=..." if users else
                         "there is no user name in it")
        try:
            time = datetime.strptime(part["time"], "%Y-%m-%d-%H-%M-%S")
        except ValueError:
            return Doubt(f"there is no such time as {part['time']}")
        return Claim(users[0], notebook, time.isoformat(" "))
    return {path: _first(path, fits, claim) for path in paths}


def _folders(paths: list[PurePosixPath], names: Names) -> Placed:
    """`ada/01_se.ipynb`: the first folder is the student's, and so is all that is in it. A zip may begin with a folder
    of its own name, as file managers make them."""
    found: Placed = {}
    for path in paths:
        archive, own = (path.parts[0], path.parts[1:-1]) if path.parts[0] in names.archives else ("", path.parts[:-1])
        own = own[1:] if own and own[0] == archive else own
        found[path] = Claim(own[0], path.stem) if own else Doubt("it is in no student's folder")
    return found


RULES: dict[str, Rule] = {"moodle": _moodle, "canvas": _canvas, "blackboard": _blackboard, "folders": _folders}


def _part(path: PurePosixPath, fits: re.Pattern) -> tuple[re.Match | None, bool]:
    """The first part of a path that fits, the file's without its ending, and whether it is a folder."""
    for part in path.parts[:-1]:
        if found := fits.fullmatch(part):
            return found, True
    return fits.fullmatch(path.stem), False


def _first(path: PurePosixPath, fits: re.Pattern, claim: Callable[[re.Match, str], Claim | Doubt]) -> Claim | Doubt:
    found, folder = _part(path, fits)
    if not found or not folder and not found["file"]:
        return Doubt("its name is not as this platform writes it")
    return claim(found, path.stem if folder else found["file"])


def _as_released(notebook: str, names: Names) -> str:
    """A copy's name without what makes it one, if that is a notebook of the lesson: 01_se for 01_se-2."""
    return next((name for name in names.released if notebook.startswith(name) and COPY.fullmatch(notebook[len(name):])),
                notebook)
