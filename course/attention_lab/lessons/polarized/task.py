"""Lesson 06b: where is the dot of that colour?

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses. The small network that answers is here too, without
the module that a lesson puts into it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DOT_COLOURS = torch.tensor([[0.85, 0.2, 0.15], [0.1, 0.65, 0.3], [0.15, 0.35, 0.9]])


class Dots(NamedTuple):
    """Pictures of dots, with the question about each.

    pictures: (n, 3, 16, 16).
    heat: (n, 1, 16, 16), 1 at the centre of the dot in question and falling off around it.
    centres: (n, 3, 2), row and column of each of the three dots.
    asked: (n,), the index of the dot in question.
    """

    pictures: Tensor
    heat: Tensor
    centres: Tensor
    asked: Tensor


def coloured_dots(n: int, seed: int) -> Dots:
    """Draws n pictures, each with three dots side by side, one of each of DOT_COLOURS. A bar at the top edge has the
    colour of the dot in question."""
    g, side, pitch = torch.Generator().manual_seed(seed), 16, 3
    corner = torch.randint(6, side - 5, (n, 1, 2), generator=g)
    cell = torch.rand(n, 4, generator=g).argsort(1)[:, :3]  # three of the 2 x 2 places
    asked = torch.randint(3, (n,), generator=g)
    centres = corner + pitch * torch.stack([cell // 2, cell % 2], dim=2)
    rows, columns = torch.arange(side)[:, None], torch.arange(side)
    distance = ((rows - centres[:, :, 0, None, None]) ** 2
                + (columns - centres[:, :, 1, None, None]) ** 2)  # squared, (n, 3, 16, 16)
    pictures = torch.full((n, 3, side, side), 0.3)
    for dot in range(3):
        pictures = torch.where(distance[:, dot, None] <= 1, DOT_COLOURS[dot][:, None, None], pictures)
    pictures = with_bar(pictures, asked)
    pictures += 0.05 * torch.randn(pictures.shape, generator=g)
    heat = torch.exp(-distance[torch.arange(n), asked] / 2)[:, None]
    return Dots(pictures, heat, centres, asked)


def coarse(sheet: Tensor, cell: int) -> Tensor:
    """Averages a sheet (n, 1, H, W) over cells of cell x cell positions, and enlarges it again to (n, 1, H, W)."""
    return F.interpolate(F.avg_pool2d(sheet, cell), scale_factor=cell)


def candidates(heat: Tensor, centres: Tensor, asked: Tensor, cell: int) -> Tensor:
    """Counts, for each picture, the dots that are at least as hot as the dot in question on a heat map with coarse
    cells, (n,). The dot in question counts too.

    So 1 means that the dot in question stands out.

    heat, centres, asked: as in `coloured_dots`.
    cell: the side of a cell, in pixels.
    """
    places = centres[..., 0] * heat.shape[3] + centres[..., 1]
    values = coarse(heat, cell).flatten(1).gather(1, places)  # (n, 3)
    return (values >= values.gather(1, asked[:, None])).sum(1)


def with_bar(pictures: Tensor, asked: Tensor) -> Tensor:
    """Returns a copy of the pictures with bars of other colours, those of the dots `asked`, (n,). A bar fills two rows
    at the top."""
    changed = pictures.clone()
    changed[:, :, :2] = DOT_COLOURS[asked][:, :, None, None]
    return changed


def right_with_perfect_map(dots: Dots, cell: int) -> float:
    """Returns the share of the dots, in per cent, that a perfect map with coarse cells finds. If several dots are
    equally hot on the map, it guesses between them."""
    return 100 * (1 / candidates(dots.heat, dots.centres, dots.asked, cell)).mean().item()


def with_other_bars(pictures: Tensor) -> Tensor:
    """Returns a copy of the pictures in which each has the bar of the picture before it."""
    changed = pictures.clone()
    changed[:, :, :2] = pictures.roll(1, 0)[:, :, :2]
    return changed


def right_dots(heat: Tensor, dots: Dots) -> Tensor:
    """Says for each heat map whether its peak is the centre of the dot in question or one of the centre's four
    neighbours: (n, 1, H, W) -> (n,)."""
    peak = heat.flatten(1).argmax(1)
    place = torch.stack([peak // heat.shape[3], peak % heat.shape[3]], dim=1)
    wanted = dots.centres[torch.arange(len(heat)), dots.asked]
    return (place - wanted).abs().sum(1) <= 1


def sharing_a_cell(dots: Dots, cell: int) -> Tensor:
    """Returns the indices of the pictures in which exactly two of the three dots lie in one cell of cell x cell pixels.
    """
    row, column = (dots.centres // cell).unbind(2)  # (n, 3) each
    number = 16 * row + column
    return ((number == number.roll(1, 1)).sum(1) == 1).nonzero().flatten()


def heat_loss(drawn: Tensor, heat: Tensor) -> Tensor:
    """Returns the mean squared error of heat maps, times 100, because nearly all of a heat map is 0."""
    return 100 * F.mse_loss(drawn, heat)


class Gated(nn.Module):
    """Computes x times its gates, which are made from x by `gate`, and then by the `further` modules."""

    def __init__(self, gate: nn.Module, *further: nn.Module) -> None:
        super().__init__()
        self.gate = nn.Sequential(gate, *further)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class Coarse(nn.Module):
    """Averages a map over cells of cell x cell positions, (B, 1, H, W) -> (B, 1, H, W)."""

    def __init__(self, cell: int) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, sheet: Tensor) -> Tensor:
        return coarse(sheet, self.cell)


def dot_finder(module: nn.Module, channels: int) -> nn.Sequential:
    """Returns a network of two 3 x 3 convolutions, the module, and one linear layer at each position: (B, 3, H, W) ->
    (B, 1, H, W).

    The convolutions see 5 x 5 pixels. After the module, no layer looks at neighbouring positions. Subtract the
    brightness of the grey background, 0.3, from the pictures before the network gets them.
    """
    layers: list[nn.Module] = []
    for inputs in (3, channels):
        layers += [nn.Conv2d(inputs, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
    return nn.Sequential(*layers, module, nn.Conv2d(channels, 1, 1))


@torch.no_grad()
def gate_maps(network: nn.Sequential, pictures: Tensor) -> Tensor:
    """Returns the spatial gate's map for each picture, (n, 3, H, W) -> (n, H, W). The network is a `dot_finder` whose
    module is a `Gated`."""
    layers: list[Any] = list(network)
    *before, gated, _ = layers
    return gated.gate(nn.Sequential(*before)(pictures))[:, 0]
