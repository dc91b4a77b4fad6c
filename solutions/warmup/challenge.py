"""Our attempt at lesson 00's challenge: `python -m solutions.warmup.challenge` trains each of these with three seeds
(seconds).

What we tried, right answers on 512 new games in per cent, three runs each: six questions at once, then one at a time:

    dot_product_attention, of the page       97.1  97.4  97.6    97.1  97.4  97.6
    both_axes                                98.5  98.1  98.1    95.8  97.5  97.7
    twenty_rounds                            99.9  97.2  97.2    97.1  97.4  97.6
    twenty_rounds_always                     99.5  97.4  97.2    72.3  89.0  86.5
    by hand, without training                99.8                97.9

Twenty rounds hand out the cards nearly as well as the best way by hand with one seed, and worse than plain attention
with two others: sharper weights than in training do harm there, and we have not found out why.
"""

import math
from itertools import permutations
from pathlib import Path

import torch
from torch import Tensor

from attention_lab.networks.training import compare
from attention_lab.tasks.card_games import CARDS, card_games
from solutions.shared.long_runs import LongRuns


def scores(q: Tensor, k: Tensor) -> Tensor:
    return q @ k.mT * q.shape[-1] ** -0.5


def in_turn(s: Tensor, rounds: int) -> Tensor:
    """Scale columns to sum 1, then rows, and so on, as logarithms: in the end each question has one card, and each
    card one question."""
    for _ in range(rounds):
        s = s.log_softmax(1).log_softmax(2)
    return s


def both_axes(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The product of both softmaxes, scaled so that rows sum to 1.
    A single question competes with nobody: the plain softmax is left."""
    s = scores(q, k)
    return (s.log_softmax(1) + s.log_softmax(2)).softmax(2) @ v


def twenty_rounds(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Plain attention in training; when it answers as many questions as there are cards, twenty rounds."""
    s = scores(q, k)
    if not torch.is_grad_enabled() and s.shape[1] == s.shape[2]:
        s = in_turn(s, 20)
    return s.softmax(2) @ v


def twenty_rounds_always(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    s = scores(q, k)
    return (in_turn(s, 20) if s.shape[1] == s.shape[2] else s).softmax(2) @ v


def by_hand() -> tuple[float, float]:
    """Without training, on the test's games: the most similar card for each question, and the best of all ways to
    hand out the cards."""
    games = card_games(512, seed=1)
    alike = math.log(9) / 2 * (2 * games.questions - 1) @ (2 * games.cards - 1).mT
    ways = torch.tensor(list(permutations(range(CARDS))))
    best = ways[alike[:, torch.arange(CARDS), ways].sum(2).argmax(1)]
    return tuple(100 * (games.colours.gather(1, found) == games.answers).float().mean().item()
                 for found in (alike.argmax(2), best))


if __name__ == "__main__":
    page = LongRuns(Path(__file__).parent / "page.py").page
    attempts = {attend.__name__: attend
                for attend in (page["dot_product_attention"], both_axes, twenty_rounds, twenty_rounds_always)}
    page["arms"] |= {name: (attend, True) for name, attend in attempts.items()}
    results = compare(attempts, range(3), page["run"])
    for arm in attempts:
        print(arm, {measure: [round(score, 1) for score in results.scores(arm, measure)]
                    for measure in ("6 at once", "1 at once")})
    print("by hand: most similar card {:.1f}, best way to hand out {:.1f}".format(*by_hand()))
