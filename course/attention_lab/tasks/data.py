"""The data from which the lessons learn: papers under coloured lamps, and patches of photographs.

The lamp scenes are drawn here, and the photographs are installed beside this file. Their cards say where each data set
comes from, what its licence is, and what it is good for.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

# ---------------------------------------------------------------------- papers under a coloured lamp

LAMP_SIZE = 16  # pixels on a side
LAMP_CENTRE = slice(5, 11)  # rows and columns of the paper in the centre, whose colour decides the label
LAMP_FACTORS = (0.15, 1.0)  # a lamp multiplies red, green and blue by a number from this range each
RECTANGLES = 24
REFLECTANCES = (0.1, 1.0)
CENTRE_BRIGHTER = (0.4, 1.0)  # how much the centre reflects of red or blue, whichever is more
CENTRE_RATIO = (1.25, 1.75)  # how many times as much this is as what it reflects of the other colour


class LampScenes(NamedTuple):
    """n pictures of coloured papers under a coloured lamp, made by `lamp_scenes`."""

    image: torch.Tensor  # (n, 3, 16, 16) float32 in [0, 1]: the papers under the lamp, what a camera sees
    paper: torch.Tensor  # (n, 3, 16, 16) float32 in [0.1, 1]: the same papers under white light
    lamp: torch.Tensor  # (n, 3) float32 in [0.15, 1]: image = paper * lamp
    label: torch.Tensor  # (n,) int64: the paper in the centre reflects more blue (0) or more red (1)


def lamp_scenes(n: int, seed: int) -> LampScenes:
    """Draws n pictures of coloured papers ("Mondrians"), each under a lamp of its own colour.

    The network gets `image` alone and has to find `paper` or `label`. The pixels of the centre cannot tell red paper
    from red light, but the mean colour of the whole picture can. Half of the labels are 0 and half are 1; if n is odd,
    there is one more 0. The same n and seed give the same scenes, so train and test on different seeds. Source:
    datasets/lamp/CARD.md.

    Raises ValueError if n is not a positive integer.
    """
    if not isinstance(n, int) or n < 1:
        raise ValueError(f"n must be a positive integer, got {n!r}")
    g = torch.Generator().manual_seed(seed)
    position = torch.arange(LAMP_SIZE)
    paper = _uniform(REFLECTANCES, (n, 3, 1, 1), g).expand(n, 3, LAMP_SIZE, LAMP_SIZE)
    for _ in range(RECTANGLES):  # later papers lie on earlier ones
        start = torch.randint(0, LAMP_SIZE - 2, (2, n, 1), generator=g)
        end = start + torch.randint(3, 9, (2, n, 1), generator=g)
        rows, columns = (start <= position) & (position < end)
        covered = rows[:, None, :, None] & columns[:, None, None, :]
        paper = torch.where(covered, _uniform(REFLECTANCES, (n, 3, 1, 1), g), paper)

    label = (torch.arange(n) % 2)[torch.randperm(n, generator=g)]
    more = _uniform(CENTRE_BRIGHTER, (n,), g)
    less = more / _uniform(CENTRE_RATIO, (n,), g)
    green = _uniform(REFLECTANCES, (n,), g)
    centre = torch.stack([torch.where(label == 1, more, less), green, torch.where(label == 1, less, more)], 1)
    paper[:, :, LAMP_CENTRE, LAMP_CENTRE] = centre[:, :, None, None]
    lamp = _lamps(n, g)
    return LampScenes(paper * lamp[:, :, None, None], paper, lamp, label)


def under_lamp(pictures: torch.Tensor, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Puts each of n pictures under a random lamp of its own, with the colours that `lamp_scenes` uses.

    pictures: (n, 3, H, W), floating point, values in [0, 1], taken to be under white light.

    Returns the pictures under the lamps, (n, 3, H, W), and the lamps' colours, (n, 3), with the dtype and device of
    `pictures`.

    Raises ValueError for another shape, dtype or range.
    """
    if pictures.dim() != 4 or pictures.shape[1] != 3:
        raise ValueError(f"pictures must have the shape (n, 3, H, W), got {tuple(pictures.shape)}")
    if not pictures.is_floating_point():
        raise ValueError(f"pictures must be floating point in [0, 1], got {pictures.dtype}: divide bytes by 255")
    if pictures.numel() and not (pictures.min() >= 0 and pictures.max() <= 1):
        raise ValueError(f"pictures must lie in [0, 1], got {float(pictures.min()):g} to {float(pictures.max()):g}")
    lamp = _lamps(len(pictures), torch.Generator().manual_seed(seed)).to(pictures)
    return pictures * lamp[:, :, None, None], lamp


