"""The content of a student's page: the mark, each exercise with its report and the student's code, and the notebook."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import isclose
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory

from autograder.classroom.counts import weights_in
from autograder.classroom.feedback.texts import learners_text, released_text
from autograder.classroom.final_mark import FinalMark, mark_of, times_of, why_late, without_mark
from autograder.classroom.nbgrader_plugin.exporter import UNREADABLE, released_notebook
from autograder.classroom.nbgrader_plugin.graded import RECORD, RESULT
from autograder.classroom.rules import ONCE, Rules, Weight, read
from autograder.insights.graded_work import answers_in
from autograder.lessons.course import lessons
from autograder.submission import notebook
from autograder.submission.notebook import Slot
from autograder.submission.parse import NOTE

NO_COMMENT = ("", "No response.")  # the second is nbgrader's own, for a cell that is as it was handed out


@dataclass(frozen=True)
class Exercise:
    """An exercise on a student's page.

    verdict: what grading recorded about it, or empty.
    report: our HTML of the report.
    by_hand: whether the points differ from those of the checks.
    weight: how much it counts.
    unmarked: whether there are no points yet.
    """

    name: str
    points: float
    most: float
    verdict: dict[str, Any]
    report: str
    code: str
    comment: str
    by_hand: bool
    weight: Weight = ONCE
    unmarked: bool = False

    @property
    def counts(self) -> bool:
        return bool(self.weight.score and (self.most or not self.weight.most))

    @property
    def full(self) -> bool:
        """Whether there is nothing to say about it; the verdict says it of a bonus, which has no maximum."""
        earned = self.verdict.get("points", 0) >= self.verdict.get("max_points", 0)
        return not self.unmarked and self.points >= self.most and (self.weight.most > 0 or earned)

    @property
    def started(self) -> bool:
        return bool(self.verdict.get("started", True))


@dataclass(frozen=True)
class Cell:
    """A cell of the whole notebook: a piece of HTML, or code."""

    html: str = ""
    code: str = ""


@dataclass(frozen=True)
class Question:
    """A cell that the instructor marks, such as the answer to a written question.

    points: None as long as it has no mark.
    asked: the text above the cell when the lesson was handed out.
    answered: whether it differs from what was handed out.
    """

    name: str
    points: float | None
    most: float
    asked: str
    answer: Cell
    answered: bool
    comment: str


@dataclass(frozen=True)
class Content:
    """The content of a student's page.

    unreadable: HTML that says why there was nothing to grade; then the page holds nothing else.
    half_read: HTML that says how much of the file was graded, if not all of it was.
    times: when it was handed in and when it was due, as far as that is known.
    why_late: the penalty with its arithmetic, or empty.
    """

    student: str
    name: str
    lesson: str
    title: str
    mark: FinalMark
    times: str
    why_late: str
    unreadable: str = ""
    half_read: str = ""
    exercises: list[Exercise] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    @property
    def wrong(self) -> list[Exercise]:
        """The exercises below full marks; those that were not started come last."""
        below = [each for each in self.exercises if each.counts and not each.full and not each.unmarked]
        return sorted(below, key=lambda each: not each.started)

    @property
    def unmarked(self) -> list[Exercise]:
        return [each for each in self.exercises if each.counts and each.unmarked]

    @property
    def right(self) -> list[Exercise]:
        return [each for each in self.exercises if each.counts and each.full]

    @property
    def dropped(self) -> list[Exercise]:
        """The exercises that don't count."""
        return [each for each in self.exercises if not each.counts]


