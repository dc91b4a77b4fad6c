import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: block-inside
class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, channels, width, stride, attention):
            super().__init__()
            conv = lambda a, b, k, s: nn.Conv2d(a, b, k, s, k // 2, bias=False)
            self.conv1, self.bn1 = conv(channels, width, 3, stride), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1), nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride == 2:
                self.downsample = nn.Sequential(conv(channels, width, 1, 2), nn.BatchNorm2d(width))

        def forward(self, x):
            y = self.conv1(x)
            y = self.bn1(y)
            y = nn.functional.relu(y)
            y = self.conv2(y)
            y = self.bn2(y)
            y = self.attention(y)
            if self.downsample is None:
                return nn.functional.relu(x + y)
            return nn.functional.relu(self.downsample(x) + y)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        if make_attention is None:
            make_attention = lambda width: nn.Identity()
        w = widths[0]
        self.stem = nn.Sequential(nn.Conv2d(3, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())
        self.stages = nn.ModuleList()
        for i in range(len(widths)):
            before = widths[max(i - 1, 0)]
            first = self.Block(before, widths[i], 1 if i == 0 else 2, make_attention(widths[i]))
            rest = [self.Block(widths[i], widths[i], 1, make_attention(widths[i])) for _ in range(blocks - 1)]
            self.stages.append(nn.ModuleList([first] + rest))
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(nn.functional.adaptive_avg_pool2d(x, 1)[:, :, 0, 0])


# %% right: class-hierarchy-head-first
class Residual(nn.Module):
    """x -> relu(branch(x) + shortcut(x)); a child class says what the branch is."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.downsample = None
        if (c_in, stride) != (c_out, 1):
            self.downsample = nn.Sequential()
            self.downsample.append(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False))
            self.downsample.append(nn.BatchNorm2d(c_out))

    def shortcut(self, x):
        return x if self.downsample is None else self.downsample(x)

    def branch(self, x):
        raise NotImplementedError

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


class AttentionBlock(Residual):
    def __init__(self, c_in, c_out, stride, attention):
        super().__init__(c_in, c_out, stride)
        self.attention = attention
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)

    def branch(self, x):
        h = self.bn1(self.conv1(x)).relu()
        return self.attention(self.bn2(self.conv2(h)))


class Backbone(nn.Module):
    def features(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return x

    def forward(self, x):
        pooled = self.features(x).mean(-1).mean(-1)
        return self.head(pooled)


class AttentionResNet(Backbone):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.head = nn.Linear(widths[-1], num_classes)
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages = nn.ModuleList()
        last = widths[0]
        for number, width in enumerate(widths):
            self.stages.append(self.make_stage(make_attention, last, width, blocks, number == 0))
            last = width

    @staticmethod
    def make_stage(make_attention, last, width, blocks, is_first):
        def attention():
            if make_attention is None:
                return nn.Identity()
            return make_attention(width)

        stage = nn.ModuleList([AttentionBlock(last, width, 1 if is_first else 2, attention())])
        for _ in range(blocks - 1):
            stage.append(AttentionBlock(width, width, 1, attention()))
        return stage


# %% right: flat-plan-setattr
class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.attention = attention
            for k, (c, s) in enumerate([(in_channels, stride), (width, 1)], start=1):
                setattr(self, f"conv{k}", nn.Conv2d(c, width, 3, s, padding=1, bias=False))
                setattr(self, f"bn{k}", nn.BatchNorm2d(width))
            self.register_module("downsample", None)
            if stride == 2 or in_channels != width:
                layers = [nn.Conv2d(in_channels, width, 1, stride, bias=False),
                          nn.BatchNorm2d(width)]
                self.downsample = nn.Sequential(*layers)

        def forward(self, x):
            branch = nn.Sequential(self.conv1, self.bn1, nn.ReLU(), self.conv2, self.bn2,
                                   self.attention)
            if self.downsample is None:
                return (branch(x) + x).relu()
            return (branch(x) + self.downsample(x)).relu()

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        outs = [w for w in widths for _ in range(blocks)]
        ins = [widths[0]] + outs[:-1]
        strides = [2 if n and n % blocks == 0 else 1 for n in range(len(outs))]
        if make_attention is None:
            attentions = [nn.Identity() for _ in outs]
        else:
            attentions = [make_attention(w) for w in outs]
        chain = [self.Block(*plan) for plan in zip(ins, outs, strides, attentions)]
        self.stages = nn.ModuleList(nn.ModuleList(chain[n:n + blocks])
                                    for n in range(0, len(chain), blocks))
        self.head = nn.Linear(outs[-1], num_classes)
        self.stem = nn.Sequential()
        self.stem.append(nn.Conv2d(3, ins[0], 3, 1, 1, bias=False))
        self.stem.append(nn.BatchNorm2d(ins[0]))
        self.stem.append(nn.ReLU())

    def forward(self, x):
        x = self.stem(x)
        for block in (block for stage in self.stages for block in stage):
            x = block(x)
        b, c, h, w = x.shape
        return self.head(x.sum(dim=(2, 3)) / (h * w))


# %% right: helpers-adaptive-pool
def conv3x3(inside, outside, stride=1):
    return nn.Conv2d(inside, outside, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inside, outside, stride, attention):
        super().__init__()
        self.conv1 = conv3x3(inside, outside, stride)
        self.bn1 = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(outside, outside)
        self.bn2 = nn.BatchNorm2d(outside)
        self.attention = attention
        fits = stride == 1 and inside == outside
        self.downsample = None if fits else nn.Sequential(
            nn.Conv2d(inside, outside, kernel_size=1, stride=stride, bias=False),
            nn.BatchNorm2d(outside))

    def forward(self, x):
        identity = x
        out = self.conv1(x)
        out = self.bn1(out)
        out = self.relu(out)
        out = self.conv2(out)
        out = self.bn2(out)
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        return self.relu(out + identity)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make = make_attention if make_attention is not None else lambda width: nn.Identity()
        first = widths[0]
        self.stem = nn.Sequential(conv3x3(3, first), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.stages = nn.ModuleList([
            nn.ModuleList([
                BasicBlock(
                    widths[max(s - 1, 0)] if b == 0 else widths[s],
                    widths[s],
                    2 if s != 0 and b == 0 else 1,
                    make(widths[s]),
                )
                for b in range(blocks)
            ])
            for s in range(len(widths))
        ])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.pool(x)
        return self.head(torch.flatten(x, 1))


# %% right: mean-twice
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = torch.relu
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(3).mean(2)
        return self.head(x)


# %% right: named-sequential
from collections import OrderedDict


class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(OrderedDict([
                    ("conv", nn.Conv2d(in_channels, width, 1, stride, bias=False)),
                    ("bn", nn.BatchNorm2d(width)),
                ]))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention(self.bn2(self.conv2(out)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(OrderedDict(
            conv=nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            bn=nn.BatchNorm2d(widths[0]),
            relu=nn.ReLU(),
        ))
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))


# %% right: network-runs-blocks
class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()

        def conv_bn(inside, outside, size, stride):
            return (nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
                    nn.BatchNorm2d(outside))

        self.stem = nn.Sequential(*conv_bn(3, widths[0], 3, 1), nn.ReLU())
        self.stages = nn.ModuleList(nn.ModuleList() for _ in widths)
        channels = widths[0]
        for i, stage in enumerate(self.stages):
            for j in range(blocks):
                stride = 2 if i and not j else 1
                block = nn.Module()
                block.conv1, block.bn1 = conv_bn(channels, widths[i], 3, stride)
                block.conv2, block.bn2 = conv_bn(widths[i], widths[i], 3, 1)
                block.attention = (nn.Identity() if make_attention is None
                                   else make_attention(widths[i]))
                block.downsample = None
                if stride == 2 or channels != widths[i]:
                    block.downsample = nn.Sequential(*conv_bn(channels, widths[i], 1, stride))
                stage.append(block)
                channels = widths[i]
        self.head = nn.Linear(channels, num_classes)

    @staticmethod
    def run(block, x):
        out = block.bn1(block.conv1(x)).clamp(min=0)
        out = block.attention(block.bn2(block.conv2(out)))
        out = out + (block.downsample(x) if block.downsample is not None else x)
        return out.clamp(min=0)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = self.run(block, x)
        return self.head(x.mean((-2, -1)))


# %% right: pairwise-chain-walrus
from functools import partial
from itertools import chain, pairwise

conv = partial(nn.Conv2d, bias=False)


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.conv1, self.bn1 = conv(in_channels, width, 3, stride, 1), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1, 1), nn.BatchNorm2d(width)
            self.attention = attention
            if (changes := stride > 1 or in_channels != width):
                self.downsample = nn.Sequential(conv(in_channels, width, 1, stride),
                                                nn.BatchNorm2d(width))
            else:
                self.downsample = None

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu_(self.bn1(self.conv1(x)))))
            return F.relu(self.attention(y) + (self.downsample or nn.Identity())(x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make_attention = make_attention or (lambda _: nn.Identity())
        self.stem = nn.Sequential(conv(3, (w0 := widths[0]), 3, padding=1), nn.BatchNorm2d(w0),
                                  nn.ReLU())
        self.stages = nn.ModuleList()
        for before, width in pairwise((w0, *widths)):
            stride = 2 if len(self.stages) else 1
            plan = [(before, stride)] + [(width, 1)] * (blocks - 1)
            self.stages.append(nn.ModuleList(
                self.Block(inside, width, step, make_attention(width)) for inside, step in plan))
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        for layer in chain([self.stem], *self.stages):
            x = layer(x)
        return self.head(x.flatten(2).mean(dim=-1))


# %% right: torchvision-style
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: all-biases, expect: Your layers have biases, but the exercise's layers have none
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: attention-after-the-sum, expect: reads the sum of both branches
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(self.attention(out))


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: attention-at-end-of-stage, expect: You call `attention` at the end of a stage and not in its blocks
class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(in_channels, width, 1, stride, bias=False),
                    nn.BatchNorm2d(width),
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.bn2(self.conv2(out))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
            x = stage[-1].attention(x)
        return self.head(x.mean(dim=(2, 3)))


# %% wrong: attention-between-conv2-and-bn2, expect: between conv2 and bn2
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.attention(self.conv2(out)))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: attention-hidden-in-list, expect: are plain Python containers
class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = [attention]
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(in_channels, width, 1, stride, bias=False),
                    nn.BatchNorm2d(width),
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention[0](self.bn2(self.conv2(out)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))


# %% wrong: attention-on-identity, expect: Your attention is on the shortcut
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out = out + self.attention(identity)
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: attention-only-in-last-block, expect: Only the last block of a stage gets an attention module
from functools import reduce


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(width),
            ) if stride * width != in_channels or stride > 1 else None
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding="same" if stride == 1 else 1,
                                   bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, padding="same", bias=False)
            self.bn1, self.bn2 = (nn.BatchNorm2d(width) for _ in range(2))
            self.attention = attention

        def forward(self, x):
            steps = (self.conv1, self.bn1, F.relu, self.conv2, self.bn2, self.attention)
            y = reduce(lambda value, step: step(value), steps, x)
            return F.relu(torch.add(y, self.downsample(x) if self.downsample else x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding="same", bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, before = nn.ModuleList(), widths[0]
        for i, width in enumerate(widths):
            self.stages.append(nn.ModuleList())
            for j in range(blocks):
                stride = 1 + (i > 0) * (j == 0)
                attention = make_attention(width) if make_attention and j == blocks - 1 else nn.Identity()
                self.stages[-1].append(self.Block(before, width, stride, attention))
                before = width
        self.head = nn.Linear(before, num_classes)

    def forward(self, x):
        x = reduce(lambda x, block: block(x), (b for s in self.stages for b in s), self.stem(x))
        return F.linear(torch.einsum("bchw->bc", x) / x[0, 0].numel(), self.head.weight,
                        self.head.bias)


# %% wrong: attention-twice, expect: You call `attention` twice
from functools import partial
from itertools import chain, pairwise

conv = partial(nn.Conv2d, bias=False)


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.conv1, self.bn1 = conv(in_channels, width, 3, stride, 1), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1, 1), nn.BatchNorm2d(width)
            self.attention = attention
            if (changes := stride > 1 or in_channels != width):
                self.downsample = nn.Sequential(conv(in_channels, width, 1, stride),
                                                nn.BatchNorm2d(width))
            else:
                self.downsample = None

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu_(self.bn1(self.conv1(x)))))
            return F.relu(self.attention(self.attention(y)) + (self.downsample or nn.Identity())(x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make_attention = make_attention or (lambda _: nn.Identity())
        self.stem = nn.Sequential(conv(3, (w0 := widths[0]), 3, padding=1), nn.BatchNorm2d(w0),
                                  nn.ReLU())
        self.stages = nn.ModuleList()
        for before, width in pairwise((w0, *widths)):
            stride = 2 if len(self.stages) else 1
            plan = [(before, stride)] + [(width, 1)] * (blocks - 1)
            self.stages.append(nn.ModuleList(
                self.Block(inside, width, step, make_attention(width)) for inside, step in plan))
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        for layer in chain([self.stem], *self.stages):
            x = layer(x)
        return self.head(x.flatten(2).mean(dim=-1))


# %% wrong: bias-in-downsample, expect: `downsample` has a bias
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: blocks-shared, expect: You use the same block several times, as `[block] * n` does
class Residual(nn.Module):
    """x -> relu(branch(x) + shortcut(x)); a child class says what the branch is."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.downsample = None
        if (c_in, stride) != (c_out, 1):
            self.downsample = nn.Sequential()
            self.downsample.append(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False))
            self.downsample.append(nn.BatchNorm2d(c_out))

    def shortcut(self, x):
        return x if self.downsample is None else self.downsample(x)

    def branch(self, x):
        raise NotImplementedError

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


