import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: checked-late
# refuses in forward


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        y = x * self.channel(x)
        match self.layout:
            case "parallel":
                return y + x * self.spatial(x)
            case "sequential":
                return y * self.spatial(y)
            case other:
                raise ValueError(f"{other} is neither")


# %% right: gates-together
# x once, gates added


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        if layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        c = self.channel(x)
        if self.layout == "parallel":
            return x * (c + self.spatial(x))
        return x * c * self.spatial(c * x)


# %% wrong: assert, expect: AssertionError
# an assert


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        assert layout == "parallel" or layout == "sequential"
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        if self.layout == "parallel":
            return self.channel(x) * x + self.spatial(x) * x
        x = self.channel(x) * x
        return self.spatial(x) * x


# %% wrong: channel-added, expect: you add the gated features to the result
# spatial_out + channel_out in both layouts


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        if layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        channel_out = x * self.channel(x)
        if self.layout == "parallel":
            spatial_out = x * self.spatial(x)
        else:
            spatial_out = channel_out * self.spatial(channel_out)
        return spatial_out + channel_out


# %% wrong: gates-added, edits, expect: return the sum of the gates
# returns gates
# - self.layout = checked(layout)
# + if layout not in ('parallel', 'sequential'):
# +     raise ValueError(layout)
# + self.layout = layout
#
# - def forward(self, x):
# + def forward(self, x):
# +     if self.layout == 'parallel':
# +         return self.channel(x) + self.spatial(x)
#
# - if self.layout == 'parallel':
# -     return gated + x * self.spatial(x)


# %% wrong: in-place, expect: your code changes it in place
# *= on x


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        if layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        if self.layout == "parallel":
            return x * self.channel(x) + x * self.spatial(x)
        x *= self.channel(x)
        x *= self.spatial(x)
        return x


# %% wrong: layout-forgotten, edits, expect: always parallel
# always parallel
# - self.layout = checked(layout)
# + if layout not in ('parallel', 'sequential'):
# +     raise ValueError(layout)
# + self.layout = layout
#
# - gated = x * self.channel(x)
# - if self.layout == 'parallel':
# -     return gated + x * self.spatial(x)
# - return gated * self.spatial(gated)
# + return x * self.channel(x) + x * self.spatial(x)


# %% wrong: lower, expect: make the word lower case
class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        self.layout = layout.lower()
        if self.layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        if self.layout == "parallel":
            return self.channel(x) * x + self.spatial(x) * x
        x = self.channel(x) * x
        return self.spatial(x) * x


# %% wrong: no-else, expect: You treat a word other than "parallel" or "sequential" like one of the two
# no ValueError


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        if self.layout == "parallel":
            return self.channel(x) * x + self.spatial(x) * x
        x = self.channel(x) * x
        return self.spatial(x) * x


# %% wrong: residual, expect: adds x to its result
# adds x, as CBAM's users do


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        if layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        y = x * self.channel(x)
        if self.layout == "parallel":
            return x + y + x * self.spatial(x)
        return x + y * self.spatial(y)


# %% wrong: same-x, edits, expect: In the sequential layout your spatial branch reads x
# sequential: both gates of x
# - self.layout = checked(layout)
# + if layout not in ('parallel', 'sequential'):
# +     raise ValueError(layout)
# + self.layout = layout
#
# - gated = x * self.channel(x)
# - if self.layout == 'parallel':
# -     return gated + x * self.spatial(x)
# - return gated * self.spatial(gated)
# + c, s = (self.channel(x), self.spatial(x))
# + if self.layout == 'sequential':
# +     return x * c * s
# + return x * c + x * s


# %% wrong: spatial-first, expect: gates the positions first
# the other order


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        if layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        if self.layout == "parallel":
            return x * self.channel(x) + x * self.spatial(x)
        y = x * self.spatial(x)
        return y * self.channel(y)
