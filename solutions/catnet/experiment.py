"""The long runs of elective e3: `python -m solutions.catnet.experiment` writes experiment.md (about 25 minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# e3_catnet: long runs

`python -m solutions.catnet.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each cell has two numbers, in per cent: the mean IoU on 300 new episodes, and the same with the support of another episode."""  # noqa: E501
ARMS = ("own picture", "other picture", "own picture, masked", "other picture, masked", "own picture, prototype",
        "other picture, masked, prototype")
# Not on the page:
OTHER, OWN_MASKED = "other picture, prototype", "own picture, masked, prototype"
UNTRAINED = ", not trained"
SUPPORTS, QUERYS, LABEL = "support's mask alone", "query's mask alone", "label alone"

EXHIBIT = "other picture, masked, with exhibit A"

HALF = Fraction(1, 2)
ROWS = [
    *((Row(arm, 5), range(5)) for arm in (*ARMS, OTHER, OWN_MASKED)),
    *((Row(arm, 5, HALF), range(2)) for arm in (*ARMS, OTHER, OWN_MASKED)),
    *((Row(arm), range(8)) for arm in ARMS[:4]),
    *((Row(arm, 5, Fraction(3)), range(3)) for arm in (ARMS[0], ARMS[3], *ARMS[4:])),
    *((Row(arm), range(5)) for arm in ARMS[4:]),
    *((Row(arm + UNTRAINED, 0), range(5)) for arm in ARMS),
    *((Row(arm, 5), range(5)) for arm in (SUPPORTS, QUERYS, LABEL)),
    *((Row(arm, 5, HALF), range(2)) for arm in (SUPPORTS, QUERYS, LABEL)),
    (Row(EXHIBIT), range(5)),
]
Maps = Callable[..., list[Tensor]]


class Label(nn.Module):
    """In the place of the second attention: a learned vector where the mask is 1."""

    def __init__(self, across: bool, masked: bool) -> None:
        super().__init__()
        self.vector = nn.Parameter(0.1 * torch.randn(24, 1, 1))

    def forward(self, x: Tensor, y: Tensor, mask: Tensor) -> Tensor:
        return self.vector * mask


def with_one_mask(last_step: Maps, supports: bool) -> Maps:
    """Opens the other picture's mask everywhere."""

    def maps(blocks: nn.ModuleList, *episode: Tensor) -> list[Tensor]:
        def opened(query: Tensor, support: Tensor, guess: Tensor, mask: Tensor, block: nn.Module) -> Any:
            return block(query, support, torch.ones_like(guess) if supports else guess,
                         mask if supports else torch.ones_like(mask))

        return last_step([partial(opened, block=block) for block in blocks], *episode)

    return maps


def first_come(block: type[nn.Module]) -> type[nn.Module]:
    """Returns a CMAT whose support looks at a query that has already moved: exhibit A of the lab book."""
    class FirstCome(block):  # type: ignore[valid-type, misc]
        def alone(self, a: Tensor) -> Tensor:
            return self.norm0((a + self.self_attention(a, a)).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def together(self, a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
            z = self.norm1((a + self.cross_attention(a, b, mask)).permute(0, 2, 3, 1))
            return self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)

        def forward(self, query: Tensor, support: Tensor, query_mask: Tensor,
                    support_mask: Tensor) -> tuple[Tensor, Tensor]:
            query, support = self.alone(query), self.alone(support)
            query = self.together(query, support, query_mask)
            return query, self.together(support, query, support_mask)

    return FirstCome


def run_of(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The page's run. One arm has no second attention, and some are not trained."""
    looks, block = page["Looks"], page["CMAT"]

    def run(arm: str, seed: int) -> dict[str, float]:
        if arm.endswith(UNTRAINED):
            network = page["Segmenter"](*page["arms"][arm.removesuffix(UNTRAINED)]).eval()
            return {"IoU": page["trained_iou"](network, page["tune_set"], page["test_set"])}
        page["Looks"] = Label if arm == LABEL else looks
        page["CMAT"] = first_come(block) if arm == EXHIBIT else block
        return page["run"](arm, seed)

    return run


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    prototype = runs.page["iterative_refinement"]
    look_up = runs.page["with_look_up"]
    runs.page["arms"] |= {
        OTHER: (True, False, prototype), OWN_MASKED: (False, True, prototype), LABEL: (False, True, look_up),
        SUPPORTS: (False, True, with_one_mask(look_up, supports=True)),
        EXHIBIT: (True, True, look_up),
        QUERYS: (False, True, with_one_mask(look_up, supports=False)),
    }
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