class AttentionBlock(Residual):
    def __init__(self, c_in, c_out, stride, attention):
        super().__init__(c_in, c_out, stride)
        self.attention = attention
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)

    def branch(self, x):
        h = self.bn1(self.conv1(x)).relu()
        return self.attention(self.bn2(self.conv2(h)))


class Backbone(nn.Module):
    def features(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return x

    def forward(self, x):
        pooled = self.features(x).mean(-1).mean(-1)
        return self.head(pooled)


class AttentionResNet(Backbone):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.head = nn.Linear(widths[-1], num_classes)
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages = nn.ModuleList()
        last = widths[0]
        for number, width in enumerate(widths):
            self.stages.append(self.make_stage(make_attention, last, width, blocks, number == 0))
            last = width

    @staticmethod
    def make_stage(make_attention, last, width, blocks, is_first):
        def attention():
            if make_attention is None:
                return nn.Identity()
            return make_attention(width)

        stage = nn.ModuleList([AttentionBlock(last, width, 1 if is_first else 2, attention())])
        if blocks > 1:
            stage.extend([AttentionBlock(width, width, 1, attention())] * (blocks - 1))
        return stage


# %% wrong: bn-momentum, expect: Your BatchNorms have momentum=0.9
def _relu_after(module, inputs, output):
    return F.relu(output)


class _Block(nn.Module):
    """The sum; a forward hook applies the ReLU behind it."""

    def __init__(self, cin, cout, stride, attention):
        super().__init__()
        kw = dict(padding=1, bias=False)
        self.conv1 = nn.Conv2d(cin, cout, 3, stride=stride, **kw)
        self.bn1 = nn.BatchNorm2d(cout, momentum=0.9)
        self.conv2 = nn.Conv2d(cout, cout, 3, **kw)
        self.bn2 = nn.BatchNorm2d(cout, momentum=0.9)
        self.attention = attention
        if stride == 1 and cin == cout:
            self.downsample = None
        else:
            self.downsample = nn.Sequential(
                nn.Conv2d(cin, cout, (1, 1), stride=(stride, stride), bias=False),
                nn.BatchNorm2d(cout))
        self.register_forward_hook(_relu_after)

    def forward(self, x):
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        residual = self.attention(residual)
        if self.downsample is not None:
            x = self.downsample(x)
        return residual + x


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, 1, 1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True))
        stages = []
        channels = widths[0]
        for stage_index in range(len(widths)):
            stage = []
            width = widths[stage_index]
            for block_index in range(blocks):
                if make_attention is None:
                    attention = nn.Identity()
                else:
                    attention = make_attention(width)
                stride = 1
                if stage_index != 0 and block_index == 0:
                    stride = 2
                stage.append(_Block(channels, width, stride, attention))
                channels = width
            stages.append(nn.ModuleList(stage))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = F.adaptive_avg_pool2d(x, (1, 1)).squeeze(-1).squeeze(-1)
        return self.head(x)


