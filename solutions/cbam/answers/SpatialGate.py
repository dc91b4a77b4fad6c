import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: padded-by-hand
# F.pad and a convolution without padding


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("kernel_size must be odd")
        self.half = kernel_size // 2
        self.conv = nn.Conv2d(2, 1, kernel_size, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        pooled = torch.stack((x.amax(1), x.mean(1)), dim=1)
        y = self.conv(F.pad(pooled, (self.half,) * 4))
        return torch.sigmoid(self.bn(y))


# %% right: positions-last
class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size should be odd, not {kernel_size}")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        tokens = x.flatten(2).transpose(1, 2)
        pooled = torch.stack((tokens.amax(-1), tokens.mean(-1)), dim=-1)
        pooled = torch.einsum("bhwd->bdhw", pooled.unflatten(1, x.shape[2:]))
        return torch.sigmoid(torch.einsum("bchw->bhwc", self.bn(self.conv(pooled)))).permute(0, 3, 1, 2)


# %% right: tuple-max
# torch.max with its pair unpacked


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 != 1:
            raise ValueError(f"kernel size {kernel_size} is even")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=(kernel_size - 1) // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)
        self.act = nn.Sigmoid()

    def forward(self, x):
        max_map, _ = torch.max(x, dim=1, keepdim=True)
        avg_map = torch.mean(x, dim=1, keepdim=True)
        both = torch.cat((max_map, avg_map), 1)
        return self.act(self.bn(self.conv(both)))


# %% wrong: avg-first, edits, expect: the mean first
# the other order
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + raise ValueError('even kernel')
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + mx = x.amax(dim=1, keepdim=True)
# + avg = x.mean(dim=1, keepdim=True)
# + y = torch.cat([avg, mx], dim=1)
# + return torch.sigmoid(self.bn(self.conv(y)))


# %% wrong: bias, expect: convolution has a bias
# with a bias


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("even kernel")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        mx = x.amax(dim=1, keepdim=True)
        avg = x.mean(dim=1, keepdim=True)
        y = torch.cat([mx, avg], dim=1)
        return torch.sigmoid(self.bn(self.conv(y)))


# %% wrong: cat-axis-0, edits, expect: along the batch
# cat along the batch
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + raise ValueError('even kernel')
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + mx = x.amax(dim=1, keepdim=True)
# + avg = x.mean(dim=1, keepdim=True)
# + y = torch.cat([mx, avg], dim=0)
# + return torch.sigmoid(self.bn(self.conv(y)))


# %% wrong: maximum-from-zero, edits, expect: Your maximum over the channels starts at 0
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + raise ValueError(kernel_size)
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + best = torch.zeros_like(x[:, :1])
# + for channel in x.unbind(1):
# +     best = torch.maximum(best, channel[:, None])
# + return torch.sigmoid(self.bn(self.conv(torch.cat([best, x.mean(1, keepdim=True)], 1))))


# %% wrong: no-bn, edits, expect: BatchNorm is missing
# the paper, to the letter
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + raise ValueError('even kernel')
#
# - self.bn = nn.BatchNorm2d(1)
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + mx = x.amax(dim=1, keepdim=True)
# + avg = x.mean(dim=1, keepdim=True)
# + y = torch.cat([mx, avg], dim=1)
# + return torch.sigmoid(self.conv(y))


# %% wrong: no-keepdim, edits, expect: lost their channel axis
# loses the channel axis before cat
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + raise ValueError('even kernel')
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + mx = x.amax(dim=1)
# + avg = x.mean(dim=1)
# + y = torch.cat([mx, avg], dim=1)
# + return torch.sigmoid(self.bn(self.conv(y)))


# %% wrong: no-padding, expect: has no padding
# no padding


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("even kernel")
        self.conv = nn.Conv2d(2, 1, kernel_size, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        mx = x.amax(dim=1, keepdim=True)
        avg = x.mean(dim=1, keepdim=True)
        y = torch.cat([mx, avg], dim=1)
        return torch.sigmoid(self.bn(self.conv(y)))


# %% wrong: no-sigmoid, edits, expect: sigmoid at the end is missing
# no sigmoid
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + raise ValueError('even kernel')
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + mx = x.amax(dim=1, keepdim=True)
# + avg = x.mean(dim=1, keepdim=True)
# + y = torch.cat([mx, avg], dim=1)
# + return self.bn(self.conv(y))


# %% wrong: pooled-positions, edits, expect: You pool over H and W
# pools H and W
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + raise ValueError('even kernel')
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + mx = x.amax(dim=(2, 3), keepdim=True)
# + avg = x.mean(dim=(2, 3), keepdim=True)
# + y = torch.cat([mx, avg], dim=1)
# + return torch.sigmoid(self.bn(self.conv(y)))


# %% wrong: relu, edits, expect: ReLU between the BatchNorm and the sigmoid
# conv, bn, relu, sigmoid
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + raise ValueError('even kernel')
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + mx = x.amax(dim=1, keepdim=True)
# + avg = x.mean(dim=1, keepdim=True)
# + y = torch.cat([mx, avg], dim=1)
# + return torch.sigmoid(torch.relu(self.bn(self.conv(y))))


# %% wrong: three-or-seven, edits, expect: kernel size must be 3 or 7
# allows 3 and 7 only, by an assert
# - if kernel_size % 2 == 0:
# -     raise ValueError(f'kernel_size must be odd, so that it has a middle, got {kernel_size}')
# + assert kernel_size in (3, 7), 'kernel size must be 3 or 7'
#
# - pooled = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
# - return torch.sigmoid(self.bn(self.conv(pooled)))
# + mx = x.amax(dim=1, keepdim=True)
# + avg = x.mean(dim=1, keepdim=True)
# + y = torch.cat([mx, avg], dim=1)
# + return torch.sigmoid(self.bn(self.conv(y)))
