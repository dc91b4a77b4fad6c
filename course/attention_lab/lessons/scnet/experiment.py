"""The experiment of lesson e1: networks that name, at a dot, the colour of the ring around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...networks.training import Results, train
from ...pictures import ScorePlot
from .task import RingedDots, enlarging, right_at_dots, ringed_dots, seen

CHANNELS, PLANES = 32, 8


class Plain(nn.Module):
    """ResNet's bottleneck, without a stride, (B, channels, H, W) -> (B, channels, H, W)."""

    def __init__(self, channels: int, planes: int, dilation: int = 1) -> None:
        super().__init__()
        middle = nn.Conv2d(planes, planes, 3, 1, dilation, dilation, bias=False)
        self.body = nn.Sequential(
            nn.Conv2d(channels, planes, 1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(),
            middle, nn.BatchNorm2d(planes), nn.ReLU(),
            nn.Conv2d(planes, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.body(x))


def network(block: nn.Module) -> nn.Sequential:
    """Returns a network around a block of CHANNELS, (B, 3, H, W) -> (B, 3, H, W), a score for each colour."""
    return nn.Sequential(nn.Conv2d(3, CHANNELS, 3, padding=1, bias=False),
                         nn.BatchNorm2d(CHANNELS), nn.ReLU(), block, nn.Conv2d(CHANNELS, 3, 1))


def learn_dots(block: nn.Module, dots: RingedDots, seed: int) -> nn.Module:
    return train(network(block), dots.pictures, dots.answers, loss=F.cross_entropy, epochs=1, batch_size=16,
                 peak_rate=0.01, seed=seed)


def tested(model: nn.Module) -> dict[str, float]:
    """Returns the shares that are right (%): at new dots, without the cue, and with Up switched to bilinear."""
    new, without = ringed_dots(200, seed=2), ringed_dots(200, seed=2, cue=False)
    with torch.no_grad():
        scores = {"right": right_at_dots(model(new.pictures), new.answers),
                  "no cue": right_at_dots(model(without.pictures), without.answers)}
    with torch.no_grad(), enlarging("bilinear"):
        return scores | {"bilinear Up": right_at_dots(model(new.pictures), new.answers)}


def rows_seen(module: nn.Module, channels: int, row: int) -> float:
    """Returns how many rows of pixels one position of this row sees."""
    return seen(module, channels, row, 24).amax(1).sum().item()


def dots_plot(arms: Mapping[str, Callable[[], nn.Module]]) -> ScorePlot:
    sizes = {arm: sum(p.numel() for p in network(block()).parameters()) for arm, block in arms.items()}
    return ScorePlot("right at the dots of new pictures (%)", highlight=["SC, pooling 4"],
                     baselines={"at chance": 100 / 3}, parameters=sizes,
                     gaps=[("SC, pooling 4", "plain"), ("SC, pooling 4", "SC, pooling 1"),
                           ("SC, pooling 4", "dilated"), ("SC, pooling 1", "plain")])


def print_controls(results: Results, arms: Mapping[str, Callable[[], nn.Module]]) -> None:
    """Prints what the networks score without the cue and with another Up, and how far they see."""
    for arm in ("dilated", "SC, pooling 4"):
        print(f"'{arm}' without the cue: {results.mean(arm, 'no cue'):.1f} %")
    gain = results.mean("SC, pooling 4", "bilinear Up") - results.mean("SC, pooling 4")
    print(f"'SC, pooling 4', switched to bilinear: {gain:+.1f} points")
    for arm, block in arms.items():
        print(f"{arm}: the network sees {rows_seen(network(block()).eval(), 3, 24):.0f} rows")
