"""The long runs of lesson 07a: `python -m solutions.external.experiment` writes experiment.md (about 35 minutes of one
core)."""

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from solutions.external.reference import MultiHeadExternalAttention, double_normalize
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 07a_external: long runs

`python -m solutions.external.experiment` writes this table; `lab_book.md` says what the arms, the numbers and the factors are, and what the runs show."""  # noqa: E501
HALF = Fraction(1, 2)
NONE, HEADS = "no module", "multi-head"
EXHIBIT = "exhibit A"
EXTERNAL, PLAIN = "external attention", "plain softmax"
ARMS = EXTERNAL, "self-attention", "MLP", PLAIN
FEWER = {f"external attention, {slots} slots": slots for slots in (16, 8, 4)}
IN_HEADS = {f"{slots} slots, {heads} head{'s' * (heads > 1)}": (heads, slots)
            for heads, slots in ((1, 16), (2, 16), (4, 16), (4, 4), (8, 2), (1, 4))}
SHARED = ", shared sums"
SHARING = {f"{slots} slots, 4 heads{SHARED}": slots for slots in (4, 16)}
OF_HEADS = "4 slots, 1 head", "16 slots, 1 head", "4 slots, 4 heads", "16 slots, 4 heads", *SHARING

ROWS = [
    *((Row(arm, 5), range(5)) for arm in ARMS),
    (Row(NONE, 5), (0,)),
    *((Row(arm, 5, HALF), range(2)) for arm in ARMS),
    *((Row(arm), range(5)) for arm in (HEADS, NONE, *FEWER)),
    *((Row(arm, 5), range(5)) for arm in (HEADS, *FEWER)),
    *((Row(arm), range(5)) for arm in IN_HEADS),
    *((Row(arm, 5), range(5)) for arm in IN_HEADS),
    (Row("self-attention", 1, Fraction(2)), range(5)),
    *((Row(arm), range(5)) for arm in OF_HEADS),
    *((Row(arm, 5), range(5)) for arm in ("4 slots, 1 head", "4 slots, 4 heads", *SHARING)),
    (Row(EXHIBIT), range(3)),
    *((Row(arm, 1, HALF), range(3)) for arm in ("16 slots, 1 head", "4 slots, 4 heads", *SHARING)),
]


class SharedSums(MultiHeadExternalAttention):
    """The heads share their sums Z, too: a slot's weights are divided by one sum, over the tokens of all heads."""

    def forward(self, x: Tensor) -> Tensor:
        heads = self.expand(x).unflatten(2, (self.heads, -1)).transpose(1, 2)
        weights = double_normalize(self.mk(heads).flatten(1, 2)).unflatten(1, heads.shape[1:3])
        return self.proj(self.mv(weights).transpose(1, 2).flatten(2))


class Exhibit(nn.Module):
    """The page's exhibit, with its mistake: the axes of the authors' code, which has the tokens last."""

    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk, self.mv = nn.Linear(dim, memory_size, bias=False), nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        shares = self.mk(x).softmax(dim=-1)
        return self.mv(shares / (1e-9 + shares.sum(dim=1, keepdim=True)))


def run_of(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The page's run; for the two normalizations, also what their logits can stand and how many slots are in use."""

    from attention_lab.lessons.external import experiment  # after the page, which imports it, too

    def run(arm: str, seed: int) -> dict[str, float]:
        scores = experiment.run(arm, page["arms"][arm], seed)
        if arm in (EXTERNAL, PLAIN):
            torch.manual_seed(seed)
            model = page["learn"](page["arms"][arm](page["CHANNELS"]), "book", seed)
            for name, factor, shift in (("x 1/4", 0.25, 0), ("x 4", 4, 0), ("shift", 1, 4)):
                scores[name] = with_other_logits(page, model, factor, shift)
            scores["slots"] = slots_used(page, model)
        return scores

    return run


@torch.no_grad()
def with_other_logits(page: dict[str, Any], model: nn.Module, factor: float, shift: float) -> float:
    model = deepcopy(model)
    torch.manual_seed(0)
    mk = model[2].module.mk
    mk.weight.mul_(factor)
    mk.bias = nn.Parameter(shift * torch.randn(len(mk.weight)))
    return page["right_on_discs"](model, page["new_discs"]("book"))


@torch.no_grad()
def slots_used(page: dict[str, Any], model: nn.Module) -> float:
    pictures, answers, *_ = page["new_discs"]("book")
    logits = model[2].module.mk(model[:2](pictures).flatten(2).transpose(1, 2))
    borrowing = isinstance(model[2].module, page["Borrowing"])
    mean = (page["double_normalize"](logits) if borrowing else logits.softmax(2))[answers.flatten(1) >= 0].mean(0)
    return torch.exp(-(mean * mean.clamp(min=1e-12).log()).sum()).item()


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"] |= {
        NONE: lambda dim: nn.Identity(), HEADS: lambda dim: MultiHeadExternalAttention(dim, num_heads=2, expansion=2),
        EXHIBIT: Exhibit,
        **{name: lambda dim, slots=slots: runs.page["Borrowing"](dim, slots) for name, slots in FEWER.items()},
        **{name: lambda dim, given=given: MultiHeadExternalAttention(dim, given[0], 1, given[1])
           for name, given in IN_HEADS.items()},
        **{name: lambda dim, slots=slots: SharedSums(dim, 4, 1, slots) for name, slots in SHARING.items()},
    }
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
