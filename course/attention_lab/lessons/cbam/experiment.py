"""The experiment of lesson 03: small networks that differ only in their gates answer questions about framed crosses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from ...networks import training
from ...pictures import ScorePlot
from .task import cross_reader, crosses_without_cue, framed_crosses, right_on_crosses

NO_CUE = "CBAM, cue taken out"  # this arm gets the stars and frames of other pictures


class Gated(nn.Module):
    """x times one gate after another; without gates, x itself."""

    def __init__(self, *gates: nn.Module) -> None:
        super().__init__()
        self.gates = nn.ModuleList(gates)

    def forward(self, x: Tensor) -> Tensor:
        for gate in self.gates:
            x = x * gate(x)
        return x


def on_crosses(
    arms: Mapping[str, Callable[[], nn.Module]], longer: Callable[[], Mapping[str, Sequence[float]]]
) -> tuple[Callable[[str, int], float], training.Trained, ScorePlot]:
    """Returns what an experiment on framed crosses needs: a `run` for `compare_arms`, the networks that its runs train,
    and the plot of their scores. A run trains `cross_reader` around a new module of its arm, for 8 epochs, and returns
    the right answers on new pictures in %.

    arms: makes the module of each arm, by the arm's name. Arms that are added later can be run, too.
    longer: returns the scores of recorded runs with five times the steps, by arm.
    """
    with_cue = framed_crosses(1536, seed=0), framed_crosses(2048, seed=1)  # to train on, to test on
    no_cue = crosses_without_cue(1536, seed=0), crosses_without_cue(2048, seed=1)
    trained = training.Trained()

    def run(arm: str, seed: int) -> float:
        train_set, test_set = no_cue if arm == NO_CUE else with_cue
        trained[arm, seed] = training.train(cross_reader(arms[arm]()), train_set.pictures, train_set.answers,
                                            loss=F.cross_entropy, epochs=8, batch_size=32, peak_rate=0.04, seed=seed)
        return right_on_crosses(trained[arm, seed], test_set)

    plot = ScorePlot("right answers on new pictures (%)", highlight=["CBAM", "spatial gate first"],
                     baselines={"chance": 50}, longer=longer,
                     limits={"no module": 68.75, "channel gate only": 75, "spatial gate only": 75, NO_CUE: 68.75},
                     limit="a vote of the bars that fit",
                     gaps=[("channel gate only", "no module"), ("spatial gate only", "no module"),
                           ("CBAM", "channel gate only"), ("CBAM", "spatial gate only"),
                           ("spatial gate first", "CBAM"), (NO_CUE, "no module")])
    return run, trained, plot
