"""The long runs of lesson e1: `python -m solutions.scnet.experiment` writes experiment.md (about twenty minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.scnet.reference import SCConv
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# e1_scnet: long runs

`python -m solutions.scnet.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each cell has three shares of the dots' pixels that are right, in per cent: on new pictures, on pictures whose rings say nothing, and with Up switched to bilinear after training."""  # noqa: E501
HALF = Fraction(1, 2)
BILINEAR, SUM, TWO = "trained bilinear", "sum", "two plain"
ADAPTIVE, SCRAMBLED = "exhibit A", "exhibit B"
ROWS = [
    *((Row(arm, 5), range(5)) for arm in ("plain", "SC, pooling 1", "SC, pooling 4", "dilated", TWO)),
    *((Row(arm, 5, HALF), range(5)) for arm in ("plain", "SC, pooling 1", "SC, pooling 4", "dilated")),
    *((Row(arm), range(5)) for arm in (BILINEAR, "SC, pooling 2", SUM, "SC, pooling 8", TWO)),
    *((Row(arm, 5), range(5)) for arm in (BILINEAR, "SC, pooling 2", SUM)),
    *((Row(arm), range(5)) for arm in ("plain", "dilated", "SC, pooling 1", "SC, pooling 4", ADAPTIVE, SCRAMBLED)),
]


class Sum(SCConv):
    """The context is added, not a gate."""

    def forward(self, x: Tensor) -> Tensor:
        return self.k4(self.k3(x) + x + F.interpolate(self.k2(x), x.shape[2:]))


class Scrambled(SCConv):
    """Means are made larger by a reshape without a permute, so they land in the wrong columns."""

    def forward(self, x: Tensor) -> Tensor:
        means, cell = self.k2(x), 4
        images, channels, height, width = means.shape
        up = means[..., None, None].expand(*means.shape, cell, cell)
        return self.k4(self.k3(x) * torch.sigmoid(x + up.reshape(images, channels, cell * height, cell * width)))


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    page, enlarging = runs.page, runs.page["enlarging"]

    def with_module(make: Callable[[int], nn.Module]) -> nn.Module:
        block = page["calibrated"](4)
        block.scconv = make(page["PLANES"] // 2)
        return block

    page["arms"] |= {
        TWO: lambda: nn.Sequential(page["arms"]["plain"](), page["arms"]["plain"]()),
        BILINEAR: lambda: page["calibrated"](4),
        SUM: lambda: with_module(Sum),
        ADAPTIVE: lambda: with_module(page["ExhibitA"]), SCRAMBLED: lambda: with_module(Scrambled),
        **{f"SC, pooling {size}": lambda size=size: page["calibrated"](size) for size in (2, 8)},
    }

    def run(arm: str, seed: int) -> dict[str, float]:
        if arm != BILINEAR:
            return page["run"](arm, seed)
        with enlarging("bilinear"):
            model = page["learn_dots"](page["arms"][arm](), page["dots"], seed)
            scores = page["tested"](model)
        with torch.no_grad(), enlarging("nearest"):
            return scores | {"bilinear Up": page["tested"](model)["right"]}

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
