"""Shared by these tests: a lesson's hidden questions for a seed, with the reference's answers."""

from functools import lru_cache
from importlib import import_module

from autograder import record
from autograder.audit import Local
from autograder.graders import contract
from solutions.course import lessons

LESSONS = {lesson.name: lesson for lesson in lessons()}
POINTS = 2.0


def reference(lesson: str):
    return import_module(f"solutions.reference.{LESSONS[lesson].topic}")


def catalogue(lesson: str):
    return import_module(f"autograder.mistakes.{LESSONS[lesson].topic}")


@lru_cache(maxsize=8)
def exercises(lesson: str, seed: str) -> dict[str, Local]:
    """The hidden questions of a lesson by exercise, without the catalogued mistakes: recording those takes the most time."""
    return {exercise.name: Local(record.record_exercise(exercise, POINTS, reference(lesson), [], seed), reference(lesson))
            for exercise in contract.drawn(LESSONS[lesson].topic, seed)}
