"""The pair of pictures at the top of lesson 08c: `python -m solutions.grl.first_picture` writes rocket_noisy.jpg and
rocket_restored.jpg.

They are stored, and not made while the page is built, because another processor rounds the restored picture otherwise.
"""

from pathlib import Path

import torch
from PIL import Image

from attention_lab.lessons.grl.task import PHOTOGRAPHS, noisy, photograph_crop
from solutions.grl.train_weights import HERE, OF_TEST, network

NAME = "rocket"


def write(picture: torch.Tensor, file: Path) -> None:
    """A picture (3, H, W) in [0, 1] as JPEG."""
    pixels = (255 * picture.clamp(0, 1)).round().byte().permute(1, 2, 0)
    Image.fromarray(pixels.numpy()).save(file, quality=88)


def main() -> None:
    whole = torch.stack([photograph_crop(name) for name in PHOTOGRAPHS])
    seen = noisy(whole, OF_TEST)[PHOTOGRAPHS.index(NAME)]  # the noise that the page adds
    model = network().load(HERE / "weights.safetensors", left_out=NAME)
    with torch.no_grad():
        restored = model(seen[None])[0]
    write(seen, HERE / f"{NAME}_noisy.jpg")
    write(restored, HERE / f"{NAME}_restored.jpg")


if __name__ == "__main__":
    main()
