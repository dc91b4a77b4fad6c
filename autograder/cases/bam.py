"""Visible cases of 04_bam. Maps are not square, and most are larger than the dilation, so that every tap of a kernel meets the image."""

from autograder.declare import Case, Draw, Exercise

EMPTY = (("channels=8, reduction=16, which leaves no hidden channel", 8, 16),
         ("channels=3, reduction=5, which leaves no hidden channel", 3, 5))


def refused() -> tuple[Case, ...]:
    """Bottlenecks without a channel."""
    return tuple(Case(label, (Draw((2, channels, 2, 3)),), aspect="errors", raises=(channels, reduction),
                      construct={"channels": channels, "reduction": reduction}) for label, channels, reduction in EMPTY)


OUTPUT_SIZE = Exercise("conv_output_size", (
    Case("size 7, kernel_size 3", (7, 3), integer=True),
    Case("size 7, kernel_size 3, padding 1, dilation 2, in this order", (7, 3, 1, 2), integer=True),
    Case("size 32, kernel_size 3, padding=4, dilation=4", (32, 3), {"padding": 4, "dilation": 4}, integer=True),
    Case("size 224, kernel_size 7, padding=3, stride=2", (224, 7), {"padding": 3, "stride": 2}, integer=True),
    Case("size 10, kernel_size 3, stride=2, which leaves a rest", (10, 3), {"stride": 2}, integer=True),
    Case("size 31, kernel_size 4, padding 2, dilation 3, stride 4, in this order", (31, 4, 2, 3, 4), integer=True),
    Case("size 9, kernel_size 1", (9, 1), integer=True),
    Case("size 5, kernel_size 3, dilation=2, where the kernel barely fits", (5, 3), {"dilation": 2}, integer=True),
    Case("size 1, kernel_size 3, padding=4, dilation=4", (1, 3), {"padding": 4, "dilation": 4}, integer=True),
    Case("size 4, kernel_size 3, dilation=2, where 0 positions are left", (4, 3), {"dilation": 2}, aspect="errors", raises=()),
    Case("size 2, kernel_size 7, padding=1, where less than 0 would be left", (2, 7), {"padding": 1}, aspect="errors", raises=()),
    Case("size 4, kernel_size 5, stride=2, where the kernel does not fit", (4, 5), {"stride": 2}, aspect="errors", raises=()),
))

CHANNEL_BRANCH = Exercise("ChannelBranch", (
    Case("channels=32 and the default reduction, x of shape (2, 32, 2, 3)", (Draw((2, 32, 2, 3)),), construct={"channels": 32}),
    Case("ChannelBranch(12, 4), x of shape (2, 12, 3, 2)", (Draw((2, 12, 3, 2)),), construct=(12, 4)),
    Case("a batch of one, x of shape (1, 10, 3, 4)", (Draw((1, 10, 3, 4)),), construct={"channels": 10, "reduction": 4}),
    Case("channels=11, reduction=4 (it does not divide), x of shape (2, 11, 3, 2)", (Draw((2, 11, 3, 2)),),
         construct={"channels": 11, "reduction": 4}),
    Case("training mode, x of shape (5, 6, 2, 3)", (Draw((5, 6, 2, 3)),), train=True, construct={"channels": 6, "reduction": 2}),
    Case("an x in channels-last order of memory, shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4), layout="channels_last"),),
         construct={"channels": 6, "reduction": 2}),
    Case("a second call on the same module, x of shape (2, 6, 3, 2)", (Draw((2, 6, 3, 2)),), earlier=True, aspect="state",
         construct={"channels": 6, "reduction": 2}),
    Case("a float32 x of shape (2, 6, 2, 3)", (Draw((2, 6, 2, 3)),), dtype="float32", aspect="dtype",
         construct={"channels": 6, "reduction": 2}),
    Case("another device, channels=6, reduction=2, x of shape (2, 6, 2, 3)", (Draw((2, 6, 2, 3)),), aspect="device",
         construct={"channels": 6, "reduction": 2}),
    *refused(),
))

