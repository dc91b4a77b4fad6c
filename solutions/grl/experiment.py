"""The long runs of lesson 08b: `python -m solutions.grl.experiment` writes experiment.md (about ten minutes of one
core)."""

from contextlib import chdir
from fractions import Fraction
from pathlib import Path

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 08b_grl: long runs

`python -m solutions.grl.experiment` trains the page's arms for five times the page's 699 steps, and at half its peak rate of 0.015.
Each cell has four numbers. They are the PSNR in dB at damaged tokens of new walls, by the place of the answer: beside, window, stripe,
nowhere."""  # noqa: E501
ARMS = "local", "local + window", "local + stripe", "all three"

ROWS = [
    *((Row(arm), range(3)) for arm in ARMS),
    *((Row(arm, 5), range(2)) for arm in ARMS),
    *((Row(arm, 5, Fraction(1, 2)), range(1)) for arm in ARMS),
]

if __name__ == "__main__":
    with chdir(HERE):  # where the weights are that the page loads
        runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
