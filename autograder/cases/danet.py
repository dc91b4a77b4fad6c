"""Visible cases of 05_danet. `gamma` is drawn like every other parameter, and zero where that is asked; maps are not square."""

from autograder.declare import Case, Draw, Exercise

EMPTY = (("channels=4, reduction=8, which leaves no hidden channel", 4, 8),
         ("channels=3, reduction=5, which leaves no hidden channel", 3, 5))


def refused() -> tuple[Case, ...]:
    """Bottlenecks without a channel."""
    return tuple(Case(label, (Draw((2, channels, 2, 3)),), aspect="errors", raises=(channels, reduction),
                      construct={"channels": channels, "reduction": reduction}) for label, channels, reduction in EMPTY)


def fresh(exercise: str, shape: tuple[int, ...], **options: object) -> Case:
    """A module that nobody has trained: with gamma at 0, what is gathered does not count."""
    return Case(f"a fresh {exercise}, which should return x itself, x of shape {shape}", (Draw(shape),), aspect="start",
                fresh=True, gradients=False, **options)


def at_zero(shape: tuple[int, ...], **options: object) -> Case:
    """With gamma at 0 only the gradients tell whether anything is gathered."""
    return Case(f"gamma at 0, x of shape {shape}", (Draw(shape),), zeros=("gamma",), aspect="start", **options)


def overflowing(what: str, shape: tuple[int, ...], scale: float, **options: object) -> Case:
    """`exp` of such numbers is infinite. A softmax of them is one-hot, so that its gradients say nothing."""
    return Case(f"{what} too large for `exp` alone, x of shape {shape}", (Draw(shape, scale=scale),), aspect="large", gradients=False,
                **options)


def asked(name: str) -> tuple[Case, ...]:
    """What both forms of position attention are asked."""
    return (
        Case("channels=8, reduction=2, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4)),), construct={"channels": 8, "reduction": 2}),
        Case("channels=16 and the default reduction, x of shape (2, 16, 2, 3)", (Draw((2, 16, 2, 3)),), construct={"channels": 16}),
        Case(f"{name}(11, 4), where 4 does not divide, and a batch of one, x of shape (1, 11, 4, 3)", (Draw((1, 11, 4, 3)),),
             construct=(11, 4)),
        Case("a second call on the same module, x of shape (2, 6, 3, 2)", (Draw((2, 6, 3, 2)),), earlier=True, aspect="state",
             construct={"channels": 6, "reduction": 2}),
        Case("a float32 x of shape (2, 6, 2, 3)", (Draw((2, 6, 2, 3)),), dtype="float32", aspect="dtype",
             construct={"channels": 6, "reduction": 2}),
        Case("another device, channels=6, reduction=2, x of shape (2, 6, 2, 3)", (Draw((2, 6, 2, 3)),), aspect="device",
             construct={"channels": 6, "reduction": 2}),
        fresh(name, (2, 6, 2, 3), construct={"channels": 6, "reduction": 2}),
        at_zero((2, 6, 3, 2), construct={"channels": 6, "reduction": 2}),
        overflowing("products", (2, 6, 2, 3), 3e4, construct={"channels": 6, "reduction": 2}),
    )


POSITION = Exercise("PositionAttention", (
    *asked("PositionAttention"),
    Case("an x in channels-last order of memory, one row, shape (2, 6, 1, 4)", (Draw((2, 6, 1, 4), layout="channels_last"),),
         construct={"channels": 6, "reduction": 3}),
    Case("its method `attention`, channels=8, reduction=2, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4)),), method="attention",
         construct={"channels": 8, "reduction": 2}),
    Case("its method `attention`, a batch of one, x of shape (1, 5, 2, 3)", (Draw((1, 5, 2, 3)),), method="attention",
         construct={"channels": 5, "reduction": 1}),
    *refused(),
))


def gram(label: str, shape: tuple[int, ...], **options: object) -> Case:
    """A case of ChannelAttention. Small numbers: an energy is a sum over all positions; a softmax of large ones says only which wins."""
    layout = options.pop("layout", "contiguous")
    return Case(f"{label}x of shape {shape}", (Draw(shape, scale=0.5, layout=layout),), **options)


CHANNEL = Exercise("ChannelAttention", (
    gram("", (2, 4, 3, 5)),
    gram("negate=True, ", (2, 4, 3, 5), construct={"negate": True}),
    gram("ChannelAttention(True) and a batch of one, ", (1, 7, 2, 3), construct=(True,)),
    gram("negate=False, ", (2, 6, 2, 3), construct={"negate": False}),
    gram("one row, ", (2, 5, 1, 4), construct={"negate": True}),
    gram("channels-last order of memory, ", (2, 5, 3, 4), layout="channels_last", construct={"negate": True}),
    gram("its method `attention`, ", (2, 5, 2, 4), method="attention"),
    gram("its method `attention`, negate=True, ", (2, 5, 2, 4), method="attention", construct={"negate": True}),
    gram("a second call on the same module, ", (2, 4, 3, 2), earlier=True, aspect="state", construct={"negate": True}),
    gram("float32, ", (2, 4, 2, 3), dtype="float32", aspect="dtype"),
    gram("another device, ", (2, 4, 2, 3), aspect="device", construct={"negate": True}),
    fresh("ChannelAttention", (2, 4, 2, 3)),
    at_zero((2, 4, 3, 2)),
    overflowing("energies", (2, 4, 3, 5), 1e4),
    overflowing("negated energies", (2, 5, 2, 4), 1e4, construct={"negate": True}),
))

EFFICIENT = Exercise("EfficientPositionAttention", (
    *asked("EfficientPositionAttention"),
    Case("323 positions, a number that no usual chunk divides, x of shape (1, 2, 17, 19)", (Draw((1, 2, 17, 19)),),
         construct={"channels": 2, "reduction": 1}),
    Case("1024 positions, where no tensor may have half as many elements as there are pairs, x of shape (1, 2, 32, 32)",
         (Draw((1, 2, 32, 32)),), aspect="memory", limit=1024 * 1024 // 2, construct={"channels": 2, "reduction": 2}),
    *refused(),
), uses=("PositionAttention",))

HEAD = Exercise("DANetHead", (  # its weights fill most of what is recorded, so that they are drawn, and gradients asked for, once
    Case("in_channels=32, num_classes=3, x of shape (2, 32, 2, 3)", (Draw((2, 32, 2, 3)),),
         construct={"in_channels": 32, "num_classes": 3}),
    Case("DANetHead(39, 2), where 4 does not divide, training mode with a dropout of the largest channels, x of shape (2, 39, 1, 3)",
         (Draw((2, 39, 1, 3)),), train=True, drops=True, construct=(39, 2), gradients=False),
    Case("a second call on the same module, one float32 image, x of shape (1, 32, 3, 2)", (Draw((1, 32, 3, 2)),), dtype="float32",
         earlier=True, aspect="dtype", construct={"in_channels": 32, "num_classes": 2}, gradients=False, like=0),
    Case("another device, in_channels=32, num_classes=2, x of shape (2, 32, 3, 2)", (Draw((2, 32, 3, 2)),), aspect="device",
         construct={"in_channels": 32, "num_classes": 2}, like=0),
    Case("in_channels=20, of which position attention has none left for its queries", (Draw((2, 20, 2, 3)),), aspect="errors", raises=(),
         construct={"in_channels": 20, "num_classes": 2}),
), uses=("PositionAttention", "ChannelAttention"))

EXERCISES = (POSITION, CHANNEL, EFFICIENT, HEAD)
