"""The long runs of lesson 06a: `python -m solutions.pyramid_split.experiment` writes experiment.md (about 50 minutes
of one core)."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import nn

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 06a_pyramid_split: long runs

`python -m solutions.pyramid_split.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each cell has four shares of right answers on 1000 new pictures, in per cent: of all pictures, of those with a red dot (fine stripes), of those with a blue dot (coarse stripes), and of all pictures, each with another picture's dot."""  # noqa: E501
THIRD, THREE = Fraction(1, 3), Fraction(3)


def more_arms(page: dict) -> dict:
    """The arms that the page only tells of."""
    from attention_lab.lessons.pyramid_split.experiment import KERNELS

    Softmax = page["PyramidSplitAttention"]

    class Wider(Softmax):
        """What the sigmoids give, four times: shares from 0.006 to 0.95."""

        def forward(self, x):
            scales = self.split(x)
            weights = torch.stack([self.numbers(scale) for scale in scales.unbind(dim=1)], dim=1)
            return (scales * weights.softmax(dim=1)).flatten(1, 2)

        def numbers(self, scale):
            return 4 * self.se(scale)

    class Unbounded(Wider):
        """The numbers in front of the sigmoid: any shares."""

        def numbers(self, scale):
            return self.se.fc2(torch.relu(self.se.fc1(scale.mean(dim=(2, 3), keepdim=True))))

    class Gentle(Unbounded):
        """Any shares, but they change as slowly with these numbers as the module's do at first."""

        def numbers(self, scale):
            return super().numbers(scale) / 4

    class Steep(Unbounded):
        """Shares in the module's narrow range, but they change faster with these numbers at first."""

        def numbers(self, scale):
            return torch.sigmoid(4 * super().numbers(scale))

    class Exponentials(Softmax):
        """The softmax without the sum by which it divides, so no scale takes anything from another one."""

        def forward(self, x):
            return torch.cat([scale * self.se(scale).exp() for scale in self.split(x).unbind(dim=1)], dim=1)

    class Holes(Softmax):
        """Dilations 1, 2, 3 and 4: its kernels see as far as kernels of 3, 5, 7 and 9."""

        def __init__(self, *arguments, **others):
            super().__init__(*arguments, **others)
            for step, conv in enumerate(self.split.convs, start=1):
                conv.dilation = conv.padding = (step, step)

    return {EXHIBIT: (page["ExhibitA"], KERNELS), ALONE: (Exponentials, KERNELS),
            HOLES: (Holes, (3, 3, 3, 3)),
            "four kernels of 5": (Softmax, (5, 5, 5, 5)), "four kernels of 9": (Softmax, (9, 9, 9, 9)),
            "softmax of 4 x sigmoid": (Wider, KERNELS), "softmax, no sigmoid": (Unbounded, KERNELS),
            GENTLE: (Gentle, KERNELS), STEEP: (Steep, KERNELS)}


CONTROLS, GATED = ("only 3 x 3 kernels", "equal shares"), ("softmax over scales", "sigmoids, no competition")
SINGLE = ("four kernels of 5", "four kernels of 9")
WIDER = ("softmax of 4 x sigmoid", "softmax, no sigmoid")
HIDDEN, WIDE_HIDDEN = "equal shares, hidden layer", "equal shares, wide hidden layer"
ALONE = "exp of the sigmoids, no competition"
GENTLE, STEEP = "softmax of a quarter, no sigmoid", "softmax of sigmoid of four times"
HOLES, SMALL_HIDDEN = "3 x 3 kernels with holes", "only 3 x 3 kernels, hidden layer"
EXHIBIT = "exhibit A"
ROWS = [
    *((Row(arm, 5), range(5)) for arm in (*CONTROLS, *GATED)),
    *((Row(arm, 5, rate), range(2)) for rate in (THIRD, THREE) for arm in (*CONTROLS, *GATED)),
    *((Row(arm), range(3)) for arm in SINGLE),
    *((Row(arm), range(8)) for arm in GATED),
    *((Row(arm, 5, rate), range(5)) for rate in (Fraction(1), THIRD) for arm in SINGLE),
    *((Row(arm), range(8)) for arm in (*WIDER, GENTLE, STEEP)),
    *((Row(HIDDEN, longer), range(5)) for longer in (1, 5)),
    *((Row(HIDDEN, 5, rate), range(2)) for rate in (THIRD, THREE)),
    (Row(ALONE), range(8)),
    *((Row(arm, 1, THIRD), range(5)) for arm in (*GATED, ALONE)),
    (Row(ALONE, 5), range(3)),
    *((Row(HOLES, longer), range(5)) for longer in (1, 5)),
    (Row(HOLES, 5, THIRD), range(3)),
    (Row(SMALL_HIDDEN, 5), range(5)),
    (Row(SMALL_HIDDEN, 5, THIRD), range(3)),
    *((Row(WIDE_HIDDEN, longer), range(5)) for longer in (1, 5)),
    (Row(WIDE_HIDDEN, 5, THIRD), range(3)),
    (Row(EXHIBIT), range(8)),
    (Row(EXHIBIT, 5), range(5)),
    *((Row(arm), range(5)) for arm in CONTROLS),
]


def run_of(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The page's run; some arms have a hidden layer at the network's end."""
    from attention_lab.lessons.pyramid_split import experiment

    plain = experiment.direction_namer

    def with_hidden_layer(make: Callable[[], nn.Module], channels: int, hidden: int) -> nn.Sequential:
        network = plain(make, channels)
        network[-1] = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(),
                                    nn.Linear(hidden, network[-1].out_features))
        return network

    def run(arm: str, seed: int) -> dict[str, float]:
        hidden = {HIDDEN: 8, SMALL_HIDDEN: 8, WIDE_HIDDEN: 32}.get(arm)
        namer = partial(with_hidden_layer, hidden=hidden) if hidden else plain
        with patch.object(experiment, "direction_namer", namer):
            return page["run"](arm, seed)

    return run


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"] |= more_arms(runs.page)
    runs.page["arms"] |= {**dict.fromkeys((HIDDEN, WIDE_HIDDEN), runs.page["arms"]["equal shares"]),
                          SMALL_HIDDEN: runs.page["arms"]["only 3 x 3 kernels"]}
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
