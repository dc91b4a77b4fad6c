"""The experiment of lesson 05a: small networks that differ in one module answer coloured posters, and the attentions
answer a second time with the matrix of another poster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from ...networks import training
from ...pictures.borrowed import BORROWED, show_own_and_borrowed
from ...pictures.prediction import after_predicting, predict_then_run
from ...significance.gaps import print_gaps
from ...tasks.coloured_posters import Posters, poster_loss, poster_network, right_on_posters

if TYPE_CHECKING:
    from ...networks.training import Results

CHANNELS = 32  # of the network
RIGHT = "right answers on new posters"
ANOTHER = ", another poster's A"  # the end of the name of a prediction


def learn(middle: nn.Module, train_set: Posters, seed: int, posters: int = 4000, epochs: int = 2,
          peak_rate: float = 5e-3) -> nn.Module:
    """Returns the small network with this module in its middle, trained on the first `posters` of the training set; by
    default for 500 steps of 16 posters. `network[2]` is the module, and `network[:2]` computes its input.

    middle: (B, CHANNELS, 12, 12) -> (B, CHANNELS, 12, 12).
    """
    return training.train(poster_network(middle, CHANNELS), train_set.pictures[:posters], train_set.answers[:posters],
                          loss=poster_loss, epochs=epochs, batch_size=16, peak_rate=peak_rate, seed=seed)


def wide_window(channels: int) -> nn.Sequential:
    """Two more 3 x 3 convolutions, with dilation 2 and 4: with those around them, a position sees 35 x 35 pixels."""
    layers: list[nn.Module] = []
    for dilation in (2, 4):
        layers += [nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation, bias=False),
                   nn.BatchNorm2d(channels), nn.ReLU()]
    return nn.Sequential(*layers)


class MeanOfAll(nn.Module):
    """The layers of a position attention, but every position gathers the plain mean of all values."""

    def __init__(self, position_attention: nn.Module) -> None:
        super().__init__()
        self.layers = position_attention

    def forward(self, x: Tensor) -> Tensor:
        layers: Any = self.layers
        return x + layers.gamma * layers.value(x).mean((2, 3), keepdim=True)


class Borrowing(nn.Module):
    """A trained attention, of positions or of channels, in which each poster is read with the A of the poster before it
    in the batch."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        module: Any = self.module
        A = module.attention(x).roll(1, 0)
        # Written out, because nobody asks a learner's `forward` to call their `attention`.
        gathered = module.value(x).flatten(2) @ A.mT if hasattr(module, "value") else A @ x.flatten(2)
        return x + module.gamma * gathered.view_as(x)


class PosterPlot:
    """Shows the scores with a poster's own A and with that of another poster."""

    def show(self, results: Results, predicted: Mapping[str, float | None]) -> None:
        """Displays predictions beside scores, and the plot; the plot is folded while a prediction is missing.

        predicted: by arm, or by "arm, another poster's A".
        """
        from IPython.display import display

        measured = {name: results.mean(name.removesuffix(ANOTHER), RIGHT + BORROWED * name.endswith(ANOTHER))
                    for name in predicted}
        display(predict_then_run(predicted, measured, unit="% right"))
        with after_predicting(predicted):
            show_own_and_borrowed(results, [RIGHT], ("position attention", "channel attention"),
                                  highlight="position attention")
            print_gaps(results, [("position attention", "wide window"), ("position attention", "mean of all"),
                                 ("position attention", "channel attention"), ("channel attention", "mean of all")],
                       matters=5)


def on_posters(arms: Mapping[str, Callable[[], nn.Module]], train_set: Posters, test_set: Posters
               ) -> tuple[Callable[[str, int], dict[str, float]], PosterPlot]:
    """Returns what an experiment on posters needs: a `run` for `compare_arms`, and the plot of its scores. A run trains
    the small network around a new module of its arm, and returns the right answers on new posters in %, with each
    poster's own A and with that of another poster. A module without an `attention` has no A, and both are the same.

    arms: makes the module of each arm, by the arm's name. Arms that are added later can be run, too.
    """

    def run(arm: str, seed: int) -> dict[str, float]:
        network: Any = learn(arms[arm](), train_set, seed)
        scores = {RIGHT: right_on_posters(network, test_set)}
        if hasattr(network[2], "attention"):
            network[2] = Borrowing(network[2])
        return scores | {RIGHT + BORROWED: right_on_posters(network, test_set)}

    return run, PosterPlot()
