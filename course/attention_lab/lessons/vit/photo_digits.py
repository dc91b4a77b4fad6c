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
from ...tasks.digits_on_photos import (
    CLOSE_UP,
    COLOURS,
    FORMS,
    FRAME,
    INK,
    MOST,
    OTHER_COLOUR,
    SPLITS,
    Digits,
    framed_digits,
    handwritten,
)

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


def train_on_digits(networks: Mapping[str, nn.Module]) -> None:
    """Trains each network on the same 4,000 pictures."""
    pictures, labels, *_ = drawn(*TO_LEARN)
    for network in networks.values():
        train(network, pictures, labels, loss=F.cross_entropy, epochs=EPOCHS, batch_size=BATCH, peak_rate=RATE, seed=0)


def right_digits(networks: Mapping[str, nn.Module]) -> dict[str, float]:
    """Returns how many of 2,000 pictures of unseen photographs and handwritings each network gets right, in per
    cent."""
    return {name: look_ups(network)["right"] for name, network in networks.items()}


def look_ups(network: nn.Module) -> dict[str, float]:
    """Returns what is right on new pictures, in per cent: the answers, whether the digit counts, and which digit it is,
    where it counts."""
    new = drawn(*TO_TEST)
    said, counts = _answers(network, new), new.labels != OTHER_COLOUR
    found = {"right": said == new.labels, "does it count?": (said != OTHER_COLOUR) == counts,
             "which digit?": (said == new.labels)[counts]}
    return {name: 100 * right.double().mean().item() for name, right in found.items()}


def _answers(network: nn.Module, digits: Digits) -> Tensor:
    with torch.no_grad():
        return torch.cat([network(piece) for piece in digits.pictures.split(250)]).argmax(1)


def print_look_ups(networks: Mapping[str, nn.Module]) -> None:
    """Prints for each network what `look_ups` finds, and how many pictures that it learned from it gets right."""
    known = drawn(*TO_LEARN)
    print("right answers (%)      does it count?   which digit?   pictures that it learned from")
    for name, network in networks.items():
        found = look_ups(network)
        learned = 100 * (_answers(network, known) == known.labels).double().mean()
        print(f"{name:20}   {found['does it count?']:8.0f}   {found['which digit?']:15.0f}   {learned:17.0f}")


def new_digits(n: int) -> Digits:
    """Returns the first n pictures to test on."""
    return Digits(*(part[:n] for part in drawn(*TO_TEST)))


def print_shares_in_the_middle(network: nn.Module) -> None:
    """Prints how much of its light each head of the first block gives to the 3 x 3 patches in the middle, where the
    digit is, in the mean over the first 500 new pictures."""
    shares = middle_shares(network)
    for number, share in enumerate(shares.tolist(), 1):
        print(f"head {number}: {100 * share:.0f} % of its light on the 9 patches in the middle")
    print(f"an even look: {100 * 9 / 25:.0f} %")


def middle_shares(network: nn.Module) -> Tensor:
    """Returns the shares that `print_shares_in_the_middle` prints, (heads,) from 0 to 1."""
    light = class_token_reads(network, new_digits(500).pictures, block=0)
    return (light[:, :, 1:-1, 1:-1].sum((2, 3)) / light.sum((2, 3))).mean(0)


def written_on(photo: Tensor, digit: int, colour: int, frame: int) -> Tensor:
    """Writes a digit in a frame on a photograph, as on the pictures to test on: (3, H, W) from 0 to 1 -> (3, 20, 20)
    from -1 to 1. The digit is by a hand that no network has learned from.

    colour, frame: 0 is red, 1 is green, 2 is blue.
    """
    shapes, labels = handwritten()
    first = FORMS[SPLITS["test"].forms[0]]
    shape = shapes[first:][labels[first:] == digit][:1]
    side = min(photo.shape[1:])
    top, left = ((long - side) // 2 for long in photo.shape[1:])
    small = F.adaptive_avg_pool2d(photo[:, top:top + side, left:left + side], CLOSE_UP)
    stroke = F.pad(INK * F.interpolate(shape[None], (MOST, MOST), mode="bilinear"), [(CLOSE_UP - MOST) // 2] * 4)[0]
    picture = COLOURS[frame][:, None, None].expand_as(small).clone()
    inside = slice(FRAME, -FRAME)
    picture[:, inside, inside] = (small + stroke * (COLOURS[colour][:, None, None] - small))[:, inside, inside]
    return 2 * picture - 1


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