# %% wrong: bn-not-affine, expect: bn1 and bn2 have no weights and biases (affine=False), or are missing
from functools import reduce


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(width),
            ) if stride * width != in_channels or stride > 1 else None
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding="same" if stride == 1 else 1,
                                   bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, padding="same", bias=False)
            self.bn1, self.bn2 = (nn.BatchNorm2d(width, affine=False) for _ in range(2))
            self.attention = attention

        def forward(self, x):
            steps = (self.conv1, self.bn1, F.relu, self.conv2, self.bn2, self.attention)
            y = reduce(lambda value, step: step(value), steps, x)
            return F.relu(torch.add(y, self.downsample(x) if self.downsample else x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding="same", bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, before = nn.ModuleList(), widths[0]
        for i, width in enumerate(widths):
            self.stages.append(nn.ModuleList())
            for j in range(blocks):
                stride = 1 + (i > 0) * (j == 0)
                attention = make_attention(width) if make_attention else nn.Identity()
                self.stages[-1].append(self.Block(before, width, stride, attention))
                before = width
        self.head = nn.Linear(before, num_classes)

    def forward(self, x):
        x = reduce(lambda x, block: block(x), (b for s in self.stages for b in s), self.stem(x))
        return F.linear(torch.einsum("bchw->bc", x) / x[0, 0].numel(), self.head.weight,
                        self.head.bias)


# %% wrong: conv1-one-by-one, expect: The kernel of conv1 is 1 x 1
class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()

        def conv_bn(inside, outside, size, stride):
            return (nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
                    nn.BatchNorm2d(outside))

        self.stem = nn.Sequential(*conv_bn(3, widths[0], 3, 1), nn.ReLU())
        self.stages = nn.ModuleList(nn.ModuleList() for _ in widths)
        channels = widths[0]
        for i, stage in enumerate(self.stages):
            for j in range(blocks):
                stride = 2 if i and not j else 1
                block = nn.Module()
                block.conv1, block.bn1 = conv_bn(channels, widths[i], 1, stride)
                block.conv2, block.bn2 = conv_bn(widths[i], widths[i], 3, 1)
                block.attention = (nn.Identity() if make_attention is None
                                   else make_attention(widths[i]))
                block.downsample = None
                if stride == 2 or channels != widths[i]:
                    block.downsample = nn.Sequential(*conv_bn(channels, widths[i], 1, stride))
                stage.append(block)
                channels = widths[i]
        self.head = nn.Linear(channels, num_classes)

    @staticmethod
    def run(block, x):
        out = block.bn1(block.conv1(x)).clamp(min=0)
        out = block.attention(block.bn2(block.conv2(out)))
        out = out + (block.downsample(x) if block.downsample is not None else x)
        return out.clamp(min=0)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = self.run(block, x)
        return self.head(x.mean((-2, -1)))


# %% wrong: conv2-bias, expect: conv1 or conv2, has a bias
def _relu_after(module, inputs, output):
    return F.relu(output)


class _Block(nn.Module):
    """The sum; a forward hook applies the ReLU behind it."""

    def __init__(self, cin, cout, stride, attention):
        super().__init__()
        kw = dict(padding=1, bias=False)
        self.conv1 = nn.Conv2d(cin, cout, 3, stride=stride, **kw)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(cout)
        self.attention = attention
        if stride == 1 and cin == cout:
            self.downsample = None
        else:
            self.downsample = nn.Sequential(
                nn.Conv2d(cin, cout, (1, 1), stride=(stride, stride), bias=False),
                nn.BatchNorm2d(cout))
        self.register_forward_hook(_relu_after)

    def forward(self, x):
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        residual = self.attention(residual)
        if self.downsample is not None:
            x = self.downsample(x)
        return residual + x


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, 1, 1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True))
        stages = []
        channels = widths[0]
        for stage_index in range(len(widths)):
            stage = []
            width = widths[stage_index]
            for block_index in range(blocks):
                if make_attention is None:
                    attention = nn.Identity()
                else:
                    attention = make_attention(width)
                stride = 1
                if stage_index != 0 and block_index == 0:
                    stride = 2
                stage.append(_Block(channels, width, stride, attention))
                channels = width
            stages.append(nn.ModuleList(stage))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = F.adaptive_avg_pool2d(x, (1, 1)).squeeze(-1).squeeze(-1)
        return self.head(x)


