"""The long runs of lesson e2: `python -m solutions.coordinate.experiment` writes experiment.md (about half an hour of
one core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.coordinate.reference import CoordinateAttention, directional_pool
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# e2_coordinate: long runs

`python -m solutions.coordinate.experiment` writes this table; `lab_book.md` says what the arms, the numbers and the factors are, and what the runs show."""  # noqa: E501
HALF = Fraction(1, 2)
PAGES = "none", "SE", "CBAM's map", "coordinate, no places", "coordinate"
ROWS_ALONE, SUM, ONE, FEW, MORE = "rows alone", "sum of gates", "gate of the sum", "few parameters", "more convolutions"
TWO, WIDE = "two hidden channels", "three more convolutions"
HOLES, WIDE_MAP = "three dilated convolutions", "one wide map"
HALF_THE_STEPS = ", 160 steps"
SHORT = WIDE_MAP + HALF_THE_STEPS, "coordinate" + HALF_THE_STEPS
FRESH = range(11, 14)  # seeds that nobody had seen when the page was written
ROWS = [
    *((Row(arm, 5), range(5)) for arm in PAGES),
    *((Row(arm), range(3)) for arm in (ROWS_ALONE, SUM, ONE, FEW, MORE)),
    *((Row(arm, 5), range(2)) for arm in (ROWS_ALONE, SUM, MORE)),
    *((Row(arm, 5, HALF), range(5)) for arm in PAGES),
    (Row(TWO), range(3)),
    *((Row(arm, 5, rate), FRESH) for rate in (Fraction(1), Fraction(2)) for arm in ("SE", "coordinate, no places")),
    (Row(WIDE), range(3)),
    *((Row(WIDE, 5, rate), range(3)) for rate in (Fraction(1), HALF)),
    *((Row(HOLES, longer), range(5)) for longer in (1, 5)),
    (Row(HOLES, 5, HALF), range(3)),
    *((Row(arm, 1, Fraction(2)), range(5)) for arm in (HOLES, WIDE_MAP)),
    (Row(HOLES, 1, Fraction(4)), range(5)),
    (Row("coordinate", 1, HALF), range(5)),
    *((Row(WIDE_MAP, 5, rate), range(3)) for rate in (Fraction(1), HALF)),
    (Row(WIDE_MAP), range(5)),
    (Row(WIDE_MAP, 1, HALF), range(3)),
    *((Row(arm, 1, Fraction(rate)), range(5)) for rate in (1, 2, 4) for arm in SHORT),
]


class Otherwise(CoordinateAttention):
    """Coordinate Attention whose gates are combined in another way."""

    def __init__(self, channels: int, way: str) -> None:
        super().__init__(channels, channels)
        self.way = way

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = directional_pool(x)
        line = F.hardswish(self.bn1(self.conv1(torch.cat([rows, columns.transpose(2, 3)], dim=2))))
        rows, columns = line.split([x.shape[2], x.shape[3]], dim=2)
        rows, columns = self.conv_h(rows), self.conv_w(columns.transpose(2, 3))
        gates = {ROWS_ALONE: rows.sigmoid, SUM: lambda: rows.sigmoid() + columns.sigmoid(),
                 ONE: (rows + columns).sigmoid}
        return x * gates[self.way]()


class Few(nn.Module):
    """The mean of each row and column, times a factor and plus a shift for each channel, and a sigmoid."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.factors, self.shifts = nn.Parameter(torch.ones(2, channels, 1,
                                                            1)), nn.Parameter(torch.zeros(2, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        for means, factor, shift in zip(directional_pool(x), self.factors, self.shifts, strict=True):
            x = x * torch.sigmoid(means * factor + shift)
        return x


def two_hidden(channels: int) -> CoordinateAttention:
    """Coordinate Attention with two hidden channels, where the module itself takes eight at least."""
    attention = CoordinateAttention(channels, channels)
    attention.conv1, attention.bn1 = nn.Conv2d(channels, 2, 1), nn.BatchNorm2d(2)
    attention.conv_h, attention.conv_w = nn.Conv2d(2, channels, 1), nn.Conv2d(2, channels, 1)
    return attention


def dilated(layer: Callable[[int], nn.Sequential], channels: int) -> nn.Sequential:
    """Three of the page's convolutions, with dilations 1, 2 and 4. They see the whole board."""
    layers = [layer(channels) for _ in range(3)]
    for step, (convolution, *_) in zip((1, 2, 4), layers, strict=True):
        convolution.dilation = convolution.padding = (step, step)
    return nn.Sequential(*layers)


def wide(spatial_gate: nn.Module) -> nn.Module:
    """CBAM's map with dilation 4."""
    spatial_gate.conv.dilation, spatial_gate.conv.padding = (4, 4), (12, 12)
    return spatial_gate


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    page = runs.page
    channels, layer = page["CHANNELS"], page["conv_bn_relu"]
    page["arms"] |= {
        **{way: lambda way=way: Otherwise(channels, way) for way in (ROWS_ALONE, SUM, ONE)},
        FEW: lambda: Few(channels), TWO: lambda: two_hidden(channels),
        MORE: lambda: nn.Sequential(*(layer(channels) for _ in range(2))),
        WIDE: lambda: nn.Sequential(*(layer(channels) for _ in range(3))),
        HOLES: lambda: dilated(layer, channels), WIDE_MAP: lambda: wide(page["SpatialGate"]()),
    }
    page["arms"] |= {arm: page["arms"][arm.removesuffix(HALF_THE_STEPS)] for arm in SHORT}
    boards = page["marked"]

    def run(arm: str, seed: int) -> Any:
        some = len(boards.pictures) // (2 if arm in SHORT else 1)
        page["marked"] = boards._replace(pictures=boards.pictures[:some], answers=boards.answers[:some])
        return page["run"](arm, seed)

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
