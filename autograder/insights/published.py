"""Finds answers that equal one that everybody can read in this repository. This is a hint, and no more than a hint."""

from __future__ import annotations

import inspect
import json

from autograder.insights.code import length, normalised
from autograder.insights.graded_work import Work, answers_in
from autograder.insights.likeness import SHORT
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
    layout. Answers that are too short to mean anything are left out."""
    if not works:
        return {}
    forms = {name: {normalised(source) for source in sources} - {None}
             for name, sources in published(lesson, topic(lesson.topic)).items()}
    found = {work.student: [name for name in forms if (source := work.answers.get(name)) and length(source) > SHORT
                            and normalised(source) in forms[name]] for work in works}
    return {student: names for student, names in found.items() if names}
