"""Pictures of lesson e1: the pixels that one position of a self-calibrated convolution sees, with two sliders, and the
answers of trained networks at every pixel."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import nn

from ...pictures.images import show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, cells
from ...pictures.style import FEATURES
from ...pictures.touch import slide
from ...tasks.data import photograph
from ...tasks.scoring import UNASKED
from .task import GREY, RING_COLOURS, RingedDots, right_at_dots, seen

POOLINGS, ROWS, COLUMN = (1, 2, 4, 8), (24, 25, 26, 27), 24
SIDE, CHANNELS = 48, 4


def slide_a_view(make: Callable[[int, int, int], nn.Module]) -> None:
    """Displays sliders for the pooling and for the row of a position, with the pixels that this position sees. They are
    measured with gradients.

    make: takes (channels, stride, pooling) and returns the module, here the learner's `SCConv`.
    """
    views = {(pooling, row): seen(make(CHANNELS, 1, pooling).eval(), CHANNELS, row, COLUMN) for pooling in POOLINGS
             for row in ROWS}

    def drawn(pooling: int, row: int) -> list[Panel]:
        return [cells(views[pooling, row], f"{SIDE} x {SIDE} pixels; blue: seen", colour=FEATURES, side=4 * SIDE,
                      ring=(row, COLUMN, 1, 1))]

    def says(pooling: int, row: int) -> str:
        rows = views[pooling, row].amax(1).nonzero().flatten()
        return (f"Pooling {pooling}, from row {row}: it sees rows {rows.min()} to {rows.max()}, "
                f"{row - rows.min()} up and {rows.max() - row} down.")

    slide({"pooling": {str(pooling): pooling for pooling in POOLINGS}, "row": {str(row): row for row in ROWS}}, drawn,
          says,
          start=["4", "24"])


@torch.no_grad()
def show_gates(make: Callable[..., nn.Module], name: str) -> None:
    """Shows a photograph in grey, and the gates of two poolings, made by weights that are set by hand.

    make: the learner's `SCConv`. Its k2 gives minus the mean, its k3 gives 1, and its k4 changes nothing, so the
        output is sigmoid(x - mean around).
    """
    grey = nn.functional.adaptive_avg_pool2d(photograph(name).mean(0, keepdim=True), (160, 240))[None]
    gates = []
    for pooling in (4, 16):
        module = make(1, 1, pooling).eval()
        for part, middle in ((module.k2, -1.0), (module.k3, 0.0), (module.k4, 1.0)):
            for layer in part:
                if isinstance(layer, nn.Conv2d):
                    nn.init.zeros_(layer.weight)
                    layer.weight[0, 0, 1, 1] = middle
        nn.init.ones_(module.k3[-1].bias)
        gates.append(module(12 * grey)[0, 0])
    pictures = torch.stack([grey[0, 0], *gates]).clamp(0, 1)[:, None].expand(-1, 3, -1, -1)
    show(show_images(pictures, ["the photograph", "the gate, pooling 4", "the gate, pooling 16"]),
         "A cat in grey, and two gates of it, open (white) where it is brighter than around. With pooling 4 the gate "
         "shows fine lines such as whiskers; with pooling 16 it shows larger parts, and steps between square cells.")


@torch.no_grad()
def show_answers_at_dots(networks: Mapping[str, nn.Module], dots: RingedDots, shown: int = 4) -> None:
    """Draws some pictures of ringed dots and, below them, each network's answer at every pixel in the colour of the
    ring, pale outside the dots. Keeps the picture as `my_scnet.png`.

    networks: by name, the learner's last; (n, 3, H, W) -> (n, 3, H, W), scores of the colours.
    dots: new pictures.
    shown: how many of them are drawn.
    """
    rows = {"picture": [(f"picture {number}", (picture + GREY).clamp(0, 1))
                        for number, picture in enumerate(dots.pictures[:shown])]}
    score = 0.0
    for name, network in networks.items():
        scores = network.eval()(dots.pictures)
        score = right_at_dots(scores, dots.answers)
        said = torch.einsum("nchw,cd->ndhw", scores[:shown].softmax(1), RING_COLOURS)
        asked = (dots.answers[:shown] != UNASKED)[:, None]
        pale = 0.85 + 0.15 * said
        rights = [100 * (one.argmax(0) == answers)[answers != UNASKED].float().mean().item()
                  for one, answers in zip(scores[:shown], dots.answers, strict=False)]
        rows[name] = [(f"{right:.0f} % right", picture)
                      for right, picture in zip(rights, torch.where(asked, said, pale), strict=True)]
    keepsake("my_scnet.png", "White dots, all alike: which colour is the ring around each?", rows,
             f"{list(networks)[-1]}, written by hand: {score:.1f} % right at the dots of new pictures")
