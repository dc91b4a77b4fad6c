"""Visible cases of 01_se. Sizes are odd and not square, so that no lucky shape hides a mistake."""

from autograder.declare import Case, Draw, Exercise

SQUEEZE = Exercise("squeeze", (
    Case("a map of 4 x 5, shape (2, 3, 4, 5)", (Draw((2, 3, 4, 5)),)),
    Case("a batch of one, shape (1, 6, 7, 3)", (Draw((1, 6, 7, 3)),)),
    Case("one channel and one row, shape (3, 1, 1, 6)", (Draw((3, 1, 1, 6)),)),
    Case("a map of zeros, shape (2, 3, 2, 3)", (Draw((2, 3, 2, 3), scale=0.0),)),
    Case("a tensor in channels-last order of memory, shape (2, 4, 3, 6)", (Draw((2, 4, 3, 6), layout="channels_last"),)),
    Case("a transposed tensor, shape (2, 4, 3, 5)", (Draw((2, 4, 3, 5), layout="transposed"),)),
    Case("every second column of a larger tensor, shape (2, 4, 3, 6)", (Draw((2, 4, 3, 6), layout="strided"),)),
    Case("float32 numbers, shape (2, 3, 5, 4)", (Draw((2, 3, 5, 4)),), dtype="float32", aspect="dtype"),
    Case("another device, x of shape (2, 3, 4, 6)", (Draw((2, 3, 4, 6)),), aspect="device"),
))

EXCITATION = Exercise("Excitation", (
    Case("channels=32 and the default reduction, s of shape (3, 32)", (Draw((3, 32)),), construct={"channels": 32}),
    Case("Excitation(12, 4) and a batch of one", (Draw((1, 12)),), construct=(12, 4)),
    Case("channels=10, reduction=4 (it does not divide)", (Draw((2, 10)),), construct={"channels": 10, "reduction": 4}),
    Case("channels=11, reduction=4 (it does not divide either)", (Draw((2, 11)),), construct={"channels": 11, "reduction": 4}),
    Case("channels=8, reduction=8 (one hidden number)", (Draw((3, 8)),), construct={"channels": 8, "reduction": 8}),
    Case("channels=8, reduction=2 and large numbers", (Draw((4, 8), scale=24.0),), construct={"channels": 8, "reduction": 2}),
    Case("channels=8, reduction=2 in training mode", (Draw((4, 8), layout="transposed"),), train=True,
         construct={"channels": 8, "reduction": 2}),
    Case("channels=8, reduction=4, called a second time", (Draw((2, 8)),), earlier=True, aspect="state",
         construct={"channels": 8, "reduction": 4}),
    Case("large float32 numbers, channels=12, reduction=3", (Draw((3, 12), scale=15.0),), dtype="float32", aspect="dtype",
         construct={"channels": 12, "reduction": 3}),
    Case("another device, channels=8, reduction=2, s of shape (3, 8)", (Draw((3, 8)),), aspect="device",
         construct={"channels": 8, "reduction": 2}),
    Case("channels=8, reduction=16, which leaves no hidden channel", (Draw((2, 8)),), aspect="errors", raises=(8, 16),
         construct={"channels": 8, "reduction": 16}),
    Case("channels=3, reduction=5, which leaves no hidden channel", (Draw((2, 3)),), aspect="errors", raises=(3, 5),
         construct={"channels": 3, "reduction": 5}),
))

SE_BLOCK = Exercise("SEBlock", (
    Case("channels=32 and the default reduction, x of shape (2, 32, 3, 5)", (Draw((2, 32, 3, 5)),), construct={"channels": 32}),
    Case("a map of odd, unequal sides, x of shape (3, 8, 7, 4), reduction=2", (Draw((3, 8, 7, 4)),),
         construct={"channels": 8, "reduction": 2}),
    Case("SEBlock(8, 4) and a batch of one, x of shape (1, 8, 5, 5)", (Draw((1, 8, 5, 5)),), construct=(8, 4)),
    Case("a map of one position, x of shape (2, 8, 1, 1)", (Draw((2, 8, 1, 1)),), construct={"channels": 8, "reduction": 4}),
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
), uses=("squeeze", "Excitation"))

COST = Exercise("se_parameter_cost", (
    Case("the paper's ResNet-50: (256, 512, 1024, 2048), (3, 4, 6, 3)", ((256, 512, 1024, 2048), (3, 4, 6, 3))),
    Case("lists of three stages, reduction=4: [32, 64, 96], [2, 5, 1]", ([32, 64, 96], [2, 5, 1]), {"reduction": 4}),
    Case("one stage of 64 channels, one block, reduction=8", ((64,), (1,), 8)),
    Case("five stages, reduction=7", ((16, 24, 40, 80, 112), (1, 2, 2, 3, 3), 7)),
    Case("a result that is no whole number: (10, 12), (1, 3), reduction=16", ((10, 12), (1, 3), 16)),
))

EXERCISES = (SQUEEZE, EXCITATION, SE_BLOCK, COST)
