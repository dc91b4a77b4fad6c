"""The long runs of lesson 05a: `python -m solutions.danet.experiment` writes experiment.md (about a quarter of an
hour of one core)."""

from fractions import Fraction
from pathlib import Path

from torch import nn

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 05a_danet: long runs

`python -m solutions.danet.experiment` trains the page's arms for five times the page's 500 steps.
It does so at the page's peak rate, 5e-3, and once more at a third of it.
Each cell has two numbers. The first is the share of right positions in the patches without a mark, on new posters, in per cent.
The second is the same share when A comes from another poster."""  # noqa: E501
THIRD = Fraction(1, 3)
NONE, PAPER = "no attention", "channel attention, paper's sign"
SIGNS = "channel attention", PAPER
FRESH = range(100, 108)  # seeds that nobody had seen when the page was written

ROWS = [
    *((Row(arm, 5), range(2)) for arm in ("mean of all", "wide window", PAPER, "channel attention",
                                          "position attention", NONE)),
    *((Row(arm, 5, THIRD), (0,)) for arm in ("mean of all", "wide window", PAPER, "channel attention",
                                             "position attention")),
    *((Row(arm), (*range(8), *FRESH)) for arm in SIGNS),
    *((Row(arm, 1, rate), range(5)) for rate in (THIRD, Fraction(3)) for arm in SIGNS),
    (Row(NONE), range(2)),
    (Row("mean of all", 5), range(5)),
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"] |= {NONE: nn.Identity, PAPER: lambda: runs.page["Channel"]()}
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
