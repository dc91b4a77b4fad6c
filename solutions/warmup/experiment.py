"""The long runs of lesson 00: `python -m solutions.warmup.experiment` writes experiment.md (about ten minutes of one
core)."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import torch

from attention_lab.lessons.warmup.task import CARDS, CardPlayer, Games
from solutions.shared.long_runs import LongRuns, Row

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
    colours = torch.randint(CARDS, games.colours.shape, generator=torch.Generator().manual_seed(len(asked)))
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
    page, trained = runs.page, []
    train, card_games = page["train"], page["card_games"]
    page["arms"] |= {arm + repeat + WEIGHTS: page["arms"][arm] for repeat in ("", REPEAT) for arm in ARMS[:2]}

    def kept(*arguments: Any, **others: Any) -> Any:
        trained[:] = [train(*arguments, **others)]
        return trained[0]

    def run(arm: str, seed: int) -> dict[str, float]:
        page["card_games"] = (lambda *of: repeating(card_games(*of))) if REPEAT in arm else card_games
        scores = page["run"](arm, seed)
        if arm.endswith(WEIGHTS):
            axis = 2 if arm.startswith("over the keys") else 1
            games = page["card_games"](512, 1, True)
            scores["on the right colour"] = weight_on_the_right_colour(trained[0], games, axis)
        return scores

    page["train"] = kept
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
