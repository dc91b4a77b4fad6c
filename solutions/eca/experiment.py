"""The long runs of lesson 02: `python -m solutions.eca.experiment` writes experiment.md (about an hour of one
core)."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention_lab.lessons.eca.experiment import (
    RATE,
    RATE_OF_MATRICES,
    SHUFFLED,
    FromAllMeans,
    find_discs,
)
from solutions.se.reference import SEBlock
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 02_eca: long runs

`python -m solutions.eca.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each number is an overlap with the true disc, in per cent: the first on new pictures, the second on those seen in training."""  # noqa: E501
TEN, THREE, THIRD, TENTH = Fraction(10), Fraction(3), Fraction(1, 3), Fraction(1, 10)
MIXED = "ECA, bands shuffled and mixed"
EXHIBIT = "exhibit A"
MORE = ", 5120 pictures"
BIAS, SORTED, RAW_SE = "ECA with a bias", "ECA, sorted again", "SE as in lesson 01"
ONE, OWN, OWN_RAW = "one kernel", "one kernel per channel", "one kernel per channel, unscaled means"
PLUS = " and a bias"
ALL_BANDS = "one kernel over all bands"
APART = {f"ECA, dilation {steps}": steps for steps in (2, 8)}

ROWS = [
    *((Row(arm, 5), range(5)) for arm in ("SE", "no neighbours", "no gate", "ECA")),
    (Row("ECA, bands shuffled", 5), range(5)),
    *((Row(arm, 5, THREE), (0,)) for arm in ("SE", "full matrix")),
    *((Row(arm), range(8)) for arm in ("no gate", "no neighbours")),
    *((Row(arm, 5, THREE), range(2)) for arm in ("no gate", "no neighbours", "ECA", "ECA, bands shuffled")),
    *((Row(MIXED, longer), range(5)) for longer in (1, 5)),
    *((Row(MIXED, longer, rate), range(2)) for longer in (1, 5) for rate in (THIRD, TENTH)),
    *((Row(arm), range(8)) for arm in ("SE", "full matrix")),
    *((Row(arm, 1, THREE), range(3)) for arm in ("SE", "full matrix")),
    *((Row(arm), range(5)) for arm in (ONE, OWN)),
    *((Row(arm, 5, rate), range(3)) for rate in (Fraction(1), THREE) for arm in (ONE, OWN)),
    (Row(OWN_RAW), range(5)),
    *((Row(OWN_RAW, 5, rate), range(3)) for rate in (Fraction(1), THIRD)),
    (Row("full matrix", 5), range(5)),
    *((Row(arm + MORE), range(5)) for arm in ("full matrix", "ECA")),
    (Row("full matrix" + MORE, 1, THREE), range(3)),
    *((Row("full matrix" + MORE, 5, rate), range(2)) for rate in (Fraction(1), THREE)),
    *((Row(arm), range(5)) for arm in (BIAS, SORTED)),
    *((Row(RAW_SE, 1, rate), range(8)) for rate in (Fraction(1), TENTH)),
    *((Row(arm, longer, TEN), range(5)) for longer in (1, 5) for arm in (ONE, OWN)),
    *((Row(arm, 1, TENTH), range(5)) for arm in ("ECA", OWN_RAW)),
    *((Row(arm + PLUS, 1, rate), range(5)) for rate in (Fraction(1), TEN) for arm in (ONE, OWN)),
    *((Row(arm + PLUS, 5, TEN), range(3)) for arm in (ONE, OWN)),
    (Row("full matrix" + PLUS, 5), range(5)),
    *((Row(ALL_BANDS + PLUS, 1, rate), range(5)) for rate in (Fraction(1), TEN)),
    *((Row("full matrix" + PLUS, longer, TEN), range(5)) for longer in (1, 5)),
    (Row("full matrix", 25), range(3)),
    *((Row(arm), range(5)) for arm in ("no neighbours" + PLUS, *APART)),
    *((Row(arm), range(5)) for arm in ("ECA", "ECA, bands shuffled", EXHIBIT)),
    (Row(EXHIBIT, 5), range(3)),
]


