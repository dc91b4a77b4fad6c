"""Lesson 04: is the bar between the posts horizontal? The strips, a small network that answers, and its score.

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

CHANNELS = 16  # channels of the network's features, on which attention works


class Strips(NamedTuple):
    """Strips with their answers.

    pictures: (n, 2, 5, W), with bars in channel 0 and posts in channel 1.
    answers: (n,), 1 if the bar that counts is horizontal, else 0.
    horizontal: (n, 2), whether the left and the right bar are horizontal.
    places: (n,), 0 if the left bar counts, 1 if the right one does.
    """

    pictures: Tensor
    answers: Tensor
    horizontal: Tensor
    places: Tensor


def bars_and_posts(n: int, distance: int, seed: int, *, cue: bool = True) -> Strips:
    """Draws n strips, each with two bars side by side. Two posts stand `distance` pixels to the left and to the right
    of the bar that counts.

    cue: False puts the posts around a bar that is chosen at random, so they say nothing about which bar counts.
    """
    g, height, gap = torch.Generator().manual_seed(seed), 5, 4
    place, row = 2 * distance + 1 + gap, height // 2
    pictures = torch.zeros(n, 2, height, 2 * place)
    horizontal = torch.randint(2, (n, 2), generator=g).bool()
    places, elsewhere = torch.randint(2, (2, n), generator=g)
    posts = places if cue else elsewhere
    for side in range(2):
        middle = side * place + place // 2
        pictures[horizontal[:, side], 0, row, middle - 1:middle + 2] = 1
        pictures[~horizontal[:, side], 0, row - 1:row + 2, middle] = 1
        for post in (middle - distance, middle + distance):
            pictures[posts == side, 1, :, post] = 1
    pictures += 0.1 * torch.randn(pictures.shape, generator=g)
    return Strips(pictures, horizontal[torch.arange(n), places].long(), horizontal, places)


def strip_reader(attention: nn.Module) -> nn.Sequential:
    """Returns a small network that answers the question, (n, 2, H, W) -> (n, 2) logits.

    Its layers are a 3 x 3 and a 1 x 1 convolution, the attention, a 1 x 1 convolution, the mean over all positions, and
    a linear layer. Before the attention, a position sees 3 x 3 pixels.

    attention: (n, 16, H, W) -> (n, 16, H, W).
    """
    def layer(inputs: int, kernel: int) -> list[nn.Module]:
        return [nn.Conv2d(inputs, CHANNELS, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(CHANNELS),
                nn.ReLU()]

    return nn.Sequential(*layer(2, 3), *layer(CHANNELS, 1), attention, *layer(CHANNELS, 1), nn.AdaptiveAvgPool2d(1),
                         nn.Flatten(),
                         nn.BatchNorm1d(CHANNELS), nn.Linear(CHANNELS, 2))


@torch.no_grad()
def right_on_strips(network: nn.Module, strips: Strips) -> float:
    """Returns the share of the strips that a network answers correctly, in %."""
    return 100 * (network(strips.pictures).argmax(1) == strips.answers).float().mean().item()
