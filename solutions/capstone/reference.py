"""The capstone: whole networks from the course's blocks, and the table that counts them.

CloFormer follows the authors' code (qhfan/CloFormer, models/cloformer.py). What differs: one kernel and one ratio of
the MLPs for all stages, as in every published size; no drop path. AttentionResNet is the basic ResNet of He and others
(CVPR 2016) for small images, with one place for a module in each block, on the residual branch behind the second norm,
where SE-ResNet and CBAM have it.
"""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

from solutions.cloformer.reference import CloBlock


class AttentionResNet(nn.Module):
    """A small ResNet with a module of one's choice in each block: `(B, 3, H, W) -> (B, num_classes)`.

    make_attention: called with the width of each block, makes a new module `(B, width, H, W) -> (B, width, H, W)`;
        None: nothing is there.
    """

    class Block(nn.Module):
        """Two convolutions and the module; beside them a shortcut, which is x, or `downsample` of x where the stride
        is 2."""

        def __init__(self, channels: int, width: int, stride: int, attention: nn.Module) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride > 1:
                self.downsample = nn.Sequential(
                    nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))

        def forward(self, x: Tensor) -> Tensor:
            y = torch.relu(self.bn1(self.conv1(x)))
            y = self.attention(self.bn2(self.conv2(y)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return torch.relu(shortcut + y)

    def __init__(self, make_attention: Callable[[int], nn.Module] | None, widths: Sequence[int] = (16, 32, 64),
                 blocks: int = 2, num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, channels = nn.ModuleList(), widths[0]
        for number, width in enumerate(widths):
            stage = nn.ModuleList()
            for place in range(blocks):
                stride = 2 if place == 0 and number > 0 else 1
                attention = make_attention(width) if make_attention else nn.Identity()
                stage.append(self.Block(channels, width, stride, attention))
                channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))


class CloFormer(nn.Module):
    """An image classifier of CloBlocks: `(B, 3, H, W) -> (B, num_classes)`.
    Stage i has width dims[i] and depths[i] blocks.

    Raises:
        ValueError: the lists have different lengths.
    """

    def __init__(self, dims: Sequence[int], depths: Sequence[int], num_heads: Sequence[int],
                 group_splits: Sequence[Sequence[int]], kernel_sizes: Sequence[Sequence[int]],
                 window_sizes: Sequence[int], mlp_kernel_size: int = 5, mlp_ratio: float = 4,
                 num_classes: int = 1000) -> None:
        super().__init__()
        of_stages = depths, num_heads, group_splits, kernel_sizes, window_sizes
        if any(len(each) != len(dims) for each in of_stages):
            raise ValueError(
                f"each list has one entry for each stage: {[len(each) for each in (dims, *of_stages)]} entries")
        layers, channels = [], 3
        for width, stride in ((dims[0] // 2, 2), (dims[0], 2), (dims[0], 1), (dims[0], 1)):
            layers += [nn.Conv2d(channels, width, 3, stride, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        self.patch_embed = nn.Sequential(*layers, nn.Conv2d(channels, dims[0], 1), nn.GroupNorm(1, dims[0]))
        self.stages = nn.ModuleList()
        for i, depth in enumerate(depths):
            stage = nn.ModuleList()
            for place in range(depth):
                leads_on = place == depth - 1 and i < len(dims) - 1
                out_dim, stride = (dims[i + 1], 2) if leads_on else (dims[i], 1)
                stage.append(CloBlock(
                    dims[i], out_dim, num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                    mlp_ratio, stride))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


def parameter_table(rows: Iterable[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module) its name and its trainable parameters: their number, in units of 10**6, and of 2**20.

    A parameter that a module holds twice counts once. The units are rounded to two decimals.
    """
    table = []
    for name, module in rows:
        count = sum(p.numel() for p in module.parameters() if p.requires_grad)
        table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
    return table
