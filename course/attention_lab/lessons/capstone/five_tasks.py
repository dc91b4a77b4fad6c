"""The capstone's five tasks: small pictures with a question at some of their positions, and one small network that
answers.

Each task can be solved by one mechanism: channel context, place, look-up, distance, or nothing beyond a neighbourhood
(the control). The network answers at each position, without pooling. So only the module that is plugged into it can
look at the whole picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ...tasks.scoring import UNASKED

SIDE, HALF = 24, 12  # side of a picture, and of its map of answers, in pixels
GREY, NOISE = 0.5, 0.03
WIDTH = 16  # channels of `TaskNet`


class Task(NamedTuple):
    """One of the five tasks.

    question: the question in words.
    classes: how many answers there are, all equally frequent.
    pictures: how many pictures there are to learn from.
    draw: takes a number of pictures and a generator, and returns pictures and answers.
    """

    question: str
    classes: int
    pictures: int
    draw: Callable[[int, torch.Generator], tuple[Tensor, Tensor]]


class Questions(NamedTuple):
    """Pictures with their answers.

    pictures: (n, 3, 24, 24); grey is 0.
    answers: (n, 12, 12), at half the resolution; UNASKED where there is no question.
    """

    pictures: Tensor
    answers: Tensor


def questions(task: str, n: int, seed: int) -> Questions:
    """Draws n pictures of one of TASKS. Raises KeyError for an unknown task."""
    generator = torch.Generator().manual_seed(seed)
    pictures, answers = TASKS[task].draw(n, generator)
    pictures = pictures + NOISE * torch.randn(pictures.shape, generator=generator)
    return Questions(2 * (pictures - GREY).contiguous(), answers)


def right(scores: Tensor, answers: Tensor) -> float:
    """Returns the share of the questions that are answered correctly, in per cent.

    scores: (n, classes, 12, 12).
    answers: (n, 12, 12).
    """
    asked = answers != UNASKED
    return 100 * (scores.argmax(dim=1) == answers)[asked].float().mean().item()


class TaskNet(nn.Module):
    """Returns scores at each position, (B, 3, 24, 24) -> (B, classes, 12, 12).

    A stem halves the resolution. Then comes one residual block, with `module` between a 3 x 3 and a 1 x 1 convolution,
    and a linear classifier. Without the module, no position sees more than 7 x 7 pixels.
    """

    def __init__(self, module: nn.Module, classes: int) -> None:
        super().__init__()
        self.stem, self.near = conv(3, 3, stride=2), conv(WIDTH, 3)
        self.module = module
        self.mix, self.classify = conv(WIDTH, 1), nn.Conv2d(WIDTH, classes, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return self.classify(x + self.mix(self.module(self.near(x))))


def conv(channels: int, kernel_size: int, stride: int = 1) -> nn.Sequential:
    layer = nn.Conv2d(channels, WIDTH, kernel_size, stride, kernel_size // 2, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(WIDTH), nn.ReLU())


# ---------------------------------------------------------------------- the pictures

def _what(n: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Is this paper redder or bluer than grey? There are sixteen papers under one lamp, whose colour is unknown."""
    light = 0.3 + 0.7 * torch.rand(n, 4, 4, generator=g)
    redder = 0.4 * (2 * torch.rand(n, 4, 4, generator=g) - 1)  # logarithm of a paper's red divided by its blue
    lamp = 1.5 * (torch.rand(n, 1, 1, generator=g) - 0.5)
    red, blue = (light * (sign * (redder / 2 + lamp)).exp() for sign in (1, -1))
    papers = 0.6 * torch.stack([red, light, blue], dim=1)
    answers = torch.full((n, HALF, HALF), UNASKED)
    answers[:, 1::3, 1::3] = (redder > 0).long()
    return papers.repeat_interleave(6, 2).repeat_interleave(6, 3), answers


