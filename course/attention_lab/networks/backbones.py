"""Skeletons of the papers' networks, with places for a learner's modules: ResNet, MobileNetV2 and ResT, built as in the
authors' code.

Sub-modules have the names that the authors or torchvision use; `names/` says where names differ. A network that is
built within `torch.device("meta")` has shapes but no numbers. So even a network of 60 million parameters is built at
once and can be counted. The parts that a skeleton calls, such as a block or a gate, are passed in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

WIDTHS = 64, 128, 256, 512  # of ResNet's four stages
DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
MOBILE = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))

Gate = Callable[[int, int], nn.Module]  # takes a stage (0 to 3) and the number of channels
Block = Callable[..., nn.Module]  # takes (in_channels, planes, stride, downsample), as in lessons 06a and e1


def parameters(network: nn.Module) -> int:
    """Counts the trainable parameters of a network; a shared one counts once."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def layers(inside: int, outside: int, size: int, stride: int = 1, groups: int = 1,
           then: type[nn.Module] | None = None) -> list[nn.Module]:
    """Returns a convolution without bias, a BatchNorm, and a layer `then` if there is one. The convolution keeps H and
    W, apart from its stride."""
    made = [nn.Conv2d(inside, outside, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(outside)]
    return [*made, then()] if then else made


class BasicBlock(nn.Module):
    """The block of ResNet-18 and ResNet-34. After its last BatchNorm comes a gate (or nothing), then the sum with the
    shortcut, then a ReLU."""

    def __init__(self, inside: int, planes: int, stride: int, downsample: nn.Module | None,
                 gate: nn.Module | None) -> None:
        super().__init__()
        self.conv1, self.bn1 = layers(inside, planes, 3, stride)
        self.conv2, self.bn2 = layers(planes, planes, 3)
        self.gate, self.downsample = _or_nothing(gate), _or_nothing(downsample)

    def forward(self, x: Tensor) -> Tensor:
        way = self.bn1(self.conv1(x)).relu()
        way = self.gate(self.bn2(self.conv2(way)))
        return (way + self.downsample(x)).relu()


class Bottleneck(nn.Module):
    """The block of ResNet-50 and of deeper ResNets. The 3 x 3 convolution has the stride; gate and shortcut are as in
    `BasicBlock`."""

    def __init__(self, inside: int, planes: int, stride: int, downsample: nn.Module | None,
                 gate: nn.Module | None) -> None:
        super().__init__()
        self.conv1, self.bn1 = layers(inside, planes, 1)
        self.conv2, self.bn2 = layers(planes, planes, 3, stride)
        self.conv3, self.bn3 = layers(planes, 4 * planes, 1)
        self.gate, self.downsample = _or_nothing(gate), _or_nothing(downsample)

    def forward(self, x: Tensor) -> Tensor:
        way = self.bn1(self.conv1(x)).relu()
        way = self.bn2(self.conv2(way)).relu()
        way = self.gate(self.bn3(self.conv3(way)))
        return (way + self.downsample(x)).relu()


def _or_nothing(module: nn.Module | None) -> nn.Module:
    return nn.Identity() if module is None else module


def basic(gate: Gate | None = None) -> Block:
    """Returns a function that makes `BasicBlock`s, each with its own gate."""
    def made(inside: int, planes: int, stride: int = 1, downsample: nn.Module | None = None) -> nn.Module:
        return BasicBlock(inside, planes, stride, downsample, _made(gate, planes, planes))

    return made


def bottleneck(gate: Gate | None = None) -> Block:
    """Returns a function that makes `Bottleneck`s, each with its own gate."""
    def made(inside: int, planes: int, stride: int = 1, downsample: nn.Module | None = None) -> nn.Module:
        return Bottleneck(inside, planes, stride, downsample, _made(gate, planes, 4 * planes))

    return made


def _made(gate: Gate | None, planes: int, channels: int) -> nn.Module | None:
    return gate(WIDTHS.index(planes), channels) if gate else None


def resnet(depth: int, block: Block | None = None, between: Callable[[int], nn.Module] | None = None,
           pool: nn.Module | None = None) -> nn.Sequential:
    """Returns a ResNet with 1000 classes, (B, 3, H, W) -> (B, 1000), with torchvision's names.

    depth: one of DEPTHS.
    block: makes a block; by default the plain one.
    between: makes a module from the number of channels, placed after each stage but the last (`between1` to
        `between3`).
    pool: reduces the last map to one position; by default the mean over all positions.
    """
    expansion = 1 if depth < 50 else 4
    block = block or (basic() if expansion == 1 else bottleneck())
    made = OrderedDict(zip(("conv1", "bn1", "relu"), layers(3, WIDTHS[0], 7, 2, then=nn.ReLU)),
                       maxpool=nn.MaxPool2d(3, 2, 1))
    inside = WIDTHS[0]
    for stage, (planes, count) in enumerate(zip(WIDTHS, DEPTHS[depth])):
        outside, blocks = expansion * planes, nn.Sequential()
        for index in range(count):
            stride = 2 if stage and not index else 1
            fits = stride == 1 and inside == outside
            blocks.append(block(inside, planes, stride,
                                None if fits else nn.Sequential(*layers(inside, outside, 1, stride))))
            inside = outside
        made[f"layer{stage + 1}"] = blocks
        if between and stage < 3:
            made[f"between{stage + 1}"] = between(outside)
    made |= {"avgpool": pool or nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(inside, 1000)}
    return nn.Sequential(made)


class InvertedResidual(nn.Module):
    """MobileNetV2's block: x + conv(x) if `fits` is True, else conv(x)."""

    def __init__(self, conv: Sequence[nn.Module], fits: bool) -> None:
        super().__init__()
        self.conv, self.fits = nn.Sequential(*conv), fits

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.fits else self.conv(x)


def mobilenet_v2(inside_block: Callable[[int], nn.Module] | None = None,
                 behind_block: Callable[[int], nn.Module] | None = None) -> nn.Sequential:
    """Returns MobileNetV2 with 1000 classes, (B, 3, H, W) -> (B, 1000).

    inside_block: makes a module for the expanded channels, placed after the depth-wise convolution. The first block
        does not expand and has none.
    behind_block: makes a module for a block's output channels, placed before the sum with the shortcut.
    """
    features, channels = nn.Sequential(nn.Sequential(*layers(3, 32, 3, 2, then=nn.ReLU6))), 32
    for ratio, outside, count, first_stride in MOBILE:
        for index in range(count):
            stride, wide = (1 if index else first_stride), ratio * channels
            way = layers(channels, wide, 1, then=nn.ReLU6) if ratio > 1 else []
            way += layers(wide, wide, 3, stride, groups=wide, then=nn.ReLU6)
            way += [inside_block(wide)] if inside_block and ratio > 1 else []
            way += layers(wide, outside, 1)
            way += [behind_block(outside)] if behind_block else []
            features.append(InvertedResidual(way, fits=stride == 1 and channels == outside))
            channels = outside
    return nn.Sequential(OrderedDict(
        features=features, conv=nn.Sequential(*layers(channels, 1280, 1, then=nn.ReLU6)),
        avgpool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(), classifier=nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))))