def content(nb: NotebookNode, info: dict[str, str], coursedir: CourseDirectory, folder: Path) -> Content:
    """Returns the content of the page for a graded notebook.

    info: nbgrader's names of the submission.
    folder: the folder that holds the notebook.

    Raises MissingEntry if the gradebook does not hold it, ValueError if the course has no such lesson.
    """
    known = notebook.lesson(info["notebook"])
    rules = read(Path(coursedir.root)) or Rules("")
    titles = {lesson.name: lesson.title for lesson in lessons()}
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        submission = gradebook.find_submission(info["assignment"], info["student"])
        student = submission.student
        record = gradebook.find_submission_notebook(info["notebook"], info["assignment"], info["student"])
        comments = {each.name: each.manual_comment for each in record.comments
                    if (each.manual_comment or "").strip() not in NO_COMMENT}
        begin = Content(student.id, f"{student.first_name or ''} {student.last_name or ''}".strip(), known.name,
                        titles.get(known.name, known.name), mark_of(submission), times_of(submission, rules),
                        why_late(submission, rules))
        weights = weights_in(gradebook, info["assignment"])
        exercises = _exercises(nb, record, known.exercises, weights, comments, answers_in(nb, known))
        checks = {slot.check_id for slot in known.exercises}
        by_hand = {grade.name: (None if without_mark(grade) else grade.score, grade.max_score)
                   for grade in record.grades if grade.name not in checks}
    own = {slot.grade_id for slot in known.exercises} | {*by_hand}
    begin = replace(begin, comments=[_html(comment) for name, comment in comments.items() if name not in own])
    if nb.cells and nb.cells[0].get("id") == UNREADABLE:
        every = [*begin.comments, *(each.comment for each in exercises if each.comment)]
        return replace(begin, unreadable=learners_text(nb.cells[0], folder, known.name), comments=every)
    handed_out = released_notebook(coursedir, info["assignment"], known.name).cells
    texts = {cell.source for cell in handed_out if cell.cell_type == "markdown"}
    cells = [_cell(cell, texts, folder, known.name) for cell in nb.cells]
    answers = {_grade_id(cell): (cell.source, page_cell) for cell, page_cell in zip(nb.cells, cells)}
    questions = [_question(above, cell, answers, comments, *by_hand[_grade_id(cell)])
                 for above, cell in pairwise(handed_out) if _grade_id(cell) in by_hand]
    return replace(begin, exercises=exercises, questions=questions, cells=cells,
                   half_read=cells[0].html if NOTE in nb.metadata else "")


def _exercises(nb: NotebookNode, record: SubmittedNotebook, slots: tuple[Slot, ...], weights: dict[str, Weight],
               comments: dict[str, str], answers: dict[str, str]) -> list[Exercise]:
    grades = {grade.name: grade for grade in record.grades}
    checks = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nb.cells if cell.cell_type == "code"}
    verdicts = json.loads(nb.metadata.get(RECORD, {}).get(RESULT, "{}")).get("verdicts", {})
    exercises = []
    for slot in slots:
        if slot.check_id in grades:
            grade, verdict = grades[slot.check_id], verdicts.get(slot.name, {})
            weight = weights.get(slot.check_id, ONCE)
            judged = (verdict["points"] * grade.max_score / (verdict["max_points"] or 1) if verdict and weight.most
                      else grade.auto_score)
            exercises.append(Exercise(slot.name, grade.score, grade.max_score, verdict,
                                      _report(checks.get(slot.check_id)), answers.get(slot.name, ""),
                                      _html(comments.get(slot.grade_id, "")), grade.manual_score is not None
                                      and not isclose(grade.score, judged or 0.0, abs_tol=1e-6),
                                      weight, without_mark(grade)))
    return exercises


def _question(above: NotebookNode, cell: NotebookNode, answers: dict[str, tuple[str, Cell]], comments: dict[str, str],
              points: float | None, most: float) -> Question:
    """Returns what a page shows of a cell that the instructor marks. above, cell: cells as they were handed out."""
    tests = not cell.metadata.nbgrader.solution and above.metadata.get("nbgrader", {}).get("solution")
    about = above if tests else cell  # tests stand below the code that they are about
    name = _grade_id(about)
    source, answer = answers.get(name, (cell.source, Cell()))
    question = _html(above.source) if above.cell_type == "markdown" else ""
    return Question(_grade_id(cell), points, most, question, answer, source != about.source,
                    _html(comments.get(name, "")))


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _report(check: NotebookNode | None) -> str:
    """Returns the judge's report on an exercise. A grade cell has no other output."""
    outputs = check.outputs if check else []
    return next(("".join(output.data["text/html"]) for output in outputs if "text/html" in output.get("data", {})), "")


def _html(comment: str) -> str:
    """Returns an instructor's comment, which is Markdown, as HTML."""
    return released_text(comment, "") if comment else ""


def _cell(cell: NotebookNode, texts: set[str], folder: Path, lesson: str) -> Cell:
    if cell.cell_type != "markdown":
        return Cell(code=cell.source)
    own = cell.source not in texts or cell.get("attachments")
    return Cell(html=learners_text(cell, folder, lesson) if own else released_text(cell.source, lesson))
