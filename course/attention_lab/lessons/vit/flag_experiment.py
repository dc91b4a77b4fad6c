"""The experiment of lesson 05c with flags: one head or two, each trained three times on the same posters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from ...networks.training import Results, Trained, compare_arms, train
from ...pictures.longer_runs import longer_runs
from ...pictures.scores import ScorePlot
from .task import Flags, asked_loss, right_on_flags

EPOCHS, BATCH, RATE = 5, 16, 3e-3

plot = ScorePlot("right answers on new posters (%)", highlight=["two heads"], baselines={"chance": 50},
                 longer=longer_runs, limits={"one head": 80}, limit="one look-up, and a guess",
                 gaps=[("two heads", "one head")])


def trained_on_flags(network: nn.Module, posters: Flags, seed: int) -> nn.Module:
    return train(network, posters.pictures, posters.answers, loss=asked_loss, batch_size=BATCH, epochs=EPOCHS,
                 peak_rate=RATE, seed=seed)


def compare_on_flags(arms: Mapping[str, Callable[[], nn.Module]], posters: Flags, new: Flags,
                     predicted: Mapping[str, float | None]) -> tuple[Results, Trained]:
    """Trains a network of each arm three times, draws the runs as they finish if there are predictions, and returns the
    scores on new posters, and the networks."""
    trained = Trained()

    def run(arm: str, seed: int) -> float:
        trained[arm, seed] = trained_on_flags(arms[arm](), posters, seed)
        return right_on_flags(trained[arm, seed], new)

    return compare_arms(arms, seeds=range(3), run=run, after_each=plot.growing(predicted)), trained


def search_once(posters: Flags) -> float:
    """Returns how many answers are right, in per cent, if one knows the mark of each flag's left colour, and says the
    opposite for the right one."""
    left, right = posters.answers[posters.answers[..., 0] >= 0].T
    return 50 * (1 + (right == 1 - left).double().mean().item())


@torch.no_grad()
def head_maps(network: nn.Sequential, poster: Tensor) -> Tensor:
    """Returns what each cell of a poster reads in each head, (heads, 36, 36). network: a `flag_reader`."""
    tokens, reader = network[:2](poster[None]), network[2]
    return reader.part.attention(reader.norm(tokens))[0]
