"""Tasks on real pictures for every module: a handwritten digit on a photograph, and a colour that says whether the
digit counts.

Each picture is a piece of a photograph with a digit written over it, near the middle. A network reads the digit if it
has the right colour, and otherwise says that it does not. The right colour is that of a frame around the picture, or
that of another digit in another picture. The pictures to learn from and the pictures to test on share no photograph and
no writer. There are only six photographs and thirteen writers (attention_lab/digits/CARD.md).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from .data import PHOTOS, photograph

FOLDER = Path(__file__).parents[1] / "digits"
SIDE, FRAME = 32, 2  # of a picture, and the width of its frame, pixels
CLOSE_UP = 20  # the side of a picture that a digit nearly fills, pixels
LEARNED = 1287  # digits to learn from, the first of the file, which goes writer by writer: here the tenth begins
INK, LEAST, MOST = 0.9, 10, 14  # how much a stroke covers; the smallest and the largest digit, pixels
FARTHEST = {SIDE: 4.0, CLOSE_UP: 1.0}  # of a digit's centre from the picture's, along each axis, pixels
OTHER_COLOUR = 10  # the label of a digit that does not count
COLOURS = torch.tensor(((0.95, 0.15, 0.15), (0.15, 0.85, 0.2), (0.2, 0.35, 1.0)))  # red, green, blue


class Digits(NamedTuple):
    """Pictures, and what is known about them.

    pictures: (n, 3, side, side) float32 from -1 to 1; of pairs (n, 7, 32, 32), as `digit_pairs` says.
    labels: (n,) int64, the digit, or OTHER_COLOUR for half of the pictures.
    colours: (n,) int64, the colour that counts; 0 is red, 1 is green, and 2 is blue.
    centres: (n, 2) float32, row and column of the digit's centre, in pixels.
    """

    pictures: Tensor
    labels: Tensor
    colours: Tensor
    centres: Tensor


def framed_digits(n: int, seed: int, split: str, side: int = SIDE) -> Digits:
    """Returns n pictures in a frame of the colour that counts. The same seed gives the same pictures.

    split: "train" or "test".
    side: SIDE or CLOSE_UP.

    Raises KeyError if `split` or `side` is anything else.
    """
    generator = torch.Generator().manual_seed(seed)
    pictures, chosen, (colours, own) = _begun(n, split, generator, side)
    written, _, centres = _with_digits(pictures, chosen, own, split, generator)
    framed = torch.ones(side, side, dtype=torch.bool)
    framed[FRAME:-FRAME, FRAME:-FRAME] = False
    written = torch.where(framed, COLOURS[colours][:, :, None, None], written).clamp(0, 1)
    return Digits(2 * written - 1, _labels(chosen, colours == own, split), colours, centres)


def digit_pairs(n: int, seed: int, split: str) -> Digits:
    """Returns n pairs of pictures without a frame, in seven channels: three of a query, three of a support, and one of
    the support's mask.

    The colour that counts is that of the support's digit. The mask, from 0 to 1, says where this digit is.
    split, seed: as in `framed_digits`.
    """
    generator = torch.Generator().manual_seed(seed)
    pictures, chosen, (colours, own) = _begun(n, split, generator)
    query, _, centres = _with_digits(pictures, chosen, own, split, generator)
    others, also, _ = _begun(n, split, generator)
    support, mask, _ = _with_digits(others, also, colours, split, generator)
    packed = torch.cat([2 * query.clamp(0, 1) - 1, 2 * support.clamp(0, 1) - 1, mask / INK], dim=1)
    return Digits(packed, _labels(chosen, colours == own, split), colours, centres)


def _begun(n: int, split: str, generator: torch.Generator,
           side: int = SIDE) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
    """Returns pieces of photographs, which digit each gets, and two colours: the one that counts, and the digit's own.
    For half of the pieces, these are the same."""
    pictures = _pieces(split, n, generator, side)
    chosen = torch.randint(len(_of(split)[1]), (n,), generator=generator)
    colours, other = torch.rand((n, len(COLOURS)), generator=generator).argsort(dim=1)[:, :2].unbind(1)
    return pictures, chosen, (colours, torch.where(torch.rand(n, generator=generator) < 0.5, colours, other))


def _with_digits(pictures: Tensor, chosen: Tensor, own: Tensor, split: str,
                 generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Returns pictures with digits written over them, how much of each pixel these cover (n, 1, side, side), and their
    centres (n, 2)."""
    n, side = len(pictures), pictures.shape[-1]
    ink = COLOURS[own] + 0.1 * torch.randn((n, 3), generator=generator)
    sizes = LEAST + (MOST - LEAST) * torch.rand(n, generator=generator)
    centres = side / 2 + FARTHEST[side] * (2 * torch.rand((n, 2), generator=generator) - 1)
    strokes = _written(_of(split)[0][chosen], sizes, centres, side)
    return pictures + strokes * (ink[:, :, None, None] - pictures), strokes, centres


