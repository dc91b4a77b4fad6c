"""Lesson 06b: where is the dot of that colour?

The same `n` pictures and answers come for the same `seed` on every machine. The answer depends on a cue, which the
lesson takes away to see what was really used. The small network that answers stands here too, without the module that a
lesson puts into it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DOT_COLOURS = torch.tensor([[0.85, 0.2, 0.15], [0.1, 0.65, 0.3], [0.15, 0.35, 0.9]])


class Dots(NamedTuple):
    """pictures (n, 3, 16, 16); heat, 1 at the centre in question and falling off around it (n, 1, 16, 16); centres, row
    and column of the three dots (n, 3, 2); asked, which of them is meant (n,)."""

    pictures: Tensor
    heat: Tensor
    centres: Tensor
    asked: Tensor


def coloured_dots(n: int, seed: int) -> Dots:
    """Three dots side by side, one of each of DOT_COLOURS;
    the bar at the top edge has the colour of the dot that is asked for."""
    g, side, pitch = torch.Generator().manual_seed(seed), 16, 3
    corner = torch.randint(6, side - 5, (n, 1, 2), generator=g)
    cell = torch.rand(n, 4, generator=g).argsort(1)[:, :3]  # three of 2 x 2 places
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
    """A sheet (n, 1, H, W) averaged over cells of cell x cell positions, and enlarged again."""
    return F.interpolate(F.avg_pool2d(sheet, cell), scale_factor=cell)


def candidates(heat: Tensor, centres: Tensor, asked: Tensor, cell: int) -> Tensor:
    """How many dots of each picture are as hot as the one that is asked for on a heat map of such cells, that one
    included: (n,).

    1 means that it stands out. heat, centres and asked are those of `coloured_dots`.
    """
    places = centres[..., 0] * heat.shape[3] + centres[..., 1]
    values = coarse(heat, cell).flatten(1).gather(1, places)  # (n, 3)
    return (values >= values.gather(1, asked[:, None])).sum(1)


def with_bar(pictures: Tensor, asked: Tensor) -> Tensor:
    """The pictures of coloured dots with a bar (two rows at the top) of the colours of the dots `asked` (n,);
    a new tensor."""
    changed = pictures.clone()
    changed[:, :, :2] = DOT_COLOURS[asked][:, :, None, None]
    return changed


def right_with_perfect_map(dots: Dots, cell: int) -> float:
    """How many of the dots a perfect map of such cells finds if dots that tie are guessed among, in per cent."""
    return 100 * (1 / candidates(dots.heat, dots.centres, dots.asked, cell)).mean().item()


def with_other_bars(pictures: Tensor) -> Tensor:
    """Each picture with the bar of the picture before it; a new tensor."""
    changed = pictures.clone()
    changed[:, :, :2] = pictures.roll(1, 0)[:, :, :2]
    return changed


def right_dots(heat: Tensor, dots: Dots) -> Tensor:
    """Whether the peak of each heat map is the centre of the dot in question or one of its four neighbours: (n, 1,
    H, W) -> (n,)."""
    peak = heat.flatten(1).argmax(1)
    place = torch.stack([peak // heat.shape[3], peak % heat.shape[3]], dim=1)
    wanted = dots.centres[torch.arange(len(heat)), dots.asked]
    return (place - wanted).abs().sum(1) <= 1


def sharing_a_cell(dots: Dots, cell: int) -> Tensor:
    """The indices of the pictures in which exactly two of the three dots lie in one cell of cell x cell pixels."""
    row, column = (dots.centres // cell).unbind(2)  # (n, 3) each
    number = 16 * row + column
    return ((number == number.roll(1, 1)).sum(1) == 1).nonzero().flatten()


def heat_loss(drawn: Tensor, heat: Tensor) -> Tensor:
    """The mean squared error of heat maps, times 100, because nearly all of a heat map is 0."""
    return 100 * F.mse_loss(drawn, heat)


class Gated(nn.Module):
    """x times gates that are made from x: `gate`, and whatever the `further` modules do to the gates."""

    def __init__(self, gate: nn.Module, *further: nn.Module) -> None:
        super().__init__()
        self.gate = nn.Sequential(gate, *further)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(x)


class Coarse(nn.Module):
    """A map averaged over cells of cell x cell positions, (B, 1, H, W) -> (B, 1, H, W)."""

    def __init__(self, cell: int) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, sheet: Tensor) -> Tensor:
        return coarse(sheet, self.cell)


def dot_finder(module: nn.Module, channels: int) -> nn.Sequential:
    """Two 3 x 3 convolutions, the module, and one linear layer at each position: (B, 3, H, W) -> (B, 1, H, W).

    The convolutions see 5 x 5 pixels; after the module no layer looks at neighbouring positions. Pictures have the grey
    background's brightness, 0.3, subtracted.
    """
    layers: list[nn.Module] = []
    for inputs in (3, channels):
        layers += [nn.Conv2d(inputs, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
    return nn.Sequential(*layers, module, nn.Conv2d(channels, 1, 1))


@torch.no_grad()
def gate_maps(network: nn.Sequential, pictures: Tensor) -> Tensor:
    """The map of a `dot_finder` whose module is `Gated` by a spatial gate, (n, 3, H, W) -> (n, H, W)."""
    layers: list[Any] = list(network)
    *before, gated, _ = layers
    return gated.gate(nn.Sequential(*before)(pictures))[:, 0]
