"""Pictures to restore: a wall whose stickers have lost their motifs (lesson 08c), and photographs with noise.

The wall is made of 8 x 20 tokens, patches of 2 x 2 pixels. A sticker covers 2 x 2 tokens.
"""

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from ...lesson_files import handed_out
from ...tasks.data import PHOTOS, photograph

# ---------------------------------------------------------------------- the wall of stickers

GRID, PATCH = (8, 20), 2  # tokens of a wall, pixels on the side of a token
# where the answer is: beside a hole, in the same window or the same stripe as a faded sticker, or nowhere
PLACES = "beside", "window", "stripe", "nowhere"
HOLES = 4  # in a wall, each one token
LOST = 0.15  # share of pairs in which both stickers have faded
PLANE = torch.tensor([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]]) / torch.tensor([[2.0], [6.0]]).sqrt()  # colours without grey
HUES = (0.63, 0.87), (0.13, 0.37)  # hues of pairs in a window, and of pairs in a stripe; 1 is once around the circle


class Walls(NamedTuple):
    """Walls with their answers. A token is 4 pixels with red, green and blue around 0.

    seen: (n, 160, 16), the damaged walls; each pixel has a fourth number, 1 where the token is damaged.
    whole: (n, 160, 12), the undamaged walls.
    kinds: (n, 160), an index into PLACES where a token is damaged, else -1.
    """

    seen: Tensor
    whole: Tensor
    kinds: Tensor


