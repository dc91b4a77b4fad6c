"""The capstone: how each exercise of 10_capstone is called.

Whole networks, so everything is tiny: a few channels, images of a few pixels. What they are at their real size is asked
as a number, which nobody has to store weights for.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, Factory, Given, Repair, Size, TorchModule, call

Construct = dict[str, Any] | tuple
Draw = Callable[[Random], Construct]
Image = Callable[[Random], tuple[int, int, int]]  # draws a batch, a height and a width


# of a visible case: a network has many parameters, and the gradients of some cases are enough
FORWARD = {"gradients": False}


def image(words: str, shape: Image, of: Draw, **fields: Any) -> Size:
    """A network on images of three channels."""
    def size(r: Random) -> Case:
        batch, height, width = shape(r)
        return call((batch, 3, height, width), of=of(r), label=words, **fields)

    return size


def fixed(batch: int, height: int, width: int) -> Image:
    return lambda r: (batch, height, width)


def number(words: str, of: Construct) -> Case:
    """How many parameters a network has."""
    return Case(words, construct=of, method="parameters", gradients=False)


def numbers(words: str, of: Draw) -> Size:
    return lambda r: number(words, of(r))


# --- AttentionResNet
WIDTH = Given()
# None of them keeps its output for the gradients, as a sigmoid does: `y += shortcut` is as right as `y + shortcut`.
MODULES = {
    "a 1x1 convolution": Factory(TorchModule("Conv2d", (WIDTH, WIDTH, 1))),
    "a PReLU": Factory(TorchModule("PReLU", (WIDTH,))),
    "a GroupNorm": Factory(TorchModule("GroupNorm", (1, WIDTH))),
    "a BatchNorm": Factory(TorchModule("BatchNorm2d", (WIDTH,))),
    "a convolution and a SiLU": Factory(TorchModule("Sequential",
                                                    (TorchModule("Conv2d", (WIDTH, WIDTH, 1)), TorchModule("SiLU")))),
}
NORM, CONVOLUTION, ACTIVATED = MODULES["a GroupNorm"], MODULES["a 1x1 convolution"], MODULES["a convolution and a SiLU"]


def resnet(make: Factory | None = CONVOLUTION, widths: tuple[int, ...] = (), blocks: int = 1, classes: int = 0) -> Draw:
    """widths, classes: drawn where they are not given. Half of the calls give everything by its place."""
    def draw(r: Random) -> Construct:
        given = {"make_attention": make, "widths": widths or tuple(r.sample((3, 4, 5, 6), 2)), "blocks": blocks,
                 "num_classes": classes or r.randint(2, 5)}
        return given if r.random() < 0.5 else tuple(given.values())

    return draw


def sides(r: Random) -> tuple[int, int, int]:
    return 2, *r.sample((4, 5, 6, 7), 2)


RESNET = Exercise("AttentionResNet", sizes=(
    image("", sides, resnet()),
    *(image(words, sides, resnet(make)) for words, make in MODULES.items()),
    image("no attention", sides, resnet(None)),
    image("no attention, two blocks", sides, resnet(None, blocks=2)),
    image("two blocks", sides, resnet(blocks=2)),
    image("three blocks in one stage", sides, resnet(widths=(5,), blocks=3)),
    image("one stage", sides, resnet(widths=(4,), blocks=2)),
    image("three stages", sides, resnet(widths=(4, 3, 5))),
    image("four stages", fixed(2, 9, 11), resnet(NORM, (3, 4, 2, 5))),
    image("equal widths", sides, resnet(widths=(4, 4, 4))),
    image("equal widths, two blocks", sides, resnet(ACTIVATED, (3, 3), blocks=2)),
    image("a width that comes back", sides, resnet(NORM, (4, 3, 4))),
    image("widths that become smaller", sides, resnet(NORM, (6, 4, 3))),
    image("widths as a list", sides, lambda r: {"make_attention": NORM, "widths": [4, 5], "num_classes": 3,
                                                "blocks": 2}),
    image("odd sides", fixed(3, 7, 9), resnet(NORM, blocks=2)),
    image("a square image", fixed(2, 6, 6), resnet()),
    image("a batch of one", fixed(1, 5, 6), resnet()),
    image("a single pixel", fixed(3, 1, 1), resnet(NORM)),
    image("a single row", fixed(2, 1, 7), resnet(NORM)),
    image("one class", sides, resnet(classes=1)),
    image("a large image", fixed(1, 23, 29), resnet(NORM, (3, 4))),
    image("training mode, two blocks", fixed(3, 5, 6), resnet(ACTIVATED, blocks=2), train=True),
    image("training mode, no attention", fixed(3, 6, 5), resnet(None), train=True),
    numbers("the default widths, blocks and classes", lambda r: {"make_attention": CONVOLUTION}),
    numbers("the default widths, no attention", lambda r: (None,)),
    numbers("wide and deep", lambda r: {"make_attention": NORM, "widths": (32, 64, 96), "blocks": r.randint(3, 5),
                                        "num_classes": 100}),
), visible=(
    call((2, 3, 4, 5), of={"make_attention": CONVOLUTION, "widths": (3, 4), "blocks": 1, "num_classes": 2}),
    call((1, 3, 5, 4), of=(ACTIVATED, (3, 2), 2, 3), label="two blocks, a batch of one"),
    call((2, 3, 4, 3), of={"make_attention": None, "widths": (4, 4), "blocks": 1, "num_classes": 2},
         label="no attention, equal widths", **FORWARD),
    call((2, 3, 3, 4), of=(CONVOLUTION, (3, 3), 2, 2), label="equal widths, two blocks", **FORWARD),
    call((2, 3, 6, 5), of={"make_attention": NORM, "widths": [2, 4, 3], "blocks": 1, "num_classes": 3},
         label="three stages", **FORWARD),
    call((3, 3, 3, 2), of=(MODULES["a PReLU"], (4,), 3, 2), label="one stage of three blocks", **FORWARD),
    call((3, 3, 3, 4), of=(ACTIVATED, (3, 4), 1, 2), label="training mode, a convolution and a SiLU", train=True),
    number("the default widths, blocks and classes", {"make_attention": CONVOLUTION}),
    number("the default widths, no attention", (None,)),
), small=call((2, 3, 3, 4), of={"make_attention": CONVOLUTION, "widths": (2, 3), "blocks": 1, "num_classes": 2},
              **FORWARD),
    large=8.0)


# --- CloFormer. A head has two channels, an image becomes a quarter as high and wide before the first stage.
XXS = {"dims": [32, 64, 128, 256], "depths": [2, 2, 6, 2], "num_heads": [4, 4, 8, 16],
       "group_splits": [[3, 1], [2, 2], [4, 4], [4, 12]],
       "kernel_sizes": [[3], [5], [7], [9]], "window_sizes": [8, 4, 2, 1]}
OPTIONS = {"mlp_kernel_size": 3, "mlp_ratio": 2, "num_classes": 3}


def stages(*of: tuple[int, list[int], list[int], int], **options: Any) -> dict[str, Any]:
    """of: of each stage the depth, the group split, the kernels and the window.
    A stage's width is two channels for each head."""
    depths, splits, kernels, windows = map(list, zip(*of, strict=True))
    heads = [sum(split) for split in splits]
    return {"dims": [2 * each for each in heads], "depths": depths, "num_heads": heads, "group_splits": splits,
            "kernel_sizes": kernels,
            "window_sizes": windows, **OPTIONS, **options}


