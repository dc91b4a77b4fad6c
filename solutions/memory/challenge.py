"""Our attempt at the challenge of lesson 05b, beside the page's own functions: `python -m solutions.memory.challenge`
(some seconds).

The page compares no networks, so its cells are run here one by one, and the lab book's challenge measures.
"""

from pathlib import Path
from typing import Any

import jupytext
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from solutions.memory.reference import streaming_attention
from solutions.shared.attempts import BLOCK, MINE


def masked(q: Tensor, k: Tensor, v: Tensor, first: int) -> Tensor:
    """Some queries, the first of them at position `first`, look at keys up to their own position."""
    later = torch.ones(q.shape[1], k.shape[1]).triu(first + 1).bool()
    return (q @ k.mT).masked_fill(later, -torch.inf).softmax(-1) @ v


def whole_rows(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The page's `recomputed` with a mask."""
    return torch.cat([checkpoint(masked, rows, k, v, 128 * i, use_reentrant=False)
                      for i, rows in enumerate(q.split(128, 1))], 1)


def triangle(q: Tensor, k: Tensor, v: Tensor, size: int = 64) -> Tensor:
    """Ours: a chunk of queries meets only the keys up to its own end."""
    return torch.cat([checkpoint(masked, rows, k[:, :(i + 1) * size], v[:, :(i + 1) * size], i * size,
                                 use_reentrant=False)
                      for i, rows in enumerate(q.split(size, 1))], 1)


def main() -> None:
    page: dict[str, Any] = {}
    cells = [cell.source for cell in jupytext.read(Path(__file__).with_name("page.py"), fmt="py:percent").cells
             if cell.cell_type == "code"]
    for begin in ("import torch", "def naive("):
        exec(next(source for source in cells if begin in source), page)
    book = BLOCK.findall(Path(__file__).with_name("lab_book.md").read_text(encoding="utf-8"))
    set_up, last = next(source for source in book if "\nchallenge(" in source).rsplit("\nchallenge(", 1)
    copied = {f"the page's {name}": page[name] for name in ("recomputed", "fused_padded")}
    for name, mine in {"triangle": triangle, "whole rows": whole_rows, **copied,
                       "streaming": streaming_attention}.items():
        page["mine"] = mine
        exec(MINE.sub("", set_up), page)
        print(f"{name}\n{eval(f'challenge({last}', page)}\n", flush=True)


if __name__ == "__main__":
    main()