# %% wrong: conv2-depthwise, expect: conv2 is depthwise (groups=width)
from functools import reduce


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(width),
            ) if stride * width != in_channels or stride > 1 else None
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding="same" if stride == 1 else 1,
                                   bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, padding="same", groups=width, bias=False)
            self.bn1, self.bn2 = (nn.BatchNorm2d(width) for _ in range(2))
            self.attention = attention

        def forward(self, x):
            steps = (self.conv1, self.bn1, F.relu, self.conv2, self.bn2, self.attention)
            y = reduce(lambda value, step: step(value), steps, x)
            return F.relu(torch.add(y, self.downsample(x) if self.downsample else x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding="same", bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, before = nn.ModuleList(), widths[0]
        for i, width in enumerate(widths):
            self.stages.append(nn.ModuleList())
            for j in range(blocks):
                stride = 1 + (i > 0) * (j == 0)
                attention = make_attention(width) if make_attention else nn.Identity()
                self.stages[-1].append(self.Block(before, width, stride, attention))
                before = width
        self.head = nn.Linear(before, num_classes)

    def forward(self, x):
        x = reduce(lambda x, block: block(x), (b for s in self.stages for b in s), self.stem(x))
        return F.linear(torch.einsum("bchw->bc", x) / x[0, 0].numel(), self.head.weight,
                        self.head.bias)


# %% wrong: default-blocks, expect: wrong with the default
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=1, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: downsample-avgpool, expect: `downsample` pools first, and its convolution has stride 1
class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.AvgPool2d(stride, ceil_mode=True),
                    nn.Conv2d(in_channels, width, 1, bias=False),
                    nn.BatchNorm2d(width))
            else:
                self.downsample = None

        def forward(self, x):
            shortcut = x if self.downsample is None else self.downsample(x)
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention(self.bn2(self.conv2(out)))
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU())
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stride = 2 if i > 0 and j == 0 else 1
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))


