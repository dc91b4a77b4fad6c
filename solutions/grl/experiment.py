"""The long runs of lesson 08b: `python -m solutions.grl.experiment` writes experiment.md (about ten minutes of one
core)."""

from collections.abc import Callable
from contextlib import chdir
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch

from attention_lab.tasks.restoration import PLACES
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 08b_grl: long runs

`python -m solutions.grl.experiment` trains the page's arms for five times the page's 699 steps, and at half its peak rate of 0.015.
Each cell has four numbers. They are the PSNR in dB at damaged tokens of new walls, by the place of the answer: beside, window, stripe,
nowhere.

Arms with `holes alone` have a loss that counts the holes (*beside*) and no sticker. So only their first number means anything."""  # noqa: E501
ARMS = "local", "local + window", "local + stripe", "all three"
HOLES = ", holes alone"

ROWS = [
    *((Row(arm), range(3)) for arm in ARMS),
    *((Row(arm, 5), range(2)) for arm in ARMS),
    *((Row(arm, 5, Fraction(1, 2)), range(1)) for arm in ARMS),
    (Row(f"local{HOLES}"), range(3)), (Row(f"all three{HOLES}"), range(3)),
]


def with_holes(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The page's run; for an arm with HOLES, with a loss of the holes alone."""
    walls, targets = page["train_set"], page["wall_targets"]
    of_holes = walls._replace(kinds=torch.where(walls.kinds == PLACES.index("beside"), walls.kinds, -1))

    def run(arm: str, seed: int) -> dict[str, float]:
        page["wall_targets"] = (lambda _walls: targets(of_holes)) if arm.endswith(HOLES) else targets
        return page["run"](arm.removesuffix(HOLES), seed)

    return run


if __name__ == "__main__":
    with chdir(HERE):  # where the weights are that the page loads
        runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, with_holes(runs.page))
