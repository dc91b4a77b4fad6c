"""SCNet: how each exercise of e1_scnet is called. No side of a map is smaller than the pooling, which torch refuses."""

from collections.abc import Callable
from random import Random

from autograder.lessons.declare import Exercise, Repair, call
from autograder.lessons.sizes import Construct, Shape, on_map

ODD = (5, 7, 9)


def ordinary(r: Random) -> tuple[int, int, int]:
    """A batch, a height and a width, all different; most sides leave a rest when they are cut into cells."""
    return (2, *r.sample((6, 7, 8, 9), 2))


def of_sides(*sides: int, batch: int = 2) -> Shape:
    """Two different ones of these sides."""
    return lambda r: (batch, *r.sample(sides, 2))


# --- SCConv
def module(**fixed: int) -> Callable[[Random], Construct]:
    """By name or by place; a cell of 2 x 2 or 3 x 3, unless the pooling is fixed."""
    def draw(r: Random) -> Construct:
        channels, stride = r.randint(3, 5), fixed.get("stride", 1)
        pooling = fixed.get("pooling") or r.choice((2, 3))
        if r.random() < 0.5:
            return channels, stride, pooling
        return {"channels": channels, "pooling": pooling} | ({} if stride == 1 else {"stride": stride})

    return draw


def default(r: Random) -> Construct:
    return {"channels": r.randint(3, 5)}


STRIDED = {"stride": 2}
SCCONV = Exercise("SCConv", sizes=(
    on_map("", ordinary, module()),
    on_map("a map of odd sides", of_sides(*ODD), module(pooling=2)),
    on_map("sides that are multiples of the pooling", of_sides(4, 6, 8), module(pooling=2)),
    on_map("a batch of one", of_sides(6, 7, 8, 9, batch=1), module()),
    on_map("the default pooling", of_sides(8, 9, 10, 13), default),
    on_map("a pooling of 5", of_sides(11, 12, 13), module(pooling=5)),
    on_map("a pooling of 1", of_sides(3, 4, 5), module(pooling=1)),
    on_map("a map of one cell", lambda r: (3, 4, 4), default),
    on_map("a map of one cell and a rest", of_sides(5, 6, 7), default),
    on_map("a map of one row of cells", lambda r: (2, 3, r.randint(7, 9)), module(pooling=3)),
    on_map("a map of one column of cells", lambda r: (2, r.randint(7, 9), 3), module(pooling=3)),
    on_map("a stride of 2", ordinary, module(**STRIDED)),
    on_map("a stride of 2, the default pooling", of_sides(8, 9, 10), lambda r: (r.randint(3, 5), 2)),
    on_map("a stride of 3", of_sides(7, 8, 9), module(stride=3)),
    on_map("one channel", ordinary, lambda r: (1, 1, 2)),
    on_map("a large map", lambda r: (1, *r.sample((17, 19, 23), 2)), lambda r: {"channels": 2, "pooling": 4}),
    on_map("a stride of 2, training mode", ordinary, module(**STRIDED), train=True),
), visible=(
    call((2, 3, 4, 6), of={"channels": 3, "pooling": 2}),
    call((1, 2, 8, 9), of=(2,), label="the default pooling, a batch of one"),
    call((2, 3, 5, 7), of=(3, 2, 3), label="odd sides and a stride of 2"),
    call((2, 3, 7, 4), of={"channels": 3, "pooling": 2}, label="sides that leave a rest"),
    call((3, 1, 4, 4), of={"channels": 1}, label="a map of one cell, one channel"),
    call((2, 3, 6, 4), of={"channels": 3, "stride": 2, "pooling": 2}, train=True, label="a stride of 2, training mode"),
), small=call((2, 3, 4, 6), of={"channels": 3, "pooling": 2}), large=8.0, overflow=1e4)


EXERCISES = (SCCONV,)
REPAIR = Repair("ExhibitA", like=SCCONV, edits={"nn.AdaptiveAvgPool2d": "nn.AvgPool2d"})
