"""The experiment of lesson 02: small networks that differ only in what gates the bands look for glowing discs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks import training
from ...pictures import ScorePlot
from .task import BANDS, Discs, disc_finder, glowing_discs, overlap, pixel_loss

SHUFFLED = "ECA, bands shuffled"  # this arm gets the bands in NEW_ORDER
NEW_ORDER = torch.randperm(BANDS, generator=torch.Generator().manual_seed(2))
RATE, RATE_OF_MATRICES = 0.1, 0.01  # at 0.1 the matrices score less


class FromAllMeans(nn.Module):
    """x times sigmoid(scores(s)); s: the means of all bands, on one scale. (B, 48, H, W), in and out."""

    def __init__(self, scores: nn.Module) -> None:
        super().__init__()
        self.scores = scores

    def forward(self, x: Tensor) -> Tensor:
        s = F.layer_norm(x.mean((2, 3)), (BANDS,))  # without one scale, the gates of SE often stay at 0.5
        return x * torch.sigmoid(self.scores(s))[:, :, None, None]


def se_gate() -> nn.Module:
    """Returns a gate with lesson 01's two matrices, from 48 means to 12 numbers and back to 48 scores."""
    hidden = BANDS // 4
    return FromAllMeans(nn.Sequential(nn.Linear(BANDS, hidden, bias=False), nn.ReLU(),
                                      nn.Linear(hidden, BANDS, bias=False)))


def matrix_gate() -> nn.Module:
    """Returns a gate with one matrix, in which a row of 48 free numbers makes each score."""
    return FromAllMeans(nn.Linear(BANDS, BANDS, bias=False))


def find_discs(gate: nn.Module, bands: Tensor | slice, peak_rate: float, seed: int, train_set: Discs, test_set: Discs
               ) -> dict[str, float]:
    """Trains `disc_finder` behind a gate for 8 epochs, and returns the overlap on new pictures and on seen ones.

    bands: the order in which the network gets them.
    """
    model = training.train(disc_finder(gate), train_set.pictures[:, bands], train_set.discs, loss=pixel_loss, epochs=8,
                           batch_size=16, peak_rate=peak_rate, seed=seed)
    with torch.no_grad():
        return {"new pictures": overlap(model(test_set.pictures[:, bands]), test_set.discs),
                "seen pictures": overlap(model(train_set.pictures[:, bands]), train_set.discs)}


def on_discs(arms: Mapping[str, Callable[[], nn.Module]]
             ) -> tuple[Callable[[str, int], dict[str, float]], training.Trained, ScorePlot]:
    """Returns what an experiment on glowing discs needs: a `run` for `compare_arms`, the gates that its runs train, and
    the plot of their scores.

    arms: makes the gate of each arm, by the arm's name.
    """
    train_set, test_set = glowing_discs(1024, seed=0), glowing_discs(512, seed=1)
    trained = training.Trained()

    def run(arm: str, seed: int) -> dict[str, float]:
        gate = trained[arm, seed] = arms[arm]()
        return find_discs(gate, NEW_ORDER if arm == SHUFFLED else slice(None),
                          RATE_OF_MATRICES if isinstance(gate, FromAllMeans) else RATE, seed, train_set, test_set)

    plot = ScorePlot("overlap with the true disc on new pictures (%)", highlight=["ECA"],
                     gaps=[("no neighbours", "no gate"), ("SE", "no gate"), ("full matrix", "no gate"),
                           ("ECA", "no neighbours"), ("ECA", "full matrix"), (SHUFFLED, "no neighbours")])
    return run, trained, plot