# %% wrong: downsample-norm-first, expect: In `downsample` the BatchNorm comes before the convolution
from functools import partial
from itertools import chain, pairwise

conv = partial(nn.Conv2d, bias=False)


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.conv1, self.bn1 = conv(in_channels, width, 3, stride, 1), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1, 1), nn.BatchNorm2d(width)
            self.attention = attention
            if (changes := stride > 1 or in_channels != width):
                self.downsample = nn.Sequential(nn.BatchNorm2d(in_channels),
                                                conv(in_channels, width, 1, stride))
            else:
                self.downsample = None

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu_(self.bn1(self.conv1(x)))))
            return F.relu(self.attention(y) + (self.downsample or nn.Identity())(x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make_attention = make_attention or (lambda _: nn.Identity())
        self.stem = nn.Sequential(conv(3, (w0 := widths[0]), 3, padding=1), nn.BatchNorm2d(w0),
                                  nn.ReLU())
        self.stages = nn.ModuleList()
        for before, width in pairwise((w0, *widths)):
            stride = 2 if len(self.stages) else 1
            plan = [(before, stride)] + [(width, 1)] * (blocks - 1)
            self.stages.append(nn.ModuleList(
                self.Block(inside, width, step, make_attention(width)) for inside, step in plan))
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        for layer in chain([self.stem], *self.stages):
            x = layer(x)
        return self.head(x.flatten(2).mean(dim=-1))


# %% wrong: downsample-only-for-widths, expect: `downsample` is missing if the width stays the same
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: drop-path, expect: There is dropout on the residual branch
class Residual(nn.Module):
    """x -> relu(branch(x) + shortcut(x)); a child class says what the branch is."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.downsample = None
        if (c_in, stride) != (c_out, 1):
            self.downsample = nn.Sequential()
            self.downsample.append(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False))
            self.downsample.append(nn.BatchNorm2d(c_out))

    def shortcut(self, x):
        return x if self.downsample is None else self.downsample(x)

    def branch(self, x):
        raise NotImplementedError

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


class AttentionBlock(Residual):
    def __init__(self, c_in, c_out, stride, attention):
        super().__init__(c_in, c_out, stride)
        self.attention = attention
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)

    def branch(self, x):
        h = self.bn1(self.conv1(x)).relu()
        return F.dropout(self.attention(self.bn2(self.conv2(h))), 0.1, self.training)


class Backbone(nn.Module):
    def features(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return x

    def forward(self, x):
        pooled = self.features(x).mean(-1).mean(-1)
        return self.head(pooled)


class AttentionResNet(Backbone):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.head = nn.Linear(widths[-1], num_classes)
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages = nn.ModuleList()
        last = widths[0]
        for number, width in enumerate(widths):
            self.stages.append(self.make_stage(make_attention, last, width, blocks, number == 0))
            last = width

    @staticmethod
    def make_stage(make_attention, last, width, blocks, is_first):
        def attention():
            if make_attention is None:
                return nn.Identity()
            return make_attention(width)

        stage = nn.ModuleList([AttentionBlock(last, width, 1 if is_first else 2, attention())])
        for _ in range(blocks - 1):
            stage.append(AttentionBlock(width, width, 1, attention()))
        return stage


# %% wrong: eval-in-forward, expect: Your network calls eval() in forward, so its BatchNorms never use the batch's statistics
def conv3x3(inside, outside, stride=1):
    return nn.Conv2d(inside, outside, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inside, outside, stride, attention):
        super().__init__()
        self.conv1 = conv3x3(inside, outside, stride)
        self.bn1 = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(outside, outside)
        self.bn2 = nn.BatchNorm2d(outside)
        self.attention = attention
        fits = stride == 1 and inside == outside
        self.downsample = None if fits else nn.Sequential(
            nn.Conv2d(inside, outside, kernel_size=1, stride=stride, bias=False),
            nn.BatchNorm2d(outside))

    def forward(self, x):
        identity = x
        out = self.conv1(x)
        out = self.bn1(out)
        out = self.relu(out)
        out = self.conv2(out)
        out = self.bn2(out)
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        return self.relu(out + identity)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make = make_attention if make_attention is not None else lambda width: nn.Identity()
        first = widths[0]
        self.stem = nn.Sequential(conv3x3(3, first), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.stages = nn.ModuleList([
            nn.ModuleList([
                BasicBlock(
                    widths[max(s - 1, 0)] if b == 0 else widths[s],
                    widths[s],
                    2 if s != 0 and b == 0 else 1,
                    make(widths[s]),
                )
                for b in range(blocks)
            ])
            for s in range(len(widths))
        ])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        self.eval()
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.pool(x)
        return self.head(torch.flatten(x, 1))


# %% wrong: first-stage-missing, expect: Your network has one stage too few: widths[0] belongs to the first stage too, not to the stem alone
from functools import reduce


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(width),
            ) if stride * width != in_channels or stride > 1 else None
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding="same" if stride == 1 else 1,
                                   bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, padding="same", bias=False)
            self.bn1, self.bn2 = (nn.BatchNorm2d(width) for _ in range(2))
            self.attention = attention

        def forward(self, x):
            steps = (self.conv1, self.bn1, F.relu, self.conv2, self.bn2, self.attention)
            y = reduce(lambda value, step: step(value), steps, x)
            return F.relu(torch.add(y, self.downsample(x) if self.downsample else x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding="same", bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, before = nn.ModuleList(), widths[0]
        for i, width in enumerate(widths[1:], start=1):
            self.stages.append(nn.ModuleList())
            for j in range(blocks):
                stride = 1 + (i > 0) * (j == 0)
                attention = make_attention(width) if make_attention else nn.Identity()
                self.stages[-1].append(self.Block(before, width, stride, attention))
                before = width
        self.head = nn.Linear(before, num_classes)

    def forward(self, x):
        x = reduce(lambda x, block: block(x), (b for s in self.stages for b in s), self.stem(x))
        return F.linear(torch.einsum("bchw->bc", x) / x[0, 0].numel(), self.head.weight,
                        self.head.bias)


# %% wrong: flattened, expect: flatten the map
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.flatten(1)
        return self.head(x)


# %% wrong: gelu, expect: Your sum goes through a GELU
class Residual(nn.Module):
    """x -> relu(branch(x) + shortcut(x)); a child class says what the branch is."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.downsample = None
        if (c_in, stride) != (c_out, 1):
            self.downsample = nn.Sequential()
            self.downsample.append(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False))
            self.downsample.append(nn.BatchNorm2d(c_out))

    def shortcut(self, x):
        return x if self.downsample is None else self.downsample(x)

    def branch(self, x):
        raise NotImplementedError

    def forward(self, x):
        return F.gelu(self.branch(x) + self.shortcut(x))


class AttentionBlock(Residual):
    def __init__(self, c_in, c_out, stride, attention):
        super().__init__(c_in, c_out, stride)
        self.attention = attention
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)

    def branch(self, x):
        h = self.bn1(self.conv1(x)).relu()
        return self.attention(self.bn2(self.conv2(h)))


