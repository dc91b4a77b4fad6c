"""The long runs of lesson 07b: `python -m solutions.rest.experiment` writes experiment.md (about twenty minutes of one core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jupytext
import torch
import torch.nn.functional as F
from torch import nn

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 07b_rest: long runs

`python -m solutions.rest.experiment` trains the page's arms for two, five and twenty times their 180 steps, and at half of their peak
rate (0.01).

Black or white (`entries ..., ratio ...`): the mean share of right answers on black and on white of new pictures, in per cent, then the
same without black and white in the pictures (a guess has 50). `transform` is with apply_transform, `norm` with its InstanceNorm alone,
`mean` with an average over the window instead of the depth-wise convolution.

Side and quarter (`no code`, `table`, `PixelAttention`, `added`): side and quarter at 12 x 12, at 9 x 15, at 18 x 20 (a guess has 25)."""
HALF = Fraction(1, 2)


def look_up(size: int, ratio: int, change: str = "") -> str:
    return f"entries {size} x {size}, ratio {ratio}" + (f", {change}" if change else "")


EVERY = {look_up(size, ratio): (size, {"sr_ratio": ratio}) for size in (1, 2, 4) for ratio in (1, 2, 4, 8)}
CHANGED = {look_up(size, ratio, change): (size, {"sr_ratio": ratio, "change": change})
           for change in ("transform", "norm", "mean") for size, ratio in ((1, 2), (2, 4))}
AT_SIZE = tuple(look_up(size, size) for size in (2, 4))
BEYOND = tuple(look_up(*cell) for cell in ((1, 2), (2, 4), (4, 8), (1, 4), (2, 8), (1, 8)))
CODES = "table", "PixelAttention", "added"

ROWS = [
    *((Row(arm, 5), range(3)) for arm in (*BEYOND, *CODES)),
    *((Row(arm, 20), range(2)) for arm in BEYOND),
    *((Row(arm), range(3)) for arm in EVERY),
    *((Row(arm, 5), range(3)) for arm in CHANGED),
    *((Row(arm, 5, HALF), range(2)) for arm in (*BEYOND, *CODES)),
    *((Row(arm), range(3)) for arm in (*CHANGED, *CODES)),
    *((Row(arm, 5), range(2)) for arm in AT_SIZE),
    *((Row(arm, 2), range(3)) for arm in BEYOND[:3]),
    (Row(look_up(1, 1), 5), (0,)),
    (Row("no code", 5), (0,)),
]


class Mean(nn.Module):
    """The mean over the windows of `sr`, which has no weights."""

    def __init__(self, ratio: int) -> None:
        super().__init__()
        self.ratio = ratio

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.avg_pool2d(x, self.ratio + 1, self.ratio, self.ratio // 2)


def with_changes(net: type[nn.Module]) -> type[nn.Module]:
    """The page's network, whose block can be changed."""
    class Changed(net):
        def __init__(self, *sizes: Any, change: str = "", **of_block: Any) -> None:
            super().__init__(*sizes, apply_transform=change in ("transform", "norm"), **of_block)
            if change == "norm":
                self.block.attn.transform_conv = nn.Identity()
            if change == "mean":
                self.block.attn.sr = Mean(of_block["sr_ratio"])

    return Changed


def define_second_experiment(page: dict[str, Any]) -> None:
    """The page's `locate` and what it needs, which come after the `compare` where the long runs stop reading."""
    cell = next(cell for cell in jupytext.read(HERE / "page.py", fmt="py:percent").cells if "def locate" in cell.source)
    exec(cell.source.partition("places = compare")[0], page)


def run_of(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The run of either experiment, by the name of its arm."""
    return lambda arm, seed: page["locate" if arm in page["codes"] else "run"](arm, seed)


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    define_second_experiment(runs.page)
    runs.page["Net"] = with_changes(runs.page["Net"])
    runs.page["arms"] |= EVERY | CHANGED
    runs.page["codes"]["no code"] = lambda channels: nn.Identity()
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
