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

`python -m solutions.danet.experiment` trains the page's arms for five times the page's 500 steps.
It does so at the page's peak rate, 5e-3, and once more at a third of it.
Each cell has two numbers. The first is the share of right positions in the patches without a mark, on new posters, in per cent.
The second is the same share when A comes from another poster (in `mean of all, lent`, when the mean does).

`position attention, section 4` is the network of the page's section 4, trained with other seeds.
Its second and third numbers say where the weight of an unmarked patch lies, in per cent.
The second is the share on the marked patch of its colour, and the third is the share on unmarked patches of its colour."""  # noqa: E501
THIRD = Fraction(1, 3)
NONE, PAPER = "no attention", "channel attention, paper's sign"
CELLS = coloured_posters.ROWS * COLUMNS  # on a poster
LENT, LOOKS = "mean of all, lent", "position attention, section 4"
SIGNS = "channel attention", PAPER
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
]


def weight_on_unmarked(weights: Tensor, posters: Posters) -> float:
    """How much of an unmarked patch's weight lies on unmarked patches of its colour, itself included, on average.
    weights: (n, 144, 144), as in `weight_on_the_same`."""
    cells = torch.arange(CELLS).view(-1, 1, COLUMNS, 1).expand(-1, 2, -1, 3).flatten()  # by position
    colours = torch.full((len(weights), CELLS), -1).scatter(1, posters.places[:, COLOURS:], posters.same)[:, cells]
    alike = colours[:, :, None] == colours[:, None, :]  # (n, 144, 144)
    return (weights * alike).sum(2)[posters.answers.flatten(1) != UNASKED].mean().item()

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"] |= {NONE: nn.Identity, PAPER: lambda: runs.page["Channel"]()}
    PositionAttention = runs.page["PositionAttention"]

    class LentMean(PositionAttention):
        """The page's `MeanOfAll`, which can take the mean of the poster before it in the batch."""

        borrowed = False

        def forward(self, x):
            mean = self.value(x).mean((2, 3), keepdim=True)
            return x + self.gamma * (mean.roll(1, 0) if self.borrowed else mean)

    runs.page["arms"][LENT] = lambda: LentMean(runs.page["CHANNELS"], reduction=4)

    def run(arm: str, seed: int) -> dict[str, float]:
        if arm != LOOKS:
            return runs.page["run"](arm, seed)
        torch.manual_seed(seed)
        network = runs.page["learn"](PositionAttention(runs.page["CHANNELS"], reduction=4), seed)
        posters = runs.page["test_set"]
        with torch.no_grad():
            weights = network[2].attention(network[:2](posters.pictures))
        return {"right": coloured_posters.right_on_posters(network, posters),
                "marked": 100 * coloured_posters.weight_on_the_same(weights, posters),
                "unmarked": 100 * weight_on_unmarked(weights, posters)}

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
