"""What an order of memory is tried on: the inputs that have that order."""

import pytest

from autograder import recording
from autograder.lessons import derive
from autograder.lessons.declare import Case, Exercise, RandomTensor
from solutions.grl import reference as grl

pytestmark = pytest.mark.quick
STRIPES = Case("", (RandomTensor((2, 48, 12)), RandomTensor((2, 4, 3, 4)), (8, 6)),
               construct={"num_heads": 2, "stripe_size": (4, 2), "shift": True, "down_factor": 2})


def test_only_what_fits_is_laid_out_otherwise():
    exercise = Exercise("AnchoredStripeAttention", (lambda _: STRIPES,))
    made = recording.record_exercise(exercise.name, derive.hidden([exercise], grl, "any")[exercise.name], 1.0, grl)
    of = {case.label.split(", ")[0]: [node.get("layout") for node in case.question.args[:2]] for case in made.cases}
    assert of["channels-last order of memory"] == ["contiguous", "channels_last"]
    assert of["a transposed tensor"] == ["transposed", "transposed"]
