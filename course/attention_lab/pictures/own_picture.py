"""A learner's own photograph, which stays where it is."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

PHOTOGRAPH = Path(__file__).parents[1] / "photos/chelsea.jpg"


@dataclass(frozen=True)
class OwnPicture:
    """A photograph that no output holds: `look` links to its file instead.

    tensor: (3, H, W) from 0 to 1.
    """

    file: Path
    tensor: Tensor


def my_picture(file: str | Path, size: tuple[int, int] = (224, 224), keep: bool = False) -> OwnPicture | Tensor:
    """Returns your own photograph, for `look` in the place of ours. It is cut to the shape of `size` around its middle.

    It is private: nothing of it is stored in the notebook, which only links to the file, so it is not handed in.
    Where no notebook is open, as when one is graded, you get one of the course's photographs.

    keep: True returns an ordinary tensor, (3, height, width) from 0 to 1, which outputs may hold.

    Raises FileNotFoundError if there is no such file, and ValueError if it is no picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # comes with matplotlib

    path = Path(file)
    if "IPython" not in sys.modules:
        path, keep = PHOTOGRAPH, True
    try:
        with Image.open(path) as opened:
            image = ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGB"), (size[1], size[0]))
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {str(path)!r} in {Path.cwd()}: put the picture beside the "
                                "notebook") from None
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{str(path)!r} is not a picture that can be read: {error}") from None
    tensor = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(*size, 3).permute(2, 0, 1) / 255
    return tensor if keep else OwnPicture(path, tensor)


def pixels(picture: Tensor | OwnPicture) -> Tensor:
    """Returns a picture as (3, H, W) from 0 to 1. Raises ValueError for anything else."""
    tensor = picture.tensor if isinstance(picture, OwnPicture) else picture.detach().cpu().float()
    if tensor.ndim != 3 or len(tensor) != 3 or not bool(((tensor >= 0) & (tensor <= 1)).all()):
        raise ValueError(f"a picture must be (3, H, W) numbers from 0 to 1, got {tuple(tensor.shape)}")
    return tensor
