"""The long runs of lesson 06b: `python -m solutions.polarized.experiment` writes experiment.md (about ten minutes of
one core)."""

from fractions import Fraction
from pathlib import Path

import torch

from attention_lab.lessons.polarized.task import Gated, candidates, right_dots
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 06b_polarized: long runs

`python -m solutions.polarized.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each cell begins with the share of right dots on new pictures and on pictures with another bar, in per cent."""  # noqa: E501
THREE = Fraction(3)
EXHIBIT, BOTH = "exhibit A only", ("both, parallel", "both, sequential")
COARSE = {"map of 4 x 4 cells": 4, "map of 8 x 8 cells": 8}


def run_of(page: dict):
    """The page's run; for coarse maps, also where a perfect map of such cells could tell the dots apart and where it
    could not."""
    from attention_lab.lessons.polarized.experiment import GREY, test_dots

    dots = test_dots()

    def run(arm: str, seed: int) -> dict[str, float]:
        scores = page["run"](arm, seed)
        if arm in COARSE:
            told = candidates(dots.heat, dots.centres, dots.asked, COARSE[arm]) == 1
            with torch.no_grad():
                right = 100 * right_dots(page["trained"][arm, seed](dots.pictures - GREY), dots).float()
            scores |= {"told": right[told].mean().item(), "not told": right[~told].mean().item()}
        return scores

    return run


ROWS = [
    *((Row(arm, 5), range(5)) for arm in (*COARSE, "no module")),
    *((Row(arm, 5, THREE), range(5)) for arm in reversed(COARSE)),
    *((Row(arm, 5), range(5)) for arm in ("both, parallel", "channel gates", "full-size map")),
    *((Row(arm, 5, THREE), (0,)) for arm in ("no module", "both, parallel", "channel gates", "full-size map")),
    *((Row(arm, 1, THREE), range(5)) for arm in ("full-size map", *COARSE)),
    *((Row(arm), range(5)) for arm in ("channel gates", EXHIBIT, "full-size map", *COARSE, "no module", *BOTH)),
    (Row(EXHIBIT, 5), range(5)),
    *((Row("both, sequential", 5, rate), seeds) for rate, seeds in ((Fraction(1), range(5)), (THREE, (0,)))),
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    page = runs.page
    page["arms"][EXHIBIT] = lambda: Gated(page["ExhibitA"](page["CHANNELS"]))
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
