"""Pictures as learners have them, and a learner's own photograph, which stays where it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

BLACK = 16  # of 255: a picture without a lighter pixel would be black, so its numbers mean something else


@dataclass(frozen=True)
class OwnPicture:
    """A photograph that no output holds: `look` links to its file instead.

    tensor: (3, H, W) from 0 to 1. A network gets `picture.tensor[None]`.
    """

    file: Path
    tensor: Tensor = field(repr=False)


def my_picture(file: str | Path, size: int | tuple[int, int] = (224, 224), keep: bool = False) -> OwnPicture | Tensor:
    """Returns your own photograph, for `look` in the place of ours. It is cut to `size` around its middle, which is
    (height, width), or one number for both.

    It is private: nothing of it is stored in the notebook, which only links to the file, so it is not handed in.

    keep: True returns an ordinary tensor, (3, height, width) from 0 to 1, which outputs may hold.

    Raises FileNotFoundError if there is no such file, and ValueError if it is no picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # comes with matplotlib

    path, (height, width) = Path(file).expanduser(), (size, size) if isinstance(size, int) else size
    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):  # grey from 0 to 65535
                image = image.point(lambda grey: grey * (1 / 257)).convert("L")
            image = ImageOps.fit(image.convert("RGB"), (width, height))
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {str(path)!r} in {Path.cwd()}: put the picture there") from None
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{str(path)!r} is not a picture that can be read: {error}") from None
    return pixels(image) if keep else OwnPicture(path, pixels(image))


def pixels(picture: Any) -> Tensor:
    """Returns a picture as (3, H, W) from 0 to 1.

    picture: the result of `my_picture`, an image of PIL, or numbers from 0 to 1 or from 0 to 255 as a tensor or an
        array: (3, H, W), (H, W, 3), in grey (1, H, W) or (H, W), or a batch of one. A fourth channel, opacity, is left
        out.

    Raises ValueError for anything else.
    """
    if isinstance(picture, OwnPicture):
        return picture.tensor
    given = tensor_of(picture.convert("RGB") if hasattr(picture, "convert") else picture, "a picture")
    tensor = given[0] if given.ndim == 4 and len(given) == 1 else given[None] if given.ndim == 2 else given
    if tensor.ndim == 3 and len(tensor) not in (1, 3, 4):
        tensor = tensor.permute(2, 0, 1)
    if tensor.ndim != 3 or len(tensor) not in (1, 3, 4) or not tensor.numel():
        raise ValueError(f"a picture must be (3, H, W), (H, W, 3) or (H, W), got {tuple(given.shape)}")
    tensor = tensor[:3].float().expand(3, -1, -1)
    low, high = tensor.min().item(), tensor.max().item()
    if given.dtype == torch.uint8 or 0 <= low and BLACK < high <= 255:
        return tensor / 255
    if not (low >= 0 and high <= 1):
        undo = "; if it is normalised, undo that with picture * std + mean, each (3, 1, 1)" if low < 0 else ""
        raise ValueError(f"a picture must be numbers from 0 to 1, or from 0 to 255, got {low:.3g} to {high:.3g} in "
                         f"{tuple(given.shape)}{undo}")
    return tensor


def tensor_of(thing: Any, called: str) -> Tensor:
    """Returns a tensor or an array, wherever it is, as a tensor on the CPU without gradients. Raises ValueError, with
    shapes, for anything else."""
    if isinstance(thing, Tensor):
        return thing.detach().cpu()
    array = np.array(thing) if {"__array__", "__array_interface__"} & {*dir(thing)} else np.array(None)
    if array.dtype == object:
        raise ValueError(f"{called} must be a tensor or an array, got {_told(thing)}")
    return torch.from_numpy(array)


def _told(thing: Any) -> str:
    if isinstance(thing, tuple | list):
        return f"a {type(thing).__name__} ({', '.join(map(_told, thing))})"
    return f"{type(thing).__name__} {tuple(thing.shape)}" if hasattr(thing, "shape") else type(thing).__name__
