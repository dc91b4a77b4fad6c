"""Which answers equal one that everybody can read in this repository: a hint, and no more than a hint."""

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
    """By exercise, the code that everybody can read here: of the reference, and of the solved notebook."""
    solved = answers_in(json.loads((NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb").read_bytes()), lesson)
    return {slot.name: [inspect.getsource(getattr(known.reference, slot.name)), solved[slot.name]]
            for slot in lesson.exercises}


def as_published(works: list[Work], lesson: ReleasedLesson) -> dict[str, list[str]]:
    """By student, the exercises whose answer is a published one up to names, comments and layout. Those that are too
    short to say anything are left out."""
    if not works:
        return {}
    forms = {name: {normalised(source) for source in sources} - {None}
             for name, sources in published(lesson, topic(lesson.topic)).items()}
    found = {work.student: [name for name in forms if (source := work.answers.get(name)) and length(source) > SHORT
                            and normalised(source) in forms[name]] for work in works}
    return {student: names for student, names in found.items() if names}
