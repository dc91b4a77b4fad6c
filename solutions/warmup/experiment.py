"""The long runs of lesson 00: `python -m solutions.warmup.experiment` writes experiment.md (about three minutes of
one core)."""

from fractions import Fraction
from pathlib import Path

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 00_warmup: long runs

`python -m solutions.warmup.experiment` trains the page's arms for five times the page's 384 steps.
It does so at the page's peak rate, at a third of it, and at three times that rate.
Each cell has four numbers, which are shares of right answers on 512 new games, in per cent.
The shares are for six, three, two and one questions at once."""
THIRD, THREE = Fraction(1, 3), Fraction(3)
ARMS = ("over the keys", "over the queries", "plain mean", "over the keys, no cue", "over the queries, no cue")
ROWS = [
    *((Row(arm, 5), range(2)) for arm in ARMS),
    *((Row(arm, 5, rate), (0,)) for arm in ARMS for rate in (THIRD, THREE)),
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
