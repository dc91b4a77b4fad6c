"""Visible cases of 00_warmup. Sizes are odd and not square, except where a lucky shape is what a case is about."""

from autograder.declare import Case, Draw, Exercise, TorchModule

POOL = Exercise("global_average_pool", (
    Case("a map of 4 x 5, shape (2, 3, 4, 5)", (Draw((2, 3, 4, 5)),)),
    Case("a batch of one, shape (1, 6, 7, 3)", (Draw((1, 6, 7, 3)),)),
    Case("one channel and one row, shape (3, 1, 1, 6)", (Draw((3, 1, 1, 6)),)),
    Case("a tensor in channels-last order of memory, shape (2, 4, 3, 6)", (Draw((2, 4, 3, 6), layout="channels_last"),)),
    Case("a transposed tensor, shape (2, 4, 3, 5)", (Draw((2, 4, 3, 5), layout="transposed"),)),
    Case("float32 numbers, shape (2, 3, 5, 4)", (Draw((2, 3, 5, 4)),), dtype="float32", aspect="dtype"),
    Case("another device, x of shape (2, 3, 4, 6)", (Draw((2, 3, 4, 6)),), aspect="device"),
))


def _gate(words: str, image: tuple[int, ...], weights: tuple[int, ...], layout: str = "contiguous", **more) -> Case:
    return Case(f"{words}: x {image}, weights {weights}", (Draw(image, layout=layout), Draw(weights)), **more)


GATE = Exercise("gate", (
    _gate("one weight a channel", (2, 3, 4, 5), (2, 3)),
    _gate("one weight a channel, with two axes of size 1", (2, 3, 4, 5), (2, 3, 1, 1)),
    _gate("one weight a position", (2, 3, 4, 5), (2, 1, 4, 5)),
    _gate("one weight an element", (2, 3, 4, 5), (2, 3, 4, 5)),
    _gate("B = H and C = W, where a plain product runs", (4, 6, 4, 6), (4, 6)),
    _gate("C = H, one weight a position", (2, 5, 5, 3), (2, 1, 5, 3)),
    _gate("a batch of one", (1, 4, 3, 5), (1, 4)),
    _gate("one channel", (3, 1, 4, 2), (3, 1)),
    _gate("an x in channels-last order of memory", (2, 4, 3, 6), (2, 4), layout="channels_last"),
    _gate("float32 numbers", (2, 3, 5, 4), (2, 3), dtype="float32", aspect="dtype"),
    _gate("another device", (2, 3, 4, 6), (2, 3), aspect="device"),
    _gate("channels that do not fit", (2, 3, 4, 5), (2, 4), aspect="errors", raises=()),
    _gate("weights without a batch, which broadcast", (2, 3, 4, 5), (1, 3, 1, 1), aspect="errors", raises=()),
    _gate("one weight a row, which broadcasts", (2, 3, 4, 5), (2, 1, 4, 1), aspect="errors", raises=()),
    _gate("three axes, which broadcast", (2, 3, 4, 5), (3, 4, 5), aspect="errors", raises=()),
    _gate("two axes that are H and W", (2, 3, 4, 5), (4, 5), aspect="errors", raises=()),
))


def _attention(words: str, n: int, m: int, d: int, e: int, *more, batch: int = 2, layout: str = "contiguous", **options) -> Case:
    q, k, v = (Draw(shape, layout=layout) for shape in ((batch, n, d), (batch, m, d), (batch, m, e)))
    return Case(f"{words}: q {q.shape}, k {k.shape}, v {v.shape}", (q, k, v, *more), **options)


ATTENTION = Exercise("dot_product_attention", (
    _attention("the default scale", 3, 5, 4, 6),
    _attention("scale=0.3", 4, 3, 5, 2, kwargs={"scale": 0.3}),
    _attention("scale=1 as fourth argument", 3, 4, 2, 5, 1.0),
    _attention("scale=0", 3, 4, 2, 5, kwargs={"scale": 0.0}),
    _attention("all sizes alike", 4, 4, 4, 4, batch=3),
    _attention("one query", 1, 4, 3, 2),
    _attention("one key", 3, 1, 4, 2),
    _attention("a batch of one", 4, 6, 3, 5, batch=1),
    _attention("transposed tensors", 3, 5, 4, 6, layout="transposed"),
    _attention("float32 numbers", 3, 4, 5, 2, dtype="float32", aspect="dtype"),
    _attention("another device", 3, 5, 2, 4, aspect="device"),
))


def linear(inputs: int, outputs: int, **options) -> TorchModule:
    return TorchModule("Linear", (inputs, outputs), options)


COUNT = Exercise("count_parameters", (
    Case("nn.Linear(5, 3)", (linear(5, 3),), integer=True),
    Case("nn.Conv2d(3, 4, (3, 5), bias=False)", (TorchModule("Conv2d", (3, 4, (3, 5)), {"bias": False}),), integer=True),
    Case("a BatchNorm2d, whose running mean and variance are buffers", (TorchModule("BatchNorm2d", (7,)),), integer=True),
    Case("modules inside modules", (TorchModule("Sequential", (
        linear(4, 6), TorchModule("Sequential", (linear(6, 5), TorchModule("ReLU"))), TorchModule("LayerNorm", (5,)))),), integer=True),
    Case("a frozen weight: nn.Linear(4, 6) whose weight has requires_grad=False",
         (TorchModule("Linear", (4, 6), frozen=("weight",)),), integer=True),
    Case("a shared weight: two nn.Linear(5, 5) with one weight", (TorchModule(
        "Sequential", (linear(5, 5), linear(5, 5)), tied={"1.weight": "0.weight"}),), integer=True),
    Case("two layers of one shape that share nothing", (TorchModule("Sequential", (linear(4, 4), linear(4, 4))),), integer=True),
    Case("nothing to train: nn.ReLU()", (TorchModule("ReLU"),), integer=True),
))

EXERCISES = (POOL, GATE, ATTENTION, COUNT)
