"""The experiment of lesson 08b: networks that learned in windows of 2 x 4 tiles, at work in wider ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks import training
from ...pictures.prediction import remind
from ...tasks.coloured_tiles import TileNet, Tiles, coloured_tiles

Pair = tuple[int, int]
Make = Callable[[Pair, bool], nn.Module]  # makes a block's attention for a window, shifted or not
WINDOW, WIDER = (2, 4), (6, 8)  # the window of the training, and the widths of others
SHIFTS = False, True  # of the two blocks


def with_transform(attention: nn.Module, transform: nn.Module) -> nn.Module:
    """Replaces the sub-module `transform` of a window attention in place, and returns the attention.

    Raises AttributeError if the attention has no sub-module of this name.
    """
    if not isinstance(getattr(attention, "transform", None), nn.Module):
        raise AttributeError(f"{type(attention).__name__} has no sub-module `transform`: call it that (exercise 3)")
    attention.transform = transform
    return attention


@cache
def tiles_to_learn() -> Tiles:
    return coloured_tiles(2400, seed=1)


@cache
def new_tiles(width: int) -> Tiles:
    """New pictures, three windows of 2 x width across."""
    return coloured_tiles(300, seed=2, size=(6, 3 * width))


def learned(network: TileNet, seed: int) -> nn.Module:
    """Trains a network for 150 steps of 16 pictures."""
    pictures, answers = tiles_to_learn()
    return training.train(network, pictures, answers, seed=seed, loss=F.cross_entropy, epochs=1, batch_size=16,
                          peak_rate=0.02)


@torch.no_grad()
def answered(width: int, make: Make, state: Mapping[str, Tensor]) -> Tensor:
    """Returns for each tile of new pictures whether trained weights are right about it in windows of 2 x width, (300,
    6, 3 width)."""
    network, (pictures, answers) = TileNet(lambda shift: make((2, width), shift), SHIFTS), new_tiles(width)
    network.load_state_dict(state)
    return network(pictures).argmax(1) == answers


def right_in(width: int, make: Make, state: Mapping[str, Tensor]) -> float:
    """Returns the share of right answers on new pictures, in %, of trained weights in windows of 2 x width."""
    return 100 * answered(width, make, state).float().mean().item()


def largest_scale(state: Mapping[str, Tensor]) -> float:
    """Returns the largest factor of a head's cosines."""
    return max(value.exp().max().item() for name, value in state.items() if name.endswith("logit_scale"))


def in_wider_windows(make: Make, on_trained_scale: Make, predicted: Mapping[str, float | None],
                     seeds: Iterable[int] = range(3)) -> tuple[training.Results, nn.Module]:
    """Trains networks in windows of 2 x 4, and scores them there and in wider windows. Returns the scores, and one
    network. Reminds first of predictions that are missing.

    make: makes a block's attention, given its window and whether it is shifted.
    on_trained_scale: the same, on the scale of the training.
    """
    remind(predicted)
    networks: list[nn.Module] = []

    def run(arm: str, seed: int) -> dict[str, float]:
        networks.append(learned(TileNet(lambda shift: make(WINDOW, shift), SHIFTS), seed))
        state, widest = networks[-1].state_dict(), WIDER[-1]
        return {f"2 x {width}": right_in(width, make, state) for width in (WINDOW[1], *WIDER)} | {
            f"2 x {widest}, trained scale": right_in(widest, on_trained_scale, state), "scale": largest_scale(state)}

    return training.compare_arms(["yours"], seeds, run), networks[0]