class ResT(nn.Module):
    """ResT with 1000 classes, (B, 3, H, W) -> (B, 1000), made of lesson 07b's position code, patch embedding and block.
    """

    def __init__(self, dims: Sequence[int], depths: Sequence[int], position: type[nn.Module], embed: type[nn.Module],
                 block: type[nn.Module]) -> None:
        super().__init__()
        half = dims[0] // 2
        self.stem = nn.Sequential(*layers(3, half, 3, 2, then=nn.ReLU), *layers(half, half, 3, then=nn.ReLU),
                                  nn.Conv2d(half, dims[0], 3, 2, 1, bias=False), position(dims[0]))
        self.embeds = nn.ModuleList(embed(narrow, wide) for narrow, wide in zip(dims, dims[1:]))
        self.blocks = nn.ModuleList(
            nn.ModuleList(block(dim, heads, fewer, 4, qkv_bias=True, apply_transform=True) for _ in range(depth))
            for dim, depth, heads, fewer in zip(dims, depths, (1, 2, 4, 8), (8, 4, 2, 1)))
        self.norm, self.classify = nn.LayerNorm(dims[-1]), nn.Linear(dims[-1], 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        size, tokens = tuple(x.shape[2:]), x.flatten(2).mT
        for stage, blocks in enumerate(self.blocks):
            if stage:
                tokens, size = self.embeds[stage - 1](tokens.mT.unflatten(2, size))
            for block in blocks.children():
                tokens = block(tokens, *size)
        return self.classify(self.norm(tokens).mean(dim=1))


def multiply_adds(network: nn.Module, side: int = 224) -> int:
    """Returns the multiply-adds for one picture of side x side pixels, by the rules of `cost`. The network may be on
    the meta device."""
    from .cost import cost

    device = next(network.parameters()).device
    return cost(network, torch.empty(1, 3, side, side, device=device), latency=False).multiply_adds
