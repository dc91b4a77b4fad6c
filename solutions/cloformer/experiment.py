"""The long runs of lesson 09: `python -m solutions.cloformer.experiment` writes experiment.md (about 25 minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.cloformer.reference import CloBlock
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 09_cloformer: long runs

`python -m solutions.cloformer.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each cell begins with three scores, in per cent; then come two numbers for each branch, which say how it responds to waves."""  # noqa: E501
HALF = Fraction(1, 2)
WAVELENGTHS = 2, 3, 4, 6, 8, 12, 24

PAGE = "local heads only", "global heads only", "two of each", "two of each, gate open"
CHANGED = "local heads only, GroupNorm", "two of each, added"
PLAIN, TANH = "two of each, GELU", "two of each, tanh"
UNTRAINED, BLOCK = "two of each, not trained", "CloBlock"
SPLITS = "[3, 1]", "[1, 3]", "two of each, window 12", "two of each, window 1"
FRESH = range(11, 17)  # seeds that nobody had seen when the page was written
ROWS = [
    *((Row(arm), range(5)) for arm in (*PAGE, *CHANGED)),
    *((Row(arm, 5), range(5)) for arm in (*PAGE, *CHANGED)),
    *((Row(arm, 5, HALF), range(2)) for arm in (*PAGE, *CHANGED)),
    *((Row(arm), range(5)) for arm in SPLITS[:3]),
    (Row(SPLITS[3]), range(5)),
    (Row("two of each, gate open", 20), (*range(2), *FRESH[2:5])),
    *((Row(arm, 5), FRESH) for arm in PAGE[2:]),
    (Row("two of each, gate open", 5, Fraction(2)), FRESH[:3]),
    (Row(PLAIN), range(3)),
    (Row(PLAIN, 5), range(5)),
    (Row(PLAIN, 5, HALF), range(2)),
    (Row(UNTRAINED, 0), range(16)),
    *((Row(arm, 1, rate), FRESH) for rate in (Fraction(1), Fraction(2)) for arm in (*PAGE[2:], PLAIN, TANH)),
    (Row(PAGE[3]), range(3, 11)),
    (Row(TANH), range(11)),
    (Row(TANH, 5), FRESH[:3]),
    (Row(BLOCK), range(5)),
]


def changed_arms(page: dict[str, Any]) -> dict[str, Callable[[], nn.Module]]:
    """The page's network, with something changed: its gate open, or another branch, norm or window."""
    from attention_lab.lessons.cloformer.cloth_net import with_open_gate  # after the page, which imports the kit, too

    net, local = page["network"], page["AttnConv"]

    class Added(local):
        def forward(self, x: Tensor) -> Tensor:
            q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
            return torch.tanh(self.attn_map(q + k) * self.scale) + v

    class Plain(local):
        def forward(self, x: Tensor) -> Tensor:
            return F.gelu(self.mixer(self.qkv(x)).chunk(3, dim=1)[2])

    class Tanh(local):
        def forward(self, x: Tensor) -> Tensor:
            return torch.tanh(self.mixer(self.qkv(x)).chunk(3, dim=1)[2])

    def with_branch(branch: type[nn.Module]) -> nn.Module:
        made = net([2, 2])
        made.attn.local_branches[0].__class__ = branch
        return made

    def with_window(size: int) -> nn.Module:
        made = net([2, 2])
        made.attn.global_branch.window_size = size
        return made

    return {
        PAGE[3]: lambda: with_open_gate(net([2, 2])),
        "local heads only, GroupNorm": lambda: net([4, 0], norm=lambda channels: nn.GroupNorm(1, channels)),
        "two of each, added": lambda: with_branch(Added),
        PLAIN: lambda: with_branch(Plain),
        TANH: lambda: with_branch(Tanh),
        "[3, 1]": lambda: net([3, 1]),
        "[1, 3]": lambda: net([1, 3]),
        "two of each, window 12": lambda: with_window(12),
        "two of each, window 1": lambda: with_window(1),
        BLOCK: lambda: page["ClothNet"](lambda: CloBlock(16, 16, 4, [2, 2], [5], 4, 3, 2.0, 1)),
    }


def with_waves(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The page's run, and which waves pass the branches afterwards."""
    from attention_lab.lessons.cloformer.task import movement  # as above

    def run(arm: str, seed: int) -> dict[str, float]:
        if arm == UNTRAINED:
            torch.manual_seed(seed)
            scores, model = {}, page["network"]([2, 2]).eval()
        else:
            scores = page["run"](arm, seed)
            model = page["trained"][arm, seed]
        if arm == BLOCK:
            return scores
        branches = {"local": model.attn.local_branches[0] if model.attn.local_branches else None,
                    "global": model.attn.global_branch}
        for name, branch in branches.items():
            if branch is not None:
                moved = dict(zip(WAVELENGTHS, movement(lambda x, branch=branch: branch(model.features(x)), WAVELENGTHS),
                                 strict=True))
                scores |= {f"{name} {wavelength}": 100 * moved[wavelength] for wavelength in (3, 24)}
        return scores

    return run


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"] |= changed_arms(runs.page)
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, with_waves(runs.page))
