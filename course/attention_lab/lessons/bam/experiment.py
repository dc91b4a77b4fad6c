"""The experiment of lesson 04: small networks that differ in how far their attention sees answer questions about strips
of bars and posts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from ...networks import training
from ...pictures import ScorePlot
from .task import bars_and_posts, right_on_strips

NO_CUE = "dilation 4, posts anywhere"  # this arm gets posts that say nothing about which bar counts


class WithoutGate(nn.Module):
    """Adds both branches of a block to x, without a sigmoid and without a product."""

    def __init__(self, block: nn.Module) -> None:
        """block: has the modules `channel` and `spatial`."""
        super().__init__()
        self.channel, self.spatial = block.get_submodule("channel"), block.get_submodule("spatial")

    def forward(self, x: Tensor) -> Tensor:
        return x + self.channel(x) + self.spatial(x)


def on_strips(
    arms: Mapping[str, tuple[Callable[[], nn.Module], int]], longer: Callable[[], Mapping[str, Sequence[float]]]
) -> tuple[Callable[[str, int], float], training.Trained, ScorePlot]:
    """Returns what an experiment on strips needs: a `run` for `compare_arms`, the networks that its runs train, and the
    plot of their scores. A run trains a new network of its arm for 4 epochs, and returns the right answers on new
    strips in %.

    arms: by name, what makes the network of an arm, (B, 2, H, W) -> (B, 2), and how many pixels away its posts stand.
        Arms that are added later can be run, too.
    longer: returns the scores of recorded runs with five times the steps, by arm.
    """
    trained = training.Trained()

    def run(arm: str, seed: int) -> float:
        network, distance = arms[arm]
        train_set, test_set = (bars_and_posts(n, distance, of_data, cue=arm != NO_CUE)
                               for of_data, n in enumerate((768, 2048)))
        trained[arm, seed] = training.train(network(), train_set.pictures, train_set.answers, loss=F.cross_entropy,
                                            epochs=4, batch_size=32, peak_rate=0.04, seed=seed)
        return right_on_strips(trained[arm, seed], test_set)

    wide = [f"dilation {d}, posts {far} away" for d, far in ((1, 5), (2, 8), (4, 8), (4, 12))]
    plot = ScorePlot("right answers on new strips (%)", highlight=wide, longer=longer,
                     baselines={"a vote of both bars": 75},
                     gaps=[("dilation 4, posts 8 away", "dilation 1, posts 8 away"),
                           ("dilation 4, posts 8 away", "no module, posts 8 away"),
                           ("dilation 4, posts 8 away", "no gate, posts 8 away"),
                           (NO_CUE, "no module, posts 8 away")])
    return run, trained, plot
