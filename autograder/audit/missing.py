"""What a lesson still lacks, compared with the course's own lessons. None of this makes a grader wrong."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator

from autograder.lessons.topics import Topic
from autograder.new.drafted_page import WRITE
from autograder.new.propose import FUNCTION, MODULE, PROPOSED

RIGHT, QUESTIONS = 2, 6  # of each exercise; of the lesson


def missing(files: Topic) -> Iterator[str]:
    """Returns one line for each thing that is missing, or that was proposed by machine and not yet rewritten."""
    page = (files.folder / "page.py").read_text(encoding="utf-8")
    if prompts := page.count(WRITE):
        yield f"page.py has {prompts} places where prose is to be written ({WRITE} ...)"
    known = files.catalogue
    if proposed := sum(mistake.sentence.startswith(PROPOSED) for mistake in known.mistakes):
        yield f"the catalogue has {proposed} sentences that were proposed and not rewritten"
    mistakes, right = (Counter(entry.exercise for entry in entries) for entries in (known.mistakes, known.right))
    for exercise in files.exercises:
        least = MODULE if inspect.isclass(getattr(files.reference, exercise.name)) else FUNCTION
        for what, have, need in (("known mistakes", mistakes, least), ("right answers", right, RIGHT)):
            if have[exercise.name] < need:
                yield f"{exercise.name} has {have[exercise.name]} {what}; it should have {need} or more"
    if not any(mistake.hint for mistake in known.mistakes):
        yield "no mistake has a hint: no report opens one"
    if not files.has("review.py"):
        yield f"there is no review.py with {QUESTIONS} questions or more: review() asks nothing of this lesson"
