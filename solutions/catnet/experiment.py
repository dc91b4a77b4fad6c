"""The long runs of elective e3: `python -m solutions.catnet.experiment` writes experiment.md (about twelve minutes of
one core)."""

from fractions import Fraction
from pathlib import Path

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# e3_catnet: long runs

`python -m solutions.catnet.experiment` trains the page's arms for five times the page's 120 steps, at its peak rate of 0.01 and at half of
that rate.
Each cell has two numbers. The first is the mean IoU on 300 new episodes of three colours, in per cent.
The second is the mean IoU when the support picture and its mask come from another episode.
The threshold was chosen on other episodes."""  # noqa: E501
ARMS = ("own picture", "other picture", "own picture, masked", "other picture, masked", "own picture, prototype",
        "other picture, masked, prototype")
# Not on the page:
OTHER, OWN_MASKED = "other picture, prototype", "own picture, masked, prototype"

HALF = Fraction(1, 2)
ROWS = [
    *((Row(arm, 5), range(3)) for arm in (*ARMS, OTHER, OWN_MASKED)),
    *((Row(arm, 5, HALF), range(2)) for arm in (*ARMS, OTHER, OWN_MASKED)),
    *((Row(arm), range(8)) for arm in ARMS[:4]),
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    prototype = runs.page["iterative_refinement"]
    runs.page["arms"] |= {OTHER: (True, False, prototype), OWN_MASKED: (False, True, prototype)}
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
