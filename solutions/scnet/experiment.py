"""The long runs of lesson e1: `python -m solutions.scnet.experiment` writes experiment.md (about twenty minutes of one
core)."""

from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from attention_lab.tasks.ringed_dots import enlarging
from solutions.scnet.reference import SCConv
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# e1_scnet: long runs

`python -m solutions.scnet.experiment` trains the page's arms for five times the page's 120 steps, and at half of its peak rate (0.01).
Each cell has three numbers. They are the share of the dots' pixels that are right, in per cent.
The first is for new pictures, the second for pictures whose rings say nothing, the third for Up switched to bilinear after training.

`two plain` is the plain block twice. `trained bilinear` is SC, pooling 4, with bilinear interpolation from the start.
Its first two numbers are with bilinear interpolation, and its last one is with nearest.
`sum` is SC, pooling 4, with x + Up(k2(x)) added to k3(x) instead of gating it."""  # noqa: E501
HALF = Fraction(1, 2)
BILINEAR, SUM, TWO = "trained bilinear", "sum", "two plain"
ROWS = [
    *((Row(arm, 5), range(5)) for arm in ("plain", "SC, pooling 1", "SC, pooling 4", "dilated", TWO)),
    *((Row(arm, 5, HALF), range(5)) for arm in ("plain", "SC, pooling 1", "SC, pooling 4", "dilated")),
    *((Row(arm), range(5)) for arm in (BILINEAR, "SC, pooling 2", SUM, "SC, pooling 8", TWO)),
    *((Row(arm, 5), range(5)) for arm in (BILINEAR, "SC, pooling 2", SUM)),
]


class Sum(SCConv):
    """The context is added, not a gate."""

    def forward(self, x: Tensor) -> Tensor:
        return self.k4(self.k3(x) + x + F.interpolate(self.k2(x), x.shape[2:]))


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    page = runs.page

    def added() -> nn.Module:
        block = page["calibrated"](4)
        block.scconv = Sum(page["PLANES"] // 2)
        return block

    page["arms"] |= {
        TWO: lambda: nn.Sequential(page["arms"]["plain"](), page["arms"]["plain"]()),
        BILINEAR: lambda: page["calibrated"](4), SUM: added,
        **{f"SC, pooling {size}": lambda size=size: page["calibrated"](size) for size in (2, 8)},
    }

    def run(arm: str, seed: int) -> dict[str, float]:
        if arm != BILINEAR:
            return page["run"](arm, seed)
        with enlarging("bilinear"):
            model = page["train"](page["network"](page["arms"][arm]()), page["pictures"], page["answers"],
                                  loss=F.cross_entropy, epochs=1,
                                  batch_size=16, peak_rate=0.01, seed=seed)
            scores = page["tested"](model)
        with torch.no_grad(), enlarging("nearest"):
            return scores | {"bilinear Up": page["right_at_dots"](model(page["new"].pictures), page["new"].answers)}

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
