"""The networks of the digits on photographs: two residual blocks, and in each a place for a module."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention_lab.networks.backbones import layers
from attention_lab.tasks.digits_on_photos import Digits
from autograder.lessons.topics import topic

WIDTHS = 16, 32  # channels of the two blocks; their maps have 16 x 16 and 8 x 8 positions
STRIDE = 4  # pixels from one position of the last map to the next
CLASSES, TESTED, BATCH = 11, 2000, 64

Draw = Callable[[int, int, str], Digits]  # of a number, a seed and a split


class DigitBlock(nn.Module):
    """relu(x + module(convolutions(x))), (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, channels: int, module: nn.Module) -> None:
        super().__init__()
        self.way = nn.Sequential(*layers(channels, channels, 3), nn.ReLU(), *layers(channels, channels, 1))
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        return (x + self.module(self.way(x))).relu()


class DigitNet(nn.Module):
    """Scores of the eleven answers at each position, (B, 3, 32, 32) -> (B, 11, 8, 8). modules: one for each of WIDTHS.

    Without modules a position sees 19 x 19 pixels, and no position at a digit's centre sees the frame.
    """

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        super().__init__()
        made, inside = [], 3
        for width, module in zip(WIDTHS, modules, strict=True):
            made += [*layers(inside, width, 3, stride=2), nn.ReLU(), DigitBlock(width, module)]
            inside = width
        self.features, self.head = nn.Sequential(*made), nn.Conv2d(inside, CLASSES, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))

    @property
    def blocks(self) -> list[DigitBlock]:
        return [each for each in self.features if isinstance(each, DigitBlock)]


class PairNet(DigitNet):
    """The same for a query and a support, (B, 7, 32, 32) -> (B, 11, 8, 8), with modules that are called like lesson
    e3's `CMAT`.

    Layers are shared by both pictures. The first mask of the query is e3's prior mask, made of the block's features.
    """

    def forward(self, x: Tensor) -> Tensor:
        query, support, pixels = x.split([3, 3, 1], dim=1)
        for layer in self.features:
            if isinstance(layer, DigitBlock):
                a, b = layer.way(query), layer.way(support)
                mask = F.interpolate(pixels, b.shape[2:], mode="bilinear", align_corners=True)
                found = layer.module(a, b, topic("catnet").reference.prior_mask(a, b, pixels[:, 0]), mask)
                query, support = ((x + new).relu() for x, new in zip((query, support), found))
            else:
                query, support = layer(query), layer(support)
        return self.head(query)


def answers(network: nn.Module, drawn: Digits) -> Tensor:
    """The scores at the digits' centres, (n, 11)."""
    rows, columns = (drawn.centres / STRIDE).round().long().unbind(1)
    return network(drawn.pictures)[torch.arange(len(rows), device=rows.device), :, rows, columns]


def learn(network: nn.Module, draw: Draw, steps: int, rate: float, seed: int, at: Callable[[int], None]) -> None:
    """Train in place on new pictures at each step: Adam, one cycle of learning rates with the peak `rate`.
    at: called after each step."""
    optimizer = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    network.train()
    for step in range(1, steps + 1):
        drawn = draw(BATCH, 1_000_000 * seed + step, "train")
        loss = F.cross_entropy(answers(network, drawn), drawn.labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        at(step)
    network.eval()


def right_on_test(network: nn.Module, draw: Draw, n: int = TESTED) -> float:
    """Right answers on test pictures, in per cent; the network's mode is as it was afterwards."""
    drawn, training = draw(n, 999, "test"), network.training
    network.eval()
    with torch.no_grad():
        right = 100 * (answers(network, drawn).argmax(dim=1) == drawn.labels).float().mean().item()
    network.train(training)
    return right
