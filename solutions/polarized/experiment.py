"""The long runs of lesson 06b: `python -m solutions.polarized.experiment` writes experiment.md (about three minutes of one core)."""

from fractions import Fraction
from pathlib import Path

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 06b_polarized: long runs

`python -m solutions.polarized.experiment` trains the page's arms for five times its 256 steps and at three times its peak
rate. A number is the share of new pictures in which the right dot was found, in per cent; after it the same with the bar of another
picture, and for maps of 4 x 4 and 8 x 8 cells on the pictures in which a perfect map of such cells can tell the dots apart, and on
the others."""
THREE = Fraction(3)


def run_of(page: dict):
    """The page's run; for coarse maps, also where a perfect map of such cells could tell the dots apart and where it could not."""

    def run(arm: str, seed: int) -> dict[str, float]:
        scores = page["run"](arm, seed)
        if arm in ("map, 4 x 4", "map, 8 x 8"):
            model = page["network"](page["arms"][arm]()).eval()
            model.load_state_dict(page["trained"][arm, seed])
            possible = page["candidates"](page["truth"], page["centres"], page["asked"], int(arm[-1])) == 1
            right = 100 * page["hits"](model, page["new"]).float()
            scores |= {"told": right[possible].mean().item(), "not told": right[~possible].mean().item()}
        return scores

    return run


ROWS = [
    *((Row(arm, 5), range(2)) for arm in ("map, 4 x 4", "map, 8 x 8")),
    (Row("no attention", 5), (0,)),
    *((Row(arm, 5, THREE), (0,)) for arm in ("map, 8 x 8", "map, 4 x 4")),
    (Row("parallel", 5), (1,)),  # these two
    (Row("channel", 5), (0,)),  # are stuck after the page's steps
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
