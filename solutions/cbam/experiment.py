"""The long runs of lesson 03: `python -m solutions.cbam.experiment` writes experiment.md (about 35 minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

from torch import nn

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 03_cbam: long runs

`python -m solutions.cbam.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each number is the share of right answers on 2048 new pictures, in per cent."""
THIRD = Fraction(1, 3)
LAYER = ", hidden layer"
DILATED, DILATED_ALONE = "dilated, channel gate only", "dilated, no module"
DEEPER = tuple(arm + LAYER for arm in ("no module", "channel gate only", "spatial gate only"))


def more_arms(page: dict) -> dict:
    """The arms that the page only tells of."""
    from attention_lab.lessons.cbam.experiment import Gated

    size, CBAM = page["SIZE"], page["CBAM"]

    class SideBySide(CBAM):
        """Both gates read the same x."""

        def forward(self, x):
            return x * self.channel_gate(x) * self.spatial_gate(x)

    def dilated(*after: nn.Module) -> nn.Sequential:
        width = size[0]
        return nn.Sequential(nn.Conv2d(width, width, 3, padding=4, dilation=4), nn.BatchNorm2d(width), nn.ReLU(),
                             *after)

    def with_exhibit() -> nn.Module:
        block = CBAM(*size)
        block.spatial_gate = page["ExhibitA"]()
        return block

    return {"side by side": lambda: SideBySide(*size),
            "CBAM with exhibit A": with_exhibit,
            "exhibit A only": lambda: Gated(page["ExhibitA"]()),
            "CBAM, 1 x 1 kernel": lambda: CBAM(*size, kernel_size=1),
            DILATED_ALONE: dilated,
            DILATED: lambda: dilated(Gated(page["ChannelGate"](*size)))}


def deeper(page: dict) -> Callable[[str, int], float]:
    """The page's run. The arms with a hidden layer end in two linear layers instead of one."""
    from attention_lab.lessons.cbam import experiment

    reader = experiment.cross_reader

    def with_layer(attention: nn.Module) -> nn.Sequential:
        network = reader(attention)
        network[-1] = nn.Sequential(nn.Linear(page["CHANNELS"], 16), nn.ReLU(), nn.Linear(16, 2))
        return network

    def run_either(arm: str, seed: int) -> float:
        with patch.object(experiment, "cross_reader", with_layer if arm.endswith(LAYER) else reader):
            return page["run"](arm, seed)

    return run_either


ORDERS = "CBAM", "spatial gate first"
FRESH = range(100, 108)  # seeds that nobody had seen when the page was written
CONTROLS = ("no module", "channel gate only", "spatial gate only", "CBAM, 1 x 1 kernel", "CBAM, cue taken out")
ROWS = [
    *((Row(arm, 5), range(5)) for arm in (CONTROLS[0], *CONTROLS[3:])),
    *((Row(arm), (*range(16), *FRESH)) for arm in ORDERS),
    *((Row(arm, 5), (*range(8), *FRESH)) for arm in ORDERS),
    *((Row("side by side", longer), range(5)) for longer in (1, 5)),
    *((Row(arm, 5, THIRD), range(1)) for arm in CONTROLS[:3]),
    *((Row(arm, 5, THIRD), range(2)) for arm in ("CBAM", "CBAM, cue taken out", "spatial gate first")),
    *((Row(arm, 1, THIRD), range(5)) for arm in ORDERS),
    *((Row(DEEPER[-1], 1, rate), range(5)) for rate in (Fraction(1), THIRD)),
    *((Row(arm, 5), range(5)) for arm in DEEPER),
    *((Row(arm, 5, THIRD), range(3)) for arm in DEEPER),
    *((Row(arm), range(5)) for arm in (*CONTROLS[:3], DILATED)),
    *((Row(arm, longer), range(5)) for longer in (1, 5) for arm in (DILATED_ALONE, DILATED)),
    *((Row(arm, 1, THIRD), range(5)) for arm in (DILATED_ALONE, DILATED)),
    *((Row(arm, 5, rate), range(5)) for rate in (Fraction(1), Fraction(3)) for arm in CONTROLS[1:3]),
    *((Row(arm), range(5)) for arm in ("CBAM with exhibit A", "exhibit A only")),
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"] |= more_arms(runs.page)
    runs.page["arms"] |= {arm: runs.page["arms"][arm.removesuffix(LAYER)] for arm in DEEPER}
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, deeper(runs.page))
