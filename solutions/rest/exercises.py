"""ResT: how each exercise of 07b_rest is called.

InstanceNorm refuses a map of one number, so wherever heads are transformed there are at least two pairs of query and
key. The ordinary call of EMSA and of ResTBlock has the same parameters as most calls that are refused (see
`_disguise_refused` in autograder/recording/cases.py).
"""

from collections.abc import Callable
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size, call
from autograder.lessons.sizes import LARGE_MAPS, MAPS, Construct, Shape, batch_and_map, on_map, on_maps

# a softmax of such numbers is one-hot, so that its gradients say nothing
TOO_LARGE = {"large": True, "gradients": False}


# --- PixelAttention
def channels(r: Random) -> Construct:
    width = r.randint(9, 13)
    return {"channels": width} if r.random() < 0.5 else (width,)


PIXEL = Exercise("PixelAttention", sizes=(
    *on_maps({**MAPS, **LARGE_MAPS}, channels),
    on_map("one channel", batch_and_map, lambda r: (1,)),
    on_map("as many channels as images", lambda r: (4, *r.sample((3, 5, 7), 2)), lambda r: (4,)),
), visible=(
    call((2, 3, 4, 5), of={"channels": 3}), call((1, 5, 3, 2), of=(5,), label="a batch of one"),
    call((2, 4, 1, 6), of={"channels": 4}, label="a map of one row"),
    call((3, 2, 1, 1), of=(2,), label="a map of one position"),
    call((2, 3, 4, 4), of={"channels": 3}, train=True, label="a square map, training mode"),
), small=call((2, 3, 4, 5), of={"channels": 3}), large=4.0, overflow=1e4)


# --- OverlapPatchEmbed
def embedding(r: Random, **fixed: Any) -> Construct:
    inputs, outputs = r.sample(range(3, 10), 2)
    given = {"in_channels": inputs, "out_channels": outputs, "patch_size": r.choice((2, 3, 4)),
             "with_position": True} | fixed
    if r.random() < 0.5:
        return tuple(given.values())
    return given


def patches(words: str, shape: Shape, of: Callable[[Random], Construct], **fields: Any) -> Size:
    """Patches of a map. of: draws the arguments, the channels of the map first or by name."""
    def size(r: Random) -> Case:
        construct = of(r)
        batch, height, width = shape(r)
        inputs = construct["in_channels"] if isinstance(construct, dict) else construct[0]
        return call((batch, inputs, height, width), of=construct, label=words, **fields)

    return size


def larger(r: Random) -> tuple[int, int, int]:
    """A batch, a height and a width, all different, large enough for two patches in each direction."""
    return r.randint(2, 4), *r.sample(range(8, 14), 2)


EMBED = Exercise("OverlapPatchEmbed", sizes=(
    patches("", larger, embedding),
    patches("a map of odd sides", lambda r: (2, *r.sample((5, 7, 9, 11), 2)), lambda r: embedding(r, patch_size=2)),
    patches("an odd height", lambda r: (2, r.choice((7, 9)), r.choice((6, 8, 10))),
            lambda r: embedding(r, patch_size=2)),
    patches("an odd width", lambda r: (2, r.choice((6, 8, 10)), r.choice((7, 9))),
            lambda r: embedding(r, patch_size=2)),
    patches("without a position code", larger, lambda r: embedding(r, with_position=False)),
    patches("both defaults", larger, lambda r: (r.randint(3, 5), r.randint(6, 9))),
    patches("the default patch size", larger, lambda r: {"in_channels": 3, "out_channels": r.randint(5, 8),
                                                         "with_position": False}),
    patches("patches of one", larger, lambda r: embedding(r, patch_size=1)),
    patches("patches of three", larger, lambda r: embedding(r, patch_size=3)),
    patches("large patches on a map that they do not divide", lambda r: (2, *r.sample((13, 14, 15, 17, 18), 2)),
            lambda r: embedding(r, patch_size=4)),
    patches("a batch of one", lambda r: (1, *larger(r)[1:]), embedding),
    patches("a map of one row", lambda r: (3, 1, r.randint(7, 11)), lambda r: embedding(r, patch_size=2)),
    patches("a map of one column", lambda r: (3, r.randint(7, 11), 1), lambda r: embedding(r, patch_size=2)),
    patches("a square map", lambda r: (2, 8, 8), lambda r: embedding(r, patch_size=2)),
    patches("as many channels out as in", larger, lambda r: embedding(r, in_channels=6, out_channels=6)),
    patches("an odd height, training mode", lambda r: (2, r.choice((7, 9)), r.choice((6, 8, 10))),
            lambda r: embedding(r, patch_size=2),
            train=True),
), visible=(
    call((2, 3, 6, 8), of={"in_channels": 3, "out_channels": 5}),
    call((2, 4, 5, 7), of=(4, 3), label="a map of odd sides"),
    call((2, 3, 5, 6), of={"in_channels": 3, "out_channels": 4, "with_position": False},
         label="without a position code"),
    call((1, 2, 9, 12), of=(2, 5, 4, True), label="patches of four, a batch of one"),
    call((2, 3, 7, 8), of={"in_channels": 3, "out_channels": 4, "patch_size": 3}, label="patches of three"),
    call((3, 2, 1, 7), of={"in_channels": 2, "out_channels": 4}, label="a map of one row"),
), small=call((2, 3, 5, 6), of={"in_channels": 3, "out_channels": 4}), uses=("PixelAttention",), large=4.0,
overflow=1e4)


