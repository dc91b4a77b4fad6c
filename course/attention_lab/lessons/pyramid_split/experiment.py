"""The experiment of lesson 06a: small networks that differ only in how they weigh four scales name the direction of
stripes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks import training
from ...pictures import ScorePlot
from .task import Cloths, direction_namer, striped_cloths, with_other_dots

CHANNELS = 16
KERNELS = (3, 5, 7, 9)


@cache
def train_cloths() -> Cloths:
    """Returns the 2,000 cloths that networks are trained on."""
    return striped_cloths(2000, seed=0)


@cache
def test_cloths() -> Cloths:
    """Returns 1,000 new cloths."""
    return striped_cloths(1000, seed=1)


def learn(network: nn.Module, seed: int) -> nn.Module:
    """Trains a network to name the directions of the stripes, in 250 steps."""
    cloths = train_cloths()
    return training.train(network, cloths.pictures, cloths.answers, loss=F.cross_entropy,
                          epochs=2, batch_size=16, peak_rate=0.02, seed=seed)


def right_answers(network: nn.Module, pictures: Tensor) -> Tensor:
    """Returns for each picture of `test_cloths` 100 if the answer is right, otherwise 0: (1000,)."""
    with torch.no_grad():
        return 100 * (network(pictures).argmax(1) == test_cloths().answers).float()


def on_cloths(
    arms: Mapping[str, tuple[Callable[..., nn.Module], Sequence[int]]],
    longer: Callable[[], Mapping[str, Sequence[float]]],
) -> tuple[Callable[[str, int], dict[str, Tensor]], training.Trained, ScorePlot]:
    """Returns what the experiment needs: a `run` for `compare_arms`, the networks that its runs train, and the plot of
    their scores. A run trains `direction_namer` around a new module of its arm, and returns the right answers on new
    cloths in %: of all, of those that ask for fine and for coarse stripes, and of all with another picture's dot.

    arms: the module's class and the sizes of its kernels, by the arm's name. Arms that are added later can be run, too.
    longer: returns the scores of recorded runs with five times the steps, by arm.
    """
    trained = training.Trained()

    def run(arm: str, seed: int) -> dict[str, Tensor]:
        kind, kernels = arms[arm]
        trained[arm, seed] = network = learn(direction_namer(lambda: kind(
            CHANNELS, CHANNELS, kernels, groups=(1, 1, 1, 1), reduction=1), CHANNELS), seed)
        cloths = test_cloths()
        right = right_answers(network, cloths.pictures)
        other = right_answers(network, with_other_dots(cloths.pictures))
        return {"right (%)": right.mean(), "fine (%)": right[cloths.asked == 0].mean(),
                "coarse (%)": right[cloths.asked == 1].mean(), "another's dot (%)": other.mean()}

    plot = ScorePlot("right answers on new pictures (%)", highlight=["softmax over scales"],
                     baselines={"one kind of stripes, always": 200 / 3}, longer=longer,
                     gaps=[("softmax over scales", "only 3 x 3 kernels"),
                           ("softmax over scales", "equal shares"),
                           ("softmax over scales", "sigmoids, no competition")])
    return run, trained, plot
