"""The network that reads woven cloths through one attention module, and changes that can be made to it after training
(lesson 09)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ...tasks.scoring import right_of_each

CHANNELS = 16
WIDE_OPEN = 100.0  # its tanh is 1, even after it was multiplied by any scale


class ClothNet(nn.Module):
    """Returns scores at each pixel, (B, 3, H, W) -> (B, 2, H, W). Its layers are a 1 x 1 convolution, attention with a
    shortcut around it, and two more 1 x 1 convolutions.

    make_attention: makes the attention; called once, for 16 channels.
    norm: makes the layer before the attention from the number of channels.
    """

    def __init__(self, make_attention: Callable[[], nn.Module],
                 norm: Callable[[int], nn.Module] = nn.BatchNorm2d) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, CHANNELS, 1), norm(CHANNELS)
        self.attn = make_attention()
        self.head = nn.Sequential(nn.BatchNorm2d(CHANNELS), nn.Conv2d(CHANNELS, 2 * CHANNELS, 1), nn.GELU(),
                                  nn.Conv2d(2 * CHANNELS, 2, 1))

    def features(self, pictures: Tensor) -> Tensor:
        """Returns the input of the attention, (B, 16, H, W)."""
        return self.norm(self.stem(pictures))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.head(self.stem(pictures) + self.attn(self.features(pictures)))


def parameters(module: nn.Module) -> int:
    """Counts the numbers that a module learns."""
    return sum(each.numel() for each in module.parameters())


def with_open_gate(net: ClothNet) -> ClothNet:
    """Changes the network in place, and returns it: all weights of its local branches become 1, so that these return v.
    """
    for branch in net.attn.local_branches:
        branch.attn_map.register_forward_hook(lambda module, inputs, output: torch.full_like(output, WIDE_OPEN))
    return net


def right_with_anothers_keys(net: ClothNet, cloths: tuple[Tensor, Tensor]) -> float:
    """Returns the right answers in per cent when the global branch gets the keys and values of the next cloth in the
    batch.

    cloths: pictures and answers.
    """
    pictures, answers = cloths
    hook = net.attn.global_branch.kv.register_forward_hook(lambda module, inputs, output: output.roll(1, 0))
    try:
        with torch.no_grad():
            return right_of_each(net(pictures), answers)
    finally:
        hook.remove()