# --- EMSA and ResTBlock, which are called alike
def on_tokens(words: str, shape: Shape, of: Callable[[Random], Construct], scale: float = 1.0, named: bool = False,
              **fields: Any) -> Size:
    """A module on H * W tokens. of: draws the module's arguments, dim first or by name. named: H and W by name."""
    def size(r: Random) -> Case:
        construct = of(r)
        batch, height, width = shape(r)
        dim = construct["dim"] if isinstance(construct, dict) else construct[0]
        return grid(batch, height, width, dim, scale, construct, words, named, **fields)

    return size


def grid(batch: int, height: int, width: int, dim: int, scale: float = 1.0, of: Construct = (), words: str = "",
         named: bool = False,
         wrong: tuple[int, int] | None = None, **fields: Any) -> Case:
    """wrong: another H and W than those of the tokens."""
    tokens, (h, w) = RandomTensor((batch, height * width, dim), scale=scale), wrong or (height, width)
    label = ", ".join(filter(None, (words, f"H = {h}, W = {w}")))
    if named:
        return Case(label, (tokens,), {"H": h, "W": w}, of, **fields)
    return Case(label, (tokens, h, w), construct=of, **fields)


def sides(low: int = 4, high: int = 8) -> Shape:
    """A batch, a height and a width, all different."""
    return lambda r: (r.randint(2, 3), *r.sample(range(low, high), 2))


def attention(r: Random, **fixed: Any) -> Construct:
    """Heads, their width and the ratio, all different unless they are fixed."""
    heads, width, ratio = r.sample((2, 3, 4, 5), 3)
    heads, width = fixed.pop("num_heads", heads), fixed.pop("width", width)
    given = {"dim": heads * width, "num_heads": heads, "sr_ratio": min(ratio, 4), "qkv_bias": r.random() < 0.5,
             "apply_transform": False} | fixed
    return given if r.random() < 0.5 else tuple(given.values())


TRANSFORMED = {"apply_transform": True, "num_heads": 3, "width": 4}
SHAPES: dict[str, Shape] = {
    "": sides(),
    "odd sides": lambda r: (2, *r.sample((3, 5, 7), 2)),
    "a batch of one": lambda r: (1, *sides()(r)[1:]),
    "one row": lambda r: (2, 1, r.randint(5, 9)),
    "one column": lambda r: (2, r.randint(5, 9), 1),
    "a square map": lambda r: (2, 6, 6),
}


def not_a_map(words: str, of: Callable[[Random], Construct], wrong: Callable[[int, int], tuple[int, int]]) -> Size:
    """Tokens, and a size that has another number of positions."""
    def size(r: Random) -> Case:
        construct, (batch, height, width) = of(r), sides()(r)
        dim = construct["dim"] if isinstance(construct, dict) else construct[0]
        return grid(batch, height, width, dim, 1.0, construct, words, wrong=wrong(height, width), raises=(),
                    gradients=False)

    return size


