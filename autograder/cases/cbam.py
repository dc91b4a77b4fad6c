"""Visible cases of 03_cbam. Sizes are odd and not square, so that no lucky shape hides a mistake."""

from autograder.declare import Case, Draw, Exercise

CHANNEL_GATE = Exercise("ChannelGate", (
    Case("channels=32 and the default reduction, x of shape (3, 32, 4, 5)", (Draw((3, 32, 4, 5)),), construct={"channels": 32}),
    Case("a map of odd, unequal sides, x of shape (2, 12, 7, 3), reduction=3", (Draw((2, 12, 7, 3)),),
         construct={"channels": 12, "reduction": 3}),
    Case("ChannelGate(8, 2) and a batch of one, x of shape (1, 8, 5, 5)", (Draw((1, 8, 5, 5)),), construct=(8, 2)),
    Case("channels=11, reduction=4 (it does not divide), x of shape (2, 11, 3, 4)", (Draw((2, 11, 3, 4)),),
         construct={"channels": 11, "reduction": 4}),
    Case("a map of one position, x of shape (2, 8, 1, 1)", (Draw((2, 8, 1, 1)),), construct={"channels": 8, "reduction": 2}),
    Case("large numbers, x of shape (2, 8, 3, 5)", (Draw((2, 8, 3, 5), scale=8.0),), construct={"channels": 8, "reduction": 2}),
    Case("an x in channels-last order of memory, in training mode, shape (2, 8, 3, 6)", (Draw((2, 8, 3, 6), layout="channels_last"),),
         train=True, construct={"channels": 8, "reduction": 2}),
    Case("every second column of a larger x, shape (2, 6, 4, 3)", (Draw((2, 6, 4, 3), layout="strided"),),
         construct={"channels": 6, "reduction": 2}),
    Case("a transposed x, shape (2, 6, 3, 5)", (Draw((2, 6, 3, 5), layout="transposed"),), construct={"channels": 6, "reduction": 3}),
    Case("a second call on the same module, x of shape (2, 8, 4, 3)", (Draw((2, 8, 4, 3)),), earlier=True, aspect="state",
         construct={"channels": 8, "reduction": 4}),
    Case("a float32 x of shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4)),), dtype="float32", aspect="dtype",
         construct={"channels": 6, "reduction": 2}),
    Case("another device, channels=8, reduction=4, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4)),), aspect="device",
         construct={"channels": 8, "reduction": 4}),
    Case("channels=8, reduction=16, which leaves no hidden channel", (Draw((2, 8, 3, 3)),), aspect="errors", raises=(8, 16),
         construct={"channels": 8, "reduction": 16}),
    Case("channels=3, reduction=5, which leaves no hidden channel", (Draw((2, 3, 3, 3)),), aspect="errors", raises=(3, 5),
         construct={"channels": 3, "reduction": 5}),
))

