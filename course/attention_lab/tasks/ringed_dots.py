"""White dots in coloured rings: pictures in which a network has to look six pixels far, and a measurement of how far
it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .scoring import UNASKED

SIDE, CELL = 36, 18  # of a picture, and of the quarter of it in which a ring lies, px
RING_COLOURS = torch.tensor([[1.0, 0.15, 0.15], [0.15, 0.8, 0.15], [0.25, 0.35, 1.0]])
GREY, NOISE = 0.3, 0.05
_INTERPOLATE = F.interpolate  # torch's own


class RingedDots(NamedTuple):
    """pictures (n, 3, 36, 36), the grey of the ground is 0; answers, the colour of its ring at the pixels of a dot,
    UNASKED elsewhere (n, 36, 36)."""

    pictures: Tensor
    answers: Tensor


def ringed_dots(n: int, seed: int, *, cue: bool = True) -> RingedDots:
    """Four white dots, all alike, each at the centre of a thin ring of one of RING_COLOURS. Which colour is it?

    A dot is a plus of five pixels; the ring is 6 to 7 pixels from its centre. cue=False: the rings have colours that
    are drawn anew, and say nothing about the answer.
    """
    generator = torch.Generator().manual_seed(seed)
    pictures, answers = torch.full((n, SIDE, SIDE, 3), GREY), torch.full((n, SIDE, SIDE), UNASKED)
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    for top in (0, CELL):
        for left in (0, CELL):
            y, x = (corner + torch.randint(8, 10, (n, 1, 1), generator=generator) for corner in (top, left))
            colours, others = torch.randint(0, 3, (2, n), generator=generator)
            squared = (rows - y) ** 2 + (columns - x) ** 2
            ring = ((squared >= 36) & (squared <= 48))[..., None]
            pictures = torch.where(ring, RING_COLOURS[colours if cue else others][:, None, None], pictures)
            pictures = torch.where((squared <= 1)[..., None], torch.ones(3), pictures)
            answers = torch.where(squared <= 1, colours[:, None, None], answers)
    pictures = pictures + NOISE * torch.randn(pictures.shape, generator=generator)
    return RingedDots(pictures.permute(0, 3, 1, 2).contiguous() - GREY, answers)


def right_at_dots(scores: Tensor, answers: Tensor) -> float:
    """The share of the dots' pixels at which the highest of the scores (n, 3, H, W) is that of the answer (n, H, W),
    in %."""
    return 100 * (scores.argmax(1) == answers)[answers != UNASKED].float().mean().item()


def seen(network: nn.Module, channels: int, row: int, column: int, side: int = 48, tries: int = 16) -> Tensor:
    """Which positions of a map (channels, side, side) can change what `network` puts out at (row, column): (side,
    side), 0 or 1.

    Found as the gradient of that output with respect to random maps;
    there are several, since a ReLU blocks the gradient here and there.
    """
    x = torch.randn(tries, channels, side, side, generator=torch.Generator().manual_seed(0)).requires_grad_()
    out = network(x)
    (gradient,) = torch.autograd.grad(out[:, :, row, column].square().sum(), x)
    return (gradient.abs().sum((0, 1)) > 0).float()


@contextmanager
def enlarging(mode: str) -> Iterator[None]:
    """While this is active, `F.interpolate` and `nn.Upsample` enlarge by this mode, "nearest" or "bilinear",
    whatever they ask for."""
    def ours(x: Tensor, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None,
             *_: object,
             **__: object) -> Tensor:
        return _INTERPOLATE(x, size, scale_factor, mode=mode)

    with patch.object(F, "interpolate", ours):
        yield
