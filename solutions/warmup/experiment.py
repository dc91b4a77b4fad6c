"""The long runs of lesson 00: `python -m solutions.warmup.experiment` writes experiment.md (about ten minutes of one
core)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import torch

from solutions.shared.long_runs import LongRuns, Row

if TYPE_CHECKING:
    from attention_lab.lessons.warmup.task import CardPlayer, Games

HERE = Path(__file__).parent
ABOUT = """# 00_warmup: long runs

`python -m solutions.warmup.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each cell begins with the shares of right answers on 512 new games, for six, three, two and one questions at once, in per cent."""  # noqa: E501
THIRD, THREE = Fraction(1, 3), Fraction(3)
ARMS = ("over the keys", "over the queries", "plain mean", "over the keys, no cue", "over the queries, no cue")
REPEAT, WEIGHTS = ", colours repeat", ", weights"
ROWS = [
    *((Row(arm, 5), range(5)) for arm in ARMS),
    *((Row(arm, 5, rate), range(3)) for arm in ARMS for rate in (THIRD, THREE)),
    *((Row(arm + repeat + WEIGHTS), range(8)) for repeat in ("", REPEAT) for arm in ARMS[:2]),
]


def repeating(games: Games) -> Games:
    """The same games, with a random colour for each card."""
    asked = (games.answers[:, :, None] == games.colours[:, None]).float().argmax(2)  # the card of each question
    cards = games.colours.shape[1]
    colours = torch.randint(cards, games.colours.shape, generator=torch.Generator().manual_seed(len(asked)))
    return games._replace(colours=colours, answers=colours.gather(1, asked))


@torch.no_grad()
def weight_on_the_right_colour(player: CardPlayer, games: Games, axis: int) -> float:
    """In per cent, if the softmax runs along this axis of (B, questions, cards)."""
    queries, keys = player.query(games.questions), player.key(games.cards)
    weights = (queries @ keys.mT * queries.shape[-1] ** -0.5).softmax(axis)
    right = games.answers[:, :, None] == games.colours[:, None]
    return 100 * (weights / weights.sum(2, keepdim=True) * right).sum(2).mean().item()


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    # imported after the page, which would otherwise find the library's `compare_arms` in the kit
    from attention_lab.lessons.warmup import experiment as kit

    arms, trained, card_games = runs.page["arms"], runs.page["trained"], kit.card_games
    arms |= {arm + kit.NO_CUE: arms[arm] for arm in ARMS[:2]}
    arms |= {arm + repeat + WEIGHTS: arms[arm] for repeat in ("", REPEAT) for arm in ARMS[:2]}

    def run(arm: str, seed: int) -> dict[str, float]:
        def games(n: int, seed: int, cue: bool = True) -> Games:
            drawn = card_games(n, seed, cue)
            return repeating(drawn) if REPEAT in arm else drawn

        with patch.object(kit, "card_games", games):
            scores = runs.page["run"](arm, seed)
        if arm.endswith(WEIGHTS):
            axis = 2 if arm.startswith("over the keys") else 1
            player = trained[arm, seed]
            scores["on the right colour"] = weight_on_the_right_colour(player, games(512, 1), axis)
        return scores

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
