"""The long runs of lesson 07b: `python -m solutions.rest.experiment` writes experiment.md (about 40 minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.networks import training
from attention_lab.tasks.scoring import right_of_each
from solutions.rest.reference import PixelAttention
from solutions.shared.long_runs import LongRuns, Row

if TYPE_CHECKING:
    from attention_lab.lessons.rest.task import Legends

HERE = Path(__file__).parent
ABOUT = """# 07b_rest: long runs

`python -m solutions.rest.experiment` writes this table; `lab_book.md` says what the arms, the numbers and the factors are, and what the runs show."""  # noqa: E501
HALF = Fraction(1, 2)
ONE_KEY = "one key"  # the name of these pictures beside the page's sizes


def look_up(size: int, ratio: int, change: str = "") -> str:
    return f"entries {size} x {size}, ratio {ratio}" + (f", {change}" if change else "")


EVERY = {look_up(size, ratio): (size, ratio) for size in (1, 2, 4) for ratio in (1, 2, 4, 8)}
CHANGED = {look_up(size, ratio, change): (size, ratio, change)
           for change in ("transform", "norm", "mean") for size, ratio in ((1, 2), (2, 4))}
AT_SIZE = tuple(look_up(size, size) for size in (2, 4))
BEYOND = tuple(look_up(*cell) for cell in ((1, 2), (2, 4), (4, 8), (1, 4), (2, 8), (1, 8)))
APART = {f"four entries in one key, {of}": (ONE_KEY, 2, f"{of} apart") for of in ("kernel", "mean")}
POSITIONS = "table", "PixelAttention", "added"

ROWS = [
    *((Row(arm, 5), range(5)) for arm in (*BEYOND, *POSITIONS)),
    *((Row(arm, 20), range(2)) for arm in BEYOND),
    *((Row(arm), range(5)) for arm in EVERY),
    *((Row(arm, 5), range(5)) for arm in CHANGED),
    *((Row(arm, 5, HALF), range(3)) for arm in (*BEYOND, *POSITIONS)),
    *((Row(arm), range(5)) for arm in (*CHANGED, *POSITIONS)),
    *((Row(arm, 5), range(5)) for arm in AT_SIZE),
    *((Row(arm, 2), range(5)) for arm in BEYOND[:3]),
    (Row(look_up(1, 1), 5), (0,)),
    (Row("no code", 5), (0,)),
    *((Row(arm, 5, HALF), (0,)) for arm in (*AT_SIZE, look_up(1, 1))),
    *((Row(look_up(4, ratio)), range(8)) for ratio in (4, 8)),
    *((Row(look_up(size, 2 * size, change)), range(8)) for size in (1, 2) for change in ("", "mean")),
    *((Row(arm, longer), range(5)) for longer in (1, 5) for arm in APART),
    *((Row(arm, 5, HALF), range(3)) for arm in APART),
    *((Row(arm, 20), range(3)) for arm in APART),
]


class Mean(nn.Module):
    """The mean over the windows of `sr`, which has no weights."""

    def __init__(self, ratio: int) -> None:
        super().__init__()
        self.ratio = ratio

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.avg_pool2d(x, self.ratio + 1, self.ratio, self.ratio // 2)


def change_in_place(attn: nn.Module, change: str) -> None:
    """Change the EMSA of a network that has been made: what is drawn for it comes after all of the network's draws."""
    if change == "norm":
        attn.transform_conv = nn.Identity()
    if change == "mean":
        attn.sr = Mean(attn.sr_ratio)
    if change == "mean apart":
        attn.sr = nn.AvgPool2d(2)
    if change == "kernel apart":
        attn.sr = nn.Conv2d(attn.sr.in_channels, attn.sr.in_channels, 2, stride=2, groups=attn.sr.in_channels)


