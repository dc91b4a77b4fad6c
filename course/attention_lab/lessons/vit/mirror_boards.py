"""The board game of lesson 05c's lab book. A board of black and white cells: what stands at the mirrored place?

The same `n` and `seed` give the same pictures and answers on every machine.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ...networks.training import Results, compare_arms, train
from .task import DIM, PATCH, SIDE, Beside, asked_loss

MIRROR = torch.arange(SIDE * SIDE).view(SIDE, SIDE).flip(1).flatten()  # the cell at the mirrored place
NEVER = (0, 8, 16, 22, 27, 32)  # one cell in each row, which training never asks for
# What is added to the tokens, as `Placed` calls it, by the name of the arm.
KINDS = {"no vectors": "none", "one per place": "place", "row and column": "row and column",
         "never trained": "never trained"}


def mirror_boards(n: int, seed: int, hide: tuple[int, ...] = ()) -> tuple[Tensor, Tensor]:
    """Draws n boards, (n, 3, 24, 24), and for each of their 36 cells the colour at the mirrored place, (n, 36, 1), 0
    for black and 1 for white. Half of the cells are black.

    hide: cells that are not asked for, whose answer is -100.
    """
    g = torch.Generator().manual_seed(seed)
    white = (torch.rand(n, SIDE * SIDE, generator=g).argsort(1) < SIDE * SIDE // 2).long()
    answers = white[:, MIRROR].clone()
    answers[:, list(hide)] = -100
    cells = (0.1 + 0.8 * white.float()).view(n, 1, SIDE, 1, SIDE, 1).expand(-1, 3, -1, PATCH, -1, PATCH)
    pictures = cells.reshape(n, 3, SIDE * PATCH, SIDE * PATCH)
    return pictures + 0.05 * torch.randn(pictures.shape, generator=g), answers[..., None]


class Placed(nn.Module):
    """Adds a vector to each token, (B, 36, 32) -> (B, 36, 32).

    kind: "none" adds nothing; "place", a vector for each place; "row and column", one for each row and one for each
        column; "never trained", random vectors for the places.
    """

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind
        if kind == "row and column":
            self.rows = nn.Parameter(0.5 * torch.randn(1, SIDE, 1, DIM))
            self.columns = nn.Parameter(0.5 * torch.randn(1, 1, SIDE, DIM))
        elif kind != "none":
            self.vectors = nn.Parameter(0.5 * torch.randn(1, SIDE * SIDE, DIM), requires_grad=kind == "place")

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == "none":
            return x
        return x + (self.vectors if hasattr(self, "vectors") else (self.rows + self.columns).flatten(1, 2))


def board_reader(embed: nn.Module, kind: str, attention: nn.Module) -> nn.Sequential:
    """A small network: tokens, their places, one reading of each other, and an answer for each cell."""
    return nn.Sequential(embed, Placed(kind), Beside(attention), nn.Linear(DIM, 1))


@torch.no_grad()
def right_on_boards(network: nn.Module, pictures: Tensor, answers: Tensor) -> dict[str, float]:
    """The right answers in per cent, at the places that training asked for, and at the others."""
    right = ((network(pictures) > 0).long() == answers)[..., 0].float().mean(0)
    never = torch.zeros(SIDE * SIDE, dtype=torch.bool)
    never[list(NEVER)] = True
    return {"asked": 100 * right[~never].mean().item(), "never asked": 100 * right[never].mean().item()}


def played(network: nn.Module, seed: int) -> dict[str, float]:
    """Trains a network on 3,200 boards, and returns its scores on 500 new ones, as `right_on_boards` does."""
    train(network, *mirror_boards(3200, 1, hide=NEVER), loss=asked_loss, batch_size=16, epochs=3, peak_rate=3e-3,
          seed=seed)
    return right_on_boards(network, *mirror_boards(500, 2))


def compare_places(reader: Callable[[str], nn.Module]) -> Results:
    """Plays the game three times with each kind of vectors. reader: makes a `board_reader` with the kind that it is
    given."""
    return compare_arms(KINDS, seeds=range(3), run=lambda arm, seed: played(reader(KINDS[arm]), seed))
