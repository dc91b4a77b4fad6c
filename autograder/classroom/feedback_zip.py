"""Puts a class's feedback pages into one zip. Their names are those by which a platform's bulk upload finds each
page's student."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from nbgrader.apps import NbGrader
from rich.console import Console

from autograder.classroom import participants, roster
from autograder.classroom.nbgrader_plugin.platforms import Claim, Names, place
from autograder.classroom.nbgrader_plugin.student_folders import folders_by_student
from autograder.classroom.points_out import FOLDER
from autograder.intake.archives import names as names_in
from autograder.judge import private
from autograder.terminal import say

# what Moodle or an unpacking program would take for something else in a person's name
ODD = re.compile(r'[_/\\:*?"<>|\s]+')


def feedback_zip(app: NbGrader, lesson: str, platform: str, console: Console) -> None:
    """Writes a zip of all existing pages, and says who is not in it. Raises ValueError if nobody would be in it."""
    folders = folders_by_student(app.coursedir, app.coursedir.feedback_directory, lesson)
    pages = {student: page for student, folder in folders.items() if (page := Path(folder, f"{lesson}.html")).exists()}
    names, why = PLATFORMS[platform](app, lesson, list(pages))
    if not names:
        raise ValueError(f"no page can be given the name that {platform} needs: {why}")
    path = Path(app.coursedir.root) / FOLDER / f"{lesson}-feedback-{platform}.zip"
    with private.replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, name in names.items():
            archive.write(pages[student], name)
    say(console, f"{path}: {len(names)} page{'s' * (len(names) != 1)}")
    if without := sorted(pages.keys() - names.keys()):
        say(console, f"Not in the zip, because {why}: {', '.join(without)}")


Named = tuple[dict[str, str], str]  # names by student; why the others have none


def moodle(app: NbGrader, lesson: str, students: list[str]) -> Named:
    """`Ada Byron_40213_assignsubmission_file_01_se.html`: Moodle reads the participant's number and the plug-in's name
    between underscores, and takes the rest as the file's name (`is_valid_filename_for_import` in
    mod/assign/feedback/file/importziplib.php of https://github.com/moodle/moodle)."""
    numbers = participants.of(Path(app.coursedir.root), lesson, students)
    return ({student: f"{ODD.sub(' ', each.name).strip() or 'Participant'}_{each.number}_assignsubmission_file_"
                      f"{lesson}.html" for student, each in numbers.items()},
            "no zip of Moodle's said their number in this assignment")


def canvas(app: NbGrader, lesson: str, students: list[str]) -> Named:
    """`byronada_40213_551200_01_se-2.html`: the name that the file has in Canvas's own download. Canvas finds a student
    by two numbers in that name, the student's and the file's (`infer_comment_context_from_filename` in
    app/models/abstract_assignment.rb of https://github.com/instructure/canvas-lms). These numbers are read from
    Canvas's download, which must still be in the folder in which it was collected."""
    archives = Path(app.coursedir.root, app.config.ZipCollectApp.get("downloaded_directory", "downloaded"), lesson,
                    "archive")
    paths = [PurePosixPath(name) for archive in sorted(archives.glob("*.zip"))
             for name in names_in(archive, (".ipynb",))]
    names: dict[str, str] = {}
    names_known = Names(frozenset({lesson}), roster=roster.read(Path(app.coursedir.root)))
    for path, claim in place("canvas", paths, names_known).items():
        if (
            isinstance(claim, Claim)
            and claim.student in students
            and (claim.notebook == lesson or claim.student not in names)
        ):
            names[claim.student] = f"{path.stem}.html"
    return names, f"no zip from Canvas in {archives} holds the student's notebook"


PLATFORMS: dict[str, Callable[[NbGrader, str, list[str]], Named]] = {"moodle": moodle, "canvas": canvas}
