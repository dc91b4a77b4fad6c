"""Lesson 00: which colour is this card? The games, a small network that plays them, its loss and its score.

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CARDS, SQUARES = 6, 16  # cards in a game, squares in a card's pattern
CARD_COLOURS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "red": "#D55E00", "pink": "#CC79A7",
                "black": "#222222"}
UNPRINTED = "#EBEBEB"


class Games(NamedTuple):
    """Games with their answers.

    questions: (n, 6, 16), patterns of 0 and 1.
    cards: (n, 6, 16), patterns of 0 and 1.
    colours: (n, 6), the colours of the cards, 0 to 5.
    answers: (n, 6), the colours that answer the questions, 0 to 5.
    """

    questions: Tensor
    cards: Tensor
    colours: Tensor
    answers: Tensor


def card_games(n: int, seed: int, cue: bool = True) -> Games:
    """Draws n games of six cards and six questions. Each question is the pattern of one card, in which some squares are
    flipped.

    In each game, there is one question about every card, in a random order.

    cue: False makes the questions random patterns.
    """
    g = torch.Generator().manual_seed(seed)
    cards = torch.randint(0, 2, (n, CARDS, SQUARES), generator=g).float()
    colours, asked = torch.rand(2, n, CARDS, generator=g).argsort(dim=2)  # two shuffles
    flipped = (torch.rand(n, CARDS, SQUARES, generator=g) < 0.1).float()
    questions = (cards.gather(1, asked[:, :, None].expand_as(cards)) - flipped).abs()
    if not cue:
        questions = torch.randint(0, 2, questions.shape, generator=g).float()
    return Games(questions, cards, colours, colours.gather(1, asked))


def as_inputs(games: Games) -> Tensor:
    """Returns games as a network sees them, (n, 6, 16 + 16 + 6): the question, the card, and the card's colour, side by
    side. One of the six numbers for the colour is 1."""
    return torch.cat([games.questions, games.cards, F.one_hot(games.colours, CARDS).float()], dim=2)


def card_pictures(cards: Tensor, colours: Tensor) -> Tensor:
    """Returns pictures of cards on light grey, (n, 3, 4, 4).

    cards: patterns, (n, 16).
    colours: (n,).
    """
    paint, paper = (torch.tensor([[int(c[i:i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])[:, :, None, None]
                    for colours in (CARD_COLOURS.values(), [UNPRINTED]))
    return torch.where(cards.reshape(-1, 1, 4, 4) > 0, paint[colours], paper)


class CardPlayer(nn.Module):
    """Answers a game, (B, 6, 16 + 16 + 6) -> (B, 6, 6), with a query for each question, and a key and a value for each
    card."""

    def __init__(self, attend: Callable[[Tensor, Tensor, Tensor], Tensor], width: int = 16) -> None:
        """attend: takes queries, keys and values, (B, N, width) each, and returns (B, N, width)."""
        super().__init__()
        self.attend = attend
        self.query, self.key = nn.Linear(SQUARES, width), nn.Linear(SQUARES, width)
        self.value, self.answer = nn.Linear(CARDS, width), nn.Linear(width, CARDS)

    def forward(self, game: Tensor, at_once: int = CARDS) -> Tensor:
        """game: the result of `as_inputs`.
        at_once: how many of the six questions are asked together.
        """
        questions, cards, colours = game.split([SQUARES, SQUARES, CARDS], dim=2)
        keys, values = self.key(cards), self.value(colours)
        attended = [self.attend(queries, keys, values) for queries in self.query(questions).split(at_once, dim=1)]
        return self.answer(torch.cat(attended, dim=1))


class AnswerLoss:
    """The cross entropy of a game's six answers. The attribute `values` holds the loss of each step."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def __call__(self, output: Tensor, answers: Tensor) -> Tensor:
        loss = F.cross_entropy(output.flatten(0, 1), answers.flatten())
        self.values.append(loss.item())
        return loss


@torch.no_grad()
def right_answers(player: nn.Module, games: Games) -> dict[str, float]:
    """Returns the right answers in per cent, with six, three, two and one questions at once: {"6 at once": ...}."""
    right = {n: player(as_inputs(games), n).argmax(-1) == games.answers for n in (6, 3, 2, 1)}
    return {f"{n} at once": 100 * each.float().mean().item() for n, each in right.items()}
