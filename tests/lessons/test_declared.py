"""A declaration can say what later lessons need: several inputs, sizes among them, lists of modules, outputs that
are lists, methods."""


import pytest

from autograder.audit.audit import Local
from autograder.judge import recording
from autograder.lessons import catalogue, derive
from autograder.lessons.declare import Case, Earlier, Exercise, RandomTensor
from autograder.lessons.sizes import odd_sides
from solutions.catnet import reference as catnet
from solutions.grl import reference as grl

pytestmark = pytest.mark.quick


def stripes(r):
    down, heads, head_dim, rows, columns = 2, r.choice((1, 2)), r.choice((2, 3)), r.randint(1, 2), r.randint(3, 4)
    stripe = r.sample((2, 4), 2)
    height, width = stripe[0] * rows, stripe[1] * columns
    channels = heads * head_dim
    return Case("", (RandomTensor((2, height * width, 3 * channels)),
                     RandomTensor((2, height // down, width // down, channels)),
                     (height, width)),
                construct={"num_heads": heads, "stripe_size": tuple(stripe), "shift": True, "down_factor": down})


def tokens_of_another_image(r):
    case = stripes(r)
    tokens, anchor, (height, width) = case.args
    return Case("tokens of another image", (tokens, anchor, (height, width + 4)), construct=case.construct, raises=())


def refinement(r):
    channels, (height, width) = r.choice((6, 8)), odd_sides(r)
    features = RandomTensor((2, channels, height, width))
    mask = RandomTensor((2, height + 2, width + 3), kind="mask", grad=False)
    return Case("one block", ([Earlier("CMAT", (channels, 2))], features, features, mask))


def attention(r):
    channels, (height, width) = r.choice((8, 12)), odd_sides(r)
    images = RandomTensor((2, channels, height, width))
    return Case("", (images, images), construct={"channels": channels, "reduction": 2}, method="attention")


def recorded(exercise, reference):
    """The exercise's hidden cases, drawn and recorded."""
    cases = derive.hidden([exercise], reference, "any")[exercise.name]
    return Local(recording.record_exercise(exercise.name, cases, 1.0, reference, uses=exercise.uses), reference)


@pytest.mark.parametrize("reference, exercise, wrong", [
    (grl, Exercise("AnchoredStripeAttention", (stripes,), (tokens_of_another_image,),
                   uses=("AffineTransform", "cosine_attention")),
     ("mask_out = anchor_mask(", "mask_out = 0 * anchor_mask(")),
    (catnet, Exercise("iterative_refinement", (refinement,), uses=("CMAT",), large=4.0),
     ("prior_mask(query, support,", "prior_mask(support, query,")),
    (catnet, Exercise("CrossMaskedAttention", (attention,)), ("hidden**-0.5", "channels**-0.5")),
])
def test_exercises_of_later_lessons(reference, exercise, wrong):
    local = recorded(exercise, reference)
    source = catalogue.definition(reference, exercise.name)
    assert source.count(wrong[0]) == 1
    right = local.judge(source)
    assert right.points == right.max_points, right.headline
    assert local.judge(source.replace(*wrong)).points < 1.0


def test_only_what_fits_is_laid_out_otherwise():
    exercise = recorded(Exercise("AnchoredStripeAttention", (stripes,)), grl).exercise
    of = {case.label.split(", ")[0]: [node.get("layout") for node in case.question.args[:2]] for case in exercise.cases}
    assert of["channels-last order of memory"] == ["contiguous", "channels_last"]
    assert of["a transposed tensor"] == ["transposed", "transposed"]
