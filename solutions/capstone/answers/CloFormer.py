import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: built-from-the-back-named
from collections import OrderedDict


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        try:
            table = [*zip(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                          strict=True)]
        except ValueError as error:
            raise ValueError("one entry per stage in each list, please") from error

        self.head = nn.Linear(dims[-1], num_classes)
        self.norm = nn.GroupNorm(1, dims[-1])
        stages = []
        out_dim, stride = dims[-1], 1
        for dim, depth, heads, split, kernels, window in reversed(table):
            stage = []
            for _ in range(depth):
                stage.insert(0, CloBlock(dim, out_dim, heads, split, kernels, window,
                                         mlp_kernel_size, mlp_ratio, stride))
                out_dim, stride = dim, 1
            stages.insert(0, nn.ModuleList(stage))
            out_dim, stride = dim, 2
        self.stages = nn.ModuleList(stages)

        d = dims[0]
        named = OrderedDict()
        inside = 3
        for k, (outside, step) in enumerate([(d // 2, 2), (d, 2), (d, 1), (d, 1)], start=1):
            named[f"conv{k}"] = nn.Conv2d(inside, outside, 3, stride=step, padding=1)
            named[f"bn{k}"] = nn.BatchNorm2d(outside)
            named[f"relu{k}"] = nn.ReLU()
            inside = outside
        named["conv5"] = nn.Conv2d(d, d, 1)
        named["norm"] = nn.GroupNorm(1, d)
        self.patch_embed = nn.Sequential(named)

    def forward(self, x):
        out = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                out = block(out)
        out = self.norm(out)
        out = out.mean(dim=3).mean(dim=2)
        out = self.head(out)
        return out


# %% right: class-hierarchy-head-first
class Pyramid(nn.Module):
    """patch_embed, stages, norm, mean, head; a child builds the parts."""

    def features(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        return self.norm(x)

    def forward(self, x):
        return self.head(self.features(x).mean(-1).mean(-1))


class CloFormer(Pyramid):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        lengths = set(map(len, (dims, depths, num_heads, group_splits, kernel_sizes,
                                window_sizes)))
        if len(lengths) != 1:
            raise ValueError(f"lists of different lengths: {sorted(lengths)}")
        super().__init__()
        self.head = nn.Linear(dims[-1], num_classes)
        self.norm = nn.GroupNorm(1, dims[-1])

        def block(stage, last):
            leads_on = last and stage + 1 < len(dims)
            return CloBlock(
                dim=dims[stage],
                out_dim=dims[stage + leads_on],
                num_heads=num_heads[stage],
                group_split=group_splits[stage],
                kernel_sizes=kernel_sizes[stage],
                window_size=window_sizes[stage],
                mlp_kernel_size=mlp_kernel_size,
                mlp_ratio=mlp_ratio,
                stride=1 + leads_on,
            )

        self.stages = nn.ModuleList([
            nn.ModuleList([block(s, last=(k == depth)) for k in range(1, depth + 1)])
            for s, depth in enumerate(depths)
        ])
        self.patch_embed = self.make_stem(dims[0])

    @staticmethod
    def make_stem(d):
        stem = nn.Sequential()
        widths, strides = (3, d // 2, d, d, d), (2, 2, 1, 1)
        for k, stride in enumerate(strides):
            stem.append(nn.Conv2d(widths[k], widths[k + 1], 3, stride=stride, padding=1))
            stem.append(nn.BatchNorm2d(widths[k + 1]))
            stem.append(nn.ReLU())
        stem.append(nn.Conv2d(d, d, 1))
        stem.append(nn.GroupNorm(1, d))
        return stem


# %% right: dict-and-page-conv
def conv(inside, outside, size=1, stride=1, groups=1):
    return nn.Conv2d(inside, outside, size, stride, size // 2, groups=groups)


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        given = {"dims": dims, "depths": depths, "num_heads": num_heads,
                 "group_splits": group_splits, "kernel_sizes": kernel_sizes,
                 "window_sizes": window_sizes}
        for name, value in given.items():
            if len(value) != len(dims):
                raise ValueError(f"{name} has {len(value)} entries, dims has {len(dims)}")
        number = len(dims)
        first = dims[0]
        block_of_layers = lambda a, b, s: (conv(a, b, 3, s), nn.BatchNorm2d(b), nn.ReLU())
        self.patch_embed = nn.Sequential(*(
            block_of_layers(3, first // 2, 2) + block_of_layers(first // 2, first, 2)
            + block_of_layers(first, first, 1) + block_of_layers(first, first, 1)
            + (conv(first, first), nn.GroupNorm(1, first))))
        self.stages = nn.ModuleList()
        for stage in range(number):
            self.stages.append(nn.ModuleList())
            for left in range(depths[stage], 0, -1):  # blocks left in this stage
                width, stride = dims[stage], 1
                if left == 1 and stage != number - 1:
                    width, stride = dims[stage + 1], 2
                self.stages[stage].append(CloBlock(
                    dims[stage], width, num_heads[stage], group_splits[stage],
                    kernel_sizes[stage], window_sizes[stage], mlp_kernel_size, mlp_ratio, stride))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.norm(x)
        return self.head(torch.einsum("bchw->bc", x) / x[0, 0].numel())


# %% right: functions-partial-reduce
from functools import partial, reduce


def _check(*lists):
    first, *others = lists
    for other in others:
        if len(other) != len(first):
            raise ValueError(f"{len(other)} entries beside {len(first)}")


def _patch_embed(d):
    net = nn.Sequential()
    inside = 3
    for outside, stride in zip((d // 2, d, d, d), (2, 2, 1, 1)):
        for layer in (nn.Conv2d(inside, outside, 3, stride, 1), nn.BatchNorm2d(outside),
                      nn.ReLU(inplace=True)):
            net.add_module(str(len(net)), layer)
        inside = outside
    return net.extend([nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)])


def _stage(block, dim, next_dim, depth):
    """depth blocks; the last one leads to next_dim, if there is one."""
    stage = nn.ModuleList()
    while len(stage) < depth - 1:
        stage.append(block(dim, dim, stride=1))
    stage.append(block(dim, dim, stride=1) if next_dim is None else block(dim, next_dim, stride=2))
    return stage


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        _check(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes)
        self.patch_embed = _patch_embed(dims[0])
        self.stages = nn.ModuleList()
        following = list(dims[1:]) + [None]
        for i, depth in enumerate(depths):
            block = partial(CloBlock, num_heads=num_heads[i], group_split=group_splits[i],
                            kernel_sizes=kernel_sizes[i], window_size=window_sizes[i],
                            mlp_kernel_size=mlp_kernel_size, mlp_ratio=mlp_ratio)
            self.stages.append(_stage(block, dims[i], following[i], depth))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        blocks = (block for stage in self.stages for block in stage)
        x = reduce(lambda y, block: block(y), blocks, self.patch_embed(x))
        x = F.adaptive_avg_pool2d(self.norm(x), 1)
        return self.head(torch.flatten(x, start_dim=1))


# %% right: norm-by-hand
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        mean = x.mean((1, 2, 3), keepdim=True)
        var = x.var((1, 2, 3), unbiased=False, keepdim=True)
        x = ((x - mean) / torch.sqrt(var + self.norm.eps)).flatten(2).mean(2)
        x = x * self.norm.weight + self.norm.bias
        return self.head(x)


# %% right: pairwise-chain-walrus
from itertools import chain, pairwise


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        n = len(dims)
        for entries in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(entries) != n:
                raise ValueError("each list needs one entry per stage")
        outs = ((d := dims[0]) // 2, d, d, d)
        convs = zip(pairwise((3, *outs)), (2, 2, 1, 1))
        self.patch_embed = nn.Sequential(*chain.from_iterable(
            (nn.Conv2d(a, b, 3, stride, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for (a, b), stride in convs), nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.stages = nn.ModuleList()
        for i, (dim, depth) in enumerate(zip(dims, depths)):
            mine = (num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i],
                    mlp_kernel_size, mlp_ratio)
            blocks = [CloBlock(dim, dim, *mine, 1) for _ in range(depth - 1)]
            if (final := i == n - 1):
                blocks.append(CloBlock(dim, dim, *mine, 1))
            else:
                blocks.append(CloBlock(dim, dims[i + 1], *mine, 2))
            self.stages.append(nn.ModuleList(blocks))
        self.norm = nn.GroupNorm(num_groups=1, num_channels=dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for layer in chain([self.patch_embed], *self.stages, [self.norm]):
            x = layer(x)
        return self.head(x.mean([-2, -1]))


# %% right: patch-in-a-loop
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        widths = [3, d // 2, d, d, d]
        strides = [2, 2, 1, 1]
        layers = []
        for i, stride in enumerate(strides):
            layers.append(nn.Conv2d(widths[i], widths[i + 1], 3, stride, 1))
            layers.append(nn.BatchNorm2d(widths[i + 1]))
            layers.append(nn.ReLU())
        layers += [nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)]
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% right: plan-first-one-relu
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        if not (len(dims) == len(depths) == len(num_heads) == len(group_splits)
                == len(kernel_sizes) == len(window_sizes)):
            raise ValueError
        plan = []  # one row for each block: stage, out_dim, stride
        for s, depth in enumerate(depths):
            plan.extend([s, dims[s], 1] for _ in range(depth))
            if s < len(depths) - 1:
                plan[-1][1:] = dims[s + 1], 2
        self.stages = nn.ModuleList([nn.ModuleList() for _ in depths])
        for s, out_dim, stride in plan:
            block = CloBlock(dims[s], out_dim, num_heads[s], group_splits[s], kernel_sizes[s],
                             window_sizes[s], mlp_kernel_size, mlp_ratio, stride)
            self.stages[s].append(block)
        d = dims[0]
        half = d // 2
        relu = nn.ReLU()  # has no parameters, so one will do
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, half, 3, 2, 1), nn.BatchNorm2d(half), relu,
            nn.Conv2d(half, d, 3, 2, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for block in [block for stage in self.stages for block in stage]:
            x = block(x)
        x = self.norm(x)
        h, w = x.shape[-2:]
        return self.head(x.sum((-1, -2)) / (h * w))


# %% right: step-by-step
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: all-blocks-strided, expect: Every block of your stage has stride 2.
from functools import partial, reduce


def _check(*lists):
    first, *others = lists
    for other in others:
        if len(other) != len(first):
            raise ValueError(f"{len(other)} entries beside {len(first)}")


def _patch_embed(d):
    net = nn.Sequential()
    inside = 3
    for outside, stride in zip((d // 2, d, d, d), (2, 2, 1, 1)):
        for layer in (nn.Conv2d(inside, outside, 3, stride, 1), nn.BatchNorm2d(outside),
                      nn.ReLU(inplace=True)):
            net.add_module(str(len(net)), layer)
        inside = outside
    return net.extend([nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)])


def _stage(block, dim, next_dim, depth):
    """depth blocks; the last one leads to next_dim, if there is one."""
    stage = nn.ModuleList()
    while len(stage) < depth - 1:
        stage.append(block(dim, dim, stride=1 if next_dim is None else 2))
    stage.append(block(dim, dim, stride=1) if next_dim is None else block(dim, next_dim, stride=2))
    return stage


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        _check(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes)
        self.patch_embed = _patch_embed(dims[0])
        self.stages = nn.ModuleList()
        following = list(dims[1:]) + [None]
        for i, depth in enumerate(depths):
            block = partial(CloBlock, num_heads=num_heads[i], group_split=group_splits[i],
                            kernel_sizes=kernel_sizes[i], window_size=window_sizes[i],
                            mlp_kernel_size=mlp_kernel_size, mlp_ratio=mlp_ratio)
            self.stages.append(_stage(block, dims[i], following[i], depth))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        blocks = (block for stage in self.stages for block in stage)
        x = reduce(lambda y, block: block(y), blocks, self.patch_embed(x))
        x = F.adaptive_avg_pool2d(self.norm(x), 1)
        return self.head(torch.flatten(x, start_dim=1))


# %% wrong: all-for-any, expect: You refuse lists only if all of them differ from `dims`
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if all(len(entries) != len(dims) for entries in lists[1:]):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[i] - 1 and i < len(dims) - 1
                out_dim = dims[i + 1] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: and-chain, expect: You compare the lists only in separate pairs
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        if not (len(dims) == len(depths) and len(num_heads) == len(group_splits)
                and len(kernel_sizes) == len(window_sizes)):
            raise ValueError
        plan = []  # one row for each block: stage, out_dim, stride
        for s, depth in enumerate(depths):
            plan.extend([s, dims[s], 1] for _ in range(depth))
            if s < len(depths) - 1:
                plan[-1][1:] = dims[s + 1], 2
        self.stages = nn.ModuleList([nn.ModuleList() for _ in depths])
        for s, out_dim, stride in plan:
            block = CloBlock(dims[s], out_dim, num_heads[s], group_splits[s], kernel_sizes[s],
                             window_sizes[s], mlp_kernel_size, mlp_ratio, stride)
            self.stages[s].append(block)
        d = dims[0]
        half = d // 2
        relu = nn.ReLU()  # has no parameters, so one will do
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, half, 3, 2, 1), nn.BatchNorm2d(half), relu,
            nn.Conv2d(half, d, 3, 2, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for block in [block for stage in self.stages for block in stage]:
            x = block(x)
        x = self.norm(x)
        h, w = x.shape[-2:]
        return self.head(x.sum((-1, -2)) / (h * w))


# %% wrong: assert, expect: AssertionError
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            assert len(other) == n
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: checked-last, expect: A list that is too short raises an IndexError before your ValueError
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        lists = (dims, depths, num_heads, group_splits, kernel_sizes, window_sizes)
        d = dims[0]
        layers, c = [], 3
        for out, stride in ((d // 2, 2), (d, 2), (d, 1), (d, 1)):
            layers += [nn.Conv2d(c, out, 3, stride=stride, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
            c = out
        layers += [nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)]
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                last = j == depths[i] - 1 and i < len(dims) - 1
                stage.append(CloBlock(dims[i], dims[i + 1] if last else dims[i], num_heads[i],
                                      group_splits[i], kernel_sizes[i], window_sizes[i],
                                      mlp_kernel_size, mlp_ratio, 2 if last else 1))
            self.stages.append(stage)
        if len({len(each) for each in lists}) != 1:
            raise ValueError("lists")
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: classes-fixed, expect: num_classes has no effect
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], 1000)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: conv-biases-off, expect: 3x3 convolutions of patch_embed have no bias
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: doubled-width, expect: Your width doubles from stage to stage
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if any(len(entries) != len(dims) for entries in lists):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[i] - 1 and i < len(dims) - 1
                out_dim = 2 * dims[i] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: extra-downsampling-block, expect: Each stage has one block too many
from itertools import chain, pairwise


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        n = len(dims)
        for entries in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(entries) != n:
                raise ValueError("each list needs one entry per stage")
        outs = ((d := dims[0]) // 2, d, d, d)
        convs = zip(pairwise((3, *outs)), (2, 2, 1, 1))
        self.patch_embed = nn.Sequential(*chain.from_iterable(
            (nn.Conv2d(a, b, 3, stride, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for (a, b), stride in convs), nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.stages = nn.ModuleList()
        for i, (dim, depth) in enumerate(zip(dims, depths)):
            mine = (num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i],
                    mlp_kernel_size, mlp_ratio)
            blocks = [CloBlock(dim, dim, *mine, 1) for _ in range(depth)]
            if (final := i == n - 1):
                blocks.append(CloBlock(dim, dim, *mine, 1))
            else:
                blocks.append(CloBlock(dim, dims[i + 1], *mine, 2))
            self.stages.append(nn.ModuleList(blocks))
        self.norm = nn.GroupNorm(num_groups=1, num_channels=dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for layer in chain([self.patch_embed], *self.stages, [self.norm]):
            x = layer(x)
        return self.head(x.mean([-2, -1]))


# %% wrong: final-by-depth-value, expect: You recognise the last stage by its width or depth, which another stage
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        if not (len(dims) == len(depths) == len(num_heads) == len(group_splits)
                == len(kernel_sizes) == len(window_sizes)):
            raise ValueError
        plan = []  # one row for each block: stage, out_dim, stride
        for s, depth in enumerate(depths):
            plan.extend([s, dims[s], 1] for _ in range(depth))
            if depth != depths[-1]:
                plan[-1][1:] = dims[s + 1], 2
        self.stages = nn.ModuleList([nn.ModuleList() for _ in depths])
        for s, out_dim, stride in plan:
            block = CloBlock(dims[s], out_dim, num_heads[s], group_splits[s], kernel_sizes[s],
                             window_sizes[s], mlp_kernel_size, mlp_ratio, stride)
            self.stages[s].append(block)
        d = dims[0]
        half = d // 2
        relu = nn.ReLU()  # has no parameters, so one will do
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, half, 3, 2, 1), nn.BatchNorm2d(half), relu,
            nn.Conv2d(half, d, 3, 2, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for block in [block for stage in self.stages for block in stage]:
            x = block(x)
        x = self.norm(x)
        h, w = x.shape[-2:]
        return self.head(x.sum((-1, -2)) / (h * w))


# %% wrong: first-block-strided, expect: Stride 2 and the new width are in different blocks
def conv(inside, outside, size=1, stride=1, groups=1):
    return nn.Conv2d(inside, outside, size, stride, size // 2, groups=groups)


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        given = {"dims": dims, "depths": depths, "num_heads": num_heads,
                 "group_splits": group_splits, "kernel_sizes": kernel_sizes,
                 "window_sizes": window_sizes}
        for name, value in given.items():
            if len(value) != len(dims):
                raise ValueError(f"{name} has {len(value)} entries, dims has {len(dims)}")
        number = len(dims)
        first = dims[0]
        block_of_layers = lambda a, b, s: (conv(a, b, 3, s), nn.BatchNorm2d(b), nn.ReLU())
        self.patch_embed = nn.Sequential(*(
            block_of_layers(3, first // 2, 2) + block_of_layers(first // 2, first, 2)
            + block_of_layers(first, first, 1) + block_of_layers(first, first, 1)
            + (conv(first, first), nn.GroupNorm(1, first))))
        self.stages = nn.ModuleList()
        for stage in range(number):
            self.stages.append(nn.ModuleList())
            for left in range(depths[stage], 0, -1):  # blocks left in this stage
                width, stride = dims[stage], 2 if stage and left == depths[stage] else 1
                if left == 1 and stage != number - 1:
                    width = dims[stage + 1]
                self.stages[stage].append(CloBlock(
                    dims[stage], width, num_heads[stage], group_splits[stage],
                    kernel_sizes[stage], window_sizes[stage], mlp_kernel_size, mlp_ratio, stride))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.norm(x)
        return self.head(torch.einsum("bchw->bc", x) / x[0, 0].numel())


# %% wrong: first-instead-of-last, expect: In your stages the first block has the next stage's width, so the blocks after it do not fit
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if any(len(entries) != len(dims) for entries in lists):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == 0 and i < len(dims) - 1
                out_dim = dims[i + 1] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: first-token, expect: Your head reads the position in the corner
from collections import OrderedDict


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        try:
            table = [*zip(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                          strict=True)]
        except ValueError as error:
            raise ValueError("one entry per stage in each list, please") from error

        self.head = nn.Linear(dims[-1], num_classes)
        self.norm = nn.GroupNorm(1, dims[-1])
        stages = []
        out_dim, stride = dims[-1], 1
        for dim, depth, heads, split, kernels, window in reversed(table):
            stage = []
            for _ in range(depth):
                stage.insert(0, CloBlock(dim, out_dim, heads, split, kernels, window,
                                         mlp_kernel_size, mlp_ratio, stride))
                out_dim, stride = dim, 1
            stages.insert(0, nn.ModuleList(stage))
            out_dim, stride = dim, 2
        self.stages = nn.ModuleList(stages)

        d = dims[0]
        named = OrderedDict()
        inside = 3
        for k, (outside, step) in enumerate([(d // 2, 2), (d, 2), (d, 1), (d, 1)], start=1):
            named[f"conv{k}"] = nn.Conv2d(inside, outside, 3, stride=step, padding=1)
            named[f"bn{k}"] = nn.BatchNorm2d(outside)
            named[f"relu{k}"] = nn.ReLU()
            inside = outside
        named["conv5"] = nn.Conv2d(d, d, 1)
        named["norm"] = nn.GroupNorm(1, d)
        self.patch_embed = nn.Sequential(named)

    def forward(self, x):
        out = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                out = block(out)
        out = self.norm(out)
        out = out[:, :, 0, 0]
        out = self.head(out)
        return out


# %% wrong: head-first-dim, expect: Your head is made for dims[0] channels
def conv_bn_relu(inside, outside, stride):
    return [nn.Conv2d(inside, outside, kernel_size=3, stride=stride, padding=1),
            nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        per_stage = list(zip(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                             strict=True))
        d = dims[0]
        self.patch_embed = nn.Sequential(
            *conv_bn_relu(3, d // 2, 2),
            *conv_bn_relu(d // 2, d, 2),
            *conv_bn_relu(d, d, 1),
            *conv_bn_relu(d, d, 1),
            nn.Conv2d(d, d, kernel_size=1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for (dim, depth, heads, split, kernels, window), after in zip(per_stage, [*dims[1:], None]):
            plan = [(dim, 1)] * depth
            if after is not None:
                plan[-1] = (after, 2)
            self.stages.append(nn.ModuleList(
                CloBlock(dim, out, heads, split, kernels, window, mlp_kernel_size, mlp_ratio, step)
                for out, step in plan))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[0], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.norm(x)
        return self.head(x.flatten(2).mean(2))


# %% wrong: index-of-dim, expect: dims.index(dim) finds the first stage of that width, but two stages may have the same width
from itertools import chain, pairwise


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        n = len(dims)
        for entries in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(entries) != n:
                raise ValueError("each list needs one entry per stage")
        outs = ((d := dims[0]) // 2, d, d, d)
        convs = zip(pairwise((3, *outs)), (2, 2, 1, 1))
        self.patch_embed = nn.Sequential(*chain.from_iterable(
            (nn.Conv2d(a, b, 3, stride, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for (a, b), stride in convs), nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.stages = nn.ModuleList()
        for i, (dim, depth) in enumerate(zip(dims, depths)):
            mine = (num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i],
                    mlp_kernel_size, mlp_ratio)
            blocks = [CloBlock(dim, dim, *mine, 1) for _ in range(depth - 1)]
            if (final := i == n - 1):
                blocks.append(CloBlock(dim, dim, *mine, 1))
            else:
                blocks.append(CloBlock(dim, dims[dims.index(dim) + 1], *mine, 2))
            self.stages.append(nn.ModuleList(blocks))
        self.norm = nn.GroupNorm(num_groups=1, num_channels=dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for layer in chain([self.patch_embed], *self.stages, [self.norm]):
            x = layer(x)
        return self.head(x.mean([-2, -1]))


# %% wrong: inner-lengths, expect: Your code raises a ValueError for correct arguments too
from itertools import chain, pairwise


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        n = len(dims)
        for entries in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(entries) != n:
                raise ValueError("each list needs one entry per stage")
        for inner in (*group_splits, *kernel_sizes):
            if len(inner) != n:
                raise ValueError("each list needs one entry per stage")
        outs = ((d := dims[0]) // 2, d, d, d)
        convs = zip(pairwise((3, *outs)), (2, 2, 1, 1))
        self.patch_embed = nn.Sequential(*chain.from_iterable(
            (nn.Conv2d(a, b, 3, stride, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for (a, b), stride in convs), nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.stages = nn.ModuleList()
        for i, (dim, depth) in enumerate(zip(dims, depths)):
            mine = (num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i],
                    mlp_kernel_size, mlp_ratio)
            blocks = [CloBlock(dim, dim, *mine, 1) for _ in range(depth - 1)]
            if (final := i == n - 1):
                blocks.append(CloBlock(dim, dim, *mine, 1))
            else:
                blocks.append(CloBlock(dim, dims[i + 1], *mine, 2))
            self.stages.append(nn.ModuleList(blocks))
        self.norm = nn.GroupNorm(num_groups=1, num_channels=dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for layer in chain([self.patch_embed], *self.stages, [self.norm]):
            x = layer(x)
        return self.head(x.mean([-2, -1]))


# %% wrong: kernels-first-only, expect: You pass on only the first kernel of a stage
def conv(inside, outside, size=1, stride=1, groups=1):
    return nn.Conv2d(inside, outside, size, stride, size // 2, groups=groups)


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        given = {"dims": dims, "depths": depths, "num_heads": num_heads,
                 "group_splits": group_splits, "kernel_sizes": kernel_sizes,
                 "window_sizes": window_sizes}
        for name, value in given.items():
            if len(value) != len(dims):
                raise ValueError(f"{name} has {len(value)} entries, dims has {len(dims)}")
        number = len(dims)
        first = dims[0]
        block_of_layers = lambda a, b, s: (conv(a, b, 3, s), nn.BatchNorm2d(b), nn.ReLU())
        self.patch_embed = nn.Sequential(*(
            block_of_layers(3, first // 2, 2) + block_of_layers(first // 2, first, 2)
            + block_of_layers(first, first, 1) + block_of_layers(first, first, 1)
            + (conv(first, first), nn.GroupNorm(1, first))))
        self.stages = nn.ModuleList()
        for stage in range(number):
            self.stages.append(nn.ModuleList())
            for left in range(depths[stage], 0, -1):  # blocks left in this stage
                width, stride = dims[stage], 1
                if left == 1 and stage != number - 1:
                    width, stride = dims[stage + 1], 2
                self.stages[stage].append(CloBlock(
                    dims[stage], width, num_heads[stage], group_splits[stage],
                    kernel_sizes[stage][:1], window_sizes[stage], mlp_kernel_size, mlp_ratio, stride))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.norm(x)
        return self.head(torch.einsum("bchw->bc", x) / x[0, 0].numel())


# %% wrong: kernels-of-stage-0, expect: kernels of the first one
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[0],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: last-block-off-by-one, expect: None of your blocks changes size and width
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if any(len(entries) != len(dims) for entries in lists):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[i] and i < len(dims) - 1
                out_dim = dims[i + 1] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: last-by-first-depth, expect: Stage i has depths[i] blocks
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if any(len(entries) != len(dims) for entries in lists):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[0] - 1 and i < len(dims) - 1
                out_dim = dims[i + 1] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: last-stage-strided, expect: The last block of your last stage has a stride too
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1:
                    out, stride = (dims + [dims[-1]])[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: mlp-arguments-swapped, expect: mlp_kernel_size and mlp_ratio have changed places in the call of CloBlock
def conv_bn_relu(inside, outside, stride):
    return [nn.Conv2d(inside, outside, kernel_size=3, stride=stride, padding=1),
            nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        per_stage = list(zip(dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                             strict=True))
        d = dims[0]
        self.patch_embed = nn.Sequential(
            *conv_bn_relu(3, d // 2, 2),
            *conv_bn_relu(d // 2, d, 2),
            *conv_bn_relu(d, d, 1),
            *conv_bn_relu(d, d, 1),
            nn.Conv2d(d, d, kernel_size=1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for (dim, depth, heads, split, kernels, window), after in zip(per_stage, [*dims[1:], None]):
            plan = [(dim, 1)] * depth
            if after is not None:
                plan[-1] = (after, 2)
            self.stages.append(nn.ModuleList(
                CloBlock(dim, out, heads, split, kernels, window, mlp_ratio, mlp_kernel_size, step)
                for out, step in plan))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.norm(x)
        return self.head(x.flatten(2).mean(2))


# %% wrong: mlp-kernel-from-attention, expect: Your MLPs have the attention's kernel
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if any(len(entries) != len(dims) for entries in lists):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[i] - 1 and i < len(dims) - 1
                out_dim = dims[i + 1] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], kernel_sizes[i][0],
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: mlp-ratio-to-int, expect: You cut mlp_ratio to a whole number
from itertools import chain, pairwise


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        n = len(dims)
        for entries in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(entries) != n:
                raise ValueError("each list needs one entry per stage")
        outs = ((d := dims[0]) // 2, d, d, d)
        convs = zip(pairwise((3, *outs)), (2, 2, 1, 1))
        self.patch_embed = nn.Sequential(*chain.from_iterable(
            (nn.Conv2d(a, b, 3, stride, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for (a, b), stride in convs), nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.stages = nn.ModuleList()
        for i, (dim, depth) in enumerate(zip(dims, depths)):
            mine = (num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i],
                    mlp_kernel_size, int(mlp_ratio))
            blocks = [CloBlock(dim, dim, *mine, 1) for _ in range(depth - 1)]
            if (final := i == n - 1):
                blocks.append(CloBlock(dim, dim, *mine, 1))
            else:
                blocks.append(CloBlock(dim, dims[i + 1], *mine, 2))
            self.stages.append(nn.ModuleList(blocks))
        self.norm = nn.GroupNorm(num_groups=1, num_channels=dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for layer in chain([self.patch_embed], *self.stages, [self.norm]):
            x = layer(x)
        return self.head(x.mean([-2, -1]))


# %% wrong: no-check-at-all, expect: You accept lists of different lengths
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[i] - 1 and i < len(dims) - 1
                out_dim = dims[i + 1] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: no-check, expect: You accept lists of different lengths
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                pass
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: no-norm, expect: `norm` is made and never called
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: no-relus, expect: The ReLUs of patch_embed are missing
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: norm-after-mean, expect: You normalise the mean
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = x.mean([2, 3])
        x = self.norm(x)
        return self.head(x)


# %% wrong: one-by-one-forgotten, expect: 1x1 convolution of patch_embed is missing
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: only-dims-and-depths, expect: no ValueError is raised
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        if len(dims) != len(depths):
            raise ValueError
        plan = []  # one row for each block: stage, out_dim, stride
        for s, depth in enumerate(depths):
            plan.extend([s, dims[s], 1] for _ in range(depth))
            if s < len(depths) - 1:
                plan[-1][1:] = dims[s + 1], 2
        self.stages = nn.ModuleList([nn.ModuleList() for _ in depths])
        for s, out_dim, stride in plan:
            block = CloBlock(dims[s], out_dim, num_heads[s], group_splits[s], kernel_sizes[s],
                             window_sizes[s], mlp_kernel_size, mlp_ratio, stride)
            self.stages[s].append(block)
        d = dims[0]
        half = d // 2
        relu = nn.ReLU()  # has no parameters, so one will do
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, half, 3, 2, 1), nn.BatchNorm2d(half), relu,
            nn.Conv2d(half, d, 3, 2, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 3, 1, 1), nn.BatchNorm2d(d), relu,
            nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for block in [block for stage in self.stages for block in stage]:
            x = block(x)
        x = self.norm(x)
        h, w = x.shape[-2:]
        return self.head(x.sum((-1, -2)) / (h * w))


# %% wrong: patch-one-stride-4, expect: The strides of your patch_embed are 4, 1, 1, 1
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        lists = (dims, depths, num_heads, group_splits, kernel_sizes, window_sizes)
        if len({len(each) for each in lists}) != 1:
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers, c = [], 3
        for out, stride in ((d // 2, 4), (d, 1), (d, 1), (d, 1)):
            layers += [nn.Conv2d(c, out, 3, stride=stride, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
            c = out
        layers += [nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)]
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                last = j == depths[i] - 1 and i < len(dims) - 1
                stage.append(CloBlock(dims[i], dims[i + 1] if last else dims[i], num_heads[i],
                                      group_splits[i], kernel_sizes[i], window_sizes[i],
                                      mlp_kernel_size, mlp_ratio, 2 if last else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: python-list, expect: Python list
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = []
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: stride-where-widths-differ, expect: But two stages may have the same width: the last block of every stage except the last should have stride 2
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2 if dims[i + 1] != dims[i] else 1
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: strides-2-1-2-1, expect: 2, 1, 2, 1
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: sum-of-lengths, expect: You add the lengths up, so a list that is too long makes up for one that is too short
class CloFormer(nn.Module):
    """CloFormer, (B, 3, H, W) -> (B, num_classes). Each list has one entry per stage.

    patch_embed: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of CloBlock.
    norm: nn.GroupNorm(1, dims[-1]). head: nn.Linear.
    Raises ValueError for lists of different lengths.
    """

    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        lists = [dims, depths, num_heads, group_splits, kernel_sizes, window_sizes]
        if sum(len(entries) for entries in lists) != 6 * len(dims):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers = []
        channels = 3
        for out_channels, stride in [(d // 2, 2), (d, 2), (d, 1), (d, 1)]:
            layers.append(nn.Conv2d(channels, out_channels, 3, stride, 1))
            layers.append(nn.BatchNorm2d(out_channels))
            layers.append(nn.ReLU())
            channels = out_channels
        layers.append(nn.Conv2d(d, d, 1))
        layers.append(nn.GroupNorm(1, d))
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                special = j == depths[i] - 1 and i < len(dims) - 1
                out_dim = dims[i + 1] if special else dims[i]
                stage.append(CloBlock(dims[i], out_dim, num_heads[i], group_splits[i],
                                      kernel_sizes[i], window_sizes[i], mlp_kernel_size,
                                      mlp_ratio, 2 if special else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: three-lists-checked, expect: You do not compare the length of `group_splits`
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        lists = (dims, depths, num_heads, group_splits, kernel_sizes, window_sizes)
        if not len(dims) == len(depths) == len(num_heads):
            raise ValueError("all lists need one entry per stage")
        d = dims[0]
        layers, c = [], 3
        for out, stride in ((d // 2, 2), (d, 2), (d, 1), (d, 1)):
            layers += [nn.Conv2d(c, out, 3, stride=stride, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
            c = out
        layers += [nn.Conv2d(d, d, 1), nn.GroupNorm(1, d)]
        self.patch_embed = nn.Sequential(*layers)
        self.stages = nn.ModuleList()
        for i in range(len(dims)):
            stage = nn.ModuleList()
            for j in range(depths[i]):
                last = j == depths[i] - 1 and i < len(dims) - 1
                stage.append(CloBlock(dims[i], dims[i + 1] if last else dims[i], num_heads[i],
                                      group_splits[i], kernel_sizes[i], window_sizes[i],
                                      mlp_kernel_size, mlp_ratio, 2 if last else 1))
            self.stages.append(stage)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(self.norm(x).mean(dim=(2, 3)))


# %% wrong: width-appended-to-the-callers-list, expect: your code changes this list, but the caller may use it again
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        dims.append(dims[-1])
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                last = j == depths[i] - 1
                out, stride = (dims[i + 1] if last else dims[i]), (2 if last and i != n - 1 else 1)
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[i], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)


# %% wrong: windows-not-compared, expect: You do not compare the length of `window_sizes`
from itertools import chain, pairwise


class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000) -> None:
        super().__init__()
        n = len(dims)
        for entries in (depths, num_heads, group_splits, kernel_sizes):
            if len(entries) != n:
                raise ValueError("each list needs one entry per stage")
        outs = ((d := dims[0]) // 2, d, d, d)
        convs = zip(pairwise((3, *outs)), (2, 2, 1, 1))
        self.patch_embed = nn.Sequential(*chain.from_iterable(
            (nn.Conv2d(a, b, 3, stride, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for (a, b), stride in convs), nn.Conv2d(d, d, 1), nn.GroupNorm(1, d))
        self.stages = nn.ModuleList()
        for i, (dim, depth) in enumerate(zip(dims, depths)):
            mine = (num_heads[i], group_splits[i], kernel_sizes[i], window_sizes[i],
                    mlp_kernel_size, mlp_ratio)
            blocks = [CloBlock(dim, dim, *mine, 1) for _ in range(depth - 1)]
            if (final := i == n - 1):
                blocks.append(CloBlock(dim, dim, *mine, 1))
            else:
                blocks.append(CloBlock(dim, dims[i + 1], *mine, 2))
            self.stages.append(nn.ModuleList(blocks))
        self.norm = nn.GroupNorm(num_groups=1, num_channels=dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for layer in chain([self.patch_embed], *self.stages, [self.norm]):
            x = layer(x)
        return self.head(x.mean([-2, -1]))


# %% wrong: windows-of-stage-0, expect: window of the first one
class CloFormer(nn.Module):
    def __init__(self, dims, depths, num_heads, group_splits, kernel_sizes, window_sizes,
                 mlp_kernel_size=5, mlp_ratio=4, num_classes=1000):
        super().__init__()
        n = len(dims)
        for other in (depths, num_heads, group_splits, kernel_sizes, window_sizes):
            if len(other) != n:
                raise ValueError("all lists must have the same length")
        d = dims[0]
        self.patch_embed = nn.Sequential(
            nn.Conv2d(3, d // 2, 3, stride=2, padding=1), nn.BatchNorm2d(d // 2), nn.ReLU(),
            nn.Conv2d(d // 2, d, 3, stride=2, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 3, stride=1, padding=1), nn.BatchNorm2d(d), nn.ReLU(),
            nn.Conv2d(d, d, 1),
            nn.GroupNorm(1, d),
        )
        self.stages = nn.ModuleList()
        for i in range(n):
            blocks = nn.ModuleList()
            for j in range(depths[i]):
                if j == depths[i] - 1 and i != n - 1:
                    out, stride = dims[i + 1], 2
                else:
                    out, stride = dims[i], 1
                blocks.append(CloBlock(dims[i], out, num_heads[i], group_splits[i], kernel_sizes[i],
                                       window_sizes[0], mlp_kernel_size, mlp_ratio, stride))
            self.stages.append(blocks)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        x = self.patch_embed(x)
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        x = self.norm(x)
        x = x.mean([2, 3])
        return self.head(x)
