"""Pictures of lesson 06b: a spatial gate that is set by hand, over photographs by day and by night, and what a trained
network answers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, cells
from .task import Dots, right_dots, sharing_a_cell, with_bar

PHOTO = 200  # px: the height at which a photograph is drawn
LOGIT = 30  # a sheet's logit when the mean of the other sheet is 1


@torch.no_grad()
def bright_or_dark(branch: Any, photo: Tensor, factor: float) -> tuple[Tensor, Tensor]:
    """Sets a spatial branch by hand, and shows it a photograph. Returns the weights of the sheets bright and dark,
    (2,), and the branch's map, (H, W).

    The query's logit for bright is LOGIT times the mean darkness, and the logit for dark is LOGIT times the mean
    brightness. The value made from a sheet is above 0 at the positions where the sheet is above 0.7.

    branch: a `SpatialPolarized` of 4 channels; its numbers are overwritten.
    photo: (3, H, W) in [0, 1].
    factor: multiplies both logits.
    """
    bright = photo.mean(0)
    for numbers in branch.parameters():
        numbers.zero_()
    branch.wq.weight[0, 1] = branch.wq.weight[1, 0] = factor * LOGIT
    branch.wv.weight[0, 0] = branch.wv.weight[1, 1] = 16
    branch.wv.bias.fill_(-11)
    sheets = torch.stack([bright, 1 - bright, 0 * bright, 0 * bright])
    of_bright = torch.sigmoid(factor * LOGIT * (1 - 2 * bright.mean()))
    return torch.stack([of_bright, 1 - of_bright]), branch(sheets[None])[0, 0]


def gate_over(branch: nn.Module, photo: Tensor, factor: float) -> list[Panel]:
    """Draws a photograph, and beside it the map of `bright_or_dark`, from 0 (closed) to 1 (open)."""
    weights, gate = bright_or_dark(branch, photo, factor)
    return [cells(photo, "photograph", side=PHOTO),
            cells(gate, f"{weights[0]:.2f} · bright + {weights[1]:.2f} · dark", side=PHOTO)]


def gate_in_words(branch: nn.Module, photo: Tensor, factor: float) -> str:
    """Says in a sentence what `gate_over` draws."""
    weights, gate = bright_or_dark(branch, photo, factor)
    bright = photo.mean(0)
    light, shade = (gate[part].mean() for part in (bright > 0.6, bright < 0.4))
    return (f"The photograph has a mean brightness of {bright.mean():.2f}. With the logits times {factor:g}, the "
            f"weights are {weights[0]:.2f} for bright and {weights[1]:.2f} for dark. The mean of the map is "
            f"{light:.2f} over bright positions and {shade:.2f} over dark ones.")


@torch.no_grad()
def keep_dots(network: nn.Module, dots: Dots, grey: float) -> None:
    """Shows a trained network two pictures under a bar of each colour, and keeps the picture as `my_polarized.png`.
    Each answer is drawn from 0 to its peak.

    network: a `dot_finder`.
    dots: new pictures.
    grey: what is subtracted from pictures.
    """
    network.eval()
    right = right_dots(network(dots.pictures - grey), dots).float()
    two, bars = sharing_a_cell(dots, 4)[:2].repeat_interleave(3), torch.arange(3).repeat(2)
    asked = Dots(with_bar(dots.pictures[two], bars), dots.heat[two], dots.centres[two], bars)
    heat = network(asked.pictures - grey).clamp(min=0)
    marks = ["found" if found else "missed" for found in right_dots(heat, asked)]
    names = [f"a {('red', 'green', 'blue')[bar]} bar" for bar in bars]
    keepsake("my_polarized.png", "The bar says which dot is meant. Where is its centre?",
             {"the picture": list(zip(names, asked.pictures.clamp(0, 1), strict=True)),
              "the answer": list(zip(marks, (heat / heat.amax((2, 3), keepdim=True)).nan_to_num()[:, 0], strict=True))},
             f"A polarized map, written by hand: {100 * right.mean():.1f} % of {len(right)} new dots found")
