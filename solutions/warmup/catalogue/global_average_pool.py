"""What learners write for `global_average_pool`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "pool-einsum": """
def global_average_pool(x):
    return torch.einsum("bchw->bc", x) / (x.shape[2] * x.shape[3])
""",
    "two-means": """
# One mean after the other.
def global_average_pool(x):
    return x.mean(-1).mean(-1)
""",
}

MISTAKES = (
    Mistake("pool-keeps-axes",
            "Your result keeps two axes of size 1, (B, C, 1, 1). Return one number for each channel, so that the "
            "shape is (B, C). Leave out `keepdim=True`, or add `flatten(1)` after a pooling layer.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=(2, 3), keepdim=True)"}, hint=2),
    Mistake("pool-maximum", "Your function takes the largest value of each channel. Average pooling takes the mean.",
            {"x.mean(dim=(2, 3))": "x.amax(dim=(2, 3))"}, hint=2),
    Mistake("pool-sum",
            "Your function adds up the positions but does not divide by their number, so a larger image gives larger "
            "numbers. Divide the sum by H * W, or use `x.mean(dim=...)`.", {"x.mean(dim=(2, 3))": "x.sum(dim=(2, 3))"},
            hint=2),
    Mistake("pool-everything",
            "Your function averages over all four axes and returns one single number. Name the two axes to average "
            "over: `x.mean(dim=...)`.", {"x.mean(dim=(2, 3))": "x.mean()"}, hint=2),
    Mistake("pool-over-channels",
            "Your function averages over the channels and keeps the positions. It should be the other way round: "
            "average over H and W, so that each channel keeps its own number.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=1)"}, hint=1),
    Mistake("pool-channels-and-rows",
            "Your function averages over axes 1 and 2, the channels and the rows. Axes are counted from 0, so H and "
            "W are 2 and 3.", {"x.mean(dim=(2, 3))": "x.mean(dim=(1, 2))"}, hint=1),
    Mistake("pool-whole-image",
            "Your function averages over the channels too and returns one number per image. Average over H and W "
            "only, so that B and C stay.", {"x.mean(dim=(2, 3))": "x.mean(dim=(1, 2, 3))"}, hint=1),
    Mistake("pool-over-batch",
            "Your function averages over the batch too, so all images get the same numbers. Keep the images apart: "
            "average over H and W only.", {"x.mean(dim=(2, 3))": "x.mean(dim=(0, 2, 3)).expand(x.shape[0], -1)"},
            hint=1),
    Mistake("pool-lost-batch",
            "Your function averages over the batch too and returns (C,). Keep the images apart: average over H and W "
            "only.", {"x.mean(dim=(2, 3))": "x.mean(dim=(0, 2, 3))"}, hint=1),
    Mistake("pool-rows", "Your function averages over H alone and keeps W. Average over both spatial axes.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=2)"}, hint=2),
    Mistake("pool-columns", "Your function averages over W alone and keeps H. Average over both spatial axes.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=3)"}, hint=2),
    Mistake("pool-drops-all-ones",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis, and a map "
            "of one channel loses its channel axis. Name the axes to remove, or use `flatten(1)`.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=(2, 3), keepdim=True).squeeze()"}, hint=2),
    Mistake("pool-square-map",
            "Your function divides by H * H, as if every map were square. Divide by H * W, or let `mean` do it.",
            {"x.mean(dim=(2, 3))": "x.sum(dim=(2, 3)) / x.shape[2] ** 2"}, hint=2),
    Mistake("pool-reshaped",
            "You turn x into (B, H * W, C) with `reshape` or `view`. Neither of them swaps axes, so each of your "
            "means mixes numbers of several channels. Flatten H and W with `x.flatten(2)`, then take the mean over "
            "the last axis.", {"x.mean(dim=(2, 3))": "x.reshape(x.shape[0], -1, x.shape[1]).mean(dim=1)"}),
)

WRONG = (
    Wrong("axes-from-one", {"x.mean(-1).mean(-1)": "torch.mean(x, dim=(3, 4))"}, of="two-means",
          says="Dimension out of range"),
    Wrong("forgot-return", {"return x.mean(-1).mean(-1)": "means = x.mean(-1).mean(-1)"}, of="two-means",
          says="Is a `return` missing?"),
    Wrong("mean-of-maxima", {"x.mean(-1).mean(-1)": "x.max(dim=3).values.mean(dim=2)"}, of="two-means"),
    Wrong("square-kernel", {"x.mean(-1).mean(-1)": "F.avg_pool2d(x, x.shape[2]).flatten(1)"}, of="two-means",
          says="Given input size: (6x7x3)"),
)

EQUIVALENT = (
    "1: x last two axes exchanged", "2: guard left out", "2: an assert", "3: raises RuntimeError",
    "3: raises TypeError", "3: raises Exception", "3: message without numbers", "3: no message",
    "3: printed, not raised", "3: message without tuple(x.shape)",
)
