import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: list
# a list of layers with names of torch


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c < 1:
            raise ValueError(f"{channels} channels / {reduction}")
        layers = [nn.Conv2d(channels, c, 1), nn.BatchNorm2d(c), nn.ReLU()]
        for i in range(num_layers):
            layers += [nn.Conv2d(c, c, 3, padding=dilation, dilation=dilation), nn.BatchNorm2d(c), nn.ReLU()]
        layers.append(nn.Conv2d(c, 1, 1))
        self.sa = nn.Sequential(*layers)

    def forward(self, x):
        b, c, h, w = x.shape
        return self.sa(x).expand(b, c, h, w)


# %% right: blocks
# a helper that makes a convolution with its BatchNorm and ReLU


def conv_block(before, after, **how):
    return nn.Sequential(nn.Conv2d(before, after, **how), nn.BatchNorm2d(after), nn.ReLU())


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        hidden = channels // reduction
        if not hidden:
            raise ValueError(f"channels = {channels} is too small for reduction = {reduction}")
        dilated = dict(kernel_size=3, dilation=dilation, padding="same")
        self.sa = nn.Sequential(conv_block(channels, hidden, kernel_size=1),
                                *(conv_block(hidden, hidden, **dilated) for _ in range(num_layers)),
                                nn.Conv2d(hidden, 1, kernel_size=1))

    def forward(self, x):
        return torch.broadcast_to(self.sa(x), x.shape)


# %% wrong: dilation-dropped, expect: took the dilation away
# the dilation is taken away


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            self.sa.add_module("conv_%d" % i, nn.Conv2d(c, c, 3, padding=1))
            self.sa.add_module("bn_%d" % i, nn.BatchNorm2d(c))
            self.sa.add_module("relu_%d" % i, nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.sa(x).expand_as(x)


# %% wrong: interpolated, expect: stretch it to x's size afterwards
# the small map is stretched


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            self.sa.add_module("conv_%d" % i, nn.Conv2d(c, c, 3, padding=1, dilation=dilation))
            self.sa.add_module("bn_%d" % i, nn.BatchNorm2d(c))
            self.sa.add_module("relu_%d" % i, nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return F.interpolate(self.sa(x), size=x.shape[2:]).expand_as(x)


# %% wrong: no-error, expect: If channels // reduction is 0, your code builds the module without hidden channels
# the ValueError is missing


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            self.sa.add_module("conv_%d" % i, nn.Conv2d(c, c, 3, padding=dilation, dilation=dilation))
            self.sa.add_module("bn_%d" % i, nn.BatchNorm2d(c))
            self.sa.add_module("relu_%d" % i, nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.sa(x).expand_as(x)


# %% wrong: not-expanded, expect: The numbers are right, but their shape is (B, 1, H, W)
# one map


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            self.sa.add_module("conv_%d" % i, nn.Conv2d(c, c, 3, padding=dilation, dilation=dilation))
            self.sa.add_module("bn_%d" % i, nn.BatchNorm2d(c))
            self.sa.add_module("relu_%d" % i, nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.sa(x)


# %% wrong: padding-2, expect: padding is 2 whatever the dilation is
# 2 instead of the argument


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            self.sa.add_module("conv_%d" % i, nn.Conv2d(c, c, 3, padding=2, dilation=dilation))
            self.sa.add_module("bn_%d" % i, nn.BatchNorm2d(c))
            self.sa.add_module("relu_%d" % i, nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.sa(x).expand_as(x)


# %% wrong: three, expect: `num_layers` has no effect
# always three layers


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(3):
            self.sa.add_module("conv_%d" % i, nn.Conv2d(c, c, 3, padding=dilation, dilation=dilation))
            self.sa.add_module("bn_%d" % i, nn.BatchNorm2d(c))
            self.sa.add_module("relu_%d" % i, nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.sa(x).expand_as(x)


# %% wrong: unrepaired, expect: padding is still 1
# padding=1 is left as it was


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            self.sa.add_module("conv_%d" % i, nn.Conv2d(c, c, 3, padding=1, dilation=dilation))
            self.sa.add_module("bn_%d" % i, nn.BatchNorm2d(c))
            self.sa.add_module("relu_%d" % i, nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.sa(x).expand_as(x)
