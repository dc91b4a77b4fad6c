"""The experiment of lesson 00: small networks that differ only in their attention learn the card game."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from ...networks import training
from .task import AnswerLoss, CardPlayer, as_inputs, card_games, right_answers

NO_CUE = ", no cue"  # the end of the names of arms whose questions are random patterns


def plain_mean(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Returns the mean of the values for each query, whatever the query and the keys are."""
    return v.mean(dim=1, keepdim=True).expand(-1, q.shape[1], -1)


def on_cards(
    arms: Mapping[str, Callable[[Tensor, Tensor, Tensor], Tensor]]
) -> tuple[Callable[[str, int], dict[str, float]], training.Trained, dict[tuple[str, int], list[float]]]:
    """Returns what the experiment needs: a `run` for `compare_arms`, the networks that its runs train, and their losses
    at each step. A run trains a `CardPlayer` and returns its right answers on new games, as `right_answers` does.

    arms: the attention of each arm, by the arm's name. Arms that are added later can be run, too.
    """
    trained, losses = training.Trained(), {}

    def run(arm: str, seed: int) -> dict[str, float]:
        cue = NO_CUE not in arm
        train_set, test_set = card_games(1024, 0, cue), card_games(512, 1, cue)
        loss = AnswerLoss()
        trained[arm, seed] = player = training.train(
            CardPlayer(arms[arm]), as_inputs(train_set), train_set.answers, loss=loss, epochs=12, batch_size=32,
            peak_rate=0.03, seed=seed)
        losses[arm, seed] = loss.values
        return right_answers(player, test_set)

    return run, trained, losses
