import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: einsum
class Pointwise(nn.Linear):
    def forward(self, x):
        return torch.einsum("bchw,dc->bdhw", x, self.weight) + self.bias[:, None, None]


class Channels(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.bn = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        return self.fc2(torch.relu(self.bn(self.fc1(torch.einsum("bchw->bc", x) / x[0, 0].numel()))))[:, :, None, None]


class Positions(nn.Module):
    def __init__(self, channels, hidden, dilation):
        super().__init__()
        self.reduce = Pointwise(channels, hidden)
        self.bn0 = nn.BatchNorm2d(hidden)
        self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.project = Pointwise(hidden, 1)

    def forward(self, x):
        x = torch.relu(self.bn0(self.reduce(x)))
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.project(torch.relu(self.bn2(self.conv2(x))))


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no hidden channels: {channels} // {reduction}")
        if combine not in ("sum", "product"):
            raise ValueError(f"combine is {combine!r}")
        self.product = combine == "product"
        self.channel = Channels(channels, hidden)
        self.spatial = Positions(channels, hidden, dilation)

    def forward(self, x):
        c, s = self.channel(x), self.spatial(x)
        return x + x * torch.sigmoid(c * s if self.product else c + s)


# %% right: one-plus
# (1 + gate) * x, the word checked in forward


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x)
        ms = self.spatial(x)
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        if self.combine == "product":
            gate = torch.sigmoid(mc * ms)
        if self.combine not in ["sum", "product"]:
            raise ValueError(f"what is {self.combine}?")
        return (1 + gate) * x


# %% wrong: dilation-lost, expect: `dilation` does not reach
# dilation is not passed on


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine != "sum" and combine != "product":
            raise ValueError("combine")
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction)

    def forward(self, x):
        mc = self.channel(x)
        ms = self.spatial(x)
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        else:
            gate = torch.sigmoid(mc * ms)
        return x + x * gate


# %% wrong: exp, expect: gives NaN for large scores
class Pointwise(nn.Linear):
    def forward(self, x):
        return torch.einsum("bchw,dc->bdhw", x, self.weight) + self.bias[:, None, None]


class Channels(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.bn = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        return self.fc2(torch.relu(self.bn(self.fc1(torch.einsum("bchw->bc", x) / x[0, 0].numel()))))[:, :, None, None]


class Positions(nn.Module):
    def __init__(self, channels, hidden, dilation):
        super().__init__()
        self.reduce = Pointwise(channels, hidden)
        self.bn0 = nn.BatchNorm2d(hidden)
        self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.project = Pointwise(hidden, 1)

    def forward(self, x):
        x = torch.relu(self.bn0(self.reduce(x)))
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.project(torch.relu(self.bn2(self.conv2(x))))


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no hidden channels: {channels} // {reduction}")
        if combine not in ("sum", "product"):
            raise ValueError(f"combine is {combine!r}")
        self.product = combine == "product"
        self.channel = Channels(channels, hidden)
        self.spatial = Positions(channels, hidden, dilation)

    def forward(self, x):
        c, s = self.channel(x), self.spatial(x)
        e = torch.exp(c * s if self.product else c + s)
        return x + x * e / (1 + e)


# %% wrong: in-place, expect: in place
# x is changed in place


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine != "sum" and combine != "product":
            raise ValueError("combine")
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x)
        ms = self.spatial(x)
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        else:
            gate = torch.sigmoid(mc * ms)
        x += x * gate
        return x


# %% wrong: no-check, expect: You treat a word other than "sum" or "product" like one of the two
# any word is a product


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x)
        ms = self.spatial(x)
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        else:
            gate = torch.sigmoid(mc * ms)
        return x + x * gate


# %% wrong: no-shortcut, expect: shortcut is missing
# the shortcut is forgotten


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine != "sum" and combine != "product":
            raise ValueError("combine")
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x)
        ms = self.spatial(x)
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        else:
            gate = torch.sigmoid(mc * ms)
        return x * gate


# %% wrong: sequential, edits, expect: in the input of `spatial.reduce`
# one after the other, as in CBAM
# - raise ValueError(f'combine is "sum" or "product", got {combine!r}')
# + raise ValueError('combine')
#
# - self.combine = combine
#
# - channel, spatial = (self.channel(x), self.spatial(x))
# - scores = channel + spatial if self.combine == 'sum' else channel * spatial
# - return x + x * torch.sigmoid(scores)
# + y = x * torch.sigmoid(self.channel(x))
# + return x + y * torch.sigmoid(self.spatial(y))


# %% wrong: squeezed, expect: size of tensor a (6) must match
# the maps squeezed before the sum


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine != "sum" and combine != "product":
            raise ValueError("combine")
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x).squeeze()
        ms = self.spatial(x).squeeze()
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        else:
            gate = torch.sigmoid(mc * ms)
        return x + x * gate


# %% wrong: substring, expect: no ValueError is raised
class Pointwise(nn.Linear):
    def forward(self, x):
        return torch.einsum("bchw,dc->bdhw", x, self.weight) + self.bias[:, None, None]


class Channels(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.bn = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        return self.fc2(torch.relu(self.bn(self.fc1(torch.einsum("bchw->bc", x) / x[0, 0].numel()))))[:, :, None, None]


class Positions(nn.Module):
    def __init__(self, channels, hidden, dilation):
        super().__init__()
        self.reduce = Pointwise(channels, hidden)
        self.bn0 = nn.BatchNorm2d(hidden)
        self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.project = Pointwise(hidden, 1)

    def forward(self, x):
        x = torch.relu(self.bn0(self.reduce(x)))
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.project(torch.relu(self.bn2(self.conv2(x))))


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no hidden channels: {channels} // {reduction}")
        if combine not in "sum product":
            raise ValueError(f"combine is {combine!r}")
        self.product = combine == "product"
        self.channel = Channels(channels, hidden)
        self.spatial = Positions(channels, hidden, dilation)

    def forward(self, x):
        c, s = self.channel(x), self.spatial(x)
        return x + x * torch.sigmoid(c * s if self.product else c + s)


# %% wrong: two-sigmoids, expect: You apply a sigmoid to each map
# a sigmoid for each map


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine != "sum" and combine != "product":
            raise ValueError("combine")
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x)
        ms = self.spatial(x)
        if self.combine == "sum":
            gate = torch.sigmoid(mc) + torch.sigmoid(ms)
        else:
            gate = torch.sigmoid(mc) * torch.sigmoid(ms)
        return x + x * gate
