"""Which test belongs to which suite. Nothing is chosen by chance, by the day or by the commit.

`make quick`    the files of QUICK: a minute, after each small change
`make test`     all that is not marked `nightly`: what a change is most likely to break, once each
`make nightly`  everything; its parts are those of tests/nightly.py

A list that is too long for `make test` gives it a few of each group (`few`), always the same ones.
"""

import os
from collections.abc import Callable, Hashable, Iterable
from itertools import groupby
from typing import Any

import pytest

NIGHTLY = os.environ.get("SUITE") == "nightly"
QUICK = [
    "test_built.py", "test_measured.py", "test_reach.py", "test_merging.py", "test_lesson_source.py", "test_pages.py",
    "test_first_cell.py", "test_suites.py", "test_recording.py", "test_course_map.py", "test_progress.py",
    "test_review.py", "test_puzzle.py", "test_training.py", "test_cost.py", "test_workspace.py", "test_lesson_files.py",
    "test_prediction.py",
    "seams", "judge/test_notebook.py", "judge/test_bounds.py", "judge/test_wire.py", "judge/test_seed.py",
    "judge/test_session.py", "judge/test_restore.py", "judge/test_cells.py", "judge/test_system_calls.py",
    "grade/test_logs.py", "grade/test_one_gradebook.py", "grade/test_summary.py", "grade/test_graded.py", "intake",
    "grade/test_verdicts.py", "classroom/test_repair.py", "insights/test_insights.py", "insights/test_likeness.py",
    "graders/test_declared.py", "test_rooms.py", "test_old_names.py", "test_page_form.py", "test_answers.py",
    "test_filled_gaps.py",
]
# How many: (in `make test`, in a nightly run).
COUNTS = {"corrupted notebooks": (12, 600), "corrupted notebooks in a class": (5, 100)}


def count(what: str) -> int:
    """How many of these to try. KeyError for what COUNTS does not have."""
    return COUNTS[what][NIGHTLY]


def few(items: Iterable[Any], most: int, group: Callable[[Any], Hashable], name: Callable[[Any], str]) -> list[Any]:
    """Items as parameters of a test: of each group, which follow one another, at most so many in `make test`, spread
    over it; the others are nightly. name: of an item, in the test's id."""
    found = []
    for _, members in groupby(items, group):
        each = list(members)
        chosen = {len(each) * number // most for number in range(most)}
        found += [pytest.param(item, id=name(item),
                               marks=[] if len(each) <= most or place in chosen else [pytest.mark.nightly])
                  for place, item in enumerate(each)]
    return found


if __name__ == "__main__":
    print(*(f"tests/{name}" for name in QUICK))
