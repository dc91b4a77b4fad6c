import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: pool-and-view
# adaptive pooling and view, as in the published file


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = F.adaptive_avg_pool2d(x, 1).view(x.size(0), -1)
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.view(x.size(0), x.size(1), 1, 1)


# %% right: flatten-and-index
# the mean over one long axis, and the two axes put back by indexing


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"{channels} channels are fewer than reduction {reduction}")
        self.fc1 = nn.Linear(channels, channels // reduction)
        self.bn = nn.BatchNorm1d(channels // reduction)
        self.fc2 = nn.Linear(channels // reduction, channels)

    def forward(self, x):
        means = torch.flatten(x, start_dim=2).mean(dim=-1)
        hidden = self.bn(self.fc1(means)).clamp(min=0)
        return self.fc2(hidden)[..., None, None]


# %% wrong: bias-false, expect: have no bias
# without biases, as in SE


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h, bias=False)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels, bias=False)

    def forward(self, x):
        y = x.mean([2, 3])
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.unsqueeze(-1).unsqueeze(-1)


# %% wrong: bn2d, expect: expected 4D input
# BatchNorm2d on two axes


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm2d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = x.mean([2, 3])
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.unsqueeze(-1).unsqueeze(-1)


# %% wrong: flat, expect: The numbers are right, but their shape is (B, C)
# the two axes are forgotten


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = x.mean([2, 3])
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y


# %% wrong: forgot-bn, expect: BatchNorm between fc1 and the ReLU is missing
# BatchNorm is made and not called


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = x.mean([2, 3])
        y = F.relu(self.fc1(y))
        y = self.fc2(y)
        return y.unsqueeze(-1).unsqueeze(-1)


# %% wrong: keepdim, expect: means keep two axes of size 1
# keepdim and Linear


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = x.mean([2, 3], keepdim=True)
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.unsqueeze(-1).unsqueeze(-1)


# %% wrong: max, expect: takes the largest value
# the maximum


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = x.amax([2, 3])
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.unsqueeze(-1).unsqueeze(-1)


# %% wrong: sigmoid, expect: ends in a sigmoid
# a sigmoid at the end, as in SE


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = x.mean([2, 3])
        y = F.relu(self.bn(self.fc1(y)))
        y = torch.sigmoid(self.fc2(y))
        return y.unsqueeze(-1).unsqueeze(-1)


# %% wrong: square-pool, expect: square window as high as the map
# the published pooling


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = F.avg_pool2d(x, x.size(2), stride=x.size(2)).flatten(1)
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.unsqueeze(-1).unsqueeze(-1)
