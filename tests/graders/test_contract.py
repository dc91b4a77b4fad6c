"""The contract fits what later lessons ask: several inputs, sizes among them, lists of modules, outputs that are lists, methods."""

import sys
from types import SimpleNamespace

import pytest

from autograder import record
from autograder.audit import Local
from autograder.declare import Case, Draw, Earlier
from autograder.graders import contract
from autograder.graders.contract import Grader
from solutions.reference import catnet, grl


def stripes(r):
    down, heads, head_dim, rows, columns = 2, r.choice((1, 2)), r.choice((2, 3)), r.randint(1, 2), r.randint(3, 4)
    stripe = r.sample((2, 4), 2)
    height, width = stripe[0] * rows, stripe[1] * columns
    channels = heads * head_dim
    return Case("", (Draw((2, height * width, 3 * channels)), Draw((2, height // down, width // down, channels)), (height, width)),
                construct={"num_heads": heads, "stripe_size": tuple(stripe), "shift": True, "down_factor": down})


def tokens_of_another_image(r):
    case = stripes(r)
    tokens, anchor, (height, width) = case.args
    return Case("tokens of another image", (tokens, anchor, (height, width + 4)), construct=case.construct, raises=())


def refinement(r):
    channels, (height, width) = r.choice((6, 8)), contract.odd_sides(r)
    features = Draw((2, channels, height, width))
    mask = Draw((2, height + 2, width + 3), kind="mask", grad=False)
    return Case("one block", ([Earlier("CMAT", (channels, 2))], features, features, mask))


def attention(r):
    channels, (height, width) = r.choice((8, 12)), contract.odd_sides(r)
    images = Draw((2, channels, height, width))
    return Case("", (images, images), construct={"channels": channels, "reduction": 2}, method="attention")


@pytest.fixture
def lesson(monkeypatch):
    """`lesson(topic, grader, reference)`: the grader's exercise, drawn and recorded."""
    def made(topic, grader, reference):
        monkeypatch.setitem(sys.modules, f"autograder.graders.test_{topic}", SimpleNamespace(GRADERS=(grader,)))
        (exercise,) = contract.drawn(topic, "any")
        return Local(record.record_exercise(exercise, 1.0, reference, []), reference)

    return made


@pytest.mark.parametrize("topic, reference, grader, wrong", [
    ("grl", grl, Grader("AnchoredStripeAttention", (stripes,), (tokens_of_another_image,), uses=("AffineTransform", "cosine_attention")),
     ("mask_out = anchor_mask(", "mask_out = 0 * anchor_mask(")),
    ("catnet", catnet, Grader("iterative_refinement", (refinement,), uses=("CMAT",), large=4.0),
     ("prior_mask(query, support,", "prior_mask(support, query,")),
    ("catnet", catnet, Grader("CrossMaskedAttention", (attention,)), ("hidden**-0.5", "channels**-0.5")),
])
def test_exercises_of_later_lessons(lesson, topic, reference, grader, wrong):
    local = lesson(topic, grader, reference)
    source = record.source_of(SimpleNamespace(code="", edits=(), exercise=grader.name), reference)
    assert source.count(wrong[0]) == 1
    right = local.judge(source)
    assert right.points == right.max_points, right.headline
    assert local.judge(source.replace(*wrong)).points < 1.0


def test_only_what_fits_is_laid_out_otherwise(lesson):
    exercise = lesson("grl", Grader("AnchoredStripeAttention", (stripes,)), grl).exercise
    of = {case.label.split(", ")[0]: [node.get("layout") for node in case.question["args"][:2]] for case in exercise.cases}
    assert of["channels-last order of memory"] == ["contiguous", "channels_last"]
    assert of["a transposed tensor"] == ["transposed", "transposed"]


def test_pieces_that_would_be_the_answer():
    assert Grader("EfficientPositionAttention", (), uses=("PositionAttention",), delegates=("PositionAttention",)).delegates
    assert not any(grader.delegates for grader in contract.graders("se"))
