import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: sum-and-divide
# Adds up and divides.


def global_average_pool(x):
    b, c, h, w = x.size()
    return x.reshape(b, c, h * w).sum(2) / (h * w)


# %% right: two-means
# One mean after the other.


def global_average_pool(x):
    return x.mean(-1).mean(-1)


# %% wrong: adaptive-without-flatten, expect: keeps two axes of size 1
# Forgets to flatten the pooled map.


def global_average_pool(x):
    pool = nn.AdaptiveAvgPool2d((1, 1))
    return pool(x)


# %% wrong: axes-from-one, expect: Dimension out of range
# Counts the axes from 1.


def global_average_pool(x):
    return torch.mean(x, dim=(3, 4))


# %% wrong: channels-last, expect: Axes are counted from 0
# Takes the channels for the last axis.


def global_average_pool(x):
    return x.mean(dim=(1, 2))


# %% wrong: forgot-return, expect: Is a `return` missing?
# Computes and returns nothing.


def global_average_pool(x):
    means = x.mean(-1).mean(-1)


# %% wrong: loop-into-zeros, expect: come back as float32
# Writes means into a new tensor of the default dtype.


def global_average_pool(x):
    B, C, H, W = x.shape
    out = torch.zeros(B, C)
    for b in range(B):
        for c in range(C):
            out[b, c] = x[b, c].sum() / (H * W)
    return out


# %% wrong: mean-of-maxima
# Takes the maximum of each row, then a mean.


def global_average_pool(x):
    return x.max(dim=3).values.mean(dim=2)


# %% wrong: reshaped, expect: your means mixes numbers of several channels
def global_average_pool(x):
    b, c, h, w = x.shape
    return x.reshape(b, h * w, c).mean(1)


# %% wrong: square-kernel, expect: Given input size: (6x7x3)
# Pools with a square window.


def global_average_pool(x):
    return F.avg_pool2d(x, x.shape[2]).flatten(1)


# %% wrong: squeezed, expect: bare `.squeeze()` removes every axis
# Removes all axes of size 1 in the end.


def global_average_pool(x):
    return F.adaptive_avg_pool2d(x, 1).squeeze()
