"""Shared by tests: a lesson's hidden cases for a seed, with the reference's answers."""

from functools import lru_cache

from attention_lab.threads import one_thread
from autograder.audit.audit import Local
from autograder.judge import questions
from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from autograder.submission import notebook

LESSONS = {lesson.name: lesson for lesson in lessons()}
SEED = "tests"
POINTS = 2.0


def reference(lesson: str):
    return topic(LESSONS[lesson].topic).reference


def catalogue(lesson: str):
    return topic(LESSONS[lesson].topic).catalogue


@lru_cache(maxsize=2)  # a process goes from one lesson to the next
def graders(lesson: str) -> questions.Graders:
    """The questions of SEED, as a judge on the CPU has them."""
    with one_thread():
        return questions.prepare(notebook.lesson(lesson), SEED, "meta", keep=False)


@lru_cache(maxsize=3)  # the seeds of test_right_and_wrong.py; a lesson's cases can take hundreds of MB
def exercises(lesson: str, seed: str) -> dict[str, Local]:
    """By exercise; those of another seed than SEED without the known mistakes."""
    drawn = graders(lesson).exercises if seed == SEED else questions.draw_all(notebook.lesson(lesson), seed, "meta")
    return {exercise.name: Local(exercise, reference(lesson)) for exercise in drawn}
