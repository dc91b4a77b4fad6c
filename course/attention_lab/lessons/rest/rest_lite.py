"""ResT-Lite, the smallest network of the paper on ResT, made of a learner's modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

WIDTHS, HEADS, RATIOS = (64, 128, 256, 512), (1, 2, 4, 8), (8, 4, 2, 1)  # for each of the four stages
BLOCKS, CLASSES = 2, 1000  # blocks in each stage; ImageNet's classes


class ResTLite(nn.Module):
    """A stem of three convolutions and four stages of two blocks, (B, 3, H, W) -> (B, 1000).

    position, patches, block: lesson 07b's PixelAttention, OverlapPatchEmbed and ResTBlock, called as the lesson says.
    """

    def __init__(self, position: Callable[..., nn.Module], patches: Callable[..., nn.Module],
                 block: Callable[..., nn.Module]) -> None:
        super().__init__()
        half = WIDTHS[0] // 2
        self.stem = nn.Sequential(
            nn.Conv2d(3, half, 3, 2, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
            nn.Conv2d(half, half, 3, 1, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
            nn.Conv2d(half, WIDTHS[0], 3, 2, 1, bias=False), position(WIDTHS[0]))
        self.patches = nn.ModuleList(patches(narrow, wide) for narrow, wide in zip(WIDTHS, WIDTHS[1:], strict=False))
        self.stages = nn.ModuleList(nn.ModuleList(block(*sizes, qkv_bias=True, apply_transform=True)
                                                  for _ in range(BLOCKS))
                                    for sizes in zip(WIDTHS, HEADS, RATIOS, strict=True))
        self.norm, self.head = nn.LayerNorm(WIDTHS[-1]), nn.Linear(WIDTHS[-1], CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        tokens, size = x.flatten(2).transpose(1, 2), x.shape[2:]
        tokens = _through(self.stages[0], tokens, size)
        for patches, stage in zip(self.patches, self.stages[1:], strict=True):
            tokens, size = patches(tokens.transpose(1, 2).unflatten(2, size))
            tokens = _through(stage, tokens, size)
        return self.head(self.norm(tokens).mean(1))


def _through(blocks: Any, tokens: Tensor, size: Any) -> Tensor:
    for block in blocks:
        tokens = block(tokens, *size)
    return tokens
