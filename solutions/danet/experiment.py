"""The long runs of lesson 05a: `python -m solutions.danet.experiment` writes experiment.md (about 25 minutes of one
core)."""

from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor, nn

from attention_lab.tasks import coloured_posters
from attention_lab.tasks.coloured_posters import COLOURS, COLUMNS, UNASKED, Posters
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 05a_danet: long runs

`python -m solutions.danet.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each cell begins with the share of right answers on new posters, and with the same share when A comes from another poster, in per cent."""  # noqa: E501
THIRD = Fraction(1, 3)
NONE, PAPER = "no attention", "channel attention, paper's sign"
CELLS = coloured_posters.ROWS * COLUMNS  # on a poster
LENT, LOOKS = "mean of all, lent", "position attention, section 4"
SIGNS = "channel attention", PAPER
EXHIBITS = "exhibit A", "exhibit B"
LONG = "queries of 64 numbers", "queries of 64 numbers, scaled"
FRESH = range(100, 108)  # seeds that nobody had seen when the page was written

ROWS = [
    *((Row(arm, 5), range(5)) for arm in ("mean of all", "wide window", PAPER, "channel attention",
                                          "position attention", NONE)),
    *((Row(arm, 5, THIRD), (0,)) for arm in ("mean of all", "wide window", PAPER, "channel attention",
                                             "position attention")),
    *((Row(arm), (*range(8), *FRESH)) for arm in SIGNS),
    *((Row(arm, 1, rate), range(5)) for rate in (THIRD, Fraction(3)) for arm in SIGNS),
    (Row(NONE), range(5)),
    (Row(LENT), range(5)),
    (Row(LOOKS), range(8)),
    (Row(EXHIBITS[0]), range(8)),
    *((Row(arm), range(5)) for arm in (EXHIBITS[1], *LONG)),
    (Row(EXHIBITS[0], 5), range(5)),
]


def weight_on_unmarked(weights: Tensor, posters: Posters) -> float:
    """How much of an unmarked patch's weight lies on unmarked patches of its colour, itself included, on average.
    weights: (n, 144, 144), as in `weight_on_the_same`."""
    cells = torch.arange(CELLS).view(-1, 1, COLUMNS, 1).expand(-1, 2, -1, 3).flatten()  # by position
    colours = torch.full((len(weights), CELLS), -1).scatter(1, posters.places[:, COLOURS:], posters.same)[:, cells]
    alike = colours[:, :, None] == colours[:, None, :]  # (n, 144, 144)
    return (weights * alike).sum(2)[posters.answers.flatten(1) != UNASKED].mean().item()


if __name__ == "__main__":
    from attention_lab.lessons.danet.experiment import BORROWED, RIGHT

    runs = LongRuns(HERE / "page.py")
    runs.page["arms"] |= {NONE: nn.Identity, PAPER: lambda: runs.page["ChannelAttention"]()}
    PositionAttention = runs.page["PositionAttention"]

    class LentMean(PositionAttention):
        """The page's `MeanOfAll`, which can take the mean of the poster before it in the batch."""

        borrowed = False

        def forward(self, x):
            mean = self.value(x).mean((2, 3), keepdim=True)
            return x + self.gamma * (mean.roll(1, 0) if self.borrowed else mean)

    class Exhibit(runs.page["ExhibitA"]):
        """The page's exhibit, which can take the A of the poster before it in the batch."""

        borrowed = False

        def attention(self, x):
            A = super().attention(x)
            return A.roll(1, 0) if self.borrowed else A

    class OneRow(PositionAttention):
        """The exhibit of older pages: a position sees its own row of the image."""

        def forward(self, x):
            q, k, v = (layer(x).permute(0, 2, 3, 1) for layer in (self.query, self.key, self.value))  # (B, H, W, D)
            return x + self.gamma * ((q @ k.mT).softmax(dim=-1) @ v).permute(0, 3, 1, 2)

    class LongQueries(PositionAttention):
        def __init__(self, channels: int, scaled: bool) -> None:
            super().__init__(channels, reduction=4)
            self.query, self.key = (nn.Conv2d(channels, 64, 1) for _ in range(2))
            self.scale = 64 ** -0.5 if scaled else 1

        def attention(self, x):
            q, k = self.query(x).flatten(2), self.key(x).flatten(2)
            return (self.scale * q.mT @ k).softmax(dim=-1)

    channels, train_set, test_set = (runs.page[name] for name in ("CHANNELS", "train_set", "test_set"))
    runs.page["arms"] |= {LONG[0]: lambda: LongQueries(channels, scaled=False),
                          LONG[1]: lambda: LongQueries(channels, scaled=True)}
    # These have an `attention` that they do not gather with as the page's module does, so each borrows by itself.
    own = {LENT: LentMean, EXHIBITS[0]: Exhibit, EXHIBITS[1]: OneRow}

    def run(arm: str, seed: int) -> dict[str, float]:
        if arm in own:
            network, scores = runs.page["learn"](own[arm](channels, reduction=4), train_set, seed), {}
            for borrowed, measure in ((False, RIGHT), (True, RIGHT + BORROWED)):
                network[2].borrowed = borrowed  # one row has nothing to borrow
                scores[measure] = coloured_posters.right_on_posters(network, test_set)
            return scores
        if arm != LOOKS:
            return runs.page["run"](arm, seed)
        torch.manual_seed(seed)
        network = runs.page["learn"](PositionAttention(channels, reduction=4), train_set, seed)
        with torch.no_grad():
            weights = network[2].attention(network[:2](test_set.pictures))
        return {"right": coloured_posters.right_on_posters(network, test_set),
                "marked": 100 * coloured_posters.weight_on_the_same(weights, test_set),
                "unmarked": 100 * weight_on_unmarked(weights, test_set)}

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
