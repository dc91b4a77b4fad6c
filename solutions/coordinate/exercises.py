"""Coordinate Attention: how each exercise of e2_coordinate is called.
Everything is tested on maps that are not square, too."""

from collections.abc import Callable
from random import Random

from autograder.lessons.declare import Exercise, Repair, call
from autograder.lessons.derive import zeros_and_ones
from autograder.lessons.sizes import IMAGES, MAPS, Construct, on_map, on_maps

# --- directional_pool
POOL = Exercise("directional_pool", sizes=IMAGES, visible=(
    call((2, 3, 4, 5)), zeros_and_ones(call((1, 4, 3, 6), label="a batch of one, zeros and ones")),
    call((2, 3, 4, 4), label="a square map"),
    call((3, 2, 1, 5), label="a map of one row"), call((2, 1, 6, 1), label="a map of one column and one channel"),
), small=call((2, 3, 4, 5)))


# --- CoordinateAttention. A ninth hidden channel and more need a reduction that leaves them: eight are the least.
def attention(hidden: Callable[[Random], int] = lambda r: r.randint(9, 11),
              rest: int = 0) -> Callable[[Random], Construct]:
    """By name or by place, with so many hidden channels by the division alone."""
    def draw(r: Random) -> Construct:
        reduction = r.randint(2, 3)
        channels = hidden(r) * reduction + min(rest, reduction - 1)
        if r.random() < 0.5:
            return channels, channels, reduction
        return {"in_channels": channels, "out_channels": channels, "reduction": reduction}

    return draw


def default(few: int, many: int) -> Callable[[Random], Construct]:
    def draw(r: Random) -> Construct:
        channels = r.randint(few, many)
        return {"in_channels": channels, "out_channels": channels}

    return draw


def two_maps(r: Random) -> tuple[int, int, int]:
    """At least two images, for the statistics of training mode."""
    return (3, *r.sample((2, 3, 4), 2))


COORDINATE = Exercise("CoordinateAttention", sizes=(
    *on_maps(MAPS, attention()),
    on_map("a square map", lambda r: (2, 4, 4), attention()),
    on_map("a large map", lambda r: (1, *r.sample((11, 13, 17), 2)), attention()),
    on_map("fewer hidden channels than eight by the division", MAPS[""], attention(lambda r: r.randint(3, 6))),
    on_map("one hidden channel by the division", MAPS[""], lambda r: (12, 12, 10)),
    on_map("more channels to divide by than there are", MAPS[""], lambda r: (5, 5, r.randint(7, 20))),
    on_map("a reduction that leaves a rest", MAPS[""], attention(rest=2)),
    on_map("the default reduction", MAPS[""], default(9, 14)),
    # 32 leaves 9 hidden channels here; of the first, 33 and more leave 8, of the second, 31 and fewer leave 10
    on_map("the default reduction, many channels", two_maps, default(288, 296)),
    on_map("the default reduction, many channels again", two_maps, default(310, 319)),
    on_map("a reduction of 1", MAPS[""], lambda r: {"in_channels": 13, "out_channels": 13, "reduction": 1}),
    on_map("odd sides, training mode", lambda r: (2, *r.sample((3, 5, 7), 2)), attention(), train=True),
), visible=(
    call((2, 18, 3, 4), of={"in_channels": 18, "out_channels": 18, "reduction": 2}),
    call((1, 6, 4, 2), of={"in_channels": 6, "out_channels": 6}, label="the default reduction, a batch of one"),
    call((1, 288, 1, 3), of=(288, 288), label="the default reduction, many channels"),
    call((2, 19, 3, 5), of=(19, 19, 2), label="a reduction that leaves a rest"),
    call((2, 5, 4, 4), of=(5, 5), label="a square map"), call((2, 5, 1, 6), of=(5, 5), label="a map of one row"),
    call((2, 5, 5, 3), of=(5, 5), train=True, label="odd sides, training mode"),
), small=call((2, 6, 3, 4), of={"in_channels": 6, "out_channels": 6}), uses=("directional_pool",), large=4.0,
overflow=1e5)

EXERCISES = (POOL, COORDINATE)
REPAIR = Repair("ExhibitA", like=COORDINATE, edits={"line.chunk(2, dim=2)": "line.split(x.shape[2:], dim=2)"})