def cloformer(*of: tuple[int, list[int], list[int], int], **options: Any) -> Draw:
    def draw(r: Random) -> Construct:
        given = stages(*of, **options)
        return given if r.random() < 0.5 else tuple(given.values())

    return draw


FIRST, LAST, MIDDLE = (2, [1, 1], [3], 2), (1, [1, 2], [5], 1), (1, [2, 2], [3], 1)


def two_stages(r: Random) -> Construct:
    first = (r.choice((1, 2)), r.choice(([1, 1], [2, 2])), [r.choice((3, 5))], 2)
    last = (r.choice((1, 2)), r.choice(([1, 2], [2, 1])), [r.choice((3, 5))], 1)
    return cloformer(first, last, mlp_kernel_size=r.choice((3, 5)), num_classes=r.randint(2, 5))(r)


def wide(r: Random) -> tuple[int, int, int]:
    return 2, *r.choice(((8, 16), (16, 8)))


def changed(longer: tuple[str, ...] = (), shorter: tuple[str, ...] = ()) -> dict[str, Any]:
    """The arguments of two stages, with an entry more in some of the lists, and one less in others."""
    given = stages(MIDDLE, LAST)
    return given | {name: [*given[name], given[name][-1]]
                    for name in longer} | {name: given[name][:-1] for name in shorter}