SPATIAL_GATE = Exercise("SpatialGate", (
    Case("kernel_size=3, x of shape (2, 6, 5, 8)", (Draw((2, 6, 5, 8)),), construct={"kernel_size": 3}),
    Case("the default kernel size, x of shape (2, 5, 9, 7)", (Draw((2, 5, 9, 7)),)),
    Case("the default kernel size in training mode, x of shape (3, 4, 6, 5)", (Draw((3, 4, 6, 5)),), train=True),
    Case("SpatialGate(5) and a batch of one, x of shape (1, 12, 4, 6)", (Draw((1, 12, 4, 6)),), construct=(5,)),
    Case("kernel_size=1 (no neighbours), x of shape (2, 7, 3, 4)", (Draw((2, 7, 3, 4)),), construct={"kernel_size": 1}),
    Case("a kernel larger than the map: kernel_size=9, x of shape (2, 4, 3, 2)", (Draw((2, 4, 3, 2)),), construct={"kernel_size": 9}),
    Case("one channel, x of shape (2, 1, 4, 5)", (Draw((2, 1, 4, 5)),), construct={"kernel_size": 3}),
    Case("an x in channels-last order of memory, in training mode, shape (2, 8, 3, 6)", (Draw((2, 8, 3, 6), layout="channels_last"),),
         train=True, construct={"kernel_size": 5}),
    Case("every second column of a larger x, shape (2, 6, 4, 3)", (Draw((2, 6, 4, 3), layout="strided"),), construct={"kernel_size": 3}),
    Case("a transposed x, shape (2, 6, 3, 5)", (Draw((2, 6, 3, 5), layout="transposed"),), construct={"kernel_size": 3}),
    Case("a second call in training mode, x of shape (3, 4, 5, 4)", (Draw((3, 4, 5, 4)),), earlier=True, train=True, aspect="state",
         construct={"kernel_size": 3}),
    Case("a float32 x of shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4)),), dtype="float32", aspect="dtype", construct={"kernel_size": 3}),
    Case("another device, kernel_size=3, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4)),), aspect="device", construct={"kernel_size": 3}),
    Case("kernel_size=4, which has no middle", (Draw((2, 3, 5, 6)),), aspect="errors", raises=(), construct={"kernel_size": 4}),
    Case("kernel_size=2, which has no middle", (Draw((2, 4, 3, 5)),), aspect="errors", raises=(), construct=(2,)),
))

BLOCK = Exercise("CBAM", (
    Case("channels=32 and the defaults, x of shape (2, 32, 5, 3)", (Draw((2, 32, 5, 3)),), construct={"channels": 32}),
    Case("channels=12, reduction=3, kernel_size=5, x of shape (2, 12, 4, 7)", (Draw((2, 12, 4, 7)),),
         construct={"channels": 12, "reduction": 3, "kernel_size": 5}),
    Case("in training mode, x of shape (3, 8, 6, 5)", (Draw((3, 8, 6, 5)),), train=True,
         construct={"channels": 8, "reduction": 2, "kernel_size": 3}),
    Case("CBAM(8, 2, 3) and a batch of one, x of shape (1, 8, 5, 4)", (Draw((1, 8, 5, 4)),), construct=(8, 2, 3)),
    Case("a map of one position, x of shape (2, 8, 1, 1)", (Draw((2, 8, 1, 1)),), construct={"channels": 8, "reduction": 4}),
    Case("an x in channels-last order of memory, shape (2, 8, 3, 6)", (Draw((2, 8, 3, 6), layout="channels_last"),),
         construct={"channels": 8, "reduction": 2, "kernel_size": 3}),
    Case("every second column of a larger x, shape (2, 6, 4, 3)", (Draw((2, 6, 4, 3), layout="strided"),),
         construct={"channels": 6, "reduction": 2, "kernel_size": 3}),
    Case("a transposed x, shape (2, 6, 3, 5)", (Draw((2, 6, 3, 5), layout="transposed"),),
         construct={"channels": 6, "reduction": 3, "kernel_size": 3}),
    Case("a second call on the same module, x of shape (2, 8, 4, 3)", (Draw((2, 8, 4, 3)),), earlier=True, aspect="state",
         construct={"channels": 8, "reduction": 4, "kernel_size": 3}),
    Case("a float32 x of shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4)),), dtype="float32", aspect="dtype",
         construct={"channels": 6, "reduction": 2, "kernel_size": 3}),
    Case("another device, channels=8, reduction=4, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4)),), aspect="device",
         construct={"channels": 8, "reduction": 4, "kernel_size": 3}),
    Case("channels=8, reduction=16, which leaves no hidden channel", (Draw((2, 8, 3, 3)),), aspect="errors", raises=(8, 16),
         construct={"channels": 8, "reduction": 16}),
    Case("kernel_size=6, which has no middle", (Draw((2, 8, 3, 3)),), aspect="errors", raises=(),
         construct={"channels": 8, "reduction": 2, "kernel_size": 6}),
), uses=("ChannelGate", "SpatialGate"))


def weights(*shape: int, layout: str = "contiguous") -> Draw:
    """A matrix of small numbers: a sigmoid of large scores is 0 or 1, and hides what is wrong before it."""
    return Draw(shape, scale=0.3, layout=layout)


FLEXIBLE = Exercise("flexible_attention", (
    Case("12 channels and 3 hidden numbers, x of shape (2, 12, 4, 5)", (Draw((2, 12, 4, 5)), weights(3, 12), weights(12, 3))),
    Case("a map of odd, unequal sides, x of shape (3, 8, 7, 3)", (Draw((3, 8, 7, 3)), weights(4, 8), weights(8, 4))),
    Case("a batch of one, x of shape (1, 6, 5, 5)", (Draw((1, 6, 5, 5)), weights(2, 6), weights(6, 2))),
    Case("as many hidden numbers as channels, x of shape (2, 5, 3, 4)", (Draw((2, 5, 3, 4)), weights(5, 5), weights(5, 5))),
    Case("one hidden number, x of shape (2, 7, 3, 2)", (Draw((2, 7, 3, 2)), weights(1, 7), weights(7, 1))),
    Case("a map of one position, x of shape (2, 8, 1, 1)", (Draw((2, 8, 1, 1)), weights(4, 8), weights(8, 4))),
    Case("an x in channels-last order of memory, shape (2, 8, 3, 6)",
         (Draw((2, 8, 3, 6), layout="channels_last"), weights(2, 8), weights(8, 2))),
    Case("transposed tensors, x of shape (2, 6, 3, 5)",
         (Draw((2, 6, 3, 5), layout="transposed"), weights(3, 6, layout="transposed"), weights(6, 3, layout="transposed"))),
    Case("float32 numbers, x of shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4)), weights(3, 6), weights(6, 3)), dtype="float32", aspect="dtype"),
    Case("another device, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4)), weights(4, 8), weights(8, 4)), aspect="device"),
))

EXERCISES = (CHANNEL_GATE, SPATIAL_GATE, BLOCK, FLEXIBLE)
