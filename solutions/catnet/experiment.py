"""The long runs of elective e3: `python -m solutions.catnet.experiment` writes experiment.md (about ten minutes of one core)."""

from pathlib import Path

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# e3_catnet: long runs

`python -m solutions.catnet.experiment` trains the page's arms for five times its 120 steps, at its peak rate of 0.01.
A number is the mean IoU on 300 new episodes of three colours, in per cent: after both blocks; after the first block; with the support and
mask of another episode; with a query mask of ones in both blocks. The first two have thresholds chosen on other episodes."""
ARMS = "own picture", "cross, no mask", "cross, mask", "own picture, look-up", "own, mask, look-up", "cross, mask, look-up"
# Not on the page:
OWN_MASK, UNMASKED = "own, mask", "cross, no mask, look-up"

ROWS = [(Row(arm, 5), range(3)) for arm in (*ARMS, OWN_MASK, UNMASKED)]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"][OWN_MASK] = runs.page["OwnMasked"], runs.page["iterative_refinement"]
    runs.page["arms"][UNMASKED] = runs.page["Unmasked"], runs.page["with_look_up"]
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