EMSA = Exercise("EMSA", sizes=(
    on_tokens("", sides(), lambda r: attention(r, qkv_bias=True)),
    on_tokens("any arguments", sides(), attention),
    *(on_tokens(words, shape, lambda r: attention(r, sr_ratio=2)) for words, shape in SHAPES.items() if words),
    *(on_tokens(words or "transformed heads", shape, lambda r: attention(r, sr_ratio=2, **TRANSFORMED))
      for words, shape in SHAPES.items() if words in ("", "odd sides", "a batch of one", "one row")),
    on_tokens("nothing reduced", sides(), lambda r: attention(r, sr_ratio=1)),
    on_tokens("two transformed heads", sides(),
              lambda r: attention(r, sr_ratio=2, apply_transform=True, num_heads=2, width=3)),
    on_tokens("nothing reduced, transformed heads", sides(3, 6), lambda r: attention(r, sr_ratio=1, **TRANSFORMED)),
    on_tokens("with biases", sides(), lambda r: attention(r, qkv_bias=True, sr_ratio=2)),
    on_tokens("without biases", sides(), lambda r: attention(r, qkv_bias=False, sr_ratio=2)),
    on_tokens("biases and transformed heads", sides(),
              lambda r: attention(r, sr_ratio=2, qkv_bias=True, **TRANSFORMED)),
    on_tokens("all defaults", sides(3, 6), lambda r: (8 * r.randint(2, 3),)),
    on_tokens("the default number of heads", sides(3, 6),
              lambda r: {"dim": 16, "sr_ratio": 2, "apply_transform": True}),
    on_tokens("H and W by name", sides(), lambda r: attention(r, sr_ratio=2), named=True),
    on_tokens("a ratio of three", sides(6, 10), lambda r: attention(r, sr_ratio=3)),
    on_tokens("a ratio of four, transformed heads", lambda r: (2, *r.sample((9, 10, 11, 13), 2)),
              lambda r: attention(r, sr_ratio=4, **TRANSFORMED)),
    on_tokens("a ratio of eight", lambda r: (2, *r.sample((9, 12, 17), 2)), lambda r: attention(r, sr_ratio=8)),
    on_tokens("one head", sides(), lambda r: attention(r, num_heads=1, width=6, sr_ratio=2)),
    on_tokens("one head, to be transformed", sides(),
              lambda r: attention(r, num_heads=1, width=6, sr_ratio=2, apply_transform=True)),
    on_tokens("heads of one channel", sides(), lambda r: attention(r, num_heads=5, width=1, sr_ratio=2)),
    on_tokens("a ratio that leaves one key", lambda r: (2, 2, 3), lambda r: attention(r, sr_ratio=4)),
    on_tokens("as many heads as channels of a head", sides(), lambda r: attention(r, num_heads=3, width=3, sr_ratio=2)),
    on_tokens("training mode, transformed heads", sides(), lambda r: attention(r, sr_ratio=2, **TRANSFORMED),
              train=True),
    on_tokens("logits too large for `exp` alone, transformed heads", lambda r: (2, 4, 5),
              lambda r: (12, 3, 1, False, True), scale=1e3,
              **TOO_LARGE),
), refuses=(
    # The first two are visible. Together they tell a comparison that is missing from one that is made for some ratios
    # or for `<` only.
    not_a_map("fewer tokens than H * W, nothing reduced", lambda r: attention(r, qkv_bias=True, sr_ratio=1),
              lambda h, w: (h + 1, w)),
    not_a_map("more tokens than H * W", lambda r: attention(r, qkv_bias=True, sr_ratio=2), lambda h, w: (h, w - 1)),
    not_a_map("fewer tokens than H * W", lambda r: attention(r, qkv_bias=True), lambda h, w: (h + 1, w)),
    not_a_map("half as many tokens as H * W", lambda r: attention(r, qkv_bias=True), lambda h, w: (h, 2 * w)),
    not_a_map("more tokens than H * W, nothing reduced", lambda r: attention(r, qkv_bias=True, sr_ratio=1),
              lambda h, w: (h - 1, w)),
), visible=(
    grid(2, 3, 4, 6, of={"dim": 6, "num_heads": 2, "sr_ratio": 2}),
    grid(2, 2, 3, 6, of={"dim": 6, "num_heads": 3, "qkv_bias": False, "apply_transform": False},
         words="nothing reduced"),
    grid(1, 5, 3, 6, of=(6, 3, 2, True), words="odd sides, biases, a batch of one"),
    grid(2, 3, 2, 6, of={"dim": 6, "num_heads": 3, "apply_transform": True}, words="transformed heads, training mode",
         train=True),
    grid(2, 4, 3, 6, of={"dim": 6, "num_heads": 2, "sr_ratio": 2, "qkv_bias": True, "apply_transform": True},
         words="reduced, biases, transformed heads"),
    grid(2, 3, 2, 8, of=(8,), words="all defaults", gradients=False),
    grid(2, 4, 3, 4, of={"dim": 4, "num_heads": 1, "sr_ratio": 2, "apply_transform": True},
         words="one head, to be transformed"),
    grid(2, 7, 4, 6, of={"dim": 6, "num_heads": 2, "sr_ratio": 3}, words="a ratio of three", named=True),
    grid(1, 9, 6, 4, of={"dim": 4, "num_heads": 2, "sr_ratio": 4}, words="a ratio of four"),
    grid(2, 5, 1, 6, of={"dim": 6, "num_heads": 2, "sr_ratio": 2, "qkv_bias": True}, words="one column"),
), small=grid(2, 3, 4, 4, of={"dim": 4, "num_heads": 2, "sr_ratio": 2}), large=1.5, overflow=1e4)


