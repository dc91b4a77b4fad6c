"""The long runs of lesson 02: `python -m solutions.eca.experiment` writes experiment.md (about twelve minutes of one
core)."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 02_eca: long runs

`python -m solutions.eca.experiment` trains the page's arms for five times the page's 512 steps.
It does so at their peak rate and at other rates.
The peak rate is 0.01 for SE and the full matrix, and 0.1 for the other arms.
Each number is an overlap with the true disc, in per cent.
The first number of a cell is for new pictures, and the second is for those seen in training.

`ECA, bands shuffled and mixed` has a 1 x 1 convolution from 48 to 48 channels before ECA, which could put the bands in order again.

ECA and the full matrix differ in more than sharing: in their rate, and in whether the means are on one scale.
Two arms have the full matrix's rate and scaled means. `one scaled kernel` is one kernel of three numbers for all channels.
`own scaled kernels` has a kernel of three numbers for each channel, 144 in all, and nothing is shared.
`own kernels` has ECA's rate, and like ECA it reads the means as they are.

Arms with `5120 pictures` have five times as many pictures to learn from, and see each of them as often as the page's arms do.
So their steps, `x 1`, are 2560 in number, as many as in a row with `x 5`."""  # noqa: E501
THREE, THIRD, TENTH = Fraction(3), Fraction(1, 3), Fraction(1, 10)
MIXED = "ECA, bands shuffled and mixed"
MORE = ", 5120 pictures"
ONE, OWN, OWN_RAW = "one scaled kernel", "own scaled kernels", "own kernels"

ROWS = [
    *((Row(arm, 5), range(2)) for arm in ("SE", "no neighbours", "no gate", "ECA")),
    (Row("ECA, bands shuffled", 5), (0,)),
    *((Row(arm, 5, THREE), (0,)) for arm in ("SE", "full matrix")),
    *((Row(arm), range(8)) for arm in ("no gate", "no neighbours")),
    *((Row(arm, 5, THREE), range(2)) for arm in ("no gate", "no neighbours", "ECA", "ECA, bands shuffled")),
    *((Row(MIXED, longer), range(3)) for longer in (1, 5)),
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
]


class OneKernel(nn.Module):
    """The scores of a kernel of three: (B, channels) -> (B, channels)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, means: Tensor) -> Tensor:
        return self.conv(means[:, None])[:, 0]


class OwnKernels(nn.Module):
    """The same with a kernel for each channel, which begins like the shared one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter((2 * torch.rand(channels, 3) - 1) / 3 ** 0.5)

    def forward(self, means: Tensor) -> Tensor:
        return (F.pad(means, (1, 1)).unfold(1, 3, 1) * self.weight).sum(-1)


def mixed(page: dict[str, Any]) -> nn.Module:
    return nn.Sequential(nn.Conv2d(page["BANDS"], page["BANDS"], 1), page["ECABlock"](page["BANDS"]))


class FromRawMeans(nn.Module):
    """x times sigmoid(scores(its means)), as in ECA: (B, channels, H, W), in and out."""

    def __init__(self, scores: nn.Module) -> None:
        super().__init__()
        self.scores = scores

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.scores(x.mean((2, 3))))[:, :, None, None]


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    scaled = runs.page["FromAllMeans"]
    runs.page["arms"] |= {MIXED: (lambda: mixed(runs.page), runs.page["order"], 0.1),
                          ONE: (lambda: scaled(OneKernel()), slice(None), 0.01),
                          OWN: (lambda: scaled(OwnKernels(runs.page["BANDS"])), slice(None), 0.01),
                          OWN_RAW: (lambda: FromRawMeans(OwnKernels(runs.page["BANDS"])), slice(None), 0.1)}
    arms = runs.page["arms"]
    arms |= {arm + MORE: arms[arm] for arm in ("full matrix", "ECA")}
    few, more = runs.page["train_set"], runs.page["glowing_discs"](5120, seed=0)

    def run(arm: str, seed: int) -> Any:
        runs.page["train_set"] = more if arm.endswith(MORE) else few
        return runs.page["run"](arm, seed)

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
