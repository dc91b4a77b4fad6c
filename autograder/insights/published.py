"""Finds answers that equal one that everybody can read in this repository. This is a hint, and no more than a hint."""

from __future__ import annotations

import inspect
import json

from autograder.insights.code import length, normalised
from autograder.insights.graded_work import Work, answers_in
from autograder.insights.likeness import SHORT, tells
from autograder.lessons.course import NOTEBOOKS
from autograder.lessons.topics import Topic, topic
from autograder.submission.notebook import ReleasedLesson


def published(lesson: ReleasedLesson, known: Topic) -> dict[str, list[str]]:
    """Returns, for each exercise, the code that everybody can read here: that of the reference, and that of the solved
    notebook."""
    solved = answers_in(json.loads((NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb").read_bytes()), lesson)
    return {slot.name: [inspect.getsource(getattr(known.reference, slot.name)), solved[slot.name]]
            for slot in lesson.exercises}


def as_published(works: list[Work], lesson: ReleasedLesson) -> dict[str, list[str]]:
    """Returns, for each student, the exercises whose answer equals a published one apart from names, comments and
    layout. Answers that are too short to mean anything are left out, and exercises in which a match tells nothing."""
    found: dict[str, list[str]] = {}
    for name, sources in published(lesson, topic(lesson.topic)).items() if works else ():
        public = {normalised(source) for source in sources} - {None}
        forms = {work.student: normalised(source) for work in works if (source := work.answers.get(name))}
        group = [work.student for work in works if forms.get(work.student) in public
                 and length(work.answers[name]) > SHORT]
        right = {work.student: forms.get(work.student) for work in works
                 if work.result.verdicts[name].points == work.result.verdicts[name].max_points}
        for student in group if tells(group, right) else ():
            found.setdefault(student, []).append(name)
    return found