class Backbone(nn.Module):
    def features(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return x

    def forward(self, x):
        pooled = self.features(x).mean(-1).mean(-1)
        return self.head(pooled)


class AttentionResNet(Backbone):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.head = nn.Linear(widths[-1], num_classes)
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages = nn.ModuleList()
        last = widths[0]
        for number, width in enumerate(widths):
            self.stages.append(self.make_stage(make_attention, last, width, blocks, number == 0))
            last = width

    @staticmethod
    def make_stage(make_attention, last, width, blocks, is_first):
        def attention():
            if make_attention is None:
                return nn.Identity()
            return make_attention(width)

        stage = nn.ModuleList([AttentionBlock(last, width, 1 if is_first else 2, attention())])
        for _ in range(blocks - 1):
            stage.append(AttentionBlock(width, width, 1, attention()))
        return stage


# %% wrong: in-channels-not-updated, expect: From its second block on, your stage still expects the channels of the previous stage
class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(in_channels, width, 1, stride, bias=False),
                    nn.BatchNorm2d(width),
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention(self.bn2(self.conv2(out)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
            in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))


# %% wrong: in-channels-previous-index, expect: Your first stage expects widths[-1] channels, because widths[i - 1] is the last width for i = 0
def conv3x3(inside, outside, stride=1):
    return nn.Conv2d(inside, outside, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inside, outside, stride, attention):
        super().__init__()
        self.conv1 = conv3x3(inside, outside, stride)
        self.bn1 = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(outside, outside)
        self.bn2 = nn.BatchNorm2d(outside)
        self.attention = attention
        fits = stride == 1 and inside == outside
        self.downsample = None if fits else nn.Sequential(
            nn.Conv2d(inside, outside, kernel_size=1, stride=stride, bias=False),
            nn.BatchNorm2d(outside))

    def forward(self, x):
        identity = x
        out = self.conv1(x)
        out = self.bn1(out)
        out = self.relu(out)
        out = self.conv2(out)
        out = self.bn2(out)
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        return self.relu(out + identity)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make = make_attention if make_attention is not None else lambda width: nn.Identity()
        first = widths[0]
        self.stem = nn.Sequential(conv3x3(3, first), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.stages = nn.ModuleList([
            nn.ModuleList([
                BasicBlock(
                    widths[s - 1] if b == 0 else widths[s],
                    widths[s],
                    2 if s != 0 and b == 0 else 1,
                    make(widths[s]),
                )
                for b in range(blocks)
            ])
            for s in range(len(widths))
        ])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.pool(x)
        return self.head(torch.flatten(x, 1))


# %% wrong: log-softmax
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x).log_softmax(1)


# %% wrong: made-cached, expect: Blocks of the same width share one attention module
from functools import cache, partial
from itertools import chain, pairwise

conv = partial(nn.Conv2d, bias=False)


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.conv1, self.bn1 = conv(in_channels, width, 3, stride, 1), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1, 1), nn.BatchNorm2d(width)
            self.attention = attention
            if (changes := stride > 1 or in_channels != width):
                self.downsample = nn.Sequential(conv(in_channels, width, 1, stride),
                                                nn.BatchNorm2d(width))
            else:
                self.downsample = None

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu_(self.bn1(self.conv1(x)))))
            return F.relu(self.attention(y) + (self.downsample or nn.Identity())(x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make_attention = cache(make_attention or (lambda _: nn.Identity()))
        self.stem = nn.Sequential(conv(3, (w0 := widths[0]), 3, padding=1), nn.BatchNorm2d(w0),
                                  nn.ReLU())
        self.stages = nn.ModuleList()
        for before, width in pairwise((w0, *widths)):
            stride = 2 if len(self.stages) else 1
            plan = [(before, stride)] + [(width, 1)] * (blocks - 1)
            self.stages.append(nn.ModuleList(
                self.Block(inside, width, step, make_attention(width)) for inside, step in plan))
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        for layer in chain([self.stem], *self.stages):
            x = layer(x)
        return self.head(x.flatten(2).mean(dim=-1))


# %% wrong: made-once, expect: All blocks share one attention module, made for widths[0]. Call
def _relu_after(module, inputs, output):
    return F.relu(output)


class _Block(nn.Module):
    """The sum; a forward hook applies the ReLU behind it."""

    def __init__(self, cin, cout, stride, attention):
        super().__init__()
        kw = dict(padding=1, bias=False)
        self.conv1 = nn.Conv2d(cin, cout, 3, stride=stride, **kw)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, **kw)
        self.bn2 = nn.BatchNorm2d(cout)
        self.attention = attention
        if stride == 1 and cin == cout:
            self.downsample = None
        else:
            self.downsample = nn.Sequential(
                nn.Conv2d(cin, cout, (1, 1), stride=(stride, stride), bias=False),
                nn.BatchNorm2d(cout))
        self.register_forward_hook(_relu_after)

    def forward(self, x):
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        residual = self.attention(residual)
        if self.downsample is not None:
            x = self.downsample(x)
        return residual + x


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, 1, 1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True))
        stages = []
        attention = nn.Identity() if make_attention is None else make_attention(widths[0])
        channels = widths[0]
        for stage_index in range(len(widths)):
            stage = []
            width = widths[stage_index]
            for block_index in range(blocks):
                stride = 1
                if stage_index != 0 and block_index == 0:
                    stride = 2
                stage.append(_Block(channels, width, stride, attention))
                channels = width
            stages.append(nn.ModuleList(stage))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = F.adaptive_avg_pool2d(x, (1, 1)).squeeze(-1).squeeze(-1)
        return self.head(x)


