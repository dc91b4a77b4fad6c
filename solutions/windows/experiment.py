"""The long runs of lesson 08a: `python -m solutions.windows.experiment` writes experiment.md (about ten minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from torch import nn

from attention_lab.lessons.windows.task import TileNet, coloured_tiles, right_at_borders, with_transform
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 08a_windows: long runs

`python -m solutions.windows.experiment` writes this table; `lab_book.md` says what the arms, the numbers and the factors are, and what the runs show."""  # noqa: E501
ARMS = "never shifted", "both shifted", "no mask", "one shifted"
FRESH = range(1900, 1908)  # seeds that nobody had seen when the page was written

ROWS = [
    *((Row(arm, 5), range(5)) for arm in ARMS),
    *((Row(arm, 5, Fraction(1, 2)), range(5)) for arm in ARMS),
    *((Row(arm, 1, Fraction(1, 2)), range(5)) for arm in ARMS),
    *((Row(arm, 1, Fraction(2)), range(5)) for arm in ARMS),
    *((Row("one shifted", longer), (*range(5), *FRESH)) for longer in (1, 5)),
    (Row("one shifted", 5, Fraction(1, 2)), FRESH[:5]),
    *((Row("no mask", longer), range(8)) for longer in (1, 5)),
]


def run_of(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The page's scores, the largest scale, and for the arm that has all the windows that were never trained."""

    def run(arm: str, seed: int) -> dict[str, float]:
        model, tiles = page["learn"](arm, seed), page["test_set"]
        with torch.no_grad():
            scores = right_at_borders(model(tiles.pictures), tiles.answers, page["TILE_WINDOW"][1])
        state = model.state_dict()
        scores["scale"] = max(value.exp().max().item() for name, value in state.items() if name.endswith("logit_scale"))
        if arm == "one shifted":
            for width in (6, 8):
                for name, transform in (("own", page["AffineTransform"]), ("trained", trained_scale(page))):
                    scores[f"{width}, {name}"] = in_other_windows(page, state, width, transform)
        return scores

    return run


def trained_scale(page: dict[str, Any]) -> type:
    """The page's AffineTransform on the scale of the trained windows: it takes the log back, makes coordinates for
    windows of 2 x 4, and takes the log again."""

    class TrainedScale(page["AffineTransform"]):
        def forward(self, attn: Any, table: torch.Tensor, index: Any, mask: Any = None) -> Any:
            part = table.sign() * (2 ** (3 * table.abs()) - 1) / 8
            t = 8 * part * (torch.tensor(table.shape[1:3]) - 1) / 2 / (torch.tensor(page["TILE_WINDOW"]) - 1)
            return super().forward(attn, t.sign() * torch.log2(t.abs() + 1) / 3, index, mask)

    return TrainedScale


@torch.no_grad()
def in_other_windows(page: dict[str, Any], state: dict[str, torch.Tensor], width: int, transform: type) -> float:
    """The share of right answers over all tiles, in %, of trained weights in windows of 2 x width."""
    def attention(shift: bool) -> nn.Module:
        return with_transform(page["WindowAttention"](page["HEADS"], (2, width), shift), transform(page["HEADS"]))

    tiles = coloured_tiles(300, seed=2, size=(6, 3 * width))
    model = TileNet(attention, (False, True))
    model.load_state_dict(state)
    return 100 * (model(tiles.pictures).argmax(1) == tiles.answers).float().mean().item()


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
