"""Lesson 00: which colour is this card?

The same `n` pictures and answers come for the same `seed` on every machine. The answer depends on a cue, which the lesson takes away
to see what was really used.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

CARDS, SQUARES = 6, 16  # cards of a game, squares of a card's pattern
CARD_COLOURS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "red": "#D55E00", "pink": "#CC79A7", "black": "#222222"}
UNPRINTED = "#EBEBEB"


class Games(NamedTuple):
    """questions and cards, patterns of 0 and 1 (n, 6, 16); colours of the cards and answers to the questions, 0 to 5 (n, 6)."""

    questions: Tensor
    cards: Tensor
    colours: Tensor
    answers: Tensor


def card_games(n: int, seed: int, cue: bool = True) -> Games:
    """Games of six cards and six questions; each question is a card's pattern in which some squares are flipped.

    Every card is in question once, in a random order. Without the cue the questions are random patterns.
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
    """Games as a network sees them: question, card and the card's colour (one of six numbers is 1) side by side, (n, 6, 16 + 16 + 6)."""
    return torch.cat([games.questions, games.cards, F.one_hot(games.colours, CARDS).float()], dim=2)


def card_pictures(cards: Tensor, colours: Tensor) -> Tensor:
    """Pictures of cards on light grey, (n, 3, 4, 4), of patterns (n, 16) and colours (n,)."""
    paint, paper = (torch.tensor([[int(c[i:i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])[:, :, None, None]
                    for colours in (CARD_COLOURS.values(), [UNPRINTED]))
    return torch.where(cards.reshape(-1, 1, 4, 4) > 0, paint[colours], paper)