# %% wrong: max-pool-for-stride, expect: A max pooling halves your map after bn1
class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()

        def conv_bn(inside, outside, size, stride):
            return (nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
                    nn.BatchNorm2d(outside))

        self.stem = nn.Sequential(*conv_bn(3, widths[0], 3, 1), nn.ReLU())
        self.stages = nn.ModuleList(nn.ModuleList() for _ in widths)
        channels = widths[0]
        for i, stage in enumerate(self.stages):
            for j in range(blocks):
                stride = 2 if i and not j else 1
                block = nn.Module()
                block.conv1, block.bn1 = conv_bn(channels, widths[i], 3, 1)
                block.stride = stride
                block.conv2, block.bn2 = conv_bn(widths[i], widths[i], 3, 1)
                block.attention = (nn.Identity() if make_attention is None
                                   else make_attention(widths[i]))
                block.downsample = None
                if stride == 2 or channels != widths[i]:
                    block.downsample = nn.Sequential(*conv_bn(channels, widths[i], 1, stride))
                stage.append(block)
                channels = widths[i]
        self.head = nn.Linear(channels, num_classes)

    @staticmethod
    def run(block, x):
        out = block.bn1(block.conv1(x)).clamp(min=0)
        if block.stride == 2:
            out = F.max_pool2d(out, 2, ceil_mode=True)
        out = block.attention(block.bn2(block.conv2(out)))
        out = out + (block.downsample(x) if block.downsample is not None else x)
        return out.clamp(min=0)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = self.run(block, x)
        return self.head(x.mean((-2, -1)))


