"""The long runs of lesson 08b: `python -m solutions.cosine.experiment` writes experiment.md (about ten minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from attention_lab.lessons.cosine.experiment import (
    WIDER,
    largest_scale,
    learned,
    new_tiles,
    right_in,
    with_transform,
)
from attention_lab.tasks.coloured_tiles import TileNet, right_at_borders
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 08b_cosine: long runs

`python -m solutions.cosine.experiment` writes this table; `lab_book.md` says what the arms, the numbers and the factors are, and what the runs show."""  # noqa: E501
SHIFTS = {"never shifted": (False, False), "both shifted": (True, True), "no mask": (False, True),
          "one shifted": (False, True)}
FRESH = range(1900, 1908)  # seeds that nobody had seen when the page was written
WINDOW, HEADS = (2, 4), 2

ROWS = [
    *((Row(arm, 5), range(5)) for arm in SHIFTS),
    *((Row(arm, 5, Fraction(1, 2)), range(5)) for arm in SHIFTS),
    *((Row(arm, 1, Fraction(1, 2)), range(5)) for arm in SHIFTS),
    *((Row(arm, 1, Fraction(2)), range(5)) for arm in SHIFTS),
    *((Row("one shifted", longer), (*range(5), *FRESH)) for longer in (1, 5)),
    (Row("one shifted", 5, Fraction(1, 2)), FRESH[:5]),
    *((Row("no mask", longer), range(8)) for longer in (1, 5)),
]


def run_of(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The scores of lesson 08a's places with the page's attention, the largest scale, and for the arm that has all the
    windows that were never trained."""
    transform, window_attention = page["AffineTransform"], page["WindowAttention"]
    on_trained_scale = page["on_trained_scale"]

    class Unmasked(transform):
        def forward(self, attn: Tensor, table: Tensor, index: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(attn, table, index)

    class TrainedScale(transform):
        def forward(self, attn: Tensor, table: Tensor, index: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(attn, on_trained_scale(table), index, mask)

    def attention(window: tuple[int, int], shift: bool, of: type) -> nn.Module:
        return with_transform(window_attention(HEADS, window, shift), of(HEADS))

    def run(arm: str, seed: int) -> dict[str, float]:
        of = Unmasked if arm == "no mask" else transform
        model = learned(TileNet(lambda shift: attention(WINDOW, shift, of), SHIFTS[arm]), seed)
        tiles = new_tiles(WINDOW[1])
        with torch.no_grad():
            scores = right_at_borders(model(tiles.pictures), tiles.answers, WINDOW[1])
        scores["scale"] = largest_scale(model.state_dict())
        if arm == "one shifted":
            for width in WIDER:
                for name, kind in (("own", transform), ("trained", TrainedScale)):
                    scores[f"{width}, {name}"] = right_in(
                        width, lambda window, shift, kind=kind: attention(window, shift, kind), model.state_dict())
        return scores

    return run


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
