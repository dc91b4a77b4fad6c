"""CloFormer: how each exercise of 09_cloformer is called.

The ordinary call of CloAttention and of CloBlock has the same parameters as many calls that are refused (see
`_disguise_refused` in autograder/recording/cases.py): four heads in two groups.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size, call
from autograder.lessons.sizes import LARGE_MAPS, MAPS, Construct, Shape, maps

# a softmax of such numbers is one-hot, so that its gradients say nothing
TOO_LARGE = {"large": True, "gradients": False}


def on(words: str, shape: Shape, of: Callable[[Random], dict[str, Any]], scale: float = 1.0, **fields: Any) -> Size:
    """A module on a map. of: draws the module's arguments, the channels of the map first;
    half of the calls give them by their places."""
    def size(r: Random) -> Case:
        given = of(r)
        batch, height, width = shape(r)
        x = RandomTensor((batch, next(iter(given.values())), height, width), scale=scale)
        construct: Construct = given if r.random() < 0.5 else tuple(given.values())
        return Case(words, (x,), construct=construct, **fields)

    return size


def on_each(shapes: dict[str, Shape], of: Callable[[Random], dict[str, Any]]) -> tuple[Size, ...]:
    return tuple(on(words, shape, of) for words, shape in shapes.items())


def fixed_map(batch: int, height: int, width: int) -> Shape:
    return lambda r: (batch, height, width)


def sides(low: int = 4, high: int = 8) -> Shape:
    """A batch, a height and a width, all different."""
    return lambda r: (r.randint(2, 3), *r.sample(range(low, high), 2))


# --- AttnMap
def width(r: Random) -> dict[str, Any]:
    return {"dim": r.randint(9, 13)}


MAP = Exercise("AttnMap", sizes=(
    *on_each({**MAPS, **LARGE_MAPS}, width),
    on("one channel", sides(), lambda r: {"dim": 1}),
    on("as many channels as images", lambda r: (4, *r.sample((3, 5, 7), 2)), lambda r: {"dim": 4}),
    on("as many channels as rows", lambda r: (2, 5, 3), lambda r: {"dim": 5}),
), visible=(
    call((2, 3, 4, 5), of={"dim": 3}), call((1, 5, 3, 2), of=(5,), label="a batch of one"),
    call((2, 4, 1, 6), of={"dim": 4}, label="a map of one row"),
    call((3, 2, 1, 1), of=(2,), label="a map of one position"),
), small=call((2, 3, 4, 5), of={"dim": 3}), large=4.0, overflow=1e4)


# --- AttnConv
def local(r: Random, **fixed: Any) -> dict[str, Any]:
    """Another width than that of the map, and heads of another width than their number."""
    heads, head_dim = r.sample((2, 3, 4, 5), 2)
    return {"dim": r.randint(6, 9), "heads": heads, "head_dim": head_dim, "kernel_size": r.choice((3, 5))} | fixed


CONV = Exercise("AttnConv", sizes=(
    *on_each(maps(sides(5, 9)), local),
    *on_each(LARGE_MAPS, lambda r: local(r, heads=2, head_dim=3, kernel_size=3)),
    *(on(f"a kernel of {size}", sides(7, 11), lambda r, size=size: local(r, kernel_size=size))
      for size in (1, 3, 5, 7, 9)),
    on("a kernel larger than the map", lambda r: (2, 3, 4), lambda r: local(r, kernel_size=7)),
    on("as many channels out as in", sides(), lambda r: local(r, dim=12, heads=3, head_dim=4)),
    on("one head", sides(), lambda r: local(r, heads=1, head_dim=6)),
    on("heads of one channel", sides(), lambda r: local(r, heads=5, head_dim=1)),
    on("as many heads as channels of a head", sides(), lambda r: local(r, heads=3, head_dim=3)),
    on("a square map", fixed_map(2, 6, 6), local),
), visible=(
    call((2, 3, 3, 4), of={"dim": 3, "heads": 2, "head_dim": 3, "kernel_size": 3}),
    call((1, 4, 4, 2), of=(4, 2, 2, 5), label="as many channels out as in, a batch of one"),
    call((2, 2, 2, 3), of={"dim": 2, "heads": 1, "head_dim": 4, "kernel_size": 1}, label="one head, a kernel of one"),
    call((2, 2, 2, 3), of=(2, 3, 1, 7), label="heads of one channel, a kernel larger than the map"),
    call((3, 2, 1, 1), of=(2, 2, 2, 3), label="a map of one position"),
), small=call((2, 2, 2, 3), of={"dim": 2, "heads": 1, "head_dim": 2, "kernel_size": 3}), uses=("AttnMap",), large=4.0,
overflow=1e4)


# --- GlobalBranch
def wide(r: Random, **fixed: Any) -> dict[str, Any]:
    heads, head_dim = r.sample((2, 3, 4, 5), 2)
    return {"dim": r.randint(6, 9), "heads": heads, "head_dim": head_dim, "window_size": 2} | fixed


def windows(size: int) -> Shape:
    """A batch, and different numbers of windows side by side in each direction."""
    return lambda r: (r.randint(2, 3), *(size * many for many in r.sample((1, 2, 3), 2)))


GLOBAL = Exercise("GlobalBranch", sizes=(
    on("", windows(2), wide),
    on("a map of odd sides", lambda r: (2, *r.sample((5, 7, 9), 2)), wide),
    on("columns left over", fixed_map(2, 6, 7), lambda r: wide(r, window_size=3)),
    on("rows left over", fixed_map(2, 8, 6), lambda r: wide(r, window_size=3)),
    on("more than half a window left over", fixed_map(2, 7, 11), lambda r: wide(r, window_size=4)),
    on("as many windows as H * W / window_size ** 2, rounded down, has not", fixed_map(2, 6, 6),
       lambda r: wide(r, window_size=4)),
    on("a batch of one", lambda r: (1, 4, 6), wide),
    on("windows of one", sides(), lambda r: wide(r, window_size=1)),
    on("windows of three", windows(3), lambda r: wide(r, window_size=3)),
    on("a single window", fixed_map(3, 4, 4), lambda r: wide(r, window_size=4)),
    on("a single window, rows and columns left over", fixed_map(2, 5, 7), lambda r: wide(r, window_size=4)),
    on("a map of one position", fixed_map(3, 1, 1), lambda r: wide(r, window_size=1)),
    on("a map of one row", lambda r: (2, 1, r.randint(5, 9)), lambda r: wide(r, window_size=1)),
    on("as many channels out as in", windows(2), lambda r: wide(r, dim=12, heads=3, head_dim=4)),
    on("one head", windows(2), lambda r: wide(r, heads=1, head_dim=6)),
    on("heads of one channel", windows(2), lambda r: wide(r, heads=5, head_dim=1)),
    on("as many heads as channels of a head", windows(2), lambda r: wide(r, heads=3, head_dim=3)),
    on("a square map", fixed_map(2, 6, 6), wide),
    on("a large map", lambda r: (1, 26, 22), lambda r: wide(r, heads=2, head_dim=3, window_size=2)),
    on("logits too large for `exp` alone", windows(2), lambda r: wide(r, heads=3, head_dim=2), scale=1e3, **TOO_LARGE),
), visible=(
    call((2, 3, 4, 6), of={"dim": 3, "heads": 2, "head_dim": 3, "window_size": 2}),
    call((2, 4, 3, 5), of=(4, 2, 2, 2), label="a map of odd sides"),
    call((1, 2, 3, 2), of={"dim": 2, "heads": 2, "head_dim": 2, "window_size": 1},
         label="windows of one, a batch of one"),
    call((1, 2, 6, 6), of=(2, 2, 2, 4), label="a single window, rows and columns left over"),
    call((2, 2, 6, 3), of={"dim": 2, "heads": 1, "head_dim": 4, "window_size": 3}, label="one head, windows of three"),
    call((2, 2, 2, 4), of=(2, 3, 1, 2), label="heads of one channel"),
), small=call((2, 2, 2, 4), of={"dim": 2, "heads": 2, "head_dim": 2, "window_size": 2}), large=1.5, overflow=1e4)


# --- CloAttention
def heads_of(split: list[int], kernels: list[int], head_dim: int | None = None,
             **others: Any) -> Callable[[Random], dict[str, Any]]:
    def draw(r: Random) -> dict[str, Any]:
        of_head = head_dim or r.choice((2, 3))
        return {"dim": sum(split) * of_head, "num_heads": sum(split), "group_split": split, "kernel_sizes": kernels,
                "window_size": 2} | others

    return draw


def two_groups(r: Random) -> dict[str, Any]:
    """One local group and the global one, not of the same size."""
    return heads_of(r.choice(([3, 1], [1, 3])), [r.choice((3, 5))])(r)


SMALL = fixed_map(2, 4, 6)
SPLITS = (
    ("two of each", [2, 2], [3]), ("two local groups", [1, 2, 3], [3, 5]),
    ("three local groups", [2, 1, 1, 1], [5, 1, 3]),
    ("two equal local groups", [1, 1, 2], [3, 3]), ("no global heads", [3, 0], [3]),
    ("two local groups and no global heads", [1, 2, 0], [3, 5]),
    ("no local heads", [0, 3], [3]), ("no local groups", [3], []), ("an empty group behind another", [2, 0, 1], [3, 5]),
    ("an empty group in front of another", [0, 2, 1], [3, 5]),
    ("an empty group between others", [1, 0, 2, 1], [3, 1, 5]),
    ("one local head and no others", [1, 0], [5]), ("five local groups", [1, 1, 1, 1, 1, 2], [3, 1, 5, 3, 7]),
)


def not_the_sum(words: str, num_heads: int, split: list[int], kernels: list[int]) -> Size:
    """Twelve channels, as many as the ordinary call may have."""
    def size(r: Random) -> Case:
        given = {"dim": 12, "num_heads": num_heads, "group_split": split, "kernel_sizes": kernels, "window_size": 2}
        construct: Construct = given if r.random() < 0.5 else tuple(given.values())
        return call((1, 12, 2, 4), of=construct, label=words, raises=(), gradients=False)

    return size


ATTENTION = Exercise("CloAttention", sizes=(
    on("", SMALL, two_groups),
    *(on(words, SMALL, heads_of(split, kernels)) for words, split, kernels in SPLITS),
    on("a map of odd sides", lambda r: (2, *r.sample((5, 7, 9), 2)), two_groups),
    on("a batch of one", fixed_map(1, 4, 2), two_groups),
    on("a square map", fixed_map(2, 4, 4), two_groups),
    on("the default window", fixed_map(2, 7, 15),
       lambda r: {name: value for name, value in two_groups(r).items() if name != "window_size"}),
    on("windows of three", fixed_map(2, 7, 6), heads_of([2, 1], [3], window_size=3)),
    on("heads of one channel", SMALL, heads_of([2, 3], [3], head_dim=1)),
    on("tuples", SMALL, lambda r: heads_of([2, 1], [3], group_split=(2, 1), kernel_sizes=(3,))(r)),
), refuses=(
    not_the_sum("a head too few", 4, [2, 1], [3]),
    not_the_sum("a head too many", 4, [2, 3], [3]),
    not_the_sum("twice as many heads", 3, [3, 3], [5]),
    not_the_sum("local heads alone are as many", 4, [4, 2], [3]),
    not_the_sum("global heads alone are as many", 4, [1, 4], [3]),
    not_the_sum("a head too few, two local groups", 6, [2, 1, 2], [3, 5]),
), visible=(
    call((2, 6, 2, 4), of={"dim": 6, "num_heads": 3, "group_split": [2, 1], "kernel_sizes": [3], "window_size": 2}),
    call((1, 6, 3, 4), of=(6, 3, (1, 1, 1), (3, 5), 2), label="two local groups as tuples, a batch of one"),
    call((2, 2, 3, 4), of={"dim": 2, "num_heads": 2, "group_split": [2, 0], "kernel_sizes": [3]},
         label="no global heads"),
    call((2, 4, 2, 4), of=(4, 2, [0, 2], [3], 2), label="no local heads"),
    call((2, 2, 4, 3), of={"dim": 2, "num_heads": 2, "group_split": [0, 1, 1], "kernel_sizes": [3, 5],
                           "window_size": 2},
         label="an empty group"),
    call((1, 2, 7, 8), of={"dim": 2, "num_heads": 2, "group_split": [1, 1], "kernel_sizes": [3]},
         label="the default window"),
), small=call((2, 2, 2, 4), of={"dim": 2, "num_heads": 2, "group_split": [1, 1], "kernel_sizes": [3],
                                "window_size": 2}),
   uses=("AttnConv", "GlobalBranch"), large=2.0, overflow=1e4)


EXERCISES = (MAP, CONV, GLOBAL, ATTENTION)
REPAIR = Repair("ExhibitA", like=GLOBAL, edits={
    "reshape(b, 2, -1, self.width, places)": "reshape(b, 2, self.heads, self.width, -1)"})
USED_LATER = {"GlobalBranch": ("q", "kv")}
