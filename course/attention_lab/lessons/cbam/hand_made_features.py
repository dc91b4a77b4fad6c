"""Features of a photograph that are made by hand, without training: its edges and its strong colours. There are
also gates whose weights are set by hand: one prefers red to blue, and one finds what stands out."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def red_and_blue(photo: Tensor) -> Tensor:
    """Returns how far each pixel's red exceeds its other two colours, and how far its blue does, (3, H, W) -> (2, H,
    W). A colour that does not exceed the others gets 0."""
    red, green, blue = photo
    return torch.stack([red - green.maximum(blue), blue - red.maximum(green)]).relu()


def edges_and_colours(photo: Tensor) -> Tensor:
    """Returns the edges to the left and above, and how red, green, blue and yellow each pixel is, (3, H, W) -> (6, H,
    W). The number is 0 where there is no such edge or colour."""
    red, green, blue = photo
    grey = photo.mean(0)
    beside, below = (grey - grey.roll(1, 1)).abs(), (grey - grey.roll(1, 0)).abs()
    beside[:, 0], below[0] = 0, 0  # `roll` has put pixels from the opposite edge here
    return torch.stack([beside, below, (red - green.maximum(blue)).relu(), (green - red.maximum(blue)).relu(),
                        (blue - red.maximum(green)).relu(), (red.minimum(green) - blue).relu()])


@torch.no_grad()
def made_to_prefer_red(gate: nn.Module) -> nn.Module:
    """Sets the mlp of a channel gate for red and blue by hand, and returns the gate. It opens red and closes blue as
    far as red is ahead, in the means or in the maxima.

    gate: has the layer `mlp`, of 2 channels, 1 hidden number and 2 channels.
    """
    for name, weights in ("0.weight", [[30.0, -30.0]]), ("2.weight", [[2.0], [-2.0]]):
        gate.get_parameter(f"mlp.{name}").copy_(torch.tensor(weights))
    for name in ("0.bias", "2.bias"):
        gate.get_parameter(f"mlp.{name}").zero_()
    return gate


@torch.no_grad()
def made_to_stand_out(gate: nn.Module, bias: float = -1.5) -> nn.Module:
    """Sets the kernel and the bias of a spatial gate by hand, and returns the gate.

    The 7 x 7 kernel becomes the mean of the maxima in its middle (3 x 3) minus their mean around it. The bias keeps the
    gate closed unless something stands out.

    gate: has the layers `conv` (2 channels to 1, 7 x 7) and `bn`.
    bias: the bias of `bn`.
    """
    kernel = gate.get_parameter("conv.weight")
    kernel.zero_()
    kernel[0, 0] = -1 / 40
    kernel[0, 0, 2:5, 2:5] = 1 / 9
    gate.get_parameter("bn.bias").fill_(bias)
    return gate
