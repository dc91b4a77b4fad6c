"""The experiment of lesson 06b: small networks that differ only in their gates draw where a dot is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import torch
from torch import Tensor, nn

from ...networks import training
from ...pictures import ScorePlot
from .task import Dots, coloured_dots, dot_finder, heat_loss, right_dots, right_with_perfect_map, with_other_bars

CHANNELS = 16
GREY = 0.3  # the background, which is subtracted


@cache
def train_dots() -> Dots:
    """Returns the 1,536 pictures that networks are trained on."""
    return coloured_dots(1536, seed=0)


@cache
def test_dots() -> Dots:
    """Returns 1,000 new pictures."""
    return coloured_dots(1000, seed=1)


def learn(network: nn.Module, seed: int, epochs: int = 4, peak_rate: float = 0.02) -> nn.Module:
    """Trains a network to draw the heat maps."""
    dots = train_dots()
    return training.train(network, dots.pictures - GREY, dots.heat, loss=heat_loss,
                          epochs=epochs, batch_size=24, peak_rate=peak_rate, seed=seed)


def score(network: nn.Module, pictures: Tensor) -> float:
    """Returns the right dots on the pictures of `test_dots`, or on these with other bars, in %."""
    with torch.no_grad():
        return 100 * right_dots(network(pictures - GREY), test_dots()).float().mean().item()


def on_dots(
    arms: Mapping[str, Callable[[], nn.Module]], longer: Callable[[], Mapping[str, Sequence[float]]]
) -> tuple[Callable[[str, int], dict[str, float]], training.Trained, ScorePlot]:
    """Returns what the experiment needs: a `run` for `compare_arms`, the networks that its runs train, and the plot of
    their scores. A run trains `dot_finder` around a new module of its arm, for 256 steps, and returns the right dots in
    %, on new pictures and on the same pictures with the bars of others.

    arms: makes the module of each arm, by the arm's name. Arms that are added later can be run, too.
    longer: returns the scores of recorded runs with five times the steps, by arm.
    """
    trained = training.Trained()

    def run(arm: str, seed: int) -> dict[str, float]:
        trained[arm, seed] = network = learn(dot_finder(arms[arm](), CHANNELS), seed)
        pictures = test_dots().pictures
        return {"right dot (%)": score(network, pictures),
                "with another bar": score(network, with_other_bars(pictures))}

    plot = ScorePlot("right dots on new pictures (%)", highlight=[arm for arm in arms if "map" in arm],
                     baselines={"chance": 100 / 3}, longer=longer,
                     limits={f"map of {cell} x {cell} cells": right_with_perfect_map(test_dots(), cell)
                             for cell in (4, 8)},
                     limit="a perfect map of such cells",
                     gaps=[("full-size map", "no module"), ("channel gates", "no module"),
                           ("full-size map", "map of 4 x 4 cells"),
                           ("map of 4 x 4 cells", "map of 8 x 8 cells")])
    return run, trained, plot