# --- ResTBlock
def of_block(**fixed: Any) -> Callable[[Random], Construct]:
    def draw(r: Random) -> Construct:
        ratio = fixed.get("mlp_ratio", r.choice((2, 3)))
        heads, width, reduction = r.sample((2, 3, 4), 3)
        heads, width = fixed.get("num_heads", heads), fixed.get("width", width)
        given = {"dim": heads * width, "num_heads": heads, "sr_ratio": fixed.get("sr_ratio", reduction),
                 "mlp_ratio": ratio,
                 "qkv_bias": fixed.get("qkv_bias", r.random() < 0.5),
                 "apply_transform": fixed.get("apply_transform", False)}
        return given if r.random() < 0.5 else tuple(given.values())

    return draw


BLOCK = Exercise("ResTBlock", sizes=(
    on_tokens("", sides(), of_block(qkv_bias=True)),
    on_tokens("any arguments", sides(), of_block()),
    *(on_tokens(words, shape, of_block(sr_ratio=2)) for words, shape in SHAPES.items() if words),
    on_tokens("transformed heads", sides(), of_block(sr_ratio=2, **TRANSFORMED)),
    on_tokens("nothing reduced", sides(), of_block(sr_ratio=1)),
    on_tokens("a hidden width that is no whole number", sides(), of_block(mlp_ratio=2.7, num_heads=3, width=3)),  # 24.3
    # 21.6
    on_tokens("a hidden width close to the next whole number", sides(), of_block(mlp_ratio=2.4, num_heads=3, width=3)),
    on_tokens("an MLP narrower than its input", sides(), of_block(mlp_ratio=0.5)),
    on_tokens("with biases", sides(), of_block(qkv_bias=True)),
    on_tokens("the defaults", sides(3, 6), lambda r: (12, 3)),
    on_tokens("some defaults", sides(3, 6), lambda r: {"dim": 8, "num_heads": 2, "sr_ratio": 2}),
    on_tokens("H and W by name", sides(), of_block(sr_ratio=2), named=True),
    on_tokens("one head", sides(), of_block(num_heads=1, width=6)),
    on_tokens("training mode, transformed heads", sides(), of_block(sr_ratio=2, **TRANSFORMED), train=True),
), refuses=(
    not_a_map("fewer tokens than H * W", of_block(qkv_bias=True), lambda h, w: (h, w + 1)),
    not_a_map("more tokens than H * W", of_block(qkv_bias=True, sr_ratio=1), lambda h, w: (h - 1, w)),
), visible=(
    grid(2, 3, 4, 4, of={"dim": 4, "num_heads": 2, "sr_ratio": 2, "mlp_ratio": 2}),
    grid(1, 3, 2, 4, of=(4, 2), words="the defaults, a batch of one"),
    grid(2, 3, 2, 5, of={"dim": 5, "num_heads": 1, "mlp_ratio": 1.55}, words="a hidden width that is no whole number"),
    grid(2, 5, 3, 4, of=(4, 2, 2, 2, True, True), words="biases, transformed heads"),
    grid(2, 2, 5, 4, of={"dim": 4, "num_heads": 2, "qkv_bias": True, "mlp_ratio": 0.8},
         words="an MLP narrower than its input"),
    grid(2, 4, 4, 4, of={"dim": 4, "num_heads": 2, "sr_ratio": 2, "apply_transform": True},
         words="a square map, transformed heads"),
), small=grid(2, 3, 4, 4, of={"dim": 4, "num_heads": 2, "sr_ratio": 2, "mlp_ratio": 2}), uses=("EMSA",), large=8.0,
overflow=1e4)

EXERCISES = (PIXEL, EMBED, EMSA, BLOCK)
REPAIR = Repair("ExhibitA", like=EMSA, edits={"reshape(B, C, -1, H)": "reshape(B, C, H, W)"})