# --- side and quarter: what a position code tells a network
class Table(nn.Module):
    """A learned vector for each position of a map of 12 x 12, added to it; for other sizes the table is stretched."""

    def __init__(self, channels: int, size: tuple[int, int] = (12, 12)) -> None:
        super().__init__()
        self.table = nn.Parameter(0.02 * torch.randn(1, channels, *size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[2:] == self.table.shape[2:]:
            return x + self.table
        return x + F.interpolate(self.table, x.shape[2:], mode="bicubic", align_corners=False)


class Added(PixelAttention):
    """The convolution of PixelAttention, added to x instead of made into a gate."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv(x)


CODES = {"no code": lambda channels: nn.Identity(), "table": Table, "PixelAttention": PixelAttention, "added": Added}
TESTED = {f"{h} x {w}": (h, w) for h, w in ((12, 12), (9, 15), (18, 20))}


def locate(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """Train a network with a position code on both questions about dominoes, and test it at three sizes."""
    from attention_lab.lessons.rest.experiment import CHANNELS, Net
    from attention_lab.lessons.rest.task import dominoes

    cards = dominoes(2160, 1, 12, 12)
    tests = {size: dominoes(100, 2, *sides) for size, sides in TESTED.items()}

    def both(scores: torch.Tensor) -> torch.Tensor:
        return scores.unflatten(1, (4, 2))  # four answers, two questions

    def run(code: str, seed: int) -> dict[str, float]:
        position = CODES[code](CHANNELS)
        model = Net(page["block"](1), 2, 8)
        model.embed = nn.Sequential(model.embed, position)
        training.train(model, cards.pictures, torch.stack([cards.sides, cards.quarters], dim=1), epochs=1,
                       batch_size=12, peak_rate=0.01, seed=seed,
                       loss=lambda scores, answers: F.cross_entropy(both(scores), answers))
        scores = {}
        for size, (pictures, *answers) in tests.items():
            with torch.no_grad():
                found = both(model(pictures))
            scores |= {f"{question}, {size}": right_of_each(found[:, :, i], answers[i])
                       for i, question in enumerate(("side", "quarter"))}
        return scores

    return run


def in_one_window(n: int, seed: int) -> "Legends":
    """Pictures of which all four entries, of one cell each, lie in the same window of 2 x 2 cells."""
    from attention_lab.lessons.rest.task import Legends, small_legends

    drawn = small_legends(6 * n, seed, 1)
    inside = (drawn.corners[:, 0] % 2 == 0).all(1).nonzero()[:n, 0]
    if len(inside) < n:
        raise ValueError(f"only {len(inside)} of {6 * n} pictures have their entries in one window: {n} are needed")
    return Legends(*(of[inside] for of in drawn))


def run_of(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The run of either experiment, by the name of its arm."""
    from attention_lab.lessons.rest import experiment  # after the page, which imports it, too

    of_code, plain, plain_fields = locate(page), experiment.Net, experiment.fields
    one_key = in_one_window(2160, 1), in_one_window(300, 2)
    arms: dict[str, tuple[Any, ...]] = EVERY | CHANGED | APART
    for arm, (size, ratio, *_) in arms.items():
        page["arms"][arm] = size, page["block"](ratio)

    def fields(size: int | str) -> tuple["Legends", "Legends"]:
        return one_key if size == ONE_KEY else plain_fields(size)

    def run(arm: str, seed: int) -> dict[str, float]:
        if arm in CODES:
            return of_code(arm, seed)
        _, ratio, *change = arms[arm]

        def net(block: Callable[[], nn.Module]) -> nn.Module:
            if change and change[0] in ("transform", "norm"):
                made = plain(lambda: page["ResTBlock"](experiment.CHANNELS, num_heads=2, mlp_ratio=2, sr_ratio=ratio,
                                                       apply_transform=True))
            else:
                made = plain(block)
            change_in_place(made.block.attn, *change or ("",))
            return made

        with patch.object(experiment, "Net", net), patch.object(experiment, "fields", fields):
            return page["run"](arm, seed)

    return run


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