def with_two_lamps(scenes: LampScenes) -> torch.Tensor:
    """Returns the pictures of `scenes`, (n, 3, 16, 16), but everything around the paper in the centre is under the lamp
    of another picture.

    The centre looks as before, and the rest of the picture says nothing about its lamp.
    """
    image = scenes.paper * scenes.lamp.roll(1, 0)[:, :, None, None]
    image[:, :, LAMP_CENTRE, LAMP_CENTRE] = scenes.image[:, :, LAMP_CENTRE, LAMP_CENTRE]
    return image


WALL_BORDER, WALL_PAPER = 4, 3  # pixels: the wall around a picture, and the side of each paper on it


def on_a_wall(pictures: torch.Tensor, seed: int) -> torch.Tensor:
    """Hangs each of n pictures on a wall of coloured papers, all in white light: (n, 3, H, W) -> (n, 3, H + 8, W + 8).

    Each picture is in the middle of its wall. The papers have the colours that `lamp_scenes` uses.
    """
    height, width = (side + 2 * WALL_BORDER for side in pictures.shape[2:])
    shape = len(pictures), 3, -(-height // WALL_PAPER), -(-width // WALL_PAPER)
    papers = _uniform(REFLECTANCES, shape, torch.Generator().manual_seed(seed)).to(pictures)
    wall = papers.repeat_interleave(WALL_PAPER, 2).repeat_interleave(WALL_PAPER, 3)[:, :, :height, :width].clone()
    wall[:, :, WALL_BORDER:-WALL_BORDER, WALL_BORDER:-WALL_BORDER] = pictures
    return wall


def _lamps(n: int, generator: torch.Generator) -> torch.Tensor:
    return _uniform(LAMP_FACTORS, (n, 3), generator)


def _uniform(bounds: tuple[float, float], shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    low, high = bounds
    return low + (high - low) * torch.rand(shape, generator=generator)


# ---------------------------------------------------------------------- photographs

PHOTO_FOLDER = Path(__file__).parents[1] / "photos"
PHOTOS = {"train": ("astronaut", "coffee", "flower", "rocket"), "test": ("chelsea", "china")}


def photo_names(split: str) -> tuple[str, ...]:
    """Returns the names of the photographs of a split, "train" or "test"; no photograph is in both. Raises ValueError
    for another split."""
    if split not in PHOTOS:
        raise ValueError(f"split must be 'train' or 'test', got {split!r}")
    return PHOTOS[split]


def photograph(name: str) -> torch.Tensor:
    """Returns a whole colour photograph, (3, H, W) float32 in [0, 1], sRGB. H and W are 300 to 600 pixels.

    The photographs are in the public domain, CC0 or CC BY; photos/CARD.md names sources and licences.

    Raises ValueError for an unknown name, FileNotFoundError if the photographs were not installed.
    """
    known = PHOTOS["train"] + PHOTOS["test"]
    if name not in known:
        raise ValueError(f"unknown photograph {name!r}: choose one of {', '.join(known)}")
    path = PHOTO_FOLDER / f"{name}.jpg"
    if not path.is_file():
        raise FileNotFoundError(f"no photograph {name!r}: looked for {path}. The photographs belong to attention_lab: "
                                "install it again")
    with Image.open(path) as picture:
        return torch.tensor(np.asarray(picture.convert("RGB"))).permute(2, 0, 1).float() / 255


def photo_patches(split: str, size: int = 32) -> torch.Tensor:
    """Cuts the photographs of a split into squares side by side, and returns (n, 3, size, size) float32 in [0, 1].

    The grid starts in the upper left corner; the rest at the right and at the bottom is not used. Patches are sorted by
    photograph and row, so shuffle them. With size=32, there are 792 for training and 342 for testing.

    Raises ValueError for an unknown split, or for a size that is not an integer from 1 to 300 (the smallest height of
    a photograph). Raises FileNotFoundError if the photographs were not installed.
    """
    if not isinstance(size, int) or not 1 <= size <= 300:
        raise ValueError(f"size must be an integer from 1 to 300, got {size!r}")
    grids = [photograph(name).unfold(1, size, size).unfold(2, size, size) for name in photo_names(split)]
    return torch.cat([grid.permute(1, 2, 0, 3, 4).flatten(0, 1) for grid in grids])
