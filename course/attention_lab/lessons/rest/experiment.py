"""The experiment of lesson 07b: networks of one block answer black or white, with keys that hold one entry or more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks import training
from ...pictures import ScorePlot, show, show_images
from ...pictures.look import look
from ...tasks.scoring import right_of_each
from .pictures import lone_cell, weights_on_keys
from .task import Legends, painted, small_legends

CHANNELS = 32
SIZES = (1, 2, 4)  # sides of an entry, in cells
ENOUGH = 90.0  # nine of ten answers


class Net(nn.Module):
    """Scores at each position, (B, inputs, H, W) -> (B, answers, H, W). Only its block looks at other positions.

    block: makes the block, of CHANNELS channels.
    """

    def __init__(self, block: Callable[[], nn.Module], inputs: int = 4, answers: int = 2) -> None:
        super().__init__()
        self.embed = nn.Conv2d(inputs, CHANNELS, 1)
        self.block = block()
        self.norm, self.head = nn.LayerNorm(CHANNELS), nn.Linear(CHANNELS, answers)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.embed(x).flatten(2).transpose(1, 2)
        scores = self.head(self.norm(self.block(tokens, *x.shape[2:])))
        return scores.transpose(1, 2).unflatten(2, x.shape[2:])


@cache
def fields(size: int) -> tuple[Legends, Legends]:
    """Returns 2,160 fields to train on and 300 to test on, with entries of size x size cells."""
    return small_legends(2160, seed=1, size=size), small_legends(300, seed=2, size=size)


def show_fields() -> None:
    """Displays one field for each size of the entries."""
    show(show_images(torch.cat([painted(fields(size)[0].pictures[:1]) for size in SIZES]),
                     titles=[f"entries of {size} x {size}" for size in SIZES]),
         "Three fields with a block of four entries, of 1, 2 x 2 and 4 x 4 cells, and twelve lone "
         "cells. Each cell of an entry has a black or white dot.")


def learn(network: nn.Module, size: int, seed: int) -> nn.Module:
    """Trains a network on entries of size x size cells, in 180 steps."""
    pictures, answers, *_ = fields(size)[0]
    return training.train(network, pictures, answers, loss=F.cross_entropy, epochs=1, batch_size=12, peak_rate=0.01,
                          seed=seed)


def on_legends(
    arms: Mapping[str, tuple[int, Callable[[], nn.Module]]],
) -> tuple[Callable[[str, int], dict[str, float]], training.Trained, ScorePlot]:
    """Returns what the experiment needs: a `run` for `compare_arms`, the networks that its runs train, and the plot of
    their scores. A run trains a network, and returns its right answers on new fields in %, and those on the same fields
    without black and white.

    arms: the side of an entry, and what makes the block, by the arm's name. Arms that are added later can be run, too.
    """
    trained = training.Trained()

    def run(arm: str, seed: int) -> dict[str, float]:
        size, block = arms[arm]
        model = trained[arm, seed] = learn(Net(block), size, seed)
        pictures, answers, *_ = fields(size)[1]
        wiped = pictures.clone()
        wiped[:, 3] = 0  # the channel of black and white
        with torch.no_grad():
            return {"right": right_of_each(model(pictures), answers),
                    "cue removed": right_of_each(model(wiped), answers)}

    plot = ScorePlot("right on new pictures after 180 steps (%)", "right", baselines={"chance": 50},
                     gaps=[(f"entries {size} x {size}, ratio {size}", f"entries {size} x {size}, ratio {2 * size}")
                           for size in SIZES])
    return run, trained, plot


def print_guesses(guess: Mapping[str, object], results: training.Results) -> None:
    """Prints the guessed ratios beside the largest one that found nine of ten answers, and what all arms score without
    black and white."""
    for size, guessed in zip(SIZES, guess.values(), strict=True):
        enough = [ratio for ratio in (size, 2 * size)
                  if results.mean(f"entries {size} x {size}, ratio {ratio}", "right") >= ENOUGH]
        print(f"entries {size} x {size}: you guessed ratio {guessed}; nine of ten at", f"ratio {max(enough)}" if enough
              else "neither ratio")
    print("without black and white:", ", ".join(f"{results.mean(arm, 'cue removed'):.0f} %" for arm in results.arms))


def look_at_keys(network: nn.Module) -> None:
    """Displays a field with entries of 4 x 4 cells, and on which keys each cell looks.

    network: a `Net` whose block has two heads and ratio 4.
    """
    legends = fields(4)[1]
    weights = weights_on_keys(network, legends.pictures[:1])
    look({"head 1": weights[0], "head 2": weights[1]}, painted(legends.pictures[:1])[0], grid=(16, 16), keys=(4, 4),
         start=lone_cell(legends))
