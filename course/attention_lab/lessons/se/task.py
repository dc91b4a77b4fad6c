"""Lesson 01: the small network that says whether the paper in the centre is more red or more blue, with its loss and
its score.

The pictures are `lamp_scenes` in `tasks/data.py`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHANNELS = 16  # channels of the features that the module gets, between the convolutions and the answer
CENTRE = 8  # row and column of a pixel on the paper in the centre


def colour_reader(module: nn.Module, outputs: int = 2) -> nn.Sequential:
    """Returns a network of two 3 x 3 convolutions with BatchNorm and ReLU, the module, and a 1 x 1 convolution: (B, 3,
    H, W) -> (B, outputs, H, W).

    module: (B, 16, H, W) -> (B, 16, H, W). At each position, the convolutions before it see 5 x 5 pixels.
    """
    layers: list[nn.Module] = []
    for inputs in (3, CHANNELS):
        layers += [nn.Conv2d(inputs, CHANNELS, 3, padding=1, bias=False), nn.BatchNorm2d(CHANNELS), nn.ReLU()]
    return nn.Sequential(*layers, module, nn.Conv2d(CHANNELS, outputs, 1))


class GateEachPosition(nn.Module):
    """A control without a squeeze: every position is multiplied by gates that are computed from its own features, (B,
    C, H, W) -> (B, C, H, W)."""

    def __init__(self, excitation: nn.Module) -> None:
        """excitation: takes rows of features (n, C), and returns their gates (n, C)."""
        super().__init__()
        self.excitation = excitation

    def forward(self, x: Tensor) -> Tensor:
        pixels = x.movedim(1, 3)  # (B, H, W, C)
        return x * self.excitation(pixels.flatten(0, 2)).reshape(pixels.shape).movedim(3, 1)


def loss_at_centre(output: Tensor, label: Tensor) -> Tensor:
    """Returns the cross entropy of the two scores at the centre pixel.

    output: (B, 2, H, W).
    label: (B,).
    """
    return F.cross_entropy(output[:, :, CENTRE, CENTRE], label)


@torch.no_grad()
def right_at_centre(model: nn.Module, images: Tensor, label: Tensor) -> float:
    """Returns the share of right answers at the centre pixel, in per cent."""
    return 100 * (model(images)[:, :, CENTRE, CENTRE].argmax(1) == label).float().mean().item()
