"""The last task of lesson 05c: a digit on a photograph, read by a whole vision transformer and by three convolutions.

A network says which digit it is if the digit has the frame's colour, and otherwise that it does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.training import train
from ...tasks.digits_on_photos import CLOSE_UP, OTHER_COLOUR, Digits, framed_digits

CLASSES = OTHER_COLOUR + 1
TO_LEARN, TO_TEST = (4000, 1, "train"), (2000, 999, "test")  # how many pictures, their seed, and whose they are
EPOCHS, BATCH, RATE = 25, 64, 3e-3
WIDTHS = 26, 42, 50  # of the convolutions, which so have as many parameters as the page's transformer


@cache
def drawn(n: int, seed: int, split: str) -> Digits:
    return framed_digits(n, seed, split, CLOSE_UP)


class ThreeConvolutions(nn.Sequential):
    """Scores of the eleven answers, (B, 3, 20, 20) -> (B, 11)."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        inside = 3
        for width in WIDTHS:
            layers += [nn.Conv2d(inside, width, 3, stride=2 if layers else 1, padding=1, bias=False),
                       nn.BatchNorm2d(width), nn.ReLU()]
            inside = width
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, CLASSES))


def read_digits(networks: Mapping[str, nn.Module]) -> dict[str, float]:
    """Trains each network on the same pictures, and returns how many new ones it gets right, in per cent."""
    pictures, labels, *_ = drawn(*TO_LEARN)
    for network in networks.values():
        train(network, pictures, labels, loss=F.cross_entropy, epochs=EPOCHS, batch_size=BATCH, peak_rate=RATE, seed=0)
    return {name: right_digits(network) for name, network in networks.items()}


def right_digits(network: nn.Module) -> float:
    """Returns how many pictures of unseen photographs and handwritings are answered rightly, in per cent."""
    return 100 * _right(network, drawn(*TO_TEST)).double().mean().item()


def _right(network: nn.Module, digits: Digits) -> Tensor:
    with torch.no_grad():
        answers = torch.cat([network(piece) for piece in digits.pictures.split(250)]).argmax(1)
    return answers == digits.labels


def print_what_differs(networks: Mapping[str, nn.Module]) -> None:
    """Prints for each network how many of the pictures that it learned from it gets right, and how many of the new
    ones, those that count and the others."""
    known, new = drawn(*TO_LEARN), drawn(*TO_TEST)
    for name, network in networks.items():
        counts, right = new.labels != OTHER_COLOUR, _right(network, new)
        print(f"{name}: right on {100 * _right(network, known).double().mean():.0f} % of the pictures that it learned "
              f"from;\n  of the new ones, on {100 * right[counts].double().mean():.0f} % of the digits and "
              f"{100 * right[~counts].double().mean():.0f} % of those that are \"not it\"")


def new_digits() -> Tensor:
    """Returns the pictures to test on, (2000, 3, 20, 20) from -1 to 1."""
    return drawn(*TO_TEST).pictures


def print_shares_in_the_middle(network: nn.Module, block: int) -> None:
    """Prints how much of its light each head gives to the 3 x 3 patches in the middle, where the digit is, in the mean
    over the first 500 new pictures."""
    light = class_token_reads(network, new_digits()[:500], block)
    middle = light[:, :, 1:-1, 1:-1].sum((2, 3)) / light.sum((2, 3))
    for number, share in enumerate(middle.mean(0).tolist(), 1):
        print(f"head {number}: {100 * share:.0f} % of its light on the 9 patches in the middle")
    print(f"an even look: {100 * 9 / light[0, 0].numel():.0f} %")


def class_token_reads(network: nn.Module, pictures: Tensor, block: int) -> Tensor:
    """Returns how the class token weighs the patches in a block, by head: `(B, heads, rows, columns)`.

    pictures: (B, 3, H, W), squares.
    """
    maps: list[Tensor] = []
    attention = network.blocks[block].attn
    hook = attention.register_forward_pre_hook(lambda module, given: maps.append(module.attention(given[0])))
    try:
        with torch.no_grad():
            network(pictures)
    finally:
        hook.remove()
    weights = maps[0][:, :, 0, 1:]
    side = int(weights.shape[2] ** 0.5)
    return weights.unflatten(2, (side, side))
