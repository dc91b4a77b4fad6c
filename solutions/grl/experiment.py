"""The long runs of lesson 08c: `python -m solutions.grl.experiment` writes experiment.md (about 25 minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch

from attention_lab.lessons.grl.task import PLACES
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 08c_grl: long runs

`python -m solutions.grl.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each cell has four numbers, the PSNR in dB at damaged tokens whose answer is beside, in the window, in the stripe, nowhere."""  # noqa: E501
ARMS = "local", "local + window", "local + stripe", "all three"
HOLES, WINDOW, STRIPE = ", holes alone", ", window stickers alone", ", stripe stickers alone"
COUNTED = {HOLES: "beside", WINDOW: "window", STRIPE: "stripe"}

ROWS = [
    *((Row(arm), range(5)) for arm in ARMS),
    *((Row(arm, 5), range(5)) for arm in ARMS),
    *((Row(arm, 5, Fraction(1, 2)), range(2)) for arm in ARMS),
    (Row(f"local{HOLES}"), range(3)), (Row(f"all three{HOLES}"), range(3)),
    *((Row(arm), range(5)) for arm in (f"local + window{WINDOW}", f"local + stripe{STRIPE}",
                                      f"all three{WINDOW}", f"all three{STRIPE}")),
]


def with_one_kind(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The page's run; for an arm with one of COUNTED, with a loss of this kind of damage alone."""
    walls, targets = page["train_set"], page["wall_targets"]

    def run(arm: str, seed: int) -> dict[str, float]:
        between, comma, kind = arm.partition(", ")
        counted = walls
        if comma:
            place = PLACES.index(COUNTED[comma + kind])
            counted = walls._replace(kinds=torch.where(walls.kinds == place, walls.kinds, -1))
        page["wall_targets"] = lambda _walls: targets(counted)
        return page["run"](between, seed)

    return run


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, with_one_kind(runs.page))
