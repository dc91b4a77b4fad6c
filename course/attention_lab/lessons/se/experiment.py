"""The experiment of lesson 01: small networks that differ only in one module read papers under lamps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from torch import Tensor, nn

from ...networks import training
from ...pictures import ScorePlot
from ...tasks.data import lamp_scenes, with_two_lamps
from .task import colour_reader, loss_at_centre, right_at_centre

TWO_LAMPS = ", two lamps"  # at the end of an arm's name: what surrounds the centre has the lamp of another picture


class GatesAdded(nn.Module):
    """A control that does not multiply: SE's gates are added to x, (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, excitation: nn.Module) -> None:
        """excitation: takes the means of the channels (n, C), and returns their gates (n, C)."""
        super().__init__()
        self.excitation = excitation

    def forward(self, x: Tensor) -> Tensor:
        return x + self.excitation(x.mean((2, 3)))[:, :, None, None]


def train_and_test(network: nn.Module, seed: int, two_lamps: bool = False) -> float:
    """Trains a network on 1024 pictures, for 10 epochs, and returns its right answers on 1024 new ones, in per cent.

    two_lamps: whether the pictures lack the cue.
    """
    (images, label), (new_images, new_label) = _pictures(two_lamps)
    model = training.train(network, images, label, loss=loss_at_centre, epochs=10, batch_size=32, peak_rate=0.04,
                           seed=seed)
    return right_at_centre(model, new_images, new_label)


@cache
def _pictures(two_lamps: bool) -> list[tuple[Tensor, Tensor]]:
    scenes = [lamp_scenes(1024, seed) for seed in (0, 1)]
    return [(with_two_lamps(scene) if two_lamps else scene.image, scene.label) for scene in scenes]


def on_papers(arms: Mapping[str, Callable[[], nn.Module]]
              ) -> tuple[Callable[[str, int], float], training.Trained, ScorePlot]:
    """Returns what an experiment on papers under lamps needs: a `run` for `compare_arms`, the networks that its runs
    train, and the plot of their scores.

    arms: makes the module of each arm, by the arm's name.
    """
    trained = training.Trained()

    def run(arm: str, seed: int) -> float:
        trained[arm, seed] = colour_reader(arms[arm]())
        return train_and_test(trained[arm, seed], seed, arm.endswith(TWO_LAMPS))

    plot = ScorePlot("right answers on new pictures (%)", highlight=["SE"], baselines={"a coin": 50},
                     gaps=[("no squeeze", "no module"), ("SE", "no squeeze"), ("SE", "gates added"),
                           ("SE" + TWO_LAMPS, "no module" + TWO_LAMPS)])
    return run, trained, plot