def refused(words: str, of: Construct) -> Case:
    return call((1, 3, 4, 4), of=of, label=words, raises=(), gradients=False)


def uneven(words: str, **of: tuple[str, ...]) -> Size:
    """Lists of different lengths."""
    return lambda r: refused(words, changed(**of) if r.random() < 0.5 else tuple(changed(**of).values()))


LISTS = {"dims": "widths", "depths": "depths", "num_heads": "heads", "group_splits": "group splits",
         "kernel_sizes": "kernels",
         "window_sizes": "windows"}
CLOFORMER = Exercise("CloFormer", sizes=(
    image("", wide, two_stages),
    image("one stage", wide, cloformer((2, [1, 2], [3], 2))),
    image("one stage of one block", wide, cloformer((1, [1, 2], [3], 2))),
    image("three stages", fixed(2, 16, 24), cloformer(FIRST, MIDDLE, LAST)),
    image("three stages of two blocks", fixed(2, 16, 8),
          cloformer((2, [1, 1], [3], 1), (2, [1, 2], [5], 1), (2, [2, 2], [7], 1))),
    image("four stages", fixed(2, 32, 24),
          cloformer((1, [1, 1], [3], 2), (1, [1, 2], [3], 1), (2, [2, 1], [5], 1), (1, [2, 2], [3], 1))),
    image("equal widths", wide, cloformer((2, [1, 2], [3], 2), (2, [2, 1], [5], 1))),
    image("widths that become smaller", wide, cloformer((1, [2, 2], [3], 2), (1, [1, 2], [5], 1))),
    image("two local groups in one stage", wide, cloformer((1, [1, 1, 1], [3, 5], 2), LAST)),
    image("no global heads in the first stage", wide, cloformer((1, [2, 0], [3], 2), LAST)),
    image("windows of four", fixed(2, 16, 32), cloformer((1, [1, 1], [3], 4), (1, [1, 2], [3], 2))),
    image("sides that leave a rest", fixed(2, 15, 19), cloformer(FIRST, LAST)),
    image("an odd half of the first width", wide, cloformer((1, [2, 1], [3], 2), LAST)),
    image("a wider MLP", wide, cloformer(FIRST, LAST, mlp_ratio=3)),
    image("a ratio that is no whole number", wide, cloformer(FIRST, LAST, mlp_ratio=2.5)),
    image("equal depths", wide, cloformer((2, [1, 1], [3], 2), (2, [1, 2], [5], 1))),
    image("a first stage deeper than the second", wide,
          cloformer((3, [1, 1], [3], 2), (2, [1, 2], [5], 1), (2, [2, 2], [3], 1))),
    image("a kernel of five in the MLP", wide, cloformer(FIRST, LAST, mlp_kernel_size=5)),
    image("one class", wide, cloformer(FIRST, LAST, num_classes=1)),
    image("tuples", wide, lambda r: {name: tuple(value) if isinstance(value, list) else value
                                     for name, value in stages(FIRST, LAST).items()}),
    image("a batch of one", fixed(1, 8, 16), cloformer(FIRST, LAST)),
    image("a square image", fixed(2, 16, 16), cloformer(FIRST, LAST)),
    image("a large image", fixed(1, 40, 56), cloformer((1, [1, 1], [3], 2), LAST)),
    image("training mode, three stages", fixed(3, 16, 24), cloformer(FIRST, MIDDLE, LAST), train=True),
    image("large scores", wide, cloformer(FIRST, LAST), added={"head.bias": 6.0}),
    numbers("CloFormer-XXS", lambda r: XXS),
    numbers("all arguments by place", lambda r: (*XXS.values(), 3, 2, 7)),
    numbers("three stages of XXS", lambda r: {name: value[:3] for name, value in XXS.items()}),
    numbers("one stage of two heads", lambda r: stages((r.randint(1, 3), [1, 1], [3], 2), num_classes=r.randint(2, 9))),
    numbers("as many heads in each stage",
            lambda r: stages((2, [1, 1], [3], 2), (1, [1, 1], [5], 1), (1, [2, 0], [3], 1),
                                                            num_classes=r.randint(2, 9)) | {"dims": [4, 8, 12]}),
), refuses=(
    uneven("a list too short: windows", shorter=("window_sizes",)),
    uneven("a list too long: depths", longer=("depths",)),
    *(uneven(f"a list too short: {words}", shorter=(name,)) for name, words in LISTS.items() if name != "window_sizes"),
    *(uneven(f"a list too long: {words}", longer=(name,)) for name, words in LISTS.items() if name != "depths"),
    *(uneven(f"a list too long and one too short: {LISTS[longer]} and {LISTS[shorter]}", longer=(longer,),
             shorter=(shorter,))
      for longer, shorter in (("dims", "depths"), ("num_heads", "dims"), ("window_sizes", "group_splits"),
                              ("depths", "kernel_sizes"))),
    uneven("two lists too long: widths and depths", longer=("dims", "depths")),
), visible=(
    call((2, 3, 8, 16), of=stages((2, [1, 1], [3], 2), (1, [1, 2], [5], 1))),
    call((1, 3, 8, 8), of=tuple(stages((1, [1, 1], [3], 2), (2, [2, 1], [3], 1)).values()), label="a batch of one",
         **FORWARD),
    call((2, 3, 16, 8), of=stages((1, [1, 1], [5], 2), (1, [1, 1], [3], 1), (1, [3, 0], [3], 1), mlp_kernel_size=5),
         label="three stages",
         **FORWARD),
    call((1, 3, 9, 6), of=stages((2, [1, 1], [3], 2), num_classes=2), label="one stage", **FORWARD),
    call((2, 3, 8, 8), of=stages((1, [1, 1], [3], 1), (1, [2, 0], [3], 1)), label="equal widths, training mode",
         train=True),
    call((1, 3, 8, 4), of=stages((1, [1, 1, 1], [3, 5], 1), mlp_kernel_size=1, mlp_ratio=1.5),
         label="two local groups, a ratio of 1.5",
         **FORWARD),
    *(refused(f"a list too long: {words}", changed(longer=(name,))) for name, words in LISTS.items()
      if name != "depths"),
    *(refused(f"a list too short: {words}", changed(shorter=(name,))) for name, words in LISTS.items()
      if name != "window_sizes"),
    refused("a list too long and one too short: heads and kernels",
            changed(longer=("num_heads",), shorter=("kernel_sizes",))),
    refused("two lists too long: widths and depths", changed(longer=("dims", "depths"))),
    number("CloFormer-XXS", XXS),
    number("as many heads in each stage",
           stages((2, [1, 1], [3], 2), (1, [1, 1], [5], 1), (1, [2, 0], [3], 1)) | {"dims": [4, 8, 12]}),
), small=call((2, 3, 8, 4), of=stages((1, [2, 0], [3], 1), (1, [2, 0], [3], 1), mlp_kernel_size=1, mlp_ratio=1,
                                      num_classes=2), **FORWARD),
   uses=("CloBlock",), large=8.0)