SPATIAL_BRANCH = Exercise("SpatialBranch", (
    Case("channels=6, reduction=2, dilation=2, x of shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4)),),
         construct={"channels": 6, "reduction": 2, "dilation": 2}),
    Case("channels=32 and the defaults, x of shape (1, 32, 1, 6)", (Draw((1, 32, 1, 6)),), construct={"channels": 32}),
    Case("SpatialBranch(7, 2, 1) and a batch of one, x of shape (1, 7, 4, 3)", (Draw((1, 7, 4, 3)),), construct=(7, 2, 1)),
    Case("dilation=3, x of shape (1, 4, 6, 5)", (Draw((1, 4, 6, 5)),), construct={"dilation": 3, "reduction": 2, "channels": 4}),
    Case("training mode, x of shape (3, 4, 4, 3)", (Draw((3, 4, 4, 3)),), train=True,
         construct={"channels": 4, "reduction": 2, "dilation": 2}),
    Case("a second call on the same module, x of shape (1, 4, 3, 4)", (Draw((1, 4, 3, 4)),), earlier=True, aspect="state",
         construct={"channels": 4, "reduction": 2, "dilation": 2}),
    Case("a float32 x of shape (1, 4, 3, 4)", (Draw((1, 4, 3, 4)),), dtype="float32", aspect="dtype",
         construct={"channels": 4, "reduction": 2, "dilation": 2}),
    Case("another device, channels=4, reduction=2, x of shape (1, 4, 3, 2)", (Draw((1, 4, 3, 2)),), aspect="device",
         construct={"channels": 4, "reduction": 2}),
    *refused(),
))

BLOCK = Exercise("BAM", (
    Case("channels=6, reduction=2, dilation=2, x of shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4)),),
         construct={"channels": 6, "reduction": 2, "dilation": 2}),
    Case("channels=32 and the defaults, x of shape (1, 32, 1, 6)", (Draw((1, 32, 1, 6)),), construct={"channels": 32}),
    Case('combine="product", x of shape (2, 4, 3, 5)', (Draw((2, 4, 3, 5)),),
         construct={"channels": 4, "reduction": 2, "combine": "product"}),
    Case('BAM(18, 6, 1, "sum") and a batch of one, x of shape (1, 18, 3, 2)', (Draw((1, 18, 3, 2)),), construct=(18, 6, 1, "sum")),
    Case("training mode, x of shape (3, 4, 2, 3)", (Draw((3, 4, 2, 3)),), train=True,
         construct={"channels": 4, "reduction": 2, "dilation": 2}),
    Case("a second call on the same module, x of shape (1, 4, 3, 4)", (Draw((1, 4, 3, 4)),), earlier=True, aspect="state",
         construct={"channels": 4, "reduction": 2, "dilation": 2}),
    Case("a float32 x of shape (1, 4, 3, 4)", (Draw((1, 4, 3, 4)),), dtype="float32", aspect="dtype",
         construct={"channels": 4, "reduction": 2, "dilation": 2}),
    Case("another device, channels=4, reduction=2, x of shape (2, 4, 3, 2)", (Draw((2, 4, 3, 2)),), aspect="device",
         construct={"channels": 4, "reduction": 2}),
    *refused(),
    Case('combine="max", which is neither', (Draw((2, 6, 3, 4)),), aspect="errors", raises=(),
         construct={"channels": 6, "reduction": 2, "combine": "max"}),
    Case('combine="add", which is neither', (Draw((2, 6, 3, 4)),), aspect="errors", raises=(),
         construct={"channels": 6, "reduction": 2, "combine": "add"}),
), uses=("ChannelBranch", "SpatialBranch"))

REPAIRED = Exercise("RepairedSpatialAttention", (
    Case("channels=6, reduction=2 and the other defaults, x of shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4)),),
         construct={"channels": 6, "reduction": 2}),
    Case("channels=32 and the defaults, x of shape (1, 32, 2, 3)", (Draw((1, 32, 2, 3)),), construct={"channels": 32}),
    Case("RepairedSpatialAttention(6, 3, 2, 3), x of shape (1, 6, 5, 4)", (Draw((1, 6, 5, 4)),), construct=(6, 3, 2, 3)),
    Case("one layer, dilation=1, x of shape (2, 5, 4, 3)", (Draw((2, 5, 4, 3)),),
         construct={"num_layers": 1, "channels": 5, "reduction": 2, "dilation": 1}),
    Case("training mode, two layers, x of shape (3, 4, 2, 3)", (Draw((3, 4, 2, 3)),), train=True,
         construct={"channels": 4, "reduction": 2, "num_layers": 2}),
    Case("a second call on the same module, x of shape (1, 4, 4, 3)", (Draw((1, 4, 4, 3)),), earlier=True, aspect="state",
         construct={"channels": 4, "reduction": 2, "num_layers": 1}),
    Case("a float32 x of shape (1, 4, 3, 4)", (Draw((1, 4, 3, 4)),), dtype="float32", aspect="dtype",
         construct={"channels": 4, "reduction": 2, "num_layers": 1}),
    Case("another device, channels=4, reduction=2, x of shape (1, 4, 3, 4)", (Draw((1, 4, 3, 4)),), aspect="device",
         construct={"channels": 4, "reduction": 2}),
    *refused(),
))

EXERCISES = (OUTPUT_SIZE, CHANNEL_BRANCH, SPATIAL_BRANCH, BLOCK, REPAIRED)
