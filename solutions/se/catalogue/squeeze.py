"""What learners write for `squeeze`."""

from autograder.lessons.catalogue import Mistake, Wrong

SQUEEZE_OVER_CHANNELS = ("Your squeeze averages over the channels and keeps the positions. It should be the other "
                         "way round: average over H and W, so that each channel keeps a number of its own.")

RIGHT = {
    "squeeze-einsum": """
def squeeze(x):
    return torch.einsum("bchw->bc", x) / (x.shape[2] * x.shape[3])
""",
    "avg-pool-window": """
# Average pooling with a window as large as the map.
def squeeze(x: torch.Tensor) -> torch.Tensor:
    b, c, h, w = x.shape
    return F.avg_pool2d(x, kernel_size=(h, w)).view(b, c)
""",
}

MISTAKES = (
    Mistake("squeeze-keeps-axes",
            "Your squeeze keeps the two axes of size 1, (B, C, 1, 1). A squeezed image has one number per channel, "
            "so return (B, C). Leave out `keepdim=True`, or add `flatten(1)` after a pooling layer.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=(2, 3), keepdim=True)"}, hint=1),
    Mistake("squeeze-maximum", "Your squeeze takes the largest value of each channel. SE takes the mean.",
            {"x.mean(dim=(2, 3))": "x.amax(dim=(2, 3))"}, hint=2),
    Mistake("squeeze-sum",
            "Your squeeze adds up the positions without dividing by their number, so the result depends on the size "
            "of the image. Divide the sum by H * W, or take the mean.", {"x.mean(dim=(2, 3))": "x.sum(dim=(2, 3))"},
            hint=2),
    Mistake("squeeze-over-batch",
            "Your squeeze averages over the batch too, so the images of a batch get the same numbers. Average over "
            "axes 2 and 3 only.", {"x.mean(dim=(2, 3))": "x.mean(dim=(0, 2, 3)).expand(x.shape[0], -1)"}, hint=2),
    Mistake("squeeze-over-channels", SQUEEZE_OVER_CHANNELS, {"x.mean(dim=(2, 3))": "x.mean(dim=1).flatten(1)"}, hint=2),
    Mistake("squeeze-over-channels-map", SQUEEZE_OVER_CHANNELS, {"x.mean(dim=(2, 3))": "x.mean(dim=1)"}, hint=2),
    Mistake("squeeze-one-axis",
            "Your squeeze averages over only one of the two spatial axes. Average over both, H and W.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=2)"}, hint=2),
    Mistake("squeeze-one-axis-width",
            "Your squeeze averages over only one of the two spatial axes. Average over both, H and W.",
            {"x.mean(dim=(2, 3))": "x.mean(dim=3)"}, hint=2),
    Mistake("squeeze-drops-all-ones",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis, and a map "
            "of one channel loses its channel axis. Use `flatten(1)`, name the axes to remove, or average over "
            "dim=(2, 3) without `keepdim`.", {"x.mean(dim=(2, 3))": "x.mean(dim=(2, 3), keepdim=True).squeeze()"},
            hint=2),
    Mistake("squeeze-square-window",
            "Your squeeze treats the map as square, because it uses the height for both sides. Feature maps are "
            "often not square: average over H and over W.",
            {"x.mean(dim=(2, 3))": "x.sum(dim=(2, 3)) / x.shape[2] ** 2"}),
    Mistake("squeeze-square-window-width",
            "Your squeeze treats the map as square, because it uses the width for both sides. Feature maps are often "
            "not square: average over H and over W.", {"x.mean(dim=(2, 3))": "x.sum(dim=(2, 3)) / x.shape[3] ** 2"}),
    Mistake("squeeze-torch-method",
            "`x.squeeze()` is torch's method: it removes axes of size 1 and averages nothing. Here you need the mean "
            "over H and W.", {"x.mean(dim=(2, 3))": "x.squeeze()"}, hint=2),
    Mistake("squeeze-reshaped",
            "You turn x into (B, H * W, C) with `reshape` or `view`. Neither of them swaps axes, so each of your "
            "means mixes numbers of several channels. Flatten H and W with `x.flatten(2)`, then take the mean over "
            "the last axis.", {"x.mean(dim=(2, 3))": "x.reshape(x.shape[0], -1, x.shape[1]).mean(dim=1)"}),
    Mistake("squeeze-divides-and-multiplies",
            "Your numbers are W² times too large: `/ h * w` divides by H and then multiplies by W. Divide by the "
            "product, `/ (h * w)`.", {"x.mean(dim=(2, 3))": "x.sum(dim=(2, 3)) / x.shape[2] * x.shape[3]"}),
    Mistake("squeeze-channels-and-rows",
            "Your squeeze averages over axes 1 and 2, the channels and the rows. Axes are counted from 0, so H and W "
            "are 2 and 3.", {"x.mean(dim=(2, 3))": "x.mean(dim=(1, 2))"}, hint=1),
)

WRONG = (
    Wrong("square-window",
          {"F.avg_pool2d(x, kernel_size=(h, w)).view(b, c)": "F.avg_pool2d(x, kernel_size=h).flatten(1)"},
          of="avg-pool-window", says="Given input size: (6x7x3)"),
)

EQUIVALENT = (
    "1: x last two axes exchanged", "2: guard left out", "2: an assert", "3: raises RuntimeError",
    "3: raises TypeError", "3: raises Exception", "3: message without numbers", "3: no message",
    "3: printed, not raised", "3: message without tuple(x.shape)",
)