# --- parameter_table
def table(words: str, *rows: tuple[str, TorchModule]) -> Case:
    return Case(words, (list(rows),))


def linear(inputs: int, outputs: int, **more: Any) -> TorchModule:
    """A layer of any size: its weights are not drawn."""
    return TorchModule("Linear", (inputs, outputs), weights=False, **more)


def stack(*layers: TorchModule, **more: Any) -> TorchModule:
    return TorchModule("Sequential", layers, weights=False, **more)


RELU = TorchModule("ReLU")
META = {"device": "meta"}  # where the page builds its networks; all tensors lie at address 0
TWICE = {"1.weight": "0.weight"}


def in_both(first: str, second: str, width: int) -> Case:
    """Two rows that hold the same layer, one of them with another layer behind it."""
    body = linear(width, 2 * width, shared="body")
    named = " and a name" if first == second else ""
    return table(f"two rows that share a module{named}", (first, body), (second, stack(body, linear(2 * width, 30))))


def tied(width: int) -> TorchModule:
    return stack(linear(width, width), linear(width, width), tied=TWICE)


def attended(width: int, **more: Any) -> TorchModule:
    """A module with children that holds parameters of its own."""
    return TorchModule("MultiheadAttention", (width, 2), weights=False, **more)


def normed(width: int) -> TorchModule:
    return stack(TorchModule("Conv2d", (3, width, 3)), TorchModule("BatchNorm2d", (width,)))


def equal_norms(width: int) -> TorchModule:
    """Its weights are all ones, its biases zeros."""
    return stack(TorchModule("BatchNorm2d", (width,)), RELU, TorchModule("BatchNorm2d", (width,)))


