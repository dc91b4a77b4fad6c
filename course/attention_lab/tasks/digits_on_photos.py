"""Tasks on real pictures for every module: a handwritten digit on a photograph, and a colour that says whether the
digit counts.

Each picture is a piece of a photograph with a digit written over it, near the middle. A network reads the digit if it
has the right colour, and otherwise says that it does not. The right colour is that of a frame around the picture, or
that of another digit in another picture. The pictures to learn from and the pictures to test on share no photograph and
no form on which somebody wrote. There are only six photographs, and fourteen forms that thirteen people filled in
(attention_lab/digits/CARD.md).
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
FORMS = 0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667  # the first digit of each form
INK, LEAST, MOST = 0.9, 10, 14  # how much a stroke covers; the smallest and the largest digit, pixels
WIDE = 112  # the side of a picture whose frame is 48 to 64 pixels away from the digit's centre, pixels
# how far a digit's centre may be from the picture's, along each axis, in pixels
FARTHEST = {SIDE: 4.0, CLOSE_UP: 1.0, WIDE: 8.0}
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


class Split(NamedTuple):
    """The photographs and forms from which pictures are made.

    photographs: their names.
    forms: the numbers of the forms whose digits are used, from 0 to 13.
    """

    photographs: tuple[str, ...]
    forms: tuple[int, ...]


SPLITS = {"train": Split(tuple(PHOTOS["train"]), tuple(range(10))),
          "test": Split(tuple(PHOTOS["test"]), tuple(range(10, len(FORMS))))}


def framed_digits(n: int, seed: int, split: str | Split, side: int = SIDE, device: str = "cpu") -> Digits:
    """Returns n pictures in a frame of the colour that counts. The same seed gives the same pictures on the same kind
    of device.

    split: "train", "test", or a Split.
    side: SIDE, CLOSE_UP or WIDE.
    device: where the pictures are drawn and stay.

    Raises KeyError if `split` or `side` is anything else.
    """
    split, generator = _begin(split, seed, device)
    pictures, chosen, (colours, own) = _begun(n, split, generator, side)
    written, _, centres = _with_digits(pictures, chosen, own, split, generator)
    framed = torch.ones(side, side, dtype=torch.bool, device=device)
    framed[FRAME:-FRAME, FRAME:-FRAME] = False
    written = torch.where(framed, COLOURS.to(device)[colours][:, :, None, None], written).clamp(0, 1)
    return Digits(2 * written - 1, _labels(chosen, colours == own, split), colours, centres)


def digit_pairs(n: int, seed: int, split: str | Split, device: str = "cpu") -> Digits:
    """Returns n pairs of pictures without a frame, in seven channels: three of a query, three of a support, and one of
    the support's mask.

    The colour that counts is that of the support's digit. The mask, from 0 to 1, says where this digit is.
    seed, split, device: as in `framed_digits`.
    """
    split, generator = _begin(split, seed, device)
    pictures, chosen, (colours, own) = _begun(n, split, generator)
    query, _, centres = _with_digits(pictures, chosen, own, split, generator)
    others, also, _ = _begun(n, split, generator)
    support, mask, _ = _with_digits(others, also, colours, split, generator)
    packed = torch.cat([2 * query.clamp(0, 1) - 1, 2 * support.clamp(0, 1) - 1, mask / INK], dim=1)
    return Digits(packed, _labels(chosen, colours == own, split), colours, centres)


def _begin(split: str | Split, seed: int, device: str) -> tuple[Split, torch.Generator]:
    return SPLITS[split] if isinstance(split, str) else split, torch.Generator(device).manual_seed(seed)


def _begun(n: int, split: Split, generator: torch.Generator,
           side: int = SIDE) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
    """Returns pieces of photographs, which digit each gets, and two colours: the one that counts, and the digit's own.
    For half of the pieces, these are the same."""
    device = generator.device
    pictures = _pieces(split, n, generator, side)
    chosen = torch.randint(len(_of(split, device)[1]), (n,), generator=generator, device=device)
    colours, other = torch.rand((n, len(COLOURS)), generator=generator, device=device).argsort(dim=1)[:, :2].unbind(1)
    same = torch.rand(n, generator=generator, device=device) < 0.5
    return pictures, chosen, (colours, torch.where(same, colours, other))


def _with_digits(pictures: Tensor, chosen: Tensor, own: Tensor, split: Split,
                 generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Returns pictures with digits written over them, how much of each pixel these cover (n, 1, side, side), and their
    centres (n, 2)."""
    n, side, device = len(pictures), pictures.shape[-1], generator.device
    ink = COLOURS.to(device)[own] + 0.1 * torch.randn((n, 3), generator=generator, device=device)
    sizes = LEAST + (MOST - LEAST) * torch.rand(n, generator=generator, device=device)
    centres = side / 2 + FARTHEST[side] * (2 * torch.rand((n, 2), generator=generator, device=device) - 1)
    strokes = _written(_of(split, device)[0][chosen], sizes, centres, side)
    return pictures + strokes * (ink[:, :, None, None] - pictures), strokes, centres


def _labels(chosen: Tensor, counts: Tensor, split: Split) -> Tensor:
    return torch.where(counts, _of(split, chosen.device)[1][chosen], OTHER_COLOUR)


@cache
def _of(split: Split, device: torch.device) -> tuple[Tensor, Tensor]:
    """Returns the digits of a split."""
    shapes, digits = handwritten()
    ends = *FORMS[1:], len(digits)
    mine = torch.cat([torch.arange(FORMS[form], ends[form]) for form in split.forms])
    return shapes[mine].to(device), digits[mine].to(device)


def _written(shapes: Tensor, sizes: Tensor, centres: Tensor, side: int) -> Tensor:
    """Returns how much of each pixel the digits cover, (n, 1, side, side). The digits are (n, 8, 8), with sizes (n,)
    and centres (n, 2)."""
    # Pixel p of a picture, from -1 to 1, shows the point (p - shift) / scale of the digit's own square.
    scale, shift = sizes / side, 2 * centres.flip(1) / side - 1
    turned = torch.zeros(len(shapes), 2, 3, device=shapes.device)
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
def _photographs(names: tuple[str, ...], device: torch.device) -> tuple[Tensor, Tensor]:
    """Returns photographs at half their size, so that a piece shows a thing and not a spot of colour.

    They lie in the top left corners of one tensor (photographs, 3, H, W). The second tensor has their sizes (n, 2).
    """
    photos = [F.avg_pool2d(photograph(name), 2) for name in names]
    sizes = torch.tensor([photo.shape[1:] for photo in photos])
    together = torch.zeros(len(photos), 3, *sizes.amax(0).tolist())
    for place, photo in zip(together, photos):
        place[:, :photo.shape[1], :photo.shape[2]] = photo
    return together.to(device), sizes.to(device)


def _pieces(split: Split, n: int, generator: torch.Generator, side: int) -> Tensor:
    """Returns squares (n, 3, side, side) anywhere in the photographs of a split."""
    photos, sizes = _photographs(split.photographs, generator.device)
    which = torch.randint(len(photos), (n,), generator=generator, device=generator.device)
    places = torch.rand(n, 2, generator=generator, device=generator.device)
    top, left = (places * (sizes[which] - side)).long().unbind(1)
    along = torch.arange(side, device=generator.device)
    rows, columns = (top[:, None] + along)[:, :, None], (left[:, None] + along)[:, None]
    return photos[which[:, None, None], :, rows, columns].movedim(3, 1)
