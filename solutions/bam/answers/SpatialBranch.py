import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: helper
# a function that makes a layer


def block(c, d):
    return nn.Sequential(nn.Conv2d(c, c, 3, 1, d, d), nn.BatchNorm2d(c), nn.ReLU(inplace=True))


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError(f"{channels}//{reduction}")
        c = channels // reduction
        self.first = nn.Sequential(nn.Conv2d(channels, c, kernel_size=1), nn.BatchNorm2d(c), nn.ReLU(inplace=True))
        self.second = block(c, dilation)
        self.third = block(c, dilation)
        self.last = nn.Conv2d(c, 1, kernel_size=1)

    def forward(self, x):
        return self.last(self.third(self.second(self.first(x))))


# %% right: same
# padding="same"


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding='same', dilation=dilation)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding='same', dilation=dilation)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv2(out)))
        return self.project(out)


# %% wrong: bn-shared, expect: bn0 is called three times
# one BatchNorm for all three


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn0(self.conv1(out)))
        out = F.relu(self.bn0(self.conv2(out)))
        return self.project(out)


# %% wrong: conv1-twice, expect: call conv1 twice
# conv1 twice


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv1(out)))
        return self.project(out)


# %% wrong: dilation-4, expect: 4 is written in its place
# 4 instead of the argument


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=4, dilation=4)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=4, dilation=4)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv2(out)))
        return self.project(out)


# %% wrong: no-dilation, expect: Your 3x3 convolutions have the padding but not the dilation, so the map grows
# padding without dilation


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=dilation)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=dilation)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv2(out)))
        return self.project(out)


# %% wrong: padding-one, expect: padding is 1 whatever the dilation is
# the padding of an ordinary 3x3 convolution


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=1, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=1, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv2(out)))
        return self.project(out)


# %% wrong: relu-last, expect: ReLU after `project` too
# a ReLU at the end too


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv2(out)))
        return F.relu(self.project(out))


# %% wrong: sigmoid, expect: ends in a sigmoid
# a sigmoid at the end


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv2(out)))
        return torch.sigmoid(self.project(out))


# %% wrong: squeezed, expect: lost its channel axis
# the channel axis squeezed away


class SpatialBranch(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.reduce = nn.Conv2d(channels, h, 1)
        self.bn0 = nn.BatchNorm2d(h)
        self.conv1 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(h)
        self.conv2 = nn.Conv2d(h, h, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(h)
        self.project = nn.Conv2d(h, 1, 1)

    def forward(self, x):
        out = F.relu(self.bn0(self.reduce(x)))
        out = F.relu(self.bn1(self.conv1(out)))
        out = F.relu(self.bn2(self.conv2(out)))
        return self.project(out).squeeze(1)