def sticker_walls(n: int, seed: int) -> Walls:
    """Draws n grey walls with coloured stickers in pairs, each pair with a motif in light and dark. One sticker of each
    pair has lost its motif.

    Blue and violet partners are in the same window of 4 x 10 tokens, but in different stripes of 2 x 20. Red and green
    ones are in the same stripe, but in different windows. Every window and every stripe has two such pairs. The colours
    of these two are the same on the whole wall, but each pair has a motif of its own. So the colour alone does not tell
    the partner from stickers in other windows or stripes. In some pairs, both stickers have lost their motif, so it is
    nowhere on the wall. The wall between the stickers is smooth, and has holes.
    """
    g = torch.Generator().manual_seed(seed)
    rows, columns = (side // 2 for side in GRID)  # rows and columns of stickers
    half = columns // 2
    wall = F.interpolate(torch.randn(n, 1, 3, 3, generator=g), (PATCH * GRID[0], PATCH * GRID[1]), mode="bicubic",
                         align_corners=True)
    whole = (0.1 * wall).permute(0, 2, 3, 1).repeat(1, 1, 1, 3)
    seen, kinds = whole.clone(), torch.full((n, *GRID), -1)
    side = 2 * PATCH
    for picture in range(n):
        free = torch.ones(rows, columns, dtype=torch.bool)
        jitter = (0.1 * torch.rand(4, generator=g) - 0.05).tolist()
        for family, turns in enumerate(HUES):
            for turn in turns:
                angle = 2 * math.pi * (turn + jitter.pop())
                colour = 0.5 * (math.cos(angle) * PLANE[0] + math.sin(angle) * PLANE[1])
                for region in range(4):
                    motif = 0.15 * torch.randn(PATCH, PATCH, generator=g).repeat(2, 2)[..., None]
                    order = torch.randperm(2, generator=g).tolist()
                    if family == 0:  # both rows of a window
                        blocks = [(region // 2 * 2 + row, region % 2) for row in order]
                    else:  # both halves of a row
                        blocks = [(region, window) for window in order]
                    lost = torch.rand((), generator=g).item() < LOST
                    for (row, window), faded in zip(blocks, (True, lost), strict=True):
                        cells = free[row, half * window:half * (window + 1)].nonzero()
                        column = half * window + int(cells[torch.randint(len(cells), (), generator=g)])
                        free[row, column] = False
                        area = picture, slice(side * row, side * (row + 1)), slice(side * column, side * (column + 1))
                        whole[area], seen[area] = colour + motif, colour + (0 if faded else motif)
                        if faded:
                            kinds[picture, 2 * row:2 * row + 2, 2 * column:2 * column + 2] = 3 if lost else 1 + family
        cells = free.nonzero()
        for cell in cells[torch.randperm(len(cells), generator=g)[:HOLES]]:
            row, column = (2 * cell + torch.randint(2, (2,), generator=g)).tolist()
            seen[picture, PATCH * row:PATCH * (row + 1), PATCH * column:PATCH * (column + 1)] = 0
            kinds[picture, row, column] = 0
    damaged = (kinds >= 0).repeat_interleave(PATCH, 1).repeat_interleave(PATCH, 2)[..., None]
    return Walls(_tokens(torch.cat([seen, damaged], -1)), _tokens(whole), kinds.flatten(1))


def _tokens(pixels: Tensor) -> Tensor:
    """Cuts pixels (n, 16, 40, C) into tokens (n, 160, 4 C)."""
    return pixels.unflatten(2, (GRID[1], PATCH)).unflatten(1, (GRID[0], PATCH)).transpose(2, 3).flatten(3).flatten(1, 2)


def wall_pictures(tokens: Tensor) -> Tensor:
    """Returns tokens of 12 or 16 numbers as pictures, (n, 3, 16, 40) in [0, 1]."""
    pixels = tokens.unflatten(2, (PATCH, PATCH, -1))[..., :3].unflatten(1, GRID)  # (n, rows, columns, 2, 2, 3)
    return (0.5 + pixels.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)).clamp(0, 1)


def restored_at(restored: Tensor, walls: Walls) -> dict[str, float]:
    """Returns the PSNR in dB at the damaged tokens, by the place of the answer."""
    error = (restored - walls.whole).square().mean(2)
    return {place: -10 * error[walls.kinds == kind].mean().log10().item() for kind, place in enumerate(PLACES)}


# ---------------------------------------------------------------------- photographs under noise

NOISE = 0.1  # standard deviation of a pixel's noise
CROP = 256  # pixels on a side
PHOTOGRAPHS = tuple(sorted([*PHOTOS["train"], *PHOTOS["test"]]))


def photograph_crop(name: str) -> Tensor:
    """Returns the middle of a photograph, (3, 256, 256) in [0, 1]."""
    picture = photograph(name)
    top, left = ((side - CROP) // 2 for side in picture.shape[1:])
    return picture[:, top:top + CROP, left:left + CROP]


def photograph_crops() -> Tensor:
    """Returns the middles of all photographs, (6, 3, 256, 256), in the order of PHOTOGRAPHS."""
    return torch.stack([photograph_crop(name) for name in PHOTOGRAPHS])


def noisy(pictures: Tensor, seed: int) -> Tensor:
    """Returns pictures with noise added to every number; the same seed gives the same noise.

    pictures: (n, 3, H, W), or one picture (3, H, W).
    """
    return pictures + NOISE * torch.randn(pictures.shape, generator=torch.Generator().manual_seed(seed))


def psnr(restored: Tensor, whole: Tensor) -> float:
    """Returns the peak signal-to-noise ratio, in dB, of pictures in [0, 1]."""
    return -10 * (restored - whole).square().mean().log10().item()


def restore_each(restorer: Callable[[str], nn.Module], pictures: Tensor) -> Tensor:
    """Restores each picture of `photograph_crops` by the network that restorer(name) makes for this photograph, and
    returns (6, 3, 256, 256)."""
    with torch.no_grad():
        return torch.cat([restorer(name)(picture[None]) for name, picture in zip(PHOTOGRAPHS, pictures, strict=True)])


def gains(restored: Tensor, seen: Tensor, whole: Tensor) -> dict[str, float]:
    """Returns the PSNR that each photograph gained by its restoration, in dB, by name."""
    return {name: psnr(after, true) - psnr(before, true)
            for name, after, before, true in zip(PHOTOGRAPHS, restored, seen, whole, strict=True)}


def blurred(pictures: Tensor, width: float) -> Tensor:
    """Returns pictures (n, 3, H, W) after a Gaussian blur with a standard deviation of `width` pixels."""
    steps = torch.arange(-8.0, 9.0)
    kernel = torch.exp(-steps.square() / (2 * width**2))
    kernel = (kernel / kernel.sum()).expand(3, 1, 1, -1)
    for weights, padding in ((kernel, (8, 8, 0, 0)), (kernel.mT, (0, 0, 8, 8))):
        pictures = F.conv2d(F.pad(pictures, padding, mode="reflect"), weights, groups=3)
    return pictures


def gains_of_a_blur(seen: Tensor, whole: Tensor) -> dict[str, float]:
    """Returns how many dB each photograph gains by a Gaussian blur, by name.

    For each photograph, the width of the blur is the one that suits the other photographs best. This is fair, because a
    network, too, is trained without the photograph that it restores.

    seen: the noisy photographs, (n, 3, H, W).
    whole: the true photographs, (n, 3, H, W).
    """
    widths = [0.1 * step for step in range(4, 21)]
    of_width = torch.tensor([list(gains(blurred(seen, width), seen, whole).values()) for width in widths])
    chosen = (of_width.sum(1, keepdim=True) - of_width).argmax(0)  # for each photograph, by the sum over the others
    return dict(zip(PHOTOGRAPHS, of_width[chosen, torch.arange(len(seen))].tolist(), strict=True))


class Restorer(nn.Module):
    """Restores noisy pictures (B, 3, H, W) by `blocks` on tokens, each called as block(tokens, image_size).

    A token is a patch of 2 x 2 pixels. The layers around the blocks work on each token by itself, so only the blocks
    can bring in what lies around a patch. At the beginning of training, the network returns the noisy picture.
    """

    def __init__(self, blocks: Iterable[nn.Module], dim: int) -> None:
        super().__init__()
        self.first, self.norm = nn.Linear(12, dim), nn.LayerNorm(dim)
        self.blocks = nn.ModuleList(blocks)
        self.last = nn.Linear(dim, 12)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, pictures: Tensor) -> Tensor:
        patches = F.pixel_unshuffle(pictures - 0.5, 2)
        size = tuple(patches.shape[2:])
        tokens = self.norm(self.first(patches.flatten(2).transpose(1, 2)))
        for block in self.blocks:
            tokens = block(tokens, size)
        change = self.last(tokens).transpose(1, 2).unflatten(2, size)
        return pictures + F.pixel_shuffle(change, 2)

    def load(self, file: str | Path, left_out: str) -> "Restorer":
        """Loads the weights that were trained without the photograph `left_out`, and returns the network itself, in
        eval mode.

        Weights are found by their names. A Linear layer also takes the weights of a 1 x 1 convolution.

        file: a safetensors file, in the current folder or among the lesson's.

        Raises RuntimeError if the blocks' parameters have other names or sizes.
        """
        start, mine, path = f"{left_out}.", self.state_dict(), Path(file)
        entries = load_file(path if path.exists() else handed_out(path.name))
        shipped = {name.removeprefix(start): value for name, value in entries.items() if name.startswith(start)}
        same_size = {name for name in shipped.keys() & mine.keys() if shipped[name].numel() == mine[name].numel()}
        self.load_state_dict({name: value.view_as(mine[name]) if name in same_size else value
                              for name, value in shipped.items()})
        return self.eval()
