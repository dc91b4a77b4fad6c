"""What a lesson still lacks, compared with the course's own lessons. None of this makes a grader wrong."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator

from autograder.lessons import bank
from autograder.lessons.topics import Topic
from autograder.new.page import WRITE
from autograder.new.propose import FUNCTION, MODULE, PROPOSED

VARIANTS, RIGHT, WRONG, QUESTIONS = 2, 2, 3, 6  # of each exercise; of the lesson


def missing(files: Topic) -> Iterator[str]:
    """Returns one line for each thing that is missing, or that was proposed by machine and not yet rewritten."""
    page = (files.folder / "page.py").read_text(encoding="utf-8")
    if prompts := page.count(WRITE):
        yield f"page.py has {prompts} places where prose is to be written ({WRITE} ...)"
    mistakes, variants = (Counter(each.exercise for each in kind)
                          for kind in (files.mistakes.MISTAKES, files.mistakes.VARIANTS))
    if proposed := sum(mistake.sentence.startswith(PROPOSED) for mistake in files.mistakes.MISTAKES):
        yield f"mistakes.py has {proposed} sentences that were proposed and not rewritten"
    answers = bank.answers(files.folder, files.reference)
    for exercise in files.exercises:
        least = MODULE if inspect.isclass(getattr(files.reference, exercise.name)) else FUNCTION
        answered = Counter(answer.kind for answer in answers if answer.exercise == exercise.name)
        for what, have, need in (("known mistakes", mistakes[exercise.name], least),
                                 ("right variants", variants[exercise.name], VARIANTS),
                                 ("right answers in the bank", answered["right"], RIGHT),
                                 ("wrong answers in the bank", answered["wrong"], WRONG)):
            if have < need:
                yield f"{exercise.name} has {have} {what}; it should have {need} or more"
    if not files.has("hints.toml"):
        yield "there is no hints.toml: no report opens a hint"
    if not files.has("review.py"):
        yield f"there is no review.py with {QUESTIONS} questions or more: review() asks nothing of this lesson"
