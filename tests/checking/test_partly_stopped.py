"""An answer that stops with an error in some cases: the others are compared all the same, and what they show is
said."""

import pytest

from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

BLOCKS = """
def block_means(x, size):
    rows = x[:, :x.shape[1] // size[0] * size[0], :x.shape[2] // size[1] * size[1]]
    return rows.unflatten(2, (-1, size[1])).unflatten(1, (-1, size[0])).mean((2, 4))
"""
IN_A_ROW = """
def block_means(x, size):
    n = size[0] * size[1]
    flat = x.flatten(1)[:, :x.shape[1] // size[0] * (x.shape[2] // size[1]) * n].unflatten(1, (-1, n)).mean(-1)
    return flat.unflatten(1, (x.shape[1] // size[0], -1))
"""
MUST_FIT = """
def block_means(x, size):
    flat = x.reshape(len(x), -1, size[0] * size[1]).mean(-1)
    return flat.unflatten(1, (x.shape[1] // size[0], -1))
"""
KNOWN = (Mistake("in-a-row", "You average numbers that follow each other.", IN_A_ROW, exercise="block_means"),
         Mistake("maxima", "You take the maximum.", {".mean((2, 4))": ".amax((2, 4))"}, exercise="block_means"))
CASES = (Case("sides that do not fit", (RandomTensor((2, 5, 7)), (2, 2))),
         Case("blocks of 2 x 3", (RandomTensor((2, 4, 6)), (2, 3))),
         Case("blocks of 3 x 2", (RandomTensor((1, 6, 4)), (3, 2))))


def test_a_known_mistake_that_explains_the_other_cases_leads_and_the_crash_is_evidence(way):
    lesson = way(BLOCKS, "block_means", *CASES, mistakes=KNOWN)
    judged = lesson.wrong(MUST_FIT, "You average numbers that follow each other.", "With blocks of 2 x 3",
                          "Wrong on 3 of 3 cases",
                          "With sides that do not fit: RuntimeError when it was called",
                          "in your line: flat = x.reshape(len(x), -1, size[0] * size[1]).mean(-1)")
    assert judged.mistake == "in-a-row"
    assert lesson.judge(MUST_FIT, secret=True).mistake == "in-a-row"


def test_where_one_case_that_answers_is_not_explained_no_mistake_is_named(way):
    lesson = way(BLOCKS, "block_means", *CASES, mistakes=KNOWN)
    judged = lesson.wrong(MUST_FIT.replace("return flat", "flat = flat * (2 if size[0] == 3 else 1)\n    return flat"),
                          "RuntimeError when it was called", "numbers differ", never=("You average",))
    assert judged.mistake is None


def test_neither_hides_the_other(way):
    lesson = way(BLOCKS, "block_means", *CASES)
    lesson.wrong(MUST_FIT, "Your code stops with an error", "With sides that do not fit", "With blocks of 2 x 3",
                 "numbers differ")
