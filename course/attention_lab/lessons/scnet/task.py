"""White dots in coloured rings: pictures in which a network has to look six pixels far, and a function that measures
how far it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...tasks.scoring import UNASKED

SIDE, CELL = 36, 18  # side of a picture, and of the quarter of the picture that holds one ring, px
RING_COLOURS = torch.tensor([[1.0, 0.15, 0.15], [0.15, 0.8, 0.15], [0.25, 0.35, 1.0]])
GREY, NOISE = 0.3, 0.05
_INTERPOLATE = F.interpolate  # torch's own


class RingedDots(NamedTuple):
    """Pictures of dots with their answers.

    pictures: (n, 3, 36, 36); the grey of the background is 0.
    answers: (n, 36, 36), the colour of the ring at the pixels of its dot, UNASKED elsewhere.
    """

    pictures: Tensor
    answers: Tensor


def ringed_dots(n: int, seed: int, *, cue: bool = True) -> RingedDots:
    """Draws n pictures of four white dots that look the same. Each is the centre of a thin ring of one of RING_COLOURS:
    which colour is it?

    A dot is a plus of five pixels; the ring is 6 to 7 pixels from its centre.

    cue: False gives the rings new random colours, which say nothing about the answer.
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
    """Returns the share of the dots' pixels, in %, at which the right colour has the highest score.

    scores: (n, 3, H, W).
    answers: (n, H, W).
    """
    return 100 * (scores.argmax(1) == answers)[answers != UNASKED].float().mean().item()


def seen(network: nn.Module, channels: int, row: int, column: int, side: int = 48, tries: int = 16) -> Tensor:
    """Returns which positions of a map (channels, side, side) can change the output of `network` at (row, column):
    (side, side), 0 or 1.

    This is measured with the gradient of that output with respect to random maps. There are several maps, because a
    ReLU blocks the gradient here and there.
    """
    x = torch.randn(tries, channels, side, side, generator=torch.Generator().manual_seed(0)).requires_grad_()
    out = network(x)
    (gradient,) = torch.autograd.grad(out[:, :, row, column].square().sum(), x)
    return (gradient.abs().sum((0, 1)) > 0).float()


@contextmanager
def enlarging(mode: str) -> Iterator[None]:
    """While this context is active, `F.interpolate` and `nn.Upsample` enlarge by this mode, "nearest" or "bilinear",
    whatever mode they are called with."""
    def ours(x: Tensor, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None,
             *_: object,
             **__: object) -> Tensor:
        return _INTERPOLATE(x, size, scale_factor, mode=mode)

    with patch.object(F, "interpolate", ours):
        yield