def _where(n: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Is this square in neither line, only in the marked row, only in the marked column, or in both?

    There is a question about four of the nine squares, one for each answer.
    """
    pictures, answers, rows, columns = _empty(n)
    at = [6 + 6 * cell for cell in range(3)]
    for y in at:
        for x in at:
            pictures[:, :, y:y + 4, x:x + 4] = 0.9
    marked = torch.randint(0, 3, (2, n), generator=g)
    top, left = (6 + 6 * cell[:, None, None] for cell in marked)
    mark = ((rows >= top) & (rows < top + 4) & (columns < 2)) | ((columns >= left) & (columns < left + 4) & (rows < 2))
    pictures = torch.where(mark[:, None], torch.tensor([0.9, 0.2, 0.2]).view(3, 1, 1), pictures)
    every = torch.arange(n)
    for answer, (in_row, in_column) in enumerate(((False, False), (True, False), (False, True), (True, True))):
        row, column = (cell if same else (cell + torch.randint(1, 3, (n,), generator=g)) % 3
                       for cell, same in zip(marked, (in_row, in_column)))
        answers[every, 4 + 3 * row, 4 + 3 * column] = answer
    return pictures, answers


def _look_up(n: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Which brightness does the legend at the left show beside this patch's colour? Colours and brightnesses are drawn
    for each picture."""
    pictures, _, rows, columns = _empty(n)
    pictures = pictures.permute(0, 2, 3, 1).contiguous()
    turns = torch.rand(n, 1, 1, generator=g) + torch.arange(3).view(1, 3, 1) / 3
    colours = 0.5 + 0.5 * torch.cos(2 * math.pi * (turns - torch.arange(3) / 3))  # (n, 3, RGB)
    meaning = torch.rand(n, 3, generator=g).argsort(1)  # of each colour: black, grey or white
    y: int | Tensor
    for line in range(3):
        y = 1 + 8 * line
        pictures[:, y:y + 5, 1:4] = colours[:, line, None, None]
        pictures[:, y:y + 5, 4:7] = meaning[:, line].view(n, 1, 1, 1) / 2
    answers, every = torch.full((n, SIDE, SIDE), UNASKED), torch.arange(n)
    for _ in range(4):
        y, x = (torch.randint(low, SIDE - 3, (n, 1, 1), generator=g) for low in (3, 12))
        chosen = torch.randint(0, 3, (n,), generator=g)
        patch = ((rows - y).abs() <= 2) & ((columns - x).abs() <= 2)
        pictures = torch.where(patch[..., None], colours[every, chosen].view(n, 1, 1, 3), pictures)
        answers = torch.where(patch, meaning[every, chosen].view(n, 1, 1), answers)
    return pictures.permute(0, 3, 1, 2), answers[:, ::2, ::2].contiguous()


def _far(n: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """What is the colour of the two posts that stand six pixels to the left and to the right of this white dot?

    Each picture has three dots and each colour once, so the colours in the picture tell nothing.
    """
    pictures, answers, rows, columns = _empty(n)
    palette = torch.tensor([[0.9, 0.2, 0.2], [0.2, 0.8, 0.2], [0.2, 0.2, 0.9]])
    order = torch.rand(n, 3, generator=g).argsort(1)
    for band in range(3):
        y = 8 * band + 2 * torch.randint(1, 3, (n,), generator=g)  # so far apart that a dot sees only its own posts
        x = 2 * torch.randint(4, 8, (n,), generator=g)
        down, across = (rows - y.view(n, 1, 1)).abs(), (columns - x.view(n, 1, 1)).abs()
        pictures = torch.where(((down <= 1) & (across <= 1))[:, None], 1.0, pictures)
        posts = (down <= 2) & (across >= 6) & (across <= 7)
        pictures = torch.where(posts[:, None], palette[order[:, band]].view(n, 3, 1, 1), pictures)
        answers[torch.arange(n), y // 2, x // 2] = order[:, band]
    return pictures, answers


def _local(n: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Do the fine stripes rise or fall here? There are nine patches, with noise; a patch's surroundings tell nothing
    about it."""
    falling = torch.randint(0, 2, (n, 3, 3), generator=g)
    start = 2 * math.pi * torch.rand(n, 3, 3, generator=g)
    _, answers, rows, columns = _empty(n)

    def grown(of_patches: Tensor) -> Tensor:
        return of_patches.repeat_interleave(8, 1).repeat_interleave(8, 2)

    along = (columns + (2 * grown(falling) - 1) * -rows) / math.sqrt(2)
    stripes = 0.35 * torch.sin(2 * math.pi * along / 4 + grown(start))
    pictures = (GREY + stripes)[:, None] + 0.5 * torch.randn(n, 1, SIDE, SIDE, generator=g)
    answers[:, 2::4, 2::4] = falling
    return pictures.repeat(1, 3, 1, 1), answers


def _empty(n: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Returns grey pictures, answers that are all UNASKED, and each pixel's row and column."""
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    return torch.full((n, 3, SIDE, SIDE), GREY), torch.full((n, HALF, HALF), UNASKED), rows, columns


TASKS = {
    "what": Task("redder or bluer than grey, under a lamp of unknown colour?", 2, 3200, _what),
    "where": Task("in the marked row, in the marked column, in both, in neither?", 4, 3200, _where),
    "look-up": Task("which brightness does the legend give to this colour?", 3, 8000, _look_up),
    "far": Task("which colour stands six pixels to the left and right?", 3, 3200, _far),
    "local": Task("do the fine stripes rise or fall here?", 2, 3200, _local),
}