def _labels(chosen: Tensor, counts: Tensor, split: str) -> Tensor:
    return torch.where(counts, _of(split)[1][chosen], OTHER_COLOUR)


def _of(split: str) -> tuple[Tensor, Tensor]:
    """Returns the digits of a split."""
    shapes, digits = handwritten()
    mine = {"train": slice(LEARNED), "test": slice(LEARNED, None)}[split]
    return shapes[mine], digits[mine]


def _written(shapes: Tensor, sizes: Tensor, centres: Tensor, side: int) -> Tensor:
    """Returns how much of each pixel is covered, (n, 1, side, side), by digits (n, 8, 8) of these sizes (n,) with these
    centres (n, 2)."""
    # Pixel p of a picture, from -1 to 1, shows the point (p - shift) / scale of the digit's own square.
    scale, shift = sizes / side, 2 * centres.flip(1) / side - 1
    turned = torch.zeros(len(shapes), 2, 3)
    turned[:, 0, 0] = turned[:, 1, 1] = 1 / scale
    turned[:, :, 2] = -shift / scale[:, None]
    grid = F.affine_grid(turned, [len(shapes), 1, side, side], align_corners=False)
    return INK * F.grid_sample(shapes[:, None], grid, mode="bilinear", align_corners=False)


@cache
def handwritten() -> tuple[Tensor, Tensor]:
    """Returns every digit, (n, 8, 8) from 0 to 1, and what it is, (n,)."""
    labels = torch.tensor([int(c) for c in (FOLDER / "digits.txt").read_text().strip()])
    with Image.open(FOLDER / "digits.png") as sheet:
        pixels = torch.tensor(np.asarray(sheet)).float() / 240
    down, across = pixels.shape[0] // 8, pixels.shape[1] // 8
    return pixels.unflatten(1, (across, 8)).unflatten(0, (down, 8)).transpose(1, 2).flatten(0, 1)[:len(labels)], labels


@cache
def _photographs(split: str) -> list[Tensor]:
    """Returns a split's photographs at half their size, so that a piece shows a thing and not a spot of colour."""
    return [F.avg_pool2d(photograph(name), 2) for name in PHOTOS[split]]


def _pieces(split: str, n: int, generator: torch.Generator, side: int) -> Tensor:
    """Returns squares (n, 3, side, side) anywhere in the photographs of a split."""
    photos = _photographs(split)
    which = torch.randint(len(photos), (n,), generator=generator).tolist()
    places = torch.rand(n, 2, generator=generator).tolist()
    pieces = []
    for photo, (down, right) in zip((photos[index] for index in which), places):
        top, left = int(down * (photo.shape[1] - side)), int(right * (photo.shape[2] - side))
        pieces.append(photo[:, top:top + side, left:left + side])
    return torch.stack(pieces)
