"""Finds out who handed in each file of a platform's download. This uses each platform's own rule for names, and never a
pattern that happens to fit.

In a name, the part that the platform writes comes first, and the part that a learner chose comes after it. So the first
part of a path that fits the rule is the platform's, and nothing after it decides whose file it is. A name that could
belong to two students, or to nobody, is left to a human.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from autograder.classroom.roster import NAME as ROSTER
from autograder.classroom.roster import Person, Roster, Unknown

STUDENT = re.compile(r"(?!\.)[\w.@+-]+")  # an id that names a folder below `submitted`, and not a hidden one
# what Canvas and browsers put behind the name of a file that they have seen before
COPY = re.compile(r"-\d+| ?\(\d+\)")


@dataclass(frozen=True)
class Claim:
    """The claim that a file is a student's notebook.

    student: the student's id; before the roster was asked, what the platform says instead.
    time: when it was handed in, such as 2026-11-20 10:00:00, or empty.
    number, name: on Moodle, the participant's, which are all that it says.
    """

    student: str
    notebook: str
    time: str = ""
    number: str = ""
    name: str = ""


@dataclass(frozen=True)
class Doubt:
    """It is unclear whose file this is.

    why: completes "It is set aside, because ...".
    """

    why: str


@dataclass(frozen=True)
class Names:
    """The names that a rule needs besides the paths.

    released: the names of the lesson's notebooks.
    archives: the names of the zips; paths begin with a folder of such a name.
    title: on Blackboard, the title of the assignment.
    roster: the class's, if there is one.
    """

    released: frozenset[str] = frozenset()
    archives: frozenset[str] = frozenset()
    title: str = ""
    roster: Roster | None = None


Owners = dict[PurePosixPath, Claim | Doubt]
Rule = Callable[[list[PurePosixPath], Names], Owners]


def place(platform: str, paths: Iterable[PurePosixPath], names: Names) -> Owners:
    """Returns, for each notebook in a lesson's downloads, who handed it in, or why that is unclear."""
    return with_ids(RULES[platform](list(paths), names), names)


def with_ids(owners: Owners, names: Names) -> Owners:
    """Replaces what the platform says about a student by the student's id. A claim whose names can't be the names of
    folders and files becomes a Doubt."""
    def join(claim: Claim) -> Claim | Doubt:
        if not claim.notebook.isprintable():
            return Doubt("its name can't be printed")
        student = claim.student
        if claim.name:
            if not names.roster:
                return Doubt(f"there is no {ROSTER}, which would say who {claim.name!r} is")
            student = names.roster.with_name(claim.name).id
        elif names.roster:
            student = _person(student, names.roster).id
        elif not STUDENT.fullmatch(student):
            return Doubt(f"{student!r} can't be the name of a student's folder")
        return replace(claim, student=student)

    decided: Owners = {}
    for path, each in owners.items():
        try:
            decided[path] = join(each) if isinstance(each, Claim) else each
        except Unknown as unknown:
            decided[path] = Doubt(str(unknown))
    return _one_number_each(decided)


def _one_number_each(owners: Owners) -> Owners:
    """Two participants of one name are two people, and the roster has only one of them."""
    numbers: dict[str, set[str]] = {}
    for claim in owners.values():
        if isinstance(claim, Claim):
            numbers.setdefault(claim.student, set()).add(claim.number)
    return {path: Doubt(f"the assignment has {len(several)} participants called {claim.name!r} "
                        f"({', '.join(sorted(several))})")
            if isinstance(claim, Claim) and len(several := numbers[claim.student]) > 1 else claim
            for path, claim in owners.items()}


def _person(entry: str, roster: Roster) -> Person:
    """Returns the person of this id, or else of this name: a folder may have either."""
    return roster.with_id(entry) if any(entry in person.ids for person in roster.people) else roster.with_name(entry)


def without_doubles(owners: Owners) -> Owners:
    """If one student handed in several files for the same notebook, keeps the newest one. If the platform does not say
    when, none of them counts."""
    claims = {path: claim for path, claim in owners.items() if isinstance(claim, Claim)}
    several: dict[tuple[str, str], list[PurePosixPath]] = {}
    for path, claim in claims.items():
        several.setdefault((claim.student, claim.notebook), []).append(path)
    decided = dict(owners)
    for (student, notebook), paths in several.items():
        newest = max(claims[path].time for path in paths)
        last = [path for path in paths if claims[path].time == newest]
        for path in paths:
            if path not in last:
                decided[path] = Doubt(f"{student} handed in a newer {notebook}")
            elif len(last) > 1:
                decided[path] = Doubt(f"{student} handed in {len(last)} files for {notebook}"
                                      + (f" of {newest}" if newest else ""))
    return decided