def rows(words: str, *of: tuple[str, Callable[[Random], TorchModule]]) -> Size:
    return lambda r: table(words, *((name, make(r)) for name, make in of))


def few(r: Random) -> int:
    return r.randint(150, 400)


TABLE = Exercise("parameter_table", sizes=(
    rows("two rows", ("first", lambda r: linear(few(r), few(r))),
         ("second", lambda r: stack(linear(few(r), 30), RELU))),
    rows("one row", ("alone", lambda r: linear(few(r), few(r)))),
    rows("three rows", ("z", lambda r: linear(few(r), 90)), ("a", lambda r: linear(900, few(r))),
         ("m", lambda r: linear(3, few(r)))),
    rows("more than a million, on the device meta",
         ("large", lambda r: linear(1000, r.randint(1200, 1900), kwargs=META))),
    rows("between the two units", ("in between", lambda r: linear(1000, r.randint(1005, 1040)))),
    rows("a layer without parameters", ("nothing", lambda r: RELU), ("something", lambda r: linear(few(r), 70))),
    rows("a norm with statistics", ("normed", lambda r: normed(few(r)))),
    rows("a frozen weight", ("frozen", lambda r: stack(linear(few(r), few(r)), linear(200, 90), frozen=("0.weight",)))),
    rows("all weights frozen", ("all frozen", lambda r: linear(few(r), 300, frozen=("weight", "bias")))),
    rows("a tied weight", ("tied", lambda r: tied(few(r)))),
    rows("a tied and frozen weight", ("both",
                                      lambda r: stack(linear(200, 200), linear(200, 200), tied=TWICE,
                                                      frozen=("0.weight",)))),
    lambda r: in_both("body", "body and head", few(r)), lambda r: in_both("same", "same", few(r)),
    rows("equal sizes", ("one", lambda r: linear(300, 200)), ("two", lambda r: linear(300, 200))),
    rows("equal names", ("same", lambda r: linear(few(r), 200)), ("same", lambda r: linear(few(r), 200))),
    rows("six rows", *((name, lambda r: linear(few(r), 40)) for name in "cadbfe")),
    rows("a deep stack", ("deep", lambda r: stack(*(linear(few(r), 60) for _ in range(5))))),
    rows("a frozen weight beside a trained bias",
         ("half frozen", lambda r: stack(linear(few(r), few(r)), RELU, frozen=("0.weight",)))),
    rows("a frozen bias beside a trained weight", ("half frozen", lambda r: linear(few(r), few(r), frozen=("bias",)))),
    rows("parameters beside children", ("attention", lambda r: attended(2 * few(r)))),
    rows("norms of one width", ("norms", lambda r: equal_norms(few(r)))),
    rows("frozen first, trained after",
         ("first frozen", lambda r: stack(linear(few(r), 80), linear(80, few(r)), frozen=("0.weight",)))),
    rows("many small layers", ("small", lambda r: stack(*(linear(r.randint(50, 70), 60) for _ in range(12))))),
    rows("close to where the rounding changes", ("close", lambda r: linear(957, 1100))),
    lambda r: table("no rows"),
), visible=(
    table("three rows", ("with a norm", normed(250)), ("a layer", linear(300, 200)), ("another layer", linear(30, 20))),
    table("equal names", ("same", linear(150, 300)), ("same", linear(120, 200))),
    table("more than a million, on the device meta", ("large", linear(1200, 1010, kwargs=META))),
    table("a tied weight", ("tied", tied(180))),
    table("a frozen weight", ("half frozen", stack(linear(320, 400), linear(400, 90), frozen=("0.weight", "0.bias")))),
    table("a frozen weight beside a trained bias",
          ("half frozen", stack(linear(300, 400), linear(400, 90), frozen=("1.weight",)))),
    table("parameters beside children, norms of one width", ("attention", attended(160)), ("norms", equal_norms(9000))),
    in_both("body", "body and head", 170),
    table("no parameters", ("nothing", RELU)),
    table("no rows"),
))

EXERCISES = (TABLE, RESNET, CLOFORMER)
REPAIR = Repair("ExhibitA", like=RESNET, edits={
    "attention, row = make(width), nn.ModuleList()": "row = nn.ModuleList()",
    "self.Block(before, width, stride, attention)": "self.Block(before, width, stride, make(width))"})
