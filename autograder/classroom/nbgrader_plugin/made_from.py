"""Makes a feedback page again if its content has changed, and only then.

nbgrader makes a page again only if the timestamp is newer. So a mark by hand, a penalty, or a corrected notebook would
never reach the page. Here the last line of a page is a digest of everything that the page was made from. That is the
graded notebook and the files beside it, the marks in the gradebook, and the version of the course.
"""

from __future__ import annotations

import re
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter, GenerateFeedback

from autograder.classroom.nbgrader_plugin.copy_files import plain_files
from autograder.classroom.nbgrader_plugin.unfinished import at, begin_submission, place_of
from autograder.classroom.rules import Rules, read

LINE = "\n<!-- made from {} -->\n"
LAST_LINE = re.compile(LINE.format("([0-9a-f]{64})").encode())


def init_destination(self: Any, assignment_id: str, student_id: str) -> bool:
    """Overrides nbgrader's method: says whether this run makes the pages of this submission. The earlier pages stay
    until the new ones are complete."""
    folder = at(self, assignment_id, student_id)
    if student_id in self.coursedir.student_id_exclude.split(","):
        return False
    notebooks = [Path(notebook) for notebook in self.notebooks]
    self.made_from = {path.stem: _made_from(self, path.stem, path, assignment_id, student_id) for path in notebooks}
    if not self.force and _as_they_are(folder, self.made_from):
        self.log.info("Nothing that %s shows has changed", folder)
        return False
    begin_submission(self)
    return True


def write_single_notebook(self: Any, output: str, resources: dict) -> None:
    """Overrides nbgrader's method: writes the page, and the digest of what it was made from."""
    output += LINE.format(self.made_from[resources["nbgrader"]["notebook"]])
    BaseConverter.write_single_notebook(self, output, resources)


def up_to_date(feedback: GenerateFeedback, assignment_id: str, student_id: str) -> bool | None:
    """Says whether the pages of a graded submission show what they would show if they were made now; None if there are
    no pages."""
    folder = place_of(feedback, assignment_id, student_id)
    notebooks = sorted(Path(feedback._format_source(assignment_id, student_id)).glob("*.ipynb"))
    if not any((folder / f"{path.stem}.html").exists() for path in notebooks):
        return None
    return _as_they_are(folder, {path.stem: _made_from(feedback, path.stem, path, assignment_id, student_id)
                                 for path in notebooks})


def _as_they_are(folder: Path, made_from: dict[str, str]) -> bool:
    return all(_digest_in(folder / f"{name}.html") == digest for name, digest in made_from.items())


def _digest_in(page: Path) -> str:
    """Returns the digest that a page holds; empty if the page is missing, or holds no digest."""
    try:
        last = LAST_LINE.fullmatch(page.read_bytes()[-len(LINE.format("0" * 64)):])
    except OSError:
        return ""
    return last[1].decode() if last else ""


def _made_from(feedback: Any, name: str, path: Path, assignment_id: str, student_id: str) -> str:
    """Returns a digest of everything that the page of a graded notebook shows. Raises MissingEntry if the gradebook
    does not hold it."""
    from autograder.classroom.final_mark import times_of, why_late  # imports torch

    own = read(Path(feedback.coursedir.root)) or Rules("")
    with Gradebook(feedback.coursedir.db_url, feedback.coursedir.course_id) as gradebook:
        held = gradebook.find_submission_notebook(name, assignment_id, student_id)
        grades = sorted((each.name, each.auto_score, each.manual_score, each.extra_credit, each.max_score)
                        for each in held.grades)
        comments = sorted((each.name, each.auto_comment, each.manual_comment) for each in held.comments)
        submission, student = held.assignment, held.student
        about = student.first_name, student.last_name, times_of(submission, own), why_late(submission, own)
        marks = grades, comments, held.late_submission_penalty, about
    beside = sorted(map(Path, plain_files(str(path.parent), [*feedback.coursedir.ignore, "*.ipynb"])))
    files = [(str(file.relative_to(path.parent)), sha256(file.read_bytes()).hexdigest()) for file in [path, *beside]]
    return sha256(repr((marks, files, version("attention-lab"))).encode()).hexdigest()