def _moodle(paths: list[PurePosixPath], names: Names) -> Owners:
    """Reads `Ada Byron_40213_assignsubmission_file/01_se.ipynb`. The number belongs to this hand-in, and is another one
    in each assignment. If all files are in one folder, the names end in `..._file_01_se.ipynb`. Moodle takes
    underscores out of full names (`get_student_prefix` in mod/assign/classes/downloader.php)."""
    fits = re.compile(r"(?P<name>[^_]+)_(?P<number>[0-9]+)_assignsubmission_file(?:_(?P<file>.*))?", re.DOTALL)

    def claim(part: re.Match, notebook: str) -> Claim:
        return Claim(part["number"], notebook, number=part["number"], name=part["name"])
    return {path: _first(path, fits, claim) for path in paths}


def _canvas(paths: list[PurePosixPath], names: Names) -> Owners:
    """Reads `byronada_LATE_40213_551200_01_se-2.ipynb`: a name, the student's number, the file's number, and the
    learner's name for the file (`add_upload_submission` in Canvas's lib/content_zipper.rb).

    Canvas takes `_9_` out of names, but not a `_9` at their end. So the two numbers can be read only if a learner did
    not add more of them, either before, in their own name, or after, in the name of the file.
    """
    fits = re.compile(r".+?_(?:LATE_)?[1-9][0-9]*_[1-9][0-9]*_(?P<file>.+)", re.DOTALL)
    numbers = re.compile(r"(?<=.)(?=_(?:LATE_)?([1-9][0-9]*)_[1-9][0-9]*_(.+))", re.DOTALL)

    def claim(part: re.Match, notebook: str) -> Claim | Doubt:
        if part[0].startswith("anon_"):
            return Doubt("Canvas does not say whose it is, because the assignment is marked anonymously")
        readings = dict.fromkeys(found.groups() for found in numbers.finditer(part[0]))
        student, file = next(iter(readings))
        if len(readings) > 1 and _as_released(file, names) not in names.released:
            return Doubt(f"it could belong to {' or '.join(dict.fromkeys(who for who, _ in readings))}")
        return Claim(student, _as_released(notebook, names))
    return {path: _first(path, fits, claim) for path in paths}


def _blackboard(paths: list[PurePosixPath], names: Names) -> Owners:
    """Reads `Week 3_ada_attempt_2026-11-20-10-00-00_01_se.ipynb`: the assignment's title, a user name, the time, and
    the learner's name for the file.

    Blackboard does not document this form. It is taken from nbgrader's own example, and from tools that sort such
    downloads. Titles and user names may both hold underscores, but the title is the same in all names.
    """
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


def _folders(paths: list[PurePosixPath], names: Names) -> Owners:
    """Reads `ada/01_se.ipynb`: the first folder has the student's name, and everything in it is the student's. A zip
    may begin with a folder that has the name of the zip, as file managers make it."""
    owners: Owners = {}
    for path in paths:
        archive, own = (path.parts[0], path.parts[1:-1]) if path.parts[0] in names.archives else ("", path.parts[:-1])
        own = own[1:] if own and own[0] == archive else own
        owners[path] = Claim(own[0], path.stem) if own else Doubt("it is not in a student's folder")
    return owners


RULES: dict[str, Rule] = {"moodle": _moodle, "canvas": _canvas, "blackboard": _blackboard, "folders": _folders}


def _part(path: PurePosixPath, fits: re.Pattern) -> tuple[re.Match | None, bool]:
    """Returns the first part of the path that matches the pattern `fits`, and whether that part is a folder. A file's
    ending is left out."""
    for part in path.parts[:-1]:
        if match := fits.fullmatch(part):
            return match, True
    return fits.fullmatch(path.stem), False


def _first(path: PurePosixPath, fits: re.Pattern, claim: Callable[[re.Match, str], Claim | Doubt]) -> Claim | Doubt:
    match, folder = _part(path, fits)
    if not match or not folder and not match["file"]:
        return Doubt("its name does not have the form that this platform uses")
    return claim(match, path.stem if folder else match["file"])


def _as_released(notebook: str, names: Names) -> str:
    """Returns the name of a notebook without the addition that marks a copy, if the lesson has a notebook of that name:
    01_se for 01_se-2."""
    return next((name for name in names.released if notebook.startswith(name) and COPY.fullmatch(notebook[len(name):])),
                notebook)
