"""Exports grades as CSV in which any name may occur."""

from __future__ import annotations

import csv
from datetime import tzinfo
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.classroom.final_mark import mark_of
from autograder.classroom.nbgrader_plugin.whose import is_ours
from autograder.classroom.rules import zone_of
from autograder.classroom.times import as_iso
from autograder.outward import in_cell, is_formula

COLUMNS = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
           "late_submission_penalty",
           "score", "max_score")


class Csv(CsvExportPlugin):
    """Writes the same columns as nbgrader's own export, but puts quotes around a name with a comma, a quote or a line
    break. A student whose id a spreadsheet would take for a formula is left out, because a changed id is somebody
    else's. Times are in the course's zone, with their offset. Rows of an assignment that is not ours say what
    nbgrader's say."""

    def export(self, gradebook: Gradebook) -> None:
        with open(self.to or "grades.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            zone = zone_of(Path(self.parent.coursedir.root))
            for assignment in gradebook.assignments:
                for student in gradebook.students:
                    if not self.assignment or assignment.name in self.assignment:
                        if not self.student or student.id in map(str, self.student):
                            row = self._row(gradebook, assignment, student, zone)
                            if is_ours(assignment.name) and is_formula(student):
                                self.log.warning("%r is not in the file: a spreadsheet would take the id or the "
                                                 "address for a formula", student.id)
                                continue
                            writer.writerow({k: in_cell(v) for k, v in row.items()} if is_ours(assignment.name)
                                            else row)

    @staticmethod
    def _row(gradebook: Gradebook, assignment, student, zone: tzinfo) -> dict:
        ours = is_ours(assignment.name)
        row = {"assignment": assignment.name, "student_id": student.id,
               "duedate": as_iso(assignment.duedate, zone) if ours else assignment.duedate,
               "last_name": student.last_name,
               "first_name": student.first_name, "email": student.email, "max_score": assignment.max_score,
               "raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
        try:
            submission = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:  # nothing was handed in
            return row
        if not ours:
            points, penalty = submission.score, submission.late_submission_penalty
            return row | {"timestamp": submission.timestamp, "raw_score": points, "late_submission_penalty": penalty,
                          "score": max(0.0, points - penalty)}
        mark = mark_of(submission)
        row |= {"timestamp": as_iso(submission.timestamp, zone), "late_submission_penalty": mark.penalty}
        # what is not marked completely is not a mark
        return row | ({"raw_score": None, "score": None} if mark.unmarked else {"raw_score": mark.points,
                                                                               "score": mark.total})