# %% wrong: no-grad-stem, expect: The numbers are right, but the stem runs without gradients (`no_grad()`,
class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(in_channels, width, 1, stride, bias=False),
                    nn.BatchNorm2d(width),
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention(self.bn2(self.conv2(out)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))


# %% wrong: none-crashes, expect: You call make_attention even if it is None
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: one-module-for-the-stage, expect: share one attention module
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            shared = None if make_attention is None else make_attention(c)
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, None if shared is None else lambda _: shared))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: one-module-more-to-describe-it, expect: Input `make_attention`: your code calls it
class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, channels, width, stride, attention):
            super().__init__()
            conv = lambda a, b, k, s: nn.Conv2d(a, b, k, s, k // 2, bias=False)
            self.conv1, self.bn1 = conv(channels, width, 3, stride), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1), nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride == 2:
                self.downsample = nn.Sequential(conv(channels, width, 1, 2), nn.BatchNorm2d(width))

        def forward(self, x):
            y = self.conv1(x)
            y = self.bn1(y)
            y = nn.functional.relu(y)
            y = self.conv2(y)
            y = self.bn2(y)
            y = self.attention(y)
            if self.downsample is None:
                return nn.functional.relu(x + y)
            return nn.functional.relu(self.downsample(x) + y)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        if make_attention is None:
            make_attention = lambda width: nn.Identity()
        w = widths[0]
        self.described = str(make_attention(w))
        self.stem = nn.Sequential(nn.Conv2d(3, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())
        self.stages = nn.ModuleList()
        for i in range(len(widths)):
            before = widths[max(i - 1, 0)]
            first = self.Block(before, widths[i], 1 if i == 0 else 2, make_attention(widths[i]))
            rest = [self.Block(widths[i], widths[i], 1, make_attention(widths[i])) for _ in range(blocks - 1)]
            self.stages.append(nn.ModuleList([first] + rest))
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(nn.functional.adaptive_avg_pool2d(x, 1)[:, :, 0, 0])


# %% wrong: python-lists, expect: Python list
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = []
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = []
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: relu-before-adding
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.relu(self.attention(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return out


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: relu-forgotten, expect: last ReLU is missing
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return out


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: stride-from-second-stage-on, expect: Your second stage has no stride
class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(in_channels, width, 1, stride, bias=False),
                    nn.BatchNorm2d(width),
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention(self.bn2(self.conv2(out)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 1 and j == 0 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))


# %% wrong: stride-from-the-start, expect: first stage has a stride
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if j == 0 else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)


# %% wrong: stride-in-last-block, expect: In your stages the last block has the stride, as in CloFormer
class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(in_channels, width, 1, stride, bias=False),
                    nn.BatchNorm2d(width),
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention(self.bn2(self.conv2(out)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 0 and j == blocks - 1 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))


# %% wrong: stride-second-block, expect: In your stages the second block has the stride
from functools import reduce


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(width),
            ) if stride * width != in_channels or stride > 1 else None
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding="same" if stride == 1 else 1,
                                   bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, padding="same", bias=False)
            self.bn1, self.bn2 = (nn.BatchNorm2d(width) for _ in range(2))
            self.attention = attention

        def forward(self, x):
            steps = (self.conv1, self.bn1, F.relu, self.conv2, self.bn2, self.attention)
            y = reduce(lambda value, step: step(value), steps, x)
            return F.relu(torch.add(y, self.downsample(x) if self.downsample else x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding="same", bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, before = nn.ModuleList(), widths[0]
        for i, width in enumerate(widths):
            self.stages.append(nn.ModuleList())
            for j in range(blocks):
                stride = 1 + (i > 0) * (j == 1)
                attention = make_attention(width) if make_attention else nn.Identity()
                self.stages[-1].append(self.Block(before, width, stride, attention))
                before = width
        self.head = nn.Linear(before, num_classes)

    def forward(self, x):
        x = reduce(lambda x, block: block(x), (b for s in self.stages for b in s), self.stem(x))
        return F.linear(torch.einsum("bchw->bc", x) / x[0, 0].numel(), self.head.weight,
                        self.head.bias)
