"""Squeeze-and-Excitation: how each exercise of 01_se is called.
Sizes are odd and not square, so that no lucky shape hides a mistake."""

from random import Random

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, call
from autograder.lessons.derive import zeros_and_ones
from autograder.lessons.sizes import (
    IMAGES,
    LARGE_MAPS,
    MAPS,
    Construct,
    bottleneck,
    bottlenecks,
    channels_of,
    empty_bottlenecks,
    on_bottleneck,
    on_maps,
)

# --- squeeze
SQUEEZE = Exercise("squeeze", sizes=(
    *IMAGES,
    lambda r: call((r.randint(17, 20), r.randint(130, 140), 2, 3), label="many images of many channels"),
), visible=(call((2, 3, 4, 5)), zeros_and_ones(call((1, 6, 7, 3), label="zeros and ones")),
            call((3, 1, 1, 6), label="one channel and one row")),
small=call((2, 4, 3, 6)))


# --- Excitation
def vectors(r: Random, construct: Construct) -> Case:
    return call((r.randint(4, 7), channels_of(construct)), of=construct)


def one_vector(r: Random) -> Case:
    return call((1, channels_of(construct := bottleneck(r))), of=construct, label="a batch of one")


def many_vectors(r: Random) -> Case:
    return call((r.randint(17, 20), 140), of={"channels": 140, "reduction": r.randint(8, 14)}, label="a large batch")


EXCITATION = Exercise(
    "Excitation",
    sizes=(lambda r: vectors(r, bottleneck(r)), one_vector, many_vectors, *bottlenecks(vectors)),
    refuses=empty_bottlenecks(vectors),
    visible=(
        call((3, 32), of={"channels": 32}),
        call((1, 12), of=(12, 4)),
        call((2, 10), of={"channels": 10, "reduction": 4}, label="a reduction that does not divide"),
        call((2, 11), of={"channels": 11, "reduction": 4}, label="a reduction that leaves a large rest"),
        call((3, 8), of={"channels": 8, "reduction": 8}, label="one hidden number"),
        Case("large numbers", (RandomTensor((4, 8), scale=24.0),), construct={"channels": 8, "reduction": 2}),
    ),
    small=call((4, 8), of={"channels": 8, "reduction": 2}), overflow=1e5)

SE_BLOCK = Exercise(
    "SEBlock",
    sizes=(*on_maps({**MAPS, **LARGE_MAPS}, bottleneck), *bottlenecks(on_bottleneck())),
    refuses=empty_bottlenecks(on_bottleneck()),
    visible=(
        call((2, 32, 3, 5), of={"channels": 32}),
        call((3, 8, 7, 4), of={"channels": 8, "reduction": 2}),
        zeros_and_ones(call((1, 8, 5, 5), of=(8, 4), label="zeros and ones")),
        call((2, 8, 1, 1), of={"channels": 8, "reduction": 4}, label="a map of one position"),
    ),
    small=call((2, 8, 3, 4), of={"channels": 8, "reduction": 2}),
    uses=("squeeze", "Excitation"), large=200.0, overflow=1e5)  # means are smaller than what they are taken of


# --- se_parameter_cost
def stages(r: Random, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Growing channels and a number of blocks, two or more, for each of `count` stages."""
    return tuple(sorted(r.sample(range(24, 600, 4), count))), tuple(r.randint(2, 9) for _ in range(count))


def by_keyword(r: Random) -> Case:
    wide, blocks = stages(r, 3)
    return Case("lists of three stages, reduction by keyword", (list(wide), list(blocks)),
                {"reduction": r.choice((4, 8))})


def one_stage(r: Random) -> Case:
    return Case("one stage of one block", (stages(r, 1)[0], (1,), r.choice((2, 4))))


def no_whole_number(r: Random) -> Case:
    reduction = r.choice((7, 9, 11, 13))
    while True:
        wide, blocks = stages(r, 2)
        if 2 * sum(n * c * c for n, c in zip(blocks, wide)) % reduction:
            return Case("a result that is no whole number", (wide, blocks, reduction))


def equal_stages(r: Random) -> Case:
    (wide,), (count,) = stages(r, 1)
    return Case("two equal stages", ([wide, wide], [count, count], r.choice((4, 8))))


COST = Exercise("se_parameter_cost", sizes=(
    lambda r: Case("four stages and the default reduction", stages(r, 4)),
    by_keyword, one_stage,
    lambda r: Case("more than four stages", (*stages(r, r.randint(6, 9)), r.choice((12, 20, 24)))),
    no_whole_number,
    lambda r: Case("two stages, a reduction of 1", (*stages(r, 2), 1)),
    equal_stages,
), visible=(
    Case("the paper's ResNet-50", ((256, 512, 1024, 2048), (3, 4, 6, 3))),
    Case("lists of three stages", ([32, 64, 96], [2, 5, 1]), {"reduction": 4}),
    Case("one stage of one block", ((64,), (1,), 8)),
    Case("five stages", ((16, 24, 40, 80, 112), (1, 2, 2, 3, 3), 7)),
    Case("a result that is no whole number", ((10, 12), (1, 3), 16)),
))

EXERCISES = (SQUEEZE, EXCITATION, SE_BLOCK, COST)
REPAIR = Repair("ExhibitA", like=SE_BLOCK, edits={
    "x.reshape(B, H * W, C)": "x.flatten(2).transpose(1, 2)"})
