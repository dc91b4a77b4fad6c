"""The long runs of lesson 02: `python -m solutions.eca.experiment` writes experiment.md (about seven minutes of one
core)."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from torch import nn

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 02_eca: long runs

`python -m solutions.eca.experiment` trains the page's arms for five times the page's 512 steps.
It does so at their peak rate and at other rates.
The peak rate is 0.01 for SE and the full matrix, and 0.1 for the other arms.
Each number is an overlap with the true disc, in per cent.
The first number of a cell is for new pictures, and the second is for those seen in training.

`ECA, bands shuffled and mixed` has a 1 x 1 convolution from 48 to 48 channels before ECA, which could put the bands in order again."""  # noqa: E501
THREE, THIRD, TENTH = Fraction(3), Fraction(1, 3), Fraction(1, 10)
MIXED = "ECA, bands shuffled and mixed"

ROWS = [
    *((Row(arm, 5), range(2)) for arm in ("full matrix", "SE", "no neighbours", "no gate", "ECA")),
    (Row("ECA, bands shuffled", 5), (0,)),
    *((Row(arm, 5, THREE), (0,)) for arm in ("SE", "full matrix")),
    *((Row(arm), range(8)) for arm in ("no gate", "no neighbours")),
    *((Row(arm, 5, THREE), range(2)) for arm in ("no gate", "no neighbours", "ECA", "ECA, bands shuffled")),
    *((Row(MIXED, longer), range(3)) for longer in (1, 5)),
    *((Row(MIXED, longer, rate), range(2)) for longer in (1, 5) for rate in (THIRD, TENTH)),
    *((Row(arm), range(8)) for arm in ("SE", "full matrix")),
    *((Row(arm, 1, THREE), range(3)) for arm in ("SE", "full matrix")),
]


def mixed(page: dict[str, Any]) -> nn.Module:
    return nn.Sequential(nn.Conv2d(page["BANDS"], page["BANDS"], 1), page["ECABlock"](page["BANDS"]))


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"][MIXED] = (lambda: mixed(runs.page), runs.page["order"], 0.1)
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