class OneKernel(nn.Module):
    """The scores of one kernel for all channels: (B, channels) -> (B, channels)."""

    def __init__(self, size: int = 3, bias: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 1, size, padding=size // 2, bias=bias)

    def forward(self, means: Tensor) -> Tensor:
        return self.conv(means[:, None])[:, 0]


class OwnKernels(nn.Module):
    """The same with a kernel for each channel, which begins like the shared one."""

    def __init__(self, channels: int, bias: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter((2 * torch.rand(channels, 3) - 1) / 3 ** 0.5)
        self.bias = nn.Parameter(torch.zeros(channels)) if bias else 0.0

    def forward(self, means: Tensor) -> Tensor:
        return (F.pad(means, (1, 1)).unfold(1, 3, 1) * self.weight).sum(-1) + self.bias


def mixed(page: dict[str, Any]) -> nn.Module:
    return nn.Sequential(nn.Conv2d(page["BANDS"], page["BANDS"], 1), page["ECABlock"](page["BANDS"]))


class FromRawMeans(nn.Module):
    """x times sigmoid(scores(its means)), as in ECA: (B, channels, H, W), in and out."""

    def __init__(self, scores: nn.Module) -> None:
        super().__init__()
        self.scores = scores

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.scores(x.mean((2, 3))))[:, :, None, None]


def sorted_again(pictures: Tensor) -> list[int]:
    """An order of the bands in which neighbours are alike, from either end. pictures: (n, bands, H, W)."""
    alike = torch.corrcoef(pictures.mean((2, 3)).T)
    row, left = [0], set(range(1, len(alike)))
    while left:
        end, band = max(((end, band) for end in (0, -1) for band in left),
                        key=lambda pair: alike[row[pair[0]], pair[1]].item())
        row.insert(0, band) if end == 0 else row.append(band)
        left.remove(band)
    return row


class ExhibitA(nn.Module):
    """The museum's exhibit as the page hands it out: its kernel slides across the borders of pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        s = x.mean((2, 3))
        return x * torch.sigmoid(self.conv(s.reshape(1, 1, -1)).reshape(s.shape))[:, :, None, None]


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    page = runs.page
    bands, shuffled, glowing_discs = page["BANDS"], page["NEW_ORDER"], page["glowing_discs"]
    few, more, test_set = (glowing_discs(n, seed) for n, seed in ((1024, 0), (5120, 0), (512, 1)))
    found = sorted_again(few.pictures[:, shuffled])
    print("true neighbours side by side:", int((shuffled[found].diff().abs() == 1).sum()), "of", bands - 1)

    def eca(size: int = 3, dilation: int = 1, bias: bool = False) -> nn.Module:
        block = page["ECABlock"](bands)
        block.conv = nn.Conv1d(1, 1, size, padding=dilation * (size // 2), dilation=dilation, bias=bias)
        return block

    gates = {**page["arms"],
             MIXED: lambda: mixed(page),
             ONE: lambda: FromAllMeans(OneKernel()),
             OWN: lambda: FromAllMeans(OwnKernels(bands)),
             "full matrix" + PLUS: lambda: FromAllMeans(nn.Linear(bands, bands)),
             ONE + PLUS: lambda: FromAllMeans(OneKernel(bias=True)),
             ALL_BANDS + PLUS: lambda: FromAllMeans(OneKernel(2 * bands - 1, bias=True)),
             OWN + PLUS: lambda: FromAllMeans(OwnKernels(bands, bias=True)),
             OWN_RAW: lambda: FromRawMeans(OwnKernels(bands)),
             **{arm: lambda steps=steps: eca(dilation=steps) for arm, steps in APART.items()},
             "no neighbours" + PLUS: lambda: eca(1, bias=True),
             EXHIBIT: ExhibitA,
             BIAS: lambda: eca(bias=True),
             SORTED: lambda: page["ECABlock"](bands),
             RAW_SE: lambda: SEBlock(bands, reduction=1)}
    orders = {SHUFFLED: shuffled, MIXED: shuffled, SORTED: shuffled[found]}

    def run(arm: str, seed: int) -> dict[str, float]:
        gate = gates[arm.removesuffix(MORE)]()
        scores = find_discs(gate, orders.get(arm, slice(None)),
                            RATE_OF_MATRICES if isinstance(gate, FromAllMeans) else RATE, seed,
                            more if arm.endswith(MORE) else few, test_set)
        if arm == RAW_SE:
            gates_now = page["gates_of"](gate, test_set.pictures)
            scores["gates near 0.5"] = 100 * ((gates_now - 0.5).abs() < 0.01).float().mean().item()
        return scores

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
