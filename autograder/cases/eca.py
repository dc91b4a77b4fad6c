"""Visible cases of 02_eca. Channels beside an odd number and more than three, so that no lucky size hides a mistake."""

from autograder.declare import Case, Draw, Exercise

KERNEL_SIZE = Exercise("eca_kernel_size", (
    Case("256 channels", (256,), integer=True),
    Case("64 channels", (64,), integer=True),
    Case("2048 channels, where t is 6", (2048,), integer=True),
    Case("512 channels, where t is 5", (512,), integer=True),
    Case("8 channels, where t is 2", (8,), integer=True),
    Case("one channel", (1,), integer=True),
    Case("5 channels", (5,), integer=True),
    Case("90 channels, gamma=1", (90,), {"gamma": 1}, integer=True),
    Case("1300 channels, b=4", (1300,), {"b": 4}, integer=True),
    Case("700 channels, gamma=3, b=-1, in this order", (700, 3, -1), integer=True),
    Case("100 channels, gamma=0.5, b=0.25", (100,), {"b": 0.25, "gamma": 0.5}, integer=True),
    Case("20 channels, b=-15, where (log2(C) + b) / gamma is negative", (20,), {"b": -15}, integer=True),
    Case("0 channels", (0,), aspect="errors", raises=()),
    Case("-64 channels", (-64,), aspect="errors", raises=()),
))

ECA_BLOCK = Exercise("ECABlock", (
    Case("channels=12, kernel_size=5, x of shape (2, 12, 4, 7)", (Draw((2, 12, 4, 7)),), construct={"channels": 12, "kernel_size": 5}),
    Case("128 channels and the kernel size of the rule, x of shape (3, 128, 2, 5)", (Draw((3, 128, 2, 5)),), construct={"channels": 128}),
    Case("ECABlock(10, 7) and a batch of one, x of shape (1, 10, 3, 3)", (Draw((1, 10, 3, 3)),), construct=(10, 7)),
    Case("20 channels and the kernel size of the rule, x of shape (2, 20, 5, 3)", (Draw((2, 20, 5, 3)),), construct=(20,)),
    Case("channels=9, kernel_size=1 (no neighbours), x of shape (2, 9, 3, 4)", (Draw((2, 9, 3, 4)),),
         construct={"channels": 9, "kernel_size": 1}),
    Case("a kernel longer than the channels: channels=3, kernel_size=9, x of shape (2, 3, 5, 4)", (Draw((2, 3, 5, 4)),),
         construct={"channels": 3, "kernel_size": 9}),
    Case("a map of one position, x of shape (3, 8, 1, 1), kernel_size=3", (Draw((3, 8, 1, 1)),),
         construct={"channels": 8, "kernel_size": 3}),
    Case("an x in channels-last order of memory, in training mode, shape (2, 8, 3, 6)", (Draw((2, 8, 3, 6), layout="channels_last"),),
         train=True, construct={"channels": 8, "kernel_size": 5}),
    Case("every second column of a larger x, shape (2, 6, 4, 3)", (Draw((2, 6, 4, 3), layout="strided"),),
         construct={"channels": 6, "kernel_size": 3}),
    Case("a transposed x, shape (2, 7, 3, 5)", (Draw((2, 7, 3, 5), layout="transposed"),), construct={"channels": 7, "kernel_size": 3}),
    Case("a second call on the same module, x of shape (2, 8, 4, 3)", (Draw((2, 8, 4, 3)),), earlier=True, aspect="state",
         construct={"channels": 8, "kernel_size": 3}),
    Case("a float32 x of shape (2, 6, 3, 4)", (Draw((2, 6, 3, 4)),), dtype="float32", aspect="dtype",
         construct={"channels": 6, "kernel_size": 5}),
    Case("another device, channels=8, kernel_size=3, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4)),), aspect="device",
         construct={"channels": 8, "kernel_size": 3}),
    Case("kernel_size=4, which has no middle", (Draw((2, 8, 3, 3)),), aspect="errors", raises=(),
         construct={"channels": 8, "kernel_size": 4}),
    Case("kernel_size=2, which has no middle", (Draw((2, 6, 3, 4)),), aspect="errors", raises=(), construct=(6, 2)),
), uses=("eca_kernel_size",))

BAND_MATRIX = Exercise("band_matrix", (
    Case("a kernel of 3 and 5 channels", (Draw((3,)), 5)),
    Case("a kernel of 5 and 8 channels", (Draw((5,)), 8)),
    Case("a kernel of 1 and 4 channels", (Draw((1,)), 4)),
    Case("a kernel of 7 and 4 channels, longer than the channels", (Draw((7,)), 4)),
    Case("a kernel of 5 and one channel", (Draw((5,)), 1)),
    Case("every second number of a larger kernel: 3 and 6 channels", (Draw((3,), layout="strided"),), {"channels": 6}),
    Case("a float32 kernel of 3 and 4 channels", (Draw((3,)), 4), dtype="float32", aspect="dtype"),
    Case("another device, a kernel of 3 and 6 channels", (Draw((3,)), 6), aspect="device"),
    Case("a kernel of 4, which has no middle", (Draw((4,)), 6), aspect="errors", raises=()),
    Case("a kernel of 2, which has no middle", (Draw((2,)), 5), aspect="errors", raises=()),
))

EXERCISES = (KERNEL_SIZE, ECA_BLOCK, BAND_MATRIX)
