"""Our attempts at the challenge of lesson 04: `python -m solutions.bam.challenge` (about a minute of one core)."""

from pathlib import Path

from torch import nn

from solutions.shared.attempts import Attempts


def layer(inputs: int, width: int, dilation: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, width, 3, padding=dilation, dilation=dilation, bias=False), nn.BatchNorm2d(width),
            nn.ReLU()]


def two_convolutions(width: int) -> nn.Module:
    """One plain 3 x 3 convolution, then one with dilation 8, and the mean over all positions."""
    return nn.Sequential(*layer(2, width, 1), *layer(width, width, 8), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.BatchNorm1d(width), nn.Linear(width, 2))


if __name__ == "__main__":
    Attempts(Path(__file__).with_name("page.py")).try_all(
        {f"{width} channels": lambda width=width: two_convolutions(width) for width in (4, 3)})
