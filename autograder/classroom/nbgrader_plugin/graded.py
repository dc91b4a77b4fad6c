"""Decides whether a submission is graded. The submitted files, the notebook that was graded, and the gradebook must
agree.

nbgrader itself only looks for a folder of graded work, and for a newer timestamp if both sides have one. So it misses a
corrected notebook that replaced the first one. It also misses a gradebook that was lost, exchanged, or restored from a
backup.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook

from autograder.classroom.counts import former
from autograder.classroom.nbgrader_plugin.hand_in_time import time_of
from autograder.classroom.nbgrader_plugin.handed_in import digest_of
from autograder.classroom.nbgrader_plugin.student_folders import chosen_folders
from autograder.classroom.nbgrader_plugin.unfinished import at, begin_submission, mark_of, place_of
from autograder.classroom.rules import zone_of

RECORD = "autograder"  # the graded notebook's metadata that say what was graded
# in there: the verdicts, as JSON. Those below work/verdicts may be deleted, and are not kept where time ran out
RESULT = "result"
OPEN = "open"  # and the cells that got no mark, with the reason
FIRST = "not graded before"


def why_again(autograde: Any, student: str) -> str | None:
    """Says why a submission is to be graded, or graded again. Returns None if the gradebook holds the marks of the
    submitted files."""
    coursedir, lesson = autograde.coursedir, autograde.coursedir.assignment_id
    source, folder = autograde._format_source(lesson, student), place_of(autograde, lesson, student)
    if not folder.exists():
        return FIRST
    if mark_of(folder).exists():
        return "the last run could not finish it"
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        expected = [notebook.name for notebook in gradebook.find_assignment(lesson).notebooks]
        try:
            submission = gradebook.find_submission(lesson, student)
        except MissingEntry:
            return "the gradebook does not hold it"
        held = {notebook.name: notebook for notebook in submission.notebooks}
        reasons = [_why(gradebook, held.get(name), Path(source, f"{name}.ipynb"), folder / f"{name}.ipynb")
                   for name in expected]
        if time_of(submission, Path(source), zone_of(Path(coursedir.root))) != submission.timestamp:
            reasons.append("its hand-in time differs from the gradebook's")
        return next(filter(None, reasons), None)


def anything_to_grade(autograde: Any) -> bool:
    """Says whether any of the submissions that were found will be graded in this run."""
    students = {*students_of(autograde).values()} - {*autograde.coursedir.student_id_exclude.split(",")}
    return any(autograde.force or why_again(autograde, student) for student in students)


def students_of(autograde: Any) -> dict[str, str]:
    """Returns the student of each folder that was found."""
    folders = chosen_folders(autograde.coursedir, autograde._input_directory)
    return {folder: student for student, folder in folders.items() if folder in autograde.assignments}


def _why(gradebook: Gradebook, held: SubmittedNotebook | None, source: Path, graded: Path) -> str | None:
    """Says the same as `why_again` about one notebook. A graded notebook is written before its points are recorded; its
    reports are written when the points are."""
    try:
        content = json.loads(graded.read_bytes())
        cells = [(cell, cell["metadata"].get("nbgrader", {})) for cell in content["cells"]
                 if cell["cell_type"] == "code"]
        record = content["metadata"].get(RECORD, {})
        checks = [(cell["outputs"][0], mark) for cell, mark in cells if mark.get("grade") and not mark.get("solution")
                  and mark["grade_id"] not in record.get(OPEN, {})]
        points = {mark["grade_id"]: (float("".join(output["data"]["text/plain"])), float(mark["points"]))
                  for output, mark in checks}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return "an interrupted run left it half done"
    if record.get("digest") != digest_of(source):
        return (
            "it is not the notebook that was graded" if record else "which notebook was graded is not on record"
        )
    if unsettled := record.get("unsettled"):
        return unsettled
    grades = [grade for grade in held.grades if grade.name in points] if held else []
    known = zip(former(gradebook, grades, "auto_score"),
                former(gradebook, [grade.cell for grade in grades], "max_score"))
    if held is None or points != dict(zip([grade.name for grade in grades], known)):
        return "the gradebook holds different points"
    return None


def init_destination(self: Any, assignment_id: str, student_id: str) -> bool:
    """Overrides nbgrader's method: says whether this run grades the submission. The earlier graded work stays until the
    new one is complete."""
    folder = at(self, assignment_id, student_id)
    if student_id in self.coursedir.student_id_exclude.split(","):
        return False
    why = why_again(self, student_id)
    if not why and not self.force:
        self.log.info("Skipping existing assignment: %s", folder)
        return False
    if why and why != FIRST:
        self.log.warning("%s is graded again: %s", student_id, why)
    begin_submission(self)
    return True
