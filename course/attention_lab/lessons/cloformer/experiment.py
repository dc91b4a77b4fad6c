"""The experiment of lesson 09: small networks that differ only in their heads read woven cloths."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks import training
from ...pictures import ScorePlot
from ...tasks.scoring import right_of_each
from .cloth_net import ClothNet, parameters
from .task import woven_cloths

BOTH = "two of each"
TO_LEARN = 2160  # cloths; in batches of 12 they make the page's 180 steps


def on_cloths(
    arms: Mapping[str, Callable[[], ClothNet]], cloths: Mapping[str, tuple[Tensor, Tensor]]
) -> tuple[Callable[[str, int], dict[str, float]], training.Trained, ScorePlot]:
    """Returns what an experiment on cloths needs: a `run` for `compare_arms`, the networks that its runs train, and the
    plot of their scores. A run trains a new network of its arm, and returns the right answers in % on each set of
    cloths.

    arms: makes the network of each arm, by the arm's name. Arms that are added later can be run, too.
    cloths: pictures and answers to test on, by the set's name; the plot shows "a cloth".
    """
    trained = training.Trained()

    def run(arm: str, seed: int) -> dict[str, float]:
        trained[arm, seed] = model = learn(arms[arm](), seed)
        with torch.no_grad():
            return {name: right_of_each(model(pictures), answers) for name, (pictures, answers) in cloths.items()}

    plot = ScorePlot("right on new cloths after 180 steps (%)", "a cloth", [BOTH], baselines={"at chance": 50},
                     parameters={arm: parameters(make()) for arm, make in arms.items()},
                     gaps=[(BOTH, arm) for arm in arms if arm != BOTH])
    return run, trained, plot


def learn(model: nn.Module, seed: int, n: int = TO_LEARN) -> nn.Module:
    """Trains the network in place on n cloths, once through, and returns it."""
    pictures, answers = woven_cloths(TO_LEARN, seed=1)
    return training.train(model, pictures[:n], answers[:n], loss=F.cross_entropy, epochs=1, batch_size=12,
                          peak_rate=0.01, seed=seed)
