"""The long runs of lesson 02: `python -m solutions.eca.experiment` writes experiment.md (about four minutes of one
core)."""

from fractions import Fraction
from pathlib import Path

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 02_eca: long runs

`python -m solutions.eca.experiment` trains the page's arms for five times the page's 512 steps, also at three times their peak rate.
The peak rate is 0.01 for SE and the full matrix, and 0.1 for the other arms.
Each cell has two numbers. They are the overlap with the true disc in per cent, on new pictures and on those seen in training."""  # noqa: E501
THREE = Fraction(3)


ROWS = [
    *((Row(arm, 5), range(2)) for arm in ("full matrix", "SE", "no neighbours", "no gate", "ECA")),
    (Row("ECA, bands shuffled", 5), (0,)),
    *((Row(arm, 5, THREE), (0,)) for arm in ("SE", "full matrix")),
    *((Row(arm), range(8)) for arm in ("no gate", "no neighbours")),
    *((Row(arm, 5, THREE), range(2)) for arm in ("no gate", "no neighbours", "ECA", "ECA, bands shuffled")),
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
