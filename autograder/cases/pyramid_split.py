"""Visible cases of 06a_pyramid_split.

A block needs at least 64 planes, some 45,000 numbers: it is asked little, on small maps, its gradients in float32, and its cases share
their weights. More planes than 64 are asked with zeros, of which every untrained convolution makes zeros: no weights are kept.
"""

from autograder.declare import Case, Draw, Exercise, TorchModule

SE_WEIGHT = Exercise("SEWeight", (
    Case("channels=32 and the default reduction, x of shape (2, 32, 2, 3)", (Draw((2, 32, 2, 3)),), construct={"channels": 32}),
    Case("SEWeight(7, 3), x of shape (2, 7, 3, 2)", (Draw((2, 7, 3, 2)),), construct=(7, 3)),
    Case("large numbers, a batch of one, x of shape (1, 6, 2, 4)", (Draw((1, 6, 2, 4), scale=24.0),),
         construct={"channels": 6, "reduction": 2}),
    Case("training mode, one hidden channel, x of shape (2, 4, 3, 2)", (Draw((2, 4, 3, 2)),), train=True,
         construct={"channels": 4, "reduction": 4}),
    Case("a float32 x of shape (2, 4, 2, 3)", (Draw((2, 4, 2, 3)),), dtype="float32", aspect="dtype",
         construct={"channels": 4, "reduction": 2}),
    Case("another device, channels=4, reduction=2, x of shape (2, 4, 2, 3)", (Draw((2, 4, 2, 3)),), aspect="device",
         construct={"channels": 4, "reduction": 2}),
    Case("channels=8, reduction=16, which leaves no hidden channel", (Draw((2, 8, 2, 3)),), aspect="errors", raises=(8, 16),
         construct={"channels": 8, "reduction": 16}),
    Case("channels=3, reduction=5, which leaves no hidden channel", (Draw((2, 3, 2, 3)),), aspect="errors", raises=(3, 5),
         construct={"channels": 3, "reduction": 5}),
))

# One default at a time: both together need 64 channels, and large kernels.
DEFAULTS = (
    ("the default kernel sizes, four times one group", (1, 1, 2, 3), {"in_channels": 1, "channels": 8, "groups": (1, 1, 1, 1)}),
    ("the default groups, four times a kernel of 1", (1, 16, 1, 2), {"in_channels": 16, "channels": 64, "kernel_sizes": (1, 1, 1, 1)}),
)

SPLIT = Exercise("SplitAndConcat", (
    Case("SplitAndConcat(12, 24, (1, 3, 5), (1, 2, 2)), x of shape (2, 12, 2, 3)", (Draw((2, 12, 2, 3)),),
         construct=(12, 24, (1, 3, 5), (1, 2, 2))),
    Case("SplitAndConcat(8, 8, (3, 1), (4, 2), 2), stride 2, x of shape (1, 8, 5, 4)", (Draw((1, 8, 5, 4)),),
         construct=(8, 8, (3, 1), (4, 2), 2)),
    Case("lists, stride=3, in_channels=4, channels=4, x of shape (1, 4, 7, 5)", (Draw((1, 4, 7, 5)),),
         construct={"stride": 3, "groups": [2, 1], "kernel_sizes": [5, 3], "channels": 4, "in_channels": 4}),
    Case("training mode, two scales, x of shape (2, 4, 3, 2)", (Draw((2, 4, 3, 2)),), train=True,
         construct={"in_channels": 4, "channels": 4, "kernel_sizes": (1, 3), "groups": (1, 2)}),
    *(Case(f"{words}, x of shape {shape}", (Draw(shape),), gradients=False, construct=given) for words, shape, given in DEFAULTS),
    Case("a float32 x of shape (2, 4, 2, 3)", (Draw((2, 4, 2, 3)),), dtype="float32", aspect="dtype",
         construct={"in_channels": 4, "channels": 4, "kernel_sizes": (1, 3), "groups": (1, 2)}),
    Case("another device, two scales, x of shape (2, 4, 2, 3)", (Draw((2, 4, 2, 3)),), aspect="device",
         construct={"in_channels": 4, "channels": 4, "kernel_sizes": (1, 3), "groups": (1, 2)}),
))

ATTENTION = Exercise("PyramidSplitAttention", (
    Case("PyramidSplitAttention(2, 48, (1, 3, 5), (1, 2, 2), 1, 2), x of shape (2, 2, 2, 3)", (Draw((2, 2, 2, 3)),),
         construct=(2, 48, (1, 3, 5), (1, 2, 2), 1, 2)),
    Case("as many channels in as out, stride=2, x of shape (1, 8, 5, 6)", (Draw((1, 8, 5, 6)),),
         construct={"in_channels": 8, "channels": 8, "kernel_sizes": (3, 1), "groups": (4, 2), "stride": 2, "reduction": 3}),
    Case("training mode, as many channels in as out, x of shape (2, 4, 3, 2)", (Draw((2, 4, 3, 2)),), train=True,
         construct={"in_channels": 4, "channels": 4, "kernel_sizes": (1, 3), "groups": (1, 2), "reduction": 1}),
    *(Case(f"{words}, x of shape {shape}", (Draw(shape),), gradients=False, construct={"reduction": 2, **given})
      for words, shape, given in DEFAULTS),
    Case("a float32 x of shape (2, 2, 2, 3)", (Draw((2, 2, 2, 3)),), dtype="float32", aspect="dtype",
         construct={"in_channels": 2, "channels": 4, "kernel_sizes": (1, 3), "groups": (1, 2), "reduction": 1}),
    Case("another device, two scales, x of shape (2, 2, 2, 3)", (Draw((2, 2, 2, 3)),), aspect="device",
         construct={"in_channels": 2, "channels": 4, "kernel_sizes": (1, 3), "groups": (1, 2), "reduction": 1}),
    Case("16 channels for two scales, reduction=16, which leaves no hidden channel", (Draw((1, 2, 2, 3)),), aspect="errors",
         raises=(8, 16), construct={"in_channels": 2, "channels": 16, "kernel_sizes": (1, 3), "groups": (1, 2)}),
), uses=("SEWeight", "SplitAndConcat"))

BLOCK = Exercise("EPSABlock", (
    Case("in_channels=3, planes=64, a convolution as downsample, x of shape (1, 3, 2, 3), in float32", (Draw((1, 3, 2, 3)),),
         dtype="float32", construct={"in_channels": 3, "planes": 64, "downsample": TorchModule("Conv2d", (3, 256, 1), {"bias": False})}),
    Case("EPSABlock(256, 64, 2, a pooling), stride 2, x of shape (1, 256, 3, 2)", (Draw((1, 256, 3, 2)),), gradients=False, like=0,
         construct=(256, 64, 2, TorchModule("AvgPool2d", (2,), {"ceil_mode": True}))),
    Case("training mode, in_channels=256, planes=64, no downsample, x of shape (1, 256, 2, 1)", (Draw((1, 256, 2, 1)),), train=True,
         gradients=False, like=1, construct={"in_channels": 256, "planes": 64}),
    Case("in_channels=512, planes=128, a norm as downsample, weights as they were made, x of zeros, shape (1, 512, 1, 1)",
         (Draw((1, 512, 1, 1), scale=0.0),), gradients=False, fresh=True,
         construct={"in_channels": 512, "planes": 128, "downsample": TorchModule("BatchNorm2d", (512,))}),
), uses=("PyramidSplitAttention",))

EXERCISES = (SE_WEIGHT, SPLIT, ATTENTION, BLOCK)
